"""What pages of all lists have in common, and the cursors of lists that are ordered by time."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import strawberry

from ..errors import ErrorCode, InvalidChange
from ..model.audit import Place

LARGEST_PAGE = 100
USUAL_PAGE = 25


@strawberry.type(description="Where a page of a list begins and ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether some come before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first on the page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last on the page; send it as `after`.")


def check_size(first: int) -> None:
    if not 1 <= first <= LARGEST_PAGE:
        raise InvalidChange(ErrorCode.BAD_FORMAT, f"first takes 1 to {LARGEST_PAGE}.", path=("first",))


def not_a_cursor() -> InvalidChange:
    return InvalidChange(ErrorCode.BAD_FORMAT, "This is not a cursor of this list.", path=("after",))


def encode(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """Raises `ValueError` for what `encode` cannot have made."""
    return urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")


def cursor_of(place: Place) -> str:
    return encode(f"entry:{place.at.isoformat()}:{place.id}")


def place_of(cursor: str) -> Place:
    try:
        kind, _, rest = decode(cursor).partition(":")
        at, _, id = rest.rpartition(":")
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise not_a_cursor() from None
    if kind != "entry" or not id or moment.tzinfo is None:
        raise not_a_cursor()
    return Place(moment.astimezone(UTC), id)
