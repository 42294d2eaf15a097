"""Sign-in at one country's host: codes, access tokens of 600 s, refresh tokens for one use.

An app, its secret, its codes and its tokens belong to one host; on another they are unknown. Rights are ticked on the
app and are no parameter. PKCE is not mentioned in the documents, nor an endpoint that revokes: there is none here.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from aiohttp import web

from gql_gateway.sandbox.exact_online.answers import JSON
from gql_gateway.sandbox.signin import SignIn
from gql_gateway.sandbox.simulator import Clock, Document

ACCESS_SECONDS = 600
REFRESH_AFTER = 570
REFRESH_SECONDS = 30 * 24 * 3600
CODE_SECONDS = 180
"""Not documented; a choice."""
DAY = 24 * 3600
TOO_EARLY = "TooEarlyToRefreshTokens: Rate limit exceeded: access_token not expired"


@dataclass(slots=True)
class Consent:
    """The newest pair that came of one consent, and when it did."""

    access_token: str
    refresh_token: str
    issued_at: float


class Identity:
    """The app registered at one host and its one user, who may consent again. Tokens are counted, not drawn."""

    def __init__(self, clock: Clock, site: str, redirect_uris: Collection[str]) -> None:
        self._clock = clock
        self._site = site
        self.client_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"exact online app {site}"))
        self.client_secret = hashlib.sha256(f"exact online secret {site}".encode()).hexdigest()[:12]
        self.sign_in = SignIn(
            clock, f"Exact Online {site}", self.client_id, redirect_uris, CODE_SECONDS, spelled=self._spell
        )
        self._issued = 0
        self._access: dict[str, float] = {}
        self._calls: deque[float] = deque()
        self._consents = [self._issue()]

    def credentials(self) -> Mapping[str, str]:
        """Those of the newest consent."""
        newest = self._consents[-1]
        return {
            "access_token": newest.access_token,
            "refresh_token": newest.refresh_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }

    def knows(self, authorization: str | None) -> bool:
        """Whether the token is one of this host's, expired or not."""
        return _bearer(authorization) in self._access

    def accepts(self, authorization: str | None) -> bool:
        return self._access.get(_bearer(authorization), 0.0) > self._clock()

    def expire_tokens(self) -> None:
        """As if the ten minutes were over: access tokens are dead, a refresh is not too early."""
        self._access = dict.fromkeys(self._access, 0.0)
        for consent in self._consents:
            consent.issued_at = min(consent.issued_at, self._clock() - ACCESS_SECONDS)

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
                return self._refresh(form.get("refresh_token", [""])[0], as_number=as_number)
            case ["authorization_code"]:
                if self.sign_in.redeem({name: values[0] for name, values in form.items()}) is None:
                    return _refuse("invalid_grant", "The authorization code is invalid or has been used")
                self._consents.append(self._issue())
                return _tokens(self._consents[-1], as_number=as_number)
            case None:
                return _refuse("invalid_request", "The grant_type is missing")
            case _:
                return _refuse("unsupported_grant_type", "The grant type is not supported")

    def _refresh(self, token: str, *, as_number: bool) -> web.Response:
        now = self._clock()
        place = next((n for n, consent in enumerate(self._consents) if consent.refresh_token == token), None)
        if place is None or self._consents[place].issued_at + REFRESH_SECONDS <= now:
            # A used token leaves the pair it was exchanged for alone: another process may live on with that one.
            return _refuse("invalid_grant", "Old refresh token used")
        if now < self._consents[place].issued_at + REFRESH_AFTER:
            # Whether the refused call uses the token up is not described; it does not here.
            return _refuse("access_denied", "Rate limit exceeded: access_token not expired", reason=TOO_EARLY)
        self._consents[place] = self._issue()
        return _tokens(self._consents[place], as_number=as_number)

    def _issue(self) -> Consent:
        self._issued += 1
        now = self._clock()
        pair = Consent(self._token("access_token"), self._token("refresh_token"), now)
        self._access[pair.access_token] = now + ACCESS_SECONDS
        return pair

    def _token(self, kind: str) -> str:
        """Long, as the original's are."""
        text = "".join(
            hashlib.sha256(f"exact online {self._site} {kind} {self._issued} {part}".encode()).hexdigest()
            for part in range(8)
        )
        return f"{self._stamp}.{text}"

    def _spell(self, code: str) -> str:
        """More than 600 characters. Who decodes the redirect twice makes a blank of every plus."""
        return f"{self._stamp}.{'+'.join([code] * 10)}"

    @property
    def _stamp(self) -> str:
        return f"stamp{self._site.replace('.', '').upper()}001"


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _tokens(consent: Consent, *, as_number: bool) -> web.Response:
    lifetime: Document = {"expires_in": ACCESS_SECONDS if as_number else str(ACCESS_SECONDS)}
    return _json(
        200,
        {
            "access_token": consent.access_token,
            "token_type": "bearer",
            **lifetime,
            "refresh_token": consent.refresh_token,
        },
    )


def _refuse(code: str, description: str, *, reason: str | None = None) -> web.Response:
    return _json(400, {"error": code, "error_description": description}, {"Reason": reason} if reason else None)


def _json(status: int, payload: Document, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=json.dumps(payload), content_type=JSON, headers=headers)
