"""How Exact spells values: codes padded with blanks, days in milliseconds on reading, numbers for words.

The document holds values as Exact reads them back; `to_wire` spells them as it takes them. Source: `QUIRKS.md` 5, 15.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from ...fields.convert import as_time
from ...model.json import Json

NUMBER_WIDTH, COUNTRY_WIDTH, LANGUAGE_WIDTH, VAT_CODE_WIDTH = 18, 3, 10, 3
PADDED = frozenset({"Code", "Country", "Language", "SalesVATCode", "PurchaseVATCode"})
"""Properties that arrive padded. Padding is never written back."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def padded_number(code: str) -> str:
    """An account's number as a filter wants it, and as it is read."""
    return code.strip().rjust(NUMBER_WIDTH)


def padded(width: int) -> Callable[[str], str]:
    return lambda code: code.ljust(width)


def read_code(value: Any) -> str | None:
    """A code without its padding."""
    return str(value).strip() or None


def stored_day(day: str) -> str:
    """`2026-01-01` as Exact shows it; a day that is in no calendar stays as it is, for Exact to refuse."""
    try:
        moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError:
        return day
    return f"/Date({int(moment.timestamp()) * 1000})/"


def read_day(value: Any) -> str | None:
    """The day of a time, which Exact shows in milliseconds."""
    moment = as_time(value)
    return str(value) if moment is None else moment.date().isoformat()


def sent_day(value: Json) -> Json:
    """A day of the document as Exact takes it: local time without a zone."""
    moment = as_time(value)
    return value if moment is None else moment.strftime("%Y-%m-%dT00:00:00")


def compact_iban(number: str) -> str:
    """An IBAN without blanks and in capitals; any other account number as it is."""
    compact = re.sub(r"\s", "", number).upper()
    return compact if _IBAN.fullmatch(compact) else number


def sent_word(words: Mapping[str, Any]) -> Callable[[str], Any]:
    return lambda word: words.get(word, word)


def read_word(words: Mapping[str, Any]) -> Callable[[Any], str]:
    """Our word for a native value, and any other value as it is."""
    ours = {str(theirs): word for word, theirs in words.items()}
    return lambda value: ours.get(str(value), str(value))


def read_bit(value: Any) -> bool | None:
    """A flag that is kept as 0 or 1."""
    return {"0": False, "1": True, "False": False, "True": True}.get(str(value))
