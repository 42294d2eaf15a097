"""The Visma eAccounting simulator over real HTTP, rule by rule."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.visma_eaccounting import VismaEaccountingSimulator
from gql_gateway.sandbox.visma_eaccounting.answers import DUPLICATE
from gql_gateway.sandbox.visma_eaccounting.identity import REFRESH_SECONDS

from .conftest import Clock

FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"
TERMS_30 = "0f5b8c2e-7c1d-4f2c-9a1b-6a1f0d2e3c4b"
CUSTOMERS = "/v2/customers"
SETTINGS = "/v2/companysettings"
READ_ONLY = {
    *("Id", "PayToAccountId", "TermsOfPayment", "LastInvoiceDate", "ChangedUtc", "IsFutureInvoiceDateAllowed"),
    "UnpaidInvoicesAmount",
}
REQUIRED = ("Name", "InvoiceCity", "InvoicePostalCode", "TermsOfPaymentId", "IsPrivatePerson", "IsActive")
LEAST: Document = {
    "Name": "Norrsken Bygg AB",
    "InvoiceCity": "Umeå",
    "InvoicePostalCode": "90326",
    "TermsOfPaymentId": TERMS_30,
    "IsPrivatePerson": False,
    "IsActive": True,
}
# Restated from the field facts of May 2024.
LENGTHS = {
    **dict.fromkeys(("Name", "InvoiceCity", "InvoiceAddress1", "InvoiceAddress2", "DeliveryAddress1"), 50),
    **dict.fromkeys(("DeliveryAddress2", "DeliveryCity", "Telephone", "MobilePhone"), 50),
    **dict.fromkeys(("ContactPersonPhone", "ContactPersonMobile"), 50),
    **dict.fromkeys(("EmailAddress", "EmailAddressOrder", "EmailAddressQuote", "ContactPersonEmail"), 255),
    **dict.fromkeys(("WwwAddress", "EdiGlnNumber", "GLN", "ElectronicAddress", "EdiServiceDelivererId"), 255),
    **{"CustomerNumber": 16, "CorporateIdentityNumber": 20, "InvoicePostalCode": 10, "DeliveryPostalCode": 10},
    **{"DeliveryCustomerName": 100, "ContactPersonName": 100, "SalesDocumentLanguage": 2, "Note": 4000},
    **{"ElectronicReference": 35},
}


@dataclass
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: Any

    @property
    def json(self) -> Any:
        assert self.content_type == "application/json", self.body
        return json.loads(self.body)

    def fails(self, status: int, code: int, words: str = "") -> str:
        """The message of a refusal, which has these and the flat shape."""
        problem = self.json
        assert set(problem) == {"ErrorCode", "DeveloperErrorMessage", "ErrorId"}
        assert str(uuid.UUID(problem["ErrorId"])) == problem["ErrorId"]
        assert (self.status, problem["ErrorCode"]) == (status, code), problem
        assert words in problem["DeveloperErrorMessage"]
        return str(problem["DeveloperErrorMessage"])


@dataclass
class Caller:
    """Calls the simulator at its mount with the sandbox connection's newest access token."""

    simulator: VismaEaccountingSimulator
    sandbox: Sandbox
    session: ClientSession
    clock: Clock

    async def call(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        sent: dict[str, str | None] = {
            "Authorization": f"Bearer {self.simulator.credentials()['access_token']}",
            "Content-Type": "application/json;charset=UTF-8" if body is not None else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        return await self.send(method, path, data, {name: value for name, value in sent.items() if value is not None})

    async def send(self, method: str, path: str, data: Any, headers: dict[str, str]) -> Answer:
        url = self.sandbox.url("visma_eaccounting") + path
        async with self.session.request(method, url, data=data, headers=headers) as response:
            return Answer(response.status, response.content_type, await response.read(), response.headers)

    async def get(self, path: str = f"{CUSTOMERS}/{FIRST}") -> Answer:
        return await self.call("GET", path)

    async def put(self, body: Any, native_id: str = FIRST, **headers: str | None) -> Answer:
        return await self.call("PUT", f"{CUSTOMERS}/{native_id}", body, **headers)

    async def listed(self, filter: str) -> list[str]:
        answer = await self.get(f"{CUSTOMERS}?$filter={quote(filter)}")
        assert answer.status == 200, answer.body
        return [record["CustomerNumber"] for record in answer.json["Data"]]

    async def token(self, path: str = "/connect/token", secret: str | None = None, **form: str) -> Answer:
        known = self.simulator.credentials()
        basic = base64.b64encode(f"{known['client_id']}:{secret or known['client_secret']}".encode()).decode()
        return await self.send("POST", path, form, {"Authorization": f"Basic {basic}"})

    async def refresh(self, token: str) -> Answer:
        return await self.token(grant_type="refresh_token", refresh_token=token)

    def stored(self, native_id: str = FIRST) -> Document:
        return self.simulator.records[native_id]

    def named(self, name: str) -> Document:
        return next(record for record in self.simulator.records.values() if record["Name"].startswith(name))


@pytest.fixture
async def caller(session: ClientSession, clock: Clock) -> AsyncIterator[Caller]:
    simulator = VismaEaccountingSimulator(clock)
    async with Sandbox([simulator]) as sandbox:
        yield Caller(simulator, sandbox, session, clock)


def changed(before: Document, after: Document) -> set[str]:
    return {name for name in before | after if before.get(name, "absent") != after.get(name, "absent")}


async def test_a_customer_is_read_whole(caller: Caller) -> None:
    read = (await caller.get()).json
    assert read == caller.stored()
    assert len(set(read) - caller.simulator.build_properties) == 61
    assert read["TermsOfPayment"]["Id"] == read["TermsOfPaymentId"]
    assert (await caller.get(f"{CUSTOMERS}/{FIRST.upper()}")).json == read


async def test_what_was_read_can_be_sent_back_and_changes_nothing(caller: Caller) -> None:
    for native_id in list(caller.simulator.records)[:8]:
        before = caller.stored(native_id)
        answer = await caller.put(before, native_id)
        assert answer.status == 200, answer.body
        assert changed(before, answer.json) == {"ChangedUtc"}
        assert answer.json == caller.stored(native_id)


async def test_what_is_left_out_is_lost(caller: Caller) -> None:
    before = caller.stored()
    after = (await caller.put(LEAST)).json
    assert {name: after[name] for name in LEAST} == LEAST
    assert {name: after[name] for name in READ_ONLY - {"ChangedUtc", "TermsOfPayment"}} == {
        name: before[name] for name in READ_ONLY - {"ChangedUtc", "TermsOfPayment"}
    }
    assert after["CurrencyCode"] == "SEK"
    assert after["CustomerNumber"] == "1037"
    for name in set(after) - set(LEAST) - READ_ONLY - {"CurrencyCode", "CustomerNumber"}:
        kept = after[name]
        if name in {"EmailAddresses", "CustomerLabels", "MessageThreads", "Notes"}:
            assert kept == []
        elif isinstance(before[name], bool):
            assert kept is False
        else:
            assert kept == (0.0 if name == "DiscountPercentage" else None)
    assert not caller.simulator.build_properties & set(after)


async def test_null_is_the_same_as_left_out(caller: Caller) -> None:
    caller.simulator.keeps_customer_number = True
    nulls = dict.fromkeys(set(caller.stored()) - READ_ONLY - caller.simulator.build_properties)
    first = (await caller.put({**nulls, **LEAST})).json
    caller.simulator.reset()
    caller.simulator.keeps_customer_number = True
    assert changed(first, (await caller.put(LEAST)).json) <= {"ChangedUtc"}
    assert first["CustomerNumber"] == "1001"


async def test_an_empty_text_is_kept_or_becomes_null(caller: Caller) -> None:
    assert (await caller.put({**LEAST, "Note": ""})).json["Note"] == ""
    caller.simulator.keeps_empty_strings = False
    assert (await caller.put({**LEAST, "Note": ""})).json["Note"] is None


@pytest.mark.parametrize("name", REQUIRED)
async def test_each_mandatory_property_is_asked_for(caller: Caller, name: str) -> None:
    before = caller.stored()
    without = {key: value for key, value in LEAST.items() if key != name}
    for body in (without, {**LEAST, name: None}):
        (await caller.put(body)).fails(400, 2000, f"DataModelValidationException - The {name} field is required.")
    if isinstance(LEAST[name], str):
        (await caller.put({**LEAST, name: "  "})).fails(400, 2000, name)
    assert caller.stored() == before


async def test_a_missing_boolean_may_also_become_false(caller: Caller) -> None:
    caller.simulator.refuses_missing_booleans = False
    after = (await caller.put({name: value for name, value in LEAST.items() if name != "IsActive"})).json
    assert after["IsActive"] is False


async def test_all_problems_come_in_one_message(caller: Caller) -> None:
    words = (await caller.put({**LEAST, "Name": None, "Telephone": "0" * 51, "IsActive": "yes"})).fails(400, 2000)
    assert all(name in words for name in ("Name", "Telephone", "IsActive"))


@pytest.mark.parametrize(("name", "longest"), LENGTHS.items())
async def test_lengths(caller: Caller, name: str, longest: int) -> None:
    assert (await caller.put({**LEAST, name: "ö" * longest})).json[name] == "ö" * longest
    (await caller.put({**LEAST, name: "ö" * (longest + 1)})).fails(400, 2000, f"{name} must be a string")


async def test_length_counts_utf_16_units(caller: Caller) -> None:
    assert (await caller.put({**LEAST, "Name": "🚲" * 25})).status == 200
    (await caller.put({**LEAST, "Name": "🚲" * 26})).fails(400, 2000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("Name", 7), ("Note", ["x"]), ("Telephone", 90123456), ("Iban", True)),
        *(("IsActive", "true"), ("IsActive", 1), ("ForceBookkeepVat", 0), ("DeliveryBasedVat", "")),
        *(("WebshopCustomerNumber", "7"), ("WebshopCustomerNumber", 2**31), ("WebshopCustomerNumber", True)),
        *(("WebshopCustomerNumber", 1.5), ("DiscountPercentage", "0.1"), ("DiscountPercentage", True)),
        *(("DiscountPercentage", 15), ("DiscountPercentage", -0.1), ("DiscountPercentage", 0.12345)),
        *(("DeliveryMethodId", "bud"), ("DeliveryMethodId", ""), ("TermsOfPaymentId", f"{{{TERMS_30}}}")),
        *(("AutoInvoiceActivationEmailSentDate", "2025-11-03"), ("AutoInvoiceActivationEmailSentDate", 1)),
        *(("AutoInvoiceRegistrationRequestSentDate", "2025-13-03T00:00:00"), ("EmailAddresses", "a@b.example")),
        *(("EmailAddresses", [None]), ("MessageThreads", ["x"]), ("Notes", [7]), ("CustomerLabels", {})),
        *(("CustomerLabels", ["VIP"]), ("DirectDebitCustomerSettings", "x"), ("ChangedUtc", "today")),
        ("DirectDebitCustomerSettings", {"MandateType": 3}),
        ("DirectDebitCustomerSettings", {"SequenceType": 0}),
        ("DirectDebitCustomerSettings", {"MandateType": "Core"}),
        ("DirectDebitCustomerSettings", {"SigningDate": "2024"}),
        ("DirectDebitCustomerSettings", {"Mandate": "x"}),
    ],
)
async def test_wrong_types_and_values_are_refused(caller: Caller, name: str, value: Any) -> None:
    before = caller.stored()
    (await caller.put({**LEAST, name: value})).fails(400, 2000, name)
    assert caller.stored() == before


async def test_values_are_stored_as_the_books_keep_them(caller: Caller) -> None:
    body = {
        **LEAST,
        "TermsOfPaymentId": TERMS_30.upper(),
        "DiscountPercentage": 1,
        "DirectDebitCustomerSettings": {"MandateId": "M-1"},
    }
    after = (await caller.put(body)).json
    assert after["TermsOfPaymentId"] == TERMS_30
    assert after["DiscountPercentage"] == 1.0
    assert set(after["DirectDebitCustomerSettings"]) == {
        *("MandateId", "MandateType", "SequenceType", "SigningDate", "EndDate", "LatestDirectDebit")
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b'{"DiscountPercentage": NaN}'])
async def test_a_body_that_is_no_customer_is_refused(caller: Caller, body: bytes) -> None:
    (await caller.put(body)).fails(400, 2000)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_only_json_is_read(caller: Caller, kind: str) -> None:
    (await caller.put(LEAST, Content_Type=kind)).fails(415, 2000)


async def test_read_only_properties_are_passed_by_and_noted(caller: Caller) -> None:
    before = caller.stored()
    other = {
        "Id": str(uuid.uuid4()),
        "PayToAccountId": str(uuid.uuid4()),
        "TermsOfPayment": {"Id": TERMS_30, "NumberOfDays": 999},
        "LastInvoiceDate": "2020-01-01T00:00:00",
        "ChangedUtc": "2020-01-01T00:00:00Z",
        "IsFutureInvoiceDateAllowed": False,
        "UnpaidInvoicesAmount": 0,
    }
    assert set(other) == READ_ONLY
    after = (await caller.put({**before, **other})).json
    assert changed(before, after) == {"ChangedUtc"}
    assert after["ChangedUtc"] > before["ChangedUtc"]
    assert set(caller.simulator.read_only_sent) == set(caller.simulator.read_only_changed) == READ_ONLY
    caller.simulator.read_only_changed.clear()
    await caller.put(caller.stored())
    assert caller.simulator.read_only_changed == []


async def test_terms_of_payment_follow_their_id(caller: Caller) -> None:
    terms = (await caller.get("/v2/termsofpayments")).json["Data"]
    other = next(entry for entry in terms if entry["NumberOfDays"] == 10)
    after = (await caller.put({**caller.stored(), "TermsOfPaymentId": other["Id"]})).json
    assert after["TermsOfPayment"] == other
    caller.simulator.fills_terms_wrongly = True
    assert (await caller.put(after)).json["TermsOfPayment"]["Id"] != other["Id"]


async def test_properties_of_a_later_build_are_kept_when_sent_and_lost_when_not(caller: Caller) -> None:
    before = caller.stored()
    sent = {**before, "ReminderProfile": {"Fee": 75.0, "Nested": [1, {"x": None}]}, "LoyaltyLevel": "Gold"}
    after = (await caller.put(sent)).json
    assert after["ReminderProfile"] == {"Fee": 75.0, "Nested": [1, {"x": None}]}
    assert after["LoyaltyLevel"] == "Gold"
    assert after["PeppolParticipantId"] == before["PeppolParticipantId"]
    sent.pop("ReminderProfile")
    assert "ReminderProfile" not in (await caller.put(sent)).json
    assert caller.simulator.ignored_properties == []


async def test_a_stored_property_that_nobody_knows_may_be_sent_back(caller: Caller) -> None:
    caller.simulator.records[FIRST] |= {"XNew": {"a": 1}}
    caller.stored()["DirectDebitCustomerSettings"]["XNew"] = 7
    after = (await caller.put(caller.stored())).json
    assert (after["XNew"], after["DirectDebitCustomerSettings"]["XNew"]) == ({"a": 1}, 7)


async def test_properties_that_no_build_knows_are_refused_or_passed_by(caller: Caller) -> None:
    before = caller.stored()
    for name in ("name", "Fax", "EmailAdress"):
        (await caller.put({**before, name: "x"})).fails(400, 2000, f"'{name}'")
    assert caller.stored() == before
    caller.simulator.refuses_unknown_properties = False
    assert "Fax" not in (await caller.put({**before, "Fax": "x"})).json
    assert caller.simulator.ignored_properties == ["Fax"]


async def test_vies_is_asked_on_every_put(caller: Caller) -> None:
    blocked = caller.named("Okänd i VIES")
    words = (await caller.put({**blocked, "Telephone": "1"}, blocked["Id"])).fails(400, 2000, "VIES")
    assert blocked["VatNumber"] in words
    assert caller.stored(blocked["Id"]) == blocked
    assert (await caller.put({**blocked, "VatNumber": None}, blocked["Id"])).status == 200
    caller.simulator.not_in_vies.add(caller.stored()["VatNumber"])
    (await caller.put(caller.stored())).fails(400, 2000, "VIES")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *(("SE556677889901", None), ("DE999000111", None), ("NO999888777", None)),
        *(("SE556677889801", "VIES"), ("SE556677889902", "VIES"), ("SE5566778899", "VIES")),
        *(("556677889901", "country code"), ("SE 556677889901", "country code"), ("se556677889901", "country code")),
        *(("DE1234567", "country code"), ("DE1234567890123", "country code"), ("NL123456789B01", "country code")),
    ],
)
async def test_form_and_check_of_vat_numbers(caller: Caller, number: str, words: str | None) -> None:
    answer = await caller.put({**LEAST, "VatNumber": number})
    if words:
        answer.fails(400, 2000, words)
    else:
        assert answer.json["VatNumber"] == number


@pytest.mark.parametrize("name", ["TermsOfPaymentId", "DeliveryMethodId", "DeliveryTermId", "SalesPriceListId"])
async def test_ids_must_be_known(caller: Caller, name: str) -> None:
    (await caller.put({**caller.stored(), name: str(uuid.uuid4())})).fails(400, 2000, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [("CurrencyCode", "XXX"), ("InvoiceCountryCode", "se"), ("DeliveryCountryCode", "ZZ"), ("CurrencyCode", "sek")],
)
async def test_codes_must_be_known(caller: Caller, name: str, value: str) -> None:
    (await caller.put({**LEAST, name: value})).fails(400, 2000, name)


async def test_labels_are_references(caller: Caller) -> None:
    labels = (await caller.get("/v2/customerlabels")).json["Data"]
    renamed = {"Id": labels[2]["Id"].upper(), "Name": "Renamed"}
    after = (await caller.put({**LEAST, "CustomerLabels": [renamed]})).json
    assert after["CustomerLabels"] == [labels[2]]
    for wrong in ({"Name": "New"}, {"Id": str(uuid.uuid4()), "Name": "VIP"}, {"Id": labels[0]["Id"]}):
        (await caller.put({**LEAST, "CustomerLabels": [wrong]})).fails(400, 2000, "CustomerLabels")
    (await caller.put({**LEAST, "CustomerLabels": [{**labels[0], "Name": "x" * 51}]})).fails(400, 2000, "[0].Name")
    (await caller.put({**LEAST, "CustomerLabels": [{**labels[0], "Description": "x" * 401}]})).fails(400, 2000)


async def test_reverse_charge_needs_a_vat_number(caller: Caller) -> None:
    words = {**LEAST, "ReverseChargeOnConstructionServices": True}
    (await caller.put(words)).fails(400, 4002, "CanNotBeCreatedOrUpdatedException - VatNumber")
    assert (await caller.put({**words, "VatNumber": "SE556677889901"})).status == 200


@pytest.mark.parametrize("missing", [None, "DeliveryCity", "DeliveryCountryCode", "DeliveryPostalCode"])
async def test_vat_by_delivery_needs_where(caller: Caller, missing: str | None) -> None:
    body = {"DeliveryCity": "Oslo", "DeliveryCountryCode": "NO", "DeliveryPostalCode": "0150"}
    answer = await caller.put({**LEAST, **body, "DeliveryBasedVat": True, **({missing: None} if missing else {})})
    if missing:
        answer.fails(400, 4002, "DeliveryBasedVat")
    else:
        assert answer.status == 200


async def test_price_lists_are_for_the_pro_variant(caller: Caller) -> None:
    caller.simulator.product_variant = 1
    (await caller.put(caller.stored())).fails(400, 4002, "Pro")
    assert (await caller.put(LEAST)).status == 200


async def test_properties_whose_writing_is_unverified(caller: Caller) -> None:
    before = caller.stored()
    uncertain = {"SalesPriceListId", "DiscountAgreementId", "MessageThreads", "Notes"}
    caller.simulator.writes_uncertain_properties = False
    after = (await caller.put({**LEAST, "Notes": []})).json
    assert {name: after[name] for name in uncertain} == {name: before[name] for name in uncertain}
    assert caller.simulator.uncertain_properties == ["Notes"]
    caller.simulator.writes_uncertain_properties = True
    after = (await caller.put({**LEAST, "Notes": [FIRST.upper()]})).json
    assert [after[name] for name in sorted(uncertain)] == [None, [], [FIRST], None]


async def test_customer_numbers_are_unique(caller: Caller) -> None:
    before = caller.stored()
    (await caller.put({**before, "CustomerNumber": "1002"})).fails(409, 4000, "ConflictException")
    assert caller.stored() == before
    assert (await caller.put({**before, "CustomerNumber": "A-1"})).json["CustomerNumber"] == "A-1"
    caller.simulator.statuses[DUPLICATE] = 400
    (await caller.put({**before, "CustomerNumber": "1002"})).fails(400, 4000)


async def test_old_values_beyond_the_limits_are_shown_and_refused(caller: Caller) -> None:
    for start, name in (("Bostadsrättsföreningen", "Name"), ("Gammalt Nummer", "CustomerNumber")):
        record = caller.named(start)
        assert (await caller.get(f"{CUSTOMERS}/{record['Id']}")).json[name] == record[name]
        (await caller.put(record, record["Id"])).fails(400, 2000, name)


async def test_gln_and_its_successor_are_kept_apart(caller: Caller) -> None:
    record = caller.named("Ljungby")
    assert record["GLN"] != record["EdiGlnNumber"]
    after = (await caller.put({**record, "EdiGlnNumber": "7300009000999"}, record["Id"])).json
    assert changed(record, after) == {"EdiGlnNumber", "ChangedUtc"}


async def test_an_unknown_customer_is_not_found(caller: Caller) -> None:
    nobody = str(uuid.uuid4())
    for method in ("GET", "PUT", "DELETE"):
        answer = await caller.call(method, f"{CUSTOMERS}/{nobody}", LEAST if method == "PUT" else None)
        answer.fails(404, 3000, "ResourceNotFoundException - Customer was not found.")
        (await caller.call(method, f"{CUSTOMERS}/1001", LEAST if method == "PUT" else None)).fails(400, 2000)
    assert nobody not in caller.simulator.records


async def test_other_verbs_and_paths(caller: Caller) -> None:
    before = caller.stored()
    for method, path in (
        ("PATCH", f"{CUSTOMERS}/{FIRST}"),
        ("PUT", CUSTOMERS),
        ("PUT", SETTINGS),
        ("GET", "/connect/token"),
    ):
        assert (await caller.call(method, path, LEAST if method != "GET" else None)).status == 405
    (await caller.get("/v2/clients")).fails(404, 3000)
    (await caller.get(f"/customers/{FIRST}")).fails(404, 3000)
    assert caller.stored() == before


async def test_create_and_delete(caller: Caller) -> None:
    made = (await caller.call("POST", CUSTOMERS, LEAST)).json
    assert made["CustomerNumber"] == "1037"
    assert caller.stored(made["Id"]) == made
    (await caller.call("POST", CUSTOMERS, {**LEAST, "CustomerNumber": "1001"})).fails(409, 4000)
    (await caller.call("POST", CUSTOMERS, {"Name": "X"})).fails(400, 2000)
    assert (await caller.call("DELETE", f"{CUSTOMERS}/{made['Id']}")).status == 200
    assert made["Id"] not in caller.simulator.records
    (await caller.call("DELETE", f"{CUSTOMERS}/{FIRST}")).fails(400, 4001)


async def test_the_list_is_an_envelope_of_pages(caller: Caller) -> None:
    page = (await caller.get(CUSTOMERS)).json
    assert set(page) == {"Meta", "Data"}
    assert page["Data"] == list(caller.simulator.records.values())
    assert re.fullmatch(r"2025-06-15T\d\d:\d\d:\d\d\.\d{7}Z", page["Meta"].pop("ServerTimeUtc"))
    assert page["Meta"] == {"CurrentPage": 1, "PageSize": 50, "TotalNumberOfPages": 1, "TotalNumberOfResults": 36}
    second = (await caller.get(f"{CUSTOMERS}?$page=2&$pagesize=20")).json
    assert second["Data"] == page["Data"][20:]
    assert second["Meta"]["TotalNumberOfPages"] == second["Meta"]["CurrentPage"] == 2
    assert (await caller.get(f"{CUSTOMERS}?$page=3&$pagesize=20")).json["Data"] == []
    caller.simulator.largest_page = 10
    cut = (await caller.get(f"{CUSTOMERS}?$pagesize=20")).json
    assert (len(cut["Data"]), cut["Meta"]["PageSize"]) == (10, 10)


@pytest.mark.parametrize(
    "query", ["$page=0", "$page=x", "$pagesize=0", "$pagesize=-1", "$top=5", "$skip=5", "$expand=x"]
)
async def test_queries_that_are_refused(caller: Caller, query: str) -> None:
    (await caller.get(f"{CUSTOMERS}?{query}")).fails(400, 2000)


async def test_top_and_skip_where_they_work(caller: Caller) -> None:
    caller.simulator.accepts_top_and_skip = True
    page = (await caller.get(f"{CUSTOMERS}?$top=3&$skip=2")).json
    assert page["Data"] == list(caller.simulator.records.values())[2:5]


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ("CustomerNumber eq '1001'", ["1001"]),
        ("CustomerNumber eq '9999'", []),
        ("Name eq 'Patrick O''Hara'", ["1014"]),
        ("Name eq 'norrsken bygg ab'", []),
        ("EmailAddress eq 'faktura@norrsken-bygg.example'", ["1001"]),
        ("CustomerNumber gt '1034' and CustomerNumber lt 'KUND'", ["1035", "1036"]),
        ("(CustomerNumber eq '1001' or CustomerNumber eq '1002') and Name ne 'Norrsken Bygg AB'", ["1002"]),
        ("CustomerNumber eq '1001' or CustomerNumber eq '1002' and Name eq 'x'", ["1001"]),
        ("CustomerNumber le '1002' and IsActive eq true", ["1001", "1002"]),
    ],
)
async def test_filters(caller: Caller, filter: str, numbers: list[str]) -> None:
    assert await caller.listed(filter) == numbers


async def test_filters_on_state_and_change(caller: Caller) -> None:
    everybody = caller.simulator.records.values()
    inactive = [record["CustomerNumber"] for record in everybody if not record["IsActive"]]
    assert len(inactive) == 3
    assert await caller.listed("IsActive eq false") == inactive
    assert await caller.listed("ChangedUtc gt 2025-06-01T00:00:00Z") == []
    since = "2025-03-15T00:00:00"
    recent = [record["CustomerNumber"] for record in everybody if record["ChangedUtc"] > since]
    assert 0 < len(recent) < 36
    assert await caller.listed(f"ChangedUtc gt {since}Z") == await caller.listed(f"ChangedUtc gt {since}") == recent
    caller.simulator.touch(FIRST)
    assert await caller.listed("ChangedUtc ge 2025-06-15T16:00:00+01:00") == ["1001"]


@pytest.mark.parametrize(
    "filter",
    [
        *("Name eq Norrsken", 'Name eq "Norrsken"', "Name eq 'O'Hara'", "Name eq", "Name", "", "name eq 'x'"),
        *("contains(Name,'x')", "Name like 'x'", "City eq 'x'", "(Name eq 'x'", "Name eq 'x')", "Name eq 'x' Name"),
        *("IsActive eq 'true'", "IsActive gt true", "CustomerNumber eq 1001", "ChangedUtc gt '2026-01-01T00:00:00Z'"),
        *("ChangedUtc gt 2026-13-01T00:00:00Z", "ChangedUtc gt datetime'2026-01-01'", "Telephone eq '1'"),
    ],
)
async def test_filters_that_are_refused(caller: Caller, filter: str) -> None:
    (await caller.get(f"{CUSTOMERS}?$filter={quote(filter)}")).fails(400, 2000)


async def test_order_and_selection(caller: Caller) -> None:
    names = sorted(record["Name"] for record in caller.simulator.records.values())
    page = (await caller.get(f"{CUSTOMERS}?$orderby=Name&$select=Name,%20IsActive")).json["Data"]
    assert [row["Name"] for row in page] == names
    assert set(page[0]) == {"Name", "IsActive"}
    page = (await caller.get(f"{CUSTOMERS}?$orderby=IsActive,Name%20desc")).json["Data"]
    assert [row["IsActive"] for row in page[:4]] == [False, False, False, True]
    assert page[3]["Name"] == names[-1]
    for wrong in ("$orderby=Nome", "$orderby=Name%20up", "$select=Nome", "$orderby=EmailAddresses"):
        (await caller.get(f"{CUSTOMERS}?{wrong}")).fails(400, 2000)


async def test_company_settings(caller: Caller) -> None:
    settings = (await caller.get(SETTINGS)).json
    assert settings["CompanyIdentifier"] == caller.simulator.company_id()
    assert (settings["CompanyStatus"], settings["ProductVariant"], settings["CurrencyCode"]) == (1, 5, "SEK")
    assert settings["Name"].endswith("sandbox")
    assert settings["NextCustomerNumber"] == 1037
    caller.simulator.company_status = 0
    assert (await caller.get(SETTINGS)).json["CompanyStatus"] == 0


async def test_registers(caller: Caller) -> None:
    for path in ("termsofpayments", "deliverymethods", "deliveryterms", "discountagreements", "salespricelists"):
        page = (await caller.get(f"/v2/{path}")).json
        assert page["Meta"]["TotalNumberOfResults"] == len(page["Data"]) > 1
        assert (await caller.get(f"/v2/{path}/{page['Data'][1]['Id'].upper()}")).json == page["Data"][1]
        (await caller.get(f"/v2/{path}/{uuid.uuid4()}")).fails(404, 3000)
    assert (await caller.get("/v2/countries/SE")).json["IsEuMember"] is True
    assert {"Code": "SEK"} in (await caller.get("/v2/currencies")).json["Data"]
    assert (await caller.get(f"{CUSTOMERS}/{FIRST}/autoinvoicerecipients")).json == []


@pytest.mark.parametrize("authorization", [None, "", "Bearer x", "Basic eDp5"])
async def test_without_a_good_token_nothing_works(caller: Caller, authorization: str | None) -> None:
    for method, path in (("GET", SETTINGS), ("GET", CUSTOMERS), ("PUT", f"{CUSTOMERS}/{FIRST}")):
        body = LEAST if method == "PUT" else None
        answer = await caller.call(method, path, body, Authorization=authorization)
        answer.fails(401, 4005, "AuthorizationException - Authorization has been denied for this request.")


async def test_access_tokens_last_an_hour(caller: Caller) -> None:
    caller.clock.now += 3599
    assert (await caller.get()).status == 200
    caller.clock.now += 1
    (await caller.get()).fails(401, 4005)
    reply = (await caller.refresh(caller.simulator.credentials()["refresh_token"])).json
    assert set(reply) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (reply["token_type"], reply["expires_in"]) == ("bearer", 3600)
    assert reply["access_token"] == caller.simulator.credentials()["access_token"]
    assert (await caller.get()).status == 200
    caller.simulator.expire_tokens()
    (await caller.get()).fails(401, 4005)
    assert (await caller.refresh(reply["refresh_token"])).status == 200


async def test_access_tokens_show_the_company_and_scopes(caller: Caller) -> None:
    claims = caller.simulator.credentials()["access_token"].split(".")[1]
    shown = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert shown["customer_id"] == caller.simulator.company_id()
    assert shown["scope"] == ["ea:api", "ea:sales", "offline_access"]


async def test_refresh_tokens_rotate_and_work_once(caller: Caller) -> None:
    first = caller.simulator.credentials()["refresh_token"]
    second = (await caller.refresh(first)).json["refresh_token"]
    assert second != first
    answer = await caller.refresh(first)
    assert (answer.status, answer.json) == (400, {"error": "invalid_grant"})
    third = (await caller.refresh(second)).json["refresh_token"]
    assert third not in {first, second}
    caller.clock.now += REFRESH_SECONDS
    assert (await caller.refresh(third)).json == {"error": "invalid_grant"}


async def test_refresh_tokens_of_newer_clients_stay(caller: Caller) -> None:
    caller.simulator.rotates_refresh_tokens = False
    first = caller.simulator.credentials()["refresh_token"]
    access = {(await caller.refresh(first)).json["access_token"] for _ in range(3)}
    assert len(access) == 3
    assert (await caller.refresh(first)).json["refresh_token"] == first


async def test_revoked_tokens_and_changed_passwords(caller: Caller) -> None:
    token = caller.simulator.credentials()["refresh_token"]
    for given in (token, "unknown"):
        answer = await caller.token("/connect/revocation", token=given, token_type_hint="refresh_token")
        assert (answer.status, answer.body) == (200, b"")
    assert (await caller.refresh(token)).json == {"error": "invalid_grant"}
    assert (await caller.get()).status == 200
    caller.simulator.reset()
    caller.simulator.change_password()
    (await caller.get()).fails(401, 4005)
    assert (await caller.refresh(caller.simulator.credentials()["refresh_token"])).status == 400


async def test_the_token_endpoint_refuses(caller: Caller) -> None:
    known = caller.simulator.credentials()
    token = known["refresh_token"]
    wrong = await caller.token(secret="wrong", grant_type="refresh_token", refresh_token=token)
    assert (wrong.status, wrong.json) == (400, {"error": "invalid_client"})
    caller.simulator.invalid_client_status = 401
    assert (await caller.token(secret="wrong", grant_type="refresh_token", refresh_token=token)).status == 401
    form = {**known, "grant_type": "refresh_token"}
    in_body = await caller.send("POST", "/connect/token", form, {})
    assert in_body.json == {"error": "invalid_client"}
    assert (await caller.token(grant_type="client_credentials")).json == {"error": "unsupported_grant_type"}
    assert (await caller.token(grant_type="authorization_code", code="x")).json == {"error": "invalid_grant"}
    assert (await caller.token(refresh_token=token)).json == {"error": "invalid_request"}
    assert (await caller.refresh("nonsense")).json == {"error": "invalid_grant"}
    assert (await caller.refresh(token)).status == 200


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        ({"ea:api", "ea:sales"}, 200, 200),
        ({"ea:api", "ea:sales_readonly"}, 200, 403),
        ({"ea:api"}, 403, 403),
        ({"ea:sales"}, 403, 403),
    ],
)
async def test_scopes(caller: Caller, scopes: set[str], reads: int, writes: int) -> None:
    caller.simulator.scopes = frozenset(scopes)
    await caller.refresh(caller.simulator.credentials()["refresh_token"])
    answers = [await caller.get(path) for path in (f"{CUSTOMERS}/{FIRST}", SETTINGS, "/v2/termsofpayments")]
    assert [answer.status for answer in answers] == [reads] * 3
    answers.append(await caller.put(LEAST))
    assert answers[-1].status == writes
    for answer in answers:
        if answer.status == 403:
            answer.fails(403, 4006, "ForbiddenRequestException - No access to scope ea:")


async def test_a_company_that_is_not_ready(caller: Caller) -> None:
    simulator = caller.simulator
    simulator.company_status = 2
    assert (await caller.get()).status == 200
    (await caller.put(LEAST)).fails(403, 4004, "CompanyNotActiveException")
    simulator.company_status = 0
    (await caller.get()).fails(403, 4004)
    simulator.company_status, simulator.startup_guide_completed = 1, False
    (await caller.get()).fails(403, 4003)
    simulator.startup_guide_completed, simulator.product_variant = True, 3
    (await caller.get()).fails(403, 4002, "ForbiddenRequestException - No access to module")
    simulator.product_variant, simulator.has_api_module = 5, False
    (await caller.get(SETTINGS)).fails(403, 4002, "ForbiddenRequestException - No access to module: api_standard")
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


async def test_the_quota_of_a_minute(caller: Caller) -> None:
    assert caller.simulator.rate_limit == 600
    caller.simulator.rate_limit = 3
    others = list(caller.simulator.records)[1:3]
    assert (await caller.put(LEAST)).status == 200
    for native_id in others:
        assert (await caller.get(f"{CUSTOMERS}/{native_id}")).status == 200
    caller.clock.now += 19
    answer = await caller.get()
    words = answer.fails(429, 4010)
    assert words == "API calls quota exceeded! maximum admitted 3 per Minute. Try again in 41 seconds."
    assert "Retry-After" not in answer.headers
    assert (await caller.get(CUSTOMERS)).status == 200
    caller.clock.now += 41
    assert (await caller.get()).status == 200


async def test_other_readings_of_the_quota(caller: Caller) -> None:
    caller.simulator.rate_limit = 1
    caller.simulator.limits_each_id = True
    for native_id in list(caller.simulator.records)[:3]:
        assert (await caller.get(f"{CUSTOMERS}/{native_id}")).status == 200
        (await caller.get(f"{CUSTOMERS}/{native_id}")).fails(429, 4010)
    caller.simulator.rate_limit = None
    caller.simulator.reset()
    assert caller.simulator.rate_limit is None
    assert [(await caller.get()).status for _ in range(3)] == [200, 200, 200]


async def test_every_failure_has_an_id_of_its_own(caller: Caller) -> None:
    ids = [(await caller.put({})).json["ErrorId"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert caller.simulator.error_ids == ids


async def test_touch_edits_a_visible_field_and_the_date(caller: Caller) -> None:
    for _ in range(2):
        before = caller.stored()
        caller.simulator.touch(FIRST)
        assert changed(before, caller.stored()) == {"Telephone", "ChangedUtc"}
    caller.simulator.touch("unknown")
    assert "unknown" not in caller.simulator.records


async def test_faults_reach_fields_and_versions(caller: Caller) -> None:
    before = caller.stored()
    caller.sandbox.fault("visma_eaccounting", "ignore_field:Telephone")
    caller.sandbox.fault("visma_eaccounting", "truncate_field:DirectDebitCustomerSettings.MandateId:3")
    after = (await caller.put({**before, "Telephone": "1", "Note": "New"})).json
    assert (after["Telephone"], after["Note"]) == (before["Telephone"], "New")
    assert after["DirectDebitCustomerSettings"]["MandateId"] == "MND"
    caller.sandbox.fault("visma_eaccounting", "stale_version")
    dates = {native_id: record["ChangedUtc"] for native_id, record in caller.simulator.records.items()}
    await caller.get()
    (await caller.put({**LEAST, "Name": None}, FIRST.upper())).fails(400, 2000)
    moved = {key for key, record in caller.simulator.records.items() if record["ChangedUtc"] != dates[key]}
    assert moved == {FIRST}


async def test_faults_speak_in_the_flat_shape(caller: Caller) -> None:
    for status, code in ((400, 2000), (401, 4005), (403, 4006), (404, 3000), (429, 4010), (503, 0)):
        caller.sandbox.fault("visma_eaccounting", f"status:{status}")
        (await caller.get()).fails(status, code)
    caller.sandbox.fault("visma_eaccounting", "expired_token")
    (await caller.get()).fails(401, 4005)


async def test_faults_leave_the_token_endpoints_alone(caller: Caller) -> None:
    caller.sandbox.fault("visma_eaccounting", "status:503")
    token = caller.simulator.credentials()["refresh_token"]
    assert (await caller.refresh(token)).status == 200
    assert (await caller.token("/connect/revocation", token="x")).status == 200
    assert (await caller.get()).status == 503


async def test_the_seeds_are_rich_and_odd_enough(caller: Caller) -> None:
    records = list(caller.simulator.records.values())
    assert len(records) == 36
    assert len({record["Name"] for record in records}) == len({record["CustomerNumber"] for record in records}) == 36
    assert caller.simulator.example_id() == FIRST
    filled = [{name for name, value in record.items() if value not in (None, "", [], False, 0)} for record in records]
    writable = set(records[0]) - READ_ONLY - caller.simulator.build_properties - {"IsPrivatePerson"}
    assert writable <= filled[0] | filled[3]
    assert sum(bool(set(record) & caller.simulator.build_properties) for record in records) >= 3
    for flag in ("IsActive", "IsPrivatePerson"):
        assert {record[flag] for record in records} == {True, False}
    assert any(record["Note"] == "" for record in records)
    assert any(record["InvoicePostalCode"] == "-" for record in records)


async def test_all_but_the_three_blocked_seeds_can_be_sent_back(caller: Caller) -> None:
    refused = [
        record["Name"].split()[0]
        for record in list(caller.simulator.records.values())
        if (await caller.put(record, record["Id"])).status != 200
    ]
    assert refused == ["Bostadsrättsföreningen", "Gammalt", "Okänd"]


async def test_reset_puts_everything_back(caller: Caller) -> None:
    fresh = VismaEaccountingSimulator(caller.clock)
    await caller.put({**LEAST, "Id": FIRST})
    caller.simulator.scopes = frozenset()
    caller.simulator.not_in_vies.clear()
    caller.simulator.change_password()
    caller.simulator.reset()
    assert caller.simulator.records == fresh.records
    assert caller.simulator.credentials() == fresh.credentials()
    assert caller.simulator.not_in_vies == fresh.not_in_vies != set()
    assert caller.simulator.read_only_sent == []
    assert [(await caller.get()).status for _ in range(2)] == [200, 200]
