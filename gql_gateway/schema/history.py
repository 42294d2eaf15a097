"""What the audit log knows of a customer, and forgetting it."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.types import Info

from ..model.audit import Entry, Place
from ..model.customer import Customer as CustomerRecord
from .context import Context
from .enums import UpdateResult
from .paging import PageInfo, check_size, cursor_of, place_of
from .scalars import JSON, DateTime


@strawberry.type(description="One unified field that differs before and after.")
class FieldChange:
    path: str = strawberry.field(description="Unified path, e.g. `addresses[BILLING].city`.")
    before: JSON | None = strawberry.field(description="The value before; null when there was none.")
    after: JSON | None = strawberry.field(description="The value after; null when there is none.")


@strawberry.type(description="An update of a customer through this gateway that came as far as writing.")
class CustomerUpdate:
    id: strawberry.ID = strawberry.field(description="Its id in the audit log.")
    at: DateTime = strawberry.field(description="When it was begun.")
    caller: str | None = strawberry.field(description="Who made it: the name of an API key, or the subject of a JWT.")
    key_id: str | None = strawberry.field(description="Public id of the API key, where one was used.")
    result: UpdateResult = strawberry.field(description="How it ended.")
    changes: list[FieldChange] | None = strawberry.field(
        description="What differs before and after; null when it was sealed with a key that the gateway no longer has."
    )
    confirmed: bool = strawberry.field(
        description="Whether `changes` were read back from the provider; otherwise they are what was asked for."
    )
    correlation_id: str = strawberry.field(description="The answer's header X-Request-Id, and the logs' name for it.")


@strawberry.type(description="An update in a list.")
class CustomerUpdateEdge:
    cursor: str = strawberry.field(description="Where the list goes on after this one.")
    node: CustomerUpdate = strawberry.field(description="The update.")


@strawberry.type(description="A page of a customer's updates, newest first.")
class CustomerUpdateConnection:
    edges: list[CustomerUpdateEdge] = strawberry.field(description="The updates with their cursors.")
    nodes: list[CustomerUpdate] = strawberry.field(description="The updates.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


async def history_of(
    customer: CustomerRecord, info: Info[Context, None], first: int, after: str | None
) -> CustomerUpdateConnection:
    check_size(first)
    place = None if after is None else place_of(after)
    found = await info.context.gateway.history(customer, first + 1, place)
    edges = [CustomerUpdateEdge(cursor=cursor_of(Place(item.at, item.id)), node=_shown(item)) for item in found[:first]]
    return CustomerUpdateConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=len(found) > first,
            has_previous_page=place is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _shown(entry: Entry) -> CustomerUpdate:
    at: Any = entry.at
    result: Any = entry.result
    changes: Any = entry.changes
    return CustomerUpdate(
        id=strawberry.ID(entry.id),
        at=at,
        caller=entry.caller,
        key_id=entry.key_id,
        result=result,
        changes=None if changes is None else [FieldChange(**item._asdict()) for item in changes],
        confirmed=entry.confirmed,
        correlation_id=entry.correlation_id,
    )
