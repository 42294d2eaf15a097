"""What stays open for long: sockets and event streams, how many there may be, and when all of them have to end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..callers.door import CannotTell, Door, Refused
from ..model.caller import Caller
from ..storage.database import DatabaseProblem

SOCKETS, STREAMS, OPERATIONS = "sockets", "streams", "operations"

LOOK_EVERY = 20.0
"""Seconds between two looks whether the caller of something open would still be let in."""
UNSURE_FOR = 60.0
"""Seconds for which a caller is believed while nobody can be asked."""


class Live:
    """Counts what is open. `most` sockets and streams, all together, may be open at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.leaving = asyncio.Event()
        self._open: Counter[str] = Counter()

    def start(self) -> None:
        """The server starts, perhaps again and on another event loop."""
        self.leaving = asyncio.Event()

    def leave(self) -> None:
        """The server stops: whatever is open ends now, apart from running writes."""
        self.leaving.set()

    def count(self, kind: str) -> int:
        return self._open[kind]

    @contextmanager
    def place(self, kind: str) -> Iterator[bool]:
        """A place for a socket or a stream; false when there is none."""
        free = self._open[SOCKETS] + self._open[STREAMS] < self.most and not self.leaving.is_set()
        if not free:
            yield False
            return
        with self.counted(kind):
            yield True

    @contextmanager
    def counted(self, kind: str) -> Iterator[None]:
        self._open[kind] += 1
        try:
            yield
        finally:
            self._open[kind] -= 1


async def until_refused(door: Door, headers: Iterable[tuple[bytes, bytes]], caller: Caller) -> None:
    """Returns when whoever sent these headers would not be let in as this caller any more."""
    sure = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            if await door.authenticate(headers) != caller:
                return
            sure = time.monotonic()
        except Refused:
            return
        except (CannotTell, DatabaseProblem):
            if time.monotonic() - sure >= UNSURE_FOR:
                return
