"""Applied directives through introspection, in the shape of graphql-java; and `isOneOf` without touching a global.

`appliedDirectives { name args { name value } }` can be asked of `__Schema`, `__Type`, `__Field`, `__InputValue` and
`__EnumValue`; `value` is an SDL literal as text. Only our own directives are listed. The field is hidden: a standard
introspection query gets exactly the answer it gets without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    ListValueNode,
    SchemaDefinitionNode,
    ValueNode,
    print_ast,
)

ELEMENTS = frozenset({"__Schema", "__Type", "__Field", "__InputValue", "__EnumValue"})
Applied = list[dict[str, Any]]


def mark_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which inputs are `@oneOf`: Strawberry keeps that to itself, and patches a global instead."""
    for kind in schema.type_map.values():
        stated = kind.extensions.get("strawberry-definition")
        if isinstance(kind, GraphQLInputObjectType) and getattr(stated, "is_one_of", False):
            kind.is_one_of = True


def describe_directives(schema: GraphQLSchema) -> None:
    """Give the arguments of our directives the words that Strawberry leaves behind."""
    for directive in schema.directives:
        stated = directive.extensions.get("strawberry-definition")
        for field, argument in zip(getattr(stated, "fields", ()), directive.args.values(), strict=False):
            argument.description = field.description


def show_applied(schema: GraphQLSchema, applied: Callable[[Any], Applied]) -> None:
    """Let the introspection of this one schema answer `appliedDirectives`."""
    text = GraphQLNonNull(GraphQLString)
    argument = GraphQLObjectType("_DirectiveArgument", {"name": GraphQLField(text), "value": GraphQLField(text)})
    directive = GraphQLObjectType(
        "_AppliedDirective", {"name": GraphQLField(text), "args": GraphQLField(_list_of(argument))}
    )
    field = GraphQLField(_list_of(directive), resolve=lambda source, _info: applied(_element(source)))
    usual = schema.get_field

    def get_field(parent: Any, name: str) -> GraphQLField | None:
        if name == "appliedDirectives" and parent.name in ELEMENTS:
            return field
        return usual(parent, name)

    schema.get_field = get_field  # type: ignore[method-assign,assignment]


def find_applied(schema: GraphQLSchema, sdl: DocumentNode, names: frozenset[str]) -> dict[int, Applied]:
    """The applications of the named directives in a schema's own SDL, by `id()` of the schema element."""
    found: dict[int, Applied] = {}
    for element, node in _pairs(schema, sdl):
        applied = [_application(item) for item in node.directives or () if item.name.value in names]
        if applied:
            found[id(element)] = applied
    return found


def _pairs(schema: GraphQLSchema, sdl: DocumentNode) -> Iterator[tuple[Any, Any]]:
    """Every element of the schema with the node of the SDL that defines it."""
    for node in sdl.definitions:
        if isinstance(node, SchemaDefinitionNode):
            yield schema, node
            continue
        name = getattr(node, "name", None)
        kind: Any = schema.type_map.get(name.value) if name else None
        if kind is None:
            continue
        yield kind, node
        for inner in getattr(node, "fields", None) or ():
            field = kind.fields[inner.name.value]
            yield field, inner
            for argument in getattr(inner, "arguments", None) or ():
                yield field.args[argument.name.value], argument
        for inner in getattr(node, "values", None) or ():
            yield kind.values[inner.name.value], inner


def _application(node: ConstDirectiveNode) -> dict[str, Any]:
    args = [{"name": item.name.value, "value": _literal(item.value)} for item in node.arguments or ()]
    return {"name": node.name.value, "args": args}


def _literal(node: ValueNode) -> str:
    """An SDL literal on one line: long lists are printed over several otherwise."""
    if isinstance(node, ListValueNode):
        return f"[{', '.join(_literal(item) for item in node.values)}]"
    return print_ast(node)


def _list_of(kind: Any) -> Any:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))


def _element(source: Any) -> Any:
    """graphql-core hands fields, arguments and enum values on as (name, element)."""
    return source[1] if isinstance(source, tuple) else source
