"""A gateway with subscriptions that really listens, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from gql_gateway.serving import server_of

from ..http.tenants import Building
from .wire import PATIENCE


@dataclass
class Listening:
    server: uvicorn.Server
    origin: str
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            await self.serving


@asynccontextmanager
async def listening(building: Building) -> AsyncIterator[Listening]:
    """The building's application; its lifespan runs already."""
    app = building.app
    server = server_of(app, app.settings, app.leave)
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    found = Listening(server, f"http://127.0.0.1:{port}", serving)
    try:
        yield found
    finally:
        await found.stop()
        app.live.start()
