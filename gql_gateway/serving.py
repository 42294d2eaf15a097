"""Runs the app under uvicorn: fast loop and parser, no access log, time to finish at shutdown."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from .settings import Settings

LISTENERS = 8
"""uvloop accepts one connection per listening socket and turn: several let new clients in while the loop is busy."""
KEEP_ALIVE = 75
"""Seconds for which an idle connection stays open: longer than the pools of routers and proxies keep theirs.

Whoever closes first should be the client: a request that meets a connection just closed fails, and nobody may repeat a
mutation. uvicorn's own five seconds pass while a router in Node plans its first query.
"""


class _Server(uvicorn.Server):
    """Says when it starts to stop: what is open for long would otherwise be waited for."""

    def __init__(self, config: uvicorn.Config, leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._leave = leave

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leave()
        await super().shutdown(sockets)


def server_of(app: Any, settings: Settings, leave: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server that stops taking requests on SIGTERM and lets the running ones finish.

    `leave` is called before it waits for them.
    """
    return _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=settings.shutdown_grace,
            timeout_keep_alive=KEEP_ALIVE,
            ws="websockets-sansio",
            ws_max_size=settings.max_body,
            # Compressing what is secret together with what a stranger chose tells of the secret by its length.
            ws_per_message_deflate=False,
        ),
        leave,
    )


def settle() -> None:
    """Leave everything that exists by now out of garbage collections: schema and modules stay as long as the process.

    Without it each full collection goes through all of them, more than 100,000 objects, while every request waits.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def ending_well() -> Iterator[None]:
    """SIGTERM and Ctrl-C end the program as it is told, with exit code 0 and everything put away.

    uvicorn sends itself the signal once more after a graceful shutdown; the default handler would kill the process.
    """
    usual = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


class CannotListen(Exception):
    """The address cannot be used. The message is one line."""


def listeners(host: str, port: int) -> list[socket.socket]:
    """Sockets that share one address. The first one finds the port when it is 0."""
    family, address = _resolve(host, port)
    # Shared ports would let two servers run side by side unseen.
    if port and _answers(family, address):
        raise CannotListen(f"GATEWAY_PORT: something listens on {host}:{port} already.")
    opened: list[socket.socket] = []
    try:
        for _ in range(LISTENERS):
            opened.append(socket.socket(family, socket.SOCK_STREAM))
            opened[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            opened[-1].bind(address if len(opened) == 1 else opened[0].getsockname())
            opened[-1].setblocking(False)
    except OSError as error:
        for item in opened:
            item.close()
        raise CannotListen(f"GATEWAY_HOST: cannot listen on {host}:{port}: {error.strerror}.") from None
    return opened


def free_port(host: str) -> int:
    """A port that nobody listens on just now."""
    (first, *others) = listeners(host, 0)
    port: int = first.getsockname()[1]
    for item in (first, *others):
        item.close()
    return port


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already."""
    return port != 0 and _answers(*_resolve(host, port))


def _resolve(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise CannotListen(f"GATEWAY_HOST: {host} is no address that can be resolved.") from None
    return family, address


def _answers(family: int, address: tuple[Any, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(address) == 0
