"""`gql-gateway keys create|list|revoke`: the API keys of callers, from the command line."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from ..callers import api_keys
from ..model.api_key import ApiKey
from ..model.caller import Scope
from ..settings import Settings
from ..storage.api_keys import ApiKeyStore
from ..storage.database import Database
from .connections import BadArguments, check_tenant

LONGEST_NAME = 100
LONGEST_LIFE = timedelta(days=3650)

_SPAN = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[ApiKeyStore]:
    database = Database(settings.database_url)
    try:
        await database.migrate()
        yield ApiKeyStore(database)
    finally:
        await database.close()


async def create(
    settings: Settings, tenant: str, scopes: Sequence[str], name: str, expires: str | None
) -> tuple[str, ApiKey]:
    """A new key, which is nowhere to be had again, and what was stored of it."""
    now = datetime.now(UTC)
    problems = check_tenant(tenant)
    if len(name) > LONGEST_NAME or not name.isprintable():
        problems.append(f"--name takes up to {LONGEST_NAME} printable characters.")
    known = {scope.value: scope for scope in Scope}
    if unknown := [word for word in scopes if word not in known]:
        problems.append(f"There is no scope {unknown[0]!r}. There are: {', '.join(known)}.")
    span = _SPAN.fullmatch(expires or "")
    life = int(span["number"]) * _UNITS[span["unit"]] if span else None
    if expires is not None and (life is None or life > LONGEST_LIFE):
        problems.append("--expires takes a time such as 90d, 12h or 30m, ten years at most.")
    if problems:
        raise BadArguments("\n".join(problems))
    granted = frozenset(known[word] for word in scopes)
    text, key = api_keys.create(tenant, granted, name, now, now + life if life else None)
    async with store_of(settings) as store:
        await store.add(key)
    return text, key


async def everything(settings: Settings, tenant: str | None) -> list[ApiKey]:
    async with store_of(settings) as store:
        return await store.all(tenant)


async def revoke(settings: Settings, id: str) -> ApiKey | None:
    """By the public id. Whoever gives the whole key instead means the same."""
    async with store_of(settings) as store:
        return await store.revoke(api_keys.id_in(id) or id)
