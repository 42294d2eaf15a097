"""What Twinfield's refusals mean. They have five shapes, of which two come with HTTP 200.

Words are localized: only the code of a SOAP fault and that of a Finder message are stable. See `QUIRKS.md` 1 and 11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    Path,
    ProviderProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Words,
)
from ...outbound.message import Answer
from .markup import find, name_of, text_of
from .soap import Fault, body_of, fault_of, result_of

LONGEST_WORDS = 500
COMPANY: Path = ("customer", "native", "companyId")
CUSTOMER: Path = ("customer",)

BAD_TOKEN = frozenset({"103", "351", "354"})
ENDED = frozenset({"104", "105", "106"})
WRONG_CLUSTER = "108"
NO_COMPANY = frozenset({"101", "109", "359"})
FORBIDDEN = frozenset({"102", "122", "168", "352", "353"})
UNCHECKED = "358"
BAD_REQUEST = frozenset({"186", "187"})
NOTHING_DONE = BAD_TOKEN | ENDED | NO_COMPANY | FORBIDDEN | BAD_REQUEST | {WRONG_CLUSTER, UNCHECKED}
"""Codes that say that nothing was executed, whatever the status. All others leave it open."""

NO_OFFICE, NO_ACCESS = "NoAccessToOffice", "AccessDenied"
FAILED = "result=0"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One message of an answer. `place` is the path of its element inside the root, empty for the root itself; an
    address is told by its type.

    `code` is Finder's; messages in documents have none.
    """

    place: str
    words: str
    code: str | None = None


def complaints(root: etree._Element, at: str = "", *, warnings: bool = False) -> Iterator[Complaint]:
    """The messages of a document, which may stand on any element: its errors, or its `warnings`."""
    words = root.get("msg")
    if words and (root.get("msgtype") == "warning") is warnings:
        for part in filter(None, map(str.strip, words.split("//"))):
            yield Complaint(at, part)
    for child in root:
        name = name_of(child)
        row = f"[@type={child.get('type')}]" if name == "address" and child.get("type") else ""
        yield from complaints(child, f"{at}.{name}{row}".removeprefix("."), warnings=warnings)


def is_done(root: etree._Element) -> bool:
    return root.get("result") == "1"


def told(answer: Answer) -> list[Complaint] | None:
    """What an answer with HTTP 200 refuses; `None` when it refuses nothing, or is none of Twinfield's."""
    if not answer.ok:
        return None
    try:
        body = body_of(answer)
        if name_of(body) == "SearchResponse":
            return _finder_errors(body) or None
        root = result_of(answer)
    except ProviderProtocolError:
        return None
    # Without a result at all the answer is none that can be read, and no refusal.
    return list(complaints(root)) if root.get("result") == "0" else None


def remarks(answer: Answer) -> Iterator[str]:
    """The warnings of a write that was made."""
    try:
        root = result_of(answer)
    except ProviderProtocolError:
        return
    for complaint in complaints(root, warnings=True):
        yield f"{complaint.place}: {complaint.words}" if complaint.place else complaint.words


def _finder_errors(response: etree._Element) -> list[Complaint]:
    listed = find(response, "SearchResult")
    messages = [] if listed is None else [item for item in listed if text_of(find(item, "Type")) == "Error"]
    return [Complaint("", text_of(find(item, "Text")), text_of(find(item, "Code")) or None) for item in messages]


def is_refusal(answer: Answer) -> bool | None:
    """Whether an answer certainly says that nothing was done; `None` where its status has to tell."""
    if told(answer) is not None:
        return True
    fault = fault_of(answer)
    return None if fault is None or fault.code is None else fault.code in NOTHING_DONE


def is_bad_token(answer: Answer) -> bool:
    fault = fault_of(answer)
    return answer.status == 401 if fault is None or fault.code is None else fault.code in BAD_TOKEN


def has_code(answer: Answer, code: str) -> bool:
    fault = fault_of(answer)
    return fault is not None and fault.code == code


def explain(answer: Answer) -> GatewayError:
    refused = told(answer)
    if refused is not None:
        return _explain_complaints(refused)
    fault = fault_of(answer) or Fault(None, _plain(answer))
    known: Words = {
        "provider_code": fault.code or str(answer.status),
        "provider_message": fault.words[:LONGEST_WORDS] if fault.words else None,
    }
    return (_explain_code(fault.code, known) if fault.code else None) or _explain_status(answer, known)


def explain_token(answer: Answer) -> GatewayError:
    """What the validation of a token says: 400 that it is not good, whatever stands in the answer."""
    if answer.status not in (400, 401):
        return explain(answer)
    words = "Twinfield no longer accepts the access token."
    known: Words = {"provider_code": str(answer.status), "provider_message": _plain(answer)}
    return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)


def explain_office(refused: list[Complaint]) -> GatewayError:
    """A message on the whole document, or on its office: it is unknown, closed, or not for this user."""
    words = "The connection's user does not reach this office, or there is none of this code."
    return ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=COMPANY, **_words(refused))


def _explain_complaints(refused: list[Complaint]) -> GatewayError:
    code = next((item.code for item in refused if item.code), None)
    if code == NO_OFFICE:
        return explain_office(refused)
    known = _words(refused)
    if code == NO_ACCESS:
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, "Twinfield does not allow this.", **known)
    if code is None and any(item.place for item in refused):
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Twinfield refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Twinfield refused the call.", **known)


def _words(refused: list[Complaint]) -> Words:
    texts = [f"{item.place}: {item.words}" if item.place else item.words for item in refused]
    code = next((item.code for item in refused if item.code), FAILED)
    return {"provider_code": code, "provider_message": "; ".join(texts)[:LONGEST_WORDS] or None}


def _explain_code(code: str, known: Words) -> GatewayError | None:
    if code in BAD_TOKEN:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "Twinfield no longer accepts the access token.", **known)
    if code in ENDED:
        words = "The connection's user is deleted or disabled at Twinfield, or its organisation is not active."
        return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
    if code in NO_COMPANY:
        words = "Twinfield needs a companyId, the code of an office; `companies` lists them."
        return ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=COMPANY, **known)
    if code in FORBIDDEN:
        words = (
            "Twinfield does not allow this: the user or the app lacks a right, or the office is none that the user "
            "reaches. All of this looks the same."
        )
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if code in (WRONG_CLUSTER, UNCHECKED):
        return ProviderUnavailable(ErrorCode.DOWN, "Twinfield could not tell where to go, or who asks.", **known)
    if code in BAD_REQUEST:
        return ProviderRejected(ErrorCode.OTHER, "Twinfield could not read the call.", **known)
    return None


def _explain_status(answer: Answer, known: Words) -> GatewayError:
    status = answer.status
    if status == 401:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "Twinfield no longer accepts the access token.", **known)
    if status == 403:
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, "Twinfield does not allow this.", **known)
    if status == 404:
        return ProviderRejected(ErrorCode.NOT_FOUND, "Twinfield does not know this address.", path=CUSTOMER, **known)
    if status == 429:
        return RateLimited("Twinfield asks to wait.", **known)
    if status >= 500 or status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Twinfield failed internally.", **known)
    if answer.ok:
        return ProviderProtocolError("Twinfield's answer cannot be read.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Twinfield refused the call.", **known)


def _plain(answer: Answer) -> str | None:
    """The words of an answer that is no XML, of which sign-in's are JSON; pages of HTML say nothing."""
    text = answer.body[: 4 * LONGEST_WORDS].decode("utf-8", "replace").strip()
    if not text or text.startswith("<"):
        return None
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text[:LONGEST_WORDS]
    told = [str(value) for value in body.values()] if isinstance(body, dict) else [str(body)]
    return ": ".join(told)[:LONGEST_WORDS] or None
