"""What lives as long as the server: idempotency keys are held long enough, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gql_gateway.app import Running as Parts
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


async def last_uses(settings: Settings) -> dict[str, datetime | None]:
    database = Database(settings.database_url)
    try:
        return {item.id: item.last_used_at for item in await ConnectionStore(database, BOX).all()}
    finally:
        await database.close()


async def used(parts: Parts, *names: str) -> None:
    store = ConnectionStore(parts.database, BOX)
    for name in names:
        if await store.get(name) is None:
            await store.add(Connection(name, "fortnox", Credentials({"access_token": "abc"})))
        await parts.gateway.connection(name)


async def test_uses_of_connections_are_noted_every_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gql_gateway.app.NOTE_EVERY", 0.05)
    settings = settings_in(tmp_path)
    async with running(settings, BOX) as parts:
        await used(parts, "acme", "other")
        async with asyncio.timeout(10):
            while None in (await last_uses(settings)).values():  # noqa: ASYNC110 – another task notes them
                await asyncio.sleep(0.02)
        first = await last_uses(settings)
        await used(parts, "acme")
        async with asyncio.timeout(10):
            while (await last_uses(settings))["acme"] == first["acme"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await last_uses(settings))["other"] == first["other"]


async def test_no_request_waits_for_the_note_and_none_is_lost_at_the_end(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with running(settings, BOX) as parts:
        await used(parts, "acme")
        assert await last_uses(settings) == {"acme": None}
    noted = (await last_uses(settings))["acme"]
    assert noted is not None
    assert abs(datetime.now(UTC) - noted) < timedelta(minutes=1)


def test_a_shutdown_may_not_cut_a_running_write() -> None:
    told = [line for line in unsafe(Settings(deadline=40.0)) if line.startswith("GATEWAY_SHUTDOWN_GRACE")]
    assert len(told) == 1
    assert not [line for line in unsafe(Settings(deadline=35.0)) if line.startswith("GATEWAY_SHUTDOWN_GRACE")]
