"""Connections that nobody uses are renewed before their refresh tokens end.

A refresh token that is used now and then lives on; one that lies idle for a month is dead at most providers, and
somebody would have to connect again. Whoever looks here takes what is due, one after the other; the store's column
`renew_by` says what is, without anything being decrypted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from ..model.connection import Connection, ConnectionKey, Due
from ..model.lifetime import DAY, NEVER, RENEW_AFTER, number
from .endpoint import TokenEndpoint
from .exchange import RefreshProblem, grants
from .tokens import TokenKeeper

log = structlog.get_logger(__name__)

LOOK_EVERY = 3600.0
"""Seconds between two looks; also until what failed is tried again."""
A_FEW = 20
"""The most that one look renews."""


class IdleStore(Protocol):
    """What is needed of the storage."""

    async def get(self, key: ConnectionKey, /) -> Connection | None: ...

    async def due(self, now: datetime, /, *, undated: Collection[str], limit: int) -> list[Due]: ...

    async def put_off(self, due: Due, until: datetime, /) -> bool: ...


class IdleConnections:
    """`endpoints` are the token endpoints by integration."""

    def __init__(
        self,
        store: IdleStore,
        keeper: TokenKeeper,
        endpoints: Mapping[str, TokenEndpoint],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._endpoints = endpoints
        self._clock = clock
        self._undated = frozenset(name for name, one in endpoints.items() if one.refresh_life is not None)

    async def look(self) -> bool:
        """Renew a few of those that are due; answers whether there may be more."""
        due = await self._store.due(self._now(), undated=self._undated, limit=A_FEW)
        for one in due:
            try:
                await self._see_to(one)
            except RefreshProblem as problem:
                # A grant that is dead is marked by now, and never due again.
                log.info("idle_not_renewed", tenant=one.key.tenant, connection=one.key.id, problem=str(problem))
            except Exception as error:  # one that cannot be read must not be the end of all the others
                name = type(error).__name__
                log.error("idle_not_renewed", tenant=one.key.tenant, connection=one.key.id, error=name)
        return len(due) >= A_FEW

    async def _see_to(self, due: Due) -> None:
        endpoint = self._endpoints.get(due.integration)
        until = NEVER if endpoint is None else self._now() + timedelta(seconds=LOOK_EVERY)
        # Who puts it off sees to it: other processes find the same ones due. Should this one die, it is due again.
        if not await self._store.put_off(due, until) or endpoint is None:
            return
        connection = await self._store.get(due.key)
        if connection is None or connection.generation != due.generation:
            return
        later = self._later(connection, endpoint, is_dated=due.renew_by is not None)
        if later is not None:
            await self._store.put_off(due._replace(renew_by=until), later)
            return
        await self._keeper.refresh(connection, endpoint, stale=connection.credentials.get("access_token"))

    def _later(self, connection: Connection, endpoint: TokenEndpoint, *, is_dated: bool) -> datetime | None:
        """Until when the connection is left alone; `None` when it is renewed now."""
        credentials, now = connection.credentials, self._now()
        if not any(grant.kind == "refresh_token" for grant in grants(credentials, endpoint)):
            return NEVER
        if is_dated:
            return None
        if endpoint.refresh_life is None:
            return NEVER
        ends_at = number(credentials.get("expires_at"))
        if ends_at is not None and 0 <= ends_at - DAY <= now.timestamp():
            # No access token lives longer than a day: the refresh token given with it is no older than this.
            by = datetime.fromtimestamp(ends_at - DAY + RENEW_AFTER * endpoint.refresh_life, UTC)
            return by if by > now else None
        if endpoint.earliest and number(credentials.get("issued_at")) is None:
            # Nobody knows how young the access token is. At the next look it is old enough.
            return now + timedelta(seconds=max(LOOK_EVERY, endpoint.earliest))
        return None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
