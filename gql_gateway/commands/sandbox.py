"""`gql-gateway sandbox`: the gateway and the simulators of all providers in one process, forgotten when it ends."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ..app import App, build_app
from ..connectors.registry import connectors
from ..examples import update_operation
from ..model.connection import Connection, Credentials
from ..sandbox.server import Sandbox
from ..settings import Settings
from ..storage.connections import ConnectionStore
from ..storage.database import Database
from ..storage.secrets import SecretBox, generate_key


@dataclass(frozen=True, slots=True)
class Prepared:
    """A gateway with one ready connection per simulator. `operations` are mutations to try, by integration."""

    app: App
    sandbox: Sandbox
    operations: Mapping[str, str]


@asynccontextmanager
async def prepared(host: str, port: int, simulators_port: int, log_level: str = "warning") -> AsyncIterator[Prepared]:
    """Start the simulators and fill a database with their connections. The app is not served yet."""
    with tempfile.TemporaryDirectory(prefix="gql-gateway-") as folder:
        settings = Settings(
            host=host,
            port=port,
            database_url=f"sqlite:///{Path(folder) / 'sandbox.sqlite3'}",
            log_level=log_level,  # type: ignore[arg-type]
            log_format="console",
        )
        box = SecretBox.from_text(generate_key())
        sandbox = Sandbox()
        await sandbox.start(host, simulators_port)
        try:
            operations = await _connect(settings, box, sandbox)
            tabs = [{"name": name, "query": query} for name, query in operations.items()]
            yield Prepared(build_app(settings, box, tabs=tabs), sandbox, operations)
        finally:
            await sandbox.stop()


def connection_id(integration: str) -> str:
    return f"sandbox-{integration.replace('_', '-')}"


async def _connect(settings: Settings, box: SecretBox, sandbox: Sandbox) -> dict[str, str]:
    """Store one connection for each simulator that has a connector; answers an operation for each."""
    operations: dict[str, str] = {}
    database = Database(settings.database_url)
    try:
        await database.migrate()
        store = ConnectionStore(database, box)
        for name, simulator in sandbox.simulators.items():
            connector = connectors().get(name)
            if connector is None:
                continue
            await store.add(
                Connection(
                    id=connection_id(name),
                    integration=name,
                    credentials=Credentials(simulator.credentials()),
                    company_id=simulator.company_id(),
                    base_url=sandbox.url(name),
                    token_url=simulator.token_url(sandbox.url(name)),
                )
            )
            operations[name] = update_operation(connector, connection_id(name), simulator.example_id())
    finally:
        await database.close()
    return operations
