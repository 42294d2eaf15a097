"""What lives as long as the server: idempotency keys are held long enough, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gql_gateway.app import FIRST_LOOK, NEXT_FEW, build_app, running
from gql_gateway.app import Running as Parts
from gql_gateway.commands.sandbox import prepared
from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.oauth.idle import LOOK_EVERY, IdleConnections
from gql_gateway.settings import Settings, unsafe
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database, DatabaseProblem
from gql_gateway.storage.idempotency import Done, IdempotencyStore, Running, Started
from gql_gateway.storage.secrets import SecretBox, generate_key

ACME = ConnectionKey("default", "acme")
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
        found = await keys.begin(ACME, key, "same")
        assert isinstance(found, Started)
        if result is not None:
            assert await keys.finish(ACME, key, found.owner, result)
    finally:
        await database.close()


@pytest.mark.parametrize(("deadline", "held"), [(30.0, False), (600.0, True)])
async def test_key_is_held_longer_than_an_update_may_take(tmp_path: Path, deadline: float, held: bool) -> None:
    settings = settings_in(tmp_path, deadline=deadline)
    await begun(settings, "key", ago(seconds=200))
    async with running(settings, BOX) as parts:
        found = await parts.keys.begin(ACME, "key", "same")
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
            if not isinstance(old := await keys.begin(ACME, "old", "same"), Done):
                break
            await asyncio.sleep(0.02)
        assert isinstance(old, Started) and not old.resumed
        assert isinstance(await keys.begin(ACME, "young", "same"), Done)


async def last_uses(settings: Settings) -> dict[str, datetime | None]:
    database = Database(settings.database_url)
    try:
        return {item.id: item.last_used_at for item in await ConnectionStore(database, BOX).all("default")}
    finally:
        await database.close()


async def used(parts: Parts, *names: str) -> None:
    store = ConnectionStore(parts.database, BOX)
    for name in names:
        if await store.get(ConnectionKey("default", name)) is None:
            await store.add(Connection(name, "fortnox", Credentials({"access_token": "abc"}), tenant="default"))
        await parts.gateways.of("default").connection(name)


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


async def test_the_server_looks_for_idle_connections_until_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    async def look(_: IdleConnections) -> bool:
        looks.append(len(looks))
        if len(looks) == 1:
            raise DatabaseProblem("gone for a moment")
        return len(looks) == 2

    monkeypatch.setattr(IdleConnections, "look", look)
    for name, value in (("FIRST_LOOK", (0.0, 0.0)), ("LOOK_EVERY", 0.01), ("NEXT_FEW", 0.01)):
        monkeypatch.setattr(f"gql_gateway.app.{name}", value)
    async with asyncio.timeout(10):
        async with build_app(settings_in(tmp_path), BOX)._lifespan(None):
            while len(looks) < 4:  # noqa: ASYNC110 – another task looks
                await asyncio.sleep(0.01)
        seen = len(looks)
        await asyncio.sleep(0.1)
    assert len(looks) == seen


async def test_every_system_with_tokens_is_looked_after(tmp_path: Path) -> None:
    async with running(settings_in(tmp_path), BOX) as parts:
        with_tokens = {name for name, one in connectors().items() if one.manifest.token}
        assert set(parts.idle._endpoints) == with_tokens
        assert FIRST_LOOK[1] < LOOK_EVERY and NEXT_FEW < LOOK_EVERY


async def test_nothing_renews_the_sandboxs_own_connections() -> None:
    """A simulator that is reset knows only the tokens of its start."""
    async with prepared("127.0.0.1", 8000, 0) as ready:
        database = Database(ready.app.settings.database_url)
        store = ConnectionStore(database, ready.app.box)
        undated = [name for name, one in connectors().items() if one.manifest.token and one.manifest.token.refresh_life]
        assert undated
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert await store.due(tomorrow, undated=undated, limit=50) == []
        assert all(
            item.credentials.get("refresh_expires_at")
            for item in await store.all("default")
            if item.integration in undated
        )
        await database.close()
