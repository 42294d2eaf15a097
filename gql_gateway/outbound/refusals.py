"""Calls held back from an endpoint that has refused too many, before the provider locks the key.

The counts live in the memory of this process; a budget leaves room for whoever else uses the key.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import structlog

from .limits import RefusalBudget
from .message import Answer, NotTaken

log = structlog.get_logger(__name__)

Count = Callable[[Answer], None]
_MOST_ENDPOINTS = 10_000


class Refusals:
    """What was refused lately, by key (a connection) and endpoint. `clock` is the one deadlines are told in."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._endpoints: dict[tuple[str, str], _Endpoint] = {}

    @asynccontextmanager
    async def counted(
        self, key: str, endpoint: str, budget: RefusalBudget, deadline: float | None = None
    ) -> AsyncIterator[Count]:
        """Room for one call, whose answer is to be told to the function that comes out.

        Raises `NotTaken("refused_often")` when the budget is spent, or would be by the calls under way until the
        deadline.
        """
        seen = self._endpoints.get((key, endpoint))
        if seen is None:
            self._forget(budget)
            seen = self._endpoints[key, endpoint] = _Endpoint()
        await self._enter(seen, budget, deadline)
        seen.under_way += 1

        def count(answer: Answer) -> None:
            if answer.status in budget.statuses:
                seen.refused_at.append(self._clock())
                if len(seen.refused_at) >= budget.refusals:
                    log.warning("endpoint_held_back", endpoint=endpoint, refusals=len(seen.refused_at))

        try:
            yield count
        finally:
            seen.under_way -= 1
            seen.room.set()

    async def _enter(self, seen: _Endpoint, budget: RefusalBudget, deadline: float | None) -> None:
        while True:
            now = self._clock()
            seen.forget_before(now - budget.per)
            left = budget.refusals - len(seen.refused_at)
            if left <= 0:
                raise NotTaken(
                    "refused_often",
                    "The provider has refused too many calls of this kind within the hour and would lock the key: the "
                    "gateway sends no more of them for now.",
                    retry_after=seen.refused_at[0] + budget.per - now,
                )
            if seen.under_way < min(left, budget.at_once):
                return
            if deadline is not None and now >= deadline:
                raise NotTaken("deadline", "No time was left to send the call.")
            seen.room.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if deadline is None else deadline - now):
                    await seen.room.wait()

    def _forget(self, budget: RefusalBudget) -> None:
        """Endpoints where nothing is under way and nothing was refused need no place."""
        if len(self._endpoints) < _MOST_ENDPOINTS:
            return
        before = self._clock() - budget.per
        for name, seen in list(self._endpoints.items()):
            seen.forget_before(before)
            if not seen.under_way and not seen.refused_at:
                del self._endpoints[name]


@dataclass(slots=True)
class _Endpoint:
    """When calls were refused, and how many are under way."""

    refused_at: deque[float] = field(default_factory=deque)
    under_way: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)

    def forget_before(self, moment: float) -> None:
        while self.refused_at and self.refused_at[0] <= moment:
            self.refused_at.popleft()
