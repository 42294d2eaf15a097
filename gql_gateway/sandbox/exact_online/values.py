"""Values on the wire and at rest: what a JSON value may be for an EDM type, and how it is read back afterwards.

Stored is what a read gives: dates as `/Date(ms)/`, codes padded, absent values null.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from gql_gateway.sandbox.exact_online.answers import Refusal, bad_query, invalid
from gql_gateway.sandbox.exact_online.entities import Property
from gql_gateway.sandbox.simulator import Document

_WHOLE = {"Byte": (0, 255), "Int16": (-(2**15), 2**15 - 1), "Int32": (-(2**31), 2**31 - 1)}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?")
_TICKS = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Columns that hold a day. That a time of day is cut off is a choice: the reference calls them dates.
_DAYS = frozenset(
    """ControlledDate EndDate EstablishedDate StartDate BirthDate IdentificationDate SignatureDate
    CancellationDate""".split()
)

NOT_NULL = frozenset({"Boolean", "Byte"})
"""Types that null does not fit: unverified, taken for columns with a default."""


def read_body(raw: bytes) -> Document:
    """The JSON object of a POST or PUT."""
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
    except (ValueError, RecursionError):
        raise bad_query("Bad Request - The body is no valid JSON.") from None
    if not isinstance(body, dict):
        raise bad_query("Bad Request - The body is no entity.")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def to_stored(known: Property, value: Any) -> Any:
    """What a read gives after `value` was written, null and an empty string aside; 400 when the type is wrong."""
    if not _fits(known.type, value):
        raise invalid(known.name)
    match known.type:
        case "Guid":
            return value.lower()
        case "DateTime":
            return to_ticks(value, day=known.name in _DAYS)
        case "Double":
            return float(value)
        case _ if known.pad:
            return pad(known, value)
        case _:
            return value


def _fits(kind: str, value: Any) -> bool:
    if kind in _WHOLE:
        low, high = _WHOLE[kind]
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    match kind:
        case "Boolean":
            return isinstance(value, bool)
        case "Double":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case "Guid":
            return isinstance(value, str) and is_guid(value)
        case "DateTime":
            # ISO local date-time is what the dossier says goes out; `/Date(ms)/` or an offset in a body is refused.
            return isinstance(value, str) and _parse(value) is not None
        case "Binary":
            return isinstance(value, str) and _is_base64(value)
        case "String":
            return isinstance(value, str)
    return False


def pad(known: Property, value: str) -> str:
    return value.rjust(-known.pad) if known.pad < 0 else value.ljust(known.pad)


def is_guid(text: str) -> bool:
    return bool(_GUID.fullmatch(text))


def to_ticks(iso: str, *, day: bool = False) -> str:
    """An ISO local date-time as reads give it, the zone taken for UTC."""
    moment = _parse(iso)
    if moment is None:
        raise Refusal(400, f"Invalid: {iso}")
    if day:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return f"/Date({(moment - _EPOCH) // timedelta(milliseconds=1)})/"


def milliseconds(stored: str) -> int | None:
    """The number in `/Date(ms)/` or `/Date(ms+0100)/`; the offset only says where the server stands."""
    found = _TICKS.fullmatch(stored)
    return int(found[1]) if found else None


def _parse(iso: str) -> datetime | None:
    if not _MOMENT.fullmatch(iso):
        return None
    try:
        return datetime.fromisoformat(iso[:26]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def guid(kind: str, number: int | str) -> str:
    """A guid of the seeds, the same at every start."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"exact online {kind} {number}"))
