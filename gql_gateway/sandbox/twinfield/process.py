"""The documents inside ProcessXmlString: lists, reads and writes of one office's books."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.checks import Problems, check_parts, check_whole
from gql_gateway.sandbox.twinfield.credits import QUERY, WRITE
from gql_gateway.sandbox.twinfield.form import Element, children, name_of, parse, to_element
from gql_gateway.sandbox.twinfield.messages import Language, words
from gql_gateway.sandbox.twinfield.offices import OFFICES, Office, office_document
from gql_gateway.sandbox.twinfield.showing import to_read, to_written
from gql_gateway.sandbox.twinfield.soap import Fault
from gql_gateway.sandbox.twinfield.writing import Readings, change, named, new_customer

INVALID_XML = 187
COMPANY_MISSING = 109
WRITES = ("dimension", "dimensions")
MOST_LINES = 1000


class Books(Protocol):
    """Where the customers of an office are kept."""

    def customers(self, office: str) -> Mapping[str, Document]: ...

    def store(self, office: str, document: Document) -> Document: ...


@dataclass(frozen=True)
class Desk:
    """What one document is handled with. `company` is the one of the header, `None` when it names none.

    `warnings`: messages to attach to elements of a stored write, by path; `newer` as in `check_parts`.
    """

    books: Books
    company: Office | None
    language: Language
    readings: Readings
    newer: frozenset[str]
    warnings: Mapping[str, str]
    moment: str
    ignored: list[str]

    def handle(self, document: Element) -> Element:
        """The answering document. Raises `Fault`."""
        match name_of(document):
            case "list":
                return self._list(document)
            case "read":
                return self._read(document)
            case "dimension":
                return self._write(document)
            case "dimensions":
                return self._write_all(document)
            case _:
                raise Fault(INVALID_XML)

    def _list(self, document: Element) -> Element:
        values = _values(document, ("type",), ("office", "dimtype"))
        if values["type"] == "offices":
            # With a company in the header the answer is unverified: it is taken to be that one alone.
            found = [office for office in OFFICES.values() if office.allowed and self.company in (None, office)]
            return _office_list(found)
        if values["type"] != "dimensions":
            raise Fault(INVALID_XML)
        office = self._company()
        if wrong := self._wrong_place(values, office):
            return self._refused("dimensions", wrong)
        root = etree.Element("dimensions", office=office.code, type="DEB", result="1")
        for code, customer in sorted(self.books.customers(office.code).items()):
            if customer.get("@status") != "deleted":
                names = {"name": str(customer.get("name", "")), "shortname": str(customer.get("shortname", ""))}
                etree.SubElement(root, "dimension", names).text = code
        etree.SubElement(root, "dimension", name="", shortname="").text = "DEB"
        return root

    def _read(self, document: Element) -> Element:
        values = _values(document, ("type",), ("office", "dimtype", "code"))
        if values["type"] == "office":
            return self._read_office(values)
        if values["type"] != "dimensions":
            raise Fault(INVALID_XML)
        office = self._company()
        if wrong := self._wrong_place(values, office):
            return self._refused("dimension", wrong)
        code = values.get("code", "")
        found = self.books.customers(office.code).get(code)
        if found is None:
            return self._missing(office, code)
        answer = to_read(found, repeats=code.endswith("3"))
        answer.set("result", "1")
        return answer

    def _read_office(self, values: Mapping[str, str]) -> Element:
        """Without `code` the words are those of a missing right."""
        office = OFFICES.get(values.get("office", ""))
        if office is None or not office.allowed or values.get("code") != office.code:
            return self._refused("office", words("office", self.language, office=values.get("office", "")))
        answer = to_element("office", office_document(office))
        answer.set("result", "1")
        return answer

    def _write_all(self, document: Element) -> Element:
        parts = children(document)
        if len(document.findall(".//*")) > MOST_LINES or any(name_of(part) != "dimension" for part in parts):
            raise Fault(INVALID_XML)
        root = etree.Element("dimensions")
        for part in parts:
            root.append(self._write(part))
        root.set("result", "1" if all(part.get("result") == "1" for part in root) else "0")
        return root

    def _write(self, sent: Element) -> Element:
        """The stored record, or what was sent with the problems in it."""
        dimension = deepcopy(sent)
        office = self._company()
        problems = Problems(self.language)
        values = {name_of(child): child.text or "" for child in children(dimension)}
        if values.get("office") != office.code:
            return self._refused("dimension", words("office", self.language, office=values.get("office", "")))
        if values.get("type") != "DEB":
            problems.add(_at(dimension, "type"), "type", type=values.get("type", ""))
        if not values.get("name", "").strip():
            problems.add(_at(dimension, "name", needed=True), "name")
        customers = self.books.customers(office.code)
        code = values["code"] if dimension.find("code") is not None else _next_code(office, customers)
        if not office.fits(code):
            problems.add(_at(dimension, "code"), "mask", code=code, mask=office.mask)
        before = customers.get(code)
        strict = self.readings.refuses_answer_parts
        answers_only = check_parts(dimension, before, problems, self.newer, strict=strict)
        if before is not None and before.get("inuse") == "true" and dimension.get("status") == "deleted":
            problems.add(_at(dimension, "code"), "used", code=code)
        if not problems.fatal:
            created = new_customer(office.code, code, str(uuid.uuid5(uuid.NAMESPACE_OID, f"{office.code} {code}")))
            after = change(before or created, dimension, answers_only, self.readings)
            check_whole(dimension, after, problems)
        if problems.fatal:
            problems.attach(dimension)
            return dimension
        self.ignored.extend(answers_only)
        after |= {"modified": self.moment, "touched": str(int((before or created)["touched"]) + 1)}
        stored = self.books.store(office.code, after)
        answer = to_written(stored, repeats=code.endswith("3"), loses_zeros=self.readings.loses_zeros)
        told = {name_of(element): text for element, _, text in problems.found} | dict(self.warnings)
        for path, text in told.items():
            element = answer.find(path)
            if element is not None:
                element.set("msgtype", "warning")
                element.set("msg", text)
        answer.set("result", "1")
        return answer

    def _company(self) -> Office:
        if self.company is None:
            raise Fault(COMPANY_MISSING)
        return self.company

    def _wrong_place(self, values: Mapping[str, str], office: Office) -> str | None:
        """What is wrong with office and dimension type, in words.

        That the document must name the office of the header is an assumption; keeping them equal is the advice.
        """
        if values.get("office") != office.code:
            return words("office", self.language, office=values.get("office", ""))
        if values.get("dimtype") != "DEB":
            return words("type", self.language, type=values.get("dimtype", ""))
        return None

    def _refused(self, root: str, text: str) -> Element:
        return etree.Element(root, result="0", msgtype="error", msg=text)

    def _missing(self, office: Office, code: str) -> Element:
        """A skeleton with the code in it."""
        skeleton = named({"office": office.code, "type": "DEB", "code": code, "name": "", "shortname": ""})
        answer = to_element("dimension", skeleton)
        problems = Problems(self.language)
        problems.add(_at(answer, "code"), "missing", code=code)
        problems.attach(answer)
        return answer


def read_request(text: str | None) -> Element:
    """The document of a request. Raises `Fault` for what is no XML or laid out for reading.

    The guidelines forbid comments and white space between elements; that they are refused is an assumption.
    """
    try:
        document = parse((text or "").encode())
    except ValueError:
        raise Fault(INVALID_XML) from None
    if next(document.iter(etree.Comment, etree.PI), None) is not None:
        raise Fault(INVALID_XML)
    for element in document.iter():
        around = [element.text] if len(element) else []
        if any(text is not None and not text.strip() for text in (*around, element.tail)):
            raise Fault(INVALID_XML)
    return document


def cost_of(document: Element) -> int:
    return QUERY if name_of(document) in ("list", "read") else WRITE


def _values(document: Element, needed: Sequence[str], optional: Sequence[str]) -> dict[str, str]:
    """The elements of a list or read, which are few and hold text only."""
    values = {name_of(child): child.text or "" for child in children(document)}
    if any(name not in values for name in needed) or set(values) - {*needed, *optional}:
        raise Fault(INVALID_XML)
    return values


def _at(parent: Element, name: str, *, needed: bool = False) -> Element:
    """The element that a message belongs on; made when it has to be there."""
    found = parent.find(name)
    if found is not None:
        return found
    return etree.SubElement(parent, name) if needed else parent


def _office_list(offices: Sequence[Office]) -> Element:
    root = etree.Element("offices", result="1")
    for office in offices:
        etree.SubElement(root, "office", name=office.name, shortname=office.shortname).text = office.code
    return root


def _next_code(office: Office, customers: Mapping[str, Document]) -> str:
    """A new number for a customer that was sent without one: the first free above all that fit."""
    letters = office.mask[: office.mask.index("[")]
    highest = max((int(code[len(letters) :]) for code in customers), default=0)
    width = office.mask.count("[")
    return f"{letters}{highest + 1:0{width}d}"
