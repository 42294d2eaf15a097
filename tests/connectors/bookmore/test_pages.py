"""Reading and listing through pages, with answers made by hand: what the stand-in does not do, a host may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gql_gateway.connectors.base import Conversation, ListFilter, Step
from gql_gateway.connectors.bookmore import CONNECTOR
from gql_gateway.connectors.bookmore.protocol import MOST_PAGES
from gql_gateway.errors import ErrorCode, ProviderProtocolError
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

BOOKMORE = CONNECTOR()


def customers(first: int, count: int) -> list[dict[str, Any]]:
    return [{"Id": str(number)} for number in range(first, first + count)]


def talk(conversation: Conversation[Any], *bodies: Any) -> tuple[Any, list[Call]]:
    """The result of a conversation whose calls are answered with these bodies, the last one for ever after."""
    calls: list[Call] = []
    answers = iter(bodies)
    body = None
    try:
        call = next(conversation)
        while True:
            calls.append(call)
            body = next(answers, body)
            call = conversation.send(Answer(200, json.dumps(body).encode()))
    except StopIteration as end:
        return end.value, calls


def read(native_id: str, *bodies: Any, company: str | None = None) -> tuple[Any, list[Call]]:
    return talk(BOOKMORE.read(Ref("c", native_id, company)), *bodies)


def test_read_stops_at_the_page_that_has_the_customer() -> None:
    found, calls = read("80", {"Total": 200, "Results": customers(0, 75)}, {"Total": 200, "Results": customers(75, 75)})
    assert found == {"Id": "80"}
    assert [dict(call.query)["PageNumber"] for call in calls] == ["1", "2"]
    assert not any(call.writes for call in calls)


def test_read_names_the_company_when_it_is_known() -> None:
    assert "CompanyId" not in dict(read("0", customers(0, 1))[1][0].query)
    assert dict(read("0", customers(0, 1), company="beef")[1][0].query)["CompanyId"] == "beef"


@pytest.mark.parametrize(
    ("pages", "calls"),
    [
        pytest.param([{"Total": 0}], 1, id="no customer and the empty list left out"),
        pytest.param(
            [{"Total": 80, "Results": customers(0, 75)}, {"Total": 80, "Results": customers(75, 5)}], 2, id="total"
        ),
        pytest.param([customers(0, 75), customers(75, 5)], 2, id="short page"),
        pytest.param([customers(0, 75), []], 2, id="empty page"),
        pytest.param([customers(0, 30)], 2, id="a build that gives everything each time"),
        pytest.param([customers(0, 50), customers(50, 50), customers(100, 1)], 3, id="pages smaller than asked for"),
    ],
)
def test_unknown_customer_is_unknown_once_the_list_has_ended(pages: list[Any], calls: int) -> None:
    found, made = read("nobody", *pages)
    assert (found, len(made)) == (None, calls)


def test_customer_behind_pages_smaller_than_asked_for_is_found() -> None:
    assert read("100", customers(0, 50), customers(50, 50), customers(100, 1))[0] == {"Id": "100"}


def test_list_that_repeats_itself_before_its_end_is_not_taken_for_the_whole() -> None:
    with pytest.raises(ProviderProtocolError, match="75 customers although it tells of 300"):
        read("nobody", {"Total": 300, "Results": customers(0, 75)})


def test_endless_list_is_left_after_so_many_pages() -> None:
    pages = [customers(75 * number, 75) for number in range(MOST_PAGES + 1)]
    with pytest.raises(ProviderProtocolError, match=f"after {MOST_PAGES} pages"):
        read("nobody", *pages)


@pytest.mark.parametrize(
    "body", [{"Results": None}, {"Id": "0"}, "text", [{"Name": "no id"}], [{"Id": ""}], [7], {"Total": 5}]
)
def test_answer_that_is_no_list_of_customers_is_an_error(body: Any) -> None:
    with pytest.raises(ProviderProtocolError) as caught:
        read("0", body)
    assert caught.value.code is ErrorCode.PROTOCOL


def test_older_build_skips_and_takes_after_its_first_answer() -> None:
    nested = [{**item, "InvoiceAddress": {"InvoiceCity": "Umeå"}} for item in customers(0, 80)]
    found, calls = read("79", {"Total": 80, "Results": nested[:75]}, {"Total": 80, "Results": nested[75:]})
    assert found == {"Id": "79", "InvoiceCity": "Umeå", "DiscountPercentage": 0}
    assert dict(calls[0].query) == {"PageNumber": "1", "PageSize": "75", "Take": "75"}
    assert dict(calls[1].query) == {"Skip": "75", "Take": "75"}


@pytest.mark.parametrize(("offset", "limit"), [(0, 25), (50, 25), (60, 30), (74, 2), (75, 75), (149, 40)])
@pytest.mark.parametrize("envelope", [True, False], ids=["envelope", "array"])
def test_list_gives_any_stretch(offset: int, limit: int, envelope: bool) -> None:
    total = 160
    conversation = BOOKMORE.list(None, ListFilter(), offset, limit)
    call = next(conversation)
    try:
        while True:
            start = (int(dict(call.query)["PageNumber"]) - 1) * 75
            page: Any = customers(start, max(0, min(75, total - start)))
            body = {"Total": total, "Results": page} if envelope else page
            call = conversation.send(Answer(200, json.dumps(body).encode()))
    except StopIteration as end:
        listing = end.value
    ids = [item["Id"] for item in listing.documents]
    assert ids == [str(number) for number in range(offset, min(total, offset + limit))]
    assert listing.more is (offset + limit < total)
    assert listing.total == (total if envelope else None)


@pytest.mark.parametrize(
    "body", [{"Id": "other"}, {"Name": "no id"}, {"ResponseStatus": {"ErrorCode": "x"}}, [], "<html>"]
)
def test_success_without_the_record_written_is_none(body: Any) -> None:
    step = Step("customer", "PUT", "/eaccounting/customers", body={"Id": "one"})
    with pytest.raises(ProviderProtocolError):
        BOOKMORE.stored(step, Answer(200, json.dumps(body).encode()))


def test_success_carries_the_whole_record_also_from_a_build_that_nests_the_address() -> None:
    step = Step("customer", "PUT", "/eaccounting/customers", body={"Id": "ONE"})
    answer = Answer(200, json.dumps({"Id": "one", "InvoiceAddress": {"InvoiceCity": "Umeå"}, "New": 1}).encode())
    assert BOOKMORE.stored(step, answer) == {"Id": "one", "InvoiceCity": "Umeå", "New": 1, "DiscountPercentage": 0}
