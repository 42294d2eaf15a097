"""What a provider's token endpoint wants, stated once in the connector's manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """How an expired access token is replaced.

    Credentials used by name: `access_token`, `refresh_token`, `client_id`, `client_secret`, `expires_at` (POSIX
    seconds as text) and, for the password grant, `username` and `password`.

    `client_auth`: `basic` (HTTP Basic `client_id:client_secret`), `body` (both in the form), `public` (only
    `client_id` in the form).
    `rotates`: every refresh kills the refresh token it was made with, so the new one must be stored before use.
    `password_grant`: fall back to username and password when the refresh token is missing or dead.
    `client_id`: used when the credentials hold none.
    `sends_redirect_uri`: a refresh without the credential `redirect_uri` is refused, so that none is tried.
    """

    url: str
    client_auth: Literal["basic", "body", "public"]
    rotates: bool
    password_grant: bool = False
    client_id: str | None = None
    sends_redirect_uri: bool = False
