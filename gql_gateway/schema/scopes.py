"""What an operation needs of its caller, found in the document before anything of it runs.

A field or type states its scope where it is defined, with `@needsScope`. An operation that selects any of it without
the scope is refused whole: half an update whose answer nobody may see would be worse than none, and a check that waits
for a resolver can be forgotten by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    get_named_type,
)

from ..errors import ErrorCode
from ..model.caller import Caller, Scope, known_scopes
from .directives import NeedsScopeDirective

AnyOf = frozenset[Scope]

FEDERATION: Final = {"_entities": frozenset({Scope.READ})}
"""Root fields that federation adds and that therefore cannot state their scope where they are defined."""
OPEN: Final = frozenset({"integrations", "integration", "_service"})
"""Root fields for every caller: they say what the gateway can do, and nothing of anybody's data."""


class NothingStated(Exception):
    """A root field says neither which scope it needs nor that it needs none."""


@dataclass(frozen=True, slots=True)
class Need:
    """One of these scopes is needed, for what stands at `where` (`Type.field`) in the schema."""

    any_of: AnyOf
    where: str
    node: Node


def check_stated(schema: GraphQLSchema) -> None:
    """Every root field has a scope or is open on purpose. Raises `NothingStated`."""
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        for name, field in root.fields.items() if root else ():
            if name not in OPEN and name not in FEDERATION and _stated(field) is None:
                raise NothingStated(f"{name} has to state its scope with needs(…), or be listed in schema/scopes.py")


def find_needs(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> list[Need]:
    """What a validated operation needs, one of each kind. What `@skip` and `@include` leave out needs nothing.

    Takes time linear in the length of the document: each fragment is looked at once.
    """
    fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
    values = {**_defaults(operation), **(variables or {})}
    found: dict[AnyOf, Need] = {}
    seen: set[str] = set()
    root = schema.get_root_type(operation.operation)
    waiting: list[tuple[GraphQLNamedType | None, Any]] = [(root, operation.selection_set)]
    while waiting:
        parent, selection_set = waiting.pop()
        for node in _selected(selection_set.selections, values):
            if isinstance(node, FieldNode):
                field = schema.get_field(parent, node.name.value)  # type: ignore[arg-type]
                if field is None or parent is None:
                    continue
                for need in _needs_of(parent, node, field, is_root=parent is root):
                    found.setdefault(need.any_of, need)
                if node.selection_set:
                    waiting.append((get_named_type(field.type), node.selection_set))
                continue
            name = getattr(node, "name", None)
            fragment: Any = fragments[name.value] if name else node
            if name:
                if name.value in seen:
                    continue
                seen.add(name.value)
            condition = fragment.type_condition
            inside = schema.get_type(condition.name.value) if condition else parent
            waiting.append((inside, fragment.selection_set))
    return list(found.values())


def has_conditions(document: DocumentNode) -> bool:
    """Whether what an operation needs may hang on its variables."""
    source = document.loc.source.body if document.loc else "@skip"
    return "@" in source and ("skip" in source or "include" in source)


def refusals(needs: list[Need], caller: Caller) -> list[GraphQLError]:
    """One error for each need that the caller does not meet."""
    return [_refusal(need) for need in needs if not need.any_of & caller.scopes]


def _refusal(need: Need) -> GraphQLError:
    scopes = sorted(scope.value for scope in need.any_of)
    words = f"{need.where} needs the scope {' or '.join(scopes)}, which this caller does not have."
    return GraphQLError(words, [need.node], extensions={"code": ErrorCode.MISSING_SCOPE.name, "scopes": scopes})


def _needs_of(parent: GraphQLNamedType, node: FieldNode, field: GraphQLField, *, is_root: bool) -> Iterator[Need]:
    name = node.name.value
    where = f"{parent.name}.{name}"
    # The type is looked at from both sides: a fragment on an interface would hide it from one of them.
    for kind in (parent, get_named_type(field.type)):
        if of_type := _stated(kind):
            yield Need(of_type, where, node)
    if of_field := _stated(field) or (FEDERATION.get(name) if is_root else None):
        yield Need(of_field, where, node)


def _stated(element: Any) -> AnyOf | None:
    definition = element.extensions.get("strawberry-definition")
    for directive in getattr(definition, "directives", None) or ():
        if isinstance(directive, NeedsScopeDirective):
            return known_scopes(directive.any_of)
    return None


def _selected(nodes: tuple[SelectionNode, ...], values: Mapping[str, Any]) -> Iterator[SelectionNode]:
    for node in nodes:
        if all(_holds(directive, values) for directive in node.directives or ()):
            yield node


def _holds(directive: DirectiveNode, values: Mapping[str, Any]) -> bool:
    """Whether the directive leaves its node in. What cannot be told counts as in."""
    wanted = {"include": True, "skip": False}.get(directive.name.value)
    if wanted is None or not directive.arguments:
        return True
    value = directive.arguments[0].value
    if isinstance(value, BooleanValueNode):
        return value.value is wanted
    given = values.get(value.name.value) if isinstance(value, VariableNode) else None
    return given is wanted or not isinstance(given, bool)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        item.variable.name.value: item.default_value.value
        for item in operation.variable_definitions or ()
        if isinstance(item.default_value, BooleanValueNode)
    }
