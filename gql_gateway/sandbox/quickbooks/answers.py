"""What QuickBooks answers: JSON or XML, and faults in their two dialects.

Codes and shapes are the dossier's. Of the words, those of 5010, 6240, 610, 10000, 3200, 3100 and 3001 are its too;
those of 2010, 2050, 2500 and 6000 are as clients report them; the others are this simulator's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from ..simulator import Document

JSON = "application/json"
NAMESPACE = "http://schema.intuit.com/finance/v3"
PACIFIC = timezone(timedelta(hours=-8))
"""The offset of the samples, all year round."""

UNSUPPORTED, MISSING, TOO_LONG, BAD_NUMBER, NOT_A_CHOICE = "2010", "2020", "2050", "2080", "2170"
BAD_REFERENCE, NOT_PARSED, NOT_VALID, NOT_FOUND = "2500", "4000", "4001", "610"
STALE, RULE, SUBSCRIPTION_ENDED, NAME_USED, REQUEST_USED = "5010", "6000", "6190", "6240", "600"
MALFORMED_TOKEN, NO_ACCESS, WRONG_REALM, THROTTLED, SYSTEM = "3200", "120", "3100", "3001", "10000"

MESSAGES: Mapping[str, str] = {
    UNSUPPORTED: "Request has invalid or unsupported property",
    MISSING: "Required parameter is missing",
    TOO_LONG: "String length is either shorter or longer than supported by specification",
    BAD_NUMBER: "Invalid Number",
    NOT_A_CHOICE: "Invalid Enumeration",
    BAD_REFERENCE: "Invalid Reference Id",
    NOT_PARSED: "Error parsing query",
    NOT_VALID: "Invalid query",
    NOT_FOUND: "Object Not Found",
    STALE: "Stale Object Error",
    RULE: "A business validation error has occurred while processing your request",
    SUBSCRIPTION_ENDED: "Invalid Company Status",
    NAME_USED: "Duplicate Name Exists Error",
    REQUEST_USED: "Duplicate Request Id",
    NO_ACCESS: "Authorization Failure",
    SYSTEM: "An application error has occurred while processing your request",
}
EDGE: Mapping[str, tuple[int, str, str]] = {
    MALFORMED_TOKEN: (401, "AuthenticationFailed", "AUTHENTICATION"),
    WRONG_REALM: (403, "ApplicationAuthorizationFailed", "SERVICE"),
    THROTTLED: (429, "ThrottleExceeded", "SERVICE"),
}
"""What is rejected before the accounting service sees it: usual status, word and type."""

GONE = (
    "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, "
    "customers, items, vendors or employees."
)
OVERTAKEN = (
    "Stale Object Error : You and Mara Example were working on this at the same time. Mara Example finished before you "
    "did, so your work was not saved."
)
_HTML = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>HTTP Status {0}</h1></body></html>"
_AS_ATTRIBUTES = frozenset(
    {"domain", "sparse", "status", "startPosition", "maxResults", "totalCount", "type", "code", "element", "time"}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of a fault. `element` names the field at fault."""

    code: str
    detail: str
    element: str = ""


class Refusal(Exception):
    """Ends the handling of a request with a fault of one or more problems."""

    def __init__(self, *problems: Problem, status: int = 400, type: str = "ValidationFault") -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems
        self.status = status
        self.type = type

    def payload(self, now: float) -> Document:
        """Shape A: capitalised names."""
        errors = [
            {"Message": MESSAGES[p.code], "Detail": p.detail, "code": p.code, "element": p.element}
            for p in self.problems
        ]
        return {"Fault": {"Error": errors, "type": self.type}, "time": moment(now, milliseconds=True)}


class EdgeRefusal(Refusal):
    """Rejected at the edge: shape B, lower case, with the capitalised form as the other possibility."""

    def __init__(
        self, code: str, detail: str | None = None, *, status: int | None = None, capitalised: bool = False
    ) -> None:
        usual, word, kind = EDGE[code]
        super().__init__(Problem(code, detail or ""), status=status or usual, type=kind)
        self._code, self._detail, self._capitalised = code, detail, capitalised
        self._message = f"message={word}; errorCode=00{code}; statusCode={self.status}"

    def payload(self, now: float) -> Document:
        if self._capitalised:
            error = {"Message": self._message, "Detail": self._detail, "code": self._code, "element": None}
            return {"Fault": {"Error": [error], "type": self.type}, "time": moment(now, milliseconds=True)}
        error = {"message": self._message, "detail": self._detail, "code": self._code, "element": None}
        fault = {"error": [error], "type": self.type}
        if self.status != 401:
            return {"fault": fault}
        around = {"warnings": None, "intuitObject": None, "fault": fault, "report": None, "requestId": None}
        return {**around, "time": int(now * 1000)}


def refuse(code: str, detail: str, element: str = "") -> Refusal:
    return Refusal(Problem(code, detail, element))


def throttled(*, status: int | None = None, capitalised: bool = False) -> EdgeRefusal:
    return EdgeRefusal(
        THROTTLED, "The request limit was reached.  Try again later", status=status, capitalised=capitalised
    )


def malformed_token(*, capitalised: bool = False) -> EdgeRefusal:
    return EdgeRefusal(MALFORMED_TOKEN, "Malformed bearer token: too short or too long", capitalised=capitalised)


def moment(now: float, *, milliseconds: bool = False) -> str:
    """A time as QuickBooks prints it, with an offset and never with `Z`."""
    return (
        datetime.fromtimestamp(now, UTC)
        .astimezone(PACIFIC)
        .isoformat("T", "milliseconds" if milliseconds else "seconds")
    )


def respond(payload: Document, status: int, tid: str, *, xml: bool) -> web.Response:
    headers = {"intuit_tid": tid}
    if xml:
        body, kind = to_xml(payload), "application/xml"
    else:
        body, kind = to_json(payload), JSON
    return web.Response(status=status, body=body, headers={**headers, "Content-Type": f"{kind};charset=UTF-8"})


def page(status: int, tid: str) -> web.Response:
    """The HTML that the edge sends for a wrong address."""
    return web.Response(status=status, text=_HTML.format(status), content_type="text/html", headers={"intuit_tid": tid})


def typical_error(status: int, now: float) -> tuple[str, bytes]:
    """Content type and body of an answer with this status, as the dossier's table shows it."""
    refusal: Refusal
    match status:
        case 401:
            refusal = malformed_token()
        case 403:
            refusal = EdgeRefusal(WRONG_REALM)
        case 429:
            refusal = throttled()
        case 404 | 413 | 502 | 503 | 504:
            return "text/html", _HTML.format(status).encode()
        case _ if status >= 500:
            problem = Problem(SYSTEM, "System Failure Error: example")
            refusal = Refusal(problem, status=status, type="SystemFault")
        case _:
            refusal = Refusal(Problem(RULE, "Business Validation Error: example"), status=status)
    return f"{JSON};charset=UTF-8", to_json(refusal.payload(now))


def to_json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def to_xml(payload: Document) -> bytes:
    """The same answer as an `IntuitResponse`. A fault has one form here, whatever its JSON dialect."""
    root = ElementTree.Element("IntuitResponse", xmlns=NAMESPACE)
    fault = payload.get("fault")
    if fault is not None:
        errors = [{**error, "Message": error["message"], "Detail": error["detail"]} for error in fault["error"]]
        shown = [{name: value for name, value in e.items() if name not in {"message", "detail"}} for e in errors]
        payload = {"Fault": {"type": fault["type"], "Error": shown}}
    _fill(root, payload)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + ElementTree.tostring(root)


def _fill(element: ElementTree.Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        if value is None:
            continue
        if name in _AS_ATTRIBUTES:
            element.set(name, _text(value))
        else:
            for item in value if isinstance(value, list) else [value]:
                _add(element, name, item)


def _add(parent: ElementTree.Element, name: str, value: Any) -> None:
    element = ElementTree.SubElement(parent, name)
    if not isinstance(value, dict):
        element.text = _text(value)
    elif "value" in value:
        # A reference is an element with its name as an attribute.
        element.text = _text(value["value"])
        if "name" in value:
            element.set("name", _text(value["name"]))
    else:
        _fill(element, value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def wants_xml(request: web.Request) -> bool:
    """XML unless JSON is asked for by name, `*/*` included."""
    ranges = ",".join(request.headers.getall("Accept", [])).split(",")
    return not any(media.partition(";")[0].strip().lower() == JSON for media in ranges)
