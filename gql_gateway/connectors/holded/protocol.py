"""Holded's calls. The update is partial: what differs is sent, an object or a list inside the contact always whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.document import NativePath, get, print_path
from ...fields.wire import full_record
from ...model.connection import Connection
from ...model.customer import Company, Customer
from ...model.enums import ContactType
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, content_version, read_json
from ..entries import by_position, changed_values, check_known_again, unmet
from . import errors
from .body import LISTS, OBJECTS, untold, update_of
from .fields import TABLE, HoldedCustomerInput, HoldedDetails
from .manifest import MANIFEST

SPOKEN = "v1"
V1 = f"/api/invoicing/{SPOKEN}"
MOST_PAGES = 200
SUPPLIERS = ("supplier", "creditor")
COUNTRY: Mapping[str, NativePath] = {
    "addresses[BILLING].countryCode": ("billAddress", "countryCode"),
    "billingCountry": ("billAddress", "country"),
}
"""The two halves of the billing country."""

_ID = re.compile(r"[0-9a-fA-F]{24}")


class Holded(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = HoldedCustomerInput
    details = HoldedDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        """Raises `ConnectionProblem` for a connection that speaks another API than v1, before anything is sent.

        Which one it speaks stands among its settings or, where the command line puts it, its credentials.
        """
        stated = (known.get("api_version", SPOKEN) for known in (connection.settings, connection.credentials))
        if any(version != SPOKEN for version in stated):
            words = (
                f"This connection asks for another API of Holded than {SPOKEN}, the one that the gateway speaks. An "
                "update of v2 replaces the whole contact, and the names and shapes that it takes are not known well "
                "enough to send one back without a loss. Connect with a key of API v1."
            )
            raise ConnectionProblem(ErrorCode.REAUTHORIZE, words)
        return {"key": connection.credentials["api_key"]}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not _ID.fullmatch(ref.native_id):
            return None
        answer = yield Call("contact", "GET", _path(ref))
        if errors.is_not_found(answer):
            return None
        contact = _json(answer)
        if _id_in(contact) != ref.native_id.lower():
            raise ProviderProtocolError("Holded answered without the contact asked for.")
        return _with_objects(contact)

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        wanted = full_record(unmet(change, current, self.locate), current, self.locate)
        if body := update_of(changed_values(current, wanted)):
            yield Step("contact", "PUT", _path(ref), body=body)

    def bound(self, change: Change, current: JsonObject) -> Change:
        """Whether a person that is written keeps its id is unverified, so persons are told by their place."""
        return by_position(change, current)

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        if problems := list(_check_shapes(change, current)):
            # Into another shape no value can be put: what follows would not be understood.
            yield from problems
            return
        yield from super().check(change, current)
        yield from check_known_again(change, current, "contactPersons", "contact persons have this name")

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        names = _touched(change)
        if names:
            yield (
                f"Whether Holded merges or replaces {', '.join(names)} is unverified, so each is sent whole, as it was "
                "read right before. There is no version: an edit of these that somebody makes between the gateway's "
                "read and its write is overwritten."
            )
        if current is not None and (unseen := [name for name in names if name not in current]):
            yield (
                f"Holded does not show {', '.join(unseen)} of this contact. Should it hold any, what the change does "
                "not give of it may be lost."
            )
        if current is not None and (kept := _other_half(change, current)):
            yield (
                f"Holded keeps a country as a code and as a name, and {kept} stays as it is: whether one follows from "
                "the other is unverified."
            )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The answer has the contact's id and nothing else of it, so the contact is read again."""
        told = _json(answer)
        id = step.path.rpartition("/")[2].lower()
        if errors.status_in(told) != 1 or _id_in(told) != id:
            raise ProviderProtocolError(
                "Holded's answer does not say that the contact was updated.", provider_code=str(answer.status)
            )
        return None

    def succeeded(self, answer: Answer) -> bool:
        return answer.ok and not errors.is_rejection(answer)

    def refused(self, answer: Answer) -> bool:
        return super().refused(answer) or (answer.ok and errors.is_rejection(answer))

    def unauthorized(self, answer: Answer) -> bool:
        return errors.is_bad_key(answer)

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def native_id(self, document: JsonObject) -> str:
        id = document.get("id")
        if not isinstance(id, str) or not id:
            raise ProviderProtocolError("Holded's answer holds a contact without an id.")
        return id

    def version(self, document: JsonObject) -> str | None:
        """Nothing is null in one answer and "" in another, which makes no other version."""
        filled: JsonObject = {name: value for name, value in document.items() if value not in (None, "", [], {})}
        return content_version(filled, self.manifest.volatile)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """The customers among the contacts, walked from the first page: how many a page holds is unverified."""
        found: list[JsonObject] = []
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            answer = yield Call("contacts", "GET", f"{V1}/contacts", (("page", str(page)),))
            contacts = _contacts(answer)
            new = [contact for contact in contacts if self.native_id(contact) not in seen]
            if contacts and not new:
                raise ProviderProtocolError(f"Holded's list repeats itself after {len(seen)} contacts.")
            seen |= {self.native_id(contact) for contact in new}
            found += [_with_objects(contact) for contact in new if contact.get("type") not in SUPPLIERS]
            if not contacts or len(found) > offset + limit:
                # A short page is not the end, an empty one is.
                return Listing(found[offset : offset + limit], len(found) > offset + limit)
        raise ProviderProtocolError(f"Holded's list of contacts goes on after {MOST_PAGES} pages.")

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The one company of the key. No call names it, so it goes by the connection's own id."""
        answer = yield Call("taxes", "GET", f"{V1}/taxes")
        if not isinstance(_json(answer), list):
            raise errors.explain(answer)
        return [Company(connection.id, active=True)]

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        customer = super().parse(document, ref, whole=whole)
        if customer.contact_type is None:
            # A contact that does not say what it is.
            return replace(customer, contact_type=ContactType.UNDEFINED)
        return customer


def _path(ref: Ref) -> str:
    return f"{V1}/contacts/{ref.native_id}"


def _id_in(document: Any) -> str:
    return str(document.get("id")).lower() if isinstance(document, dict) else ""


def _json(answer: Answer) -> Any:
    """The JSON of a success."""
    if not answer.ok or errors.is_rejection(answer):
        raise errors.explain(answer)
    return read_json(answer)


def _contacts(answer: Answer) -> list[JsonObject]:
    listed = _json(answer)
    if not isinstance(listed, list):
        raise errors.explain(answer)
    if not all(isinstance(contact, dict) for contact in listed):
        raise ProviderProtocolError("Holded's list holds something else than contacts.")
    return listed


def _with_objects(contact: JsonObject) -> JsonObject:
    """The contact with its empty objects as objects: Holded shows them as lists, into which no value could be put."""
    return {**contact, **{name: {} for name in OBJECTS if contact.get(name) == []}}


def _check_shapes(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """What cannot be told would be lost with the object or list that it is in, should Holded replace that."""
    asked = {print_path(item.leaf.native): item for item in change.assignments}
    dropped = {str(place[0]) for item in change.drops for place in item.branch.drops}
    for name in _touched(change):
        for place in untold(name, current.get(name)) if name not in dropped else ():
            if place not in asked:
                words = (
                    f"This contact holds {place} in a shape that cannot be sent back, and Holded may replace {name} "
                    "whole: change it in Holded itself."
                )
                yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=("customer",))


def _other_half(change: Change, current: JsonObject) -> str | None:
    """The half of the billing country that the record has and the change leaves alone, while it changes the other."""
    kept = [path for path in COUNTRY if change.get(path) is None]
    return kept[0] if len(kept) == 1 and get(current, COUNTRY[kept[0]]) else None


def _touched(change: Change) -> list[str]:
    """The objects and lists of the contact that a change is about."""
    places = [item.leaf.native for item in change.assignments]
    places += [place for item in change.drops for place in item.branch.drops]
    return [name for name in (*OBJECTS, *LISTS) if any(place[0] == name for place in places)]
