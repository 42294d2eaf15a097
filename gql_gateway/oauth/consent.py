"""The authorization code grant: the address a browser is sent to, what it brings back, and the code's exchange.

RFC 6749 section 4.1 with PKCE (RFC 7636, S256 only). Who may come back is the caller's to check: the `state` has to be
the one that this browser was given.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from oauthlib.oauth2 import MismatchingStateError, MissingCodeError, OAuth2Error, WebApplicationClient

from ..model.connection import Credentials
from .endpoint import ConsentEndpoint, TokenEndpoint
from .exchange import Grant

_SECURE = "https://consent.invalid/"


class ConsentProblem(Exception):
    """The browser came back without a code. `denied`: the person, or the provider, said no.

    `provider_code` and `provider_message` are the provider's words.
    """

    def __init__(
        self,
        message: str,
        *,
        denied: bool = False,
        provider_code: str | None = None,
        provider_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.denied = denied
        self.provider_code = provider_code
        self.provider_message = provider_message


@dataclass(frozen=True, slots=True)
class Consent:
    """One visit to a provider's consent page. Nobody else's answer fits it."""

    redirect_uri: str
    state: str = field(repr=False)
    verifier: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)


def begin(endpoint: ConsentEndpoint, redirect_uri: str) -> Consent:
    """`redirect_uri` is the one registered at the provider, to the letter."""
    return Consent(
        redirect_uri,
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64) if endpoint.pkce else None,
        nonce=secrets.token_urlsafe(16) if endpoint.nonce else None,
    )


def address(endpoint: ConsentEndpoint, consent: Consent, client_id: str, *, url: str | None = None) -> str:
    """Where the browser goes. `url` stands in for the endpoint's own (a partner's sandbox, tests)."""
    more: dict[str, Any] = dict(endpoint.parameters)
    if consent.nonce is not None:
        more["nonce"] = consent.nonce
    if consent.verifier is not None:
        more |= {"code_challenge": _challenge(consent.verifier), "code_challenge_method": "S256"}
    # oauthlib takes https only; sandboxes on loopback have none.
    asked = WebApplicationClient(client_id).prepare_request_uri(
        _SECURE, redirect_uri=consent.redirect_uri, scope=list(endpoint.scopes) or None, state=consent.state, **more
    )
    target = url or endpoint.url
    return f"{target}{'&' if urlsplit(target).query else '?'}{urlsplit(asked).query}"


def code_of(consent: Consent, query: Mapping[str, str]) -> str:
    """The code that the browser brought back; raises `ConsentProblem`.

    A `state` that is not this consent's is refused before anything else is looked at.
    """
    if not secrets.compare_digest(query.get("state", "").encode(), consent.state.encode()):
        raise ConsentProblem("This answer belongs to another sign-in.")
    try:
        told = WebApplicationClient("").parse_request_uri_response(f"{_SECURE}?{urlencode(query)}", consent.state)
    except MismatchingStateError:
        raise ConsentProblem("This answer belongs to another sign-in.") from None
    except MissingCodeError:
        raise ConsentProblem("The provider sent no code back.") from None
    except OAuth2Error as error:
        raise ConsentProblem(
            "Access was not granted.",
            denied=True,
            provider_code=str(error.error)[:64],
            provider_message=(error.description or "")[:300] or None,
        ) from None
    code: str = told["code"]
    return code


def code_grant(code: str, consent: Consent, credentials: Credentials, endpoint: TokenEndpoint) -> Grant:
    """What the token endpoint is sent for a code. `credentials` hold the app's client_id and client_secret."""
    client_id = credentials.get("client_id") or endpoint.client_id or ""
    more: dict[str, Any] = {} if consent.verifier is None else {"code_verifier": consent.verifier}
    if endpoint.client_auth == "body":
        more["client_secret"] = credentials["client_secret"]
    body = WebApplicationClient(client_id).prepare_request_body(
        code=code, redirect_uri=consent.redirect_uri, include_client_id=endpoint.client_auth != "basic", **more
    )
    return Grant("authorization_code", body)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
