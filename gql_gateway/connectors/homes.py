"""Where the calls of a connection go, for providers that tell the place with the access token.

What a provider told is kept beside the token that it told it for, in the memory of this process, until the token is
another one or an answer says that the place is wrong.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from ..model.connection import Connection, ConnectionKey


@dataclass(frozen=True, slots=True, repr=False)
class _Home:
    """A place, the token that it belongs to, and the address at which was asked for it."""

    token: str | None
    asked_at: str | None
    base_url: str


@dataclass(slots=True)
class Homes:
    """The places found so far, one per connection."""

    _found: dict[ConnectionKey, _Home] = field(default_factory=dict)
    _locks: WeakValueDictionary[ConnectionKey, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def asking(self, connection: Connection) -> asyncio.Lock:
        """Held while somebody asks: everybody else waits for what that brings."""
        return self._locks.setdefault(connection.key, asyncio.Lock())

    def get(self, connection: Connection) -> str | None:
        known = self._found.get(connection.key)
        return None if known is None or known != _home(connection, known.base_url) else known.base_url

    def keep(self, connection: Connection, base_url: str) -> None:
        self._found[connection.key] = _home(connection, base_url)

    def follow(self, before: Connection, after: Connection) -> None:
        """A refreshed token leads to the same place as the one before it."""
        if (base_url := self.get(before)) is not None:
            self.keep(after, base_url)

    def forget(self, connection: Connection, base_url: str) -> None:
        """The place is wrong, or nobody is there. One that was found meanwhile stays."""
        if self.get(connection) == base_url:
            del self._found[connection.key]


def _home(connection: Connection, base_url: str) -> _Home:
    return _Home(connection.credentials.get("access_token"), connection.base_url, base_url)
