"""Operations made by schemathesis: every root field, selections of every kind, arguments of our own strategies.

Schemathesis knows neither `@oneOf` nor our ids, and refuses federation's SDL. So it gets `schema.graphql`, in which the
inputs that need more knowledge stand as scalars: for these, and for ids, it takes strategies of `values`.
"""

from __future__ import annotations

from functools import cache
from io import StringIO
from typing import Any

import schemathesis
from graphql import (
    REMOVE,
    DirectiveNode,
    InputObjectTypeDefinitionNode,
    NameNode,
    ScalarTypeDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from .known import client_schema, gateway_schema
from .operation import Operation
from .values import IDS, SCALARS, node_of, refs, updates

OWN: dict[str, st.SearchStrategy[Any]] = {
    "CustomerBy": refs(),
    "UpdateCustomerInput": updates(),
    "ID": IDS,
    "JSON": SCALARS["JSON"],
    "DateTime": SCALARS["DateTime"],
}


class _Known(Visitor):
    """Turns the inputs with strategies of their own into scalars."""

    def enter_input_object_type_definition(self, node: InputObjectTypeDefinitionNode, *_: Any) -> Any:
        if node.name.value not in OWN:
            return None
        return ScalarTypeDefinitionNode(name=NameNode(value=node.name.value), directives=())

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        # Its arguments name inputs' enums; schemathesis has no use for them.
        return REMOVE


@cache
def _schema() -> Any:
    for name, strategy in OWN.items():
        schemathesis.graphql.scalar(name, strategy.map(node_of))
    return schemathesis.graphql.from_file(StringIO(print_ast(visit(parse(gateway_schema().client_sdl), _Known()))))


def root_fields() -> list[tuple[str, str]]:
    """Every root field as schemathesis names it."""
    roots = {"Query": client_schema().query_type, "Mutation": client_schema().mutation_type}
    return [(root, field) for root, kind in roots.items() if kind for field in kind.fields]


@cache
def cases(root: str, field: str, *, wrong: bool = False) -> st.SearchStrategy[list[Operation]]:
    """Operations with this root field; `wrong` ones hold one violation of the schema."""
    mode = GenerationMode.NEGATIVE if wrong else GenerationMode.POSITIVE
    strategy: st.SearchStrategy[Any] = _schema()[root][field].as_strategy(generation_mode=mode)
    return strategy.map(lambda case: [Operation(case.body)])
