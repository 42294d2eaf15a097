"""Calls held back until the provider's rate limit has room for them.

The windows are those of the package `limits`: strictly sliding, no bucket that lets a burst through. They live in the
memory of this process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from .message import NotTaken

# An answer that says "come back in three years" must not take a connection out of service.
LONGEST_PENALTY = 3600.0

# The windows count a call until its time is *past*, so the sleep must reach a little beyond it.
_BEYOND = 0.001


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` calls within any `per` seconds; a call of a higher cost counts as several."""

    calls: int
    per: float

    def __post_init__(self) -> None:
        if self.calls < 1 or self.per <= 0:
            raise ValueError("A rate allows at least one call in a time above zero.")


@dataclass(frozen=True, slots=True)
class RefusalBudget:
    """How many answers of some `statuses` an endpoint may give within any `per` seconds before nothing is sent to it.

    For providers that lock a key which makes too many mistakes: `refusals` is below the number at which they do.
    `at_once` bounds the calls that are under way to the endpoint, because each of them may be the next one refused.
    """

    refusals: int
    per: float
    statuses: frozenset[int]
    at_once: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.at_once <= self.refusals or self.per <= 0:
            raise ValueError("A budget allows at least one call, no more at once than refusals, in a time above zero.")


class Limiter:
    """Hands out the slots of each key (a connection) in the order in which they were asked for.

    `clock` is the one deadlines are told in, in seconds.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[str, _Queue] = {}

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        """Wait for the next free slot of every rate.

        Raises `NotTaken("rate_limited")` as soon as it is known that the slot would come after the deadline.
        """
        queue = self._queues.get(key)
        if queue is None:
            if not rates:
                return
            queue = self._queues[key] = _Queue()
        windows = [_Window(rate) for rate in rates]
        ahead = queue.waiting
        queue.waiting += 1
        try:
            if await self._take_at_once(key, queue, windows, ahead):
                return
            await self._refuse_if_late(key, queue, windows, ahead, deadline)
            with suppress(TimeoutError):
                async with (
                    asyncio.timeout(None if deadline is None else max(0.0, deadline - self._clock())),
                    queue.turn,
                ):
                    await self._take(key, queue, windows, deadline)
                    return
            raise _late(await self._wait(key, queue, windows, queue.waiting - 1))
        finally:
            queue.waiting -= 1
            self._forget(key, queue)

    def penalise(self, key: str, seconds: float) -> None:
        """Let nothing out for this key for some time, at most `LONGEST_PENALTY`: the provider asked for it."""
        if seconds <= 0:
            return
        queue = self._queues.setdefault(key, _Queue())
        queue.closed_until = max(queue.closed_until, self._clock() + min(seconds, LONGEST_PENALTY))

    async def _take_at_once(self, key: str, queue: _Queue, windows: Sequence[_Window], ahead: int) -> bool:
        """The usual case in one step: nobody waits, one rate, and it has room."""
        if ahead or len(windows) != 1 or queue.closed_until > self._clock():
            return False
        return await self._windows.hit(windows[0], key)

    async def _take(self, key: str, queue: _Queue, windows: Sequence[_Window], deadline: float | None) -> None:
        while True:
            await self._refuse_if_late(key, queue, windows, 0, deadline)
            wait = await self._wait(key, queue, windows, 0)
            if wait <= 0:
                if all([await self._windows.hit(window, key) for window in windows]):
                    return
                wait = _BEYOND
            longest = max((window.seconds for window in windows), default=0.0) + _BEYOND
            penalty = queue.closed_until - self._clock()
            if wait > max(longest, penalty):
                # The windows use the wall clock, and it was set back: after a whole window nothing counts any more.
                await self._sleep(longest)
                for window in windows:
                    await self._windows.clear(window, key)
            else:
                await self._sleep(wait)

    async def _refuse_if_late(
        self, key: str, queue: _Queue, windows: Sequence[_Window], ahead: int, deadline: float | None
    ) -> None:
        if deadline is None:
            return
        wait = await self._wait(key, queue, windows, ahead)
        if wait > 0 and self._clock() + wait > deadline:
            raise _late(wait)

    async def _wait(self, key: str, queue: _Queue, windows: Sequence[_Window], ahead: int) -> float:
        """The least number of seconds until the slot of a caller, when `ahead` others before it take theirs."""
        wait = queue.closed_until - self._clock()
        for window in windows:
            stats = await self._windows.get_window_stats(window, key)
            later = ahead - max(0, stats.remaining)
            if later >= 0:
                oldest_leaves = stats.reset_time - time.time() + _BEYOND
                wait = max(wait, oldest_leaves + later // window.amount * window.seconds)
        return max(0.0, wait)

    def _forget(self, key: str, queue: _Queue) -> None:
        if not queue.waiting and queue.closed_until <= self._clock():
            self._queues.pop(key, None)


@dataclass(slots=True)
class _Queue:
    """Those who wait for slots of one key, first come first served."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    closed_until: float = float("-inf")


class _Window(RateLimitItemPerSecond):
    """A rate as `limits` sees it; its multiples count milliseconds, so that 2 per 0.2 s and 2 per 0.5 s differ."""

    def __init__(self, rate: Rate) -> None:
        super().__init__(rate.calls, max(1, round(rate.per * 1000)), "outbound")

    @property
    def seconds(self) -> float:
        return self.multiples / 1000

    # `limits` declares whole seconds; its memory storage computes with fractions just the same.
    def get_expiry(self) -> float:  # type: ignore[override]
        return self.seconds


def _late(wait: float) -> NotTaken:
    return NotTaken("rate_limited", "The rate limit leaves no room for this call in time.", retry_after=wait)
