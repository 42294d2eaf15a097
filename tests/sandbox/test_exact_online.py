"""The Exact Online simulator over real HTTP, rule by rule."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession
from yarl import URL

from gql_gateway.sandbox.exact_online import ExactOnlineSimulator, entities
from gql_gateway.sandbox.exact_online.books import LISTED
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document

DIVISION, SISTER, ARCHIVED, INACTIVE, BUSY, FORBIDDEN = range(3141592, 3141598)
GERMAN = 2718281
FIRST = "5b0f8a52-7c1d-4f0e-9a37-2d1c5e8f6a10"
NOBODY = "00000000-0000-4000-8000-000000000000"
NOW = 1_780_312_201.0  # 2026-06-01T11:10:01Z, as in the dossier's example
CODE = "                42"
PARTS = ("Addresses", "Contacts", "BankAccounts", "DirectDebitMandates")


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        assert self.content_type == "application/json", (self.status, self.body)
        return json.loads(self.body)

    @property
    def one(self) -> Document:
        assert self.status == 200, self.body
        found: Document = self.json["d"]
        assert "results" not in found
        return found

    @property
    def rows(self) -> list[Document]:
        assert self.status == 200, self.body
        found: list[Document] = self.json["d"]["results"]
        return found

    @property
    def words(self) -> str:
        """The message of an OData error, whose shape is fixed."""
        problem = self.json
        assert problem == {
            "error": {"code": "", "message": {"lang": "", "value": problem["error"]["message"]["value"]}}
        }
        words: str = problem["error"]["message"]["value"]
        return words

    @property
    def empty(self) -> bool:
        return self.body == b""


@dataclass
class Caller:
    """Calls the simulator, with the sandbox connection's token unless told otherwise."""

    simulator: ExactOnlineSimulator
    sandbox: Sandbox
    session: ClientSession
    base: str
    time: list[float]
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, site: str = "nl") -> None:
        token = self.simulator.credentials_at(site)["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def call(
        self, method: str, url: str, body: Any = None, *, without: tuple[str, ...] = (), **headers: str
    ) -> Answer:
        """`headers` replace those of the caller, `_` standing for `-`; `without` leaves some out."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        sent = {name: value for name, value in sent.items() if name not in without}
        target = URL(url if url.startswith("http") else self.base + url, encoded=True)
        async with self.session.request(method, target, data=data, headers=sent) as response:
            content = await response.read()
            return Answer(response.status, response.headers, response.content_type, content)

    def at(self, resource: str, key: str | None = None, division: int = DIVISION, **options: str) -> str:
        """A URL below a company; options without their `$`."""
        query = "&".join(f"${name}={quote(value, safe='')}" for name, value in options.items())
        found = f"/api/v1/{division}/{resource}" + (f"(guid'{key}')" if key else "")
        return f"{found}?{query}" if query else found

    async def get(self, resource: str, key: str | None = None, division: int = DIVISION, **options: str) -> Answer:
        return await self.call("GET", self.at(resource, key, division, **options))

    async def put(self, resource: str, key: str, body: Any, **headers: Any) -> Answer:
        return await self.call("PUT", self.at(resource, key), body, **headers)

    async def change(self, native_id: str = FIRST, **values: Any) -> Answer:
        return await self.put("crm/Accounts", native_id, values)

    async def token(self, url: str = "", **form: str) -> Answer:
        target = self.base + (url or "/api/oauth2/token")
        async with self.session.post(target, data=form) as response:
            return Answer(response.status, response.headers, response.content_type, await response.read())

    async def refresh(self, site: str = "nl", at: str | None = None, **changes: str) -> Answer:
        known = self.simulator.credentials_at(site)
        names = ("refresh_token", "client_id", "client_secret")
        form = {"grant_type": "refresh_token", **{name: known[name] for name in names}, **changes}
        prefix = "" if (at or site) == "nl" else f"/{at or site}"
        return await self.token(f"{prefix}/api/oauth2/token", **form)

    @property
    def records(self) -> dict[str, Document]:
        return self.simulator.records

    def account(self, native_id: str = FIRST) -> Document:
        found: Document = self.records[native_id]["Account"]
        return found

    def named(self, start: str, division: int = DIVISION) -> str:
        """The id of the account whose name starts so."""
        return next(
            native_id
            for native_id, record in self.records.items()
            if record["Account"]["Name"].startswith(start) and record["Account"]["Division"] == division
        )

    @property
    def rich(self) -> str:
        return self.named("Bakkerij De Gouden Korst")

    @property
    def debited(self) -> str:
        """The one that gave a mandate."""
        return self.named("Transportbedrijf Visser")


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    time = [NOW]
    simulator = ExactOnlineSimulator(clock=lambda: time[0])
    simulator.rate_limit = simulator.error_limit = None
    simulator.licences = frozenset()
    async with Sandbox([simulator]) as sandbox, ClientSession() as session:
        made = Caller(simulator, sandbox, session, sandbox.url("exact_online"), time)
        made.sign_in()
        yield made


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of what differs between two documents."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before | after:
            yield from differences(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{path}.{place}")
    elif before != after:
        yield path


LOG = {"Account.Modified", "Account.Modifier", "Account.ModifierFullName"}


# Sign-in


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer", "Basic Zm9vOmJhcg==", None])
async def test_a_bad_token_is_401_with_an_empty_body(caller: Caller, authorization: str | None) -> None:
    headers: dict[str, Any] = {"Authorization": authorization} if authorization else {"without": ("Authorization",)}
    answer = await caller.call("GET", caller.at("crm/Accounts", FIRST), **headers)
    assert (answer.status, answer.empty) == (401, True)
    assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


async def test_the_token_of_another_scheme_is_401(caller: Caller) -> None:
    token = caller.simulator.credentials()["access_token"]
    answer = await caller.call("GET", caller.at("crm/Accounts", FIRST), Authorization=f"Basic {token}")
    assert answer.status == 401


async def test_401_can_be_a_page(caller: Caller) -> None:
    caller.simulator.unauthorized_as_html = True
    answer = await caller.call("GET", caller.at("crm/Accounts", FIRST), Authorization="Bearer nonsense")
    assert (answer.status, answer.content_type) == (401, "text/html")
    assert b"Object moved" in answer.body
    assert caller.simulator.error(401)[1] == answer.body


async def test_access_tokens_end_after_600_seconds(caller: Caller) -> None:
    caller.time[0] += 599
    assert (await caller.get("crm/Accounts", FIRST)).status == 200
    caller.time[0] += 1
    assert (await caller.get("crm/Accounts", FIRST)).status == 401
    assert (await caller.change(Name="Changed")).status == 401
    assert caller.account()["Name"] == "Molenaar Techniek B.V."


async def test_a_token_answer_has_the_lifetime_as_text(caller: Caller) -> None:
    caller.time[0] += 570
    answer = await caller.refresh()
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("bearer", "600")
    assert answer.json["access_token"] == caller.simulator.credentials()["access_token"]
    assert len(answer.json["refresh_token"]) > 400
    caller.simulator.expires_in_as_number = True
    caller.time[0] += 570
    assert (await caller.refresh()).json["expires_in"] == 600


async def test_a_refresh_before_570_seconds_is_too_early(caller: Caller) -> None:
    before = dict(caller.simulator.credentials())
    for seconds in (0, 569):
        caller.time[0] = NOW + seconds
        answer = await caller.refresh()
        assert answer.status == 400
        assert answer.headers["Reason"].startswith("TooEarlyToRefreshTokens")
        assert answer.json == {
            "error": "access_denied",
            "error_description": "Rate limit exceeded: access_token not expired",
        }
    assert caller.simulator.credentials() == before
    caller.time[0] = NOW + 570
    assert (await caller.refresh()).status == 200
    assert (await caller.refresh()).json["error"] == "access_denied"  # counted from the new pair


async def test_a_refresh_token_is_for_one_use_and_the_winner_lives_on(caller: Caller) -> None:
    old = caller.simulator.credentials()["refresh_token"]
    caller.time[0] += 600
    first = await caller.refresh()
    assert first.json["refresh_token"] != old
    caller.time[0] += 600
    again = await caller.refresh(refresh_token=old)
    assert again.status == 400
    assert again.json == {"error": "invalid_grant", "error_description": "Old refresh token used"}
    assert (await caller.refresh(refresh_token=first.json["refresh_token"])).status == 200
    caller.sign_in()
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


async def test_a_used_refresh_token_is_told_before_too_early(caller: Caller) -> None:
    old = caller.simulator.credentials()["refresh_token"]
    caller.time[0] += 600
    await caller.refresh()
    assert (await caller.refresh(refresh_token=old)).json["error"] == "invalid_grant"


async def test_the_old_access_token_lives_out_its_time(caller: Caller) -> None:
    caller.time[0] += 580
    await caller.refresh()
    assert (await caller.get("crm/Accounts", FIRST)).status == 200
    caller.time[0] += 20
    assert (await caller.get("crm/Accounts", FIRST)).status == 401


async def test_refresh_tokens_end_after_30_days(caller: Caller) -> None:
    caller.time[0] += 30 * 24 * 3600 - 1
    assert (await caller.refresh()).status == 200
    caller.time[0] += 30 * 24 * 3600
    assert (await caller.refresh()).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": NOBODY}, "invalid_client"),
        ({"refresh_token": "x"}, "invalid_grant"),
        ({"refresh_token": ""}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_grant"),
    ],
)
async def test_what_the_token_endpoint_refuses(caller: Caller, changes: dict[str, str], error: str) -> None:
    caller.time[0] += 600
    answer = await caller.refresh(**changes)
    assert (answer.status, answer.json["error"]) == (400, error)


async def test_client_credentials_travel_in_the_body_only(caller: Caller) -> None:
    caller.time[0] += 600
    known = caller.simulator.credentials()
    form = {"grant_type": "refresh_token", "refresh_token": known["refresh_token"]}
    assert (await caller.token(**form)).json["error"] == "invalid_client"
    body = json.dumps({**form, "client_id": known["client_id"], "client_secret": known["client_secret"]})
    assert (await caller.call("POST", "/api/oauth2/token", body)).json["error"] == "invalid_request"
    assert (await caller.call("GET", "/api/oauth2/token")).status == 405


async def test_the_token_endpoint_takes_200_calls_a_day(caller: Caller) -> None:
    caller.simulator.token_limit = 3
    for _ in range(3):
        assert (await caller.refresh()).status == 400
    caller.time[0] += 600
    assert (await caller.refresh()).status == 429
    caller.time[0] += 24 * 3600
    assert (await caller.refresh()).status == 200
    assert ExactOnlineSimulator.token_limit == 200


async def test_expire_tokens_leaves_the_refresh_token_good_and_not_too_early(caller: Caller) -> None:
    caller.simulator.expire_tokens()
    assert (await caller.get("crm/Accounts", FIRST)).status == 401
    assert (await caller.refresh()).status == 200
    caller.sign_in()
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


# One host per country


async def test_app_and_tokens_of_one_country_are_worthless_in_another(caller: Caller) -> None:
    assert (await caller.call("GET", "/de" + caller.at("system/Divisions"))).status == 401
    caller.time[0] += 600
    assert (await caller.refresh("nl", at="de")).json["error"] == "invalid_client"
    assert (await caller.refresh("de", at="nl")).json["error"] == "invalid_client"
    assert (await caller.refresh("de", at="de")).status == 200
    caller.sign_in("de")
    assert (await caller.get("crm/Accounts", FIRST)).status == 401


@pytest.mark.parametrize("site", ["be", "de", "co.uk", "fr", "es", "com"])
async def test_each_country_has_a_host_with_companies_of_its_own(caller: Caller, site: str) -> None:
    caller.sign_in(site)
    me = (await caller.call("GET", f"/{site}/api/v1/current/Me")).rows[0]
    companies = (await caller.call("GET", f"/{site}/api/v1/{me['CurrentDivision']}/system/Divisions")).rows
    assert [company["Code"] for company in companies] == [me["CurrentDivision"]]
    assert str(companies[0]["__metadata"]["uri"]).startswith(f"{caller.base}/{site}/api/v1/")
    assert (await caller.call("GET", f"/{site}{caller.at('crm/Accounts', FIRST)}")).headers[
        "Reason"
    ] == "NoDivisionAccess"


async def test_customers_of_another_country_are_written_at_its_host(caller: Caller) -> None:
    caller.sign_in("de")
    native_id = caller.named("Bäckerei Grünwald", GERMAN)
    url = "/de" + caller.at("crm/Accounts", native_id, GERMAN)
    assert (await caller.call("PUT", url, {"DatevDebtorCode": "10001"})).status == 204
    assert (await caller.call("GET", url)).one["DatevDebtorCode"] == "10001"
    assert caller.simulator.written_id("PUT", url, {}) == native_id


# Companies


async def test_me_is_a_list_of_one(caller: Caller) -> None:
    url = "/api/v1/current/Me?$select=CurrentDivision,FullName,Email"
    [me] = (await caller.call("GET", url)).rows
    assert set(me) == {"__metadata", "CurrentDivision", "FullName", "Email"}
    assert me["__metadata"]["uri"].startswith(f"{caller.base}/api/v1/current/Me(guid'")
    assert me["CurrentDivision"] == DIVISION
    whole = (await caller.call("GET", "/api/v1/current/Me")).rows[0]
    assert (whole["LanguageCode"], whole["Legislation"]) == ("en-GB", "1")
    assert (await caller.call("PUT", "/api/v1/current/Me", {})).status == 405
    assert (await caller.call("GET", "/api/v1/current/crm/Accounts")).status == 404


async def test_the_current_company_is_the_one_used_last(caller: Caller) -> None:
    await caller.get("crm/Accounts", division=SISTER, filter="Status eq 'C'")
    assert (await caller.call("GET", "/api/v1/current/Me")).rows[0]["CurrentDivision"] == SISTER
    companies = (await caller.get("system/Divisions")).rows
    assert [company["Code"] for company in companies if company["Current"]] == [SISTER]


async def test_companies_are_those_granted_whatever_company_the_path_names(caller: Caller) -> None:
    for division in (DIVISION, FORBIDDEN, 1):
        rows = (await caller.get("system/Divisions", division=division)).rows
        assert [row["Code"] for row in rows] == [DIVISION, SISTER, ARCHIVED, INACTIVE, BUSY]
    assert [row["Status"] for row in rows] == [1, 1, 2, 0, 1]
    assert [row["BlockingStatus"] for row in rows] == [0, 0, 0, 0, 2]
    assert [row["IsMainDivision"] for row in rows] == [True, False, False, False, False]
    assert rows[0]["Country"] == "NL "
    assert rows[0]["Hid"] == "100201"
    assert rows[2]["ArchiveDate"] == "/Date(1703980800000)/"


async def test_all_companies_and_the_older_list(caller: Caller) -> None:
    assert FORBIDDEN in [row["Code"] for row in (await caller.get("system/AllDivisions")).rows]
    older = {row["Code"]: row for row in (await caller.get("hrm/Divisions")).rows}
    assert FORBIDDEN not in older
    assert (older[DIVISION]["Status"], older[ARCHIVED]["Status"]) == (0, 1)  # the opposite reading of 1
    assert (older[DIVISION]["Main"], older[DIVISION]["HID"]) == (True, "100201")
    assert "IsMainDivision" not in older[DIVISION]


async def test_one_company_by_its_number(caller: Caller) -> None:
    url = f"/api/v1/{DIVISION}/system/Divisions({SISTER})?$select=Code,Description"
    assert (await caller.call("GET", url)).one["Description"] == "Molenaar Verhuur B.V."


async def test_delete_removes_a_company(caller: Caller) -> None:
    assert (await caller.call("DELETE", f"/api/v1/{DIVISION}/system/Divisions({SISTER})")).status == 204
    assert caller.simulator.removed_divisions == [SISTER]
    assert (await caller.get("crm/Accounts", division=SISTER, filter="Status eq 'C'")).status == 403


@pytest.mark.parametrize(
    ("division", "reason"),
    [
        (FORBIDDEN, "NoDivisionAccess"),
        (GERMAN, "NoDivisionAccess"),
        (1, "NoDivisionAccess"),
        (ARCHIVED, "DivisionBlocked"),
        (INACTIVE, "DivisionBlocked"),
        (BUSY, "DivisionBlocked"),
    ],
)
async def test_a_company_that_cannot_be_used_is_403_with_a_reason(caller: Caller, division: int, reason: str) -> None:
    listed = await caller.get("crm/Accounts", division=division, filter="Status eq 'C'")
    put = await caller.call("PUT", caller.at("crm/Accounts", FIRST, division), {"Name": "Changed"})
    for answer in (listed, put):
        assert (answer.status, answer.headers["Reason"], answer.empty) == (403, reason, True)
    assert caller.account()["Name"] == "Molenaar Techniek B.V."


async def test_the_current_company_can_be_one_that_is_not_granted(caller: Caller) -> None:
    caller.simulator.current["nl"] = FORBIDDEN
    assert (await caller.call("GET", "/api/v1/current/Me")).rows[0]["CurrentDivision"] == FORBIDDEN
    granted = replace(caller.simulator.divisions[FORBIDDEN], granted=True)
    caller.simulator.divisions[FORBIDDEN] = granted
    assert (await caller.get("crm/Accounts", division=FORBIDDEN, filter="Status eq 'C'")).rows == []


async def test_an_account_is_found_in_its_own_company_only(caller: Caller) -> None:
    assert (await caller.get("crm/Accounts", FIRST, SISTER)).status == 404
    answer = await caller.call("PUT", caller.at("crm/Accounts", FIRST, SISTER), {"Name": "Changed"})
    assert answer.status == 403
    assert caller.account()["Name"] == "Molenaar Techniek B.V."
    rows = (await caller.get("crm/Accounts", division=SISTER, filter="Status eq 'C'")).rows
    assert {row["Division"] for row in rows} == {SISTER}
    contacts = (await caller.get("crm/Contacts", division=SISTER)).rows
    assert {row["Account"] for row in contacts} <= {row["ID"] for row in rows}


async def test_a_row_is_found_in_its_own_company_only(caller: Caller) -> None:
    native_id = caller.named("Molenaar Techniek", SISTER)
    contact = caller.records[native_id]["Contacts"][0]["ID"]
    before = deepcopy(caller.records)
    assert (await caller.get("crm/Contacts", contact)).status == 404
    assert (await caller.put("crm/Contacts", contact, {"Notes": "x"})).status == 403
    assert (await caller.call("DELETE", caller.at("crm/Contacts", contact))).status == 404
    assert caller.records == before


@pytest.mark.parametrize("reason", ["BlockedUser", "InactiveUser", "BlockedCustomer", "LicenseExpired"])
async def test_users_can_be_shut_out(caller: Caller, reason: str) -> None:
    caller.simulator.refusal_reason = reason
    answer = await caller.get("crm/Accounts", FIRST)
    assert (answer.status, answer.headers["Reason"]) == (403, reason)


# Rights, verbs, paths


async def test_without_the_right_reads_and_writes_are_403(caller: Caller) -> None:
    caller.simulator.rights = {"crm accounts": "read"}
    assert (await caller.get("crm/Accounts", FIRST)).status == 200
    refused = await caller.change(Name="Changed")
    assert (refused.status, refused.words) == (403, "Forbidden - scope does not allow: write")
    assert caller.account()["Name"] == "Molenaar Techniek B.V."
    caller.simulator.rights = {}
    for resource in ("crm/Addresses", "cashflow/PaymentConditions", "general/Currencies", "sync/CRM/Accounts"):
        refused = await caller.get(resource)
        assert (refused.status, refused.words) == (403, "Forbidden - scope does not allow: read")
    for resource in ("system/Divisions", "hrm/Divisions"):
        assert (await caller.get(resource)).status == 200
    assert (await caller.call("GET", "/api/v1/current/Me")).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", f"crm/Accounts(guid'{FIRST}')"),
        ("MERGE", f"crm/Accounts(guid'{FIRST}')"),
        ("POST", f"crm/Accounts(guid'{FIRST}')"),
        ("PUT", "crm/Accounts"),
        ("DELETE", "crm/Contacts"),
        ("PUT", "system/Divisions(3141592)"),
        ("POST", "general/Currencies"),
        ("PUT", f"sync/CRM/Accounts(guid'{FIRST}')"),
    ],
)
async def test_verbs_that_are_not_offered_are_405(caller: Caller, method: str, path: str) -> None:
    answer = await caller.call(method, f"/api/v1/{DIVISION}/{path}", {"Name": "Changed"})
    assert (answer.status, answer.empty) == (405, True)
    assert caller.account()["Name"] == "Molenaar Techniek B.V."


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_accounts_are_not_made_or_removed(caller: Caller, method: str) -> None:
    url = caller.at("crm/Accounts", None if method == "POST" else FIRST)
    assert (await caller.call(method, url, {"Name": "New"})).status == 501
    assert FIRST in caller.records


@pytest.mark.parametrize(
    "path", ["crm/Customers", "Crm/Accounts", "crm/accounts", "Accounts", "crm", "", "read/financial/ReceivablesList"]
)
async def test_unknown_paths_are_404(caller: Caller, path: str) -> None:
    answer = await caller.call("GET", f"/api/v1/{DIVISION}/{path}")
    assert (answer.status, answer.empty) == (404, True)
    for other in ("/api/v1/abc/crm/Accounts", "/api/v2/1/crm/Accounts", "/xx/api/v1/1/crm/Accounts", "/"):
        assert (await caller.call("GET", other)).status == 404


@pytest.mark.parametrize("key", ["'x'", "guid''", f"'{FIRST}'", FIRST, "guid'5b0f8a52'", "guid'{" + FIRST + "}'", ""])
async def test_a_key_that_is_no_guid_literal_is_400(caller: Caller, key: str) -> None:
    for method, body in (("GET", None), ("PUT", {"Name": "Changed"})):
        assert (await caller.call(method, f"/api/v1/{DIVISION}/crm/Accounts({quote(key)})", body)).status == 400


async def test_the_quotes_of_the_key_may_be_encoded_and_its_letters_big(caller: Caller) -> None:
    for literal in (f"guid%27{FIRST}%27", f"guid'{FIRST.upper()}'", f"guid'{FIRST}'"):
        assert (await caller.call("GET", f"/api/v1/{DIVISION}/crm/Accounts({literal})")).one["ID"] == FIRST


async def test_an_unknown_account_is_404_to_read_and_403_to_write(caller: Caller) -> None:
    answer = await caller.get("crm/Accounts", NOBODY)
    assert (answer.status, answer.empty) == (404, True)
    assert (await caller.get("crm/Accounts", filter=f"ID eq guid'{NOBODY}'")).rows == []
    for resource in ("crm/Accounts", "crm/Contacts", "crm/Addresses", "crm/BankAccounts"):
        answer = await caller.put(resource, NOBODY, {})
        assert (answer.status, answer.empty) == (403, True)
    caller.simulator.unknown_put_status = 404
    assert (await caller.change(NOBODY, Name="Changed")).status == 404
    assert NOBODY not in caller.records


# Reading


async def test_one_account_is_the_object_itself(caller: Caller) -> None:
    found = (await caller.get("crm/Accounts", FIRST)).one
    assert found.pop("__metadata") == {
        "uri": f"{caller.base}/api/v1/{DIVISION}/crm/Accounts(guid'{FIRST}')",
        "type": "Exact.Web.Api.Models.Account",
    }
    assert set(found.pop("BankAccounts")) == {"__deferred"}
    assert found == caller.account()
    assert found["Code"] == CODE
    assert found["Country"] == "NL "
    assert found["Language"] == "NL        "
    assert re.fullmatch(r"/Date\(\d+\)/", found["Modified"])
    assert found["StartDate"] == "/Date(1425168000000)/"
    assert found["IsSales"] is True


async def test_the_deferred_bank_accounts_are_where_they_are_said_to_be(caller: Caller) -> None:
    uri = (await caller.get("crm/Accounts", caller.rich)).one["BankAccounts"]["__deferred"]["uri"]
    rows = (await caller.call("GET", uri)).rows
    assert [row["ID"] for row in rows] == sorted(row["ID"] for row in rows_of(caller, "BankAccounts"))
    assert rows[0]["__metadata"]["uri"].endswith(f"/crm/BankAccounts(guid'{rows[0]['ID']}')")
    assert (await caller.call("PUT", uri, {})).status == 405
    assert (await caller.call("GET", uri.replace(caller.rich, NOBODY))).status == 404


async def test_vat_codes_come_padded(caller: Caller) -> None:
    found = (await caller.get("crm/Accounts", caller.rich, select="SalesVATCode,PurchaseVATCode")).one
    assert (found["SalesVATCode"], found["PurchaseVATCode"]) == ("2  ", "VN ")
    assert [row["Code"] for row in (await caller.get("vat/VATCodes", filter="Code eq '2'")).rows] == ["2  "]


async def test_a_list_has_results_also_for_one(caller: Caller) -> None:
    [found] = (await caller.get("crm/Accounts", filter=f"ID eq guid'{FIRST}'", select="ID,Name")).rows
    assert found["ID"] == FIRST
    caller.simulator.bare_lists = True
    bare = (await caller.get("crm/Accounts", filter=f"ID eq guid'{FIRST}'", select="ID,Name")).json["d"]
    assert [row["ID"] for row in bare] == [FIRST]
    assert "results" in (await caller.get("crm/Accounts", filter="Status eq 'C'")).json["d"]  # more pages follow


async def test_select_gives_what_was_asked(caller: Caller) -> None:
    found = (await caller.get("crm/Accounts", FIRST, select="ID, Name,EndDate")).one
    assert set(found) == {"__metadata", "ID", "Name", "EndDate"}
    assert found["EndDate"] is None
    assert "__deferred" in (await caller.get("crm/Accounts", FIRST, select="BankAccounts")).one["BankAccounts"]


@pytest.mark.parametrize(
    "select",
    [
        "ID,Nmae",
        "id",
        "",
        "*",
        "DunsNumber",
        "Classification",
        "SalesTaxSchedule",
        "SeparateInvPerProject",
        "StatusSince",
    ],
)
async def test_one_unknown_or_withdrawn_name_in_select_fails_the_call(caller: Caller, select: str) -> None:
    for url in (
        caller.at("crm/Accounts", FIRST, select=select),
        caller.at("crm/Accounts", filter="Status eq 'C'", select=select),
    ):
        answer = await caller.call("GET", url)
        assert answer.status == 400
        assert "No property" in answer.words


async def test_what_is_only_written_is_not_read(caller: Caller) -> None:
    contact = caller.records[caller.rich]["Contacts"][0]
    assert contact["Picture"]
    assert "Picture" not in (await caller.get("crm/Contacts", contact["ID"])).one
    assert (await caller.get("crm/Contacts", contact["ID"], select="Picture")).status == 400


async def test_without_asking_for_json_there_is_atom(caller: Caller) -> None:
    url = caller.at("crm/Accounts", FIRST)
    for accept in ("*/*", "application/atom+xml", None):
        headers: dict[str, Any] = {"Accept": accept} if accept else {"without": ("Accept",)}
        answer = await caller.call("GET", url, **headers)
        assert (answer.status, answer.content_type) == (200, "application/atom+xml")
        entry = ElementTree.fromstring(answer.body)
        names = {element.tag.partition("}")[2]: element.text for element in entry.iter()}
        assert names["Name"] == "Molenaar Techniek B.V."
    page = await caller.call("GET", caller.at("crm/Accounts", filter="Status eq 'C'"), Accept="*/*")
    feed = ElementTree.fromstring(page.body)
    assert len([element for element in feed if element.tag.endswith("}entry")]) == 60
    refused = await caller.call("GET", caller.at("crm/Accounts", FIRST, select="Nmae"), Accept="*/*")
    assert refused.status == 400
    assert ElementTree.fromstring(refused.body).tag.endswith("error")
    assert (await caller.call("GET", url, Accept="text/html, application/json;q=0.9")).one["ID"] == FIRST


async def test_accounts_are_listed_by_certain_fields_only(caller: Caller) -> None:
    for query in ("", "?$top=1", "?$orderby=Name"):
        answer = await caller.call("GET", caller.at("crm/Accounts") + query)
        assert answer.status == 400
        assert "This endpoint has mandatory filtering applied" in answer.words
        assert ",Code,CodeAtSupplier," in answer.words
    answer = await caller.get("crm/Accounts", filter="Status eq 'C' and Language eq 'NL'")
    assert (answer.status, answer.words) == (400, "Filtering on these fields is not supported: Language")
    caller.simulator.needs_filter = False
    assert len((await caller.get("crm/Accounts")).rows) == 60
    assert (await caller.get("crm/Accounts", filter="Language eq 'NL'")).rows


async def found(caller: Caller, text: str) -> set[str]:
    return {row["Name"] for row in (await caller.get("crm/Accounts", filter=text, select="Name")).rows}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"Code eq '{CODE}'", {"Molenaar Techniek B.V."}),
        ("Code eq '42'", set[str]()),
        (f"Code eq ' {CODE}'", set[str]()),
        ("trim(Code) eq '42'", {"Molenaar Techniek B.V."}),
        ("Name eq 'Café ''t Hoekje'", {"Café 't Hoekje"}),
        ("Name eq 'café ''t hoekje'", set[str]()),
        ("tolower(Name) eq 'café ''t hoekje'", {"Café 't Hoekje"}),
        ("Name eq 'Jan-Willem O''Neil' and Status eq 'C'", {"Jan-Willem O'Neil"}),
        ("Email eq 'administratie@molenaar-techniek.example'", {"Molenaar Techniek B.V."}),
        ("VATNumber eq 'NL800000006B01'", {"Molenaar Techniek B.V."}),
        ("Status eq 'P'", {"Almere Datacentrum B.V."}),
        ("Country eq 'FR'", {"Boulangerie Dupré"}),
        ("Country eq 'FR ' or Country eq 'GB'", {"Boulangerie Dupré", "Bristol Harbour Tours Ltd"}),
        ("substringof('Horst', Name)", set[str]()),
        ("substringof('Textiel', Name) eq true", {"Twentse Textiel Groep N.V."}),
        ("startswith(Name, 'Rederij')", {"Rederij Texelstroom"}),
        ("endswith(Name,'Noord')", {"Installatiegroothandel Noord"}),
        ("Blocked eq true", {"Adviesbureau Çelik", "Transportbedrijf Visser & Zn."}),
        ("IsAccountant gt 1 and not (Blocked eq true) and Postcode eq '3511 LX'", {"Bakkerij De Gouden Korst"}),
        ("EndDate lt datetime'2026-01-01T00:00:00'", {"Hoveniersbedrijf Groenendaal"}),
        ("EndDate lt datetime'2026-01-01' and EndDate ne null", {"Hoveniersbedrijf Groenendaal"}),
        ("StartDate le datetime'2010-01-01T00:00:00'", {"Drentse Heide Camping"}),
        ("City eq null", {"Leeg Dossier"}),
        (
            "(City eq 'Utrecht' or City eq 'Delft') and Status eq 'C'",
            {"Bakkerij De Gouden Korst", "Sjoerd van 't Hof"},
        ),
    ],
)
async def test_filters(caller: Caller, text: str, names: set[str]) -> None:
    assert await found(caller, text) == names


async def test_a_filter_on_changes_finds_what_was_changed(caller: Caller) -> None:
    text = "Modified gt datetime'2026-06-01T00:00:00'"
    assert await found(caller, text) == set()
    await caller.change(Remarks="x")
    assert await found(caller, text) == {"Molenaar Techniek B.V."}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name",
        "Name eq",
        "Name eq Molenaar",
        "Name = 'x'",
        "Name eq 'O'Neil'",
        'Name eq "x"',
        "Nmae eq 'x'",
        f"ID eq '{FIRST}'",
        "ID eq guid'nonsense'",
        f"Name eq guid'{FIRST}'",
        "Status eq 1",
        "Modified gt '2026-01-01'",
        "Modified gt datetime'yesterday'",
        "Modified gt datetime'2026-01-01T00:00:00Z'",
        "Blocked eq 'true'",
        "(Status eq 'C'",
        "Status eq 'C')",
        "Status eq 'C' and",
        "length(Name) gt 3",
        "contains(Name, 'x')",
        "BankAccounts eq null",
        "trim(IsAccountant) eq '1'",
        "Status in ('C')",
    ],
)
async def test_filters_that_make_no_sense_are_400(caller: Caller, text: str) -> None:
    answer = await caller.get("crm/Accounts", filter=text)
    assert answer.status == 400
    assert answer.words


@pytest.mark.parametrize(
    ("query", "fine"),
    [
        ("$top=5", True),
        ("$orderby=Name%20desc,Code", True),
        ("$orderby=Nmae", False),
        ("$orderby=Name%20down", False),
        ("$top=-1", False),
        ("$top=x", False),
        ("$skip=60", False),
        ("$expand=BankAccounts", False),
        ("$inlinecount=allpages", False),
        ("$format=json", False),
        ("$skiptoken=3", False),
        ("$skiptoken=guid'x'", False),
        ("$top=5&$top=6", False),
    ],
)
async def test_query_options(caller: Caller, query: str, fine: bool) -> None:
    customers = caller.at("crm/Accounts", filter="Status eq 'C'")
    answer = await caller.call("GET", f"{customers}&{query}")
    assert answer.status == (200 if fine else 400)


async def test_parameters_that_are_not_odata_are_passed_by(caller: Caller) -> None:
    assert (await caller.call("GET", caller.at("crm/Accounts", FIRST) + "?select=ID&x=1")).one["Name"]
    assert caller.simulator.ignored.parameters == ["select", "x"]
    assert (await caller.get("crm/Accounts", FIRST, filter="Status eq 'C'")).status == 400


async def pages(caller: Caller, url: str) -> list[list[Document]]:
    collected = []
    following: str | None = url
    while following:
        page = (await caller.call("GET", following)).json["d"]
        collected.append(page["results"])
        following = page.get("__next")
    return collected


async def test_pages_have_60_entries_and_a_next(caller: Caller) -> None:
    url = caller.at("crm/Accounts", filter="Status eq 'C'", select="ID,Name")
    page = (await caller.call("GET", url)).json["d"]
    query = parse_qs(urlsplit(page["__next"]).query)
    assert page["__next"].startswith(f"{caller.base}/api/v1/{DIVISION}/crm/Accounts?")
    assert query["$skiptoken"] == [f"guid'{page['results'][-1]['ID']}'"]
    assert (query["$filter"], query["$select"]) == (["Status eq 'C'"], ["ID,Name"])
    collected = await pages(caller, url)
    customers = [
        native_id
        for native_id, record in caller.records.items()
        if (record["Account"]["Division"], record["Account"]["Status"]) == (DIVISION, "C")
    ]
    assert [len(rows) for rows in collected] == [60, len(customers) - 60]
    assert sorted(row["ID"] for rows in collected for row in rows) == sorted(customers)


async def test_top_cannot_raise_the_page_and_is_carried_on(caller: Caller) -> None:
    every = caller.at("crm/Accounts", filter="Status ne 'X'")
    assert [len(rows) for rows in await pages(caller, every + "&$top=1000")] == [60, 10]
    assert [len(rows) for rows in await pages(caller, every + "&$top=64")] == [60, 4]
    assert [len(rows) for rows in await pages(caller, every + "&$top=60")] == [60]
    assert [len(rows) for rows in await pages(caller, every + "&$top=2")] == [2]
    assert [len(rows) for rows in await pages(caller, every + "&$top=0")] == [0]


async def test_pages_keep_their_order(caller: Caller) -> None:
    url = caller.at("crm/Accounts", filter="Status ne 'X'", orderby="Name desc", select="ID,Name")
    names = [row["Name"] for rows in await pages(caller, url) for row in rows]
    assert names == sorted(names, reverse=True)
    assert len(names) == 70
    ids = [row["ID"] for rows in await pages(caller, caller.at("crm/Accounts", filter="Status ne 'X'")) for row in rows]
    assert ids == sorted(ids)


async def test_sync_gives_what_changed_since_a_timestamp(caller: Caller) -> None:
    rows = (await caller.get("sync/CRM/Accounts", select="Timestamp,ID")).rows
    assert len(rows) == 70
    assert [int(row["Timestamp"]) for row in rows] == sorted(int(row["Timestamp"]) for row in rows)
    newest = rows[-1]["Timestamp"]
    assert isinstance(newest, str)
    assert (await caller.get("sync/CRM/Accounts", filter=f"Timestamp gt {newest}L")).rows == []
    await caller.change(Remarks="x")
    [row] = (await caller.get("sync/CRM/Accounts", filter=f"Timestamp gt {newest}L")).rows
    assert row["ID"] == FIRST


async def test_reference_lists(caller: Caller) -> None:
    conditions = (await caller.get("cashflow/PaymentConditions", select="Code,PaymentDays,PaymentEndOfMonths")).rows
    days = {row["Code"]: row["PaymentDays"] for row in conditions}
    assert (days["30"], days["00"]) == (30, 0)
    assert [row["Code"] for row in (await caller.get("general/Currencies")).rows] == ["EUR", "GBP", "USD"]
    assert [row["Code"] for row in (await caller.get("general/Currencies", division=SISTER)).rows] == ["EUR"]
    states = (await caller.get("crm/AddressStates", filter="Country eq 'NL'")).rows
    assert {"NH", "ZH", "NB"} <= {row["State"] for row in states}
    assert any(row["IsBlocked"] for row in (await caller.get("vat/VATCodes")).rows)


# Writing an account


async def test_a_put_is_partial_and_answers_204_without_a_body(caller: Caller) -> None:
    for native_id in (FIRST, caller.rich, caller.named("Café 't Hoekje"), caller.named("Leeg Dossier")):
        before = deepcopy(caller.records[native_id])
        answer = await caller.change(native_id, TradeName="Handelsnaam")
        assert (answer.status, answer.empty) == (204, True)
        assert "Content-Type" not in answer.headers
        changed = set(differences(before, caller.records[native_id]))
        assert changed == {"Account.TradeName", "Account.Modified"}
        assert (await caller.get("crm/Accounts", native_id)).one["TradeName"] == "Handelsnaam"


async def test_a_body_is_not_returned_on_request_either(caller: Caller) -> None:
    answer = await caller.put("crm/Accounts", FIRST, {"TradeName": "x"}, Prefer="return=representation")
    assert (answer.status, answer.empty) == (204, True)


async def test_other_accounts_stay_as_they_are(caller: Caller) -> None:
    before = {native_id: deepcopy(record) for native_id, record in caller.records.items() if native_id != FIRST}
    await caller.change(Email="neu@molenaar.example")
    assert {native_id: record for native_id, record in caller.records.items() if native_id != FIRST} == before


async def test_each_write_has_a_later_time_also_when_the_clock_stands(caller: Caller) -> None:
    times = []
    for words in ("a", "b"):
        await caller.change(Remarks=words)
        times.append(caller.account()["Modified"])
    assert times == [f"/Date({int(NOW * 1000)})/", f"/Date({int(NOW * 1000) + 1})/"]


async def test_the_dossiers_example(caller: Caller) -> None:
    body = {
        **{"Name": "Molenaar Techniek B.V.", "VATNumber": "NL001234567B01", "Phone": "+31 20 555 0100"},
        **{"Email": "administratie@molenaar.example", "AddressLine1": "Kadeweg 12", "Postcode": "1011 AB"},
        **{"City": "Amsterdam", "Country": "NL", "State": "", "PaymentConditionSales": "30", "SalesCurrency": "EUR"},
        "Remarks": "Prefers e-mail",
    }
    assert (await caller.change(**body)).status == 204
    account = caller.account()
    assert (account["Country"], account["State"]) == ("NL ", None)
    assert account["PaymentConditionSalesDescription"] == "30 dagen"


# Restated from the contract: one property of each type, with JSON values that do not fit it.
WRONG: list[tuple[str, Any]] = [
    *[("Name", value) for value in (1, True, ["x"], {"x": 1})],
    *[("Parent", value) for value in ("x", 1, "{" + FIRST + "}", FIRST.replace("-", ""), "")],
    *[("Blocked", value) for value in (1, "true", None, "")],
    *[("IsAgency", value) for value in (True, "1", 1.0, -1, 256, None)],
    *[("IncotermVersionSales", value) for value in ("2020", 40000, True)],
    *[("InvoicingMethod", value) for value in ("1", 1.5, True, 2**31)],
    *[("CreditLineSales", value) for value in ("100", True, ["x"])],
    *[
        ("EndDate", value)
        for value in (
            "2026-01-01",
            "01-01-2026",
            "2026-13-01T00:00:00",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+01:00",
            "/Date(1767225600000)/",
            1767225600000,
            "",
        )
    ],
    *[("Logo", value) for value in ("not base64!", 1)],
]


@pytest.mark.parametrize(("name", "value"), WRONG)
async def test_a_value_of_the_wrong_type_is_400(caller: Caller, name: str, value: Any) -> None:
    before = deepcopy(caller.records)
    answer = await caller.change(**{name: value, "TradeName": "also sent"})
    assert (answer.status, answer.words) == (400, f"Invalid: {name}")
    assert caller.records == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Status", "X"),
        ("Status", "c"),
        ("IsAccountant", 3),
        ("IsAgency", 2),
        ("IsCompetitor", 2),
        ("IsMailing", 2),
        ("SeparateInvPerSubscription", 2),
        ("DeliveryAdvice", 3),
        ("ConsolidationScenario", 7),
        ("InvoicingMethod", 3),
        ("IncotermVersionSales", 2015),
        ("IncotermVersionPurchase", 2000),
        ("SecurityLevel", 101),
        ("SecurityLevel", -1),
        ("Country", "XX"),
        ("Country", "nl"),
        ("Country", "NL "),
        ("Country", "NLD"),
        ("State", "XX"),
        ("State", "BY"),
        ("Language", "dutch"),
        ("Language", "NL        "),
        ("Email", "nobody"),
        ("Email", "a@b.example; c@d.example"),
    ],
)
async def test_a_word_that_is_no_choice_is_400(caller: Caller, name: str, value: Any) -> None:
    before = deepcopy(caller.records)
    answer = await caller.change(**{name: value, "TradeName": "also sent"})
    assert (answer.status, answer.words) == (400, f"Invalid: {name}")
    assert caller.records == before


@pytest.mark.parametrize(
    "name", ["Nmae", "name", "SalesTaxSchedule", "SeparateInvPerProject", "DunsNumber", "IBAN", "SustainabilityRating"]
)
async def test_unknown_and_withdrawn_properties_are_400(caller: Caller, name: str) -> None:
    before = deepcopy(caller.records)
    answer = await caller.change(caller.rich, **{name: None, "TradeName": "also sent"})
    assert answer.status == 400
    assert f"'{name}'" in answer.words
    assert caller.records == before


@pytest.mark.parametrize(
    "name",
    """Created Modified Creator CreatorFullName Modifier ModifierFullName Division IsSales Type IsAnonymised CountryName
    StateName LanguageDescription SalesCurrencyDescription PurchaseCurrencyDescription PaymentConditionSalesDescription
    PaymentConditionPurchaseDescription SalesVATCodeDescription PurchaseVATCodeDescription InvoiceAccountCode
    InvoiceAccountName ResellerCode ResellerName AccountManagerFullName AccountManagerHID LogoUrl LogoThumbnailUrl
    CustomField ClientGroup ClientGroupDescription""".split(),
)
async def test_read_only_properties_are_refused_or_passed_by(caller: Caller, name: str) -> None:
    before = deepcopy(caller.account()[name])
    answer = await caller.change(**{name: before, "TradeName": "also sent"})
    assert (answer.status, answer.words) == (400, f"Bad Request - The property '{name}' cannot be set.")
    assert caller.account()["TradeName"] is None
    caller.simulator.readings = replace(caller.simulator.readings, ignores_read_only=True)
    assert (await caller.change(**{name: "x", "TradeName": "also sent"})).status == 204
    assert caller.simulator.ignored.properties == [name]
    assert caller.account()["TradeName"] == "also sent"
    if name != "Modified":
        assert caller.account()[name] == before


async def test_collections_inside_the_account_are_passed_by(caller: Caller) -> None:
    before = deepcopy(caller.records[caller.rich])
    rows = [{"BankAccount": "NL91ABNA0417164300"}]
    sent = {"BankAccounts": rows, "Addresses": [], "Contacts": [], "TradeName": "Nieuw"}
    assert (await caller.change(caller.rich, **sent)).status == 204
    assert caller.simulator.ignored.properties == ["BankAccounts", "Addresses", "Contacts"]
    assert set(differences(before, caller.records[caller.rich])) == {"Account.TradeName", "Account.Modified"}


async def test_the_key_may_stand_in_the_body_if_it_is_the_same(caller: Caller) -> None:
    assert (await caller.change(ID=FIRST.upper(), TradeName="x")).status == 204
    assert (await caller.change(ID=NOBODY, TradeName="y")).status == 400
    assert caller.account()["TradeName"] == "x"


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', "null", '{"Name": NaN}', '{"Name": "half \\ud83c"}', b"\xff{}", "[" * 100_000]
)
async def test_a_body_that_is_no_json_object_is_400(caller: Caller, body: str | bytes) -> None:
    assert (await caller.put("crm/Accounts", FIRST, body)).status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_only_json_bodies_are_read(caller: Caller, content_type: str) -> None:
    answer = await caller.put("crm/Accounts", FIRST, {"Name": "Changed"}, Content_Type=content_type)
    assert answer.status == 400
    assert caller.account()["Name"] == "Molenaar Techniek B.V."
    fine = await caller.put("crm/Accounts", FIRST, {"TradeName": "x"}, Content_Type="application/json; charset=utf-8")
    assert fine.status == 204


async def test_nothing_sent_is_nothing_changed(caller: Caller) -> None:
    before = deepcopy(caller.records[FIRST])
    assert (await caller.change()).status == 204
    assert set(differences(before, caller.records[FIRST])) == {"Account.Modified"}


def clearable(account: Document) -> list[str]:
    """Names of set values that null fits."""
    kept = {"ID", "Name", "Code", "Status", "Type", "Division", "Created", "Creator", "Modified", "Modifier"}
    derived = ("Description", "Url", "FullName", "HID", "CountryName", "StateName", "ResellerCode", "ResellerName")
    return [
        name
        for name, value in account.items()
        if value is not None
        and name not in kept
        and not name.endswith(derived)
        and not isinstance(value, bool | dict | list)
        and name not in {"InvoiceAccountCode", "InvoiceAccountName", "LoyaltyProgram"}
        and not (isinstance(value, int) and name.startswith(("Is", "Auto", "Consol", "Separate", "Delivery")))
    ]


async def test_null_clears_each_field_alone(caller: Caller) -> None:
    native_id = caller.rich
    names = clearable(caller.account(native_id))
    assert len(names) > 75
    caller.simulator.readings = replace(caller.simulator.readings, links_visit_address=False)
    follows = {
        "Country": {"CountryName"},
        "State": {"StateName"},
        "Language": {"LanguageDescription"},
        "AccountManager": {"AccountManagerFullName", "AccountManagerHID"},
        "InvoiceAccount": {"InvoiceAccountCode", "InvoiceAccountName"},
        "Reseller": {"ResellerCode", "ResellerName"},
        "Logo": {"LogoUrl", "LogoThumbnailUrl"},
        **{
            name: {f"{name}Description"}
            for name in """SalesCurrency PurchaseCurrency PaymentConditionSales PaymentConditionPurchase SalesVATCode
            PurchaseVATCode""".split()
        },
    }
    for name in names:
        before = deepcopy(caller.account(native_id))
        sent = {name: None, "State": None} if name == "Country" else {name: None}
        assert (await caller.change(native_id, **sent)).status == 204, name
        changed = set(differences(before, caller.account(native_id)))
        expected = {name, "Modified", *follows.get(name, ())}
        assert changed - {"State", "StateName"} == expected - {"State", "StateName"}, name
        assert caller.account(native_id)[name] is None


async def test_the_other_reading_of_null_is_to_pass_it_by(caller: Caller) -> None:
    caller.simulator.readings = replace(caller.simulator.readings, null_clears=False)
    assert (await caller.change(Website=None, TradeName="x")).status == 204
    assert caller.account()["Website"]
    assert caller.account()["TradeName"] == "x"
    assert caller.simulator.ignored.nulls == ["Website"]


async def test_an_empty_string_is_stored_as_null_or_as_it_is(caller: Caller) -> None:
    assert (await caller.change(Website="")).status == 204
    assert caller.account()["Website"] is None
    caller.simulator.readings = replace(caller.simulator.readings, keeps_empty_strings=True)
    assert (await caller.change(Email="")).status == 204
    assert caller.account()["Email"] == ""


@pytest.mark.parametrize(
    ("name", "value"), [("Name", None), ("Name", ""), ("Name", "  "), ("Code", None), ("Status", None), ("Status", "")]
)
async def test_mandatory_fields_cannot_be_emptied_and_say_so_with_500(caller: Caller, name: str, value: Any) -> None:
    answer = await caller.change(**{name: value})
    assert (answer.status, answer.words) == (500, f"Mandatory: {name}")
    assert caller.account()["Name"] == "Molenaar Techniek B.V."


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("Name", 50),
        ("SearchCode", 30),
        ("ChamberOfCommerce", 40),
        ("AddressLine1", 60),
        ("AddressLine2", 60),
        ("AddressLine3", 60),
        ("Postcode", 20),
        ("City", 40),
        ("Phone", 17),
        ("PhoneExtension", 17),
        ("Website", 200),
    ],
)
async def test_a_text_that_is_too_long_is_500(caller: Caller, name: str, limit: int) -> None:
    assert (await caller.change(**{name: "é" * limit})).status == 204
    answer = await caller.change(**{name: "é" * (limit + 1)})
    assert answer.status == 500
    assert name in answer.words
    assert caller.account()[name] == "é" * limit
    caller.simulator.readings = replace(caller.simulator.readings, checks_lengths=False)
    assert (await caller.change(**{name: "é" * (limit + 1)})).status == 204


async def test_the_unchanged_number_already_exists(caller: Caller) -> None:
    answer = await caller.change(Code="42", TradeName="also sent")
    assert (answer.status, answer.words) == (500, "Already exists: Account 42")
    assert caller.account()["TradeName"] is None


async def test_the_number_of_another_account_already_exists(caller: Caller) -> None:
    assert (await caller.change(Code="1001")).words == "Already exists: Account 1001"
    assert (await caller.change(Code="1070")).status == 204  # taken in the sister company only


async def test_a_new_number_is_padded_on_the_left(caller: Caller) -> None:
    assert (await caller.change(Code="00042")).status == 204
    assert caller.account()["Code"] == "             00042"
    assert (await caller.change(Code="00042")).status == 500
    assert (await caller.change(Code="42")).status == 204  # another text, another number
    assert caller.account()["Code"] == CODE


@pytest.mark.parametrize(
    ("code", "status"), [("A42", 500), ("4-2", 500), ("1" * 19, 500), (CODE, 400), (" 43", 400), ("٤٢", 500)]
)
async def test_a_number_is_of_up_to_18_digits_without_padding(caller: Caller, code: str, status: int) -> None:
    answer = await caller.change(Code=code)
    assert (answer.status, answer.words) == (status, "Invalid: Code")
    assert caller.account()["Code"] == CODE


async def test_a_new_country_needs_a_fitting_state_or_an_empty_one(caller: Caller) -> None:
    native_id = caller.rich
    answer = await caller.change(native_id, Country="DE")
    assert (answer.status, answer.words) == (400, "Invalid: State")
    assert caller.account(native_id)["Country"] == "NL "
    assert (await caller.change(native_id, Country="DE", State="BY")).status == 204
    assert caller.account(native_id)["StateName"] == "Bayern"
    assert (await caller.change(native_id, Country="PT", State="")).status == 204
    assert (caller.account(native_id)["Country"], caller.account(native_id)["State"]) == ("PT ", None)
    assert (await caller.change(native_id, State="UT")).status == 400


@pytest.mark.parametrize("name", ["SalesCurrency", "PurchaseCurrency"])
@pytest.mark.parametrize("code", ["DKK", "CHF", "XYZ"])
async def test_an_inactive_currency_is_swallowed_and_empties_the_field(caller: Caller, name: str, code: str) -> None:
    assert (await caller.change(caller.rich, **{name: "GBP"})).status == 204
    assert caller.account(caller.rich)[name] == "GBP"
    assert caller.account(caller.rich)[f"{name}Description"] == "Pound sterling"
    assert (await caller.change(caller.rich, **{name: code})).status == 204
    assert caller.account(caller.rich)[name] is None
    assert caller.account(caller.rich)[f"{name}Description"] is None
    assert caller.simulator.ignored.currencies == [code]


async def test_a_stored_currency_of_old_is_lost_when_it_is_sent_back(caller: Caller) -> None:
    native_id = caller.named("Maastrichts Tegelhuis")
    await caller.change(native_id, TradeName="x")
    assert caller.account(native_id)["SalesCurrency"] == "DKK"
    await caller.change(native_id, SalesCurrency="DKK")
    assert caller.account(native_id)["SalesCurrency"] is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"PaymentConditionSales": "45"}, "Not found: Payment condition 45"),
        ({"PaymentConditionPurchase": "99"}, "Not found: Payment condition 99"),
        ({"SalesVATCode": "9"}, "Not found: VAT code 9"),
        ({"PurchaseVATCode": "6"}, "Not found: VAT code 6"),
        ({"MainContact": NOBODY}, "Not found: Main contact"),
        ({"InvoiceAccount": NOBODY}, "Not found: InvoiceAccount"),
        ({"Parent": FIRST}, "Not found: Parent"),
        ({"PriceList": NOBODY}, "Not found: PriceList"),
        ({"GLAR": NOBODY}, "Not found: GLAR"),
        ({"AccountManager": NOBODY}, "Not found: AccountManager"),
        ({"Classification8": NOBODY}, "Not found: Classification8"),
        ({"VATNumber": "NL12"}, "Invalid: VAT number"),
        ({"VATNumber": "DE123456789"}, "Invalid: VAT number"),
        ({"GlnNumber": "870000900001"}, "Invalid: GLN number"),
        ({"DiscountSales": 5.5}, "Invalid: DiscountSales"),
        ({"DiscountPurchase": -0.1}, "Invalid: DiscountPurchase"),
        ({"InvoicingMethod": 4}, "Invalid: InvoicingMethod"),
        ({"Logo": "eA=="}, "Mandatory: LogoFileName"),
        ({"Logo": "eA==", "LogoFileName": "logo"}, "Mandatory: LogoFileName"),
    ],
)
async def test_business_rules_are_500_with_words(caller: Caller, values: Document, words: str) -> None:
    before = deepcopy(caller.records)
    answer = await caller.change(**values, TradeName="also sent")
    assert (answer.status, answer.words) == (500, words)
    assert caller.records == before


async def test_what_business_rules_let_through(caller: Caller) -> None:
    accountant, reseller = caller.named("Accountantskantoor"), caller.named("Installatiegroothandel")
    stranger = caller.named("Tentenbouw", SISTER)
    for values in ({"Accountant": reseller}, {"Reseller": accountant}, {"Parent": stranger}):
        assert (await caller.change(**values)).status == 500
    values = {"Accountant": accountant, "Reseller": reseller, "Parent": reseller, "InvoiceAccount": accountant}
    assert (await caller.change(**values, Logo="eA==", LogoFileName="logo.png", PurchaseVATCode="VN")).status == 204
    account = caller.account()
    assert account["ResellerName"] == "Installatiegroothandel Noord"
    assert account["InvoiceAccountCode"] == caller.account(accountant)["Code"]
    assert account["PurchaseVATCode"] == "VN "
    assert account["LogoUrl"]
    caller.simulator.licences = frozenset({"mailbox"})
    assert (await caller.change(InvoicingMethod=4)).status == 204
    assert (await caller.change(Country="US", VATNumber="any 12-3456789")).status == 204
    caller.simulator.readings = replace(caller.simulator.readings, checks_references=False, checks_vat_numbers=False)
    assert (await caller.change(PriceList=NOBODY, VATNumber="NL12", Country="NL")).status == 204


async def test_stored_values_of_old_do_not_stand_in_the_way(caller: Caller) -> None:
    for start in ("Friese Zuivel", "Stichting tot Behoud", "Drentse Heide"):
        native_id = caller.named(start)
        before = deepcopy(caller.records[native_id])
        assert (await caller.change(native_id, TradeName="x")).status == 204
        assert set(differences(before, caller.records[native_id])) == {"Account.TradeName", "Account.Modified"}


async def test_days_lose_their_time_and_come_back_in_milliseconds(caller: Caller) -> None:
    assert (await caller.change(EndDate="1969-12-31T18:45:12")).status == 204
    assert caller.account()["EndDate"] == "/Date(-86400000)/"
    assert (await caller.change(EndDate=None, StartDate="2026-01-01T00:00:00")).status == 204
    assert (caller.account()["EndDate"], caller.account()["StartDate"]) == (None, "/Date(1767225600000)/")


async def test_a_status_decides_whether_it_is_a_customer(caller: Caller) -> None:
    for status, is_customer in (("P", False), ("S", False), ("A", False), ("C", True)):
        assert (await caller.change(Status=status)).status == 204
        assert caller.account()["IsSales"] is is_customer
        assert caller.records[FIRST]["Contacts"][0]["AccountIsCustomer"] is is_customer


async def test_names_follow_what_they_name(caller: Caller) -> None:
    await caller.change(Name="Molenaar Groep", Language="EN-GB", Country="BE", City="Gent")
    record = caller.records[FIRST]
    assert record["Account"]["LanguageDescription"] == "English (United Kingdom)"
    assert record["Account"]["Language"] == "EN-GB     "
    assert record["Account"]["CountryName"] == "Belgium"
    assert {row["AccountName"] for part in PARTS[:3] for row in record[part]} == {"Molenaar Groep"}
    assert (record["Contacts"][0]["City"], record["Contacts"][0]["Country"]) == ("Gent", "BE ")
    assert record["Contacts"][0]["AddressStreetNumber"] == "12"


# Addresses


def rows_of(caller: Caller, part: str, native_id: str | None = None) -> list[Document]:
    found: list[Document] = caller.records[native_id or caller.rich][part]
    return found


async def test_rows_are_found_by_their_account(caller: Caller) -> None:
    for resource in ("crm/Addresses", "crm/Contacts", "crm/BankAccounts", "cashflow/DirectDebitMandates"):
        part = resource.partition("/")[2]
        answer = await caller.get(resource, filter=f"Account eq guid'{caller.debited}'")
        assert {row["ID"] for row in answer.rows} == {row["ID"] for row in rows_of(caller, part, caller.debited)}
        one = (await caller.get(resource, answer.rows[0]["ID"])).one
        assert one["Account"] == caller.debited
        assert one["__metadata"]["uri"].endswith(f"{resource}(guid'{one['ID']}')")
        assert (await caller.get(resource, filter=f"Account eq guid'{NOBODY}'")).rows == []
        assert (await caller.get(resource, NOBODY)).status == 404
    deliveries = await caller.get("crm/Addresses", filter=f"Account eq guid'{caller.rich}' and Type eq 4")
    assert len(deliveries.rows) == 2


async def test_a_put_on_a_row_is_partial_and_leaves_the_others(caller: Caller) -> None:
    row = rows_of(caller, "Addresses")[2]
    before = deepcopy(caller.records[caller.rich])
    answer = await caller.put("crm/Addresses", row["ID"], {"AddressLine1": "Nieuwe laan 5", "Notes": None})
    assert (answer.status, answer.empty) == (204, True)
    changed = set(differences(before, caller.records[caller.rich]))
    assert changed == {"Addresses.2.AddressLine1", "Addresses.2.Notes", "Addresses.2.Modified"}


async def test_the_accounts_own_address_is_its_main_visit_address(caller: Caller) -> None:
    assert rows_of(caller, "Addresses")[0]["Type"] == 1
    await caller.change(caller.rich, AddressLine1="Nieuwstraat 1", Postcode="3512 AA")
    row = rows_of(caller, "Addresses")[0]
    assert (row["AddressLine1"], row["Postcode"], row["City"]) == ("Nieuwstraat 1", "3512 AA", "Utrecht")
    await caller.put("crm/Addresses", row["ID"], {"AddressLine1": "Oudestraat 2", "Country": "BE", "State": "AN"})
    account = caller.account(caller.rich)
    assert (account["AddressLine1"], account["Country"], account["StateName"]) == ("Oudestraat 2", "BE ", "Antwerpen")
    before = deepcopy(caller.records[caller.rich])
    await caller.put("crm/Addresses", row["ID"], {"Phone": "1"})
    assert set(differences(before, caller.records[caller.rich])) == {"Addresses.0.Phone", "Addresses.0.Modified"}


async def test_the_other_reading_keeps_the_two_apart(caller: Caller) -> None:
    caller.simulator.readings = replace(caller.simulator.readings, links_visit_address=False)
    before = deepcopy(rows_of(caller, "Addresses"))
    await caller.change(caller.rich, AddressLine1="Nieuwstraat 1")
    assert rows_of(caller, "Addresses") == before
    await caller.put("crm/Addresses", before[0]["ID"], {"AddressLine1": "Oudestraat 2"})
    assert caller.account(caller.rich)["AddressLine1"] == "Nieuwstraat 1"


async def test_a_new_row_answers_201_with_little_but_its_id(caller: Caller) -> None:
    body = {"Account": FIRST, "Type": 3, "AddressLine1": "Postbus 9", "Country": "NL"}
    answer = await caller.call("POST", caller.at("crm/Addresses"), body)
    assert answer.status == 201
    made = answer.json["d"]
    assert {name for name, value in made.items() if value is not None} == {"ID"}
    assert answer.headers["Location"].endswith(f"crm/Addresses(guid'{made['ID']}')")
    stored = caller.records[FIRST]["Addresses"][-1]
    assert (stored["ID"], stored["AddressLine1"], stored["Main"]) == (made["ID"], "Postbus 9", True)
    whole = await caller.call("POST", caller.at("crm/Addresses"), body, Prefer="return=representation")
    assert whole.json["d"]["AddressLine1"] == "Postbus 9"
    assert whole.json["d"]["Main"] is False  # there is a main one already
    assert whole.json["d"]["ID"] != made["ID"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"Type": 3}, 500, "Mandatory: Account"),
        ({"Account": NOBODY, "Type": 3}, 500, "Not found: Account"),
        ({"Account": FIRST}, 500, "Mandatory: Type"),
        ({"Account": FIRST, "Type": 5}, 400, "Invalid: Type"),
        ({"Account": FIRST, "Type": None}, 400, "Invalid: Type"),
        ({"Account": FIRST, "Type": "3"}, 400, "Invalid: Type"),
        ({"Account": FIRST, "Type": 3, "Country": "XX"}, 400, "Invalid: Country"),
        ({"Account": FIRST, "Type": 3, "Country": "NL", "State": "BY"}, 400, "Invalid: State"),
        ({"Account": FIRST, "Type": 3, "Contact": NOBODY}, 500, "Not found: Contact"),
        ({"Account": FIRST, "Type": 3, "Mailbox": "x"}, 500, "Invalid: Mailbox"),
        ({"Account": FIRST, "Type": 4, "Warehouse": NOBODY}, 500, "Not found: Warehouse"),
        (
            {"Account": FIRST, "Type": 3, "AccountName": "x"},
            400,
            "Bad Request - The property 'AccountName' cannot be set.",
        ),
        (
            {"Account": FIRST, "Type": 3, "Street": "x"},
            400,
            "Bad Request - No property 'Street' exists in type 'Address'.",
        ),
    ],
)
async def test_what_an_address_may_not_be(caller: Caller, body: Document, status: int, words: str) -> None:
    before = deepcopy(caller.records)
    answer = await caller.call("POST", caller.at("crm/Addresses"), body)
    assert (answer.status, answer.words) == (status, words)
    assert caller.records == before


async def test_there_is_one_main_address_of_a_type(caller: Caller) -> None:
    first, second = (row["ID"] for row in rows_of(caller, "Addresses") if row["Type"] == 4)
    assert (await caller.put("crm/Addresses", second, {"Main": True})).status == 204
    mains = {row["ID"]: row["Main"] for row in rows_of(caller, "Addresses")}
    assert (mains[first], mains[second]) == (False, True)
    assert sum(mains.values()) == 4  # the main ones of other types stay


async def test_an_address_of_a_warehouse_leaves_its_account(caller: Caller) -> None:
    warehouse = LISTED["Warehouse"][0]
    delivery = next(row["ID"] for row in rows_of(caller, "Addresses") if row["Type"] == 4)
    postal = next(row["ID"] for row in rows_of(caller, "Addresses") if row["Type"] == 2)
    assert (await caller.put("crm/Addresses", postal, {"Warehouse": warehouse})).words == "Invalid: Warehouse"
    assert (await caller.put("crm/Addresses", delivery, {"Warehouse": warehouse})).status == 204
    listed = await caller.get("crm/Addresses", filter=f"Account eq guid'{caller.rich}'")
    assert delivery not in {row["ID"] for row in listed.rows}
    assert (await caller.get("crm/Addresses", delivery)).one["WarehouseDescription"] == "Magazijn 1"


async def test_rows_are_removed_one_by_one(caller: Caller) -> None:
    visit, postal = rows_of(caller, "Addresses")[:2]
    answer = await caller.call("DELETE", caller.at("crm/Addresses", postal["ID"]))
    assert (answer.status, answer.empty) == (204, True)
    assert postal["ID"] not in {row["ID"] for row in rows_of(caller, "Addresses")}
    assert (await caller.call("DELETE", caller.at("crm/Addresses", postal["ID"]))).status == 404
    refused = await caller.call("DELETE", caller.at("crm/Addresses", visit["ID"]))
    assert refused.status == 500
    assert "Cannot remove" in refused.words


async def test_a_row_stays_with_its_account(caller: Caller) -> None:
    row = rows_of(caller, "Addresses")[1]
    assert (await caller.put("crm/Addresses", row["ID"], {"Account": FIRST})).status == 500
    assert (await caller.put("crm/Addresses", row["ID"], {"Account": caller.rich, "Fax": "1"})).status == 204


# Contacts


async def test_contacts(caller: Caller) -> None:
    row = rows_of(caller, "Contacts")[0]
    before = deepcopy(caller.records[caller.rich])
    assert (await caller.put("crm/Contacts", row["ID"], {"JobTitleDescription": "Eigenaar"})).status == 204
    changed = set(differences(before, caller.records[caller.rich]))
    assert changed == {"Contacts.0.JobTitleDescription", "Contacts.0.Modified"}
    assert (await caller.put("crm/Contacts", row["ID"], {"FirstName": "Fien", "MiddleName": None})).status == 204
    after = rows_of(caller, "Contacts")[0]
    assert after["FullName"] == "Fien Veen"
    assert after["Language"] == "NL        "
    assert after["TitleDescription"] == "Mevrouw"


async def test_a_contact_needs_one_of_its_names(caller: Caller) -> None:
    row = rows_of(caller, "Contacts")[0]
    assert (await caller.put("crm/Contacts", row["ID"], {"FirstName": None})).status == 204
    refused = await caller.put("crm/Contacts", row["ID"], {"LastName": ""})
    assert (refused.status, refused.words) == (500, "Mandatory: Name")
    refused = await caller.call("POST", caller.at("crm/Contacts"), {"Account": FIRST, "Email": "a@b.example"})
    assert (refused.status, refused.words) == (500, "Mandatory: Name")
    assert (await caller.call("POST", caller.at("crm/Contacts"), {"LastName": "x"})).words == "Mandatory: Account"
    assert (await caller.call("POST", caller.at("crm/Contacts"), {"Account": FIRST, "FirstName": "x"})).status == 201


async def test_a_written_mail_address_shows_up_as_the_business_one_too(caller: Caller) -> None:
    row = rows_of(caller, "Contacts")[1]["ID"]
    await caller.put("crm/Contacts", row, {"Email": "nieuw@korst.example", "Phone": "+31 20 555 0177"})
    after = rows_of(caller, "Contacts")[1]
    assert (after["Email"], after["BusinessEmail"]) == ("nieuw@korst.example", "nieuw@korst.example")
    assert after["BusinessPhone"] == "+31 20 555 0177"
    await caller.put("crm/Contacts", row, {"Email": "a@korst.example", "BusinessEmail": "b@korst.example"})
    after = rows_of(caller, "Contacts")[1]
    assert (after["Email"], after["BusinessEmail"]) == ("a@korst.example", "b@korst.example")
    await caller.put("crm/Contacts", row, {"BusinessEmail": "c@korst.example"})
    assert rows_of(caller, "Contacts")[1]["Email"] == "a@korst.example"
    caller.simulator.readings = replace(caller.simulator.readings, mirrors_contact_mail=False)
    await caller.put("crm/Contacts", row, {"Email": "d@korst.example"})
    assert rows_of(caller, "Contacts")[1]["BusinessEmail"] == "c@korst.example"


@pytest.mark.parametrize(
    "name", ["PhoneExtension", "AddressStreet", "City", "Country", "IsMainContact", "FullName", "TitleDescription"]
)
async def test_what_a_contact_copies_cannot_be_set(caller: Caller, name: str) -> None:
    row = rows_of(caller, "Contacts")[0]
    assert (await caller.put("crm/Contacts", row["ID"], {name: "x"})).status == 400


async def test_the_withdrawn_names_of_birth_overwrite_the_others(caller: Caller) -> None:
    row = rows_of(caller, "Contacts")[0]
    assert (await caller.put("crm/Contacts", row["ID"], {"BirthName": "Vroeger"})).status == 204
    after = rows_of(caller, "Contacts")[0]
    assert after["LastName"] == "Vroeger"
    assert "BirthName" not in after
    assert caller.simulator.ignored.withdrawn == ["BirthName"]


async def test_gender_and_lists_of_a_contact(caller: Caller) -> None:
    row = rows_of(caller, "Contacts")[0]["ID"]
    assert (await caller.put("crm/Contacts", row, {"Gender": "X"})).status == 400
    assert (await caller.put("crm/Contacts", row, {"LeadSource": NOBODY})).status == 500
    assert (await caller.put("crm/Contacts", row, {"Gender": "O", "BirthDate": "1956-11-05T00:00:00"})).status == 204
    assert rows_of(caller, "Contacts")[0]["BirthDate"] == "/Date(-415152000000)/"


async def test_the_first_contact_is_the_main_one_and_the_account_decides(caller: Caller) -> None:
    native_id = caller.named("Leeg Dossier")
    made = []
    for name in ("Eerste", "Tweede"):
        answer = await caller.call("POST", caller.at("crm/Contacts"), {"Account": native_id, "LastName": name})
        made.append(answer.json["d"]["ID"])
    assert caller.account(native_id)["MainContact"] == made[0]
    assert [row["HID"] for row in caller.records[native_id]["Contacts"]] == [1, 2]
    assert (await caller.change(native_id, MainContact=made[1])).status == 204
    flags = [row["IsMainContact"] for row in caller.records[native_id]["Contacts"]]
    assert flags == [False, True]
    assert (await caller.call("DELETE", caller.at("crm/Contacts", made[1]))).status == 500
    assert (await caller.call("DELETE", caller.at("crm/Contacts", made[0]))).status == 204
    assert [row["ID"] for row in caller.records[native_id]["Contacts"]] == [made[1]]
    used = rows_of(caller, "Addresses")[4]["Contact"]
    assert "Addresses" in (await caller.call("DELETE", caller.at("crm/Contacts", used))).words


# Bank accounts and mandates


async def test_the_iban_is_written_to_the_bank_account(caller: Caller) -> None:
    row = caller.records[FIRST]["BankAccounts"][0]["ID"]
    refused = await caller.put("crm/BankAccounts", row, {"IBAN": "NL91ABNA0417164300"})
    assert refused.status == 400
    answer = await caller.put("crm/BankAccounts", row, {"BankAccount": "BE71096123456769", "BICCode": "GKCCBEBB"})
    assert (answer.status, answer.empty) == (204, True)
    after = caller.records[FIRST]["BankAccounts"][0]
    assert (after["BankAccount"], after["Format"], after["Main"]) == ("BE71096123456769", "IBAN", True)
    assert (await caller.put("crm/BankAccounts", row, {"BankAccount": "12.34.56.789"})).status == 204
    assert caller.records[FIRST]["BankAccounts"][0]["Format"] is None


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"BankAccount": "NL91ABNA0417164301"}, 500, "Invalid: Bank account"),
        ({"BankAccount": "NL91 ABNA 0417 1643 00"}, 500, "Invalid: Bank account"),
        ({"BankAccount": "nl91abna0417164300"}, 500, "Invalid: Bank account"),
        ({"BankAccount": "x"}, 500, "Invalid: Bank account"),
        ({"BankAccount": None}, 500, "Mandatory: Bank account"),
        ({"BICCode": "ABNA"}, 500, "Invalid: BIC code"),
        ({"Main": None}, 400, "Invalid: Main"),
        ({"Type": "A"}, 400, "Bad Request - The property 'Type' cannot be set."),
    ],
)
async def test_what_a_bank_account_may_not_be(caller: Caller, values: Document, status: int, words: str) -> None:
    before = deepcopy(caller.records)
    answer = await caller.put("crm/BankAccounts", before[FIRST]["BankAccounts"][0]["ID"], values)
    assert (answer.status, answer.words) == (status, words)
    assert caller.records == before


async def test_main_bank_account_and_doubles(caller: Caller) -> None:
    first, second = rows_of(caller, "BankAccounts")
    twice = await caller.put("crm/BankAccounts", second["ID"], {"BankAccount": first["BankAccount"]})
    assert twice.words == f"Already exists: Bank account {first['BankAccount']}"
    assert (await caller.put("crm/BankAccounts", second["ID"], {"Main": True})).status == 204
    assert [row["Main"] for row in rows_of(caller, "BankAccounts")] == [False, True]
    body = {"Account": caller.named("Leeg Dossier"), "BankAccount": "NL91ABNA0417164300"}
    answer = await caller.call("POST", caller.at("crm/BankAccounts"), body, Prefer="return=representation")
    assert (answer.json["d"]["Main"], answer.json["d"]["TypeDescription"]) == (True, "Account")


async def test_mandates(caller: Caller) -> None:
    [mandate] = rows_of(caller, "DirectDebitMandates", caller.debited)
    bank = mandate["BankAccount"]
    refused = await caller.call("DELETE", caller.at("crm/BankAccounts", bank))
    assert refused.status == 500
    assert "is referenced by" in refused.words
    at = "cashflow/DirectDebitMandates"
    double = {"Account": caller.debited, "BankAccount": bank, "Reference": mandate["Reference"]}
    assert "Already exists" in (await caller.call("POST", caller.at(at), double)).words
    assert (await caller.call("POST", caller.at(at), double | {"BankAccount": NOBODY})).status == 500
    assert (await caller.call("POST", caller.at(at), {"Account": caller.debited})).words == "Mandatory: Bank account"
    assert (await caller.call("POST", caller.at(at), double | {"Reference": "MND-2", "Type": 1})).status == 201
    assert (await caller.put(at, mandate["ID"], {"PaymentType": 3})).status == 400
    assert (await caller.put(at, mandate["ID"], {"CancellationDate": "2026-05-01T00:00:00"})).status == 204
    for row in list(rows_of(caller, "DirectDebitMandates", caller.debited)):
        assert (await caller.call("DELETE", caller.at(at, row["ID"]))).status == 204
    assert (await caller.call("DELETE", caller.at("crm/BankAccounts", bank))).status == 204
    caller.simulator.rights = {"crm accounts": "manage"}
    assert (await caller.get(at)).status == 403


# Limits


async def test_limit_headers_count_down_and_end_with_the_minute_and_the_utc_day(caller: Caller) -> None:
    caller.simulator.rate_limit = ExactOnlineSimulator.rate_limit
    assert caller.simulator.rate_limit == (60, 5000)
    for used in (1, 2):
        headers = (await caller.get("crm/Accounts", FIRST)).headers
        assert {name: headers[name] for name in headers if name.startswith("X-RateLimit")} == {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(5000 - used),
            "X-RateLimit-Reset": "1780358400000",
            "X-RateLimit-Minutely-Limit": "60",
            "X-RateLimit-Minutely-Remaining": str(60 - used),
            "X-RateLimit-Minutely-Reset": "1780312260000",
        }
    refused = await caller.change(Nmae="x")
    assert (refused.status, refused.headers["X-RateLimit-Remaining"]) == (400, "4997")


async def test_beyond_60_calls_a_minute_there_is_429_with_the_minutes_headers_only(caller: Caller) -> None:
    caller.simulator.rate_limit = (3, 5000)
    for _ in range(3):
        assert (await caller.get("crm/Accounts", FIRST)).status == 200
    for _ in range(2):
        answer = await caller.change(Name="Changed")
        assert (answer.status, answer.empty) == (429, True)
        assert "Retry-After" not in answer.headers
        assert {name for name in answer.headers if name.startswith("X-RateLimit")} == {
            "X-RateLimit-Minutely-Limit",
            "X-RateLimit-Minutely-Remaining",
            "X-RateLimit-Minutely-Reset",
        }
        assert answer.headers["X-RateLimit-Minutely-Remaining"] == "0"
    assert caller.account()["Name"] == "Molenaar Techniek B.V."
    assert (await caller.get("crm/Accounts", division=SISTER, filter="Status eq 'C'")).status == 200
    caller.time[0] = int(answer.headers["X-RateLimit-Minutely-Reset"]) / 1000
    assert (await caller.get("crm/Accounts", FIRST)).headers["X-RateLimit-Remaining"] == "4996"


async def test_beyond_5000_calls_a_day_there_is_429_with_the_days_headers_only(caller: Caller) -> None:
    caller.simulator.rate_limit = (60, 2)
    for _ in range(2):
        assert (await caller.get("crm/Accounts", FIRST)).status == 200
    answer = await caller.get("crm/Accounts", FIRST)
    assert answer.status == 429
    assert {name for name in answer.headers if name.startswith("X-RateLimit")} == {
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
    }
    caller.simulator.expire_tokens()
    caller.time[0] = int(answer.headers["X-RateLimit-Reset"]) / 1000
    await caller.refresh()
    caller.sign_in()
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


async def sign_in_again(caller: Caller) -> None:
    caller.simulator.expire_tokens()
    await caller.refresh()
    caller.sign_in()


async def test_more_than_10_errors_an_hour_on_an_endpoint_lock_the_key(caller: Caller) -> None:
    caller.simulator.error_limit = ExactOnlineSimulator.error_limit
    assert caller.simulator.error_limit == 10
    for _ in range(10):
        assert (await caller.get("crm/Accounts", NOBODY)).status == 404
    assert (await caller.change(TradeName="x")).status == 204  # ten are still allowed
    assert (await caller.change(Nmae="x")).status == 400
    for answer in (
        await caller.change(TradeName="y"),
        await caller.get("crm/Contacts"),
        await caller.call("GET", "/api/v1/current/Me"),
    ):
        assert (answer.status, answer.empty) == (429, True)
        assert not [name for name in answer.headers if name.startswith("X-RateLimit")]
    assert caller.account()["TradeName"] == "x"
    caller.time[0] += 3599
    await sign_in_again(caller)
    assert (await caller.get("crm/Accounts", FIRST)).status == 429
    caller.time[0] += 1
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


async def test_a_second_lock_lasts_longer(caller: Caller) -> None:
    caller.simulator.error_limit = 1
    caller.simulator.locked_status = 403
    for hours in (1, 2):
        for _ in range(2):
            assert (await caller.get("crm/Accounts", NOBODY)).status == 404
        caller.time[0] += hours * 3600 - 1
        await sign_in_again(caller)
        assert (await caller.get("crm/Accounts", FIRST)).status == 403
        caller.time[0] += 1
        assert (await caller.get("crm/Accounts", FIRST)).status == 200


async def test_errors_are_counted_per_endpoint_company_and_hour(caller: Caller) -> None:
    caller.simulator.error_limit = 2
    for resource, division in (("crm/Accounts", DIVISION), ("crm/Contacts", DIVISION), ("crm/Accounts", SISTER)):
        for _ in range(2):
            assert (await caller.get(resource, NOBODY, division)).status == 404
    caller.time[0] += 3600
    await sign_in_again(caller)
    for _ in range(2):
        assert (await caller.get("crm/Accounts", NOBODY)).status == 404
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


async def test_which_statuses_count_as_errors(caller: Caller) -> None:
    caller.simulator.error_limit = 0
    caller.simulator.rate_limit = (2, 5000)
    assert (await caller.change(Code="42")).status == 500
    assert (await caller.call("PATCH", caller.at("crm/Accounts", FIRST))).status == 405
    assert (await caller.get("crm/Accounts", FIRST)).status == 429
    caller.simulator.rate_limit = None
    assert (await caller.call("GET", caller.at("crm/Accounts", FIRST), Authorization="Bearer other")).status == 401
    assert (await caller.get("crm/Accounts", FIRST)).status == 200
    caller.simulator.expire_tokens()
    assert (await caller.get("crm/Accounts", FIRST)).status == 401  # a token of this key
    await caller.refresh()
    caller.sign_in()
    assert (await caller.get("crm/Accounts", FIRST)).status == 429


# What the sandbox needs


async def test_the_written_record_is_told_from_the_url_or_the_body(caller: Caller) -> None:
    tell = caller.simulator.written_id
    at = f"/api/v1/{DIVISION}"
    contact = rows_of(caller, "Contacts")[0]["ID"]
    bank = rows_of(caller, "BankAccounts")[0]["ID"]
    assert tell("PUT", f"{at}/crm/Accounts(guid'{FIRST.upper()}')", {}) == FIRST
    assert tell("PUT", f"{at}/crm/Accounts(guid%27{FIRST}%27)", {}) == FIRST
    assert tell("PUT", f"{at}/crm/Contacts(guid'{contact}')", {}) == caller.rich
    assert tell("DELETE", f"{at}/crm/BankAccounts(guid'{bank}')", None) == caller.rich
    assert tell("POST", f"{at}/crm/Addresses", {"Account": FIRST}) == FIRST
    assert tell("POST", f"{at}/crm/Addresses", "text") is None
    assert tell("PUT", f"{at}/crm/Contacts(guid'{NOBODY}')", {}) is None
    assert tell("POST", "/api/oauth2/token", "x") is None
    assert not caller.simulator.writes("POST", "/de/api/oauth2/token", "")


async def test_a_stale_version_is_made_at_the_record_being_written_only(caller: Caller) -> None:
    before = deepcopy(caller.records)
    caller.sandbox.fault("exact_online", "stale_version")
    assert (await caller.change(TradeName="x")).status == 204
    changed = {path for path in differences(before, caller.records) if not path.startswith(FIRST)}
    assert changed == set()
    assert caller.account()["Remarks"].startswith("Teruggebeld")
    contact = rows_of(caller, "Contacts")[0]["ID"]
    caller.sandbox.fault("exact_online", "stale_version")
    await caller.put("crm/Contacts", contact, {"Notes": "x"})
    assert caller.account(caller.rich)["Remarks"].startswith("Teruggebeld")


async def test_touch_edits_a_visible_field_and_the_time_only(caller: Caller) -> None:
    for _ in range(2):
        before = deepcopy(caller.records[caller.rich])
        caller.simulator.touch(caller.rich)
        changed = set(differences(before, caller.records[caller.rich]))
        assert changed == {"Account.Remarks", "Account.Modified"}
    caller.simulator.touch("unknown")
    assert "unknown" not in caller.records


async def test_field_faults_alter_what_is_stored(caller: Caller) -> None:
    caller.sandbox.fault("exact_online", "ignore_field:Account.Website")
    caller.sandbox.fault("exact_online", "truncate_field:Account.Name:4")
    before = caller.account()["Website"]
    assert (await caller.change(Website="https://other.example", Name="Gewijzigd")).status == 204
    assert (caller.account()["Website"], caller.account()["Name"]) == (before, "Gewi")
    row = caller.records[FIRST]["BankAccounts"][0]
    caller.sandbox.fault("exact_online", "ignore_field:BankAccounts.0.Description")
    await caller.put("crm/BankAccounts", row["ID"], {"Description": "x", "BankAccountHolderName": "y"})
    after = caller.records[FIRST]["BankAccounts"][0]
    assert (after["Description"], after["BankAccountHolderName"]) == (None, "y")


async def test_a_fault_on_the_address_reaches_the_linked_one_too(caller: Caller) -> None:
    caller.sandbox.fault("exact_online", "ignore_field:Account.AddressLine1")
    before = rows_of(caller, "Addresses")[0]["AddressLine1"]
    await caller.change(caller.rich, AddressLine1="Nieuwstraat 1", City="Zeist")
    row = rows_of(caller, "Addresses")[0]
    assert (row["AddressLine1"], row["City"]) == (before, "Zeist")


async def test_faults_answer_in_the_shapes_of_the_provider(caller: Caller) -> None:
    for status, kind, filled in (
        (400, "application/json", True),
        (401, "text/html", False),
        (403, "application/json", True),
        (404, "text/html", False),
        (429, "text/html", False),
        (500, "text/html", True),
        (503, "text/html", True),
        (599, "text/html", True),
    ):
        caller.sandbox.fault("exact_online", f"status:{status}")
        answer = await caller.change(Name="Changed")
        assert (answer.status, answer.content_type, bool(answer.body)) == (status, kind, filled)
        if kind == "application/json":
            assert answer.words
    assert caller.account()["Name"] == "Molenaar Techniek B.V."


async def test_an_expired_token_can_be_refreshed_at_once(caller: Caller) -> None:
    caller.sandbox.fault("exact_online", "expired_token")
    assert (await caller.change(Name="Changed")).status == 401
    assert (await caller.refresh()).status == 200
    caller.sign_in()
    assert (await caller.change(Name="Changed")).status == 204


async def test_tokens_and_secrets_are_hidden_in_the_request_log(caller: Caller) -> None:
    await caller.refresh()
    await caller.get("crm/Accounts", FIRST)
    shown = json.dumps(caller.sandbox.requests("exact_online"))
    known = caller.simulator.credentials()
    for name in ("access_token", "refresh_token", "client_secret"):
        assert known[name] not in shown


async def test_the_connection_fixes_the_main_company(caller: Caller) -> None:
    assert caller.simulator.company_id() == str(DIVISION)
    assert caller.simulator.example_id() == FIRST
    assert set(caller.simulator.credentials()) == {"access_token", "refresh_token", "client_id", "client_secret"}
    assert caller.simulator.token_url(caller.base) == f"{caller.base}/api/oauth2/token"


async def test_reset_puts_everything_but_the_switches_back(caller: Caller) -> None:
    fresh = ExactOnlineSimulator(clock=caller.simulator.clock)
    await caller.change(TradeName="x", SalesCurrency="DKK", BankAccounts=[])
    await caller.call("DELETE", caller.at("crm/Addresses", rows_of(caller, "Addresses")[1]["ID"]))
    await caller.call("DELETE", f"/api/v1/{DIVISION}/system/Divisions({SISTER})")
    caller.simulator.expire_tokens()
    await caller.refresh()
    caller.simulator.reset()
    assert caller.simulator.records == fresh.records
    assert caller.simulator.divisions == fresh.divisions
    assert caller.simulator.credentials() == fresh.credentials()
    assert caller.simulator.ignored == fresh.ignored
    assert caller.simulator.removed_divisions == []
    caller.sign_in()
    assert (await caller.get("crm/Accounts", FIRST)).status == 200


# Seeds


async def test_seeds_are_the_same_every_time_and_enough() -> None:
    records = ExactOnlineSimulator().records
    assert records == ExactOnlineSimulator().records
    customers = [record for record in records.values() if record["Account"]["Status"] == "C"]
    mine = [record for record in customers if record["Account"]["Division"] == DIVISION]
    assert len(mine) > 60
    assert {record["Account"]["Status"] for record in records.values()} == {"A", "C", "P", "S"}
    assert len({(record["Account"]["Division"], record["Account"]["Code"]) for record in records.values()}) == len(
        records
    )
    ids = [row["ID"] for record in records.values() for part in PARTS for row in record[part]]
    assert len(set(ids) | set(records)) == len(ids) + len(records)
    for native_id, record in records.items():
        assert set(record) == {"Account", *PARTS}
        assert record["Account"]["ID"] == native_id
        assert len(record["Account"]["Code"]) == 18
        for name in ("Email", "Website"):
            assert (record["Account"][name] or ".example").endswith(".example")
        for part in PARTS:
            assert {row["Account"] for row in record[part]} <= {native_id}
    assert any(not record[part] for record in mine for part in PARTS)


async def test_some_customers_have_every_writable_property(caller: Caller) -> None:
    rich = [record for record in caller.records.values() if len(record["Addresses"]) == 5]
    assert len(rich) >= 3
    assert sum(len(record["DirectDebitMandates"]) for record in rich) == 1
    for record in rich:
        unset = {name for name in entities.ACCOUNTS.writable if record["Account"].get(name) is None}
        assert unset == set()
        assert len(record["Contacts"]) == 3
        assert len(record["BankAccounts"]) == 2
        contact = record["Contacts"][0]
        assert {name for name in entities.CONTACTS.writable if contact.get(name) is None} == {
            "BirthName",
            "BirthNamePrefix",
        }


async def test_some_customers_have_properties_nobody_has_heard_of(caller: Caller) -> None:
    strange = {
        native_id
        for native_id, record in caller.records.items()
        if set(record["Account"]) - set(entities.ACCOUNTS.properties)
    }
    assert len(strange) >= 3
    found = (await caller.get("crm/Accounts", caller.rich)).one
    assert found["SustainabilityRating"]["Labels"] == ["ISO14001"]
    selected = (await caller.get("crm/Accounts", caller.rich, select="SustainabilityRating")).one
    assert selected["SustainabilityRating"] == found["SustainabilityRating"]
    contact = rows_of(caller, "Contacts")[0]
    await caller.change(caller.rich, TradeName="x")
    await caller.put("crm/Contacts", contact["ID"], {"Notes": "x"})
    assert caller.account(caller.rich)["SustainabilityRating"] == found["SustainabilityRating"]
    assert rows_of(caller, "Contacts")[0]["PreferredChannel"] == "whatsapp"


async def test_seeds_show_the_quirks(caller: Caller) -> None:
    accounts = [record["Account"] for record in caller.records.values()]
    ends = [int(account["EndDate"][6:-2]) for account in accounts if account["EndDate"]]
    assert min(ends) < NOW * 1000 < max(ends)
    assert any("+0100" in (account["StartDate"] or "") for account in accounts)
    assert any(len(account["Name"]) > 50 for account in accounts)
    assert any(account["Code"].strip().startswith("0") for account in accounts)
    assert any("'" in account["Name"] for account in accounts)
    assert any(account["SalesCurrency"] == "DKK" for account in accounts)
    contacts = [row for record in caller.records.values() for row in record["Contacts"]]
    assert any("(-" in (row["BirthDate"] or "") for row in contacts)
    assert any(row["Email"] != row["BusinessEmail"] and row["Email"] and row["BusinessEmail"] for row in contacts)
    without_main = [r for r in caller.records.values() if r["Contacts"] and not r["Account"]["MainContact"]]
    assert without_main


async def test_the_ids_to_try_are_those_of_the_company_that_is_fixed(caller: Caller) -> None:
    assert {caller.account(native_id)["Division"] for native_id in caller.simulator.ids()} == {DIVISION}
    assert len(caller.simulator.ids()) == 70
    assert ExactOnlineSimulator().licences == {"mailbox"}
