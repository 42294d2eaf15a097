"""Which values of a debtor are taken. That each is validated is documented, the rules themselves are not.

The rules here are the usual ones for such values, on the strict side: an IBAN is written without blanks and has right
check digits, a VAT number has the form its country gives it.
"""

from __future__ import annotations

import re

from ..lexware_office.countries import COUNTRIES  # ISO's names, written out once
from ..lexware_office.vat import is_vat_id  # the forms of VIES

# Its longer codes are Lexware's own.
_ISO = {row["countryCode"]: row["countryNameDE"] for row in COUNTRIES if len(row["countryCode"]) == 2}
_BY_NAME = {german: code for code, german in _ISO.items()}

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_GERMAN_IBAN = 22


def country_code(text: str) -> str | None:
    """The ISO code of a German country name or of an ISO code; names and codes are taken as they are written only."""
    return text if text in _ISO else _BY_NAME.get(text)


def check_digits(country: str, account: str) -> str:
    """The third and fourth sign of an IBAN."""
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{98 - int(digits) % 97:02d}"


def is_iban(text: str) -> bool:
    if not _IBAN.fullmatch(text) or (text.startswith("DE") and len(text) != _GERMAN_IBAN):
        return False
    return text[2:4] == check_digits(text[:2], text[4:])


def is_bic(text: str) -> bool:
    return _BIC.fullmatch(text) is not None and text[4:6] in _ISO


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def is_sales_tax_id(text: str) -> bool:
    """A VAT number of the EU, as the name it is read under says; a Swiss one stands in `uid_ch`."""
    return text == text.upper() and is_vat_id(text)
