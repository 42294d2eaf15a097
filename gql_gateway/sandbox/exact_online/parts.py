"""The other sub-resources of an account: addresses, bank accounts, mandates."""

from __future__ import annotations

import re

from gql_gateway.sandbox.exact_online.answers import invalid, rejected
from gql_gateway.sandbox.exact_online.books import LISTED
from gql_gateway.sandbox.exact_online.writing import (
    Books,
    check_choices,
    check_listed,
    check_place,
    country_name,
    state_name,
)
from gql_gateway.sandbox.simulator import Document

VISIT, DELIVERY = 1, 4


def main_visit(record: Document) -> Document | None:
    """The visit address that is the account's own address block as well."""
    rows: list[Document] = record.get("Addresses", [])
    return next((row for row in rows if row.get("Type") == VISIT and row.get("Main")), None)


def change_address(row: Document, values: Document, record: Document, books: Books, *, new: bool) -> None:
    check_choices(values, {"Type": {1, 2, 3, 4}})
    if "Type" in values and values["Type"] is None:
        raise invalid("Type")
    if new and "Type" not in values:
        raise rejected("Mandatory: Type")
    row.update(values)
    check_place(row, values)
    if values.get("Contact") and values["Contact"] not in {contact["ID"] for contact in record["Contacts"]}:
        raise rejected("Not found: Contact")
    if values.get("Mailbox") and "mailbox" not in books.licences:
        raise rejected("Invalid: Mailbox")
    if values.get("Warehouse"):
        check_listed(values, ("Warehouse",), books)
        if row["Type"] != DELIVERY:
            raise rejected("Invalid: Warehouse")
        row["Account"] = None  # as documented: the address is the warehouse's from now on
    same = [other for other in record["Addresses"] if other["Type"] == row["Type"] and other["ID"] != row["ID"]]
    _one_main(row, same, new=new)


def remove_address(row: Document) -> None:
    """That the account's own address cannot be removed is a choice."""
    if row["Type"] == VISIT and row.get("Main"):
        raise rejected("Cannot remove: Address is the main visit address")


def derive_address(row: Document, record: Document) -> None:
    account = record["Account"]
    contact: Document = next((person for person in record["Contacts"] if person["ID"] == row.get("Contact")), {})
    warehouse = row.get("Warehouse")
    place = LISTED["Warehouse"].index(warehouse) + 1 if warehouse in LISTED["Warehouse"] else None
    row.update(
        AccountName=account.get("Name"),
        AccountIsSupplier=bool(account.get("IsSupplier")),
        ContactName=contact.get("FullName"),
        CountryName=country_name(row.get("Country")),
        StateDescription=state_name(row),
        WarehouseCode=None if place is None else str(place),
        WarehouseDescription=None if place is None else f"Magazijn {place}",
    )


def change_bank_account(row: Document, values: Document, record: Document, *, new: bool) -> None:
    """`BankAccount` holds an IBAN or a national number; a wrong IBAN is refused, which is unverified."""
    row.update(values)
    number = row.get("BankAccount")
    if not number:
        raise rejected("Mandatory: Bank account")
    if "BankAccount" in values and not _is_number(number):
        raise rejected("Invalid: Bank account")
    code = values.get("BICCode")
    if code and not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", code):
        raise rejected("Invalid: BIC code")
    others = [other for other in record["BankAccounts"] if other["ID"] != row["ID"]]
    if any(other["BankAccount"] == number for other in others):
        raise rejected(f"Already exists: Bank account {number}")
    _one_main(row, others, new=new)


def remove_bank_account(row: Document, record: Document) -> None:
    if any(mandate["BankAccount"] == row["ID"] for mandate in record["DirectDebitMandates"]):
        raise rejected(f"Cannot remove: Bank account {row['BankAccount']} is referenced by: Direct debit mandates")


def derive_bank_account(row: Document, account: Document) -> None:
    row.update(
        AccountName=account.get("Name"),
        Type="A",
        TypeDescription="Account",
        Format="IBAN" if re.match(r"[A-Z]{2}[0-9]{2}", row.get("BankAccount") or "") else None,
    )


def change_mandate(row: Document, values: Document, record: Document) -> None:
    check_choices(values, {"Type": {0, 1, 2}, "PaymentType": {0, 1, 2}, "Main": {0, 1}, "FirstSend": {0, 1}})
    row.update(values)
    if not row.get("BankAccount"):
        raise rejected("Mandatory: Bank account")
    if row["BankAccount"] not in {bank["ID"] for bank in record["BankAccounts"]}:
        raise rejected("Not found: Bank account")
    others = [other for other in record["DirectDebitMandates"] if other["ID"] != row["ID"]]
    if any(_mandate_key(other) == _mandate_key(row) for other in others):
        raise rejected(f"Already exists: Mandate {row.get('Reference')}")


def _mandate_key(row: Document) -> tuple[str, str | None]:
    return row["BankAccount"], row.get("Reference")


def _one_main(row: Document, others: list[Document], *, new: bool) -> None:
    """One main row of a kind: a new main one takes the place of the old, the first is main by itself."""
    if new and not others:
        row["Main"] = True
    if row.get("Main"):
        for other in others:
            other["Main"] = False


def _is_number(number: str) -> bool:
    if re.match(r"[A-Za-z]{2}[0-9]{2}", number):
        return bool(re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", number)) and _checks(number)
    return bool(re.fullmatch(r"[0-9][0-9 ./-]{3,}", number))


def _checks(iban: str) -> bool:
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
