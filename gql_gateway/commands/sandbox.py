"""`gql-gateway sandbox`: the gateway and the simulators of all providers in one process, forgotten when it ends."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from ..app import App, build_app
from ..connect.flow import redirect_uri
from ..connectors.base import Connector
from ..connectors.registry import connectors
from ..examples import update_operation
from ..model.caller import DEFAULT_TENANT
from ..model.connection import Connection, Credentials
from ..sandbox.server import Sandbox
from ..settings import AppSettings, RegionSettings, Settings, public_url
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
async def prepared(
    host: str, port: int, simulators_port: int, log_level: str = "warning", return_urls: str = ""
) -> AsyncIterator[Prepared]:
    """Start the simulators and fill a database with their connections. The app is not served yet."""
    with tempfile.TemporaryDirectory(prefix="gql-gateway-") as folder:
        sandbox = Sandbox()
        await sandbox.start(host, simulators_port)
        settings = Settings(
            host=host,
            port=port,
            database_url=f"sqlite:///{Path(folder) / 'sandbox.sqlite3'}",
            log_level=log_level,  # type: ignore[arg-type]
            log_format="console",
            authentication="off",
            suggestions=True,
            return_urls=return_urls,
        )
        settings = settings.model_copy(update={"apps": _apps(sandbox, public_url(settings))})
        box = SecretBox.from_text(generate_key())
        try:
            operations = await _connect(settings, box, sandbox)
            tabs = [{"name": name, "query": query} for name, query in operations.items()]
            yield Prepared(build_app(settings, box, tabs=tabs), sandbox, operations)
        finally:
            await sandbox.stop()


def connection_id(integration: str) -> str:
    return f"sandbox-{integration.replace('_', '-')}"


def _apps(sandbox: Sandbox, gateway_url: str) -> dict[str, AppSettings]:
    """The gateway as an app of every simulated provider, with the redirect address registered there."""
    apps = {}
    for name, simulator in sandbox.simulators.items():
        url, known = sandbox.url(name), simulator.client()
        simulator.redirect_uris.add(redirect_uri(gateway_url, name))
        apps[name] = AppSettings(
            client_id=known.get("client_id", ""),
            client_secret=SecretStr(known.get("client_secret", "")),
            consent_url=simulator.consent_url(url) or "",
            token_url=simulator.token_url(url) or "",
            base_url=url,
            regions={
                region: RegionSettings(
                    client_id=own["client_id"], client_secret=SecretStr(own["client_secret"]), base_url=url + path
                )
                for region, (path, own) in simulator.regions().items()
            },
        )
    return apps


def _dates(connector: Connector) -> dict[str, str]:
    """Since and until when a refresh token is good, as whoever connected a moment ago would have been told it.

    Without them the server would look after connections of unknown age and renew them, and a simulator that is reset
    knows only the tokens of its start.
    """
    token = connector.manifest.token
    if token is None or token.refresh_life is None:
        return {}
    now = time.time()
    return {"refreshed_at": str(int(now)), "refresh_expires_at": str(int(now + token.refresh_life))}


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
                    credentials=Credentials({**simulator.credentials(), **_dates(connector)}),
                    company_id=simulator.company_id(),
                    base_url=sandbox.url(name),
                    token_url=simulator.token_url(sandbox.url(name)),
                    tenant=DEFAULT_TENANT,
                )
            )
            operations[name] = update_operation(connector, connection_id(name), simulator.example_id())
    finally:
        await database.close()
    return operations
