"""The books the sandbox starts with: one Swedish company and ninety invented customers of it.

Numbers carry valid check digits. Telephones lie in the series set apart for fiction, personal numbers in the series for
tests, mail and web addresses below `.example`, so that none of them reaches anybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from gql_gateway.sandbox.simulator import Document

USERNAME = "bokning@fjallbokning.example"
PASSWORD = "sandbox-only"
CURRENCY = "SEK"
COMPANY_ID = "a1b2c3d4-0000-4000-8000-00000000beef"
OTHER_COMPANY_ID = "b2c3d4e5-0000-4000-8000-00000000cafe"
OTHER_TELEPHONES = ("08-465 004 98", "08-465 004 99")
"""What somebody else writes into a record."""

NO_DATE = "0001-01-01T00:00:00"


def _guid(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"bookmore {kind} {number}"))


API_KEYS: list[Document] = [
    {
        "CompanyId": COMPANY_ID,
        "ApiKey": "3f0c2b8a-6d1e-4b57-9a0c-5e7f1d2c3b4a",
        "Active": True,
        "CreatedDate": "2025-02-03T09:12:44",
        "ContactEmail": "it@fjallbokning.example",
        "Notes": "Customer sync",
    },
    {
        "CompanyId": COMPANY_ID,
        "ApiKey": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "Active": False,
        "CreatedDate": "2023-05-17T13:40:02",
        "ExpiryDate": "2024-05-17T00:00:00",
        "ContactEmail": "it@fjallbokning.example",
        "Notes": "Old booking page",
        "AllowedIpAddresses": "192.0.2.10, 192.0.2.11",
    },
]

COMPANIES: list[Document] = [
    {
        "Id": COMPANY_ID,
        "Name": "Fjällbokning i Norr AB",
        "OrganisationNumber": "559000-1001",
        "Street1": "Rådhusesplanaden 4",
        "ZipCode": "90328",
        "City": "Umeå",
        "CountryId": "SE",
        "Phone": "0980-319 200",
        "Email": "hej@fjallbokning.example",
        "Active": True,
        "StatusId": 1,
    },
    {
        "Id": OTHER_COMPANY_ID,
        "Name": "Salong Svea HB",
        "OrganisationNumber": "969700-2002",
        "Street1": "Drottninggatan 71",
        "ZipCode": "11136",
        "City": "Stockholm",
        "CountryId": "SE",
        "Phone": "08-465 004 90",
        "Email": "salong@svea.example",
        "Active": True,
        "StatusId": 1,
    },
]


_TERMS_TYPES = ("Normal", "CurrentMonth", "Cash", "CardPayment")


def _terms(id: str, name: str, english: str, days: int = 0, *, kind: int = 0) -> Document:
    return {
        "Id": id,
        "Name": name,
        "NameEnglish": english,
        "NumberOfDays": days,
        "TermsOfPaymentTypeId": kind,
        "TermsOfPaymentTypeText": _TERMS_TYPES[kind],
        "AvailableForSales": True,
        "AvailableForPurchase": kind != 3,
    }


TERMS_OF_PAYMENT: list[Document] = [
    _terms("0f5b8c2e-7c1d-4f2c-9a1b-6a1f0d2e3c4b", "30 dagar netto", "30 days net", 30),
    _terms(_guid("terms", 10), "10 dagar netto", "10 days net", 10),
    _terms(_guid("terms", 20), "20 dagar netto", "20 days net", 20),
    _terms(_guid("terms", 60), "60 dagar netto", "60 days net", 60),
    _terms(_guid("terms", 1), "Innevarande månad", "Current month", kind=1),
    _terms(_guid("terms", 2), "Kontant", "Cash", kind=2),
    _terms(_guid("terms", 3), "Kortbetalning", "Card payment", kind=3),
]

SETTINGS: Document = {
    "CompanyId": COMPANY_ID,
    "Active": True,
    "DefaultArticle6PercentVat": _guid("article", 6),
    "DefaultArticle12PercentVat": _guid("article", 12),
    "DefaultArticle25PercentVat": _guid("article", 25),
    "DefaultCreateType": 1,
    "DefaultTermsOfPaymentId": TERMS_OF_PAYMENT[0]["Id"],
}


class Seed(NamedTuple):
    """What is told of a customer by hand; the rest follows from its place in the list."""

    name: str
    street: str
    postal_code: str
    city: str
    contact: str = ""
    private: bool = False
    country: str = "SE"


HAND_WRITTEN = (
    Seed("Norrsken Bygg AB", "Storgatan 8", "90326", "Umeå", "Maja Lind"),
    Seed("Göteborgs Båtsnickeri AB", "Fiskhamnsgatan 12", "41455", "Göteborg", "Johan Åkesson"),
    Seed("Café Kanel & Kardemumma HB", "Sankt Larsgatan 3", "58224", "Linköping", "Sara Öberg"),
    Seed("Malmö Cykelverkstad AB", "Bergsgatan 29", "21422", "Malmö", "Amir Haddad"),
    Seed("Kiruna Fjällguider AB", "Lars Janssonsgatan 17", "98131", "Kiruna", "Elle Niia"),
    Seed("Södermalms Tandvård AB", "Götgatan 55", "11621", "Stockholm", "Fredrik Ståhl"),
    Seed("Anna-Karin Öhman", "Björkvägen 2", "93132", "Skellefteå", private=True),
    Seed("Uppsala Trädgårdskonsult AB", "Kungsgatan 40", "75321", "Uppsala", "Ingrid Falk"),
    Seed("Lars Håkansson", "Ringvägen 101", "11860", "Stockholm", private=True),
    Seed("Vätterns Rökeri AB", "Hamnplan 1", "56332", "Gränna", "Petra Nord"),
    Seed("Hårstudio Lockigt HB", "Nygatan 18", "70210", "Örebro", "Mimmi Sand"),
    Seed("Gävle Gym & Rehab AB", "Norra Slottsgatan 6", "80320", "Gävle", "Oskar Wiklund"),
    Seed("Fatima El-Sayed", "Amiralsgatan 44", "21437", "Malmö", private=True),
    Seed("Ångströms Elteknik AB", "Industrigatan 9", "85355", "Sundsvall", "Per Ångström"),
    Seed("Luleå Hundpensionat", "Gammelstadsvägen 70", "97345", "Luleå", "Karin Spets"),
    Seed("Visby Ringmurs Vandrarhem AB", "Strandgatan 25", "62156", "Visby", "Tove Ekelund"),
    Seed("Västerås Musikskola Ekonomisk förening", "Vasagatan 11", "72215", "Västerås", "Niklas Berg"),
    Seed("Karl-Erik Löfgren", "Älvsborgsgatan 8", "41472", "Göteborg", private=True),
    Seed("Kalmar Slottscatering AB", "Slottsvägen 1", "39233", "Kalmar", "Elin Sjö"),
    Seed("Østfold Hytteutleie AS", "Storgata 12", "1607", "Fredrikstad", "Ingvild Moen", country="NO"),
    Seed("Dalarnas Dalahästar AB", "Nusnäsvägen 88", "79236", "Nusnäs", "Mats Grannas"),
    Seed("Helsingborgs Segelsällskap", "Parapeten 5", "25278", "Helsingborg", "Rikard Holm"),
    Seed("Zoë Bäckström", "Trädgårdsgatan 14 lgh 1102", "60224", "Norrköping", private=True),
    Seed("Jämtlands Skoterservice AB", "Fagerbacken 30", "83152", "Östersund", "Arvid Jonsson"),
    Seed("Kurhaus Ostsee GmbH", "Strandpromenade 3", "18119", "Rostock", "Jörg Weiß", country="DE"),
    Seed("Lunds Yogastudio AB", "Klostergatan 7", "22222", "Lund", "Priya Nair"),
    # Longer than the 50 characters an update may carry: Visma holds such names from before its limit.
    Seed("Bostadsrättsföreningen Kungsholmstrands Terrass i Stockholm", "Hornsbergs Strand 19", "11216", "Stockholm"),
    Seed("Piteå Bageri & Konditori AB", "Prästgårdsgatan 21", "94131", "Piteå", "Stina Lövgren"),
)

_FAMILIES = ("Lindqvist", "Sandström", "Björk", "Nyström", "Hedlund", "Åberg", "Söderlund", "Ekman")
_TRADES = ("Måleri AB", "Golv AB", "Städ & Service AB", "Naprapati", "Foto HB", "Rör AB", "Redovisning AB", "Hudvård")
_STREETS = ("Storgatan", "Kyrkogatan", "Skolgatan", "Nygatan", "Järnvägsgatan", "Fabriksgatan", "Ängsvägen")
_TOWNS = (
    ("55316", "Jönköping"),
    ("30242", "Halmstad"),
    ("65224", "Karlstad"),
    ("50331", "Borås"),
    ("35230", "Växjö"),
    ("63220", "Eskilstuna"),
    ("37132", "Karlskrona"),
    ("46130", "Trollhättan"),
    ("79130", "Falun"),
)
_GIVEN = ("Alva", "Nils", "Saga", "Hugo", "Freja", "Ebba", "Isak")

_COMPLETE = 6
"""So many customers, from the first on, have every property."""

_UNHEARD_OF: Mapping[int, Document] = {
    0: {"PeppolParticipantId": "0007:5590001019", "ReminderProfile": {"Fee": 60.0, "DaysUntilFirst": 8}},
    3: {"CostCenterIds": [_guid("cost centre", 1), _guid("cost centre", 2)], "IsKeyAccount": True},
    7: {"LoyaltyLevel": "Silver"},
    29: {"ReminderProfile": {"Fee": 0.0, "DaysUntilFirst": 14}},
}
"""Invented properties in place of those a later release may add; nobody who reads the contract knows them."""


def customers(terms_of_payment: Iterable[str]) -> list[Document]:
    terms = list(terms_of_payment)
    seeds = (*HAND_WRITTEN, *_generated(62))
    return [
        _customer(place, seed, terms[place % 4 if place < _COMPLETE else place % len(terms)])
        for place, seed in enumerate(seeds)
    ]


def _generated(count: int) -> list[Seed]:
    pairs = list(product(_FAMILIES, _TRADES))[:count]
    return [
        Seed(
            f"{family} {trade}",
            f"{_STREETS[place % len(_STREETS)]} {place % 58 + 1}",
            *_TOWNS[place % len(_TOWNS)],
            contact=f"{_GIVEN[place % len(_GIVEN)]} {family}",
        )
        for place, (family, trade) in enumerate(pairs)
    ]


def _customer(place: int, seed: Seed, terms: str) -> Document:
    number = 1001 + place
    domain = _domain(seed.name)
    day = f"{place % 28 + 1:02d}"
    customer: Document = {
        "Id": "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77" if place == 0 else _guid("customer", number),
        "CustomerNumber": str(number),
        "CurrencyCode": {"NO": "NOK", "DE": "EUR"}.get(seed.country, CURRENCY),
        "PayToAccountId": _guid("account", 1),
        "Name": seed.name,
        "TermsOfPaymentId": terms,
        "IsPrivatePerson": seed.private,
        "IsActive": place % 17 != 16,
        "SalesDocumentLanguage": {"NO": "no", "DE": "en"}.get(seed.country, "sv"),
        "InvoiceAddress1": seed.street,
        "InvoiceCity": seed.city,
        "InvoicePostalCode": seed.postal_code,
        "InvoiceCountryCode": seed.country,
        "ChangedUtc": f"2026-0{place % 6 + 1}-{day}T08:{place % 60:02d}:30.0000000Z",
    }
    if place % 9 != 8:
        customer["EmailAddress"] = f"{'hej' if seed.private else 'faktura'}@{domain}"
    if place % 5 != 4 or place < _COMPLETE:
        customer["Telephone"] = _telephone(place, seed.city)
    if seed.private or place % 3 != 2 or place < _COMPLETE:
        customer["MobilePhone"] = f"070-174 06 {5 + place:02d}"
    if seed.private:
        customer["CorporateIdentityNumber"] = _personal_number(place)
    elif seed.country == "SE":
        customer["CorporateIdentityNumber"] = _organisation_number(place)
        customer["VatNumber"] = f"SE{_organisation_number(place).replace('-', '')}01"
    if seed.contact:
        customer |= {
            "ContactPersonName": seed.contact,
            "ContactPersonEmail": f"{seed.contact.split()[0].lower()}@{domain}",
            "WwwAddress": f"https://www.{domain}",
        }
    if place % 4 == 0:
        customer |= {"LastInvoiceDate": f"2026-05-{day}T00:00:00", "UnpaidInvoicesAmount": 1250.0 + 37.5 * place}
    if place % 7 == 2:
        customer |= {"Note": "Ringer hellre än mejlar.\nBetalar i tid.", "DiscountPercentage": 0.05}
    if place < _COMPLETE:
        customer |= _everything_else(place, seed, domain, day)
    elif place % 11 == 9:
        customer["DirectDebitCustomerSettings"] = _direct_debit(place, ended=False)
    return customer | dict(_UNHEARD_OF.get(place, {}))


def _everything_else(place: int, seed: Seed, domain: str, day: str) -> Document:
    """What only a customer with every property has."""
    return {
        "ContactPersonMobile": f"070-174 06 {70 + place}",
        "ContactPersonPhone": _telephone(place + 40, seed.city),
        "GLN": _gln(place),
        "EmailAddressOrder": f"order@{domain}",
        "EmailAddressQuote": f"offert@{domain}",
        "DeliveryCustomerName": f"{seed.name}, lagret",
        "DeliveryAddress1": f"Lagervägen {place + 1}",
        "DeliveryAddress2": "Port 3",
        "DeliveryCity": seed.city,
        "DeliveryCountryCode": seed.country,
        "DeliveryPostalCode": seed.postal_code,
        "DeliveryMethodId": _guid("delivery method", place % 2),
        "DeliveryTermId": _guid("delivery term", place % 3),
        "Note": "Prefers e-mail",
        "ReverseChargeOnConstructionServices": place == 0,
        "WebshopCustomerNumber": 70_000 + place,
        "LastInvoiceDate": f"2026-05-{day}T00:00:00",
        "IsNorthernIreland": False,
        "DiscountPercentage": 0.125 if place % 2 else 0.05,
        "ForceBookkeepVat": place == 4,
        "EdiGlnNumber": _gln(place),
        "ElectronicAddress": f"0007:{_organisation_number(place).replace('-', '')}",
        "ElectronicReference": f"BEST-{4400 + place}",
        "EdiServiceDelivererId": "INEXCHANGE",
        "AutoInvoiceActivationEmailSentDate": f"2025-11-{day}T10:15:00",
        "AutoInvoiceRegistrationRequestSentDate": f"2025-10-{day}T07:30:00",
        "EmailAddresses": [f"reception@{domain}", f"ekonomi@{domain}"],
        "CustomerLabels": [
            {"Id": "77c1d2e3-1111-4222-8333-944455566677", "Name": "VIP", "Description": "Key account"},
            {"Id": _guid("label", 2), "Name": "Stamkund", "Description": "Bokar varje månad"},
        ],
        "MessageThreads": [_guid("thread", place)],
        "Notes": [_guid("note", 2 * place), _guid("note", 2 * place + 1)],
        "IsFutureInvoiceDateAllowed": True,
        "DeliveryBasedVat": place % 2 == 1,
        "SalesPriceListId": _guid("price list", place % 2),
        "Iban": _iban(place),
        "DirectDebitCustomerSettings": _direct_debit(place, ended=place % 2 == 0),
        "DiscountAgreementId": _guid("discount agreement", place % 2),
        "UnpaidInvoicesAmount": 1250.0 + 99.9 * place,
        "InvoiceAddress2": "Box 12",
    }


def _direct_debit(place: int, *, ended: bool) -> Document:
    return {
        "MandateId": f"MND-{9000 + place}",
        "MandateType": place % 2 + 1,
        "SequenceType": place % 3 + 1,
        "SigningDate": "2024-09-02T00:00:00",
        "EndDate": "2026-12-31T00:00:00" if ended else NO_DATE,
        "LatestDirectDebit": NO_DATE,
    }


def _domain(name: str) -> str:
    plain = name.lower().translate(str.maketrans("åäáöøéëß", "aaaooees"))
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split()[:2]) + ".example"


def _telephone(place: int, city: str) -> str:
    area = {"Göteborg": "031-390 06", "Malmö": "040-628 04"}.get(city)
    if area:
        return f"{area} {place % 90:02d}"
    if city in {"Kiruna", "Umeå", "Luleå", "Piteå", "Skellefteå"}:
        return f"0980-319 2{place % 90:02d}"
    return f"08-465 004 {place % 90:02d}"


def _luhn(digits: str) -> int:
    """The check digit of Swedish organisation and personal numbers."""
    total = sum(sum(divmod(int(digit) * (2 - position % 2), 10)) for position, digit in enumerate(digits))
    return -total % 10


def _organisation_number(place: int) -> str:
    body = f"559000{100 + place:03d}"
    return f"{body[:6]}-{body[6:]}{_luhn(body)}"


def _personal_number(place: int) -> str:
    """Serials 980 to 999 are never given to a person."""
    body = f"{60 + place}0{place % 9 + 1}{place % 28 + 1:02d}{980 + place % 20}"
    return f"{body[:6]}-{body[6:]}{_luhn(body)}"


def _gln(place: int) -> str:
    body = f"73{place + 5_000_000:010d}"
    weighted = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _iban(place: int) -> str:
    account = f"500{place + 58_398_257_466:017d}"
    return f"SE{98 - int(account + '281400') % 97:02d}{account}"
