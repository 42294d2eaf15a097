"""What Fortnox's refusals mean. The numeric code is the stable part; the words are Swedish.

Source: fortnox.se/developer, guides "errors" and "responses"; recorded answers. See `QUIRKS.md` 4.
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

NOT_FOUND = {"2000433"}
DUPLICATE = {"2000637"}
MISSING_SCOPE = {"2001101", "2001103"}
BAD_TOKEN = {"2000310", "2000311"}
INTERNAL = {"1000003"}
INVALID = {
    *("2000106", "2000108", "2000134", "2000359", "2000587", "2000588", "2000729"),
    *("2001304", "2001399"),
}
ABOUT = {"2000637": "CustomerNumber", "2001304": "SalesAccount"}
"""Codes that can be about one property only."""

_NAMED = re.compile(r"\(([A-Za-z0-9.]+)\)\s*$")


def read_error(answer: Answer) -> tuple[str | None, str | None]:
    """Fortnox's code and words: two spellings of one shape, `{"message": …}`, or OAuth's `error`."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(body, dict):
        return None, None
    inner = body.get("ErrorInformation")
    if isinstance(inner, dict):
        folded = {str(name).lower(): value for name, value in inner.items()}
        code = folded.get("code")
        return (None if code is None else str(code)), _text(folded.get("message"))
    return _text(body.get("error")), _text(body.get("error_description") or body.get("message"))


def blamed(answer: Answer) -> Iterator[str]:
    """The property that a refusal is about: named at the end of its words, "… (Name)", as a recorded one is."""
    code, words = read_error(answer)
    if match := _NAMED.search(words or ""):
        yield match[1]
    if code in ABOUT:
        yield ABOUT[code]


def explain(answer: Answer) -> GatewayError:
    code, words = read_error(answer)
    known: Words = {"provider_code": code or str(answer.status), "provider_message": words}
    if answer.status == 401 or code in BAD_TOKEN:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "Fortnox no longer accepts the access token.", **known)
    if code in MISSING_SCOPE:
        return ConnectionProblem(
            ErrorCode.MISSING_SCOPE,
            "The connection lacks a licence or a scope at Fortnox: customer for customers, companyinformation for "
            "the company. A new scope needs a new authorization.",
            **known,
        )
    if answer.status == 429:
        return RateLimited("Fortnox asks to wait: the rate limit is used up.", **known)
    if answer.status == 404 or code in NOT_FOUND:
        return ProviderRejected(
            ErrorCode.NOT_FOUND, "Fortnox does not know this customer.", path=("customer",), **known
        )
    if code in DUPLICATE:
        return ProviderRejected(ErrorCode.DUPLICATE, "This customer number is or was in use at Fortnox.", **known)
    if answer.status == 403:
        return ProviderRejected(ErrorCode.FORBIDDEN, "Fortnox does not allow this call.", **known)
    if answer.status >= 500 or code in INTERNAL:
        return ProviderUnavailable(ErrorCode.DOWN, "Fortnox failed internally.", **known)
    if code in INVALID:
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Fortnox refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Fortnox refused the call.", **known)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
