"""What routers understand of `@needsScope`: the federation's own `@requiresScopes` and `@authenticated`.

They are written into the subgraph's SDL and nowhere else. What a caller may do is decided in `scopes.py`, with them or
without; a router that knows them only refuses earlier.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    ConstListValueNode,
    NameNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from .sdl import FEDERATION_FIELDS

NEEDS_SCOPE, REQUIRES_SCOPES, AUTHENTICATED = "needsScope", "requiresScopes", "authenticated"
ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def with_router_auth(subgraph_sdl: str) -> str:
    """The SDL with `@requiresScopes` beside each `@needsScope`, and `@authenticated` on root fields without one."""
    return print_ast(visit(parse(subgraph_sdl), _Told())) + "\n"


class _Told(Visitor):
    def leave_field_definition(self, node: Any, *_: Any) -> Any:
        return _with_scopes(node)

    def leave_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: Any) -> Any:
        if node.name.value in ROOTS:
            node = _changed(node, fields=tuple(map(_for_callers, node.fields or ())))
        return _with_scopes(node)

    def leave_schema_definition(self, node: Any, *_: Any) -> Any:
        return _changed(node, directives=tuple(map(_importing, node.directives)))


def _with_scopes(node: Any) -> Any:
    for directive in node.directives or ():
        if directive.name.value == NEEDS_SCOPE:
            # One of them is enough: each is a set of its own.
            sets = [_list([scope]) for scope in directive.arguments[0].value.values]
            told = _directive(REQUIRES_SCOPES, ConstArgumentNode(name=NameNode(value="scopes"), value=_list(sets)))
            return _changed(node, directives=(*(node.directives or ()), told))
    return node


def _for_callers(field: Any) -> Any:
    """Nobody gets past the door without credentials, so every root field is for callers only."""
    told = {directive.name.value for directive in field.directives or ()}
    if field.name.value in FEDERATION_FIELDS or REQUIRES_SCOPES in told:
        return field
    return _changed(field, directives=(*(field.directives or ()), _directive(AUTHENTICATED)))


def _importing(directive: Any) -> Any:
    """The link to the federation's specification, which names what is used of it."""
    arguments = {argument.name.value: argument for argument in directive.arguments}
    if directive.name.value != "link" or "specs.apollo.dev/federation/" not in arguments["url"].value.value:
        return directive
    known = {item.value for item in arguments["import"].value.values}
    names = sorted(known | {f"@{AUTHENTICATED}", f"@{REQUIRES_SCOPES}"})
    imported = _changed(arguments["import"], value=_list([StringValueNode(value=name) for name in names]))
    return _changed(directive, arguments=(*(arguments[name] for name in arguments if name != "import"), imported))


def _directive(name: str, *arguments: ConstArgumentNode) -> ConstDirectiveNode:
    return ConstDirectiveNode(name=NameNode(value=name), arguments=arguments)


def _list(values: list[Any]) -> ConstListValueNode:
    return ConstListValueNode(values=tuple(values))


def _changed(node: Any, **parts: Any) -> Any:
    """The node with other parts: nodes themselves cannot be changed."""
    return type(node)(**{key: getattr(node, key) for key in node.keys} | parts)
