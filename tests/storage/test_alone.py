"""One holder at a time, in every process that uses the database."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.database import Database, DatabaseProblem
from tests.storage.conftest import Opener

HOLDER = """
import asyncio, sys
from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.database import Database

async def hold():
    async with alone_in(Database(sys.argv[1]))("books"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


async def test_two_at_once_take_turns(open_shared: Opener) -> None:
    locks = [alone_in(await open_shared()) for _ in range(3)]
    inside = 0

    async def visit(at: int) -> None:
        nonlocal inside
        async with locks[at % 3]("books"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.002)
            inside -= 1

    await asyncio.gather(*(visit(at) for at in range(30)))


async def test_others_are_not_held_up_and_the_pool_stays_free(open_shared: Opener) -> None:
    """Every connection of the pool is for storing what a holder has got."""
    database = await open_shared()
    alone = alone_in(database, wait=5.0)
    # Names that share none of the locks beside a SQLite file.
    names = ["a", "b", "c", "d", "e"] if database.path else [f"books-{at}" for at in range(30)]
    async with AsyncExitStack() as held:
        for name in names:
            await held.enter_async_context(alone(name))
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_waiting_ends(open_shared: Opener) -> None:
    async with alone_in(await open_shared())("books"):
        with pytest.raises(DatabaseProblem):
            async with alone_in(await open_shared(), wait=0.05)("books"):
                raise AssertionError("two holders")
    async with alone_in(await open_shared(), wait=0.05)("books"):
        pass


async def test_what_goes_wrong_inside_is_told_as_it_is_and_lets_go(open_shared: Opener) -> None:
    alone = alone_in(await open_shared(), wait=0.5)
    with pytest.raises(OSError, match="mine"):
        async with alone("books"):
            raise OSError("mine")
    async with alone("books"):
        pass


async def test_a_killed_holder_lets_go(open_shared: Opener, shared_database_url: str) -> None:
    database = await open_shared()
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, shared_database_url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(DatabaseProblem):
        async with alone_in(database, wait=0.1)("books"):
            raise AssertionError("two holders")
    holder.send_signal(signal.SIGKILL)
    await holder.wait()
    async with alone_in(database, wait=5.0)("books"):
        pass


async def test_in_memory_there_is_no_other_process() -> None:
    database = Database("sqlite://")
    async with alone_in(database)("books"), alone_in(database)("books"):
        pass
    await database.close()


async def test_a_server_that_is_gone_is_a_database_problem(unused_tcp_port: int) -> None:
    database = Database(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none")
    with pytest.raises(DatabaseProblem):
        async with alone_in(database)("books"):
            raise AssertionError("no server")
    await database.close()
