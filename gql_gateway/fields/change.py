"""From the caller's typed input to assignments: which value goes where, and at which path of the input it stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..errors import ErrorCode, InvalidChange, Path
from .document import ANY, NativePath, Select, print_path
from .native import HEAD, OTHER, Clear, ListSemantics
from .table import Branch, FieldTable, Leaf, Node, leaves_of


@dataclass(frozen=True, slots=True)
class Assignment:
    """One value to write; `value` is `None` when the caller cleared the field."""

    leaf: Leaf
    value: Any
    path: Path

    @property
    def clears(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list of any length that the change names: by its id, or by the values that make it known again.

    `leaves` are the leaves of the list, bound to this entry.
    """

    branch: Branch
    place: NativePath
    leaves: tuple[Leaf, ...]
    path: Path
    by_id: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A whole list or object to empty."""

    branch: Branch
    path: Path


Found = Assignment | Drop | Entry | InvalidChange


@dataclass(frozen=True, slots=True)
class Change:
    """What the caller asked for, in the order of the fields' statement. `at` is the path of the input object."""

    at: Path = ()
    assignments: tuple[Assignment, ...] = ()
    drops: tuple[Drop, ...] = ()
    entries: tuple[Entry, ...] = ()
    problems: tuple[InvalidChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.assignments or self.drops)

    def get(self, path: str) -> Assignment | None:
        """The assignment to a unified path, if the caller made one."""
        return next((item for item in self.assignments if item.leaf.path == path), None)

    def touched(self) -> frozenset[str]:
        """Every unified path that the caller asked to set or clear."""
        dropped = (leaf.path for drop in self.drops for leaf in drop.branch.leaves())
        return frozenset([*(item.leaf.path for item in self.assignments), *dropped])


def read_change(table: FieldTable, value: object, at: Path) -> Change:
    """The change in a typed input object; what the shape of the input forbids comes along as problems."""
    assignments: list[Assignment] = []
    drops: list[Drop] = []
    entries: list[Entry] = []
    problems: list[InvalidChange] = []
    for item in _walk(table.nodes, value, at):
        if isinstance(item, Assignment):
            blank = next((text for text in _texts(item.value) if text in table.blanks), None)
            if blank is not None:
                words = f"{item.leaf.path} cannot hold {blank}, the provider's word for nothing."
                problems.append(InvalidChange(ErrorCode.BAD_FORMAT, words, path=item.path))
            else:
                assignments.append(item)
        elif isinstance(item, Drop):
            drops.append(item)
        elif isinstance(item, Entry):
            entries.append(item)
        else:
            problems.append(item)
    return Change(at, tuple(assignments), tuple(drops), tuple(entries), tuple(problems))


def _texts(value: Any) -> list[str]:
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _walk(nodes: tuple[Node, ...], value: object, at: Path) -> Iterator[Found]:
    for node in nodes:
        given = getattr(value, node.attribute)
        if given is None:
            continue
        path = (*at, node.name)
        if isinstance(node, Branch):
            yield from _walk_branch(node, given.value, path)
        elif node.leaf is not None:
            yield Assignment(node.leaf, given.value, path)
        elif given.value is not None:
            yield InvalidChange(ErrorCode.UNSUPPORTED, f"The provider keeps no {node.name} here.", path=path)


def _walk_branch(branch: Branch, given: Any, path: Path) -> Iterator[Found]:
    if given is None:
        yield from _clear(branch, path)
    elif branch.group.semantics is None:
        yield from _walk(branch.entries[""], given, path)
    elif branch.group.semantics is ListSemantics.AT_MOST_ONE:
        for index, entry in enumerate(given):
            if index == 0:
                yield from _walk(branch.entries[""], entry, (*path, "0"))
            else:
                words = f"The provider keeps one entry of {branch.name} at most."
                yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=(*path, str(index)))
    elif branch.group.semantics is ListSemantics.MERGE_BY_ID:
        for index, entry in enumerate(given):
            yield from _walk_entry(branch, entry, index, (*path, str(index)))
    else:
        yield from _walk_keyed(branch, given, path)


def _walk_keyed(branch: Branch, given: Any, path: Path) -> Iterator[Found]:
    seen: set[str] = set()
    for index, entry in enumerate(given):
        at = (*path, str(index))
        key = getattr(entry, branch.key or "")
        slot = key.name if isinstance(key, Enum) else str(key)
        if slot not in branch.entries:
            words = f"{slot} is not a type the provider keeps here; it keeps {', '.join(branch.entries)}."
            yield InvalidChange(ErrorCode.NOT_A_CHOICE, words, path=(*at, "type"))
        elif slot in seen:
            words = f"The provider keeps one entry of type {slot} at most."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=(*at, "type"))
        else:
            seen.add(slot)
            yield from _walk(branch.entries[slot], entry, at)


def _walk_entry(branch: Branch, value: Any, index: int, path: Path) -> Iterator[Found]:
    """One entry of a list of any length: its values, and how the entry is found in the record."""
    if branch.key is not None and getattr(value, branch.key):
        yield from _walk(branch.entries[HEAD], value, path)
        return
    found = list(_walk(branch.entries[OTHER], value, path))
    assignments = [item for item in found if isinstance(item, Assignment)]
    problems = [item for item in found if isinstance(item, InvalidChange)]
    drops = [item for item in found if isinstance(item, Drop)]
    yield from problems
    group, list_place = branch.group, branch.drops[0]
    if value.id is not None:
        where: tuple[tuple[str, Any], ...] = ((group.id_name, str(value.id)),)
    else:
        known = {_inside(item.leaf, list_place): item for item in assignments if not item.clears}
        where = tuple((name, known[name].leaf.to_native(known[name].value)) for name in group.match if name in known)
        if not where:
            words = f"An entry of {branch.name} needs its id, or the values that make it known again."
            yield InvalidChange(ErrorCode.REQUIRED, words, path=path)
            return
    select = Select(where)
    yield from (replace(item, leaf=item.leaf.bound(select, str(index))) for item in assignments)
    yield from (_bound_drop(item, select) for item in drops)
    leaves = tuple(leaf.bound(select, str(index)) for leaf in leaves_of(branch.entries[OTHER]))
    yield Entry(branch, (*list_place, select), leaves, path, value.id is not None)


def _bound_drop(item: Drop, entry: Select) -> Drop:
    """What is emptied inside one entry, and not in all of them."""
    places = tuple(tuple(entry if part == ANY else part for part in place) for place in item.branch.drops)
    return replace(item, branch=replace(item.branch, drops=places))


def _lies_in(place: NativePath, container: NativePath) -> bool:
    """Whether a container holds a place, whichever of its entries that is in."""
    inner, outer = ([part for part in path if isinstance(part, str)] for path in (place, container))
    return inner[: len(outer)] == outer


def _inside(leaf: Leaf, list_place: NativePath) -> str:
    return print_path(leaf.native[len(list_place) + 1 :])


def _clear(branch: Branch, path: Path) -> Iterator[Found]:
    """null for a list or object: its container goes whole where the provider has one, else every value is cleared."""
    if branch.drops:
        yield Drop(branch, path)
    for leaf in branch.leaves():
        if any(_lies_in(leaf.native, place) for place in branch.drops):
            continue  # it goes with its container
        if leaf.fact.clear is not Clear.NEVER:
            yield Assignment(leaf, None, path)
        else:
            yield InvalidChange(ErrorCode.CANNOT_CLEAR, f"The provider cannot clear {leaf.path}.", path=path)
