from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal
from urllib.parse import parse_qs

import pytest
import structlog
from aiohttp import web

from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.oauth.endpoint import TokenEndpoint
from gql_gateway.oauth.tokens import (
    ReauthorizeNeeded,
    RefreshProblem,
    RefreshUnavailable,
    TokenKeeper,
    needs_refresh,
)
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.outbound.message import Answer, NotTaken, Unclear

from .conftest import CREDENTIALS, NOW, MemoryStore, TokenServer, answer, refused

FORTNOX = TokenEndpoint("https://token.test/oauth-v1/token", "basic", rotates=True)
STALE = "access-token-0"
LOST = Unclear("timeout", "no answer")


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def keeper(store: MemoryStore, server: TokenServer, sleeps: list[float]) -> TokenKeeper:
    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        await asyncio.sleep(0)

    return TokenKeeper(store, server, clock=lambda: NOW, sleep=sleep)


async def test_the_new_pair_is_stored_and_returned(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore
) -> None:
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert dict(renewed.credentials) == {
        **CREDENTIALS,
        "access_token": "access-token-1",
        "refresh_token": "refresh-token-1",
        "expires_at": str(int(NOW) + 3600),
    }
    assert renewed.generation == 8
    assert renewed is store.connections["acme"]


# One at a time


async def test_fifty_refreshers_cause_one_request_and_use_only_what_is_stored(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    async def caller() -> None:
        renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
        store.history.append(f"used {renewed.credentials['access_token']}")

    await asyncio.gather(*(caller() for _ in range(50)))
    assert store.history == ["asked", "stored access-token-1", *["used access-token-1"] * 50]


async def test_fifty_refreshers_over_the_wire(connection: Connection, store: MemoryStore) -> None:
    received: list[tuple[str, dict[str, list[str]]]] = []

    async def token(request: web.Request) -> web.Response:
        received.append((request.headers["Authorization"], parse_qs(await request.text())))
        await asyncio.sleep(0.05)
        text = '{"access_token":"new-access","refresh_token":"new-refresh","expires_in":"600","token_type":"bearer"}'
        return web.Response(text=text, content_type="text/plain")

    app = web.Application()
    app.add_routes([web.post("/oauth-v1/token", token)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    here = replace(connection, token_url=f"http://{host}:{port}/oauth-v1/token")
    store.connections["acme"] = here
    async with Outbound(Limiter()) as outbound:
        keeper = TokenKeeper(store, outbound, clock=lambda: NOW)
        renewed = await asyncio.gather(*(keeper.refresh(here, FORTNOX, stale=STALE) for _ in range(50)))
    await runner.cleanup()
    assert {one.credentials["access_token"] for one in renewed} == {"new-access"}
    assert {one.credentials["expires_at"] for one in renewed} == {str(int(NOW) + 600)}
    client = base64.b64encode(b"the-client:the-client-secret").decode()
    assert received == [
        (f"Basic {client}", {"grant_type": ["refresh_token"], "refresh_token": ["refresh-token-0"]}),
    ]


async def test_connections_do_not_wait_for_each_other(store: MemoryStore, connection: Connection) -> None:
    store.connections["other"] = replace(connection, id="other")
    server = TokenServer(store)
    gate = asyncio.Event()
    ask = server.send

    async def hold(*call: object, key: str, **more: object) -> Answer:
        if "acme" in key:
            await gate.wait()
        return await ask(*call, key=key, **more)  # type: ignore[arg-type]

    server.send = hold  # type: ignore[method-assign]
    keeper = TokenKeeper(store, server, clock=lambda: NOW)
    held = asyncio.create_task(keeper.refresh(connection, FORTNOX, stale=STALE))
    await asyncio.wait_for(keeper.refresh(store.connections["other"], FORTNOX, stale=STALE), 1)
    server.alive = "refresh-token-0"
    gate.set()
    await held


async def test_a_token_that_was_replaced_already_is_taken_from_the_store(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.put("acme", {**CREDENTIALS, "access_token": "newer"})
    for stale in (STALE, None, ""):
        assert (await keeper.refresh(connection, FORTNOX, stale=stale)).credentials["access_token"] == "newer"
    assert server.requests == []


async def test_a_caller_with_a_newer_stale_token_does_not_get_it_back(
    keeper: TokenKeeper, connection: Connection, server: TokenServer
) -> None:
    """It arrives while the older token is being replaced; what comes of that is what it was refused with."""
    first = asyncio.create_task(keeper.refresh(connection, FORTNOX, stale=STALE))
    await asyncio.sleep(0)
    second = asyncio.create_task(keeper.refresh(connection, FORTNOX, stale="access-token-1"))
    assert (await first).credentials["access_token"] == "access-token-1"
    assert (await second).credentials["access_token"] == "access-token-2"
    assert len(server.requests) == 2


async def test_a_caller_that_leaves_does_not_lose_the_pair(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore
) -> None:
    caller = asyncio.create_task(keeper.refresh(connection, FORTNOX, stale=STALE))
    await asyncio.sleep(0.002)
    caller.cancel()
    await keeper.close()
    assert caller.cancelled()
    assert store.history == ["asked", "stored access-token-1"]


async def test_those_who_wait_share_a_failure_as_well(
    keeper: TokenKeeper, connection: Connection, server: TokenServer
) -> None:
    server.script = [Answer(503)]
    results = await asyncio.gather(
        *(keeper.refresh(connection, FORTNOX, stale=STALE) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(result, RefreshUnavailable) for result in results)
    assert len(server.requests) == 1


async def test_nothing_is_kept_of_finished_refreshes(keeper: TokenKeeper, connection: Connection) -> None:
    await keeper.refresh(connection, FORTNOX, stale=STALE)
    await asyncio.sleep(0)
    assert keeper._flights == {}
    assert keeper._unsaved == {}


async def test_a_lease_surrounds_reading_and_asking(
    connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    @asynccontextmanager
    async def lease(name: str) -> AsyncIterator[None]:
        store.history.append(f"locked {name}")
        yield
        store.history.append("unlocked")

    await TokenKeeper(store, server, clock=lambda: NOW, lease=lease).refresh(connection, FORTNOX, stale=STALE)
    assert store.history == ["locked default\nacme", "asked", "stored access-token-1", "unlocked"]


# Other processes


async def test_the_loser_of_the_swap_takes_the_winners_pair(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore
) -> None:
    def win() -> None:
        store.before_storing = lambda: None
        store.put("acme", {**CREDENTIALS, "access_token": "winner", "refresh_token": "winners"})

    store.before_storing = win
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "winner"
    assert store.connections["acme"].credentials["refresh_token"] == "winners"


async def test_a_swap_lost_to_another_change_keeps_both(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore
) -> None:
    """The client secret is exchanged during a refresh; the pair must not be lost for it."""

    def edit() -> None:
        store.before_storing = lambda: None
        store.put("acme", {**CREDENTIALS, "client_secret": "new-client-secret"})

    store.before_storing = edit
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "access-token-1"
    assert renewed.credentials["client_secret"] == "new-client-secret"


async def test_a_refusal_is_no_refusal_when_another_process_was_faster(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    def win() -> None:
        store.put("acme", {**CREDENTIALS, **server.rotate()})

    server.script = [win]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "access-token-1"
    assert "marked reauthorize" not in store.history


async def test_the_winner_may_store_a_moment_after_the_refusal(
    connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    async def sleep(_seconds: float) -> None:
        store.put("acme", {**CREDENTIALS, "access_token": "winner"})

    server.alive = "spent"
    keeper = TokenKeeper(store, server, clock=lambda: NOW, sleep=sleep)
    assert (await keeper.refresh(connection, FORTNOX, stale=STALE)).credentials["access_token"] == "winner"


async def test_the_mark_does_not_hit_newer_credentials(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    server.alive = "spent"
    mark = store.mark

    async def late(key: ConnectionKey, status: str, reason: str | None, *, generation: int | None) -> bool:
        store.put("acme", {**CREDENTIALS, "access_token": "winner"})
        return await mark(key, status, reason, generation=generation)

    store.mark = late  # type: ignore[method-assign,assignment]
    assert (await keeper.refresh(connection, FORTNOX, stale=STALE)).credentials["access_token"] == "winner"
    assert store.connections["acme"].status == "ready"


# Lost answers


async def test_a_timed_out_refresh_reads_the_store_before_it_asks_again(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    def another_process_renews_it() -> None:
        store.put("acme", {**CREDENTIALS, **server.rotate()})

    server.script = [another_process_renews_it, LOST]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "access-token-1"
    assert len(server.requests) == 1


async def test_a_timed_out_refresh_that_was_not_taken_is_asked_again_once(
    keeper: TokenKeeper, connection: Connection, server: TokenServer
) -> None:
    server.script = [LOST]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "access-token-1"
    server.script = [LOST, LOST, LOST]
    with pytest.raises(RefreshUnavailable):
        await keeper.refresh(connection, FORTNOX, stale="access-token-1")
    assert len(server.requests) == 4


async def test_a_pair_whose_answer_was_lost_is_a_dead_grant(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:

    def take_it() -> None:
        server.rotate()

    server.script = [take_it, LOST]
    with pytest.raises(ReauthorizeNeeded):
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert store.connections["acme"].status == "reauthorize"


async def test_a_store_in_trouble_is_tried_again(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, sleeps: list[float]
) -> None:
    store.failures = [OSError("locked"), OSError("locked")]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["access_token"] == "access-token-1"
    assert len(sleeps) == 2


async def test_a_pair_that_could_not_be_stored_is_stored_by_the_next_refresh(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.failures = [OSError("locked")] * 4
    with pytest.raises(OSError, match="locked"):
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["refresh_token"] == "refresh-token-1"
    assert len(server.requests) == 1, "the spent token was not sent a second time"


async def test_a_kept_pair_gives_way_to_a_new_authorization(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore
) -> None:
    store.failures = [OSError("locked")] * 4
    with pytest.raises(OSError, match="locked"):
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    store.put("acme", {**CREDENTIALS, "access_token": "authorized", "refresh_token": "anew"})
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["refresh_token"] == "anew"


# Dead grants


async def test_a_dead_grant_costs_one_request_and_is_not_tried_again(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    server.alive = "spent"
    for _ in range(100):
        with pytest.raises(ReauthorizeNeeded) as raised:
            await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert len(server.requests) == 1
    assert store.connections["acme"].status == "reauthorize"
    assert "invalid_grant: Invalid refresh token" in str(raised.value)

    server.alive = "refresh-token-fresh"
    store.put("acme", {**CREDENTIALS, "refresh_token": "refresh-token-fresh"})
    assert (await keeper.refresh(connection, FORTNOX, stale=STALE)).credentials["access_token"] == "access-token-1"


@pytest.mark.parametrize(
    "given",
    [
        refused("invalid_grant", "Invalid refresh token"),
        refused("invalid_client", "The client credentials are invalid", 401),
        refused("invalid_grant", "Old refresh token used"),
        refused("unauthorized_client"),
        answer({"error": "invalid_grant"}, 200),
    ],
)
async def test_a_definite_refusal_wants_a_new_authorization(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer, given: Answer
) -> None:
    server.script = [given]
    with pytest.raises(ReauthorizeNeeded) as raised:
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert raised.value.provider_code in ("invalid_grant", "invalid_client", "unauthorized_client")
    assert store.connections["acme"].status == "reauthorize"
    assert raised.value.provider_code in (store.connections["acme"].status_reason or "")


@pytest.mark.parametrize(
    ("given", "wait"),
    [
        (Answer(500), None),
        (Answer(503, b"<html>", {"retry-after": "20"}), 20),
        (Answer(429, b"", {"retry-after": "7"}), 7),
        (refused("invalid_grant", "from a broken server", 500), None),
        (Answer(200, b"<html>maintenance</html>", {"content-type": "text/html"}), None),
        (Answer(200, b""), None),
        (Answer(200, b"[1]"), None),
        (Answer(200, b"{}"), None),
        (answer({"access_token": None}), None),
        (answer({"access_token": 5}), None),
        (answer({"access_token": ""}), None),
        (answer({"error": {"code": "", "message": {"value": "x"}}}, 400), None),
        (answer({"message": "unauthorized"}, 401), None),
        (answer({"access_token": "with an error status"}, 400), None),
        (Answer(400), None),
        (Answer(302, b"", {"location": "/login"}), None),
        (answer({"status": 404, "error": "Not Found"}, 404), None),
        (refused("temporarily_unavailable"), None),
        (NotTaken("unreachable", "gone"), None),
        (NotTaken("rate_limited", "wait", retry_after=9), 9),
    ],
)
async def test_an_endpoint_without_a_verdict_is_unavailable(
    keeper: TokenKeeper,
    connection: Connection,
    store: MemoryStore,
    server: TokenServer,
    given: Answer | Exception,
    wait: float | None,
) -> None:
    server.script = [given]
    with pytest.raises(RefreshUnavailable) as raised:
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert raised.value.retry_after == wait
    assert store.history == ["asked"]
    assert (await keeper.refresh(connection, FORTNOX, stale=STALE)).credentials["access_token"] == "access-token-1"


async def test_exact_online_asked_too_early_is_no_dead_grant(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    early = refused("access_denied", "Rate limit exceeded: access_token not expired")
    server.script = [replace(early, headers={"reason": "TooEarlyToRefreshTokens"})]
    with pytest.raises(RefreshUnavailable) as raised:
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert raised.value.retry_after == 30
    assert raised.value.provider_message == "Rate limit exceeded: access_token not expired"
    assert store.connections["acme"].status == "ready"


RATIONED = replace(FORTNOX, earliest=570.0)


async def test_an_endpoint_that_would_refuse_is_not_asked_before_its_time(
    store: MemoryStore, connection: Connection, server: TokenServer
) -> None:
    now = [NOW]
    keeper = TokenKeeper(store, server, clock=lambda: now[0])
    first = await keeper.refresh(connection, RATIONED, stale=STALE)
    assert first.credentials["issued_at"] == str(int(NOW))
    token = first.credentials["access_token"]
    now[0] += 569
    with pytest.raises(RefreshUnavailable) as raised:
        await keeper.refresh(first, RATIONED, stale=token)
    assert raised.value.retry_after == 1
    assert len(server.requests) == 1
    assert store.connections["acme"].status == "ready"
    now[0] += 1
    second = await keeper.refresh(first, RATIONED, stale=token)
    assert second.credentials["access_token"] == "access-token-2"
    assert second.credentials["issued_at"] == str(int(NOW) + 570)


async def test_when_a_token_was_given_is_kept_only_where_it_matters(
    keeper: TokenKeeper, connection: Connection
) -> None:
    assert "issued_at" not in (await keeper.refresh(connection, FORTNOX, stale=STALE)).credentials


async def test_a_refused_token_is_known_until_it_is_replaced(keeper: TokenKeeper, connection: Connection) -> None:
    assert not keeper.is_refused(connection)
    keeper.note_refused(connection)
    assert keeper.is_refused(connection)
    assert not keeper.is_refused(replace(connection, id="another"))
    assert not keeper.is_refused(await keeper.refresh(connection, FORTNOX, stale=STALE))


@pytest.mark.parametrize(
    ("base_url", "token_url", "asked"),
    [
        (None, None, "https://api.example/oauth/token"),
        ("https://api.example.de/", None, "https://api.example.de/oauth/token"),
        ("https://api.example.de", "https://tokens.example/t", "https://tokens.example/t"),
    ],
)
async def test_a_token_endpoint_can_lie_where_the_api_does(
    keeper: TokenKeeper,
    store: MemoryStore,
    connection: Connection,
    server: TokenServer,
    base_url: str | None,
    token_url: str | None,
    asked: str,
) -> None:
    endpoint = replace(FORTNOX, url="https://api.example/oauth/token", follows_base_url=True)
    store.connections["acme"] = replace(connection, base_url=base_url, token_url=token_url)
    await keeper.refresh(connection, endpoint, stale=STALE)
    [(host, call, _)] = server.requests
    assert host + call.path == asked


@pytest.mark.parametrize("missing", ["refresh_token", "client_id", "client_secret"])
async def test_incomplete_credentials_are_told_without_a_request(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer, missing: str
) -> None:
    store.put("acme", {name: value for name, value in CREDENTIALS.items() if name != missing})
    with pytest.raises(ReauthorizeNeeded, match=f"without: {missing}\\."):
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert server.requests == []


async def test_a_removed_connection_is_not_refreshed(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    del store.connections["acme"]
    with pytest.raises(ReauthorizeNeeded, match="does not exist"):
        await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert server.requests == []


# What is asked


@pytest.mark.parametrize(
    ("client_auth", "form"),
    [
        ("basic", {}),
        ("body", {"client_id": "the-client", "client_secret": "the-client-secret"}),
        ("public", {"client_id": "the-client"}),
    ],
)
async def test_how_the_client_says_who_it_is(
    keeper: TokenKeeper,
    connection: Connection,
    server: TokenServer,
    client_auth: Literal["basic", "body", "public"],
    form: dict[str, str],
) -> None:
    endpoint = replace(FORTNOX, client_auth=client_auth)
    await keeper.refresh(connection, endpoint, stale=STALE)
    ((base_url, call, headers),) = server.requests
    assert server.forms == [{"grant_type": "refresh_token", "refresh_token": "refresh-token-0", **form}]
    assert (base_url, call.method, call.path) == ("https://token.test", "POST", "/oauth-v1/token")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert ("Authorization" in headers) == (client_auth == "basic")
    assert call.writes


async def test_the_client_id_of_the_endpoint_stands_in(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.put("acme", {"refresh_token": "refresh-token-0"})
    endpoint = TokenEndpoint("https://token.test/", "public", rotates=True, client_id="bm-external-api-users")
    await keeper.refresh(connection, endpoint, stale=None)
    assert server.forms[0]["client_id"] == "bm-external-api-users"


async def test_the_connections_own_token_url_and_a_stored_redirect_uri(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.connections["acme"] = replace(connection, token_url="http://127.0.0.1:1/a/token?tenant=x&y=")
    store.put("acme", {**CREDENTIALS, "redirect_uri": "https://here.test/cb?a=1"})
    await keeper.refresh(connection, FORTNOX, stale=STALE)
    ((base_url, call, _),) = server.requests
    assert (base_url, call.path, call.query) == ("http://127.0.0.1:1", "/a/token", (("tenant", "x"), ("y", "")))
    assert server.forms[0]["redirect_uri"] == "https://here.test/cb?a=1"


async def test_a_refresh_that_needs_a_redirect_uri_is_not_tried_without_it(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    """It would be refused, and might cost the refresh token."""
    strict = replace(FORTNOX, sends_redirect_uri=True)
    with pytest.raises(ReauthorizeNeeded, match=r"without: redirect_uri\."):
        await keeper.refresh(connection, strict, stale=STALE)
    assert server.requests == []
    store.connections["acme"] = connection
    store.put("acme", {**CREDENTIALS, "redirect_uri": "https://here.test/cb"})
    await keeper.refresh(connection, strict, stale=STALE)
    assert server.forms[0]["redirect_uri"] == "https://here.test/cb"


BOOKMORE = TokenEndpoint("https://token.test/token", "public", rotates=True, password_grant=True, client_id="bm")


@pytest.mark.parametrize("refresh_token", [None, "dead"])
async def test_the_password_grant_stands_in_for_a_missing_or_dead_refresh_token(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer, refresh_token: str | None
) -> None:
    credentials = {"username": "user", "password": "pass-word", "access_token": STALE}
    store.put("acme", credentials | ({"refresh_token": refresh_token} if refresh_token else {}))
    renewed = await keeper.refresh(connection, BOOKMORE, stale=STALE)
    assert server.forms[-1] == {
        "grant_type": "password",
        "username": "user",
        "password": "pass-word",
        "client_id": "bm",
    }
    assert len(server.forms) == (2 if refresh_token else 1)
    assert renewed.credentials["refresh_token"] == "refresh-token-1"
    assert renewed.status == "ready"


async def test_a_wrong_password_is_a_dead_grant(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.put("acme", {"username": "user", "password": "changed", "access_token": STALE})
    with pytest.raises(ReauthorizeNeeded) as raised:
        await keeper.refresh(connection, BOOKMORE, stale=STALE)
    assert raised.value.provider_message == "Invalid user credentials"
    assert store.connections["acme"].status == "reauthorize"


async def test_the_password_is_not_sent_where_no_password_grant_is(
    keeper: TokenKeeper, connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.put("acme", {"username": "user", "password": "pass-word"})
    with pytest.raises(ReauthorizeNeeded):
        await keeper.refresh(connection, replace(BOOKMORE, password_grant=False), stale=STALE)
    assert server.requests == []


# What is answered


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (600, 600),
        ("600", 600),
        ("600.9", 600),
        (600.0, 600),
        (None, None),
        (0, None),
        ("0", None),
        (-5, None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (True, None),
        ([600], None),
        ({"s": 600}, None),
        ("nan", None),
        ("inf", None),
        (10**12, 366 * 86_400),
        ("9" * 500, None),
        ("missing", None),
    ],
)
async def test_odd_lifetimes(
    keeper: TokenKeeper, connection: Connection, server: TokenServer, expires_in: object, seconds: int | None
) -> None:
    server.extra = {} if expires_in == "missing" else {"expires_in": expires_in}
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["refresh_token"] == "refresh-token-1"
    assert renewed.credentials.get("expires_at") == (None if seconds is None else str(int(NOW) + seconds))


@pytest.mark.parametrize("refresh_token", ["missing", None, "", 5])
async def test_without_a_new_refresh_token_the_old_one_stays(
    keeper: TokenKeeper, connection: Connection, server: TokenServer, refresh_token: object
) -> None:
    document: dict[str, object] = {"access_token": "new", "refresh_token": refresh_token, "expires_in": 60}
    if refresh_token == "missing":
        del document["refresh_token"]
    server.script = [answer(document)]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert renewed.credentials["refresh_token"] == "refresh-token-0"
    assert renewed.credentials["access_token"] == "new"


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", "application/octet-stream", ""])
async def test_the_content_type_of_an_answer_does_not_matter(
    keeper: TokenKeeper, connection: Connection, server: TokenServer, content_type: str
) -> None:
    server.script = [answer({"access_token": "new", "token_type": "BEARER", "scope": "customer"}, 200, content_type)]
    renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
    assert (renewed.credentials["access_token"], renewed.credentials["scope"]) == ("new", "customer")


@pytest.mark.parametrize(
    ("credentials", "needed"),
    [
        ({}, True),
        ({"access_token": ""}, True),
        ({"access_token": "a"}, False),
        ({"access_token": "a", "expires_at": ""}, False),
        ({"access_token": "a", "expires_at": "soon"}, False),
        ({"access_token": "a", "expires_at": "nan"}, False),
        ({"access_token": "a", "expires_at": str(NOW + 61)}, False),
        ({"access_token": "a", "expires_at": str(NOW + 60)}, True),
        ({"access_token": "a", "expires_at": str(NOW - 60)}, True),
    ],
)
def test_when_a_refresh_is_needed(credentials: dict[str, str], needed: bool) -> None:
    assert needs_refresh(Credentials(credentials), NOW) is needed


def test_the_leeway_is_the_callers() -> None:
    credentials = Credentials({"access_token": "a", "expires_at": str(NOW + 45)})
    assert needs_refresh(credentials, NOW)
    assert not needs_refresh(credentials, NOW, leeway=30)


# Secrets


async def test_no_token_in_errors_reasons_and_logs(connection: Connection, store: MemoryStore) -> None:
    """The provider quotes everything it was sent; a timeout, a refusal and a success are all told somewhere."""
    server = TokenServer(store)
    quoted = f"refresh-token-0 by {base64.b64encode(b'the-client:the-client-secret').decode()} Bearer access-token-0"
    keeper = TokenKeeper(store, server, clock=lambda: NOW, sleep=lambda _: asyncio.sleep(0))
    told = ""
    with structlog.testing.capture_logs() as logs:
        for given in (LOST, Answer(500, quoted.encode()), refused("temporarily_unavailable", quoted)):
            server.script = [given, *([LOST] if given is LOST else [])]
            with pytest.raises(RefreshUnavailable) as unavailable:
                await keeper.refresh(connection, FORTNOX, stale=STALE)
            told += everything_of(unavailable.value)
        renewed = await keeper.refresh(connection, FORTNOX, stale=STALE)
        server.script = [refused("invalid_grant", quoted.replace("-0", "-1"))]
        with pytest.raises(ReauthorizeNeeded) as dead:
            await keeper.refresh(connection, FORTNOX, stale=renewed.credentials["access_token"])
        told += everything_of(dead.value)
    assert logs
    told += repr(logs) + (store.connections["acme"].status_reason or "")
    assert "[redacted]" in told
    for secret in (
        "refresh-token-",
        "access-token-",
        "the-client-secret",
        "dGhlLWNsaWVudC1zZWNyZXQ",
        "LWNsaWVudC1zZWNyZX",
    ):
        assert secret not in told


def everything_of(error: RefreshProblem) -> str:
    told = ""
    seen: BaseException | None = error
    while seen is not None:
        told += f"{seen!r} {seen} {vars(seen)}"
        seen = seen.__cause__ or seen.__context__
    return told
