"""What Tinybooks' refusals mean: `{"code", "message", "field"}`."""

from __future__ import annotations

import json
from typing import Any

from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    Words,
)
from gql_gateway.outbound.message import Answer


def read_error(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def explain(answer: Answer) -> GatewayError:
    told = read_error(answer)
    known: Words = {"provider_code": str(told.get("code", answer.status)), "provider_message": told.get("message")}
    if answer.status == 401:
        return ConnectionProblem(ErrorCode.REAUTHORIZE, "Tinybooks does not accept the key.", **known)
    if answer.status == 403:
        return ConnectionProblem(ErrorCode.MISSING_SCOPE, "Tinybooks does not allow the key this call.", **known)
    if answer.status == 404:
        words = "Tinybooks does not know this customer."
        return ProviderRejected(ErrorCode.NOT_FOUND, words, path=("customer",), **known)
    if answer.status == 429:
        return RateLimited("Tinybooks asks to wait.", **known)
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(ErrorCode.DOWN, "Tinybooks failed internally.", **known)
    if answer.status == 422:
        return ProviderRejected(ErrorCode.INVALID_VALUE, "Tinybooks refused a value.", **known)
    return ProviderRejected(ErrorCode.OTHER, "Tinybooks refused the call.", **known)
