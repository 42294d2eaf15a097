from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gql_gateway.callers import api_keys
from gql_gateway.model.api_key import ApiKey
from gql_gateway.model.caller import ALL_SCOPES, Scope
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.database import Database

from .conftest import FakeClock, Opener

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def keys(database: Database, clock: FakeClock) -> ApiKeyStore:
    return ApiKeyStore(database, clock=clock)


def made(tenant: str = "acme", at: datetime = NOON) -> ApiKey:
    return api_keys.create(tenant, frozenset({Scope.READ, Scope.WRITE}), "ein Näme", at, at + timedelta(days=1))[1]


async def test_everything_of_a_key_comes_back(keys: ApiKeyStore) -> None:
    whole = replace(made(), revoked_at=NOON, last_used_at=NOON, scopes=ALL_SCOPES)
    plain = replace(made(), expires_at=None, scopes=frozenset(), name="")
    for key in (whole, plain):
        await keys.add(key)
        assert await keys.find(key.id) == key
    assert await keys.find("nobody") is None


async def test_list_is_everybodys_or_a_tenants(keys: ApiKeyStore) -> None:
    first, second, third = made("b"), made("a", NOON + timedelta(hours=1)), made("b", NOON + timedelta(hours=2))
    for key in (third, first, second):
        await keys.add(key)
    assert await keys.all() == [first, second, third]
    assert await keys.all("b") == [first, third]
    assert await keys.all("c") == []


async def test_revoked_once_and_for_all(keys: ApiKeyStore, clock: FakeClock) -> None:
    key = made()
    await keys.add(key)
    revoked = await keys.revoke(key.id)
    assert revoked == replace(key, revoked_at=clock())
    clock.pass_time(timedelta(days=1))
    assert await keys.revoke(key.id) == revoked
    assert await keys.find(key.id) == revoked
    assert await keys.revoke("nobody") is None


async def test_revoking_is_seen_by_another_process_at_once(open_shared: Opener) -> None:
    here, there = ApiKeyStore(await open_shared()), ApiKeyStore(await open_shared())
    key = made()
    await here.add(key)
    assert await there.find(key.id) == key
    await here.revoke(key.id)
    found = await there.find(key.id)
    assert found is not None and found.revoked_at is not None


async def test_touch_notes_the_latest_use(keys: ApiKeyStore) -> None:
    one, other = made(), made()
    await keys.add(one)
    await keys.add(other)
    await keys.touch({})
    for at in (NOON, NOON + timedelta(hours=1), NOON):
        await keys.touch({one.id: at, "nobody": at})
    assert await keys.find(one.id) == replace(one, last_used_at=NOON + timedelta(hours=1))
    assert await keys.find(other.id) == other


async def test_no_tenant_without_a_name(keys: ApiKeyStore) -> None:
    with pytest.raises(ValueError, match="tenant"):
        await keys.add(replace(made(), tenant=" "))


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


async def test_key_is_nowhere_to_be_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    await database.migrate()
    text, key = api_keys.create("acme", ALL_SCOPES, "name", NOON)
    store = ApiKeyStore(database)
    await store.add(key)
    await store.touch({key.id: NOON})
    await store.revoke(key.id)
    secret = text.split("_")[2].encode()
    files = _contents(tmp_path)
    assert any(key.id.encode() in content for content in files)
    for form in (secret, secret[:16], secret[-16:], secret[::-1], secret.hex().encode()):
        assert not any(form in content for content in files)
    await database.close()
