"""Each file in `wire/`: a change and the record → calls or problems; an answer → an error; answers → what they make."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.exact_online import CONNECTOR
from gql_gateway.errors import InvalidChange, ProviderProtocolError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.wire import predicted
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

Fixture = dict[str, Any]

EXACT = CONNECTOR()
ID = "5b0f8a52-7c1d-4f0e-9a37-2d1c5e8f6a10"
REF = Ref("acme", ID, "3141592")
FIXTURES: dict[str, Fixture] = read_fixtures(Path(__file__).parent / "wire")


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(EXACT.table, typed_change(EXACT, fixture["change"]), ("change", "exactOnline"))


def problems_of(change: Change, current: Fixture) -> list[InvalidChange]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    return check_change(change) or list(EXACT.check(change, current))


def test_every_fixture_is_run() -> None:
    parts = {"steps", "problems", "answer", "talk"}
    assert [name for name, fixture in FIXTURES.items() if len(parts & set(fixture)) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    bound = EXACT.bound(change, current)
    steps = list(EXACT.plan(REF, bound, current))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes for step in steps)
    assert current == untouched
    values = dict(flatten(EXACT.parse(predicted(bound, current, EXACT.locate), REF)))
    assert {path: values.get(path) for path in fixture.get("after", {})} == fixture.get("after", {})


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_a_change_that_is_made_makes_no_call(fixture: Fixture) -> None:
    """Made a second time, or settled by the record after a lost answer, nothing is sent again."""
    current = fixture["current"]
    bound = EXACT.bound(change_of(fixture), current)
    made: Any = predicted(bound, current, EXACT.locate)
    for number, part in enumerate(
        [*made.get("Addresses", ()), *made.get("Contacts", ()), *made.get("BankAccounts", ())]
    ):
        part.setdefault("ID", f"0f5b8c2e-7c1d-4f2c-9a1b-9{number:011d}")
    again = EXACT.bound(change_of(fixture), made)
    assert list(EXACT.plan(REF, again, made)) == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_each_value_is_in_the_paths_of_one_step(fixture: Fixture) -> None:
    """So that an unclear step can be settled by what it alone should have changed."""
    bound = EXACT.bound(change_of(fixture), fixture["current"])
    steps = list(EXACT.plan(REF, bound, fixture["current"]))
    assert all(step.paths for step in steps)
    written = [path for step in steps for path in step.paths or ()]
    assert len(written) == len(set(written)) or any(step.method == "DELETE" for step in steps)
    assert set(written) <= bound.touched()


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_call(fixture: Fixture) -> None:
    problems = problems_of(change_of(fixture), fixture["current"])
    assert [{"code": item.code.name, "path": list(item.path)} for item in problems] == fixture["problems"]


@pytest.mark.parametrize("fixture", fixtures_with("answer"))
def test_answer_means(fixture: Fixture) -> None:
    answer = answer_of(fixture["answer"])
    error = EXACT.explain(answer)
    assert {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
    } == fixture["error"]
    assert EXACT.refused(answer) is fixture["refused"]
    assert EXACT.unauthorized(answer) is (answer.status == 401)
    if "wait" in fixture:
        assert EXACT.wait_asked(answer) == EXACT.pause_told(answer) == fixture["wait"]
        assert getattr(error, "retry_after", None) == fixture["wait"]
    if "path" in fixture:
        current = fixture["current"]
        path = blamed_path(change_of(fixture), EXACT.blamed(answer), lambda leaf: EXACT.locate(leaf, current))
        assert list(path) == fixture["path"]


@pytest.mark.parametrize("fixture", fixtures_with("talk"))
def test_conversation(fixture: Fixture) -> None:
    connection = Connection("acme", "exact_online", Credentials({"access_token": "t"}), tenant="default")
    conversation: Any = EXACT.read(REF)
    if fixture["talk"] == "list":
        wanted = ListFilter(**fixture["wanted"])
        conversation = EXACT.list("3141592", wanted, fixture["offset"], fixture["limit"])
    elif fixture["talk"] == "companies":
        conversation = EXACT.companies(connection)
    calls, result = hold(conversation, fixture["answers"])
    assert [[call.step, call.path] for call in calls] == fixture["calls"]
    assert {(call.method, call.writes) for call in calls} == {("GET", False)}
    for number, query in fixture["queries"].items():
        asked = [list(pair) for pair in calls[int(number)].query]
        assert asked == query if isinstance(query, list) else asked[-1] == query.split("=", 1)
    if is_problem(fixture, result):
        return
    if fixture["talk"] == "list":
        ids = [EXACT.native_id(document) for document in result.documents]
        assert {"ids": ids, "more": result.more} == fixture["result"]
    elif fixture["talk"] == "companies":
        assert [[item.id, item.name, item.country_code, item.active] for item in result] == fixture["result"]
    else:
        assert result == fixture["result"]


@pytest.mark.parametrize("id", ["42", "", f"{ID}'", f"{ID}/x", "{" + ID + "}"])
def test_an_id_that_is_none_is_never_asked_for(id: str) -> None:
    assert hold(EXACT.read(Ref("acme", id, "3141592")), []) == ([], None)


PUT, POST, DELETE = (Step("any", method, "/api/v1/1/crm/Contacts", writes=True) for method in ("PUT", "POST", "DELETE"))
MADE = b'{"d": {"ID": "5b0f8a52-7c1d-4f0e-9a37-2d1c5e8f6a10", "Name": null}}'


@pytest.mark.parametrize(
    ("step", "status", "body"), [(PUT, 204, b""), (DELETE, 204, b""), (POST, 201, MADE), (PUT, 200, b"{}")]
)
def test_what_is_a_success(step: Step, status: int, body: bytes) -> None:
    """A PUT is answered with nothing at all: there is no JSON to look for."""
    answer = Answer(status, body)
    assert EXACT.succeeded(answer)
    assert EXACT.stored(step, answer) is None


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (PUT, b"<html></html>"),
        (DELETE, b"<html></html>"),
        (POST, b""),
        (POST, b"{}"),
        (POST, b'{"d": {"ID": null}}'),
        (POST, b'{"d": {"results": []}}'),
    ],
)
def test_what_is_no_success_is_none(step: Step, body: bytes) -> None:
    with pytest.raises(ProviderProtocolError):
        EXACT.stored(step, Answer(200, body))


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"x-ratelimit-minutely-remaining": "0", "x-ratelimit-minutely-reset": "1795176030000"}, 30.0),
        (
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1795176060000",
                "x-ratelimit-minutely-remaining": "0",
                "x-ratelimit-minutely-reset": "1795176030000",
            },
            60.0,
        ),
        ({"x-ratelimit-minutely-remaining": "1", "x-ratelimit-minutely-reset": "1795176030000"}, None),
        ({"x-ratelimit-minutely-remaining": "0", "x-ratelimit-minutely-reset": "1795175999000"}, None),
        ({"x-ratelimit-minutely-remaining": "0"}, None),
        ({"x-ratelimit-minutely-remaining": "0", "x-ratelimit-minutely-reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_limit_that_is_used_up_is_told_by_any_answer(headers: dict[str, str], pause: float | None) -> None:
    """By the provider's own clock: ours may be wrong."""
    answer = Answer(204, b"", {"date": "Fri, 20 Nov 2026 12:00:00 GMT", **headers})
    assert EXACT.pause_told(answer) == pause
    assert EXACT.pause_told(Answer(204, b"", headers)) is None


def test_limits_are_the_companys_and_refusals_the_resources() -> None:
    [step] = EXACT.plan(REF, change_of(FIXTURES["set_one"]), FIXTURES["set_one"]["current"])
    assert EXACT.share(step) == "3141592"
    assert EXACT.endpoint(step) == "/api/v1/3141592/crm/Accounts"
