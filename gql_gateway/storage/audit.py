"""The audit log. Who made a change, and the values before and after it, are sealed like credentials."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update

from ..model.audit import Changed, Entry, Place, Subject, UpdateResult
from ..model.caller import Caller
from .database import Clock, Database
from .rotation import SealedColumn, count_rows_by_key, reseal_rows
from .secrets import SecretBox, SecretProblem
from .tables import audit_log

DETAILS = SealedColumn(audit_log.c.details, audit_log.c.tenant, bound_to=(audit_log.c.id,))


class AuditLog:
    """An entry is begun before the first call that writes, so that a process that dies leaves it behind.

    `kept_for` is how long entries stay. `clock` is for tests.
    """

    def __init__(self, database: Database, box: SecretBox, kept_for: timedelta, *, clock: Clock | None = None) -> None:
        self._database = database
        self._box = box
        self._kept_for = kept_for
        self._clock = clock

    async def begin(self, subject: Subject, caller: Caller, correlation_id: str, changes: Sequence[Changed]) -> str:
        """Note a write that is about to be made, with what is foreseen of it; answers the entry's id."""
        id = token_hex(16)
        details = {"caller": caller.name, "key_id": caller.key_id, "changes": [list(item) for item in changes]}
        async with self._database.write() as transaction:
            await transaction.execute(
                audit_log.insert().values(
                    id=id,
                    **subject._asdict(),
                    at=await self._database.now(transaction, self._clock),
                    result=UpdateResult.STARTED.value,
                    confirmed=False,
                    correlation_id=correlation_id,
                    details=self._seal(subject.tenant, id, details),
                )
            )
        return id

    async def finish(
        self,
        subject: Subject,
        id: str,
        result: UpdateResult,
        changes: Sequence[Changed] | None = None,
        native_id: str | None = None,
    ) -> None:
        """Note how it ended. `changes` are those that were read back; without them what was foreseen stays.

        `native_id` is the customer's new one, where the change gave it another: its entries move along.
        """
        this = and_(audit_log.c.tenant == subject.tenant, audit_log.c.id == id)
        async with self._database.write() as transaction:
            row = (await transaction.execute(select(audit_log).where(this).with_for_update())).mappings().first()
            if row is None:
                return  # it was erased meanwhile
            values: dict[str, Any] = {"result": result.value, "confirmed": changes is not None}
            if changes is not None:
                details = {**self._open(row), "changes": [list(item) for item in changes]}
                values["details"] = self._seal(subject.tenant, id, details)
            await transaction.execute(update(audit_log).where(this).values(values))
            if native_id is not None and native_id != subject.native_id:
                await transaction.execute(update(audit_log).where(_about(subject)).values(native_id=native_id))

    async def of(self, subject: Subject, first: int, after: Place | None = None) -> list[Entry]:
        """Up to `first` entries of a customer, newest first."""
        these = _about(subject)
        if after is not None:
            same_moment = and_(audit_log.c.at == after.at, audit_log.c.id < after.id)
            these = and_(these, or_(audit_log.c.at < after.at, same_moment))
        query = select(audit_log).where(these).order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(first)
        async with self._database.read() as connection:
            return [self._read(row) for row in (await connection.execute(query)).mappings()]

    async def erase(self, subject: Subject) -> int:
        """Delete every entry of a customer; answers how many."""
        async with self._database.write() as transaction:
            return (await transaction.execute(delete(audit_log).where(_about(subject)))).rowcount

    async def reap(self) -> int:
        """Delete entries that are older than they are kept; answers how many."""
        async with self._database.write() as transaction:
            now = await self._database.now(transaction, self._clock)
            return (await transaction.execute(delete(audit_log).where(audit_log.c.at < now - self._kept_for))).rowcount

    async def count(self) -> int:
        return await self._count()

    async def count_unfinished(self, since: timedelta) -> int:
        """How many updates were begun at least so long ago and not seen to end."""
        async with self._database.read() as connection:
            now = await self._database.now(connection, self._clock)
        return await self._count(
            audit_log.c.result == UpdateResult.STARTED.value,
            audit_log.c.at <= now - since,
        )

    async def reseal_all(self, *, batch: int = 100) -> int:
        """Put all entries under the current key; see `reseal_rows`."""
        return await reseal_rows(self._database, self._box, DETAILS, batch=batch)

    async def count_by_key(self) -> dict[str, int]:
        return await count_rows_by_key(self._database, DETAILS)

    async def _count(self, *which: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(audit_log).where(*which)
        async with self._database.read() as connection:
            return int((await connection.execute(counted)).scalar_one())

    def _seal(self, tenant: str, id: str, details: dict[str, Any]) -> bytes:
        return self._box.seal(json.dumps(details).encode(), *DETAILS.context(tenant, id))

    def _open(self, row: RowMapping) -> dict[str, Any]:
        details: dict[str, Any] = json.loads(self._box.open(row["details"], *DETAILS.context_in(row)))
        return details

    def _read(self, row: RowMapping) -> Entry:
        subject = Subject(*(row[name] for name in Subject._fields))
        result = UpdateResult[row["result"]]
        entry = Entry(row["id"], subject, row["at"], result, row["confirmed"], row["correlation_id"])
        try:
            details = self._open(row)
        except SecretProblem:
            return entry  # that it happened is still worth telling
        changes = tuple(Changed(*item) for item in details["changes"])
        return replace(entry, caller=details["caller"], key_id=details["key_id"], changes=changes)


def _about(subject: Subject) -> ColumnElement[bool]:
    these = [
        audit_log.c.tenant == subject.tenant,
        audit_log.c.connection_id == subject.connection_id,
        audit_log.c.native_id == subject.native_id,
    ]
    if subject.integration is not None:
        these.append(audit_log.c.integration == subject.integration)
    if subject.company_id is not None:
        # Where a company is needed every entry has one; where none is, a caller may or may not have named it.
        these.append(or_(audit_log.c.company_id == subject.company_id, audit_log.c.company_id.is_(None)))
    return and_(*these)
