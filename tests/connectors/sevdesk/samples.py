"""What sevdesk takes that its facts cannot say, and what a read makes of the simulator's record."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from gql_gateway.sandbox.sevdesk.registers import STATIC_COUNTRIES
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Document, Samples

LABEL = "It tells the entries of the list apart: another one would move the entry to another type."
A_PERSON = "A contact person is a contact of its own: the rest of it is written by its own id."
OF_A_PERSON = (
    *("bankAccount", "bankNumber", "birthday", "buyerReference", "customerNumber", "defaultCashbackPercent"),
    *("defaultCashbackTime", "defaultDiscountAmount", "defaultTimeToPay", "description", "exemptVat"),
    *("governmentAgency", "name2", "taxNumber", "taxOffice", "vatNumber"),
)


def view(simulator: Simulator, native_id: str) -> Document:
    """The contact, wherever it stands, with what a read shows: countries with their codes, main ways first.

    Tags, counts, custom fields and branches are not part of it, nor what else hangs on a contact person.
    """
    member = _find(list(simulator.records.values()), native_id)
    persons = [person for person in member["persons"] if not person["contact"]["name"]]
    contact = {**member["contact"]}
    if "parent" in contact:
        contact["parent"] = {"id": contact["parent"]["id"]}  # that it is a contact is no news
    document = {
        "contact": contact,
        "addresses": _in_order([_with_code(address) for address in member["addresses"]]),
        "communicationWays": _ways(member),
        "accountingContacts": _in_order(member["accountingContacts"]),
        "persons": [] if not member["contact"]["name"] else _in_order([_flat(person) for person in persons]),
    }
    return deepcopy(document)


def _find(members: list[Document], contact_id: str) -> Document:
    for member in members:
        if member["contact"]["id"] == contact_id:
            return member
        try:
            return _find(member["persons"], contact_id)
        except KeyError:
            continue
    raise KeyError(contact_id)


def _flat(person: Document) -> Document:
    return {**person["contact"], "communicationWays": _ways(person)}


def _ways(member: Document) -> list[Document]:
    return sorted(_in_order(member["communicationWays"]), key=lambda way: way["main"] != "1")


def _in_order(parts: list[Document]) -> list[Document]:
    return sorted(parts, key=lambda part: int(part["id"]))


def _with_code(address: Document) -> Document:
    country: Any = STATIC_COUNTRIES[address["country"]["id"]]
    return {**address, "country": {**address["country"], "code": country["code"].upper()}}


SAMPLES = Samples(
    values={
        "category": ("4", "28"),
        "parentId": ("88120432", "88120433"),
        "birthday": ("1984-02-29", "1971-07-01"),
        "paymentTerms": ("14", "45"),
        "countryCode": ("AT", "FR"),
    },
    shorter={"number": "Whether a number is free is asked in an address, which cannot be of any length."},
    kept={
        "companyName": "An organisation without its name would be a person.",
        "category": "A contact without a category is in no list; every one is made with one.",
    },
    unwritten={
        "addresses[0].category.id": LABEL,
        "communicationWays[0].key.id": LABEL,
        "communicationWays[0].type": LABEL,
        "persons[0].communicationWays[0].key.id": LABEL,
        **{f"persons[0].{name}": A_PERSON for name in OF_A_PERSON},
    },
    view=view,
)
