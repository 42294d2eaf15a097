"""A state of what callers rely on, and where that of each release is kept: `releases/<version>/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .change import Change
from .fact_changes import fact_changes
from .schema_changes import schema_changes

RELEASES = Path("releases")
SCHEMA, SUPPORT = "schema.graphql", "support.json"


class NothingRecorded(Exception):
    """There is no state to compare with; the text says where one was looked for."""


@dataclass(frozen=True, slots=True)
class State:
    """`schema` is the client's SDL, `support` what `support --format json` prints."""

    name: str
    schema: str
    support: str

    def files(self) -> dict[Path, str]:
        return {Path(SCHEMA): self.schema, Path(SUPPORT): self.support}


def read(folder: Path) -> State:
    """The state kept in a folder; its name is the folder's."""
    try:
        schema, support = ((folder / name).read_text("utf-8") for name in (SCHEMA, SUPPORT))
    except FileNotFoundError as error:
        raise NothingRecorded(f"{folder} does not hold {SCHEMA} and {SUPPORT}.") from error
    return State(folder.name, schema, support)


def last_release(project: Path) -> State:
    """The recorded state of the highest version."""
    folders = [path for path in (project / RELEASES).glob("*.*.*") if path.is_dir()]
    if not folders:
        raise NothingRecorded(f"No release is recorded in {RELEASES}: run `gql-gateway schema --release`.")
    return read(max(folders, key=lambda path: tuple(int(number) for number in path.name.split("."))))


def changes(before: State, after: State) -> Iterator[Change]:
    yield from schema_changes(before.schema, after.schema)
    yield from fact_changes(json.loads(before.support), json.loads(after.support))
