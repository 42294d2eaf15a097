"""The businesses of the one user: countries, tiers, subscriptions that ended, and one that is not a real one.

The first of them is the lead business, which is not the one that the sandbox connection is for: a call without
`X-Business` goes to the wrong books. Codes of tiers and the status `paying` are documented, other words are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..simulator import Document

LEAD = "1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f"
HOME = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
IRISH_START = "2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a"
IRISH_STANDARD = "3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b"
CANADIAN_PLUS = "4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c"
CANADIAN_MICRO = "5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d"
CANADIAN_STANDARD = "6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e"
SPANISH = "7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f"
ENDED = "8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a"
DEMO = "9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b"

Role = Literal["none", "read_only", "restricted", "full"]
"""What the user may do with the contacts of a business."""

TIERS: Mapping[str, str] = {
    "START": "Accounting Start",
    "MICRO": "Accounting Start (Partner Edition)",
    "ACCOUNTS": "Accounting Standard",
    "ACCOUNTING_10": "Accounting Standard",
    "ACCOUNTING": "Accounting Plus",
}
START_TIERS = frozenset({"START", "MICRO"})
CURRENCIES: Mapping[str, str] = {"GB": "GBP", "IE": "EUR", "CA": "CAD", "ES": "EUR"}
_NAMES: Mapping[str, str] = {"GB": "United Kingdom", "IE": "Ireland", "CA": "Canada", "ES": "Spain"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One of a business. Others than those of accounting may stand beside it."""

    id: str
    active: bool = True
    status: str = "paying"

    def shown(self) -> Document:
        return {
            "id": self.id,
            "displayed_as": TIERS.get(self.id, self.id.capitalize()),
            "active": self.active,
            "status": self.status,
            "accountant_pays": False,
            "created_at": "2019-04-06T09:00:00Z",
            "updated_at": "2025-11-03T16:20:11Z",
        }


@dataclass(frozen=True, slots=True)
class Business:
    """`role` is the user's; `address` is line 1, line 2, town, region, postcode."""

    id: str
    name: str
    country: str
    subscriptions: tuple[Subscription, ...]
    address: tuple[str, str, str, str, str]
    telephone: str
    multi_currency: bool = False
    role: Role = "full"
    is_demo: bool = False
    ni_based: bool = False
    website: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether one of the subscriptions to accounting runs."""
        return any(each.active for each in self.subscriptions if each.id in TIERS)

    @property
    def is_start(self) -> bool:
        return any(each.active for each in self.subscriptions if each.id in START_TIERS)

    @property
    def currency(self) -> str:
        return CURRENCIES[self.country]

    def stub(self) -> Document:
        return {"id": self.id, "displayed_as": self.name, "$path": f"/businesses/{self.id}"}

    def shown(self) -> Document:
        line_1, line_2, city, region, postal_code = self.address
        return {
            **self.stub(),
            "name": self.name,
            "country": {
                "id": self.country,
                "displayed_as": f"{_NAMES[self.country]} ({self.country})",
                "$path": f"/countries/{self.country}",
            },
            "address_line_1": line_1,
            "address_line_2": line_2,
            "city": city,
            "region": region,
            "postal_code": postal_code,
            "telephone": self.telephone,
            "mobile": None,
            "website": self.website,
            "created_at": "2019-04-06T09:00:00Z",
            "updated_at": "2025-11-03T16:20:11Z",
            "is_demo": self.is_demo,
            "ni_based": self.ni_based,
            "subscriptions": [each.shown() for each in self.subscriptions],
            **self.more,
        }


_BUSINESSES = (
    Business(
        LEAD,
        "Severn Bank Joinery (old books)",
        "GB",
        (Subscription("ACCOUNTING_10"),),
        ("1 Redcliffe Wharf", "", "Bristol", "Avon", "BS1 6SR"),
        "+44 117 496 0001",
    ),
    Business(
        HOME,
        "Severn Bank Trading Ltd",
        "GB",
        # The tier it began with comes first, and is over.
        (Subscription("START", active=False, status="cancelled"), Subscription("ACCOUNTING")),
        ("12 Welsh Back", "Unit 4", "Bristol", "Avon", "BS1 4SP"),
        "+44 117 496 0002",
        multi_currency=True,
        website="https://severn-bank.example",
    ),
    Business(
        IRISH_START,
        "Liffey Garden Care",
        "IE",
        (Subscription("START"),),
        ("8 Ormond Quay", "", "Dublin 7", "Co. Dublin", "D07 K5V0"),
        "+353 1 700 0101",
    ),
    Business(
        IRISH_STANDARD,
        "Corrib Nets & Chandlery Ltd",
        "IE",
        (Subscription("ACCOUNTS"),),
        ("The Claddagh", "", "Galway", "Co. Galway", "H91 A2B3"),
        "+353 91 700 102",
        role="restricted",
    ),
    Business(
        CANADIAN_PLUS,
        "Maison Laurier Inc.",
        "CA",
        (Subscription("ACCOUNTING"),),
        ("210 rue Saint-Paul", "Bureau 3", "Montréal", "QC", "H2Y 1Z9"),
        "+1 514 555 0103",
        multi_currency=True,
    ),
    Business(
        CANADIAN_MICRO,
        "Juniper Lane Studio",
        "CA",
        (Subscription("MICRO"),),
        ("44 Juniper Lane", "", "Halifax", "NS", "B3H 0A1"),
        "+1 902 555 0104",
        role="read_only",
    ),
    # Standard is not on offer in Canada; the API works all the same.
    Business(
        CANADIAN_STANDARD,
        "Old Quay Outfitters Ltd.",
        "CA",
        (Subscription("ACCOUNTS"),),
        ("9 Water Street", "", "St. John's", "NL", "A1C 1A1"),
        "+1 709 555 0105",
    ),
    # Spain is withdrawn. How the API treats it is unverified: here it works all the same.
    Business(
        SPANISH,
        "Taller Ribera S.L.",
        "ES",
        (Subscription("ACCOUNTING"),),
        ("Calle Mayor 5", "", "Zaragoza", "Zaragoza", "50001"),
        "+34 976 000 106",
    ),
    # A running subscription to something else does not help.
    Business(
        ENDED,
        "Tamar Ferry Café",
        "GB",
        (Subscription("ACCOUNTING", active=False, status="cancelled"), Subscription("PAYROLL")),
        ("Quay Road", "", "Plymouth", "Devon", "PL1 3AB"),
        "+44 1752 496 007",
    ),
    Business(
        DEMO,
        "Demo Business",
        "GB",
        (Subscription("ACCOUNTING", status="trialing"),),
        ("1 Sample Street", "", "Newcastle upon Tyne", "Tyne and Wear", "NE1 1AA"),
        "+44 191 498 0008",
        is_demo=True,
    ),
)
BUSINESSES: Mapping[str, Business] = {business.id: business for business in _BUSINESSES}
