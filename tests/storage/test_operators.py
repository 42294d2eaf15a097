"""What only operators ask for: everybody's records a page at a time, the schema's state, the database's clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import text

from gql_gateway.callers import api_keys
from gql_gateway.commands.doctor import examine
from gql_gateway.commands.report import JsonReport
from gql_gateway.model.caller import Scope
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.link import Link
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.connections import ConnectionStore, EverybodysConnections
from gql_gateway.storage.database import Database
from gql_gateway.storage.links import LinkStore
from gql_gateway.storage.migrate import SchemaState
from gql_gateway.storage.secrets import SecretBox, generate_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
async def test_connections_of_all_tenants_come_once_each(database: Database, batch: int) -> None:
    store = EverybodysConnections(database, SecretBox.from_text(generate_key()))
    keys = {(tenant, id) for tenant in ("default", "b", "a") for id in ("1", "Z", "a")}
    for tenant, id in keys:
        await store.add(Connection(id, "fortnox", Credentials({"access_token": "x"}), tenant=tenant))
    pages = [page async for page in store.everybodys(batch=batch)]
    assert max(map(len, pages)) <= batch
    seen = [tuple(item.key) for page in pages for item in page]
    assert len(seen) == len(keys)
    assert set(seen) == keys


@pytest.mark.parametrize("batch", [1, 2, 100])
async def test_keys_that_were_not_revoked_come_once_each(database: Database, batch: int) -> None:
    store = ApiKeyStore(database)
    made = [api_keys.create("t", frozenset({Scope.READ}), "", NOW, None)[1] for _ in range(5)]
    for key in made:
        await store.add(key)
    await store.revoke(made[2].id)
    seen = [key.id async for key in store.unrevoked(batch=batch)]
    assert sorted(seen) == sorted(key.id for key in made if key is not made[2])
    assert len(seen) == 4


async def test_links_are_counted_and_taken_back(database: Database) -> None:
    store = LinkStore(database, SecretBox.from_text(generate_key()), clock=lambda: NOW)
    for number, hours in enumerate((1, -1, -3)):
        ends = NOW + timedelta(hours=hours)
        await store.add(Link(f"l{number}", "t", "c", None, None, NOW, ends))
    assert await store.count() == 3
    assert await store.count_expired() == 2
    assert await store.count_expired(timedelta(hours=2)) == 1
    taken = await store.take_back("l0")
    assert taken is not None
    assert taken.id == "l0"
    assert await store.take_back("l0") is None
    assert await store.count() == 2


async def test_the_state_of_the_schema(database_url: str) -> None:
    database = Database(database_url)
    assert await database.schema_state() is SchemaState.MISSING
    assert await database.schema_state() is SchemaState.MISSING, "looking makes nothing"
    await database.migrate()
    assert await database.schema_state() is SchemaState.CURRENT
    for revision, state in (("0001", SchemaState.OLDER), ("9999", SchemaState.FOREIGN)):
        async with database.write() as connection:
            await connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        assert await database.schema_state() is state
    await database.close()


@pytest.mark.parametrize("ahead", [-100, 0, 100])
async def test_the_clock_of_the_database(database: Database, ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = database.now

    async def shifted(*arguments: object) -> datetime:
        return await now(*arguments) + timedelta(seconds=ahead)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "now", shifted)
    seen = await database.clock_ahead()
    assert (seen is not None) == database.is_postgresql
    assert seen is None or abs(seen - ahead) < 1


async def test_everything_is_looked_at(shared_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = generate_key()
    database = Database(shared_database_url)
    await database.migrate()
    store = ConnectionStore(database, SecretBox.from_text(keys))
    await store.add(Connection("acme", "fortnox", Credentials({"access_token": "x"}), tenant="t"))
    await database.close()
    monkeypatch.setenv("GATEWAY_DATABASE_URL", shared_database_url)
    monkeypatch.setenv("GATEWAY_SECRET_KEYS", keys)
    monkeypatch.setenv("GATEWAY_PORT", "0")
    to = StringIO()
    await examine(JsonReport(to), offline=True)
    found = json.loads(to.getvalue())["findings"]
    # The server that happens to listen may be a fast, forgetful one.
    assert {item["name"] for item in found if item["level"] == "problem"} <= {"safety"}
    assert {item["about"] for item in found} == set(
        "settings database clock keys connection links audit caller".split()
    )
    clock = next(item for item in found if item["about"] == "clock")
    assert ("secondsAhead" in clock["facts"]) == shared_database_url.startswith("postgresql")
