"""What is peculiar to Exact Online, end to end against the strict simulator. `QUIRKS.md` tells why."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    PartlyApplied,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
)
from gql_gateway.model.connection import ConnectionKey, Credentials
from gql_gateway.model.enums import ContactType
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.sandbox.exact_online import ExactOnlineSimulator
from tests.support.trial import ERRORS_ONLY, Document, Trial

DIVISION, SISTER, FORBIDDEN = "3141592", "3141593", "3141597"
FIRST, BAKERY = "5b0f8a52-7c1d-4f0e-9a37-2d1c5e8f6a10", "9ccad5c6-b19a-57ef-9935-0723932d7cc3"
NOBODY = "00000000-0000-4000-8000-000000000000"
PARTS = ("Addresses", "Contacts", "BankAccounts")
MANY: Document = {
    "tradeName": "Nieuw",
    "addresses": [
        {"type": "BILLING", "addressLine1": "Postbus 9", "countryCode": "NL"},
        {"type": "OTHER", "city": "Delft"},
    ],
    "contactPersons": [
        {"firstName": "Joris", "lastName": "Molenaar", "jobTitle": "Directeur"},
        {"firstName": "Anna", "lastName": "Smit"},
    ],
    "bankAccounts": [{"iban": "BE71096123456769"}],
}


def account(books: Trial, native_id: str = FIRST) -> Document:
    found: Document = books.simulator.records[native_id]["Account"]
    return found


def only_error(outcome: Outcome) -> GatewayError:
    [error] = outcome.errors
    return error


def told(outcome: Outcome) -> list[tuple[WarningCode, tuple[str, ...]]]:
    return [(warning.code, warning.path) for warning in outcome.warnings]


def made(books: Trial) -> list[str]:
    """The writes that were carried out, by verb and resource."""
    done = [entry for entry in books.writes() if entry["status"] in (201, 204)]
    return [f"{entry['method']} {entry['path'].partition('/crm/')[2].partition('(')[0]}" for entry in done]


def counts(books: Trial, native_id: str = FIRST) -> list[int]:
    record = books.simulator.records[native_id]
    return [len(record[part]) for part in PARTS]


async def test_a_write_is_answered_with_nothing_and_read_back(books: Trial) -> None:
    outcome = await books.update(FIRST, {"notes": "Belt liever"})
    [write] = books.writes()
    assert write["status"] == 204
    assert outcome.customer is not None
    assert (outcome.customer.notes, outcome.warnings) == ("Belt liever", [])


async def test_the_number_is_sent_when_it_changes_and_not_otherwise(books: Trial) -> None:
    """Exact refuses the number that the account has."""
    same = await books.update(FIRST, {"number": "42", "tradeName": "Nieuw"})
    assert same.errors == []
    assert books.writes()[0]["body"] == {"TradeName": "Nieuw"}
    assert (await books.update(FIRST, {"number": "00042"})).errors == []
    assert account(books)["Code"] == "00042".rjust(18)
    taken = only_error(await books.update(FIRST, {"number": "1001"}))
    assert isinstance(taken, ProviderRejected)
    assert taken.provider_message == "Already exists: Account 1001"


async def test_nothing_padded_is_written_and_nothing_padded_is_shown(books: Trial) -> None:
    values = {"language": "EN-GB", "vatCode": "VN", "number": "77"}
    outcome = await books.update(FIRST, {**values, "addresses": [{"type": "VISITING", "countryCode": "BE"}]})
    assert outcome.errors == []
    [write] = books.writes()
    assert write["body"] == {"Code": "77", "Country": "BE", "Language": "EN-GB", "SalesVATCode": "VN"}
    assert outcome.customer is not None
    shown = (outcome.customer.number, outcome.customer.language, outcome.customer.details.vat_code)
    assert shown == ("77", "EN-GB", "VN")


async def test_a_rule_told_as_500_is_a_refusal_and_not_tried_again(books: Trial) -> None:
    error = only_error(await books.update(FIRST, {"paymentTerms": "45"}))
    assert (type(error), error.code, error.retryable) == (ProviderRejected, ErrorCode.INVALID_VALUE, False)
    assert [entry["status"] for entry in books.writes()] == [500]


async def test_an_inactive_currency_that_is_swallowed_is_told(books: Trial) -> None:
    """Exact answers 204 and empties the field."""
    outcome = await books.update(FIRST, {"currency": "DKK"})
    assert outcome.errors == []
    assert account(books)["SalesCurrency"] is None
    [warning] = outcome.warnings
    assert warning.code is WarningCode.IGNORED
    assert (warning.path, warning.sent, warning.stored) == (("change", "exactOnline", "currency"), "DKK", None)


async def test_null_that_is_passed_by_is_told(books: Trial, exact: ExactOnlineSimulator) -> None:
    """That null empties a field is unverified."""
    exact.readings = replace(exact.readings, null_clears=False)
    outcome = await books.update(FIRST, {"website": None})
    assert told(outcome) == [(WarningCode.IGNORED, ("change", "exactOnline", "website"))]


@pytest.mark.parametrize("linked", [True, False])
async def test_the_visit_address_is_written_through_the_account(
    books: Trial, exact: ExactOnlineSimulator, linked: bool
) -> None:
    """Whether the account's block and the row of type 1 are one is unverified: the row is left alone."""
    exact.readings = replace(exact.readings, links_visit_address=linked)
    outcome = await books.update(FIRST, {"addresses": [{"type": "VISITING", "city": "Utrecht"}]})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert made(books) == ["PUT Accounts"]
    assert account(books)["City"] == "Utrecht"


@pytest.mark.parametrize("mirrors", [True, False])
async def test_the_business_address_of_a_contact_stays(
    books: Trial, exact: ExactOnlineSimulator, mirrors: bool
) -> None:
    exact.readings = replace(exact.readings, mirrors_contact_mail=mirrors)
    [contact] = books.simulator.records[FIRST]["Contacts"]
    business = contact["BusinessEmail"]
    change = {"id": contact["ID"], "emailAddresses": [{"type": "OTHER", "email": "prive@joris.example"}]}
    outcome = await books.update(FIRST, {"contactPersons": [change]})
    assert (outcome.errors, outcome.warnings) == ([], [])
    [after] = books.simulator.records[FIRST]["Contacts"]
    assert (after["Email"], after["BusinessEmail"]) == ("prive@joris.example", business)


async def test_inactive_is_a_last_day_in_the_past(books: Trial) -> None:
    outcome = await books.update(FIRST, {"active": False})
    assert outcome.errors == []
    assert account(books)["EndDate"] is not None
    assert account(books)["Blocked"] is False
    assert outcome.customer is not None
    assert outcome.customer.active is False
    assert (await books.customer(FIRST)).active is False
    assert (await books.update(FIRST, {"active": True})).errors == []
    assert account(books)["EndDate"] is None


async def test_a_private_person_is_told_by_the_main_contact(books: Trial) -> None:
    person = next(native_id for native_id in books.ids if account(books, native_id)["Name"] == "Jan-Willem O'Neil")
    assert (await books.customer(person)).contact_type is ContactType.CONTACT_PERSON
    assert (await books.customer(FIRST)).contact_type is ContactType.COMPANY


STEPS = ("PUT Accounts", "PUT Addresses", "POST Addresses", "PUT Contacts", "POST Contacts", "POST BankAccounts")


async def test_one_update_writes_to_four_resources(books: Trial) -> None:
    before = counts(books)
    outcome = await books.update(FIRST, MANY)
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert tuple(made(books)) == STEPS
    assert counts(books) == [size + 1 for size in before]


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("fault", ["status:400", "status:500", "timeout_before"])
async def test_a_second_identical_call_finishes_the_rest(books: Trial, at: int, fault: str) -> None:
    books.mount.faults.hold = 0.2
    books.gateway.shared.deadline = 5.0
    before = counts(books)
    verb, name = STEPS[at].split()
    books.fault(fault, on=f"{verb} /api/v1/{DIVISION}/crm/{name}")

    error = only_error(await books.update(FIRST, MANY))

    assert isinstance(error, PartlyApplied)
    assert len(error.applied) == at
    assert 1 + len(error.applied) + len(error.not_tried) == len(STEPS)
    assert tuple(made(books)) == STEPS[:at]
    books.forget()
    outcome = await books.update(FIRST, MANY)
    assert outcome.errors == []
    assert tuple(made(books)) == STEPS[at:]
    assert counts(books) == [size + 1 for size in before], "nothing was made twice"


@pytest.mark.parametrize("at", range(6))
async def test_a_step_whose_answer_was_lost_is_settled_and_not_made_twice(books: Trial, at: int) -> None:
    before = counts(books)
    verb, name = STEPS[at].split()
    books.fault("reset_after", on=f"{verb} /api/v1/{DIVISION}/crm/{name}")
    outcome = await books.update(FIRST, MANY)
    assert outcome.errors == []
    assert counts(books) == [size + 1 for size in before]
    assert len(books.writes()) == len(STEPS)


async def test_companies_are_those_granted(books: Trial) -> None:
    companies = await books.gateway.companies(books.connection_id)
    assert [(company.id, company.active) for company in companies][:2] == [(DIVISION, True), (SISTER, True)]
    assert FORBIDDEN not in {company.id for company in companies}
    assert {company.country_code for company in companies} == {"NL"}


async def test_a_company_is_needed_where_none_is_fixed(books: Trial) -> None:
    await unfix(books)
    with pytest.raises(ConnectionProblem) as raised:
        await books.gateway.customer(Ref(books.connection_id, FIRST))
    assert raised.value.code is ErrorCode.COMPANY_REQUIRED
    assert (await books.gateway.customer(Ref(books.connection_id, FIRST, DIVISION))).number == "42"
    with pytest.raises(ConnectionProblem) as raised:
        await books.gateway.customer(Ref(books.connection_id, FIRST, FORBIDDEN))
    assert raised.value.code is ErrorCode.COMPANY_UNAVAILABLE
    with pytest.raises(ProviderRejected) as lost:
        await books.gateway.customer(Ref(books.connection_id, FIRST, SISTER))
    assert lost.value.code is ErrorCode.NOT_FOUND


async def unfix(books: Trial) -> None:
    """The same connection, without a company of its own."""
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    books.connection_id = f"{connection.id}-free"
    await books.store.add(replace(connection, id=books.connection_id, company_id=None, generation=0))


async def listed(books: Trial, offset: int = 0, limit: int = 100, **wanted: Any) -> list[str]:
    page = await books.gateway.customers(
        books.connection_id, None, ListFilter(**wanted), offset, limit, frozenset({"companyName"})
    )
    return [customer.native_id for customer in page.customers]


async def test_every_customer_is_on_the_list_once_whatever_the_stretch(books: Trial) -> None:
    whole = await listed(books)
    assert set(whole) == {i for i in books.ids if account(books, i)["Status"] == "C"}
    stretches = [await listed(books, offset, 7) for offset in range(0, len(whole) + 7, 7)]
    assert [native_id for stretch in stretches for native_id in stretch] == whole


async def test_filters(books: Trial) -> None:
    assert await listed(books, number="42") == [FIRST]
    assert await listed(books, name="Molenaar Techniek B.V.") == [FIRST]
    assert len(await listed(books, name="Café 't Hoekje")) == 1
    assert await listed(books, email=account(books)["Email"]) == [FIRST]
    assert await listed(books, updated_since="2026-11-01T00:00:00Z") == []
    await books.update(FIRST, {"tradeName": "Nieuw"}, ERRORS_ONLY)
    assert await listed(books, updated_since="2026-11-01T00:00:00Z") == [FIRST]


async def test_a_list_shows_what_it_says_it_shows(books: Trial) -> None:
    page = await books.gateway.customers(
        books.connection_id, None, ListFilter(number="42"), 0, 5, books.connector.listed or frozenset()
    )
    [listed] = page.customers
    whole = await books.customer(FIRST)
    for name in ("company_name", "number", "vat_id", "email_addresses", "currency", "language", "active", "notes"):
        assert getattr(listed, name) == getattr(whole, name)


async def test_the_key_is_never_locked_by_refusals(books: Trial, exact: ExactOnlineSimulator) -> None:
    """Whatever is refused how often, Exact sees no more than the budget: eight, of the ten that it allows."""
    codes = []
    for number in range(14):
        error = only_error(await books.update(FIRST, {"language": f"x{number}"}))
        codes.append(error.code)
    assert codes == [ErrorCode.INVALID_VALUE] * 8 + [ErrorCode.RATE_LIMITED] * 6
    refused = [entry for entry in books.requests() if entry["status"] == 400]
    assert len(refused) == 8
    error = only_error(await books.update(FIRST, {"notes": "fine"}))
    assert isinstance(error, RateLimited)
    assert error.retryable
    assert error.retry_after is not None
    assert 3500 < error.retry_after <= 3600
    assert "lock" in error.message
    # The key still works, at other endpoints of the company.
    assert await books.gateway.companies(books.connection_id)


async def test_what_is_wrong_for_certain_costs_no_refusal(books: Trial) -> None:
    for change in ({"number": "A1"}, {"mainContactId": "x"}, {"invoicingMethod": "FAX"}, {"currency": "euro"}):
        await books.update(FIRST, change)
    for native_id in ("42", NOBODY):
        with pytest.raises(ProviderRejected) as raised:
            await books.customer(native_id)
        assert raised.value.code is ErrorCode.NOT_FOUND
    assert [entry for entry in books.requests() if entry["status"] >= 400] == []


async def test_a_minute_used_up_is_waited_for_before_anything_is_refused(
    books: Trial, exact: ExactOnlineSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headers of the last answer that was still given tell it."""
    exact.rate_limit = (60, 5000)
    held: list[tuple[str, float]] = []
    monkeypatch.setattr(books.gateway.shared.outbound, "hold", lambda key, seconds: held.append((key, seconds)))
    call = Call("me", "GET", f"/api/v1/{DIVISION}/crm/Accounts", (("$filter", f"ID eq guid'{FIRST}'"), ("$top", "1")))
    answers = [await books.send(call) for _ in range(60)]
    assert {answer.status for answer in answers} == {200}
    [(key, seconds)] = held
    assert key == f"default\n{books.connection_id}/{DIVISION}"
    assert 0 < seconds <= 61


async def test_the_refresh_waits_for_its_time_and_is_no_dead_connection(
    books: Trial, exact: ExactOnlineSimulator
) -> None:
    now = [time.time()]
    exact.clock = lambda: now[0]
    exact.reset()
    await books.reconnect()
    books.gateway.shared.keeper._clock = lambda: now[0]
    exact.expire_tokens()
    assert (await books.update(FIRST, {"notes": "1"})).errors == []
    assert len(books.token_requests()) == 1
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    assert float(connection.credentials["expires_at"]) - now[0] == pytest.approx(600, abs=2)

    # The provider takes the token no longer, long before it gives another.
    now[0] += 100
    broken = Credentials({**connection.credentials, "access_token": "stampNL001.broken"})
    assert await books.store.store_credentials(connection.key, broken, generation=connection.generation)
    error = only_error(await books.update(FIRST, {"notes": "2"}))
    assert isinstance(error, ProviderUnavailable)
    assert error.retryable
    assert len(books.token_requests()) == 1, "it would have been refused"
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    assert connection.status == "ready"

    now[0] += 480
    assert (await books.update(FIRST, {"notes": "3"})).errors == []
    assert [entry["status"] for entry in books.token_requests()] == [200, 200]


async def test_a_refresh_that_is_refused_as_too_early_is_no_dead_connection(
    books: Trial, exact: ExactOnlineSimulator
) -> None:
    """A connection of which nobody knows when its token was given."""
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    broken = Credentials({**connection.credentials, "access_token": "stampNL001.broken"})
    assert await books.store.store_credentials(connection.key, broken, generation=connection.generation)
    error = only_error(await books.update(FIRST, {"notes": "2"}))
    assert isinstance(error, ProviderUnavailable)
    [refused] = books.token_requests()
    assert refused["status"] == 400
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    assert connection.status == "ready"


async def test_many_at_once_with_an_ended_token_lock_nothing(
    books: Trial, exact: ExactOnlineSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = books.gateway.shared.outbound.send

    async def send_slowly(*call: Any, **how: Any) -> Answer:
        answer = await send(*call, **how)
        await asyncio.sleep(0.2)  # time for all of them to be under way
        return answer

    monkeypatch.setattr(books.gateway.shared.outbound, "send", send_slowly)
    exact.expire_tokens()
    outcomes = await asyncio.gather(
        *(books.update(native_id, {"notes": "x"}, ERRORS_ONLY) for native_id in books.ids[:20])
    )
    assert [outcome.errors for outcome in outcomes] == [[]] * 20
    assert 1 <= len([entry for entry in books.requests() if entry["status"] == 401]) <= 3


async def test_tokens_are_asked_for_at_the_host_of_the_country(books: Trial, exact: ExactOnlineSimulator) -> None:
    """App, tokens and company belong to one host: a connection that names it needs no second address."""
    connection = await books.store.get(ConnectionKey("default", books.connection_id))
    assert connection is not None
    assert connection.base_url is not None
    german = replace(
        connection,
        id="german",
        credentials=Credentials(exact.credentials_at("de")),
        company_id="2718281",
        base_url=f"{connection.base_url}/de",
        token_url=None,
        generation=0,
    )
    await books.store.add(german)
    exact.expire_tokens()
    assert [company.id for company in await books.gateway.companies("german")] == ["2718281"]
