"""Visma eAccounting's requests and answers against both files: the field facts of May 2024 (a JSON Schema restated from
a generated client) and the official Swagger 2.0 document of 2018.

Where they disagree the newer one wins; each such place is named here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_schema_validator import OAS30Validator

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.visma_eaccounting.protocol import READ_ONLY, VARIANTS
from gql_gateway.fields.convert import as_time
from gql_gateway.fields.formats import UUID
from gql_gateway.fields.native import Required
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

VISMA = connectors()["visma_eaccounting"]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in VISMA.table.leaves]

# Added between 2018 and 2024.
NEWER = {
    *("DeliveryBasedVat", "DirectDebitCustomerSettings", "DiscountAgreementId", "EmailAddressOrder"),
    *("EmailAddressQuote", "Iban", "IsFutureInvoiceDateAllowed", "IsNorthernIreland", "MessageThreads", "Notes"),
    *("SalesPriceListId", "UnpaidInvoicesAmount"),
}
# Lengths that only the newer file has.
NEWER_LENGTHS = {"EdiGlnNumber", "ElectronicAddress", "ElectronicReference", "EdiServiceDelivererId"}
# Members of the company that the older file lacks.
NEWER_COMPANY = {"CompanyIdentifier", "CompanyStatus"}
# QUIRKS.md, "Left out": writable by contract, sent back as read.
LEFT_OUT = {
    *("GLN", "EmailAddresses", "CustomerLabels", "MessageThreads", "Notes"),
    *("AutoInvoiceActivationEmailSentDate", "AutoInvoiceRegistrationRequestSentDate"),
}
# What seeded records have besides, to see that it is kept: no document knows these.
UNKNOWN_TO_ALL = {"PeppolParticipantId", "ReminderProfile", "CostCenterIds", "IsKeyAccount", "LoyaltyLevel"}
# Described in the guides and used by clients, declared nowhere.
QUERY = {"$page", "$pagesize", "$filter"}
KINDS = {
    "string": {Kind.TEXT},
    "boolean": {Kind.BOOLEAN, Kind.ENUM},
    "number": {Kind.NUMBER},
    # Numbers that stand for words are words in the input.
    "integer": {Kind.INTEGER, Kind.TEXT},
}

FORMATS = FormatChecker(())
FORMATS.checks("uuid")(lambda value: not isinstance(value, str) or UUID.matches(value))
# Times stand without a zone as well, which RFC 3339 would not allow.
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or ("T" in value and as_time(value) is not None))


@pytest.fixture(scope="module")
def newer() -> Document:
    loaded: Document = load("visma_eaccounting/customerapi-fields-2024-05.schema.json")
    return loaded


@pytest.fixture(scope="module")
def strict(newer: Document) -> Document:
    """The newer file without unknown names, also in what lies inside."""
    stricter = deepcopy(newer)
    for schema in (stricter, *stricter["$defs"].values()):
        schema["additionalProperties"] = False
    return stricter


@pytest.fixture(scope="module")
def older() -> Document:
    loaded: Document = load("visma_eaccounting/swagger-v2-2018-customers.json")
    return loaded


@pytest.fixture
async def visma() -> AsyncIterator[Line]:
    async with line(VISMA) as opened:
        yield opened


def against_newer(schema: Document, document: Any) -> set[tuple[str, str]]:
    """What the newer file says against a customer: the place and the keyword. It knows no null."""
    validator = Draft202012Validator(schema, format_checker=FORMATS)
    return {_told(error) for error in validator.iter_errors(without_null(document))}


def against_older(contract: Document, name: str, document: Any) -> set[tuple[str, str]]:
    """The same of a definition of the older file, whose schemas are those of OpenAPI 3.0."""
    schema = {"$ref": f"#/definitions/{name}", "definitions": contract["definitions"]}
    validator = OAS30Validator(schema, format_checker=FORMATS)
    return {_told(error) for error in validator.iter_errors(without_null(document))}


def _told(error: Any) -> tuple[str, str]:
    return ".".join(map(str, error.path)), str(error.validator)


def without_null(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_null(value) for name, value in document.items() if value is not None}
    return [without_null(part) for part in document] if isinstance(document, list) else document


def known_part(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in UNKNOWN_TO_ALL}


def operation_of(contract: Document, call: Call) -> Document:
    for path, methods in contract["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), call.path) and call.method.lower() in methods:
            operation: Document = methods[call.method.lower()]
            return operation
    raise AssertionError(f"the contract has no {call.method} {call.path}")


def schema_at(contract: Document, leaf: Leaf) -> Document:
    """The schema of a property, in the newer file."""
    schema = contract
    for name in leaf.native:
        assert isinstance(name, str)
        schema = schema["properties"][name]
        if "$ref" in schema:
            schema = contract["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def check_request(strict: Document, older: Document, step: Step) -> None:
    [declared] = [item for item in operation_of(older, step)["parameters"] if item["in"] == "body"]
    assert declared["schema"] == {"$ref": "#/definitions/CustomerApi"}
    assert isinstance(step.body, dict)
    body = known_part(step.body)
    assert against_newer(strict, body) == set()
    assert against_older(older, "CustomerApi", body) == set()
    assert set(body) & READ_ONLY == set()


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contracts_want_it(strict: Document, older: Document, leaf: Leaf) -> None:
    records = simulator_of(VISMA).records
    for value in values_of(VISMA, leaf):
        _, [step] = update_of(VISMA, records.values(), leaf, value)
        check_request(strict, older, step)


def test_all_values_at_once_keep_to_the_contracts(strict: Document, older: Document) -> None:
    record = next(iter(simulator_of(VISMA).records.values()))
    wanted = {leaf.path: next(values_of(VISMA, leaf)) for leaf in VISMA.table.leaves}
    [step] = steps_of(VISMA, record, wanted)
    assert isinstance(step, Step)
    check_request(strict, older, step)


def test_update_of_each_record_keeps_to_the_contracts(strict: Document, older: Document) -> None:
    """Also of the sparse ones; a record that could not be sent whole is refused instead."""
    sent = 0
    for record in simulator_of(VISMA).records.values():
        for step in steps_of(VISMA, record, {"notes": "Ny anteckning"}):
            if isinstance(step, Step):
                check_request(strict, older, step)
                sent += 1
    assert sent >= 25


def test_every_property_is_writable_read_only_or_left_out(newer: Document) -> None:
    properties = set(newer["properties"])
    written = {leaf.native[0] for leaf in VISMA.table.leaves}
    assert {name for name, schema in newer["properties"].items() if schema.get("readOnly")} | {"TermsOfPayment"} == (
        READ_ONLY
    )
    assert properties - written == READ_ONLY | LEFT_OUT
    assert written - properties == set()
    members = set(newer["$defs"]["DirectDebitCustomerSettingsApi"]["properties"])
    assert members == {leaf.native[1] for leaf in VISMA.table.leaves if len(leaf.native) > 1}


@pytest.mark.parametrize("leaf", LEAVES)
def test_facts_are_those_of_the_contract(newer: Document, leaf: Leaf) -> None:
    schema, fact = schema_at(newer, leaf), leaf.fact
    assert leaf.kind in KINDS[schema["type"]]
    if schema["type"] == "boolean" and leaf.kind is Kind.ENUM:
        assert set((fact.values or {}).values()) == {True, False}
    if "enum" in schema:
        assert [leaf.to_native(word) for word in fact.options or ()] == schema["enum"]
        spelled = [word.replace("_", "") for word in fact.options or ()]
        assert spelled == [name.upper() for name in schema["x-enum-names"]]
    if schema.get("format") == "uuid":
        assert fact.pattern is UUID
    longest = schema.get("maxLength")
    if longest is not None and fact.max_length is None:
        assert fact.pattern is not None, "the form holds the length"
        assert not any(fact.pattern.matches("SE" + "1" * more) for more in (longest - 1, longest, longest + 1))
    else:
        assert fact.max_length == longest
    top = leaf.native[0]
    assert (fact.required is Required.ON_UPDATE) == (top in newer["required"])


def test_what_the_older_document_has_otherwise(newer: Document, older: Document) -> None:
    then, now = older["definitions"]["CustomerApi"], newer
    assert set(now["properties"]) - set(then["properties"]) == NEWER
    assert set(then["properties"]) <= set(now["properties"])
    assert set(then["required"]) == set(now["required"])
    differing = {
        name
        for name, schema in then["properties"].items()
        if schema.get("maxLength") != now["properties"][name].get("maxLength")
    }
    assert differing == NEWER_LENGTHS
    # Its words still say 20; its own limit is 16.
    number = then["properties"]["CustomerNumber"]
    assert (number["maxLength"], "20 characters" in number["description"]) == (16, True)


async def test_records_keep_to_the_contracts(visma: Line, strict: Document, older: Document) -> None:
    seen: set[str] = set()
    for native_id, record in visma.simulator.records.items():
        [(call, answer)] = await visma.hold(VISMA.read(Ref("c", native_id)))
        assert answer.status == 200
        assert operation_of(older, call)["operationId"] == "CustomersV2_Get"
        document = json.loads(answer.body)
        seen |= set(document)
        # Two seeds are longer than an update takes.
        over_long = {name for name in ("Name", "CustomerNumber") if len(record[name]) > (50 if name == "Name" else 16)}
        expected = {(name, "maxLength") for name in over_long}
        assert against_newer(strict, known_part(document)) == expected
        assert against_older(older, "CustomerApi", known_part(document)) == expected
    assert seen == set(strict["properties"]) | UNKNOWN_TO_ALL


async def test_answer_to_an_update_keeps_to_the_contracts(visma: Line, strict: Document, older: Document) -> None:
    records = visma.simulator.records
    for leaf in VISMA.table.leaves:
        value = next(values_of(VISMA, leaf))
        _, [step] = update_of(VISMA, records.values(), leaf, value)
        answer = await visma.send(step)
        assert answer.status == 200, answer.body
        assert set(operation_of(older, step)["responses"]) == {"200"}
        document = known_part(json.loads(answer.body))
        assert against_newer(strict, document) == against_older(older, "CustomerApi", document) == set()


@pytest.mark.parametrize(
    "wanted",
    [
        ListFilter(),
        ListFilter(number="1001"),
        ListFilter(name="O'Hara", email="a@b.example"),
        ListFilter(active=False, updated_since="2025-01-01T00:00:00+00:00"),
    ],
    ids=repr,
)
async def test_list_keeps_to_the_contracts(visma: Line, newer: Document, older: Document, wanted: ListFilter) -> None:
    [(call, answer)] = await visma.hold(VISMA.list(None, wanted, 0, 10))
    assert answer.status == 200, answer.body
    assert operation_of(older, call)["parameters"] == []
    assert {name for name, _ in call.query} <= QUERY
    body = json.loads(answer.body)
    assert set(body) == {"Meta", "Data"}
    meta = {"$ref": "#/$defs/PaginationMetadata", "$defs": newer["$defs"]}
    assert against_newer(meta, body["Meta"]) == set()
    assert set(body["Meta"]) == set(newer["$defs"]["PaginationMetadata"]["properties"])
    assert {keyword for _, keyword in against_older(older, "PaginatedResponse[CustomerApi]", body)} <= {"maxLength"}


async def test_company_keeps_to_the_contract(visma: Line, older: Document) -> None:
    [(call, answer)] = await visma.hold(VISMA.companies(visma.connection))
    assert answer.status == 200
    shape = operation_of(older, call)["responses"]["200"]["schema"]["$ref"].rpartition("/")[2]
    body = json.loads(answer.body)
    assert against_older(older, shape, body) == set()
    properties = older["definitions"][shape]["properties"]
    assert set(body) - set(properties) == NEWER_COMPANY
    assert {"Name", "CountryCode", "ProductVariant"} <= set(properties)
    told = dict(re.findall(r"(\d) = ([\w/]+)", properties["ProductVariant"]["description"]))
    assert {int(number): name.rpartition("/")[2] for number, name in told.items()} == VARIANTS | {1: "Smart"}
    assert told["1"] == f"{VARIANTS[1]}/Smart"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"vatId": "SE000000000000"}, 2000), ({"number": "1002"}, 4000), ({"currency": "XXX"}, 2000)],
)
async def test_refusal_has_the_shape_of_the_contract(visma: Line, newer: Document, change: Document, code: int) -> None:
    [step] = steps_of(VISMA, next(iter(visma.simulator.records.values())), change)
    assert isinstance(step, Step)
    check_refusal(newer, await visma.send(step), code)


async def test_unknown_customer_has_the_shape_of_the_contract(visma: Line, newer: Document) -> None:
    [(_, answer)] = await visma.hold(VISMA.read(Ref("c", "00000000-0000-4000-8000-000000000000")))
    check_refusal(newer, answer, 3000)


def check_refusal(newer: Document, answer: Answer, code: int) -> None:
    body = json.loads(answer.body)
    shape = {"$ref": "#/$defs/ErrorResponse", "$defs": newer["$defs"]}
    assert against_newer(shape, body) == set()
    assert set(body) == set(newer["$defs"]["ErrorResponse"]["properties"])
    assert body["ErrorCode"] == code
