"""The statement of fields against the contract: the request's eleven properties, and the response's 61, all read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from strawberry.types.base import get_object_definition

from gql_gateway.connectors.bookmore import CONNECTOR
from gql_gateway.connectors.bookmore.fields import (
    TABLE,
    BookmoreCustomerLabel,
    BookmoreDetails,
    BookmoreDirectDebit,
    BookmoreTermsOfPayment,
)
from gql_gateway.fields.native import Required
from gql_gateway.fields.readback import flatten
from gql_gateway.fields.support import WRITABLE_UNIFIED, covered
from gql_gateway.model.json import JsonObject
from gql_gateway.model.ref import Ref

BOOKMORE = CONNECTOR()
TYPES: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))[
    "types"
]
REQUEST = {item["name"]: item for item in TYPES["UpdateEaccountingCustomer"]}
RESPONSE = {
    item["name"]: item["type"]
    for name in ("EAccountingCustomerResponse", "CreateEAccountingCustomer", "EAccountingInvoiceAddress")
    for item in TYPES[name]
}
NESTED = {
    "EAccountingTermsOfPayment": BookmoreTermsOfPayment,
    "CustomerLabel": BookmoreCustomerLabel,
    "DirectDebitCustomerSettings": BookmoreDirectDebit,
}
LEAVES = {leaf.fact.name: leaf for leaf in TABLE.leaves}
DAY = "2026-03-04T05:06:07"


def first_of(cls: type) -> set[Any]:
    """The native properties that a details class reads."""
    return {item.metadata["native"][0] for item in get_object_definition(cls, strict=True).fields}


def value_of(name: str, kind: str) -> Any:
    """A value of the property's type that no other property has, as far as the type allows."""
    serial = 1000 + sum(ord(sign) * place for place, sign in enumerate(name, 1))
    match kind.rstrip("?"):
        case "string":
            return f"a {name}"
        case "bool":
            return True
        case "int":
            return serial
        case "decimal":
            return serial + 0.5
        case "DateTime":
            return DAY
        case "List<string>":
            return [f"first {name}", f"second {name}"]
        case "List<CustomerLabel>":
            return [object_of("CustomerLabel"), object_of("CustomerLabel")]
        case nested:
            return object_of(nested)


def object_of(name: str) -> dict[str, Any]:
    return {item["name"]: value_of(f"{name}.{item['name']}", item["type"]) for item in TYPES[name]}


def shown(document: dict[str, Any]) -> dict[str, Any]:
    """What callers see of a record, the native document left aside."""
    customer = BOOKMORE.parse(document, Ref("c", BOOKMORE.native_id(document)))
    return {path: value for path, value in flatten(customer) if path.split(".")[0] not in {"native", "id", "version"}}


def plain(value: Any) -> list[Any]:
    """The values inside a value, as `flatten` shows them."""
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in plain(item)]
    if isinstance(value, list):
        return [inner for item in value for inner in plain(item)]
    return [f"{DAY}+00:00" if value == DAY else value]


def test_contract_has_61_properties() -> None:
    assert len(RESPONSE) == 61


def test_each_property_of_the_response_is_read() -> None:
    read = {"Id", *LEAVES, *(item.native[0] for item in TABLE.reads), *first_of(BookmoreDetails)}
    assert read == set(RESPONSE)


@pytest.mark.parametrize("name", NESTED)
def test_each_property_of_a_nested_type_is_read(name: str) -> None:
    assert first_of(NESTED[name]) == {item["name"] for item in TYPES[name]}


@pytest.mark.parametrize("name", [name for name in RESPONSE if name != "Id"])
def test_value_of_each_property_is_shown(name: str) -> None:
    others = {"Id": "x", "IsPrivatePerson": False} | ({"ChangedUtc": "2020-01-01"} if name != "ChangedUtc" else {})
    given = value_of(name, RESPONSE[name])
    without, having = shown(others), shown({**others, name: given})
    new = [value for path, value in having.items() if without.get(path) != value]
    # A list of texts is one value.
    gained = [text for value in new for text in (value if isinstance(value, list) else [value])]
    wanted = {"IsPrivatePerson": ["CONTACT_PERSON"]}.get(name, plain(given))
    assert all(value in gained for value in wanted)
    assert set(gained) <= set(wanted)


def test_id_is_the_native_id() -> None:
    assert BOOKMORE.parse({"Id": "x"}, Ref("c", "x")).native_id == BOOKMORE.native_id({"Id": "x"}) == "x"


def test_values_do_not_stand_in_for_one_another() -> None:
    """All at once: each text, number and list is shown under a path of its own."""
    record = {name: value_of(name, kind) for name, kind in RESPONSE.items()}
    values = [value for value in shown(record).values() if isinstance(value, str | float | int)]
    for name, kind in RESPONSE.items():
        if kind.rstrip("?") in {"string", "int", "decimal"} and name != "Id":
            assert values.count(record[name]) == 1, name


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/Date(1767225600000+0000)/", "2026-01-01T00:00:00+00:00"),
        ("/Date(1767225600000)/", "2026-01-01T00:00:00+00:00"),
        ("2026-06-01T08:15:30.1234567Z", "2026-06-01T08:15:30.123456+00:00"),
        ("0001-01-01T00:00:00", None),
        ("/Date(-62135596800000+0000)/", None),
    ],
)
def test_dates_are_read_in_every_spelling(written: str, read: str | None) -> None:
    having = shown({"Id": "x", "ChangedUtc": written, "DirectDebitCustomerSettings": {"EndDate": written}})
    assert having.get("updatedAt") == read
    assert having.get("details.directDebit.endDate") == read


def test_last_invoice_date_is_text_and_the_year_1_is_nothing() -> None:
    assert (
        shown({"Id": "x", "LastInvoiceDate": "2026-05-04T00:00:00"})["details.lastInvoiceDate"] == "2026-05-04T00:00:00"
    )
    assert "details.lastInvoiceDate" not in shown({"Id": "x", "LastInvoiceDate": "0001-01-01T00:00:00"})


def test_request_carries_nine_values_beside_id_and_company() -> None:
    assert set(LEAVES) | {"Id", "CompanyId"} == set(REQUEST)


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_required_flags_and_lengths_are_those_of_the_page(name: str) -> None:
    fact, stated = LEAVES[name].fact, REQUEST[name]
    assert (fact.required is Required.ON_UPDATE) == (stated["requiredColumn"] == "Yes")
    if "maxLength" in stated:
        assert fact.max_length == stated["maxLength"]


def test_every_unified_field_is_writable_or_has_a_reason() -> None:
    _, writable = covered(TABLE)
    assert {name for name in WRITABLE_UNIFIED if name not in writable and not TABLE.missing.get(name)} == set()
    assert {name for name in TABLE.missing if name in writable} == set()


def test_version_is_the_time_of_the_last_change_in_either_spelling() -> None:
    iso: JsonObject = {"Id": "x", "ChangedUtc": "2026-01-01T00:00:00.0000000Z"}
    ms: JsonObject = {"Id": "x", "ChangedUtc": "/Date(1767225600000+0000)/"}
    assert BOOKMORE.version(iso) == BOOKMORE.version(ms) == "2026-01-01T00:00:00+00:00"
    assert BOOKMORE.version(iso) != BOOKMORE.version({**iso, "ChangedUtc": "2026-01-01T00:00:01Z"})


@pytest.mark.parametrize("never", [{}, {"ChangedUtc": "0001-01-01T00:00:00"}])
def test_version_is_made_from_the_content_where_no_time_is_told(never: dict[str, Any]) -> None:
    record = {"Id": "x", "Name": "A", **never}
    assert BOOKMORE.version(record) == BOOKMORE.version({**record, "UnpaidInvoicesAmount": 5.0})
    assert BOOKMORE.version(record) != BOOKMORE.version({**record, "Name": "B"})
