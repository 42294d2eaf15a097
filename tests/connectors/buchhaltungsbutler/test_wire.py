"""Each file in `wire/`: a change and the record as it is → these calls or these problems; an answer → an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.buchhaltungsbutler import CONNECTOR
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from tests.support.changes import typed_change

BUTLER = CONNECTOR()
FIXTURES = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "wire").iterdir())
}


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: dict[str, Any]) -> Change:
    return read_change(BUTLER.table, typed_change(BUTLER, fixture["change"]), ("change", "buchhaltungsbutler"))


def body_of(answer: dict[str, Any]) -> bytes:
    body = answer["body"]
    return b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if not {"steps", "problems", "answer"} & set(fixture)] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: dict[str, Any]) -> None:
    change, current = change_of(fixture), fixture["current"]
    assert check_change(change) == []
    assert list(BUTLER.check(change, current)) == []
    steps = list(BUTLER.plan(Ref("c", BUTLER.native_id(current)), change, current))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes and not step.query for step in steps)


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_call(fixture: dict[str, Any]) -> None:
    change = change_of(fixture)
    problems = check_change(change) or list(BUTLER.check(change, fixture["current"]))
    assert [{"code": item.code.name, "path": list(item.path)} for item in problems] == fixture["problems"]


@pytest.mark.parametrize("fixture", fixtures_with("answer"))
def test_answer_means(fixture: dict[str, Any]) -> None:
    told, wanted = fixture["answer"], dict(fixture["error"])
    answer = Answer(told["status"], body_of(told), {name.lower(): value for name, value in told["headers"].items()})
    error = BUTLER.explain(answer)
    assert all(name in error.message for name in wanted.pop("names", []))
    if "blamed" in wanted:
        assert list(BUTLER.blamed(answer)) == wanted.pop("blamed")
    if "refused" in wanted:
        assert BUTLER.refused(answer) is wanted.pop("refused")
    shown = {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": list(error.path),
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
    }
    assert {name: shown[name] for name in wanted} == wanted
