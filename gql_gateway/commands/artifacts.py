"""The generated files: `schema.graphql`, the subgraph's SDL, the support matrix. Written, or checked for staleness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import support
from ..connectors.registry import connectors
from ..schema.build import build_schema


def schema_files() -> dict[Path, str]:
    schema = build_schema()
    return {Path("schema.graphql"): schema.client_sdl, Path("docs/subgraph.graphql"): schema.subgraph_sdl}


def support_files() -> dict[Path, str]:
    return {Path("docs/support-matrix.md"): support.to_markdown(connectors())}


def write(files: Mapping[Path, str], folder: Path) -> list[Path]:
    """Write what is not current; answers the files written."""
    written = stale(files, folder)
    for path in written:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    return written


def stale(files: Mapping[Path, str], folder: Path) -> list[Path]:
    """The files whose stored text is not the current one."""
    return [path for path, text in files.items() if not _holds(folder / path, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
