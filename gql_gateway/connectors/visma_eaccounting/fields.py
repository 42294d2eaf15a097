"""Every writable value of a Visma eAccounting customer.

Source: the field facts of the contract of May 2024 (`customerapi-fields-2024-05.schema.json`); the values marked
required there are required on every update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_integer, as_number, as_text, as_texts, as_time
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, CURRENCY, EMAIL, UUID, Format
from ...fields.native import Clear, Native, Required, at_most_one, by_type, inline, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType

LANGUAGE = Format(r"[A-Za-z]{2}", "a two-letter language code, such as sv")
VAT = Format(
    r"[A-Za-z]{2}[0-9A-Za-z]{2,18}",
    "a VAT number of 20 characters at most with its two-letter country code, such as SE556677889901",
)
DAY = Format(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date such as 2026-05-04")
MIDNIGHT = "T00:00:00"
MANDATES = {"CORE": 1, "B2B": 2}
SEQUENCES = {"RECURRING": 1, "RECURRING_FINAL": 2, "ONE_OFF": 3}

FALSE_IS_NOTHING = "false is its nothing."
CHECKED = (
    "Visma checks it against VIES on every update. It is described as a country code followed by 8 to 12 digits, which "
    "not every member state's number is: the form is left to Visma."
)
PRO = "Pro variant only; that an update changes it is unverified."
NO_WORD_FOR_NOTHING = "That it can be emptied by itself is unverified, so null is refused; directDebit goes as a whole."


def as_day(value: Any) -> str | None:
    """A date without a zone, as the contract declares it; the year 1 means "never"."""
    text = as_text(value)
    return None if text is None or text.startswith("0001-01-01") else text.removesuffix(MIDNIGHT)


def _at_midnight(day: str) -> str:
    return day + MIDNIGHT


def _word(words: Mapping[str, int]) -> Callable[[Any], str | None]:
    """The word for a number; a number that has none is shown as it is."""
    return lambda value: next((word for word, number in words.items() if number == value), as_text(value))


@strawberry.input(description="One address of a Visma eAccounting customer.")
class VismaEaccountingAddressInput:
    type: AddressType = type_key("Which of the two addresses.")
    name: Maybe[str | None] = by_type(
        Native(max_length=100), DELIVERY="DeliveryCustomerName", description="Name of the recipient."
    )
    address_line1: Maybe[str | None] = by_type(
        Native(max_length=50), BILLING="InvoiceAddress1", DELIVERY="DeliveryAddress1", description="Street and number."
    )
    address_line2: Maybe[str | None] = by_type(
        Native(max_length=50), BILLING="InvoiceAddress2", DELIVERY="DeliveryAddress2", description="Second line."
    )
    postal_code: Maybe[str | None] = by_type(
        BILLING=Native("InvoicePostalCode", max_length=10, required=Required.ON_UPDATE, clear=Clear.NEVER),
        DELIVERY=Native("DeliveryPostalCode", max_length=10),
        description="Postal code, as the country writes it.",
    )
    city: Maybe[str | None] = by_type(
        BILLING=Native("InvoiceCity", max_length=50, required=Required.ON_UPDATE, clear=Clear.NEVER),
        DELIVERY=Native("DeliveryCity", max_length=50),
        description="City or town.",
    )
    country_code: Maybe[str | None] = by_type(
        Native(pattern=COUNTRY),
        BILLING="InvoiceCountryCode",
        DELIVERY="DeliveryCountryCode",
        description="Country, two letters.",
    )


@strawberry.input(description="One e-mail address of a Visma eAccounting customer.")
class VismaEaccountingEmailAddressInput:
    type: EmailType = type_key("What the address is used for; quotes are OFFER.")
    email: Maybe[str | None] = by_type(
        Native(max_length=255, pattern=EMAIL),
        INVOICE=Native(
            "EmailAddress", max_length=255, pattern=EMAIL, note="Used for orders and quotes too where theirs are empty."
        ),
        ORDER="EmailAddressOrder",
        OFFER="EmailAddressQuote",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone number of a Visma eAccounting customer.")
class VismaEaccountingPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=50), BUSINESS="Telephone", MOBILE="MobilePhone", description="The number; null clears it."
    )


@strawberry.input(description="The contact person's e-mail address.")
class VismaEaccountingPersonEmailInput:
    type: EmailType = type_key("Visma knows one address without a type: BUSINESS.")
    email: Maybe[str | None] = by_type(
        Native(max_length=255, pattern=EMAIL), BUSINESS="ContactPersonEmail", description="The address; null clears it."
    )


@strawberry.input(description="One phone number of the contact person.")
class VismaEaccountingPersonPhoneInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=50),
        BUSINESS="ContactPersonPhone",
        MOBILE="ContactPersonMobile",
        description="The number; null clears it.",
    )


@strawberry.input(description="The one contact person of a Visma eAccounting customer.")
class VismaEaccountingContactPersonInput:
    name: Maybe[str | None] = native("ContactPersonName", max_length=100, description="Full name.")
    email_addresses: Maybe[list[VismaEaccountingPersonEmailInput] | None] = slots(description="E-mail address.")
    phone_numbers: Maybe[list[VismaEaccountingPersonPhoneInput] | None] = slots(description="Phone numbers by use.")


@strawberry.input(description="The bank account of a Visma eAccounting customer: an IBAN and nothing else.")
class VismaEaccountingBankAccountInput:
    iban: Maybe[str | None] = native(
        "Iban",
        note="Holder, BIC and bank name are not kept by Visma.",
        description="International bank account number.",
    )


@strawberry.input(description="The customer's direct debit (Netherlands).")
class VismaEaccountingDirectDebitInput:
    mandate_id: Maybe[str | None] = native("MandateId", description="Id of the direct debit mandate.")
    mandate_type: Maybe[str | None] = native(
        "MandateType",
        options=tuple(MANDATES),
        clear=Clear.NEVER,
        write=MANDATES.__getitem__,
        read=_word(MANDATES),
        note=NO_WORD_FOR_NOTHING,
        description="Scheme of the mandate.",
    )
    sequence_type: Maybe[str | None] = native(
        "SequenceType",
        options=tuple(SEQUENCES),
        clear=Clear.NEVER,
        write=SEQUENCES.__getitem__,
        read=_word(SEQUENCES),
        note=NO_WORD_FOR_NOTHING,
        description="Whether money is collected once or again and again.",
    )
    signing_date: Maybe[str | None] = native(
        "SigningDate", pattern=DAY, write=_at_midnight, read=as_day, description="Day on which the mandate was signed."
    )
    end_date: Maybe[str | None] = native(
        "EndDate", pattern=DAY, write=_at_midnight, read=as_day, description="Day on which the mandate ends."
    )
    latest_direct_debit: Maybe[str | None] = native(
        "LatestDirectDebit",
        pattern=DAY,
        write=_at_midnight,
        read=as_day,
        description="Day on which money was last collected.",
    )


@strawberry.input(
    description="Writable values of a Visma eAccounting customer. What is left out is sent back as it was read; "
    "null clears."
)
class VismaEaccountingCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "IsPrivatePerson",
        values={ContactType.COMPANY: False, ContactType.CONTACT_PERSON: True},
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        description="Company or private person.",
    )
    company_name: Maybe[str | None] = native(
        "Name",
        max_length=50,
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note="Visma has one name: a private person's full name goes here too.",
        description="Name of the customer.",
    )
    number: Maybe[str | None] = native(
        "CustomerNumber", max_length=16, clear=Clear.NEVER, description="Customer number, unique in the company."
    )
    tax_number: Maybe[str | None] = native(
        "CorporateIdentityNumber", max_length=20, description="Organisation or personal identity number."
    )
    vat_id: Maybe[str | None] = native("VatNumber", pattern=VAT, note=CHECKED, description="VAT registration number.")
    active: Maybe[bool | None] = native(
        "IsActive", required=Required.ON_UPDATE, clear=Clear.NEVER, description="Whether the customer is in use."
    )
    addresses: Maybe[list[VismaEaccountingAddressInput] | None] = slots(description="Addresses by type.")
    email_addresses: Maybe[list[VismaEaccountingEmailAddressInput] | None] = slots(
        description="E-mail addresses by use."
    )
    phone_numbers: Maybe[list[VismaEaccountingPhoneNumberInput] | None] = slots(description="Phone numbers by use.")
    contact_persons: Maybe[list[VismaEaccountingContactPersonInput] | None] = at_most_one(
        description="The contact person at the customer."
    )
    bank_accounts: Maybe[list[VismaEaccountingBankAccountInput] | None] = at_most_one(
        description="The one bank account that can be written."
    )
    currency: Maybe[str | None] = native(
        "CurrencyCode",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        note="Empty, it becomes the company's currency.",
        description="Currency of new documents.",
    )
    language: Maybe[str | None] = native(
        "SalesDocumentLanguage", pattern=LANGUAGE, description="Language of sales documents."
    )
    payment_terms: Maybe[str | None] = native(
        "TermsOfPaymentId",
        pattern=UUID,
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note="The id of existing payment terms, not a number of days.",
        description="Id of the payment terms.",
    )
    website: Maybe[str | None] = native("WwwAddress", max_length=255, description="Web address.")
    notes: Maybe[str | None] = native(
        "Note", max_length=4000, note="Not `Notes`, which are ids of other records.", description="Internal note."
    )
    delivery_method_id: Maybe[str | None] = native(
        "DeliveryMethodId", pattern=UUID, description="Id of the way of delivery."
    )
    delivery_term_id: Maybe[str | None] = native(
        "DeliveryTermId", pattern=UUID, description="Id of terms of delivery in the provider's list."
    )
    delivery_based_vat: Maybe[bool | None] = native(
        "DeliveryBasedVat",
        clear=Clear.NEVER,
        note="true demands city, postal code and country of the delivery address; false is its nothing.",
        description="Whether the delivery address decides the VAT.",
    )
    discount_percentage: Maybe[float | None] = native(
        "DiscountPercentage",
        clear=Clear.NEVER,
        note="A fraction of at most four decimals: 0.15 is 15 %. 0 stands for no discount.",
        description="Discount, 0 to 1.",
    )
    reverse_charge_on_construction_services: Maybe[bool | None] = native(
        "ReverseChargeOnConstructionServices",
        clear=Clear.NEVER,
        note="true demands a VAT number; false is its nothing.",
        description="Whether construction services are reverse charged.",
    )
    force_bookkeep_vat: Maybe[bool | None] = native(
        "ForceBookkeepVat",
        clear=Clear.NEVER,
        note=FALSE_IS_NOTHING,
        description="Whether the bookkeeping of VAT is forced.",
    )
    is_northern_ireland: Maybe[bool | None] = native(
        "IsNorthernIreland",
        clear=Clear.NEVER,
        note=FALSE_IS_NOTHING,
        description="Whether the customer is in Northern Ireland, for VAT.",
    )
    webshop_customer_number: Maybe[int | None] = native(
        "WebshopCustomerNumber", description="Number of the customer in a web shop."
    )
    gln: Maybe[str | None] = native(
        "EdiGlnNumber", max_length=255, description="Global location number for EDI; `GLN` beside it is obsolete."
    )
    e_invoice_address: Maybe[str | None] = native(
        "ElectronicAddress", max_length=255, description="Address for electronic invoices."
    )
    e_invoice_reference: Maybe[str | None] = native(
        "ElectronicReference", max_length=35, description="Reference on electronic invoices."
    )
    e_invoice_operator_id: Maybe[str | None] = native(
        "EdiServiceDelivererId", max_length=255, description="Operator that electronic invoices go through."
    )
    price_list: Maybe[str | None] = native(
        "SalesPriceListId", pattern=UUID, note=PRO, description="Id of the price list that applies to the customer."
    )
    discount_agreement_id: Maybe[str | None] = native(
        "DiscountAgreementId", pattern=UUID, note=PRO, description="Id of a discount agreement in the provider's list."
    )
    direct_debit: Maybe[VismaEaccountingDirectDebitInput | None] = inline(
        "DirectDebitCustomerSettings",
        drop="DirectDebitCustomerSettings",
        note="null removes the mandate whole.",
        description="Direct debit (Netherlands).",
    )


READABLE = (
    read("emailAddresses[OTHER].email", "EmailAddresses[0]", as_text),
    read("updatedAt", "ChangedUtc", as_time),
)

MISSING = {
    "documentId": "Visma eAccounting keeps no document id on a customer.",
    "projectId": "Visma eAccounting keeps no project on a customer.",
    "addresses.region": "Visma eAccounting keeps no region in an address.",
}


@strawberry.type(description="Payment terms of the company.")
class VismaEaccountingTermsOfPayment:
    id: str | None = reads("Id", description="Id, as `paymentTerms` names it.")
    name: str | None = reads("Name", description="Name in the company's language.")
    name_english: str | None = reads("NameEnglish", description="Name in English.")
    number_of_days: int | None = reads("NumberOfDays", as_integer, description="Days until an invoice is due.")
    type_id: int | None = reads(
        "TermsOfPaymentTypeId",
        as_integer,
        description="0 normal, 1 current month, 2 cash, 3 card payment, 4 digital wallet, 5 payment service provider.",
    )
    type_text: str | None = reads("TermsOfPaymentTypeText", description="The kind in words.")
    available_for_sales: bool | None = reads("AvailableForSales", as_flag, description="Whether sales may use them.")
    available_for_purchase: bool | None = reads(
        "AvailableForPurchase", as_flag, description="Whether purchases may use them."
    )


@strawberry.type(description="A label on a customer.")
class VismaEaccountingCustomerLabel:
    id: str | None = reads("Id", description="Id of the label.")
    name: str | None = reads("Name", description="Name of the label.")
    description: str | None = reads("Description", description="What the label stands for.")


@strawberry.type
class _ReadOnly:
    terms_of_payment: VismaEaccountingTermsOfPayment | None = reads(
        "TermsOfPayment", description="The payment terms that `paymentTerms` names."
    )
    labels: list[VismaEaccountingCustomerLabel] = reads("CustomerLabels", description="Labels on the customer.")
    other_email_addresses: list[str] = reads(
        "EmailAddresses", as_texts, description="All further e-mail addresses; the customer shows the first as OTHER."
    )
    message_thread_ids: list[str] = reads(
        "MessageThreads", as_texts, description="Ids of the message threads about the customer."
    )
    note_ids: list[str] = reads("Notes", as_texts, description="Ids of notes; `notes` of the customer is another text.")
    gln_obsolete: str | None = reads("GLN", description="Global location number in an obsolete property.")
    pay_to_account_id: str | None = reads("PayToAccountId", description="Id of the account that is paid to.")
    last_invoice_date: str | None = reads("LastInvoiceDate", as_day, description="Day of the last invoice.")
    unpaid_invoices_amount: float | None = reads(
        "UnpaidInvoicesAmount", as_number, description="Sum of the unpaid invoices."
    )
    is_future_invoice_date_allowed: bool | None = reads(
        "IsFutureInvoiceDateAllowed", as_flag, description="Whether invoices may bear a date to come."
    )
    auto_invoice_activation_email_sent_date: datetime | None = reads(
        "AutoInvoiceActivationEmailSentDate", as_time, description="When the AutoInvoice activation e-mail was sent."
    )
    auto_invoice_registration_request_sent_date: datetime | None = reads(
        "AutoInvoiceRegistrationRequestSentDate",
        as_time,
        description="When the AutoInvoice registration request was sent.",
    )


TABLE = build_table(VismaEaccountingCustomerInput, READABLE, MISSING)
VismaEaccountingDetails = details_type(
    "VismaEaccountingDetails", TABLE, _ReadOnly, description="What only Visma eAccounting knows of a customer."
)
