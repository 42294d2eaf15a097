"""From assignments to the provider's document: a partial body, a full record, and the record as it will be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from ..errors import ErrorCode, InvalidChange, ProviderProtocolError
from ..model.json import JsonObject
from .change import Change, Entry
from .document import MISSING, Misshapen, NativePath, drop, get, print_path, put, resolve
from .native import Clear, Required
from .table import FieldTable, Leaf

Locate = Callable[[Leaf, JsonObject], NativePath | None]
"""Where a value lies in a given record; `None` when a record of this kind has no such place."""


def stated_place(leaf: Leaf, _document: JsonObject) -> NativePath | None:
    """Where a value lies unless the connector knows better."""
    return leaf.native


def partial_body(change: Change) -> JsonObject:
    """Only what the caller asked for, nested as the provider nests it."""
    body: JsonObject = {}
    for assignment in change.assignments:
        leaf = assignment.leaf
        if leaf.fact.derived is not None:
            continue
        if not assignment.clears:
            put(body, leaf.native, leaf.to_native(assignment.value))
        else:
            put(body, leaf.native, leaf.fact.clear if isinstance(leaf.fact.clear, str) else None)
    return body


def full_record(change: Change, current: JsonObject, locate: Locate = stated_place) -> JsonObject:
    """The current record with the change laid over it: what the caller left out stays, unknown values included."""
    return _overlay(change, current, locate, word_for_empty=True)


def predicted(change: Change, current: JsonObject, locate: Locate = stated_place) -> JsonObject:
    """The record as the provider should hold it after the change."""
    return _overlay(change, current, locate, word_for_empty=False)


def _overlay(change: Change, current: JsonObject, locate: Locate, *, word_for_empty: bool) -> JsonObject:
    record = deepcopy(current)
    for item in change.drops:
        for container in item.branch.drops:
            drop(record, container)
    # Values first: a cleared value must not take away the entry that another value of the same change fills.
    for assignment in sorted(change.assignments, key=lambda item: item.clears):
        leaf = assignment.leaf
        place = locate(leaf, current)
        if place is None or leaf.fact.derived is not None:
            continue
        if not assignment.clears:
            value = leaf.to_native(assignment.value)
            _put(record, place, value if word_for_empty else leaf.fact.normal(value))
        elif resolve(record, place) is None or get(record, place[:-1]) in (MISSING, None):
            continue  # an entry or object that is not there has nothing to clear
        elif isinstance(leaf.fact.clear, str) and word_for_empty:
            _put(record, place, leaf.fact.clear)
        elif leaf.fact.clear is Clear.NULL:
            _put(record, place, None)
        else:
            drop(record, place[:-1] if leaf.fact.clear is Clear.ENTRY else place)
    return record


def _put(record: JsonObject, place: NativePath, value: Any) -> None:
    try:
        put(record, place, value)
    except Misshapen:
        words = f"The provider's record is of another shape than expected at {print_path(place)}: nothing was written."
        raise ProviderProtocolError(words) from None


def check_record(
    table: FieldTable, change: Change, current: JsonObject, locate: Locate = stated_place
) -> Iterator[InvalidChange]:
    """What the provider demands of the record as the change would make it.

    A value must have its place in a record of this kind, a derived one must be as it is, and required values must be
    there, in the record and in each list entry.
    """
    given = {item.leaf.path: item for item in change.assignments}
    for item in change.assignments:
        if locate(item.leaf, current) is None:
            words = f"This customer has no {item.leaf.path}: its kind of record does not keep one."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=item.path)
        elif item.leaf.fact.derived is not None and item.leaf.fact.derived(current) != item.leaf.to_native(item.value):
            words = f"{item.leaf.path} of this customer cannot be changed; leave it out or give it as it is."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=item.path)
    for entry in change.entries:
        if entry.by_id and get(current, entry.place) is MISSING and not _is_kept_elsewhere(entry, current, locate):
            words = f"The customer has no entry of {entry.branch.name} with this id."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=(*entry.path, "id"))
    record = predicted(change, current, locate)
    leaves = [leaf for leaf in table.leaves if not leaf.is_open]
    for leaf in (*leaves, *(leaf for entry in change.entries for leaf in entry.leaves)):
        place = locate(leaf, current)
        if place is None or not _lacking(leaf, record, place):
            continue
        assignment = given.get(leaf.path)
        if assignment is not None and assignment.clears:
            words = f"{leaf.path} cannot be cleared while the rest of its entry stays."
            yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=assignment.path)
        elif leaf.fact.required is Required.IN_ENTRY:
            words = f"The provider needs {leaf.path} in this entry."
            yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(leaf, change))
        else:
            words = f"The provider needs {leaf.path} in every update, and the current record has none."
            yield InvalidChange(ErrorCode.REQUIRED, words, path=path_of(leaf, change))


def _is_kept_elsewhere(entry: Entry, current: JsonObject, locate: Locate) -> bool:
    """A record of this kind keeps the one entry in a place of its own."""
    places = (locate(leaf, current) for leaf in entry.leaves)
    return any(place is not None and place[: len(entry.place)] != entry.place for place in places)


def _lacking(leaf: Leaf, record: JsonObject, place: NativePath) -> bool:
    if leaf.fact.required is Required.NO:
        return False
    entry = leaf.entry if leaf.entry and place[: len(leaf.entry)] == leaf.entry else place[:-1]
    if leaf.fact.required is Required.IN_ENTRY and not get(record, entry):
        return False
    if leaf.fact.required is Required.ON_UPDATE and isinstance(leaf.fact.clear, str):
        return False  # the provider has a word for "nothing", and that is sent
    return get(record, place) in (MISSING, None, "")


def path_of(leaf: Leaf, change: Change) -> tuple[str, ...]:
    """Where in the input a missing value belongs: in its object, if the caller gave any value in that."""
    holders = leaf.segments[:-1]
    # The index of a list's entry takes a place of its own in a path of the input.
    depth = len(change.at) + sum(1 if key is None else 2 for _, key in holders)
    for item in change.assignments:
        if holders and item.leaf.segments[: len(holders)] == holders:
            return (*item.path[:depth], leaf.segments[-1][0])
    return (*change.at, *(name for name, _ in leaf.segments))
