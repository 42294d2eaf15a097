"""A part of the matrix: what the page's filter and the query of `/support.csv` and `/support.json` ask for.

static/support.js says the same for the page; a test in Chromium compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .matrix import Cell, Matrix

LONGEST = 200
"""Characters of a search text. The export is open to everybody."""


class Only(StrEnum):
    """Which of the fields found are meant."""

    ALL = "all"
    GAPS = "gaps"
    DIFFERENT = "different"


class BadChoice(ValueError):
    """What is asked for makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`words` all occur in one cell's path, native name or integration; no integrations means all of them."""

    words: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    only: Only = Only.ALL


def choice_of(query: Iterable[tuple[str, str]], known: tuple[str, ...]) -> Choice:
    """What a query string asks for: `q`, `integration` as often as wanted, `only`."""
    words: list[str] = []
    integrations: list[str] = []
    only = Only.ALL
    for name, value in query:
        if name == "q":
            if len(value) > LONGEST:
                raise BadChoice(f"q is longer than {LONGEST} characters.")
            words += value.lower().split()
        elif name == "integration":
            integration = value.lower().replace("-", "_")
            if integration not in known:
                raise BadChoice(f"There is no such integration. There are: {', '.join(known)}.")
            integrations.append(integration)
        elif name == "only":
            if value not in set(Only):
                raise BadChoice(f"only is one of: {', '.join(Only)}.")
            only = Only(value)
        else:
            raise BadChoice("Known are: q, integration, only.")
    return Choice(tuple(words), tuple(integrations), only)


def choose(matrix: Matrix, choice: Choice) -> Matrix:
    """The part of the matrix: only the integrations chosen, only the paths of which they say what is looked for."""
    names = tuple(name for name in matrix.integrations if name in choice.integrations) or matrix.integrations
    paths = tuple(path for path in matrix.paths if _is_meant(matrix, path, names, choice))
    return replace(matrix, integrations=names, paths=paths)


def signature(cell: Cell | None) -> tuple[object, ...] | None:
    """What has to be alike for two integrations to treat a value alike; `None` where they do not have it."""
    if cell is None or cell.row is None:
        return None
    row = cell.row
    kind = "list" if row.type.startswith("[") else row.type
    facts = (row.max_length, row.min_length, row.pattern, row.options, row.clear, row.list_semantics)
    return (row.update, kind, row.required, *facts)


def _is_meant(matrix: Matrix, path: str, names: tuple[str, ...], choice: Choice) -> bool:
    cells = [matrix.cell(path, name) for name in names]
    if not any(_has(cell, choice.words, matrix.labels) for cell in cells if cell):
        return False
    if choice.only is Only.GAPS:
        return any(cell is None or cell.level != "W" for cell in cells)
    if choice.only is Only.DIFFERENT:
        return len({signature(cell) for cell in cells}) > 1
    return True


def _has(cell: Cell, words: tuple[str, ...], labels: Mapping[str, str]) -> bool:
    native = cell.row.native_name if cell.row else ""
    text = f"{cell.path} {native} {cell.integration} {labels[cell.integration]}".lower()
    return all(word in text for word in words)
