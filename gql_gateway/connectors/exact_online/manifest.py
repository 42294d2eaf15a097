"""Exact Online: identity, authentication, limits. Source: `QUIRKS.md`."""

from __future__ import annotations

from datetime import date

from ...model.lifetime import DAY
from ...oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ...outbound.limits import Rate, RefusalBudget
from ..base import Credential, Manifest, Region, Trust, UpdateSemantics, Versioning

CHANGED = ("Modified", "Modifier", "ModifierFullName")
WORDS = (
    *("CountryName", "StateName", "LanguageDescription", "SalesCurrencyDescription", "PurchaseCurrencyDescription"),
    *("PaymentConditionSalesDescription", "PaymentConditionPurchaseDescription", "SalesVATCodeDescription"),
    *("PurchaseVATCodeDescription", "InvoiceAccountCode", "InvoiceAccountName", "ResellerCode", "ResellerName"),
    *("AccountManagerFullName", "AccountManagerHID", "IsSales", "LogoUrl", "LogoThumbnailUrl"),
)
OF_ADDRESSES = (
    *("AccountName", "AccountIsSupplier", "ContactName", "CountryName", "StateDescription", "WarehouseCode"),
    "WarehouseDescription",
)
OF_CONTACTS = (
    *("AccountName", "AccountIsCustomer", "AccountIsSupplier", "AccountMainContact", "IsMainContact", "FullName"),
    *("AddressLine2", "AddressStreet", "AddressStreetNumber", "AddressStreetNumberSuffix", "City", "Country"),
    *("Postcode", "State", "TitleAbbreviation", "TitleDescription", "PictureUrl", "PictureThumbnailUrl"),
)
OF_BANK_ACCOUNTS = ("AccountName", "Format", "Type", "TypeDescription")

MANIFEST = Manifest(
    name="exact_online",
    label="Exact Online",
    docs_url="https://start.exactonline.nl/docs/HlpRestAPIResources.aspx",
    base_url="https://start.exactonline.nl",
    authentication="OAuth 2.0 authorization code; the rights are ticked on the app's registration: CRM accounts, to "
    "manage. App and tokens belong to the host of one country: start.exactonline.nl, .be, .de, .fr, .es, .co.uk, .com. "
    "The base URL of a connection says which. Refresh tokens are single use, and die after 30 days without use.",
    credentials=(
        Credential("access_token", "access token; good for ten minutes"),
        Credential("refresh_token", "refresh token; single use", optional=True),
        Credential("client_id", "client id of the app", secret=False, optional=True),
        Credential("client_secret", "client secret of the app", optional=True),
        Credential("expires_at", "when the access token ends, in POSIX seconds", secret=False, optional=True),
    ),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    # Both for one app and company; what the headers say of them counts as well.
    rates=(Rate(60, 60.0), Rate(5000, 86_400.0)),
    # More than ten in an hour lock the key. Two are left to whoever else uses it: the count is this process's own.
    refusals=RefusalBudget(8, 3600.0, frozenset({400, 401, 403, 404}), at_once=3),
    # A token lives 600 seconds and is replaced in its last 30 only.
    token=TokenEndpoint(
        "https://start.exactonline.nl/api/oauth2/token",
        client_auth="body",
        rotates=True,
        follows_base_url=True,
        leeway=25.0,
        earliest=570.0,
        refresh_life=30 * DAY,
    ),
    consent=ConsentEndpoint("https://start.exactonline.nl/api/oauth2/auth", follows_base_url=True),
    regions=(
        Region("NL", "Netherlands", "https://start.exactonline.nl"),
        Region("BE", "Belgium", "https://start.exactonline.be"),
        Region("DE", "Germany", "https://start.exactonline.de"),
        Region("UK", "United Kingdom", "https://start.exactonline.co.uk"),
        Region("FR", "France", "https://start.exactonline.fr"),
        Region("ES", "Spain", "https://start.exactonline.es"),
        Region("US", "United States", "https://start.exactonline.com"),
    ),
    company_required=True,
    filters=frozenset({"number", "name", "email", "updatedSince"}),
    volatile=(
        *(f"Account.{name}" for name in (*CHANGED, *WORDS)),
        *(f"Addresses[*].{name}" for name in (*CHANGED, *OF_ADDRESSES)),
        *(f"Contacts[*].{name}" for name in (*CHANGED, *OF_CONTACTS)),
        *(f"BankAccounts[*].{name}" for name in (*CHANGED, *OF_BANK_ACCOUNTS)),
        *("VisitAddresses", "Today"),
    ),
    notes="A customer is an account with addresses, contact persons and bank accounts that are rows of their own: an "
    "update is a plan of several calls, of which those that are needed are made, in order. There is no transaction. "
    "The number of a company (division) is part of every address. A read takes four of the 60 calls a minute. There "
    "is no version; the gateway makes one from the content and compares it right before the first write.",
)
