"""Reading a customer: the contact, the addresses and contact persons that are not part of it, and its business.

In the document a reference is its id alone (`currency: {"id": "GBP"}`): labels and paths are Sage's to make of it.
"""

from __future__ import annotations

from urllib.parse import quote

from ...errors import ConnectionProblem, ErrorCode, ProviderProtocolError
from ...fields.document import get
from ...fields.formats import Format
from ...model.json import Json, JsonObject
from ...outbound.message import Call
from ..base import Conversation, read_object
from . import errors
from .answers import BASE, ask_all, check_named, named
from .companies import read_business

ID = Format(r"[0-9A-Za-z_-]{1,64}", "the id of a contact")
CUSTOMER = "CUSTOMER"
WHOLE = (("nested_attributes", "all"),)
"""Without it a nested object is a stub."""
EVERYTHING = (("attributes", "all"),)
"""Without it an item of a list is a stub."""
REFERENCES = frozenset(
    {
        *("currency", "country", "country_group", "address_type", "product_sales_price_type", "default_sales_tax_rate"),
        *("default_sales_ledger_account", "default_purchase_ledger_account", "bank_account", "contact", "address"),
        "deduction_rate",
    }
)
LISTS_OF_REFERENCES = frozenset({"contact_types", "contact_person_types"})


def read_document(contact_id: str, business: str) -> Conversation[JsonObject | None]:
    """The customer whole, or `None`. Lists are in a steady order, and each holds this contact's entries alone."""
    call = Call("contact", "GET", f"{BASE}/contacts/{quote(contact_id, safe='')}", WHOLE, headers=named(business))
    answer = yield call
    if answer.status == 404:
        return None
    if not answer.ok:
        raise errors.explain(answer)
    check_named(answer, call)
    contact = read_contact(read_object(answer))
    if contact.get("id") != contact_id:
        raise ProviderProtocolError("Sage answered with another contact than was asked for.")
    if not is_customer(contact):
        return None
    owned = (("contact_id", contact_id), *EVERYTHING)
    addresses = yield from ask_all("addresses", f"{BASE}/addresses", owned, business)
    persons = yield from ask_all("contact persons", f"{BASE}/contact_persons", owned, business)
    found = yield from _business(business)
    return {
        **contact,
        "addresses": [*_further_addresses(contact, addresses)],
        "contact_persons": [*_further_persons(contact, addresses, persons)],
        "business": found,
    }


def read_contact(contact: JsonObject) -> JsonObject:
    """A contact, an address or a contact person with every reference as its id."""
    return {name: _reduced(name, value) for name, value in contact.items()}


def is_customer(contact: JsonObject) -> bool:
    """Suppliers are contacts, too."""
    types = contact.get("contact_types")
    return not isinstance(types, list) or any(get(item, ("id",)) == CUSTOMER for item in types)


def _reduced(name: str, value: Json) -> Json:
    if isinstance(value, dict):
        return _reference(value) if name in REFERENCES else read_contact(value)
    if isinstance(value, list) and name in LISTS_OF_REFERENCES:
        return [_reference(item) if isinstance(item, dict) else item for item in value]
    return value


def _reference(value: JsonObject) -> JsonObject:
    return {"id": value["id"]} if "id" in value else value


def _business(business: str) -> Conversation[JsonObject]:
    answer = yield Call("business", "GET", f"{BASE}/businesses/{quote(business, safe='')}")
    if answer.status == 404:
        words = "Sage does not know this business; `companies` lists those of the user."
        raise ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=errors.COMPANY)
    if not answer.ok:
        raise errors.explain(answer)
    return read_business(read_object(answer))


def _further_addresses(contact: JsonObject, listed: list[JsonObject]) -> list[JsonObject]:
    """The addresses that are neither the main nor the delivery address."""
    own = {get(contact, (name, "id")) for name in ("main_address", "delivery_address")}
    found = [read_contact(item) for item in listed if get(item, ("contact", "id")) == contact["id"]]
    return sorted((item for item in found if item.get("id") not in own), key=_age)


def _further_persons(contact: JsonObject, addresses: list[JsonObject], listed: list[JsonObject]) -> list[JsonObject]:
    """The contact persons but the main one. They name an address and not their contact."""
    homes = {get(item, ("id",)) for item in addresses if get(item, ("contact", "id")) == contact["id"]}
    homes |= {get(contact, (name, "id")) for name in ("main_address", "delivery_address")}
    found = [read_contact(item) for item in listed if get(item, ("address", "id")) in homes]
    main = get(contact, ("main_contact_person", "id"))
    return sorted((item for item in found if item.get("id") != main), key=_age)


def _age(item: JsonObject) -> tuple[str, str]:
    return str(item.get("created_at")), str(item.get("id"))
