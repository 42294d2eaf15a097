"""The differences that a plan of several calls is made of."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Maybe

from gql_gateway.connectors.entries import (
    EntryChange,
    by_position,
    changed_values,
    entry_changes,
    paths_of,
    unmet,
)
from gql_gateway.fields.change import Assignment, Change, Drop, Entry
from gql_gateway.fields.document import Select, parse_path, print_path
from gql_gateway.fields.native import OTHER, Clear, entry_id, many, native, slots, type_key
from gql_gateway.fields.table import build_table, leaves_of
from gql_gateway.fields.wire import full_record, stated_place
from gql_gateway.model.enums import EmailType

Document = dict[str, Any]


@strawberry.input(description="A mail.")
class MailInput:
    type: EmailType = type_key("Which.")
    email: Maybe[str | None] = native("value", clear=Clear.ENTRY, description="The address.")


@strawberry.input(description="A customer.")
class ThingInput:
    company_name: Maybe[str | None] = native("name", description="Name.")
    payment_terms: Maybe[str | None] = native("days", write=lambda days: f"{days}.0", description="Days.")
    email_addresses: Maybe[list[MailInput] | None] = slots(
        BUSINESS="mails[kind=2]", PRIVATE="mails[kind=1]", drop="mails", description="Mails."
    )


TABLE = build_table(ThingInput)
LEAVES = {leaf.path: leaf for leaf in TABLE.leaves}
[MAILS] = TABLE.branches()
RECORD: Document = {
    "name": "A",
    "mails": [{"id": 7, "kind": "1", "value": "p@x"}, {"id": 8, "kind": "2", "value": "b@x"}, {"id": 9, "kind": "2"}],
}


def change(**values: Any) -> Change:
    names = {"name": "companyName", "days": "paymentTerms"} | {
        kind: f"emailAddresses[{kind}].email" for kind in ("BUSINESS", "PRIVATE")
    }
    return Change(assignments=tuple(Assignment(LEAVES[names[name]], value, ()) for name, value in values.items()))


def differ(asked: Change, record: Document = RECORD) -> tuple[list[EntryChange], Document]:
    wanted = full_record(asked, record)
    return entry_changes(("mails",), record, wanted), wanted


def test_an_entry_is_changed_made_or_removed() -> None:
    record: Document = {"mails": [{"id": 7, "a": 1}, {"id": 8, "a": 1}, {"id": 9, "a": 1}]}
    wanted: Document = {"mails": [{"id": 7, "a": 1}, {"id": 9, "a": 2, "b": None}, {"a": 3}]}
    changes = entry_changes(("mails",), record, wanted)
    assert [(item.place, item.before, item.after) for item in changes] == [
        (("mails", 1), {"id": 9, "a": 1}, {"id": 9, "a": 2, "b": None}),
        (("mails", 2), None, {"a": 3}),
        (("mails", 1), {"id": 8, "a": 1}, None),
    ]
    assert [item.changed() for item in changes[:2]] == [{"a": 2}, {"a": 3}]


def test_no_list_is_an_empty_one() -> None:
    assert entry_changes(("mails",), {}, {"mails": None}) == []
    assert [item.after for item in entry_changes(("mails",), {}, {"mails": [{"a": 1}]})] == [{"a": 1}]


def test_what_is_gone_is_told_as_nothing() -> None:
    assert changed_values({"a": 1, "b": 2, "c": None}, {"a": 1, "d": 3}) == {"b": None, "d": 3}


def test_what_the_record_holds_is_not_asked_for() -> None:
    record: Document = {**RECORD, "days": "14.0"}
    asked = change(name="A", days="14.0", PRIVATE="p@x", BUSINESS="new@x")
    assert [item.leaf.path for item in unmet(asked, record, stated_place).assignments] == [
        "paymentTerms",
        "emailAddresses[BUSINESS].email",
    ]
    assert unmet(change(days="14"), record, stated_place).assignments == ()
    assert unmet(change(days=None), RECORD, stated_place).assignments == ()


def test_each_step_has_its_own_paths() -> None:
    asked = change(name="B", PRIVATE="new@x", BUSINESS=None)
    changes, wanted = differ(asked)
    told: list[Any] = [
        (item.place, item.after is None, paths_of(item, asked, RECORD, wanted, stated_place)) for item in changes
    ]
    assert told == [
        (("mails", 0), False, {"emailAddresses[PRIVATE].email"}),
        (("mails", 1), True, {"emailAddresses[BUSINESS].email"}),
        (("mails", 2), True, {"emailAddresses[BUSINESS].email"}),
    ]


def test_a_new_entry_has_its_path() -> None:
    asked = change(BUSINESS="b@x")
    [item], wanted = differ(asked, {"mails": [{"id": 7, "kind": "1", "value": "p@x"}]})
    assert item.after == {"kind": "2", "value": "b@x"}
    assert paths_of(item, asked, RECORD, wanted, stated_place) == {"emailAddresses[BUSINESS].email"}


def test_a_list_that_goes_whole_is_the_path_of_each_step() -> None:
    asked = Change(drops=(Drop(MAILS, ()),))
    changes, wanted = differ(asked)
    assert [item.after for item in changes] == [None, None, None]
    for item in changes:
        assert paths_of(item, asked, RECORD, wanted, stated_place) == {
            "emailAddresses[BUSINESS].email",
            "emailAddresses[PRIVATE].email",
        }


@strawberry.input(description="A person.")
class PersonInput:
    id: strawberry.ID | None = entry_id()
    last_name: Maybe[str | None] = native("last", description="Name.")


@strawberry.input(description="A house of people.")
class HouseInput:
    contact_persons: Maybe[list[PersonInput] | None] = many("people", key="no", match=("last",), description="People.")


[PEOPLE] = build_table(HouseInput).branches()


def persons(*wheres: tuple[str, str], name: str = "New") -> Change:
    """A change that names these persons, each by an id or by its name."""
    entries, assignments = [], []
    for index, where in enumerate(wheres):
        select = Select((where,))
        leaves = tuple(leaf.bound(select, str(index)) for leaf in leaves_of(PEOPLE.entries[OTHER]))
        entries.append(Entry(PEOPLE, ("people", select), leaves, (), where[0] == "no"))
        assignments += [Assignment(leaf, where[1] if where[0] == "last" else name, ()) for leaf in leaves]
    return Change(assignments=tuple(assignments), entries=tuple(entries))


def test_entries_are_told_by_their_place() -> None:
    record: Document = {"people": [{"no": 4, "last": "A"}, {"no": 5, "last": "B"}]}
    asked = by_position(persons(("no", "5"), ("last", "C"), ("last", "D"), ("last", "A"), ("last", "C")), record)
    assert [print_path(item.leaf.native) for item in asked.assignments] == [
        *("people[1].last", "people[2].last", "people[3].last", "people[0].last", "people[2].last"),
    ]
    assert [print_path(entry.place) for entry in asked.entries] == [
        print_path(item.leaf.entry or ()) for item in asked.assignments
    ]
    assert full_record(asked, record)["people"] == [
        {"no": 4, "last": "A"},
        {"no": 5, "last": "New"},
        {"last": "C"},
        {"last": "D"},
    ]


def test_by_their_place_entries_are_found_when_their_ids_are_others() -> None:
    before: Document = {"people": [{"no": 4, "last": "A"}, {"no": 5, "last": "B"}]}
    after: Document = {"people": [{"no": 6, "last": "A"}, {"no": 7, "last": "New"}]}
    asked = persons(("no", "5"))
    assert unmet(asked, after, stated_place).assignments == asked.assignments
    assert unmet(by_position(asked, before), after, stated_place).assignments == ()


def test_the_first_entry_of_no_list_and_values_of_no_entry() -> None:
    [made] = by_position(persons(("last", "A")), {"people": None}).assignments
    assert made.leaf.native == parse_path("people[0].last")
    plain = change(name="B", PRIVATE="q@x")
    assert by_position(plain, RECORD) == plain
