"""Sage's answers: objects without a wrapper, lists below `$items`. Each names the business that it is about."""

from __future__ import annotations

from ...errors import ProviderProtocolError
from ...model.json import JsonObject
from ...outbound.message import Answer, Call
from ..base import Conversation, read_object
from . import errors

BASE = "/v3.1"
HEADER = "X-Business"
PAGE = 200
MOST_PAGES = 50

Query = tuple[tuple[str, str], ...]


def named(business: str) -> tuple[tuple[str, str], ...]:
    """The header that no call about customers may lack: without it Sage acts upon the user's lead business."""
    return ((HEADER, business),)


def check_named(answer: Answer, call: Call) -> None:
    """The answer has to be about the business of the call."""
    sent, told = dict(call.headers).get(HEADER), answer.headers.get(HEADER.lower())
    if sent is not None and told is not None and told.lower() != sent.lower():
        words = "Sage answered for another business than the call was about."
        raise ProviderProtocolError(words, provider_code=str(answer.status))


def told_object(answer: Answer, call: Call) -> JsonObject:
    """The object with an id in the answer to a success."""
    check_named(answer, call)
    found = read_object(answer)
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise ProviderProtocolError("Sage's answer holds no object with an id.", provider_code=str(answer.status))
    return found


def ask(call: Call) -> Conversation[Answer]:
    """The answer to a question; a refusal is an error."""
    answer = yield call
    if not answer.ok:
        raise errors.explain(answer)
    check_named(answer, call)
    return answer


def told_page(answer: Answer) -> tuple[list[JsonObject], int | None]:
    """The items of a page, and how many there are on all pages."""
    page = read_object(answer)
    items, total = page.get("$items"), page.get("$total")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ProviderProtocolError("Sage's list has no $items.", provider_code=str(answer.status))
    return [item for item in items if isinstance(item, dict)], total if type(total) is int else None


def ask_all(step: str, path: str, query: Query, business: str) -> Conversation[list[JsonObject]]:
    """Every item of a list, page by page. `$next` is not always filled, so that they are counted."""
    found: list[JsonObject] = []
    for number in range(1, MOST_PAGES + 1):
        paging = (("page", str(number)), ("items_per_page", str(PAGE)))
        answer = yield from ask(Call(step, "GET", path, (*query, *paging), headers=named(business)))
        items, total = told_page(answer)
        found += items
        if len(items) < PAGE or len(found) == total:
            return found
    raise ProviderProtocolError(f"Sage's list {path} goes on after {MOST_PAGES} pages.")
