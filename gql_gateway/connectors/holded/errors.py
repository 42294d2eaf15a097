"""What Holded's refusals mean. One shape is documented, `{"status": 0, "info": "…"}`, and real answers vary.

Source: the OpenAPI document, reports of other clients. See `QUIRKS.md` 6 and 17.
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
    ProviderProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Words,
)
from ...outbound.message import Answer
from .body import READ_AS

LONGEST_WORDS = 500
BAD_KEY = re.compile(r"\b(?:invalid|wrong|unknown|missing)\b.*\bkey\b|\bkey\b.*\b(?:invalid|wrong)\b", re.IGNORECASE)
NOT_FOUND = re.compile(r"\bnot found\b", re.IGNORECASE)
_ABOUT = re.compile(r"\s*(?:wrong\s+(?P<wrong>[a-z][a-z0-9.]*)|(?P<needed>[a-z][a-z0-9.]*)\s+needed)\b", re.IGNORECASE)


def read_body(answer: Answer) -> Any:
    """The JSON of an answer, `None` where it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def status_in(body: Any) -> int | None:
    """What an answer says of itself: 0 for no, 1 for done."""
    told = body.get("status") if isinstance(body, dict) else None
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def is_rejection(answer: Answer) -> bool:
    """Holded says no, whatever the HTTP status."""
    return status_in(read_body(answer)) == 0


def words_of(answer: Answer) -> str | None:
    """Pages of HTML say nothing; some errors are plain text."""
    body = read_body(answer)
    if isinstance(body, dict):
        told = next((body[name] for name in ("info", "message", "error") if body.get(name)), None)
    elif body is None:
        text = answer.body.decode("utf-8", "replace").strip()
        told = None if text.startswith("<") else text
    else:
        told = None
    return str(told)[:LONGEST_WORDS] if told else None


def is_not_found(answer: Answer) -> bool:
    if answer.status == 404:
        return True
    return answer.status in (200, 400) and is_rejection(answer) and bool(NOT_FOUND.search(words_of(answer) or ""))


def is_bad_key(answer: Answer) -> bool:
    """A token of API v2 sent as a key is answered alike."""
    if answer.status == 401:
        return True
    return answer.status in (200, 400, 403) and bool(BAD_KEY.search(words_of(answer) or ""))


def blamed(answer: Answer) -> Iterator[str]:
    """The member that a refusal is about: `Wrong date`, `name needed`."""
    if match := _ABOUT.match(words_of(answer) or ""):
        name = match["wrong"] or match["needed"]
        yield READ_AS.get(name, name)


def explain(answer: Answer) -> GatewayError:
    known: Words = {"provider_code": str(answer.status), "provider_message": words_of(answer)}
    if is_bad_key(answer):
        words = "Holded does not accept the API key: it was removed, or it is a token of API v2."
        return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
    if answer.status in (402, 403):
        words = "Holded does not allow this: the plan of the company may not have the API."
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if answer.status == 429:
        return RateLimited("Holded asks to wait before the next call.", **known)
    if is_not_found(answer):
        words = "Holded does not know this contact."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Holded failed internally.", **known)
    if answer.status == 409:
        words = "The contact is in a state in which Holded does not take this."
        return ProviderRejected(ErrorCode.CONFLICT, words, **known)
    if is_rejection(answer):
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Holded refused a value.", **known)
    if answer.ok:
        words = "Holded answered with something else than was asked for: an unknown path gets a page of HTML."
        return ProviderProtocolError(words, **known)
    return ProviderRejected(ErrorCode.OTHER, "Holded refused the call.", **known)
