"""What Twinfield takes that its facts cannot express: codes that have to exist, rows that have to be there."""

from tests.support.values import Samples

ROW = ("name", "name2", "addressLine1", "addressLine2", "postalCode", "city", "countryCode")
BANK = ("holder", "iban", "bic", "name")
MORE_OF_BANK = (
    *("accountNumber", "nationalBankCode", "addressLine1", "addressLine2"),
    *("postalCode", "city", "state", "countryCode"),
)


def in_rows() -> dict[str, dict[str, str]]:
    """A value of a row that is not there makes the row, with an id and more: it is made first, by another value."""
    beside: dict[str, dict[str, str]] = {}
    for kind in ("BILLING", "VISITING", "OTHER"):
        for name in ROW:
            other = "city" if name == "name" else "name"
            beside[f"addresses[{kind}].{name}"] = {f"addresses[{kind}].{other}": "Haarlem"}
    for name in BANK:
        other = "holder" if name == "name" else "name"
        beside[f"bankAccounts[0].{name}"] = {f"bankAccounts[0].{other}": "Testbank"}
    for name in MORE_OF_BANK:
        beside[f"bank.{name}"] = {"bankAccounts[0].name": "Testbank"}
    return beside


FURTHER = "Of an address that is not the default one, the caller's address alone is written."
RULES = "The rows of posting rules are sent back as they are: their meaning is that of bookkeeping, not of a customer."
STRANGE = "Nobody has heard of it: it goes back as it came."
UNUSED = "The provider has no use for it."
UNWRITTEN = {
    **{f"addresses.address[0].{name}": FURTHER for name in ("contact", "email", "field4", "field5")},
    **{f"addresses.address[0].{name}": FURTHER for name in ("telefax", "telephone")},
    "addresses.address[0].@type": "The type is what tells one address from another.",
    "addresses.address[0].field6": "What it means is unverified.",
    "financials.vatcode@fixed": "Whether a code may be changed in a booking is no fact about the customer.",
    "groups.group[0]": "That groups can be written is unverified.",
    "creditmanagement.freetext3": UNUSED,
    **{f"financials.{name}": UNUSED for name in ("performancetype", "relationsreference", "vattype")},
    **{f"postingrules.postingrule[0].{name}": RULES for name in ("amount", "currency", "description")},
    **{
        f"postingrules.postingrule[0].lines.line[0].{name}": RULES
        for name in ("description", "dimension1", "dimension2", "dimension3", "office", "ratio", "vatcode")
    },
    **dict.fromkeys(
        (
            *("financials.paymentreference", "loyalty.since", "loyalty.tier"),
            *("peppol.participant", "peppol.scheme.code", "peppol.scheme.country"),
        ),
        STRANGE,
    ),
}

SAMPLES = Samples(
    values={
        "baseCreditLimit": ("1500.00", "250.50"),
        "paymentTerms": ("30", "60"),
        "signingDate": ("2026-03-04", "2025-11-30"),
        "firstRunDate": ("2026-04-01", "2026-05-01"),
        "vatCode": ("VL", "VN"),
        "paymentMethod": ("SEPANLDD", "SEPABEDD"),
        "receivableAccount": ("1300", "1310"),
        "accountManagerId": ("FDW", "SBK"),
        "discountArticle": ("KORT2", "KORT5"),
    },
    beside=in_rows() | {"sendReminder": {"reminderEmail": "herinnering@provbolaget.example"}},
    kept={"rightOfUse": "A flag is true or false, although the free text that it stands in may be empty."},
    unwritten=UNWRITTEN,
    along={"directDebitAllowed": ("financials.meansofpayment",)},
)
