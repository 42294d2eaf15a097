"""Reading at the strict simulator: companies, lists, details."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.fortnox import CONNECTOR
from gql_gateway.errors import ConnectionProblem, ErrorCode, InvalidChange, ProviderProtocolError
from gql_gateway.model.customer import ContactPerson
from gql_gateway.model.enums import AddressType, ContactType, EmailType, PhoneType
from gql_gateway.model.ref import Ref
from gql_gateway.sandbox.fortnox import seeds

FORTNOX = CONNECTOR()
LISTED = frozenset({"companyName", "number"})


async def numbers(company: Any, first: int = 100, **wanted: Any) -> list[str]:
    page = await company.gateway.customers("acme", None, ListFilter(**wanted), 0, first, LISTED)
    return [customer.number for customer in page.customers]


async def test_database_number_is_the_company(company: Any) -> None:
    """An integer on the wire, a text here (quirk 12)."""
    [known] = await company.gateway.companies("acme")
    assert (known.id, known.name, known.country_code) == ("654321", "Björkstammens Snickeri AB", "SE")
    assert (known.active, known.subscription) == (None, None)


async def test_company_is_checked(company: Any) -> None:
    customer = await company.gateway.customer(Ref("acme", "1001", "654321"))
    assert customer.company_id == "654321"
    with pytest.raises(ConnectionProblem) as problem:
        await company.gateway.customer(Ref("acme", "1001", "654322"))
    assert problem.value.code is ErrorCode.COMPANY_UNAVAILABLE


async def test_company_that_was_added_is_known_without_a_restart(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await company.gateway.customer(Ref("acme", "1001", "654321"))).company_id == "654321"
    monkeypatch.setitem(seeds.COMPANY, "DatabaseNumber", 654322)
    assert (await company.gateway.customer(Ref("acme", "1001", "654322"))).company_id == "654322"


async def test_company_needs_a_scope_of_its_own(company: Any) -> None:
    company.simulator.scopes = frozenset({"customer"})
    assert (await company.customer("1001")).number == "1001"
    with pytest.raises(ConnectionProblem) as problem:
        await company.gateway.companies("acme")
    assert problem.value.code is ErrorCode.MISSING_SCOPE
    assert "companyinformation" in problem.value.message


async def test_list_is_read_in_stretches(company: Any) -> None:
    found: list[str] = []
    offset, more = 0, True
    while more:
        page = await company.gateway.customers("acme", None, ListFilter(), offset, 7, LISTED)
        assert page.total == len(company.simulator.records)
        found += [customer.number for customer in page.customers]
        offset, more = offset + len(page.customers), page.more
    assert len(found) == len(set(found)) and set(found) == set(company.simulator.records)
    assert all(call.startswith("GET /3/customers ") for call in company.calls())


async def test_short_documents_are_filled_up_only_when_asked_for_more(company: Any) -> None:
    """A list shows ten properties, and Phone1 as Phone (quirk 6)."""
    needed = frozenset({"phoneNumbers", "version"})
    page = await company.gateway.customers("acme", None, ListFilter(), 0, 3, needed)
    assert len(company.calls()) == 4
    for customer in page.customers:
        assert customer == await company.customer(customer.native_id)


async def test_short_document_claims_nothing_it_does_not_show(company: Any) -> None:
    page = await company.gateway.customers("acme", None, ListFilter(number="1001"), 0, 3, LISTED)
    [customer] = page.customers
    assert (customer.number, customer.company_name) == ("1001", "Älvstrandens Byggvaror AB")
    assert customer.version is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"number": "87"}, ["87"]),
        ({"number": "2024/17"}, ["2024/17"]),
        ({"number": "100"}, []),
        ({"number": ""}, []),
        ({"name": "älvstrand"}, ["1001"]),
        ({"email": "@ARLIG"}, ["2030"]),
        ({"active": False}, ["1009", "1010", "2006"]),
        ({"name": "nobody at all"}, []),
    ],
)
async def test_filters(company: Any, wanted: dict[str, Any], found: list[str]) -> None:
    """ "Contains" and whatever the case, but a number is exact (quirk 7)."""
    assert await numbers(company, **wanted) == found


async def test_number_is_found_behind_those_that_contain_it(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gql_gateway.connectors.fortnox.protocol.PAGE", 1)
    company.simulator.records["7"] = {**company.stored("1007"), "CustomerNumber": "7"}
    company.simulator.records["2007-7"] = {**company.stored("1007"), "CustomerNumber": "2007-7"}
    assert await numbers(company, number="2007-7") == ["2007-7"]
    assert await numbers(company, number="7") == ["7"]
    assert await numbers(company, number="07") == []


async def test_changed_since(company: Any) -> None:
    assert await numbers(company, updated_since="2100-01-01T00:00:00+00:00") == []
    company.simulator.touch("1004")
    since = "2026-01-01T02:00:00+02:00"
    assert await numbers(company, updated_since=since) == ["1004"]
    assert await numbers(company, updated_since=since, active=False) == []
    assert len(await numbers(company, updated_since="1999-12-31T23:59:59+00:00")) == len(company.simulator.records)


async def test_second_filter_is_refused_before_the_call(company: Any) -> None:
    with pytest.raises(InvalidChange) as problem:
        await numbers(company, name="AB", active=True)
    assert (problem.value.code, problem.value.path) == (ErrorCode.UNSUPPORTED, ("filter", "active"))
    assert company.calls() == []


async def test_customer_is_read_whole(company: Any) -> None:
    customer = await company.customer("1001")
    native = company.stored("1001")
    assert customer.contact_type is ContactType.COMPANY
    assert (customer.tax_number, customer.vat_id) == (native["OrganisationNumber"], native["VATNumber"])
    assert [address.type for address in customer.addresses] == [
        AddressType.BILLING,
        AddressType.DELIVERY,
        AddressType.VISITING,
    ]
    assert customer.addresses[1].name == "Älvstranden, lager"
    assert [item.type for item in customer.email_addresses] == [
        EmailType.BUSINESS,
        EmailType.INVOICE,
        EmailType.INVOICE_CC,
    ]
    assert [item.type for item in customer.phone_numbers] == [PhoneType.BUSINESS, PhoneType.DELIVERY, PhoneType.OTHER]
    assert customer.contact_persons == (ContactPerson(name="Åsa Lindqvist"),)
    assert (customer.currency, customer.payment_terms, customer.active) == ("SEK", "30", True)
    assert customer.native == native


async def test_details(company: Any) -> None:
    details = (await company.customer("1001")).details
    assert (details.our_reference, details.external_reference) == ("Per Björk", "CRM-2207")
    assert (details.invoice_administration_fee, details.invoice_freight) == ("45", "195.50")
    assert details.invoice_discount == 5.0 and isinstance(details.invoice_discount, float)
    assert (details.cost_center, details.sales_account, details.price_list) == ("UMEA", "3001", "A")
    assert (details.gln, details.gln_delivery) == (company.stored("1001")["GLN"], company.stored("1001")["GLNDelivery"])
    assert details.show_price_vat_included is False
    assert (details.country, details.delivery_country, details.visiting_country) == ("Sverige",) * 3
    assert (details.default_delivery_types.invoice, details.default_delivery_types.order) == ("EMAIL", "PRINT")
    assert details.default_templates.cash_invoice == "DEFAULTTEMPLATE"
    assert details.vat_type == "SEVAT"


@pytest.mark.parametrize("native", [{}, {"DefaultTemplates": None}, {"DefaultTemplates": "x", "InvoiceDiscount": "x"}])
def test_details_of_an_odd_document_are_empty(native: dict[str, Any]) -> None:
    details = FORTNOX.parse({"CustomerNumber": "1", **native}, Ref("c", "1")).details
    assert details.invoice_discount is None
    assert details.default_templates is None or details.default_templates.invoice is None


async def test_answer_that_cannot_be_read_is_logged_without_what_it_says(company: Any) -> None:
    company.sandbox.fault("fortnox", "html_instead", on="GET /3/customers")
    company.sandbox.fault("fortnox", "html_after", on="PUT /3/customers")
    with structlog.testing.capture_logs() as logs:
        with pytest.raises(ProviderProtocolError):
            await company.customer("1001")
        assert (await company.update("1001", {"notes": "c4nary"})).errors == []

    [read, written] = [line for line in logs if line["event"] == "answer_not_read"]
    assert read == written
    assert (read["log_level"], read["integration"], read["status"]) == ("error", "fortnox", "200")
    assert "html" not in str(logs).lower() and "c4nary" not in str(logs)
