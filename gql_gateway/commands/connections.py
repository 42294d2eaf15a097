"""`gql-gateway connections …`: stored credentials, from the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ..app import Running, running
from ..connectors.base import Connector
from ..connectors.registry import connectors
from ..errors import GatewayError
from ..model.connection import Connection, Credentials
from ..settings import Settings
from ..storage.connections import ConnectionStore
from ..storage.secrets import SecretBox


class BadArguments(Exception):
    """One line for each thing that is wrong with a command's arguments."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What `connections test` found."""

    ok: bool
    words: str


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[tuple[ConnectionStore, Running]]:
    box = SecretBox.from_text(settings.secret_keys.get_secret_value())
    async with running(settings, box) as parts:
        yield ConnectionStore(parts.database, box), parts


async def add(
    settings: Settings,
    integration: str,
    id: str,
    given: Sequence[str],
    company_id: str | None,
    base_url: str | None,
    token_url: str | None,
) -> Connection:
    """Store a connection. `given` are credentials as `name=value`."""
    connector = connectors().get(integration.lower().replace("-", "_"))
    if connector is None:
        raise BadArguments(f"There is no integration {integration}. There are: {', '.join(connectors())}.")
    credentials = _credentials(connector, given)
    async with store_of(settings) as (store, _):
        connection = Connection(
            id, connector.manifest.name, credentials, company_id, base_url, token_url, created_at=datetime.now(UTC)
        )
        return await store.add(connection)


async def try_connection(settings: Settings, id: str) -> Tried:
    """Ask the provider for its companies: the cheapest call that proves the credentials."""
    async with store_of(settings) as (_, parts):
        try:
            companies = await parts.gateway.companies(id)
        except GatewayError as error:
            return Tried(False, f"{error.code.name}: {error.message}")
        names = ", ".join(f"{company.name or 'unnamed'} ({company.id})" for company in companies)
        return Tried(True, f"works; companies: {names or 'none'}")


def _credentials(connector: Connector, given: Sequence[str]) -> Credentials:
    problems, values = [], {}
    known = {item.name: item for item in connector.manifest.credentials}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            problems.append(f"--credential takes name=value; {name or 'an empty name'} has no value.")
        elif name not in known:
            problems.append(f"{connector.manifest.label} has no credential {name}. It has: {', '.join(known)}.")
        else:
            values[name] = value
    lacking = [name for name, item in known.items() if not item.optional and name not in values]
    if lacking:
        problems.append(f"Missing: {', '.join(f'--credential {name}=…' for name in lacking)}.")
    if problems:
        raise BadArguments("\n".join(problems))
    return Credentials(values)
