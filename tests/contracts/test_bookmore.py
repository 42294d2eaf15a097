"""BookMore's requests and answers against the field tables of its metadata page: names, types, lengths."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.convert import as_time
from gql_gateway.fields.formats import UUID
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

BOOKMORE = connectors()["bookmore"]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in BOOKMORE.table.leaves]
REQUEST, RESPONSE = "UpdateEaccountingCustomer", "EAccountingCustomerResponse"
COMPANY = "5d1e0f7c-93b4-4c0e-8b55-0d7f4f0a1c2e"
# What seeded records have besides, to see that it is kept: no page knows these.
UNKNOWN_TO_ALL = {"PeppolParticipantId", "ReminderProfile", "CostCenterIds", "IsKeyAccount", "LoyaltyLevel"}


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("bookmore/update-eaccounting-customer.fields.json")
    return loaded


@pytest.fixture
async def bookmore() -> AsyncIterator[Line]:
    async with line(BOOKMORE) as opened:
        yield opened


def members_of(contract: Document, name: str) -> dict[str, Document]:
    """The properties of a type and of what it inherits from."""
    found: dict[str, Document] = {}
    kind: str | None = name
    while kind is not None:
        found |= {item["name"]: item for item in contract["types"][kind]}
        kind = contract["inheritance"].get(kind)
    return found


def complaints(contract: Document, kind: str, value: Any, at: str = "") -> Iterator[str]:
    """What is not as the metadata page has it. An absent property is null."""
    plain = kind.rstrip("?")
    if inner := re.fullmatch(r"List<(\w+)>", plain):
        if not isinstance(value, list):
            yield f"{at}: no list"
            return
        for index, entry in enumerate(value):
            yield from complaints(contract, inner[1], entry, f"{at}[{index}]")
    elif plain in contract["types"]:
        if not isinstance(value, dict):
            yield f"{at}: no object"
            return
        members = members_of(contract, plain)
        for name, part in value.items():
            if name not in members:
                yield f"{at}.{name}: not declared"
            else:
                yield from complaints(contract, members[name]["type"], part, f"{at}.{name}")
                most = members[name].get("maxLength")
                if most is not None and isinstance(part, str) and len(part) > most:
                    yield f"{at}.{name}: longer than {most}"
    elif not is_plain(plain, value):
        yield f"{at}: no {kind}: {value!r}"


def is_plain(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Guid":
            return isinstance(value, str) and UUID.matches(value)
        case "DateTime":
            return isinstance(value, str) and (as_time(value) is not None or value.startswith("0001-01-01"))
    raise AssertionError(f"a type that nobody taught this test: {kind}")


def known_part(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in UNKNOWN_TO_ALL}


def required_of(contract: Document) -> set[str]:
    return {item["name"] for item in contract["types"][REQUEST] if item["requiredColumn"] == "Yes"}


def check_request(contract: Document, step: Step) -> None:
    assert f"{step.method} {step.path}" == f"{contract['operation']['verb']} {contract['operation']['path']}"
    body = step.body
    assert isinstance(body, dict)
    assert list(complaints(contract, REQUEST, body)) == []
    assert required_of(contract) - set(body) == set()
    # Flags are required nowhere and still always sent: an absent one becomes false.
    assert {"IsPrivatePerson", "IsActive"} <= set(body)


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contract_wants_it(contract: Document, leaf: Leaf) -> None:
    records = simulator_of(BOOKMORE).records
    for value in values_of(BOOKMORE, leaf):
        _, [step] = update_of(BOOKMORE, records.values(), leaf, value)
        check_request(contract, step)


def test_update_of_each_record_keeps_to_the_contract(contract: Document) -> None:
    """Also of the sparse ones; a record that could not be sent whole is refused instead."""
    sent = 0
    for record in simulator_of(BOOKMORE).records.values():
        for step in steps_of(BOOKMORE, record, {"companyName": "Norrsken AB"}):
            if isinstance(step, Step):
                check_request(contract, step)
                sent += 1
    assert sent >= 20


def test_company_is_a_guid(contract: Document) -> None:
    record = next(iter(simulator_of(BOOKMORE).records.values()))
    [step] = steps_of(BOOKMORE, record, {"companyName": "Norrsken AB"})
    assert isinstance(step, Step) and isinstance(step.body, dict) and "CompanyId" not in step.body
    assert list(complaints(contract, REQUEST, {**step.body, "CompanyId": COMPANY})) == []
    assert list(complaints(contract, REQUEST, {**step.body, "CompanyId": "7"})) == [".CompanyId: no Guid?: '7'"]


def test_request_has_no_value_that_cannot_be_written(contract: Document) -> None:
    declared = members_of(contract, REQUEST)
    written = {leaf.fact.name for leaf in BOOKMORE.table.leaves}
    assert set(declared) - written == {"Id", "CompanyId"}
    for leaf in BOOKMORE.table.leaves:
        most = declared[leaf.fact.name].get("maxLength")
        # Two lengths are the provider's; where the page has none, the fact may have one of the dossier.
        assert most in (None, leaf.fact.max_length)


async def test_answers_keep_to_the_contract(bookmore: Line, contract: Document) -> None:
    records = list(bookmore.simulator.records.values())
    told = await bookmore.hold(BOOKMORE.read(Ref("c", records[-1]["Id"])))
    documents = [document for _, answer in told for document in json.loads(answer.body)["Results"]]
    assert len(documents) >= 25
    for document in documents:
        assert list(complaints(contract, RESPONSE, known_part(document))) == []
    declared = set(members_of(contract, RESPONSE))
    assert {name for document in documents for name in document} - declared == UNKNOWN_TO_ALL


async def test_answer_to_an_update_keeps_to_the_contract(bookmore: Line, contract: Document) -> None:
    records = bookmore.simulator.records
    for leaf in BOOKMORE.table.leaves:
        record, [step] = update_of(BOOKMORE, records.values(), leaf, next(values_of(BOOKMORE, leaf)))
        answer = await bookmore.send(step)
        assert answer.status == contract["operation"]["successStatus"], answer.body
        document = json.loads(answer.body)
        assert list(complaints(contract, RESPONSE, known_part(document))) == []
        assert document["Id"] == record["Id"]


async def test_refusal_has_the_shape_of_the_contract(bookmore: Line, contract: Document) -> None:
    record = next(iter(bookmore.simulator.records.values()))
    step = Step("customer", "PUT", "/eaccounting/customers", body={"Id": record["Id"], "Name": "x" * 51})
    answer = await bookmore.send(step)
    assert answer.status == 400
    [(wrapper, status)] = json.loads(answer.body).items()
    assert wrapper == "ResponseStatus"
    shape = contract["responseStatus"]
    assert names_in(status) <= names_in(shape)
    assert {item["FieldName"] for item in status["Errors"]} <= set(members_of(contract, REQUEST))


def names_in(value: Any) -> set[str]:
    """The names at every level of a document."""
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in names_in(inner)}
    return {name for inner in value for name in names_in(inner)} if isinstance(value, list) else set()


async def test_list_keeps_to_the_contract(bookmore: Line, contract: Document) -> None:
    [(call, answer), *_] = await bookmore.hold(BOOKMORE.list(None, ListFilter(), 0, 5))
    assert (call.method, answer.status) == ("GET", 200)
    body = json.loads(answer.body)
    assert body["Results"]
    for item in body["Results"]:
        assert list(complaints(contract, RESPONSE, known_part(item))) == []


def test_copy_beside_the_connectors_tests_is_current(contract: Document) -> None:
    copy = Path(__file__).parents[1] / "connectors" / "bookmore" / "contract.json"
    if copy.is_file():
        assert json.loads(copy.read_text("utf-8")) == contract


def test_only_operations_roles_are_those_of_the_words(contract: Document) -> None:
    words = BOOKMORE.manifest.authentication + BOOKMORE.manifest.notes
    assert [role for role in contract["operation"]["requiresAnyRole"] if role not in words] == []
