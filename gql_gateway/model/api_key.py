"""An API key as it is stored: everything but the key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .caller import Caller, Scope


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`id` stands in the key itself and is no secret. `hash` is the SHA-256 of the key, in hexadecimal."""

    id: str
    hash: str
    tenant: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def status(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if self.works(now) else "expired"

    def caller(self) -> Caller:
        return Caller(self.tenant, self.scopes, self.name, self.id)
