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
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.connectors.twinfield import CONNECTOR
from gql_gateway.gateway import Gateway, Gateways, Page, UpdateRequest
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.twinfield import TwinfieldSimulator
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change

TWINFIELD = CONNECTOR()
FIXED, FREE = "fixed", "free"
VALIDATION = "/auth/authentication/connect/accesstokenvalidation"
Document = dict[str, Any]


class Choosy(Limiter):
    """Lets every call out at once, unless `limited`."""

    limited = False

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        if self.limited:
            await super().acquire(key, rates, deadline)


class Listening(Outbound):
    """Takes down what leaves, which the sandbox shows without its secrets only."""

    def __init__(self, limiter: Limiter) -> None:
        super().__init__(limiter)
        self.sent: list[Call] = []

    async def send(self, base_url: str, call: Call, **how: Any) -> Answer:
        self.sent.append(call)
        return await super().send(base_url, call, **how)


@dataclass
class Books:
    """The simulated offices, and a gateway connected twice: fixed to one office, and to none."""

    sandbox: Sandbox
    simulator: TwinfieldSimulator
    store: ConnectionStore
    gateway: Gateway
    outbound: Listening
    limiter: Choosy

    async def update(self, native_id: str, values: Document, *, company: str | None = None, **options: Any) -> Outcome:
        """Over the free connection where a company is named."""
        wants = options.pop("wants", Wants())
        ref = Ref(FIXED, native_id) if company is None else Ref(FREE, native_id, company or None)
        request = UpdateRequest(ref, "twinfield", typed_change(TWINFIELD, values), **options)
        return await self.gateway.update(request, wants)

    async def customer(self, native_id: str) -> Customer:
        return await self.gateway.customer(Ref(FIXED, native_id))

    async def customers(self, offset: int = 0, limit: int = 25, **wanted: Any) -> Page:
        return await self.gateway.customers(FIXED, None, ListFilter(**wanted), offset, limit, frozenset({"number"}))

    def stored(self, native_id: str) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def requests(self) -> list[Document]:
        return self.sandbox.requests("twinfield")

    def asked(self, path: str) -> int:
        """How often something was asked at a path."""
        return sum(entry["path"].endswith(path) for entry in self.requests())

    def writes(self) -> list[Document]:
        return [
            entry
            for entry in self.requests()
            if self.simulator.writes(entry["method"], entry["path"], entry["body"]) and entry["path"] != VALIDATION
        ]


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    simulator = TwinfieldSimulator()
    simulator.rate_limit = None
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        limiter = Choosy()
        outbound = Listening(limiter)
        await stack.enter_async_context(outbound)
        database = Database("sqlite://")
        stack.push_async_callback(database.close)
        await database.migrate()
        box = SecretBox.from_text(generate_key())
        store = ConnectionStore(database, box)

        async def nap(_seconds: float) -> None:
            await asyncio.sleep(0)

        keeper = TokenKeeper(store, outbound, sleep=nap)
        stack.push_async_callback(keeper.close)
        gateway = Gateways({"twinfield": TWINFIELD}, store, IdempotencyStore(database, box), outbound, keeper).of(
            "default"
        )
        base = sandbox.url("twinfield")
        for id, company in ((FIXED, simulator.company_id()), (FREE, None)):
            credentials = Credentials(simulator.credentials())
            token_url = simulator.token_url(base)
            await store.add(
                Connection(id, "twinfield", credentials, company, base_url=base, token_url=token_url, tenant="default")
            )
        yield Books(sandbox, simulator, store, gateway, outbound, limiter)
