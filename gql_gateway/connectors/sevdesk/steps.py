"""The calls of an update: what differs between the document as it is and as it is wanted, resource by resource.

The document is all text, as sevdesk reads; what is sent has the numbers, flags and references that its schemas want.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...errors import ErrorCode, ProviderRejected
from ...fields.change import Change
from ...fields.convert import as_number
from ...fields.document import MISSING, NativePath, get
from ...fields.wire import Locate
from ...model.json import Json, JsonObject
from ...outbound.message import Answer
from ..base import Step
from ..entries import EntryChange, entry_changes, paths_of
from .answers import BASE, read_flag_answer, told_object

NEW = "<new>"
"""Stands for an id that only the answer to an earlier call will tell."""

CUSTOMER_CATEGORY = "3"
USUAL_KEY = {"MOBILE": "4"}
WORK_KEY = "2"

REFERENCES = {
    "category": "Category",
    "contact": "Contact",
    "country": "StaticCountry",
    "key": "CommunicationWayKey",
    "parent": "Contact",
}
WHOLE = frozenset({"status", "defaultTimeToPay", "defaultCashbackTime", "debitorNumber", "creditorNumber"})
NUMBERS = frozenset({"defaultCashbackPercent", "defaultDiscountAmount"})
FLAGS = frozenset({"exemptVat", "defaultDiscountPercentage", "governmentAgency", "main"})

Steps = Generator[Step, Answer | None, None]


@dataclass(frozen=True, slots=True)
class Update:
    """A change, the document as it is and as it is wanted: what every part of the plan is made from."""

    change: Change
    current: JsonObject
    wanted: JsonObject
    locate: Locate

    def plan(self) -> Steps:
        """The contact first, then what hangs on it: should it stop, the most telling part is done."""
        owner = str(get(self.current, ("contact", "id")))
        yield from self._contact(owner)
        yield from self._parts(("addresses",), "ContactAddress", "address", owner)
        yield from self._parts(("communicationWays",), "CommunicationWay", "communication way", owner)
        yield from self._parts(("accountingContacts",), "AccountingContact", "accounting contact", owner)
        for entry in entry_changes(("persons",), self.current, self.wanted):
            yield from self._person(entry, owner)

    def _contact(self, owner: str) -> Steps:
        before, after = (get(document, ("contact",)) for document in (self.current, self.wanted))
        entry = EntryChange(("contact",), before, after)
        body = self._spelled(entry.changed())
        if not body:
            return
        if body.get("customerNumber") is not None:
            yield from self._number_is_free(body["customerNumber"])
        yield Step("contact", "PUT", f"{BASE}/Contact/{owner}", body=body, paths=self._paths(entry))

    def _number_is_free(self, number: Json) -> Steps:
        """sevdesk would give it twice; what is asked without a number is an error of its own."""
        path = f"{BASE}/Contact/Mapper/checkCustomerNumberAvailability"
        answer = yield Step("number is free", "GET", path, (("customerNumber", str(number)),), writes=False)
        if answer is not None and not read_flag_answer(answer):
            asked = self.change.get("number")
            words = "Another contact at sevdesk has this customer number."
            raise ProviderRejected(ErrorCode.DUPLICATE, words, path=asked.path if asked else ())

    def _parts(self, place: NativePath, model: str, name: str, owner: str) -> Steps:
        for entry in entry_changes(place, self.current, self.wanted):
            yield self._part(entry, model, name, owner)

    def _part(self, entry: EntryChange, model: str, name: str, owner: str) -> Step:
        paths, at = self._paths(entry), f"{BASE}/{model}"
        if entry.before is None:
            body = {"contact": _reference("contact", owner), **self._spelled(self._completed(entry))}
            return Step(f"new {name}", "POST", at, body=body, paths=paths)
        id = str(entry.before["id"])
        if entry.after is None:
            return Step(f"{name} {id}", "DELETE", f"{at}/{id}", paths=paths)
        return Step(f"{name} {id}", "PUT", f"{at}/{id}", body=self._spelled(entry.changed()), paths=paths)

    def _completed(self, entry: EntryChange) -> JsonObject:
        """A new entry with what sevdesk wants besides: of communication ways, a label and one main one of each type."""
        part: JsonObject = dict(entry.after or {})
        kind = part.get("type")
        if kind is None:
            return part
        ways = get(self.wanted, entry.place[:-1])
        is_first = not any(way.get("main") == "1" for way in ways if way.get("type") == kind)
        main: JsonObject = {"main": "1"} if is_first else {}
        return {"key": {"id": USUAL_KEY.get(str(kind), WORK_KEY)}, **main, **part}

    def _person(self, entry: EntryChange, owner: str) -> Steps:
        """A contact person: a contact of its own, and its communication ways."""
        ways = (*entry.place, "communicationWays")
        own = replace(entry, before=_without_ways(entry.before), after=_without_ways(entry.after))
        paths = self._paths(own) - self._paths(EntryChange(ways, {}, {}))
        if entry.after is None:
            id = str((entry.before or {})["id"])
            yield Step(f"contact person {id}", "DELETE", f"{BASE}/Contact/{id}", paths=self._paths(entry))
            return
        if entry.before is None:
            id = yield from self._new_person(own, owner, paths)
            for index, way in enumerate(get(self.wanted, ways) or []):
                yield self._part(EntryChange((*ways, index), None, way), "CommunicationWay", "communication way", id)
            return
        id = str(entry.before["id"])
        if body := self._spelled(own.changed()):
            yield Step(f"contact person {id}", "PUT", f"{BASE}/Contact/{id}", body=body, paths=paths)
        yield from self._ways_of_person(entry, ways, id)

    def _ways_of_person(self, entry: EntryChange, ways: NativePath, owner: str) -> Steps:
        for part in _entry_ways(entry):
            place = (*ways, *part.place)
            yield self._part(replace(part, place=place), "CommunicationWay", "communication way", owner)

    def _new_person(self, own: EntryChange, owner: str, paths: frozenset[str]) -> Generator[Step, Answer | None, str]:
        """Make a contact person; its id.

        It was seen to come back with its parent's customer number: such a number is taken away again.
        """
        references: JsonObject = {"category": {"id": CUSTOMER_CATEGORY}, "parent": {"id": owner}}
        body = self._spelled({**(own.after or {}), **references})
        answer = yield Step("new contact person", "POST", f"{BASE}/Contact", body=body, paths=paths)
        if answer is None:
            return NEW
        told = told_object(answer)
        id, number = str(told["id"]), told.get("customerNumber")
        if number and number == get(self.current, ("contact", "customerNumber")):
            path = f"{BASE}/Contact/{id}"
            yield Step(f"number of {id}", "PUT", path, body={"customerNumber": None}, paths=frozenset())
        return id

    def _paths(self, entry: EntryChange) -> frozenset[str]:
        return paths_of(entry, self.change, self.current, self.wanted, self.locate)

    def _spelled(self, values: JsonObject) -> JsonObject:
        return dict(_spelled(name, value, self.current) for name, value in values.items())


def _spelled(name: str, value: Json, document: JsonObject) -> tuple[str, Json]:
    """A value of the document as sevdesk's schemas of writing want it."""
    if value is None:
        return name, None
    if name in REFERENCES:
        id = country_id(value, document) if name == "country" else get(value, ("id",))
        return name, _reference(name, id)
    if name in WHOLE:
        return name, _whole(value)
    if name in NUMBERS:
        return name, as_number(value)
    return name, value == "1" if name in FLAGS else value


def country_id(country: Json, document: JsonObject) -> Json:
    """The id of the country with this code; its own, where the code is of no country."""
    found = get(document, ("countries", str(get(country, ("code",)))))
    id: Json = get(country, ("id",)) if found is MISSING else found
    return id


def _reference(name: str, id: Any) -> JsonObject | None:
    """Both members are needed; the id is a number."""
    if id is None:
        return None
    return {"id": _whole(id), "objectName": REFERENCES[name]}


def _whole(value: Any) -> Json:
    """A whole number written as text; what is none is left to sevdesk to refuse."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else text


def _without_ways(person: JsonObject | None) -> JsonObject | None:
    if person is None:
        return None
    return {name: value for name, value in person.items() if name != "communicationWays"}


def _entry_ways(person: EntryChange) -> Iterator[EntryChange]:
    """How the communication ways of a person differ; their places are relative to its list."""
    for part in entry_changes(("communicationWays",), person.before or {}, person.after or {}):
        yield replace(part, place=part.place[1:])
