"""Every writable value of a QuickBooks Online customer. Source: Intuit's page "Customer" and its XML schemas."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_integer, as_number, as_text, as_time
from ...fields.details import details_type, reads
from ...fields.document import get, parse_path
from ...fields.formats import COUNTRY, CURRENCY, EMAIL, Format
from ...fields.native import Clear, Native, at_most_one, by_type, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject
from .countries import to_alpha2, to_alpha3

BLANK = ""
"""The text that empties a value in a sparse update. Told by no official page: unverified."""

NAME = Format(r"[^:\t\r\n]+", "a name without colon, tab and line break")
URI = Format(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+", "a URI with its scheme, such as https://www.example.com")
MASK = Format(r"[Xx*•]+.{0,5}", "the mask that QuickBooks shows in its place, such as XXXXXX56789")
PERSON = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
REFERENCE = "An id that exists in the company. That it can be emptied is unverified, so null is refused."
NO_WORD_FOR_NOTHING = "That it can be emptied is unverified, so null is refused."
KEPT_BY_SPARSE = "A sparse update cannot remove it."
MASKED = "Reads back masked, the last five characters alone; never sent unless given. Its length is unverified."


def kind_of(customer: JsonObject) -> str:
    """What makes a customer a company or a person: QuickBooks Online has no flag. The gateway's own rule."""
    if customer.get("CompanyName"):
        return "CompanyName"
    return "GivenName or FamilyName" if customer.get("GivenName") or customer.get("FamilyName") else "DisplayName"


def currency_of(customer: JsonObject) -> Any:
    return get(customer, parse_path("CurrencyRef.value"))


def mask(tax_id: str) -> str:
    """What QuickBooks shows of a tax id. Six signs before the last five characters, as in the one known example."""
    return f"XXXXXX{tax_id[-5:]}"


@strawberry.input(description="One address of a QuickBooks customer.")
class QuickbooksAddressInput:
    type: AddressType = type_key("BILLING, or DELIVERY for the shipping address.")
    address_line1: Maybe[str | None] = native(
        "Line1", max_length=500, clear=BLANK, description="First line, mostly street and number."
    )
    address_line2: Maybe[str | None] = native("Line2", max_length=500, clear=BLANK, description="Second line.")
    address_line3: Maybe[str | None] = native("Line3", max_length=500, clear=BLANK, description="Third line.")
    postal_code: Maybe[str | None] = native(
        "PostalCode", max_length=30, clear=BLANK, description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = native("City", max_length=255, clear=BLANK, description="City or town.")
    region: Maybe[str | None] = native(
        "CountrySubDivisionCode", max_length=255, clear=BLANK, description="State or province, such as CA."
    )
    country_code: Maybe[str | None] = native(
        "Country",
        pattern=COUNTRY,
        clear=BLANK,
        write=to_alpha3,
        read=to_alpha2,
        note="Sent as three letters. Codes and English names are read as two letters, any other text as it was typed.",
        description="Country, two letters.",
    )


@strawberry.input(description="The e-mail address of a QuickBooks customer; invoices go there.")
class QuickbooksEmailAddressInput:
    type: EmailType = type_key("BUSINESS: QuickBooks keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(max_length=100, pattern=EMAIL, clear=BLANK),
        BUSINESS="PrimaryEmailAddr.Address",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone or fax number of a QuickBooks customer.")
class QuickbooksPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS for the primary number, OTHER for the alternate one.")
    number: Maybe[str | None] = by_type(
        Native(max_length=30, clear=BLANK),
        BUSINESS="PrimaryPhone.FreeFormNumber",
        MOBILE="Mobile.FreeFormNumber",
        FAX="Fax.FreeFormNumber",
        OTHER="AlternatePhone.FreeFormNumber",
        description="The number; null clears it.",
    )


@strawberry.input(description="The person at a QuickBooks customer, or the customer itself where that is a person.")
class QuickbooksContactPersonInput:
    salutation: Maybe[str | None] = native(
        "Title", max_length=16, pattern=NAME, clear=BLANK, description="Title, such as Ms."
    )
    first_name: Maybe[str | None] = native(
        "GivenName", max_length=100, pattern=NAME, clear=BLANK, description="Given name."
    )
    last_name: Maybe[str | None] = native(
        "FamilyName", max_length=100, pattern=NAME, clear=BLANK, description="Family name."
    )


@strawberry.input(description="Writable values of a QuickBooks customer. What is left out stays as it is; null clears.")
class QuickbooksCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "CompanyName or GivenName, FamilyName",
        values={ContactType.COMPANY: "CompanyName", ContactType.CONTACT_PERSON: "GivenName or FamilyName"},
        clear=Clear.NEVER,
        derived=kind_of,
        note="QuickBooks keeps no such flag: a company is what has a company name, a person what has a first or last "
        "name alone. It can be given as it is, not changed.",
        description="Company or person.",
    )
    company_name: Maybe[str | None] = native(
        "CompanyName",
        max_length=100,
        clear=BLANK,
        note="Lists and invoices show displayName, which stays as it is unless it is given as well.",
        description="Name that the company goes by.",
    )
    display_name: Maybe[str | None] = native(
        "DisplayName",
        max_length=500,
        pattern=NAME,
        clear=Clear.NEVER,
        note=f"One name for one customer, vendor or employee of the company. {KEPT_BY_SPARSE}",
        description="The name by which QuickBooks shows the customer.",
    )
    print_on_check_name: Maybe[str | None] = native(
        "PrintOnCheckName",
        max_length=110,
        pattern=NAME,
        clear=Clear.NEVER,
        note=f"{KEPT_BY_SPARSE} A third name that follows neither of the others.",
        description="Name printed on cheques.",
    )
    vat_id: Maybe[str | None] = native(
        "PrimaryTaxIdentifier",
        clear=BLANK,
        normal=mask,
        masked=MASK,
        note=MASKED,
        description="Tax registration number.",
    )
    secondary_tax_number: Maybe[str | None] = native(
        "SecondaryTaxIdentifier",
        clear=BLANK,
        normal=mask,
        masked=MASK,
        note=MASKED,
        description="Second tax number: UTR in the United Kingdom, CST in India.",
    )
    addresses: Maybe[list[QuickbooksAddressInput] | None] = slots(
        BILLING="BillAddr",
        DELIVERY="ShipAddr",
        drop=("BillAddr", "ShipAddr"),
        note="Lines 4 and 5 are values of their own: billingAddressLine4 and so on.",
        description="Addresses by type.",
    )
    email_addresses: Maybe[list[QuickbooksEmailAddressInput] | None] = slots(description="The e-mail address.")
    phone_numbers: Maybe[list[QuickbooksPhoneNumberInput] | None] = slots(description="Phone and fax numbers by use.")
    contact_persons: Maybe[list[QuickbooksContactPersonInput] | None] = at_most_one(
        drop=PERSON,
        note="null empties middleName and nameSuffix as well.",
        description="The person at the customer, or the customer itself.",
    )
    website: Maybe[str | None] = native(
        "WebAddr.URI", max_length=1000, pattern=URI, clear=BLANK, description="Web address."
    )
    currency: Maybe[str | None] = native(
        "CurrencyRef.value",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        derived=currency_of,
        note="Fixed when the customer is made: it can be given as it is, not changed.",
        description="Currency of the customer.",
    )
    payment_terms: Maybe[str | None] = native(
        "SalesTermRef.value",
        clear=Clear.NEVER,
        note=f"The id of a Term, not a number of days. {REFERENCE}",
        description="Id of the payment terms.",
    )
    notes: Maybe[str | None] = native("Notes", max_length=2000, clear=BLANK, description="Internal notes.")
    active: Maybe[bool | None] = native(
        "Active",
        clear=Clear.NEVER,
        note="An inactive customer has ' (deleted)' in its names, and takes no update that does not make it active.",
        description="Whether the customer is in use.",
    )
    middle_name: Maybe[str | None] = native(
        "MiddleName", max_length=100, pattern=NAME, clear=BLANK, description="Middle name of the person."
    )
    name_suffix: Maybe[str | None] = native(
        "Suffix", max_length=16, pattern=NAME, clear=BLANK, description="What follows the person's name, such as Jr."
    )
    billing_address_line4: Maybe[str | None] = native(
        "BillAddr.Line4", max_length=500, clear=BLANK, description="Fourth line of the billing address."
    )
    billing_address_line5: Maybe[str | None] = native(
        "BillAddr.Line5", max_length=500, clear=BLANK, description="Fifth line of the billing address."
    )
    delivery_address_line4: Maybe[str | None] = native(
        "ShipAddr.Line4", max_length=500, clear=BLANK, description="Fourth line of the shipping address."
    )
    delivery_address_line5: Maybe[str | None] = native(
        "ShipAddr.Line5", max_length=500, clear=BLANK, description="Fifth line of the shipping address."
    )
    business_number: Maybe[str | None] = native(
        "BusinessNumber",
        max_length=10,
        clear=BLANK,
        note="Canada, United Kingdom and India.",
        description="Business number; in India the PAN.",
    )
    gstin: Maybe[str | None] = native(
        "GSTIN", max_length=15, clear=BLANK, note="India.", description="GST identification number."
    )
    gst_registration_type: Maybe[str | None] = native(
        "GSTRegistrationType",
        options=("GST_REG_REG", "GST_REG_COMP", "GST_UNREG", "CONSUMER", "OVERSEAS", "SEZ", "DEEMED"),
        clear=Clear.NEVER,
        note=f"India. {NO_WORD_FOR_NOTHING}",
        description="How the customer is registered for GST.",
    )
    resale_number: Maybe[str | None] = native(
        "ResaleNum", max_length=16, clear=BLANK, description="Resale number of a customer exempt from sales tax."
    )
    taxable: Maybe[bool | None] = native("Taxable", clear=Clear.NEVER, description="Whether sales are taxed.")
    default_tax_code_id: Maybe[str | None] = native(
        "DefaultTaxCodeRef.value",
        clear=Clear.NEVER,
        note=f"Used only while taxable is true; set by QuickBooks where sales tax is automated. {REFERENCE}",
        description="Id of the tax code of new documents.",
    )
    tax_exemption_reason_id: Maybe[str | None] = native(
        "TaxExemptionReasonId",
        options=tuple(str(number) for number in range(1, 16)),
        clear=Clear.NEVER,
        note=f"United States, with automated sales tax: 1 federal, 9 resale, 15 diplomat. {NO_WORD_FOR_NOTHING}",
        description="Why sales are not taxed.",
    )
    payment_method_id: Maybe[str | None] = native(
        "PaymentMethodRef.value", clear=Clear.NEVER, note=REFERENCE, description="Id of the usual payment method."
    )
    preferred_delivery_method: Maybe[str | None] = native(
        "PreferredDeliveryMethod",
        options=("Print", "Email", "None"),
        clear=Clear.NEVER,
        note="None is the word for no preference.",
        description="How documents are sent.",
    )
    customer_type_id: Maybe[str | None] = native(
        "CustomerTypeRef.value",
        clear=Clear.NEVER,
        note=REFERENCE,
        description="Id of a customer type in the provider's list.",
    )
    parent_id: Maybe[str | None] = native(
        "ParentRef.value",
        clear=Clear.NEVER,
        note=f"Up to five levels. {REFERENCE}",
        description="Id of the customer above a sub-customer.",
    )
    is_sub_customer: Maybe[bool | None] = native(
        "Job",
        clear=Clear.NEVER,
        note="true needs a parentId. What false makes of the parentId is unverified; a warning tells.",
        description="Whether the customer is a sub-customer or job.",
    )
    bill_with_parent: Maybe[bool | None] = native(
        "BillWithParent", clear=Clear.NEVER, note="Sub-customers only.", description="Whether the parent is billed."
    )
    receivable_account_id: Maybe[str | None] = native(
        "ARAccountRef.value",
        clear=Clear.NEVER,
        note=f"France. {REFERENCE}",
        description="Id of the receivables account of the customer.",
    )
    tds_enabled: Maybe[bool | None] = native(
        "TDSEnabled",
        clear=Clear.NEVER,
        note="India. Known to Intuit's schema, not to its documentation.",
        description="Whether tax is deducted at source.",
    )
    is_cis_contractor: Maybe[bool | None] = native(
        "IsCISContractor",
        clear=Clear.NEVER,
        note="United Kingdom. Known to Intuit's schema, not to its documentation.",
        description="Whether the customer is a contractor of the Construction Industry Scheme.",
    )
    tax_regime: Maybe[str | None] = native(
        "TaxRegime",
        clear=BLANK,
        note="Mexico. Known to Intuit's schema, not to its documentation; its length is unverified.",
        description="Tax regime for electronic invoices.",
    )


READS = (
    read("createdAt", "MetaData.CreateTime", as_time),
    read("updatedAt", "MetaData.LastUpdatedTime", as_time),
)

MISSING = {
    "number": "QuickBooks Online keeps no customer number.",
    "documentId": "QuickBooks keeps no document id on a customer.",
    "projectId": "QuickBooks keeps no project on a customer: a project is a sub-customer of its own.",
    "taxNumber": "QuickBooks keeps one tax registration number, which is vatId; another is secondaryTaxNumber.",
    "bankAccounts": "QuickBooks keeps no bank account on a customer.",
    "language": "QuickBooks keeps no language on a customer.",
    "addresses.name": "QuickBooks keeps no recipient's name in an address: it is one of the lines.",
}


@strawberry.type
class _ReadOnly:
    fully_qualified_name: str | None = reads(
        "FullyQualifiedName", as_text, description="The names of all customers above and its own, between colons."
    )
    level: int | None = reads("Level", as_integer, description="How many customers are above a sub-customer.")
    root_customer_id: str | None = reads("RootCustomerRef.value", as_text, description="Id of the topmost customer.")
    is_project: bool | None = reads("IsProject", as_flag, description="Whether the sub-customer is a project.")
    balance: float | None = reads("Balance", as_number, description="Open balance.")
    balance_with_jobs: float | None = reads(
        "BalanceWithJobs", as_number, description="Open balance, sub-customers included."
    )
    payment_terms_name: str | None = reads(
        "SalesTermRef.name", as_text, description="Name of the payment terms in the provider's list."
    )
    payment_method_name: str | None = reads(
        "PaymentMethodRef.name", as_text, description="Name of the payment method in the provider's list."
    )
    customer_type_name: str | None = reads(
        "CustomerTypeRef.name", as_text, description="Name of the customer type in the provider's list."
    )
    parent_name: str | None = reads("ParentRef.name", as_text, description="Name of the customer above.")
    currency_name: str | None = reads("CurrencyRef.name", as_text, description="The currency in words.")


TABLE = build_table(QuickbooksCustomerInput, READS, MISSING)
QuickbooksDetails = details_type(
    "QuickbooksDetails", TABLE, _ReadOnly, description="What only QuickBooks knows of a customer."
)
