"""SOAP 1.1 and 1.2 envelopes as the WSDLs have them: what a request must look like, what is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from lxml import etree

from gql_gateway.sandbox.twinfield.form import Element, children, name_of, parse

TWINFIELD = "http://www.twinfield.com/"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML_11, XML_12 = "text/xml", "application/soap+xml"

_HEADER = ("SessionID", "AccessToken", "CompanyCode", "CompanyId")
_GUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

FAULTS: dict[int, tuple[int, str]] = {
    100: (500, "An unexpected error occurred."),
    101: (500, "Access denied. Access token and company missing in request header."),
    102: (403, "Access denied."),
    103: (401, "Access denied. The credentials are invalid."),
    104: (403, "Access denied. The user is deleted."),
    105: (403, "Access denied. The user is disabled."),
    106: (403, "Access denied. The organisation is inactive."),
    107: (500, "An unexpected error occurred."),
    108: (500, "Access denied. Wrong cluster."),
    109: (500, "Access denied. Company missing in request header."),
    110: (500, "An unexpected error occurred."),
    122: (500, "Access denied. The client is not allowed."),
    168: (500, "Access denied. The client is not allowed."),
    186: (500, "Invalid compressed data."),
    187: (500, "Invalid XML."),
    351: (401, "Access denied. The claim with the user code is missing."),
    352: (403, "Access denied."),
    353: (403, "Access denied."),
    354: (401, "Access denied. The access token is invalid."),
    358: (500, "The access token cannot be validated."),
    359: (500, "Access denied. The company id is invalid."),
}
"""HTTP status and words by number. Only the words of 109 are recorded; the status of 359 is not documented."""

SERVERS = frozenset({100, 107, 110, 358})
"""Whose fault is the server's; whether `faultcode` says so is unverified."""


class BadEnvelope(Exception):
    """What gets a bare 400."""


class Fault(Exception):
    """A SOAP fault by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.words = FAULTS[code]


@dataclass(frozen=True)
class Envelope:
    """A request. `operation` is the element inside the body; header values are empty where they were left out."""

    soap: str
    operation: Element
    token: str = ""
    company: str = ""
    company_id: str = ""


def read_envelope(request: web.Request, raw: bytes, operation_name: str, *, needs_company_id: bool) -> Envelope:
    """The request, after every check that a bare 400 stands for.

    What a wrong content type or SOAPAction gets is not documented; it is taken for part of a malformed envelope.
    """
    envelope = parse_envelope(raw)
    soap, action = _binding(request)
    operation = _only(envelope, soap)
    name = own_name(operation)
    if name != operation_name or action != TWINFIELD + name:
        raise BadEnvelope(f"operation {name}, action {action}")
    header = _header(envelope, soap, needs_company_id=needs_company_id)
    return Envelope(
        soap, operation, header.get("AccessToken", ""), header.get("CompanyCode", ""), header.get("CompanyId", "")
    )


def parse_envelope(raw: bytes) -> Element:
    try:
        return parse(raw)
    except ValueError as wrong:
        raise BadEnvelope(str(wrong)) from None


def operation_of(raw: bytes) -> Element | None:
    """What is inside the body, whoever asks; `None` when there is nothing such."""
    try:
        envelope = parse(raw)
    except ValueError:
        return None
    for soap in (SOAP_11, SOAP_12):
        try:
            return _only(envelope, soap)
        except BadEnvelope:
            continue
    return None


def own_name(element: Element) -> str:
    """The name of an element of Twinfield's namespace; empty for any other."""
    name = name_of(element)
    return name.removeprefix(f"{{{TWINFIELD}}}") if name.startswith(f"{{{TWINFIELD}}}") else ""


def text_of(operation: Element, name: str) -> str | None:
    """The text of a parameter, `None` when it was left out."""
    found = operation.find(f"{{{TWINFIELD}}}{name}")
    return None if found is None else "".join(str(text) for text in found.itertext())


def answer(soap: str, response: Element) -> web.Response:
    return _respond(soap, response, 200)


def answer_fault(soap: str, fault: Fault) -> web.Response:
    content_type, body = fault_body(soap, fault)
    return web.Response(status=fault.status, body=body, content_type=content_type, charset="utf-8")


def fault_body(soap: str, fault: Fault) -> tuple[str, bytes]:
    """Content type and body of a fault. How 1.2 has it is not recorded: the same detail inside its own form."""
    side = "Server" if fault.code in SERVERS else "Client"
    detail = etree.Element("detail")
    for name, text in (("message", fault.words), ("code", str(fault.code)), ("source", "Twinfield")):
        etree.SubElement(detail, name).text = text
    element = etree.Element(f"{{{soap}}}Fault", nsmap={"soap": soap})
    if soap == SOAP_11:
        etree.SubElement(element, "faultcode").text = f"soap:{side}"
        etree.SubElement(element, "faultstring").text = fault.words
        element.append(detail)
    else:
        code = etree.SubElement(element, f"{{{soap}}}Code")
        etree.SubElement(code, f"{{{soap}}}Value").text = "soap:Receiver" if side == "Server" else "soap:Sender"
        reason = etree.SubElement(element, f"{{{soap}}}Reason")
        said = etree.SubElement(reason, f"{{{soap}}}Text")
        said.text = fault.words
        said.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        etree.SubElement(element, f"{{{soap}}}Detail").extend(list(detail))
    return _content_type(soap), _wrap(soap, element)


def response(name: str) -> Element:
    namespaces: dict[Any, str] = {None: TWINFIELD}
    return etree.Element(f"{{{TWINFIELD}}}{name}", nsmap=namespaces)


def add(parent: Element, name: str, text: str | None = None) -> Element:
    element = etree.SubElement(parent, f"{{{TWINFIELD}}}{name}")
    element.text = text
    return element


def _respond(soap: str, element: Element, status: int) -> web.Response:
    body = _wrap(soap, element)
    return web.Response(status=status, body=body, content_type=_content_type(soap), charset="utf-8")


def _wrap(soap: str, element: Element) -> bytes:
    envelope = etree.Element(f"{{{soap}}}Envelope", nsmap={"soap": soap, "xsi": XSI})
    etree.SubElement(envelope, f"{{{soap}}}Body").append(element)
    declaration = b'<?xml version="1.0" encoding="utf-8"?>'
    return declaration + etree.tostring(envelope, encoding="utf-8", xml_declaration=False)


def _content_type(soap: str) -> str:
    return XML_11 if soap == SOAP_11 else XML_12


def _binding(request: web.Request) -> tuple[str, str]:
    """Version of SOAP and action, which 1.1 has in a header and 1.2 in the content type."""
    if (request.charset or "utf-8").lower() != "utf-8":
        raise BadEnvelope("charset")
    if request.content_type == XML_11:
        return SOAP_11, request.headers.get("SOAPAction", "").strip('"')
    if request.content_type == XML_12:
        found = re.search(r'action="?([^";]*)', request.headers["Content-Type"])
        return SOAP_12, found[1] if found else ""
    raise BadEnvelope(request.content_type)


def _only(envelope: Element, soap: str) -> Element:
    body = envelope.find(f"{{{soap}}}Body") if name_of(envelope) == f"{{{soap}}}Envelope" else None
    inside = [] if body is None else children(body)
    if len(inside) != 1:
        raise BadEnvelope("body")
    return inside[0]


def _header(envelope: Element, soap: str, *, needs_company_id: bool) -> dict[str, str]:
    """The values of Twinfield's header; without the header at all there is no token and no company."""
    outer = envelope.find(f"{{{soap}}}Header")
    header = None if outer is None else outer.find(f"{{{TWINFIELD}}}Header")
    if header is None:
        return {}
    names = [own_name(child) for child in children(header)]
    if names != [name for name in _HEADER if name in names]:
        raise BadEnvelope("unknown, repeated or misplaced elements in the header")
    values = {name: child.text or "" for name, child in zip(names, children(header), strict=True)}
    if "CompanyId" not in values:
        if needs_company_id:
            raise BadEnvelope("CompanyId")
        return values
    nil = children(header)[names.index("CompanyId")].get(f"{{{XSI}}}nil") in ("true", "1")
    if (values["CompanyId"] != "") if nil else not _GUID.fullmatch(values["CompanyId"]):
        raise BadEnvelope("CompanyId")
    return values
