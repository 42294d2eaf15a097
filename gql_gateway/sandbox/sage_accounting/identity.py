"""Sign-in: codes for a minute, access tokens for five, refresh tokens for 31 days and one use.

The access tokens cover every business of the one user. Descriptions of errors are this simulator's.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from aiohttp import web

from ..signin import Choices, SignIn
from ..simulator import Clock, Document
from .businesses import BUSINESSES, HOME

CONSENT_PATH = "/oauth2/auth/central"
TOKEN_PATH = "/token"
REVOKE_PATH = "/revoke"
CODE_SECONDS = 60
ACCESS_SECONDS = 300
REFRESH_SECONDS = 2_678_400

CLIENT_ID = "7f3a1c5e-sandbox-4b2d-9e8f-60718293a4b5/2c4d6e8f-sandbox"
CLIENT_SECRET = "sandbox-secret-of-sage"
USER_ID = "5d4c3b2a19080f7e6d5c4b3a29180706"


FULL, READ_ONLY = "full_access", "readonly"
COUNTRIES = {"gb": "United Kingdom", "ie": "Ireland", "ca": "Canada"}
"""Where businesses can be signed in to."""


@dataclass(frozen=True, slots=True, eq=False)
class Consent:
    """What the user allowed at one time. Without a `scope`, tokens have the one that is set on the simulator."""

    scope: str | None


class Identity:
    """The tokens of the one user. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str], scope: str) -> None:
        """`scope`: that of the sandbox connection's first access token."""
        self._clock = clock
        self.sign_in = SignIn(
            clock,
            "Sage Accounting",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            scopes=frozenset({FULL, READ_ONLY}),
            # It stands among the parameters that are not called optional.
            insists=("state",),
            proves=frozenset({"S256", "plain"}),
            choices=_countries,
            refuses=_wrong_country,
            spelled=lambda code: f"{_home_country().upper()}/{code}",
        )
        self._issued = 0
        self._access: dict[str, tuple[float, str]] = {}
        self._refresh: dict[str, tuple[float, Consent]] = {}
        self._newest_consent = Consent(None)
        self._newest = self._issue(self._newest_consent, scope)

    def credentials(self) -> Mapping[str, str]:
        """Those of the newest consent."""
        return {**self._newest, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def scope_of(self, authorization: str | None) -> str | None:
        """The scope of a good access token, or nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        until, scope = self._access.get(token, (0.0, ""))
        return scope if scheme == "Bearer" and until > self._clock() else None

    def expire_access_tokens(self) -> None:
        self._access.clear()

    def end(self) -> None:
        """The user withdrew the consent; access tokens live on until they expire."""
        self._refresh.clear()

    async def exchange(self, request: web.Request, scope: str) -> web.Response:
        """`POST /token`. `scope` is that of the next access token of the sandbox connection."""
        form = await _form(request)
        if form is None:
            return _refuse("invalid_request", "The request is not a form.")
        if not _is_client(form):
            return _refuse("invalid_client", "Client authentication failed.")
        grant = form.get("grant_type")
        if not grant:
            return _refuse("invalid_request", "The grant_type is missing.")
        if grant == "authorization_code":
            granted = self.sign_in.redeem(form)
            if granted is None:
                return _refuse("invalid_grant", "The authorization code is invalid, expired or was used.")
            # One or the other is meant to be asked for; who asked for both got the larger one.
            scope = FULL if FULL in granted.scopes else READ_ONLY
            consent = self._newest_consent = Consent(scope)
            return self._answer(consent, scope)
        if grant != "refresh_token":
            return _refuse("unsupported_grant_type", "The grant type is not supported.")
        until, consent = self._refresh.pop(form.get("refresh_token", ""), (0.0, self._newest_consent))
        if until <= self._clock():
            return _refuse("invalid_grant", "The refresh token is invalid, expired or was used.")
        return self._answer(consent, scope if consent.scope is None else consent.scope)

    def _answer(self, consent: Consent, scope: str) -> web.Response:
        pair = self._issue(consent, scope)
        if consent is self._newest_consent:
            self._newest = pair
        return _json(
            200,
            {
                **pair,
                "scope": scope,
                "token_type": "bearer",
                "expires_in": ACCESS_SECONDS,
                "refresh_token_expires_in": REFRESH_SECONDS,
                "requested_by_id": USER_ID,
            },
        )

    async def revoke(self, request: web.Request) -> web.Response:
        """`POST /revoke`: refresh tokens only. That an unknown one is no error either is a choice (RFC 7009)."""
        form = await _form(request)
        if form is None or not form.get("token"):
            return _refuse("invalid_request", "The token is missing.")
        if not _is_client(form):
            return _refuse("invalid_client", "Client authentication failed.")
        self._refresh.pop(form["token"], None)
        return _json(200, {"success": "ok"})

    def _issue(self, consent: Consent, scope: str) -> dict[str, str]:
        self._issued += 1
        claims = {"sub": USER_ID, "scope": scope, "iss": "sage accounting sandbox", "jti": str(self._issued)}
        refresh = hashlib.sha256(f"sage refresh {self._issued}".encode()).hexdigest()
        pair = {"access_token": _jwt(claims), "refresh_token": f"{USER_ID[:8]}-GB/{refresh}"}
        self._access[pair["access_token"]] = (self._clock() + ACCESS_SECONDS, scope)
        self._refresh[pair["refresh_token"]] = (self._clock() + REFRESH_SECONDS, consent)
        return pair


def _home_country() -> str:
    """Where the user is known: the country of the sandbox connection's business."""
    return BUSINESSES[HOME].country.lower()


def _countries(query: Mapping[str, str]) -> Choices:
    """The page asks for the country where the app did not name it."""
    return () if query.get("country") else list(COUNTRIES.items())


def _wrong_country(query: Mapping[str, str], choice: str | None) -> Mapping[str, str]:
    """What goes back for another country than the one where the user's address is known. What goes back for a country
    that is none of the three is unverified.
    """
    country = query.get("country") or choice
    if country not in COUNTRIES:
        return {"error": "invalid_request", "error_description": "The country is not supported."}
    if country != _home_country():
        return {"error": "Invalid request", "reason": "Email already in use"}
    return {}


async def _form(request: web.Request) -> dict[str, str] | None:
    """The fields; nothing when it is no form or a field comes twice."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    fields = parse_qs((await request.read()).decode(errors="replace"))
    return None if any(len(values) > 1 for values in fields.values()) else {name: v[0] for name, v in fields.items()}


def _is_client(form: Mapping[str, str]) -> bool:
    """Client credentials stand in the body; a header with them is not looked at."""
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


def _jwt(claims: Mapping[str, object]) -> str:
    """A token in the form of a JWT; nobody but this simulator can tell whether it is a good one."""
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join([*parts, _base64url(hashlib.sha256(".".join(parts).encode()).digest())])


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _refuse(code: str, description: str) -> web.Response:
    return _json(400, {"error": code, "error_description": description})


def _json(status: int, payload: Document) -> web.Response:
    return web.json_response(payload, status=status, headers={"Cache-Control": "no-store"})
