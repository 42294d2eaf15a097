"""A call repeated only while its provider certainly did not take it, or while nothing is lost by asking again."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_any, retry_if_exception, retry_if_result
from tenacity.wait import wait_base, wait_random_exponential

from .message import Answer, Call, NotTaken, TransportError, Unclear

log = structlog.get_logger(__name__)

TRIES = 3
# Never at once: the same trouble would still be there.
BACKOFF: wait_base = wait_random_exponential(multiplier=0.2, min=0.1, max=3.0)
# After a 429 that does not say how long: Lexware Office counts per second, Fortnox per five (dossiers, section 8), and
# neither promises a Retry-After.
UNTOLD: wait_base = wait_random_exponential(multiplier=2.0, min=1.0, max=10.0)

# Timers may ring a moment early.
_TICK = 0.02

# Statuses of a gateway that says its server could not be asked, or did not answer: harmless for a read only.
_PASSING = frozenset({502, 503, 504})

# A date holds a comma of its own, which is not the one between two values.
_TOLD = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,[^,]+|[^,]+")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def retry_after(answer: Answer, now: float) -> float | None:
    """The seconds an answer asks to wait, never below zero; `None` when it says nothing that can be understood.

    `now` is POSIX time, for the form with a date. Of two values the longer one counts.
    """
    told = [_seconds(part.strip(), now) for part in _TOLD.findall(answer.headers.get("retry-after", ""))]
    return max((max(0.0, seconds) for seconds in told if seconds is not None), default=None)


def _seconds(text: str, now: float) -> float | None:
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        return seconds if math.isfinite(seconds) else None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(slots=True)
class RepeatBudget:
    """Keeps repeats a share of the traffic, so that a provider in trouble is not buried under them.

    Every call earns `share` of a repeat; besides, `reserve` repeats grow back per minute. Credits beyond the reserve
    are not kept. One budget belongs to one connection.
    """

    share: float = 0.15
    reserve: float = 10.0
    clock: Callable[[], float] = time.monotonic
    _credit: float | None = None
    _at: float = 0.0

    def earn(self) -> None:
        """A call is made for the first time."""
        self._grow(self.share)

    def spend(self) -> bool:
        """Whether one more repeat is allowed; it is counted if so."""
        credit = self._grow(0.0)
        if credit < 1.0:
            return False
        self._credit = credit - 1.0
        return True

    def _grow(self, by: float) -> float:
        now = self.clock()
        before = self.reserve if self._credit is None else self._credit + (now - self._at) * self.reserve / 60.0
        self._at = now
        self._credit = min(self.reserve, before + by)
        return self._credit


def never(_answer: Answer) -> bool:
    return False


async def repeat(
    attempt: Callable[[], Awaitable[Answer]],
    call: Call,
    *,
    deadline: float | None = None,
    not_taken: Callable[[Answer], bool] = never,
    budget: RepeatBudget | None = None,
    tries: int = TRIES,
    backoff: wait_base = BACKOFF,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Answer:
    """Make a call up to `tries` times, never beyond the deadline (in seconds of `clock`).

    Repeated are: an unreachable provider, 429, and what `not_taken` recognises as the provider's own way of saying
    that it did nothing; for a call that does not write also lost connections, timeouts, 502, 503 and 504. What was
    seen last comes back or is raised; a 429 that persists is raised as `NotTaken("rate_limited")`.
    """

    def repeatable(answer: Answer) -> bool:
        return answer.status == 429 or (not call.writes and answer.status in _PASSING) or not_taken(answer)

    def passing(error: BaseException) -> bool:
        if isinstance(error, NotTaken):
            return error.reason == "unreachable"
        # An answer that is too large once is too large again.
        return isinstance(error, Unclear) and not call.writes and error.reason != "too_large"

    def wait(state: RetryCallState) -> float:
        answer = _answer(state)
        told = None if answer is None else retry_after(answer, now())
        if told is None and answer is not None and answer.status == 429:
            return UNTOLD(state)
        return max(backoff(state), told or 0.0)

    def stop(state: RetryCallState) -> bool:
        if state.attempt_number >= tries:
            return True
        if deadline is not None and clock() + state.upcoming_sleep >= deadline:
            return True
        return budget is not None and not budget.spend()

    def give_up(state: RetryCallState) -> Answer:
        answer = _answer(state)
        if answer is not None and answer.status == 429:
            raise NotTaken(
                "rate_limited", "The provider's rate limit is used up.", retry_after=retry_after(answer, now())
            )
        assert state.outcome is not None
        last: Answer = state.outcome.result()
        return last

    def note(state: RetryCallState) -> None:
        answer = _answer(state)
        error = state.outcome.exception() if state.outcome else None
        log.info(
            "call_repeated",
            step=call.step,
            attempt=state.attempt_number,
            wait=round(state.upcoming_sleep, 3),
            status=answer.status if answer else None,
            reason=getattr(error, "reason", None),
        )

    if budget is not None:
        budget.earn()
    # Nearly every call ends here: tenacity's machinery, heavier than the rest of this function, is for the others.
    first: Answer | TransportError
    try:
        first = await attempt()
        if not repeatable(first):
            return first
    except TransportError as error:
        if not passing(error):
            raise
        first = error

    seen = first
    tried = False

    async def once() -> Answer:
        """What came of the first try, then further tries. tenacity awaits only what is a coroutine function."""
        nonlocal seen, tried
        if tried:
            try:
                seen = await attempt()
            except NotTaken as error:
                # A try that the deadline cut short says nothing of the provider: what was seen before it counts.
                if deadline is None or clock() < deadline - _TICK:
                    seen = error
            except TransportError as error:
                seen = error
        tried = True
        if isinstance(seen, TransportError):
            raise seen
        return seen

    retrying = AsyncRetrying(
        sleep=sleep,
        retry=retry_any(retry_if_result(repeatable), retry_if_exception(passing)),
        wait=wait,
        stop=stop,
        before_sleep=note,
        retry_error_callback=give_up,
    )
    return await retrying(once)


def _answer(state: RetryCallState) -> Answer | None:
    if state.outcome is None or state.outcome.failed:
        return None
    answer: Answer = state.outcome.result()
    return answer
