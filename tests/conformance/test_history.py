"""Every update that comes as far as writing stands in the audit log, whichever the provider and however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from gql_gateway.audited import result_of
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.errors import ErrorCode, OutcomeUnknown, PartlyApplied, ProviderRejected
from gql_gateway.model.audit import Changed, Entry, Subject, UpdateResult
from gql_gateway.model.caller import ALL_SCOPES, Caller
from gql_gateway.sandbox.faults import Taken
from gql_gateway.storage.audit import AuditLog
from gql_gateway.storage.database import DatabaseProblem
from tests.conformance.cases import each_connector, plain_leaf, rich
from tests.support.trial import ERRORS_ONLY, EVERYTHING, Stage, Trial
from tests.support.values import change_of, sample, stored

pytestmark = pytest.mark.asyncio(loop_scope="session")
SHOP = Caller("default", ALL_SCOPES, "web shop", "4fT0a9XkQ2Lm")
WHO: dict[str, Any] = {"caller": SHOP, "correlation_id": "c-1"}


@pytest_asyncio.fixture(loop_scope="session")
async def audit(stage: Stage, trial: Trial) -> AuditLog:
    log = AuditLog(stage.database, stage.box, timedelta(days=1))
    trial.gateway.shared.audit = log
    return log


def subject(trial: Trial, native_id: str) -> Subject:
    ref = trial.ref(native_id)
    return Subject("default", ref.connection_id, trial.connector.manifest.integration, native_id, ref.company_id)


async def entries(trial: Trial, audit: AuditLog, native_id: str) -> list[Entry]:
    return await audit.of(subject(trial, native_id), 10)


def a_change(trial: Trial, native_id: str) -> tuple[dict[str, Any], str, Any]:
    """A change of one text, and the values before and after it."""
    leaf = plain_leaf(trial.connector)
    held = stored(trial.connector, leaf, trial.record(native_id))
    value = sample(trial.connector, leaf, held)
    return change_of(trial.connector, {leaf.path: value}), leaf.path, (held, value)


@each_connector()
@pytest.mark.parametrize("wants", [EVERYTHING, ERRORS_ONLY], ids=["everything", "errors_only"])
async def test_who_changed_what(trial: Trial, audit: AuditLog, wants: Wants) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change, path, (held, value) = a_change(trial, native_id)
    outcome = await trial.update(native_id, change, wants, **WHO)
    assert outcome.errors == []
    (entry,) = await entries(trial, audit, native_id)
    assert (entry.result, entry.confirmed) == (UpdateResult.MADE, wants is EVERYTHING)
    assert (entry.caller, entry.key_id, entry.correlation_id) == (SHOP.name, SHOP.key_id, "c-1")
    assert Changed(path, held, value) in (entry.changes or ())
    if wants is EVERYTHING:
        assert entry.changes == tuple(Changed(item.path, item.before, item.after) for item in outcome.changes)
    else:
        # What differs is known from one look before the write; nothing is read back for the log's sake.
        assert trial.requests()[-1] in trial.writes()


@each_connector()
async def test_a_dry_run_and_a_refused_change_leave_nothing(trial: Trial, audit: AuditLog) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change, _, _ = a_change(trial, native_id)
    await trial.update(native_id, change, dry_run=True)
    stale = await trial.update(native_id, change, expected_version="another")
    assert stale.errors
    unknown = await trial.update("no-such-customer", change)
    assert unknown.errors
    assert await entries(trial, audit, native_id) == await entries(trial, audit, "no-such-customer") == []


@each_connector()
async def test_a_write_that_the_provider_refuses_was_not_made(
    trial: Trial, audit: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change, path, (held, value) = a_change(trial, native_id)
    _fault_the_write(trial, "status:403", monkeypatch)
    outcome = await trial.update(native_id, change, **WHO)
    assert outcome.errors
    (entry,) = await entries(trial, audit, native_id)
    assert (entry.result, entry.confirmed) == (UpdateResult.NOT_MADE, False)
    assert Changed(path, held, value) in (entry.changes or ())


@each_connector()
async def test_a_repeated_call_is_one_update(trial: Trial, audit: AuditLog) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change, _, _ = a_change(trial, native_id)
    for _ in range(3):
        outcome = await trial.update(native_id, change, idempotency_key="once", **WHO)
        assert outcome.errors == []
    assert len(await entries(trial, audit, native_id)) == 1


@each_connector()
async def test_what_cannot_be_noted_is_not_written(trial: Trial, audit: AuditLog) -> None:
    class Down(AuditLog):
        async def begin(self, subject: Subject, caller: Caller, correlation_id: str, changes: Sequence[Changed]) -> str:
            raise DatabaseProblem("down")

    log: Any = audit
    trial.gateway.shared.audit = Down(log._database, log._box, timedelta(days=1))
    native_id = rich(trial.connector, trial.simulator)
    change, _, _ = a_change(trial, native_id)
    with pytest.raises(DatabaseProblem):
        await trial.update(native_id, change)
    assert trial.writes() == []


@each_connector()
async def test_that_its_end_cannot_be_noted_changes_nothing_of_an_update(trial: Trial, audit: AuditLog) -> None:
    async def finish(*_: Any) -> None:
        raise DatabaseProblem("down")

    log: Any = audit
    log.finish = finish
    native_id = rich(trial.connector, trial.simulator)
    change, _, _ = a_change(trial, native_id)
    outcome = await trial.update(native_id, change)
    assert outcome.errors == [] and outcome.customer is not None
    (entry,) = await entries(trial, audit, native_id)
    assert entry.result is UpdateResult.STARTED


@each_connector()
async def test_an_update_that_is_cut_off_was_begun(
    trial: Trial, audit: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the process is killed: the entry was stored before the provider heard of anything."""
    native_id = rich(trial.connector, trial.simulator)
    change, path, (held, value) = a_change(trial, native_id)
    trial.mount.faults.hold = 60.0
    _fault_the_write(trial, "timeout_after", monkeypatch)
    running = asyncio.create_task(trial.update(native_id, change, **WHO))
    while not trial.writes():
        await asyncio.sleep(0.01)
        assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (entry,) = await entries(trial, audit, native_id)
    assert (entry.result, entry.confirmed) == (UpdateResult.STARTED, False)
    assert Changed(path, held, value) in (entry.changes or ())


def _fault_the_write(trial: Trial, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some providers write and read by the same method at the same path: only when a write comes is it known."""
    take = trial.mount.faults.take
    waiting = [fault]

    def take_in_time(method: str, path: str, *, token: bool, write: bool) -> Taken:
        if write and waiting:
            trial.fault(waiting.pop(), on=f"{method} /")
        return take(method, path, token=token, write=write)

    monkeypatch.setattr(trial.mount.faults, "take", take_in_time)


async def test_every_end_has_its_word() -> None:
    rejected = ProviderRejected(ErrorCode.OTHER, "no")
    partly = PartlyApplied("half", applied=["a"], failed="b", not_tried=[], cause=rejected)
    assert result_of(Outcome()) is UpdateResult.MADE
    assert result_of(Outcome(errors=[rejected])) is UpdateResult.NOT_MADE
    assert result_of(Outcome(errors=[partly])) is UpdateResult.PARTLY_MADE
    assert result_of(Outcome(errors=[OutcomeUnknown("?")])) is UpdateResult.UNKNOWN
