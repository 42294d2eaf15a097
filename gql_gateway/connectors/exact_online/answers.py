"""Where Exact's API lies, its OData literals, and its answers: `{"d": …}` around one object or a page of a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from ...errors import ProviderProtocolError
from ...model.json import JsonObject
from ...outbound.message import Answer, Call
from ..base import Conversation, read_json
from . import errors

BASE = "/api/v1"
MOST_PAGES = 100
"""A list that goes on after this many pages is not read on: each page is one of 60 calls a minute."""

Query = tuple[tuple[str, str], ...]


def resource(company_id: str, name: str) -> str:
    """The path of a resource: the company is part of it."""
    return f"{BASE}/{quote(company_id, safe='')}/{name}"


def row(company_id: str, name: str, id: str) -> str:
    return f"{resource(company_id, name)}(guid'{id}')"


def guid(id: str) -> str:
    return f"guid'{id}'"


def text(value: str) -> str:
    """A text literal: quotes inside it are doubled."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def moment(time: datetime) -> str:
    return f"datetime'{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}'"


def told_page(answer: Answer) -> tuple[list[JsonObject], str | None]:
    """The rows of a page, and the token of the next one; a bare list under `d` is taken too."""
    told: Any = read_json(answer)
    inner = told.get("d") if isinstance(told, dict) else None
    rows = inner.get("results") if isinstance(inner, dict) else inner
    if not isinstance(rows, list) or not all(isinstance(item, dict) for item in rows):
        raise ProviderProtocolError("Exact Online's answer is not a list.", provider_code=str(answer.status))
    following = inner.get("__next") if isinstance(inner, dict) else None
    return [_own(item) for item in rows], _token(following, answer)


def _token(following: Any, answer: Answer) -> str | None:
    """Where the next page begins. The address names a host, which is not followed: only the token is taken."""
    if not following:
        return None
    token = dict(parse_qsl(urlsplit(str(following)).query)).get("$skiptoken")
    if token is None:
        raise ProviderProtocolError("Exact Online's list has no token for more.", provider_code=str(answer.status))
    return token


def told_object(answer: Answer) -> JsonObject:
    """The one object of an answer."""
    told: Any = read_json(answer)
    inner = told.get("d") if isinstance(told, dict) else None
    if isinstance(inner, dict) and "results" not in inner:
        return _own(inner)
    raise ProviderProtocolError("Exact Online's answer holds no object.", provider_code=str(answer.status))


def _own(row: JsonObject) -> JsonObject:
    """A row without what the protocol adds: its address, and collections that are only linked."""
    return {
        name: value
        for name, value in row.items()
        if name != "__metadata" and not (isinstance(value, dict) and "__deferred" in value)
    }


def told_day(answer: Answer) -> str | None:
    """The provider's own day, from the `Date` of its answer."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC).date().isoformat()
    except (ValueError, TypeError):
        return None


def all_rows(step: str, path: str, query: Query) -> Conversation[list[JsonObject]]:
    """Every row of a list, page after page."""
    found: list[JsonObject] = []
    paging: Query = ()
    for _ in range(MOST_PAGES):
        answer = yield Call(step, "GET", path, (*query, *paging))
        if not answer.ok:
            raise errors.explain(answer)
        rows, token = told_page(answer)
        found += rows
        if token is None:
            return found
        paging = (("$skiptoken", token),)
    raise ProviderProtocolError(f"Exact Online's list {step} goes on after {MOST_PAGES} pages.")


def selected(names: Sequence[str]) -> tuple[str, str]:
    """An unknown name fails the whole call, so lists are asked for by names of the contract only."""
    return "$select", ",".join(names)
