"""Every writable value of a Tinybooks customer."""

from __future__ import annotations

import strawberry
from strawberry import Maybe

from gql_gateway.fields.convert import as_text
from gql_gateway.fields.details import details_type, reads
from gql_gateway.fields.formats import COUNTRY, EMAIL
from gql_gateway.fields.native import Clear, Native, by_type, native, slots, type_key
from gql_gateway.fields.table import build_table
from gql_gateway.model.enums import AddressType, EmailType


@strawberry.input(description="The address of a Tinybooks customer.")
class TinybooksAddressInput:
    type: AddressType = type_key("Tinybooks keeps one address, the billing address.")
    city: Maybe[str | None] = by_type(Native(max_length=40), BILLING="address.city", description="City.")
    country_code: Maybe[str | None] = by_type(
        Native(pattern=COUNTRY), BILLING="address.country", description="Country, two letters."
    )


@strawberry.input(description="The e-mail address of a Tinybooks customer.")
class TinybooksEmailAddressInput:
    type: EmailType = type_key("Tinybooks keeps one e-mail address.")
    email: Maybe[str | None] = by_type(
        Native(max_length=100, pattern=EMAIL), BUSINESS="mail", description="The address; null clears it."
    )


@strawberry.input(description="Writable values of a Tinybooks customer. What is left out stays as it is; null clears.")
class TinybooksCustomerInput:
    company_name: Maybe[str | None] = native("name", max_length=80, clear=Clear.NEVER, description="Name.")
    vat_id: Maybe[str | None] = native("vatNo", max_length=20, description="VAT registration number.")
    addresses: Maybe[list[TinybooksAddressInput] | None] = slots(description="The billing address.")
    email_addresses: Maybe[list[TinybooksEmailAddressInput] | None] = slots(description="The e-mail address.")
    notes: Maybe[str | None] = native("remarks", max_length=200, description="Internal notes.")
    shelf: Maybe[str | None] = native("shelf", max_length=10, description="Where the paper file stands.")


MISSING = {
    name: f"Tinybooks keeps no {words} on a customer."
    for name, words in {
        "contactType": "kind",
        "number": "number",
        "documentId": "document id",
        "projectId": "project",
        "taxNumber": "tax number",
        "phoneNumbers": "phone number",
        "contactPersons": "contact person",
        "bankAccounts": "bank account",
        "currency": "currency",
        "language": "language",
        "paymentTerms": "payment terms",
        "website": "web address",
        "active": "active flag",
        "addresses.addressLine1": "street",
        "addresses.postalCode": "postal code",
        "addresses.region": "region",
    }.items()
}


@strawberry.type
class _ReadOnly:
    balance: str | None = reads("balance", as_text, description="What the customer owes, decimal text.")


TABLE = build_table(TinybooksCustomerInput, missing=MISSING)
TinybooksDetails = details_type(
    "TinybooksDetails", TABLE, _ReadOnly, description="What only Tinybooks knows of a customer."
)
