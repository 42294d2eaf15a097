"""Visma eAccounting: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="visma_eaccounting",
    label="Visma eAccounting",
    docs_url="https://developer.vismaonline.com",
    base_url="https://eaccountingapi.vismaonline.com",
    authentication="OAuth 2.0 authorization code; scopes ea:api, offline_access and ea:sales. The token is bound to "
    "the company chosen at sign-in. Refresh tokens rotate for clients registered before the change of identity servers "
    "and are good for any number of uses for newer ones; what comes back is stored either way.",
    credentials=(
        Credential("access_token", "access token of the company (one token acts on one company)"),
        Credential("refresh_token", "refresh token; single use for older clients", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.TIMESTAMP,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # 600 a minute for one client and one URL, over all companies of the client. Whether the URL counts with its id is
    # unverified, so all calls of a connection count together.
    rates=(Rate(600, 60.0),),
    # For newer clients nothing rotates; counting on it is right for both.
    # How long a refresh token lives is not documented (unverified).
    token=TokenEndpoint("https://identity.vismaonline.com/connect/token", client_auth="basic", rotates=True),
    # The service named is eAccounting: only companies that have it are offered.
    consent=ConsentEndpoint(
        "https://identity.vismaonline.com/connect/authorize",
        ("ea:api", "offline_access", "ea:sales"),
        (("prompt", "select_account"), ("acr_values", "service:44643EB1-3F76-4C1C-A672-402AE8085934")),
    ),
    filters=frozenset({"number", "name", "email", "active", "updatedSince"}),
    volatile=("ChangedUtc", "LastInvoiceDate", "UnpaidInvoicesAmount", "TermsOfPayment"),
    notes="The update replaces the whole record: the gateway reads it, changes what was asked for and sends all of it "
    "back, values it has never heard of included. Visma checks the VAT number of every update against VIES, also a "
    "stored one that nobody touched. There is no version; ChangedUtc is compared right before the write.",
)
