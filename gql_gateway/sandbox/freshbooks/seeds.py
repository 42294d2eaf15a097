"""Whom a bookbinder in Toronto and its sister businesses work for.

Telephone numbers lie in the 555-01xx series set apart for fiction and in the ones that Ofcom and ComReg keep for drama,
mail addresses end in `.example`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from ..simulator import Document
from .businesses import (
    CANCELLED_ACCOUNT,
    FOREIGN_ACCOUNT,
    HOME_ACCOUNT,
    OWN_RECORD,
    TRIAL_ACCOUNT,
    UNLINKED_ACCOUNT,
)
from .client import EMPTY, eastern, organization_of, utc

NEXT_ID = 790_001
NEXT_CONTACT_ID = 91_001

_SIGNED_UP = datetime(2023, 3, 6, 14, 2, 51, tzinfo=UTC).timestamp()
_WEEK = 7 * 24 * 3600 + 4271


def seed_accounts() -> dict[str, dict[str, Document]]:
    """The stored clients by account and id."""
    accounts = {
        HOME_ACCOUNT: [*_companies(), *_persons(), *_abroad(), *_odd_ones()],
        TRIAL_ACCOUNT: [
            _company(801001, "Cascade Coffee Roasters", p_country="United States", currency_code="USD"),
            _person(801002, "Delia", "Ocampo", p_country="United States", currency_code="USD"),
        ],
        CANCELLED_ACCOUNT: [_company(802001, "Avon Tea Rooms Ltd", p_country="United Kingdom", currency_code="GBP")],
        UNLINKED_ACCOUNT: [_person(803001, "Éloïse", "Gagné", language="fr", p_city="Lévis", p_province="QC")],
        FOREIGN_ACCOUNT: [
            _person(OWN_RECORD, "Imogen", "Achterberg", email="imogen@lakeshore-bindery.example"),
            _company(700013, "Somebody Else’s Customer Inc."),
            _company(700014, "Another Customer of Theirs Ltd."),
        ],
    }
    return {
        account: {str(client["id"]): _placed(client, account, place) for place, client in enumerate(clients)}
        for account, clients in accounts.items()
    }


def _placed(client: Document, account: str, place: int) -> Document:
    """What the account and the order of the clients decide; every third client was never edited."""
    signed_up = _SIGNED_UP + place * _WEEK
    return {
        **client,
        "accounting_systemid": account,
        "signup_date": utc(signed_up),
        "updated": eastern(signed_up + (place % 3) * 20 * _WEEK),
        "contacts": [
            {"contactid": client["id"] * 10 + number, "userid": client["id"], **contact}
            for number, contact in enumerate(client["contacts"])
        ],
    }


def _client(number: int, **native: Any) -> Document:
    client = {**deepcopy(EMPTY), "p_country": "Canada", **native, "id": number, "userid": number}
    client["organization"] = organization_of(client)
    client["username"] = re.sub("[^a-z0-9]", "", client["organization"].casefold())[:18] + str(number)[-4:]
    return {**client, "uuid": f"0b6f3a52-6f0d-4b0e-9a55-{number:012d}"}


def _company(number: int, organization: str, **native: Any) -> Document:
    return _client(number, organization=organization, **native)


def _person(number: int, fname: str, lname: str, **native: Any) -> Document:
    """The organization is that of the answer: first and last name, which FreshBooks filled in."""
    return _client(number, fname=fname, lname=lname, **native)


def _at(street: str, city: str, province: str, code: str, kind: str = "p") -> Document:
    return {f"{kind}_street": street, f"{kind}_city": city, f"{kind}_province": province, f"{kind}_code": code}


def _contact(fname: str, lname: str, mail: str, phone1: str | None = None, phone2: str | None = None) -> Document:
    return {"email": mail, "fname": fname, "lname": lname, "phone1": phone1, "phone2": phone2}


def _money(*amounts: tuple[str, str]) -> list[Document]:
    return [{"amount": {"amount": amount, "code": code}} for amount, code in amounts]


def _companies() -> list[Document]:
    return [
        _company(
            778899,
            "Harbour Bikes Inc.",
            fname="Noor",
            lname="Sample",
            email="office@harbour-bikes.example",
            bus_phone="416-555-0133",
            **_at("77 Lakeshore Road", "Toronto", "Ontario", "M5V 0A1"),
            vat_name="HST",
            vat_number="123456789RT0001",
            note="Prefers deliveries on Tuesdays",
        ),
        # Everything that can be written, and something of everything that can be included.
        _company(
            778900,
            "Société d’Édition Belle-Rivière Ltée",
            fname="Anne-Sophie",
            lname="Côté",
            email="comptes@belle-riviere.example",
            bus_phone="514-555-0110",
            home_phone="514-555-0111",
            mob_phone="514-555-0112",
            fax="514-555-0113",
            **_at("1440 rue Sainte-Catherine O", "Montréal", "QC", "H3G 1R8"),
            p_street2="Bureau 900",
            **_at("25 quai de l’Horloge", "Montréal", "Quebec", "H2Y 2E2", "s"),
            s_street2="Entrepôt 3",
            s_country="Canada",
            currency_code="CAD",
            language="fr",
            note="Facturer en français.\nReliure cousue seulement.",
            vat_name="TPS/TVH",
            vat_number="840000017RT0001",
            company_industry="Publishing",
            company_size="11-50",
            pref_email=False,
            pref_gmail=True,
            allow_late_fees=False,
            allow_late_notifications=False,
            allow_email_include_pdf=True,
            contacts=[
                _contact("Étienne", "Lavoie", "e.lavoie@belle-riviere.example", "514-555-0114", "514-555-0115"),
                _contact("Marguerite", "Tremblay", "m.tremblay@belle-riviere.example", "514-555-0116"),
                _contact("Zoé", "N’Guessan", "zoe@belle-riviere.example"),
            ],
            outstanding_balance=_money(("1280.50", "CAD"), ("90.00", "USD")),
            overdue_balance=_money(("320.00", "CAD")),
            draft_balance=_money(("75.00", "CAD")),
            credit_balance=_money(("15.00", "CAD")),
            grand_total_balance=_money(("18410.25", "CAD"), ("90.00", "USD")),
            last_activity="2026-02-11 09:15:02",
            last_login="2025-12-01 18:20:00",
            num_logins=4,
            late_fee=_late_fee("10"),
            late_reminders=_late_reminders(),
        ),
        _company(
            778901,
            "Prairie Seed Co-operative",
            email="orders@prairieseed.example",
            **_at("P.O. Box 118", "Moose Jaw", "SK", "S6H 0A1"),
            contacts=[_contact("Walter", "Friesen", "walter@prairieseed.example", "306-555-0142")],
            outstanding_balance=_money(("412.00", "CAD")),
            late_fee=_late_fee("5"),
            late_reminders=_late_reminders(),
        ),
        _company(
            778902,
            "St. John’s Harbour Authority",
            fname="Brendan",
            lname="O’Driscoll",
            email="b.odriscoll@sjha.example",
            bus_phone="709-555-0107",
            **_at("1 Water Street", "St. John’s", "NL", "A1C 5X4"),
            home_phone="",
            vat_number="",
            late_fee=_late_fee("2.5"),
            late_reminders=_late_reminders(),
            grand_total_balance=_money(("2200.00", "CAD")),
        ),
        _company(
            778903,
            "Tłı̨chǫ Cultural Centre",
            email="info@behchoko.example",
            **_at("Box 40", "Behchokǫ̀", "Northwest Territories", "X0E 0Y0"),
            company_industry="Arts",
            company_size="1-10",
        ),
        _company(
            778904,
            "Mercer & Daughters Fine Papers",
            fname="Ruth",
            lname="Mercer",
            email="ruth@mercerpapers.example",
            **_at("902 Robie Street", "Halifax", "NS", "B3H 3C5"),
            **_at("14 Dock Road", "Lunenburg", "NS", "B0J 2C0", "s"),
            s_country="Canada",
            contacts=[
                _contact("Ada", "Mercer", "ada@mercerpapers.example"),
                _contact("Pearl", "Mercer", "pearl@mercerpapers.example", "902-555-0161"),
            ],
            outstanding_balance=_money(("64.00", "CAD")),
            overdue_balance=_money(("64.00", "CAD")),
        ),
        # Addressed by one organization name, known by another person's name.
        _company(778905, "Yonge Street Records", fname="Tariq", lname="Haddad", email="tariq@yongestreet.example"),
        _company(778906, "Okanagan Orchards Ltd.", email="hello@okorchards.example", vis_state=2, note="Sold in 2024"),
        _company(778907, "Fern Gully Nursery", email="fern@ferngully.example", vis_state=1),
        _company(778908, "Frères Beaulieu Imprimeurs", language="fr", p_city="Gatineau", p_province="Quebec"),
    ]


def _persons() -> list[Document]:
    return [
        _person(779001, "Siobhán", "Ní Bhriain", email="siobhan@nibhriain.example", mob_phone="647-555-0120"),
        _person(779002, "Jean-François", "D’Amours", email="jf@damours.example", language="fr", p_city="Québec"),
        _person(779003, "Mei", "Zhang", email="mei.zhang@mail.example", home_phone="604-555-0188", note="Calligrapher"),
        _person(779004, "Kwame", "Asante-Boateng", mob_phone="416-555-0177", vis_state=2),
        _person(779005, "Ingrid", "Þórsdóttir", **_at("9 Gimli Road", "Gimli", "Manitoba", "R0C 1B0")),
        # A first name only, a last name only, and nothing but an e-mail address: what fills the organization.
        _client(779006, fname="Björk", email="bjork@mail.example"),
        _client(779007, lname="Papadopoulos", bus_phone="416-555-0199"),
        _client(779008, email="john.doe@abcorp.example"),
        # A person whose name changed after the organization had been filled in from it.
        _client(779009, fname="Priya", lname="Raman-Cole", organization="Priya Raman", email="priya@raman.example"),
    ]


def _abroad() -> list[Document]:
    return [
        _company(
            780001,
            "Blue Ridge Stationers LLC",
            fname="Hannah",
            lname="Whitaker",
            email="ap@blueridge.example",
            bus_phone="(828) 555-0145",
            **_at("18 Biltmore Ave", "Asheville", "North Carolina", "28801"),
            p_country="United States",
            currency_code="USD",
            credit_balance=_money(("40.00", "USD")),
        ),
        _company(
            780002,
            "Thistle & Rowan Booksellers Ltd",
            email="accounts@thistlerowan.example",
            bus_phone="0131 496 0142",
            **_at("23 Victoria Street", "Edinburgh", "", "EH1 2HE"),
            p_country="United Kingdom",
            currency_code="GBP",
            vat_name="VAT Number",
            vat_number="GB999999973",
        ),
        _company(
            780003,
            "Inis Mór Knitwear Teo.",
            email="eolas@inismor.example",
            bus_phone="020 913 0142",
            **_at("Cill Rónáin", "Árainn", "Co. Galway", "H91 0000"),
            p_country="Ireland",
            currency_code="EUR",
            vat_name="VAT Number",
            vat_number="IE0000000H",
        ),
        _company(
            780004,
            "Müller & Söhne Buchbinderei GmbH",
            **_at("Königstraße 4", "Weimar", "", "99423"),
            p_country="Germany",
            currency_code="EUR",
            language="de",
            vat_number="DE999999999",
            draft_balance=_money(("310.00", "EUR")),
        ),
        _person(780005, "María José", "Núñez Peña", p_country="Mexico", p_city="Mérida", currency_code="MXN"),
        _company(780006, "Ateliers d’Abidjan SARL", p_country="Côte d'Ivoire", currency_code="XOF", language="fr"),
    ]


def _odd_ones() -> list[Document]:
    """What a careless update would trip over."""
    return [
        # Nothing filled in but a contact: not even FreshBooks had anything for the organization.
        _client(781001, p_country="", contacts=[_contact("Sunniva", "Aune", "sunniva@aune.example")]),
        # Beyond what the subscription pays for.
        _company(781002, "One Client Too Many Inc.", exceeds_client_limit=1, email="late@toomany.example"),
        # From before countries were chosen from a list.
        _company(781003, "Legacy Imports", p_country="Canda", p_province="ont.", email="legacy@imports.example"),
        # Shares its address with Harbour Bikes, and has an address that is none.
        _company(781004, "Harbour Bikes Rentals Inc.", email="office@harbour-bikes.example"),
        _company(781005, "Handwritten Ledger Shop", email="call us"),
        # Members that no document describes.
        _company(
            781006,
            "Saltspring Ceramics",
            fname="Wren",
            lname="Castellano",
            email="kiln@saltspring.example",
            portal_settings={"theme": "kelp", "blocks": [{"name": "statement", "shown": True}]},
            contacts=[_contact("Juniper", "Vale", "juniper@saltspring.example")],
        ),
        _company(
            781007, "Foothills Veterinary Clinic", email="front@foothillsvet.example", retention_tags=["vip", "q3"]
        ),
        _person(781008, "Aurelio", "Fabbri", email="aurelio@fabbri.example", loyalty={"points": 120, "since": "2021"}),
    ]


def _late_fee(percent: str) -> Document:
    return {"enabled": True, "type": "percentage", "value": percent, "days": 15, "repeat": False}


def _late_reminders() -> list[Document]:
    return [{"position": 1, "enabled": True, "delay": 7, "body": "A friendly reminder."}]
