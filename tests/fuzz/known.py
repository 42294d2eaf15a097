"""What exists in the sandbox: the connections and customers that a generated operation may name, and the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import GraphQLSchema, build_schema

from gql_gateway.commands.sandbox import connection_id
from gql_gateway.gateway import camel
from gql_gateway.model.ref import Ref
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.build import build_schema as build_gateway_schema


@dataclass(frozen=True)
class Books:
    """One sandbox connection. `member` is its place in the `@oneOf` of changes."""

    member: str
    connection_id: str
    native_ids: tuple[str, ...]

    def global_id(self, native_id: str) -> str:
        return Ref(self.connection_id, native_id).global_id()


@cache
def all_books() -> Mapping[str, Books]:
    """The sandbox's connections, by the member that changes their customers."""
    simulators = Sandbox().simulators
    found = [Books(camel(name), connection_id(name), tuple(one.ids())) for name, one in simulators.items()]
    return {books.member: books for books in found}


@cache
def gateway_schema() -> GatewaySchema:
    return build_gateway_schema()


@cache
def client_schema() -> GraphQLSchema:
    """The schema as `schema.graphql` has it: with the facts of each input field as directives of its node."""
    return build_schema(gateway_schema().client_sdl)
