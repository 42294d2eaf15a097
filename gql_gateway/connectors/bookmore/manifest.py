"""BookMore: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...oauth.endpoint import TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

# What any of which the signed-in user needs; the read-only administrator role is not enough.
ROLES = ("bookingsupplier-administrator-write", "superadmin")

MANIFEST = Manifest(
    name="bookmore",
    label="BookMore (e-accounting)",
    docs_url="https://api.bookmore.com/json/metadata?op=UpdateEaccountingCustomer",
    base_url="https://api.bookmore.com",
    authentication="An API key and an OAuth 2.0 access token on each call (password or refresh token grant, public "
    f"client); the user needs the role {ROLES[0]} or {ROLES[1]}. Accounts with two-factor or single sign-on cannot "
    "use the password grant.",
    credentials=(
        Credential("api_key", "API key of the company, made by an administrator; may be bound to IP addresses"),
        Credential("access_token", "access token of the user; asked for when only the others are given", optional=True),
        Credential("refresh_token", "refresh token; counted as single use, which is unverified", optional=True),
        Credential("username", "user name, for the password grant", secret=False, optional=True),
        Credential("password", "password, for the password grant", optional=True),
        Credential("client_id", "OAuth client, bm-external-api-users unless given", secret=False, optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.TIMESTAMP,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Our own choice: BookMore documents no limit. Visma behind it takes 600 calls a minute per client and URL, and all
    # companies may share that client.
    rates=(Rate(10, 1.0),),
    # How long a refresh token lives is not documented; answers tell it.
    token=TokenEndpoint(
        "https://identity.bookmore.com/realms/bookmore-admin/protocol/openid-connect/token",
        client_auth="public",
        rotates=True,
        password_grant=True,
        client_id="bm-external-api-users",
    ),
    volatile=("ChangedUtc", "LastInvoiceDate", "UnpaidInvoicesAmount", "EAccountingTermsOfPayment"),
    notes="An update replaces nine values as a set; the gateway takes those not asked for from the current record. "
    "Whether the other properties of the record survive at Visma eAccounting is unverified, so each write comes with "
    "a warning and is compared with the record read before. There is no read of one customer: the list is paged "
    "through. BookMore passes over a foreign CompanyId and acts on the own company, so the gateway refuses one.",
)
