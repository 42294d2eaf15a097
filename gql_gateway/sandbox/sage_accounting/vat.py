"""The check of `tax_number`: its form only. Which forms Sage knows is not documented; these are the public ones.

A number may begin with the letters of a country or not; without them the country is that of the main address, else of
the business. Numbers of countries that are not listed are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_FORMS: Mapping[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "GB": r"(\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
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
    "XI": r"(\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2})",
}
_CANADIAN = re.compile(r"\d{9}(RT\d{4})?")
_FILLING = re.compile(r"[ .\-]")


def is_possible(number: str, country: str) -> bool:
    """Whether a number looks like one, read beside an address in a country."""
    bare = _FILLING.sub("", number)
    if country == "CA":
        return _CANADIAN.fullmatch(bare) is not None
    home = {"GR": "EL"}.get(country, country)
    if home not in _FORMS:
        return True
    own = _FORMS.get(bare[:2])
    if own is not None and re.fullmatch(own, bare[2:]):
        return True
    return re.fullmatch(_FORMS[home], bare) is not None
