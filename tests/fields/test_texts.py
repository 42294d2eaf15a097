"""A value that is a list of texts, and a list of any length among the details."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry import Maybe

from gql_gateway.errors import ErrorCode
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.details import details_type, read_details
from gql_gateway.fields.native import Clear, entry_id, many, native
from gql_gateway.fields.readback import flatten, stored_value
from gql_gateway.fields.support import support_rows
from gql_gateway.fields.table import Kind, build_table
from gql_gateway.fields.wire import full_record, predicted
from gql_gateway.model.json import JsonObject

BLANK = "NOTHING"


@strawberry.input
class MarkInput:
    id: strawberry.ID | None = entry_id()
    name: Maybe[str | None] = native("key")
    signs: Maybe[list[str] | None] = native("signs")


@strawberry.input
class LabelledInput:
    tags: Maybe[list[str] | None] = native("deep.tags", max_length=5, description="Tags.")
    word: Maybe[str | None] = native("word", clear=BLANK)
    marks: Maybe[list[MarkInput] | None] = many("marks", key="no", match=("key",), description="Marks.")


TABLE = build_table(LabelledInput)
DETAILS: Any = details_type("LabelledDetails", TABLE, description="All of it.")
[TAGS] = [leaf for leaf in TABLE.leaves if leaf.path == "tags"]


def change_of(tags: list[str] | None) -> Change:
    return read_change(TABLE, LabelledInput(tags=strawberry.Some(tags), word=None, marks=None), ())


def problems(tags: list[str] | None) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    return [(item.code, item.path) for item in check_change(change_of(tags))]


def test_a_list_of_texts_is_a_kind_of_its_own() -> None:
    assert TAGS.kind is Kind.TEXTS
    assert [row.type for row in support_rows(TABLE) if row.path == "tags"] == ["[String!]"]


@pytest.mark.parametrize(
    ("tags", "codes"),
    [
        (["a", "b"], []),
        ([], [ErrorCode.BAD_FORMAT]),
        (["a", ""], [ErrorCode.BAD_FORMAT]),
        (["a\x00"], [ErrorCode.BAD_FORMAT]),
        (["abcdef", "a", "ghijkl"], [ErrorCode.TOO_LONG, ErrorCode.TOO_LONG]),
        (["a", BLANK], [ErrorCode.BAD_FORMAT]),
        (None, []),
    ],
)
def test_each_text_of_a_list_is_checked(tags: list[str] | None, codes: list[ErrorCode]) -> None:
    assert problems(tags) == [(code, ("tags",)) for code in codes]


def test_null_is_refused_where_a_list_cannot_be_cleared() -> None:
    @strawberry.input
    class KeptInput:
        tags: Maybe[list[str] | None] = native("tags", clear=Clear.NEVER)

    found = read_change(build_table(KeptInput), KeptInput(tags=strawberry.Some(None)), ())
    assert [item.code for item in check_change(found)] == [ErrorCode.CANNOT_CLEAR]


def test_a_list_goes_out_and_comes_back_whole() -> None:
    current: JsonObject = {"deep": {"tags": ["old"], "other": 1}}
    for record in (full_record(change_of(["b", "a"]), current), predicted(change_of(["b", "a"]), current)):
        assert record == {"deep": {"tags": ["b", "a"], "other": 1}}
        assert stored_value(TAGS, record) == ["b", "a"]
    assert full_record(change_of(None), current) == {"deep": {"tags": None, "other": 1}}
    assert current == {"deep": {"tags": ["old"], "other": 1}}


@pytest.mark.parametrize("value", [None, "", [], [None, ""], "x", 5, {}])
def test_what_is_no_list_of_texts_reads_as_nothing(value: Any) -> None:
    assert stored_value(TAGS, {"deep": {"tags": value}}) is None


def test_a_list_is_one_value_in_a_comparison() -> None:
    shown = read_details(DETAILS, {"deep": {"tags": ["b", "a"]}})
    assert dict(flatten(shown)) == {"tags": ["b", "a"]}


def test_details_show_every_entry_of_a_list_of_any_length() -> None:
    marks: list[Any] = [{"no": 1, "key": "x", "signs": ["+"]}, "no object", {"no": 2, "key": "y"}]
    shown = read_details(DETAILS, {"marks": marks, "word": "w"})
    assert [(mark.name, mark.signs) for mark in shown.marks] == [("x", ["+"]), ("y", None)]
    assert dict(flatten(shown)) == {
        "word": "w",
        "marks[0].name": "x",
        "marks[0].signs": ["+"],
        "marks[1].name": "y",
    }
    nothings: list[JsonObject] = [{}, {"marks": None}, {"marks": {}}]
    for nothing in nothings:
        assert read_details(DETAILS, nothing).marks == []
