"""A store in memory and a token endpoint without a network, both writing down in which order things happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.outbound.limits import Rate
from gql_gateway.outbound.message import Answer, Call

NOW = 1_800_000_000.0

CREDENTIALS = Credentials(
    {
        "access_token": "access-token-0",
        "refresh_token": "refresh-token-0",
        "client_id": "the-client",
        "client_secret": "the-client-secret",
        "expires_at": "1799999999",
    }
)


class MemoryStore:
    """What `storage.connections.ConnectionStore` promises, with a history and injectable trouble."""

    def __init__(self, *connections: Connection) -> None:
        self.connections = {connection.id: connection for connection in connections}
        self.history: list[str] = []
        self.failures: list[Exception] = []
        self.before_storing: Callable[[], None] = lambda: None

    async def get(self, key: ConnectionKey) -> Connection | None:
        await asyncio.sleep(0)
        return self.connections.get(key.id)

    async def store_credentials(
        self, key: ConnectionKey, credentials: Credentials, *, generation: int
    ) -> Connection | None:
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.before_storing()
        current = self.connections.get(key.id)
        if current is None or current.generation != generation:
            self.history.append("lost")
            return None
        self.put(key.id, credentials)
        self.history.append(f"stored {credentials['access_token']}")
        return self.connections[key.id]

    async def mark(
        self, key: ConnectionKey, status: str, reason: str | None = None, *, generation: int | None = None
    ) -> bool:
        current = self.connections.get(key.id)
        if current is None or generation not in (None, current.generation):
            return False
        self.history.append(f"marked {status}")
        self.connections[key.id] = replace(current, status=status, status_reason=reason)
        return True

    def put(self, id: str, credentials: Mapping[str, str]) -> None:
        """Another process, or a user, stores credentials."""
        current = self.connections[id]
        self.connections[id] = replace(
            current,
            credentials=Credentials(credentials),
            generation=current.generation + 1,
            status="ready",
            status_reason=None,
        )


class TokenServer:
    """A token endpoint that rotates strictly: a spent refresh token is dead.

    `script` holds what to do before that: an `Answer` to give, an exception to raise, or a function to call.
    """

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.alive = "refresh-token-0"
        self.issued = 0
        self.script: list[Answer | Exception | Callable[[], None]] = []
        self.extra: dict[str, Any] = {"token_type": "bearer", "expires_in": 3600}
        self.requests: list[tuple[str, Call, Mapping[str, str]]] = []

    @property
    def forms(self) -> list[dict[str, str]]:
        return [
            {name: values[0] for name, values in parse_qs((call.content or b"").decode()).items()}
            for _, call, _ in self.requests
        ]

    async def send(
        self,
        base_url: str,
        call: Call,
        *,
        key: str,
        rates: Sequence[Rate] = (),
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        self.requests.append((base_url, call, headers or {}))
        self.store.history.append("asked")
        await asyncio.sleep(0.01)
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Answer):
                return step
            step()
        return self.grant(self.forms[-1])

    def grant(self, form: Mapping[str, str]) -> Answer:
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.alive:
            return refused("invalid_grant", "Invalid refresh token")
        if form["grant_type"] == "password" and form["password"] != "pass-word":
            return refused("invalid_grant", "Invalid user credentials")
        return answer(self.rotate() | self.extra)

    def rotate(self) -> dict[str, Any]:
        self.issued += 1
        self.alive = f"refresh-token-{self.issued}"
        return {"access_token": f"access-token-{self.issued}", "refresh_token": self.alive}


def answer(document: object, status: int = 200, content_type: str = "application/json") -> Answer:
    return Answer(status, json.dumps(document).encode(), {"content-type": content_type})


def refused(error: str, description: str | None = None, status: int = 400) -> Answer:
    # Fortnox labels it as HTML (dossier, section 7).
    return answer({"error": error, "error_description": description}, status, "text/html")


@pytest.fixture
def connection() -> Connection:
    return Connection("acme", "fortnox", CREDENTIALS, generation=7, tenant="default")


@pytest.fixture
def store(connection: Connection) -> MemoryStore:
    return MemoryStore(connection)


@pytest.fixture
def server(store: MemoryStore) -> TokenServer:
    return TokenServer(store)
