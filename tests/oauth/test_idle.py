"""Connections that nobody uses for months are still there; nobody's time is wasted on those that are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials, Due
from gql_gateway.model.lifetime import DAY, NEVER, SHORTEST_KEPT, renew_by
from gql_gateway.oauth import idle as module
from gql_gateway.oauth.idle import LOOK_EVERY, IdleConnections
from gql_gateway.oauth.tokens import ReauthorizeNeeded, TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.message import Answer
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.alone import alone_in
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.trial import Unlimited

from .conftest import MemoryStore, TokenServer, refused

START = 1_800_000_000.0
ENDPOINTS = {name: one.manifest.token for name, one in connectors().items() if one.manifest.token}
KEPT = {
    "bookmore": 30,
    "exact_online": 30,
    "fortnox": 31,
    "quickbooks": 101,
    "sage_accounting": 31,
}
"""Days that the refresh tokens of the simulators are counted on to live."""
LEFT_ALONE = {"freshbooks", "visma_eaccounting", "lexware_office"}
"""Nobody knows how long theirs live; Lexware Office's connection in the sandbox holds a key, which does not end."""


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


@dataclass
class Books:
    """A database with connections, the endpoint that renews them, and processes that look after them."""

    database: Database
    clock: Clock
    server: TokenServer
    box: SecretBox
    store: ConnectionStore

    def process(self, server: TokenServer | None = None) -> IdleConnections:
        lease = alone_in(self.database)
        keeper = TokenKeeper(self.store, server or self.server, self.clock, sleep=at_once, lease=lease)
        return IdleConnections(self.store, keeper, ENDPOINTS, self.clock)

    async def add(self, id: str = "books", integration: str = "fortnox", **values: str) -> None:
        credentials = {
            "access_token": "access-token-0",
            "refresh_token": "refresh-token-0",
            "redirect_uri": "https://x",
        }
        credentials |= {"client_id": "c", "client_secret": "s", **values}
        await self.store.add(Connection(id, integration, Credentials(credentials), tenant="default"))

    async def get(self, id: str = "books") -> Connection:
        found = await self.store.get(ConnectionKey("default", id))
        assert found is not None
        return found

    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds


def dated(days_ago: float, life: float = 31) -> dict[str, str]:
    since = int(START - days_ago * DAY)
    return {"refreshed_at": str(since), "refresh_expires_at": str(int(since + life * DAY))}


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    database, box = Database("sqlite://"), SecretBox.from_text(generate_key())
    await database.migrate()
    yield Books(database, Clock(), TokenServer(MemoryStore()), box, ConnectionStore(database, box))
    await database.close()


# Four months without a caller


@asynccontextmanager
async def idle_world() -> AsyncIterator[tuple[Sandbox, ConnectionStore, TokenKeeper, IdleConnections, Clock]]:
    """A connection at every simulator with tokens, all on one clock."""
    clock = Clock()
    simulators = [type(one)(clock) for name, one in Sandbox().simulators.items() if name in ENDPOINTS]
    for one in simulators:
        one.rate_limit = None  # type: ignore[attr-defined]
    database = Database("sqlite://")
    await database.migrate()
    store = ConnectionStore(database, SecretBox.from_text(generate_key()))
    try:
        async with Sandbox(simulators) as sandbox, Outbound(Unlimited()) as outbound:
            for name, simulator in sandbox.simulators.items():
                url = sandbox.url(name)
                token_url = simulator.token_url(url)
                # A password would get new tokens when all others are dead: here it must not be needed.
                given = {key: value for key, value in simulator.credentials().items() if key != "password"}
                await store.add(
                    Connection(name, name, Credentials(given), base_url=url, token_url=token_url, tenant="default")
                )
            keeper = TokenKeeper(store, outbound, clock, sleep=at_once)
            yield sandbox, store, keeper, IdleConnections(store, keeper, ENDPOINTS, clock), clock
            await keeper.close()
    finally:
        await database.close()


async def test_a_hundred_and_twenty_days_without_traffic_lose_no_connection() -> None:
    asked: dict[str, list[float]] = {name: [] for name in ENDPOINTS}
    async with idle_world() as (sandbox, store, keeper, idle, clock):
        # BookMore tells how long its tokens live, and nobody else does: this one was used once.
        used = await store.get(ConnectionKey("default", "bookmore"))
        assert used is not None
        await keeper.refresh(used, ENDPOINTS["bookmore"], stale=used.credentials["access_token"])
        # Each look comes as late as the jitter allows, and none of its answers is used for anything.
        while clock.now < START + 120 * DAY:
            assert await idle.look() is False
            for name in ENDPOINTS:
                new = sum(simulator_serves(sandbox, name, entry) for entry in sandbox.requests(name))
                asked[name] += [clock.now] * new
                sandbox.mounts[name].log.clear()
            clock.now += LOOK_EVERY * 1.1
        connections = await store.all("default")
        assert {one.id: one.status for one in connections} == dict.fromkeys(ENDPOINTS, "ready")
        # They do not only say so: each gets a new access token now.
        for connection in connections:
            if connection.id in LEFT_ALONE:
                continue
            endpoint, stale = ENDPOINTS[connection.id], connection.credentials["access_token"]
            renewed = await keeper.refresh(connection, endpoint, stale=stale)
            assert renewed.credentials["access_token"] != stale

    assert all(asked[name] == [] for name in LEFT_ALONE)
    assert len(asked["twinfield"]) == 1  # nobody knew how old it was
    assert asked["exact_online"][0] >= START + 570
    for name, life in KEPT.items():
        # Nobody knows how old the token of a new connection is; another one is asked for at once.
        assert asked[name][0] <= START + 2 * LOOK_EVERY * 1.1, name
        gaps = [later - sooner for sooner, later in zip(asked[name], asked[name][1:], strict=False)]
        assert all(0.5 * life * DAY < gap < 0.8 * life * DAY for gap in gaps), (name, gaps)
        assert len(asked[name]) >= 120 // life, name


def simulator_serves(sandbox: Sandbox, name: str, entry: dict[str, Any]) -> bool:
    return sandbox.simulators[name].serves_tokens(entry["path"])


# When


async def test_it_is_renewed_before_four_fifths_of_its_life_and_not_much_earlier(books: Books) -> None:
    await books.add(**dated(0))
    idle = books.process()
    while not books.server.requests:
        await idle.look()
        books.pass_time(LOOK_EVERY * 1.1)
    passed = books.clock.now - START
    assert 0.7 * 31 * DAY < passed < 0.8 * 31 * DAY
    assert (await books.get()).renew_by == renew_by((await books.get()).credentials)


async def test_a_good_access_token_is_no_reason_to_wait(books: Books) -> None:
    await books.add(**dated(25), expires_at=str(START + 3000))
    await books.process().look()
    assert (await books.get()).credentials["access_token"] == "access-token-1"


async def test_nothing_is_read_of_connections_that_are_not_due(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    await books.add("young", **dated(1))
    await books.add("unknown", "freshbooks")
    await books.store.add(Connection("key", "lexware_office", Credentials({"api_key": "k"}), tenant="default"))
    opened: list[tuple[str, ...]] = []
    unseal = SecretBox.open

    def seen(self: SecretBox, sealed: bytes, *context: str) -> bytes:
        opened.append(context)
        return unseal(self, sealed, *context)

    monkeypatch.setattr(SecretBox, "open", seen)
    for _ in range(24):
        await books.process().look()
        books.pass_time(LOOK_EVERY)
    assert opened == []
    assert books.server.requests == []


async def test_use_puts_it_off(books: Books) -> None:
    await books.add(**dated(20))
    process = books.process()
    connection = await books.get()
    await process._keeper.refresh(connection, ENDPOINTS["fortnox"], stale=connection.credentials["access_token"])
    books.pass_time(10 * DAY)
    await process.look()
    assert len(books.server.requests) == 1


async def test_sessions_are_not_kept_open_all_night(books: Books) -> None:
    await books.add(integration="bookmore", **dated(0, life=1 / 48))
    assert (await books.get()).renew_by == NEVER
    assert renew_by(dated(0, life=SHORTEST_KEPT / DAY)) not in (None, NEVER)


# What nobody knows the age of


@pytest.mark.parametrize(
    ("expires_at", "is_renewed"),
    [
        ("", True),
        ("soon", True),
        (str(START - 30 * DAY), True),
        (str(START + 3600), False),
        (str(START + 9 * DAY), True),
    ],
)
async def test_an_undated_connection_is_looked_at_once(books: Books, expires_at: str, is_renewed: bool) -> None:
    await books.add(expires_at=expires_at)
    assert (await books.get()).renew_by is None
    for _ in range(3):
        await books.process().look()
        books.pass_time(LOOK_EVERY)
    assert len(books.server.requests) == is_renewed
    by = (await books.get()).renew_by
    assert by is not None
    assert datetime.fromtimestamp(START + 20 * DAY, UTC) < by < datetime.fromtimestamp(START + 24 * DAY, UTC)


@pytest.mark.parametrize("known", [{}, {"issued_at": str(int(START) - 1)}, dated(25) | {"issued_at": str(int(START))}])
async def test_exact_online_is_not_asked_before_its_time(books: Books, known: dict[str, str]) -> None:
    await books.add(integration="exact_online", **known)
    await books.process().look()
    books.pass_time(568)
    await books.process().look()
    assert books.server.requests == []
    books.pass_time(LOOK_EVERY)
    await books.process().look()
    assert len(books.server.requests) == 1


@pytest.mark.parametrize("lacking", ["refresh_token", "client_secret"])
async def test_what_cannot_be_renewed_is_left_as_it_is(books: Books, lacking: str) -> None:
    for id, values in (("undated", {}), ("dated", dated(25))):
        await books.add(id, **values, **{lacking: ""})
        await books.process().look()
        found = await books.get(id)
        assert (found.status, found.renew_by) == ("ready", NEVER)
    assert books.server.requests == []


# Refusals, failures, others


async def test_a_revoked_grant_costs_one_attempt(books: Books) -> None:
    await books.add(**dated(25))
    books.server.alive = "revoked"
    for _ in range(100):
        await books.process().look()
        books.pass_time(LOOK_EVERY)
    assert len(books.server.requests) == 1
    found = await books.get()
    assert found.status == "reauthorize"
    assert "invalid_grant" in (found.status_reason or "")
    with pytest.raises(ReauthorizeNeeded):
        await books.process()._keeper.refresh(found, ENDPOINTS["fortnox"], stale="access-token-0")
    assert len(books.server.requests) == 1


async def test_a_failure_of_the_endpoint_is_tried_again_at_the_next_look(books: Books) -> None:
    await books.add(**dated(25))
    books.server.script = [Answer(503), refused("temporarily_unavailable")]
    process = books.process()
    for attempts in (1, 2, 3):
        await process.look()
        await process.look()
        assert len(books.server.requests) == attempts
        assert (await books.get()).status == "ready"
        books.pass_time(LOOK_EVERY)
    assert (await books.get()).credentials["access_token"] == "access-token-1"


async def test_looks_of_several_processes_renew_once(books: Books) -> None:
    await books.add(**dated(25))
    await asyncio.gather(*(books.process().look() for _ in range(5)))
    assert len(books.server.requests) == 1


async def test_a_failure_is_one_for_all_processes(books: Books) -> None:
    await books.add(**dated(25))
    books.server.script = [Answer(503)] * 5
    await asyncio.gather(*(books.process().look() for _ in range(5)))
    assert len(books.server.requests) == 1


async def test_what_changed_since_it_was_found_is_left_to_the_next_look(books: Books) -> None:
    await books.add(**dated(25))
    (found,) = await books.store.due(datetime.fromtimestamp(START, UTC), undated=(), limit=5)
    connection = await books.get()
    await books.store.store_credentials(connection.key, connection.credentials, generation=0)
    await books.process()._see_to(found)
    assert books.server.requests == []


async def test_what_is_renewed_right_after_it_was_put_off_is_not_renewed_again(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    await books.add(**dated(25))
    put_off = books.store.put_off

    async def overtaken(due: Due, until: datetime) -> bool:
        done = await put_off(due, until)
        connection = await books.get()
        stored = Credentials({**connection.credentials, "access_token": "newer"})
        assert await books.store.store_credentials(due.key, stored, generation=0)
        return done

    monkeypatch.setattr(books.store, "put_off", overtaken)
    await books.process().look()
    assert books.server.requests == []


async def test_one_that_cannot_be_read_does_not_stop_the_others(books: Books) -> None:
    stranger = ConnectionStore(books.database, SecretBox.from_text(generate_key("other")))
    sealed = Connection("a", "fortnox", Credentials({"refresh_token": "r", **dated(27)}), tenant="default")
    await stranger.add(sealed)
    await books.add("b", **dated(25))
    await books.process().look()
    assert len(books.server.requests) == 1


async def test_one_of_a_system_that_is_gone_is_never_looked_at_again(books: Books) -> None:
    await books.add(**dated(25))
    idle = IdleConnections(books.store, books.process()._keeper, {}, books.clock)
    await idle.look()
    assert (await books.get()).renew_by == NEVER


async def test_a_few_at_a_time_and_all_in_the_end(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "A_FEW", 2)
    for number in range(5):
        await books.add(f"c{number}", **dated(30 - number))
    running: list[str] = []

    class Own(TokenServer):
        async def send(self, base_url: str, call: Any, *, key: str, **how: Any) -> Answer:
            self.alive = "refresh-token-0"
            running.append(key.split("\n")[1])
            assert len(running) % 2 == 1
            answer = await super().send(base_url, call, key=key, **how)
            running.append("done")
            return answer

    process = books.process(Own(MemoryStore()))
    assert [await process.look() for _ in range(3)] == [True, True, False]
    assert running[::2] == ["c0", "c1", "c2", "c3", "c4"]


def test_an_odd_date_is_none() -> None:
    good = dated(0)
    assert renew_by(good) == datetime.fromtimestamp(START + 0.75 * 31 * DAY, UTC)
    for name in good:
        for odd in ("", "soon", "nan", "-1", "1e300"):
            assert renew_by({**good, name: odd}) is None
