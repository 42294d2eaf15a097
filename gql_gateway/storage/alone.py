"""One holder at a time across all processes that use a database, on one machine or on many.

PostgreSQL's own locks, and for SQLite locks on files beside the database: both end with their holder, however it dies,
so nothing has to be given a life and nobody can outlive it.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from filelock import AsyncFileLock, Timeout
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from .database import Database, DatabaseProblem, explained

LONGEST_WAIT = 60.0
"""Seconds: longer than a refresh with all its repeats takes."""
_FILES = 256
_POLL = 0.02

Alone = Callable[[str], AbstractAsyncContextManager[Any]]


def alone_in(database: Database, *, wait: float = LONGEST_WAIT) -> Alone:
    """`alone(name)`: inside it nobody else is inside it with this name. Raises `DatabaseProblem` after `wait` seconds.

    Two names may happen to share a lock; then one waits for the other, so nobody holds two.
    """
    if database.is_postgresql:
        # Connections of their own: those of the pool are for what has to be stored meanwhile.
        engine = database.unpooled()
        return lambda name: _locked_number(engine, name, wait)
    if database.path is None:  # in memory: there is no other process
        return lambda _name: nullcontext()
    path = database.path
    return lambda name: _locked_file(path, name, wait)


@asynccontextmanager
async def _locked_number(engine: AsyncEngine, name: str, wait: float) -> AsyncIterator[None]:
    async with explained():
        connection = await engine.connect().start()
    try:
        async with explained():
            # A lock of a transaction and not of a session: it holds behind a pooler that hands out transactions too.
            await connection.begin()
            await connection.execute(text(f"SET LOCAL lock_timeout = {round(wait * 1000)}"))
            # An idle transaction is what this is; a server that ends such ones would end the lock.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            await connection.execute(select(func.pg_advisory_xact_lock(_number(name))))
        yield
    finally:
        # Whatever becomes of this, the server lets go of the lock when the connection ends.
        with suppress(DBAPIError, OSError):
            await connection.close()


@asynccontextmanager
async def _locked_file(path: Path, name: str, wait: float) -> AsyncIterator[None]:
    file = path.with_name(f"{path.name}-lock-{_number(name) % _FILES:02x}")
    # A lock that is only a file would outlive its holder: better none than that.
    lock = AsyncFileLock(file, timeout=wait, mode=0o600, poll_interval=_POLL, fallback_to_soft=False)
    try:
        await lock.acquire()
    except Timeout:
        raise DatabaseProblem("another process keeps a lock for too long") from None
    except OSError as error:
        raise DatabaseProblem(f"no lock beside the database: {error.strerror}") from error
    try:
        yield
    finally:
        await lock.release()


def _number(name: str) -> int:
    """What PostgreSQL knows a lock by: 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], signed=True)
