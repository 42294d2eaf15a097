"""A contact as v2 shows it, and what its PUT, a full replacement, makes of one. ALL OF THIS IS UNVERIFIED.

No contract of v2 is public. That names are snake_case and that a PUT replaces is what the dossier has from notes on the
new portal; names and shapes are those that an author of another client copied from the portal's pages on 2026-06-03
(francodesystems/n8n-nodes-holded, `spec/contacts-v2.md`). What nobody has told is left out: the members of
`defaults.sales_tax` and `purchases_tax`, which are objects there, are neither shown nor lost.

The pages list fewer members for a PUT than a GET shows. For the others the choice is again what harms most: they fall
back to nothing when they are left out, and what they are sent with changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from ..freshbooks.vocabulary import CURRENCIES
from ..simulator import Document
from .contact import (
    BLANK,
    BLANK_ADDRESS,
    BLANK_DEFAULTS,
    TYPES,
    Check,
    is_country_code,
    is_flag,
    is_text,
    is_whole,
    one_of,
)


class Invalid(Exception):
    """A body that a PUT refuses; the words go into `detail`."""


PLAIN = {
    "name": "name",
    "code": "code",
    "vat_number": "vatnumber",
    "trade_name": "tradeName",
    "email": "email",
    "phone": "phone",
    "mobile": "mobile",
}
"""Texts that a PUT takes, by their names in v1, which is how a contact is held."""
BILL_ADDRESS = {
    "address": "address",
    "city": "city",
    "postal_code": "postalCode",
    "province": "province",
    "country": "country",
    "country_code": "countryCode",
    "info": "info",
}
DEFAULTS = {
    "sales_channel": "salesChannel",
    "expenses_account": "expensesAccount",
    "due_days": "dueDays",
    "payment_day": "paymentDay",
    "payment_method": "paymentMethod",
    "discount": "discount",
    "language": "language",
    "currency": "currency",
}
REFERENCES = frozenset({"sales_channel", "expenses_account", "payment_method"})
NOTHING = (0, "0")
SHOWN_ONLY = {
    "custom_id": "customId",
    "iban": "iban",
    "swift": "swift",
    "group_id": "groupId",
    "tags": "tags",
    "client_record": "clientRecord",
    "supplier_record": "supplierRecord",
    "shipping_addresses": "shippingAddresses",
    "extra_emails": "extraEmails",
    "social_networks": "socialNetworks",
    "rate": "rate",
}
"""What a GET shows and no PUT can change; a PUT that leaves it out loses it."""
SHIPPING_ADDRESS = {
    "shipping_id": "shippingId",
    "name": "name",
    **{name: held for name, held in BILL_ADDRESS.items() if name != "info"},
    "notes": "notes",
    "private_notes": "privateNotes",
}
NOTE = {"note_id": "noteId", "name": "name", "description": "description", "color": "color"}
PERSON = {
    "person_id": "personId",
    "name": "name",
    "job": "job",
    "phone": "phone",
    "email": "email",
    "send_documents_by_default": "sendDocumentsByDefault",
}
_ANYTHING: Check = lambda _value: True  # noqa: E731
_DEFAULT_CHECKS: Mapping[str, Check] = {
    "due_days": is_whole,
    "payment_day": is_whole,
    "discount": is_whole,
    "payment_method": is_text,
    "language": is_text,
    "currency": one_of(CURRENCIES | {code.lower() for code in CURRENCIES}, ""),
}


def shown(contact: Document) -> Document:
    networks = contact.get("socialNetworks") or {}
    address = contact.get("billAddress") or None
    return {
        "id": contact["id"],
        **{name: contact.get(held) for name, held in PLAIN.items()},
        "is_person": bool(contact.get("isperson")),
        "website": networks.get("website") or None,
        "type": contact.get("type"),
        "bill_address": _renamed(address, BILL_ADDRESS) if address else None,
        "custom_fields": contact.get("customFields", []),
        "defaults": _shown_defaults(contact["defaults"]),
        "custom_id": contact.get("customId"),
        "iban": contact.get("iban"),
        "swift": contact.get("swift"),
        "group_id": contact.get("groupId") or None,
        "tags": contact.get("tags", []),
        "created_at": _moment(contact["createdAt"]),
        "updated_at": _moment(contact["updatedAt"]),
        "client_record": _account(contact.get("clientRecord")),
        "supplier_record": _account(contact.get("supplierRecord")),
        "shipping_addresses": [_renamed(entry, SHIPPING_ADDRESS) for entry in contact.get("shippingAddresses", [])],
        "notes": [{**_renamed(note, NOTE), "updated_at": _moment(note["updatedAt"])} for note in contact["notes"]],
        "contact_persons": [_renamed(entry, PERSON) for entry in contact.get("contactPersons", [])],
        "extra_emails": contact.get("extraEmails", []),
        "social_networks": networks,
        "rate": contact.get("rate"),
    }


def replaced(before: Document, sent: Document) -> Document:
    """The contact after a PUT: what is sent, and nothing in place of what is not."""
    if not sent.get("name"):
        raise Invalid("name is required.")
    after = deepcopy(before)
    for name, held in PLAIN.items():
        after[held] = _taken(name, sent.get(name), is_text, "")
    after["type"] = _taken("type", sent.get("type"), one_of(TYPES), "client")
    after["isperson"] = int(_taken("is_person", sent.get("is_person"), is_flag, nothing=False))
    after["customFields"] = [_field(entry) for entry in _entries("custom_fields", sent.get("custom_fields"))]
    address = _object("bill_address", sent.get("bill_address"))
    after["billAddress"] = _address(address) if address else []
    after["defaults"] = _defaults(before["defaults"], _object("defaults", sent.get("defaults")))
    wanted = {entry.get("person_id") for entry in _entries("contact_persons", sent.get("contact_persons"))}
    after["contactPersons"] = [entry for entry in before["contactPersons"] if entry["personId"] in wanted]
    for name, held in SHOWN_ONLY.items():
        if sent.get(name) is None:
            after.pop(held, None)
            if held in BLANK:
                after[held] = deepcopy(BLANK[held])
    website = _taken("website", sent.get("website"), is_text, "")
    networks = {**(after["socialNetworks"] or {}), "website": website}
    after["socialNetworks"] = {name: value for name, value in networks.items() if name != "website" or value} or []
    return after


def _address(sent: Document) -> Document:
    said = {
        held: _taken(name, sent.get(name), is_country_code if name == "country_code" else is_text, "")
        for name, held in BILL_ADDRESS.items()
    }
    return {**BLANK_ADDRESS, **said, "countryCode": said["countryCode"] or None}


def _shown_defaults(held: Document) -> Document:
    """What refers to nothing is null here, whichever nothing v1 has for it."""
    found = _renamed(held, DEFAULTS)
    return {name: None if name in REFERENCES and value in NOTHING else value for name, value in found.items()}


def _defaults(before: Document, sent: Document) -> Document:
    """What v2 has no name for stays."""
    kept = {name: value for name, value in before.items() if name not in DEFAULTS.values()}
    after = {**deepcopy(BLANK_DEFAULTS), **kept}
    for name, held in DEFAULTS.items():
        value = _taken(name, sent.get(name), _DEFAULT_CHECKS.get(name, _ANYTHING), None)
        if value is not None:
            after[held] = value.lower() if name == "currency" else value
        elif name in REFERENCES and before.get(held) in NOTHING:
            after[held] = before[held]
    return after


def _field(entry: Document) -> Document:
    """Here a custom field is written in the shape it is read in."""
    return {name: _taken("custom_fields", entry.get(name), is_text, "") for name in ("field", "value")}


def _taken(name: str, value: Any, check: Check, nothing: Any) -> Any:
    if value is None:
        return nothing
    if not check(value):
        raise Invalid(f"{name} is invalid.")
    return value


def _object(name: str, value: Any) -> Document:
    if value is not None and not isinstance(value, dict):
        raise Invalid(f"{name} is invalid.")
    return value or {}


def _entries(name: str, value: Any) -> list[Document]:
    if value is not None and not (isinstance(value, list) and all(isinstance(entry, dict) for entry in value)):
        raise Invalid(f"{name} is invalid.")
    return value or []


def _renamed(held: Document, names: Mapping[str, str]) -> Document:
    return {name: held.get(old) for name, old in names.items()}


def _account(record: Any) -> Document | None:
    if isinstance(record, dict):
        return record
    return {"num": record, "name": ""} if record else None


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
