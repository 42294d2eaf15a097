"""A gateway that trusts no network answers under names of this machine only."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.http.local import LocalOnly, is_local


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:8000", "127.8.9.1:1", "[::1]", "[::1]:8000"]
)
def test_own_names(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com:8000",
        "10.0.0.1",
        "0.0.0.0",
        "[fe80::1]",
        "[",
        ":80",
    ],
)
def test_foreign_names(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"host", b"localhost:8000")], 200),
        ([(b"host", b"rebound.example.com:8000")], 421),
        ([(b"host", b"localhost"), (b"host", b"rebound.example.com")], 421),
        ([], 421),
    ],
)
async def test_foreign_requests_do_not_reach_the_app(headers: list[tuple[bytes, bytes]], status: int) -> None:
    sent: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await LocalOnly(app)({"type": "http", "headers": headers}, receive, send)
    assert sent[0]["status"] == status


@pytest.mark.parametrize(
    ("extensions", "kinds"),
    [
        ({"websocket.http.response": {}}, ["websocket.http.response.start", "websocket.http.response.body"]),
        ({}, ["websocket.close"]),
    ],
)
async def test_foreign_sockets_do_not_reach_the_app(extensions: dict[str, Any], kinds: list[str]) -> None:
    sent: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "websocket", "extensions": extensions, "headers": [(b"host", b"rebound.example.com:8000")]}
    await LocalOnly(app)(scope, receive, send)
    assert [message["type"] for message in sent] == kinds
    assert sent[0].get("status", 421) == 421

    sent.clear()
    await LocalOnly(app)({**scope, "headers": [(b"host", b"localhost:8000")]}, receive, send)
    assert sent == [{"type": "websocket.accept"}]
