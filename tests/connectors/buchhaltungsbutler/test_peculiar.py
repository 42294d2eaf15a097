"""What is peculiar to BuchhaltungsButler, end to end against the strict stand-in: each test is named in `QUIRKS.md`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import structlog

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import ErrorCode
from gql_gateway.model.customer import Company
from gql_gateway.model.enums import ContactType
from gql_gateway.sandbox.buchhaltungsbutler import seeds

UPDATE = "/api/v1/settings/update/debtor"
LIST = "/api/v1/settings/get/debtors"
FIRST = seeds.EVERYTHING
CITY = {"addresses": [{"type": "BILLING", "city": "Laboe"}]}
SECRETS = (seeds.API_KEY, seeds.API_SECRET)


def codes(outcome: Outcome) -> list[ErrorCode]:
    return [error.code for error in outcome.errors]


def warned(outcome: Outcome, code: WarningCode) -> list[str]:
    return [item.path[-1] if item.path else item.message for item in outcome.warnings if item.code is code]


async def test_key_is_in_each_body_and_in_nothing_that_is_shown(books: Any) -> None:
    with structlog.testing.capture_logs() as logs:
        dry = await books.update(CITY, dry_run=True)
        wet = await books.update(CITY)
        companies = await books.gateway.companies("books")
        books.connect(api_key=seeds.FOREIGN_API_KEY)
        bad = await books.update(CITY)
    assert codes(wet) == []
    assert {path for path, _ in books.bodies} == {LIST, UPDATE, "/api/v1/accounts/get"}
    keys = [body.get("api_key") for _, body in books.bodies]
    assert set(keys[:-1]) == {seeds.API_KEY}
    assert keys[-1] == seeds.FOREIGN_API_KEY
    assert all("api_key" not in (call.body or {}) for outcome in (dry, wet, bad) for call in outcome.requests)
    shown = repr((logs, dry, wet, bad, companies, [vars(error) for error in bad.errors]))
    assert [secret for secret in (*SECRETS, seeds.FOREIGN_API_KEY) if secret in shown] == []


async def test_client_and_secret_are_the_basic_authentication(books: Any) -> None:
    books.connect(api_secret="wrong")
    (error,) = (await books.update(CITY)).errors
    assert (error.code, error.provider_code, error.retryable) == (ErrorCode.REAUTHORIZE, "3", False)
    assert books.writes() == []


async def test_key_of_another_client_wants_a_new_connection(books: Any) -> None:
    books.connect(api_key=seeds.FOREIGN_API_KEY)
    (error,) = (await books.update(CITY)).errors
    assert (error.code, error.provider_code) == (ErrorCode.REAUTHORIZE, "4")
    assert "API key" in error.message


@pytest.mark.parametrize("partial", [True, False], ids=["partial", "replaces"])
async def test_one_value_changes_and_all_others_survive_either_reading(books: Any, partial: bool) -> None:
    books.simulator.partial = partial
    before = deepcopy(books.records[FIRST])
    outcome = await books.update(CITY)
    assert outcome.errors == []
    assert books.records[FIRST] == {**before, "city": "Laboe"}
    assert [item.path for item in outcome.changes] == ["addresses[BILLING].city"]
    assert warned(outcome, WarningCode.SIDE_EFFECT) == []
    assert outcome.customer is not None
    assert outcome.customer.native == books.records[FIRST]


async def test_values_go_out_under_the_names_of_requests(books: Any) -> None:
    await books.update(CITY)
    (body,) = books.writes()
    held = books.records[FIRST]
    assert body["additional_address_line"] == held["additional_addressline"] != ""
    assert body["sales_tax_id"] == held["sales_tax_id_eu"] != ""
    assert books.simulator.ignored == []


async def test_update_carries_nothing_that_is_empty(books: Any) -> None:
    books.simulator.empty_values = books.simulator.null_values = "stored"
    await books.update(CITY, "10037")
    assert books.writes() == [{"postingaccount_number": 10037, "name": "Nur ein Name", "city": "Laboe"}]


async def test_values_held_already_are_not_sent_again(books: Any) -> None:
    held = books.records[FIRST]
    outcome = await books.update({"vatId": held["sales_tax_id_eu"], "bankAccounts": [{"iban": held["iban"]}]})
    assert outcome.errors == []
    assert books.writes() == []


async def test_number_is_an_integer_and_compared_as_one(books: Any) -> None:
    outcome = await books.update(CITY, f"000{FIRST}")
    assert outcome.errors == []
    assert books.writes()[0]["postingaccount_number"] == int(FIRST)
    assert outcome.customer is not None
    assert outcome.customer.native_id == FIRST
    assert outcome.customer.id == (await books.read()).id


async def test_customer_on_a_later_page_is_found_and_read_back(books: Any) -> None:
    ordered = sorted(books.records.values(), key=lambda row: (row["name"], int(row["postingaccount_number"])))
    last = ordered[-1]["postingaccount_number"]
    outcome = await books.update({"number": "K-9999"}, last)
    assert outcome.errors == []
    pages = [(entry["body"]["limit"], entry["body"]["offset"]) for entry in books.requests(LIST)]
    assert pages == [(25, 0), (25, 25)] * 2
    assert outcome.customer is not None
    assert outcome.customer.number == "K-9999"


@pytest.mark.parametrize("native_id", ["69997", "00000", "10017x", "", "1" * 5000, "１００２１"])
async def test_unknown_customer_is_not_found(books: Any, native_id: str) -> None:
    outcome = await books.update(CITY, native_id)
    assert codes(outcome) == [ErrorCode.NOT_FOUND]
    assert outcome.errors[0].path == ("customer",)
    assert books.writes() == []


async def test_customer_gone_at_the_write_is_not_found(books: Any) -> None:
    """HTTP 400, code 24."""
    send = books.gateway.shared.outbound.send

    async def lose_it_first(base_url: str, call: Any, **how: Any) -> Any:
        if call.writes:
            del books.records[FIRST]
        return await send(base_url, call, **how)

    books.gateway.shared.outbound.send = lose_it_first
    (error,) = (await books.update(CITY)).errors
    assert (error.code, error.provider_code, error.path) == (ErrorCode.NOT_FOUND, "24", ("customer",))


@pytest.mark.parametrize("word", ["CONTACT_PERSON", "UNDEFINED"])
async def test_only_a_company_can_be_written(books: Any, word: str) -> None:
    outcome = await books.update({"contactType": word, **CITY})
    told = [(error.code, error.path) for error in outcome.errors]
    assert told == [(ErrorCode.NOT_A_CHOICE, ("change", "buchhaltungsbutler", "contactType"))]
    assert books.requests() == []
    assert codes(await books.update({"contactType": "COMPANY", **CITY})) == []
    assert "type" not in books.writes()[0]
    assert (await books.read("10025")).contact_type is ContactType.COMPANY


async def test_clearing_is_refused_before_any_call(books: Any) -> None:
    outcome = await books.update({"companyName": None, "bankAccounts": None, "contactPersons": [{"name": None}]})
    assert set(codes(outcome)) == {ErrorCode.CANNOT_CLEAR}
    assert len(outcome.errors) == 4
    assert books.requests() == []


async def test_contact_person_is_one_text(books: Any) -> None:
    name = "Dr. Gönül Yıldız-Sørensen, Buchhaltung"
    outcome = await books.update({"contactPersons": [{"name": name}]})
    assert books.records[FIRST]["contact_person_name"] == name
    assert outcome.customer is not None
    (person,) = outcome.customer.contact_persons
    assert (person.name, person.first_name, person.last_name) == (name, None, None)


async def test_phone_numbers_have_no_place(books: Any) -> None:
    connector = books.gateway.connectors["buchhaltungsbutler"]
    assert "phone" in connector.table.missing["phoneNumbers"]
    with pytest.raises(ValueError, match="does not take"):
        await books.update({"phoneNumbers": [{"type": "BUSINESS", "number": "1"}]})
    assert (await books.read()).phone_numbers == ()


async def test_refused_value_of_the_record_is_named(books: Any) -> None:
    """An old debtor holds what today's rules refuse; it goes along, because leaving it out might empty it."""
    (error,) = (await books.update(CITY, seeds.STALE)).errors
    assert (error.code, error.path, error.provider_code) == (ErrorCode.INVALID_VALUE, (), "17")
    assert "vatId" in error.message
    better = {
        "vatId": "DE811128135",
        "emailAddresses": [{"type": "BUSINESS", "email": "post@hansen.example"}],
        "bankAccounts": [{"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}],
    }
    assert codes(await books.update({**CITY, **better}, seeds.STALE)) == []


async def test_value_that_the_provider_refuses_is_pointed_at(books: Any) -> None:
    (error,) = (await books.update({**CITY, "bankAccounts": [{"iban": "DE00 1"}]})).errors
    assert (error.code, error.provider_code) == (ErrorCode.INVALID_VALUE, "18")
    assert error.path == ("change", "buchhaltungsbutler", "bankAccounts", "0", "iban")
    (error,) = (await books.update({"addresses": [{"type": "BILLING", "city": " "}]})).errors
    assert error.path == ("change", "buchhaltungsbutler", "addresses", "0", "city")


async def test_customer_number_that_the_update_loses_is_seen(books: Any) -> None:
    """The answer to an update has no customer number: only the list shows what became of it."""
    books.sandbox.fault("buchhaltungsbutler", "ignore_field:customer_number", on=f"POST {UPDATE}")
    outcome = await books.update({"number": "K-77"})
    assert warned(outcome, WarningCode.IGNORED) == ["number"]


async def test_long_values_that_are_cut_are_warned_of(books: Any) -> None:
    books.simulator.longest, books.simulator.cuts_long_values = 40, True
    outcome = await books.update({"addresses": [{"type": "BILLING", "addressLine1": "Kai " * 20 + "x"}]}, "10017")
    assert warned(outcome, WarningCode.CUT) == ["addressLine1"]


async def test_somebody_elses_edit_is_a_conflict(books: Any) -> None:
    version = (await books.read()).version
    books.simulator.touch(FIRST)
    assert codes(await books.update(CITY, expected_version=version)) == [ErrorCode.STALE_VERSION]
    assert books.writes() == []


async def test_pending_import_makes_no_other_version(books: Any) -> None:
    version = (await books.read()).version
    books.records[FIRST]["import_pending"] = 1
    assert (await books.read()).version == version


async def test_risk_is_told_before_and_after(books: Any) -> None:
    for outcome in (await books.update(CITY, dry_run=True), await books.update(CITY)):
        (words,) = warned(outcome, WarningCode.RISK)
        assert "unverified" in words
        assert "overwritten" in words


@pytest.mark.parametrize("fault", ["reset_after", "html_after", "status_after:500", "status_after:504"])
async def test_write_without_a_clear_answer_is_settled_by_the_list(books: Any, fault: str) -> None:
    books.sandbox.fault("buchhaltungsbutler", fault, on=f"POST {UPDATE}")
    outcome = await books.update(CITY)
    assert outcome.errors == []
    assert len(books.writes()) == 1


async def test_reads_are_repeated_and_writes_are_not(books: Any) -> None:
    """Everything is a POST: the path decides, not the verb."""
    books.sandbox.fault("buchhaltungsbutler", "status:503", on=f"POST {LIST}")
    books.sandbox.fault("buchhaltungsbutler", "status:503", on=f"POST {UPDATE}")
    outcome = await books.update(CITY)
    assert codes(outcome) == [ErrorCode.DOWN]
    assert [entry["status"] for entry in books.requests(LIST)][:2] == [503, 200]
    assert [entry["status"] for entry in books.requests(UPDATE)] == [503]


async def test_limit_told_as_403_is_waited_for_like_429(books: Any) -> None:
    books.simulator.rate_limit, books.simulator.limit_status = (0, 60.0), 403
    (error,) = (await books.update(CITY)).errors
    assert (error.code, error.retryable, error.provider_code) == (ErrorCode.RATE_LIMITED, True, "15")
    assert len(books.requests(LIST)) > 1
    assert books.writes() == []


async def test_collective_account_is_never_a_customer(books: Any) -> None:
    books.simulator.lists_collective_account = True
    assert codes(await books.update(CITY, "10000")) == [ErrorCode.NOT_FOUND]
    page = await books.gateway.customers("books", None, ListFilter(), 0, 100, set())
    assert {customer.native_id for customer in page.customers} == set(books.records)


async def test_list_goes_on_until_a_page_is_short(books: Any) -> None:
    total, found, offset, more = len(books.records), [], 0, True
    assert total > 25
    while more:
        page = await books.gateway.customers("books", None, ListFilter(), offset, 10, set())
        found += [customer.native_id for customer in page.customers]
        offset, more = offset + 10, page.more
    assert sorted(found) == sorted(books.records)
    page = await books.gateway.customers("books", None, ListFilter(), 0, total, set())
    assert (len(page.customers), page.more, page.total) == (total, False, None)
    assert all(entry["body"]["limit"] <= 25 for entry in books.requests(LIST))


async def test_list_takes_no_filter(books: Any) -> None:
    from gql_gateway.errors import InvalidChange

    with pytest.raises(InvalidChange, match="filters by nothing"):
        await books.gateway.customers("books", None, ListFilter(number="K-1"), 0, 25, set())
    assert books.requests() == []


async def test_company_is_the_connection_and_tells_whether_it_is_active(books: Any) -> None:
    assert await books.gateway.companies("books") == [Company("books", None, "DE", active=True)]
    books.connect(api_key=seeds.INACTIVE_API_KEY)
    assert await books.gateway.companies("books") == [Company("books", None, "DE", active=False)]
    (error,) = (await books.update(CITY)).errors
    assert (error.code, error.provider_code) == (ErrorCode.MISSING_SCOPE, "11")


async def test_no_cookie_is_sent_back(books: Any) -> None:
    await books.update(CITY)
    await books.update({"number": "K-1"})
    assert books.simulator.cookies_sent_back == []


async def test_details_show_what_can_only_be_read(books: Any) -> None:
    books.records[FIRST] |= {"uid_ch": "CHE-123.456.788", "import_pending": 1}
    details = (await books.read()).details
    assert (details.debtor_account_number, details.swiss_uid, details.import_pending) == (FIRST, "CHE-123.456.788", 1)
