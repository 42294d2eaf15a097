"""Sign-in: the page that asks, the token endpoint, the validation that names the cluster, the user.

Access tokens live an hour. A refresh token stays the same for good: it may be used again and again. That a sign-in with
`openid` brings an id token too is not described; none is given here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_plus

from aiohttp import web

from gql_gateway.sandbox.signin import SignIn
from gql_gateway.sandbox.simulator import Clock, Document

CONNECT = "/auth/authentication/connect"
ACCESS_SECONDS = 3600
CODE_SECONDS = 300
"""Not documented; a choice."""
CLIENT_ID = "sandbox-koppeling"
CLIENT_SECRET = "sandbox-secret-of-twinfield"
MANDATORY = ("twf.organisation", "twf.organisationUser", "twf.user")
OFFLINE = "offline_access"
SCOPES = ("openid", *MANDATORY, OFFLINE)
ISSUER = "https://login.twinfield.com/auth/authentication"
USER = "API01"
ORGANISATION = "ORG042"
ORGANISATION_ID = "0f9b1c7e-0000-4000-8000-1a2b3c4d5e6f"


@dataclass(slots=True, eq=False)
class Consent:
    """What the user allowed at one time. There is no `refresh_token` without the scope `offline_access`."""

    scopes: frozenset[str]
    refresh_token: str | None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    consent: Consent
    until: float


class Identity:
    """The tokens handed out. They are the same at every start: counted, not drawn."""

    def __init__(self, clock: Clock, redirect_uris: Collection[str]) -> None:
        self._clock = clock
        self.sign_in = SignIn(
            clock,
            "Twinfield",
            CLIENT_ID,
            redirect_uris,
            CODE_SECONDS,
            scopes=frozenset(SCOPES),
            needs=frozenset(MANDATORY),
            insists=("nonce",),
        )
        self._issued = 0
        self._access: dict[str, Access] = {}
        self._consents: list[Consent] = []
        self._newest = ""
        self._consent(frozenset(SCOPES))

    def credentials(self) -> Mapping[str, str]:
        """Those of the newest consent."""
        refresh_token = self._consents[-1].refresh_token
        return {
            "access_token": self._newest,
            **({"refresh_token": refresh_token} if refresh_token else {}),
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def knows(self, token: str) -> bool:
        """Whether it ever was a token, expired or not."""
        return token in self._access

    def accepts(self, token: str) -> bool:
        return token in self._access and self._access[token].until > self._clock()

    def expire_tokens(self) -> None:
        self._access = {token: Access(access.consent, 0.0) for token, access in self._access.items()}

    def revoke(self) -> None:
        """The user withdraws every consent: no token works any more."""
        self.expire_tokens()
        for consent in self._consents:
            consent.withdrawn = True

    async def exchange(self, request: web.Request) -> web.Response:
        """`POST token`: a form; the app shows itself by Basic authentication and in no other way."""
        if request.content_type != "application/x-www-form-urlencoded":
            return _refuse("invalid_request")
        if _basic(request.headers.get("Authorization")) != (CLIENT_ID, CLIENT_SECRET):
            return _refuse("invalid_client")
        form = parse_qs((await request.read()).decode(errors="replace"), keep_blank_values=True)
        if any(name in form for name in ("client_id", "client_secret")):
            # Two ways to authenticate at once are forbidden by RFC 6749; that it is checked here is unverified.
            return _refuse("invalid_client")
        match form.get("grant_type"):
            case ["refresh_token"]:
                token = form.get("refresh_token", [""])[0]
                consent = next((each for each in self._consents if token and each.refresh_token == token), None)
                if consent is None or consent.withdrawn:
                    return _refuse("invalid_grant")
            case ["authorization_code"]:
                granted = self.sign_in.redeem({name: values[0] for name, values in form.items()})
                if granted is None:
                    return _refuse("invalid_grant")
                return _answer(self._consent(granted.scopes), self._newest)
            case None:
                return _refuse("invalid_request")
            case _:
                return _refuse("unsupported_grant_type")
        wanted = " ".join(form.get("scope", [])).split()
        if set(wanted) - consent.scopes:
            return _refuse("invalid_scope")
        return _answer(consent, self._issue(consent))

    def validate(self, request: web.Request, cluster_url: str) -> web.Response:
        """`GET accesstokenvalidation?token=`. A Basic header may be sent; a wrong one is taken for an invalid call."""
        token = request.query.get("token", "")
        basic = request.headers.get("Authorization")
        if not self.accepts(token) or (basic is not None and _basic(basic) != (CLIENT_ID, CLIENT_SECRET)):
            return web.Response(status=400)
        access = self._access[token]
        expires = int(access.until)
        return _json(
            {
                "aud": f"{ISSUER}/resources",
                "client_id": CLIENT_ID,
                "scope": [scope for scope in SCOPES if scope in access.consent.scopes],
                "twf.organisationUserCode": USER,
                "twf.organisationCode": ORGANISATION,
                "twf.organisationId": ORGANISATION_ID,
                "twf.clusterUrl": cluster_url,
                "iss": ISSUER,
                "nbf": expires - ACCESS_SECONDS,
                "exp": expires,
            }
        )

    def show_user(self, request: web.Request) -> web.Response:
        """`GET userinfo` with a Bearer token. Its members are unverified but for the claims of the scopes."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self.accepts(token):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return _json(
            {
                "sub": hashlib.sha256(USER.encode()).hexdigest()[:32],
                "twf.organisationUserCode": USER,
                "twf.organisationCode": ORGANISATION,
                "twf.organisationId": ORGANISATION_ID,
            }
        )

    def _consent(self, scopes: frozenset[str]) -> Consent:
        """One more consent, with a token; those before live on."""
        count = len(self._consents)
        drawn = hashlib.sha256(f"twinfield refresh {count}".encode()).hexdigest()[:32]
        refresh_token = drawn if OFFLINE in scopes else None
        self._consents.append(Consent(scopes, refresh_token))
        self._issue(self._consents[-1])
        return self._consents[-1]

    def _issue(self, consent: Consent) -> str:
        self._issued += 1
        token = hashlib.sha256(f"twinfield access {self._issued}".encode()).hexdigest()[:32]
        self._access[token] = Access(consent, self._clock() + ACCESS_SECONDS)
        if consent is self._consents[-1]:
            self._newest = token
        return token


def _answer(consent: Consent, access_token: str) -> web.Response:
    answer: Document = {"access_token": access_token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
    if consent.refresh_token:
        answer["refresh_token"] = consent.refresh_token
    return _json(answer)


def _basic(header: str | None) -> tuple[str, str]:
    """Name and secret, form-encoded inside as RFC 6749 has it."""
    scheme, _, coded = (header or "").partition(" ")
    if scheme != "Basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refuse(code: str) -> web.Response:
    return _json({"error": code}, status=400)


def _json(document: Document, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(document), content_type="application/json")
