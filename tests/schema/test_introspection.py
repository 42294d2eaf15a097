"""Applied directives and `isOneOf` through introspection, without a trace in anybody else's schema."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    get_introspection_query,
    graphql_sync,
    parse,
    print_schema,
)
from graphql import build_client_schema as build_from_introspection

from gql_gateway.execute import Executor, Request
from gql_gateway.schema import build
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.introspection import ELEMENTS, find_applied, show_applied

from .conftest import NOWHERE, Run
from .test_sdl import OWN_NAMES, applications

STANDARD = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)
WITH_ONE_OF = get_introspection_query(one_of=True)

EVERYWHERE = """
directive @ours(word: String, words: [Kind!], deep: Deep, count: Int, on: Boolean) repeatable on
  SCHEMA | SCALAR | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE
  | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @theirs repeatable on SCHEMA | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE

schema @ours(word: "schema") @theirs { query: Query }
type Query implements Thing @ours(word: "type") @theirs {
  field(argument: Given @ours(word: "argument") @theirs): Kind @ours(word: "field") @theirs @ours(word: "again")
}
interface Thing @ours(word: "interface") { field(argument: Given): Kind }
union Either @ours(word: "union") = Query
scalar Odd @ours(word: "scalar")
enum Kind @ours(word: "enum") { ONE @ours(word: "value") @theirs TWO }
input Given @ours(word: "input") { field: String @ours(word: "input field") }
input Deep { a: String b: [Int!] }
"""


def word(name: str) -> list[dict[str, Any]]:
    return [{"name": "ours", "args": [{"name": "word", "value": json.dumps(name)}]}]


@pytest.fixture
def everywhere() -> GraphQLSchema:
    schema = build_schema(EVERYWHERE)
    found = find_applied(schema, parse(EVERYWHERE), frozenset({"ours"}))
    show_applied(schema, lambda element: found.get(id(element), []))
    return schema


def ask(schema: GraphQLSchema, query: str) -> Any:
    result = graphql_sync(schema, query)
    assert result.errors is None, result.errors
    return result.data


def print_application(told: Any) -> str:
    arguments = ", ".join(f"{item['name']}: {item['value']}" for item in told["args"])
    return f"@{told['name']}({arguments})"


def on_one_line(text: str) -> str:
    """graphql-core prints a long list with each item on a line of its own."""
    return re.sub(r"\n\s+", ", ", re.sub(r"\[\n\s+", "[", text.replace("\n]", "]")))


class TestWhereItCanBeAsked:
    def test_of_all_five_elements(self, everywhere: GraphQLSchema) -> None:
        told = "appliedDirectives { name args { name value } }"
        data = ask(
            everywhere,
            f"""{{
              __schema {{ {told} }}
              query: __type(name: "Query") {{ {told} fields {{ {told} args {{ {told} }} }} }}
              kind: __type(name: "Kind") {{ {told} enumValues {{ {told} }} }}
              given: __type(name: "Given") {{ {told} inputFields {{ {told} }} }}
              thing: __type(name: "Thing") {{ {told} }}
              either: __type(name: "Either") {{ {told} }}
              odd: __type(name: "Odd") {{ {told} }}
            }}""",
        )

        assert data["__schema"]["appliedDirectives"] == word("schema")
        assert data["query"]["appliedDirectives"] == word("type")
        (field,) = data["query"]["fields"]
        assert field["appliedDirectives"] == word("field") + word("again")
        assert field["args"] == [{"appliedDirectives": word("argument")}]
        assert data["kind"]["appliedDirectives"] == word("enum")
        assert data["kind"]["enumValues"] == [{"appliedDirectives": word("value")}, {"appliedDirectives": []}]
        assert data["given"]["appliedDirectives"] == word("input")
        assert data["given"]["inputFields"] == [{"appliedDirectives": word("input field")}]
        assert [data[name]["appliedDirectives"] for name in ("thing", "either", "odd")] == [
            word("interface"),
            word("union"),
            word("scalar"),
        ]

    def test_the_five_are_those_of_introspection(self) -> None:
        assert {"__Schema", "__Type", "__Field", "__InputValue", "__EnumValue"} == ELEMENTS

    def test_not_of_anything_else(self, everywhere: GraphQLSchema) -> None:
        for query in ("{ appliedDirectives { name } }", "{ __schema { directives { appliedDirectives { name } } } }"):
            result = graphql_sync(everywhere, query)
            assert result.errors
            assert "appliedDirectives" in result.errors[0].message

    def test_through_fragments_and_aliases(self, everywhere: GraphQLSchema) -> None:
        data = ask(
            everywhere,
            """
            query { __type(name: "Query") { ...OfType } }
            fragment OfType on __Type { ... on __Type { mine: appliedDirectives { called: name } } ...OfFields }
            fragment OfFields on __Type { fields { ...OfField } }
            fragment OfField on __Field { appliedDirectives { __typename name args { __typename } } }
            """,
        )

        assert data["__type"]["mine"] == [{"called": "ours"}]
        assert data["__type"]["fields"][0]["appliedDirectives"][0] == {
            "__typename": "_AppliedDirective",
            "name": "ours",
            "args": [{"__typename": "_DirectiveArgument"}],
        }

    def test_wrapped_types_have_none(self, everywhere: GraphQLSchema) -> None:
        """A list of a type is no place where a directive could be."""
        schema = build_schema("type Query { many: [String!]! }")
        show_applied(schema, lambda _element: [])
        data = ask(schema, '{ __type(name: "Query") { fields { type { appliedDirectives { name } } } } }')

        assert data["__type"]["fields"] == [{"type": {"appliedDirectives": []}}]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('word: "a \\"b\\" \\\\ c"', '"a \\"b\\" \\\\ c"'),
        ("word: null", "null"),
        ("words: [ONE, TWO]", "[ONE, TWO]"),
        ("words: []", "[]"),
        ('deep: {a: "x", b: [1, 2]}', '{ a: "x", b: [1, 2] }'),
        ("count: -3", "-3"),
        ("on: true", "true"),
    ],
)
def test_values_are_literals_of_the_sdl(written: str, shown: str) -> None:
    sdl = EVERYWHERE.replace('(word: "type")', f"({written})")
    schema = build_schema(sdl)
    found = find_applied(schema, parse(sdl), frozenset({"ours"}))

    ((application,),) = [found[id(schema.type_map["Query"])]]
    assert [item["value"] for item in application["args"]] == [shown]


def test_only_arguments_that_are_set_are_listed() -> None:
    sdl = EVERYWHERE.replace('(word: "type")', "")
    schema = build_schema(sdl)

    assert find_applied(schema, parse(sdl), frozenset({"ours"}))[id(schema.type_map["Query"])] == [
        {"name": "ours", "args": []}
    ]


class TestOurSchema:
    async def test_shows_what_the_sdl_says(self, schema: GatewaySchema, run: Run) -> None:
        """Every application of every directive of ours, on every element, equals the printed one."""
        told = "appliedDirectives { name args { name value } }"
        answer = await run(
            f"""{{ __schema {{ {told} types {{ name {told}
              fields(includeDeprecated: true) {{ name {told} args {{ name {told} }} }}
              inputFields {{ name {told} }} enumValues {{ name {told} }} }} }} }}"""
        )
        shown = {}
        for kind in answer.body["data"]["__schema"]["types"]:
            shown[kind["name"]] = [print_application(used) for used in kind["appliedDirectives"]]
            for item in [*(kind["fields"] or ()), *(kind["inputFields"] or ()), *(kind["enumValues"] or ())]:
                shown[f"{kind['name']}.{item['name']}"] = [
                    print_application(used) for used in item["appliedDirectives"]
                ]
        printed: dict[str, list[str]] = {}
        for where, name, text in applications(parse(schema.client_sdl)):
            if name in OWN_NAMES:
                printed.setdefault(where, []).append(on_one_line(text))

        assert {where: texts for where, texts in shown.items() if texts} == printed

    async def test_lists_ours_only(self, run: Run) -> None:
        answer = await run(
            '{ __schema { appliedDirectives { name } } __type(name: "Customer") { appliedDirectives { name } }'
            ' change: __type(name: "CustomerChange") { appliedDirectives { name } } }'
        )

        assert answer.body["data"] == {
            "__schema": {"appliedDirectives": []},
            "__type": {"appliedDirectives": [{"name": "needsScope"}]},
            "change": {"appliedDirectives": []},
        }

    @pytest.mark.parametrize("query", [STANDARD, WITH_ONE_OF])
    async def test_standard_introspection_is_the_same_byte_for_byte(
        self, schema: GatewaySchema, query: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(build, "show_applied", lambda *_: None)
        plain = build.build_schema()

        answers = [await Executor(item).run(Request(query), NOWHERE) for item in (schema, plain)]
        assert "errors" not in answers[0].body
        assert orjson.dumps(answers[0].body) == orjson.dumps(answers[1].body)
        hidden = await Executor(plain).run(Request("{ __schema { appliedDirectives { name } } }"), NOWHERE)
        assert hidden.refused

    async def test_clients_can_build_a_schema_from_it(self, run: Run) -> None:
        answer = await run(WITH_ONE_OF)
        built = build_from_introspection(answer.body["data"])

        assert "input CustomerChange @oneOf" in print_schema(built)
        assert not [name for name in built.type_map if name.startswith("_") and "Directive" in name and name[1] != "_"]

    async def test_one_of_is_told(self, schema: GatewaySchema, run: Run) -> None:
        answer = await run("{ __schema { types { name isOneOf } } }")
        told = {kind["name"]: kind["isOneOf"] for kind in answer.body["data"]["__schema"]["types"]}

        assert {name for name, value in told.items() if value} == {"CustomerBy", "CustomerChange"}
        assert told["UpdateCustomerInput"] is False
        assert told["Customer"] is None

    async def test_can_be_switched_off(self, schema: GatewaySchema) -> None:
        for query in (STANDARD, "{ __schema { appliedDirectives { name } } }"):
            answer = await Executor(schema, introspection=False).run(Request(query), NOWHERE)
            assert answer.refused
        answer = await Executor(schema, introspection=False).run(Request("{ __typename }"), NOWHERE)
        assert answer.body == {"data": {"__typename": "Query"}}


class TestOtherSchemasOfTheProcess:
    SDL = "type Query { f(a: A, b: B): Int } input A @oneOf { x: Int y: Int } input B { x: Int }"
    QUERY = '{ a: __type(name: "A") { isOneOf } b: __type(name: "B") { isOneOf } q: __type(name: "Query") { isOneOf } }'
    EXPECTED = {"a": {"isOneOf": True}, "b": {"isOneOf": False}, "q": {"isOneOf": None}}  # noqa: RUF012

    def test_tell_the_truth_before_and_after_ours(self) -> None:
        before = build_schema(self.SDL)
        assert ask(before, self.QUERY) == self.EXPECTED

        build.build_schema()

        assert ask(before, self.QUERY) == self.EXPECTED
        assert ask(build_schema(self.SDL), self.QUERY) == self.EXPECTED

    def test_do_not_know_applied_directives(self, schema: GatewaySchema) -> None:
        other = build_schema(self.SDL)

        assert graphql_sync(other, "{ __schema { appliedDirectives { name } } }").errors

    def test_share_introspection_types_that_nobody_changed(self) -> None:
        from graphql.type import introspection_types

        def state() -> dict[str, Any]:
            return {
                name: [(key, id(field), id(field.resolve)) for key, field in getattr(kind, "fields", {}).items()]
                for name, kind in introspection_types.items()
            }

        before = state()
        build.build_schema()
        assert state() == before
