"""Credentials tried out before anything is stored: the companies that they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..connectors.base import Connector
from ..connectors.run import Runner
from ..connectors.session import Session
from ..gateway import Gateways
from ..model.connection import Connection, ConnectionKey, Credentials
from ..model.customer import Company
from ..oauth.tokens import TokenKeeper
from ..outbound.retry import RepeatBudget


@dataclass(slots=True)
class _OnlyOne:
    """A store of one connection, for as long as it is tried out: a password is exchanged for a token meanwhile."""

    connection: Connection

    async def get(self, key: ConnectionKey) -> Connection | None:
        return self.connection

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        self.connection = replace(self.connection, credentials=credentials, generation=generation + 1)
        return self.connection

    async def mark(
        self, key: ConnectionKey, status: str, reason: str | None = None, *, generation: int | None = None
    ) -> bool:
        return True


async def reachable_companies(
    shared: Gateways, connector: Connector, connection: Connection
) -> tuple[Credentials, Sequence[Company]]:
    """The credentials as they are afterwards, and the companies. Raises `GatewayError` when they do not work."""
    store = _OnlyOne(connection)
    keeper = TokenKeeper(store, shared.outbound)
    deadline = shared.clock() + shared.deadline
    session = Session(connection, connector, shared.outbound, keeper, deadline, RepeatBudget())
    try:
        companies = await Runner(connector, session).converse(connector.companies(connection))
    finally:
        await keeper.close()
    return store.connection.credentials, companies
