"""A stored record: a contact as it is read with everything in it, its further addresses and persons beside it.

`main_address`, `delivery_address` and `main_contact_person` are whole objects; `addresses` and `contact_persons` are
lists of the others, which the API shows at their own endpoints only. Each part stands in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..simulator import Document
from .businesses import Business
from .members import ADDRESS, BANK_DETAILS, CONTACT, PERSON, TAX_TREATMENT, Member
from .registers import ADDRESS_TYPES, CONTACT_PERSON_TYPES, CONTACT_TYPES, CURRENCIES, stub

BESIDE = ("addresses", "contact_persons")
"""Members of a record that are no members of a contact."""
OF_ADDRESS_ALONE = ("created_at", "updated_at", "contact", "bank_account")
OF_PERSON_ALONE = ("created_at", "updated_at")
"""Shown at the part's own endpoint, not inside a contact."""
DELIVERY = "DELIVERY"


def _empty(members: Mapping[str, Member]) -> Document:
    empty: Mapping[str, Any] = {"ids": [], "flag": False}
    return {member.read: empty.get(member.kind) for member in members.values()}


def new_contact(id: str, business: Business, now: str, values: Mapping[str, Any]) -> Document:
    """Every member is there; what nobody gave is empty."""
    return {
        "id": id,
        "displayed_as": "",
        "$path": f"/contacts/{id}",
        "created_at": now,
        "updated_at": now,
        "links": [],
        "balance": "0.0",
        **_empty(CONTACT),
        "main_address": None,
        "delivery_address": None,
        "main_contact_person": None,
        "bank_account_details": _empty(BANK_DETAILS),
        "tax_treatment": {**_empty(TAX_TREATMENT), "home_tax": True},
        "deletable": True,
        "email": None,
        "gdpr_obfuscated": False,
        "system": False,
        "has_unfinished_recurring_invoices": False,
        "is_active": True,
        "addresses": [],
        "contact_persons": [],
        "contact_types": [CONTACT_TYPES["CUSTOMER"]],
        **({} if business.is_start else {"currency": CURRENCIES[business.currency]}),
        **values,
    }


def new_address(id: str, now: str, values: Mapping[str, Any], *, main: bool) -> Document:
    given = {"name": "Main Address" if main else "Address", "address_type": ADDRESS_TYPES["SALES"], **values}
    return {
        "id": id,
        "displayed_as": given["name"],
        "$path": f"/addresses/{id}",
        **_empty(ADDRESS),
        **given,
        "is_main_address": main,
        "created_at": now,
        "updated_at": now,
        "bank_account": None,
    }


def new_person(id: str, now: str, values: Mapping[str, Any], address: Document | None, *, main: bool) -> Document:
    given = {"contact_person_types": [CONTACT_PERSON_TYPES["ACCOUNTS"]], **values}
    return {
        "id": id,
        "displayed_as": given["name"],
        "$path": f"/contact_persons/{id}",
        **_empty(PERSON),
        **given,
        "is_main_contact": main,
        "address": None if address is None else address_stub(address),
        "created_at": now,
        "updated_at": now,
    }


def address_stub(address: Mapping[str, Any]) -> Document:
    return stub("addresses", address["id"], address["name"])


def addresses_of(record: Mapping[str, Any]) -> list[Document]:
    """All of them, the main one first."""
    return [part for part in (record.get("main_address"), record.get("delivery_address")) if part] + list(
        record.get("addresses") or []
    )


def persons_of(record: Mapping[str, Any]) -> list[Document]:
    """All of them, the main one first."""
    main = record.get("main_contact_person")
    return ([main] if main else []) + list(record.get("contact_persons") or [])


def parts_of(record: Mapping[str, Any], resource: str) -> list[Document]:
    return addresses_of(record) if resource == "addresses" else persons_of(record)


def arrange(record: Document, addresses: Iterable[Document], persons: Iterable[Document]) -> Document:
    """The record with its parts where they belong: which is the delivery address, its type tells."""
    addresses, persons = list(addresses), list(persons)
    main = next((part for part in addresses if part["is_main_address"]), None)
    others = [part for part in addresses if part is not main]
    delivery = next((part for part in others if part["address_type"]["id"] == DELIVERY), None)
    main_person = next((part for part in persons if part["is_main_contact"]), None)
    return {
        **record,
        "main_address": main,
        "delivery_address": delivery,
        "addresses": [part for part in others if part is not delivery],
        "main_contact_person": main_person,
        "contact_persons": [part for part in persons if part is not main_person],
    }


def derive(record: Document) -> Document:
    """What Sage itself fills in: shown names, the e-mail of the main person, the stubs of addresses."""
    addresses = [{**part, "displayed_as": part["name"]} for part in addresses_of(record)]
    stubs = {part["id"]: address_stub(part) for part in addresses}
    persons = [
        {**part, "displayed_as": part["name"], "address": stubs.get((part["address"] or {}).get("id", ""))}
        for part in persons_of(record)
    ]
    reference = record.get("reference")
    record = {**record, "displayed_as": f"{record['name']} ({reference})" if reference else record["name"]}
    record = arrange(record, addresses, persons)
    return {**record, "email": (record["main_contact_person"] or {}).get("email")}


def is_of_type(record: Mapping[str, Any], type_id: str) -> bool:
    return any(each["id"] == type_id for each in record["contact_types"])


def find_part(records: Iterable[Document], resource: str, part_id: str) -> tuple[Document, Document] | None:
    """The record that has an address or a person, and the part."""
    for record in records:
        for part in parts_of(record, resource):
            if part["id"] == part_id:
                return record, part
    return None
