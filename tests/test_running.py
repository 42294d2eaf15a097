"""What lives as long as the server: idempotency keys are held long enough, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gql_gateway.app import build_app, running
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.settings import Settings, unsafe
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import Done, IdempotencyStore, Running, Started
from gql_gateway.storage.secrets import SecretBox, generate_key

BOX = SecretBox.from_text(generate_key())


def settings_in(folder: Path, **more: float) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'gateway.sqlite3'}", **more)  # type: ignore[arg-type]


def ago(**span: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) - timedelta(**span)


async def begun(settings: Settings, key: str, clock: Callable[[], datetime], result: bytes | None = None) -> None:
    """A key that some process took, and finished when there is a result, at another time."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        keys = IdempotencyStore(database, BOX, clock=clock)
        found = await keys.begin("acme", key, "same")
        assert isinstance(found, Started)
        if result is not None:
            assert await keys.finish("acme", key, found.owner, result)
    finally:
        await database.close()


@pytest.mark.parametrize(("deadline", "held"), [(30.0, False), (600.0, True)])
async def test_key_is_held_longer_than_an_update_may_take(tmp_path: Path, deadline: float, held: bool) -> None:
    settings = settings_in(tmp_path, deadline=deadline)
    await begun(settings, "key", ago(seconds=200))
    async with running(settings, BOX) as parts:
        found = await parts.keys.begin("acme", "key", "same")
    assert isinstance(found, Running if held else Started)


async def test_server_forgets_old_answers_and_keeps_the_others(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await begun(settings, "old", ago(hours=73), b"{}")
    await begun(settings, "young", ago(hours=71), b"{}")
    app = build_app(settings, BOX)
    async with app._lifespan(None):
        assert app.parts is not None
        keys = app.parts.keys
        for _ in range(100):
            if not isinstance(old := await keys.begin("acme", "old", "same"), Done):
                break
            await asyncio.sleep(0.02)
        assert isinstance(old, Started) and not old.resumed
        assert isinstance(await keys.begin("acme", "young", "same"), Done)


async def test_use_of_a_connection_is_noted_once_a_minute(tmp_path: Path) -> None:
    async with running(settings_in(tmp_path), BOX) as parts:
        store = ConnectionStore(parts.database, BOX)
        await store.add(Connection("acme", "fortnox", Credentials({"access_token": "abc"})))
        await parts.gateway.connection("acme")
        first = await store.get("acme")
        await parts.gateway.connection("acme")
        second = await store.get("acme")
    assert first is not None and first.last_used_at is not None
    assert second is not None and second.last_used_at == first.last_used_at


def test_a_shutdown_may_not_cut_a_running_write() -> None:
    told = [line for line in unsafe(Settings(deadline=40.0)) if line.startswith("GATEWAY_SHUTDOWN_GRACE")]
    assert len(told) == 1
    assert not [line for line in unsafe(Settings(deadline=35.0)) if line.startswith("GATEWAY_SHUTDOWN_GRACE")]
