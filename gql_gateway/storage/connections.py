"""Connections and their credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Delete, RowMapping, Update, bindparam, delete, select, update

from ..model.connection import Connection, Credentials
from .database import Clock, Database
from .rotation import SealedColumn, count_rows_by_key, reseal_rows
from .secrets import SecretBox, SecretProblem
from .tables import connections

# Bound to the generation too: credentials of an older generation put back into the row do not open.
CREDENTIALS = SealedColumn(connections.c.credentials, bound_to=(connections.c.id, connections.c.generation))

UNREADABLE = "unreadable"

_BY_ID = select(connections).where(connections.c.id == bindparam("id"))


class ConnectionExists(Exception):
    """The id is taken."""


class ConnectionStore:
    """`status` of a connection is `ready`, whatever `mark` was told, or `unreadable` (its credentials do not open)."""

    def __init__(self, database: Database, box: SecretBox, *, clock: Clock | None = None) -> None:
        self._database = database
        self._box = box
        self._clock = clock

    async def get(self, id: str) -> Connection | None:
        """Raises `UnknownKey` or `Tampered` when the credentials do not open."""
        if not _can_be_stored(id):
            return None
        row = await self._database.first(_BY_ID, {"id": id})
        return None if row is None else self._read(row)

    async def all(self) -> list[Connection]:
        """Ordered by id. One whose credentials do not open is listed without them, as `unreadable`."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(connections).order_by(connections.c.id))).mappings().all()
        return [self._read_or_explain(row) for row in rows]

    async def add(self, connection: Connection) -> Connection:
        """Store a new connection as given; raises `ConnectionExists`."""
        if not _can_be_stored(connection.id):
            raise ValueError("a connection id must be plain text")
        async with self._database.write() as transaction:
            created_at = connection.created_at or await self._database.now(transaction, self._clock)
            added = await transaction.execute(
                self._database.insert_if_absent(connections).values(
                    id=connection.id,
                    integration=connection.integration,
                    company_id=connection.company_id,
                    base_url=connection.base_url,
                    token_url=connection.token_url,
                    settings=dict(connection.settings),
                    credentials=self._seal(connection.id, connection.credentials, connection.generation),
                    generation=connection.generation,
                    created_at=created_at,
                    last_used_at=connection.last_used_at,
                    status=connection.status,
                    status_reason=connection.status_reason,
                )
            )
            if added.rowcount != 1:
                raise ConnectionExists(f"there is a connection {connection.id} already")
            row = (await transaction.execute(select(connections).where(connections.c.id == connection.id))).mappings()
            return self._read(row.one())

    async def remove(self, id: str) -> bool:
        """False when there was none. Its idempotency records stay until they are reaped."""
        return await self._change_one(delete(connections).where(connections.c.id == id))

    async def store_credentials(self, id: str, credentials: Credentials, *, generation: int) -> Connection | None:
        """Replace the credentials that were read at `generation`, and set the connection `ready`.

        `None` when the stored generation is another by now or the connection is gone: somebody else was faster, read
        the connection again and use what is there.
        """
        change = (
            update(connections)
            .where(connections.c.id == id, connections.c.generation == generation)
            .values(
                credentials=self._seal(id, credentials, generation + 1),
                generation=generation + 1,
                status="ready",
                status_reason=None,
            )
            .returning(connections)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(change)).mappings().first()
        return None if row is None else self._read(row)

    async def touch(self, uses: Mapping[str, datetime]) -> None:
        """Note when connections were used, by id; an earlier time than the one noted changes nothing."""
        earlier = connections.c.last_used_at.is_(None) | (connections.c.last_used_at < bindparam("at"))
        change = update(connections).where(connections.c.id == bindparam("one"), earlier)
        # Rows are locked in one order, or two processes could wait for each other.
        noted = [{"one": id, "at": uses[id]} for id in sorted(uses)]
        if noted:
            async with self._database.write() as connection:
                await connection.execute(change.values(last_used_at=bindparam("at")), noted)

    async def mark(self, id: str, status: str, reason: str | None = None, *, generation: int | None = None) -> bool:
        """Set the status. With `generation`, only while the credentials are still those the verdict is about."""
        change = update(connections).where(connections.c.id == id).values(status=status, status_reason=reason)
        if generation is not None:
            change = change.where(connections.c.generation == generation)
        return await self._change_one(change)

    async def reseal_all(self, *, batch: int = 100) -> int:
        """Put all credentials under the current key; see `reseal_rows`."""
        return await reseal_rows(self._database, self._box, CREDENTIALS, batch=batch)

    async def count_by_key(self) -> dict[str, int]:
        return await count_rows_by_key(self._database, CREDENTIALS)

    async def _change_one(self, change: Update | Delete) -> bool:
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    def _seal(self, id: str, credentials: Credentials, generation: int) -> bytes:
        return self._box.seal(json.dumps(dict(credentials)).encode(), *CREDENTIALS.context(id, generation))

    def _read(self, row: RowMapping) -> Connection:
        plain = self._box.open(row[CREDENTIALS.column.name], *CREDENTIALS.context_in(row))
        return Connection(**{**row, "credentials": Credentials(json.loads(plain))})

    def _read_or_explain(self, row: RowMapping) -> Connection:
        try:
            return self._read(row)
        except SecretProblem as problem:
            unreadable = {"credentials": Credentials({}), "status": UNREADABLE, "status_reason": str(problem)}
            return Connection(**{**row, **unreadable})


def _can_be_stored(text: str) -> bool:
    # PostgreSQL refuses NUL, and no database takes half a surrogate pair: such an id names nothing.
    return "\0" not in text and text.isprintable()
