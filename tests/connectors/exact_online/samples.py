"""What Exact Online takes that its facts cannot say, and what a read makes of the simulator's record."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

from gql_gateway.sandbox.exact_online.books import LISTED
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Document, Samples

VISIT = 1


def view(simulator: Simulator, native_id: str) -> Document:
    """The account and its rows as a read shows them: visit addresses apart, main rows first, names of the contract."""
    record = simulator.records[native_id]
    account, addresses = record["Account"], _in_order(record["Addresses"])
    document = {
        "Account": account,
        "Active": _is_active(simulator, account["EndDate"]),
        "Addresses": sorted((item for item in addresses if item["Type"] != VISIT), key=lambda item: not item["Main"]),
        "VisitAddresses": [item for item in addresses if item["Type"] == VISIT],
        "Contacts": [_known(contact) for contact in _in_order(record["Contacts"])],
        "BankAccounts": [_known(bank) for bank in _in_order(record["BankAccounts"])],
    }
    return deepcopy(document)


def _in_order(rows: list[Document]) -> list[Document]:
    return sorted(rows, key=lambda item: str(item["ID"]))


def _known(row: Document) -> Document:
    """Rows are asked for by the names of the contract."""
    return {name: value for name, value in row.items() if name not in UNASKED}


def _is_active(simulator: Simulator, end: str | None) -> bool:
    if end is None:
        return True
    today = datetime.fromtimestamp(simulator.clock(), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(end.removeprefix("/Date(").removesuffix(")/")) >= today.timestamp() * 1000


def own_contacts(document: Document) -> tuple[str, ...]:
    """An account and its addresses name contacts of its own only."""
    return tuple(contact["ID"] for contact in document["Contacts"])


UNASKED = frozenset({"PreferredChannel", "VerificationStatus", "Picture"})

BAKERY, RESELLER, ACCOUNTANT = (
    "9ccad5c6-b19a-57ef-9935-0723932d7cc3",
    "eb2ea976-2325-5052-81fa-f25f2c9204bc",
    "e2c468de-23e7-5af3-990e-188420ed49d5",
)
TYPES = ("VISITING", "BILLING", "DELIVERY", "OTHER")
DAYS = ("2031-03-31", "2032-02-29")
CONTACT_IDS = ("mainContactId", *(f"addresses[{kind}].contactPersonId" for kind in TYPES if kind != "VISITING"))
GUIDS = {
    **{"accountManagerId": "AccountManager", "activitySectorId": "ActivitySector", "businessTypeId": "BusinessType"},
    **{"activitySubSectorId": "ActivitySubSector", "companySizeId": "CompanySize", "priceListId": "PriceList"},
    **{"expenseAccountId": "GLAccountPurchase", "revenueAccountId": "GLAccountSales", "payableAccountId": "GLAP"},
    **{"receivableAccountId": "GLAR", "identificationDocumentId": "IdentificationDocument", "personId": "Person"},
    **{"identificationUserId": "IdentificationUser", "leadPurposeId": "LeadPurpose", "leadSourceId": "LeadSource"},
    **{"shippingMethodId": "ShippingMethod", **{f"classification{n}Id": f"Classification{n}" for n in range(1, 9)}},
}

SAMPLES = Samples(
    values={
        **{name: tuple(LISTED[place]) for name, place in GUIDS.items()},
        **dict.fromkeys(("resellerId", "parentId"), (RESELLER, BAKERY)),
        **dict.fromkeys(("accountantId", "invoiceAccountId"), (ACCOUNTANT, BAKERY)),
        **dict.fromkeys(("establishedDate", "controlledDate", "startDate", "endDate"), DAYS),
        **{f"freeDate{number}": DAYS for number in range(1, 6)},
        "birthDate": ("1984-02-29", "1956-11-05"),
        "identificationDate": DAYS,
        "number": ("70042", "00070043"),
        "contactPersons[*].number": (7, 11),
        "vatId": ("NL800000006B01", "NL800000201B01"),
        "region": ("UT", "ZH"),
        "countryCode": ("BE", "FR"),
        "language": ("EN-GB", "DE"),
        "nationality": ("BE", "FR"),
        "salutation": ("DHR.", "MEVR."),
        "currency": ("GBP", "USD"),
        "purchaseCurrency": ("GBP", "USD"),
        "paymentTerms": ("08", "60"),
        "purchasePaymentTerms": ("08", "60"),
        "vatCode": ("1", "5"),
        "purchaseVatCode": ("1", "5"),
        "discount": (0.05, 0.125),
        "purchaseDiscount": (0.05, 0.125),
        "automaticProcessProposedEntry": (0, 1),
        "incotermVersion": (2010, 2020),
        "purchaseIncotermVersion": (2010, 2020),
        "logo": ("eA==", "eHg="),
        "logoFileName": ("marke.png", "zeichen.jpg"),
        "iban": ("NL91ABNA0417164300", "BE71096123456769"),
        "bic": ("ABNANL2A", "GKCCBEBB"),
    },
    beside={
        **{f"addresses[{kind}].countryCode": {f"addresses[{kind}].region": None} for kind in TYPES},
        **{f"addresses[{kind}].region": {f"addresses[{kind}].countryCode": "NL"} for kind in TYPES},
        "logo": {"logoFileName": "logo.png"},
    },
    of_record=dict.fromkeys(CONTACT_IDS, own_contacts),
    along={"active": ("Account.EndDate",)},
    kept={"contactPersons[*].number": "A contact person has had a number since it was made, and keeps one."},
    unwritten={
        "Addresses[0].Main": "The main address of its type is the one that is meant.",
        "Addresses[0].Type": "It tells the entries apart: another one would move the entry to another type.",
        "Contacts[0].PictureName": "The picture itself cannot be read back: nobody could tell what became of it.",
    },
    view=view,
)
