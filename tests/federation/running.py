"""The processes of these tests, and the gateway itself, with everybody who asks it written down."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.app import App
from gql_gateway.callers import api_keys
from gql_gateway.commands.sandbox import prepared
from gql_gateway.model.caller import ALL_SCOPES, DEFAULT_TENANT
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.serving import server_of
from gql_gateway.storage.api_keys import ApiKeyStore
from tests.e2e.processes import PATIENCE, ROOT, Process, ask

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def node() -> str:
    """Node with what these tests need of it, or a skip."""
    found = shutil.which("node")
    if found is None or not (MODULES / ".ready").is_file():
        pytest.skip("needs node and `npm ci` in tests/federation (`make test` does it)")
    return found


@contextmanager
def running(folder: Path, *command: str, stdin: Any = None, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A process that is ready once it printed a line, killed at the end. `stdin` is JSON for it to read."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stdin").write_text(json.dumps(stdin), "utf-8")
    given = (folder / "stdin").open("rb")
    with given, (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(env or {})}, stdin=given, stdout=out, stderr=err
        )
    try:
        found = Process(process, folder)
        found.wait_for("\n")
        yield found
    finally:
        process.kill()
        process.wait(PATIENCE)


@contextmanager
def python(folder: Path, module: str, *arguments: str) -> Iterator[str]:
    """The address of a subgraph that is a module of these tests."""
    with running(folder, sys.executable, "-m", f"tests.federation.{module}", *arguments) as process:
        yield process.out.splitlines()[0]


def compose(subgraphs: list[dict[str, str]]) -> dict[str, Any]:
    """What both libraries make of the subgraphs, by library: `supergraph` and `errors`."""
    command = [node(), str(HERE / "compose.mjs")]
    done = subprocess.run(command, input=json.dumps(subgraphs).encode(), capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def served(folder: Path, *supergraphs: tuple[str, str, str]) -> Iterator[dict[str, dict[str, str]]]:
    """Gateways over supergraphs (name, engine, SDL): by name the `url` of each, or the `error` it did not start for."""
    wanted = [{"name": name, "engine": engine, "supergraph": sdl} for name, engine, sdl in supergraphs]
    with running(folder, node(), str(HERE / "serve.mjs"), stdin=wanted) as process:
        yield json.loads(process.out.splitlines()[0])


@dataclass
class Accounting:
    """The gateway that these tests are about: it lets nobody in without `key`. `asked` is what came to it."""

    app: App
    sandbox: Sandbox
    url: str = ""
    key: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: the application, with a note of each request that has a body."""
        pieces: list[bytes] = []

        async def noting() -> Any:
            message = await receive()
            if message["type"] == "http.request":
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    self.asked.append(json.loads(b"".join(pieces) or b"null"))
            return message

        await self.app(scope, noting if scope["type"] == "http" else receive, send)

    def customers(self, integration: str) -> list[str]:
        """The native ids of the simulator's customers."""
        return list(self.sandbox.simulators[integration].ids())


@asynccontextmanager
async def open_accounting() -> AsyncIterator[Accounting]:
    async with prepared("127.0.0.1", 0, 0) as ready:
        app = App(ready.app.settings.model_copy(update={"authentication": "required"}), ready.app.box)
        accounting = Accounting(app, ready.sandbox)
        server = server_of(accounting, app.settings)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        try:
            assert app.parts is not None
            accounting.key, stored = api_keys.create(DEFAULT_TENANT, ALL_SCOPES, "router", datetime.now(UTC), None)
            await ApiKeyStore(app.parts.database).add(stored)
            accounting.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/graphql"
            yield accounting
        finally:
            server.should_exit = True
            await serving


@contextmanager
def accounting_in_thread() -> Iterator[Accounting]:
    """The gateway on a loop of its own, so that tests can wait for processes that ask it."""
    ready, end = threading.Event(), threading.Event()
    found: list[Accounting] = []
    problems: list[BaseException] = []

    async def live() -> None:
        async with open_accounting() as accounting:
            found.append(accounting)
            ready.set()
            await asyncio.to_thread(end.wait)

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as problem:
            problems.append(problem)
        finally:
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        assert not problems, problems
        yield found[0]
    finally:
        end.set()
        thread.join(PATIENCE)
    assert not problems, problems


def sent(url: str, query: str, variables: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
    """The JSON that a gateway answers to an operation."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    headers = {"content-type": "application/json", "accept": "application/json"}
    headers |= {"authorization": f"Bearer {key}"} if key is not None else {}
    return ask(url, "POST", body, headers).json()
