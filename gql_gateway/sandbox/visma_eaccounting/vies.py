"""The check of `VatNumber` that each POST and PUT makes at VIES, the EU's register of VAT numbers.

Which code a refusal carries and what happens while VIES is out of reach is unverified. VIES knows the member states and
Northern Ireland only; numbers of other countries are looked at for their form. What stands in for the register: the
check digit of Swedish numbers, and the numbers that the simulator is told are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..seeds import luhn_digit

MEMBERS = frozenset("AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split())
_FORM = re.compile(r"[A-Z]{2}[0-9]{8,12}")


def vat_problem(number: str, not_registered: Collection[str]) -> str | None:
    """What is wrong with a VAT number; `not_registered` are numbers that are right in form and unknown to VIES."""
    if not _FORM.fullmatch(number):
        return "VatNumber must be a 2 character country code followed by 8-12 numbers."
    if number[:2] in MEMBERS and (number in not_registered or not _is_possible(number)):
        return f"VatNumber {number} is not valid according to VIES."
    return None


def _is_possible(number: str) -> bool:
    country, digits = number[:2], number[2:]
    if country != "SE":
        return True
    return len(digits) == 12 and digits[9] == luhn_digit(digits[:9]) and digits.endswith("01")
