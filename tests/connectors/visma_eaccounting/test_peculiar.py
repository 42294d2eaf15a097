"""What is peculiar to Visma eAccounting, end to end against the strict stand-in: the tests are named in `QUIRKS.md`."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.connectors.visma_eaccounting.protocol import READ_ONLY
from gql_gateway.errors import ErrorCode, RateLimited, VersionConflict
from gql_gateway.model.customer import Company
from gql_gateway.model.enums import ContactType, EmailType
from gql_gateway.sandbox.visma_eaccounting.answers import INVALID

COMPANY = "0d6f3c52-8b1e-4f7a-9c24-7e5a1b2d3c4e"
PHONE = {"phoneNumbers": [{"type": "BUSINESS", "number": "08-465 004 42"}]}
LONG = "Bostadsrättsföreningen Kungsholmstrands Terrass i Stockholm"


def codes(outcome: Outcome) -> list[ErrorCode]:
    return [error.code for error in outcome.errors]


def warned(outcome: Outcome) -> list[WarningCode]:
    """The warnings, without the one that is given every time."""
    return [item.code for item in outcome.warnings if item.code is not WarningCode.RISK]


def at(*path: str) -> tuple[str, ...]:
    return ("change", "vismaEaccounting", *path)


async def test_one_value_changes_and_all_others_go_along(company: Any) -> None:
    before = company.stored()
    outcome = await company.update(PHONE)
    after = company.stored()
    assert (outcome.errors, warned(outcome)) == ([], [])
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {"Telephone", "ChangedUtc"}
    [write] = company.writes()
    assert set(write["body"]) == set(before) - READ_ONLY
    assert {"PeppolParticipantId", "ReminderProfile", "CustomerLabels", "Notes", "GLN"} <= set(write["body"])
    assert company.simulator.read_only_sent == company.simulator.ignored_properties == []
    assert [item.path for item in outcome.changes] == ["phoneNumbers[BUSINESS].number"]
    assert outcome.customer is not None
    assert outcome.customer.native == after


async def test_every_customer_that_can_be_updated_keeps_all_else(company: Any) -> None:
    """Sparse and rich, active and not, with labels, odd properties, empty texts."""
    refused = {"Okänd i VIES AB", "Gammalt Nummer AB", LONG}
    for native_id, record in list(company.simulator.records.items()):
        if record["Name"] in refused:
            continue
        outcome = await company.update({"notes": "Ny anteckning"}, native_id)
        assert (outcome.errors, warned(outcome)) == ([], []), record["Name"]
        after = company.stored(native_id)
        assert {**record, "Note": after["Note"], "ChangedUtc": after["ChangedUtc"]} == after
        assert after["Note"] == "Ny anteckning"


@pytest.mark.parametrize("status", [400, 422, 500])
async def test_stored_vat_number_that_vies_refuses_is_told_and_can_be_corrected(company: Any, status: int) -> None:
    company.simulator.statuses[INVALID] = status
    native_id = company.named("Okänd i VIES AB")
    before = company.stored(native_id)
    outcome = await company.update(PHONE, native_id)
    [error] = outcome.errors
    assert (error.code, error.path, error.provider_code) == (ErrorCode.INVALID_VALUE, (), "2000")
    assert "VIES" in error.message and "vatId" in error.message and "does not mention it" in error.message
    assert before["VatNumber"] in (error.provider_message or "")
    assert company.stored(native_id) == before
    corrected = await company.update({**PHONE, "vatId": "SE556677889901"}, native_id)
    assert (corrected.errors, warned(corrected)) == ([], [])
    assert company.stored(native_id)["VatNumber"] == "SE556677889901"


async def test_stored_vat_number_that_vies_refuses_can_be_cleared(company: Any) -> None:
    native_id = company.named("Okänd i VIES AB")
    assert codes(await company.update({**PHONE, "vatId": None}, native_id)) == []
    assert company.stored(native_id)["VatNumber"] is None


async def test_given_vat_number_that_vies_refuses_is_told_at_its_place(company: Any) -> None:
    [number] = company.simulator.not_in_vies
    [error] = (await company.update({**PHONE, "vatId": number})).errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, at("vatId"))
    assert "VIES" in error.message


async def test_given_vat_number_of_another_form_is_visma_to_refuse(company: Any) -> None:
    [error] = (await company.update({"vatId": "NL123456789B01"})).errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, at("vatId"))
    assert "VIES" not in error.message


@pytest.mark.parametrize(
    ("name", "path", "shorter"),
    [(LONG, "companyName", "Brf Kungsholmstrands Terrass"), ("Gammalt Nummer AB", "number", "KUND-2009-0317")],
)
async def test_over_long_value_of_the_record_is_never_cut(company: Any, name: str, path: str, shorter: str) -> None:
    native_id = company.named(name)
    before = company.stored(native_id)
    [error] = (await company.update(PHONE, native_id)).errors
    assert (error.code, error.path) == (ErrorCode.TOO_LONG, at(path))
    assert company.writes() == []
    assert company.stored(native_id) == before
    assert codes(await company.update({**PHONE, path: shorter}, native_id)) == []
    assert shorter in company.stored(native_id).values()


@pytest.mark.parametrize("name", ["InvoiceCity", "InvoicePostalCode"])
async def test_town_and_postal_code_are_needed_of_everybody(company: Any, name: str) -> None:
    path = {"InvoiceCity": "city", "InvoicePostalCode": "postalCode"}[name]
    company.simulator.records[company.named("Kontantkund")][name] = None
    native_id = company.named("Kontantkund")
    [error] = (await company.update(PHONE, native_id)).errors
    assert (error.code, error.path) == (ErrorCode.REQUIRED, at("addresses", path))
    assert company.writes() == []
    change = {"addresses": [{"type": "BILLING", path: "-"}]}
    assert codes(await company.update(change, native_id)) == []
    assert company.stored(native_id)[name] == "-"


@pytest.mark.parametrize("refuses", [True, False], ids=["refused", "taken for false"])
async def test_flags_are_always_sent(company: Any, refuses: bool) -> None:
    company.simulator.refuses_missing_booleans = refuses
    native_id = company.named("Kontantkund")
    outcome = await company.update(PHONE, native_id)
    assert outcome.errors == []
    record = company.stored(native_id)
    assert (record["IsPrivatePerson"], record["IsActive"]) == (True, False)
    assert outcome.customer is not None
    assert (outcome.customer.contact_type, outcome.customer.active) == (ContactType.CONTACT_PERSON, False)


async def test_terms_are_written_by_their_id_and_read_by_it(company: Any) -> None:
    """Some releases filled `TermsOfPayment` wrongly."""
    company.simulator.fills_terms_wrongly = True
    terms = company.stored()["TermsOfPaymentId"]
    outcome = await company.update(PHONE)
    assert (outcome.errors, warned(outcome)) == ([], [])
    assert "TermsOfPayment" not in company.writes()[0]["body"]
    assert outcome.customer is not None
    assert outcome.customer.payment_terms == company.stored()["TermsOfPaymentId"] == terms


async def test_discount_of_a_hundred_percent_is_1(company: Any) -> None:
    [error] = (await company.update({"discountPercentage": 15})).errors
    assert (error.code, error.path) == (ErrorCode.BAD_FORMAT, at("discountPercentage"))
    assert company.writes() == []
    for fraction in (1, 0, 0.1225):
        assert codes(await company.update({"discountPercentage": fraction})) == []
        assert company.stored()["DiscountPercentage"] == fraction


async def test_note_and_notes_are_two_things(company: Any) -> None:
    notes = company.stored()["Notes"]
    assert notes
    outcome = await company.update({"notes": None})
    assert outcome.customer is not None
    assert (outcome.customer.notes, outcome.customer.details.note_ids) == (None, notes)
    assert (company.stored()["Note"], company.stored()["Notes"]) == (None, notes)


async def test_obsolete_gln_goes_along_unchanged(company: Any) -> None:
    native_id = company.named("Ljungby Flytt AB")
    obsolete = company.stored(native_id)["GLN"]
    outcome = await company.update({"gln": "7300009000992"}, native_id)
    assert (company.stored(native_id)["EdiGlnNumber"], company.stored(native_id)["GLN"]) == ("7300009000992", obsolete)
    assert outcome.customer is not None
    assert (outcome.customer.details.gln, outcome.customer.details.gln_obsolete) == ("7300009000992", obsolete)


async def test_labels_and_other_addresses_are_read_and_survive(company: Any) -> None:
    before = company.stored()
    outcome = await company.update({"emailAddresses": None})
    after = company.stored()
    assert [after[name] for name in ("EmailAddress", "EmailAddressOrder", "EmailAddressQuote")] == [None] * 3
    assert after["EmailAddresses"] == before["EmailAddresses"]
    assert after["CustomerLabels"] == before["CustomerLabels"]
    assert outcome.customer is not None
    others = [item for item in outcome.customer.email_addresses if item.type is EmailType.OTHER]
    assert [item.email for item in others] == before["EmailAddresses"][:1]
    assert outcome.customer.details.other_email_addresses == before["EmailAddresses"]
    assert [label.name for label in outcome.customer.details.labels] == [
        label["Name"] for label in before["CustomerLabels"]
    ]


@pytest.mark.parametrize("name", ["priceList", "discountAgreementId"])
async def test_value_that_the_update_does_not_change_is_warned_of(company: Any, name: str) -> None:
    """Whether an update can change these two is unverified; a value kept by Visma is told."""
    company.simulator.writes_uncertain_properties = False
    before = company.stored()
    other = {"priceList": "SalesPriceListId", "discountAgreementId": "DiscountAgreementId"}[name]
    known = {record[other] for record in company.simulator.records.values()} - {before[other], None}
    outcome = await company.update({name: known.pop()})
    assert outcome.errors == []
    [warning] = [item for item in outcome.warnings if item.code is not WarningCode.RISK]
    assert (warning.code, warning.path) == (WarningCode.IGNORED, at(name))
    assert company.stored()[other] == before[other]


@pytest.mark.parametrize("kept", [True, False], ids=["empty text", "null"])
async def test_empty_text_reads_as_nothing_and_null_is_written(company: Any, kept: bool) -> None:
    company.simulator.keeps_empty_strings = kept
    native_id = company.named("Tomma Rader HB")
    customer = await company.customer(native_id)
    assert (customer.notes, customer.phone_numbers, customer.email_addresses) == (None, (), ())
    outcome = await company.update({"website": "https://tomma.example"}, native_id)
    assert (outcome.errors, warned(outcome)) == ([], [])
    outcome = await company.update({"website": None}, native_id)
    assert (outcome.errors, warned(outcome)) == ([], [])
    assert company.writes()[-1]["body"]["WwwAddress"] is None


async def test_direct_debit_goes_whole(company: Any) -> None:
    assert company.stored()["DirectDebitCustomerSettings"]
    outcome = await company.update({"directDebit": None})
    assert (outcome.errors, warned(outcome)) == ([], [])
    assert company.stored()["DirectDebitCustomerSettings"] is None
    assert outcome.customer is not None
    assert outcome.customer.details.direct_debit.mandate_id is None
    assert {item.path.rpartition(".")[0] for item in outcome.changes} == {"details.directDebit"}


async def test_currency_left_empty_would_be_the_companys(company: Any) -> None:
    [error] = (await company.update({"currency": None})).errors
    assert (error.code, error.path) == (ErrorCode.CANNOT_CLEAR, at("currency"))
    assert company.calls() == []


async def test_iban_is_the_whole_bank_account(company: Any) -> None:
    outcome = await company.update({"bankAccounts": [{"iban": "NL91ABNA0417164300"}]})
    assert (outcome.errors, warned(outcome)) == ([], [])
    assert outcome.customer is not None
    [account] = outcome.customer.bank_accounts
    assert (account.iban, account.bic, company.stored()["Iban"]) == ("NL91ABNA0417164300", None, "NL91ABNA0417164300")


async def test_number_of_another_customer_is_a_duplicate(company: Any) -> None:
    other = company.stored(company.named("Kontantkund"))["CustomerNumber"]
    [error] = (await company.update({"number": other})).errors
    assert (error.code, error.path, error.provider_code) == (ErrorCode.DUPLICATE, at("number"), "4000")


async def test_reference_to_nothing_is_told_at_its_place(company: Any) -> None:
    [error] = (await company.update({"deliveryTermId": "00000000-0000-4000-8000-000000000000"})).errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, at("deliveryTermId"))


async def test_support_gets_the_error_id(company: Any) -> None:
    [error] = (await company.update({"addresses": [{"type": "BILLING", "city": " "}]})).errors
    assert error.path == at("addresses", "0", "city")
    assert company.simulator.error_ids[-1] in (error.provider_message or "")


async def test_version_is_the_time_of_the_last_change(company: Any) -> None:
    version = (await company.customer()).version
    assert version is not None
    assert version.startswith(company.stored()["ChangedUtc"][:19])
    outcome = await company.update(PHONE, expected_version=version)
    assert outcome.errors == []
    assert outcome.customer is not None
    assert outcome.customer.version == (await company.customer()).version != version


async def test_somebody_elses_edit_is_a_conflict_with_the_current_record(company: Any) -> None:
    version = (await company.customer()).version
    company.simulator.touch(company.simulator.example_id())
    outcome = await company.update({"notes": "Ny"}, expected_version=version)
    [error] = outcome.errors
    assert isinstance(error, VersionConflict)
    assert error.current.native == company.stored()
    assert company.writes() == []


async def test_race_between_read_and_write_is_told_beforehand(company: Any) -> None:
    for dry_run in (True, False):
        outcome = await company.update({"notes": "Ny"}, dry_run=dry_run)
        assert any("overwritten" in item.message for item in outcome.warnings if item.code is WarningCode.RISK)
    assert WarningCode.RISK not in [item.code for item in (await company.update({"notes": "Ny"})).warnings]


async def test_change_that_brings_nothing_new_is_not_written(company: Any) -> None:
    """So that a refusal by VIES does not stop what needs no call."""
    native_id = company.named("Okänd i VIES AB")
    outcome = await company.update({"companyName": "Okänd i VIES AB"}, native_id)
    assert (outcome.errors, outcome.changes, company.writes()) == ([], [], [])


@pytest.mark.parametrize(
    ("switch", "value", "code"),
    [
        ("company_status", 0, ErrorCode.COMPANY_UNAVAILABLE),
        ("startup_guide_completed", False, ErrorCode.COMPANY_UNAVAILABLE),
        ("has_api_module", False, ErrorCode.MISSING_SCOPE),
    ],
)
async def test_company_that_cannot_be_used_says_why(company: Any, switch: str, value: Any, code: ErrorCode) -> None:
    setattr(company.simulator, switch, value)
    assert codes(await company.update(PHONE)) == [code]
    assert (await company.connection()).status == "ready"


async def test_company_that_is_read_only_shows_and_is_not_updated(company: Any) -> None:
    company.simulator.company_status = 2
    [shown] = await company.gateway.companies("acme")
    assert shown.active is False
    before = company.stored()
    assert len(codes(await company.update(PHONE))) == 1
    assert company.stored() == before


async def test_company_is_that_of_the_token(company: Any) -> None:
    [shown] = await company.gateway.companies("acme")
    assert shown == Company(COMPANY, "Fjällverkstan i Norr AB sandbox", "SE", "Pro", True)


async def test_quota_tells_how_long_to_wait_in_words_only(company: Any, errors_only: Wants) -> None:
    """Without `Retry-After`: the wait is longer than an operation, so nothing is tried again."""
    company.simulator.rate_limit = 1
    assert codes(await company.update({}, wants=errors_only)) == []
    [error] = (await company.update(PHONE)).errors
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None and 50 <= error.retry_after <= 60
    asked = len(company.calls())
    [again] = (await company.update(PHONE)).errors
    assert isinstance(again, RateLimited)
    assert len(company.calls()) == asked, "until then nothing is sent"


async def test_list_filters(company: Any) -> None:
    async def found(**wanted: Any) -> list[str]:
        page = await company.gateway.customers("acme", None, ListFilter(**wanted), 0, 100, set())
        return [customer.native_id for customer in page.customers]

    records = company.simulator.records
    first = company.stored()
    assert await found() == list(records)
    assert await found(number=first["CustomerNumber"]) == [first["Id"]]
    assert await found(name=first["Name"]) == [first["Id"]]
    assert await found(email=first["EmailAddress"]) == [first["Id"]]
    assert await found(name="O'Hara") == []
    inactive = [native_id for native_id, record in records.items() if not record["IsActive"]]
    assert await found(active=False) == inactive != []
    company.simulator.touch(first["Id"])
    since = max(record["ChangedUtc"] for record in records.values() if record["Id"] != first["Id"])
    assert await found(updated_since=since[:19] + "Z") != []
    assert first["Id"] in await found(updated_since=since[:19] + "Z")


@pytest.mark.parametrize("fault", ["reset_after", "html_after", "status_after:500"])
async def test_write_without_a_clear_answer_is_settled_by_the_record(company: Any, fault: str) -> None:
    company.fault(fault)
    outcome = await company.update(PHONE)
    assert outcome.errors == []
    assert company.stored()["Telephone"] == "08-465 004 42"
    assert len(company.writes()) == 1
