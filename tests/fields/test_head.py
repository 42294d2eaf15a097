"""A list whose first entry the provider keeps in a place of its own."""

from __future__ import annotations

from typing import Any, cast

import strawberry
from strawberry import Maybe

from gql_gateway.connectors.base import Connector
from gql_gateway.errors import ErrorCode
from gql_gateway.fields.change import Change, read_change
from gql_gateway.fields.native import OTHER, Clear, by_type, entry_id, head_key, many, native, slots, type_key
from gql_gateway.fields.readback import read_customer
from gql_gateway.fields.table import build_table
from gql_gateway.fields.wire import full_record
from gql_gateway.model.customer import Customer
from gql_gateway.model.enums import EmailType
from tests.support.changes import typed_change


@strawberry.input(description="A mail.")
class HeadMailInput:
    type: EmailType = type_key("Which.")
    email: Maybe[str | None] = by_type(BUSINESS="mail", description="The address.")


@strawberry.input(description="A person.")
class HeadPersonInput:
    id: strawberry.ID | None = entry_id()
    is_primary: bool | None = head_key("The first.")
    last_name: Maybe[str | None] = native("last", clear=Clear.OMIT, description="Name.")
    email_addresses: Maybe[list[HeadMailInput] | None] = slots(only=OTHER, description="Mails of the others.")


@strawberry.input(description="A house.")
class HeadInput:
    email_addresses: Maybe[list[HeadMailInput] | None] = slots(description="Mails of the house.")
    contact_persons: Maybe[list[HeadPersonInput] | None] = many(
        "people", key="no", match=("mail",), head="owner", description="People."
    )


class HeadConnector:
    input_type = HeadInput


TABLE = build_table(HeadInput)
RECORD: dict[str, Any] = {
    "mail": "house@x.example",
    "owner": {"last": "First"},
    "people": [{"no": 1, "last": "A", "mail": "a@x.example"}, {"no": 2, "last": "B", "mail": "b@x.example"}],
}


def change(*persons: dict[str, Any] | None) -> Change:
    values = {"contactPersons": None if persons == (None,) else list(persons)}
    return read_change(TABLE, typed_change(cast(Connector, HeadConnector()), values), ())


def customer(record: dict[str, Any]) -> Customer:
    return read_customer(TABLE, record, id="x", connection_id="x", native_id="x", integration="X")


def test_the_values_of_each_entry_are_its_own() -> None:
    """Also those of lists inside the entries, which count from the same place."""
    first, a, b = customer(RECORD).contact_persons
    assert (first.id, first.is_primary, first.last_name, first.email_addresses) == (None, True, "First", ())
    assert [(person.id, person.last_name, person.email_addresses[0].email) for person in (a, b)] == [
        ("1", "A", "a@x.example"),
        ("2", "B", "b@x.example"),
    ]


def test_without_a_head_the_others_are_all_there_is() -> None:
    a, _ = customer({**RECORD, "owner": {}}).contact_persons
    assert (a.is_primary, a.last_name, a.email_addresses[0].email) == (None, "A", "a@x.example")


def test_a_list_of_the_others_alone_has_no_place_in_the_head() -> None:
    assert [leaf.path for leaf in TABLE.leaves] == [
        "emailAddresses[BUSINESS].email",
        "contactPersons[0].lastName",
        "contactPersons[*].lastName",
        "contactPersons[*].emailAddresses[BUSINESS].email",
    ]
    mails = [{"type": "BUSINESS", "email": "first@x.example"}]
    [problem] = change({"isPrimary": True, "lastName": "F", "emailAddresses": mails}).problems
    assert (problem.code, problem.path) == (ErrorCode.UNSUPPORTED, ("contactPersons", "0", "emailAddresses"))
    assert change({"isPrimary": True, "emailAddresses": None}).problems == ()


def test_null_empties_the_head_as_well() -> None:
    record: Any = full_record(change(None), RECORD)
    assert record == {"mail": "house@x.example"}
    assert customer(record).contact_persons == ()


def test_head_and_others_are_written_to_their_places() -> None:
    mails = [{"type": "BUSINESS", "email": "b@x.example"}]
    record: Any = full_record(
        change({"isPrimary": True, "lastName": "F"}, {"lastName": "Bee", "emailAddresses": mails}), RECORD
    )
    assert record["owner"] == {"last": "F"}
    assert [person["last"] for person in record["people"]] == ["A", "Bee"]
