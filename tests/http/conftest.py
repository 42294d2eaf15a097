"""The whole application in this process, asked as a server would ask it; every byte of the request is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from gql_gateway.app import App, build_app
from gql_gateway.commands.sandbox import Prepared, prepared

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@dataclass(frozen=True)
class Reply:
    """An answer. `headers` hold each name once, in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "")

    def json(self) -> Any:
        return orjson.loads(self.body)

    def problem(self) -> str:
        """The one error of a refusal, which is a GraphQL answer in JSON without data."""
        assert self.kind.endswith("json; charset=utf-8"), self.kind
        body = self.json()
        assert list(body) == ["errors"]
        (error,) = body["errors"]
        return str(error["message"])


@dataclass(frozen=True)
class Site:
    """`await site.post("{ __typename }")`, or with every part of the request: `await site.ask("GET", "/healthz")`."""

    app: App
    prepared: Prepared

    async def ask(
        self,
        method: str,
        target: str = "/graphql",
        *,
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        body: bytes | list[bytes] = b"",
        leaves: asyncio.Event | None = None,
    ) -> Reply:
        """`leaves` is set when the client goes away; it stays without."""
        leaves = leaves or asyncio.Event()
        given = list(headers.items()) if isinstance(headers, Mapping) else headers or []
        if not any(name.lower() == "host" for name, _ in given):
            given = [("host", "127.0.0.1:8000"), *given]
        path, _, query = target.partition("?")
        pieces = body if isinstance(body, list) else [body]
        waiting: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1}
            for index, piece in enumerate(pieces)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not waiting:
                await leaves.wait()
                return {"type": "http.disconnect"}
            return waiting.pop(0)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        await self.app(scope, receive, send)
        start, *rest = sent
        assert start["type"] == "http.response.start"
        names = [name.decode() for name, _ in start["headers"]]
        assert len(names) == len(set(names)), f"a header is there twice: {names}"
        return Reply(
            start["status"],
            {name.decode(): value.decode("latin-1") for name, value in start["headers"]},
            b"".join(message.get("body", b"") for message in rest),
        )

    async def post(
        self,
        query: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        accept: str = GRAPHQL,
        body: Any = None,
        **more: Any,
    ) -> Reply:
        """A well-formed POST; `body` is the JSON to send instead of one made from the arguments, or its bytes."""
        if body is None:
            body = {"query": query, **({} if variables is None else {"variables": variables}), **more}
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.ask("POST", headers={"accept": accept, "content-type": JSON}, body=content)


@asynccontextmanager
async def started(app: App) -> AsyncIterator[None]:
    """The application's lifespan, as a server runs it."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    running = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    message = await outbox.get()
    assert message["type"] == "lifespan.startup.complete", message
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        message = await outbox.get()
        await running
        assert message["type"] == "lifespan.shutdown.complete", message


@asynccontextmanager
async def open_site(**other: Any) -> AsyncIterator[Site]:
    """The sandbox; with `other` settings than its own, an application of these over its connections."""
    async with prepared("127.0.0.1", 0, 0) as ready:
        app = ready.app
        if other:
            app = build_app(app.settings.model_copy(update=other), app.box, schema=app.schema)
        async with started(app):
            yield Site(app, ready)
