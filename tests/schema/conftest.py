"""The schema of all connectors, and operations run against it without HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, cast

import pytest
from graphql.type import introspection_types

from gql_gateway.execute import Answer, Executor, Request
from gql_gateway.gateway import Gateway
from gql_gateway.model.caller import LOCAL
from gql_gateway.schema.build import GatewaySchema, build_schema
from gql_gateway.schema.context import Context

Run = Callable[..., Awaitable[Answer]]


class NoGateway:
    """Stands where the gateway does, for operations that must not reach it."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the operation reached the gateway: {name}")


NOWHERE = Context(cast(Gateway, NoGateway()), LOCAL, "correlation")


@pytest.fixture(autouse=True)
def introspection_as_it_was() -> Iterator[None]:
    """Any plain `strawberry.Schema` in the process patches `__Type.isOneOf` for everybody; ours is not plain."""
    introspection_types["__Type"].__dict__.pop("fields", None)
    yield
    introspection_types["__Type"].__dict__.pop("fields", None)


@pytest.fixture(scope="session")
def schema() -> GatewaySchema:
    return build_schema()


@pytest.fixture(scope="session")
def run(schema: GatewaySchema) -> Run:
    """Run an operation: `await run(text, variables, gateway)`."""

    async def run(query: str, variables: Mapping[str, Any] | None = None, gateway: Any = None) -> Answer:
        context = Context(cast(Gateway, gateway or NoGateway()), LOCAL, "correlation")
        return await Executor(schema).run(Request(query, variables), context)

    return run
