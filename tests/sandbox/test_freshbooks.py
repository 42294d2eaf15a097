"""The FreshBooks simulator over real HTTP: each strictness rule and each oddity, with a test that can fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from yarl import URL

from gql_gateway.sandbox.freshbooks import FreshbooksSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document

HOME, TRIAL, CANCELLED, UNLINKED, FOREIGN = "q7Rt2X", "mB4kW9", "tZ81Qa", "hN62Pv", "gX5Yd3"
PLAIN = "778899"
RICH = "778900"
ARCHIVED, DELETED = "778906", "778907"
ME = "/auth/api/v1/users/me"
TOKEN = "/auth/oauth/token"
REVOKE = "/auth/oauth/revoke"
TWELVE_HOURS = 43_200

# Restated from sections 5 and 6 of the dossier.
TEXTS = """
    organization fname lname email bus_phone mob_phone fax p_street p_street2 p_city p_province p_code p_country
    s_street s_street2 s_city s_province s_code s_country currency_code language username
    """.split()
NULLABLE = "home_phone note vat_name vat_number company_industry company_size".split()
FLAGS = "pref_email pref_gmail allow_late_fees allow_late_notifications allow_email_include_pdf".split()
READ_ONLY = """
    id userid uuid accounting_systemid role level signup_date updated last_login last_activity num_logins notified
    subdomain direct_link_token statement_token has_retainer retainer_id exceeds_client_limit
    """.split()
BALANCES = "outstanding_balance credit_balance draft_balance overdue_balance grand_total_balance".split()
INCLUDED = [*BALANCES, "contacts", "late_reminders", "late_fee"]
PLAIN_MEMBERS = {*TEXTS, *NULLABLE, *FLAGS, *READ_ONLY, "vis_state"}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        assert self.content_type == "application/json", self.text
        return json.loads(self.text)

    @property
    def client(self) -> Document:
        assert self.status == 200, self.text
        assert set(self.body["response"]) == {"result"}
        found = self.body["response"]["result"]["client"]
        assert isinstance(found, dict)
        return found

    @property
    def problems(self) -> list[tuple[int, str | None]]:
        """Number and member of each error in the classic dialect."""
        assert set(self.body) == {"response"}
        assert set(self.body["response"]) == {"errors"}
        errors = self.body["response"]["errors"]
        return [(error["errno"], error.get("field")) for error in (errors if isinstance(errors, list) else [errors])]

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and word of an error of the sign-in endpoints."""
        assert set(self.body) == {"error", "error_description"}
        return self.status, self.body["error"]


@dataclass
class Provider:
    simulator: FreshbooksSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession
    clock: Any

    async def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str | None
    ) -> Answer:
        """A call as the dossier says; headers are written with underscores, `None` leaves one out."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.simulator.credentials()['access_token']}",
            "Content-Type": "application/json" if body is not None or raw is not None else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.request(
            method,
            URL(self.sandbox.url("freshbooks") + path, encoded=True),
            data=json.dumps(body).encode() if raw is None and body is not None else raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers, await answer.text())

    async def put(self, native_id: str = PLAIN, account: str = HOME, query: str = "", **members: Any) -> Answer:
        return await self.call("PUT", path(native_id, account) + query, {"client": members})

    async def post(self, account: str = HOME, query: str = "", **members: Any) -> Answer:
        return await self.call("POST", path(account=account) + query, {"client": members})

    async def get(self, native_id: str = PLAIN, *includes: str, account: str = HOME) -> Answer:
        return await self.call("GET", path(native_id, account) + including(*includes))

    async def page(self, query: str = "", account: str = HOME) -> Document:
        answer = await self.call("GET", path(account=account) + query)
        assert answer.status == 200, answer.text
        found = answer.body["response"]["result"]
        assert set(found) == {"clients", "page", "pages", "per_page", "total"}
        assert isinstance(found, dict)
        return found

    async def found(self, **query: str) -> set[str]:
        """The ids of the clients that a search finds, of a list that is long enough for all."""
        page = await self.page("?" + urlencode({"per_page": 100, **{wire(n): v for n, v in query.items()}}))
        assert page["pages"] <= 1
        return {str(client["id"]) for client in page["clients"]}

    async def renew(self, content_type: str = "application/x-www-form-urlencoded", **form: Any) -> Answer:
        """A refresh as it should be, but for `form`; `None` leaves a parameter out."""
        held = {name: value for name, value in self.simulator.credentials().items() if name != "access_token"}
        whole = {"grant_type": "refresh_token", **held, **form}
        return await self.token(TOKEN, {n: v for n, v in whole.items() if v is not None}, content_type)

    async def token(self, at: str, form: Mapping[str, Any], content_type: str = "application/json") -> Answer:
        raw = json.dumps(form) if content_type == "application/json" else urlencode(form)
        return await self.call("POST", at, raw=raw.encode(), Authorization=None, Content_Type=content_type)

    def stored(self, native_id: str = PLAIN) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def read(self, **readings: Any) -> None:
        self.simulator.readings = replace(self.simulator.readings, **readings)


def path(native_id: str | None = None, account: str = HOME) -> str:
    clients = f"/accounting/account/{account}/users/clients"
    return clients if native_id is None else f"{clients}/{native_id}"


def including(*names: str) -> str:
    return "?" + "&".join(f"include[]={name}" for name in names) if names else ""


def wire(name: str) -> str:
    return name if name in {"page", "per_page", "sort"} else f"search[{name}]"


def changed(before: Document, after: Document) -> set[str]:
    return {name for name in before | after if before.get(name, ...) != after.get(name, ...)}


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = FreshbooksSimulator(clock)
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session, clock)


# Who may call


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Bearer", "Basic Zm9vOmJhcg==", ""])
@pytest.mark.parametrize("at", [path(), path(PLAIN), ME, path(PLAIN, "nobody")])
async def test_without_a_good_token_nothing_is_told(provider: Provider, at: str, authorization: str | None) -> None:
    answer = await provider.call("GET", at, Authorization=authorization)
    assert answer.refusal == (401, "unauthenticated")
    assert answer.body["error_description"] == "This action requires authentication to continue."


async def test_the_newer_words_for_a_bad_token(provider: Provider) -> None:
    provider.simulator.invalid_token_as_message = True
    words = {"message": "invalid_token: The request token failed to authenticate or validate."}
    answer = await provider.call("GET", path(), Authorization="Bearer nonsense")
    assert (answer.status, answer.body) == (401, words)
    assert json.loads(provider.simulator.error(401)[1]) == words


async def test_a_write_without_token_changes_nothing(provider: Provider) -> None:
    before = provider.stored()
    answer = await provider.call("PUT", path(PLAIN), {"client": {"fname": "X"}}, Authorization="Bearer nonsense")
    assert answer.status == 401
    assert provider.stored() == before


async def test_the_scheme_of_the_token_is_bearer(provider: Provider) -> None:
    token = provider.simulator.credentials()["access_token"]
    assert (await provider.call("GET", path(), Authorization=f"Token {token}")).status == 401
    assert (await provider.call("GET", path(), Authorization=token)).status == 401


async def test_an_access_token_lives_twelve_hours(provider: Provider) -> None:
    provider.clock.now += TWELVE_HOURS - 1
    assert (await provider.get()).status == 200
    provider.clock.now += 1
    assert (await provider.get()).refusal == (401, "unauthenticated")


async def test_expired_tokens_can_be_refreshed(provider: Provider) -> None:
    provider.simulator.expire_tokens()
    assert (await provider.get()).status == 401
    fresh = (await provider.renew()).body
    assert (await provider.call("GET", path(), Authorization=f"Bearer {fresh['access_token']}")).status == 200


@pytest.mark.parametrize(("missing", "method", "at"), [("read", "GET", path()), ("write", "PUT", path(PLAIN))])
async def test_each_scope_is_needed(provider: Provider, missing: str, method: str, at: str) -> None:
    provider.simulator.scopes = provider.simulator.scopes - {f"user:clients:{missing}"}  # type: ignore[operator]
    body = {"client": {"fname": "X"}} if method == "PUT" else None
    before = provider.stored()
    answer = await provider.call(method, at, body)
    # Missing rights come as one object, everything else as a list.
    assert answer.status == 403
    assert answer.body == {
        "response": {"errors": {"errno": 1003, "message": "The server could not verify that you are authorized."}}
    }
    assert provider.stored() == before


async def test_writing_does_not_need_the_scope_for_reading_nor_the_other_way_round(provider: Provider) -> None:
    provider.simulator.scopes = frozenset({"user:clients:write"})
    assert (await provider.put(fname="X")).status == 200
    provider.simulator.scopes = frozenset({"user:clients:read"})
    assert (await provider.get()).status == 200


async def test_the_identity_needs_its_own_scope(provider: Provider) -> None:
    provider.simulator.scopes = frozenset({"user:clients:read", "user:clients:write"})
    assert (await provider.call("GET", ME)).status == 403


async def test_calls_beyond_the_limit_are_429(provider: Provider) -> None:
    assert provider.simulator.rate_limit is not None
    provider.simulator.rate_limit = (3, 60.0)
    before = provider.stored()
    statuses = [(await provider.call("GET", at)).status for at in (path(), path(PLAIN), ME, path())]
    assert statuses == [200, 200, 200, 429]
    refused = await provider.put(fname="X")
    assert (refused.status, refused.content_type) == (429, "text/plain")
    assert "Retry-After" not in refused.headers
    assert (await provider.call("GET", ME)).status == 429
    assert provider.stored() == before
    provider.clock.now += 60
    assert (await provider.put(fname="X")).status == 200
    provider.simulator.rate_limit = None
    assert {(await provider.get()).status for _ in range(5)} == {200}


# Tokens


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
async def test_a_refresh_answers_new_tokens(provider: Provider, content_type: str) -> None:
    old = provider.simulator.credentials()
    fresh = (await provider.renew(content_type)).body
    assert set(fresh) == {"access_token", "refresh_token", "token_type", "expires_in", "created_at", "scope"}
    assert (fresh["token_type"], fresh["expires_in"]) == ("Bearer", TWELVE_HOURS)
    assert fresh["created_at"] == int(provider.clock.now)
    assert fresh["scope"] == "user:clients:read user:clients:write user:profile:read"
    assert fresh["access_token"] != old["access_token"]
    assert fresh["refresh_token"] != old["refresh_token"]
    assert provider.simulator.credentials() == {
        **old,
        "access_token": fresh["access_token"],
        "refresh_token": fresh["refresh_token"],
    }


async def test_a_chain_of_refreshes_goes_on(provider: Provider) -> None:
    for _ in range(3):
        assert (await provider.renew()).status == 200
    provider.clock.now += 400 * 24 * 3600
    assert (await provider.renew()).status == 200  # refresh tokens have no stated end


async def test_a_refresh_token_used_twice_ends_the_consent(provider: Provider) -> None:
    old = provider.simulator.credentials()["refresh_token"]
    fresh = (await provider.renew()).body
    assert (await provider.get()).status == 200
    assert (await provider.renew(refresh_token=old)).refusal == (400, "invalid_grant")
    assert (await provider.renew(refresh_token=fresh["refresh_token"])).refusal == (400, "invalid_grant")
    assert (await provider.get()).status == 401


async def test_reuse_can_be_harmless_to_the_newer_tokens(provider: Provider) -> None:
    provider.simulator.reuse_ends_consent = False
    old = provider.simulator.credentials()["refresh_token"]
    fresh = (await provider.renew()).body
    assert (await provider.renew(refresh_token=old)).refusal == (400, "invalid_grant")
    assert (await provider.get()).status == 200
    assert (await provider.renew(refresh_token=fresh["refresh_token"])).status == 200


async def test_a_new_consent_brings_new_credentials(provider: Provider) -> None:
    old = provider.simulator.credentials()["refresh_token"]
    await provider.renew()
    await provider.renew(refresh_token=old)
    assert (await provider.get()).status == 401
    provider.simulator.identity.consent()
    assert (await provider.get()).status == 200


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_id": None}, (401, "invalid_client")),
        ({"client_id": "somebody"}, (401, "invalid_client")),
        ({"redirect_uri": None}, (400, "invalid_request")),
        ({"redirect_uri": "https://elsewhere.example/callback"}, (400, "invalid_grant")),
        ({"refresh_token": None}, (400, "invalid_request")),
        ({"refresh_token": "wrong"}, (400, "invalid_grant")),
        ({"grant_type": None}, (400, "invalid_request")),
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
    ],
)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
async def test_what_a_refresh_needs(
    provider: Provider, content_type: str, wrong: Document, refusal: tuple[int, str]
) -> None:
    assert (await provider.renew(content_type, **wrong)).refusal == refusal
    assert (await provider.renew(content_type)).status == 200  # the refusal did not use the token up


async def test_the_words_of_a_bad_app(provider: Provider) -> None:
    answer = await provider.renew(client_secret="wrong")
    assert answer.body == {"error": "invalid_client", "error_description": "Client authentication failed."}


async def test_basic_authentication_is_no_way_to_name_the_app(provider: Provider) -> None:
    held = provider.simulator.credentials()
    form = {name: held[name] for name in ("refresh_token", "redirect_uri")} | {"grant_type": "refresh_token"}
    basic = aiohttp.encode_basic_auth(held["client_id"], held["client_secret"])
    answer = await provider.call("POST", TOKEN, form, Authorization=basic)
    assert answer.refusal == (401, "invalid_client")


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [("text/plain", b"a=b"), ("application/json", b"{"), ("application/json", b"[]"), ("application/json", b"")],
)
async def test_a_token_request_that_cannot_be_read(provider: Provider, content_type: str, raw: bytes) -> None:
    answer = await provider.call("POST", TOKEN, raw=raw, Content_Type=content_type, Authorization=None)
    assert answer.refusal == (400, "invalid_request")


async def test_a_revoked_refresh_token_takes_everything_with_it(provider: Provider) -> None:
    held = provider.simulator.credentials()
    app = {name: held[name] for name in ("client_id", "client_secret")}
    refused = await provider.token(REVOKE, {**app, "client_secret": "wrong", "token": held["refresh_token"]})
    assert refused.refusal == (401, "invalid_client")
    assert (await provider.token(REVOKE, {**app, "token": "unknown"})).status == 200
    assert (await provider.get()).status == 200
    assert (await provider.token(REVOKE, {**app, "token": held["refresh_token"]})).status == 200
    assert (await provider.get()).status == 401
    assert (await provider.renew()).refusal == (400, "invalid_grant")


async def test_the_token_endpoint_is_where_it_says(provider: Provider) -> None:
    base = provider.sandbox.url("freshbooks")
    assert provider.simulator.token_url(base) == base + TOKEN
    assert provider.simulator.serves_tokens(TOKEN)
    assert provider.simulator.serves_tokens(REVOKE)
    assert not provider.simulator.writes("POST", TOKEN, "")
    assert set(provider.simulator.credentials()) == {
        *("access_token", "refresh_token"),
        *("client_id", "client_secret", "redirect_uri"),
    }


# Businesses and accounts


async def test_the_identity_stands_directly_below_response(provider: Provider) -> None:
    body = (await provider.call("GET", ME)).body
    assert set(body) == {"response"}
    assert {"business_memberships", "subscription_statuses", "roles", "email"} <= set(body["response"])
    assert "result" not in body["response"]


async def test_memberships_businesses_and_accounts_have_different_ids(provider: Provider) -> None:
    identity = (await provider.call("GET", ME)).body["response"]
    memberships = identity["business_memberships"]
    assert [membership["business"]["account_id"] for membership in memberships] == [HOME, TRIAL, CANCELLED, None, None]
    ids = {membership["id"] for membership in memberships} | {m["business"]["id"] for m in memberships}
    assert len(ids) == 2 * len(memberships)
    assert all(isinstance(number, int) for number in ids)
    assert len({m["business"]["business_uuid"] for m in memberships}) == len(memberships)
    assert identity["subscription_statuses"] == {
        **{HOME: "active", TRIAL: "active_trial", CANCELLED: "cancelled"},
        **{UNLINKED: "active", FOREIGN: "active"},
    }
    roles = {role["accountid"]: role["role"] for role in identity["roles"]}
    assert roles[FOREIGN] == "client"
    assert roles[UNLINKED] == "owner"
    assert {client["account_id"] for m in memberships for client in m["business"]["business_clients"]} == {
        UNLINKED,
        FOREIGN,
    }
    assert {m["business"]["address"]["country"] for m in memberships} == {"Canada", "United States", "United Kingdom"}
    assert provider.simulator.company_id() == HOME


async def test_a_business_id_in_the_place_of_the_account_is_404(provider: Provider) -> None:
    business = (await provider.call("GET", ME)).body["response"]["business_memberships"][0]["business"]
    before = provider.stored()
    for wrong in (str(business["id"]), business["business_uuid"], "null", HOME.lower()):
        answer = await provider.put(account=wrong, fname="X")
        assert (answer.status, answer.problems) == (404, [(1012, "userid")])
        assert (await provider.call("GET", path(account=wrong))).status == 404
    assert provider.stored() == before


async def test_a_client_of_another_account_is_not_found(provider: Provider) -> None:
    for account in (TRIAL, UNLINKED):
        before = deepcopy(provider.simulator.elsewhere)
        answer = await provider.put(account=account, fname="X")
        assert (answer.status, answer.problems) == (404, [(1012, "userid")])
        assert provider.simulator.elsewhere == before
    assert (await provider.put("801001", fname="X")).status == 404
    assert provider.stored()["fname"] == "Noor"


@pytest.mark.parametrize(("account", "native_id"), [(TRIAL, "801001"), (UNLINKED, "803001")])
async def test_other_accounts_have_clients_of_their_own(provider: Provider, account: str, native_id: str) -> None:
    home = deepcopy(provider.simulator.records)
    answer = await provider.put(native_id, account, note="Changed")
    assert answer.client["note"] == provider.simulator.elsewhere[account][native_id]["note"] == "Changed"
    assert answer.client["accounting_systemid"] == account
    assert provider.simulator.records == home


@pytest.mark.parametrize(("method", "at"), [("GET", path(account=CANCELLED)), ("PUT", path("802001", CANCELLED))])
async def test_a_cancelled_account_is_inactive(provider: Provider, method: str, at: str) -> None:
    answer = await provider.call(method, at, {"client": {"fname": "X"}} if method == "PUT" else None)
    assert (answer.status, answer.problems) == (403, [(1042, "accountid")])


async def test_a_subscription_can_end(provider: Provider) -> None:
    accounts = provider.simulator.accounts
    accounts[HOME] = replace(accounts[HOME], subscription="cancelled")
    assert (await provider.get()).problems == [(1042, "accountid")]
    statuses = (await provider.call("GET", ME)).body["response"]["subscription_statuses"]
    assert statuses[HOME] == "cancelled"


async def test_a_mere_client_reads_itself_and_writes_nothing(provider: Provider) -> None:
    before = deepcopy(provider.simulator.elsewhere)
    page = await provider.page(account=FOREIGN)
    assert ([client["id"] for client in page["clients"]], page["total"]) == ([700012], 3)
    assert (await provider.get("700012", account=FOREIGN)).status == 200
    assert (await provider.get("700013", account=FOREIGN)).status == 403
    for native_id in ("700012", "700013"):
        answer = await provider.put(native_id, FOREIGN, fname="X")
        assert (answer.status, answer.problems) == (403, [(1003, None)])
    assert (await provider.post(FOREIGN, fname="X")).status == 403
    assert provider.simulator.elsewhere == before


# Reading


async def test_a_plain_read_has_the_documented_members(provider: Provider) -> None:
    client = (await provider.get()).client
    assert set(client) == PLAIN_MEMBERS
    assert client["id"] == client["userid"] == int(PLAIN)
    assert client["accounting_systemid"] == HOME
    assert client["role"] == "client"


async def test_a_plain_read_has_no_contacts_and_no_last_activity(provider: Provider) -> None:
    stored = provider.stored(RICH)
    assert stored["contacts"]
    assert stored["last_activity"]
    client = (await provider.get(RICH)).client
    assert not set(INCLUDED) & set(client)
    assert client["last_activity"] is None


@pytest.mark.parametrize("name", [*INCLUDED, "last_activity"])
async def test_each_include_brings_one_member(provider: Provider, name: str) -> None:
    plain, more = (await provider.get(RICH)).client, (await provider.get(RICH, name)).client
    assert changed(plain, more) == {name}
    assert more[name] == provider.stored(RICH)[name] != provider.stored(PLAIN)[name]
    assert (await provider.get(PLAIN, name)).client[name] in ([], None)


async def test_includes_work_on_every_call_and_can_be_encoded(provider: Provider) -> None:
    query = "?include%5B%5D=contacts&include%5B%5D=late_fee"
    read = (await provider.call("GET", path(RICH) + query)).client
    written = (await provider.put(RICH, query=query, note="Changed")).client
    created = (await provider.post(query=query, fname="New", contacts=[{"fname": "A"}])).client
    for client in (read, written, created):
        assert {"contacts", "late_fee"} <= set(client)
    listed = (await provider.page(query + "&per_page=2"))["clients"]
    assert [len(client["contacts"]) for client in listed] == [0, 3]
    assert "contacts" not in (await provider.page())["clients"][1]


async def test_unknown_includes_are_passed_by(provider: Provider) -> None:
    assert "contacts" not in (await provider.call("GET", path(RICH) + "?include[]=contact&include=contacts")).client
    assert provider.simulator.ignored == ["include[]=contact"]


async def test_amounts_are_texts_one_for_each_currency(provider: Provider) -> None:
    balance = (await provider.get(RICH, "outstanding_balance")).client["outstanding_balance"]
    assert balance == [
        {"amount": {"amount": "1280.50", "code": "CAD"}},
        {"amount": {"amount": "90.00", "code": "USD"}},
    ]


@pytest.mark.parametrize("native_id", ["1", "abc", "7788999", "0778899"])
async def test_an_unknown_client_is_404(provider: Provider, native_id: str) -> None:
    for answer in (await provider.get(native_id), await provider.put(native_id, fname="X")):
        assert answer.status == 404
        assert answer.body == {
            "response": {
                "errors": [
                    {
                        "errno": 1012,
                        "field": "userid",
                        "message": "Client not found.",
                        "object": "client",
                        "value": native_id,
                    }
                ]
            }
        }


async def test_two_times_two_zones(provider: Provider) -> None:
    summer, winter = (datetime(2026, month, 15, 3, 30, 0, tzinfo=UTC).timestamp() for month in (7, 1))
    provider.clock.now = summer
    await provider.renew()
    assert (await provider.put(fname="X")).client["updated"] == "2026-07-14 23:30:00"
    created = (await provider.post(fname="New")).client
    assert (created["signup_date"], created["updated"]) == ("2026-07-15 03:30:00", "2026-07-14 23:30:00")
    provider.clock.now = winter
    assert (await provider.put(fname="Y")).client["updated"] == "2026-01-14 22:30:00"


# Listing


async def test_pages(provider: Provider) -> None:
    first = await provider.page()
    visible = [native_id for native_id in provider.simulator.records if native_id != DELETED]
    assert (first["page"], first["per_page"], first["total"]) == (1, 15, len(visible))
    assert first["pages"] == -(-len(visible) // 15)
    ids: list[str] = []
    for number in range(1, first["pages"] + 1):
        ids += [str(client["id"]) for client in (await provider.page(f"?page={number}"))["clients"]]
    assert ids == visible
    assert (await provider.page("?page=99"))["clients"] == []
    assert (await provider.page("?page=0"))["page"] == 1


async def test_a_page_of_more_than_a_hundred_is_cut_in_silence(provider: Provider) -> None:
    for number in range(110):
        assert (await provider.post(fname=f"Client {number}")).status == 200
    page = await provider.page("?per_page=500")
    assert (page["per_page"], len(page["clients"])) == (100, 100)
    assert page["total"] > 100


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("page=-1", (1014, "page")),
        ("page=two", (1014, "page")),
        ("page=", (1014, "page")),
        ("per_page=0", (1013, "per_page")),
        ("per_page=-5", (1013, "per_page")),
        ("per_page=many", (1013, "per_page")),
    ],
)
async def test_bad_pages(provider: Provider, query: str, problem: tuple[int, str]) -> None:
    answer = await provider.call("GET", f"{path()}?{query}")
    assert (answer.status, answer.problems) == (400, [problem])


async def test_states_in_a_list(provider: Provider) -> None:
    everybody = set(provider.simulator.records)
    assert await provider.found() == everybody - {DELETED}
    assert await provider.found(vis_state="1") == {DELETED}
    assert ARCHIVED in await provider.found(vis_state="2")
    active = await provider.found(vis_state="0")
    assert not active & {DELETED, ARCHIVED}
    assert active


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"email": "office@harbour-bikes.example"}, {PLAIN, "781004"}),
        ({"email": "harbour-bikes.example"}, set()),
        ({"userid": RICH}, {RICH}),
        ({"fname_like": "oor"}, {PLAIN}),
        ({"lname_like": "papadop"}, {"779007"}),
        ({"organization_like": "harbour"}, {PLAIN, "778902", "781004"}),
        ({"note_like": "tuesdays"}, {PLAIN}),
        ({"address_like": "lunenburg"}, {"778904"}),
        ({"phone_like": "604-555"}, {"779003"}),
        ({"phone_like": "514-555-0113"}, {RICH}),
        ({"user_like": "abcorp"}, {"779008"}),
        ({"has_credit": ""}, {RICH, "780001"}),
        ({"has_draft": ""}, {RICH, "780004"}),
        ({"has_outstanding": ""}, {RICH, "778901", "778904"}),
        ({"has_overdue": ""}, {RICH, "778904"}),
        ({"has_overdue": "", "fname_like": "ruth"}, {"778904"}),
    ],
)
async def test_searches(provider: Provider, query: dict[str, str], ids: set[str]) -> None:
    assert await provider.found(**query) == ids
    assert provider.simulator.ignored == []


async def test_a_search_for_several_ids(provider: Provider) -> None:
    page = await provider.page(f"?search[userids][]={PLAIN}&search[userids][]={RICH}&search[userids][]=1")
    assert [str(client["id"]) for client in page["clients"]] == [PLAIN, RICH]
    assert page["total"] == 2


async def test_a_search_by_the_day_of_the_last_edit(provider: Provider) -> None:
    provider.clock.now = datetime(2026, 3, 5, 3, 0, tzinfo=UTC).timestamp()  # still the 4th on the US East coast
    await provider.renew()
    await provider.put(note="Changed")
    assert await provider.found(updated_min="2026-03-04") == {PLAIN}
    assert await provider.found(updated_min="2026-03-05") == set()
    assert PLAIN not in await provider.found(updated_max="2026-03-04")
    assert PLAIN in await provider.found(updated_max="2026-03-05")
    answer = await provider.call("GET", f"{path()}?search[updated_min]=2026-03-04T00:00:00")
    assert answer.problems == [(1004, "updated_min")]


async def test_unknown_searches_find_everybody(provider: Provider) -> None:
    assert await provider.found(organization="Harbour Bikes Inc.") == await provider.found()
    everybody = await provider.page("?per_page=100&limit=1&search[userids]=1&search[email][]=x")
    assert everybody["total"] == len(provider.simulator.records) - 1
    assert provider.simulator.ignored == ["search[organization]", "limit", "search[userids]", "search[email][]"]


@pytest.mark.parametrize("key", ["organization_name", "fullname", "email", "updated"])
async def test_sorting(provider: Provider, key: str) -> None:
    def value(client: Document) -> str:
        if key == "fullname":
            return f"{client['fname']} {client['lname']}".casefold()
        return str(client[key.removesuffix("_name")]).casefold()

    up, down = [
        [value(client) for client in (await provider.page(f"?per_page=100&sort={key}_{order}"))["clients"]]
        for order in ("asc", "desc")
    ]
    assert up == sorted(up) == down[::-1]
    assert up != [value(client) for client in (await provider.page("?per_page=100"))["clients"]]


@pytest.mark.parametrize("sort", ["organization_asc", "email", "email_up", "id_desc"])
async def test_other_orders_are_passed_by(provider: Provider, sort: str) -> None:
    assert await provider.page(f"?sort={sort}") == await provider.page()
    assert provider.simulator.ignored == [f"sort={sort}"]


# Writing


async def test_a_put_is_partial(provider: Provider) -> None:
    before = provider.stored(RICH)
    answer = await provider.put(RICH, fname="Anne")
    after = provider.stored(RICH)
    assert changed(before, after) == {"fname", "updated"}
    assert answer.client["fname"] == "Anne"
    assert set(answer.client) == PLAIN_MEMBERS
    assert answer.client == (await provider.get(RICH)).client


@pytest.mark.parametrize("name", [*TEXTS, *NULLABLE, *FLAGS])
async def test_each_member_can_be_written_alone(provider: Provider, name: str) -> None:
    words = {"email": "new@example.example", "currency_code": "USD", "language": "fr"}
    value: Any = "Ireland" if name.endswith("_country") else words.get(name, "Changed — Ångström 字")
    if name in FLAGS:
        value = not provider.stored()[name]
    before = provider.stored()
    assert (await provider.put(**{name: value})).client[name] == value
    assert changed(before, provider.stored()) == {name, "updated"}
    assert provider.simulator.ignored == []


async def test_members_nobody_has_heard_of_survive(provider: Provider) -> None:
    strange = {
        native_id: set(record) - PLAIN_MEMBERS - set(INCLUDED)
        for native_id, record in provider.simulator.records.items()
    }
    strange = {native_id: names for native_id, names in strange.items() if names}
    assert len(strange) >= 3
    for native_id, names in strange.items():
        before = provider.stored(native_id)
        client = (await provider.put(native_id, note="Changed", contacts=[])).client
        assert {name: client[name] for name in names} == {name: before[name] for name in names}
        # As they are not known, they cannot be written either.
        name = names.pop()
        await provider.put(native_id, **{name: "Changed"})
        assert provider.stored(native_id)[name] == before[name]


@pytest.mark.parametrize("name", [*READ_ONLY, *BALANCES, "late_fee", "late_reminders", "status", "website", "Fname"])
async def test_what_cannot_be_written_is_passed_by_and_noted(provider: Provider, name: str) -> None:
    before = provider.stored()
    answer = await provider.put(note="Changed", **{name: "1"})
    assert answer.status == 200
    assert changed(before, provider.stored()) == {"note", "updated"}
    assert provider.simulator.ignored == [name]


async def test_what_cannot_be_written_can_be_refused(provider: Provider) -> None:
    provider.read(unknown_members="refused")
    before = provider.stored()
    answer = await provider.put(note="Changed", userid=1, website="x")
    assert (answer.status, answer.problems) == (422, [(1004, "userid"), (1004, "website")])
    assert provider.stored() == before


async def test_what_stands_beside_the_client_is_passed_by_and_noted(provider: Provider) -> None:
    assert (await provider.call("PUT", path(PLAIN), {"client": {"note": "X"}, "contacts": []})).status == 200
    assert provider.simulator.ignored == ["contacts"]


async def test_an_empty_client_changes_nothing_but_the_date(provider: Provider) -> None:
    before = provider.stored()
    assert (await provider.put()).status == 200
    assert changed(before, provider.stored()) == {"updated"}


@pytest.mark.parametrize("name", [*set(TEXTS) - {"currency_code", "language", "username"}, *NULLABLE])
async def test_texts_are_emptied_by_an_empty_text(provider: Provider, name: str) -> None:
    assert provider.stored(RICH)[name]
    assert (await provider.put(RICH, **{name: ""})).client[name] == ""
    assert (await provider.get(RICH)).client[name] == ""


@pytest.mark.parametrize("name", NULLABLE)
async def test_texts_that_may_be_null_take_null(provider: Provider, name: str) -> None:
    null: dict[str, Any] = {name: None}
    assert (await provider.put(RICH, **null)).client[name] is None
    assert provider.stored(RICH)[name] is None


@pytest.mark.parametrize("name", TEXTS)
async def test_null_for_the_other_texts(provider: Provider, name: str) -> None:
    before = provider.stored(RICH)
    null: dict[str, Any] = {name: None}
    answer = await provider.put(RICH, **null)
    assert (answer.status, answer.problems) == (422, [(1004, name)])
    assert provider.stored(RICH) == before
    provider.read(null_on_text="ignored")
    assert (await provider.put(RICH, **null)).client[name] == before[name]
    assert provider.simulator.ignored == [name]
    provider.read(null_on_text="emptied")
    answer = await provider.put(RICH, **null)
    if name in {"currency_code", "language", "username"}:
        assert answer.problems == [(1004, name)]
    else:
        assert answer.client[name] == ""


@pytest.mark.parametrize("name", ["currency_code", "language", "username"])
async def test_texts_that_are_never_empty(provider: Provider, name: str) -> None:
    assert (await provider.put(**{name: ""})).problems == [(1004, name)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fname": 5},
        {"note": ["x"]},
        {"p_code": 12345},
        {"organization": {"name": "x"}},
        {"fname": True},
        {"pref_email": "true"},
        {"pref_gmail": 1},
        {"pref_email": None},
        {"allow_late_fees": 0},
        {"vis_state": 3},
        {"vis_state": "2"},
        {"vis_state": True},
        {"vis_state": None},
        {"vis_state": 2.5},
        {"contacts": None},
        {"contacts": {"email": "a@b.example"}},
        {"contacts": ["a@b.example"]},
        {"currency_code": "XXQ"},
        {"currency_code": "usd"},
        {"currency_code": "US Dollar"},
        {"language": "French"},
        {"email": "not-an-address"},
        {"email": "a@b"},
        {"email": "a b@c.example"},
        {"p_country": "CA"},
        {"p_country": "canada"},
        {"s_country": "Canda"},
    ],
)
async def test_values_that_are_refused(provider: Provider, wrong: Document) -> None:
    before = provider.stored()
    answer = await provider.put(**wrong)
    assert (answer.status, answer.problems) == (422, [(1004, next(iter(wrong)))])
    assert provider.stored() == before


async def test_the_words_about_a_bad_address(provider: Provider) -> None:
    assert (await provider.put(email="not-an-address")).body["response"]["errors"] == [
        {
            "errno": 1004,
            "field": "email",
            "message": "Please enter a valid email address.",
            "object": "client",
            "value": "not-an-address",
        }
    ]


async def test_every_problem_is_told_and_nothing_is_written(provider: Provider) -> None:
    before = provider.stored()
    answer = await provider.put(fname="Good", email="bad", p_country="CA", note="x" * 65_536)
    assert answer.problems == [(1004, "email"), (1004, "p_country"), (1017, "note")]
    assert provider.stored() == before


@pytest.mark.parametrize(("name", "most"), [("fname", 255), ("p_street", 255), ("note", 65_535), ("vat_number", 255)])
async def test_lengths(provider: Provider, name: str, most: int) -> None:
    assert (await provider.put(**{name: "é" * most})).status == 200
    answer = await provider.put(**{name: "é" * (most + 1)})
    assert (answer.status, answer.problems) == (422, [(1017, name)])
    assert provider.stored()[name] == "é" * most


@pytest.mark.parametrize("country", ["Canada", "United States", "Germany", "Czech Republic", "Czechia", "Réunion", ""])
async def test_countries_are_english_names(provider: Provider, country: str) -> None:
    assert (await provider.put(p_country=country, s_country=country)).client["p_country"] == country


async def test_any_country_and_currency_can_be_let_through(provider: Provider) -> None:
    provider.read(known_countries=False, known_currencies=False)
    client = (await provider.put(p_country="CA", currency_code="XXQ")).client
    assert (client["p_country"], client["currency_code"]) == ("CA", "XXQ")
    assert (await provider.put(currency_code="usd")).problems == [(1004, "currency_code")]


async def test_a_stored_value_that_would_be_refused_stays_as_long_as_it_is_not_sent(provider: Provider) -> None:
    assert (await provider.put("781003", note="Changed")).client["p_country"] == "Canda"
    assert (await provider.put("781005", note="Changed")).client["email"] == "call us"
    assert (await provider.put("781005", email="call us")).problems == [(1004, "email")]


async def test_an_address_may_be_used_twice_unless_the_older_documents_are_right(provider: Provider) -> None:
    taken = provider.stored(RICH)["email"]
    assert (await provider.put(email=taken)).status == 200
    provider.read(unique_emails=True)
    assert (await provider.put(email=taken)).problems == [(1004, "email")]
    assert (await provider.put(email="")).status == 200
    assert (await provider.post(email=taken)).problems == [(1004, "email")]
    assert (await provider.put("779001", email=provider.stored("779001")["email"])).status == 200


async def test_the_currency_of_a_client_with_money_can_be_fixed(provider: Provider) -> None:
    assert (await provider.put(RICH, currency_code="EUR")).status == 200
    provider.read(fixes_currency=True)
    assert (await provider.put(RICH, currency_code="USD")).problems == [(1004, "currency_code")]
    assert (await provider.put(RICH, currency_code="EUR")).status == 200
    assert (await provider.put(PLAIN, currency_code="USD")).status == 200


async def test_an_undescribed_switch_can_be_read_only(provider: Provider) -> None:
    provider.read(stores_pdf_choice=False)
    assert (await provider.put(allow_email_include_pdf=True)).client["allow_email_include_pdf"] is False
    assert provider.simulator.ignored == ["allow_email_include_pdf"]


# vis_state


@pytest.mark.parametrize("state", [0, 1, 2])
async def test_a_put_with_a_state_throws_the_rest_away(provider: Provider, state: int) -> None:
    before = provider.stored()
    answer = await provider.put(fname="X", email="bad", vis_state=state, contacts=[])
    assert answer.client["vis_state"] == state
    assert changed(before, provider.stored()) == {"updated"} | ({"vis_state"} if state else set())
    assert provider.simulator.thrown_away == ["fname", "email", "contacts"]
    assert provider.simulator.ignored == []


async def test_a_client_sent_back_as_it_was_read_changes_nothing(provider: Provider) -> None:
    before = provider.stored()
    whole = {**(await provider.get()).client, "fname": "X"}
    assert (await provider.put(**whole)).client["fname"] == "Noor"
    assert changed(before, provider.stored()) == {"updated"}
    assert set(provider.simulator.thrown_away) == set(whole) - {"vis_state"}


async def test_the_other_state_comes_first(provider: Provider) -> None:
    before = provider.stored()
    assert (await provider.put(fname="X", vis_state=2, ext_vis_state=0)).status == 200
    assert changed(before, provider.stored()) == {"updated"}
    assert provider.simulator.thrown_away == ["fname", "vis_state"]
    assert provider.simulator.ignored == ["ext_vis_state"]


async def test_the_state_can_go_along_with_the_rest(provider: Provider) -> None:
    provider.read(updates_in_phases=False)
    client = (await provider.put(fname="X", vis_state=2)).client
    assert (client["fname"], client["vis_state"]) == ("X", 2)
    assert provider.simulator.thrown_away == []


async def test_an_archived_client_can_be_used(provider: Provider) -> None:
    assert (await provider.put(ARCHIVED, note="Changed")).client["vis_state"] == 2
    assert (await provider.put(ARCHIVED, vis_state=0)).client["vis_state"] == 0


async def test_a_deleted_client_can_only_be_read_and_restored(provider: Provider) -> None:
    before = provider.stored(DELETED)
    answer = await provider.put(DELETED, note="Changed")
    assert (answer.status, answer.problems) == (422, [(1011, "userid")])
    assert provider.stored(DELETED) == before
    assert (await provider.get(DELETED)).client["vis_state"] == 1
    provider.read(shows_deleted=False)
    assert (await provider.get(DELETED)).problems == [(1011, "userid")]
    assert (await provider.put(DELETED, vis_state=0)).status == 200
    assert (await provider.put(DELETED, note="Changed")).client["note"] == "Changed"


async def test_a_state_of_one_deletes_without_asking(provider: Provider) -> None:
    assert (await provider.put(vis_state=1)).status == 200
    assert PLAIN not in await provider.found()
    assert (await provider.put(note="X")).problems == [(1011, "userid")]


# contacts


async def test_contacts_are_replaced_as_a_whole(provider: Provider) -> None:
    before = provider.stored(RICH)
    new = {"email": "zoe@belle-riviere.example", "fname": "Zoé", "lname": "N’Guessan", "phone1": "514-555-0120"}
    answer = await provider.put(RICH, contacts=[new])
    assert "contacts" not in answer.client
    after = provider.stored(RICH)
    assert changed(before, after) == {"contacts", "updated"}
    [contact] = after["contacts"]
    assert contact == {**new, "phone2": None, "contactid": contact["contactid"], "userid": int(RICH)}
    assert (await provider.get(RICH, "contacts")).client["contacts"] == [contact]


async def test_contacts_left_out_stay_and_an_empty_list_removes_them(provider: Provider) -> None:
    before = provider.stored(RICH)["contacts"]
    await provider.put(RICH, note="Changed")
    assert provider.stored(RICH)["contacts"] == before
    await provider.put(RICH, contacts=[])
    assert provider.stored(RICH)["contacts"] == []


async def test_contacts_sent_again_are_new_ones(provider: Provider) -> None:
    old = provider.stored(RICH)["contacts"]
    await provider.put(RICH, contacts=old)
    new = provider.stored(RICH)["contacts"]
    assert [{**contact, "contactid": 0} for contact in new] == [{**contact, "contactid": 0} for contact in old]
    assert not {contact["contactid"] for contact in new} & {contact["contactid"] for contact in old}
    assert provider.simulator.ignored == ["contacts[].contactid", "contacts[].userid"] * 3


async def test_contacts_can_be_known_again_by_their_address(provider: Provider) -> None:
    provider.read(keeps_contact_ids=True)
    old = provider.stored(RICH)["contacts"]
    await provider.put(RICH, contacts=[{"email": old[1]["email"], "fname": "Margot"}, {"email": "new@belle.example"}])
    known, new = provider.stored(RICH)["contacts"]
    assert known["contactid"] == old[1]["contactid"]
    assert (known["fname"], known["lname"]) == ("Margot", "")
    assert new["contactid"] not in {contact["contactid"] for contact in old}


async def test_contact_ids_are_never_used_twice(provider: Provider) -> None:
    seen = [contact["contactid"] for record in provider.simulator.records.values() for contact in record["contacts"]]
    for native_id in (PLAIN, RICH, PLAIN):
        await provider.put(native_id, contacts=[{"fname": "A"}, {"fname": "B"}])
        seen += [contact["contactid"] for contact in provider.stored(native_id)["contacts"]]
    assert len(set(seen)) == len(seen)


async def test_members_of_a_contact(provider: Provider) -> None:
    entry = {"fname": "A", "lname": None, "phone2": "1", "face": None, "website": "x"}
    await provider.put(contacts=[entry])
    [contact] = provider.stored()["contacts"]
    assert set(contact) == {"contactid", "userid", "email", "fname", "lname", "phone1", "phone2"}
    assert (contact["email"], contact["fname"], contact["lname"]) == ("", "A", "")
    assert (contact["phone1"], contact["phone2"]) == (None, "1")
    assert provider.simulator.ignored == ["contacts[].face", "contacts[].website"]


async def test_phones_of_contacts_can_be_read_only(provider: Provider) -> None:
    provider.read(stores_contact_phones=False)
    await provider.put(contacts=[{"fname": "A", "phone1": "1", "phone2": "2"}])
    [contact] = provider.stored()["contacts"]
    assert (contact["phone1"], contact["phone2"]) == (None, None)
    assert provider.simulator.ignored == ["contacts[].phone1", "contacts[].phone2"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"email": "not-an-address"}, (1004, "email")),
        ({"fname": 5}, (1004, "fname")),
        ({"phone1": 4165550133}, (1004, "phone1")),
        ({"lname": "x" * 256}, (1017, "lname")),
    ],
)
async def test_contacts_that_are_refused(provider: Provider, entry: Document, problem: tuple[int, str]) -> None:
    before = provider.stored(RICH)
    answer = await provider.put(RICH, note="Changed", contacts=[{"fname": "Good"}, entry])
    assert answer.problems == [problem]
    assert answer.body["response"]["errors"][0]["object"] == "contact"
    assert provider.stored(RICH) == before


# Creating


async def test_a_new_client(provider: Provider) -> None:
    client = (await provider.post(email="john@abcorp.example", p_city="Toronto")).client
    assert set(client) == PLAIN_MEMBERS
    assert client["organization"] == "john@abcorp.example"
    assert client["id"] == client["userid"]
    assert client["vis_state"] == 0
    assert client["username"]
    assert client["p_city"] == "Toronto"
    assert [client[name] for name in ("home_phone", "note", "vat_name", "fname", "fax")] == [None, None, None, "", ""]
    assert (await provider.get(str(client["id"]))).client == client
    assert (await provider.post(fname="Another")).client["id"] != client["id"]


async def test_new_clients_share_nothing(provider: Provider) -> None:
    first, second = [str((await provider.post(fname="New")).client["id"]) for _ in range(2)]
    provider.simulator.records[first]["draft_balance"].append({"amount": {"amount": "1.00", "code": "CAD"}})
    assert provider.stored(second)["draft_balance"] == []


@pytest.mark.parametrize(
    ("given", "organization"),
    [
        ({"organization": "Acme", "fname": "Ann", "lname": "Lee", "email": "a@lee.example"}, "Acme"),
        ({"fname": "Ann", "lname": "Lee", "email": "a@lee.example"}, "Ann Lee"),
        ({"organization": "", "fname": "Ann", "email": "a@lee.example"}, "Ann"),
        ({"organization": None, "lname": "Lee"}, "Lee"),
        ({"email": "a@lee.example"}, "a@lee.example"),
    ],
)
async def test_the_organization_is_filled_in_when_created(
    provider: Provider, given: Document, organization: str
) -> None:
    assert (await provider.post(**given)).client["organization"] == organization


async def test_the_organization_is_not_filled_in_again_unless_read_so(provider: Provider) -> None:
    person = "779001"
    assert provider.stored(person)["organization"] == "Siobhán Ní Bhriain"
    assert (await provider.put(person, lname="Byrne")).client["organization"] == "Siobhán Ní Bhriain"
    assert (await provider.put(person, organization="")).client["organization"] == ""
    provider.read(refills_organization=True)
    assert (await provider.put(person, organization="")).client["organization"] == "Siobhán Byrne"
    assert (await provider.put(person, fname="", lname="", organization="")).client["organization"].endswith(".example")


async def test_a_client_needs_some_name(provider: Provider) -> None:
    before = set(provider.simulator.records)
    answer = await provider.post(p_city="Toronto")
    assert (answer.status, answer.problems) == (422, [(1001, "organization")])
    assert set(provider.simulator.records) == before


async def test_the_documented_create(provider: Provider) -> None:
    """With its nulls for texts that are never null, and its members that are no longer any."""
    client = (
        await provider.post(
            query="?include[]=contacts",
            fname="first1",
            lname="last1",
            email="email1@abcorp.example",
            organization="company1",
            vat_name=None,
            vat_number="",
            status=None,
            note=None,
            home_phone=None,
            userid=None,
            p_street2=None,
            currency_code="USD",
            late_fee=None,
            late_reminders=[],
            vis_state=2,
            contacts=[
                {"email": "e2@abcorp.example", "fname": "first2", "lname": "last2", "phone1": None, "face": None}
            ],
        )
    ).client
    assert (client["p_street2"], client["vat_number"], client["vat_name"]) == ("", "", None)
    assert client["vis_state"] == 0
    assert client["contacts"][0]["userid"] == client["id"]
    assert provider.simulator.ignored == [
        *("status", "userid", "late_fee", "late_reminders", "vis_state"),
        "contacts[].face",
    ]


async def test_a_create_that_is_refused(provider: Provider) -> None:
    assert (await provider.post(fname="A", email="bad", p_country="CA")).problems == [
        (1004, "email"),
        (1004, "p_country"),
    ]


# Requests that cannot be read, and other verbs


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"client": {"fname": NaN}}', b'\xff{"client":{}}', b'{"client":{"fname":"\\ud83c"}}', b"[" * 9999],
)
async def test_a_body_that_cannot_be_parsed(provider: Provider, raw: bytes) -> None:
    before = provider.stored()
    answer = await provider.call("PUT", path(PLAIN), raw=raw)
    assert (answer.status, answer.problems) == (400, [(1005, None)])
    assert provider.stored() == before


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_write_has_to_say_that_it_is_json(provider: Provider, content_type: str | None) -> None:
    answer = await provider.call("PUT", path(PLAIN), {"client": {"fname": "X"}}, Content_Type=content_type)
    assert (answer.status, answer.problems) == (400, [(1005, None)])
    assert (
        await provider.call("PUT", path(PLAIN), {"client": {}}, Content_Type="application/json; charset=utf-8")
    ).client


@pytest.mark.parametrize("body", [{}, [], "x", 5, {"fname": "X"}, {"client": None}, {"client": [{"fname": "X"}]}])
async def test_the_client_has_to_be_wrapped(provider: Provider, body: object) -> None:
    before = provider.stored()
    answer = await provider.call("PUT", path(PLAIN), body)
    assert (answer.status, answer.problems) == (422, [(1001, "client")])
    assert provider.stored() == before


@pytest.mark.parametrize(
    ("method", "at", "status"),
    [
        ("DELETE", path(PLAIN), 405),
        ("PATCH", path(PLAIN), 405),
        ("POST", path(PLAIN), 405),
        ("PUT", path(), 405),
        ("GET", TOKEN, 405),
        ("GET", "/auth/api/v1/users/you", 404),
        ("GET", f"/accounting/businesses/{HOME}/users/clients", 404),
    ],
)
async def test_there_is_nothing_else(provider: Provider, method: str, at: str, status: int) -> None:
    before = provider.stored()
    answer = await provider.call(method, at, {"client": {"fname": "X"}} if method != "GET" else None)
    assert (answer.status, answer.content_type) == (status, "text/plain")
    assert provider.stored() == before


# Dialects of errors


async def test_the_newer_dialect(provider: Provider) -> None:
    provider.simulator.dialect = "newer"
    answer = await provider.get("123")
    assert answer.status == 404
    assert answer.body == {
        "code": 5,
        "message": "Request failed with status_code: 404",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "1012",
                "domain": "accounting.api.freshbooks.com",
                "metadata": {
                    "object": "client",
                    "message": "Client not found.",
                    "value": "123",
                    "field": "userid",
                },
            }
        ],
    }
    invalid = await provider.put(email="bad", fname=5)
    assert invalid.status == 422
    assert [(d["reason"], d["metadata"]["field"]) for d in invalid.body["details"]] == [
        ("1004", "email"),
        ("1004", "fname"),
    ]
    assert invalid.body["details"][1]["metadata"]["value"] == "5"
    unread = await provider.call("PUT", path(PLAIN), raw=b"{")
    words = "The server was unable to parse your request."
    assert unread.body["details"][0]["metadata"] == {"object": "client", "message": words}
    provider.simulator.scopes = frozenset()
    denied = await provider.get()
    assert (denied.status, denied.body["code"], denied.body["details"][0]["reason"]) == (403, 7, "1003")
    assert (await provider.call("GET", path(), Authorization=None)).refusal == (401, "unauthenticated")


@pytest.mark.parametrize("dialect", ["classic", "newer"])
async def test_errors_can_come_inside_a_success(provider: Provider, dialect: Any) -> None:
    provider.simulator.dialect = dialect
    told = provider.simulator.statuses
    provider.simulator.statuses = dict.fromkeys(told, 200)
    before = provider.stored()
    answers = [
        await provider.put(email="bad"),
        await provider.get("123"),
        await provider.call("GET", path() + "?page=x"),
    ]
    assert [answer.status for answer in answers] == [200, 200, 200]
    if dialect == "classic":
        assert [answer.problems for answer in answers] == [[(1004, "email")], [(1012, "userid")], [(1014, "page")]]
    else:
        assert [answer.body["message"][-3:] for answer in answers] == ["422", "404", "400"]
        assert [answer.body["details"][0]["reason"] for answer in answers] == ["1004", "1012", "1014"]
    assert provider.stored() == before


async def test_single_numbers_can_have_another_status(provider: Provider) -> None:
    provider.simulator.statuses = {**provider.simulator.statuses, 1004: 400}
    assert (await provider.put(email="bad")).status == 400
    assert (await provider.put(fname="x" * 256)).status == 422


async def test_a_client_being_written_by_somebody_else_is_409(provider: Provider) -> None:
    provider.simulator.busy.add(PLAIN)
    before = provider.stored()
    answer = await provider.put(fname="X")
    assert (answer.status, answer.problems) == (409, [(409, None)])
    words = "The resource being modified is being modified by another request."
    assert answer.body["response"]["errors"][0]["message"] == words
    assert provider.stored() == before
    assert (await provider.get()).status == 200
    assert (await provider.put(RICH, fname="X")).status == 200


# Faults


@pytest.mark.parametrize(("status", "number"), [(400, 1004), (404, 1012), (409, 409), (422, 1004), (500, 500)])
async def test_faults_speak_the_dialect(provider: Provider, status: int, number: int) -> None:
    provider.sandbox.fault("freshbooks", f"status:{status}", times=2)
    answer = await provider.put(fname="X")
    assert (answer.status, answer.problems[0][0]) == (status, number)
    provider.simulator.dialect = "newer"
    newer = await provider.put(fname="X")
    assert (newer.status, newer.body["details"][0]["reason"]) == (status, str(number))
    assert provider.stored()["fname"] == "Noor"


async def test_other_faults(provider: Provider) -> None:
    provider.sandbox.fault("freshbooks", "status:403")
    assert (await provider.get()).problems == [(1003, None)]
    provider.sandbox.fault("freshbooks", "status:503")
    answer = await provider.get()
    assert (answer.status, answer.content_type, answer.text) == (503, "text/plain", "stuff that is not JSON")
    provider.sandbox.fault("freshbooks", "rate_limited")
    answer = await provider.get()
    assert (answer.status, answer.content_type) == (429, "text/plain")
    provider.sandbox.fault("freshbooks", "expired_token")
    assert (await provider.put(fname="X")).refusal == (401, "unauthenticated")
    assert provider.stored()["fname"] == "Noor"
    provider.sandbox.fault("freshbooks", "status:401")
    assert (await provider.get()).refusal == (401, "unauthenticated")


async def test_an_error_inside_a_success_is_a_fault_as_well(provider: Provider) -> None:
    provider.sandbox.fault("freshbooks", "status:200", times=2)
    answer = await provider.put(fname="X")
    assert (answer.status, answer.problems) == (200, [(1004, "email")])
    provider.simulator.dialect = "newer"
    assert (await provider.put(fname="X")).body["message"] == "Request failed with status_code: 422"
    assert provider.stored()["fname"] == "Noor"


async def test_fields_can_be_ignored_and_cut(provider: Provider) -> None:
    provider.sandbox.fault("freshbooks", "ignore_field:fname")
    provider.sandbox.fault("freshbooks", "truncate_field:organization:7")
    provider.sandbox.fault("freshbooks", "truncate_field:contacts.0.lname:2")
    client = (await provider.put(fname="X", organization="Harbour Trikes", contacts=[{"lname": "Long"}])).client
    assert (client["fname"], client["organization"]) == ("Noor", "Harbour")
    assert provider.stored()["contacts"][0]["lname"] == "Lo"


async def test_a_write_tells_which_client_it_is_about(provider: Provider) -> None:
    tell = provider.simulator.written_id
    assert tell("PUT", path(PLAIN), {}) == PLAIN
    assert tell("PUT", path(PLAIN, TRIAL), None) == PLAIN
    assert tell("POST", path(), {"client": {}}) is None
    assert tell("POST", TOKEN, "") is None
    assert provider.simulator.writes("PUT", path(PLAIN), {})
    assert provider.simulator.writes("POST", path(), {})
    assert not provider.simulator.writes("GET", path(), None)


async def test_somebody_else_edits_only_the_client_being_written(provider: Provider) -> None:
    before = deepcopy(provider.simulator.records)
    provider.sandbox.fault("freshbooks", "stale_version")
    assert (await provider.put(fname="X")).status == 200
    after = provider.simulator.records
    assert {native_id for native_id in before if before[native_id] != after[native_id]} == {PLAIN}
    assert changed(before[PLAIN], after[PLAIN]) == {"fname", "note", "updated"}


async def test_two_edits_within_a_second_have_the_same_date(provider: Provider) -> None:
    provider.simulator.touch(PLAIN)
    first = provider.stored()
    provider.simulator.touch(PLAIN)
    assert changed(first, provider.stored()) == {"note"}
    provider.clock.now += 1
    provider.simulator.touch(PLAIN)
    assert changed(first, provider.stored()) == {"note", "updated"}
    provider.simulator.touch("nobody")
    assert "nobody" not in provider.simulator.records


# Seeds


async def test_there_are_enough_believable_clients(provider: Provider) -> None:
    records = provider.simulator.records
    assert len(records) >= 25
    assert provider.simulator.example_id() == PLAIN
    assert {record["vis_state"] for record in records.values()} == {0, 1, 2}
    assert len({record["uuid"] for record in records.values()}) == len(records)
    assert len({record["username"] for record in records.values()}) == len(records)
    for native_id, record in records.items():
        assert str(record["id"]) == str(record["userid"]) == native_id
        assert set(record) >= PLAIN_MEMBERS | set(INCLUDED)
        assert record["accounting_systemid"] == HOME
        assert record["email"].endswith(".example") or record["email"] in ("", "call us")
    rich = records[RICH]
    assert all(rich[name] for name in {*TEXTS, *NULLABLE, "contacts"})
    assert {rich[name] != records[PLAIN][name] for name in FLAGS} == {True}
    # Both forms of nothing occur in the same member.
    for name in ("home_phone", "vat_number"):
        assert {"", None} <= {record[name] for record in records.values()}
    # Persons are known by an organization that FreshBooks filled in; one has another name by now.
    assert any(r["organization"] == f"{r['fname']} {r['lname']}" for r in records.values())
    assert any(r["organization"] == r["email"] != "" for r in records.values())


async def test_nearly_every_seeded_client_can_be_written_back_as_it_is(provider: Provider) -> None:
    refused = set()
    for native_id, record in list(provider.simulator.records.items()):
        whole = {name: record[name] for name in {*TEXTS, *NULLABLE, *FLAGS}}
        if (await provider.put(native_id, **whole)).status != 200:
            refused.add(native_id)
    assert refused == {DELETED, "781003", "781005"}


async def test_reset_puts_everything_back(provider: Provider) -> None:
    fresh = FreshbooksSimulator(provider.clock)
    await provider.put(fname="X", website="x", contacts=[{"fname": "A"}])
    await provider.put(note="x", vis_state=2)
    await provider.post(fname="New")
    await provider.put("801001", TRIAL, fname="X")
    await provider.renew()
    provider.simulator.busy.add(PLAIN)
    provider.simulator.accounts.pop(TRIAL)
    provider.simulator.touch(PLAIN)
    provider.simulator.expire_tokens()
    provider.simulator.reset()
    assert provider.simulator.records == fresh.records
    assert provider.simulator.elsewhere == fresh.elsewhere
    assert provider.simulator.accounts == fresh.accounts
    assert provider.simulator.credentials() == fresh.credentials()
    assert provider.simulator.ignored == provider.simulator.thrown_away == []
    assert provider.simulator.busy == set()
    assert (await provider.post(fname="New")).client["id"] == 790_001
    assert (await provider.put(contacts=[{"fname": "A"}])).status == 200
    assert provider.stored()["contacts"][0]["contactid"] == 91_001
