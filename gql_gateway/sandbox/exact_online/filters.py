"""`$filter`: the part of OData's language that the documents and their examples use.

`and or not`, parentheses, `eq ne gt ge lt le`, `substringof startswith endswith trim tolower toupper`, literals of
strings (a quote is doubled), guids, dates, numbers, booleans and null. Anything else is 400.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gql_gateway.sandbox.exact_online.answers import bad_query
from gql_gateway.sandbox.exact_online.entities import Entity
from gql_gateway.sandbox.exact_online.values import is_guid, milliseconds, to_ticks
from gql_gateway.sandbox.simulator import Document

Test = Callable[[Mapping[str, Any]], bool]
Value = Callable[[Mapping[str, Any]], Any]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<typed>(?:guid|datetime)'[^']*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<number>-?\d+(?:\.\d+)?[LlDdMm]?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign>[(),])
    )""",
    re.VERBOSE,
)
_SHORT_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_TEXT_TO_TEXT: Mapping[str, Callable[[str], str]] = {"trim": str.strip, "tolower": str.lower, "toupper": str.upper}
_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "substringof": lambda part, whole: part in whole,
}
_KINDS = {
    **dict.fromkeys(("Byte", "Int16", "Int32", "Int64", "Double"), "number"),
    **{"String": "text", "Guid": "guid", "DateTime": "moment", "Boolean": "truth"},
}


@dataclass
class Filter:
    """A parsed filter. `names` are the properties it looks at."""

    test: Test
    names: frozenset[str]


@dataclass
class _Operand:
    kind: str
    value: Value


@dataclass
class _Parser:
    entity: Entity
    tokens: list[tuple[str, str]]
    place: int = 0
    names: set[str] = field(default_factory=set)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, expected: str | None = None) -> tuple[str, str]:
        kind, text = self.peek()
        if kind == "end" or (expected is not None and text != expected):
            raise bad_query()
        self.place += 1
        return kind, text

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek() == ("word", "or"):
            self.take()
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.single()]
        while self.peek() == ("word", "and"):
            self.take()
            tests.append(self.single())
        return lambda row: all(test(row) for test in tests)

    def single(self) -> Test:
        if self.peek() == ("word", "not"):
            self.take()
            inner = self.single()
            return lambda row: not inner(row)
        if self.peek() == ("sign", "("):
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        return self.comparison()

    def comparison(self) -> Test:
        left = self.operand()
        if self.peek()[1] not in _COMPARE:
            if left.kind == "truth":
                return lambda row: left.value(row) is True
            raise bad_query()
        word = self.take()[1]
        right = self.operand()
        if {left.kind, right.kind} > {"null"} or left.kind == right.kind:
            return _compare(_COMPARE[word], word, left, right)
        raise bad_query(f"Bad Request - Operator '{word}' incompatible with operand types.")

    def operand(self) -> _Operand:
        kind, text = self.take()
        if kind == "string":
            return _constant("text", text[1:-1].replace("''", "'"))
        if kind == "number":
            return _constant("number", float(text.rstrip("LlDdMm")))
        if kind == "typed":
            return _typed(text)
        if kind != "word":
            raise bad_query()
        if text in {"true", "false", "null"}:
            return _constant(*{"true": ("truth", True), "false": ("truth", False), "null": ("null", None)}[text])
        if self.peek() == ("sign", "("):
            return self.call(text)
        return self.property(text)

    def call(self, name: str) -> _Operand:
        self.take("(")
        given = [self.operand()]
        while self.peek() == ("sign", ","):
            self.take()
            given.append(self.operand())
        self.take(")")
        if any(operand.kind != "text" for operand in given):
            raise bad_query()
        values = [operand.value for operand in given]
        if name in _TEXT_TO_TEXT and len(values) == 1:
            change = _TEXT_TO_TEXT[name]
            return _Operand("text", lambda row: change(values[0](row) or ""))
        if name in _TEXT_TESTS and len(values) == 2:
            test = _TEXT_TESTS[name]
            return _Operand("truth", lambda row: test(values[0](row) or "", values[1](row) or ""))
        raise bad_query(f"Bad Request - Unknown function '{name}'.")

    def property(self, name: str) -> _Operand:
        known = self.entity.properties.get(name)
        if known is None or not known.readable or known.type not in _KINDS:
            raise bad_query(f"Bad Request - No property '{name}' exists in type '{self.entity.model}'.")
        self.names.add(name)
        kind = _KINDS[known.type]
        if kind == "moment":
            return _Operand(kind, lambda row: None if row.get(name) is None else milliseconds(row[name]))
        if kind == "number":
            return _Operand(kind, lambda row: None if row.get(name) is None else float(row[name]))
        return _Operand(kind, lambda row: row.get(name))


def parse_filter(entity: Entity, text: str) -> Filter:
    """The filter; 400 for what it does not understand, for unknown properties and for operands that do not fit."""
    tokens: list[tuple[str, str]] = []
    place = 0
    text = text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise bad_query()
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    parser = _Parser(entity, tokens)
    try:
        test = parser.either()
    except RecursionError:
        raise bad_query() from None
    if parser.peek()[0] != "end":
        raise bad_query()
    return Filter(test, frozenset(parser.names))


def check_fields(entity: Entity, names: frozenset[str]) -> None:
    """Accounts are only listed by certain fields: one of them must be asked for, and no other may."""
    if not entity.filterable:
        return
    if not names:
        raise bad_query(
            "This endpoint has mandatory filtering applied. A GET request for this endpoint must have a $filter "
            f"parameter with one of the following fields in the url:{','.join(sorted(entity.filterable))}."
        )
    if wrong := sorted(names - entity.filterable):
        raise bad_query(f"Filtering on these fields is not supported: {', '.join(wrong)}")


def _constant(kind: str, value: Any) -> _Operand:
    return _Operand(kind, lambda _row: value)


def _typed(text: str) -> _Operand:
    prefix, _, quoted = text.partition("'")
    content = quoted[:-1]
    if prefix == "guid":
        if not is_guid(content):
            raise bad_query()
        return _constant("guid", content.lower())
    iso = f"{content}T00:00:00" if _SHORT_DAY.fullmatch(content) else content
    return _constant("moment", milliseconds(to_ticks(iso)))


def _compare(relate: Callable[[Any, Any], bool], word: str, left: _Operand, right: _Operand) -> Test:
    def test(row: Mapping[str, Any]) -> bool:
        values = [_comparable(left.value(row)), _comparable(right.value(row))]
        if None in values and word not in {"eq", "ne"}:
            return False
        return relate(values[0], values[1])

    return test


def _comparable(value: Any) -> Any:
    """The database passes by blanks at the end, not those in front. Case counts: unverified, the strict reading."""
    return value.rstrip(" ") if isinstance(value, str) else value


def matching(rows: list[Document], found: Filter) -> list[Document]:
    return [row for row in rows if found.test(row)]
