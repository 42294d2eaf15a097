"""The gateway and the strict stand-in of BookMore, joined over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gql_gateway.connectors.bookmore import CONNECTOR
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.sandbox.bookmore import BookmoreSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.idempotency import Begun
from tests.support.changes import typed_change

TOKEN = "/realms/bookmore-admin/protocol/openid-connect/token"
FIRST = "6f1b2a7e-1d0c-4c8e-9a44-3a5e0b6c9d77"


class Store:
    """The one stored connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def get(self, key: ConnectionKey) -> Connection | None:
        return self.connection if key == self.connection.key else None

    async def all(self, tenant: str) -> list[Connection]:
        return [self.connection]

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        if generation != self.connection.generation:
            return None
        self.connection = replace(self.connection, credentials=credentials, generation=generation + 1)
        return self.connection

    async def mark(self, key: ConnectionKey, status: str, reason: str | None, *, generation: int | None) -> bool:
        self.connection = replace(self.connection, status=status, status_reason=reason)
        return True


class NoKeys:
    """No test here gives an idempotency key."""

    async def begin(self, connection: ConnectionKey, key: str, fingerprint: str) -> Begun:
        raise NotImplementedError

    async def finish(self, connection: ConnectionKey, key: str, owner: str, result: bytes) -> bool:
        raise NotImplementedError

    async def forget(self, connection: ConnectionKey, key: str, owner: str) -> bool:
        raise NotImplementedError


@dataclass
class Books:
    """BookMore as a test sees it: from inside, and through the gateway."""

    sandbox: Sandbox
    simulator: BookmoreSimulator
    store: Store
    gateway: Gateway

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        return self.simulator.records

    def connect(self, company_id: str | None = None, **credentials: str | None) -> None:
        """Replace the connection; a credential given as `None` is left out."""
        known = {**self.simulator.credentials(), **credentials}
        url = self.sandbox.url("bookmore")
        self.store.connection = Connection(
            "books",
            "bookmore",
            Credentials({name: value for name, value in known.items() if value is not None}),
            company_id,
            url,
            url + TOKEN,
            tenant="default",
        )

    async def update(
        self, change: Mapping[str, Any], native_id: str = FIRST, company_id: str | None = None, **how: Any
    ) -> Outcome:
        value = typed_change(self.gateway.connectors["bookmore"], change)
        ref = Ref("books", native_id, company_id)
        return await self.gateway.update(UpdateRequest(ref, "bookmore", value, **how), Wants())

    async def read(self, native_id: str = FIRST) -> Customer:
        return await self.gateway.customer(Ref("books", native_id))

    def writes(self) -> list[dict[str, Any]]:
        return [entry for entry in self.sandbox.requests("bookmore") if entry["method"] == "PUT"]

    def token_requests(self) -> int:
        return sum(entry["path"] == TOKEN for entry in self.sandbox.requests("bookmore"))


@asynccontextmanager
async def open_books() -> AsyncIterator[Books]:
    simulator = BookmoreSimulator()
    async with Sandbox([simulator]) as sandbox, Outbound(Limiter()) as outbound:
        store = Store(Connection("books", "bookmore", Credentials({}), tenant="default"))
        keeper = TokenKeeper(store, outbound)
        books = Books(
            sandbox,
            simulator,
            store,
            Gateways({"bookmore": CONNECTOR()}, store, NoKeys(), outbound, keeper).of("default"),
        )
        books.connect(simulator.company_id())
        yield books


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    async with open_books() as opened:
        yield opened
