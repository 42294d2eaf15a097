"""Numbers for believable seed customers: right in form and check digit, made from a serial, nobody's on purpose.

Telephone numbers come from the series that the Swedish regulator PTS sets aside for fiction, mail addresses end in
`.example`, personal identity numbers use the birth numbers 238x and 239x of the tax agency's test persons.
"""

from __future__ import annotations

from datetime import date

FICTIONAL_PHONES = {
    "mobile": ("070-17406", 5, 99),
    "Stockholm": ("08-465004", 0, 99),
    "Göteborg": ("031-39006", 0, 99),
    "Malmö": ("040-62804", 0, 99),
    "Kiruna": ("0980-3192", 0, 99),
}


def luhn_digit(digits: str) -> str:
    """The check digit of Swedish organisation and personal identity numbers."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def organisation_number(serial: int) -> str:
    """A limited company's number: `559900-0014` for serial 1."""
    digits = f"5599{serial:05d}"
    return f"{digits[:6]}-{digits[6:]}{luhn_digit(digits)}"


def personal_number(born: date, serial: int) -> str:
    """A person's number in its long form, `19810307-2388`; serial 0 to 19."""
    digits = f"{born:%y%m%d}{238 + serial // 10}"
    return f"{born:%Y%m%d}-{digits[6:]}{luhn_digit(digits)}"


def swedish_vat_number(organisation: str) -> str:
    """The VAT number that belongs to an organisation number."""
    return f"SE{organisation.replace('-', '')}01"


def gln(serial: int) -> str:
    """A global location number under the Swedish prefix 73."""
    digits = f"7300009{serial:05d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def phone(place: str, serial: int) -> str:
    """A telephone number of a place in `FICTIONAL_PHONES`, or a mobile one."""
    start, first, last = FICTIONAL_PHONES[place]
    return f"{start}{first + serial % (last - first + 1):02d}"
