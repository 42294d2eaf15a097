"""What FreshBooks's refusals mean. The accounting family has two dialects, sign-in others; some come with HTTP 200.

Source: freshbooks.com/api/errors; the official clients' tests. See `QUIRKS.md` 3 and 12.
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
from ...outbound.message import Answer

ACCESS_DENIED = "1003"
DELETED = "1011"
NOT_FOUND = "1012"
INACTIVE_ACCOUNT = "1042"
BUSY = "409"
UNEXPECTED = "500"
INVALID = {"1001", "1004", "1017"}
BAD_TOKEN = ("unauthenticated", "invalid_token")
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error of an answer: FreshBooks's number or OAuth's word, and what it is about."""

    code: str | None
    words: str | None = None
    field: str | None = None
    object: str | None = None

    @property
    def place(self) -> str | None:
        """The native name; those of a contact lie in the list of contacts."""
        return f"contacts.{self.field}" if self.field and self.object == "contact" else self.field

    def __str__(self) -> str:
        return ": ".join(part for part in (self.field, self.words or self.code) if part)


def complaints(answer: Answer) -> list[Complaint]:
    """The errors in an answer, in whichever of its shapes; none in the answer to a success."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return [] if answer.ok else [Complaint(None, _plain(answer))]
    return list(_complaints(body)) if isinstance(body, dict) else []


def _complaints(body: dict[str, Any]) -> Iterator[Complaint]:
    response, details = body.get("response"), body.get("details")
    if isinstance(response, dict):
        listed = response.get("errors")
        # One alone may come without its list.
        for item in listed if isinstance(listed, list) else [listed]:
            if isinstance(item, dict):
                yield Complaint(_text(item.get("errno")), *_about(item))
        return
    if isinstance(details, list) and any(isinstance(item, dict) for item in details):
        for item in details:
            if isinstance(item, dict):
                about = item.get("metadata")
                yield Complaint(_text(item.get("reason")), *_about(about if isinstance(about, dict) else {}))
        return
    words = _text(body.get("error_description") or body.get("message"))
    code = _text(body.get("error"))
    if code is None and words is not None and words.startswith(BAD_TOKEN[1]):
        code = BAD_TOKEN[1]
    if code or words:
        yield Complaint(code, words)


def _about(item: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    return _text(item.get("message")), _text(item.get("field")), _text(item.get("object"))


def is_bad_token(answer: Answer) -> bool:
    return answer.status == 401 or any(item.code in BAD_TOKEN for item in complaints(answer))


def is_not_found(answer: Answer) -> bool:
    numbers = _numbers(complaints(answer))
    return NOT_FOUND in numbers or (answer.status == 404 and not numbers)


def is_refusal(answer: Answer) -> bool:
    """The numbers come first, the status second: only an unexpected error leaves open what was done."""
    numbers = _numbers(complaints(answer))
    if UNEXPECTED in numbers or answer.status == 408:
        return False
    return 400 <= answer.status < 500 or bool(numbers) or is_bad_token(answer)


def _numbers(told: list[Complaint]) -> set[str]:
    return {item.code for item in told if item.code is not None and item.code.isdecimal()}


def explain(answer: Answer) -> GatewayError:
    told = complaints(answer)
    numbers = _numbers(told)
    known: Words = {
        "provider_code": next((item.code for item in told if item.code), str(answer.status)),
        "provider_message": "; ".join(filter(None, map(str, told)))[:LONGEST_WORDS] or None,
    }
    if is_bad_token(answer):
        words = "FreshBooks no longer accepts the access token."
        return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
    if is_not_found(answer):
        words = "FreshBooks does not know this client in this account; the company has to be the id of an account."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
    if DELETED in numbers:
        words = "The client is deleted at FreshBooks."
        return ProviderRejected(ErrorCode.CONFLICT, words, path=("customer",), **known)
    if INACTIVE_ACCOUNT in numbers:
        words = "The account is not active at FreshBooks: its subscription has ended."
        path = ("customer", "native", "companyId")
        return ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=path, **known)
    if BUSY in numbers or answer.status == 409:
        words = "Somebody else is writing this client at FreshBooks at this moment; nothing was written."
        return VersionConflict(words, **known)
    if answer.status == 429:
        return RateLimited("FreshBooks asks to wait.", **known)
    if UNEXPECTED in numbers or answer.status == 408 or (answer.status >= 500 and not numbers):
        return ProviderUnavailable(ErrorCode.DOWN, "FreshBooks failed internally.", **known)
    if numbers & INVALID:
        return ProviderRejected(ErrorCode.INVALID_VALUE, "FreshBooks refused a value.", **known)
    if answer.status == 403 or ACCESS_DENIED in numbers:
        words = (
            "FreshBooks does not allow this. Mostly the user is a mere client of the account, which allows some reads "
            "and no write; or the token lacks the scope user:clients:write, user:clients:read or user:profile:read."
        )
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    return ProviderRejected(ErrorCode.OTHER, "FreshBooks refused the call.", **known)


def _plain(answer: Answer) -> str | None:
    """Some errors are plain text; pages of HTML say nothing."""
    text = answer.body.decode("utf-8", "replace").strip()
    return None if text.startswith("<") else _text(text)


def _text(value: Any) -> str | None:
    return str(value)[:LONGEST_WORDS] if value not in (None, "") else None
