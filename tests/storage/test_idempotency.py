from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from gql_gateway.model.connection import ConnectionKey
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import Done, IdempotencyStore, Reused, Running, Started, hash_key
from gql_gateway.storage.secrets import SecretBox, Tampered, UnknownKey, generate_key
from gql_gateway.storage.tables import idempotency

from .conftest import FakeClock, Opener, mine

ACME, OTHER = mine("acme"), mine("other")


@pytest.fixture
def keys(database: Database, box: SecretBox, clock: FakeClock) -> IdempotencyStore:
    return IdempotencyStore(database, box, clock=clock)


async def _started(keys: IdempotencyStore, connection: ConnectionKey = ACME, key: str = "key") -> Started:
    begun = await keys.begin(connection, key, "print")
    assert isinstance(begun, Started)
    return begun


async def _done(keys: IdempotencyStore, result: bytes, connection: ConnectionKey = ACME, key: str = "key") -> None:
    started = await _started(keys, connection, key)
    assert await keys.finish(connection, key, started.owner, result)


async def _rows(database: Database) -> list[dict[str, Any]]:
    async with database.read() as connection:
        found = await connection.execute(select(idempotency).order_by(idempotency.c.connection_id))
        return [dict(row) for row in found.mappings()]


async def test_a_key_goes_from_started_over_running_to_done(keys: IdempotencyStore, clock: FakeClock) -> None:
    start = clock()
    started = await _started(keys)
    assert not started.resumed

    clock.pass_time(timedelta(seconds=5))
    assert await keys.begin(ACME, "key", "print") == Running(since=start)
    assert await keys.finish(ACME, "key", started.owner, b"\0result\xff")
    finished = clock()

    clock.pass_time(timedelta(hours=71))
    for _ in range(3):
        assert await keys.begin(ACME, "key", "print") == Done(b"\0result\xff", at=finished)


async def test_a_key_with_another_change_is_reused_in_every_state(keys: IdempotencyStore, clock: FakeClock) -> None:
    started = await _started(keys)
    assert await keys.begin(ACME, "key", "other") == Reused()
    clock.pass_time(timedelta(hours=1))
    assert await keys.begin(ACME, "key", "other") == Reused()
    await keys.finish(ACME, "key", started.owner, b"result")
    assert await keys.begin(ACME, "key", "other") == Reused()


async def test_connections_do_not_share_keys(keys: IdempotencyStore) -> None:
    await _done(keys, b"result of acme")

    assert isinstance(await keys.begin(OTHER, "key", "print"), Started)


@pytest.mark.parametrize("key", ["", " ", "KEY", "key ", "ключ", "k" * 10_000, "nul\0", "\ud800"])
async def test_odd_keys_are_keys_of_their_own(keys: IdempotencyStore, key: str) -> None:
    await _done(keys, b"plain")
    await _done(keys, b"odd", key=key)

    begun = await keys.begin(ACME, key, "print")
    assert isinstance(begun, Done)
    assert begun.result == b"odd"


async def test_of_fifty_simultaneous_callers_one_starts(open_shared: Opener, box: SecretBox) -> None:
    stores = [IdempotencyStore(await open_shared(), box) for _ in range(2)]
    for round in range(3):
        begun = await asyncio.gather(*(stores[n % 2].begin(ACME, f"key {round}", "print") for n in range(50)))

        assert Counter(type(one).__name__ for one in begun) == {"Started": 1, "Running": 49}
        owner = next(one.owner for one in begun if isinstance(one, Started))
        assert await stores[0].finish(ACME, f"key {round}", owner, b"result")
        begun = await asyncio.gather(*(stores[n % 2].begin(ACME, f"key {round}", "print") for n in range(50)))
        assert {one.result for one in begun if isinstance(one, Done)} == {b"result"}
        assert len({type(one) for one in begun}) == 1


async def test_simultaneous_callers_on_one_database(keys: IdempotencyStore) -> None:
    begun = await asyncio.gather(*(keys.begin(ACME, "key", "print") for _ in range(50)))

    assert Counter(type(one).__name__ for one in begun) == {"Started": 1, "Running": 49}


async def test_a_stale_key_is_taken_over_once(open_shared: Opener, box: SecretBox, clock: FakeClock) -> None:
    stores = [IdempotencyStore(await open_shared(), box, clock=clock) for _ in range(2)]
    first = await _started(stores[0])
    clock.pass_time(timedelta(seconds=90))

    begun = await asyncio.gather(*(stores[n % 2].begin(ACME, "key", "print") for n in range(20)))
    assert Counter(type(one).__name__ for one in begun) == {"Started": 1, "Running": 19}
    second = next(one for one in begun if isinstance(one, Started))
    assert second.resumed
    assert second.owner != first.owner


async def test_a_key_is_not_stale_before_its_time(database: Database, box: SecretBox, clock: FakeClock) -> None:
    keys = IdempotencyStore(database, box, clock=clock, stale_after=timedelta(seconds=10))
    await _started(keys)
    clock.pass_time(timedelta(seconds=9.999))
    assert isinstance(await keys.begin(ACME, "key", "print"), Running)
    clock.pass_time(timedelta(seconds=0.001))
    assert isinstance(await keys.begin(ACME, "key", "print"), Started)
    # The new holder has the whole time again.
    clock.pass_time(timedelta(seconds=9))
    assert isinstance(await keys.begin(ACME, "key", "print"), Running)


async def test_a_clock_that_steps_back_lets_nobody_take_over(keys: IdempotencyStore, clock: FakeClock) -> None:
    await _started(keys)
    clock.pass_time(-timedelta(minutes=10))

    assert isinstance(await keys.begin(ACME, "key", "print"), Running)


async def test_who_lost_the_key_can_neither_finish_nor_forget_it(keys: IdempotencyStore, clock: FakeClock) -> None:
    first = await _started(keys)
    clock.pass_time(timedelta(minutes=5))
    second = await _started(keys)

    assert not await keys.finish(ACME, "key", first.owner, b"first")
    assert not await keys.forget(ACME, "key", first.owner)
    assert await keys.finish(ACME, "key", second.owner, b"second")
    assert not await keys.finish(ACME, "key", second.owner, b"again")
    assert not await keys.forget(ACME, "key", second.owner)
    begun = await keys.begin(ACME, "key", "print")
    assert isinstance(begun, Done)
    assert begun.result == b"second"


async def test_a_forgotten_key_is_new_even_for_another_change(keys: IdempotencyStore) -> None:
    started = await _started(keys)
    assert await keys.forget(ACME, "key", started.owner)

    begun = await keys.begin(ACME, "key", "other")
    assert isinstance(begun, Started)
    assert not begun.resumed


async def test_the_reaper_takes_what_was_finished_long_ago(keys: IdempotencyStore, clock: FakeClock) -> None:
    await _started(keys, key="running")
    await _done(keys, b"old", key="old")
    clock.pass_time(timedelta(hours=1))
    await _done(keys, b"younger", key="younger")
    clock.pass_time(timedelta(hours=71))
    assert await keys.reap() == 0
    clock.pass_time(timedelta(seconds=1))
    assert await keys.reap() == 1

    begun = await keys.begin(ACME, "old", "print")
    assert isinstance(begun, Started)
    assert not begun.resumed
    assert isinstance(await keys.begin(ACME, "younger", "print"), Done)
    clock.pass_time(timedelta(days=1000))
    assert await keys.reap(older_than=timedelta(0)) == 1
    running = await keys.begin(ACME, "running", "print")
    assert isinstance(running, Started)
    assert running.resumed


async def test_neither_key_nor_result_can_be_read_from_the_table(keys: IdempotencyStore, database: Database) -> None:
    await _done(keys, b"canary result", key="canary key")

    [row] = await _rows(database)
    assert row["key_hash"] == hash_key("canary key")
    assert "canary" not in str(row)


async def test_results_swapped_between_keys_or_connections_are_refused(
    keys: IdempotencyStore, database: Database
) -> None:
    places = (("a", "one"), ("a", "two"), ("b", "two"))
    for connection_id, key in places:
        await _done(keys, f"of {connection_id} {key}".encode(), mine(connection_id), key)
    sealed = {(row["connection_id"], row["key_hash"]): row["result"] for row in await _rows(database)}
    for (connection_id, key), (from_connection, from_key) in zip(places, (*places[1:], places[0]), strict=True):
        this = (idempotency.c.connection_id == connection_id) & (idempotency.c.key_hash == hash_key(key))
        async with database.write() as connection:
            await connection.execute(
                update(idempotency).where(this).values(result=sealed[from_connection, hash_key(from_key)])
            )

    for connection_id, key in places:
        with pytest.raises(Tampered):
            await keys.begin(mine(connection_id), key, "print")


async def test_results_follow_key_rotation(database: Database) -> None:
    old, new = generate_key("k1"), generate_key("k2")
    before = IdempotencyStore(database, SecretBox.from_text(old))
    for number in range(12):
        await _done(before, b"result %d" % number, mine(f"c{number % 3}"), str(number))
    await _started(before, mine("c0"), "running")
    both = IdempotencyStore(database, SecretBox.from_text(f"{new},{old}"))

    assert await both.count_by_key() == {"k1": 12}
    assert await both.reseal_all(batch=5) == 12
    assert await both.count_by_key() == {"k2": 12}
    after = IdempotencyStore(database, SecretBox.from_text(new))
    for number in range(12):
        begun = await after.begin(mine(f"c{number % 3}"), str(number), "print")
        assert isinstance(begun, Done)
        assert begun.result == b"result %d" % number
    with pytest.raises(UnknownKey):
        await before.begin(mine("c0"), "0", "print")


async def test_rotation_does_not_prolong_the_life_of_a_result(database: Database, clock: FakeClock) -> None:
    old, new = generate_key("k1"), generate_key("k2")
    await _done(IdempotencyStore(database, SecretBox.from_text(old), clock=clock), b"result")
    clock.pass_time(timedelta(hours=73))
    both = IdempotencyStore(database, SecretBox.from_text(f"{new},{old}"), clock=clock)
    await both.reseal_all()

    assert await both.reap() == 1


async def test_without_a_clock_the_database_tells_the_time(database: Database, box: SecretBox) -> None:
    await _started(IdempotencyStore(database, box))

    [row] = await _rows(database)
    assert abs(row["created_at"] - datetime.now(UTC)) < timedelta(minutes=1)


async def test_the_reaper_finds_its_rows_by_index() -> None:
    database = Database("sqlite://")
    await database.migrate()
    async with database.read() as connection:
        plan = await connection.execute(
            text("EXPLAIN QUERY PLAN DELETE FROM idempotency WHERE state = 'done' AND updated_at < '2026'")
        )
        assert "ix_idempotency_state_updated_at" in str(plan.all())
    await database.close()
