"""Holds a record against what was asked for: what a write did, what it did not, and what it did besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..errors import Path
from ..fields.change import Assignment, Change
from ..fields.document import (
    ANY,
    MISSING,
    NativePath,
    differences,
    get,
    name_entries,
    occurrences,
    parse_path,
    print_path,
    resolve,
)
from ..fields.native import Clear
from ..fields.readback import flatten, from_native, stored_value
from ..fields.table import Leaf
from ..model.customer import Customer
from ..model.json import JsonObject
from ..model.vocabulary import Vocabulary
from .base import Connector

_EMPTY: tuple[Any, ...] = (MISSING, None, "", [], {})
# An id changes where the customer's number is the key; the customer shows the new one.
_BOOKKEEPING = frozenset({"id", "nativeId", "webUrl", "version", "updatedAt", "native"})


class WarningCode(Vocabulary):
    """What a caller should know of a write that succeeded."""

    IGNORED = "IGNORED", "The provider kept the old value."
    CUT = "CUT", "The provider stored the beginning of the value."
    REWRITTEN = "REWRITTEN", "The provider stored another value."
    SIDE_EFFECT = "SIDE_EFFECT", "A value changed that nobody asked to change."
    NOT_VERIFIED = "NOT_VERIFIED", "The change was made; reading the record back failed."
    RISK = "RISK", "Something that the provider cannot promise of this change."
    TOLD = "TOLD", "The provider made the change and adds something in its own words."


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to know. `path` leads from `input` to the value sent, or names a native value nobody sent."""

    code: WarningCode
    message: str
    path: Path = ()
    sent: Any = None
    stored: Any = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What differs between two states of a customer, by unified path."""

    path: str
    before: Any
    after: Any


class Effect(Enum):
    """What a record says about a write whose answer never came."""

    APPLIED = "APPLIED"
    NOT_APPLIED = "NOT_APPLIED"
    UNKNOWN = "UNKNOWN"


def field_changes(before: Customer, after: Customer) -> list[FieldChange]:
    """Every unified field that differs, details included; versions and time stamps do not count."""
    old, new = dict(flatten(before)), dict(flatten(after))
    names = [name for name in dict.fromkeys([*old, *new]) if not _is_bookkeeping(name)]
    return [FieldChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _is_bookkeeping(name: str) -> bool:
    """Ids of list entries are the provider's to give: some give new ones with every write."""
    return name.partition(".")[0] in _BOOKKEEPING or name.endswith("].id")


def effect_of(
    connector: Connector, change: Change, paths: frozenset[str] | None, before: JsonObject | None, now: JsonObject
) -> Effect:
    """Whether the part of a change that one step carries is in the record.

    Only values that the step should have altered can tell; without the record as it was, every value has to match.
    A mask that was there before, or may have been, hides what is behind it.
    """
    ours = [item for item in change.assignments if paths is None or item.leaf.path in paths]
    told = [item for item in ours if before is None or not _holds(connector, item, before)]
    done = [_holds(connector, item, now) for item in told]
    drops = [item for item in change.drops if paths is None or any(leaf.path in paths for leaf in item.branch.leaves())]
    dropped = [place for item in drops for place in item.branch.drops]
    done += [get(now, place) in _EMPTY for place in dropped if before is None or get(before, place) not in _EMPTY]
    hidden = any(item.leaf.fact.masked and not item.clears and (before is None or item not in told) for item in ours)
    proves = not hidden or (before is not None and bool(done))
    if all(done) and proves:
        return Effect.APPLIED
    if before is None or not done:
        return Effect.UNKNOWN
    same = all(_stored(connector, item.leaf, now) == _stored(connector, item.leaf, before) for item in told)
    kept = all(get(now, place) == get(before, place) for place in dropped)
    return Effect.NOT_APPLIED if same and kept else Effect.UNKNOWN


def check_write(
    connector: Connector, change: Change, before: JsonObject | None, after: JsonObject
) -> Iterator[Warning]:
    """Values that the provider ignored, cut or rewrote, and values that changed although nobody asked."""
    for item in change.assignments:
        if not _holds(connector, item, after):
            yield _unlike(connector, item, before, after)
    for drop in change.drops:
        if any(get(after, place) not in _EMPTY for place in drop.branch.drops):
            yield Warning(WarningCode.IGNORED, f"The provider did not clear {drop.branch.path}.", drop.path)
    if before is not None:
        yield from _side_effects(connector, change, before, after)


def _unlike(connector: Connector, item: Assignment, before: JsonObject | None, after: JsonObject) -> Warning:
    stored = _stored(connector, item.leaf, after)
    sent = item.value.name if isinstance(item.value, Enum) else item.value
    shown = stored.name if isinstance(stored, Enum) else stored
    if before is not None and stored == _stored(connector, item.leaf, before):
        code, words = WarningCode.IGNORED, "The provider ignored the value and kept what it had."
    elif isinstance(sent, str) and isinstance(shown, str) and sent.startswith(shown):
        code, words = WarningCode.CUT, f"The provider kept the first {len(shown)} characters."
    elif shown is None:
        code, words = WarningCode.IGNORED, "The provider did not store the value."
    else:
        code, words = WarningCode.REWRITTEN, "The provider stored another value than was sent."
    return Warning(code, words, item.path, sent, shown)


def _side_effects(connector: Connector, change: Change, before: JsonObject, after: JsonObject) -> Iterator[Warning]:
    asked = frozenset(_asked(connector, change, before, after))
    volatile = [parse_path(path) for path in connector.manifest.volatile]
    for path, old, new in differences(before, after):
        if path in asked or (old in _EMPTY and new in _EMPTY) or any(_touches(path, it) for it in asked):
            continue
        if any(len(path) >= len(it) and _touches(path, it) for it in volatile):
            continue
        yield Warning(
            WarningCode.SIDE_EFFECT,
            f"{print_path(path)} changed at the provider although the change does not mention it.",
            ("native", print_path(path)),
            None if old is MISSING else old,
            None if new is MISSING else new,
        )


def _asked(connector: Connector, change: Change, before: JsonObject, after: JsonObject) -> Iterator[NativePath]:
    """Every place that the change is about, as `differences` may name it."""
    dropped = [place for item in change.drops for place in item.branch.drops]
    for item in change.assignments:
        place = connector.locate(item.leaf, before)
        if place is None:
            continue
        for document in (before, after):
            if (found := resolve(document, place)) is not None:
                yield from (found, name_entries(document, found))
        if item.clears and item.leaf.fact.clear is Clear.ENTRY:
            dropped.append(place[:-1])
    for place in dropped:
        yield place
        for found in occurrences(before, place):
            yield from (found, name_entries(before, found))


def _touches(path: NativePath, place: NativePath) -> bool:
    """Whether one of two places lies in the other."""
    return all(there in (part, ANY) for part, there in zip(path, place, strict=False))


def _stored(connector: Connector, leaf: Leaf, document: JsonObject) -> Any:
    return stored_value(leaf, document, connector.locate)


def _holds(connector: Connector, item: Assignment, document: JsonObject) -> bool:
    leaf = item.leaf
    stored = _stored(connector, leaf, document)
    if item.clears or stored is None:
        return item.clears and stored is None
    sent = from_native(leaf, leaf.to_native(item.value))
    return bool(leaf.fact.normal(stored) == leaf.fact.normal(sent))


def told(label: str, remarks: Iterable[str]) -> list[Warning]:
    """What the provider adds to a write that it made."""
    return [Warning(WarningCode.TOLD, f"{label} adds: {words}") for words in remarks]


def risks(notes: Iterable[str]) -> list[Warning]:
    """What a connector cannot promise, said before and after the write."""
    return [Warning(WarningCode.RISK, note) for note in notes]
