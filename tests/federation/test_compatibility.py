"""Apollo's subgraph compatibility tests, against a subgraph made with the gateway's own schema class."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.serving import free_port
from tests.e2e.processes import ROOT

from .conftest import sdl_at
from .running import HERE, MODULES, compose, node, python, running, served

SUITE = MODULES / "@apollo" / "federation-subgraph-compatibility-tests"
OTHERS = ("users", "inventory")
KNOWN = 23
"""Tests of version 1.2.1: fewer would mean that some were lost."""


def other(stack: ExitStack, folder: Path, name: str) -> dict[str, str]:
    """One of the suite's own subgraphs."""
    program, port = SUITE / "dist" / "subgraphs" / name, free_port("127.0.0.1")
    env = {f"{name.upper()}_PORT": str(port)}
    stack.enter_context(running(folder / name, node(), str(program / "index.js"), env=env))
    return {"name": name, "url": f"http://localhost:{port}/", "sdl": (program / f"{name}.graphql").read_text("utf-8")}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Any:
    node()
    folder = tmp_path_factory.mktemp("compatibility")
    with ExitStack() as stack:
        url = stack.enter_context(python(folder / "products", "products"))
        subgraphs = [{"name": "products", "url": url, "sdl": sdl_at(url)}]
        subgraphs += [other(stack, folder, name) for name in OTHERS]
        composed = compose(subgraphs)["apollo"]
        assert composed["errors"] == []
        gateways = served(folder / "gateway", ("router", "apollo", composed["supergraph"]))
        router = stack.enter_context(gateways)["router"]["url"]
        return jest(folder, {"PRODUCTS_URL": url, "ROUTER_URL": router})


def jest(folder: Path, addresses: dict[str, str]) -> Any:
    config = {
        "testEnvironment": "node",
        "rootDir": str(SUITE),
        "roots": [str(SUITE / "dist" / "tests")],
        "haste": {"retainAllFiles": True},
        "testPathIgnorePatterns": [],
        "setupFiles": [str(HERE / "compatibility.cjs")],
    }
    (folder / "jest.json").write_text(json.dumps(config), "utf-8")
    told = folder / "results.json"
    options = ["--ci", "--runInBand", "--no-cache", "--json", "--outputFile", str(told)]
    subprocess.run(
        [node(), str(MODULES / "jest" / "bin" / "jest.js"), *options, "--config", str(folder / "jest.json")],
        cwd=ROOT,
        env={**os.environ, **addresses},
        capture_output=True,
        timeout=300,
        check=False,
    )
    return json.loads(told.read_text("utf-8"))


def test_all_pass(results: Any) -> None:
    said = [item for suite in results["testResults"] for item in suite["assertionResults"]]
    failed = {
        item["fullName"]: re.sub(r"\x1b\[\d+m", "", item["failureMessages"][0])[:500]
        for item in said
        if item["status"] != "passed"
    }

    assert failed == {}
    assert len(said) == KNOWN
