"""Contact persons: `crm/Contacts`."""

from __future__ import annotations

import re
from typing import Any

from gql_gateway.sandbox.exact_online.answers import rejected
from gql_gateway.sandbox.exact_online.books import TITLES
from gql_gateway.sandbox.exact_online.writing import Books, check_choices, check_listed
from gql_gateway.sandbox.simulator import Document

_LISTED = ("IdentificationDocument", "IdentificationUser", "LeadPurpose", "LeadSource", "Person")
_STREET = re.compile(r"(?P<street>.*?)\s+(?P<number>\d+)\s*(?P<suffix>\S.*)?")


def change_contact(row: Document, values: Document, record: Document, books: Books, *, new: bool) -> None:
    """Write into a contact of an account; at least one of its names must remain."""
    values = dict(values)
    _overwrite_names(values, books)
    if books.readings.mirrors_contact_mail:
        # Recorded: a written `Email` showed up as `BusinessEmail` as well. That `Phone` does the same is assumed.
        for name, twin in (("Email", "BusinessEmail"), ("Phone", "BusinessPhone")):
            if name in values:
                values.setdefault(twin, values[name])
    check_choices(values, {"Gender": {"M", "V", "O"}})
    check_listed(values, _LISTED, books)
    row.update(values)
    if not row.get("FirstName") and not row.get("LastName"):
        raise rejected("Mandatory: Name")
    if new:
        row["HID"] = values.get("HID") or 1 + max((other.get("HID") or 0 for other in record["Contacts"]), default=0)
        # In recordings the first contact of an account was its main contact.
        if not record["Account"].get("MainContact"):
            record["Account"]["MainContact"] = row["ID"]


def remove_contact(row: Document, record: Document) -> None:
    """That the main contact cannot be removed is a choice; nothing is documented."""
    if record["Account"].get("MainContact") == row["ID"]:
        raise rejected("Cannot remove: Contact is the main contact of the account")
    if any(address.get("Contact") == row["ID"] for address in record["Addresses"]):
        raise rejected("Cannot remove: Contact is referenced by: Addresses")


def derive_contact(row: Document, account: Document) -> None:
    """What a contact shows of others: its account's address, the words for its title."""
    title = row.get("Title") or ""
    row.update(
        FullName=" ".join(part for name in ("FirstName", "MiddleName", "LastName") if (part := row.get(name))),
        IsMainContact=account.get("MainContact") == row["ID"],
        AccountName=account.get("Name"),
        AccountIsCustomer=account.get("Status") == "C",
        AccountIsSupplier=bool(account.get("IsSupplier")),
        AccountMainContact=account.get("MainContact"),
        TitleAbbreviation=title if title in TITLES else None,
        TitleDescription=TITLES.get(title),
        PictureUrl=f"/docs/SysImage.aspx?ID={row['ID']}" if row.get("Picture") else None,
        PictureThumbnailUrl=f"/docs/SysImage.aspx?ID={row['ID']}&ThumbSize=100" if row.get("Picture") else None,
        AddressLine2=account.get("AddressLine2"),
        Postcode=account.get("Postcode"),
        City=account.get("City"),
        State=account.get("State"),
        Country=account.get("Country"),
        **_street(account.get("AddressLine1")),
    )


def _overwrite_names(values: Document, books: Books) -> None:
    """The withdrawn names of birth may overwrite the other ones: they do here."""
    for name, victim in (("BirthName", "LastName"), ("BirthNamePrefix", "MiddleName")):
        if name in values:
            books.ignored.withdrawn.append(name)
            values[victim] = values.pop(name)


def _street(line: str | None) -> dict[str, Any]:
    found = _STREET.fullmatch(line or "")
    street, number, suffix = (found["street"], found["number"], found["suffix"]) if found else (line, None, None)
    return {"AddressStreet": street, "AddressStreetNumber": number, "AddressStreetNumberSuffix": suffix}
