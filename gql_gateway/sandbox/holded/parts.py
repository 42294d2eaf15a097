"""What seed contacts are put together from, numbers included: right in form and check digit, nobody's on purpose."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ..buchhaltungsbutler.values import check_digits
from ..simulator import Document
from .contact import BLANK, BLANK_ADDRESS, BLANK_DEFAULTS

EXAMPLE = "64b7f0c2a91d3e5f70a1b2c3"
CREATED = 1_689_776_322
WEEK = 7 * 24 * 3600 + 4271

_CONTROL_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def nif(serial: int) -> str:
    """A person's tax number."""
    return f"{serial:08d}{_CONTROL_LETTERS[serial % 23]}"


def cif(serial: int, form: str = "B") -> str:
    """A company's tax number; the letter is its legal form."""
    digits = f"{serial:07d}"
    total = sum(int(digit) for digit in digits[1::2])
    total += sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[::2])
    return f"{form}{digits}{-total % 10}"


def iban(serial: int, bank: str = "2100") -> str:
    office, account = "0418", f"{serial:010d}"
    control = f"{_account_digit('00' + bank + office)}{_account_digit(account)}"
    number = f"{bank}{office}{control}{account}"
    return f"ES{check_digits('ES', number)}{number}"


def _account_digit(digits: str) -> int:
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    found = 11 - sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
    return {10: 1, 11: 0}.get(found, found)


def _id(serial: int) -> str:
    return f"{int(EXAMPLE, 16) + serial:x}"


def contact(serial: int, name: str, **native: Any) -> Document:
    """Values that an own contact usually has; `defaults` come on top of them."""
    usual = {"dueDays": 30, "language": "es", "currency": "eur", "salesTax": ["s_iva_21"]}
    defaults = {**deepcopy(BLANK_DEFAULTS), **usual, **native.pop("defaults", {})}
    return {"id": _id(serial), **deepcopy(BLANK), "name": name, "defaults": defaults, **native}


def at(address: str, postal_code: str, city: str, province: str, country: str = "Spain", code: str = "ES") -> Document:
    where = {"address": address, "city": city, "postalCode": postal_code, "province": province}
    return {**BLANK_ADDRESS, **where, "country": country, "countryCode": code}


def shipping(number: int, name: str, where: Document, notes: str = "", private_notes: str = "") -> Document:
    place = {member: content for member, content in where.items() if member != "info"}
    return {
        "shippingId": f"65c0a1f0b2d3e4f5a6b7{number:04x}",
        "name": name,
        **place,
        "notes": notes,
        "privateNotes": private_notes,
    }


def person(number: int, name: str, job: str = "", phone: str = "", email: str = "", **more: Any) -> Document:
    return {
        "personId": f"65c0a1f0b2d3e4f5a6c8{number:04x}",
        "name": name,
        "job": job,
        "phone": phone,
        "email": email,
        "sendDocumentsByDefault": False,
        "linkedin": "",
        **more,
    }


def note(number: int, name: str, description: str, color: str = "primary") -> Document:
    note = {"noteId": f"65c0a1f0b2d3e4f5a6d9{number:04x}", "name": name, "description": description, "color": color}
    return {**note, "updatedAt": CREATED + number * WEEK, "userId": ""}
