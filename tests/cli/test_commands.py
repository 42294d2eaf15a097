"""What the other commands print, and what `serve` refuses to start with."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gql_gateway import __version__, support
from gql_gateway.cli import app
from gql_gateway.connectors.registry import connectors
from gql_gateway.settings import Settings, unsafe
from gql_gateway.storage.secrets import generate_key

from .conftest import Cli


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


OPEN = {"GATEWAY_AUTHENTICATION": "off"}
JWT = {"GATEWAY_JWT_ISSUER": "https://idp.example", "GATEWAY_JWT_AUDIENCE": "gateway"}


class TestServeRefuses:
    @pytest.mark.parametrize(
        ("env", "words"),
        [
            ({"GATEWAY_SECRET_KEYS": ""}, "GATEWAY_SECRET_KEYS: no encryption key"),
            ({"GATEWAY_SECRET_KEYS": "k1:c2hvcnQ="}, "GATEWAY_SECRET_KEYS: "),
            ({"GATEWAY_SECRET_KEYS": "nonsense"}, "GATEWAY_SECRET_KEYS: "),
            ({"GATEWAY_SECRET_KEYS": "k1:" + "A" * 43 + "="}, "GATEWAY_SECRET_KEYS: "),
            ({"GATEWAY_HOST": "0.0.0.0", **OPEN}, "GATEWAY_HOST: 0.0.0.0 can be reached"),
            ({"GATEWAY_HOST": "::", **OPEN}, "GATEWAY_HOST: :: can be reached"),
            ({"GATEWAY_HOST": "x" * 300}, "no address that can be resolved"),
            ({"GATEWAY_AUTHENTICATION": "maybe"}, "GATEWAY_AUTHENTICATION: "),
            ({"GATEWAY_JWT_KEYS": "http://idp.example/keys", **JWT}, "GATEWAY_JWT_KEYS: the address has to start with"),
            (
                {"GATEWAY_JWT_KEYS": "https://u:PLANTED@idp.example/", **JWT},
                "GATEWAY_JWT_KEYS: the address has to be plain",
            ),
            ({"GATEWAY_JWT_KEYS": "/nowhere/keys.json", **JWT}, "GATEWAY_JWT_KEYS: this is neither"),
            (
                {"GATEWAY_JWT_KEYS": "https://idp.example/", **JWT, "GATEWAY_JWT_ISSUER": ""},
                "GATEWAY_JWT_ISSUER: without it",
            ),
            (
                {"GATEWAY_JWT_KEYS": "https://idp.example/", **JWT, "GATEWAY_JWT_AUDIENCE": ""},
                "GATEWAY_JWT_AUDIENCE: without",
            ),
            ({"GATEWAY_JWT_ISSUER": "https://idp.example"}, "GATEWAY_JWT_ISSUER: it is of no use"),
            (
                {"GATEWAY_JWT_KEYS": "https://idp.example/", **JWT, "GATEWAY_JWT_TENANT_CLAIM": ""},
                "GATEWAY_JWT_TENANT_CLAIM",
            ),
            ({"GATEWAY_HOST": "192.0.2.1"}, "GATEWAY_HOST: cannot listen"),
            ({"GATEWAY_HOST": "192.0.2.1", "GATEWAY_TRUST_NETWORK": "true", **OPEN}, "GATEWAY_HOST: cannot listen"),
            ({"GATEWAY_PORT": "70000"}, "GATEWAY_PORT: "),
            ({"GATEWAY_PORT": "http"}, "GATEWAY_PORT: "),
            ({"GATEWAY_DATABASE_URL": "sqlite:////nowhere/at/all/gateway.sqlite3"}, "/nowhere/at/all"),
            ({"GATEWAY_DATABASE_URL": "sqlite://"}, "GATEWAY_DATABASE_URL: a database in memory"),
            ({"GATEWAY_DATABASE_URL": "sqlite:///:memory:"}, "GATEWAY_DATABASE_URL: a database in memory"),
            ({"GATEWAY_DATABASE_URL": "mysql://root:PLANTED@h/x"}, "mysql"),
            ({"GATEWAY_DATABASE_URL": "PLANTED"}, "database URL"),
            ({"GATEWAY_DATABASE_URL": "postgresql://u:PLANTED@127.0.0.1:9/x"}, "no connection to the database"),
            ({"GATEWAY_DEADLINE": "0"}, "GATEWAY_DEADLINE: "),
            ({"GATEWAY_LOG_LEVEL": "loud"}, "GATEWAY_LOG_LEVEL: "),
            ({"GATEWAY_MAX_BODY": "many"}, "GATEWAY_MAX_BODY: "),
        ],
        ids=str,
    )
    def test_with_one_clear_line(self, cli: Cli, env: dict[str, str], words: str) -> None:
        (line,) = cli.refuses("serve", **{"GATEWAY_PORT": "0", **env})

        assert words in line
        assert "PLANTED" not in cli.said
        assert cli.env["GATEWAY_SECRET_KEYS"].partition(":")[2] not in cli.said

    def test_taken_port(self, cli: Cli, taken: int) -> None:
        (line,) = cli.refuses("serve", GATEWAY_PORT=str(taken))

        assert str(taken) in line

    def test_taken_port_of_another_family(self, cli: Cli) -> None:
        with socket.socket(socket.AF_INET6) as listening:
            try:
                listening.bind(("::1", 0))
            except OSError:
                pytest.skip("capability: this machine has no IPv6 loopback")
            listening.listen()
            (line,) = cli.refuses("serve", GATEWAY_HOST="::1", GATEWAY_PORT=str(listening.getsockname()[1]))

        assert "already" in line

    @pytest.mark.skipif(os.geteuid() == 0, reason="capability: root may open every file")
    def test_file_that_cannot_be_opened(self, cli: Cli) -> None:
        cli.database.touch(0o000)
        (line,) = cli.refuses("serve", GATEWAY_PORT="0")

        assert "cannot be opened" in line

    def test_file_that_is_no_database(self, cli: Cli) -> None:
        cli.database.write_bytes(b"nothing of the kind" * 100)
        (line,) = cli.refuses("serve", GATEWAY_PORT="0")

        assert "database" in line

    def test_everything_at_once(self, cli: Cli, taken: int) -> None:
        lines = cli.refuses(
            "serve",
            GATEWAY_SECRET_KEYS="nonsense",
            GATEWAY_HOST="0.0.0.0",
            GATEWAY_AUTHENTICATION="off",
            GATEWAY_PORT=str(taken),
            GATEWAY_DATABASE_URL="sqlite:////nowhere/at/all/x.sqlite3",
        )

        assert [line.partition(":")[0] for line in lines] == [
            "GATEWAY_SECRET_KEYS",
            "GATEWAY_HOST",
            "GATEWAY_DATABASE_URL",
            "GATEWAY_PORT",
        ]

    def test_every_wrong_value_at_once(self, cli: Cli) -> None:
        lines = cli.refuses("serve", GATEWAY_PORT="x", GATEWAY_DEADLINE="y", GATEWAY_LOG_LEVEL="z")

        assert len(lines) == 3


@pytest.mark.parametrize(
    ("host", "safe"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("", False),
        ("gateway.example", False),
        ("127.0.0.1.example", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_loopback_is_told_from_the_network(host: str, safe: bool) -> None:
    given = {"host": host, "secret_keys": generate_key(), "database_url": "sqlite:///x.sqlite3"}
    settings = Settings(authentication="off", **given)  # type: ignore[arg-type]

    assert [line.partition(":")[0] for line in unsafe(settings)] == ([] if safe else ["GATEWAY_HOST"])
    assert unsafe(settings.model_copy(update={"trust_network": True})) == []
    assert unsafe(settings.model_copy(update={"authentication": "required"})) == []


@pytest.mark.parametrize(
    ("origins", "wrong"),
    [
        ("", 0),
        ("https://app.example http://localhost:5173 https://[2001:db8::1]:8443 http://[::1]:3000", 0),
        ("*", 1),
        ("null", 1),
        ("app.example", 1),
        ("http://app.example", 1),
        (
            "https://app.example/ https://app.example/page https://app.example:443 https://APP.example https://me@app.example",
            5,
        ),
        ("https://app.example:port", 1),
        ("https://", 1),
        ("https://*.example", 1),
    ],
)
def test_origins_are_written_as_browsers_write_them(origins: str, wrong: int) -> None:
    settings = Settings(cors_origins=origins, secret_keys=generate_key(), database_url="sqlite:///x.sqlite3")  # type: ignore[arg-type]
    problems = unsafe(settings)

    assert len(problems) == wrong
    assert all(line.startswith("GATEWAY_CORS_ORIGINS: ") for line in problems)


def test_callers_are_authenticated_unless_said_otherwise() -> None:
    assert Settings().authentication == "required"


class TestSettings:
    def test_printing_them_shows_no_secret(self) -> None:
        key = generate_key()
        settings = Settings(secret_keys=key, database_url="postgresql://user:PLANTED@host/name")  # type: ignore[arg-type]

        shown = f"{settings!r} {settings}"
        assert key not in shown
        assert key.partition(":")[2] not in shown
        assert "PLANTED" not in shown

    def test_each_says_what_it_is(self) -> None:
        assert all(field.description for field in Settings.model_fields.values())


class TestOutput:
    def test_version(self, cli: Cli) -> None:
        assert cli("version").stdout.strip() == __version__

    def test_support_as_json(self, cli: Cli) -> None:
        assert json.loads(cli("support", "--format", "json").stdout) == json.loads(support.to_json(connectors()))

    def test_support_as_csv(self, cli: Cli) -> None:
        assert cli("support", "--format", "csv").stdout.splitlines() == support.to_csv(connectors()).splitlines()

    def test_support_as_markdown(self, cli: Cli) -> None:
        assert cli("support", "--format", "markdown").stdout == support.to_markdown(connectors())

    def test_support_as_a_table(self, cli: Cli) -> None:
        table = cli("support", "--format", "table").stdout

        for connector in connectors().values():
            assert connector.manifest.label in table
        assert "companyName" in table

    def test_unknown_format(self, cli: Cli) -> None:
        assert "json" in cli("support", "--format", "yaml", code=2).stderr

    @pytest.mark.parametrize(
        "command",
        [
            [],
            ["serve"],
            ["sandbox"],
            ["schema"],
            ["support"],
            ["connections"],
            ["connections", "add"],
            ["connect"],
            ["doctor"],
            ["keys"],
        ],
    )
    def test_help(self, cli: Cli, command: list[str]) -> None:
        assert "Usage" in cli(*command, "--help").stdout

    def test_unexpected_exceptions_show_no_variables(self) -> None:
        """Rich would print every local variable of every frame, credentials included."""
        assert app.pretty_exceptions_show_locals is False
        assert all(
            group.typer_instance.pretty_exceptions_show_locals is False
            for group in app.registered_groups
            if group.typer_instance
        )


@pytest.mark.parametrize("option", ["--port", "--simulators-port"])
def test_sandbox_refuses_a_taken_port(cli: Cli, taken: int, option: str) -> None:
    (line,) = cli.refuses("sandbox", option, str(taken), "--port" if option != "--port" else "--simulators-port", "0")

    assert str(taken) in line
    assert option in line


def test_module_can_be_run() -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "gql_gateway", "version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=30,
    )
    assert done.stdout.strip() == __version__
