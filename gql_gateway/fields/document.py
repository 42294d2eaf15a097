"""Paths into a provider's JSON document: look up, put, drop, compare. Nothing here knows a provider.

A path is written `company.contactPersons[0].lastName`; `[0]` is the one entry of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from ..model.json import Json

NativePath = tuple[str | int, ...]
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


def parse_path(text: str) -> NativePath:
    """`a.b[0].c` as `("a", "b", 0, "c")`."""
    return tuple(int(index) if index else name for name, index in _PART.findall(text))


def print_path(path: NativePath) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def get(document: Json, path: NativePath) -> Any:
    """The value at a path, or `MISSING`."""
    value: Any = document
    for part in path:
        if not _holds(value, part):
            return MISSING
        value = value[part]
    return value


def _holds(holder: Any, part: str | int) -> bool:
    if isinstance(part, str):
        return isinstance(holder, dict) and part in holder
    return isinstance(holder, list) and part < len(holder)


def put(document: dict[str, Any], path: NativePath, value: Json) -> None:
    """Set a value in place, making the objects and lists on the way."""
    target: Any = document
    for part, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(part, int):
            if part == len(target):
                target.append(empty)
        elif target.get(part) is None:
            target[part] = empty
        target = target[part]
    last = path[-1]
    if isinstance(last, int) and last == len(target):
        target.append(value)
    else:
        target[last] = value


def drop(document: dict[str, Any], path: NativePath) -> None:
    """Remove a value in place, and then every object or list on the way that this left empty."""
    holders: list[tuple[Any, str | int]] = []
    target: Any = document
    for part in path:
        if get(target, (part,)) is MISSING:
            return
        holders.append((target, part))
        target = target[part]
    for holder, part in reversed(holders):
        del holder[part]
        if holder or holder is document:
            return


def differences(before: Any, after: Any, at: NativePath = ()) -> Iterator[tuple[NativePath, Any, Any]]:
    """Every place in which two documents differ; `MISSING` stands for an absent side."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from differences(before.get(name, MISSING), after.get(name, MISSING), (*at, name))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else MISSING
            new = after[index] if index < len(after) else MISSING
            yield from differences(old, new, (*at, index))
    elif _kind(before) is not _kind(after) or before != after:
        yield at, before, after


def _kind(value: Any) -> type:
    """JSON has one kind of number: 1250 and 1250.0 are equal, true and 1 are not."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
