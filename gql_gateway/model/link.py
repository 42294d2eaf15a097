"""A connect link: one person's way from an invitation to a stored connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

LONGEST_NAME = 80
_ADDRESS = re.compile(r"[<>@\\]|//|\bhttps?:|\bwww\.", re.IGNORECASE)


def is_name(text: str) -> bool:
    """Whether it can stand on a page as somebody's name: short, one line, nothing that reads like an address.

    What is invisible or turns the direction of writing is no printable character.
    """
    return bool(text.strip()) and len(text) <= LONGEST_NAME and text.isprintable() and not _ADDRESS.search(text)


class Stage(Enum):
    """How far the person has come."""

    SENT = "sent"
    """Nobody has begun."""
    BEGUN = "begun"
    """A browser holds it; credentials or a consent are awaited."""
    COMPANY = "company"
    """The credentials work; a company is to be chosen."""
    DONE = "done"
    """The connection is stored. The link is of no further use."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the gateway knows of a link.

    `id` is a hash of what stands in the address. `integration` is `None` until the person has chosen one. `browser` is
    a hash of the cookie that the one browser holds which has begun. `kept` is what has to outlive a redirect: secrets,
    and what is told or was chosen before.
    """

    id: str
    tenant: str
    connection_id: str
    integration: str | None
    return_url: str | None
    created_at: datetime
    expires_at: datetime
    stage: Stage = Stage.SENT
    browser: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)
