"""How the schema changed: what graphql-core finds, and what it does not look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    build_ast_schema,
    parse,
    print_ast,
    value_from_ast_untyped,
)
from graphql.utilities import BreakingChangeType, DangerousChangeType, find_schema_changes

from .change import Change, Weight

_SCOPE = "needsScope"
_TOLD_AS_FACTS = frozenset({"native", "fieldSupport"})
"""Directives whose arguments are the support facts; fact_changes.py knows what they mean."""
_TOLD_ABOVE = frozenset({"oneOf"})

Applied = Mapping[tuple[str, str], tuple[DirectiveNode, ...]]


def schema_changes(before: str, after: str) -> Iterator[Change]:
    """From one client's SDL to another."""
    if before == after:
        return
    documents = parse(before), parse(after)
    # Both were validated when they were written.
    old, new = (build_ast_schema(document, assume_valid_sdl=True) for document in documents)
    known = old.type_map.keys() | new.type_map.keys()
    for found in find_schema_changes(old, new):
        if "DESCRIPTION" in found.type.name:
            continue
        weight = Weight.SAFE
        if isinstance(found.type, BreakingChangeType):
            weight = Weight.BREAKS
        elif isinstance(found.type, DangerousChangeType):
            weight = Weight.CAREFUL
        yield Change(weight, _coordinate(found.description, known), found.description.rstrip("."))
    yield from _one_of_changes(old, new)
    places = [frozenset(place for place, _ in _elements(document)) for document in documents]
    applied = [_applied(document) for document in documents]
    yield from _directive_changes(applied[0], applied[1], places[0] & places[1])


def _coordinate(words: str, types: Any) -> str:
    """The first thing of the schema that the sentence names."""
    names = re.findall(r"@\w+(?:\(\w+:\))?|\w+\.\w+(?:\(\w+:\))?|\w+", words)
    return next((name for name in names if name.startswith("@") or "." in name or name in types), words)


def _one_of_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for name, kind in old.type_map.items():
        now = new.type_map.get(name)
        if not isinstance(kind, GraphQLInputObjectType) or not isinstance(now, GraphQLInputObjectType):
            continue
        if now.is_one_of and not kind.is_one_of:
            yield Change(Weight.BREAKS, name, "@oneOf was added: a value with several members is refused")
        if kind.is_one_of and not now.is_one_of:
            yield Change(Weight.CAREFUL, name, "@oneOf was removed: generated clients have another type")


def _directive_changes(old: Applied, new: Applied, places: frozenset[str]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        place, name = key
        before, after = old.get(key, ()), new.get(key, ())
        texts = [" ".join(map(print_ast, nodes)) or "nothing" for nodes in (before, after)]
        if name in _TOLD_AS_FACTS | _TOLD_ABOVE or place not in places or texts[0] == texts[1]:
            continue
        weight = Weight.CAREFUL
        if name == "deprecated":
            weight = Weight.SAFE
        if name == _SCOPE:
            weight = Weight.BREAKS if _needs_more(before, after) else Weight.SAFE
        yield Change(weight, place, f"{texts[0]} → {texts[1]}")


def _needs_more(before: tuple[DirectiveNode, ...], after: tuple[DirectiveNode, ...]) -> bool:
    """Whether a caller who was let in before may now be refused."""
    if not after:
        return False
    return not before or not _scopes(before) <= _scopes(after)


def _scopes(nodes: tuple[DirectiveNode, ...]) -> set[str]:
    arguments = [argument for node in nodes for argument in node.arguments or ()]
    return {scope for argument in arguments for scope in value_from_ast_untyped(argument.value)}


def _applied(document: DocumentNode) -> Applied:
    """The directives applied in a document, by the coordinate of the element and the directive's name."""
    found: dict[tuple[str, str], tuple[DirectiveNode, ...]] = {}
    for place, node in _elements(document):
        for used in node.directives or ():
            key = (place, used.name.value)
            found[key] = (*found.get(key, ()), used)
    return found


def _elements(document: DocumentNode) -> Iterator[tuple[str, Any]]:
    for node in document.definitions:
        name = getattr(getattr(node, "name", None), "value", "schema")
        if node.kind == "directive_definition":
            continue
        yield name, node
        for inner in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
            yield f"{name}.{inner.name.value}", inner
            for argument in getattr(inner, "arguments", None) or ():
                yield f"{name}.{inner.name.value}({argument.name.value}:)", argument
