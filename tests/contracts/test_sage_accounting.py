"""Sage's requests and answers against Sage's own Swagger 2.0 file of v3.1, cut to contacts and what hangs on them.

The file shows lists as bare arrays where the wire has an envelope, has no businesses, no header `X-Business` and no
body for any refusal; each place where more is known than it says is named here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.sage_accounting.fields import CREDIT_TERMS, TAX_TREATMENTS
from gql_gateway.connectors.sage_accounting.spelling import spelled
from gql_gateway.fields.convert import as_time
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.values import record_of

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

SAGE = connectors()["sage_accounting"]
FREE = [leaf for leaf in SAGE.table.leaves if leaf.fact.derived is None]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in FREE]
BASE = "/v3.1"
BRASS = "0327e145457152b3a8724db672b45fd6"

UNDESCRIBED_PATHS = {"/businesses"}
# The wire's envelope of a list, which the file shows as an array.
ENVELOPE = {"$total", "$page", "$next", "$back", "$items_per_page", "$items"}
# What seeded records have besides, to see that it is kept: no document knows these.
UNKNOWN_TO_ALL = {"e_invoicing", "payment_reminders", "credit_insurance", "delivery_window", "pronouns"}
# Numbers arrive as texts.
AS_TEXT = re.compile(r"'[\d.]+' is not of type 'number'$")
# QUIRKS.md, "Left out": writable by contract.
LEFT_OUT = {
    "contact": {
        *("contact_type_ids", "default_purchase_ledger_account_id", "tax_treatment.is_importer"),
        *(f"{part}_address.{name}" for part in ("main", "delivery") for name in ("bank_account_id", "contact_id")),
        *("main_address.is_main_address", "delivery_address.is_main_address", "delivery_address.address_type_id"),
        *("main_contact_person.contact_person_type_ids", "main_contact_person.is_main_contact"),
        "main_contact_person.address_id",
    },
    "address": {"bank_account_id", "contact_id", "is_main_address", "address_type_id", "country_group_id"},
    "contact_person": {"contact_person_type_ids", "is_main_contact", "is_preferred_contact", "address_id"},
}
KINDS = {"string": {Kind.TEXT}, "boolean": {Kind.BOOLEAN}, "number": {Kind.NUMBER}, "integer": {Kind.TEXT}}

FORMATS = FormatChecker(())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or ("T" in value and as_time(value) is not None))


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("sage_accounting/sage-accounting-v3.1.customer.swagger.json")
    return loaded


@pytest.fixture(scope="module")
def strict(contract: Document) -> Document:
    """The file without unknown names, also in what lies inside."""
    stricter = deepcopy(contract)

    def close(schema: Any) -> None:
        if isinstance(schema, dict):
            if isinstance(schema.get("properties"), dict):
                schema["additionalProperties"] = False
            for inner in schema.values():
                close(inner)

    close(stricter["definitions"])
    return stricter


@pytest.fixture
async def sage() -> AsyncIterator[Line]:
    async with line(SAGE) as opened:
        yield opened


def records() -> list[Document]:
    """Every seeded customer as the connector reads it, the fullest first."""
    simulator = simulator_of(SAGE)
    found = [record_of(SAGE, simulator, native_id) for native_id in simulator.records]
    return sorted(found, key=lambda record: -len(json.dumps(record)))


def operation_of(contract: Document, call: Call) -> Document:
    path = call.path.removeprefix(BASE)
    for template, methods in contract["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[0-9a-f]+", template), path) and call.method.lower() in methods:
            operation: Document = methods[call.method.lower()]
            return operation
    raise AssertionError(f"the contract has no {call.method} {path}")


def complaints(contract: Document, schema: Document, document: object) -> list[str]:
    """What the contract says against a document. It knows no null."""
    validator = OAS30Validator({**schema, "definitions": contract["definitions"]}, format_checker=FORMATS)
    errors = validator.iter_errors(without_null(document))
    found = [f"{'.'.join(map(str, error.path))}: {error.message}" for error in errors]
    return [words for words in found if not AS_TEXT.search(words)]


def without_null(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_null(value) for name, value in document.items() if value is not None}
    return [without_null(part) for part in document] if isinstance(document, list) else document


def check_request(strict: Document, step: Step) -> None:
    operation = operation_of(strict, step)
    if step.body is None:
        assert step.method == "GET"
        assert {name for name, _ in step.query} <= {item["name"] for item in operation["parameters"]}
        return
    [declared] = [item for item in operation["parameters"] if item["in"] == "body"]
    body = json.loads(json.dumps(step.body).replace('"<new>"', '"1"'))
    assert complaints(strict, declared["schema"], body) == []


def check_answer(contract: Document, call: Call, answer: Answer) -> None:
    """An answer to a success, in the envelope where it is a list."""
    responses = operation_of(contract, call)["responses"]
    assert str(answer.status) in responses, answer.body
    schema, body = responses[str(answer.status)]["schema"], json.loads(answer.body)
    if schema.get("type") == "array":
        assert set(body) == ENVELOPE
        body = body["$items"]
        assert complaints(contract, schema, [known_part(item) for item in body]) == []
        return
    assert complaints(contract, schema, known_part(body)) == []


def known_part(document: Document) -> Document:
    shown = {name: value for name, value in document.items() if name not in UNKNOWN_TO_ALL}
    return {name: known_part(value) if isinstance(value, dict) else value for name, value in shown.items()}


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contract_wants_it(strict: Document, leaf: Leaf) -> None:
    full = records()
    full.append({**full[0], "destination_vat_blocking": True})  # no seed has one
    for value in values_of(SAGE, leaf):
        _, steps = update_of(SAGE, full, leaf, value)
        assert [step.method for step in steps if step.writes] in (["PUT"], ["POST"])
        for step in steps:
            check_request(strict, step)


def test_new_parts_are_sent_as_the_contract_wants_them(strict: Document) -> None:
    bare = next(item for item in records() if not item["main_address"] and not item["gdpr_obfuscated"])
    wanted = {
        "addresses[BILLING].name": "Main",
        "addresses[DELIVERY].name": "Gate",
        "addresses[OTHER].name": "Store",
        "contactPersons[0].name": "Ines Carr",
        "emailAddresses[BUSINESS].email": "ines@nameplate.example",
    }
    made = [step for step in steps_of(SAGE, bare, wanted) if isinstance(step, Step)]
    assert [step.path.removeprefix(BASE) for step in made if step.writes] == ["/addresses"] * 3 + ["/contact_persons"]
    for step in made:
        check_request(strict, step)


def test_update_of_each_record_keeps_to_the_contract(strict: Document) -> None:
    sent = 0
    for record in records():
        for step in steps_of(SAGE, record, {"notes": "x"}):
            if isinstance(step, Step):
                check_request(strict, step)
                body: Any = step.body
                assert {"name", "contact_type_ids"} <= set(body["contact"])
                sent += 1
    assert sent >= 25


def written_names(leaf: Leaf) -> str:
    """The member of the request that a value is written to."""
    names = [part for part in leaf.native if isinstance(part, str)]
    if names[-1] == "id":
        [(name, _)] = spelled({names[-2]: {"id": "x"}}).items()
        return ".".join([*names[:-2], name])
    return ".".join(names)


def members(schema: Document, at: str = "") -> dict[str, Document]:
    """Every member of a request by its path, those of objects inside it too."""
    found: dict[str, Document] = {}
    for name, inner in schema["properties"].items():
        if inner["type"] == "object":
            found |= members(inner, f"{at}{name}.")
        else:
            found[at + name] = inner
    return found


def requests(contract: Document) -> dict[str, dict[str, Document]]:
    """The members of each of the three bodies."""
    wrapped = {"contact": "putContacts", "address": "putAddresses", "contact_person": "putContactPersons"}
    return {wrapper: members(contract["definitions"][name]["properties"][wrapper]) for wrapper, name in wrapped.items()}


def place_of(leaf: Leaf) -> tuple[str, str]:
    """The body and the member in it that a value is written to."""
    name = written_names(leaf)
    wrapper = {"addresses": "address", "contact_persons": "contact_person"}.get(str(leaf.native[0]), "contact")
    return wrapper, name if wrapper == "contact" else name.partition(".")[2]


def test_every_member_is_written_or_left_out_for_a_reason(contract: Document) -> None:
    written: dict[str, set[str]] = {wrapper: set() for wrapper in LEFT_OUT}
    for leaf in FREE:
        wrapper, name = place_of(leaf)
        flags = {f"{name}.{flag}" for flag in TAX_TREATMENTS.values()} if name == "tax_treatment" else {name}
        written[wrapper] |= flags
    for wrapper, declared in requests(contract).items():
        assert set(declared) - written[wrapper] == LEFT_OUT[wrapper]
        assert written[wrapper] - set(declared) == set()


@pytest.mark.parametrize("leaf", LEAVES)
def test_facts_are_those_of_the_contract(contract: Document, leaf: Leaf) -> None:
    wrapper, name = place_of(leaf)
    if name == "tax_treatment":
        return  # a word for the one of four flags that applies
    schema = requests(contract)[wrapper][name]
    assert leaf.kind in KINDS[schema["type"]]
    if "enum" in schema:
        assert set(CREDIT_TERMS.values()) == {word for word in schema["enum"] if word.endswith("_invoice")}
    # Lengths stand in the schemas of reading.
    [*holders, last] = [part for part in leaf.native if isinstance(part, str)]
    reads = {"contact": "Contact", "address": "Address", "contact_person": "ContactPerson"}
    definition = contract["definitions"][reads[wrapper]]
    for holder in holders[0 if wrapper == "contact" else 1 :]:
        definition = contract["definitions"][definition["properties"][holder]["$ref"].rpartition("/")[2]]
    assert leaf.fact.max_length == definition["properties"][last].get("maxLength")


async def test_reads_keep_to_the_contract(sage: Line, strict: Document) -> None:
    business = sage.simulator.company_id()
    seen: set[str] = set()
    for native_id in list(sage.simulator.records):
        for call, answer in await sage.hold(SAGE.read(Ref("c", native_id, business))):
            assert answer.status == 200
            path = "/" + call.path.removeprefix(BASE).split("/")[1]
            seen.add(path)
            if path not in UNDESCRIBED_PATHS:
                described = {item["name"] for item in operation_of(strict, call)["parameters"]}
                assert {name for name, _ in call.query} <= described
                check_answer(strict, call, answer)
    assert seen == {"/contacts", "/addresses", "/contact_persons", *UNDESCRIBED_PATHS}


@pytest.mark.parametrize(
    "wanted",
    [
        ListFilter(),
        ListFilter(number="RJ1042"),
        ListFilter(name="brass", email="ap@brass-fittings.example"),
        ListFilter(updated_since="2025-01-01T00:00:00+00:00"),
    ],
    ids=repr,
)
async def test_lists_keep_to_the_contract(sage: Line, contract: Document, wanted: ListFilter) -> None:
    for call, answer in await sage.hold(SAGE.list(sage.simulator.company_id(), wanted, 0, 10)):
        assert answer.status == 200
        described = {item["name"]: item for item in operation_of(contract, call)["parameters"]}
        given = dict(call.query)
        assert set(given) <= set(described)
        assert 1 <= int(given["items_per_page"]) <= described["items_per_page"]["maximum"]
        check_answer(contract, call, answer)


async def test_answers_to_writes_keep_to_the_contract(sage: Line, contract: Document) -> None:
    wanted = {
        "companyName": "Brass & Co",
        "addresses[OTHER].city": "Wells",
        "contactPersons[*].jobTitle": "Driver",
    }
    bare = next(item for item in records() if item["main_address"] and not item["main_contact_person"])
    steps = [
        *steps_of(SAGE, record_of(SAGE, sage.simulator, BRASS), wanted),
        *steps_of(SAGE, bare, {"addresses[OTHER].name": "Store", "contactPersons[0].name": "Ines"}),
    ]
    wrote = set()
    for step in steps:
        assert isinstance(step, Step)
        if step.writes:
            filled = json.loads(json.dumps(step.body).replace('"<new>"', '"ACCOUNTS"'))
            answer = await sage.send(replace(step, body=filled))
            check_answer(contract, step, answer)
            wrote.add((step.method, answer.status))
    assert wrote == {("PUT", 200), ("POST", 201)}


def test_the_countries_of_the_contract_were_more(contract: Document) -> None:
    """The file is older than the withdrawal of three countries; the table of the seed is narrower, and counts."""
    words = contract["definitions"]["Contact"]["description"]
    tiers = dict(re.findall(r"\* Accounting (\w+): (.+)", words))
    assert {tier: len(flags.split(", ")) for tier, flags in tiers.items()} == {"Plus": 6, "Standard": 2, "Start": 6}
