"""The matrix as Markdown: `docs/support-matrix.md`, and the tables that stand in other pages of the docs."""

from __future__ import annotations

from collections.abc import Mapping

from ..connectors.base import Connector
from ..fields.readback import unified_names
from ..fields.support import WRITABLE_UNIFIED, FieldSupport, covered, missing_rows, support_rows
from .matrix import Cell, build_matrix

_HEADER = "<!-- Written by `gql-gateway support`. Change the connectors' fields.py, not this file. -->\n\n"


def to_markdown(connectors: Mapping[str, Connector]) -> str:
    """`docs/support-matrix.md`."""
    matrix = build_matrix(connectors)
    labels = [connectors[name].manifest.label for name in matrix.integrations]
    lines = [
        _HEADER + "# Support matrix",
        "",
        "W: can be read and updated · R: can only be read · –: the integration cannot, see the reasons below. "
        "A number is the longest text in characters, `!` marks a value that every update carries, "
        "the word after `null:` is what clears the value.",
        "",
        "| field | " + " | ".join(labels) + " |",
        "|---" * (len(labels) + 1) + "|",
    ]
    for path in matrix.paths:
        cells = [short(matrix.cell(path, name)) for name in matrix.integrations]
        lines.append(f"| `{path}` | " + " | ".join(cells) + " |")
    for name in matrix.integrations:
        lines += ["", *_section(connectors[name])]
    return "\n".join(lines) + "\n"


def to_summary(connectors: Mapping[str, Connector]) -> str:
    """The unified fields in one short table, for README."""
    covers = [covered(connector.table) for connector in connectors.values()]
    lines = [
        "| field | " + " | ".join(connector.manifest.label for connector in connectors.values()) + " |",
        "|---" * (len(connectors) + 1) + "|",
    ]
    for path in WRITABLE_UNIFIED:
        cells = ["W" if path in update else "R" if path in read else "–" for read, update in covers]
        lines.append(f"| `{path}` | " + " | ".join(cells) + " |")
    further = [
        sum(1 for leaf in connector.table.leaves if leaf.top not in unified_names())
        for connector in connectors.values()
    ]
    lines.append("| values of its own | " + " | ".join(f"+{number}" for number in further) + " |")
    return "\n".join(lines) + "\n"


def to_credentials(connectors: Mapping[str, Connector]) -> str:
    """What a connection of each integration needs, for docs/connecting.md."""
    lines = ["| integration | needed | optional | how |", "|---|---|---|---|"]
    for connector in connectors.values():
        manifest = connector.manifest
        needed, optional = (
            ", ".join(f"`{item.name}`" for item in manifest.credentials if item.optional is wanted) or "–"
            for wanted in (False, True)
        )
        company = " A call names the company unless the connection fixes it." if manifest.company_required else ""
        how = f"{manifest.authentication}{company}".replace("|", "\\|")
        lines.append(f"| {manifest.label} (`{manifest.name}`) | {needed} | {optional} | {how} |")
    return "\n".join(lines) + "\n"


def _section(connector: Connector) -> list[str]:
    manifest = connector.manifest
    lines = [
        f"## {manifest.label}",
        "",
        manifest.notes,
        "",
        f"Update: `{manifest.semantics.name}` · version: `{manifest.versioning.name}` · trust: "
        f"`{manifest.trust.name}`, checked on {manifest.checked_on.isoformat()} · authentication: "
        f"{manifest.authentication}",
        "",
        "| field | native | type | facts |",
        "|---|---|---|---|",
    ]
    for row in support_rows(connector.table):
        facts = "; ".join(_facts(row)).replace("|", "\\|")
        lines.append(f"| `{row.path}` | `{row.native_name or '–'}` | {row.type} | {facts} |")
    lines += ["", "Not there, and why:", ""]
    lines += [f"- `{gap.path}`: {gap.reason}" for gap in missing_rows(connector.table)]
    return lines


def short(cell: Cell | None) -> str:
    row = cell.row if cell else None
    if row is None:
        return "–"
    if not row.update:
        return "R"
    parts = ["W" + ("!" if row.required_on_update else "")]
    if row.max_length:
        parts.append(str(row.max_length))
    if row.clear is not None:
        parts.append(f"null:{row.clear or '“”'}")
    return " ".join(parts)


def _facts(row: FieldSupport) -> list[str]:
    facts = ["read and update" if row.update else "read only"]
    if row.required.name != "NO":
        facts.append({"ON_UPDATE": "in every update", "IN_ENTRY": "in every entry"}[row.required.name])
    if row.min_length:
        facts.append(f"at least {row.min_length} characters")
    if row.max_length:
        facts.append(f"at most {row.max_length} characters")
    if row.pattern:
        facts.append(f"matches `{row.pattern}`")
    if row.options:
        facts.append(f"one of {', '.join(row.options)}")
    if row.clear is not None:
        facts.append(f"null: {row.clear or 'empty text'}")
    if row.list_semantics:
        facts.append(row.list_semantics.name)
    if row.note:
        facts.append(row.note)
    return facts
