"""The decision after a write without a clear answer: the record before (known or not) against the record as it is."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.connectors.run import Patience
from gql_gateway.errors import ErrorCode, OutcomeUnknown, ProviderUnavailable, RateLimited, VersionConflict
from tests.faults.stub import ERRORS_ONLY, EVERYTHING, REF, TWO_NAMES, Does, Script, change_of, runner

UNCLEAR: tuple[Does, ...] = ("nothing", "fails", "babbles")
TWO = TWO_NAMES
BOTH, NEITHER = ("New", "https://new.example"), ("Old", "https://old.example")
FOREIGN = ("Someone's", "https://old.example")
HALF = ("New", "https://old.example")
SUCCESS, NOT_MADE, UNKNOWN = None, ProviderUnavailable, OutcomeUnknown


def record(name: str, site: str) -> Any:
    return {**Script().record, "name": {"value": name, "site": site, "number": 7}}


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        pytest.param(True, BOTH, SUCCESS, id="known-applied"),
        pytest.param(True, NEITHER, NOT_MADE, id="known-not_applied"),
        pytest.param(True, HALF, UNKNOWN, id="known-mixed"),
        pytest.param(True, FOREIGN, UNKNOWN, id="known-somebody_else"),
        pytest.param(True, None, UNKNOWN, id="known-unreadable"),
        pytest.param(False, BOTH, SUCCESS, id="unknown-applied"),
        pytest.param(False, NEITHER, UNKNOWN, id="unknown-not_applied"),
        pytest.param(False, HALF, UNKNOWN, id="unknown-mixed"),
        pytest.param(False, FOREIGN, UNKNOWN, id="unknown-somebody_else"),
        pytest.param(False, None, UNKNOWN, id="unknown-unreadable"),
    ],
)
@pytest.mark.parametrize("does", UNCLEAR)
async def test_the_record_decides(does: Does, known: bool, now: tuple[str, str] | None, expected: Any) -> None:
    looks: list[Any] = ["fails"] * 3 if now is None else [record(*now)] * 3
    first: list[Any] = ["it"] if known else []
    script = Script(writes={"name": [does]}, reads=first + looks)
    outcome = await runner(script).update(REF, change_of(**TWO), wants=EVERYTHING if known else ERRORS_ONLY)
    assert script.received.count("name") == 1
    if expected is SUCCESS:
        assert outcome.errors == []
        assert script.naps == []
        return
    [error] = outcome.errors
    assert type(error) is expected
    assert error.retryable == (expected is NOT_MADE)
    assert script.naps == [0.5, 1.5], "a slow write may still land"


@pytest.mark.parametrize("does", UNCLEAR)
async def test_a_write_that_lands_late_is_waited_for(does: Does) -> None:
    looks = [record(*NEITHER), record(*NEITHER), record(*BOTH)]
    script = Script(writes={"name": [does]}, reads=["it", *looks, record(*BOTH)])
    patience = Patience(settle=(0.0, 0.25, 0.75), fresh=(0.0,))
    outcome = await runner(script, patience=patience).update(REF, change_of(**TWO))
    assert outcome.errors == []
    assert script.naps == [0.25, 0.75]
    assert [change.path for change in outcome.changes] == ["companyName", "website"]


async def test_one_unreadable_look_is_no_verdict() -> None:
    script = Script(writes={"name": ["it_silently"]}, reads=["it", "fails", "babbles", "it"])
    outcome = await runner(script).update(REF, change_of(**TWO))
    assert outcome.errors == []


async def test_a_record_that_is_gone_leaves_it_unknown() -> None:
    class Gone(Script):
        async def send(self, call: Any) -> Any:
            answer = await super().send(call)
            if not call.writes and self.received.count("read") > 1:
                return type(answer)(404)
            return answer

    outcome = await runner(Gone(writes={"name": ["fails"]})).update(REF, change_of(**TWO))
    assert [type(error) for error in outcome.errors] == [OutcomeUnknown]


async def test_values_that_were_there_before_tell_nothing() -> None:
    """Only what the write should have altered counts: a value set to what it was is neither done nor undone."""
    script = Script(writes={"name": ["half_of_it"]})
    values = {"companyName": "New", "website": "https://old.example"}
    outcome = await runner(script).update(REF, change_of(**values))
    assert outcome.errors == []


@pytest.mark.parametrize("wants", [EVERYTHING, ERRORS_ONLY], ids=["everything", "errors"])
async def test_a_call_never_sent_is_not_settled_but_told(wants: Any) -> None:
    for does, kind, code in (
        ("unreachable", ProviderUnavailable, ErrorCode.UNREACHABLE),
        ("limited", RateLimited, ErrorCode.RATE_LIMITED),
    ):
        script = Script(writes={"name": [does]})  # type: ignore[list-item]
        outcome = await runner(script).update(REF, change_of(**TWO), wants=wants)
        [error] = outcome.errors
        assert (type(error), error.code, error.retryable) == (kind, code, True)
        assert getattr(error, "retry_after", 3.0) == 3.0
        assert script.received.count("read") == (1 if wants is EVERYTHING else 0)


@pytest.mark.parametrize("reads", [["it"], ["it", "fails"], ["it", "nothing"], ["it", "babbles"]])
async def test_a_conflict_stays_one_when_the_current_record_cannot_be_read(reads: list[Any]) -> None:
    script = Script(writes={"name": ["conflicts"]}, reads=list(reads))
    outcome = await runner(script).update(REF, change_of(**TWO))
    [error] = outcome.errors
    assert isinstance(error, VersionConflict)
    assert (error.current is None) == (len(reads) > 1)


async def test_what_cannot_be_read_back_is_a_warning() -> None:
    script = Script(reads=["it", "fails", "fails", "fails"])
    outcome = await runner(script).update(REF, change_of(**TWO))
    assert outcome.errors == []
    assert [warning.code.name for warning in outcome.warnings] == ["NOT_VERIFIED"]
    assert outcome.customer is None
    assert script.naps == [0.3, 1.0]


async def test_without_a_wish_to_see_it_nothing_is_read() -> None:
    script = Script()
    outcome = await runner(script).update(REF, change_of(**TWO), wants=ERRORS_ONLY)
    assert outcome.errors == []
    assert script.received == ["name"]
