"""A refusal names a place in the provider's document: the value of the input is found again, or nothing is blamed."""

from __future__ import annotations

import pytest

from gql_gateway.fields.blame import blamed_path
from gql_gateway.fields.change import Assignment, Change
from gql_gateway.fields.document import parse_path
from gql_gateway.fields.native import Native
from gql_gateway.fields.table import Kind, Leaf

from .thing import AT, change

WANTED = change(
    companyName="Bo",
    addresses=[{"type": "DELIVERY", "city": "A"}, {"type": "BILLING", "city": "B", "countryCode": "SE"}],
    contactPersons=[{"lastName": "C", "phoneNumbers": [{"type": "MOBILE", "number": "1"}]}],
    sending={"way": "POST"},
    language="firm",
)


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("name", ("companyName",)),
        ("places.ship[0].town", ("addresses", "0", "city")),
        ("places.bill.town", ("addresses", "1", "city")),
        ("places.bill[3].country", ("addresses", "1", "countryCode")),
        # Only the outer names are known: the entry, or what all that fits shares.
        ("places.bill[0].zip", ("addresses", "1")),
        ("places.elsewhere", ("addresses",)),
        ("places", ("addresses",)),
        ("people[0].cell", ("contactPersons", "0", "phoneNumbers", "0", "number")),
        ("people[0].nick", ("contactPersons", "0")),
        ("Sending.Way", ("sending", "way")),
        ("Sending", ("sending",)),
        # Only the last names are given.
        ("Way", ("sending", "way")),
        ("country", ("addresses", "1", "countryCode")),
        ("town", ("addresses",)),
    ],
)
def test_value_at_fault(named: str, path: tuple[str, ...]) -> None:
    assert blamed_path(WANTED, [named], lambda leaf: leaf.native) == (*AT, *path)


@pytest.mark.parametrize("named", ["note", "vat", "lang", "", "x.name", "NAME"])
def test_nobody_is_blamed_for_what_was_not_sent(named: str) -> None:
    assert blamed_path(WANTED, [named], lambda leaf: leaf.native) == ()


def test_first_place_that_the_change_explains_counts() -> None:
    assert blamed_path(WANTED, ["note", "Sending.Way", "name"], lambda leaf: leaf.native) == (*AT, "sending", "way")
    assert blamed_path(WANTED, [], lambda leaf: leaf.native) == ()
    assert blamed_path(change(), ["name"], lambda leaf: leaf.native) == ()


def test_list_that_was_emptied_is_blamed() -> None:
    assert blamed_path(change(contactPersons=None), ["people"], lambda leaf: leaf.native) == (*AT, "contactPersons")


def test_place_is_where_the_record_has_it() -> None:
    def place_of(leaf: object) -> tuple[str, ...] | None:
        return ("person", "name") if getattr(leaf, "path", "") == "companyName" else None

    assert blamed_path(change(companyName="Bo", vatId="x"), ["person.name"], place_of) == (*AT, "companyName")
    assert blamed_path(change(companyName="Bo", vatId="x"), ["vat"], place_of) == ()


def test_a_place_named_with_its_entry_is_that_one() -> None:
    """Of two entries with the same names inside, the one that the facts select in the same way."""
    first = parse_path("rows.row[kind=a].city")
    second = parse_path("rows.row[kind=b].city")
    leaves = [
        Leaf("addresses[BILLING].city", Kind.TEXT, Native("city"), first),
        Leaf("addresses[OTHER].city", Kind.TEXT, Native("city"), second),
    ]
    paths = [("change", "thing", "addresses", str(index), "city") for index in range(2)]
    assignments = tuple(Assignment(leaf, "x", path) for leaf, path in zip(leaves, paths, strict=True))
    change = Change(("change", "thing"), assignments)
    for named, path in (("rows.row[kind=b].city", paths[1]), ("rows.row[kind=a].city", paths[0])):
        assert blamed_path(change, [named], lambda leaf: leaf.native) == path
    assert blamed_path(change, ["rows.row[kind=c].city"], lambda leaf: leaf.native) == paths[0]
