"""`gql-gateway schema --diff` and `--release`: what is printed, what is kept, which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gql_gateway import __version__
from gql_gateway.cli import app
from gql_gateway.commands import artifacts
from gql_gateway.release.state import State

ROOT = Path(__file__).parents[2]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["schema", *(str(item) for item in arguments)])


@pytest.fixture(scope="module")
def state() -> State:
    """The real one, built once for all tests."""
    return artifacts.current_state()


@pytest.fixture(autouse=True)
def _built_once(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "current_state", lambda: state)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose last release took a longer `companyName` of BookMore and had one field more."""
    assert call("--release", "--folder", tmp_path).exit_code == 0
    kept = tmp_path / "releases" / __version__
    told = json.loads((kept / "support.json").read_text("utf-8"))
    (row,) = [row for row in told["BOOKMORE"]["fields"] if row["path"] == "companyName"]
    assert row["maxLength"] == 50
    row["maxLength"] = 80
    (kept / "support.json").write_text(json.dumps(told), "utf-8")
    sdl = (kept / "schema.graphql").read_text("utf-8")
    gone = sdl.replace("\ntype Address {\n", '\ntype Address {\n  """Gone by now."""\n  planet: String\n', 1)
    (kept / "schema.graphql").write_text(gone, "utf-8")
    return tmp_path


def test_a_release_is_what_callers_rely_on_and_differs_from_nothing(tmp_path: Path, state: State) -> None:
    call("--release", "--folder", tmp_path)
    kept = {path.name: path.read_text("utf-8") for path in (tmp_path / "releases" / __version__).iterdir()}
    told = call("--diff", "--folder", tmp_path)

    assert kept == {"schema.graphql": state.schema, "support.json": state.support}
    assert state.schema == (ROOT / "schema.graphql").read_text("utf-8")
    assert (told.exit_code, told.stdout) == (0, f"# Changes since {__version__}\n\nNone.\n")


def test_a_release_is_recorded_once(tmp_path: Path) -> None:
    call("--release", "--folder", tmp_path)
    again = call("--release", "--folder", tmp_path)

    assert again.exit_code == 1
    assert f"releases/{__version__} is there already" in again.stderr


def test_weakening_without_an_entry_fails(project: Path) -> None:
    told = call("--diff", "--folder", project)

    assert told.exit_code == 1
    assert "- **not in the changelog** – BookMore (e-accounting) `companyName`: maxLength 80 → 50\n" in told.stdout
    first, second = told.stderr.splitlines()
    assert first == (
        "error: `Address.planet`: Field Address.planet was removed – tell callers: an entry under Unreleased in "
        "CHANGELOG.md names `Address.planet`."
    )
    assert second.endswith("an entry of BookMore (e-accounting) under Unreleased in CHANGELOG.md names `companyName`.")


def test_weakening_with_its_entries_passes(project: Path) -> None:
    log = "## Unreleased\n\n- **BookMore**: `companyName` takes\n  50 characters.\n- `Address.planet` is gone.\n"
    (project / "CHANGELOG.md").write_text(log, "utf-8")
    told = call("--diff", "--folder", project)

    assert (told.exit_code, told.stderr) == (0, "")
    assert "- BookMore (e-accounting) `companyName`: maxLength 80 → 50\n" in told.stdout
    assert "not in the changelog" not in told.stdout


def test_the_highest_version_counts(project: Path) -> None:
    kept = project / "releases" / __version__
    kept.rename(project / "releases" / "0.9.0")
    assert "since 0.9.0" in call("--diff", "--folder", project).stdout
    call("--release", "--folder", project)
    (project / "releases" / __version__).rename(project / "releases" / "0.10.0")

    assert call("--diff", "--folder", project).stdout == "# Changes since 0.10.0\n\nNone.\n"
    assert "since 0.9.0" in call("--diff", "--against", project / "releases" / "0.9.0").stdout


@pytest.mark.parametrize("option", ["--diff", "--against"])
def test_nothing_to_compare_with(tmp_path: Path, option: str) -> None:
    told = call(option, *([tmp_path] if option == "--against" else ["--folder", tmp_path]))

    assert told.exit_code == 1
    assert told.stderr.startswith("error: ")


def test_this_version_is_not_behind_what_is_recorded() -> None:
    """Otherwise the state would be compared with one of its future."""
    recorded = [path.name for path in (ROOT / "releases").iterdir()]

    assert recorded
    assert all([int(part) for part in name.split(".")] <= [int(p) for p in __version__.split(".")] for name in recorded)
