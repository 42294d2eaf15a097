"""Connect links. What they keep between two pages is sealed like credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, select, update

from ..model.link import Link, Stage
from .database import Clock, Database
from .rotation import SealedColumn, count_rows_by_key, reseal_rows
from .secrets import SecretBox
from .tables import connect_links

KEPT = SealedColumn(connect_links.c.kept, connect_links.c.tenant, bound_to=(connect_links.c.id,))


class LinkStore:
    """Links by the hash in their address, or by the hash of the cookie of the browser that holds one."""

    def __init__(self, database: Database, box: SecretBox, *, clock: Clock | None = None) -> None:
        self._database = database
        self._box = box
        self._clock = clock

    async def add(self, link: Link) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                connect_links.insert().values(
                    id=link.id,
                    tenant=link.tenant,
                    connection_id=link.connection_id,
                    integration=link.integration,
                    return_url=link.return_url,
                    stage=link.stage.value,
                    kept=self._sealed(link, link.kept),
                    created_at=link.created_at,
                    expires_at=link.expires_at,
                )
            )

    async def find(self, id: str) -> Link | None:
        """Also one that has expired."""
        return await self._first(connect_links.c.id == id)

    async def of_browser(self, browser: str) -> Link | None:
        return await self._first(connect_links.c.browser == browser)

    async def begin(self, id: str, browser: str, integration: str) -> Link | None:
        """Give the link to a browser; `None` when another has it, or it has expired."""
        async with self._database.write() as connection:
            now = await self._database.now(connection, self._clock)
            change = (
                update(connect_links)
                .where(
                    connect_links.c.id == id,
                    connect_links.c.stage == Stage.SENT.value,
                    connect_links.c.expires_at > now,
                )
                .values(browser=browser, integration=integration, stage=Stage.BEGUN.value)
                .returning(connect_links)
            )
            row = (await connection.execute(change)).mappings().first()
        return None if row is None else self._read(row)

    async def keep(self, link: Link, stage: Stage, kept: Mapping[str, Any]) -> bool:
        """Move on from the stage that the link was read at; false when somebody else has."""
        change = (
            update(connect_links)
            .where(connect_links.c.id == link.id, connect_links.c.stage == link.stage.value)
            .values(stage=stage.value, kept=self._sealed(link, kept))
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def take_back(self, id: str) -> Link | None:
        """Delete a link that nobody is to use any more; answers how far it had come."""
        async with self._database.write() as connection:
            gone = delete(connect_links).where(connect_links.c.id == id).returning(connect_links)
            row = (await connection.execute(gone)).mappings().first()
        return None if row is None else self._read(row)

    async def reap(self) -> int:
        """Delete what has expired, with whatever it kept."""
        async with self._database.write() as connection:
            now = await self._database.now(connection, self._clock)
            return (await connection.execute(delete(connect_links).where(connect_links.c.expires_at <= now))).rowcount

    async def count(self) -> int:
        return await self._count()

    async def count_expired(self, since: timedelta = timedelta(0)) -> int:
        """How many have expired, at least so long ago."""
        async with self._database.read() as connection:
            now = await self._database.now(connection, self._clock)
        return await self._count(connect_links.c.expires_at <= now - since)

    async def reseal_all(self, *, batch: int = 100) -> int:
        """Put everything kept under the current key; see `reseal_rows`."""
        return await reseal_rows(self._database, self._box, KEPT, batch=batch)

    async def count_by_key(self) -> dict[str, int]:
        return await count_rows_by_key(self._database, KEPT)

    async def _count(self, *which: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(connect_links).where(*which)
        async with self._database.read() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def _first(self, which: ColumnElement[bool]) -> Link | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(connect_links).where(which))).mappings().first()
        return None if row is None else self._read(row)

    def _sealed(self, link: Link, kept: Mapping[str, Any]) -> bytes | None:
        plain = json.dumps(dict(kept)).encode()
        return self._box.seal(plain, *KEPT.context(link.tenant, link.id)) if kept else None

    def _read(self, row: RowMapping) -> Link:
        kept: dict[str, Any] = {}
        if row["kept"] is not None:
            kept = json.loads(self._box.open(row["kept"], *KEPT.context_in(row)))
        return Link(**{**row, "stage": Stage(row["stage"]), "kept": kept})
