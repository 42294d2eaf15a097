"""Every writable value of a Twinfield customer (a dimension of type DEB), in the JSON form of `dimension.py`.

Source: the vendor's articles and the clients named in `QUIRKS.md`; no lengths are published.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_text
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, EMAIL, Format
from ...fields.native import Clear, Native, Required, at_most_one, by_type, inline, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject

DEBTOR = "DEB"
ACTIVE, INACTIVE, DELETED = "active", "inactive", "deleted"
BLANK = ""
"""What empties a text: its element without one. That it does so for each of them is unverified."""

MAIN = "addresses.address[@default=true]"
BANK = "banks.bank[0]"
"""The default one, wherever it stands: see `Twinfield.locate`."""
OF_MAIN = "Kept in the address that is marked as the default one."
EMPTIED = "That an empty element empties it is unverified."

DATE = Format(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date such as 2026-06-15")
DAYS = Format(r"0|[1-9][0-9]{0,3}", "a number of days, such as 14")
AMOUNT = Format(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?", "an amount of at most two decimals, such as 1500.00")

TRUTH = {"true": True, "false": False}


def _flag(value: Any) -> str:
    return "true" if value is True else "false"


def as_flag(value: Any) -> bool | None:
    return TRUTH.get(value) if isinstance(value, str) else None


def as_integer(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else None


def as_number(value: Any) -> float | None:
    text = value.strip() if isinstance(value, str) else ""
    digits = text.removeprefix("-").replace(".", "", 1)
    return float(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None


def as_moment(value: Any) -> datetime | None:
    """`yyyyMMddHHmmss`. Its time zone is unverified; it is taken as UTC."""
    if not isinstance(value, str) or len(value) != 14 or not value.isascii() or not value.isdecimal():
        return None
    try:
        return datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def as_date(value: Any) -> str | None:
    """`yyyyMMdd` as `yyyy-MM-dd`; anything else as it is."""
    text = as_text(value)
    if text is None or len(text) != 8 or not text.isdecimal():
        return text
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _date(value: str) -> str:
    return value.replace("-", "")


def _decimal(value: float) -> str:
    """Without an exponent, which XML's decimals do not have."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def amount(value: Any) -> Any:
    """With two decimals, as Twinfield stores it."""
    if not isinstance(value, str) or not AMOUNT.matches(value):
        return value
    whole, _, cents = value.partition(".")
    return f"{whole}.{cents:0<2}"


def is_active(value: Any) -> bool:
    return bool(value == ACTIVE)


def is_deleted(value: Any) -> bool:
    return bool(value == DELETED)


def _status(value: bool) -> str:
    return ACTIVE if value else INACTIVE


def type_of(_dimension: JsonObject) -> str:
    """What is read is a debtor, or nothing was read."""
    return DEBTOR


def flag(name: str, description: str, note: str | None = None) -> Any:
    """A flag, which Twinfield writes as a word."""
    return native(name, clear=Clear.NEVER, write=_flag, read=as_flag, description=description, note=note)


def text(name: str, description: str, pattern: Format | None = None, note: str | None = None) -> Any:
    """A text that an empty element empties."""
    return native(name, clear=BLANK, pattern=pattern, description=description, note=note)


def date(name: str, description: str) -> Any:
    return native(name, clear=BLANK, pattern=DATE, write=_date, read=as_date, description=description, note=EMPTIED)


def period(name: str, description: str) -> Any:
    return native(
        name, clear=Clear.NEVER, write=str, read=as_integer, description=description, note="0 means that it is open."
    )


def _blank(pattern: Format | None = None, note: str | None = None) -> Native:
    return Native(pattern=pattern, clear=BLANK, note=note)


@strawberry.input(description="One address of a Twinfield customer.")
class TwinfieldAddressInput:
    type: AddressType = type_key(
        "Which address: BILLING is Twinfield's invoice address, VISITING its contact address, OTHER its postal one."
    )
    name: Maybe[str | None] = native("name", clear=BLANK, description="Name in the address.")
    name2: Maybe[str | None] = native("field1", clear=BLANK, description="Attention line.")
    address_line1: Maybe[str | None] = native("field2", clear=BLANK, description="Street and number.")
    address_line2: Maybe[str | None] = native("field3", clear=BLANK, description="Second street line.")
    postal_code: Maybe[str | None] = native(
        "postcode", clear=BLANK, description="Postal code, as the country writes it."
    )
    city: Maybe[str | None] = native("city", clear=BLANK, description="City or town.")
    country_code: Maybe[str | None] = native(
        "country", pattern=COUNTRY, clear=BLANK, note=EMPTIED, description="Country, two letters."
    )


@strawberry.input(description="One e-mail address of a Twinfield customer.")
class TwinfieldEmailAddressInput:
    type: EmailType = type_key("BUSINESS for the default address's, INVOICE for electronic invoices.")
    email: Maybe[str | None] = by_type(
        BUSINESS=Native(f"{MAIN}.email", pattern=EMAIL, clear=BLANK, note=OF_MAIN),
        INVOICE=Native("financials.ebillmail", pattern=EMAIL, clear=BLANK),
        description="The address; null clears it.",
    )


@strawberry.input(description="The telephone or fax number of a Twinfield customer.")
class TwinfieldPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        _blank(note=OF_MAIN),
        BUSINESS=f"{MAIN}.telephone",
        FAX=f"{MAIN}.telefax",
        description="The number; null clears it.",
    )


@strawberry.input(description="The contact person of a Twinfield customer: one text.")
class TwinfieldContactPersonInput:
    name: Maybe[str | None] = native(
        f"{MAIN}.contact",
        clear=BLANK,
        note=f"One text, never split into salutation and names. {OF_MAIN}",
        description="Full name, with the salutation if it is to have one.",
    )


@strawberry.input(description="The default bank account of a Twinfield customer.")
class TwinfieldBankAccountInput:
    holder: Maybe[str | None] = native(f"{BANK}.ascription", clear=BLANK, description="Holder of the account.")
    iban: Maybe[str | None] = native(f"{BANK}.iban", clear=BLANK, description="International bank account number.")
    bic: Maybe[str | None] = native(f"{BANK}.biccode", clear=BLANK, description="Code of the bank.")
    name: Maybe[str | None] = native(f"{BANK}.bankname", clear=BLANK, description="Name of the bank.")


@strawberry.input(description="What else Twinfield keeps of the default bank account.")
class TwinfieldBankInput:
    account_number: Maybe[str | None] = text(f"{BANK}.accountnumber", "National number of the account.")
    national_bank_code: Maybe[str | None] = text(
        f"{BANK}.natbiccode", "Code by which the bank is known in its country."
    )
    address_line1: Maybe[str | None] = text(f"{BANK}.address.field2", "Street of the bank.")
    address_line2: Maybe[str | None] = text(f"{BANK}.address.field3", "Second street line of the bank.")
    postal_code: Maybe[str | None] = text(f"{BANK}.postcode", "Postal code of the bank.")
    city: Maybe[str | None] = text(f"{BANK}.city", "City of the bank.")
    state: Maybe[str | None] = text(f"{BANK}.state", "State of the bank.")
    country_code: Maybe[str | None] = text(f"{BANK}.country", "Country of the bank, two letters.", COUNTRY, EMPTIED)


@strawberry.input(description="The mandate for direct debit of a Twinfield customer.")
class TwinfieldDirectDebitInput:
    mandate_id: Maybe[str | None] = text("financials.collectmandate.id", "Reference of the mandate.")
    signing_date: Maybe[str | None] = date("financials.collectmandate.signaturedate", "Day of the signature.")
    first_run_date: Maybe[str | None] = date("financials.collectmandate.firstrundate", "Day of the first collection.")
    scheme: Maybe[str | None] = native(
        "financials.collectionschema", options=("core", "b2b"), clear=BLANK, note=EMPTIED, description="SEPA scheme."
    )


@strawberry.input(
    description="Writable values of a Twinfield customer. What is left out is sent as it is now; null clears."
)
class TwinfieldCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "type",
        values={ContactType.COMPANY: DEBTOR},
        clear=Clear.NEVER,
        derived=type_of,
        note="A debtor is always a company: there is one name, and no kind of it.",
        description="Company.",
    )
    company_name: Maybe[str | None] = native(
        "name", required=Required.ON_UPDATE, clear=Clear.NEVER, description="Name of the customer."
    )
    short_name: Maybe[str | None] = text("shortname", "A shorter name of the customer.")
    active: Maybe[bool | None] = native(
        "@status",
        clear=Clear.NEVER,
        write=_status,
        read=is_active,
        note="A deleted customer reads false; true restores it, which is unverified.",
        description="Whether the customer is in use.",
    )
    vat_id: Maybe[str | None] = text(f"{MAIN}.field4", "VAT registration number.", note=OF_MAIN)
    tax_number: Maybe[str | None] = text(f"{MAIN}.field5", "Number in the chamber of commerce.", note=OF_MAIN)
    addresses: Maybe[list[TwinfieldAddressInput] | None] = slots(
        BILLING="addresses.address[@type=invoice]",
        VISITING="addresses.address[@type=contact]",
        OTHER="addresses.address[@type=postal]",
        note="Of several addresses of one type, the first is written and all are read.",
        description="Addresses by type.",
    )
    email_addresses: Maybe[list[TwinfieldEmailAddressInput] | None] = slots(description="E-mail addresses by use.")
    phone_numbers: Maybe[list[TwinfieldPhoneNumberInput] | None] = slots(description="Telephone and fax number.")
    contact_persons: Maybe[list[TwinfieldContactPersonInput] | None] = at_most_one(
        description="The one person that can be written."
    )
    bank_accounts: Maybe[list[TwinfieldBankAccountInput] | None] = at_most_one(
        note="The default account is written; all are read.", description="The default bank account."
    )
    bank: Maybe[TwinfieldBankInput | None] = inline(description="What else is kept of the default bank account.")
    payment_terms: Maybe[str | None] = text("financials.duedays", "Days until payment is due.", DAYS, EMPTIED)
    website: Maybe[str | None] = text("website", "Web address.")
    notes: Maybe[str | None] = text("creditmanagement.comment", "Comment of credit management.")
    valid_from_period: Maybe[int | None] = period("beginperiod", "First period in which the customer is valid.")
    valid_from_year: Maybe[int | None] = period("beginyear", "First year in which the customer is valid.")
    valid_to_period: Maybe[int | None] = period("endperiod", "Last period in which the customer is valid.")
    valid_to_year: Maybe[int | None] = period("endyear", "Last year in which the customer is valid.")
    direct_debit_allowed: Maybe[bool | None] = flag(
        "financials.payavailable",
        "Whether payments are collected by direct debit.",
        "`financials.meansofpayment` says the same once more and is written along.",
    )
    payment_method: Maybe[str | None] = text("financials.paycode", "Code of the payment method, such as SEPANLDD.")
    direct_debit: Maybe[TwinfieldDirectDebitInput | None] = inline(description="The mandate for direct debit.")
    electronic_invoicing: Maybe[bool | None] = flag("financials.ebilling", "Whether invoices go out electronically.")
    receivable_account: Maybe[str | None] = text(
        "financials.substitutewith", "Code of the balance sheet account for receivables, such as 1300."
    )
    vat_code: Maybe[str | None] = text("financials.vatcode", "Code of the VAT on sales, such as VH.")
    account_manager_id: Maybe[str | None] = text("creditmanagement.responsibleuser", "Code of the user in charge.")
    base_credit_limit: Maybe[str | None] = native(
        "creditmanagement.basecreditlimit",
        pattern=AMOUNT,
        clear=BLANK,
        normal=amount,
        write=amount,
        note=EMPTIED,
        description="Credit limit in the currency of the books.",
    )
    send_reminder: Maybe[str | None] = native(
        "creditmanagement.sendreminder",
        options=("true", "false", "email"),
        clear=Clear.NEVER,
        note="`email` needs reminderEmail; that `true` means paper is assumed.",
        description="Whether, and how, the customer is reminded of what is due.",
    )
    reminder_email: Maybe[str | None] = text(
        "creditmanagement.reminderemail",
        "E-mail address for reminders.",
        EMAIL,
        "Needed while sendReminder is `email`.",
    )
    blocked: Maybe[bool | None] = flag(
        "creditmanagement.blocked",
        "Whether the customer is blocked for projects and time entry; invoices are not concerned.",
        "Twinfield may lock it.",
    )
    right_of_use: Maybe[bool | None] = flag(
        "creditmanagement.freetext1", "Whether there is a right of use.", "Kept as a free text."
    )
    segment_code: Maybe[str | None] = text("creditmanagement.freetext2", "Code of the segment that the customer is in.")
    remittance_send_type: Maybe[str | None] = native(
        "remittanceadvice.sendtype",
        options=("ToFileManager", "ByEmail"),
        clear=BLANK,
        note=EMPTIED,
        description="How remittance advices are sent.",
    )
    remittance_email: Maybe[str | None] = text(
        "remittanceadvice.sendmail", "E-mail address for remittance advices.", EMAIL
    )
    discount_article: Maybe[str | None] = text(
        "invoicing.discountarticle", "Code of the article for discounts.", note="That it can be written is unverified."
    )
    discount_days: Maybe[int | None] = native(
        "paymentconditions.paymentcondition[0].discountdays",
        clear=BLANK,
        write=str,
        read=as_integer,
        note=f"Of the first payment condition. {EMPTIED}",
        description="Days within which the discount is given.",
    )
    discount_percentage: Maybe[float | None] = native(
        "paymentconditions.paymentcondition[0].discountpercentage",
        clear=BLANK,
        write=_decimal,
        read=as_number,
        note=f"Of the first payment condition. {EMPTIED}",
        description="Discount for early payment, in percent.",
    )


READS = (
    read("companyId", "office", as_text),
    read("number", "code", as_text),
    read("bankAccounts[0].isMainAccount", "banks.bank[@default=true].@default", as_flag),
    read("updatedAt", "modified", as_moment),
)

MISSING = {
    "number": "The code of a customer is its key, which Twinfield never changes.",
    "documentId": "Twinfield keeps no document id on a customer.",
    "projectId": "Twinfield keeps no project on a customer.",
    "currency": "Twinfield keeps no currency on a customer: the office has one.",
    "language": "Twinfield keeps no language on a customer.",
    "addresses.region": "Twinfield keeps no region in an address.",
    "contactPersons.salutation": "Twinfield keeps the contact person as one text.",
    "contactPersons.firstName": "Twinfield keeps the contact person as one text.",
    "contactPersons.lastName": "Twinfield keeps the contact person as one text.",
}


def _groups(value: Any) -> list[str]:
    """The codes of the groups, with or without attributes beside them."""
    rows = value if isinstance(value, list) else []
    codes = [row.get("#text") if isinstance(row, dict) else row for row in rows]
    return [code for code in codes if isinstance(code, str) and code]


@strawberry.type
class _ReadOnly:
    deleted: bool = reads("@status", is_deleted, description="Whether the customer is deleted.")
    uid: str | None = reads("uid", as_text, description="UUID of the customer.")
    in_use: bool | None = reads("inuse", as_flag, description="Whether there are transactions.")
    behaviour: str | None = reads("behaviour", as_text, description="`normal`, `system` or `template`.")
    groups: list[str] = reads("groups.group", _groups, description="Codes of the dimension groups.")


TABLE = build_table(TwinfieldCustomerInput, READS, MISSING)
TwinfieldDetails = details_type(
    "TwinfieldDetails", TABLE, _ReadOnly, description="What only Twinfield knows of a customer."
)
