"""What a plan of several calls is made of: the entries of a list that differ between the record and the wanted one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import ErrorCode, InvalidChange
from ..fields.change import Assignment, Change
from ..fields.document import ANY, NativePath, Select, get, occurrences, resolve
from ..fields.native import Clear
from ..fields.readback import from_native, stored_value
from ..fields.table import Leaf
from ..fields.wire import Locate
from ..model.json import JsonObject


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry to make (`before` is `None`), to change, or to remove (`after` is `None`).

    `place` is where it lies: in the wanted record, or in the current one when it is to be removed.
    """

    place: NativePath
    before: JsonObject | None
    after: JsonObject | None

    def changed(self) -> JsonObject:
        """The values of the entry that are to be written."""
        return changed_values(self.before or {}, self.after or {})


def check_known_again(change: Change, current: JsonObject, name: str, words: str) -> Iterator[InvalidChange]:
    """Entries of the list `name` that the change tells by their values, when several of the record have these.

    `words` say what they have in common: "contact persons have this name".
    """
    for entry in change.entries:
        selected = entry.place[-1]
        if entry.by_id or entry.branch.name != name or not isinstance(selected, Select) or selected == ANY:
            continue
        listed = get(current, entry.place[:-1])
        found = [item for item in (listed if isinstance(listed, list) else ()) if selected.index_in([item]) is not None]
        if len(found) > 1:
            told = f"{len(found)} {words}: give the id of the one that is meant."
            yield InvalidChange(ErrorCode.UNSUPPORTED, told, path=entry.path)


def entry_changes(place: NativePath, current: JsonObject, wanted: JsonObject, id_name: str = "id") -> list[EntryChange]:
    """The entries of the list at `place` that differ, known by their id: first those to keep, then those to remove."""
    old, new = _entries(current, place), _entries(wanted, place)
    by_id = {str(entry[id_name]): entry for entry in old if id_name in entry}
    kept = {str(entry[id_name]) for entry in new if id_name in entry}
    changes = [
        EntryChange((*place, index), by_id.get(str(entry.get(id_name))), entry) for index, entry in enumerate(new)
    ]
    removed = [
        EntryChange((*place, index), entry, None)
        for index, entry in enumerate(old)
        if id_name in entry and str(entry[id_name]) not in kept
    ]
    return [*(item for item in changes if item.before != item.after), *removed]


def changed_values(before: JsonObject, after: JsonObject) -> JsonObject:
    """The members of an object that differ, as they are wanted; one that is gone is `None`."""
    names = dict.fromkeys([*after, *before])
    return {name: after.get(name) for name in names if before.get(name) != after.get(name)}


def unmet(change: Change, current: JsonObject, locate: Locate) -> Change:
    """The change without the values that the record holds already, however the provider spells them."""

    def is_met(item: Assignment) -> bool:
        wanted = None if item.clears else from_native(item.leaf, item.leaf.to_native(item.value))
        return bool(stored_value(item.leaf, current, locate) == wanted)

    return replace(change, assignments=tuple(item for item in change.assignments if not is_met(item)))


def by_position(change: Change, current: JsonObject) -> Change:
    """The change with the entries of lists told by their index instead of by their values.

    Entries that are not there come after those that are, in the order of the change.
    """
    places: dict[NativePath, NativePath] = {}
    made: Counter[NativePath] = Counter()
    for entry in change.entries:
        holder = entry.place[:-1]
        found = places.get(entry.place) or resolve(current, entry.place)
        if found is None:
            found = (*holder, len(_entries(current, holder)) + made[holder])
            made[holder] += 1
        places[entry.place] = found

    def moved(place: NativePath) -> NativePath:
        known = next((known for known in places if place[: len(known)] == known), ())
        return (*places[known], *place[len(known) :]) if known else place

    def placed(leaf: Leaf) -> Leaf:
        return replace(leaf, native=moved(leaf.native), entry=None if leaf.entry is None else moved(leaf.entry))

    return replace(
        change,
        assignments=tuple(replace(item, leaf=placed(item.leaf)) for item in change.assignments),
        drops=tuple(
            replace(item, branch=replace(item.branch, drops=tuple(map(moved, item.branch.drops))))
            for item in change.drops
        ),
        entries=tuple(
            replace(entry, place=moved(entry.place), leaves=tuple(map(placed, entry.leaves)))
            for entry in change.entries
        ),
    )


def paths_of(
    entry: EntryChange, change: Change, current: JsonObject, wanted: JsonObject, locate: Locate
) -> frozenset[str]:
    """The unified paths of a change that the step of an entry writes."""
    found: set[str] = set()
    for item in change.assignments:
        at = locate(item.leaf, current)
        if at is not None and _concerns(entry, item, at, current, wanted):
            found.add(item.leaf.path)
    for drop in change.drops:
        places = [place for container in drop.branch.drops for place in occurrences(current, container)]
        if any(_overlap(entry.place, place) for place in places):
            found |= {leaf.path for leaf in drop.branch.leaves()}
    return frozenset(found)


def _concerns(entry: EntryChange, item: Assignment, at: NativePath, current: JsonObject, wanted: JsonObject) -> bool:
    if entry.after is not None:
        there = resolve(wanted, at)
        return there is not None and _overlap(entry.place, there)
    if not item.clears or item.leaf.fact.clear is not Clear.ENTRY:
        return False
    return any(_overlap(entry.place, place) for place in occurrences(current, at[:-1]))


def _overlap(one: NativePath, other: NativePath) -> bool:
    """Whether one of two places lies in the other."""
    return all(part == there for part, there in zip(one, other, strict=False))


def _entries(document: JsonObject, place: NativePath) -> list[JsonObject]:
    entries = get(document, place)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
