"""A dimension as it is stored after a write.

What was left out at the top stays. A group or a row that was sent loses the members that were not, and a collection
that was sent takes the place of the stored one: neither is stated by the vendor, both are what would do the most harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.checks import held_rows
from gql_gateway.sandbox.twinfield.form import ROWS, Element, children, name_of, to_document
from gql_gateway.sandbox.twinfield.offices import HOME, NAMED, OFFICES, ledger_id
from gql_gateway.sandbox.twinfield.vocabulary import DERIVED, EMPTY, NUMBERED, PARTS


@dataclass(frozen=True)
class Readings:
    """How the simulator takes what is not documented.

    `members_stay`: members left out of a group or a row that was sent keep their values.
    `rows_stay`: rows left out of a collection that was sent stay.
    `refuses_answer_parts`: what only answers have (`uid`, `touched`, `@name` …) is refused, rather than passed by.
    `inuse` is refused in any case.
    `loses_zeros`: the answer to a write shows ledger codes without their leading zeros.
    """

    members_stay: bool = False
    rows_stay: bool = False
    refuses_answer_parts: bool = True
    loses_zeros: bool = False


def new_customer(office: str, code: str, uid: str) -> Document:
    """What a customer is before anything is said of it."""
    return {
        "@status": "active",
        **{"office": office, "type": "DEB", "code": code, "uid": uid, "name": "", "shortname": ""},
        **{"inuse": "false", "behaviour": "normal", "modified": "", "touched": "0"},
        **{"beginperiod": "0", "beginyear": "0", "endperiod": "0", "endyear": "0"},
        **{"website": "", "cocnumber": "", "vatnumber": "", "editdimensionname": "true"},
        "financials": deepcopy(EMPTY["financials"]),
        "creditmanagement": deepcopy(EMPTY["creditmanagement"]),
        "remittanceadvice": deepcopy(EMPTY["remittanceadvice"]),
        "invoicing": deepcopy(EMPTY["invoicing"]),
        "addresses": {"address": []},
        "banks": {"bank": []},
    }


def change(before: Document, dimension: Element, answers_only: Collection[str], readings: Readings) -> Document:
    """The stored document after a write of elements that were all found good; `answers_only` of them are passed by."""
    sent = to_document(_without(dimension, answers_only))
    after = deepcopy(before)
    for name, value in sent.items():
        part = PARTS.get(name)
        if name in ("office", "type", "code"):
            continue
        if part is not None and part.kind == "group":
            after[name] = _group(name, before.get(name), value, readings)
        elif part is not None and part.kind == "rows":
            after[name] = _rows(name, name, before, value, readings)
        elif part is not None and part.kind == "dead":
            after[name] = ""
        else:
            # Of the first and last period, 0 says that there is none.
            after[name] = value or ("0" if part is not None and part.kind == "integer" else "")
    return after


def named(document: Document) -> Document:
    """The document with the names of what it refers to, as a read shows them."""
    document = deepcopy(document)
    office = OFFICES.get(document.get("office", HOME))
    document |= {"office@name": office.name if office else "", "office@shortname": office.shortname if office else ""}
    document |= {"type@name": "Debiteuren", "type@shortname": "Debiteuren"}
    for path, names in NAMED.items():
        *holder, leaf = path.split("/")
        for place in _places(document, holder):
            if isinstance(code := place.get(leaf), str):
                place[f"{leaf}@name"] = names.get(code, "")
                place[f"{leaf}@shortname"] = names.get(code, "") if leaf == "paycode" else ""
    for financials in _places(document, ["financials"]):
        code = financials.get("substitutewith")
        known = isinstance(code, str) and code.isdigit()
        financials["substitutewith@dimensiontype"] = "BAS" if known else ""
        financials["substitutewith@id"] = ledger_id(str(code)) if known else ""
        financials["vatcode@type"] = "sales" if financials.get("vatcode") else ""
    return document


def _without(element: Element, answers_only: Collection[str], path: str = "") -> Element:
    """A copy without the elements and attributes that count for nothing."""
    kept = deepcopy(element) if not path else element
    for name in [str(name) for name in kept.attrib]:
        if f"{path}@{name}" in answers_only:
            del kept.attrib[name]
    for child in children(kept):
        place = f"{path}/{name_of(child)}".removeprefix("/")
        if place in answers_only:
            kept.remove(child)
        else:
            _without(child, answers_only, place)
    return kept


def _group(path: str, before: Any, sent: Document, readings: Readings) -> Document:
    held: Document = before if isinstance(before, dict) else {}
    after = deepcopy(EMPTY.get(path, {}))
    after |= {name: held[name] for name in DERIVED.get(path, ()) if name in held}
    # What stands beside a value is not the client's: `vatcode@fixed` stays unless it is sent, `blocked@locked` always.
    after |= {name: value for name, value in held.items() if "@" in name}
    if held.get("blocked@locked") == "true":
        after["blocked"] = held["blocked"]
    if readings.members_stay:
        after |= deepcopy(held)
    for name, value in sent.items():
        inner = f"{path}/{name}"
        if isinstance(value, dict) and inner in PARTS:
            after[name] = _group(inner, held.get(name), value, readings)
        else:
            after[name] = _stored(inner, value)
    return after


def _rows(path: str, collection: str, before: Document, sent: Document, readings: Readings) -> Document:
    name = ROWS[collection]
    inner = f"{path}/{name}"
    held = list(held_rows(before, collection))
    if inner not in NUMBERED:
        rows = [_row(inner, None, row, readings) for row in sent.get(name, [])]
        return {name: [*deepcopy(held), *rows] if readings.rows_stay else rows}
    numbers = count(1 + max([0, *(int(row.get("@id", 0)) for row in held)]))
    left = list(held)
    after: list[Any] = []
    for row in sent.get(name, []):
        old = next((other for other in left if "@id" in row and other.get("@id") == row["@id"]), None)
        if old is not None:
            left.remove(old)
        after.append(_row(inner, old, row, readings) | {"@id": row.get("@id") or str(next(numbers))})
    return {name: [*deepcopy(left), *after] if readings.rows_stay else after}


def _row(path: str, old: Document | None, sent: Document | str, readings: Readings) -> Any:
    if isinstance(sent, str):
        return sent
    held = old or {}
    after = deepcopy(EMPTY.get(path, {}))
    if held.get("ictcountrycode@locked") == "true":
        after |= {"ictcountrycode": held["ictcountrycode"], "ictcountrycode@locked": "true"}
    if "@destination" in held:
        after["@destination"] = held["@destination"]
    if readings.members_stay:
        after |= deepcopy(held)
    for name, value in sent.items():
        inner = f"{path}/{name}"
        if isinstance(value, dict) and name in ROWS:
            after[name] = _rows(inner, name, held, value, readings)
        elif isinstance(value, dict) and inner in PARTS:
            after[name] = _group(inner, held.get(name), value, readings)
        else:
            after[name] = _stored(inner, value)
    return after


def _stored(path: str, value: Any) -> Any:
    """An amount has two decimals however it was sent. That an empty number stays empty is unverified."""
    if path == "creditmanagement/basecreditlimit" and value:
        return f"{Decimal(value):.2f}"
    return value


def _places(document: Document, holder: Iterable[str]) -> list[Document]:
    """The objects at a path; every row of a list."""
    places: list[Any] = [document]
    for name in holder:
        inner = [place.get(name) for place in places if isinstance(place, dict)]
        places = [row for found in inner for row in (found if isinstance(found, list) else [found])]
    return [place for place in places if isinstance(place, dict)]
