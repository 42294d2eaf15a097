"""Whatever shape a stored record has in any of its places, a connector reads it or says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from math import gcd
from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.compare import check_write, effect_of
from gql_gateway.errors import GatewayError
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.document import NativePath
from gql_gateway.fields.readback import flatten
from tests.conformance.cases import each_connector, rich
from tests.support.changes import typed_change
from tests.support.trial import Document, Trial
from tests.support.values import change_of, sample

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST = 800
SHAPES: tuple[Any, ...] = (None, "x", 5, True, [], {}, [None], {"a": 1}, "0001-01-01T00:00:00Z")


@each_connector()
async def test_no_shape_of_a_record_is_an_accident(trial: Trial) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator)
    before, ref = trial.record(native_id), trial.ref(native_id)
    change = whole_change(connector)

    def plan(document: Document) -> None:
        if not list(connector.check(change, document)):
            list(connector.plan(ref, change, document))

    uses: tuple[Callable[[Document], object], ...] = (
        lambda document: list(flatten(connector.parse(document, ref))),
        connector.version,
        plan,
        lambda document: list(check_write(connector, change, before, document)),
        lambda document: list(check_write(connector, change, document, before)),
        lambda document: effect_of(connector, change, None, before, document),
        lambda document: effect_of(connector, change, None, document, before),
    )
    accidents = []
    for place, shape in some_of([(place, shape) for place in holders(before) for shape in SHAPES]):
        document = with_shape(before, place, shape)
        for use in uses:
            try:
                use(document)
            except GatewayError:
                continue
            except Exception as accident:
                accidents.append((place, shape, accident))
    assert accidents == []


def some_of(cases: list[Any]) -> list[Any]:
    """All of them, or of a document as large as few are, as many as there is time for: each place, with some shapes."""
    step = 1 + len(cases) // MOST
    while gcd(step, len(SHAPES)) > 1:
        step += 1
    return cases[::step]


def whole_change(connector: Connector) -> Change:
    """Every value that can be set."""
    leaves = [leaf for leaf in connector.table.leaves if leaf.fact.derived is None]
    values = {leaf.path: sample(connector, leaf, None) for leaf in leaves}
    return read_change(connector.table, typed_change(connector, change_of(connector, values)), ())


def holders(document: Any, at: NativePath = ()) -> Iterator[NativePath]:
    """Every place of a document, those of objects and lists included."""
    if at:
        yield at
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for part, value in inner:
        yield from holders(value, (*at, part))


def with_shape(document: Document, place: NativePath, shape: Any) -> Document:
    changed: Any = deepcopy(document)
    target = changed
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = deepcopy(shape)
    found: Document = changed
    return found
