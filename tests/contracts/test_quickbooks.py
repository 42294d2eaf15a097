"""QuickBooks' requests against Intuit's XML schemas: JSON names equal the element names, attributes become members.

The schemas state types, and lengths in words only. Where the documentation page knows another length, it is named here
and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gql_gateway.connectors.quickbooks import errors
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.document import print_path
from gql_gateway.fields.table import Leaf
from gql_gateway.outbound.message import Answer

from .folder import FOLDER
from .wire import Document, simulator_of, update_of, values_of

QUICKBOOKS = connectors()["quickbooks"]
SENT = [pytest.param(leaf, id=leaf.path) for leaf in QUICKBOOKS.table.leaves if leaf.fact.derived is None]
XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = ("IntuitNamesTypes.xsd", "IntuitBaseTypes.xsd", "IntuitRestServiceDef.xsd", "Finance.xsd")

# Attributes of every entity, which are members in JSON.
HEAD = {"Id", "SyncToken", "sparse"}
# The schema repeats older, smaller lengths: native place, the schema's, the documentation page's.
OLDER_LENGTHS = {
    "GivenName": (25, 100),
    "MiddleName": (15, 100),
    "FamilyName": (15, 100),
    "Suffix": (15, 16),
    "Notes": (1024, 2000),
    "PrimaryPhone.FreeFormNumber": (21, 30),
    "AlternatePhone.FreeFormNumber": (21, 30),
    "Mobile.FreeFormNumber": (21, 30),
    "Fax.FreeFormNumber": (21, 30),
}
# What the schema has and no update sends: for the desktop product, read-only, set at creation, or not understood.
DESKTOP = {
    *("IntuitId", "Organization", "UserId", "OtherContactInfo", "OtherAddr", "ContactName", "AltContactName"),
    *("SalesRepRef", "TaxGroupCodeRef", "TaxRateRef", "PriceLevelRef", "CreditLimit", "AcctNum", "OverDueBalance"),
    *("TotalRevenue", "TotalExpense", "JobInfo", "CustomField", "AttachableRef"),
}
READ_ONLY = {
    *("MetaData", "FullyQualifiedName", "V4IDPseudonym", "RootCustomerRef", "Level", "BalanceWithJobs", "IsProject"),
    *("ClientCompanyId", "ClientEntityId", "domain", "status"),
}
AT_CREATION = {"CurrencyRef", "Balance", "OpenBalanceDate", "Source"}
NEVER = {"CCDetail", "CustomerEx"}
# What an address, a phone, an e-mail or a web address has besides: taken along as it was read.
TAKEN_ALONG = {
    "PhysicalAddress": {"Id", "CountryCode", "County", "PostalCodeSuffix", "Lat", "Long", "Tag", "Note"},
    "TelephoneNumber": {"Id", "DeviceType", "CountryCode", "AreaCode", "ExchangeCode", "Extension", "Default", "Tag"},
    "EmailAddress": {"Id", "Default", "Tag"},
    "WebSiteAddress": {"Id", "Default", "Tag"},
    "ReferenceType": {"name", "type"},
}
PYTHON = {"xs:string": str, "xs:boolean": bool, "xs:anyURI": str, "id": str}


class Schemas:
    """The complex types of all files: the names and types of their members, and what is said about each."""

    def __init__(self, folder: Path) -> None:
        self.root = ElementTree.Element("all")
        for name in FILES:
            self.root.append(ElementTree.fromstring((folder / name).read_bytes()))

    def members(self, type: str) -> dict[str, str]:
        return {element.get("name", ""): element.get("type", "") for element in self._elements(type)}

    def words(self, type: str, name: str) -> str:
        found = [element for element in self._elements(type) if element.get("name") == name]
        return " ".join("".join(found[0].itertext()).split()) if found else ""

    def _elements(self, type: str) -> Iterator[ElementTree.Element]:
        found = self.root.find(f".//{XS}complexType[@name='{type}']")
        assert found is not None, f"the schemas have no {type}"
        base = found.find(f".//{XS}extension")
        if base is not None and base.get("base", "") not in PYTHON:
            yield from self._elements(base.get("base", ""))
        yield from found.iter(f"{XS}element")
        yield from found.iter(f"{XS}attribute")


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    folder = FOLDER / "quickbooks"
    if not folder.is_dir():
        pytest.skip("no contract quickbooks in ../shared/contracts; GATEWAY_CONTRACTS names another folder")
    return Schemas(folder)


def complaints(schemas: Schemas, type: str, value: Document) -> Iterator[str]:
    """What the schemas say against an object: unknown names and wrong types."""
    members = schemas.members(type)
    if type == "ReferenceType":
        members |= {"value": "xs:string", "name": "xs:string", "type": "xs:string"}
    for name, inner in value.items():
        kind = members.get(name)
        if kind is None:
            yield f"{type}.{name} is unknown"
        elif kind in PYTHON:
            if not isinstance(inner, PYTHON[kind]):
                yield f"{type}.{name} is no {kind}"
        elif isinstance(inner, dict):
            yield from complaints(schemas, kind, inner)
        else:
            yield f"{type}.{name} is no {kind}"


def type_at(schemas: Schemas, leaf: Leaf) -> tuple[str, str]:
    """The type in which a value lies, and its name there."""
    type = "Customer"
    *outer, name = map(str, leaf.native)
    for part in outer:
        type = schemas.members(type)[part]
    return type, name


@pytest.mark.parametrize("leaf", SENT)
def test_each_value_is_sent_as_the_schemas_want_it(schemas: Schemas, leaf: Leaf) -> None:
    records = simulator_of(QUICKBOOKS).records
    records["59"]["ShipAddr"] |= {"Line4": "Bell 4", "Line5": "Bell 5"}  # for something to clear
    known = schemas.members("Customer")
    for value in values_of(QUICKBOOKS, leaf):
        _, [step] = update_of(QUICKBOOKS, records.values(), leaf, value)
        assert isinstance(step.body, dict)
        assert list(complaints(schemas, "Customer", step.body)) == []
        assert HEAD < set(step.body) <= set(known)
        assert (step.method, step.query) == ("POST", (("minorversion", "75"),))
        assert re.fullmatch(r"/v3/company/\d+/customer", step.path)


def test_the_schemas_do_complain(schemas: Schemas) -> None:
    """Else the test above would prove nothing."""
    wrong: Document = {"Nickname": "x", "Notes": 7, "Taxable": "true", "BillAddr": {"Street": "x"}, "SalesTermRef": "3"}
    assert sorted(complaints(schemas, "Customer", wrong)) == [
        "Customer.Nickname is unknown",
        "Customer.Notes is no xs:string",
        "Customer.SalesTermRef is no ReferenceType",
        "Customer.Taxable is no xs:boolean",
        "PhysicalAddress.Street is unknown",
    ]


def online_length(words: str) -> int | None:
    """The longest text of the online product in the words about an element: those of the desktop one come before."""
    about = re.split(r"Product: (?:QBO|ALL)|QBO:", words)[-1]
    found = re.search(r"Max\.? ?length: ?(\d+)", about, re.IGNORECASE) or re.search(r"Max=(\d+)", about)
    return int(found[1]) if found else None


@pytest.mark.parametrize("leaf", SENT)
def test_lengths_are_those_of_the_schemas_or_newer(schemas: Schemas, leaf: Leaf) -> None:
    place = print_path(leaf.native)
    theirs = online_length(schemas.words(*type_at(schemas, leaf)))
    if place in OLDER_LENGTHS:
        assert (theirs, leaf.fact.max_length) == OLDER_LENGTHS[place]
    elif theirs is not None and leaf.segments[-1][0] != "countryCode":  # three letters, whatever the length
        assert leaf.fact.max_length == theirs


def test_every_property_is_written_or_said_not_to_be(schemas: Schemas) -> None:
    written = {str(leaf.native[0]) for leaf in QUICKBOOKS.table.leaves if leaf.fact.derived is None}
    reasons = (DESKTOP, READ_ONLY, AT_CREATION, NEVER)
    known = set(schemas.members("Customer"))
    assert known - HEAD - written == set().union(*reasons)
    assert sum(map(len, reasons)) == len(set().union(*reasons))


def test_every_member_of_an_object_is_written_or_taken_along(schemas: Schemas) -> None:
    inside: dict[str, set[str]] = {}
    for leaf in QUICKBOOKS.table.leaves:
        if len(leaf.native) == 2 and leaf.fact.derived is None:
            type, name = type_at(schemas, leaf)
            inside.setdefault(type, set()).add(name)
    assert set(inside) == set(TAKEN_ALONG)
    for type, written in inside.items():
        assert set(schemas.members(type)) - TAKEN_ALONG[type] == written - {"value"}


def test_words_are_those_of_the_schemas(schemas: Schemas) -> None:
    leaves = {leaf.path: leaf for leaf in QUICKBOOKS.table.leaves}
    words = schemas.words("Customer", "PreferredDeliveryMethod")
    assert words.endswith("Vales are Print, Email, or None.")
    assert leaves["preferredDeliveryMethod"].fact.options == ("Print", "Email", "None")


def test_a_fault_of_the_schemas_is_read(schemas: Schemas) -> None:
    """In JSON the attributes of an error are members beside its elements."""
    assert schemas.members("Fault") == {"Error": "Error", "type": "xs:string"}
    error = dict.fromkeys(schemas.members("Error"), "x")
    assert set(error) == {"Message", "Detail", "DetailLink", "code", "element"}
    body = json.dumps({"Fault": {"Error": [error], "type": "ValidationFault"}})
    [fault] = errors.read_faults(Answer(400, body.encode()))
    assert (fault.code, fault.element, fault.words) == ("x", "x", "x")


def test_what_is_read_of_a_company_is_in_the_schemas(schemas: Schemas) -> None:
    members = schemas.members("CompanyInfo")
    assert {"Id", "CompanyName", "LegalName", "Country", "NameValue"} <= set(members)
    assert set(schemas.members(members["NameValue"])) == {"Name", "Value"}
