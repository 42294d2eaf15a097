"""What a customer is to the gateway, whichever system keeps the record.

Absent is `None` or an empty list; the providers' own ways of saying "nothing" ("", null, 0001-01-01) end at the
connector.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .enums import AddressType, ContactType, EmailType, PhoneType
from .json import JsonObject


@dataclass(frozen=True, slots=True)
class Address:
    type: AddressType
    name: str | None = None
    name2: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class EmailAddress:
    type: EmailType
    email: str | None = None
    is_main: bool | None = None


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    type: PhoneType
    number: str | None = None
    is_main: bool | None = None


@dataclass(frozen=True, slots=True)
class ContactPerson:
    id: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    job_title: str | None = None
    academic_title: str | None = None
    is_primary: bool | None = None
    email_addresses: tuple[EmailAddress, ...] = ()
    phone_numbers: tuple[PhoneNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class BankAccount:
    holder: str | None = None
    iban: str | None = None
    bic: str | None = None
    name: str | None = None
    is_main_account: bool | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the provider holds it. `native` is the provider's own document, whole.

    `id` is the opaque global id of Relay's `node`.
    """

    id: str
    connection_id: str
    native_id: str
    integration: str
    company_id: str | None = None
    version: str | None = None
    contact_type: ContactType | None = None
    company_name: str | None = None
    number: str | None = None
    document_id: str | None = None
    project_id: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    addresses: tuple[Address, ...] = ()
    email_addresses: tuple[EmailAddress, ...] = ()
    phone_numbers: tuple[PhoneNumber, ...] = ()
    contact_persons: tuple[ContactPerson, ...] = ()
    bank_accounts: tuple[BankAccount, ...] = ()
    currency: str | None = None
    language: str | None = None
    payment_terms: str | None = None
    website: str | None = None
    notes: str | None = None
    active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    web_url: str | None = None
    details: Any = None
    native: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """The books a connection can act upon. `active` and `subscription` are `None` where the provider does not say.

    `unfit` says why its customers cannot be updated, where that is known.
    """

    id: str
    name: str | None = None
    country_code: str | None = None
    subscription: str | None = None
    active: bool | None = None
    unfit: str | None = None
