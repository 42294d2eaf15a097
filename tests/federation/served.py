"""Serving the subgraphs of these tests: on a free port, which is told on standard output."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn

from gql_gateway.serving import KEEP_ALIVE


def serve(app: Any) -> None:
    """Until the process is ended. The one line that is printed is the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_keep_alive=KEEP_ALIVE)).run(
            sockets=[listener]
        )
