"""GraphiQL and the support page in Chromium, which reaches only the gateway. Pictures stay in pytest's folder."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.registry import connectors

from .conftest import RunningSandbox
from .processes import ROOT, ask
from .test_serve import run_command, serving

BROWSER = ROOT / "tests" / "browser"
PATIENCE = 180.0


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    lacking = [
        what
        for what, found in (
            ("node", shutil.which("node")),
            ("`npm ci` in tests/browser", (BROWSER / "node_modules" / "playwright-core").is_dir()),
            ("chromium", Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists()),
        )
        if not found
    ]
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")


def node(script: Path, *arguments: object) -> Any:
    """What the script prints; its complaints when it fails."""
    done = subprocess.run(
        ["node", script, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["external"], report["consoleErrors"], report["cspViolations"]) == ([], [], [])
    return report


def test_every_tab_of_graphiql_runs(sandbox: RunningSandbox, tmp_path: Path) -> None:
    report = node(BROWSER / "graphiql.mjs", sandbox.origin, tmp_path)
    printed = re.search(r"^mutation .*?^}$", sandbox.said, re.MULTILINE | re.DOTALL)
    assert printed

    assert report["operation"].strip() == printed[0].strip()
    assert len({tab["operation"] for tab in report["tabs"]}) == len(connectors())
    for tab in report["tabs"]:
        payload = tab["result"]["data"]["updateCustomer"]
        assert payload["errors"] == []
        assert len(payload["changes"]) == 1
    payload = report["result"]["data"]["updateCustomer"]
    name = next(iter(connectors()))
    asked = ask(f"{sandbox.simulators}/_control/{name}/requests").json()
    assert len([item for item in asked if item["path"] in {call["path"] for call in payload["requests"]}]) >= 1
    for picture in ("graphiql-opened.png", "graphiql-result.png"):
        assert (tmp_path / picture).stat().st_size > 10_000


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_support_page(sandbox: RunningSandbox, tmp_path: Path, scheme: str, width: int) -> None:
    picture = tmp_path / f"support-{scheme}-{width}.png"
    report = node(Path(__file__).with_name("page.mjs"), f"{sandbox.origin}/support", picture, scheme, width)

    assert "Field support" in report["title"]
    assert not report["sideways"], "the table scrolls in its own box, not the page"
    assert report["room"] > 0.5, "the fixed column hides the others"
    assert report["broken"] == []
    assert brightness(report["background"]) > 200 if scheme == "light" else brightness(report["background"]) < 60
    assert abs(brightness(report["background"]) - brightness(report["color"])) > 120
    assert picture.stat().st_size > 10_000


QUERIES = [
    "q=vat",
    "q=FORTNOX+zip",
    "q=e-accounting+number",
    "integration=fortnox",
    "only=gaps&integration=fortnox&integration=sevdesk",
    "only=different&integration=bookmore&integration=visma_eaccounting",
    "q=city&only=different&integration=quickbooks&integration=exact-online",
]


def test_support_page_in_use(sandbox: RunningSandbox, tmp_path: Path) -> None:
    script = Path(__file__).with_name("support.mjs")
    report = node(script, sandbox.origin, tmp_path, json.dumps(QUERIES))

    for query in QUERIES:
        lines = csv.DictReader(io.StringIO(ask(f"{sandbox.origin}/support.csv?{query}").body.decode()))
        assert set(report["shown"][query]) == {line["path"] for line in lines} != set(), query
    assert report["load"]["encodedBodySize"] < 80_000 < report["load"]["decodedBodySize"], "compressed on its way"
    assert report["typed"]["place"] == "?q=zip&only=different&integration=fortnox&integration=sevdesk"
    assert report["typed"]["heads"] == ["Fortnox", "sevdesk"]
    assert report["typed"]["count"] == f"{len(report['typed']['fields'])} of {len(report['all'])} fields"
    for form in ("CSV", "JSON"):
        name = f"support.{form.lower()}"
        assert report[form] == {"address": f"/{name}{report['typed']['place']}", "name": name}
    assert report["nothing"] == []
    assert report["afterReset"] == report["all"]

    query = "?q=vat&integration=fortnox&integration=exact_online"
    assert report["details"]["place"] == f"{query}#fortnox:vatId"
    assert all(word in report["details"]["text"] for word in ("vatId", "Fortnox", "VATNumber", "API_BLANK"))
    assert report["closed"] == {"place": query, "focus": "#fortnox:vatId"}
    assert "Fortnox keeps no bank account on a customer." in report["gap"]
    assert report["linked"] == 3 * [{"place": "#addresses[DELIVERY].city", "inView": True}]

    assert report["plain"]["filter"] is False
    assert "VATNumber" in report["plain"]["entry"]
    assert report["plain"]["downloads"] == 2
    assert report["phone"] == {"sideways": False, "dialog": [True, True]}


def brightness(color: str) -> float:
    """0 to 255 of a computed `rgb(…)`."""
    red, green, blue = (float(value) for value in re.findall(r"[\d.]+", color)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_graphiql_with_a_key(tmp_path: Path) -> None:
    with serving(tmp_path, GATEWAY_AUTHENTICATION="required") as served:
        key = run_command(served, "keys", "create", "--scope", "customers:read").strip()
        report = node(Path(__file__).parent / "key.mjs", served.origin, key, tmp_path / "key.png")

    assert "Send an API key" in report["before"] and "Headers" in report["before"]
    assert report["after"] == 0
    assert len(report["result"]["data"]["integrations"]) == len(connectors())
    assert not report["stored"]
