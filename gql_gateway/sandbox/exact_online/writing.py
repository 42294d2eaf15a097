"""What every write has in common: which properties of a body are taken, passed by or refused, and the readings
of unverified points that a test may choose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from gql_gateway.sandbox.exact_online.answers import bad_query, invalid, rejected
from gql_gateway.sandbox.exact_online.books import (
    COUNTRIES,
    LISTED,
    OTHER_COUNTRIES,
    STATES,
    USER_ID,
    USER_NAME,
    Division,
)
from gql_gateway.sandbox.exact_online.entities import Entity, Property
from gql_gateway.sandbox.exact_online.values import NOT_NULL, to_stored
from gql_gateway.sandbox.simulator import Document


@dataclass(frozen=True)
class Readings:
    """How unverified points are read; the defaults are the strict or the safe side.

    `null_clears`: null empties a field (False: it is passed by). `keeps_empty_strings`: "" is stored as it is (False:
    as null). `ignores_read_only`: read-only properties in a body are passed by (False: 400). `checks_lengths`: the
    lengths of a third party's schema are refused beyond. `checks_vat_numbers`: by the country of the account.
    `checks_references`: a guid must be one of its list. `links_visit_address`: the account's address block and its
    main visit address are one. `mirrors_contact_mail`: a contact's `Email` and `Phone` fill their business twins.
    """

    null_clears: bool = True
    keeps_empty_strings: bool = False
    ignores_read_only: bool = False
    checks_lengths: bool = True
    checks_vat_numbers: bool = True
    checks_references: bool = True
    links_visit_address: bool = True
    mirrors_contact_mail: bool = True


@dataclass
class Ignored:
    """What was accepted and not stored, in order of arrival: tests see that nobody relies on it.

    `properties`: collections inside an account, and read-only ones where these are passed by; `nulls`: where null does
    not clear; `currencies`: codes not active in the company, which leave the field empty; `parameters`: of a query;
    `withdrawn`: properties that still do harm.
    """

    properties: list[str] = field(default_factory=list)
    nulls: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Books:
    """One company at the moment of a write, with its own records; `stamp` is the time as reads give it."""

    division: Division
    records: Mapping[str, Document]
    licences: Collection[str]
    readings: Readings
    ignored: Ignored
    stamp: str


PASSED_BY = {"crm/Accounts": frozenset({"Addresses", "BankAccounts", "Contacts"})}
"""Collections inside an account's body: not applied."""


def take(entity: Entity, sent: Document, books: Books) -> Document:
    """The values of a body as they will be stored. Unknown names, read-only ones and wrong types are 400."""
    values: Document = {}
    for name, value in sent.items():
        known = entity.properties.get(name)
        if name in PASSED_BY.get(entity.path, ()):
            books.ignored.properties.append(name)
        elif known is None:
            raise bad_query(f"Bad Request - No property '{name}' exists in type '{entity.model}'.")
        elif not known.writable:
            if not books.readings.ignores_read_only:
                raise bad_query(f"Bad Request - The property '{name}' cannot be set.")
            books.ignored.properties.append(name)
        elif value is None and not books.readings.null_clears:
            books.ignored.nulls.append(name)
        else:
            values[name] = _value(known, value, books.readings)
    return values


def _value(known: Property, value: object, readings: Readings) -> object:
    if value is None or (value == "" and known.type == "String" and not readings.keeps_empty_strings):
        if known.type in NOT_NULL:
            raise invalid(known.name)
        return None
    # Codes come padded and must not go back so; a lower-case country is refused with the unknown ones.
    if known.pad and isinstance(value, str) and value != value.strip():
        raise invalid(known.name)
    return to_stored(known, value)


def new_row(entity: Entity, native_id: str, division: int, stamp: str) -> Document:
    """A row of which nothing is known but who made it, and when."""
    blank: Document = {"ID": native_id}
    for name, known in entity.properties.items():
        if name != "ID" and known.readable and known.type != "Collection":
            blank[name] = {"Boolean": False, "Byte": 0}.get(known.type)
    made = {"Created": stamp, "Creator": USER_ID, "CreatorFullName": USER_NAME, "Division": division}
    return {**blank, **made, **stamped(stamp)}


def stamped(stamp: str) -> Document:
    return {"Modified": stamp, "Modifier": USER_ID, "ModifierFullName": USER_NAME}


def check_key(values: Document, native_id: str) -> None:
    """The key may stand in the body, as long as it is the one of the URL."""
    if values.get("ID", native_id) != native_id:
        raise invalid("ID")


def check_choices(values: Document, choices: Mapping[str, Collection[object]]) -> None:
    for name, allowed in choices.items():
        if values.get(name) is not None and values[name] not in allowed:
            raise invalid(name)


def check_listed(values: Document, names: Iterable[str], books: Books) -> None:
    """Guids of lists that the company keeps."""
    if not books.readings.checks_references:
        return
    for name in names:
        if values.get(name) is not None and values[name] not in LISTED[name]:
            raise rejected(f"Not found: {name}")


def check_place(row: Document, values: Document) -> None:
    """Country and state of a row as it will be: a state must be one of its country's."""
    if not {"Country", "State"} & set(values):
        return
    country = (row.get("Country") or "").strip()
    if country and country not in COUNTRIES and country not in OTHER_COUNTRIES:
        raise invalid("Country")
    if row.get("State") and row["State"] not in STATES.get(country, {}):
        raise invalid("State")


def country_name(stored: str | None) -> str | None:
    code = (stored or "").strip()
    return COUNTRIES.get(code, code or None)


def state_name(row: Mapping[str, str | None]) -> str | None:
    return STATES.get((row.get("Country") or "").strip(), {}).get(row.get("State") or "")
