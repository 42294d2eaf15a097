"""The schema of all connectors, and what belongs to it once: its SDL, its applied directives."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import strawberry
from graphql import parse
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from .directives import OWN_DIRECTIVES
from .entities import EntityType, resolve_entities
from .introspection import Applied, describe_directives, find_applied, mark_one_of, show_applied
from .mutation import Mutation
from .payloads import ERROR_TYPES
from .query import Query
from .router_auth import with_router_auth
from .scalars import SCALARS
from .scopes import check_stated
from .sdl import client_sdl

FEDERATION_VERSION: Final = "2.9"
"""Both composers know it; one of them refuses 2.10 and later."""


class GatewaySchema(strawberry.federation.Schema):
    """Strawberry's federation schema with safe entities, readable directives and an SDL that is printed once.

    `router_auth`: the subgraph's SDL tells routers who may select what, in the federation's own directives.
    """

    def __init__(self, *, router_auth: bool = False, **more: Any) -> None:
        self.router_auth = router_auth
        super().__init__(**more)

    @cached_property
    def subgraph_sdl(self) -> str:
        sdl = self.as_str() + "\n"
        return with_router_auth(sdl) if self.router_auth else sdl

    @cached_property
    def client_sdl(self) -> str:
        return client_sdl(self.subgraph_sdl)

    @cached_property
    def applied(self) -> dict[int, Applied]:
        """Our directives where they are applied, by `id()` of the schema element."""
        own: tuple[Any, ...] = OWN_DIRECTIVES
        names = frozenset(item.__strawberry_directive__.graphql_name for item in own)
        return find_applied(self._schema, parse(self.subgraph_sdl), names)

    @cached_property
    def entities(self) -> dict[str, EntityType]:
        """The types with a key, by name."""
        union = self._schema.type_map.get("_Entity")
        return {kind.name: kind.extensions["strawberry-definition"].origin for kind in getattr(union, "types", ())}

    def entities_resolver(self, info: Info, representations: list[FederationAny]) -> Any:
        return resolve_entities(info, representations, self.entities)

    def _extend_introspection(self) -> None:
        # Replaces Strawberry's patch of graphql-core's process-wide `__Type.isOneOf`.
        mark_one_of(self._schema)
        describe_directives(self._schema)
        show_applied(self._schema, lambda element: self.applied.get(id(element), []))
        service: Any = self._schema.type_map["_Service"]
        service.fields["sdl"].resolve = lambda _source, _info: self.subgraph_sdl


def build_schema(subscription: type | None = None, *, router_auth: bool = False) -> GatewaySchema:
    """The schema of the connectors that are there. It has no subscription of its own yet."""
    schema = GatewaySchema(
        router_auth=router_auth,
        query=Query,
        mutation=Mutation,
        subscription=subscription,
        types=list(ERROR_TYPES.values()),
        federation_version=FEDERATION_VERSION,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    check_stated(schema._schema)
    return schema
