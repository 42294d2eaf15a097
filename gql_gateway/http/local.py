"""Keeps a gateway without authentication to this machine: also against a web page that binds its own name to it.

A browser on this machine may be led to loopback under a foreign name (DNS rebinding); its `Host` header tells.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from .endpoint import Receive, Scope, Send
from .handshake import deny

REFUSAL = b'{"errors":[{"message":"This gateway answers under names of this machine only."}]}'


class LocalOnly:
    """Refuses requests and WebSocket handshakes whose `Host` is neither `localhost` nor a loopback address."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not is_local(_host_of(scope)):
            await deny(scope, send, 421, REFUSAL)
            return
        await self.app(scope, receive, send)


def _host_of(scope: Scope) -> str:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return hosts[0] if len(hosts) == 1 else ""


def is_local(host: str) -> bool:
    """Whether a `Host` header names this machine. A port may follow; IPv6 stands in brackets."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
