"""The two artifacts: what clients generate from, and what the federation composes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    print_ast,
    validate_schema,
)
from graphql.language import DocumentNode

from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.directives import OWN_DIRECTIVES
from gql_gateway.schema.sdl import FEDERATION_DIRECTIVES, FEDERATION_FIELDS, FEDERATION_TYPES

ROOT = Path(__file__).parents[2]
NODE_SCRIPT = ROOT / "tests" / "http" / "read_sdl.mjs"
OWN: tuple[Any, ...] = OWN_DIRECTIVES
OWN_NAMES = {item.__strawberry_directive__.graphql_name for item in OWN}


@pytest.fixture(scope="module")
def client(schema: GatewaySchema) -> GraphQLSchema:
    return build_schema(schema.client_sdl)


def one_of_inputs(schema: GraphQLSchema) -> set[str]:
    return {
        name for name, kind in schema.type_map.items() if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of
    }


def nodes_of(document: DocumentNode, name: str) -> Any:
    return next(node for node in document.definitions if getattr(getattr(node, "name", None), "value", "") == name)


def applications(document: DocumentNode) -> list[tuple[str, str, str]]:
    """Where which directive is applied, with its text, in the order of the document."""
    found = []
    for node in document.definitions:
        name = getattr(getattr(node, "name", None), "value", "schema")
        inner = [*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())]
        for where, item in [(name, node), *((f"{name}.{field.name.value}", field) for field in inner)]:
            found += [(where, used.name.value, print_ast(used)) for used in getattr(item, "directives", None) or ()]
    return found


class TestClientSdl:
    def test_is_valid(self, client: GraphQLSchema) -> None:
        assert validate_schema(client) == []

    def test_holds_no_federation_machinery(self, schema: GatewaySchema, client: GraphQLSchema) -> None:
        assert not FEDERATION_TYPES & set(client.type_map)
        assert not FEDERATION_FIELDS & set(client.type_map["Query"].fields)  # type: ignore[attr-defined]
        assert not FEDERATION_DIRECTIVES & {directive.name for directive in client.directives}
        assert not re.search(r"@(key|link|composeDirective)\b|_entities|_service|specs\.apollo", schema.client_sdl)

    def test_keeps_everything_else_of_the_subgraph(self, schema: GatewaySchema, client: GraphQLSchema) -> None:
        ours = {name for name in schema._schema.type_map if not name.startswith("__")}

        assert ours - set(client.type_map) <= FEDERATION_TYPES
        for name in ours & set(client.type_map):
            fields = set(getattr(schema._schema.type_map[name], "fields", ()))
            assert fields - set(getattr(client.type_map[name], "fields", ())) <= FEDERATION_FIELDS

    def test_keeps_our_directives_where_they_are_applied(self, schema: GatewaySchema) -> None:
        client, subgraph = applications(parse(schema.client_sdl)), applications(parse(schema.subgraph_sdl))

        assert client == [item for item in subgraph if item[1] not in FEDERATION_DIRECTIVES]
        assert {name for _, name, _ in client} == OWN_NAMES | {"oneOf", "specifiedBy", "cost", "listSize"}

    def test_keeps_one_of(self, client: GraphQLSchema) -> None:
        assert one_of_inputs(client) == {"CustomerBy", "CustomerChange"}

    def test_every_scalar_says_where_it_is_specified(self, client: GraphQLSchema) -> None:
        scalars = [kind for kind in client.type_map.values() if type(kind).__name__ == "GraphQLScalarType"]

        own = [kind for kind in scalars if not is_specified_scalar_type(kind)]
        assert own
        assert all(getattr(kind, "specified_by_url", None) for kind in own)


@pytest.fixture(scope="module")
def read(schema: GatewaySchema) -> Any:
    node = shutil.which("node")
    if node is None or not (NODE_SCRIPT.parent / "node_modules" / "graphql").is_dir():
        pytest.skip("needs node and `npm ci` in tests/http")
    done = subprocess.run(
        [node, NODE_SCRIPT], input=schema.client_sdl, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestNodeReadsIt:
    def test_graphql_js_finds_no_fault(self, read: Any) -> None:
        assert read["version"].startswith("16.")
        assert read["problems"] == []

    def test_graphql_js_sees_one_of(self, read: Any, client: GraphQLSchema) -> None:
        assert set(read["oneOf"]) == one_of_inputs(client)


class TestSubgraphSdl:
    def test_customer_has_two_keys(self, schema: GatewaySchema) -> None:
        customer = nodes_of(parse(schema.subgraph_sdl), "Customer")
        keys = [item.arguments[0].value.value for item in customer.directives if item.name.value == "key"]

        assert keys == ["id", "connectionId nativeId"]

    def test_links_and_composes_our_directives(self, schema: GatewaySchema) -> None:
        (node,) = [node for node in parse(schema.subgraph_sdl).definitions if node.kind == "schema_definition"]
        applied: dict[str, list[dict[str, Any]]] = {}
        for item in node.directives:  # type: ignore[attr-defined]
            arguments = {argument.name.value: argument.value for argument in item.arguments}
            applied.setdefault(item.name.value, []).append(arguments)

        assert {item["name"].value for item in applied["composeDirective"]} == {f"@{name}" for name in OWN_NAMES}
        links = {item["url"].value: {value.value for value in item["import"].values} for item in applied["link"]}
        (ours,) = [names for url, names in links.items() if "gql-gateway" in url]
        (federation,) = [names for url, names in links.items() if "federation" in url]
        assert ours == {f"@{name}" for name in OWN_NAMES}
        assert federation == {"@key", "@composeDirective", "@cost", "@listSize"}

    def test_service_answers_this_text(self, schema: GatewaySchema) -> None:
        assert "_service" not in schema.client_sdl
        assert schema.subgraph_sdl.count("directive @oneOf on INPUT_OBJECT") == 1

    def test_is_the_same_in_every_process(self, schema: GatewaySchema) -> None:
        """Sets have another order in each process: none may show."""
        script = "from gql_gateway.schema.build import build_schema; print(build_schema().subgraph_sdl, end='')"
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", script],
                cwd=ROOT,
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            assert done.stdout == schema.subgraph_sdl


def elements(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Everything that has a description, by its coordinate."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind
        for field_name, field in getattr(kind, "fields", {}).items():
            yield f"{name}.{field_name}", field
            for argument_name, argument in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument_name}:)", argument
        if isinstance(kind, GraphQLEnumType):
            for value_name, value in kind.values.items():
                yield f"{name}.{value_name}", value
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive
            for argument_name, argument in directive.args.items():
                yield f"@{directive.name}({argument_name}:)", argument


class TestWords:
    def test_everything_has_a_description(self, client: GraphQLSchema) -> None:
        assert [where for where, element in elements(client) if not element.description] == []

    def test_descriptions_say_more_than_the_name(self, client: GraphQLSchema) -> None:
        """`fieldSupport: The field support.` would tell nobody anything."""
        idle = {"a", "an", "the", "of", "this", "its", "s"}

        def words(text: str) -> set[str]:
            apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
            return {word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", apart.lower())} - idle

        idler = [
            f"{where}: {element.description}"
            for where, element in elements(client)
            if words(element.description) <= words(re.sub(r"^.*[.(@]", "", where.rstrip(":)")))
        ]
        assert idler == []

    def test_descriptions_are_sentences(self, client: GraphQLSchema) -> None:
        odd = [
            f"{where}: {element.description}"
            for where, element in elements(client)
            if element.description
            and (not element.description.rstrip().endswith(".") or element.description != element.description.strip())
        ]
        assert odd == []

    def test_names_follow_the_custom(self, client: GraphQLSchema) -> None:
        for name, kind in client.type_map.items():
            if name.startswith("__"):
                continue
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name), name
            assert name.endswith("Input") or not name.startswith("Input")
            for field_name, field in getattr(kind, "fields", {}).items():
                assert re.fullmatch(r"[a-z][A-Za-z0-9]*", field_name), f"{name}.{field_name}"
                for argument_name in getattr(field, "args", {}):
                    assert re.fullmatch(r"[a-z][A-Za-z0-9]*", argument_name), f"{name}.{field_name}({argument_name}:)"
            if isinstance(kind, GraphQLEnumType):
                for value_name in kind.values:
                    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", value_name), f"{name}.{value_name}"

    def test_no_name_of_python_shows(self, schema: GatewaySchema) -> None:
        assert not re.search(r"\b(UNSET|Maybe|NoneType|self)\b|<class", schema.client_sdl)
