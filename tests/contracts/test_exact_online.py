"""Exact Online's requests and answers against the entity list: names, types and verbs.

No file of the vendor's was found. The list was made from its reference pages; what more is known is named here.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.exact_online.reading import ADDRESS, BANK_ACCOUNT, CONTACT, LISTED
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.change import read_change
from gql_gateway.fields.document import ANY
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from tests.support.changes import typed_change
from tests.support.values import native_of, records_of, with_value

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

EXACT = connectors()["exact_online"]
COMPANY = "3141592"
FREE = [leaf for leaf in EXACT.table.leaves if leaf.fact.derived is None]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in FREE]
RESOURCES = {
    "Account": "CRM/Accounts",
    "Addresses": "CRM/Addresses",
    "Contacts": "CRM/Contacts",
    "BankAccounts": "CRM/BankAccounts",
}
# Written by the gateway under other circumstances than the ones a single value brings about, or left out in QUIRKS.md.
NOT_ASKED_FOR: Mapping[str, set[str]] = {
    "CRM/Accounts": {"ID", "SalesTaxSchedule", "SeparateInvPerProject"},
    "CRM/Addresses": {"ID", "Account", "Type", "Main", "Warehouse"},
    "CRM/Contacts": {"ID", "Account", "Picture", "PictureName", "BirthName", "BirthNamePrefix"},
    "CRM/BankAccounts": {"ID", "Account"},
}
# Seen in 2026, after the list was made.
NEWER = {"ClientGroup", "ClientGroupDescription"}
# Invented by the simulator, in place of what a later release may add.
INVENTED = {"SustainabilityRating", "CustomerSegments", "LoyaltyProgram"}

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SENT_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
TOLD_TIME = re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/")


def whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


SENT: Mapping[str, Callable[[Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str) and value == value.strip(),
    "Edm.Guid": lambda value: isinstance(value, str) and GUID.fullmatch(value) is not None,
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Byte": whole(0, 255),
    "Edm.Int16": whole(-(2**15), 2**15 - 1),
    "Edm.Int32": whole(-(2**31), 2**31 - 1),
    "Edm.Int64": whole(-(2**63), 2**63 - 1),
    "Edm.Double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Edm.DateTime": lambda value: isinstance(value, str) and SENT_TIME.fullmatch(value) is not None,
    "Edm.Binary": lambda value: isinstance(value, str),
}
TOLD: Mapping[str, Callable[[Any], bool]] = {
    **SENT,
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.DateTime": lambda value: isinstance(value, str) and TOLD_TIME.fullmatch(value) is not None,
    "Collection": lambda value: isinstance(value, dict),
}


@pytest.fixture(scope="module")
def entities() -> dict[str, Document]:
    """The entities by name, each with its properties by name."""
    loaded: dict[str, Document] = load("exact_online/customer-entities.json")["entities"]
    return loaded


@pytest.fixture
async def exact() -> AsyncIterator[Line]:
    async with line(EXACT) as opened:
        yield opened


@pytest.fixture(scope="module")
def records() -> list[Document]:
    """Every seeded customer as the connector reads it, those with the most first."""
    found = records_of(EXACT, simulator_of(EXACT)).values()
    return sorted(found, key=lambda record: -len(json.dumps(record)))


def entity_of(entities: dict[str, Document], call: Call) -> Document:
    """The entity that a path is about; one row of it is named by its key."""
    path, _, key = call.path.partition("(")
    assert not key or re.fullmatch(r"guid'[0-9a-f-]{36}'\)", key)
    for entity in entities.values():
        if entity["uri"].replace("{division}", COMPANY) == path:
            assert call.method in entity["methods"], f"{path} has no {call.method}"
            return entity
    raise AssertionError(f"the contract has no {path}")


def complaints(entity: Document, step: Step) -> list[str]:
    """What the contract says against a body."""
    carries, found = step.method.lower(), []
    body: Any = step.body
    for name, value in body.items():
        stated = entity["properties"].get(name)
        if stated is None or stated.get("withdrawn") or not stated.get(carries):
            found.append(f"{name} cannot be written by {step.method}")
        elif value is not None and not SENT[stated["type"]](value):
            found.append(f"{name} is no {stated['type']}: {value!r}")
        elif value not in (None, "") and "values" in stated and str(value) not in stated["values"]:
            found.append(f"{name} has no value {value!r}")
        elif isinstance(value, str) and len(value) > stated.get("fixedLength", len(value)):
            found.append(f"{name} is too long")
    if step.method == "POST":
        needed = [name for name, stated in entity["properties"].items() if stated.get("requiredOnCreate")]
        found += [f"{name} is missing" for name in needed if body.get(name) in (None, "")]
        either = [stated["oneOfRequired"] for stated in entity["properties"].values() if "oneOfRequired" in stated]
        found += [f"one of {names} is missing" for names in either if not any(body.get(name) for name in names)]
    return found


def holding(record: Document, leaf: Leaf, value: Any) -> Document:
    """The record with this value in its place, as if it had been written and read back."""
    place = tuple(0 if part == ANY else part for part in leaf.native)
    return with_value(record, place, native_of(leaf, value))


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contract_wants_it(
    records: list[Document], entities: dict[str, Document], leaf: Leaf
) -> None:
    if leaf.path == "active":
        return  # sent as the last day, which has a place of its own
    values = list(values_of(EXACT, leaf))
    for value in values:
        other = next(item for item in values if item not in (value, None))
        _, steps = update_of(EXACT, [holding(records[0], leaf, other)], leaf, value)
        for step in steps:
            entity = entity_of(entities, step)
            assert (step.body is None) == (step.method == "DELETE")
            assert step.body is None or complaints(entity, step) == []


def test_new_rows_have_what_the_contract_wants(records: list[Document], entities: dict[str, Document]) -> None:
    current = {**records[0], "Addresses": [], "Contacts": [], "BankAccounts": []}
    given = {
        "addresses": [{"type": kind, "city": "Kiel"} for kind in ("BILLING", "DELIVERY", "OTHER")],
        "contactPersons": [{"lastName": "Nieuw"}, {"firstName": "Anna"}],
        "bankAccounts": [{"iban": "NL91 ABNA 0417 1643 00"}],
    }
    change = read_change(EXACT.table, typed_change(EXACT, given), ())
    steps = list(EXACT.plan(Ref("c", EXACT.native_id(current), COMPANY), change, current))
    assert [step.method for step in steps] == ["POST"] * 6
    for step in steps:
        assert complaints(entity_of(entities, step), step) == []


def test_lists_are_emptied_by_calls_of_the_contract(records: list[Document], entities: dict[str, Document]) -> None:
    lists = ("addresses", "contactPersons", "bankAccounts")
    steps = [step for step in steps_of(EXACT, records[0], dict.fromkeys(lists)) if isinstance(step, Step)]
    assert {(step.method, step.path.partition("/crm/")[2].partition("(")[0]) for step in steps} == {
        ("PUT", "Accounts"),
        ("DELETE", "Addresses"),
        ("DELETE", "Contacts"),
        ("DELETE", "BankAccounts"),
    }
    for step in steps:
        entity = entity_of(entities, step)
        assert step.body is None or complaints(entity, step) == []


def test_every_writable_property_is_stated_or_left_out(entities: dict[str, Document]) -> None:
    written: dict[str, set[str]] = {name: set() for name in RESOURCES}
    for leaf in FREE:
        names = [part for part in leaf.native if isinstance(part, str)]
        if names[0] in written:
            written[names[0]].add(names[1])
    for place, entity in RESOURCES.items():
        properties = entities[entity]["properties"]
        writable = {name for name, stated in properties.items() if stated.get("put")}
        assert writable - written[place] == NOT_ASKED_FOR[entity]
        assert written[place] <= writable


def test_what_is_asked_for_by_name_can_be_read(entities: dict[str, Document]) -> None:
    """One unknown name fails the whole call."""
    asked = {
        "CRM/Accounts": LISTED,
        "CRM/Addresses": ADDRESS,
        "CRM/Contacts": CONTACT,
        "CRM/BankAccounts": BANK_ACCOUNT,
    }
    for entity, names in asked.items():
        properties = entities[entity]["properties"]
        assert [name for name in names if not properties[name].get("get") or properties[name].get("withdrawn")] == []
        assert len(names) == len(set(names))
    for entity in ("CRM/Addresses", "CRM/Contacts", "CRM/BankAccounts"):
        readable = {
            name
            for name, stated in entities[entity]["properties"].items()
            if stated.get("get") and not stated.get("withdrawn") and stated["type"] != "Collection"
        }
        assert readable - set(asked[entity]) == ({"BirthName", "BirthNamePrefix"} & readable)


def test_words_are_those_of_the_contract(entities: dict[str, Document]) -> None:
    for leaf in FREE:
        names = [part for part in leaf.native if isinstance(part, str)]
        if names[0] in RESOURCES and leaf.fact.options is not None:
            stated = entities[RESOURCES[names[0]]]["properties"][names[1]].get("values")
            sent = {str(leaf.to_native(word)) for word in leaf.fact.options}
            assert stated is None or sent == set(stated), leaf.path


async def test_reads_are_those_of_the_contract(exact: Line, entities: dict[str, Document]) -> None:
    told = await exact.hold(EXACT.read(Ref("c", exact.simulator.ids()[1], COMPANY)))
    told += await exact.hold(EXACT.list(COMPANY, ListFilter(name="a", updated_since="2020-01-01T00:00:00Z"), 0, 5))
    told += await exact.hold(EXACT.list(COMPANY, ListFilter(number="42"), 0, 5))
    told += await exact.hold(EXACT.companies(exact.connection))
    assert len(told) == 8
    for call, answer in told:
        assert (call.method, answer.status) == ("GET", 200)
        entity = entity_of(entities, call)
        for name in dict(call.query).get("$select", "").split(",") if "$select" in dict(call.query) else ():
            assert entity["properties"][name]["get"]
        check_rows(entity, answer)


async def test_writes_are_answered_as_the_dossier_says(exact: Line, records: list[Document]) -> None:
    example = next(record for record in records if record["Account"]["Code"].strip() == "42")
    wanted = {"notes": "x", "addresses[BILLING].city": "Kiel", "contactPersons[*].jobTitle": "Inkoper"}
    steps = [step for step in steps_of(EXACT, example, wanted) if isinstance(step, Step)]
    assert [step.method for step in steps] == ["PUT", "POST", "PUT"]
    for step in steps:
        answer = await exact.send(step)
        assert answer.status == (201 if step.method == "POST" else 204), answer.body
        assert bool(answer.body) == (step.method == "POST")
        assert EXACT.stored(step, answer) is None


def check_rows(entity: Document, answer: Answer) -> None:
    inner = json.loads(answer.body)["d"]
    for row in inner["results"]:
        for name, value in row.items():
            if name == "__metadata" or name in NEWER | INVENTED:
                continue
            stated = entity["properties"][name]
            assert stated["get"], name
            assert value is None or TOLD[stated["type"]](value), f"{name}: {value!r}"
