"""The calls of an update: what differs between the document as it is and as it is wanted, contact first."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import quote

from ...errors import ProviderProtocolError
from ...fields.change import Change
from ...fields.document import get
from ...fields.table import Leaf
from ...fields.wire import Locate
from ...model.json import Json, JsonObject
from ...outbound.message import Answer, Call
from ..base import Step
from ..entries import EntryChange, entry_changes, paths_of
from .answers import BASE, named, told_object, told_page
from .spelling import ADDRESS, PERSON, changed_part, complete, ids_of, spelled

NEW = "<new>"
"""Stands for an id that only the answer to an earlier call will tell."""
ADDRESSES, PERSONS = "addresses", "contact_persons"
MAIN_ADDRESS, DELIVERY_ADDRESS, MAIN_PERSON = "main_address", "delivery_address", "main_contact_person"
NAMES = {
    MAIN_ADDRESS: "new main address",
    DELIVERY_ADDRESS: "new delivery address",
    ADDRESSES: "new address",
    MAIN_PERSON: "new main contact person",
    PERSONS: "new contact person",
}
NESTED_PARTS = (MAIN_ADDRESS, DELIVERY_ADDRESS, MAIN_PERSON)
APART = frozenset({ADDRESSES, PERSONS, "business"})
"""What the document has beside the contact."""
USUAL, DELIVERY = "ACCOUNTS", "DELIVERY"
"""Types that new parts get where Sage lists them."""

Steps = Generator[Step, Answer | None, None]
Found = Generator[Step, Answer | None, Json]


@dataclass(frozen=True, slots=True)
class Update:
    """A change, the document as it is and as it is wanted, and the business that every call names."""

    change: Change
    current: JsonObject
    wanted: JsonObject
    locate: Locate
    business: str

    def plan(self) -> Steps:
        """The contact first, then what hangs on it: should it stop, the most telling part is done."""
        made = new_parts(self.current, self.wanted)
        yield from self._contact(APART | made)
        home = get(self.current, (MAIN_ADDRESS, "id")) or NEW
        if MAIN_ADDRESS in made:
            home = yield from self._new_address(MAIN_ADDRESS, self.wanted[MAIN_ADDRESS], self._inside(MAIN_ADDRESS))
        if DELIVERY_ADDRESS in made:
            part = self.wanted[DELIVERY_ADDRESS]
            yield from self._new_address(DELIVERY_ADDRESS, part, self._inside(DELIVERY_ADDRESS))
        for entry in entry_changes((ADDRESSES,), self.current, self.wanted):
            yield from self._address(entry)
        if MAIN_PERSON in made:
            yield from self._new_person(MAIN_PERSON, self.wanted[MAIN_PERSON], home, self._inside(MAIN_PERSON))
        for entry in entry_changes((PERSONS,), self.current, self.wanted):
            yield from self._person(entry, home)

    def _contact(self, apart: frozenset[str]) -> Steps:
        """Name and types go along as they are."""
        body = changed_part(_without(self.current, apart), _without(self.wanted, apart))
        if not body:
            return
        types: list[Json] = [*ids_of(self.wanted.get("contact_types"))]
        along: JsonObject = {"name": self.wanted.get("name"), "contact_type_ids": types}
        paths = frozenset(item.leaf.path for item in self.change.assignments if self._top(item.leaf) not in apart)
        yield self._step("contact", "PUT", _path("contacts", self.current), {"contact": {**along, **body}}, paths)

    def _address(self, entry: EntryChange) -> Steps:
        paths = self._paths(entry)
        if entry.before is None:
            yield from self._new_address(ADDRESSES, entry.after, paths)
            return
        body = complete(entry.before, entry.after or {}, ADDRESS)
        name = f"address {entry.before['id']}"
        yield self._step(name, "PUT", _path("addresses", entry.before), {"address": body}, paths)

    def _new_address(self, part: str, address: Json, paths: frozenset[str]) -> Found:
        """An address of this contact. Its type makes it the delivery address, a flag the main one."""
        values = spelled(address if isinstance(address, dict) else {})
        is_delivery = part == DELIVERY_ADDRESS
        kind: Json = values.get("address_type_id") or get(self.current, (MAIN_ADDRESS, "address_type", "id")) or None
        if kind is None or is_delivery:
            kind = yield from self._type("address types", "/address_types", DELIVERY if is_delivery else None)
        place: JsonObject = {"contact_id": self.current["id"], "is_main_address": part == MAIN_ADDRESS}
        body: JsonObject = {"address": {**place, **values, "address_type_id": kind}}
        step = self._step(NAMES[part], "POST", f"{BASE}/addresses", body, paths)
        answer = yield step
        return NEW if answer is None else told_object(answer, step)["id"]

    def _person(self, entry: EntryChange, home: Json) -> Steps:
        paths = self._paths(entry)
        if entry.before is None:
            yield from self._new_person(PERSONS, entry.after, home, paths)
            return
        body = complete(entry.before, entry.after or {}, PERSON)
        name, path = f"contact person {entry.before['id']}", _path("contact_persons", entry.before)
        yield self._step(name, "PUT", path, {"contact_person": body}, paths)

    def _new_person(self, part: str, person: Json, home: Json, paths: frozenset[str]) -> Steps:
        """A contact person at the main address."""
        types = [*ids_of(get(self.current, (MAIN_PERSON, "contact_person_types")))]
        if not types:
            types = [(yield from self._type("contact person types", "/contact_person_types"))]
        place: JsonObject = {"address_id": home, "is_main_contact": part == MAIN_PERSON}
        values = spelled(person if isinstance(person, dict) else {})
        body: JsonObject = {"contact_person": {**place, "contact_person_type_ids": types, **values}}
        yield self._step(NAMES[part], "POST", f"{BASE}/contact_persons", body, paths)

    def _type(self, name: str, path: str, wanted: str | None = None) -> Found:
        """The id of a type for a new part: the one wanted, or else the usual one or any that is not for deliveries."""
        query = (("items_per_page", "200"),)
        answer = yield Step(name, "GET", f"{BASE}{path}", query, headers=named(self.business), writes=False)
        if answer is None:
            return NEW
        ids = [item.get("id") for item in told_page(answer)[0]]
        for id in (wanted,) if wanted else (USUAL, *(id for id in ids if id != DELIVERY)):
            if id in ids:
                return id
        raise ProviderProtocolError(f"Sage's list {path} has no type {wanted or 'for it'}.")

    def _inside(self, part: str) -> frozenset[str]:
        """The unified paths of a part of the contact."""
        return frozenset(item.leaf.path for item in self.change.assignments if self._top(item.leaf) == part)

    def _top(self, leaf: Leaf) -> object:
        place = self.locate(leaf, self.current)
        return None if place is None else place[0]

    def _step(self, name: str, method: str, path: str, body: JsonObject, paths: frozenset[str]) -> Step:
        return Step(name, method, path, body=body, headers=named(self.business), writes=True, paths=paths)

    def _paths(self, entry: EntryChange) -> frozenset[str]:
        return paths_of(entry, self.change, self.current, self.wanted, self.locate)


def new_parts(current: JsonObject, wanted: JsonObject) -> frozenset[str]:
    """The parts that the contact gets: nested in its update they would change what is there, and there is nothing."""
    return frozenset(name for name in NESTED_PARTS if not current.get(name) and wanted.get(name))


def check_told(answer: Answer, call: Call) -> None:
    """Raises when the answer to a write is not one that a success has."""
    told = told_object(answer, call)
    if call.method == "PUT" and told["id"] != call.path.rpartition("/")[2]:
        raise ProviderProtocolError("Sage answered without what the call was about.", provider_code=str(answer.status))


def _path(resource: str, item: JsonObject) -> str:
    return f"{BASE}/{resource}/{quote(str(item['id']), safe='')}"


def _without(document: JsonObject, names: frozenset[str]) -> JsonObject:
    return {name: value for name, value in document.items() if name not in names}
