"""Sign-in at one country's host: the token endpoint, access tokens of 600 s, refresh tokens for one use.

An app, its secret and its tokens belong to one host; on another they are unknown.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import deque
from collections.abc import Mapping
from urllib.parse import parse_qs

from aiohttp import web

from gql_gateway.sandbox.exact_online.answers import JSON
from gql_gateway.sandbox.simulator import Clock, Document

ACCESS_SECONDS = 600
REFRESH_AFTER = 570
REFRESH_SECONDS = 30 * 24 * 3600
DAY = 24 * 3600
TOO_EARLY = "TooEarlyToRefreshTokens: Rate limit exceeded: access_token not expired"


class Identity:
    """The app registered at one host and the one user who consented. Tokens are counted, not drawn."""

    def __init__(self, clock: Clock, site: str) -> None:
        self._clock = clock
        self._site = site
        self.client_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"exact online app {site}"))
        self.client_secret = hashlib.sha256(f"exact online secret {site}".encode()).hexdigest()[:12]
        self._issued = 0
        self._issued_at = 0.0
        self._access: dict[str, float] = {}
        self._refresh: dict[str, float] = {}
        self._calls: deque[float] = deque()
        self._newest: dict[str, str] = {}
        self._issue()

    def credentials(self) -> Mapping[str, str]:
        return {**self._newest, "client_id": self.client_id, "client_secret": self.client_secret}

    def knows(self, authorization: str | None) -> bool:
        """Whether the token is one of this host's, expired or not."""
        return _bearer(authorization) in self._access

    def accepts(self, authorization: str | None) -> bool:
        return self._access.get(_bearer(authorization), 0.0) > self._clock()

    def expire_tokens(self) -> None:
        """As if the ten minutes were over: access tokens are dead, a refresh is not too early."""
        self._access = dict.fromkeys(self._access, 0.0)
        self._issued_at = min(self._issued_at, self._clock() - ACCESS_SECONDS)

    async def exchange(self, request: web.Request, *, calls_a_day: int | None, as_number: bool) -> web.Response:
        """`POST /api/oauth2/token`. Everything it refuses is 400; codes but `access_denied` are unverified."""
        now = self._clock()
        while self._calls and self._calls[0] <= now - DAY:
            self._calls.popleft()
        if calls_a_day is not None and len(self._calls) >= calls_a_day:
            return web.Response(status=429)
        self._calls.append(now)
        if request.content_type != "application/x-www-form-urlencoded":
            return _refuse("invalid_request", "The content type is not supported")
        form = parse_qs((await request.read()).decode(errors="replace"), keep_blank_values=True)
        if form.get("client_id") != [self.client_id] or form.get("client_secret") != [self.client_secret]:
            return _refuse("invalid_client", "Client authentication failed")
        match form.get("grant_type"):
            case ["refresh_token"]:
                return self._use(form.get("refresh_token", [""])[0], as_number=as_number)
            case ["authorization_code"]:
                return _refuse("invalid_grant", "The authorization code is invalid or has been used")
            case None:
                return _refuse("invalid_request", "The grant_type is missing")
            case _:
                return _refuse("unsupported_grant_type", "The grant type is not supported")

    def _use(self, token: str, *, as_number: bool) -> web.Response:
        now = self._clock()
        if token != self._newest["refresh_token"] or self._refresh.get(token, 0.0) <= now:
            # A used token leaves the pair it was exchanged for alone: another process may live on with that one.
            return _refuse("invalid_grant", "Old refresh token used")
        if now < self._issued_at + REFRESH_AFTER:
            # Whether the refused call uses the token up is not described; it does not here.
            return _refuse("access_denied", "Rate limit exceeded: access_token not expired", reason=TOO_EARLY)
        del self._refresh[token]
        self._issue()
        lifetime: Document = {"expires_in": ACCESS_SECONDS if as_number else str(ACCESS_SECONDS)}
        pair = self._newest
        return _json(
            200,
            {
                "access_token": pair["access_token"],
                "token_type": "bearer",
                **lifetime,
                "refresh_token": pair["refresh_token"],
            },
        )

    def _issue(self) -> None:
        self._issued += 1
        self._issued_at = self._clock()
        self._newest = {name: self._token(name) for name in ("access_token", "refresh_token")}
        self._access[self._newest["access_token"]] = self._issued_at + ACCESS_SECONDS
        self._refresh[self._newest["refresh_token"]] = self._issued_at + REFRESH_SECONDS

    def _token(self, kind: str) -> str:
        """Long, as the original's are."""
        text = "".join(
            hashlib.sha256(f"exact online {self._site} {kind} {self._issued} {part}".encode()).hexdigest()
            for part in range(8)
        )
        return f"stamp{self._site.replace('.', '').upper()}001.{text}"


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refuse(code: str, description: str, *, reason: str | None = None) -> web.Response:
    return _json(400, {"error": code, "error_description": description}, {"Reason": reason} if reason else None)


def _json(status: int, payload: Document, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=json.dumps(payload), content_type=JSON, headers=headers)
