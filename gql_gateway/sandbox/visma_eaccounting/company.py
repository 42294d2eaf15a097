"""The companies of the one user: their settings, and the registers that customers point into, the same in all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..seeds import gln, organisation_number, swedish_vat_number
from ..simulator import Document

COMPANY_ID = "0d6f3c52-8b1e-4f7a-9c24-7e5a1b2d3c4e"
CURRENCY = "SEK"
PRO = 5
BOOKKEEPING = 3
TERMS_30 = "0f5b8c2e-7c1d-4f2c-9a1b-6a1f0d2e3c4b"
VIP = "77c1d2e3-1111-4222-8333-944455566677"
_TERMS_TYPES = ("Normal", "CurrentMonth", "Cash", "CardPayment", "DigitalWallet", "PaymentServiceProvider")


@dataclass(frozen=True, slots=True)
class Company:
    """`number`: the one that its organisation number is made of. `has_eaccounting`: it has the service."""

    id: str
    name: str
    number: int
    has_eaccounting: bool = True


HOME = Company(COMPANY_ID, "Fjällverkstan i Norr AB sandbox", 9000)
SISTER = Company("5b2a9d14-3f6e-4c80-8d17-2e9f4a6b7c81", "Fjällverkstan Fastigheter AB sandbox", 9001)
FOUNDATION = Company("c8e4f7a2-9d35-4b16-a0f8-6d1c2b3e4f50", "Stiftelsen Fjällstugan", 9002, has_eaccounting=False)
COMPANIES: Mapping[str, Company] = {each.id: each for each in (HOME, SISTER, FOUNDATION)}
DEFAULT = SISTER
"""The user's default: who leaves the chooser out lands here, and not at the company of the sandbox connection."""


def guid(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"visma eaccounting {kind} {number}"))


def _terms(id: str, name: str, english: str, days: int = 0, *, kind: int = 0) -> Document:
    return {
        "Id": id,
        "Name": name,
        "NameEnglish": english,
        "NumberOfDays": days,
        "TermsOfPaymentTypeId": kind,
        "TermsOfPaymentTypeText": _TERMS_TYPES[kind],
        "AvailableForSales": True,
        "AvailableForPurchase": kind < 3,
    }


TERMS_OF_PAYMENT = (
    _terms(TERMS_30, "30 dagar netto", "30 days net", 30),
    _terms(guid("terms", 10), "10 dagar netto", "10 days net", 10),
    _terms(guid("terms", 60), "60 dagar netto", "60 days net", 60),
    _terms(guid("terms", 1), "Innevarande månad", "Current month", kind=1),
    _terms(guid("terms", 2), "Kontant", "Cash", kind=2),
    _terms(guid("terms", 3), "Kortbetalning", "Card payment", kind=3),
    _terms(guid("terms", 4), "Swish", "Swish", kind=4),
)


def _coded(kind: str, *rows: tuple[str, str]) -> tuple[Document, ...]:
    return tuple({"Id": guid(kind, n), "Name": name, "Code": code} for n, (name, code) in enumerate(rows))


DELIVERY_METHODS = _coded("delivery method", ("Bud", "BUD"), ("Brev", "BREV"), ("Hämtas", "HAMT"))
DELIVERY_TERMS = _coded("delivery term", ("Fritt vårt lager", "FVL"), ("Fritt kunden", "FK"))

LABELS: tuple[Document, ...] = (
    {"Id": VIP, "Name": "VIP", "Description": "Key account"},
    {"Id": guid("label", 2), "Name": "Stamkund", "Description": "Handlar varje månad"},
    {"Id": guid("label", 3), "Name": "Återförsäljare", "Description": None},
)

# Their members are not documented beyond the id that a customer points with; the name is there for a reader.
DISCOUNT_AGREEMENTS: tuple[Document, ...] = tuple(
    {"Id": guid("discount agreement", n), "Name": name} for n, name in enumerate(("Byggavtal", "Årsavtal"))
)
PRICE_LISTS: tuple[Document, ...] = tuple(
    {"Id": guid("price list", n), "Name": name} for n, name in enumerate(("Grossist", "Butik"))
)

COUNTRIES: tuple[Document, ...] = tuple(
    {"Name": name, "Code": code, "IsEuMember": code not in {"NO", "GB", "CH", "US", "IS"}}
    for code, name in (
        *(("SE", "Sverige"), ("NO", "Norge"), ("DK", "Danmark"), ("FI", "Finland"), ("NL", "Nederländerna")),
        *(("DE", "Tyskland"), ("FR", "Frankrike"), ("ES", "Spanien"), ("IT", "Italien"), ("PL", "Polen")),
        *(("BE", "Belgien"), ("AT", "Österrike"), ("IE", "Irland"), ("GB", "Storbritannien"), ("CH", "Schweiz")),
        *(("US", "USA"), ("IS", "Island"), ("EE", "Estland"), ("LT", "Litauen"), ("LV", "Lettland")),
    )
)
CURRENCIES: tuple[Document, ...] = tuple(
    {"Code": code} for code in ("SEK", "NOK", "DKK", "EUR", "GBP", "USD", "CHF", "PLN", "ISK")
)

LISTS: Mapping[str, tuple[Document, ...]] = {
    "termsofpayments": TERMS_OF_PAYMENT,
    "deliverymethods": DELIVERY_METHODS,
    "deliveryterms": DELIVERY_TERMS,
    "customerlabels": LABELS,
    "discountagreements": DISCOUNT_AGREEMENTS,
    "salespricelists": PRICE_LISTS,
    "countries": COUNTRIES,
    "currencies": CURRENCIES,
}

REFERENCES: Mapping[str, str] = {
    "TermsOfPaymentId": "termsofpayments",
    "DeliveryMethodId": "deliverymethods",
    "DeliveryTermId": "deliveryterms",
    "DiscountAgreementId": "discountagreements",
    "SalesPriceListId": "salespricelists",
    "InvoiceCountryCode": "countries",
    "DeliveryCountryCode": "countries",
    "CurrencyCode": "currencies",
}
"""Properties of a customer whose values come from a list. That an unknown value is refused is the safe reading."""


def find(register: str, key: str) -> Document | None:
    """The entry with this id (in any case) or code."""
    return next(
        (e for e in LISTS[register] if e.get("Id") == key.lower() or ("Id" not in e and e["Code"] == key)), None
    )


def settings(company: Company, *, status: int, variant: int, next_number: int, modules: list[str]) -> Document:
    number = organisation_number(company.number)
    return {
        "CompanyIdentifier": company.id,
        "CompanyStatus": status,
        "Name": company.name,
        "Email": "info@fjallverkstan.example",
        "Phone": "0980-319200",
        "MobilePhone": None,
        "Address1": "Rådhusesplanaden 4",
        "Address2": None,
        "CountryCode": "SE",
        "PostalCode": "90328",
        "City": "Umeå",
        "Website": "https://fjallverkstan.example",
        "CurrencyCode": CURRENCY,
        "TermsOfPaymentId": TERMS_30,
        "CorporateIdentityNumber": number,
        "VatCode": swedish_vat_number(number),
        "BankGiro": "5050-1055",
        "PlusGiro": None,
        "BankAccount": None,
        "Iban": None,
        "AccountingLockedTo": None,
        "Gln": gln(company.number),
        "ProductVariant": variant,
        "TypeOfBusiness": 1,
        "VatPeriod": 3,
        "ActivatedModules": modules,
        "CompanyText": {
            "CustomerInvoiceTextDomestic": "Tack för att du handlar hos oss!",
            "CustomerInvoiceTextForeign": "Thank you for your business!",
            "OrderTextDomestic": None,
            "OrderTextForeign": None,
            "OverDueTextDomestic": None,
            "OverDueTextForeign": None,
        },
        "NextCustomerNumber": next_number,
        "NextSupplierNumber": 501,
        "NextCustomerInvoiceNumber": 2043,
        "NextQuoteNumber": 88,
        "ShowPricesExclVatPC": False,
    }
