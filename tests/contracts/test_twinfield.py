"""Twinfield's envelopes against its WSDLs, its documents against the list of elements of a customer.

No schema of the documents inside is published; the list was collected from recordings and clients.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.twinfield.markup import attributes_of
from gql_gateway.connectors.twinfield.soap import FINDER, PROCESS, request_of, result_of
from gql_gateway.fields.document import print_path
from gql_gateway.fields.native import Clear
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from tests.support.values import stored

from .folder import FOLDER, load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

TWINFIELD = connectors()["twinfield"]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in TWINFIELD.table.leaves if leaf.fact.derived is None]
SCHEMA, WSDL = "http://www.w3.org/2001/XMLSchema", "http://schemas.xmlsoap.org/wsdl/"
SOAP, TYPES = "http://schemas.xmlsoap.org/soap/envelope/", "http://microsoft.com/wsdl/types/"
FILES = {PROCESS: "process.wsdl", FINDER: "finder.wsdl"}

KEY = {"office", "type", "code"}
"""What every write carries, and no change is about."""
OBSOLETE = {"cocnumber", "vatnumber"}
FOLLOWS = {"financials/meansofpayment": "financials.payavailable"}
LEFT_OUT = {
    *KEY,
    *OBSOLETE,
    *FOLLOWS,
    # Which row is meant, and which is the default one.
    *("addresses/address@id", "addresses/address@type", "addresses/address@default"),
    *("banks/bank@id", "banks/bank@default"),
    # Mostly locked; what it means beside the country is unverified.
    "addresses/address/ictcountrycode",
    "addresses/address/field6",
    "groups/group",
}
IN_A_NOTE = {"financials/vatcode@fixed"}
"""The list has it in the words beside its element."""
ONLY_SENT_BACK = "postingrules/"

KINDS = {
    "integer": r"-?\d+",
    "boolean": "true|false",
    "decimal": r"-?\d+(\.\d+)?",
    "date": r"\d{8}",
    "datetime": r"\d{14}",
    "guid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "string": r"(?s:.*)",
}


@pytest.fixture(scope="module")
def fields() -> dict[str, Document]:
    listed = load("twinfield/dimension-deb.fields.json")["fields"]
    return {item["path"]: item for item in listed}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, etree.XMLSchema]:
    return {path: schema_of(file, tmp_path_factory.mktemp(file)) for path, file in FILES.items()}


@pytest.fixture
async def twinfield() -> AsyncIterator[Line]:
    """Calls go to the cluster, as a session would send them."""
    async with line(TWINFIELD) as opened:
        yield replace(opened, base_url=f"{opened.base_url}/{opened.simulator.cluster}")  # type: ignore[attr-defined]


def schema_of(file: str, folder: Path) -> etree.XMLSchema:
    """The schemas inside a WSDL as one, each in a file that the other can import."""
    path = FOLDER / "twinfield" / file
    if not path.is_file():
        pytest.skip(f"no contract twinfield/{file} in ../shared/contracts; GATEWAY_CONTRACTS names another folder")
    found = etree.parse(str(path)).getroot().iterfind(f"{{{WSDL}}}types/{{{SCHEMA}}}schema")
    names = {}
    for number, schema in enumerate(found):
        names[schema.get("targetNamespace")] = folder / f"{number}.xsd"
        for wanted in schema.iterfind(f"{{{SCHEMA}}}import"):
            wanted.set("schemaLocation", "1.xsd")
        (folder / f"{number}.xsd").write_bytes(etree.tostring(schema))
    assert names == {"http://www.twinfield.com/": folder / "0.xsd", TYPES: folder / "1.xsd"}
    return etree.XMLSchema(etree.parse(str(folder / "0.xsd")))


def parts_of(envelope: bytes) -> list[etree._Element]:
    """What stands in the header and in the body of an envelope."""
    root = etree.fromstring(envelope)
    assert root.tag == f"{{{SOAP}}}Envelope"
    assert [child.tag for child in root] in ([f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"], [f"{{{SOAP}}}Body"])
    return [part for child in root for part in child]


def complaints(schema: etree.XMLSchema, envelope: bytes) -> list[str]:
    found = []
    for part in parts_of(envelope):
        if not schema.validate(part):
            log: Any = schema.error_log
            found += [str(error) for error in log]
    return found


def content_of(step: Step) -> bytes:
    assert step.content is not None
    return step.content


def places(element: etree._Element, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text and attribute of a document with its path as the list of elements has it."""
    for name, value in attributes_of(element).items():
        yield f"{at}@{name}", value
    for child in element:
        path = f"{at}/{child.tag}".removeprefix("/")
        if not len(child) and not _is_group(path):
            yield path, child.text or ""
            yield from ((f"{path}@{name}", value) for name, value in attributes_of(child).items())
        else:
            yield from places(child, path)


def _is_group(path: str) -> bool:
    return path.rpartition("/")[2] in {"addresses", "banks", "paymentconditions", "postingrules", "groups", "lines"}


def unlisted(fields: dict[str, Document], document: etree._Element) -> dict[str, str]:
    """What of a document the list does not have, or has otherwise."""
    found = {}
    for path, value in places(document):
        field = fields.get(path)
        if path in IN_A_NOTE:
            continue
        if field is None:
            found[path] = "unknown"
        elif field["access"] == "r":
            found[path] = "read only"
        elif value and not re.fullmatch(KINDS[field["type"]], value):
            found[path] = f"no {field['type']}"
        elif value and value not in field.get("values", [value]):
            found[path] = "not a choice"
    return found


def listed_path(leaf: Leaf) -> str:
    return "/".join(part for part in leaf.native if isinstance(part, str))


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_value_is_sent_as_the_contracts_want_it(
    schemas: dict[str, etree.XMLSchema], fields: dict[str, Document], leaf: Leaf
) -> None:
    records = simulator_of(TWINFIELD).records.values()
    plain = [record for record in records if not strange(fields, record) and not is_locked(record)]
    sent = 0
    for value in values_of(TWINFIELD, leaf):
        # What is emptied is in a fixture of the wire; what all records hold makes no call.
        if value is None or all(stored(TWINFIELD, leaf, record) == value for record in plain):
            continue
        _, [step] = update_of(TWINFIELD, plain, leaf, value)
        assert complaints(schemas[PROCESS], content_of(step)) == []
        document = request_of(content_of(step))
        assert unlisted(fields, document) == {}
        assert all(document.findtext(name) for name in (*KEY, "name"))
        assert any(text for path, text in places(document) if path == listed_path(leaf))
        sent += 1
    assert sent


def is_locked(record: Document) -> bool:
    return bool(record["creditmanagement"].get("blocked@locked") == "true")


def strange(fields: dict[str, Document], record: Document) -> bool:
    """Whether a record holds what nobody has heard of, which goes back as it came."""
    steps = steps_of(TWINFIELD, record, {"notes": "Iets anders"})
    return not all(isinstance(step, Step) and not unlisted(fields, request_of(content_of(step))) for step in steps)


def test_enough_records_are_plain(fields: dict[str, Document]) -> None:
    records = simulator_of(TWINFIELD).records.values()
    assert sum(not strange(fields, record) for record in records) >= 20


def test_everything_writable_is_declared_or_left_out_for_a_reason(fields: dict[str, Document]) -> None:
    declared = {listed_path(leaf) for leaf in TWINFIELD.table.leaves if leaf.fact.derived is None}
    writable = {path for path, field in fields.items() if field["access"] == "rw"}
    assert declared <= writable
    rest = {path for path in writable - declared if not path.startswith(ONLY_SENT_BACK)}
    assert rest == LEFT_OUT


@pytest.mark.parametrize("leaf", LEAVES)
def test_facts_agree_with_the_list(fields: dict[str, Document], leaf: Leaf) -> None:
    field = fields[listed_path(leaf)]
    if field["type"] == "boolean":
        assert leaf.kind.value == "Boolean" and leaf.fact.clear is Clear.NEVER
    if "values" in field and leaf.fact.options is not None:
        assert set(leaf.fact.options) == set(field["values"])
    if field.get("required") is True:
        assert leaf.fact.clear is Clear.NEVER
    elif field["type"] == "string" and leaf.kind.value == "String" and leaf.path != "sendReminder":
        assert leaf.fact.clear == "", f"{print_path(leaf.native)} can be emptied"


async def test_every_question_and_answer_is_as_the_wsdl_has_it(
    schemas: dict[str, etree.XMLSchema], twinfield: Line
) -> None:
    office = twinfield.simulator.company_id()
    told: list[tuple[Any, Answer]] = []
    told += await twinfield.hold(TWINFIELD.read(Ref("c", twinfield.simulator.example_id(), office)))
    told += await twinfield.hold(TWINFIELD.read(Ref("c", "1999", office)))
    told += await twinfield.hold(TWINFIELD.companies(twinfield.connection))
    filters = ListFilter(), ListFilter(name="a", updated_since="2020-01-01T00:00:00Z"), ListFilter(number="0042")
    for wanted in filters:
        told += await twinfield.hold(TWINFIELD.list(office, wanted, 0, 5))
    record = twinfield.simulator.records[twinfield.simulator.example_id()]
    for step in steps_of(TWINFIELD, record, {"notes": "Nieuw", "vatCode": "VL"}):
        assert isinstance(step, Step)
        told.append((step, await twinfield.send(step)))
    assert {call.path for call, _ in told} == {PROCESS, FINDER}
    for call, answer in told:
        assert answer.status == 200
        assert complaints(schemas[call.path], call.content) == []
        sent = TWINFIELD.authorized(call, twinfield.connection).content
        assert sent is not None and complaints(schemas[call.path], sent) == []
        assert complaints(schemas[call.path], answer.body) == []
        assert dict(call.headers)["SOAPAction"].strip('"').rpartition("/")[2] in ("ProcessXmlString", "Search")


async def test_a_record_is_made_of_listed_elements(fields: dict[str, Document], twinfield: Line) -> None:
    [(_, answer)] = await twinfield.hold(
        TWINFIELD.read(Ref("c", twinfield.simulator.example_id(), twinfield.simulator.company_id()))
    )
    told = {"@name", "@shortname", "@id", "@dimensiontype", "@type", "@fixed", "@locked", "@modified", "@level"}
    for path, value in places(result_of(answer)):
        element, _, attribute = path.rpartition("@")
        if path not in fields:
            assert element in fields and f"@{attribute}" in told, path
        elif value:
            assert re.fullmatch(KINDS[fields[path]["type"]], value), path


def test_a_wrong_envelope_does_not_pass(schemas: dict[str, etree.XMLSchema]) -> None:
    """A check that cannot fail would prove nothing."""
    record = simulator_of(TWINFIELD).records["1042"]
    [step] = [step for step in steps_of(TWINFIELD, record, {"notes": "x"}) if isinstance(step, Step)]
    good = content_of(step)
    assert complaints(schemas[PROCESS], good) == []
    for before, after in (
        (b'<CompanyId xsi:nil="true"/>', b""),
        (b"xmlRequest>", b"xmlrequest>"),
        (b"<AccessToken></AccessToken><CompanyCode>", b"<AccessToken></AccessToken><Token/><CompanyCode>"),
    ):
        assert before in good
        assert complaints(schemas[PROCESS], good.replace(before, after)) != []
