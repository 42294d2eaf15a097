"""How the facts of Exact Online are stated: its formats, its words, and one function for each kind of value."""

from __future__ import annotations

from typing import Any

from ....fields.formats import UUID, Format
from ....fields.native import Clear, native
from .. import spelling

BLANK = ""
ACTIVE = "Active"
"""Where the document says whether the account is active, which Exact keeps as its last day."""
STATUSES = {"NONE": "A", "SUSPECT": "S", "PROSPECT": "P", "CUSTOMER": "C"}
GENDERS = {"MALE": "M", "FEMALE": "V", "UNKNOWN": "O"}
ACCOUNTANTS = {"NO": 0, "UNLISTED": 1, "LISTED": 2}
INVOICING = {"PAPER": 1, "EMAIL": 2, "MAILBOX": 4, "SEND_AND_TRACK": 8, "PEPPOL": 32}
DELIVERIES = {"PARTIAL": 0, "COMPLETE": 1, "PARTIAL_WITHOUT_BACK_ORDER": 2}
SCENARIOS = {
    **{"NONE": 0, "ITEM": 1, "ITEM_PROJECT": 2, "ITEM_EMPLOYEE": 3, "ITEM_EMPLOYEE_PROJECT": 4},
    **{"PROJECT_WBS_ITEM": 5, "PROJECT_WBS_ITEM_EMPLOYEE": 6},
}

DAY = Format(
    r"[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))",
    "a date such as 2026-02-28",
)
NUMBER = Format(r"[0-9]{1,18}", "a number of at most 18 digits, written as text")
BASE64 = Format(r"[A-Za-z0-9+/]+={0,2}", "a file in base64")
NO_NULL = "false is its nothing."
NO_LENGTH = "The length is told by other clients, not by Exact."


def guid(name: str, words: str) -> Any:
    return native(name, pattern=UUID, write=str.lower, description=words)


def day(name: str, words: str, note: str | None = None) -> Any:
    return native(name, pattern=DAY, write=spelling.stored_day, read=spelling.read_day, description=words, note=note)


def flag(name: str, words: str, note: str | None = NO_NULL) -> Any:
    return native(name, clear=Clear.NEVER, description=words, note=note)


def bit(name: str, words: str) -> Any:
    return native(name, clear=Clear.NEVER, write=int, read=spelling.read_bit, description=words, note=NO_NULL)


def word(name: str, known: dict[str, Any], words: str, clear: Clear = Clear.NEVER) -> Any:
    return native(
        name,
        options=tuple(known),
        clear=clear,
        write=spelling.sent_word(known),
        read=spelling.read_word(known),
        description=words,
    )


def tax_code(name: str, words: str) -> Any:
    width = spelling.VAT_CODE_WIDTH
    return native(name, write=spelling.padded(width), read=spelling.read_code, description=words)


def language_code(name: str, words: str) -> Any:
    return native(name, write=spelling.padded(spelling.LANGUAGE_WIDTH), read=spelling.read_code, description=words)
