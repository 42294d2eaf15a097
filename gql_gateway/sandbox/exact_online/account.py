"""A PUT on an account: partial, with the rules of the business behind HTTP 500."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from copy import deepcopy

from gql_gateway.sandbox.exact_online.answers import invalid, rejected
from gql_gateway.sandbox.exact_online.books import CURRENCY_NAMES, LANGUAGES, MANAGERS
from gql_gateway.sandbox.exact_online.contact import derive_contact
from gql_gateway.sandbox.exact_online.entities import ACCOUNTS
from gql_gateway.sandbox.exact_online.parts import derive_address, derive_bank_account, main_visit
from gql_gateway.sandbox.exact_online.writing import (
    Books,
    check_choices,
    check_key,
    check_listed,
    check_place,
    country_name,
    stamped,
    state_name,
    take,
)
from gql_gateway.sandbox.simulator import Document

BLOCK = ("AddressLine1", "AddressLine2", "AddressLine3", "Postcode", "City", "State", "Country")
"""The account's own address, which is its main visit address too."""

# From a third party's schema, unverified; what the original does beyond them is unverified as well.
MAX_LENGTHS = {
    "Name": 50,
    "SearchCode": 30,
    "VATNumber": 20,
    "ChamberOfCommerce": 40,
    **dict.fromkeys(("AddressLine1", "AddressLine2", "AddressLine3"), 60),
    "Postcode": 20,
    "City": 40,
    "Email": 100,
    **dict.fromkeys(("Phone", "PhoneExtension"), 17),
    "Website": 200,
    **dict.fromkeys(("PaymentConditionSales", "PaymentConditionPurchase"), 10),
}

CHOICES: Mapping[str, Collection[object]] = {
    "Status": {"A", "S", "P", "C"},
    "IsAccountant": {0, 1, 2},
    **{name: {0, 1} for name in ("IsAgency", "IsCompetitor", "IsMailing", "SeparateInvPerSubscription")},
    "DeliveryAdvice": {0, 1, 2},
    "ConsolidationScenario": set(range(7)),
    "InvoicingMethod": {1, 2, 4, 8, 32},
    **{name: {2010, 2020} for name in ("IncotermVersionSales", "IncotermVersionPurchase")},
    "SecurityLevel": range(101),
}

# "May be checked per country": played for these.
VAT_NUMBERS = {
    "NL": r"NL[0-9]{9}B[0-9]{2}",
    "BE": r"BE[01][0-9]{9}",
    "DE": r"DE[0-9]{9}",
    "FR": r"FR[0-9A-Z]{2}[0-9]{9}",
    "GB": r"GB([0-9]{9}|[0-9]{12})",
    "LU": r"LU[0-9]{8}",
}

_LISTED = (
    *("AccountManager", "ActivitySector", "ActivitySubSector", "BusinessType", "CompanySize", "LeadPurpose"),
    *("LeadSource", "GLAR", "GLAP", "GLAccountSales", "GLAccountPurchase", "PriceList", "ShippingMethod"),
    *(f"Classification{number}" for number in range(1, 9)),
)
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")


def change_account(record: Document, sent: Document, books: Books) -> Document:
    """The record after the PUT; properties left out stay as they are."""
    native_id = record["Account"]["ID"]
    values = take(ACCOUNTS, sent, books)
    check_key(values, native_id)
    after = deepcopy(record)
    account = after["Account"]
    before_code = (account.get("Code") or "").strip()
    account.update(values)
    _check_mandatory(values)
    check_choices(values, CHOICES)
    if books.readings.checks_lengths:
        _check_lengths(values)
    _check_forms(values)
    _check_code(values, before_code, native_id, books)
    check_place(account, values)
    _check_vat_number(account, values, books)
    _empty_currencies(account, values, books)
    _check_lists(values, books)
    _check_accounts(values, native_id, books)
    _check_rest(account, values, after, books)
    account.update(stamped(books.stamp))
    return after


def _check_mandatory(values: Document) -> None:
    for name in ("Name", "Code", "Status"):
        if name in values and not (values[name] or "").strip():
            raise rejected(f"Mandatory: {name}")


def _check_lengths(values: Document) -> None:
    for name, limit in MAX_LENGTHS.items():
        if len(values.get(name) or "") > limit:
            raise rejected(f"Too long: {name} (maximum {limit})")


def _check_forms(values: Document) -> None:
    if values.get("Email") and not _EMAIL.fullmatch(values["Email"]):
        raise invalid("Email")  # one address only; that it is checked at all is unverified
    if values.get("Language") and not re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?", values["Language"].strip()):
        raise invalid("Language")
    if values.get("GlnNumber") and not re.fullmatch(r"[0-9]{13}", values["GlnNumber"]):
        raise rejected("Invalid: GLN number")
    for name in ("DiscountSales", "DiscountPurchase"):
        # Fractions: five per cent are 0.05, and 5.0 is somebody's mistake. The bound itself is unverified.
        if values.get(name) is not None and not 0 <= values[name] <= 1:
            raise rejected(f"Invalid: {name}")


def _check_code(values: Document, before: str, native_id: str, books: Books) -> None:
    """Also the account's own, unchanged number "already exists"."""
    if "Code" not in values:
        return
    code = values["Code"].strip()
    if not re.fullmatch(r"[0-9]{1,18}", code):
        raise rejected("Invalid: Code")
    others = {
        (record["Account"].get("Code") or "").strip() for key, record in books.records.items() if key != native_id
    }
    if code == before or code in others:
        raise rejected(f"Already exists: Account {code}")


def _check_vat_number(account: Document, values: Document, books: Books) -> None:
    number, country = values.get("VATNumber"), (account.get("Country") or "").strip()
    if number and books.readings.checks_vat_numbers and not re.fullmatch(VAT_NUMBERS.get(country, ".*"), number):
        raise rejected("Invalid: VAT number")


def _empty_currencies(account: Document, values: Document, books: Books) -> None:
    """A code that is not active in the company is swallowed: 204, and the field is empty."""
    for name in ("SalesCurrency", "PurchaseCurrency"):
        code = values.get(name)
        if code is not None and code not in books.division.currencies:
            books.ignored.currencies.append(code)
            account[name] = None


def _check_lists(values: Document, books: Books) -> None:
    for name in ("PaymentConditionSales", "PaymentConditionPurchase"):
        if values.get(name) is not None and values[name] not in books.division.conditions:
            raise rejected(f"Not found: Payment condition {values[name]}")
    for name in ("SalesVATCode", "PurchaseVATCode"):
        if values.get(name) is None:
            continue
        code = books.division.vat_codes.get(values[name].strip())
        if code is None or code["IsBlocked"]:
            raise rejected(f"Not found: VAT code {values[name].strip()}")
    check_listed(values, _LISTED, books)


def _check_accounts(values: Document, native_id: str, books: Books) -> None:
    for name in ("Accountant", "InvoiceAccount", "Parent", "Reseller"):
        wanted = values.get(name)
        if wanted is None:
            continue
        found = books.records.get(wanted)
        account: Document = found["Account"] if found else {}
        fits = {
            "Accountant": (account.get("IsAccountant") or 0) > 0,
            "InvoiceAccount": True,
            "Parent": wanted != native_id,
            "Reseller": bool(account.get("IsReseller")),
        }[name]
        if not account or not fits:
            raise rejected(f"Not found: {name}")


def _check_rest(account: Document, values: Document, record: Document, books: Books) -> None:
    if values.get("MainContact") and values["MainContact"] not in {row["ID"] for row in record["Contacts"]}:
        raise rejected("Not found: Main contact")
    if values.get("InvoicingMethod") == 4 and "mailbox" not in books.licences:
        raise rejected("Invalid: InvoicingMethod")
    if values.get("Logo") and "." not in (account.get("LogoFileName") or ""):
        raise rejected("Mandatory: LogoFileName")


def derive(record: Document, books: Books, before: Document | None) -> Document:
    """The record with all that follows from what was written: names of codes, copies, the linked visit address."""
    after = deepcopy(record)
    account = after["Account"]
    if books.readings.links_visit_address and before is not None:
        _link_visit_address(after, before)
    conditions, vat_codes = books.division.conditions, books.division.vat_codes
    for side in ("Sales", "Purchase"):
        condition = conditions.get(account.get(f"PaymentCondition{side}") or "", {})
        account[f"PaymentCondition{side}Description"] = condition.get("Description")
        vat_code = vat_codes.get((account.get(f"{side}VATCode") or "").strip(), {})
        account[f"{side}VATCodeDescription"] = vat_code.get("Description")
        account[f"{side}CurrencyDescription"] = CURRENCY_NAMES.get(account.get(f"{side}Currency") or "")
    for name in ("InvoiceAccount", "Reseller"):
        other: Document = books.records.get(account.get(name) or "", {}).get("Account", {})
        account[f"{name}Code"], account[f"{name}Name"] = other.get("Code"), other.get("Name")
    manager, number = MANAGERS.get(account.get("AccountManager") or "", (None, None))
    logo = f"/docs/SysImage.aspx?ID={account['ID']}" if account.get("Logo") else None
    account.update(
        IsSales=account.get("Status") == "C",
        CountryName=country_name(account.get("Country")),
        StateName=state_name(account),
        LanguageDescription=LANGUAGES.get((account.get("Language") or "").strip()),
        AccountManagerFullName=manager,
        AccountManagerHID=number,
        LogoUrl=logo,
        LogoThumbnailUrl=logo and f"{logo}&ThumbSize=100",
    )
    for row in after.get("Contacts", []):
        derive_contact(row, account)
    for row in after.get("Addresses", []):
        derive_address(row, after)
    for row in after.get("BankAccounts", []):
        derive_bank_account(row, account)
    return after


def _link_visit_address(after: Document, before: Document) -> None:
    """The side that was written wins; an account without a visit address has only its own block."""
    account, visit = after["Account"], main_visit(after)
    if visit is None:
        return
    old = main_visit(before) or {}
    if any(account.get(name) != before["Account"].get(name) for name in BLOCK):
        visit.update({name: account.get(name) for name in BLOCK})
    elif any(visit.get(name) != old.get(name) for name in BLOCK):
        account.update({name: visit.get(name) for name in BLOCK})
