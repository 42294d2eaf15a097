"""One question to a token endpoint: what is sent, and what the answer means."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.parameters import parse_token_response

from ..model.connection import Connection, Credentials
from ..model.lifetime import DAY, number
from ..outbound.message import Answer, Call
from ..outbound.redact import redact, secrets_of
from ..outbound.retry import retry_after
from .endpoint import TokenEndpoint

LONGEST_LIFE = 366 * DAY
LONGEST_REFRESH_LIFE = 100 * 366 * DAY

# Errors of a token endpoint after which the same request may succeed later (RFC 6749 section 4.1.2.1 and
# RFC 8628 section 3.5 name them for neighbouring cases).
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})

# Exact Online says 400 access_denied with this word in the header `Reason` when asked earlier than 570 s after the last
# refresh (dossier of Exact Online, sections 2 and 7); the grant is alive.
_TOO_EARLY = "tooearly"
_EARLY_PAUSE = 30.0

# What tells how many seconds the refresh token lives: Sage's word, those of QuickBooks, Keycloak's (BookMore). Where
# two are told, such as QuickBooks' rolling and its hard end, the first to come ends it.
_REFRESH_LIVES = (
    *("refresh_token_expires_in", "x_refresh_token_expires_in", "x_refresh_token_hard_expires_in"),
    "refresh_expires_in",
)

# What is read of a token endpoint's answer besides seconds.
_TEXTS = ("access_token", "refresh_token", "token_type", "scope", "error", "error_description")


class RefreshProblem(Exception):
    """No new access token. Neither the text nor `provider_message` holds a secret."""

    def __init__(self, message: str, *, provider_code: str | None = None, provider_message: str | None = None) -> None:
        super().__init__(message)
        self.provider_code = provider_code
        self.provider_message = provider_message


class ReauthorizeNeeded(RefreshProblem):
    """The grant is dead or incomplete: somebody has to connect again."""


class RefreshUnavailable(RefreshProblem):
    """The token endpoint gave no usable answer this time. `retry_after` in seconds, when known."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        provider_code: str | None = None,
        provider_message: str | None = None,
    ) -> None:
        super().__init__(message, provider_code=provider_code, provider_message=provider_message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Grant:
    kind: str
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a token endpoint gave, and the refresh token it was given for.

    `refresh_until` is when the refresh token ends, as it was told; `refresh_life` is what the provider's documents say.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float | None
    scope: str | None
    spent: str | None = field(repr=False)
    stale: str | None = field(repr=False)
    issued_at: float | None = None
    asked_at: float = 0.0
    refresh_until: float | None = None
    refresh_life: float | None = None

    def merged_into(self, credentials: Credentials) -> Credentials:
        values = {**credentials, "access_token": self.access_token}
        for name in ("expires_at", "issued_at", "refreshed_at", "refresh_expires_at"):
            values.pop(name, None)
        if self.refresh_token is not None:
            values["refresh_token"] = self.refresh_token
        if self.expires_at is not None:
            values["expires_at"] = str(int(self.expires_at))
        if self.issued_at is not None:
            values["issued_at"] = str(math.ceil(self.issued_at))
        if self.scope is not None:
            values["scope"] = self.scope
        if (refresh_until := self._refresh_end(credentials)) is not None:
            # From before the question, so that neither is later than the provider has it.
            values["refreshed_at"] = str(int(self.asked_at))
            values["refresh_expires_at"] = str(int(refresh_until))
        return Credentials(values)

    def _refresh_end(self, before: Credentials) -> float | None:
        if self.refresh_until is not None:
            return self.refresh_until
        known = number(before.get("refresh_expires_at"))
        if known is not None and self.refresh_token in (None, before.get("refresh_token")):
            # The same token as before: whether its use prolonged its life is not known.
            return known
        return None if self.refresh_life is None else self.asked_at + self.refresh_life


def _client_id(credentials: Credentials, endpoint: TokenEndpoint) -> str:
    return credentials.get("client_id") or endpoint.client_id or ""


def lacking(credentials: Credentials, endpoint: TokenEndpoint) -> str:
    wanted = ["refresh_token"]
    if not _client_id(credentials, endpoint):
        wanted.append("client_id")
    if endpoint.client_auth != "public":
        wanted.append("client_secret")
    if endpoint.sends_redirect_uri:
        wanted.append("redirect_uri")
    if endpoint.password_grant:
        wanted += ["username", "password"]
    return f"A new access token cannot be asked for without: {', '.join(n for n in wanted if not credentials.get(n))}."


def grants(credentials: Credentials, endpoint: TokenEndpoint) -> Iterator[Grant]:
    """The grants to try, in this order. A stored `redirect_uri` is sent along: FreshBooks wants it on a refresh."""
    client_id = _client_id(credentials, endpoint)
    if not client_id or (endpoint.client_auth != "public" and not credentials.get("client_secret")):
        return
    client: dict[str, Any] = {"include_client_id": endpoint.client_auth != "basic"}
    if endpoint.client_auth == "body":
        client["client_secret"] = credentials["client_secret"]
    can_refresh = not endpoint.sends_redirect_uri or credentials.get("redirect_uri")
    if can_refresh and (refresh_token := credentials.get("refresh_token")):
        extra = {"redirect_uri": credentials["redirect_uri"]} if credentials.get("redirect_uri") else {}
        asker = WebApplicationClient(client_id)
        body = asker.prepare_refresh_body(refresh_token=refresh_token, client_id=client_id, **client, **extra)
        yield Grant("refresh_token", body)
    username, password = credentials.get("username"), credentials.get("password")
    if endpoint.password_grant and username and password:
        body = LegacyApplicationClient(client_id).prepare_request_body(username, password, **client)
        yield Grant("password", body)


def _place(current: Connection, endpoint: TokenEndpoint) -> str:
    """The address of the token endpoint; tokens of one host are worthless at another."""
    if current.token_url or not (endpoint.follows_base_url and current.base_url):
        return current.token_url or endpoint.url
    return current.base_url.rstrip("/") + urlsplit(endpoint.url).path


def request(current: Connection, endpoint: TokenEndpoint, grant: Grant) -> tuple[str, Call, dict[str, str]]:
    """Base URL, call and headers for `Sender.send`."""
    url = urlsplit(_place(current, endpoint))
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    if endpoint.client_auth == "basic":
        client = f"{_client_id(current.credentials, endpoint)}:{current.credentials['client_secret']}"
        headers["Authorization"] = f"Basic {base64.b64encode(client.encode()).decode()}"
    call = Call(
        "token",
        "POST",
        url.path or "/",
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        content=grant.body.encode(),
        writes=True,
    )
    return f"{url.scheme}://{url.netloc}", call, headers


def understand(
    answer: Answer,
    credentials: Credentials,
    asked_at: float,
    stale: str | None,
    *,
    refresh_life: float | None = None,
) -> Pair:
    """The pair that was given. Raises `ReauthorizeNeeded` or `RefreshUnavailable`."""
    document = _document(answer.body)
    texts = {name: value for name in _TEXTS if isinstance(value := document.get(name), str) and value}
    wait = retry_after(answer, asked_at)
    if answer.status == 429 or answer.status >= 500:
        raise RefreshUnavailable("The token endpoint asks to come back later.", retry_after=wait)
    problem: RefreshProblem
    try:
        # oauthlib would raise its own errors for an odd `expires_in`, which is read below.
        token: Mapping[str, Any] = parse_token_response(json.dumps(texts))
    except OAuth2Error as error:
        problem = _refusal(answer, error, "error" in texts, credentials, wait)
    else:
        if answer.ok:
            life = lifetime(document.get("expires_in"))
            told = [lifetime(document.get(name), LONGEST_REFRESH_LIFE) for name in _REFRESH_LIVES]
            refresh_lives = [seconds for seconds in told if seconds is not None]
            return Pair(
                access_token=token["access_token"],
                refresh_token=token.get("refresh_token"),
                expires_at=None if life is None else asked_at + life,
                scope=" ".join(token["scope"]) if "scope" in token else None,
                spent=credentials.get("refresh_token"),
                stale=stale,
                asked_at=asked_at,
                refresh_until=asked_at + min(refresh_lives) if refresh_lives else None,
                refresh_life=refresh_life,
            )
        problem = RefreshUnavailable("The token endpoint's answer cannot be read.")
    raise problem


def _document(body: bytes) -> dict[str, Any]:
    # The content type is not looked at: Fortnox sends its JSON as text/html or text/plain.
    document: object = None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        # A number beyond 64 bits, or NaN, is no reason to lose a token that is given out only once.
        with suppress(ValueError, RecursionError):
            document = json.loads(body, parse_int=float)
    return document if isinstance(document, dict) else {}


def _refusal(
    answer: Answer, error: OAuth2Error, told: bool, credentials: Credentials, wait: float | None
) -> RefreshProblem:
    if not told:
        return RefreshUnavailable("The token endpoint's answer cannot be read.", retry_after=wait)
    secrets = secrets_of(credentials)
    code = redact(str(error.error), secrets)[:64]
    words = redact(error.description, secrets)[:300] if error.description else None
    early = _TOO_EARLY in answer.headers.get("reason", "").lower()
    if early or code in _PASSING or not (answer.ok or answer.status in (400, 401)):
        return RefreshUnavailable(
            "The token endpoint refuses for now.",
            retry_after=_EARLY_PAUSE if early and wait is None else wait,
            provider_code=code,
            provider_message=words,
        )
    return ReauthorizeNeeded(
        "The provider accepts the stored grant no longer.", provider_code=code, provider_message=words
    )


def lifetime(expires_in: object, longest: float = LONGEST_LIFE) -> float | None:
    """Seconds a token lives, from whatever `expires_in` holds; `None` when it says nothing sensible.

    Zero says nothing: Keycloak writes it for a refresh token without an end.
    """
    seconds = number(expires_in)
    return None if seconds is None or seconds <= 0 else min(seconds, longest)
