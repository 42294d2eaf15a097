"""Every writable value of an account and of what hangs on it. Source: the dossier's section 5 and the contract.

The document is what several reads give, in Exact's own names: `Account`, `Addresses` (without visit addresses, which
the account's own is one of), `VisitAddresses`, `Contacts`, `BankAccounts`; and `Active`, which follows from `EndDate`.
"""

from __future__ import annotations

import strawberry
from strawberry import Maybe

from ....fields.convert import as_flag, as_text, as_time
from ....fields.details import details_type, reads
from ....fields.document import get
from ....fields.formats import CURRENCY, GLN
from ....fields.native import Clear, many, native, slots
from ....fields.table import build_table, read
from ....model.enums import ContactType
from ....model.json import JsonObject
from .. import spelling
from .parts import (
    ExactOnlineAddressInput,
    ExactOnlineBankAccountInput,
    ExactOnlineContactPersonInput,
    ExactOnlineEmailAddressInput,
    ExactOnlinePhoneNumberInput,
)
from .stated import (
    ACCOUNTANTS,
    ACTIVE,
    BASE64,
    DAY,
    DELIVERIES,
    INVOICING,
    NO_LENGTH,
    NUMBER,
    SCENARIOS,
    STATUSES,
    bit,
    day,
    flag,
    guid,
    language_code,
    tax_code,
    word,
)


def kind_of(document: JsonObject) -> str:
    """There is no such switch: an account that bears the name of its main contact is taken for a person's."""
    main, contacts = get(document, ("Account", "MainContact")), document.get("Contacts")
    for contact in contacts if isinstance(contacts, list) else ():
        if isinstance(contact, dict) and contact.get("ID") == main and isinstance(main, str):
            return "person" if contact.get("FullName") == get(document, ("Account", "Name")) else "company"
    return "company"


@strawberry.input(
    description="Writable values of an Exact Online account. What is left out stays as it is; null clears."
)
class ExactOnlineCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "name of the main contact",
        values={ContactType.COMPANY: "company", ContactType.CONTACT_PERSON: "person"},
        clear=Clear.NEVER,
        derived=kind_of,
        note="Exact has no such switch (unverified): an account named like its main contact is read as a person's. It "
        "can be given as it is, not changed.",
        description="Company or private person.",
    )
    company_name: Maybe[str | None] = native(
        "Account.Name", max_length=50, clear=Clear.NEVER, note=NO_LENGTH, description="Name of the company or person."
    )
    trade_name: Maybe[str | None] = native("Account.TradeName", description="Name that the company trades under.")
    number: Maybe[str | None] = native(
        "Account.Code",
        pattern=NUMBER,
        clear=Clear.NEVER,
        write=spelling.padded_number,
        read=spelling.read_code,
        note="Sent only where it differs: Exact refuses the number that the account has.",
        description="Account number.",
    )
    search_code: Maybe[str | None] = native(
        "Account.SearchCode", max_length=30, note=NO_LENGTH, description="Code by which the account is found."
    )
    customer_status: Maybe[str | None] = word(
        "Account.Status", STATUSES, "CUSTOMER is in the lists of customers; another one takes the account out of them."
    )
    vat_id: Maybe[str | None] = native("Account.VATNumber", description="VAT registration number.")
    vat_liability: Maybe[str | None] = native("Account.VATLiability", description="VAT liability (Belgium).")
    tax_number: Maybe[str | None] = native(
        "Account.RSIN", note="A British account has uniqueTaxpayerReference.", description="RSIN (Netherlands)."
    )
    unique_taxpayer_reference: Maybe[str | None] = native(
        "Account.UniqueTaxpayerReference", description="UTR (United Kingdom)."
    )
    citizen_service_number: Maybe[str | None] = native("Account.BSN", description="BSN (Netherlands): personal data.")
    company_registration_number: Maybe[str | None] = native(
        "Account.ChamberOfCommerce", max_length=40, note=NO_LENGTH, description="Number at the chamber of commerce."
    )
    oin_number: Maybe[str | None] = native("Account.OINNumber", description="OIN (Netherlands).")
    eori_number: Maybe[str | None] = native(
        "Account.EORINumber", description="Number for customs in the European Union."
    )
    gln_number: Maybe[str | None] = native("Account.GlnNumber", pattern=GLN, description="Global Location Number.")
    peppol_identifier: Maybe[str | None] = native("Account.PeppolIdentifier", description="Identifier at Peppol.")
    peppol_identifier_type: Maybe[int | None] = native(
        "Account.PeppolIdentifierType", description="Scheme of that identifier."
    )
    pay_as_you_earn: Maybe[str | None] = native("Account.PayAsYouEarn", description="PAYE reference (United Kingdom).")
    established_date: Maybe[str | None] = day("Account.EstablishedDate", "When the company was founded.")
    controlled_date: Maybe[str | None] = day("Account.ControlledDate", "When the account was last checked.")
    addresses: Maybe[list[ExactOnlineAddressInput] | None] = slots(
        VISITING="Account",
        BILLING="Addresses[Type=3]",
        DELIVERY="Addresses[Type=4]",
        OTHER="Addresses[Type=2]",
        drop="Addresses",
        note="null empties the account's own address and removes every postal, invoice and delivery address.",
        description="Addresses by type.",
    )
    latitude: Maybe[float | None] = native("Account.Latitude", description="Degrees north of the equator.")
    longitude: Maybe[float | None] = native("Account.Longitude", description="Degrees east of Greenwich.")
    email_addresses: Maybe[list[ExactOnlineEmailAddressInput] | None] = slots(description="The e-mail address.")
    phone_numbers: Maybe[list[ExactOnlinePhoneNumberInput] | None] = slots(description="Phone and fax.")
    phone_extension: Maybe[str | None] = native(
        "Account.PhoneExtension", max_length=17, note=NO_LENGTH, description="Digits dialled after the phone number."
    )
    website: Maybe[str | None] = native("Account.Website", max_length=200, note=NO_LENGTH, description="Web address.")
    contact_persons: Maybe[list[ExactOnlineContactPersonInput] | None] = many(
        "Contacts",
        key="ID",
        match=("LastName", "FirstName"),
        drop=("Account.MainContact", "Addresses[*].Contact"),
        note="null deletes them, and takes them out of mainContactId and addresses first.",
        description="People at the customer.",
    )
    bank_accounts: Maybe[list[ExactOnlineBankAccountInput] | None] = many(
        "BankAccounts",
        key="ID",
        match=("BankAccount",),
        note="null deletes them.",
        description="Accounts that the customer pays from and is paid to.",
    )
    language: Maybe[str | None] = language_code("Account.Language", "Language, a code such as NL or EN-GB.")
    currency: Maybe[str | None] = native(
        "Account.SalesCurrency",
        pattern=CURRENCY,
        note="One that is not active in the company empties the field; a warning tells of it.",
        description="Currency of sales.",
    )
    purchase_currency: Maybe[str | None] = native(
        "Account.PurchaseCurrency",
        pattern=CURRENCY,
        note="One that is not active in the company empties the field; a warning tells of it.",
        description="Currency by default in purchases.",
    )
    payment_terms: Maybe[str | None] = native(
        "Account.PaymentConditionSales",
        note="A code of cashflow/PaymentConditions, where its days stand.",
        description="Payment condition of sales.",
    )
    purchase_payment_terms: Maybe[str | None] = native(
        "Account.PaymentConditionPurchase",
        note="A code of cashflow/PaymentConditions, where its days stand.",
        description="Payment condition of purchases.",
    )
    notes: Maybe[str | None] = native("Account.Remarks", description="Remarks.")
    show_remark_for_sales: Maybe[bool | None] = flag("Account.ShowRemarkForSales", "Whether sales shows them.")
    active: Maybe[bool | None] = native(
        ACTIVE,
        clear=Clear.NEVER,
        note="Kept as endDate: false sets it to yesterday, true empties it. Where both are given, endDate counts.",
        description="Whether the customer is active.",
    )
    start_date: Maybe[str | None] = day("Account.StartDate", "First day of the account.")
    end_date: Maybe[str | None] = day("Account.EndDate", "Last day of the account: inactive after it.")
    blocked: Maybe[bool | None] = flag(
        "Account.Blocked", "Whether new transactions are blocked.", "Something else than inactive."
    )
    main_contact_id: Maybe[str | None] = guid("Account.MainContact", "Id of the main contact person.")
    account_manager_id: Maybe[str | None] = guid(
        "Account.AccountManager", "Id of the employee who looks after the account."
    )
    accountant_id: Maybe[str | None] = guid("Account.Accountant", "Id of the account that is the accountant.")
    parent_id: Maybe[str | None] = guid("Account.Parent", "Id of the parent account.")
    invoice_account_id: Maybe[str | None] = guid("Account.InvoiceAccount", "Id of the account that is invoiced.")
    reseller_id: Maybe[str | None] = guid("Account.Reseller", "Id of the account that is the reseller.")
    is_supplier: Maybe[bool | None] = flag("Account.IsSupplier", "Whether it is a supplier, too.")
    is_reseller: Maybe[bool | None] = flag("Account.IsReseller", "Whether it is a reseller.")
    is_pilot: Maybe[bool | None] = flag("Account.IsPilot", "Whether it is a pilot account.")
    is_extra_duty: Maybe[bool | None] = flag("Account.IsExtraDuty", "Whether extra duty is charged (Spain).")
    can_drop_ship: Maybe[bool | None] = flag("Account.CanDropShip", "Whether drop shipping is possible.")
    recepient_of_commissions: Maybe[bool | None] = flag(
        "Account.RecepientOfCommissions", "Whether it gets commissions; Exact spells it like this."
    )
    has_withholding_tax_sales: Maybe[bool | None] = flag(
        "Account.HasWithholdingTaxSales", "Whether tax is withheld on sales (Spain)."
    )
    ignore_datev_warning_message: Maybe[bool | None] = flag(
        "Account.IgnoreDatevWarningMessage", "Whether warnings of DATEV are passed over (Germany)."
    )
    enable_sales_payment_link: Maybe[bool | None] = flag(
        "Account.EnableSalesPaymentLink", "Whether invoices have a payment link."
    )
    is_accountant: Maybe[str | None] = word("Account.IsAccountant", ACCOUNTANTS, "Whether it is an accountant.")
    is_agency: Maybe[bool | None] = bit("Account.IsAgency", "Whether it is an agency.")
    is_competitor: Maybe[bool | None] = bit("Account.IsCompetitor", "Whether it is a competitor.")
    mailing_excluded: Maybe[bool | None] = bit(
        "Account.IsMailing", "Whether it gets no mailings, which is what Exact's `IsMailing` means."
    )
    invoicing_method: Maybe[str | None] = word(
        "Account.InvoicingMethod", INVOICING, "How invoices are sent; MAILBOX needs a licence.", Clear.NULL
    )
    invoice_attachment_type: Maybe[int | None] = native(
        "Account.InvoiceAttachmentType", description="Id of the kind of attachment of invoices."
    )
    automatic_process_proposed_entry: Maybe[int | None] = native(
        "Account.AutomaticProcessProposedEntry",
        clear=Clear.NEVER,
        description="Whether proposed entries are processed.",
    )
    consolidation_scenario: Maybe[str | None] = word(
        "Account.ConsolidationScenario", SCENARIOS, "How lines of invoices are put together."
    )
    separate_invoice_per_subscription: Maybe[bool | None] = bit(
        "Account.SeparateInvPerSubscription", "Whether each subscription has an invoice of its own."
    )
    credit_limit: Maybe[float | None] = native(
        "Account.CreditLineSales", note="null is no limit.", description="Credit limit of sales."
    )
    purchase_credit_limit: Maybe[float | None] = native(
        "Account.CreditLinePurchase", note="null is no limit.", description="How much may be owed to the account."
    )
    discount: Maybe[float | None] = native(
        "Account.DiscountSales", description="Discount on sales as a fraction: 0.055 is 5.5 %."
    )
    purchase_discount: Maybe[float | None] = native(
        "Account.DiscountPurchase", description="Discount on purchases as a fraction."
    )
    vat_code: Maybe[str | None] = tax_code("Account.SalesVATCode", "VAT code of sales.")
    purchase_vat_code: Maybe[str | None] = tax_code(
        "Account.PurchaseVATCode", "VAT code by default in purchase entries."
    )
    receivable_account_id: Maybe[str | None] = guid("Account.GLAR", "Id of the G/L account of receivables.")
    payable_account_id: Maybe[str | None] = guid("Account.GLAP", "Id of the G/L account of payables.")
    revenue_account_id: Maybe[str | None] = guid("Account.GLAccountSales", "Id of the G/L account of sales.")
    expense_account_id: Maybe[str | None] = guid("Account.GLAccountPurchase", "Id of the G/L account of purchases.")
    datev_debtor_code: Maybe[str | None] = native("Account.DatevDebtorCode", description="DATEV number as a debtor.")
    datev_creditor_code: Maybe[str | None] = native(
        "Account.DatevCreditorCode", description="DATEV number as a creditor."
    )
    our_number_at_customer: Maybe[str | None] = native(
        "Account.CodeAtSupplier", description="The number under which we are known there."
    )
    price_list_id: Maybe[str | None] = guid("Account.PriceList", "Id of the price list that applies to the customer.")
    shipping_method_id: Maybe[str | None] = guid(
        "Account.ShippingMethod", "Id of how goods are shipped, in the provider's list."
    )
    shipping_lead_days: Maybe[int | None] = native("Account.ShippingLeadDays", description="Days a delivery takes.")
    purchase_lead_days: Maybe[int | None] = native("Account.PurchaseLeadDays", description="Days a purchase takes.")
    delivery_advice: Maybe[str | None] = word("Account.DeliveryAdvice", DELIVERIES, "How orders are delivered.")
    incoterm_code: Maybe[str | None] = native("Account.IncotermCodeSales", description="Incoterm of sales.")
    incoterm_address: Maybe[str | None] = native("Account.IncotermAddressSales", description="Place of that term.")
    incoterm_version: Maybe[int | None] = native(
        "Account.IncotermVersionSales", description="Version of that term: 2010 or 2020."
    )
    purchase_incoterm_code: Maybe[str | None] = native(
        "Account.IncotermCodePurchase", description="Incoterm by default in purchases."
    )
    purchase_incoterm_address: Maybe[str | None] = native(
        "Account.IncotermAddressPurchase", description="Place of that term."
    )
    purchase_incoterm_version: Maybe[int | None] = native(
        "Account.IncotermVersionPurchase", description="Version of that term: 2010 or 2020."
    )
    intrastat_area: Maybe[str | None] = native("Account.IntraStatArea", description="Area for Intrastat.")
    intrastat_delivery_term: Maybe[str | None] = native(
        "Account.IntraStatDeliveryTerm", description="Delivery term for Intrastat."
    )
    intrastat_system: Maybe[str | None] = native("Account.IntraStatSystem", description="System for Intrastat.")
    intrastat_transaction_a: Maybe[str | None] = native(
        "Account.IntraStatTransactionA", description="Transaction A for Intrastat."
    )
    intrastat_transaction_b: Maybe[str | None] = native(
        "Account.IntraStatTransactionB", description="Transaction B for Intrastat."
    )
    intrastat_transport_method: Maybe[str | None] = native(
        "Account.IntraStatTransportMethod", description="Way of transport for Intrastat."
    )
    activity_sector_id: Maybe[str | None] = guid(
        "Account.ActivitySector", "Id of the sector that the company works in."
    )
    activity_sub_sector_id: Maybe[str | None] = guid("Account.ActivitySubSector", "Id of the subsector.")
    business_type_id: Maybe[str | None] = guid(
        "Account.BusinessType", "Id of the kind of business, in the provider's list."
    )
    company_size_id: Maybe[str | None] = guid("Account.CompanySize", "Id of a company size in the provider's list.")
    lead_purpose_id: Maybe[str | None] = guid(
        "Account.LeadPurpose", "Id of what the lead is for, in the provider's list."
    )
    lead_source_id: Maybe[str | None] = guid(
        "Account.LeadSource", "Id of where the lead came from, in the provider's list."
    )
    classification1_id: Maybe[str | None] = guid("Account.Classification1", "Id in classification 1.")
    classification2_id: Maybe[str | None] = guid("Account.Classification2", "Id in classification 2.")
    classification3_id: Maybe[str | None] = guid("Account.Classification3", "Id in classification 3.")
    classification4_id: Maybe[str | None] = guid("Account.Classification4", "Id in classification 4.")
    classification5_id: Maybe[str | None] = guid("Account.Classification5", "Id in classification 5.")
    classification6_id: Maybe[str | None] = guid("Account.Classification6", "Id in classification 6.")
    classification7_id: Maybe[str | None] = guid("Account.Classification7", "Id in classification 7.")
    classification8_id: Maybe[str | None] = guid("Account.Classification8", "Id in classification 8.")
    security_level: Maybe[int | None] = native("Account.SecurityLevel", description="Security level, 0 to 100.")
    logo: Maybe[str | None] = native(
        "Account.Logo", pattern=BASE64, note="Needs logoFileName.", description="Logo, in base64."
    )
    logo_file_name: Maybe[str | None] = native(
        "Account.LogoFileName", description="File name of the logo, with its extension."
    )


READS = (
    read("companyId", "Account.Division", as_text),
    read("createdAt", "Account.Created", as_time),
    read("updatedAt", "Account.Modified", as_time),
)

MISSING = {
    "documentId": "Exact Online has withdrawn the document of an account, which could only be read.",
    "projectId": "An account at Exact Online has no project.",
    "addresses.name": "An address at Exact Online has no recipient.",
    "contactPersons.isPrimary": "The main contact person is said in mainContactId.",
}


@strawberry.type
class _ReadOnly:
    is_sales: bool | None = reads(
        "Account.IsSales", as_flag, description="Whether it is a customer: follows the status."
    )
    created_by: str | None = reads("Account.CreatorFullName", description="Who made the account.")
    modified_by: str | None = reads("Account.ModifierFullName", description="Who changed it last.")
    payment_terms_description: str | None = reads(
        "Account.PaymentConditionSalesDescription", description="Words of the payment condition of sales."
    )
    account_manager_name: str | None = reads(
        "Account.AccountManagerFullName", description="Name of the employee who looks after the account."
    )
    client_group: str | None = reads("Account.ClientGroupDescription", description="Client group; seen since 2026.")


__all__ = ["ACTIVE", "DAY", "TABLE", "ExactOnlineCustomerInput", "ExactOnlineDetails"]

TABLE = build_table(ExactOnlineCustomerInput, READS, MISSING)
ExactOnlineDetails = details_type(
    "ExactOnlineDetails", TABLE, _ReadOnly, description="What only Exact Online knows of an account."
)
