"""When a document ends before it is done: its time is over, or nobody waits for the answer any more.

What only reads is cancelled. A write that runs is finished: stopped in the middle, nobody could tell what was written.
Writes of the same document that were not begun by then are not begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, TypeVar

from .errors import ErrorCode, ProviderUnavailable

Result = TypeVar("Result")


class Reason(Enum):
    """Why a document ends. The value is told to callers."""

    DEADLINE = "The time that a request may take was over."
    GONE = "Nobody waited for the answer any more."


class Ended(Exception):
    """Reads were cancelled."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Ending:
    """Watches over one document. `deadline` is in seconds; `gone` returns when nobody waits any more."""

    def __init__(self, deadline: float, gone: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        self.reason: Reason | None = None
        self._deadline = deadline
        self._gone = gone

    async def read(self, work: Awaitable[Result]) -> Result:
        """The result of the work; it is cancelled with `Ended` when the document ends before."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as clock:
                with self._watched(lambda: clock.reschedule(loop.time())):
                    return await work
        except TimeoutError:
            if self.reason is None:
                raise
            raise Ended(self.reason) from None

    async def write(self, work: Awaitable[Result]) -> Result:
        """The result of the work, however long it takes. What it has not begun asks `check` whether it may."""
        with self._watched(lambda: None):
            return await work

    def check(self) -> None:
        """Raises when nothing may begin any more."""
        if self.reason is not None:
            raise ProviderUnavailable(ErrorCode.NOT_BEGUN, f"{self.reason.value} Nothing of this was begun.")

    @contextmanager
    def _watched(self, stop: Callable[[], None]) -> Iterator[None]:
        is_running = True

        def end(reason: Reason) -> None:
            # What was due at the very moment the work was done comes too late.
            if is_running and self.reason is None:
                self.reason = reason
                stop()

        def left(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                task.result()
                end(Reason.GONE)

        timer = asyncio.get_running_loop().call_later(self._deadline, end, Reason.DEADLINE)
        watch = asyncio.create_task(self._gone()) if self._gone else None
        if watch is not None:
            watch.add_done_callback(left)
        try:
            yield
        finally:
            is_running = False
            timer.cancel()
            if watch is not None:
                watch.cancel()
