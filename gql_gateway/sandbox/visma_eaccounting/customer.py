"""`CustomerApi`: its 61 properties with the lengths of May 2024, and what each is when nobody sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..simulator import Document

Kind = Literal["text", "guid", "flag", "int32", "fraction", "amount", "date", "texts", "guids", "labels", "object"]


@dataclass(frozen=True)
class Property:
    """`longest` in UTF-16 units, as .NET counts; `members` of an object."""

    kind: Kind
    longest: int | None = None
    required: bool = False
    read_only: bool = False
    members: Mapping[str, Property] | None = None
    choices: tuple[int, ...] = ()


def _text(longest: int | None = None, *, required: bool = False) -> Property:
    return Property("text", longest, required)


GUID = Property("guid")
FLAG = Property("flag")
DATE = Property("date")
SHOWN_GUID = Property("guid", read_only=True)
SHOWN_DATE = Property("date", read_only=True)

DIRECT_DEBIT: Mapping[str, Property] = {
    "MandateId": _text(),
    "MandateType": Property("int32", choices=(1, 2)),
    "SequenceType": Property("int32", choices=(1, 2, 3)),
    "SigningDate": DATE,
    "EndDate": DATE,
    "LatestDirectDebit": DATE,
}

LABEL: Mapping[str, Property] = {"Id": GUID, "Name": _text(50, required=True), "Description": _text(400)}

PROPERTIES: Mapping[str, Property] = {
    "Id": SHOWN_GUID,
    "CustomerNumber": _text(16),
    "CorporateIdentityNumber": _text(20),
    "ContactPersonEmail": _text(255),
    "ContactPersonMobile": _text(50),
    "ContactPersonName": _text(100),
    "ContactPersonPhone": _text(50),
    "CurrencyCode": _text(3),
    "GLN": _text(255),
    "EmailAddress": _text(255),
    "EmailAddressOrder": _text(255),
    "EmailAddressQuote": _text(255),
    "InvoiceAddress1": _text(50),
    "InvoiceAddress2": _text(50),
    "InvoiceCity": _text(50, required=True),
    "InvoiceCountryCode": _text(2),
    "InvoicePostalCode": _text(10, required=True),
    "DeliveryCustomerName": _text(100),
    "DeliveryAddress1": _text(50),
    "DeliveryAddress2": _text(50),
    "DeliveryCity": _text(50),
    "DeliveryCountryCode": _text(2),
    "DeliveryPostalCode": _text(10),
    "DeliveryMethodId": GUID,
    "DeliveryTermId": GUID,
    "PayToAccountId": SHOWN_GUID,
    "Name": _text(50, required=True),
    "Note": _text(4000),
    "ReverseChargeOnConstructionServices": FLAG,
    "WebshopCustomerNumber": Property("int32"),
    "MobilePhone": _text(50),
    "Telephone": _text(50),
    "TermsOfPaymentId": Property("guid", required=True),
    "TermsOfPayment": Property("object", read_only=True),
    "VatNumber": _text(20),
    "WwwAddress": _text(255),
    "LastInvoiceDate": SHOWN_DATE,
    "IsPrivatePerson": Property("flag", required=True),
    "IsNorthernIreland": FLAG,
    "DiscountPercentage": Property("fraction"),
    "ChangedUtc": SHOWN_DATE,
    "IsActive": Property("flag", required=True),
    "ForceBookkeepVat": FLAG,
    "EdiGlnNumber": _text(255),
    "SalesDocumentLanguage": _text(2),
    "ElectronicAddress": _text(255),
    "ElectronicReference": _text(35),
    "EdiServiceDelivererId": _text(255),
    "AutoInvoiceActivationEmailSentDate": DATE,
    "AutoInvoiceRegistrationRequestSentDate": DATE,
    "EmailAddresses": Property("texts"),
    "CustomerLabels": Property("labels", members=LABEL),
    "MessageThreads": Property("guids"),
    "Notes": Property("guids"),
    "IsFutureInvoiceDateAllowed": Property("flag", read_only=True),
    "DeliveryBasedVat": FLAG,
    "SalesPriceListId": GUID,
    "Iban": _text(),
    "DirectDebitCustomerSettings": Property("object", members=DIRECT_DEBIT),
    "DiscountAgreementId": GUID,
    "UnpaidInvoicesAmount": Property("amount", read_only=True),
}

READ_ONLY = frozenset(name for name, known in PROPERTIES.items() if known.read_only)
REQUIRED = tuple(name for name, known in PROPERTIES.items() if known.required)
UNCERTAIN = frozenset({"SalesPriceListId", "DiscountAgreementId", "MessageThreads", "Notes"})
"""Described as returned; whether a PUT changes them is unverified."""


def empty(name: str) -> Any:
    """What a property is when it is left out or sent as null: lists are empty, flags false, the discount nothing.

    Unverified for each of them; a customer who was never given anything reads like this in the dossier's example.
    """
    match PROPERTIES[name].kind if name in PROPERTIES else None:
        case "texts" | "guids" | "labels":
            return []
        case "flag":
            return False
        case "fraction" | "amount":
            return 0.0
        case _:
            return None


def whole(document: Document) -> Document:
    """The document with every property, in the contract's order; what a later build added stands last."""
    return {**{name: empty(name) for name in PROPERTIES}, **document}
