"""GraphiQL's pane "Field support" in Chromium, and its skeletons against every simulator."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.commands import keys
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.support import support_rows
from gql_gateway.model.caller import Scope
from gql_gateway.settings import Settings
from gql_gateway.storage.secrets import generate_key

from .conftest import RunningSandbox
from .processes import ROOT, command
from .test_browser import BROWSER, browser, node

__all__ = ["browser"]  # Its skip holds here as well.

INTEGRATIONS = {connector.manifest.integration: connector for connector in connectors().values()}

# What an integration writes and the example's record does not keep: sevdesk's persons have a birthday, its companies a
# name, and no record has both.
NOT_OF_THE_RECORD = {"SEVDESK": [["change", "sevdesk", "birthday"]]}


def writable(name: str) -> set[str]:
    return {row.path for row in support_rows(INTEGRATIONS[name].table) if row.update}


def test_skeletons_hold_what_can_be_written_and_pass_a_dry_run(sandbox: RunningSandbox) -> None:
    if not (ROOT / "web" / "node_modules" / "graphql").is_dir():
        pytest.skip("needs `npm ci` in web")
    node_path = shutil.which("node")
    assert node_path
    done = subprocess.run(
        [node_path, BROWSER / "skeletons.mjs", sandbox.origin], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    report: list[dict[str, Any]] = json.loads(done.stdout)

    assert {item["name"] for item in report} == set(INTEGRATIONS)
    for item in report:
        name = item["name"]
        assert item["problems"] == [], name
        assert set(item["paths"]) == writable(name), name
        refused = item["answer"]["data"]["updateCustomer"]["errors"]
        assert [error["path"] for error in refused] == NOT_OF_THE_RECORD.get(name, []), refused
        payload = item["mended"]["data"]["updateCustomer"]
        assert (payload["dryRun"], payload["errors"]) == (True, []), payload
        writes = [request for request in payload["requests"] if request["writes"]]
        assert writes, name
        assert {request["status"] for request in writes} == {None}, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pane_with_the_keyboard(sandbox: RunningSandbox, tmp_path: Path, scheme: str) -> None:
    report = node(BROWSER / "pane.mjs", sandbox.origin, tmp_path, scheme)

    (opened,) = report["opened"]
    assert [row[0] for row in opened[1:]] == ["W phoneNumbers", "W phoneNumbers[BUSINESS].number"]

    (sent,) = report["sent"]
    said = {row[0]: row[1] for row in sent[1:]}
    assert said["W companyName"].startswith("null is refused here Name")
    assert said["W addresses[VISITING].postalCode"].startswith("13 characters are too many VisitingZipCode")
    assert said["W addresses[VISITING].city"].startswith("VisitingCity at most 128 characters · null sends API_BLANK")
    assert said["W defaultDeliveryTypes.invoice"].startswith("not one of its 4 options")
    assert report["kept"] == report["sent"]

    labels = [connector.manifest.label for connector in INTEGRATIONS.values()]
    field, kind, selected = report["field"], report["type"], report["selected"]
    assert [row[0].partition(" ")[2] for row in field[1:]] == labels
    assert len(kind[0]) == 1 + len(labels)
    signs = {row[0]: "".join(row[1:]) for row in kind[1:]}
    assert set(signs["city"]) == {"W"}
    assert "–" in signs["region"] and "W" in signs["region"]
    assert [row[0] for row in selected[0][1:]] == ["vatId", "addresses", "addresses.city", "details", "costCenter"]
    assert dict(selected[1][1:])["W costCenter"].startswith("CostCenter")

    looks = report["looks"]
    assert 345 <= looks["width"] <= 360
    assert (looks["sideways"], looks["cut"], looks["bareHeads"]) == (False, [], 0)
    assert looks["contrast"] >= 4.5
    assert looks["smallest"] >= 12
    assert [stop["name"] for stop in report["stops"]] == ["Filter", "New update", "Facts at"]
    assert all(stop["shown"] for stop in report["stops"])

    (found,) = report["found"]
    assert [row[0] for row in found[1:]] == ["W paymentTerms Visma eAccounting"]

    assert report["tabs"] == 1
    assert [row[0].partition(" ")[2] for row in report["fieldInVariables"][1:]] == labels
    assert report["sentHeader"] == "yes"
    assert report["skeleton"]["variables"]["customer"]["native"]["connectionId"] == "sandbox-fortnox"
    payload = report["result"]["data"]["updateCustomer"]
    assert (payload["dryRun"], payload["errors"]) == (True, [])
    assert report["documented"].startswith("Company or private person.\nFortnox: Type, one of COMPANY, CONTACT_PERSON")
    assert len(list(tmp_path.glob("*.png"))) == 5


def test_pane_where_it_is_refused(tmp_path: Path) -> None:
    settings = {
        "GATEWAY_SECRET_KEYS": generate_key(),
        "GATEWAY_DATABASE_URL": f"sqlite:///{tmp_path / 'gateway.sqlite3'}",
        "GATEWAY_PORT": "0",
        "GATEWAY_AUTHENTICATION": "required",
        "GATEWAY_INTROSPECTION": "false",
    }
    stored = Settings(database_url=settings["GATEWAY_DATABASE_URL"])
    key, _ = asyncio.run(keys.create(stored, "default", [Scope.READ.value], "pane", None))
    with command(tmp_path, "serve", env=settings) as process:
        process.wait_for("Application startup complete", where="err")
        (port,) = {event["port"] for event in process.log() if event["event"] == "listening"}
        report = node(BROWSER / "refused.mjs", f"http://127.0.0.1:{port}", key, tmp_path)

    assert "Send an API key" in report["refused"] and "Headers" in report["refused"]
    assert "no introspection" in report["withKey"]
    (row,) = report["found"]
    assert row.startswith("W companyName") and "Name" in row and "at most 1024 characters" in row
