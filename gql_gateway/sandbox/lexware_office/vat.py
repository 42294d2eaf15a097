"""The written form of VAT identification numbers, by the letters they begin with."""

from __future__ import annotations

import re

# The member states' forms as the EU's VIES service describes them; check digits are left alone, as the vendor's own
# sample, DE123456789, has a wrong one. GB has left the EU and XI is Northern Ireland.
_UNITED_KINGDOM = r"\d{9}|\d{12}|GD\d{3}|HA\d{3}"
_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "GB": _UNITED_KINGDOM,
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": _UNITED_KINGDOM,
}
_PATTERNS = {letters: re.compile(form, re.ASCII) for letters, form in _FORMS.items()}


def is_vat_id(text: str) -> bool:
    """Whether the text has a known form; lower case will do, blanks and dots will not."""
    pattern = _PATTERNS.get(text[:2].upper())
    return pattern is not None and pattern.fullmatch(text[2:].upper()) is not None
