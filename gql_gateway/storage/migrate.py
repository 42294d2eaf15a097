"""Runs the migrations of `migrations/` on an open transaction."""

from __future__ import annotations

import asyncio
import threading
from enum import Enum

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

# Alembic keeps the running migration in module globals, so one process runs one at a time, whatever its loops and
# threads.
_RUNNING = threading.Lock()


class SchemaState(Enum):
    """How a database's schema stands to this version's."""

    CURRENT = "current"
    MISSING = "missing"
    OLDER = "older"
    FOREIGN = "foreign"
    """Made by another version, which is likely a newer one."""


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


async def state_of(connection: AsyncConnection) -> SchemaState:
    """Looks only."""
    return await connection.run_sync(_state_of)


def _state_of(connection: Connection) -> SchemaState:
    scripts = ScriptDirectory.from_config(_config())
    found = set(MigrationContext.configure(connection).get_current_heads())
    if not found:
        return SchemaState.MISSING
    if found == set(scripts.get_heads()):
        return SchemaState.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState.OLDER if found <= known else SchemaState.FOREIGN


def _config() -> Config:
    config = Config()
    # A package resource, so that it is found in a wheel too.
    config.set_main_option("script_location", "gql_gateway.storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
