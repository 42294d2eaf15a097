"""BuchhaltungsButler: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="buchhaltungsbutler",
    label="BuchhaltungsButler",
    docs_url="https://app.buchhaltungsbutler.de/docs/api/v1/",
    base_url="https://webapp.buchhaltungsbutler.de",
    authentication="API client and API secret as HTTP Basic authentication, and the API key of the customer account in "
    "the body of each call; all three stand in the web app under Settings, API access, once the API is activated "
    "there. Customers of a listed partner hand over the API key only.",
    credentials=(
        Credential("api_client", "API client: the calling application"),
        Credential("api_secret", "API secret of the client"),
        Credential("api_key", "API key: selects the customer account to work on"),
    ),
    # Whether what an update leaves out stays is unverified: everything is sent, as the other reading demands.
    semantics=UpdateSemantics.FULL_REPLACE,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # 100 a minute are shared by all applications of a customer.
    rates=(Rate(80, 60.0),),
    volatile=("import_pending",),
    notes="A customer is a debtor, always a company. Whether an update is partial is unverified, so each carries every "
    "value of the current record that is not empty, with the change laid over it. Nothing can be emptied: that an "
    "empty text or null does so is unverified. There is no read of one debtor: the list is paged through, 25 at a "
    "time. There is no version; the gateway makes one from the content and compares it right before the write.",
)
