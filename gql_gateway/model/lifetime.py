"""How long a connection's tokens live, as its credentials tell it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

DAY = 86_400.0
RENEW_AFTER = 0.75
"""The share of a refresh token's life after which an idle connection is due; what remains to 80% is for the way."""
SHORTEST_KEPT = 2 * DAY
"""A refresh token with a shorter life belongs to a session: to keep that open all day and night is not our business."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def number(value: object) -> float | None:
    """A finite number from whatever a token endpoint or a person wrote."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        finite = float(value)
    except (ValueError, OverflowError):
        return None
    return finite if math.isfinite(finite) else None


def moment(credentials: Mapping[str, str], name: str) -> datetime | None:
    """The time that a member of the credentials tells in POSIX seconds; `None` when it tells none."""
    seconds = number(credentials.get(name))
    return None if seconds is None or not 0 < seconds < NEVER.timestamp() else datetime.fromtimestamp(seconds, UTC)


def renew_by(credentials: Mapping[str, str]) -> datetime | None:
    """When a connection with these credentials is due for renewal if nobody uses it; `None` when that is not known."""
    since, until = moment(credentials, "refreshed_at"), moment(credentials, "refresh_expires_at")
    if since is None or until is None:
        return None
    life = until - since
    return since + RENEW_AFTER * life if life.total_seconds() >= SHORTEST_KEPT else NEVER
