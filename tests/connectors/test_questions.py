"""A step that writes nothing is a question: its answer decides how the plan goes on."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from gql_gateway.connectors.base import Step
from gql_gateway.errors import ErrorCode, GatewayError, PartlyApplied, ProviderRejected
from gql_gateway.fields.change import Change
from gql_gateway.model.json import JsonObject
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from tests.faults.stub import ALL_THREE, REF, Does, Script, Stub, change_of, runner, shelf_step


class Doubting(Stub):
    """Asks before its second step, and stops where the answer is no."""

    needs_current = True

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Generator[Step, Answer | None, None]:
        steps = [step for shelf in ("name", "city") if (step := shelf_step(shelf, change, current))]
        for step in steps:
            if step.step == "city":
                answer = yield Step("may I", "GET", "/may", writes=False)
                if answer is not None and b"no" in answer.body:
                    raise ProviderRejected(ErrorCode.DUPLICATE, "It said no.")
            yield step


async def test_a_good_answer_lets_the_plan_go_on() -> None:
    script = Script()
    outcome = await runner(script, Doubting()).update(REF, change_of(**ALL_THREE))
    assert outcome.errors == []
    assert [step for step in script.received if step != "read"] == ["name", "city"]
    shown = [(call.step, call.writes) for call in outcome.requests if call.method != "GET" or call.step == "may I"]
    assert shown == [("name", True), ("may I", False), ("city", True)]


@pytest.mark.parametrize("does", ["fails", "nothing", "unreachable"])
async def test_a_question_without_an_answer_stops_the_plan(does: Does) -> None:
    script = Script(reads=["it", does])
    outcome = await runner(script, Doubting()).update(REF, change_of(**ALL_THREE))
    [error] = outcome.errors
    assert isinstance(error, PartlyApplied)
    assert (error.applied, error.failed) == (("name",), "may I")
    assert "city" not in script.received


async def test_an_answer_that_ends_the_plan_tells_what_was_done() -> None:
    script = Script(reads=["it", {"told": "no"}])
    outcome = await runner(script, Doubting()).update(REF, change_of(**ALL_THREE))
    [error] = outcome.errors
    assert isinstance(error, PartlyApplied)
    assert (error.applied, error.failed) == (("name",), "may I")
    assert isinstance(error.cause, GatewayError)
    assert error.cause.code is ErrorCode.DUPLICATE
    assert "city" not in script.received


async def test_before_any_write_the_error_stands_alone() -> None:
    script = Script(reads=["it", {"told": "no"}])
    outcome = await runner(script, Doubting()).update(REF, change_of(notes="New"))
    assert [error.code for error in outcome.errors] == [ErrorCode.DUPLICATE]
    assert script.received == ["read", "read"]
