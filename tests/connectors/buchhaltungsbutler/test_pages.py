"""Reading through pages and answers to writes, made by hand: what the stand-in does not do, a host may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gql_gateway.connectors.base import Step
from gql_gateway.connectors.buchhaltungsbutler import CONNECTOR
from gql_gateway.connectors.buchhaltungsbutler.protocol import MOST_PAGES
from gql_gateway.errors import ProviderProtocolError, ProviderRejected
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

BUTLER = CONNECTOR()
STEP = Step("debtor", "POST", "/api/v1/settings/update/debtor", body={"postingaccount_number": 10017})


def debtors(first: int, count: int) -> list[Any]:
    return [{"postingaccount_number": str(20_000 + number)} for number in range(first, first + count)]


def read(native_id: str, *pages: Any) -> tuple[Any, list[Call]]:
    """What reading finds when the list answers with these pages, the last one for ever after."""
    calls: list[Call] = []
    conversation, answers, page = BUTLER.read(Ref("c", native_id)), iter(pages), None
    try:
        call = next(conversation)
        while True:
            calls.append(call)
            page = next(answers, page)
            body = {"success": True, "rows": 0, "data": page} if isinstance(page, list) else page
            call = conversation.send(Answer(200, json.dumps(body).encode()))
    except StopIteration as end:
        return end.value, calls


def test_pages_follow_each_other_until_the_number_appears() -> None:
    found, calls = read("20060", debtors(0, 25), debtors(25, 25), debtors(50, 25), debtors(75, 25))
    assert found == {"postingaccount_number": "20060"}
    assert [call.body for call in calls] == [{"limit": 25, "offset": offset} for offset in (0, 25, 50)]
    assert not any(call.writes for call in calls)


@pytest.mark.parametrize(
    ("pages", "calls"),
    [
        pytest.param([[]], 1, id="empty list"),
        pytest.param([debtors(0, 24)], 1, id="short page"),
        pytest.param([debtors(0, 25), []], 2, id="empty page after a full one"),
    ],
)
def test_unknown_number_is_unknown_once_a_page_is_short(pages: list[Any], calls: int) -> None:
    found, made = read("30000", *pages)
    assert (found, len(made)) == (None, calls)


def test_list_that_repeats_itself_is_not_taken_for_the_whole() -> None:
    with pytest.raises(ProviderProtocolError, match="repeats itself after 25"):
        read("30000", debtors(0, 25))


def test_list_sorted_anew_meanwhile_is_not_taken_for_the_whole() -> None:
    with pytest.raises(ProviderProtocolError, match="passed over"):
        read("30000", debtors(0, 25), debtors(24, 10))
    assert read("20033", debtors(0, 25), debtors(24, 10))[0] == {"postingaccount_number": "20033"}


def test_endless_list_is_left_after_so_many_pages() -> None:
    with pytest.raises(ProviderProtocolError, match=f"after {MOST_PAGES} pages"):
        read("39999", *(debtors(25 * page, 25) for page in range(MOST_PAGES + 1)))


@pytest.mark.parametrize(
    "body",
    [
        {"success": True},
        {"success": True, "data": {}},
        "text",
        [{"name": "no number"}],
        [7],
        [{"postingaccount_number": True}],
    ],
)
def test_answer_that_is_no_list_of_debtors_is_an_error(body: Any) -> None:
    with pytest.raises(ProviderProtocolError):
        read("20000", body)


def test_refusal_that_comes_with_200_is_one() -> None:
    with pytest.raises(ProviderRejected):
        read("20000", {"success": False, "error_code": 5, "message": "invalid settings type specified"})


@pytest.mark.parametrize("type", ["debtor collective", "debitor"])
def test_collective_account_is_told_by_type_or_number(type: str) -> None:
    number = "10000" if type == "debitor" else "20001"
    assert read(number, [{"type": type, "postingaccount_number": number}])[0] is None


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        {"success": True},
        {"success": True, "data": {}},
        {"success": True, "data": {"postingaccount_number": "10018"}},
        {"data": {"postingaccount_number": "10017"}},
    ],
)
def test_success_without_the_debtor_written_is_none(body: Any) -> None:
    with pytest.raises(ProviderProtocolError):
        BUTLER.stored(STEP, Answer(200, json.dumps(body).encode()))


@pytest.mark.parametrize("number", ["10017", 10017, "010017"])
def test_success_is_known_by_the_number_and_the_list_is_read_again(number: object) -> None:
    body = {"success": True, "data": {"postingaccount_number": number}}
    assert BUTLER.stored(STEP, Answer(200, json.dumps(body).encode())) is None
