"""`gql-gateway serve` twice on one PostgreSQL, once on SQLite: one refresh for all, and no death that nobody notices.

Nothing inside the servers is altered: callers have API keys, and what holds a server still for its SIGKILL is the
provider or the database. Half a minute on each database, most of it the pace that Fortnox sets and servers that start.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest

from gql_gateway.callers import api_keys
from gql_gateway.model.caller import Scope
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.sandbox.fortnox import FortnoxSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.e2e.processes import Process, command

ROUNDS = int(os.environ.get("REFRESH_ROUNDS", "2"))
DEATHS = max(1, ROUNDS // 5)
"""At each point, on each database. `REFRESH_ROUNDS=100` is for a quiet hour."""
PATIENCE = 60.0
TOKEN = "POST /oauth-v1/token"
UPDATE = "mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors { code } } }"


@dataclass
class Server:
    """`gql-gateway serve`, and a caller with an API key."""

    process: Process
    key: str
    origin: str

    async def update(self, connection_id: str, ids: Sequence[str], notes: str) -> list[Any]:
        """What became of each: the codes of its errors, or the exception of a connection that was cut."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        async with aiohttp.ClientSession(self.origin, headers=headers) as session:

            async def one(native_id: str) -> list[str]:
                customer = {"native": {"connectionId": connection_id, "nativeId": native_id}}
                given = {"customer": customer, "change": {"fortnox": {"notes": notes}}}
                asked = {"query": UPDATE, "variables": {"input": given}}
                async with session.post("/graphql", json=asked) as answer:
                    body = await answer.json()
                    assert answer.status == 200, body
                return [error["code"] for error in body["data"]["updateCustomer"]["errors"]]

            return await asyncio.gather(*map(one, ids), return_exceptions=True)


@dataclass
class Scene:
    """A provider whose refresh tokens are good once, and the servers that share a database before it."""

    sandbox: Sandbox
    simulator: FortnoxSimulator
    database: Database
    store: ConnectionStore
    env: dict[str, str]
    key: str
    folder: Path
    stack: AsyncExitStack
    started: int = field(default=0)

    async def serve(self) -> Server:
        self.started += 1
        folder = self.folder / f"server-{self.started}"
        process = self.stack.enter_context(command(folder, "serve", env=self.env))
        await asyncio.to_thread(process.wait_for, "Application startup complete", where="err")
        found = re.search(r'"port": ?(\d+)', process.err)
        assert found, process.err
        return Server(process, self.key, f"http://127.0.0.1:{found[1]}")

    async def connect(self, id: str, **more: str) -> ConnectionKey:
        url = self.sandbox.url("fortnox")
        credentials = Credentials({**self.simulator.credentials(), **more})
        token_url = self.simulator.token_url(url)
        made = await self.store.add(
            Connection(id, "fortnox", credentials, base_url=url, token_url=token_url, tenant="default")
        )
        return made.key

    async def stored(self, key: ConnectionKey) -> Connection:
        connection = await self.store.get(key)
        assert connection is not None
        return connection

    def refreshes(self, *, answered: bool = False) -> int:
        entries = [entry for entry in self.sandbox.requests("fortnox") if entry["path"] == "/oauth-v1/token"]
        return sum(entry["status"] == 200 for entry in entries) if answered else len(entries)

    def forget(self) -> None:
        self.sandbox.mounts["fortnox"].log.clear()
        self.sandbox.mounts["fortnox"].faults.clear()


@pytest.fixture
async def scene(shared_database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    simulator, keys = FortnoxSimulator(), generate_key()
    simulator.rate_limit = None
    database = Database(shared_database_url)
    await database.migrate()
    store = ConnectionStore(database, SecretBox.from_text(keys))
    scopes = frozenset({Scope.READ, Scope.WRITE})
    text, key = api_keys.create("default", scopes, "", datetime.now(UTC))
    await ApiKeyStore(database).add(key)
    env = {"GATEWAY_SECRET_KEYS": keys, "GATEWAY_DATABASE_URL": shared_database_url, "GATEWAY_PORT": "0"}
    # At the pace that Fortnox sets one server needs twenty seconds for fifty updates of two calls each.
    env |= {"GATEWAY_DEADLINE": "90", "GATEWAY_REQUEST_DEADLINE": "120", "GATEWAY_SHUTDOWN_GRACE": "95"}
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox([simulator]))
        yield Scene(sandbox, simulator, database, store, env, text, tmp_path, stack)
    await database.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 (nothing tells from outside)
            await asyncio.sleep(0.02)


async def test_fifty_updates_through_servers_refresh_once(scene: Scene) -> None:
    """In turn the provider refuses the token, or its time is over."""
    key = await scene.connect("books")
    ids = list(scene.simulator.records)[:25]
    servers = [await scene.serve() for _ in range(2 if scene.database.is_postgresql else 1)]
    for at in range(ROUNDS):
        if at % 2:
            now = await scene.stored(key)
            ended = now.credentials.replaced(expires_at="1")
            assert await scene.store.store_credentials(key, ended, generation=now.generation)
        scene.simulator.expire_tokens()
        scene.forget()
        # Each customer twice, at two servers where there are two.
        both = (servers[0], servers[-1])
        found = await asyncio.gather(*(server.update("books", ids, f"Round {at}") for server in both))
        assert [outcome for outcomes in found for outcome in outcomes] == [[]] * 50, f"round {at}"
        assert scene.refreshes() == 1, f"round {at}"
        assert {scene.simulator.records[native_id]["Comments"] for native_id in ids} == {f"Round {at}"}
    for server in servers:
        assert await asyncio.to_thread(server.process.terminate) == 0


@dataclass(frozen=True)
class Point:
    """Where a server dies. `fault` holds it there, or `blocked` does; `alive`: what is stored then is still good."""

    name: str
    alive: bool
    fault: str | None = None
    on: str = TOKEN
    blocked: str | None = None


POINTS = (
    Point("waiting for its turn", True, blocked="turn"),
    Point("asking", True, "timeout_before"),
    Point("taken, not answered", False, "timeout_after"),
    Point("half an answer", False, "slow_body"),
    Point("answered, not stored", False, blocked="rows"),
    Point("stored, not used", True, "timeout_before", on="PUT /3/customers"),
)


@asynccontextmanager
async def held(scene: Scene, point: Point, key: ConnectionKey) -> AsyncIterator[None]:
    """Meanwhile no server gets beyond the point."""
    async with AsyncExitStack() as stack:
        if point.fault:
            scene.sandbox.fault("fortnox", point.fault, on=point.on, times=100)
            stack.callback(scene.sandbox.mounts["fortnox"].faults.clear)
        elif point.blocked == "turn":
            await stack.enter_async_context(alone_in(scene.database)(key.text()))
        elif scene.database.is_postgresql:
            url = scene.env["GATEWAY_DATABASE_URL"]
            rows = await asyncpg.connect(url)
            stack.push_async_callback(rows.close)
            await rows.execute("BEGIN")
            await rows.execute("SELECT 1 FROM connections FOR UPDATE")
        else:
            file = sqlite3.connect(str(scene.database.path), isolation_level=None)
            stack.callback(file.close)
            file.execute("BEGIN IMMEDIATE")
        yield


async def is_there(scene: Scene, point: Point, key: ConnectionKey, generation: int) -> bool:
    """Whether the server has come to the point, as far as that can be seen from outside."""
    if point.blocked == "turn":
        # It cannot: a death on its way there leaves the same behind.
        await asyncio.sleep(0.5)
        return True
    if point.on != TOKEN:
        return (await scene.stored(key)).generation > generation
    return scene.refreshes(answered=point.blocked == "rows") > 0


async def test_a_server_that_dies_in_a_refresh_leaves_it_alive_or_says_reauthorize(scene: Scene) -> None:
    ids = list(scene.simulator.records)[:5]
    victim = await scene.serve()
    for point in POINTS:
        for at in range(DEATHS):
            scene.simulator.reset()
            scene.simulator.rate_limit = None
            where = f"{point.name}, {at}"
            key = await scene.connect(f"{point.name}-{at}".replace(" ", "-").replace(",", ""), expires_at="1")
            generation = (await scene.stored(key)).generation
            scene.simulator.expire_tokens()
            scene.forget()
            # On PostgreSQL another server lives on meanwhile, on SQLite the next one starts when this one is dead.
            other = await scene.serve() if scene.database.is_postgresql else None
            async with held(scene, point, key):
                dying = asyncio.create_task(victim.update(key.id, ids, "from the dead"))
                await until(lambda: is_there(scene, point, key, generation))  # noqa: B023 (awaited right here)
                assert await asyncio.to_thread(victim.process.terminate, signal.SIGKILL) == -signal.SIGKILL
                assert all(isinstance(outcome, aiohttp.ClientError) for outcome in await dying), where
            given = scene.refreshes(answered=True)

            survivor = other or await scene.serve()
            found = await survivor.update(key.id, ids, "from the living")
            status = (await scene.stored(key)).status
            if point.alive:
                assert (found, status) == ([[]] * 5, "ready"), where
                assert scene.refreshes(answered=True) == 1, where
                assert {scene.simulator.records[id]["Comments"] for id in ids} == {"from the living"}, where
            else:
                assert (found, status) == ([["REAUTHORIZE"]] * 5, "reauthorize"), where
                assert scene.refreshes(answered=True) == given, where
            # And that is that: nobody asks again and again.
            asked = scene.refreshes()
            assert await survivor.update(key.id, ids, "from the living") == found, where
            assert scene.refreshes() == asked, where
            victim = survivor
    assert await asyncio.to_thread(victim.process.terminate) == 0
