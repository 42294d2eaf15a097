"""Every writable value of a BuchhaltungsButler debtor, at the name it is read under.

Source: the vendor's description file 1.9.1 and measured reads. See `QUIRKS.md`.
"""

from __future__ import annotations

import strawberry
from strawberry import Maybe

from ...fields.convert import as_integer, as_text
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, EMAIL
from ...fields.native import Clear, Native, at_most_one, by_type, native, slots, type_key
from ...fields.table import build_table
from ...model.enums import AddressType, ContactType, EmailType
from ...model.json import JsonObject

DEBTOR = "debitor"
"""The `type` of a debtor in answers, sic."""

SENT_AS = {"additional_addressline": "additional_address_line", "sales_tax_id_eu": "sales_tax_id"}
"""The two values that requests call otherwise than answers do."""

STAYS = "That it can be emptied is unverified, so null is refused."
MATCHED = f"A new value influences how BuchhaltungsButler matches documents. {STAYS}"


def type_of(_debtor: JsonObject) -> str:
    """A debtor is always a company, whatever its name."""
    return DEBTOR


@strawberry.input(description="The one address of a BuchhaltungsButler debtor.")
class BuchhaltungsbutlerAddressInput:
    type: AddressType = type_key("BILLING: the provider keeps one address and no type.")
    address_line1: Maybe[str | None] = by_type(
        Native(clear=Clear.NEVER, note=STAYS), BILLING="street", description="Street and number."
    )
    address_line2: Maybe[str | None] = by_type(
        Native(clear=Clear.NEVER, note=f"Sent as `{SENT_AS['additional_addressline']}`. {STAYS}"),
        BILLING="additional_addressline",
        description="Second address line.",
    )
    postal_code: Maybe[str | None] = by_type(
        Native(clear=Clear.NEVER, note=STAYS), BILLING="zip", description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = by_type(
        Native(clear=Clear.NEVER, note=STAYS), BILLING="city", description="City or town."
    )
    country_code: Maybe[str | None] = by_type(
        Native(pattern=COUNTRY, clear=Clear.NEVER, note=STAYS), BILLING="country", description="Country, two letters."
    )


@strawberry.input(description="The one e-mail address of a BuchhaltungsButler debtor.")
class BuchhaltungsbutlerEmailAddressInput:
    type: EmailType = type_key("BUSINESS: the provider keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=Clear.NEVER, note=STAYS), BUSINESS="email", description="The address."
    )


@strawberry.input(description="The contact person of a BuchhaltungsButler debtor: a name and nothing else.")
class BuchhaltungsbutlerContactPersonInput:
    name: Maybe[str | None] = native(
        "contact_person_name",
        clear=Clear.NEVER,
        note=f"One text, never split into first and last name. {STAYS}",
        description="Full name.",
    )


@strawberry.input(description="The one bank account of a BuchhaltungsButler debtor.")
class BuchhaltungsbutlerBankAccountInput:
    iban: Maybe[str | None] = native(
        "iban",
        clear=Clear.NEVER,
        note=MATCHED,
        description="International bank account number.",
    )
    bic: Maybe[str | None] = native("bic", clear=Clear.NEVER, note=STAYS, description="Code of the bank.")


@strawberry.input(
    description="Writable values of a BuchhaltungsButler debtor. What is left out is sent as it is now; nothing can be "
    "cleared."
)
class BuchhaltungsbutlerCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "type",
        values={ContactType.COMPANY: DEBTOR},
        clear=Clear.NEVER,
        derived=type_of,
        note="A debtor is always a company: there is one name, and no kind of it.",
        description="Company.",
    )
    company_name: Maybe[str | None] = native(
        "name",
        clear=Clear.NEVER,
        note="There is one name: a private person's full name goes here too.",
        description="Name of the debtor.",
    )
    number: Maybe[str | None] = native(
        "customer_number",
        clear=Clear.NEVER,
        note=f"Not the number of the ledger account, which is the native id and never changes. {STAYS}",
        description="Customer number.",
    )
    vat_id: Maybe[str | None] = native(
        "sales_tax_id_eu",
        clear=Clear.NEVER,
        note=f"Sent as `{SENT_AS['sales_tax_id_eu']}`. {MATCHED}",
        description="VAT registration number of the EU.",
    )
    addresses: Maybe[list[BuchhaltungsbutlerAddressInput] | None] = slots(description="The address.")
    email_addresses: Maybe[list[BuchhaltungsbutlerEmailAddressInput] | None] = slots(description="The e-mail address.")
    contact_persons: Maybe[list[BuchhaltungsbutlerContactPersonInput] | None] = at_most_one(
        description="The contact person at the debtor."
    )
    bank_accounts: Maybe[list[BuchhaltungsbutlerBankAccountInput] | None] = at_most_one(
        description="The one bank account that can be written."
    )


MISSING = {
    "phoneNumbers": "BuchhaltungsButler keeps no phone number on a debtor: neither its API nor its answers have one.",
    "documentId": "BuchhaltungsButler keeps no document id on a debtor.",
    "projectId": "BuchhaltungsButler keeps no project on a debtor.",
    "taxNumber": "BuchhaltungsButler keeps the VAT number of a debtor, and no other tax number.",
    "currency": "BuchhaltungsButler keeps no currency on a debtor.",
    "language": "BuchhaltungsButler keeps no language on a debtor.",
    "paymentTerms": "BuchhaltungsButler's API takes days until payment for creditors only.",
    "website": "BuchhaltungsButler keeps no web address on a debtor.",
    "notes": "BuchhaltungsButler keeps no notes on a debtor.",
    "active": "BuchhaltungsButler's API neither shows nor sets whether a debtor is in use.",
    "addresses.name": "BuchhaltungsButler keeps no recipient's name in an address.",
    "addresses.region": "BuchhaltungsButler keeps no region in an address.",
    "contactPersons.salutation": "BuchhaltungsButler keeps the contact person's name as one text.",
    "contactPersons.firstName": "BuchhaltungsButler keeps the contact person's name as one text.",
    "contactPersons.lastName": "BuchhaltungsButler keeps the contact person's name as one text.",
    "bankAccounts.holder": "BuchhaltungsButler keeps no holder of a bank account.",
    "bankAccounts.name": "BuchhaltungsButler keeps no name of a bank account.",
}


@strawberry.type
class _ReadOnly:
    debtor_account_number: str | None = reads(
        "postingaccount_number", as_text, description="Number of the ledger account, which is the native id."
    )
    swiss_uid: str | None = reads("uid_ch", as_text, description="Swiss company number (UID).")
    import_pending: int | None = reads(
        "import_pending", as_integer, description="Whether an import is pending: 0 for no; changes by itself."
    )


TABLE = build_table(BuchhaltungsbutlerCustomerInput, missing=MISSING)
BuchhaltungsbutlerDetails = details_type(
    "BuchhaltungsbutlerDetails", TABLE, _ReadOnly, description="What only BuchhaltungsButler knows of a debtor."
)
