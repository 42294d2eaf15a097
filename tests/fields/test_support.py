"""The facts as rows, as directives and in the table: one statement, the same everywhere."""

from __future__ import annotations

import pytest
import strawberry
from strawberry import Maybe

from gql_gateway.fields.document import parse_path
from gql_gateway.fields.native import ListSemantics, Native, Required, slots, type_key
from gql_gateway.fields.support import covered, missing_rows, support_rows
from gql_gateway.fields.table import Kind, build_table, split
from gql_gateway.model.enums import AddressType

from .thing import LEAVES, TABLE, leaf

ROWS = {row.path: row for row in support_rows(TABLE)}


def test_each_leaf_and_each_read_value_has_a_row() -> None:
    lists = {"addresses", "emailAddresses", "contactPersons", "contactPersons[0].phoneNumbers"}
    reads = {"number", "addresses[VISITING].city"}
    assert set(ROWS) == set(LEAVES) | lists | reads
    assert {path for path, row in ROWS.items() if not row.update} == reads
    assert all(row.read for row in ROWS.values())


def test_row_tells_the_facts() -> None:
    name = ROWS["companyName"]
    assert (name.native_name, name.type, name.max_length, name.min_length) == ("name", "String", 10, 2)
    assert (name.required, name.required_on_update, name.clear) == (Required.ON_UPDATE, True, "NEVER")
    country = ROWS["addresses[BILLING].countryCode"]
    assert (country.native_name, country.pattern) == ("places.bill[0].country", "[A-Z]{2}")
    assert (country.required, country.required_on_update, country.clear) == (Required.IN_ENTRY, False, "WITH_ENTRY")
    assert country.list_semantics is ListSemantics.MERGE_BY_TYPE
    assert ROWS["notes"].clear == "NOTHING"
    assert ROWS["contactType"].options == ("COMPANY", "CONTACT_PERSON")
    assert ROWS["sending.way"].options == ("POST", "MAIL")
    assert (ROWS["sending.copies"].type, ROWS["active"].type, ROWS["discount"].type) == ("Int", "Boolean", "Float")
    assert ROWS["emailAddresses"].options == ("BUSINESS", "OFFICE", "INVOICE", "OTHER")
    assert ROWS["contactPersons[0].firstName"].list_semantics is ListSemantics.AT_MOST_ONE


def test_covered_paths_have_no_types() -> None:
    readable, writable = covered(TABLE)
    assert {"addresses", "addresses.city", "contactPersons.phoneNumbers.number", "sending.way"} <= writable
    assert readable - writable == {"number"}


def test_missing_is_told_with_its_reason() -> None:
    assert [(row.path, row.reason) for row in missing_rows(TABLE)] == [("documentId", "A thing has none.")]


@pytest.mark.parametrize(
    ("path", "kind", "native", "entry"),
    [
        ("companyName", Kind.TEXT, "name", None),
        ("contactType", Kind.ENUM, "kind", None),
        ("addresses[DELIVERY].city", Kind.TEXT, "places.ship[0].town", "places.ship[0]"),
        ("emailAddresses[OTHER].email", Kind.TEXT, "mails.other[0]", None),
        ("contactPersons[0].lastName", Kind.TEXT, "people[0].last", "people[0]"),
        ("sending.copies", Kind.INTEGER, "Sending.Copies", None),
    ],
)
def test_leaf(path: str, kind: Kind, native: str, entry: str | None) -> None:
    found = leaf(path)
    assert (found.kind, found.native) == (kind, parse_path(native))
    assert found.entry == (None if entry is None else parse_path(entry))
    assert found.top == split(path)[0][0]
    assert found.description


def test_native_places_and_paths_are_unique() -> None:
    assert len({item.native for item in TABLE.leaves}) == len(TABLE.leaves) == len(LEAVES)


def test_types_come_in_the_order_of_their_enum() -> None:
    entries = [
        item.path for item in TABLE.leaves if item.path.startswith("emailAddresses") and "email" in item.path[15:]
    ]
    assert entries == [f"emailAddresses[{word}].email" for word in ("BUSINESS", "OFFICE", "INVOICE", "OTHER")]


def test_path_is_split() -> None:
    assert split("addresses[BILLING].city") == (("addresses", "BILLING"), ("city", None))
    assert split("contactPersons[0].phoneNumbers[MOBILE].number") == (
        ("contactPersons", "0"),
        ("phoneNumbers", "MOBILE"),
        ("number", None),
    )


def test_field_without_a_fact_is_a_mistake() -> None:
    @strawberry.input
    class Forgetful:
        name: Maybe[str | None] = strawberry.field(description="No fact.")

    with pytest.raises(TypeError, match=r"Forgetful\.name"):
        build_table(Forgetful)


@strawberry.input
class Typeless:
    city: Maybe[str | None] = strawberry.field(metadata={"fact": Native("town")})


@strawberry.input
class Typed:
    type: AddressType = type_key()
    city: Maybe[str | None] = strawberry.field(metadata={"fact": Native("town")})


@strawberry.input
class HolderOfTyped:
    addresses: Maybe[list[Typed] | None] = slots(BILLING="places.bill[0]")


@strawberry.input
class HolderOfTypeless:
    addresses: Maybe[list[Typeless] | None] = slots(BILLING="places.bill[0]")


def test_entries_by_type_need_a_type() -> None:
    assert [item.path for item in build_table(HolderOfTyped).leaves] == ["addresses[BILLING].city"]
    with pytest.raises(TypeError, match="Typeless"):
        build_table(HolderOfTypeless)
