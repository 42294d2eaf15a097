"""Who the contacts are: most of one British Plus business, a few of every other.

Telephone numbers are of the series that regulators set aside for fiction, mail addresses end in `.example`, VAT numbers
have the right form only. Where a record is odd, a comment says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .businesses import (
    CANADIAN_MICRO,
    CANADIAN_PLUS,
    CANADIAN_STANDARD,
    DEMO,
    ENDED,
    IRISH_STANDARD,
    IRISH_START,
    LEAD,
    SPANISH,
)
from .registers import CONTACT_TYPES, CURRENCIES


class Seed(NamedTuple):
    """What is told of a contact by hand. `street` may hold two lines; `person` is name|job title|e-mail|telephone."""

    name: str
    reference: str | None = None
    street: str = ""
    city: str = ""
    region: str | None = None
    postal_code: str | None = None
    country: str = "GB"
    person: str = ""
    tax_number: str | None = None
    more: Mapping[str, Any] = {}


LONG_NAME = "The Worshipful Association of Independent Bookbinders, Gilders & Paper Marblers of South Wales CIC"

HOME_SEEDS = (
    Seed(
        "Redcliff Joinery Ltd",
        "RJ1042",
        "5 Canal Row\n",
        "Bristol",
        "Avon",
        "BS1 4XX",
        "GB",
        "Dana Sample||dana@redcliff-joinery.example|+44 117 496 0000",
        "GB123456789",
        {"credit_limit": "1000.0", "credit_days": 30, "credit_terms": "date_from_invoice", "locale": "en-GB"},
    ),
    Seed(
        "Łukasz & Siân's Café",
        "CAFE-01",
        "14 St Mary Street",
        "Cardiff",
        "Caerdydd",
        "CF10 1AT",
        "GB",
        "Siân Llewelyn|Owner|sian@lukasz-sian.example|+44 29 2018 0010",
    ),
    Seed(
        "Harbourside Kayak Hire",
        "KAYAK",
        "Unit 2, Capricorn Quay\nHotwell Road",
        "Bristol",
        None,
        "BS8 4UQ",
        "GB",
        "Imogen Clarke|Bookings|hello@harbourside-kayak.example|+44 117 496 0020",
        "GB234567891",
    ),
    Seed(
        "Tyne Valley Dairy Co-operative",
        "TVD-2017",
        "Station Yard\nHexham Road",
        "Corbridge",
        "Northumberland",
        "NE45 5AY",
        "GB",
        "Graham Oliver|Herd manager|graham@tyne-valley-dairy.example|+44 191 498 0030",
        "GB345678912",
    ),
    # The same name and number stands in the lead business.
    Seed(
        "Penhallow Slate Works",
        "PSW-77",
        "Quarry Lane",
        "Delabole",
        "Cornwall",
        "PL33 9DZ",
        "GB",
        "Jago Penhallow||jago@penhallow-slate.example|+44 1632 960040",
    ),
    # A customer and a supplier at once.
    Seed(
        "Mendip Timber Supplies",
        "MTS",
        "The Sawmill",
        "Wells",
        "Somerset",
        "BA5 1AA",
        "GB",
        "Ruth Carver|Accounts|ruth@mendip-timber.example|+44 117 496 0050",
        "GB456789123",
        {"contact_types": [CONTACT_TYPES["CUSTOMER"], CONTACT_TYPES["VENDOR"]], "credit_terms": "month_end_invoice"},
    ),
    # As long as everything may be.
    Seed(
        LONG_NAME,
        "ABCDE12345",
        "Suite 400, The Old Corn Exchange and Market House,\nBetween the Clock Tower and the Former Post Office",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysilio",
        "Ynys Môn / Isle of Anglesey",
        "LL61 5UJ 0",
        "GB",
        "Angharad Elisabeth Prydderch-Bevan-Llewellyn-Jones|Clerk|clerk@bookbinders.example|+44 29 2018 0060",
    ),
    # The VAT number is from before its form was checked: sent back as it is, it is refused.
    Seed(
        "Old Ledger Antiques",
        "OLD1",
        "3 Pump Court",
        "Bath",
        "Somerset",
        "BA1 2PB",
        "GB",
        "Winifred Pike||shop@old-ledger.example|",
        "VAT REG 88",
    ),
    # Inactive: only Sage's own pages can change that.
    Seed(
        "Closed Shop Ceramics",
        "CSC",
        "71 Pottery Row",
        "Stoke-on-Trent",
        "Staffordshire",
        "ST1 5AA",
        "GB",
        "Alan Bourne||alan@closed-shop.example|",
        None,
        {"is_active": False},
    ),
    # With transactions in euro: the currency is fixed.
    Seed(
        "Ó Briain & Iníonacha Teo",
        "OBRIAIN",
        "17 Sráid na Siopaí",
        "Galway",
        "Co. Galway",
        "H91 X4Y5",
        "IE",
        "Niamh Ní Bhriain|Stiúrthóir|niamh@obriain.example|+353 91 700 070",
        "IE1234567WA",
        {"currency": CURRENCIES["EUR"], "deletable": False, "balance": "1480.5", "credit_limit": "5000.0"},
    ),
    Seed(
        "Weiß & Söhne GmbH",
        "WEISS",
        "Königstraße 28",
        "Stuttgart",
        "Baden-Württemberg",
        "70173",
        "DE",
        "Jörg Weiß|Einkauf|j.weiss@weiss-soehne.example|+49 711 55550",
        "DE123456789",
        {"currency": CURRENCIES["EUR"], "locale": "de-DE", "registered_number": "99/815/08150"},
    ),
    # Numbers of this country are not looked at.
    Seed(
        "Pacific Letterpress LLC",
        "PACIFIC",
        "801 SE Water Ave",
        "Portland",
        "Oregon",
        "97214",
        "US",
        "Marisol Vega|Owner|marisol@pacific-letterpress.example|+1 503 555 0108",
        "93-0000000",
        {"currency": CURRENCIES["USD"], "locale": "en-US"},
    ),
    # Nothing but a name.
    Seed("Nameplate Only"),
    # An address and nobody at it.
    Seed("Shuttered Arcade Management", "ARCADE", "High Street Arcade", "Cardiff", None, "CF10 1BB"),
    # Somebody at the address, but nobody is the main contact person.
    Seed(
        "Lantern Street Print Club",
        "LSPC",
        "9 Lantern Street",
        "Bristol",
        "Avon",
        "BS2 0AA",
        "GB",
        "Femi Adeyemi|Treasurer|femi@lantern-street.example|",
        None,
        {"without_main_person": True},
    ),
    # What was personal is gone.
    Seed("GDPR-4821", None, "", "", None, None, "GB", "", None, {"gdpr_obfuscated": True, "deletable": False}),
    # Two of one name.
    Seed("J Smith", "SMITH1", "2 Mill Lane", "Keynsham", None, "BS31 2AA", "GB", "Jane Smith||jane@smith-one.example|"),
    Seed(
        "J Smith", "SMITH2", "40 Mill Lane", "Keynsham", None, "BS31 2AB", "GB", "John Smith||john@smith-two.example|"
    ),
    Seed(
        "Clifton Physiotherapy LLP",
        "CLIFTON",
        "11 Princess Victoria Street",
        "Bristol",
        "Avon",
        "BS8 4BX",
        "GB",
        "Dr Ayesha Rahman|Partner|ayesha@clifton-physio.example|+44 117 496 0180",
        None,
        {"credit_days": 0, "credit_terms": "immediate_invoice"},
    ),
    Seed(
        "Belfast Rope & Rigging",
        "ROPE",
        "4 Queen's Quay",
        "Belfast",
        "Co. Antrim",
        "BT3 9DT",
        "GB",
        "Orla McKeown|Yard|orla@belfast-rope.example|+44 28 9649 6019",
        "XI123456789",
        {"ni_based": True},
    ),
    Seed(
        "Ravenscourt Lighting",
        "LIGHT-20",
        "88 Goldhawk Road",
        "London",
        None,
        "W12 8HD",
        "GB",
        "Kwame Mensah|Studio manager|kwame@ravenscourt.example|+44 20 7946 0200",
        "GB567891234",
    ),
    Seed(
        "Gwesty'r Llew Coch",
        "LLEW",
        "Y Sgwâr",
        "Dolgellau",
        "Gwynedd",
        "LL40 1AA",
        "GB",
        "Rhodri ap Gwilym||post@llew-coch.example|+44 1632 960210",
        None,
        {"locale": "cy-GB"},
    ),
    Seed(
        "Aberdeen Subsea Survey plc",
        "SUBSEA",
        "Pier 3, Regent Quay",
        "Aberdeen",
        "Aberdeenshire",
        "AB11 5AQ",
        "GB",
        "Morag Sutherland|Procurement|morag@aberdeen-subsea.example|+44 1632 960220",
        "GB678912345",
        {"deletable": False, "balance": "-75.25", "credit_limit": "25000.0"},
    ),
    Seed(
        "St Werburgh's City Farm",
        "FARM",
        "Watercress Road",
        "Bristol",
        "Avon",
        "BS2 9YJ",
        "GB",
        "Tom O'Leary|Volunteer coordinator|tom@city-farm.example|+44 117 496 0230",
    ),
    Seed(
        "Chavez & Núñez Import S.L.",
        "CHAVEZ",
        "Calle Mayor 41",
        "Zaragoza",
        "Zaragoza",
        "50001",
        "ES",
        "Íñigo Núñez|Compras|inigo@chavez-nunez.example|+34 976 000 240",
        "ESB12345678",
        {"currency": CURRENCIES["EUR"]},
    ),
    Seed(
        "Peak District Cheese Room",
        "CHEESE",
        "Buttermarket",
        "Bakewell",
        "Derbyshire",
        "DE45 1EG",
        "GB",
        "Hazel Thornhill||hazel@cheese-room.example|+44 161 496 0250",
    ),
    Seed(
        "Quill & Anchor Tattoo",
        "QUILL",
        "6 Dock Street",
        "Leith",
        "Edinburgh",
        "EH6 6EY",
        "GB",
        "Skye Drummond|Artist|skye@quill-anchor.example|+44 131 496 0260",
    ),
    Seed(
        "Birmingham Brass Fittings Ltd",
        "BRASS",
        "Unit 9, Jewellery Works",
        "Birmingham",
        "West Midlands",
        "B18 6AA",
        "GB",
        "Harpreet Gill|Purchase ledger|ap@brass-fittings.example|+44 121 496 0270",
        "GB789123456",
    ),
    Seed(
        "Whitby Kipper Company",
        "KIPPER",
        "Henrietta Street",
        "Whitby",
        "North Yorkshire",
        "YO22 4DW",
        "GB",
        "Derek Storr||derek@whitby-kipper.example|+44 1632 960280",
    ),
)

SUPPLIERS = (
    Seed("Avon Steel Stockholders", "AVSTEEL", "St Philips Marsh", "Bristol", "Avon", "BS2 0TT", "GB", "", None),
    Seed("Severn Estuary Haulage", "HAUL", "Portbury Way", "Portishead", None, "BS20 7XN", "GB", "", "GB891234567"),
)
SYSTEM = Seed("HMRC Reclaimed", more={"system": True, "deletable": False})
DELETED = Seed("Redcliff Joinery (duplicate)", "RJ0999", "5 Canal Row", "Bristol", "Avon", "BS1 4XX")

ELSEWHERE: Mapping[str, tuple[Seed, ...]] = {
    LEAD: (
        HOME_SEEDS[4],
        HOME_SEEDS[0]._replace(person="Dana Sample||dana@former-address.example|+44 117 496 0099"),
        Seed("Kingswood Allotments", "KING", "Soundwell Road", "Bristol", None, "BS15 1AA"),
    ),
    IRISH_START: (
        Seed(
            "Howth Head Weddings",
            "HOWTH",
            "Harbour Road",
            "Howth",
            "Co. Dublin",
            "D13 A1B2",
            "IE",
            "Saoirse Doyle||saoirse@howth-head.example|+353 1 700 0311",
            "IE2345678WA",
        ),
        Seed("Seán Ó Ceallaigh", "SEAN", "21 Árd na Mara", "Malahide", "Co. Dublin", "K36 C3D4", "IE"),
    ),
    IRISH_STANDARD: (
        Seed(
            "Aran Islands Ferries Teo",
            "ARAN",
            "The Docks",
            "Galway",
            "Co. Galway",
            "H91 E5F6",
            "IE",
            "Ciarán Conneely|Ops|ciaran@aran-ferries.example|+353 91 700 321",
            "IE3456789WA",
        ),
        Seed("Spiddal Craft Village", "SPID", "Main Street", "Spiddal", "Co. Galway", "H91 G7H8", "IE"),
    ),
    CANADIAN_PLUS: (
        Seed(
            "Érablière Côté & Filles",
            "ERABLE",
            "880 rang du Nord",
            "Saint-Hyacinthe",
            "QC",
            "J2S 0A1",
            "CA",
            "Anne-Sophie Côté|Présidente|as@erabliere-cote.example|+1 450 555 0131",
            "123456789RT0001",
            {"locale": "fr-CA"},
        ),
        Seed("Prairie Seed Co-operative", "SEED", "P.O. Box 118", "Moose Jaw", "SK", "S6H 0A1", "CA"),
    ),
    CANADIAN_MICRO: (Seed("Peggy's Point Gallery", "PEGGY", "178 Peggy's Road", "Halifax", "NS", "B3Z 0A1", "CA"),),
    CANADIAN_STANDARD: (
        Seed("Signal Hill Hostel", "SIGNAL", "230 Signal Hill Rd", "St. John's", "NL", "A1A 1B3", "CA"),
    ),
    SPANISH: (Seed("Bodegas Ebro", "EBRO", "Camino Real 2", "Zaragoza", "Zaragoza", "50015", "ES"),),
    ENDED: (Seed("Hoe Park Concerts", "HOE", "Hoe Road", "Plymouth", "Devon", "PL1 2PA"),),
    DEMO: (Seed("Demo Customer One", "DEMO1", "1 Sample Street", "Newcastle upon Tyne", None, "NE1 1AA"),),
}
