"""Fair use: credits a minute and calls at once, for one app in one organisation."""

from __future__ import annotations

from collections import deque
from math import ceil

MINUTE = 60.0
QUERY, WRITE = 1, 3


class Credits:
    """A sliding minute; how the original cuts its minutes is not described. `open`: the calls under way."""

    def __init__(self) -> None:
        self.open = 0
        self._spent: deque[tuple[float, int]] = deque()

    def take(self, cost: int, now: float, limit: int) -> tuple[int | None, dict[str, str]]:
        """Seconds to wait, `None` when the call is let through, and the headers to send."""
        while self._spent and self._spent[0][0] <= now - MINUTE:
            self._spent.popleft()
        used = sum(credits for _, credits in self._spent)
        if used + cost > limit:
            return self._wait(used + cost - limit, now), _headers(limit, limit - used, 0)
        self._spent.append((now, cost))
        return None, _headers(limit, limit - used - cost, cost)

    def _wait(self, lacking: int, now: float) -> int:
        """How long until so many credits are free again; a whole minute when they never are."""
        for spent, credits in self._spent:
            lacking -= credits
            if lacking <= 0:
                return max(1, ceil(spent + MINUTE - now))
        return int(MINUTE)


def _headers(limit: int, remaining: int, credited: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Credited": str(credited),
    }
