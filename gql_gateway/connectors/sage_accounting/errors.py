"""What Sage's refusals mean: an array of objects with `$dataCode`, `$message` and `$source`, always in English.

Source: developer.sage.com, "frequently raised errors" and "response codes". See `QUIRKS.md` 2 and 18.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    Path,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Words,
)
from ...outbound.message import Answer

COMPANY: Path = ("customer", "native", "companyId")
WRAPPERS = ("contact", "address", "contact_person")
BASE = "base"
"""The source of an error that is about the record and not about one member."""
LONGEST_WORDS = 500

_SUBSCRIPTION = re.compile(r"\bsubscription\b", re.IGNORECASE)
_TAKEN = re.compile(r"\b(taken|already|unique|in use)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error of an answer: Sage's code, its words, and the member that it is about."""

    code: str | None
    words: str | None
    source: str | None

    def __str__(self) -> str:
        source = None if self.source == BASE else self.source
        return ": ".join(part for part in (source, self.words or self.code) if part)


def complaints(answer: Answer) -> list[Complaint]:
    """The errors in an answer: an array, one alone, or the older form below `$diagnoses`."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    if isinstance(body, dict):
        body = body.get("$diagnoses", body)
    listed = body if isinstance(body, list) else [body]
    found = [
        Complaint(*(_text(item.get(name)) for name in ("$dataCode", "$message", "$source")))
        for item in listed
        if isinstance(item, dict)
    ]
    return [item for item in found if item.code or item.words]


def subscription_ended(answer: Answer) -> bool:
    """Whether a 401 is about the business and not about the token."""
    return answer.status == 401 and any(_SUBSCRIPTION.search(item.words or "") for item in complaints(answer))


def blamed(answer: Answer) -> Iterator[str]:
    """The members that a refusal names, as the document has them: `country_id` is written, `country.id` is read."""
    for item in complaints(answer):
        if not item.source or item.source == BASE:
            continue
        names = item.source.split(".")
        yield re.sub(r"_id$", ".id", ".".join(names[1:] if names[0] in WRAPPERS else names))


def explain(answer: Answer) -> GatewayError:
    told = complaints(answer)
    known: Words = {
        "provider_code": next((item.code for item in told if item.code), str(answer.status)),
        "provider_message": "; ".join(filter(None, map(str, told)))[:LONGEST_WORDS] or None,
    }
    match answer.status:
        case 401 if subscription_ended(answer):
            words = (
                "The subscription of this business has ended at Sage. Its token is good: nobody has to connect again."
            )
            return ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=COMPANY, **known)
        case 401:
            return ConnectionProblem(ErrorCode.REAUTHORIZE, "Sage no longer accepts the access token.", **known)
        case 403:
            words = (
                "Sage does not allow this. The user's role in the business has to have restricted or full access to "
                "contacts (full access to remove something), and the token the scope full_access."
            )
            return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
        case 404:
            words = "Sage does not know this contact in this business, or something that hangs on it."
            return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
        case 429:
            return RateLimited("Sage asks to wait.", **known)
        case 400 | 422:
            return _refused_value(told, known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Sage failed internally.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Sage refused the call.", **known)


def _refused_value(told: list[Complaint], known: Words) -> GatewayError:
    """How a number that is taken is worded is unverified."""
    for item in told:
        if (item.source or "").rpartition(".")[2] == "reference" and _TAKEN.search(item.words or ""):
            words = "Another contact at Sage has this number, perhaps a deleted one: those keep theirs."
            return ProviderRejected(ErrorCode.DUPLICATE, words, **known)
    return ProviderRejected(ErrorCode.INVALID_VALUE, "Sage refused a value.", **known)


def _text(value: Any) -> str | None:
    return str(value)[:LONGEST_WORDS] if value not in (None, "") else None
