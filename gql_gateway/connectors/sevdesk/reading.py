"""Reading a customer: the contact, then each resource that hangs on it, put together into one document."""

from __future__ import annotations

from typing import Any

from ...errors import ProviderProtocolError
from ...fields.document import get
from ...model.json import JsonObject
from ...outbound.message import Call
from ..base import Conversation
from . import errors
from .answers import BASE, told_objects

PAGE = 1000
MOST_PAGES = 20
KNOWN_NAMES = ("name", "nameEn")
UNITED_KINGDOM = "United Kingdom"
UNKNOWN_COUNTRY = "ZZ"
"""ISO 3166-1 leaves it to its users: for a country that is not in sevdesk's list, and is a country all the same."""

Query = tuple[tuple[str, str], ...]


def read_document(contact_id: str) -> Conversation[JsonObject | None]:
    """The customer whole, or `None`. Lists are in a steady order, and each holds this contact's entries alone."""
    answer = yield Call("contact", "GET", f"{BASE}/Contact/{contact_id}")
    if errors.is_not_found(answer):
        return None
    if not answer.ok:
        raise errors.explain(answer)
    found = told_objects(answer)
    if not found:
        return None
    contact = found[0]
    if str(contact.get("id")) != contact_id:
        raise ProviderProtocolError("sevdesk answered with another contact than was asked for.")
    addresses = yield from _parts("addresses", "ContactAddress", contact_id)
    ways = yield from _ways(contact_id)
    accounting = yield from _parts("accounting contacts", "AccountingContact", contact_id)
    persons = yield from _persons(contact)
    codes, countries = yield from _countries()
    return {
        "contact": contact,
        "addresses": [_with_code(address, codes) for address in addresses],
        "communicationWays": [*ways],
        "accountingContacts": [*accounting],
        "persons": [*persons],
        "countries": {**countries},
    }


def _persons(contact: JsonObject) -> Conversation[list[JsonObject]]:
    """The contact persons of an organisation. Its branches, organisations too, are customers of their own."""
    if not contact.get("name"):
        return []
    id = str(contact["id"])
    query = (("depth", "1"), ("parent[id]", id), ("parent[objectName]", "Contact"))
    children = yield from _all("contact persons", "Contact", query)
    persons: list[JsonObject] = []
    for child in sorted(children, key=_number):
        if str(get(child, ("parent", "id"))) == id and not child.get("name"):
            ways = yield from _ways(str(child["id"]))
            persons.append({**child, "communicationWays": [*ways]})
    return persons


def _ways(owner: str) -> Conversation[list[JsonObject]]:
    """Main ones come first: they are the ones meant where several have the same label."""
    ways = yield from _parts("communication ways", "CommunicationWay", owner)
    return sorted(ways, key=lambda way: str(way.get("main")) != "1")


def _parts(step: str, model: str, owner: str) -> Conversation[list[JsonObject]]:
    """What hangs on a contact. Not each of these filters is in the vendor's file: what else comes is left out."""
    query = (("contact[id]", owner), ("contact[objectName]", "Contact"))
    found = yield from _all(step, model, query)
    return sorted((item for item in found if str(get(item, ("contact", "id"))) == owner), key=_number)


def _countries() -> Conversation[tuple[dict[str, str], dict[str, str]]]:
    """The code of each country's id, and the id of each code."""
    codes: dict[str, str] = {}
    ids: dict[str, str] = {}
    rows = yield from _all("countries", "StaticCountry", ())
    for row in rows:
        id, code = str(row.get("id")), str(row.get("code") or "").upper()
        codes[id] = code
        # GB is there three times: England, Great Britain and the one that is meant.
        if code not in ids or any(row.get(name) == UNITED_KINGDOM for name in KNOWN_NAMES):
            ids[code] = id
    return codes, ids


def _with_code(address: JsonObject, codes: dict[str, str]) -> JsonObject:
    """The address with the code of its country beside the number, as `embed=country` would show it."""
    country: Any = address.get("country")
    if not isinstance(country, dict):
        return address
    return {**address, "country": {**country, "code": codes.get(str(country.get("id"))) or UNKNOWN_COUNTRY}}


def _all(step: str, model: str, query: Query) -> Conversation[list[JsonObject]]:
    """Every object of a list, page by page."""
    found: list[JsonObject] = []
    for page in range(MOST_PAGES):
        paging = (("limit", str(PAGE)), ("offset", str(page * PAGE)))
        answer = yield Call(step, "GET", f"{BASE}/{model}", (*query, *paging))
        if not answer.ok:
            raise errors.explain(answer)
        objects = told_objects(answer)
        found += objects
        if len(objects) < PAGE:
            return found
    raise ProviderProtocolError(f"sevdesk's list {model} goes on after {MOST_PAGES} pages.")


def _number(item: JsonObject) -> tuple[int, str]:
    """Ids are numbers written as texts."""
    id = str(item.get("id"))
    return (int(id), "") if id.isdecimal() else (0, id)
