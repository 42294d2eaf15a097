"""An endpoint that refuses too much is left alone before the provider locks the key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from gql_gateway.outbound.limits import RefusalBudget
from gql_gateway.outbound.message import Answer, NotTaken
from gql_gateway.outbound.refusals import Refusals

BUDGET = RefusalBudget(3, 3600.0, frozenset({400, 404}), at_once=2)


@dataclass
class Clock:
    time: float = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def refusals(clock: Clock) -> Refusals:
    return Refusals(clock=clock)


async def call(refusals: Refusals, status: int, *, key: str = "acme", endpoint: str = "/accounts") -> None:
    async with refusals.counted(key, endpoint, BUDGET) as count:
        count(Answer(status))


async def test_nothing_goes_out_once_the_budget_is_spent(refusals: Refusals, clock: Clock) -> None:
    await call(refusals, 400)
    clock.time += 600
    await call(refusals, 404)
    await call(refusals, 400)
    for _ in range(2):
        with pytest.raises(NotTaken) as raised:
            await call(refusals, 200)
        assert raised.value.reason == "refused_often"
        assert raised.value.retry_after == 3000
        assert "lock" in str(raised.value)


async def test_room_comes_back_as_refusals_grow_old(refusals: Refusals, clock: Clock) -> None:
    await call(refusals, 400)
    clock.time += 100
    await call(refusals, 400)
    await call(refusals, 400)
    clock.time += 3500
    await call(refusals, 400)
    with pytest.raises(NotTaken) as raised:
        await call(refusals, 200)
    assert raised.value.retry_after == 100


async def test_only_the_statuses_of_the_budget_count(refusals: Refusals) -> None:
    for status in (200, 204, 401, 429, 500, 503):
        for _ in range(5):
            await call(refusals, status)


async def test_keys_and_endpoints_are_counted_apart(refusals: Refusals) -> None:
    for _ in range(3):
        await call(refusals, 400)
    await call(refusals, 200, endpoint="/contacts")
    await call(refusals, 200, key="other")
    with pytest.raises(NotTaken):
        await call(refusals, 200)


async def test_a_call_that_brings_no_answer_counts_as_none_and_gives_its_room_back(refusals: Refusals) -> None:
    for _ in range(5):
        with pytest.raises(OSError, match="gone"):
            async with refusals.counted("acme", "/accounts", BUDGET):
                raise OSError("gone")
    await call(refusals, 200)


async def test_calls_under_way_never_outnumber_what_is_left() -> None:
    """Whatever they are answered, the provider sees no more refusals than the budget has."""
    refusals, seen, most = Refusals(), [0], [0]

    async def one() -> str:
        try:
            async with refusals.counted("acme", "/accounts", BUDGET) as count:
                seen[0] += 1
                most[0] = max(most[0], seen[0])
                await asyncio.sleep(0.001)
                seen[0] -= 1
                count(Answer(400))
                return "sent"
        except NotTaken as error:
            return error.reason

    ends = await asyncio.gather(*(one() for _ in range(20)))
    assert ends.count("sent") == BUDGET.refusals
    assert ends.count("refused_often") == 17
    assert most[0] == BUDGET.at_once


async def test_one_who_waits_for_room_leaves_at_the_deadline() -> None:
    clock = asyncio.get_running_loop().time
    refusals = Refusals(clock=clock)
    budget = RefusalBudget(3, 3600.0, frozenset({400}))
    async with refusals.counted("acme", "/accounts", budget):
        with pytest.raises(NotTaken) as raised:
            async with refusals.counted("acme", "/accounts", budget, clock() + 0.02):
                raise AssertionError("there was no room")
        assert raised.value.reason == "deadline"
    async with refusals.counted("acme", "/accounts", budget, clock() + 0.02):
        pass


@pytest.mark.parametrize(("refusals", "per", "at_once"), [(0, 1.0, 1), (3, 0.0, 1), (3, 1.0, 0), (3, 1.0, 4)])
def test_a_budget_that_makes_no_sense_is_refused(refusals: int, per: float, at_once: int) -> None:
    with pytest.raises(ValueError, match="budget"):
        RefusalBudget(refusals, per, frozenset({400}), at_once)
