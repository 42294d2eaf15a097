"""Every writable value of a FreshBooks client. Source: freshbooks.com/api/clients and the official clients' models."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import strawberry
from strawberry import Maybe

from ...fields.convert import as_flag, as_integer, as_text, as_time
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, CURRENCY, EMAIL, Format
from ...fields.native import OTHER, Clear, Native, by_type, entry_id, head_key, many, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject
from .countries import code_of, name_of

BLANK = ""
ACTIVE, DELETED, ARCHIVED = 0, 1, 2
LANGUAGE = Format(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?", "a short code of a language, such as en")
UNVERIFIED = "That it can be written is unverified."
OWN_ARE_THE_CLIENTS = "Of the primary person they are those of the client."
EASTERN = ZoneInfo("America/New_York")

NAMING = ("organization", "fname", "lname", "email")
"""What tells a person from a company."""


def filled_from(client: JsonObject) -> str | None:
    """What FreshBooks fills an empty organization from: the person's name, or else the e-mail address."""
    fname, lname, email = (str(client.get(name) or "").strip() for name in NAMING[1:])
    return f"{fname} {lname}".strip() or email or None


def kind_of(client: JsonObject) -> str:
    """FreshBooks keeps no kind: a client with no organization but the one that FreshBooks filled in is a person."""
    organization = str(client.get("organization") or "").strip()
    known_by = filled_from(client)
    if organization not in ("", known_by, str(client.get("email") or "").strip()):
        return "company"
    return "person" if known_by else "neither"


def _state(active: bool) -> int:
    """Never `DELETED`."""
    return ACTIVE if active else ARCHIVED


def is_active(state: Any) -> bool | None:
    return None if isinstance(state, bool) or not isinstance(state, int) else state == ACTIVE


def _is_deleted(state: Any) -> bool:
    return bool(state == DELETED)


def _is_over_limit(value: Any) -> bool | None:
    """A number where other flags are true or false."""
    return bool(value) if isinstance(value, bool | int) else None


def eastern_time(value: Any) -> datetime | None:
    """`updated` is in US Eastern time and does not say so; in the hour that comes twice the first is meant."""
    moment = as_time(value)
    return None if moment is None else moment.replace(tzinfo=EASTERN)


@strawberry.input(description="One address of a FreshBooks client.")
class FreshbooksAddressInput:
    type: AddressType = type_key("BILLING, or DELIVERY for the shipping address.")
    address_line1: Maybe[str | None] = by_type(
        Native(clear=BLANK), BILLING="p_street", DELIVERY="s_street", description="Street and number."
    )
    address_line2: Maybe[str | None] = by_type(
        Native(clear=BLANK), BILLING="p_street2", DELIVERY="s_street2", description="Second address line."
    )
    postal_code: Maybe[str | None] = by_type(
        Native(clear=BLANK), BILLING="p_code", DELIVERY="s_code", description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = by_type(
        Native(clear=BLANK), BILLING="p_city", DELIVERY="s_city", description="City or town."
    )
    region: Maybe[str | None] = by_type(
        Native(clear=BLANK, note="Both ON and Ontario are in use."),
        BILLING="p_province",
        DELIVERY="s_province",
        description="Province or state, its name or its short form.",
    )
    country_code: Maybe[str | None] = by_type(
        Native(
            pattern=COUNTRY,
            clear=BLANK,
            write=name_of,
            read=code_of,
            note="Kept as an English name; a stored text that is no known one is shown as it is. Which of two usual "
            "names FreshBooks keeps is unverified.",
        ),
        BILLING="p_country",
        DELIVERY="s_country",
        description="Country, two letters.",
    )


@strawberry.input(description="The e-mail address of a FreshBooks client.")
class FreshbooksEmailAddressInput:
    type: EmailType = type_key("BUSINESS: FreshBooks keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=BLANK, note="Older documents call it unique per business, newer ones do not."),
        BUSINESS="email",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone or fax number of a FreshBooks client.")
class FreshbooksPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(clear=BLANK),
        BUSINESS="bus_phone",
        MOBILE="mob_phone",
        FAX="fax",
        PRIVATE="home_phone",
        description="The number; null clears it.",
    )


@strawberry.input(description="The e-mail address of a further contact person.")
class FreshbooksPersonEmailAddressInput:
    type: EmailType = type_key("BUSINESS: FreshBooks keeps one address and no type.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, clear=BLANK), BUSINESS="email", description="The address; null clears it."
    )


@strawberry.input(description="One phone number of a further contact person.")
class FreshbooksPersonPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS for the first number, OTHER for the second: FreshBooks keeps no type.")
    number: Maybe[str | None] = by_type(
        Native(clear=BLANK, note=UNVERIFIED),
        BUSINESS="phone1",
        OTHER="phone2",
        description="The number; null clears it.",
    )


@strawberry.input(
    description="A contact person: the primary one, whose name the client itself carries, or a further one."
)
class FreshbooksContactPersonInput:
    id: strawberry.ID | None = entry_id(
        "Which further person; without it one is known again by its e-mail address, or added. Every change of the "
        "persons gives each of them a new id."
    )
    is_primary: bool | None = head_key("true for the primary person; further persons leave it out.")
    first_name: Maybe[str | None] = native("fname", clear=BLANK, description="Given name.")
    last_name: Maybe[str | None] = native("lname", clear=BLANK, description="Family name.")
    email_addresses: Maybe[list[FreshbooksPersonEmailAddressInput] | None] = slots(
        only=OTHER, note=OWN_ARE_THE_CLIENTS, description="E-mail address of a further person."
    )
    phone_numbers: Maybe[list[FreshbooksPersonPhoneNumberInput] | None] = slots(
        only=OTHER, note=OWN_ARE_THE_CLIENTS, description="Phone numbers of a further person."
    )


@strawberry.input(description="Writable values of a FreshBooks client. What is left out stays as it is; null clears.")
class FreshbooksCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "organization or not",
        values={ContactType.COMPANY: "company", ContactType.CONTACT_PERSON: "person"},
        clear=Clear.NEVER,
        derived=kind_of,
        note="Can be given as it is, never changed. FreshBooks keeps no type: a person is who has no organization but "
        "the name or e-mail address that FreshBooks filled in.",
        description="Company or person.",
    )
    company_name: Maybe[str | None] = native(
        "organization",
        clear=Clear.NEVER,
        note="On persons the name or e-mail address that FreshBooks filled in: it follows them when given as well.",
        description="Name of the organization.",
    )
    vat_id: Maybe[str | None] = native("vat_number", clear=BLANK, description="Tax number that `vatName` names.")
    vat_name: Maybe[str | None] = native(
        "vat_name", clear=BLANK, description="What the tax number is called, such as HST or VAT Number."
    )
    addresses: Maybe[list[FreshbooksAddressInput] | None] = slots(description="Addresses by type.")
    email_addresses: Maybe[list[FreshbooksEmailAddressInput] | None] = slots(description="The e-mail address.")
    phone_numbers: Maybe[list[FreshbooksPhoneNumberInput] | None] = slots(description="Phone and fax numbers by use.")
    contact_persons: Maybe[list[FreshbooksContactPersonInput] | None] = many(
        "contacts",
        key="contactid",
        match=("email",),
        head="",
        note="FreshBooks replaces the list of further persons whole; the gateway sends those not mentioned along. null "
        "clears the primary person's name as well.",
        description="The primary contact person and further ones.",
    )
    currency: Maybe[str | None] = native(
        "currency_code",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        note="Whether it can change once there are invoices is unverified.",
        description="Currency of new documents.",
    )
    language: Maybe[str | None] = native(
        "language", pattern=LANGUAGE, clear=Clear.NEVER, description="Language of documents, such as en."
    )
    notes: Maybe[str | None] = native("note", clear=BLANK, description="Internal notes.")
    active: Maybe[bool | None] = native(
        "vis_state",
        clear=Clear.NEVER,
        write=_state,
        read=is_active,
        note="false archives the client. A deleted one reads false; true restores it. Written by a call of its own.",
        description="Whether the client is in use.",
    )
    industry: Maybe[str | None] = native("company_industry", clear=BLANK, description="Industry of the client.")
    company_size: Maybe[str | None] = native("company_size", clear=BLANK, description="Size of the client, free text.")
    prefers_email: Maybe[bool | None] = native(
        "pref_email", clear=Clear.NEVER, description="Whether documents go out by e-mail."
    )
    prefers_post: Maybe[bool | None] = native(
        "pref_gmail",
        clear=Clear.NEVER,
        note="The g stands for ground mail: paper, not a mail service.",
        description="Whether documents go out by post.",
    )
    attach_pdf: Maybe[bool | None] = native(
        "allow_email_include_pdf",
        clear=Clear.NEVER,
        note=UNVERIFIED,
        description="Whether e-mails come with the document as a PDF.",
    )


READS = (
    read("companyId", "accounting_systemid", as_text),
    read("createdAt", "signup_date", as_time),
    read("updatedAt", "updated", eastern_time),
)

MISSING = {
    "number": "FreshBooks keeps no customer number; the id is the only key.",
    "documentId": "FreshBooks keeps no document id on a client.",
    "projectId": "FreshBooks keeps no project on a client; projects name their client.",
    "taxNumber": "FreshBooks keeps one tax number on a client, which is vatId.",
    "bankAccounts": "FreshBooks keeps no bank account on a client.",
    "paymentTerms": "FreshBooks keeps no payment terms on a client.",
    "website": "FreshBooks keeps no web address on a client.",
    "addresses.name": "FreshBooks keeps no recipient's name in an address.",
    "contactPersons.salutation": "FreshBooks keeps no salutation.",
}


@strawberry.type
class _ReadOnly:
    deleted: bool = reads("vis_state", _is_deleted, description="Whether the client is deleted.")
    username: str | None = reads("username", as_text, description="Login name in the client portal.")
    uuid: str | None = reads("uuid", as_text, description="UUID of the client.")
    last_login: str | None = reads(
        "last_login", as_text, description="Last login in the client portal; its time zone is unknown."
    )
    logins: int | None = reads("num_logins", as_integer, description="Number of logins in the client portal.")
    subdomain: str | None = reads("subdomain", as_text, description="Subdomain of the client portal.")
    has_retainer: bool | None = reads("has_retainer", as_flag, description="Whether there is a retainer.")
    exceeds_client_limit: bool | None = reads(
        "exceeds_client_limit",
        _is_over_limit,
        description="Whether the account has more clients than its subscription covers.",
    )
    allow_late_fees: bool | None = reads("allow_late_fees", as_flag, description="Deprecated at FreshBooks.")
    allow_late_notifications: bool | None = reads(
        "allow_late_notifications", as_flag, description="Deprecated at FreshBooks."
    )


TABLE = build_table(FreshbooksCustomerInput, READS, MISSING)
FreshbooksDetails = details_type(
    "FreshbooksDetails", TABLE, _ReadOnly, description="What only FreshBooks knows of a client."
)
