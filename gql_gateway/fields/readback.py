"""From a provider's document to our customer, by the same facts that write it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from ..model.customer import Address, BankAccount, ContactPerson, Customer, EmailAddress, PhoneNumber
from ..model.enums import AddressType, ContactType, EmailType, PhoneType
from ..model.json import JsonObject
from .convert import as_flag, as_integer, as_number, as_text, as_texts
from .document import ANY, MISSING, NativePath, Select, get, parse_path, resolve
from .native import HEAD, ListSemantics
from .table import Branch, FieldTable, Kind, Leaf, Segment, leaves_of, split
from .wire import Locate, stated_place

_KEYED: Mapping[str, tuple[type, type[Enum] | None]] = {
    "addresses": (Address, AddressType),
    "emailAddresses": (EmailAddress, EmailType),
    "phoneNumbers": (PhoneNumber, PhoneType),
    "contactPersons": (ContactPerson, None),
    "bankAccounts": (BankAccount, None),
}
_CONVERT: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: as_text,
    Kind.BOOLEAN: as_flag,
    Kind.INTEGER: as_integer,
    Kind.NUMBER: as_number,
    Kind.TEXTS: lambda value: as_texts(value) or None,
}


@cache
def _attributes(cls: type) -> Mapping[str, str]:
    return {to_camel_case(item.name): item.name for item in dataclasses.fields(cls)}


def unified_names() -> frozenset[str]:
    """The fields of a customer that mean the same at every provider."""
    return frozenset(_attributes(Customer))


def entry_names(name: str) -> frozenset[str] | None:
    """The fields that the entries of a unified list have at every provider; `None` when there is no such list."""
    return frozenset(_attributes(_KEYED[name][0])) if name in _KEYED else None


def entry_types(name: str) -> type[Enum] | None:
    """The words that tell the entries of a unified list apart; `None` where it is their order or their id."""
    return _KEYED[name][1]


def is_unified(leaf: Leaf) -> bool:
    """Whether a value is part of the unified customer; if not, `details` shows it."""
    names = entry_names(leaf.top)
    if leaf.top not in unified_names() or names is None or len(leaf.segments) == 1:
        return leaf.top in unified_names()
    return leaf.segments[1][0] in names


def from_native(leaf: Leaf, value: Any) -> Any:
    """A stored native value in our words; `None` for every way of saying "nothing"."""
    if value is MISSING or value is None or value == "":
        return None
    if leaf.fact.values is not None:
        known = next((ours for ours, theirs in leaf.fact.values.items() if str(theirs) == str(value)), None)
        return ContactType.UNDEFINED if known is None and leaf.path == "contactType" else known
    return (leaf.fact.read or _CONVERT[leaf.kind])(value)


def stored_value(leaf: Leaf, document: JsonObject, locate: Locate = stated_place) -> Any:
    """What a record holds of a leaf, in our words; `None` when nothing."""
    if leaf.fact.derived is not None:
        return from_native(leaf, leaf.fact.derived(document))
    place = locate(leaf, document)
    return None if place is None else from_native(leaf, get(document, place))


def read_values(
    table: FieldTable, document: JsonObject, locate: Locate = stated_place
) -> Iterator[tuple[tuple[Segment, ...], Any]]:
    """Every unified value that the document holds, by its unified path.

    A list of which only one entry can be written is read whole: entry 1 of `emailAddresses[BUSINESS]` comes with the
    key `BUSINESS.1`.
    """
    for leaf in table.leaves:
        if leaf.is_open:
            yield from _read_entries(leaf, document, locate)
            continue
        yield leaf.segments, stored_value(leaf, document, locate)
        place = locate(leaf, document)
        if place is not None:
            yield from _read_further(leaf, document, place)
    for branch in table.branches():
        if branch.group.semantics is ListSemantics.MERGE_BY_ID:
            yield from _read_identity(branch, document)
    for item in table.reads:
        value = get(document, item.native)
        yield item.segments, None if value is MISSING else item.convert(value)


def _read_entries(leaf: Leaf, document: JsonObject, locate: Locate) -> Iterator[tuple[tuple[Segment, ...], Any]]:
    """The values of a leaf in every entry of its list; they come after the head, where the list has one.

    A record may be of a kind that keeps its one entry in another place than the list.
    """
    place = locate(leaf, document)
    if place is None:
        return
    if ANY not in place:
        yield leaf.bound(0, "0").segments, from_native(leaf, get(document, place))
        return
    for index, _ in entries_at(document, leaf.native[: leaf.native.index(ANY)]):
        bound = leaf.bound(index, str(index + leaf.after))
        yield bound.segments, from_native(bound, get(document, bound.native))


def _read_identity(branch: Branch, document: JsonObject) -> Iterator[tuple[tuple[Segment, ...], Any]]:
    """The ids of the entries of a list of any length, and which of them is its head."""
    holders, name = split(branch.path)[:-1], branch.name
    head = 0
    if HEAD in branch.entries:
        head = 1
        if any(stored_value(leaf, document) is not None for leaf in leaves_of(branch.entries[HEAD])):
            yield (*holders, (name, "0"), ("isPrimary", None)), True
    for index, entry in entries_at(document, branch.drops[0]):
        id_value = get(entry, parse_path(branch.group.id_name))
        yield (*holders, (name, str(index + head)), ("id", None)), None if id_value is MISSING else as_text(id_value)


def entries_at(document: JsonObject, place: NativePath) -> Iterator[tuple[int, JsonObject]]:
    """The objects in the list at a place, with their indices."""
    entries = get(document, place)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _read_further(leaf: Leaf, document: JsonObject, place: NativePath) -> Iterator[tuple[tuple[Segment, ...], Any]]:
    """The values in the entries after the one that can be written, where the leaf lies in a list."""
    at = next((index for index, part in enumerate(place) if not isinstance(part, str)), None)
    (name, key), *inner = leaf.segments
    if at is None or key is None:
        return
    listed, stated = get(document, place[:at]), leaf.native[: at + 1]
    # The connector may know better which entry is written; those that the statement means as well come after it.
    alike = _alike(listed, stated[at] if stated[:at] == place[:at] else place[at])
    written = resolve(document, place[: at + 1])
    for number, index in enumerate([index for index in alike if written is None or index != written[at]], 1):
        further = str(number) if key.isdigit() else f"{key}.{number}"
        value = get(document, (*place[:at], index, *place[at + 1 :]))
        yield ((name, further), *inner), from_native(leaf, value)


def _alike(listed: Any, part: str | int | Select) -> list[int]:
    """The entries that a part of a path may mean: all of the list, or all that a selection fits."""
    if not isinstance(listed, list):
        return []
    if isinstance(part, Select):
        return [index for index, entry in enumerate(listed) if part.index_in([entry]) is not None]
    return list(range(len(listed)))


def read_customer(
    table: FieldTable,
    document: JsonObject,
    locate: Locate = stated_place,
    **known: Any,
) -> Customer:
    """The customer in a native document. `known` are the values that do not come from the facts (ids, version …)."""
    tree: dict[str, Any] = {}
    names = _attributes(Customer)
    for segments, value in read_values(table, document, locate):
        if value is not None and segments[0][0] in names:
            _plant(tree, segments, value)
    built = {names[name]: _build(name, value) for name, value in tree.items()}
    return Customer(**{**built, **known})


def _plant(tree: dict[str, Any], segments: tuple[Segment, ...], value: Any) -> None:
    for name, key in segments[:-1]:
        tree = tree.setdefault(name, {})
        if key is not None:
            tree = tree.setdefault(key, {})
    name, _ = segments[-1]
    if tree.get(name) is None:
        tree[name] = value


def _build(name: str, value: Any) -> Any:
    if name not in _KEYED or not isinstance(value, dict):
        return value
    cls, keys = _KEYED[name]
    names = _attributes(cls)
    built = []
    for key, entry in sorted(value.items(), key=lambda item: _order(item[0], keys)):
        values = {
            names[attribute]: _build(attribute, inner) for attribute, inner in entry.items() if attribute in names
        }
        built.append(cls(**({"type": keys[key.partition(".")[0]]} if keys else {}), **values))
    return tuple(built)


def _order(key: str, keys: type[Enum] | None) -> tuple[int, int]:
    """Entries come by their type, and those of one type by their number."""
    if keys is None:
        return int(key), 0
    word, _, number = key.partition(".")
    return list(keys.__members__).index(word), int(number or 0)


def flatten(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """A customer (or part of one) as unified paths and plain values, for comparing two of them.

    A list of texts is one value.
    """
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        yield at, value
    elif isinstance(value, list | tuple):
        seen: Counter[str] = Counter()
        for index, entry in enumerate(value):
            kind = getattr(entry, "type", None)
            key = kind.name if isinstance(kind, Enum) else str(index)
            again = f".{seen[key]}" if seen[key] else ""
            seen[key] += 1
            yield from flatten(entry, f"{at}[{key}{again}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name, attribute in _attributes(type(value)).items():
            inner = getattr(value, attribute)
            if inner is None or (attribute == "type" and at.endswith("]")):
                continue
            yield from flatten(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, Enum):
        yield at, value.name
    elif isinstance(value, datetime):
        yield at, value.isoformat()
    elif value is not None:
        yield at, value
