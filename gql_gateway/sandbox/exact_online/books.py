"""The companies of the invented users, and the lists a customer refers to: states, currencies, terms, VAT codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gql_gateway.sandbox.exact_online.values import guid, to_ticks
from gql_gateway.sandbox.simulator import Document

HOME = "nl"
SITES = (HOME, "be", "de", "co.uk", "fr", "es", "com")
"""The country hosts; the sandbox's own connection is at `HOME`."""

COUNTRIES: Mapping[str, str] = {
    "AT": "Austria",
    "BE": "Belgium",
    "CH": "Switzerland",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IE": "Ireland",
    "IT": "Italy",
    "LU": "Luxembourg",
    "NL": "Netherlands",
    "PL": "Poland",
    "SE": "Sweden",
    "US": "United States",
}
OTHER_COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
    CF CG CI CK CL CM CN CO CR CU CV CW CX CY CZ DJ DM DO DZ EC EE EG EH ER ET FI FJ FK FM FO GA GD GE GF GG GH GI GL GM
    GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IL IM IN IO IQ IR IS JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA
    LB LC LI LK LR LS LT LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NO
    NP NR NU NZ OM PA PE PF PG PH PK PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SG SH SI SJ SK SL SM SN SO SR SS
    ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW""".split()
)

LANGUAGES: Mapping[str, str] = {
    "NL": "Dutch",
    "EN": "English",
    "EN-GB": "English (United Kingdom)",
    "DE": "German",
    "FR": "French",
    "ES": "Spanish",
}
CURRENCY_NAMES: Mapping[str, str] = {"EUR": "Euro", "GBP": "Pound sterling", "USD": "US dollar"}
TITLES: Mapping[str, str] = {"DHR.": "De heer", "MEVR.": "Mevrouw", "MR": "Mr.", "MRS": "Mrs.", "DR": "Doctor"}
"""The value list of titles is unverified: others are stored too, without a description."""

STATES: Mapping[str, Mapping[str, str]] = {
    "NL": {
        **{"DR": "Drenthe", "FL": "Flevoland", "FR": "Friesland", "GD": "Gelderland", "GR": "Groningen"},
        **{"LB": "Limburg", "NB": "Noord-Brabant", "NH": "Noord-Holland", "OV": "Overijssel", "UT": "Utrecht"},
        **{"ZH": "Zuid-Holland", "ZL": "Zeeland"},
    },
    "BE": {"AN": "Antwerpen", "BR": "Brussel", "LB": "Limburg", "OV": "Oost-Vlaanderen", "VB": "Vlaams-Brabant"},
    "DE": {"BE": "Berlin", "BW": "Baden-Württemberg", "BY": "Bayern", "HH": "Hamburg", "NW": "Nordrhein-Westfalen"},
    "US": {"CA": "California", "NY": "New York", "TX": "Texas"},
}

_CONDITIONS = (
    ("00", "Contant", 0, 0, "K"),
    ("08", "8 dagen", 8, 0, "B"),
    ("14", "14 dagen", 14, 0, "B"),
    ("30", "30 dagen", 30, 0, "B"),
    ("60", "60 dagen", 60, 0, "B"),
    ("EM", "Einde maand", 0, 1, "B"),
    ("IN", "Automatische incasso 14 dagen", 14, 0, "I"),
)
_VAT = (
    ("0", "Geen btw", 0.0, False),
    ("1", "Laag tarief 9%, exclusief", 0.09, False),
    ("2", "Hoog tarief 21%, exclusief", 0.21, False),
    ("4", "Hoog tarief 21%, inclusief", 0.21, False),
    ("5", "Btw verlegd", 0.0, False),
    ("6", "Laag tarief 6% (tot 2019)", 0.06, True),
    ("7", "Leveringen binnen de EU", 0.0, False),
    ("VN", "Verleggingsregeling", 0.0, False),
)

LISTED = {
    name: tuple(guid(name, number) for number in range(1, 4))
    for name in """AccountManager ActivitySector ActivitySubSector BusinessType Classification1 Classification2
    Classification3 Classification4 Classification5 Classification6 Classification7 Classification8 CompanySize
    GLAccountPurchase GLAccountSales GLAP GLAR IdentificationDocument IdentificationUser LeadPurpose LeadSource Person
    PriceList ShippingMethod Warehouse""".split()
}
"""What else may be named by its guid: lists of the company that the stand-in does not serve."""

MANAGERS = {
    LISTED["AccountManager"][0]: ("Fleur de Wit", 101),
    LISTED["AccountManager"][1]: ("Sander Bakker", 102),
    LISTED["AccountManager"][2]: ("Aïcha el Amrani", 103),
}
USER_ID = guid("user", 1)
USER_NAME = "Koppeling Kadeweg"


def _log(division: int | None) -> Document:
    """Who made and changed a row of the lists."""
    moment = to_ticks("2018-01-02T09:00:00")
    log: Document = {
        "Created": moment,
        "Creator": USER_ID,
        "CreatorFullName": USER_NAME,
        "Modified": moment,
        "Modifier": USER_ID,
        "ModifierFullName": USER_NAME,
    }
    return log if division is None else {**log, "Division": division}


@dataclass(frozen=True)
class Division:
    """A company. `status` 0 inactive, 1 active, 2 archived; `blocking` not 0: not to be used for now.

    `granted`: whether the user let the app use it. `currencies`: those that are active in it.
    """

    code: int
    site: str
    name: str
    country: str
    hid: int
    currency: str = "EUR"
    status: int = 1
    blocking: int = 0
    main: bool = False
    granted: bool = True
    currencies: tuple[str, ...] = ("EUR", "GBP", "USD")
    vat_number: str | None = None
    address: tuple[str, str, str] = ("", "", "")
    archived: str | None = None
    owner: str = "Molenaar Holding B.V."
    conditions: Mapping[str, Document] = field(init=False)
    vat_codes: Mapping[str, Document] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", {code: self._condition(code) for code, *_ in _CONDITIONS})
        object.__setattr__(self, "vat_codes", {code: self._vat_code(code) for code, *_ in _VAT})

    @property
    def usable(self) -> bool:
        return self.status == 1 and self.blocking == 0

    def _condition(self, code: str) -> Document:
        _, words, days, months, method = next(row for row in _CONDITIONS if row[0] == code)
        return {
            "ID": guid("payment condition", f"{self.code} {code}"),
            "Code": code,
            "Description": words,
            "PaymentDays": days,
            "PaymentEndOfMonths": months,
            "PaymentMethod": method,
            "Percentage": 1.0,
            **_log(self.code),
        }

    def _vat_code(self, code: str) -> Document:
        _, words, percentage, blocked = next(row for row in _VAT if row[0] == code)
        return {
            "ID": guid("vat code", f"{self.code} {code}"),
            "Code": code.ljust(3),
            "Description": words,
            "Percentage": percentage,
            "IsBlocked": blocked,
            "Charged": code in {"5", "VN"},
            "IntraStat": code == "7",
            "Country": f"{self.country} ",
            "Type": "I" if code == "4" else "E",
            **_log(self.code),
        }


DIVISIONS = (
    Division(
        3141592, HOME, "Molenaar Installaties B.V.", "NL", 100201, main=True, vat_number="NL003141592B01",
        address=("Kadeweg 1", "1011 AA", "Amsterdam"),
    ),
    Division(
        3141593, HOME, "Molenaar Verhuur B.V.", "NL", 100202, vat_number="NL003141593B01", currencies=("EUR",),
        address=("Kadeweg 3", "1011 AA", "Amsterdam"),
    ),
    Division(3141594, HOME, "Molenaar Oud B.V.", "NL", 100203, status=2, archived="2023-12-31T00:00:00"),
    Division(3141595, HOME, "Molenaar Slapend B.V.", "NL", 100204, status=0),
    Division(3141596, HOME, "Molenaar Nieuwbouw B.V.", "NL", 100205, blocking=2),
    Division(3141597, HOME, "Molenaar Privé B.V.", "NL", 100206, granted=False),
    Division(
        1414213, "be", "Vandamme Techniek BV", "BE", 200101, main=True, vat_number="BE0141421356",
        address=("Kaaistraat 7", "2000", "Antwerpen"), owner="Vandamme Techniek BV",
    ),
    Division(
        2718281, "de", "Mühlbach Technik GmbH", "DE", 300101, main=True, vat_number="DE271828182",
        address=("Am Kai 5", "20457", "Hamburg"), owner="Mühlbach Technik GmbH",
    ),
    Division(
        1618033, "co.uk", "Quayside Services Ltd", "GB", 400101, currency="GBP", main=True,
        vat_number="GB161803398", address=("9 Quay Road", "BS1 4XX", "Bristol"), owner="Quayside Services Ltd",
    ),
    Division(1202056, "fr", "Quai Services SARL", "FR", 500101, main=True, owner="Quai Services SARL"),
    Division(1324717, "es", "Muelle Servicios S.L.", "ES", 600101, main=True, owner="Muelle Servicios S.L."),
    Division(1644934, "com", "Dockside Services LLC", "US", 700101, currency="USD", main=True,
             currencies=("USD", "EUR"), owner="Dockside Services LLC"),
)  # fmt: skip

HOME_DIVISION = DIVISIONS[0]


def address_states() -> list[Document]:
    return [
        {
            "ID": guid("state", f"{country} {code}"),
            "Country": country,
            "State": code,
            "Name": name,
            "DisplayValue": f"{code} - {name}",
            "Latitude": None,
            "Longitude": None,
        }
        for country, states in STATES.items()
        for code, name in states.items()
    ]


def currencies(division: Division) -> list[Document]:
    """Those that are active in the company."""
    since = to_ticks("2018-01-02T09:00:00")
    return [
        {
            "Code": code,
            "Description": CURRENCY_NAMES[code],
            "AmountPrecision": 0.01,
            "PricePrecision": 0.001,
            "Created": since,
            "Modified": since,
        }
        for code in division.currencies
    ]


def system_division(division: Division, current: int) -> Document:
    """As `system/Divisions` and `system/AllDivisions` show it: `Status` 1 is active."""
    line, postcode, city = division.address
    return {
        "Code": division.code,
        "Hid": str(division.hid),
        "Description": division.name,
        "CustomerName": division.owner,
        "CustomerCode": str(division.hid // 1000).rjust(18),
        "Customer": guid("owner", division.owner),
        "Country": f"{division.country} ",
        "Currency": division.currency,
        "Status": division.status,
        "BlockingStatus": division.blocking,
        "IsMainDivision": division.main,
        "Current": division.code == current,
        "VATNumber": division.vat_number,
        "AddressLine1": line or None,
        "Postcode": postcode or None,
        "City": city or None,
        "Legislation": "1",
        "StartDate": to_ticks("2018-01-01T00:00:00"),
        "ArchiveDate": division.archived and to_ticks(division.archived),
        **_log(None),
    }


def hrm_division(division: Division) -> Document:
    """As `hrm/Divisions` shows it: `Status` 0 is regular and 1 archived, the main flag is `Main`."""
    document = system_division(division, 0)
    return {
        **{name: document[name] for name in ("Code", "Description", "CustomerName", "Country", "Currency")},
        **{name: document[name] for name in ("BlockingStatus", "VATNumber", "StartDate", "ArchiveDate")},
        "HID": str(division.hid),
        "Main": division.main,
        "Status": 1 if division.status == 2 else 0,
        **_log(None),
    }


def me(site: str, current: int, now: str) -> Document:
    """The one row of `current/Me`; `now` as `/Date(ms)/`."""
    main = next(division for division in DIVISIONS if division.site == site and division.main)
    return {
        "UserID": USER_ID,
        "CurrentDivision": current,
        "AccountingDivision": main.code,
        "DivisionCustomer": guid("owner", main.owner),
        "DivisionCustomerCode": str(main.hid // 1000).rjust(18),
        "DivisionCustomerName": main.owner,
        "DivisionCustomerVatNumber": main.vat_number,
        "FullName": USER_NAME,
        "FirstName": "Koppeling",
        "LastName": "Kadeweg",
        "UserName": "koppeling.kadeweg",
        "Email": "koppeling@molenaar.example",
        "LanguageCode": "en-GB",
        "Language": "EN-GB     ",
        "Legislation": "1",
        "PackageCode": "ADVANCED",
        "ServerTime": now,
        "ServerUtcOffset": 1.0,
    }
