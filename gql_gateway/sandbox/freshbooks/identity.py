"""The token endpoint: access tokens for twelve hours, refresh tokens for one use.

What each refusal is called and its status are not documented but for `invalid_client`; the others follow RFC 6749.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from ..simulator import Clock, Document
from .answers import JSON, SignInRefusal

ACCESS_SECONDS = 43_200
CLIENT_ID = "943f08ec5a5797f579e2682103868216f2d00a64faf0fb36e8257c8acsandbox"
CLIENT_SECRET = "sandbox-secret-of-freshbooks"
REDIRECT_URI = "https://gateway.example/oauth/callback"

_BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


@dataclass(slots=True)
class Consent:
    """What one consent of the user led to; `refresh_tokens` tells of each token whether it was used."""

    access_tokens: dict[str, float] = field(default_factory=dict)
    refresh_tokens: dict[str, bool] = field(default_factory=dict)


class Identity:
    """The tokens handed out. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued = 0
        self._consents: list[Consent] = []
        self._newest: dict[str, str] = {}
        self.consent()

    def consent(self) -> None:
        """The user allows the app anew; the credentials are those of the newest consent."""
        self._consents.append(Consent())
        self._issue(self._consents[-1])

    def credentials(self) -> Mapping[str, str]:
        return {
            **self._newest,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": REDIRECT_URI,
        }

    def accepts(self, authorization: str | None) -> bool:
        scheme, _, token = (authorization or "").partition(" ")
        now = self._clock()
        return scheme == "Bearer" and any(consent.access_tokens.get(token, 0) > now for consent in self._consents)

    def expire_tokens(self) -> None:
        for consent in self._consents:
            consent.access_tokens.clear()

    def exchange(self, form: Mapping[str, Any], scopes: Iterable[str], *, reuse_ends_consent: bool) -> Document:
        """`POST /auth/oauth/token`. Authorization codes wait for the authorize page."""
        _check_app(form)
        grant = form.get("grant_type")
        if not grant:
            raise SignInRefusal(400, "invalid_request", "Missing required parameter: grant_type.")
        if grant != "refresh_token":
            raise SignInRefusal(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        for name in ("refresh_token", "redirect_uri"):
            if not form.get(name):
                raise SignInRefusal(400, "invalid_request", f"Missing required parameter: {name}.")
        token = form["refresh_token"]
        consent = self._consent_of(token)
        if consent is None or form["redirect_uri"] != REDIRECT_URI:
            raise SignInRefusal(400, "invalid_grant", _BAD_GRANT)
        if consent.refresh_tokens[token]:
            if reuse_ends_consent:
                self._end(consent)
            raise SignInRefusal(400, "invalid_grant", _BAD_GRANT)
        consent.refresh_tokens[token] = True
        return {
            **self._issue(consent),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(sorted(scopes)),
            "created_at": int(self._clock()),
        }

    def revoke(self, form: Mapping[str, Any]) -> Document:
        """`POST /auth/oauth/revoke`; as RFC 7009 has it, a token nobody knows is no error."""
        _check_app(form)
        consent = self._consent_of(form.get("token"))
        if consent is not None:
            self._end(consent)
        return {}

    def _consent_of(self, token: Any) -> Consent | None:
        known = (consent for consent in self._consents if isinstance(token, str) and token in consent.refresh_tokens)
        return next(known, None)

    def _end(self, consent: Consent) -> None:
        consent.access_tokens.clear()
        consent.refresh_tokens = dict.fromkeys(consent.refresh_tokens, True)

    def _issue(self, consent: Consent) -> dict[str, str]:
        self._issued += 1
        self._newest = {
            "access_token": _jwt({"aud": CLIENT_ID[:8], "jti": str(self._issued)}),
            "refresh_token": hashlib.sha256(f"freshbooks refresh {self._issued}".encode()).hexdigest(),
        }
        consent.access_tokens[self._newest["access_token"]] = self._clock() + ACCESS_SECONDS
        consent.refresh_tokens[self._newest["refresh_token"]] = False
        return self._newest


async def read_form(request: web.Request) -> Mapping[str, Any]:
    """The parameters, which may come as a form and as JSON. Basic authentication is not looked at."""
    text = (await request.read()).decode(errors="replace")
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text))
    try:
        form = json.loads(text) if request.content_type == JSON else None
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict):
        raise SignInRefusal(400, "invalid_request", "The request could not be read.")
    return form


def _check_app(form: Mapping[str, Any]) -> None:
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise SignInRefusal(401, "invalid_client", "Client authentication failed.")


def _jwt(claims: Mapping[str, object]) -> str:
    """A token in the form of a JWT; nobody but this simulator can tell whether it is a good one."""
    parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join([*parts, _base64url(hashlib.sha256(".".join(parts).encode()).digest())])


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
