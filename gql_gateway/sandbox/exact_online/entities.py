"""The entities: which properties each has, of which EDM type, and which of them a PUT or POST carries.

From the reference pages of the REST API. Model names other than that of the account are unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

READ_ONLY_VERBS = frozenset({"GET"})
ALL_VERBS = frozenset({"GET", "POST", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Property:
    """`type` is the EDM type without `Edm.`; `pad` the width a code is stored with, negative for blanks on the left."""

    name: str
    type: str
    readable: bool = True
    writable: bool = False
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Entity:
    """`filterable`: where not empty, a list needs a `$filter` on one of these and takes one on no other."""

    path: str
    model: str
    properties: Mapping[str, Property]
    verbs: frozenset[str] = READ_ONLY_VERBS
    key: str = "ID"
    page_size: int = 60
    filterable: frozenset[str] = field(default_factory=frozenset)

    @property
    def readable(self) -> list[str]:
        return [name for name, known in self.properties.items() if known.readable]

    @property
    def writable(self) -> list[str]:
        return [name for name, known in self.properties.items() if known.writable]


_PADDED = {"Code": -18, "Country": 3, "Language": 10, "SalesVATCode": 3, "PurchaseVATCode": 3}

_WRITE_LOG = {
    "DateTime": "Created Modified",
    "Guid": "Creator Modifier",
    "String": "CreatorFullName ModifierFullName",
    "Int32": "Division",
}


def _properties(
    read: Mapping[str, str], written: Mapping[str, str] | None = None, *, pads: tuple[str, ...] = ()
) -> dict[str, Property]:
    """Names by type, given as words in a line."""
    found = {
        name: Property(name, kind, writable=writable, pad=_PADDED.get(name, 0) if name in pads else 0)
        for table, writable in ((written or {}, True), (read, False))
        for kind, names in table.items()
        for name in names.split()
    }
    return dict(sorted(found.items(), key=lambda item: (item[0] != "ID", item[0].lower())))


def _with_log(read: Mapping[str, str]) -> dict[str, str]:
    return {kind: f"{read.get(kind, '')} {_WRITE_LOG.get(kind, '')}" for kind in {**read, **_WRITE_LOG}}


_ACCOUNT_READ = _with_log(
    {
        "String": """AccountManagerFullName ClientGroupDescription CountryName CustomField InvoiceAccountCode
            InvoiceAccountName LanguageDescription LogoThumbnailUrl LogoUrl PaymentConditionPurchaseDescription
            PaymentConditionSalesDescription PurchaseCurrencyDescription PurchaseVATCodeDescription ResellerCode
            ResellerName SalesCurrencyDescription SalesVATCodeDescription StateName Type""",
        "Guid": "ClientGroup",
        "Int32": "AccountManagerHID",
        "Byte": "IsAnonymised",
        "Boolean": "IsSales",
        "Collection": "BankAccounts",
    }
)

_ACCOUNT_WRITTEN = {
    "Guid": """ID Accountant AccountManager ActivitySector ActivitySubSector BusinessType Classification1
        Classification2 Classification3 Classification4 Classification5 Classification6 Classification7 Classification8
        CompanySize GLAccountPurchase GLAccountSales GLAP GLAR InvoiceAccount LeadPurpose LeadSource MainContact Parent
        PriceList Reseller ShippingMethod""",
    "String": """AddressLine1 AddressLine2 AddressLine3 BSN ChamberOfCommerce City Code CodeAtSupplier Country
        DatevCreditorCode DatevDebtorCode Email EORINumber Fax GlnNumber IncotermAddressPurchase IncotermAddressSales
        IncotermCodePurchase IncotermCodeSales IntraStatArea IntraStatDeliveryTerm IntraStatSystem
        IntraStatTransactionA IntraStatTransactionB IntraStatTransportMethod Language LogoFileName Name OINNumber
        PayAsYouEarn PaymentConditionPurchase PaymentConditionSales PeppolIdentifier Phone PhoneExtension Postcode
        PurchaseCurrency PurchaseVATCode Remarks RSIN SalesCurrency SalesVATCode SearchCode State Status TradeName
        UniqueTaxpayerReference VATLiability VATNumber Website""",
    "DateTime": "ControlledDate EndDate EstablishedDate StartDate",
    "Double": "CreditLinePurchase CreditLineSales DiscountPurchase DiscountSales Latitude Longitude",
    "Boolean": """Blocked CanDropShip EnableSalesPaymentLink HasWithholdingTaxSales IgnoreDatevWarningMessage
        IsExtraDuty IsPilot IsReseller IsSupplier RecepientOfCommissions ShowRemarkForSales""",
    "Byte": """AutomaticProcessProposedEntry ConsolidationScenario DeliveryAdvice IsAccountant IsAgency IsCompetitor
        IsMailing SeparateInvPerSubscription""",
    "Int16": "IncotermVersionPurchase IncotermVersionSales",
    "Int32": """InvoiceAttachmentType InvoicingMethod PeppolIdentifierType PurchaseLeadDays SecurityLevel
        ShippingLeadDays""",
    "Binary": "Logo",
}

_ACCOUNT_PADS = ("Code", "Country", "Language", "SalesVATCode", "PurchaseVATCode")
_ACCOUNT = _properties(_ACCOUNT_READ, _ACCOUNT_WRITTEN, pads=_ACCOUNT_PADS)

ACCOUNTS = Entity(
    "crm/Accounts",
    "Account",
    _ACCOUNT,
    ALL_VERBS,
    # The fields that the API itself names when a list comes without a filter (picqer/exact-php-client issue 591,
    # October 2022), less the withdrawn BRIN and Classification.
    filterable=frozenset(
        """Accountant AccountManager AddressLine1 AddressLine2 AddressLine3 Blocked BSN ChamberOfCommerce City
        Classification1 Classification2 Classification3 Classification4 Classification5 Classification6 Classification7
        Classification8 Code CodeAtSupplier Country Created Email EndDate Fax ID InvoiceAccount IsAccountant IsReseller
        IsSales IsSupplier MainContact Modified Name Parent Phone Postcode PriceList Reseller RSIN SearchCode StartDate
        Status Type VATNumber""".split()
    ),
)

SYNC_ACCOUNTS = Entity(
    "sync/CRM/Accounts",
    "SyncAccount",
    {
        "Timestamp": Property("Timestamp", "Int64"),
        **{name: Property(name, known.type, pad=known.pad) for name, known in _ACCOUNT.items()},
    },
    key="Timestamp",
    page_size=1000,
)

_FREE_FIELDS = {
    "Boolean": "FreeBoolField_01 FreeBoolField_02 FreeBoolField_03 FreeBoolField_04 FreeBoolField_05",
    "DateTime": "FreeDateField_01 FreeDateField_02 FreeDateField_03 FreeDateField_04 FreeDateField_05",
    "Double": "FreeNumberField_01 FreeNumberField_02 FreeNumberField_03 FreeNumberField_04 FreeNumberField_05",
}

ADDRESSES = Entity(
    "crm/Addresses",
    "Address",
    _properties(
        _with_log(
            {
                "String": """AccountName ContactName CountryName CustomField StateDescription WarehouseCode
                    WarehouseDescription""",
                "Boolean": "AccountIsSupplier",
            }
        ),
        {
            **_FREE_FIELDS,
            "Boolean": f"Main {_FREE_FIELDS['Boolean']}",
            "Guid": "ID Account Contact Warehouse",
            "Int16": "Type",
            "String": """AddressLine1 AddressLine2 AddressLine3 City Country Fax FreeTextField_01 FreeTextField_02
                FreeTextField_03 FreeTextField_04 FreeTextField_05 Mailbox NicNumber Notes Phone PhoneExtension Postcode
                State""",
        },
        pads=("Country",),
    ),
    ALL_VERBS,
)

_CONTACT = _properties(
    _with_log(
        {
            "String": """AccountName AddressLine2 AddressStreet AddressStreetNumber AddressStreetNumberSuffix City Code
                Country CustomField FullName PartnerName PartnerNamePrefix PhoneExtension PictureThumbnailUrl PictureUrl
                Postcode State TitleAbbreviation TitleDescription""",
            "Boolean": "AccountIsCustomer AccountIsSupplier IsMainContact",
            "Guid": "AccountMainContact",
            "Byte": "IsAnonymised",
        }
    ),
    {
        "Guid": "ID Account IdentificationDocument IdentificationUser LeadPurpose LeadSource Person",
        "String": """BirthName BirthNamePrefix BirthPlace BusinessEmail BusinessFax BusinessMobile BusinessPhone
            BusinessPhoneExtension Email FirstName Gender Initials JobTitleDescription Language LastName MarketingNotes
            MiddleName Mobile Nationality Notes Phone PictureName SocialSecurityNumber Title""",
        "DateTime": "BirthDate EndDate IdentificationDate StartDate",
        "Int32": "HID",
        "Boolean": "IsMailingExcluded",
    },
    pads=("Country", "Language"),
)

CONTACTS = Entity(
    "crm/Contacts",
    "Contact",
    # Withdrawn names of birth are still written by old clients: see `contacts.py` for what that does.
    {
        **{name: known for name, known in _CONTACT.items() if not name.startswith("BirthName")},
        **{
            name: Property(name, known.type, readable=False, writable=True)
            for name, known in _CONTACT.items()
            if name.startswith("BirthName")
        },
        "Picture": Property("Picture", "Binary", readable=False, writable=True),
    },
    ALL_VERBS,
)

BANK_ACCOUNTS = Entity(
    "crm/BankAccounts",
    "BankAccount",
    _properties(
        _with_log({"String": "AccountName Format Type TypeDescription", "Guid": "PaymentServiceAccount"}),
        {
            "Guid": "ID Account",
            "String": "BankAccount BankAccountHolderName BICCode Description",
            "Boolean": "Blocked Main",
        },
    ),
    ALL_VERBS,
)

MANDATES = Entity(
    "cashflow/DirectDebitMandates",
    "DirectDebitMandate",
    _properties(
        _with_log({}),
        {
            "Guid": "ID Account BankAccount",
            "Binary": "Attachment",
            "String": "AttachmentFileName Description Reference",
            "DateTime": "CancellationDate SignatureDate",
            "Byte": "FirstSend Main",
            "Int16": "PaymentType Type",
        },
    ),
    ALL_VERBS,
)

ADDRESS_STATES = Entity(
    "crm/AddressStates",
    "AddressState",
    _properties({"Guid": "ID", "String": "Country DisplayValue Name State", "Double": "Latitude Longitude"}),
)

PAYMENT_CONDITIONS = Entity(
    "cashflow/PaymentConditions",
    "PaymentCondition",
    _properties(
        _with_log(
            {
                "Guid": "ID CreditManagementScenario",
                "String": """Code CreditManagementScenarioCode CreditManagementScenarioDescription Description
                    DiscountCalculation PaymentDiscountType PaymentMethod VATCalculation""",
                "Int32": "DiscountPaymentDays PaymentDays PaymentEndOfMonths",
                "Double": "DiscountPercentage Percentage",
            }
        )
    ),
)

CURRENCIES = Entity(
    "general/Currencies",
    "Currency",
    _properties(
        {"String": "Code Description", "Double": "AmountPrecision PricePrecision", "DateTime": "Created Modified"}
    ),
    key="Code",
)

VAT_CODES = Entity(
    "vat/VATCodes",
    "VATCode",
    # Those of the entity's properties that tell what a code is good for.
    _properties(
        _with_log(
            {
                "Guid": "ID Account",
                "String": "Code Country Description EUSalesListing LegalText Type VATTransactionType",
                "Boolean": "Charged IntraStat IsBlocked",
                "Double": "Percentage",
            }
        )
    ),
)

_DIVISION = {
    "String": """AddressLine1 AddressLine2 AddressLine3 BusinessTypeCode BusinessTypeDescription
        ChamberOfCommerceEstablishment ChamberOfCommerceNumber City CompanySizeCode CompanySizeDescription Country
        CreatorFullName Currency CustomerCode CustomerName DatevAccountantNumber DatevClientNumber Description Email Fax
        Legislation ModifierFullName OBNumber Phone Postcode SbiCode SbiDescription SectorCode SectorDescription
        SiretNumber State SubsectorCode SubsectorDescription TaxOfficeNumber TaxReferenceNumber TemplateCode VATNumber
        Website""",
    "Int32": "Code BlockingStatus Status",
    "Int64": "Hid",
    "Boolean": "Current IsDossierDivision IsHRDivision IsMainDivision IsPracticeDivision",
    "DateTime": "ArchiveDate Created DivisionHRLinkUnlinkDate DivisionMoveDate Modified StartDate",
    "Guid": "Creator Customer Modifier",
    "Double": "ShareCapital",
}
_PADDED_COUNTRY = ("Country",)
DIVISIONS = Entity(
    "system/Divisions",
    "SystemDivision",
    _properties(_DIVISION, pads=_PADDED_COUNTRY),
    frozenset({"GET", "DELETE"}),
    key="Code",
)
ALL_DIVISIONS = Entity("system/AllDivisions", "AllDivision", _properties(_DIVISION, pads=_PADDED_COUNTRY), key="Code")
HRM_DIVISIONS = Entity(
    "hrm/Divisions",
    "Division",
    _properties(
        {
            "String": """Country CountryDescription CreatorFullName Currency CurrencyDescription CustomerCode
                CustomerName Description ModifierFullName OBNumber SiretNumber TaxOfficeNumber TaxReferenceNumber
                TemplateCode VATNumber Website""",
            "Int32": "Code BlockingStatus",
            "Int16": "Status",
            "Int64": "HID",
            "Boolean": "Main",
            "DateTime": "ArchiveDate Created Modified StartDate",
            "Guid": "Creator Customer Modifier",
        },
        pads=_PADDED_COUNTRY,
    ),
    key="Code",
)

ME = Entity(
    "current/Me",
    "Me",
    _properties(
        {
            "Guid": "UserID DivisionCustomer EmployeeID",
            "Int32": "AccountingDivision CurrentDivision DossierDivision",
            "String": """CustomerCode DivisionCustomerCode DivisionCustomerName DivisionCustomerSiretNumber
                DivisionCustomerVatNumber Email FirstName FullName Gender Initials Language LanguageCode LastName
                MiddleName Mobile Nationality PackageCode Phone PhoneExtension PictureUrl ServerTime
                ThumbnailPictureFormat Title UserName""",
            "Boolean": """IsClientUser IsEmployeeSelfServiceUser IsMyFirmLiteUser IsMyFirmPortalUser
                IsOEIMigrationMandatory IsStarterUser""",
            "Int64": "Legislation",
            "Double": "ServerUtcOffset",
            "Binary": "ThumbnailPicture",
        }
    ),
    key="UserID",
)

ENTITIES = {
    entity.path: entity
    for entity in (
        *(ACCOUNTS, ADDRESSES, CONTACTS, BANK_ACCOUNTS, MANDATES, SYNC_ACCOUNTS),
        *(ADDRESS_STATES, PAYMENT_CONDITIONS, CURRENCIES, VAT_CODES, DIVISIONS, ALL_DIVISIONS, HRM_DIVISIONS),
    )
}
