"""What Lexware Office's refusals mean. Contacts, profile and the gateway before them each have a shape of their own.

Source: developers.lexware.io/docs, "Error codes" and "HTTP status codes"; see `QUIRKS.md` 9 to 11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
)
from ...outbound.message import Answer

INVALID = {"validation_failure", "bad_request_error"}
DUPLICATE = {"account_number_already_exists"}
DAMAGED = {"technical_error"}
STALE = "version"
UNSUPPORTED = frozenset({405, 415, 501})


@dataclass(frozen=True, slots=True)
class Issue:
    """One complaint. `source` is mostly a native path, at times one of the provider's own code, or plain words."""

    code: str | None
    source: str | None = None
    kind: str | None = None
    words: str | None = None

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.words or self.code) if part)


class _Words(TypedDict):
    provider_code: str | None
    provider_message: str | None


def read_issues(answer: Answer) -> list[Issue]:
    """The complaints in an answer, whichever of the three shapes it has."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    return list(_issues(body)) if isinstance(body, dict) else []


def _issues(body: dict[str, Any]) -> Iterator[Issue]:
    legacy, regular = body.get("IssueList"), body.get("details")
    if isinstance(legacy, list):
        for item in legacy:
            if isinstance(item, dict):
                names = ("i18nKey", "source", "type", "additionalData")
                yield Issue(*(_text(item.get(name)) for name in names))
        return
    if isinstance(regular, list):
        for item in regular:
            if isinstance(item, dict):
                yield Issue(_text(item.get("violation")), _text(item.get("field")), None, _text(item.get("message")))
    if message := _text(body.get("message")):
        yield Issue(_text(body.get("error")), words=message)


def explain(answer: Answer) -> GatewayError:
    status = answer.status
    # A 403 quotes the Authorization header, so that its words are never passed on.
    issues = [] if status == 403 else read_issues(answer)
    codes = {issue.code for issue in issues}
    kinds = {issue.kind for issue in issues}
    known = _Words(
        provider_code=next((issue.code for issue in issues if issue.code), str(status)),
        provider_message="; ".join(map(str, issues)) or None,
    )
    if status == 401:
        words = "Lexware Office no longer accepts the API key: its administrator has to make a new one."
        return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
    if status == 403:
        words = "The API key lacks a scope, or its owner a right, that this call needs."
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if status == 402:
        words = "The contract of the Lexware Office account does not cover this call."
        return ProviderRejected(ErrorCode.FORBIDDEN, words, **known)
    if status == 404:
        return ProviderRejected(ErrorCode.NOT_FOUND, "Lexware Office does not know this contact.", **known)
    # The documentation has 409; 406 with the source `version` was seen live by one client's author (unverified).
    if status == 409 or (status == 406 and any(issue.source == STALE for issue in issues)):
        words = "Somebody else changed the contact at Lexware Office in the meantime; nothing was written."
        return VersionConflict(words, **known)
    if status == 429:
        return RateLimited("Lexware Office asks to wait: the rate limit is used up.", **known)
    if status in UNSUPPORTED:
        return ProviderRejected(ErrorCode.OTHER, "Lexware Office does not support this call.", **known)
    if status >= 500 or status == 408:
        words = "Lexware Office reports a damaged contact." if kinds & DAMAGED else "Lexware Office failed internally."
        return ProviderUnavailable(ErrorCode.DOWN, words, **known)
    if codes & DUPLICATE:
        return ProviderRejected(ErrorCode.DUPLICATE, "The number is in use at Lexware Office.", **known)
    if status == 406 or kinds & INVALID:
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Lexware Office refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Lexware Office refused the call.", **known)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
