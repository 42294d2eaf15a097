"""Customers with every writable property set, and properties that nobody has heard of."""

from __future__ import annotations

from gql_gateway.sandbox.exact_online.books import LISTED
from gql_gateway.sandbox.simulator import Document

# One transparent pixel.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="

_ACCOUNT_LISTED = (
    *("AccountManager", "ActivitySector", "ActivitySubSector", "BusinessType", "CompanySize", "LeadPurpose"),
    *("LeadSource", "GLAR", "GLAP", "GLAccountSales", "GLAccountPurchase", "PriceList", "ShippingMethod"),
    *(f"Classification{number}" for number in range(1, 9)),
)

UNHEARD_OF: tuple[tuple[int, tuple[str, Document]], ...] = (
    (1, ("Account", {"SustainabilityRating": {"Score": 71.5, "Source": "self", "Labels": ["ISO14001"]}})),
    (1, ("Contacts", {"PreferredChannel": "whatsapp"})),
    (4, ("Account", {"CustomerSegments": ["horeca", "centrum"], "LoyaltyProgram": None})),
    (6, ("BankAccounts", {"VerificationStatus": 3})),
    (21, ("Account", {"LoyaltyProgram": "Gold"})),
)
"""By place in the list of seeds: the part of the record and what it has beyond the reference."""


def complete_account(account: Document, place: int, country: str) -> Document:
    """Every writable property of an account but the references to other accounts and to its own contacts."""
    return {
        **account,
        **{name: LISTED[name][place % 3] for name in _ACCOUNT_LISTED},
        **{"TradeName": f"{account['Name']} Groep", "SearchCode": f"ZOEK{place:03d}", "VATLiability": "P"},
        **{"BSN": "999990019", "RSIN": rsin(place), "UniqueTaxpayerReference": f"{1000000000 + place}"},
        **{"OINNumber": f"0000000{place:013d}", "EORINumber": f"NL{rsin(place)}", "GlnNumber": gln(place)},
        **{"PeppolIdentifier": f"{90000000 + place}", "PeppolIdentifierType": 106, "PayAsYouEarn": "123/AB456"},
        **{"EstablishedDate": "1987-04-01T00:00:00", "ControlledDate": "2025-10-01T00:00:00"},
        **{"StartDate": "2016-01-01T00:00:00", "EndDate": "2035-12-31T00:00:00"},
        **{"AddressLine2": "Gebouw B", "AddressLine3": "2e verdieping", "Latitude": 52.0907, "Longitude": 5.1214},
        **{"Phone": f"+31 30 555 01{place:02d}", "PhoneExtension": "12", "Fax": f"+31 30 555 02{place:02d}"},
        **{"Email": f"inkoop{place}@rijk.example", "ChamberOfCommerce": f"{90000000 + place}"},
        **{"VATNumber": account.get("VATNumber") or f"{country}{rsin(place)}B01", "Remarks": "Prefers e-mail"},
        **{"SalesCurrency": "EUR", "PurchaseCurrency": "USD"},
        **{"PaymentConditionSales": "30", "PaymentConditionPurchase": "60"},
        **{"ShowRemarkForSales": True, "Blocked": place == 6, "IsSupplier": True, "IsReseller": True, "IsPilot": True},
        **{"IsExtraDuty": True, "CanDropShip": True, "RecepientOfCommissions": True, "HasWithholdingTaxSales": True},
        **{"IgnoreDatevWarningMessage": True, "EnableSalesPaymentLink": True},
        **{"IsAccountant": 2, "IsAgency": 1, "IsCompetitor": 1, "IsMailing": 1, "InvoicingMethod": 8},
        **{"InvoiceAttachmentType": 1, "AutomaticProcessProposedEntry": 1, "ConsolidationScenario": 2},
        **{"SeparateInvPerSubscription": 1, "DeliveryAdvice": 1},
        **{"CreditLineSales": 25000.0, "CreditLinePurchase": 10000.5, "DiscountSales": 0.055, "DiscountPurchase": 0.1},
        **{"SalesVATCode": "2", "PurchaseVATCode": "VN", "DatevDebtorCode": "10042", "DatevCreditorCode": "70042"},
        **{"CodeAtSupplier": f"L-{4200 + place}", "ShippingLeadDays": 2, "PurchaseLeadDays": 5},
        **{"IncotermCodeSales": "DAP", "IncotermAddressSales": "Utrecht", "IncotermVersionSales": 2020},
        **{"IncotermCodePurchase": "EXW", "IncotermAddressPurchase": "Köln", "IncotermVersionPurchase": 2010},
        **{"IntraStatArea": "08", "IntraStatDeliveryTerm": "DAP", "IntraStatSystem": "00"},
        **{"IntraStatTransactionA": "1", "IntraStatTransactionB": "1", "IntraStatTransportMethod": "3"},
        **{"SecurityLevel": 10, "Logo": PICTURE, "LogoFileName": "logo.png"},
    }


def complete_contact(person: Document, place: int) -> Document:
    listed = ("IdentificationDocument", "IdentificationUser", "LeadPurpose", "LeadSource", "Person")
    return {
        **person,
        **{name: LISTED[name][place % 3] for name in listed},
        **{"MiddleName": "de", "Initials": "F.", "Title": "MEVR.", "Gender": "V", "JobTitleDescription": "Directeur"},
        **{"Phone": "+31 30 555 0143", "Mobile": "+31 6 5550 1043", "BusinessPhone": "+31 30 555 0144"},
        **{"BusinessPhoneExtension": "44", "BusinessMobile": "+31 6 5550 1044", "BusinessFax": "+31 30 555 0145"},
        **{"Language": "NL", "Nationality": "NL", "BirthDate": "1984-02-29T00:00:00", "BirthPlace": "Gouda"},
        **{"Notes": "Belt liever", "MarketingNotes": "Beurs 2025", "IsMailingExcluded": True},
        **{"StartDate": "2018-05-01T00:00:00", "EndDate": "2033-05-01T00:00:00"},
        **{"IdentificationDate": "2020-01-15T00:00:00", "SocialSecurityNumber": "999990019"},
        **{"Picture": PICTURE, "PictureName": "pasfoto.png"},
    }


def complete_address(address: Document, place: int, contact: str) -> Document:
    free = range(1, 6)
    return {
        **address,
        **{"AddressLine1": "Magazijnweg 4", "AddressLine2": "Dock 3", "AddressLine3": "Achterom", "Contact": contact},
        **{"Phone": "+31 30 555 0146", "PhoneExtension": "9", "Fax": "+31 30 555 0147", "Notes": "Voor 10 uur"},
        **{f"FreeBoolField_0{number}": number % 2 == 1 for number in free},
        **{f"FreeDateField_0{number}": f"2025-0{number}-01T09:30:00" for number in free},
        **{f"FreeNumberField_0{number}": place + number / 4 for number in free},
        **{f"FreeTextField_0{number}": f"vrij {number}" for number in free},
    }


def rsin(serial: int) -> str:
    """Nine digits that pass the eleven test, from 8000 on."""
    for last in range(10):
        digits = f"8{serial * 10 + last:07d}"
        check = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
    raise ValueError(f"no number for {serial}")


def gln(serial: int) -> str:
    """A global location number under the Dutch prefix 87."""
    digits = f"8700009{serial:05d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def iban(serial: int) -> str:
    """A Dutch account at the bank TEST."""
    account = f"TEST{serial:010d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"
