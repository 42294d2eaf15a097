"""The GraphQL variables of a change as the typed input object that a resolver gets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import strawberry
from graphql import GraphQLInputObjectType, Undefined, coerce_input_value
from strawberry.types.arguments import convert_argument

from gql_gateway.connectors.base import Connector


def typed_change(connector: Connector, values: Mapping[str, Any]) -> object:
    """The `@oneOf` member of `connector` with these JSON values; what GraphQL would refuse is a ValueError."""
    input_type = connector.input_type
    schema = _schema_of(input_type)
    known = cast(GraphQLInputObjectType, schema._schema.type_map[input_type.__name__])
    coerced = coerce_input_value(dict(values), known)
    if coerced is Undefined:
        raise ValueError(f"{input_type.__name__} does not take {values}")
    return convert_argument(coerced, input_type, schema.schema_converter.scalar_registry, schema.config)


@cache
def _schema_of(input_type: type) -> strawberry.Schema:
    """The smallest schema that has the input type: other connectors play no part."""

    def resolve(change: Any) -> bool:
        return True

    resolve.__annotations__ = {"change": input_type, "return": bool}
    members = {"__annotations__": {"takes": bool}, "takes": strawberry.field(resolver=resolve)}
    return strawberry.Schema(query=strawberry.type(type("Query", (), members)))
