"""Reading: customers, companies, connections and what the integrations can do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from ..connectors.base import ListFilter
from ..connectors.registry import connectors
from ..errors import ErrorCode, GatewayError, Path
from ..gateway import Page
from ..model.caller import Scope
from ..model.connection import Connection
from ..model.ref import Ref
from ..oauth.health import health
from .company import Company
from .context import Context
from .customer import Customer, Node
from .directives import needs
from .enums import Integration
from .inputs import CustomerBy, CustomerFilter, ref_of, ref_of_id
from .integrations import IntegrationInfo, info_of
from .paging import USUAL_PAGE, PageInfo, check_size, decode, encode, not_a_cursor
from .prices import CALL, costs, lists
from .scalars import DateTime
from .selection import selected


@strawberry.type(description="A customer in a list.")
class CustomerEdge:
    cursor: str = strawberry.field(description="Where the list goes on after this one.")
    node: Customer = strawberry.field(description="The customer.")


@strawberry.type(description="A page of a connection's customers.")
class CustomerConnection:
    edges: list[CustomerEdge] = strawberry.field(description="The customers with their cursors.")
    nodes: list[Customer] = strawberry.field(description="The customers.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int | None = strawberry.field(description="How many there are, when the provider says so.")


@strawberry.type(description="Stored credentials at one provider. Their values are never shown.")
class ProviderConnection:
    id: strawberry.ID = strawberry.field(description="What `connectionId` takes.")
    integration: Integration | None = strawberry.field(
        description="The system it reaches; null when this gateway has no connector for it (any more)."
    )
    company_id: strawberry.ID | None = strawberry.field(description="The company it is fixed to.")
    status: str = strawberry.field(description="`ready`, or what stands in the way of using it.")
    status_reason: str | None = strawberry.field(
        description="Why, in the provider's words where it has any.", directives=[needs(Scope.ADMIN)]
    )
    created_at: DateTime | None = strawberry.field(description="When it was stored.")
    last_used_at: DateTime | None = strawberry.field(description="When it was last used.")
    expires_at: DateTime | None = strawberry.field(
        description="When its access token ends, as far as known; the gateway gets a new one by itself."
    )
    refresh_expires_at: DateTime | None = strawberry.field(
        description="Until when new access tokens can be had, as the provider or its documents tell it; a new access "
        "token moves it, if anything does."
    )
    needs_reauthorization: bool = strawberry.field(
        description="Whether somebody has to connect it again before it can be used."
    )


@strawberry.type(description="Everything that can be read.")
class Query:
    @strawberry.field(
        description="A thing by its global id; null when it is not there (any more).", directives=[needs(Scope.READ)]
    )
    async def node(
        self, info: Info[Context, None], id: Annotated[strawberry.ID, strawberry.argument(description="Opaque id.")]
    ) -> Node | None:
        found: Node | None = await _find(info, ref_of_id(str(id), ("id",)), ("id",))
        return found

    @strawberry.field(
        description="A customer by id or by the provider's own id; null when it is not there.",
        directives=[needs(Scope.READ)],
    )
    async def customer(
        self,
        info: Info[Context, None],
        by: Annotated[CustomerBy, strawberry.argument(description="Which customer.")],
    ) -> Customer | None:
        found: Customer | None = await _find(info, *ref_of(by, "by"))
        return found

    @strawberry.field(
        description="Customers of a connection, page by page in the provider's own order.",
        directives=[needs(Scope.READ), costs(CALL), lists(USUAL_PAGE, by="first", of=("edges", "nodes"))],
    )
    async def customers(
        self,
        info: Info[Context, None],
        connection_id: Annotated[
            strawberry.ID, strawberry.argument(description="Id of the connection that leads to the books.")
        ],
        company_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The company, where the connection fixed none.")
        ] = None,
        filter: Annotated[CustomerFilter | None, strawberry.argument(description="Narrows the list.")] = None,
        first: Annotated[int, strawberry.argument(description="How many, 1 to 100.")] = USUAL_PAGE,
        after: Annotated[str | None, strawberry.argument(description="Go on after this cursor.")] = None,
    ) -> CustomerConnection:
        check_size(first)
        offset = 0 if after is None else _offset(after)
        wanted = filter.wanted() if filter else ListFilter()
        needed = selected(info, "nodes", "edges.node")
        page = await info.context.gateway.customers(str(connection_id), company_id, wanted, offset, first, needed)
        return _connection_of(page)

    @strawberry.field(
        description="The companies that a connection's credentials can act upon.",
        directives=[needs(Scope.READ, Scope.ADMIN), costs(CALL), lists(20)],
    )
    async def companies(
        self,
        info: Info[Context, None],
        connection_id: Annotated[
            strawberry.ID, strawberry.argument(description="Id of the connection that leads to the books.")
        ],
    ) -> list[Company]:
        return list(await info.context.gateway.companies(str(connection_id)))  # type: ignore[arg-type]

    @strawberry.field(
        description="All stored connections of the caller's tenant.",
        directives=[needs(Scope.READ, Scope.ADMIN), lists(50)],
    )
    async def connections(self, info: Info[Context, None]) -> list[ProviderConnection]:
        return [_shown(item) for item in await info.context.gateway.connections()]

    @strawberry.field(
        description="Every integration and what can be done in it.", directives=[lists(len(connectors()))]
    )
    def integrations(self) -> list[IntegrationInfo]:
        return [info_of(connector) for connector in connectors().values()]

    @strawberry.field(description="One integration and what can be done in it.")
    def integration(
        self, name: Annotated[Integration, strawberry.argument(description="Which one.")]
    ) -> IntegrationInfo:
        return info_of(connectors()[name.value.lower()])


async def _find(info: Info[Context, None], ref: Ref, at: Path) -> Any:
    try:
        return await info.context.gateway.customer(ref, at)
    except GatewayError as error:
        if error.code is ErrorCode.NOT_FOUND:
            return None
        raise


def _connection_of(page: Page) -> CustomerConnection:
    customers: list[Any] = list(page.customers)
    edges = [
        CustomerEdge(cursor=_cursor(page.offset + index + 1), node=customer) for index, customer in enumerate(customers)
    ]
    return CustomerConnection(
        edges=edges,
        nodes=customers,
        page_info=PageInfo(
            has_next_page=page.more,
            has_previous_page=page.offset > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=page.total,
    )


def _shown(connection: Connection) -> ProviderConnection:
    connector = connectors().get(connection.integration)
    state = health(connection, connector.manifest.token_of(connection) if connector else None, datetime.now(UTC))
    return ProviderConnection(
        id=strawberry.ID(connection.id),
        integration=None if connector is None else Integration[connector.manifest.integration],
        company_id=None if connection.company_id is None else strawberry.ID(connection.company_id),
        status=connection.status,
        status_reason=connection.status_reason,
        created_at=connection.created_at,  # type: ignore[arg-type]
        last_used_at=connection.last_used_at,  # type: ignore[arg-type]
        expires_at=state.expires_at,  # type: ignore[arg-type]
        refresh_expires_at=state.refresh_expires_at,  # type: ignore[arg-type]
        needs_reauthorization=state.needs_reauthorization,
    )


def _cursor(offset: int) -> str:
    return encode(f"offset:{offset}")


def _offset(cursor: str) -> int:
    try:
        kind, number = decode(cursor).split(":")
        offset = int(number)
    except ValueError:
        raise not_a_cursor() from None
    if kind != "offset" or not 0 <= offset < 2**31:
        raise not_a_cursor()
    return offset
