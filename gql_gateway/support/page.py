"""The matrix as one page. All of it can be read without scripts; static/support.js only filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..connectors.base import Connector
from ..fields.support import FieldSupport, MissingField, missing_rows, support_rows
from .choice import LONGEST, Only, signature
from .matrix import Cell, Matrix, build_matrix, is_unified

_TEMPLATES = Environment(
    loader=PackageLoader("gql_gateway.support", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CLEARING = {
    "NULL": "null clears it",
    "OMIT": "null clears it: it is left out of the full record",
    "NEVER": "cannot be cleared",
    "WITH_ENTRY": "cleared only together with the rest of its entry",
    "ENTRY": "null removes its whole entry, and every other of its type",
    "": "null clears it: an empty text is sent",
}
_REQUIRED = {"ON_UPDATE": "in every update", "IN_ENTRY": "in every entry of its list"}
_PARTS = {True: "Unified fields", False: "Values of single integrations"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known of a value: `code` is the provider's or the schema's own spelling."""

    label: str
    words: str = ""
    code: str = ""


def to_page(connectors: Mapping[str, Connector]) -> str:
    matrix = build_matrix(connectors)
    return _TEMPLATES.get_template("support.html").render(
        integrations=[connectors[name].manifest for name in matrix.integrations],
        parts=[(_PARTS[unified], list(paths)) for unified, paths in groupby(matrix.paths, is_unified)],
        count=len(matrix.paths),
        matrix=matrix,
        marks=_marks(matrix),
        anchor=_anchor,
        rows={name: list(_rows(matrix, connectors[name])) for name in matrix.integrations},
        gaps={name: _gaps(connectors[name]) for name in matrix.integrations},
        longest=LONGEST,
        choices={Only.ALL: "all fields", Only.GAPS: "not updatable everywhere", Only.DIFFERENT: "different"},
    )


def _marks(matrix: Matrix) -> dict[tuple[str, str], int]:
    """A number for each cell with a value; cells that treat a value alike have the same one."""
    numbers: dict[object, int] = {}
    return {
        place: numbers.setdefault(signature(cell), len(numbers)) for place, cell in matrix.cells.items() if cell.row
    }


def _anchor(cell: Cell) -> str:
    """Where the details of a cell stand: a reason stands where it is stated."""
    return f"{cell.integration}:{cell.path if cell.row or not cell.gap else cell.gap.path}"


def _rows(matrix: Matrix, connector: Connector) -> Iterator[tuple[FieldSupport, list[Fact]]]:
    for row in support_rows(connector.table):
        cell = matrix.cell(row.path, connector.manifest.name)
        yield row, _facts(row, cell.gap if cell else None)


def _gaps(connector: Connector) -> list[tuple[MissingField, bool]]:
    """Each reason, and whether nothing else stands under its path: a value may be readable that cannot be written."""
    read = {row.path for row in support_rows(connector.table)}
    return [(gap, gap.path not in read) for gap in missing_rows(connector.table)]


def _facts(row: FieldSupport, gap: MissingField | None) -> list[Fact]:
    facts = []
    if gap:
        facts.append(Fact("Not written", gap.reason))
    if row.required.name != "NO":
        facts.append(Fact("Required", _REQUIRED[row.required.name], row.required.name))
    if row.min_length:
        facts.append(Fact("Length", f"at least {row.min_length} characters"))
    if row.max_length:
        facts.append(Fact("Length", f"at most {row.max_length} characters"))
    if row.pattern:
        facts.append(Fact("Pattern", code=row.pattern))
    if row.options:
        facts.append(Fact("Types" if row.type.startswith("[") else "Options", code=" ".join(row.options)))
    if row.clear is not None:
        facts.append(Fact("Clearing", _CLEARING.get(row.clear, "null clears it by sending"), row.clear))
    if row.list_semantics:
        facts.append(Fact("List", row.list_semantics.words, row.list_semantics.name))
    if row.note:
        facts.append(Fact("Note", row.note))
    return facts
