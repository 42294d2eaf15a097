"""Addresses and contact persons at their own endpoints: made, changed and removed one by one.

They belong to a contact, a person by way of an address. Whether a write here touches the contact's `updated_at` is
unverified; it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..simulator import Document
from .answers import BASE, invalid, wrong
from .contact import addresses_of, arrange, new_address, new_person, persons_of
from .members import ADDRESS, PERSON, STRUCTURE_OF_ADDRESS, STRUCTURE_OF_PERSON
from .writing import NO_ROW, REQUIRED, Body, Books

NEEDED_ADDRESS = ("address_type_id", "name", "is_main_address")
NEEDED_PERSON = ("address_id", "name", "contact_person_type_ids")


def add_address(record: Document, sent: Mapping[str, Any], books: Books) -> tuple[Document, str]:
    """The record with a new address, and the id of it. In Start there is room for one, the main one."""
    body = Body(books)
    body.require(NEEDED_ADDRESS, sent)
    values = body.take(ADDRESS, sent)
    body.pass_by(sent, {*ADDRESS, *STRUCTURE_OF_ADDRESS})
    main = body.flag(sent, "is_main_address")
    addresses = addresses_of(record)
    if books.business.is_start:
        main = True
        if addresses:
            body.problems.append(wrong(BASE, "A contact can have one address only."))
    body.finish()
    made = new_address(books.new_id("address"), books.now, values, main=bool(main))
    return arrange(record, _with_one_main(addresses, made, "is_main_address"), persons_of(record)), made["id"]


def change_address(record: Document, part: Document, sent: Mapping[str, Any], books: Books) -> Document:
    body = Body(books)
    values = body.take(ADDRESS, sent)
    body.pass_by(sent, {*ADDRESS, *STRUCTURE_OF_ADDRESS})
    main = body.flag(sent, "is_main_address")
    if main is False and part["is_main_address"]:
        # Another one has to take its place first.
        body.leave("is_main_address")
    if sent.get("contact_id", record["id"]) != record["id"]:
        body.leave("contact_id")
    body.finish()
    changed = {**part, **values, "is_main_address": bool(main) or part["is_main_address"], "updated_at": books.now}
    return arrange(record, _with_one_main(addresses_of(record), changed, "is_main_address"), persons_of(record))


def remove_address(record: Document, part: Document) -> Document:
    """Its contact persons go with it. That the main address can go too is unverified."""
    addresses = [other for other in addresses_of(record) if other["id"] != part["id"]]
    persons = [person for person in persons_of(record) if (person["address"] or {}).get("id") != part["id"]]
    return arrange(record, addresses, persons)


def add_person(record: Document, address: Document, sent: Mapping[str, Any], books: Books) -> tuple[Document, str]:
    """Not the main person unless the body says so, also where there is no other."""
    body = Body(books)
    body.require(NEEDED_PERSON, sent)
    values = body.take(PERSON, sent)
    body.pass_by(sent, {*PERSON, *STRUCTURE_OF_PERSON})
    main = body.flag(sent, "is_main_contact")
    body.finish()
    made = new_person(books.new_id("person"), books.now, values, address, main=bool(main))
    return arrange(record, addresses_of(record), _with_one_main(persons_of(record), made, "is_main_contact")), made[
        "id"
    ]


def change_person(record: Document, part: Document, sent: Mapping[str, Any], books: Books) -> Document:
    body = Body(books)
    values = body.take(PERSON, sent)
    body.pass_by(sent, {*PERSON, *STRUCTURE_OF_PERSON})
    main = body.flag(sent, "is_main_contact")
    address = part["address"]
    if "address_id" in sent:
        address = next((each for each in addresses_of(record) if each["id"] == sent["address_id"]), None)
        if address is None:
            body.problems.append(wrong("address_id", NO_ROW))
    body.finish()
    is_main = part["is_main_contact"] if main is None else main
    changed = {**part, **values, "address": address, "is_main_contact": is_main, "updated_at": books.now}
    return arrange(record, addresses_of(record), _with_one_main(persons_of(record), changed, "is_main_contact"))


def remove_person(record: Document, part: Document) -> Document:
    persons = [other for other in persons_of(record) if other["id"] != part["id"]]
    return arrange(record, addresses_of(record), persons)


def no_owner(sent: Mapping[str, Any], name: str) -> Exception:
    """A new part has to say where it belongs."""
    return invalid([wrong(name, NO_ROW if name in sent else REQUIRED)])


def _with_one_main(parts: list[Document], one: Document, name: str) -> list[Document]:
    """The parts with this one among them; when it is the main one, no other is."""
    others = [{**other, name: other[name] and not one[name]} if other["id"] != one["id"] else one for other in parts]
    return others if any(other is one for other in others) else [*others, one]
