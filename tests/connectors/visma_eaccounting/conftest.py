"""A whole gateway before the strict stand-in of Visma eAccounting: only the waiting is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.connectors.visma_eaccounting import CONNECTOR
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.visma_eaccounting import VismaEaccountingSimulator
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

VISMA = CONNECTOR()
ACME = "acme"
FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"


class WatchedStore(ConnectionStore):
    """A store that notes what was asked of the provider when credentials are stored."""

    def __init__(self, database: Database, sandbox: Sandbox) -> None:
        super().__init__(database, SecretBox.from_text(generate_key()))
        self.sandbox = sandbox
        self.stored_after: list[list[str]] = []

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        self.stored_after.append(calls_of(self.sandbox))
        await asyncio.sleep(0.02)
        return await super().store_credentials(key, credentials, generation=generation)


@dataclass
class Company:
    """The simulated company, and the gateway that is connected to it as `acme`."""

    sandbox: Sandbox
    simulator: VismaEaccountingSimulator
    store: WatchedStore
    gateway: Gateway

    async def update(
        self, values: dict[str, Any], native_id: str = FIRST, *, wants: Wants | None = None, **options: Any
    ) -> Outcome:
        request = UpdateRequest(Ref(ACME, native_id), "visma_eaccounting", typed_change(VISMA, values), **options)
        return await self.gateway.update(request, wants or Wants())

    async def customer(self, native_id: str = FIRST) -> Customer:
        return await self.gateway.customer(Ref(ACME, native_id))

    async def connection(self) -> Connection:
        connection = await self.store.get(ConnectionKey("default", ACME))
        assert connection is not None
        return connection

    def stored(self, native_id: str = FIRST) -> dict[str, Any]:
        return deepcopy(self.simulator.records[native_id])

    def named(self, name: str) -> str:
        """The id of a customer."""
        return next(id for id, record in self.simulator.records.items() if record["Name"] == name)

    def fault(self, fault: str, on: str = "PUT /v2/customers") -> None:
        self.sandbox.fault("visma_eaccounting", fault, on=on)

    def writes(self) -> list[dict[str, Any]]:
        return [entry for entry in self.sandbox.requests("visma_eaccounting") if entry["method"] == "PUT"]

    def calls(self) -> list[str]:
        """What the simulator was asked, in order: `GET /v2/companysettings 200`."""
        return calls_of(self.sandbox)


def calls_of(sandbox: Sandbox) -> list[str]:
    return [f"{item['method']} {item['path']} {item['status']}" for item in sandbox.requests("visma_eaccounting")]


NOTHING = Wants(customer=False, changes=False, warnings=False)


@pytest.fixture
def errors_only() -> Wants:
    return NOTHING


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    simulator = VismaEaccountingSimulator()
    simulator.rate_limit = None
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        outbound = await stack.enter_async_context(Outbound(Limiter()))
        database = Database("sqlite://")
        stack.push_async_callback(database.close)
        await database.migrate()
        store = WatchedStore(database, sandbox)

        async def nap(_seconds: float) -> None:
            await asyncio.sleep(0)

        keeper = TokenKeeper(store, outbound, sleep=nap)
        stack.push_async_callback(keeper.close)
        keys = IdempotencyStore(database, SecretBox.from_text(generate_key()))
        gateway = Gateways({"visma_eaccounting": VISMA}, store, keys, outbound, keeper).of("default")
        base = sandbox.url("visma_eaccounting")
        await store.add(
            Connection(
                ACME,
                "visma_eaccounting",
                Credentials(simulator.credentials()),
                base_url=base,
                token_url=simulator.token_url(base),
                tenant="default",
            )
        )
        yield Company(sandbox, simulator, store, gateway)
