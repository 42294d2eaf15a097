"""`gql-gateway connections …`: stored credentials, from the command line."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ..app import Running, running
from ..connectors.base import Connector
from ..connectors.registry import connectors
from ..errors import GatewayError
from ..model.caller import LONGEST_TENANT, is_tenant
from ..model.connection import Connection, ConnectionKey, Credentials
from ..settings import Settings
from ..storage.connections import ConnectionStore
from ..storage.secrets import SecretBox

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_WORD = re.compile(r"[a-z][a-z_]{0,30}")


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
    tenant: str,
    integration: str,
    id: str,
    given: Sequence[str],
    company_id: str | None,
    base_url: str | None,
    token_url: str | None,
) -> Connection:
    """Store a connection. `given` are credentials as `name=value`."""
    connector = connectors().get(integration.lower().replace("-", "_"))
    problems = [*check_id(id), *check_tenant(tenant)]
    for option, url in (("--base-url", base_url), ("--token-url", token_url)):
        if url is not None and not _is_plain(url):
            problems.append(f"{option} takes an address such as https://host/path: no user, no query.")
    values: dict[str, str] = {}
    if connector is None:
        problems.append(unknown_integration(integration))
    else:
        problems += _read_credentials(connector, given, values)
    if connector is None or problems:
        raise BadArguments("\n".join(problems))
    async with store_of(settings) as (store, _):
        connection = Connection(
            id,
            connector.manifest.name,
            Credentials(values),
            company_id,
            base_url,
            token_url,
            created_at=datetime.now(UTC),
            tenant=tenant,
        )
        return await store.add(connection)


async def try_connection(settings: Settings, key: ConnectionKey) -> Tried:
    """Ask the provider for its companies: the cheapest call that proves the credentials."""
    async with store_of(settings) as (_, parts):
        try:
            companies = await parts.gateways.of(key.tenant).companies(key.id)
        except GatewayError as error:
            return Tried(False, f"{error.code.name}: {error.message}")
        names = ", ".join(f"{company.name or 'unnamed'} ({company.id})" for company in companies)
        return Tried(True, f"works; companies: {names or 'none'}")


def shown(item: Connection) -> dict[str, Any]:
    """A connection without the values of its credentials."""
    return {
        "tenant": item.tenant,
        "id": item.id,
        "integration": item.integration,
        "companyId": item.company_id,
        "baseUrl": item.base_url,
        "tokenUrl": item.token_url,
        "credentials": sorted(item.credentials),
        "status": item.status,
        "statusReason": item.status_reason,
        "createdAt": item.created_at.isoformat() if item.created_at else None,
        "lastUsedAt": item.last_used_at.isoformat() if item.last_used_at else None,
    }


def check_id(id: str) -> list[str]:
    """What is wrong with the name of a connection."""
    return [] if _ID.fullmatch(id) else ["--id takes up to 100 letters, digits and . _ @ -, a letter or digit first."]


def unknown_integration(name: str) -> str:
    return f"There is no integration {name}. There are: {', '.join(connectors())}."


def check_tenant(tenant: str) -> list[str]:
    """What is wrong with the name of a tenant."""
    return [] if is_tenant(tenant) else [f"--tenant takes 1 to {LONGEST_TENANT} printable characters."]


def _read_credentials(connector: Connector, given: Sequence[str], values: dict[str, str]) -> list[str]:
    """Put the credentials into `values`; answers what is wrong with them. No part of one is ever repeated."""
    problems = []
    known = {item.name: item for item in connector.manifest.credentials}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            shown = name if name in known else "one of them"
            problems.append(f"--credential takes name=value; {shown} has no value.")
        elif name not in known:
            # A secret in the place of the name, or one that ends with "=", is no word in small letters.
            shown = name if _WORD.fullmatch(name) else "of this name"
            problems.append(f"{connector.manifest.label} has no credential {shown}. It has: {', '.join(known)}.")
        elif name in values:
            problems.append(f"--credential {name} is given twice.")
        else:
            values[name] = value
    lacking = [name for name, item in known.items() if item.is_needed(values) and name not in values]
    if lacking:
        problems.append(f"Missing: {', '.join(f'--credential {name}=…' for name in lacking)}.")
    return problems


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and not ("@" in parts.netloc or parts.query or parts.fragment or parts.port == 0)
        )
    except ValueError:
        return False
