"""The Fortnox simulator over real HTTP: each strictness rule, and answers against the official OpenAPI document."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openapi_schema_validator import OAS30Validator
from yarl import URL

from gql_gateway.sandbox.fortnox import FortnoxSimulator
from gql_gateway.sandbox.fortnox.customer import PROPERTIES
from gql_gateway.sandbox.seeds import luhn_digit, organisation_number
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contracts" / "fortnox" / "openapi-customers.json"
UNKNOWN_TO_ALL = {"PeppolId", "CreditRating", "Labels", "HouseWorkShare"}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, int]:
        """Status and code of a refusal in its usual spelling."""
        error = self.body["ErrorInformation"]
        code = error["Code"] if self.status == 404 else error["code"]
        assert error.get("Error", error.get("error")) == 1
        return self.status, code


@dataclass
class Provider:
    simulator: FortnoxSimulator
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
            URL(self.sandbox.url("fortnox") + path, encoded=True),
            data=json.dumps(body).encode() if raw is None and body is not None else raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Accept", "Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers, await answer.text())

    async def put(self, number: str = "1001", **properties: Any) -> Answer:
        return await self.call("PUT", f"/3/customers/{number}", {"Customer": properties})

    async def get(self, number: str = "1001") -> Document:
        answer = await self.call("GET", f"/3/customers/{number}")
        customer = answer.body["Customer"]
        assert isinstance(customer, dict)
        return customer

    async def search(self, query: str = "") -> Document:
        answer = await self.call("GET", f"/3/customers{query}")
        assert answer.status == 200, answer.text
        page = answer.body
        assert isinstance(page, dict)
        return page

    async def numbers(self, query: str = "") -> list[str]:
        return [customer["CustomerNumber"] for customer in (await self.search(query))["Customers"]]

    async def renew(
        self, client: str | None = None, content_type: str = "application/x-www-form-urlencoded", **form: str
    ) -> Answer:
        held = self.simulator.credentials()
        pair = client or f"{held['client_id']}:{held['client_secret']}"
        form = form or {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
        return await self.call(
            "POST",
            "/oauth-v1/token",
            raw="&".join(f"{name}={value}" for name, value in form.items()).encode(),
            Authorization="Basic " + base64.b64encode(pair.encode()).decode(),
            Content_Type=content_type,
        )


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = FortnoxSimulator(clock)
    simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session)


def test_seeds_are_many_and_varied() -> None:
    records = FortnoxSimulator().records
    assert len(records) >= 25
    kinds = [record["Type"] for record in records.values()]
    assert kinds.count("COMPANY") >= 10
    assert kinds.count("PRIVATE") >= 5
    assert kinds.count("UNDEFINED") == 1
    assert any("/" in number for number in records)
    assert sum(not record["Active"] for record in records.values()) >= 2
    assert {"Å", "Ä", "Ö", "å", "ä", "ö"} <= set("".join(record["Name"] for record in records.values()))
    for number, record in records.items():
        assert record["CustomerNumber"] == number
        assert set(PROPERTIES) <= set(record) <= set(PROPERTIES) | UNKNOWN_TO_ALL
    assert sum(bool(UNKNOWN_TO_ALL & set(record)) for record in records.values()) >= 3


def test_seeds_are_the_same_every_time() -> None:
    first, second = FortnoxSimulator(), FortnoxSimulator()
    assert first.records == second.records
    assert first.credentials() == second.credentials()
    first.records["1001"]["DefaultTemplates"]["Invoice"] = "changed"
    first.reset()
    assert first.records == second.records


def test_seed_numbers_are_right_in_form() -> None:
    assert luhn_digit("556036079") == "3"
    assert organisation_number(1) == "559900-0014"
    glns = [v for record in FortnoxSimulator().records.values() for v in (record["GLN"], record["GLNDelivery"]) if v]
    for number in glns:
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number)) % 10 == 0
    assert glns


async def test_credentials_are_named_as_the_gateway_stores_them(provider: Provider) -> None:
    assert set(provider.simulator.credentials()) == {"access_token", "refresh_token", "client_id", "client_secret"}


async def test_a_refresh_gives_a_new_pair_and_kills_the_old_refresh_token(provider: Provider) -> None:
    old = provider.simulator.credentials()
    answer = await provider.renew()
    assert answer.status == 200
    reply = answer.body
    assert set(reply) == {"access_token", "refresh_token", "scope", "expires_in", "token_type"}
    assert (reply["expires_in"], reply["token_type"]) == (3600, "bearer")
    assert reply["scope"] == "companyinformation customer"
    assert reply["refresh_token"] != old["refresh_token"]
    again = await provider.renew(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert (again.status, again.content_type) == (400, "text/html")
    assert again.text == '{"error":"invalid_grant","error_description":"Invalid refresh token"}'
    for token in (reply["access_token"], old["access_token"]):
        answer = await provider.call("GET", "/3/customers/1001", Authorization=f"Bearer {token}")
        assert answer.status == 200, "access tokens cannot be revoked"
    assert (await provider.renew(grant_type="refresh_token", refresh_token=reply["refresh_token"])).status == 200


async def test_the_access_token_names_the_tenant(provider: Provider) -> None:
    claims = provider.simulator.credentials()["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["tenantId"] == 654321


async def test_a_bad_client_is_told_so(provider: Provider) -> None:
    before = provider.simulator.credentials()
    answer = await provider.renew(client="sandboxFortnox01:wrong")
    assert (answer.status, answer.content_type) == (401, "text/plain")
    assert answer.text == '{"error":"invalid_client","error_description":"The client credentials are invalid"}'
    assert (await provider.renew()).status == 200
    assert provider.simulator.credentials() != before, "the refused call left the refresh token alive"


async def test_other_grants_and_encodings_are_refused(provider: Provider) -> None:
    assert (await provider.renew(grant_type="password")).body["error"] == "unsupported_grant_type"
    assert (await provider.renew(content_type="application/json")).body["error"] == "invalid_request"
    assert (await provider.renew(grant_type="refresh_token")).body["error"] == "invalid_grant"


async def test_tokens_expire_by_the_clock(provider: Provider, clock: Any) -> None:
    clock.now += 3599
    assert (await provider.call("GET", "/3/customers/1001")).status == 200
    clock.now += 2
    answer = await provider.call("GET", "/3/customers/1001")
    assert (answer.status, answer.text) == (401, '{"message":"unauthorized"}')
    assert (await provider.renew()).status == 200
    assert (await provider.call("GET", "/3/customers/1001")).status == 200
    clock.now += 46 * 24 * 3600
    assert (await provider.renew()).body["error"] == "invalid_grant"


async def test_expired_tokens_leave_the_refresh_token(provider: Provider) -> None:
    provider.sandbox.fault("fortnox", "expired_token", on="PUT /3/customers")
    assert (await provider.put(Name="Ny")).status == 401
    assert (await provider.renew()).status == 200
    assert (await provider.put(Name="Ny")).status == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "bearer{token}"])
async def test_a_bearer_token_is_needed(provider: Provider, header: str | None) -> None:
    token = provider.simulator.credentials()["access_token"]
    shown = header.format(token=token) if header is not None else None
    for path in ("/3/customers/1001", "/3/customers", "/3/companyinformation", "/3/customerreferences"):
        answer = await provider.call("GET", path, Authorization=shown)
        assert (answer.status, answer.text) == (401, '{"message":"unauthorized"}')


async def test_scopes_open_their_own_resources_only(provider: Provider) -> None:
    provider.simulator.scopes = frozenset({"companyinformation"})
    assert (await provider.put(Name="Ny")).error == (403, 2001101)
    assert (await provider.call("GET", "/3/companyinformation")).status == 200
    provider.simulator.scopes = frozenset({"customer"})
    answer = await provider.call("GET", "/3/companyinformation")
    assert answer.body["ErrorInformation"]["message"] == "Det finns ingen aktiv licens för önskat scope"
    assert (await provider.put(Name="Ny")).status == 200


async def test_25_calls_in_any_5_seconds(clock: Any, session: aiohttp.ClientSession) -> None:
    async with Sandbox([FortnoxSimulator(clock)]) as sandbox:
        simulator = sandbox.simulators["fortnox"]
        assert isinstance(simulator, FortnoxSimulator)
        provider = Provider(simulator, sandbox, session)

        async def statuses(calls: int) -> list[int]:
            return [(await provider.call("GET", "/3/companyinformation")).status for _ in range(calls)]

        assert await statuses(10) == [200] * 10
        clock.now += 3
        assert await statuses(16) == [200] * 15 + [429]
        answer = await provider.put(Name="Ny")
        assert answer.status == 429
        assert "ErrorInformation" not in answer.text
        assert simulator.records["1001"]["Name"] != "Ny"
        assert (await provider.renew()).status == 200, "the token endpoint is another host"
        clock.now += 2
        assert await statuses(11) == [200] * 10 + [429], "the window slides"


@pytest.mark.parametrize("accept", [None, "application/xml", "*/*", "text/html"])
async def test_json_has_to_be_asked_for(provider: Provider, accept: str | None) -> None:
    assert (await provider.call("GET", "/3/customers/1001", Accept=accept)).error == (400, 1000030)


async def test_json_may_be_one_of_several(provider: Provider) -> None:
    accept = "text/html, application/json;q=0.9"
    assert (await provider.call("GET", "/3/customers/1001", Accept=accept)).status == 200


@pytest.mark.parametrize("content_type", [None, "application/xml", "text/json", "application/x-www-form-urlencoded"])
async def test_a_body_has_to_be_called_json(provider: Provider, content_type: str | None) -> None:
    body = {"Customer": {"Name": "Ny"}}
    answer = await provider.call("PUT", "/3/customers/1001", body, Content_Type=content_type)
    assert answer.error == (400, 1000031)
    answer = await provider.call("PUT", "/3/customers/1001", body, Content_Type="application/json; charset=utf-8")
    assert answer.status == 200


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"Customer":{"Name":"Ny"}', 2002115),
        (b'{"Customer":{"InvoiceDiscount":NaN}}', 2002115),
        ('{"Customer":{"Name":"Å"}}'.encode("latin-1"), 2002115),
        (b"[" * 100_000, 2002115),
        (b'{"Customer":{"Name":"\\ud800"}}', 2002115),
        (b"", 2001392),
        (b"[]", 2001392),
        (b"{}", 2001392),
        (b'{"Name":"Ny"}', 2001392),
        (b'{"customer":{"Name":"Ny"}}', 2001392),
        (b'{"Customer":[]}', 2001392),
        (b'{"Customer":{}}', 2001392),
        (b'{"Customer":{"Name":"Ny"},"More":1}', 2001392),
    ],
)
async def test_bodies_that_are_none(provider: Provider, raw: bytes, code: int) -> None:
    before = dict(provider.simulator.records["1001"])
    assert (await provider.call("PUT", "/3/customers/1001", raw=raw)).error == (400, code)
    assert provider.simulator.records["1001"] == before


REFUSED: list[tuple[str, Any, int]] = [
    ("Nickname", "x", 2001399),
    ("name", "x", 2001399),
    ("PeppolId", "x", 2001399),
    ("@url", "https://api.fortnox.se/3/customers/1001", 2001399),
    ("Country", "Sverige", 2001399),
    ("DeliveryCountry", "Sverige", 2001399),
    ("VisitingCountry", "Sverige", 2001399),
    ("DefaultTemplates", {"Letter": "Svensk"}, 2001399),
    ("DefaultDeliveryTypes", {"CashInvoice": "EMAIL"}, 2001399),
    ("Name", 5, 2000106),
    ("Name", ["x"], 2000106),
    ("ZipCode", 90326, 2000106),
    ("InvoiceFreight", 12.5, 2000106),
    ("InvoiceDiscount", "12", 2000108),
    ("InvoiceDiscount", True, 2000108),
    ("InvoiceDiscount", None, 2000108),
    ("InvoiceDiscount", 1_000_000_000_000, 2000108),
    ("InvoiceFreight", "12,50", 2000108),
    ("InvoiceFreight", "gratis", 2000108),
    ("InvoiceAdministrationFee", "1234567890.123", 2000108),
    ("Active", "true", 2000134),
    ("Active", 1, 2000134),
    ("Active", None, 2000134),
    ("ShowPriceVATIncluded", "false", 2000134),
    ("DefaultTemplates", "Svensk", 2001392),
    ("DefaultTemplates", None, 2001392),
    ("Name", "", 2000588),
    ("Name", "   ", 2000588),
    ("Name", "API_BLANK", 2000588),
    ("Address1", "", 2000588),
    ("CountryCode", "", 2000588),
    ("Currency", "", 2000588),
    ("GLN", "", 2000588),
    ("SalesAccount", "", 2000588),
    ("Type", "", 2000588),
    ("Type", "API_BLANK", 2000588),
    ("CustomerNumber", "API_BLANK", 2000729),
    ("Name", "x" * 1025, 2000588),
    ("Address1", "x" * 1025, 2000588),
    ("City", "x" * 1025, 2000588),
    ("ZipCode", "x" * 11, 2000588),
    ("DeliveryZipCode", "x" * 11, 2000588),
    ("VisitingAddress", "x" * 129, 2000588),
    ("VisitingCity", "x" * 129, 2000588),
    ("WWW", "x" * 129, 2000588),
    ("YourReference", "x" * 51, 2000588),
    ("OurReference", "x" * 51, 2000588),
    ("Comments", "x" * 1025, 2000588),
    ("Email", "x" * 1014 + "@ab.example", 2000588),
    ("GLN", "730000900001", 2000588),
    ("GLNDelivery", "73000090000123", 2000588),
    ("SalesAccount", "30011", 2000588),
    ("Type", "UNDEFINED", 2000588),
    ("Type", "company", 2000588),
    ("VATType", "NOVAT", 2000588),
    ("CountryCode", "SWE", 2000588),
    ("CountryCode", "se", 2000588),
    ("CountryCode", "XX", 2000588),
    ("DeliveryCountryCode", "XX", 2000588),
    ("VisitingCountryCode", "XX", 2000588),
    ("Currency", "KR", 2000588),
    ("Currency", "XAU", 2000588),
    ("TermsOfPayment", "31", 2000588),
    ("PriceList", "Z", 2000588),
    ("Project", "999", 2000588),
    ("CostCenter", "OSLO", 2000588),
    ("TermsOfDelivery", "XXX", 2000588),
    ("WayOfDelivery", "X", 2000588),
    ("SalesAccount", "9999", 2001304),
    ("DefaultTemplates", {"Invoice": "Unknown"}, 2000588),
    ("DefaultTemplates", {"Invoice": "API_BLANK"}, 2000588),
    ("DefaultTemplates", {"Invoice": 4}, 2000106),
    ("DefaultDeliveryTypes", {"Invoice": "PIGEON"}, 2000588),
    ("OrganisationNumber", "12345", 2000588),
    ("OrganisationNumber", "5" * 31, 2000588),
    ("CustomerNumber", "10 01", 2000729),
    ("CustomerNumber", "ÅÄÖ", 2000729),
    ("Email", "info", 2000588),
    ("Email", "info@", 2000588),
    ("Email", "in fo@ab.example", 2000588),
    ("EmailInvoiceBCC", "a@b.example,c@d.example", 2000588),
    *((field, "info@localhost", 2000588) for field in PROPERTIES if field.startswith("Email")),
    *(("Name", f"Bad {sign} sign", 2000359) for sign in '"<>[]{}|~\t\x00'),
    ("Comments", "a\tb", 2000359),
]


@pytest.mark.parametrize(("name", "value", "code"), REFUSED)
async def test_refused_and_nothing_stored(provider: Provider, name: str, value: Any, code: int) -> None:
    before = dict(provider.simulator.records["1001"])
    answer = await provider.put(**{"City": "Kiruna", name: value})
    assert answer.error == (400, code), answer.text
    assert name in answer.body["ErrorInformation"]["message"]
    assert provider.simulator.records["1001"] == before


ACCEPTED: dict[str, Any] = {
    "Name": "Å" * 1024,
    "Type": "PRIVATE",
    "OrganisationNumber": "19810307-2388",
    "VATNumber": "SE559900001401",
    "VATType": "EUVAT",
    "Address1": "x",
    "Address2": "y" * 1024,
    "ZipCode": "1234567890",
    "City": "Växjö",
    "CountryCode": "DK",
    "DeliveryName": "Lager",
    "DeliveryAddress1": "Gata 1",
    "DeliveryAddress2": "Port 2",
    "DeliveryZipCode": "903 26",
    "DeliveryCity": "Umeå",
    "DeliveryCountryCode": "NO",
    "DeliveryPhone1": "1",
    "DeliveryPhone2": "2",
    "DeliveryFax": "3",
    "VisitingAddress": "v" * 128,
    "VisitingZipCode": "903 27",
    "VisitingCity": "Umeå",
    "VisitingCountryCode": "FI",
    "Phone1": "+46 90 12 34 56",
    "Phone2": "4",
    "Fax": "5",
    **{field: f"{field.lower()}@öst.example" for field in PROPERTIES if field.startswith("Email")},
    "WWW": "https://www.öst.example/?a=1&b=2#c",
    "Currency": "EUR",
    "TermsOfPayment": "15",
    "Comments": "Rad 1\nRad 2; 100 % 'ja' (§ 4): ½ €",
    "Active": False,
    "YourReference": "r" * 50,
    "OurReference": "s" * 50,
    "ExternalReference": "CRM/1",
    "Project": "2024-17",
    "CostCenter": "GBG",
    "PriceList": "B",
    "SalesAccount": "3041",
    "TermsOfDelivery": "DAP",
    "WayOfDelivery": "P",
    "InvoiceAdministrationFee": "29",
    "InvoiceFreight": "1234567890.12",
    "InvoiceDiscount": 12.5,
    "InvoiceRemark": "Tack",
    "GLN": "7300009000029",
    "GLNDelivery": "7300009000036",
    "ShowPriceVATIncluded": True,
    "DefaultDeliveryTypes": {"Invoice": "ELECTRONICINVOICE", "Order": "EMAIL", "Offer": "PRINTSERVICE"},
    "DefaultTemplates": {"Order": "Svensk", "Offer": "Svensk", "Invoice": "Engelsk", "CashInvoice": "Engelsk"},
}
DERIVED = {"@url", "Country", "DeliveryCountry", "VisitingCountry"}


def test_every_writable_property_is_tried() -> None:
    assert set(ACCEPTED) | DERIVED | {"CustomerNumber"} == set(PROPERTIES)


@pytest.mark.parametrize("name", ACCEPTED)
async def test_one_property_changes_and_all_others_stay(provider: Provider, name: str) -> None:
    before = await provider.get("1030")
    answer = await provider.put("1030", **{name: ACCEPTED[name]})
    assert answer.status == 200, answer.text
    after = answer.body["Customer"]
    assert after[name] == ACCEPTED[name]
    derived = {name.removesuffix("Code")} if name.endswith("CountryCode") else set()
    assert {n: v for n, v in after.items() if n not in {name} | derived} == {
        n: v for n, v in before.items() if n not in {name} | derived
    }
    assert after == await provider.get("1030")
    assert after["PeppolId"] == "0007:5599000238"


async def test_a_put_is_answered_with_the_whole_record_in_fortnox_order(provider: Provider) -> None:
    answer = await provider.put("K-1042", Name="Norrsken Bygg AB", Address2="API_BLANK", CountryCode="SE")
    assert answer.content_type == "application/json"
    assert list(answer.body["Customer"]) == list(PROPERTIES)
    assert answer.body["Customer"]["@url"] == "https://api.fortnox.se/3/customers/K-1042"
    assert answer.body["Customer"]["Address2"] is None


TEXTS = [
    name
    for name, rule in PROPERTIES.items()
    if rule.kind in {"text", "decimal"} and name not in {"Name", "CustomerNumber", "Type"}
]


@pytest.mark.parametrize("name", TEXTS)
async def test_api_blank_empties_and_null_does_not(provider: Provider, name: str) -> None:
    stored = ACCEPTED[name]
    assert (await provider.put(**{name: stored})).status == 200
    nothing: dict[str, Any] = {name: None}
    assert (await provider.put(**nothing)).body["Customer"][name] == stored
    rule = PROPERTIES[name]
    if not rule.least and rule.words is None:
        assert (await provider.put(**{name: ""})).body["Customer"][name] == stored
    assert (await provider.put(**{name: "API_BLANK"})).body["Customer"][name] == rule.empty


async def test_empty_values_are_mixed(provider: Provider) -> None:
    empty = await provider.get("4001")
    assert [empty[name] for name in ("Address1", "Phone1", "GLN", "Comments")] == [None] * 4
    assert [empty[name] for name in ("Email", "WWW", "OrganisationNumber", "YourReference")] == [""] * 4


async def test_country_names_follow_the_codes(provider: Provider) -> None:
    after = (await provider.put(CountryCode="DE", DeliveryCountryCode="NO", VisitingCountryCode="API_BLANK")).body
    names = [after["Customer"][name] for name in ("Country", "DeliveryCountry", "VisitingCountry")]
    assert names == ["Tyskland", "Norge", None]


async def test_members_of_a_nested_object_left_out_stay(provider: Provider) -> None:
    after = (await provider.put(DefaultTemplates={"Offer": "Engelsk"})).body["Customer"]["DefaultTemplates"]
    assert after == {
        "Order": "DEFAULTTEMPLATE",
        "Offer": "Engelsk",
        "Invoice": "DEFAULTTEMPLATE",
        "CashInvoice": "DEFAULTTEMPLATE",
    }


async def test_foreign_organisation_numbers_have_other_forms(provider: Provider) -> None:
    assert (await provider.put("3003", OrganisationNumber="HRB 12345")).status == 200
    assert (await provider.put("1002", OrganisationNumber="HRB 12345")).error == (400, 2000588)
    assert (await provider.put("1002", OrganisationNumber="HRB 12345", CountryCode="DE")).status == 200


async def test_sending_back_what_was_read_is_refused(provider: Provider) -> None:
    read = await provider.get("1020")
    assert (await provider.put("1020", **read)).error == (400, 2001399)
    known = {name: value for name, value in read.items() if value is not None and name not in DERIVED}
    answer = await provider.put("1020", **known)
    assert answer.error == (400, 2000588), "its price list was deleted"
    assert (await provider.put("1020", Name="Ny")).status == 200


async def test_stored_codes_are_checked_again_when_told_to(provider: Provider) -> None:
    provider.simulator.revalidates = True
    assert (await provider.put("1020", Name="Ny")).error == (400, 2000588)
    assert (await provider.put("1001", Name="Ny")).status == 200


@pytest.mark.parametrize("number", ["2024%2F17", "2024%2f17", "A%2BB_1", "A+B_1"])
async def test_numbers_are_percent_encoded(provider: Provider, number: str) -> None:
    answer = await provider.put(number, City="Boden")
    assert (answer.status, answer.body["Customer"]["City"]) == (200, "Boden")
    assert (await provider.get("2024%2F17"))["@url"].endswith("/2024%2F17")


async def test_unknown_customers_are_not_found_in_capitals(provider: Provider) -> None:
    for answer in (await provider.put("9999", Name="Ny"), await provider.call("GET", "/3/customers/9999")):
        assert answer.status == 404
        expected = {"ErrorInformation": {"Error": 1, "Message": "Kan inte hitta kunden.", "Code": 2000433}}
        assert answer.body == expected


async def test_the_documented_refusal_word_by_word(provider: Provider) -> None:
    assert (await provider.put(Name="a|b")).body == {
        "ErrorInformation": {"error": 1, "message": "Värdet innehåller ej tillåtna tecken. (Name)", "code": 2000359}
    }


async def test_a_changed_number_moves_the_record(provider: Provider) -> None:
    assert (await provider.put("1001", CustomerNumber="1001", City="Boden")).status == 200
    answer = await provider.put("1001", CustomerNumber="5001")
    assert (answer.status, answer.body["Customer"]["CustomerNumber"]) == (200, "5001")
    assert answer.body["Customer"]["@url"].endswith("/5001")
    assert (await provider.call("GET", "/3/customers/1001")).status == 404
    assert (await provider.get("5001"))["City"] == "Boden"
    rows = (await provider.call("GET", "/3/customerreferences?customer=5001")).body
    assert len(rows["CustomerReference"]["CustomerReferenceRows"]) == 2
    for used in ("1002", "1001", "1099"):
        answer = await provider.put("5001", CustomerNumber=used)
        assert answer.error == (400, 2000637)
        assert answer.body["ErrorInformation"]["message"] == f"Kundnummer {used} används redan."


async def test_a_changed_number_can_be_forbidden(provider: Provider) -> None:
    provider.simulator.renumbers = False
    assert (await provider.put("1001", CustomerNumber="5001")).error == (400, 2000588)
    assert (await provider.put("1001", CustomerNumber="1001")).status == 200


async def test_list_is_short_sorted_and_counted(provider: Provider) -> None:
    page = await provider.search("?limit=7&page=2")
    total = len(provider.simulator.records)
    assert page["MetaInformation"] == {
        "@TotalResources": total,
        "@TotalPages": -(-total // 7),
        "@CurrentPage": 2,
    }
    assert len(page["Customers"]) == 7
    fields = "@url Address1 Address2 City CustomerNumber Email Name OrganisationNumber Phone ZipCode"
    assert [set(item) for item in page["Customers"]] == [set(fields.split())] * 7
    everyone = await provider.numbers()
    assert len(everyone) == total
    assert everyone[:3] == ["87", "1001", "1002"]
    assert everyone[7:14] == [item["CustomerNumber"] for item in page["Customers"]]
    assert await provider.numbers("?offset=30&limit=500") == everyone[30:]
    assert await provider.numbers("?page=99") == []
    phone = (await provider.search("?customernumber=K-1042"))["Customers"][0]["Phone"]
    assert phone == provider.simulator.records["K-1042"]["Phone1"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("customernumber=100", ["1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009"]),
        ("name=NORRSKEN", ["1002", "K-1042"]),
        ("name=%C3%B6berg", ["1004"]),
        ("city=kiruna", ["1002"]),
        ("zipcode=903", ["1001", "K-1042"]),
        ("email=faktura%40", ["K-1042"]),
        ("phone=46500411", ["K-1042"]),
        ("organisationnumber=559900-0014", ["1001"]),
        ("gln=7300009000012", ["1001"]),
        ("glndelivery=7300009000029", ["1001"]),
        ("filter=inactive", ["1009", "1010", "2006"]),
        ("name=zzz", []),
        ("name=norrsken&sortorder=descending", ["K-1042", "1002"]),
        ("name=norrsken&sortby=name", ["K-1042", "1002"]),
        ("name=norrsken&sortby=name&sortorder=descending", ["1002", "K-1042"]),
    ],
)
async def test_filters_and_order(provider: Provider, query: str, numbers: list[str]) -> None:
    assert await provider.numbers(f"?{query}") == numbers


async def test_active_ones_are_the_others(provider: Provider) -> None:
    everyone = set(await provider.numbers())
    assert set(await provider.numbers("?filter=active")) == everyone - {"1009", "1010", "2006"}


async def test_last_modified_is_later_than(provider: Provider) -> None:
    assert len(await provider.numbers("?lastmodified=2025-01-01%2000:00")) == len(provider.simulator.records)
    assert await provider.numbers("?lastmodified=2025-06-01%2000:00") == []
    await provider.put("1004", City="Boden")
    assert await provider.numbers("?lastmodified=2025-06-01%2000:00") == ["1004"]
    assert await provider.numbers("?lastmodified=2025-06-01%2000:00&name=bygg") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Name=x", 2000588),
        ("unknown=1", 2000588),
        ("Page=1", 2000588),
        ("page=0", 2000588),
        ("page=x", 2000588),
        ("limit=0", 2000588),
        ("limit=501", 2000588),
        ("limit=-1", 2000588),
        ("offset=x", 2000588),
        ("page=1&page=2", 2000588),
        ("sortby=city", 2000588),
        ("sortorder=up", 2000588),
        ("filter=all", 2000587),
        ("name=a&city=b", 2000587),
        ("filter=active&name=a", 2000587),
        ("lastmodified=yesterday", 2000587),
    ],
)
async def test_list_parameters_that_are_refused(provider: Provider, query: str, code: int) -> None:
    assert (await provider.call("GET", f"/3/customers?{query}")).error == (400, code)


async def test_company_has_a_whole_number(provider: Provider) -> None:
    company = (await provider.call("GET", "/3/companyinformation")).body["CompanyInformation"]
    assert company["DatabaseNumber"] == 654321
    assert company["CompanyName"] == "Björkstammens Snickeri AB"


async def test_references_are_listed_made_changed_and_removed(provider: Provider) -> None:
    at = "/3/customerreferences"
    listed = (await provider.call("GET", f"{at}?customer=1001")).body
    assert listed["CustomerReference"]["CustomerReferenceRows"] == [
        {"Id": 1, "CustomerNumber": "1001", "Reference": "Åsa Lindqvist"},
        {"Id": 2, "CustomerNumber": "1001", "Reference": "Göran Ek"},
    ]
    row = {"CustomerReferenceRow": {"CustomerNumber": "1001", "Reference": "Eva Öst"}}
    made = await provider.call("POST", at, row)
    assert made.status == 201
    rows = made.body["CustomerReference"]["CustomerReferenceRows"]
    assert [r["Reference"] for r in rows] == ["Åsa Lindqvist", "Göran Ek", "Eva Öst"]
    path = f"{at}/{rows[-1]['Id']}"
    changed = await provider.call("PUT", path, {"CustomerReferenceRow": {"Reference": "Eva Väst"}})
    assert changed.status == 200
    shown = (await provider.call("GET", path)).body["CustomerReference"]["CustomerReferenceRows"]
    assert shown == changed.body["CustomerReference"]["CustomerReferenceRows"]
    assert shown == [{"Id": rows[-1]["Id"], "CustomerNumber": "1001", "Reference": "Eva Väst"}]
    removed = await provider.call("DELETE", path)
    assert (removed.status, removed.text) == (204, "")
    assert (await provider.call("GET", path)).error == (404, 2000729)
    everyone = (await provider.call("GET", at)).body["CustomerReference"]["CustomerReferenceRows"]
    assert [r["Id"] for r in everyone] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("method", "path", "row", "error"),
    [
        ("POST", "", {"CustomerNumber": "9999", "Reference": "x"}, (404, 2000433)),
        ("POST", "", {"Reference": "x"}, (400, 2001392)),
        ("POST", "", {"CustomerNumber": "1001"}, (400, 2001392)),
        ("POST", "", {"CustomerNumber": "1001", "Reference": ""}, (400, 2000588)),
        ("POST", "", {"CustomerNumber": "1001", "Reference": 4}, (400, 2000106)),
        ("POST", "", {"CustomerNumber": "1001", "Reference": "a|b"}, (400, 2000359)),
        ("POST", "", {"CustomerNumber": "1001", "Reference": "x", "Email": "x"}, (400, 2001399)),
        ("POST", "", {"CustomerNumber": "1001", "Reference": "x", "Id": 9}, (400, 2001399)),
        ("PUT", "/1", {"CustomerNumber": "1002", "Reference": "x"}, (400, 2000588)),
        ("PUT", "/9", {"Reference": "x"}, (404, 2000729)),
        ("PUT", "/x", {"Reference": "x"}, (400, 2000729)),
        ("PUT", "/1", {}, (400, 2001392)),
    ],
)
async def test_references_that_are_refused(
    provider: Provider, method: str, path: str, row: Document, error: tuple[int, int]
) -> None:
    before = {row_id: dict(stored) for row_id, stored in provider.simulator.references.rows.items()}
    answer = await provider.call(method, f"/3/customerreferences{path}", {"CustomerReferenceRow": row})
    assert answer.error == error
    assert provider.simulator.references.rows == before


async def test_the_reading_wrapper_is_wrong_for_writing(provider: Provider) -> None:
    body = {"CustomerReference": {"CustomerReferenceRows": [{"Reference": "x"}]}}
    assert (await provider.call("PUT", "/3/customerreferences/1", body)).error == (400, 2001392)
    assert (await provider.call("GET", "/3/customerreferences?Customer=1001")).error == (400, 2000588)


async def test_somebody_else_edits_the_customer_that_is_written(provider: Provider) -> None:
    before = {number: dict(record) for number, record in provider.simulator.records.items()}
    provider.sandbox.fault("fortnox", "stale_version", times=2)
    after = (await provider.put("2024%2F17", City="Boden")).body["Customer"]
    assert after["Comments"] == "Ändrad av en kollega, 1"
    row = {"CustomerReferenceRow": {"Reference": "x"}}
    await provider.call("PUT", "/3/customerreferences/1", row)
    touched = {number for number, record in provider.simulator.records.items() if record != before[number]}
    assert touched == {"2024/17", "1001"}


async def test_fields_can_be_ignored_and_cut(provider: Provider) -> None:
    provider.sandbox.fault("fortnox", "ignore_field:CountryCode", on="PUT /3/customers/1001")
    provider.sandbox.fault("fortnox", "ignore_field:DefaultTemplates.Offer", on="PUT /3/customers/1001")
    provider.sandbox.fault("fortnox", "truncate_field:Name:4", on="PUT /3/customers/1001")
    templates = {"Offer": "Engelsk", "Order": "Engelsk"}
    after = (await provider.put("1001", CountryCode="DE", Name="Ny älv", DefaultTemplates=templates)).body["Customer"]
    assert (after["CountryCode"], after["Country"], after["Name"]) == ("SE", "Sverige", "Ny ä")
    assert (after["DefaultTemplates"]["Offer"], after["DefaultTemplates"]["Order"]) == ("DEFAULTTEMPLATE", "Engelsk")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, '"code": 2000359'),
        (401, '{"message":"unauthorized"}'),
        (403, '"code": 2001101'),
        (404, '"Code": 2000433'),
        (429, "Too Many Requests"),
        (500, '"code": 1000003'),
        (503, '"code": 1000003'),
    ],
)
async def test_faults_speak_like_fortnox(provider: Provider, status: int, words: str) -> None:
    provider.sandbox.fault("fortnox", f"status:{status}")
    answer = await provider.put(Name="Ny")
    assert answer.status == status
    assert words in answer.text


async def test_the_token_endpoint_fails_only_when_named(provider: Provider) -> None:
    provider.sandbox.fault("fortnox", "status:500")
    assert (await provider.renew()).status == 200
    provider.sandbox.fault("fortnox", "reset_after", on="POST /oauth-v1/token")
    before = provider.simulator.credentials()
    with pytest.raises(aiohttp.ClientError):
        await provider.renew()
    assert provider.simulator.credentials()["refresh_token"] != before["refresh_token"], "rotated, answer lost"


async def test_tokens_do_not_stand_in_the_log(provider: Provider) -> None:
    old = provider.simulator.credentials()
    await provider.put(Name="Ny")
    await provider.renew()
    shown = str(provider.sandbox.requests("fortnox"))
    for name in ("access_token", "refresh_token", "client_secret"):
        assert old[name] not in shown
    assert base64.b64encode(f"{old['client_id']}:{old['client_secret']}".encode()).decode() not in shown
    assert [entry["path"] for entry in provider.sandbox.requests("fortnox")] == ["/3/customers/1001", "/oauth-v1/token"]


@pytest.fixture(scope="module")
def contract() -> Document:
    if not CONTRACT.exists():
        pytest.skip("the OpenAPI document of Fortnox is not in ../shared/contracts")
    loaded: Document = json.loads(CONTRACT.read_text())
    return loaded


def _problems(contract: Document, schema: str, document: object) -> list[str]:
    """What the contract says against an answer; it knows no null, though recorded answers are full of it."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
    validator = OAS30Validator(whole)
    return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(_without_null(document))]


def _without_null(document: object) -> object:
    if isinstance(document, dict):
        return {name: _without_null(value) for name, value in document.items() if value is not None}
    return [_without_null(part) for part in document] if isinstance(document, list) else document


async def test_answers_keep_to_the_contract(provider: Provider, contract: Document) -> None:
    for number, record in provider.simulator.records.items():
        expected = ["Customer/Type: 'UNDEFINED' is not one of ['PRIVATE', 'COMPANY']"] * (record["Type"] == "UNDEFINED")
        body = (await provider.call("GET", f"/3/customers/{number.replace('/', '%2F')}")).body
        assert _problems(contract, "fortnox_Customer_Wrap", body) == expected, number
    changed = await provider.put(**{n: v for n, v in ACCEPTED.items() if n != "DefaultDeliveryTypes"})
    assert changed.status == 200, changed.text
    assert _problems(contract, "fortnox_Customer_Wrap", changed.body) == []
    assert _problems(contract, "fortnox_CustomerListItem_List", await provider.search()) == []
    references = (await provider.call("GET", "/3/customerreferences")).body
    assert _problems(contract, "fortnox_CustomerReference_Wrap", references) == []
    company = (await provider.call("GET", "/3/companyinformation")).body
    assert _problems(contract, "fortnox_CompanyInfo_Wrap", company) == []
    missing = (await provider.call("GET", "/3/customers/9999")).body
    assert _problems(contract, "fortnox_ErrorInformationWrap", missing) == []


def test_the_contract_is_able_to_find_fault(contract: Document) -> None:
    assert _problems(contract, "fortnox_Customer_Wrap", {"Customer": {"Name": 5}})


def test_properties_and_lengths_are_those_of_the_contract(contract: Document) -> None:
    stated = contract["components"]["schemas"]["fortnox_Customer"]["properties"]
    assert set(PROPERTIES) == set(stated)
    for name, rule in PROPERTIES.items():
        if rule.kind == "text" and name != "OrganisationNumber":  # 30 stands in the schema of the list only
            assert (rule.most, rule.least) == (stated[name].get("maxLength"), stated[name].get("minLength", 0)), name
        if rule.words:
            assert rule.words == set(stated[name]["enum"])
