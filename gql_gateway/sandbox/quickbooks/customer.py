"""The customer object: what each property may be when it is written, checked all at once.

Lengths are those of the documentation page; where Intuit's schema repeats older, smaller ones, the page wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from ..simulator import Document
from .answers import BAD_NUMBER, MISSING, NOT_A_CHOICE, RULE, TOO_LONG, UNSUPPORTED, Problem, Refusal, refuse

Kind = Literal["text", "flag", "number", "reference", "group", "read_only"]

NOT_IN_NAMES = re.compile(r"[:\t\r\n]")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# A reference without a scheme is no URI; that such are refused is a choice.
WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!//(?:[/?#]|$))[^\s<>\"{}|\\^`]+")
DIGITS = re.compile(r"[0-9]{1,20}")
ALPHA_2 = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Property:
    """What a value may be.

    `most` counts characters. `name` forbids colon, tab and newline. `sticky`: a sparse update cannot remove it.
    `entity` is the register that a reference points into; `members` are those of a group.
    """

    kind: Kind = "text"
    most: int | None = None
    name: bool = False
    sticky: bool = False
    words: frozenset[str] | None = None
    syntax: re.Pattern[str] | None = None
    entity: str = ""
    members: Mapping[str, Property] = field(default_factory=dict)


READ_ONLY = Property("read_only")
FLAG = Property("flag")


def _words(*words: str) -> Property:
    return Property(words=frozenset(words))


def _to(entity: str) -> Property:
    return Property("reference", entity=entity)


def _group(*ignored: str, **members: Property) -> Property:
    return Property("group", members={**members, **dict.fromkeys(ignored, READ_ONLY)})


_PHONE = _group(
    *("Id", "DeviceType", "CountryCode", "AreaCode", "ExchangeCode", "Extension", "Default", "Tag"),
    FreeFormNumber=Property(most=30),
)
_ADDRESS = _group(
    *("Lat", "Long", "CountryCode", "County", "PostalCodeSuffix", "Tag", "Note"),
    Id=Property(syntax=DIGITS),
    **{f"Line{number}": Property(most=500) for number in range(1, 6)},
    City=Property(most=255),
    CountrySubDivisionCode=Property(most=255),
    PostalCode=Property(most=30),
    Country=Property(most=255),
)

WRITABLE: dict[str, Property] = {
    "DisplayName": Property(most=500, name=True, sticky=True),
    "CompanyName": Property(most=100),
    "Title": Property(most=16, name=True),
    "GivenName": Property(most=100, name=True),
    "MiddleName": Property(most=100, name=True),
    "FamilyName": Property(most=100, name=True),
    "Suffix": Property(most=16, name=True),
    "PrintOnCheckName": Property(most=110, name=True, sticky=True),
    "PrimaryEmailAddr": _group("Id", "Default", "Tag", Address=Property(most=100, syntax=EMAIL)),
    "PrimaryPhone": _PHONE,
    "AlternatePhone": _PHONE,
    "Mobile": _PHONE,
    "Fax": _PHONE,
    "WebAddr": _group("Id", "Default", "Tag", URI=Property(most=1000, syntax=WEB)),
    "BillAddr": _ADDRESS,
    "ShipAddr": _ADDRESS,
    "Notes": Property(most=2000),
    # No length of the two tax ids is documented, so none is held.
    "PrimaryTaxIdentifier": Property(),
    "SecondaryTaxIdentifier": Property(),
    "BusinessNumber": Property(most=10),
    "GSTIN": Property(most=15),
    "GSTRegistrationType": _words("GST_REG_REG", "GST_REG_COMP", "GST_UNREG", "CONSUMER", "OVERSEAS", "SEZ", "DEEMED"),
    "ResaleNum": Property(most=16),
    "Taxable": FLAG,
    "DefaultTaxCodeRef": _to("TaxCode"),
    "TaxExemptionReasonId": _words(*(str(number) for number in range(1, 16))),
    "SalesTermRef": _to("Term"),
    "PaymentMethodRef": _to("PaymentMethod"),
    "PreferredDeliveryMethod": _words("Print", "Email", "None"),
    "CustomerTypeRef": _to("CustomerType"),
    "ParentRef": _to("Customer"),
    "Job": FLAG,
    "BillWithParent": FLAG,
    "ARAccountRef": _to("Account"),
    "Active": FLAG,
    "TDSEnabled": FLAG,
    "IsCISContractor": FLAG,
    "TaxRegime": Property(),
}
"""Section 5 of the dossier without what only a create takes."""

ON_CREATE = {"CurrencyRef": _to("CompanyCurrency"), "Balance": Property("number")}
PASSED_BY = dict.fromkeys(
    """
    MetaData FullyQualifiedName Level BalanceWithJobs IsProject RootCustomerRef V4IDPseudonym ClientCompanyId
    ClientEntityId domain status OpenBalanceDate Source
    CustomField AttachableRef IntuitId UserId Organization OtherAddr ContactName AltContactName AcctNum CreditLimit
    SalesRepRef PriceLevelRef TaxGroupCodeRef TaxRateRef OverDueBalance OtherContactInfo CCDetail TotalRevenue
    TotalExpense JobInfo CustomerEx
    """.split(),
    READ_ONLY,
)
"""Known to Intuit's schema and not stored: read-only, for creation only, of the desktop edition, or custom fields, for
which online support on customers is unverified."""

PROPERTIES = {**WRITABLE, **ON_CREATE, **PASSED_BY}
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
MASKED = ("PrimaryTaxIdentifier", "SecondaryTaxIdentifier")


@dataclass(frozen=True, slots=True)
class Sent:
    """A body whose form is right. A reference is its `value`; `None` stands for null; `ignored` is dotted."""

    id: str | None
    token: str | None
    sparse: bool
    values: Document
    ignored: tuple[str, ...]


def read_object(raw: bytes) -> Document:
    """The bare object of a body; a wrapper around it is an unknown property."""
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise refuse(UNSUPPORTED, "Property Name:failed to parse json object")
    return body


def check(body: Document, *, refuses_unknown: bool) -> Sent:
    """Refused with every problem of form at once. What an unknown property leads to is unverified: see the switch."""
    problems: list[Problem] = []
    ignored: list[str] = []
    values: Document = {}
    for name, value in body.items():
        if name in {"Id", "SyncToken", "sparse"}:
            continue
        rule = PROPERTIES.get(name)
        if rule is None and refuses_unknown:
            problems.append(_unsupported(name))
        elif rule is None or rule.kind == "read_only":
            ignored.append(name)
        else:
            values[name] = _check(name, rule, value, problems, ignored)
    id, token, sparse = _check_head(body, problems)
    if problems:
        raise Refusal(*problems)
    return Sent(id, token, sparse, values, tuple(ignored))


def masked(document: Document) -> Document:
    """A customer as it is answered: the last five characters of a tax id, the rest crossed out."""
    return {name: _mask(value) if name in MASKED else value for name, value in document.items()}


def _mask(value: Any) -> Any:
    return "X" * (len(value) - 5) + value[-5:] if isinstance(value, str) else value


def _check_head(body: Document, problems: list[Problem]) -> tuple[str | None, str | None, bool]:
    id, token, sparse = body.get("Id"), body.get("SyncToken"), body.get("sparse", False)
    for name, value in (("Id", id), ("SyncToken", token)):
        if value is not None and not isinstance(value, str):
            problems.append(_unsupported(name))
    if not isinstance(sparse, bool):
        problems.append(_unsupported("sparse"))
    if id == "":
        problems.append(_missing("Id"))
    if id is not None and token in {None, ""}:
        problems.append(_missing("SyncToken"))
    elif isinstance(token, str) and not DIGITS.fullmatch(token):
        problems.append(Problem(BAD_NUMBER, "SyncToken is no whole number", "SyncToken"))
    return id, token, sparse is True


def _check(path: str, rule: Property, value: Any, problems: list[Problem], ignored: list[str]) -> Any:
    if value is None:
        return None
    match rule.kind:
        case "flag" if not isinstance(value, bool):
            problems.append(_unsupported(path))
        case "number" if isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(Problem(BAD_NUMBER, f"{path} is no number", path))
        case "text":
            _check_text(path, rule, value, problems)
        case "reference":
            return _check_reference(path, value, problems, ignored)
        case "group":
            return _check_group(path, rule, value, problems, ignored)
    return value


def _check_text(path: str, rule: Property, value: Any, problems: list[Problem]) -> None:
    """One problem for each text. An empty one stands for no value, but is no word of an enumeration (a choice)."""
    if not isinstance(value, str):
        problems.append(_unsupported(path))
    elif rule.most is not None and (length := _length(value)) > rule.most:
        words = f"String length specified does not match the supported length. Min:0 Max:{rule.most:,} supported. "
        problems.append(Problem(TOO_LONG, f"{words}Supplied length:{length:,}", path))
    elif rule.words is not None and value not in rule.words:
        problems.append(Problem(NOT_A_CHOICE, f"{path} has to be one of {', '.join(sorted(rule.words))}", path))
    elif rule.name and NOT_IN_NAMES.search(value):
        problems.append(Problem(RULE, f"{path} must not contain a colon, a tab or a new line", path))
    elif value and rule.syntax and not rule.syntax.fullmatch(value):
        problems.append(Problem(RULE, f"{path} is not in the form that it has to have", path))


def _check_reference(path: str, value: Any, problems: list[Problem], ignored: list[str]) -> Any:
    """The name beside a value is derived; `{}` names nothing."""
    if not isinstance(value, dict) or set(value) - {"value", "name", "type"}:
        problems.append(_unsupported(path))
        return None
    ignored += [f"{path}.{name}" for name in ("name", "type") if name in value]
    if "value" not in value:
        problems.append(_missing(f"{path}.value"))
    elif not isinstance(value["value"], str):
        problems.append(_unsupported(f"{path}.value"))
    return value.get("value")


def _check_group(path: str, rule: Property, value: Any, problems: list[Problem], ignored: list[str]) -> Document:
    if not isinstance(value, dict):
        problems.append(_unsupported(path))
        return {}
    members: Document = {}
    for name, part in value.items():
        inner = rule.members.get(name)
        if inner is None:
            problems.append(_unsupported(f"{path}.{name}"))
        elif inner.kind == "read_only":
            ignored.append(f"{path}.{name}")
        else:
            members[name] = _check(f"{path}.{name}", inner, part, problems, ignored)
    return members


def _length(text: str) -> int:
    """As Java counts, in UTF-16 units. Unverified; never shorter than a count of characters."""
    return len(text.encode("utf-16-le")) // 2


def _unsupported(path: str) -> Problem:
    return Problem(UNSUPPORTED, f"Property Name:{path} specified is unsupported or invalid", path)


def _missing(path: str) -> Problem:
    return Problem(MISSING, f"Required parameter {path} is missing in the request", path)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
