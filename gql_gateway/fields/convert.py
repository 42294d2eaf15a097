"""From a provider's values to ours. Each takes what the document holds and answers `None` for every "nothing"."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_MS_DATE = re.compile(r"/Date\((-?\d+)(?:([+-])(\d{2})(\d{2}))?\)/")
_FRACTION = re.compile(r"(\.\d{6})\d+")


def as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def as_not(value: Any) -> bool | None:
    """A flag that the provider states the other way round (archived for active)."""
    return not value if isinstance(value, bool) else None


def as_integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_time(value: Any) -> datetime | None:
    """ISO 8601 or ServiceStack's `/Date(ms+zone)/`; the year 1 means "never". Times without a zone are taken as UTC."""
    if not isinstance(value, str) or not value or value.startswith("0001-01-01"):
        return None
    try:
        if match := _MS_DATE.fullmatch(value):
            ms, sign, hours, minutes = match.groups()
            offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ms))
            return None if moment.year == 1 else moment.astimezone(zone)
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", value))
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_texts(value: Any) -> list[str]:
    return [str(item) for item in value if item not in (None, "")] if isinstance(value, list) else []
