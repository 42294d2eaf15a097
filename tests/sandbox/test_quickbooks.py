"""The QuickBooks simulator over real HTTP, rule by rule."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
from yarl import URL

from gql_gateway.sandbox.quickbooks import QuickbooksSimulator
from gql_gateway.sandbox.quickbooks.customer import PASSED_BY, PROPERTIES, WRITABLE
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document

CONTRACTS = Path(__file__).parents[2].parent / "shared" / "contracts" / "quickbooks"
REALM, BRITISH, ENDED = "9341450000000001", "9341450000000002", "9341450000000003"
TOKENS, REVOKE = "/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke"
RICH, MASKED, PLAIN, SHARED, GOLD = "59", "58", "12", "13", "70"
UNHEARD_OF = {"LoyaltyTier", "ElectronicInvoicing", "PaymentReminders", "RiskScore"}
XML = "{http://schema.intuit.com/finance/v3}"

# Restated from section 5 of the dossier.
LENGTHS = {
    "DisplayName": 500,
    "CompanyName": 100,
    "Title": 16,
    "GivenName": 100,
    "MiddleName": 100,
    "FamilyName": 100,
    "Suffix": 16,
    "PrintOnCheckName": 110,
    "PrimaryEmailAddr.Address": 100,
    "PrimaryPhone.FreeFormNumber": 30,
    "AlternatePhone.FreeFormNumber": 30,
    "Mobile.FreeFormNumber": 30,
    "Fax.FreeFormNumber": 30,
    "WebAddr.URI": 1000,
    **{f"{side}.Line{n}": 500 for side in ("BillAddr", "ShipAddr") for n in range(1, 6)},
    **{f"{side}.{part}": 255 for side in ("BillAddr", "ShipAddr") for part in ("City", "Country")},
    "BillAddr.CountrySubDivisionCode": 255,
    "BillAddr.PostalCode": 30,
    "ShipAddr.PostalCode": 30,
    "Notes": 2000,
    "BusinessNumber": 10,
    "GSTIN": 15,
    "ResaleNum": 16,
}
FORMED = {"PrimaryEmailAddr.Address", "WebAddr.URI"}
REFERENCES = {
    "DefaultTaxCodeRef": ("NON", "NON", "3"),
    "SalesTermRef": ("4", "Net 60", "5"),
    "PaymentMethodRef": ("3", "Visa", "4"),
    "CustomerTypeRef": ("100000001", "Retail", "100000003"),
    "ARAccountRef": ("85", "Clients divers", "86"),
    "ParentRef": ("61", "Maine Camps", "20"),
}
READ_ONLY = {
    "FullyQualifiedName": "Else",
    "Level": 3,
    "BalanceWithJobs": 9.5,
    "IsProject": True,
    "RootCustomerRef": {"value": "61"},
    "V4IDPseudonym": "x",
    "ClientCompanyId": "x",
    "ClientEntityId": "x",
    "domain": "QBW",
    "status": "Deleted",
    "MetaData": {"CreateTime": "2020-01-01T00:00:00-08:00"},
    "OpenBalanceDate": "2026-01-01",
    "Source": "QBCommerce",
    "AcctNum": "9",
    "CCDetail": {"Number": "4111"},
    "CustomField": [{"DefinitionId": "1", "StringValue": "x"}],
}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        assert self.headers["Content-Type"] == "application/json;charset=UTF-8", self.text
        return json.loads(self.text)

    @property
    def customer(self) -> Document:
        assert self.status == 200, self.text
        assert set(self.body) == {"Customer", "time"}, self.text
        found: Document = self.body["Customer"]
        return found

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Code and element of each problem of a fault of shape A."""
        assert set(self.body) == {"Fault", "time"}, self.text
        assert set(self.body["Fault"]) == {"Error", "type"}
        found = self.body["Fault"]["Error"]
        assert all(set(error) == {"Message", "Detail", "code", "element"} for error in found)
        return [(error["code"], error["element"]) for error in found]

    @property
    def code(self) -> tuple[int, str]:
        """Status and code of the only problem."""
        assert self.status != 200, self.text
        [(code, _)] = self.errors
        return self.status, code


@dataclass
class Provider:
    simulator: QuickbooksSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str | None
    ) -> Answer:
        """A call as the dossier says; headers are written with underscores, `None` leaves one out."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.simulator.credentials()['access_token']}",
            "Accept": "application/json",
            "Content-Type": "application/json" if body is not None or raw is not None else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.request(
            method,
            URL(self.sandbox.url("quickbooks") + path, encoded=True),
            data=json.dumps(body).encode() if raw is None and body is not None else raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Accept", "Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers, await answer.text())

    async def get(self, native_id: str = PLAIN, **headers: Any) -> Answer:
        return await self.call("GET", f"/v3/company/{REALM}/customer/{native_id}?minorversion=75", **headers)

    async def post(self, body: object, query: str = "minorversion=75", **headers: Any) -> Answer:
        return await self.call("POST", f"/v3/company/{REALM}/customer?{query}", body, **headers)

    async def sparse(self, native_id: str = PLAIN, /, **values: Any) -> Answer:
        return await self.post({**self.head(native_id), "sparse": True, **values})

    async def full(self, native_id: str = PLAIN, /, **values: Any) -> Answer:
        return await self.post({**self.head(native_id), **values})

    async def query(self, statement: str, **headers: Any) -> Answer:
        url = URL.build(query={"query": statement, "minorversion": "75"})
        return await self.call("GET", f"/v3/company/{REALM}/query{url}", **headers)

    async def ids(self, rest: str = "") -> list[str]:
        answer = await self.query(f"select * from Customer {rest}")
        assert answer.status == 200, answer.text
        return [row["Id"] for row in answer.body["QueryResponse"].get("Customer", [])]

    async def renew(self, token: str | None = None, **headers: Any) -> Answer:
        token = token or self.simulator.credentials()["refresh_token"]
        return await self.token_call(f"grant_type=refresh_token&refresh_token={token}", **headers)

    async def token_call(self, form: str, path: str = TOKENS, **headers: Any) -> Answer:
        held = self.simulator.credentials()
        pair = base64.b64encode(f"{held['client_id']}:{held['client_secret']}".encode()).decode()
        usual: dict[str, Any] = {
            "Authorization": f"Basic {pair}",
            "Content_Type": "application/x-www-form-urlencoded",
        }
        return await self.call("POST", path, raw=form.encode(), **{**usual, **headers})

    def head(self, native_id: str) -> Document:
        return {"Id": native_id, "SyncToken": self.stored(native_id)["SyncToken"]}

    def stored(self, native_id: str = PLAIN) -> Document:
        return self.simulator.records[native_id]

    def differences(self, before: Document, native_id: str = PLAIN) -> set[str]:
        """Names of top-level properties that differ from before, without what every write changes."""
        after = self.stored(native_id)
        names = {name for name in before | after if before.get(name) != after.get(name)}
        return names - {"SyncToken", "MetaData"}


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = QuickbooksSimulator(clock)
    simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session)


def nested(path: str, value: Any) -> Document:
    name, dot, member = path.partition(".")
    return {name: {member: value} if dot else value}


def deep(document: Document, path: str) -> Any:
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def test_seeds_are_many_and_varied() -> None:
    records = QuickbooksSimulator().records
    assert len(records) >= 25
    assert sum("CompanyName" in record for record in records.values()) >= 10
    assert sum("GivenName" in record for record in records.values()) >= 6
    assert sum(not record["Active"] for record in records.values()) >= 2
    assert sum(bool(UNHEARD_OF & set(record)) for record in records.values()) >= 3
    assert {"é", "ö", "ñ", "ë", "É"} <= set("".join(record["DisplayName"] for record in records.values()))
    countries = {deep(record, "BillAddr.Country") for record in records.values()}
    assert {"USA", "US", "United States", "CAN", "Deutschland"} <= countries
    for native_id, record in records.items():
        assert record["Id"] == native_id
        assert set(record) <= {*PROPERTIES, "Id", "SyncToken", "sparse", *UNHEARD_OF}
        assert record["Active"] == (not record["DisplayName"].endswith(" (deleted)"))
        assert deep(record, "PrimaryEmailAddr.Address") is None or record["PrimaryEmailAddr"]["Address"].endswith(
            ".example"
        )
    assert len({record["DisplayName"].casefold() for record in records.values()}) == len(records)
    bare = {"DisplayName", "PrintOnCheckName", "PreferredDeliveryMethod"}
    assert any({n for n in WRITABLE if record.get(n) not in (None, False, True)} == bare for record in records.values())


def test_rich_seeds_have_every_writable_property() -> None:
    records = QuickbooksSimulator().records
    assert set(WRITABLE) - set(records[RICH]) == {"PrimaryTaxIdentifier", "SecondaryTaxIdentifier"}
    assert set(WRITABLE) <= set(records[RICH]) | set(records[MASKED])
    assert {f"Line{n}" for n in range(1, 6)} <= set(records[RICH]["BillAddr"])
    assert records[SHARED]["BillAddr"] == records[SHARED]["ShipAddr"]
    assert records["65"]["Level"] == 4


def test_seeds_are_the_same_every_time(clock: Any) -> None:
    first, second = QuickbooksSimulator(clock), QuickbooksSimulator(clock)
    assert first.records == second.records
    assert first.credentials() == second.credentials()
    first.records[RICH]["BillAddr"]["City"] = "changed"
    first.reset()
    assert first.records == second.records


@pytest.mark.parametrize("native_id", [PLAIN, RICH, "23"])
async def test_a_seed_can_be_written_back_whole(provider: Provider, native_id: str) -> None:
    before = deepcopy(provider.stored(native_id))
    assert (await provider.post(before)).status == 200
    assert provider.differences(before, native_id) == set()


def test_what_the_sandbox_asks_a_simulator(clock: Any) -> None:
    simulator = QuickbooksSimulator(clock)
    assert simulator.company_id() == REALM
    assert set(simulator.credentials()) == {"access_token", "refresh_token", "client_id", "client_secret"}
    assert simulator.token_url("http://x/quickbooks") == "http://x/quickbooks/oauth2/v1/tokens/bearer"
    assert simulator.serves_tokens(TOKENS)
    assert simulator.serves_tokens(REVOKE)
    path = f"/v3/company/{REALM}/customer"
    assert not simulator.serves_tokens(path)
    assert simulator.writes("POST", path, {})
    assert not simulator.writes("POST", f"/v3/company/{REALM}/query", "select * from Customer")
    assert not simulator.writes("POST", TOKENS, "")
    assert not simulator.writes("GET", f"{path}/58", None)
    assert simulator.written_id("POST", path, {"Id": "58"}) == "58"
    assert simulator.written_id("POST", f"/v3/company/{BRITISH}/customer", {"Id": "1"}) == ""
    for body in ({}, {"Id": 58}, "text", None):
        assert simulator.written_id("POST", path, body) == ""
    example = simulator.records[simulator.example_id()]
    assert example["Active"]
    assert not {"ParentRef", "PrimaryTaxIdentifier", *UNHEARD_OF} & set(example)


async def test_a_call_needs_the_bearer_token(provider: Provider) -> None:
    for authorization in (None, "Bearer", "Bearer short", "Basic abc", "bearer " + "x" * 600):
        answer = await provider.get(Authorization=authorization)
        assert answer.status == 401
        error = answer.body["fault"]["error"][0]
        assert error["detail"] == "Malformed bearer token: too short or too long"


async def test_a_401_is_in_lower_case(provider: Provider, clock: Any) -> None:
    clock.now += 3600
    answer = await provider.get()
    assert answer.status == 401
    assert answer.body == {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [
                {
                    "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                    "detail": "Token expired",
                    "code": "3200",
                    "element": None,
                }
            ],
            "type": "AUTHENTICATION",
        },
        "report": None,
        "requestId": None,
        "time": int(clock.now * 1000),
    }


async def test_access_tokens_live_an_hour(provider: Provider, clock: Any) -> None:
    clock.now += 3599
    assert (await provider.get()).status == 200
    clock.now += 1
    assert (await provider.get()).status == 401
    assert (await provider.renew()).status == 200
    assert (await provider.get()).status == 200


async def test_expire_tokens_leaves_refresh_tokens(provider: Provider) -> None:
    provider.simulator.expire_tokens()
    assert (await provider.get()).status == 401
    assert (await provider.renew()).status == 200
    assert (await provider.get()).status == 200


async def test_a_token_answer(provider: Provider) -> None:
    old = dict(provider.simulator.credentials())
    answer = await provider.renew()
    assert answer.status == 200
    assert answer.headers["intuit_tid"]
    body = json.loads(answer.text)
    new = provider.simulator.credentials()
    assert body == {
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": new["refresh_token"],
        "x_refresh_token_expires_in": 8726400,
        "access_token": new["access_token"],
    }
    assert old["access_token"] != new["access_token"]
    assert (await provider.get(Authorization=f"Bearer {old['access_token']}")).status == 200


async def test_an_outdated_refresh_token_is_dead(provider: Provider) -> None:
    old = provider.simulator.credentials()["refresh_token"]
    new = json.loads((await provider.renew()).text)["refresh_token"]
    assert new != old
    answer = await provider.renew(old)
    assert answer.status == 400
    assert json.loads(answer.text) == {"error": "invalid_grant", "error_description": "Token invalid"}
    assert answer.headers["intuit_tid"]
    assert (await provider.renew(new)).status == 200


async def test_a_refresh_token_may_stay_the_same_for_a_day(provider: Provider, clock: Any) -> None:
    provider.simulator.renews_after = 86_400
    first = provider.simulator.credentials()["refresh_token"]
    assert json.loads((await provider.renew()).text)["refresh_token"] == first
    clock.now += 86_399
    assert json.loads((await provider.renew()).text)["refresh_token"] == first
    clock.now += 1
    assert json.loads((await provider.renew()).text)["refresh_token"] != first
    assert (await provider.renew(first)).status == 400


async def test_refresh_tokens_roll(provider: Provider, clock: Any) -> None:
    provider.simulator.renews_after = 10**9
    for _ in range(2):
        clock.now += 8_726_399
        assert (await provider.renew()).status == 200
    clock.now += 8_726_400
    assert (await provider.renew()).status == 400


async def test_refresh_tokens_end_after_five_years(provider: Provider, clock: Any) -> None:
    hard = 5 * 365 * 86_400
    asked = {"x-include-refresh-token-hard-expires-in": "true"}
    body = json.loads((await provider.renew(**asked)).text)
    assert body["x_refresh_token_hard_expires_in"] == hard
    passed = 0
    while hard - passed > 8_000_000:
        clock.now, passed = clock.now + 8_000_000, passed + 8_000_000
        body = json.loads((await provider.renew(**asked)).text)
    assert body["x_refresh_token_hard_expires_in"] == body["x_refresh_token_expires_in"] == hard - passed
    clock.now += hard - passed
    assert (await provider.renew()).status == 400


async def test_what_the_token_endpoint_refuses(provider: Provider) -> None:
    held = provider.simulator.credentials()
    token = f"refresh_token={held['refresh_token']}"
    wrong = base64.b64encode(f"{held['client_id']}:wrong".encode()).decode()
    inside = f"grant_type=refresh_token&{token}&client_id={held['client_id']}&client_secret={held['client_secret']}"
    for refused in (
        await provider.renew(Authorization=f"Basic {wrong}"),
        await provider.token_call(inside, Authorization=None),
    ):
        assert (refused.status, json.loads(refused.text)["error"]) == (401, "invalid_client")
    for form, error in (
        ("grant_type=refresh_token&refresh_token=RT1-wrong", "invalid_grant"),
        ("grant_type=authorization_code&code=x", "invalid_grant"),
        ("grant_type=refresh_token", "invalid_request"),
        (token, "invalid_request"),
        (f"grant_type=password&{token}", "unsupported_grant_type"),
    ):
        answer = await provider.token_call(form)
        assert (answer.status, json.loads(answer.text)["error"]) == (400, error)
    as_json = await provider.renew(Content_Type="application/json")
    assert as_json.status == 400
    assert provider.simulator.credentials() == held


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_the_consent(provider: Provider, which: str) -> None:
    token = provider.simulator.credentials()[which]
    assert (await provider.token_call(f"token={token}", REVOKE, Authorization=None)).status == 401
    assert (await provider.token_call(f"token={token}", REVOKE)).status == 200
    answer = await provider.get()
    assert answer.status == 401
    assert answer.body["fault"]["error"][0]["detail"] == "Token revoked"
    assert (await provider.renew()).status == 400
    assert (await provider.token_call(f"token={token}", REVOKE)).status == 400


async def test_a_user_who_lost_access(provider: Provider) -> None:
    provider.simulator.user_is_admin = False
    assert (await provider.get()).code == (401, "120")


@pytest.mark.parametrize("realm", [BRITISH, "1", "9341450000000009"])
async def test_a_token_is_for_one_realm(provider: Provider, realm: str) -> None:
    answer = await provider.call("GET", f"/v3/company/{realm}/customer/1")
    assert answer.status == 403
    assert answer.body == {
        "fault": {
            "error": [
                {
                    "message": "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
                    "detail": None,
                    "code": "3100",
                    "element": None,
                }
            ],
            "type": "SERVICE",
        }
    }


async def test_without_the_scope_it_is_403(provider: Provider) -> None:
    provider.simulator.scopes = frozenset({"openid"})
    answer = await provider.get()
    assert (answer.status, answer.body["fault"]["error"][0]["code"]) == (403, "3100")


async def test_company_info_is_found_by_realm_and_calls_itself_1(provider: Provider) -> None:
    answer = await provider.call("GET", f"/v3/company/{REALM}/companyinfo/{REALM}?minorversion=75")
    info = answer.body["CompanyInfo"]
    assert info["Id"] == "1"
    assert info["Country"] == "US"
    assert {"Name": "SubscriptionStatus", "Value": "PAID"} in info["NameValue"]
    assert {"CompanyName", "LegalName", "CompanyAddr", "Email", "WebAddr", "PrimaryPhone"} <= set(info)
    assert (await provider.call("GET", f"/v3/company/{REALM}/companyinfo/1")).code == (400, "610")
    asked = await provider.query("select * from CompanyInfo")
    assert asked.body["QueryResponse"]["CompanyInfo"] == [info]


async def test_another_company_has_its_own_token_and_customers(provider: Provider) -> None:
    token = provider.simulator.credentials_of(BRITISH)["access_token"]
    bearer = f"Bearer {token}"
    own = await provider.call("GET", f"/v3/company/{BRITISH}/customer/1", Authorization=bearer)
    assert own.customer["CurrencyRef"] == {"value": "GBP", "name": "British Pound"}
    assert own.customer["PrimaryTaxIdentifier"] == "XXXXXX56789"
    body = {"Id": "1", "SyncToken": own.customer["SyncToken"], "sparse": True, "Notes": "Changed"}
    written = await provider.call("POST", f"/v3/company/{BRITISH}/customer", body, Authorization=bearer)
    assert written.customer["Notes"] == "Changed"
    assert "1" not in provider.simulator.records
    assert (await provider.get(Authorization=bearer)).status == 403
    provider.simulator.reset()
    assert provider.simulator.companies[BRITISH].customers["1"].get("Notes") is None


async def test_an_ended_subscription_reads_and_does_not_write(provider: Provider) -> None:
    bearer = f"Bearer {provider.simulator.credentials_of(ENDED)['access_token']}"
    read = await provider.call("GET", f"/v3/company/{ENDED}/customer/1", Authorization=bearer)
    body = {"Id": "1", "SyncToken": read.customer["SyncToken"], "sparse": True, "Notes": "Changed"}
    refused = await provider.call("POST", f"/v3/company/{ENDED}/customer", body, Authorization=bearer)
    assert refused.code == (400, "6190")
    info = await provider.call("GET", f"/v3/company/{ENDED}/companyinfo/{ENDED}", Authorization=bearer)
    assert {"Name": "SubscriptionStatus", "Value": "PAID"} not in info.body["CompanyInfo"]["NameValue"]
    provider.simulator.companies[REALM].ended = True
    assert (await provider.sparse(Notes="Changed")).code == (400, "6190")
    assert "Notes" not in provider.stored()


async def test_every_answer_has_a_tid_of_its_own(provider: Provider) -> None:
    provider.sandbox.fault("quickbooks", "status:503")
    answers = [
        await provider.get(),
        await provider.get(),
        await provider.get("9999"),
        await provider.get(Authorization=None),
        await provider.call("GET", "/v3/nowhere"),
        await provider.renew(),
        await provider.sparse(Notes="x"),
        await provider.sparse(Notes=1),
        await provider.query("select * from Customer"),
    ]
    assert [answer.status for answer in answers] == [503, 200, 400, 401, 404, 200, 200, 400, 200]
    tids = [answer.headers["intuit_tid"] for answer in answers]
    assert all(re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", tid) for tid in tids)
    assert len(set(tids)) == len(tids)


async def test_times_have_an_offset_and_no_z(provider: Provider) -> None:
    answer = await provider.sparse(Notes="x")
    for text in (answer.body["time"], *answer.customer["MetaData"].values()):
        assert text.endswith("-08:00")
        assert datetime.fromisoformat(text).utcoffset() is not None
    assert "." in answer.body["time"]
    assert "." not in answer.customer["MetaData"]["LastUpdatedTime"]


@pytest.mark.parametrize("accept", [None, "*/*", "application/xml", "text/html"])
async def test_xml_unless_json_is_asked_for(provider: Provider, accept: str | None) -> None:
    answer = await provider.get(MASKED, Accept=accept)
    assert (answer.status, answer.content_type) == (200, "application/xml")
    customer = ElementTree.fromstring(answer.text).find(f"{XML}Customer")
    assert customer is not None
    assert (customer.get("domain"), customer.get("sparse")) == ("QBO", "false")
    assert customer.findtext(f"{XML}PrimaryTaxIdentifier") == "XXXXXX56789"
    assert customer.findtext(f"{XML}BillAddr/{XML}Line1") == "12 Quay Street"
    term = customer.find(f"{XML}SalesTermRef")
    assert term is not None
    assert (term.text, term.get("name")) == ("3", "Net 30")
    refused = ElementTree.fromstring((await provider.get("9999", Accept=accept)).text)
    fault, error = refused.find(f"{XML}Fault"), refused.find(f"{XML}Fault/{XML}Error")
    assert fault is not None
    assert error is not None
    assert fault.get("type") == "ValidationFault"
    assert error.get("code") == "610"
    assert error.findtext(f"{XML}Message") == "Object Not Found"
    edge = ElementTree.fromstring((await provider.get(Authorization=None, Accept=accept)).text)
    error = edge.find(f"{XML}Fault/{XML}Error")
    assert error is not None
    assert error.get("code") == "3200"


@pytest.mark.parametrize("accept", ["application/json;q=0.9", "text/html, application/json"])
async def test_json_among_others(provider: Provider, accept: str) -> None:
    assert (await provider.get(Accept=accept)).customer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/company/9341450000000001/customers/58"),
        ("GET", "/v3/company/9341450000000001/customer"),
        ("PUT", "/v3/company/9341450000000001/customer/58"),
        ("DELETE", "/v3/company/9341450000000001/customer/58"),
        ("GET", "/v3/company/9341450000000001/Customer/58"),
        ("GET", "/"),
    ],
)
async def test_a_wrong_address_is_html(provider: Provider, method: str, path: str) -> None:
    answer = await provider.call(method, path)
    assert (answer.status, answer.content_type) == (404, "text/html")


async def test_not_found_is_400_with_610(provider: Provider) -> None:
    for answer in (await provider.get("9999"), await provider.post({"Id": "9999", "SyncToken": "0", "sparse": True})):
        assert answer.code == (400, "610")
        error = answer.body["Fault"]["Error"][0]
        assert error["Message"] == "Object Not Found"
        assert error["Detail"].startswith("Object Not Found : Something you're trying to use has been made inactive.")
    assert "9999" not in provider.simulator.records


async def test_a_fault_may_come_with_200(provider: Provider) -> None:
    provider.simulator.refusal_status = 200
    before = deepcopy(provider.stored())
    for answer, code in (
        (await provider.sparse(Suffix="x" * 17), "2050"),
        (await provider.post({"Id": PLAIN, "SyncToken": "99", "sparse": True}), "5010"),
        (await provider.get("9999"), "610"),
        (await provider.query("select nonsense"), "4000"),
    ):
        assert answer.status == 200
        assert [error for error, _ in answer.errors] == [code]
    assert (await provider.get(Authorization=None)).status == 401
    assert provider.stored() == before


@pytest.mark.parametrize(
    ("status", "content_type", "said"),
    [
        (400, "application/json", '"code":"6000"'),
        (401, "application/json", '"fault":{"error":[{"message":"message=AuthenticationFailed'),
        (403, "application/json", '"code":"3100"'),
        (404, "text/html", "404"),
        (413, "text/html", "413"),
        (429, "application/json", '"code":"3001"'),
        (500, "application/json", '"type":"SystemFault"'),
        (502, "text/html", "502"),
        (503, "text/html", "503"),
        (504, "text/html", "504"),
    ],
)
async def test_scripted_statuses_have_the_providers_shape(
    provider: Provider, status: int, content_type: str, said: str
) -> None:
    provider.sandbox.fault("quickbooks", f"status:{status}")
    answer = await provider.get()
    assert (answer.status, answer.content_type) == (status, content_type)
    assert said in answer.text


async def test_ten_a_second_and_five_hundred_a_minute(provider: Provider, clock: Any) -> None:
    assert QuickbooksSimulator.rate_limit == ((500, 60.0), (10, 1.0))
    provider.simulator.rate_limit = ((15, 60.0), (10, 1.0))
    assert [(await provider.get()).status for _ in range(10)] == [200] * 10
    refused = await provider.get()
    assert refused.status == 429
    assert refused.body == {
        "fault": {
            "error": [
                {
                    "message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                    "detail": "The request limit was reached.  Try again later",
                    "code": "3001",
                    "element": None,
                }
            ],
            "type": "SERVICE",
        }
    }
    assert "Retry-After" not in refused.headers
    assert (await provider.renew()).status == 200
    clock.now += 1
    assert [(await provider.get()).status for _ in range(6)] == [200] * 5 + [429]
    other = f"Bearer {provider.simulator.credentials_of(BRITISH)['access_token']}"
    assert (await provider.call("GET", f"/v3/company/{BRITISH}/customer/1", Authorization=other)).status == 200
    clock.now += 59
    assert (await provider.get()).status == 200


async def test_other_ways_to_throttle(provider: Provider) -> None:
    provider.simulator.rate_limit = ((0, 1.0),)
    provider.simulator.capitalised_edge = True
    provider.simulator.retry_after = 60
    answer = await provider.get()
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    assert [error["code"] for error in answer.body["Fault"]["Error"]] == ["3001"]
    provider.simulator.throttle_status = 403
    answer = await provider.get()
    assert answer.code == (403, "3001")
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(("version", "status"), [("75", 200), ("1", 200), ("74", 200), ("76", 400), ("x", 400)])
async def test_minor_versions(provider: Provider, version: str, status: int) -> None:
    answer = await provider.call("GET", f"/v3/company/{REALM}/customer/{PLAIN}?minorversion={version}")
    assert answer.status == status
    if status == 400:
        assert answer.code == (400, "2080")
    await provider.call("GET", f"/v3/company/{REALM}/customer/{PLAIN}")
    assert provider.simulator.minor_versions == [version, None]


async def test_sparse_in_the_query_does_nothing(provider: Provider) -> None:
    answer = await provider.post({**provider.head(PLAIN), "DisplayName": "Acadia"}, "sparse=true")
    assert "PrimaryPhone" not in answer.customer
    assert provider.simulator.ignored_parameters == ["sparse"]


async def test_operations(provider: Provider) -> None:
    body = {**provider.head(PLAIN), "sparse": True, "Notes": "x"}
    assert (await provider.post(body, "operation=update")).status == 200
    assert (await provider.post({"DisplayName": "New"}, "operation=update")).errors == [("2020", "Id")]
    body = {**provider.head(PLAIN), "sparse": True}
    assert (await provider.post(body, "operation=delete")).code == (400, "6000")


async def test_moving_old_transactions_is_noticed(provider: Provider) -> None:
    await provider.post({**provider.stored(RICH)}, "include=updateaccountontxns")
    assert provider.simulator.account_moves == [RICH]


async def test_a_request_id_gives_the_same_answer_again(provider: Provider) -> None:
    body = {**provider.head(PLAIN), "sparse": True, "Notes": "once"}
    first = await provider.post(body, "requestid=a")
    again = await provider.post(body, "requestid=a")
    assert first.customer == again.customer
    assert provider.stored()["SyncToken"] == first.customer["SyncToken"]
    assert (await provider.post({**body, "Notes": "else"}, "requestid=a")).code == (400, "600")
    assert (await provider.post(body, "requestid=b")).code == (400, "5010")
    assert (await provider.post(body, "requestid=b")).code == (400, "5010")
    provider.simulator.replays_requests = False
    assert (await provider.post(body, "requestid=a")).code == (400, "600")


async def test_tax_ids_are_masked_wherever_they_are_read(provider: Provider) -> None:
    stored = provider.stored(MASKED)
    assert stored["PrimaryTaxIdentifier"] == "98-12356789"
    listed = (await provider.query(f"select * from Customer where Id = '{MASKED}'")).body["QueryResponse"]["Customer"]
    changes = await provider.call("GET", f"/v3/company/{REALM}/cdc?entities=Customer&changedSince=2020-01-01")
    changed = changes.body["CDCResponse"][0]["QueryResponse"][0]["Customer"]
    for shown in (
        (await provider.get(MASKED)).customer,
        listed[0],
        next(row for row in changed if row["Id"] == MASKED),
        (await provider.sparse(MASKED, Notes="x")).customer,
    ):
        assert shown["PrimaryTaxIdentifier"] == "XXXXXX56789"
        assert shown["SecondaryTaxIdentifier"] == "XXXXX78901"
    assert provider.stored(MASKED)["PrimaryTaxIdentifier"] == "98-12356789"


async def test_reading_shows_all_else_as_stored(provider: Provider) -> None:
    for native_id, record in provider.simulator.records.items():
        shown = (await provider.get(native_id)).customer
        differing = {name for name in shown | record if shown.get(name) != record.get(name)}
        assert differing <= {"PrimaryTaxIdentifier", "SecondaryTaxIdentifier"}
        assert differing <= set(record)


async def test_an_inactive_customer_is_read(provider: Provider) -> None:
    shown = (await provider.get("20")).customer
    assert (shown["Active"], shown["DisplayName"]) == (False, "Blue Heron Yoga (deleted)")
    assert shown["FullyQualifiedName"] == "Blue Heron Yoga (deleted)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((path, "x" * min(length, 12)) for path, length in LENGTHS.items() if path not in FORMED),
        *((name, "12-345 6789") for name in ("PrimaryTaxIdentifier", "SecondaryTaxIdentifier", "TaxRegime")),
        ("PrimaryEmailAddr.Address", "new@northwind-tea.example"),
        ("WebAddr.URI", "https://new.example/a?b=c"),
        ("PreferredDeliveryMethod", "None"),
        ("TaxExemptionReasonId", "15"),
        ("GSTRegistrationType", "SEZ"),
        *((name, True) for name in ("TDSEnabled", "IsCISContractor", "BillWithParent")),
        ("Taxable", False),
        *((f"{name}.value", good) for name, (good, _, _) in REFERENCES.items()),
    ],
)
async def test_a_sparse_update_touches_what_is_sent_alone(provider: Provider, name: str, value: Any) -> None:
    before = deepcopy(provider.stored(RICH))
    top, _, member = name.partition(".")
    sent = {**before[top], member: value} if top.endswith("Addr") and member else nested(name, value)[top]
    if isinstance(sent, dict):
        sent = {part: inner for part, inner in sent.items() if part not in {"Lat", "Long", "name"}}
    answer = await provider.sparse(RICH, **{top: sent})
    assert answer.status == 200, answer.text
    assert deep(provider.stored(RICH), name) == value
    derived = {
        "DisplayName": {"FullyQualifiedName"},
        "ParentRef": {"FullyQualifiedName", "RootCustomerRef"},
    }
    assert provider.differences(before, RICH) == {top, *derived.get(top, set())}
    if member:
        kept = {part: inner for part, inner in provider.stored(RICH)[top].items() if part not in {member, "name"}}
        assert kept == {part: inner for part, inner in before[top].items() if part not in {member, "name"}}
    assert provider.simulator.ignored_properties == []


async def test_an_answer_to_a_sparse_update_is_whole_and_says_sparse_false(provider: Provider) -> None:
    answer = await provider.sparse(GOLD, Notes="x")
    assert answer.customer == provider.stored(GOLD)
    assert answer.customer["sparse"] is False
    assert answer.customer["LoyaltyTier"] == "Gold"


async def test_a_sparse_update_of_nothing_is_a_new_version(provider: Provider, clock: Any) -> None:
    before = deepcopy(provider.stored())
    answer = await provider.sparse()
    assert provider.differences(before) == set()
    assert answer.customer["SyncToken"] == str(int(before["SyncToken"]) + 1)
    assert datetime.fromisoformat(answer.customer["MetaData"]["LastUpdatedTime"]).timestamp() == clock.now
    assert answer.customer["MetaData"]["CreateTime"] == before["MetaData"]["CreateTime"]


async def test_an_empty_text_clears_and_null_does_not(provider: Provider) -> None:
    await provider.sparse(RICH, Notes=None, Suffix=None, PrimaryPhone=None, SalesTermRef=None, Taxable=None)
    assert {"Notes", "Suffix", "PrimaryPhone", "SalesTermRef"} <= set(provider.stored(RICH))
    assert provider.stored(RICH)["Taxable"] is True
    ignored = provider.simulator.ignored_properties
    assert sorted(ignored) == ["Notes", "PrimaryPhone", "SalesTermRef", "Suffix", "Taxable"]
    ignored.clear()
    before = deepcopy(provider.stored(RICH))
    await provider.sparse(RICH, Notes="", Suffix="", PrimaryPhone={"FreeFormNumber": ""}, BusinessNumber="")
    assert provider.differences(before, RICH) == {"Notes", "Suffix", "PrimaryPhone", "BusinessNumber"}
    assert not {"Notes", "Suffix", "PrimaryPhone", "BusinessNumber"} & set(provider.stored(RICH))
    assert ignored == []


async def test_null_may_clear_and_an_empty_text_may_not(provider: Provider) -> None:
    provider.simulator.clears_by = frozenset({None})
    before = deepcopy(provider.stored(RICH))
    await provider.sparse(RICH, Notes=None, PrimaryPhone=None, SalesTermRef=None, Suffix="", Fax={"FreeFormNumber": ""})
    assert provider.differences(before, RICH) == {"Notes", "PrimaryPhone", "SalesTermRef"}
    assert sorted(provider.simulator.ignored_properties) == ["Fax.FreeFormNumber", "Suffix"]


@pytest.mark.parametrize("empty", ["", None])
async def test_two_names_cannot_be_removed_by_a_sparse_update(provider: Provider, empty: str | None) -> None:
    provider.simulator.clears_by = frozenset({"", None})
    before = deepcopy(provider.stored(RICH))
    assert (await provider.sparse(RICH, DisplayName=empty, PrintOnCheckName=empty)).status == 200
    assert provider.differences(before, RICH) == set()
    assert sorted(provider.simulator.ignored_properties) == ["DisplayName", "PrintOnCheckName"]


@pytest.mark.parametrize("name", ["PreferredDeliveryMethod", "TaxExemptionReasonId", "GSTRegistrationType"])
async def test_an_empty_text_is_no_word(provider: Provider, name: str) -> None:
    assert (await provider.sparse(RICH, **{name: ""})).errors == [("2170", name)]


@pytest.mark.parametrize("name", sorted(set(REFERENCES) - {"ParentRef"}))
async def test_an_empty_reference_is_refused_unless_it_clears(provider: Provider, name: str) -> None:
    assert (await provider.sparse(RICH, **{name: {"value": ""}})).errors == [("2500", name)]
    provider.simulator.clears_references = True
    before = deepcopy(provider.stored(RICH))
    assert (await provider.sparse(RICH, **{name: {"value": ""}})).status == 200
    assert provider.differences(before, RICH) == {name}
    assert name not in provider.stored(RICH)


async def test_a_nested_object_is_replaced(provider: Provider) -> None:
    await provider.sparse(RICH, BillAddr={"Id": "94", "Line1": "1 New Street", "City": "Bath"})
    assert provider.stored(RICH)["BillAddr"] == {
        "Id": "94",
        "Line1": "1 New Street",
        "City": "Bath",
        "Lat": "INVALID",
        "Long": "INVALID",
    }


async def test_a_nested_object_may_be_merged(provider: Provider) -> None:
    provider.simulator.merges_nested = True
    before = deepcopy(provider.stored(RICH)["BillAddr"])
    await provider.sparse(RICH, BillAddr={"City": "Bath", "Line2": "", "Line3": None})
    del before["Line2"]
    assert provider.stored(RICH)["BillAddr"] == {**before, "City": "Bath"}


async def test_an_emptied_nested_object_is_gone(provider: Provider) -> None:
    await provider.sparse(RICH, BillAddr={}, WebAddr={"URI": ""}, Fax={})
    assert not {"BillAddr", "WebAddr", "Fax"} & set(provider.stored(RICH))


async def test_an_address_without_id_is_a_new_row(provider: Provider) -> None:
    for _ in range(2):
        old = provider.stored(RICH)["ShipAddr"]["Id"]
        await provider.sparse(RICH, ShipAddr={"Line1": "2 Pier"})
        assert provider.stored(RICH)["ShipAddr"]["Id"] != old
    assert provider.stored(RICH)["BillAddr"]["Id"] == "94"


async def test_a_row_of_somebody_else_is_refused(provider: Provider) -> None:
    answer = await provider.sparse(RICH, BillAddr={"Id": "97", "Line1": "x"})
    assert answer.errors == [("2500", "BillAddr.Id")]


async def test_coordinates_are_lost_with_a_change_only(provider: Provider) -> None:
    address = {part: value for part, value in provider.stored()["BillAddr"].items() if part not in {"Lat", "Long"}}
    await provider.sparse(BillAddr={**address, "Lat": "1", "Long": "2"})
    assert provider.stored()["BillAddr"]["Lat"] == "44.3876"
    assert provider.simulator.ignored_properties == ["BillAddr.Lat", "BillAddr.Long"]
    await provider.sparse(BillAddr={**address, "City": "Ellsworth"})
    assert (provider.stored()["BillAddr"]["Lat"], provider.stored()["BillAddr"]["Long"]) == ("INVALID", "INVALID")


async def test_a_shared_row_parts_when_billing_changes(provider: Provider) -> None:
    shared = deepcopy(provider.stored(SHARED)["ShipAddr"])
    await provider.sparse(SHARED, BillAddr={**shared, "City": "Orono"})
    after = provider.stored(SHARED)
    assert (after["BillAddr"]["Id"], after["BillAddr"]["City"]) == (shared["Id"], "Orono")
    assert after["ShipAddr"]["Id"] != shared["Id"]
    assert {**after["ShipAddr"], "Id": shared["Id"]} == shared
    provider.simulator.reset()
    await provider.sparse(SHARED, BillAddr={**shared, "City": "Orono"}, ShipAddr=None)
    assert provider.stored(SHARED)["ShipAddr"]["Id"] != shared["Id"]


async def test_shipping_with_the_row_of_billing_writes_into_billing(provider: Provider) -> None:
    shared = deepcopy(provider.stored(SHARED)["BillAddr"])
    await provider.sparse(SHARED, ShipAddr={**shared, "City": "Orono"})
    assert provider.stored(SHARED)["BillAddr"]["City"] == "Orono"
    provider.simulator.reset()
    without = {part: value for part, value in shared.items() if part != "Id"}
    await provider.sparse(SHARED, ShipAddr={**without, "City": "Orono"})
    assert provider.stored(SHARED)["BillAddr"] == shared
    assert provider.stored(SHARED)["ShipAddr"]["City"] == "Orono"
    assert provider.stored(SHARED)["ShipAddr"]["Id"] != shared["Id"]


async def test_both_addresses_with_one_row_are_one_address(provider: Provider) -> None:
    shared = deepcopy(provider.stored(SHARED)["BillAddr"])
    await provider.sparse(SHARED, ShipAddr=shared, BillAddr={**shared, "City": "Orono"})
    after = provider.stored(SHARED)
    assert after["BillAddr"] == after["ShipAddr"] == shared


async def test_a_shared_row_may_move_as_one(provider: Provider) -> None:
    provider.simulator.shared_rows_move_together = True
    shared = deepcopy(provider.stored(SHARED)["BillAddr"])
    await provider.sparse(SHARED, BillAddr={**shared, "City": "Orono"})
    assert provider.stored(SHARED)["ShipAddr"] == provider.stored(SHARED)["BillAddr"] == {**shared, "City": "Orono"}


@pytest.mark.parametrize("country", ["USA", "Sweden", "Deutschland", "CAN"])
async def test_countries_are_kept_as_typed(provider: Provider, country: str) -> None:
    answer = await provider.sparse(BillAddr={"Line1": "x", "Country": country})
    assert answer.customer["BillAddr"]["Country"] == country


async def test_alpha2_countries(provider: Provider) -> None:
    assert (await provider.sparse(BillAddr={"Line1": "x", "Country": "SE"})).errors == [("6000", "BillAddr.Country")]
    typed = provider.stored("14")["BillAddr"]
    assert typed["Country"] == "US"
    kept = await provider.sparse("14", BillAddr={**typed, "City": "Camden"})
    assert kept.customer["BillAddr"]["Country"] == "US"
    provider.simulator.refuses_alpha2_countries = False
    answer = await provider.sparse(BillAddr={"Line1": "x", "Country": "SE"})
    assert answer.customer["BillAddr"]["Country"] == "SE"


@pytest.mark.parametrize("extra", [{}, {"sparse": False}])
async def test_a_full_update_wipes_what_is_left_out(provider: Provider, extra: Document) -> None:
    before = deepcopy(provider.stored(MASKED))
    answer = await provider.full(MASKED, DisplayName="Northwind Tea Ltd", **extra)
    after = answer.customer
    assert {name for name in WRITABLE if name in after} == {
        *("DisplayName", "PrintOnCheckName", "Taxable", "Job", "BillWithParent", "Active")
    }
    assert (after["Taxable"], after["Active"]) == (False, True)
    assert after["PrintOnCheckName"] == "Northwind Tea Ltd"
    for kept in ("Balance", "CurrencyRef", "V4IDPseudonym", "ClientEntityId", "domain"):
        assert after[kept] == before[kept]
    assert after["MetaData"]["CreateTime"] == before["MetaData"]["CreateTime"]


@pytest.mark.parametrize("name", sorted(set(WRITABLE) - {"DisplayName", "Active"}))
async def test_a_full_update_loses_each_property_left_out(provider: Provider, name: str) -> None:
    native_id = MASKED if name.endswith("TaxIdentifier") else RICH
    echo = {**provider.stored(native_id), "BillWithParent": native_id == RICH}
    provider.simulator.records[native_id] = deepcopy(echo)
    del echo[name]
    if name == "Job":
        del echo["ParentRef"], echo["BillWithParent"]
    answer = await provider.post(echo)
    if name == "ParentRef":
        assert answer.errors == [("2020", "ParentRef")]
        return
    lost = provider.stored(native_id).get(name)
    fallback = {"Taxable": False, "Job": False, "BillWithParent": False, "PrintOnCheckName": "Northwind Tea Warehouse"}
    assert lost == fallback.get(name)


async def test_a_full_update_drops_a_sub_customer_to_the_top(provider: Provider) -> None:
    assert (await provider.full("62", DisplayName="Camp Sebago")).status == 200
    after = provider.stored("62")
    assert after["Job"] is False
    assert not {"ParentRef", "Level", "RootCustomerRef"} & set(after)
    assert after["FullyQualifiedName"] == "Camp Sebago"
    assert provider.stored("65")["FullyQualifiedName"] == "Camp Sebago:Boathouse:Roof:Shingles"
    assert provider.stored("65")["Level"] == 3


@pytest.mark.parametrize("native_id", [GOLD, "72", "73"])
async def test_a_full_update_loses_what_nobody_has_heard_of(provider: Provider, native_id: str) -> None:
    echo = {name: value for name, value in provider.stored(native_id).items() if name not in UNHEARD_OF}
    assert UNHEARD_OF & set(provider.stored(native_id))
    await provider.post(echo)
    assert not UNHEARD_OF & set(provider.stored(native_id))


async def test_null_and_empty_texts_clear_in_a_full_update(provider: Provider) -> None:
    answer = await provider.full(RICH, DisplayName="Plain", Notes=None, Suffix="", BillAddr=None, Fax=None)
    assert not {"Notes", "Suffix", "BillAddr", "Fax"} & set(answer.customer)
    assert provider.simulator.ignored_properties == []


async def test_reading_and_writing_back_stores_the_mask(provider: Provider) -> None:
    read = (await provider.get(MASKED)).customer
    assert (await provider.post(read)).status == 200
    assert provider.stored(MASKED)["PrimaryTaxIdentifier"] == "XXXXXX56789"
    assert provider.simulator.masks_stored == ["PrimaryTaxIdentifier", "SecondaryTaxIdentifier"]


async def test_a_sparse_mask_is_stored_too_and_a_real_number_is_none(provider: Provider) -> None:
    await provider.sparse(MASKED, PrimaryTaxIdentifier="77-7712345")
    assert provider.stored(MASKED)["PrimaryTaxIdentifier"] == "77-7712345"
    await provider.sparse(MASKED, PrimaryTaxIdentifier="77-7712345", SecondaryTaxIdentifier="XXXXX99999")
    assert provider.simulator.masks_stored == []
    await provider.sparse(MASKED, PrimaryTaxIdentifier="XXXXX12345")
    assert provider.stored(MASKED)["PrimaryTaxIdentifier"] == "XXXXX12345"
    assert provider.simulator.masks_stored == ["PrimaryTaxIdentifier"]


async def test_writing_back_a_dead_reference_fails_in_a_full_update_only(provider: Provider) -> None:
    assert (await provider.sparse("16", Notes="x")).status == 200
    assert (await provider.post(provider.stored("16"))).code == (400, "2500")


async def test_names_of_a_full_update(provider: Provider) -> None:
    assert (await provider.full(CompanyName="Acadia")).errors == [("2020", "DisplayName")]
    answer = await provider.full(GivenName="Ann", FamilyName="Lee", Suffix="Sr.", Title="Ms.", MiddleName="B.")
    assert answer.customer["DisplayName"] == "Ms. Ann B. Lee Sr."
    assert answer.customer["PrintOnCheckName"] == "Ms. Ann B. Lee Sr."
    assert answer.customer["FullyQualifiedName"] == "Ms. Ann B. Lee Sr."


@pytest.mark.parametrize("token", ["0", "2", "99", "01"])
async def test_another_version_is_stale(provider: Provider, token: str) -> None:
    provider.simulator.records[PLAIN]["SyncToken"] = "1"
    before = deepcopy(provider.stored())
    answer = await provider.post({"Id": PLAIN, "SyncToken": token, "sparse": True, "Notes": "x"})
    assert answer.code == (400, "5010")
    assert answer.body["Fault"]["type"] == "ValidationFault"
    assert answer.body["Fault"]["Error"][0]["Message"] == "Stale Object Error"
    assert provider.stored() == before


@pytest.mark.parametrize(
    ("token", "code"), [(1, "2010"), ("", "2020"), (None, "2020"), ("x", "2080"), ("-1", "2080"), (True, "2010")]
)
async def test_a_version_is_a_text_of_digits(provider: Provider, token: Any, code: str) -> None:
    before = deepcopy(provider.stored())
    body = {"Id": PLAIN, "SyncToken": token, "sparse": True, "Notes": "x"}
    assert (await provider.post(body)).errors == [(code, "SyncToken")]
    assert (await provider.post({"Id": PLAIN, "sparse": True})).errors == [("2020", "SyncToken")]
    assert provider.stored() == before


async def test_touch_and_the_fault_make_a_version_stale(provider: Provider) -> None:
    before = deepcopy(provider.stored())
    provider.simulator.touch(PLAIN)
    assert provider.differences(before) == {"Notes"}
    assert provider.stored()["SyncToken"] == str(int(before["SyncToken"]) + 1)
    others = deepcopy({n: record for n, record in provider.simulator.records.items() if n != PLAIN})
    provider.sandbox.fault("quickbooks", "stale_version")
    assert (await provider.query("select * from Customer")).status == 200
    assert (await provider.sparse(Suffix="x")).code == (400, "5010")
    assert (await provider.sparse(Suffix="x")).status == 200
    assert others == {n: record for n, record in provider.simulator.records.items() if n != PLAIN}


async def test_lists_may_show_old_versions(provider: Provider) -> None:
    statement = "select * from Customer where Id = '14'"
    token = provider.stored("14")["SyncToken"]
    assert (await provider.query(statement)).body["QueryResponse"]["Customer"][0]["SyncToken"] == token == "2"
    provider.simulator.lists_old_tokens = True
    assert (await provider.query(statement)).body["QueryResponse"]["Customer"][0]["SyncToken"] == "1"
    assert (await provider.get("14")).customer["SyncToken"] == token


@pytest.mark.parametrize(("path", "most"), LENGTHS.items())
async def test_lengths(provider: Provider, path: str, most: int) -> None:
    tail = {"PrimaryEmailAddr.Address": "@x.example", "WebAddr.URI": ":x"}.get(path, "")
    fits = nested(path, "a" * (most - len(tail)) + tail)
    assert (await provider.sparse(**fits)).status == 200
    assert len(deep(provider.stored(), path)) == most
    answer = await provider.sparse(**nested(path, "a" * (most - len(tail) + 1) + tail))
    assert answer.errors == [("2050", path)]
    assert f"Max:{most:,}" in answer.body["Fault"]["Error"][0]["Detail"]
    assert len(deep(provider.stored(), path)) == most


async def test_a_character_outside_the_basic_plane_counts_twice(provider: Provider) -> None:
    assert (await provider.sparse(Suffix="𝄞" * 8)).status == 200
    assert (await provider.sparse(Suffix="𝄞" * 8 + "a")).errors == [("2050", "Suffix")]


@pytest.mark.parametrize("name", ["PrimaryTaxIdentifier", "SecondaryTaxIdentifier", "TaxRegime"])
async def test_what_has_no_documented_length(provider: Provider, name: str) -> None:
    assert (await provider.sparse(**{name: "x" * 5000})).status == 200


@pytest.mark.parametrize("name", sorted(set(WRITABLE)))
@pytest.mark.parametrize("value", [7, ["x"], 1.5])
async def test_wrong_types(provider: Provider, name: str, value: Any) -> None:
    before = deepcopy(provider.stored())
    assert (await provider.sparse(**{name: value})).errors == [("2010", name)]
    assert provider.stored() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Taxable", "true"),
        ("Active", 1),
        ("Notes", True),
        ("BillAddr", "12 Quay Street"),
        ("SalesTermRef", "3"),
        ("PrimaryPhone", "555"),
        ("CompanyName", {"value": "x"}),
    ],
)
async def test_more_wrong_types(provider: Provider, name: str, value: Any) -> None:
    assert (await provider.sparse(**{name: value})).errors == [("2010", name)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PrimaryPhone.FreeFormNumber", 555),
        ("BillAddr.PostalCode", 4101),
        ("BillAddr.Id", 94),
        ("BillAddr.Street", "x"),
        ("PrimaryEmailAddr.address", "a@b.example"),
        ("WebAddr.Url", "https://x.example"),
        ("SalesTermRef.value", 3),
    ],
)
async def test_wrong_members(provider: Provider, path: str, value: Any) -> None:
    assert (await provider.sparse(**nested(path, value))).errors == [("2010", path)]


@pytest.mark.parametrize("name", ["displayName", "Email", "Customer", "VatId", "LoyaltyTier"])
async def test_unknown_properties(provider: Provider, name: str) -> None:
    before = deepcopy(provider.stored())
    assert (await provider.sparse(Notes="x", **{name: {}})).errors == [("2010", name)]
    assert provider.stored() == before
    provider.simulator.refuses_unknown = False
    assert (await provider.sparse(Notes="x", **{name: {}})).status == 200
    assert provider.differences(before) == {"Notes"}
    assert provider.simulator.ignored_properties == [name]


async def test_a_wrapper_is_no_customer(provider: Provider) -> None:
    before = deepcopy(provider.simulator.records)
    body = {"Customer": {**provider.head(PLAIN), "sparse": True, "Notes": "x"}}
    assert (await provider.post(body)).errors == [("2010", "Customer")]
    assert provider.simulator.records == before


@pytest.mark.parametrize(("name", "value"), READ_ONLY.items())
async def test_what_is_taken_and_not_stored(provider: Provider, name: str, value: Any) -> None:
    for update in (provider.sparse, provider.full):
        before = deepcopy(provider.stored(RICH))
        keep = before if update == provider.full else {}
        assert (await update(RICH, **{**keep, **provider.head(RICH), name: value})).status == 200
        assert provider.differences(before, RICH) == set()
        assert name in provider.simulator.ignored_properties


async def test_custom_fields_survive_a_full_update(provider: Provider) -> None:
    fields = provider.stored("74")["CustomField"]
    await provider.full("74", DisplayName="Brunswick Print Shop")
    assert provider.stored("74")["CustomField"] == fields


@pytest.mark.parametrize(
    "path", ["PrimaryPhone.AreaCode", "BillAddr.County", "BillAddr.CountryCode", "PrimaryEmailAddr.Default"]
)
async def test_members_that_are_taken_and_not_stored(provider: Provider, path: str) -> None:
    top, _, member = path.partition(".")
    await provider.sparse(RICH, **{top: {**provider.stored(RICH)[top], member: "x"}})
    assert member not in provider.stored(RICH)[top]
    assert path in provider.simulator.ignored_properties


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"x"', b'{"Id": NaN}', b"\xff", b'{"Notes": "\\ud83c"}'])
async def test_bodies_that_are_no_object(provider: Provider, raw: bytes) -> None:
    answer = await provider.call("POST", f"/v3/company/{REALM}/customer", raw=raw)
    assert answer.code == (400, "2010")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_only_json_is_read(provider: Provider, content_type: str | None) -> None:
    before = deepcopy(provider.stored())
    body = {**provider.head(PLAIN), "sparse": True, "Notes": "x"}
    assert (await provider.post(body, Content_Type=content_type)).code == (400, "2010")
    assert provider.stored() == before
    assert (await provider.post(body, Content_Type="application/json; charset=utf-8")).status == 200


async def test_sparse_is_a_boolean(provider: Provider) -> None:
    before = deepcopy(provider.stored())
    for value in ("true", 1):
        assert (await provider.post({**provider.head(PLAIN), "sparse": value})).errors == [("2010", "sparse")]
    assert (await provider.post({"Id": 12, "SyncToken": "0"})).errors == [("2010", "Id")]
    assert (await provider.post({"Id": "", "SyncToken": "0", "DisplayName": "x"})).errors == [("2020", "Id")]
    assert provider.stored() == before


async def test_every_problem_of_form_is_told_at_once(provider: Provider) -> None:
    answer = await provider.sparse(Suffix="x" * 17, Nickname="x", PreferredDeliveryMethod="Fax", Title="a:b")
    assert sorted(answer.errors) == [
        ("2010", "Nickname"),
        ("2050", "Suffix"),
        ("2170", "PreferredDeliveryMethod"),
        ("6000", "Title"),
    ]


@pytest.mark.parametrize(
    "name", ["DisplayName", "Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "PrintOnCheckName"]
)
@pytest.mark.parametrize("character", [":", "\t", "\n", "\r"])
async def test_characters_that_no_name_holds(provider: Provider, name: str, character: str) -> None:
    assert (await provider.sparse(**{name: f"a{character}b"})).errors == [("6000", name)]


async def test_other_texts_hold_anything(provider: Provider) -> None:
    text = "a:b\tc\nd “é” <𝄞>"
    answer = await provider.sparse(Notes=text, CompanyName=text)
    assert (answer.customer["Notes"], answer.customer["CompanyName"]) == (text, text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("PrimaryEmailAddr.Address", bad) for bad in ("plain", "a@b", "a.b", "a b@c.example", "a@b@c.example")),
        *(("WebAddr.URI", bad) for bad in ("www.x.example", "https://a b", "https://", "ht tp://x", "https://x/<y>")),
        ("BillAddr.Id", "x"),
    ],
)
async def test_forms(provider: Provider, path: str, value: str) -> None:
    assert (await provider.sparse(**nested(path, value))).errors == [("6000", path)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PreferredDeliveryMethod", ["Print", "Email", "None"]),
        ("TaxExemptionReasonId", [str(number) for number in range(1, 16)]),
        (
            "GSTRegistrationType",
            ["GST_REG_REG", "GST_REG_COMP", "GST_UNREG", "CONSUMER", "OVERSEAS", "SEZ", "DEEMED"],
        ),
    ],
)
async def test_enumerations(provider: Provider, name: str, words: list[str]) -> None:
    for word in words:
        assert (await provider.sparse(**{name: word})).customer[name] == word
    for word in (words[0].swapcase(), f" {words[0]}", "0", "16"):
        if word not in words:
            assert (await provider.sparse(**{name: word})).errors == [("2170", name)]


@pytest.mark.parametrize(("name", "values"), REFERENCES.items())
async def test_references_have_to_exist_and_be_active(
    provider: Provider, name: str, values: tuple[str, str, str]
) -> None:
    good, shown, inactive = values
    before = deepcopy(provider.stored(RICH))
    assert (await provider.sparse(RICH, **{name: {"value": "9999"}})).errors == [("2500", name)]
    code = "610" if name in {"ParentRef", "ARAccountRef"} else "2500"
    assert (await provider.sparse(RICH, **{name: {"value": inactive}})).code == (400, code)
    assert (await provider.sparse(RICH, **{name: {"name": shown}})).errors == [("2020", f"{name}.value")]
    assert (await provider.sparse(RICH, **{name: {"value": good, "colour": 1}})).errors == [("2010", name)]
    assert provider.stored(RICH) == before
    answer = await provider.sparse(RICH, **{name: {"value": good, "name": "Nonsense"}})
    assert answer.customer[name] == {"value": good, "name": shown}
    assert provider.simulator.ignored_properties == [f"{name}.name"]


async def test_tax_codes_need_a_taxable_customer(provider: Provider) -> None:
    assert provider.stored("41")["Taxable"] is False
    await provider.sparse("41", DefaultTaxCodeRef={"value": "TAX"})
    assert "DefaultTaxCodeRef" not in provider.stored("41")
    assert provider.simulator.ignored_properties == ["DefaultTaxCodeRef"]
    await provider.sparse("41", DefaultTaxCodeRef={"value": "TAX"}, Taxable=True)
    assert provider.stored("41")["DefaultTaxCodeRef"] == {"value": "TAX", "name": "TAX"}
    provider.simulator.ignored_properties.clear()
    await provider.full("41", DisplayName="Hölzl", DefaultTaxCodeRef={"value": "NON"})
    assert provider.simulator.ignored_properties == ["DefaultTaxCodeRef"]
    assert provider.stored("41")["DefaultTaxCodeRef"] == {"value": "TAX", "name": "TAX"}


async def test_automated_sales_tax(provider: Provider) -> None:
    sent = {"DefaultTaxCodeRef": {"value": "NON"}, "TaxExemptionReasonId": "4"}
    before = deepcopy(provider.stored(RICH))
    provider.simulator.automated_sales_tax = True
    await provider.sparse(RICH, **sent)
    assert provider.differences(before, RICH) == {"TaxExemptionReasonId"}
    await provider.full(RICH, DisplayName="x", DefaultTaxCodeRef={"value": "NON"})
    assert provider.stored(RICH)["DefaultTaxCodeRef"] == before["DefaultTaxCodeRef"]
    provider.simulator.reset()
    provider.simulator.automated_sales_tax = False
    await provider.sparse(RICH, **sent)
    assert provider.differences(before, RICH) == {"DefaultTaxCodeRef"}


async def test_what_belongs_to_other_countries(provider: Provider) -> None:
    sent: Document = {
        "GSTIN": "x",
        "GSTRegistrationType": "SEZ",
        "TDSEnabled": True,
        "IsCISContractor": True,
        "TaxRegime": "9",
        "BusinessNumber": "9",
        "ARAccountRef": {"value": "85"},
        "TaxExemptionReasonId": "2",
    }
    before = deepcopy(provider.stored(RICH))
    await provider.sparse(RICH, **sent)
    assert provider.differences(before, RICH) == set(sent)
    provider.simulator.reset()
    provider.simulator.enforces_regions = True
    await provider.sparse(RICH, **sent)
    assert provider.differences(before, RICH) == {"TaxExemptionReasonId"}
    assert provider.simulator.ignored_properties == sorted(set(sent) - {"TaxExemptionReasonId"})


async def test_a_currency_is_for_life(provider: Provider) -> None:
    assert (await provider.sparse("40", CurrencyRef={"value": "USD"})).errors == [("6000", "CurrencyRef")]
    assert (await provider.sparse("40", CurrencyRef={"value": "CAD"})).status == 200
    await provider.full("40", DisplayName="Thé")
    assert provider.stored("40")["CurrencyRef"] == {"value": "CAD", "name": "Canadian Dollar"}


async def test_a_balance_is_not_written(provider: Provider) -> None:
    assert (await provider.sparse(MASKED, Balance=0)).errors == [("6000", "Balance")]
    assert (await provider.sparse(MASKED, Balance="120.5")).errors == [("2080", "Balance")]
    assert (await provider.sparse(MASKED, Balance=120.5)).status == 200
    provider.simulator.refuses_balance = False
    assert (await provider.sparse(MASKED, Balance=0)).status == 200
    assert provider.stored(MASKED)["Balance"] == 120.5
    assert provider.simulator.ignored_properties == ["Balance", "Balance"]


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("Maine Camps", "customer"),
        ("Penobscot Paper Mill", "vendor"),
        ("Mara Example", "employee"),
        ("  maine CAMPS ", "customer"),
        ("Tisanes Bélanger INC.", "vendor"),
    ],
)
async def test_a_display_name_is_unique(provider: Provider, name: str, holder: str) -> None:
    before = deepcopy(provider.simulator.records)
    for answer in (await provider.sparse(DisplayName=name), await provider.full(DisplayName=name)):
        assert answer.code == (400, "6240")
        error = answer.body["Fault"]["Error"][0]
        assert error["Message"] == "Duplicate Name Exists Error"
        assert error["Detail"] == (
            f"The name supplied already exists. : Another {holder} is already using this name. "
            "Please use a different name."
        )
    assert (await provider.post({"DisplayName": name})).code == (400, "6240")
    assert provider.simulator.records == before


async def test_a_name_may_be_sent_as_it_is_and_other_names_are_free(provider: Provider) -> None:
    own = provider.stored()["DisplayName"]
    assert (await provider.sparse(DisplayName=own)).status == 200
    assert (await provider.sparse(DisplayName=own.upper())).status == 200
    assert (await provider.sparse(CompanyName="Maine Camps", PrintOnCheckName="Mara Example")).status == 200


async def test_a_company_name_renames_nobody(provider: Provider) -> None:
    before = deepcopy(provider.stored())
    await provider.sparse(CompanyName="Renamed", GivenName="New")
    assert provider.differences(before) == {"CompanyName", "GivenName"}


async def test_a_rename_moves_the_names_of_those_below(provider: Provider) -> None:
    before = deepcopy(provider.stored("63"))
    await provider.sparse("61", DisplayName="Lake Camps")
    assert provider.stored("61")["PrintOnCheckName"] == "Maine Camps"
    assert provider.stored("63")["FullyQualifiedName"] == "Lake Camps:Camp Sebago:Boathouse"
    assert provider.stored("62")["ParentRef"] == {"value": "61", "name": "Lake Camps"}
    assert provider.stored("63")["SyncToken"] == before["SyncToken"]


async def test_deactivation_marks_the_names(provider: Provider) -> None:
    before = deepcopy(provider.stored())
    answer = await provider.sparse(Active=False)
    assert answer.customer["DisplayName"] == "Acadia Kayak Rental LLC (deleted)"
    assert answer.customer["FullyQualifiedName"] == "Acadia Kayak Rental LLC (deleted)"
    assert provider.differences(before) == {"Active", "DisplayName", "FullyQualifiedName"}
    assert PLAIN not in await provider.ids()
    assert (await provider.post({"DisplayName": "Acadia Kayak Rental LLC"})).status == 200


async def test_reactivation_keeps_the_mark_unless_told(provider: Provider) -> None:
    assert (await provider.sparse("20", Active=True)).customer["DisplayName"] == "Blue Heron Yoga (deleted)"
    provider.simulator.reset()
    provider.simulator.reactivation_restores_name = True
    assert (await provider.sparse("20", Active=True)).customer["DisplayName"] == "Blue Heron Yoga"
    provider.simulator.reset()
    await provider.post({"DisplayName": "Blue Heron Yoga"})
    assert (await provider.sparse("20", Active=True)).code == (400, "6240")


async def test_an_inactive_customer_is_not_changed(provider: Provider) -> None:
    before = deepcopy(provider.stored("20"))
    assert (await provider.sparse("20", Notes="x")).code == (400, "610")
    assert (await provider.full("20", DisplayName="x")).code == (400, "610")
    assert provider.stored("20") == before
    assert (await provider.sparse("20", Notes="x", Active=True)).customer["Notes"] == "x"
    provider.simulator.updates_inactive = True
    assert (await provider.sparse("21", Notes="x")).customer["Notes"] == "x"


async def test_an_open_balance_keeps_a_customer_active(provider: Provider) -> None:
    assert (await provider.sparse("72", Active=False)).errors == [("6000", "Active")]
    provider.simulator.deactivates_with_balance = True
    after = (await provider.sparse("72", Active=False)).customer
    assert (after["Active"], after["Balance"]) == (False, 0)


async def test_a_sub_customer_needs_a_parent_and_a_parent_a_sub_customer(provider: Provider) -> None:
    assert (await provider.sparse(Job=True)).errors == [("2020", "ParentRef")]
    assert (await provider.sparse(ParentRef={"value": "61"})).errors == [("6000", "Job")]
    assert (await provider.sparse(BillWithParent=True)).errors == [("6000", "BillWithParent")]
    answer = await provider.sparse(Job=True, ParentRef={"value": "62"}, BillWithParent=True)
    assert answer.customer["FullyQualifiedName"] == "Maine Camps:Camp Sebago:Acadia Kayak Rental LLC"
    assert (answer.customer["Level"], answer.customer["RootCustomerRef"]) == (2, {"value": "61"})


async def test_without_job_a_customer_is_on_top(provider: Provider) -> None:
    before = deepcopy(provider.stored("62"))
    after = (await provider.sparse("62", Job=False)).customer
    assert provider.differences(before, "62") == {
        *("Job", "BillWithParent", "ParentRef", "Level", "RootCustomerRef", "FullyQualifiedName")
    }
    assert (after["BillWithParent"], after["FullyQualifiedName"]) == (False, "Camp Sebago")


async def test_nobody_is_below_itself_or_six_levels_deep(provider: Provider) -> None:
    for parent in ("61", "65"):
        answer = await provider.sparse("61", Job=True, ParentRef={"value": parent})
        assert answer.errors == [("6000", "ParentRef")]
    for native_id, parent in ((PLAIN, PLAIN), ("58", "59"), (PLAIN, "65"), ("61", "58"), ("62", "59")):
        answer = await provider.sparse(native_id, Job=True, ParentRef={"value": parent})
        assert answer.errors == [("6000", "ParentRef")], native_id
    assert (await provider.sparse(PLAIN, Job=True, ParentRef={"value": "64"})).status == 200


async def test_without_an_id_a_customer_is_made(provider: Provider) -> None:
    before = deepcopy(provider.simulator.records)
    answer = await provider.post({"GivenName": "Ada", "FamilyName": "Quist", "sparse": True, "Balance": 5})
    made = answer.customer
    assert made["Id"] not in before
    assert (made["SyncToken"], made["DisplayName"], made["Active"]) == ("0", "Ada Quist", True)
    assert made["CurrencyRef"] == {"value": "USD", "name": "United States Dollar"}
    assert made["Balance"] == 5
    assert {n: record for n, record in provider.simulator.records.items() if n in before} == before
    again = await provider.post({"DisplayName": "Euro", "CurrencyRef": {"value": "EUR"}})
    assert again.customer["CurrencyRef"]["value"] == "EUR"
    assert again.customer["Id"] != made["Id"]
    assert (await provider.post({"CompanyName": "Only"})).errors == [("2020", "DisplayName")]


async def test_a_plain_query_lists_the_active(provider: Provider) -> None:
    answer = await provider.query("select * from Customer")
    assert set(answer.body) == {"QueryResponse", "time"}
    response = answer.body["QueryResponse"]
    active = [n for n, record in provider.simulator.records.items() if record["Active"]]
    assert [row["Id"] for row in response["Customer"]] == sorted(active, key=int)
    assert (response["startPosition"], response["maxResults"]) == (1, len(active))
    everybody = await provider.ids("where Active in (true, false)")
    assert set(everybody) == set(provider.simulator.records)
    assert await provider.ids("where Active = false") == ["20", "21"]


async def test_paging(provider: Provider) -> None:
    everybody = await provider.ids()
    assert await provider.ids("startposition 1 maxresults 4") == everybody[:4]
    assert await provider.ids("STARTPOSITION 5 MAXRESULTS 4") == everybody[4:8]
    assert await provider.ids("startposition 6") == everybody[5:]
    last = await provider.query(f"select * from Customer startposition {len(everybody)} maxresults 1000")
    assert last.body["QueryResponse"]["maxResults"] == 1
    beyond = await provider.query(f"select * from Customer startposition {len(everybody) + 1}")
    assert beyond.body["QueryResponse"] == {}
    for wrong in ("startposition 0", "maxresults 1001", "maxresults 0"):
        assert (await provider.query(f"select * from Customer {wrong}")).code == (400, "4001")


async def test_a_hundred_rows_by_default(provider: Provider) -> None:
    for number in range(2000, 2150):
        provider.simulator.records[str(number)] = {**provider.stored("60"), "Id": str(number)}
    assert len(await provider.ids()) == 100
    assert len(await provider.ids("maxresults 1000")) > 150


async def test_counting(provider: Provider) -> None:
    answer = await provider.query("select count(*) from Customer where Active in (true, false)")
    assert answer.body["QueryResponse"] == {"totalCount": len(provider.simulator.records)}
    answer = await provider.query("SELECT COUNT(*) FROM Customer WHERE Active = false")
    assert answer.body["QueryResponse"] == {"totalCount": 2}


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("Id = '58'", ["58"]),
        ("Id in ('58', '12', '9999')", ["12", "58"]),
        ("Id >= '72' and Id < '74'", ["72", "73"]),
        ("DisplayName = 'Café Ébène'", ["15"]),
        (r"DisplayName = 'Siobhán O\'Neill'", ["25"]),
        (r"DisplayName like 'Smith & Wesley\'s%'", ["19"]),
        ("DisplayName LIKE '%Tea%'", ["58", "59"]),
        ("DisplayName like 'northwind%'", []),
        ("CompanyName = 'Harpswell Sea Farms LLC'", ["22"]),
        ("GivenName = 'Wei' and FamilyName = 'Zhang'", ["27"]),
        ("MiddleName = 'Luis'", ["26"]),
        ("PrintOnCheckName = 'Harpswell Oyster Co'", ["22"]),
        ("FullyQualifiedName like 'Maine Camps:%'", ["62", "63", "64", "65", "70"]),
        ("PrimaryEmailAddr = 'zoe@marchetti.example'", ["23"]),
        ("Balance > '300'", ["15", "72"]),
        ("Balance >= 310 and Balance <= 310.0", ["15"]),
        ("DisplayName = 'Blue Heron Yoga (deleted)'", []),
        ("DisplayName = 'Blue Heron Yoga (deleted)' and Active = false", ["20"]),
        ("MetaData.LastUpdatedTime > '2026-01-27'", ["26", "27"]),
        ("MetaData.LastUpdatedTime < '2026-01-01T10:00:00-08:00'", ["28"]),
        ("MetaData.CreateTime < '2020-01-01T00:00:00Z'", []),
    ],
)
async def test_filters(provider: Provider, where: str, ids: list[str]) -> None:
    assert await provider.ids(f"where {where}") == ids


@pytest.mark.parametrize(
    "statement",
    [
        "select",
        "selekt * from Customer",
        "select * from Customer where",
        "select * from Customer where Id = '1' or Id = '2'",
        "select * from Customer where Id != '1'",
        "select * from Customer where not Active = true",
        "select * from Customer where Id = ",
        "select * from Customer where Id in '1'",
        "select * from Customer where Id in ()",
        'select * from Customer where DisplayName = "x"',
        "select * from Customer where DisplayName = 'O'Neill'",
        "select * from Customer where DisplayName = 'x",
        "select * from Customer where DisplayName = word",
        "select * from Customer, Vendor",
        "select * from Customer;",
        "select * from Customer maxresults",
        "select * from Customer maxresults 1 startposition 1",
        "select * from Customer where DisplayName is null",
    ],
)
async def test_what_cannot_be_parsed(provider: Provider, statement: str) -> None:
    assert (await provider.query(statement)).code == (400, "4000")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from Customers",
        "select * from customer",
        "select * from Customer where Notes = 'x'",
        "select * from Customer where displayname = 'x'",
        "select * from Customer where PrimaryEmailAddr.Address = 'x'",
        "select * from Customer where Id like '5%'",
        "select * from Customer where Active = 'true'",
        "select * from Customer where Active = 1",
        "select * from Customer where DisplayName = 5",
        "select * from Customer where Id = 58",
        "select * from Customer where DisplayName = true",
        "select * from Customer where MetaData.LastUpdatedTime > 'yesterday'",
        "select * from Customer where Balance > 'much'",
        "select Nickname from Customer",
        "select * from Customer orderby Notes",
    ],
)
async def test_what_is_no_valid_query(provider: Provider, statement: str) -> None:
    assert (await provider.query(statement)).code == (400, "4001")


async def test_order_and_columns(provider: Provider) -> None:
    names = await provider.query("select Id, DisplayName from Customer orderby DisplayName desc maxresults 3")
    rows = names.body["QueryResponse"]["Customer"]
    assert [set(row) for row in rows] == [{"Id", "DisplayName", "domain", "sparse"}] * 3
    assert all(row["sparse"] is True for row in rows)
    active = [r["DisplayName"] for r in provider.simulator.records.values() if r["Active"]]
    assert [row["DisplayName"] for row in rows] == sorted(active, reverse=True)[:3]
    by_two = await provider.ids("where Balance > '0' order by Balance asc, Id desc")
    assert by_two == ["61", "58", "15", "72"]


async def test_a_statement_may_be_posted(provider: Provider) -> None:
    path = f"/v3/company/{REALM}/query?minorversion=75"
    statement = "select * from Customer where DisplayName = 'Café Ébène'".encode()
    answer = await provider.call("POST", path, raw=statement, Content_Type="application/text")
    assert [row["Id"] for row in answer.body["QueryResponse"]["Customer"]] == ["15"]
    for content_type in ("application/json", "text/plain"):
        assert (await provider.call("POST", path, raw=statement, Content_Type=content_type)).code == (400, "2010")
    assert (await provider.call("POST", path, raw=b" ", Content_Type="application/text")).code == (400, "2020")
    assert (await provider.call("GET", path)).code == (400, "2020")


@pytest.mark.parametrize(
    ("entity", "id", "name"),
    [
        ("Term", "3", "Net 30"),
        ("PaymentMethod", "2", "Check"),
        ("TaxCode", "TAX", "TAX"),
        ("CustomerType", "100000002", "Wholesale"),
    ],
)
async def test_registers_are_looked_up(provider: Provider, entity: str, id: str, name: str) -> None:
    answer = await provider.query(f"select * from {entity} where Name = '{name}'")
    assert [row["Id"] for row in answer.body["QueryResponse"][entity]] == [id]
    rows = (await provider.query(f"select * from {entity}")).body["QueryResponse"][entity]
    assert all(row["Active"] for row in rows)
    both = (await provider.query(f"select * from {entity} where Active in (true, false)")).body["QueryResponse"][entity]
    assert len(both) == len(rows) + 1


async def test_currencies_are_looked_up_by_code(provider: Provider) -> None:
    answer = await provider.query("select * from CompanyCurrency where Code = 'EUR'")
    assert answer.body["QueryResponse"]["CompanyCurrency"][0]["Name"] == "Euro"


async def test_changes_since(provider: Provider, clock: Any) -> None:
    async def changed(since: str) -> list[str]:
        url = URL.build(query={"entities": "Customer", "changedSince": since})
        answer = await provider.call("GET", f"/v3/company/{REALM}/cdc{url}")
        [response] = answer.body["CDCResponse"][0]["QueryResponse"]
        return [row["Id"] for row in response.get("Customer", [])]

    clock.now = datetime.fromisoformat("2026-05-01T00:00:00-08:00").timestamp()
    provider.simulator.reset()  # new tokens
    assert await changed("2026-05-01T00:00:00-08:00") == []
    await provider.sparse(Active=False)
    assert await changed("2026-05-01T00:00:00-08:00") == [PLAIN]
    assert len(await changed("2020-01-01")) == len(provider.simulator.records)
    path = f"/v3/company/{REALM}/cdc"
    assert (await provider.call("GET", f"{path}?entities=Customer&changedSince=x")).errors == [("2020", "changedSince")]
    assert (await provider.call("GET", f"{path}?changedSince=2020-01-01")).errors == [("2170", "entities")]


async def test_field_faults_alter_the_record(provider: Provider) -> None:
    before = deepcopy(provider.stored(RICH))
    provider.sandbox.fault("quickbooks", "ignore_field:BillAddr.City")
    provider.sandbox.fault("quickbooks", "truncate_field:Notes:5")
    answer = await provider.sparse(RICH, BillAddr={**before["BillAddr"], "City": "Bath", "Line2": "x"}, Notes="123456")
    assert answer.customer["BillAddr"] == {**before["BillAddr"], "Line2": "x"}
    assert provider.stored(RICH)["Notes"] == "12345"
    provider.sandbox.fault("quickbooks", "truncate_field:DisplayName:4")
    await provider.sparse("61", DisplayName="Lake Camps")
    assert provider.stored("61")["FullyQualifiedName"] == "Lake"


async def test_an_expired_token_by_fault(provider: Provider) -> None:
    provider.sandbox.fault("quickbooks", "expired_token")
    assert (await provider.get()).status == 401
    assert (await provider.renew()).status == 200
    assert (await provider.get()).status == 200


async def test_a_reset_puts_everything_back(provider: Provider) -> None:
    fresh = QuickbooksSimulator(provider.simulator.clock)
    await provider.sparse(Notes="x", Level=3)
    await provider.post({"DisplayName": "Made"}, "requestid=a&colour=1")
    await provider.renew()
    provider.simulator.reset()
    assert provider.simulator.records == fresh.records
    assert provider.simulator.credentials() == fresh.credentials()
    assert provider.simulator.ignored_properties == provider.simulator.ignored_parameters == []
    assert provider.simulator.minor_versions == []
    assert provider.simulator.companies[REALM].customers is provider.simulator.records
    assert (await provider.post({"DisplayName": "Else"}, "requestid=a")).status == 200


async def test_records_put_in_place_unchecked_do_no_harm(provider: Provider) -> None:
    circle = {**provider.stored("61"), "Job": True, "ParentRef": {"value": "62"}}
    provider.simulator.records["61"] = circle
    provider.simulator.records["1"] = {"Id": "1", "DisplayName": "Bare"}
    assert (await provider.sparse("63", Notes="x")).status == 200
    assert "1" in await provider.ids()


async def test_no_secret_is_shown_by_the_control_api(provider: Provider) -> None:
    held = [dict(provider.simulator.credentials())]
    await provider.renew()
    held.append(dict(provider.simulator.credentials()))
    await provider.get()
    shown = json.dumps(provider.sandbox.requests("quickbooks"))
    for credentials in held:
        for name in ("access_token", "refresh_token", "client_secret"):
            assert credentials[name] not in shown


@pytest.fixture(scope="module")
def schema() -> ElementTree.Element:
    if not CONTRACTS.exists():
        pytest.skip("the XML schemas of QuickBooks are not in ../shared/contracts")
    root = ElementTree.Element("all")
    for name in ("IntuitNamesTypes.xsd", "IntuitBaseTypes.xsd"):
        root.append(ElementTree.fromstring((CONTRACTS / name).read_bytes()))
    return root


XS = "{http://www.w3.org/2001/XMLSchema}"


def elements(schema: ElementTree.Element, type: str) -> dict[str, str]:
    """Names and types of the elements of a complex type, those of its base too."""
    found = schema.find(f".//{XS}complexType[@name='{type}']")
    assert found is not None
    base = found.find(f".//{XS}extension")
    own = {e.get("name", ""): e.get("type", "") for e in found.iter(f"{XS}element")}
    above = elements(schema, base.get("base", "")) if base is not None else {}
    return {**above, **own, **{e.get("name", ""): e.get("type", "") for e in found.iter(f"{XS}attribute")}}


def test_the_properties_are_those_of_the_schema(schema: ElementTree.Element) -> None:
    known = elements(schema, "Customer")
    assert set(known) == {*PROPERTIES, "Id", "SyncToken", "sparse"}
    kinds = {"xs:string": "text", "xs:boolean": "flag", "xs:decimal": "number", "ReferenceType": "reference"}
    for name, rule in PROPERTIES.items():
        if name not in PASSED_BY:
            assert rule.kind == kinds.get(known[name], "group"), name
            if rule.kind == "group":
                assert set(rule.members) == set(elements(schema, known[name])), name


def test_the_seeds_are_made_of_what_the_schema_knows(schema: ElementTree.Element) -> None:
    known = elements(schema, "Customer")
    address = set(elements(schema, "PhysicalAddress"))
    for record in QuickbooksSimulator().records.values():
        assert set(record) - UNHEARD_OF <= set(known)
        for side in ("BillAddr", "ShipAddr"):
            assert set(record.get(side, {})) <= address
