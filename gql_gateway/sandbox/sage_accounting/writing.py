"""What a body makes of a contact: which members are taken, passed by or refused.

Where the documents are silent, what costs a careless client most is the default, and `Readings` has the other side.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ..simulator import Document
from .answers import BASE, Problem, invalid, too_long, wrong
from .businesses import Business
from .contact import addresses_of, arrange, is_of_type, new_address, new_person, persons_of
from .members import CONTACT, CREDIT_TERMS_OF_CUSTOMERS, CREDIT_TERMS_OF_VENDORS, NESTED, TREATMENTS, Member
from .registers import ADDRESS_TYPES, register
from .vat import is_possible

REQUIRED = "This field is required."
NO_ROW = "No record with this id could be found."


@dataclass(frozen=True)
class Readings:
    """How unverified points are read.

    `requires_name`: a PUT of a contact without `name` is refused. `clears_omitted`: members left out of a PUT of a
    contact are emptied (the contract implies that they stay). `merges_nested`: what is left out of an object inside a
    contact stays (False: it is emptied; name and types always stay). `creates_nested`: a main address, delivery
    address or main contact person that is not there yet is made by a PUT (False: passed by). `null_clears` (False:
    passed by). `keeps_empty_strings` (False: stored as null). `refuses_unknown`: members nobody declared and
    read-only ones (False: passed by). `refuses_lacking`: what the business does not have, which is Start's members and
    a second currency (False: passed by). `locks_currency`: of a contact with transactions.
    """

    requires_name: bool = True
    clears_omitted: bool = False
    merges_nested: bool = False
    creates_nested: bool = False
    null_clears: bool = True
    keeps_empty_strings: bool = True
    refuses_unknown: bool = False
    refuses_lacking: bool = False
    locks_currency: bool = True


@dataclass
class Ignored:
    """What was accepted and not stored, in order of arrival: paths in a body, and parameters of a query."""

    members: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Books:
    """A business at the moment of a write. `references` are those that other contacts have, deleted ones included."""

    business: Business
    readings: Readings
    ignored: Ignored
    now: str
    new_id: Callable[[str], str]
    references: Collection[str] = ()


class Body:
    """The members of one body, read once; problems and what is passed by are gathered on the way."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.problems: list[Problem] = []
        self.passed_by: list[str] = []

    def take(self, members: Mapping[str, Member], sent: Mapping[str, Any], at: str = "") -> Document:
        """The values by the names they are read by; what is no member is left to `pass_by`."""
        values: Document = {}
        for name, value in sent.items():
            if (member := members.get(name)) is not None:
                self._take_one(member, value, at + name, values)
        return values

    def pass_by(self, sent: Mapping[str, Any], known: Collection[str], at: str = "") -> None:
        """Whatever else a body has: unknown, read-only, or the name that a member is read by."""
        for name in sent:
            if name not in known:
                self.leave(at + name, refuse=self._books.readings.refuses_unknown)

    def leave(self, path: str, *, refuse: bool = False) -> None:
        if refuse:
            self.problems.append(wrong(path, "This field is not known or can not be written."))
        else:
            self.passed_by.append(path)

    def require(self, members: Iterable[str], sent: Mapping[str, Any], at: str = "") -> None:
        self.problems += [wrong(at + name, REQUIRED) for name in members if name not in sent]

    def flag(self, sent: Mapping[str, Any], name: str) -> bool | None:
        """What says where a part belongs; nothing when it is left out."""
        value = sent.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.problems.append(wrong(name, "This field must be true or false."))
        return None

    def finish(self) -> None:
        """Refuse the body, or remember what was passed by."""
        if self.problems:
            raise invalid(self.problems)
        self._books.ignored.members += self.passed_by

    def _take_one(self, member: Member, value: Any, source: str, values: Document) -> None:
        readings = self._books.readings
        if self._is_lacking(member, value):
            self.leave(source, refuse=readings.refuses_lacking)
            return
        if value is None and not readings.null_clears:
            self.leave(source)
            return
        if member.required and (value is None or value == [] or (isinstance(value, str) and not value.strip())):
            self.problems.append(wrong(source, REQUIRED))
            return
        problem = None if value is None else self._problem(member, value, source)
        if problem is not None:
            self.problems.append(problem)
            return
        values[member.read] = self._stored(member, value)

    def _is_lacking(self, member: Member, value: Any) -> bool:
        """Start has no such member; without multi-currency there is the one of the business."""
        business = self._books.business
        if member.register == "currencies" and not business.multi_currency and value != business.currency:
            return True
        return business.is_start and not member.for_start

    def _problem(self, member: Member, value: Any, source: str) -> Problem | None:
        match member.kind:
            case "text" if not isinstance(value, str):
                return wrong(source, "This field must be a text.")
            case "text" if member.longest is not None and len(value) > member.longest:
                return too_long(source, member.longest)
            case "text" if member.choices and value and value not in member.choices:
                return wrong(source, "This is not one of the allowed values.")
            case "flag" if not isinstance(value, bool):
                return wrong(source, "This field must be true or false.")
            case "whole" if isinstance(value, bool) or not isinstance(value, int):
                return wrong(source, "This field must be a whole number.")
            case "whole" if not 0 <= value <= (member.most or value):
                return wrong(source, f"This field must be between 0 and {member.most}.")
            case "number" if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                return wrong(source, "This field must be a number.")
            case "id":
                return self._no_row(member, [value] if value != "" else [], source)
            case "ids" if not isinstance(value, list):
                return wrong(source, "This field must be a list.")
            case "ids":
                return self._no_row(member, value, source)
        return None

    def _no_row(self, member: Member, ids: Iterable[Any], source: str) -> Problem | None:
        rows = register(member.register or "", self._books.business)
        if all(isinstance(id, str) and id in rows for id in ids):
            return None
        return wrong(source, NO_ROW)

    def _stored(self, member: Member, value: Any) -> Any:
        match member.kind:
            case "flag":
                return bool(value)
            case "number":
                return None if value is None else str(float(value))
            case "id":
                return _stub_of(member, value, self._books.business) if value else None
            case "ids":
                return [_stub_of(member, id, self._books.business) for id in dict.fromkeys(value or [])]
            case "text" if value == "" and (member.choices or not self._books.readings.keeps_empty_strings):
                return None
            case _:
                return value


def _stub_of(member: Member, id: str, business: Business) -> Document:
    row = register(member.register or "", business)[id]
    return {name: row[name] for name in ("id", "displayed_as", "$path")}


def change_contact(record: Document, sent: Mapping[str, Any], books: Books, *, creating: bool) -> Document:
    """The record as a POST or PUT leaves it, or a refusal with everything that is wrong."""
    body, readings = Body(books), books.readings
    if creating:
        body.require(("name", "contact_type_ids"), sent)
    elif readings.requires_name:
        body.require(("name",), sent)
    values = body.take(CONTACT, sent)
    body.pass_by(sent, {*CONTACT, *NESTED})
    if readings.clears_omitted and not creating:
        left_out = [member for name, member in CONTACT.items() if name not in sent and not member.required]
        values |= {member.read: False if member.kind == "flag" else None for member in left_out}
    changed = {**record, **values, "updated_at": books.now}
    for name in NESTED:
        if name in sent:
            changed = _change_nested(changed, name, sent[name], body, books, creating=creating)
    body.problems += _problems(record, changed, sent, books)
    body.finish()
    return changed


def _change_nested(record: Document, name: str, sent: Any, body: Body, books: Books, *, creating: bool) -> Document:
    """An object inside a contact changes the one part that stands there."""
    members = NESTED[name]
    if sent is None:
        body.leave(name)
        return record
    if not isinstance(sent, dict):
        body.problems.append(wrong(name, "This field must be an object."))
        return record
    part = record[name]
    if name == "delivery_address" and books.business.is_start:
        body.leave(name, refuse=books.readings.refuses_lacking)
        return record
    if part is None and not (creating or books.readings.creates_nested):
        body.leave(name)
        return record
    values = body.take(members, sent, f"{name}.")
    body.pass_by(sent, members, f"{name}.")
    if part is None:
        if name == "main_contact_person":
            body.require(("name",), sent, f"{name}.")
        return record if body.problems else _with_new_part(record, name, values, books)
    if not books.readings.merges_nested:
        kept = {member.read for member in members.values() if member.required}
        empty = {m.read: False if m.kind == "flag" else None for m in members.values()}
        part = {**part, **{key: value for key, value in empty.items() if key not in kept}}
    stamp = {"updated_at": books.now} if "updated_at" in part else {}
    return {**record, name: {**part, **values, **stamp}}


def _with_new_part(record: Document, name: str, values: Document, books: Books) -> Document:
    addresses, persons = addresses_of(record), persons_of(record)
    if name == "main_contact_person":
        main = record["main_address"]
        persons = [*persons, new_person(books.new_id("person"), books.now, values, main, main=True)]
    else:
        is_main = name == "main_address"
        type = {} if is_main else {"address_type": ADDRESS_TYPES["DELIVERY"]}
        made = new_address(books.new_id("address"), books.now, {**values, **type}, main=is_main)
        addresses = [*addresses, made]
    return arrange(record, addresses, persons)


def _problems(before: Document, record: Document, sent: Mapping[str, Any], books: Books) -> list[Problem]:
    """The rules that look beyond one member."""
    problems: list[Problem] = []
    if sent.get("reference") and record["reference"] in books.references:
        problems.append(wrong("reference", "This reference has already been used."))
    number = record["tax_number"]
    if sent.get("tax_number") and isinstance(number, str) and not is_possible(number, _country(record, books)):
        problems.append(wrong("tax_number", "The VAT number is not valid."))
    if sent.get("credit_terms") in _strange_terms(record):
        problems.append(wrong("credit_terms", "These credit terms are not for this type of contact."))
    if sum(bool(record["tax_treatment"].get(name)) for name in TREATMENTS) > 1:
        problems.append(wrong("tax_treatment", "Only one tax treatment can apply."))
    locked = books.readings.locks_currency and not before["deletable"]
    if locked and before.get("currency") != record.get("currency"):
        problems.append(wrong("currency_id", "The currency of a contact with transactions can not change."))
    return problems


def _country(record: Mapping[str, Any], books: Books) -> str:
    country = ((record.get("main_address") or {}).get("country") or {}).get("id")
    return str(country or books.business.country)


def _strange_terms(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Terms of the other side of the trade."""
    if not is_of_type(record, "VENDOR"):
        return CREDIT_TERMS_OF_VENDORS
    return () if is_of_type(record, "CUSTOMER") else CREDIT_TERMS_OF_CUSTOMERS


def read_body(raw: bytes, wrapper: str) -> dict[str, Any]:
    """What stands inside the wrapper. How Sage answers a body that is no JSON is unverified: as one without it."""
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise invalid([wrong(BASE, "The body could not be read.")]) from None
    inside = body.get(wrapper) if isinstance(body, dict) else None
    if not isinstance(inside, dict):
        raise invalid([wrong(wrapper, REQUIRED)])
    return inside


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
