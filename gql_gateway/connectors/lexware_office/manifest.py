"""Lexware Office: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="lexware_office",
    label="Lexware Office",
    docs_url="https://developers.lexware.io/docs/",
    base_url="https://api.lexware.io",
    authentication="API key of one organization, made by its administrator at app.lexware.de/addons/public-api; good "
    "for 24 months and renewed by nobody but the administrator. OAuth 2.0 is open to contracted partners only.",
    credentials=(Credential("api_key", "API key with the scopes contacts.read, contacts.write and profile.read"),),
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.NATIVE,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Two a second over all endpoints together; jitter on the way counts, so a little less is asked for.
    rates=(Rate(2, 1.1),),
    filters=frozenset({"number", "name", "email"}),
    volatile=("version",),
    web_url="https://app.lexware.de/permalink/contacts/view/{id}",
    notes="The update replaces the whole contact: it is read, changed in memory and sent back whole, with the version "
    "that was read. A contact with two entries in any of its lists (contact persons, addresses, e-mails, phones of one "
    "type) is readable, but the API refuses every update of it.",
)
