"""`gql-gateway connections …` against the simulators. What is secret is never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.secrets import generate_key

from .conftest import Cli

every_connector = pytest.mark.parametrize(
    "connector", [pytest.param(item, id=name) for name, item in connectors().items()]
)
ANY = next(iter(connectors().values()))
PLANTED = "PLANTED-s3cret-Value"


def planted(connector: Connector) -> dict[str, str]:
    return {item.name: f"{PLANTED}-{item.name}" for item in connector.manifest.credentials}


def flags(credentials: Mapping[str, str]) -> list[str]:
    return [part for name, value in credentials.items() for part in ("--credential", f"{name}={value}")]


def add(cli: Cli, connector: Connector, id: str = "acme", **credentials: str) -> None:
    cli("connections", "add", connector.manifest.name, "--id", id, *flags(credentials or planted(connector)))


@every_connector
class TestRoundTrip:
    def test_add_list_show_test_remove(self, cli: Cli, simulators: Sandbox, connector: Connector) -> None:
        name = connector.manifest.name
        simulator = simulators.simulators[name]
        simulator.reset()
        base = simulators.url(name)
        arguments = ["connections", "add", name.replace("_", "-"), "--id", "acme", "--base-url", base]
        if company := simulator.company_id():
            arguments += ["--company", company]
        if token_url := simulator.token_url(base):
            arguments += ["--token-url", token_url]
        added = cli(*arguments, *flags(simulator.credentials()))
        assert added.stdout == f"Stored acme ({name}).\n"

        (listed,) = json.loads(cli("connections", "list", "--json").stdout)
        assert (listed["id"], listed["integration"], listed["baseUrl"]) == ("acme", name, base)
        assert listed["credentials"] == sorted(simulator.credentials())
        assert json.loads(cli("connections", "show", "acme").stdout) == listed
        assert "acme" in cli("connections", "list").stdout

        tried = cli("connections", "test", "acme")
        assert tried.stdout.startswith("acme: works; companies: ")
        assert cli("connections", "remove", "acme").stdout == "Removed acme.\n"
        assert json.loads(cli("connections", "list", "--json").stdout) == []
        assert not [value for value in simulator.credentials().values() if value in cli.said]

    def test_credentials_from_standard_input(self, cli: Cli, connector: Connector) -> None:
        lines = "".join(f"{name}={value}\n" for name, value in planted(connector).items())
        cli("connections", "add", connector.manifest.name, "--id", "acme", "--credential", "-", stdin=lines)
        (listed,) = json.loads(cli("connections", "list", "--json").stdout)

        assert listed["credentials"] == sorted(planted(connector))

    def test_secrets_are_never_shown(self, cli: Cli, connector: Connector) -> None:
        add(cli, connector)
        for arguments in (["list"], ["list", "--json"], ["show", "acme"]):
            cli("connections", *arguments)
        cli.refuses("connections", "add", connector.manifest.name, "--id", "acme", *flags(planted(connector)))
        cli.refuses("connections", "add", "nobody", "--id", "b", *flags(planted(connector)))
        cli.refuses(
            "connections",
            "add",
            connector.manifest.name,
            "--id",
            "b",
            *flags(planted(connector)),
            "--credential",
            "x=1",
        )

        assert PLANTED not in cli.said

    def test_secrets_are_unreadable_in_the_file(self, cli: Cli, connector: Connector) -> None:
        add(cli, connector)
        files = list(cli.database.parent.glob("cli.sqlite3*"))

        assert files
        for file in files:
            assert PLANTED.encode() not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0

    def test_credentials_that_do_not_work(self, cli: Cli, simulators: Sandbox, connector: Connector) -> None:
        name = connector.manifest.name
        base = simulators.url(name)
        arguments = ["connections", "add", name, "--id", "bad", "--base-url", base]
        if company := simulators.simulators[name].company_id():
            arguments += ["--company", company]
        if token_url := simulators.simulators[name].token_url(base):
            arguments += ["--token-url", token_url]
        cli(*arguments, *flags(planted(connector)))
        (line,) = cli.refuses("connections", "test", "bad")

        assert line.startswith("bad: ")
        assert line.split(": ")[1] in {"REAUTHORIZE", "MISSING_SCOPE", "FORBIDDEN"}
        assert PLANTED not in cli.said

    def test_provider_that_is_not_there(self, cli: Cli, connector: Connector) -> None:
        arguments = ["connections", "add", connector.manifest.name, "--id", "gone", "--base-url", "http://127.0.0.1:9"]
        arguments += ["--company", "1"]
        cli(*arguments, "--token-url", "http://127.0.0.1:9/token", *flags(planted(connector)))
        (line,) = cli.refuses("connections", "test", "gone")

        assert line.split(": ")[1] in {"UNREACHABLE", "DOWN", "REAUTHORIZE"}
        assert PLANTED not in cli.said

    def test_every_lacking_credential_is_named_at_once(self, cli: Cli, connector: Connector) -> None:
        lines = cli.refuses("connections", "add", connector.manifest.name, "--id", "a", "--credential", "nonsense=1")
        needed = [item.name for item in connector.manifest.credentials if not item.optional]

        assert len(lines) == 2
        assert "has no credential nonsense" in lines[0]
        assert all(item.name in lines[0] for item in connector.manifest.credentials)
        assert all(f"--credential {name}=…" in lines[1] for name in needed)


class TestBadArguments:
    def test_unheard_of_integration(self, cli: Cli) -> None:
        (line,) = cli.refuses("connections", "add", "nobody", "--id", "a", "--credential", "x=1")

        assert "nobody" in line
        assert all(name in line for name in connectors())

    @pytest.mark.parametrize(
        "given",
        [
            f"{PLANTED}",
            f"={PLANTED}",
            f"{PLANTED}=",
            f"{PLANTED}=more",
            "eyJhbGciOiJIUzI1NiJ9.PLANTED-s3cret-Value==",
        ],
    )
    def test_secret_in_the_wrong_place_is_not_repeated(self, cli: Cli, given: str) -> None:
        """A secret where the name should be, or one that itself ends with an equals sign."""
        cli.refuses("connections", "add", ANY.manifest.name, "--id", "a", "--credential", given)

        assert PLANTED not in cli.said

    def test_credential_given_twice(self, cli: Cli) -> None:
        name = ANY.manifest.credentials[0].name
        twice = [*flags(planted(ANY)), "--credential", f"{name}={PLANTED}-2"]
        (line,) = cli.refuses("connections", "add", ANY.manifest.name, "--id", "a", *twice)

        assert name in line
        assert PLANTED not in cli.said

    @pytest.mark.parametrize("id", ["", "a b", "a/b", "ä" * 300, "x" * 1000, "a\nb"])
    def test_odd_id(self, cli: Cli, id: str) -> None:
        (line,) = cli.refuses("connections", "add", ANY.manifest.name, "--id", id, *flags(planted(ANY)))

        assert "id" in line.lower()

    @pytest.mark.parametrize(
        "url", ["nonsense", "ftp://x/", "http://", "http://user:PLANTED-s3cret-Value@h/", "https://h/?a=1"]
    )
    @pytest.mark.parametrize("option", ["--base-url", "--token-url"])
    def test_odd_url(self, cli: Cli, option: str, url: str) -> None:
        (line,) = cli.refuses("connections", "add", ANY.manifest.name, "--id", "a", *flags(planted(ANY)), option, url)

        assert option in line
        assert PLANTED not in cli.said

    def test_taken_id(self, cli: Cli) -> None:
        add(cli, ANY)
        (line,) = cli.refuses("connections", "add", ANY.manifest.name, "--id", "acme", *flags(planted(ANY)))

        assert "acme" in line

    @pytest.mark.parametrize("command", ["show", "test", "remove"])
    def test_unknown_connection(self, cli: Cli, command: str) -> None:
        (line,) = cli.refuses("connections", command, "nobody")

        assert "nobody" in line or "no connection" in line

    @pytest.mark.parametrize("command", [["list"], ["show", "a"], ["test", "a"], ["remove", "a"]])
    def test_needs_the_keys(self, cli: Cli, command: list[str]) -> None:
        (line,) = cli.refuses("connections", *command, GATEWAY_SECRET_KEYS="")

        assert line.startswith("GATEWAY_SECRET_KEYS: ")
        assert not cli.database.exists()

    def test_other_keys_than_before(self, cli: Cli) -> None:
        """The list still says what is there; nothing that needs the credentials works."""
        add(cli, ANY)
        for keys in (generate_key("k2"), generate_key("k1")):
            (listed,) = json.loads(cli("connections", "list", "--json", GATEWAY_SECRET_KEYS=keys).stdout)
            assert (listed["status"], listed["credentials"]) == ("unreadable", [])
            assert "encryption key" in listed["statusReason"]
            (line,) = cli.refuses("connections", "test", "acme", GATEWAY_SECRET_KEYS=keys)
            assert "key" in line
            assert keys.partition(":")[2] not in cli.said


class TestTenants:
    def test_one_id_in_two_tenants(self, cli: Cli) -> None:
        add(cli, ANY)
        for tenant in ("acme", "other"):
            cli("connections", "add", ANY.manifest.name, "--id", "acme", "--tenant", tenant, *flags(planted(ANY)))
        (line,) = cli.refuses(
            "connections", "add", ANY.manifest.name, "--id", "acme", "--tenant", "acme", *flags(planted(ANY))
        )
        assert "already" in line
        for tenant in ("default", "acme", "other"):
            (listed,) = json.loads(cli("connections", "list", "--tenant", tenant, "--json").stdout)
            assert (listed["tenant"], listed["id"]) == (tenant, "acme")
            assert json.loads(cli("connections", "show", "acme", "--tenant", tenant).stdout) == listed
        cli("connections", "remove", "acme", "--tenant", "acme")
        assert cli.refuses("connections", "show", "acme", "--tenant", "acme")
        assert cli.refuses("connections", "remove", "acme", "--tenant", "acme")
        assert cli.refuses("connections", "test", "acme", "--tenant", "acme") == [
            "acme: NOT_CONNECTED: There is no connection of this id."
        ]
        assert len(json.loads(cli("connections", "list", "--json").stdout)) == 1

    @pytest.mark.parametrize("tenant", ["", " a", "a\nb", "x" * 101])
    def test_odd_name(self, cli: Cli, tenant: str) -> None:
        (line,) = cli.refuses(
            "connections", "add", ANY.manifest.name, "--id", "a", "--tenant", tenant, *flags(planted(ANY))
        )
        assert line.startswith("--tenant takes")
