"""What is peculiar about Holded, through the gateway and against the strict stand-in. See `QUIRKS.md`."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from strawberry.types.base import get_object_definition

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.holded import CONNECTOR
from gql_gateway.connectors.holded.fields import HoldedCustomerInput
from gql_gateway.errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.enums import AddressType, ContactType
from gql_gateway.sandbox.holded.contact import Readings
from tests.connectors.holded.conftest import BOOKS, SUCCESSOR, Company

HOLDED = CONNECTOR()
PLAIN = "64b7f0c2a91d3e5f70a1b2c3"
EVERYTHING = "64b7f0c2a91d3e5f70a1b2c4"
NAMELESS_KIND = "64b7f0c2a91d3e5f70a1b2ef"
MIXED = "64b7f0c2a91d3e5f70a1b2f0"
BARE = "64b7f0c2a91d3e5f70a1b2eb"
SUPPLIER, CREDITOR = "64b7f0c2a91d3e5f70a1b2ff", "64b7f0c2a91d3e5f70a1b300"
STRANGER = "000000000000000000000000"
ENTRY_IDS = ("shippingId", "personId")


def steady(record: dict[str, Any]) -> dict[str, Any]:
    """A stored contact without what changes by itself."""
    kept: dict[str, Any] = {name: value for name, value in record.items() if name not in ("updatedAt", "updatedHash")}
    for name in ("shippingAddresses", "contactPersons"):
        kept[name] = [{key: value for key, value in entry.items() if key not in ENTRY_IDS} for entry in kept[name]]
    return kept


def told(warnings: Any) -> list[tuple[WarningCode, str]]:
    """The warnings but for risks, each with the last name of its path."""
    return [(item.code, item.path[-1]) for item in warnings if item.code is not WarningCode.RISK]


def risks_of(warnings: Any) -> str:
    return " ".join(item.message for item in warnings if item.code is WarningCode.RISK)


# --- the update


async def test_an_update_is_read_written_and_read_back(company: Company) -> None:
    outcome = await company.update(EVERYTHING, {"vatId": "B08004509"})
    assert outcome.errors == []
    assert company.calls() == [f"GET {EVERYTHING} 200", f"PUT {EVERYTHING} 200", f"GET {EVERYTHING} 200"]
    assert company.bodies() == [{"code": "B08004509"}]
    assert outcome.customer is not None
    assert (outcome.customer.vat_id, outcome.customer.tax_number) == ("B08004509", "B08004509")
    assert outcome.warnings == []


@pytest.mark.parametrize("objects", ["replaced", "merged"])
@pytest.mark.parametrize(
    ("change", "place", "value"),
    [
        ({"addresses": [{"type": "BILLING", "city": "Elche"}]}, ("billAddress", "city"), "Elche"),
        ({"paymentTerms": "7"}, ("defaults", "dueDays"), 7),
        ({"numberingSeries": {"invoice": "5c1a20b4e6f7a80012ac0002"}}, ("numberingSeries", "invoice"), None),
    ],
)
async def test_objects_survive_both_readings(
    company: Company, objects: Any, change: dict[str, Any], place: tuple[str, str], value: Any
) -> None:
    """Merged or replaced: what nobody asked to change stays."""
    company.simulator.readings = Readings(objects=objects)
    wanted = company.stored(EVERYTHING)
    wanted[place[0]][place[1]] = value or "5c1a20b4e6f7a80012ac0002"
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert steady(company.stored(EVERYTHING)) == steady(wanted)
    assert told(outcome.warnings) == []
    assert f"replaces {place[0]} is unverified" in risks_of(outcome.warnings)


async def test_lists_go_whole(company: Company) -> None:
    """The second delivery address and the second person stay, with what has no place in ours."""
    wanted = company.stored(EVERYTHING)
    wanted["shippingAddresses"][0]["city"] = "Elda"
    wanted["contactPersons"][0]["job"] = "Socia"
    persons = [{"name": wanted["contactPersons"][0]["name"], "jobTitle": "Socia"}]
    change = {"addresses": [{"type": "DELIVERY", "city": "Elda"}], "contactPersons": persons}
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert steady(company.stored(EVERYTHING)) == steady(wanted)
    assert wanted["shippingAddresses"][0]["privateNotes"]
    assert wanted["contactPersons"][0]["sendDocumentsByDefault"] is True
    assert told(outcome.warnings) == []


async def test_new_ids_of_entries_are_no_change(company: Company) -> None:
    before = await company.customer(EVERYTHING)
    after = company.simulator.records[EVERYTHING]
    for entry in (*after["shippingAddresses"], *after["contactPersons"]):
        entry.update({name: "65c0a1f0b2d3e4f5a6ffffff" for name in ENTRY_IDS if name in entry})
    assert (await company.customer(EVERYTHING)).version == before.version
    after["shippingAddresses"][0]["notes"] = "otra"
    assert (await company.customer(EVERYTHING)).version != before.version


async def test_entries_that_get_new_ids_are_known_by_their_place(company: Company) -> None:
    def renewing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        renewed = deepcopy(after)
        for number, entry in enumerate([*renewed["contactPersons"], *renewed["shippingAddresses"]]):
            entry.update({name: f"65c0a1f0b2d3e4f5a6ffff{number:02}" for name in ENTRY_IDS if name in entry})
        return renewed

    company.simulator.alter = renewing
    persons = [{"id": company.stored(EVERYTHING)["contactPersons"][0]["personId"], "jobTitle": "Socia"}]
    change = {"contactPersons": persons, "deliveryNotes": "Otras"}
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert told(outcome.warnings) == []
    assert company.stored(EVERYTHING)["contactPersons"][0]["job"] == "Socia"
    assert company.stored(EVERYTHING)["contactPersons"][0]["personId"] != persons[0]["id"]


async def test_value_that_an_update_blanks_is_told(company: Company) -> None:
    """Should the update not be partial after all, the caller is told of each value that went with it."""

    def blanking(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        return {**after, "phone": "", "iban": ""}

    company.simulator.alter = blanking
    outcome = await company.update(EVERYTHING, {"tradeName": "Otra"})
    assert outcome.errors == []
    assert set(told(outcome.warnings)) == {
        (WarningCode.SIDE_EFFECT, "phone"),
        (WarningCode.SIDE_EFFECT, "iban"),
    }


async def test_type_is_not_sent_unless_asked_for(company: Company) -> None:
    for native_id in (SUPPLIER, EVERYTHING):
        kind = company.stored(native_id)["type"]
        await company.update(native_id, {"tradeName": "Otra"})
        assert company.stored(native_id)["type"] == kind
    assert all("type" not in body for body in company.bodies())
    outcome = await company.update(EVERYTHING, {"customerType": "lead"})
    assert outcome.errors == []
    assert company.stored(EVERYTHING)["type"] == "lead"


# --- what is accepted and not stored


@pytest.mark.parametrize("name", ["website", "notes", "other_vat_number", "tax_number"])
def test_what_an_update_does_not_store_has_no_place_in_the_input(name: str) -> None:
    names = {item.python_name for item in get_object_definition(HoldedCustomerInput, strict=True).fields}
    assert name not in names
    assert "vat_id" in names


async def test_what_cannot_be_written_is_read(company: Company) -> None:
    customer = await company.customer(EVERYTHING)
    assert customer.website == "https://www.ibanez.example"
    assert customer.notes is not None
    assert customer.notes.splitlines()[0] == "Portes: Portes pagados a partir de 300 €"
    details = customer.details
    assert (details.other_vat_number, customer.vat_id) == ("ESB23456015", "B23456015")
    assert [note.name for note in details.note_list] == ["Portes", "Aviso"]
    assert (details.billing_info, details.facebook, details.default_tax) == (
        "Portal azul",
        "ferreteriaibanez",
        "default",
    )


async def test_times_are_posix_seconds(company: Company) -> None:
    company.simulator.records[PLAIN].update(createdAt=1689776322, updatedAt=1780312201)
    customer = await company.customer(PLAIN)
    assert customer.created_at == datetime(2023, 7, 19, 14, 18, 42, tzinfo=UTC)
    assert customer.updated_at == datetime(2026, 6, 1, 11, 10, 1, tzinfo=UTC)


async def test_notes_and_web_address_survive_every_update(company: Company) -> None:
    before = company.stored(EVERYTHING)
    await company.update(EVERYTHING, {"paymentTerms": "9", "tags": ["x"], "contactPersons": [{"name": "Nuevo"}]})
    after = company.stored(EVERYTHING)
    assert (after["notes"], after["socialNetworks"]) == (before["notes"], before["socialNetworks"])


async def test_nothing_is_sent_that_holded_passes_over(company: Company) -> None:
    """But for what stands inside an object or entry that goes whole."""
    change = {
        "documentId": "X-9",
        "deliveryPrivateNotes": "Timbre",
        "paymentTerms": "9",
        "expenseAccount": "60000001",
        "customFields": [{"name": "Region", "value": "Sur"}],
        "addresses": [{"type": "BILLING", "city": "Elche"}],
        "contactPersons": [{"name": "Nuevo", "jobTitle": "J"}],
    }
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert told(outcome.warnings) == []
    passed_over = {re.sub(r"\[\d+\]|\.\d+", "", str(place)) for place in company.simulator.ignored}
    assert {place.rpartition(".")[2] for place in passed_over} <= {
        *("shippingId", "personId", "countryCode", "info", "tax", "retention"),
    }


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"documentId": "X-9"}, "documentId"),
        ({"tags": ["x"]}, "tags"),
        ({"contactPersons": [{"name": "Nuevo"}]}, "name"),
    ],
)
async def test_what_an_update_passes_over_is_told(company: Company, change: dict[str, Any], name: str) -> None:
    """Should an update not store what the contract has for new contacts only."""
    company.simulator.readings = Readings(takes_post_fields=False)
    before = company.stored(EVERYTHING)
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert told(outcome.warnings) == [(WarningCode.IGNORED, name)]
    assert steady(company.stored(EVERYTHING)) == steady(before)


async def test_taxes_that_an_update_would_lose_are_told(company: Company) -> None:
    """Should an update replace the defaults and not take lists of keys, no request could keep the taxes."""
    company.simulator.readings = Readings(takes_post_fields=False)
    outcome = await company.update(EVERYTHING, {"paymentTerms": "9"})
    assert outcome.errors == []
    lost = {item.path[1].partition("[")[0] for item in outcome.warnings if item.code is WarningCode.SIDE_EFFECT}
    assert {"defaults.salesTax", "defaults.purchasesTax"} == lost
    assert "defaults is unverified" in risks_of(outcome.warnings)


async def test_what_a_read_does_not_show_is_a_risk(company: Company) -> None:
    company.simulator.hides = {"numberingSeries", "sepaRef"}
    outcome = await company.update(EVERYTHING, {"numberingSeries": {"invoice": "5c1a20b4e6f7a80012ac0002"}})
    assert outcome.errors == []
    assert "does not show numberingSeries" in risks_of(outcome.warnings)
    assert told(outcome.warnings) == [(WarningCode.IGNORED, "invoice")]
    outcome = await company.update(EVERYTHING, {"sepaReference": "NEU-1"})
    assert company.stored(EVERYTHING)["sepaRef"] == "NEU-1"
    assert told(outcome.warnings) == [(WarningCode.IGNORED, "sepaReference")]
    assert "does not show" not in risks_of((await company.update(EVERYTHING, {"paymentTerms": "1"})).warnings)


# --- shapes


async def test_custom_fields_keep_their_shape(company: Company) -> None:
    change = {"customFields": [{"name": "Region", "value": "Sur"}, {"name": "Canal", "value": "Feria"}]}
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert company.stored(EVERYTHING)["customFields"] == [
        {"field": "Region", "value": "Sur"},
        {"field": "Comercial", "value": "Nuria"},
        {"field": "Canal", "value": "Feria"},
    ]
    assert outcome.customer is not None
    shown = [(item.name, item.value) for item in outcome.customer.details.custom_fields]
    assert shown == [("Region", "Sur"), ("Comercial", "Nuria"), ("Canal", "Feria")]
    assert told(outcome.warnings) == []


async def test_values_come_as_numbers_texts_and_objects(company: Company) -> None:
    customer = await company.customer(MIXED)
    details = customer.details
    assert (customer.number, details.supplier_number) == ("43000045", "40000045")
    assert (details.sales_channel_id, details.expense_account) == ("5c1a20b4e6f7a80012ae0001", "60000045")
    assert details.payment_method_id is None
    whole = (await company.customer(EVERYTHING)).details
    assert (whole.expense_account, whole.sales_channel_id) == ("62800001", "5c1a20b4e6f7a80012ae0001")
    plain = await company.customer(PLAIN)
    assert (plain.number, plain.details.supplier_number) == ("43000012", None)


async def test_account_that_comes_as_an_object_survives(company: Company) -> None:
    before = company.stored(EVERYTHING)["defaults"]["expensesAccount"]
    assert isinstance(before, dict)
    assert (await company.update(EVERYTHING, {"defaultDiscount": 9})).errors == []
    assert company.stored(EVERYTHING)["defaults"]["expensesAccount"] == before


async def test_empty_objects_that_come_as_lists_are_filled(company: Company) -> None:
    assert company.stored(BARE)["billAddress"] == company.stored(BARE)["numberingSeries"] == []
    change = {
        "addresses": [{"type": "BILLING", "city": "Elche"}],
        "numberingSeries": {"invoice": "5c1a20b4e6f7a80012ac0002"},
    }
    outcome = await company.update(BARE, change)
    assert outcome.errors == []
    assert company.stored(BARE)["billAddress"]["city"] == "Elche"
    assert told(outcome.warnings) == []


async def test_empty_object_and_list_are_one_version(company: Company) -> None:
    before = (await company.customer(BARE)).version
    company.simulator.records[BARE]["billAddress"] = {}
    assert (await company.customer(BARE)).version == before
    company.simulator.records[BARE]["tradeName"] = None
    assert (await company.customer(BARE)).version == before


async def test_postal_codes_are_texts(company: Company) -> None:
    change = {"addresses": [{"type": kind, "postalCode": "01001"} for kind in ("BILLING", "DELIVERY")]}
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    stored = company.stored(EVERYTHING)
    assert (stored["billAddress"]["postalCode"], stored["shippingAddresses"][0]["postalCode"]) == ("01001", "01001")


async def test_all_delivery_addresses_are_read(company: Company) -> None:
    customer = await company.customer(EVERYTHING)
    deliveries = [address for address in customer.addresses if address.type is AddressType.DELIVERY]
    assert [(address.name, address.city) for address in deliveries] == [
        ("Almacén San Vicente", "San Vicente del Raspeig"),
        ("Tienda Lyon", "Lyon"),
    ]
    assert deliveries[0].country_code == "ES"


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"addresses": [{"type": "BILLING", "countryCode": "PT"}]}, "billingCountry"),
        ({"billingCountry": "Portugal"}, "addresses[BILLING].countryCode"),
        ({"addresses": [{"type": "BILLING", "countryCode": "PT"}], "billingCountry": "Portugal"}, None),
        ({"addresses": [{"type": "BILLING", "city": "Elche"}]}, None),
    ],
)
async def test_half_of_a_country_is_a_risk(company: Company, change: dict[str, Any], kept: str | None) -> None:
    outcome = await company.update(EVERYTHING, change, dry_run=True)
    words = risks_of(outcome.warnings)
    assert (f"and {kept} stays as it is" in words) if kept else ("stays as it is" not in words)


async def test_contact_type_is_read_as_number_and_sent_as_boolean(company: Company) -> None:
    assert (await company.customer(EVERYTHING)).contact_type is ContactType.COMPANY
    outcome = await company.update(EVERYTHING, {"contactType": "CONTACT_PERSON"})
    assert outcome.errors == []
    assert company.bodies() == [{"isperson": True}]
    assert company.stored(EVERYTHING)["isperson"] == 1
    assert outcome.customer is not None
    assert outcome.customer.contact_type is ContactType.CONTACT_PERSON
    assert told(outcome.warnings) == []


async def test_contact_that_does_not_say_what_it_is(company: Company) -> None:
    assert (await company.customer(NAMELESS_KIND)).contact_type is ContactType.UNDEFINED


async def test_two_persons_of_one_name_need_the_id(company: Company) -> None:
    persons = company.simulator.records[EVERYTHING]["contactPersons"]
    persons.append({**deepcopy(persons[0]), "personId": "65c0a1f0b2d3e4f5a6c8aaaa"})
    name = persons[0]["name"]
    outcome = await company.update(EVERYTHING, {"contactPersons": [{"name": name, "jobTitle": "J"}]})
    assert [(error.code, error.path) for error in outcome.errors] == [
        (ErrorCode.UNSUPPORTED, ("change", "holded", "contactPersons", "0"))
    ]
    change = {"contactPersons": [{"id": "65c0a1f0b2d3e4f5a6c8aaaa", "name": name, "jobTitle": "J"}]}
    outcome = await company.update(EVERYTHING, change)
    assert outcome.errors == []
    assert told(outcome.warnings) == []
    assert [person["job"] for person in company.stored(EVERYTHING)["contactPersons"]] == ["Gerente", "Almacén", "J"]


# --- keys, companies, versions of the API


def test_the_key_is_one_header_and_nothing_else() -> None:
    connection = Connection("c", "holded", Credentials({"api_key": "k-1"}), tenant="default")
    assert HOLDED.authorize(connection) == {"key": "k-1"}
    named = Connection("c", "holded", Credentials({"api_key": "k-1", "api_version": "v1"}), tenant="default")
    assert HOLDED.authorize(named) == {"key": "k-1"}


async def test_a_connection_that_asks_for_v2_is_refused_before_any_call(company: Company) -> None:
    outcome = await company.update(EVERYTHING, {"tradeName": "Otra"}, connection=SUCCESSOR)
    [error] = outcome.errors
    assert isinstance(error, ConnectionProblem)
    assert (error.code, error.retryable) == (ErrorCode.REAUTHORIZE, False)
    assert "replaces the whole contact" in error.message
    for asked in (
        company.customer(EVERYTHING, SUCCESSOR),
        company.customers(connection=SUCCESSOR),
        company.gateway.companies(SUCCESSOR),
    ):
        with pytest.raises(ConnectionProblem):
            await asked
    assert company.calls() == []


@pytest.mark.parametrize("version", ["v2", "2", "V1", "", "a-secret-in-the-wrong-place"])
def test_what_is_not_v1_is_never_taken_for_it(version: str) -> None:
    connection = Connection("c", "holded", Credentials({"api_key": "k-1", "api_version": version}), tenant="default")
    with pytest.raises(ConnectionProblem) as told_so:
        HOLDED.authorize(connection)
    assert "a-secret" not in told_so.value.message
    among_settings = Connection(
        "c", "holded", Credentials({"api_key": "k-1"}), settings={"api_version": version}, tenant="default"
    )
    with pytest.raises(ConnectionProblem):
        HOLDED.authorize(among_settings)


async def test_the_company_is_the_connection(company: Company) -> None:
    [found] = await company.gateway.companies(BOOKS)
    assert (found.id, found.name, found.country_code, found.subscription, found.active) == (
        *(BOOKS, None, None, None),
        True,
    )
    assert (await company.customer(EVERYTHING, company=BOOKS)).company_name
    with pytest.raises(ConnectionProblem) as refused:
        await company.customer(EVERYTHING, company="another")
    assert refused.value.code is ErrorCode.COMPANY_UNAVAILABLE


async def test_there_is_no_link_to_a_contact(company: Company) -> None:
    assert (await company.customer(EVERYTHING)).web_url is None


# --- reading and listing


async def test_unknown_contact_is_not_found(company: Company) -> None:
    for status in (200, 404):
        company.simulator.missing_status = status
        with pytest.raises(GatewayError) as missing:
            await company.customer(STRANGER)
        assert (missing.value.code, missing.value.path) == (ErrorCode.NOT_FOUND, ("customer",))
    with pytest.raises(GatewayError) as missing:
        await company.customer("10021")
    assert missing.value.code is ErrorCode.NOT_FOUND
    assert [call for call in company.calls() if "10021" in call] == []


async def test_suppliers_are_on_no_list_and_can_be_read(company: Company) -> None:
    listed = (await company.customers(limit=100)).customers
    assert not {SUPPLIER, CREDITOR} & {customer.native_id for customer in listed}
    assert len(listed) == len(company.simulator.records) - 2
    assert (await company.customer(SUPPLIER)).details.customer_type == "supplier"


@pytest.mark.parametrize("size", [500, 10, 3])
async def test_list_is_walked_whatever_a_page_holds(company: Company, size: int) -> None:
    company.simulator.page_size = size
    company.simulator.unseen = set(list(company.simulator.records)[3:5])  # leaves the first pages short
    found: list[str] = []
    more = True
    while more:
        page = await company.customers(len(found), 7)
        found += [customer.native_id for customer in page.customers]
        more = page.more
    hidden = {SUPPLIER, CREDITOR, *company.simulator.unseen}
    assert found == [native_id for native_id in company.simulator.records if native_id not in hidden]


async def test_listed_contacts_are_whole(company: Company) -> None:
    listed = {customer.native_id: customer for customer in (await company.customers(limit=100)).customers}
    assert listed[EVERYTHING] == await company.customer(EVERYTHING)


@pytest.mark.parametrize("wanted", [{"name": "x"}, {"number": "1"}, {"email": "x"}, {"active": True}])
async def test_there_is_no_filter(company: Company, wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidChange) as refused:
        await company.customers(**wanted)
    assert refused.value.code is ErrorCode.UNSUPPORTED
    assert company.calls() == []


@pytest.mark.parametrize("status", [200, 400])
async def test_refusal_is_told_at_the_value(company: Company, status: Any) -> None:
    company.simulator.refusal_status = status
    before = company.stored(EVERYTHING)
    outcome = await company.update(EVERYTHING, {"tradeName": "Otra", "groupId": "nope"})
    assert [(error.code, error.path) for error in outcome.errors] == [
        (ErrorCode.INVALID_VALUE, ("change", "holded", "groupId"))
    ]
    assert company.stored(EVERYTHING) == before
