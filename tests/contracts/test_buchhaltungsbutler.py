"""BuchhaltungsButler's requests and answers against the vendor's Swagger file 1.9.1.

It is not valid Swagger: several parameters in the body mean the properties of one JSON object, keys of responses are
`status (error_code)`, and enums of one value are examples. Each place where measured traffic disagrees with it is
named here and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.buchhaltungsbutler.errors import REFUSED, STATUS
from gql_gateway.connectors.buchhaltungsbutler.fields import SENT_AS
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.native import Clear
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

from .folder import load
from .wire import Document, Line, line, update_of, values_of

BUTLER = connectors()["buchhaltungsbutler"]
FREE = [leaf for leaf in BUTLER.table.leaves if leaf.fact.derived is None]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in FREE]
API = "/api/v1"
UPDATE = "/settings/update/debtor"
# In every live row, missing in the description of the answers.
UNDESCRIBED = {"customer_number"}
# Described as text; live rows have null.
NULL = {"uid_ch"}
# Seeded as what no description has.
INVENTED = {"leitweg_id", "dunning", "labels", "peppol_id"}
# Cut from the copy of the vendor's file.
NOT_IN_THE_COPY = {"/accounts/get"}


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("buchhaltungsbutler/buchhaltungsbutler-v1-debtors.swagger.json")
    return loaded


@pytest.fixture
async def butler() -> AsyncIterator[Line]:
    async with line(BUTLER) as opened:
        yield opened


def operation_of(contract: Document, call: Call) -> Document:
    assert call.method == "POST"
    found: Document = contract["paths"][call.path.removeprefix(API)]["post"]
    return found


def request_schema(operation: Document) -> Document:
    """One object of the operation's parameters, and nothing else."""
    assert {item["in"] for item in operation["parameters"]} == {"body"}
    return {
        "type": "object",
        "properties": {item["name"]: {"type": item["type"]} for item in operation["parameters"]},
        "required": [item["name"] for item in operation["parameters"] if item["required"]],
        "additionalProperties": False,
    }


def without_examples(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            name: without_examples(value)
            for name, value in schema.items()
            if not (name == "enum" and isinstance(value, list) and not isinstance(value[0], bool))
        }
    return schema


def complaints(schema: Document, document: object) -> list[str]:
    return [
        f"{'.'.join(map(str, error.path))}: {error.message}" for error in OAS30Validator(schema).iter_errors(document)
    ]


def against_answer(contract: Document, call: Call, answer: Answer) -> list[str]:
    """What the contract says against an answer, whose status and code have to be among the described ones."""
    body = json.loads(answer.body)
    responses = operation_of(contract, call)["responses"]
    key = str(answer.status) if answer.ok else f"{answer.status} ({body['error_code']})"
    name = responses[key]["schema"]["$ref"].rpartition("/")[2]
    return complaints(without_examples(contract["definitions"][name]), without_null(body))


def without_null(body: Document) -> Document:
    def cleaned(row: Document) -> Document:
        return {name: value for name, value in row.items() if not (value is None and name in NULL)}

    data = body.get("data")
    if isinstance(data, list):
        return {**body, "data": [cleaned(row) for row in data]}
    return {**body, "data": cleaned(data)} if isinstance(data, dict) else body


@pytest.mark.parametrize("leaf", LEAVES)
async def test_each_value_is_sent_and_answered_as_the_contract_wants_it(
    contract: Document, butler: Line, leaf: Leaf
) -> None:
    for value in values_of(BUTLER, leaf):
        _, [step] = update_of(BUTLER, butler.simulator.records.values(), leaf, value)
        sent = BUTLER.authorized(step, butler.connection)
        assert complaints(request_schema(operation_of(contract, step)), sent.body) == []
        answer = await butler.send(step)
        assert answer.ok
        assert against_answer(contract, step, answer) == []


async def test_reading_and_listing_are_as_the_contract_wants_them(contract: Document, butler: Line) -> None:
    told = await butler.hold(BUTLER.read(Ref("c", "10021")))
    told += await butler.hold(BUTLER.list(None, ListFilter(), 0, 60))
    for call, answer in told:
        sent = BUTLER.authorized(call, butler.connection)
        assert complaints(request_schema(operation_of(contract, call)), sent.body) == []
        assert against_answer(contract, call, answer) == []
    described = contract["definitions"]["SettingsDebitorGet_Success"]["properties"]["data"]["items"]["properties"]
    rows = [row for _, answer in told for row in json.loads(answer.body)["data"]]
    assert {name for row in rows for name in row} - set(described) == UNDESCRIBED | INVENTED


async def test_the_check_of_the_credentials_is_outside_the_copy(contract: Document, butler: Line) -> None:
    [(call, answer)] = await butler.hold(BUTLER.companies(butler.connection))
    assert call.path.removeprefix(API) in NOT_IN_THE_COPY - set(contract["paths"])
    assert answer.ok


def test_every_parameter_of_the_update_is_a_field(contract: Document) -> None:
    parameters = {item["name"] for item in contract["paths"][UPDATE]["post"]["parameters"]}
    names = {SENT_AS.get(leaf.fact.name, leaf.fact.name) for leaf in FREE}
    assert names | {"api_key", "postingaccount_number"} == parameters


def test_every_value_is_read_where_the_answers_have_it(contract: Document) -> None:
    described = contract["definitions"]["SettingsDebitorGet_Success"]["properties"]["data"]["items"]["properties"]
    assert {leaf.fact.name for leaf in BUTLER.table.leaves} - set(described) == UNDESCRIBED
    assert all(leaf.fact.clear is Clear.NEVER for leaf in BUTLER.table.leaves)


def test_every_code_of_the_update_is_known(contract: Document) -> None:
    """Its status, and for a value the name in its words, where these are right."""
    for key, response in contract["paths"][UPDATE]["post"]["responses"].items():
        status, _, rest = key.partition(" (")
        if not rest:
            continue
        code, words = int(rest.rstrip(")")), response["description"]
        assert str(STATUS.get(code, 400)) == status
        if words.startswith("invalid ") and code not in (5, 14):
            read_name = REFUSED[code]
            assert {read_name, SENT_AS.get(read_name, read_name)} & {words.split()[1]}, words
    assert REFUSED[14] == "city"


@pytest.mark.parametrize("number", [5, 69997])
async def test_refusals_are_as_the_contract_describes_them(contract: Document, butler: Line, number: int) -> None:
    call = Call("debtor", "POST", f"{API}{UPDATE}", body={"postingaccount_number": number}, writes=True)
    answer = await butler.send(call)
    assert answer.status == 400
    assert against_answer(contract, call, answer) == []
