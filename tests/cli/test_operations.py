"""`gql-gateway operations`, and what `serve` says of a manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gql_gateway.operations.manifest import hash_of
from gql_gateway.settings import Settings, unsafe

from .conftest import Cli

TEXT = "query Names { integrations { ...Name } }"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.graphql").write_text(TEXT)
    (tmp_path / "parts.gql").write_text("fragment Name on IntegrationInfo { name }")
    return tmp_path


def test_make_then_check(cli: Cli, folder: Path) -> None:
    assert cli("operations", "make", ".").stdout == "1 operations in operations.json\n"
    manifest = json.loads((folder / "operations.json").read_text())
    (operation,) = manifest["operations"]
    assert (operation["name"], operation["type"]) == ("Names", "query")
    assert operation["id"] == hash_of(operation["body"])
    assert cli("operations", "check", "operations.json").stdout == "1 operations are valid\n"

    cli("operations", "make", ".", "--check")
    (folder / "parts.gql").write_text("fragment Name on IntegrationInfo { label }")
    assert "not current" in cli.refuses("operations", "make", ".", "--check")[0]
    cli("operations", "make", ".", "--format", "relay", "--output", "relay.json")
    assert list(json.loads((folder / "relay.json").read_text())) != [operation["id"]]


def test_nothing_is_written_unless_all_is_well(cli: Cli, folder: Path) -> None:
    (folder / "more.graphql").write_text("query More { nothing }\nquery Twenty {" + " __typename" * 21 + " }")

    told = cli.refuses("operations", "make", ".")
    assert told[0] == "more.graphql:1:14: Cannot query field 'nothing' on type 'Query'."
    # The gateway's own rules too, not only GraphQL's.
    assert told[1].startswith("more.graphql:2:1: An operation asks for 20 root fields at most")
    assert not (folder / "operations.json").exists()


def test_check_finds_what_an_upgrade_would_break(cli: Cli, folder: Path) -> None:
    (folder / "old.json").write_text(json.dumps({"a1": "{ integrations { gone } }", "b2": "{", "c3": "{ __typename }"}))

    told = cli.refuses("operations", "check", "old.json")
    assert told == [
        "old.json: a1: 1:18: Cannot query field 'gone' on type 'IntegrationInfo'.",
        "old.json: b2: 1:2: Syntax Error: Expected Name, found <EOF>.",
    ]
    assert "cannot be read" in cli.refuses("operations", "check", "nowhere.json")[0]


def test_serve_refuses_a_wrong_manifest(folder: Path) -> None:
    def told(**settings: object) -> list[str]:
        return [line for line in unsafe(Settings(**settings)) if line.startswith("GATEWAY_TRUSTED")]  # type: ignore[arg-type]

    good, wrong = folder / "good.json", folder / "wrong.json"
    good.write_text(json.dumps({hash_of(TEXT): TEXT}))
    wrong.write_text(json.dumps({"0" * 64: TEXT, "": TEXT}))

    assert told() == []
    assert told(trusted_documents=str(good), trusted_only=True) == []
    assert told(trusted_documents=str(good)) == []
    (alone,) = told(trusted_only=True)
    assert "every operation would be refused" in alone
    assert len(told(trusted_documents=str(wrong))) == 2
    (missing,) = told(trusted_documents=str(folder / "nowhere.json"))
    assert missing.startswith("GATEWAY_TRUSTED_DOCUMENTS: ")
    assert "cannot be read" in missing


def test_a_wrong_manifest_hinders_no_other_command(cli: Cli, folder: Path) -> None:
    cli("keys", "list", GATEWAY_TRUSTED_DOCUMENTS=str(folder / "nowhere.json"))
