"""Idempotency records: which keys were used for what, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TypeAlias

from sqlalchemy import ColumnElement, and_, delete, select, update

from ..model.connection import ConnectionKey
from .database import Clock, Database
from .rotation import SealedColumn, count_rows_by_key, reseal_rows
from .secrets import SecretBox
from .tables import idempotency

RESULT = SealedColumn(
    idempotency.c.result, idempotency.c.tenant, bound_to=(idempotency.c.connection_id, idempotency.c.key_hash)
)

STALE_AFTER = timedelta(seconds=90)
KEPT_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Started:
    """The caller holds the key as `owner` and goes ahead.

    `resumed`: an earlier holder went away in the middle and may have written, so read before writing.
    """

    owner: str
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """Another caller has held the key since `since`."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The call was finished at `at` with this result."""

    result: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Reused:
    """The key belongs to another change (another fingerprint)."""


Begun: TypeAlias = Started | Running | Done | Reused


class IdempotencyStore:
    """A key belongs to one connection of one tenant. Keys are stored as SHA-256, results sealed.

    `clock` is for tests: without it PostgreSQL's own time counts, on which all processes agree.
    """

    def __init__(
        self, database: Database, box: SecretBox, *, clock: Clock | None = None, stale_after: timedelta = STALE_AFTER
    ) -> None:
        """`stale_after` must exceed the longest time an update may take."""
        self._database = database
        self._box = box
        self._clock = clock
        self._stale_after = stale_after

    async def begin(self, connection: ConnectionKey, key: str, fingerprint: str) -> Begun:
        """Take the key, or learn why not. Of any number of simultaneous callers one gets `Started`."""
        owner = token_hex(16)
        this = _record(connection, key)
        async with self._database.write() as transaction:
            # A record that is removed between the two statements leaves neither: then the key is free, once more.
            while True:
                now = await self._database.now(transaction, self._clock)
                added = await transaction.execute(
                    self._database.insert_if_absent(idempotency).values(
                        tenant=connection.tenant,
                        connection_id=connection.id,
                        key_hash=hash_key(key),
                        fingerprint=fingerprint,
                        state="running",
                        owner=owner,
                        created_at=now,
                        updated_at=now,
                    )
                )
                if added.rowcount == 1:
                    return Started(owner)
                locked = select(idempotency).where(this).with_for_update()
                found = (await transaction.execute(locked)).mappings().first()
                if found is not None:
                    break
            if found["fingerprint"] != fingerprint:
                return Reused()
            if found["state"] == "done":
                return Done(self._box.open(found["result"], *RESULT.context_in(found)), at=found["updated_at"])
            if now - found["updated_at"] < self._stale_after:
                return Running(since=found["updated_at"])
            # The row is locked since it was read, so one caller takes over.
            await transaction.execute(update(idempotency).where(this).values(owner=owner, updated_at=now))
            return Started(owner, resumed=True)

    async def finish(self, connection: ConnectionKey, key: str, owner: str, result: bytes) -> bool:
        """Keep the result for later callers. False when the key is no longer held by `owner`: nothing was stored."""
        sealed = self._box.seal(result, *RESULT.context(*connection, hash_key(key)))
        async with self._database.write() as transaction:
            now = await self._database.now(transaction, self._clock)
            finished = await transaction.execute(
                update(idempotency)
                .where(_record(connection, key), _held_by(owner))
                .values(state="done", result=sealed, updated_at=now)
            )
            return finished.rowcount == 1

    async def forget(self, connection: ConnectionKey, key: str, owner: str) -> bool:
        """Free the key, for outcomes that must not occupy it. False when it is no longer held by `owner`."""
        async with self._database.write() as transaction:
            freed = await transaction.execute(delete(idempotency).where(_record(connection, key), _held_by(owner)))
            return freed.rowcount == 1

    async def reap(self, older_than: timedelta = KEPT_FOR) -> int:
        """Delete results finished longer ago than that, never a running record; answers how many.

        A key is new again once it was reaped, not before.
        """
        async with self._database.write() as transaction:
            now = await self._database.now(transaction, self._clock)
            expired = and_(idempotency.c.state == "done", idempotency.c.updated_at < now - older_than)
            return (await transaction.execute(delete(idempotency).where(expired))).rowcount

    async def reseal_all(self, *, batch: int = 100) -> int:
        """Put all results under the current key; see `reseal_rows`."""
        return await reseal_rows(self._database, self._box, RESULT, batch=batch)

    async def count_by_key(self) -> dict[str, int]:
        return await count_rows_by_key(self._database, RESULT)


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _record(connection: ConnectionKey, key: str) -> ColumnElement[bool]:
    return and_(
        idempotency.c.tenant == connection.tenant,
        idempotency.c.connection_id == connection.id,
        idempotency.c.key_hash == hash_key(key),
    )


def _held_by(owner: str) -> ColumnElement[bool]:
    return and_(idempotency.c.owner == owner, idempotency.c.state == "running")
