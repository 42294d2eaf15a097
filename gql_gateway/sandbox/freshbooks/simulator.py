"""The FreshBooks API: who may act on which accounting account, and the clients of each."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, NoReturn

from aiohttp import web

from ..simulator import Document, Simulator
from .answers import (
    BUSY,
    CONFLICT,
    DELETED,
    INACTIVE_ACCOUNT,
    INVALID,
    JSON,
    REQUIRED,
    STATUSES,
    UNPARSEABLE,
    Dialect,
    Problem,
    Refusal,
    SignInRefusal,
    access_denied,
    accounting_error,
    answer,
    client_not_found,
    result,
    to_json,
    typical_error,
    unauthenticated,
)
from .businesses import ACCOUNTS, HOME_ACCOUNT, Account, identity_document
from .client import EMPTY, INCLUDES, Change, Readings, eastern, organization_of, read_change, shown, utc, with_ids
from .identity import PROFILE, READ, SCOPES, WRITE, Identity, read_form
from .search import find, paging, read_page
from .seeds import NEXT_CONTACT_ID, NEXT_ID, seed_accounts

Act = Callable[[web.Request, Account], Awaitable[web.Response]]


class FreshbooksSimulator(Simulator):
    """The clients of the sandbox connection's account are `records`, those of the other accounts `elsewhere`.

    Switches a test may set; `reset` leaves them as they are:
    `rate_limit`: calls and seconds of a sliding window, `None` for no limit. The figure is an aggregator's.
    `scopes` that a token can have at most. `reuse_ends_consent`: a refresh token used twice ends all that came from the
    same consent.
    `dialect` of accounting errors; `statuses`: HTTP status of each error number, 200 for an error inside a success.
    `invalid_token_as_message`: the newer parts' words for a bad token in place of those of sign-in.
    `readings`: see `Readings`.
    Records for tests: `ignored`, members and parameters that were passed by; `thrown_away`, members that an update
    with `vis_state` cost; both in order of arrival. `busy`: ids of clients that somebody else is writing now.
    """

    integration: ClassVar[str] = "freshbooks"
    token_path: ClassVar[str | None] = "/auth/oauth/token"
    consent_path: ClassVar[str | None] = "/oauth/authorize"
    client_in_body: ClassVar[bool] = True

    rate_limit: tuple[int, float] | None = (432_000, 86_400.0)
    scopes: Collection[str] = SCOPES
    reuse_ends_consent = True
    dialect: Dialect = "classic"
    statuses: Mapping[int, int] = STATUSES
    invalid_token_as_message = False
    readings = Readings()

    def reset(self) -> None:
        self.identity = Identity(self.clock, self.redirect_uris)
        self.accounts: dict[str, Account] = dict(ACCOUNTS)
        self.elsewhere = seed_accounts()
        self.records = self.elsewhere.pop(HOME_ACCOUNT)
        self.ignored: list[str] = []
        self.thrown_away: list[str] = []
        self.busy: set[str] = set()
        self._calls: deque[float] = deque()
        self._next_id = NEXT_ID
        self._next_contact_id = NEXT_CONTACT_ID
        self._touched = 0

    def routes(self) -> Iterable[web.RouteDef]:
        clients = "/accounting/account/{account}/users/clients"
        one = clients + "/{native_id}"
        return [
            web.get("/oauth/authorize", self._consent),
            web.post("/oauth/authorize", self._consent),
            web.post("/auth/oauth/token", self._exchange),
            web.post("/auth/oauth/revoke", self._revoke),
            web.get("/auth/api/v1/users/me", self._show_identity),
            web.get(clients, self._guard(READ, self._list_clients)),
            web.post(clients, self._guard(WRITE, self._create_client)),
            web.get(one, self._guard(READ, self._show_client)),
            web.put(one, self._guard(WRITE, self._update_client)),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def company_id(self) -> str:
        return HOME_ACCOUNT

    def expire_tokens(self) -> None:
        self.identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        """Somebody edits the note. `updated` tells only whole seconds, so it may well stay the same."""
        if native_id in self.records:
            self._touched += 1
            note = f"Edited by a colleague, {self._touched}"
            self.records[native_id] = self.settle({**self.records[native_id], "note": note})

    def error(self, status: int) -> tuple[str, bytes]:
        if status == 401:
            return JSON, to_json(self._sign_in_error(unauthenticated()))
        return typical_error(status, self.dialect)

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        match = re.fullmatch(r"/accounting/account/[^/]+/users/clients/([^/?]+)", path)
        return match[1] if match and method == "PUT" else None

    def settle(self, document: Document) -> Document:
        return {**document, "updated": eastern(self.clock())}

    def commit(self, native_id: str, document: Document) -> Document:
        """Into the books of the account that the document names."""
        books = self._books(document["accounting_systemid"])
        books[native_id] = self.settle(self.alter(books.get(native_id, {}), document))
        return books[native_id]

    async def _consent(self, request: web.Request) -> web.Response:
        return await self.identity.sign_in.serve(request)

    async def _exchange(self, request: web.Request) -> web.Response:
        try:
            form = await read_form(request)
            tokens = self.identity.exchange(form, reuse_ends_consent=self.reuse_ends_consent)
        except SignInRefusal as refusal:
            return answer(refusal.body, refusal.status)
        return answer(tokens)

    async def _revoke(self, request: web.Request) -> web.Response:
        try:
            return answer(self.identity.revoke(await read_form(request)))
        except SignInRefusal as refusal:
            return answer(refusal.body, refusal.status)

    async def _show_identity(self, request: web.Request) -> web.Response:
        try:
            if PROFILE not in self._admit(request):
                # Status and words of a missing scope are not documented here.
                raise SignInRefusal(403, "insufficient_scope", "The access token lacks the scope user:profile:read.")
        except SignInRefusal as refusal:
            return answer(self._sign_in_error(refusal), refusal.status)
        document = identity_document()
        document["subscription_statuses"] = {account.id: account.subscription for account in self.accounts.values()}
        return answer({"response": document})

    async def _list_clients(self, request: web.Request, account: Account) -> web.Response:
        page, per_page = read_page(request.query)
        found = find(self._books(account.id).values(), request.query, self.ignored)
        # The total counts what the identity may not read, too.
        readable = [client for client in found if _may_read(account, client)]
        includes = self._includes(request)
        clients = [shown(client, includes) for client in readable[(page - 1) * per_page :][:per_page]]
        return result("clients", clients, **paging(page, per_page, len(found)))

    async def _show_client(self, request: web.Request, account: Account) -> web.Response:
        client = self._find(request, account)
        if client["vis_state"] == 1 and not self.readings.shows_deleted:
            raise Refusal(Problem(DELETED, "Client is deleted.", "userid", str(client["id"])))
        return result("client", shown(client, self._includes(request)))

    async def _create_client(self, request: web.Request, account: Account) -> web.Response:
        sent = await self._read(request)
        change = read_change(sent, self.readings, creating=True)
        self.ignored += change.ignored
        number = self._next_id
        client = {
            **deepcopy(EMPTY),
            **change.values,
            "accounting_systemid": account.id,
            "id": number,
            "userid": number,
            "uuid": f"0b6f3a52-6f0d-4b0e-9a55-{number:012d}",
            "signup_date": utc(self.clock()),
        }
        client["organization"] = organization_of(client)
        if not client["organization"]:
            raise Refusal(Problem(REQUIRED, "A name, an organization or an email is required.", "organization"))
        client["username"] = client["username"] or re.sub(r"\W", "", client["organization"]).lower() + str(number)
        self._check_email(change, client, account)
        self._next_id += 1
        client["contacts"] = self._contacts(change, client) or []
        return self._stored(request, client)

    async def _update_client(self, request: web.Request, account: Account) -> web.Response:
        sent = await self._read(request)
        before = self._find(request, account)
        native_id = str(before["id"])
        if native_id in self.busy:
            raise Refusal(Problem(CONFLICT, BUSY))
        change = read_change(sent, self.readings, creating=False)
        if before["vis_state"] == 1 and "vis_state" not in change.values:
            raise Refusal(Problem(DELETED, "Client is deleted.", "userid", native_id))
        client = {**before, **change.values}
        if self.readings.refills_organization:
            client["organization"] = organization_of(client)
        self._check_email(change, client, account)
        self._check_currency(before, client)
        self.ignored += change.ignored
        self.thrown_away += change.thrown_away
        if (contacts := self._contacts(change, before)) is not None:
            client["contacts"] = contacts
        return self._stored(request, client)

    def _stored(self, request: web.Request, client: Document) -> web.Response:
        stored = self.commit(str(client["id"]), client)
        return result("client", shown(stored, self._includes(request)))

    def _contacts(self, change: Change, client: Document) -> list[Document] | None:
        if change.contacts is None:
            return None
        first, self._next_contact_id = self._next_contact_id, self._next_contact_id + len(change.contacts)
        keep = self.readings.keeps_contact_ids
        return with_ids(change.contacts, client["contacts"], first, client["userid"], keep=keep)

    def _check_email(self, change: Change, client: Document, account: Account) -> None:
        email = change.values.get("email")
        others = (other for other in self._books(account.id).values() if other["id"] != client["id"])
        if email and self.readings.unique_emails and any(other["email"] == email for other in others):
            # Number and words of this refusal are unverified.
            raise Refusal(Problem(INVALID, "This email address is already in use.", "email", email))

    def _check_currency(self, before: Document, client: Document) -> None:
        has_money = any(before.get(name) for name in INCLUDES if name.endswith("_balance"))
        if self.readings.fixes_currency and has_money and before["currency_code"] != client["currency_code"]:
            problem = Problem(INVALID, "The currency can no longer change.", "currency_code", client["currency_code"])
            raise Refusal(problem)

    def _guard(self, scope: str, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                if scope not in self._admit(request):
                    raise access_denied()
                return await act(request, self._account(request, scope))
            except Refusal as refusal:
                status = self.statuses[refusal.problems[0].errno]
                # The newer dialect speaks of the status that it would have had.
                told = STATUSES[refusal.problems[0].errno] if status == 200 else status
                return answer(accounting_error(refusal.problems, told, self.dialect), status)
            except SignInRefusal as refusal:
                return answer(self._sign_in_error(refusal), refusal.status)

        return handle

    def _sign_in_error(self, refusal: SignInRefusal) -> Document:
        if refusal.status == 401 and self.invalid_token_as_message:
            return {"message": "invalid_token: The request token failed to authenticate or validate."}
        return refusal.body

    def _admit(self, request: web.Request) -> frozenset[str]:
        """What the token of a call may do."""
        granted = self.identity.scopes_of(request.headers.get("Authorization"))
        if granted is None:
            raise unauthenticated()
        if self.rate_limit is not None:
            self._count(*self.rate_limit)
        return granted.intersection(self.scopes)

    def _count(self, calls: int, seconds: float) -> None:
        now = self.clock()
        while self._calls and self._calls[0] <= now - seconds:
            self._calls.popleft()
        if len(self._calls) >= calls:
            # Nothing is known of headers that would say how long to wait.
            raise web.HTTPTooManyRequests(text="Too Many Requests")
        self._calls.append(now)

    def _account(self, request: web.Request, scope: str) -> Account:
        account = self.accounts.get(request.match_info["account"])
        if account is None:
            # A business id in this place is answered as if the client were missing.
            raise client_not_found(request.match_info.get("native_id", request.match_info["account"]))
        if not account.active:
            raise Refusal(Problem(INACTIVE_ACCOUNT, "The account is inactive.", "accountid", account.id, None))
        if account.role == "client" and scope == WRITE:
            raise access_denied()
        return account

    def _books(self, account: str) -> dict[str, Document]:
        return self.records if account == HOME_ACCOUNT else self.elsewhere[account]

    def _find(self, request: web.Request, account: Account) -> Document:
        native_id = request.match_info["native_id"]
        client = self._books(account.id).get(native_id)
        if client is None:
            raise client_not_found(native_id)
        if not _may_read(account, client):
            raise access_denied()
        return client

    def _includes(self, request: web.Request) -> list[str]:
        asked = request.query.getall("include[]", [])
        self.ignored += [f"include[]={name}" for name in asked if name not in INCLUDES]
        return [name for name in asked if name in INCLUDES]

    async def _read(self, request: web.Request) -> Document:
        """The client inside its wrapper."""
        try:
            if request.content_type != JSON:
                raise ValueError(request.content_type)
            body = json.loads((await request.read()).decode(), parse_constant=_refuse_constant)
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
        except (ValueError, RecursionError):
            raise Refusal(Problem(UNPARSEABLE, "The server was unable to parse your request.")) from None
        client = body.get("client") if isinstance(body, dict) else None
        if not isinstance(client, dict):
            raise Refusal(Problem(REQUIRED, "A required member is missing.", "client"))
        self.ignored += [name for name in body if name != "client"]
        return client


def _may_read(account: Account, client: Document) -> bool:
    """A mere client of an account sees itself."""
    return account.role != "client" or client["userid"] == account.userid


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
