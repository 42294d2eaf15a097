"""Lists: the OData options of the query string and the envelope `{"Meta", "Data"}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any

from multidict import MultiMapping

from ..simulator import Document
from .answers import INVALID, Refusal
from .customer import PROPERTIES

PAGE_SIZE = 50
FILTERABLE = frozenset({"CustomerNumber", "Name", "EmailAddress", "IsActive", "ChangedUtc"})
"""What may stand in `$filter`: the properties that documents or clients filter on. More may work in the original."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<date>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)?)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<mark>[()]))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: left is not None and bool(left > right),
    "ge": lambda left, right: left is not None and bool(left >= right),
    "lt": lambda left, right: left is not None and bool(left < right),
    "le": lambda left, right: left is not None and bool(left <= right),
}
Matches = Callable[[Document], bool]


def list_page(
    found: Iterable[Document],
    query: MultiMapping[str],
    *,
    now: float,
    largest_page: int,
    filterable: Collection[str] = (),
    top_and_skip: bool = False,
) -> Document:
    """The body of a list. `$top` and `$skip`, which one client uses, are refused unless `top_and_skip`."""
    known = {"$filter", "$orderby", "$select", "$page", "$pagesize", *(("$top", "$skip") if top_and_skip else ())}
    for name in query:
        if name.startswith("$") and (name not in known or len(query.getall(name)) > 1):
            raise _refuse(f"The query parameter '{name}' is not supported.")
    matches = Filter(query["$filter"], filterable).parse() if "$filter" in query else lambda _: True
    rows = _ordered([document for document in found if matches(document)], query)
    # A page that is too large is cut, and `Meta` tells so: what the original does and its largest page are unverified.
    page, size = _whole(query, "$page", 1), min(_whole(query, "$pagesize", PAGE_SIZE), largest_page)
    start = (page - 1) * size
    if top_and_skip and ("$top" in query or "$skip" in query):
        start, size = _whole(query, "$skip", 0, least=0), min(_whole(query, "$top", PAGE_SIZE), largest_page)
        page = start // size + 1
    return {
        "Meta": {
            "CurrentPage": page,
            "PageSize": size,
            "TotalNumberOfPages": ceil(len(rows) / size),
            "TotalNumberOfResults": len(rows),
            "ServerTimeUtc": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S.%f}0Z",
        },
        "Data": _selected(rows[start : start + size], query),
    }


class Filter:
    """`CustomerNumber eq '1001' and (IsActive eq true or Name eq 'O''Hara')`: a quote in a text is doubled."""

    def __init__(self, text: str, filterable: Collection[str]) -> None:
        self._filterable = filterable
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise _refuse(f"Syntax error at position {position} in '{text}'.")
            self._tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()

    def parse(self) -> Matches:
        matches = self._either()
        if self._tokens:
            raise _refuse(f"Syntax error at '{self._tokens[0][1]}' in $filter.")
        return matches

    def _either(self) -> Matches:
        parts = [self._both()]
        while self._take_word("or"):
            parts.append(self._both())
        return lambda document: any(part(document) for part in parts)

    def _both(self) -> Matches:
        parts = [self._one()]
        while self._take_word("and"):
            parts.append(self._one())
        return lambda document: all(part(document) for part in parts)

    def _one(self) -> Matches:
        if self._tokens[:1] == [("mark", "(")]:
            self._next()
            matches = self._either()
            if self._next() != ("mark", ")"):
                raise _refuse("Syntax error in $filter: ')' expected.")
            return matches
        (kind, name), (_, operator), literal = self._next(), self._next(), self._next()
        if kind != "word" or name not in self._filterable:
            raise _refuse(f"Could not find a property named '{name}' to filter on.")
        if operator not in _COMPARE:
            raise _refuse(f"The operator '{operator}' is not supported in $filter.")
        return self._comparison(name, operator, literal)

    def _comparison(self, name: str, operator: str, literal: tuple[str, str]) -> Matches:
        """Strings compare exactly, by code point; whether the original's database passes by case is unverified."""
        kind, compare, wanted = PROPERTIES[name].kind, _COMPARE[operator], _value(*literal)
        fits = {"text": isinstance(wanted, str), "flag": isinstance(wanted, bool), "date": literal[0] == "date"}
        equality = operator in {"eq", "ne"}
        if not (fits.get(kind, False) or wanted is None) or (not equality and not isinstance(wanted, str | datetime)):
            raise _refuse(f"'{literal[1]}' can not be compared with {name}.")
        return lambda document: compare(_read(document.get(name), kind), wanted)

    def _take_word(self, word: str) -> bool:
        if self._tokens[:1] != [("word", word)]:
            return False
        self._next()
        return True

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise _refuse("Syntax error in $filter: it ends too early.")
        return self._tokens.pop(0)


def _value(kind: str, text: str) -> Any:
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "date":
        try:
            return _moment(text)
        except ValueError:
            raise _refuse(f"Unrecognized literal '{text}'.") from None
    if text not in {"true", "false", "null"}:
        raise _refuse(f"Unrecognized literal '{text}'.")
    return {"true": True, "false": False}.get(text)


def _read(value: Any, kind: str) -> Any:
    return _moment(value) if kind == "date" and isinstance(value, str) else value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered(rows: list[Document], query: MultiMapping[str]) -> list[Document]:
    for term in reversed(query["$orderby"].split(",") if "$orderby" in query else []):
        name, *direction = term.split()[:2] or [""]
        if (
            (rows and isinstance(rows[0].get(name, []), list | dict))
            or direction not in ([], ["asc"], ["desc"])
            or len(term.split()) > 2
        ):
            raise _refuse(f"'{term.strip()}' can not be sorted by.")
        rows = sorted(rows, key=lambda row: (row.get(name) is not None, row.get(name)), reverse=direction == ["desc"])
    return rows


def _selected(rows: list[Document], query: MultiMapping[str]) -> list[Document]:
    if "$select" not in query:
        return rows
    names = [name.strip() for name in query["$select"].split(",")]
    for name in names:
        if rows and name not in rows[0]:
            raise _refuse(f"Could not find a property named '{name}'.")
    return [{name: row.get(name) for name in names} for row in rows]


def _whole(query: MultiMapping[str], name: str, default: int, *, least: int = 1) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise _refuse(f"The value '{text}' is not valid for {name}.")
    return int(text)


def _refuse(words: str) -> Refusal:
    return Refusal(INVALID, words)
