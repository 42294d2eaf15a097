"""What a document may ask for: one clear error for each limit, before anything takes long over it."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
from graphql import (
    DocumentNode,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)

from gql_gateway import execute
from gql_gateway.connectors.registry import connectors
from gql_gateway.examples import update_operation
from gql_gateway.execute import LONGEST_MESSAGE, MOST_ERRORS, Executor, Request
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.cost import MOST
from gql_gateway.schema.limits import Limits

from .conftest import NOWHERE

NESTED = "{ integrations { fields { path } } }"


async def errors(schema: GatewaySchema, query: str, limits: Limits | None = None, **more: Any) -> list[dict[str, Any]]:
    answer = await Executor(schema, limits=limits or Limits(), **more).run(Request(query), NOWHERE)
    assert answer.refused or "errors" not in answer.body
    found: list[dict[str, Any]] = answer.body.get("errors", [])
    return found


def doubling(count: int, inside: str = "__typename", on: str = "IntegrationInfo", before: str = "") -> str:
    """Fragments, each of which spreads the next one twice."""
    spreads = (
        f"fragment F{number} on {on} {{ {before} ...F{number + 1} ...F{number + 1} }}" for number in range(count)
    )
    return " ".join([*spreads, f"fragment F{count} on {on} {{ {inside} }}"])


class TestEachLimit:
    @pytest.mark.parametrize(
        ("limits", "query", "found"),
        [
            pytest.param({"depth": 2}, NESTED, 3, id="depth"),
            pytest.param(
                {"depth": 2},
                "{ integrations { ...F } } fragment F on IntegrationInfo { fields { path } }",
                3,
                id="spread",
            ),
            pytest.param({"depth": 2}, "{ ... { integrations { ... { fields { path } } } } }", 3, id="inline"),
            pytest.param({"aliases": 2}, "{ a: __typename b: __typename c: __typename }", 3, id="aliases"),
            pytest.param({"aliases": 2}, "{ " + "__typename " * 4 + "}", 3, id="the same field again"),
            pytest.param(
                {"aliases": 1},
                "{ integrations { label ... on IntegrationInfo { label label } } }",
                2,
                id="again inside",
            ),
            pytest.param(
                {"aliases": 2},
                "{ a: integrations { ...F } integrations { ...F } } fragment F on IntegrationInfo { l: label }",
                3,
                id="aliases wherever they are spread",
            ),
            pytest.param(
                {"aliases": 0}, "{ __typename } fragment F on Query { a: __typename }", 1, id="spread by nobody"
            ),
            pytest.param(
                {"root_fields": 1}, "{ __typename ... on Query { integrations { label } } }", 2, id="root fields"
            ),
            pytest.param(
                {"directives": 2},
                "query ($a: Boolean! @x) @y { __typename @skip(if: $a) }",
                3,
                id="directives",
            ),
            pytest.param(
                {"directives": 0}, "{ ...F @x } fragment F on Query @y { ... @z { __typename } }", 3, id="on all"
            ),
            pytest.param(
                {"fragments": 1}, "{ ...F ... { __typename } } fragment F on Query { __typename }", 2, id="fragments"
            ),
            pytest.param({"cost": 971}, NESTED, 972, id="cost"),
        ],
    )
    async def test_is_one_error_with_its_numbers(
        self, schema: GatewaySchema, limits: dict[str, int], query: str, found: int
    ) -> None:
        ((name, most),) = limits.items()
        (error,) = await errors(schema, query, Limits(**limits))

        assert str(most) in error["message"]
        assert str(found) in error["message"]
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": name, "most": most, "found": found}

    @pytest.mark.parametrize(
        ("limits", "query"),
        [
            ({"depth": 3}, NESTED),
            ({"aliases": 3}, "{ a: __typename b: __typename c: __typename }"),
            ({"aliases": 0}, "{ integrations { label fields { path } missing { path } } }"),
            ({"root_fields": 2}, "{ __typename integrations { label name } }"),
            ({"directives": 2}, "{ __typename @skip(if: true) @include(if: true) }"),
            ({"fragments": 2}, "{ ...F ...F ... { __typename } } fragment F on Query { __typename }"),
            ({"cost": 972}, NESTED),
            ({"tokens": 3}, "{ __typename }"),
        ],
    )
    async def test_itself_is_taken(self, schema: GatewaySchema, limits: dict[str, int], query: str) -> None:
        assert await errors(schema, query, Limits(**limits)) == []

    async def test_of_tokens(self, schema: GatewaySchema) -> None:
        (error,) = await errors(schema, "{ __typename __typename }", Limits(tokens=3))

        assert "3 tokens" in error["message"]
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "tokens", "most": 3}

    async def test_of_the_same_field_in_another_type_is_not_again(self, schema: GatewaySchema) -> None:
        """Every member of a union may have a field of this name."""
        query = """mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors {
          code ... on RateLimited { code retryAfter } ... on PartlyApplied { code failed } } } }"""
        (error,) = await errors(schema, query, Limits(aliases=0))

        assert "input" in error["message"]

    async def test_several_are_an_error_each(self, schema: GatewaySchema) -> None:
        found = await errors(schema, "{ a: __typename b: __typename }", Limits(aliases=1, root_fields=1))

        assert [error["extensions"]["limit"] for error in found] == ["aliases", "root_fields"]

    async def test_of_each_operation_are_one_error(self, schema: GatewaySchema) -> None:
        query = "query A { integrations { label } } query B { integrations { fields { path } } }"
        (error,) = await errors(schema, query, Limits(depth=1))

        assert error["extensions"]["found"] == 3
        assert error["locations"] == [{"line": 1, "column": 36}]


class TestDefaults:
    @pytest.mark.parametrize(
        "query",
        [
            pytest.param(get_introspection_query(), id="standard"),
            pytest.param(
                get_introspection_query(
                    specified_by_url=True,
                    directive_is_repeatable=True,
                    schema_description=True,
                    input_value_deprecation=True,
                    one_of=True,
                ),
                id="GraphiQL's",
            ),
        ],
    )
    async def test_let_introspection_through(self, schema: GatewaySchema, query: str) -> None:
        assert await errors(schema, query) == []

    def test_let_the_sandbox_through(self, schema: GatewaySchema) -> None:
        ruler = Executor(schema)._ruler
        for connector in connectors().values():
            assert ruler.measure(parse(update_operation(connector, "c", "1")))[1] == []

    def test_let_a_page_of_whole_customers_through(self, schema: GatewaySchema) -> None:
        query = "query ($first: Int!) {{ customers(connectionId: 1, first: $first) {{ nodes {{ {0} }} }} }}"
        # Without their histories, which are lists of their own.
        whole = everything(schema._schema.type_map["Customer"], without="history")
        document = parse(query.format(whole))
        assert validate(schema._schema, document) == []
        costs, problems = Executor(schema)._ruler.measure(document)

        assert problems == []
        assert (
            costs[None].total(cast(OperationDefinitionNode, document.definitions[0]), {"first": 100}) <= Limits().cost
        )


def everything(kind: Any, without: str = "") -> str:
    """Everything of a type, below it too; of a union that of its largest type."""
    if isinstance(kind, GraphQLUnionType):
        largest = max(kind.types, key=lambda one: len(one.fields))
        return f"... on {largest.name} {{ {everything(largest)} }}"
    parts = []
    for name, field in kind.fields.items():
        if name == without:
            continue
        inner = get_named_type(field.type)
        parts.append(f"{name} {{ {everything(inner)} }}" if is_composite_type(inner) else name)
    return " ".join(parts)


class TestTime:
    """Grows with the length of a document and with nothing else: no clock decides here, but what is looked at."""

    @pytest.mark.parametrize("inside", ["label", "...F0"], ids=["tree", "circle"])
    async def test_of_doubling_fragments(self, schema: GatewaySchema, inside: str) -> None:
        """2^90 fields written out. A walk that follows each spread would not end."""
        start = time.process_time()
        found = await errors(schema, "{ integrations { ...F0 } } " + doubling(90, inside))

        assert time.process_time() - start < 5
        assert ["itself" in error["message"] for error in found] == ([True] if inside == "...F0" else [])

    @pytest.mark.parametrize(
        ("query", "limit"),
        [
            ("{ ...F0 } " + doubling(30, on="Query"), "root_fields"),
            ("{ integrations { ...F0 } } " + doubling(30, "a: label"), "aliases"),
            ("{ integrations { ...F0 } } " + doubling(30, "fields { path }"), "cost"),
            ("{ integrations { ...F0 } } " + doubling(30, "label", before="fields { path }"), "cost"),
        ],
    )
    async def test_counts_what_is_spread_as_if_it_were_written_out(
        self, schema: GatewaySchema, query: str, limit: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(execute, "validate", _never)
        (error,) = await errors(schema, query)

        assert error["extensions"]["limit"] == limit
        assert error["extensions"]["found"] == MOST

    @pytest.mark.parametrize("level", ["a {", "... {", "... on Query {"])
    async def test_of_the_deepest_that_can_be_parsed(self, schema: GatewaySchema, level: str) -> None:
        found = await errors(schema, f"{{ {level * 195} b {'}' * 195} }}", Limits(fragments=1_000))

        assert found
        assert "Syntax" not in found[0]["message"]

    async def test_of_a_long_chain(self, schema: GatewaySchema) -> None:
        links = " ".join(f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(1_500))
        query = f"{{ ...F0 }} {links} fragment F1500 on Query {{ nothing }}"
        found = Executor(schema, limits=Limits(fragments=5_000))._ruler.measure(parse(query))

        assert found[1] == []

    @pytest.mark.parametrize(
        "query",
        [
            "{ integrations { " + "label " * 7_000 + "} }",
            "{ " + "integrations { label } " * 2_000 + "}",
            "{ __typename " + "@aa" * 3_000 + "}",
            "{ integrations { " + "... on IntegrationInfo { label } " * 1_500 + "} }",
        ],
        ids=["fields", "root fields", "directives", "fragments"],
    )
    async def test_of_validation_is_not_spent_on_what_is_too_much(
        self, schema: GatewaySchema, query: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(execute, "validate", _never)
        found = await errors(schema, query)

        assert {error["extensions"]["code"] for error in found} == {"LIMIT_EXCEEDED"}


def _never(*_: object, **__: object) -> list[Any]:
    raise AssertionError("a document that asks for too much was validated")


class TestMistakes:
    async def test_made_often_are_told_once(self, schema: GatewaySchema) -> None:
        (error,) = await errors(schema, "{ __typename " + "@aa" * 10 + " }")

        assert error["message"] == "Unknown directive '@aa'."
        assert len(error["locations"]) == 10

    async def test_of_many_kinds_are_told_up_to_a_number(self, schema: GatewaySchema) -> None:
        found = await errors(schema, "{ " + " ".join(f"a{number}" for number in range(15)) + " }")

        assert len(found) == MOST_ERRORS + 1
        assert "limit reached" in found[-1]["message"]

    @pytest.mark.parametrize(
        ("query", "variables"),
        [
            ("{ " + "a" * 50_000 + " }", None),
            ('{ "' + "a" * 50_000, None),
            ("query ($name: Integration!) { integration(name: $name) { name } }", {"name": "a" * 50_000}),
        ],
        ids=["field", "syntax", "variable"],
    )
    async def test_do_not_come_back_at_full_length(
        self, schema: GatewaySchema, query: str, variables: dict[str, Any] | None
    ) -> None:
        answer = await Executor(schema).run(Request(query, variables), NOWHERE)

        assert answer.refused
        assert all(len(error["message"]) <= LONGEST_MESSAGE + 1 for error in answer.body["errors"])


class TestSuggestions:
    WRONG = (
        ("{ __schema { directive } }", None),
        ("{ integration(name: FORTNOXX) { name } }", None),
        ('{ integration(name: "FORTNOX") { name } }', None),
        ("{ integration(nam: FORTNOX) { name } }", None),
        ("{ integrations { ... on IntegrationInf { name } } }", None),
        ("{ customers(connectionId: 1, filter: { nam: 1 }) { totalCount } }", None),
        ("query ($name: Integratio!) { integration(name: $name) { name } }", None),
        ("query ($name: Integration!) { integration(name: $name) { name } }", {"name": "FORTNO"}),
        ("query ($f: CustomerFilter) { customers(connectionId: 1, filter: $f) { totalCount } }", {"f": {"nam": 1}}),
    )

    @pytest.mark.parametrize(("query", "variables"), WRONG)
    @pytest.mark.parametrize("on", [True, False])
    async def test_are_made_where_they_are_wanted(
        self, schema: GatewaySchema, query: str, variables: dict[str, Any] | None, on: bool
    ) -> None:
        answer = await Executor(schema, suggestions=on).run(Request(query, variables), NOWHERE)

        assert answer.refused
        assert any("Did you mean" in error["message"] for error in answer.body["errors"]) is on


def test_document_is_measured_once(schema: GatewaySchema, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[DocumentNode] = []
    executor = Executor(schema)
    usual = type(executor._ruler).measure

    def measure(ruler: Any, document: DocumentNode) -> Any:
        measured.append(document)
        return usual(ruler, document)

    monkeypatch.setattr(type(executor._ruler), "measure", measure)
    for _ in range(3):
        executor._prepare("{ __typename }")

    assert len(measured) == 1
