"""Whether the changelog tells what changed: one entry under "Unreleased" names it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .change import Change, Weight


def unreleased(text: str) -> list[str]:
    """The entries of the section "Unreleased", each with its continuation lines."""
    _, heading, rest = f"\n{text}".partition("\n## Unreleased\n")
    section = rest.partition("\n## ")[0] if heading else ""
    return [" ".join(entry.split()) for entry in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]


def unexplained(changes: Iterable[Change], entries: Iterable[str]) -> list[Change]:
    """The changes that callers have to be told of and are not."""
    known = list(entries)
    return [
        change for change in changes if change.weight is Weight.BREAKS and not any(_tells(e, change) for e in known)
    ]


def _tells(entry: str, change: Change) -> bool:
    codes = " ; ".join(re.findall(r"`([^`]+)`", entry))
    of_it = not change.integration or any(_names(entry.lower(), name.lower()) for name in change.integration)
    return of_it and _names(codes, change.key)


def _names(text: str, name: str) -> bool:
    """The whole name: `Customer` is not told of by `Customer.vatId`, nor `addresses` by `addresses[BILLING].city`."""
    return re.search(rf"(?<![\w.@]){re.escape(name)}(?![\w(\[]|\.\w)", text) is not None
