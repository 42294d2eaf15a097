"""Scalars with a specification of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

JSON = NewType("JSON", object)
DateTime = NewType("DateTime", datetime)


def _print_time(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return value.isoformat()  # at an end of the calendar that UTC has passed: as the provider has it


def _read_time(value: Any) -> datetime:
    """In UTC, so that nobody meets a moment that has no date there: the last hours of the year 9999, say."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GraphQLError("A DateTime is a text with date, time and zone, such as 2026-05-04T08:15:30Z.")


SCALARS: dict[object, Any] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value, such as a provider's own document.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment with its zone, written as RFC 3339 has it; answers are in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_print_time,
        parse_value=_read_time,
    ),
}
# Connectors know no GraphQL scalars: in the details of an integration a moment is a plain datetime.
SCALARS[datetime] = SCALARS[DateTime]
