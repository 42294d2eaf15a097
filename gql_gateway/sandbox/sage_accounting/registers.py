"""The look-ups that contacts point into: types, countries, groups, regions, currencies, price types, settings.

Which ids the types, groups, regions, ledger accounts and tax rates have is not documented: `CUSTOMER`, `VENDOR` and
`GB_STANDARD` are known, the others are invented. A client has to ask, not to guess.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ..simulator import Document
from .businesses import Business


def key(kind: str, *parts: object) -> str:
    """32 hex digits, the same at every start."""
    return uuid.uuid5(uuid.NAMESPACE_OID, " ".join(map(str, ("sage", kind, *parts)))).hex


def stub(resource: str, id: str, displayed_as: str) -> Document:
    return {"id": id, "displayed_as": displayed_as, "$path": f"/{resource}/{id}"}


def _rows(resource: str, names: Mapping[str, str]) -> dict[str, Document]:
    return {id: stub(resource, id, name) for id, name in names.items()}


COUNTRY_NAMES: Mapping[str, str] = {
    **{"AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil", "CA": "Canada"},
    **{"CH": "Switzerland", "CN": "China", "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark"},
    **{"EE": "Estonia", "ES": "Spain", "FI": "Finland", "FR": "France", "GB": "United Kingdom", "GR": "Greece"},
    **{"HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IN": "India", "IS": "Iceland", "IT": "Italy"},
    **{"JP": "Japan", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta", "MX": "Mexico"},
    **{"NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal", "RO": "Romania"},
    **{"SE": "Sweden", "SG": "Singapore", "SI": "Slovenia", "SK": "Slovakia", "US": "United States"},
    **{"ZA": "South Africa", "GG": "Guernsey", "IM": "Isle of Man", "JE": "Jersey"},
}
CURRENCY_NAMES: Mapping[str, str] = {
    **{"AUD": "Australian Dollar", "CAD": "Canadian Dollar", "CHF": "Swiss Franc", "DKK": "Danish Krone"},
    **{"EUR": "Euro", "GBP": "Pound Sterling", "JPY": "Yen", "NOK": "Norwegian Krone", "PLN": "Zloty"},
    **{"SEK": "Swedish Krona", "USD": "US Dollar", "ZAR": "Rand"},
}
_REGIONS: Mapping[str, Mapping[str, str]] = {
    "CA": {
        **{"AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick", "NS": "Nova Scotia"},
        **{"NL": "Newfoundland and Labrador", "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec"},
        **{"SK": "Saskatchewan", "NT": "Northwest Territories", "NU": "Nunavut", "YT": "Yukon"},
    },
    "US": {"CA": "California", "NY": "New York", "TX": "Texas", "WA": "Washington"},
}

CONTACT_TYPES = _rows("contact_types", {"CUSTOMER": "Customer", "VENDOR": "Supplier"})
ADDRESS_TYPES = _rows(
    "address_types",
    {
        **{"ACCOUNTS": "Accounts", "DELIVERY": "Delivery", "SALES": "Sales", "PURCHASING": "Purchasing"},
        "OTHER": "Other",
    },
)
CONTACT_PERSON_TYPES = _rows(
    "contact_person_types",
    {"ACCOUNTS": "Accounts", "SALES": "Sales", "PURCHASING": "Purchasing", "DELIVERY": "Delivery"},
)
COUNTRIES = {id: stub("countries", id, f"{name} ({id})") for id, name in COUNTRY_NAMES.items()}
COUNTRY_GROUPS = _rows(
    "country_groups", {"GBIE": "United Kingdom and Ireland", "EU": "European Union", "ALL": "Rest of World"}
)
CURRENCIES = {id: stub("currencies", id, f"{name} ({id})") for id, name in CURRENCY_NAMES.items()}
ADDRESS_REGIONS: dict[str, Document] = {
    f"{country}-{code}": {**stub("address_regions", f"{country}-{code}", name), "code": code, "name": name}
    for country, regions in _REGIONS.items()
    for code, name in regions.items()
}

LOOK_UPS: Mapping[str, Mapping[str, Document]] = {
    "contact_types": CONTACT_TYPES,
    "address_types": ADDRESS_TYPES,
    "contact_person_types": CONTACT_PERSON_TYPES,
    "countries": COUNTRIES,
    "country_groups": COUNTRY_GROUPS,
    "currencies": CURRENCIES,
    "address_regions": ADDRESS_REGIONS,
}
"""What is the same in every business; price types, ledger accounts and tax rates are each business's own."""

_ACCOUNTS = (("Sales - Products", 4000), ("Sales - Services", 4010), ("Cost of sales", 5000), ("Office costs", 7500))
_RATES = ("STANDARD", "LOWER", "ZERO", "EXEMPT")
_MADE = "2019-04-06T09:00:00Z"


def price_types(business: Business) -> dict[str, Document]:
    """With their own members, which a list shows when asked for. None in Start."""
    rows: dict[str, Document] = {}
    for name, active in (("Sales Price", True), ("Trade", True), ("Wholesale", True), ("Old list 2019", False)):
        id = key("price type", business.id, name)
        own = {"created_at": _MADE, "updated_at": _MADE, "name": name, "active": active}
        rows[id] = {**stub("product_sales_price_types", id, name), **own}
    return {} if business.is_start else rows


def ledger_accounts(business: Business) -> dict[str, Document]:
    found = [(key("ledger account", business.id, number), f"{name} ({number})") for name, number in _ACCOUNTS]
    return {id: stub("ledger_accounts", id, name) for id, name in found}


def tax_rates(business: Business) -> dict[str, Document]:
    names = {f"{business.country}_{rate}": rate.capitalize() for rate in _RATES}
    return _rows("tax_rates", names)


def register(name: str, business: Business) -> Mapping[str, Document]:
    """The rows that a member with an id may point to."""
    match name:
        case "product_sales_price_types":
            return price_types(business)
        case "ledger_accounts":
            return ledger_accounts(business)
        case "tax_rates":
            return tax_rates(business)
        case _:
            return LOOK_UPS[name]


def invoice_settings(business: Business) -> Document:
    return {
        "$path": "/invoice_settings",
        "next_invoice_number": 1043,
        "next_credit_note_number": 12,
        "separate_invoice_credit_note_numbering": True,
        "sales_invoice_number_prefix": "SI-",
        "sales_credit_note_number_prefix": "SCN-",
        "invoice_terms_and_conditions": "Thank you for your business.",
        "customer_credit_days": 14 if business.is_start else 30,
        "vendor_credit_days": 30,
        "customer_credit_terms": "date_from_invoice",
        "vendor_credit_terms": "month_end_payment",
        "updated_at": _MADE,
    }


def financial_settings(business: Business) -> Document:
    currency = stub("currencies", business.currency, CURRENCIES[business.currency]["displayed_as"])
    return {
        "$path": "/financial_settings",
        "year_end_date": "2026-03-31",
        "accounts_start_date": "2019-04-06",
        "base_currency": currency,
        "multi_currency_enabled": business.multi_currency,
        "updated_at": _MADE,
    }
