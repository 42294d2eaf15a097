"""600 calls a minute for one client and one URL. The waiting time stands in the text of the answer only."""

from __future__ import annotations

from math import ceil

from ..simulator import Clock
from .answers import OVER_QUOTA, Refusal

MINUTE = 60.0


class Quota:
    """Minutes are counted from a URL's first call; how the original cuts them is not described."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minutes: dict[str, tuple[float, int]] = {}

    def count(self, url: str, most: int | None) -> None:
        """Count a call, or refuse it; `most` calls a minute are let through."""
        if most is None:
            return
        now = self._clock()
        began, calls = self._minutes.get(url, (now, 0))
        if now - began >= MINUTE:
            began, calls = now, 0
        if calls >= most:
            wait = max(1, ceil(began + MINUTE - now))
            words = f"API calls quota exceeded! maximum admitted {most} per Minute. Try again in {wait} seconds."
            raise Refusal(OVER_QUOTA, words)
        self._minutes[url] = (began, calls + 1)
