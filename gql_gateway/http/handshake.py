"""Who may open something that stays open, by the headers of the request, and how it is refused."""

from __future__ import annotations

from urllib.parse import urlsplit

from .endpoint import Scope, Send

REFUSED_ORIGIN = b'{"errors":[{"message":"Pages of this origin may not open streams here."}]}'
REFUSED_FULL = b'{"errors":[{"message":"No more streams can be opened now.","extensions":{"code":"UNAVAILABLE"}}]}'
LATER = (b"retry-after", b"10")


def is_own_origin(scope: Scope, allowed: frozenset[str]) -> bool:
    """Whether no browser asks, or one that shows a page of the gateway itself or of an allowed origin.

    A browser opens WebSockets for any page to any host, without asking first as it does for other requests.
    """
    origins = _values(scope, b"origin")
    if not origins:
        # A page can ask with GET and without `Origin`; it could read nothing, and would still take a place.
        return set(_values(scope, b"sec-fetch-site")) <= {"same-origin", "none"}
    if len(origins) > 1:
        return False
    parts, hosts = urlsplit(origins[0]), _values(scope, b"host")
    own = parts.scheme in ("http", "https") and [parts.netloc.lower()] == [host.lower() for host in hosts]
    return own or origins[0] in allowed


async def deny(scope: Scope, send: Send, status: int, content: bytes, *more: tuple[bytes, bytes]) -> None:
    """Refuse a request or a handshake."""
    prefix = "websocket." if scope["type"] == "websocket" else ""
    if prefix and "websocket.http.response" not in scope.get("extensions", {}):
        # The server then answers 403 itself.
        await send({"type": "websocket.close"})
        return
    length = (b"content-length", str(len(content)).encode())
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"), length, *more]
    await send({"type": f"{prefix}http.response.start", "status": status, "headers": headers})
    await send({"type": f"{prefix}http.response.body", "body": content})


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
