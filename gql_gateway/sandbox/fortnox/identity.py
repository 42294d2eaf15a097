"""Fortnox's token endpoint: access tokens for an hour, refresh tokens for one use, each for the scopes consented to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from aiohttp import web

from ..signin import SignIn
from ..simulator import Clock

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 45 * 24 * 3600
CODE_SECONDS = 600
TENANT_ID = 654321
CLIENT_ID = "sandboxFortnox01"
CLIENT_SECRET = "sandbox-secret-of-fortnox"


class _Token(NamedTuple):
    until: float
    scopes: frozenset[str]


class Identity:
    """The tokens handed out for the one company. Tokens are the same at every start: they are counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str], scopes: frozenset[str], company: str) -> None:
        self._clock = clock
        self.sign_in = SignIn(
            clock,
            "Fortnox",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            scopes=scopes,
            insists=("state",),
            # One of the person's companies is chosen while signing in; the token is good for that one.
            choices=lambda _: [(str(TENANT_ID), company)],
        )
        self._issued = 0
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._newest: dict[str, str] = {}
        self._issue(scopes)

    def credentials(self) -> Mapping[str, str]:
        return {**self._newest, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def scopes_of(self, authorization: str | None) -> frozenset[str] | None:
        """What the token may do; `None` when it is none, or its hour is over."""
        scheme, _, token = (authorization or "").partition(" ")
        known = self._access.get(token)
        return known.scopes if scheme == "Bearer" and known is not None and known.until > self._clock() else None

    def expire_tokens(self) -> None:
        self._access.clear()

    async def exchange(self, request: web.Request) -> web.Response:
        """`POST /oauth-v1/token`."""
        if request.headers.get("Authorization") != _basic(CLIENT_ID, CLIENT_SECRET):
            return _oauth_error(401, "text/plain", "invalid_client", "The client credentials are invalid")
        if request.content_type != "application/x-www-form-urlencoded":
            return _oauth_error(400, "text/html", "invalid_request", "The content type is not supported")
        fields = parse_qs((await request.read()).decode(errors="replace"))
        form = {name: values[0] for name, values in fields.items()}
        if form.get("grant_type") == "authorization_code":
            granted = self.sign_in.redeem(form)
            if granted is None:
                return _oauth_error(400, "text/html", "invalid_grant", "Authorization code is invalid")
            scopes = granted.scopes
        elif form.get("grant_type") != "refresh_token":
            return _oauth_error(400, "text/html", "unsupported_grant_type", "The grant type is not supported")
        else:
            spent = self._refresh.pop(form.get("refresh_token", ""), None)
            if spent is None or spent.until <= self._clock():
                return _oauth_error(400, "text/html", "invalid_grant", "Invalid refresh token")
            scopes = spent.scopes
        return web.json_response(
            {
                **self._issue(scopes),
                "scope": " ".join(sorted(scopes)),
                "expires_in": ACCESS_SECONDS,
                "token_type": "bearer",
            }
        )

    def _issue(self, scopes: frozenset[str]) -> dict[str, str]:
        self._issued += 1
        self._newest = {
            "access_token": _jwt({"tenantId": TENANT_ID, "userId": 1, "jti": str(self._issued)}),
            "refresh_token": hashlib.sha256(f"fortnox refresh {self._issued}".encode()).hexdigest()[:40],
        }
        now = self._clock()
        self._access[self._newest["access_token"]] = _Token(now + ACCESS_SECONDS, scopes)
        self._refresh[self._newest["refresh_token"]] = _Token(now + REFRESH_SECONDS, scopes)
        return self._newest


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _jwt(claims: Mapping[str, object]) -> str:
    """A token in the form of a JWT; nobody but this simulator can tell whether it is a good one."""
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*parts, _base64url(hashlib.sha256(".".join(parts).encode()).digest())])


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _oauth_error(status: int, content_type: str, error: str, description: str) -> web.Response:
    body = json.dumps({"error": error, "error_description": description}, separators=(",", ":"))
    return web.Response(status=status, text=body, content_type=content_type, charset="utf-8")
