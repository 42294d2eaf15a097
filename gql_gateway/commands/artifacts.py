"""The generated files: `schema.graphql`, the subgraph's SDL, the support matrix. Written, or checked for staleness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import __version__, support
from ..connectors.registry import connectors
from ..release.state import State
from ..schema.build import build_schema

README = Path("README.md")
CONNECTING = Path("docs/connecting.md")


def schema_files() -> dict[Path, str]:
    schema = build_schema()
    return {Path("schema.graphql"): schema.client_sdl, Path("docs/subgraph.graphql"): schema.subgraph_sdl}


def subgraph_with_auth() -> str:
    """The subgraph's SDL as it is with GATEWAY_FEDERATION_AUTH_DIRECTIVES."""
    return build_schema(router_auth=True).subgraph_sdl


def current_state() -> State:
    """What callers can rely on now, under the version that it will be released as."""
    return State(__version__, build_schema().client_sdl, support.to_json(connectors()))


def support_files(folder: Path = Path()) -> dict[Path, str]:
    files = {Path("docs/support-matrix.md"): support.to_markdown(connectors())}
    tables = {README: ("support", support.to_summary), CONNECTING: ("credentials", support.to_credentials)}
    for path, (mark, table) in tables.items():
        if (folder / path).is_file():
            files[path] = _between((folder / path).read_text(encoding="utf-8"), mark, table(connectors()))
    return files


def marks(mark: str) -> tuple[str, str]:
    """The comments between which a generated table stands in a page for people."""
    return f"<!-- {mark}:begin, written by `gql-gateway support` -->", f"<!-- {mark}:end -->"


def _between(text: str, mark: str, table: str) -> str:
    """A text with the generated table between its two marks; without marks it stays as it is."""
    opening, closing = marks(mark)
    before, begin, rest = text.partition(opening)
    _, end, after = rest.partition(closing)
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
