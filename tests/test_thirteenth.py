"""A thirteenth integration is one folder a side: dropped into a copy of the package, everything picks it up.

The provider of `tests/thirteenth` is invented. Nothing shared is edited: the copy's other files stay as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = Path(__file__).parent / "thirteenth"
NEEDED = ("conftest.py", "conformance", "faults", "support", "connectors/test_quirks.py")
"""Of the tests: what runs over every connector by itself."""
HOMES = {
    "connector": "gql_gateway/connectors/tinybooks",
    "simulator": "gql_gateway/sandbox/tinybooks",
    "checks": "tests/connectors/tinybooks",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and the shared suites, with the three parts dropped in."""
    folder = tmp_path_factory.mktemp("thirteen")
    shutil.copytree(ROOT / "gql_gateway", folder / "gql_gateway", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in NEEDED:
        _put(ROOT / "tests" / name, folder / "tests" / name)
    before = _digests(folder)
    for part, home in HOMES.items():
        _put(PARTS / part, folder / home)
    assert {path: digest for path, digest in _digests(folder).items() if path in before} == before
    return folder


def test_the_schema_has_it(copy: Path) -> None:
    _run(copy, "-m", "gql_gateway", "schema")
    sdl = (copy / "schema.graphql").read_text("utf-8")
    member = re.search(r"input CustomerChange[^{]*@oneOf[^{]*\{(.*?)^\}", sdl, re.DOTALL | re.MULTILINE)
    assert member and "tinybooks: TinybooksCustomerInput" in member[1]
    assert re.search(r"^input TinybooksCustomerInput", sdl, re.MULTILINE)
    assert re.search(r'shelf: String @native\(name: "shelf", maxLength: 10\b', sdl)
    assert re.search(r"^union CustomerDetails =.*\bTinybooksDetails\b", sdl, re.MULTILINE | re.DOTALL)
    vat_id = re.search(r"^  vatId: .*@fieldSupport\(read: \[([^\]]*)\], update: \[([^\]]*)\]", sdl, re.MULTILINE)
    assert vat_id and all("TINYBOOKS" in re.findall(r"\w+", places) for places in vat_id.groups())


def test_the_matrix_has_it(copy: Path) -> None:
    told = json.loads(_run(copy, "-m", "gql_gateway", "support", "--format", "json"))
    shown = json.dumps(told)
    assert "Tinybooks keeps no phone number on a customer." in shown
    assert "Tinybooks" in _run(copy, "-m", "gql_gateway", "support", "--format", "markdown")


def test_the_suites_pick_it_up(copy: Path) -> None:
    """Every declared value and every fault, found by name alone; and the same suites see a fact that is wrong."""
    ran = _suites(copy)
    assert not ran.get("failed") and not ran.get("error")
    leaves, floor = 7, 15
    assert ran["passed"] > leaves * floor, ran

    fields = copy / HOMES["connector"] / "fields.py"
    right = fields.read_text("utf-8")
    try:
        fields.write_text(right.replace('native("shelf", max_length=10', 'native("shelve", max_length=10'), "utf-8")
        assert _suites(copy, "-x")["failed"]
    finally:
        fields.write_text(right, "utf-8")


def _suites(copy: Path, *options: str) -> dict[str, int]:
    """How many tests of the shared suites that are about it passed, failed and so on."""
    told = _run(copy, "-m", "pytest", "-q", "-k", "tinybooks", "-p", "no:cacheprovider", *options, check=False)
    last = told.strip().splitlines()[-1]
    return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", last)}


def _run(folder: Path, *arguments: str, check: bool = True) -> str:
    # The copy comes before the checkout that is installed.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
