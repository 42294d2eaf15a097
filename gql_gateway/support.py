"""The support matrix in its forms: text for the docs, a page, JSON. All from the connectors' facts."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from .connectors.base import Connector
from .fields.readback import unified_names
from .fields.support import WRITABLE_UNIFIED, FieldSupport, covered, missing_rows, support_rows

_HEADER = "<!-- Written by `gql-gateway support`. Change the connectors' fields.py, not this file. -->\n\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Matrix:
    """Unified paths down, integrations across. A cell is the row of a supported value, or the reason for a gap."""

    integrations: tuple[str, ...]
    paths: tuple[str, ...]
    cells: Mapping[tuple[str, str], FieldSupport | str]

    def cell(self, path: str, integration: str) -> FieldSupport | str | None:
        """The row of a value, or why it is not there: a reason for `addresses` is one for each of its values."""
        plain = _unkeyed(path)
        places = (path, plain, *(plain.rsplit(".", depth)[0] for depth in range(1, plain.count(".") + 1)))
        found = (self.cells.get((place, integration)) for place in places)
        return next((cell for cell in found if cell is not None and (isinstance(cell, str) or cell.path == path)), None)


def build_matrix(connectors: Mapping[str, Connector]) -> Matrix:
    cells: dict[tuple[str, str], FieldSupport | str] = {}
    order: dict[str, None] = {}
    stated = {_unkeyed(row.path) for connector in connectors.values() for row in support_rows(connector.table)}
    for name, connector in connectors.items():
        for row in support_rows(connector.table):
            known = cells.get((row.path, name))
            if not isinstance(known, FieldSupport) or not known.update:
                cells[row.path, name] = row
            order[row.path] = None
        for gap in missing_rows(connector.table):
            cells.setdefault((gap.path, name), gap.reason)
            # Where others have a row for each type of entry, one without a type would say nothing about them.
            if gap.path not in stated or gap.path in order:
                order.setdefault(gap.path)
    tops = list(dict.fromkeys(path.split(".")[0].split("[")[0] for path in order))
    paths = sorted(order, key=lambda path: (tops.index(path.split(".")[0].split("[")[0]), list(order).index(path)))
    return Matrix(tuple(connectors), tuple(paths), cells)


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


def to_json(connectors: Mapping[str, Connector]) -> str:
    """Every row of every integration, for programs."""
    shown = {
        connector.manifest.integration: {
            "label": connector.manifest.label,
            "fields": [_plain(row) for row in support_rows(connector.table)],
            "missing": [_plain(row) for row in missing_rows(connector.table)],
        }
        for connector in connectors.values()
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def to_page(connectors: Mapping[str, Connector]) -> str:
    """The matrix as one page without scripts."""
    matrix = build_matrix(connectors)
    head = "".join(
        f'<th scope="col"><a href="#{name}">{html.escape(connectors[name].manifest.label)}</a></th>'
        for name in matrix.integrations
    )
    rows = "".join(_page_row(matrix, path) for path in matrix.paths)
    sections = "".join(_page_section(connectors[name]) for name in matrix.integrations)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Field support – gql_gateway</title><link rel="stylesheet" href="/static/support.css"></head><body>'
        "<header><h1>Field support</h1><p>Which unified field each integration reads and updates. "
        '<a href="/graphql">GraphiQL</a> · <a href="/schema.graphql">schema.graphql</a> · '
        '<a href="/support.json">JSON</a></p><p class="legend"><b class="w">W</b> read and update '
        '<b class="r">R</b> read only <b class="n">–</b> not there: hover or see the reasons below '
        "<b>50</b> longest text <b>!</b> in every update</p></header><main>"
        f'<div class="scroll"><table><thead><tr><th scope="col">field</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{sections}</main></body></html>"
    )


def _page_row(matrix: Matrix, path: str) -> str:
    cells = []
    for name in matrix.integrations:
        cell = matrix.cell(path, name)
        if isinstance(cell, FieldSupport):
            kind, sign = ("w", "W") if cell.update else ("r", "R")
            more = f" <small>{cell.max_length}</small>" if cell.max_length else ""
            more += " <small>!</small>" if cell.required_on_update else ""
            words = "; ".join(_facts(cell))
            cells.append(f'<td class="{kind}" title="{html.escape(words)}">{sign}{more}</td>')
        else:
            reason = cell or "The provider has no such value."
            cells.append(f'<td class="n" title="{html.escape(reason)}">–</td>')
    anchor = html.escape(path)
    return f'<tr id="{anchor}"><th scope="row"><a href="#{anchor}">{anchor}</a></th>{"".join(cells)}</tr>'


def _page_section(connector: Connector) -> str:
    manifest = connector.manifest
    gaps = "".join(
        f"<li><code>{html.escape(gap.path)}</code> {html.escape(gap.reason)}</li>"
        for gap in missing_rows(connector.table)
    )
    return (
        f'<section id="{manifest.name}"><h2>{html.escape(manifest.label)}</h2><p>{html.escape(manifest.notes)}</p>'
        f"<p>Update: {manifest.semantics.name} · version: {manifest.versioning.name} · "
        f"trust: {manifest.trust.name}, checked on {manifest.checked_on.isoformat()} · "
        f'<a href="{html.escape(manifest.docs_url)}" rel="noreferrer">provider’s documentation</a></p>'
        f"<h3>Not there, and why</h3><ul>{gaps}</ul></section>"
    )


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


def _unkeyed(path: str) -> str:
    """`addresses[BILLING].city` as `addresses.city`."""
    return re.sub(r"\[[^\]]*\]", "", path)


def short(cell: FieldSupport | str | None) -> str:
    if not isinstance(cell, FieldSupport):
        return "–"
    if not cell.update:
        return "R"
    parts = ["W" + ("!" if cell.required_on_update else "")]
    if cell.max_length:
        parts.append(str(cell.max_length))
    if cell.clear:
        parts.append(f"null:{cell.clear or '“”'}")
    return " ".join(parts)


def _facts(row: FieldSupport) -> list[str]:
    facts = ["read and update" if row.update else "read only"]
    if row.required.name != "NO":
        facts.append({"ON_UPDATE": "in every update", "IN_ENTRY": "in every entry"}[row.required.name])
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


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.name if isinstance(value, Enum) else value for name, value in dataclasses.asdict(row).items()}
