"""Every fault of the control API × every connector × read and write: the payload agrees with what is stored.

Runs through GraphQL, as a caller would: a fault that ended in a top-level error would be one that nobody handled.
"""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.execute import Executor, Request
from gql_gateway.fields.table import Leaf
from gql_gateway.model.caller import LOCAL
from gql_gateway.sandbox.faults import KINDS, WRITES_ONLY
from gql_gateway.schema.context import Context
from tests.conformance.cases import rich
from tests.faults.script import ONE_LOOK, SHORT, script, steady_leaf
from tests.faults.table import ALWAYS, FAULTS, PAGE, Ending, On, Row, cases, kind_of, to_markdown, with_table
from tests.support.trial import Document, Stage, Trial, open_trial
from tests.support.values import changed_places, lay_out, member, native_of, sample, stored, with_value

ALL = list(connectors().values())
KEEPS_WAITING = ("timeout", "slow")
EVERYTHING = """
mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { id version companyName native }
    changes { path before after }
    requests { step method path body status writes }
    warnings { code message path sent stored }
    errors { ...problem }
    dryRun
  }
}
fragment problem on UserError {
  __typename code message path retryable providerCode providerMessage
  ... on RateLimited { retryAfter }
  ... on VersionConflict { current { version native } }
  ... on PartlyApplied { applied failed notTried }
}
"""
ERRORS = """
mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    errors { __typename code message path retryable providerCode providerMessage }
  }
}
"""


@pytest.mark.parametrize("connector", ALL, ids=lambda item: item.manifest.name)
@pytest.mark.parametrize(("row", "fault"), [pytest.param(*case, id=f"{case[0].name}-{case[1]}") for case in cases()])
@pytest.mark.asyncio(loop_scope="session")
async def test_a_fault_ends_as_declared(
    stage: Stage, executor: Executor, connector: Connector, row: Row, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = row.ending(connector)
    # What never ends well is not waited for; where nothing is to be waited for, a slow machine is no fault.
    deadline = 1.0 if row.times == ALWAYS else 5.0
    deadlines = SHORT if fault.startswith(KEEPS_WAITING) else None
    async with open_trial(stage, connector, deadline=deadline, deadlines=deadlines, patience=ONE_LOOK) as trial:
        trial.mount.faults.drip = 0.05
        trial.mount.faults.hold = 1.0
        native_id = rich(connector, trial.simulator)
        leaf = steady_leaf(trial, native_id)
        before = trial.record(native_id)
        value = sample(connector, leaf, stored(connector, leaf, before))
        change, paths = lay_out(connector, {leaf.path: value})
        script(trial, row, fault.format(field=".".join(map(str, leaf.native))), monkeypatch)

        payload = await run(executor, trial, native_id, change, row.everything)

        check_error(payload, ending, trial.record(native_id))
        check_record(trial, native_id, leaf, value, before, ending)
        taken = [entry for entry in trial.writes() if entry["status"] not in (401, 429)]
        assert len(taken) == ending.writes
        if row.everything:
            check_warnings(trial, payload, ending, paths[leaf.path])
        if row.waits:
            assert waited(trial) >= row.waits
        if row.times == 1:
            assert trial.mount.faults.shown() == [], "the fault was never met"


async def run(executor: Executor, trial: Trial, native_id: str, change: Document, everything: bool) -> Document:
    """The payload of the update; nothing may go wrong beside it, and nothing secret may be in it."""
    given = {
        "customer": {"native": {"connectionId": trial.connection_id, "nativeId": native_id}},
        "change": {member(trial.connector): change},
    }
    request = Request(EVERYTHING if everything else ERRORS, {"input": given})
    answer = await executor.run(request, Context(trial.gateway, LOCAL, "a-correlation-id"))
    assert set(answer.body) == {"data"}, answer.body
    trial.check_secrets([repr(answer.body)])
    payload: Document = answer.body["data"]["updateCustomer"]
    return payload


def check_error(payload: Document, ending: Ending, now: Document) -> None:
    told = [(error["__typename"], error["retryable"]) for error in payload["errors"]]
    assert told == ([] if ending.error is None else [(ending.error, ending.retryable)])
    for error in payload["errors"]:
        assert ending.code in (None, error["code"])
        assert error["message"]
        if ending.error == "RateLimited":
            assert error["retryAfter"] >= 1
        if ending.error == "VersionConflict":
            assert error["current"]["native"] == now


def check_record(trial: Trial, native_id: str, leaf: Leaf, value: Any, before: Document, ending: Ending) -> None:
    """The stored truth: what was asked and nothing else, or nothing at all."""
    connector = trial.connector
    after = trial.record(native_id)
    if ending.warning in ("SIDE_EFFECT", "RISK") or ending.error == "VersionConflict":
        assert (stored(connector, leaf, after) == value) == ending.made  # somebody else has edited the record too
        return
    place = connector.locate(leaf, before)
    assert place is not None
    kept = native_of(leaf, value)
    wanted = with_value(before, place, kept) if ending.made else before
    if ending.warning == "CUT":
        wanted = with_value(before, place, kept[:5])
    assert changed_places(connector, wanted, after) == []


def check_warnings(trial: Trial, payload: Document, ending: Ending, path: tuple[str, ...]) -> None:
    warnings = {warning["code"]: warning for warning in payload["warnings"] if warning["code"] != "RISK"}
    expected = {ending.warning} - {None, "RISK"}
    if ending.warning == "NOT_VERIFIED" and trial.requests()[-1] in trial.writes():
        expected = set()  # the answer to the write was the record
    assert set(warnings) == expected
    if ending.warning == "RISK":
        assert any(warning["code"] == "RISK" for warning in payload["warnings"])
    if ending.warning in ("IGNORED", "CUT"):
        assert warnings[ending.warning]["path"] == list(path)
    if ending.error is None and ending.warning != "NOT_VERIFIED":
        assert payload["customer"]["native"]


def waited(trial: Trial) -> float:
    """Seconds between the refused request and the next one."""
    entries = trial.requests()
    number = next(index for index, entry in enumerate(entries) if entry["status"] == 429)
    times = [datetime.fromisoformat(entry["at"]) for entry in entries[number : number + 2]]
    return (times[1] - times[0]).total_seconds() + 0.001


@pytest.mark.parametrize("connector", ALL, ids=lambda item: item.manifest.name)
@pytest.mark.parametrize("everything", [True, False], ids=["everything", "errors_only"])
@pytest.mark.asyncio(loop_scope="session")
async def test_a_refused_connection_is_unreachable(
    stage: Stage, executor: Executor, connector: Connector, everything: bool
) -> None:
    """Nobody listens: nothing was sent, whichever call it was, so the same call may be made again."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with open_trial(stage, connector, deadline=3.0, deadlines=SHORT, base_url=url) as trial:
            native_id = rich(connector, trial.simulator)
            leaf = steady_leaf(trial, native_id)
            change, _ = lay_out(connector, {leaf.path: sample(connector, leaf, None)})
            payload = await run(executor, trial, native_id, change, everything)
            told = [(error["__typename"], error["code"], error["retryable"]) for error in payload["errors"]]
            assert told == [("ProviderUnavailable", "UNREACHABLE", True)]
            assert trial.requests() == []


def test_every_fault_stands_in_the_table() -> None:
    written = {kind_of(fault) for row, fault in cases() if row.on is On.WRITE}
    read = {kind_of(fault) for row, fault in cases() if row.on is On.READ}
    assert written == KINDS
    assert read == KINDS - WRITES_ONLY


def test_every_kind_of_connector_has_one_ending() -> None:
    for row in FAULTS:
        for connector in ALL:
            assert row.ending(connector).words


def test_what_is_not_made_says_so_and_what_is_made_raises_nothing() -> None:
    """The rules that every row has to keep, however it is stated."""
    for row in FAULTS:
        for ending in row.endings:
            if ending.error is None:
                assert ending.made or ending.warning in ("IGNORED", "CUT")
            if ending.retryable:
                assert not ending.made
            if ending.made and ending.error:
                assert ending.error == "OutcomeUnknown"
            if ending.error == "OutcomeUnknown":
                assert row.times == ALWAYS or not row.everything
            assert ending.writes <= 1


def test_the_page_shows_this_table() -> None:
    page = PAGE.read_text("utf-8")
    assert to_markdown() in page, "docs/reliability.md is stale: python -m tests.faults"
    assert with_table(page) == page
