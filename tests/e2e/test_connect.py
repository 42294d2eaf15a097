"""People connect their books in Chromium: every integration, on a desk and on a phone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
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


def reported(script: str, sandbox: RunningSandbox, folder: Path, scheme: str, width: int, given: Any) -> Any:
    """What the browser's script saw; it stayed on this machine and complained of nothing."""
    command: list[str | Path] = [
        "node",
        Path(__file__).with_name(script),
        sandbox.origin,
        sandbox.simulators,
        folder,
        scheme,
        str(width),
    ]
    done = subprocess.run([*command, json.dumps(given)], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["external"], report["consoleErrors"], report["cspViolations"]) == ([], [], [])
    return report


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_every_integration_is_connected_in_a_browser(
    sandbox: RunningSandbox, tmp_path: Path, scheme: str, width: int
) -> None:
    walks = [walk_of(sandbox, name, f"{scheme}-{width}") for name in connectors()]
    asking = [walk for walk in walks if walk["key"] is None]
    asking[0]["deny"] = True
    report = reported("connect.mjs", sandbox, tmp_path, scheme, width, walks)
    assert [walk["integration"] for walk in report["walks"]] == list(connectors())
    for walk in report["walks"]:
        assert walk["titles"][-2:] == ["Choose the company", "Connected"], walk
        assert walk["steps"][-2:] == ["Step 2 of 3", "Step 3 of 3, done"], walk
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


def link_of(sandbox: RunningSandbox, integration: str, connection_id: str) -> str:
    wish = {"connectionId": connection_id, "integration": integration, "requestedBy": "Kanzlei Müller & Söhne"}
    made = graphql(sandbox, LINK, input=wish)["createConnectLink"]
    assert made["errors"] == []
    return str(made["link"]["url"])


def let_expire(sandbox: RunningSandbox, connection_id: str) -> None:
    (file,) = sandbox.process.folder.glob("gql-gateway-*/sandbox.sqlite3")
    with sqlite3.connect(file, timeout=PATIENCE) as database:
        change = "UPDATE connect_links SET expires_at = '2001' || substr(expires_at, 5) WHERE connection_id = ?"
        assert database.execute(change, [connection_id]).rowcount == 1


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_what_goes_wrong_is_told_in_a_browser(sandbox: RunningSandbox, tmp_path: Path, scheme: str, width: int) -> None:
    """A wrong state, a link used by another or over, an inactive business, a wrong key: words, and nothing stored."""
    wanted = {
        "state": "FORTNOX",
        "reused": "FORTNOX",
        "expired": "FORTNOX",
        "inactive": "SAGE_ACCOUNTING",
        "key": "SEVDESK",
    }
    ids = {name: f"wrong-{name}-{width}" for name in wanted}
    links = {name: link_of(sandbox, integration, ids[name]) for name, integration in wanted.items()}
    let_expire(sandbox, ids["expired"])
    known = asked_for(connectors()["sevdesk"])
    given = {"links": links, "key": {item.name: "0" * 32 for item in known if not item.optional}}
    report = reported("connect_failures.mjs", sandbox, tmp_path, scheme, width, given)
    told = report["told"]
    assert {name: page["title"] for name, page in told.items()} == {
        "wrong state": "That did not work",
        "in another browser": "Link already used",
        "reused": "Link already used",
        "expired": "Link expired",
        "no link": "Link not found",
        "inactive shown": "Choose the company",
        "inactive": "Choose the company",
        "wrong key": "Connect sevdesk",
    }
    assert not any(page["sideways"] for page in told.values())
    assert [name for name, page in told.items() if not page["alert"]] == ["inactive shown"]
    assert "another sign-in" in told["wrong state"]["alert"]
    assert "not active" in told["inactive"]["alert"]
    assert (report["disabled"], report["kept"]) == (True, False)
    stored = {item["id"] for item in graphql(sandbox, "{ connections { id } }")["connections"]}
    assert not stored & set(ids.values())
