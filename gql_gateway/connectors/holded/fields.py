"""Every writable value of a Holded contact. Source: the OpenAPI document of the Invoicing API 1.4, other clients.

The facts name the places under which a read shows a value; what a request calls it stands in `body.py`.
"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import Maybe

from ...fields.convert import as_text
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, CURRENCY, EMAIL, Format
from ...fields.native import (
    Clear,
    Native,
    Required,
    at_most_one,
    by_type,
    entry_id,
    inline,
    many,
    native,
    slots,
    type_key,
)
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from .values import flag_of, id_of, moment_of, notes_of, record_of, whole

BLANK = ""
"""Empties a text. That it does is unverified; one that stays is an `IGNORED` warning."""

ACCOUNT = Format(r"[1-9][0-9]{0,14}", "the number of a ledger account: up to 15 digits")
DAYS = Format(r"0|[1-9][0-9]{0,4}", "a number of days: up to 5 digits")
TYPES = ("client", "debtor", "lead", "supplier", "creditor")
TAX_OPERATIONS = ("general", "intra", "impexp", "nosujeto", "receq", "exento")
LANGUAGES = ("es", "en", "fr", "de", "it", "ca", "eu")
NO_NOTHING = "That it can be emptied is unverified, so null is refused."
NOT_IN_PUT = "The contract has it for new contacts only; that an update stores it is unverified."
OUTSIDE = "The contract does not have it; that an update stores it is unverified."


@strawberry.input(description="One address of a Holded contact.")
class HoldedAddressInput:
    type: AddressType = type_key("BILLING, or DELIVERY for the first delivery address; further ones stay as they are.")
    name: Maybe[str | None] = by_type(Native(clear=BLANK), DELIVERY="name", description="Name of the delivery address.")
    address_line1: Maybe[str | None] = by_type(
        Native(clear=BLANK, note="Holded has one line."),
        BILLING="address",
        DELIVERY="address",
        description="Street and number.",
    )
    postal_code: Maybe[str | None] = by_type(
        Native(clear=BLANK),
        BILLING="postalCode",
        DELIVERY="postalCode",
        description="Postal code, as the country writes it.",
    )
    city: Maybe[str | None] = by_type(Native(clear=BLANK), BILLING="city", DELIVERY="city", description="City or town.")
    region: Maybe[str | None] = by_type(
        Native(clear=BLANK), BILLING="province", DELIVERY="province", description="Province."
    )
    country_code: Maybe[str | None] = by_type(
        Native(pattern=COUNTRY, clear=BLANK, note="Holded keeps a name of the country besides: `billingCountry`."),
        BILLING="countryCode",
        description="Country, two letters.",
    )


@strawberry.input(description="The e-mail address of a Holded contact.")
class HoldedEmailAddressInput:
    type: EmailType = type_key("BUSINESS: Holded keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=BLANK), BUSINESS="email", description="The address; null clears it."
    )


@strawberry.input(description="One phone number of a Holded contact.")
class HoldedPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS, or MOBILE.")
    number: Maybe[str | None] = by_type(
        Native(clear=BLANK), BUSINESS="phone", MOBILE="mobile", description="The number; null clears it."
    )


@strawberry.input(description="The e-mail address of a contact person.")
class HoldedPersonEmailAddressInput:
    type: EmailType = type_key("BUSINESS: Holded keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=BLANK), BUSINESS="email", description="The address; null clears it."
    )


@strawberry.input(description="The phone number of a contact person.")
class HoldedPersonPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS: Holded keeps one number and no type.")
    number: Maybe[str | None] = by_type(
        Native(clear=BLANK), BUSINESS="phone", description="The number; null clears it."
    )


@strawberry.input(description="Somebody at a contact of Holded.")
class HoldedContactPersonInput:
    id: strawberry.ID | None = entry_id("Which person; without it one is known again by the name, or added.")
    name: Maybe[str | None] = native(
        "name",
        required=Required.IN_ENTRY,
        clear=Clear.WITH_ENTRY,
        note="One text, never split into salutation, first and last name.",
        description="Full name.",
    )
    job_title: Maybe[str | None] = native(
        "job", clear=BLANK, note=OUTSIDE, description="What the person does in the company."
    )
    email_addresses: Maybe[list[HoldedPersonEmailAddressInput] | None] = slots(description="E-mail address.")
    phone_numbers: Maybe[list[HoldedPersonPhoneNumberInput] | None] = slots(description="The number as it is dialled.")


@strawberry.input(description="The bank account of a Holded contact.")
class HoldedBankAccountInput:
    iban: Maybe[str | None] = native("iban", clear=BLANK, description="International bank account number.")
    bic: Maybe[str | None] = native("swift", clear=BLANK, description="Code of the bank.")


@strawberry.input(description="Numbering series of the contact's documents, by id.")
class HoldedNumberingSeriesInput:
    invoice: Maybe[str | None] = native("invoice", clear=BLANK, description="For invoices.")
    receipt: Maybe[str | None] = native("receipt", clear=BLANK, description="For receipts.")
    sales_order: Maybe[str | None] = native("salesOrder", clear=BLANK, description="For sales orders.")
    purchases_order: Maybe[str | None] = native("purchasesOrder", clear=BLANK, description="For purchase orders.")
    proform: Maybe[str | None] = native("proform", clear=BLANK, description="For pro forma invoices.")
    waybill: Maybe[str | None] = native("waybill", clear=BLANK, description="For waybills.")


@strawberry.input(description="The value of a custom field.")
class HoldedCustomFieldInput:
    id: strawberry.ID | None = entry_id("Name of a field that the contact has; without it `name` tells the field.")
    name: Maybe[str | None] = native(
        "field",
        required=Required.IN_ENTRY,
        clear=Clear.NEVER,
        note="Another name than the `id` moves the value to that field.",
        description="Name of the field.",
    )
    value: Maybe[str | None] = native("value", clear=BLANK, description="The value; null empties it.")


@strawberry.input(description="Writable values of a Holded contact. What is left out stays as it is; null clears.")
class HoldedCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "isperson",
        values={ContactType.COMPANY: 0, ContactType.CONTACT_PERSON: 1},
        clear=Clear.NEVER,
        note="Read as 0 or 1, sent as false or true.",
        description="Company or person.",
    )
    company_name: Maybe[str | None] = native(
        "name",
        clear=Clear.NEVER,
        note="Holded has one name: a person's full name goes here too.",
        description="Name of the contact.",
    )
    trade_name: Maybe[str | None] = native("tradeName", clear=BLANK, description="Name the contact trades under.")
    vat_id: Maybe[str | None] = native(
        "code",
        clear=BLANK,
        note="The one tax number that Holded stores, whether NIF, CIF or VAT number.",
        description="Tax number of the contact.",
    )
    customer_type: Maybe[str | None] = native(
        "type",
        options=TYPES,
        clear=Clear.NEVER,
        note="Changing it moves the contact to another list; as supplier or creditor it is on no list of customers.",
        description="What the contact is.",
    )
    document_id: Maybe[str | None] = native(
        "customId",
        clear=BLANK,
        note=f"Sent as `CustomId`. {NOT_IN_PUT}",
        description="Id of the contact in another system.",
    )
    number: Maybe[str | None] = native(
        "clientRecord",
        pattern=ACCOUNT,
        clear=Clear.NEVER,
        write=int,
        read=record_of,
        note=f"Holded has no customer number: it is the ledger account of the client. {NO_NOTHING}",
        description="Number of the client's ledger account.",
    )
    supplier_number: Maybe[str | None] = native(
        "supplierRecord",
        pattern=ACCOUNT,
        clear=Clear.NEVER,
        write=int,
        read=record_of,
        note=NO_NOTHING,
        description="Number of the ledger account as a supplier.",
    )
    group_id: Maybe[str | None] = native("groupId", clear=BLANK, description="Id of an existing group of contacts.")
    addresses: Maybe[list[HoldedAddressInput] | None] = slots(
        BILLING="billAddress", DELIVERY="shippingAddresses[0]", description="Addresses by type."
    )
    billing_country: Maybe[str | None] = native(
        "billAddress.country",
        clear=BLANK,
        note="Goes with the code in `addresses`; neither follows from the other as far as is known.",
        description="Name of the billing country, such as Spain.",
    )
    delivery_country: Maybe[str | None] = native(
        "shippingAddresses[0].country",
        clear=BLANK,
        description="Name of the country of the first delivery address; no code of it can be written.",
    )
    delivery_notes: Maybe[str | None] = native(
        "shippingAddresses[0].notes", clear=BLANK, description="Notes of the first delivery address."
    )
    delivery_private_notes: Maybe[str | None] = native(
        "shippingAddresses[0].privateNotes",
        clear=BLANK,
        note="Sent as `privateNote`.",
        description="Private notes of the first delivery address.",
    )
    email_addresses: Maybe[list[HoldedEmailAddressInput] | None] = slots(description="The e-mail address.")
    phone_numbers: Maybe[list[HoldedPhoneNumberInput] | None] = slots(description="Phone numbers by use.")
    contact_persons: Maybe[list[HoldedContactPersonInput] | None] = many(
        "contactPersons",
        key="personId",
        match=("name",),
        note=f"Sent whole, those not mentioned as they were read. {NOT_IN_PUT}",
        description="People at the customer.",
    )
    bank_accounts: Maybe[list[HoldedBankAccountInput] | None] = at_most_one(
        description="The one bank account that can be written."
    )
    sepa_reference: Maybe[str | None] = native("sepaRef", clear=BLANK, description="Reference of the SEPA mandate.")
    sepa_date: Maybe[float | None] = native(
        "sepaDate",
        clear=Clear.NEVER,
        write=whole,
        note="A number as Holded keeps it: that it is POSIX seconds is assumed.",
        description="When the SEPA mandate was signed.",
    )
    tax_operation: Maybe[str | None] = native(
        "taxOperation",
        options=TAX_OPERATIONS,
        clear=Clear.NEVER,
        note=NO_NOTHING,
        description="How sales are taxed in Spain.",
    )
    payment_terms: Maybe[str | None] = native(
        "defaults.dueDays",
        pattern=DAYS,
        clear=Clear.NEVER,
        write=int,
        note="0 stands for none.",
        description="Days until payment.",
    )
    payment_day: Maybe[int | None] = native(
        "defaults.paymentDay", clear=Clear.NEVER, note=OUTSIDE, description="Day of the month on which is paid."
    )
    payment_method_id: Maybe[str | None] = native(
        "defaults.paymentMethod",
        clear=Clear.NEVER,
        read=id_of,
        note=NO_NOTHING,
        description="Id of an existing payment method.",
    )
    currency: Maybe[str | None] = native(
        "defaults.currency",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        write=str.lower,
        read=lambda value: as_text(value.upper() if isinstance(value, str) else None),
        note="Kept in small letters.",
        description="Currency of new documents.",
    )
    language: Maybe[str | None] = native(
        "defaults.language", options=LANGUAGES, clear=Clear.NEVER, description="Language of new documents."
    )
    default_discount: Maybe[int | None] = native(
        "defaults.discount", clear=Clear.NEVER, note="0 stands for none.", description="Discount in percent."
    )
    revenue_account: Maybe[str | None] = native(
        "defaults.salesAccountRecord",
        pattern=ACCOUNT,
        clear=Clear.NEVER,
        write=int,
        read=record_of,
        note=NO_NOTHING,
        description="Number of the ledger account that sales are booked on.",
    )
    revenue_account_name: Maybe[str | None] = native(
        "defaults.salesAccountName", clear=BLANK, description="Name of the account that sales are booked on."
    )
    expense_account: Maybe[str | None] = native(
        "defaults.expensesAccount",
        pattern=ACCOUNT,
        clear=Clear.NEVER,
        write=int,
        read=record_of,
        note=f"Sent as `expensesAccountRecord`; the name of the account follows it. {NO_NOTHING}",
        description="Number of the ledger account that purchases are booked on.",
    )
    sales_taxes: Maybe[list[str] | None] = native(
        "defaults.salesTax",
        note=f"Sent as `salesTaxes`, an empty list for null. {NOT_IN_PUT}",
        description="Keys of the taxes on sales, such as s_iva_21.",
    )
    purchase_taxes: Maybe[list[str] | None] = native(
        "defaults.purchasesTax",
        note=f"Sent as `purchasesTaxes`, an empty list for null. {NOT_IN_PUT}",
        description="Keys of the taxes on purchases, such as p_iva_21.",
    )
    sales_channel_id: Maybe[str | None] = native(
        "defaults.salesChannel",
        clear=Clear.NEVER,
        read=id_of,
        note=f"{OUTSIDE} {NO_NOTHING}",
        description="Id of an existing sales channel.",
    )
    accumulate_in_form347: Maybe[bool | None] = native(
        "defaults.accumulateInForm347",
        clear=Clear.NEVER,
        write=lambda value: "yes" if value else "no",
        read=flag_of,
        note="Kept as yes or no.",
        description="Whether sales count for the Spanish form 347.",
    )
    show_trade_name_on_documents: Maybe[bool | None] = native(
        "defaults.showTradeNameOnDocs",
        clear=Clear.NEVER,
        read=flag_of,
        description="Whether documents show the trade name.",
    )
    show_country_on_documents: Maybe[bool | None] = native(
        "defaults.showCountryOnDocs",
        clear=Clear.NEVER,
        read=flag_of,
        description="Whether documents show the country.",
    )
    numbering_series: Maybe[HoldedNumberingSeriesInput | None] = inline(
        "numberingSeries", description="Numbering series of documents."
    )
    tags: Maybe[list[str] | None] = native(
        "tags", note=f"Null sends an empty list. {NOT_IN_PUT}", description="Tags, all of them."
    )
    custom_fields: Maybe[list[HoldedCustomFieldInput] | None] = many(
        "customFields",
        key="field",
        match=("field",),
        note=f"Sent whole, each as an object of one member, `name: value`. {OUTSIDE}",
        description="Values of custom fields.",
    )


READS = (
    read("taxNumber", "code", as_text),
    read("addresses[DELIVERY].countryCode", "shippingAddresses[0].countryCode", as_text),
    read("website", "socialNetworks.website", as_text),
    read("notes", "notes", notes_of),
    read("createdAt", "createdAt", moment_of),
    read("updatedAt", "updatedAt", moment_of),
)

MISSING = {
    "projectId": "Holded keeps no project on a contact.",
    "taxNumber": "Holded keeps one tax number on a contact, which is vatId.",
    "website": "Holded's update accepts the web address and does not store it.",
    "notes": "Holded keeps a list of notes, to which an update seems to add one each time; none is changed or removed.",
    "active": "Holded keeps no flag of a contact being in use.",
    "addresses.addressLine2": "Holded keeps one line of an address.",
    "contactPersons.salutation": "Holded keeps the name of a contact person as one text.",
    "contactPersons.firstName": "Holded keeps the name of a contact person as one text.",
    "contactPersons.lastName": "Holded keeps the name of a contact person as one text.",
    "bankAccounts.holder": "Holded keeps no holder of a bank account.",
    "bankAccounts.name": "Holded keeps no name of a bank account.",
}


@strawberry.type(description="A note on a contact.")
class HoldedNote:
    id: str | None = reads("noteId", as_text, description="Id of the note.")
    name: str | None = reads("name", as_text, description="Title.")
    text: str | None = reads("description", as_text, description="The note itself.")
    updated_at: datetime | None = reads("updatedAt", moment_of, description="When it was last changed.")


@strawberry.type
class _ReadOnly:
    other_vat_number: str | None = reads(
        "vatnumber", as_text, description="Another VAT number that Holded shows; an update does not store it."
    )
    billing_info: str | None = reads("billAddress.info", as_text, description="Additional words on the address.")
    default_tax: str | None = reads("defaults.tax", as_text, description="Tax of new documents.")
    default_retention: str | None = reads("defaults.retention", as_text, description="Retention of new documents.")
    facebook: str | None = reads("socialNetworks.facebook", as_text, description="Facebook page.")
    twitter: str | None = reads("socialNetworks.twitter", as_text, description="Twitter account.")
    instagram: str | None = reads("socialNetworks.instagram", as_text, description="Instagram account.")
    linkedin: str | None = reads("socialNetworks.linkedin", as_text, description="LinkedIn page.")
    note_list: list[HoldedNote] = reads("notes", description="Notes on the contact.")


TABLE = build_table(HoldedCustomerInput, READS, MISSING)
HoldedDetails = details_type("HoldedDetails", TABLE, _ReadOnly, description="What only Holded knows of a contact.")
