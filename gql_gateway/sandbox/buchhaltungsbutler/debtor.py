"""A debtor: the names it is written and read under, what a request may say, what is stored then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..simulator import Document
from .answers import INVALID_FIELD, WRONG_NUMBER, Refusal
from .gate import Body
from .values import country_code, is_bic, is_email, is_iban, is_sales_tax_id

Empty = Literal["refused", "refused_where_formed", "stored", "ignored"]

WRITABLE: Mapping[str, str] = {
    "name": "name",
    "contact_person_name": "contact_person_name",
    "street": "street",
    "additional_address_line": "additional_addressline",
    "zip": "zip",
    "city": "city",
    "country": "country",
    "sales_tax_id": "sales_tax_id_eu",
    "iban": "iban",
    "bic": "bic",
    "email": "email",
    "customer_number": "customer_number",
}
"""The name in a request and the name in an answer, in the order of the error codes: the first wrong one is told."""

FORMED: Mapping[str, Callable[[str], bool]] = {
    "country": lambda text: country_code(text) is not None,
    "sales_tax_id": is_sales_tax_id,
    "iban": is_iban,
    "bic": is_bic,
    "email": is_email,
}

IN_THE_LIST = (
    *("type", "name", "postingaccount_number", "contact_person_name", "street", "additional_addressline", "zip"),
    *("city", "country", "customer_number", "sales_tax_id_eu", "email", "uid_ch", "iban", "bic", "import_pending"),
)
"""A live row's own fields, in its order."""

AFTER_AN_UPDATE = (
    *("type", "name", "contact_person_name", "street", "additional_addressline", "zip", "city", "country"),
    *("sales_tax_id_eu", "email", "uid_ch", "iban", "bic", "postingaccount_number"),
)
"""What an update answers; whether the customer number comes with it is unverified."""

COLLECTIVE = 10_000
FIRST, LAST = COLLECTIVE + 1, 69_999
"""Debtors' numbers have one digit more than ledger accounts, which have four here; creditors follow from 70000."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is taken and stored, where nobody has measured it.

    `empty` and `null`: what an empty text and a JSON null do. `longest`: characters of any one text. `cuts`: a longer
    text is cut without a word, where it would be refused.
    """

    empty: Empty
    null: Empty
    longest: int | None
    cuts: bool


@dataclass(slots=True)
class Said:
    """What a request says about a debtor: values under the names they are read by, and what nobody looked at."""

    values: Document = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def new_debtor(number: int, name: str) -> Document:
    """A debtor with nothing but its name. Empty values of a debtor are empty texts, except for `uid_ch`."""
    empty: Document = dict.fromkeys(IN_THE_LIST, "")
    return {
        **empty,
        "type": "debitor",
        "name": name,
        "postingaccount_number": str(number),
        "uid_ch": None,
        "import_pending": 0,
    }


def read_values(given: Mapping[str, object], rules: Rules, *, but: Collection[str]) -> Said:
    """The values of a request, or the refusal of the first wrong one. `but` are properties with another purpose."""
    said = Said(ignored=[name for name in given if name not in WRITABLE and name not in but])
    for name, read_name in WRITABLE.items():
        if name not in given:
            continue
        value = given[name]
        if value is None or value == "":
            does = rules.null if value is None else rules.empty
            if does == "ignored":
                said.ignored.append(name)
                continue
            # An account without a name is refused in every reading.
            if does == "refused" or name == "name" or (does == "refused_where_formed" and name in FORMED):
                raise Refusal(INVALID_FIELD[name])
            said.values[read_name] = ""
            continue
        said.values[read_name] = _accept(name, value, rules)
    return said


def _accept(name: str, value: object, rules: Rules) -> str:
    if not isinstance(value, str) or not value.strip() or (name in FORMED and not FORMED[name](value)):
        raise Refusal(INVALID_FIELD[name])
    if rules.longest is not None and len(value) > rules.longest:
        if not rules.cuts:
            raise Refusal(INVALID_FIELD[name])
        value = value[: rules.longest]
    return (country_code(value) or value) if name == "country" else value


def read_number(body: Body, *, text_too: bool) -> int:
    """The number of the debtor to update: a JSON integer, or digits in a form. `text_too`: digits in JSON as well."""
    number = body.given.get("postingaccount_number")
    if (body.form or text_too) and isinstance(number, str) and number.isascii() and number.isdigit():
        # Leading zeros make a number too long: an account has one digit more than the ledger accounts.
        number = int(number) if len(number) == len(str(LAST)) else None
    if not isinstance(number, int) or isinstance(number, bool) or not FIRST <= number <= LAST:
        raise Refusal(WRONG_NUMBER)
    return number


def replaced(before: Document, values: Document) -> Document:
    """The other reading of an update: what it leaves out is emptied, but for the name and what nobody can write."""
    emptied: Document = {name: "" for name in WRITABLE.values() if name != "name"}
    return {**before, **emptied, **values}
