"""One statement told four times: `@native`, `@fieldSupport`, `integrations { fields }`, `support --format json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import NamedTypeNode, parse, value_from_ast_untyped

from gql_gateway import support
from gql_gateway.connectors.registry import connectors
from gql_gateway.schema.build import build_schema
from gql_gateway.schema.inputs import CustomerFilter

from .conftest import Run

FACTS = ("maxLength", "minLength", "pattern", "options", "clear", "note")
QUERY = """{ integrations { name inputType filters
  credentials { name secret required description } missing { path reason }
  fields { path nativeName type read update requiredOnUpdate requiredInEntry maxLength minLength pattern options clear
    listSemantics note } } }"""


@cache
def definitions() -> dict[str, Any]:
    """The types of the client's SDL by name."""
    return {
        node.name.value: node
        for node in parse(build_schema().client_sdl).definitions
        if hasattr(node, "name") and hasattr(node, "fields")
    }


def applied(node: Any, name: str) -> list[dict[str, Any]]:
    return [
        {item.name.value: value_from_ast_untyped(item.value) for item in used.arguments}
        for used in node.directives or ()
        if used.name.value == name
    ]


def innermost(node: Any) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value


def stated(kind: str, at: str = "", prefix: tuple[str, ...] = (), slot: str | None = None) -> Iterator[tuple[str, Any]]:
    """What the directives alone say of an input type: unified path and facts, `name` from the document's root on."""
    for field in definitions()[kind].fields:
        path = f"{at}.{field.name.value}" if at else field.name.value
        facts = applied(field, "native")
        inner = definitions().get(innermost(field.type))
        if inner is None:
            for item in facts:
                if item.get("name") and item.get("slot") in (None, slot):
                    yield path, item | {"name": ".".join(filter(None, (*prefix, item["name"])))}
            continue
        own = next((item for item in facts if "slot" not in item), {})
        if own.get("list"):
            yield path, own
        below = (*prefix, own["name"]) if own.get("name") else prefix
        if own.get("list") != "MERGE_BY_TYPE":
            yield from stated(inner.name.value, path, below, slot)
            continue
        (key,) = [item for item in inner.fields if item.name.value == "type"]
        places = {item["slot"]: item["name"] for item in facts if "slot" in item}
        for word in applied(key, "native")[0]["options"]:
            inside = (*below, places[word]) if word in places else below
            yield from stated(inner.name.value, f"{path}[{word}]", inside, word)


def plain(path: str) -> str:
    """Without the places of list entries that no type names."""
    return re.sub(r"\[(0|\*|[a-z]\w*)\]", "", path)


def unkeyed(path: str) -> str:
    """`addresses[BILLING].city` as `addresses.city`."""
    return re.sub(r"\[[^\]]*\]", "", path)


@pytest.fixture
async def told(run: Run) -> dict[str, Any]:
    answer = await run(QUERY)
    assert "errors" not in answer.body
    return {item["name"]: item for item in answer.body["data"]["integrations"]}


every_integration = pytest.mark.parametrize(
    "name", [connector.manifest.integration for connector in connectors().values()]
)


@every_integration
async def test_directives_and_query_say_the_same(told: dict[str, Any], name: str) -> None:
    rows = [row for row in told[name]["fields"] if row["update"]]
    facts = list(stated(told[name]["inputType"]))

    paths = {row["path"] for row in rows}
    # The head of a list lies elsewhere than the other entries; its values are stated once for both.
    heads = {path for path in paths if path.replace("[0]", "[*]", 1) in paths - {path}}
    others = sorted(plain(row["path"]) for row in rows if row["path"] not in heads)
    assert others == sorted(plain(path) for path, _ in facts)
    for row in rows:
        if row["path"] in heads:
            continue
        if row["listSemantics"] and row["type"].startswith("["):
            continue
        wanted = {fact: row[fact] for fact in FACTS if row[fact] is not None}
        wanted["name"] = plain(row["nativeName"])
        if row["requiredOnUpdate"] or row["requiredInEntry"]:
            wanted["required"] = "ON_UPDATE" if row["requiredOnUpdate"] else "IN_ENTRY"
        stated_here = [
            {key: plain(value) if key == "name" else value for key, value in item.items() if key != "slot"}
            for path, item in facts
            if plain(path) == plain(row["path"])
        ]
        assert wanted in stated_here, row["path"]


@every_integration
async def test_lists_say_the_same(told: dict[str, Any], name: str) -> None:
    lists = {path: item for path, item in stated(told[name]["inputType"]) if item.get("list")}
    # A list of texts is a value, replaced like any other.
    kinds = [row for row in told[name]["fields"] if row["update"] and row["type"] != "[String!]"]
    rows = {row["path"]: row for row in kinds if row["type"].startswith("[")}

    assert {plain(path): row["listSemantics"] for path, row in rows.items()} == {
        plain(path): item["list"] for path, item in lists.items()
    }


@every_integration
async def test_query_and_json_say_the_same(told: dict[str, Any], name: str) -> None:
    shown = json.loads(support.to_json(connectors()))[name]

    def as_queried(row: dict[str, Any]) -> dict[str, Any]:
        facts = dict.fromkeys((*FACTS, "listSemantics")) | row
        required = facts.pop("required")
        return facts | {"requiredOnUpdate": required == "ON_UPDATE", "requiredInEntry": required == "IN_ENTRY"}

    assert [as_queried(row) for row in shown["fields"]] == told[name]["fields"]
    assert shown["missing"] == told[name]["missing"]


@every_integration
async def test_json_and_matrix_have_every_row(told: dict[str, Any], name: str) -> None:
    page, markdown = support.to_page(connectors()), support.to_markdown(connectors())

    for row in told[name]["fields"]:
        assert row["path"] in page
        assert f"`{row['path']}`" in markdown


def output_fields(kind: str = "Customer", at: str = "") -> Iterator[tuple[str, Any]]:
    for field in definitions()[kind].fields:
        path = f"{at}.{field.name.value}" if at else field.name.value
        yield path, field
        inner = innermost(field.type)
        if inner in {"Address", "EmailAddress", "PhoneNumber", "ContactPerson", "BankAccount"} and path.count(".") < 1:
            yield from output_fields(inner, path)


@every_integration
async def test_field_support_says_the_same(told: dict[str, Any], name: str) -> None:
    """`@fieldSupport` on a customer's fields lists an integration when one of its rows reads or updates the value."""
    rows = told[name]["fields"]
    for path, field in output_fields():
        (facts,) = applied(field, "fieldSupport")
        here = [row for row in rows if f"{unkeyed(row['path'])}.".startswith(f"{path}.")]
        if path.endswith(".type"):
            here = [row for row in rows if f"{unkeyed(row['path'])}.".startswith(f"{path.removesuffix('.type')}.")]
        assert (name in facts["update"]) == any(row["update"] for row in here), path
        if "." in path or path in {row["path"].partition(".")[0].partition("[")[0] for row in rows}:
            # What the gateway itself provides (ids, links, the document) is read everywhere.
            assert (name in facts["read"]) == any(row["read"] for row in here), path


@every_integration
async def test_every_unified_row_is_a_field_of_customer(told: dict[str, Any], name: str) -> None:
    """A row is about a value that callers see: on `Customer`, or in the integration's details."""
    unified = {path for path, _ in output_fields()}
    details = f"{told[name]['inputType'].removesuffix('CustomerInput')}Details"
    own = {path for path, _ in _all_fields(details)}
    for row in told[name]["fields"]:
        path = unkeyed(row["path"])
        tail = ".".join(path.split(".")[:2])
        assert tail in unified or path in own or path.startswith(tuple(f"{item}." for item in unified)), row["path"]


def _all_fields(kind: str, at: str = "") -> Iterator[tuple[str, Any]]:
    for field in definitions()[kind].fields:
        path = f"{at}.{field.name.value}" if at else field.name.value
        yield path, field
        if innermost(field.type) in definitions():
            yield from _all_fields(innermost(field.type), path)


@every_integration
async def test_type_of_a_row_is_that_of_the_schema(told: dict[str, Any], name: str) -> None:
    types = set(build_schema()._schema.type_map)
    shown = {path: innermost(field.type).replace("ID", "String") for path, field in output_fields()}
    for row in told[name]["fields"]:
        assert row["type"].strip("[]!") in types, row["path"]
        path = unkeyed(row["path"])
        if path in shown and not row["type"].startswith("["):
            assert row["type"] == shown[path], row["path"]


@every_integration
async def test_credentials_and_filters_are_those_of_the_manifest(told: dict[str, Any], name: str) -> None:
    manifest = connectors()[name.lower()].manifest

    assert [(item["name"], item["secret"], item["required"]) for item in told[name]["credentials"]] == [
        (item.name, item.secret, not item.optional) for item in manifest.credentials
    ]
    assert all(item["description"] for item in told[name]["credentials"])
    known = {field.name.value for field in definitions()[CustomerFilter.__name__].fields}
    assert set(told[name]["filters"]) <= known


async def test_integration_answers_one(run: Run, told: dict[str, Any]) -> None:
    for name in told:
        answer = await run(
            "query ($name: Integration!) { integration(name: $name) { name inputType } }", {"name": name}
        )
        assert answer.body["data"]["integration"] == {"name": name, "inputType": told[name]["inputType"]}


async def test_unheard_of_integration_is_refused(run: Run) -> None:
    answer = await run("{ integration(name: NOBODY) { name } }")

    assert answer.refused
    assert len(answer.body["errors"]) == 1


class TestMatrix:
    def test_no_row_contradicts_the_rows_of_its_types(self) -> None:
        """BookMore's reason for `addresses.name` must not make a row in which Fortnox seems to lack its names."""
        matrix = support.build_matrix(connectors())
        keyed = {unkeyed(path) for path in matrix.paths if "[" in path}

        assert not [path for path in matrix.paths if path in keyed]

    def test_reason_for_a_list_is_one_for_its_values(self) -> None:
        matrix = support.build_matrix(connectors())
        for name, connector in connectors().items():
            for gap in connector.table.missing:
                inside = [path for path in matrix.paths if f"{unkeyed(path)}.".startswith(f"{gap}.")]
                assert all(matrix.cell(path, name) for path in inside), gap
