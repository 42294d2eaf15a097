"""Paths into a provider's JSON document: look up, put, drop, compare. Nothing here knows a provider.

A path is written `company.contactPersons[0].lastName`; `[0]` is an entry of a list by its index, and
`addresses[category.id=47].city` goes through the first entry whose values are these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from ..model.json import Json

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]|\[(\*|[^\[\]]+=[^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Select:
    """The first entry of a list whose values are these; numbers and their texts are the same. None at all: any entry.

    Setting a value inside an entry that is not there makes one with these values.
    """

    where: tuple[tuple[str, Json], ...] = ()

    def index_in(self, entries: list[Any]) -> int | None:
        wanted = [(parse_path(name), str(value)) for name, value in self.where]
        for index, entry in enumerate(entries):
            if all(str(get(entry, path)) == value for path, value in wanted):
                return index
        return None


NativePath = tuple[str | int | Select, ...]
ANY = Select()
"""Stands for each entry of a list in the statement of a fact."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


def parse_path(text: str) -> NativePath:
    """`a.b[0].c` as `("a", "b", 0, "c")`."""
    return tuple(_part(*found) for found in _PART.findall(text))


def _part(name: str, index: str, where: str) -> str | int | Select:
    if where == "*":
        return ANY
    if where:
        return Select(tuple((left, right) for left, _, right in (pair.partition("=") for pair in where.split(","))))
    return int(index) if index else name


def print_path(path: NativePath) -> str:
    return "".join(_print_part(part) for part in path).removeprefix(".")


def _print_part(part: str | int | Select) -> str:
    if isinstance(part, Select):
        return f"[{','.join(f'{name}={value}' for name, value in part.where) or '*'}]"
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def get(document: Json, path: NativePath) -> Any:
    """The value at a path, or `MISSING`."""
    value: Any = document
    for part in path:
        known = _known(value, part)
        if known is None:
            return MISSING
        value = value[known]
    return value


def resolve(document: Json, path: NativePath) -> NativePath | None:
    """The path with every selected entry by its index; `None` when there is no such entry."""
    found: list[str | int | Select] = []
    value: Any = document
    for part in path:
        known = _known(value, part)
        if known is None and isinstance(part, Select):
            return None
        found.append(part if known is None else known)
        value = MISSING if known is None else value[known]
    return tuple(found)


def _known(holder: Any, part: str | int | Select) -> str | int | None:
    """The name or index under which a holder has a part of a path."""
    if isinstance(part, str):
        return part if isinstance(holder, dict) and part in holder else None
    if not isinstance(holder, list):
        return None
    if isinstance(part, Select):
        return part.index_in(holder)
    return part if part < len(holder) else None


class Misshapen(ValueError):
    """There is something else where an object or a list should be: putting a value there would destroy it."""


def put(document: dict[str, Any], path: NativePath, value: Json) -> None:
    """Set a value in place, making the objects and lists on the way. Raises `Misshapen`, perhaps half-way."""
    target: Any = document
    for part, following in pairwise(path):
        key = _made(target, part)
        empty: Any = {} if isinstance(following, str) else []
        if isinstance(key, int) and key == len(target):
            target.append(empty)
        elif isinstance(key, str) and target.get(key) is None:
            target[key] = empty
        target = target[key]
    last = _made(target, path[-1])
    if isinstance(last, int) and last == len(target):
        target.append(value)
    else:
        target[last] = value


def _made(holder: Any, part: str | int | Select) -> str | int:
    """The name or index of a part; a selected entry that is not there is made."""
    if isinstance(part, str):
        if not isinstance(holder, dict):
            raise Misshapen(f"no object that could hold {part}")
        return part
    if not isinstance(holder, list):
        raise Misshapen("no list that could hold an entry")
    if isinstance(part, int):
        return part
    index = part.index_in(holder)
    if index is None:
        entry: dict[str, Any] = {}
        for name, value in part.where:
            put(entry, parse_path(name), value)
        holder.append(entry)
        return len(holder) - 1
    return index


def drop(document: Any, path: NativePath) -> bool:
    """Remove a value in place, and then every object or list on the way that this left empty; whether there was one.

    `[*]` stands for each entry of a list, and a selection at the end for each entry that it fits.
    """
    part, *rest = path
    found = False
    for known in _meant(document, part, last=not rest):
        if rest and not drop(document[known], tuple(rest)):
            continue
        found = True
        if not rest or not document[known]:
            del document[known]
    return found


def occurrences(document: Any, path: NativePath) -> Iterator[NativePath]:
    """Every place that dropping a path would remove, its entries by their index."""
    part, *rest = path
    for known in _meant(document, part, last=not rest):
        if not rest:
            yield (known,)
        for found in occurrences(document[known], tuple(rest)) if rest else ():
            yield (known, *found)


def _meant(holder: Any, part: str | int | Select, *, last: bool) -> list[str | int]:
    """The names or indices under which a holder has a part of a path, from the last to the first."""
    if isinstance(part, Select) and (last or part == ANY) and isinstance(holder, list):
        return [index for index in reversed(range(len(holder))) if part.index_in([holder[index]]) is not None]
    known = _known(holder, part)
    return [] if known is None else [known]


IDS = ("id", "ID")
"""Where the entries of both sides of a list have one, they are held against each other by it, not by their order."""


def differences(before: Any, after: Any, at: NativePath = ()) -> Iterator[tuple[NativePath, Any, Any]]:
    """Every place in which two documents differ; `MISSING` stands for an absent side.

    An entry that has an id is named by it: `addresses[id=7].city`.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from differences(before.get(name, MISSING), after.get(name, MISSING), (*at, name))
    elif isinstance(before, list) and isinstance(after, list):
        name = _id_name([*before, *after])
        old_by_id, new_by_id = _by_id(before, name), _by_id(after, name)
        if name is not None and old_by_id is not None and new_by_id is not None:
            for id in dict.fromkeys([*old_by_id, *new_by_id]):
                place = (*at, Select(((name, id),)))
                yield from differences(old_by_id.get(id, MISSING), new_by_id.get(id, MISSING), place)
            return
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else MISSING
            new = after[index] if index < len(after) else MISSING
            yield from differences(old, new, (*at, index))
    elif _kind(before) is not _kind(after) or before != after:
        yield at, before, after


def name_entries(document: Json, path: NativePath) -> NativePath:
    """A path whose entries are told by their index, as `differences` tells them: by their id, where they have one."""
    named: list[str | int | Select] = []
    value: Any = document
    for part in path:
        name = _id_name(value) if isinstance(part, int) and isinstance(value, list) else None
        by_id = None if name is None else _by_id(value, name)
        if name is not None and by_id is not None and isinstance(part, int) and part < len(by_id):
            named.append(Select(((name, list(by_id)[part]),)))
        else:
            named.append(part)
        known = _known(value, part)
        value = MISSING if known is None else value[known]
    return tuple(named)


def _id_name(entries: list[Any]) -> str | None:
    """Under which name the entries of a list have their ids; `None` when it is none of them all."""
    for name in IDS:
        if entries and all(isinstance(entry, dict) and _is_id(entry.get(name)) for entry in entries):
            return name
    return None


def _by_id(entries: list[Any], name: str | None) -> dict[str, Any] | None:
    """The entries of a list by their ids; `None` when two have the same."""
    found = {} if name is None else {str(entry[name]): entry for entry in entries}
    return found if len(found) == len(entries) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _kind(value: Any) -> type:
    """JSON has one kind of number: 1250 and 1250.0 are equal, true and 1 are not."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
