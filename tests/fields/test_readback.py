"""From a record to a customer and its details, and what differs between two of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_gateway.fields.change import Assignment, Change
from gql_gateway.fields.details import read_details
from gql_gateway.fields.document import MISSING, parse_path
from gql_gateway.fields.native import Native
from gql_gateway.fields.readback import flatten, from_native, read_customer, read_values, stored_value, unified_names
from gql_gateway.fields.table import FieldTable, Kind, Leaf, split
from gql_gateway.fields.wire import predicted
from gql_gateway.model.customer import Address, ContactPerson, Customer, EmailAddress, PhoneNumber
from gql_gateway.model.enums import AddressType, ContactType, EmailType, PhoneType

from .thing import AT, LEAVES, TABLE, ThingDetails, calm, leaf

KNOWN: dict[str, Any] = {"id": "i", "connection_id": "c", "native_id": "n", "integration": "THING"}


def customer(document: dict[str, Any], **more: Any) -> Customer:
    return read_customer(TABLE, document, **KNOWN, **more)


@pytest.mark.parametrize("nothing", [MISSING, None, ""])
def test_every_nothing_is_absent(nothing: Any) -> None:
    assert all(from_native(item, nothing) is None for item in TABLE.leaves)


def test_record_of_nothing_is_a_customer_of_nothing() -> None:
    documents: list[dict[str, Any]] = [
        {},
        {"name": "", "places": None, "people": [], "mails": {"other": []}},
        {"places": {"bill": [{}], "ship": ["x"]}, "people": [{"first": "", "last": None}], "seen": {"town": ""}},
        {"places": "x", "people": {"first": "y"}, "money": [], "mails": {"other": {}}},
    ]
    assert [customer(document) for document in documents] == [Customer(**KNOWN, language="person")] * len(documents)


def test_values_go_where_they_belong() -> None:
    document: dict[str, Any] = {
        "kind": "P",
        "name": "Bo",
        "no": 17,
        "money": {"currency": "SEK"},
        "active": False,
        "places": {"ship": [{"town": "A", "who": "W"}], "bill": [{"street": "B", "country": "SE"}]},
        "seen": {"town": "C"},
        "mail": "a@b.example",
        "mails": {"other": ["x@b.example"]},
        "people": [{"first": "D", "last": "E", "cell": "1", "desk": "2"}],
    }
    assert customer(document, version="v") == Customer(
        **KNOWN,
        version="v",
        contact_type=ContactType.CONTACT_PERSON,
        company_name="Bo",
        number="17",
        currency="SEK",
        active=False,
        language="person",
        addresses=(
            Address(AddressType.BILLING, address_line1="B", country_code="SE"),
            Address(AddressType.DELIVERY, name="W", city="A"),
            Address(AddressType.VISITING, city="C"),
        ),
        email_addresses=(
            EmailAddress(EmailType.BUSINESS, "a@b.example"),
            EmailAddress(EmailType.OTHER, "x@b.example"),
        ),
        contact_persons=(
            ContactPerson(
                first_name="D",
                last_name="E",
                phone_numbers=(PhoneNumber(PhoneType.BUSINESS, "2"), PhoneNumber(PhoneType.MOBILE, "1")),
            ),
        ),
    )


def test_entries_that_cannot_be_written_are_read() -> None:
    """A list of which only the first entry can be written is shown whole."""
    document: dict[str, Any] = {
        "people": [{"last": "A"}, {"last": "B", "cell": "1"}, {"first": "C"}],
        "mails": {"other": ["a@b.example", "c@d.example"]},
        "places": {"bill": [{"town": "A"}, {"town": "B"}]},
    }
    found = customer(document)
    assert [person.last_name for person in found.contact_persons] == ["A", "B", None]
    assert found.contact_persons[1].phone_numbers == (PhoneNumber(PhoneType.MOBILE, "1"),)
    assert [(item.type.name, item.email) for item in found.email_addresses] == [
        ("OTHER", "a@b.example"),
        ("OTHER", "c@d.example"),
    ]
    assert [item.city for item in found.addresses] == ["A", "B"]


def test_more_than_ten_entries_keep_their_order() -> None:
    document: dict[str, Any] = {"people": [{"last": str(number)} for number in range(12)]}
    assert [person.last_name for person in customer(document).contact_persons] == [str(number) for number in range(12)]


@pytest.mark.parametrize(("native", "ours"), [("C", "COMPANY"), ("P", "CONTACT_PERSON"), ("?", "UNDEFINED")])
def test_word_of_an_enum(native: str, ours: str) -> None:
    found = customer({"kind": native}).contact_type
    assert found is not None and found.name == ours


@pytest.mark.parametrize(
    ("path", "native", "ours"),
    [
        ("vatId", 17, "17"),
        ("vatId", True, "true"),
        ("active", "yes", None),
        ("active", 1, None),
        ("sending.copies", 2, 2),
        ("sending.copies", True, None),
        ("sending.copies", 2.5, None),
        ("discount", "2.5", 2.5),
        ("discount", 2, 2.0),
        ("discount", "x", None),
        ("discount", True, None),
    ],
)
def test_value_of_another_type_than_stated(path: str, native: Any, ours: Any) -> None:
    assert from_native(leaf(path), native) == ours


def test_details_hold_what_is_not_unified() -> None:
    document: dict[str, Any] = {
        "Sending": {"Way": "POST", "Copies": 3},
        "discount": "2.5",
        "tags": ["a", "", None, 7],
        "labels": [{"Name": "x"}, "no label", {"Name": ""}],
        "best": {"label": {"Name": "y"}},
        "name": "Bo",
    }
    details = read_details(ThingDetails, document)
    assert (details.discount, details.sending.way, details.sending.copies) == (2.5, "POST", 3)
    assert details.tags == ["a", "7"]
    assert [label.name for label in details.labels] == ["x", None]
    assert details.best_label.name == "y"
    assert not hasattr(details, "company_name") and not hasattr(details, "addresses")


@pytest.mark.parametrize("document", [{}, {"Sending": None, "labels": None, "best": "x"}, {"labels": {}, "tags": "x"}])
def test_details_of_nothing(document: dict[str, Any]) -> None:
    details = read_details(ThingDetails, document)
    assert (details.discount, details.tags, details.labels, details.best_label) == (None, [], [], None)
    assert details.sending.way is None


def test_unified_names() -> None:
    assert {"companyName", "contactPersons", "webUrl", "native"} <= unified_names()
    assert "company_name" not in unified_names()


def test_customer_as_paths() -> None:
    found = customer(
        {"kind": "C", "places": {"bill": [{"town": "A"}, {"town": "B"}]}, "people": [{"desk": "1"}]},
        updated_at=datetime(2026, 1, 2, tzinfo=UTC),
        details=read_details(ThingDetails, {"Sending": {"Copies": 0}, "labels": [{"Name": "x"}, {"Name": "y"}]}),
    )
    paths = dict(flatten(found))
    assert {path: value for path, value in paths.items() if path not in {"id", "connectionId", "nativeId"}} == {
        "integration": "THING",
        "contactType": "COMPANY",
        "language": "person",
        "addresses[BILLING].city": "A",
        "addresses[BILLING.1].city": "B",
        "contactPersons[0].phoneNumbers[BUSINESS].number": "1",
        "updatedAt": "2026-01-02T00:00:00+00:00",
        "details.sending.copies": 0,
        "details.labels[0].name": "x",
        "details.labels[1].name": "y",
    }


TEXTS = st.text("abcåÅ1 ", min_size=1, max_size=8).map(str.strip).filter(bool)


@calm
@given(st.dictionaries(st.sampled_from(sorted(path for path in LEAVES if LEAVES[path].kind.name == "TEXT")), TEXTS))
def test_what_is_written_is_read_at_its_path(values: dict[str, str]) -> None:
    values.pop("language", None)
    wanted = Change(AT, tuple(Assignment(LEAVES[path], value, (*AT, path)) for path, value in values.items()))
    document = predicted(wanted, {})
    paths = dict(flatten(customer(document, details=read_details(ThingDetails, document))))
    for path, value in values.items():
        shown = paths.get(path, paths.get(f"details.{path}"))
        assert shown == LEAVES[path].fact.normal(value) == stored_value(LEAVES[path], document)
    told = {path.removeprefix("details.") for path in paths} - {
        "id",
        "connectionId",
        "nativeId",
        "integration",
        "language",
    }
    assert told == set(values)


def test_the_entry_that_is_written_comes_first_wherever_it_lies() -> None:
    """A connector may know better than the statement which entry of a list that is: the others follow, in order."""
    path = "bankAccounts[0].iban"
    stated = Leaf(path, Kind.TEXT, Native("banks[0].iban"), parse_path("banks[0].iban"), segments=split(path))
    document: dict[str, Any] = {"banks": [{"iban": "A"}, {"iban": "B"}, {"iban": "C"}]}
    for main, order in ((0, "ABC"), (1, "BAC"), (2, "CAB")):

        def locate(_leaf: Leaf, _document: Any, main: int = main) -> Any:
            return parse_path(f"banks[{main}].iban")

        found = dict(read_values(FieldTable((), (stated,)), document, locate))
        assert [found[(("bankAccounts", str(n)), ("iban", None))] for n in range(3)] == list(order)
