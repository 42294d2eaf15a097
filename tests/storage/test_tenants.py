"""Tenants in the store: apart in everything, and what was there before tenants is still there."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.storage import connections as module
from gql_gateway.storage.connections import ConnectionExists, ConnectionStore, EverybodysConnections
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import Done, IdempotencyStore, Started, hash_key
from gql_gateway.storage.secrets import SecretBox, Tampered, generate_key
from gql_gateway.storage.tables import connections, idempotency

from .conftest import example

PACKAGE = Path(__file__).parents[2] / "gql_gateway"

HERE, THERE = ConnectionKey("here", "acme"), ConnectionKey("there", "acme")


def of(key: ConnectionKey, token: str) -> Connection:
    return replace(example(key.id, access_token=token), tenant=key.tenant)


@pytest.fixture
async def both(store: ConnectionStore) -> ConnectionStore:
    """One id in two tenants."""
    await store.add(of(HERE, "of here"))
    await store.add(of(THERE, "of there"))
    return store


async def token(store: ConnectionStore, key: ConnectionKey) -> str | None:
    found = await store.get(key)
    return None if found is None else found.credentials["access_token"]


async def test_one_id_is_free_in_every_tenant_but_one(both: ConnectionStore) -> None:
    assert (await token(both, HERE), await token(both, THERE)) == ("of here", "of there")
    with pytest.raises(ConnectionExists):
        await both.add(of(HERE, "again"))
    assert await both.get(ConnectionKey("elsewhere", "acme")) is None


async def test_lists_are_apart(both: ConnectionStore) -> None:
    assert [item.tenant for item in await both.all("here")] == ["here"]
    assert await both.all("elsewhere") == await both.all("") == []


async def test_changes_are_apart(both: ConnectionStore) -> None:
    stored = await both.store_credentials(HERE, Credentials({"access_token": "new"}), generation=0)
    assert stored is not None and stored.key == HERE
    await both.mark(HERE, "reauthorize", "why")
    await both.touch({HERE: stored.created_at})  # type: ignore[dict-item]
    other = await both.get(THERE)
    assert other is not None
    assert (other.status, other.generation, other.last_used_at) == ("ready", 0, None)
    assert await token(both, THERE) == "of there"

    assert await both.remove(HERE)
    assert await both.get(HERE) is None
    assert await token(both, THERE) == "of there"


@pytest.mark.parametrize("tenant", ["", " ", "x" * 101, "a\nb", "a\0"])
async def test_tenants_have_plain_names(store: ConnectionStore, tenant: str) -> None:
    with pytest.raises(ValueError, match="tenant"):
        await store.add(replace(example(), tenant=tenant))
    assert await store.get(ConnectionKey("a", "acme")) is None


def test_no_request_can_reach_a_connection_without_a_tenant() -> None:
    """Every method that takes or gives connections takes a tenant; the others are for all rows and give names only."""
    for name, method in inspect.getmembers(ConnectionStore, inspect.isfunction):
        if name.startswith("_") or name in ("reseal_all", "count_by_key", "due"):
            continue
        first = list(inspect.signature(method).parameters.values())[1]
        kinds = ("ConnectionKey", "Connection", "Due", "str", "Mapping[ConnectionKey, datetime]")
        assert first.annotation in kinds and (first.annotation != "str" or first.name == "tenant"), name
    users = [path for path in PACKAGE.rglob("*.py") if EverybodysConnections.__name__ in path.read_text("utf-8")]
    assert {path.relative_to(PACKAGE).as_posix() for path in users} == {"commands/doctor.py", "storage/connections.py"}
    for name in ("begin", "finish", "forget"):
        signature = inspect.signature(getattr(IdempotencyStore, name))
        assert list(signature.parameters.values())[1].annotation == "ConnectionKey"
    with pytest.raises(TypeError, match="tenant"):
        Connection("id", "fortnox", Credentials({}))  # type: ignore[call-arg]


async def test_credentials_moved_to_another_tenant_do_not_open(both: ConnectionStore, database: Database) -> None:
    await both.add(of(ConnectionKey("default", "acme"), "of default"))
    rows = {}
    async with database.write() as connection:
        for row in (await connection.execute(connections.select())).mappings():
            rows[row["tenant"]] = row["credentials"]
    for source, foreign in rows.items():
        for target, own in rows.items():
            if source == target:
                continue
            await _put_back(database, target, foreign)
            with pytest.raises(Tampered):
                await both.get(ConnectionKey(target, "acme"))
            await _put_back(database, target, own)
            assert await token(both, ConnectionKey(target, "acme")) == f"of {target}"


async def _put_back(database: Database, tenant: str, sealed: bytes) -> None:
    change = update(connections).where(connections.c.tenant == tenant).values(credentials=sealed)
    async with database.write() as connection:
        await connection.execute(change)


async def test_contexts_of_two_rows_are_never_the_same() -> None:
    """Also where the parts of one, strung together, would be those of another."""
    seen: dict[tuple[str, ...], Any] = {}
    places = ("default", "a", "0", "acme", "a0", "")
    for tenant in places[:-1]:
        for id in places[:-1]:
            for generation in (0, 1):
                context = module.CREDENTIALS.context(tenant, id, generation)
                assert context not in seen, (seen[context], (tenant, id, generation))
                seen[context] = (tenant, id, generation)


async def test_idempotency_keys_are_apart(database: Database, box: SecretBox) -> None:
    keys = IdempotencyStore(database, box)
    for place in (HERE, THERE, ConnectionKey("default", "acme")):
        begun = await keys.begin(place, "key", "print")
        assert isinstance(begun, Started)
        assert await keys.finish(place, "key", begun.owner, place.tenant.encode())
    for place in (HERE, THERE, ConnectionKey("default", "acme")):
        done = await keys.begin(place, "key", "print")
        assert isinstance(done, Done) and done.result == place.tenant.encode()
    async with database.write() as connection:
        rows = {row["tenant"]: row["result"] for row in (await connection.execute(idempotency.select())).mappings()}
        await connection.execute(update(idempotency).where(idempotency.c.tenant == "there").values(result=rows["here"]))
    with pytest.raises(Tampered):
        await keys.begin(THERE, "key", "print")


async def test_rotation_reaches_every_tenant(database: Database) -> None:
    old, new = generate_key("k1"), generate_key("k2")
    before = ConnectionStore(database, SecretBox.from_text(old))
    for number in range(7):
        for tenant in ("a", "b", "default"):
            await before.add(of(ConnectionKey(tenant, f"c{number}"), f"{tenant} {number}"))
    both = ConnectionStore(database, SecretBox.from_text(f"{new},{old}"))
    assert await both.reseal_all(batch=4) == 21
    after = ConnectionStore(database, SecretBox.from_text(new))
    assert [item.credentials["access_token"] for item in await after.all("b")] == [f"b {number}" for number in range(7)]


BEFORE = """
INSERT INTO connections (id, integration, company_id, settings, credentials, generation, created_at, status)
VALUES (:id, 'fortnox', '12', '{"region": "x"}', :credentials, 3, :at, 'ready')
"""
RECORD = """
INSERT INTO idempotency (connection_id, key_hash, fingerprint, state, owner, result, created_at, updated_at)
VALUES ('acme', :hash, 'print', 'done', 'o', :result, :at, :at)
"""


async def test_what_was_stored_before_tenants_is_that_of_the_default_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of revision 0001, filled as that version filled it, and migrated."""
    from datetime import UTC, datetime

    from alembic import command

    upgrade = command.upgrade
    box = SecretBox.from_text(generate_key())
    database = Database(database_url)
    monkeypatch.setattr("gql_gateway.storage.migrate.command.upgrade", lambda config, _: upgrade(config, "0001"))
    await database.migrate()
    at: Any = datetime(2026, 3, 1, 12, tzinfo=UTC if database.is_postgresql else None)
    sealed = box.seal(json.dumps({"access_token": "kept"}).encode(), "connections", "credentials", "acme", "3")
    result = box.seal(b"the answer", "idempotency", "result", "acme", hash_key("key"))
    async with database.write() as connection:
        stamp = at if database.is_postgresql else at.isoformat(sep=" ", timespec="microseconds")
        for id in ("acme", "broken"):
            await connection.execute(text(BEFORE), {"id": id, "credentials": sealed, "at": stamp})
        await connection.execute(text(RECORD), {"hash": hash_key("key"), "result": result, "at": stamp})

    monkeypatch.undo()
    await database.migrate()
    store, keys = ConnectionStore(database, box), IdempotencyStore(database, box)
    found = await store.get(ConnectionKey("default", "acme"))
    assert found is not None
    assert (found.credentials["access_token"], found.company_id, found.generation) == ("kept", "12", 3)
    assert (found.settings, found.created_at) == ({"region": "x"}, datetime(2026, 3, 1, 12, tzinfo=UTC))
    with pytest.raises(Tampered):  # the other row's bytes are still not its own
        await store.get(ConnectionKey("default", "broken"))
    kept = await keys.begin(ConnectionKey("default", "acme"), "key", "print")
    assert isinstance(kept, Done) and kept.result == b"the answer"
    assert isinstance(await keys.begin(ConnectionKey("other", "acme"), "key", "print"), Started)
    stored = await store.store_credentials(found.key, Credentials({"access_token": "newer"}), generation=3)
    assert stored is not None and await token(store, found.key) == "newer"
    await store.add(of(HERE, "beside it"))
    async with database.write() as connection:
        with pytest.raises(Exception, match=r"(?i)null"):
            await connection.execute(text(BEFORE), {"id": "x", "credentials": sealed, "at": stamp})
    await database.close()
