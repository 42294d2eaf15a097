"""Every declared value, written through the gateway and looked up in what the simulator then holds, whole."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import ErrorCode
from gql_gateway.fields.document import print_path
from gql_gateway.fields.native import HEAD, Clear, Required
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.table import Branch, Kind, Leaf, leaves_of
from tests.conformance.cases import (
    derived,
    each_branch,
    each_connector,
    each_leaf,
    each_word,
    is_updatable,
    rich,
    strange,
)
from tests.conformance.prepare import give, prepared
from tests.support.trial import Document, Trial
from tests.support.values import (
    change_of,
    changed_places,
    lay_out,
    native_of,
    of_length,
    pruned,
    records_of,
    sample,
    samples_of,
    stored,
    unified,
    with_value,
    without_leaf,
    without_value,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def is_free(leaf: Leaf) -> bool:
    """Whether a caller may choose the value: a derived one is what the record is."""
    return leaf.fact.derived is None


def record_after(trial: Trial, native_id: str, value: Any) -> Document:
    """The record as it is stored now, also when the value was its key."""
    try:
        return trial.record(native_id)
    except KeyError:
        return trial.record(str(value))


def along(trial: Trial, leaf: Leaf) -> tuple[str, ...]:
    """Native places that the provider changes along with a value."""
    return samples_of(trial.connector).along.get(leaf.path, ())


def warnings_of(outcome: Outcome, expected: tuple[str, ...] = ()) -> list[Any]:
    """What went otherwise than asked; what a provider can never promise is said every time."""
    return [
        warning
        for warning in outcome.warnings
        if warning.code is not WarningCode.RISK and warning.path not in [("native", place) for place in expected]
    ]


def nothing(connector: Connector, path: str) -> bool | str | None:
    """What takes a value back: a flag that cannot be cleared is false instead, a word the first of its choices."""
    [leaf] = [leaf for leaf in connector.table.leaves if leaf.path == path]
    if leaf.fact.clear is not Clear.NEVER:
        return None
    return False if leaf.kind is Kind.BOOLEAN else (leaf.fact.choices() or (None,))[0]


def changes_of(trial: Trial, outcome: Outcome, expected: tuple[str, ...] = ()) -> dict[str, tuple[Any, Any]]:
    """What the payload says has changed, without what the provider works out from it."""
    table = trial.connector.table
    others = [unified(leaf) for leaf in table.leaves if not is_free(leaf) or print_path(leaf.native) in expected]
    others += [item.path for item in table.reads if print_path(item.native) in expected]
    return {
        change.path: (change.before, change.after)
        for change in outcome.changes
        if change.path not in others and not derived(trial.connector, change.path)
    }


def any_entry(path: str) -> str:
    """A path whichever entry of a list of any length it leads to."""
    return re.sub(r"\[\d+\]", "[]", path)


@pytest.mark.parametrize("choose", [rich, strange], ids=["rich", "unknown_natives"])
@each_leaf(is_free)
async def test_set_alone_changes_that_value_alone(trial: Trial, leaf: Leaf, choose: Any) -> None:
    connector = trial.connector
    native_id = choose(connector, trial.simulator, leaf)
    before = await prepared(trial, native_id, leaf)
    held = stored(connector, leaf, before)
    value = sample(connector, leaf, held, before)
    place = connector.locate(leaf, before)
    assert place is not None

    outcome = await trial.update(native_id, change_of(connector, {leaf.path: value}))

    assert outcome.errors == []
    after = record_after(trial, native_id, value)
    wanted = with_value(before, place, native_of(leaf, value))
    besides = along(trial, leaf)
    assert set(changed_places(connector, wanted, after)) <= set(besides)
    assert len(trial.writes()) == 1
    kept = leaf.fact.normal(value)
    assert outcome.customer is not None
    assert dict(flatten(outcome.customer))[unified(leaf)] == kept
    assert changes_of(trial, outcome, besides) == {unified(leaf): (held, kept)}
    assert warnings_of(outcome, besides) == []
    if outcome.customer.native_id == native_id:
        assert (await trial.customer(native_id)).native == outcome.customer.native


@each_leaf(is_free)
async def test_dry_run_foretells_what_is_then_done(trial: Trial, leaf: Leaf) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator, leaf)
    before = await prepared(trial, native_id, leaf)
    change = change_of(connector, {leaf.path: sample(connector, leaf, stored(connector, leaf, before), before)})

    dry = await trial.update(native_id, change, dry_run=True)
    assert trial.writes() == []
    assert trial.record(native_id) == before
    real = await trial.update(native_id, change)

    assert dry.errors == real.errors == []
    foretold = [(call.step, call.method, call.path, call.body) for call in dry.requests if call.writes]
    made = [(call.step, call.method, call.path, call.body) for call in real.requests if call.writes]
    assert foretold == made
    assert [(method, path.partition("?")[0], body) for _, method, path, body in made] == [
        (entry["method"], entry["path"], entry["body"]) for entry in trial.writes()
    ]
    besides = along(trial, leaf)
    assert changes_of(trial, dry, besides) == changes_of(trial, real, besides) != {}
    assert warnings_of(dry) == warnings_of(real, besides)
    assert [item for item in dry.warnings if item not in warnings_of(dry)] == [
        item for item in real.warnings if item.code is WarningCode.RISK
    ]


@each_leaf(is_free)
async def test_null_clears_as_declared(trial: Trial, leaf: Leaf) -> None:
    connector, clear = trial.connector, leaf.fact.clear
    native_id = rich(connector, trial.simulator, leaf)
    before = await prepared(trial, native_id, leaf, filled=clear is not Clear.NEVER)
    held = stored(connector, leaf, before)
    change, paths = lay_out(connector, {leaf.path: None})

    if clear in (Clear.NEVER, Clear.WITH_ENTRY):
        outcome = await trial.update(native_id, change)
        assert [(error.code, error.path) for error in outcome.errors] == [(ErrorCode.CANNOT_CLEAR, paths[leaf.path])]
        assert trial.writes() == []
        assert trial.record(native_id) == before
        if clear is Clear.NEVER:
            assert trial.requests() == []
        return

    leanings = samples_of(connector).beside.items()
    leaning = [path for path, beside in leanings if beside.get(leaf.path) is not None]
    await give(trial, native_id, {path: nothing(connector, path) for path in leaning})
    before = trial.record(native_id)
    trial.forget()
    outcome = await trial.update(native_id, change)

    assert outcome.errors == []
    after = trial.record(native_id)
    place = connector.locate(leaf, before)
    assert held is not None
    assert place is not None
    assert stored(connector, leaf, after) is None
    besides = along(trial, leaf)
    assert set(changed_places(connector, pruned(without_leaf(before, leaf, place)), pruned(after))) <= set(besides)
    assert len(trial.writes()) == 1
    assert unified(leaf) not in dict(flatten(outcome.customer))
    gone = changes_of(trial, outcome, besides)
    assert gone[unified(leaf)] == (held, None)
    assert leaf.fact.clear is Clear.ENTRY or len(gone) == 1
    assert warnings_of(outcome, besides) == []


@each_branch()
async def test_null_for_a_whole_list_or_object(trial: Trial, branch: Branch) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator)
    leaves = list(branch.leaves())
    for leaf in leaves:
        await prepared(trial, native_id, leaf, filled=True)
    before = trial.record(native_id)
    change, paths = lay_out(connector, {branch.path: None})

    outcome = await trial.update(native_id, change)

    # What is dropped needs no word for nothing; the head of a list lies elsewhere.
    cleared = leaves_of(branch.entries.get(HEAD, ())) if branch.drops else leaves
    never = [leaf for leaf in cleared if leaf.fact.clear is Clear.NEVER]
    after = trial.record(native_id)
    if never:
        problems = [(error.code, error.path) for error in outcome.errors]
        assert problems == [(ErrorCode.CANNOT_CLEAR, paths[branch.path])] * len(never)
        assert trial.requests() == []
        assert after == before
        return
    assert outcome.errors == []
    assert [leaf.path for leaf in leaves if stored(connector, leaf, after) is not None] == []
    wanted = before
    for place in branch.drops:
        wanted = without_value(wanted, place)
    if branch.drops and samples_of(connector).view:
        leaves_left = [leaf for leaf in leaves if all(leaf.native[0] != place[0] for place in branch.drops)]
    else:
        leaves_left = leaves
    for leaf in leaves_left:
        wanted = without_leaf(wanted, leaf, leaf.native)
    assert changed_places(connector, pruned(wanted), pruned(after)) == []
    # Where each entry is an object of its own at the provider, each goes by a call of its own.
    assert len(trial.writes()) == 1 or samples_of(connector).view
    gone = set(changes_of(trial, outcome))
    assert gone >= {unified(leaf) for leaf in leaves}
    assert samples_of(connector).view or {any_entry(path) for path in gone} == {
        any_entry(unified(leaf)) for leaf in leaves
    }
    assert warnings_of(outcome) == []


@each_word()
async def test_every_word_survives_the_round_trip(trial: Trial, leaf: Leaf, word: str) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator, leaf)
    if not is_free(leaf):
        native_id = next(
            other
            for other, document in records_of(connector, trial.simulator).items()
            if stored(connector, leaf, document) == word and is_updatable(connector, document)
        )
    before = await prepared(trial, native_id, leaf)

    outcome = await trial.update(native_id, change_of(connector, {leaf.path: word}))

    assert outcome.errors == []
    after = trial.record(native_id)
    assert stored(connector, leaf, after) == word
    if is_free(leaf):
        place = connector.locate(leaf, before)
        assert place is not None
        assert changed_places(connector, with_value(before, place, native_of(leaf, word)), after) == []
    else:
        assert after == before
    assert dict(flatten(await trial.customer(native_id)))[unified(leaf)] == word


@each_leaf(lambda leaf: not is_free(leaf))
async def test_a_derived_value_is_given_as_it_is_or_refused(trial: Trial, leaf: Leaf) -> None:
    connector = trial.connector
    native_id = rich(connector, trial.simulator, leaf)
    before = trial.record(native_id)
    for word in leaf.fact.choices() or ():
        change, paths = lay_out(connector, {leaf.path: word})
        outcome = await trial.update(native_id, change)
        refused = [] if word == stored(connector, leaf, before) else [(ErrorCode.UNSUPPORTED, paths[leaf.path])]
        assert [(error.code, error.path) for error in outcome.errors] == refused
        assert outcome.changes == []
    assert trial.writes() == []
    assert trial.record(native_id) == before


@each_leaf(lambda leaf: leaf.fact.max_length is not None)
async def test_a_text_of_full_length_passes(trial: Trial, leaf: Leaf) -> None:
    connector = trial.connector
    native_id = samples_of(connector).at_length.get(leaf.path) or rich(connector, trial.simulator, leaf)
    await prepared(trial, native_id, leaf)
    value = of_length(connector, leaf, leaf.fact.max_length or 0)

    outcome = await trial.update(native_id, change_of(connector, {leaf.path: value}))

    assert outcome.errors == []
    after = record_after(trial, native_id, value)
    assert stored(connector, leaf, after) == leaf.fact.normal(value)


@each_connector()
async def test_an_empty_change_writes_nothing(trial: Trial) -> None:
    for native_id in (rich(trial.connector, trial.simulator), strange(trial.connector, trial.simulator)):
        before = trial.record(native_id)
        outcome = await trial.update(native_id, {})
        assert outcome.errors == []
        assert outcome.changes == []
        assert outcome.warnings == []
        assert outcome.customer is not None
        assert outcome.customer.native == before
        assert trial.record(native_id) == before
    assert trial.writes() == []


@each_leaf(lambda leaf: leaf.fact.required is Required.ON_UPDATE and is_free(leaf))
async def test_what_every_update_carries_is_taken_from_the_record(trial: Trial, leaf: Leaf) -> None:
    """Setting it to what it is: nothing changes, and no other value has to be given."""
    connector = trial.connector
    native_id = rich(connector, trial.simulator, leaf)
    before = trial.record(native_id)
    outcome = await trial.update(native_id, change_of(connector, {leaf.path: stored(connector, leaf, before)}))
    assert outcome.errors == []
    assert changed_places(connector, before, trial.record(native_id)) == []
