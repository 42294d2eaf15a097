"""Contacts with everything set that can be written, and members that nobody has heard of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..simulator import Document
from .businesses import Business
from .contact import arrange, new_address, new_person
from .registers import (
    ADDRESS_TYPES,
    CONTACT_PERSON_TYPES,
    COUNTRIES,
    COUNTRY_GROUPS,
    key,
    ledger_accounts,
    price_types,
    tax_rates,
)

COMPLETE = (2, 3, 20, 27)
"""Places among the seeds of the home business where every member that can be written is set."""

UNHEARD_OF: Mapping[int, Mapping[str, Any]] = {
    3: {"e_invoicing": {"scheme": "peppol", "endpoint": "9932:gb345678912", "formats": ["ubl-2.1"]}},
    20: {
        "payment_reminders": {"enabled": True, "days_after": [7, 14]},
        "main_address": {"delivery_window": {"from": "07:30", "until": "11:00"}},
    },
    25: {"e_invoicing": None, "main_contact_person": {"pronouns": "she/her"}},
    27: {"payment_reminders": {"enabled": False, "days_after": []}, "credit_insurance": "GOLD-27"},
}
"""Invented members in place of those a later release may add: read, never written, by place among the seeds."""


def completed(record: Document, business: Business, place: int) -> Document:
    """Everything set, three addresses and three persons."""
    stamp, accounts = record["updated_at"], list(ledger_accounts(business).values())
    main = {**record["main_address"], "address_line_2": record["main_address"]["address_line_2"] or "Rear entrance"}
    main["region"] = main["region"] or "Avon"
    delivery, depot = (
        new_address(
            key(kind, business.id, place),
            stamp,
            {
                "name": name,
                "address_type": ADDRESS_TYPES[type],
                "address_line_1": f"{place} Trading Estate",
                "address_line_2": "Gate 2",
                "city": "Avonmouth",
                "region": "Bristol",
                "postal_code": "BS11 9YA",
                "country": COUNTRIES["GB"],
                "country_group": COUNTRY_GROUPS["GBIE"],
            },
            main=False,
        )
        for kind, name, type in (("delivery", "Goods in", "DELIVERY"), ("depot", "Depot", "OTHER"))
    )
    person = {
        **record["main_contact_person"],
        "job_title": record["main_contact_person"]["job_title"] or "Director",
        "mobile": f"+44 7700 9001{place:02d}",
        "fax": f"+44 117 496 09{place:02d}",
        "is_preferred_contact": True,
    }
    further = [
        new_person(
            key("person", business.id, place, number),
            stamp,
            {
                "name": name,
                "job_title": job_title,
                "telephone": f"+44 117 496 07{place:02d}",
                "mobile": f"+44 7700 9002{place:02d}",
                "email": f"{name.partition(' ')[0].lower()}{place}@further.example",
                "fax": f"+44 117 496 08{place:02d}",
                "contact_person_types": [CONTACT_PERSON_TYPES[type]],
            },
            address,
            main=False,
        )
        for number, (name, job_title, type, address) in enumerate(
            (("Bethan Rowe", "Stores", "DELIVERY", delivery), ("Olu Bankole", "Buyer", "PURCHASING", main)), 1
        )
    ]
    whole = {
        **record,
        "default_sales_ledger_account": accounts[place % 2],
        "default_sales_tax_rate": tax_rates(business)["GB_STANDARD"],
        "notes": "Deliveries before noon only.\nAsk for the yard key – it sticks.",
        "locale": "en-GB",
        "credit_limit": f"{place * 250}.0",
        "credit_days": 45,
        "credit_terms": "month_end_invoice",
        "credit_terms_and_conditions": "Title passes on payment.",
        "product_sales_price_type": _stub(next(iter(price_types(business).values()))),
        "source_guid": f"legacy-{place:04d}",
        "tax_number": record["tax_number"] or "GB912345678",
        "aux_reference": "A1",
        "registered_number": f"0{place:07d}",
        "tax_calculation": "standard",
        "auxiliary_account": f"AUX{place:03d}",
        "bank_account_details": {
            "account_name": record["name"],
            "account_number": f"{place:08d}",
            "sort_code": "00-00-00",
            "bic": "TESTGB2L",
            "iban": f"GB00TEST000000{place:08d}",
        },
        "cis_registered": place == 20,
        "cis_settings": {
            "registered_cis_name": record["name"],
            "subcontractor_verification_number": f"V{place:09d}",
            "deduction_rate": {"id": "GROSS", "displayed_as": "Gross", "$path": "/cis_deduction_rates/GROSS"},
        },
        "destination_vat_blocking": False,
        "has_unfinished_recurring_invoices": place == 3,
    }
    return arrange(whole, [main, delivery, depot], [person, *further])


def _stub(row: Mapping[str, Any]) -> Document:
    return {name: row[name] for name in ("id", "displayed_as", "$path")}


def with_unheard_of(record: Document, more: Mapping[str, Any]) -> Document:
    parts = {name: {**record[name], **value} for name, value in more.items() if isinstance(record.get(name), dict)}
    return {**record, **more, **parts}
