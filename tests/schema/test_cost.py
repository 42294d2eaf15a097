"""What an operation costs: stated in the schema, counted with its variables, told on demand."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from gql_gateway.execute import Executor, Request
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.cost import MOST
from gql_gateway.schema.limits import Limits, Ruler
from gql_gateway.schema.prices import Prices

from .conftest import NOWHERE

PAGE = "query ($n: Int) {{ customers(connectionId: 1{}) {{ nodes {{ id }} }} }}"
ENTITIES = "query ($list: [_Any!]!) { _entities(representations: $list) { ... on Customer { id } } }"


@pytest.fixture(scope="module")
def ruler(schema: GatewaySchema) -> Ruler:
    return Ruler(Prices(schema._schema), Limits(fragments=1_000))


def cost(ruler: Ruler, query: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(query)
    costs, _ = ruler.measure(document)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return costs[None].total(operation, variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("{ __typename }", 0, id="nothing"),
        pytest.param("{ customer(by: { id: 1 }) { id companyName } }", 10, id="one read"),
        pytest.param("{ customer(by: { id: 1 }) { addresses { city } } }", 10 + 5, id="a list of the usual size"),
        pytest.param(
            "{ customer(by: { id: 1 }) { details { ... on FortnoxDetails { __typename } } } }", 11, id="union"
        ),
        pytest.param("{ node(id: 1) { id } }", 10, id="interface: its dearest type"),
        pytest.param("{ a: node(id: 1) { id } b: node(id: 2) { id } }", 20, id="two"),
        pytest.param("{ customers(connectionId: 1) { totalCount } }", 11, id="a page nobody looks at"),
        pytest.param(PAGE.format(""), 11 + 25 * 10, id="usual page"),
        pytest.param(PAGE.format(", first: 3"), 11 + 3 * 10, id="page of three"),
        pytest.param(PAGE.format(", first: null"), 11 + 25 * 10, id="null"),
        pytest.param(PAGE.format(", first: -7"), 11, id="less than none"),
        pytest.param(PAGE.format(", first: 9" + "9" * 5_000), 11 + 25 * 10, id="thousands of digits"),
        pytest.param(PAGE.format(", first: 200000000"), MOST, id="as many as there are"),
        pytest.param(
            "{ customers(connectionId: 1, first: 3) { edges { node { id } } nodes { id } } }",
            11 + 3 * (1 + 10) + 3 * 10,
            id="both lists",
        ),
        pytest.param(
            "{ customers(connectionId: 1, first: 3) { ...F } } fragment F on CustomerConnection { nodes { ...G } }"
            "fragment G on Customer { contactPersons { emailAddresses { email } } }",
            11 + 3 * (10 + 5 * (1 + 5)),
            id="the page's size reaches into fragments",
        ),
        pytest.param("{ companies(connectionId: 1) { id } }", 10 + 20, id="companies"),
        pytest.param("{ connections { id } }", 50, id="connections"),
        pytest.param("{ __schema { types { fields { name } } } }", 5_000, id="introspection"),
        pytest.param('{ __type(name: "A") { fields { name } } _service { sdl } }', 150, id="parts of the schema"),
        pytest.param("mutation { updateCustomer(input: {}) { errors { message } } }", 30 + 1 + 5 * 1, id="update"),
        pytest.param("mutation { updateCustomer(input: {}) { customer { id } } }", 30 + 1 + 10, id="update, read back"),
        pytest.param("{ nothing { of(first: 5) { that } } nor @this }", 0, id="what is not there"),
        pytest.param("{ ...F } fragment F on Nowhere { a { b } }", 0, id="a fragment on nothing"),
    ],
)
def test_is_what_the_schema_says(ruler: Ruler, query: str, expected: int) -> None:
    assert cost(ruler, query) == expected


@pytest.mark.parametrize(
    ("value", "size"),
    [(3, 3), (0, 0), (-5, 0), (3.0, 3), (None, 25), ("3", 25), (True, 25), (2**31, 25), (2**31 - 1, None)],
)
def test_sizes_in_variables_count_with_their_values(ruler: Ruler, value: Any, size: int | None) -> None:
    expected = MOST if size is None else 11 + size * 10
    assert cost(ruler, PAGE.format(", first: $n"), {"n": value}) == expected


def test_variable_that_is_left_out_has_its_default_or_the_arguments(ruler: Ruler) -> None:
    query = PAGE.format(", first: $n")
    assert cost(ruler, query) == 11 + 25 * 10
    assert cost(ruler, query.replace("$n: Int", "$n: Int = 4")) == 11 + 4 * 10
    assert cost(ruler, query.replace("$n: Int", "$n: Int = 4"), {"n": 5}) == 11 + 5 * 10


@pytest.mark.parametrize(("given", "count"), [([{}] * 7, 7), ([], 0), ({}, 1)])
def test_entities_cost_as_many_as_are_asked_for(ruler: Ruler, given: Any, count: int) -> None:
    assert cost(ruler, ENTITIES, {"list": given}) == count * 10


def test_entities_in_the_document_count_too(ruler: Ruler) -> None:
    query = ENTITIES.replace("($list: [_Any!]!)", "").replace("$list", '[{ __typename: "Customer" }, {}]')
    assert cost(ruler, query) == 20


def test_several_variables_are_told_apart(ruler: Ruler) -> None:
    query = """query ($a: Int, $b: Int) { ...F x: customers(connectionId: 1, first: $a) { nodes { id } } }
      fragment F on Query { y: customers(connectionId: 1, first: $b) { nodes { id } } }"""
    assert cost(ruler, query, {"a": 1, "b": 7}) == 2 * 11 + 8 * 10


class TestLimit:
    async def test_holds_for_the_variables_of_each_request(self, schema: GatewaySchema) -> None:
        executor = Executor(schema, limits=Limits(cost=100))
        query = PAGE.format(", first: $n")
        for number, refused in ((8, False), (9, True), (8, False)):
            answer = await executor.run(Request(query, {"n": number}), NOWHERE)
            assert answer.refused is refused

        (error,) = (await executor.run(Request(query, {"n": 9}), NOWHERE)).body["errors"]
        assert error["message"] == "An operation costs 100 at most; this one costs 101."
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "cost", "most": 100, "found": 101}
        assert executor.misses == 1

    async def test_is_that_of_the_operation_that_is_run(self, schema: GatewaySchema) -> None:
        query = "query A { __typename } " + PAGE.format(", first: $n").replace("query", "query B")
        executor = Executor(schema, limits=Limits(cost=100))
        answers = [await executor.run(Request(query, {"n": 50}, name), NOWHERE) for name in ("A", "B")]

        assert [answer.refused for answer in answers] == [False, True]


async def test_is_told_to_who_asks(schema: GatewaySchema) -> None:
    executor = Executor(schema, limits=Limits(cost=1_234))
    query = "{ integration(name: FORTNOX) { fields { path } } }"
    asked = await executor.run(Request(query, tell_cost=True), NOWHERE)
    silent = await executor.run(Request(query), NOWHERE)

    assert asked.body["extensions"] == {"cost": {"cost": 81, "limit": 1_234}}
    assert "extensions" not in silent.body
