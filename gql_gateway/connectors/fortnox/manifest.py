"""Fortnox: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...model.lifetime import DAY
from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="fortnox",
    label="Fortnox",
    docs_url="https://apps.fortnox.se/apidocs",
    base_url="https://api.fortnox.se",
    authentication="OAuth 2.0 authorization code; scopes customer and companyinformation; refresh tokens rotate.",
    credentials=(
        Credential("access_token", "access token of the company (one token acts on one company)"),
        Credential("refresh_token", "refresh token; single use, replaced at every refresh", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    rates=(Rate(25, 5.0),),
    # 45 days on the current page, 31 on the old one: which of them holds is unverified, the shorter is safe.
    token=TokenEndpoint(
        "https://apps.fortnox.se/oauth-v1/token", client_auth="basic", rotates=True, refresh_life=31 * DAY
    ),
    consent=ConsentEndpoint(
        "https://apps.fortnox.se/oauth-v1/auth", ("customer", "companyinformation"), (("access_type", "offline"),)
    ),
    filters=frozenset({"number", "name", "email", "active", "updatedSince"}),
    volatile=("@url", "Country", "DeliveryCountry", "VisitingCountry"),
    notes="The update is partial although its verb is PUT: only what is sent changes. API_BLANK empties a text. "
    "Fortnox keeps no version; the gateway makes one from the content and compares it right before the write.",
)
