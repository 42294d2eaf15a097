"""What is peculiar to QuickBooks, end to end against the strict simulator. `QUIRKS.md` tells why."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    OutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
    VersionConflict,
)
from gql_gateway.fields.change import Change, read_change
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.enums import AddressType, ContactType
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Call
from gql_gateway.sandbox.quickbooks import QuickbooksSimulator
from tests.support.changes import typed_change
from tests.support.trial import ERRORS_ONLY, Trial

REALM, BRITISH = "9341450000000001", "9341450000000002"
PLAIN, SHARED, INACTIVE, MASKED, SUB_CUSTOMER, OWING = "12", "13", "20", "58", "59", "58"
TID = r"\(intuit_tid 1-[0-9a-f]{8}-[0-9a-f]{24}\)$"
WRITE = "POST /v3/company/"


def differing(books: Trial, native_id: str, before: dict[str, Any]) -> set[str]:
    """The top-level properties that differ in the store, without what every write changes."""
    after = books.simulator.records[native_id]
    return {name for name in before | after if before.get(name) != after.get(name)} - {"SyncToken", "MetaData"}


def stored(books: Trial, native_id: str) -> dict[str, Any]:
    """What QuickBooks holds, tax ids whole."""
    return deepcopy(books.simulator.records[native_id])


def only_error(outcome: Outcome) -> GatewayError:
    [error] = outcome.errors
    return error


def told(outcome: Outcome) -> list[tuple[WarningCode, tuple[str, ...]]]:
    return [(warning.code, warning.path) for warning in outcome.warnings]


def sent(books: Trial) -> dict[str, Any]:
    [write] = books.writes()
    body: dict[str, Any] = write["body"]
    return body


async def test_sparse_update_carries_id_version_and_sparse(books: Trial) -> None:
    before = stored(books, MASKED)
    outcome = await books.update(MASKED, {"notes": "After ten."})
    assert outcome.errors == []
    head = {"Id": MASKED, "SyncToken": before["SyncToken"], "sparse": True}
    assert sent(books) == {**head, "Notes": "After ten."}
    assert differing(books, MASKED, before) == {"Notes"}
    assert outcome.customer is not None
    assert outcome.customer.version == str(int(before["SyncToken"]) + 1)


@pytest.mark.parametrize("missing", ["Id", "SyncToken", "sparse"])
async def test_each_of_the_three_is_needed(books: Trial, missing: str) -> None:
    """Without its id a customer is made, without its version it is refused, without `sparse` it is wiped."""
    before = stored(books, MASKED)
    known = len(books.ids)
    [step] = books.connector.plan(books.ref(MASKED), change_of(books, {"displayName": "Else"}), books.record(MASKED))
    assert isinstance(step.body, dict)
    body: Any = {name: value for name, value in step.body.items() if name != missing}
    answer = await books.send(Call("x", "POST", step.path, step.query, body, writes=True))
    if missing == "Id":
        assert len(books.ids) == known + 1
    elif missing == "SyncToken":
        assert answer.status == 400
        assert stored(books, MASKED) == before
    else:
        assert "PrimaryTaxIdentifier" not in stored(books, MASKED)


def change_of(books: Trial, values: dict[str, Any]) -> Change:
    return read_change(books.connector.table, typed_change(books.connector, values), ("change", "quickbooks"))


async def test_stale_version_is_a_conflict_with_the_current_record(books: Trial) -> None:
    books.fault("stale_version", on=WRITE)
    before = stored(books, PLAIN)
    outcome = await books.update(PLAIN, {"companyName": "Mine"})
    error = only_error(outcome)
    assert isinstance(error, VersionConflict)
    assert (error.code, error.provider_code, error.retryable) == (ErrorCode.STALE_VERSION, "5010", False)
    assert error.current == await books.customer(PLAIN)
    assert error.current.version == str(int(before["SyncToken"]) + 1)
    assert [write["status"] for write in books.writes()] == [400], "never tried again over somebody else's edit"
    assert stored(books, PLAIN)["CompanyName"] == before["CompanyName"]


async def test_masked_tax_ids_are_never_written_back(books: Trial, intuit: QuickbooksSimulator) -> None:
    before = stored(books, MASKED)
    change = {
        "companyName": "Northwind Teas",
        "notes": None,
        "secondaryTaxNumber": "11 22333 44",
        "addresses": [{"type": "BILLING", "city": "Bath"}],
        "contactPersons": None,
    }
    outcome = await books.update(MASKED, change)
    assert outcome.errors == []
    assert "PrimaryTaxIdentifier" not in sent(books)
    after = stored(books, MASKED)
    assert after["PrimaryTaxIdentifier"] == before["PrimaryTaxIdentifier"]
    assert after["SecondaryTaxIdentifier"] == "11 22333 44"
    assert intuit.masks_stored == []
    assert outcome.customer is not None
    assert outcome.customer.vat_id == "XXXXXX56789"
    assert outcome.customer.details.secondary_tax_number == "XXXXXX33 44"


@pytest.mark.parametrize("mask", ["XXXXXX56789", "XXXXX78901", "xxxxxx56789", "******56789", "•••••56789", "XXXX"])
@pytest.mark.parametrize("name", ["vatId", "secondaryTaxNumber"])
async def test_mask_given_as_a_value_is_refused_before_any_call(books: Trial, name: str, mask: str) -> None:
    outcome = await books.update(MASKED, {name: mask, "notes": "x"})
    error = only_error(outcome)
    assert (error.code, error.path) == (ErrorCode.BAD_FORMAT, ("change", "quickbooks", name))
    assert books.requests() == []


@pytest.mark.parametrize("value", ["XAXX010101000", "X1234567L", "GB123456789", "12-34556789"])
async def test_tax_id_that_only_begins_like_a_mask_is_taken(books: Trial, value: str) -> None:
    outcome = await books.update(MASKED, {"vatId": value})
    assert outcome.errors == []
    assert outcome.warnings == []
    assert stored(books, MASKED)["PrimaryTaxIdentifier"] == value


async def test_tax_id_behind_the_same_mask_is_written(books: Trial) -> None:
    """`careful`, under a key: the mask in the record does not show that the value is there."""
    for key in (None, "one"):
        value = f"12-345567{'a' if key else 'b'}"
        await books.update(MASKED, {"vatId": f"00-000{value[-5:]}"})
        outcome = await books.update(MASKED, {"vatId": value}, idempotency_key=key)
        assert outcome.errors == []
        assert stored(books, MASKED)["PrimaryTaxIdentifier"] == value


@pytest.mark.parametrize("fault", ["reset_before", "status:500", "status_after:500"])
async def test_tax_id_behind_the_same_mask_cannot_be_settled(books: Trial, fault: str) -> None:
    books.fault(fault, on=WRITE)
    outcome = await books.update(MASKED, {"vatId": "77-77756789"})
    assert isinstance(only_error(outcome), OutcomeUnknown)


async def test_tax_id_with_another_mask_is_settled(books: Trial) -> None:
    books.fault("status_after:500", on=WRITE)
    outcome = await books.update(MASKED, {"vatId": "77-77712345"})
    assert outcome.errors == []
    assert outcome.customer is not None
    assert outcome.customer.vat_id == "XXXXXX12345"
    books.fault("status:500", on=WRITE)
    outcome = await books.update(MASKED, {"vatId": "77-77754321"})
    assert isinstance(only_error(outcome), ProviderUnavailable)


async def test_fault_inside_a_success_is_no_success(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.refusal_status = 200
    before = stored(books, PLAIN)
    books.fault("stale_version", on=WRITE)
    assert isinstance(only_error(await books.update(PLAIN, {"nameSuffix": "Jr."})), VersionConflict)
    duplicate = only_error(await books.update(PLAIN, {"displayName": "Café Ébène"}))
    assert (duplicate.code, duplicate.path) == (ErrorCode.DUPLICATE, ("change", "quickbooks", "displayName"))
    missing = only_error(await books.update("9999", {"notes": "x"}))
    assert (missing.code, missing.path) == (ErrorCode.NOT_FOUND, ("customer",))
    assert {write["status"] for write in books.writes()} == {200}
    assert stored(books, PLAIN)["DisplayName"] == before["DisplayName"]


async def test_unknown_customer_is_400_with_610(books: Trial) -> None:
    error = only_error(await books.update("9999", {"notes": "x"}))
    assert isinstance(error, ProviderRejected)
    assert (error.code, error.path) == (ErrorCode.NOT_FOUND, ("customer",))
    assert [entry["status"] for entry in books.requests()] == [400]


async def test_customer_that_vanishes_before_the_write_is_not_found(books: Trial, intuit: QuickbooksSimulator) -> None:
    current = books.record(PLAIN)
    [step] = books.connector.plan(books.ref(PLAIN), change_of(books, {"notes": "x"}), current)
    del intuit.records[PLAIN]
    answer = await books.send(step)
    assert answer.status == 400
    assert books.connector.refused(answer)
    assert books.connector.explain(answer).code is ErrorCode.NOT_FOUND


async def test_company_is_the_realm_and_not_the_id_of_its_record(books: Trial) -> None:
    [company] = await books.gateway.companies(books.connection_id)
    assert (company.id, company.country_code, company.active) == (REALM, "US", True)
    answer = await books.send(Call("x", "GET", f"/v3/company/{REALM}/companyinfo/{REALM}"))
    assert b'"Id":"1"' in answer.body.replace(b" ", b"")
    assert (await books.customer(PLAIN)).company_id == REALM
    assert all(f"/v3/company/{REALM}/" in entry["path"] for entry in books.requests())


@pytest.mark.parametrize("named", [None, REALM])
async def test_connection_without_a_company_says_what_it_needs(books: Trial, named: str | None) -> None:
    await connect(books, "loose", None)
    with pytest.raises(ConnectionProblem) as caught:
        await books.gateway.customer(Ref("loose", PLAIN, named))
    assert caught.value.code is ErrorCode.COMPANY_REQUIRED
    assert books.requests() == []


async def connect(books: Trial, id: str, company_id: str | None) -> None:
    known = await books.store.get(ConnectionKey("default", books.connection_id))
    assert known is not None
    held = Credentials(books.simulator.credentials())
    await books.store.add(
        Connection(
            id, "quickbooks", held, company_id, base_url=known.base_url, token_url=known.token_url, tenant="default"
        )
    )


async def test_token_of_another_company_is_told(books: Trial) -> None:
    await connect(books, "british", BRITISH)
    with pytest.raises(ConnectionProblem) as caught:
        await books.gateway.customer(Ref("british", "1"))
    assert (caught.value.code, caught.value.provider_code) == (ErrorCode.MISSING_SCOPE, "3100")
    assert books.token_requests() == []


@pytest.mark.parametrize("capitals", [False, True])
async def test_both_spellings_of_a_401_renew_the_token(
    books: Trial, intuit: QuickbooksSimulator, *, capitals: bool
) -> None:
    intuit.capitalised_edge = capitals
    intuit.expire_tokens()
    outcome = await books.update(PLAIN, {"notes": "x"})
    assert outcome.errors == []
    assert len(books.token_requests()) == 1


async def test_refresh_token_may_stay_the_same(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.renews_after = 86_400
    before = dict(intuit.credentials())
    intuit.expire_tokens()
    assert (await books.update(PLAIN, {"notes": "x"})).errors == []
    kept = await books.store.get(ConnectionKey("default", books.connection_id))
    assert kept is not None
    assert kept.credentials["refresh_token"] == before["refresh_token"]
    assert kept.credentials["access_token"] == intuit.credentials()["access_token"] != before["access_token"]


async def test_user_who_lost_access_renews_no_token(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.user_is_admin = False
    error = only_error(await books.update(PLAIN, {"notes": "x"}))
    assert (error.code, error.provider_code) == (ErrorCode.MISSING_SCOPE, "120")
    assert books.token_requests() == []


async def test_ended_subscription_reads_and_does_not_write(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.companies[REALM].ended = True
    assert (await books.customer(PLAIN)).company_name == "Acadia Kayak Rental LLC"
    error = only_error(await books.update(PLAIN, {"notes": "x"}))
    assert (error.code, error.provider_code) == (ErrorCode.FORBIDDEN, "6190")


async def test_errors_carry_the_tid(books: Trial, intuit: QuickbooksSimulator) -> None:
    refused = only_error(await books.update(PLAIN, {"paymentTerms": "999"}))
    assert (refused.code, refused.provider_code) == (ErrorCode.INVALID_VALUE, "2500")
    assert refused.path == ("change", "quickbooks", "paymentTerms")
    books.fault("stale_version", on=WRITE)
    stale = only_error(await books.update(PLAIN, {"nameSuffix": "x"}))
    books.fault("status:500", on=WRITE)
    down = only_error(await books.update(PLAIN, {"nameSuffix": "x"}))
    intuit.user_is_admin = False
    forbidden = only_error(await books.update(PLAIN, {"nameSuffix": "x"}))
    messages = [error.provider_message or "" for error in (refused, stale, down, forbidden)]
    assert all(re.search(TID, message) for message in messages), messages
    assert len({message[-38:] for message in messages}) == 4


async def test_every_call_names_the_minor_version(books: Trial, intuit: QuickbooksSimulator) -> None:
    await books.update(PLAIN, {"notes": "x"})
    await books.gateway.companies(books.connection_id)
    await names(books)
    assert intuit.minor_versions == ["75"] * 4
    assert (intuit.ignored_parameters, intuit.ignored_properties, intuit.account_moves) == ([], [], [])


async def test_version_is_shown_in_the_requests(books: Trial) -> None:
    """It is called a token and is none."""
    outcome = await books.update(PLAIN, {"notes": "x"}, dry_run=True)
    [request] = [call for call in outcome.requests if call.writes]
    assert isinstance(request.body, dict)
    assert request.body["SyncToken"] == stored(books, PLAIN)["SyncToken"]


async def test_countries_are_read_leniently(books: Trial) -> None:
    typed = {"USA": "US", "US": "US", "United States": "US", "CAN": "CA", "Deutschland": "Deutschland"}
    seen = set()
    for native_id, record in books.simulator.records.items():
        if country := record.get("BillAddr", {}).get("Country"):
            [billing, *_] = (await books.customer(native_id)).addresses
            assert billing.type is AddressType.BILLING
            seen.add(country)
            assert billing.country_code == typed.get(country, billing.country_code)
    assert set(typed) <= seen


@pytest.mark.parametrize("refuses", [True, False])
async def test_country_is_written_as_three_letters(books: Trial, intuit: QuickbooksSimulator, *, refuses: bool) -> None:
    intuit.refuses_alpha2_countries = refuses
    outcome = await books.update(PLAIN, {"addresses": [{"type": "BILLING", "countryCode": "SE"}]})
    assert outcome.errors == []
    assert outcome.warnings == []
    assert stored(books, PLAIN)["BillAddr"]["Country"] == "SWE"
    assert outcome.customer is not None
    assert outcome.customer.addresses[0].country_code == "SE"


async def test_country_that_nobody_gave_goes_back_as_it_was_typed(books: Trial) -> None:
    for native_id in ("14", "41"):
        before = stored(books, native_id)["BillAddr"]
        outcome = await books.update(native_id, {"addresses": [{"type": "BILLING", "city": "Camden"}]})
        assert outcome.errors == []
        after = stored(books, native_id)["BillAddr"]
        assert (after["Country"], after["City"]) == (before["Country"], "Camden")


async def test_display_name_does_not_follow_the_company_name(books: Trial) -> None:
    before = stored(books, MASKED)
    outcome = await books.update(MASKED, {"companyName": "Northwind Teas"})
    assert outcome.errors == []
    assert differing(books, MASKED, before) == {"CompanyName"}
    [risk] = outcome.warnings
    assert risk.code is WarningCode.RISK
    assert "Northwind Tea Ltd" in risk.message
    dry = await books.update(MASKED, {"companyName": "Other"}, dry_run=True)
    assert dry.warnings == [], "the two names were different already"


async def test_both_names_change_when_both_are_given(books: Trial) -> None:
    outcome = await books.update(MASKED, {"companyName": "Northwind Teas", "displayName": "Northwind Teas"})
    assert (outcome.errors, outcome.warnings) == ([], [])
    after = stored(books, MASKED)
    assert after["CompanyName"] == after["DisplayName"] == after["FullyQualifiedName"] == "Northwind Teas"
    assert after["PrintOnCheckName"] == "Northwind Tea"


async def test_name_of_a_vendor_is_taken(books: Trial, intuit: QuickbooksSimulator) -> None:
    vendor = next(iter(intuit.companies[REALM].registers["Vendor"].values()))
    error = only_error(await books.update(PLAIN, {"displayName": vendor["DisplayName"]}))
    assert (error.code, error.path) == (ErrorCode.DUPLICATE, ("change", "quickbooks", "displayName"))


async def test_currency_is_fixed(books: Trial) -> None:
    error = only_error(await books.update(PLAIN, {"currency": "EUR"}))
    assert (error.code, error.path) == (ErrorCode.UNSUPPORTED, ("change", "quickbooks", "currency"))
    outcome = await books.update(PLAIN, {"currency": "USD", "notes": "x"})
    assert outcome.errors == []
    assert "CurrencyRef" not in sent(books)


@pytest.mark.parametrize("merges", [False, True])
async def test_lines_of_an_address_survive_whether_merged_or_replaced(
    books: Trial, intuit: QuickbooksSimulator, *, merges: bool
) -> None:
    intuit.merges_nested = merges
    before = stored(books, MASKED)["BillAddr"]
    change = {"addresses": [{"type": "BILLING", "city": "Bath", "addressLine2": None}]}
    outcome = await books.update(MASKED, change)
    assert (outcome.errors, outcome.warnings) == ([], [])
    del before["Line2"]
    after = stored(books, MASKED)["BillAddr"]
    assert {**after, "Lat": None, "Long": None} == {**before, "City": "Bath", "Lat": None, "Long": None}
    assert {"Line3", "Line4", "Line5"} <= set(after)
    outcome = await books.update(MASKED, {"addresses": None})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert not {"BillAddr", "ShipAddr"} & set(stored(books, MASKED))


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("changed", "other"), [("BILLING", "ShipAddr"), ("DELIVERY", "BillAddr")])
async def test_addresses_that_share_a_row_part(
    books: Trial, intuit: QuickbooksSimulator, changed: str, other: str, *, together: bool
) -> None:
    intuit.shared_rows_move_together = together
    before = stored(books, SHARED)
    assert before["BillAddr"]["Id"] == before["ShipAddr"]["Id"]
    outcome = await books.update(SHARED, {"addresses": [{"type": changed, "city": "Orono"}]})
    assert (outcome.errors, outcome.warnings) == ([], [])
    after = stored(books, SHARED)
    mine = "BillAddr" if other == "ShipAddr" else "ShipAddr"
    own = {"Id", "Lat", "Long"}
    assert after[mine]["City"] == "Orono"
    assert without(after[other], own) == without(before[other], own)
    assert after["BillAddr"]["Id"] != after["ShipAddr"]["Id"]


def without(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


async def test_value_that_is_not_cleared_is_told(books: Trial, intuit: QuickbooksSimulator) -> None:
    """That an empty text clears is unverified: should null be the word, nothing is lost and nothing hidden."""
    intuit.clears_by = frozenset({None})
    outcome = await books.update(MASKED, {"notes": None, "contactPersons": [{"salutation": None}]})
    assert outcome.errors == []
    at = ("change", "quickbooks")
    places = [(*at, "contactPersons", "0", "salutation"), (*at, "notes")]
    assert sorted(told(outcome)) == sorted((WarningCode.IGNORED, place) for place in places)


async def test_inactive_customer_takes_only_what_makes_it_active(books: Trial) -> None:
    before = stored(books, INACTIVE)
    for change in ({"notes": "x"}, {"notes": "x", "active": False}):
        error = only_error(await books.update(INACTIVE, change))
        assert (error.code, error.path) == (ErrorCode.UNSUPPORTED, ("customer",))
    assert books.writes() == []
    outcome = await books.update(INACTIVE, {"notes": "x", "active": True})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert differing(books, INACTIVE, before) == {"Active", "Notes"}


async def test_names_of_a_customer_made_inactive(books: Trial) -> None:
    outcome = await books.update(PLAIN, {"active": False}, dry_run=True)
    assert told(outcome) == [(WarningCode.RISK, ())]
    outcome = await books.update(PLAIN, {"active": False})
    assert outcome.errors == []
    assert told(outcome) == [(WarningCode.RISK, ()), (WarningCode.SIDE_EFFECT, ("native", "DisplayName"))]
    assert stored(books, PLAIN)["DisplayName"].endswith(" (deleted)")


@pytest.mark.parametrize("written_off", [False, True])
async def test_open_balance_is_a_risk_of_making_inactive(
    books: Trial, intuit: QuickbooksSimulator, *, written_off: bool
) -> None:
    intuit.deactivates_with_balance = written_off
    outcome = await books.update(OWING, {"active": False})
    assert [code for code, _ in told(outcome)][:2] == [WarningCode.RISK, WarningCode.RISK]
    assert "balance" in outcome.warnings[1].message
    if not written_off:
        error = only_error(outcome)
        assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "quickbooks", "active"))


async def test_sub_customer_needs_its_parent(books: Trial) -> None:
    error = only_error(await books.update(PLAIN, {"isSubCustomer": True}))
    assert (error.code, error.path) == (ErrorCode.REQUIRED, ("change", "quickbooks", "parentId"))
    assert books.writes() == []
    outcome = await books.update(PLAIN, {"isSubCustomer": True, "parentId": "61"})
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert outcome.customer is not None
    assert outcome.customer.details.fully_qualified_name == "Maine Camps:Acadia Kayak Rental LLC"


async def test_sub_customer_that_goes_to_the_top_loses_its_parent_openly(books: Trial) -> None:
    outcome = await books.update(SUB_CUSTOMER, {"isSubCustomer": False})
    assert outcome.errors == []
    assert told(outcome) == [(WarningCode.SIDE_EFFECT, ("native", "ParentRef"))]


async def test_contact_type_is_worked_out(books: Trial) -> None:
    assert (await books.customer(PLAIN)).contact_type is ContactType.COMPANY
    assert (await books.customer("23")).contact_type is ContactType.CONTACT_PERSON
    walk_in = await books.customer("60")
    assert walk_in.contact_type is ContactType.UNDEFINED
    assert (walk_in.company_name, [person.name for person in walk_in.contact_persons]) == (None, ["Walk-in"])


async def test_dead_reference_that_nobody_mentions_does_no_harm(books: Trial) -> None:
    """A full update would send it back, and fail."""
    before = stored(books, "16")
    assert (await books.update("16", {"notes": "x"})).errors == []
    assert differing(books, "16", before) == {"Notes"}


async def names(books: Trial, needed: frozenset[str] = frozenset(), **wanted: Any) -> list[str]:
    filter_, limit = ListFilter(**wanted), 100
    page = await books.gateway.customers(books.connection_id, None, filter_, 0, limit, needed)
    assert not page.more
    return [str((customer.native or {})["DisplayName"]) for customer in page.customers]


async def test_list_has_everybody(books: Trial) -> None:
    """Inactive ones and sub-customers as well."""
    everybody = {record["DisplayName"] for record in books.simulator.records.values()}
    assert set(await names(books)) == everybody
    assert await names(books, active=False) == ["Blue Heron Yoga (deleted)", "Ferry Landing Grill (deleted)"]
    assert set(await names(books, active=True)) == everybody - set(await names(books, active=False))


async def test_list_is_narrowed(books: Trial) -> None:
    assert await names(books, name="O'Neill") == ["Siobhán O'Neill"]
    assert await names(books, name="Tea") == ["Northwind Tea Ltd", "Northwind Tea Warehouse"]
    assert await names(books, email="zoe@marchetti.example") == ["Zoë Marchetti"]
    assert await names(books, updated_since="2026-01-27T00:00:00-08:00") == ["José Peña", "Wei Zhang"]
    assert await names(books, name="' or Id = '1") == []


async def test_list_goes_on_stretch_by_stretch(books: Trial) -> None:
    found: list[str] = []
    more = True
    while more:
        page = await books.gateway.customers(books.connection_id, None, ListFilter(), len(found), 7, frozenset())
        found += [customer.native_id for customer in page.customers]
        more = page.more
    assert sorted(found) == sorted(books.ids)


async def test_versions_are_not_taken_from_a_list(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.lists_old_tokens = True
    wanted = ListFilter(name="Rockland")
    for needed, version in ((frozenset({"companyName"}), None), (frozenset({"version"}), "2")):
        page = await books.gateway.customers(books.connection_id, None, wanted, 0, 5, needed)
        assert [customer.version for customer in page.customers] == [version]


async def test_nothing_is_asked_before_a_refused_change(books: Trial) -> None:
    outcome = await books.update(PLAIN, {"displayName": "Maine:Camps"}, ERRORS_ONLY)
    assert [error.code for error in outcome.errors] == [ErrorCode.BAD_FORMAT]
    assert books.requests() == []


async def test_times_are_read_with_their_offset(books: Trial) -> None:
    customer = await books.customer(MASKED)
    assert customer.created_at is not None
    assert customer.created_at.isoformat() == "2025-11-03T09:10:11-08:00"


async def test_card_data_are_not_shown(books: Trial, intuit: QuickbooksSimulator) -> None:
    intuit.records[PLAIN]["CCDetail"] = {"Number": "4111111111111111"}
    outcome = await books.update(PLAIN, {"notes": "x"})
    page = await books.gateway.customers(books.connection_id, None, ListFilter(), 0, 100, frozenset())
    shown = repr([await books.customer(PLAIN), outcome, page])
    assert "4111" not in shown
    assert stored(books, PLAIN)["CCDetail"] == {"Number": "4111111111111111"}
