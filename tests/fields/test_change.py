"""From the typed input to assignments: three states of a field, lists by type, lists of one."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.errors import ErrorCode
from gql_gateway.fields.change import Change
from gql_gateway.fields.check import check_change
from gql_gateway.model.enums import ContactType

from .thing import AT, LEAVES, change, leaf

Found = list[tuple[str, Any, tuple[str, ...]]]


def told(found: Change) -> Found:
    return [(item.leaf.path, item.value, item.path[len(AT) :]) for item in found.assignments]


def problems(found: Change) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    return [(item.code, item.path[len(AT) :]) for item in check_change(found)]


def test_left_out_null_and_value_are_three_states() -> None:
    assert told(change()) == []
    assert told(change(vatId=None)) == [("vatId", None, ("vatId",))]
    assert told(change(vatId="x")) == [("vatId", "x", ("vatId",))]
    assert told(change(active=False)) == [("active", False, ("active",))]


@pytest.mark.parametrize(
    "values", [{}, {"addresses": []}, {"addresses": [{"type": "BILLING"}]}, {"contactPersons": [{}]}, {"sending": {}}]
)
def test_change_of_nothing_is_empty(values: dict[str, Any]) -> None:
    found = change(**values)
    assert not found
    assert problems(found) == []


def test_order_is_that_of_the_statement_and_values_are_typed() -> None:
    found = change(discount=1, contactType="COMPANY", sending={"copies": 2})
    assert told(found) == [
        ("contactType", ContactType.COMPANY, ("contactType",)),
        ("discount", 1.0, ("discount",)),
        ("sending.copies", 2, ("sending", "copies")),
    ]


def test_entries_are_found_by_type_and_told_by_index() -> None:
    addresses = [{"type": "DELIVERY", "city": "A"}, {"type": "BILLING", "city": None}]
    assert told(change(addresses=addresses)) == [
        ("addresses[DELIVERY].city", "A", ("addresses", "0", "city")),
        ("addresses[BILLING].city", None, ("addresses", "1", "city")),
    ]


def test_list_in_the_entry_of_a_list() -> None:
    found = change(contactPersons=[{"phoneNumbers": [{"type": "MOBILE", "number": "1"}]}])
    assert told(found) == [
        (
            "contactPersons[0].phoneNumbers[MOBILE].number",
            "1",
            ("contactPersons", "0", "phoneNumbers", "0", "number"),
        )
    ]
    assert found.assignments[0].leaf.native == ("people", 0, "cell")


def test_null_for_a_list_clears_each_value_where_no_container_can_go() -> None:
    found = change(emailAddresses=None)
    assert found.drops == ()
    assert {path for path, _, _ in told(found)} == {path for path in LEAVES if path.startswith("emailAddresses")}
    assert {(value, path) for _, value, path in told(found)} == {(None, ("emailAddresses",))}


def test_null_for_a_list_drops_its_containers() -> None:
    found = change(addresses=None, contactPersons=None)
    assert found.assignments == ()
    assert [(drop.branch.name, drop.path) for drop in found.drops] == [
        ("addresses", (*AT, "addresses")),
        ("contactPersons", (*AT, "contactPersons")),
    ]
    assert found
    assert found.touched() == {path for path in LEAVES if path.startswith(("addresses", "contactPersons"))}


def test_null_for_an_object_that_cannot_be_cleared_whole() -> None:
    found = change(sending=None)
    assert problems(found) == [(ErrorCode.CANNOT_CLEAR, ("sending",))]
    assert told(found) == [("sending.copies", None, ("sending",))]


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"addresses": [{"type": "WORK", "city": "A"}]}, ErrorCode.NOT_A_CHOICE, ("addresses", "0", "type")),
        (
            {"addresses": [{"type": "BILLING", "city": "A"}, {"type": "BILLING", "city": "B"}]},
            ErrorCode.UNSUPPORTED,
            ("addresses", "1", "type"),
        ),
        ({"contactPersons": [{"lastName": "A"}, {}]}, ErrorCode.UNSUPPORTED, ("contactPersons", "1")),
        (
            {"addresses": [{"type": "BILLING", "name": "A"}]},
            ErrorCode.UNSUPPORTED,
            ("addresses", "0", "name"),
        ),
    ],
)
def test_what_the_provider_has_no_place_for(values: dict[str, Any], code: ErrorCode, path: tuple[str, ...]) -> None:
    assert problems(change(**values)) == [(code, path)]


def test_place_that_does_not_exist_is_empty_already() -> None:
    assert problems(change(addresses=[{"type": "BILLING", "name": None}])) == []


def test_assignment_is_found_by_its_path() -> None:
    found = change(addresses=[{"type": "BILLING", "city": "A"}], notes=None)
    assert found.get("addresses[BILLING].city") is found.assignments[1]
    assert found.get("notes") is found.assignments[0] and found.assignments[0].clears
    assert found.get("addresses[DELIVERY].city") is None
    assert found.touched() == {"addresses[BILLING].city", "notes"}
    assert found.assignments[1].leaf == leaf("addresses[BILLING].city")
