"""Holded: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="holded",
    label="Holded",
    docs_url="https://developers.holded.com/reference",
    base_url="https://api.holded.com",
    authentication="API key of one company, made in Settings, Developers, Credentials; the API belongs to paid plans "
    "and to owners, administrators and developers. The key has every right and no end: its owner removes it in the "
    "settings.",
    credentials=(
        Credential("api_key", "API key of the company, for API v1; a token of API v2 is none"),
        Credential(
            "api_version",
            "which API the connection speaks: v1 unless said otherwise; v2 is refused, see QUIRKS.md",
            secret=False,
            optional=True,
        ),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # No limit is published for v1; ten a second is what other clients keep to (unverified).
    rates=(Rate(10, 1.0),),
    volatile=(
        *("updatedAt", "updatedHash"),
        # A list is written whole, and whether its entries keep their ids is unverified.
        *("shippingAddresses[*].shippingId", "contactPersons[*].personId"),
    ),
    notes="A customer is a contact of the type client, debtor or lead. The update is partial, but an object inside the "
    "contact (address, defaults, numbering series) and a list (delivery addresses, contact persons, tags, custom "
    "fields) is sent whole, made from a fresh read. Holded accepts what it does not store, so that the contact is read "
    "back after each write. There is no version; the gateway makes one from the content and compares it right before "
    "the write. There is no filter for number, name, e-mail address or time of change.",
)
