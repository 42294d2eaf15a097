"""Values that only one provider keeps of the entries of a unified list: written in the list, shown in `details`."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Maybe

from gql_gateway.fields.change import read_change
from gql_gateway.fields.details import details_type, read_details
from gql_gateway.fields.document import Select, differences, name_entries, parse_path
from gql_gateway.fields.native import Clear, Native, by_type, entry_id, many, native, slots, type_key
from gql_gateway.fields.readback import entry_names, flatten, is_unified, read_customer
from gql_gateway.fields.table import build_table
from gql_gateway.fields.wire import predicted
from gql_gateway.model.enums import AddressType
from gql_gateway.model.ref import Ref


@strawberry.input
class BoothAddressInput:
    type: AddressType = type_key("Which.")
    city: Maybe[str | None] = native("Town", description="City.")
    gate: Maybe[str | None] = by_type(Native(), DELIVERY="Gate", description="Gate.")


@strawberry.input
class BoothPersonInput:
    id: strawberry.ID | None = entry_id()
    last_name: Maybe[str | None] = native("Name", description="Last name.")
    shoe_size: Maybe[int | None] = native("Shoe", description="Size of the shoes.")


@strawberry.input
class BoothInput:
    addresses: Maybe[list[BoothAddressInput] | None] = slots(
        VISITING="Head", DELIVERY="Rows[Type=4]", drop="Rows", description="Addresses."
    )
    contact_persons: Maybe[list[BoothPersonInput] | None] = many(
        "People", key="ID", match=("Name",), drop=("Head.Boss", "Rows[*].Host"), description="People."
    )
    motto: Maybe[str | None] = native("Head.Motto", clear=Clear.NEVER, description="Motto.")


TABLE = build_table(BoothInput)
Details: Any = details_type("BoothDetails", TABLE, description="What only a booth has.")
DOCUMENT: dict[str, Any] = {
    "Head": {"Town": "Ulm", "Boss": "p2", "Motto": "m"},
    "Rows": [{"ID": "r1", "Type": 4, "Town": "Köln", "Gate": "3 b", "Host": "p1"}, {"ID": "r2", "Type": 2}],
    "People": [{"ID": "p1", "Name": "Ada", "Shoe": 38}, {"ID": "p2", "Name": "Bo", "Shoe": None}],
}


def test_details_show_what_the_entries_have_beyond_the_unified_ones() -> None:
    details = read_details(Details, DOCUMENT)
    assert dict(flatten(details)) == {
        "motto": "m",
        "addresses[DELIVERY].gate": "3 b",
        "contactPersons[0].id": "p1",
        "contactPersons[0].shoeSize": 38,
        "contactPersons[1].id": "p2",
    }


def test_the_customer_shows_the_rest() -> None:
    ref = Ref("c", "1")
    known: Any = {"id": ref.global_id(), "connection_id": "c", "native_id": "1", "integration": "BOOTH"}
    customer = read_customer(TABLE, DOCUMENT, **known)
    shown = dict(flatten(customer))
    assert shown["addresses[DELIVERY].city"] == "Köln"
    assert shown["contactPersons[0].lastName"] == "Ada"
    assert not [path for path in shown if "gate" in path or "shoe" in path]


def test_which_values_are_unified() -> None:
    found = {leaf.path: is_unified(leaf) for leaf in TABLE.leaves}
    assert found == {
        "addresses[VISITING].city": True,
        "addresses[DELIVERY].city": True,
        "addresses[DELIVERY].gate": False,
        "contactPersons[*].lastName": True,
        "contactPersons[*].shoeSize": False,
        "motto": False,
    }
    assert entry_names("motto") is None


def test_odd_shapes_are_nothing() -> None:
    shapes: tuple[Any, ...] = (None, "x", 5, [], [None], {"a": 1})
    for odd in shapes:
        assert read_details(Details, {"Head": odd, "Rows": odd, "People": odd}).motto is None


def test_null_empties_what_lies_outside_the_container_too() -> None:
    change = read_change(TABLE, BoothInput(addresses=strawberry.Some(None)), ())
    assert [item.leaf.path for item in change.assignments] == ["addresses[VISITING].city"]
    after: Any = predicted(change, DOCUMENT)
    assert "Rows" not in after
    assert after["Head"] == {"Town": None, "Boss": "p2", "Motto": "m"}


def test_null_for_a_list_empties_what_refers_to_it() -> None:
    change = read_change(TABLE, BoothInput(contact_persons=strawberry.Some(None)), ())
    after: Any = predicted(change, DOCUMENT)
    assert "People" not in after
    assert after["Head"] == {"Town": "Ulm", "Motto": "m"}
    assert "Host" not in after["Rows"][0]


def test_entries_are_told_by_their_id_however_it_is_spelled() -> None:
    before, after = DOCUMENT["People"], [{"ID": "p3", "Name": "Cy"}, *DOCUMENT["People"]]
    assert [place for place, _, _ in differences(before, after)] == [(Select((("ID", "p3"),)),)]
    assert name_entries(DOCUMENT, parse_path("Rows[1].Type")) == ("Rows", Select((("ID", "r2"),)), "Type")
    assert name_entries(DOCUMENT, parse_path("Rows[5].Type")) == ("Rows", 5, "Type")
