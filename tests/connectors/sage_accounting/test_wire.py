"""Each file in `wire/`: a change and the record as it is → these calls or problems; an answer → what it means.

`list`, `read`, `companies` and `stored` are a conversation (`queries`, `answers`) and what comes of it; `closed`
is a business whose customers may not be updated.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing, Step
from gql_gateway.connectors.sage_accounting import CONNECTOR
from gql_gateway.connectors.sage_accounting import answers as sage_answers
from gql_gateway.errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.native import Clear
from gql_gateway.fields.wire import predicted
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.changes import typed_change
from tests.support.wire import answer_of, hold, is_problem, read_fixtures

Fixture = dict[str, Any]

SAGE = CONNECTOR()
FIXTURES = read_fixtures(Path(__file__).parent / "wire")
PARTS = ("steps", "problems", "closed", "error", "list", "read", "companies", "stored")
BUSINESS = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
ID = "6f1e2d3c4b5a69788796a5b4c3d2e1f0"
NAMED = (("X-Business", BUSINESS),)


def fixtures_with(part: str) -> list[Any]:
    return [pytest.param(fixture, id=name) for name, fixture in FIXTURES.items() if part in fixture]


def change_of(fixture: Fixture) -> Change:
    return read_change(SAGE.table, typed_change(SAGE, fixture["change"]), ("change", "sageAccounting"))


def ref_of(native_id: str = ID) -> Ref:
    return Ref("c", native_id, BUSINESS)


def problems_of(change: Change, current: Fixture) -> list[InvalidChange]:
    """In the runner's order: what the facts forbid comes first, and alone."""
    return check_change(change) or list(SAGE.check(change, current))


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
    assert [name for name, fixture in FIXTURES.items() if sum(part in fixture for part in PARTS) != 1] == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_makes_exactly_these_calls(fixture: Fixture) -> None:
    change, current = change_of(fixture), fixture["current"]
    untouched = deepcopy(current)
    assert problems_of(change, current) == []
    steps, error = carry_out(SAGE.plan(ref_of(), change, current), fixture.get("answers", []))
    made = [
        {"step": step.step, "method": step.method, "path": step.path, "body": step.body}
        | ({"query": [list(pair) for pair in step.query]} if step.query else {})
        for step in steps
    ]
    assert made == fixture["steps"]
    assert all(step.headers == NAMED for step in steps), "every call names the business"
    assert [step.writes for step in steps] == [step.method != "GET" for step in steps]
    assert current == untouched
    told = None if error is None else {"code": error.code.name, "path": list(error.path)}
    assert told == fixture.get("problem")


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_change_that_is_made_makes_no_call(fixture: Fixture) -> None:
    """Made a second time, or settled by the record after a lost answer, nothing is sent again."""
    change, current = change_of(fixture), fixture["current"]
    made = predicted(change, current, SAGE.locate)
    parts: list[Any] = []
    for name in ("addresses", "contact_persons"):
        listed: Any = made[name]
        parts += listed
    for part in parts:
        part.setdefault("id", "0" * 32)
    assert list(SAGE.plan(ref_of(), change, made)) == []


@pytest.mark.parametrize("fixture", fixtures_with("steps"))
def test_each_value_is_in_the_paths_of_one_step(fixture: Fixture) -> None:
    """So that an unclear step can be settled by what it alone should have changed."""
    change, current = change_of(fixture), fixture["current"]
    writes = [step for step in SAGE.plan(ref_of(), change, current) if step.writes]
    assert all(step.paths for step in writes)
    kept = [step.paths or frozenset() for step in writes if step.method != "DELETE"]
    written = [path for paths in kept for path in paths]
    assert len(written) == len(set(written))
    assert set(written) <= change.touched()
    if writes and "nothing" not in fixture["why"].lower():
        assert {path for step in writes for path in step.paths or ()} <= change.touched()


def test_name_and_types_are_always_sent_as_read() -> None:
    sent = [
        step["body"]["contact"] for item in FIXTURES.values() for step in item.get("steps", ()) if _is_contact(step)
    ]
    assert len(sent) > 5
    for body in sent:
        assert body["name"]
        assert body["contact_type_ids"] == ["CUSTOMER"]


def _is_contact(step: Fixture) -> bool:
    return bool(step["path"].startswith("/v3.1/contacts/"))


def test_one_fixture_sets_every_value_to_another_than_it_was() -> None:
    fixture = FIXTURES["set_everything"]
    change = change_of(fixture)
    given = {_any_entry(item.leaf.path) for item in change.assignments}
    free = {_any_entry(leaf.path) for leaf in SAGE.table.leaves if leaf.fact.derived is None}
    assert free == given


def _any_entry(path: str) -> str:
    return re.sub(r"\[(\d+|\*)\]", "[]", path)


def test_each_value_that_cannot_be_cleared_is_refused() -> None:
    refused = {
        item.leaf.path.partition("[")[0].partition(".")[0] for item in change_of(FIXTURES["cannot_clear"]).assignments
    }
    never = {
        leaf.path.partition("[")[0].partition(".")[0] for leaf in SAGE.table.leaves if leaf.fact.clear is Clear.NEVER
    }
    assert refused == never


@pytest.mark.parametrize("fixture", fixtures_with("problems"))
def test_change_is_refused_before_any_write(fixture: Fixture) -> None:
    problems = problems_of(change_of(fixture), fixture["current"])
    shown = [{"code": item.code.name, "path": list(item.path)} for item in problems]
    assert sorted(shown, key=str) == sorted(fixture["problems"], key=str)


@pytest.mark.parametrize("fixture", fixtures_with("closed"))
def test_customers_of_this_business_may_not_be_updated(fixture: Fixture) -> None:
    current = {**FIXTURES["set_one"]["current"], "business": fixture["closed"]}
    for change in (change_of(FIXTURES["set_one"]), Change()):
        with pytest.raises(ConnectionProblem) as raised:
            list(SAGE.check(change, current))
        assert raised.value.code is ErrorCode.COMPANY_UNAVAILABLE
        assert raised.value.path == ("customer", "native", "companyId")
        assert [words for words in fixture["says"] if words not in raised.value.message] == []


@pytest.mark.parametrize(
    ("country", "tiers"),
    [
        ("GB", ("START", "MICRO", "ACCOUNTS", "ACCOUNTING_10", "ACCOUNTING")),
        ("IE", ("START", "MICRO", "ACCOUNTS", "ACCOUNTING_10", "ACCOUNTING")),
        ("CA", ("START", "MICRO", "ACCOUNTING")),
    ],
)
def test_customers_of_these_businesses_may_be_updated(country: str, tiers: tuple[str, ...]) -> None:
    for tier in tiers:
        business = {"id": BUSINESS, "country": {"id": country}, "subscriptions": [{"id": tier, "active": True}]}
        current = {**FIXTURES["set_one"]["current"], "business": business}
        assert list(SAGE.check(change_of(FIXTURES["set_one"]), current)) == []


@pytest.mark.parametrize("fixture", fixtures_with("error"))
def test_answer_means(fixture: Fixture) -> None:
    answer, wanted = answer_of(fixture["answer"]), dict(fixture["error"])
    error = SAGE.explain(answer)
    path = list(error.path)
    if not path and "change" in fixture:
        path = list(blamed_path(change_of(fixture), SAGE.blamed(answer), lambda leaf: leaf.native))
    assert [words for words in wanted.pop("says") if words not in error.message] == []
    assert wanted == {
        "type": type(error).__name__,
        "code": error.code.name,
        "retryable": error.retryable,
        "path": path,
        "providerCode": error.provider_code,
        "providerMessage": error.provider_message,
        "refused": SAGE.refused(answer),
        "unauthorized": SAGE.unauthorized(answer),
    }


@pytest.mark.parametrize("fixture", fixtures_with("list"))
def test_list(fixture: Fixture) -> None:
    asked = fixture["list"]
    conversation = SAGE.list(BUSINESS, ListFilter(**asked["filter"]), asked["offset"], asked["limit"])
    calls, result = hold(conversation, fixture["answers"])
    assert [[list(pair) for pair in call.query] for call in calls] == fixture["queries"]
    assert {(call.method, call.path, call.headers, call.writes) for call in calls} == {
        ("GET", "/v3.1/contacts", NAMED, False)
    }
    if is_problem(fixture, result):
        return
    assert isinstance(result, Listing)
    assert [SAGE.native_id(document) for document in result.documents] == fixture["found"]
    assert (result.more, result.total) == (fixture["more"], fixture["total"])


@pytest.mark.parametrize("fixture", fixtures_with("read"))
def test_read(fixture: Fixture) -> None:
    calls, result = hold(SAGE.read(ref_of(fixture["read"])), fixture["answers"])
    assert [[call.path, [list(pair) for pair in call.query]] for call in calls] == fixture["queries"]
    for call in calls:
        assert (call.method, call.writes) == ("GET", False)
        assert call.headers == (() if call.path.startswith("/v3.1/businesses") else NAMED)
    if not is_problem(fixture, result):
        assert result == fixture["document"]


def test_lists_are_counted_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """`$next` is not always filled."""
    monkeypatch.setattr(sage_answers, "PAGE", 2)
    told = FIXTURES["read_whole"]["answers"]
    items = told[1]["body"]["$items"]

    def page(number: int, *found: Fixture) -> Fixture:
        body = {"$items": found, "$total": len(items), "$page": number, "$next": None}
        return {"status": 200, "headers": {}, "body": body}

    pages = [page(1, *items[:2]), page(2, *items[2:])]
    calls, result = hold(SAGE.read(ref_of()), [told[0], *pages, *told[2:]])
    assert [dict(call.query)["page"] for call in calls if call.path == "/v3.1/addresses"] == ["1", "2"]
    assert result == FIXTURES["read_whole"]["document"]


def test_a_list_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sage_answers, "PAGE", 1)
    conversation = sage_answers.ask_all("contacts", "/v3.1/contacts", (), BUSINESS)
    page = {"status": 200, "headers": {}, "body": {"$items": [{"id": "1"}]}}
    calls, result = hold(conversation, [page] * sage_answers.MOST_PAGES)
    assert isinstance(result, ProviderProtocolError)
    assert len(calls) == sage_answers.MOST_PAGES


@pytest.mark.parametrize("company_id", [None, "", "..", "a/b"])
def test_no_call_is_made_without_a_business(company_id: str | None) -> None:
    ref = Ref("c", ID, company_id)
    current = FIXTURES["set_one"]["current"]
    for ask in (
        lambda: hold(SAGE.read(ref), []),
        lambda: hold(SAGE.list(company_id, ListFilter(), 0, 5), []),
        lambda: carry_out(SAGE.plan(ref, change_of(FIXTURES["set_one"]), current), []),
    ):
        calls, error = ask()
        assert calls == []
        assert (error.code, error.path) == (ErrorCode.COMPANY_REQUIRED, ("customer", "native", "companyId"))


@pytest.mark.parametrize("fixture", fixtures_with("companies"))
def test_companies(fixture: Fixture) -> None:
    connection = Connection("c", "sage_accounting", Credentials({"access_token": "x"}), tenant="default")
    calls, result = hold(SAGE.companies(connection), fixture["answers"])
    assert [call.path for call in calls] == fixture["queries"]
    assert {(call.method, call.headers, call.query) for call in calls} == {("GET", (), ())}
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
def test_answer_to_a_write(fixture: Fixture) -> None:
    method, path = fixture["step"]
    result: Any
    try:
        result = SAGE.stored(Step("write", method, path, headers=NAMED), answer_of(fixture["stored"]))
    except GatewayError as error:
        result = error
    if not is_problem(fixture, result):
        assert result is None


def test_a_version_is_of_what_somebody_wrote() -> None:
    """Labels, copies and the business change by themselves; everything else is somebody's edit."""
    current = FIXTURES["set_everything"]["current"]
    version = SAGE.version(current)
    by_itself: Fixture = {
        "business": {},
        "balance": "7.0",
        "displayed_as": "x",
        "email": "x",
        "updated_at": "x",
        "deletable": 0,
    }
    for name, value in by_itself.items():
        assert SAGE.version({**current, name: value}) == version
    for name in sorted(set(current) - set(by_itself) - {"links", "tax_treatment"}):
        assert SAGE.version({**current, name: "x"}) != version, name


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ([], None),
        (None, None),
        ([{"href": "https://x.example/api/1", "rel": "self", "type": "application/json"}], None),
        ([{"href": "javascript:alert(1)", "rel": "alternate", "type": "text/html"}], None),
        (
            [{"type": "text/html"}, "x", {"href": "https://x.example/c/1", "rel": "alternate", "type": "text/html"}],
            "https://x.example/c/1",
        ),
    ],
)
def test_a_page_among_the_links_is_the_web_address(links: Any, url: str | None) -> None:
    assert SAGE.parse({**FIXTURES["set_one"]["current"], "links": links}, ref_of()).web_url == url


def test_the_same_business_in_capitals_is_the_same() -> None:
    call = Call("any", "GET", "/v3.1/contacts/1", headers=NAMED)
    sage_answers.check_named(Answer(200, headers={"x-business": BUSINESS.upper()}), call)
