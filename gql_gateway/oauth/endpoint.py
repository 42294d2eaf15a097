"""What a provider's token endpoint wants, stated once in the connector's manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """How an expired access token is replaced.

    Credentials used by name: `access_token`, `refresh_token`, `client_id`, `client_secret`, `expires_at`, `issued_at`,
    `refreshed_at` and `refresh_expires_at` (POSIX seconds as text) and, for the password grant, `username` and
    `password`.

    `client_auth`: `basic` (HTTP Basic `client_id:client_secret`), `body` (both in the form), `public` (only
    `client_id` in the form).
    `rotates`: every refresh kills the refresh token it was made with, so the new one must be stored before use.
    `password_grant`: fall back to username and password when the refresh token is missing or dead.
    `client_id`: used when the credentials hold none.
    `leeway`: how many seconds before its end an access token is replaced.
    `earliest`: seconds after a token was given in which the endpoint refuses to give another; none is asked for then.
    `follows_base_url`: the endpoint lies at the API's own host, also where a connection has a base URL of its own.
    `sends_redirect_uri`: a refresh without the credential `redirect_uri` is refused, so that none is tried.
    `refresh_life`: seconds that a refresh token lives after it was given, by the provider's documents; `None` where
    nothing is known. What an answer of the endpoint tells goes before it. Before they are over, an idle connection is
    renewed (`idle.py`).
    """

    url: str
    client_auth: Literal["basic", "body", "public"]
    rotates: bool
    password_grant: bool = False
    client_id: str | None = None
    sends_redirect_uri: bool = False
    leeway: float = 60.0
    earliest: float = 0.0
    follows_base_url: bool = False
    refresh_life: float | None = None


@dataclass(frozen=True, slots=True)
class ConsentEndpoint:
    """Where a person allows the gateway to act for them, and what is asked for there.

    `scopes` are what an update needs and no more. `parameters` go along as they are. `pkce`: the provider takes a
    S256 challenge; elsewhere none is sent, because what a provider does with an unknown parameter is not known.
    `nonce`: it insists on an OpenID Connect nonce. `company_parameter` names what comes back beside the code and tells
    the company that was chosen, where nothing else does. `follows_base_url`: the page lies at the API's own host.
    """

    url: str
    scopes: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    pkce: bool = False
    nonce: bool = False
    company_parameter: str | None = None
    follows_base_url: bool = False
