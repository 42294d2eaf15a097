"""Shapes of text that providers demand, each with words for people."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Format:
    """A regular expression that the whole value must match, and what to tell somebody whose value does not."""

    pattern: str
    words: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re.compile(self.pattern))

    def matches(self, value: str) -> bool:
        return self._compiled.fullmatch(value) is not None


# Deliberately loose: it refuses what no provider takes and leaves the rest to the provider.
# The first dot of the domain decides, so that a text of any length is matched in one pass.
EMAIL = Format(r"[^@\s,;<>]+@[^@\s,;<>][^@\s,;<>.]*\.[^@\s,;<>]+", "an e-mail address such as name@example.com")
COUNTRY = Format(r"[A-Z]{2}", "a two-letter country code of ISO 3166-1 in capitals, such as SE")
CURRENCY = Format(r"[A-Z]{3}", "a three-letter currency code of ISO 4217 in capitals, such as EUR")
GLN = Format(r"[0-9]{13}", "a GLN of 13 digits")
UUID = Format(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "a UUID such as 6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77",
)
DECIMAL = Format(
    r"-?(?!(?:\.?[0-9]){13})[0-9]+(\.[0-9]+)?", "a decimal number of at most 12 digits written as text, such as 12.50"
)
