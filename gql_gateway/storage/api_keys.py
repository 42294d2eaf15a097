"""The API keys of callers, as hashes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, select, update

from ..model.api_key import ApiKey
from ..model.caller import Scope, is_tenant, known_scopes
from .database import Clock, Database
from .tables import api_keys

_BY_ID = select(api_keys).where(api_keys.c.id == bindparam("id"))


class ApiKeyStore:
    """A key is never deleted: one that was revoked still says whose it was."""

    def __init__(self, database: Database, *, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock

    async def find(self, id: str) -> ApiKey | None:
        """The key of this id, in whatever state. `id` is plain ASCII."""
        row = await self._database.first(_BY_ID, {"id": id})
        return None if row is None else _read(row)

    async def add(self, key: ApiKey) -> None:
        if not is_tenant(key.tenant):
            raise ValueError("this cannot be the name of a tenant")
        scopes = " ".join(sorted(scope.value for scope in key.scopes))
        values = {column.name: getattr(key, column.name) for column in api_keys.c}
        async with self._database.write() as connection:
            await connection.execute(api_keys.insert().values({**values, "scopes": scopes}))

    async def all(self, tenant: str | None = None) -> list[ApiKey]:
        """For operators: a tenant's keys or everybody's, the oldest first."""
        wanted = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if tenant is not None:
            wanted = wanted.where(api_keys.c.tenant == tenant)
        async with self._database.read() as connection:
            return [_read(row) for row in (await connection.execute(wanted)).mappings()]

    async def unrevoked(self, *, batch: int = 500) -> AsyncIterator[ApiKey]:
        """For operators: everybody's keys but those that were revoked, read so many at a time."""
        wanted = select(api_keys).where(api_keys.c.revoked_at.is_(None)).order_by(api_keys.c.id).limit(batch)
        after = ""
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(wanted.where(api_keys.c.id > after))).mappings().all()
            for row in rows:
                yield _read(row)
            if not rows:
                return
            after = rows[-1]["id"]

    async def revoke(self, id: str) -> ApiKey | None:
        """The key, revoked now or earlier; `None` when there is none of this id."""
        async with self._database.write() as connection:
            now = await self._database.now(connection, self._clock)
            open_still = update(api_keys).where(api_keys.c.id == id, api_keys.c.revoked_at.is_(None))
            await connection.execute(open_still.values(revoked_at=now))
            row = (await connection.execute(_BY_ID, {"id": id})).mappings().first()
        return None if row is None else _read(row)

    async def touch(self, uses: Mapping[str, datetime]) -> None:
        """Note when keys were used, by id; an earlier time than the one noted changes nothing."""
        earlier = api_keys.c.last_used_at.is_(None) | (api_keys.c.last_used_at < bindparam("at"))
        change = update(api_keys).where(api_keys.c.id == bindparam("one"), earlier)
        # Rows are locked in one order, or two processes could wait for each other.
        noted = [{"one": id, "at": uses[id]} for id in sorted(uses)]
        if noted:
            async with self._database.write() as connection:
                await connection.execute(change.values(last_used_at=bindparam("at")), noted)


def _read(row: RowMapping) -> ApiKey:
    scopes: frozenset[Scope] = known_scopes(row["scopes"].split())
    return ApiKey(**{**row, "scopes": scopes})
