"""The statements themselves: complete, and in agreement with each other and with what is stated by hand."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from strawberry.types.base import StrawberryContainer, get_object_definition

from gql_gateway.connectors.base import Connector
from gql_gateway.fields.change import read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.document import print_path
from gql_gateway.fields.readback import unified_names
from gql_gateway.fields.support import WRITABLE_UNIFIED, covered
from gql_gateway.fields.table import Leaf
from tests.conformance.cases import ALL, each_connector, each_leaf
from tests.support.changes import typed_change
from tests.support.values import (
    candidates,
    change_of,
    samples_of,
)

TESTS = Path(__file__).parent.parent


@each_connector()
def test_every_unified_value_is_writable_or_explained(connector: Connector) -> None:
    _, writable = covered(connector.table)
    missing = connector.table.missing
    assert [path for path in WRITABLE_UNIFIED if path not in writable and path not in missing] == []
    assert [path for path in missing if path in writable] == []
    for path, reason in missing.items():
        assert path.split(".")[0] in unified_names(), f"{path} is no unified value"
        assert re.fullmatch(r"[A-Z].{15,}\.", reason), f"{path} is explained with {reason!r}, not with a sentence"


def test_one_unified_name_has_one_type_everywhere() -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for connector in ALL:
        for leaf in connector.table.leaves:
            kinds[re.sub(r"\[[^\]]*\]", "", leaf.path)].add(leaf.kind.value)
    assert {path: found for path, found in kinds.items() if len(found) > 1} == {}


@each_connector()
def test_every_input_field_has_a_description(connector: Connector) -> None:
    for name, words in _descriptions(connector.input_type):
        assert words and words.strip(), f"{name} has no description"


def _descriptions(cls: Any) -> Iterator[tuple[str, str | None]]:
    definition = get_object_definition(cls, strict=True)
    yield definition.name, definition.description
    for item in definition.fields:
        yield f"{definition.name}.{item.python_name}", item.description
        inner: Any = item.type
        while isinstance(inner, StrawberryContainer):
            inner = inner.of_type
        if get_object_definition(inner) is not None:
            yield from _descriptions(inner)


@each_connector()
def test_no_two_values_share_a_native_place(connector: Connector) -> None:
    places = Counter(leaf.native for leaf in connector.table.leaves if leaf.fact.derived is None)
    assert [print_path(place) for place, times in places.items() if times > 1] == []


@each_leaf(lambda leaf: leaf.fact.derived is None)
def test_samples_respect_the_facts(connector: Connector, leaf: Leaf) -> None:
    values = list(candidates(connector, leaf))
    assert len({json.dumps(leaf.fact.normal(value)) for value in values}) >= 2 or leaf.fact.choices() == (values[0],)
    for value in values:
        change = typed_change(connector, change_of(connector, {leaf.path: value}))
        assert check_change(read_change(connector.table, change, ())) == []


@each_connector()
def test_exceptions_are_about_something(connector: Connector) -> None:
    samples = samples_of(connector)
    paths = {leaf.path for leaf in connector.table.leaves}
    names = {leaf.segments[-1][0] for leaf in connector.table.leaves}
    assert set(samples.values) <= paths | names
    assert {*samples.beside, *samples.at_length, *samples.kept, *samples.of_record} <= paths
    assert {*samples.shorter, *samples.misshapen} <= paths | names
    assert set(samples.along) <= paths
    assert {path for others in samples.beside.values() for path in others} <= paths
    assert all(
        re.fullmatch(r"[A-Z].{15,}\.", reason) for reason in (*samples.kept.values(), *samples.unwritten.values())
    )


@each_connector()
def test_every_value_is_set_in_a_wire_fixture(connector: Connector) -> None:
    """Where a value goes is stated a second time, by hand: two native names exchanged cannot pass."""
    folder = TESTS / "connectors" / connector.manifest.name / "wire"
    fixtures = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    set_somewhere: set[str] = set()
    for fixture in fixtures:
        if fixture.get("steps"):
            change = read_change(connector.table, typed_change(connector, fixture["change"]), ())
            assert change.problems == ()
            set_somewhere |= {_any_entry(item.leaf.path) for item in change.assignments if not item.clears}
    free = [leaf.path for leaf in connector.table.leaves if _is_free(leaf)]
    assert [path for path in free if _any_entry(path) not in set_somewhere] == []


def _any_entry(path: str) -> str:
    return re.sub(r"\[(\d+|\*)\]", "[]", path)


def _is_free(leaf: Leaf) -> bool:
    return leaf.fact.derived is None
