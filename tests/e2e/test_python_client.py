"""A Python client generated from nothing but `/schema.graphql`: `examples/python_client`, run as its README says.

Besides, the program of `docs/clients.md` that sets exactly one member, run and looked at by mypy.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.snippets import commands, files, section

from .conftest import Guarded, RunningSandbox
from .processes import PATIENCE, ROOT, ask

EXAMPLE = ROOT / "examples" / "python_client"
BIN = ROOT / "tests" / "clients" / ".venv" / "bin"
PAGE = section("clients.md", "Python: ariadne-codegen")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, started_sandbox: RunningSandbox) -> Path:
    """The example's folder with the client generated in it."""
    if not (BIN / "ariadne-codegen").is_file():
        pytest.skip("needs ariadne-codegen in tests/clients/.venv, see tests/clients/requirements-codegen.in")
    folder = tmp_path_factory.mktemp("client") / "python_client"
    shutil.copytree(EXAMPLE, folder)
    (folder / "schema.graphql").write_bytes(ask(f"{started_sandbox.origin}/schema.graphql").body)
    for name, text in files(PAGE).items():
        (folder / name).write_text(text, "utf-8")
    run(folder, BIN / "ariadne-codegen")
    return folder


def run(folder: Path, *command: str | Path, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    whole = {**os.environ, **env}
    done = subprocess.run(command, cwd=folder, env=whole, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == code, done.stdout + done.stderr
    return done


MEMBERS = ("bookmore", "fortnox", "lexware_office")
TEXT = "+46 90 10 20 30"


def writes(sandbox: RunningSandbox, member: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(f"{sandbox.simulators}/_control/{member}/requests").json()
    return [item for item in found if item["method"] == "PUT"]


def update(client: Path, sandbox: RunningSandbox, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return run(client, BIN / "python", "update.py", f"{sandbox.origin}/graphql", *arguments, code=code)


@pytest.mark.parametrize("member", MEMBERS)
def test_dry_run_and_real_update(client: Path, sandbox: RunningSandbox, member: str) -> None:
    said = update(client, sandbox, member).stdout.splitlines()

    tried, done = said
    assert tried.endswith(f"to '{TEXT}'")
    assert done == tried.replace("would change", "changed")
    (write,) = writes(sandbox, member)
    assert TEXT in str(write["body"])


def test_none_is_sent_as_null_and_what_is_left_out_is_not_sent(client: Path, sandbox: RunningSandbox) -> None:
    update(client, sandbox)
    (write,) = writes(sandbox, "fortnox")
    assert write["body"] == {"Customer": {"Comments": TEXT}}
    ask(f"{sandbox.simulators}/_control/fortnox/requests", "DELETE")
    said = update(client, sandbox, "fortnox", "").stdout

    assert f"changed notes from '{TEXT}' to None" in said
    (write,) = writes(sandbox, "fortnox")
    assert write["body"] == {"Customer": {"Comments": "API_BLANK"}}


def test_problem_reaches_the_program(client: Path, sandbox: RunningSandbox) -> None:
    refused = update(client, sandbox, "fortnox", "x" * 2_000, code=1)

    assert "TOO_LONG" in refused.stderr
    assert writes(sandbox, "fortnox") == []


def test_program_is_short() -> None:
    lines = (EXAMPLE / "update.py").read_text("utf-8").splitlines()

    assert len([line for line in lines if line.strip()]) <= 26


class TestPage:
    """`set_notes.py`: one member by construction."""

    def test_preview_and_write(self, client: Path, sandbox: RunningSandbox) -> None:
        arguments = (BIN / "python", "set_notes.py", f"{sandbox.origin}/graphql")
        tried = run(client, *arguments).stdout
        assert writes(sandbox, "fortnox") == []
        done = run(client, *arguments, "write").stdout

        assert tried == done
        assert "-> 'Please ring twice.'" in done and "website: " in done
        (write,) = writes(sandbox, "fortnox")
        assert write["body"] == {"Customer": {"Comments": "Please ring twice.", "WWW": "API_BLANK"}}

    def test_problem_is_told_with_its_path(self, client: Path, sandbox: RunningSandbox) -> None:
        said = run(client, BIN / "python", "set_notes.py", f"{sandbox.origin}/graphql", "write", "x" * 2_000)

        assert said.stderr == "TOO_LONG change.fortnox.notes\n"

    def test_key_is_shown(self, client: Path, guarded: Guarded) -> None:
        arguments = (BIN / "python", "set_notes.py", f"{guarded.origin}/graphql")
        stranger = run(client, *arguments, code=1)
        known = run(client, *arguments, GATEWAY_KEY=guarded.key)

        assert "401" in stranger.stderr
        assert known.stderr == "NOT_CONNECTED customer.native.connectionId\n"

    def test_two_members_are_refused_by_the_gateway(self, client: Path, sandbox: RunningSandbox) -> None:
        two = "api.CustomerChange(fortnox=api.FortnoxCustomerInput(notes='a'), sevdesk=api.SevdeskCustomerInput())"
        program = re.sub(r"only\(api\.Fortnox.*?\)\)?(?=  #)", two, files(PAGE)["set_notes.py"])
        (client / "two.py").write_text(program, "utf-8")

        refused = run(client, BIN / "python", "two.py", f"{sandbox.origin}/graphql", code=1)
        assert "exactly one field must be specified" in refused.stderr

    def test_type_checker_finds_what_the_classes_drop(self, client: Path) -> None:
        line = "change = only(api.FortnoxCustomerInput(notes=notes, website=None))"
        wrong = {
            "only(api.FortnoxCustomerInput(notse=notes))": "call-arg",
            "only(api.FortnoxCustomerInput(notes=7))": "arg-type",
            "only(api.FortnoxCustomerInput(), api.SevdeskCustomerInput())": "call-arg",
            "only()": "call-arg",
            "only(None)": "arg-type",
            "api.CustomerChange(fortnox=api.SevdeskCustomerInput())": "arg-type",
        }
        program = files(PAGE)["set_notes.py"]
        at = program[: program.index(line)].count("\n") + 1
        for number, instead in enumerate(wrong):
            (client / f"wrong_{number}.py").write_text(program.replace(line, f"change = {instead}"), "utf-8")
        said = subprocess.run(
            [
                *(sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"),
                *("--cache-dir", client / "mypy", "--python-executable", BIN / "python", "--follow-imports=silent"),
                *("set_notes.py", *(f"wrong_{number}.py" for number in range(len(wrong)))),
            ],
            cwd=client,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        found = re.findall(r"^(\S+\.py):(\d+): error: .* \[([\w-]+)\]$", said.stdout, re.MULTILINE)

        expected = [(f"wrong_{number}.py", str(at), code) for number, code in enumerate(wrong.values())]
        assert sorted(found) == sorted(expected), said.stdout + said.stderr

    def test_page_installs_what_is_tested(self) -> None:
        pinned = (ROOT / "tests" / "clients" / "requirements-codegen.in").read_text("utf-8").splitlines()
        (line,) = [line for line in commands(PAGE) if line.startswith("pip install ")]

        assert line.removeprefix("pip install ") in pinned
