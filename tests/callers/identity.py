"""An identity provider of the tests: keys, tokens honest and forged, and an address on loopback that hands keys out."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

ISSUER = "https://idp.example"
AUDIENCE = "gql-gateway"
NOW = 1_800_000_000

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig", "alg": "ES256"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed-1"})
PINNED = RSAKey.generate_key(2048, {"kid": "rsa-2", "alg": "RS256"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1"})
"""Somebody else's key under the same name."""


def claims(**other: Any) -> dict[str, Any]:
    """What an honest token says; a value of `...` leaves the claim out."""
    given = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "someone",
        "exp": NOW + 600,
        "nbf": NOW - 5,
        "iat": NOW - 5,
        "tenant": "acme",
        "scope": "openid customers:read customers:write",
        **other,
    }
    return {name: value for name, value in given.items() if value is not ...}


def token(key: Key = RSA, alg: str = "RS256", header: dict[str, Any] | None = None, **other: Any) -> str:
    """A signed token."""
    return signed(json.dumps(claims(**other)).encode(), key, alg, header)


def signed(payload: bytes, key: Key = RSA, alg: str = "RS256", header: dict[str, Any] | None = None) -> str:
    whole = {"alg": alg, "kid": key.kid, "typ": "JWT", **(header or {})}
    whole = {name: value for name, value in whole.items() if value is not ...}
    # By hand: the library would refuse to sign what a forger signs.
    message = f"{part(whole)}.{part(payload)}"
    signature = jws.JWSRegistry(algorithms=[alg]).get_alg(alg).sign(message.encode(), key)
    return f"{message}.{part(signature)}"


def part(value: Any) -> str:
    """A part of a token, as anybody can make one."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(content).decode().rstrip("=")


def signed_with_the_public_key() -> str:
    """HS256, with what everybody knows as the secret: the attack that algorithm confusion is named after."""
    head = f"{part({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{part(claims())}"
    digest = hmac.digest(RSA.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{part(digest)}"


def key_set(*keys: Key) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys or (RSA, EC, ED, PINNED)]}).encode()


@dataclass
class Address:
    """Where keys are fetched from. `answer` makes each answer; `asked` are the paths asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    answer: Callable[[], web.StreamResponse] = lambda: web.Response(body=key_set())
    wait: float = 0.0


@asynccontextmanager
async def listening() -> AsyncIterator[Address]:
    address = Address()

    async def serve(request: web.Request) -> web.StreamResponse:
        address.asked.append(request.path_qs)
        await asyncio.sleep(address.wait)
        return address.answer()

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    address.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/keys?x=1"  # type: ignore[attr-defined]
    try:
        yield address
    finally:
        await runner.cleanup()


class Clock:
    """Seconds that pass when the test says so; both monotonic and POSIX time."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
