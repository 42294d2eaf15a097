"""The calls of API v2 that have to do with contacts. ALL OF THIS IS UNVERIFIED; see `successor.py` for the sources.

Bearer token and scopes, `{items, cursor, has_more}`, problems of RFC 7807, a PUT that replaces and answers no contact.
Contacts are neither created nor deleted here. The detail of each problem, the names after `X-RateLimit-` and that an
unknown limit or cursor counts as none are choices.
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from ..simulator import Document
from .answers import Refusal, answer, read_object, to_json
from .seeds import V2_TOKEN
from .successor import Invalid, replaced, shown

if TYPE_CHECKING:
    from .simulator import HoldedSimulator

API = "/api/v2"
CONTACTS = f"{API}/contacts"
READ = "contacts:contacts.read"
WRITE = "contacts:contacts.write"
USUAL_PAGE, LARGEST_PAGE = 25, 100
FILTERS = {"phone": "phone", "mobile": "mobile", "email": "email", "custom_id": "customId", "code": "code"}
PROBLEM_JSON = "application/problem+json"

Handle = Callable[[web.Request], Awaitable[web.Response]]


class Problem(Exception):
    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers

    def answered(self) -> web.Response:
        title = HTTPStatus(self.status).phrase
        kind = f"https://api.holded.com/problems/{title.lower().replace(' ', '-')}"
        body = to_json({"type": kind, "title": title, "status": self.status, "detail": self.detail})
        return web.Response(status=self.status, body=body, content_type=PROBLEM_JSON, headers=self.headers)


class V2:
    """The second door to the same contacts. `rate_limit`: calls and seconds, or `None`. `scopes` of the token."""

    def __init__(self, simulator: HoldedSimulator) -> None:
        self._simulator = simulator
        self.rate_limit: tuple[int, float] | None = (100, 60.0)
        self.scopes = {READ, WRITE}
        self.token_valid = True
        self._calls: deque[float] = deque()

    async def list_contacts(self, request: web.Request) -> web.Response:
        found = list(self._simulator.records.values())
        for name, held in FILTERS.items():
            if name in request.query:
                found = [contact for contact in found if contact.get(held) == request.query[name]]
        return _page(request, found)

    async def search_contacts(self, request: web.Request) -> web.Response:
        """By the beginning of any word of the name, without case and accents."""
        wanted = _plain(request.query.get("name", ""))
        if not wanted:
            raise Problem(422, "name is required.")
        contacts = self._simulator.records.values()
        return _page(request, [found for found in contacts if f" {wanted}" in f" {_plain(found['name'])}"])

    async def show_contact(self, request: web.Request) -> web.Response:
        return answer(shown(self._find(request)))

    async def update_contact(self, request: web.Request) -> web.Response:
        before = self._find(request)
        try:
            sent = await read_object(request)
        except Refusal:
            raise Problem(400, "The body is not a JSON object.") from None
        try:
            after = replaced(before, sent)
        except Invalid as invalid:
            raise Problem(422, str(invalid)) from None
        self._simulator.commit(before["id"], after)
        return answer({"status": 1})

    async def show_usage(self, request: web.Request) -> web.Response:
        return answer({"period": "monthly", "usage": len(self._calls), "limit": 7500})

    async def refuse_path(self, request: web.Request) -> web.Response:
        raise Problem(404, "The requested resource was not found.")

    def _find(self, request: web.Request) -> Document:
        contact = self._simulator.records.get(request.match_info["native_id"])
        if contact is None:
            raise Problem(404, "The requested contact was not found.")
        return contact

    def admit(self, request: web.Request, scope: str | None) -> None:
        if not self.token_valid or request.headers.get(hdrs.AUTHORIZATION) != f"Bearer {V2_TOKEN}":
            raise Problem(401, "The token is missing or invalid.")
        now = self._simulator.clock()
        if self.rate_limit is not None:
            calls, seconds = self.rate_limit
            while self._calls and self._calls[0] <= now - seconds:
                self._calls.popleft()
            if len(self._calls) >= calls:
                wait = max(1, round(self._calls[0] + seconds - now))
                told = {"Retry-After": str(wait), "X-RateLimit-Limit": str(calls), "X-RateLimit-Remaining": "0"}
                raise Problem(429, "Too many requests.", told)
        self._calls.append(now)
        if scope is not None and scope not in self.scopes:
            raise Problem(403, f"The scope {scope} is missing.")


def routes(v2: Callable[[], V2]) -> Iterable[web.RouteDef]:
    """Routes to the `V2` that there is when a request comes."""
    one = CONTACTS + "/{native_id}"
    table = [
        (hdrs.METH_GET, CONTACTS, READ, V2.list_contacts),
        (hdrs.METH_GET, f"{CONTACTS}/search", READ, V2.search_contacts),
        (hdrs.METH_GET, one, READ, V2.show_contact),
        (hdrs.METH_PUT, one, WRITE, V2.update_contact),
        (hdrs.METH_GET, f"{API}/usage", None, V2.show_usage),
        (hdrs.METH_ANY, API + "/{path:.*}", None, V2.refuse_path),
    ]

    def guarded(scope: str | None, handle: Callable[[V2, web.Request], Awaitable[web.Response]]) -> Handle:
        async def serve(request: web.Request) -> web.Response:
            try:
                v2().admit(request, scope)
                return await handle(v2(), request)
            except Problem as problem:
                return problem.answered()

        return serve

    return [web.route(method, path, guarded(scope, handle)) for method, path, scope, handle in table]


def _page(request: web.Request, found: list[Document]) -> web.Response:
    """There is a cursor on the last page too: `has_more` alone tells the end."""
    limit = request.query.get("limit", "")
    size = min(int(limit), LARGEST_PAGE) if limit.isascii() and limit.isdigit() and int(limit) else USUAL_PAGE
    first = _position(request.query.get("cursor", ""))
    window = found[first : first + size]
    cursor = base64.urlsafe_b64encode(json.dumps(first + len(window)).encode()).decode()
    more = first + len(window) < len(found)
    return answer({"items": [shown(contact) for contact in window], "cursor": cursor, "has_more": more})


def _position(cursor: str) -> int:
    try:
        return max(0, int(base64.urlsafe_b64decode(cursor)))
    except (ValueError, binascii.Error):
        return 0


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
