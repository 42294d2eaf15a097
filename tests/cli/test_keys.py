"""`gql-gateway keys …`: keys of callers, and everything sealed again under another key."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from gql_gateway.callers import api_keys
from gql_gateway.model.link import Link, Stage
from gql_gateway.storage.database import Database
from gql_gateway.storage.links import LinkStore
from gql_gateway.storage.secrets import SecretBox

from .conftest import Cli
from .test_connections import ANY, PLANTED, add


def test_generated_key_can_be_used(cli: Cli) -> None:
    first, second = (cli("keys", "generate-secret", "--name", "k7").stdout.strip() for _ in range(2))

    assert first != second
    assert SecretBox.from_text(first).current_key == "k7"
    assert first.startswith("k7:")


@pytest.mark.parametrize("name", ["a:b", "", "x" * 17, "a b", "k,1"])
def test_odd_name(cli: Cli, name: str) -> None:
    (line,) = cli.refuses("keys", "generate-secret", "--name", name)

    assert "name" in line


def test_rotation_lets_the_old_key_go(cli: Cli) -> None:
    add(cli, ANY, "a")
    add(cli, ANY, "b")
    old = cli.env["GATEWAY_SECRET_KEYS"]
    new = cli("keys", "generate-secret", "--name", "k2").stdout.strip()

    cli.refuses("connections", "test", "a", GATEWAY_SECRET_KEYS=new)
    both = f"{new},{old}"
    before = json.loads(cli("connections", "list", "--json", GATEWAY_SECRET_KEYS=both).stdout)
    assert "Sealed 2 " in cli("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=both).stdout
    assert "Sealed 0 " in cli("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=both).stdout

    assert json.loads(cli("connections", "list", "--json", GATEWAY_SECRET_KEYS=new).stdout) == before
    cli.refuses("connections", "test", "a", GATEWAY_SECRET_KEYS=old)
    assert PLANTED not in cli.said
    for key in (old, new):
        assert cli.said.count(key.partition(":")[2]) <= 1


def test_rotation_takes_along_what_a_link_keeps(cli: Cli) -> None:
    """Somebody has given consent and not chosen the company yet: the tokens are given out only once."""
    old = cli.env["GATEWAY_SECRET_KEYS"]
    new = cli("keys", "generate-secret", "--name", "k2").stdout.strip()
    cli("connections", "list")
    now, kept = datetime.now(UTC), {"credentials": {"refresh_token": PLANTED}}
    link = Link("l", "default", "acme", "fortnox", None, now, now + timedelta(hours=1))

    async def store() -> None:
        database = Database(cli.env["GATEWAY_DATABASE_URL"])
        links = LinkStore(database, SecretBox.from_text(old))
        await links.add(link)
        assert await links.keep(link, Stage.COMPANY, kept)
        await database.close()

    async def found() -> Link | None:
        database = Database(cli.env["GATEWAY_DATABASE_URL"])
        link = await LinkStore(database, SecretBox.from_text(new)).find("l")
        await database.close()
        return link

    asyncio.run(store())
    assert "Sealed 1 " in cli("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=f"{new},{old}").stdout
    after = asyncio.run(found())
    assert after is not None
    assert after.kept == kept
    assert PLANTED not in cli.said


def test_rotation_without_the_old_key_changes_nothing(cli: Cli) -> None:
    add(cli, ANY)
    kept = cli("connections", "list", "--json").stdout
    new = cli("keys", "generate-secret", "--name", "k2").stdout.strip()
    cli.refuses("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=new)

    assert cli("connections", "list", "--json").stdout == kept


def create(cli: Cli, *more: str) -> str:
    """A new caller's key."""
    made = cli("keys", "create", "--scope", "customers:read", *more)
    (key,) = made.stdout.splitlines()
    return key


class TestCallers:
    def test_key_is_shown_once_and_alone(self, cli: Cli) -> None:
        made = cli(
            "keys", "create", "--tenant", "acme", "--scope", "customers:read", "--name", "web", "--expires", "90d"
        )
        key = made.stdout.strip()

        assert api_keys.id_in(key)
        assert made.stdout == f"{key}\n"  # so that $(…) takes it
        assert "not shown again" in made.stderr and key not in made.stderr
        cli.said = ""
        for arguments in (("list",), ("list", "--json"), ("revoke", key), ("list",)):
            cli("keys", *arguments)
        assert key.split("_")[2] not in cli.said
        assert key.split("_")[2].encode() not in cli.database.read_bytes()

    def test_no_key_for_credentials_is_needed(self, cli: Cli) -> None:
        assert create(cli, "--tenant", "acme")
        cli("keys", "list", GATEWAY_SECRET_KEYS="")
        cli("keys", "list", GATEWAY_SECRET_KEYS="nonsense")

    def test_list(self, cli: Cli) -> None:
        first = create(cli, "--scope", "customers:native", "--name", "ein [b]Name")
        second = create(cli, "--tenant", "acme", "--expires", "12h")
        third = create(cli, "--tenant", "acme", "--expires", "1m")
        cli("keys", "revoke", second.split("_")[1])

        listed = json.loads(cli("keys", "list", "--json").stdout)
        assert [item["id"] for item in listed] == [key.split("_")[1] for key in (first, second, third)]
        assert [item["tenant"] for item in listed] == ["default", "acme", "acme"]
        assert [item["status"] for item in listed] == ["active", "revoked", "active"]
        assert listed[0]["scopes"] == ["customers:native", "customers:read"]
        assert (listed[0]["name"], listed[0]["expiresAt"], listed[0]["lastUsedAt"]) == ("ein [b]Name", None, None)
        assert listed[1]["expiresAt"] > listed[1]["createdAt"]
        assert set(listed[0]) == set("id tenant name scopes status createdAt expiresAt revokedAt lastUsedAt".split())
        assert json.loads(cli("keys", "list", "--tenant", "default", "--json").stdout) == listed[:1]

        table = cli("keys", "list").stdout
        for words in (listed[0]["id"], "acme", "revoked", "active", "customers:native", "ein [b]Name"):
            assert words in table

    def test_revoke(self, cli: Cli) -> None:
        key = create(cli)
        id = key.split("_")[1]
        assert cli("keys", "revoke", id).stdout == f"Revoked {id}.\n"
        assert cli("keys", "revoke", key).stdout == f"Revoked {id}.\n"
        (line,) = cli.refuses("keys", "revoke", "nobody")
        assert line.startswith("There is no key")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--scope", "customers:reed"], "There is no scope 'customers:reed'"),
            (["--scope", "customers:read", "--tenant", " "], "--tenant takes"),
            (["--scope", "customers:read", "--tenant", "x" * 101], "--tenant takes"),
            (["--scope", "customers:read", "--name", "a\nb"], "--name takes"),
            (["--scope", "customers:read", "--name", "x" * 101], "--name takes"),
            (["--scope", "customers:read", "--expires", "soon"], "--expires takes"),
            (["--scope", "customers:read", "--expires", "0d"], "--expires takes"),
            (["--scope", "customers:read", "--expires", "-1d"], "--expires takes"),
            (["--scope", "customers:read", "--expires", "99999d"], "--expires takes"),
            (["--scope", "customers:read", "--expires", ""], "--expires takes"),
        ],
    )
    def test_bad_arguments(self, cli: Cli, arguments: list[str], words: str) -> None:
        (line,) = cli.refuses("keys", "create", *arguments)

        assert words in line
        assert json.loads(cli("keys", "list", "--json").stdout) == []

    def test_scope_has_to_be_given(self, cli: Cli) -> None:
        assert "--scope" in cli("keys", "create", code=2).output
