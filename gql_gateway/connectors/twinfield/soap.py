"""The SOAP 1.1 envelope around Twinfield's documents, with a place for the token that only `authorized` fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lxml import etree

from ...errors import ProviderProtocolError
from ...outbound.message import Answer
from .markup import find, make, name_of, parse, text_of, write

TWINFIELD = "http://www.twinfield.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PLAIN: Any = {None: TWINFIELD}
"""Twinfield's own elements go without a prefix."""
PROCESS, FINDER = "/webservices/processxml.asmx", "/webservices/finder.asmx"
ACTIONS = {PROCESS: f'"{TWINFIELD}ProcessXmlString"', FINDER: f'"{TWINFIELD}Search"'}
NO_TOKEN = b"<AccessToken></AccessToken>"
"""Where the token goes: in a plan and in a payload it is empty."""


def headers(path: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", "text/xml; charset=utf-8"), ("Accept", "text/xml"), ("SOAPAction", ACTIONS[path]))


def process(document: etree._Element, office: str | None) -> bytes:
    """A call of ProcessXml: the document travels as a text."""
    request = etree.Element(f"{{{TWINFIELD}}}ProcessXmlString", nsmap=PLAIN)
    request.append(make(f"{{{TWINFIELD}}}xmlRequest", text=write(document).decode()))
    return _envelope(request, office)


def search(pattern: str, field: int, first: int, most: int, options: Sequence[tuple[str, str]], office: str) -> bytes:
    """A search of Finder over dimensions. `first` counts from 1."""

    def own(name: str, *children: etree._Element, text: str | None = None) -> etree._Element:
        return make(f"{{{TWINFIELD}}}{name}", *children, text=text)

    request = etree.Element(f"{{{TWINFIELD}}}Search", nsmap=PLAIN)
    plain = (("type", "DIM"), ("pattern", pattern), ("field", field), ("firstRow", first), ("maxRows", most))
    request.extend([own(name, text=str(value)) for name, value in plain])
    pairs = [own("ArrayOfString", *(own("string", text=part) for part in pair)) for pair in options]
    request.append(own("options", *pairs))
    return _envelope(request, office)


def _envelope(request: etree._Element, office: str | None) -> bytes:
    header = etree.Element(f"{{{TWINFIELD}}}Header", nsmap={**PLAIN, "xsi": XSI})
    header.append(make(f"{{{TWINFIELD}}}AccessToken", text=""))
    if office is not None:
        header.append(make(f"{{{TWINFIELD}}}CompanyCode", text=office))
    # The schema demands it, although it may be nothing.
    company = make(f"{{{TWINFIELD}}}CompanyId")
    company.set(f"{{{XSI}}}nil", "true")
    header.append(company)
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    envelope.append(make(f"{{{SOAP}}}Header", header))
    envelope.append(make(f"{{{SOAP}}}Body", request))
    return write(envelope)


def with_token(content: bytes, token: str) -> bytes:
    """The header stands first: no value of a record is ever taken for the place of the token."""
    return content.replace(NO_TOKEN, f"<AccessToken>{escape(token, quote=False)}</AccessToken>".encode(), 1)


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault: Twinfield's code, which is stable, and its words, which are localized."""

    code: str | None
    words: str | None


def body_of(answer: Answer) -> etree._Element:
    """The first element in the body of an envelope. Raises `ProviderProtocolError` when there is none."""
    envelope = parse(answer.body, f"Twinfield's answer with status {answer.status}")
    body = find(envelope, "Body") if name_of(envelope) == "Envelope" else None
    if body is None or not len(body):
        raise ProviderProtocolError("Twinfield answered without a SOAP body.", provider_code=str(answer.status))
    return body[0]


def fault_of(answer: Answer) -> Fault | None:
    try:
        fault = body_of(answer)
    except ProviderProtocolError:
        return None
    if name_of(fault) != "Fault":
        return None
    detail = find(fault, "detail")
    words = text_of(find(detail, "message")) or text_of(find(fault, "faultstring"))
    return Fault(text_of(find(detail, "code")).strip() or None, words.strip() or None)


def result_of(answer: Answer) -> etree._Element:
    """The root of the document that ProcessXml answers as a text."""
    response = body_of(answer)
    result = find(response, "ProcessXmlStringResult") if name_of(response) == "ProcessXmlStringResponse" else None
    if result is None:
        raise ProviderProtocolError("Twinfield answered without a result.", provider_code=str(answer.status))
    # The text may say that it is of another encoding, as which it does not travel.
    text = text_of(result).strip()
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    return parse(text.encode("utf-8", "surrogatepass"), "The document in Twinfield's answer")


def request_of(content: bytes) -> etree._Element:
    """The root of the document that a call of ProcessXml carries."""
    request = find(parse(content, "The call"), "Body", "ProcessXmlString", "xmlRequest")
    return parse(text_of(request).encode(), "The document of the call")
