"""Every value of a BookMore e-accounting customer: nine that can be written, the rest of the 61 that can be read.

Source: the metadata page of operation UpdateEaccountingCustomer; lengths marked "Visma's" are those of the system
behind it, and that BookMore enforces them itself is unverified.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_integer, as_number, as_text, as_texts, as_time
from ...fields.details import details_type, reads
from ...fields.formats import EMAIL, UUID
from ...fields.native import Clear, Native, Required, by_type, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType

BLANK = ""
"""The text that empties a property. No rule is given and null equals "missing"; unverified."""

VISMAS = "The length is Visma's."
BLANKED = f"Every update carries it, as an empty text when there is none; that this empties it is unverified. {VISMAS}"
FLAG = "Declared as not required, but left out it means false: every update carries it."


@strawberry.input(description="The billing address of a BookMore customer: BookMore writes town and postal code only.")
class BookmoreAddressInput:
    type: AddressType = type_key("Which address; only BILLING can be written.")
    postal_code: Maybe[str | None] = by_type(
        Native(max_length=10, required=Required.ON_UPDATE, clear=Clear.NEVER),
        BILLING="InvoicePostalCode",
        description="Postal code, as the country writes it.",
    )
    city: Maybe[str | None] = by_type(
        Native(max_length=50, required=Required.ON_UPDATE, clear=Clear.NEVER, note=VISMAS),
        BILLING="InvoiceCity",
        description="City or town.",
    )


@strawberry.input(description="The e-mail address that a BookMore customer's invoices go to.")
class BookmoreEmailAddressInput:
    type: EmailType = type_key("What the address is used for; only INVOICE can be written.")
    email: Maybe[str | None] = by_type(
        Native(max_length=255, pattern=EMAIL, required=Required.ON_UPDATE, clear=BLANK, note=BLANKED),
        INVOICE="EmailAddress",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone number of a BookMore customer.")
class BookmorePhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=50, required=Required.ON_UPDATE, clear=BLANK, note=BLANKED),
        BUSINESS="Telephone",
        MOBILE="MobilePhone",
        description="The number; null clears it.",
    )


@strawberry.input(
    description="Writable values of a BookMore e-accounting customer. What is left out is sent as it is now."
)
class BookmoreCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "IsPrivatePerson",
        values={ContactType.COMPANY: False, ContactType.CONTACT_PERSON: True},
        clear=Clear.NEVER,
        note=FLAG,
        description="Company or private person.",
    )
    company_name: Maybe[str | None] = native(
        "Name",
        max_length=50,
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note="BookMore has one name: a private person's full name goes here too.",
        description="Name of the customer.",
    )
    active: Maybe[bool | None] = native(
        "IsActive", clear=Clear.NEVER, note=FLAG, description="Whether the customer is in use."
    )
    payment_terms: Maybe[str | None] = native(
        "TermsOfPaymentId",
        pattern=UUID,
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note="The id of existing payment terms in e-accounting, not a number of days.",
        description="Id of the payment terms.",
    )
    addresses: Maybe[list[BookmoreAddressInput] | None] = slots(description="The billing address.")
    email_addresses: Maybe[list[BookmoreEmailAddressInput] | None] = slots(description="E-mail addresses by use.")
    phone_numbers: Maybe[list[BookmorePhoneNumberInput] | None] = slots(description="Phone numbers by use.")


READABLE = (
    read("number", "CustomerNumber", as_text),
    read("vatId", "VatNumber", as_text),
    read("taxNumber", "CorporateIdentityNumber", as_text),
    read("addresses[BILLING].addressLine1", "InvoiceAddress1", as_text),
    read("addresses[BILLING].addressLine2", "InvoiceAddress2", as_text),
    read("addresses[BILLING].countryCode", "InvoiceCountryCode", as_text),
    read("addresses[DELIVERY].name", "DeliveryCustomerName", as_text),
    read("addresses[DELIVERY].addressLine1", "DeliveryAddress1", as_text),
    read("addresses[DELIVERY].addressLine2", "DeliveryAddress2", as_text),
    read("addresses[DELIVERY].postalCode", "DeliveryPostalCode", as_text),
    read("addresses[DELIVERY].city", "DeliveryCity", as_text),
    read("addresses[DELIVERY].countryCode", "DeliveryCountryCode", as_text),
    read("emailAddresses[ORDER].email", "EmailAddressOrder", as_text),
    read("emailAddresses[OFFER].email", "EmailAddressQuote", as_text),
    read("emailAddresses[OTHER].email", "EmailAddresses[0]", as_text),
    read("contactPersons[0].name", "ContactPersonName", as_text),
    read("contactPersons[0].emailAddresses[BUSINESS].email", "ContactPersonEmail", as_text),
    read("contactPersons[0].phoneNumbers[BUSINESS].number", "ContactPersonPhone", as_text),
    read("contactPersons[0].phoneNumbers[MOBILE].number", "ContactPersonMobile", as_text),
    read("bankAccounts[0].iban", "Iban", as_text),
    read("currency", "CurrencyCode", as_text),
    read("language", "SalesDocumentLanguage", as_text),
    read("website", "WwwAddress", as_text),
    read("notes", "Note", as_text),
    read("updatedAt", "ChangedUtc", as_time),
)

ONLY_READ = "BookMore answers with it, but its update does not carry it."
MISSING = {
    "number": ONLY_READ,
    "documentId": "BookMore keeps no document id on a customer.",
    "projectId": "BookMore keeps no project on a customer.",
    "vatId": ONLY_READ,
    "taxNumber": ONLY_READ,
    "addresses.name": "BookMore answers with the delivery address's, but its update does not carry it.",
    "addresses.addressLine1": ONLY_READ,
    "addresses.addressLine2": ONLY_READ,
    "addresses.region": "BookMore keeps no region in an address.",
    "addresses.countryCode": ONLY_READ,
    "contactPersons": ONLY_READ,
    "bankAccounts": "BookMore answers with the IBAN, but its update does not carry it.",
    "currency": ONLY_READ,
    "language": ONLY_READ,
    "website": ONLY_READ,
    "notes": ONLY_READ,
}


def as_day(value: Any) -> str | None:
    """A date that BookMore declares as text; the year 1 means "never"."""
    text = as_text(value)
    return None if text is None or text.startswith("0001-01-01") else text


@strawberry.type(description="Payment terms in e-accounting.")
class BookmoreTermsOfPayment:
    id: str | None = reads("Id", description="Id, as `paymentTerms` names it.")
    name: str | None = reads("Name", description="Name in the company's language.")
    name_english: str | None = reads("NameEnglish", description="Name in English.")
    number_of_days: int | None = reads("NumberOfDays", as_integer, description="Days until an invoice is due.")
    type_id: int | None = reads(
        "TermsOfPaymentTypeId",
        as_integer,
        description="Visma's kind: 0 normal, 1 current month, 2 cash, 3 card payment, 4 digital wallet, "
        "5 payment service provider.",
    )
    type_text: str | None = reads("TermsOfPaymentTypeText", description="The kind in words.")
    available_for_sales: bool | None = reads("AvailableForSales", as_flag, description="Whether sales may use them.")
    available_for_purchase: bool | None = reads(
        "AvailableForPurchase", as_flag, description="Whether purchases may use them."
    )


@strawberry.type(description="A label on a customer in e-accounting.")
class BookmoreCustomerLabel:
    id: str | None = reads("Id", description="Id of the label.")
    name: str | None = reads("Name", description="Name of the label.")
    description: str | None = reads("Description", description="What the label stands for.")


@strawberry.type(description="A customer's direct debit in e-accounting.")
class BookmoreDirectDebit:
    mandate_id: str | None = reads("MandateId", description="Id of the direct debit mandate.")
    mandate_type: int | None = reads("MandateType", as_integer, description="Visma's kind: 1 core, 2 B2B.")
    sequence_type: int | None = reads(
        "SequenceType", as_integer, description="Visma's sequence: 1 recurring, 2 final recurring, 3 one-off."
    )
    signing_date: datetime | None = reads("SigningDate", as_time, description="When the mandate was signed.")
    end_date: datetime | None = reads("EndDate", as_time, description="When the mandate ends.")
    latest_direct_debit: datetime | None = reads(
        "LatestDirectDebit", as_time, description="When money was last collected."
    )


@strawberry.type
class _ReadOnly:
    terms_of_payment: BookmoreTermsOfPayment | None = reads(
        "EAccountingTermsOfPayment", description="The payment terms that `paymentTerms` names."
    )
    pay_to_account_id: str | None = reads("PayToAccountId", description="Id of the account that is paid to.")
    last_invoice_date: str | None = reads(
        "LastInvoiceDate", as_day, description="Date of the last invoice, ISO 8601 without zone."
    )
    unpaid_invoices_amount: float | None = reads(
        "UnpaidInvoicesAmount", as_number, description="Sum of the unpaid invoices."
    )
    discount_percentage: float | None = reads("DiscountPercentage", as_number, description="Discount, 0 to 1.")
    discount_agreement_id: str | None = reads(
        "DiscountAgreementId", description="Id of a discount agreement in the provider's list."
    )
    price_list: str | None = reads("SalesPriceListId", description="Id of the price list that applies to the customer.")
    delivery_method_id: str | None = reads("DeliveryMethodId", description="Id of the way of delivery.")
    delivery_term_id: str | None = reads(
        "DeliveryTermId", description="Id of terms of delivery in the provider's list."
    )
    webshop_customer_number: int | None = reads(
        "WebshopCustomerNumber", as_integer, description="Number of the customer in a web shop."
    )
    reverse_charge_on_construction_services: bool | None = reads(
        "ReverseChargeOnConstructionServices", as_flag, description="Whether construction services are reverse charged."
    )
    is_northern_ireland: bool | None = reads(
        "IsNorthernIreland", as_flag, description="Whether the customer is in Northern Ireland, for VAT."
    )
    force_bookkeep_vat: bool | None = reads(
        "ForceBookkeepVat", as_flag, description="Whether the bookkeeping of VAT is forced."
    )
    delivery_based_vat: bool | None = reads(
        "DeliveryBasedVat", as_flag, description="Whether the delivery address decides the VAT."
    )
    is_future_invoice_date_allowed: bool | None = reads(
        "IsFutureInvoiceDateAllowed", as_flag, description="Whether invoices may bear a date to come."
    )
    gln: str | None = reads("EdiGlnNumber", description="Global location number for EDI.")
    gln_obsolete: str | None = reads(
        "GLN", description="Global location number in a property that is obsolete at Visma."
    )
    e_invoice_address: str | None = reads("ElectronicAddress", description="Address for electronic invoices.")
    e_invoice_reference: str | None = reads("ElectronicReference", description="Reference on electronic invoices.")
    e_invoice_operator_id: str | None = reads(
        "EdiServiceDelivererId", description="Operator that electronic invoices go through."
    )
    auto_invoice_activation_email_sent_date: datetime | None = reads(
        "AutoInvoiceActivationEmailSentDate", as_time, description="When the AutoInvoice activation e-mail was sent."
    )
    auto_invoice_registration_request_sent_date: datetime | None = reads(
        "AutoInvoiceRegistrationRequestSentDate",
        as_time,
        description="When the AutoInvoice registration request was sent.",
    )
    other_email_addresses: list[str] = reads(
        "EmailAddresses", as_texts, description="All further e-mail addresses; the customer shows the first as OTHER."
    )
    labels: list[BookmoreCustomerLabel] = reads("CustomerLabels", description="Labels on the customer.")
    message_thread_ids: list[str] = reads(
        "MessageThreads", as_texts, description="Ids of the message threads about the customer."
    )
    note_ids: list[str] = reads("Notes", as_texts, description="Ids of notes; `notes` of the customer is another text.")
    direct_debit: BookmoreDirectDebit | None = reads(
        "DirectDebitCustomerSettings", description="The customer's direct debit."
    )


TABLE = build_table(BookmoreCustomerInput, READABLE, MISSING)
BookmoreDetails = details_type(
    "BookmoreDetails", TABLE, _ReadOnly, description="What only BookMore and Visma eAccounting know of a customer."
)
