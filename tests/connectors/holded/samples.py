"""What Holded takes that its facts cannot say: numbers of accounts, and lists of the company's own."""

from tests.support.values import Samples

UNVERIFIED = "That it can be emptied is unverified."
ON_DOCUMENTS = "What documents make of an empty word is unverified."


def ids(last: str) -> tuple[str, str]:
    """Two entries of a list of the company's."""
    return f"5c1a20b4e6f7a80012{last}1", f"5c1a20b4e6f7a80012{last}2"


SAMPLES = Samples(
    values={
        "number": ("43000912", "43000913"),
        "supplierNumber": ("40000912", "40000913"),
        "revenueAccount": ("70000001", "70500000"),
        "expenseAccount": ("60000001", "62900000"),
        "paymentTerms": ("45", "60"),
        "phoneNumbers[BUSINESS].number": ("+34 93 555 01 77", "+34 91 555 02 88"),
        "phoneNumbers[MOBILE].number": ("+34 600 555 077", "+34 611 555 088"),
        "contactPersons[*].phoneNumbers[BUSINESS].number": ("+34 600 555 079", "+34 611 555 089"),
        "deliveryCountry": ("Portugal", "France"),
        "groupId": ids("af000"),
        "paymentMethodId": ids("ab000"),
        "salesChannelId": ids("ae000"),
        "salesTaxes": (["s_iva_10"], ["s_iva_21", "s_iva_4"]),
        "purchaseTaxes": (["p_iva_10"], ["p_iva_21"]),
        "numberingSeries.invoice": ids("ac000"),
        "numberingSeries.receipt": ids("ac010"),
        "numberingSeries.salesOrder": ids("ac020"),
        "numberingSeries.purchasesOrder": ids("ac030"),
        "numberingSeries.proform": ids("ac040"),
        "numberingSeries.waybill": ids("ac050"),
    },
    kept={
        **dict.fromkeys(("paymentDay", "revenueAccount", "expenseAccount"), UNVERIFIED),
        **dict.fromkeys(("paymentMethodId", "salesChannelId"), UNVERIFIED),
        **dict.fromkeys(("showTradeNameOnDocuments", "showCountryOnDocuments"), UNVERIFIED),
        **dict.fromkeys(("currency", "language", "taxOperation"), ON_DOCUMENTS),
    },
    unwritten={
        "contactPersons[0].linkedin": "A contact person of ours has no place for it; it goes along as it was read.",
        "contactPersons[0].sendDocumentsByDefault": "A contact person has no place for it; it goes along as read.",
    },
    along={"deliveryCountry": ("shippingAddresses[0].countryCode",)},
)
