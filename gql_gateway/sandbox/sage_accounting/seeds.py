"""The contacts the sandbox starts with, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable

from ..simulator import Document
from .businesses import BUSINESSES, HOME, Business
from .contact import arrange, derive, new_address, new_contact, new_person
from .customers import DELETED, ELSEWHERE, HOME_SEEDS, SUPPLIERS, SYSTEM, Seed
from .registers import (
    ADDRESS_TYPES,
    CONTACT_PERSON_TYPES,
    CONTACT_TYPES,
    COUNTRIES,
    COUNTRY_GROUPS,
    key,
    ledger_accounts,
    tax_rates,
)
from .rich import COMPLETE, UNHEARD_OF, completed, with_unheard_of

EXAMPLE_ID = "6f1e2d3c4b5a69788796a5b4c3d2e1f0"
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


def home_customers() -> dict[str, Document]:
    """Those of the sandbox connection's business, by id."""
    made: dict[str, Document] = {}
    for place, seed in enumerate(HOME_SEEDS):
        record = _record(seed, BUSINESSES[HOME], place)
        if place in COMPLETE:
            record = completed(record, BUSINESSES[HOME], place)
        record = derive(with_unheard_of(record, UNHEARD_OF.get(place, {})))
        made[record["id"]] = record
    return made


def others() -> dict[str, dict[str, Document]]:
    """By business, the contacts of the others, and of the home business those who are no customers of anybody's."""
    found = {id: _records(seeds, BUSINESSES[id]) for id, seeds in ELSEWHERE.items()}
    suppliers = {"contact_types": [CONTACT_TYPES["VENDOR"]], "credit_terms": "month_end_payment"}
    at_home = [*(seed._replace(more=suppliers) for seed in SUPPLIERS), SYSTEM]
    return {**found, HOME: _records(at_home, BUSINESSES[HOME], first=80)}


def deleted() -> dict[str, dict[str, Document]]:
    """By business, what was deleted; its reference is not free again."""
    records = _records([DELETED], BUSINESSES[HOME], first=90)
    return {HOME: {id: {**record, "deleted_at": "2025-02-11T10:00:00Z"} for id, record in records.items()}}


def _records(seeds: Iterable[Seed], business: Business, first: int = 0) -> dict[str, Document]:
    made = [derive(_record(seed, business, first + place)) for place, seed in enumerate(seeds)]
    return {record["id"]: record for record in made}


def _record(seed: Seed, business: Business, place: int) -> Document:
    is_first = business.id == HOME and place == 0
    id = EXAMPLE_ID if is_first else key("contact", business.id, place)
    changed = f"2025-{1 + place % 5:02d}-{1 + place % 28:02d}T08:{place % 60:02d}:30Z"
    more = {name: value for name, value in seed.more.items() if name != "without_main_person"}
    values = {
        "created_at": f"2021-05-{1 + place % 28:02d}T10:11:12Z",
        "name": seed.name,
        "reference": seed.reference,
        "tax_number": seed.tax_number,
        "tax_treatment": _tax_treatment(seed, business),
        **_defaults(business, place),
        **(
            {"cis_registered": False, "ni_based": False, "gb_based": seed.country == "GB"}
            if business.country == "GB"
            else {}
        ),
        **more,
    }
    record = new_contact(id, business, changed, values)
    addresses: list[Document] = []
    persons: list[Document] = []
    if seed.street:
        addresses = [_address(seed, business, place, changed)]
    if seed.person:
        main = not seed.more.get("without_main_person")
        persons = [_person(seed.person, business, place, changed, addresses[0], main=main)]
    return arrange(record, addresses, persons)


def _defaults(business: Business, place: int) -> Document:
    if place % 4:
        return {}
    return {
        "default_sales_ledger_account": next(iter(ledger_accounts(business).values())),
        "default_sales_tax_rate": next(iter(tax_rates(business).values())),
    }


def _tax_treatment(seed: Seed, business: Business) -> Document:
    at_home = seed.country == business.country
    in_eu = seed.country in EU and not at_home
    return {
        "home_tax": at_home,
        "eu_tax_registered": in_eu and seed.tax_number is not None,
        "eu_not_tax_registered": in_eu and seed.tax_number is None,
        "rest_of_world_tax": not at_home and not in_eu,
        "is_importer": False,
    }


def _address(seed: Seed, business: Business, place: int, stamp: str) -> Document:
    line_1, has_more, line_2 = seed.street.partition("\n")
    group = "GBIE" if seed.country in {"GB", "IE"} else "EU" if seed.country in EU else "ALL"
    values = {
        "name": "Main Address",
        "address_type": ADDRESS_TYPES["SALES" if business.is_start else "ACCOUNTS"],
        "address_line_1": line_1,
        # Sage keeps a difference between what was emptied and what was never there.
        "address_line_2": line_2 if has_more else None,
        "city": seed.city,
        "region": seed.region,
        "postal_code": seed.postal_code,
        "country": COUNTRIES[seed.country],
        "country_group": COUNTRY_GROUPS[group],
    }
    return new_address(key("address", business.id, place), stamp, values, main=True)


def _person(told: str, business: Business, place: int, stamp: str, address: Document, *, main: bool) -> Document:
    name, job_title, email, telephone = told.split("|")
    values = {
        "name": name,
        "job_title": job_title or None,
        "email": email or None,
        "telephone": telephone or None,
        "contact_person_types": [CONTACT_PERSON_TYPES["ACCOUNTS"]],
    }
    return new_person(key("person", business.id, place), stamp, values, address, main=main)
