"""Each file in `wire/`: a change and the record as it is → this document or these problems; an answer → its meaning.

Documents stand there as the lines of the XML that travels inside SOAP; `inside` wraps an answer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.twinfield import CONNECTOR
from gql_gateway.connectors.twinfield.dimension import read_document
from gql_gateway.connectors.twinfield.markup import find, parse, text_of, write
from gql_gateway.connectors.twinfield.soap import PROCESS, request_of
from gql_gateway.errors import GatewayError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.native import Clear
from gql_gateway.fields.wire import predicted
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Call
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

TWINFIELD = CONNECTOR()
REF = Ref("c", "1042", "BV100")
FIXTURES = read_fixtures(Path(__file__).parent / "wire")
PARTS = ("steps", "problems", "error", "list", "read", "companies", "stored", "home")
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    "<soap:Body>{}</soap:Body></soap:Envelope>"
)
RESULT = (
    '<ProcessXmlStringResponse xmlns="http://www.twinfield.com/"><ProcessXmlStringResult>{}</ProcessXmlStringResult>'
    "</ProcessXmlStringResponse>"
)


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: dict[str, Any]) -> Change:
    return read_change(TWINFIELD.table, typed_change(TWINFIELD, fixture["change"]), ("change", "twinfield"))


def record_of(lines: Sequence[str]) -> dict[str, Any]:
    return read_document(parse("".join(lines).encode(), "The fixture"))


def answered(told: dict[str, Any]) -> Any:
    """An answer as a fixture tells it: `inside` is a document of ProcessXml's, `soap` what else the body holds."""
    if "inside" in told:
        body = ENVELOPE.format(RESULT.format(escape("".join(told["inside"]), quote=False)))
    elif "soap" in told:
        body = ENVELOPE.format("".join(told["soap"]))
    else:
        body = told["body"]
    return {"status": told["status"], "headers": told.get("headers", {}), "body": body}


def asked(call: Call) -> list[str]:
    """What a call carries: the document of ProcessXml, or Finder's search."""
    assert call.content is not None and b"<AccessToken></AccessToken>" in call.content
    if call.path == PROCESS:
        return [write(request_of(call.content)).decode()]
    search = find(parse(call.content, "The call"), "Body", "Search")
    assert search is not None
    plain = [f"{name}={text_of(find(search, name))}" for name in ("type", "pattern", "field", "firstRow", "maxRows")]
    options = find(search, "options")
    return [*plain, *(",".join(text_of(item) for item in pair) for pair in (options if options is not None else []))]


def test_every_fixture_is_run() -> None:
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_a_change_makes_exactly_this_call(fixture: dict[str, Any]) -> None:
    change, current = change_of(fixture), record_of(fixture["current"])
    assert check_change(change) == []
    assert list(TWINFIELD.check(change, current)) == []
    steps = list(TWINFIELD.plan(REF, change, current))
    assert [asked(step) for step in steps] == [["".join(step["document"])] for step in fixture["steps"]]
    for step in steps:
        assert (step.step, step.method, step.path, step.writes, step.body) == ("dimension", "POST", PROCESS, True, None)
        assert b"<CompanyCode>BV100</CompanyCode>" in (step.content or b"")
        assert ("SOAPAction", '"http://www.twinfield.com/ProcessXmlString"') in step.headers
    assert current == record_of(fixture["current"])


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_a_change_that_is_made_makes_no_call(fixture: dict[str, Any]) -> None:
    change, current = change_of(fixture), record_of(fixture["current"])
    made = predicted(change, current, TWINFIELD.locate)
    assert list(TWINFIELD.plan(REF, change, made)) == []


def test_each_value_is_set_in_one_fixture_and_cleared_or_refused_in_another() -> None:
    leaves = [leaf for leaf in TWINFIELD.table.leaves if leaf.fact.derived is None]
    for name, wanted in (
        ("set_all", {leaf.path for leaf in leaves}),
        ("clear_all", {leaf.path for leaf in leaves if leaf.fact.clear is not Clear.NEVER}),
        ("cannot_clear", {leaf.path for leaf in TWINFIELD.table.leaves if leaf.fact.clear is Clear.NEVER}),
    ):
        assert {item.leaf.path for item in change_of(FIXTURES[name]).assignments} == wanted


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_a_change_is_refused_before_the_write(fixture: dict[str, Any]) -> None:
    change = change_of(fixture)
    problems = check_change(change) or list(TWINFIELD.check(change, record_of(fixture["current"])))
    shown = [{"code": item.code.name, "path": list(item.path)} for item in problems]
    assert sorted(shown, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_an_answer_means(fixture: dict[str, Any]) -> None:
    answer = answer_of(answered(fixture["answer"]))
    error = TWINFIELD.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        current = record_of(fixture["current"])
        place_of = lambda leaf: TWINFIELD.locate(leaf, current)  # noqa: E731
        path = list(blamed_path(change_of(fixture), TWINFIELD.blamed(answer), place_of))
    assert fixture["error"] == {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": TWINFIELD.refused(answer),
        "unauthorized": TWINFIELD.unauthorized(answer),
        "notTaken": TWINFIELD.not_taken(answer),
        "misplaced": TWINFIELD.misplaced(answer),
    }
    assert not TWINFIELD.succeeded(answer)


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_a_record_is_read(fixture: dict[str, Any]) -> None:
    calls, result = hold(TWINFIELD.read(Ref("c", fixture["read"], "BV100")), [*map(answered, fixture["answers"])])
    assert [asked(call) for call in calls] == fixture["asked"]
    assert not any(call.writes for call in calls)
    if not is_problem(fixture, result):
        assert result == fixture["document"]


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_a_stretch_of_the_list(fixture: dict[str, Any]) -> None:
    told = fixture["list"]
    conversation = TWINFIELD.list("BV100", ListFilter(**told["filter"]), told["offset"], told["limit"])
    calls, result = hold(conversation, [*map(answered, fixture["answers"])])
    assert [asked(call) for call in calls] == fixture["asked"]
    assert not any(call.writes for call in calls)
    if not is_problem(fixture, result):
        assert isinstance(result, Listing)
        shown = {"documents": result.documents, "more": result.more, "total": result.total}
        assert shown == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies_are_the_offices(fixture: dict[str, Any]) -> None:
    connection = Connection("c", "twinfield", Credentials({}), tenant="default")
    calls, result = hold(TWINFIELD.companies(connection), [*map(answered, fixture["companies"])])
    assert [asked(call) for call in calls] == [["<list><type>offices</type></list>"]]
    assert not any(b"CompanyCode" in (call.content or b"") for call in calls)
    if not is_problem(fixture, result):
        assert [[item.id, item.name, item.country_code, item.active] for item in result] == fixture["found"]


@pytest.mark.parametrize("fixture", fixtures_with("stored"))
def test_the_answer_to_a_write(fixture: dict[str, Any]) -> None:
    current = record_of(FIXTURES["set_one"]["current"])
    [step] = TWINFIELD.plan(REF, change_of(FIXTURES["set_one"]), current)
    assert isinstance(step, Step)
    result: Any
    try:
        result = TWINFIELD.stored(step, answer_of(answered(fixture["stored"])))
    except GatewayError as error:
        result = error
    if not is_problem(fixture, result):
        assert result is None, "the record is read again"


@pytest.mark.parametrize("fixture", fixtures_with("home"))
def test_the_cluster_of_a_token(fixture: dict[str, Any]) -> None:
    connection = Connection(
        "c", "twinfield", Credentials({"access_token": "t&oken"}), base_url=fixture["home"], tenant="default"
    )
    conversation = TWINFIELD.home(connection)
    [call], result = hold(conversation, [*map(answered, fixture["answers"])])
    assert (call.method, call.path, call.query) == (
        "GET",
        "/auth/authentication/connect/accesstokenvalidation",
        (),
    )
    assert TWINFIELD.authorized(call, connection).query == (("token", "t&oken"),)
    if not is_problem(fixture, result):
        assert result == fixture["found"]
