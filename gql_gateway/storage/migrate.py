"""Runs the migrations of `migrations/` on an open transaction."""

from __future__ import annotations

import asyncio
import threading

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

# Alembic keeps the running migration in module globals, so one process runs one at a time, whatever its loops and
# threads.
_RUNNING = threading.Lock()


class SchemaProblem(Exception):
    """The database has a schema that this version does not know."""


async def upgrade(connection: AsyncConnection) -> None:
    """Apply what is missing, inside the caller's transaction."""
    while not _RUNNING.acquire(blocking=False):  # noqa: ASYNC110 (a lock across loops and threads wakes nobody)
        await asyncio.sleep(0.01)
    try:
        await connection.run_sync(_upgrade)
    except CommandError as error:
        raise SchemaProblem(f"the database was migrated by another version of the gateway: {error}") from error
    finally:
        _RUNNING.release()


def _upgrade(connection: Connection) -> None:
    config = Config()
    # A package resource, so that it is found in a wheel too.
    config.set_main_option("script_location", "gql_gateway.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
