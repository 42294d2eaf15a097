"""Two processes, one database, one expired token: one refresh. Who dies in the middle leaves no silent corpse."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.sandbox.fortnox import FortnoxSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.refresher import POINTS, Refresher, Told

ROUNDS = int(os.environ.get("REFRESH_ROUNDS", "20"))
DEATHS = max(1, ROUNDS // 5)
"""On each database, the deaths at each point. `REFRESH_ROUNDS=100` is for a quiet hour."""
TOKEN = "POST /oauth-v1/token"


@dataclass
class Scene:
    """A provider whose refresh tokens are good once, and the database that the processes share."""

    sandbox: Sandbox
    simulator: FortnoxSimulator
    store: ConnectionStore
    database_url: str
    keys: str

    def process(self, dies: str | None = None) -> Refresher:
        return Refresher(self.database_url, self.keys, dies)

    async def connect(self, id: str) -> None:
        url = self.sandbox.url("fortnox")
        credentials = Credentials(self.simulator.credentials())
        token_url = self.simulator.token_url(url)
        await self.store.add(
            Connection(id, "fortnox", credentials, base_url=url, token_url=token_url, tenant="default")
        )

    def expire(self) -> None:
        self.simulator.expire_tokens()
        self.sandbox.mounts["fortnox"].log.clear()

    def refreshes(self) -> int:
        return sum(entry["path"] == "/oauth-v1/token" for entry in self.sandbox.requests("fortnox"))

    async def status(self, id: str) -> str:
        connection = await self.store.get(ConnectionKey("default", id))
        assert connection is not None
        return connection.status


@pytest.fixture
async def scene(shared_database_url: str) -> AsyncIterator[Scene]:
    simulator = FortnoxSimulator()
    simulator.rate_limit = None
    keys = generate_key()
    database = Database(shared_database_url)
    await database.migrate()
    store = ConnectionStore(database, SecretBox.from_text(keys))
    async with Sandbox([simulator]) as sandbox:
        yield Scene(sandbox, simulator, store, shared_database_url, keys)
    await database.close()


async def test_fifty_updates_in_two_processes_refresh_once(scene: Scene) -> None:
    await scene.connect("books")
    two = [scene.process(), scene.process()]
    ids = list(scene.simulator.records)[:25]
    for at in range(ROUNDS):
        scene.expire()
        for process in two:
            process.tell(Told("books", ids, {"notes": f"Round {at}"}))
        found = [outcome for process in two for outcome in await process.outcomes() or [["died"]]]
        assert found == [[]] * 50, f"round {at}"
        assert scene.refreshes() == 1, f"round {at}"
        assert {scene.simulator.records[native_id]["Comments"] for native_id in ids} == {f"Round {at}"}
    assert [await process.stop() for process in two] == [0, 0]


# What a dead process took with it can only be told by asking the provider, once.
ALIVE = {"before asking", "after the commit"}


@pytest.mark.parametrize("point", POINTS)
async def test_a_death_in_a_refresh_leaves_it_alive_or_says_reauthorize(scene: Scene, point: str) -> None:
    ids = list(scene.simulator.records)[:5]
    survivor = scene.process()
    for at in range(DEATHS):
        scene.simulator.reset()
        scene.simulator.rate_limit = None
        name = f"books-{at}"
        await scene.connect(name)
        scene.expire()
        if point == "after sending":
            scene.sandbox.fault("fortnox", "timeout_after", on=TOKEN)
        victim = scene.process(dies=point)
        victim.tell(Told(name, ids, {"notes": "from the dead"}))
        assert await victim.outcomes() is None
        assert await victim.stop() == -9
        spent = scene.refreshes()
        assert spent == (0 if point == "before asking" else 1)

        survivor.tell(Told(name, ids, {"notes": "from the living"}))
        found = await survivor.outcomes()
        if point in ALIVE:
            assert found == [[]] * 5
            assert await scene.status(name) == "ready"
            assert scene.refreshes() == 1
            assert {scene.simulator.records[native_id]["Comments"] for native_id in ids} == {"from the living"}
        else:
            assert found == [["REAUTHORIZE"]] * 5
            assert await scene.status(name) == "reauthorize"
            assert scene.refreshes() == spent + 1
        # And that is that: nobody asks again and again.
        survivor.tell(Told(name, ids, {"notes": "from the living"}))
        assert await survivor.outcomes() == found
        assert scene.refreshes() == (1 if point in ALIVE else spent + 1)
    assert await survivor.stop() == 0
