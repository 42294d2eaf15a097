"""Each file in `wire/`: a change → exactly these calls, or these problems; an answer → what it means.

`steps` and `problems` belong to a `change` of a `current` contact; `answer` and `error` to a refusal; `list`, `read`,
`companies` and `stored` hold a conversation (`queries`, `answers`) against what comes of it.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.holded import CONNECTOR
from gql_gateway.errors import GatewayError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.wire import predicted
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

Fixture = dict[str, Any]

HOLDED = CONNECTOR()
ID = "64b7f0c2a91d3e5f70a1b2c3"
REF = Ref("acme", ID)
V1 = "/api/invoicing/v1"
FIXTURES = read_fixtures(Path(__file__).parent / "wire")
PARTS = ("steps", "problems", "error", "list", "read", "companies", "stored")


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(HOLDED.table, typed_change(HOLDED, fixture["change"]), ("change", "holded"))


def spelled_out(body: Any) -> str:
    """A body letter by letter: to Python true is 1, and 7.0 is 7."""
    return json.dumps(body, sort_keys=True)


def problems_of(change: Change, current: Fixture) -> list[Fixture]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    found = check_change(change) or list(HOLDED.check(change, current))
    return [{"code": item.code.name, "path": list(item.path)} for item in found]


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    bound = HOLDED.bound(change, current)
    steps = list(HOLDED.plan(REF, bound, current))
    assert all(step.writes and not step.query and step.step == "contact" for step in steps)
    assert {(step.method, step.path) for step in steps} <= {("PUT", f"{V1}/contacts/{ID}")}
    assert [spelled_out(step.body) for step in steps] == [spelled_out(body) for body in fixture["steps"]]
    assert current == untouched
    after = dict(flatten(HOLDED.parse(predicted(bound, current, HOLDED.locate), REF)))
    assert {path: after.get(path) for path in fixture.get("after", {})} == fixture.get("after", {})


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_that_is_made_makes_no_call(fixture: Fixture) -> None:
    """Made a second time, or settled by the record after a lost answer, nothing is sent again."""
    change = HOLDED.bound(change_of(fixture), fixture["current"])
    assert list(HOLDED.plan(REF, change, predicted(change, fixture["current"], HOLDED.locate))) == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_update_has_no_name_of_a_read(fixture: Fixture) -> None:
    """`type` moves the contact, `note` adds one, the names of a read are lost or corrupt what is there."""
    for body in fixture["steps"]:
        assert "type" not in body or "customerType" in fixture["change"]
        assert not {"id", "customId", "notes", "note", "socialNetworks", "vatnumber", "updatedAt"} & set(body)
        assert not {"salesTax", "purchasesTax", "expensesAccount"} & set(body.get("defaults", {}))
        assert all("privateNotes" not in entry for entry in body.get("shippingAddresses", []))
        assert all(len(entry) == 1 and "field" not in entry for entry in body.get("customFields", []))


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_the_write(fixture: Fixture) -> None:
    told = problems_of(change_of(fixture), fixture["current"])
    assert sorted(told, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_answer_means(fixture: Fixture) -> None:
    answer, wanted = answer_of(fixture["answer"]), fixture["error"]
    error = HOLDED.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        path = list(blamed_path(change_of(fixture), HOLDED.blamed(answer), lambda leaf: leaf.native))
    shown = {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": HOLDED.refused(answer),
        "succeeded": HOLDED.succeeded(answer),
        "unauthorized": HOLDED.unauthorized(answer),
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert "<" not in error.message


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_list(fixture: Fixture) -> None:
    asked = fixture["list"]
    calls, result = hold(HOLDED.list(None, ListFilter(), asked["offset"], asked["limit"]), fixture["answers"])
    assert [[list(pair) for pair in call.query] for call in calls] == fixture["queries"]
    assert {(call.method, call.path, call.writes) for call in calls} == {("GET", f"{V1}/contacts", False)}
    if is_problem(fixture, result):
        return
    assert isinstance(result, Listing)
    assert [HOLDED.native_id(document) for document in result.documents] == fixture["found"]
    assert (result.more, result.total) == (fixture["more"], None)


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_read(fixture: Fixture) -> None:
    calls, result = hold(HOLDED.read(Ref("c", fixture["read"])), fixture["answers"])
    assert [call.path for call in calls] == fixture["queries"]
    assert all(call.method == "GET" and not call.writes for call in calls)
    if not is_problem(fixture, result):
        assert result == fixture["document"]


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies(fixture: Fixture) -> None:
    conversation = HOLDED.companies(Connection("acme", "holded", Credentials({"api_key": "k"}), tenant="default"))
    calls, result = hold(conversation, fixture["answers"])
    assert [call.path for call in calls] == fixture["queries"]
    if not is_problem(fixture, result):
        shown = [
            {"id": item.id, "name": item.name, "countryCode": item.country_code, "active": item.active}
            for item in result
        ]
        assert shown == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("stored"))
def test_answer_to_a_write(fixture: Fixture) -> None:
    result: Any
    try:
        result = HOLDED.stored(Step("contact", "PUT", f"{V1}/contacts/{ID}"), answer_of(fixture["stored"]))
    except GatewayError as error:
        result = error
    if not is_problem(fixture, result):
        assert result is None
