"""A server that speaks raw bytes, so that a test decides what happens on the wire and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


@dataclass
class Received:
    """One request as it arrived, and the number of the connection it came on."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


Respond = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Wire:
    url: str
    received: list[Received] = field(default_factory=list)
    connections: int = 0


async def read_request(reader: asyncio.StreamReader, connection: int) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    line, *fields = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (item.split(":", 1) for item in fields)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(connection, line, headers, body)


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Respond], Awaitable[Wire]]]:
    """Start a server; `respond` is called for each request and writes (or breaks) the answer."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def start(respond: Respond) -> Wire:
        wire = Wire("")

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            wire.connections += 1
            number = wire.connections
            try:
                while (request := await read_request(reader, number)) is not None:
                    wire.received.append(request)
                    await respond(request, writer)
                    if writer.is_closing():
                        break
                    await writer.drain()
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.close()
                with suppress(ConnectionError, asyncio.CancelledError):
                    await writer.wait_closed()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        servers.append(server)
        wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return wire

    yield start
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
