from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from gql_gateway.outbound.limits import LONGEST_PENALTY, Limiter, Rate
from gql_gateway.outbound.message import NotTaken


class Clock:
    """Time that passes only while the limiter sleeps; the package `limits` reads it as the wall clock."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.stepped = 0.0

    def monotonic(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.time + self.stepped

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.wall)
    yield clock
    monkeypatch.undo()


def most_in_any_window(times: list[float], per: float) -> int:
    return max(sum(1 for other in times if start <= other < start + per) for start in times)


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(clock=clock.monotonic, sleep=clock.sleep)


async def test_fortnox_25_in_any_5_seconds(limiter: Limiter, clock: Clock) -> None:
    times = []
    for index in range(120):
        await limiter.acquire("c", [Rate(25, 5)], None)
        times.append(clock.time)
        if index % 7 == 0:
            clock.time += 0.31
    assert most_in_any_window(times, 5) == 25
    assert times[-1] - times[0] < 5 * 5, "the allowed rate is used"


async def test_all_rates_of_a_key_hold_at_once(limiter: Limiter, clock: Clock) -> None:
    times = []
    for _ in range(40):
        await limiter.acquire("c", [Rate(10, 1), Rate(15, 60)], None)
        times.append(clock.time)
    assert most_in_any_window(times, 1) <= 10
    assert most_in_any_window(times, 60) == 15


async def test_keys_do_not_share_their_slots(limiter: Limiter, clock: Clock) -> None:
    started = clock.time
    for key in ("a", "b", "c"):
        await limiter.acquire(key, [Rate(1, 10)], None)
    assert clock.time == started


async def test_rates_that_differ_by_fractions_of_a_second_are_kept_apart(limiter: Limiter, clock: Clock) -> None:
    await limiter.acquire("c", [Rate(1, 0.2)], None)
    started = clock.time
    await limiter.acquire("c", [Rate(1, 0.2)], None)
    assert 0.2 < clock.time - started < 0.21


async def test_a_slot_after_the_deadline_is_refused_at_once(limiter: Limiter, clock: Clock) -> None:
    await limiter.acquire("c", [Rate(1, 10)], None)
    started = clock.time
    with pytest.raises(NotTaken) as refused:
        await limiter.acquire("c", [Rate(1, 10)], started + 9)
    assert refused.value.reason == "rate_limited"
    assert refused.value.retry_after == pytest.approx(10, abs=0.01)
    assert clock.time == started
    await limiter.acquire("c", [Rate(1, 10)], started + 11)


async def test_a_place_far_back_in_the_queue_is_refused_before_its_turn() -> None:
    limiter = Limiter()
    rates = [Rate(1, 0.2)]
    await limiter.acquire("c", rates)
    started = time.monotonic()
    waiting = [asyncio.create_task(limiter.acquire("c", rates, started + 5)) for _ in range(3)]
    await asyncio.sleep(0.01)
    with pytest.raises(NotTaken) as refused:
        await limiter.acquire("c", rates, started + 0.7)
    assert time.monotonic() - started < 0.15, "three calls are before it: its slot cannot come before 0.8 s"
    assert refused.value.retry_after == pytest.approx(0.8, abs=0.1)
    await asyncio.gather(*waiting)


async def test_a_penalty_holds_everything_of_its_key_back(limiter: Limiter, clock: Clock) -> None:
    started = clock.time
    limiter.penalise("c", 7)
    limiter.penalise("c", 3)
    await limiter.acquire("other", [Rate(5, 1)], None)
    assert clock.time == started
    await limiter.acquire("c", [], None)
    assert clock.time >= started + 7
    await limiter.acquire("c", [Rate(5, 1)], None)
    assert clock.time < started + 7.1


async def test_a_penalty_beyond_the_deadline_is_refused_with_the_time_to_wait(limiter: Limiter, clock: Clock) -> None:
    limiter.penalise("c", 60)
    with pytest.raises(NotTaken) as refused:
        await limiter.acquire("c", [], clock.time + 30)
    assert refused.value.retry_after == pytest.approx(60)


async def test_an_absurd_penalty_is_cut_down(limiter: Limiter, clock: Clock) -> None:
    started = clock.time
    limiter.penalise("c", 1e9)
    limiter.penalise("c", -5)
    await limiter.acquire("c", [], None)
    assert clock.time - started == pytest.approx(LONGEST_PENALTY)


async def test_a_penalty_that_arrives_while_others_wait_holds_them_back_too() -> None:
    limiter = Limiter()
    await limiter.acquire("c", [Rate(1, 0.1)])
    started = time.monotonic()
    waiting = asyncio.create_task(limiter.acquire("c", [Rate(1, 0.1)]))
    await asyncio.sleep(0.02)
    limiter.penalise("c", 0.3)
    await waiting
    assert time.monotonic() - started >= 0.3


async def test_first_come_first_served() -> None:
    limiter = Limiter()
    order: list[int] = []

    async def call(number: int) -> None:
        await limiter.acquire("c", [Rate(2, 0.05)], time.monotonic() + 5)
        order.append(number)

    tasks = []
    for number in range(8):
        tasks.append(asyncio.create_task(call(number)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == list(range(8))


async def test_one_who_leaves_the_queue_does_not_block_it() -> None:
    limiter = Limiter()
    rates = [Rate(1, 0.1)]
    await limiter.acquire("c", rates)
    first = asyncio.create_task(limiter.acquire("c", rates))
    second = asyncio.create_task(limiter.acquire("c", rates))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.wait_for(second, 1)
    assert first.cancelled()


async def test_ten_callers_never_exceed_2_in_any_200_ms() -> None:
    limiter = Limiter()
    times: list[float] = []

    async def call() -> None:
        for _ in range(2):
            await limiter.acquire("c", [Rate(2, 0.2)], time.monotonic() + 10)
            times.append(time.time())

    await asyncio.gather(*(call() for _ in range(10)))
    assert len(times) == 20
    assert most_in_any_window(sorted(times), 0.2) == 2
    assert times[-1] - times[0] < 9 * 0.2 * 1.5, "the allowed rate is used"


async def test_a_wall_clock_that_is_set_back_costs_one_window_at_most(limiter: Limiter, clock: Clock) -> None:
    await limiter.acquire("c", [Rate(1, 5)], None)
    clock.stepped = -600
    started = clock.time
    await limiter.acquire("c", [Rate(1, 5)], None)
    assert clock.time - started < 6


@pytest.mark.parametrize(("calls", "per"), [(0, 1.0), (-1, 1.0), (1, 0.0), (1, -2.0)])
def test_a_rate_that_allows_nothing_is_refused(calls: int, per: float) -> None:
    with pytest.raises(ValueError, match="at least one call"):
        Rate(calls, per)
