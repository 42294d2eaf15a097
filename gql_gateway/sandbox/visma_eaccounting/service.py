"""The customer API V2 of Visma eAccounting. Where the dossier says "unverified", a switch plays the other side."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from aiohttp import hdrs, web

from ..simulator import Document, Simulator
from . import company, seeds
from .answers import (
    CANNOT_DELETE,
    DUPLICATE,
    INVALID,
    JSON,
    NO_MODULE,
    NO_SCOPE,
    NO_STARTUP_GUIDE,
    NOT_ACTIVE,
    NOT_FOUND,
    TYPICAL,
    UNAUTHORIZED,
    UNSUPPORTED_BODY,
    WRONG_VERB,
    Reason,
    Refusal,
    error_object,
    to_json,
)
from .company import COMPANY_ID, Company
from .customer import PROPERTIES, READ_ONLY, whole
from .identity import API, CONSENT_PATH, OFFLINE, REVOCATION_PATH, SALES, SALES_READ_ONLY, TOKEN_PATH, Access, Identity
from .kinds import is_guid
from .limits import Quota
from .listing import FILTERABLE, list_page
from .update import Reading, bind, check

CUSTOMERS = "/v2/customers"
OTHER_TELEPHONES = ("0980-319298", "0980-319299")
"""What somebody else writes into a record."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

Handle = Callable[[web.Request, Company], Awaitable[Document | list[Document] | None]]


class VismaEaccountingSimulator(Simulator):
    """A token's company with its customers: `records` are those of the sandbox connection's, `elsewhere`, by company,
    the others'. A customer is one flat document; a PUT replaces it whole.

    `rate_limit`: calls a minute for one URL, `None` for no limit; `reset` leaves it as it is.

    Switches, all put back by `reset`, the same for every company. What is fixed in the documents but differs between
    companies and clients: `scopes` (of access tokens handed out from now on, but for those of a sign-in);
    `rotates_refresh_tokens` (False: a newly registered client); `company_status` (0 inactive, 1 active, 2 read-only);
    `product_variant`; `startup_guide_completed`; `has_api_module`; `not_in_vies` (VAT numbers that VIES refuses).
    The other side of what is unverified:
    `refuses_unknown_properties` (False: passed by); `refuses_missing_booleans` (False: a missing one becomes false);
    `writes_uncertain_properties` (False: a PUT leaves `SalesPriceListId`, `DiscountAgreementId`, `MessageThreads` and
    `Notes` alone); `keeps_customer_number` (True: a PUT without the number keeps it, False: it generates one);
    `keeps_empty_strings` (False: "" is stored as null); `fills_terms_wrongly` (some releases did); `limits_each_id`
    (True: the quota's URL has the id in it); `accepts_top_and_skip`; `largest_page`; `invalid_client_status`;
    `statuses` (another HTTP status for a reason of `answers`).
    Records for tests, in order of arrival: `read_only_sent` and `read_only_changed` (names passed by in a PUT, all and
    those sent with another value than the stored one), `ignored_properties`, `uncertain_properties`, `error_ids`.
    """

    integration: ClassVar[str] = "visma_eaccounting"
    token_path: ClassVar[str | None] = TOKEN_PATH
    consent_path: ClassVar[str | None] = CONSENT_PATH

    rate_limit: int | None = 600

    def reset(self) -> None:
        self.scopes = frozenset({API, OFFLINE, SALES})
        self.rotates_refresh_tokens = True
        self.company_status: Literal[0, 1, 2] = 1
        self.product_variant = company.PRO
        self.startup_guide_completed = True
        self.has_api_module = True
        self.not_in_vies = {seeds.NOT_IN_VIES}

        self.refuses_unknown_properties = True
        self.refuses_missing_booleans = True
        self.writes_uncertain_properties = True
        self.keeps_customer_number = False
        self.keeps_empty_strings = True
        self.fills_terms_wrongly = False
        self.limits_each_id = False
        self.accepts_top_and_skip = False
        self.largest_page = 100
        self.invalid_client_status: Literal[400, 401] = 400
        self.statuses: dict[Reason, int] = {}

        self.read_only_sent: list[str] = []
        self.read_only_changed: list[str] = []
        self.ignored_properties: list[str] = []
        self.uncertain_properties: list[str] = []
        self.error_ids: list[str] = []

        self.identity = Identity(self.clock, self.redirect_uris, self.scopes)
        self._quota = Quota(self.clock)
        self._changed = 0
        self.records = {customer["Id"]: self._with_terms(whole(customer)) for customer in seeds.customers()}
        sisters = {customer["Id"]: self._with_terms(whole(customer)) for customer in seeds.sister_customers()}
        self.elsewhere = {company.SISTER.id: sisters}
        later = {name for record in self.records.values() for name in record if name not in PROPERTIES}
        self.build_properties: frozenset[str] = frozenset(later)
        self.next_number = seeds.NEXT_NUMBER

    def routes(self) -> Iterable[web.RouteDef]:
        one = CUSTOMERS + "/{customer}"
        return [
            web.get(CUSTOMERS, self._reading(self._list_customers)),
            web.post(CUSTOMERS, self._writing(self._create)),
            web.get(one, self._reading(self._read)),
            web.put(one, self._writing(self._replace)),
            web.delete(one, self._writing(self._delete)),
            web.get(one + "/autoinvoicerecipients", self._reading(self._list_recipients)),
            web.get("/v2/companysettings", self._guarded(self._settings, writes=False, sales=False)),
            web.get("/v2/{register}", self._guarded(self._list_register, writes=False, sales=False)),
            web.get("/v2/{register}/{key}", self._guarded(self._read_register, writes=False, sales=False)),
            web.get(CONSENT_PATH, self._consent),
            web.post(CONSENT_PATH, self._consent),
            web.post(TOKEN_PATH, self._token),
            web.post(REVOCATION_PATH, self._revoke),
            # PATCH was shown once and postponed; PUT without an id stands in changelog entries only.
            web.route(hdrs.METH_ANY, "/{path:.*}", self._unrouted),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def company_id(self) -> str:
        return COMPANY_ID

    def example_id(self) -> str:
        return seeds.FIRST

    def expire_tokens(self) -> None:
        self.identity.expire_access_tokens()

    def change_password(self) -> None:
        """The user does: every token is dead, the refresh token too."""
        self.identity.end()

    def touch(self, native_id: str) -> None:
        """Not through `commit`: a fault that alters the gateway's write leaves this edit alone."""
        if record := self.records.get(native_id):
            telephone = OTHER_TELEPHONES[record.get("Telephone") == OTHER_TELEPHONES[0]]
            self.records[native_id] = self.settle({**record, "Telephone": telephone})

    def serves_tokens(self, path: str) -> bool:
        return path in {CONSENT_PATH, TOKEN_PATH, REVOCATION_PATH}

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        match = re.fullmatch(re.escape(CUSTOMERS) + "/([^/]+)", path)
        return match[1].lower() if match and method in {"PUT", "DELETE"} else None

    def error(self, status: int) -> tuple[str, bytes]:
        """No code is documented for other failures; 0 stands in its place."""
        reason = TYPICAL.get(status) or Reason(0, "Exception", status, "An error has occurred.")
        return JSON, to_json(self._explain(reason, reason.words))

    def settle(self, document: Document) -> Document:
        """`TermsOfPayment` follows its id; each write has its own `ChangedUtc`, also when the clock stands still."""
        self._changed = max(int(self.clock() * 1_000_000), self._changed + 1)
        moment = _EPOCH + self._changed * _TICK
        return self._with_terms({**document, "ChangedUtc": f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"})

    def _with_terms(self, document: Document) -> Document:
        terms = company.find("termsofpayments", document.get("TermsOfPaymentId") or "")
        if self.fills_terms_wrongly:
            terms = next(other for other in company.TERMS_OF_PAYMENT if other is not terms)
        return {**document, "TermsOfPayment": None if terms is None else dict(terms)}

    def customers(self, owner: Company) -> dict[str, Document]:
        return self.records if owner.id == COMPANY_ID else self.elsewhere[owner.id]

    def _store(self, owner: Company, native_id: str, document: Document) -> Document:
        """Into the books of the company; faults alter what is written to those of the sandbox connection."""
        if owner.id == COMPANY_ID:
            return self.commit(native_id, document)
        stored = self.elsewhere[owner.id][native_id] = self.settle(document)
        return stored

    async def _list_customers(self, request: web.Request, owner: Company) -> Document:
        return self._page(request, self.customers(owner).values(), FILTERABLE)

    async def _read(self, request: web.Request, owner: Company) -> Document:
        return self.customers(owner)[self._known_id(request, owner)]

    async def _list_recipients(self, request: web.Request, owner: Company) -> list[Document]:
        """Empty for private persons. What a recipient looks like is not documented: nobody else has one either."""
        self._known_id(request, owner)
        return []

    async def _replace(self, request: web.Request, owner: Company) -> Document:
        native_id = self._known_id(request, owner)
        before = self.customers(owner)[native_id]
        kept = {name: before[name] for name in READ_ONLY if name in before}
        return self._store(owner, native_id, {**whole(kept), **await self._bound(request, owner, before)})

    async def _create(self, request: web.Request, owner: Company) -> Document:
        values = await self._bound(request, owner, {})
        native_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"visma eaccounting created {self._changed}"))
        account = company.guid("account", 1)
        return self._store(owner, native_id, {**whole({"Id": native_id, "PayToAccountId": account}), **values})

    async def _delete(self, request: web.Request, owner: Company) -> None:
        native_id = self._known_id(request, owner)
        if self.customers(owner)[native_id]["LastInvoiceDate"]:
            raise Refusal(CANNOT_DELETE)
        del self.customers(owner)[native_id]

    async def _bound(self, request: web.Request, owner: Company, before: Document) -> Document:
        """The values a customer is given, all of them, after every check."""
        if request.content_type != JSON:
            raise Refusal(UNSUPPORTED_BODY)
        reading = Reading(
            build=self.build_properties,
            refuses_unknown=self.refuses_unknown_properties,
            refuses_missing_flags=self.refuses_missing_booleans,
            writes_uncertain=self.writes_uncertain_properties,
            keeps_empty_strings=self.keeps_empty_strings,
        )
        update = bind(await request.read(), before, reading)
        self.read_only_sent += update.read_only
        self.read_only_changed += [name for name, sent in update.read_only.items() if sent != before.get(name)]
        self.ignored_properties += update.unknown
        self.uncertain_properties += update.uncertain
        values = update.values
        check(values, variant=self.product_variant, not_registered=self.not_in_vies)
        number = values["CustomerNumber"] or (before.get("CustomerNumber") if self.keeps_customer_number else None)
        own = before.get("Id")
        if any(other["CustomerNumber"] == number for key, other in self.customers(owner).items() if key != own):
            raise Refusal(DUPLICATE, f"A customer with CustomerNumber {number} exists already.")
        return {
            **values,
            "CustomerNumber": number or self._generate_number(),
            "CurrencyCode": values["CurrencyCode"] or company.CURRENCY,
        }

    def _generate_number(self) -> str:
        self.next_number += 1
        return str(self.next_number - 1)

    def _known_id(self, request: web.Request, owner: Company) -> str:
        """That a path without a guid is refused as invalid, rather than not found, is unverified."""
        given = request.match_info["customer"]
        if not is_guid(given):
            raise Refusal(INVALID, f"The value '{given}' is not valid for customerId.")
        if given.lower() not in self.customers(owner):
            raise Refusal(NOT_FOUND)
        return given.lower()

    async def _settings(self, request: web.Request, owner: Company) -> Document:
        return company.settings(
            owner,
            status=self.company_status,
            variant=self.product_variant,
            next_number=self.next_number,
            modules=["api_standard"] if self.has_api_module else [],
        )

    async def _list_register(self, request: web.Request, owner: Company) -> Document:
        return self._page(request, self._register(request), ())

    async def _read_register(self, request: web.Request, owner: Company) -> Document:
        self._register(request)
        entry = company.find(request.match_info["register"], request.match_info["key"])
        if entry is None:
            raise Refusal(NOT_FOUND, "The entry was not found.")
        return entry

    def _register(self, request: web.Request) -> tuple[Document, ...]:
        register = company.LISTS.get(request.match_info["register"])
        if register is None:
            raise Refusal(NOT_FOUND, "The resource was not found.")
        return register

    def _page(self, request: web.Request, found: Iterable[Document], filterable: Iterable[str]) -> Document:
        return list_page(
            found,
            request.query,
            now=self.clock(),
            largest_page=self.largest_page,
            filterable=frozenset(filterable),
            top_and_skip=self.accepts_top_and_skip,
        )

    async def _consent(self, request: web.Request) -> web.Response:
        return await self.identity.sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.Response:
        return await self.identity.exchange(
            request, self.scopes, rotates=self.rotates_refresh_tokens, invalid_client=self.invalid_client_status
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        return await self.identity.revoke(request, invalid_client=self.invalid_client_status)

    async def _unrouted(self, request: web.Request) -> web.Response:
        known = any(route.path == "/" + request.match_info["path"].rstrip("/") for route in self.routes())
        known = known or re.fullmatch(r"v2/[^/]+(/[^/]+)?", request.match_info["path"]) is not None
        return self._answer_error(Refusal(WRONG_VERB) if known else Refusal(NOT_FOUND, "The resource was not found."))

    def _reading(self, handle: Handle) -> Callable[[web.Request], Awaitable[web.Response]]:
        return self._guarded(handle, writes=False, sales=True)

    def _writing(self, handle: Handle) -> Callable[[web.Request], Awaitable[web.Response]]:
        return self._guarded(handle, writes=True, sales=True)

    def _guarded(
        self, handle: Handle, *, writes: bool, sales: bool
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Serve `handle` to whom may: with a good token, within the quota, with the scope, at a company that works."""

        async def serve(request: web.Request) -> web.Response:
            try:
                access = self._admit(request, writes=writes)
                if sales:
                    self._require_company(writes=writes)
                payload = copy.deepcopy(await handle(request, access.company))
            except Refusal as refusal:
                return self._answer_error(refusal)
            body = b"" if payload is None else to_json(payload)
            return web.Response(body=body, content_type=JSON, charset="utf-8")

        return serve

    def _admit(self, request: web.Request, *, writes: bool) -> Access:
        access = self.identity.access_of(request.headers.get("Authorization"))
        if access is None:
            raise Refusal(UNAUTHORIZED)
        self._quota.count(self._counted_url(request), self.rate_limit)
        if API not in access.scopes:
            raise Refusal(NO_SCOPE, f"No access to scope {API}.")
        if SALES not in access.scopes and (writes or SALES_READ_ONLY not in access.scopes):
            raise Refusal(NO_SCOPE, f"No access to scope {SALES if writes else SALES_READ_ONLY}.")
        # How a company without the service answers is unverified: as one without the module.
        if not self.has_api_module or not access.company.has_eaccounting:
            raise Refusal(NO_MODULE)
        return access

    def _counted_url(self, request: web.Request) -> str:
        """What a quota is for. Whether the id counts as part of the URL is unverified: all ids and verbs share one."""
        resource = request.match_info.route.resource
        together = "customer" in request.match_info and resource is not None and not self.limits_each_id
        return resource.canonical if together and resource is not None else request.path

    def _require_company(self, *, writes: bool) -> None:
        """Which of these also close `companysettings` is unverified: its `CompanyStatus` stays readable here."""
        if self.company_status == 0 or (writes and self.company_status == 2):
            raise Refusal(NOT_ACTIVE)
        if not self.startup_guide_completed:
            raise Refusal(NO_STARTUP_GUIDE)
        if self.product_variant == company.BOOKKEEPING:
            raise Refusal(NO_MODULE, "No access to module: invoicing")

    def _answer_error(self, refusal: Refusal) -> web.Response:
        status = self.statuses.get(refusal.reason, refusal.reason.status)
        body = to_json(self._explain(refusal.reason, refusal.words))
        return web.Response(status=status, body=body, content_type=JSON, charset="utf-8")

    def _explain(self, reason: Reason, words: str) -> Document:
        error_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"visma eaccounting error {len(self.error_ids)}"))
        self.error_ids.append(error_id)
        return error_object(reason, words, error_id)
