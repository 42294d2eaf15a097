"""The e-accounting operations of BookMore. Where the dossier says "unverified", a switch plays both sides."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, Literal

from aiohttp import hdrs, web

from gql_gateway.sandbox.bookmore import seeds
from gql_gateway.sandbox.bookmore.answers import JSON, Refusal, refuse, respond, to_json, unbindable
from gql_gateway.sandbox.bookmore.customer import (
    DateStyle,
    complete,
    iso_utc,
    milliseconds_of,
    render,
    render_customer,
    replaced,
)
from gql_gateway.sandbox.bookmore.identity import CLIENT_ID, TOKEN_PATH, Identity
from gql_gateway.sandbox.bookmore.update import REQUEST_TYPE, bind, bind_guid, check
from gql_gateway.sandbox.simulator import Document, Simulator

READ_ROLE = "bookingsupplier-administrator-read"
WRITE_ROLE = "bookingsupplier-administrator-write"
MAY_WRITE = frozenset({WRITE_ROLE, "superadmin"})
MAY_READ = MAY_WRITE | {READ_ROLE}

PAGE_SIZE = 75
OTHER_FORMATS = frozenset({"application/xml", "text/xml", "text/jsv", "text/csv", "application/x-www-form-urlencoded"})
"""Bodies that BookMore reads and the stand-in does not."""

Handle = Callable[[web.Request], Awaitable[Document | list[Document]]]


class BookmoreSimulator(Simulator):
    """BookMore with one company, one signed-in user and the Visma eAccounting company behind it.

    Switches, all put back by `reset`:
    `roles` of the user; `rotates_refresh_tokens`; `unauthorized_as_text` for a bare `Unauthorized` body;
    `preserves_other_properties` (False: an update wipes what the request cannot carry, as Visma's full replace may);
    `keeps_empty_strings` (False: an emptied string is stored as null and so disappears from answers);
    `list_style` and `date_style` of the build; `unknown_customer_status` (404 or 500); `linked` to Visma.
    Records for tests: `ignored_properties` and `company_mismatches`, each in order of arrival.
    """

    integration: ClassVar[str] = "bookmore"
    token_path: ClassVar[str | None] = TOKEN_PATH

    username = seeds.USERNAME
    password = seeds.PASSWORD

    def reset(self) -> None:
        self.roles: frozenset[str] = frozenset({WRITE_ROLE})
        self.rotates_refresh_tokens = True
        self.unauthorized_as_text = False
        self.preserves_other_properties = True
        self.keeps_empty_strings = True
        self.list_style: Literal["results", "array", "older"] = "results"
        self.date_style: DateStyle = "iso"
        self.unknown_customer_status: Literal[404, 500] = 404
        self.linked = True

        self.ignored_properties: list[str] = []
        self.company_mismatches: list[str] = []

        self.api_keys: list[Document] = copy.deepcopy(seeds.API_KEYS)
        self.terms_of_payment: dict[str, Document] = {terms["Id"]: dict(terms) for terms in seeds.TERMS_OF_PAYMENT}
        self._identity = Identity(self.clock, self.username, self.password)
        self._connection = self._identity.sign_in()
        self._changed = 0
        self.records = {
            customer["Id"]: complete(customer, self.terms_of_payment)
            for customer in seeds.customers(self.terms_of_payment)
        }

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.put("/eaccounting/customers", self._guarded(self._update, MAY_WRITE)),
            web.get("/eaccounting/customers", self._guarded(self._list_customers, MAY_READ)),
            web.get("/eaccounting/termsofpayments", self._guarded(self._list_terms, MAY_READ)),
            web.get("/eaccounting/settings", self._guarded(self._settings, MAY_READ)),
            web.get("/apikeys", self._guarded(self._list_api_keys, MAY_WRITE)),
            web.get("/companies", self._guarded(self._list_companies, None)),
            web.post(TOKEN_PATH, self._token),
            web.route(hdrs.METH_ANY, "/{path:.*}", self._unrouted),
        ]

    def credentials(self) -> Mapping[str, str]:
        """The newest tokens of the sandbox's own sign-in, which is renewed when its session has ended."""
        if not self._identity.is_alive(self._connection):
            self._connection = self._identity.sign_in()
        return {
            "api_key": self.api_keys[0]["ApiKey"],
            "access_token": self._connection.access_token,
            "refresh_token": self._connection.refresh_token,
            "client_id": CLIENT_ID,
            "username": self.username,
            "password": self.password,
        }

    def company_id(self) -> str:
        return seeds.COMPANY_ID

    def expire_tokens(self) -> None:
        self._identity.expire_access_tokens()

    def touch(self, native_id: str) -> None:
        """Not through `commit`: a fault that alters the gateway's write leaves this edit alone."""
        record = self.records.get(native_id)
        if record is None:
            return
        telephone = seeds.OTHER_TELEPHONES[record.get("Telephone") == seeds.OTHER_TELEPHONES[0]]
        self.records[native_id] = self.settle({**record, "Telephone": telephone})

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The id travels in the body only."""
        given = body.get("Id") if method == "PUT" and isinstance(body, dict) else None
        return given if isinstance(given, str) else None

    def error(self, status: int) -> tuple[str, bytes]:
        if status == 401 and self.unauthorized_as_text:
            return "text/plain", b"Unauthorized"
        return JSON, to_json(refuse(status).payload)

    def settle(self, document: Document) -> Document:
        """Payment terms follow their id, and each write has its own `ChangedUtc`, also when the clock stands still."""
        self._changed = max(int(self.clock() * 1000), self._changed + 1)
        return complete({**document, "ChangedUtc": iso_utc(self._changed)}, self.terms_of_payment)

    async def _update(self, request: web.Request) -> Document:
        if request.content_type != JSON:
            raise unbindable(REQUEST_TYPE) if request.content_type in OTHER_FORMATS else refuse(415)
        update = bind(await request.read())
        self.ignored_properties += update.ignored
        self._own_company(update.company_id)
        check(update, self.terms_of_payment)
        self._require_link()
        before = self.records.get(update.id)
        if before is None:
            raise refuse(self.unknown_customer_status)
        values = update.values
        if not self.keeps_empty_strings:
            values = {name: None if value == "" else value for name, value in values.items()}
        if self.preserves_other_properties:
            after = {**before, **values}
        else:
            after = replaced(before, values, currency=seeds.CURRENCY)
        return render_customer(self.commit(update.id, after), self.date_style)

    async def _list_customers(self, request: web.Request) -> Document | list[Document]:
        self._own_company(bind_guid(request.query.get("CompanyId"), "EAccountingCustomerQuery"))
        self._require_link()
        older = self.list_style == "older"
        offset, size = self._window(request)
        found = list(self.records.values())
        page = [render_customer(record, self.date_style, nested=older) for record in found[offset:][:size]]
        return self._envelope(page, offset, len(found))

    async def _list_terms(self, request: web.Request) -> Document | list[Document]:
        self._own_company(bind_guid(request.query.get("CompanyId"), "EAccountingTermsOfPaymentQuery"))
        self._require_link()
        found = list(self.terms_of_payment.values())
        if "TermsOfPaymentTypeId" in request.query:
            kind = _whole_number(request, "TermsOfPaymentTypeId", 0, "EAccountingTermsOfPaymentQuery", minimum=0)
            found = [terms for terms in found if terms["TermsOfPaymentTypeId"] == kind]
        return self._envelope(found, 0, len(found))

    async def _settings(self, request: web.Request) -> Document:
        self._own_company(bind_guid(request.query.get("CompanyId"), "EAccountingSettingsQuery"))
        return {**seeds.SETTINGS, "Active": self.linked}

    async def _list_api_keys(self, request: web.Request) -> Document:
        keys: list[Document] = render(self.api_keys, self.date_style)
        return {"ApiKeys": keys, "ResponseStatus": {}}

    async def _list_companies(self, request: web.Request) -> Document:
        """Public data of any company; the organisation number only of the own one."""
        wanted = bind_guid(request.query.get("Id"), "CompanyQuery")
        found = [
            {name: value for name, value in company.items() if own or name != "OrganisationNumber"}
            for company in seeds.COMPANIES
            if wanted in (None, company["Id"])
            for own in (company["Id"] == seeds.COMPANY_ID,)
        ]
        return {"Offset": 0, "Total": len(found), "Results": found, "Meta": {}, "ResponseStatus": {}}

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        status, payload = self._identity.exchange(form, rotate=self.rotates_refresh_tokens)
        return web.json_response(payload, status=status, headers={"Cache-Control": "no-store"})

    async def _unrouted(self, request: web.Request) -> web.Response:
        """An id in the path is no route of this API; a known path with another verb is refused as such."""
        path = "/" + request.match_info["path"]
        if any(route.path == path for route in self.routes()):
            return web.Response(status=405, body=to_json(refuse(405).payload), content_type=JSON, charset="utf-8")
        return web.Response(status=404, text=f"Handler for Request not found (404):\n\n  Request.PathInfo: {path}\n")

    def _guarded(
        self, handle: Handle, roles: frozenset[str] | None
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Serve `handle` behind API key, access token and, where given, any of `roles`."""

        async def serve(request: web.Request) -> web.Response:
            try:
                if not (self._has_api_key(request) and self._has_access_token(request)):
                    raise refuse(401)
                if roles is not None and not roles & self.roles:
                    raise refuse(403)
                return respond(request, await handle(request))
            except Refusal as refusal:
                if refusal.status == 401 and self.unauthorized_as_text:
                    return web.Response(status=401, text="Unauthorized")
                return respond(request, refusal.payload, refusal.status)

        return serve

    def _has_api_key(self, request: web.Request) -> bool:
        """A key that is unknown, inactive, expired or used from a foreign address looks the same to the caller."""
        given = request.headers.get("x-api-key", "").lower()
        key = next((key for key in self.api_keys if key["ApiKey"] == given), None)
        if key is None or not key["Active"]:
            return False
        if (until := key.get("ExpiryDate")) and milliseconds_of(until) <= self.clock() * 1000:
            return False
        allowed = [address.strip() for address in (key.get("AllowedIpAddresses") or "").split(",") if address.strip()]
        return not allowed or request.remote in allowed

    def _has_access_token(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._identity.accepts(token.strip())

    def _own_company(self, company_id: str | None) -> None:
        """Another company's id does not fail: the call silently acts on the own company."""
        if company_id not in (None, seeds.COMPANY_ID):
            self.company_mismatches.append(str(company_id))

    def _require_link(self) -> None:
        if not self.linked:
            raise refuse(500)

    def _window(self, request: web.Request) -> tuple[int, int | None]:
        """Offset and size of the page; each build passes by the parameters of the other one."""
        query = "EAccountingCustomerQuery"
        if self.list_style == "older":
            skip = _whole_number(request, "Skip", 0, query, minimum=0)
            return skip, _whole_number(request, "Take", 0, query, minimum=0) or None
        size = _whole_number(request, "PageSize", PAGE_SIZE, query, minimum=1)
        return (_whole_number(request, "PageNumber", 1, query, minimum=1) - 1) * size, size

    def _envelope(self, page: list[Document], offset: int, total: int) -> Document | list[Document]:
        if self.list_style == "array":
            return page
        return {"Offset": offset, "Total": total, "Results": page, "Meta": {}, "ResponseStatus": {}}


def _whole_number(request: web.Request, name: str, default: int, request_type: str, *, minimum: int) -> int:
    """A number of the query string. What the host answers to a number out of range is not documented: refused here."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < minimum:
        raise unbindable(request_type)
    return int(text)
