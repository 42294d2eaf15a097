"""Reads the facts of an input class back into one table: the leaves, and the tree in which a change carries them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from strawberry.types.base import StrawberryContainer, StrawberryList, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.utils.str_converters import to_camel_case

from .document import ANY, NativePath, Select, parse_path
from .native import HEAD, OTHER, ByType, EntryId, Group, HeadKey, ListSemantics, Native, NativeDirective, TypeKey

Segment = tuple[str, str | None]
_SEGMENT = re.compile(r"(\w+)(?:\[([\w*.]+)\])?")
ANY_KEY = "*"
"""The key of an entry of a list of any length, in a unified path: `contactPersons[*].lastName`."""


class Kind(Enum):
    """What a value is in GraphQL."""

    TEXT = "String"
    BOOLEAN = "Boolean"
    INTEGER = "Int"
    NUMBER = "Float"
    ENUM = "Enum"
    TEXTS = "[String!]"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One writable value: `path` in our words (`addresses[BILLING].city`), `native` in the provider's.

    `entry` is the native object of the list entry it belongs to, if any. `after` is the number of entries that lie
    elsewhere and come before those of an open list.
    """

    path: str
    kind: Kind
    fact: Native
    native: NativePath
    entry: NativePath | None = None
    description: str | None = None
    segments: tuple[Segment, ...] = ()
    after: int = 0

    @property
    def top(self) -> str:
        """The field of the customer that this value is part of."""
        return self.segments[0][0]

    @property
    def is_open(self) -> bool:
        """Whether the leaf stands for the entries of a list of any length, and has a place only in one of them."""
        return ANY in self.native

    def to_native(self, value: Any) -> Any:
        """Our value as the provider spells it."""
        return self.fact.write(value if self.fact.values is None else self.fact.values[value])

    def bound(self, entry: int | Select, key: str) -> Leaf:
        """The leaf of one entry, which has this key in the unified path."""
        at = self.native.index(ANY)
        return replace(
            self,
            path=self.path.replace(f"[{ANY_KEY}]", f"[{key}]", 1),
            native=(*self.native[:at], entry, *self.native[at + 1 :]),
            entry=(*self.native[:at], entry, *(self.entry or ())[at + 1 :]),
            segments=tuple((name, key if was == ANY_KEY else was) for name, was in self.segments),
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A unified value that can be read but not written: `path` in our words, `native` in the provider's."""

    path: str
    native: NativePath
    convert: Callable[[Any], Any]
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A field of an input object that holds a value; `leaf` is `None` where this type of entry has no such value."""

    attribute: str
    name: str
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A field of an input object that holds an object or a list.

    `entries` are the fields by type ("" when unkeyed); in a list with a head, those of HEAD and of OTHER entries.
    """

    attribute: str
    name: str
    path: str
    group: Group
    drops: tuple[NativePath, ...]
    key: str | None
    entries: Mapping[str, tuple[Node, ...]]
    input_type: type
    description: str | None = None

    def leaves(self) -> Iterator[Leaf]:
        for nodes in self.entries.values():
            yield from leaves_of(nodes)


Node = Value | Branch


@dataclass(frozen=True, slots=True)
class FieldTable:
    """Everything `fields.py` states: what can be written, what can only be read, and what the provider lacks."""

    nodes: tuple[Node, ...]
    leaves: tuple[Leaf, ...]
    reads: tuple[Read, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    blanks: frozenset[str] = frozenset()
    """The provider's words for nothing: no text of it can hold one, whatever the field."""

    def branches(self) -> Iterator[Branch]:
        """Every nested object and list of the input, the outer ones first."""
        waiting = list(self.nodes)
        for node in waiting:
            if isinstance(node, Branch):
                yield node
                waiting += [inner for nodes in node.entries.values() for inner in nodes]


def build_table(input_type: type, reads: tuple[Read, ...] = (), missing: Mapping[str, str] | None = None) -> FieldTable:
    """The table of a connector's input class."""
    nodes = _nodes(input_type, prefix=(), at="", slot=None, entry=None)
    leaves = tuple(leaves_of(nodes))
    blanks = frozenset(leaf.fact.clear for leaf in leaves if isinstance(leaf.fact.clear, str) and leaf.fact.clear)
    return FieldTable(nodes, leaves, reads, dict(missing or {}), blanks)


def read(path: str, native: str, convert: Callable[[Any], Any]) -> Read:
    """States a read-only fact: `read("number", "roles.customer.number", as_text)`."""
    return Read(path, parse_path(native), convert, split(path))


def split(path: str) -> tuple[Segment, ...]:
    """`addresses[BILLING].city` as `(("addresses", "BILLING"), ("city", None))`."""
    return tuple((name, key or None) for name, key in _SEGMENT.findall(path))


def leaves_of(nodes: tuple[Node, ...]) -> Iterator[Leaf]:
    for node in nodes:
        if isinstance(node, Branch):
            yield from node.leaves()
        elif node.leaf is not None:
            yield node.leaf


def _nodes(
    input_type: type, *, prefix: NativePath, at: str, slot: str | None, entry: NativePath | None, after: int = 0
) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for item in get_object_definition(input_type, strict=True).fields:
        fact = item.metadata.get("fact")
        name = to_camel_case(item.python_name)
        path = f"{at}.{name}" if at else name
        if isinstance(fact, TypeKey | EntryId | HeadKey):
            continue
        if isinstance(fact, Group) and fact.only not in (None, slot):
            nodes.append(Value(item.python_name, name, None))
            continue
        if isinstance(fact, Group):
            nodes.append(_branch(item, fact, name, path, prefix, after))
            continue
        if isinstance(fact, ByType):
            fact = fact.facts.get(slot or "")
        elif not isinstance(fact, Native):
            raise TypeError(f"{input_type.__name__}.{item.python_name} states no fact")
        leaf = None
        if fact is not None:
            native = prefix + parse_path(fact.name)
            leaf = Leaf(path, _kind(item.type), fact, native, entry, item.description, split(path), after)
        nodes.append(Value(item.python_name, name, leaf))
    return tuple(nodes)


def _branch(item: Any, group: Group, name: str, path: str, prefix: NativePath, after: int) -> Branch:
    input_type = _innermost(item.type)
    key: str | None = None
    entries: dict[str, tuple[Node, ...]] = {}
    own = prefix + parse_path(group.prefix)
    if group.semantics is ListSemantics.MERGE_BY_TYPE:
        key = _type_key(input_type)
        for slot in sorted(group.slots or _slots_named(input_type), key=_rank(input_type)):
            place = prefix + parse_path(group.slots[slot]) if group.slots else prefix
            inside = place if group.slots else None
            entries[slot] = _nodes(input_type, prefix=place, at=f"{path}[{slot}]", slot=slot, entry=inside, after=after)
        _state_types(input_type, list(entries))
    elif group.semantics is ListSemantics.AT_MOST_ONE:
        inside = own if group.prefix else None
        entries[""] = _nodes(input_type, prefix=own, at=f"{path}[0]", slot=None, entry=inside, after=after)
    elif group.semantics is ListSemantics.MERGE_BY_ID:
        if group.head is not None:
            key, place = _head_field(input_type), prefix + parse_path(group.head)
            entries[HEAD] = _nodes(input_type, prefix=place, at=f"{path}[0]", slot=HEAD, entry=None)
        inside = (*own, ANY)
        entries[OTHER] = _nodes(
            input_type, prefix=inside, at=f"{path}[{ANY_KEY}]", slot=OTHER, entry=inside, after=len(entries)
        )
    else:
        entries[""] = _nodes(input_type, prefix=own, at=path, slot=None, entry=None, after=after)
    drops = tuple(prefix + parse_path(place) for place in group.drop)
    return Branch(item.python_name, name, path, group, drops, key, entries, input_type, item.description)


def _type_key(input_type: type) -> str:
    return str(_type_field(input_type).python_name)


def _head_field(input_type: type) -> str:
    for item in get_object_definition(input_type, strict=True).fields:
        if isinstance(item.metadata.get("fact"), HeadKey):
            return str(item.python_name)
    raise TypeError(f"{input_type.__name__} is the entry of a list with a head and needs a head_key() field")


def _type_field(input_type: type) -> Any:
    for item in get_object_definition(input_type, strict=True).fields:
        if isinstance(item.metadata.get("fact"), TypeKey):
            return item
    raise TypeError(f"{input_type.__name__} is a keyed list's entry and needs a type_key() field")


def _state_types(input_type: type, types: list[str]) -> None:
    """Show in the schema which types an entry can have: they follow from the places stated for its values."""
    _type_field(input_type).directives = [NativeDirective(options=types)]


def _rank(input_type: type) -> Callable[[str], int]:
    """The order of the types in their enum: the same at every provider."""
    return list(_innermost(_type_field(input_type).type).wrapped_cls.__members__).index


def _slots_named(input_type: type) -> list[str]:
    named: dict[str, None] = {}
    for item in get_object_definition(input_type, strict=True).fields:
        fact = item.metadata.get("fact")
        if isinstance(fact, ByType):
            named |= dict.fromkeys(fact.facts)
    return list(named)


def _innermost(annotation: Any) -> Any:
    while isinstance(annotation, StrawberryContainer):
        annotation = annotation.of_type
    return annotation


def is_list(annotation: Any) -> bool:
    """Whether a field's type is a list, of whatever."""
    while isinstance(annotation, StrawberryContainer):
        if isinstance(annotation, StrawberryList):
            return True
        annotation = annotation.of_type
    return False


def _kind(annotation: Any) -> Kind:
    inner = _innermost(annotation)
    if isinstance(inner, StrawberryEnumDefinition):
        return Kind.ENUM
    if inner is str and is_list(annotation):
        return Kind.TEXTS
    return {str: Kind.TEXT, bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.NUMBER}[inner]
