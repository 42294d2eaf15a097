"""The partner sign-in: authorization code with a secret in a Basic header, refresh tokens.

Scopes are those of the app and no parameter. Lifetimes and rotation are not public: an hour, and refresh tokens for
one use, are choices, the second one the stricter.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from urllib.parse import parse_qs

from aiohttp import web

from ..signin import SignIn
from ..simulator import Clock

ACCESS_SECONDS = 3600
CODE_SECONDS = 300
CLIENT_ID = "sandbox-lexware-partner"
CLIENT_SECRET = "sandbox-secret-of-lexware-partner"


class Identity:
    """The tokens handed out for the one organization. They are counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str]) -> None:
        self._clock = clock
        self.sign_in = SignIn(
            clock, "Lexware Office", CLIENT_ID, redirect_uris, CODE_SECONDS, proves=frozenset({"S256"})
        )
        self._issued = 0
        self._access: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._newest: dict[str, str] = {}
        self._issue()

    def credentials(self) -> Mapping[str, str]:
        return {**self._newest, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def accepts(self, token: str) -> bool:
        return self._access.get(token, 0.0) > self._clock()

    def expire_tokens(self) -> None:
        self._access.clear()

    async def exchange(self, request: web.Request) -> web.Response:
        """`POST /oauth2/token`."""
        shown = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {shown}":
            return _refuse(401, "invalid_client")
        if request.content_type != "application/x-www-form-urlencoded":
            return _refuse(400, "invalid_request")
        fields = parse_qs((await request.read()).decode(errors="replace"))
        form = {name: values[0] for name, values in fields.items()}
        match form.get("grant_type"):
            case "authorization_code":
                if self.sign_in.redeem(form) is None:
                    return _refuse(400, "invalid_grant")
            case "refresh_token":
                if form.get("refresh_token") not in self._refresh:
                    return _refuse(400, "invalid_grant")
                self._refresh.discard(form["refresh_token"])
            case _:
                return _refuse(400, "unsupported_grant_type")
        return web.json_response({**self._issue(), "expires_in": ACCESS_SECONDS, "token_type": "bearer"})

    def _issue(self) -> dict[str, str]:
        self._issued += 1
        self._newest = {
            name: hashlib.sha256(f"lexware office {name} {self._issued}".encode()).hexdigest()
            for name in ("access_token", "refresh_token")
        }
        self._access[self._newest["access_token"]] = self._clock() + ACCESS_SECONDS
        self._refresh.add(self._newest["refresh_token"])
        return self._newest


def _refuse(status: int, error: str) -> web.Response:
    return web.json_response({"error": error}, status=status)
