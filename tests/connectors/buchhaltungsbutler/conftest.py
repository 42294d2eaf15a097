"""The gateway and the strict stand-in of BuchhaltungsButler, joined over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gql_gateway.connectors.buchhaltungsbutler import CONNECTOR
from gql_gateway.connectors.run import Outcome, Patience, Wants
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.sandbox.buchhaltungsbutler import BuchhaltungsbutlerSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.idempotency import Begun
from tests.support.changes import typed_change

UPDATE = "/api/v1/settings/update/debtor"
LIST = "/api/v1/settings/get/debtors"
FIRST = "10021"


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
        raise NotImplementedError

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
    """BuchhaltungsButler as a test sees it: from inside, and through the gateway. `bodies` are what really came in."""

    sandbox: Sandbox
    simulator: BuchhaltungsbutlerSimulator
    store: Store
    gateway: Gateway
    bodies: list[tuple[str, dict[str, Any]]]

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        return self.simulator.records

    def connect(self, **credentials: str) -> None:
        """Replace the connection."""
        known = Credentials({**self.simulator.credentials(), **credentials})
        url = self.sandbox.url("buchhaltungsbutler")
        self.store.connection = Connection("books", "buchhaltungsbutler", known, None, url, tenant="default")

    async def update(self, change: Mapping[str, Any], native_id: str = FIRST, **how: Any) -> Outcome:
        value = typed_change(self.gateway.connectors["buchhaltungsbutler"], change)
        return await self.gateway.update(
            UpdateRequest(Ref("books", native_id), "buchhaltungsbutler", value, **how), Wants()
        )

    async def read(self, native_id: str = FIRST) -> Customer:
        return await self.gateway.customer(Ref("books", native_id))

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        return [entry for entry in self.sandbox.requests("buchhaltungsbutler") if path in entry["path"]]

    def writes(self) -> list[dict[str, Any]]:
        """The bodies of the updates received, without the API key."""
        return [
            {name: value for name, value in entry["body"].items() if name != "api_key"}
            for entry in self.requests(UPDATE)
        ]


class Listening(Outbound):
    """Takes down the bodies as they leave, which the sandbox shows without their secrets only."""

    def __init__(self, bodies: list[tuple[str, dict[str, Any]]]) -> None:
        super().__init__(Limiter())
        self.bodies = bodies

    async def send(self, base_url: str, call: Any, **how: Any) -> Any:
        self.bodies.append((call.path, call.body))
        return await super().send(base_url, call, **how)


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    simulator, bodies = BuchhaltungsbutlerSimulator(), []  # type: ignore[var-annotated]
    async with Sandbox([simulator]) as sandbox, Listening(bodies) as outbound:
        store = Store(Connection("books", "buchhaltungsbutler", Credentials({}), tenant="default"))
        keeper = TokenKeeper(store, outbound)
        gateway = Gateways(
            {"buchhaltungsbutler": CONNECTOR()}, store, NoKeys(), outbound, keeper, patience=Patience((0.0,), (0.0,))
        ).of("default")
        books = Books(sandbox, simulator, store, gateway, bodies)
        books.connect()
        yield books
