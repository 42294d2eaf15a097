"""The accounting API of the companies that consented. One company is one realm with tokens of its own."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, Literal
from urllib.parse import unquote

from aiohttp import hdrs, web

from ..simulator import Document, Simulator
from . import seeds
from .answers import (
    BAD_NUMBER,
    GONE,
    MISSING,
    NO_ACCESS,
    NOT_A_CHOICE,
    NOT_FOUND,
    OVERTAKEN,
    REQUEST_USED,
    RULE,
    STALE,
    SUBSCRIPTION_ENDED,
    UNSUPPORTED,
    WRONG_REALM,
    EdgeRefusal,
    Problem,
    Refusal,
    moment,
    page,
    refuse,
    respond,
    throttled,
    typical_error,
    wants_xml,
)
from .books import Books
from .customer import MASKED, Sent, check, masked, read_object
from .identity import CONSENT_PATH, REVOKE_PATH, SCOPE, TOKEN_PATH, Identity, token_answer
from .query import parse, parse_moment
from .rules import Policy, check_known, check_rules, pass_by
from .update import Reading, Writing

MINOR_VERSION = 75
KNOWN_PARAMETERS = frozenset({"minorversion", "operation", "requestid", "include", "query", "entities", "changedSince"})

Act = Callable[[web.Request, Books], Awaitable[Document]]


class QuickbooksSimulator(Simulator):
    """Switches a test may set; `reset` leaves them as they are.

    `rate_limit`: pairs of calls and seconds, sliding, for each realm; `None` for no limit. `throttle_status`: 403 is
    what older material shows. `retry_after`: seconds to name in that header of a 429 (unverified, so none).
    `capitalised_edge`: 401, 403 and 429 in the other dialect. `refusal_status`: 200 plays faults inside a success.
    `scopes` of the tokens; `user_is_admin`: without, everything is 401 with code 120.
    `renews_after`: how long a refresh token stays the same, in seconds; 0 renews it with every refresh.
    `merges_nested`: a sparse update merges inside addresses, phones, mail and web instead of replacing them.
    `clears_by`: what empties a text in a sparse update; of `""` and `None`, the other is passed by.
    `clears_references`: `{"value": ""}` empties a reference; otherwise it is an invalid one.
    `shared_rows_move_together`: an address row shared by billing and shipping changes for both.
    `refuses_alpha2_countries`, `refuses_unknown` properties, `refuses_balance` that is not the stored one.
    `replays_requests`: a `requestid` sent again with the same content gets the same answer; otherwise code 600.
    `reactivation_restores_name`: the suffix ` (deleted)` goes with a re-activation.
    `updates_inactive`: an inactive customer can be changed without being activated.
    `deactivates_with_balance`: an open balance is written off; otherwise it forbids making a customer inactive.
    `enforces_regions`: properties that the documents limit to some countries are not stored elsewhere.
    `automated_sales_tax`: on, tax codes are set by the system; off, exemption reasons mean nothing; `None`: both kept.
    `lists_old_tokens`: a list shows the `SyncToken` before the newest one, as one report says.

    Records for tests, forgotten by `reset`, each in order of arrival: `ignored_properties` and `ignored_parameters`
    taken and not stored, `minor_versions` as given, `masks_stored` (names of tax ids overwritten by their own mask),
    `account_moves` (customers whose old transactions were moved by `include=updateaccountontxns`).
    """

    integration: ClassVar[str] = "quickbooks"
    token_path: ClassVar[str | None] = TOKEN_PATH
    consent_path: ClassVar[str | None] = CONSENT_PATH

    rate_limit: tuple[tuple[int, float], ...] | None = ((500, 60.0), (10, 1.0))
    throttle_status: Literal[429, 403] = 429
    retry_after: int | None = None
    capitalised_edge = False
    refusal_status: Literal[400, 200] = 400
    scopes: frozenset[str] = frozenset({SCOPE})
    user_is_admin = True
    renews_after = 0.0
    merges_nested = False
    clears_by: frozenset[str | None] = frozenset({""})
    clears_references = False
    shared_rows_move_together = False
    refuses_alpha2_countries = True
    refuses_unknown = True
    refuses_balance = True
    replays_requests = True
    reactivation_restores_name = False
    updates_inactive = False
    deactivates_with_balance = False
    enforces_regions = False
    automated_sales_tax: bool | None = None
    lists_old_tokens = False

    def reset(self) -> None:
        self.companies: dict[str, Books] = {books.realm_id: books for books in seeds.companies()}
        names = {realm_id: books.info["CompanyName"] for realm_id, books in self.companies.items()}
        self.identity = Identity(self.clock, self.redirect_uris, names)
        self.records = self.companies[seeds.REALM].customers
        self.ignored_properties: list[str] = []
        self.ignored_parameters: list[str] = []
        self.minor_versions: list[str | None] = []
        self.masks_stored: list[str] = []
        self.account_moves: list[str] = []
        self._calls: dict[str, deque[float]] = {}
        self._answers = 0
        self._touched = 0

    def routes(self) -> Iterable[web.RouteDef]:
        company = "/v3/company/{realm}"
        return [
            web.get(CONSENT_PATH, self._consent),
            web.post(CONSENT_PATH, self._consent),
            web.post(TOKEN_PATH, self._token),
            web.post(REVOKE_PATH, self._revoke),
            web.get(company + "/companyinfo/{id}", self._guard(self._show_company)),
            web.get(company + "/customer/{id}", self._guard(self._show_customer)),
            web.post(company + "/customer", self._guard(self._write_customer)),
            web.get(company + "/query", self._guard(self._query)),
            web.post(company + "/query", self._guard(self._query)),
            web.get(company + "/cdc", self._guard(self._list_changes)),
            web.route(hdrs.METH_ANY, "/{path:.*}", self._unrouted),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials(seeds.REALM)

    def credentials_of(self, realm_id: str) -> Mapping[str, str]:
        """The tokens of another company's consent."""
        return self.identity.credentials(realm_id)

    def company_id(self) -> str:
        return seeds.REALM

    def example_id(self) -> str:
        return seeds.EXAMPLE

    def expire_tokens(self) -> None:
        self.identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        """Not through `commit`: a fault that alters the caller's write leaves this edit alone."""
        self._touched += 1
        record = {**self.records[native_id], "Notes": f"Called back by Mara, {self._touched}"}
        self.records[native_id] = self._settled(self.companies[seeds.REALM], record)

    def error(self, status: int) -> tuple[str, bytes]:
        return typical_error(status, self.clock())

    def error_headers(self) -> Mapping[str, str]:
        return {"intuit_tid": self._tid()}

    def serves_tokens(self, path: str) -> bool:
        return path in {CONSENT_PATH, TOKEN_PATH, REVOKE_PATH}

    def writes(self, method: str, path: str, body: Any) -> bool:
        """A query may be a POST too."""
        return method == "POST" and path.startswith("/v3/company/") and path.endswith("/customer")

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The id travels in the body; a customer about to be made, or another company's, is none of the records."""
        given = body.get("Id") if isinstance(body, dict) else None
        own = unquote(path) == f"/v3/company/{seeds.REALM}/customer"
        return given if own and isinstance(given, str) else ""

    def settle(self, document: Document) -> Document:
        return self._settled(self.companies[seeds.REALM], document)

    async def _consent(self, request: web.Request) -> web.Response:
        return await self.identity.sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.Response:
        return token_answer(*await self.identity.exchange(request, self.renews_after), self._tid())

    async def _revoke(self, request: web.Request) -> web.Response:
        return token_answer(*await self.identity.revoke(request), self._tid())

    async def _unrouted(self, request: web.Request) -> web.Response:
        """Also for a known path with another verb; the original's answer to that is not described."""
        return page(404, self._tid())

    async def _show_company(self, request: web.Request, books: Books) -> Document:
        if request.match_info["id"] != books.realm_id:
            raise refuse(NOT_FOUND, GONE)
        return {"CompanyInfo": _info(books)}

    async def _show_customer(self, request: web.Request, books: Books) -> Document:
        """An inactive customer is still read."""
        found = books.customers.get(request.match_info["id"])
        if found is None:
            raise refuse(NOT_FOUND, GONE)
        return {"Customer": masked(found)}

    async def _query(self, request: web.Request, books: Books) -> Document:
        text = request.query.get("query", "")
        if request.method == "POST":
            if request.content_type != "application/text":
                raise refuse(UNSUPPORTED, f"Content type {request.content_type} is not supported")
            text = (await request.read()).decode(errors="replace")
        if not text.strip():
            raise refuse(MISSING, "Required parameter query is missing in the request", "query")
        tables = {**books.registers, "Customer": self._listed(books), "CompanyInfo": {"1": _info(books)}}
        statement = parse(text, tables)
        return {"QueryResponse": statement.run(tables[statement.entity].values())}

    async def _list_changes(self, request: web.Request, books: Books) -> Document:
        if request.query.get("entities") != "Customer":
            raise refuse(NOT_A_CHOICE, "Only changes of Customer are kept here", "entities")
        try:
            since = parse_moment(request.query.get("changedSince", ""))
        except ValueError:
            raise refuse(MISSING, "changedSince has to be a date or time", "changedSince") from None
        found = [
            row
            for row in self._listed(books).values()
            if parse_moment((row.get("MetaData") or {}).get("LastUpdatedTime", "1970-01-01")) >= since
        ]
        changes = {"Customer": found, "startPosition": 1, "maxResults": len(found)} if found else {}
        return {"CDCResponse": [{"QueryResponse": [changes]}]}

    async def _write_customer(self, request: web.Request, books: Books) -> Document:
        if request.content_type != "application/json":
            # The original reads XML too, the stand-in does not; what it says to others is not described.
            raise refuse(UNSUPPORTED, f"Content type {request.content_type} is not supported")
        if books.ended:
            raise refuse(SUBSCRIPTION_ENDED, "Subscription period has ended or canceled or there was a billing problem")
        raw, key = await request.read(), request.query.get("requestid")
        if key in books.requests:
            content, status, payload = books.requests[key]
            if content != raw or not self.replays_requests:
                raise refuse(REQUEST_USED, f"Request id {key} has been used before")
            if status != 200:
                raise _Replayed(payload, status)
            return payload
        try:
            answer = {"Customer": masked(self._write(read_object(raw), books, request.query))}
        except Refusal as refusal:
            if key:
                # Whether a refused request uses up its id is unverified.
                books.requests[key] = (raw, self._status(refusal), refusal.payload(self.clock()))
            raise
        if key:
            books.requests[key] = (raw, 200, deepcopy(answer))
        return answer

    def _write(self, body: Document, books: Books, query: Mapping[str, str]) -> Document:
        sent = check(body, refuses_unknown=self.refuses_unknown)
        if (operation := query.get("operation", "update")) not in {"update", "create"}:
            raise refuse(RULE, f"Operation {operation} is not supported for customers")
        if sent.id is None and query.get("operation") == "update":
            raise refuse(MISSING, "Required parameter Id is missing in the request", "Id")
        before: Document = {} if sent.id is None else check_known(sent, books)
        if before and sent.token != before.get("SyncToken"):
            raise refuse(STALE, OVERTAKEN)
        ignored = pass_by(sent, before, books, self._policy())
        writing = Writing(before, sent, self._reading(), books.row_id)
        after = writing.apply() | {name: before[name] for name in ignored if name in before}
        check_rules(before, after, sent, books, self._policy())
        self.ignored_properties += [*writing.ignored, *ignored]
        self._note(sent, before, query)
        native_id = sent.id or books.new_id()
        if not before:
            after |= {"Id": native_id, "BalanceWithJobs": after["Balance"], "IsProject": False}
        return self._store(books, native_id, after)

    def _note(self, sent: Sent, before: Document, query: Mapping[str, str]) -> None:
        """What the original does without a word and nobody should have asked for."""
        for name in MASKED:
            value = sent.values.get(name)
            if value and value == masked(before).get(name) != before.get(name):
                self.masks_stored.append(name)
        if query.get("include") == "updateaccountontxns" and before and not sent.sparse:
            self.account_moves.append(before["Id"])

    def _store(self, books: Books, native_id: str, document: Document) -> Document:
        if books.customers is self.records:
            stored = self.commit(native_id, document)
        else:
            stored = books.customers[native_id] = self._settled(books, document)
        books.refresh_below(native_id)
        return stored

    def _settled(self, books: Books, document: Document) -> Document:
        return books.stamp(books.derive(document), self.clock())

    def _listed(self, books: Books) -> dict[str, Document]:
        rows = {native_id: masked(row) for native_id, row in books.customers.items()}
        if not self.lists_old_tokens:
            return rows
        return {
            native_id: {**row, "SyncToken": str(max(int(row.get("SyncToken", "0")) - 1, 0))}
            for native_id, row in rows.items()
        }

    def _reading(self) -> Reading:
        return Reading(
            merges_nested=self.merges_nested,
            clears_by=self.clears_by,
            clears_references=self.clears_references,
            shared_rows_move_together=self.shared_rows_move_together,
            refuses_alpha2_countries=self.refuses_alpha2_countries,
        )

    def _policy(self) -> Policy:
        return Policy(
            enforces_regions=self.enforces_regions,
            automated_sales_tax=self.automated_sales_tax,
            updates_inactive=self.updates_inactive,
            deactivates_with_balance=self.deactivates_with_balance,
            reactivation_restores_name=self.reactivation_restores_name,
            refuses_balance=self.refuses_balance,
        )

    def _guard(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                books = self._admit(request)
                payload, status = await act(request, books), 200
                payload = {**payload, "time": moment(self.clock(), milliseconds=True)}
            except _Replayed as replayed:
                payload, status = replayed.payload, replayed.status
            except Refusal as refusal:
                payload, status = refusal.payload(self.clock()), self._status(refusal)
            answer = respond(payload, status, self._tid(), xml=wants_xml(request))
            if status == 429 and self.retry_after is not None:
                answer.headers["Retry-After"] = str(self.retry_after)
            return answer

        return handle

    def _status(self, refusal: Refusal) -> int:
        return self.refusal_status if refusal.status == 400 else refusal.status

    def _admit(self, request: web.Request) -> Books:
        realm = self.identity.admit(request.headers.get("Authorization"), capitalised=self.capitalised_edge)
        if realm != request.match_info["realm"] or SCOPE not in self.scopes:
            raise EdgeRefusal(WRONG_REALM, capitalised=self.capitalised_edge)
        self._count(realm)
        if not self.user_is_admin:
            # The shape of this one is not recorded; the type is the schema's, misspelt as there.
            problem = Problem(NO_ACCESS, "The user who connected this company has no access to it any more")
            raise Refusal(problem, status=401, type="AuthorizatonFault")
        self._check_parameters(request)
        return self.companies[realm]

    def _check_parameters(self, request: web.Request) -> None:
        """Versions below 75 and none at all mean 75. That later ones and nonsense are refused is a choice."""
        version = request.query.get("minorversion")
        self.minor_versions.append(version)
        self.ignored_parameters += [name for name in request.query if name not in KNOWN_PARAMETERS]
        if version is not None and not (version.isascii() and version.isdigit() and int(version) <= MINOR_VERSION):
            raise refuse(BAD_NUMBER, f"minorversion {version} is not supported", "minorversion")

    def _count(self, realm: str) -> None:
        """Hold the sliding windows; whether refused calls count is unverified, here they do not."""
        if self.rate_limit is None:
            return
        calls, now = self._calls.setdefault(realm, deque()), self.clock()
        longest = max(seconds for _, seconds in self.rate_limit)
        while calls and calls[0] <= now - longest:
            calls.popleft()
        for most, seconds in self.rate_limit:
            if sum(at > now - seconds for at in calls) >= most:
                raise throttled(status=self.throttle_status, capitalised=self.capitalised_edge)
        calls.append(now)

    def _tid(self) -> str:
        self._answers += 1
        digest = hashlib.sha256(f"quickbooks tid {self._answers}".encode()).hexdigest()[:24]
        return f"1-{int(self.clock()):08x}-{digest}"


class _Replayed(Exception):
    """An answer given before, to be given again."""

    def __init__(self, payload: Document, status: int) -> None:
        super().__init__(status)
        self.payload = payload
        self.status = status


def _info(books: Books) -> Document:
    """The company as it is shown. Words of the subscription other than `PAID` are unverified: `EXPIRED` stands in."""
    if not books.ended:
        return books.info
    values = [
        {**pair, "Value": "EXPIRED"} if pair["Name"] == "SubscriptionStatus" else pair
        for pair in books.info["NameValue"]
    ]
    return {**books.info, "NameValue": values}
