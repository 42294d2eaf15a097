"""The simulator asked whether the facts are too lax or too strict.

A fact that is wrong in the same way on both sides of a test goes unnoticed. So what the facts do not allow is tried as
well: values that nobody declared, texts of lengths that nobody declared, ways to clear what is never to be cleared.
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.errors import ErrorCode, ProviderRejected
from gql_gateway.fields.change import Assignment, Change
from gql_gateway.fields.document import ANY, NativePath, get, parse_path, print_path, resolve
from gql_gateway.fields.native import Clear, Native
from gql_gateway.fields.table import Kind, Leaf
from tests.conformance.cases import each_connector, each_leaf, is_updatable, rich, scalars
from tests.conformance.prepare import prepared
from tests.support.trial import Document, Trial
from tests.support.values import (
    EMPTY,
    LONG,
    TEXTS,
    changed_places,
    is_coded,
    lay_out,
    of_length,
    records_of,
    samples_of,
    stored,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


INVENTED = ("SE", "EUR", "1", "2026-01-01", "7300009000992", "prov@provbolaget.example", TEXTS[0])
"""One of these fits into most places for a text."""


@each_leaf(
    lambda leaf: leaf.kind is Kind.TEXT and not (leaf.fact.max_length or leaf.fact.choices() or leaf.fact.pattern)
)
async def test_a_text_without_a_declared_length_may_be_long(trial: Trial, leaf: Leaf) -> None:
    connector = trial.connector
    if is_coded(connector, leaf):
        pytest.skip("capability: takes codes only")
    native_id = rich(connector, trial.simulator, leaf)
    await prepared(trial, native_id, leaf)
    text = (TEXTS[0] * LONG)[:LONG].strip()
    before = trial.record(native_id)
    change, paths = lay_out(connector, {leaf.path: text})
    outcome = await trial.update(native_id, change)
    if samples_of(connector).unpublished and outcome.errors:
        told = [(type(error), error.code, error.path) for error in outcome.errors]
        assert told == [(ProviderRejected, ErrorCode.INVALID_VALUE, paths[leaf.path])]
        assert trial.record(native_id) == before
        return
    assert outcome.errors == []
    assert stored(connector, leaf, trial.record(native_id)) == text


@each_leaf(lambda leaf: leaf.fact.max_length is not None)
async def test_the_provider_takes_nothing_longer_than_declared(trial: Trial, leaf: Leaf) -> None:
    connector, samples = trial.connector, samples_of(trial.connector)
    native_id = samples.at_length.get(leaf.path) or rich(connector, trial.simulator, leaf)
    await prepared(trial, native_id, leaf)
    text = of_length(connector, leaf, (leaf.fact.max_length or 0) + 1)
    await _attempt(trial, native_id, Assignment(leaf, text, ()))
    taken = text in trial.ids or stored(connector, leaf, trial.record(native_id)) == text
    expected = leaf.path in samples.shorter or leaf.segments[-1][0] in samples.shorter
    assert taken == expected, f"{leaf.path} may be longer than {leaf.fact.max_length}"


@each_leaf(lambda leaf: leaf.fact.clear is Clear.NEVER and leaf.fact.derived is None)
async def test_nothing_empties_what_is_said_never_to_be_cleared(trial: Trial, leaf: Leaf) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator, leaf)
    before = await prepared(trial, native_id, leaf, filled=True)
    kept = deepcopy(trial.simulator.records[native_id])
    words = {other.fact.clear for other in connector.table.leaves} - {Clear.NEVER, Clear.WITH_ENTRY, Clear.ENTRY}
    emptied = []
    for word in sorted(words | {Clear.NULL}, key=str):
        assert trial.record(native_id) == before
        cleared = Assignment(replace(leaf, fact=replace(leaf.fact, clear=word)), None, ())
        await _attempt(trial, native_id, cleared)
        if stored(connector, leaf, trial.record(native_id)) is None:
            emptied.append(word)
        trial.simulator.records[native_id] = deepcopy(kept)
    assert bool(emptied) == (leaf.path in samples_of(connector).kept), f"{leaf.path} can be cleared by {emptied}"


@each_connector()
async def test_nothing_can_be_written_that_nobody_declared(trial: Trial) -> None:
    """Every value in the seeds that no fact is about is tried, with the values that other records have there."""
    connector, simulator = trial.connector, trial.simulator
    written = set()
    for place, values in _undeclared(connector, records_of(connector, simulator)).items():
        name = print_path(place)
        for native_id, value in values:
            before = trial.record(native_id)
            kind = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.NUMBER}.get(type(value), Kind.TEXT)
            leaf = Leaf("probe", kind, Native(name), place, segments=(("probe", None),))
            await _attempt(trial, native_id, Assignment(leaf, value, ()))
            if native_id not in simulator.records or get(trial.record(native_id), place) == value:
                written.add(name)
            if native_id not in simulator.records or changed_places(connector, before, trial.record(native_id)):
                simulator.reset()
                await trial.reconnect()
    assert sorted(written) == sorted(samples_of(connector).unwritten)


def _undeclared(connector: Connector, records: dict[str, Document]) -> dict[NativePath, list[tuple[str, Any]]]:
    """Places that no fact covers; for each a few records to try, with a value that is not theirs."""
    seen: dict[NativePath, dict[str, Any]] = defaultdict(dict)
    for native_id, document in records.items():
        if not is_updatable(connector, document):
            continue
        places = [place for leaf in connector.table.leaves if (place := connector.locate(leaf, document)) is not None]
        declared = [found for place in places if (found := resolve(document, place)) is not None]
        declared += [parse_path(path) for path in connector.manifest.volatile]
        for place, value in scalars(document):
            further = any(isinstance(part, int) and part for part in place)
            if not further and not any(_overlap(place, known) for known in declared):
                seen[place][native_id] = value
    tries: dict[NativePath, list[tuple[str, Any]]] = {}
    for place, held in seen.items():
        native_id, value = max(held.items(), key=lambda item: item[1] not in EMPTY)
        others = [other for other in held.values() if other not in EMPTY and other != value][:1]
        invented = {bool: (not value,), int: (7,), float: (0.25,)}.get(type(value), (f"{value or ''}x", *INVENTED))
        tries[place] = [(native_id, other) for other in (*others, *invented) if other != value]
    return tries


def _overlap(place: NativePath, known: NativePath) -> bool:
    return all(there in (part, ANY) for part, there in zip(place, known, strict=False))


async def _attempt(trial: Trial, native_id: str, assignment: Assignment) -> None:
    """Send what the connector would send for an assignment, whatever its checks would say."""
    current = trial.record(native_id)
    for step in trial.connector.plan(trial.ref(native_id), Change(assignments=(assignment,)), current):
        await trial.send(step)
