"""Scopes: stated where the field is, enforced before anything runs, for every way to select something.

The table is held against the schema: a field that states a scope and has no line here fails.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString, get_named_type, is_object_type, parse

from gql_gateway.execute import Answer, Executor, Request
from gql_gateway.gateway import Gateway
from gql_gateway.model.caller import ALL_SCOPES, Caller, Scope
from gql_gateway.schema import scopes
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.context import Context

from .conftest import NoGateway

R, W, N, A = Scope.READ, Scope.WRITE, Scope.NATIVE, Scope.ADMIN

UPDATE = 'updateCustomer(input: {customer: {id: "x"}, change: {fortnox: {notes: "x"}}, dryRun: true}) { %s }'

TABLE: dict[str, list[tuple[str, set[frozenset[Scope]]]]] = {
    "Query.node": [('{ node(id: "x") { id } }', {frozenset({R})})],
    "Query.customer": [('{ customer(by: {id: "x"}) { id } }', {frozenset({R})})],
    "Query.customers": [
        ('{ customers(connectionId: "x") { totalCount } }', {frozenset({R})}),
        ('{ customers(connectionId: "x") { edges { node { native } } } }', {frozenset({R}), frozenset({N})}),
    ],
    "Query.companies": [('{ companies(connectionId: "x") { id } }', {frozenset({R, A})})],
    "Query.connections": [("{ connections { id status } }", {frozenset({R, A})})],
    "ProviderConnection.statusReason": [("{ connections { statusReason } }", {frozenset({R, A}), frozenset({A})})],
    "Query._entities": [
        ('{ _entities(representations: [{__typename: "Customer", id: "x"}]) { __typename } }', {frozenset({R})}),
    ],
    "Mutation.updateCustomer": [
        (
            "mutation { %s }" % (UPDATE % "errors { code path } dryRun requests { method path status }"),
            {frozenset({W})},
        ),
        ("mutation { %s }" % (UPDATE % "warnings { code message path }"), {frozenset({W})}),
    ],
    "Mutation.createConnectLink": [
        ('mutation { createConnectLink(input: {connectionId: "x"}) { link { url } } }', {frozenset({A})}),
    ],
    "Mutation.eraseCustomerHistory": [
        ('mutation { eraseCustomerHistory(input: {customer: {id: "x"}}) { erased } }', {frozenset({A})}),
    ],
    "UpdateCustomerPayload.changes": [
        ("mutation { %s }" % (UPDATE % "changes { path }"), {frozenset({W}), frozenset({R})})
    ],
    "Warning.sent": [("mutation { %s }" % (UPDATE % "warnings { sent }"), {frozenset({W}), frozenset({R})})],
    "Warning.stored": [("mutation { %s }" % (UPDATE % "warnings { stored }"), {frozenset({W}), frozenset({R})})],
    "ProviderRequest.body": [("mutation { %s }" % (UPDATE % "requests { body }"), {frozenset({W}), frozenset({N})})],
    "Customer": [
        # Whatever leads to a customer, and however it is asked for.
        ("mutation { %s }" % (UPDATE % "customer { id }"), {frozenset({W}), frozenset({R})}),
        ("mutation { %s }" % (UPDATE % "customer { __typename }"), {frozenset({W}), frozenset({R})}),
        ("mutation { %s }" % (UPDATE % "customer { ... on Node { id } }"), {frozenset({W}), frozenset({R})}),
        (
            "mutation { %s }" % (UPDATE % "errors { ... on VersionConflict { current { id } } }"),
            {frozenset({W}), frozenset({R})},
        ),
    ],
    "Customer.native": [
        ('{ customer(by: {id: "x"}) { native } }', {frozenset({R}), frozenset({N})}),
        ('{ customer(by: {id: "x"}) { harmless: native } }', {frozenset({R}), frozenset({N})}),
        ('{ node(id: "x") { ... on Customer { native } } }', {frozenset({R}), frozenset({N})}),
        (
            '{ node(id: "x") { ...a } } fragment a on Customer { ...b } fragment b on Customer { ... { native } }',
            {frozenset({R}), frozenset({N})},
        ),
        (
            '{ _entities(representations: [{__typename: "Customer", id: "x"}]) { ... on Customer { native } } }',
            {frozenset({R}), frozenset({N})},
        ),
        ("mutation { %s }" % (UPDATE % "customer { native }"), {frozenset({W}), frozenset({R}), frozenset({N})}),
    ],
}
LINES = [(query, needs) for lines in TABLE.values() for query, needs in lines]

FREE = [
    "{ __typename }",
    "{ __schema { types { name } } }",
    '{ __type(name: "Customer") { name fields { name } } }',
    "{ integrations { name fields { path nativeName } } }",
    "{ integration(name: FORTNOX) { label } }",
    "{ _service { sdl } }",
]


class Silent(NoGateway):
    """Whatever gets past the check has no answer here; that it got past is what is looked at."""


async def run(
    schema: GatewaySchema, caller_scopes: set[Scope] | frozenset[Scope], query: str, variables: Any = None
) -> Answer:
    context = Context(cast(Gateway, Silent()), Caller("acme", frozenset(caller_scopes)), "correlation")
    return await Executor(schema).run(Request(query, variables), context)


def lacking(answer: Answer) -> set[str]:
    assert answer.refused is bool(answer.lacking)
    if answer.lacking:
        assert "data" not in answer.body
        assert {error["extensions"]["code"] for error in answer.body["errors"]} == {"MISSING_SCOPE"}
        for error in answer.body["errors"]:
            assert all(scope in error["message"] for scope in error["extensions"]["scopes"])
            assert error["locations"]
    return set(answer.lacking)


def stated(schema: GatewaySchema) -> dict[str, frozenset[Scope]]:
    found: dict[str, frozenset[Scope]] = {}
    for kind in schema._schema.type_map.values():
        if not is_object_type(kind):
            continue
        if own := scopes._stated(kind):
            found[kind.name] = own
        for name, field in kind.fields.items():
            if own := scopes._stated(field):
                found[f"{kind.name}.{name}"] = own
    return found


def test_every_stated_scope_is_in_the_table(schema: GatewaySchema) -> None:
    assert set(TABLE) == {*stated(schema), *(f"Query.{name}" for name in scopes.FEDERATION)}


def test_the_table_needs_what_is_stated(schema: GatewaySchema) -> None:
    for where, needed in stated(schema).items():
        assert all(needed in needs for _, needs in TABLE[where]), where


@pytest.mark.parametrize(("query", "needs"), LINES)
async def test_each_missing_scope_is_named(schema: GatewaySchema, query: str, needs: set[frozenset[Scope]]) -> None:
    assert lacking(await run(schema, set(), query)) == {_words(need) for need in needs}
    for scope in Scope:
        missing = {_words(need) for need in needs if scope not in need}
        assert lacking(await run(schema, {scope}, query)) == missing
        left = ALL_SCOPES - {scope}
        assert lacking(await run(schema, left, query)) == {_words(need) for need in needs if not need & left}
    assert lacking(await run(schema, ALL_SCOPES, query)) == set()


@pytest.mark.parametrize("query", FREE)
async def test_what_needs_none(schema: GatewaySchema, query: str) -> None:
    answer = await run(schema, set(), query)
    assert "errors" not in answer.body


def test_scopes_are_in_the_schema_for_everybody_to_read(schema: GatewaySchema) -> None:
    for sdl in (schema.client_sdl, schema.subgraph_sdl):
        assert "updateCustomer(" in sdl
        assert '@needsScope(anyOf: ["customers:write"])' in sdl
        assert sdl.count("@needsScope(") == len(stated(schema)) + 1  # and its definition
    assert "@requiresScopes" not in schema.subgraph_sdl  # stops one of the gateways; comes with a switch


NATIVE = '{ customer(by: {id: "x"}) { id native %s } }'


@pytest.mark.parametrize(
    ("query", "variables", "needed"),
    [
        (NATIVE % "@skip(if: true)", None, False),
        (NATIVE % "@skip(if: false)", None, True),
        (NATIVE % "@include(if: false)", None, False),
        (NATIVE % "@include(if: true) @skip(if: true)", None, False),
        ("query ($v: Boolean!) " + NATIVE % "@include(if: $v)", {"v": True}, True),
        ("query ($v: Boolean!) " + NATIVE % "@include(if: $v)", {"v": False}, False),
        ("query ($v: Boolean!) " + NATIVE % "@skip(if: $v)", {"v": True}, False),
        ("query ($v: Boolean! = true) " + NATIVE % "@include(if: $v)", None, True),
        ("query ($v: Boolean! = true) " + NATIVE % "@include(if: $v)", {"v": False}, False),
        ("query ($v: Boolean! = false) " + NATIVE % "@include(if: $v)", {}, False),
        # What cannot be told counts as needed; the variables themselves are refused later.
        ("query ($v: Boolean!) " + NATIVE % "@include(if: $v)", {"v": "false"}, True),
        ("query ($v: Boolean!) " + NATIVE % "@include(if: $v)", {}, True),
        (
            'query ($v: Boolean!) { customer(by: {id: "x"}) { id ...f @include(if: $v) } } '
            "fragment f on Customer { native }",
            {"v": False},
            False,
        ),
        (
            'query ($v: Boolean!) { customer(by: {id: "x"}) { id ...f @include(if: $v) ...f } } '
            "fragment f on Customer { native }",
            {"v": False},
            True,
        ),
        ('query ($v: Boolean!) { customer(by: {id: "x"}) { id ... @skip(if: $v) { native } } }', {"v": True}, False),
        ('query ($v: Boolean!) { customer(by: {id: "x"}) { id ... @skip(if: $v) { native } } }', {"v": False}, True),
    ],
)
async def test_what_is_left_out_needs_nothing(
    schema: GatewaySchema, query: str, variables: dict[str, Any] | None, needed: bool
) -> None:
    assert lacking(await run(schema, {R}, query, variables)) == ({"customers:native"} if needed else set())


async def test_what_hangs_on_variables_is_worked_out_each_time(schema: GatewaySchema) -> None:
    executor = Executor(schema)
    query = "query ($v: Boolean!) " + NATIVE % "@include(if: $v)"
    context = Context(cast(Gateway, Silent()), Caller("acme", frozenset({R})), "correlation")
    for value in (False, True, False, True):
        answer = await executor.run(Request(query, {"v": value}), context)
        assert answer.lacking == (("customers:native",) if value else ())


async def test_each_operation_of_a_document_has_its_own_needs(schema: GatewaySchema) -> None:
    executor = Executor(schema)
    query = 'query A { customer(by: {id: "x"}) { native } } query B { integrations { name } }'
    context = Context(cast(Gateway, Silent()), Caller("acme", frozenset({R})), "correlation")
    for _ in range(2):
        assert (await executor.run(Request(query, None, "A"), context)).lacking == ("customers:native",)
        assert (await executor.run(Request(query, None, "B"), context)).lacking == ()


async def test_needs_are_worked_out_once_for_a_document(schema: GatewaySchema, monkeypatch: pytest.MonkeyPatch) -> None:
    from gql_gateway import execute

    asked: list[str] = []
    usual = scopes.find_needs

    def counted(*arguments: Any) -> Any:
        asked.append("once")
        return usual(*arguments)

    monkeypatch.setattr(execute, "find_needs", counted)
    executor = Executor(schema)
    for has in (set[Scope](), {R}, {N}, set(ALL_SCOPES)):
        context = Context(cast(Gateway, Silent()), Caller("acme", frozenset(has)), "correlation")
        await executor.run(Request("{ integrations { name } }"), context)
    assert asked == ["once"]


def test_fragments_that_double_cost_no_more_than_their_text(schema: GatewaySchema) -> None:
    levels = 60
    text = 'query Q($v: Boolean!) { customer(by: {id: "x"}) { ...f0 } }'
    for level in range(levels):
        text += f" fragment f{level} on Customer {{ ...f{level + 1} ...f{level + 1} @include(if: $v) }}"
    text += f" fragment f{levels} on Customer {{ native }}"
    document = parse(text)
    operation: Any = document.definitions[0]
    needs = scopes.find_needs(schema._schema, document, operation, {"v": True})
    assert {_words(need.any_of) for need in needs} == {"customers:read", "customers:native"}


def test_root_field_that_says_nothing_is_refused() -> None:
    forgotten = GraphQLSchema(GraphQLObjectType("Query", {"forgotten": GraphQLField(GraphQLString)}))
    with pytest.raises(scopes.NothingStated, match="forgotten"):
        scopes.check_stated(forgotten)


def test_nothing_but_the_customer_shows_a_providers_document(schema: GatewaySchema) -> None:
    """A field of type JSON may hold whatever a provider keeps: each one is guarded, or known to be a single value."""
    single_values = {"FieldChange.before", "FieldChange.after"}
    for kind in schema._schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            where = f"{kind.name}.{name}"
            if is_object_type(kind) and get_named_type(field.type).name == "JSON" and where not in single_values:
                assert scopes._stated(field), where


def _words(need: frozenset[Scope]) -> str:
    return " ".join(sorted(scope.value for scope in need))
