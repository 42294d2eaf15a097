"""Which part of the matrix a query asks for, on a matrix of two invented integrations."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.fields.native import Required
from gql_gateway.fields.support import FieldSupport, MissingField
from gql_gateway.support.choice import LONGEST, BadChoice, Only, choice_of, choose, signature
from gql_gateway.support.matrix import Cell, Matrix

NAMES = ("ledger", "till_box")


def value(path: str, native: str, **facts: Any) -> FieldSupport:
    update = facts.pop("update", True)
    return FieldSupport(path, native, facts.pop("type", "String"), True, update, Required.NO, **facts)


def cell(name: str, stated: FieldSupport | MissingField) -> Cell:
    row, gap = (stated, None) if isinstance(stated, FieldSupport) else (None, stated)
    return Cell(stated.path, name, row, gap)


CELLS = [
    cell("ledger", value("vatId", "VATNumber", max_length=20)),
    cell("till_box", value("vatId", "tax.vat", max_length=20)),
    cell("ledger", value("notes", "Comment", max_length=100)),
    cell("till_box", value("notes", "memo", max_length=50)),
    cell("ledger", value("website", "Url")),
    cell("till_box", MissingField("website", "The till box keeps no website.")),
    cell("till_box", value("drawer", "drawerNumber")),
    cell("ledger", value("number", "No", update=False)),
    cell("till_box", value("number", "no", update=False)),
]
MATRIX = Matrix(
    NAMES,
    {"ledger": "Ledger", "till_box": "Till Box GmbH"},
    ("vatId", "notes", "website", "drawer", "number"),
    {(item.path, item.integration): item for item in CELLS},
)


def chosen(query: str) -> tuple[str, ...]:
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    return choose(MATRIX, choice_of(pairs, NAMES)).paths


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("", MATRIX.paths),
        ("q=VAT", ("vatId",)),
        ("q=comm", ("notes",)),
        ("q=gmbh", ("vatId", "notes", "website", "drawer", "number")),
        ("q=ledger", ("vatId", "notes", "website", "number")),
        ("q=ledger memo", ()),
        ("q=memo till_box", ("notes",)),
        ("q=comment&integration=till-box", ()),
        ("integration=LEDGER", ("vatId", "notes", "website", "number")),
        ("only=gaps", ("website", "drawer", "number")),
        ("only=gaps&integration=ledger", ("number",)),
        ("only=different", ("notes", "website", "drawer")),
        ("only=different&integration=ledger", ()),
        ("only=all&q=drawer", ("drawer",)),
    ],
)
def test_paths(query: str, paths: tuple[str, ...]) -> None:
    assert chosen(query) == paths


def test_integrations_keep_their_order() -> None:
    both = choice_of([("integration", "till_box"), ("integration", "ledger")], NAMES)

    assert choose(MATRIX, both).integrations == NAMES
    assert choose(MATRIX, choice_of([("integration", "till_box")], NAMES)).integrations == ("till_box",)


@pytest.mark.parametrize(
    "pair", [("integration", "nobody"), ("only", "some"), ("q", "x" * (LONGEST + 1)), ("colour", "red")]
)
def test_nonsense_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(BadChoice):
        choice_of([pair], NAMES)


def test_words_and_limits_are_taken_as_they_are() -> None:
    choice = choice_of([("q", f" {'X' * (LONGEST - 2)} "), ("only", "gaps")], NAMES)

    assert (choice.words, choice.only) == (("x" * (LONGEST - 2),), Only.GAPS)


@pytest.mark.parametrize(
    "facts",
    [{"max_length": 9}, {"min_length": 1}, {"pattern": "x"}, {"options": ("A",)}, {"clear": "NULL"}, {"update": False}],
)
def test_every_fact_makes_a_difference(facts: dict[str, Any]) -> None:
    assert signature(cell("ledger", value("vatId", "a", **facts))) != signature(CELLS[0])


def test_names_of_a_list_type_make_none() -> None:
    one, other = (signature(cell("ledger", value("x", "a", type=f"[{name}!]"))) for name in ("AInput", "BInput"))

    assert one == other != signature(cell("ledger", value("x", "a", type="AInput")))
