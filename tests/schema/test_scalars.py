from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from gql_gateway.schema.scalars import _print_time, _read_time

WEST, EAST = timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-04T08:15:30Z", datetime(2026, 5, 4, 8, 15, 30, tzinfo=UTC)),
        ("2026-05-04T08:15:30+02:00", datetime(2026, 5, 4, 6, 15, 30, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_utc(text: str, moment: datetime) -> None:
    read = _read_time(text)
    assert (read, read.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "2026-05-04", "2026-05-04T08:15:30", 5, None, []),
        # There is no such moment in UTC.
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError, match="A DateTime is a text"):
        _read_time(value)


@pytest.mark.parametrize("moment", [datetime(9999, 12, 31, 23, tzinfo=WEST), datetime(1, 1, 1, tzinfo=EAST)])
def test_what_a_provider_shows_is_shown_wherever_it_is(moment: datetime) -> None:
    assert datetime.fromisoformat(_print_time(moment)) == moment
