"""XML in and out, and the JSON form in which a dimension is stored.

The form is mechanical; every value is a text:
- an element with children is an object, its attributes are members such as `@id`;
- an element without children is its text, its attributes stand beside it in the parent: `vatcode`, `vatcode@name`;
- the rows of a collection are always a list; a row with text and attributes is an object with `#text`.

The order of rows is kept, that of other elements means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from gql_gateway.sandbox.simulator import Document

Element = etree._Element
Order = Callable[[Iterable[str]], Iterable[str]]

ROWS = {
    "addresses": "address",
    "banks": "bank",
    "paymentconditions": "paymentcondition",
    "postingrules": "postingrule",
    "lines": "line",
    "groups": "group",
    "childvalidations": "childvalidation",
}
"""What each collection holds."""

_HOLDERS = frozenset(ROWS) | {
    *("financials", "collectmandate", "creditmanagement", "remittanceadvice", "invoicing"),
    *("address", "bank", "paymentcondition", "postingrule", "line"),
}


def parse(raw: bytes) -> Element:
    """The root of a document in UTF-8. Raises `ValueError` for what is no XML, and for anything with a DTD.

    Without a DTD there are no entities of its own to expand and nothing outside to fetch; the parser would do neither.
    """
    if b"<!DOCTYPE" in raw:
        raise ValueError("document type declarations are not allowed")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as wrong:
        raise ValueError(str(wrong)) from None


def children(element: Element) -> list[Element]:
    """The elements inside an element, without comments and processing instructions."""
    return list(element.iterchildren("*"))


def name_of(element: Element) -> str:
    """The name as it is written, with its namespace in braces."""
    return str(element.tag)


def to_document(element: Element) -> Document:
    """An element that holds others, in the form described above."""
    document: Document = {f"@{name}": value for name, value in _attributes(element)}
    row_name = ROWS.get(name_of(element))
    if row_name is not None:
        document[row_name] = []
    for child in children(element):
        name = name_of(child)
        if name == row_name:
            document[name].append(_row(child))
        elif _holds(child):
            document[name] = to_document(child)
        else:
            document[name] = child.text or ""
            document |= {f"{name}@{attribute}": value for attribute, value in _attributes(child)}
    return document


def to_element(name: str, document: Document, order: Order = iter) -> Element:
    """The element of a document; `order` arranges the names of what is inside each element."""
    element = etree.Element(name)
    for member, value in document.items():
        if member.startswith("@"):
            element.set(member[1:], str(value))
    for member in order(member for member in document if "@" not in member and member != "#text"):
        value = document[member]
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                child = to_element(member, part, order)
            else:
                child = etree.Element(member)
                child.text = None if part is None or part == "" else str(part)
            element.append(child)
            for beside, attribute in document.items():
                if beside.startswith(f"{member}@"):
                    child.set(beside.partition("@")[2], str(attribute))
    if "#text" in document:
        element.text = str(document["#text"])
    return element


def _row(element: Element) -> Document | str:
    if _holds(element):
        return to_document(element)
    attributes = {f"@{name}": value for name, value in _attributes(element)}
    return {**attributes, "#text": element.text or ""} if attributes else element.text or ""


def _holds(element: Element) -> bool:
    return bool(children(element)) or name_of(element) in _HOLDERS


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]
