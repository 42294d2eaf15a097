"""A connection to the strict simulator, with everything between it and the connector real but the waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from gql_gateway.connectors.lexware_office import CONNECTOR
from gql_gateway.connectors.run import Outcome, Runner
from gql_gateway.connectors.session import Session
from gql_gateway.fields.change import Change, read_change
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.outbound.retry import RepeatBudget
from gql_gateway.sandbox.lexware_office import LexwareOfficeSimulator
from gql_gateway.sandbox.lexware_office.seeds import contact_id
from gql_gateway.sandbox.server import Sandbox
from tests.support.changes import typed_change

Document = dict[str, Any]


class Unlimited(Limiter):
    """Lets every call out at once."""

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        return None


@dataclass
class Office:
    """The simulator, and runners that talk to it."""

    sandbox: Sandbox
    simulator: LexwareOfficeSimulator
    outbound: Outbound
    naps: list[float] = field(default_factory=list)
    connector: CONNECTOR = field(default_factory=CONNECTOR)

    def runner(self, *, seconds: float = 20.0, **credentials: str) -> Runner:
        """A runner for one operation, which has so many seconds."""
        connection = Connection(
            "office",
            "lexware_office",
            Credentials({**self.simulator.credentials(), **credentials}),
            base_url=self.sandbox.url("lexware_office"),
            tenant="default",
        )
        # Nothing is ever refreshed: the connector has no token endpoint.
        keeper = cast(TokenKeeper, None)
        session = Session(connection, self.connector, self.outbound, keeper, time.monotonic() + seconds, RepeatBudget())
        return Runner(self.connector, session, sleep=self.nap)

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        await asyncio.sleep(0)

    def change(self, values: Document) -> Change:
        return read_change(self.connector.table, typed_change(self.connector, values), ("change", "lexwareOffice"))

    async def update(self, key: str, values: Document, **options: Any) -> Outcome:
        return await self.runner().update(ref(key), self.change(values), **options)

    def stored(self, key: str) -> Document:
        return deepcopy(self.simulator.records[contact_id(key)])

    def methods(self) -> list[str]:
        return [request["method"] for request in self.sandbox.requests("lexware_office")]

    def fault(self, fault: str, times: int = 1, on: str = "PUT /v1/contacts/") -> None:
        self.sandbox.fault("lexware_office", fault, times=times, on=on)


def ref(key: str) -> Ref:
    return Ref("office", contact_id(key))


@pytest.fixture
def limiter() -> Limiter:
    return Unlimited()


@pytest.fixture
async def office(limiter: Limiter) -> AsyncIterator[Office]:
    simulator = LexwareOfficeSimulator()
    if isinstance(limiter, Unlimited):
        simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox, Outbound(limiter) as outbound:
        yield Office(sandbox, simulator, outbound)


@pytest.fixture
def refer() -> Callable[[str], Ref]:
    """The ref of a seeded contact, by its key in the simulator's seeds."""
    return ref
