"""Key rotation: finding and re-encrypting what is not sealed under the current key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, RowMapping, Select, and_, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..model.caller import DEFAULT_TENANT
from .database import Database
from .secrets import HEADER_SIZE, SecretBox, SecretProblem, name_in_header


class Unreadable(SecretProblem):
    """Some rows could not be re-encrypted; all others were."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed bytes, and the columns of its row that the bytes are bound to besides its name and tenant."""

    column: Column[Any]
    tenant: Column[Any]
    bound_to: tuple[Column[Any], ...]

    def context(self, tenant: str, *values: object) -> tuple[str, ...]:
        """What `SecretBox` is given; `values` are those of `bound_to`.

        The tenant `default` is the one that is not named: what was sealed before there were tenants is its own and
        opens as it is. No other tenant's context can equal one without a tenant, because parts never run together.
        """
        named = () if tenant == DEFAULT_TENANT else (tenant,)
        return (self.column.table.name, self.column.name, *named, *map(str, values))

    def context_in(self, row: RowMapping) -> tuple[str, ...]:
        return self.context(row[self.tenant.name], *(row[column.name] for column in self.bound_to))


async def reseal_rows(database: Database, box: SecretBox, sealed: SealedColumn, *, batch: int = 100) -> int:
    """Re-encrypt what is not under the current key; answers how many rows were.

    Each batch is committed by itself: stopped in the middle, the next run goes on from there. A row that somebody
    changes meanwhile keeps the newer value and is looked at again. Raises `Unreadable` only after all the rest is done.
    """
    resealed, missed, unreadable = 0, 0, []
    after: tuple[Any, ...] | None = None
    while True:
        async with database.write() as connection:
            rows = (await connection.execute(_not_current(box, sealed, after, batch))).mappings().all()
            for row in rows:
                try:
                    fresh = box.reseal(row[sealed.column.name], *sealed.context_in(row))
                except SecretProblem as problem:
                    unreadable.append(f"{'/'.join(_key_of_row(sealed, row))}: {problem}")
                    continue
                if await _exchange(connection, sealed, row, fresh):
                    resealed += 1
                else:
                    missed += 1
        if rows:
            after = _key_of_row(sealed, rows[-1])
        elif missed:
            missed, unreadable, after = 0, [], None
        else:
            break
    if unreadable:
        raise Unreadable(f"{resealed} re-encrypted, {len(unreadable)} not: {'; '.join(unreadable[:10])}")
    return resealed


async def count_rows_by_key(database: Database, sealed: SealedColumn) -> dict[str, int]:
    """How many rows are sealed under each key name; a key of which none is left can be removed."""
    header = func.substr(sealed.column, 1, HEADER_SIZE, type_=LargeBinary).label("header")
    async with database.read() as connection:
        rows = await connection.execute(
            select(header, func.count()).where(sealed.column.is_not(None)).group_by(header).order_by(header)
        )
        return {name_in_header(bytes(found)): count for found, count in rows}


def _not_current(box: SecretBox, sealed: SealedColumn, after: tuple[Any, ...] | None, batch: int) -> Select[Any]:
    header = func.substr(sealed.column, 1, HEADER_SIZE, type_=LargeBinary)
    keys = _key_columns(sealed)
    rows = (
        select(*dict.fromkeys((*keys, sealed.tenant, *sealed.bound_to, sealed.column)))
        .where(sealed.column.is_not(None), header != literal(box.header, LargeBinary))
        .order_by(*keys)
        .limit(batch)
    )
    return rows if after is None else rows.where(tuple_(*keys) > tuple_(*map(literal, after)))


async def _exchange(connection: AsyncConnection, sealed: SealedColumn, row: RowMapping, fresh: bytes) -> bool:
    this_row = and_(*(column == row[column.name] for column in _key_columns(sealed)))
    unchanged = sealed.column == row[sealed.column.name]
    changed = update(sealed.column.table).where(this_row, unchanged).values({sealed.column.name: fresh})
    return (await connection.execute(changed)).rowcount == 1


def _key_columns(sealed: SealedColumn) -> tuple[Column[Any], ...]:
    return tuple(sealed.column.table.primary_key.columns)


def _key_of_row(sealed: SealedColumn, row: RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in _key_columns(sealed))
