"""Two tenants behind one gateway that authenticates its callers.

`alpha` and `beta` both have a connection `books`, in different systems; only alpha has `secret`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from gql_gateway.app import App
from gql_gateway.callers import api_keys
from gql_gateway.commands.sandbox import prepared
from gql_gateway.model.api_key import ApiKey
from gql_gateway.model.caller import ALL_SCOPES, Scope
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.connections import ConnectionStore

from .conftest import GRAPHQL, JSON, Reply, Site, started

ALPHA, BETA = "alpha", "beta"
NOWHERE = "nothin"
"""As long as `secret`, and the id of no connection at all."""
BOOKS = {ALPHA: "fortnox", BETA: "lexware_office"}


@dataclass
class Building:
    """`await building.post(BETA, "{ … }")`: asked by a caller of beta that may do everything."""

    site: Site
    sandbox: Sandbox
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> App:
        return self.site.app

    @property
    def store(self) -> ApiKeyStore:
        assert self.app.parts is not None
        return ApiKeyStore(self.app.parts.database)

    async def make_key(
        self, tenant: str, scopes: Collection[Scope] = ALL_SCOPES, life: timedelta | None = None
    ) -> tuple[str, ApiKey]:
        now = datetime.now(UTC)
        text, key = api_keys.create(tenant, frozenset(scopes), "test", now, now + life if life is not None else None)
        await self.store.add(key)
        return text, key

    async def post(
        self, tenant: str, query: str, variables: Mapping[str, Any] | None = None, accept: str = GRAPHQL
    ) -> Reply:
        return await self.send(self.keys[tenant], query, variables, accept)

    async def send(
        self, key: str, query: str, variables: Mapping[str, Any] | None = None, accept: str = GRAPHQL
    ) -> Reply:
        """With these credentials, whoever's they are."""
        headers = {"accept": accept, "content-type": JSON, "authorization": f"Bearer {key}"}
        return await self.site.ask("POST", headers=headers, body=orjson.dumps({"query": query, "variables": variables}))

    def calls(self) -> int:
        """How many requests the providers received so far."""
        return sum(len(self.sandbox.requests(name)) for name in self.sandbox.simulators)


@asynccontextmanager
async def open_building(
    folder: Path, *, schema: GatewaySchema | None = None, **settings: Any
) -> AsyncIterator[Building]:
    async with prepared("127.0.0.1", 0, 0) as ready:
        url = f"sqlite:///{folder / 'building.sqlite3'}"
        own = ready.app.settings.model_copy(update={"authentication": "required", "database_url": url, **settings})
        app = App(own, ready.app.box, schema=schema)
        async with started(app):
            building = Building(Site(app, ready), ready.sandbox)
            for name in BOOKS.values():
                simulator: Any = ready.sandbox.simulators[name]
                simulator.rate_limit = None
            assert app.parts is not None
            connections = ConnectionStore(app.parts.database, ready.app.box)
            for tenant, id, name in (
                (ALPHA, "books", BOOKS[ALPHA]),
                (BETA, "books", BOOKS[BETA]),
                (ALPHA, "secret", "fortnox"),
            ):
                await connections.add(_connection(tenant, id, name, ready.sandbox))
            for tenant in (ALPHA, BETA):
                building.keys[tenant], _ = await building.make_key(tenant)
            yield building


def _connection(tenant: str, id: str, name: str, sandbox: Sandbox) -> Connection:
    simulator = sandbox.simulators[name]
    base = sandbox.url(name)
    return Connection(
        id,
        name,
        Credentials(simulator.credentials()),
        simulator.company_id(),
        base,
        simulator.token_url(base),
        tenant=tenant,
    )
