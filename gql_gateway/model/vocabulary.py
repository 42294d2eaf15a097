"""Enums whose members say what they mean, so that every reader of the schema is told."""

from __future__ import annotations

from enum import Enum
from typing import Self


class Vocabulary(Enum):
    """A closed set of words: `BILLING = "BILLING", "Where invoices go."`. The value is the word alone."""

    _value_: str
    words: str

    def __new__(cls, value: str, words: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.words = words
        return member
