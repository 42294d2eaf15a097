"""QUIRKS.md names the tests that prove it: they have to be there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gql_gateway.connectors.registry import connectors

TESTS = Path(__file__).parents[1]
CONNECTORS = TESTS.parent / "gql_gateway" / "connectors"


@pytest.mark.parametrize("name", connectors())
def test_proofs_are_there(name: str) -> None:
    words = (CONNECTORS / name / "QUIRKS.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", words))
    written = {
        function
        for path in TESTS.rglob("test_*.py")
        if "node_modules" not in path.parts
        for function in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    modules = {path.stem for path in TESTS.rglob("test_*.py")}
    assert named - written - modules == set()
    files = set(re.findall(r"`(wire/[\w*]+\.json)`", words))
    assert {file for file in files if not list((Path(__file__).parent / name).glob(file))} == set()
    assert named or files
