"""GraphQL over server-sent events, one operation a connection, as the package graphql-sse speaks it.

<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md> calls that the distinct connections mode.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

from ..execute import Admitted, Answer, Executor
from ..schema.context import Context
from .endpoint import Behind, Receive, Scope, Send, encode
from .handshake import LATER, REFUSED_FULL, REFUSED_ORIGIN, deny, is_own_origin
from .live import STREAMS, Live, until_refused
from .negotiate import EVENTS

KEEP_ALIVE = 12.0
"""Seconds between two comments, so that nobody in between takes the connection for dead."""
HEADERS: Final = (
    (b"content-type", f"{EVENTS}; charset=utf-8".encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)
COMMENT = b":\n\n"
# Without data a browser's EventSource does not tell of the event.
COMPLETE = b"event: complete\ndata:\n\n"
ENDED = {"message": "The credentials are not valid any more.", "extensions": {"code": "UNAUTHENTICATED"}}


@dataclass(frozen=True, slots=True)
class EventStream:
    """Answers operations with event streams. `allowed_origins` may open them besides the gateway's own pages."""

    executor: Executor
    running: Callable[[], Behind]
    live: Live
    allowed_origins: frozenset[str] = frozenset()

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, admitted: Admitted | Answer, context: Context
    ) -> None:
        if not is_own_origin(scope, self.allowed_origins):
            await deny(scope, send, 403, REFUSED_ORIGIN)
            return
        with self.live.place(STREAMS) as free:
            if not free:
                await deny(scope, send, 503, REFUSED_FULL, LATER)
                return
            scope["streams"] = True
            await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
            await _write(send, COMMENT)
            if isinstance(admitted, Answer):
                # The protocol wants refusals of a document here: an EventSource shows nothing of another answer.
                await _write(send, _next(admitted.body) + COMPLETE)
            else:
                await self._run(scope, receive, send, admitted, context)
            with suppress(OSError):
                await send({"type": "http.response.body", "body": b""})

    async def _run(self, scope: Scope, receive: Receive, send: Send, admitted: Admitted, context: Context) -> None:
        """Until the answers end or somebody leaves. A write is finished all the same."""
        door = self.running().door
        gone = asyncio.create_task(_until_gone(receive))
        refused = asyncio.create_task(until_refused(door, scope["headers"], context.caller))
        leaving = asyncio.create_task(self.live.leaving.wait())
        awake = asyncio.create_task(_keep_awake(send))
        answers = asyncio.create_task(self._answer(send, admitted, context))
        everything: set[asyncio.Task[Any]] = {gone, refused, leaving, awake, answers}
        try:
            await asyncio.wait({gone, refused, leaving, answers}, return_when=asyncio.FIRST_COMPLETED)
            if admitted.is_write:
                await asyncio.wait({answers})
            if answers.done():
                answers.result()
            elif refused.done():
                refused.result()
                await _cancel({answers})
                await _write(send, _next({"errors": [ENDED]}) + COMPLETE)
        finally:
            await _cancel(everything)

    async def _answer(self, send: Send, admitted: Admitted, context: Context) -> None:
        async with aclosing(self.executor.subscribe(admitted, context)) as answers:
            async for answer in answers:
                await _write(send, _next(answer.body))
        await _write(send, COMPLETE)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _keep_awake(send: Send) -> None:
    while True:
        await asyncio.sleep(KEEP_ALIVE)
        await _write(send, COMMENT)


async def _cancel(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _write(send: Send, content: bytes) -> None:
    # Some servers tell by an error that nobody is there any more; `_until_gone` hears of it anyway.
    with suppress(OSError):
        await send({"type": "http.response.body", "body": content, "more_body": True})


def _next(body: dict[str, Any]) -> bytes:
    return b"event: next\ndata: " + encode(body) + b"\n\n"
