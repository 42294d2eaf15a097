"""What the suite runs over: the connectors of the registry, the values they declare, and records to try them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from strawberry.types.base import StrawberryContainer, get_object_definition

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.change import Change
from gql_gateway.fields.document import ANY, MISSING, NativePath, Select, get, parse_path
from gql_gateway.fields.table import Leaf
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Document, branches, records_of, stored

ALL = list(connectors().values())


def each_connector() -> pytest.MarkDecorator:
    """Every connector."""
    return pytest.mark.parametrize("connector", ALL, ids=lambda item: item.manifest.name, indirect=True)


def each_leaf(wanted: Callable[[Leaf], bool] = lambda _leaf: True) -> pytest.MarkDecorator:
    """Every declared value that fits, with its connector."""
    cases = [
        pytest.param(connector, leaf, id=f"{connector.manifest.name}-{leaf.path}")
        for connector in ALL
        for leaf in connector.table.leaves
        if wanted(leaf)
    ]
    return _over(("connector", "leaf"), cases)


def each_word() -> pytest.MarkDecorator:
    """Every word of every value that takes some words only."""
    cases = [
        pytest.param(connector, leaf, word, id=f"{connector.manifest.name}-{leaf.path}-{word}")
        for connector in ALL
        for leaf in connector.table.leaves
        for word in leaf.fact.choices() or ()
    ]
    return _over(("connector", "leaf", "word"), cases)


def each_branch() -> pytest.MarkDecorator:
    """Every object and list of every input."""
    cases = [
        pytest.param(connector, branch, id=f"{connector.manifest.name}-{branch.path}")
        for connector in ALL
        for branch in branches(connector.table.nodes)
    ]
    return _over(("connector", "branch"), cases)


def _over(names: tuple[str, ...], cases: list[Any]) -> pytest.MarkDecorator:
    none = pytest.param(
        *(None for _ in names), marks=pytest.mark.skip("capability: no connector declares such a value")
    )
    return pytest.mark.parametrize(names, cases or [none], indirect=["connector"])


def plain_leaf(connector: Connector) -> Leaf:
    """A value that any text will do for."""
    fits = [leaf for leaf in connector.table.leaves if leaf.path in ("notes", "companyName")]
    return fits[-1]


_chosen: dict[tuple[str, str, str], str] = {}
_unknown: dict[str, dict[str, list[NativePath]]] = {}
"""What was found out of the seeds, by connector: they are the same at every start, and looking through them is slow."""


def scalars(document: Any, at: NativePath = ()) -> Iterator[tuple[NativePath, Any]]:
    """Every place of a document that holds no other, with its value."""
    if isinstance(document, dict) and document:
        for name, inner in document.items():
            yield from scalars(inner, (*at, name))
    elif isinstance(document, list) and document:
        for index, inner in enumerate(document):
            yield from scalars(inner, (*at, index))
    else:
        yield at, document


def unknown_places(connector: Connector, simulator: Simulator) -> dict[str, list[NativePath]]:
    """By record, the places that the connector has never heard of and that hardly any other record has."""
    if connector.manifest.name not in _unknown:
        _unknown[connector.manifest.name] = _find_unknown_places(connector, simulator)
    return _unknown[connector.manifest.name]


def _find_unknown_places(connector: Connector, simulator: Simulator) -> dict[str, list[NativePath]]:
    known = [*known_places(connector), *(parse_path(path) for path in connector.manifest.volatile)]
    found = {
        native_id: [place for place, _ in scalars(document) if not any(_overlap(place, other) for other in known)]
        for native_id, document in records_of(connector, simulator).items()
    }
    often = Counter(_names(place) for places in found.values() for place in {_names(p): p for p in places}.values())
    rare = {native_id: [place for place in places if often[_names(place)] <= 2] for native_id, places in found.items()}
    return {native_id: places for native_id, places in rare.items() if places}


def known_places(connector: Connector) -> list[NativePath]:
    """Every native place that the connector writes or reads."""
    return [
        *(leaf.native for leaf in connector.table.leaves),
        *(item.native for item in connector.table.reads),
        *(place for place, _ in details_places(connector)),
    ]


def details_places(connector: Connector) -> Iterator[tuple[NativePath, str]]:
    """The native places that only `details` shows, each with the path at which it does."""
    yield from _details_places(connector.details, (), "details")


def _details_places(cls: Any, at: NativePath, shown: str) -> Iterator[tuple[NativePath, str]]:
    for item in get_object_definition(cls, strict=True).fields:
        inner: Any = item.type
        while isinstance(inner, StrawberryContainer):
            inner = inner.of_type
        native = item.metadata.get("native")
        path = f"{shown}.{item.graphql_name or item.python_name}"
        if native is not None:
            yield (*at, *native), path
        if get_object_definition(inner) is not None:
            yield from _details_places(inner, (*at, *(native or ())), path)


def derived(connector: Connector, path: str) -> bool:
    """Whether a path of a customer shows what the provider works out by itself, or another field's value once more."""
    written = {leaf.native for leaf in connector.table.leaves}
    if any(item.path == path and item.native in written for item in connector.table.reads):
        return True
    volatile = [parse_path(place) for place in connector.manifest.volatile]
    places = [(_plain(shown), place) for place, shown in details_places(connector)]
    return any(
        _plain(path).startswith(shown) and any(place[: len(other)] == other for other in volatile)
        for shown, place in places
    )


def is_updatable(connector: Connector, document: Document) -> bool:
    return not list(connector.check(Change(), document))


def rich(connector: Connector, simulator: Simulator, leaf: Leaf | None = None) -> str:
    """The id of the record that holds the most of what can be written, and that can hold the leaf."""
    key = (connector.manifest.name, "rich", leaf.path if leaf else "")
    if key not in _chosen:
        records = records_of(connector, simulator)
        able = [native_id for native_id, document in records.items() if _can_hold(connector, document, leaf)]
        _chosen[key] = _best(connector, records, able, lambda _id: 0)
    return _chosen[key]


def strange(connector: Connector, simulator: Simulator, leaf: Leaf | None = None) -> str:
    """The id of another record, the one with most of what the connector has never heard of, that can hold the leaf."""
    key = (connector.manifest.name, "strange", leaf.path if leaf else "")
    if key not in _chosen:
        places, records = unknown_places(connector, simulator), records_of(connector, simulator)
        others = [native_id for native_id in places if native_id != rich(connector, simulator)]
        able = [native_id for native_id in others if _can_hold(connector, records[native_id], leaf)]
        _chosen[key] = _best(connector, records, able, lambda native_id: 10 * len(places[native_id]))
    return _chosen[key]


def _can_hold(connector: Connector, document: Document, leaf: Leaf | None) -> bool:
    """Whether the record has a place for the leaf, and where it is an entry's, that entry."""
    if leaf is None:
        return True
    place = connector.locate(leaf, document)
    return place is not None and (ANY not in place or get(document, place[: place.index(ANY) + 1]) is not MISSING)


def _best(connector: Connector, records: Mapping[str, Document], ids: list[str], bonus: Callable[[str], int]) -> str:
    able = [native_id for native_id in ids if is_updatable(connector, records[native_id])]
    assert able, f"the seeds of {connector.manifest.name} have no record to try this on"

    def filled(native_id: str) -> int:
        document = records[native_id]
        held = sum(stored(connector, leaf, document) is not None for leaf in connector.table.leaves)
        return held + bonus(native_id)

    return max(able, key=filled)


def _overlap(one: NativePath, other: NativePath) -> bool:
    return all(a == b or isinstance(b, Select) for a, b in zip(one, other, strict=False))


def _names(place: NativePath) -> tuple[str, ...]:
    return tuple(part for part in place if isinstance(part, str))


def _plain(path: str) -> str:
    return path.replace("_", "").lower()
