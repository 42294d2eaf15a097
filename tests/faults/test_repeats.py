"""A call made again under its key after an unknown outcome reads before it writes; and no call outlives its time."""

from __future__ import annotations

import time

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.errors import ErrorCode
from gql_gateway.outbound.client import Deadlines
from tests.conformance.cases import rich
from tests.faults.script import ONE_LOOK, SHORT, script, steady_leaf
from tests.faults.table import ALWAYS, MADE, NOT_MADE, UNKNOWN, On, Row
from tests.support.trial import ERRORS_ONLY, EVERYTHING, Stage, open_trial
from tests.support.values import change_of, sample, stored

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("connector", list(connectors().values()), ids=lambda item: item.manifest.name),
]


@pytest.mark.parametrize("made", [True, False], ids=["it_was_made", "it_was_not"])
async def test_a_repeated_key_never_writes_blindly(
    stage: Stage, connector: Connector, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "reset_after" if made else "reset_before"
    async with open_trial(stage, connector, deadline=3.0, deadlines=SHORT, patience=ONE_LOOK) as trial:
        native_id = rich(connector, trial.simulator)
        leaf = steady_leaf(trial, native_id)
        value = sample(connector, leaf, stored(connector, leaf, trial.record(native_id)))
        change = change_of(connector, {leaf.path: value})
        with monkeypatch.context() as patch:
            script(trial, Row((fault,), On.WRITE_AND_READS, (UNKNOWN,), times=ALWAYS), fault, patch)
            outcome = await trial.update(native_id, change, ERRORS_ONLY, idempotency_key="one")
            assert [error.code for error in outcome.errors] == [ErrorCode.OUTCOME_UNKNOWN]
            again = await trial.update(native_id, change, ERRORS_ONLY, idempotency_key="one")
            assert [error.code for error in again.errors] == [ErrorCode.DOWN]
            assert len(trial.writes()) == 1, "while the record cannot be read nothing is written"
        trial.mount.faults.clear()
        trial.forget()

        for _ in range(3):
            outcome = await trial.update(native_id, change, ERRORS_ONLY, idempotency_key="one")
            assert outcome.errors == []
        assert trial.requests()[0] in trial.reads()
        assert len(trial.writes()) == (0 if made else 1)
        assert stored(connector, leaf, trial.record(native_id)) == value


async def test_a_write_that_takes_all_its_time_leaves_some_to_look(
    stage: Stage, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the deadlines of the client as they are in production, longer than the whole operation may take."""
    async with open_trial(stage, connector, deadline=1.5, deadlines=Deadlines()) as trial:
        trial.mount.faults.drip, trial.mount.faults.hold = 0.05, 3.0
        native_id = rich(connector, trial.simulator)
        leaf = steady_leaf(trial, native_id)
        value = sample(connector, leaf, stored(connector, leaf, trial.record(native_id)))
        script(trial, Row(("timeout_after",), On.WRITE, (MADE,)), "timeout_after", monkeypatch)
        begun = time.monotonic()
        outcome = await trial.update(native_id, change_of(connector, {leaf.path: value}), EVERYTHING)
        assert time.monotonic() - begun < 2.0
        assert outcome.errors == []
        assert len(trial.writes()) == 1
        assert stored(connector, leaf, trial.record(native_id)) == value


@pytest.mark.parametrize("fault", ["timeout_before", "slow_body"])
@pytest.mark.parametrize("on", [On.READ, On.WRITE_AND_READS], ids=lambda on: on.name.lower())
async def test_an_update_ends_by_its_deadline(
    stage: Stage, connector: Connector, on: On, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_trial(stage, connector, deadline=1.0, deadlines=Deadlines()) as trial:
        trial.mount.faults.drip, trial.mount.faults.hold = 0.05, 3.0
        native_id = rich(connector, trial.simulator)
        leaf = steady_leaf(trial, native_id)
        script(trial, Row((fault,), on, (NOT_MADE,), times=ALWAYS), fault, monkeypatch)
        begun = time.monotonic()
        outcome = await trial.update(native_id, change_of(connector, {leaf.path: sample(connector, leaf, None)}))
        assert time.monotonic() - begun < 1.5
        assert len(outcome.errors) == 1


async def test_a_changed_key_of_the_record_cannot_be_settled_under_its_old_one(
    stage: Stage, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record has gone by another id since: what the old one shows is nothing at all."""
    async with open_trial(stage, connector, deadline=3.0, deadlines=SHORT, patience=ONE_LOOK) as trial:
        native_id = rich(connector, trial.simulator)
        record = trial.record(native_id)
        keys = [leaf for leaf in connector.table.leaves if stored(connector, leaf, record) == native_id]
        if not keys:
            pytest.skip("capability: no value that can be written is the key of the record")
        value = sample(connector, keys[0], native_id)
        script(trial, Row(("reset_after",), On.WRITE, (UNKNOWN,)), "reset_after", monkeypatch)
        outcome = await trial.update(native_id, change_of(connector, {keys[0].path: value}))
        assert [error.code for error in outcome.errors] == [ErrorCode.OUTCOME_UNKNOWN]
        assert value in trial.ids
        assert len(trial.writes()) == 1
