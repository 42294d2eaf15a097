"""Programs that stand in a page of the documentation, so that what is read there is what runs."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
NAMED = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: str, title: str) -> str:
    """What stands below a heading of the second level."""
    (found,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", (DOCS / page).read_text("utf-8"), re.M | re.S)
    assert isinstance(found, str)
    return found


def files(text: str) -> dict[str, str]:
    """The blocks that name a file after their language: the file's name and what is in it."""
    return dict(NAMED.findall(text))


def commands(text: str) -> list[str]:
    """The lines of the blocks of commands."""
    return [line for block in COMMANDS.findall(text) for line in block.splitlines()]
