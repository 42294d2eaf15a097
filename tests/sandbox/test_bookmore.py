"""The BookMore simulator over real HTTP, rule by rule."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession

from gql_gateway.sandbox.bookmore import BookmoreSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document

COMPANY = "a1b2c3d4-0000-4000-8000-00000000beef"
STRANGER = "b2c3d4e5-0000-4000-8000-00000000cafe"
FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"
CUSTOMERS = "/eaccounting/customers"
TERMS = "/eaccounting/termsofpayments"
TOKEN = "/realms/bookmore-admin/protocol/openid-connect/token"
CLIENT = "bm-external-api-users"

# The nine business values of the request, as the metadata page lists them.
NINE = (
    "InvoiceCity",
    "InvoicePostalCode",
    "Name",
    "TermsOfPaymentId",
    "IsPrivatePerson",
    "IsActive",
    "Telephone",
    "EmailAddress",
    "MobilePhone",
)


def names(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


# Restated from the tables of the metadata page `op=UpdateEaccountingCustomer`.
RESPONSE = names("""
    Id CustomerNumber ContactPersonEmail ContactPersonMobile ContactPersonName ContactPersonPhone CurrencyCode GLN
    EmailAddress EmailAddressOrder EmailAddressQuote DeliveryCustomerName DeliveryAddress1 DeliveryAddress2 DeliveryCity
    DeliveryCountryCode DeliveryPostalCode DeliveryMethodId DeliveryTermId PayToAccountId Name Note
    ReverseChargeOnConstructionServices WebshopCustomerNumber MobilePhone Telephone TermsOfPaymentId
    EAccountingTermsOfPayment VatNumber WwwAddress LastInvoiceDate IsPrivatePerson IsNorthernIreland DiscountPercentage
    ChangedUtc IsActive ForceBookkeepVat EdiGlnNumber SalesDocumentLanguage ElectronicAddress ElectronicReference
    EdiServiceDelivererId AutoInvoiceActivationEmailSentDate AutoInvoiceRegistrationRequestSentDate EmailAddresses
    CustomerLabels MessageThreads Notes IsFutureInvoiceDateAllowed DeliveryBasedVat SalesPriceListId Iban
    DirectDebitCustomerSettings DiscountAgreementId UnpaidInvoicesAmount CorporateIdentityNumber InvoiceAddress1
    InvoiceAddress2 InvoiceCity InvoicePostalCode InvoiceCountryCode
    """)
NESTED = {
    "EAccountingTermsOfPayment": names("""
        Id Name NameEnglish NumberOfDays TermsOfPaymentTypeId TermsOfPaymentTypeText AvailableForSales
        AvailableForPurchase
        """),
    "DirectDebitCustomerSettings": names("MandateId MandateType SequenceType SigningDate EndDate LatestDirectDebit"),
}
INVOICE_ADDRESS = {name for name in RESPONSE if name.startswith("Invoice")} | {"CorporateIdentityNumber"}


@dataclass
class Answer:
    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        assert self.content_type == "application/json", self.body
        return json.loads(self.body)

    @property
    def problem(self) -> Document:
        """The error of a refusal."""
        status: Document = self.json["ResponseStatus"]
        assert set(self.json) == {"ResponseStatus"}
        assert {"ErrorCode", "Message"} <= set(status) <= {"ErrorCode", "Message", "Errors"}
        return status

    @property
    def fields(self) -> dict[str, str]:
        return {error["FieldName"]: error["ErrorCode"] for error in self.problem["Errors"]}


@dataclass
class Caller:
    """Calls the simulator at its mount, with the sandbox connection's credentials unless told otherwise."""

    simulator: BookmoreSimulator
    sandbox: Sandbox
    session: ClientSession
    base: str
    time: list[float]
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        given = self.simulator.credentials()
        self.headers = {
            "x-api-key": given["api_key"],
            "Authorization": f"Bearer {given['access_token']}",
            "Accept": "application/json",
        }

    async def call(
        self, method: str, path: str, body: Any = None, *, without: tuple[str, ...] = (), **headers: str
    ) -> Answer:
        """`headers` replace those of the caller, `_` standing for `-`; `without` leaves some out."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        sent = {name: value for name, value in sent.items() if name not in without}
        async with self.session.request(method, self.base + path, data=data, headers=sent) as response:
            return Answer(response.status, response.content_type, await response.read())

    async def put(self, body: Any, **kwargs: Any) -> Answer:
        return await self.call("PUT", CUSTOMERS, body, **kwargs)

    async def token(self, **form: str) -> Answer:
        async with self.session.post(self.base + TOKEN, data=form) as response:
            return Answer(response.status, response.content_type, await response.read())

    async def listed(self) -> list[Document]:
        answer = await self.call("GET", f"{CUSTOMERS}?PageSize=500")
        found: list[Document] = answer.json["Results"]
        return found

    def stored(self, native_id: str = FIRST) -> Document:
        return self.simulator.records[native_id]

    def change(self, native_id: str = FIRST, **values: Any) -> Document:
        """A whole request body that keeps what is stored but for `values`."""
        stored = self.stored(native_id)
        return {"Id": native_id, **{name: stored.get(name, "") for name in NINE}, **values}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    time = [1_780_000_000.0]
    simulator = BookmoreSimulator(clock=lambda: time[0])
    async with Sandbox([simulator]) as sandbox, ClientSession() as session:
        made = Caller(simulator, sandbox, session, sandbox.url("bookmore"), time)
        made.sign_in()
        yield made


async def test_api_key_and_access_token_are_both_needed(caller: Caller) -> None:
    for path in (CUSTOMERS, TERMS, "/eaccounting/settings", "/apikeys", "/companies"):
        assert (await caller.call("GET", path)).status == 200
        for missing in ("x-api-key", "Authorization"):
            answer = await caller.call("GET", path, without=(missing,))
            assert answer.status == 401
            assert answer.problem == {"ErrorCode": "Unauthorized", "Message": "Not Authenticated"}
    refused = await caller.put(caller.change(Name="Changed"), without=("Authorization",))
    assert refused.status == 401
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer", "Basic Zm9vOmJhcg=="])
async def test_a_bad_token_is_401(caller: Caller, authorization: str) -> None:
    assert (await caller.call("GET", CUSTOMERS, Authorization=authorization)).status == 401


async def test_the_token_of_another_scheme_is_401(caller: Caller) -> None:
    token = caller.simulator.credentials()["access_token"]
    assert (await caller.call("GET", CUSTOMERS, Authorization=f"Basic {token}")).status == 401


async def test_an_unknown_api_key_is_401(caller: Caller) -> None:
    assert (await caller.call("GET", CUSTOMERS, x_api_key=str(uuid.uuid4()))).status == 401


async def test_the_api_key_is_a_guid_in_any_case(caller: Caller) -> None:
    key = caller.simulator.credentials()["api_key"]
    assert (await caller.call("GET", CUSTOMERS, x_api_key=key.upper())).status == 200


@pytest.mark.parametrize(
    "spoiled",
    [{"Active": False}, {"ExpiryDate": "2026-01-01T00:00:00"}, {"AllowedIpAddresses": "192.0.2.1, 192.0.2.2"}],
)
async def test_a_spoiled_api_key_is_401(caller: Caller, spoiled: Document) -> None:
    caller.simulator.api_keys[0].update(spoiled)
    assert (await caller.call("GET", CUSTOMERS)).status == 401


@pytest.mark.parametrize(
    "sound", [{"ExpiryDate": "2099-01-01T00:00:00"}, {"AllowedIpAddresses": "192.0.2.1, 127.0.0.1"}]
)
async def test_a_limited_api_key_works_within_its_limits(caller: Caller, sound: Document) -> None:
    caller.simulator.api_keys[0].update(sound)
    assert (await caller.call("GET", CUSTOMERS)).status == 200


async def test_access_tokens_end_after_300_seconds(caller: Caller) -> None:
    caller.time[0] += 299
    assert (await caller.call("GET", CUSTOMERS)).status == 200
    caller.time[0] += 1
    assert (await caller.call("GET", CUSTOMERS)).status == 401


async def test_expire_tokens_leaves_refresh_tokens_good(caller: Caller) -> None:
    refresh = caller.simulator.credentials()["refresh_token"]
    caller.simulator.expire_tokens()
    assert (await caller.call("GET", CUSTOMERS)).status == 401
    fresh = (await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=refresh)).json
    assert (await caller.call("GET", CUSTOMERS, Authorization=f"Bearer {fresh['access_token']}")).status == 200


async def test_a_bare_unauthorized_can_be_played(caller: Caller) -> None:
    caller.simulator.unauthorized_as_text = True
    answer = await caller.call("GET", CUSTOMERS, Authorization="Bearer nonsense")
    assert (answer.status, answer.content_type, answer.body) == (401, "text/plain", b"Unauthorized")
    assert caller.simulator.error(401) == ("text/plain", b"Unauthorized")


@pytest.mark.parametrize("role", ["bookingsupplier-administrator-write", "superadmin"])
async def test_either_role_may_write(caller: Caller, role: str) -> None:
    caller.simulator.roles = frozenset({role})
    assert (await caller.put(caller.change(Name="Changed"))).status == 200
    assert caller.stored()["Name"] == "Changed"


@pytest.mark.parametrize("roles", [set[str](), {"bookingsupplier-administrator-read"}, {"bookingsupplier-superadmin"}])
async def test_without_the_role_an_update_is_403_and_not_401(caller: Caller, roles: set[str]) -> None:
    caller.simulator.roles = frozenset(roles)
    answer = await caller.put(caller.change(Name="Changed"))
    assert answer.status == 403
    assert answer.problem == {"ErrorCode": "Forbidden", "Message": "Invalid Role"}
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


async def test_a_bad_token_without_the_role_is_401(caller: Caller) -> None:
    caller.simulator.roles = frozenset()
    answer = await caller.put(caller.change(), Authorization="Bearer nonsense")
    assert answer.status == 401
    assert answer.problem["Message"] == "Not Authenticated"


async def test_the_reading_role_reads_customers_but_not_api_keys(caller: Caller) -> None:
    caller.simulator.roles = frozenset({"bookingsupplier-administrator-read"})
    assert (await caller.call("GET", CUSTOMERS)).status == 200
    assert (await caller.call("GET", TERMS)).status == 200
    assert (await caller.call("GET", "/apikeys")).status == 403
    caller.simulator.roles = frozenset()
    assert (await caller.call("GET", CUSTOMERS)).status == 403


async def test_a_token_reply_has_the_fields_of_keycloak(caller: Caller) -> None:
    refresh = caller.simulator.credentials()["refresh_token"]
    reply = (await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=refresh)).json
    assert set(reply) == {
        "access_token",
        "expires_in",
        "refresh_expires_in",
        "refresh_token",
        "token_type",
        "not-before-policy",
        "session_state",
        "scope",
    }
    assert reply["expires_in"] == 300
    assert reply["token_type"] == "Bearer"
    assert reply["refresh_expires_in"] > 300


async def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(caller: Caller) -> None:
    old = caller.simulator.credentials()["refresh_token"]
    first = (await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=old)).json
    assert first["refresh_token"] != old
    assert (await caller.call("GET", CUSTOMERS, Authorization=f"Bearer {first['access_token']}")).status == 200

    reused = await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=old)
    assert reused.status == 400
    assert reused.json["error"] == "invalid_grant"
    later = await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=first["refresh_token"])
    assert (later.status, later.json["error"]) == (400, "invalid_grant")
    assert (await caller.call("GET", CUSTOMERS, Authorization=f"Bearer {first['access_token']}")).status == 401


async def test_rotation_can_be_switched_off(caller: Caller) -> None:
    caller.simulator.rotates_refresh_tokens = False
    refresh = caller.simulator.credentials()["refresh_token"]
    replies = [
        (await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=refresh)).json for _ in range(2)
    ]
    assert [reply["refresh_token"] for reply in replies] == [refresh, refresh]
    assert replies[0]["access_token"] != replies[1]["access_token"]


async def test_a_refresh_token_ends_with_its_lifetime(caller: Caller) -> None:
    refresh = caller.simulator.credentials()["refresh_token"]
    first = (await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=refresh)).json
    caller.time[0] += first["refresh_expires_in"]
    late = await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=first["refresh_token"])
    assert (late.status, late.json["error"]) == (400, "invalid_grant")


async def test_the_password_grant_signs_in(caller: Caller) -> None:
    given = caller.simulator.credentials()
    user = {"username": given["username"], "password": given["password"]}
    reply = (await caller.token(grant_type="password", client_id=CLIENT, **user)).json
    assert reply["access_token"] != given["access_token"]
    assert (await caller.call("GET", CUSTOMERS, Authorization=f"Bearer {reply['access_token']}")).status == 200
    wrong = await caller.token(grant_type="password", client_id=CLIENT, username=user["username"], password="wrong")
    assert wrong.status == 401
    assert wrong.json == {"error": "invalid_grant", "error_description": "Invalid user credentials"}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": CLIENT}, 400, "invalid_request"),
        ({"client_id": "somebody", "grant_type": "refresh_token"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token"}, 401, "invalid_client"),
        ({"client_id": CLIENT, "grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"client_id": CLIENT, "grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"client_id": CLIENT, "grant_type": "refresh_token"}, 400, "invalid_grant"),
    ],
)
async def test_what_the_token_endpoint_refuses(caller: Caller, form: dict[str, str], status: int, error: str) -> None:
    answer = await caller.token(**form)
    assert (answer.status, answer.json["error"]) == (status, error)


async def test_credentials_follow_the_newest_tokens_and_survive_a_dead_session(caller: Caller) -> None:
    first = caller.simulator.credentials()
    assert set(first) == {"api_key", "access_token", "refresh_token", "client_id", "username", "password"}
    assert caller.simulator.credentials() == first
    await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=first["refresh_token"])
    second = caller.simulator.credentials()
    assert second["refresh_token"] != first["refresh_token"]
    await caller.token(grant_type="refresh_token", client_id=CLIENT, refresh_token=first["refresh_token"])
    assert (await caller.call("GET", CUSTOMERS)).status == 401
    caller.sign_in()
    assert (await caller.call("GET", CUSTOMERS)).status == 200


async def test_a_change_of_one_value_changes_that_value_and_the_date_only(caller: Caller) -> None:
    before = dict(caller.stored())
    answer = await caller.put(caller.change(Name="Norrsken Bygg & Plåt AB"))
    assert answer.status == 200
    after = caller.stored()
    assert {name for name in before | after if before.get(name) != after.get(name)} == {"Name", "ChangedUtc"}
    assert answer.json == after
    assert "ResponseStatus" not in answer.json


async def test_the_answer_of_an_update_has_all_61_properties_and_their_parts(caller: Caller) -> None:
    assert len(RESPONSE) == 61
    answer = (await caller.put(caller.change())).json
    assert set(answer) >= RESPONSE
    for name, parts in NESTED.items():
        assert set(answer[name]) == parts
    assert set(answer["CustomerLabels"][0]) == {"Id", "Name", "Description"}


async def test_the_answer_is_utf8_json(caller: Caller) -> None:
    answer = await caller.put(caller.change(InvoiceCity="Övertorneå"))
    assert "Övertorneå".encode() in answer.body


@pytest.mark.parametrize("given", [{}, {"IsActive": None, "IsPrivatePerson": None}])
async def test_booleans_left_out_become_false(caller: Caller, given: Document) -> None:
    person = next(record for record in caller.simulator.records.values() if record["IsPrivatePerson"])
    assert person["IsActive"]
    body = {
        name: value
        for name, value in caller.change(person["Id"]).items()
        if name not in {"IsActive", "IsPrivatePerson"}
    }
    answer = (await caller.put(body | given)).json
    assert answer["IsActive"] is False
    assert answer["IsPrivatePerson"] is False


@pytest.mark.parametrize("name", ["Telephone", "EmailAddress", "MobilePhone"])
@pytest.mark.parametrize("how", ["missing", None, ""])
async def test_strings_that_visma_does_not_demand_become_empty(caller: Caller, name: str, how: str | None) -> None:
    assert caller.stored()[name]
    body = {**caller.change(), name: how}
    if how == "missing":
        del body[name]
    assert (await caller.put(body)).json[name] == ""
    assert caller.stored()[name] == ""


async def test_an_emptied_string_can_be_stored_as_null(caller: Caller) -> None:
    caller.simulator.keeps_empty_strings = False
    answer = (await caller.put(caller.change(Telephone="", EmailAddress=""))).json
    assert "Telephone" not in answer
    assert "EmailAddress" not in answer
    assert answer["MobilePhone"]


async def test_payment_terms_follow_their_id(caller: Caller) -> None:
    terms = next(terms for terms in caller.simulator.terms_of_payment.values() if terms["NumberOfDays"] == 10)
    answer = (await caller.put(caller.change(TermsOfPaymentId=terms["Id"]))).json
    assert answer["EAccountingTermsOfPayment"] == terms


async def test_every_write_has_its_own_date_even_within_one_millisecond(caller: Caller) -> None:
    dates = [caller.stored()["ChangedUtc"]]
    dates += [(await caller.put(caller.change())).json["ChangedUtc"] for _ in range(3)]
    assert len(set(dates)) == 4
    assert dates == sorted(dates)


async def test_properties_never_heard_of_survive(caller: Caller) -> None:
    unheard = {name: value for name, value in caller.stored().items() if name not in RESPONSE}
    assert unheard
    answer = (await caller.put(caller.change(Name="Changed"))).json
    assert {name: answer[name] for name in unheard} == unheard


async def test_an_update_can_wipe_what_the_request_does_not_carry(caller: Caller) -> None:
    caller.simulator.preserves_other_properties = False
    before = dict(caller.stored())
    answer = (await caller.put(caller.change(Name="Changed"))).json
    assert {name: answer[name] for name in NINE if name != "Name"} == {
        name: before[name] for name in NINE if name != "Name"
    }
    lost = {"VatNumber", "InvoiceAddress1", "Note", "Iban", "DirectDebitCustomerSettings", "PeppolParticipantId"}
    assert not lost & set(answer)
    assert answer["EmailAddresses"] == answer["CustomerLabels"] == []
    assert answer["DiscountPercentage"] == 0
    assert answer["ReverseChargeOnConstructionServices"] is False
    for kept in ("Id", "CustomerNumber", "PayToAccountId", "UnpaidInvoicesAmount", "EAccountingTermsOfPayment"):
        assert answer[kept] == before[kept]


async def test_extra_properties_are_passed_by_and_recorded(caller: Caller) -> None:
    before = dict(caller.stored())
    answer = await caller.put({**caller.change(), "Note": "Hi", "VatNumber": "SE1", "telephone": "1", "Nonsense": [1]})
    assert answer.status == 200
    assert caller.simulator.ignored_properties == ["Note", "VatNumber", "telephone", "Nonsense"]
    assert {**caller.stored(), "ChangedUtc": ""} == {**before, "ChangedUtc": ""}
    caller.simulator.ignored_properties.clear()
    await caller.put({**caller.change(), "CompanyId": COMPANY})
    assert caller.simulator.ignored_properties == []


async def test_the_company_of_somebody_else_is_silently_replaced_by_the_own_one(caller: Caller) -> None:
    answer = await caller.put(caller.change(Name="Changed", CompanyId=STRANGER))
    assert answer.status == 200
    assert caller.stored()["Name"] == "Changed"
    assert caller.simulator.company_mismatches == [STRANGER]
    assert (await caller.call("GET", f"{CUSTOMERS}?CompanyId={STRANGER}")).json["Total"] == 90
    assert caller.simulator.company_mismatches == [STRANGER, STRANGER]


@pytest.mark.parametrize("company", [None, "", COMPANY, COMPANY.upper(), "00000000-0000-0000-0000-000000000000"])
async def test_an_empty_company_is_the_own_one(caller: Caller, company: str | None) -> None:
    assert (await caller.put(caller.change(CompanyId=company))).status == 200
    assert caller.simulator.company_mismatches == []
    assert caller.simulator.company_id() == COMPANY


@pytest.mark.parametrize("how", ["missing", None, "", "   "])
async def test_every_required_string_is_named_at_once(caller: Caller, how: str | None) -> None:
    required = ("Id", "InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId")
    body = {**caller.change(), **dict.fromkeys(required, how)}
    if how == "missing":
        body = {name: value for name, value in body.items() if name not in required}
    answer = await caller.put(body)
    assert answer.status == 400
    assert answer.fields == dict.fromkeys(required, "NotEmpty")
    first = answer.problem["Errors"][0]
    assert answer.problem["ErrorCode"] == first["ErrorCode"]
    assert answer.problem["Message"] == first["Message"] == "'Id' must not be empty."


@pytest.mark.parametrize("name", ["InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId"])
async def test_one_required_string_missing_writes_nothing(caller: Caller, name: str) -> None:
    before = dict(caller.stored())
    body = caller.change(Telephone="1")
    del body[name]
    answer = await caller.put(body)
    assert answer.status == 400
    assert set(answer.fields) == {name}
    assert caller.stored() == before


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("Name", 50),
        ("InvoicePostalCode", 10),
        ("InvoiceCity", 50),
        ("Telephone", 50),
        ("MobilePhone", 50),
        ("EmailAddress", 255),
    ],
)
async def test_lengths(caller: Caller, name: str, limit: int) -> None:
    assert (await caller.put(caller.change(**{name: "å" * limit}))).status == 200
    answer = await caller.put(caller.change(**{name: "å" * (limit + 1)}))
    assert answer.status == 400
    assert answer.fields == {name: "MaximumLength"}
    assert caller.stored()[name] == "å" * limit


async def test_length_is_counted_in_utf16_units(caller: Caller) -> None:
    assert (await caller.put(caller.change(Name="🏔" * 25))).status == 200
    assert (await caller.put(caller.change(Name="🏔" * 26))).status == 400


async def test_unknown_payment_terms_and_other_problems_come_together(caller: Caller) -> None:
    answer = await caller.put(caller.change(TermsOfPaymentId=str(uuid.uuid4()), Name="x" * 51, InvoiceCity=""))
    assert answer.status == 400
    assert answer.fields == {"TermsOfPaymentId": "Invalid", "Name": "MaximumLength", "InvoiceCity": "NotEmpty"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Name": 5},
        {"Telephone": ["1"]},
        {"InvoicePostalCode": 90326},
        {"IsActive": "true"},
        {"IsActive": 1},
        {"IsPrivatePerson": 0},
        {"Id": {"Id": FIRST}},
        {"CompanyId": "not-a-guid"},
        {"CompanyId": COMPANY.replace("-", "")},
        {"CompanyId": 7},
    ],
)
async def test_wrong_types_do_not_bind(caller: Caller, wrong: Document) -> None:
    before = dict(caller.stored())
    answer = await caller.put(caller.change(**wrong))
    assert answer.status == 400
    assert answer.problem["ErrorCode"] == "SerializationException"
    assert answer.problem["Message"] == "Unable to bind to request 'UpdateEaccountingCustomer'"
    assert caller.stored() == before


@pytest.mark.parametrize("body", ["{", "[]", '"text"', b"\xff\xfe", '{"Name":}', "[" * 100_000])
async def test_an_unreadable_body_does_not_bind(caller: Caller, body: str | bytes) -> None:
    answer = await caller.put(body)
    assert answer.status == 400
    assert answer.problem["ErrorCode"] == "SerializationException"


async def test_half_a_surrogate_pair_does_not_break_the_answer(caller: Caller) -> None:
    assert (await caller.put(caller.change(Name="half \ud83c"))).json["Name"] == "half ?"


async def test_an_empty_body_misses_everything(caller: Caller) -> None:
    assert set((await caller.put("")).fields) == {"Id", "InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/xml", 400),
        ("text/jsv", 400),
        ("application/x-www-form-urlencoded", 400),
        ("text/plain", 415),
        ("application/merge-patch+json", 415),
    ],
)
async def test_only_json_bodies_are_read(caller: Caller, content_type: str, status: int) -> None:
    answer = await caller.put(caller.change(Name="Changed"), Content_Type=content_type)
    assert answer.status == status
    assert answer.problem["ErrorCode"]
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


async def test_a_charset_beside_json_is_fine(caller: Caller) -> None:
    assert (await caller.put(caller.change(), Content_Type="application/json; charset=utf-8")).status == 200


async def test_an_unknown_customer_is_404_or_500(caller: Caller) -> None:
    body = {**caller.change(), "Id": str(uuid.uuid4())}
    answer = await caller.put(body)
    assert answer.status == 404
    assert answer.problem == {"ErrorCode": "NotFound", "Message": "Customer not found in e-accounting"}
    caller.simulator.unknown_customer_status = 500
    answer = await caller.put(body)
    assert answer.status == 500
    assert answer.problem == {"ErrorCode": "Exception", "Message": "E-accounting request failed"}
    assert body["Id"] not in caller.simulator.records


async def test_an_id_in_the_path_is_no_route(caller: Caller) -> None:
    for method in ("PUT", "GET", "PATCH"):
        answer = await caller.call(method, f"{CUSTOMERS}/{FIRST}", caller.change(Name="Changed"))
        assert answer.status == 404
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", CUSTOMERS), ("DELETE", CUSTOMERS), ("PUT", TERMS), ("GET", TOKEN)]
)
async def test_a_known_path_refuses_other_verbs(caller: Caller, method: str, path: str) -> None:
    assert (await caller.call(method, path)).status == 405


@pytest.mark.parametrize("accept", [None, "*/*", "text/html", "application/xml"])
async def test_whoever_does_not_ask_for_json_gets_html(caller: Caller, accept: str | None) -> None:
    kwargs: dict[str, Any] = {"Accept": accept} if accept else {"without": ("Accept",)}
    answer = await caller.put(caller.change(Name="<Changed>"), **kwargs)
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert b"&lt;Changed&gt;" in answer.body
    assert caller.stored()["Name"] == "<Changed>"
    refused = await caller.put(caller.change(Name=""), **kwargs)
    assert (refused.status, refused.content_type) == (400, "text/html")


async def test_json_can_be_asked_for_in_a_list_or_in_the_query(caller: Caller) -> None:
    assert (await caller.call("GET", CUSTOMERS, Accept="text/html, application/json;q=0.9")).json["Total"] == 90
    assert (await caller.call("GET", f"{CUSTOMERS}?format=json", Accept="*/*")).json["Total"] == 90


async def test_a_broken_link_to_visma_is_500(caller: Caller) -> None:
    caller.simulator.linked = False
    for answer in (await caller.put(caller.change(Name="Changed")), await caller.call("GET", CUSTOMERS)):
        assert answer.status == 500
        assert answer.problem["Message"] == "E-accounting request failed"
    assert (await caller.call("GET", "/eaccounting/settings")).json["Active"] is False
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


async def test_paging_of_the_newer_build(caller: Caller) -> None:
    first = (await caller.call("GET", CUSTOMERS)).json
    assert set(first) == {"Offset", "Total", "Results", "Meta", "ResponseStatus"}
    assert (first["Offset"], first["Total"], len(first["Results"])) == (0, 90, 75)
    second = (await caller.call("GET", f"{CUSTOMERS}?PageNumber=2")).json
    assert (second["Offset"], second["Total"], len(second["Results"])) == (75, 90, 15)
    assert [record["Id"] for record in first["Results"] + second["Results"]] == list(caller.simulator.records)
    third = (await caller.call("GET", f"{CUSTOMERS}?PageNumber=3")).json
    assert third["Results"] == []
    small = (await caller.call("GET", f"{CUSTOMERS}?PageNumber=4&PageSize=7&Skip=1&Take=2")).json
    assert [record["Id"] for record in small["Results"]] == list(caller.simulator.records)[21:28]


@pytest.mark.parametrize("query", ["PageNumber=0", "PageSize=0", "PageNumber=x", "PageSize=-1", "CompanyId=nonsense"])
async def test_a_query_that_does_not_bind_is_400(caller: Caller, query: str) -> None:
    answer = await caller.call("GET", f"{CUSTOMERS}?{query}")
    assert answer.status == 400
    assert answer.problem["ErrorCode"] == "SerializationException"


async def test_the_list_can_be_a_bare_array(caller: Caller) -> None:
    caller.simulator.list_style = "array"
    assert len((await caller.call("GET", CUSTOMERS)).json) == 75
    assert len((await caller.call("GET", f"{CUSTOMERS}?PageNumber=2")).json) == 15
    assert len((await caller.call("GET", TERMS)).json) == 7


async def test_the_older_build_nests_the_invoice_address_and_skips(caller: Caller) -> None:
    caller.simulator.list_style = "older"
    page = (await caller.call("GET", f"{CUSTOMERS}?Skip=1&Take=3&PageNumber=9&PageSize=9")).json
    assert [record["Id"] for record in page["Results"]] == list(caller.simulator.records)[1:4]
    assert (page["Offset"], page["Total"]) == (1, 90)
    stored = list(caller.simulator.records.values())[1]
    listed = page["Results"][0]
    assert listed["InvoiceAddress"] == {name: stored[name] for name in INVOICE_ADDRESS}
    assert not INVOICE_ADDRESS & set(listed)
    everyone = (await caller.call("GET", CUSTOMERS)).json["Results"]
    assert len(everyone) == 90
    assert any("DiscountPercentage" not in record for record in everyone)
    assert "InvoiceCity" in (await caller.put(caller.change())).json


async def test_null_properties_are_left_out(caller: Caller) -> None:
    caller.simulator.records[FIRST]["Note"] = None
    caller.simulator.records[FIRST]["ReminderProfile"] = {"Fee": None, "DaysUntilFirst": 8}
    listed = (await caller.listed())[0]
    assert "Note" not in listed
    assert listed["ReminderProfile"] == {"DaysUntilFirst": 8}
    for record in await caller.listed():
        assert None not in record.values()


async def test_dates_are_iso_unless_the_host_is_left_at_its_default(caller: Caller) -> None:
    record = caller.stored()
    record["ChangedUtc"] = "2026-01-01T00:00:00.0000000Z"
    listed = (await caller.listed())[0]
    assert listed["ChangedUtc"] == "2026-01-01T00:00:00.0000000Z"
    assert listed["DirectDebitCustomerSettings"]["LatestDirectDebit"] == "0001-01-01T00:00:00"
    caller.simulator.date_style = "ms"
    listed = (await caller.listed())[0]
    assert listed["ChangedUtc"] == "/Date(1767225600000+0000)/"
    assert listed["DirectDebitCustomerSettings"]["LatestDirectDebit"] == "/Date(-62135596800000+0000)/"
    assert listed["AutoInvoiceActivationEmailSentDate"].startswith("/Date(")
    assert listed["LastInvoiceDate"] == record["LastInvoiceDate"]  # a string on this API
    assert (await caller.put(caller.change())).json["ChangedUtc"] == "/Date(1780000000000+0000)/"
    assert record["AutoInvoiceActivationEmailSentDate"].startswith("2025-")


async def test_payment_terms(caller: Caller) -> None:
    page = (await caller.call("GET", TERMS)).json
    assert page["Total"] == len(page["Results"]) == 7
    assert set(page["Results"][0]) == NESTED["EAccountingTermsOfPayment"]
    cash = (await caller.call("GET", f"{TERMS}?TermsOfPaymentTypeId=2&CompanyId={COMPANY}")).json["Results"]
    assert [terms["NameEnglish"] for terms in cash] == ["Cash"]


async def test_api_keys_tell_the_own_company(caller: Caller) -> None:
    keys = (await caller.call("GET", "/apikeys")).json["ApiKeys"]
    assert keys[0]["CompanyId"] == caller.simulator.company_id()
    assert keys[0]["ApiKey"] == caller.simulator.credentials()["api_key"]
    assert keys[0]["Active"] is True
    assert "ExpiryDate" not in keys[0]
    assert keys[1]["Active"] is False


async def test_companies_show_the_organisation_number_to_the_owner_only(caller: Caller) -> None:
    own, other = [
        (await caller.call("GET", f"/companies?Id={company}")).json["Results"] for company in (COMPANY, STRANGER)
    ]
    assert own[0]["Id"] == COMPANY
    assert own[0]["OrganisationNumber"]
    assert other[0]["Id"] == STRANGER
    assert "OrganisationNumber" not in other[0]
    assert (await caller.call("GET", f"/companies?Id={uuid.uuid4()}")).json["Results"] == []


async def test_settings_tell_the_state_of_the_link(caller: Caller) -> None:
    settings = (await caller.call("GET", f"/eaccounting/settings?CompanyId={COMPANY}")).json
    assert settings["CompanyId"] == COMPANY
    assert settings["Active"] is True
    assert settings["DefaultTermsOfPaymentId"] in caller.simulator.terms_of_payment


async def test_the_seeds_show_all_61_properties_and_enough_customers(caller: Caller) -> None:
    listed = await caller.listed()
    assert len(listed) >= 80
    assert len({record["Id"] for record in listed}) == len({record["Name"] for record in listed}) == len(listed)
    assert set().union(*listed) >= RESPONSE
    assert sum(set(record) >= RESPONSE for record in listed) >= 3
    assert sum(bool(set(record) - RESPONSE) for record in listed) >= 3
    assert (
        {True, False} == {record["IsActive"] for record in listed} == {record["IsPrivatePerson"] for record in listed}
    )
    known = caller.simulator.terms_of_payment
    for record in listed:
        assert known[record["TermsOfPaymentId"]] == record["EAccountingTermsOfPayment"]
        assert record["InvoiceCity"]
        assert record["InvoicePostalCode"]
        assert record.get("EmailAddress", "@x.example").endswith(".example")


async def test_seeded_customers_can_be_written_back_but_for_the_one_name_that_is_too_long(caller: Caller) -> None:
    refused = [
        record["Name"]
        for record in await caller.listed()
        if (await caller.put(caller.change(record["Id"]))).status != 200
    ]
    assert refused == ["Bostadsrättsföreningen Kungsholmstrands Terrass i Stockholm"]


async def test_the_seeds_are_the_same_every_time() -> None:
    assert BookmoreSimulator().records == BookmoreSimulator().records


async def test_touch_edits_a_visible_field_and_the_date(caller: Caller) -> None:
    for _ in range(2):
        before = dict(caller.stored())
        caller.simulator.touch(FIRST)
        after = caller.stored()
        assert {name for name in before | after if before.get(name) != after.get(name)} == {"Telephone", "ChangedUtc"}
    caller.simulator.touch("unknown")
    assert "unknown" not in caller.simulator.records


async def test_touch_is_not_altered_by_faults(caller: Caller) -> None:
    before = caller.stored()["Telephone"]
    caller.simulator.alter = lambda before, after: {**after, "Telephone": before["Telephone"]}
    caller.simulator.touch(FIRST)
    assert caller.stored()["Telephone"] != before
    answer = await caller.put(caller.change(Telephone="070-174 06 99", Name="Changed"))
    assert answer.json["Name"] == "Changed"
    assert answer.json["Telephone"] != "070-174 06 99"


async def test_the_written_record_is_told_from_the_body(caller: Caller) -> None:
    tell = caller.simulator.written_id
    assert tell("PUT", CUSTOMERS, {"Id": FIRST}) == FIRST
    assert tell("PUT", CUSTOMERS, {"Id": 7}) is None
    assert tell("PUT", CUSTOMERS, "not json") is None
    assert tell("POST", TOKEN, {"Id": FIRST}) is None


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "Unauthorized"), (403, "Forbidden"), (404, "NotFound"), (429, "TooManyRequests"), (500, "Exception")],
)
async def test_errors_for_faults_have_the_shape_of_servicestack(caller: Caller, status: int, code: str) -> None:
    content_type, body = caller.simulator.error(status)
    assert content_type == "application/json"
    assert json.loads(body)["ResponseStatus"]["ErrorCode"] == code


async def test_a_stale_version_is_made_at_the_record_being_written_only(caller: Caller) -> None:
    body = caller.change(Name="Changed")
    dates = {native_id: record["ChangedUtc"] for native_id, record in caller.simulator.records.items()}
    edits: list[str] = []
    touch = caller.simulator.touch

    def note(native_id: str) -> None:
        edits.append(native_id)
        touch(native_id)

    caller.simulator.touch = note  # type: ignore[method-assign]
    caller.sandbox.fault("bookmore", "stale_version")
    assert (await caller.put(body)).status == 200
    assert edits == [FIRST]
    changed = {name for name, record in caller.simulator.records.items() if record["ChangedUtc"] != dates[name]}
    assert changed == {FIRST}


async def test_faults_alter_what_is_stored_and_answered(caller: Caller) -> None:
    caller.sandbox.fault("bookmore", "ignore_field:Telephone")
    caller.sandbox.fault("bookmore", "truncate_field:Name:5")
    before = caller.stored()["Telephone"]
    answer = (await caller.put(caller.change(Telephone="08-465 004 77", Name="Changed"))).json
    assert (answer["Telephone"], answer["Name"]) == (before, "Chang")
    assert answer == caller.stored()


async def test_faults_answer_in_the_words_of_the_provider(caller: Caller) -> None:
    caller.sandbox.fault("bookmore", "rate_limited")
    answer = await caller.put(caller.change(Name="Changed"))
    assert answer.status == 429
    assert answer.problem["ErrorCode"] == "TooManyRequests"
    caller.sandbox.fault("bookmore", "expired_token")
    answer = await caller.put(caller.change(Name="Changed"))
    assert answer.status == 401
    assert caller.stored()["Name"] == "Norrsken Bygg AB"


async def test_any_status_can_be_asked_for(caller: Caller) -> None:
    for status in (418, 503, 599):
        assert json.loads(caller.simulator.error(status)[1])["ResponseStatus"]["Message"]


async def test_reset_puts_customers_tokens_switches_and_counters_back(caller: Caller) -> None:
    fresh = BookmoreSimulator(clock=caller.simulator.clock)
    await caller.put({**caller.change(Name="Changed", CompanyId=STRANGER), "Note": "x"})
    caller.simulator.roles = frozenset()
    caller.simulator.date_style = "ms"
    caller.simulator.list_style = "array"
    caller.simulator.preserves_other_properties = False
    caller.simulator.api_keys[0]["Active"] = False
    caller.simulator.expire_tokens()
    caller.simulator.reset()
    assert caller.simulator.records == fresh.records
    assert caller.simulator.ignored_properties == caller.simulator.company_mismatches == []
    assert caller.simulator.credentials() == fresh.credentials()
    caller.sign_in()
    assert (await caller.put(caller.change())).json["Name"] == "Norrsken Bygg AB"
    assert (await caller.call("GET", CUSTOMERS)).json["Total"] == 90
