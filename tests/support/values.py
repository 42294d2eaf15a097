"""Values made from the declared facts: what to write, where it then stands in the input and in the stored document."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from gql_gateway.connectors.base import Connector
from gql_gateway.fields import formats
from gql_gateway.fields.document import ANY, MISSING, NativePath, Select, differences, drop, get, parse_path, resolve
from gql_gateway.fields.native import HEAD, OTHER, Clear, ListSemantics, Required
from gql_gateway.fields.readback import is_unified, stored_value
from gql_gateway.fields.table import ANY_KEY, Branch, Kind, Leaf, Node
from gql_gateway.sandbox.simulator import Simulator

Document = dict[str, Any]
EMPTY: tuple[Any, ...] = (MISSING, None, "", [], {})

OF_FORMAT: Mapping[str, tuple[str, ...]] = {
    formats.EMAIL.pattern: ("ekonomi@provbolaget.example", "kontoret.åre@provbolaget.example"),
    formats.COUNTRY.pattern: ("NO", "DK"),
    formats.CURRENCY.pattern: ("EUR", "USD"),
    formats.GLN.pattern: ("7300009000992", "7300009000985"),
    formats.UUID.pattern: ("6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77", "0f5b8c2e-7c1d-4f2c-9a1b-6a1f0d2e3c4b"),
    formats.DECIMAL.pattern: ("12.50", "7.25"),
}
OF_NAME: Mapping[str, tuple[str, ...]] = {
    "postalCode": ("903 30", "114 35"),
    "city": ("Örnsköldsvik", "Łódź"),
    "addressLine1": ("Skeppsbrogatan 7 B", "Großbeerenstraße 2–10"),
    "number": ("+46 70 174 06 05", "+49 30 90 18 20"),
    "website": ("https://www.provbolaget.example/om-oss", "https://provbolaget.example"),
}
TEXTS = ("Ånge Prövning & Söner, vån. 3", "Café Zoë – l'été 2026")
LONG = 5_000


@dataclass(frozen=True)
class Samples:
    """What the facts of a connector cannot express; stated in `tests/connectors/<provider>/samples.py`.

    Keys are unified paths, or the last name of one for every value of that name.
    `values`: what the provider takes, chiefly codes that have to exist there.
    `beside`: values that have to stand in the record for this one to be taken; null for one that must not.
    `at_length`: the id of a record in which a text of any form and full length is taken.
    `of_record`: values that depend on the record, such as the id of one of its own entries.
    `shorter`: why a text is refused that is longer than declared and that the simulator would take.
    `kept`: why null is refused although the simulator would empty the value.
    `misshapen`: texts that are not of its form, where the usual ones are.
    `along`: native places that the provider changes along with this one; a warning tells of each.
    `unwritten`: native values that the simulator would let be written, and why the connector does not.
    `unpublished`: why no length is declared although the provider has some.
    `view`: the record of a simulator as the connector reads it, where several resources make it up; a new entry of it
    is then an object of its own, with an id and whatever else the provider gives it. KeyError when it is gone.
    """

    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    at_length: Mapping[str, str] = field(default_factory=dict)
    of_record: Mapping[str, Callable[[Document], tuple[Any, ...]]] = field(default_factory=dict)
    shorter: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    misshapen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    along: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unwritten: Mapping[str, str] = field(default_factory=dict)
    unpublished: str | None = None
    view: Callable[[Simulator, str], Document] | None = None


@cache
def samples_of(connector: Connector) -> Samples:
    module = f"tests.connectors.{connector.manifest.name}.samples"
    if importlib.util.find_spec(module) is None:
        return Samples()
    samples: Samples = importlib.import_module(module).SAMPLES
    return samples


def record_of(connector: Connector, simulator: Simulator, native_id: str) -> Document:
    """What the simulator holds of a customer, in the shape in which the connector reads it."""
    view = samples_of(connector).view
    return deepcopy(simulator.records[native_id]) if view is None else view(simulator, native_id)


def records_of(connector: Connector, simulator: Simulator) -> dict[str, Document]:
    return {native_id: record_of(connector, simulator, native_id) for native_id in simulator.ids()}


def is_coded(connector: Connector, leaf: Leaf) -> bool:
    """Whether the provider takes some texts only, of its own choosing."""
    known = samples_of(connector).values
    return leaf.path in known or leaf.segments[-1][0] in known


def sample(connector: Connector, leaf: Leaf, stored: Any, document: Document | None = None) -> Any:
    """A believable value as JSON that the provider takes, in this record, and that is not the stored one."""
    own = samples_of(connector).of_record.get(leaf.path)
    for value in candidates(connector, leaf) if own is None or document is None else own(document):
        if leaf.fact.normal(value) not in (stored, shown(stored)):
            return value
    raise AssertionError(f"{connector.manifest.name}: tests/connectors/…/samples.py has to name two of {leaf.path}")


def candidates(connector: Connector, leaf: Leaf) -> Iterator[Any]:
    fact, own = leaf.fact, samples_of(connector).values
    name = leaf.segments[-1][0]
    if choices := fact.choices():
        yield from choices
    elif values := own.get(leaf.path, own.get(name)):
        yield from values
    elif leaf.kind is Kind.BOOLEAN:
        yield from (True, False)
    elif leaf.kind is Kind.INTEGER:
        yield from (7, 11)
    elif leaf.kind is Kind.NUMBER:
        yield from (2.5, 7.0)
    elif leaf.kind is Kind.TEXTS:
        yield from ([*TEXTS], [TEXTS[0], "a"])
    elif fact.pattern is not None:
        if fact.pattern.pattern not in OF_FORMAT:
            raise AssertionError(f"{connector.manifest.name}: samples.py has to name values of {leaf.path}")
        yield from OF_FORMAT[fact.pattern.pattern]
    else:
        for text in OF_NAME.get(name, TEXTS):
            yield text[: fact.max_length].strip().ljust(fact.min_length or 0, "a")


def of_length(connector: Connector, leaf: Leaf, length: int) -> str:
    """A text of exactly this many characters, in the form the provider wants."""
    text = str(next(candidates(connector, leaf)))
    return text[0] * (length - len(text)) + text[-length:]


def shown(value: Any) -> Any:
    """A value as GraphQL shows it."""
    return value.name if isinstance(value, Enum) else value


def typed(leaf: Leaf, value: Any) -> Any:
    """A JSON value as the connector gets it: the word of an enum is a member."""
    if leaf.fact.values is None:
        return value
    return next(word for word in leaf.fact.values if shown(word) == value)


def native_of(leaf: Leaf, value: Any) -> Any:
    """What the provider should hold of a JSON value."""
    return leaf.fact.normal(leaf.to_native(typed(leaf, value)))


def stored(connector: Connector, leaf: Leaf, document: Document) -> Any:
    """What a record holds of a leaf, as JSON."""
    return shown(stored_value(leaf, document, connector.locate))


def unified(leaf: Leaf) -> str:
    """The path at which a customer shows a leaf: what only one provider has is in `details`.

    Of the entries of a list of any length it is the first, after the one that lies elsewhere.
    """
    path = leaf.path.replace(f"[{ANY_KEY}]", f"[{leaf.after}]")
    return path if is_unified(leaf) else f"details.{path}"


def lay_out(connector: Connector, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """The input that gives these values by unified path, and where each stands in it. A branch may be null too."""
    paths: dict[str, tuple[str, ...]] = {}
    change = _lay_out(connector.table.nodes, wanted, ("change", member(connector)), paths)
    assert set(paths) == set(wanted), f"no place for {sorted(set(wanted) - set(paths))}"
    return change, paths


def member(connector: Connector) -> str:
    """The `@oneOf` member of a connector."""
    head, *tail = connector.manifest.name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def change_of(connector: Connector, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return lay_out(connector, wanted)[0]


FIRST = "0"
"""Stands for the id of the first entry of a list of any length, until it is known in which record."""


def with_ids(connector: Connector, change: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """The input with `FIRST` replaced by the id that the first entry has in this record."""
    known = {}
    for branch in branches(connector.table.nodes):
        if branch.group.semantics is ListSemantics.MERGE_BY_ID:
            found = get(document, (*branch.drops[0], 0, *parse_path(branch.group.id_name)))
            known[branch.name] = FIRST if found is MISSING else str(found)
    return {name: _with_id(value, known[name]) if name in known else value for name, value in change.items()}


def _with_id(entries: Any, id: str) -> Any:
    if not isinstance(entries, list):
        return entries
    return [{**entry, "id": id} if entry.get("id") == FIRST else entry for entry in entries]


def _lay_out(
    nodes: tuple[Node, ...], wanted: Mapping[str, Any], at: tuple[str, ...], paths: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in nodes:
        here = (*at, node.name)
        if isinstance(node, Branch):
            if node.path in wanted:
                found[node.name], paths[node.path] = wanted[node.path], here
            elif (inner := _lay_out_branch(node, wanted, here, paths)) is not None:
                found[node.name] = inner
        elif node.leaf is not None and node.leaf.path in wanted:
            found[node.name], paths[node.leaf.path] = wanted[node.leaf.path], here
    return found


def _lay_out_branch(
    branch: Branch, wanted: Mapping[str, Any], at: tuple[str, ...], paths: dict[str, tuple[str, ...]]
) -> Any:
    semantics = branch.group.semantics
    if semantics is None:
        return _lay_out(branch.entries[""], wanted, at, paths) or None
    entries: list[dict[str, Any]] = []
    if semantics is ListSemantics.MERGE_BY_ID:
        if inner := _lay_out(branch.entries.get(HEAD, ()), wanted, (*at, "0"), paths):
            entries.append({to_camel_case(branch.key or ""): True} | inner)
        if inner := _lay_out(branch.entries[OTHER], wanted, (*at, str(len(entries))), paths):
            entries.append({"id": FIRST} | inner)
        return entries or None
    for slot, nodes in branch.entries.items():
        if inner := _lay_out(nodes, wanted, (*at, str(len(entries))), paths):
            entries.append(({"type": slot} if branch.key else {}) | inner)
    return entries or None


def branches(nodes: tuple[Node, ...]) -> Iterator[Branch]:
    """Every object and list of an input, nested ones included."""
    for node in nodes:
        if isinstance(node, Branch):
            yield node
            for inner in node.entries.values():
                yield from branches(inner)


def needed(connector: Connector, leaf_path: str, native: NativePath, document: Document) -> dict[str, Any]:
    """What a record lacks for a value at this place to be taken: the rest of its entry, and what stands beside it."""
    lacking: dict[str, Any] = {}
    for other in connector.table.leaves:
        in_entry = other.entry is not None and native[: len(other.entry)] == other.entry
        if in_entry and other.fact.required is Required.IN_ENTRY and other.path != leaf_path:
            lacking[other.path] = sample(connector, other, None)
    lacking |= samples_of(connector).beside.get(leaf_path, {})
    return {
        leaf.path: lacking[leaf.path]
        for leaf in connector.table.leaves
        if leaf.path in lacking and (stored(connector, leaf, document) is None) != (lacking[leaf.path] is None)
    }


def is_in_new_entry(connector: Connector, document: Document, place: NativePath) -> bool:
    """Whether a value would make an entry that is an object of its own at the provider."""
    parts = [index for index, part in enumerate(place) if not isinstance(part, str)]
    return bool(samples_of(connector).view and parts) and get(document, place[: parts[-1] + 1]) is MISSING


def with_value(document: Document, place: NativePath, value: Any) -> Document:
    """The document with a value put in its place, the objects and lists on the way made."""
    changed = deepcopy(document)
    target: Any = changed
    place = resolve(document, place) or place
    for part, following in zip(place, (*place[1:], None), strict=True):
        last = following is None
        fresh: Any = value if last else ([] if isinstance(following, int) else {})
        if isinstance(part, int) and part == len(target):
            target.append(fresh)
        elif last or (isinstance(part, str) and target.get(part) is None):
            target[part] = fresh
        target = target[part]
    return changed


def without_leaf(document: Document, leaf: Leaf, place: NativePath) -> Document:
    """The document with a leaf cleared, as its facts have it; of the entries of an open list, in the first."""
    place = tuple(0 if part == ANY else part for part in place)
    if leaf.fact.clear is not Clear.ENTRY:
        return without_value(document, place)
    changed = deepcopy(document)
    drop(changed, place[:-1])
    return changed


def without_value(document: Document, place: NativePath) -> Document:
    """The document with a place emptied."""
    changed = deepcopy(document)
    if any(isinstance(part, Select) for part in place):
        drop(changed, place)
        return changed
    target: Any = changed
    for part in place[:-1]:
        holds = part in target if isinstance(target, dict) else isinstance(part, int) and part < len(target)
        if not holds or target[part] is None:
            return changed
        target = target[part]
    last = place[-1]
    if isinstance(target, dict):
        target.pop(last, None)
    elif isinstance(target, list) and isinstance(last, int) and last < len(target):
        del target[last]
    return changed


def pruned(value: Any) -> Any:
    """A document without anything empty: `None` when nothing is left."""
    if isinstance(value, dict):
        kept = {name: inner for name, item in value.items() if (inner := pruned(item)) is not None}
        return kept or None
    if isinstance(value, list):
        return [inner for item in value if (inner := pruned(item)) is not None] or None
    return None if value in EMPTY and not isinstance(value, bool) else value


def changed_places(connector: Connector, before: Document, after: Document) -> list[str]:
    """Where two stored documents differ, apart from what is declared to change by itself."""
    from gql_gateway.fields.document import parse_path, print_path

    volatile = [parse_path(path) for path in connector.manifest.volatile]
    return [
        print_path(path)
        for path, old, new in differences(before, after)
        if not any(_lies_in(path, place) for place in volatile) and not (_is_empty(old) and _is_empty(new))
    ]


def _lies_in(path: NativePath, place: NativePath) -> bool:
    return len(path) >= len(place) and all(there in (part, ANY) for part, there in zip(path, place, strict=False))


def _is_empty(value: Any) -> bool:
    return pruned(value) is None if value is not MISSING else True
