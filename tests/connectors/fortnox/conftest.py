"""A whole gateway before the strict simulator: only the waiting is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from gql_gateway.connectors.fortnox import CONNECTOR
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.sandbox.fortnox import FortnoxSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

FORTNOX = CONNECTOR()
ACME = "acme"


class WatchedStore(ConnectionStore):
    """A store that notes what was asked of the provider when credentials are stored, and that may be out of order."""

    def __init__(self, database: Database, sandbox: Sandbox) -> None:
        super().__init__(database, SecretBox.from_text(generate_key()))
        self.sandbox = sandbox
        self.stored_after: list[list[str]] = []
        self.broken = False

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        if self.broken:
            raise OSError("the disk is full")
        self.stored_after.append(calls_of(self.sandbox))
        await asyncio.sleep(0.02)
        return await super().store_credentials(key, credentials, generation=generation)


@dataclass
class Company:
    """The simulated company, and the gateway that is connected to it as `acme`."""

    sandbox: Sandbox
    simulator: FortnoxSimulator
    store: WatchedStore
    gateway: Gateway
    naps: list[float] = field(default_factory=list)

    async def update(
        self, number: str, values: dict[str, Any], *, wants: Wants | None = None, **options: Any
    ) -> Outcome:
        request = UpdateRequest(Ref(ACME, number), "fortnox", typed_change(FORTNOX, values), **options)
        return await self.gateway.update(request, wants or Wants())

    async def customer(self, number: str) -> Customer:
        return await self.gateway.customer(Ref(ACME, number))

    async def connection(self) -> Connection:
        connection = await self.store.get(ConnectionKey("default", ACME))
        assert connection is not None
        return connection

    def stored(self, number: str) -> dict[str, Any]:
        return deepcopy(self.simulator.records[number])

    def calls(self) -> list[str]:
        """What the simulator was asked, in order: `PUT /3/customers/1001 200`."""
        return calls_of(self.sandbox)


def calls_of(sandbox: Sandbox) -> list[str]:
    return [f"{item['method']} {item['path']} {item['status']}" for item in sandbox.requests("fortnox")]


NOTHING = Wants(customer=False, changes=False, warnings=False)


@pytest.fixture
def errors_only() -> Wants:
    return NOTHING


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    simulator = FortnoxSimulator()
    simulator.rate_limit = None
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        outbound = await stack.enter_async_context(Outbound(Limiter()))
        database = Database("sqlite://")
        stack.push_async_callback(database.close)
        await database.migrate()
        store = WatchedStore(database, sandbox)
        naps: list[float] = []

        async def nap(seconds: float) -> None:
            naps.append(seconds)
            await asyncio.sleep(0)

        keeper = TokenKeeper(store, outbound, sleep=nap)
        stack.push_async_callback(keeper.close)
        keys = IdempotencyStore(database, SecretBox.from_text(generate_key()))
        gateway = Gateways({"fortnox": FORTNOX}, store, keys, outbound, keeper).of("default")
        base = sandbox.url("fortnox")
        await store.add(
            Connection(
                ACME,
                "fortnox",
                Credentials(simulator.credentials()),
                base_url=base,
                token_url=simulator.token_url(base),
                tenant="default",
            )
        )
        yield Company(sandbox, simulator, store, gateway, naps)
