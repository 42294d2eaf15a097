"""The column that says when a connection is due for renewal: set with the credentials, found without opening them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials, Due
from gql_gateway.model.lifetime import DAY
from gql_gateway.oauth.endpoint import TokenEndpoint
from gql_gateway.oauth.idle import IdleConnections
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox

from .conftest import Opener, example, mine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE = NOON + timedelta(seconds=0.75 * 30 * DAY)
ENDPOINTS = {"fortnox": TokenEndpoint("https://token.test/token", "basic", rotates=True, refresh_life=30 * DAY)}


def dated(since: datetime = NOON) -> dict[str, str]:
    start = int(since.timestamp())
    return {"refresh_token": "r", "refreshed_at": str(start), "refresh_expires_at": str(int(start + 30 * DAY))}


async def found(store: ConnectionStore, now: datetime, *undated: str, limit: int = 9) -> list[str]:
    return [due.key.id for due in await store.due(now, undated=undated, limit=limit)]


async def test_the_date_is_set_whenever_credentials_are_stored(store: ConnectionStore) -> None:
    assert (await store.add(example(**dated()))).renew_by == DUE
    later = Credentials(dated(NOON + timedelta(days=1)))
    stored = await store.store_credentials(mine("acme"), later, generation=0)
    assert stored is not None and stored.renew_by == DUE + timedelta(days=1)
    assert await store.get(mine("acme")) == stored
    stored = await store.store_credentials(mine("acme"), Credentials({"refresh_token": "r"}), generation=1)
    assert stored is not None and stored.renew_by is None


async def test_those_that_are_due_are_found_the_longest_overdue_first(store: ConnectionStore) -> None:
    for days in (3, 1, 2):
        await store.add(example(f"{days} days", **dated(NOON + timedelta(days=days))))
    await store.add(example("undated"))
    assert await found(store, DUE) == []
    assert await found(store, DUE + timedelta(days=1)) == ["1 days"]
    everything = DUE + timedelta(days=9)
    assert await found(store, everything) == ["1 days", "2 days", "3 days"]
    assert await found(store, everything, "fortnox") == ["1 days", "2 days", "3 days", "undated"]
    assert await found(store, everything, "sage_accounting", limit=2) == ["1 days", "2 days"]
    await store.mark(mine("1 days"), "reauthorize", "refused")
    assert await found(store, everything, limit=1) == ["2 days"]


@pytest.mark.parametrize("values", [dated(), {"refresh_token": "r"}])
async def test_one_process_puts_off(store: ConnectionStore, values: dict[str, str]) -> None:
    await store.add(example(**values))
    (due,) = await store.due(DUE, undated=["fortnox"], limit=1)
    assert due == Due(mine("acme"), "fortnox", 0, DUE if "refreshed_at" in values else None)
    later = DUE + timedelta(hours=1, microseconds=123456)
    assert [await store.put_off(due, later), await store.put_off(due, later)] == [True, False]
    assert await found(store, DUE, "fortnox") == []
    (due,) = await store.due(later, undated=[], limit=1)
    await store.mark(due.key, "reauthorize")
    assert not await store.put_off(due, later)


async def test_what_was_stored_anew_is_not_put_off(store: ConnectionStore) -> None:
    await store.add(example(**dated()))
    (due,) = await store.due(DUE, undated=[], limit=1)
    assert await store.store_credentials(due.key, Credentials(dated()), generation=0)
    assert not await store.put_off(due, DUE + timedelta(hours=1))
    assert not await store.put_off(due._replace(key=ConnectionKey("other", "acme"), generation=1), DUE)


async def test_rows_of_before_come_along_undated(
    database_url: str, box: SecretBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of revision 0004 with connections in it, migrated; each of them is looked at once."""
    upgrade = command.upgrade
    database = Database(database_url)
    monkeypatch.setattr("gql_gateway.storage.migrate.command.upgrade", lambda config, _: upgrade(config, "0004"))
    await database.migrate()
    monkeypatch.undo()
    store = ConnectionStore(database, box)
    row: dict[str, Any] = {"tenant": "here", "settings": "{}", "at": NOON if database.is_postgresql else str(NOON)[:19]}
    async with database.write() as connection:
        for id, status in (("acme", "ready"), ("refused", "reauthorize")):
            sealed = store._seal(ConnectionKey("here", id), Credentials(dated()), 3)
            await connection.execute(
                text(
                    "INSERT INTO connections (tenant, id, integration, settings, credentials, generation, created_at, "
                    "status) VALUES (:tenant, :id, 'fortnox', :settings, :sealed, 3, :at, :status)"
                ),
                {**row, "id": id, "sealed": sealed, "status": status},
            )
    await database.migrate()
    key = ConnectionKey("here", "acme")
    assert await store.due(NOON, undated=["fortnox"], limit=9) == [Due(key, "fortnox", 3, None)]
    (due,) = await store.due(NOON, undated=["fortnox"], limit=9)
    assert await store.put_off(due, DUE)
    assert await found(store, NOON, "fortnox") == []
    kept = await store.get(key)
    assert kept is not None and (kept.credentials["refresh_token"], kept.renew_by) == ("r", DUE)
    stored = await store.store_credentials(key, Credentials(dated(DUE)), generation=3)
    assert stored is not None and stored.renew_by == DUE + (DUE - NOON)
    await database.close()


class Endpoint:
    """Gives new tokens, slowly, and counts."""

    asked = 0

    async def send(self, base_url: str, call: Call, **how: Any) -> Answer:
        self.asked += 1
        await asyncio.sleep(0.05)
        return Answer(200, b'{"access_token":"new","refresh_token":"next","token_type":"bearer"}')


async def test_processes_that_look_at_the_same_time_renew_once(open_shared: Opener, box: SecretBox) -> None:
    endpoint, now = Endpoint(), DUE.timestamp()
    looks = []
    for _ in range(3):
        database = await open_shared()
        store = ConnectionStore(database, box)
        keeper = TokenKeeper(store, endpoint, lambda: now, lease=alone_in(database))
        looks.append(IdleConnections(store, keeper, ENDPOINTS, lambda: now))
    client = {"access_token": "old", "client_id": "c", "client_secret": "s"}
    for number in range(4):
        await store.add(example(f"c{number}", **dated(), **client))
    await asyncio.gather(*(one.look() for one in looks), *(one.look() for one in looks))
    assert endpoint.asked == 4
    assert {(one.generation, one.credentials["refresh_token"]) for one in await store.all("default")} == {(1, "next")}


async def test_a_look_and_a_request_renew_once(open_shared: Opener, box: SecretBox) -> None:
    """A caller's access token has ended in the moment in which the connection is due."""
    endpoint, now = Endpoint(), DUE.timestamp()
    keepers = []
    for _ in range(2):
        database = await open_shared()
        store = ConnectionStore(database, box)
        keepers.append(TokenKeeper(store, endpoint, lambda: now, lease=alone_in(database)))
    connection: Connection = await store.add(example(**dated(), access_token="old", client_id="c", client_secret="s"))
    look = IdleConnections(store, keepers[0], ENDPOINTS, lambda: now).look()
    await asyncio.gather(look, keepers[1].refresh(connection, ENDPOINTS["fortnox"], stale="old"))
    assert endpoint.asked == 1
