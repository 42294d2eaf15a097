"""What Visma eAccounting's refusals mean: one flat object with a number; `ErrorId` is what its support asks for.

Source: developer.vismaonline.com, page "error-codes". The HTTP statuses of most codes are unverified, so the code
decides, and the status only where there is no code that is known. See `QUIRKS.md` 2 and 11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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

VALIDATION, NOT_FOUND, NO_APPROVAL, DUPLICATE, NOT_POSSIBLE = "2000", "3000", "3003", "4000", "4002"
STARTUP_GUIDE, COMPANY_NOT_ACTIVE, NOT_AUTHORIZED, NO_SCOPE, QUOTA = "4003", "4004", "4005", "4006", "4010"
REFUSALS = frozenset(
    {
        *(VALIDATION, NOT_FOUND, NO_APPROVAL, DUPLICATE, NOT_POSSIBLE),
        *(STARTUP_GUIDE, COMPANY_NOT_ACTIVE, NOT_AUTHORIZED, NO_SCOPE, QUOTA),
    }
)
"""Codes that say that nothing was done, whatever the status they come with."""
ABOUT_A_RIGHT = "ForbiddenRequestException"
"""Leads the words of 4002 where a module is missing; elsewhere the code is about the customer."""
LEAVES: Mapping[str, Leaf] = {leaf.fact.name: leaf for leaf in TABLE.leaves}

_SECONDS = re.compile(r"Try again in (\d+) seconds?")
_NAME = re.compile(r"[A-Za-z0-9]+")
_NOT_VALID = re.compile(r"\b(invalid|not (a )?valid|not be (validated|verified))\b")


def read_error(answer: Answer) -> tuple[str | None, str | None]:
    """Visma's number, and its words with the id that its support asks for."""
    body = _object(answer)
    code, words, error_id = (body.get(name) for name in ("ErrorCode", "DeveloperErrorMessage", "ErrorId"))
    told = [str(words)] if words else []
    if error_id:
        told.append(f"(ErrorId {error_id})")
    return (None if code is None else str(code)), " ".join(told) or None


def explain(answer: Answer) -> GatewayError:
    code, words = read_error(answer)
    status = answer.status
    known: Words = {"provider_code": code or str(status), "provider_message": words}
    if code == QUOTA or status == 429:
        return RateLimited("Visma asks to wait: the limit is used up.", retry_after=wait_asked(answer), **known)
    if code == COMPANY_NOT_ACTIVE:
        return ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, "The company is not active at Visma.", **known)
    if code == STARTUP_GUIDE:
        text = "The company has not gone through Visma's start-up guide."
        return ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, text, **known)
    if code == NO_SCOPE or (code == NOT_POSSIBLE and ABOUT_A_RIGHT in (words or "")):
        return _lacks_a_right(known)
    if code == NO_APPROVAL:
        text = "The user who connected lacks a permission of approval at Visma."
        return ProviderRejected(ErrorCode.FORBIDDEN, text, **known)
    if code == NOT_AUTHORIZED:
        return _unauthorized(known)
    if code == NOT_FOUND:
        return _not_found(known)
    if code == DUPLICATE:
        text = f"Another customer at Visma has this value already: {_at_fault(answer)}."
        return ProviderRejected(ErrorCode.DUPLICATE, text, **known)
    if code == VALIDATION or is_vies(answer):
        return ProviderRejected(ErrorCode.INVALID_VALUE, _refused_value(answer), **known)
    if code == NOT_POSSIBLE:
        text = f"Visma does not let the customer be updated like this: {_at_fault(answer)}."
        return ProviderRejected(ErrorCode.CONFLICT, text, **known)
    return _explain_status(answer, known)


def _explain_status(answer: Answer, known: Words) -> GatewayError:
    match answer.status:
        case 400:
            return ProviderRejected(ErrorCode.INVALID_VALUE, _refused_value(answer), **known)
        case 401:
            return _unauthorized(known)
        case 403:
            return _lacks_a_right(known)
        case 404:
            return _not_found(known)
        case 409:
            return ProviderRejected(ErrorCode.CONFLICT, "The update conflicts with other data at Visma.", **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Visma failed.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Visma refused the call.", **known)


def _unauthorized(known: Words) -> GatewayError:
    return ConnectionProblem(ErrorCode.REAUTHORIZE, "Visma no longer accepts the access token.", **known)


def _lacks_a_right(known: Words) -> GatewayError:
    text = "The connection lacks the scope ea:sales at Visma, or its company the module for the API."
    return ConnectionProblem(ErrorCode.MISSING_SCOPE, text, **known)


def _not_found(known: Words) -> GatewayError:
    words = known["provider_message"]
    if words is None or "customer" in words.lower():
        return ProviderRejected(ErrorCode.NOT_FOUND, "Visma does not know this customer.", path=("customer",), **known)
    return ProviderRejected(ErrorCode.NOT_FOUND, "Visma does not know something that the update names.", **known)


def _refused_value(answer: Answer) -> str:
    """Named here as well as in the path: a value that goes along from the record has no place in the change."""
    if is_vies(answer):
        return (
            "Visma checks the VAT number of every update against VIES and did not accept the one of this customer. It "
            "goes along with each update, also when the change does not mention it: correct or clear vatId."
        )
    return (
        f"Visma refused a value: {_at_fault(answer)}. Every update carries the whole record, so that it can be one "
        "that the change does not mention."
    )


def _at_fault(answer: Answer) -> str:
    return ", ".join(LEAVES[name].path for name in blamed(answer)) or "it does not say which"


def is_vies(answer: Answer) -> bool:
    """Whether a refusal is about the check of the VAT number. Its words are not documented."""
    words = (read_error(answer)[1] or "").lower()
    return bool(re.search(r"\bvies\b", words) or ("vatnumber" in words and _NOT_VALID.search(words)))


def blamed(answer: Answer) -> list[str]:
    """The properties that the words name, in their order; there is no other place in which one could be named."""
    words = read_error(answer)[1] or ""
    named = [name for name in dict.fromkeys(_NAME.findall(words)) if name in LEAVES]
    return ["VatNumber"] if is_vies(answer) and not named else named


def wait_asked(answer: Answer) -> float | None:
    """The seconds to wait, which stand in the words alone."""
    found = _SECONDS.search(read_error(answer)[1] or "")
    return float(found.group(1)) if found else None


def _object(answer: Answer) -> dict[str, Any]:
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
