"""One engine over SQLite or PostgreSQL: how it is opened, how transactions are begun, how the schema gets there."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Insert, RowMapping, Select, Table, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from .migrate import SchemaProblem, SchemaState, state_of, upgrade

Clock = Callable[[], datetime]

_BUSY_TIMEOUT_MS = 30_000
_CONNECT_TIMEOUT_S = 10
# Any number will do as long as every process of the gateway uses the same.
MIGRATION_LOCK = 4_971_620_113
_POOL: Mapping[str, Any] = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


class DatabaseProblem(Exception):
    """The database cannot be used as configured, or does not answer. The message holds no password and no values."""


class Database:
    """`url`: `sqlite:///path`, `sqlite://` (in memory, for tests) or `postgresql://user:password@host/name?sslmode=…`
    with whatever else libpq understands.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.is_postgresql = parsed.get_backend_name() == "postgresql"
        # libpq takes a password among the parameters too.
        self._shown = parsed.set(query={}).render_as_string(hide_password=True)
        self._url = url
        self._engine = _postgresql(url, **_POOL) if self.is_postgresql else _sqlite(parsed)
        in_a_file = parsed.database and not self.is_postgresql and not _is_memory(parsed)
        self.path = Path(str(parsed.database)) if in_a_file else None
        # SQLite has one writer: waiting here is fair, SQLite's own waiting is polling. In memory there is but one
        # connection, which readers must not share with a writer either.
        self._writing: AbstractAsyncContextManager[Any] = nullcontext() if self.is_postgresql else asyncio.Lock()
        self._reading: AbstractAsyncContextManager[Any] = self._writing if _is_memory(parsed) else nullcontext()
        self._at_once = None if self.path is None else _AtOnce(str(self.path))

    def __repr__(self) -> str:
        return f"Database({self._shown})"

    def unpooled(self) -> AsyncEngine:
        """For PostgreSQL: an engine whose connections end when they are let go of, and with them what they hold."""
        return _postgresql(self._url, poolclass=NullPool)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """For reading: what is written in it is not kept."""
        async with self._reading, explained(), self._engine.connect() as connection:
            yield connection

    async def first(self, statement: Select[Any], values: Mapping[str, Any]) -> RowMapping | None:
        """The first row of a look-up by key, as it is committed now. `values` are the statement's parameters."""
        if self._at_once is not None:
            try:
                return self._at_once.first(statement, values)
            except DBAPIError:
                # Whatever it was, the ordinary way below waits where waiting helps, and explains the rest.
                self._at_once.close()
        async with self.read() as connection:
            found: RowMapping | None = (await connection.execute(statement, values)).mappings().first()
            return found

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end; in SQLite it holds the write lock from its start."""
        async with self._writing, explained(), self._engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                yield connection

    async def migrate(self) -> None:
        """Bring the schema up to date. Processes that start at the same time wait for the first of them."""
        async with self.write() as connection:
            if self.is_postgresql:
                await connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            try:
                await upgrade(connection)
            except SchemaProblem as problem:
                raise DatabaseProblem(str(problem)) from problem

    async def ping(self) -> None:
        """Raise `DatabaseProblem` when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def schema_state(self) -> SchemaState:
        async with self.read() as connection:
            return await state_of(connection)

    async def clock_ahead(self) -> float | None:
        """Seconds that the database's clock is ahead of this machine's; `None` where it has none of its own."""
        if not self.is_postgresql:
            return None
        async with self.read() as connection:
            # The first question of a connection takes longer, and the answer may be off by half of what it takes.
            await connection.execute(text("SELECT 1"))
            asked, started = datetime.now(UTC), time.monotonic()
            there = await self.now(connection)
            return (there - asked).total_seconds() - (time.monotonic() - started) / 2

    async def unsafe_settings(self) -> tuple[str, ...]:
        """Why a power cut could lose what was acknowledged, one line for each cause; empty when it cannot."""
        safe: dict[str, tuple[str, ...]]
        if self.is_postgresql:
            command, safe = (
                "SHOW",
                {
                    "fsync": ("on",),
                    "full_page_writes": ("on",),
                    "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
                },
            )
        else:
            command, safe = "PRAGMA", {"journal_mode": ("wal", "memory"), "synchronous": ("2", "3")}
        found = {}
        async with self.read() as connection:
            for name in safe:
                found[name] = str((await connection.execute(text(f"{command} {name}"))).scalar_one())
        return tuple(f"{name} is {value}" for name, value in found.items() if value not in safe[name])

    async def close(self) -> None:
        if self._at_once is not None:
            self._at_once.close()
        await self._engine.dispose()

    async def now(self, connection: AsyncConnection, clock: Clock | None = None) -> datetime:
        """`clock` where one was passed in, else the database's: the clocks of several machines need not agree."""
        if clock is not None:
            return clock()
        if not self.is_postgresql:
            return datetime.now(UTC)
        moment: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        return moment

    def insert_if_absent(self, table: Table) -> Insert:
        """An INSERT that adds nothing (`rowcount` 0) when the primary key is taken."""
        if self.is_postgresql:
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()


class _AtOnce:
    """Look-ups by key in a SQLite file, made in the event loop itself.

    aiosqlite hands each part of a statement to a thread: nine turns for one SELECT, under load about a millisecond of
    CPU time (docs/performance.md). A row found by its primary key takes microseconds, and in WAL mode a reader waits
    for no writer. If SQLite would have to wait after all, it refuses instead.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: Connection | None = None

    def first(self, statement: Select[Any], values: Mapping[str, Any]) -> RowMapping | None:
        if self._connection is None:
            # Each statement is a transaction of its own, so each one sees what is committed by then.
            engine = create_engine("sqlite://", creator=self._open, poolclass=StaticPool, hide_parameters=True)
            self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._connection.execute(statement, values).mappings().first()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    def _open(self) -> sqlite3.Connection:
        # The mode refuses a missing file instead of making an empty one.
        uri = f"{Path(self._path).absolute().as_uri()}?mode=rw"
        opened = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        opened.execute("PRAGMA query_only = ON")
        return opened


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The URL may hold a password in an odd place: it is not repeated.
        raise DatabaseProblem("the database URL cannot be read") from None
    if parsed.drivername not in {"sqlite", "postgresql"}:
        raise DatabaseProblem(f"the database URL starts with {parsed.drivername}: use sqlite or postgresql")
    if parsed.drivername == "sqlite" and (parsed.host or parsed.query):
        raise DatabaseProblem("a SQLite database URL is sqlite:///relative/path or sqlite:////absolute/path")
    return parsed


def _is_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def _postgresql(url: str, **pool: Any) -> AsyncEngine:
    try:
        import asyncpg  # type: ignore[import-untyped]
    except ImportError:
        raise DatabaseProblem("PostgreSQL needs a driver: pip install 'gql-gateway[postgresql]'") from None

    async def connect() -> Any:
        # asyncpg reads the URL itself, so sslmode, several hosts and the like mean what they mean to libpq.
        try:
            return await asyncpg.connect(url, timeout=_CONNECT_TIMEOUT_S)
        except ValueError:
            raise DatabaseProblem("the database URL cannot be read") from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise DatabaseProblem(f"no connection to the database: {_first_line(error)}") from error

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **pool)


def _sqlite(url: URL) -> AsyncEngine:
    if _is_memory(url):
        url = url.set(database=None)
        pool: dict[str, Any] = {"poolclass": StaticPool}
    else:
        pool = {"pool_size": 5, "max_overflow": 5}
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,
        # Python's driver begins no transaction by itself then; `begin` below does.
        connect_args={"isolation_level": None, "timeout": _BUSY_TIMEOUT_MS / 1000},
        **pool,
    )

    def create_private(*_: object) -> None:
        # SQLite gives its side files the rights of the main file. A file that cannot be opened is told here: the
        # driver's thread would outlive its own failure.
        if _is_memory(url) or not url.database:
            return
        try:
            os.close(os.open(url.database, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            # A file that is there is only looked at. Opening and closing it would drop every lock that SQLite holds on
            # it in this process, and another process could then take the write-ahead log away from under its writers
            # (sqlite.org/howtocorrupt.html, section 2.2).
            if Path(url.database).is_dir() or not os.access(url.database, os.R_OK | os.W_OK):
                why = os.strerror(errno.EISDIR if Path(url.database).is_dir() else errno.EACCES)
                raise DatabaseProblem(f"the SQLite file {url.database} cannot be opened: {why}") from None
        except OSError as error:
            raise DatabaseProblem(f"the SQLite file {url.database} cannot be opened: {error.strerror}") from error

    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.run_async(_prepare_sqlite)

    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can fail as "locked" at once; IMMEDIATE waits its turn.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine.sync_engine, "do_connect", create_private)
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


async def _prepare_sqlite(connection: aiosqlite.Connection) -> None:
    pragmas = (
        f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
        # FULL keeps an acknowledged commit through a power cut; NORMAL, usual beside WAL, may lose it.
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA journal_mode = WAL",
    )
    try:
        for pragma in pragmas:
            await _execute_when_free(connection, pragma)
    except BaseException:
        # The pool does not know the connection yet and would leave its thread behind.
        await connection.close()
        raise


async def _execute_when_free(connection: aiosqlite.Connection, statement: str) -> None:
    # A new file's switch to WAL does not wait for other processes as everything else does.
    deadline = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            # An answer that is not read to its end keeps a lock.
            await connection.execute_fetchall(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            return


@asynccontextmanager
async def explained() -> AsyncIterator[None]:
    """What the database says inside it, as `DatabaseProblem`."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseProblem(f"the database does not work: {_first_line(error.orig)}") from error
    except DBAPIError as error:
        # Its words may quote stored values.
        raise DatabaseProblem(f"the database refused: {type(error.orig).__name__}") from error
    except (PoolTimeout, OSError) as error:
        raise DatabaseProblem(f"the database does not answer: {type(error).__name__}") from error


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [""])[0] or type(error).__name__
