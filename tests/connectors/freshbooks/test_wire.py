"""The wire fixtures: a change and a client make exactly these calls, or these problems; an answer means this error."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from copy import deepcopy
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.freshbooks import CONNECTOR
from gql_gateway.errors import GatewayError, InvalidChange, ProviderProtocolError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.wire import predicted
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.changes import typed_change

Fixture = dict[str, Any]

FRESHBOOKS = CONNECTOR()
REF = Ref("acme", "778899", "q7Rt2X")
AT = ("change", "freshbooks")
FIXTURES: dict[str, Fixture] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "wire").glob("*.json"))
}
CLIENT: Fixture = FIXTURES["set_one"]["current"]


def fixtures(having: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if having in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(FRESHBOOKS.table, typed_change(FRESHBOOKS, fixture["change"]), AT)


def problems_of(change: Change, current: Fixture) -> list[InvalidChange]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    return check_change(change) or list(FRESHBOOKS.check(change, current))


def answer_of(status: int, body: Any) -> Answer:
    return Answer(status, body.encode() if isinstance(body, str) else json.dumps(body).encode())


def result(**values: Any) -> Fixture:
    return {"response": {"result": values}}


def shown(step: Step) -> Fixture:
    query = [list(pair) for pair in step.query]
    return {"step": step.step, "method": step.method, "path": step.path, "query": query, "body": step.body}


def hold(conversation: Generator[Call, Answer, Any], *answers: Answer) -> tuple[list[Call], Any]:
    """The calls of a conversation with these answers, and what comes of it."""
    calls: list[Call] = []
    try:
        call = next(conversation)
        for answer in answers:
            calls.append(call)
            call = conversation.send(answer)
    except StopIteration as end:
        return calls, end.value
    except GatewayError as error:
        return calls, error
    raise AssertionError(f"one call too many: {call}")


def test_every_fixture_is_run() -> None:
    parts = ("steps", "problems", "error")
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in parts) != 1] == []


@pytest.mark.parametrize("fixture", fixtures("steps"))
def test_a_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    bound = FRESHBOOKS.bound(change, current)
    steps = list(FRESHBOOKS.plan(REF, bound, current))
    assert [shown(step) for step in steps] == fixture["steps"]
    assert all(step.writes for step in steps)
    assert current == untouched
    after = dict(flatten(FRESHBOOKS.parse(predicted(bound, current, FRESHBOOKS.locate), REF)))
    assert {path: after.get(path) for path in fixture.get("after", {})} == fixture.get("after", {})


@pytest.mark.parametrize("fixture", fixtures("steps"))
def test_a_change_that_is_made_makes_no_call(fixture: Fixture) -> None:
    """Made a second time, or settled by the record after a lost answer, nothing is sent again."""
    current = fixture["current"]
    change = FRESHBOOKS.bound(change_of(fixture), current)
    made = predicted(change, current, FRESHBOOKS.locate)
    assert list(FRESHBOOKS.plan(REF, change, made)) == []


@pytest.mark.parametrize("fixture", fixtures("steps"))
def test_state_travels_alone_and_is_never_deletion(fixture: Fixture) -> None:
    """FreshBooks throws away whatever stands beside `vis_state`; 1 would delete the client."""
    for step in fixture["steps"]:
        client = step["body"]["client"]
        assert "vis_state" not in client or client in ({"vis_state": 0}, {"vis_state": 2})


def test_the_steps_say_what_they_write() -> None:
    change = FRESHBOOKS.bound(change_of(FIXTURES["archive_after_the_rest"]), CLIENT)
    assert [step.paths for step in FRESHBOOKS.plan(REF, change, CLIENT)] == [
        frozenset({"notes"}),
        frozenset({"active"}),
    ]


@pytest.mark.parametrize("fixture", fixtures("problems"))
def test_a_change_is_refused_before_the_write(fixture: Fixture) -> None:
    problems = problems_of(change_of(fixture), fixture["current"])
    told = [{"code": problem.code.name, "path": list(problem.path)} for problem in problems]
    assert sorted(told, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures("error"))
def test_an_answer_is_explained(fixture: Fixture) -> None:
    answer = answer_of(fixture["answer"]["status"], fixture["answer"]["body"])
    error = FRESHBOOKS.explain(answer)
    path = error.path
    if not path and "change" in fixture:
        change, current = change_of(fixture), fixture["current"]
        path = blamed_path(change, FRESHBOOKS.blamed(answer), lambda leaf: FRESHBOOKS.locate(leaf, current))
    told = {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": list(path),
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": FRESHBOOKS.refused(answer),
        "unauthorized": FRESHBOOKS.unauthorized(answer),
    }
    assert told == fixture["error"]
    assert not FRESHBOOKS.succeeded(answer)


def test_a_rename_halfway_is_told_how_to_be_whole() -> None:
    fixture = FIXTURES["refused_person_renamed_halfway"]
    [problem] = problems_of(change_of(fixture), fixture["current"])
    assert "give companyName as 'Mei Okafor' in the same change" in problem.message


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        ({"organization": "Harbour Bikes Inc.", "fname": "Noor", "lname": "Sample"}, "COMPANY"),
        ({"organization": "Harbour Bikes Inc."}, "COMPANY"),
        ({"organization": "Noor Sample", "fname": "Noor", "lname": "Sample"}, "CONTACT_PERSON"),
        ({"organization": "Noor", "fname": "Noor", "lname": ""}, "CONTACT_PERSON"),
        ({"organization": "Sample", "fname": None, "lname": "Sample"}, "CONTACT_PERSON"),
        ({"organization": "noor@mail.example", "email": "noor@mail.example"}, "CONTACT_PERSON"),
        ({"organization": "n@mail.example", "fname": "Noor", "email": "n@mail.example"}, "CONTACT_PERSON"),
        ({"organization": "", "fname": "Noor"}, "CONTACT_PERSON"),
        ({"organization": ""}, "UNDEFINED"),
        ({}, "UNDEFINED"),
    ],
)
def test_contact_type_follows_from_the_organization(client: Fixture, kind: str) -> None:
    customer = FRESHBOOKS.parse({"id": 1, **client}, REF)
    assert customer.contact_type is not None
    assert customer.contact_type.name == kind


@pytest.mark.parametrize(
    ("updated", "moment"),
    [
        ("2026-03-04 03:15:30", "2026-03-04T08:15:30+00:00"),  # winter: five hours
        ("2026-07-04 03:15:30", "2026-07-04T07:15:30+00:00"),  # summer: four
        ("2026-11-01 01:30:00", "2026-11-01T05:30:00+00:00"),  # twice that night: the first is taken
    ],
)
def test_updated_is_eastern_time_and_signup_date_is_utc(updated: str, moment: str) -> None:
    customer = FRESHBOOKS.parse({**CLIENT, "updated": updated, "signup_date": updated}, REF)
    assert customer.updated_at is not None and customer.created_at is not None
    assert customer.updated_at.astimezone(UTC).isoformat() == moment
    assert customer.created_at.isoformat() == f"{updated.replace(' ', 'T')}+00:00"


def test_kind_of_nothing_makes_no_other_version() -> None:
    version = FRESHBOOKS.version(CLIENT)
    assert FRESHBOOKS.version({**CLIENT, "home_phone": "", "fax": None}) == version
    assert FRESHBOOKS.version({**CLIENT, "updated": "2026-03-04 03:15:31"}) == version
    renumbered: Any = [{**contact, "contactid": 1} for contact in CLIENT["contacts"]]
    assert FRESHBOOKS.version({**CLIENT, "contacts": renumbered}) == version
    assert FRESHBOOKS.version({**CLIENT, "fax": "1"}) != version


def test_a_read_asks_for_the_contacts() -> None:
    calls, client = hold(FRESHBOOKS.read(REF), answer_of(200, result(client=CLIENT)))
    assert [(call.method, call.path, call.query, call.writes) for call in calls] == [
        ("GET", "/accounting/account/q7Rt2X/users/clients/778899", (("include[]", "contacts"),), False)
    ]
    assert client == CLIENT


@pytest.mark.parametrize("native_id", ["", "..", "778899/../1", "x", "７"])
def test_what_is_no_id_is_not_asked_for(native_id: str) -> None:
    assert hold(FRESHBOOKS.read(Ref("acme", native_id, "q7Rt2X"))) == ([], None)


def test_an_account_is_one_segment_of_the_path() -> None:
    call = next(FRESHBOOKS.read(Ref("acme", "1", "a/../b")))
    assert call.path == "/accounting/account/a%2F..%2Fb/users/clients/1"
    for company in (None, "", ".."):
        calls, problem = hold(FRESHBOOKS.read(Ref("acme", "1", company)))
        assert (calls, problem.code.name) == ([], "COMPANY_REQUIRED")


def test_a_client_without_contacts_is_no_whole_client() -> None:
    """An update made from it would delete every contact."""
    plain = {name: value for name, value in CLIENT.items() if name != "contacts"}
    _, problem = hold(FRESHBOOKS.read(REF), answer_of(200, result(client=plain)))
    assert isinstance(problem, ProviderProtocolError)
    step = Step("client", "PUT", "/", body={})
    assert FRESHBOOKS.stored(step, answer_of(200, result(client=plain))) is None
    assert FRESHBOOKS.stored(step, answer_of(200, result(client=CLIENT))) == CLIENT


@pytest.mark.parametrize("body", ["<html></html>", "{}", "[]", result(client={}), result(client={"id": "1"}), result()])
def test_an_answer_to_a_write_that_holds_no_client(body: Any) -> None:
    with pytest.raises(ProviderProtocolError):
        FRESHBOOKS.stored(Step("client", "PUT", "/", body={}), answer_of(200, body))


def page(ids: Sequence[int], number: int, pages: int, total: int, **more: Any) -> Answer:
    clients = [{**CLIENT, "id": id, **more} for id in ids]
    return answer_of(200, result(clients=clients, page=number, pages=pages, per_page=100, total=total))


def listed(wanted: ListFilter, offset: int, limit: int, *answers: Answer) -> tuple[list[dict[str, str]], Any]:
    calls, listing = hold(FRESHBOOKS.list("q7Rt2X", wanted, offset, limit), *answers)
    assert {(call.method, call.path) for call in calls} <= {("GET", "/accounting/account/q7Rt2X/users/clients")}
    return [dict(call.query) for call in calls], listing


def test_a_page_of_the_size_asked_for() -> None:
    [query], listing = listed(ListFilter(), 50, 25, page(range(51, 76), 3, 4, 90))
    assert query == {"page": "3", "per_page": "25", "include[]": "contacts"}
    assert ([client["id"] for client in listing.documents], listing.more, listing.total) == ([*range(51, 76)], True, 90)


def test_a_stretch_across_larger_pages() -> None:
    answers = page(range(100), 1, 2, 130), page(range(100, 130), 2, 2, 130)
    queries, listing = listed(ListFilter(), 90, 20, *answers)
    assert [(query["page"], query["per_page"]) for query in queries] == [("1", "100"), ("2", "100")]
    assert [client["id"] for client in listing.documents] == [*range(90, 110)]
    assert listing.more
    _, listing = listed(ListFilter(), 110, 20, page(range(100, 130), 2, 2, 130))
    assert ([client["id"] for client in listing.documents], listing.more) == ([*range(110, 130)], False)


def test_deleted_clients_are_on_no_list() -> None:
    """Whether FreshBooks leaves them out by itself is unverified."""
    _, listing = listed(ListFilter(), 0, 25, page([1, 2], 1, 1, 2, vis_state=1))
    assert (listing.documents, listing.more) == ([], False)


@pytest.mark.parametrize(
    ("wanted", "query"),
    [
        (ListFilter(name="Harbour"), {"search[organization_like]": "Harbour"}),
        (ListFilter(email="a@b.example"), {"search[email]": "a@b.example"}),
        (ListFilter(active=True), {"search[vis_state]": "0"}),
        (ListFilter(active=False, name="A"), {"search[organization_like]": "A", "search[vis_state]": "2"}),
        # Days only, in Eastern time: the day that is the earlier one.
        (ListFilter(updated_since="2026-03-04T03:00:00Z"), {"search[updated_min]": "2026-03-03"}),
        (ListFilter(updated_since="2026-03-04T06:00:00Z"), {"search[updated_min]": "2026-03-04"}),
    ],
)
def test_filters(wanted: ListFilter, query: dict[str, str]) -> None:
    [asked], _ = listed(wanted, 0, 25, page([1], 1, 1, 1))
    assert {name: value for name, value in asked.items() if name.startswith("search")} == query


def test_clients_counted_and_not_shown_are_a_lack_of_rights() -> None:
    _, problem = listed(ListFilter(), 0, 25, page([], 1, 2, 40))
    assert (type(problem).__name__, problem.code.name) == ("ConnectionProblem", "MISSING_SCOPE")
    _, listing = listed(ListFilter(), 0, 25, page([], 1, 0, 0))
    assert (listing.documents, listing.more, listing.total) == ([], False, 0)


@pytest.mark.parametrize("body", [{"response": {"errors": [{"errno": 1014, "message": "page"}]}}, result(clients={})])
def test_a_list_that_is_none(body: Fixture) -> None:
    _, problem = listed(ListFilter(), 0, 25, answer_of(200, body))
    assert isinstance(problem, GatewayError)


IDENTITY: Fixture = {
    "business_memberships": [
        {
            "role": "owner",
            "business": {
                "id": 439001,
                "account_id": "xZNQ1X",
                "name": "Lakeshore Bindery Inc.",
                "address": {"country": "Canada"},
            },
        },
        {"role": "owner", "business": {"id": 439002, "account_id": "tZ81Qa", "name": "Old Mill Prints Ltd"}},
        # The membership says null; a business client leads to the account on which the user has a role.
        {
            "role": "owner",
            "business": {
                "id": 439003,
                "account_id": None,
                "name": "Studio",
                "address": {"country": "Nowhere"},
                "business_clients": [{"account_id": "nobody"}, {"account_id": "hN62Pv"}, {"account_id": "gX5Yd3"}],
            },
        },
        {"role": "owner", "business": {"id": 439004, "account_id": None, "name": "No books"}},
        {"role": "owner", "business": None},
    ],
    "subscription_statuses": {"xZNQ1X": "active", "tZ81Qa": "cancelled", "hN62Pv": "active_trial"},
    "roles": [
        {"accountid": "hN62Pv", "role": "owner"},
        {"accountid": "gX5Yd3", "role": "client"},
        {"accountid": "alone1", "role": "admin"},
    ],
}


def test_companies_are_the_accounts() -> None:
    connection = Connection("acme", "freshbooks", Credentials({}), tenant="default")
    [call], companies = hold(FRESHBOOKS.companies(connection), answer_of(200, {"response": IDENTITY}))
    assert (call.method, call.path, call.query) == ("GET", "/auth/api/v1/users/me", ())
    assert [(item.id, item.name, item.country_code, item.subscription, item.active) for item in companies] == [
        ("xZNQ1X", "Lakeshore Bindery Inc.", "CA", "active", True),
        ("tZ81Qa", "Old Mill Prints Ltd", None, "cancelled", False),
        ("hN62Pv", "Studio", None, "active_trial", True),
        ("alone1", None, None, None, None),
    ]
    told = {"error": "insufficient_scope", "error_description": "The access token lacks a scope."}
    _, problem = hold(FRESHBOOKS.companies(connection), answer_of(403, told))
    assert (problem.code.name, problem.provider_code) == ("MISSING_SCOPE", "insufficient_scope")
