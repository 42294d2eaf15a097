"""What only FreshBooks does, end to end against the strict simulator."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Wants
from gql_gateway.errors import ConnectionProblem, ErrorCode, PartlyApplied, ProviderRejected, VersionConflict
from gql_gateway.model.connection import ConnectionKey
from gql_gateway.sandbox.freshbooks.businesses import (
    CANCELLED_ACCOUNT,
    FOREIGN_ACCOUNT,
    HOME_ACCOUNT,
    TRIAL_ACCOUNT,
    UNLINKED_ACCOUNT,
)

RICH = "778900"
BIKES = "778899"
MEI = "779003"
ERRORS_ONLY = Wants(customer=False, changes=False, warnings=False)


def told(outcome: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(error.code.name, error.path) for error in outcome.errors]


def contacts(client: dict[str, Any]) -> list[dict[str, Any]]:
    """Without the ids, which change with every write."""
    return [{name: value for name, value in entry.items() if name != "contactid"} for entry in client["contacts"]]


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]} - {"updated"}


# The company is the account id.


async def test_a_company_has_to_be_named(books: Any) -> None:
    assert books.gateway.connectors["freshbooks"].manifest.company_required  # callers see it in `integrations`
    outcome = await books.update(BIKES, {"notes": "x"}, company="")
    assert told(outcome) == [("COMPANY_REQUIRED", ("customer", "native", "companyId"))]
    assert HOME_ACCOUNT in [company.id for company in outcome.errors[0].companies]
    assert books.bodies() == []


async def test_the_company_is_the_account_and_not_the_business(books: Any) -> None:
    companies = await books.gateway.companies("free")
    assert [(item.id, item.country_code, item.subscription, item.active) for item in companies] == [
        (HOME_ACCOUNT, "CA", "active", True),
        (TRIAL_ACCOUNT, "US", "active_trial", True),
        (CANCELLED_ACCOUNT, "GB", "cancelled", False),
        (UNLINKED_ACCOUNT, "CA", "active", True),
    ]
    for wrong in ("439001", "046cc001-0002-4e93-9db1-000000439001", FOREIGN_ACCOUNT):
        outcome = await books.update(BIKES, {"notes": "x"}, company=wrong)
        assert told(outcome) == [("COMPANY_UNAVAILABLE", ("customer", "native", "companyId"))]
    assert books.bodies() == []


@pytest.mark.parametrize(
    ("account", "native_id"), [(HOME_ACCOUNT, BIKES), (TRIAL_ACCOUNT, "801001"), (UNLINKED_ACCOUNT, "803001")]
)
async def test_each_account_has_its_own_clients(books: Any, account: str, native_id: str) -> None:
    outcome = await books.update(native_id, {"notes": "Ours"}, company=account)
    assert outcome.errors == []
    assert outcome.customer.company_id == account
    holder = books.simulator.records if account == HOME_ACCOUNT else books.simulator.elsewhere[account]
    assert holder[native_id]["note"] == "Ours"


async def test_a_client_of_another_account_is_not_found(books: Any) -> None:
    outcome = await books.update("801001", {"notes": "x"}, company=HOME_ACCOUNT)
    assert told(outcome) == [("NOT_FOUND", ("customer",))]


async def test_an_account_without_subscription_is_told_apart(books: Any) -> None:
    outcome = await books.update("802001", {"notes": "x"}, company=CANCELLED_ACCOUNT)
    [error] = outcome.errors
    assert isinstance(error, ConnectionProblem)
    assert (error.code, error.provider_code) == (ErrorCode.COMPANY_UNAVAILABLE, "1042")


# The contact type never changes.


@pytest.mark.parametrize(("native_id", "other"), [(BIKES, "CONTACT_PERSON"), (MEI, "COMPANY")])
async def test_the_contact_type_can_be_given_and_never_changed(books: Any, native_id: str, other: str) -> None:
    before = books.stored(native_id)
    outcome = await books.update(native_id, {"contactType": other, "notes": "x"})
    assert told(outcome) == [("UNSUPPORTED", ("change", "freshbooks", "contactType"))]
    assert "cannot be changed" in outcome.errors[0].message
    assert books.bodies() == []
    assert books.stored(native_id) == before
    own = {"COMPANY", "CONTACT_PERSON"} - {other}
    outcome = await books.update(native_id, {"contactType": own.pop(), "notes": "x"})
    assert outcome.errors == []
    assert books.bodies() == [{"client": {"note": "x"}}]


async def test_no_other_value_turns_a_person_into_a_company(books: Any) -> None:
    for values, at in (
        ({"companyName": "Zhang Paper Ltd"}, ("companyName",)),
        ({"contactPersons": [{"isPrimary": True, "lastName": "Okafor"}]}, ("contactPersons", "0", "lastName")),
    ):
        outcome = await books.update(MEI, values)
        assert told(outcome) == [("UNSUPPORTED", ("change", "freshbooks", *at))]
    assert books.bodies() == []
    together = {"companyName": "Mei Okafor", "contactPersons": [{"isPrimary": True, "lastName": "Okafor"}]}
    outcome = await books.update(MEI, together)
    assert outcome.errors == []
    assert outcome.customer.contact_type.name == "CONTACT_PERSON"
    assert (books.stored(MEI)["organization"], books.stored(MEI)["lname"]) == ("Mei Okafor", "Okafor")


# Errors inside a 200.


@pytest.mark.parametrize("dialect", ["classic", "newer"])
async def test_an_error_inside_a_success_is_an_error(books: Any, dialect: str) -> None:
    books.simulator.statuses = dict.fromkeys(books.simulator.statuses, 200)
    books.simulator.dialect = dialect
    before = books.stored(BIKES)
    outcome = await books.update(BIKES, {"vatName": "x" * 300, "notes": "y"})
    [error] = outcome.errors
    assert isinstance(error, ProviderRejected)
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "freshbooks", "vatName"))
    assert error.provider_code == "1017"
    assert books.stored(BIKES) == before
    assert books.calls() == ["GET 778899 200", "PUT 778899 200"]

    outcome = await books.update("1", {"notes": "y"})
    assert told(outcome) == [("NOT_FOUND", ("customer",))]


async def test_rights_are_told_apart_from_a_bad_token(books: Any) -> None:
    books.simulator.scopes = {"user:profile:read", "user:clients:read"}
    outcome = await books.update(BIKES, {"notes": "y"})
    assert told(outcome) == [("MISSING_SCOPE", ())]
    assert books.calls() == ["GET 778899 200", "PUT 778899 403"]


async def test_somebody_writing_at_the_same_moment_is_a_conflict(books: Any) -> None:
    books.simulator.busy.add(BIKES)
    outcome = await books.update(BIKES, {"notes": "y"})
    [error] = outcome.errors
    assert isinstance(error, VersionConflict)
    assert error.current.notes == "Prefers deliveries on Tuesdays"


# The list of contacts is replaced whole.


async def test_contacts_that_nobody_mentions_survive(books: Any) -> None:
    before = books.stored(RICH)
    first, second, third = (str(entry["contactid"]) for entry in before["contacts"])
    outcome = await books.update(RICH, {"contactPersons": [{"id": second, "lastName": "Tremblay-Roy"}]})
    assert outcome.errors == []
    after = books.stored(RICH)
    wanted = contacts(before)
    wanted[1]["lname"] = "Tremblay-Roy"
    assert contacts(after) == wanted
    assert changed(before, after) == {"contacts"}
    assert {entry["contactid"] for entry in after["contacts"]}.isdisjoint(map(int, (first, second, third)))
    assert [(item.path, item.after) for item in outcome.changes] == [("contactPersons[2].lastName", "Tremblay-Roy")]
    assert [warning.code for warning in outcome.warnings] == [WarningCode.RISK]
    assert books.simulator.ignored == []


async def test_an_update_of_anything_else_sends_no_contacts(books: Any) -> None:
    before = books.stored(RICH)
    outcome = await books.update(RICH, {"notes": "x", "emailAddresses": [{"type": "BUSINESS", "email": "a@b.example"}]})
    assert outcome.errors == []
    assert books.bodies() == [{"client": {"email": "a@b.example", "note": "x"}}]
    assert books.stored(RICH)["contacts"] == before["contacts"]


async def test_contacts_are_changed_known_again_and_added_in_one_update(books: Any) -> None:
    before = books.stored(RICH)
    values = {
        "contactPersons": [
            {"isPrimary": True, "firstName": "Anne"},
            {"firstName": "Zoë", "emailAddresses": [{"type": "BUSINESS", "email": "zoe@belle-riviere.example"}]},
            {"firstName": "Luc", "emailAddresses": [{"type": "BUSINESS", "email": "luc@belle-riviere.example"}]},
            {"id": str(before["contacts"][0]["contactid"]), "phoneNumbers": [{"type": "OTHER", "number": None}]},
        ]
    }
    foretold = await books.update(RICH, values, dry_run=True)
    assert books.bodies() == []
    outcome = await books.update(RICH, values)
    assert outcome.errors == []
    assert [item.body for item in foretold.requests if item.writes] == books.bodies()
    assert foretold.changes == outcome.changes
    after = books.stored(RICH)
    wanted = contacts(before)
    wanted[0]["phone2"] = None
    wanted[2]["fname"] = "Zoë"
    assert contacts(after)[:3] == wanted
    assert contacts(after)[3]["fname"] == "Luc"
    assert changed(before, after) == {"contacts", "fname"}
    assert [warning.code for warning in outcome.warnings] == [WarningCode.RISK]

    # Ids are others now, e-mail addresses are not: the same change by those brings nothing new.
    again = await books.update(RICH, {"contactPersons": values["contactPersons"][:3]})
    assert again.errors == []
    assert len(books.bodies()) == 1
    stale = await books.update(RICH, {"contactPersons": values["contactPersons"][3:]})
    assert told(stale) == [("NOT_A_CHOICE", ("change", "freshbooks", "contactPersons", "0", "id"))]


@pytest.mark.parametrize("fault", ["reset_after", "status_after:502", "html_after"])
async def test_contacts_written_without_a_clear_answer_are_found_in_the_record(books: Any, fault: str) -> None:
    """Their ids are others by then."""
    second = str(books.stored(RICH)["contacts"][1]["contactid"])
    books.fault(fault)
    outcome = await books.update(RICH, {"contactPersons": [{"id": second, "lastName": "Roy"}], "active": False})
    assert outcome.errors == []
    assert [entry["lname"] for entry in books.stored(RICH)["contacts"]] == ["Lavoie", "Roy", "N’Guessan"]
    assert len(books.bodies()) == 2
    assert books.stored(RICH)["vis_state"] == 2


async def test_null_removes_contacts_and_the_name_of_the_primary_person(books: Any) -> None:
    before = books.stored(RICH)
    outcome = await books.update(RICH, {"contactPersons": None})
    assert outcome.errors == []
    after = books.stored(RICH)
    assert (after["contacts"], after["fname"], after["lname"]) == ([], "", "")
    assert changed(before, after) == {"contacts", "fname", "lname"}
    assert outcome.customer.contact_persons == ()


async def test_phones_of_contacts_that_are_not_stored_are_told(books: Any) -> None:
    """That they can be written is unverified."""
    books.simulator.readings = replace(books.simulator.readings, stores_contact_phones=False)
    first = str(books.stored(RICH)["contacts"][0]["contactid"])
    person = {"id": first, "phoneNumbers": [{"type": "BUSINESS", "number": "514-555-0199"}]}
    outcome = await books.update(RICH, {"contactPersons": [person]})
    assert outcome.errors == []
    codes = {(warning.code.name, warning.path[-1]) for warning in outcome.warnings if warning.path}
    assert ("IGNORED", "number") in codes


# Every other reading of what the documents leave open.


async def test_the_organization_filled_in_by_freshbooks_is_no_surprise(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, refills_organization=True, unknown_members="refused")
    outcome = await books.update(RICH, {"companyName": "Belle-Rivière Ltée", "notes": None, "active": False})
    assert (outcome.errors, outcome.warnings) == ([], [])


async def test_a_choice_that_is_not_stored_is_told(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, stores_pdf_choice=False)
    outcome = await books.update(BIKES, {"attachPdf": True})
    assert [(warning.code.name, warning.path[-1]) for warning in outcome.warnings] == [("IGNORED", "attachPdf")]


async def test_ids_of_contacts_that_stay_make_no_difference(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, keeps_contact_ids=True)
    second = str(books.stored(RICH)["contacts"][1]["contactid"])
    for name in ("Roy", "Tremblay"):
        outcome = await books.update(RICH, {"contactPersons": [{"id": second, "lastName": name}]})
        assert outcome.errors == []
        assert [warning.code for warning in outcome.warnings] == [WarningCode.RISK]
        assert books.stored(RICH)["contacts"][1]["lname"] == name


async def test_an_email_that_somebody_has_is_a_refused_value(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, unique_emails=True)
    values = {"emailAddresses": [{"type": "BUSINESS", "email": "ruth@mercerpapers.example"}]}
    outcome = await books.update(BIKES, values)
    assert told(outcome) == [("INVALID_VALUE", ("change", "freshbooks", "emailAddresses", "0", "email"))]


async def test_a_currency_that_is_fixed_is_told(books: Any) -> None:
    books.simulator.readings = replace(books.simulator.readings, fixes_currency=True)
    outcome = await books.update(RICH, {"currency": "USD"})
    assert told(outcome) == [("INVALID_VALUE", ("change", "freshbooks", "currency"))]


# `vis_state`: a call of its own, and never 1.


async def test_active_is_written_by_a_call_of_its_own(books: Any) -> None:
    outcome = await books.update(BIKES, {"active": False, "notes": "Closed", "companyName": "Harbour Bikes Ltd."})
    assert outcome.errors == []
    assert books.bodies() == [
        {"client": {"organization": "Harbour Bikes Ltd.", "note": "Closed"}},
        {"client": {"vis_state": 2}},
    ]
    assert books.simulator.thrown_away == []
    assert (outcome.customer.active, outcome.customer.notes) == (False, "Closed")
    assert outcome.warnings == []

    again = await books.update(BIKES, {"active": False, "notes": "Closed"})
    assert (again.errors, len(books.bodies())) == ([], 2)
    back = await books.update(BIKES, {"active": True, "notes": "Open"})
    assert back.errors == []
    assert books.bodies()[2:] == [{"client": {"vis_state": 0}}, {"client": {"note": "Open"}}]


async def test_what_stops_between_the_two_calls_is_told_and_finished_later(books: Any) -> None:
    values = {"active": True, "vatName": "x" * 300, "notes": "Back"}
    outcome = await books.update("778906", values)
    [error] = outcome.errors
    assert isinstance(error, PartlyApplied)
    assert (error.applied, error.failed, error.not_tried) == (("state",), "client", ())
    assert isinstance(error.cause, ProviderRejected)
    outcome = await books.update("778906", {**values, "vatName": "GST"})
    assert outcome.errors == []
    assert books.bodies()[-1] == {"client": {"vat_name": "GST", "note": "Back"}}
    assert books.stored("778906")["vis_state"] == 0


async def test_no_update_deletes_a_client(books: Any) -> None:
    for native_id in (BIKES, RICH, "778906"):
        await books.update(native_id, {"active": False, "notes": "x"})
    states = [body["client"].get("vis_state") for body in books.bodies()]
    assert set(states) == {None, 2}


async def test_a_deleted_client_is_read_and_restored_by_asking_for_it(books: Any) -> None:
    customer = await books.customer("778907")
    assert (customer.active, customer.details.deleted) == (False, True)
    for values in ({"notes": "x"}, {"active": False}):
        outcome = await books.update("778907", values)
        assert told(outcome) == [("UNSUPPORTED", ("customer",))]
    assert books.bodies() == []
    outcome = await books.update("778907", {"active": True, "notes": "Back"})
    assert outcome.errors == []
    assert (books.stored("778907")["vis_state"], books.stored("778907")["note"]) == (0, "Back")


# Countries and times.


async def test_countries_go_by_their_names(books: Any) -> None:
    customer = await books.customer("780006")
    assert customer.addresses[0].country_code == "CI"
    outcome = await books.update("780006", {"addresses": [{"type": "BILLING", "countryCode": "GB"}]})
    assert outcome.errors == outcome.warnings == []
    assert books.stored("780006")["p_country"] == "United Kingdom"
    assert outcome.customer.addresses[0].country_code == "GB"


async def test_a_country_that_is_none_is_shown_as_it_is_and_stays(books: Any) -> None:
    customer = await books.customer("781003")
    assert customer.addresses[0].country_code == "Canda"
    outcome = await books.update("781003", {"notes": "x"})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert books.stored("781003")["p_country"] == "Canda"


async def test_a_code_of_no_country_is_refused_before_the_write(books: Any) -> None:
    outcome = await books.update(BIKES, {"addresses": [{"type": "BILLING", "countryCode": "ZZ"}]})
    assert told(outcome) == [("NOT_A_CHOICE", ("change", "freshbooks", "addresses", "0", "countryCode"))]
    assert books.bodies() == []


async def test_two_time_zones_of_one_record(books: Any) -> None:
    """Never edited, its two times are the same moment, told in two zones."""
    client = books.stored("778899")
    assert client["signup_date"] != client["updated"]
    customer = await books.customer("778899")
    assert customer.created_at == customer.updated_at
    assert customer.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") == client["signup_date"]


async def test_a_client_beyond_the_limit_is_shown_and_updated(books: Any) -> None:
    assert (await books.customer("781002")).details.exceeds_client_limit is True
    outcome = await books.update("781002", {"notes": "x"})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert outcome.customer.details.exceeds_client_limit is True


# Lists.


async def test_the_list_is_paged_and_filtered(books: Any) -> None:
    everybody = [id for id, client in books.simulator.records.items() if client["vis_state"] != 1]
    pages = [await books.customers(offset, 10) for offset in range(0, len(everybody), 10)]
    assert [customer.native_id for page in pages for customer in page.customers] == everybody
    assert [page.more for page in pages] == [*([True] * (len(pages) - 1)), False]
    assert pages[0].total == len(everybody)
    shifted = await books.customers(5, 10)
    assert [customer.native_id for customer in shifted.customers] == everybody[5:15]

    async def found(**wanted: Any) -> set[str]:
        return {customer.native_id for customer in (await books.customers(**wanted)).customers}

    assert await found(name="harbour bikes") == {"778899", "781004"}
    assert await found(email="kiln@saltspring.example") == {"781006"}
    assert await found(active=False) == {"778906", "779004"}
    newest = max(books.simulator.records.values(), key=lambda client: client["updated"])
    assert str(newest["id"]) in await found(updated_since=f"{newest['updated'][:10]}T05:00:00Z")
    assert books.simulator.ignored == []


async def test_a_listed_client_is_a_whole_one(books: Any) -> None:
    [listed] = (await books.customers(name="Belle-Rivière")).customers
    assert listed == await books.customer(RICH)


# Refreshing: client secret and redirect URI, one use.


async def test_a_refresh_sends_secret_and_redirect_uri_and_keeps_the_new_token(books: Any) -> None:
    before = books.simulator.credentials()
    books.simulator.expire_tokens()
    outcome = await books.update(BIKES, {"notes": "x"}, wants=ERRORS_ONLY)
    assert outcome.errors == []
    assert books.calls() == ["GET 778899 401", "POST token 200", "GET 778899 200", "PUT 778899 200"]
    connection = await books.store.get(ConnectionKey("default", "fixed"))
    newest = books.simulator.credentials()
    assert {name: connection.credentials[name] for name in newest} == newest
    assert newest["refresh_token"] != before["refresh_token"]


@pytest.mark.parametrize("name", ["redirect_uri", "client_secret"])
async def test_without_what_a_refresh_needs_none_is_tried(books: Any, name: str) -> None:
    """Tried, it might cost the refresh token, which is good for one use."""
    await books.forget(name)
    books.simulator.expire_tokens()
    outcome = await books.update(BIKES, {"notes": "x"})
    assert told(outcome) == [("REAUTHORIZE", ())]
    assert books.calls() == ["GET 778899 401"]
    assert name in (await books.store.get(ConnectionKey("default", "fixed"))).status_reason


async def test_updates_at_once_spend_one_refresh_token(books: Any) -> None:
    books.simulator.expire_tokens()
    outcomes = await asyncio.gather(*(books.update(BIKES, {"notes": f"x{n}"}) for n in range(8)))
    assert [outcome.errors for outcome in outcomes] == [[]] * 8
    assert books.calls().count("POST token 200") == 1
    assert [call for call in books.calls() if call.startswith("POST") and not call.endswith("200")] == []


async def test_a_spent_refresh_token_ends_the_connection(books: Any) -> None:
    """The two connections were made from one consent: the second to refresh comes too late."""
    books.simulator.expire_tokens()
    assert (await books.update(BIKES, {"notes": "x"})).errors == []
    books.simulator.expire_tokens()
    late = await books.update(BIKES, {"notes": "y"}, company=HOME_ACCOUNT)
    assert told(late) == [("REAUTHORIZE", ())]
    connection = await books.store.get(ConnectionKey("default", "free"))
    assert connection.status == "reauthorize"
