"""sevdesk's calls. A customer is spread over several resources: one document to read, a plan of calls to write."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change, Entry
from ...fields.convert import as_text, as_time
from ...fields.document import ANY, MISSING, NativePath, Select, get
from ...fields.table import Leaf
from ...fields.wire import full_record
from ...model.connection import Connection
from ...model.customer import Company, ContactPerson, Customer
from ...model.json import Json, JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
from ..entries import check_known_again, unmet
from . import errors
from .answers import BASE, check_deleted, told_object, told_objects
from .fields import ID, TABLE, SevdeskCustomerInput, SevdeskDetails, is_organisation
from .manifest import MANIFEST
from .reading import PAGE, read_document
from .steps import Update

PERSON_ONLY = frozenset({"surename", "familyname", "titel", "academicTitle", "gender", "birthday"})
CUSTOMERS = (("category[id]", "3"), ("category[objectName]", "Category"))
NO_OBJECT_YET = "account"
"""The company of an account that has no contact yet, and so nothing that would tell its id."""


class Sevdesk(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = SevdeskCustomerInput
    details = SevdeskDetails
    needs_current = True
    listed = frozenset(
        {"contactType", "companyName", "number", "vatId", "taxNumber", "bankAccounts", "paymentTerms", "notes"}
        | {"active", "createdAt", "updatedAt"}
    )

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        """The bare token: no `Bearer`, no `Token`."""
        return {"Authorization": connection.credentials["api_token"]}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not ID.matches(ref.native_id):
            return None
        document = yield from read_document(ref.native_id)
        return document

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Generator[Step, Answer | None, None]:
        if current is None:
            return
        news = unmet(change, current, self.locate)
        yield from Update(news, current, full_record(news, current, self.locate), self.locate).plan()

    def locate(self, leaf: Leaf, document: JsonObject) -> NativePath | None:
        """A person is its own and only contact person, without a name of a company and without further persons."""
        place = leaf.native
        if place[0] not in ("contact", "persons"):
            return place
        if is_organisation(document):
            return None if place[0] == "contact" and place[1] in PERSON_ONLY else place
        if place[0] == "contact":
            return None if place[1] == "name" else place
        # What is deeper are the communication ways of a contact person: those of a person are the contact's own.
        return ("contact", place[2]) if len(place) == 3 else None

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        yield from _check_countries(change, current)
        if is_organisation(current):
            yield from check_known_again(change, current, "contactPersons", "contact persons have this name")
        else:
            yield from _check_person(change, current)

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """One resource, never all of the customer."""
        if step.method == "DELETE":
            check_deleted(answer)
        elif step.writes:
            told_object(answer)
        return None

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        limit = min(limit, PAGE)
        # Without a depth, persons are missing.
        query = (("depth", "1"), *CUSTOMERS, *_query(wanted))
        paging = (("offset", str(offset)), ("limit", str(limit)), ("countAll", "true"))
        answer = yield Call("contacts", "GET", f"{BASE}/Contact", (*query, *paging))
        if not answer.ok:
            raise errors.explain(answer)
        found = told_objects(answer)
        total = _total(answer)
        more = len(found) == limit if total is None else offset + len(found) < total
        return Listing([{"contact": item} for item in found], bool(found) and more, total)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The account of the token. No call tells of it, but each of its objects names its id."""
        answer = yield Call("first contact", "GET", f"{BASE}/Contact", (("depth", "1"), ("limit", "1")))
        if not answer.ok:
            raise errors.explain(answer)
        ids = [as_text(get(item, ("sevClient", "id"))) for item in told_objects(answer)]
        return [Company(next(filter(None, ids), NO_OBJECT_YET), active=True)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return errors.blamed(answer)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        if change.get("category") is not None:
            yield "A contact of another category than 3 (customer) is no longer in sevdesk's lists of customers."

    def native_id(self, document: JsonObject) -> str:
        id = as_text(get(document, ("contact", "id")) or None)
        if id is None:
            raise ProviderProtocolError("sevdesk's answer holds a contact without an id.")
        return id

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """The numbers of the countries are only for writing; a person is its own contact person, by its own id."""
        customer = super().parse(_shown(document), ref, whole=whole)
        if is_organisation(document):
            return customer
        person, *_ = (*customer.contact_persons, ContactPerson())
        return replace(customer, contact_persons=(replace(person, id=self.native_id(document)),))


def _shown(document: JsonObject) -> JsonObject:
    """The document without the numbers of the countries, and each address with the one of its country."""
    countries = document.get("countries")
    shown: JsonObject = {name: value for name, value in document.items() if name != "countries"}
    if isinstance(countries, dict):
        shown["addresses"] = [_with_country(address, countries) for address in _objects(document, "addresses")]
    return shown


def _with_country(address: JsonObject, countries: JsonObject) -> JsonObject:
    country = address.get("country")
    if not isinstance(country, dict):
        return address
    codes = {str(id): code for code, id in countries.items()}
    code = country.get("code")
    known = codes.get(str(country.get("id")), code)
    if known == code or code not in countries:
        return address
    return {**address, "country": {**country, "id": countries[str(code)]}}


def _check_countries(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    for item in change.assignments:
        is_country = item.leaf.native[-2:] == ("country", "code") and not item.clears
        if is_country and get(current, ("countries", item.value)) is MISSING:
            words = f"sevdesk has no country {item.value}."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=item.path)


def _check_person(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """A person has one contact person, itself, and cannot be cleared or given another."""
    own = str(get(current, ("contact", "id")))
    for drop in change.drops:
        if drop.branch.path == "contactPersons":
            words = "A person is its own contact person and cannot be cleared."
            yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=drop.path)
    for number, entry in enumerate(change.entries):
        if number:
            words = "A person has no contact persons beside itself."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=entry.path)
        elif entry.by_id and _id_of(entry) != own:
            words = "The customer has no entry of contactPersons with this id."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=(*entry.path, "id"))


def _id_of(entry: Entry) -> str | None:
    selected = entry.place[-1]
    return str(selected.where[0][1]) if isinstance(selected, Select) and selected != ANY else None


def _objects(document: JsonObject, name: str) -> list[Any]:
    entries = document.get(name)
    return entries if isinstance(entries, list) else []


def _total(answer: Answer) -> int | None:
    """A text; without `countAll` there is none."""
    total: Json = read_object(answer).get("total")
    return int(total) if isinstance(total, str) and total.isdecimal() else total if isinstance(total, int) else None


def _query(wanted: ListFilter) -> Iterator[tuple[str, str]]:
    if wanted.number is not None:
        yield "customerNumber", wanted.number
    if wanted.name is not None:
        yield "name", wanted.name
    if wanted.updated_since is not None and (since := as_time(wanted.updated_since)) is not None:
        # Unix seconds, as one client sends them, strictly after: the second before belongs to it.
        yield "updateAfter", str(max(0, int(since.timestamp()) - 1))
