"""Lexware Office's calls. The update replaces the whole contact: what was read goes back, the change laid over it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from urllib.parse import quote

from ...errors import ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.document import NativePath, drop, get, print_path
from ...fields.formats import UUID
from ...fields.table import Leaf
from ...fields.wire import full_record, predicted
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
from . import errors
from .fields import LISTS, TABLE, LexwareOfficeCustomerInput, LexwareOfficeDetails, kind_of
from .manifest import MANIFEST

LARGEST_PAGE = 250
WINDOW = 10_000
SHORTEST_SEARCH = 3
LONGEST_SEARCH = 100
PERSON = frozenset({"salutation", "firstName", "lastName"})
BUYER = ("xRechnung", "buyerReference")
VENDOR = ("xRechnung", "vendorNumberAtCustomer")


class LexwareOffice(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = LexwareOfficeCustomerInput
    details = LexwareOfficeDetails
    needs_current = True

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        known = connection.credentials
        return {"Authorization": f"Bearer {known.get('access_token') or known['api_key']}"}

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        if not UUID.matches(ref.native_id):
            return None
        answer = yield Call("contact", "GET", _path(ref))
        if answer.status == 404:
            return None
        if not answer.ok:
            raise errors.explain(answer)
        return _versioned(answer)

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        record = full_record(change, current, self.locate)
        if record != current:
            yield Step("contact", "PUT", _path(ref), body=_without_empty(record))

    def locate(self, leaf: Leaf, document: JsonObject) -> NativePath | None:
        """A person has its names in `person`, and none of what is kept of companies and their contact persons."""
        if leaf.native[0] != "company" or kind_of(document) != "person":
            return leaf.native
        *holder, name = leaf.native
        return ("person", name) if holder == ["company", "contactPersons", 0] and name in PERSON else None

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        yield from self._check_lists(current)
        record = predicted(change, current, self.locate)
        yield from _check_person(change, current, record)
        yield from _check_x_rechnung(change, record)

    def _check_lists(self, current: JsonObject) -> Iterator[InvalidChange]:
        """Never cut down: the second entry would be lost."""
        link = (self.manifest.web_url or "").format(id=self.native_id(current))
        for place in LISTS:
            entries = get(current, place)
            if isinstance(entries, list) and len(entries) > 1:
                words = (
                    f"This contact has {len(entries)} entries in {print_path(place)}. Lexware Office's API refuses "
                    f"every update of such a contact; it can be edited only in the web app: {link}"
                )
                yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=("customer",))

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The answer is an action result (id, version, times), not the contact."""
        _versioned(answer)
        return None

    def is_fresh(self, document: JsonObject, answers: Sequence[Answer]) -> bool:
        return all(_number(document) >= _number(_versioned(answer)) for answer in answers)

    def version(self, document: JsonObject) -> str | None:
        version = document.get("version")
        return None if version is None else str(version)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        if wanted.number is not None and not (wanted.number.isascii() and wanted.number.isdigit()):
            return Listing([], False, 0)
        if offset >= WINDOW:
            words = f"Lexware Office lists the first {WINDOW} contacts only; narrow the filter to see others."
            raise InvalidChange(ErrorCode.UNSUPPORTED, words, path=("after",))
        limit = min(limit, LARGEST_PAGE, WINDOW - offset)
        query = (("customer", "true"), *_query(wanted))
        size, pages = _pages(offset, limit)
        found: list[JsonObject] = []
        total = 0
        for page in pages:
            paging = (("page", str(page)), ("size", str(size)))
            answer = yield Call("contacts", "GET", "/v1/contacts", (*paging, *query))
            if not answer.ok:
                raise errors.explain(answer)
            rows, total = _read_page(answer)
            found += rows
        first = offset - pages[0] * size
        documents = found[first : first + limit]
        more = offset + len(documents) < total and bool(documents)
        if wanted.number is None:
            return Listing(documents, more, total)
        # The provider also finds the customer whose number as a vendor it is.
        return Listing([item for item in documents if self._customer_number(item) == wanted.number], more)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        answer = yield Call("profile", "GET", "/v1/profile")
        if not answer.ok:
            raise errors.explain(answer)
        profile = read_object(answer)
        organization, name = profile.get("organizationId"), profile.get("companyName")
        if not isinstance(organization, str) or not organization:
            raise ProviderProtocolError("Lexware Office's profile names no organization.")
        features, status = profile.get("businessFeatures"), profile.get("subscriptionStatus")
        plan = ", ".join(map(str, features)) if isinstance(features, list) else None
        active = None if status is None else status == "active"
        # The profile has no country; the product is for German businesses.
        return [Company(organization, str(name) if name else None, "DE", plan or None, active)]

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return [issue.source for issue in errors.read_issues(answer) if issue.source]

    def refused(self, answer: Answer) -> bool:
        return answer.status in errors.UNSUPPORTED or super().refused(answer)

    def native_id(self, document: JsonObject) -> str:
        return str(document["id"])

    def _customer_number(self, document: JsonObject) -> str:
        return str(get(document, ("roles", "customer", "number")))


def _path(ref: Ref) -> str:
    return f"/v1/contacts/{quote(ref.native_id, safe='')}"


def _versioned(answer: Answer) -> JsonObject:
    """A contact or an action result: what both have is an id and a version, without which no update is safe."""
    document = read_object(answer)
    if not isinstance(document.get("id"), str) or type(document.get("version")) is not int:
        raise ProviderProtocolError(
            "Lexware Office answered with neither a contact nor the result of an update.",
            provider_code=str(answer.status),
        )
    return document


def _number(document: JsonObject) -> int:
    version = document.get("version")
    return version if isinstance(version, int) else -1


def _without_empty(record: JsonObject) -> JsonObject:
    """The record without null, "" and [] in places that are known: nothing is said by leaving the value out."""
    body = deepcopy(record)
    known = [leaf.native for leaf in TABLE.leaves if leaf.fact.derived is None]
    for place in (*known, *(("person", name) for name in sorted(PERSON)), *LISTS):
        if get(body, place) in (None, "", []):
            drop(body, place)
    return body


def _check_person(change: Change, current: JsonObject, record: JsonObject) -> Iterator[InvalidChange]:
    """A person cannot lose itself: neither as the contact person that it is to us, nor with its last name."""
    if kind_of(current) != "person":
        return
    words = "A person cannot be cleared: Lexware Office needs its last name."
    for item in change.drops:
        if item.branch.path == "contactPersons":
            yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=item.path)
    last_name = change.get("contactPersons[0].lastName")
    if last_name is not None and "person" not in record:
        yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=last_name.path)


def _check_x_rechnung(change: Change, record: JsonObject) -> Iterator[InvalidChange]:
    if not get(record, BUYER) or get(record, VENDOR):
        return
    path = (*change.at, "vendorNumberAtCustomer")
    if change.get("vendorNumberAtCustomer") is not None:
        words = "vendorNumberAtCustomer cannot be cleared while buyerReference is set."
        yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=path)
    else:
        words = "Lexware Office needs vendorNumberAtCustomer beside buyerReference."
        yield InvalidChange(ErrorCode.REQUIRED, words, path=path)


def _pages(offset: int, limit: int) -> tuple[int, Sequence[int]]:
    """The page size and the page numbers that hold a stretch of the list: one page wherever one can."""
    last = offset + limit - 1
    for size in range(limit, LARGEST_PAGE + 1):
        page = offset // size
        if page == last // size and (page + 1) * size <= WINDOW:
            return size, (page,)
    return limit, (offset // limit, offset // limit + 1)


def _read_page(answer: Answer) -> tuple[list[JsonObject], int]:
    page = read_object(answer)
    rows, total = page.get("content"), page.get("totalElements")
    if not isinstance(rows, list) or not isinstance(total, int):
        raise ProviderProtocolError("Lexware Office's list is not a page of contacts.")
    return [row for row in rows if isinstance(row, dict)], total


def _query(wanted: ListFilter) -> Iterator[tuple[str, str]]:
    if wanted.number is not None:
        yield "number", wanted.number
    for name, text in (("name", wanted.name), ("email", wanted.email)):
        if text is not None:
            yield name, _search(text, name)


def _search(text: str, name: str) -> str:
    """A part of a text as the provider wants to be asked for it: wildcards escaped, then HTML-encoded.

    That a backslash is escaped by another one is inferred.
    """
    path = ("filter", name)
    if len(text) < SHORTEST_SEARCH:
        words = f"Lexware Office searches for {SHORTEST_SEARCH} characters at least."
        raise InvalidChange(ErrorCode.BAD_FORMAT, words, path=path)
    escaped = text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    encoded = html.escape(escaped, quote=False)
    if len(encoded) > LONGEST_SEARCH:
        words = f"Lexware Office searches for {LONGEST_SEARCH} characters at most, & counting as &amp;."
        raise InvalidChange(ErrorCode.TOO_LONG, words, path=path)
    return encoded
