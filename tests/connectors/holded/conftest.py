"""The gateway and the strict stand-in of Holded, joined over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.holded import CONNECTOR
from gql_gateway.connectors.run import Outcome, Patience, Wants
from gql_gateway.gateway import Gateway, Gateways, Page, UpdateRequest
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.sandbox.holded import HoldedSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

HOLDED = CONNECTOR()
BOOKS, SUCCESSOR = "books", "successor"
Document = dict[str, Any]


@dataclass
class Company:
    """The simulated company, and the gateway that is connected to it: as `books`, and as one that asks for v2."""

    sandbox: Sandbox
    simulator: HoldedSimulator
    gateway: Gateway

    async def update(
        self, native_id: str, change: Mapping[str, Any], connection: str = BOOKS, company: str | None = None, **how: Any
    ) -> Outcome:
        request = UpdateRequest(Ref(connection, native_id, company), "holded", typed_change(HOLDED, change), **how)
        return await self.gateway.update(request, Wants())

    async def customer(self, native_id: str, connection: str = BOOKS, company: str | None = None) -> Customer:
        return await self.gateway.customer(Ref(connection, native_id, company))

    async def customers(self, offset: int = 0, limit: int = 25, connection: str = BOOKS, **wanted: Any) -> Page:
        return await self.gateway.customers(connection, None, ListFilter(**wanted), offset, limit, frozenset())

    def stored(self, native_id: str) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def calls(self) -> list[str]:
        """What the simulator was asked, in order: `PUT 64b7… 200`."""
        entries = self.sandbox.requests("holded")
        return [f"{entry['method']} {entry['path'].rpartition('/')[2]} {entry['status']}" for entry in entries]

    def bodies(self) -> list[Any]:
        return [entry["body"] for entry in self.sandbox.requests("holded") if entry["method"] == "PUT"]


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    simulator = HoldedSimulator()
    simulator.rate_limit = None
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        outbound = await stack.enter_async_context(Outbound(Limiter()))
        database = Database("sqlite://")
        stack.push_async_callback(database.close)
        await database.migrate()
        box = SecretBox.from_text(generate_key())
        store = ConnectionStore(database, box)
        known = simulator.credentials()
        for id, more in ((BOOKS, {}), (SUCCESSOR, {"api_version": "v2"})):
            credentials = Credentials({**known, **more})
            await store.add(Connection(id, "holded", credentials, base_url=sandbox.url("holded"), tenant="default"))
        keeper = TokenKeeper(store, outbound)
        stack.push_async_callback(keeper.close)
        keys = IdempotencyStore(database, box)
        patience = Patience((0.0,), (0.0,))
        yield Company(
            sandbox,
            simulator,
            Gateways({"holded": HOLDED}, store, keys, outbound, keeper, patience=patience).of("default"),
        )
