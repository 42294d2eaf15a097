"""A WebSocket and an event stream to an application in this process; every message of the client is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

PROTOCOL = "graphql-transport-ws"
PATIENCE = 60.0

Headers = Mapping[str, str]


async def until(condition: Callable[[], object]) -> None:
    """Waits for what another task brings about."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def scope_of(kind: str, headers: Headers, **more: Any) -> dict[str, Any]:
    named = {"host": "127.0.0.1:8000", **headers}
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        **more,
    }


@dataclass
class Line:
    """What goes to the application and what comes from it. Once `gone`, sending fails as a server's would."""

    running: asyncio.Task[None]
    inbox: asyncio.Queue[dict[str, Any]]
    outbox: asyncio.Queue[dict[str, Any]]
    gone: bool = False

    async def next(self) -> dict[str, Any]:
        """The next ASGI message of the application; whatever it raised, when it ended without one."""
        hearing = asyncio.create_task(self.outbox.get())
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait({hearing, self.running}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
            self.running.result()
            raise AssertionError("the application ended and said nothing")
        return hearing.result()

    async def end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.running


@asynccontextmanager
async def open_line(app: Any, scope: dict[str, Any], leaving: dict[str, Any]) -> AsyncIterator[Line]:
    """At the end the client goes away, and the application has to end by itself."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    line: Line

    async def send(message: dict[str, Any]) -> None:
        if line.gone:
            raise OSError("nobody is there")
        await outbox.put(message)

    line = Line(asyncio.create_task(app(scope, inbox.get, send)), inbox, outbox)
    try:
        yield line
        line.gone = True
        await inbox.put(leaving)
        await line.end()
    finally:
        line.running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await line.running


@dataclass
class Socket:
    line: Line
    protocol: str | None = None

    async def say(self, type: str, id: str | None = None, payload: Any = ...) -> None:
        given = {"id": id, "type": type, "payload": payload}
        await self.say_raw(
            orjson.dumps({name: given[name] for name in given if given[name] not in (None, ...)}).decode()
        )

    async def say_raw(self, text: str) -> None:
        await self.line.inbox.put({"type": "websocket.receive", "text": text})

    async def say_bytes(self, content: bytes) -> None:
        await self.line.inbox.put({"type": "websocket.receive", "bytes": content})

    async def hear(self) -> Any:
        """The next message, which is a text frame."""
        message = await self.line.next()
        assert message["type"] == "websocket.send", message
        assert isinstance(message["text"], str) and message.get("bytes") is None
        return orjson.loads(message["text"])

    async def closed(self) -> tuple[int, str]:
        """The close code and reason; nothing may come after."""
        message = await self.line.next()
        assert message["type"] == "websocket.close", message
        await self.line.inbox.put({"type": "websocket.disconnect", "code": message["code"]})
        await self.line.end()
        assert self.line.outbox.empty()
        return message["code"], message["reason"]

    async def initiate(self, **payload: Any) -> None:
        await self.say("connection_init", payload=payload or ...)
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, id: str, query: str, **more: Any) -> None:
        await self.say("subscribe", id, {"query": query, **more})

    async def quiet(self) -> None:
        """Until the application has dealt with everything said so far: it answers in the order it hears."""
        await self.say("ping")
        assert await self.hear() == {"type": "pong"}

    async def leave(self) -> None:
        self.line.gone = True
        await self.line.inbox.put({"type": "websocket.disconnect", "code": 1005})


def handshake(headers: Headers | None = None, protocols: tuple[str, ...] = (PROTOCOL,), **more: Any) -> dict[str, Any]:
    given = {"subprotocols": list(protocols), "extensions": {"websocket.http.response": {}}, "scheme": "ws", **more}
    return scope_of("websocket", headers or {}, **given)


@asynccontextmanager
async def dialled(app: Any, scope: dict[str, Any]) -> AsyncIterator[Line]:
    """A handshake, however it is answered."""
    async with open_line(app, scope, {"type": "websocket.disconnect", "code": 1005}) as line:
        await line.inbox.put({"type": "websocket.connect"})
        yield line


@asynccontextmanager
async def connected(
    app: Any, headers: Headers | None = None, protocols: tuple[str, ...] = (PROTOCOL,)
) -> AsyncIterator[Socket]:
    """An accepted socket."""
    async with dialled(app, handshake(headers, protocols)) as line:
        message = await line.next()
        assert message["type"] == "websocket.accept", message
        yield Socket(line, message.get("subprotocol"))


async def refused(app: Any, scope: dict[str, Any]) -> tuple[int, str]:
    """Status and words of a handshake that is answered as a request."""
    async with dialled(app, scope) as line:
        start, body = await line.next(), await line.next()
        assert (start["type"], body["type"]) == ("websocket.http.response.start", "websocket.http.response.body")
        return start["status"], orjson.loads(body["body"])["errors"][0]["message"]


@dataclass
class Stream:
    """An event stream, byte by byte."""

    line: Line
    status: int
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)
    ended: bool = False

    async def read_until(self, end: bytes) -> bytes:
        while not self.body.endswith(end) and not self.ended:
            message = await self.line.next()
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body")
        return bytes(self.body)

    async def whole(self) -> bytes:
        while not self.ended:
            message = await self.line.next()
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body")
        return bytes(self.body)


@asynccontextmanager
async def streaming(
    app: Any,
    query: str | None,
    headers: Headers | None = None,
    *,
    method: str = "POST",
    query_string: bytes = b"",
    variables: Any = None,
) -> AsyncIterator[Stream]:
    given = {"accept": "text/event-stream", "content-type": "application/json", **(headers or {})}
    scope = scope_of("http", given, method=method, query_string=query_string)
    async with open_line(app, scope, {"type": "http.disconnect"}) as line:
        body = b"" if query is None else orjson.dumps({"query": query, "variables": variables})
        await line.inbox.put({"type": "http.request", "body": body, "more_body": False})
        start = await line.next()
        assert start["type"] == "http.response.start"
        told = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        yield Stream(line, start["status"], told)
