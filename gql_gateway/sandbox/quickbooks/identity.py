"""Intuit's sign-in: access tokens for an hour, refresh tokens that roll, one company for each consent.

The company is chosen on the page. Its `realmId` goes back beside the code, and is not in the answer to the code.

How often a refresh brings a new refresh token (said to be daily) and how long the one before stays good are unverified:
here a new one comes after `renews_after` seconds and ends the old one at once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import web

from ..signin import SignIn
from ..simulator import Clock, Document
from .answers import MALFORMED_TOKEN, EdgeRefusal, malformed_token, to_json

CONSENT_PATH = "/connect/oauth2"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
CLIENT_ID = "ABsandboxQuickBooksClient0123456789"
CLIENT_SECRET = "sandbox-secret-of-quickbooks"
SCOPE = "com.intuit.quickbooks.accounting"
CODE_SECONDS = 600
"""Not documented; a choice."""
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_726_400
HARD_SECONDS = 5 * 365 * 24 * 3600
SHORTEST_TOKEN = 32
"""A choice: what is shorter counts as malformed, not as unknown."""


@dataclass
class Consent:
    """What the user allowed at one time for one company. `access` maps each access token handed out to its end."""

    realm_id: str
    first_issued: float
    access: dict[str, float] = field(default_factory=dict)
    refresh_token: str = ""
    renewed: float = 0.0
    used: float = 0.0
    revoked: bool = False
    access_token: str = ""


class Identity:
    """Tokens are the same at every start: they are counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str], companies: Mapping[str, str]) -> None:
        """`companies`: names by realm. The user has consented for each of them already."""
        self._clock = clock
        self.sign_in = SignIn(
            clock,
            "QuickBooks",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            scopes=frozenset({SCOPE}),
            # It stands among the parameters without a word on whether it may be missing.
            insists=("state",),
            choices=lambda _: list(companies.items()),
            brings=lambda realm_id: {"realmId": realm_id or ""},
        )
        self._issued = 0
        self._consents: list[Consent] = []
        for realm_id in companies:
            self._consent(realm_id)

    def _consent(self, realm_id: str) -> Consent:
        """One more consent; those before live on."""
        consent = Consent(realm_id, self._clock())
        self._renew_refresh(consent)
        self._issue_access(consent)
        self._consents.append(consent)
        return consent

    def credentials(self, realm_id: str) -> Mapping[str, str]:
        """Those of the newest consent for a company."""
        consent = next(consent for consent in reversed(self._consents) if consent.realm_id == realm_id)
        return {
            "access_token": consent.access_token,
            "refresh_token": consent.refresh_token,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def admit(self, authorization: str | None, *, capitalised: bool) -> str:
        """The realm that the access token is for."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or len(token) < SHORTEST_TOKEN:
            raise malformed_token(capitalised=capitalised)
        consent = next((consent for consent in self._consents if token in consent.access), None)
        if consent is None or consent.revoked:
            raise EdgeRefusal(MALFORMED_TOKEN, "Token revoked", capitalised=capitalised)
        if consent.access[token] <= self._clock():
            raise EdgeRefusal(MALFORMED_TOKEN, "Token expired", capitalised=capitalised)
        return consent.realm_id

    def expire_tokens(self) -> None:
        for consent in self._consents:
            consent.access = dict.fromkeys(consent.access, 0.0)

    async def exchange(self, request: web.Request, renews_after: float) -> tuple[int, Document]:
        """`POST /oauth2/v1/tokens/bearer`. Codes but `invalid_grant` are those of RFC 6749, section 5.2."""
        form = await _form(request)
        if form is None:
            return 401, {"error": "invalid_client"}
        grant = form.get("grant_type")
        if grant is None:
            return 400, {"error": "invalid_request"}
        if grant == "authorization_code":
            granted = self.sign_in.redeem(form)
            if granted is None or granted.choice is None:
                return _dead("Invalid authorization code")
            return 200, self._answer(self._consent(granted.choice))
        if grant != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        if "refresh_token" not in form:
            return 400, {"error": "invalid_request"}
        consent = self._holder(form["refresh_token"])
        if consent is None:
            return _dead()
        now = self._clock()
        consent.used = now
        if now >= consent.renewed + renews_after:
            self._renew_refresh(consent)
        self._issue_access(consent)
        answer = self._answer(consent)
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            answer["x_refresh_token_hard_expires_in"] = int(self._hard_end(consent) - now)
        return 200, answer

    def _answer(self, consent: Consent) -> Document:
        return {
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": consent.refresh_token,
            "x_refresh_token_expires_in": int(min(REFRESH_SECONDS, self._hard_end(consent) - self._clock())),
            "access_token": consent.access_token,
        }

    async def revoke(self, request: web.Request) -> tuple[int, Document]:
        """`POST /v2/oauth2/tokens/revoke`: either token ends the whole consent."""
        form = await _form(request)
        if form is None:
            return 401, {"error": "invalid_client"}
        token = form.get("token", "")
        for consent in self._consents:
            if not consent.revoked and (token == consent.refresh_token or token in consent.access):
                consent.revoked = True
                return 200, {}
        return _dead()

    def _holder(self, refresh_token: str) -> Consent | None:
        now = self._clock()
        for consent in self._consents:
            if consent.refresh_token == refresh_token:
                alive = now < consent.used + REFRESH_SECONDS and now < self._hard_end(consent)
                return consent if alive and not consent.revoked else None
        return None

    def _hard_end(self, consent: Consent) -> float:
        return consent.first_issued + HARD_SECONDS

    def _renew_refresh(self, consent: Consent) -> None:
        consent.renewed = consent.used = self._clock()
        consent.refresh_token = f"RT1-{self._digest('refresh')[:46]}"

    def _issue_access(self, consent: Consent) -> None:
        """The tokens before this one stay good to their own end."""
        parts = "".join(self._digest(f"access {part}") for part in range(8))
        consent.access_token = f"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..{parts}"
        consent.access[consent.access_token] = self._clock() + ACCESS_SECONDS

    def _digest(self, kind: str) -> str:
        self._issued += 1
        return hashlib.sha256(f"quickbooks {kind} {self._issued}".encode()).hexdigest()


async def _form(request: web.Request) -> dict[str, str] | None:
    """The form of a request with the app's own credentials, each field once; else nothing."""
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {pair}":
        return None
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    fields = parse_qs((await request.read()).decode(errors="replace"))
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def _dead(description: str = "Token invalid") -> tuple[int, Document]:
    return 400, {"error": "invalid_grant", "error_description": description}


def token_answer(status: int, payload: Document, tid: str) -> web.Response:
    headers = {"intuit_tid": tid, "Cache-Control": "no-cache, no-store", "Content-Type": "application/json"}
    return web.Response(status=status, body=to_json(payload) if payload else b"", headers=headers)
