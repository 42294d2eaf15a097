"""`@oneOf` is enforced for literals and for variables, with one error for one mistake."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.connectors.registry import connectors
from gql_gateway.gateway import camel

from .conftest import Run

MEMBERS = [camel(name) for name in connectors()]
FIRST, SECOND = MEMBERS[:2]
BY = '{ id: "x" }'


def literal(change: str, by: str = BY, head: str = "mutation") -> str:
    return f"{head} {{ updateCustomer(input: {{ customer: {by}, change: {change} }}) {{ errors {{ message }} }} }}"


WITH_INPUT = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors { message } } }"
WITH_CHANGE = literal("$change", head="mutation ($change: CustomerChange!)")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param(literal("{}"), "exactly one", id="none"),
        pytest.param(literal(f"{{ {FIRST}: {{}}, {SECOND}: {{}} }}"), "exactly one", id="two"),
        pytest.param(literal(f"{{ {FIRST}: {{}}, {SECOND}: null }}"), "exactly one", id="one and null"),
        pytest.param(literal(f"{{ {FIRST}: null }}"), "non-null", id="null"),
        pytest.param(literal(f"{{ {FIRST}: {{}} }}", by="{}"), "exactly one", id="no customer"),
        pytest.param(
            literal(f"{{ {FIRST}: {{}} }}", by='{ id: "x", native: { connectionId: "c", nativeId: "n" } }'),
            "exactly one",
            id="customer twice",
        ),
        pytest.param(
            literal(f"{{ {FIRST}: $value }}", head=f"mutation ($value: {FIRST[0].upper()}{FIRST[1:]}CustomerInput)"),
            "non-nullable",
            id="nullable variable",
        ),
        pytest.param(literal(f"{{ {FIRST}: $nobody }}"), "nobody", id="undeclared variable"),
    ],
)
async def test_literal(run: Run, query: str, words: str) -> None:
    answer = await run(query, {})

    assert answer.refused
    assert "data" not in answer.body
    (error,) = answer.body["errors"]
    assert words in error["message"]
    assert error["locations"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="none"),
        pytest.param({FIRST: {}, SECOND: {}}, id="two"),
        pytest.param({FIRST: {}, SECOND: None}, id="one and null"),
        pytest.param({FIRST: None}, id="null"),
        pytest.param({FIRST: {}, "unheardOf": {}}, id="one and unknown"),
        pytest.param([], id="list"),
        pytest.param("text", id="text"),
        pytest.param(None, id="nothing"),
    ],
)
@pytest.mark.parametrize("whole", [True, False], ids=["in the input", "of its own"])
async def test_variable(run: Run, change: Any, whole: bool) -> None:
    variables = {"input": {"customer": {"id": "x"}, "change": change}} if whole else {"change": change}
    answer = await run(WITH_INPUT if whole else WITH_CHANGE, variables)

    assert answer.refused
    assert "data" not in answer.body
    (error,) = answer.body["errors"]
    assert "$input" in error["message"] or "$change" in error["message"]


@pytest.mark.parametrize("member", MEMBERS)
async def test_one_member_is_taken(run: Run, member: str) -> None:
    class Gateway:
        async def update(self, request: Any, _wants: Any) -> Any:
            from gql_gateway.connectors.run import Outcome

            assert camel(request.member) == member
            return Outcome()

    customer = {"native": {"connectionId": "c", "nativeId": "n"}}
    answer = await run(WITH_INPUT, {"input": {"customer": customer, "change": {member: {}}}}, Gateway())

    assert answer.body == {"data": {"updateCustomer": {"errors": []}}}


async def test_two_mistakes_are_two_errors(run: Run) -> None:
    answer = await run(literal("{}", by="{}"))

    assert len(answer.body["errors"]) == 2


@pytest.mark.parametrize(
    ("query", "variables"),
    [(literal("{ unheardOf: {} }"), {}), (WITH_CHANGE, {"change": {"unheardOf": {}}})],
    ids=["literal", "variable"],
)
async def test_unknown_member_is_named_first(run: Run, query: str, variables: dict[str, Any]) -> None:
    """Two mistakes to graphql-core: a field that is not there, and none of those that are."""
    answer = await run(query, variables)

    assert answer.refused
    first, second = answer.body["errors"]
    assert "unheardOf" in first["message"]
    assert "exactly one" in second["message"]
