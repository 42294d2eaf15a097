"""Reading a customer: the account, then each resource that hangs on it, put together into one document."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ProviderProtocolError
from ...fields.convert import as_text
from ...model.json import JsonObject
from ...outbound.message import Answer, Call
from ..base import Conversation
from . import errors
from .answers import Query, all_rows, guid, resource, selected, told_day, told_page
from .spelling import read_day

VISIT = 1
CHANGED = ("Created", "Creator", "CreatorFullName", "Modified", "Modifier", "ModifierFullName")
FREE = tuple(f"Free{kind}Field_{number:02}" for kind in ("Bool", "Date", "Number", "Text") for number in range(1, 6))
LISTED = (
    *("ID", "Code", "Name", "Status", "VATNumber", "RSIN", "Email", "Phone", "Fax", "SalesCurrency", "Language"),
    *("PaymentConditionSales", "Website", "Remarks", "EndDate", "Division", "Created", "Modified"),
)
"""What a list shows of each account."""
ADDRESS = (
    *("ID", "Account", "AccountIsSupplier", "AccountName", "AddressLine1", "AddressLine2", "AddressLine3", "City"),
    *("Contact", "ContactName", "Country", "CountryName", "CustomField", "Division", "Fax", *FREE, "Mailbox", "Main"),
    *("NicNumber", "Notes", "Phone", "PhoneExtension", "Postcode", "State", "StateDescription", "Type", "Warehouse"),
    *("WarehouseCode", "WarehouseDescription", *CHANGED),
)
CONTACT = (
    *("ID", "Account", "AccountIsCustomer", "AccountIsSupplier", "AccountMainContact", "AccountName", "AddressLine2"),
    *("AddressStreet", "AddressStreetNumber", "AddressStreetNumberSuffix", "BirthDate", "BirthPlace", "BusinessEmail"),
    *("BusinessFax", "BusinessMobile", "BusinessPhone", "BusinessPhoneExtension", "City", "Code", "Country"),
    *("CustomField", "Division", "Email", "EndDate", "FirstName", "FullName", "Gender", "HID", "IdentificationDate"),
    *("IdentificationDocument", "IdentificationUser", "Initials", "IsAnonymised", "IsMailingExcluded"),
    *("IsMainContact", "JobTitleDescription", "Language", "LastName", "LeadPurpose", "LeadSource", "MarketingNotes"),
    *("MiddleName", "Mobile", "Nationality", "Notes", "PartnerName", "PartnerNamePrefix", "Person", "Phone"),
    *("PhoneExtension", "PictureName", "PictureThumbnailUrl", "PictureUrl", "Postcode", "SocialSecurityNumber"),
    *("StartDate", "State", "Title", "TitleAbbreviation", "TitleDescription", *CHANGED),
)
BANK_ACCOUNT = (
    *("ID", "Account", "AccountName", "BankAccount", "BankAccountHolderName", "BICCode", "Blocked", "Description"),
    *("Division", "Format", "Main", "PaymentServiceAccount", "Type", "TypeDescription", *CHANGED),
)


def read_document(company_id: str, account_id: str) -> Conversation[JsonObject | None]:
    """The customer whole, or `None`.

    The account is asked for by a filter: an id that is not there is an empty list then, and no refusal that brings the
    key nearer to its lock. `$top=1` stands in for a list of names, so that names of tomorrow are read as well.
    """
    query = (("$filter", f"ID eq {guid(account_id)}"), ("$top", "1"))
    answer = yield Call("account", "GET", resource(company_id, "crm/Accounts"), query)
    if answer.status == 404:
        return None
    if not answer.ok:
        raise errors.explain(answer)
    found, _ = told_page(answer)
    if not found:
        return None
    account = found[0]
    if str(account.get("ID")).lower() != account_id.lower():
        raise ProviderProtocolError("Exact Online answered with another account than was asked for.")
    addresses = yield from _rows(company_id, "addresses", "crm/Addresses", account_id, ADDRESS)
    contacts = yield from _rows(company_id, "contacts", "crm/Contacts", account_id, CONTACT)
    banks = yield from _rows(company_id, "bank accounts", "crm/BankAccounts", account_id, BANK_ACCOUNT)
    rows: list[JsonObject] = [item for item in addresses if item.get("Type") != VISIT]
    return {
        **with_activity(account, answer),
        # Main ones come first: they are the ones meant where several have the same type.
        "Addresses": [*sorted(rows, key=_is_further)],
        "VisitAddresses": [item for item in addresses if item.get("Type") == VISIT],
        "Contacts": [*contacts],
        "BankAccounts": [*banks],
    }


def with_activity(account: JsonObject, answer: Answer) -> JsonObject:
    """The account in its document, with whether it is active today, by the provider's own day.

    Where Exact does not tell the day, only an account without an end is known to be active.
    """
    today, end = told_day(answer), as_text(account.get("EndDate"))
    document: JsonObject = {"Account": account, "Today": today}
    if end is None:
        document["Active"] = True
    elif today is not None and (day := read_day(end)) is not None:
        document["Active"] = day >= today
    return document


def _rows(
    company_id: str, step: str, name: str, account_id: str, names: Sequence[str]
) -> Conversation[list[JsonObject]]:
    """What hangs on an account, and on no other."""
    query: Query = (("$filter", f"Account eq {guid(account_id)}"), selected(names))
    found = yield from all_rows(step, resource(company_id, name), query)
    return [item for item in found if str(item.get("Account")).lower() == account_id.lower()]


def _is_further(address: JsonObject) -> bool:
    return address.get("Main") is not True
