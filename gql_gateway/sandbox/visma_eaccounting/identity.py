"""The identity host: access tokens for an hour, refresh tokens that work once or forever, depending on the client."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from aiohttp import web

from ..simulator import Clock, Document

TOKEN_PATH = "/connect/token"
REVOCATION_PATH = "/connect/revocation"
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 90 * 24 * 3600
"""Not documented; long, so that a sandbox left alone still works."""

CLIENT_ID = "sandboxeaccounting"
CLIENT_SECRET = "sandbox-secret-of-visma"
EMAIL = "ekonomi@fjallverkstan.example"


class Identity:
    """The tokens of the one connection. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock, company_id: str, scopes: frozenset[str]) -> None:
        self._clock = clock
        self._company_id = company_id
        self._issued = 0
        self._access: dict[str, tuple[float, frozenset[str]]] = {}
        self._refresh: dict[str, float] = {}
        self._newest: dict[str, str] = {}
        self._newest["refresh_token"] = self._issue_refresh()
        self._issue_access(scopes)

    def credentials(self) -> Mapping[str, str]:
        return {**self._newest, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def scopes_of(self, authorization: str | None) -> frozenset[str] | None:
        """The scopes of a good access token, or nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        until, scopes = self._access.get(token.strip(), (0.0, frozenset()))
        return scopes if scheme.lower() == "bearer" and until > self._clock() else None

    def expire_access_tokens(self) -> None:
        self._access.clear()

    def end(self) -> None:
        """The user changed the password: no token works any longer."""
        self._access.clear()
        self._refresh.clear()

    async def exchange(
        self, request: web.Request, scopes: frozenset[str], *, rotates: bool, invalid_client: int
    ) -> web.Response:
        """`POST /connect/token`. `scopes` are those the next access token carries."""
        form = await _form(request)
        if not _is_client(request):
            return _error("invalid_client", invalid_client)
        if form is None or not form.get("grant_type"):
            return _error("invalid_request")
        # The code of a login has no place here as long as no login page is played.
        if form["grant_type"] == "authorization_code":
            return _error("invalid_grant")
        if form["grant_type"] != "refresh_token":
            return _error("unsupported_grant_type")
        token = form.get("refresh_token", "")
        if self._refresh.get(token, 0.0) <= self._clock():
            return _error("invalid_grant")
        if rotates:
            del self._refresh[token]
            token = self._issue_refresh()
        self._newest["refresh_token"] = token
        self._issue_access(scopes)
        reply: Document = {**self._newest, "token_type": "bearer", "expires_in": ACCESS_SECONDS}
        return web.json_response(reply, headers={"Cache-Control": "no-store"})

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

    def _issue_refresh(self) -> str:
        self._issued += 1
        token = hashlib.sha256(f"visma refresh {self._issued}".encode()).hexdigest().upper()
        self._refresh[token] = self._clock() + REFRESH_SECONDS
        return token

    def _issue_access(self, scopes: frozenset[str]) -> None:
        self._issued += 1
        claims = {
            "client_id": CLIENT_ID,
            "scope": sorted(scopes),
            "sub": hashlib.sha256(EMAIL.encode()).hexdigest()[:32],
            "email": EMAIL,
            "customer_id": self._company_id,
            "jti": str(self._issued),
        }
        self._newest["access_token"] = _jwt(claims)
        self._access[self._newest["access_token"]] = (self._clock() + ACCESS_SECONDS, scopes)


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
