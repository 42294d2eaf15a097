"""A Python client generated from nothing but `/schema.graphql`: `examples/python_client`, run as its README says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import RunningSandbox
from .processes import PATIENCE, ROOT, ask

EXAMPLE = ROOT / "examples" / "python_client"
BIN = ROOT / "tests" / "clients" / ".venv" / "bin"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, started_sandbox: RunningSandbox) -> Path:
    """The example's folder with the client generated in it."""
    if not (BIN / "ariadne-codegen").is_file():
        pytest.skip("needs ariadne-codegen in tests/clients/.venv, see tests/clients/requirements-codegen.in")
    folder = tmp_path_factory.mktemp("client") / "python_client"
    shutil.copytree(EXAMPLE, folder)
    (folder / "schema.graphql").write_bytes(ask(f"{started_sandbox.origin}/schema.graphql").body)
    run(folder, BIN / "ariadne-codegen")
    return folder


def run(folder: Path, *command: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE)
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
