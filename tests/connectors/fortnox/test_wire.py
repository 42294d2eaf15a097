"""Each file in `wire/`: a change → exactly these calls, or these problems; an answer → what it means.

`steps` and `problems` belong to a `change`; `answer` and `error` to a refusal; `list`, `read`, `companies` and `stored`
hold a conversation (`queries`, `answers`) against what comes of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.fortnox import CONNECTOR
from gql_gateway.errors import GatewayError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

FORTNOX = CONNECTOR()
FOLDER = Path(__file__).parent / "wire"
FIXTURES = read_fixtures(FOLDER)
PARTS = ("steps", "problems", "error", "list", "read", "companies", "stored")


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: dict[str, Any]) -> Change:
    return read_change(FORTNOX.table, typed_change(FORTNOX, fixture["change"]), ("change", "fortnox"))


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: dict[str, Any]) -> None:
    change = change_of(fixture)
    assert check_change(change) == []
    steps = list(FORTNOX.plan(Ref("c", fixture["number"]), change, None))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes and not step.query for step in steps)


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_record_at_hand_makes_no_other_calls(fixture: dict[str, Any]) -> None:
    """The update is partial whether or not the record was read before: nothing of it is sent back."""
    current = {"CustomerNumber": fixture["number"], "Name": "A", "PriceList": "1998", "PeppolId": "0007:1"}
    steps = list(FORTNOX.plan(Ref("c", fixture["number"]), change_of(fixture), current))
    assert [step.body for step in steps] == [step["body"] for step in fixture["steps"]]


def test_full_record_has_every_writable_value() -> None:
    change = change_of(FIXTURES["full_record"])
    assert {item.leaf.path for item in change.assignments} == {leaf.path for leaf in FORTNOX.table.leaves}


def test_each_value_is_cleared_in_one_fixture_and_refused_in_another() -> None:
    cleared = {item.leaf.path for item in change_of(FIXTURES["clear_all"]).assignments}
    refused = {leaf.path for leaf in FORTNOX.table.leaves} - cleared
    asked = {item.leaf.path for item in change_of(FIXTURES["cannot_clear"]).assignments}
    assert asked <= refused
    assert {path.split(".")[0] for path in refused} == {path.split(".")[0] for path in asked} | {"defaultDeliveryTypes"}


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_call(fixture: dict[str, Any]) -> None:
    problems = check_change(change_of(fixture))
    shown = [{"code": item.code.name, "path": list(item.path)} for item in problems]
    assert sorted(shown, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_answer_means(fixture: dict[str, Any]) -> None:
    answer, wanted = answer_of(fixture["answer"]), fixture["error"]
    error = FORTNOX.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        path = list(blamed_path(change_of(fixture), FORTNOX.blamed(answer), lambda leaf: leaf.native))
    shown = {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": FORTNOX.refused(answer),
        "unauthorized": FORTNOX.unauthorized(answer),
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert "<" not in error.message


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_list(fixture: dict[str, Any]) -> None:
    asked = fixture["list"]
    conversation = FORTNOX.list(None, ListFilter(**asked["filter"]), asked["offset"], asked["limit"])
    calls, result = hold(conversation, fixture["answers"])
    assert [[list(pair) for pair in call.query] for call in calls] == fixture["queries"]
    assert {(call.method, call.path, call.writes) for call in calls} <= {("GET", "/3/customers", False)}
    if is_problem(fixture, result):
        return
    assert isinstance(result, Listing)
    assert [FORTNOX.native_id(document) for document in result.documents] == fixture["found"]
    assert (result.more, result.total) == (fixture["more"], fixture["total"])


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_read(fixture: dict[str, Any]) -> None:
    calls, result = hold(FORTNOX.read(Ref("c", fixture["read"]["number"])), fixture["answers"])
    assert [[call.path] for call in calls] == fixture["queries"]
    assert all(call.method == "GET" and not call.writes for call in calls)
    if not is_problem(fixture, result):
        assert result == fixture["document"]


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies(fixture: dict[str, Any]) -> None:
    calls, result = hold(
        FORTNOX.companies(Connection("c", "fortnox", Credentials({}), tenant="default")), fixture["answers"]
    )
    assert [[call.path] for call in calls] == fixture["queries"]
    if not is_problem(fixture, result):
        shown = [{"id": item.id, "name": item.name, "countryCode": item.country_code} for item in result]
        assert shown == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("stored"))
def test_answer_to_a_write(fixture: dict[str, Any]) -> None:
    result: Any
    try:
        result = FORTNOX.stored(Step("customer", "PUT", "/3/customers/1"), answer_of(fixture["stored"]))
    except GatewayError as error:
        result = error
    if not is_problem(fixture, result):
        assert result == fixture["document"]
