"""Whether a value fits its property. The original may forgive some wrong types; the stand-in refuses them all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from .customer import Property

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def problems_of(name: str, known: Property, value: Any, unheard_of: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a value that is not null. `unheard_of` has what is stored at the same place now: members of
    objects that are in it, and in no document, may be sent back."""
    match known.kind:
        case "text":
            yield from _text(name, known, value)
        case "guid":
            if not is_guid(value):
                yield _mismatch(name, value)
        case "flag":
            if not isinstance(value, bool):
                yield _mismatch(name, value)
        case "int32":
            yield from _whole_number(name, known, value)
        case "fraction":
            yield from _fraction(name, value)
        case "amount":
            if not _is_number(value):
                yield _mismatch(name, value)
        case "date":
            if not is_date(value):
                yield _mismatch(name, value)
        case "texts" | "guids" | "labels":
            yield from _list(name, known, value)
        case "object":
            yield from _object(name, known.members, value, unheard_of)


def is_guid(value: Any) -> bool:
    """With dashes, in either case; the braces and bare digits that .NET reads too are refused."""
    if not isinstance(value, str):
        return False
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def is_date(value: Any) -> bool:
    """A date with time, with or without zone, as the answers have them; up to seven digits of a second."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _text(name: str, known: Property, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield _mismatch(name, value)
    elif known.required and not value.strip():
        yield f"The {name} field is required."
    elif known.longest is not None and len(value.encode("utf-16-le", "surrogatepass")) // 2 > known.longest:
        yield f"The field {name} must be a string with a minimum length of 0 and a maximum length of {known.longest}."


def _whole_number(name: str, known: Property, value: Any) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**31) <= value < 2**31:
        yield _mismatch(name, value)
    elif known.choices and value not in known.choices:
        yield f"The field {name} is invalid."


def _fraction(name: str, value: Any) -> Iterator[str]:
    if not _is_number(value):
        yield _mismatch(name, value)
    elif not 0 <= value <= 1:
        yield f"The field {name} must be between 0 and 1."
    elif round(Decimal(repr(value)), 4) != Decimal(repr(value)):
        yield f"The field {name} must match the regular expression '[-]?\\d+(.\\d{{1,4}})?'."


def _list(name: str, known: Property, value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield _mismatch(name, value)
        return
    for place, member in enumerate(value):
        at = f"{name}[{place}]"
        if known.kind == "labels":
            # More members than the three belong to the label and not to the customer: the label's own are stored.
            yield from _object(at, known.members, member, member if isinstance(member, dict) else {})
        elif not (is_guid(member) if known.kind == "guids" else isinstance(member, str)):
            yield _mismatch(at, member)


def _object(
    name: str, members: Mapping[str, Property] | None, value: Any, unheard_of: Mapping[str, Any]
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _mismatch(name, value)
        return
    for member, known in (members or {}).items():
        if value.get(member) is not None:
            yield from problems_of(f"{name}.{member}", known, value[member], {})
        elif known.required:
            yield f"The {name}.{member} field is required."
    if members is not None:
        for member in value:
            if member not in members and member not in unheard_of:
                yield f"Could not find member '{member}' on object {name}."


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _mismatch(name: str, value: Any) -> str:
    return f"Error converting value {str(value)[:60]} to the type of '{name}'."
