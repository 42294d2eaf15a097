"""Nobody sees another tenant's connections, through whichever door: not what is in them, not that they exist.

The cases are held against the schema: a new root field without one fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from gql_gateway.model.connection import ConnectionKey
from gql_gateway.model.ref import Ref
from gql_gateway.schema.build import GatewaySchema, build_schema
from gql_gateway.storage.connections import ConnectionStore

from .tenants import ALPHA, BETA, BOOKS, NOWHERE, Building, open_building

FIRST = "1001"
"""A customer of the Fortnox simulator."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Building]:
    async with open_building(tmp_path_factory.mktemp("building")) as opened:
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Case:
    """One way to name something of a connection. `{c}` in the variables stands for its id, `{g}` for a global id.

    `told` is in the answer to whoever has no such connection.
    """

    query: str
    variables: str = "{}"
    told: str = "NOT_CONNECTED"

    def given(self, connection_id: str) -> Any:
        import json

        text = self.variables.replace("{c}", connection_id).replace("{g}", Ref(connection_id, FIRST).global_id())
        return json.loads(text)


WHOLE = "{ id connectionId nativeId companyName version details { __typename } native }"
UPDATE = (
    "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { id companyName native } "
    "changes { path before after } requests { path body } warnings { message stored } dryRun "
    "errors { __typename code message path retryable providerCode providerMessage } } }"
)
_CHANGE = '"change": {"fortnox": {"notes": "of another tenant"}}'
NATIVE = '{"native": {"connectionId": "{c}", "nativeId": "1001"}}'
LIST = (
    "query ($c: ID!, $after: String, $f: CustomerFilter) "
    "{ customers(connectionId: $c, after: $after, filter: $f, first: 2) "
    f"{{ nodes {WHOLE} pageInfo {{ endCursor hasNextPage }} totalCount }} }}"
)
ENTITIES = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename ... on Customer {WHOLE} }} }}"

CASES: dict[str, list[Case]] = {
    "Query.node": [
        Case(f"query ($g: ID!) {{ node(id: $g) {{ __typename id ... on Customer {WHOLE} }} }}", '{"g": "{g}"}'),
    ],
    "Query.customer": [
        Case(f"query ($by: CustomerBy!) {{ customer(by: $by) {WHOLE} }}", '{"by": {"id": "{g}"}}'),
        Case(f"query ($by: CustomerBy!) {{ customer(by: $by) {WHOLE} }}", f'{{"by": {NATIVE}}}'),
        Case(
            f"query ($by: CustomerBy!) {{ customer(by: $by) {WHOLE} }}",
            '{"by": {"native": {"connectionId": "{c}", "nativeId": "1001", "companyId": "1"}}}',
        ),
    ],
    "Query.customers": [
        Case(LIST, '{"c": "{c}"}'),
        # A cursor is a place in a list; it carries no right to the list.
        Case(LIST, '{"c": "{c}", "after": "b2Zmc2V0OjI"}'),
        Case(LIST, '{"c": "{c}", "f": {"name": "a"}}'),
    ],
    "Query.companies": [Case("query ($c: ID!) { companies(connectionId: $c) { id name } }", '{"c": "{c}"}')],
    "Query._entities": [
        Case(ENTITIES, '{"r": [{"__typename": "Customer", "id": "{g}"}]}'),
        Case(ENTITIES, '{"r": [{"__typename": "Customer", "connectionId": "{c}", "nativeId": "1001"}]}'),
    ],
    "Mutation.updateCustomer": [
        Case(UPDATE, f'{{"input": {{"customer": {{"id": "{{g}}"}}, {_CHANGE}, "dryRun": true}}}}'),
        Case(UPDATE, f'{{"input": {{"customer": {NATIVE}, {_CHANGE}, "dryRun": true}}}}'),
        Case(UPDATE, f'{{"input": {{"customer": {NATIVE}, {_CHANGE}}}}}'),
        Case(UPDATE, f'{{"input": {{"customer": {NATIVE}, {_CHANGE}, "idempotencyKey": "k"}}}}'),
        Case(UPDATE, f'{{"input": {{"customer": {NATIVE}, "change": {{"sevdesk": {{}}}}, "expectedVersion": "1"}}}}'),
    ],
    "Mutation.createConnectLink": [
        # Whoever has the connection is told that it is one of another system; for others the id is free.
        Case(
            "mutation ($i: CreateConnectLinkInput!) "
            "{ createConnectLink(input: $i) { link { __typename } errors { code message path } } }",
            '{"i": {"connectionId": "{c}", "integration": "LEXWARE_OFFICE"}}',
            '"link":{"__typename":"ConnectLink"}',
        ),
    ],
    "Mutation.eraseCustomerHistory": [
        # Nothing is said of a connection: also one that is gone may have entries.
        Case(
            "mutation ($i: EraseHistoryInput!) { eraseCustomerHistory(input: $i) { erased errors { code } } }",
            f'{{"i": {{"customer": {NATIVE}}}}}',
            '"erased":0',
        ),
    ],
    # No id is taken; what it shows is tested by itself below.
    "Query.connections": [],
    "Query.integrations": [],
    "Query.integration": [],
    "Query._service": [],
}

PROBES = [
    pytest.param(case, id=f"{name}-{number}") for name, cases in CASES.items() for number, case in enumerate(cases)
]


def root_fields(schema: GatewaySchema) -> set[str]:
    core = schema._schema
    roots = [root for root in (core.query_type, core.mutation_type, core.subscription_type) if root]
    return {f"{root.name}.{name}" for root in roots for name in root.fields}


async def test_every_root_field_has_its_cases() -> None:
    assert set(CASES) == root_fields(build_schema())


async def test_every_root_field_that_takes_an_argument_is_probed() -> None:
    core = build_schema()._schema
    for name, cases in CASES.items():
        root, field = name.split(".")
        kind: Any = core.type_map[root]
        takes_ids = [argument for argument in kind.fields[field].args if argument != "name"]
        assert bool(cases) is bool(takes_ids), name


@pytest.mark.parametrize("case", PROBES)
async def test_connection_of_another_tenant_is_like_none_at_all(building: Building, case: Case) -> None:
    before = building.calls()
    foreign = await building.post(BETA, case.query, case.given("secret"))
    nothing = await building.post(BETA, case.query, case.given(NOWHERE))

    as_sent = foreign.body.decode().replace("secret", NOWHERE)
    assert (foreign.status, as_sent) == (nothing.status, nothing.body.decode())
    assert case.told in as_sent
    assert {name: value for name, value in foreign.headers.items() if name != "x-request-id"} == {
        name: value for name, value in nothing.headers.items() if name != "x-request-id"
    }
    assert building.calls() == before


@pytest.mark.parametrize("case", PROBES)
async def test_whoever_has_the_connection_is_answered_otherwise(building: Building, case: Case) -> None:
    """Or the test above would prove nothing."""
    # There has to be something to erase.
    change = {
        "customer": {"native": {"connectionId": "secret", "nativeId": FIRST}},
        "change": {"fortnox": {"notes": "x"}},
    }
    await building.post(ALPHA, UPDATE, {"input": change})
    own = await building.post(ALPHA, case.query, case.given("secret"))
    nothing = await building.post(ALPHA, case.query, case.given(NOWHERE))
    assert own.body.decode().replace("secret", NOWHERE) != nothing.body.decode()
    assert case.told not in own.body.decode()


async def test_list_of_connections_is_the_tenants_own(building: Building) -> None:
    query = "{ connections { id integration status statusReason } }"
    seen = {}
    for tenant in (ALPHA, BETA):
        found = (await building.post(tenant, query)).json()["data"]["connections"]
        seen[tenant] = [(item["id"], item["integration"]) for item in found]
    assert seen == {ALPHA: [("books", "FORTNOX"), ("secret", "FORTNOX")], BETA: [("books", "LEXWARE_OFFICE")]}


async def test_tenant_without_anything_sees_nothing(building: Building) -> None:
    key, _ = await building.make_key("gamma")
    assert (await building.send(key, "{ connections { id } }")).json() == {"data": {"connections": []}}


async def test_one_id_in_two_tenants_is_two_connections(building: Building) -> None:
    for tenant in (ALPHA, BETA):
        answer = await building.post(
            tenant, '{ customers(connectionId: "books", first: 3) { nodes { integration id } } }'
        )
        nodes = answer.json()["data"]["customers"]["nodes"]
        assert {node["integration"] for node in nodes} == {BOOKS[tenant].upper()}
        # The same global id in the other tenant is a name for something of its own, or for nothing.
        other = BETA if tenant == ALPHA else ALPHA
        found = await building.post(other, "query ($id: ID!) { node(id: $id) { id } }", {"id": nodes[0]["id"]})
        assert found.json() == {"data": {"node": None}}


async def test_idempotency_keys_are_the_tenants_own(building: Building) -> None:
    update = (
        "mutation ($input: UpdateCustomerInput!) "
        "{ updateCustomer(input: $input) { changes { path } errors { code message } } }"
    )
    listed = '{ customers(connectionId: "books", first: 1) { nodes { id } } }'
    for tenant, name in BOOKS.items():
        id = (await building.post(tenant, listed)).json()["data"]["customers"]["nodes"][0]["id"]
        value = {
            "customer": {"id": id},
            "change": {_camel(name): {"notes": f"of {tenant}"}},
            "idempotencyKey": "one key",
        }
        answer = (await building.post(tenant, update, {"input": value})).json()["data"]["updateCustomer"]
        assert answer["errors"] == []
        again = (await building.post(tenant, update, {"input": value})).json()["data"]["updateCustomer"]
        assert again == answer


async def test_what_tenants_share_is_kept_apart_by_tenant(building: Building) -> None:
    """Locks, budgets, known companies, notes of use and rate limits."""
    assert building.app.parts is not None
    gateways = building.app.parts.gateways
    for tenant in (ALPHA, BETA):
        await building.post(tenant, '{ customers(connectionId: "books", first: 1) { nodes { id } } }')
    assert {ConnectionKey(ALPHA, "books"), ConnectionKey(BETA, "books")} <= set(gateways.budgets)
    ref = Ref("books", "1")
    alpha, beta = gateways.of(ALPHA), gateways.of(BETA)
    assert alpha._lock(ref) is not beta._lock(ref)
    windows = gateways.outbound._limiter._windows.storage
    keys = list(windows.events)  # type: ignore[attr-defined]
    assert any("alpha" in key and "books" in key for key in keys)
    assert any("beta" in key and "books" in key for key in keys)


async def test_uses_are_noted_for_the_tenant_that_used(building: Building) -> None:
    parts = building.app.parts
    assert parts is not None
    store = ConnectionStore(parts.database, parts.box)
    at = (await store.all(ALPHA))[0].created_at
    assert at is not None
    await store.touch({ConnectionKey(ALPHA, "books"): at})
    assert [item.last_used_at for item in await store.all(BETA)] == [None]
    assert (await store.all(ALPHA))[0].last_used_at == at


async def test_many_guesses_find_nothing(building: Building) -> None:
    """Ids as somebody would try them, spelled in every way that might be read as another tenant's."""
    guesses = [
        "secret",
        "alpha/secret",
        "alpha:secret",
        "alpha\nsecret",
        "alpha\x00secret",
        "../alpha/secret",
        "SECRET",
    ]
    guesses += ["secret ", " secret", "secret\x00", "%73ecret", "secret' OR '1'='1", "alpha", "default", ""]
    query = "query ($c: ID!) { companies(connectionId: $c) { id } }"
    for guess in guesses:
        (error,) = (await building.post(BETA, query, {"c": guess})).json()["errors"]
        assert error["extensions"]["code"] == "NOT_CONNECTED"
        assert error["message"] == "There is no connection of this id."


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)
