"""How long tokens live, from what token endpoints tell; and what a connection says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.lifetime import DAY
from gql_gateway.oauth.endpoint import TokenEndpoint
from gql_gateway.oauth.health import health
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.redact import secrets_of

from .conftest import CREDENTIALS, NOW, MemoryStore, TokenServer

ENDPOINT = TokenEndpoint("https://token.test/token", "basic", rotates=True, refresh_life=45 * DAY)
NOTHING_KNOWN = replace(ENDPOINT, refresh_life=None)
WORDS = ("refresh_token_expires_in", "x_refresh_token_expires_in", "refresh_expires_in")
STALE = "access-token-0"
TODAY = datetime.fromtimestamp(NOW, UTC)


async def renewed(
    connection: Connection, server: TokenServer, endpoint: TokenEndpoint = ENDPOINT, **extra: object
) -> Credentials:
    server.extra |= extra
    keeper = TokenKeeper(server.store, server, clock=lambda: NOW)
    stored = await keeper.refresh(connection, endpoint, stale=connection.credentials.get("access_token"))
    return stored.credentials


def told(credentials: Credentials) -> tuple[str | None, str | None]:
    return credentials.get("refreshed_at"), credentials.get("refresh_expires_at")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("value", [2_678_400, "2678400", 2_678_400.0])
async def test_the_life_that_an_answer_tells_goes_before_the_documented_one(
    connection: Connection, server: TokenServer, word: str, value: object
) -> None:
    for endpoint in (ENDPOINT, NOTHING_KNOWN):
        server.alive = server.store.connections["acme"].credentials["refresh_token"]
        found = await renewed(server.store.connections["acme"], server, endpoint, **{word: value})
        assert told(found) == (str(int(NOW)), str(int(NOW) + 2_678_400))


async def test_the_hard_end_ends_it_when_it_comes_first(connection: Connection, server: TokenServer) -> None:
    lives: dict[str, Any] = {"x_refresh_token_expires_in": 8_726_400, "x_refresh_token_hard_expires_in": 1_000_000}
    assert told(await renewed(connection, server, **lives))[1] == str(int(NOW) + 1_000_000)


ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    "soon",
    "0",
    0,
    -5,
    "-1",
    [],
    {},
    [7],
    {"s": 1},
    "nan",
    "inf",
    10**400,
    "1e999",
    float("nan"),
    float("inf"),
)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("value", ODD)
async def test_an_odd_life_loses_no_token_and_tells_nothing(
    connection: Connection, server: TokenServer, word: str, value: Any
) -> None:
    found = await renewed(connection, server, **{word: value})
    assert (found["access_token"], found["refresh_token"]) == ("access-token-1", "refresh-token-1")
    assert told(found) == (str(int(NOW)), str(int(NOW + 45 * DAY)))


async def test_a_life_beyond_all_measure_can_still_be_shown(connection: Connection, server: TokenServer) -> None:
    found = await renewed(connection, server, refresh_token_expires_in=10**30)
    shown = health(replace(connection, credentials=found), ENDPOINT, TODAY)
    assert shown.refresh_expires_at is not None and shown.refresh_expires_at.year > 2100


async def test_without_any_knowledge_nothing_is_kept_of_an_earlier_token(
    connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    store.put("acme", {**CREDENTIALS, "refreshed_at": "1", "refresh_expires_at": "2"})
    assert told(await renewed(store.connections["acme"], server, NOTHING_KNOWN)) == (None, None)


async def test_the_same_refresh_token_once_more_lives_no_longer(
    connection: Connection, store: MemoryStore, server: TokenServer
) -> None:
    """Twinfield's does not rotate: using it does not begin its life anew."""
    until = str(int(NOW) + 1000)
    store.put("acme", {**CREDENTIALS, "refresh_expires_at": until})
    found = await renewed(store.connections["acme"], server, refresh_token=CREDENTIALS["refresh_token"])
    assert told(found) == (str(int(NOW)), until)


def test_times_are_no_secrets() -> None:
    values = Credentials({"refreshed_at": "1800000000", "refresh_expires_at": "1802678400", "refresh_token": "hush"})
    assert secrets_of(values) == ("hush",)


def test_lives_of_refresh_tokens_are_those_of_the_documents() -> None:
    lives = {
        name: connector.manifest.token.refresh_life and connector.manifest.token.refresh_life / DAY
        for name, connector in connectors().items()
        if connector.manifest.token
    }
    assert lives == {
        "bookmore": None,
        "exact_online": 30,
        "fortnox": 31,
        "freshbooks": None,
        "lexware_office": None,
        "quickbooks": 100,
        "sage_accounting": 31,
        "twinfield": 25 * 365,
        "visma_eaccounting": None,
    }


# What a connection says of itself

SOON, PAST = str(NOW + 60), str(NOW - 60)
RENEWABLE = {"refresh_token": "r", "client_id": "c", "client_secret": "s"}


@pytest.mark.parametrize(
    ("credentials", "status", "needed"),
    [
        ({"access_token": "a", "expires_at": SOON}, "ready", False),
        ({"access_token": "a"}, "ready", False),
        ({"access_token": "a", "expires_at": PAST}, "ready", True),
        ({"access_token": "a", "expires_at": PAST, "refresh_token": "r"}, "ready", True),
        ({"access_token": "a", "expires_at": PAST, **RENEWABLE}, "ready", False),
        (RENEWABLE, "ready", False),
        ({}, "ready", True),
        ({"access_token": "a", "expires_at": PAST, **RENEWABLE, "refresh_expires_at": SOON}, "ready", False),
        ({"access_token": "a", "expires_at": PAST, **RENEWABLE, "refresh_expires_at": PAST}, "ready", True),
        ({"access_token": "a", "expires_at": SOON, **RENEWABLE, "refresh_expires_at": PAST}, "ready", False),
        ({"access_token": "a", "expires_at": SOON, **RENEWABLE}, "reauthorize", True),
        ({"access_token": "a", "expires_at": SOON, **RENEWABLE}, "unreadable", True),
    ],
)
def test_who_has_to_be_asked_again(credentials: dict[str, str], status: str, needed: bool) -> None:
    connection = Connection("acme", "fortnox", Credentials(credentials), status=status, tenant="default")
    assert health(connection, ENDPOINT, TODAY).needs_reauthorization is needed


def test_a_password_outlives_the_refresh_token() -> None:
    values = {"refresh_token": "r", "refresh_expires_at": PAST, "username": "u", "password": "p"}
    connection = Connection("acme", "bookmore", Credentials(values), tenant="default")
    endpoint = TokenEndpoint("https://token.test", "public", rotates=True, password_grant=True, client_id="c")
    assert not health(connection, endpoint, TODAY).needs_reauthorization
    assert health(connection, replace(endpoint, password_grant=False), TODAY).needs_reauthorization


def test_keys_have_no_end_that_is_known() -> None:
    connection = Connection("acme", "lexware_office", Credentials({"api_key": "k", "expires_at": SOON}), tenant="t")
    assert health(connection, None, TODAY).expires_at is None
    assert not health(connection, None, TODAY).needs_reauthorization
    assert health(replace(connection, status="reauthorize"), None, TODAY).needs_reauthorization


@pytest.mark.parametrize("value", ["", "soon", "0", "-1", "1e300", "nan", "253402300800"])
def test_an_end_that_is_none_is_not_shown(value: str) -> None:
    values = {"access_token": "a", "expires_at": value, "refresh_expires_at": value}
    shown = health(Connection("acme", "fortnox", Credentials(values), tenant="default"), ENDPOINT, TODAY)
    assert (shown.expires_at, shown.refresh_expires_at) == (None, None)
