"""A connect link: one person's way from an invitation to a stored connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any


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
    a hash of the cookie that the one browser holds which has begun. `kept` is what has to outlive a redirect: secrets.
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
