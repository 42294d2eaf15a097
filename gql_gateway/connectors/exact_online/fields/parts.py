"""What hangs on an account: addresses, contact persons and bank accounts, which are rows of resources of their own."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import Maybe

from ....fields.formats import COUNTRY, EMAIL, UUID
from ....fields.native import Clear, Native, by_type, entry_id, native, slots, type_key
from ....model.enums import AddressType, EmailType, PhoneType
from .. import spelling
from .stated import BLANK, DAY, GENDERS, NO_LENGTH, day, flag, guid, language_code, word

GUID = Native(pattern=UUID, write=str.lower)
DATE = Native(pattern=DAY, write=spelling.stored_day, read=spelling.read_day)


def _of_rows(name: str, words: str, fact: Native = Native()) -> Any:  # noqa: B008
    """A value that rows of crm/Addresses have, and the account's own address block has not."""
    return by_type(fact, description=words, BILLING=name, DELIVERY=name, OTHER=name)


def _line(name: str, length: int, words: str) -> Any:
    """A text of any address; a length is told of the account's own only."""
    own = Native(name, max_length=length, note=NO_LENGTH)
    return by_type(VISITING=own, BILLING=name, DELIVERY=name, OTHER=name, description=words)


@strawberry.input(description="One address of an account. VISITING is the account's own, OTHER the postal address.")
class ExactOnlineAddressInput:
    type: AddressType = type_key("What the address is for; the main one of its type is meant.")
    address_line1: Maybe[str | None] = _line("AddressLine1", 60, "Street and number.")
    address_line2: Maybe[str | None] = _line("AddressLine2", 60, "Second address line.")
    address_line3: Maybe[str | None] = _line("AddressLine3", 60, "Third address line.")
    postal_code: Maybe[str | None] = _line("Postcode", 20, "Postal code, as the country writes it.")
    city: Maybe[str | None] = _line("City", 40, "City or town.")
    country_code: Maybe[str | None] = native(
        "Country",
        pattern=COUNTRY,
        write=spelling.padded(spelling.COUNTRY_WIDTH),
        read=spelling.read_code,
        note="Another country needs another region in the same change, or null for it.",
        description="Country, two letters.",
    )
    region: Maybe[str | None] = native(
        "State",
        clear=BLANK,
        note="A code of crm/AddressStates that fits the country.",
        description="State, province or county, as a code.",
    )
    contact_person_id: Maybe[str | None] = _of_rows("Contact", "Id of the contact person there.", GUID)
    phone: Maybe[str | None] = _of_rows("Phone", "Phone at the address.")
    phone_extension: Maybe[str | None] = _of_rows("PhoneExtension", "Extension of that phone.")
    fax: Maybe[str | None] = _of_rows("Fax", "Fax at the address.")
    mailbox: Maybe[str | None] = _of_rows(
        "Mailbox", "Mailbox at the address.", Native(note="Needs a licence of its own.")
    )
    notes: Maybe[str | None] = _of_rows("Notes", "Notes on the address.")
    nic_number: Maybe[str | None] = _of_rows("NicNumber", "NIC number (France).")
    free_bool1: Maybe[bool | None] = _of_rows("FreeBoolField_01", "Free flag 1.", Native(clear=Clear.NEVER))
    free_bool2: Maybe[bool | None] = _of_rows("FreeBoolField_02", "Free flag 2.", Native(clear=Clear.NEVER))
    free_bool3: Maybe[bool | None] = _of_rows("FreeBoolField_03", "Free flag 3.", Native(clear=Clear.NEVER))
    free_bool4: Maybe[bool | None] = _of_rows("FreeBoolField_04", "Free flag 4.", Native(clear=Clear.NEVER))
    free_bool5: Maybe[bool | None] = _of_rows("FreeBoolField_05", "Free flag 5.", Native(clear=Clear.NEVER))
    free_date1: Maybe[str | None] = _of_rows("FreeDateField_01", "Free date 1.", DATE)
    free_date2: Maybe[str | None] = _of_rows("FreeDateField_02", "Free date 2.", DATE)
    free_date3: Maybe[str | None] = _of_rows("FreeDateField_03", "Free date 3.", DATE)
    free_date4: Maybe[str | None] = _of_rows("FreeDateField_04", "Free date 4.", DATE)
    free_date5: Maybe[str | None] = _of_rows("FreeDateField_05", "Free date 5.", DATE)
    free_number1: Maybe[float | None] = _of_rows("FreeNumberField_01", "Free number 1.")
    free_number2: Maybe[float | None] = _of_rows("FreeNumberField_02", "Free number 2.")
    free_number3: Maybe[float | None] = _of_rows("FreeNumberField_03", "Free number 3.")
    free_number4: Maybe[float | None] = _of_rows("FreeNumberField_04", "Free number 4.")
    free_number5: Maybe[float | None] = _of_rows("FreeNumberField_05", "Free number 5.")
    free_text1: Maybe[str | None] = _of_rows("FreeTextField_01", "Free text 1.")
    free_text2: Maybe[str | None] = _of_rows("FreeTextField_02", "Free text 2.")
    free_text3: Maybe[str | None] = _of_rows("FreeTextField_03", "Free text 3.")
    free_text4: Maybe[str | None] = _of_rows("FreeTextField_04", "Free text 4.")
    free_text5: Maybe[str | None] = _of_rows("FreeTextField_05", "Free text 5.")


@strawberry.input(description="The e-mail address of an account.")
class ExactOnlineEmailAddressInput:
    type: EmailType = type_key("An account has one address.")
    email: Maybe[str | None] = by_type(
        Native(pattern=EMAIL, max_length=100, note=NO_LENGTH), BUSINESS="Account.Email", description="The address."
    )


@strawberry.input(description="A phone or fax number of an account.")
class ExactOnlinePhoneNumberInput:
    type: PhoneType = type_key("Which number it is.")
    number: Maybe[str | None] = by_type(
        BUSINESS=Native("Account.Phone", max_length=17, note=NO_LENGTH),
        FAX=Native("Account.Fax"),
        description="The number as it is dialled.",
    )


@strawberry.input(description="An e-mail address of a contact person.")
class ExactOnlinePersonEmailAddressInput:
    type: EmailType = type_key("BUSINESS is the contact's `BusinessEmail`, OTHER its `Email`.")
    email: Maybe[str | None] = by_type(
        BUSINESS=Native("BusinessEmail", pattern=EMAIL),
        OTHER=Native("Email", pattern=EMAIL, note="Was seen to become the business address as well."),
        description="The address.",
    )


@strawberry.input(description="A phone or fax number of a contact person.")
class ExactOnlinePersonPhoneNumberInput:
    type: PhoneType = type_key("BUSINESS and FAX are the contact's business numbers, OTHER is its `Phone`.")
    number: Maybe[str | None] = by_type(
        BUSINESS=Native("BusinessPhone"),
        MOBILE=Native("Mobile"),
        FAX=Native("BusinessFax"),
        OTHER=Native("Phone", note="Was seen to become the business number as well."),
        description="The number as it is dialled.",
    )


@strawberry.input(description="A contact person of an account. The main one is said in `mainContactId`.")
class ExactOnlineContactPersonInput:
    id: strawberry.ID | None = entry_id("Which person; without it a person is known again by its names, or added.")
    salutation: Maybe[str | None] = native(
        "Title", note="A title code; which there are is unverified.", description="Title."
    )
    first_name: Maybe[str | None] = native("FirstName", description="Given name.")
    middle_name: Maybe[str | None] = native(
        "MiddleName", description="What stands between the names; in Dutch names `van der` and the like."
    )
    last_name: Maybe[str | None] = native("LastName", description="Family name.")
    initials: Maybe[str | None] = native("Initials", description="First letters of the given names.")
    gender: Maybe[str | None] = word("Gender", GENDERS, "Gender; Exact keeps M, V or O.", Clear.NULL)
    job_title: Maybe[str | None] = native("JobTitleDescription", description="What the person does.")
    email_addresses: Maybe[list[ExactOnlinePersonEmailAddressInput] | None] = slots(
        description="E-mail addresses of the person."
    )
    phone_numbers: Maybe[list[ExactOnlinePersonPhoneNumberInput] | None] = slots(
        description="Phone and fax numbers of the person."
    )
    business_mobile: Maybe[str | None] = native("BusinessMobile", description="Business mobile phone.")
    business_phone_extension: Maybe[str | None] = native(
        "BusinessPhoneExtension", description="Digits dialled after the business number."
    )
    language: Maybe[str | None] = language_code("Language", "Language, a code such as NL or EN-GB.")
    nationality: Maybe[str | None] = native("Nationality", description="Nationality, a country code.")
    birth_date: Maybe[str | None] = day("BirthDate", "Birthday, such as 1984-02-29.")
    birth_place: Maybe[str | None] = native("BirthPlace", description="Where the person was born.")
    notes: Maybe[str | None] = native("Notes", description="Notes on the person.")
    marketing_notes: Maybe[str | None] = native("MarketingNotes", description="Notes for marketing.")
    mailing_excluded: Maybe[bool | None] = flag("IsMailingExcluded", "Whether the person gets no mailings.")
    start_date: Maybe[str | None] = day("StartDate", "First day as a contact.")
    end_date: Maybe[str | None] = day("EndDate", "Last day as a contact: inactive after it.")
    number: Maybe[int | None] = native("HID", clear=Clear.NEVER, description="Number of the contact.")
    person_id: Maybe[str | None] = guid("Person", "Id of the person behind the contact.")
    lead_purpose_id: Maybe[str | None] = guid("LeadPurpose", "Id of what the lead is for, in the provider's list.")
    lead_source_id: Maybe[str | None] = guid("LeadSource", "Id of where the lead came from, in the provider's list.")
    identification_document_id: Maybe[str | None] = guid("IdentificationDocument", "Id of the document of identity.")
    identification_user_id: Maybe[str | None] = guid("IdentificationUser", "Id of the user who saw that document.")
    identification_date: Maybe[str | None] = day("IdentificationDate", "When that was.")
    social_security_number: Maybe[str | None] = native(
        "SocialSecurityNumber", description="Social security number: personal data."
    )


@strawberry.input(description="Where an account of Exact Online is paid.")
class ExactOnlineBankAccountInput:
    id: strawberry.ID | None = entry_id("Which one; without it an account is known again by its number, or added.")
    iban: Maybe[str | None] = native(
        "BankAccount",
        clear=Clear.NEVER,
        write=spelling.compact_iban,
        note="Blanks in an IBAN are left out.",
        description="IBAN, or a national number.",
    )
    bic: Maybe[str | None] = native("BICCode", description="The bank's SWIFT code.")
    holder: Maybe[str | None] = native("BankAccountHolderName", description="Whose account it is.")
    name: Maybe[str | None] = native("Description", description="Description.")
    is_main_account: Maybe[bool | None] = native(
        "Main",
        clear=Clear.NEVER,
        note="The one that was the main account is so no longer.",
        description="Whether payments go there.",
    )
    blocked: Maybe[bool | None] = flag("Blocked", "Whether the bank account is blocked.")
