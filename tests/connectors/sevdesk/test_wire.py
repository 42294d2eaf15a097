"""Each file in `wire/`: a change and the record as it is → these calls or these problems; an answer → an error."""

from __future__ import annotations

import json
from collections.abc import Generator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import Step
from gql_gateway.connectors.sevdesk import CONNECTOR
from gql_gateway.errors import GatewayError, InvalidChange, ProviderProtocolError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.wire import predicted
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from tests.support.changes import typed_change

Fixture = dict[str, Any]

SEVDESK = CONNECTOR()
FIXTURES: dict[str, Fixture] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "wire").iterdir())
}


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(SEVDESK.table, typed_change(SEVDESK, fixture["change"]), ("change", "sevdesk"))


def answer_of(told: Fixture) -> Answer:
    body = told["body"]
    return Answer(told["status"], body.encode() if isinstance(body, str) else json.dumps(body).encode(), {})


def problems_of(change: Change, current: Fixture) -> list[InvalidChange]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    return check_change(change) or list(SEVDESK.check(change, current))


def carry_out(plan: Generator[Step, Answer | None, None], answers: list[Fixture]) -> tuple[list[Step], Any]:
    """The steps of a plan that gets these answers (none in a dry run), and the error it ends with."""
    steps: list[Step] = []
    try:
        step = next(plan)
        while True:
            steps.append(step)
            step = plan.send(answer_of(answers[len(steps) - 1]) if len(steps) <= len(answers) else None)
    except StopIteration:
        return steps, None
    except GatewayError as error:
        return steps, error


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if not {"steps", "problems", "answer"} & set(fixture)] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    ref = Ref("c", SEVDESK.native_id(current))
    steps, error = carry_out(SEVDESK.plan(ref, change, current), fixture.get("answers", []))
    made = [
        {"step": step.step, "method": step.method, "path": step.path, "body": step.body}
        | ({"query": [list(pair) for pair in step.query]} if step.query else {})
        for step in steps
    ]
    assert made == fixture["steps"]
    assert [step.writes for step in steps] == [step.method != "GET" for step in steps]
    assert current == untouched
    told = None if error is None else {"code": error.code.name, "path": list(error.path)}
    assert told == fixture.get("problem")
    values = dict(flatten(SEVDESK.parse(predicted(change, current, SEVDESK.locate), ref)))
    assert {path: values.get(path) for path in fixture.get("after", {})} == fixture.get("after", {})


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_each_value_is_in_the_paths_of_one_step(fixture: Fixture) -> None:
    """So that an unclear step can be settled by what it alone should have changed."""
    change, current = change_of(fixture), fixture["current"]
    ref = Ref("c", SEVDESK.native_id(current))
    writes = [step for step in SEVDESK.plan(ref, change, current) if step.writes]
    assert all(step.paths for step in writes)
    dropped = {leaf.path for drop in change.drops for leaf in drop.branch.leaves()}
    written = [path for step in writes for path in step.paths or () if path not in dropped]
    removed = [step for step in writes if step.method == "DELETE"]
    assert len(written) == len(set(written)) or removed
    assert set(written) <= change.touched()


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_call(fixture: Fixture) -> None:
    problems = problems_of(change_of(fixture), fixture["current"])
    assert [{"code": item.code.name, "path": list(item.path)} for item in problems] == fixture["problems"]


@pytest.mark.parametrize("fixture", fixtures_with("answer"))
def test_answer_means(fixture: Fixture) -> None:
    answer = answer_of(fixture["answer"])
    error = SEVDESK.explain(answer)
    assert {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
    } == fixture["error"]
    assert SEVDESK.refused(answer) is fixture["refused"]
    if "change" in fixture:
        current = fixture["current"]
        places = SEVDESK.blamed(answer)
        path = blamed_path(change_of(fixture), places, lambda leaf: SEVDESK.locate(leaf, current))
        assert list(path) == fixture["path"]


WRITE, REMOVAL = Step("contact", "PUT", "/api/v1/Contact/1"), Step("address 1", "DELETE", "/api/v1/ContactAddress/1")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (WRITE, '{"objects": {"id": "1"}}'),
        (WRITE, '{"objects": [{"id": "1"}]}'),
        (WRITE, '{"id": "1"}'),
        (REMOVAL, '{"objects": [null]}'),
        (REMOVAL, ""),
    ],
)
def test_every_shape_of_success_is_taken(step: Step, body: str) -> None:
    assert SEVDESK.stored(step, Answer(200, body.encode())) is None


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (WRITE, "<html></html>"),
        (WRITE, '{"objects": []}'),
        (WRITE, '{"objects": {"name": "x"}}'),
        (WRITE, '{"objects": [null]}'),
        (WRITE, ""),
        (REMOVAL, "<html></html>"),
    ],
)
def test_what_is_no_success_is_none(step: Step, body: str) -> None:
    with pytest.raises(ProviderProtocolError):
        SEVDESK.stored(step, Answer(200, body.encode()))
