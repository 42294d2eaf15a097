"""Twinfield: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...model.lifetime import DAY
from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

# What Twinfield says beside a reference: the names of what is behind it, which follow the reference.
REFERENCES = (
    *("office", "type", "financials.vatcode", "financials.paycode", "financials.substitutewith"),
    *("creditmanagement.responsibleuser", "invoicing.discountarticle"),
    *("addresses.address[*].country", "banks.bank[*].country"),
)
TOLD = ("name", "shortname", "id", "dimensiontype", "type")

MANIFEST = Manifest(
    name="twinfield",
    label="Twinfield",
    docs_url="https://developers.twinfield.com/documentation/",
    # Where tokens are given out and checked; the cluster that a token belongs to is asked for here.
    base_url="https://login.twinfield.com",
    authentication="OAuth 2.0 authorization code with a nonce; scopes openid twf.user twf.organisation "
    "twf.organisationUser offline_access. Access tokens last an hour and travel in the SOAP header; a refresh token "
    "lasts for years and may be used again and again. What may be done follows from the rights of the Twinfield user.",
    credentials=(
        Credential("access_token", "access token of the user"),
        Credential("refresh_token", "refresh token; stays good when used", optional=True),
        Credential("client_id", "client id of the app; a refresh needs it", secret=False, optional=True),
        Credential("client_secret", "client secret of the app; a refresh needs it", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    # Whether what an update leaves out stays is unverified: everything is sent, as the other reading demands.
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.TIMESTAMP,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Credits: a question costs 1, a write 3. An app that is not certified has 25 a minute with each organisation.
    rates=(Rate(25, 60.0),),
    # About 25 years, and no refresh begins them anew.
    token=TokenEndpoint(
        "https://login.twinfield.com/auth/authentication/connect/token",
        client_auth="basic",
        rotates=False,
        refresh_life=25 * 365 * DAY,
    ),
    consent=ConsentEndpoint(
        "https://login.twinfield.com/auth/authentication/connect/authorize",
        ("openid", "twf.user", "twf.organisation", "twf.organisationUser", "offline_access"),
        nonce=True,
    ),
    company_required=True,
    filters=frozenset({"number", "name", "updatedSince"}),
    volatile=(
        *("modified", "touched", "inuse", "creditmanagement.blocked@modified"),
        *(f"{place}@{name}" for place in REFERENCES for name in TOLD),
    ),
    notes="The company is the code of an office, such as BV100. Where an office is, which cluster, is asked for with "
    "the token; a base URL of a connection takes the place of the login host. Whether an update is partial is "
    "unverified, so each carries the whole record with the change laid over it, but for what Twinfield alone writes. A "
    "write with a code that is not there would make a customer: the record is always read first. The time of the last "
    "change and its counter are compared right before the write. The rate is that of an app that is not certified.",
)
