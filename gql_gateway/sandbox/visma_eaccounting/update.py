"""What the body of a POST or PUT makes of a customer: bound, checked, and put in the place of everything before."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ..simulator import Document
from . import company
from .answers import CANNOT_UPDATE, INVALID, Refusal, invalid
from .customer import PROPERTIES, READ_ONLY, UNCERTAIN, empty
from .kinds import problems_of
from .vies import vat_problem


@dataclass(frozen=True)
class Reading:
    """How the points are read on which the documents are silent; see `VismaEaccountingSimulator`."""

    build: frozenset[str]
    refuses_unknown: bool
    refuses_missing_flags: bool
    writes_uncertain: bool
    keeps_empty_strings: bool


@dataclass(frozen=True)
class Update:
    """`values` are what replaces the customer, without what the provider itself decides; the rest was passed by."""

    values: Document
    read_only: Document
    unknown: tuple[str, ...]
    uncertain: Document


def bind(body: bytes, before: Mapping[str, Any], reading: Reading) -> Update:
    """Read the body of a request about the customer `before` (nothing for a new one); all problems come at once."""
    given = _read(body)
    known = {name: value for name, value in given.items() if name in PROPERTIES}
    # Properties this company's build has beyond the documents: they are stored like any other, and lost when left out.
    later = {
        name: value for name, value in given.items() if name not in known and (name in reading.build or name in before)
    }
    unknown = tuple(name for name in given if name not in known and name not in later)
    problems = [f"Could not find member '{name}' on object of type 'CustomerApi'." for name in unknown]
    if not reading.refuses_unknown:
        problems = []
    for name, property in PROPERTIES.items():
        value = known.get(name)
        if value is not None:
            stored = before.get(name)
            problems += problems_of(name, property, value, stored if isinstance(stored, dict) else {})
        elif property.required and (property.kind != "flag" or reading.refuses_missing_flags):
            problems.append(f"The {name} field is required.")
    if problems:
        raise invalid(problems)
    values = {name: _stored(name, known.get(name), reading) for name in PROPERTIES if name not in READ_ONLY}
    uncertain: Document = {}
    if not reading.writes_uncertain:
        uncertain = {name: known[name] for name in UNCERTAIN if name in known}
        values |= {name: before.get(name, empty(name)) for name in UNCERTAIN}
    return Update(
        values={**values, **later},
        read_only={name: value for name, value in known.items() if name in READ_ONLY},
        unknown=unknown,
        uncertain=uncertain,
    )


def check(values: Mapping[str, Any], *, variant: int, not_registered: Collection[str]) -> None:
    """The rules that look beyond one property; which code each refusal carries is unverified."""
    problems = [
        f"{name} '{values[name]}' was not found."
        for name, register in company.REFERENCES.items()
        if values.get(name) and company.find(register, values[name]) is None
    ]
    problems += [
        f"CustomerLabels '{label.get('Id')}' was not found."
        for label in values["CustomerLabels"]
        if company.find("customerlabels", label.get("Id") or "") is None
    ]
    if values["VatNumber"] and (problem := vat_problem(values["VatNumber"], not_registered)):
        problems.append(problem)
    if problems:
        raise invalid(problems)
    if values["ReverseChargeOnConstructionServices"] and not values["VatNumber"]:
        raise Refusal(CANNOT_UPDATE, "VatNumber must be set when ReverseChargeOnConstructionServices is true.")
    delivery = ("DeliveryCity", "DeliveryCountryCode", "DeliveryPostalCode")
    if values["DeliveryBasedVat"] and not all(values[name] for name in delivery):
        raise Refusal(CANNOT_UPDATE, f"{', '.join(delivery)} must be set when DeliveryBasedVat is true.")
    if variant != company.PRO and (values["SalesPriceListId"] or values["DiscountAgreementId"]):
        raise Refusal(CANNOT_UPDATE, "SalesPriceListId and DiscountAgreementId are available in Pro only.")


def _stored(name: str, value: Any, reading: Reading) -> Any:
    """A value as it is kept: guids in lower case, labels as their own register has them, objects with every member."""
    if value is None or (value == "" and not reading.keeps_empty_strings):
        return empty(name)
    match PROPERTIES[name].kind:
        case "guid":
            return value.lower()
        case "fraction":
            return float(value)
        case "guids":
            return [member.lower() for member in value]
        case "labels":
            return [company.find("customerlabels", label.get("Id") or "") or label for label in value]
        case "object":
            members = PROPERTIES[name].members or {}
            return {**dict.fromkeys(members), **value}
        case _:
            return value


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refusal(INVALID, "The body is no JSON.") from None
    if not isinstance(given, dict):
        raise Refusal(INVALID, "The body is no customer.")
    return given


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
