"""How what was read is written: other names (`currency.id` is `currency_id`), and nested objects sent complete."""

from __future__ import annotations

from collections.abc import Mapping

from ...fields.convert import as_number
from ...fields.document import get
from ...model.json import Json, JsonObject
from ..entries import changed_values
from .reading import LISTS_OF_REFERENCES, REFERENCES

NUMBERS = frozenset({"credit_limit"})
ADDRESS = (
    *("name", "address_line_1", "address_line_2", "city", "region", "postal_code", "country", "country_group"),
    "address_type",
)
PERSON = (
    *("contact_person_types", "name", "job_title", "telephone", "mobile", "fax", "email"),
    "is_preferred_contact",
)
NESTED: Mapping[str, tuple[str, ...]] = {
    "main_address": ADDRESS,
    "delivery_address": ADDRESS,
    "main_contact_person": PERSON,
    "bank_account_details": ("account_name", "account_number", "sort_code", "bic", "iban"),
    "tax_treatment": (
        *("home_tax", "eu_tax_registered", "eu_not_tax_registered", "rest_of_world_tax"),
        "is_importer",
    ),
}
"""Objects inside the contact, with what is sent of each. Where the one of an address or person lies is left out."""


def spelled(values: JsonObject) -> JsonObject:
    """Values of the document by the names and in the types of writing."""
    return dict(_spelled(name, value) for name, value in values.items())


def changed_part(before: JsonObject, after: JsonObject) -> JsonObject:
    """The members of a contact that differ, spelled; those that are objects go complete."""
    body: JsonObject = {}
    for name, value in changed_values(before, after).items():
        if name in NESTED and isinstance(value, dict):
            old = before.get(name)
            kept = old if isinstance(old, dict) else {}
            body[name] = complete(kept, {**kept, **value}, NESTED[name])
        else:
            body |= spelled({name: value})
    return body


def complete(before: JsonObject, after: JsonObject, members: tuple[str, ...]) -> JsonObject:
    """An object as it is wanted, with every member that has a value or had one.

    Whether Sage merges such an object or replaces it is unverified: sent whole, both come to the same.
    """
    news = changed_values(before, after)
    names = dict.fromkeys([*members, *news])
    values: JsonObject = {name: after.get(name) for name in names}
    return spelled({name: value for name, value in values.items() if value is not None or name in news})


def ids_of(references: Json) -> list[Json]:
    """The ids in a list of references."""
    listed = references if isinstance(references, list) else []
    return [item["id"] for item in listed if isinstance(item, dict) and "id" in item]


def _spelled(name: str, value: Json) -> tuple[str, Json]:
    if name in LISTS_OF_REFERENCES:
        return f"{name.removesuffix('s')}_ids", [*ids_of(value)]
    if name in REFERENCES:
        return f"{name}_id", get(value, ("id",)) or None
    if name in NUMBERS:
        return name, as_number(value)
    return name, value
