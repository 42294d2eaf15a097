"""The offices of the organisation and what they have in common: the lists that the elements of a customer refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gql_gateway.sandbox.simulator import Document

HOME = "BV100"


@dataclass(frozen=True)
class Office:
    """`mask` is what the code of a customer must fit, `allowed` whether the user may enter."""

    code: str
    name: str
    shortname: str
    id: str
    mask: str
    street: str
    postcode: str
    city: str
    country: str = "NL"
    allowed: bool = True

    def fits(self, code: str) -> bool:
        return re.fullmatch(self.mask, code) is not None


OFFICES: Mapping[str, Office] = {
    office.code: office
    for office in (
        Office(
            *(HOME, "Voorbeeld B.V.", "Voorbeeld", "6a1c0d2e-0100-4000-8000-00000000b100", "[01][0-9][0-9][0-9]"),
            *("Kadeweg 12", "1011 AB", "Amsterdam"),
        ),
        Office(
            *("BV200", "Voorbeeld Holding", "", "6a1c0d2e-0200-4000-8000-00000000b200", "1[0-9][0-9][0-9]"),
            *("Kadeweg 14", "1011 AB", "Amsterdam"),
        ),
        Office(
            *("GENT01", "Voorbeeld België NV", "Gent", "6a1c0d2e-0300-4000-8000-00000000be01", "K[0-9][0-9][0-9]"),
            *("Veldstraat 3", "9000", "Gent", "BE"),
        ),
        Office(
            *("BV900", "Voorbeeld Oud B.V.", "", "6a1c0d2e-0900-4000-8000-00000000b900", "1[0-9][0-9][0-9]"),
            *("Kadeweg 16", "1011 AB", "Amsterdam"),
            allowed=False,
        ),
    )
}

COUNTRIES: Mapping[str, str] = {
    **{"AT": "Oostenrijk", "BE": "België", "CH": "Zwitserland", "DE": "Duitsland", "DK": "Denemarken"},
    **{"ES": "Spanje", "FI": "Finland", "FR": "Frankrijk", "GB": "Verenigd Koninkrijk", "IE": "Ierland"},
    **{"IT": "Italië", "LU": "Luxemburg", "NL": "Nederland", "NO": "Noorwegen", "PL": "Polen", "PT": "Portugal"},
    **{"SE": "Zweden", "US": "Verenigde Staten"},
}
VAT_CODES: Mapping[str, str] = {
    **{"VH": "BTW verkopen hoog", "VL": "BTW verkopen laag", "VN": "BTW verkopen geen"},
    **{"ICP": "Leveringen binnen de EU", "VV": "BTW verlegd"},
}
PAY_CODES: Mapping[str, str] = {"SEPANLDD": "SEPA NL Incasso", "SEPABEDD": "SEPA BE Domiciliëring"}
LEDGER: Mapping[str, str] = {"1300": "Debiteuren", "1310": "Debiteuren buitenland", "0130": "Debiteuren oud"}
USERS: Mapping[str, str] = {"API01": "Koppeling", "FDW": "Fleur de Wit", "SBK": "Sander Bakker"}
ARTICLES: Mapping[str, str] = {"KORT2": "Korting 2%", "KORT5": "Korting 5%"}

NAMED: Mapping[str, Mapping[str, str]] = {
    "financials/paycode": PAY_CODES,
    "financials/substitutewith": LEDGER,
    "financials/vatcode": VAT_CODES,
    "creditmanagement/responsibleuser": USERS,
    "addresses/address/country": COUNTRIES,
}
"""Elements whose answers carry the name of what they refer to."""

REFERENCES: Mapping[str, Mapping[str, str]] = {
    **NAMED,
    "invoicing/discountarticle": ARTICLES,
    "banks/bank/country": COUNTRIES,
    "addresses/address/ictcountrycode": COUNTRIES,
}
"""Elements that must name something that is there, or nothing. That each of them is checked is an assumption."""


def ledger_id(code: str) -> str:
    """The guid of a balance sheet account; a read has it in capitals, the answer to a write does not."""
    return f"FCFDCD46-BCAC-4CDE-B973-{int(code):012d}"


def office_document(office: Office) -> Document:
    """What a read of an office shows; which elements are where is recorded for the two currencies only."""
    return {
        "@status": "active",
        "code": office.code,
        "name": office.name,
        "shortname": office.shortname,
        "created": "20180102090000",
        "modified": "20260105113000",
        "demo": "true",
        "vatnumber": "NL009999990B01" if office.country == "NL" else "",
        "cocnumber": "90000001" if office.country == "NL" else "",
        "defaultbank": "BNK",
        "general": {"basecurrency": "EUR", "reportingcurrency": "EUR"},
        "addresses": {
            "address": [
                {
                    "country": office.country,
                    "city": office.city,
                    "postcode": office.postcode,
                    "field2": office.street,
                }
            ]
        },
    }
