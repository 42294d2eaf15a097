"""sevdesk: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="sevdesk",
    label="sevdesk",
    docs_url="https://api.sevdesk.de/",
    base_url="https://my.sevdesk.de",
    authentication="API token of one administrator, shown in that user's settings: 32 hexadecimal characters, sent "
    "bare (no Bearer). It never expires, and dies when the user is removed or asks for a new one.",
    credentials=(Credential("api_token", "API token of an administrator (one token acts on one account)"),),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # No limit is published, only a guard against abuse; other clients keep to 2 to 4 calls a second.
    rates=(Rate(4, 1.1),),
    filters=frozenset({"number", "name", "updatedSince"}),
    volatile=(
        *("contact.update", "addresses[*].update", "communicationWays[*].update", "accountingContacts[*].update"),
        *("persons[*].update", "persons[*].communicationWays[*].update"),
        # The id says what the code says; three ids stand for GB.
        *("addresses[*].country.id", "countries"),
    ),
    notes="A customer is a contact with addresses, e-mails, phones, web addresses, contact persons and account numbers "
    "that are records of their own: an update is a plan of several calls, of which those that are needed are made, in "
    "order. There is no transaction. sevdesk keeps no version; the gateway makes one from the content of all of them "
    "and compares it right before the first write.",
)
