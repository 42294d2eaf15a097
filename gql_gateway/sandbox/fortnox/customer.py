"""The customer document: its properties in the order of an answer, and what a PUT may say about each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from ..simulator import Document
from .answers import (
    ACCOUNT_NOT_FOUND,
    BAD_IDENTIFIER,
    BAD_VALUE,
    ILLEGAL_CHARACTERS,
    NOT_BOOLEAN,
    NOT_NUMERIC,
    NOT_TEXT,
    UNKNOWN_PROPERTY,
    WRONG_BODY,
    Refusal,
)
from .codes import COUNTRIES

API_BLANK = "API_BLANK"
ILLEGAL = re.compile(r'["<>\[\]{}|~\x00-\x09\x0b\x0c\x0e-\x1f\x7f]')
EMAIL = re.compile(r"[^@\s,;:()\\]+@[^@\s,;:()\\.]+(\.[^@\s,;:()\\.]+)+")
CUSTOMER_NUMBER = re.compile(r"[0-9A-Za-z+/_-]+")
ORGANISATION_NUMBER = re.compile(r"([0-9]{2})?[0-9]{6}-?[0-9]{4}")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Registers = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Property:
    """What a value may be.

    `most` and `least` count characters, of a number its digits. `empty` is what an answer shows when there is nothing:
    null for some, "" for others. `blank` says whether `API_BLANK` empties it. `register` names the list a code must
    stand in; `code` is the error for a value that does not fit.
    """

    kind: Literal["text", "flag", "number", "decimal", "group", "derived"] = "text"
    most: int | None = None
    least: int = 0
    empty: Any = None
    blank: bool = True
    words: frozenset[str] | None = None
    register: str | None = None
    syntax: re.Pattern[str] | None = None
    code: int = BAD_VALUE
    members: Mapping[str, Property] = field(default_factory=dict)


def _text(most: int | None = 1024, **facts: Any) -> Property:
    return Property(most=most, **facts)


def _email() -> Property:
    return _text(empty="", syntax=EMAIL)


def _exactly(length: int, **facts: Any) -> Property:
    return Property(most=length, least=length, **facts)


DERIVED = Property("derived")
COUNTRY = _exactly(2, register="countries")
# Clearing what stands inside the nested objects is unverified; refused here.
DELIVERY_TYPE = Property(blank=False, words=frozenset({"PRINT", "EMAIL", "PRINTSERVICE", "ELECTRONICINVOICE"}))
TEMPLATE = Property(blank=False, register="templates")

PROPERTIES: dict[str, Property] = {
    "@url": DERIVED,
    "Address1": _text(least=1),
    "Address2": _text(),
    "City": _text(),
    "Country": DERIVED,
    "Comments": _text(),
    "Currency": _exactly(3, register="currencies"),
    "CostCenter": _text(None, register="cost_centers"),
    "CountryCode": COUNTRY,
    "Active": Property("flag"),
    "CustomerNumber": _text(blank=False, syntax=CUSTOMER_NUMBER, code=BAD_IDENTIFIER),
    "DefaultDeliveryTypes": Property(
        "group", members={"Invoice": DELIVERY_TYPE, "Order": DELIVERY_TYPE, "Offer": DELIVERY_TYPE}
    ),
    "DefaultTemplates": Property(
        "group", members={"Order": TEMPLATE, "Offer": TEMPLATE, "Invoice": TEMPLATE, "CashInvoice": TEMPLATE}
    ),
    "DeliveryAddress1": _text(),
    "DeliveryAddress2": _text(),
    "DeliveryCity": _text(),
    "DeliveryCountry": DERIVED,
    "DeliveryCountryCode": COUNTRY,
    "DeliveryFax": _text(),
    "DeliveryName": _text(),
    "DeliveryPhone1": _text(),
    "DeliveryPhone2": _text(),
    "DeliveryZipCode": _text(10),
    "Email": _email(),
    "EmailInvoice": _email(),
    "EmailInvoiceBCC": _email(),
    "EmailInvoiceCC": _email(),
    "EmailOffer": _email(),
    "EmailOfferBCC": _email(),
    "EmailOfferCC": _email(),
    "EmailOrder": _email(),
    "EmailOrderBCC": _email(),
    "EmailOrderCC": _email(),
    "ExternalReference": _text(),
    "Fax": _text(),
    "GLN": _exactly(13),
    "GLNDelivery": _exactly(13),
    "InvoiceAdministrationFee": Property("decimal", most=12),
    "InvoiceDiscount": Property("number", most=12),
    "InvoiceFreight": Property("decimal", most=12),
    "InvoiceRemark": _text(empty=""),
    "Name": _text(least=1, blank=False),
    "OrganisationNumber": _text(30, empty=""),
    "OurReference": _text(50, empty=""),
    "Phone1": _text(),
    "Phone2": _text(),
    "PriceList": _text(None, register="price_lists"),
    "Project": _text(None, empty="", register="projects"),
    "SalesAccount": _exactly(4, register="accounts", code=ACCOUNT_NOT_FOUND),
    "ShowPriceVATIncluded": Property("flag"),
    "TermsOfDelivery": _text(None, empty="", register="terms_of_delivery"),
    "TermsOfPayment": _text(None, register="terms_of_payment"),
    "Type": Property(blank=False, words=frozenset({"PRIVATE", "COMPANY"})),
    "VATNumber": _text(None),
    "VATType": Property(words=frozenset({"SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT"})),
    "VisitingAddress": _text(128),
    "VisitingCity": _text(128),
    "VisitingCountry": DERIVED,
    "VisitingCountryCode": COUNTRY,
    "VisitingZipCode": _text(10),
    "WayOfDelivery": _text(None, empty="", register="ways_of_delivery"),
    "WWW": _text(128, empty=""),
    "YourReference": _text(50, empty=""),
    "ZipCode": _text(10),
}
EMPTY: Document = {name: rule.empty for name, rule in PROPERTIES.items()}


def change(document: Document, sent: Mapping[str, Any], registers: Registers) -> Document:
    """The stored document with the properties of a PUT put in; refused whole at the first one that is wrong."""
    changed = dict(document)
    for name, value in sent.items():
        rule = PROPERTIES.get(name)
        # What happens when a derived property is sent is unverified; refused like an unknown one.
        if rule is None or rule.kind == "derived":
            raise Refusal(UNKNOWN_PROPERTY, name)
        if rule.kind == "group":
            # That members left out of a nested object stay is unverified; it follows from the partial update.
            changed[name] = {**(document.get(name) or {}), **_check_group(name, rule, value, registers)}
        elif (checked := _check(name, rule, value, registers)) is not _UNCHANGED:
            changed[name] = checked
    _check_organisation_number(changed, sent)
    return changed


def check_stored(document: Document, registers: Registers) -> None:
    """Refuse a document whose stored codes no longer exist."""
    for name, rule in PROPERTIES.items():
        value = document.get(name)
        if rule.register and value not in {None, ""} and value not in registers[rule.register]:
            raise Refusal(rule.code, name)


def derive(document: Document) -> Document:
    """What Fortnox works out by itself: the link to the record and the names of the countries."""
    derived = {
        "@url": f"https://api.fortnox.se/3/customers/{quote(document['CustomerNumber'], safe='')}",
        "Country": COUNTRIES.get(document.get("CountryCode") or ""),
        "DeliveryCountry": COUNTRIES.get(document.get("DeliveryCountryCode") or ""),
        "VisitingCountry": COUNTRIES.get(document.get("VisitingCountryCode") or ""),
    }
    return {**document, **derived}


_UNCHANGED = object()


def _check_group(name: str, rule: Property, value: Any, registers: Registers) -> Document:
    if not isinstance(value, dict):
        raise Refusal(WRONG_BODY, name)
    members: Document = {}
    for member, part in value.items():
        if member not in rule.members:
            raise Refusal(UNKNOWN_PROPERTY, f"{name}.{member}")
        if (checked := _check(f"{name}.{member}", rule.members[member], part, registers)) is not _UNCHANGED:
            members[member] = checked
    return members


def _check(name: str, rule: Property, value: Any, registers: Registers) -> Any:
    """The value to store, or `_UNCHANGED`."""
    if rule.kind == "flag":
        # A null flag or number is unverified; refused as a wrong type.
        if not isinstance(value, bool):
            raise Refusal(NOT_BOOLEAN, name)
        return value
    if rule.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10 ** (rule.most or 0):
            raise Refusal(NOT_NUMERIC, name)
        return value
    if value is None:
        return _UNCHANGED
    if not isinstance(value, str):
        raise Refusal(NOT_TEXT, name)
    return _check_text(name, rule, value, registers)


def _check_text(name: str, rule: Property, value: str, registers: Registers) -> Any:
    if value == API_BLANK:
        if not rule.blank:
            raise Refusal(rule.code, name)
        return rule.empty
    if value == "" and not rule.least and rule.words is None:
        return _UNCHANGED
    if ILLEGAL.search(value):
        raise Refusal(ILLEGAL_CHARACTERS, name)
    if rule.kind == "decimal":
        if not DECIMAL.fullmatch(value) or sum(c.isdigit() for c in value) > (rule.most or 0):
            raise Refusal(NOT_NUMERIC, name)
        return value
    fits = rule.least <= len(value) and (rule.most is None or len(value) <= rule.most)
    if not fits or (rule.least and not value.strip()):
        raise Refusal(BAD_VALUE, name)
    known = rule.words if rule.register is None else registers[rule.register]
    if (known is not None and value not in known) or (rule.syntax and not rule.syntax.fullmatch(value)):
        raise Refusal(rule.code, name)
    return value


def _check_organisation_number(changed: Document, sent: Mapping[str, Any]) -> None:
    """The form of a Swedish number; whether the control digit is checked is unverified, so it is not."""
    number = changed.get("OrganisationNumber")
    swedish = changed.get("CountryCode") in {None, "SE"}
    if sent.get("OrganisationNumber") and number and swedish and not ORGANISATION_NUMBER.fullmatch(number):
        raise Refusal(BAD_VALUE, "OrganisationNumber")
