"""What a body may hold: the members of a contact, an address and a contact person as they are written.

A member that names a row of a look-up is written as an id and read as a stub, under another name: `written` and `read`
differ. Lengths are those of what is read in Sage's Swagger; it gives none for bank details.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "number", "flag", "id", "ids"]
CREDIT_TERMS_OF_CUSTOMERS = ("month_end_invoice", "date_from_invoice", "immediate_invoice")
CREDIT_TERMS_OF_VENDORS = ("month_end_payment", "date_from_payment", "immediate_payment")


@dataclass(frozen=True, slots=True)
class Member:
    """`read`: its name in answers. `register`: whose ids it takes. `for_start`: whether Start has it at all."""

    kind: Kind
    read: str
    longest: int | None = None
    register: str | None = None
    choices: tuple[str, ...] = ()
    most: int | None = None
    required: bool = False
    for_start: bool = True


def _texts(**lengths: int | None) -> dict[str, Member]:
    return {name: Member("text", name, longest=longest) for name, longest in lengths.items()}


def _flags(*names: str) -> dict[str, Member]:
    return {name: Member("flag", name) for name in names}


def _ids(register: str, *names: str, for_start: bool = True) -> dict[str, Member]:
    return {name: Member("id", name.removesuffix("_id"), register=register, for_start=for_start) for name in names}


ADDRESS: Mapping[str, Member] = {
    "name": Member("text", "name", longest=50, required=True),
    "address_type_id": Member("id", "address_type", register="address_types", required=True),
    **_texts(address_line_1=50, address_line_2=50, city=50, region=50, postal_code=10),
    **_ids("countries", "country_id"),
    **_ids("country_groups", "country_group_id"),
}
PERSON: Mapping[str, Member] = {
    "name": Member("text", "name", longest=50, required=True),
    "contact_person_type_ids": Member("ids", "contact_person_types", register="contact_person_types", required=True),
    **_texts(job_title=50, telephone=50, mobile=50, email=100, fax=50),
    **_flags("is_preferred_contact"),
}
BANK_DETAILS: Mapping[str, Member] = _texts(account_name=None, account_number=None, sort_code=None, bic=None, iban=None)
TAX_TREATMENT: Mapping[str, Member] = _flags(
    "home_tax", "eu_tax_registered", "eu_not_tax_registered", "rest_of_world_tax", "is_importer"
)
CONTACT: Mapping[str, Member] = {
    "name": Member("text", "name", longest=100, required=True),
    "contact_type_ids": Member("ids", "contact_types", register="contact_types", required=True),
    **_texts(reference=10, tax_number=255, notes=4000, locale=10),
    **_ids("ledger_accounts", "default_sales_ledger_account_id", "default_purchase_ledger_account_id"),
    **_ids("tax_rates", "default_sales_tax_rate_id"),
    "credit_limit": Member("number", "credit_limit", for_start=False),
    "credit_days": Member("whole", "credit_days", most=365),
    "credit_terms": Member("text", "credit_terms", choices=(*CREDIT_TERMS_OF_CUSTOMERS, *CREDIT_TERMS_OF_VENDORS)),
    **_texts(credit_terms_and_conditions=2000),
    **_ids("product_sales_price_types", "product_sales_price_type_id", for_start=False),
    **_texts(source_guid=255),
    **_ids("currencies", "currency_id", for_start=False),
    **_texts(aux_reference=4, registered_number=25, tax_calculation=None, auxiliary_account=25),
    **_flags("destination_vat_blocking"),
}
NESTED: Mapping[str, Mapping[str, Member]] = {
    "main_address": ADDRESS,
    "delivery_address": ADDRESS,
    "main_contact_person": PERSON,
    "bank_account_details": BANK_DETAILS,
    "tax_treatment": TAX_TREATMENT,
}
"""Objects inside the body of a contact."""

STRUCTURE_OF_ADDRESS = ("is_main_address", "contact_id", "bank_account_id")
STRUCTURE_OF_PERSON = ("is_main_contact", "address_id")
"""What says where a part belongs: taken at the part's own endpoint, passed by inside a contact."""

TREATMENTS = ("home_tax", "eu_tax_registered", "eu_not_tax_registered", "rest_of_world_tax")
"""Of these one applies."""
