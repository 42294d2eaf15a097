"""Keeps the audit log: every update that comes as far as writing has an entry, begun before its first write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from .connectors.compare import FieldChange
from .connectors.run import Outcome
from .errors import OutcomeUnknown, PartlyApplied
from .model.audit import Changed, Entry, Place, Subject, UpdateResult
from .model.caller import Caller
from .storage.database import DatabaseProblem

log = structlog.get_logger(__name__)


class Audit(Protocol):
    """What is needed of `storage.audit.AuditLog`."""

    async def begin(
        self, subject: Subject, caller: Caller, correlation_id: str, changes: Sequence[Changed], /
    ) -> str: ...

    async def finish(
        self,
        subject: Subject,
        id: str,
        result: UpdateResult,
        changes: Sequence[Changed] | None = None,
        native_id: str | None = None,
        /,
    ) -> None: ...

    async def of(self, subject: Subject, first: int, after: Place | None = None, /) -> list[Entry]: ...

    async def erase(self, subject: Subject, /) -> int: ...


@dataclass(slots=True)
class Recording:
    """One update on its way into the log."""

    audit: Audit
    subject: Subject
    caller: Caller
    correlation_id: str
    id: str | None = None

    async def begin(self, foreseen: Sequence[FieldChange]) -> None:
        """Raises `DatabaseProblem`: what cannot be noted is not written."""
        changes = [Changed(item.path, item.before, item.after) for item in foreseen]
        self.id = await self.audit.begin(self.subject, self.caller, self.correlation_id, changes)

    async def finish(self, outcome: Outcome) -> None:
        """The write is over: that its end cannot be noted does not change what came of it."""
        if self.id is None:
            return
        customer, changes = outcome.customer, None
        if customer is not None:
            changes = [Changed(item.path, item.before, item.after) for item in outcome.changes]
        native_id = customer.native_id if customer else None
        try:
            await self.audit.finish(self.subject, self.id, result_of(outcome), changes, native_id)
        except DatabaseProblem as problem:
            log.error("audit_not_finished", entry=self.id, problem=str(problem))


def result_of(outcome: Outcome) -> UpdateResult:
    """How an update ended that was begun."""
    if not outcome.errors:
        return UpdateResult.MADE
    kinds = {type(error) for error in outcome.errors}
    if PartlyApplied in kinds:
        return UpdateResult.PARTLY_MADE
    return UpdateResult.UNKNOWN if OutcomeUnknown in kinds else UpdateResult.NOT_MADE
