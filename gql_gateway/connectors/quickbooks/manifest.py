"""QuickBooks Online: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...model.lifetime import DAY
from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate
from ..base import Credential, Manifest, Trust, UpdateSemantics, Versioning

# What follows from other values: whose change is nobody's edit, and no side effect of one.
DERIVED = (
    *("FullyQualifiedName", "Level", "RootCustomerRef", "Balance", "BalanceWithJobs"),
    *("SalesTermRef.name", "PaymentMethodRef.name", "CustomerTypeRef.name", "DefaultTaxCodeRef.name"),
    *("ARAccountRef.name", "ParentRef.name", "CurrencyRef.name"),
    *("BillAddr.Id", "BillAddr.Lat", "BillAddr.Long", "ShipAddr.Id", "ShipAddr.Lat", "ShipAddr.Long"),
)

MANIFEST = Manifest(
    name="quickbooks",
    label="QuickBooks Online",
    docs_url="https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer",
    base_url="https://quickbooks.api.intuit.com",
    authentication="OAuth 2.0 authorization code; scope com.intuit.quickbooks.accounting, which covers reading and "
    "writing. One consent is one company, whose realmId comes with the callback and not with the tokens.",
    credentials=(
        Credential("access_token", "access token of the company; good for an hour"),
        Credential("refresh_token", "refresh token; may be replaced at any refresh", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.NATIVE,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Both per company; the first one per company and app.
    rates=(Rate(10, 1.0), Rate(500, 60.0)),
    # About 100 days from its last use, and a hard end five years after the consent that no use moves; answers tell more
    # exactly.
    token=TokenEndpoint(
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        client_auth="basic",
        rotates=True,
        refresh_life=100 * DAY,
    ),
    consent=ConsentEndpoint(
        "https://appcenter.intuit.com/connect/oauth2",
        ("com.intuit.quickbooks.accounting",),
        company_parameter="realmId",
    ),
    company_required=True,
    filters=frozenset({"name", "email", "active", "updatedSince"}),
    volatile=("SyncToken", "MetaData", *DERIVED),
    notes="The update is sparse: only what is sent changes, guarded by the SyncToken of a fresh read. The company is "
    "the realmId, never CompanyInfo.Id. Lists and invoices show displayName, which a change of companyName leaves "
    "alone. Tax ids read back masked.",
)
