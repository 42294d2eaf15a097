"""Every writable value of a Lexware Office contact. Source: developers.lexware.io/docs, "Contacts"."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_not, as_text
from ...fields.details import details_type, reads
from ...fields.formats import EMAIL
from ...fields.native import Clear, Native, Required, at_most_one, by_type, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject

PHONE_LENGTH = 30
PHONE_NOTE = "That 30 characters are the limit is unverified: other clients drop longer numbers."
COMPANY_ONLY = "Kept on companies only."


def kind_of(contact: JsonObject) -> str:
    """`company` or `person`: which of the two blocks a contact has."""
    return next((kind for kind in ("company", "person") if isinstance(contact.get(kind), dict)), "neither")


@strawberry.input(description="One address of a Lexware Office contact.")
class LexwareOfficeAddressInput:
    type: AddressType = type_key("BILLING, or DELIVERY for the shipping address.")
    address_line1: Maybe[str | None] = native("street", clear=Clear.OMIT, description="Street and number.")
    address_line2: Maybe[str | None] = native("supplement", clear=Clear.OMIT, description="Second address line.")
    postal_code: Maybe[str | None] = native(
        "zip", clear=Clear.OMIT, description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = native("city", clear=Clear.OMIT, description="City or town.")
    country_code: Maybe[str | None] = native(
        "countryCode",
        required=Required.IN_ENTRY,
        clear=Clear.WITH_ENTRY,
        note="ISO 3166-1 alpha-2, and codes of Lexware Office's own such as ES_CN; GET /v1/countries lists them.",
        description="Where the address lies, as a code.",
    )


@strawberry.input(description="One e-mail address of a Lexware Office contact.")
class LexwareOfficeEmailAddressInput:
    type: EmailType = type_key("What the address is used for.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=Clear.OMIT),
        BUSINESS="emailAddresses.business[0]",
        OFFICE="emailAddresses.office[0]",
        PRIVATE="emailAddresses.private[0]",
        OTHER="emailAddresses.other[0]",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone or fax number of a Lexware Office contact.")
class LexwareOfficePhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=PHONE_LENGTH, clear=Clear.OMIT),
        BUSINESS="phoneNumbers.business[0]",
        OFFICE="phoneNumbers.office[0]",
        MOBILE="phoneNumbers.mobile[0]",
        PRIVATE="phoneNumbers.private[0]",
        FAX="phoneNumbers.fax[0]",
        OTHER="phoneNumbers.other[0]",
        description="The number; null clears it.",
    )


@strawberry.input(description="The one e-mail address of a contact person.")
class LexwareOfficePersonEmailAddressInput:
    type: EmailType = type_key("BUSINESS: the provider keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=Clear.OMIT), BUSINESS="emailAddress", description="The address; null clears it."
    )


@strawberry.input(description="The one phone number of a contact person.")
class LexwareOfficePersonPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS: the provider keeps one number and no type.")
    number: Maybe[str | None] = by_type(
        Native(max_length=PHONE_LENGTH, clear=Clear.OMIT),
        BUSINESS="phoneNumber",
        description="The number; null clears it.",
    )


@strawberry.input(
    description="The contact person of a company, or the person itself: then only salutation and names are kept."
)
class LexwareOfficeContactPersonInput:
    salutation: Maybe[str | None] = native(
        "salutation", max_length=25, clear=Clear.OMIT, description="Salutation, free text."
    )
    first_name: Maybe[str | None] = native("firstName", clear=Clear.OMIT, description="Given name.")
    last_name: Maybe[str | None] = native(
        "lastName", required=Required.IN_ENTRY, clear=Clear.WITH_ENTRY, description="Family name."
    )
    is_primary: Maybe[bool | None] = native(
        "primary", clear=Clear.NEVER, note=COMPANY_ONLY, description="Whether the person is printed on vouchers."
    )
    email_addresses: Maybe[list[LexwareOfficePersonEmailAddressInput] | None] = slots(
        note=COMPANY_ONLY, description="E-mail address of the person."
    )
    phone_numbers: Maybe[list[LexwareOfficePersonPhoneNumberInput] | None] = slots(
        note=f"{COMPANY_ONLY} {PHONE_NOTE}", description="Phone number of the person."
    )


@strawberry.input(
    description="Writable values of a Lexware Office contact. What is left out stays as it is; null clears."
)
class LexwareOfficeCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "company or person",
        values={ContactType.COMPANY: "company", ContactType.CONTACT_PERSON: "person"},
        clear=Clear.NEVER,
        derived=kind_of,
        note="Fixed when the contact is made: it can be given as it is, not changed.",
        description="Company or person.",
    )
    company_name: Maybe[str | None] = native(
        "company.name",
        required=Required.ON_UPDATE,
        clear=Clear.NEVER,
        note=COMPANY_ONLY,
        description="Name that the company goes by.",
    )
    tax_number: Maybe[str | None] = native(
        "company.taxNumber", clear=Clear.OMIT, note=COMPANY_ONLY, description="German tax number (Steuernummer)."
    )
    vat_id: Maybe[str | None] = native(
        "company.vatRegistrationId",
        clear=Clear.OMIT,
        normal=str.upper,
        note="Kept on companies only; stored in capitals.",
        description="VAT registration number.",
    )
    addresses: Maybe[list[LexwareOfficeAddressInput] | None] = slots(
        BILLING="addresses.billing[0]",
        DELIVERY="addresses.shipping[0]",
        drop=("addresses.billing", "addresses.shipping"),
        description="Addresses by type.",
    )
    email_addresses: Maybe[list[LexwareOfficeEmailAddressInput] | None] = slots(description="E-mail addresses by use.")
    phone_numbers: Maybe[list[LexwareOfficePhoneNumberInput] | None] = slots(
        note=PHONE_NOTE, description="Phone and fax numbers by use."
    )
    contact_persons: Maybe[list[LexwareOfficeContactPersonInput] | None] = at_most_one(
        "company.contactPersons[0]",
        drop="company.contactPersons",
        note="A contact that has two is readable, but the API refuses every update of it.",
        description="The contact person of a company; of a person, the person itself.",
    )
    notes: Maybe[str | None] = native("note", max_length=1000, clear=Clear.OMIT, description="Internal notes.")
    allow_tax_free_invoices: Maybe[bool | None] = native(
        "company.allowTaxFreeInvoices",
        clear=Clear.NEVER,
        note=COMPANY_ONLY,
        description="Whether invoices without VAT may be made for the company.",
    )
    buyer_reference: Maybe[str | None] = native(
        "xRechnung.buyerReference",
        clear=Clear.OMIT,
        note="Needs vendorNumberAtCustomer beside it.",
        description="Leitweg-ID for electronic invoices to German authorities.",
    )
    vendor_number_at_customer: Maybe[str | None] = native(
        "xRechnung.vendorNumberAtCustomer",
        clear=Clear.OMIT,
        note="Cannot be cleared while buyerReference stays.",
        description="The own vendor number at the customer, for electronic invoices.",
    )


READS = (
    read("companyId", "organizationId", as_text),
    read("number", "roles.customer.number", as_text),
    read("active", "archived", as_not),
)

MISSING = {
    "number": "Lexware Office assigns the customer number; the API cannot set or change it.",
    "active": "Contacts are archived in the web app; the API only shows whether one is.",
    "documentId": "Lexware Office keeps no document id on a contact.",
    "projectId": "Lexware Office keeps no project on a contact.",
    "bankAccounts": "The web app keeps bank accounts of a contact, the API does not show them.",
    "currency": "Lexware Office keeps no currency on a contact.",
    "language": "Lexware Office keeps no language on a contact.",
    "paymentTerms": "The web app keeps payment terms of a contact, the API does not show them.",
    "website": "Lexware Office keeps no web address on a contact.",
    "addresses.name": "Lexware Office keeps no recipient's name in an address.",
    "addresses.region": "Lexware Office keeps no region in an address.",
}


def _is_there(value: Any) -> bool:
    return isinstance(value, dict)


@strawberry.type
class _ReadOnly:
    is_customer: bool = reads("roles.customer", _is_there, description="Whether the contact is a customer.")
    is_vendor: bool = reads("roles.vendor", _is_there, description="Whether the contact is a vendor (too).")
    vendor_number: str | None = reads(
        "roles.vendor.number", as_text, description="Number that the contact has where it is a vendor as well."
    )
    archived: bool | None = reads("archived", as_flag, description="Whether the contact is archived.")


TABLE = build_table(LexwareOfficeCustomerInput, READS, MISSING)
LexwareOfficeDetails = details_type(
    "LexwareOfficeDetails", TABLE, _ReadOnly, description="What only Lexware Office knows of a contact."
)

LISTS = tuple(dict.fromkeys(leaf.native[: leaf.native.index(0)] for leaf in TABLE.leaves if 0 in leaf.native))
"""The thirteen lists of which the API takes one entry at most, whether it is the update's or the stored contact's."""
