"""A whole gateway before the strict simulator: only the waiting is left out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.connectors.sage_accounting import CONNECTOR
from gql_gateway.gateway import Gateway, Gateways, Page, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.sandbox.sage_accounting import SageAccountingSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

SAGE = CONNECTOR()
FIXED, FREE = "fixed", "free"
Document = dict[str, Any]


class Unlimited(Limiter):
    """Lets every call out at once."""

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        return None


@dataclass
class Books:
    """The simulated businesses, and a gateway connected twice: fixed to one business, and to none."""

    sandbox: Sandbox
    simulator: SageAccountingSimulator
    store: ConnectionStore
    gateway: Gateway

    async def update(self, native_id: str, values: Document, *, company: str | None = None, **options: Any) -> Outcome:
        """Over the free connection where a company is named."""
        wants = options.pop("wants", Wants())
        ref = Ref(FIXED, native_id) if company is None else Ref(FREE, native_id, company or None)
        request = UpdateRequest(ref, "sage_accounting", typed_change(SAGE, values), **options)
        return await self.gateway.update(request, wants)

    async def customer(self, native_id: str) -> Customer:
        return await self.gateway.customer(Ref(FIXED, native_id))

    async def customers(
        self, offset: int = 0, limit: int = 25, needed: frozenset[str] = frozenset({"notes"}), **wanted: Any
    ) -> Page:
        return await self.gateway.customers(FIXED, None, ListFilter(**wanted), offset, limit, needed)

    async def connection(self) -> Connection:
        connection = await self.store.get(ConnectionKey("default", FIXED))
        assert connection is not None
        return connection

    async def expires_in(self, seconds: float) -> None:
        """Store when the access token ends."""
        known = await self.connection()
        credentials = known.credentials.replaced(expires_at=str(int(time.time() + seconds)))
        assert await self.store.store_credentials(known.key, credentials, generation=known.generation)

    def stored(self, native_id: str) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def seen(self) -> list[Document]:
        """Every request that the simulator received, in order."""
        return self.sandbox.requests("sage_accounting")

    def writes(self) -> list[str]:
        """The writes, in order: `PUT /contacts/6f1e…`."""
        return [f"{entry['method']} {entry['path'].removeprefix('/v3.1')}" for entry in self._writes()]

    def bodies(self) -> list[Any]:
        return [entry["body"] for entry in self._writes()]

    def refreshes(self) -> list[int]:
        """The answers to the exchanges of tokens."""
        return [entry["status"] for entry in self.seen() if entry["path"] == "/token"]

    def _writes(self) -> list[Document]:
        return [entry for entry in self.seen() if entry["method"] != "GET" and entry["path"] != "/token"]

    def fault(self, fault: str, times: int = 1, on: str = "PUT /v3.1/") -> None:
        self.sandbox.fault("sage_accounting", fault, times=times, on=on)


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    simulator = SageAccountingSimulator()
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
        gateway = Gateways({"sage_accounting": SAGE}, store, IdempotencyStore(database, box), outbound, keeper).of(
            "default"
        )
        base = sandbox.url("sage_accounting")
        for id, company in ((FIXED, simulator.company_id()), (FREE, None)):
            credentials = Credentials(simulator.credentials())
            token_url = simulator.token_url(base)
            await store.add(
                Connection(
                    id, "sage_accounting", credentials, company, base_url=base, token_url=token_url, tenant="default"
                )
            )
        yield Books(sandbox, simulator, store, gateway)
