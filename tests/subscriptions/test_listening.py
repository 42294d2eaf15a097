"""What is between the application and the network: the size of messages, the end of the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from ..http.tenants import ALPHA, Building
from .serving import Listening, listening
from .wire import PATIENCE, PROTOCOL

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREVER = "subscription { forever }"


@asynccontextmanager
async def client(gateway: Listening, key: str) -> AsyncIterator[ClientConnection]:
    """An initialised socket."""
    address = gateway.origin.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol(PROTOCOL)], proxy=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {key}"}}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        yield socket


async def close_code(socket: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await socket.recv()
    return socket.close_code


async def test_messages_have_a_largest_size(building: Building) -> None:
    async with listening(building) as gateway, client(gateway, building.keys[ALPHA]) as socket:
        spare = building.app.settings.max_body - len(json.dumps({"type": "ping", "payload": {"x": ""}}))
        await socket.send(json.dumps({"type": "ping", "payload": {"x": "x" * spare}}))
        assert len(json.loads(await socket.recv())["payload"]["x"]) == spare
        await socket.send(json.dumps({"type": "ping", "payload": {"x": "x" * (spare + 1)}}))
        assert await close_code(socket) == 1009


async def test_nothing_is_compressed(building: Building) -> None:
    async with listening(building) as gateway, client(gateway, building.keys[ALPHA]) as socket:
        assert socket.protocol.extensions == []


async def test_foreign_page_gets_no_socket(building: Building) -> None:
    async with listening(building) as gateway:
        with pytest.raises(InvalidStatus) as refusal:
            async with connect(gateway.origin.replace("http", "ws") + "/graphql", origin="https://evil.example"):  # type: ignore[arg-type]
                pass
        assert refusal.value.response.status_code == 403


async def test_server_stops_although_sockets_and_streams_are_open(building: Building) -> None:
    key = building.keys[ALPHA]
    async with listening(building) as gateway, client(gateway, key) as idle, client(gateway, key) as busy:
        await busy.send(json.dumps({"id": "a", "type": "subscribe", "payload": {"query": FOREVER}}))
        assert json.loads(await busy.recv())["type"] == "next"
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {key}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{gateway.origin}/graphql", json={"query": FOREVER}, headers=headers) as stream,
        ):
            while b"forever" not in await stream.content.readline():
                pass
            # Its grace is longer than a test waits: only what ends by itself lets it stop.
            gateway.server.config.timeout_graceful_shutdown = 10 * int(PATIENCE)
            await gateway.stop()
            assert await stream.content.read() == b"\n"
        assert [await close_code(socket) for socket in (idle, busy)] == [1012, 1012]
    assert [building.app.live.count(kind) for kind in ("sockets", "streams", "operations")] == [0, 0, 0]
