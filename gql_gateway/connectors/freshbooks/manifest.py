"""FreshBooks: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="freshbooks",
    label="FreshBooks",
    docs_url="https://www.freshbooks.com/api/clients",
    base_url="https://api.freshbooks.com",
    authentication="OAuth 2.0 authorization code; scopes user:profile:read, user:clients:read and user:clients:write. "
    "Access tokens last 12 hours; a refresh token is good for one use, and using it needs the redirect URI.",
    credentials=(
        Credential("access_token", "access token of the user"),
        Credential("refresh_token", "refresh token; single use, replaced at every refresh", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app; a refresh needs it", optional=True),
        Credential("redirect_uri", "redirect URI of the app; a refresh needs it", secret=False, optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # No limit is published; the one figure that another provider's document has is 432,000 calls a day (unverified).
    rates=(Rate(5, 1.0),),
    # No end of a refresh token is documented.
    token=TokenEndpoint(
        "https://api.freshbooks.com/auth/oauth/token", client_auth="body", rotates=True, sends_redirect_uri=True
    ),
    consent=ConsentEndpoint(
        "https://auth.freshbooks.com/oauth/authorize",
        ("user:profile:read", "user:clients:read", "user:clients:write"),
    ),
    company_required=True,
    filters=frozenset({"name", "email", "active", "updatedSince"}),
    volatile=(
        *("updated", "last_login", "last_activity", "num_logins", "direct_link_token", "statement_token"),
        # Writing the list of contacts gives each of them a new id.
        "contacts[*].contactid",
    ),
    notes="The company is the account id, a short text such as q7Rt2X, and not the number of the business. The update "
    "is partial, but the list of contacts is replaced whole, and a change of `active` is a call of its own. FreshBooks "
    "keeps no version; the gateway makes one from the content and compares it right before the write.",
)
