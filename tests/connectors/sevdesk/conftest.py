"""A connection to the strict simulator, with everything between it and the connector real but the waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from gql_gateway.connectors.run import Outcome, Runner
from gql_gateway.connectors.session import Session
from gql_gateway.connectors.sevdesk import CONNECTOR
from gql_gateway.fields.change import Change, read_change
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.outbound.retry import RepeatBudget
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.sevdesk import SevdeskSimulator
from tests.support.changes import typed_change

Document = dict[str, Any]


class Unlimited(Limiter):
    """Lets every call out at once."""

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        return None


@dataclass
class Account:
    """The simulated account, and runners that talk to it."""

    sandbox: Sandbox
    simulator: SevdeskSimulator
    outbound: Outbound
    naps: list[float] = field(default_factory=list)
    connector: CONNECTOR = field(default_factory=CONNECTOR)

    @property
    def connection(self) -> Connection:
        credentials = Credentials(self.simulator.credentials())
        return Connection("account", "sevdesk", credentials, base_url=self.sandbox.url("sevdesk"), tenant="default")

    def runner(self, connection: Connection | None = None) -> Runner:
        """A runner for one operation."""
        # Nothing is ever refreshed: the connector has no token endpoint.
        keeper = cast(TokenKeeper, None)
        deadline = time.monotonic() + 20.0
        session = Session(
            connection or self.connection, self.connector, self.outbound, keeper, deadline, RepeatBudget()
        )
        return Runner(self.connector, session, sleep=self.nap)

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        await asyncio.sleep(0)

    def change(self, values: Document) -> Change:
        return read_change(self.connector.table, typed_change(self.connector, values), ("change", "sevdesk"))

    async def update(self, native_id: str, values: Document, **options: Any) -> Outcome:
        return await self.runner().update(Ref("account", native_id), self.change(values), **options)

    async def customer(self, native_id: str) -> Customer:
        ref = Ref("account", native_id)
        return self.connector.parse(await self.runner().read(ref), ref)

    def stored(self, native_id: str) -> Document:
        return deepcopy(self.simulator.records[native_id])

    def calls(self) -> list[str]:
        """The writes that were received, in order: `PUT /Contact/88120417`."""
        return [
            f"{entry['method']} {entry['path'].removeprefix('/api/v1')}"
            for entry in self.sandbox.requests("sevdesk")
            if entry["method"] != "GET"
        ]

    def bodies(self) -> list[Any]:
        return [entry["body"] for entry in self.sandbox.requests("sevdesk") if entry["method"] != "GET"]

    def fault(self, fault: str, on: str, times: int = 1) -> None:
        self.sandbox.fault("sevdesk", fault, times=times, on=on)


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    simulator = SevdeskSimulator()
    simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox, Outbound(Unlimited()) as outbound:
        yield Account(sandbox, simulator, outbound)
