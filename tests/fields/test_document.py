"""Paths into documents: laws of put, get, drop and differences, and the places where they are easily got wrong."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_gateway.fields.document import (
    ANY,
    MISSING,
    NativePath,
    Select,
    differences,
    drop,
    get,
    parse_path,
    print_path,
    put,
    resolve,
)

from .thing import calm

NAMES = st.sampled_from(["a", "b", "c", "dé"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-9, 9), st.sampled_from(["", "x", "å"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3))
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)
PATHS = st.lists(st.one_of(NAMES, st.integers(0, 2)), max_size=3).flatmap(
    lambda rest: NAMES.map(lambda first: (first, *rest))
)


@st.composite
def fitting(draw: st.DrawFn) -> tuple[dict[str, Any], NativePath]:
    """A document and a path at which a value can be put: what is on the way is absent or of the right kind."""
    document = draw(DOCUMENTS)
    path: list[str | int] = []
    here: Any = document
    for _ in range(draw(st.integers(1, 4))):
        if isinstance(here, dict):
            path.append(draw(NAMES))
            here = here.get(path[-1])
        elif isinstance(here, list):
            index = draw(st.integers(0, len(here)))
            if index < len(here) and here[index] is None:
                return document, (*path, index)
            path.append(index)
            here = here[index] if index < len(here) else None
        elif here is None:
            path.append(draw(st.one_of(NAMES, st.just(0))))
        else:
            break
    return document, tuple(path)


@st.composite
def existing(draw: st.DrawFn) -> tuple[dict[str, Any], NativePath]:
    """A document and a path to something in it."""
    document = {"a": draw(VALUES), **draw(DOCUMENTS)}
    path: list[str | int] = []
    here: Any = document
    while isinstance(here, dict | list) and here and (not path or draw(st.booleans())):
        keys: list[Any] = list(here) if isinstance(here, dict) else list(range(len(here)))
        key: Any = draw(st.sampled_from(keys))
        path.append(key)
        here = here[key]
    return document, tuple(path)


def related(one: NativePath, other: NativePath) -> bool:
    """Whether one of two places lies in the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


@calm
@given(PATHS)
def test_path_is_read_as_it_is_printed(path: NativePath) -> None:
    assert parse_path(print_path(path)) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("name", ("name",)),
        ("company.contactPersons[0].lastName", ("company", "contactPersons", 0, "lastName")),
        ("@url", ("@url",)),
        ("a[*].b", ("a", ANY, "b")),
        ("a[category.id=47].city", ("a", Select((("category.id", "47"),)), "city")),
        ("a[x=1,y=2]", ("a", Select((("x", "1"), ("y", "2"))))),
        ("", ()),
    ],
)
def test_path(text: str, path: NativePath) -> None:
    assert parse_path(text) == path
    assert print_path(path) == text


@calm
@given(fitting(), VALUES)
def test_what_was_put_is_got(at: tuple[dict[str, Any], NativePath], value: Any) -> None:
    document, path = at
    put(document, path, value)
    assert get(document, path) == value


@calm
@given(fitting(), VALUES)
def test_put_touches_no_other_place(at: tuple[dict[str, Any], NativePath], value: Any) -> None:
    document, path = at
    before = deepcopy(document)
    put(document, path, value)
    assert all(related(place, path) for place, _, _ in differences(before, document))


@calm
@given(fitting(), VALUES)
def test_putting_twice_is_putting_once(at: tuple[dict[str, Any], NativePath], value: Any) -> None:
    document, path = at
    put(document, path, value)
    once = deepcopy(document)
    put(document, path, value)
    assert document == once


@calm
@given(existing())
def test_putting_back_changes_nothing(at: tuple[dict[str, Any], NativePath]) -> None:
    document, path = at
    before = deepcopy(document)
    put(document, path, get(document, path))
    assert document == before


@calm
@given(DOCUMENTS, PATHS)
def test_drop_changes_something_exactly_when_it_is_there(document: dict[str, Any], path: NativePath) -> None:
    before = deepcopy(document)
    drop(document, path)
    assert (document == before) is (get(before, path) is MISSING)


@calm
@given(DOCUMENTS, st.lists(NAMES, min_size=1, max_size=3).map(tuple))
def test_drop_among_objects_touches_no_other_place(document: dict[str, Any], path: NativePath) -> None:
    before = deepcopy(document)
    drop(document, path)
    assert get(document, path) is MISSING
    for place, _, new in differences(before, document):
        assert related(place, path)
        # What was emptied on the way has gone whole; what still holds something has kept it.
        assert new is MISSING
    assert all(get(document, path[:end]) != {} for end in range(1, len(path)) if get(before, path) is not MISSING)


@calm
@given(fitting(), VALUES)
def test_value_put_in_a_new_place_and_dropped_leaves_no_trace(
    at: tuple[dict[str, Any], NativePath], value: Any
) -> None:
    """Except that an empty object, an empty list or null on the way is pruned with the value."""
    document, path = at
    empty = next((end for end in range(1, len(path)) if get(document, path[:end]) in ({}, [], None)), None)
    if get(document, path) is not MISSING:
        return
    before = deepcopy(document)
    if empty is not None:
        drop(before, path[:empty])
    put(document, path, value)
    drop(document, path)
    assert document == before


def canonical(value: Any) -> str:
    """The document as JSON sees it: one kind of number, names in no order."""

    def plain(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: plain(inner) for name, inner in item.items()}
        if isinstance(item, list):
            return [plain(inner) for inner in item]
        return item + 0.0 if isinstance(item, int | float) and not isinstance(item, bool) else item

    return json.dumps(plain(value), sort_keys=True)


@calm
@given(VALUES, VALUES)
def test_there_is_a_difference_exactly_when_the_documents_differ(one: Any, other: Any) -> None:
    found = {print_path(place): (old, new) for place, old, new in differences(one, other)}
    assert (found == {}) is (canonical(one) == canonical(other))
    assert {print_path(place): (new, old) for place, old, new in differences(other, one)} == found


@calm
@given(VALUES)
def test_document_does_not_differ_from_itself(one: Any) -> None:
    assert list(differences(one, deepcopy(one))) == []


@calm
@given(DOCUMENTS, DOCUMENTS)
def test_differences_tell_the_values_of_both_sides(one: dict[str, Any], other: dict[str, Any]) -> None:
    for place, old, new in differences(one, other):
        assert get(one, place) is old or get(one, place) == old
        assert get(other, place) is new or get(other, place) == new
        assert old is not MISSING or new is not MISSING


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1250, 1250.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, MISSING, False),
        ({}, [], False),
        ([1, 2], [2, 1], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ],
)
def test_difference(one: Any, other: Any, same: bool) -> None:
    assert (list(differences({"v": one}, {"v": other})) == []) is same


def test_drop_prunes_what_it_empties_and_nothing_else() -> None:
    document: dict[str, Any] = {"a": {"b": [{"c": 1}]}, "empty": {}, "list": []}
    drop(document, parse_path("a.b[0].c"))
    assert document == {"empty": {}, "list": []}


def test_drop_keeps_siblings_at_each_level() -> None:
    document: dict[str, Any] = {"a": {"b": [{"c": 1, "d": None}], "e": ""}}
    drop(document, parse_path("a.b[0].c"))
    assert document == {"a": {"b": [{"d": None}], "e": ""}}


def test_put_makes_the_way() -> None:
    document: dict[str, Any] = {"a": None}
    put(document, parse_path("a.b[0].c"), 1)
    assert document == {"a": {"b": [{"c": 1}]}}


def test_missing_is_not_null() -> None:
    assert get({"a": None}, ("a",)) is None
    assert get({}, ("a",)) is MISSING
    assert get({"a": None}, ("a", "b")) is MISSING
    assert get({"a": "text"}, ("a", 0)) is MISSING
    assert get({"a": [1]}, ("a", "0")) is MISSING
    assert get({"a": [1]}, ("a", 1)) is MISSING
    assert not MISSING and repr(MISSING) == "MISSING"


ENTRIES: dict[str, Any] = {
    "list": [{"id": 1, "city": "A"}, {"id": 2, "city": "B", "kind": {"id": 47}}, {"id": 2, "city": "C"}]
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("list[id=1].city", "A"),
        ("list[id=2].city", "B"),
        ("list[kind.id=47].id", 2),
        ("list[id=2,city=C].city", "C"),
        ("list[id=3].city", MISSING),
        ("list[id=1].nothing", MISSING),
        ("other[id=1].city", MISSING),
    ],
)
def test_entry_is_selected_by_its_values(text: str, value: Any) -> None:
    assert get(ENTRIES, parse_path(text)) is value


def test_selected_entry_is_found_by_its_index() -> None:
    assert resolve(ENTRIES, parse_path("list[id=2].city")) == ("list", 1, "city")
    assert resolve(ENTRIES, parse_path("list[id=3].city")) is None
    assert resolve(ENTRIES, parse_path("nowhere.at[0].all")) == ("nowhere", "at", 0, "all")


def test_value_of_a_selected_entry_is_put_into_it_or_into_a_new_one() -> None:
    document = deepcopy(ENTRIES)
    put(document, parse_path("list[id=2].city"), "Z")
    assert [entry["city"] for entry in document["list"]] == ["A", "Z", "C"]
    put(document, parse_path("list[id=3,kind.id=9].city"), "N")
    assert document["list"][3] == {"id": "3", "kind": {"id": "9"}, "city": "N"}


def test_only_the_selected_entry_is_dropped() -> None:
    document = deepcopy(ENTRIES)
    drop(document, parse_path("list[id=1]"))
    assert [entry["city"] for entry in document["list"]] == ["B", "C"]
    drop(document, parse_path("list[id=9]"))
    assert len(document["list"]) == 2
