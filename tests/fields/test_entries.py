"""Entries of lists that are objects of their own: known by their id, cleared whole, kept in another place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import strawberry
from strawberry import Maybe

from gql_gateway.errors import ErrorCode
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.document import NativePath, differences, drop, name_entries, occurrences, parse_path, print_path
from gql_gateway.fields.native import Clear, Required, entry_id, many, native, slots, type_key
from gql_gateway.fields.readback import read_customer
from gql_gateway.fields.table import Leaf, build_table
from gql_gateway.fields.wire import check_record, full_record, predicted
from gql_gateway.model.enums import AddressType, EmailType

Document = dict[str, Any]


@strawberry.input(description="A mail.")
class MailInput:
    type: EmailType = type_key("Which.")
    email: Maybe[str | None] = native("value", clear=Clear.ENTRY, description="The address.")


@strawberry.input(description="An address.")
class PlaceInput:
    type: AddressType = type_key("Which.")
    city: Maybe[str | None] = native("city", description="City.")
    country_code: Maybe[str | None] = native(
        "country.code", required=Required.IN_ENTRY, clear=Clear.WITH_ENTRY, description="Country."
    )


@strawberry.input(description="A person.")
class PersonInput:
    id: strawberry.ID | None = entry_id()
    last_name: Maybe[str | None] = native("name", description="Name.")
    email_addresses: Maybe[list[MailInput] | None] = slots(BUSINESS="mails[kind=2]", drop="mails", description="Mails.")


@strawberry.input(description="A customer.")
class FolkInput:
    addresses: Maybe[list[PlaceInput] | None] = slots(BILLING="places[kind=47]", description="Addresses.")
    email_addresses: Maybe[list[MailInput] | None] = slots(
        BUSINESS="mails[kind=2]", PRIVATE="mails[kind=1]", description="Mails."
    )
    contact_persons: Maybe[list[PersonInput] | None] = many("people", key="id", match=("name",), description="People.")


TABLE = build_table(FolkInput)


def change(**values: Any) -> Change:
    return read_change(TABLE, _input(FolkInput, values), ())


def _input(cls: Any, values: dict[str, Any]) -> Any:
    """The input object: every value given is a `Some`, lists hold input objects."""
    return cls(**{name: value if name in ("id", "type") else strawberry.Some(value) for name, value in values.items()})


def mail(kind: EmailType, email: str | None) -> Any:
    return _input(MailInput, {"type": kind, "email": email})


def person(**values: Any) -> Any:
    return _input(PersonInput, values)


RECORD: Document = {
    "mails": [{"id": 1, "kind": "2", "value": "a"}, {"id": 2, "kind": "1", "value": "b"}, {"id": 3, "kind": "2"}],
    "people": [
        {"id": "p", "name": "P", "mails": [{"id": 4, "kind": "2", "value": "p"}]},
        {"id": "q", "name": "Q", "mails": [{"id": 5, "kind": "2", "value": "q"}]},
    ],
}


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("mails[*].id", {"mails": [{"kind": "2"}, {"kind": "1"}]}),
        ("mails[*]", {}),
        ("mails[kind=2]", {"mails": [{"id": 2, "kind": "1"}]}),
        ("mails[kind=2].id", {"mails": [{"kind": "2"}, {"id": 2, "kind": "1"}]}),
        ("mails[kind=9]", {"mails": [{"id": 1, "kind": "2"}, {"id": 2, "kind": "1"}]}),
        ("none[*].id", {"mails": [{"id": 1, "kind": "2"}, {"id": 2, "kind": "1"}]}),
    ],
)
def test_what_dropping_removes(path: str, left: Document) -> None:
    document: Document = {"mails": [{"id": 1, "kind": "2"}, {"id": 2, "kind": "1"}]}
    before = deepcopy(document)
    places = [print_path(place) for place in occurrences(before, parse_path(path))]
    assert drop(document, parse_path(path)) == (document != before)
    assert document == left
    assert bool(places) == (before != left)


def test_entries_are_compared_by_their_id() -> None:
    before: Document = {"m": [{"id": 1, "a": 1}, {"id": 2, "a": 2}], "n": [{"id": 1}, {}]}
    after: Document = {"m": [{"id": 2, "a": 3}, {"id": 4}], "n": [{}, {"id": 1}]}
    assert [print_path(place) for place, _, _ in differences(before, after)] == [
        "m[id=1]",
        "m[id=2].a",
        "m[id=4]",
        "n[0].id",
        "n[1].id",
    ]
    assert next(iter(differences({"m": []}, {"m": [{"id": 1}]})))[0] == parse_path("m[id=1]")
    assert list(differences(before, {"m": before["m"][::-1], "n": before["n"]})) == []


def test_two_of_one_id_are_compared_by_their_order() -> None:
    before: Document = {"m": [{"id": 1, "a": 1}, {"id": 1, "a": 2}]}
    after: Document = {"m": [{"id": 1, "a": 1}, {"id": 1, "a": 3}]}
    assert [place for place, _, _ in differences(before, after)] == [("m", 1, "a")]


def test_a_place_is_named_as_differences_name_it() -> None:
    named = name_entries(RECORD, ("people", 1, "mails", 0, "value"))
    assert print_path(named) == "people[id=q].mails[id=5].value"
    assert name_entries({"m": [{"a": 1}]}, ("m", 0, "a")) == ("m", 0, "a")


def test_null_removes_every_entry_of_the_type_and_no_other() -> None:
    after = full_record(change(email_addresses=[mail(EmailType.BUSINESS, None)]), RECORD)
    assert after["mails"] == [RECORD["mails"][1]]
    assert predicted(change(email_addresses=[mail(EmailType.BUSINESS, None)]), RECORD) == after


def test_null_inside_one_entry_leaves_the_others() -> None:
    after: Document = {**full_record(change(contact_persons=[person(id="q", email_addresses=None)]), RECORD)}
    assert "mails" not in after["people"][1]
    assert after["people"][0] == RECORD["people"][0]


def test_clearing_in_an_entry_that_is_not_there_makes_none() -> None:
    asked = change(addresses=[_input(PlaceInput, {"type": AddressType.BILLING, "city": None})])
    assert full_record(asked, RECORD) == predicted(asked, RECORD) == RECORD
    assert list(check_record(TABLE, asked, RECORD)) == []


def test_a_value_deep_in_an_entry_is_required_of_the_entry() -> None:
    asked = change(addresses=[_input(PlaceInput, {"type": AddressType.BILLING, "city": "Kehl"})])
    [problem] = check_record(TABLE, asked, RECORD)
    assert (problem.code, problem.path) == (ErrorCode.REQUIRED, ("addresses", "0", "countryCode"))


def own(leaf: Leaf, document: Document) -> NativePath | None:
    """A record without a list of people is its own and only one."""
    place = leaf.native
    if "people" in document or place[0] != "people":
        return place
    return (str(place[2]),) if len(place) == 3 else None


def test_a_record_may_keep_its_one_entry_elsewhere() -> None:
    alone: Document = {"name": "Solo"}
    customer = read_customer(TABLE, alone, own, id="", connection_id="", native_id="", integration="")
    assert [item.last_name for item in customer.contact_persons] == ["Solo"]
    for given in ({"id": "x"}, {}):
        asked = change(contact_persons=[person(**given, last_name="New")])
        assert list(check_record(TABLE, asked, alone, own)) == []
        assert full_record(asked, alone, own) == {"name": "New"}
    [problem] = check_record(TABLE, change(contact_persons=[person(id="x", last_name="New")]), RECORD, own)
    assert (problem.code, problem.path) == (ErrorCode.NOT_A_CHOICE, ("contactPersons", "0", "id"))
