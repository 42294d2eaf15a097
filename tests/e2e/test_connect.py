"""People connect their books in Chromium: every integration, on a desk and on a phone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connect.flow import asked_for
from gql_gateway.connectors.registry import connectors
from gql_gateway.sandbox.server import Sandbox

from .conftest import RunningSandbox
from .processes import ROOT, post

BROWSER = ROOT / "tests" / "browser"
PATIENCE = 300.0
LINK = (
    "mutation($input: CreateConnectLinkInput!) { createConnectLink(input: $input) "
    "{ link { url } errors { message path } } }"
)


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    chromium = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    if not (shutil.which("node") and (BROWSER / "node_modules" / "playwright-core").is_dir() and chromium.exists()):
        pytest.skip("needs node, `npm ci` in tests/browser and chromium")


def graphql(sandbox: RunningSandbox, query: str, **variables: Any) -> Any:
    answer = post(sandbox.origin, query, variables).json()
    assert "errors" not in answer, answer
    return answer["data"]


def walk_of(sandbox: RunningSandbox, name: str, suffix: str) -> dict[str, Any]:
    """A new link, and what a person knows who follows it."""
    given = {"connectionId": f"{name}-{suffix}", "integration": name.upper()}
    made = graphql(sandbox, LINK, input=given)["createConnectLink"]
    assert made["errors"] == []
    manifest = connectors()[name].manifest
    simulator = Sandbox().simulators[name]
    query = "query($id: ID!) { companies(connectionId: $id) { id active unfit } }"
    ready = f"sandbox-{name.replace('_', '-')}"
    companies = graphql(sandbox, query, id=ready)["companies"]
    fit = [str(item["id"]) for item in companies if item["active"] is not False and not item["unfit"]]
    company = simulator.company_id()
    key = None
    if manifest.consent is None:
        known = simulator.credentials()
        key = {item.name: known[item.name] for item in asked_for(connectors()[name]) if item.name in known}
    # A system without companies of its own goes by the connection.
    chosen = (company if company in fit else fit[0]).replace(ready, given["connectionId"])
    region = manifest.regions[0].name if manifest.regions else None
    return {"url": made["link"]["url"], "integration": name, "region": region, "key": key, "company": chosen}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_every_integration_is_connected_in_a_browser(
    sandbox: RunningSandbox, tmp_path: Path, scheme: str, width: int
) -> None:
    walks = [walk_of(sandbox, name, f"{scheme}-{width}") for name in connectors()]
    asking = [walk for walk in walks if walk["key"] is None]
    asking[0]["deny"] = True
    done = subprocess.run(
        [
            *("node", Path(__file__).with_name("connect.mjs"), sandbox.origin, sandbox.simulators, tmp_path),
            *(scheme, str(width), json.dumps(walks)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["external"], report["consoleErrors"], report["cspViolations"]) == ([], [], [])
    assert [walk["integration"] for walk in report["walks"]] == list(connectors())
    for walk in report["walks"]:
        assert walk["titles"][-2:] == ["Choose the company", "Connected"], walk
        assert (walk["sideways"], walk["small"], walk["unlabelled"]) == (0, 0, 0), walk
    (thought_over,) = [walk for walk in report["walks"] if walk["integration"] == asking[0]["integration"]]
    assert "Access was not allowed" in thought_over["titles"]
    found = {item["id"]: item["status"] for item in graphql(sandbox, "{ connections { id status } }")["connections"]}
    for name in connectors():
        connection_id = f"{name}-{scheme}-{width}"
        assert found[connection_id] == "ready"
        listed = graphql(
            sandbox, "query($id: ID!) { customers(connectionId: $id, first: 1) { nodes { id } } }", id=connection_id
        )
        assert listed["customers"]["nodes"]
