"""Lexware Office: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="lexware_office",
    label="Lexware Office",
    docs_url="https://developers.lexware.io/docs/",
    base_url="https://api.lexware.io",
    authentication="API key of one organization, made by its administrator at app.lexware.de/addons/public-api; good "
    "for 24 months and renewed by nobody but the administrator. OAuth 2.0 authorization code, with tokens in its "
    "place, is open to contracted partners only.",
    credentials=(
        Credential(
            "api_key",
            "API key with the scopes contacts.read, contacts.write and profile.read; not with an access token",
            unless="access_token",
        ),
        Credential("access_token", "access token of a partner's app", optional=True),
        Credential("refresh_token", "refresh token of a partner's app", optional=True),
        Credential("client_id", "client id of a partner's app", secret=False, optional=True),
        Credential("client_secret", "client secret of a partner's app", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.NATIVE,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Two a second over all endpoints together; jitter on the way counts, so a little less is asked for.
    rates=(Rate(2, 1.1),),
    # Whether refresh tokens rotate is not public: what comes back is stored, and none is used twice knowingly.
    token=TokenEndpoint("https://app.lexoffice.de/oauth2/token", client_auth="basic", rotates=True),
    consent=ConsentEndpoint("https://app.lexoffice.de/oauth2/authorize", pkce=True),
    filters=frozenset({"number", "name", "email"}),
    volatile=("version",),
    web_url="https://app.lexware.de/permalink/contacts/view/{id}",
    notes="The update replaces the whole contact: it is read, changed in memory and sent back whole, with the version "
    "that was read. A contact with two entries in any of its lists (contact persons, addresses, e-mails, phones of one "
    "type) is readable, but the API refuses every update of it.",
)
