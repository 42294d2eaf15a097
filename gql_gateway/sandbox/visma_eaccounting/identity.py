"""The identity host: codes for five minutes, access tokens for an hour, refresh tokens that work once or forever,
depending on the client. What one sign-in led to is for the company that was chosen, and for nothing else.
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
from .company import COMPANIES, DEFAULT, HOME, Company

CONSENT_PATH = "/connect/authorize"
TOKEN_PATH = "/connect/token"
REVOCATION_PATH = "/connect/revocation"
CODE_SECONDS = 300
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 90 * 24 * 3600
"""Not documented; long, so that a sandbox left alone still works."""

API, SALES, SALES_READ_ONLY, OFFLINE = "ea:api", "ea:sales", "ea:sales_readonly", "offline_access"
EACCOUNTING = "service:44643eb1-3f76-4c1c-a672-402ae8085934"

CLIENT_ID = "sandboxeaccounting"
CLIENT_SECRET = "sandbox-secret-of-visma"
EMAIL = "ekonomi@fjallverkstan.example"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the user allowed at one time. Without `scopes`, tokens carry those that are set on the simulator."""

    company: Company
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token is good for, and until when."""

    company: Company
    scopes: frozenset[str]
    until: float


class Identity:
    """The tokens of the one user. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str], scopes: frozenset[str]) -> None:
        """`scopes`: those of the sandbox connection's first access token."""
        self._clock = clock
        # PKCE is not mentioned by the guide: a challenge is ignored. The state is recommended only.
        self.sign_in = SignIn(
            clock,
            "Visma",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            scopes=frozenset({API, SALES, SALES_READ_ONLY, OFFLINE}),
            choices=_offered,
        )
        self._issued = 0
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, tuple[float, Consent]] = {}
        self._newest_consent = Consent(HOME, None)
        refresh = self._issue_refresh(self._newest_consent)
        self._newest = {"refresh_token": refresh, "access_token": self._issue_access(HOME, scopes)}

    def credentials(self) -> Mapping[str, str]:
        """Those of the newest consent."""
        return {**self._newest, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def access_of(self, authorization: str | None) -> Access | None:
        """What a good access token is good for, or nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        access = self._access.get(token.strip())
        return access if access and scheme.lower() == "bearer" and access.until > self._clock() else None

    def expire_access_tokens(self) -> None:
        self._access.clear()

    def end(self) -> None:
        """The user changed the password: no token works any longer."""
        self._access.clear()
        self._refresh.clear()

    async def exchange(
        self, request: web.Request, scopes: frozenset[str], *, rotates: bool, invalid_client: int
    ) -> web.Response:
        """`POST /connect/token`. `scopes` are those the next access token of the sandbox connection carries."""
        form = await _form(request)
        if not _is_client(request):
            return _error("invalid_client", invalid_client)
        if form is None or not form.get("grant_type"):
            return _error("invalid_request")
        if form["grant_type"] == "authorization_code":
            granted = self.sign_in.redeem(form)
            if granted is None:
                return _error("invalid_grant")
            company = DEFAULT if granted.choice is None else COMPANIES[granted.choice]
            consent = self._newest_consent = Consent(company, granted.scopes)
            # As OpenID Connect has it, and why the guide says to ask for the scope always.
            refresh = self._issue_refresh(consent) if OFFLINE in granted.scopes else None
            return self._answer(consent, granted.scopes, refresh)
        if form["grant_type"] != "refresh_token":
            return _error("unsupported_grant_type")
        token = form.get("refresh_token", "")
        until, consent = self._refresh.get(token, (0.0, self._newest_consent))
        if until <= self._clock():
            return _error("invalid_grant")
        if rotates:
            del self._refresh[token]
            token = self._issue_refresh(consent)
        return self._answer(consent, scopes if consent.scopes is None else consent.scopes, token)

    async def revoke(self, request: web.Request, *, invalid_client: int) -> web.Response:
        """`POST /connect/revocation`: 200 without a body, for an unknown token too (RFC 7009)."""
        form = await _form(request)
        if not _is_client(request):
            return _error("invalid_client", invalid_client)
        if form is None or not form.get("token"):
            return _error("invalid_request")
        self._refresh.pop(form["token"], None)
        self._access.pop(form["token"], None)
        return web.Response(status=200)

    def _answer(self, consent: Consent, scopes: frozenset[str], refresh: str | None) -> web.Response:
        pair = {"access_token": self._issue_access(consent.company, scopes)}
        if refresh is not None:
            pair["refresh_token"] = refresh
        if consent is self._newest_consent:
            self._newest = pair
        reply: Document = {**pair, "token_type": "bearer", "expires_in": ACCESS_SECONDS}
        return web.json_response(reply, headers={"Cache-Control": "no-store"})

    def _issue_refresh(self, consent: Consent) -> str:
        self._issued += 1
        token = hashlib.sha256(f"visma refresh {self._issued}".encode()).hexdigest().upper()
        self._refresh[token] = (self._clock() + REFRESH_SECONDS, consent)
        return token

    def _issue_access(self, company: Company, scopes: frozenset[str]) -> str:
        self._issued += 1
        claims = {
            "client_id": CLIENT_ID,
            "scope": sorted(scopes),
            "sub": hashlib.sha256(EMAIL.encode()).hexdigest()[:32],
            "email": EMAIL,
            "customer_id": company.id,
            "jti": str(self._issued),
        }
        token = _jwt(claims)
        self._access[token] = Access(company, scopes, self._clock() + ACCESS_SECONDS)
        return token


def _offered(query: Mapping[str, str]) -> Choices:
    """The company chooser. The user has a default company: unless the chooser is asked for, it is left out. Naming the
    service leaves only companies that have it.
    """
    context = query.get("acr_values", "").lower().split()
    if "select_account" not in query.get("prompt", "").split() and "forceselectcompany:true" not in context:
        return ()
    return [(each.id, each.name) for each in COMPANIES.values() if each.has_eaccounting or EACCOUNTING not in context]


async def _form(request: web.Request) -> dict[str, str] | None:
    """The form of a request; nothing when it is no form or a field comes twice."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    fields = parse_qs((await request.read()).decode(errors="replace"))
    return None if any(len(values) > 1 for values in fields.values()) else {name: v[0] for name, v in fields.items()}


def _is_client(request: web.Request) -> bool:
    """Credentials come in the header only, as the guide shows it."""
    known = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {known}"


def _jwt(claims: Mapping[str, object]) -> str:
    """A token in the form of a JWT; nobody but this simulator can tell whether it is a good one."""
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "at+jwt"}, claims)]
    return ".".join([*parts, _base64url(hashlib.sha256(".".join(parts).encode()).digest())])


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _error(error: str, status: int = 400) -> web.Response:
    return web.json_response({"error": error}, status=status, headers={"Cache-Control": "no-store"})
