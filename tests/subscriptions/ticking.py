"""A schema with subscriptions: the gateway's own has none yet. What they do is seen in `seen`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import strawberry

from gql_gateway.errors import ConnectionProblem, ErrorCode
from gql_gateway.model.caller import Scope
from gql_gateway.schema.build import GatewaySchema, build_schema
from gql_gateway.schema.context import Context
from gql_gateway.schema.directives import needs

Info = strawberry.Info[Context, None]
SECRET = "c4nary-of-an-exception"


@dataclass
class Seen:
    """Subscriptions that were begun and have ended, by name."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


seen = Seen()


@strawberry.type
class Share:
    among: int

    @strawberry.field
    def size(self) -> float | None:
        return 1 / self.among


@strawberry.type
class Subscription:
    @strawberry.subscription(directives=[needs(Scope.READ)])
    async def countdown(self, start: int) -> AsyncGenerator[int]:
        """From `start` down to 1, at once."""
        for number in range(start, 0, -1):
            yield number

    @strawberry.subscription(directives=[needs(Scope.READ)])
    async def forever(self, name: str = "") -> AsyncGenerator[str]:
        """Its name, and then nothing until it is ended."""
        seen.begun.append(name)
        try:
            yield name
            await asyncio.Event().wait()
        finally:
            seen.ended.append(name)

    @strawberry.subscription(directives=[needs(Scope.READ)])
    async def books(self, info: Info) -> AsyncGenerator[list[str]]:
        """The ids of the caller's connections."""
        yield [connection.id for connection in await info.context.gateway.connections()]

    @strawberry.subscription(directives=[needs(Scope.READ)])
    async def failing(self, known: bool = False) -> AsyncGenerator[int]:
        """One number, then an exception: one that callers may see when it is `known`."""
        yield 1
        if known:
            raise ConnectionProblem(ErrorCode.NOT_CONNECTED, "There is no connection of this id.")
        raise ValueError(SECRET)

    @strawberry.subscription(directives=[needs(Scope.READ)])
    async def shares(self, among: list[int]) -> AsyncGenerator[Share]:
        """One for each number; the size of a share among none fails."""
        for number in among:
            yield Share(among=number)

    @strawberry.subscription(directives=[needs(Scope.ADMIN)])
    async def secrets(self) -> AsyncGenerator[int]:
        yield 1


def ticking() -> GatewaySchema:
    return build_schema(Subscription)
