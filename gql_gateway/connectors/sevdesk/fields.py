"""Every writable value of a sevdesk contact and of what hangs on it. Source: the vendor's OpenAPI file.

The document is what several reads give, in sevdesk's own names: `contact`, `addresses`, `communicationWays` (the main
ones first), `accountingContacts`, and `persons`, each with its `communicationWays`. Numbers and flags are texts in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from strawberry import Maybe

from ...fields.convert import as_number, as_text, as_time
from ...fields.details import details_type, reads
from ...fields.document import get
from ...fields.formats import COUNTRY, EMAIL, Format
from ...fields.native import Clear, Required, at_most_one, entry_id, many, native, slots, type_key
from ...fields.table import build_table, read
from ...model.enums import AddressType, ContactType, EmailType, PhoneType
from ...model.json import JsonObject

BLANK = ""
ACTIVE = "1000"
STATUS = {"LEAD": "100", "PENDING": "500", "ACTIVE": ACTIVE}
GENDERS = {"Mr": "m", "Ms": "w", "Mrs": "w"}

ID = Format(r"[1-9][0-9]{0,17}", "the number of an object at sevdesk")
DAYS = Format(r"0|[1-9][0-9]{0,4}", "a number of days, written as text")
DAY = Format(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date such as 1984-02-29")

PERSON_ONLY = "Kept on persons only."
COMPANY_ONLY = "Kept on organisations only."
FALSE_IS_NOTHING = "false is its nothing; what null makes of it is unverified."
MAIN = "Whether the one that had the mark loses it is unverified: set that one to false in the same change."


def kind_of(document: JsonObject) -> str:
    """A name makes an organisation; without one, the names of a person make a person."""
    if is_organisation(document):
        return "organisation"
    names = [get(document, ("contact", name)) for name in ("surename", "familyname")]
    return "person" if any(isinstance(name, str) and name for name in names) else "neither"


def is_organisation(document: JsonObject) -> bool:
    return bool(get(document, ("contact", "name")))


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _read_flag(value: Any) -> bool | None:
    return {"1": True, "0": False, "true": True, "false": False}.get(str(value).lower())


def _read_whole(value: Any) -> int | None:
    number = as_number(value)
    return None if number is None else int(number)


def _decimal(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _word(words: Mapping[str, str]) -> Callable[[Any], str]:
    """The first of our words for a native one, and any other as it is."""
    ours = {theirs: word for word, theirs in reversed([*words.items()])}
    return lambda value: ours.get(str(value), str(value))


def _is_active(value: Any) -> bool | None:
    return None if value in (None, "") else str(value) == ACTIVE


@strawberry.input(description="One address of a sevdesk contact.")
class SevdeskAddressInput:
    type: AddressType = type_key("The category of the address; that 43 means WORK is inferred.")
    name: Maybe[str | None] = native("name", description="Name of the recipient.")
    name2: Maybe[str | None] = native(
        "name2",
        clear=BLANK,
        note="null is not allowed by the schema; that an empty text clears it is unverified.",
        description="Second line of the recipient's name.",
    )
    address_line1: Maybe[str | None] = native(
        "street", note="The web app's further lines follow after a line break.", description="Street and number."
    )
    address_line2: Maybe[str | None] = native("name3", description="Second address line.")
    address_line3: Maybe[str | None] = native("name4", description="Third address line.")
    postal_code: Maybe[str | None] = native("zip", description="Postal code, as the country writes it.")
    city: Maybe[str | None] = native("city", description="City or town.")
    country_code: Maybe[str | None] = native(
        "country.code",
        pattern=COUNTRY,
        required=Required.IN_ENTRY,
        clear=Clear.WITH_ENTRY,
        note="Sent as the id of the country; GB is United Kingdom, beside England and Great Britain.",
        description="Country, two letters.",
    )


@strawberry.input(description="One e-mail address of a sevdesk contact.")
class SevdeskEmailAddressInput:
    type: EmailType = type_key("The label of the address.")
    email: Maybe[str | None] = native(
        "value",
        pattern=EMAIL,
        required=Required.IN_ENTRY,
        clear=Clear.ENTRY,
        description="The address; null removes it.",
    )
    is_main: Maybe[bool | None] = native(
        "main",
        clear=Clear.NEVER,
        write=_flag,
        read=_read_flag,
        note=MAIN,
        description="Whether it is the main e-mail address.",
    )


@strawberry.input(description="One phone or fax number of a sevdesk contact.")
class SevdeskPhoneNumberInput:
    type: PhoneType = type_key("The label of the number; that the label is how sevdesk tells a fax is inferred.")
    number: Maybe[str | None] = native(
        "value", required=Required.IN_ENTRY, clear=Clear.ENTRY, description="The number; null removes it."
    )
    is_main: Maybe[bool | None] = native(
        "main",
        clear=Clear.NEVER,
        write=_flag,
        read=_read_flag,
        note=MAIN,
        description="Whether it is the main number of its kind, phone or mobile.",
    )


@strawberry.input(description="One e-mail address of a contact person.")
class SevdeskPersonEmailAddressInput:
    type: EmailType = type_key("The label of the address.")
    email: Maybe[str | None] = native(
        "value", pattern=EMAIL, clear=Clear.ENTRY, description="The address; null removes it."
    )


@strawberry.input(description="One phone or fax number of a contact person.")
class SevdeskPersonPhoneNumberInput:
    type: PhoneType = type_key("The label of the number.")
    number: Maybe[str | None] = native("value", clear=Clear.ENTRY, description="The number; null removes it.")


@strawberry.input(
    description="A contact person of an organisation, or the person that the contact itself is: one entry then, "
    "without e-mails and phones, which are the contact's own."
)
class SevdeskContactPersonInput:
    id: strawberry.ID | None = entry_id("Which person; without it a person is known again by its names, or added.")
    salutation: Maybe[str | None] = native(
        "gender",
        write=lambda word: GENDERS.get(word, word),
        read=_word(GENDERS),
        note="Mr is kept as m, Ms and Mrs as w; other words as they are.",
        description="Form of address.",
    )
    first_name: Maybe[str | None] = native("surename", description="First name; sevdesk's `surename` is one.")
    last_name: Maybe[str | None] = native("familyname", description="Family name.")
    job_title: Maybe[str | None] = native("titel", description="What the person does.")
    academic_title: Maybe[str | None] = native("academicTitle", description="A title such as Dr.")
    email_addresses: Maybe[list[SevdeskPersonEmailAddressInput] | None] = slots(
        BUSINESS="communicationWays[type=EMAIL,key.id=2]",
        PRIVATE="communicationWays[type=EMAIL,key.id=1]",
        INVOICE="communicationWays[type=EMAIL,key.id=8]",
        OTHER="communicationWays[type=EMAIL,key.id=5]",
        note=COMPANY_ONLY,
        description="E-mail addresses of the person.",
    )
    phone_numbers: Maybe[list[SevdeskPersonPhoneNumberInput] | None] = slots(
        BUSINESS="communicationWays[type=PHONE,key.id=2]",
        MOBILE="communicationWays[type=MOBILE]",
        FAX="communicationWays[type=PHONE,key.id=3]",
        PRIVATE="communicationWays[type=PHONE,key.id=1]",
        OTHER="communicationWays[type=PHONE,key.id=5]",
        note=COMPANY_ONLY,
        description="Phone and fax numbers of the person.",
    )


@strawberry.input(description="The bank account of a sevdesk contact.")
class SevdeskBankAccountInput:
    iban: Maybe[str | None] = native("bankAccount", description="International bank account number.")
    bic: Maybe[str | None] = native(
        "bankNumber",
        note="Described as the number of the bank: that it is the BIC is unverified.",
        description="The bank's SWIFT code.",
    )


@strawberry.input(description="Writable values of a sevdesk contact. What is left out stays as it is; null clears.")
class SevdeskCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "name or not",
        values={ContactType.COMPANY: "organisation", ContactType.CONTACT_PERSON: "person"},
        clear=Clear.NEVER,
        derived=kind_of,
        note="Follows from the names: it can be given as it is, not changed.",
        description="Organisation or person.",
    )
    company_name: Maybe[str | None] = native(
        "contact.name",
        clear=Clear.NEVER,
        note="Kept on organisations only: it would turn a person into one.",
        description="Name of the organisation.",
    )
    name2: Maybe[str | None] = native(
        "contact.name2", description="Second name of a person; on organisations a second line of the name."
    )
    number: Maybe[str | None] = native(
        "contact.customerNumber",
        max_length=255,
        note="sevdesk is asked first whether the number is free: by itself it does not refuse a second one. The length "
        "is the gateway's own limit.",
        description="Customer number.",
    )
    category: Maybe[str | None] = native(
        "contact.category.id",
        pattern=ID,
        clear=Clear.NEVER,
        note="2 supplier, 3 customer, 4 partner, 28 prospect, or one of the account's own. Another one than 3 takes "
        "the contact out of the lists of customers.",
        description="Id of the category.",
    )
    parent_id: Maybe[str | None] = native(
        "contact.parent.id",
        pattern=ID,
        note="Has to be an organisation.",
        description="Id of the organisation that the contact belongs to.",
    )
    status: Maybe[str | None] = native(
        "contact.status",
        options=tuple(STATUS),
        clear=Clear.NEVER,
        write=lambda word: STATUS.get(word, word),
        read=_word(STATUS),
        description="100 lead, 500 pending, 1000 active.",
    )
    birthday: Maybe[str | None] = native(
        "contact.birthday", pattern=DAY, note=PERSON_ONLY, description="Birthday, such as 1984-02-29."
    )
    vat_id: Maybe[str | None] = native("contact.vatNumber", description="VAT registration number.")
    tax_number: Maybe[str | None] = native(
        "contact.taxNumber", description="Number at the tax office; the VAT id is another one."
    )
    tax_office: Maybe[str | None] = native(
        "contact.taxOffice", note="Meant for Greek customers.", description="Tax office in charge of the customer."
    )
    exempt_vat: Maybe[bool | None] = native(
        "contact.exemptVat",
        clear=Clear.NEVER,
        write=_flag,
        read=_read_flag,
        note=FALSE_IS_NOTHING,
        description="Whether the contact pays no VAT.",
    )
    addresses: Maybe[list[SevdeskAddressInput] | None] = slots(
        BILLING="addresses[category.id=47]",
        DELIVERY="addresses[category.id=48]",
        PRIVATE="addresses[category.id=44]",
        WORK="addresses[category.id=43]",
        OTHER="addresses[category.id=45]",
        drop="addresses",
        note="null removes every address, also those of other categories.",
        description="Addresses by category.",
    )
    email_addresses: Maybe[list[SevdeskEmailAddressInput] | None] = slots(
        BUSINESS="communicationWays[type=EMAIL,key.id=2]",
        PRIVATE="communicationWays[type=EMAIL,key.id=1]",
        INVOICE="communicationWays[type=EMAIL,key.id=8]",
        OTHER="communicationWays[type=EMAIL,key.id=5]",
        drop="communicationWays[type=EMAIL]",
        note="null removes every e-mail address, also those of other labels.",
        description="E-mail addresses by label.",
    )
    phone_numbers: Maybe[list[SevdeskPhoneNumberInput] | None] = slots(
        BUSINESS="communicationWays[type=PHONE,key.id=2]",
        MOBILE="communicationWays[type=MOBILE]",
        FAX="communicationWays[type=PHONE,key.id=3]",
        PRIVATE="communicationWays[type=PHONE,key.id=1]",
        OTHER="communicationWays[type=PHONE,key.id=5]",
        drop=("communicationWays[type=PHONE]", "communicationWays[type=MOBILE]"),
        note="null removes every number, also those of other labels.",
        description="Phone and fax numbers by label.",
    )
    website: Maybe[str | None] = native(
        "communicationWays[type=WEB].value", clear=Clear.ENTRY, description="Web address; null removes all of them."
    )
    contact_persons: Maybe[list[SevdeskContactPersonInput] | None] = many(
        "persons",
        key="id",
        match=("familyname", "surename"),
        note="Each is a contact of its own below this one; null deletes them.",
        description="Contact persons of an organisation; of a person, the person itself.",
    )
    bank_accounts: Maybe[list[SevdeskBankAccountInput] | None] = at_most_one(
        "contact", description="The one bank account that can be written."
    )
    payment_terms: Maybe[str | None] = native(
        "contact.defaultTimeToPay", pattern=DAYS, description="Days until an invoice is due."
    )
    default_cashback_time: Maybe[int | None] = native(
        "contact.defaultCashbackTime", write=str, read=_read_whole, description="Days in which cash discount is given."
    )
    default_cashback_percent: Maybe[float | None] = native(
        "contact.defaultCashbackPercent", write=_decimal, description="Cash discount in percent."
    )
    default_discount_amount: Maybe[float | None] = native(
        "contact.defaultDiscountAmount", write=_decimal, description="Discount on every invoice."
    )
    default_discount_is_percentage: Maybe[bool | None] = native(
        "contact.defaultDiscountPercentage",
        clear=Clear.NEVER,
        write=_flag,
        read=_read_flag,
        note=FALSE_IS_NOTHING,
        description="Whether that discount is in percent and not an amount.",
    )
    debtor_account_number: Maybe[int | None] = native(
        "accountingContacts[0].debitorNumber",
        write=str,
        read=_read_whole,
        description="Number of the account that it is booked on as a debtor.",
    )
    creditor_account_number: Maybe[int | None] = native(
        "accountingContacts[0].creditorNumber",
        write=str,
        read=_read_whole,
        description="Number of the account that it is booked on as a creditor.",
    )
    buyer_reference: Maybe[str | None] = native(
        "contact.buyerReference", description="Buyer reference of electronic invoices."
    )
    government_agency: Maybe[bool | None] = native(
        "contact.governmentAgency",
        clear=Clear.NEVER,
        write=_flag,
        read=_read_flag,
        note=FALSE_IS_NOTHING,
        description="Whether the contact is an authority.",
    )
    notes: Maybe[str | None] = native(
        "contact.description", note="The web app writes HTML into it.", description="Description."
    )


READS = (
    read("companyId", "contact.sevClient.id", as_text),
    read("active", "contact.status", _is_active),
    read("createdAt", "contact.create", as_time),
    read("updatedAt", "contact.update", as_time),
)

MISSING = {
    "active": "There are three states at sevdesk: write `status`; ACTIVE is read as active.",
    "documentId": "A sevdesk contact has no document id.",
    "projectId": "A sevdesk contact has no project.",
    "currency": "A sevdesk contact has no currency.",
    "language": "A sevdesk contact has no language.",
    "addresses.region": "An address at sevdesk has no region.",
    "bankAccounts.holder": "A sevdesk contact has an account number and a bank number, no holder.",
    "bankAccounts.name": "A sevdesk contact has an account number and a bank number, no name of the bank.",
}


@strawberry.type
class _ReadOnly:
    tax_type: str | None = reads("contact.taxType", as_text, description="Seen in answers, in no document.")
    default_show_vat: bool | None = reads(
        "contact.defaultShowVat", _read_flag, description="Seen in answers, in no document."
    )


TABLE = build_table(SevdeskCustomerInput, READS, MISSING)
SevdeskDetails = details_type("SevdeskDetails", TABLE, _ReadOnly, description="What only sevdesk knows of a contact.")
