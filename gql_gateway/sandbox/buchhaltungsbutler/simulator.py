"""The calls of API v1 that have to do with debtors. Where the dossier says "unverified", a switch plays both sides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, Literal

from aiohttp import hdrs, web

from ..simulator import Document, Simulator
from . import seeds
from .answers import (
    COOKIES,
    HEADERS,
    INVALID_FIELD,
    NO_CONTENT,
    NO_DEBTOR,
    NOT_POST,
    RESTRICTED,
    UNKNOWN_CUSTOMER,
    UNKNOWN_CUSTOMER_OF_BATCH,
    WRONG_NEW_NUMBER,
    Error,
    Refusal,
    TooMany,
    envelope,
    page,
    rows,
    typical_error,
)
from .debtor import (
    AFTER_AN_UPDATE,
    COLLECTIVE,
    FIRST,
    LAST,
    Empty,
    Rules,
    new_debtor,
    read_number,
    read_values,
    replaced,
)
from .gate import Body, Gate, read_body
from .ledger import EXCLUDE_FLAGS, payment_accounts, posting_accounts, window

API = "/api/v1"
LIST = f"{API}/settings/get/debtors"
UPDATE = f"{API}/settings/update/debtor"
ADD = f"{API}/settings/add/debtor"
ADD_BATCH = f"{API}/settings/add-batch/debtors"
POSTING_ACCOUNTS = f"{API}/settings/get/postingaccounts"
ACCOUNTS = f"{API}/accounts/get"
WRITES = frozenset({UPDATE, ADD, ADD_BATCH})

PAGE_SIZE = 25

Handle = Callable[[Body], Document]


class BuchhaltungsbutlerSimulator(Simulator):
    """One API client, one customer account of it that is active and one that is not.

    Switches, all put back by `reset`, the safer or stricter reading first (but no length that nobody has told of):
    `partial` (False: an update empties what it leaves out); `empty_values` and `null_values` ("refused",
    "refused_where_formed" for country, VAT number, IBAN, BIC and mail address only, "stored" as an empty text,
    "ignored"); `longest` text in characters, None for any, `cuts_long_values`; `takes_number_as_text` in a JSON update;
    `update_answers_customer_number`; `lists_collective_account`; `largest_limit` of the debtor list or None;
    `list_order`; `rate_limit` as calls and seconds or None, `limit_status` (429 with a page, or 403 with code 15);
    `may_write`; `customers`: the api_keys that belong to the client and whether each is active.
    Records for tests: `ignored`, pairs of path and property that nobody looked at; `cookies_sent_back`, names of
    cookies that a caller kept.
    Records and field faults go by the names a debtor is read under.
    """

    integration: ClassVar[str] = "buchhaltungsbutler"

    def reset(self) -> None:
        self.partial = True
        self.empty_values: Empty = "refused"
        self.null_values: Empty = "refused"
        self.longest: int | None = None
        self.cuts_long_values = False
        self.takes_number_as_text = False
        self.update_answers_customer_number = False
        self.lists_collective_account = False
        self.largest_limit: int | None = PAGE_SIZE
        # By name, so that a number tells nothing about the page it stands on.
        self.list_order: Literal["name", "postingaccount_number"] = "name"
        self.rate_limit: tuple[int, float] | None = (100, 60.0)
        self.limit_status: Literal[429, 403] = 429
        self.may_write = True
        self.customers = {seeds.API_KEY: True, seeds.INACTIVE_API_KEY: False}

        self.ignored: list[tuple[str, str]] = []
        self.cookies_sent_back: list[str] = []

        self._gate = Gate(self.clock)
        self._answered = 0
        self.records = seeds.debtors()

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.route(hdrs.METH_ANY, LIST, self._guarded(self._list)),
            web.route(hdrs.METH_ANY, UPDATE, self._guarded(self._update, writes=True)),
            web.route(hdrs.METH_ANY, ADD, self._guarded(self._add, writes=True)),
            web.route(
                hdrs.METH_ANY,
                ADD_BATCH,
                self._guarded(self._add_batch, writes=True, unknown=UNKNOWN_CUSTOMER_OF_BATCH),
            ),
            web.route(hdrs.METH_ANY, POSTING_ACCOUNTS, self._guarded(self._list_posting_accounts)),
            web.route(hdrs.METH_ANY, ACCOUNTS, self._guarded(self._list_accounts)),
            web.route(hdrs.METH_ANY, "/{path:.*}", self._nothing_here),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_client": seeds.API_CLIENT, "api_secret": seeds.API_SECRET, "api_key": seeds.API_KEY}

    def expire_tokens(self) -> None:
        """There are no tokens: the client's secret stops working, and nobody renews it until `reset`."""
        self._gate.close()

    def touch(self, native_id: str) -> None:
        """Somebody names another contact person, which no version shows. Faults on the gateway's write spare it."""
        if record := self.records.get(native_id):
            known = record["contact_person_name"] == seeds.OTHER_CONTACTS[0]
            self.records[native_id] = {**record, "contact_person_name": seeds.OTHER_CONTACTS[known]}

    def example_id(self) -> str:
        return seeds.EXAMPLE

    def error(self, status: int) -> tuple[str, bytes]:
        return typical_error(status)

    def error_headers(self) -> Mapping[str, str]:
        return HEADERS

    def writes(self, method: str, path: str, body: Any) -> bool:
        """Everything is a POST; the path alone tells."""
        return method == hdrs.METH_POST and path in WRITES

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The number travels in the body only, as a JSON integer or in a form."""
        if path != UPDATE:
            return None
        if isinstance(body, str):
            try:
                body = read_body(body.encode(), "application/x-www-form-urlencoded").given
            except Refusal:
                return None
        number = body.get("postingaccount_number") if isinstance(body, dict) else None
        return str(number) if isinstance(number, int | str) else None

    def _list(self, body: Body) -> Document:
        self._note(LIST, set(body.given) - {"api_key", "limit", "offset"})
        found = [dict(record) for record in self.records.values()]
        if self.lists_collective_account:
            found.append(new_debtor(COLLECTIVE, "Sammelkonto Debitoren"))
        found.sort(
            key=lambda row: (row["name"] if self.list_order == "name" else "", int(row["postingaccount_number"]))
        )
        return rows(window(body, found, default=PAGE_SIZE, largest=self.largest_limit))

    def _update(self, body: Body) -> Document:
        native_id = str(read_number(body, text_too=self.takes_number_as_text))
        before = self.records.get(native_id)
        if before is None:
            raise Refusal(NO_DEBTOR)
        said = read_values(body.given, self._rules(), but=("api_key", "postingaccount_number"))
        self._note(UPDATE, said.ignored)
        stored = self.commit(native_id, {**before, **said.values} if self.partial else replaced(before, said.values))
        data = {name: stored.get(name) for name in AFTER_AN_UPDATE}
        if self.update_answers_customer_number:
            data["customer_number"] = stored.get("customer_number")
        return {"success": True, "data": data, "message": ""}

    def _add(self, body: Body) -> Document:
        return self._add_one(ADD, body.given, but=("api_key", "postingaccount_number"))

    def _add_batch(self, body: Body) -> Document:
        """Debtors and errors in one answer with 200. What a batch that is none gets is not described."""
        given = body.given.get("debtors")
        members = list(given.values()) if body.form and isinstance(given, dict) else given
        if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
            raise Refusal(NO_CONTENT)
        added: list[Document] = []
        errors: list[Document] = []
        for member in members:
            try:
                added.append(self._add_one(ADD_BATCH, member, but=("postingaccount_number",)))
            except Refusal as refusal:
                errors.append({**refusal.document(), "request_data": [member]})
        return {"success": True, "debtors": added, "errors": errors}

    def _add_one(self, path: str, given: Document, *, but: tuple[str, ...]) -> Document:
        number = self._new_number(given.get("postingaccount_number"))
        said = read_values(given, self._rules(), but=but)
        if "name" not in said.values:
            raise Refusal(INVALID_FIELD["name"])
        self._note(path, said.ignored)
        self.commit(str(number), {**new_debtor(number, said.values["name"]), **said.values})
        return {"success": True, "postingaccount_number": str(number), "message": ""}

    def _new_number(self, given: object) -> int:
        """A number that is free. Here it is a string, in an update an integer."""
        if given is None:
            return next(number for number in range(FIRST, LAST + 1) if str(number) not in self.records)
        if not isinstance(given, str) or not (given.isascii() and given.isdigit()) or given in self.records:
            raise Refusal(WRONG_NEW_NUMBER)
        if len(given) != len(str(LAST)) or not FIRST <= int(given) <= LAST:
            raise Refusal(WRONG_NEW_NUMBER)
        return int(given)

    def _list_posting_accounts(self, body: Body) -> Document:
        self._note(POSTING_ACCOUNTS, set(body.given) - {"api_key", "limit", "offset", "order", *EXCLUDE_FLAGS})
        return rows(posting_accounts(body, self.records.values()))

    def _list_accounts(self, body: Body) -> Document:
        self._note(ACCOUNTS, set(body.given) - {"api_key"})
        return rows(payment_accounts())

    def _rules(self) -> Rules:
        return Rules(self.empty_values, self.null_values, self.longest, self.cuts_long_values)

    def _note(self, path: str, names: Iterable[str]) -> None:
        self.ignored += [(path, name) for name in sorted(names)]

    def _guarded(
        self, handle: Handle, *, writes: bool = False, unknown: Error = UNKNOWN_CUSTOMER
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Serve `handle` behind method, API client, api_key and limit."""

        async def serve(request: web.Request) -> web.Response:
            try:
                if request.method != hdrs.METH_POST:
                    raise Refusal(NOT_POST)
                self._gate.client(request)
                body = read_body(await request.read(), request.content_type)
                key = self._gate.customer(body, self.customers, unknown)
                if not self._gate.count(key, self.rate_limit):
                    # What exceeding it answers is unverified; no header tells how long to wait in either case.
                    raise Refusal(RESTRICTED) if self.limit_status == 403 else TooMany
                if writes and not self.may_write:
                    raise Refusal(unknown)
                return self._finish(request, envelope(handle(body)))
            except Refusal as refusal:
                return self._finish(request, envelope(refusal.document(), refusal.status))
            except TooMany:
                return self._finish(request, page(429))

        return serve

    async def _nothing_here(self, request: web.Request) -> web.Response:
        return self._finish(request, page(404))

    def _finish(self, request: web.Request, answer: web.Response) -> web.Response:
        """Headers and cookies as the original sends them. Cookies that come back are noted: nobody needs them."""
        self.cookies_sent_back += [name for name in request.cookies if name in COOKIES]
        self._answered += 1
        answer.headers.update(HEADERS)
        for name in COOKIES:
            answer.set_cookie(name, f"{name.lower()}-{self._answered}", secure=name == "bbutler", httponly=True)
        return answer
