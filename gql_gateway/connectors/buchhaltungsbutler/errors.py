"""What BuchhaltungsButler's refusals mean. Decided by `success` and the code, which belongs to the path called.

The words are English and not stable; nothing is read from them. Source: the vendor's description file 1.9.1, measured
reads. See `QUIRKS.md` 9.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from ...fields.table import Leaf
from ...outbound.message import Answer
from .fields import TABLE

LONGEST_WORDS = 500
FAILED, WRONG_NUMBER, UNKNOWN_KEY, INACTIVE, RESTRICTED, NO_DEBTOR = 0, 1, 4, 11, 15, 24
STATUS: Mapping[int, int] = {FAILED: 500, 3: 401, UNKNOWN_KEY: 401, INACTIVE: 403, RESTRICTED: 403, 30: 504}
"""The status that belongs to a code, for a refusal that comes with HTTP 200; 400 for all others."""

REFUSED: Mapping[int, str] = {
    8: "name",
    9: "contact_person_name",
    10: "street",
    12: "additional_addressline",
    13: "zip",
    14: "city",  # its words say street
    16: "country",
    17: "sales_tax_id_eu",
    18: "iban",
    19: "bic",
    20: "email",
    21: "customer_number",
}
"""Which value of an update a code is about, by the name it is read under."""

LEAVES: Mapping[str, Leaf] = {leaf.fact.name: leaf for leaf in TABLE.leaves}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer says: its status, the code and the words."""

    status: int
    code: int | None = None
    words: str | None = None


def read_refusal(answer: Answer) -> Refusal | None:
    """`None` when the answer does not say that it is a refusal. Pages of HTML have neither code nor words."""
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or (answer.ok and body.get("success") is not False):
        return None if answer.ok else Refusal(answer.status)
    code, words = body.get("error_code"), body.get("message")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    status = STATUS.get(code, 400) if answer.ok and code is not None else 400 if answer.ok else answer.status
    return Refusal(status, code, str(words)[:LONGEST_WORDS] if words else None)


def explain(answer: Answer) -> GatewayError:
    refusal = read_refusal(answer) or Refusal(answer.status)
    status, code = refusal.status, refusal.code
    known: Words = {
        "provider_code": str(answer.status if code is None else code),
        "provider_message": refusal.words,
    }
    if status == 401:
        words = "BuchhaltungsButler no longer accepts the API client and its secret."
        if code == UNKNOWN_KEY:
            words = (
                "BuchhaltungsButler does not know the API key, it does not belong to the API client, or the client "
                "lacks the rights: all of this looks the same."
            )
        return ConnectionProblem(ErrorCode.REAUTHORIZE, words, **known)
    if status == 429 or (status == 403 and code == RESTRICTED):
        return RateLimited("BuchhaltungsButler asks to wait before the next call.", **known)
    if status == 403:
        words = (
            "BuchhaltungsButler does not allow this call: the customer account is not active, or a right is missing."
        )
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, words, **known)
    if status == 404 or (status == 400 and code == NO_DEBTOR):
        words = "BuchhaltungsButler does not know this customer."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
    if status >= 500 or status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "BuchhaltungsButler failed internally.", **known)
    if status == 400 and code == WRONG_NUMBER:
        words = "BuchhaltungsButler does not take this for the number of a debtor."
        return ProviderRejected(ErrorCode.INVALID_VALUE, words, path=("customer",), **known)
    if name := _refused(refusal):
        # Named here as well as in the path: a value that goes along from the record has no place in the change.
        words = f"BuchhaltungsButler refused a value: {LEAVES[name].path}."
        return ProviderRejected(ErrorCode.INVALID_VALUE, words, **known)
    return ProviderRejected(ErrorCode.OTHER, "BuchhaltungsButler refused the call.", **known)


def blamed(answer: Answer) -> Iterator[str]:
    """The value that a refusal is about."""
    if name := _refused(read_refusal(answer)):
        yield name


def _refused(refusal: Refusal | None) -> str | None:
    if refusal is None or refusal.status != 400 or refusal.code is None:
        return None
    return REFUSED.get(refusal.code)
