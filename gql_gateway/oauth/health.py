"""What a connection's credentials say of how long it will work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..model.connection import READY, Connection
from ..model.lifetime import moment
from .endpoint import TokenEndpoint
from .exchange import grants


@dataclass(frozen=True, slots=True)
class Health:
    """`expires_at` is the access token's end and `refresh_expires_at` the refresh token's, as far as known."""

    expires_at: datetime | None
    refresh_expires_at: datetime | None
    needs_reauthorization: bool


def health(connection: Connection, endpoint: TokenEndpoint | None, now: datetime) -> Health:
    """`endpoint` is `None` where credentials are keys: they have no end that is known."""
    needed = connection.status != READY
    if endpoint is None:
        return Health(None, None, needed)
    credentials = connection.credentials
    expires_at, refresh_until = moment(credentials, "expires_at"), moment(credentials, "refresh_expires_at")
    if not credentials.get("access_token") or (expires_at is not None and expires_at <= now):
        is_over = refresh_until is not None and refresh_until <= now
        left = [grant for grant in grants(credentials, endpoint) if not (is_over and grant.kind == "refresh_token")]
        needed = needed or not left
    return Health(expires_at, refresh_until, needed)
