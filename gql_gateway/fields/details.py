"""The typed `details` of an integration: what only that provider knows, read by the facts.

Every field of the input class that is not part of the unified customer becomes a field of the details by itself, and so
does every value of a unified list's entries: `details.addresses` has what only this provider keeps of an address.
What can only be read is stated with `reads()` on a class of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import strawberry
from strawberry.types.base import StrawberryContainer, get_object_definition

from ..model.json import JsonObject
from .convert import as_text
from .document import MISSING, get, parse_path
from .native import OTHER, ListSemantics
from .readback import entries_at, entry_names, entry_types, stored_value, unified_names
from .table import Branch, FieldTable, Kind, Leaf, Node, Value, is_list

_KINDS: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.BOOLEAN: bool,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.TEXTS: list[str],
}


def reads(native: str, convert: Callable[[Any], Any] = as_text, *, description: str | None = None) -> Any:
    """A read-only value of a details class, at a native path relative to its object."""
    return strawberry.field(
        default=None, description=description, metadata={"native": parse_path(native), "convert": convert}
    )


def details_type(name: str, table: FieldTable, more: type | None = None, *, description: str) -> type:
    """The output class of an integration's details: the provider-only fields of `table` and those of `more`."""
    own = unified_names()
    nodes = tuple(node for node in table.nodes if node.name not in own)
    lists = [node for node in table.nodes if isinstance(node, Branch) and any(_further(node))]
    return _output_type(name, nodes, more, description, lists)


def read_details(cls: type, document: JsonObject) -> Any:
    """The details in a native document."""
    return _read_object(cls, document, document)


def _further(branch: Branch) -> Iterator[Value]:
    """The values that the entries of a unified list have at this provider only, each once."""
    known = entry_names(branch.name)
    if known is None:
        return
    found: dict[str, Value] = {}
    for nodes in branch.entries.values():
        for node in nodes:
            if isinstance(node, Value) and node.leaf is not None and node.name not in known:
                found.setdefault(node.name, node)
    yield from found.values()


def _entry_type(branch: Branch) -> type:
    """The output class of what only this provider keeps of a unified list's entries, told by their type or id."""
    kind = entry_types(branch.name)
    key = _plain("Which entry.")
    members: dict[str, Any] = {"id": (strawberry.ID | None, key)} if kind is None else {"type": (kind, key)}
    for node in _further(branch):
        assert node.leaf is not None
        words = node.leaf.description or f"`{node.leaf.fact.name}` at the provider."
        members[node.attribute] = (_annotation(node.leaf) | None, _plain(words))
    namespace: dict[str, Any] = {name: member for name, (_, member) in members.items()}
    namespace |= {"__annotations__": {name: kind for name, (kind, _) in members.items()}, "__module__": __name__}
    words = f"What only this provider keeps of an entry of `{branch.name}`."
    return strawberry.type(type(branch.input_type.__name__.removesuffix("Input"), (), namespace), description=words)


def _plain(description: str) -> Any:
    return strawberry.field(default=None, description=description)


def _output_type(
    name: str, nodes: tuple[Node, ...], more: type | None, description: str, lists: Sequence[Branch] = ()
) -> type:
    annotations: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
    for node in nodes:
        if isinstance(node, Branch):
            inner = node.input_type.__name__.removesuffix("Input")
            words = node.description or f"{node.name} of the customer."
            metadata: dict[str, Any]
            if node.group.semantics is ListSemantics.MERGE_BY_ID:
                annotations[node.attribute] = list[_output_type(inner, node.entries[OTHER], None, words)]  # type: ignore[misc]
                metadata = {"list": node.drops[0]}
            else:
                annotations[node.attribute] = _output_type(inner, node.entries[""], None, words) | None
                metadata = {"inside": True}
        else:
            if node.leaf is None:
                continue
            annotations[node.attribute] = _annotation(node.leaf) | None
            metadata, words = {"leaf": node.leaf}, node.leaf.description or f"`{node.leaf.fact.name}` at the provider."
        namespace[node.attribute] = strawberry.field(default=None, description=words, metadata=metadata)
    for branch in lists:
        annotations[branch.attribute] = list[_entry_type(branch)]  # type: ignore[misc]
        namespace[branch.attribute] = strawberry.field(
            default_factory=list,
            description=f"What only this provider keeps of {branch.name}.",
            metadata={"entries": branch},
        )
    return strawberry.type(type(name, (more,) if more else (), namespace), description=description)


def _annotation(leaf: Leaf) -> Any:
    if leaf.kind is Kind.ENUM:
        return type(next(iter(leaf.fact.values or {})))
    return _KINDS[leaf.kind]


def _read_object(cls: type, document: JsonObject, root: JsonObject, entry: int | None = None) -> Any:
    """An object of the details. `entry` is the index of the one that it shows, in a list of any length."""
    values: dict[str, Any] = {}
    for item in get_object_definition(cls, strict=True).fields:
        if (leaf := item.metadata.get("leaf")) is not None:
            values[item.python_name] = stored_value(leaf if entry is None else leaf.bound(entry, str(entry)), root)
        elif (place := item.metadata.get("list")) is not None:
            inner = _object_of(item.type)
            found = [_read_object(inner, value, root, index) for index, value in entries_at(root, place)]
            values[item.python_name] = found
        elif (branch := item.metadata.get("entries")) is not None:
            values[item.python_name] = [*_read_entries(_object_of(item.type), branch, root)]
        elif item.metadata.get("inside"):
            values[item.python_name] = _read_object(_object_of(item.type), document, root)
        elif (native := item.metadata.get("native")) is not None:
            values[item.python_name] = _read_value(item, get(document, native), root)
    return cls(**values)


def _read_entries(cls: type, branch: Branch, root: JsonObject) -> Iterator[Any]:
    """The entries of a unified list as far as only this provider knows them; of each type the one that is written."""
    names = {node.name for node in _further(branch)}
    if branch.group.semantics is ListSemantics.MERGE_BY_ID:
        listed = get(root, branch.drops[0])
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict):
                values = _values(branch.entries[OTHER], names, root, index)
                id_value = get(entry, parse_path(branch.group.id_name))
                yield cls(id=None if id_value is MISSING else as_text(id_value), **values)
        return
    kind = entry_types(branch.name)
    for slot, nodes in branch.entries.items():
        values = _values(nodes, names, root)
        if kind is not None and any(value is not None for value in values.values()):
            yield cls(type=kind[slot], **values)


def _values(nodes: tuple[Node, ...], names: set[str], root: JsonObject, index: int | None = None) -> dict[str, Any]:
    """The values of one entry by attribute; of a list of any length, of the entry at this index."""
    return {
        node.attribute: stored_value(node.leaf if index is None else node.leaf.bound(index, str(index)), root)
        for node in nodes
        if isinstance(node, Value) and node.leaf is not None and node.name in names
    }


def _read_value(item: Any, value: Any, root: JsonObject) -> Any:
    inner = _object_of(item.type)
    if get_object_definition(inner) is None:
        return item.metadata["convert"](None if value is MISSING else value)
    if is_list(item.type):
        entries = value if isinstance(value, list) else []
        return [_read_object(inner, entry, root) for entry in entries if isinstance(entry, dict)]
    return _read_object(inner, value, root) if isinstance(value, dict) else None


def _object_of(annotation: Any) -> Any:
    while isinstance(annotation, StrawberryContainer):
        annotation = annotation.of_type
    return annotation
