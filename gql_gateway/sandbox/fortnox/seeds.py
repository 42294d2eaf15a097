"""The company and its customers: a joinery in Umeå and whom it works for."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from ..seeds import gln, organisation_number, personal_number, phone, swedish_vat_number
from ..simulator import Document
from .customer import EMPTY
from .identity import TENANT_ID

MODIFIED = datetime(2025, 1, 7, 8, 0, tzinfo=UTC).timestamp()
USED_NUMBERS = frozenset({"1099"})
COMPANY: Document = {
    "Address": "Verkstadsgatan 9",
    "City": "Umeå",
    "CompanyName": "Björkstammens Snickeri AB",
    "CountryCode": "SE",
    "DatabaseNumber": TENANT_ID,
    "OrganizationNumber": organisation_number(99),
    "VisitAddress": "Verkstadsgatan 9",
    "VisitCity": "Umeå",
    "VisitCountryCode": "SE",
    "VisitZipCode": "904 22",
    "ZipCode": "904 22",
}
REFERENCES = {
    "1001": ["Åsa Lindqvist", "Göran Ek"],
    "1004": ["Märta Öberg"],
    "K-1042": ["Jonas Nyström"],
}


def seed_customers() -> dict[str, Document]:
    """The stored documents by customer number, all properties present, derived ones still empty."""
    customers = [*_companies(), *_persons(), *_abroad(), *_odd_ones()]
    return {customer["CustomerNumber"]: customer for customer in customers}


def _customer(number: str, name: str, kind: str, **native: Any) -> Document:
    usual = {
        "Active": True,
        "CountryCode": "SE",
        "Currency": "SEK",
        "DefaultDeliveryTypes": {"Invoice": "EMAIL", "Order": "PRINT", "Offer": "PRINT"},
        "DefaultTemplates": dict.fromkeys(("Order", "Offer", "Invoice", "CashInvoice"), "DEFAULTTEMPLATE"),
        "PriceList": "A",
        "ShowPriceVATIncluded": False,
        "TermsOfPayment": "30",
        "VATType": "SEVAT",
    }
    return {**deepcopy(EMPTY), **usual, "CustomerNumber": number, "Name": name, "Type": kind, **native}


def _company(number: str, name: str, serial: int, **native: Any) -> Document:
    organisation = organisation_number(serial)
    tax = {"OrganisationNumber": organisation, "VATNumber": swedish_vat_number(organisation)}
    return _customer(number, name, "COMPANY", **{**tax, **native})


def _person(number: str, name: str, born: date, serial: int, **native: Any) -> Document:
    private = {
        "OrganisationNumber": personal_number(born, serial),
        "Phone1": phone("mobile", serial),
        "ShowPriceVATIncluded": True,
        "TermsOfPayment": "10",
    }
    return _customer(number, name, "PRIVATE", **{**private, **native})


def _at(street: str, zip_code: str, city: str) -> Document:
    return {"Address1": street, "ZipCode": zip_code, "City": city}


def _mail(domain: str) -> Document:
    return {"Email": f"info@{domain}.example", "WWW": f"https://www.{domain}.example"}


def _companies() -> list[Document]:
    return [
        _company(
            "1001",
            "Älvstrandens Byggvaror AB",
            1,
            **_at("Storgatan 8", "903 26", "Umeå"),
            **_mail("alvstranden"),
            Address2="Port B",
            Phone1=phone("Kiruna", 1),
            Phone2=phone("mobile", 41),
            EmailInvoice="faktura@alvstranden.example",
            EmailInvoiceCC="ekonomi@alvstranden.example",
            YourReference="Åsa Lindqvist",
            OurReference="Per Björk",
            Comments="Leverans endast före kl. 10.",
            DeliveryName="Älvstranden, lager",
            DeliveryAddress1="Hamnvägen 2",
            DeliveryZipCode="904 31",
            DeliveryCity="Umeå",
            DeliveryCountryCode="SE",
            DeliveryPhone1=phone("mobile", 42),
            VisitingAddress="Storgatan 8",
            VisitingZipCode="903 26",
            VisitingCity="Umeå",
            VisitingCountryCode="SE",
            GLN=gln(1),
            GLNDelivery=gln(2),
            CostCenter="UMEA",
            SalesAccount="3001",
            InvoiceAdministrationFee="45",
            InvoiceFreight="195.50",
            InvoiceDiscount=5,
            ExternalReference="CRM-2207",
        ),
        _company(
            "1002",
            "Norrskenets Café & Bageri AB",
            2,
            **_at("Kungsgatan 41", "981 31", "Kiruna"),
            Fax=phone("Kiruna", 2),
        ),
        _company(
            "1003",
            "Bostadsrättsföreningen Tallbacken",
            3,
            **_at("Tallvägen 1-17", "907 33", "Umeå"),
            Email="styrelsen@tallbacken.example",
            Project="BRF",
            VATNumber=None,
        ),
        _company(
            "1004",
            "Öbergs Rör i Skellefteå AB",
            4,
            **_at("Nygatan 55", "931 30", "Skellefteå"),
            **_mail("obergsror"),
            YourReference="Märta Öberg",
            DeliveryFax=phone("Stockholm", 4),
            DeliveryPhone2=phone("mobile", 44),
        ),
        _company(
            "1005", "Göteborgs Segelmakeri HB", 5, **_at("Ekelundsgatan 3", "411 18", "Göteborg"), CostCenter="GBG"
        ),
        _company(
            "1006",
            "Kattegatt Fastigheter AB",
            6,
            **_at("Hamngatan 12", "434 30", "Kungsbacka"),
            **_mail("kattegatt"),
            VATType="SEREVERSEDVAT",
            TermsOfPayment="60",
            WayOfDelivery="H",
            TermsOfDelivery="FVL",
        ),
        _company("1007", "Malmö Möbelhantverk AB", 7, **_at("Östra Förstadsgatan 20", "212 12", "Malmö")),
        _company(
            "1008",
            "Linnéa Förskolor Ek. för.",
            8,
            **_at("Sveavägen 98", "113 50", "Stockholm"),
            Phone1=phone("Stockholm", 8),
        ),
        _company("1009", "Vasa Teaterteknik AB", 9, **_at("Vasagatan 15", "111 20", "Stockholm"), Active=False),
        _company("1010", "Ångermanlands Trä AB", 10, **_at("Nybrogatan 4", "871 31", "Härnösand"), Active=False),
        _company(
            "K-1042",
            "Norrsken Bygg AB",
            11,
            **_at("Storgatan 8", "903 26", "Umeå"),
            Email="faktura@norrsken.example",
            Phone1=phone("Stockholm", 11),
            Address2="c/o Nyström",
        ),
    ]


def _persons() -> list[Document]:
    return [
        _person("2001", "Åke Sjögren", date(1958, 11, 2), 0, **_at("Björnvägen 7", "906 40", "Umeå")),
        _person("2002", "Maria Öhman", date(1983, 4, 19), 1, **_at("Ringgatan 22", "752 17", "Uppsala")),
        _person("2003", "Abdirahman Yusuf", date(1991, 9, 8), 2, **_at("Rosengårdsvägen 5", "213 74", "Malmö")),
        _person("2004", "Ingrid Hägg", date(1944, 2, 27), 3, Phone1=None, **_at("Byvägen 80", "915 96", "Bygdeå")),
        _person("2005", "Sebastian af Ström", date(1976, 6, 30), 4, **_at("Norr Mälarstrand 6", "112 20", "Stockholm")),
        _person("2006", "Elin Åström", date(1999, 12, 13), 5, Active=False, **_at("Sjövägen 3", "941 40", "Piteå")),
        _person("2007", "Jörgen Kåbo", date(1969, 1, 5), 6, Email="jorgen@kabo.example", TermsOfPayment="K"),
    ]


def _abroad() -> list[Document]:
    return [
        _customer(
            "3001",
            "Nordkalotten Hytter AS",
            "COMPANY",
            **_at("Storgata 61", "9008", "Tromsø"),
            CountryCode="NO",
            Currency="NOK",
            VATType="EXPORT",
            PriceList="EXPORT",
            SalesAccount="3105",
            OrganisationNumber="983 000 017",
        ),
        _customer(
            "3002",
            "Ålands Båtbyggare Ab",
            "COMPANY",
            **_at("Sjökvarteret 1", "22100", "Mariehamn"),
            CountryCode="FI",
            Currency="EUR",
            VATType="EUREVERSEDVAT",
            VATNumber="FI09999998",
            SalesAccount="3308",
        ),
        _customer(
            "3003",
            "Hölzl Innenausbau GmbH",
            "COMPANY",
            **_at("Gärtnerstraße 17", "80992", "München"),
            CountryCode="DE",
            Currency="EUR",
            VATType="EUREVERSEDVAT",
            VATNumber="DE999999999",
            DefaultTemplates=dict.fromkeys(("Order", "Offer", "Invoice", "CashInvoice"), "Engelsk"),
        ),
    ]


def _odd_ones() -> list[Document]:
    """What a careless update would trip over."""
    return [
        # Nearly nothing filled in.
        _customer("4001", "Kontantkund", "PRIVATE", TermsOfPayment="K", PriceList=None, CountryCode=None),
        _customer("4002", "Okänd", "PRIVATE", Currency=None, VATType=None, TermsOfPayment=None, CountryCode=None),
        # From before `Type` had two words only.
        _customer("87", "Fiskargränds Samfällighet", "UNDEFINED", **_at("Fiskargränd 4", "871 40", "Härnösand")),
        # A number that has to be encoded in a path.
        _company("2024/17", "Projektbolaget Sjöutsikten AB", 20, **_at("Kajen 2", "852 37", "Sundsvall")),
        _company("A+B_1", "Andersson & Berg Arkitekter AB", 21, **_at("Kyrkogatan 9", "831 31", "Östersund")),
        # A price list that was deleted later: sending the whole record back fails.
        _company("1020", "Gamla Prislistan AB", 22, PriceList="1998", **_at("Torget 1", "961 62", "Boden")),
        # Properties that no document describes.
        _company("1030", "Hälsingeguld AB", 23, PeppolId="0007:5599000238", CreditRating={"Score": 71, "Class": "AA"}),
        _company("1031", "Jämtlands Kvarnar AB", 24, Labels=[{"Id": 3, "Name": "stamkund"}, {"Id": 8, "Name": "ROT"}]),
        _person("2030", "Ylva Ärlig", date(1988, 8, 8), 7, HouseWorkShare=0.5, Email="ylva@arlig.example"),
    ]
