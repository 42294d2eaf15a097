"""`examples/react_form` in Chromium: a form that knows no accounting system, used on each of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.commands.sandbox import connection_id
from gql_gateway.connectors.registry import connectors
from gql_gateway.sandbox.server import Sandbox

from .conftest import RunningSandbox
from .processes import PATIENCE, ROOT, ask, post

EXAMPLE = ROOT / "examples" / "react_form"
BROWSER = ROOT / "tests" / "browser"
FORTNOX = "1001"
Step = tuple[object, ...]


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    chromium = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    installed = [(folder / "node_modules" / ".ready").is_file() for folder in (EXAMPLE, BROWSER)]
    if not (shutil.which("node") and all(installed) and chromium.exists()):
        pytest.skip("needs node, chromium, and `npm ci` in examples/react_form and tests/browser")


@pytest.fixture(scope="module")
def form(started_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the form is served, before the sandbox's gateway."""
    said = tmp_path_factory.mktemp("form") / "said"
    env = {**os.environ, "GATEWAY_URL": f"{started_sandbox.origin}/graphql"}
    with said.open("wb") as out:
        running = subprocess.Popen(["node", EXAMPLE / "server.mjs", "0"], env=env, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE
        while not said.read_text("utf-8").endswith("/\n"):
            assert running.poll() is None and time.monotonic() < deadline, said.read_text("utf-8")
            time.sleep(0.05)
        yield said.read_text("utf-8").strip()
    finally:
        running.kill()
        running.wait(PATIENCE)


def use(form: str, folder: Path, *steps: Step, scheme: str = "light", width: int = 1300) -> list[dict[str, Any]]:
    """What the page showed on the way; whatever the way, it stays usable and asks nobody else."""
    script = Path(__file__).with_name("react_form.mjs")
    command: list[str | Path] = ["node", script, form, folder, scheme, str(width), json.dumps(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    # Chromium itself complains of an answer that was lost on purpose.
    complaints = [text for text in report["consoleErrors"] if not (("lose",) in steps and "ERR_FAILED" in text)]
    assert (report["external"], complaints, report["cspViolations"]) == ([], [], [])
    seen: list[dict[str, Any]] = report["seen"]
    for page in seen:
        assert (page["sideways"], page["unlabelled"], page["small"]) == (False, 0, [])
        assert all(page["linked"])
    return seen


def opened(sandbox: RunningSandbox, name: str, native_id: str) -> Step:
    """The step that opens a customer."""
    query = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    by = {"native": {"connectionId": connection_id(name), "nativeId": native_id}}
    customer = post(sandbox.origin, query, {"by": by}).json()["data"]["customer"]
    return ("open", connection_id(name), customer["id"])


def record_address(sandbox: RunningSandbox, name: str, native_id: str) -> str:
    return f"{sandbox.simulators}/_control/{name}/records/{native_id}"


def record(sandbox: RunningSandbox, name: str, native_id: str) -> Any:
    return ask(record_address(sandbox, name, native_id)).json()


def writes(sandbox: RunningSandbox, name: str) -> list[Any]:
    found = ask(f"{sandbox.simulators}/_control/{name}/requests").json()
    return [item for item in found if item["method"] != "GET"]


LOOKS = pytest.mark.parametrize(("scheme", "width"), [("light", 1300), ("dark", 390)])


@LOOKS
def test_preview_then_write(sandbox: RunningSandbox, form: str, tmp_path: Path, scheme: str, width: int) -> None:
    before = record(sandbox, "fortnox", FORTNOX)
    steps: list[Step] = [
        opened(sandbox, "fortnox", FORTNOX),
        ("look",),
        ("type", "notes", "Please ring twice."),
        ("clear", "website"),
        ("choose", "vatType", "Export"),
        ("type", "addresses[DELIVERY].city", "Kalix"),
        ("preview",),
        ("picture", "preview"),
        ("undo", "addresses[DELIVERY].city"),
        ("look",),
        ("preview",),
        ("write",),
        ("picture", "written"),
    ]
    fresh, preview, undone, again, done = use(form, tmp_path, *steps, scheme=scheme, width=width)
    after = record(sandbox, "fortnox", FORTNOX)

    assert fresh["edits"] == {} and not fresh["mayWrite"]
    kept = {"notes": "set", "website": "cleared", "vatType": "set"}
    assert preview["edits"] == {**kept, "addresses[DELIVERY].city": "set"}
    assert preview["title"] == preview["focused"] == "What would happen"
    assert preview["changes"]["website"] == [before["WWW"], "none"]
    assert preview["changes"]["addresses[DELIVERY].city"] == ["Umeå", "Kalix"]
    (call,) = [item for item in preview["calls"] if item["call"].startswith("PUT ")]
    assert json.loads(call["body"])["Customer"]["WWW"] == "API_BLANK"
    assert preview["mayWrite"] and not undone["mayWrite"], "only what was previewed is written"
    assert again["edits"] == kept and again["mayWrite"]
    assert done["title"] == done["focused"] == "Done"
    assert done["edits"] == {} and not done["mayWrite"]
    assert set(done["changes"]) == set(kept)
    assert (after["Comments"], after["WWW"], after["VATType"]) == ("Please ring twice.", "", "EXPORT")
    assert {name for name in after if after[name] != before.get(name)} == {"Comments", "WWW", "VATType"}
    for name in ("preview", "written"):
        assert (tmp_path / f"{name}-{scheme}-{width}.png").stat().st_size > 10_000


def test_builds_itself_for_every_system(sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
    """Every value that can be changed has its control; the calls shown are those of the system."""
    query = "{ integrations { name fields { path type update clear } } }"
    known = {
        item["name"].lower(): item["fields"] for item in post(sandbox.origin, query).json()["data"]["integrations"]
    }
    simulators = Sandbox().simulators
    examples = {name: simulators[name].example_id() for name in connectors()}
    before = {name: record(sandbox, name, native_id) for name, native_id in examples.items()}
    change: list[Step] = [("look",), ("type", "companyName", "Neue Firma 7"), ("preview",)]
    seen = use(form, tmp_path, *(step for item in examples.items() for step in (opened(sandbox, *item), *change)))

    for name, fresh, preview in zip(examples, seen[::2], seen[1::2], strict=True):
        values = [item for item in known[name] if item["update"] and is_typed(item["type"])]
        assert {item["path"].replace("[*]", "[new]") for item in values} <= set(fresh["fields"]), name
        assert not {item["path"] for item in values if item["clear"] == "NEVER"} & set(fresh["clearable"]), name
        assert preview["problems"] == [] and preview["mayWrite"], (name, preview["problems"])
        assert preview["changes"]["companyName"][1] == "Neue Firma 7", name
        assert any("Neue Firma 7" in (item["body"] or "") for item in preview["calls"]), name
        assert record(sandbox, name, examples[name]) == before[name], name


def is_typed(kind: str) -> bool:
    """Whether a person types the value in; inputs and lists of them only hold others."""
    return kind == "[String!]" or not kind.rstrip("!]").endswith("Input")


class TestProblems:
    def test_stand_at_their_fields(self, sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
        page, mended = use(
            form,
            tmp_path,
            opened(sandbox, "fortnox", FORTNOX),
            ("type", "addresses[VISITING].countryCode", "sweden"),
            ("type", "emailAddresses[ORDER].email", "nobody"),
            ("type", "emailAddresses[INVOICE].email", "bills@shop.example"),
            ("preview",),
            ("picture", "problems"),
            ("type", "addresses[VISITING].countryCode", "NO"),
            ("undo", "emailAddresses[ORDER].email"),
            ("preview",),
        )

        wrong = {"addresses[VISITING].countryCode", "emailAddresses[ORDER].email"}
        assert set(page["told"]) == set(page["invalid"]) == wrong
        assert len(page["problems"]) == len(page["linked"]) == 2
        assert "ISO 3166-1" in page["told"]["addresses[VISITING].countryCode"]
        assert not page["mayWrite"]
        assert mended["told"] == {} and mended["mayWrite"]
        assert set(mended["changes"]) == {"addresses[VISITING].countryCode", "emailAddresses[INVOICE].email"}

    def test_value_that_cannot_be_cleared(self, sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
        """One that the facts forbid, and one that goes only with its whole entry, which the record has to tell."""
        native_id = Sandbox().simulators["lexware_office"].example_id()
        before, first, second = use(
            form,
            tmp_path,
            opened(sandbox, "lexware_office", native_id),
            ("type", "companyName", ""),
            ("clear", "addresses[BILLING].countryCode"),
            ("look",),
            ("preview",),
            ("undo", "companyName"),
            ("preview",),
        )

        assert before["told"] == {"companyName": "This system cannot clear it."}
        assert "companyName" not in before["clearable"]
        assert set(first["told"]) == {"companyName"}
        assert set(second["told"]) == {"addresses[BILLING].countryCode"}
        assert not first["mayWrite"] and not second["mayWrite"]
        assert writes(sandbox, "lexware_office") == []

    def test_person_known_by_id(self, sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
        """In a list merged by id the gateway's index leads back to the entry; a new entry tells what it lacks."""
        native_id = Sandbox().simulators["sevdesk"].example_id()
        (fresh,) = use(form, tmp_path, opened(sandbox, "sevdesk", native_id), ("look",))
        first = next(
            path for path in fresh["fields"] if path.startswith("contactPersons[#") and path.endswith(".lastName")
        )
        person = first.removesuffix(".lastName")
        wrong, right = use(
            form,
            tmp_path,
            opened(sandbox, "sevdesk", native_id),
            ("type", first, "Nachtigall"),
            ("type", f"{person}.emailAddresses[BUSINESS].email", "nobody"),
            ("preview",),
            ("type", f"{person}.emailAddresses[BUSINESS].email", "n@firma.example"),
            ("preview",),
        )

        assert set(wrong["told"]) == {f"{person}.emailAddresses[BUSINESS].email"}
        assert right["told"] == {} and right["mayWrite"]
        assert any("Nachtigall" in (item["body"] or "") for item in right["calls"])


class TestConflict:
    """Somebody else writes between opening and writing."""

    @LOOKS
    def test_person_chooses(self, sandbox: RunningSandbox, form: str, tmp_path: Path, scheme: str, width: int) -> None:
        before = record(sandbox, "fortnox", FORTNOX)
        theirs = {**before, "Comments": "Theirs.", "OurReference": "Theirs.", "City": "Luleå"}
        preview, conflict, chosen, again, done = use(
            form,
            tmp_path,
            opened(sandbox, "fortnox", FORTNOX),
            ("type", "notes", "Mine."),
            ("type", "ourReference", "Mine."),
            ("type", "companyName", "Älvstranden AB"),
            ("preview",),
            ("fetch", record_address(sandbox, "fortnox", FORTNOX), "PUT", theirs),
            ("write",),
            ("picture", "conflict"),
            ("give", "notes", "theirs"),
            ("go on",),
            ("preview",),
            ("write",),
            scheme=scheme,
            width=width,
        )
        after = record(sandbox, "fortnox", FORTNOX)

        assert preview["mayWrite"]
        assert conflict["focused"] == conflict["title"] == "Somebody else changed this customer"
        shown = {path: cells[:2] for path, cells in conflict["differing"].items()}
        assert shown == {
            "notes": [before["Comments"], "Theirs."],
            "ourReference": [before["OurReference"] or "none", "Theirs."],
            "companyName": [before["Name"], before["Name"]],
            "addresses[BILLING].city": [before["City"], "Luleå"],
        }
        assert conflict["differing"]["companyName"][2] == "Älvstranden AB", "there is nothing to choose"
        assert chosen["edits"] == {"ourReference": "set", "companyName": "set"} and not chosen["mayWrite"]
        assert set(again["changes"]) == {"ourReference", "companyName"}
        assert done["title"] == "Done"
        assert after == {**theirs, "OurReference": "Mine.", "Name": "Älvstranden AB"}
        assert len(writes(sandbox, "fortnox")) == 1

    def test_between_the_gateways_read_and_its_write(self, sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
        native_id = Sandbox().simulators["lexware_office"].example_id()
        faults = f"{sandbox.simulators}/_control/lexware_office/faults"
        _, conflict = use(
            form,
            tmp_path,
            opened(sandbox, "lexware_office", native_id),
            ("type", "notes", "Mine."),
            ("preview",),
            ("fetch", faults, "POST", {"fault": "stale_version", "times": 1, "on": "PUT /v1/contacts"}),
            ("write",),
        )

        assert conflict["title"] == "Somebody else changed this customer"
        assert not conflict["mayWrite"]


def test_answer_that_got_lost_is_asked_for_again(sandbox: RunningSandbox, form: str, tmp_path: Path) -> None:
    _, lost, done = use(
        form,
        tmp_path,
        opened(sandbox, "fortnox", FORTNOX),
        ("type", "notes", "Once."),
        ("preview",),
        ("lose",),
        ("write",),
        ("write",),
    )

    assert lost["alert"] and lost["mayWrite"]
    assert done["title"] == "Done"
    assert list(done["changes"]) == ["notes"]
    assert len(writes(sandbox, "fortnox")) == 1


class TestServer:
    """What the example's server lets through: it speaks with its own key."""

    def test_other_sites_are_refused(self, form: str) -> None:
        body = json.dumps({"query": "{ __typename }"}).encode()
        headers = {"content-type": "application/json"}

        assert ask(f"{form}graphql", "POST", body, headers).json() == {"data": {"__typename": "Query"}}
        assert ask(f"{form}graphql", "POST", body, {**headers, "origin": "http://elsewhere.example"}).status == 403
        assert ask(f"{form}graphql", "POST", body, {**headers, "host": "elsewhere.example"}).status == 421

    def test_nothing_else_is_there(self, form: str) -> None:
        assert ask(f"{form}../server.mjs").status == 404
        assert ask(f"{form}graphql").status == 404
