"""Sage Accounting: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...model.lifetime import DAY
from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="sage_accounting",
    label="Sage Accounting",
    docs_url="https://developer.sage.com/accounting/apis/sagebusinesscloudaccounting/3.1.0/accounting",
    base_url="https://api.accounting.sage.com",
    authentication="OAuth 2.0 authorization code; scope full_access. The token is the user's and covers all of the "
    "user's businesses. Access tokens last five minutes; a refresh token lasts 31 days and is good for one use.",
    credentials=(
        Credential("access_token", "access token of the user"),
        Credential("refresh_token", "refresh token; single use, replaced at every refresh", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app; a refresh needs it", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # 1,296,000 a day for an app and all its customers together, which is 15 a second on average; 150 at the same time.
    rates=(Rate(150, 10.0),),
    token=TokenEndpoint(
        "https://oauth.accounting.sage.com/token", client_auth="body", rotates=True, refresh_life=31 * DAY
    ),
    consent=ConsentEndpoint("https://www.sageone.com/oauth2/auth/central?filter=apiv3.1", ("full_access",), pkce=True),
    company_required=True,
    filters=frozenset({"number", "name", "email", "updatedSince"}),
    volatile=(
        # Worked out by Sage: labels, copies and sums.
        *("displayed_as", "updated_at", "email", "balance", "deletable", "links", "has_unfinished_recurring_invoices"),
        *("main_address.displayed_as", "main_address.updated_at"),
        *("delivery_address.displayed_as", "delivery_address.updated_at"),
        *("addresses[*].displayed_as", "addresses[*].updated_at"),
        *("main_contact_person.displayed_as", "main_contact_person.updated_at"),
        *("contact_persons[*].displayed_as", "contact_persons[*].updated_at"),
        # A supplier's flag, beside those of which a customer has one.
        "tax_treatment.is_importer",
        # Not the customer's, but what decides whether it may be updated.
        "business",
    ),
    notes="The company is the id of a business; every call names it, because Sage would otherwise write into the "
    "user's lead business. Businesses in GB, IE and CA can be updated (Standard not in CA) while their subscription is "
    "active. A customer is a contact, whose main address, delivery address and main contact person are parts of it; "
    "further addresses and contact persons are records of their own, so that an update can be a plan of several calls "
    "without a transaction. Sage keeps no version; the gateway makes one from the content of all of them and compares "
    "it right before the first write.",
)
