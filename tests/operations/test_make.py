"""Documents made from `.graphql` files: one for each operation, and every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import DocumentNode, GraphQLError, build_schema, parse, print_ast, validate

from gql_gateway.operations.make import NothingMade, files_of, make
from gql_gateway.operations.manifest import Document, hash_of

SCHEMA = build_schema("type Query { a: Int b: Query }")


def problems(document: DocumentNode) -> list[GraphQLError]:
    return validate(SCHEMA, document)


def made(folder: Path, **texts: str) -> dict[str, Document]:
    for name, text in texts.items():
        (folder / f"{name}.graphql").write_text(text, "utf-8")
    return {one.name: one for one in make(files_of([str(folder)]), problems)}


def refused(folder: Path, **texts: str) -> list[str]:
    with pytest.raises(NothingMade) as caught:
        made(folder, **texts)
    return [problem.removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_one_document_for_each_operation_with_the_fragments_it_uses(tmp_path: Path) -> None:
    documents = made(
        tmp_path,
        pages="query Two { b { ...Zed } }  query One { a }  # not in the text\nfragment Zed on Query { b { ...Able } }",
        parts="fragment Able on Query { a }\nfragment Unused on Query { a }",
    )

    assert set(documents) == {"One", "Two"}
    assert documents["One"].text == "query One {\n  a\n}"
    # The order of Apollo's generator: the operation, then its fragments by name.
    assert [node.name.value for node in parse(documents["Two"].text).definitions] == ["Two", "Able", "Zed"]  # type: ignore[attr-defined]
    for one in documents.values():
        assert one.id == hash_of(one.text)
        assert one.type == "query"
        assert print_ast(parse(one.text)) == one.text


def test_fragments_that_use_each_other_end(tmp_path: Path) -> None:
    told = refused(
        tmp_path, a="query A { ...F }\nfragment F on Query { b { ...G } }\nfragment G on Query { b { ...F } }"
    )

    assert told == ["a.graphql:2:27: Cannot spread fragment 'F' within itself via 'G'."]


def test_every_problem_is_told_at_once_and_once(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        a="query A { ...F nothing }\nquery B { ...F ...Lost }",
        b="fragment F on Query { neither }\nquery A { a }",
        c="{ a }\ntype T { a: Int }",
        d="query D {",
        e="query E { b { ...F } }\nfragment F on Query { a }",
    )

    assert told == [
        "b.graphql:2:1: A is an operation in " + f"{tmp_path}/a.graphql:1:1 already.",
        "c.graphql:1:1: an operation needs a name of its own.",
        "c.graphql:2:1: it is neither an operation nor a fragment.",
        "d.graphql:1:10: Syntax Error: Expected Name, found <EOF>.",
        "e.graphql:2:1: F is a fragment in " + f"{tmp_path}/b.graphql:1:1 already.",
        "a.graphql:1:16: Cannot query field 'nothing' on type 'Query'.",
        "b.graphql:1:23: Cannot query field 'neither' on type 'Query'.",
        "a.graphql:2:19: Unknown fragment 'Lost'.",
    ]


def test_files_folders_and_patterns(tmp_path: Path) -> None:
    inner = tmp_path / "src" / "pages"
    inner.mkdir(parents=True)
    for name in ("a.graphql", "b.gql", "c.txt"):
        (inner / name).write_text("query A { a }", "utf-8")

    assert files_of([str(tmp_path)]) == [inner / "a.graphql", inner / "b.gql"]
    assert files_of([str(tmp_path / "**" / "*.gql"), str(inner / "c.txt")]) == [inner / "b.gql", inner / "c.txt"]
    with pytest.raises(NothingMade) as caught:
        files_of([str(inner / "a.graphql"), str(tmp_path / "nowhere"), str(tmp_path / "*.graphql")])
    assert len(caught.value.problems) == 2


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_bytes(b"\xff")

    assert refused(tmp_path) == ["a.graphql: it cannot be read as text in UTF-8."]


def test_files_without_an_operation(tmp_path: Path) -> None:
    assert refused(tmp_path, a="fragment F on Query { a }") == ["There are no operations in these files."]
