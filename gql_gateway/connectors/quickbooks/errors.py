"""What QuickBooks' faults mean. The code is the stable part; one shape has capitals, the other has none.

Source: developer.intuit.com, "Error codes"; recorded answers. See `QUIRKS.md` 3 to 5.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
    Words,
)
from ...fields.document import print_path
from ...outbound.message import Answer
from .fields import TABLE

NOT_FOUND = {"610"}
STALE = {"5010"}
DUPLICATE = {"6240"}
ENDED = {"6190"}
NO_ACCESS = {"120"}
WRONG_REALM = {"3100"}
BAD_TOKEN = {"3200"}
THROTTLED = {"3001"}
INTERNAL = {"10000"}
INVALID = {"2010", "2020", "2050", "2080", "2170", "2500"}
RULE = {"6000"}
ABOUT = {"6240": "DisplayName"}
"""Codes that can be about one property only."""
_PLACES = [leaf.native for leaf in TABLE.leaves if leaf.fact.derived is None]
WITHIN = {
    str(place[0]): print_path(place)
    for place in _PLACES
    if len(place) > 1 and [other[0] for other in _PLACES].count(place[0]) == 1
}
"""The one value inside an object, for a refusal that names the object: `SalesTermRef.value`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint. `element` is the property it is about, where QuickBooks names one."""

    code: str | None = None
    element: str | None = None
    words: str | None = None


def read_faults(answer: Answer) -> list[Fault]:
    """The complaints in an answer, whatever its status and the case of its names. Empty: it holds none."""
    if b"ault" not in answer.body:
        return []
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    fault = _member(body, "fault")
    if not isinstance(fault, dict):
        return []
    listed = _member(fault, "error")
    found = [_fault(item) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return found or [Fault(words=_text(_member(fault, "type")))]


def codes_of(answer: Answer) -> set[str]:
    return {fault.code for fault in read_faults(answer) if fault.code}


def words_of(answer: Answer, faults: list[Fault] | None = None) -> Words:
    """QuickBooks' own words, and the `intuit_tid` that Intuit's support asks for."""
    faults = read_faults(answer) if faults is None else faults
    tid = answer.headers.get("intuit_tid")
    told = "; ".join(fault.words for fault in faults if fault.words)
    message = " ".join(part for part in (told, f"(intuit_tid {tid})" if tid else "") if part)
    code = next((fault.code for fault in faults if fault.code), str(answer.status))
    return {"provider_code": code, "provider_message": message or None}


def blamed(answer: Answer) -> Iterator[str]:
    """The properties that a refusal is about. How nested ones are written is unverified."""
    for fault in read_faults(answer):
        if fault.element:
            yield WITHIN.get(fault.element, fault.element)
        if fault.code in ABOUT:
            yield ABOUT[fault.code]


def explain(answer: Answer) -> GatewayError:
    faults = read_faults(answer)
    codes = {fault.code for fault in faults}
    known = words_of(answer, faults)
    if answer.status == 429 or codes & THROTTLED:
        return RateLimited("QuickBooks asks to wait: the rate limit is used up.", **known)
    if codes & NO_ACCESS:
        words = "The user who connected this company is no longer its administrator: somebody else has to connect it."
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if answer.status == 401 or codes & BAD_TOKEN:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "QuickBooks no longer accepts the access token.", **known)
    if answer.status == 403 or codes & WRONG_REALM:
        words = (
            "The access token is not good for this company, app or call: the company has to be the realmId of the "
            "consent, its scope com.intuit.quickbooks.accounting; keys for development reach sandbox companies only."
        )
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if answer.status >= 500 or answer.status == 408 or codes & INTERNAL:
        return ProviderUnavailable(ErrorCode.DOWN, "QuickBooks failed internally.", **known)
    return _refusal(answer, faults, codes, known)


def _refusal(answer: Answer, faults: list[Fault], codes: set[str | None], known: Words) -> GatewayError:
    if codes & STALE:
        words = "Somebody else changed the customer at QuickBooks in the meantime; nothing was written."
        return VersionConflict(words, **known)
    if codes & ENDED:
        words = "The company's QuickBooks subscription or trial has ended: it can be read, not written."
        return ProviderRejected(ErrorCode.FORBIDDEN, words, **known)
    if codes & DUPLICATE:
        words = "Another customer, vendor or employee of the company has this name."
        return ProviderRejected(ErrorCode.DUPLICATE, words, **known)
    if answer.status == 404 or codes & NOT_FOUND:
        words = "QuickBooks does not know this customer, or something that the change names, or has made it inactive."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, **known)
    if codes & INVALID or (codes & RULE and any(fault.element for fault in faults)):
        return ProviderRejected(ErrorCode.INVALID_VALUE, "QuickBooks refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "QuickBooks refused the call.", **known)


def _fault(item: dict[str, Any]) -> Fault:
    message, detail = _text(_member(item, "message")), _text(_member(item, "detail"))
    told = [detail] if detail and message and detail.startswith(message) else [message, detail]
    words = ": ".join(part for part in told if part)
    return Fault(_text(_member(item, "code")), _text(_member(item, "element")), words or None)


def _member(value: Any, name: str) -> Any:
    """A member whatever its case."""
    if not isinstance(value, dict):
        return None
    return next((inner for key, inner in value.items() if key.lower() == name), None)


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
