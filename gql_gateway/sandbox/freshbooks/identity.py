"""Sign-in: codes for five minutes, access tokens for twelve hours, refresh tokens for one use.

What each refusal is called and its status are not documented but for `invalid_client`; the others follow RFC 6749.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from ..signin import SignIn
from ..simulator import Clock, Document
from .answers import JSON, SignInRefusal

ACCESS_SECONDS = 43_200
CODE_SECONDS = 300
PROFILE = "user:profile:read"
READ = "user:clients:read"
WRITE = "user:clients:write"
SCOPES = frozenset({PROFILE, READ, WRITE})
CLIENT_ID = "943f08ec5a5797f579e2682103868216f2d00a64faf0fb36e8257c8acsandbox"
CLIENT_SECRET = "sandbox-secret-of-freshbooks"
REDIRECT_URI = "https://gateway.example/oauth/callback"

_BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


@dataclass(slots=True)
class Consent:
    """What one consent of the user led to. A refresh has to name its `redirect_uri` again; `refresh_tokens` tells of
    each token whether it was used.
    """

    redirect_uri: str
    scopes: frozenset[str]
    access_tokens: dict[str, float] = field(default_factory=dict)
    refresh_tokens: dict[str, bool] = field(default_factory=dict)


class Identity:
    """The tokens handed out. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str]) -> None:
        self._clock = clock
        # The scope is said to be optional; that who names none gets all that the app has is unverified.
        self.sign_in = SignIn(
            clock,
            "FreshBooks",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            registers=may_be_registered,
            scopes=SCOPES,
            unasked=SCOPES,
        )
        self._issued = 0
        self._consents: list[Consent] = []
        self._newest: dict[str, str] = {}
        self.consent()

    def consent(self, redirect_uri: str = REDIRECT_URI, scopes: frozenset[str] = SCOPES) -> Document:
        """The user allows the app anew; the credentials are those of the newest consent. Its tokens."""
        self._consents.append(Consent(redirect_uri, scopes))
        return self._issue(self._consents[-1])

    def credentials(self) -> Mapping[str, str]:
        return {
            **self._newest,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": self._consents[-1].redirect_uri,
        }

    def scopes_of(self, authorization: str | None) -> frozenset[str] | None:
        """What was granted with a good access token, or nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        now = self._clock()
        good = (consent for consent in self._consents if consent.access_tokens.get(token, 0) > now)
        consent = next(good, None) if scheme == "Bearer" else None
        return consent.scopes if consent is not None else None

    def expire_tokens(self) -> None:
        for consent in self._consents:
            consent.access_tokens.clear()

    def exchange(self, form: Mapping[str, Any], *, reuse_ends_consent: bool) -> Document:
        """`POST /auth/oauth/token`."""
        _check_app(form)
        grant = form.get("grant_type")
        if not grant:
            raise SignInRefusal(400, "invalid_request", "Missing required parameter: grant_type.")
        if grant not in {"authorization_code", "refresh_token"}:
            raise SignInRefusal(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        for name in ("code" if grant == "authorization_code" else grant, "redirect_uri"):
            if not form.get(name):
                raise SignInRefusal(400, "invalid_request", f"Missing required parameter: {name}.")
        if grant == "refresh_token":
            return self._refresh(form["refresh_token"], form["redirect_uri"], reuse_ends_consent=reuse_ends_consent)
        granted = self.sign_in.redeem({name: value for name, value in form.items() if isinstance(value, str)})
        if granted is None:
            raise SignInRefusal(400, "invalid_grant", _BAD_GRANT)
        return self.consent(form["redirect_uri"], granted.scopes)

    def _refresh(self, token: Any, redirect_uri: Any, *, reuse_ends_consent: bool) -> Document:
        consent = self._consent_of(token)
        if consent is None or redirect_uri != consent.redirect_uri:
            raise SignInRefusal(400, "invalid_grant", _BAD_GRANT)
        if consent.refresh_tokens[token]:
            if reuse_ends_consent:
                self._end(consent)
            raise SignInRefusal(400, "invalid_grant", _BAD_GRANT)
        consent.refresh_tokens[token] = True
        return self._issue(consent)

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

    def _issue(self, consent: Consent) -> Document:
        self._issued += 1
        pair = {
            "access_token": _jwt({"aud": CLIENT_ID[:8], "jti": str(self._issued)}),
            "refresh_token": hashlib.sha256(f"freshbooks refresh {self._issued}".encode()).hexdigest(),
        }
        consent.access_tokens[pair["access_token"]] = self._clock() + ACCESS_SECONDS
        consent.refresh_tokens[pair["refresh_token"]] = False
        if consent is self._consents[-1]:
            self._newest = pair
        return {
            **pair,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(sorted(consent.scopes)),
            "created_at": int(self._clock()),
        }


def may_be_registered(redirect_uri: str) -> bool:
    """HTTPS and no query. Loopback is let through without HTTPS, as it would not be at FreshBooks: the sandbox's own
    gateway is there.
    """
    parts = urlsplit(redirect_uri)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})
    return secure and not parts.query


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
