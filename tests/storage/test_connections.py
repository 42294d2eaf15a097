from __future__ import annotations

import asyncio
import base64
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, select, update

from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.storage.connections import ConnectionExists, ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.rotation import Unreadable
from gql_gateway.storage.secrets import SecretBox, SecretProblem, Tampered, UnknownKey, generate_key
from gql_gateway.storage.tables import connections

from .conftest import FakeClock, Opener, example, mine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def _raw(database: Database, id: str) -> RowMapping:
    async with database.read() as connection:
        return (await connection.execute(select(connections).where(connections.c.id == id))).mappings().one()


async def _overwrite(database: Database, id: str, **values: object) -> None:
    async with database.write() as connection:
        await connection.execute(update(connections).where(connections.c.id == id).values(values))


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_everything_of_a_connection_comes_back(store: ConnectionStore) -> None:
    given = Connection(
        id="acme",
        integration="lexware_office",
        credentials=Credentials({"access_token": "å–漢 \U0001f600", "empty": ""}),
        company_id="123",
        base_url="http://127.0.0.1:1/x",
        token_url="http://127.0.0.1:1/token",
        generation=7,
        created_at=NOON,
        settings={"region": "ö"},
        last_used_at=NOON + timedelta(days=1),
        status="reauthorize",
        status_reason="revoked",
        tenant="default",
    )
    assert await store.add(given) == given
    assert await store.get(mine("acme")) == given
    assert await store.all("default") == [given]


async def test_what_is_left_out_gets_defaults(database: Database, box: SecretBox, clock: FakeClock) -> None:
    added = await ConnectionStore(database, box, clock=clock).add(example())

    assert added.created_at == clock()
    assert (added.generation, added.status, added.status_reason, added.last_used_at) == (0, "ready", None, None)


@pytest.mark.parametrize("id", ["", "nobody", "nul\0", "\ud800", "line\nbreak"])
async def test_an_id_that_names_nothing_gives_nothing(store: ConnectionStore, id: str) -> None:
    assert await store.get(mine(id)) is None


async def test_an_id_that_cannot_be_stored_is_refused(store: ConnectionStore) -> None:
    with pytest.raises(ValueError, match="plain text"):
        await store.add(example("nul\0"))


async def test_a_taken_id_is_refused_and_left_as_it_is(store: ConnectionStore) -> None:
    first = await store.add(example(access_token="first"))
    with pytest.raises(ConnectionExists):
        await store.add(example(access_token="second"))

    assert await store.get(mine("acme")) == first


async def test_of_simultaneous_adds_one_wins(store: ConnectionStore) -> None:
    outcomes = await asyncio.gather(*(store.add(example()) for _ in range(10)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Connection"] + ["ConnectionExists"] * 9


async def test_remove(store: ConnectionStore) -> None:
    await store.add(example())
    assert await store.remove(mine("acme"))
    assert not await store.remove(mine("acme"))
    assert await store.get(mine("acme")) is None


async def test_storing_credentials_counts_the_generation_and_makes_the_connection_ready(
    store: ConnectionStore,
) -> None:
    await store.add(example())
    await store.mark(mine("acme"), "reauthorize", "revoked")
    stored = await store.store_credentials(mine("acme"), Credentials({"access_token": "new"}), generation=0)

    assert stored == await store.get(mine("acme"))
    assert stored is not None
    assert (stored.generation, stored.status, stored.status_reason) == (1, "ready", None)
    assert dict(stored.credentials) == {"access_token": "new"}


@pytest.mark.parametrize("generation", [-1, 1, 2])
async def test_credentials_of_another_generation_are_not_stored(store: ConnectionStore, generation: int) -> None:
    before = await store.add(example())

    assert (
        await store.store_credentials(mine("acme"), Credentials({"access_token": "x"}), generation=generation) is None
    )
    assert await store.get(mine("acme")) == before


async def test_credentials_of_a_removed_connection_are_not_stored(store: ConnectionStore) -> None:
    assert await store.store_credentials(mine("acme"), Credentials({}), generation=0) is None


async def test_of_twenty_writers_one_wins_each_generation(open_shared: Opener, box: SecretBox) -> None:
    stores = [ConnectionStore(await open_shared(), box) for _ in range(2)]
    await stores[0].add(example())

    for generation in range(5):
        writers = [
            stores[writer % 2].store_credentials(
                mine("acme"), Credentials({"access_token": f"{generation}-{writer}"}), generation=generation
            )
            for writer in range(20)
        ]
        winners = [stored for stored in await asyncio.gather(*writers) if stored is not None]

        assert len(winners) == 1
        assert winners[0].generation == generation + 1
        assert [await store.get(mine("acme")) for store in stores] == winners * 2


async def test_touch_notes_the_latest_use(store: ConnectionStore) -> None:
    await store.add(example())
    await store.add(example("other"))
    await store.touch({})
    for at in (NOON, NOON + timedelta(hours=1), NOON):
        await store.touch({mine("acme"): at, mine("nobody"): at})
    other = await store.get(mine("other"))
    assert other is not None and other.last_used_at is None
    later = NOON + timedelta(hours=2)
    await store.touch({mine("other"): later, mine("acme"): NOON})
    other = await store.get(mine("other"))
    assert other is not None and other.last_used_at == later

    touched = await store.get(mine("acme"))
    assert touched is not None
    assert touched.last_used_at == NOON + timedelta(hours=1)
    assert touched.generation == 0


async def test_a_verdict_about_older_credentials_is_dropped(store: ConnectionStore) -> None:
    await store.add(example())
    await store.store_credentials(mine("acme"), Credentials({"access_token": "new"}), generation=0)

    assert not await store.mark(mine("acme"), "reauthorize", "revoked", generation=0)
    assert await store.mark(mine("acme"), "reauthorize", "revoked", generation=1)
    marked = await store.get(mine("acme"))
    assert marked is not None
    assert (marked.status, marked.status_reason) == ("reauthorize", "revoked")
    assert not await store.mark(mine("nobody"), "ready")


async def test_ciphertexts_swapped_between_connections_are_refused(database: Database, store: ConnectionStore) -> None:
    await store.add(example("a", access_token="of a"))
    await store.add(example("b", access_token="of b"))
    sealed = {id: (await _raw(database, id))["credentials"] for id in "ab"}
    await _overwrite(database, "a", credentials=sealed["b"])
    await _overwrite(database, "b", credentials=sealed["a"])

    for id in "ab":
        with pytest.raises(Tampered):
            await store.get(mine(id))


async def test_a_ciphertext_of_another_column_is_refused(
    database: Database, store: ConnectionStore, box: SecretBox
) -> None:
    await store.add(example())
    await _overwrite(database, "acme", credentials=box.seal(b"{}", "idempotency", "result", "acme", "0"))

    with pytest.raises(Tampered):
        await store.get(mine("acme"))


async def test_credentials_of_an_older_generation_put_back_are_refused(
    database: Database, store: ConnectionStore
) -> None:
    await store.add(example())
    older = (await _raw(database, "acme"))["credentials"]
    await store.store_credentials(mine("acme"), Credentials({"access_token": "new"}), generation=0)
    await _overwrite(database, "acme", credentials=older)

    with pytest.raises(Tampered):
        await store.get(mine("acme"))


async def test_one_unreadable_connection_does_not_hide_the_others(database: Database, store: ConnectionStore) -> None:
    await store.add(example("broken", access_token="canary-4711"))
    good = await store.add(example("good"))
    await _overwrite(database, "broken", generation=5)

    broken, other = await store.all("default")
    assert other == good
    assert (broken.id, broken.status, dict(broken.credentials)) == ("broken", "unreadable", {})
    assert broken.status_reason


async def test_credentials_are_nowhere_to_be_read(
    tmp_path: Path, box: SecretBox, caplog: pytest.LogCaptureFixture
) -> None:
    canary = "canary-4711-refresh-token"
    plain = canary.encode()
    hidden = [plain, plain[::-1], plain.hex().encode(), *(base64.b64encode(b"x" * n + plain)[4:-4] for n in range(3))]
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="aiosqlite")
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    await database.migrate()
    store = ConnectionStore(database, box)
    added = await store.add(example(access_token=canary, client_secret=canary))
    stored = await store.store_credentials(mine("acme"), Credentials({"refresh_token": canary}), generation=0)
    listed = await store.all("default")
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE connections SET generation = 9")
    with pytest.raises(Tampered) as refused:
        await store.get(mine("acme"))

    files = _contents(tmp_path)
    assert "gateway.sqlite3-wal" in files
    assert any(b"acme" in content for content in files.values())
    assert "acme" in caplog.text
    said = f"{added} {stored} {listed} {refused.value!r} {store!r} {caplog.text}".encode()
    for form in hidden:
        assert not any(form in content for content in (*files.values(), said))
    await database.close()


def _boxes() -> tuple[SecretBox, SecretBox, SecretBox]:
    """With the old key, with both, with the new."""
    old, new = generate_key("k1"), generate_key("k2")
    return SecretBox.from_text(old), SecretBox.from_text(f"{new},{old}"), SecretBox.from_text(new)


async def test_rotation_puts_everything_under_the_new_key(database: Database) -> None:
    old, both, new = _boxes()
    for number in range(25):
        await ConnectionStore(database, old).add(example(f"c{number:02}", access_token=f"token {number}"))
    store = ConnectionStore(database, both)
    before = await store.all("default")
    await store.store_credentials(mine("c03"), before[3].credentials, generation=0)
    before = await store.all("default")

    assert await store.count_by_key() == {"k1": 24, "k2": 1}
    assert await store.reseal_all(batch=10) == 24
    assert await store.count_by_key() == {"k2": 25}
    assert await store.reseal_all() == 0
    assert await ConnectionStore(database, new).all("default") == before
    with pytest.raises(UnknownKey):
        await ConnectionStore(database, old).get(mine("c00"))


class _StoppingBox(SecretBox):
    """Goes down after some seals, as a killed process would."""

    left = 15

    def reseal(self, sealed: bytes, *context: str) -> bytes:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().reseal(sealed, *context)


async def test_a_rotation_stopped_in_the_middle_goes_on(database: Database) -> None:
    old, new = generate_key("k1"), generate_key("k2")
    for number in range(30):
        await ConnectionStore(database, SecretBox.from_text(old)).add(example(f"c{number:02}"))
    with pytest.raises(KeyboardInterrupt):
        await ConnectionStore(database, _StoppingBox.from_text(f"{new},{old}")).reseal_all(batch=10)

    store = ConnectionStore(database, SecretBox.from_text(f"{new},{old}"))
    assert await store.count_by_key() == {"k1": 20, "k2": 10}
    assert len(await store.all("default")) == 30
    assert await store.reseal_all(batch=10) == 20
    assert await store.count_by_key() == {"k2": 30}


async def test_rotation_and_refresh_at_the_same_time_lose_nothing(open_shared: Opener) -> None:
    old_key, new_key = generate_key("k1"), generate_key("k2")
    both, new = SecretBox.from_text(f"{new_key},{old_key}"), SecretBox.from_text(new_key)
    # A process that was not switched over yet still seals under the old key.
    lagging = SecretBox.from_text(f"{old_key},{new_key}")
    rotating, refreshing = await open_shared(), await open_shared()
    for number in range(20):
        await ConnectionStore(rotating, lagging).add(example(f"c{number:02}", access_token="0"))

    async def refresh() -> None:
        for round in range(3):
            for number in range(20):
                id, credentials = f"c{number:02}", Credentials({"access_token": str(round + 1)})
                store = ConnectionStore(refreshing, both if number % 2 else lagging)
                assert await store.store_credentials(mine(id), credentials, generation=round)

    await asyncio.gather(refresh(), ConnectionStore(rotating, both).reseal_all(batch=3))
    await ConnectionStore(rotating, both).reseal_all()

    found = await ConnectionStore(rotating, new).all("default")
    assert [(one.generation, dict(one.credentials)) for one in found] == [(3, {"access_token": "3"})] * 20


class _OvertakenBox(SecretBox):
    """Lets something else happen between the reading of a row and its re-encryption, once."""

    meanwhile: Callable[[], None] | None = None

    def reseal(self, sealed: bytes, *context: str) -> bytes:
        if self.meanwhile:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        return super().reseal(sealed, *context)


async def test_rotation_keeps_credentials_stored_between_its_read_and_write(postgresql_database_url: str) -> None:
    # In SQLite nothing can happen there: rotation holds the write lock.
    old_key, new_key = generate_key("k1"), generate_key("k2")
    lagging = SecretBox.from_text(f"{old_key},{new_key}")
    database = Database(postgresql_database_url)
    await database.migrate()
    await ConnectionStore(database, lagging).add(example(access_token="older"))

    async def refresh() -> None:
        elsewhere = Database(postgresql_database_url)
        newer = Credentials({"access_token": "newer"})
        assert await ConnectionStore(elsewhere, lagging).store_credentials(mine("acme"), newer, generation=0)
        await elsewhere.close()

    def refresh_in_another_thread() -> None:
        thread = threading.Thread(target=asyncio.run, args=(refresh(),))
        thread.start()
        thread.join(20)

    box = _OvertakenBox.from_text(f"{new_key},{old_key}")
    box.meanwhile = refresh_in_another_thread
    store = ConnectionStore(database, box)

    assert await store.reseal_all() == 1
    assert await store.count_by_key() == {"k2": 1}
    found = await store.get(mine("acme"))
    assert found is not None
    assert (found.generation, dict(found.credentials)) == (1, {"access_token": "newer"})
    await database.close()


async def test_rotation_does_not_stop_at_what_it_cannot_read(database: Database) -> None:
    old, both, _ = _boxes()
    for number in range(6):
        await ConnectionStore(database, old).add(example(f"c{number}"))
    await _overwrite(database, "c2", generation=5)
    store = ConnectionStore(database, both)

    with pytest.raises(Unreadable, match="5 re-encrypted, 1 not: default/c2"):
        await store.reseal_all(batch=2)
    assert await store.count_by_key() == {"k1": 1, "k2": 5}


async def test_a_key_that_is_not_configured_is_counted_by_name(database: Database) -> None:
    old, _, new = _boxes()
    await ConnectionStore(database, old).add(example())

    assert await ConnectionStore(database, new).count_by_key() == {"k1": 1}
    with pytest.raises(SecretProblem, match="k1"):
        await ConnectionStore(database, new).get(mine("acme"))
