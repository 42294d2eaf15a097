"""What is peculiar to Twinfield, end to end against the strict stand-in: each test is named in `QUIRKS.md`."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
import structlog

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.connectors.twinfield.soap import NO_TOKEN, request_of
from gql_gateway.errors import ErrorCode, GatewayError, RateLimited
from gql_gateway.fields.document import differences, print_path
from gql_gateway.model.connection import ConnectionKey
from gql_gateway.model.enums import AddressType, ContactType

FIXED, FREE = "fixed", "free"  # the two connections of conftest.py
FIRST = "1042"
FULL = "1043"
PROCESS = "/webservices/processxml.asmx"
VALIDATION = "/accesstokenvalidation"
TOKEN = "/connect/token"
ITSELF = {"modified", "touched"}
READINGS = [
    pytest.param(
        members, rows, id=f"{'members stay' if members else 'groups replace'}, rows {'stay' if rows else 'go'}"
    )
    for members in (True, False)
    for rows in (True, False)
]


def codes(outcome: Outcome) -> list[ErrorCode]:
    return [error.code for error in outcome.errors]


def changed(before: Any, after: Any) -> set[str]:
    return {print_path(path) for path, _, _ in differences(before, after)} - ITSELF


def unexpected(outcome: Outcome) -> list[Any]:
    return [warning for warning in outcome.warnings if warning.code is not WarningCode.RISK]


async def test_the_token_is_in_each_soap_header_and_in_nothing_that_is_shown(books: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        dry = await books.update(FIRST, {"notes": "Nieuw"}, dry_run=True)
        wet = await books.update(FIRST, {"notes": "Nieuw"})
        bad = await books.update(FIRST, {"vatCode": "NEE"})
        companies = await books.gateway.companies(FREE)
    assert codes(wet) == [] and codes(bad) == [ErrorCode.INVALID_VALUE]
    secrets = [books.simulator.credentials()[name] for name in ("access_token", "refresh_token", "client_secret")]
    contents = [call.content for call in books.outbound.sent if call.content is not None]
    assert contents and all(f"<AccessToken>{secrets[0]}</AccessToken>".encode() in content for content in contents)
    shown = [call for outcome in (dry, wet, bad) for call in outcome.requests]
    assert all(NO_TOKEN.decode() in str(call.body) for call in shown)
    assert any("Nieuw" in unescape(str(call.body)) for call in dry.requests if call.writes)
    told = repr((logs, dry, wet, bad, companies, [vars(error) for error in bad.errors]))
    assert [secret for secret in secrets if secret in told] == []


async def test_the_cluster_is_asked_for_once(books: Any) -> None:
    for notes in ("een", "twee"):
        assert codes(await books.update(FIRST, {"notes": notes})) == []
    assert books.asked(VALIDATION) == 1
    places = {entry["path"] for entry in books.requests() if not entry["path"].endswith(VALIDATION)}
    assert places == {f"/{books.simulator.cluster}{PROCESS}"}


async def test_an_organisation_that_moved_is_followed_once(books: Any) -> None:
    await books.customer(FIRST)
    books.simulator.cluster = "accounting3"
    outcome = await books.update(FIRST, {"notes": "Verhuisd"})
    assert outcome.errors == []
    assert books.asked(VALIDATION) == 2
    assert books.stored(FIRST)["creditmanagement"]["comment"] == "Verhuisd"
    assert len([entry for entry in books.writes() if entry["status"] == 200]) == 1


async def test_a_wrong_cluster_that_stays_wrong_is_told(books: Any) -> None:
    books.simulator.fault = 108
    [error] = (await books.update(FIRST, {"notes": "x"})).errors
    assert (error.code, error.provider_code, error.retryable) == (ErrorCode.DOWN, "108", True)
    assert books.asked(VALIDATION) == books.asked(PROCESS) == 2


async def test_a_refreshed_token_stays_in_its_cluster_and_the_refresh_token_stays_good(books: Any) -> None:
    await books.customer(FIRST)
    for _ in range(2):
        before = (await books.store.get(ConnectionKey("default", FIXED))).credentials
        books.simulator.expire_tokens()
        assert codes(await books.update(FIRST, {"notes": before["access_token"][:4]})) == []
        after = (await books.store.get(ConnectionKey("default", FIXED))).credentials
        assert after["access_token"] != before["access_token"]
        assert after["refresh_token"] == before["refresh_token"]
    assert (books.asked(VALIDATION), books.asked(TOKEN)) == (1, 2)


async def test_an_expired_token_is_renewed_where_the_cluster_is_asked_for(books: Any) -> None:
    books.simulator.expire_tokens()
    assert codes(await books.update(FIRST, {"notes": "Nieuw"})) == []
    assert (books.asked(VALIDATION), books.asked(TOKEN)) == (2, 1)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_wrong_code_never_makes_a_customer(books: Any, language: Any) -> None:
    books.simulator.language = language
    before = deepcopy(books.simulator.records)
    for values in ({"companyName": "Nieuw"}, {"notes": "x"}, {"active": True}):
        [error] = (await books.update("1999", values)).errors
        assert (error.code, error.path) == (ErrorCode.NOT_FOUND, ("customer",))
    assert books.writes() == []
    assert books.simulator.records == before


async def test_an_office_is_needed_and_has_its_own_customers(books: Any) -> None:
    [error] = (await books.update(FIRST, {"notes": "x"}, company="")).errors
    assert (error.code, error.path[-1]) == (ErrorCode.COMPANY_REQUIRED, "companyId")
    assert "BV200" in [company.id for company in error.companies]
    assert books.writes() == []
    [error] = (await books.update(FIRST, {"notes": "x"}, company="BV900")).errors
    assert (error.code, error.path[-1]) == (ErrorCode.COMPANY_UNAVAILABLE, "companyId")
    before, elsewhere = books.stored(FIRST), deepcopy(books.simulator.elsewhere["BV200"][FIRST])
    assert codes(await books.update(FIRST, {"notes": "In BV200"}, company="BV200")) == []
    assert books.stored(FIRST) == before
    after = books.simulator.elsewhere["BV200"][FIRST]
    assert changed(elsewhere, after) == {"creditmanagement.comment"}


async def test_companies_are_the_offices_of_the_user(books: Any) -> None:
    companies = await books.gateway.companies(FREE)
    assert {"BV100", "BV200"} <= {company.id for company in companies}
    assert all(company.name for company in companies)
    [asked] = [call for call in books.outbound.sent if call.content is not None]
    assert b"CompanyCode" not in asked.content


async def test_only_companies_are_customers(books: Any) -> None:
    outcome = await books.update(FIRST, {"contactType": "CONTACT_PERSON"})
    assert [(error.code, error.path[-1]) for error in outcome.errors] == [(ErrorCode.NOT_A_CHOICE, "contactType")]
    assert books.requests() == []
    assert (await books.customer(FIRST)).contact_type is ContactType.COMPANY


@pytest.mark.parametrize(("members", "rows"), READINGS)
async def test_what_nobody_mentions_survives_either_reading(books: Any, members: bool, rows: bool) -> None:
    books.simulator.readings = replace(books.simulator.readings, members_stay=members, rows_stay=rows)
    for code in books.simulator.records:
        before = books.stored(code)
        outcome = await books.update(code, {"companyName": f"{before['name']} 2"})
        if before["@status"] == "deleted":
            continue
        assert (code, outcome.errors) == (code, [])
        assert changed(before, books.stored(code)) == {"name"}
        assert unexpected(outcome) == []


@pytest.mark.parametrize(("members", "rows"), READINGS)
async def test_one_address_changes_and_the_others_keep_their_values(books: Any, members: bool, rows: bool) -> None:
    books.simulator.readings = replace(books.simulator.readings, members_stay=members, rows_stay=rows)
    records = books.simulator.records.items()
    [code, *_] = [c for c, it in records if len(it["addresses"]["address"]) == 3 and it["banks"]["bank"]]
    before = books.stored(code)
    change = {"addresses": [{"type": "OTHER", "city": "Zandvoort"}], "bankAccounts": [{"holder": "Nieuw"}]}
    outcome = await books.update(code, change)
    assert outcome.errors == []
    after = books.stored(code)
    other = next(i for i, row in enumerate(before["addresses"]["address"]) if row["@type"] == "postal")
    main = next(i for i, row in enumerate(before["banks"]["bank"]) if row["@default"] == "true")
    assert changed(before, after) == {f"addresses.address[{other}].city", f"banks.bank[{main}].ascription"}


async def test_vat_and_chamber_number_are_those_of_the_default_address(books: Any) -> None:
    tried = set()
    for code, record in books.simulator.records.items():
        rows = record["addresses"]["address"]
        main = next((index for index, row in enumerate(rows) if row["@default"] == "true"), None)
        if main is None:
            continue
        tried.add(main)
        before = books.stored(code)
        outcome = await books.update(code, {"vatId": "NL001234567B02", "taxNumber": "11223344"})
        assert outcome.errors == []
        row = f"addresses.address[{main}]"
        assert changed(before, books.stored(code)) == {f"{row}.field4", f"{row}.field5"}
        assert (outcome.customer.vat_id, outcome.customer.tax_number) == ("NL001234567B02", "11223344")
    assert tried > {0}, "in one of the seeds the default address is not the first"


async def test_the_first_address_and_account_of_a_customer_are_the_default_ones(books: Any) -> None:
    [bare, *_] = [code for code, record in books.simulator.records.items() if not record["addresses"]["address"]]
    outcome = await books.update(
        bare,
        {
            "vatId": "NL001234567B02",
            "addresses": [{"type": "OTHER", "city": "Zandvoort"}],
            "bankAccounts": [{"iban": "NL46TEST0001000000"}],
        },
    )
    assert outcome.errors == []
    assert unexpected(outcome) == []
    rows = books.stored(bare)["addresses"]["address"]
    assert sum(row["@default"] == "true" for row in rows) == 1
    assert outcome.customer.vat_id == "NL001234567B02"
    assert outcome.customer.bank_accounts[0].iban == "NL46TEST0001000000"


async def test_every_address_and_account_is_read(books: Any) -> None:
    for code, record in books.simulator.records.items():
        customer = await books.customer(code)
        assert len(customer.bank_accounts) == len(record["banks"]["bank"])
        types = [row["@type"] for row in record["addresses"]["address"]]
        read = {AddressType.BILLING: "invoice", AddressType.VISITING: "contact", AddressType.OTHER: "postal"}
        assert sorted(read[address.type] for address in customer.addresses) == sorted(types)


async def test_direct_debit_and_means_of_payment_go_together(books: Any) -> None:
    outcome = await books.update(FIRST, {"directDebitAllowed": True})
    assert outcome.errors == []
    money = books.stored(FIRST)["financials"]
    assert (money["payavailable"], money["meansofpayment"]) == ("true", "paymentfile")
    assert codes(await books.update(FIRST, {"directDebitAllowed": False})) == []
    money = books.stored(FIRST)["financials"]
    assert (money["payavailable"], money["meansofpayment"]) == ("false", "none")


async def test_codes_keep_their_zeros(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, loses_zeros=True)
    outcome = await books.update("0042", {"receivableAccount": "0130", "notes": "Nullen"})
    assert outcome.errors == []
    assert unexpected(outcome) == []
    assert outcome.customer is not None
    assert (outcome.customer.native_id, outcome.customer.number) == ("0042", "0042")
    assert outcome.customer.details.receivable_account == "0130"
    assert "42" not in books.simulator.records


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_refusal_is_told_at_its_value_whatever_the_language(books: Any, language: Any) -> None:
    books.simulator.language = language
    before = books.stored(FIRST)
    [error] = (await books.update(FIRST, {"notes": "x", "paymentMethod": "NEE"})).errors
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "twinfield", "paymentMethod"))
    assert error.provider_code == "result=0"
    assert error.provider_message.startswith("financials.paycode: ")
    assert books.stored(FIRST) == before


async def test_a_warning_beside_a_success_is_a_success(books: Any) -> None:
    books.simulator.warnings = {"name": "Deze naam bestaat al."}
    outcome = await books.update(FIRST, {"companyName": "Dubbel B.V."})
    assert outcome.errors == []
    told = [(warning.code, warning.message) for warning in unexpected(outcome)]
    assert told == [(WarningCode.TOLD, "Twinfield adds: name: Deze naam bestaat al.")]
    assert outcome.customer.native == books.stored(FIRST)


async def test_a_deleted_customer_is_not_deleted_again(books: Any) -> None:
    books.simulator.records[FIRST]["@status"] = "deleted"
    customer = await books.customer(FIRST)
    assert (customer.active, customer.details.deleted) == (False, True)
    assert codes(await books.update(FIRST, {"notes": "x"})) == [ErrorCode.UNSUPPORTED]
    assert books.writes() == []


async def test_a_customer_is_put_out_of_use_and_back(books: Any) -> None:
    for active, word in ((False, "inactive"), (True, "active")):
        before = books.stored(FIRST)
        outcome = await books.update(FIRST, {"active": active})
        assert outcome.errors == []
        assert changed(before, books.stored(FIRST)) == {"@status"}
        assert books.stored(FIRST)["@status"] == word


async def test_the_list_is_searched_and_paged(books: Any) -> None:
    total, found, offset, more = len(books.simulator.records), [], 0, True
    while more:
        page = await books.customers(offset, 10)
        found += [customer.native_id for customer in page.customers]
        offset, more = offset + 10, page.more
    assert sorted(found) == sorted(books.simulator.records)
    assert books.asked("/webservices/finder.asmx") == total // 10 + bool(total % 10)
    assert [item.native_id for item in (await books.customers(number="0042")).customers] == ["0042"]
    assert (await books.customers(number="42")).customers == []
    name = books.stored(FIRST)["name"]
    assert FIRST in [item.native_id for item in (await books.customers(name=name[3:9])).customers]
    assert (await books.customers(name="no such name")).customers == []
    assert books.asked(PROCESS) == 0


async def test_only_customers_changed_since_are_listed(books: Any) -> None:
    since = (await books.customer(FIRST)).updated_at
    assert codes(await books.update(FIRST, {"notes": "Nieuw"})) == []
    moment = (await books.customer(FIRST)).updated_at
    assert moment > since
    listed = [item.native_id for item in (await books.customers(updated_since=moment.isoformat())).customers]
    assert listed == [FIRST]


async def test_a_list_with_more_than_code_and_name_reads_each_customer(books: Any) -> None:
    wanted = frozenset({"number", "website"})
    from gql_gateway.connectors.base import ListFilter

    page = await books.gateway.customers(FIXED, None, ListFilter(), 0, 3, wanted)
    assert [customer.website for customer in page.customers] == [
        books.stored(customer.native_id)["website"] or None for customer in page.customers
    ]
    assert books.asked(PROCESS) == 3


async def test_an_update_takes_five_credits_of_which_the_write_takes_three(books: Any) -> None:
    books.limiter.limited = True
    books.gateway.shared.deadline = 3.0
    outcomes = [await books.update(FIRST, {"notes": str(number)}) for number in range(6)]
    assert [codes(outcome) for outcome in outcomes[:5]] == [[]] * 5
    [error] = outcomes[5].errors
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None and 0 < error.retry_after <= 60
    assert len(books.writes()) == 5


async def test_the_time_to_wait_is_that_of_the_answer(books: Any) -> None:
    books.simulator.rate_limit = 0
    books.gateway.shared.deadline = 2.0
    [error] = (await books.update(FIRST, {"notes": "x"})).errors
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None and error.retry_after > 0


async def test_the_header_has_the_element_that_may_be_nothing(books: Any) -> None:
    assert books.simulator.needs_company_id
    assert codes(await books.update(FIRST, {"notes": "x"})) == []
    assert all(b"CompanyId" in call.content for call in books.outbound.sent if call.content is not None)


async def test_the_company_of_the_header_and_of_the_document_are_one(books: Any) -> None:
    assert codes(await books.update("1099", {"notes": "x"}, company="BV200")) == []
    for call in books.outbound.sent:
        if call.content is not None and b"CompanyCode" in call.content:
            assert b"<CompanyCode>BV200</CompanyCode>" in call.content
            assert request_of(call.content).findtext("office") == "BV200"


async def test_a_version_is_the_time_of_the_last_change_and_its_counter(books: Any) -> None:
    first = (await books.customer(FIRST)).version
    assert first == f"{books.stored(FIRST)['modified']}-{books.stored(FIRST)['touched']}"
    books.simulator.records[FIRST]["touched"] = "99"
    outcome = await books.update(FIRST, {"notes": "x"}, expected_version=first)
    assert codes(outcome) == [ErrorCode.STALE_VERSION]
    assert books.writes() == []


async def test_details_show_what_only_twinfield_knows(books: Any) -> None:
    details = (await books.customer(FULL)).details
    record = books.stored(FULL)
    assert details.uid == record["uid"]
    assert details.behaviour == record["behaviour"]
    assert details.groups == [row["#text"] if isinstance(row, dict) else row for row in record["groups"]["group"]]
    assert details.in_use == (record["inuse"] == "true")


@pytest.mark.parametrize("code", ["a\x00b", "\ud800", "x" * 300, "*", "10?2", "../1042", "DEB"])
async def test_no_code_is_an_accident(books: Any, code: str) -> None:
    try:
        outcome = await books.update(code, {"notes": "x"})
    except GatewayError:
        return
    assert codes(outcome) and codes(outcome)[0] in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_VALUE)
    assert books.writes() == []
