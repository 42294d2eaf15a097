"""Runs the app under uvicorn: fast loop and parser, no access log, time to finish at shutdown."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from .settings import Settings

LISTENERS = 8
"""uvloop accepts one connection per listening socket and turn: several let new clients in while the loop is busy."""


def server_of(app: Any, settings: Settings) -> uvicorn.Server:
    """A server that stops taking requests on SIGTERM and lets the running ones finish."""
    return uvicorn.Server(
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
        )
    )


def listeners(settings: Settings) -> list[socket.socket]:
    """Sockets that share one address. The first one finds the port when it is 0."""
    first = _listen(settings.host, settings.port)
    port = first.getsockname()[1]
    return [first, *(_listen(settings.host, port) for _ in range(LISTENERS - 1))]


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(address)
    bound.setblocking(False)
    return bound


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already: shared ports would let two servers run side by side unseen."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return port != 0 and probe.connect_ex((host, port)) == 0
