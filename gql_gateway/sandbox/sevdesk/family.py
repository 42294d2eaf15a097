"""A stored record: a contact with everything that hangs on it, contact persons included.

`{"contact", "addresses", "communicationWays", "accountingContacts", "customFields", "persons", "tags",
"tabsItemCount"}`. A contact person is a contact of its own at sevdesk; it stands under its parent here, in the same
shape, and nowhere else, so that one document holds all that an update of a customer may touch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..simulator import Document
from .models import CONTACT, PARTS, Resource
from .registers import SEV_CLIENT

COUNTED = ("orders", "invoices", "creditNotes", "documents", "vouchers", "letters", "parts", "invoicePos")


class Place(NamedTuple):
    """Where a part stands: the record it belongs to, the contact it hangs on, the part itself."""

    native_id: str
    member: Document
    part: Document


def new_object(resource: Resource, id: str, stamp: str, values: Mapping[str, Any]) -> Document:
    """A contact or a part as it is read: everything is there, what nobody gave is empty."""
    empty = {name: rule.empty for name, rule in resource.fields.items() if not rule.models}
    # On every recorded contact, in no schema.
    undocumented = {"taxType": None, "defaultShowVat": "1"} if resource is CONTACT else {}
    given = {name: value for name, value in values.items() if value is not None}
    head = {"id": id, "objectName": resource.model, "additionalInformation": None, "create": stamp, "update": stamp}
    return {**head, **empty, **undocumented, **given, "objectName": resource.model, "sevClient": dict(SEV_CLIENT)}


def new_member(contact: Document) -> Document:
    return {
        "contact": contact,
        **{resource.member: [] for resource in PARTS},
        "persons": [],
        "tags": [],
        "tabsItemCount": dict.fromkeys(COUNTED, 0),
    }


def id_of(member: Document) -> str:
    return str(member["contact"]["id"])


def is_organisation(contact: Document) -> bool:
    """A name makes the difference, nothing else does."""
    return bool(contact.get("name"))


def walk(record: Document) -> Iterator[Document]:
    """The record's contact and all below it."""
    yield record
    for person in record.get("persons", []):
        yield from walk(person)


def members(records: Mapping[str, Document]) -> Iterator[tuple[str, Document]]:
    """Every contact there is, with the native id of the record it stands in."""
    for native_id, record in records.items():
        for member in walk(record):
            yield native_id, member


def find_contact(records: Mapping[str, Document], contact_id: str) -> Place | None:
    for native_id, member in members(records):
        if id_of(member) == contact_id:
            return Place(native_id, member, member["contact"])
    return None


def find_part(records: Mapping[str, Document], list_name: str, part_id: str) -> Place | None:
    for native_id, member in members(records):
        for part in member.get(list_name, []):
            if part["id"] == part_id:
                return Place(native_id, member, part)
    return None


def take_out(records: dict[str, Document], place: Place) -> Document:
    """Remove a contact with all that hangs on it, and hand it out."""
    contact_id = id_of(place.member)
    if contact_id == place.native_id:
        return records.pop(contact_id)
    for member in walk(records[place.native_id]):
        if place.member in member["persons"]:
            member["persons"].remove(place.member)
            break
    return place.member


def resettle(records: dict[str, Document], contact: Document) -> None:
    """Move a contact to where its parent stands, or out on its own when it has none."""
    place = find_contact(records, contact["id"])
    parent = find_contact(records, contact["parent"]["id"]) if "parent" in contact else None
    if place is None:
        return
    if parent is None and contact["id"] != place.native_id:
        records[contact["id"]] = take_out(records, place)
    elif parent is not None and place.member not in parent.member["persons"]:
        parent.member["persons"].append(take_out(records, place))
