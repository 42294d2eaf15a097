"""Inputs that build themselves are what Strawberry would have built."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
    coerce_input_value,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry import Maybe
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_argument
from strawberry.types.base import get_object_definition

from gql_gateway.schema.arguments import built_once
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.inputs import UpdateCustomerInput

from .conftest import Run

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "String": st.text(max_size=5),
    "ID": st.text(max_size=5) | st.integers(),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "Boolean": st.booleans(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """JSON values that the input type takes."""
    if isinstance(kind, GraphQLNonNull):
        return present(kind.of_type)
    return st.none() | present(kind)


def present(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, GraphQLList):
        return st.lists(values(kind.of_type), max_size=2)
    if isinstance(kind, GraphQLEnumType):
        return st.sampled_from(list(kind.values))
    if isinstance(kind, GraphQLScalarType):
        return SCALARS[kind.name]
    assert isinstance(kind, GraphQLInputObjectType)
    if kind.is_one_of:
        return st.one_of(*(st.fixed_dictionaries({name: present(item.type)}) for name, item in kind.fields.items()))
    needed = {name: item for name, item in kind.fields.items() if isinstance(item.type, GraphQLNonNull)}
    return st.fixed_dictionaries(
        {name: values(item.type) for name, item in needed.items() if item.default_value is Undefined},
        optional={
            name: values(item.type)
            for name, item in kind.fields.items()
            if name not in needed or item.default_value is not Undefined
        },
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_change_is_built_as_strawberry_builds_it(schema: GatewaySchema, data: st.DataObject) -> None:
    kind: Any = schema._schema.type_map["UpdateCustomerInput"]
    coerced = coerce_input_value(data.draw(present(kind)), kind)
    assert coerced is not Undefined
    definition = get_object_definition(UpdateCustomerInput, strict=True)
    known = schema.schema_converter.scalar_registry

    ours = convert_argument(coerced, UpdateCustomerInput, known, schema.config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(definition, "from_input", None)
        theirs = convert_argument(coerced, UpdateCustomerInput, known, schema.config)

    assert ours == theirs
    assert repr(ours) == repr(theirs)


async def test_the_hook_is_the_one_that_strawberry_calls(run: Run) -> None:
    calls: list[object] = []
    definition = get_object_definition(UpdateCustomerInput, strict=True)
    build = definition.from_input
    assert build is not None

    def counted(*given: Any) -> Any:
        calls.append(given)
        return build(*given)

    mutation = 'mutation { updateCustomer(input: {customer: {id: "x"}, change: {fortnox: {notes: "n"}}}) { dryRun } }'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(definition, "from_input", counted)
        await run(mutation)
    assert len(calls) == 1


@built_once
@strawberry.input
class Narrow:
    name: Maybe[str] = None


def test_an_input_that_refuses_null_for_strawberry_is_no_input_of_ours() -> None:
    with pytest.raises(TypeError, match="Maybe"):
        convert_argument({"name": "x"}, Narrow, {}, StrawberryConfig())
