"""`gql-gateway` as a process of its own, and what a program sends to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0


@dataclass
class Process:
    """A running command. Its output goes to files, so that no full pipe ever stops it."""

    running: subprocess.Popen[bytes]
    folder: Path

    @property
    def out(self) -> str:
        return (self.folder / "stdout").read_text("utf-8")

    @property
    def err(self) -> str:
        return (self.folder / "stderr").read_text("utf-8")

    def wait_for(self, text: str, *, where: str = "out") -> None:
        """Until the process has said this."""
        deadline = time.monotonic() + PATIENCE
        while text not in getattr(self, where):
            if self.running.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"never said {text!r}:\n{self.out}\n{self.err}")
            time.sleep(0.05)

    def terminate(self, number: int = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        self.running.send_signal(number)
        return self.running.wait(PATIENCE)

    def log(self) -> list[dict[str, Any]]:
        """The log, one event a line."""
        return [json.loads(line) for line in self.err.splitlines()]


@contextmanager
def command(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """Run `gql-gateway …`, killed at the end if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        running = subprocess.Popen(
            [sys.executable, "-m", "gql_gateway", *arguments],
            cwd=ROOT,
            env={**inherited, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdout=out,
            stderr=err,
        )
    try:
        yield Process(running, folder)
    finally:
        if running.poll() is None:
            running.kill()
        running.wait(PATIENCE)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    address: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """One request on a connection of its own."""
    parts = urlsplit(address)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers or {}))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read())
    finally:
        connection.close()


def post(origin: str, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> Reply:
    """A GraphQL request."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    given = {"content-type": "application/json", "accept": "application/graphql-response+json", **headers}
    return ask(f"{origin}/graphql", "POST", body, given)
