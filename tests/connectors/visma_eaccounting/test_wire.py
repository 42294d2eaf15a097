"""Each file in `wire/`: a change and the record as it is → these calls or problems; an answer → what it means.

`list`, `read`, `companies` and `stored` hold a conversation (`queries`, `answers`) against what comes of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.visma_eaccounting import CONNECTOR
from gql_gateway.connectors.visma_eaccounting.protocol import READ_ONLY
from gql_gateway.errors import GatewayError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.native import Clear
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

VISMA = CONNECTOR()
FOLDER = Path(__file__).parent / "wire"
FIXTURES = read_fixtures(FOLDER)
PARTS = ("steps", "problems", "error", "list", "read", "companies", "stored")
ID = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: dict[str, Any]) -> Change:
    return read_change(VISMA.table, typed_change(VISMA, fixture["change"]), ("change", "vismaEaccounting"))


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: dict[str, Any]) -> None:
    change, current = change_of(fixture), fixture["current"]
    assert check_change(change) == []
    assert list(VISMA.check(change, current)) == []
    steps = list(VISMA.plan(Ref("c", ID), change, current))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes and not step.query for step in steps)


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_whole_record_goes_back_without_what_is_read_only(fixture: dict[str, Any]) -> None:
    for step in fixture["steps"]:
        left_out = set(fixture["current"]) - set(step["body"])
        assert left_out - {"DirectDebitCustomerSettings"} == READ_ONLY


def test_full_record_has_every_writable_value() -> None:
    change = change_of(FIXTURES["full_record"])
    assert {item.leaf.path for item in change.assignments} == {leaf.path for leaf in VISMA.table.leaves}
    sent, had = FIXTURES["full_record"]["steps"][0]["body"], FIXTURES["full_record"]["current"]
    kept = {name for name, value in sent.items() if value == had[name]}
    assert kept == {
        *("GLN", "EmailAddresses", "CustomerLabels", "MessageThreads", "Notes"),
        *("AutoInvoiceActivationEmailSentDate", "AutoInvoiceRegistrationRequestSentDate"),
    }


def test_each_value_is_cleared_in_one_fixture_and_refused_in_another() -> None:
    cleared = {item.leaf.path for item in change_of(FIXTURES["clear_all"]).assignments}
    refused = {item.leaf.path for item in change_of(FIXTURES["cannot_clear"]).assignments}
    assert cleared == {leaf.path for leaf in VISMA.table.leaves if leaf.fact.clear is not Clear.NEVER}
    assert refused == {leaf.path for leaf in VISMA.table.leaves if leaf.fact.clear is Clear.NEVER}


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_write(fixture: dict[str, Any]) -> None:
    change = change_of(fixture)
    problems = check_change(change) or list(VISMA.check(change, fixture["current"]))
    shown = [{"code": item.code.name, "path": list(item.path)} for item in problems]
    assert sorted(shown, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_answer_means(fixture: dict[str, Any]) -> None:
    answer, wanted = answer_of(fixture["answer"]), dict(fixture["error"])
    error = VISMA.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        path = list(blamed_path(change_of(fixture), VISMA.blamed(answer), lambda leaf: leaf.native))
    assert [words for words in wanted.pop("says") if words not in error.message] == []
    assert wanted == {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": VISMA.refused(answer),
        "unauthorized": VISMA.unauthorized(answer),
        "notTaken": VISMA.not_taken(answer),
        "wait": VISMA.wait_asked(answer),
    }


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_list(fixture: dict[str, Any]) -> None:
    asked = fixture["list"]
    conversation = VISMA.list(None, ListFilter(**asked["filter"]), asked["offset"], asked["limit"])
    calls, result = hold(conversation, fixture["answers"])
    assert [[list(pair) for pair in call.query] for call in calls] == fixture["queries"]
    assert {(call.method, call.path, call.writes) for call in calls} <= {("GET", "/v2/customers", False)}
    if is_problem(fixture, result):
        return
    assert isinstance(result, Listing)
    assert [VISMA.native_id(document) for document in result.documents] == fixture["found"]
    assert (result.more, result.total) == (fixture["more"], fixture["total"])


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_read(fixture: dict[str, Any]) -> None:
    calls, result = hold(VISMA.read(Ref("c", fixture["read"])), fixture["answers"])
    assert [call.path for call in calls] == fixture["queries"]
    assert all(call.method == "GET" and not call.writes for call in calls)
    if not is_problem(fixture, result):
        assert result == fixture["document"]


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies(fixture: dict[str, Any]) -> None:
    connection = Connection(
        "c", "visma_eaccounting", Credentials({"access_token": fixture["companies"]}), tenant="default"
    )
    calls, result = hold(VISMA.companies(connection), fixture["answers"])
    assert [call.path for call in calls] == fixture["queries"]
    if not is_problem(fixture, result):
        shown = [
            {
                "id": item.id,
                "name": item.name,
                "countryCode": item.country_code,
                "subscription": item.subscription,
                "active": item.active,
            }
            for item in result
        ]
        assert shown == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("stored"))
def test_answer_to_a_write(fixture: dict[str, Any]) -> None:
    result: Any
    try:
        result = VISMA.stored(Step("customer", "PUT", f"/v2/customers/{ID}"), answer_of(fixture["stored"]))
    except GatewayError as error:
        result = error
    if not is_problem(fixture, result):
        assert result == fixture["document"]
