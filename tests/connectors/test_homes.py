"""A provider that tells with the token where its calls go: asked once, again when the place is wrong, never in vain."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gql_gateway.connectors.base import Conversation, read_object
from gql_gateway.connectors.homes import Homes
from gql_gateway.connectors.session import Session
from gql_gateway.errors import ConnectionProblem, ErrorCode, ProviderUnavailable
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.oauth.endpoint import TokenEndpoint
from gql_gateway.outbound.limits import Rate
from gql_gateway.outbound.message import Answer, Call, NotTaken, Unclear
from gql_gateway.outbound.retry import RepeatBudget
from tests.faults.stub import MANIFEST, Stub

FRONT = MANIFEST.base_url
WRITE = Call("record", "PUT", "/record", body={}, writes=True)
RATES = (Rate(7, 1.0),)
MANIFEST_WITH_TOKEN = replace(MANIFEST, token=TokenEndpoint(FRONT, "basic", rotates=False), rates=RATES)


class Wanderer(Stub):
    """Asks where its token belongs; 421 says that it belongs elsewhere."""

    manifest = MANIFEST_WITH_TOKEN

    def home(self, connection: Connection) -> Conversation[str]:
        answer = yield Call("home", "GET", "/home")
        if not answer.ok:
            code = ErrorCode.REAUTHORIZE if answer.status == 401 else ErrorCode.MISSING_SCOPE
            raise ConnectionProblem(code, "No.", provider_message="the token is token-1")
        return str(read_object(answer)["url"])

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": connection.credentials["access_token"]}

    def misplaced(self, answer: Answer) -> bool:
        return answer.status == 421


@dataclass
class Network:
    """Notes what is sent where, with which token and rates; `homes` are told in turn, the last one for ever."""

    homes: list[str] = field(default_factory=lambda: ["https://one.example"])
    good: str = "token-1"
    wrong: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    trouble: Exception | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)
    rates: list[Sequence[Rate]] = field(default_factory=list)

    async def send(self, base_url: str, call: Call, *, rates: Sequence[Rate], headers: Any, **_how: Any) -> Answer:
        await asyncio.sleep(0)
        self.sent.append((base_url, call.step))
        self.rates.append(rates)
        if call.step == "home" and self.trouble is not None:
            raise self.trouble
        if base_url in self.gone:
            raise NotTaken("unreachable", "Nobody is there.")
        if headers["Authorization"] != self.good:
            return Answer(401)
        if call.step == "home":
            url = self.homes.pop(0) if len(self.homes) > 1 else self.homes[0]
            return Answer(200, json.dumps({"url": url}).encode())
        return Answer(421 if base_url in self.wrong else 200)


class Keeper:
    """Hands out `token-2`, which is good from then on."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def refresh(self, connection: Connection, _endpoint: Any, *, stale: str | None) -> Connection:
        self.network.good = "token-2"
        return replace(connection, credentials=connection.credentials.replaced(access_token="token-2"))

    def note_refused(self, _connection: Connection) -> None:
        pass


def session(network: Network, homes: Homes, connector: Stub | None = None, **connection: Any) -> Session:
    known = Credentials({"access_token": "token-1", "refresh_token": "r"})
    outbound: Any = network
    keeper: Any = Keeper(network)
    found = Connection("c", "stub", known, **connection, tenant="default")
    deadline, budget = time.monotonic() + 0.05, RepeatBudget()
    return Session(found, connector or Wanderer(), outbound, keeper, deadline, budget, homes=homes)


async def test_the_place_is_asked_for_once_and_the_calls_go_there() -> None:
    network, homes = Network(), Homes()
    for _ in range(3):
        assert (await session(network, homes).send(WRITE)).ok
    assert network.sent == [(FRONT, "home"), *[("https://one.example", "record")] * 3]
    assert network.rates == [(), RATES, RATES, RATES]


async def test_many_at_once_ask_once() -> None:
    network, homes = Network(), Homes()
    await asyncio.gather(*(session(network, homes).send(WRITE) for _ in range(5)))
    assert network.sent.count((FRONT, "home")) == 1


async def test_without_a_home_every_call_goes_to_the_base_url() -> None:
    class Settled(Wanderer):
        def home(self, connection: Connection) -> None:  # type: ignore[override]
            return None

    network = Network()
    await session(network, Homes(), Settled()).send(WRITE)
    await session(network, Homes(), Settled(), base_url="https://own.example").send(WRITE)
    assert network.sent == [(FRONT, "record"), ("https://own.example", "record")]


async def test_the_base_url_of_a_connection_is_where_it_is_asked() -> None:
    network, homes = Network(), Homes()
    await session(network, homes, base_url="https://own.example").send(WRITE)
    await session(network, homes).send(WRITE)
    assert [url for url, step in network.sent if step == "home"] == ["https://own.example", FRONT]


async def test_a_wrong_place_is_asked_for_again_and_the_call_repeated_once() -> None:
    network, homes = Network(["https://one.example", "https://two.example"], wrong={"https://one.example"}), Homes()
    assert (await session(network, homes).send(WRITE)).ok
    both = [(FRONT, "home"), ("https://one.example", "record"), (FRONT, "home"), ("https://two.example", "record")]
    assert network.sent == both
    network = Network(wrong={"https://one.example"})
    assert (await session(network, Homes()).send(WRITE)).status == 421
    assert [step for _, step in network.sent] == ["home", "record"] * 2


async def test_a_place_found_meanwhile_is_not_forgotten() -> None:
    homes, connection = Homes(), Connection("c", "stub", Credentials({"access_token": "token-1"}), tenant="default")
    homes.keep(connection, "https://two.example")
    homes.forget(connection, "https://one.example")
    assert homes.get(connection) == "https://two.example"
    homes.forget(connection, "https://two.example")
    assert homes.get(connection) is None


async def test_nobody_there_is_told_and_the_place_asked_for_at_the_next_call() -> None:
    network, homes = Network(["https://one.example", "https://two.example"], gone={"https://one.example"}), Homes()
    with pytest.raises(NotTaken):
        await session(network, homes).send(WRITE)
    assert (await session(network, homes).send(WRITE)).ok
    assert network.sent[-1] == ("https://two.example", "record")


async def test_another_token_has_another_place_and_a_refreshed_one_the_same() -> None:
    network, homes = Network(["https://one.example", "https://two.example"]), Homes()
    assert (await session(network, homes).send(WRITE)).ok
    network.good = "token-2"  # token-1 has ended
    refreshed = session(network, homes)
    assert (await refreshed.send(WRITE)).ok
    assert (await refreshed.send(WRITE)).ok
    assert network.sent.count((FRONT, "home")) == 1
    other = session(network, homes)
    other.connection = replace(other.connection, credentials=Credentials({"access_token": "somebody else's"}))
    network.good = "somebody else's"
    assert (await other.send(WRITE)).ok
    assert network.sent[-2:] == [(FRONT, "home"), ("https://two.example", "record")]


async def test_an_ended_token_is_renewed_when_the_place_is_asked_for() -> None:
    network, homes = Network(good="token-2"), Homes()
    assert (await session(network, homes).send(WRITE)).ok
    assert network.sent == [(FRONT, "home"), (FRONT, "home"), ("https://one.example", "record")]
    assert (await session(network, homes).send(WRITE)).ok  # with token-1, which is refreshed and leads there again
    assert (
        homes.get(Connection("c", "stub", Credentials({"access_token": "token-2"}), tenant="default"))
        == "https://one.example"
    )


async def test_a_question_without_an_answer_is_no_unknown_outcome() -> None:
    """The write was never sent: nobody has to look for it."""
    network = Network(trouble=Unclear("timeout", "The provider did not answer in time."))
    with pytest.raises(ProviderUnavailable) as raised:
        await session(network, Homes()).send(WRITE)
    assert (raised.value.code, raised.value.retryable) == (ErrorCode.DOWN, True)
    assert {step for _, step in network.sent} == {"home"}


async def test_a_refusal_is_told_without_the_token() -> None:
    class Refusing(Network):
        async def send(self, base_url: str, call: Call, **how: Any) -> Answer:
            return Answer(403)

    with pytest.raises(ConnectionProblem) as raised:
        await session(Refusing(), Homes()).send(WRITE)
    assert raised.value.provider_message == "the token is [redacted]"


def test_no_token_is_shown_with_the_places() -> None:
    homes = Homes()
    homes.keep(
        Connection("c", "stub", Credentials({"access_token": "token-1"}), tenant="default"), "https://one.example"
    )
    assert "token-1" not in repr(homes)
