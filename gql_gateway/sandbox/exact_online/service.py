"""The REST API of all country hosts: who may call, which company, which resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import unquote

from aiohttp import hdrs, web

from gql_gateway.sandbox.exact_online import entities
from gql_gateway.sandbox.exact_online.account import derive
from gql_gateway.sandbox.exact_online.answers import (
    HTML,
    MOVED,
    Refusal,
    error_body,
    respond_list,
    respond_one,
)
from gql_gateway.sandbox.exact_online.books import (
    DIVISIONS,
    HOME,
    HOME_DIVISION,
    SITES,
    Division,
    address_states,
    currencies,
    hrm_division,
    me,
    system_division,
)
from gql_gateway.sandbox.exact_online.entities import ENTITIES, ME, Entity
from gql_gateway.sandbox.exact_online.identity import Identity
from gql_gateway.sandbox.exact_online.limits import COUNTED, CallLimits, ErrorLock
from gql_gateway.sandbox.exact_online.listing import check_options, find_page, selected, to_query
from gql_gateway.sandbox.exact_online.reading import address, find, key_of, shown
from gql_gateway.sandbox.exact_online.resources import PARTS, Resources
from gql_gateway.sandbox.exact_online.seeds import EXAMPLE_ID, NEWER, seed_records
from gql_gateway.sandbox.exact_online.writing import Books, Ignored, Readings
from gql_gateway.sandbox.simulator import Document, Simulator

_RESOURCE = re.compile(r"(?P<path>[A-Za-z]+(?:/[A-Za-z]+)+)(?:\((?P<key>.*)\))?")
_ROW = re.compile(rf"(?:/(?:{'|'.join(map(re.escape, SITES))}))?/api/v1/\d+/(crm|cashflow)/(\w+)(?:\(guid'(.+)'\))?")

RIGHTS = {
    **dict.fromkeys(("crm", "sync"), "crm accounts"),
    "cashflow": "financial cashflow",
    "general": "financial currencies",
}
"""Right by first word of the path. The lists of companies need none; what `vat` needs is unverified, none is asked."""

Right = Literal["read", "manage"]


class ExactOnlineSimulator(Simulator):
    """Accounts of several companies, the whole of each in one record:
    `{"Account", "Addresses", "Contacts", "BankAccounts", "DirectDebitMandates"}`, as reads give them.

    The Dutch host is at the mount itself, the others below `/be`, `/de`, `/co.uk`, `/fr`, `/es` and `/com`.

    Switches a test may set; `reset` leaves them as they are:
    `rate_limit`, calls a minute and a day (`None` for none); `token_limit`, token calls a day; `error_limit`, errors an
    hour on one endpoint before the key is locked, answered with `locked_status` (not documented); `rights` of the app,
    a missing name being no right; `licences`; `refusal_reason`, the `Reason` of a user or customer who is shut out;
    `needs_filter`, whether accounts are listed by certain fields only; `unknown_put_status` (403 was seen, 404 would
    be expected); `unauthorized_as_html`; `expires_in_as_number`; `bare_lists`, last pages without `results`;
    `readings`, see `Readings`.
    Records for tests: `ignored`, see `Ignored`, and `removed_divisions`.
    """

    integration: ClassVar[str] = "exact_online"
    token_path: ClassVar[str | None] = "/api/oauth2/token"
    consent_path: ClassVar[str | None] = "/api/oauth2/auth"
    client_in_body: ClassVar[bool] = True

    rate_limit: tuple[int, int] | None = (60, 5000)
    token_limit: int | None = 200
    error_limit: int | None = 10
    locked_status: int = 429
    rights: Mapping[str, Right] = dict.fromkeys(RIGHTS.values(), "manage")
    licences: frozenset[str] = frozenset({"mailbox"})
    refusal_reason: str | None = None
    needs_filter: bool = True
    unknown_put_status: int = 403
    unauthorized_as_html: bool = False
    expires_in_as_number: bool = False
    bare_lists: bool = False
    readings: Readings = Readings()

    def reset(self) -> None:
        self.divisions: dict[int, Division] = {division.code: division for division in DIVISIONS}
        self.current = {division.site: division.code for division in reversed(DIVISIONS) if division.granted}
        self.current |= {division.site: division.code for division in DIVISIONS if division.main}
        self.identities = {site: Identity(self.clock, site, self.redirect_uris) for site in SITES}
        self.ignored = Ignored()
        self.removed_divisions: list[int] = []
        self._limits, self._lock = CallLimits(), ErrorLock()
        self._created = 0
        self._stamped = 0
        self.records = seed_records()
        self.timestamps = {native_id: 1000 + place for place, native_id in enumerate(self.records)}
        self.records = {native_id: self._derived(record, None) for native_id, record in self.records.items()}
        self.resources = Resources(self)

    def routes(self) -> Iterable[web.RouteDef]:
        found: list[web.RouteDef] = []
        for site in SITES:
            at = "" if site == HOME else f"/{site}"
            found += [
                web.post(f"{at}{self.token_path}", self._token),
                web.get(f"{at}{self.consent_path}", self._consent),
                web.post(f"{at}{self.consent_path}", self._consent),
                web.route(hdrs.METH_ANY, at + "/api/v1/{rest:.*}", self._serve),
            ]
        return [*found, web.route(hdrs.METH_ANY, "/{rest:.*}", self._unrouted)]

    def credentials(self) -> Mapping[str, str]:
        return self.credentials_at(HOME)

    def credentials_at(self, site: str) -> Mapping[str, str]:
        """Those of the app registered at another country's host, which `base_url + "/" + site` stands for."""
        return self.identities[site].credentials()

    def regions(self) -> Mapping[str, tuple[str, Mapping[str, str]]]:
        names = {"co.uk": "UK", "com": "US"}
        return {
            names.get(site, site.upper()): (f"/{site}", self.credentials_at(site)) for site in SITES if site != HOME
        }

    @property
    def identity(self) -> Identity:
        """That of the sandbox connection's host."""
        return self.identities[HOME]

    def company_id(self) -> str:
        return str(HOME_DIVISION.code)

    def example_id(self) -> str:
        return EXAMPLE_ID

    def expire_tokens(self) -> None:
        for identity in self.identities.values():
            identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        """A colleague notes a call. Not through `commit`: a fault that alters the gateway's write leaves this alone."""
        record = self.records.get(native_id)
        if record is None or "Account" not in record:
            return
        stamp = self.stamp()
        account = {**record["Account"], "Remarks": f"Teruggebeld {stamp}", "Modified": stamp}
        self._store(native_id, {**record, "Account": account})

    def error(self, status: int) -> tuple[str, bytes]:
        if status == 401 and self.unauthorized_as_html:
            return HTML, MOVED
        return error_body(status)

    def serves_tokens(self, path: str) -> bool:
        return path.endswith((str(self.token_path), str(self.consent_path)))

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The account behind the row in the URL; a new row names it in its body."""
        found = _ROW.fullmatch(unquote(path).partition("?")[0])
        if found is None:
            return None
        if found[3] is None:
            given = body.get("Account") if isinstance(body, dict) else None
            return given.lower() if isinstance(given, str) else None
        native_id = found[3].lower()
        if found[2] == "Accounts":
            return native_id
        owner = self.resources.owner(found[2], native_id)
        return owner["Account"]["ID"] if owner else None

    def ids(self) -> list[str]:
        return list(self.books(HOME_DIVISION).records)

    def settle(self, document: Document) -> Document:
        before = self.records.get(document["Account"]["ID"])
        return self._derived(document, before)

    def commit(self, native_id: str, document: Document) -> Document:
        return self._store(native_id, super().commit(native_id, document))

    def books(self, division: Division) -> Books:
        """The company as a write finds it."""
        records = {
            native_id: record
            for native_id, record in self.records.items()
            if record.get("Account", {}).get("Division") == division.code
        }
        return Books(division, records, self.licences, self.readings, self.ignored, self.stamp())

    def stamp(self) -> str:
        """The time of a write; no two are the same, also when the clock stands still."""
        self._stamped = max(int(self.clock() * 1000), self._stamped + 1)
        return f"/Date({self._stamped})/"

    def new_number(self) -> int:
        self._created += 1
        return self._created

    def _store(self, native_id: str, document: Document) -> Document:
        self.records[native_id] = document
        self.timestamps[native_id] = 1 + max(self.timestamps.values(), default=0)
        return document

    def _derived(self, document: Document, before: Document | None) -> Document:
        division = self.divisions.get(document["Account"].get("Division"), HOME_DIVISION)
        books = Books(division, self.records, self.licences, self.readings, self.ignored, "")
        return derive(document, books, before)

    async def _consent(self, request: web.Request) -> web.Response:
        return await self.identities[_site(request)].sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.Response:
        return await self.identities[_site(request)].exchange(
            request, calls_a_day=self.token_limit, as_number=self.expires_in_as_number
        )

    async def _unrouted(self, request: web.Request) -> web.Response:
        return web.Response(status=405 if self.serves_tokens(request.path) else 404)

    async def _serve(self, request: web.Request) -> web.Response:
        """Sign-in, lock, limits, then the resource; the errors of a known key are counted."""
        site, rest = _site(request), request.match_info["rest"]
        division, _, path = rest.partition("/")
        identity, authorization = self.identities[site], request.headers.get("Authorization")
        found = _RESOURCE.fullmatch(path)
        endpoint = (division, found["path"] if found else path)
        now = self.clock()
        headers: dict[str, str] = {}
        if not identity.accepts(authorization):
            content = (HTML, MOVED) if self.unauthorized_as_html else (HTML, b"")
            answer = web.Response(status=401, content_type=content[0], body=content[1])
        elif self._lock.holds(identity.client_id, now):
            return web.Response(status=self.locked_status)
        else:
            if self.rate_limit is not None:
                through, headers = self._limits.take((site, division), now, self.rate_limit)
                if not through:
                    return web.Response(status=429, headers=headers)
            try:
                answer = await self._call(request, site, division, path)
            except Refusal as refusal:
                answer = refusal.answer(request)
        # A token that was never this host's belongs to no key.
        if answer.status in COUNTED and self.error_limit is not None and identity.knows(authorization):
            self._lock.note(identity.client_id, endpoint, now, self.error_limit)
        answer.headers.update(headers)
        return answer

    async def _call(self, request: web.Request, site: str, company: str, path: str) -> web.Response:
        if self.refusal_reason is not None:
            raise Refusal(403, reason=self.refusal_reason)
        if (company, path) == ("current", "Me"):
            if request.method != "GET":
                raise Refusal(405)
            moment = f"/Date({int(self.clock() * 1000)})/"
            return self._list(request, ME, [me(site, self.current[site], moment)])
        deferred = path.startswith("crm/Accounts(") and path.endswith(")/BankAccounts")
        found = _RESOURCE.fullmatch(path.removesuffix("/BankAccounts") if deferred else path)
        entity = ENTITIES.get(found["path"]) if found else None
        if found is None or entity is None or not (company.isascii() and company.isdigit()):
            raise Refusal(404)
        with_key = found["key"] is not None
        # A whole list is neither put nor deleted, and nothing is posted to one row.
        fits = {"POST": not with_key, "PUT": with_key, "DELETE": with_key}.get(request.method, True)
        if request.method not in entity.verbs or not fits:
            raise Refusal(405)
        if entity is entities.DIVISIONS:
            return self._divisions(request, site, entity, found["key"])
        division = self._enter(site, int(company))
        self._check_right(entity, request.method)
        if deferred:
            return self._deferred(request, division, found["key"])
        return await self._resource(request, entity, division, found["key"])

    def _enter(self, site: str, code: int) -> Division:
        """The company, which from now on is the user's current one."""
        division = self.divisions.get(code)
        if division is None or division.site != site or not division.granted:
            raise Refusal(403, reason="NoDivisionAccess")
        if not division.usable:
            # That archived and inactive companies answer like blocked ones, to reads too, is the strict reading.
            raise Refusal(403, reason="DivisionBlocked")
        self.current[site] = code
        return division

    def _check_right(self, entity: Entity, method: str) -> None:
        name = RIGHTS.get(entity.path.partition("/")[0])
        needed = "read" if method == "GET" else "manage"
        right = self.rights.get(name) if name else "manage"
        if right is None or (needed == "manage" and right != "manage"):
            raise Refusal(403, f"Forbidden - scope does not allow: {'read' if needed == 'read' else 'write'}")

    def _divisions(self, request: web.Request, site: str, entity: Entity, key: str | None) -> web.Response:
        """The companies granted to the app, whatever company the path names. DELETE does what it says."""
        rows = [
            system_division(division, self.current[site])
            for division in self.divisions.values()
            if division.site == site and division.granted
        ]
        if request.method == "GET":
            return self._read(request, entity, rows, key)
        row = find(entity, rows, key or "")
        self.removed_divisions.append(row["Code"])
        del self.divisions[row["Code"]]
        return web.Response(status=204)

    async def _resource(
        self, request: web.Request, entity: Entity, division: Division, key: str | None
    ) -> web.Response:
        if request.method == "GET":
            return self._read(request, entity, self._rows(entity, division), key)
        native_id = None if key is None else key_of(entity, key)
        return await self.resources.write(request, entity, division, native_id)

    def _deferred(self, request: web.Request, division: Division, key: str) -> web.Response:
        """The one collection of an account, where its `__deferred` points to: to look at only."""
        if request.method != "GET":
            raise Refusal(405)
        account = find(entities.ACCOUNTS, self._rows(entities.ACCOUNTS, division), key)
        rows = [row for row in self._rows(entities.BANK_ACCOUNTS, division) if row.get("Account") == account["ID"]]
        return self._list(request, entities.BANK_ACCOUNTS, rows)

    def _rows(self, entity: Entity, division: Division) -> list[Document]:
        mine = [
            record for record in self.records.values() if record.get("Account", {}).get("Division") == division.code
        ]
        siblings = [other for other in self.divisions.values() if other.site == division.site]
        match entity.path:
            case "crm/Accounts":
                return [record["Account"] for record in mine]
            case "sync/CRM/Accounts":
                stamps = self.timestamps
                return [
                    {"Timestamp": str(stamps.get(record["Account"]["ID"], 0)), **record["Account"]} for record in mine
                ]
            case "crm/AddressStates":
                return address_states()
            case "general/Currencies":
                return currencies(division)
            case "cashflow/PaymentConditions":
                return list(division.conditions.values())
            case "vat/VATCodes":
                return list(division.vat_codes.values())
            case "system/AllDivisions":
                return [system_division(other, self.current[division.site]) for other in siblings]
            case "hrm/Divisions":
                return [hrm_division(other) for other in siblings if other.granted]
            case _:
                return [row for record in mine for row in record.get(PARTS[entity.path], [])]

    def _read(self, request: web.Request, entity: Entity, rows: list[Document], key: str | None) -> web.Response:
        if key is None:
            return self._list(request, entity, rows)
        options = check_options(request, one=True, ignored=self.ignored.parameters)
        names = selected(entity, options, NEWER.get(entity.path, ()))
        return respond_one(request, entity, shown(request, entity, find(entity, rows, key), names))

    def _list(self, request: web.Request, entity: Entity, rows: list[Document]) -> web.Response:
        options = check_options(request, one=False, ignored=self.ignored.parameters)
        names = selected(entity, options, NEWER.get(entity.path, ()))
        page = find_page(
            entity,
            rows,
            options,
            needs_filter=self.needs_filter and bool(entity.filterable),
            page_size=entity.page_size,
        )
        following = f"{address(request)}?{to_query(page.following)}" if page.following else None
        rows = [shown(request, entity, row, names) for row in page.rows]
        return respond_list(request, entity, rows, following, bare=self.bare_lists)


def _site(request: web.Request) -> str:
    """The country host a request came to, told from the start of its path below the mount."""
    first = request.path.partition("/api/")[0].rpartition("/")[2]
    return first if first in SITES else HOME
