"""The customers the sandbox starts with: most of one Dutch company, some of its sister and of companies abroad.

Mail and web addresses end in `.example`; telephone numbers are of series set apart for fiction where a country has
one; bank accounts belong to the bank TEST; numbers of persons and companies have the right form only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

from gql_gateway.sandbox.exact_online.entities import ACCOUNTS, ADDRESSES, BANK_ACCOUNTS, CONTACTS, MANDATES, Entity
from gql_gateway.sandbox.exact_online.rich import (
    UNHEARD_OF,
    complete_account,
    complete_address,
    complete_contact,
    iban,
    rsin,
)
from gql_gateway.sandbox.exact_online.values import guid, to_stored, to_ticks
from gql_gateway.sandbox.exact_online.writing import new_row
from gql_gateway.sandbox.simulator import Document

EXAMPLE_ID = "5b0f8a52-7c1d-4f0e-9a37-2d1c5e8f6a10"
NEWER: Mapping[str, tuple[str, ...]] = {
    "crm/Accounts": ("SustainabilityRating", "CustomerSegments", "LoyaltyProgram"),
    "crm/Contacts": ("PreferredChannel",),
    "crm/BankAccounts": ("VerificationStatus",),
}
"""Invented properties in place of those a later release may add: read, selected by name, never written."""

MAIN, SISTER, BELGIUM, GERMANY, BRITAIN = 3141592, 3141593, 1414213, 2718281, 1618033


class Seed(NamedTuple):
    """What is told of a customer by hand; the rest follows from its place. `person` is first|middle|last."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    state: str = ""
    person: str = ""
    country: str = "NL"
    private: bool = False
    division: int = MAIN


CUSTOMERS = (
    Seed("Molenaar Techniek B.V.", "Kadeweg 12", "1011 AB", "Amsterdam", "", "Joris||Molenaar"),
    Seed("Bakkerij De Gouden Korst", "Marktstraat 3", "3511 LX", "Utrecht", "UT", "Fenna|van der|Veen"),
    Seed("Zuiderlicht Fotografie B.V.", "Vaartkade 88", "5211 BZ", "'s-Hertogenbosch", "NB", "Noor||Özdemir"),
    Seed("Hoveniersbedrijf Groenendaal", "Lindelaan 41", "6711 CD", "Ede", "GD", "Bram||Groenendaal"),
    Seed("Café 't Hoekje", "Grote Markt 1", "9712 HN", "Groningen", "GR", "Anne-Fleur|de|Boer"),
    Seed("Élodie Lefèvre", "Prinsengracht 263", "1016 GV", "Amsterdam", "NH", "Élodie||Lefèvre", private=True),
    Seed("Transportbedrijf Visser & Zn.", "Waalhaven 20", "3089 JH", "Rotterdam", "ZH", "Kees||Visser"),
    Seed("Stichting tot Behoud van het Industrieel Erfgoed Zaanstreek", "Zaanweg 5", "1521 DM", "Wormerveer", "NH"),
    Seed("Maastrichts Tegelhuis B.V.", "Boschstraat 77", "6211 AV", "Maastricht", "LB", "Sjef||Janssen"),
    Seed("Friese Zuivel Coöperatie U.A.", "Lange Marktstraat 9", "8911 AD", "Leeuwarden", "FR", "Jelle||Hoekstra"),
    Seed("Jan-Willem O'Neil", "Havenstraat 6", "4531 EK", "Terneuzen", "ZL", "Jan-Willem||O'Neil", private=True),
    Seed("Adviesbureau Çelik", "Stationsplein 45", "3013 AK", "Rotterdam", "ZH", "Defne||Çelik"),
    Seed("Drentse Heide Camping", "Bosweg 2", "9437 PA", "Balinge", "DR"),
    Seed("Leeg Dossier"),
    Seed("Vandenbroucke Drukkerij NV", "Meir 50", "2000", "Antwerpen", "AN", "Wout||Vandenbroucke", "BE"),
    Seed("Brasserie Ménard", "Rue Neuve 17", "1000", "Bruxelles", "BR", "Amélie||Ménard", "BE"),
    Seed("Weiß & Söhne GmbH", "Königstraße 28", "70173", "Stuttgart", "BW", "Jörg||Weiß", "DE"),
    Seed("Łódź Logistik GmbH", "Hafenstraße 4", "20457", "Hamburg", "HH", "Agnieszka||Król", "DE"),
    Seed("Boulangerie Dupré", "12 rue des Lilas", "75011", "Paris", "", "Zoé||Dupré", "FR"),
    Seed("Bristol Harbour Tours Ltd", "3 Welsh Back", "BS1 4SL", "Bristol", "", "Imogen||Clarke", "GB"),
    Seed("Almere Datacentrum B.V.", "Randstad 22", "1316 BN", "Almere", "FL", "Ravi||Sewpersad"),
    Seed("Twentse Textiel Groep N.V.", "Haaksbergerstraat 13", "7513 EA", "Enschede", "OV", "Marloes|ter|Horst"),
    Seed("Fysiotherapie Rozenburg", "Dorpsplein 8", "3181 AA", "Rozenburg", "ZH", "Liesbeth||Rozenburg"),
    Seed("Sjoerd van 't Hof", "Achterom 15", "2611 PL", "Delft", "ZH", "Sjoerd|van 't|Hof", private=True),
    Seed("Koffiebranderij Naïef", "Nieuwstraat 30", "4811 WV", "Breda", "NB", "Loïs||Peeters"),
    Seed("Accountantskantoor Van Dijk", "Herengracht 100", "1015 BS", "Amsterdam", "NH", "Pieter|van|Dijk"),
    Seed("Installatiegroothandel Noord", "Industrieweg 70", "9403 AB", "Assen", "DR", "Gert||Oosterhuis"),
    Seed("Rederij Texelstroom", "Pontweg 1", "1797 SN", "Den Hoorn", "NH", "Trijntje||Kuip"),
)

_FAMILIES = ("Jansen", "De Vries", "Bakker", "Smit", "Mulder", "Bos", "Peters", "Hendriks")
_TRADES = ("Schilderwerken", "Loodgieters", "Kapsalon", "Rijwielen", "Bouw B.V.", "Catering", "Advies")
_STREETS = ("Dorpsstraat", "Kerkstraat", "Molenweg", "Schoolstraat", "Julianalaan", "Eikenlaan")
_TOWNS = (
    *(("7411 JT", "Deventer", "OV"), ("3811 BN", "Amersfoort", "UT"), ("5611 EM", "Eindhoven", "NB")),
    *(("2011 VB", "Haarlem", "NH"), ("6811 DG", "Arnhem", "GD"), ("8011 CW", "Zwolle", "OV")),
)
_GIVEN = ("Daan", "Sanne", "Thijs", "Lotte", "Ruben", "Maud", "Youssef")

ABROAD = (
    Seed("Molenaar Techniek B.V.", "Kadeweg 12", "1011 AB", "Amsterdam", "NH", "Joris||Molenaar", division=SISTER),
    Seed("Steigerverhuur Lek B.V.", "Lekdijk 9", "3433 ZB", "Nieuwegein", "UT", "Wim||Lek", division=SISTER),
    Seed("Tentenbouw Zomer", "Veldweg 3", "6666 CE", "Heteren", "GD", division=SISTER),
    Seed("Garage Claes BV", "Dorpsstraat 4", "3000", "Leuven", "VB", "Bart||Claes", "BE", division=BELGIUM),
    Seed("Atelier Dûchamp", "Rue Haute 8", "1000", "Bruxelles", "BR", "Céline||Dûchamp", "BE", division=BELGIUM),
    Seed("Bäckerei Grünwald", "Lange Reihe 2", "20099", "Hamburg", "HH", "Käthe||Grünwald", "DE", division=GERMANY),
    Seed("Schlosserei Groß KG", "Ringbahnstraße 16", "12099", "Berlin", "BE", "Uwe||Groß", "DE", division=GERMANY),
    Seed("Avon Carpentry Ltd", "22 Park Street", "BS1 5HX", "Bristol", "", "Siân||Hughes", "GB", division=BRITAIN),
    Seed("O'Brien & Daughters", "7 Mill Lane", "BA1 1AA", "Bath", "", "Niamh||O'Brien", "GB", division=BRITAIN),
)

_RICH = (1, 2, 6)
"""Places of the customers that have every writable property and several rows of each kind."""


def seed_records() -> dict[str, Document]:
    """All accounts by id, without what the service derives from them."""
    seeds = (*CUSTOMERS, *_generated(42), *ABROAD)
    records = [_record(place, seed) for place, seed in enumerate(seeds)]
    for place, words in _PECULIAR.items():
        records[place]["Account"].update(_stored(ACCOUNTS, words))
    for place, (part, values) in UNHEARD_OF:
        rows = records[place][part]
        (rows[0] if isinstance(rows, list) else rows).update(values)
    _relate(records)
    # Older than the rules of today, or beside them: written back as they are, they would not pass.
    records[8]["Account"]["SalesCurrency"] = "DKK"
    records[9]["Account"]["PaymentConditionSales"] = "45"
    records[9]["Account"]["SalesVATCode"] = "6  "
    records[12]["Account"]["StartDate"] = "/Date(1262300400000+0100)/"
    return {record["Account"]["ID"]: record for record in records}


_PECULIAR: Mapping[int, Document] = {
    3: {"EndDate": "2024-12-31T00:00:00", "Remarks": "Bedrijf beëindigd"},
    5: {"BSN": "999990019"},
    11: {"Blocked": True, "Remarks": "Eerst openstaande posten.\nDaarna weer leveren."},
    12: {"Code": "0007", "EndDate": "2031-06-30T00:00:00"},
    20: {"Status": "P"},
    21: {"IsSupplier": True, "PurchaseCurrency": "EUR", "PaymentConditionPurchase": "14", "PurchaseVATCode": "2"},
    22: {"Status": "S"},
    25: {"IsAccountant": 1},
    26: {"IsReseller": True, "Status": "A", "IsSupplier": True},
}


def _generated(count: int) -> list[Seed]:
    return [
        Seed(
            f"{family} {trade}",
            f"{_STREETS[place % len(_STREETS)]} {place % 90 + 1}",
            *_TOWNS[place % len(_TOWNS)],
            person=f"{_GIVEN[place % len(_GIVEN)]}||{family}",
        )
        for place, (family, trade) in enumerate(list(product(_FAMILIES, _TRADES))[:count])
    ]


def _record(place: int, seed: Seed) -> Document:
    native_id = EXAMPLE_ID if place == 0 else guid("account", place)
    stamp = to_ticks(f"2026-0{place % 5 + 1}-{place % 28 + 1:02d}T08:{place % 60:02d}:30.5{place % 100:02d}")

    def row(entity: Entity, key: str, values: Document) -> Document:
        return {**new_row(entity, key, seed.division, stamp), **_stored(entity, values)}

    record: Document = {
        "Account": {**row(ACCOUNTS, native_id, _account(place, seed)), "Type": "A"},
        **{part: [] for part in ("Addresses", "Contacts", "BankAccounts", "DirectDebitMandates")},
    }
    if not seed.street:
        return record
    for number, person in enumerate(_people(place, seed)):
        key = guid("contact", f"{place} {number}")
        record["Contacts"].append(row(CONTACTS, key, {"Account": native_id, "HID": number + 1, **person}))
    for number, address in enumerate(_addresses(place, seed, [person["ID"] for person in record["Contacts"]])):
        key = guid("address", f"{place} {number}")
        record["Addresses"].append(row(ADDRESSES, key, {"Account": native_id, **address}))
    banks = list(_banks(place, seed))
    keys = sorted(guid("bank account", f"{place} {number}") for number in range(len(banks)))
    for key, bank in zip(keys, banks, strict=True):
        record["BankAccounts"].append(row(BANK_ACCOUNTS, key, {"Account": native_id, **bank}))
    if place == _RICH[-1]:
        mandate = {
            **{"Account": native_id, "BankAccount": record["BankAccounts"][0]["ID"], "Reference": f"MND-{place:04d}"},
            **{"SignatureDate": "2025-02-03T00:00:00", "Type": 0, "PaymentType": 1, "Main": 1, "FirstSend": 1},
        }
        record["DirectDebitMandates"].append(row(MANDATES, guid("mandate", place), mandate))
    # The first contact is the main one; of one customer nobody is.
    if record["Contacts"] and place != 24:
        record["Account"]["MainContact"] = record["Contacts"][0]["ID"]
    return record


def _account(place: int, seed: Seed) -> Document:
    code = {0: "42", len(CUSTOMERS) + 42: "42"}.get(place, str(1000 + place))
    if not seed.street:
        return {"Name": seed.name, "Code": code, "Status": "C"}
    domain = _domain(seed.name)
    account: Document = {
        **{"Name": seed.name, "Code": code, "Status": "C", "Country": seed.country},
        **{"AddressLine1": seed.street, "Postcode": seed.postcode, "City": seed.city, "State": seed.state or None},
        "Language": {"BE": "NL", "DE": "DE", "FR": "FR", "GB": "EN-GB"}.get(seed.country, "NL"),
        "SalesCurrency": "GBP" if seed.country == "GB" and seed.division != SISTER else "EUR",
        "PaymentConditionSales": ("14", "30", "30", "60")[place % 4],
        "InvoicingMethod": 1 if seed.private else 2,
        "StartDate": f"20{15 + place % 9}-03-01T00:00:00",
    }
    if place % 9 != 8:
        account["Email"] = f"{'post' if seed.private else 'administratie'}@{domain}"
    if place % 6 != 5 or seed.private:
        account["Phone"] = _phone(place, seed.country)
    if not seed.private:
        account |= {"Website": f"https://www.{domain}", "VATNumber": _vat_number(place, seed.country)}
        if seed.country == "NL":
            account |= {"ChamberOfCommerce": f"{90000000 + place}", "RSIN": rsin(place)}
    return complete_account(account, place, seed.country) if place in _RICH else account


def _people(place: int, seed: Seed) -> Iterable[Document]:
    if not seed.person:
        return
    first, middle, last = seed.person.split("|")
    mail = f"{_plain(first)}@{_domain(seed.name)}"
    person: Document = {"FirstName": first, "LastName": last, "Email": mail, "BusinessEmail": mail}
    yield (complete_contact(person, place) if place in _RICH else person) | ({"MiddleName": middle} if middle else {})
    if place in _RICH or place % 8 == 4:
        yield {
            **{"FirstName": "Ilse", "LastName": "Koning", "Gender": "V", "JobTitleDescription": "Inkoop"},
            **{"Email": f"ilse@{_domain(seed.name)}", "BusinessEmail": f"inkoop@{_domain(seed.name)}"},
            **{"Mobile": "+31 6 5550 1042", "BirthDate": "1956-11-05T00:00:00"},
        }
    if place in _RICH:
        yield {"LastName": "Balie", "BusinessPhone": _phone(place + 50, seed.country), "EndDate": "2025-01-01T00:00:00"}


def _addresses(place: int, seed: Seed, people: list[str]) -> Iterable[Document]:
    here = {
        **{"AddressLine1": seed.street, "Postcode": seed.postcode, "City": seed.city},
        **{"State": seed.state or None, "Country": seed.country},
    }
    # Some have no rows at all: whether each account has one for its own block is unverified.
    if place in _RICH:
        here |= {"AddressLine2": "Gebouw B", "AddressLine3": "2e verdieping"}
    if place % 7 != 6 or place in _RICH:
        yield {**here, "Type": 1, "Main": True}
    if place in _RICH or place % 5 == 0:
        yield {"Type": 2, "Main": True, "AddressLine1": f"Postbus {place + 100}", **_town(seed)}
    if place in _RICH:
        yield {"Type": 3, "Main": True, "AddressLine1": "Factuurlaan 1", "Notes": "t.a.v. crediteuren", **_town(seed)}
        yield complete_address({"Type": 4, "Main": True, **_town(seed)}, place, people[0])
        yield {"Type": 4, "Main": False, "AddressLine1": "Loods 7", "Contact": people[1], **_town(seed)}
    if seed.country == "FR":
        yield {"Type": 4, "Main": True, "AddressLine1": "Quai 9", "NicNumber": "00012", **_town(seed)}


def _town(seed: Seed) -> Document:
    return {"Postcode": seed.postcode, "City": seed.city, "Country": seed.country}


def _banks(place: int, seed: Seed) -> Iterable[Document]:
    if place == 0:
        number = "NL91ABNA0417164300"
        yield {"BankAccount": number, "BICCode": "ABNANL2A", "BankAccountHolderName": seed.name, "Main": True}
    elif place in _RICH or place % 3 == 0:
        rest: Document = {"Description": "Zakelijk", "Blocked": False} if place in _RICH else {}
        yield {
            **{"BankAccount": iban(place), "BICCode": "TESTNL2A", "BankAccountHolderName": seed.name, "Main": True},
            **rest,
        }
    if place in _RICH:
        yield {"BankAccount": iban(place + 500), "Description": "Oude rekening", "Blocked": True, "Main": False}


def _relate(records: list[Document]) -> None:
    """Who pays for whom, and who looks after whom."""
    ids = [record["Account"]["ID"] for record in records]
    for place in _RICH:
        records[place]["Account"] |= {"Accountant": ids[25], "Reseller": ids[26], "Parent": ids[9]}
        records[place]["Account"]["InvoiceAccount"] = ids[9]
    records[17]["Account"]["InvoiceAccount"] = ids[16]


def _stored(entity: Entity, values: Mapping[str, Any]) -> Document:
    return {
        name: None if value is None else to_stored(entity.properties[name], value) for name, value in values.items()
    }


def _plain(text: str) -> str:
    plain = text.lower().translate(str.maketrans("éèêëçïöüûäłńôáàíóúşğıñ", "eeeeciouualnoaaiousgin"))
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split()[:2])


def _domain(name: str) -> str:
    return f"{_plain(name)}.example"


def _phone(place: int, country: str) -> str:
    number = place % 100
    return {
        "BE": f"+32 3 555 01 {number:02d}",
        "DE": f"+49 40 66969 {100 + number}",
        "FR": f"+33 1 99 00 00 {number:02d}"[:17],
        "GB": f"+44117496{number:04d}",
    }.get(country, f"+31 20 555 01{number:02d}")


def _vat_number(place: int, country: str) -> str | None:
    return {
        "NL": f"NL{rsin(place)}B01",
        "BE": f"BE0{700000000 + place}",
        "DE": f"DE{900000000 + place}",
        "FR": f"FR00{900000000 + place}",
        "GB": f"GB{900000000 + place}",
    }.get(country)
