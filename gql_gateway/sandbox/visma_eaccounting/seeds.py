"""Whom a bicycle and ski workshop in Umeå works for: 36 invented customers in Sweden and around.

Telephones lie in the series set apart for fiction, mail addresses end in `.example`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from ..seeds import gln, organisation_number, personal_number, phone, swedish_vat_number
from ..simulator import Document
from .company import LABELS, TERMS_30, TERMS_OF_PAYMENT, guid

FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"
FIRST_NUMBER = 1001
NOT_IN_VIES = swedish_vat_number(organisation_number(777))
"""Right in form and stored before the check at VIES was added: it blocks any PUT of its customer."""


class Seed(NamedTuple):
    """What is told of a customer by hand; the rest follows from its place in the list."""

    name: str
    street: str
    postal_code: str
    city: str
    contact: str = ""
    private: bool = False
    country: str = "SE"


_SEEDS = (
    Seed("Norrsken Bygg AB", "Storgatan 8", "90326", "Umeå", "Maja Lind"),
    Seed("Göteborgs Båtsnickeri AB", "Fiskhamnsgatan 12", "41455", "Göteborg", "Johan Åkesson"),
    Seed("Café Kanel & Kardemumma HB", "Sankt Larsgatan 3", "58224", "Linköping", "Sara Öberg"),
    Seed("Malmö Cykelbud AB", "Bergsgatan 29", "21422", "Malmö", "Amir Haddad"),
    Seed("Kiruna Fjällguider AB", "Lars Janssonsgatan 17", "98131", "Kiruna", "Elle Niia"),
    Seed("Anna-Karin Öhman", "Björkvägen 2", "93132", "Skellefteå", private=True),
    Seed("Uppsala Trädgårdskonsult AB", "Kungsgatan 40", "75321", "Uppsala", "Ingrid Falk"),
    Seed("Lars Håkansson", "Ringvägen 101", "11860", "Stockholm", private=True),
    Seed("Vätterns Rökeri AB", "Hamnplan 1", "56332", "Gränna", "Petra Nord"),
    Seed("Gävle Gym & Rehab AB", "Norra Slottsgatan 6", "80320", "Gävle", "Oskar Wiklund"),
    Seed("Fatima El-Sayed", "Amiralsgatan 44", "21437", "Malmö", private=True),
    Seed("Ångströms Elteknik AB", "Industrigatan 9", "85355", "Sundsvall", "Per Ångström"),
    Seed("Luleå Hundpensionat", "Gammelstadsvägen 70", "97345", "Luleå", "Karin Spets"),
    Seed("Patrick O'Hara", "Brändströmsgatan 14", "75330", "Uppsala", private=True),
    Seed("Västerås Musikskola Ekonomisk förening", "Vasagatan 11", "72215", "Västerås", "Niklas Berg"),
    Seed("Østfold Hytteutleie AS", "Storgata 12", "1607", "Fredrikstad", "Ingvild Moen", country="NO"),
    Seed("Dalarnas Dalahästar AB", "Nusnäsvägen 88", "79236", "Nusnäs", "Mats Grannas"),
    Seed("Zoë Bäckström", "Trädgårdsgatan 14 lgh 1102", "60224", "Norrköping", private=True),
    Seed("De Gouden Fiets B.V.", "Prinsengracht 263", "1016 GV", "Amsterdam", "Anneke de Wit", country="NL"),
    Seed("Jämtlands Skoterservice AB", "Fagerbacken 30", "83152", "Östersund", "Arvid Jonsson"),
    Seed("Kurhaus Ostsee GmbH", "Strandpromenade 3", "18119", "Rostock", "Jörg Weiß", country="DE"),
    Seed("Sjöbergs Snickeri", "Kaptensgatan 5", "25267", "Helsingborg"),
    Seed("Piteå Bageri & Konditori AB", "Prästgårdsgatan 21", "94131", "Piteå", "Stina Lövgren"),
    Seed("Karl-Erik Löfgren", "Älvsborgsgatan 8", "41472", "Göteborg", private=True),
    Seed("Tunturin Hiihtokoulu Oy", "Rantatie 7", "99130", "Sirkka", "Aino Mäkelä", country="FI"),
    Seed("Søndergaard Cykler ApS", "Nørrebrogade 40", "2200", "København N", "Mette Søndergaard", country="DK"),
    Seed("Lunds Yogastudio AB", "Klostergatan 7", "22222", "Lund", "Priya Nair"),
    Seed("Elin Sjö", "Slottsvägen 1", "39233", "Kalmar", private=True),
)

_FULL = 4
"""So many customers, from the first on, have every writable property."""

_UNHEARD_OF: dict[int, Document] = {
    0: {"PeppolParticipantId": "0007:5599000014", "ReminderProfile": {"Fee": 60.0, "DaysUntilFirst": 8}},
    3: {"CostCenterIds": [guid("cost centre", 1), guid("cost centre", 2)], "IsKeyAccount": True},
    6: {"LoyaltyLevel": "Silver", "ReminderProfile": {"Fee": 0.0, "DaysUntilFirst": 14}},
    8: {"ReminderProfile": {"Fee": 30.0, "DaysUntilFirst": 10, "Texts": ["Hej!", "Påminnelse"]}},
}
"""Invented properties in place of those a later build may add; nobody who reads the documents knows them."""


def customers() -> list[Document]:
    """The properties that somebody set; the others are empty."""
    found = [_customer(place, seed) for place, seed in enumerate(_SEEDS)]
    return [*found, *_odd_ones(len(found))]


def sister_customers() -> list[Document]:
    """Those of the other company. Its numbers start over."""
    tenants = (("Café Spets & Stig AB", "Umeå", "90325"), ("Lavskrikans Keramik", "Vindeln", "92232"))
    return [
        {**_least(n, name, city, postal_code), "Id": guid("customer of the sister", n)}
        for n, (name, city, postal_code) in enumerate(tenants)
    ]


def _customer(place: int, seed: Seed) -> Document:
    domain = _domain(seed.name)
    customer: Document = {
        **_least(place, seed.name, seed.city, seed.postal_code),
        "Id": FIRST if place == 0 else guid("customer", place),
        "TermsOfPaymentId": TERMS_OF_PAYMENT[place % 3]["Id"],
        "IsPrivatePerson": seed.private,
        "IsActive": place % 12 != 11,
        "CurrencyCode": {"NO": "NOK", "DE": "EUR", "NL": "EUR", "FI": "EUR", "DK": "DKK"}.get(seed.country, "SEK"),
        "SalesDocumentLanguage": {"NO": "no", "SE": "sv", "FI": "fi", "DK": "da", "NL": "nl"}.get(seed.country, "en"),
        "InvoiceAddress1": seed.street,
        "InvoiceCountryCode": seed.country,
        "EmailAddress": None if place % 9 == 8 else f"{'hej' if seed.private else 'faktura'}@{domain}",
        "Telephone": _telephone(place, seed.city),
        "MobilePhone": phone("mobile", place) if seed.private or place % 3 != 2 else None,
    }
    if seed.private:
        customer["CorporateIdentityNumber"] = personal_number(
            date(1952 + place, place % 12 + 1, place % 28 + 1), place % 20
        )
    elif seed.country == "SE":
        customer["CorporateIdentityNumber"] = organisation_number(place + 1)
        customer["VatNumber"] = swedish_vat_number(organisation_number(place + 1))
    elif seed.country in {"DE", "DK", "FI"}:
        customer["VatNumber"] = {"DE": "DE999000111", "DK": "DK99900022", "FI": "FI99900033"}[seed.country]
    if seed.contact:
        customer |= {
            "ContactPersonName": seed.contact,
            "ContactPersonEmail": f"{seed.contact.split()[0].lower()}@{domain}".replace("ö", "o"),
            "WwwAddress": f"https://www.{domain}",
        }
    if place % 4 == 0:
        day = f"2025-05-{place % 28 + 1:02d}T00:00:00"
        customer |= {"LastInvoiceDate": day, "UnpaidInvoicesAmount": 1250.0 + 37.5 * place}
    if place % 7 == 2:
        customer |= {"Note": "Ringer hellre än mejlar.\nBetalar i tid.", "DiscountPercentage": 0.1225}
    if place % 10 == 6:
        customer["CustomerLabels"] = [dict(LABELS[1])]
    if place < _FULL:
        customer |= _everything_else(place, seed, domain)
    elif seed.country == "NL":
        customer |= {"Iban": "NL91ABNA0417164300", "DirectDebitCustomerSettings": _direct_debit(place)}
    return {**customer, **_UNHEARD_OF.get(place, {})}


def _least(place: int, name: str, city: str, postal_code: str) -> Document:
    """What every customer has: the six mandatory properties, and what the provider adds."""
    return {
        "Id": guid("customer", place),
        "CustomerNumber": str(FIRST_NUMBER + place),
        "PayToAccountId": guid("account", 1),
        "Name": name,
        "InvoiceCity": city,
        "InvoicePostalCode": postal_code,
        "TermsOfPaymentId": TERMS_30,
        "IsPrivatePerson": False,
        "IsActive": True,
        "CurrencyCode": "SEK",
        "ChangedUtc": f"2025-0{place % 5 + 1}-{place % 28 + 1:02d}T08:{place % 60:02d}:30.1234567Z",
    }


def _everything_else(place: int, seed: Seed, domain: str) -> Document:
    return {
        "InvoiceAddress2": f"Box {12 + place}",
        "ContactPersonMobile": phone("mobile", 70 + place),
        "ContactPersonPhone": _telephone(place + 40, seed.city),
        "MobilePhone": phone("mobile", place),
        "GLN": gln(place),
        "EdiGlnNumber": gln(place),
        "EmailAddressOrder": f"order@{domain}",
        "EmailAddressQuote": f"offert@{domain}",
        "EmailAddresses": [f"reception@{domain}", f"ekonomi@{domain}"],
        "DeliveryCustomerName": f"{seed.name}, lagret",
        "DeliveryAddress1": f"Lagervägen {place + 1}",
        "DeliveryAddress2": "Port 3",
        "DeliveryCity": seed.city,
        "DeliveryCountryCode": seed.country,
        "DeliveryPostalCode": seed.postal_code,
        "DeliveryMethodId": guid("delivery method", place % 2),
        "DeliveryTermId": guid("delivery term", place % 2),
        "DeliveryBasedVat": place % 2 == 1,
        "Note": "Prefers e-mail",
        "ReverseChargeOnConstructionServices": place % 2 == 0,
        "WebshopCustomerNumber": 70_000 + place,
        "LastInvoiceDate": f"2025-05-{place + 4:02d}T00:00:00",
        "IsNorthernIreland": place == 3,
        "IsFutureInvoiceDateAllowed": True,
        "DiscountPercentage": 0.125 if place % 2 else 0.05,
        "ForceBookkeepVat": place % 2 == 1,
        "ElectronicAddress": f"0007:{organisation_number(place + 1).replace('-', '')}",
        "ElectronicReference": f"BEST-{4400 + place}",
        "EdiServiceDelivererId": "INEXCHANGE",
        "AutoInvoiceActivationEmailSentDate": f"2024-11-{place + 3:02d}T10:15:00",
        "AutoInvoiceRegistrationRequestSentDate": f"2024-10-{place + 3:02d}T07:30:00",
        "CustomerLabels": [dict(LABELS[0]), dict(LABELS[1 + place % 2])],
        "MessageThreads": [guid("thread", place)],
        "Notes": [guid("note", 2 * place), guid("note", 2 * place + 1)],
        "SalesPriceListId": guid("price list", place % 2),
        "DiscountAgreementId": guid("discount agreement", place % 2),
        "Iban": "SE4550000000058398257466",
        "DirectDebitCustomerSettings": _direct_debit(place),
        "UnpaidInvoicesAmount": 1250.0 + 99.9 * place,
    }


def _odd_ones(start: int) -> list[Document]:
    """Each carries one quirk of the dossier's section 9, and little else."""
    odd: list[Document] = [
        {"Name": "Ny kund", "InvoiceCity": "-", "InvoicePostalCode": "-"},
        {
            "Name": "Bostadsrättsföreningen Kungsholmstrands Terrass i Stockholm",
            "InvoiceAddress1": "Hornsbergs Strand 19",
        },
        {"Name": "Gammalt Nummer AB", "CustomerNumber": "KUND-2009-0000000317"},
        {"Name": "Okänd i VIES AB", "VatNumber": NOT_IN_VIES, "CorporateIdentityNumber": organisation_number(777)},
        {"Name": "Tomma Rader HB", "InvoiceAddress2": "", "Note": "", "EmailAddressOrder": "", "Telephone": ""},
        {"Name": "Ljungby Flytt AB", "GLN": gln(31), "EdiGlnNumber": gln(32)},
        {"Name": "Ballymena Bikes Ltd", "IsNorthernIreland": True, "InvoiceCountryCode": "GB", "CurrencyCode": "GBP"},
        {
            "Name": "Kontantkund",
            "TermsOfPaymentId": TERMS_OF_PAYMENT[4]["Id"],
            "IsActive": False,
            "IsPrivatePerson": True,
        },
    ]
    return [{**_least(start + n, "", "Stockholm", "11120"), **customer} for n, customer in enumerate(odd)]


NEXT_NUMBER = FIRST_NUMBER + len(_SEEDS) + 8


def _direct_debit(place: int) -> dict[str, Any]:
    return {
        "MandateId": f"MND-{9000 + place}",
        "MandateType": place % 2 + 1,
        "SequenceType": place % 3 + 1,
        "SigningDate": "2024-09-02T00:00:00",
        "EndDate": "2026-12-31T00:00:00" if place % 2 == 0 else None,
        "LatestDirectDebit": "2025-04-28T00:00:00",
    }


def _domain(name: str) -> str:
    plain = name.lower().translate(str.maketrans("åäáöøéëßö", "aaaooeeso"))
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split()[:2]) + ".example"


def _telephone(place: int, city: str) -> str:
    if city in {"Umeå", "Luleå", "Piteå", "Skellefteå"}:
        city = "Kiruna"
    return phone(city if city in {"Göteborg", "Malmö", "Kiruna"} else "Stockholm", place)
