"""The Fortnox API of one company: PUT is partial, `API_BLANK` empties, one refusal at a time."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

from aiohttp import web

from ..simulator import Document, Simulator
from .answers import (
    BAD_ACCEPT,
    BAD_CONTENT_TYPE,
    BAD_JSON,
    BAD_VALUE,
    CUSTOMER_NOT_FOUND,
    NO_LICENCE,
    NUMBER_USED,
    WRONG_BODY,
    Refusal,
    TooManyRequests,
    Unauthorized,
    typical_error,
)
from .codes import REGISTERS
from .customer import change, check_stored, derive
from .identity import Identity
from .references import References
from .search import list_page
from .seeds import COMPANY, MODIFIED, REFERENCES, USED_NUMBERS, seed_customers

Act = Callable[[web.Request], Awaitable[web.Response]]


class FortnoxSimulator(Simulator):
    """Switches a test may set; `reset` leaves them as they are.

    `rate_limit`: calls and seconds of the sliding window, `None` for no limit.
    `scopes`: what the app may do; a token may do what of it was consented to. `renumbers`: whether a PUT may change
    `CustomerNumber` (unverified; `False` refuses it). `revalidates`: an update fails when a stored code no longer
    exists, sent or not (reported on articles).
    """

    integration = "fortnox"
    token_path = "/oauth-v1/token"
    consent_path = "/oauth-v1/auth"
    rate_limit: tuple[int, float] | None = (25, 5.0)
    scopes: frozenset[str] = frozenset({"companyinformation", "customer"})
    renumbers = True
    revalidates = False

    def reset(self) -> None:
        self.identity = Identity(self.clock, self.redirect_uris, self.scopes, COMPANY["CompanyName"])
        self.registers = dict(REGISTERS)
        self.records = {number: derive(document) for number, document in seed_customers().items()}
        self.modified = {number: MODIFIED + 3600.0 * i for i, number in enumerate(self.records)}
        self.used_numbers = set(USED_NUMBERS)
        self.references = References(REFERENCES)
        self._calls: deque[float] = deque()
        self._touched = 0

    def routes(self) -> Iterable[web.RouteDef]:
        customer, reference = "/3/customers/{number}", "/3/customerreferences/{row_id}"
        return [
            web.post(self.token_path, self.exchange),
            web.get(self.consent_path, self.consent),
            web.post(self.consent_path, self.consent),
            web.get("/3/companyinformation", self._guard("companyinformation", self.show_company)),
            web.get("/3/customers", self._guard("customer", self.list_customers)),
            web.get(customer, self._guard("customer", self.show_customer)),
            web.put(customer, self._guard("customer", self.update_customer)),
            web.get("/3/customerreferences", self._guard("customer", self.list_references)),
            web.post("/3/customerreferences", self._guard("customer", self.add_reference)),
            web.get(reference, self._guard("customer", self.show_reference)),
            web.put(reference, self._guard("customer", self.update_reference)),
            web.delete(reference, self._guard("customer", self.remove_reference)),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def expire_tokens(self) -> None:
        self.identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        """Somebody edits the comments; Fortnox has no version that could show it."""
        self._touched += 1
        words = f"Ändrad av en kollega, {self._touched}"
        self._store(native_id, {**self.records[native_id], "Comments": words})

    def error(self, status: int) -> tuple[str, bytes]:
        return typical_error(status)

    def serves_tokens(self, path: str) -> bool:
        return path.startswith("/oauth-v1/")

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        if match := re.fullmatch(r"/3/customers/([^/]+)", path):
            return unquote(match[1])
        if (match := re.fullmatch(r"/3/customerreferences/([0-9]{1,10})", path)) and int(
            match[1]
        ) in self.references.rows:
            return str(self.references.rows[int(match[1])]["CustomerNumber"])
        if path == "/3/customerreferences" and isinstance(body, dict):
            row = body.get("CustomerReferenceRow")
            return str(row.get("CustomerNumber")) if isinstance(row, dict) else None
        return None

    def settle(self, document: Document) -> Document:
        return derive(document)

    def commit(self, native_id: str, document: Document) -> Document:
        stored = super().commit(native_id, document)
        return self._store(native_id, stored)

    def _store(self, native_id: str, document: Document) -> Document:
        self.records[native_id] = document
        self.modified[native_id] = self.clock()
        return document

    async def consent(self, request: web.Request) -> web.Response:
        return await self.identity.sign_in.serve(request)

    async def exchange(self, request: web.Request) -> web.Response:
        return await self.identity.exchange(request)

    async def show_company(self, request: web.Request) -> web.Response:
        return _answer({"CompanyInformation": COMPANY})

    async def list_customers(self, request: web.Request) -> web.Response:
        return _answer(list_page(self.records.values(), self.modified, request.query))

    async def show_customer(self, request: web.Request) -> web.Response:
        return _answer({"Customer": self.records[self._find(request)]})

    async def update_customer(self, request: web.Request) -> web.Response:
        sent = await _read(request, "Customer")
        number = self._find(request)
        changed = change(self.records[number], sent, self.registers)
        if self.revalidates:
            check_stored(changed, self.registers)
        self._check_number(number, changed["CustomerNumber"])
        stored = self.commit(number, changed)
        self._move(number, stored["CustomerNumber"])
        return _answer({"Customer": stored})

    async def list_references(self, request: web.Request) -> web.Response:
        for name in request.query:
            if name != "customer":
                raise Refusal(BAD_VALUE, name)
        return _answer(self.references.of(request.query.get("customer")))

    async def show_reference(self, request: web.Request) -> web.Response:
        return _answer(self.references.one(request.match_info["row_id"]))

    async def add_reference(self, request: web.Request) -> web.Response:
        sent = await _read(request, "CustomerReferenceRow")
        if sent.get("CustomerNumber", "") not in {"", *self.records}:
            raise Refusal(CUSTOMER_NOT_FOUND, status=404)
        return _answer(self.references.add(sent), status=201)

    async def update_reference(self, request: web.Request) -> web.Response:
        sent = await _read(request, "CustomerReferenceRow")
        return _answer(self.references.change(request.match_info["row_id"], sent))

    async def remove_reference(self, request: web.Request) -> web.Response:
        self.references.remove(request.match_info["row_id"])
        return web.Response(status=204)

    def _guard(self, scope: str, act: Act) -> Act:
        async def handle(request: web.Request) -> web.Response:
            try:
                self._admit(request, scope)
                return await act(request)
            except Refusal as refusal:
                return refusal.answer()

        return handle

    def _admit(self, request: web.Request, scope: str) -> None:
        granted = self.identity.scopes_of(request.headers.get("Authorization"))
        if granted is None:
            raise Unauthorized
        self._count()
        if scope not in self.scopes & granted:
            raise Refusal(NO_LICENCE, status=403)
        # JSON or XML by `Accept`; what `*/*` brings is not described, so JSON has to be asked for.
        if "application/json" not in [part.partition(";")[0].strip() for part in _accept(request)]:
            raise Refusal(BAD_ACCEPT)

    def _count(self) -> None:
        """Hold the sliding window; whether refused calls count is unverified, here they do not."""
        if self.rate_limit is None:
            return
        calls, seconds = self.rate_limit
        now = self.clock()
        while self._calls and self._calls[0] <= now - seconds:
            self._calls.popleft()
        if len(self._calls) >= calls:
            raise TooManyRequests
        self._calls.append(now)

    def _find(self, request: web.Request) -> str:
        number = request.match_info["number"]
        if number not in self.records:
            raise Refusal(CUSTOMER_NOT_FOUND, status=404)
        return number

    def _check_number(self, old: str, new: str) -> None:
        if new == old:
            return
        if not self.renumbers:
            raise Refusal(BAD_VALUE, "CustomerNumber")
        if new in self.records or new in self.used_numbers:
            raise Refusal(NUMBER_USED, message=f"Kundnummer {new} används redan.")

    def _move(self, old: str, new: str) -> None:
        """The number is the key: a changed one moves the record, and the old one stays used."""
        if new == old:
            return
        self.records[new] = self.records.pop(old)
        self.modified[new] = self.modified.pop(old)
        self.used_numbers.add(old)
        self.references.rename(old, new)


def _accept(request: web.Request) -> list[str]:
    return ",".join(request.headers.getall("Accept", [])).lower().split(",")


async def _read(request: web.Request, wrapper: str) -> Document:
    """The document inside its wrapper."""
    if request.content_type != "application/json":
        raise Refusal(BAD_CONTENT_TYPE)
    raw = await request.read()
    if not raw.strip():
        raise Refusal(WRONG_BODY)
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
    except (ValueError, RecursionError):
        raise Refusal(BAD_JSON) from None
    document = body.get(wrapper) if isinstance(body, dict) and set(body) == {wrapper} else None
    if not isinstance(document, dict) or not document:
        raise Refusal(WRONG_BODY)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _answer(document: Document, *, status: int = 200) -> web.Response:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, text=body, content_type="application/json")
