"""The two artifacts: the subgraph's SDL for federation, and `schema.graphql` for clients."""

from __future__ import annotations

from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    Visitor,
    build_schema,
    parse,
    print_ast,
    visit,
)

FEDERATION_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet", "link__Import", "link__Purpose"})
FEDERATION_FIELDS = frozenset({"_entities", "_service"})
FEDERATION_DIRECTIVES = frozenset(
    "key link shareable external requires provides override tag inaccessible interfaceObject composeDirective "
    "authenticated requiresScopes policy context fromContext extends".split()
)
COST_DIRECTIVES = '''
"""What the field, or each object of the type, costs."""
directive @cost(
  """A call to a provider weighs 10."""
  weight: Int!
) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR

"""How many entries a list has: as many as one of the slicing arguments says, or else as assumed."""
directive @listSize(
  """How many entries there are where no argument says it."""
  assumedSize: Int
  """Arguments that say how many entries there are."""
  slicingArguments: [String!]
  """Lists of the answer that have the size, in the field's stead."""
  sizedFields: [String!]
  """Whether one of the slicing arguments has to be given."""
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION
'''
"""Their definitions are federation's. A subgraph imports them; a client's schema has to hold them."""
HEADER = "# Written by `gql-gateway schema`. Change the connectors' fields.py, not this file.\n\n"


def client_sdl(subgraph_sdl: str) -> str:
    """The schema as clients and their generators need it: ours, cost and `@oneOf` kept, no federation machinery.

    The result is valid under a strict `build_schema`.
    """
    cleaned: DocumentNode = visit(parse(subgraph_sdl), _Clean())
    text = HEADER + print_ast(parse(COST_DIRECTIVES)) + "\n\n" + print_ast(cleaned) + "\n"
    build_schema(text)
    return text


class _Clean(Visitor):
    def enter_schema_definition(self, *_: Any) -> Any:
        return REMOVE

    def enter_schema_extension(self, *_: Any) -> Any:
        return REMOVE

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if node.name.value in FEDERATION_DIRECTIVES else None

    def enter_directive_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value in FEDERATION_DIRECTIVES else None

    def enter_object_type_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value in FEDERATION_TYPES else None

    enter_scalar_type_definition = enter_object_type_definition
    enter_union_type_definition = enter_object_type_definition
    enter_enum_type_definition = enter_object_type_definition

    def enter_field_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value in FEDERATION_FIELDS else None
