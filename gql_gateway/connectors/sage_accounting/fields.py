"""Every writable value of a Sage contact and of what hangs on it. Source: Sage's Swagger file of v3.1.

The places are those of reading (`currency.id`); writing has other names for them (`currency_id`), see `spelling.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_number, as_text, as_time
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, CURRENCY, EMAIL, Format
from ...fields.native import (
    OTHER,
    Clear,
    Native,
    Required,
    at_most_one,
    by_type,
    entry_id,
    head_key,
    inline,
    many,
    native,
    slots,
    type_key,
)
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject

CONTACT = "contact"
CREDIT_TERMS = {
    "MONTH_END_INVOICE": "month_end_invoice",
    "DATE_FROM_INVOICE": "date_from_invoice",
    "IMMEDIATE_INVOICE": "immediate_invoice",
}
"""Those of customers; suppliers have three of their own, which the same list of the contract has, too."""
TAX_TREATMENTS = {
    "HOME_TAX": "home_tax",
    "EU_TAX_REGISTERED": "eu_tax_registered",
    "EU_NOT_TAX_REGISTERED": "eu_not_tax_registered",
    "REST_OF_WORLD_TAX": "rest_of_world_tax",
}
"""Each a flag; `is_importer` beside them is for suppliers."""
DAYS = Format(r"[1-9]?[0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5]", "a number of days from 0 to 365, written as text")

WITHDRAWN = "Documented for {} businesses alone, which cannot be connected any more."
NOT_IN_START = "Not in Start."
FALSE_IS_NOTHING = "false is its nothing; what null makes of it is unverified."
MAIN_PERSON = "Kept on the main contact person. A contact without one gets one, which needs a name."
OWN_ARE_THE_CUSTOMERS = "Those of the main contact person are the customer's own."
NEW_PART = "A contact without one gets one by a call of its own, which needs a name."
NO_EMPTY_NAME = "A new one needs a name; what Sage makes of one without is unverified, so null is refused."


def type_of(document: JsonObject) -> str:
    """There is one name and nothing that would tell a person from a company."""
    return CONTACT


def as_decimal(value: float) -> str:
    """A number as Sage reads it out: as text."""
    return repr(float(value))


def _word(words: Mapping[str, str]) -> Callable[[Any], str | None]:
    """Our word for a native one; one that has none is shown as it is."""
    ours = {theirs: word for word, theirs in words.items()}
    return lambda value: ours.get(str(value), as_text(value))


def _flags(word: str) -> JsonObject:
    return {flag: flag == TAX_TREATMENTS.get(word) for flag in TAX_TREATMENTS.values()}


def _treatment(value: Any) -> str | None:
    """The first of the treatments that is said to apply."""
    flags = value if isinstance(value, dict) else {}
    return next((word for word, flag in TAX_TREATMENTS.items() if flags.get(flag) is True), None)


@strawberry.input(description="One address of a Sage contact.")
class SageAccountingAddressInput:
    type: AddressType = type_key(
        "BILLING is the main address, DELIVERY the delivery address, OTHER the first of the further ones."
    )
    name: Maybe[str | None] = by_type(
        Native(max_length=50, clear=Clear.NEVER, note=NO_EMPTY_NAME),
        BILLING="name",
        DELIVERY="name",
        OTHER=Native("name", max_length=50, required=Required.IN_ENTRY, clear=Clear.NEVER, note=NO_EMPTY_NAME),
        description="Label of the address.",
    )
    address_line1: Maybe[str | None] = native("address_line_1", max_length=50, description="Street and number.")
    address_line2: Maybe[str | None] = native("address_line_2", max_length=50, description="Second address line.")
    postal_code: Maybe[str | None] = native(
        "postal_code", max_length=10, description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = native("city", max_length=50, description="City or town.")
    region: Maybe[str | None] = native("region", max_length=50, description="County, province or region.")
    country_code: Maybe[str | None] = native(
        "country.id",
        pattern=COUNTRY,
        note="In the European Economic Area the country group of the address goes with it.",
        description="Country, two letters.",
    )


@strawberry.input(description="The e-mail address of a Sage contact.")
class SageAccountingEmailAddressInput:
    type: EmailType = type_key("BUSINESS: Sage keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(max_length=100, pattern=EMAIL, note=MAIN_PERSON),
        BUSINESS="main_contact_person.email",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone or fax number of a Sage contact.")
class SageAccountingPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=50, note=MAIN_PERSON),
        BUSINESS="main_contact_person.telephone",
        MOBILE="main_contact_person.mobile",
        FAX="main_contact_person.fax",
        description="The number; null clears it.",
    )


@strawberry.input(description="The e-mail address of a further contact person.")
class SageAccountingPersonEmailAddressInput:
    type: EmailType = type_key("BUSINESS: Sage keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(max_length=100, pattern=EMAIL), BUSINESS="email", description="The address; null clears it."
    )


@strawberry.input(description="One phone or fax number of a further contact person.")
class SageAccountingPersonPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=50),
        BUSINESS="telephone",
        MOBILE="mobile",
        FAX="fax",
        description="The number; null clears it.",
    )


@strawberry.input(description="A contact person: the main one, or a further one.")
class SageAccountingContactPersonInput:
    id: strawberry.ID | None = entry_id(
        "Which further person; without it one is known again by the name, or added at the main address."
    )
    is_primary: bool | None = head_key("true for the main contact person; further ones leave it out.")
    name: Maybe[str | None] = native(
        "name", max_length=50, clear=Clear.NEVER, note=NO_EMPTY_NAME, description="Full name."
    )
    job_title: Maybe[str | None] = native("job_title", max_length=50, description="What the person does.")
    email_addresses: Maybe[list[SageAccountingPersonEmailAddressInput] | None] = slots(
        only=OTHER, note=OWN_ARE_THE_CUSTOMERS, description="E-mail address of a further person."
    )
    phone_numbers: Maybe[list[SageAccountingPersonPhoneNumberInput] | None] = slots(
        only=OTHER, note=OWN_ARE_THE_CUSTOMERS, description="Phone and fax numbers of a further person."
    )


@strawberry.input(description="The bank account of a Sage contact.")
class SageAccountingBankAccountInput:
    holder: Maybe[str | None] = native("account_name", description="Name of the account's holder.")
    iban: Maybe[str | None] = native("iban", description="International bank account number.")
    bic: Maybe[str | None] = native("bic", description="The bank's SWIFT code.")


@strawberry.input(description="What only Sage keeps of the main address.")
class SageAccountingMainAddressInput:
    address_type_id: Maybe[str | None] = native(
        "address_type.id", clear=Clear.NEVER, description="Id of the kind of address, from Sage's `/address_types`."
    )
    country_group_id: Maybe[str | None] = native(
        "country_group.id",
        note="Set together with the country of an address in the European Economic Area.",
        description="Id of the country group, from Sage's `/country_groups`.",
    )


@strawberry.input(description="What only Sage keeps of the delivery address.")
class SageAccountingDeliveryAddressInput:
    country_group_id: Maybe[str | None] = native(
        "country_group.id",
        note="Set together with the country of an address in the European Economic Area.",
        description="Id of the country group, from Sage's `/country_groups`.",
    )


@strawberry.input(description="What only Sage keeps of the main contact person.")
class SageAccountingMainContactPersonInput:
    is_preferred_contact: Maybe[bool | None] = native(
        "is_preferred_contact",
        clear=Clear.NEVER,
        note=FALSE_IS_NOTHING,
        description="Whether it is the contact person to be preferred.",
    )


@strawberry.input(description="Writable values of a Sage contact. What is left out stays as it is; null clears.")
class SageAccountingCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "contact",
        values={ContactType.COMPANY: CONTACT},
        clear=Clear.NEVER,
        derived=type_of,
        note="Sage does not tell companies from persons: every contact has one name and reads as a company.",
        description="Company.",
    )
    company_name: Maybe[str | None] = native(
        "name",
        max_length=100,
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note="There is one name: a private person's full name goes here too.",
        description="Name of the contact.",
    )
    number: Maybe[str | None] = native(
        "reference",
        max_length=10,
        note="Unique in the business, and of 10 characters at most; a deleted contact keeps its own.",
        description="Customer number.",
    )
    document_id: Maybe[str | None] = native(
        "source_guid", max_length=255, note="Meant for imports, free for ids of one's own.", description="External id."
    )
    vat_id: Maybe[str | None] = native(
        "tax_number", max_length=255, note="Sage checks the form.", description="VAT registration number."
    )
    tax_number: Maybe[str | None] = native(
        "registered_number",
        max_length=25,
        note=WITHDRAWN.format("German"),
        description="Registered number.",
    )
    addresses: Maybe[list[SageAccountingAddressInput] | None] = slots(
        BILLING="main_address",
        DELIVERY="delivery_address",
        OTHER="addresses[0]",
        note=f"In Start there is the main address alone. {NEW_PART}",
        description="Addresses by type.",
    )
    email_addresses: Maybe[list[SageAccountingEmailAddressInput] | None] = slots(
        description="The e-mail address of the main contact person."
    )
    phone_numbers: Maybe[list[SageAccountingPhoneNumberInput] | None] = slots(
        description="Phone and fax numbers of the main contact person."
    )
    contact_persons: Maybe[list[SageAccountingContactPersonInput] | None] = many(
        "contact_persons",
        key="id",
        match=("name",),
        head="main_contact_person",
        note="null is refused, because the main one keeps its name.",
        description="The main contact person and further ones.",
    )
    bank_accounts: Maybe[list[SageAccountingBankAccountInput] | None] = at_most_one(
        "bank_account_details", description="The one bank account that can be written."
    )
    account_number: Maybe[str | None] = native(
        "bank_account_details.account_number", description="Account number, the form of the United Kingdom."
    )
    sort_code: Maybe[str | None] = native("bank_account_details.sort_code", description="Sort code of the bank.")
    currency: Maybe[str | None] = native(
        "currency.id",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        note=f"{NOT_IN_START} Whether a contact in use may change it is unverified.",
        description="Currency that the contact trades in.",
    )
    language: Maybe[str | None] = native("locale", max_length=10, description="Locale, such as en-GB.")
    payment_terms: Maybe[str | None] = native(
        "credit_days",
        pattern=DAYS,
        write=int,
        read=as_text,
        note="Without a number of its own the contact has that of the business.",
        description="Days until an invoice is due.",
    )
    credit_terms: Maybe[str | None] = native(
        "credit_terms",
        options=tuple(CREDIT_TERMS),
        write=lambda word: CREDIT_TERMS.get(word, word),
        read=_word(CREDIT_TERMS),
        description="What the days count from.",
    )
    terms_and_conditions: Maybe[str | None] = native(
        "credit_terms_and_conditions", max_length=2000, description="Terms and conditions on invoices."
    )
    credit_limit: Maybe[float | None] = native(
        "credit_limit",
        write=as_decimal,
        read=as_number,
        note=NOT_IN_START,
        description="How much the customer may owe.",
    )
    notes: Maybe[str | None] = native("notes", max_length=4000, description="Free text about the customer.")
    main_address: Maybe[SageAccountingMainAddressInput | None] = inline(
        "main_address", description="What only Sage keeps of the main address."
    )
    delivery_address: Maybe[SageAccountingDeliveryAddressInput | None] = inline(
        "delivery_address", description="What only Sage keeps of the delivery address."
    )
    main_contact_person: Maybe[SageAccountingMainContactPersonInput | None] = inline(
        "main_contact_person", description="What only Sage keeps of the main contact person."
    )
    default_sales_ledger_account_id: Maybe[str | None] = native(
        "default_sales_ledger_account.id", description="Id of the ledger account that sales are booked to."
    )
    default_sales_tax_rate_id: Maybe[str | None] = native(
        "default_sales_tax_rate.id", description="Id of the tax rate of sales, such as GB_STANDARD."
    )
    price_type_id: Maybe[str | None] = native(
        "product_sales_price_type.id", note=NOT_IN_START, description="Id of the kind of sales prices."
    )
    aux_reference: Maybe[str | None] = native(
        "aux_reference", max_length=4, note=WITHDRAWN.format("German"), description="Second reference."
    )
    auxiliary_account: Maybe[str | None] = native(
        "auxiliary_account",
        max_length=25,
        note=WITHDRAWN.format("Spanish and French"),
        description="Account of auxiliary accounting.",
    )
    tax_calculation: Maybe[str | None] = native(
        "tax_calculation",
        note="In the United Kingdom the domestic reverse charge; which values there are is unverified.",
        description="How tax is worked out.",
    )
    tax_treatment: Maybe[str | None] = native(
        "tax_treatment",
        options=tuple(TAX_TREATMENTS),
        clear=Clear.NEVER,
        write=_flags,
        read=_treatment,
        note="Sage keeps a flag for each, of which one applies. Null is refused: one always applies.",
        description="Which tax rules apply.",
    )
    destination_vat_blocking: Maybe[bool | None] = native(
        "destination_vat_blocking",
        clear=Clear.NEVER,
        note=FALSE_IS_NOTHING,
        description="Whether the contact is blocked because of VAT at the destination.",
    )


READS = (
    read("active", "is_active", as_flag),
    read("createdAt", "created_at", as_time),
    read("updatedAt", "updated_at", as_time),
)

ONE_NAME = "A contact person at Sage has one name, given as name."
MISSING = {
    "active": "Sage's API can only delete a contact; whether it is active is read.",
    "projectId": "A Sage contact has no project.",
    "website": "A Sage contact has no web address.",
    "contactPersons.salutation": "A contact person at Sage has no salutation.",
    "contactPersons.firstName": ONE_NAME,
    "contactPersons.lastName": ONE_NAME,
    "bankAccounts.name": "A Sage contact has no name of the bank.",
}


@strawberry.type(description="Settings of the Construction Industry Scheme.")
class SageAccountingCisSettings:
    registered_cis_name: str | None = reads(
        "registered_cis_name", description="Name under which it is registered in the scheme."
    )
    subcontractor_verification_number: str | None = reads(
        "subcontractor_verification_number",
        description="Number with which the tax authority verified the subcontractor.",
    )
    deduction_rate: str | None = reads("deduction_rate.id", description="Id of the rate of deduction.")


@strawberry.type
class _ReadOnly:
    displayed_as: str | None = reads("displayed_as", description="How Sage shows the contact: name and number.")
    main_email: str | None = reads(
        "email", description="Sage's copy of the main contact person's e-mail address, which is where it is written."
    )
    balance: float | None = reads("balance", as_number, description="What is owed, where Sage tells it.")
    deletable: bool | None = reads("deletable", as_flag, description="Whether the contact can be deleted.")
    gdpr_obfuscated: bool | None = reads(
        "gdpr_obfuscated", as_flag, description="Whether the personal data were obfuscated: read, no longer used."
    )
    system: bool | None = reads("system", as_flag, description="Whether it is one of Sage's own contacts.")
    has_unfinished_recurring_invoices: bool | None = reads(
        "has_unfinished_recurring_invoices", as_flag, description="Whether recurring invoices are unfinished."
    )
    cis_registered: bool | None = reads(
        "cis_registered", as_flag, description="Whether registered in the Construction Industry Scheme."
    )
    cis_settings: SageAccountingCisSettings | None = reads(
        "cis_settings", description="Settings of the Construction Industry Scheme."
    )
    ni_based: bool | None = reads("ni_based", as_flag, description="Whether based in Northern Ireland.")
    gb_based: bool | None = reads("gb_based", as_flag, description="Whether based in Great Britain.")


TABLE = build_table(SageAccountingCustomerInput, READS, MISSING)
SageAccountingDetails = details_type(
    "SageAccountingDetails", TABLE, _ReadOnly, description="What only Sage knows of a contact."
)
