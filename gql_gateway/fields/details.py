"""The typed `details` of an integration: what only that provider knows, read by the facts.

Every field of the input class that is not part of the unified customer becomes a field of the details by itself;
what can only be read is stated with `reads()` on a class of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.base import StrawberryContainer, StrawberryList, get_object_definition

from ..model.json import JsonObject
from .convert import as_text
from .document import MISSING, get, parse_path
from .readback import stored_value, unified_names
from .table import Branch, FieldTable, Kind, Leaf, Node

_PLAIN: dict[Kind, Any] = {Kind.TEXT: str, Kind.BOOLEAN: bool, Kind.INTEGER: int, Kind.NUMBER: float}


def reads(native: str, convert: Callable[[Any], Any] = as_text, *, description: str | None = None) -> Any:
    """A read-only value of a details class, at a native path relative to its object."""
    return strawberry.field(
        default=None, description=description, metadata={"native": parse_path(native), "convert": convert}
    )


def details_type(name: str, table: FieldTable, more: type | None = None, *, description: str) -> type:
    """The output class of an integration's details: the provider-only fields of `table` and those of `more`."""
    own = unified_names()
    nodes = tuple(node for node in table.nodes if node.name not in own)
    return _output_type(name, nodes, more, description)


def read_details(cls: type, document: JsonObject) -> Any:
    """The details in a native document."""
    return _read_object(cls, document, document)


def _output_type(name: str, nodes: tuple[Node, ...], more: type | None, description: str) -> type:
    annotations: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__annotations__": annotations, "__module__": __name__}
    for node in nodes:
        if isinstance(node, Branch):
            inner = node.input_type.__name__.removesuffix("Input")
            words = node.description or f"{node.name} of the customer."
            annotations[node.attribute] = _output_type(inner, node.entries[""], None, words) | None
            metadata: dict[str, Any] = {"inside": True}
        else:
            if node.leaf is None:
                continue
            annotations[node.attribute] = _annotation(node.leaf) | None
            metadata, words = {"leaf": node.leaf}, node.leaf.description or f"`{node.leaf.fact.name}` at the provider."
        namespace[node.attribute] = strawberry.field(default=None, description=words, metadata=metadata)
    return strawberry.type(type(name, (more,) if more else (), namespace), description=description)


def _annotation(leaf: Leaf) -> Any:
    if leaf.kind is Kind.ENUM:
        return type(next(iter(leaf.fact.values or {})))
    return _PLAIN[leaf.kind]


def _read_object(cls: type, document: JsonObject, root: JsonObject) -> Any:
    values: dict[str, Any] = {}
    for item in get_object_definition(cls, strict=True).fields:
        if (leaf := item.metadata.get("leaf")) is not None:
            values[item.python_name] = stored_value(leaf, root)
        elif item.metadata.get("inside"):
            values[item.python_name] = _read_object(_object_of(item.type), document, root)
        elif (native := item.metadata.get("native")) is not None:
            values[item.python_name] = _read_value(item, get(document, native), root)
    return cls(**values)


def _read_value(item: Any, value: Any, root: JsonObject) -> Any:
    inner = _object_of(item.type)
    if get_object_definition(inner) is None:
        return item.metadata["convert"](None if value is MISSING else value)
    if _is_list(item.type):
        entries = value if isinstance(value, list) else []
        return [_read_object(inner, entry, root) for entry in entries if isinstance(entry, dict)]
    return _read_object(inner, value, root) if isinstance(value, dict) else None


def _object_of(annotation: Any) -> Any:
    while isinstance(annotation, StrawberryContainer):
        annotation = annotation.of_type
    return annotation


def _is_list(annotation: Any) -> bool:
    while isinstance(annotation, StrawberryContainer):
        if isinstance(annotation, StrawberryList):
            return True
        annotation = annotation.of_type
    return False
