"""Holded's values as ours. The same one may be a number, a text or an object, and 0 and "0" stand for none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...fields.convert import as_text


def record_of(value: Any) -> str | None:
    """The number of a ledger account, which may come as an object with its number and its name (names unverified)."""
    if isinstance(value, dict):
        value = value.get("num", value.get("accNum"))
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return text if text.isascii() and text.isdecimal() and text.strip("0") else None


def account_name_of(value: Any) -> str | None:
    """The name of a ledger account, where it comes as an object."""
    return as_text(value["name"]) if isinstance(value, dict) and isinstance(value.get("name"), str) else None


def id_of(value: Any) -> str | None:
    """The id of something else, which may come as an object (the name of its id unverified)."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str) or str(value) == "0":
        return None
    return as_text(value)


def flag_of(value: Any) -> bool | None:
    """A flag, which is a boolean here, 0 or 1 there, and a word elsewhere."""
    if isinstance(value, bool):
        return value
    return {"1": True, "0": False, "yes": True, "no": False}.get(str(value).lower())


def whole(value: float) -> float:
    """A number without the fraction that it does not have: JSON would show 1767225600.0."""
    return int(value) if value.is_integer() else value


def moment_of(value: Any) -> datetime | None:
    """POSIX seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def notes_of(value: Any) -> str | None:
    """The words of all notes, one below the other."""
    notes = [note for note in value if isinstance(note, dict)] if isinstance(value, list) else []
    lines = [": ".join(filter(None, map(as_text, (note.get("name"), note.get("description"))))) for note in notes]
    return "\n".join(filter(None, lines)) or None
