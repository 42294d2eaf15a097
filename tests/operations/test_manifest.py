"""Manifests as Apollo's and Relay's tools write them, and everything that makes one not worth trusting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.operations.manifest import Document, Form, InvalidManifest, hash_of, read, write

TEXT = "query A {\n  __typename\n}"
# Of the appendix on persisted documents of GraphQL over HTTP.
EXAMPLE = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
EXAMPLES_HASH = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "operations.json"


def apollo(*operations: Any, **other: Any) -> dict[str, Any]:
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": list(operations), **other}


def entry(**other: Any) -> dict[str, Any]:
    return {"id": hash_of(TEXT), "name": "A", "type": "query", "body": TEXT, **other}


def test_the_hash_is_that_of_the_specification() -> None:
    assert hash_of(EXAMPLE) == EXAMPLES_HASH


@pytest.mark.parametrize("form", Form)
def test_what_is_written_is_read(path: Path, form: Form) -> None:
    documents = [Document(hash_of(text), text, name, "query") for name, text in (("B", "query B { é }"), ("A", TEXT))]
    path.write_text(write(documents, form), "utf-8")

    assert {(one.id, one.text) for one in read(path).values()} == {(one.id, one.text) for one in documents}
    assert write(documents, form) == write(reversed(documents), form)


def test_apollos_form(path: Path) -> None:
    path.write_text(json.dumps(apollo({**entry(), "clientName": "web"})), "utf-8")

    assert read(path) == {hash_of(TEXT): Document(hash_of(TEXT), TEXT, "A", "query")}


@pytest.mark.parametrize(
    "id", [hash_of(TEXT), f"sha256:{hash_of(TEXT)}", "3be4abb81fa595e25eb725b2c6a87508", "web.A.1"]
)
def test_relays_form_with_ids_of_any_kind(path: Path, id: str) -> None:
    path.write_text(json.dumps({id: TEXT}), "utf-8")
    bare = id.removeprefix("sha256:")

    assert read(path) == {bare: Document(bare, TEXT)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        (b"\xff{}", "no JSON in UTF-8"),
        ("[" * 100_000, "no JSON"),
        ([], "neither Apollo's form nor Relay's"),
        ({"a": 5}, "the text of a is missing"),
        ({"": TEXT}, "an empty id"),
        ({"0" * 64: TEXT}, "not the sha256 of its text"),
        ({f"sha256:{hash_of(TEXT)}": TEXT, hash_of(TEXT): TEXT}, "twice"),
        ('{"a": "{ a }", "a": "{ b }"}', "a is there twice"),
        (apollo(entry(), version=2), "of version 1"),
        (apollo(format="relay"), "is no manifest"),
        (apollo(operations={}), "is no manifest"),
        (apollo(5), "operation 1 lacks"),
        (apollo(entry(), entry(name="")), "operation 2 lacks"),
        (apollo(entry(body=TEXT + " ")), "A (" + hash_of(TEXT) + ") is not the sha256 of its text"),
        (apollo(entry(), entry()), "twice"),
    ],
)
def test_a_wrong_manifest(path: Path, content: Any, words: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content) if not isinstance(content, bytes) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(InvalidManifest) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert words in problem
    assert str(path) in problem


def test_everything_wrong_is_told_at_once(path: Path) -> None:
    path.write_text(json.dumps(apollo(5, entry(body="{ a }"), entry(id=""))), "utf-8")

    with pytest.raises(InvalidManifest) as caught:
        read(path)
    assert len(caught.value.problems) == 3


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(InvalidManifest, match="cannot be read"):
        read(path)
