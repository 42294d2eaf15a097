"""Which part of a change a refusal is about, when the provider names a place in its own document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..errors import Path
from .change import Change
from .document import NativePath, parse_path
from .table import Leaf


def blamed_path(change: Change, named: Iterable[str], place_of: Callable[[Leaf], NativePath | None]) -> Path:
    """The path in the input of the first native place that the change can explain; empty when there is none.

    Providers name such places loosely: indices are missing or count something else, the outer names are left out, the
    inner ones are those of their own code. So a place is met when all its names are, or else its last ones; where only
    the outer ones fit, the path ends at the entry or object of the input that everything fitting shares. A place that
    is named with its entries, as the facts select them, is that one.
    """
    found = list(_places(change, place_of))
    places = [(_names(place), path) for place, path in found]
    for text in named:
        exact = [path for place, path in found if place == parse_path(text)]
        if exact:
            return exact[0]
        wanted = _names(parse_path(text))
        same = [path for names, path in places if names == wanted]
        ending = [path for names, path in places if wanted and names[-len(wanted) :] == wanted]
        fitting = same[:1] or ending
        if fitting and len(path := _common(fitting)) > len(change.at):
            return path
        depths = [_shared(names, wanted) for names, _ in places]
        deepest = max(depths, default=0)
        near = [path[:-1] for depth, (_, path) in zip(depths, places, strict=True) if depth == deepest]
        if deepest and len(path := _common(near)) > len(change.at):
            return path
    return ()


def _places(change: Change, place_of: Callable[[Leaf], NativePath | None]) -> Iterator[tuple[NativePath, Path]]:
    for item in change.assignments:
        place = place_of(item.leaf)
        if place is not None and item.leaf.fact.derived is None:
            yield place, item.path
    for drop in change.drops:
        for container in drop.branch.drops:
            yield container, drop.path


def _names(place: NativePath) -> tuple[str, ...]:
    return tuple(part for part in place if isinstance(part, str))


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many leading names are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _common(paths: list[Path]) -> Path:
    first, *others = paths
    return first[: min((_shared(first, other) for other in others), default=len(first))]
