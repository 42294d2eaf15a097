"""The matrix for programs and spreadsheets. A part of it holds what the page shows of that part, and no more."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from ..connectors.base import Connector
from ..fields.support import FieldSupport, MissingField, missing_rows, support_rows
from .matrix import Matrix, build_matrix

EMPTY_TEXT = '""'
"""How CSV, which does not tell nothing from an empty text, writes that null makes a text empty."""

_COLUMNS = (
    "integration path read update nativeName type required minLength maxLength "
    "pattern options clear listSemantics note missingBecause"
).split()


def to_json(connectors: Mapping[str, Connector], part: Matrix | None = None) -> str:
    """Every row of every integration, one a line so that two texts compare well. What does not apply is left out."""
    matrix = part or build_matrix(connectors)
    parts = []
    for name in matrix.integrations:
        manifest = connectors[name].manifest
        facts = {
            "label": manifest.label,
            "updateSemantics": manifest.semantics.name,
            "versioning": manifest.versioning.name,
            "companyRequired": manifest.company_required,
        }
        shown = [f"    {_text(key)}: {_text(value)}" for key, value in facts.items()]
        cells = [cell for path in matrix.paths if (cell := matrix.cell(path, name))]
        rows, gaps = {cell.row for cell in cells}, {cell.gap for cell in cells}
        shown.append(_lines("fields", [row for row in support_rows(connectors[name].table) if row in rows]))
        shown.append(_lines("missing", [gap for gap in missing_rows(connectors[name].table) if gap in gaps]))
        parts.append(f"  {_text(manifest.integration)}: {{\n" + ",\n".join(shown) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def to_csv(connectors: Mapping[str, Connector], part: Matrix | None = None) -> str:
    """One line per path and integration, as RFC 4180 has it."""
    matrix = part or build_matrix(connectors)
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for name in matrix.integrations:
        integration = connectors[name].manifest.integration
        for path in matrix.paths:
            if cell := matrix.cell(path, name):
                line: dict[str, Any] = {"integration": integration, "path": path, "read": "false", "update": "false"}
                if cell.row:
                    line |= _plain(cell.row)
                    line |= {"read": _text(cell.row.read), "update": _text(cell.row.update)}
                    line["options"] = " ".join(cell.row.options or ())
                    line["clear"] = EMPTY_TEXT if cell.row.clear == "" else cell.row.clear
                if cell.gap:
                    line["missingBecause"] = cell.gap.reason
                writer.writerow(line)
    return text.getvalue()


def _lines(key: str, items: Sequence[FieldSupport | MissingField]) -> str:
    if not items:
        return f"    {_text(key)}: []"
    return f"    {_text(key)}: [\n" + ",\n".join(f"      {_text(_plain(item))}" for item in items) + "\n    ]"


def _plain(row: FieldSupport | MissingField) -> dict[str, Any]:
    """A row under the names of the GraphQL schema."""
    values = {name: getattr(row, name) for name in row.__slots__}
    return {
        re.sub(r"_(\w)", lambda found: found[1].upper(), name): value.name if isinstance(value, Enum) else value
        for name, value in values.items()
        if value is not None
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
