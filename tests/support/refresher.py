"""A gateway in a process of its own, to be killed: it makes the updates it is told to and says what became of them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any

from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.run import Wants
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox
from tests.support.changes import typed_change
from tests.support.trial import Unlimited

POINTS = ("before asking", "after sending", "after the answer", "before the commit", "after the commit")
"""Where a process can die while it replaces a token."""

_START = multiprocessing.get_context("forkserver")
_START.set_forkserver_preload(["tests.support.refresher"])


@dataclass(frozen=True)
class Told:
    """`change` is made to each of `ids`, all at once. Each outcome is the codes of its errors."""

    connection_id: str
    ids: Sequence[str]
    change: Mapping[str, Any]


@dataclass
class Refresher:
    """The other end: `tell` and then `outcomes`; a killed process has none."""

    database_url: str
    keys: str
    dies: str | None = None
    pipe: Any = field(init=False)
    process: BaseProcess = field(init=False)

    def __post_init__(self) -> None:
        self.pipe, theirs = _START.Pipe()
        self.process = _START.Process(target=_main, args=(theirs, self.database_url, self.keys, self.dies), daemon=True)
        self.process.start()
        theirs.close()

    def tell(self, told: Told) -> None:
        self.pipe.send(told)

    async def outcomes(self) -> list[list[str]] | None:
        try:
            found: list[list[str]] = await asyncio.to_thread(self.pipe.recv)
        except EOFError:
            return None
        return found

    async def stop(self) -> int | None:
        self.pipe.close()
        await asyncio.to_thread(self.process.join, 20)
        return self.process.exitcode


def _main(pipe: Pipe, database_url: str, keys: str, dies: str | None) -> None:
    asyncio.run(_work(pipe, database_url, SecretBox.from_text(keys), dies))


async def _work(pipe: Pipe, database_url: str, box: SecretBox, dies: str | None) -> None:
    database = Database(database_url)
    store = _Store(database, box)
    async with _Outbound(Unlimited()) as outbound:
        store.dies = outbound.dies = dies
        keeper = TokenKeeper(store, outbound, lease=alone_in(database))
        gateway = Gateways(connectors(), store, IdempotencyStore(database, box), outbound, keeper).of("default")
        while True:
            try:
                told: Told = await asyncio.to_thread(pipe.recv)
            except EOFError:
                break
            pipe.send(await asyncio.gather(*(_update(gateway, told, native_id) for native_id in told.ids)))
        await keeper.close()
    await database.close()


async def _update(gateway: Gateway, told: Told, native_id: str) -> list[str]:
    connection, _ = await gateway.connection(told.connection_id)
    change = typed_change(connectors()[connection.integration], told.change)
    request = UpdateRequest(Ref(told.connection_id, native_id), connection.integration, change)
    outcome = await gateway.update(request, Wants())
    return [error.code.name for error in outcome.errors]


def _die(at: str | None, here: str) -> None:
    if at == here:
        os.kill(os.getpid(), signal.SIGKILL)


class _Store(ConnectionStore):
    dies: str | None = None

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        _die(self.dies, "before the commit")
        stored = await super().store_credentials(key, credentials, generation=generation)
        _die(self.dies, "after the commit")
        return stored


class _Outbound(Outbound):
    dies: str | None = None

    async def send(self, base_url: str, call: Call, **how: Any) -> Answer:
        if call.step != "token":
            return await super().send(base_url, call, **how)
        _die(self.dies, "before asking")
        if self.dies == "after sending":
            # The provider takes the request and keeps its answer back: the test has told it so.
            asyncio.get_running_loop().call_later(0.5, _die, self.dies, "after sending")
        answer = await super().send(base_url, call, **how)
        _die(self.dies, "after the answer")
        return answer
