"""Which fields a caller selected, so that no call is made for an answer nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.types import Info

from .context import Context


def selected(info: Info[Context, None], *at: str) -> set[str]:
    """Names selected below the current field, at each of the given dotted places ("" is the field itself).

    Fields under `@skip` and `@include` count as selected: reading too much is a call, reading too little a lie.
    """
    raw = info._raw_info
    found: set[str] = set()
    for place in at:
        sets = [node.selection_set for node in raw.field_nodes if node.selection_set]
        for part in place.split(".") if place else ():
            sets = [
                field.selection_set
                for item in sets
                for field in _fields(item, raw.fragments)
                if field.name.value == part and field.selection_set
            ]
        found.update(field.name.value for item in sets for field in _fields(item, raw.fragments))
    return found


def _fields(selection: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    seen: set[str] = set()
    waiting = [selection]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
