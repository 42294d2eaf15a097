"""The response type `EAccountingCustomerResponse`: its properties, their defaults, and how builds of the API write it.

A stored customer is flat, has ISO dates and no null, whatever build is played.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from gql_gateway.sandbox.simulator import Document

DateStyle = Literal["iso", "ms"]

INVOICE_ADDRESS = (
    "CorporateIdentityNumber",
    "InvoiceAddress1",
    "InvoiceAddress2",
    "InvoiceCity",
    "InvoicePostalCode",
    "InvoiceCountryCode",
)
"""Inherited from `EAccountingInvoiceAddress`; a nested object in the list of older builds."""

NON_NULLABLE: Mapping[str, Any] = {
    "ReverseChargeOnConstructionServices": False,
    "IsPrivatePerson": False,
    "IsNorthernIreland": False,
    "DiscountPercentage": 0.0,
    "IsActive": False,
    "ForceBookkeepVat": False,
    "IsFutureInvoiceDateAllowed": False,
    "DeliveryBasedVat": False,
    "UnpaidInvoicesAmount": 0.0,
}
"""Properties that cannot be absent, with what they are when nobody set them."""

EMPTY_LISTS: Mapping[str, Any] = {"EmailAddresses": [], "CustomerLabels": [], "MessageThreads": [], "Notes": []}

KEPT_BY_A_REPLACE = (
    "Id",
    "CustomerNumber",
    "PayToAccountId",
    "LastInvoiceDate",
    "IsFutureInvoiceDateAllowed",
    "UnpaidInvoicesAmount",
)
"""What Visma itself keeps when its full replace is given nothing else: its read-only properties, and the number, which
is unique and which it generates."""

# `LastInvoiceDate` is declared a string on this API, so its form never changes.
DATES = (
    "ChangedUtc",
    "AutoInvoiceActivationEmailSentDate",
    "AutoInvoiceRegistrationRequestSentDate",
    "SigningDate",
    "EndDate",
    "LatestDirectDebit",
    "CreatedDate",
    "ExpiryDate",
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def without_nulls(value: Any) -> Any:
    """ServiceStack leaves null properties out, at every depth."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def complete(document: Document, terms_of_payment: Mapping[str, Document]) -> Document:
    """The document without nulls, with the defaults of non-nullable properties and the details of its payment terms."""
    stored: Document = without_nulls({**NON_NULLABLE, **EMPTY_LISTS, **document})
    stored.pop("EAccountingTermsOfPayment", None)
    if terms := terms_of_payment.get(stored.get("TermsOfPaymentId", "")):
        stored["EAccountingTermsOfPayment"] = dict(terms)
    return stored


def replaced(before: Document, values: Document, *, currency: str) -> Document:
    """What Visma's full replace leaves when it is sent only `values`: the rest empty or default."""
    kept = {name: before[name] for name in KEPT_BY_A_REPLACE if name in before}
    return {**kept, "CurrencyCode": currency, **values}


def render_customer(document: Document, dates: DateStyle, *, nested: bool = False) -> Document:
    """A customer as it goes over the wire. `nested` plays the older build's list."""
    rendered: Document = render(document, dates)
    if nested:
        address = {name: rendered.pop(name) for name in INVOICE_ADDRESS if name in rendered}
        rendered["InvoiceAddress"] = address
        if not rendered.get("DiscountPercentage"):
            rendered.pop("DiscountPercentage", None)
    return rendered


def render(value: Any, dates: DateStyle, *, names: Collection[str] = DATES) -> Any:
    """Any payload without nulls and with its dates in the given style."""
    if isinstance(value, dict):
        return {
            name: _date(inner, dates) if name in names else render(inner, dates, names=names)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [render(inner, dates, names=names) for inner in value]
    return value


def iso_utc(milliseconds: int) -> str:
    """Milliseconds since 1970 as .NET prints a UTC date: seven digits of a second."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}0000Z"


def milliseconds_of(text: str) -> int:
    """The inverse of `iso_utc`; a date without zone counts as UTC."""
    moment = datetime.fromisoformat(text)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)


def _date(value: Any, style: DateStyle) -> Any:
    if style == "iso" or not isinstance(value, str):
        return value
    try:
        return f"/Date({milliseconds_of(value)}+0000)/"
    except ValueError:
        return value
