"""`gql-gateway doctor`: what it finds, what it leaves alone, and what it never shows."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from gql_gateway.commands import doctor, health
from gql_gateway.commands.report import Finding, JsonReport, Level, TableReport
from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.customer import Company
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.secrets import generate_key

from .conftest import Cli

NOWHERE = "http://127.0.0.1:9"
PLANTED = "PLANTED-s3cret-Value"


@pytest.fixture(autouse=True)
def _any_port(cli: Cli) -> None:
    cli.env["GATEWAY_PORT"] = "0"


def look(cli: Cli, *arguments: str, code: int = 0, **env: str) -> list[dict[str, Any]]:
    told = json.loads(cli("doctor", "--json", *arguments, code=code, **env).stdout)
    levels = [item["level"] for item in told["findings"]]
    assert told["counts"] == {level: levels.count(level) for level in ("ok", "warning", "problem")}
    assert (told["counts"]["problem"] > 0) == bool(code)
    found: list[dict[str, Any]] = told["findings"]
    return found


def of(found: list[dict[str, Any]], about: str, name: str | None = None) -> Any:
    chosen = [item for item in found if item["about"] == about and name in (None, item["name"])]
    return chosen if name is None else chosen[0]


def add(cli: Cli, integration: str, id: str, credentials: Mapping[str, str], *more: str) -> None:
    flags = [part for name, value in credentials.items() for part in ("--credential", f"{name}={value}")]
    cli("connections", "add", integration, "--id", id, *flags, *more)


def simulated(cli: Cli, simulators: Sandbox, integration: str, id: str, **credentials: str) -> None:
    simulator, base = simulators.simulators[integration], simulators.url(integration)
    more = ["--base-url", base]
    if company := simulator.company_id():
        more += ["--company", company]
    if token_url := simulator.token_url(base):
        more += ["--token-url", token_url]
    add(cli, integration, id, {**simulator.credentials(), **credentials}, *more)


def change(cli: Cli, statement: str, *values: object) -> None:
    with sqlite3.connect(cli.database) as database:
        assert database.execute(statement, values).rowcount


def stamp(by: timedelta) -> str:
    return (datetime.now(UTC) + by).strftime("%Y-%m-%d %H:%M:%S.%f")


class TestAllIsWell:
    def test_every_integration_is_asked_once(self, cli: Cli, simulators: Sandbox) -> None:
        for name, simulator in simulators.simulators.items():
            simulator.reset()
            simulated(cli, simulators, name, f"of-{name}")
        cli("keys", "create", "--scope", "customers:read")
        found = look(cli)
        assert [item for item in found if item["level"] != "ok"] == []
        asked = of(found, "connection")
        assert [item["facts"]["integration"] for item in asked] == sorted(connectors())
        for item in asked:
            assert "works" in item["words"], item
            assert item["facts"]["called"]
            assert item["facts"]["needsReauthorization"] is False
            assert item["facts"]["lastUsedAt"] is None, "a look is no use"
        listed = json.loads(cli("connections", "list", "--json").stdout)
        assert [item["lastUsedAt"] for item in listed] == [None] * len(connectors())
        table = cli("doctor").stdout
        assert all(f"default/of-{name}" in table for name in connectors())
        assert table.splitlines()[-1].endswith("0 warning, 0 problem")
        values = [value for simulator in simulators.simulators.values() for value in simulator.credentials().values()]
        # The id of a company in one simulator happens to be a key in another.
        said = cli.said
        for item in asked:
            said = said.replace(item["facts"]["companyId"] or "", "")
        assert not [value for value in values if len(value) > 8 and value in said]
        assert cli.env["GATEWAY_SECRET_KEYS"].partition(":")[2] not in cli.said

    def test_offline_asks_nobody(self, cli: Cli) -> None:
        tokens = {"access_token": PLANTED, "refresh_token": PLANTED, "client_id": "a", "client_secret": PLANTED}
        add(cli, "fortnox", "gone", tokens, "--base-url", NOWHERE, "--token-url", NOWHERE)
        facts = of(look(cli, "--offline"), "connection", "default/gone")["facts"]
        assert (facts["called"], facts["callError"], facts["tokenRenewable"]) == (False, None, True)
        item = of(look(cli, code=1), "connection", "default/gone")
        assert (item["level"], item["facts"]["called"], item["facts"]["callError"]) == ("problem", True, "UNREACHABLE")
        assert PLANTED not in cli.said


class TestConnections:
    def test_a_refused_credential(self, cli: Cli, simulators: Sandbox) -> None:
        simulated(cli, simulators, "fortnox", "dead", access_token=PLANTED, refresh_token=PLANTED)
        item = of(look(cli, code=1), "connection", "default/dead")
        assert "REAUTHORIZE" in item["words"]
        assert item["facts"]["needsReauthorization"], "what the call has taught is among the facts"
        assert item["advice"] == "Connect it anew: `gql-gateway connect fortnox --id dead`."
        again = of(look(cli, code=1), "connection", "default/dead")
        assert (again["facts"]["status"], again["facts"]["called"]) == ("reauthorize", False)
        assert "gql-gateway connect fortnox --id dead" in cli("doctor", "--offline", code=1).stdout
        assert PLANTED not in cli.said

    def test_a_company_that_is_out_of_reach(self, cli: Cli, simulators: Sandbox) -> None:
        simulated(cli, simulators, "fortnox", "astray")
        change(cli, "UPDATE connections SET company_id = 'elsewhere'")
        item = of(look(cli), "connection", "default/astray")
        assert item["level"] == "warning"
        assert "elsewhere" in item["words"]

    @pytest.mark.parametrize(
        ("ends", "renewable", "level"),
        [
            (timedelta(hours=-1), False, "problem"),
            (timedelta(days=3), False, "warning"),
            (timedelta(days=30), False, "ok"),
            (timedelta(hours=-1), True, "ok"),
        ],
        ids=str,
    )
    def test_the_end_of_a_token(self, cli: Cli, ends: timedelta, renewable: bool, level: str) -> None:
        at = datetime.now(UTC) + ends
        more = {"refresh_token": "r", "client_id": "c", "client_secret": "s"} if renewable else {}
        add(cli, "fortnox", "t", {"access_token": "a", "expires_at": str(int(at.timestamp())), **more}, "--tenant", "x")
        found = look(cli, "--offline", code=int(level == "problem"))
        item = of(found, "connection", "x/t")
        assert item["level"] == level
        assert item["facts"]["needsReauthorization"] is (level == "problem")
        assert item["facts"]["tokenEndsAt"] == at.replace(microsecond=0).isoformat()
        assert ("--id t --tenant x" in item["advice"]) is (level != "ok")

    def test_a_connector_that_is_gone(self, cli: Cli) -> None:
        add(cli, "fortnox", "odd", {"access_token": "a"})
        change(cli, "UPDATE connections SET integration = 'abacus'")
        assert of(look(cli, code=1), "connection", "default/odd")["level"] == "problem"

    def test_more_than_a_page_of_several_tenants(self, cli: Cli) -> None:
        add(cli, "sevdesk", "c0000", {"api_token": "0" * 32})
        with sqlite3.connect(cli.database) as database:
            names = [item[1] for item in database.execute("PRAGMA table_info(connections)")]
            kept = ", ".join(name for name in names if name not in ("id", "tenant"))
            rows = [(f"t{number % 3}", f"c{number:04}") for number in range(1, 302)]
            for row in rows:
                database.execute(
                    f"INSERT INTO connections (tenant, id, {kept}) SELECT ?, ?, {kept} FROM connections LIMIT 1", row
                )
        found = look(cli, "--offline", code=1)
        seen = [(item["facts"]["tenant"], item["facts"]["id"]) for item in of(found, "connection")]
        assert seen == sorted([("default", "c0000"), *rows])
        assert of(found, "keys", "all")["facts"] == {"unreadable": 301}, "moved bytes do not open"
        table = cli("doctor", "--offline", code=1).stdout
        assert "more are not shown here; --json shows all." in table
        assert table.count("problem") == 200 + 1, "rows that are well go first"

    def test_few_at_once_and_none_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        running = most = 0

        async def companies(id: str) -> list[Any]:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(3600 if id == "c7" else 0.01)
            running -= 1
            if id == "c9":
                raise KeyError(PLANTED)
            return []

        async def get(_key: object) -> None:
            return None

        monkeypatch.setattr(health, "LONGEST_CALL", 0.1)
        monkeypatch.setattr(health, "_GRACE", 0.1)
        gateways = SimpleNamespace(of=lambda _tenant: SimpleNamespace(companies=companies), note_use=None)
        parts: Any = SimpleNamespace(gateways=gateways)
        stored: Any = SimpleNamespace(get=get)
        some = [Connection(f"c{number}", "sevdesk", Credentials({}), tenant="t") for number in range(30)]

        async def all_of_them() -> list[Finding]:
            checked = health.Health(stored, parts)
            return await asyncio.gather(*map(checked.of, some))

        found = asyncio.run(all_of_them())
        assert most == health.AT_ONCE
        assert [item.name for item in found if item.level is not Level.OK] == ["t/c7", "t/c9"]
        assert PLANTED not in repr(found)

    @pytest.mark.parametrize(
        ("company", "words"),
        [
            (Company("7"), "works; companies: 1"),
            (Company("8"), "works, but its company 7 is not among those it reaches"),
            (Company("7", active=False), "works, but its company 7 is not active"),
            (Company("7", unfit="It is in Spain."), "works, but its company 7 cannot be used: It is in Spain."),
        ],
        ids=str,
    )
    def test_the_company_that_is_fixed(self, company: Company, words: str) -> None:
        called = health.judged(Connection("c", "sevdesk", Credentials({}), "7", tenant="t"), [company])
        assert called.words == words
        assert called.level is (Level.OK if words.startswith("works;") else Level.WARNING)


class TestKeys:
    def test_from_one_key_to_the_next(self, cli: Cli) -> None:
        add(cli, "sevdesk", "acme", {"api_token": "0" * 32})
        old, new = cli.env["GATEWAY_SECRET_KEYS"], generate_key("k2")
        both: dict[str, Any] = {"GATEWAY_SECRET_KEYS": f"{new},{old}"}
        item = of(look(cli, "--offline", **both), "keys", "k1")
        assert item["level"] == "warning"
        assert "rotate-secrets" in item["advice"]
        assert (item["facts"]["connections"], item["facts"]["removable"]) == (1, False)
        cli("keys", "rotate-secrets", **both)
        item = of(look(cli, "--offline", **both), "keys", "k1")
        assert (item["level"], item["facts"]["connections"], item["facts"]["removable"]) == ("warning", 0, True)
        assert of(look(cli, "--offline", **both), "keys", "k2")["facts"]["connections"] == 1
        found = look(cli, "--offline", GATEWAY_SECRET_KEYS=new)
        assert [item["name"] for item in of(found, "keys")] == ["k2", "all"]
        found = look(cli, "--offline", code=1)
        assert of(found, "keys", "k2")["level"] == "problem"
        assert of(found, "keys", "k2")["facts"]["configured"] is False
        assert of(found, "keys", "all")["facts"] == {"unreadable": 1}
        assert of(found, "connection", "default/acme")["facts"]["status"] == "unreadable"
        assert not [key for key in (old, new) if key.partition(":")[2] in cli.said]

    def test_the_first_key_stays_also_while_it_seals_nothing(self, cli: Cli) -> None:
        cli("connections", "list")
        item = of(look(cli), "keys", "k1")
        assert (item["level"], item["facts"]["removable"]) == ("ok", False)

    def test_a_key_that_seals_anything_stays_until_it_is_rotated(self) -> None:
        from gql_gateway.storage.secrets import SecretBox

        box = SecretBox.from_text(f"{generate_key('k2')},{generate_key('k1')}")
        for counts in ((0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0)):
            assert "rotate" in doctor._judged("k1", box, *counts)[1]
        assert doctor._judged("gone", box, 0, 1, 0, 0)[0] is Level.WARNING
        assert doctor._judged("gone", box, 0, 0, 0, 1)[0] is Level.WARNING
        assert doctor._judged("gone", box, 1, 0, 0, 0)[0] is Level.PROBLEM

    def test_bytes_that_were_changed(self, cli: Cli) -> None:
        add(cli, "sevdesk", "acme", {"api_token": "0" * 32})
        change(cli, "UPDATE connections SET credentials = x'00'")
        found = look(cli, "--offline", code=1)
        assert of(found, "keys", "counts")["level"] == "problem"
        assert of(found, "connection", "default/acme")["level"] == "problem"

    def test_no_keys(self, cli: Cli) -> None:
        add(cli, "sevdesk", "acme", {"api_token": "0" * 32})
        found = look(cli, code=1, GATEWAY_SECRET_KEYS="")
        assert of(found, "settings", "GATEWAY_SECRET_KEYS")["level"] == "problem"
        assert of(found, "caller", "all")["level"] == "warning", "the rest is looked at all the same"


class TestCallers:
    def test_each_state(self, cli: Cli) -> None:
        ids = {}
        for name in ("fresh", "idle", "used", "soon", "later", "over", "revoked"):
            key = cli("keys", "create", "--scope", "customers:read", "--name", name).stdout.strip()
            ids[name] = key.split("_")[1]
            cli.said = cli.said.replace(key, "")
        change(cli, "UPDATE api_keys SET created_at = ? WHERE name <> 'fresh'", stamp(timedelta(days=-8)))
        used = "UPDATE api_keys SET last_used_at = ? WHERE name NOT IN ('fresh', 'idle')"
        change(cli, used, stamp(timedelta(hours=-1)))
        for name, ends in (("soon", 13), ("later", 15), ("over", -1)):
            change(cli, "UPDATE api_keys SET expires_at = ? WHERE name = ?", stamp(timedelta(days=ends)), name)
        cli("keys", "revoke", ids["revoked"])
        found = {item["facts"].get("name"): item for item in of(look(cli), "caller")}
        assert {name: item["level"] for name, item in found.items()} == {
            **dict.fromkeys(("fresh", "used", "later"), "ok"),
            **dict.fromkeys(("idle", "soon", "over"), "warning"),
        }
        assert "never used" in found["idle"]["words"]
        assert "never used" in found["fresh"]["words"]
        assert found["over"]["words"].startswith("expired")
        assert ids["over"] in found["over"]["advice"]
        assert "gqlgw_" not in cli.said

    def test_nobody_gets_in(self, cli: Cli) -> None:
        cli("connections", "list")
        assert of(look(cli), "caller", "all")["level"] == "warning"
        jwt: dict[str, Any] = {
            "GATEWAY_JWT_KEYS": "https://idp.example/",
            "GATEWAY_JWT_ISSUER": "i",
            "GATEWAY_JWT_AUDIENCE": "a",
        }
        assert of(look(cli, "--offline", **jwt), "caller") == []
        assert of(look(cli, GATEWAY_AUTHENTICATION="off"), "caller") == []


def test_links(cli: Cli) -> None:
    cli("connections", "list")
    with sqlite3.connect(cli.database) as database:
        for number, hours in enumerate((1, -1)):
            row = (f"l{number}", "default", "a", "sent", stamp(timedelta()), stamp(timedelta(hours=hours)))
            database.execute(
                "INSERT INTO connect_links (id, tenant, connection_id, stage, created_at, expires_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
    item = of(look(cli), "links", "all")
    assert (item["level"], item["facts"]) == ("ok", {"open": 1, "expired": 1})
    change(cli, "UPDATE connect_links SET expires_at = ? WHERE id = 'l1'", stamp(timedelta(hours=-3)))
    assert of(look(cli), "links", "all")["level"] == "warning"


class TestSettings:
    @pytest.mark.parametrize(
        ("env", "name"),
        [
            ({"GATEWAY_DEADLINE": "0"}, "GATEWAY_DEADLINE"),
            ({"GATEWAY_HOST": "0.0.0.0", "GATEWAY_AUTHENTICATION": "off"}, "GATEWAY_HOST"),
            ({"GATEWAY_HOST": "192.0.2.1"}, "GATEWAY_HOST"),
            ({"GATEWAY_HOST": "x" * 300}, "GATEWAY_HOST"),
            ({"GATEWAY_JWT_KEYS": "/nowhere.json", "GATEWAY_JWT_ISSUER": "i"}, "GATEWAY_JWT_AUDIENCE"),
            ({"GATEWAY_PUBLIC_URL": "http://gateway.example"}, "GATEWAY_PUBLIC_URL"),
            ({"GATEWAY_SECRET_KEYS": f"k1:{PLANTED}"}, "GATEWAY_SECRET_KEYS"),
            ({"GATEWAY_SHUTDOWN_GRACE": "1"}, "GATEWAY_SHUTDOWN_GRACE"),
        ],
        ids=str,
    )
    def test_what_serve_refuses(self, cli: Cli, env: dict[str, Any], name: str) -> None:
        cli("connections", "list")
        found = of(look(cli, "--offline", code=1, **env), "settings")
        assert name in [item["name"] for item in found if item["level"] == "problem"]
        assert "all" not in [item["name"] for item in found]
        assert PLANTED not in cli.said

    def test_a_port_that_is_in_use(self, cli: Cli) -> None:
        cli("connections", "list")
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            port = str(listening.getsockname()[1])
            assert of(look(cli, GATEWAY_PORT=port), "settings", "GATEWAY_PORT")["level"] == "warning"


class TestDatabase:
    def test_that_is_not_there_is_not_made(self, cli: Cli) -> None:
        assert of(look(cli, code=1), "database", "answers")["level"] == "problem"
        assert not cli.database.exists()

    def test_that_is_none(self, cli: Cli) -> None:
        cli.database.write_bytes(b"nothing of the kind" * 100)
        assert of(look(cli, code=1), "database", "answers")["level"] == "problem"

    def test_that_does_not_answer(self, cli: Cli) -> None:
        found = look(cli, code=1, GATEWAY_DATABASE_URL=f"postgresql://u:{PLANTED}@127.0.0.1:9/x")
        assert "no connection" in of(found, "database", "answers")["words"]
        assert of(look(cli, code=1, GATEWAY_DATABASE_URL=PLANTED), "database", "answers")["level"] == "problem"
        assert PLANTED not in cli.said

    @pytest.mark.parametrize(("revision", "state"), [("0001", "older"), ("9999", "foreign"), (None, "missing")])
    def test_of_another_version_is_left_alone(self, cli: Cli, revision: str | None, state: str) -> None:
        add(cli, "sevdesk", "acme", {"api_token": "0" * 32})
        change(cli, "UPDATE alembic_version SET version_num = ?", revision) if revision else cli.database.write_bytes(
            b""
        )
        found = look(cli, "--offline", code=1)
        assert of(found, "database", "schema")["facts"] == {"state": state}
        assert of(found, "connection") == []
        if revision:
            with sqlite3.connect(cli.database) as database:
                assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


@pytest.mark.parametrize(
    ("ahead", "level"),
    [(None, "ok"), (0.4, "ok"), (-1.9, "ok"), (2.5, "warning"), (-29, "warning"), (31, "problem"), (-40, "problem")],
)
def test_clock(ahead: float | None, level: str) -> None:
    finding = doctor._clock(ahead)
    assert finding.level == level
    if ahead is not None and abs(ahead) > 2:
        assert ("ahead of" in finding.words) == (ahead > 0)


class TestReports:
    def test_nothing_at_all_is_json_too(self) -> None:
        to = StringIO()
        assert JsonReport(to).end()
        assert json.loads(to.getvalue()) == {"findings": [], "counts": {"ok": 0, "warning": 0, "problem": 0}}

    def test_of_too_many_rows_the_worst_are_shown(self) -> None:
        console = Console(file=StringIO(), width=200)
        report = TableReport(console, 4)
        for number, level in enumerate([*Level] * 3):
            report.add(Finding("x", f"row-{number}", level, "[b]words[/b]"))
        assert not report.end()
        shown = console.file.getvalue()  # type: ignore[attr-defined]
        assert [number for number in range(9) if f"row-{number}" in shown] == [1, 2, 5, 8]
        assert "5 more" in shown
        assert "[b]words[/b]" in shown

    def test_warnings_do_not_count(self) -> None:
        report = TableReport(Console(file=StringIO()))
        report.add(Finding("x", "y", Level.WARNING, "words"))
        assert report.end()
