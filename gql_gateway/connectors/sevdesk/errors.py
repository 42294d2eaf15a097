"""What sevdesk's refusals mean. The vendor's file has no bodies for them; the shape was seen by other clients.

Source: `QUIRKS.md` 16 to 18; the schema `validationError`; peerigon/sevdesk, RumBugen/sevdesk-api-kotlin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ...errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Words,
)
from ...outbound.message import Answer

NOT_FOUND = "NOT_FOUND"
ALREADY_EXISTS = "151"
LONGEST_WORDS = 500

_FIELD = re.compile(r"\bfield (\w+)")
_REFERENCE = re.compile(r"^(\w+) expected array with 'id'")


def read_error(answer: Answer) -> tuple[str | None, str | None]:
    """sevdesk's code (a number, a word or nothing) and its words, with the UUID that its support asks for."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None, _plain(answer)
    if not isinstance(body, dict):
        return None, None
    told = body.get("error", body)
    if not isinstance(told, dict):
        return None, _text(told)
    words = _text(told.get("message"))
    incident = _text(told.get("exceptionUUID") or body.get("exceptionUUID"))
    if incident:
        words = f"{words or 'Error'} (exceptionUUID {incident})"
    return _text(told.get("code")), words


def is_not_found(answer: Answer) -> bool:
    """404, or 400 with a word: the vendor's file and its clients do not agree."""
    return answer.status == 404 or (answer.status == 400 and read_error(answer)[0] == NOT_FOUND)


def blamed(answer: Answer) -> Iterator[str]:
    """The property that the words of a refusal name; of a reference, what the document has of it."""
    _, words = read_error(answer)
    for pattern in (_FIELD, _REFERENCE):
        if match := pattern.search(words or ""):
            yield from (match[1], f"{match[1]}.id", f"{match[1]}.code")


def explain(answer: Answer) -> GatewayError:
    code, words = read_error(answer)
    known: Words = {"provider_code": code or str(answer.status), "provider_message": words}
    if answer.status == 401:
        return ConnectionProblem(
            ErrorCode.REAUTHORIZE,
            "sevdesk no longer accepts the API token: a new one was made, its user is gone, or too many failing calls "
            "locked it.",
            **known,
        )
    if answer.status == 403:
        words_of_right = "The user of the API token lacks a right that this call needs."
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words_of_right, **known)
    if answer.status == 429:
        return RateLimited("sevdesk asks to wait.", **known)
    if is_not_found(answer):
        words_of_loss = "sevdesk does not know this contact, or something that hangs on it."
        return ProviderRejected(ErrorCode.NOT_FOUND, words_of_loss, path=("customer",), **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "sevdesk failed internally.", **known)
    if code == ALREADY_EXISTS:
        return ProviderRejected(ErrorCode.DUPLICATE, "sevdesk has this already.", **known)
    if answer.status == 409:
        return ProviderRejected(ErrorCode.CONFLICT, "sevdesk does not remove what is still in use.", **known)
    if answer.status in (400, 422):
        return ProviderRejected(ErrorCode.INVALID_VALUE, "sevdesk refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "sevdesk refused the call.", **known)


def _plain(answer: Answer) -> str | None:
    """Some errors are plain text; pages of HTML say nothing."""
    text = answer.body.decode("utf-8", "replace").strip()
    return None if text.startswith("<") else _text(text)


def _text(value: Any) -> str | None:
    return str(value)[:LONGEST_WORDS] if value not in (None, "") else None
