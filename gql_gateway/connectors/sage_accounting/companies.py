"""The businesses of a user: which subscription each has, and whether Sage lets its customers be updated from outside.

Source of the table: seed 000_209632ee10bc6ca1; the sign-in of today takes the same three countries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ConnectionProblem, ErrorCode
from ...fields.convert import as_text
from ...fields.document import get
from ...model.customer import Company
from ...model.json import Json, JsonObject
from .errors import COMPANY

TIERS: Mapping[str, str] = {
    "START": "Start",
    "MICRO": "Start",
    "ACCOUNTS": "Standard",
    "ACCOUNTING_10": "Standard",
    "ACCOUNTING": "Plus",
}
"""The tier of each subscription's code. ACCOUNTING means Plus, and ACCOUNTS means Standard."""
COUNTRIES: Mapping[str, frozenset[str]] = {
    "Plus": frozenset({"CA", "GB", "IE"}),
    "Standard": frozenset({"GB", "IE"}),
    "Start": frozenset({"CA", "GB", "IE"}),
}


def read_business(business: JsonObject) -> JsonObject:
    """What decides over updates, of the whole business."""
    country = country_of(business)
    return {
        "id": business.get("id"),
        "country": None if country is None else {"id": country},
        "subscriptions": [
            {name: item.get(name) for name in ("id", "active", "status")} for item in _subscriptions(business)
        ],
    }


def read_company(business: JsonObject) -> Company:
    """`active` is that of the accounting subscription. A tier that is not for the country says so."""
    country, subscription = country_of(business), _subscription(business)
    tier = None if subscription is None else TIERS[str(subscription["id"])]
    shown = None
    if tier is not None:
        shown = tier if is_supported(tier, country) else f"{tier}, not supported in {country or 'its country'}"
    return Company(
        str(business.get("id")),
        as_text(business.get("name")) or as_text(business.get("displayed_as")),
        country,
        shown,
        subscription is not None and subscription.get("active") is True,
        unfit_for_updates(business),
    )


def check_business(business: Json) -> None:
    """Raises COMPANY_UNAVAILABLE where customers of this business may not be updated, with the reason."""
    if words := unfit_for_updates(business if isinstance(business, dict) else {}):
        raise ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=COMPANY)


def unfit_for_updates(business: JsonObject) -> str | None:
    """Why customers of this business may not be updated."""
    country, subscription = country_of(business), _subscription(business)
    if subscription is None:
        return "This business has no subscription of Sage Accounting, so that its customers cannot be updated."
    tier = TIERS[str(subscription["id"])]
    if subscription.get("active") is not True:
        words = f"The subscription of this business (Sage Accounting {tier}) is not active: its customers can be read, "
        return f"{words}not updated."
    if not is_supported(tier, country):
        return (
            f"Sage Accounting {tier} is supported in {', '.join(sorted(COUNTRIES[tier]))}, and this business is in "
            f"{country or 'no country'}: its customers can be read, not updated."
        )
    return None


def is_start(business: Json) -> bool:
    """Whether the business has the smallest tier, which lacks some values of a contact."""
    subscription = _subscription(business) if isinstance(business, dict) else None
    return subscription is not None and TIERS[str(subscription["id"])] == "Start"


def country_of(business: JsonObject) -> str | None:
    return as_text(get(business, ("country", "id")) or None)


def is_supported(tier: str, country: str | None) -> bool:
    return country in COUNTRIES[tier]


def _subscription(business: JsonObject) -> JsonObject | None:
    """The subscription of Sage Accounting, an active one before others; a business may have those of other products."""
    known = [item for item in _subscriptions(business) if str(item.get("id")) in TIERS]
    return next((item for item in known if item.get("active") is True), known[0] if known else None)


def _subscriptions(business: JsonObject) -> list[Any]:
    listed = business.get("subscriptions")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
