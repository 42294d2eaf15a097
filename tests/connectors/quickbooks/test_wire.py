"""Each file in `wire/`: a change → exactly these calls, or these problems; an answer → what it means.

`steps` and `problems` belong to a `change` of `current`; `answer` and `error` to a refusal; `list`, `read`, `companies`
and `stored` hold a conversation (`calls`, `answers`) against what comes of it.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.quickbooks import CONNECTOR
from gql_gateway.errors import GatewayError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, read_fixtures

QUICKBOOKS = CONNECTOR()
REALM = "9341450000000001"
REF = Ref("c", "58", REALM)
FOLDER = Path(__file__).parent / "wire"
FIXTURES = read_fixtures(FOLDER)
PARTS = ("steps", "problems", "error", "list", "read", "companies", "stored")


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: dict[str, Any]) -> Change:
    return read_change(QUICKBOOKS.table, typed_change(QUICKBOOKS, fixture["change"]), ("change", "quickbooks"))


def result_of(fixture: dict[str, Any], conversation: Generator[Call, Answer, Any]) -> Any:
    """What comes of a conversation whose calls are the fixture's; `None` also when it is the fixture's problem."""
    calls, result = hold(conversation, fixture["answers"])
    assert [[call.method, call.path, [list(pair) for pair in call.query]] for call in calls] == fixture["calls"]
    assert not any(call.writes for call in calls)
    return None if is_problem(fixture, result) else result


def is_problem(fixture: dict[str, Any], result: Any) -> bool:
    """Whether the fixture ends with a problem, and then that it is this one."""
    if "problem" not in fixture:
        assert not isinstance(result, GatewayError), result
        return False
    told = {"code": result.code.name, "path": list(result.path), "providerMessage": result.provider_message}
    assert told == fixture["problem"]
    return True


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []
    assert all(fixture["why"].endswith(".") for fixture in FIXTURES.values())


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: dict[str, Any]) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert check_change(change) == []
    assert list(QUICKBOOKS.check(change, current)) == []
    steps = list(QUICKBOOKS.plan(REF, change, current))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes and step.query == (("minorversion", "75"),) for step in steps)
    assert current == untouched


def test_full_record_has_every_writable_value() -> None:
    change = change_of(FIXTURES["full_record"])
    assert {item.leaf.path for item in change.assignments} == {leaf.path for leaf in QUICKBOOKS.table.leaves}


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_no_mask_is_ever_sent(fixture: dict[str, Any]) -> None:
    """The record at hand holds two of them."""
    assert "XXXXXX" in json.dumps(fixture["current"])
    for step in QUICKBOOKS.plan(REF, change_of(fixture), fixture["current"]):
        assert "XXXXXX" not in json.dumps(step.body)


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_the_write(fixture: dict[str, Any]) -> None:
    """In the runner's order: what the facts forbid comes first, and alone."""
    change = change_of(fixture)
    problems = check_change(change) or list(QUICKBOOKS.check(change, fixture["current"]))
    shown = [{"code": item.code.name, "path": list(item.path)} for item in problems]
    assert sorted(shown, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_answer_means(fixture: dict[str, Any]) -> None:
    answer, wanted = answer_of(fixture["answer"]), fixture["error"]
    error = QUICKBOOKS.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        path = list(blamed_path(change_of(fixture), QUICKBOOKS.blamed(answer), lambda leaf: leaf.native))
    shown = {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": QUICKBOOKS.refused(answer),
        "unauthorized": QUICKBOOKS.unauthorized(answer),
        "notTaken": QUICKBOOKS.not_taken(answer),
        "succeeded": QUICKBOOKS.succeeded(answer),
    }
    assert {name: shown[name] for name in wanted} == wanted


def test_a_customer_is_a_success() -> None:
    answer = Answer(200, b'{"Customer": {"Id": "58", "SyncToken": "4", "Notes": "Default of the Fault line"}}')
    assert QUICKBOOKS.succeeded(answer)
    assert not QUICKBOOKS.unauthorized(answer)


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_list(fixture: dict[str, Any]) -> None:
    asked = fixture["list"]
    conversation = QUICKBOOKS.list(REALM, ListFilter(**asked["filter"]), asked["offset"], asked["limit"])
    result = result_of(fixture, conversation)
    if result is not None:
        assert isinstance(result, Listing)
        assert [QUICKBOOKS.native_id(document) for document in result.documents] == fixture["found"]
        assert (result.more, result.total) == (fixture["more"], None)


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_read(fixture: dict[str, Any]) -> None:
    asked = fixture["read"]
    result = result_of(fixture, QUICKBOOKS.read(Ref("c", asked["id"], asked["company"])))
    assert result == fixture.get("document")


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies(fixture: dict[str, Any]) -> None:
    connection = Connection(
        "c", "quickbooks", Credentials({"access_token": "t"}), fixture["companies"], tenant="default"
    )
    result = result_of(fixture, QUICKBOOKS.companies(connection))
    if result is not None:
        shown = [[item.id, item.name, item.country_code, item.subscription, item.active] for item in result]
        assert shown == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("stored"))
def test_stored(fixture: dict[str, Any]) -> None:
    step = Step("customer", "POST", "/", body={"Id": "58"})
    try:
        result: Any = QUICKBOOKS.stored(step, answer_of(fixture["stored"]))
    except GatewayError as error:
        result = error
    assert is_problem(fixture, result) or result == fixture["document"]


@pytest.mark.parametrize("token", [None, "", 3, True])
def test_no_update_without_a_version(token: Any) -> None:
    fixture = FIXTURES["set_one"]
    with pytest.raises(GatewayError):
        list(QUICKBOOKS.plan(REF, change_of(fixture), {**fixture["current"], "SyncToken": token}))
