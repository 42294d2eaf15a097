"""What a write must not do, one refusal at a time: names, references, the hierarchy, what is fixed after creation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..simulator import Document
from .answers import BAD_REFERENCE, GONE, MISSING, NAME_USED, NOT_FOUND, RULE, refuse
from .books import DEEPEST, Books
from .customer import NAME_PARTS, PROPERTIES, Sent

REGIONS: Mapping[str, frozenset[str]] = {
    "GSTIN": frozenset({"IN"}),
    "GSTRegistrationType": frozenset({"IN"}),
    "TDSEnabled": frozenset({"IN"}),
    "BusinessNumber": frozenset({"CA", "GB", "IN"}),
    "IsCISContractor": frozenset({"GB"}),
    "TaxRegime": frozenset({"MX"}),
    "ARAccountRef": frozenset({"FR"}),
    "TaxExemptionReasonId": frozenset({"US"}),
}
"""Countries of the company in which the documents speak of a property."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The simulator's switches of the same names explain these."""

    enforces_regions: bool
    automated_sales_tax: bool | None
    updates_inactive: bool
    deactivates_with_balance: bool
    reactivation_restores_name: bool
    refuses_balance: bool


def pass_by(sent: Sent, before: Document, books: Books, policy: Policy) -> list[str]:
    """Names in `sent` that this company takes and does not store; they are taken out of it and stay as they are."""
    taxable = sent.values.get("Taxable")
    if taxable is None:
        taxable = sent.sparse and bool(before.get("Taxable"))
    ignored = [
        name
        for name, countries in REGIONS.items()
        if policy.enforces_regions and name in sent.values and books.info["Country"] not in countries
    ]
    if "DefaultTaxCodeRef" in sent.values and (policy.automated_sales_tax or not taxable):
        ignored.append("DefaultTaxCodeRef")
    if "TaxExemptionReasonId" in sent.values and policy.automated_sales_tax is False:
        ignored.append("TaxExemptionReasonId")
    if before and "Balance" in sent.values:
        if policy.refuses_balance and sent.values["Balance"] != before.get("Balance"):
            raise refuse(RULE, "Balance can be given only when the customer is created", "Balance")
        ignored.append("Balance")
    for name in set(ignored):
        del sent.values[name]
    return sorted(set(ignored))


def check_known(sent: Sent, books: Books) -> Document:
    """The customer to update, which has to exist and to be the version that was read."""
    before = books.customers.get(sent.id or "")
    if before is None:
        raise refuse(NOT_FOUND, GONE)
    return before


def check_rules(before: Document, after: Document, sent: Sent, books: Books, policy: Policy) -> None:
    _check_state(before, after, sent, policy)
    _check_references(sent, books)
    _check_currency(before, after, sent, books)
    _check_hierarchy(before, after, sent, books)
    _name(after)
    # A name that stays is not compared: an old record may share one.
    name = after["DisplayName"]
    if name != before.get("DisplayName") and (holder := books.who_holds(name, before.get("Id"))):
        words = f"Another {holder.lower()} is already using this name. Please use a different name."
        raise refuse(NAME_USED, f"The name supplied already exists. : {words}")


def _check_state(before: Document, after: Document, sent: Sent, policy: Policy) -> None:
    was, wanted = before.get("Active", True), sent.values.get("Active")
    if not was and not wanted and not policy.updates_inactive:
        raise refuse(NOT_FOUND, GONE)
    if was and wanted is False and before.get("Balance"):
        if not policy.deactivates_with_balance:
            raise refuse(RULE, "The customer has an open balance and cannot be made inactive", "Active")
        after["Balance"] = 0
    if not was and wanted and policy.reactivation_restores_name:
        after["DisplayName"] = str(after.get("DisplayName", "")).removesuffix(" (deleted)")


def _check_references(sent: Sent, books: Books) -> None:
    for name, value in sent.values.items():
        entity = PROPERTIES[name].entity
        if not entity or not value:
            continue
        row = books.find(entity, value)
        # "customers, items, vendors or employees", and accounts: what of these is inactive is not found.
        own_code = entity in {"Customer", "Account"}
        if row is None or (row.get("Active") is False and not own_code):
            raise refuse(BAD_REFERENCE, f"Invalid Reference Id : {name} {value}", name)
        if row.get("Active") is False:
            raise refuse(NOT_FOUND, GONE)


def _check_currency(before: Document, after: Document, sent: Sent, books: Books) -> None:
    wanted = sent.values.get("CurrencyRef")
    held = (before.get("CurrencyRef") or {}).get("value")
    if before and wanted is not None and wanted != held:
        raise refuse(RULE, "The currency of a customer cannot be changed", "CurrencyRef")
    if not before:
        after["CurrencyRef"] = {"value": wanted or books.home_currency}
        after["Balance"] = sent.values.get("Balance") or 0


def _check_hierarchy(before: Document, after: Document, sent: Sent, books: Books) -> None:
    """Without `Job` a customer is on the top level, says the schema: its parent goes. Other contradictions: refused."""
    if not after.get("Job"):
        if sent.values.get("ParentRef"):
            raise refuse(RULE, "A customer with a parent has to be a sub-customer or job", "Job")
        if sent.values.get("BillWithParent"):
            raise refuse(RULE, "Only a sub-customer can be billed with its parent", "BillWithParent")
        after.pop("ParentRef", None)
        after["BillWithParent"] = False
        line = []
    else:
        if "ParentRef" not in after:
            raise refuse(MISSING, "Required parameter ParentRef is missing in the request", "ParentRef")
        line = list(books.ancestors(after))
    own = before.get("Id")
    if own is not None and own in [parent.get("Id") for parent in line]:
        raise refuse(RULE, "A customer cannot be below itself", "ParentRef")
    height = max((_depth(books, other, own) for other in books.below(own)), default=0) if own else 0
    if len(line) + height > DEEPEST:
        raise refuse(RULE, "There can be no more than five levels of customers", "ParentRef")


def _depth(books: Books, other: str, top: str) -> int:
    """How many levels a sub-customer is below a customer."""
    line = [parent.get("Id") for parent in books.ancestors(books.customers[other])]
    return line.index(top) + 1


def _name(after: Document) -> None:
    """A display name is made of the parts of a person's name where none is given."""
    if not after.get("DisplayName"):
        made = " ".join(str(after[part]) for part in NAME_PARTS if after.get(part))
        if not made:
            raise refuse(MISSING, "Required parameter DisplayName is missing in the request", "DisplayName")
        after["DisplayName"] = made
    after.setdefault("PrintOnCheckName", after["DisplayName"])
