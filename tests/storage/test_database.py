from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, func, inspect, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from gql_gateway.storage.database import MIGRATION_LOCK, Database, DatabaseProblem
from gql_gateway.storage.tables import idempotency, metadata

from .conftest import Opener


async def _schema_of(database: Database) -> list[str]:
    def read(connection: Connection) -> list[str]:
        inspector = inspect(connection)
        return [
            f"{table} {column['name']} {column['type']} {column['nullable']}"
            for table in sorted(inspector.get_table_names())
            for column in inspector.get_columns(table)
        ]

    async with database.read() as connection:
        return await connection.run_sync(read)


async def _count(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT count(*) FROM idempotency"))).scalar_one())


def _row(key: str, at: datetime) -> dict[str, object]:
    return {
        "tenant": "default",
        "connection_id": "acme",
        "key_hash": key,
        "fingerprint": "f",
        "state": "running",
        "owner": "o",
        "created_at": at,
        "updated_at": at,
    }


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_migrating_an_empty_database_twice_changes_nothing_the_second_time(database_url: str) -> None:
    database = Database(database_url)
    await database.migrate()
    once = await _schema_of(database)
    await database.migrate()

    assert once
    assert await _schema_of(database) == once
    await database.close()


async def test_the_tables_equal_the_migrated_schema(database: Database) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(compare) == []


async def test_the_comparison_of_schemas_can_fail(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE connections ADD COLUMN stray TEXT"))
        await connection.execute(text("DROP INDEX ix_idempotency_state_updated_at"))

    def compare(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.read() as connection:
        assert len(await connection.run_sync(compare)) == 2


async def test_a_schema_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseProblem, match="another version"):
        await database.migrate()


async def test_databases_of_one_process_migrate_at_the_same_time(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / str(n)}") for n in range(4)]
    await asyncio.gather(*(database.migrate() for database in databases))

    schemas = [await _schema_of(database) for database in databases]
    assert schemas == [schemas[0]] * 4
    for database in databases:
        await database.close()


def test_processes_that_start_together_migrate_once(shared_database_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from gql_gateway.storage.database import Database\n"
        "async def main():\n"
        "    database = Database(sys.argv[1])\n"
        "    await database.migrate()\n"
        "    async with database.read() as connection:\n"
        "        print((await connection.exec_driver_sql('SELECT version_num FROM alembic_version')).scalars().all())\n"
        "    await database.close()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "asyncio.run(main())\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, shared_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()

    assert [process.communicate(timeout=60) for process in running] == [("['0006']\n", "")] * 4


async def test_a_migration_waits_for_that_of_another_process(postgresql_database_url: str) -> None:
    other, database = Database(postgresql_database_url), Database(postgresql_database_url)
    async with other.write() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        waiting = asyncio.create_task(database.migrate())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert await _schema_of(other) == []

    await asyncio.wait_for(waiting, 10)
    assert await _schema_of(other)
    await other.close()
    await database.close()


async def test_a_new_sqlite_file_that_another_process_writes_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "gateway.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE theirs (id)")
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    waiting = asyncio.create_task(database.ping())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()

    await asyncio.wait_for(waiting, 10)
    assert await database.unsafe_settings() == ()
    await database.close()


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await connection.execute(idempotency.insert().values(_row("k", NOON)))
            raise RuntimeError

    async with database.read() as connection:
        assert await _count(connection) == 0


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(idempotency.insert().values(_row("k", NOON)))
            written.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(5), database.write() as connection:
        assert await _count(connection) == 0
        await connection.execute(idempotency.insert().values(_row("k", NOON)))


async def test_readers_do_not_wait_for_a_writer(shared_database_url: str) -> None:
    database = Database(shared_database_url)
    await database.migrate()
    async with database.write() as writer:
        await writer.execute(idempotency.insert().values(_row("k", NOON)))
        async with asyncio.timeout(5), database.read() as reader:
            assert await _count(reader) == 0
    async with database.read() as reader:
        assert await _count(reader) == 1
    await database.close()


async def test_writers_of_two_processes_that_read_first_both_succeed(shared_database_url: str) -> None:
    first, second = Database(shared_database_url), Database(shared_database_url)
    await first.migrate()

    async def write(database: Database, prefix: str) -> None:
        for number in range(10):
            async with database.write() as connection:
                await _count(connection)
                await asyncio.sleep(0)
                await connection.execute(idempotency.insert().values(_row(f"{prefix}{number}", NOON)))

    await asyncio.gather(write(first, "a"), write(second, "b"))
    async with first.read() as connection:
        assert await _count(connection) == 20
    await first.close()
    await second.close()


async def test_times_are_utc_whatever_zone_they_were_given_in(database: Database) -> None:
    in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    async with database.write() as connection:
        await connection.execute(idempotency.insert().values(_row("k", in_tokyo)))
        earlier = idempotency.c.created_at < in_tokyo + timedelta(microseconds=1)
        found = (await connection.execute(select(idempotency.c.created_at).where(earlier))).scalar_one()

    assert found == NOON
    assert found.utcoffset() == timedelta(0)


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        async with database.write() as connection:
            await connection.execute(idempotency.insert().values(_row("k", NOON.replace(tzinfo=None))))


async def test_the_time_of_the_database_is_now(database: Database) -> None:
    async with database.read() as connection:
        now = await database.now(connection)

    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_finished_record_without_result_is_refused(database: Database) -> None:
    with pytest.raises(DatabaseProblem):
        async with database.write() as connection:
            await connection.execute(idempotency.insert().values({**_row("k", NOON), "state": "done"}))


async def test_ping_and_durable_settings(database: Database) -> None:
    await database.ping()
    unsafe = await database.unsafe_settings()

    # The server that happens to listen may be a fast, forgetful one; a SQLite file is ours to set.
    assert database.is_postgresql or unsafe == ()


async def test_settings_that_lose_data_are_told(postgresql_url: str) -> None:
    database = Database(f"{postgresql_url}?synchronous_commit=off")
    assert "synchronous_commit is off" in await database.unsafe_settings()
    await database.close()


async def test_sqlite_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    async with database.read() as first, database.read() as second:
        for connection in (first, second):
            found = {
                name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000, "foreign_keys": 1}
    await database.close()


async def test_a_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    await database.migrate()

    assert _modes(tmp_path) == dict.fromkeys(("gateway.sqlite3", "gateway.sqlite3-wal", "gateway.sqlite3-shm"), 0o600)
    await database.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense canary", "cannot be read"),
        ("mysql://user:canary@127.0.0.1/db", "starts with mysql"),
        ("sqlite://gateway.sqlite3", "sqlite:///relative/path"),
        ("sqlite:///x?mode=canary", "sqlite:///relative/path"),
    ],
)
def test_urls_that_cannot_be_used_are_refused_without_their_password(url: str, said: str) -> None:
    with pytest.raises(DatabaseProblem, match=said) as refused:
        Database(url)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:canary@127.0.0.1:1/db",
        "postgresql://user:can#ary@127.0.0.1:1/db",
        "postgresql://user:canary@127.0.0.1:1/db?sslmode=canary",
        "sqlite:////nowhere/at/all/gateway.sqlite3",
    ],
)
async def test_a_database_that_does_not_answer_says_so_without_its_password(url: str) -> None:
    database = Database(url)
    with pytest.raises(DatabaseProblem) as refused:
        await database.ping()

    assert str(refused.value)
    assert not re.search("can(?!not)|ary", f"{refused.value} {database!r}")
    await database.close()


async def test_a_sqlite_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for url, why in ((f"sqlite:///{tmp_path}/none/x.sqlite3", "No such file"), (f"sqlite:///{tmp_path}", "directory")):
        database = Database(url)
        with pytest.raises(DatabaseProblem, match=rf"{tmp_path}.*{why}"):
            await database.migrate()
        await database.close()


async def test_a_missing_postgresql_database_is_told(postgresql_url: str) -> None:
    database = Database(postgresql_url.rpartition("/")[0] + "/no_such_database")
    with pytest.raises(DatabaseProblem, match="no_such_database"):
        await database.ping()
    await database.close()


async def test_another_process_that_closes_the_file_leaves_the_log_of_this_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.sqlite3'}"
    database = Database(url)
    await database.migrate()
    async with database.read() as one, database.read() as other:  # the second is a new one for the pool
        assert await _count(one) == await _count(other) == 0
    program = (
        "import asyncio, sys\n"
        "from gql_gateway.storage.database import Database\n"
        "async def main():\n"
        "    database = Database(sys.argv[1])\n"
        "    await database.migrate()\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, url], check=True)

    async with database.write() as connection:
        await connection.execute(idempotency.insert().values(_row("k", NOON)))
    seen = sqlite3.connect(tmp_path / "gateway.sqlite3")
    assert seen.execute("SELECT count(*) FROM idempotency").fetchone() == (1,)
    seen.close()
    await database.close()


BY_KEY = select(idempotency).where(idempotency.c.key_hash == bindparam("key"))


async def test_a_look_up_by_key_sees_each_commit(open_shared: Opener) -> None:
    one, other = await open_shared(), await open_shared()
    assert await one.first(BY_KEY, {"key": "k"}) is None
    async with other.write() as connection:
        await connection.execute(idempotency.insert().values(_row("k", NOON)))
        during = await one.first(BY_KEY, {"key": "k"})
    after = await one.first(BY_KEY, {"key": "k"})

    assert during is None
    assert after is not None
    assert after["created_at"] == NOON
    async with other.write() as connection:
        await connection.execute(idempotency.delete())
    assert await one.first(BY_KEY, {"key": "k"}) is None


async def test_a_look_up_by_key_in_a_locked_file_waits_without_holding_up_the_others(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    await database.migrate()
    await database.close()
    holder = sqlite3.connect(tmp_path / "gateway.sqlite3", isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    waiting = asyncio.create_task(database.first(BY_KEY, {"key": "k"}))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    holder.close()

    assert await asyncio.wait_for(waiting, 10) is None
    await database.close()


async def test_a_look_up_by_key_reports_what_the_database_says(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    with pytest.raises(DatabaseProblem, match="no such table"):
        await database.first(BY_KEY, {"key": "k"})
    await database.close()
