"""The wire fixtures: a change and a contact make exactly these calls, or these problems; an answer means this error."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.lexware_office import CONNECTOR
from gql_gateway.connectors.lexware_office.fields import LISTS, MISSING, TABLE
from gql_gateway.errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.support import WRITABLE_UNIFIED, covered
from gql_gateway.fields.wire import predicted
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.changes import typed_change

Fixture = dict[str, Any]

CONNECTOR_ = CONNECTOR()
REF = Ref("acme", "3f0c2a6e-7b1d-4c55-9f6a-21d7e0b4a913")
AT = ("change", "lexwareOffice")


def fixtures(having: str) -> list[Any]:
    files = sorted((Path(__file__).parent / "wire").glob("*.json"))
    found = [(path.stem, json.loads(path.read_text("utf-8"))) for path in files]
    return [pytest.param(fixture, id=name) for name, fixture in found if having in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(TABLE, typed_change(CONNECTOR_, fixture["change"]), AT)


def problems_of(change: Change, current: Fixture) -> list[InvalidChange]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    return check_change(change) or list(CONNECTOR_.check(change, current))


def answer_of(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode())


@pytest.mark.parametrize("fixture", fixtures("steps"))
def test_a_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    steps = list(CONNECTOR_.plan(REF, change, current))
    made = [{"step": step.step, "method": step.method, "path": step.path, "body": step.body} for step in steps]
    assert made == fixture["steps"]
    assert all(step.writes and not step.query for step in steps)
    assert current == untouched
    after = CONNECTOR_.parse(predicted(change, current, CONNECTOR_.locate), REF)
    values = dict(flatten(after))
    assert {path: values.get(path) for path in fixture.get("after", {})} == fixture.get("after", {})


@pytest.mark.parametrize("fixture", fixtures("problems"))
def test_a_change_is_refused_before_the_write(fixture: Fixture) -> None:
    problems = problems_of(change_of(fixture), fixture["current"])
    told = [{"code": problem.code.name, "path": list(problem.path)} for problem in problems]
    assert told == fixture["problems"]


@pytest.mark.parametrize("fixture", fixtures("answer"))
def test_an_answer_is_explained(fixture: Fixture) -> None:
    given, wanted = fixture["answer"], fixture["error"]
    text = given["text"] if "text" in given else json.dumps(given["body"])
    answer = Answer(given["status"], text.encode(), given["headers"])
    error = CONNECTOR_.explain(answer)
    assert {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
    } == wanted
    assert CONNECTOR_.refused(answer) is fixture["refused"]
    if "change" in fixture:
        current = fixture["current"]
        path = blamed_path(change_of(fixture), CONNECTOR_.blamed(answer), lambda leaf: CONNECTOR_.locate(leaf, current))
        assert list(path) == fixture["path"]


def test_the_lists_are_the_thirteen_of_the_documentation() -> None:
    assert {".".join(map(str, place)) for place in LISTS} == {
        *("addresses.billing", "addresses.shipping", "company.contactPersons"),
        *(f"emailAddresses.{kind}" for kind in ("business", "office", "private", "other")),
        *(f"phoneNumbers.{kind}" for kind in ("business", "office", "mobile", "private", "fax", "other")),
    }


@pytest.mark.parametrize("place", LISTS, ids=".".join)
def test_two_entries_in_any_list_stop_every_change(place: tuple[str, ...]) -> None:
    current: Fixture = {"id": REF.native_id, "version": 1, "roles": {"customer": {}}, "company": {"name": "Zwei GmbH"}}
    holder = current
    for name in place[:-1]:
        holder = holder.setdefault(name, {})
    entry: Any = {"lastName": "A", "countryCode": "DE"} if place[0] in ("addresses", "company") else "a@b.example"
    holder[place[-1]] = [entry, deepcopy(entry)]
    change = change_of({"change": {"notes": "neu"}})
    (problem,) = CONNECTOR_.check(change, current)
    assert problem.code is ErrorCode.UNSUPPORTED
    assert f"2 entries in {'.'.join(place)}." in problem.message
    assert f"https://app.lexware.de/permalink/contacts/view/{REF.native_id}" in problem.message
    holder[place[-1]].pop()
    assert list(CONNECTOR_.check(change, current)) == []


def test_every_unified_field_is_writable_or_says_why_not() -> None:
    _, writable = covered(TABLE)
    assert [name for name in WRITABLE_UNIFIED if (name in writable) == (name in MISSING)] == []


@pytest.mark.parametrize(
    "body",
    ['{"id": "x"}', '{"version": 5}', '{"id": "x", "version": "5"}', '{"id": "x", "version": true}', "[]", "<p>"],
)
def test_an_answer_to_a_write_that_is_no_action_result(body: str) -> None:
    (step,) = CONNECTOR_.plan(REF, change_of({"change": {"notes": "neu"}}), {"version": 1})
    with pytest.raises(ProviderProtocolError):
        CONNECTOR_.stored(step, Answer(200, body.encode()))


def test_an_action_result_is_no_record() -> None:
    (step,) = CONNECTOR_.plan(REF, change_of({"change": {"notes": "neu"}}), {"version": 1})
    assert CONNECTOR_.stored(step, answer_of(200, {"id": "x", "version": 5, "resourceUri": "https://x"})) is None


@pytest.mark.parametrize(("read", "fresh"), [(4, False), (5, True), (6, True)])
def test_a_record_is_fresh_from_the_version_of_the_answer_on(read: int, fresh: bool) -> None:
    written = answer_of(200, {"id": "x", "version": 5})
    assert CONNECTOR_.is_fresh({"id": "x", "version": read}, [written]) is fresh
    assert CONNECTOR_.is_fresh({"id": "x", "version": read}, [])


def test_a_contact_that_is_neither_company_nor_person() -> None:
    customer = CONNECTOR_.parse({"id": "x", "version": 1, "roles": {}}, REF)
    assert customer.contact_type is not None and customer.contact_type.name == "UNDEFINED"


def read_of(native_id: str) -> Call | None:
    return next(CONNECTOR_.read(Ref("acme", native_id)), None)


@pytest.mark.parametrize("native_id", ["", "..", "10412", "../profile", "3f0c2a6e-7b1d-4c55-9f6a-21d7e0b4a913/x"])
def test_what_is_no_uuid_is_not_asked_for(native_id: str) -> None:
    assert read_of(native_id) is None


def test_a_uuid_is_asked_for() -> None:
    call = read_of(REF.native_id)
    assert call is not None
    assert (call.method, call.path, call.writes) == ("GET", f"/v1/contacts/{REF.native_id}", False)


@pytest.mark.parametrize("body", [{"id": REF.native_id}, {"version": 1}, {"content": []}])
def test_a_read_that_brings_no_contact(body: Fixture) -> None:
    conversation = CONNECTOR_.read(REF)
    next(conversation)
    with pytest.raises(ProviderProtocolError):
        conversation.send(answer_of(200, body))


def test_the_words_of_a_403_are_not_kept() -> None:
    error: GatewayError = CONNECTOR_.explain(answer_of(403, {"message": "'Bearer lxw_secret'"}))
    assert "lxw_secret" not in repr(vars(error)) + str(error) + repr(error)
