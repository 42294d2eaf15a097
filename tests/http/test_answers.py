"""Good requests: what is cached, what an error tells, and what it keeps to itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import pytest_asyncio

from gql_gateway.commands.sandbox import connection_id
from gql_gateway.connectors.registry import connectors
from gql_gateway.errors import Path
from gql_gateway.execute import LARGEST_CACHED, Executor, Request
from gql_gateway.gateway import Gateway, camel
from gql_gateway.model.caller import LOCAL
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.schema.build import build_schema
from gql_gateway.schema.context import Context

from .conftest import GRAPHQL, JSON, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
CANARY = "c4nary-in-an-exception"
every_connector = pytest.mark.parametrize("name", list(connectors()))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


def executor(**more: Any) -> Executor:
    return Executor(build_schema(), **more)


async def run(it: Executor, query: str) -> None:
    await it.run(Request(query), Context(cast(Gateway, None), LOCAL, ""))


class TestDocuments:
    async def test_are_parsed_and_validated_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from gql_gateway import execute

        calls: list[str] = []

        def counted(name: str) -> None:
            usual = getattr(execute, name)

            def call(*arguments: Any, **more: Any) -> Any:
                calls.append(name)
                return usual(*arguments, **more)

            monkeypatch.setattr(execute, name, call)

        counted("parse")
        counted("validate")
        it = executor()
        for _ in range(50):
            await run(it, "{ __typename }")
            await run(it, "{ nothing }")

        assert calls == ["parse", "validate"] * 2
        assert (it.hits, it.misses) == (98, 2)

    async def test_over_http_too(self, site: Site) -> None:
        it = site.app.executor
        query = "query Once($name: Integration!) { integration(name: $name) { label } }"
        await site.post(query, {"name": next(iter(connectors())).upper()})
        hits, misses = it.hits, it.misses
        for name in connectors():
            await site.post(query, {"name": name.upper()})

        assert (it.hits, it.misses) == (hits + len(connectors()), misses)

    async def test_as_many_as_said_are_kept(self) -> None:
        it = executor(cached=10)
        for number in range(100):
            await run(it, f"{{ a{number}: __typename }}")
        assert len(it._documents) == 10

        await run(it, "{ a99: __typename }")
        assert it.hits == 1
        await run(it, "{ a0: __typename }")
        assert it.hits == 1

    async def test_as_long_as_said_together_are_kept(self) -> None:
        it = executor(cached_text=1_000)
        for number in range(100):
            await run(it, f"{{ a{number:097}: __typename }}")
        assert 5 <= len(it._documents) <= 9
        assert sum(map(len, it._documents)) == it._text <= 1_000

    async def test_the_one_used_last_is_kept_longest(self) -> None:
        it = executor(cached=2)
        for query in ("{ a: __typename }", "{ b: __typename }", "{ a: __typename }", "{ c: __typename }"):
            await run(it, query)

        assert list(it._documents) == ["{ a: __typename }", "{ c: __typename }"]

    async def test_long_ones_and_broken_ones_are_not_kept(self) -> None:
        it = executor()
        await run(it, "{ __typename }" + " " * LARGEST_CACHED)
        await run(it, "{")

        assert it._documents == {}


async def test_operation_name_picks_one(site: Site) -> None:
    query = "query A { a: __typename } query B { b: __typename }"
    for name in ("A", "B"):
        reply = await site.post(query, operationName=name)
        assert reply.json() == {"data": {name.lower(): "Query"}}


async def test_null_members_are_as_good_as_absent(site: Site) -> None:
    reply = await site.post(
        body={"query": "{ __typename }", "variables": None, "operationName": None, "extensions": None}
    )

    assert reply.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(("header", "told"), [("report", True), (" Report ", True), ("validate", False), ("", False)])
async def test_cost_is_told_on_demand(site: Site, header: str, told: bool) -> None:
    headers = {"accept": GRAPHQL, "content-type": JSON, "graphql-cost": header}
    reply = await site.ask("POST", headers=headers, body=b'{"query": "{ integrations { label } }"}')
    cost = {"cost": len(connectors()), "limit": site.app.settings.max_cost}

    assert reply.json().get("extensions") == ({"cost": cost} if told else None)


class TestBusinessErrors:
    @pytest.mark.parametrize(
        ("query", "code", "kind", "path"),
        [
            ('{ customer(by: { id: "nonsense" }) { id } }', "BAD_FORMAT", "InvalidChange", ["by", "id"]),
            (
                '{ customer(by: { native: { connectionId: "nobody", nativeId: "1" } }) { id } }',
                "NOT_CONNECTED",
                "ConnectionProblem",
                ["by", "native", "connectionId"],
            ),
            ('{ node(id: "nonsense") { id } }', "BAD_FORMAT", "InvalidChange", ["id"]),
            (
                '{ node(id: "WyJDdXN0b21lciIsIm5vYm9keSIsIjEiXQ") { id } }',
                "NOT_CONNECTED",
                "ConnectionProblem",
                ["id"],
            ),
            ('{ companies(connectionId: "nobody") { id } }', "NOT_CONNECTED", "ConnectionProblem", ["connectionId"]),
            (
                '{ customers(connectionId: "nobody") { nodes { id } } }',
                "NOT_CONNECTED",
                "ConnectionProblem",
                ["connectionId"],
            ),
            ('{ customers(connectionId: "x", first: 0) { nodes { id } } }', "BAD_FORMAT", "InvalidChange", ["first"]),
            ('{ customers(connectionId: "x", first: 101) { nodes { id } } }', "BAD_FORMAT", "InvalidChange", ["first"]),
            ('{ customers(connectionId: "x", after: "?") { nodes { id } } }', "BAD_FORMAT", "InvalidChange", ["after"]),
            ('{ customers(connectionId: "x", after: "é") { nodes { id } } }', "BAD_FORMAT", "InvalidChange", ["after"]),
        ],
    )
    async def test_of_queries_carry_their_code(
        self, site: Site, query: str, code: str, kind: str, path: list[str]
    ) -> None:
        reply = await site.post(query)
        (error,) = reply.json()["errors"]

        assert reply.status == 200
        assert "data" in reply.json()
        assert error["extensions"]["code"] == code
        assert error["extensions"]["type"] == kind
        assert error["extensions"]["retryable"] is False
        assert error["extensions"]["argumentPath"] == path

    @pytest.mark.parametrize(
        ("customer", "path"),
        [
            ({"native": {"connectionId": "nobody", "nativeId": "1"}}, ["customer", "native", "connectionId"]),
            ({"id": "WyJDdXN0b21lciIsIm5vYm9keSIsIjEiXQ"}, ["customer", "id"]),
            ({"native": {"connectionId": "nobody", "nativeId": ""}}, ["customer", "native", "nativeId"]),
        ],
    )
    async def test_of_an_update_lead_to_the_name_of_the_customer(
        self, site: Site, customer: dict[str, Any], path: list[str]
    ) -> None:
        change: dict[str, Any] = {camel(next(iter(connectors()))): {}}
        query = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors { path } } }"
        reply = await site.post(query, {"input": {"customer": customer, "change": change}})

        assert reply.json() == {"data": {"updateCustomer": {"errors": [{"path": path}]}}}

    @every_connector
    async def test_rate_limit_says_how_long_to_wait(self, name: str) -> None:
        async with open_site() as own_site:
            sandbox = own_site.prepared.sandbox
            sandbox.fault(name, "rate_limited", times=50)
            assert own_site.app.parts is not None
            own_site.app.parts.gateways.deadline = 1.0
            reply = await own_site.post(f'{{ customers(connectionId: "{connection_id(name)}") {{ nodes {{ id }} }} }}')
            (error,) = reply.json()["errors"]

            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert error["extensions"]["retryable"] is True
            assert error["extensions"]["retryAfter"] > 0

    @every_connector
    async def test_customer_that_is_not_there_is_null(self, site: Site, name: str) -> None:
        nobody = "00000000-0000-0000-0000-000000000000"
        by = f'{{ native: {{ connectionId: "{connection_id(name)}", nativeId: "{nobody}" }} }}'
        reply = await site.post(f"{{ customer(by: {by}) {{ id }} }}")

        assert reply.json() == {"data": {"customer": None}}


class TestOurOwnFaults:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: object, **__: object) -> None:
            raise RuntimeError(CANARY)

        for name in ("customer", "customers", "companies", "update"):
            monkeypatch.setattr(Gateway, name, fail)

    @pytest.mark.usefixtures("broken")
    @pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json"])
    async def test_are_masked(
        self, site: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, accept: str
    ) -> None:
        queries = [
            '{ customer(by: { native: { connectionId: "c", nativeId: "n" } }) { id } }',
            '{ customers(connectionId: "c") { nodes { id } } }',
            '{ companies(connectionId: "c") { id } }',
            *site.prepared.operations.values(),
        ]
        for query in queries:
            reply = await site.post(query, accept=accept)
            (error,) = reply.json()["errors"]

            assert reply.status == 200
            assert error["message"] == "Something went wrong on our side."
            assert error["extensions"] == {"code": "INTERNAL", "correlationId": reply.headers["x-request-id"]}
            assert CANARY not in reply.body.decode()
        told = "".join(capfd.readouterr())
        assert "RuntimeError" in told
        assert CANARY not in told + caplog.text

    async def test_before_any_resolver_are_masked_too(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async def fail(*_: object) -> None:
            raise RuntimeError(CANARY)

        monkeypatch.setattr(Executor, "run", fail)
        reply = await site.post("{ __typename }")

        assert reply.status == 500
        assert reply.problem() == "Something went wrong on our side."
        assert reply.json()["errors"][0]["extensions"] == {
            "code": "INTERNAL",
            "correlationId": reply.headers["x-request-id"],
        }
        told = "".join(capfd.readouterr())
        assert "RuntimeError" in told
        assert CANARY not in told


async def test_odd_values_in_a_record_reach_the_caller(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a surrogate pair and an integer beyond 64 bits are JSON; the fast encoder refuses both."""
    odd: Any = {"half": "\ud83d", "huge": 2**70, "text": "åäö"}

    async def find(_gateway: Gateway, ref: Ref, _at: Path) -> Customer:
        return Customer(ref.global_id(), ref.connection_id, ref.native_id, "FORTNOX", native=odd)

    monkeypatch.setattr(Gateway, "customer", find)
    reply = await site.post('{ customer(by: { native: { connectionId: "c", nativeId: "n" } }) { native } }')

    assert (reply.status, json.loads(reply.body)) == (200, {"data": {"customer": {"native": odd}}})


@every_connector
async def test_printed_operation_works(name: str) -> None:
    async with open_site() as own_site:
        reply = await own_site.post(own_site.prepared.operations[name])
        payload = reply.json()["data"]["updateCustomer"]

        assert "errors" not in reply.json()
        assert payload["errors"] == []
        assert len(payload["changes"]) == 1
        assert payload["customer"]["id"]
        writes = [item for item in payload["requests"] if item["writes"]]
        assert len(writes) == 1
