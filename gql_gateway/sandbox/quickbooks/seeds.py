"""The companies and their customers: a tea and camping supplier in Maine, its British sister, and one that gave up.

Telephone numbers are from the ranges kept for fiction (555-01xx, 020 7946 0xxx), mail and web end in `.example`.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from typing import Any

from ..simulator import Document
from .books import Books

REALM, BRITISH_REALM, ENDED_REALM = "9341450000000001", "9341450000000002", "9341450000000003"
EXAMPLE = "12"
UNHEARD_OF = frozenset({"LoyaltyTier", "ElectronicInvoicing", "PaymentReminders", "RiskScore"})
"""Invented properties in place of those a later release may add."""

_TIME = "2026-01-{:02d}T09:{:02d}:11-08:00"


def companies() -> list[Books]:
    """Fresh each time. The first is the one of the sandbox connection."""
    home = _books(REALM, "Casco Bay Supply", "US", "USD", _american())
    sister = _books(BRITISH_REALM, "Casco Bay Supply UK", "GB", "GBP", _british())
    ended = _books(ENDED_REALM, "Old Orchard Pottery", "US", "USD", [_customer("1", "Saco Gallery")])
    ended.ended = True
    return [home, sister, ended]


def _books(realm: str, name: str, country: str, currency: str, customers: list[Document]) -> Books:
    info: Document = {
        "CompanyName": name,
        "LegalName": f"{name} {'LLC' if country == 'US' else 'Ltd'}",
        "CompanyAddr": {"Id": "1", "Line1": "1 Wharf Street", "City": "Portland", "Country": country},
        "CustomerCommunicationAddr": {"Id": "1", "Line1": "1 Wharf Street", "City": "Portland", "Country": country},
        "PrimaryPhone": {"FreeFormNumber": "(207) 555-0100" if country == "US" else "020 7946 0100"},
        "CompanyStartDate": "2024-02-01",
        "FiscalYearStartMonth": "January" if country == "US" else "April",
        "Country": country,
        "Email": {"Address": "office@cascobay.example"},
        "WebAddr": {"URI": "https://cascobay.example"},
        "SupportedLanguages": "en",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
        ],
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": "4",
        "MetaData": {"CreateTime": _TIME.format(1, 0), "LastUpdatedTime": _TIME.format(2, 0)},
    }
    books = Books(info, realm, currency, {customer["Id"]: customer for customer in customers}, _registers())
    for native_id, customer in books.customers.items():
        customer.setdefault("CurrencyRef", {"value": currency})
        books.customers[native_id] = books.derive(customer)
    return books


def _registers() -> dict[str, dict[str, Document]]:
    plain = {
        "Term": {"1": "Due on receipt", "2": "Net 15", "3": "Net 30", "4": "Net 60", "5": "Net 10 old"},
        "PaymentMethod": {"1": "Cash", "2": "Check", "3": "Visa", "4": "Diners Club"},
        "TaxCode": {"TAX": "TAX", "NON": "NON", "2": "Maine", "3": "Old county tax"},
        "CustomerType": {"100000001": "Retail", "100000002": "Wholesale", "100000003": "Mail order"},
        "Account": {"84": "Accounts Receivable (A/R)", "85": "Clients divers", "86": "Old receivables"},
    }
    inactive = {
        ("Term", "5"),
        ("PaymentMethod", "4"),
        ("TaxCode", "3"),
        ("CustomerType", "100000003"),
        ("Account", "86"),
    }
    registers = {
        entity: {id: _row(id, Name=name, Active=(entity, id) not in inactive) for id, name in rows.items()}
        for entity, rows in plain.items()
    }
    registers["CompanyCurrency"] = {
        code: _row(str(number), Code=code, Name=name, Active=True)
        for number, (code, name) in enumerate(
            {"USD": "United States Dollar", "CAD": "Canadian Dollar", "EUR": "Euro", "GBP": "British Pound"}.items(), 1
        )
    }
    registers["Vendor"] = {
        "30": _row("30", DisplayName="Penobscot Paper Mill", Active=True),
        "31": _row("31", DisplayName="Tisanes Bélanger inc.", Active=True),
    }
    registers["Employee"] = {"55": _row("55", DisplayName="Mara Example", Active=True)}
    return registers


def _row(id: str, **members: Any) -> Document:
    times = {"CreateTime": _TIME.format(1, 0), "LastUpdatedTime": _TIME.format(1, 0)}
    return {**members, "domain": "QBO", "sparse": False, "Id": id, "SyncToken": "0", "MetaData": times}


def _customer(id: str, name: str, **native: Any) -> Document:
    number = int(id)
    usual: Document = {
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": native.get("Balance", 0),
        "PreferredDeliveryMethod": "Print",
        "IsProject": False,
        "ClientEntityId": "0",
        "Id": id,
        "SyncToken": str(number % 4),
        "MetaData": {
            "CreateTime": "2025-11-03T09:10:11-08:00",
            "LastUpdatedTime": _TIME.format(number % 28 + 1, number % 60),
        },
        "DisplayName": name,
        "Active": True,
        "V4IDPseudonym": "00209" + hashlib.sha256(f"quickbooks customer {id}".encode()).hexdigest()[:28],
    }
    return {**usual, **deepcopy(native)}


def _company(id: str, name: str, **native: Any) -> Document:
    return _customer(id, name, CompanyName=name, **native)


def _person(id: str, given: str, family: str, **native: Any) -> Document:
    return _customer(id, f"{given} {family}", GivenName=given, FamilyName=family, **native)


def _at(row: str, line: str, city: str, region: str, postal_code: str, country: str = "USA", **more: str) -> Document:
    address = {
        "Id": row,
        "Line1": line,
        "City": city,
        "CountrySubDivisionCode": region,
        "PostalCode": postal_code,
        "Country": country,
        "Lat": "INVALID",
        "Long": "INVALID",
        **more,
    }
    return {name: value for name, value in address.items() if value}


def _phone(last: int) -> Document:
    return {"FreeFormNumber": f"(207) 555-01{last:02d}"}


def _mail(address: str) -> Document:
    return {"Address": f"{address}.example"}


def _ref(value: str) -> Document:
    return {"value": value}


def _american() -> list[Document]:
    return [*_rich(), *_companies(), *_persons(), *_abroad(), *_odd_ones()]


def _rich() -> list[Document]:
    """One with every writable value but the two tax ids, which are answered masked; one with those and most others."""
    regional = {
        "BusinessNumber": "123456789",
        "GSTIN": "27ABCDE1234F1Z5",
        "GSTRegistrationType": "GST_REG_REG",
        "TDSEnabled": False,
        "IsCISContractor": False,
        "TaxRegime": "601",
        "ARAccountRef": _ref("84"),
    }
    everything: Document = {
        **regional,
        "Title": "Ms.",
        "GivenName": "Ines",
        "MiddleName": "Q.",
        "FamilyName": "Sample",
        "Suffix": "Jr.",
        "PrintOnCheckName": "Northwind Tea",
        "PrimaryEmailAddr": _mail("accounts@northwind-tea"),
        "PrimaryPhone": _phone(58),
        "AlternatePhone": _phone(59),
        "Mobile": _phone(60),
        "Fax": _phone(61),
        "WebAddr": {"URI": "https://northwind-tea.example/wholesale"},
        "BillAddr": _at(
            "94",
            "12 Quay Street",
            "Portland",
            "ME",
            "04101",
            **{"Line2": "Unit 4", "Line3": "Attn. Ines Sample", "Line4": "Second floor", "Line5": "Ring twice"},
        ),
        "ShipAddr": _at("95", "3 Dock Road", "South Portland", "ME", "04106", Line2="Gate B", Line3="Ramp 2"),
        "Notes": "Prefers deliveries before ten.\nPays on the last day.",
        "ResaleNum": "RS-0044172",
        "DefaultTaxCodeRef": _ref("TAX"),
        "TaxExemptionReasonId": "9",
        "SalesTermRef": _ref("3"),
        "PaymentMethodRef": _ref("2"),
        "PreferredDeliveryMethod": "Email",
        "CustomerTypeRef": _ref("100000002"),
    }
    several = {name: value for name, value in everything.items() if name not in {*regional, "MiddleName", "Suffix"}}
    several |= {"BillAddr": {**everything["BillAddr"], "Id": "97"}, "ShipAddr": {**everything["ShipAddr"], "Id": "98"}}
    return [
        _company(
            "58",
            "Northwind Tea Ltd",
            **{**several, "PrimaryTaxIdentifier": "98-12356789", "SecondaryTaxIdentifier": "2345678901"},
            Balance=120.5,
            BusinessNumber="987654321",
        ),
        _company("59", "Northwind Tea Warehouse", **everything, Job=True, ParentRef=_ref("58")),
    ]


def _companies() -> list[Document]:
    geocoded = {"Lat": "44.3876", "Long": "-68.2039"}
    return [
        _company(
            EXAMPLE,
            "Acadia Kayak Rental LLC",
            BillAddr=_at("12", "88 Shore Path", "Bar Harbor", "ME", "04609", **geocoded),
            PrimaryEmailAddr=_mail("office@acadia-kayak"),
            PrimaryPhone=_phone(12),
            SalesTermRef=_ref("2"),
        ),
        _company(
            "13",
            "Katahdin Outfitters Inc.",
            BillAddr=_at("13", "5 Penobscot Avenue", "Millinocket", "Maine", "04462", "United States", Line2="Box 7"),
            ShipAddr=_at("13", "5 Penobscot Avenue", "Millinocket", "Maine", "04462", "United States", Line2="Box 7"),
            PrimaryPhone=_phone(13),
            WebAddr={"URI": "https://katahdin.example"},
        ),
        # Typed in the web app as two letters, which the API would not take.
        _company("14", "Rockland Sail Loft", BillAddr=_at("14", "41 Main Street", "Rockland", "ME", "04841", "US")),
        _company("15", "Café Ébène", Balance=310.0, PrimaryEmailAddr=_mail("bonjour@cafe-ebene"), Taxable=False),
        _company("16", "Kennebec Brewing Co.", Fax=_phone(16), PaymentMethodRef=_ref("4"), SalesTermRef=_ref("5")),
        _company(
            "17",
            "Société des Érables",
            Notes="Écrire en français.",
            BillAddr={**_at("17", "9 Elm", "Lewiston", "ME", "04240")},
        ),
        _company("18", "Moosehead Lodge", PreferredDeliveryMethod="None", AlternatePhone=_phone(18)),
        _company(
            "19", "Smith & Wesley's Boatyard", CustomerTypeRef=_ref("100000001"), PrimaryTaxIdentifier="45-7788991"
        ),
        _company("20", "Blue Heron Yoga (deleted)", Active=False, PrimaryEmailAddr=_mail("hi@blue-heron")),
        _company("21", "Ferry Landing Grill (deleted)", Active=False, Balance=0),
        # Renamed once: what lists and invoices show is an old name.
        _customer(
            "22", "Harpswell Oysters", CompanyName="Harpswell Sea Farms LLC", PrintOnCheckName="Harpswell Oyster Co"
        ),
    ]


def _persons() -> list[Document]:
    return [
        _person("23", "Zoë", "Marchetti", PrimaryEmailAddr=_mail("zoe@marchetti"), Mobile=_phone(23)),
        _person("24", "Amadou", "Diallo", BillAddr=_at("24", "17 Munjoy Street", "Portland", "ME", "04101")),
        _person("25", "Siobhán", "O'Neill", Title="Dr.", Suffix="PhD", Mobile=_phone(25)),
        _person("26", "José", "Peña", MiddleName="Luis", Notes="Only calls after five."),
        _person("27", "Wei", "Zhang", Taxable=True, ResaleNum="R-2207", SalesTermRef=_ref("1")),
        _person("28", "Grace", "Lund", PrimaryPhone=_phone(28), TaxExemptionReasonId="1", Taxable=False),
        _person("29", "Thomas", "Björk"),
    ]


def _abroad() -> list[Document]:
    return [
        _company(
            "40",
            "Thé Tremblay ltée",
            CurrencyRef=_ref("CAD"),
            BillAddr=_at("40", "220 rue Saint-Paul", "Québec", "QC", "G1K 3W1", "CAN"),
            BusinessNumber="812345678",
        ),
        _company(
            "41",
            "Hölzl Teehandel GmbH",
            CurrencyRef=_ref("EUR"),
            BillAddr=_at("41", "Gärtnerstraße 17", "München", "Bayern", "80992", "Deutschland"),
            Taxable=False,
        ),
        _company(
            "42",
            "Fjällte AB",
            CurrencyRef=_ref("EUR"),
            BillAddr=_at("42", "Storgatan 8", "Umeå", "", "903 26", "Sweden"),
        ),
    ]


def _odd_ones() -> list[Document]:
    """What a careless update would trip over."""
    return [
        # Nothing but a name.
        _customer("60", "Walk-in", PreferredDeliveryMethod="None", Taxable=False),
        # A hierarchy down to the deepest level there is.
        _company("61", "Maine Camps", Balance=50.0),
        _customer("62", "Camp Sebago", Job=True, ParentRef=_ref("61"), BillWithParent=True),
        _customer("63", "Boathouse", Job=True, ParentRef=_ref("62"), IsProject=True),
        _customer("64", "Roof", Job=True, ParentRef=_ref("63")),
        _customer("65", "Shingles", Job=True, ParentRef=_ref("64")),
        # Properties that no document describes.
        _company(
            "70",
            "Damariscotta Books",
            Job=True,
            ParentRef=_ref("61"),
            LoyaltyTier="Gold",
            ElectronicInvoicing={"Network": "Peppol", "ParticipantId": "0088:7300009000992", "Accepts": ["BIS3"]},
            BillAddr=_at("70", "4 Elm Street", "Damariscotta", "ME", "04543"),
            ShipAddr=_at("71", "6 Elm Street", "Damariscotta", "ME", "04543"),
            PrimaryPhone=_phone(70),
            GivenName="Ruth",
            FamilyName="Alden",
        ),
        _company("72", "Stonington Quarry", PaymentReminders=[{"AfterDays": 14, "Channel": "Email"}], Balance=990.25),
        _person("73", "Noor", "Haddad", RiskScore=0.25, Mobile=_phone(73)),
        # Custom fields can be seen and not written.
        _company(
            "74",
            "Brunswick Print Shop",
            CustomField=[{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType", "StringValue": "102"}],
        ),
    ]


def _british() -> list[Document]:
    return [
        _company(
            "1", "Brighton Brew Supplies", PrimaryTaxIdentifier="GB123456789", SecondaryTaxIdentifier="1234567890"
        ),
        _person("2", "Priya", "Shah", IsCISContractor=True, PrimaryPhone={"FreeFormNumber": "020 7946 0022"}),
    ]
