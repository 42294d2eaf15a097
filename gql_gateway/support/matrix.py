"""The facts as one table: unified paths down, integrations across."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..connectors.base import Connector
from ..fields.readback import unified_names
from ..fields.support import WRITABLE_UNIFIED, FieldSupport, MissingField, missing_rows, support_rows


@dataclass(frozen=True, slots=True)
class Cell:
    """What is stated of one unified path at one integration: a supported value, why it cannot be written, or both."""

    path: str
    integration: str
    row: FieldSupport | None
    gap: MissingField | None

    @property
    def level(self) -> str:
        """`W` is read and updated, `R` only read, `–` neither."""
        if self.row is None:
            return "–"
        return "W" if self.row.update else "R"


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells` holds what is stated: where nothing is, the provider has no such value."""

    integrations: tuple[str, ...]
    labels: Mapping[str, str]
    paths: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, path: str, integration: str) -> Cell | None:
        return self.cells.get((path, integration))


def build_matrix(connectors: Mapping[str, Connector]) -> Matrix:
    """Every path that some integration states. A reason for `addresses` is one for each value in it."""
    rows: dict[tuple[str, str], FieldSupport] = {}
    gaps: dict[tuple[str, str], MissingField] = {}
    order: dict[str, None] = {}
    stated = {_unkeyed(row.path) for connector in connectors.values() for row in support_rows(connector.table)}
    for name, connector in connectors.items():
        for row in support_rows(connector.table):
            known = rows.get((row.path, name))
            if known is None or not known.update:
                rows[row.path, name] = row
            order[row.path] = None
        for gap in missing_rows(connector.table):
            gaps.setdefault((gap.path, name), gap)
            # Where others have a row for each type of entry, one without a type would say nothing about them.
            if gap.path not in stated or gap.path in order:
                order.setdefault(gap.path)
    cells = {}
    for path in order:
        for name in connectors:
            supported = rows.get((path, name))
            gap_here = None if supported and supported.update else _gap(path, name, gaps)
            if supported or gap_here:
                cells[path, name] = Cell(path, name, supported, gap_here)
    labels = {name: connector.manifest.label for name, connector in connectors.items()}
    return Matrix(tuple(connectors), labels, _sorted(order), cells)


def is_unified(path: str) -> bool:
    """Whether the value has its place on every `Customer`, not only in one integration's details."""
    return _top(path) in unified_names()


def _gap(path: str, name: str, gaps: Mapping[tuple[str, str], MissingField]) -> MissingField | None:
    plain = _unkeyed(path)
    places = (path, plain, *(plain.rsplit(".", depth)[0] for depth in range(1, plain.count(".") + 1)))
    return next((gaps[place, name] for place in places if (place, name) in gaps), None)


def _sorted(order: Mapping[str, None]) -> tuple[str, ...]:
    """Unified values first, in the order of the documentation; what belongs together stays together."""
    tops = dict.fromkeys([*WRITABLE_UNIFIED, *(_top(path) for path in order)])
    ranks = {top: number for number, top in enumerate(sorted(tops, key=lambda top: not is_unified(top)))}
    return tuple(sorted(order, key=lambda path: ranks[_top(path)]))


def _top(path: str) -> str:
    return re.split(r"[.[]", path, maxsplit=1)[0]


def _unkeyed(path: str) -> str:
    """`addresses[BILLING].city` as `addresses.city`."""
    return re.sub(r"\[[^\]]*\]", "", path)
