"""The account the sandbox starts with: a chandler in Kiel and the debtors in its books.

Mail addresses end in `.example`. IBANs have right check digits and a bank code that no bank has. VAT numbers have the
right form only.
"""

from __future__ import annotations

from ..simulator import Document
from .debtor import new_debtor
from .values import check_digits

API_CLIENT = "sandbox-client-31f0"
API_SECRET = "sandbox-only-4e7c90d25ab84f13"
API_KEY = "sandbox0key0f52c1d9a77b64e30"
INACTIVE_API_KEY = "sandbox0key09be83f6410c2d5a7"
FOREIGN_API_KEY = "sandbox0key0c41a70d8e95f2b36"
"""A key of a customer whom another client works for."""

EXAMPLE = "10017"
EVERYTHING = "10021"
STALE = "10030"
LONG_NAME = "10031"
OTHER_CONTACTS = ("Wiebke Ahrens", "Jonas Thomsen")
"""Whom somebody else names as a contact person."""


def debtors() -> dict[str, Document]:
    """Fresh records by number, in the order of their numbers."""
    found = [*_companies(), *_abroad(), *_persons(), *_odd_ones()]
    return {
        row["postingaccount_number"]: row for row in sorted(found, key=lambda row: int(row["postingaccount_number"]))
    }


def iban(country: str, account: str) -> str:
    return f"{country}{check_digits(country, account)}{account}"


def _debtor(number: int, name: str, **values: object) -> Document:
    return {**new_debtor(number, name), "country": "DE", **values}


def _at(street: str, zip_code: str, city: str, country: str = "DE", *, line: str = "") -> Document:
    return {
        "street": street,
        "additional_addressline": line,
        "zip": zip_code,
        "city": city,
        "country": country,
    }


def _companies() -> list[Document]:
    return [
        # The debtor of the dossier's examples, and a plain one: anybody may try something on it.
        _debtor(
            10017,
            "Fjordblick Möbel GmbH",
            **_at("Hafenallee 12", "18055", "Rostock"),
            contact_person_name="Tarek Olsen",
            customer_number="K-2207",
            email="buchhaltung@fjordblick.example",
        ),
        _debtor(
            10021,
            "Segelmacherei Sørensen & Töchter GmbH & Co. KG",
            **_at("Wiker Kai 3b", "24106", "Kiel", line="Halle 4, Aufgang Süd"),
            contact_person_name="Dr. Gönül Yıldız-Sørensen",
            customer_number="K-0021/A",
            sales_tax_id_eu="DE812345678",
            email="rechnung+kiel@segelmacherei.example",
            iban=iban("DE", "999500000021002100"),
            bic="MARKDEF1XXX",
        ),
        _debtor(
            10022,
            "Bäckerei Grünwald oHG",
            **_at("Holtenauer Straße 88", "24105", "Kiel"),
            contact_person_name="Jürgen Grünwald",
            customer_number="2022",
            email="backstube@gruenwald.example",
        ),
        _debtor(
            10002,
            "Yachtwerft Laboe AG",
            **_at("Hafenplatz 1", "24235", "Laboe"),
            contact_person_name="Frau Petersen",
            customer_number="K-1002",
            sales_tax_id_eu="DE823456789",
            iban=iban("DE", "999500000000100200"),
            bic="GENODEF1XXX",
        ),
        _debtor(
            10003,
            "Kanu-Club Schwentine e.V.",
            **_at("Am Wehr 7", "24149", "Kiel"),
            contact_person_name="Malte Brügge",
            email="kasse@kanuclub.example",
        ),
        _debtor(
            10004,
            "Hotel Zum Weißen Schwan",
            **_at("Große Straße 14", "24937", "Flensburg"),
            customer_number="K-1004",
            email="empfang@weisser-schwan.example",
        ),
        _debtor(
            10005,
            "Räucherei Möller KG",
            **_at("Fischereihafen 22", "24340", "Eckernförde"),
            contact_person_name="Änne Möller",
            customer_number="K-1005",
            sales_tax_id_eu="DE834567890",
        ),
        _debtor(
            10006,
            "Architekturbüro Çelik PartG mbB",
            **_at("Königsweg 31", "24114", "Kiel", line="Hinterhaus, 2. OG"),
            contact_person_name="Deniz Çelik",
            email="buero@celik-architektur.example",
        ),
        _debtor(10007, "Stadt Plön", **_at("Schloßberg 3-4", "24306", "Plön"), customer_number="BEHÖRDE-7"),
        _debtor(
            10008,
            "Müller & Söhne Tischlerei GmbH",
            **_at("Gewerbering 5", "24558", "Henstedt-Ulzburg"),
            contact_person_name="Ralf Müller jun.",
            customer_number="K-1008",
            sales_tax_id_eu="DE845678901",
            email="info@mueller-tischlerei.example",
            iban=iban("DE", "999500000000100800"),
        ),
        # Two with one name: only the number tells them apart.
        _debtor(10009, "Nordlicht Service GmbH", **_at("Alte Lübecker Chaussee 9", "24113", "Kiel")),
        _debtor(
            10010, "Nordlicht Service GmbH", **_at("Mönkhofer Weg 60", "23562", "Lübeck"), customer_number="K-1010"
        ),
        _debtor(
            10011, "Apotheke am Nord-Ostsee-Kanal", **_at("Kanalstr. 2", "24159", "Kiel"), email="post@nok.example"
        ),
        _debtor(
            10012,
            "Tauchschule Ostseegrund UG (haftungsbeschränkt)",
            **_at("Strandweg 11", "23730", "Neustadt in Holstein"),
            contact_person_name="Noël Château",
            customer_number="K-1012",
        ),
        _debtor(10013, "Drachenboot Eckernförde", **_at("Jungfernstieg 40", "24340", "Eckernförde")),
        _debtor(
            10014,
            "Universität Kiel, Institut für Meereskunde",
            **_at("Düsternbrooker Weg 20", "24105", "Kiel", line="Kostenstelle 4711"),
            customer_number="UNI 14",
            email="beschaffung@meereskunde.example",
        ),
    ]


def _abroad() -> list[Document]:
    return [
        _debtor(
            10015,
            "Bådebyggeri Åbenrå ApS",
            **_at("Søndergade 17", "6200", "Aabenraa", "DK"),
            contact_person_name="Søren Ærø",
            sales_tax_id_eu="DK12345678",
            email="faktura@baadebyggeri.example",
        ),
        _debtor(
            10016,
            "Bootshaus Attersee e.U.",
            **_at("Seepromenade 4", "4863", "Seewalchen", "AT"),
            sales_tax_id_eu="ATU12345678",
            iban=iban("AT", "9999900000001016"),
            bic="BKAUATWWXXX",
        ),
        # The only kind that has a number nobody can write: a Swiss one.
        _debtor(
            10018,
            "Seglerhafen Romanshorn AG",
            **_at("Hafenstrasse 28", "8590", "Romanshorn", "CH"),
            contact_person_name="Urs Zürcher",
            customer_number="CH-18",
            uid_ch="CHE-116.281.710",
            iban=iban("CH", "99999000000001018"),
        ),
        _debtor(
            10019,
            "Voilerie de l’Île d’Yeu SARL",
            **_at("12 quai de la Mairie", "85350", "L’Île-d’Yeu", "FR"),
            contact_person_name="Hélène Guérin",
            sales_tax_id_eu="FR83404833048",
        ),
        _debtor(
            10020,
            "Stocznia Łeba Sp. z o.o.",
            **_at("ul. Kościuszki 5", "84-360", "Łeba", "PL"),
            contact_person_name="Małgorzata Wójcik",
            sales_tax_id_eu="PL5260001246",
            email="ksiegowosc@stocznia.example",
        ),
        _debtor(
            10023,
            "Cowes Chandlers Ltd",
            **_at("4 Bath Road", "PO31 7QN", "Cowes", "GB"),
            contact_person_name="Fiona O'Neill",
            email="accounts@cowes-chandlers.example",
        ),
        _debtor(10024, "Jachthaven Makkum B.V.", **_at("De Stienplaat 7", "8754 HE", "Makkum", "NL")),
    ]


def _persons() -> list[Document]:
    """The provider knows no persons: they stand in the one name field."""
    return [
        _debtor(10025, "Anneliese Großkopf", **_at("Blumenweg 2", "24211", "Preetz")),
        _debtor(10026, "Nguyễn Thị Hồng", **_at("Elisabethstraße 51", "24143", "Kiel"), customer_number="P-26"),
        _debtor(10027, "Lührs, Hinnerk", **_at("Dorfstraße 9", "24217", "Schönberg"), email="hinnerk@luehrs.example"),
        _debtor(10028, "Prof. Dr. Zoë Schäfer-Đorđević", **_at("Esmarchstr. 6", "24105", "Kiel")),
        _debtor(
            10029,
            "José Álvarez",
            **_at("Calle Mayor 8", "28013", "Madrid", "ES"),
            iban=iban("ES", "99999999000000001029"),
        ),
        _debtor(10032, "Øyvind Lie", **_at("Strandgaten 3", "5013", "Bergen", "NO")),
    ]


def _odd_ones() -> list[Document]:
    return [
        # Entered long ago in the web application: sent back as they are, these values would be refused today.
        _debtor(
            10030,
            "Altbestand Reederei Hansen",
            **_at("Schiffbrücke 1", "24939", "Flensburg", ""),
            sales_tax_id_eu="DE 81 234",
            email="nicht bekannt",
            iban="DE00 1234",
            bic="unbekannt",
        ),
        _debtor(
            10031,
            "Gesellschaft zur Förderung und Erhaltung historischer Wasserfahrzeuge, Kutter, Ewer und Jollen an den "
            "Küsten von Nord- und Ostsee sowie an den angrenzenden Binnengewässern zwischen Flensburger Förde und "
            "Greifswalder Bodden, eingetragener Verein mit Sitz in Kiel-Holtenau",  # longer than 255 characters
            **_at("Tiessenkai 12", "24159", "Kiel"),
        ),
        # Native fields that no description has.
        _debtor(
            10033,
            "Marina Wendtorf Betriebs-GmbH",
            **_at("Palstek 4", "24235", "Wendtorf"),
            customer_number="K-1033",
            leitweg_id="01002-33-57",
            dunning={"level": 1, "blocked_until": None},
        ),
        _debtor(10034, "Inselfähre Pellworm GmbH", **_at("Hafen 1", "25849", "Pellworm"), labels=["VIP", "Fähre"]),
        _debtor(10035, "Kieler Sprotten Versand", **_at("Lindenau 9", "24160", "Kiel"), peppol_id="9930:de856789012"),
        _debtor(10036, "Import aus Altsystem 36", import_pending=1),
        _debtor(10037, "Nur ein Name", country=""),
        _debtor(10038, "Ohne Land und Ort GmbH", country="", customer_number="K-1038", email="hallo@ohne.example"),
        _debtor(10039, "Postfachkunde AG", **_at("Postfach 10 01 55", "24001", "Kiel")),
        _debtor(10040, '&Söhne <Handel> "Nord" 100%', **_at("Am Kai 1 + 2", "24103", "Kiel"), customer_number="A&B=1"),
        _debtor(10041, "Bootsverleih ⚓ Förde", **_at("Reventlouwiese 1", "24105", "Kiel")),
        _debtor(69998, "Laufkundschaft", country=""),
    ]
