"""What a client looks up by number: categories, labels of communication ways, countries, custom field settings.

Ids and words of the labels and of the categories 2, 3, 4, 28, 44, 45, 47 and 48 come from the vendor's file and from
other clients, as do the country ids 1 to 3. The label of category 43 is inferred, all other country ids are invented.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..lexware_office.countries import COUNTRIES  # ISO's names, written out once
from ..simulator import Document

SEV_CLIENT: Document = {"id": "701234", "objectName": "SevClient"}
SETTLED = "2019-02-11T09:00:00+01:00"


def _row(id: str, model: str, **rest: str | None) -> Document:
    return {
        "id": id,
        "objectName": model,
        "additionalInformation": None,
        "create": SETTLED,
        "update": SETTLED,
        **rest,
    }


def _category(id: str, object_type: str, name: str, translation_code: str | None) -> Document:
    facts = {"color": None, "code": None, "priority": "100", "translationCode": translation_code}
    return _row(id, "Category", name=name, objectType=object_type, **facts)


OWN_CATEGORY = "31847"
CATEGORIES = {
    row["id"]: row
    for row in (
        _category("2", "Contact", "Lieferant", "CATEGORY_SUPPLIER"),
        _category("3", "Contact", "Kunde", "CATEGORY_CUSTOMER"),
        _category("4", "Contact", "Partner", "CATEGORY_PARTNER"),
        _category("28", "Contact", "Interessent", "CATEGORY_PROSPECT_CUSTOMER"),
        _category(OWN_CATEGORY, "Contact", "Vereinsmitglied", None),
        _category("43", "ContactAddress", "Arbeit", "CATEGORY_WORK"),
        _category("44", "ContactAddress", "Privat", "CATEGORY_PRIVAT"),
        _category("45", "ContactAddress", " ", "CATEGORY_EMPTY"),
        _category("47", "ContactAddress", "Rechnungsadresse", "CATEGORY_INVOICE_ADDRESS"),
        _category("48", "ContactAddress", "Lieferadresse", "CATEGORY_DELIVERY_ADDRESS"),
    )
}

_LABELS = (
    ("Privat", "PRIVAT"),
    ("Arbeit", "WORK"),
    ("Fax", "FAX"),
    ("Mobil", "MOBILE"),
    (" ", "EMPTY"),
    ("Autobox", "AUTOBOX"),
    ("Newsletter", "NEWSLETTER"),
    ("Rechnungsadresse", "INVOICE_ADDRESS"),
)
KEYS = {
    str(number): _row(str(number), "CommunicationWayKey", name=name, translationCode=f"COMM_WAY_KEY_{word}")
    for number, (name, word) in enumerate(_LABELS, 1)
}


def _country(id: int, code: str, name: str, english: str) -> Document:
    facts = {"code": code.lower(), "name": name, "nameEn": english, "locale": None, "priority": str(max(0, 4 - id))}
    return _row(str(id), "StaticCountry", **facts, translationCode=f"COUNTRY_{english.upper().replace(' ', '_')}")


def _countries() -> list[Document]:
    """Germany, Switzerland, Austria, then the others by their English names; `gb` stands there three times."""
    iso = {c["countryCode"]: c for c in COUNTRIES if len(c["countryCode"]) == 2}
    first = ("DE", "CH", "AT")
    rest = [(c["countryNameEN"], c["countryNameDE"], code) for code, c in iso.items() if code not in {*first, "GB"}]
    rest += [(name, name, "GB") for name in ("England", "Great Britain", "United Kingdom")]
    ordered = [(iso[code]["countryNameEN"], iso[code]["countryNameDE"], code) for code in first] + sorted(rest)
    return [_country(id, code, german, english) for id, (english, german, code) in enumerate(ordered, 1)]


STATIC_COUNTRIES = {row["id"]: row for row in _countries()}


def country_id(code: str, name: str | None = None) -> str:
    """Id of the country with this ISO code, in upper case."""
    found = (c for c in STATIC_COUNTRIES.values() if c["code"] == code.lower() and name in {None, c["nameEn"]})
    return str(next(found)["id"])


def _setting(id: str, name: str, description: str) -> Document:
    identifier = name.lower().replace(" ", "-")
    facts = _row(id, "ContactCustomFieldSetting", name=name, identifier=identifier, description=description)
    return {**facts, "sevClient": SEV_CLIENT}


SETTINGS = {
    row["id"]: row
    for row in (
        _setting("5101", "Kundenbetreuung", "Wer den Kunden im Haus betreut"),
        _setting("5102", "Rahmenvertrag", "Nummer des Vertrags"),
    )
}

USERS = {
    "339952": {
        **_row("339952", "SevUser", fullname="Henrike Voß", username="henrike.voss@lattenrost.example"),
        "sevClient": SEV_CLIENT,
    }
}

REGISTERS: Mapping[str, Mapping[str, Document]] = {
    "Category": CATEGORIES,
    "CommunicationWayKey": KEYS,
    "ContactCustomFieldSetting": SETTINGS,
    "SevUser": USERS,
    "StaticCountry": STATIC_COUNTRIES,
}
