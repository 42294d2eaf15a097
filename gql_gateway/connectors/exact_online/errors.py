"""What Exact Online's refusals mean. The words are in the language of the user who gave consent, so that the status
and the header `Reason` decide; bodies can be empty or a page.

Source: `QUIRKS.md` 6 and 20 to 22; picqer/exact-php-client, mcnijman/go-exactonline, the official .NET client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
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

LONGEST_WORDS = 500
LIMITS = ("x-ratelimit-minutely", "x-ratelimit")
REASONS: Mapping[str, tuple[ErrorCode, str]] = {
    "BlockedUser": (ErrorCode.REAUTHORIZE, "The user who connected is blocked at Exact Online."),
    "InactiveUser": (ErrorCode.REAUTHORIZE, "The user who connected is no longer active at Exact Online."),
    "BlockedCustomer": (ErrorCode.COMPANY_UNAVAILABLE, "The licence of this company is blocked at Exact Online."),
    "LicenseExpired": (ErrorCode.COMPANY_UNAVAILABLE, "The licence of this company has expired at Exact Online."),
    "DivisionBlocked": (ErrorCode.COMPANY_UNAVAILABLE, "The company is blocked at Exact Online."),
    "NoDivisionAccess": (
        ErrorCode.COMPANY_UNAVAILABLE,
        "The user who connected did not give access to this company; `companies` lists those that can be used.",
    ),
}

_WORD = re.compile(r"[A-Za-z0-9]+")


def read_words(answer: Answer) -> str | None:
    """Exact's words; its code is nearly always empty."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    value = message.get("value") if isinstance(message, dict) else message
    return value.strip()[:LONGEST_WORDS] or None if isinstance(value, str) else None


def is_rule(answer: Answer) -> bool:
    """A rule of the business that was broken comes as 500 with words; a failure of the server has none."""
    return answer.status == 500 and read_words(answer) is not None


def blamed(answer: Answer) -> Iterator[str]:
    """The properties that the words may name, by their own names."""
    yield from dict.fromkeys(_WORD.findall(read_words(answer) or ""))


def explain(answer: Answer) -> GatewayError:
    reason, words = answer.headers.get("reason", "").strip(), read_words(answer)
    known: Words = {"provider_code": reason or str(answer.status), "provider_message": words}
    if answer.status == 401:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "Exact Online no longer accepts the access token.", **known)
    if answer.status == 403:
        return _explain_forbidden(reason, known)
    if answer.status == 404:
        text = "Exact Online does not know this account, or something that hangs on it."
        return ProviderRejected(ErrorCode.NOT_FOUND, text, path=("customer",), **known)
    if answer.status == 429:
        text = "Exact Online asks to wait: the calls of this minute or day are used up."
        return RateLimited(text, retry_after=wait_told(answer), **known)
    if answer.status == 400:
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Exact Online refused a value.", **known)
    if is_rule(answer):
        text = "Exact Online refused the change: a value or a rule of the company stands against it."
        return ProviderRejected(ErrorCode.INVALID_VALUE, text, **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Exact Online failed internally.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Exact Online refused the call.", **known)


def _explain_forbidden(reason: str, known: Words) -> GatewayError:
    if reason in REASONS:
        code, text = REASONS[reason]
        return ConnectionProblem(code, text, **known)
    text = "The app or its user lacks the right to manage accounts (CRM) in this company, or the account is not theirs."
    return ConnectionProblem(ErrorCode.MISSING_SCOPE, text, **known)


def wait_told(answer: Answer) -> float | None:
    """The seconds until a limit that is used up begins anew, by the provider's own clock; `None` when none is.

    Resets are POSIX milliseconds. Of a limit that was exceeded only its own headers come; one that is missing is
    unknown, not zero.
    """
    now = _date(answer)
    if now is None:
        return None
    waits = [reset / 1000 - now for reset in _resets(answer)]
    return max((wait for wait in waits if wait > 0), default=None)


def _resets(answer: Answer) -> Iterator[int]:
    for name in LIMITS:
        remaining, reset = (answer.headers.get(f"{name}-{part}", "") for part in ("remaining", "reset"))
        if remaining.strip() == "0" and reset.strip().isascii() and reset.strip().isdigit():
            yield int(reset)


def _date(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
