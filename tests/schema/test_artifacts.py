"""The files that `gql-gateway schema` and `gql-gateway support` write, and how they turn red when stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gql_gateway.cli import app
from gql_gateway.commands import artifacts
from gql_gateway.connectors.registry import connectors

WRITTEN = {
    "schema": ["schema.graphql", "docs/subgraph.graphql"],
    "support": ["docs/support-matrix.md"],
}

BEGIN, END = artifacts.marks("support")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments])


@pytest.mark.parametrize("command", WRITTEN)
class TestCommand:
    def test_writes_and_is_then_current(self, command: str, tmp_path: Path) -> None:
        assert call(command, "--folder", tmp_path).exit_code == 0

        files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
        assert files == sorted(WRITTEN[command])
        checked = call(command, "--check", "--folder", tmp_path)
        assert (checked.exit_code, checked.stderr) == (0, "")

    def test_second_time_touches_nothing(self, command: str, tmp_path: Path) -> None:
        call(command, "--folder", tmp_path)
        times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        again = call(command, "--folder", tmp_path)

        assert "nothing to write" in again.stdout
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == times

    def test_check_names_each_stale_file_and_writes_nothing(self, command: str, tmp_path: Path) -> None:
        call(command, "--folder", tmp_path)
        for name in WRITTEN[command]:
            path = tmp_path / name
            kept = path.read_text("utf-8")
            path.write_text(kept.replace("customer", "client", 1), "utf-8")
            checked = call(command, "--check", "--folder", tmp_path)

            assert checked.exit_code == 1
            assert checked.stderr == f"error: {name} is not current: run `gql-gateway {command}`.\n"
            assert path.read_text("utf-8") != kept
            path.write_text(kept, "utf-8")

    def test_check_misses_files_that_are_not_there(self, command: str, tmp_path: Path) -> None:
        checked = call(command, "--check", "--folder", tmp_path)

        assert checked.exit_code == 1
        assert len(checked.stderr.splitlines()) == len(WRITTEN[command])
        assert list(tmp_path.iterdir()) == []

    def test_line_ends_count(self, command: str, tmp_path: Path) -> None:
        """A checkout that rewrites line ends must not pass for current on one machine and fail on another."""
        call(command, "--folder", tmp_path)
        for name in WRITTEN[command]:
            assert b"\r" not in (tmp_path / name).read_bytes()
            (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b"\n", b"\r\n"))
        assert call(command, "--check", "--folder", tmp_path).exit_code == 1


def test_files_end_with_one_newline_and_say_who_wrote_them() -> None:
    for path, text in (artifacts.schema_files() | artifacts.support_files(Path("nowhere"))).items():
        assert text.endswith("\n") and not text.endswith("\n\n"), path
        assert "gql-gateway" in text.splitlines()[0] or path.name == "subgraph.graphql"


class TestReadme:
    TEXT = f"# Title\n\n{BEGIN}\noutdated\n{END}\n\nMore.\n"

    def test_only_the_part_between_the_marks_is_written(self, tmp_path: Path) -> None:
        readme = tmp_path / "README.md"
        readme.write_text(self.TEXT, "utf-8")
        call("support", "--folder", tmp_path)
        written = readme.read_text("utf-8")

        assert written.startswith(f"# Title\n\n{BEGIN}\n")
        assert written.endswith(f"\n{END}\n\nMore.\n")
        assert "outdated" not in written
        assert all(connector.manifest.label in written for connector in connectors().values())
        assert call("support", "--check", "--folder", tmp_path).exit_code == 0

    def test_check_turns_red_when_it_is_stale(self, tmp_path: Path) -> None:
        call("support", "--folder", tmp_path)
        (tmp_path / "README.md").write_text(self.TEXT, "utf-8")
        checked = call("support", "--check", "--folder", tmp_path)

        assert checked.exit_code == 1
        assert checked.stderr == "error: README.md is not current: run `gql-gateway support`.\n"

    @pytest.mark.parametrize("text", ["# Title\n", f"# Title\n{BEGIN}\nno end\n"])
    def test_without_both_marks_it_stays_as_it_is(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "README.md").write_text(text, "utf-8")
        call("support", "--folder", tmp_path)

        assert (tmp_path / "README.md").read_text("utf-8") == text
