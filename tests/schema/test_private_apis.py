"""Canaries: what is used of Strawberry and graphql-core without being promised. Red after an upgrade: look here first.

Strawberry is pinned exactly for these.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, TypeInfo, graphql_sync
from graphql.type import introspection_types
from strawberry.federation.schema import Schema as FederationSchema
from strawberry.schema.schema import Schema
from strawberry.types import Info

from gql_gateway.schema.build import GatewaySchema

from .conftest import Run


def test_strawberry_is_the_one_that_was_read() -> None:
    lines = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")

    assert f'"strawberry-graphql=={version("strawberry-graphql")}"' in lines


def test_extend_introspection_is_called_once_when_the_schema_is_made() -> None:
    called: list[GraphQLSchema] = []

    class Watched(FederationSchema):
        def _extend_introspection(self) -> None:
            called.append(self._schema)

    @strawberry.type
    class Query:
        here: bool = True

    schema = Watched(query=Query)
    assert called == [schema._schema]
    assert isinstance(schema._schema, GraphQLSchema)


def test_extend_introspection_does_nothing_else_than_we_replace() -> None:
    """Were more in it than the patch of `isOneOf`, it would be lost."""
    source = inspect.getsource(Schema._extend_introspection)

    assert source.count("fields[") == 2
    assert source.count('fields["isOneOf"]') == 2
    assert "_extend_introspection" not in vars(FederationSchema)


def test_inputs_say_whether_they_are_one_of(schema: GatewaySchema) -> None:
    stated: Any = schema._schema.type_map["CustomerBy"].extensions["strawberry-definition"]

    assert stated.is_one_of is True


def test_validation_and_execution_ask_get_field_of_the_instance(schema: GatewaySchema) -> None:
    """`appliedDirectives` lives in an override of `get_field` on one schema."""
    asked: list[str] = []

    @strawberry.type
    class Query:
        here: bool = True

    core = strawberry.Schema(query=Query)._schema
    usual = core.get_field

    def get_field(parent: Any, name: str) -> Any:
        asked.append(name)
        return usual(parent, name)

    core.get_field = get_field  # type: ignore[method-assign,assignment]
    assert graphql_sync(core, "{ here }", root_value=Query()).errors is None
    assert asked.count("here") >= 2
    assert "get_field" in inspect.getsource(TypeInfo)
    assert "get_field" in vars(schema._schema)


def test_entities_resolver_is_the_one_we_override() -> None:
    parameters = list(inspect.signature(FederationSchema.entities_resolver).parameters)

    assert parameters == ["self", "info", "representations"]


def test_service_type_has_a_resolver_to_replace(schema: GatewaySchema) -> None:
    service = schema._schema.type_map["_Service"]

    assert isinstance(service, GraphQLObjectType)
    assert list(service.fields) == ["sdl"]


async def test_raw_info_has_the_selection(run: Run) -> None:
    """`schema/selection.py` reads `info._raw_info`: `field_nodes` and `fragments`."""
    assert "_raw_info" in {item.name for item in Info.__dataclass_fields__.values()}

    class Gateway:
        async def customers(self, *arguments: Any) -> Any:
            from gql_gateway.gateway import Page

            self.needed = arguments[-1]
            return Page([], 0, more=False)

    gateway = Gateway()
    await run(
        "{ customers(connectionId: 1) { ...F edges { node { ... on Customer { number } } } } }"
        " fragment F on CustomerConnection { nodes { notes ...G } } fragment G on Customer { vatId }",
        None,
        gateway,
    )
    assert gateway.needed == {"notes", "vatId", "number"}


def test_execution_context_class_is_there(schema: GatewaySchema) -> None:
    assert schema.execution_context_class.__module__.partition(".")[0] in {"strawberry", "graphql"}


def test_enum_values_take_descriptions(schema: GatewaySchema) -> None:
    """`fields/vocabulary.py` writes into `__strawberry_definition__.values`."""
    kind: Any = schema._schema.type_map["ContactType"]

    assert kind.values["UNDEFINED"].description.startswith("The provider does not say")


def test_directive_definitions_lead_back_to_ours(schema: GatewaySchema) -> None:
    """`describe_directives` pairs the arguments of graphql-core's directive with Strawberry's fields, in order."""
    for directive in schema._schema.directives:
        stated = directive.extensions.get("strawberry-definition")
        if stated is not None and directive.name in {"native", "fieldSupport"}:
            names = [item.graphql_name or item.python_name for item in stated.fields]
            assert [name.replace("_", "").lower() for name in names] == [name.lower() for name in directive.args]


def test_a_plain_schema_would_change_a_global() -> None:
    """Why `_extend_introspection` is replaced; and that the other tests' fixture puts the global right again."""
    kind: Any = introspection_types["__Type"]
    before = kind.fields["isOneOf"].resolve

    @strawberry.type
    class Query:
        here: bool = True

    strawberry.Schema(query=Query)
    assert kind.fields["isOneOf"].resolve is not before
    kind.__dict__.pop("fields")
    assert kind.fields["isOneOf"].resolve is before
