"""The account the sandbox starts with: a bed maker in Freiburg and whom she sells to, in Germany, Austria and beyond.

Telephone numbers lie in the series that the Bundesnetzagentur sets aside for fiction, mail and web addresses end in
`.example`. IBANs have right check digits and a bank code that no bank has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..simulator import Document
from .family import id_of, new_member, new_object
from .models import ACCOUNTING_CONTACT, ADDRESS, COMMUNICATION_WAY, CONTACT, CUSTOM_FIELD
from .registers import OWN_CATEGORY, country_id

WORK, PRIVATE, NO_CATEGORY, INVOICE, DELIVERY = "43", "44", "45", "47", "48"
SUPPLIER, CUSTOMER, PARTNER, PROSPECT = "2", "3", "4", "28"

EXAMPLE, EXAMPLE_PERSON = "88120417", "88120418"
EXAMPLE_ADDRESS, EXAMPLE_MAIL = "51200933", "60011225"
EVERYTHING, EVERYTHING_PERSON = "88120421", "88120431"
BRANCHES, BRANCH, BRANCH_PERSON = "88120440", "88120441", "88120442"


def seed_records() -> dict[str, Document]:
    """Fresh records by the id of their contact."""
    records = [*_whole_ones(), *_companies(), *_persons(), *_odd_ones()]
    return {id_of(record): record for record in records}


def iban(country: str, account: str) -> str:
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def _member(
    id: str,
    number: str | None = None,
    *,
    addresses: Iterable[Document] = (),
    ways: Iterable[Document] = (),
    persons: Iterable[Document] = (),
    accounting: Mapping[str, str] | None = None,
    custom: Mapping[str, str] | None = None,
    tags: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
    category: str | None = CUSTOMER,
    parent: str | None = None,
    **native: Any,
) -> Document:
    """A contact with its parts; a part's id follows from the contact's, where none is given."""
    month, second = int(id[-2:]) % 12 + 1, int(id[-2:]) % 60
    stamp = f"2024-{month:02d}-14T10:11:{second:02d}+0{2 if 4 <= month <= 10 else 1}:00"
    values = {"customerNumber": number, "status": "1000", **native}
    if parent:
        values["parent"] = _reference("Contact", parent)
    if category:
        values["category"] = _reference("Category", category)
    member = new_member(new_object(CONTACT, id, stamp, values))
    owner = {"contact": _reference("Contact", id)}
    member["addresses"] = [
        new_object(ADDRESS, f"5{id[-5:]}{place:02d}", stamp, owner) | part for place, part in enumerate(addresses)
    ]
    member["communicationWays"] = [
        new_object(COMMUNICATION_WAY, f"6{id[-5:]}{place:02d}", stamp, owner) | part for place, part in enumerate(ways)
    ]
    if accounting:
        member["accountingContacts"] = [new_object(ACCOUNTING_CONTACT, f"7{id[-5:]}00", stamp, {**owner, **accounting})]
    member["customFields"] = [
        new_object(CUSTOM_FIELD, f"8{id[-5:]}{place:02d}", stamp, {**owner, **_custom(setting, value)})
        for place, (setting, value) in enumerate((custom or {}).items())
    ]
    member["persons"] = list(persons)
    member["tags"] = [_reference("Tag", tag) for tag in tags]
    member["tabsItemCount"] |= counts or {}
    return member


def _reference(model: str, id: str) -> Document:
    return {"id": id, "objectName": model}


def _custom(setting: str, value: str) -> Document:
    return {"contactCustomFieldSetting": _reference("ContactCustomFieldSetting", setting), "value": value}


def _at(
    street: str, zip: str, city: str, country: str = "DE", category: str | None = INVOICE, **native: Any
) -> Document:
    england = "United Kingdom" if country == "GB" else None
    place: Document = {"street": street, "zip": zip, "city": city}
    place["country"] = _reference("StaticCountry", country_id(country, england))
    return place | ({"category": _reference("Category", category)} if category else {}) | native


def _way(type: str, value: str, key: str = "2", *, main: bool = True, **native: Any) -> Document:
    label = _reference("CommunicationWayKey", key)
    return {"type": type, "value": value, "key": label, "main": "1" if main else "0", **native}


def _mail(value: str, key: str = "2", *, main: bool = True) -> Document:
    return _way("EMAIL", value, key, main=main)


def _phone(value: str, key: str = "2", *, main: bool = True) -> Document:
    return _way("PHONE", value, key, main=main)


def _whole_ones() -> list[Document]:
    """The example of the dossier before its update, and a company and a person with every field set."""
    return [
        _member(
            EXAMPLE,
            "1042",
            name="Ahorn Werkstatt",
            vatNumber="DE987654320",
            defaultTimeToPay="14",
            description="Liefert nur dienstags",
            addresses=[_at("Ahornweg 9", "79104", "Emmendingen", id=EXAMPLE_ADDRESS)],
            ways=[{**_mail("info@ahorn.example"), "id": EXAMPLE_MAIL}, _phone("+49 69 90009 101")],
            persons=[
                _member(
                    EXAMPLE_PERSON,
                    "1043",
                    parent=EXAMPLE,
                    surename="Jonas",
                    familyname="Ahorn",
                    gender="m",
                    ways=[_mail("jonas@ahorn.example"), _way("MOBILE", "+49 171 3920011", "4")],
                )
            ],
        ),
        _member(
            EVERYTHING,
            "1050",
            name="Bäckerei Müller & Söhne OHG",
            name2="Stammhaus Große Bergstraße",
            description="<p>Bestellt bis <b>14&nbsp;Uhr</b>, Lieferung am nächsten Morgen</p>",
            vatNumber="DE123456789",
            taxNumber="41/234/56789",
            taxOffice="Δ.Ο.Υ. Χανίων",
            exemptVat="1",
            bankAccount=iban("DE", "100000000000001050"),
            bankNumber="TESTDE00XXX",
            defaultTimeToPay="30",
            defaultCashbackTime="10",
            defaultCashbackPercent="2.5",
            defaultDiscountAmount="3",
            defaultDiscountPercentage="1",
            buyerReference="04011000-1234512345-35",
            governmentAgency="1",
            addresses=[
                _at("Große Bergstraße 160\nHinterhaus", "22767", "Hamburg", name="Frau Müller", name2="Einkauf"),
                _at("Schützenstraße 9", "22761", "Hamburg", category=DELIVERY, name3="Rampe 2", name4="bis 9 Uhr"),
                _at("Stresemannstraße 2", "22769", "Hamburg", category=WORK),
                _at("Elbchaussee 500", "22587", "Hamburg", category=PRIVATE),
                _at("Postfach 12 34", "22704", "Hamburg", category=NO_CATEGORY),
            ],
            ways=[
                _mail("rechnung@baeckerei-mueller.example", "8"),
                _mail("buero@baeckerei-mueller.example", main=False),
                _phone("+49 40 66969 200"),
                _phone("+49 40 66969 299", "3", main=False),
                _way("MOBILE", "+49 171 3920001", "4"),
                _way("WEB", "https://www.baeckerei-mueller.example"),
            ],
            accounting={"debitorNumber": "10050", "creditorNumber": "70050"},
            custom={"5101": "Frau Voß", "5102": "R-2023/17"},
            tags=["7", "9"],
            counts={"orders": 4, "invoices": 12, "invoicePos": 31},
            persons=[
                _member(
                    "88120422",
                    "1050",
                    parent=EVERYTHING,
                    surename="Jörg",
                    familyname="Müller",
                    titel="Geschäftsführer",
                    gender="m",
                    ways=[_mail("joerg@baeckerei-mueller.example"), _phone("+49 40 66969 201")],
                ),
                _member(
                    "88120423",
                    "1051",
                    parent=EVERYTHING,
                    surename="Ayşe",
                    familyname="Müller-Öztürk",
                    academicTitle="Dipl.-Betriebsw.",
                    gender="w",
                    birthday="1984-02-29",
                    ways=[_mail("ayse@baeckerei-mueller.example")],
                ),
            ],
        ),
        _member(
            EVERYTHING_PERSON,
            "1060",
            surename="Ælfrun",
            familyname="Gößmann",
            name2="von",
            titel="Kantorin",
            academicTitle="Dr. phil.",
            gender="w",
            birthday="1961-12-03",
            description="Ruft lieber an",
            vatNumber="DE222333444",
            taxNumber="06/123/45678",
            exemptVat="0",
            bankAccount=iban("DE", "100000000000001060"),
            bankNumber="TESTDE00XXX",
            defaultTimeToPay="7",
            defaultCashbackTime="3",
            defaultCashbackPercent="1",
            defaultDiscountAmount="12.5",
            defaultDiscountPercentage="0",
            buyerReference="G-1",
            addresses=[_at("Münsterplatz 1", "79098", "Freiburg im Breisgau", category=PRIVATE)],
            ways=[_mail("ae.goessmann@post.example", "1"), _way("MOBILE", "+49 176 04069001", "1")],
            accounting={"debitorNumber": "10060"},
            custom={"5101": "Herr Anders"},
        ),
    ]


def _companies() -> list[Document]:
    graz = _at("Annenstraße 23", "8020", "Graz", "AT")
    return [
        _member("88120432", "1061", name="Hotel Sonnwend GmbH", vatNumber="ATU12345678", addresses=[graz]),
        _member(
            "88120433",
            "1062",
            name="Zürisee Schlafkultur AG",
            addresses=[
                _at("Seestraße 88", "8002", "Zürich", "CH"),
                _at("Lager 4", "8820", "Wädenswil", "CH", DELIVERY),
            ],
            ways=[_mail("post@zuerisee.example"), _way("WEB", "zuerisee.example")],
            defaultTimeToPay="30",
        ),
        _member(
            "88120434",
            "1063",
            name="Stadtwerke Altenmünde",
            governmentAgency="1",
            buyerReference="03452012-SWA01-27",
            addresses=[_at("Am Wasserturm 1", "26919", "Altenmünde", name="Kreditorenbuchhaltung")],
            ways=[_mail("erechnung@stadtwerke-altenmuende.example", "8")],
        ),
        _member("88120435", "1064", name="Möbelhaus Krögers GmbH & Co. KG", status="500", counts={"orders": 1}),
        _member("88120436", "L-77", name="Daunenhof Schwäbisch Gmünd eG", category=SUPPLIER, exemptVat="1"),
        _member("88120437", "1066", name="Pension Zum Grünen Baum", category=PROSPECT, status="100"),
        _member("88120438", "1067", name="Kulturverein Blaues Haus e. V.", category=OWN_CATEGORY),
        _member(
            "88120439", "1068", name="Schreinerei Weißtanne", category=PARTNER, accounting={"creditorNumber": "70068"}
        ),
        _member(
            BRANCHES,
            "1070",
            name="Jugendherbergen Süd gGmbH",
            addresses=[_at("Kartäuserstraße 151", "79104", "Freiburg")],
            persons=[
                _member(
                    BRANCH,
                    "1071",
                    parent=BRANCHES,
                    name="Jugendherberge Titisee",
                    addresses=[_at("Bruderhalde 27", "79822", "Titisee-Neustadt", category=DELIVERY)],
                    persons=[_member(BRANCH_PERSON, "1072", parent=BRANCH, surename="Käthe", familyname="Löffler")],
                )
            ],
        ),
        _member(
            "88120443",
            "1073",
            name="Thistle & Down Ltd",
            vatNumber="GB999999973",
            addresses=[_at("14 Candlemaker Row", "EH1 2QE", "Edinburgh", "GB")],
        ),
        _member(
            "88120444",
            "1074",
            name="Ξενώνας Δελφίνι ΕΠΕ",
            taxOffice="Δ.Ο.Υ. Χανίων",
            addresses=[_at("Ακτή Κουντουριώτη 8", "731 31", "Χανιά", "GR")],
        ),
    ]


def _persons() -> list[Document]:
    return [
        _member(
            "88120451",
            "2001",
            surename="Inge",
            familyname="Bärwald",
            gender="w",
            addresses=[_at("Lindenallee 17", "20259", "Hamburg", category=PRIVATE)],
            ways=[_mail("inge.baerwald@post.example", "1"), _phone("+49 40 66969 301", "1")],
        ),
        _member("88120452", "2002", surename="Matthias", familyname="Weiß", titel="Hausmeister", birthday="1971-06-30"),
        _member(
            "88120453",
            "2003",
            surename="Jana",
            familyname="Nováková",
            loyaltyCard={"number": "T-118", "since": "2023-01-15"},
            addresses=[_at("Dlouhá 12", "110 00", "Praha", "CZ")],
        ),
        _member("88120454", "2004", surename="Þórunn", familyname="Jónsdóttir", gender="divers", status="500"),
        _member("88120455", "2005", surename="Åse", familyname="Ødegård", category=PROSPECT, status="100"),
        _member(
            "88120456",
            "2006",
            surename="Björn",
            familyname="Jägermann",
            exemptVat="1",
            ways=[_phone("+49 30 23125 111")],
        ),
    ]


def _odd_ones() -> list[Document]:
    """What a careless update would trip over."""
    return [
        # Nearly nothing filled in: a company, a person, and somebody without any name.
        _member("88120461", name="Unbekannt", status="100"),
        _member("88120462", familyname="Özdemir"),
        _member("88120463", ways=[_mail("anfrage@irgendwo.example")], status="100"),
        # In no category at all, so in no list of customers.
        _member("88120464", "1080", name="Café Kümmel", category=None),
        # Two have the same number.
        _member("88120465", "1081", name="Gasthof Löwen (alt)", status="100"),
        _member("88120466", "1081", name="Gasthof Löwen", addresses=[_at("Hauptstraße 3", "79254", "Oberried")]),
        # A person to whom a name was written once: an organisation ever since, with what was the person's still there.
        _member("88120467", "1082", name="Schreinerei Kern", surename="Udo", familyname="Kern", gender="m"),
        # Two main addresses of mail, the same one twice, and a number that is nobody's main one.
        _member(
            "88120468",
            "1083",
            name="Fahrradladen Speiche eG",
            ways=[
                _mail("laden@speiche.example"),
                _mail("buchhaltung@speiche.example"),
                _mail("laden@speiche.example", "5", main=False),
                _phone("+49 89 99998 100", main=False),
            ],
        ),
        # Two addresses for invoices, one without a category.
        _member(
            "88120469",
            "1084",
            name="Druckerei Schöndruck GmbH",
            addresses=[
                _at("Gutenbergring 52", "22848", "Norderstedt"),
                _at("Postfach 12 34", "22802", "Norderstedt"),
                _at("Werkstor 3", "22850", "Norderstedt", category=None),
            ],
        ),
        _member("88120470", "1085", name="Gärtnerei Grünfink", description="Frostfreie Anlieferung. " * 60),
        # Properties that no document describes.
        _member(
            "88120471",
            "1086",
            name="Elbufer Papeterie e. K.",
            dunningBlocked="1",
            commercialRegister={"court": "Amtsgericht Dresden", "number": "HRA 4711"},
        ),
        _member(
            "88120472",
            "1087",
            name="Islas Bike Rental S.L.",
            addresses=[_at("Calle Triana 12", "35002", "Las Palmas", "ES", geo={"lat": "28.1", "lng": "-15.4"})],
            ways=[_way("EMAIL", "admin@islasbike.example", optOut="1")],
        ),
        _member(
            "88120473",
            "1088",
            name="Universität Weserbergen",
            labels=["forschung", "rahmenvertrag"],
            persons=[
                _member(
                    "88120474",
                    "1089",
                    parent="88120473",
                    surename="Gülşen",
                    familyname="Aydın",
                    academicTitle="Prof. Dr.",
                    portalAccess={"enabled": "1", "since": "2024-04-01"},
                )
            ],
        ),
    ]
