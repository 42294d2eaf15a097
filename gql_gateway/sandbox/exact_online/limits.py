"""Calls per minute and day for an app and a company, and the errors that lock a key out."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable

MINUTE, DAY, HOUR = 60, 24 * 3600, 3600
COUNTED = frozenset({400, 401, 403, 404})
"""Statuses that count as errors; the 500 of a business rule and a 429 do not."""


class CallLimits:
    """Fixed windows: a minute of the clock and a UTC day, as the reset times of recorded answers show."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Hashable, int], tuple[int, int]] = {}

    def take(self, key: Hashable, now: float, limits: tuple[int, int]) -> tuple[bool, dict[str, str]]:
        """Whether the call is let through, and the headers to send: of a limit exceeded, only its own."""
        a_minute, a_day = limits
        minute, day = self._used(key, now, MINUTE), self._used(key, now, DAY)
        if day >= a_day:
            return False, _headers("", a_day, 0, _end(now, DAY))
        if minute >= a_minute:
            return False, _headers("-Minutely", a_minute, 0, _end(now, MINUTE))
        for seconds, used in ((MINUTE, minute), (DAY, day)):
            self._counts[key, seconds] = (int(now // seconds), used + 1)
        return True, {
            **_headers("", a_day, a_day - day - 1, _end(now, DAY)),
            **_headers("-Minutely", a_minute, a_minute - minute - 1, _end(now, MINUTE)),
        }

    def _used(self, key: Hashable, now: float, seconds: int) -> int:
        window, used = self._counts.get((key, seconds), (0, 0))
        return used if window == int(now // seconds) else 0


class ErrorLock:
    """More errors than allowed within an hour on one endpoint lock the whole key out.

    That a lock lasts twice as long as the one before it is a guess: "growing on repetition" is all that is known.
    """

    def __init__(self) -> None:
        self._errors: dict[tuple[str, Hashable], deque[float]] = {}
        self._locks: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def holds(self, app: str, now: float) -> bool:
        return now < self._until.get(app, 0.0)

    def note(self, app: str, endpoint: Hashable, now: float, allowed: int) -> None:
        errors = self._errors.setdefault((app, endpoint), deque())
        errors.append(now)
        while errors[0] <= now - HOUR:
            errors.popleft()
        if len(errors) > allowed:
            self._locks[app] = self._locks.get(app, 0) + 1
            self._until[app] = now + HOUR * 2 ** (self._locks[app] - 1)
            errors.clear()


def _end(now: float, seconds: int) -> int:
    """When the window ends, in milliseconds since 1970."""
    return (int(now // seconds) + 1) * seconds * 1000


def _headers(kind: str, limit: int, remaining: int, reset: int) -> dict[str, str]:
    return {
        f"X-RateLimit{kind}-Limit": str(limit),
        f"X-RateLimit{kind}-Remaining": str(remaining),
        f"X-RateLimit{kind}-Reset": str(reset),
    }
