"""What the facts forbid never reaches the wire, and every problem of a change comes back at once with its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from strawberry.types.base import get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition

from gql_gateway.errors import ErrorCode, GatewayError
from gql_gateway.fields.native import Clear, ListSemantics
from gql_gateway.fields.table import Branch, Kind, Leaf
from gql_gateway.gateway import UpdateRequest
from tests.conformance.cases import each_branch, each_connector, each_leaf, rich
from tests.support.changes import typed_change
from tests.support.trial import EVERYTHING, Trial
from tests.support.values import candidates, change_of, lay_out, member, of_length, sample, samples_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def refuse(trial: Trial, change: Mapping[str, Any]) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    """The problems of a change, none of which the simulator may have seen anything of."""
    native_id = rich(trial.connector, trial.simulator)
    before = trial.record(native_id)
    for dry_run in (False, True):
        outcome = await trial.update(native_id, change, dry_run=dry_run)
        assert outcome.changes == []
        assert all(error.message and not error.retryable for error in outcome.errors)
    assert trial.requests() == []
    assert trial.record(native_id) == before
    return [_told(error) for error in outcome.errors]


def _told(error: GatewayError) -> tuple[ErrorCode, tuple[str, ...]]:
    return error.code, error.path


def wrong(leaf: Leaf) -> tuple[Any, ErrorCode] | None:
    """A value that this leaf's facts forbid, and as what; `None` where every number and null will do."""
    fact = leaf.fact
    if fact.options is not None:
        return "NO_SUCH_WORD", ErrorCode.NOT_A_CHOICE
    if fact.values is not None and (strangers := _words_outside(leaf)):
        return strangers[0], ErrorCode.NOT_A_CHOICE
    if fact.pattern is not None and fact.max_length is None:
        return "?!", ErrorCode.BAD_FORMAT
    if fact.max_length is not None:
        return "x" * (fact.max_length + 1), ErrorCode.TOO_LONG
    if leaf.kind is Kind.TEXT:
        return "", ErrorCode.BAD_FORMAT
    if leaf.kind is Kind.TEXTS:
        return [], ErrorCode.BAD_FORMAT
    if fact.clear is Clear.NEVER:
        return None, ErrorCode.CANNOT_CLEAR
    assert leaf.kind in (Kind.INTEGER, Kind.NUMBER), f"nothing is forbidden of {leaf.path}"
    return None


def _words_outside(leaf: Leaf) -> list[str]:
    kind = type(next(iter(leaf.fact.values or {})))
    return [word.name for word in kind if word not in (leaf.fact.values or {})]


@each_leaf(lambda leaf: leaf.fact.max_length is not None)
async def test_an_over_long_text_never_reaches_the_wire(trial: Trial, leaf: Leaf) -> None:
    text = of_length(trial.connector, leaf, (leaf.fact.max_length or 0) + 1)
    change, paths = lay_out(trial.connector, {leaf.path: text})
    assert await refuse(trial, change) == [(ErrorCode.TOO_LONG, paths[leaf.path])]


@each_leaf(lambda leaf: leaf.fact.min_length is not None)
async def test_a_text_too_short_never_reaches_the_wire(trial: Trial, leaf: Leaf) -> None:
    text = of_length(trial.connector, leaf, (leaf.fact.min_length or 0) - 1)
    change, paths = lay_out(trial.connector, {leaf.path: text})
    assert await refuse(trial, change) == [(ErrorCode.BAD_FORMAT, paths[leaf.path])]


@each_leaf(lambda leaf: leaf.fact.pattern is not None)
async def test_an_ill_formed_text_never_reaches_the_wire(trial: Trial, leaf: Leaf) -> None:
    good = str(next(candidates(trial.connector, leaf)))
    own = samples_of(trial.connector).misshapen
    usual = ("?!", f"{good} {good}", f"{good}\n")
    for text in own.get(leaf.path, own.get(leaf.segments[-1][0], usual)):
        change, paths = lay_out(trial.connector, {leaf.path: text})
        trial.forget()
        assert await refuse(trial, change) == [(ErrorCode.BAD_FORMAT, paths[leaf.path])]


@each_leaf(lambda leaf: leaf.fact.choices() is not None)
async def test_a_word_outside_the_options_never_reaches_the_wire(trial: Trial, leaf: Leaf) -> None:
    strangers = ["NO_SUCH_WORD", "no such word"] if leaf.fact.values is None else _words_outside(leaf)
    for word in strangers:
        change, paths = lay_out(trial.connector, {leaf.path: word})
        assert await refuse(trial, change) == [(ErrorCode.NOT_A_CHOICE, paths[leaf.path])]


@each_leaf(lambda leaf: leaf.kind is Kind.TEXT and leaf.fact.choices() is None)
async def test_an_empty_text_and_control_characters_never_reach_the_wire(trial: Trial, leaf: Leaf) -> None:
    for text in ("", "a\x00b", "a\x1bb", "\ud800"):
        change, paths = lay_out(trial.connector, {leaf.path: text})
        assert (ErrorCode.BAD_FORMAT, paths[leaf.path]) in await refuse(trial, change)


@each_leaf(lambda leaf: leaf.kind is Kind.TEXTS)
async def test_a_list_of_texts_with_a_bad_one_never_reaches_the_wire(trial: Trial, leaf: Leaf) -> None:
    good = next(candidates(trial.connector, leaf))
    for texts in ([], [*good, ""], ["a\x00b", *good]):
        change, paths = lay_out(trial.connector, {leaf.path: texts})
        assert await refuse(trial, change) == [(ErrorCode.BAD_FORMAT, paths[leaf.path])]


@each_branch()
async def test_an_entry_that_cannot_be_is_refused(trial: Trial, branch: Branch) -> None:
    connector, semantics = trial.connector, branch.group.semantics
    if semantics is None:
        pytest.skip("capability: an object, not a list")
    leaf = next(leaf for leaf in branch.leaves() if leaf.fact.derived is None)
    change, paths = lay_out(connector, {leaf.path: sample(connector, leaf, None)})
    at = paths[leaf.path][:-1]
    entries = _entries(change, at)
    entry = dict(entries[0])
    if semantics is ListSemantics.MERGE_BY_ID:
        # Neither an id nor a value that makes it known again.
        entries[0] = {name: value for name, value in entry.items() if name != "id" and _is_list(value)}
        assert await refuse(trial, change) == [(ErrorCode.REQUIRED, at)]
        return
    assert semantics in (ListSemantics.MERGE_BY_TYPE, ListSemantics.AT_MOST_ONE)

    entries.append(entry)
    where = (*at[:-1], "1")
    if semantics is ListSemantics.AT_MOST_ONE:
        assert await refuse(trial, change) == [(ErrorCode.UNSUPPORTED, where)]
        return
    assert await refuse(trial, change) == [(ErrorCode.UNSUPPORTED, (*where, "type"))]
    for word in _types(branch):
        if word not in branch.entries:
            entries[1] = entry | {"type": word}
            assert await refuse(trial, change) == [(ErrorCode.NOT_A_CHOICE, (*where, "type"))]


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _entries(change: Any, at: tuple[str, ...]) -> list[Any]:
    """The list in a change that a path into it leads to."""
    found = change
    for part in at[2:-1]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    assert isinstance(found, list)
    return found


def _types(branch: Branch) -> list[str]:
    """Every word that an entry's `type` may be in GraphQL."""
    [kind] = [
        item.type.wrapped_cls
        for item in get_object_definition(branch.input_type, strict=True).fields
        if isinstance(item.type, StrawberryEnumDefinition)
    ]
    return [str(word) for word in kind.__members__]


@each_connector()
async def test_all_problems_come_at_once_each_with_its_path(trial: Trial) -> None:
    """Every value of the whole input is wrong in its own way."""
    leaves = {leaf.path: bad for leaf in trial.connector.table.leaves if (bad := wrong(leaf)) is not None}
    change, paths = lay_out(trial.connector, {path: value for path, (value, _) in leaves.items()})
    expected = {(code, paths[path]) for path, (_, code) in leaves.items()}
    problems = await refuse(trial, change)
    assert set(problems) == expected
    assert len(problems) == len(leaves)


@each_connector()
async def test_one_wrong_value_keeps_all_good_ones_back(trial: Trial) -> None:
    texts = [leaf for leaf in trial.connector.table.leaves if leaf.kind is Kind.TEXT]
    leaf = next((leaf for leaf in texts if leaf.fact.max_length is not None), texts[0])
    others = [other for other in trial.connector.table.leaves if other is not leaf and other.fact.derived is None]
    good = {other.path: sample(trial.connector, other, None) for other in others}
    bad = wrong(leaf)
    assert bad is not None
    value, code = bad
    change, paths = lay_out(trial.connector, good | {leaf.path: value})
    assert await refuse(trial, change) == [(code, paths[leaf.path])]


@each_connector()
async def test_a_change_of_another_integration_is_refused(trial: Trial) -> None:
    others = [name for name in trial.gateway.connectors if name != trial.connector.manifest.name]
    native_id = rich(trial.connector, trial.simulator)
    for name in others:
        other = trial.gateway.connectors[name]
        request = UpdateRequest(trial.ref(native_id), name, typed_change(other, change_of(other, {})))
        outcome = await trial.gateway.update(request, EVERYTHING)
        assert [_told(error) for error in outcome.errors] == [(ErrorCode.UNSUPPORTED, ("change", member(other)))]
    assert trial.requests() == []


@each_connector()
async def test_an_unknown_customer_is_not_found(trial: Trial) -> None:
    known = rich(trial.connector, trial.simulator)
    stranger = "".join("0" if sign.isdigit() else sign for sign in known)
    assert stranger not in trial.ids
    outcome = await trial.update(stranger, change_of(trial.connector, {}), dry_run=True)
    assert [_told(error) for error in outcome.errors] == [(ErrorCode.NOT_FOUND, ("customer",))]
    assert trial.writes() == []
