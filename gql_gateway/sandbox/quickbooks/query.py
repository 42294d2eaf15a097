"""`/query`: the part of Intuit's query language that the documents describe.

`select * | count(*) | properties from Entity where property operator value and …`
`orderby … startposition n maxresults m`; operators `= in < > <= >= like`. There is no `or`, `not`, `!=` and no join.
That case counts in texts, for `=` as for `like`, is a choice.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ..simulator import Document
from .answers import NOT_PARSED, NOT_VALID, PACIFIC, Refusal, refuse
from .customer import PROPERTIES

USUAL, MOST = 100, 1000
CUSTOMER = {
    **dict.fromkeys("DisplayName CompanyName GivenName MiddleName FamilyName PrintOnCheckName".split(), "text"),
    "FullyQualifiedName": "text",
    "PrimaryEmailAddr": "text",
    "Active": "flag",
    "Balance": "number",
}
"""What customers are filtered by, with `COMMON`; the list is the dossier's."""
COMMON = {"Id": "id", "MetaData.CreateTime": "moment", "MetaData.LastUpdatedTime": "moment"}
OTHERS = {"Name": "text", "DisplayName": "text", "Code": "text", "Active": "flag"}

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|[=<>(),*]))",
    re.DOTALL,
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    sign: str
    values: tuple[Any, ...]

    def holds(self, row: Document) -> bool:
        value = comparable(self.name, row)
        if value is None:
            return False
        if self.sign == "in":
            return value in self.values
        if self.sign == "like":
            return bool(_pattern(self.values[0]).fullmatch(value))
        return _COMPARE[self.sign](value, self.values[0])


@dataclass
class Statement:
    """A parsed statement. `columns` is empty for `*`."""

    entity: str = ""
    counts: bool = False
    columns: list[str] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    orders: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    size: int = USUAL

    def run(self, rows: Iterable[Document]) -> Document:
        """The `QueryResponse`; inactive rows come only when the statement speaks of `Active`."""
        asked = any(condition.name == "Active" for condition in self.conditions)
        found = [row for row in rows if asked or row.get("Active") is not False]
        found = [row for row in found if all(condition.holds(row) for condition in self.conditions)]
        if self.counts:
            return {"totalCount": len(found)}
        found.sort(key=lambda row: int(row["Id"]) if str(row["Id"]).isdigit() else 0)
        for name, descending in reversed(self.orders):
            found.sort(key=partial(_sortable, name), reverse=descending)
        page = found[self.start - 1 :][: self.size]
        if not page:
            return {}
        shown = [self._cut(row) for row in page]
        return {self.entity: shown, "startPosition": self.start, "maxResults": len(page)}

    def _cut(self, row: Document) -> Document:
        if not self.columns:
            return row
        kept = {"domain", *(column.partition(".")[0] for column in self.columns)}
        return {name: value for name, value in row.items() if name in kept} | {"sparse": True}


def parse(text: str, entities: Iterable[str]) -> Statement:
    parser = _Parser(text)
    statement = Statement()
    parser.keyword("select")
    if parser.took("*"):
        pass
    elif parser.took("count"):
        for sign in "(*)":
            parser.sign(sign)
        statement.counts = True
    else:
        statement.columns = parser.names()
    parser.keyword("from")
    statement.entity = parser.word()
    if statement.entity not in set(entities):
        raise _invalid(f"invalid context declaration: {statement.entity}")
    for column in statement.columns:
        if statement.entity == "Customer" and column.partition(".")[0] not in {*PROPERTIES, "Id", "SyncToken"}:
            raise _invalid(f"property '{column}' of Customer is not known")
    if parser.took("where"):
        statement.conditions = [_condition(parser, statement.entity)]
        while parser.took("and"):
            statement.conditions.append(_condition(parser, statement.entity))
    if parser.took("orderby") or (parser.took("order") and parser.keyword("by")):
        statement.orders = _orders(parser, statement.entity)
    if parser.took("startposition"):
        statement.start = parser.whole()
    if parser.took("maxresults"):
        statement.size = parser.whole()
        if statement.size > MOST:
            # Whether more is refused or cut is unverified.
            raise _invalid(f"maxresults may be {MOST} at most")
    parser.end()
    return statement


def comparable(name: str, row: Document) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if name == "PrimaryEmailAddr" and isinstance(value, dict):
        value = value.get("Address")
    return _converted({**COMMON, **OTHERS, **CUSTOMER}[name], value) if value is not None else None


def parse_moment(text: str) -> datetime:
    """A date or time; one without offset is Pacific. `ValueError` for anything else."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=PACIFIC)


@dataclass
class _Parser:
    text: str

    def __post_init__(self) -> None:
        self.tokens: list[tuple[str, str]] = []
        place, whole = 0, self.text.strip()
        while place < len(whole):
            found = _TOKEN.match(whole, place)
            if found is None or found.lastgroup is None:
                raise _unparsed(whole[place : place + 20])
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def peek(self) -> tuple[str, str]:
        return self.tokens[0] if self.tokens else ("end", "the end")

    def took(self, wanted: str) -> bool:
        kind, text = self.peek()
        fits = kind in {"word", "sign"} and text.lower() == wanted
        if fits:
            self.tokens.pop(0)
        return fits

    def keyword(self, wanted: str) -> bool:
        if not self.took(wanted):
            raise _unparsed(self.peek()[1])
        return True

    sign = keyword

    def word(self) -> str:
        kind, text = self.peek()
        if kind != "word":
            raise _unparsed(text)
        self.tokens.pop(0)
        return text

    def names(self) -> list[str]:
        found = [self.word()]
        while self.took(","):
            found.append(self.word())
        return found

    def value(self) -> tuple[str, str]:
        """A literal: whether it is a quoted text, a number or a flag, and what it says."""
        kind, text = self.peek()
        if kind == "word" and text.lower() in {"true", "false"}:
            kind = "flag"
        if kind not in {"text", "number", "flag"}:
            raise _unparsed(text)
        self.tokens.pop(0)
        return kind, re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if kind == "text" else text

    def whole(self) -> int:
        kind, text = self.peek()
        if kind != "number":
            raise _unparsed(text)
        self.tokens.pop(0)
        if not text.isdigit() or int(text) < 1:
            raise _invalid(f"{text} is no position")
        return int(text)

    def end(self) -> None:
        if self.tokens:
            raise _unparsed(self.peek()[1])


def _condition(parser: _Parser, entity: str) -> Condition:
    name = parser.word()
    sign = parser.peek()[1].lower()
    if sign not in {*_COMPARE, "in", "like"}:
        raise _unparsed(sign)
    parser.keyword(sign)
    if name not in _known(entity):
        raise _invalid(f"property '{name}' of {entity} is not queryable")
    if sign != "in":
        given = [parser.value()]
    else:
        parser.sign("(")
        given = [parser.value()]
        while parser.took(","):
            given.append(parser.value())
        parser.sign(")")
    wanted = _known(entity)[name]
    if sign == "like" and wanted != "text":
        raise _invalid(f"property '{name}' cannot be compared by like")
    try:
        values = tuple(_typed(wanted, kind, text) for kind, text in given)
    except ValueError:
        raise _invalid(f"value of '{name}' is not of its type") from None
    return Condition(name, sign, values)


def _typed(wanted: str, kind: str, text: str) -> Any:
    """Flags stand bare and all else in quotes, but for numbers, which may do either."""
    if kind != {"flag": "flag"}.get(wanted, "text") and not (wanted == "number" and kind == "number"):
        raise ValueError(text)
    return _converted(wanted, text)


def _orders(parser: _Parser, entity: str) -> list[tuple[str, bool]]:
    orders = []
    for name in _first_and_further(parser):
        if name not in _known(entity):
            raise _invalid(f"property '{name}' of {entity} is not sortable")
        descending = parser.took("desc")
        if not descending:
            parser.took("asc")
        orders.append((name, descending))
    return orders


def _first_and_further(parser: _Parser) -> Iterable[str]:
    yield parser.word()
    while parser.took(","):
        yield parser.word()


def _known(entity: str) -> Mapping[str, str]:
    return {**COMMON, **(CUSTOMER if entity == "Customer" else OTHERS)}


def _converted(kind: str, value: Any) -> Any:
    """A stored or given value in the form that is compared; `ValueError` when it does not fit."""
    text = str(value)
    match kind:
        case "flag":
            return text.lower() == "true"
        case "number":
            return float(text)
        case "id":
            return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)
        case "moment":
            return parse_moment(text)
        case _:
            return text


def _pattern(like: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in like.split("%")), re.DOTALL)


def _sortable(name: str, row: Document) -> tuple[bool, Any]:
    value = comparable(name, row)
    return value is not None, value if value is not None else 0


def _unparsed(near: str) -> Refusal:
    return refuse(NOT_PARSED, f"QueryParserError: Encountered unexpected text near {near!r}")


def _invalid(words: str) -> Refusal:
    return refuse(NOT_VALID, f"QueryValidationError: {words}")
