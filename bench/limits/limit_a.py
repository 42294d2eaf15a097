"""limit-A: uvicorn, uvloop, httptools and aiohttp forwarding a body, and nothing else.

`python -m bench.limits.limit_a PORT UPSTREAM` answers `POST /one` (one PUT) and `POST /two` (a GET, then the PUT).
What it forwards is the provider's own body: no GraphQL, no mapping, no checks, no credentials to look up.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvicorn

PATH = "/3/customers/1001"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "Authorization": "Bearer of-the-bench"}


class Forwarder:
    def __init__(self, upstream: str) -> None:
        self.url = upstream + PATH
        self.session: aiohttp.ClientSession | None = None

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if self.session is None:
            # No bound on open connections: a forwarder that queues would be a slower limit than it has to be.
            self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        pieces = []
        while True:
            message = await receive()
            pieces.append(message["body"])
            if not message["more_body"]:
                break
        if scope["path"] == "/two":
            async with self.session.get(self.url, headers=HEADERS) as read:
                await read.read()
        async with self.session.put(self.url, data=b"".join(pieces), headers=HEADERS) as written:
            answer = await written.read()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": written.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


if __name__ == "__main__":
    uvicorn.run(
        Forwarder(sys.argv[2]),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
