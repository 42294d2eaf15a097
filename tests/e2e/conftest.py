"""One sandbox for all end-to-end tests, started as a person starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gql_gateway.storage.secrets import generate_key

from .processes import PATIENCE, Process, ask, command


@dataclass(frozen=True)
class RunningSandbox:
    """`origin` of the gateway, `simulators` of the providers; `said` is what it printed at the start."""

    process: Process
    origin: str
    simulators: str
    said: str

    def reset(self) -> None:
        """Every provider as it was at the start."""
        for name in re.findall(r"sandbox-([\w-]+)", self.said):
            ask(f"{self.simulators}/_control/{name}/reset", "POST")


@pytest.fixture(scope="session")
def started_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    # Its database is a temporary file: a test that lets a link expire has to find it.
    env = {"TMPDIR": str(folder)}
    with command(folder, "sandbox", "--port", "0", "--simulators-port", "0", env=env) as process:
        process.wait_for("Stop with Ctrl-C")
        said = process.out
        origin = re.search(r"GraphiQL\s+(http://\S+)/graphql", said)
        simulators = re.search(r"Simulators\s+(http://[^/\s]+)/", said)
        assert origin and simulators
        yield RunningSandbox(process, origin[1], simulators[1], said)


@pytest.fixture
def sandbox(started_sandbox: RunningSandbox) -> RunningSandbox:
    started_sandbox.reset()
    return started_sandbox


@dataclass(frozen=True)
class Guarded:
    """A gateway that asks for a key and knows no connection; `key` may read and write."""

    origin: str
    key: str


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    settings = {
        "GATEWAY_SECRET_KEYS": generate_key(),
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder / 'guarded.sqlite3'}",
        "GATEWAY_PORT": "0",
    }
    scopes = ("--scope", "customers:read", "--scope", "customers:write")
    with command(folder / "key", "keys", "create", *scopes, env=settings) as made:
        assert made.running.wait(PATIENCE) == 0, made.err
        key = made.out.strip()
    with command(folder / "serve", "serve", env=settings) as process:
        process.wait_for("Application startup complete", where="err")
        (port,) = {event["port"] for event in process.log() if event["event"] == "listening"}
        yield Guarded(f"http://127.0.0.1:{port}", key)
