"""The calls of the Invoicing API v1 that have to do with contacts, and those of v2 beside them.

Where the dossier says "unverified", what is done is what harms a careless client most; `Readings` and the switches
below have the other side.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, Literal

from aiohttp import hdrs, web

from ..simulator import Document, Simulator
from .answers import INVALID_KEY, NOT_FOUND, Refusal, answer, done, page, read_object, refused, typical_error
from .contact import BLANK, Readings, Writing
from .parts import EXAMPLE
from .references import EXPENSES_ACCOUNTS, GROUPS, NUMBERING_SERIES, PAYMENT_METHODS, SALES_CHANNELS, TAXES
from .seeds import API_KEY, seed_contacts
from .v2 import V2, routes

API = "/api/invoicing/v1"
CONTACTS = f"{API}/contacts"
LARGEST_PAGE = 500

Handle = Callable[[web.Request], Awaitable[web.Response]]


class HoldedSimulator(Simulator):
    """Contacts are read, updated, created and deleted; the lists they refer to are read.

    Switches a test may set, all put back by `reset`:
    `readings`: see `Readings`. `refusal_status`, `missing_status`: HTTP status of a refused value (200 or 400) and of
    an unknown id (200 or 404). `invalid_key`: the body of a 401 as JSON or as plain text. `plan_status`: 402 or 403
    for a key whose plan has no API, `None` for one that has. `rate_limit`: calls and seconds, `None` for no limit; no
    figure is published. `page_size`: at most 500. `unseen`: ids that take up a place on a page and are not shown, so
    that a page is short and not the last. `hides`: members that are stored and never shown. `v2`: see `V2`; its token
    is `seeds.V2_TOKEN`, which no sandbox connection is given.
    Records for tests: `ignored`, paths that a write passed by, in order of arrival.
    """

    integration: ClassVar[str] = "holded"

    def reset(self) -> None:
        self.readings = Readings()
        self.refusal_status: Literal[200, 400] = 200
        self.missing_status: Literal[200, 404] = 200
        self.invalid_key: Literal["json", "plain"] = "json"
        self.plan_status: Literal[402, 403] | None = None
        self.rate_limit: tuple[int, float] | None = None
        self.page_size = LARGEST_PAGE
        self.unseen: set[str] = set()
        self.hides: set[str] = set()

        self.ignored: list[str] = []

        self.v2 = V2(self)
        self._key_valid = True
        self._calls: deque[float] = deque()
        self._given_ids = 0
        self._touched = 0
        self.records = seed_contacts()

    def routes(self) -> Iterable[web.RouteDef]:
        one = CONTACTS + "/{native_id}"
        lists = {
            "taxes": TAXES,
            "paymentmethods": PAYMENT_METHODS,
            "expensesaccounts": EXPENSES_ACCOUNTS,
            "saleschannels": SALES_CHANNELS,
            "contacts/groups": GROUPS,
        }
        return [
            *(_get(f"{API}/{name}", self._guarded(_serving(rows))) for name, rows in lists.items()),
            _get(API + "/numberingseries/{kind}", self._guarded(self._list_series)),
            _get(CONTACTS + "/groups/{native_id}", self._guarded(self._show_group)),
            _get(CONTACTS, self._guarded(self._list_contacts)),
            web.post(CONTACTS, self._guarded(self._create_contact)),
            _get(one, self._guarded(self._show_contact)),
            web.put(one, self._guarded(self._update_contact)),
            web.delete(one, self._guarded(self._delete_contact)),
            *routes(lambda: self.v2),
            web.route(hdrs.METH_ANY, "/{path:.*}", self._serve_page),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_key": API_KEY}

    def expire_tokens(self) -> None:
        """The owner removes the key; nobody renews it until `reset`."""
        self._key_valid = self.v2.token_valid = False

    def touch(self, native_id: str) -> None:
        """Somebody adds a note."""
        before = self.records.get(native_id)
        if before is not None:
            self._touched += 1
            note = {"noteId": self._new_id(), "name": "", "description": f"Llamar mañana ({self._touched})"}
            more = {"color": "primary", "updatedAt": int(self.clock()), "userId": ""}
            self.records[native_id] = self.settle({**before, "notes": [*before.get("notes", []), {**note, **more}]})

    def example_id(self) -> str:
        return EXAMPLE

    def error(self, status: int) -> tuple[str, bytes]:
        if status == 401 and self.invalid_key == "plain":
            return "text/plain", INVALID_KEY.encode()
        return typical_error(status)

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        found = re.fullmatch(r"/api/(?:invoicing/v1|v2)/contacts/([^/?]+)", path)
        return found[1] if method in {hdrs.METH_PUT, hdrs.METH_DELETE} and found else None

    def settle(self, document: Document) -> Document:
        """Time and hash of the change."""
        content = {name: value for name, value in document.items() if name not in {"updatedAt", "updatedHash"}}
        stamp = hashlib.sha256(json.dumps([content, self._touched], sort_keys=True).encode()).hexdigest()[:6]
        return {**document, "updatedAt": int(self.clock()), "updatedHash": stamp}

    async def _list_contacts(self, request: web.Request) -> web.Response:
        """One page; a page that is not a number from 1 is the first, an unknown filter is none."""
        found = list(self.records.values())
        for name in ("phone", "mobile"):
            if name in request.query:
                found = [contact for contact in found if contact.get(name) == request.query[name]]
        if "customId" in request.query:
            wanted = request.query["customId"].split(",")
            found = [contact for contact in found if contact.get("customId") in wanted]
        number = request.query.get("page", "1")
        first = (max(1, int(number)) - 1 if number.isascii() and number.isdigit() else 0) * self.page_size
        window = found[first : first + self.page_size]
        return answer([self._shown(contact) for contact in window if contact["id"] not in self.unseen])

    async def _show_contact(self, request: web.Request) -> web.Response:
        return answer(self._shown(self._find(request)))

    async def _create_contact(self, request: web.Request) -> web.Response:
        sent = await read_object(request)
        native_id = self._new_id()
        blank = {"id": native_id, **deepcopy(BLANK), "createdAt": int(self.clock())}
        self.commit(native_id, self._written(blank, sent, creating=True))
        return answer(done("Created", native_id), 201)

    async def _update_contact(self, request: web.Request) -> web.Response:
        before = self._find(request)
        sent = await read_object(request)
        self.commit(before["id"], self._written(before, sent, creating=False))
        return answer(done("Updated", before["id"]))

    async def _delete_contact(self, request: web.Request) -> web.Response:
        native_id = self._find(request)["id"]
        del self.records[native_id]
        return answer(done("Successfully deleted", native_id))

    async def _list_series(self, request: web.Request) -> web.Response:
        rows = NUMBERING_SERIES.get(request.match_info["kind"])
        if rows is None:
            raise Refusal(NOT_FOUND)
        return answer(rows)

    async def _show_group(self, request: web.Request) -> web.Response:
        for group in GROUPS:
            if group["id"] == request.match_info["native_id"]:
                return answer(group)
        raise Refusal(NOT_FOUND)

    async def _serve_page(self, request: web.Request) -> web.Response:
        """Unknown paths; the methods of known ones that are not played here are no different."""
        return page()

    def _written(self, before: Document, sent: Document, *, creating: bool) -> Document:
        writing = Writing(creating, self.readings, int(self.clock()), self._new_id)
        after = writing.apply(before, sent)
        self.ignored += writing.ignored
        return after

    def _find(self, request: web.Request) -> Document:
        contact = self.records.get(request.match_info["native_id"])
        if contact is None:
            raise Refusal(NOT_FOUND)
        return contact

    def _shown(self, contact: Document) -> Document:
        return {name: value for name, value in contact.items() if name not in self.hides}

    def _new_id(self) -> str:
        self._given_ids += 1
        return f"{int(self.clock()):08x}a91d3e5f{self._given_ids:08x}"

    def _guarded(self, handle: Handle) -> Handle:
        async def serve(request: web.Request) -> web.Response:
            if not self._key_valid or request.headers.get("key") != API_KEY:
                content_type, body = self.error(401)
                return web.Response(status=401, body=body, content_type=content_type)
            if self.plan_status is not None:
                content_type, body = self.error(self.plan_status)
                return web.Response(status=self.plan_status, body=body, content_type=content_type)
            if not self._within_rate():
                content_type, body = self.error(429)
                return web.Response(status=429, body=body, content_type=content_type)
            try:
                return await handle(request)
            except Refusal as refusal:
                status = self.missing_status if refusal.words == NOT_FOUND else self.refusal_status
                return answer(refused(refusal.words), status)

        return serve

    def _within_rate(self) -> bool:
        if self.rate_limit is None:
            return True
        calls, seconds = self.rate_limit
        now = self.clock()
        while self._calls and self._calls[0] <= now - seconds:
            self._calls.popleft()
        if len(self._calls) >= calls:
            return False
        self._calls.append(now)
        return True


def _get(path: str, handle: Handle) -> web.RouteDef:
    return web.get(path, handle, allow_head=False)


def _serving(rows: list[Document]) -> Handle:
    async def serve(request: web.Request) -> web.Response:
        return answer(rows)

    return serve
