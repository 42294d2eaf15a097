"""Fortnox's requests and answers against its OpenAPI document (3.0.3).

Where recorded traffic and the document disagree, the recordings win; each such place is named here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.document import print_path
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

FORTNOX = connectors()["fortnox"]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in FORTNOX.table.leaves]
CLEARED = "API_BLANK"

# Emptied with a word of nine letters, which the document's exact lengths leave no room for.
TOO_SHORT_FOR_THE_WORD = {
    *("CountryCode", "DeliveryCountryCode", "VisitingCountryCode"),
    *("GLN", "GLNDelivery", "SalesAccount"),
}
# A delivery type that clients know and the document does not.
NOT_IN_THE_DOCUMENT = {"ELECTRONICINVOICE"}
# The older documents have them read-only; this one does not say.
DERIVED = {"@url", "Country", "DeliveryCountry", "VisitingCountry"}
# A length that only the schema of list items has.
LENGTH_IN_LISTS = {"OrganisationNumber": 30}
# Described in words, missing among the parameters.
PAGING = {"offset", "limit"}
# The document spells the keys as 404s do; 400s come in lower case.
ERROR_KEYS = {"error", "message", "code"}


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("fortnox/openapi-customers.json")
    return loaded


@pytest.fixture(scope="module")
def strict(contract: Document) -> Document:
    """The document without unknown names, and without `required`, which means the creation of a customer."""
    stricter = deepcopy(contract)
    for schema in stricter["components"]["schemas"].values():
        schema["additionalProperties"] = False
        schema.pop("required", None)
    return stricter


@pytest.fixture
async def fortnox() -> AsyncIterator[Line]:
    async with line(FORTNOX) as opened:
        yield opened


def complaints(contract: Document, schema: str, document: object) -> set[tuple[str, str]]:
    """What the contract says against a document: the place and the keyword."""
    validator = OAS30Validator({"$ref": f"#/components/schemas/{schema}", "components": contract["components"]})
    return {(".".join(map(str, error.path)), str(error.validator)) for error in validator.iter_errors(document)}


def against_operation(contract: Document, call: Call, answer: Answer) -> set[tuple[str, str]]:
    """What the contract says against an answer. It knows no null, of which recorded answers are full."""
    operation = operation_of(contract, call)
    described = operation["responses"].get(str(answer.status), operation["responses"]["default"])
    schema = described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return complaints(contract, schema, without_null(json.loads(answer.body)))


def without_null(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_null(value) for name, value in document.items() if value is not None}
    return [without_null(part) for part in document] if isinstance(document, list) else document


def operation_of(contract: Document, call: Call) -> Document:
    for path, methods in contract["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), call.path) and call.method.lower() in methods:
            operation: Document = methods[call.method.lower()]
            return operation
    raise AssertionError(f"the contract has no {call.method} {call.path}")


def schema_at(contract: Document, native: str) -> Document:
    """The schema of a property of a customer."""
    schemas = contract["components"]["schemas"]
    schema = schemas["fortnox_Customer"]
    for name in native.split("."):
        schema = schema["properties"][name]
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
    found: Document = schema
    return found


def body_of(step: Step) -> Document:
    assert isinstance(step.body, dict)
    return step.body


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contract_wants_it(strict: Document, leaf: Leaf) -> None:
    records = simulator_of(FORTNOX).records
    for value in values_of(FORTNOX, leaf):
        record, [step] = update_of(FORTNOX, records.values(), leaf, value)
        found = complaints(strict, "fortnox_Customer_Wrap", body_of(step))
        keyword = dict(found).get(f"Customer.{print_path(leaf.native)}")
        if value is None and leaf.fact.name in TOO_SHORT_FOR_THE_WORD:
            assert keyword in {"maxLength", "minLength"} and len(found) == 1
        elif value in NOT_IN_THE_DOCUMENT:
            assert keyword == "enum" and len(found) == 1
        else:
            assert found == set(), value
        operation = operation_of(strict, step)
        sent = operation["requestBody"]["content"]["*/*"]["schema"]["$ref"]
        assert sent == "#/components/schemas/fortnox_Customer_Wrap"
        assert record["CustomerNumber"] in step.path


def test_all_values_at_once_keep_to_the_contract(strict: Document) -> None:
    record = simulator_of(FORTNOX).records["1001"]
    wanted = {leaf.path: next(values_of(FORTNOX, leaf)) for leaf in FORTNOX.table.leaves}
    [step] = steps_of(FORTNOX, record, wanted)
    assert isinstance(step, Step)
    assert complaints(strict, "fortnox_Customer_Wrap", body_of(step)) == set()


def test_every_property_is_writable_or_derived(contract: Document) -> None:
    schemas = contract["components"]["schemas"]
    properties: set[str] = set()
    for name, schema in schemas["fortnox_Customer"]["properties"].items():
        if "$ref" in schema:
            inner = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
            properties |= {f"{name}.{member}" for member in inner}
        else:
            properties.add(name)
    written = {print_path(leaf.native) for leaf in FORTNOX.table.leaves}
    assert properties - written == DERIVED
    assert written - properties == set()


@pytest.mark.parametrize("leaf", LEAVES)
def test_facts_are_those_of_the_contract(contract: Document, leaf: Leaf) -> None:
    native = print_path(leaf.native)
    schema = schema_at(contract, native)
    kinds = {"string": {Kind.TEXT, Kind.ENUM}, "boolean": {Kind.BOOLEAN}, "number": {Kind.NUMBER}}
    assert leaf.kind in kinds[schema["type"]]
    fact = leaf.fact
    if "enum" in schema:
        words = set(fact.values.values()) if fact.values is not None else set(fact.options or ())
        assert words - NOT_IN_THE_DOCUMENT == set(schema["enum"])
    exact = schema.get("minLength", 0) > 1
    if exact:
        assert schema["minLength"] == schema["maxLength"] and fact.pattern is not None and fact.max_length is None
        assert not fact.pattern.matches("1" * (schema["maxLength"] + 1))
        assert not fact.pattern.matches("A" * (schema["maxLength"] - 1))
    else:
        assert fact.max_length == schema.get("maxLength", LENGTH_IN_LISTS.get(native))


def test_length_of_list_items(contract: Document) -> None:
    items = contract["components"]["schemas"]["fortnox_CustomerListItem"]["properties"]
    only_there = {
        name: schema["maxLength"]
        for name, schema in items.items()
        if "maxLength" in schema and schema["maxLength"] != schema_of(contract, name).get("maxLength")
    }
    assert only_there == LENGTH_IN_LISTS


def schema_of(contract: Document, name: str) -> Document:
    # Lists say Phone where a customer says Phone1.
    return schema_at(contract, "Phone1" if name == "Phone" else name)


@pytest.mark.parametrize(
    "wanted",
    [
        ListFilter(),
        ListFilter(number="12"),
        ListFilter(name="AB"),
        ListFilter(email="info"),
        ListFilter(active=True),
        ListFilter(active=False, updated_since="2025-01-01T00:00:00+00:00"),
    ],
    ids=repr,
)
async def test_list_keeps_to_the_contract(fortnox: Line, contract: Document, wanted: ListFilter) -> None:
    [(call, answer)] = await fortnox.hold(FORTNOX.list(None, wanted, 0, 10))
    assert answer.status == 200
    assert against_operation(contract, call, answer) == set()
    declared = {item["name"]: item["schema"] for item in operation_of(contract, call)["parameters"]}
    for name, value in call.query:
        assert name in declared or name in PAGING
        assert list(OAS30Validator(declared.get(name, {})).iter_errors(value)) == []


async def test_list_items_have_the_names_of_the_contract(fortnox: Line, strict: Document) -> None:
    [(call, answer)] = await fortnox.hold(FORTNOX.list(None, ListFilter(), 0, 100))
    # The recorded paging information is missing from the document's schema of a list.
    assert against_operation(strict, call, answer) == {("", "additionalProperties")}
    meta = json.loads(answer.body)["MetaInformation"]
    assert complaints(strict, "fortnox_MetaInformation", meta) == set()


async def test_company_keeps_to_the_contract(fortnox: Line, strict: Document) -> None:
    [(call, answer)] = await fortnox.hold(FORTNOX.companies(fortnox.connection))
    assert answer.status == 200
    assert against_operation(strict, call, answer) == set()


async def test_records_keep_to_the_contract(fortnox: Line, contract: Document) -> None:
    for number, record in fortnox.simulator.records.items():
        [(call, answer)] = await fortnox.hold(FORTNOX.read(Ref("c", number)))
        assert answer.status == 200
        # A word from before there were two, which may only be read.
        expected = {("Customer.Type", "enum")} if record["Type"] == "UNDEFINED" else set()
        assert against_operation(contract, call, answer) == expected, number


async def test_answer_to_an_update_keeps_to_the_contract(fortnox: Line, strict: Document) -> None:
    record = fortnox.simulator.records["1001"]
    for leaf in FORTNOX.table.leaves:
        if leaf.path == "number":
            continue
        value = next(values_of(FORTNOX, leaf))
        [step] = steps_of(FORTNOX, record, {leaf.path: value})
        assert isinstance(step, Step)
        answer = await fortnox.send(step)
        assert answer.status == 200, answer.body
        assert against_operation(strict, step, answer) == set(), leaf.path


@pytest.mark.parametrize(
    ("change", "status"),
    [({"companyName": "a<b"}, 400), ({"number": "1002"}, 400), ({"currency": "XXX"}, 400)],
)
async def test_refusal_keeps_to_the_contract(fortnox: Line, strict: Document, change: Document, status: int) -> None:
    [step] = steps_of(FORTNOX, fortnox.simulator.records["1001"], change)
    assert isinstance(step, Step)
    await check_refusal(strict, step, await fortnox.send(step), status)


async def test_unknown_customer_keeps_to_the_contract(fortnox: Line, strict: Document) -> None:
    [(call, answer)] = await fortnox.hold(FORTNOX.read(Ref("c", "nobody")))
    await check_refusal(strict, call, answer, 404)


async def check_refusal(strict: Document, call: Call, answer: Answer, status: int) -> None:
    assert answer.status == status
    body = json.loads(answer.body)
    inner = body["ErrorInformation"]
    assert {name.lower() for name in inner} == ERROR_KEYS
    spelled = {"ErrorInformation": {name.title(): value for name, value in inner.items()}}
    told = Answer(status, json.dumps(spelled).encode())
    assert against_operation(strict, call, told) == set()


def test_customer_references_are_as_the_quirk_says(contract: Document) -> None:
    """QUIRKS.md 13: a resource of its own, read and written in different wrappers; the connector writes none."""
    schemas = contract["components"]["schemas"]
    row = schemas["fortnox_CustomerReference_CustomerReferenceRow"]["properties"]
    assert set(row) == {"CustomerNumber", "Id", "Reference"}
    assert set(schemas["fortnox_CustomerReference_Wrap"]["properties"]) == {"CustomerReference"}
    wrapper = schemas["fortnox_CustomerReference_CustomerReferenceRow_Wrap"]["properties"]
    assert set(wrapper) == {"CustomerReferenceRow"}
    assert not set(row) - {"CustomerNumber"} & {leaf.fact.name for leaf in FORTNOX.table.leaves}
