"""A contact as requests want it: their names and shapes differ from those of a read, which must never be sent back.

Source: the OpenAPI document's PUT and POST, other clients. See `QUIRKS.md` 3 to 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...fields.convert import as_text
from ...model.json import Json, JsonObject
from .values import account_name_of, flag_of, id_of, record_of

LEFT_OUT: Any = object()
"""Stands for a value that says nothing, or that cannot be told: null is not documented, an object is not understood."""

Spell = Callable[[Any], Any]
Spelling = Mapping[str, tuple[str, Spell]]
"""By the name of a read: the name of a request and how it spells the value. What is not here goes as it is."""


def _told(value: Any) -> Any:
    return LEFT_OUT if value is None else value


def _text(value: Any) -> Any:
    """A postal code is declared a number in one place and is a text in all others."""
    return "" if value == "" else _told(as_text(value) if isinstance(value, str | int) else None)


def _id(value: Any) -> Any:
    return _told(id_of(value))


def _record(value: Any) -> Any:
    number = record_of(value)
    return LEFT_OUT if number is None else int(number)


def _flag(value: Any) -> Any:
    return _told(flag_of(value))


def _word(value: Any) -> Any:
    flag = flag_of(value)
    return LEFT_OUT if flag is None else "Yes" if flag else "No"


ADDRESS: Spelling = {"postalCode": ("postalCode", _text)}
DELIVERY: Spelling = {**ADDRESS, "privateNotes": ("privateNote", _told)}
DEFAULTS: Spelling = {
    "salesChannel": ("salesChannel", _id),
    "paymentMethod": ("paymentMethod", _id),
    "expensesAccount": ("expensesAccountRecord", _record),
    "salesAccountRecord": ("salesAccountRecord", _record),
    "accumulateInForm347": ("accumulateInForm347", _word),
    "showTradeNameOnDocs": ("showTradeNameOnDocs", _flag),
    "showCountryOnDocs": ("showCountryOnDocs", _flag),
}
TAXES = {"salesTax": "salesTaxes", "purchasesTax": "purchasesTaxes"}
VARYING = {"expensesAccount": record_of, "salesAccountRecord": record_of, "salesChannel": id_of, "paymentMethod": id_of}
"""Members of `defaults` that come as a number, a text or an object."""


def _object(spelling: Spelling = {}) -> Spell:  # noqa: B006 - it is only read
    def spell(value: Any) -> Any:
        return spelled(value, spelling) if isinstance(value, dict) else LEFT_OUT

    return spell


def _list(spell: Spell) -> Spell:
    def spell_all(value: Any) -> Any:
        """null is an empty list to a request."""
        if not isinstance(value, list):
            return [] if value is None else LEFT_OUT
        return [told for entry in value if (told := spell(entry)) is not LEFT_OUT]

    return spell_all


def _defaults(value: Any) -> Any:
    """Taxes are read as a list of keys where a request has a percentage; a request has another name for the list."""
    if not isinstance(value, dict):
        return LEFT_OUT
    body = spelled(value, DEFAULTS)
    for name, sent_as in TAXES.items():
        if name in value and (value[name] is None or isinstance(value[name], list)):
            body[sent_as] = body.pop(name, [])
    if (account := account_name_of(value.get("expensesAccount"))) is not None:
        body["expensesAccountName"] = account
    return body


def _custom_field(value: Any) -> Any:
    """`{"Region": "North"}`: as a read has it, `{"field": "Region", "value": "North"}`, two fields would be stored."""
    if not _is_custom_field(value):
        return LEFT_OUT
    return {value["field"]: "" if value.get("value") is None else value["value"]}


def _is_custom_field(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("field"), str) and bool(value["field"])


OBJECTS: Mapping[str, Spell] = {"billAddress": _object(ADDRESS), "defaults": _defaults, "numberingSeries": _object()}
"""Objects with writable values; an empty one is shown as an empty list."""

LISTS: Mapping[str, Spell] = {
    "shippingAddresses": _list(_object(DELIVERY)),
    "contactPersons": _list(_object()),
    "tags": _list(_told),
    "customFields": _list(_custom_field),
}
CONTACT: Spelling = {
    "isperson": ("isperson", _flag),
    "customId": ("CustomId", _told),
    **{name: (name, spell) for name, spell in (*OBJECTS.items(), *LISTS.items())},
}
"""Everything of a contact that is written and that requests name or shape otherwise."""

READ_AS = {
    sent_as: name
    for spelling in (CONTACT, DEFAULTS, DELIVERY)
    for name, (sent_as, _) in spelling.items()
    if sent_as != name
} | {sent_as: name for name, sent_as in TAXES.items()}
"""The names of requests that differ from those of a read."""


def update_of(changed: JsonObject) -> JsonObject:
    """The body of an update, from the members of a contact that change, each whole."""
    return spelled(changed, CONTACT)


def spelled(values: JsonObject, spelling: Spelling) -> JsonObject:
    body: dict[str, Json] = {}
    for name, value in values.items():
        sent_as, spell = spelling.get(name, (name, _told))
        if (told := spell(value)) is not LEFT_OUT:
            body[sent_as] = told
    return body


def untold(name: str, value: Json) -> Iterator[str]:
    """The places in a member of a contact that hold something which no request could be told."""
    if value in (None, "", [], {}):
        return
    if not isinstance(value, dict if name in OBJECTS else list):
        yield name
    elif name == "defaults":
        members: Any = value
        held = {member: members[member] for member in VARYING if members.get(member) not in (None, "", 0, "0", [], {})}
        yield from (f"{name}.{member}" for member, inner in held.items() if VARYING[member](inner) is None)
    elif name in LISTS and name != "tags":
        fits = _is_custom_field if name == "customFields" else lambda entry: isinstance(entry, dict)
        entries: Any = value
        yield from (f"{name}[{index}]" for index, entry in enumerate(entries) if not fits(entry))
