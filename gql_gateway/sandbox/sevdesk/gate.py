"""What may come in: the API token, the guard against abuse, the lock of a failing token, bodies that can be read."""

from __future__ import annotations

import json
from collections import deque
from typing import NoReturn

from aiohttp import web

from ..simulator import Clock, Document
from .answers import Refusal

API_TOKEN = "5e7de5c0ffee00112233445566778899"


class Gate:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: deque[float] = deque()
        self._failures = 0
        self._valid = True

    def close(self) -> None:
        """Let the token die, as when its user asks for a new one."""
        self._valid = False

    def admit(self, request: web.Request, rate_limit: tuple[int, float] | None) -> None:
        # The bare token: no `Bearer`, no `Token`, and since 2025 no parameter of that name in the address either.
        if not self._valid or request.headers.getall("Authorization", []) != [API_TOKEN]:
            raise Refusal(401, "Authentication required")
        if rate_limit is None:
            return
        calls, seconds = rate_limit
        now = self._clock()
        while self._calls and self._calls[0] <= now - seconds:
            self._calls.popleft()
        if len(self._calls) >= calls:
            raise Refusal(429, "Too many requests")
        self._calls.append(now)

    def note(self, status: int, lock_after: int | None) -> None:
        """Count failing requests in a row; the vendor warns that a token with many of them may be locked."""
        if status < 400:
            self._failures = 0
        elif status not in {401, 429}:
            self._failures += 1
        if lock_after is not None and self._failures >= lock_after:
            self._valid = False


async def read_body(request: web.Request) -> Document:
    """The JSON object of a write; what is none gets a 400 (a choice)."""
    if request.content_type != "application/json":
        raise Refusal(400, "Bad request")
    try:
        body = json.loads((await request.read()).decode(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
    except (ValueError, RecursionError):
        raise Refusal(400, "Bad request") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Bad request")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
