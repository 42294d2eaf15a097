"""What changed for callers since the last release, and the record of a new one."""

from __future__ import annotations

from pathlib import Path

from ..release.changelog import unexplained, unreleased
from ..release.report import demand, report
from ..release.state import RELEASES, NothingRecorded, changes, last_release, read
from . import artifacts

CHANGELOG = Path("CHANGELOG.md")


class Refused(Exception):
    """Nothing can be compared or recorded; the text says why."""


def tell(folder: Path, against: Path | None) -> tuple[str, list[str]]:
    """The changes as Markdown, and a line for each that callers have to be told of and are not."""
    try:
        before = read(against) if against else last_release(folder)
    except NothingRecorded as problem:
        raise Refused(str(problem)) from problem
    found = list(changes(before, artifacts.current_state()))
    path = folder / CHANGELOG
    untold = unexplained(found, unreleased(path.read_text("utf-8")) if path.is_file() else [])
    return report(before.name, found, untold), [demand(change) for change in untold]


def record(folder: Path) -> list[Path]:
    """Keep the current state as that of this version; answers the files written."""
    state = artifacts.current_state()
    place = RELEASES / state.name
    if (folder / place).exists():
        raise Refused(f"{place} is there already. Raise the version, or remove it if that version was never published.")
    return artifacts.write({place / path: text for path, text in state.files().items()}, folder)
