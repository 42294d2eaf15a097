"""The accounting API v3.1: the businesses of the one user, and the contacts in their books."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from aiohttp import hdrs, web

from ..simulator import Clock, Document, Simulator
from . import seeds
from .answers import BASE, JSON, ErrorShape, Refusal, invalid, not_found, typical_error, wrong
from .businesses import BUSINESSES, HOME, LEAD, Business
from .contact import derive, find_part, new_contact
from .gate import Gate, answer
from .identity import CONSENT_PATH, REVOKE_PATH, TOKEN_PATH, Identity
from .look_ups import look_up_routes
from .reading import show_contact, show_whole
from .registers import key
from .search import OF_CONTACTS, OF_ONE_CONTACT, find_contacts, known_query, list_page, one_page
from .sub_resources import SubResource
from .writing import Books, Ignored, Readings, change_contact, read_body

API = "/v3.1"
FILTER = "apiv3.1"
"""Which API the sign-in is for; it stands in the address of the page."""
DAY = 24 * 3600
OTHER_NOTES = ("A colleague rang.", "A colleague rang again.")
"""What somebody else writes into a record."""

_WRAPPERS = {"addresses": "address", "contact_persons": "contact_person"}
_ONE = re.compile(rf"{re.escape(API)}/(contacts|addresses|contact_persons)(?:/([^/?]+))?")


class SageAccountingSimulator(Simulator):
    """The contacts of the one user's businesses. `records` are the customers of the sandbox connection's business, see
    `contact.py` for their shape; `elsewhere`, by business, has all other contacts, its suppliers included; `deleted`
    those that were deleted.

    A call without `X-Business` goes to the lead business, which is another one, and nothing is said.

    Switches a test may set; `reset` leaves them as they are:
    `rate_limit`, calls and seconds of a sliding window for the app, `None` for none (how many may run at once is not
    played); `sends_retry_after`; `scope` of the tokens handed out from now on, but for those of a sign-in; `readings`,
    see `Readings`; `error_shape`; `numbers_as_text`, of balance and credit limit; `fills_next`, the links between
    pages; `ignores_header`: every call goes to the lead business; `shows_deleted`: a deleted contact can still be read,
    though never written.
    Put back by `reset`: `businesses`, by id; `lead`, whose turn it is.
    Records for tests: `ignored`, see `Ignored`; `written_against_advice`, ids of system contacts and of those whose
    personal data are gone that were written; `without_header`, calls that came without a business.
    """

    integration: ClassVar[str] = "sage_accounting"
    token_path: ClassVar[str | None] = TOKEN_PATH
    consent_path: ClassVar[str | None] = CONSENT_PATH
    client_in_body: ClassVar[bool] = True

    rate_limit: tuple[int, float] | None = (1_296_000, DAY)
    scope: Literal["full_access", "readonly"] = "full_access"
    readings: Readings = Readings()
    error_shape: ErrorShape = "array"
    sends_retry_after: bool = True
    numbers_as_text: bool = True
    fills_next: bool = False
    ignores_header: bool = False
    shows_deleted: bool = True

    def __init__(self, clock: Clock = time.time) -> None:
        self.gate = Gate(self)
        super().__init__(clock)

    def reset(self) -> None:
        self.businesses: dict[str, Business] = dict(BUSINESSES)
        self.lead = LEAD
        self.identity = Identity(self.clock, self.redirect_uris, self.scope)
        self.records = deepcopy(seeds.home_customers())
        self.elsewhere = deepcopy(seeds.others())
        self.deleted = deepcopy(seeds.deleted())
        self.ignored = Ignored()
        self.written_against_advice: list[str] = []
        self.without_header: list[str] = []
        self.gate.reset()
        self._made = 0

    def routes(self) -> Iterable[web.RouteDef]:
        of_user, of_business = self.gate.for_user, self.gate.for_business
        return [
            web.get(CONSENT_PATH, self._consent, allow_head=False),
            web.post(CONSENT_PATH, self._consent),
            web.post(TOKEN_PATH, self._token),
            web.post(REVOKE_PATH, self._revoke),
            web.get(API + "/businesses", of_user(self._list_businesses), allow_head=False),
            web.get(API + "/businesses/lead", of_user(self._show_lead), allow_head=False),
            web.get(API + "/businesses/{key}", of_user(self._show_business), allow_head=False),
            web.get(API + "/contacts", of_business(self._list_contacts), allow_head=False),
            web.post(API + "/contacts", of_business(self._create_contact)),
            web.get(API + "/contacts/{key}", of_business(self._show_contact), allow_head=False),
            web.put(API + "/contacts/{key}", of_business(self._update_contact)),
            web.delete(API + "/contacts/{key}", of_business(self._delete_contact)),
            *(route for name, wrapper in _WRAPPERS.items() for route in SubResource(self, name, wrapper).routes(API)),
            *look_up_routes(self, API),
            web.route(hdrs.METH_ANY, "/{path:.*}", self.gate.unrouted),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def company_id(self) -> str:
        return HOME

    def example_id(self) -> str:
        return seeds.EXAMPLE_ID

    def expire_tokens(self) -> None:
        self.identity.expire_access_tokens()

    def touch(self, native_id: str) -> None:
        """Not through `commit`: a fault that alters the gateway's write leaves this edit alone."""
        if native_id in self.records:
            record = self.records[native_id]
            notes = OTHER_NOTES[record.get("notes") == OTHER_NOTES[0]]
            self.records[native_id] = {**record, "notes": notes, "updated_at": self._now()}

    def serves_tokens(self, path: str) -> bool:
        return path in {CONSENT_PATH, TOKEN_PATH, REVOKE_PATH}

    def consent_url(self, base_url: str) -> str:
        return f"{base_url}{CONSENT_PATH}?filter={FILTER}"

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The contact behind an address or a person; a new one names it in its body, by way of an address."""
        found = _ONE.fullmatch(path)
        if found is None or method == "GET":
            return None
        resource, given = found.groups()
        if resource == "contacts":
            return str(given) if given else None
        if given is None:
            inside = body.get(_WRAPPERS[resource]) if isinstance(body, dict) else None
            sent = inside if isinstance(inside, dict) else {}
            if resource == "addresses":
                return str(sent["contact_id"]) if sent.get("contact_id") else None
            resource, given = "addresses", str(sent.get("address_id"))
        place = find_part(self._everybody(), resource, given)
        return str(place[0]["id"]) if place else None

    def error(self, status: int) -> tuple[str, bytes]:
        return typical_error(status, self.error_shape)

    def error_headers(self) -> Mapping[str, str]:
        return {"x_request_id": self.gate.request_id()}

    def settle(self, document: Document) -> Document:
        return derive(document)

    def commit(self, native_id: str, document: Document) -> Document:
        """Into the books that have the contact, else into those of the sandbox connection."""
        for contacts in self.elsewhere.values():
            if native_id in contacts:
                return self._store(contacts, native_id, document)
        return self._store(self.records, native_id, document)

    def _store(self, contacts: dict[str, Document], native_id: str, document: Document) -> Document:
        before = contacts.get(native_id, {})
        contacts[native_id] = deepcopy(self.settle(self.alter(before, document)))
        return contacts[native_id]

    def contacts_of(self, business_id: str) -> dict[str, Document]:
        """Everybody in the books of a business, by id."""
        at_home = self.records if business_id == HOME else {}
        return {**at_home, **self.elsewhere.get(business_id, {})}

    def _everybody(self) -> Iterator[Document]:
        yield from self.records.values()
        for contacts in self.elsewhere.values():
            yield from contacts.values()

    def books(self, business: Business, own: Document | None) -> Books:
        """`own`: the contact to be written, whose reference is free for itself."""
        others = [*self.contacts_of(business.id).values(), *self.deleted.get(business.id, {}).values()]
        taken = {each["reference"] for each in others if own is None or each["id"] != own["id"]}
        return Books(business, self.readings, self.ignored, self._now(), self._new_id, taken - {None, ""})

    def write(self, record: Document) -> Document:
        if record["system"] or record["gdpr_obfuscated"]:
            self.written_against_advice.append(record["id"])
        return self.commit(record["id"], record)

    async def read(self, request: web.Request, wrapper: str) -> dict[str, Any]:
        if request.content_type != JSON:
            raise Refusal(415)
        return read_body(await request.read(), wrapper)

    async def _consent(self, request: web.Request) -> web.Response:
        if request.query.get("filter") != FILTER:
            # What the page does for other versions of the API is unverified.
            return web.Response(status=400, text="This version of the API is not known.")
        return await self.identity.sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.Response:
        return await self.identity.exchange(request, self.scope)

    async def _revoke(self, request: web.Request) -> web.Response:
        return await self.identity.revoke(request)

    async def _list_businesses(self, request: web.Request) -> Document:
        return one_page([business.stub() for business in self.businesses.values()])

    async def _show_lead(self, request: web.Request) -> Document:
        return self.businesses[self.lead].shown()

    async def _show_business(self, request: web.Request) -> Document:
        business = self.businesses.get(request.match_info["key"])
        if business is None:
            raise not_found()
        return business.shown()

    async def _list_contacts(self, request: web.Request, business: Business) -> web.Response:
        query = known_query(request, OF_CONTACTS, self.ignored.parameters)
        deleted = self.deleted.get(business.id, {}).values()
        found = find_contacts(self.contacts_of(business.id).values(), deleted, query)

        def show(record: Document) -> Document:
            return show_contact(record, query, listed=True, numbers_as_text=self.numbers_as_text)

        return answer(list_page(found, query, "/contacts", show, fills_next=self.fills_next))

    async def _show_contact(self, request: web.Request, business: Business) -> web.Response:
        query = known_query(request, OF_ONE_CONTACT, self.ignored.parameters)
        contacts = {
            **(self.deleted.get(business.id, {}) if self.shows_deleted else {}),
            **self.contacts_of(business.id),
        }
        record = contacts.get(request.match_info["key"])
        if record is None:
            raise not_found()
        return answer(show_contact(record, query, listed=False, numbers_as_text=self.numbers_as_text))

    async def _create_contact(self, request: web.Request, business: Business) -> web.Response:
        sent = await self.read(request, "contact")
        books = self.books(business, None)
        empty = new_contact(books.new_id("contact"), business, books.now, {"name": ""})
        record = change_contact(empty, sent, books, creating=True)
        contacts = self.records if business.id == HOME else self.elsewhere.setdefault(business.id, {})
        stored = self._store(contacts, record["id"], record)
        return answer(show_whole(stored, numbers_as_text=self.numbers_as_text), 201)

    async def _update_contact(self, request: web.Request, business: Business) -> web.Response:
        sent = await self.read(request, "contact")
        before = self._find(request, business)
        record = change_contact(before, sent, self.books(business, before), creating=False)
        return answer(show_whole(self.write(record), numbers_as_text=self.numbers_as_text))

    async def _delete_contact(self, request: web.Request, business: Business) -> web.Response:
        record = self._find(request, business)
        if not record["deletable"]:
            raise invalid([wrong(BASE, "A contact with transactions can not be deleted.")])
        self.deleted.setdefault(business.id, {})[record["id"]] = {**record, "deleted_at": self._now()}
        for contacts in (self.records, *self.elsewhere.values()):
            contacts.pop(record["id"], None)
        return web.Response(status=204)

    def _find(self, request: web.Request, business: Business) -> Document:
        """The contact of the path, for a write; a deleted one is there no longer."""
        record = self.contacts_of(business.id).get(request.match_info["key"])
        if record is None:
            raise not_found()
        return deepcopy(record)

    def _new_id(self, kind: str) -> str:
        self._made += 1
        return key(f"new {kind}", self._made)

    def _now(self) -> str:
        """Whole seconds, as in every example: two writes may well have the same time."""
        return f"{datetime.fromtimestamp(self.clock(), UTC):%Y-%m-%dT%H:%M:%SZ}"
