"""Finder: customers by a pattern, in pages. Whatever is wrong is told inside an answer of 200."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.checks import is_moment
from gql_gateway.sandbox.twinfield.form import Element, children
from gql_gateway.sandbox.twinfield.messages import Language, words
from gql_gateway.sandbox.twinfield.offices import OFFICES, Office
from gql_gateway.sandbox.twinfield.soap import TWINFIELD, BadEnvelope, add, own_name, response, text_of

_PARTS = ("type", "pattern", "field", "firstRow", "maxRows", "options")
_NUMBERS = ("field", "firstRow", "maxRows")
_OPTIONS = ("dimtype", "office", "modifiedsince")
LARGEST_PAGE = 10_000
"""The largest that clients are known to ask for; what the service takes at most is unverified."""


@dataclass(frozen=True)
class Query:
    type: str
    pattern: str
    field: int
    first_row: int
    max_rows: int
    options: tuple[tuple[str, str], ...]


class Refused(Exception):
    """One of the codes that the WSDL lists. Words but for those of NoAccessToOffice are the simulator's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


def read_query(operation: Element) -> Query:
    """The parameters; what the schema does not allow is a malformed envelope."""
    names = [own_name(child) for child in children(operation)]
    if names != [name for name in _PARTS if name in names] or not set(_NUMBERS) <= set(names):
        raise BadEnvelope("parameters of Search")
    numbers: dict[str, int] = {}
    for name in _NUMBERS:
        text = text_of(operation, name) or ""
        if not re.fullmatch("-?[0-9]{1,9}", text.strip()):
            raise BadEnvelope(name)
        numbers[name] = int(text)
    return Query(
        text_of(operation, "type") or "",
        text_of(operation, "pattern") or "",
        numbers["field"],
        numbers["firstRow"],
        numbers["maxRows"],
        tuple(_pairs(operation)),
    )


def _pairs(operation: Element) -> Iterator[tuple[str, str]]:
    for pair in operation.findall(f"{{{TWINFIELD}}}options/{{{TWINFIELD}}}ArrayOfString"):
        values = [text.text or "" for text in pair.findall(f"{{{TWINFIELD}}}string")]
        if len(values) != 2:
            raise BadEnvelope("options of Search")
        yield values[0], values[1]


def search(query: Query, company: Office, books: Mapping[str, Mapping[str, Document]], language: Language) -> Element:
    try:
        found = _find(query, company, books, language)
    except Refused as refused:
        answer = response("SearchResponse")
        message = add(add(answer, "SearchResult"), "MessageOfErrorCodes")
        for name, text in (("Type", "Error"), ("Text", refused.text), ("Code", refused.code)):
            add(message, name, text)
        return answer
    answer = response("SearchResponse")
    add(answer, "SearchResult")
    data = add(answer, "data")
    add(data, "TotalRows", str(len(found)))
    columns = add(data, "Columns")
    for name in ("Code", "Name"):
        add(columns, "string", name)
    items = add(data, "Items")
    for code, name in found[query.first_row - 1 :][: query.max_rows]:
        row = add(items, "ArrayOfString")
        add(row, "string", code)
        add(row, "string", name)
    return answer


def _find(
    query: Query, company: Office, books: Mapping[str, Mapping[str, Document]], language: Language
) -> list[tuple[str, str]]:
    if query.type != "DIM":
        raise Refused("InvalidFinderType", f"Invalid finder type {query.type}.")
    if not 0 <= query.field <= 4:
        raise Refused("ParameterOutOfRange", "Parameter field is out of range.")
    if query.first_row < 1:
        raise Refused("ParameterOutOfRange", "Parameter firstRow is out of range.")
    if not 1 <= query.max_rows <= LARGEST_PAGE:
        raise Refused("ParameterOutOfRange", "Parameter maxRows is out of range.")
    options = dict(query.options)
    for name, _ in query.options:
        if name not in _OPTIONS:
            raise Refused("OptionNotAllowed", f"Option {name} is not allowed.")
    # Which option is mandatory for dimensions is not documented; every client sends the type.
    if "dimtype" not in options:
        raise Refused("OptionMandatory", "Option dimtype is mandatory.")
    if options["dimtype"] != "DEB":
        raise Refused("AccessDenied", "Access denied.")
    office = OFFICES.get(options.get("office", company.code))
    if office is None or not office.allowed:
        raise Refused("NoAccessToOffice", words("office", language, office=options["office"]))
    since = options.get("modifiedsince", "")
    if "modifiedsince" in options:
        if len(since) != 14:
            raise Refused("InvalidDateTimeOptionLength", "Option modifiedsince has a wrong length.")
        if not is_moment(since, "%Y%m%d%H%M%S", 14):
            raise Refused("InvalidDateTimeOptionValue", "Option modifiedsince is no date and time.")
    pattern = _compiled(query.pattern)
    return [
        (code, str(customer.get("name", "")))
        for code, customer in sorted(books[office.code].items())
        if customer.get("@status") != "deleted"
        and str(customer.get("modified", "")) >= since
        and any(pattern.fullmatch(text) for text in _texts(query.field, code, customer))
    ]


def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` stands for any text, `?` for one character. That the whole text has to match is unverified."""
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(part, re.escape(part)) for part in pattern), re.IGNORECASE | re.DOTALL)


def _texts(field: int, code: str, customer: Document) -> Collection[str]:
    match field:
        case 0:
            return [code, str(customer.get("name", ""))]
        case 1:
            return [code]
        case 2:
            return [str(customer.get("name", ""))]
        case 3:
            return list(_of_rows(customer, "banks", "bank", ("accountnumber", "iban")))
        case _:
            return list(_of_rows(customer, "addresses", "address", None))


def _of_rows(customer: Document, collection: str, row: str, names: Collection[str] | None) -> Iterator[str]:
    found = customer.get(collection)
    for entry in found.get(row, []) if isinstance(found, dict) else []:
        for name, value in entry.items():
            if isinstance(value, str) and value and "@" not in name and (names is None or name in names):
                yield value
