"""`gql-gateway connect`, with a person at a browser: what is served, what comes of it, and what is refused."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from gql_gateway.commands.connect import HOST, PORT, Place, place_of
from gql_gateway.connect.flow import asked_for, redirect_uri
from gql_gateway.connectors.registry import connectors
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.serving import free_port
from gql_gateway.settings import Settings
from gql_gateway.storage.secrets import generate_key

from .conftest import Cli

Env = dict[str, str]


class Person:
    """A person with a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self.page = ""
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, url: str, **headers: str) -> int:
        return self._ask(urllib.request.Request(url, headers=headers))

    def post(self, url: str, form: dict[str, str]) -> int:
        return self._ask(urllib.request.Request(url, urlencode(form).encode(), {"Origin": self.origin}))

    def status(self, path: str, **headers: str) -> int:
        return self.get(self.origin + path, **headers)

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page, re.DOTALL)
        return html.unescape(found[1]) if found else self.page

    def type_key(self, sandbox: Sandbox, integration: str) -> dict[str, str]:
        """Up to the choice of the company, with a key; answers what was typed."""
        known = sandbox.simulators[integration].credentials()
        typed = {item.name: known[item.name] for item in asked_for(connectors()[integration]) if item.name in known}
        self.post(self.url, {"integration": integration})
        self.post(f"{self.origin}/connect/key", typed)
        assert self.title == "Choose the company"
        return typed

    def consent(self, integration: str) -> None:
        """Up to the choice of the company, with a consent at the provider."""
        self.post(self.url, {"integration": integration})
        (address,) = [
            html.unescape(url)
            for url in re.findall(r'<a[^>]* href="([^"]*)"', self.page)
            if "response_type=code" in url
        ]
        self.get(address)
        choices = re.findall(r'name="choice" value="([^"]*)"', self.page)
        self.post(address, {"decision": "allow", **({"choice": html.unescape(choices[0])} if choices else {})})
        assert self.title == "Choose the company"

    def choose(self) -> None:
        found = re.findall(r'<input type="radio" name="company" value="([^"]*)"([^>]*)>', self.page)
        fit = [html.unescape(value) for value, rest in found if "disabled" not in rest]
        self.post(f"{self.origin}/connect/company", {"company": fit[0]})

    def _ask(self, request: urllib.request.Request) -> int:
        try:
            with self._opener.open(request, timeout=20) as answer:
                self.page = answer.read().decode()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            self.page = error.read().decode()
            return error.code


class Command:
    """A running `gql-gateway connect`."""

    def __init__(self, cli: Cli, *arguments: str, **env: str) -> None:
        self._cli = cli
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gql_gateway", "connect", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={"PATH": os.environ["PATH"], **cli.env, **env},
        )
        self.lines: list[str] = []

    def person(self) -> Person:
        assert self.process.stdout
        while not (self.lines and self.lines[-1].startswith("Open ")):
            line = self.process.stdout.readline()
            assert line, self.process.stderr and self.process.stderr.read()
            self.lines.append(line.rstrip("\n"))
        return Person(self.lines[-1].removeprefix("Open "))

    def ends(self, code: int) -> tuple[list[str], list[str]]:
        """The rest of standard output, and standard error."""
        said, complained = self.process.communicate(timeout=30)
        assert self.process.returncode == code, said + complained
        self._cli.said += "\n".join(self.lines) + said + complained
        return said.splitlines(), complained.splitlines()


@pytest.fixture
def running(cli: Cli) -> Iterator[Any]:
    commands: list[Command] = []

    def start(*arguments: str, **env: str) -> Command:
        commands.append(Command(cli, *arguments, **env))
        return commands[-1]

    yield start
    for command in commands:
        if command.process.poll() is None:
            command.process.kill()
            command.process.communicate()


def app_at(sandbox: Sandbox, integration: str, origin: str) -> Env:
    """The settings of an app at a simulator that has registered the redirect address below `origin`."""
    simulator, url = sandbox.simulators[integration], sandbox.url(integration)
    simulator.redirect_uris.add(redirect_uri(origin, integration))
    known = simulator.credentials()
    values = {
        "CLIENT_ID": known.get("client_id"),
        "CLIENT_SECRET": known.get("client_secret"),
        "CONSENT_URL": simulator.consent_url(url),
        "TOKEN_URL": simulator.token_url(url),
        "BASE_URL": url,
    }
    return {f"GATEWAY_APPS__{integration.upper()}__{name}": value for name, value in values.items() if value}


def links_in(cli: Cli) -> list[Any]:
    with sqlite3.connect(cli.database) as database:
        return database.execute("SELECT id, stage FROM connect_links").fetchall()


def test_a_key_becomes_a_connection(cli: Cli, running: Any, simulators: Sandbox) -> None:
    simulators.simulators["sevdesk"].reset()
    command = running(
        *("sevdesk", "--id", "acme", "--tenant", "theirs", "--no-browser", "--port", "0"),
        **app_at(simulators, "sevdesk", "http://127.0.0.1"),
    )
    person = command.person()
    assert command.lines == [f"Open {person.url}"], "no redirect address where nobody is redirected"
    assert person.origin.startswith(f"http://{HOST}:")
    for path in ("/", "/graphql", "/healthz", "/readyz", "/metrics", "/support", "/schema.graphql", "/graphiql/x"):
        assert person.status(path) == 404, path
    assert person.status("/connect/step", Host="gateway.example") == 421
    typed = person.type_key(simulators, "sevdesk")
    assert command.process.poll() is None
    person.choose()
    assert person.title == "Connected"
    time.sleep(0.6)
    assert person.status("/static/connect.css") == 200, "the last page is shown as it is meant to look"

    assert command.ends(0) == (["Connected acme (sevdesk)."], [])
    assert cli("connections", "test", "acme", "--tenant", "theirs").stdout.startswith("acme: works")
    assert links_in(cli) == []
    assert not [value for value in typed.values() if value in cli.said]


@pytest.mark.parametrize("at", ["port", "public url", "public url elsewhere"])
def test_a_consent_becomes_a_connection(cli: Cli, running: Any, simulators: Sandbox, at: str) -> None:
    """The redirect address that is told is the one that the provider is asked to come back to: it refuses others."""
    simulators.simulators["fortnox"].reset()
    port = free_port("localhost" if at == "public url" else HOST)
    origin = f"http://{'localhost' if at == 'public url' else HOST}:{port}"
    env = app_at(simulators, "fortnox", origin)
    arguments = ["fortnox", "--id", "acme", "--no-browser"]
    if at == "public url":
        env["GATEWAY_PUBLIC_URL"] = f"{origin}/"
    else:
        arguments += ["--port", str(port)]
    if at == "public url elsewhere":
        env["GATEWAY_PUBLIC_URL"] = "https://gateway.example"
    command = running(*arguments, **env)
    person = command.person()
    assert command.lines[0] == f"Redirect address registered at Fortnox: {origin}/connect/callback/fortnox"
    assert person.origin == origin
    person.consent("fortnox")
    person.choose()
    assert command.ends(0) == (["Connected acme (fortnox)."], [])
    assert json.loads(cli("connections", "show", "acme").stdout)["status"] == "ready"
    kept = simulators.simulators["fortnox"].credentials()
    assert kept["client_secret"] not in cli.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped(cli: Cli, running: Any, simulators: Sandbox, number: int) -> None:
    """A link that nobody waits for any more is of no use at the gateway on the same database either."""
    command = running("sevdesk", "--id", "acme", "--no-browser", "--port", "0")
    person = command.person()
    assert person.get(person.url) == 200
    assert len(links_in(cli)) == 1
    command.process.send_signal(number)
    assert command.ends(1) == ([], ["error: acme was not connected: stopped."])
    assert links_in(cli) == []
    assert json.loads(cli("connections", "list", "--json").stdout) == []


def test_expired(cli: Cli, running: Any) -> None:
    command = running("--id", "acme", "--no-browser", "--port", "0")
    person = command.person()
    assert person.get(person.url) == 200
    with sqlite3.connect(cli.database) as database:
        (until,) = database.execute("SELECT expires_at FROM connect_links").fetchone()
        database.execute("UPDATE connect_links SET expires_at = ?", ["2001" + until[4:]])
    assert command.ends(1) == ([], ["error: acme was not connected: the link has expired."])


def test_the_browser_is_opened_unless_told_not_to(cli: Cli, running: Any, tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.new && mv {seen}.new {seen}\n')
    browser.chmod(0o755)
    for more in ([], ["--no-browser"]):
        command = running("--id", "acme", "--port", "0", *more, BROWSER=f"{browser} %s")
        person = command.person()
        until = time.monotonic() + (1 if more else 20)
        while not seen.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert seen.exists() is not bool(more)
        if not more:
            assert seen.read_text().strip() == person.url
            seen.unlink()
        command.process.send_signal(signal.SIGINT)
        command.ends(1)


class TestRefuses:
    def test_everything_at_once(self, cli: Cli) -> None:
        with socket.socket() as listening:
            listening.bind((HOST, 0))
            listening.listen()
            port = str(listening.getsockname()[1])
            lines = cli.refuses("connect", "nobody", "--id", "a b", "--tenant", " ", "--port", port)

        assert [line[:22] for line in lines] == [
            "--id takes up to 100 l",
            "--tenant takes 1 to 10",
            "There is no integratio",
            "Something listens on 1",
        ]
        assert all(name in lines[2] for name in connectors())
        assert port in lines[3]
        assert "--port" in lines[3]
        assert not cli.database.exists()

    def test_an_app_that_is_not_set_up(self, cli: Cli) -> None:
        lines = cli.refuses("connect", "exact-online", "--id", "a b", "--port", "0")

        assert lines[1] == (
            "GATEWAY_APPS__EXACT_ONLINE__CLIENT_ID, GATEWAY_APPS__EXACT_ONLINE__CLIENT_SECRET: "
            "the app at Exact Online is not set up."
        )
        (line,) = cli.refuses(
            "connect", "exact_online", "--id", "a", "--port", "0", GATEWAY_APPS__EXACT_ONLINE__CLIENT_ID="PLANTED"
        )
        assert line.startswith("GATEWAY_APPS__EXACT_ONLINE__CLIENT_SECRET: ")
        assert "PLANTED" not in cli.said

    def test_a_connection_of_another_integration(self, cli: Cli) -> None:
        tokens = ["--credential", "access_token=x", "--credential", "refresh_token=y"]
        cli("connections", "add", "fortnox", "--id", "acme", *tokens)
        (line,) = cli.refuses("connect", "sevdesk", "--id", "acme", "--port", "0")
        assert line == "acme is a connection of fortnox."
        (line,) = cli.refuses("connect", "--id", "acme", "--port", "0")
        assert line == "The gateway's app at fortnox is not set up."
        assert links_in(cli) == []

    @pytest.mark.parametrize(
        ("env", "words"),
        [
            ({"GATEWAY_SECRET_KEYS": ""}, "GATEWAY_SECRET_KEYS: "),
            ({"GATEWAY_PUBLIC_URL": "http://gateway.example"}, "GATEWAY_PUBLIC_URL: "),
            ({"GATEWAY_PUBLIC_URL": "http://localhost:99999"}, "GATEWAY_PUBLIC_URL: "),
            ({"GATEWAY_PUBLIC_URL": "http://127.0.0.1:x"}, "GATEWAY_PUBLIC_URL: "),
            ({"GATEWAY_DATABASE_URL": "postgresql://u:PLANTED@127.0.0.1:9/x"}, "no connection to the database"),
        ],
        ids=str,
    )
    def test_settings(self, cli: Cli, env: Env, words: str) -> None:
        more = ["--port", "0"] if "GATEWAY_DATABASE_URL" in env else []
        (line,) = cli.refuses("connect", "sevdesk", "--id", "acme", *more, **env)

        assert line.startswith(words)
        assert "PLANTED" not in cli.said

    def test_a_port_that_is_none(self, cli: Cli) -> None:
        assert "--port" in cli("connect", "--id", "a", "--port", "70000", code=2).stderr

    def test_no_id(self, cli: Cli) -> None:
        assert "--id" in cli("connect", code=2).stderr


@pytest.mark.parametrize(
    ("public_url", "port", "place"),
    [
        ("", None, Place(HOST, PORT)),
        ("", 9000, Place(HOST, 9000)),
        ("http://localhost:8000", None, Place("localhost", 8000, "http://localhost:8000")),
        ("http://localhost:8000/", None, Place("localhost", 8000, "http://localhost:8000")),
        ("http://127.0.0.1", None, Place("127.0.0.1", 80, "http://127.0.0.1")),
        ("http://[::1]:8000", None, Place("::1", 8000, "http://[::1]:8000")),
        ("http://localhost:8000", 9000, Place(HOST, 9000)),
        ("https://gateway.example", None, Place(HOST, PORT)),
        ("https://localhost:8443", None, Place(HOST, PORT)),
    ],
)
def test_where_the_pages_are(public_url: str, port: int | None, place: Place) -> None:
    settings = Settings(public_url=public_url, secret_keys=generate_key())  # type: ignore[arg-type]

    assert place_of(settings, port) == place
    assert place.url_at(7).endswith((":7", public_url.rstrip("/") or ":7"))


def test_the_help_says_what_to_register(cli: Cli) -> None:
    told = " ".join(cli("connect", "--help").stdout.split())

    assert f"http://{HOST}:{PORT}/connect/callback/<integration>" in told
    assert "GATEWAY_PUBLIC_URL" in told
