"""`gql-gateway keys …`: new keys, and everything sealed again under another one."""

from __future__ import annotations

import json

import pytest

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


def test_rotation_without_the_old_key_changes_nothing(cli: Cli) -> None:
    add(cli, ANY)
    kept = cli("connections", "list", "--json").stdout
    new = cli("keys", "generate-secret", "--name", "k2").stdout.strip()
    cli.refuses("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=new)

    assert cli("connections", "list", "--json").stdout == kept
