"""XML as Twinfield sends and takes it: parsed without entities, DTD and network, written without space and comments."""

from __future__ import annotations

from typing import Any

from lxml import etree

from ...errors import ProviderProtocolError


def parser() -> etree.XMLParser:
    """One that expands, fetches and fills in nothing. Comments and instructions are passed over."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def parse(data: bytes, words: str) -> etree._Element:
    """The root element of a document; `words` say whose it is, for the error when there is none."""
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError):
        raise ProviderProtocolError(f"{words} is no XML.") from None
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise ProviderProtocolError(f"{words} has a document type, which none of Twinfield's has.")
    return root


def write(element: etree._Element) -> bytes:
    """The element in UTF-8, in one line."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False)


def text_of(element: etree._Element | None) -> str:
    """The text inside an element that holds nothing else; empty when there is no element."""
    return "" if element is None else element.text or ""


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def attributes_of(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def find(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child of this name, of that the next one; whatever the prefix."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if name_of(child) == name), None)
    return element


def make(name: str, *children: etree._Element, text: str | None = None) -> etree._Element:
    """A new element; an empty text makes it stand open, `None` closed."""
    element = etree.Element(name)
    element.text = text
    element.extend(children)
    return element
