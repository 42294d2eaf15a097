"""What is peculiar to BookMore, end to end against the strict stand-in: each test is named in `QUIRKS.md`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import structlog

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import ErrorCode
from gql_gateway.model.customer import Company, Customer
from gql_gateway.model.enums import ContactType, EmailType, PhoneType

FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"
COMPANY = "a1b2c3d4-0000-4000-8000-00000000beef"
STRANGER = "b2c3d4e5-0000-4000-8000-00000000cafe"
NINE = {
    *("InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId", "IsPrivatePerson", "IsActive"),
    *("Telephone", "EmailAddress", "MobilePhone"),
}
# What Visma keeps by itself when it is given nothing else, and what follows from the nine or changes by itself.
SPARED = {
    *("Id", "CustomerNumber", "PayToAccountId", "LastInvoiceDate", "IsFutureInvoiceDateAllowed"),
    *("UnpaidInvoicesAmount", "ChangedUtc", "EAccountingTermsOfPayment", "CurrencyCode"),
}
PHONE = {"phoneNumbers": [{"type": "BUSINESS", "number": "08-465 004 42"}]}


def codes(outcome: Outcome) -> list[ErrorCode]:
    return [error.code for error in outcome.errors]


def warned(outcome: Outcome, code: WarningCode) -> list[str]:
    """The native properties, or the words, of the warnings of a kind."""
    return [item.path[-1] if item.path else item.message for item in outcome.warnings if item.code is code]


def emails(customer: Customer) -> dict[EmailType, str | None]:
    return {item.type: item.email for item in customer.email_addresses}


def named(books: Any, name: str) -> str:
    return next(str(id) for id, record in books.records.items() if record["Name"] == name)


async def test_one_value_changes_and_the_other_eight_go_along(books: Any) -> None:
    before = deepcopy(books.records[FIRST])
    outcome = await books.update(PHONE)
    after = books.records[FIRST]
    assert outcome.errors == []
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {"Telephone", "ChangedUtc"}
    (write,) = books.writes()
    assert (write["path"], write["query"]) == ("/eaccounting/customers", {})
    assert set(write["body"]) == NINE | {"Id", "CompanyId"}
    assert books.simulator.ignored_properties == []
    assert [item.path for item in outcome.changes] == ["phoneNumbers[BUSINESS].number"]
    assert warned(outcome, WarningCode.SIDE_EFFECT) == []
    assert outcome.customer is not None
    assert outcome.customer.native == after


async def test_inactive_private_person_stays_both(books: Any) -> None:
    person = named(books, "Karl-Erik Löfgren")
    books.records[person]["IsActive"] = False
    outcome = await books.update(PHONE, person)
    assert outcome.errors == []
    assert (books.records[person]["IsPrivatePerson"], books.records[person]["IsActive"]) == (True, False)
    assert outcome.customer is not None
    assert outcome.customer.contact_type is ContactType.CONTACT_PERSON


@pytest.mark.parametrize("kept", [True, False], ids=["empty text", "null"])
async def test_emptied_values_read_as_nothing_whatever_the_host_stores(books: Any, kept: bool) -> None:
    books.simulator.keeps_empty_strings = kept
    outcome = await books.update({"phoneNumbers": None, "emailAddresses": [{"type": "INVOICE", "email": None}]})
    assert outcome.errors == []
    assert all(books.records[FIRST].get(name, "") == "" for name in ("Telephone", "MobilePhone", "EmailAddress"))
    assert outcome.customer is not None
    assert outcome.customer.phone_numbers == ()
    assert EmailType.INVOICE not in emails(outcome.customer)
    assert [item.code for item in outcome.warnings] == [WarningCode.RISK, WarningCode.RISK]


async def test_lost_properties_are_named(books: Any) -> None:
    """Visma's full replace behind BookMore wipes what the request cannot carry: the answer gives it away."""
    books.simulator.preserves_other_properties = False
    before = deepcopy(books.records[FIRST])
    outcome = await books.update(PHONE)
    after = books.records[FIRST]
    lost = {name for name, value in before.items() if name not in NINE | SPARED and after.get(name) != value}
    assert {"InvoiceAddress1", "VatNumber", "Note", "ContactPersonName", "PeppolParticipantId"} <= lost
    told = {name.split(".")[0].split("[")[0] for name in warned(outcome, WarningCode.SIDE_EFFECT)}
    assert told == {name for name in lost if before[name] not in ("", [], {})}
    stored = {item.path[-1]: item.sent for item in outcome.warnings if item.code is WarningCode.SIDE_EFFECT}
    assert stored["VatNumber"] == before["VatNumber"]
    assert "addresses[BILLING].addressLine1" in [item.path for item in outcome.changes]


async def test_risk_is_told_before_and_after(books: Any) -> None:
    dry = await books.update(PHONE, dry_run=True)
    assert books.writes() == []
    wet = await books.update(PHONE)
    for outcome in (dry, wet):
        first, second = warned(outcome, WarningCode.RISK)
        others = len(set(books.records[FIRST]) - NINE - {"Id"})
        assert f"{others} other properties" in first
        assert "overwritten" in second
    assert warned(await books.update({}), WarningCode.RISK) == []


async def test_dry_run_shows_the_call_and_the_difference(books: Any) -> None:
    outcome = await books.update({**PHONE, "active": False}, dry_run=True)
    (write,) = [item for item in outcome.requests if item.writes]
    assert (write.method, write.status) == ("PUT", None)
    assert write.body == {
        "Id": FIRST,
        "CompanyId": COMPANY,
        **{name: books.records[FIRST][name] for name in NINE},
        "Telephone": "08-465 004 42",
        "IsActive": False,
    }
    assert {item.path: item.after for item in outcome.changes} == {
        "phoneNumbers[BUSINESS].number": "08-465 004 42",
        "active": False,
    }


async def test_over_long_name_in_the_record_is_never_cut(books: Any) -> None:
    name = "Bostadsrättsföreningen Kungsholmstrands Terrass i Stockholm"
    long = named(books, name)
    refused = await books.update(PHONE, long)
    assert codes(refused) == [ErrorCode.TOO_LONG]
    assert refused.errors[0].path == ("change", "bookmore", "companyName")
    assert f"has {len(name)} characters" in refused.errors[0].message
    assert books.writes() == []
    assert codes(await books.update({**PHONE, "companyName": "Brf Kungsholmstrands Terrass"}, long)) == []
    assert books.records[long]["Name"] == "Brf Kungsholmstrands Terrass"


async def test_required_value_absent_on_both_sides_is_not_sent(books: Any) -> None:
    del books.records[FIRST]["InvoiceCity"]
    outcome = await books.update({"addresses": [{"type": "BILLING", "postalCode": "90325"}]})
    assert codes(outcome) == [ErrorCode.REQUIRED]
    assert outcome.errors[0].path == ("change", "bookmore", "addresses", "0", "city")
    assert books.writes() == []


@pytest.mark.parametrize("dates", ["iso", "ms"])
@pytest.mark.parametrize("style", ["results", "array", "older"])
async def test_every_build_reads_writes_and_lists_alike(books: Any, style: str, dates: str) -> None:
    plain = await books.read()
    books.simulator.list_style, books.simulator.date_style = style, dates
    last = list(books.records)[-1]
    before = await books.read()
    assert (before.addresses, before.details, before.version) == (plain.addresses, plain.details, plain.version)
    outcome = await books.update(PHONE, last, expected_version=(await books.read(last)).version)
    assert outcome.errors == []
    assert warned(outcome, WarningCode.SIDE_EFFECT) == []
    assert books.records[last]["Telephone"] == "08-465 004 42"
    found: list[str] = []
    for offset in range(0, 100, 25):
        page = await books.gateway.customers("books", None, ListFilter(), offset, 25, set())
        found += [customer.native_id for customer in page.customers]
        assert page.more is (offset < 75)
    assert found == list(books.records)


async def test_customer_that_is_not_in_the_list_is_not_found(books: Any) -> None:
    outcome = await books.update(PHONE, "00000000-0000-4000-8000-000000000000")
    assert codes(outcome) == [ErrorCode.NOT_FOUND]
    assert books.writes() == []


async def test_role_that_is_missing_is_told_apart_from_a_bad_token(books: Any) -> None:
    books.simulator.roles = frozenset({"bookingsupplier-administrator-read"})
    (error,) = (await books.update(PHONE)).errors
    assert error.code is ErrorCode.MISSING_SCOPE
    assert "bookingsupplier-administrator-write" in error.message
    assert "superadmin" in error.message
    assert error.provider_message == "Invalid Role"
    assert books.token_requests() == 0


@pytest.mark.parametrize("text", [False, True], ids=["ResponseStatus", "bare text"])
async def test_bad_token_that_cannot_be_renewed_wants_a_new_connection(books: Any, text: bool) -> None:
    books.simulator.unauthorized_as_text = text
    books.connect(COMPANY, access_token="stale", refresh_token=None, password=None)
    assert codes(await books.update(PHONE)) == [ErrorCode.REAUTHORIZE]
    assert books.writes() == []


async def test_bad_api_key_wants_a_new_connection(books: Any) -> None:
    books.connect(COMPANY, api_key="7c9e6679-7425-40de-944b-e07fc1f90ae7")  # inactive
    (error,) = (await books.update(PHONE)).errors
    assert error.code is ErrorCode.REAUTHORIZE
    assert "API key" in error.message


async def test_expired_token_is_renewed_once_and_its_successor_stored(books: Any) -> None:
    old = books.store.connection.credentials
    books.sandbox.fault("bookmore", "expired_token", on="PUT /eaccounting/customers")
    assert codes(await books.update(PHONE)) == []
    new = books.store.connection.credentials
    assert books.token_requests() == 1
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert [entry["status"] for entry in books.writes()] == [401, 200]


async def test_dead_refresh_token_falls_back_on_the_password(books: Any) -> None:
    books.connect(COMPANY, refresh_token="dead", access_token=None)
    assert codes(await books.update(PHONE)) == []
    assert books.token_requests() == 2
    assert books.store.connection.credentials["refresh_token"] != "dead"


async def test_password_alone_connects(books: Any) -> None:
    books.connect(COMPANY, access_token=None, refresh_token=None, client_id=None)
    assert (await books.read()).company_name == "Norrsken Bygg AB"


async def test_foreign_company_is_refused_before_anything_is_sent_there(books: Any) -> None:
    """BookMore would pass over the foreign id and update the own company."""
    books.connect()
    outcome = await books.update(PHONE, company_id=STRANGER)
    assert codes(outcome) == [ErrorCode.COMPANY_UNAVAILABLE]
    assert books.simulator.company_mismatches == []
    assert books.writes() == []
    assert codes(await books.update(PHONE, company_id=COMPANY)) == []
    assert books.writes()[0]["body"]["CompanyId"] == COMPANY


async def test_company_that_is_not_known_is_not_sent(books: Any) -> None:
    books.connect()
    assert codes(await books.update(PHONE)) == []
    assert "CompanyId" not in books.writes()[0]["body"]
    assert all("CompanyId" not in entry["query"] for entry in books.sandbox.requests("bookmore"))


async def test_companies_are_those_of_the_api_keys(books: Any) -> None:
    (company,) = await books.gateway.companies("books")
    assert company == Company(COMPANY, "Fjällbokning i Norr AB", "SE", None, True)


async def test_no_key_or_token_reaches_log_or_payload(books: Any) -> None:
    """`GET /apikeys` answers with the keys themselves, also with those that the connection does not use."""
    with structlog.testing.capture_logs() as logs:
        companies = await books.gateway.companies("books")
        books.sandbox.fault("bookmore", "expired_token", on="PUT /eaccounting/customers")
        good = await books.update(PHONE)
        books.connect(COMPANY, api_key="7c9e6679-7425-40de-944b-e07fc1f90ae7")
        bad = await books.update(PHONE)
    assert logs
    assert codes(bad) == [ErrorCode.REAUTHORIZE]
    shown = repr((logs, companies, good, bad, [vars(error) for error in bad.errors]))
    secrets = [key["ApiKey"] for key in books.simulator.api_keys]
    secrets += [
        value for name, value in books.store.connection.credentials.items() if name not in ("client_id", "username")
    ]
    assert [secret for secret in secrets if secret in shown] == []


async def test_company_without_public_data_is_still_one(books: Any) -> None:
    books.sandbox.fault("bookmore", "status:404", on="GET /companies")
    (company,) = await books.gateway.companies("books")
    assert (company.id, company.name) == (COMPANY, None)


async def test_somebody_elses_edit_is_a_conflict(books: Any) -> None:
    version = (await books.read()).version
    books.simulator.touch(FIRST)
    outcome = await books.update(PHONE, expected_version=version)
    assert codes(outcome) == [ErrorCode.STALE_VERSION]
    assert books.writes() == []


@pytest.mark.parametrize("fault", ["reset_after", "html_after", "status_after:500"])
async def test_write_without_a_clear_answer_is_settled_by_the_list(books: Any, fault: str) -> None:
    books.sandbox.fault("bookmore", fault, on="PUT /eaccounting/customers")
    outcome = await books.update(PHONE)
    assert outcome.errors == []
    assert outcome.customer is not None
    assert {item.type: item.number for item in outcome.customer.phone_numbers}[PhoneType.BUSINESS] == "08-465 004 42"
    assert len(books.writes()) == 1


async def test_value_that_the_provider_refuses_is_pointed_at(books: Any) -> None:
    outcome = await books.update({"paymentTerms": "00000000-0000-4000-8000-000000000000"})
    (error,) = outcome.errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "bookmore", "paymentTerms"))
    outcome = await books.update({"addresses": [{"type": "BILLING", "city": " "}]})
    assert outcome.errors[0].path == ("change", "bookmore", "addresses", "0", "city")


async def test_value_of_the_record_that_the_provider_refuses_is_named(books: Any) -> None:
    books.records[FIRST]["InvoiceCity"] = " "
    (error,) = (await books.update(PHONE)).errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ())
    assert "addresses[BILLING].city" in error.message
    assert error.provider_message == "InvoiceCity: 'InvoiceCity' must not be empty."


async def test_ignored_and_cut_values_are_warned_of(books: Any) -> None:
    books.sandbox.fault("bookmore", "ignore_field:Telephone", on="PUT /eaccounting/customers")
    books.sandbox.fault("bookmore", "truncate_field:Name:4", on="PUT /eaccounting/customers")
    outcome = await books.update({**PHONE, "companyName": "Norrsken"})
    assert warned(outcome, WarningCode.IGNORED) == ["number"]
    assert warned(outcome, WarningCode.CUT) == ["companyName"]
