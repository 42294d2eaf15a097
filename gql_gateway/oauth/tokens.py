"""Access tokens replaced: once at a time, stored before anybody uses them, never tried again when the grant is dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import structlog

from ..model.connection import READY, Connection, ConnectionKey, Credentials
from ..model.lifetime import number
from ..outbound.limits import Rate
from ..outbound.message import Answer, Call, NotTaken, TransportError, Unclear
from .endpoint import TokenEndpoint
from .exchange import (
    Grant,
    Pair,
    ReauthorizeNeeded,
    RefreshProblem,
    RefreshUnavailable,
    grants,
    lacking,
    request,
    understand,
)

__all__ = ["ReauthorizeNeeded", "RefreshProblem", "RefreshUnavailable", "TokenKeeper", "needs_refresh"]

log = structlog.get_logger(__name__)

REAUTHORIZE = "reauthorize"

# Another process may have spent the token a moment ago and be about to store what it got.
_SECOND_LOOKS = (0.0, 0.25, 0.75)
_STORE_AGAIN = (0.1, 0.5, 2.0)


class ConnectionStore(Protocol):
    """What is needed of the storage. Storing new credentials makes a marked connection ready again."""

    async def get(self, key: ConnectionKey, /) -> Connection | None: ...

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, /, *, generation: int
    ) -> Connection | None: ...

    async def mark(self, key: ConnectionKey, status: str, reason: str | None, /, *, generation: int | None) -> bool: ...


class Sender(Protocol):
    """What is needed of `outbound.client.Outbound`."""

    async def send(
        self,
        base_url: str,
        call: Call,
        *,
        key: str,
        rates: Sequence[Rate] = (),
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer: ...


def needs_refresh(credentials: Mapping[str, str], now: float, leeway: float = 60) -> bool:
    """Whether the access token is missing or ends within `leeway` seconds. Without a known end it counts as good."""
    if not credentials.get("access_token"):
        return True
    expires_at = number(credentials.get("expires_at"))
    return expires_at is not None and now >= expires_at - leeway


@dataclass(slots=True)
class _Flight:
    """One running refresh. It belongs to no caller, so that no caller that leaves can cut it in half."""

    stale: str | None
    task: asyncio.Task[Connection]


class TokenKeeper:
    """Replaces access tokens, one refresh at a time per connection inside this process.

    Between processes the store's compare-and-swap decides whose pair counts. `lease(name)` may add a lock that holds
    across processes; it is taken before the store is read.
    """

    def __init__(
        self,
        store: ConnectionStore,
        outbound: Sender,
        clock: Callable[[], float] = time.time,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        lease: Callable[[str], AbstractAsyncContextManager[Any]] = lambda _name: nullcontext(),
    ) -> None:
        self._store = store
        self._outbound = outbound
        self._clock = clock
        self._sleep = sleep
        self._lease = lease
        self._flights: dict[ConnectionKey, _Flight] = {}
        self._unsaved: dict[ConnectionKey, Pair] = {}
        self._refused: dict[ConnectionKey, str] = {}

    def note_refused(self, connection: Connection) -> None:
        """The provider took the connection's access token no longer: nobody else needs to find that out."""
        self._refused[connection.key] = connection.credentials.get("access_token", "")

    def is_refused(self, connection: Connection) -> bool:
        """Whether the connection's access token is the one that was refused last."""
        return self._refused.get(connection.key) == connection.credentials.get("access_token", "")

    async def refresh(self, connection: Connection, endpoint: TokenEndpoint, *, stale: str | None) -> Connection:
        """The connection with an access token other than `stale`, which was refused or is about to end.

        Raises `ReauthorizeNeeded` or `RefreshUnavailable`.
        """
        while True:
            flight = self._flights.get(connection.key)
            if flight is None:
                flight = self._start(connection.key, endpoint, stale)
            if flight.stale == stale:
                return await asyncio.shield(flight.task)
            # Somebody replaces another token than ours; what comes of it is for the next look at the store.
            await asyncio.wait([flight.task])

    async def close(self) -> None:
        """Wait for running refreshes: what a provider already handed out must still be stored."""
        tasks = [flight.task for flight in self._flights.values()]
        if tasks:
            await asyncio.wait(tasks)

    def _start(self, key: ConnectionKey, endpoint: TokenEndpoint, stale: str | None) -> _Flight:
        flight = _Flight(stale, asyncio.create_task(self._fly(key, endpoint, stale), name=f"refresh {key.id}"))
        self._flights[key] = flight

        def landed(task: asyncio.Task[Connection]) -> None:
            self._flights.pop(key, None)
            if not task.cancelled():
                task.exception()  # seen, also when every caller has left

        flight.task.add_done_callback(landed)
        return flight

    async def _fly(self, key: ConnectionKey, endpoint: TokenEndpoint, stale: str | None) -> Connection:
        async with self._lease(key.text()):
            current = await self._read(key)
            unsaved = self._unsaved.pop(key, None)
            if unsaved is not None and unsaved.spent == current.credentials.get("refresh_token"):
                return await self._save(current, unsaved)
            if _replaced(current, stale):
                return current
            if current.status != READY:
                raise ReauthorizeNeeded(current.status_reason or "The connection has to be authorized again.")
            self._check_time(current, endpoint)
            try:
                return await self._renew(current, endpoint, stale)
            except TransportError as problem:
                wait = problem.retry_after if isinstance(problem, NotTaken) else None
            raise RefreshUnavailable("The token endpoint could not be asked.", retry_after=wait)

    def _check_time(self, current: Connection, endpoint: TokenEndpoint) -> None:
        """Nothing is asked for while the endpoint would refuse it for being too early."""
        issued_at = number(current.credentials.get("issued_at"))
        if issued_at is not None and (wait := issued_at + endpoint.earliest - self._clock()) > 0:
            raise RefreshUnavailable("The provider gives no new access token yet.", retry_after=wait)

    async def _read(self, key: ConnectionKey) -> Connection:
        connection = await self._store.get(key)
        if connection is None:
            raise ReauthorizeNeeded("The connection does not exist any more.")
        return connection

    async def _renew(self, current: Connection, endpoint: TokenEndpoint, stale: str | None) -> Connection:
        refusal = None
        for grant in grants(current.credentials, endpoint):
            try:
                return await self._exchange(current, endpoint, grant, stale)
            except ReauthorizeNeeded as problem:
                refusal = problem
            winner = await self._winner(current.key, endpoint, stale)
            if winner is not None:
                return winner
        refusal = refusal or ReauthorizeNeeded(lacking(current.credentials, endpoint))
        if not await self._store.mark(current.key, REAUTHORIZE, _reason(refusal), generation=current.generation):
            changed = await self._read(current.key)
            if _replaced(changed, stale):
                return changed
        log.warning(
            "reauthorize_needed", tenant=current.tenant, connection=current.id, provider_code=refusal.provider_code
        )
        raise refusal

    async def _exchange(
        self, current: Connection, endpoint: TokenEndpoint, grant: Grant, stale: str | None
    ) -> Connection:
        """One grant exchanged for a stored pair."""
        asked_at = self._clock()
        base_url, call, headers = request(current, endpoint, grant)
        # A key of its own: token endpoints are limited apart from the API, if at all.
        ask = partial(self._outbound.send, base_url, call, key=f"{current.key.text()}\ntoken", headers=headers)
        try:
            answer = await ask()
        except Unclear:
            # The refresh token may be spent by now, perhaps by another process that has stored the new pair already.
            seen = await self._read(current.key)
            if _replaced(seen, stale):
                return seen
            answer = await ask()
        pair = understand(answer, current.credentials, asked_at, stale, refresh_life=endpoint.refresh_life)
        if endpoint.earliest:
            pair = replace(pair, issued_at=self._clock())
        stored = await self._save(current, pair)
        log.info(
            "token_refreshed",
            tenant=current.tenant,
            connection=current.id,
            grant=grant.kind,
            generation=stored.generation,
        )
        return stored

    async def _winner(self, key: ConnectionKey, endpoint: TokenEndpoint, stale: str | None) -> Connection | None:
        """The connection if another process replaced the token: a rotating token is refused to all but one."""
        for pause in _SECOND_LOOKS if endpoint.rotates else _SECOND_LOOKS[:1]:
            if pause:
                await self._sleep(pause)
            seen = await self._read(key)
            if _replaced(seen, stale):
                return seen
        return None

    async def _save(self, current: Connection, pair: Pair) -> Connection:
        """Store the pair. A pair that cannot be stored now is kept for the next refresh: it is given out only once."""
        for pause in (*_STORE_AGAIN, None):
            try:
                return await self._store_over(current, pair)
            except RefreshProblem:
                raise
            except Exception as error:  # whatever the database says, the pair must not be lost for it
                log.error("token_not_stored", tenant=current.tenant, connection=current.id, error=type(error).__name__)
                if pause is None:
                    self._unsaved[current.key] = pair
                    raise
                await self._sleep(pause)
        raise AssertionError("unreachable")

    async def _store_over(self, current: Connection, pair: Pair) -> Connection:
        while True:
            credentials = pair.merged_into(current.credentials)
            stored = await self._store.store_credentials(current.key, credentials, generation=current.generation)
            if stored is not None:
                return stored
            current = await self._read(current.key)
            # Somebody was faster. Theirs is the pair to use, unless they changed something else (a client secret) and
            # the token this pair was bought with is still in there.
            if _replaced(current, pair.stale) or current.credentials.get("refresh_token") != pair.spent:
                return current


def _replaced(connection: Connection, stale: str | None) -> bool:
    return connection.credentials.get("access_token") not in (None, "", stale)


def _reason(refusal: ReauthorizeNeeded) -> str:
    told = ": ".join(part for part in (refusal.provider_code, refusal.provider_message) if part)
    return f"{refusal} ({told})" if told else str(refusal)
