"""What lies between a connector and the wire: limits told by answers, refusals counted, tokens replaced in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from gql_gateway.connectors.session import Session
from gql_gateway.errors import ConnectionProblem, ProviderUnavailable
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.oauth.endpoint import TokenEndpoint
from gql_gateway.oauth.tokens import ReauthorizeNeeded, RefreshProblem, RefreshUnavailable, TokenKeeper
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Rate, RefusalBudget
from gql_gateway.outbound.message import Answer, Call, NotTaken
from gql_gateway.outbound.refusals import Refusals
from gql_gateway.outbound.retry import RepeatBudget
from tests.faults.stub import Stub

NOW = 1_800_000_000.0
BUDGET = RefusalBudget(2, 3600.0, frozenset({400, 401}))
TOKEN = TokenEndpoint("https://api.example/token", "body", rotates=True, leeway=25.0)


class Telling(Stub):
    """Tells in a header for how long its limit is used up, counts it for each company, and locks keys."""

    manifest = replace(Stub.manifest, refusals=BUDGET, token=TOKEN)

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        return {"Authorization": connection.credentials["access_token"]}

    def pause_told(self, answer: Answer) -> float | None:
        told = answer.headers.get("x-pause")
        return None if told is None else float(told)

    def share(self, call: Call) -> str:
        return call.path.split("/")[1]

    def endpoint(self, call: Call) -> str:
        return call.path.partition("(")[0]


@dataclass
class Wire:
    """Stands in for the outbound client: what was sent with which key and token, and what was held."""

    answer: Callable[[str], Answer] = lambda _token: Answer(200)
    refusals: Refusals = field(default_factory=Refusals)
    sent: list[tuple[str, str]] = field(default_factory=list)
    held: list[tuple[str, float]] = field(default_factory=list)

    async def send(
        self,
        base_url: str,
        call: Call,
        *,
        key: str,
        rates: Sequence[Rate] = (),
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        token = (headers or {})["Authorization"]
        self.sent.append((key, token))
        return self.answer(token)

    def hold(self, key: str, seconds: float) -> None:
        self.held.append((key, seconds))


@dataclass
class Keeper:
    """Gives `new` for any token, or a problem."""

    problem: RefreshProblem | None = None
    asked: int = 0
    refused: str | None = None

    async def refresh(self, connection: Connection, endpoint: TokenEndpoint, *, stale: str | None) -> Connection:
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return replace(connection, credentials=connection.credentials.replaced(access_token="new"))

    def note_refused(self, connection: Connection) -> None:
        self.refused = connection.credentials["access_token"]

    def is_refused(self, connection: Connection) -> bool:
        return self.refused == connection.credentials["access_token"]


def session(wire: Wire, keeper: Keeper | None = None, **credentials: str) -> Session:
    known = Credentials({"access_token": "old", "refresh_token": "r", **credentials})
    connection = Connection("acme", "stub", known, tenant="default")
    outbound, tokens = cast(Outbound, wire), cast(TokenKeeper, keeper or Keeper())
    deadline = time.monotonic() + 5
    return Session(connection, Telling(), outbound, tokens, deadline, RepeatBudget(), now=lambda: NOW)


def call(path: str = "/company-1/accounts(1)") -> Call:
    return Call("account", "GET", path)


async def test_a_limit_used_up_holds_the_calls_of_its_share() -> None:
    wire = Wire(lambda _token: Answer(200, b"", {"x-pause": "17"}))
    await session(wire).send(call())
    assert wire.sent == [("default\nacme/company-1", "old")]
    assert wire.held == [("default\nacme/company-1", 17.0)]


async def test_refusals_of_an_endpoint_stop_what_would_go_there() -> None:
    wire = Wire(lambda _token: Answer(400))
    for number in range(2):
        assert (await session(wire).send(call(f"/company-1/accounts({number})"))).status == 400
    with pytest.raises(NotTaken) as raised:
        await session(wire).send(call())
    assert raised.value.reason == "refused_often"
    assert len(wire.sent) == 2
    assert (await session(wire).send(call("/company-1/contacts"))).status == 400


async def test_a_token_refused_elsewhere_is_replaced_before_it_is_sent() -> None:
    wire, keeper = Wire(lambda token: Answer(200 if token == "new" else 401)), Keeper()
    assert (await session(wire, keeper).send(call())).status == 200
    assert [token for _, token in wire.sent] == ["old", "new"]
    assert (await session(wire, keeper).send(call())).status == 200
    assert [token for _, token in wire.sent] == ["old", "new", "new"], "one refusal was enough"


@pytest.mark.parametrize(("left", "asked"), [(26, 0), (25, 1), (0, 1)])
async def test_a_token_is_replaced_when_its_endpoint_says(left: float, asked: int) -> None:
    keeper = Keeper()
    await session(Wire(), keeper, expires_at=str(NOW + left)).send(call())
    assert keeper.asked == asked


@pytest.mark.parametrize(("left", "goes_on"), [(20, True), (0, False)])
async def test_until_its_end_an_old_token_does_where_no_new_one_comes(left: float, goes_on: bool) -> None:
    wire, keeper = Wire(), Keeper(RefreshUnavailable("not yet"))
    sending: Any = session(wire, keeper, expires_at=str(NOW + left)).send(call())
    if goes_on:
        assert (await sending).ok
        return
    with pytest.raises(ProviderUnavailable):
        await sending
    assert wire.sent == []


async def test_a_dead_grant_is_told_at_once() -> None:
    keeper = Keeper(ReauthorizeNeeded("gone"))
    with pytest.raises(ConnectionProblem):
        await session(Wire(), keeper, expires_at=str(NOW + 20)).send(call())
