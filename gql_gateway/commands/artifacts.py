"""The generated files: `schema.graphql`, the subgraph's SDL, the support matrix. Written, or checked for staleness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import support
from ..connectors.registry import connectors
from ..schema.build import build_schema

README = Path("README.md")
BEGIN, END = "<!-- support:begin, written by `gql-gateway support` -->", "<!-- support:end -->"


def schema_files() -> dict[Path, str]:
    schema = build_schema()
    return {Path("schema.graphql"): schema.client_sdl, Path("docs/subgraph.graphql"): schema.subgraph_sdl}


def support_files(folder: Path = Path()) -> dict[Path, str]:
    files = {Path("docs/support-matrix.md"): support.to_markdown(connectors())}
    readme = folder / README
    if readme.is_file():
        files[README] = _between(readme.read_text(encoding="utf-8"), support.to_summary(connectors()))
    return files


def _between(text: str, table: str) -> str:
    """A text with the generated table between its two marks; without marks it stays as it is."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n\n{table}\n{end}{after}" if begin and end else text


def write(files: Mapping[Path, str], folder: Path) -> list[Path]:
    """Write what is not current; answers the files written."""
    written = stale(files, folder)
    for path in written:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path].encode())
    return written


def stale(files: Mapping[Path, str], folder: Path) -> list[Path]:
    """The files whose stored text is not the current one."""
    return [path for path, text in files.items() if not _holds(folder / path, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()
