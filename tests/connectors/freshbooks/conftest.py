"""A whole gateway before the strict simulator: only the waiting is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.freshbooks import CONNECTOR
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.gateway import Gateway, Gateways, Page, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.sandbox.freshbooks import FreshbooksSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

FRESHBOOKS = CONNECTOR()
FIXED, FREE = "fixed", "free"
Document = dict[str, Any]


class Unlimited(Limiter):
    """Lets every call out at once."""

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        return None


@dataclass
class Books:
    """The simulated accounts, and a gateway connected twice: fixed to the home account, and to none."""

    sandbox: Sandbox
    simulator: FreshbooksSimulator
    store: ConnectionStore
    gateway: Gateway

    async def update(self, native_id: str, values: Document, *, company: str | None = None, **options: Any) -> Outcome:
        """Over the free connection where a company is named."""
        wants = options.pop("wants", Wants())
        ref = Ref(FIXED, native_id) if company is None else Ref(FREE, native_id, company or None)
        request = UpdateRequest(ref, "freshbooks", typed_change(FRESHBOOKS, values), **options)
        return await self.gateway.update(request, wants)

    async def customer(self, native_id: str) -> Customer:
        return await self.gateway.customer(Ref(FIXED, native_id))

    async def customers(self, offset: int = 0, limit: int = 25, **wanted: Any) -> Page:
        return await self.gateway.customers(FIXED, None, ListFilter(**wanted), offset, limit, frozenset({"notes"}))

    async def forget(self, *names: str) -> None:
        """Store the fixed connection without some of its credentials."""
        connection = await self.store.get(ConnectionKey("default", FIXED))
        assert connection is not None
        kept = Credentials({name: value for name, value in connection.credentials.items() if name not in names})
        assert await self.store.store_credentials(
            ConnectionKey("default", FIXED), kept, generation=connection.generation
        )

    def stored(self, native_id: str) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def calls(self) -> list[str]:
        """What the simulator was asked, in order: `PUT 778899 200`."""
        return [
            f"{entry['method']} {entry['path'].rpartition('/')[2]} {entry['status']}"
            for entry in self.sandbox.requests("freshbooks")
        ]

    def bodies(self) -> list[Any]:
        return [entry["body"] for entry in self.sandbox.requests("freshbooks") if entry["method"] == "PUT"]

    def fault(self, fault: str, times: int = 1, on: str = "PUT /accounting/") -> None:
        self.sandbox.fault("freshbooks", fault, times=times, on=on)


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    simulator = FreshbooksSimulator()
    simulator.rate_limit = None
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        outbound = await stack.enter_async_context(Outbound(Unlimited()))
        database = Database("sqlite://")
        stack.push_async_callback(database.close)
        await database.migrate()
        box = SecretBox.from_text(generate_key())
        store = ConnectionStore(database, box)

        async def nap(_seconds: float) -> None:
            await asyncio.sleep(0)

        keeper = TokenKeeper(store, outbound, sleep=nap)
        stack.push_async_callback(keeper.close)
        gateway = Gateways({"freshbooks": FRESHBOOKS}, store, IdempotencyStore(database, box), outbound, keeper).of(
            "default"
        )
        base = sandbox.url("freshbooks")
        for id, company in ((FIXED, simulator.company_id()), (FREE, None)):
            credentials = Credentials(simulator.credentials())
            token_url = simulator.token_url(base)
            await store.add(
                Connection(id, "freshbooks", credentials, company, base_url=base, token_url=token_url, tenant="default")
            )
        yield Books(sandbox, simulator, store, gateway)
