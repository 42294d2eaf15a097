"""Every storage test runs on a SQLite file, on SQLite in memory and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key

Opener = Callable[[], Awaitable[Database]]


class FakeClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_time(self, by: timedelta) -> None:
        self.moment += by


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An own, empty database on the PostgreSQL that listens here, or else on a private one."""
    with tempfile.TemporaryDirectory(prefix="gql-gateway-postgresql-", ignore_cleanup_errors=True) as folder:
        stop: Callable[[], None] = lambda: None  # noqa: E731
        server = "postgresql://postgres@127.0.0.1:5432"
        if not _answers(server):
            started = _start_cluster(Path(folder))
            if isinstance(started, str):
                if os.environ.get("CI") == "true":
                    pytest.fail(f"PostgreSQL is required under CI: {started}")
                pytest.skip(started)
            server, stop = started
        name = f"gql_gateway_{uuid4().hex}"
        try:
            _execute(f"{server}/postgres", f"CREATE DATABASE {name}")
            yield f"{server}/{name}"
            _execute(f"{server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            stop()


def _execute(url: str, statement: str) -> None:
    import asyncpg  # type: ignore[import-untyped]

    async def run() -> None:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def _answers(server: str) -> bool:
    import asyncpg

    try:
        _execute(f"{server}/postgres", "SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def _start_cluster(folder: Path) -> tuple[str, Callable[[], None]] | str:
    """The server's URL and how to stop it, or why there is none."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not binaries and not on_path:
        return "PostgreSQL neither listens on 127.0.0.1:5432 nor is installed"
    bin_folder = binaries[-1].parent if binaries else Path(on_path or "").parent
    user: str | None = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user = "postgres"
        try:
            account = pwd.getpwnam(user)
        except KeyError:
            return "PostgreSQL does not run as root and there is no user postgres"
        os.chown(folder, account.pw_uid, account.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [bin_folder / program, "-D", data, *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            timeout=120,
        )

    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    try:
        run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C")
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
    except (subprocess.SubprocessError, OSError) as error:
        return f"PostgreSQL does not start: {error}"
    return f"postgresql://postgres@127.0.0.1:{port}", lambda: run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(params=["file", "memory", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _empty_database(request, tmp_path, request.param)


@pytest.fixture(params=["file", "postgresql"])
def shared_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that several processes can open."""
    return _empty_database(request, tmp_path, request.param)


@pytest.fixture
def postgresql_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _empty_database(request, tmp_path, "postgresql")


def _empty_database(request: pytest.FixtureRequest, folder: Path, kind: str) -> str:
    if kind == "memory":
        return "sqlite://"
    if kind == "file":
        return f"sqlite:///{folder / 'gateway.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    _execute(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def open_shared(shared_database_url: str) -> AsyncIterator[Opener]:
    """Opens the same database once more, as another process would, with pools of its own."""
    opened: list[Database] = []

    async def opener() -> Database:
        database = Database(shared_database_url)
        opened.append(database)
        await database.migrate()
        return database

    yield opener
    for database in opened:
        await database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def box() -> SecretBox:
    return SecretBox.from_text(generate_key())


@pytest.fixture
def store(database: Database, box: SecretBox) -> ConnectionStore:
    return ConnectionStore(database, box)


def mine(id: str) -> ConnectionKey:
    """The key of a connection in the tenant that `example` is in."""
    return ConnectionKey("default", id)


def example(id: str = "acme", **values: str) -> Connection:
    return Connection(
        id=id, integration="fortnox", credentials=Credentials(values or {"access_token": "a"}), tenant="default"
    )
