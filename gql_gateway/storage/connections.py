"""Connections and their credentials."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Delete,
    RowMapping,
    Update,
    and_,
    bindparam,
    delete,
    literal,
    select,
    tuple_,
    update,
)

from ..model.caller import is_tenant
from ..model.connection import READY, Connection, ConnectionKey, Credentials, Due
from ..model.lifetime import renew_by
from .database import Clock, Database
from .rotation import SealedColumn, count_rows_by_key, reseal_rows
from .secrets import SecretBox, SecretProblem
from .tables import connections

# Bound to the generation too: credentials of an older generation put back into the row do not open.
CREDENTIALS = SealedColumn(
    connections.c.credentials, connections.c.tenant, bound_to=(connections.c.id, connections.c.generation)
)

UNREADABLE = "unreadable"

_BY_KEY = select(connections).where(connections.c.tenant == bindparam("tenant"), connections.c.id == bindparam("id"))

_TOUCHED = and_(connections.c.tenant == bindparam("of"), connections.c.id == bindparam("one"))


class ConnectionExists(Exception):
    """The tenant has a connection of this id."""


class ConnectionStore:
    """Whatever a request needs takes a tenant: there is no way to find a connection by its id alone.

    `status` of a connection is `ready`, whatever `mark` was told, or `unreadable` (its credentials do not open)."""

    def __init__(self, database: Database, box: SecretBox, *, clock: Clock | None = None) -> None:
        self._database = database
        self._box = box
        self._clock = clock

    async def get(self, key: ConnectionKey) -> Connection | None:
        """Raises `UnknownKey` or `Tampered` when the credentials do not open."""
        if not _can_be_stored(key.id):
            return None
        row = await self._database.first(_BY_KEY, key._asdict())
        return None if row is None else self._read(row)

    async def all(self, tenant: str) -> list[Connection]:
        """A tenant's, ordered by id. One whose credentials do not open is listed without them, as `unreadable`."""
        async with self._database.read() as connection:
            mine = select(connections).where(connections.c.tenant == tenant).order_by(connections.c.id)
            rows = (await connection.execute(mine)).mappings().all()
        return [self._read_or_explain(row) for row in rows]

    async def add(self, connection: Connection) -> Connection:
        """Store a new connection as given; raises `ConnectionExists`."""
        if not _can_be_stored(connection.id):
            raise ValueError("a connection id must be plain text")
        if not is_tenant(connection.tenant):
            raise ValueError("this cannot be the name of a tenant")
        async with self._database.write() as transaction:
            created_at = connection.created_at or await self._database.now(transaction, self._clock)
            added = await transaction.execute(
                self._database.insert_if_absent(connections).values(
                    tenant=connection.tenant,
                    id=connection.id,
                    integration=connection.integration,
                    company_id=connection.company_id,
                    base_url=connection.base_url,
                    token_url=connection.token_url,
                    settings=dict(connection.settings),
                    credentials=self._seal(connection.key, connection.credentials, connection.generation),
                    generation=connection.generation,
                    created_at=created_at,
                    last_used_at=connection.last_used_at,
                    status=connection.status,
                    status_reason=connection.status_reason,
                    renew_by=renew_by(connection.credentials),
                )
            )
            if added.rowcount != 1:
                raise ConnectionExists(f"there is a connection {connection.id} already")
            row = (await transaction.execute(select(connections).where(_is(connection.key)))).mappings()
            return self._read(row.one())

    async def remove(self, key: ConnectionKey) -> bool:
        """False when there was none. Its idempotency records stay until they are reaped."""
        return await self._change_one(delete(connections).where(_is(key)))

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        """Replace the credentials that were read at `generation`, and set the connection `ready`.

        `None` when the stored generation is another by now or the connection is gone: somebody else was faster, read
        the connection again and use what is there.
        """
        change = (
            update(connections)
            .where(_is(key), connections.c.generation == generation)
            .values(
                credentials=self._seal(key, credentials, generation + 1),
                generation=generation + 1,
                status=READY,
                status_reason=None,
                renew_by=renew_by(credentials),
            )
            .returning(connections)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(change)).mappings().first()
        return None if row is None else self._read(row)

    async def touch(self, uses: Mapping[ConnectionKey, datetime]) -> None:
        """Note when connections were used; an earlier time than the one noted changes nothing."""
        earlier = connections.c.last_used_at.is_(None) | (connections.c.last_used_at < bindparam("at"))
        change = update(connections).where(_TOUCHED, earlier)
        # Rows are locked in one order, or two processes could wait for each other.
        noted = [{"of": key.tenant, "one": key.id, "at": uses[key]} for key in sorted(uses)]
        if noted:
            async with self._database.write() as connection:
                await connection.execute(change.values(last_used_at=bindparam("at")), noted)

    async def mark(
        self, key: ConnectionKey, status: str, reason: str | None = None, *, generation: int | None = None
    ) -> bool:
        """Set the status. With `generation`, only while the credentials are still those the verdict is about."""
        change = update(connections).where(_is(key)).values(status=status, status_reason=reason)
        if generation is not None:
            change = change.where(connections.c.generation == generation)
        return await self._change_one(change)

    async def due(self, now: datetime, /, *, undated: Collection[str], limit: int) -> list[Due]:
        """Ready connections of all tenants that are due for renewal, the longest overdue first; then those of the
        integrations `undated` of which it is not known. Nothing of them is decrypted."""
        wanted = connections.c.renew_by <= now
        wanted |= connections.c.renew_by.is_(None) & connections.c.integration.in_(sorted(undated))
        found = (
            select(
                connections.c.tenant,
                connections.c.id,
                connections.c.integration,
                connections.c.generation,
                connections.c.renew_by,
            )
            .where(connections.c.status == READY, wanted)
            .order_by(connections.c.renew_by.is_(None), connections.c.renew_by, connections.c.tenant, connections.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(found)).all()
        return [Due(ConnectionKey(row.tenant, row.id), row.integration, row.generation, row.renew_by) for row in rows]

    async def put_off(self, due: Due, until: datetime, /) -> bool:
        """Let it not be due before then. False when it was renewed, marked or put off since it was found."""
        as_found = and_(
            _is(due.key),
            connections.c.generation == due.generation,
            connections.c.status == READY,
            connections.c.renew_by.is_not_distinct_from(due.renew_by),
        )
        return await self._change_one(update(connections).where(as_found).values(renew_by=until))

    async def reseal_all(self, *, batch: int = 100) -> int:
        """Put all credentials under the current key; see `reseal_rows`."""
        return await reseal_rows(self._database, self._box, CREDENTIALS, batch=batch)

    async def count_by_key(self) -> dict[str, int]:
        return await count_rows_by_key(self._database, CREDENTIALS)

    async def _change_one(self, change: Update | Delete) -> bool:
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    def _seal(self, key: ConnectionKey, credentials: Credentials, generation: int) -> bytes:
        return self._box.seal(json.dumps(dict(credentials)).encode(), *CREDENTIALS.context(*key, generation))

    def _read(self, row: RowMapping) -> Connection:
        plain = self._box.open(row[CREDENTIALS.column.name], *CREDENTIALS.context_in(row))
        return Connection(**{**row, "credentials": Credentials(json.loads(plain))})

    def _read_or_explain(self, row: RowMapping) -> Connection:
        try:
            return self._read(row)
        except SecretProblem as problem:
            unreadable = {"credentials": Credentials({}), "status": UNREADABLE, "status_reason": str(problem)}
            return Connection(**{**row, **unreadable})


def _is(key: ConnectionKey) -> ColumnElement[bool]:
    return and_(connections.c.tenant == key.tenant, connections.c.id == key.id)


class EverybodysConnections(ConnectionStore):
    """For an operator's commands alone: the connections of all tenants. Nothing that answers a request has one."""

    async def everybodys(self, *, batch: int = 100) -> AsyncIterator[list[Connection]]:
        """All connections, so many at a time, each time as they are then; see `all`."""
        order = (connections.c.tenant, connections.c.id)
        wanted = select(connections).order_by(*order).limit(batch)
        after: ConnectionKey | None = None
        while True:
            page = wanted if after is None else wanted.where(tuple_(*order) > tuple_(*map(literal, after)))
            async with self._database.read() as connection:
                rows = (await connection.execute(page)).mappings().all()
            if not rows:
                return
            found = [self._read_or_explain(row) for row in rows]
            after = found[-1].key
            yield found


def _can_be_stored(text: str) -> bool:
    # PostgreSQL refuses NUL, and no database takes half a surrogate pair: such an id names nothing.
    return "\0" not in text and text.isprintable()
