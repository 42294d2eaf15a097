"""What may be written to each resource, and what a written value becomes: text, as everything that is read is text.

Names, types and what may be null are those of the vendor's schemas `Model_ContactUpdate` and the like. No length is
published, so none is held.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ..simulator import Document
from .answers import Invalid, required, wrong_reference, wrong_type

Kind = Literal["text", "whole", "number", "flag", "date", "reference"]
Known = Callable[[str, str, "str | None"], bool]
"""Whether an object exists: model, id, and for a category what it is a category of."""


@dataclass(frozen=True, slots=True)
class Field:
    """`empty` is what is read when there is nothing. `null` says whether null may be written (it empties).

    `model` is the reference's `objectName`, `of` the kind of category. `kept` fields may be sent as they are stored,
    nothing else. `required` speaks of creating.
    """

    kind: Kind = "text"
    empty: str | None = None
    null: bool = True
    blank: bool = True
    required: bool = False
    words: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()
    of: str | None = None
    kept: bool = False
    zero_or_one: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """`member` is its place in a stored record. The statuses are those of the vendor's file."""

    model: str
    member: str
    fields: Mapping[str, Field]
    created: int = 201
    updated: int = 200
    filters: frozenset[str] = frozenset({"contact"})


@dataclass(frozen=True, slots=True)
class Values:
    """What a body comes to: `stored` as read later (`None` for nothing), `ignored` the names that mean nothing."""

    stored: Document = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def _reference(*models: str, **facts: Any) -> Field:
    return Field("reference", models=models, **facts)


FLAG, WHOLE, NUMBER, TEXT = Field("flag", empty="0"), Field("whole"), Field("number"), Field()
# Everybody's `contact` could be written anew by the schemas. Moving a part to somebody else is refused here.
OWNER = _reference("Contact", required=True, null=False, kept=True)

CONTACT = Resource(
    "Contact",
    "contact",
    {
        "name": TEXT,
        # Null is allowed by the schema, which also gives the default 100; that null stores it is a choice.
        "status": Field("whole", empty="100", words=frozenset({"100", "500", "1000"})),
        "customerNumber": TEXT,
        "parent": _reference("Contact"),
        "surename": TEXT,
        "familyname": TEXT,
        "titel": TEXT,
        "category": _reference("Category", of="Contact", required=True),
        "description": TEXT,
        "academicTitle": TEXT,
        "gender": TEXT,
        "name2": TEXT,
        "birthday": Field("date"),
        "vatNumber": TEXT,
        "bankAccount": TEXT,
        "bankNumber": TEXT,
        "defaultCashbackTime": WHOLE,
        "defaultCashbackPercent": NUMBER,
        "defaultTimeToPay": WHOLE,
        "taxNumber": TEXT,
        "taxOffice": TEXT,
        # Recorded contacts show "0", "1" and "0" where nobody chose: null puts these back (a choice).
        "exemptVat": FLAG,
        "defaultDiscountAmount": NUMBER,
        "defaultDiscountPercentage": Field("flag", empty="1"),
        "buyerReference": TEXT,
        "governmentAgency": FLAG,
    },
)
# "Not to be used for organizations", says the schema; of `name2` too, but organisations with a second line exist.
PERSON_FIELDS = frozenset({"surename", "familyname", "titel", "academicTitle", "gender", "birthday"})

ADDRESS = Resource(
    "ContactAddress",
    "addresses",
    {
        "contact": OWNER,
        "street": TEXT,
        "zip": TEXT,
        "city": TEXT,
        # Null would be allowed on update, yet no address may be read without a country; refused.
        "country": _reference("StaticCountry", required=True, null=False),
        "category": _reference("Category", of="ContactAddress", required=True),
        "name": TEXT,
        "name2": Field(null=False),
        "name3": TEXT,
        "name4": TEXT,
    },
    updated=201,
)
COMMUNICATION_WAY = Resource(
    "CommunicationWay",
    "communicationWays",
    {
        "contact": OWNER,
        "type": Field(required=True, null=False, words=frozenset({"EMAIL", "PHONE", "WEB", "MOBILE"})),
        "value": Field(required=True, null=False, blank=False),
        "key": _reference("CommunicationWayKey", required=True),
        "main": Field("flag", empty="0", zero_or_one=True),
    },
    filters=frozenset({"contact", "type", "main"}),
)
ACCOUNTING_CONTACT = Resource(
    "AccountingContact", "accountingContacts", {"contact": OWNER, "debitorNumber": WHOLE, "creditorNumber": WHOLE}
)
CUSTOM_FIELD = Resource(
    "ContactCustomField",
    "customFields",
    {
        "contact": OWNER,
        # The vendor's file writes the model's name in two ways.
        "contactCustomFieldSetting": _reference(
            "ContactCustomFieldSetting", "contactCustomFieldSetting", required=True, null=False, kept=True
        ),
        "value": Field(required=True, null=False),
        "objectName": Field(required=True, null=False, words=frozenset({"ContactCustomField"})),
    },
    created=200,
    filters=frozenset(),
)
PARTS = (ADDRESS, COMMUNICATION_WAY, ACCOUNTING_CONTACT, CUSTOM_FIELD)


def read_values(
    resource: Resource, body: Mapping[str, Any], known: Known, before: Document | None = None, *, strict: bool = True
) -> Values:
    """Check a body whole; `before` is the stored object, `None` when one is created.

    Names that no schema of writing has, read-only ones among them, mean nothing. `strict` says whether text in place
    of numbers and flags is refused.
    """
    stored: Document = {}
    for name, rule in resource.fields.items():
        if name in body and not (before is None and rule.required and body[name] is None):
            stored[name] = _check(name, rule, body[name], known, strict)
            if rule.kept and before is not None and stored[name]["id"] != before[name]["id"]:
                raise Invalid(f"The field {name} can not be changed.")
        elif before is None and rule.required:
            raise required(name)
        elif before is None:
            stored[name] = rule.empty
    return Values(stored, tuple(name for name in body if name not in resource.fields))


def merged(document: Document, values: Mapping[str, Any], rules: Mapping[str, Field]) -> Document:
    """The document with the values put in. A reference to nothing is not shown at all."""
    after = {**document, **values}
    return {name: v for name, v in after.items() if v is not None or name not in rules or not rules[name].models}


def _check(name: str, rule: Field, value: Any, known: Known, strict: bool) -> Any:
    if rule.kind == "reference":
        return _check_reference(name, rule, value, known, strict)
    if value is None:
        if not rule.null:
            raise required(name)
        return rule.empty
    if rule.kind == "flag":
        return _check_flag(name, rule, value, strict)
    if rule.kind in {"whole", "number"}:
        value = _check_number(name, rule, value, strict)
    elif not isinstance(value, str):
        raise wrong_type(name, "string")
    elif rule.kind == "date" and value and not _is_day(value):
        raise wrong_type(name, "date")
    if not rule.blank and not value.strip():
        raise required(name)
    if rule.words and value not in rule.words:
        raise Invalid(f"The field {name} has an invalid value.")
    # That "" empties a text is unverified.
    return value or (rule.empty if rule.null else value)


def _check_flag(name: str, rule: Field, value: Any, strict: bool) -> str:
    """`main` is shown with 0 and 1 where the schema asks for a boolean; both are taken there."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if (rule.zero_or_one and type(value) is int and value in {0, 1}) or (not strict and value in (0, 1, "0", "1")):
        return str(int(value))
    raise wrong_type(name, "boolean")


def _check_number(name: str, rule: Field, value: Any, strict: bool) -> str:
    if not strict and isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            raise wrong_type(name, "integer") from None
    if type(value) is not int and not (type(value) is float and math.isfinite(value)):
        raise wrong_type(name, "integer" if rule.kind == "whole" else "number")
    if rule.kind == "whole" and not isinstance(value, int):
        raise wrong_type(name, "integer")
    # Below nothing makes no sense for any of them; that it is refused is a choice.
    if value < 0:
        raise Invalid(f"The field {name} has an invalid value.")
    return str(int(value)) if value == int(value) else repr(value)


def _check_reference(name: str, rule: Field, value: Any, known: Known, strict: bool) -> Document | None:
    if value is None:
        if not rule.null:
            raise required(name)
        return None
    if not isinstance(value, dict) or not {"id", "objectName"} <= set(value) or value["objectName"] not in rule.models:
        raise wrong_reference(name, value)
    number = value["id"]
    if not strict and isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number)
    # The schemas want a number for the id; that text is refused is a choice.
    if type(number) is not int:
        raise wrong_reference(name, value)
    if not known(rule.models[0], str(number), rule.of):
        raise Invalid(f"{rule.models[0]} not found")
    return {"id": str(number), "objectName": rule.models[0]}


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
