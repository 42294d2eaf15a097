"""The parts of the bench as processes: generator and provider on one core, the subject alone on another."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gql_gateway.callers import api_keys
from gql_gateway.model.caller import ALL_SCOPES, DEFAULT_TENANT
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key

from . import contract

SOURCES = Path(__file__).parent / "c"
ROOT = Path(__file__).parents[1]
START_WITHIN = 40.0


class BenchProblem(Exception):
    """Why nothing, or nothing that counts, can be measured."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Where things run. With a single core to run on they share it, and the result shows it."""

    subject: int
    others: int

    @classmethod
    def of_this_machine(cls) -> Cores:
        if not hasattr(os, "sched_setaffinity"):
            raise BenchProblem("Processes are pinned to cores and measured through /proc: the bench needs Linux.")
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])


@dataclass(slots=True)
class Rig:
    """Compiled tools, a running provider, and a database with one connection for each tenant."""

    folder: Path
    cores: Cores
    tenants: int
    upstream_port: int = 0
    keys: str = field(default_factory=generate_key)
    api_key: str = ""
    """The caller that every request comes from: the gateway is measured with authentication on."""

    @property
    def upstream(self) -> str:
        return f"http://127.0.0.1:{self.upstream_port}"

    def tool(self, name: str) -> Path:
        return self.folder / name

    def set_delay(self, ms: int) -> None:
        ask(self.upstream_port, f"/_delay?{ms}")

    def counts(self) -> dict[str, int]:
        """How many reads (`get`) and writes (`put`) the provider got so far."""
        found: dict[str, int] = ask(self.upstream_port, "/_counts")
        return found


@contextmanager
def prepared(folder: Path, tenants: int) -> Iterator[Rig]:
    """Everything but the subjects."""
    cores = Cores.of_this_machine()
    rig = Rig(folder, cores, tenants)
    _compile(folder)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores.others})
    try:
        with _upstream(rig) as rig.upstream_port:
            asyncio.run(_connect(rig))
            yield rig
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def _upstream(rig: Rig) -> Iterator[int]:
    """The running provider's port."""
    folder = rig.folder
    (folder / "get.json").write_bytes(contract.before())
    (folder / "put.json").write_bytes(contract.after())
    command = [str(rig.tool("upstream")), str(folder / "get.json"), str(folder / "put.json")]
    with _process(command, rig.cores.others, folder / "upstream.log", {}, stdout=subprocess.PIPE) as upstream:
        assert upstream.stdout is not None
        yield int(upstream.stdout.readline())


@contextmanager
def subject(rig: Rig, module: str, *arguments: str, **settings: str) -> Iterator[tuple[int, int]]:
    """A subject's pid and port, answering. `{port}` and `{upstream}` in the arguments are filled in.

    `settings` are variables of the environment besides those of `_settings`.
    """
    port = _free_port()
    filled = [item.format(port=port, upstream=rig.upstream) for item in arguments]
    log = rig.folder / f"{module}-{port}.log"
    given = {**_settings(rig, port), **settings}
    with _process([sys.executable, "-m", module, *filled], rig.cores.subject, log, given) as running:
        deadline = time.monotonic() + START_WITHIN
        while not _listens(port):
            if running.poll() is not None or time.monotonic() > deadline:
                raise BenchProblem(f"{module} did not start: {log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.05)
        yield running.pid, port


def ask(port: int, path: str, body: bytes | None = None, key: str = "") -> Any:
    """The JSON answer of one request of the bench's own."""
    return json.loads(ask_bytes(port, path, body, key))


def ask_bytes(port: int, path: str, body: bytes | None = None, key: str = "") -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        line.request("GET" if body is None else "POST", path, body, headers)
        return line.getresponse().read()
    finally:
        line.close()


def _settings(rig: Rig, port: int) -> dict[str, str]:
    """What `gql-gateway serve` is given: an address, a database and keys. All else is the product's default."""
    return {
        "GATEWAY_PORT": str(port),
        "GATEWAY_DATABASE_URL": f"sqlite:///{rig.folder / 'gateway.sqlite3'}",
        "GATEWAY_SECRET_KEYS": rig.keys,
    }


async def _connect(rig: Rig) -> None:
    """One Fortnox connection per tenant, each with a token of its own. They all find the same provider."""
    database = Database(_settings(rig, 0)["GATEWAY_DATABASE_URL"])
    try:
        await database.migrate()
        store = ConnectionStore(database, SecretBox.from_text(rig.keys))
        for number in range(rig.tenants):
            credentials = Credentials({"access_token": f"bench-token-{number:05d}-of-believable-length"})
            await store.add(
                Connection(f"bench-{number:05d}", "fortnox", credentials, base_url=rig.upstream, tenant="default")
            )
        rig.api_key, kept = api_keys.create(DEFAULT_TENANT, ALL_SCOPES, "bench", datetime.now(UTC))
        await ApiKeyStore(database).add(kept)
    finally:
        await database.close()


def _compile(folder: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise BenchProblem("The generator and the provider are C programs: a C compiler (cc or gcc) is needed.")
    for name in ("upstream", "loadgen"):
        command = [compiler, "-O2", "-Wall", "-o", str(folder / name), str(SOURCES / f"{name}.c"), "-lm"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise BenchProblem(f"{name}.c does not compile: {made.stderr[:2000]}")


@contextmanager
def _process(
    command: list[str], core: int, log: Path, more: Mapping[str, str], stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    with log.open("wb") as told:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited, **more},
            stdout=told if stdout is None else stdout,
            stderr=told,
        )
    try:
        os.sched_setaffinity(running.pid, {core})  # before it has other threads; those inherit it
        yield running
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        if running.stdout is not None:
            running.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
