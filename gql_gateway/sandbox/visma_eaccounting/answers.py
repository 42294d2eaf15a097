"""Refusals in Visma's flat shape: `ErrorCode`, `DeveloperErrorMessage`, `ErrorId`.

Codes are the documented ones. Of the statuses only those of 2000, 4005 and 4010 are known; the others are what the
names suggest, and a test may set others in `VismaEaccountingSimulator.statuses`. The words after an exception's name
are invented for the most part, as are the names of the exceptions that the documents give a number only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from ..simulator import Document

JSON = "application/json"


@dataclass(frozen=True)
class Reason:
    """Why a call fails. Two reasons share the code 4002; the exception that leads the message tells them apart."""

    code: int
    exception: str
    status: int
    words: str


INVALID = Reason(2000, "DataModelValidationException", 400, "The request is invalid.")
UNSUPPORTED_BODY = Reason(
    2000, "DataModelValidationException", 415, "The content type of the request is not supported."
)
WRONG_VERB = Reason(2000, "DataModelValidationException", 405, "The resource does not support this method.")
NOT_FOUND = Reason(3000, "ResourceNotFoundException", 404, "Customer was not found.")
DUPLICATE = Reason(4000, "ConflictException", 409, "The customer number is already in use.")
CANNOT_DELETE = Reason(4001, "CanNotBeDeletedException", 400, "The customer has invoices.")
CANNOT_UPDATE = Reason(4002, "CanNotBeCreatedOrUpdatedException", 400, "The customer can not be updated.")
NO_MODULE = Reason(4002, "ForbiddenRequestException", 403, "No access to module: api_standard")
NO_STARTUP_GUIDE = Reason(4003, "StartupGuideNotCompletedException", 403, "The startup guide is not completed.")
NOT_ACTIVE = Reason(4004, "CompanyNotActiveException", 403, "The company is not active.")
UNAUTHORIZED = Reason(4005, "AuthorizationException", 401, "Authorization has been denied for this request.")
NO_SCOPE = Reason(4006, "ForbiddenRequestException", 403, "No access to scope ea:sales.")
OVER_QUOTA = Reason(
    4010, "", 429, "API calls quota exceeded! maximum admitted 600 per Minute. Try again in 41 seconds."
)

TYPICAL = {
    reason.status: reason
    for reason in (INVALID, UNAUTHORIZED, NO_SCOPE, NOT_FOUND, WRONG_VERB, DUPLICATE, UNSUPPORTED_BODY, OVER_QUOTA)
}
"""What an answer with this status is about, when nothing else is known."""


class Refusal(Exception):
    """Ends the handling of a request with an error answer."""

    def __init__(self, reason: Reason, words: str = "") -> None:
        super().__init__(words or reason.words)
        self.reason = reason
        self.words = words or reason.words


def invalid(problems: Iterable[str]) -> Refusal:
    """Every problem of a body in one message: the fields of `CommonExtendedBadRequest` are not known."""
    return Refusal(INVALID, " ".join(problems))


def error_object(reason: Reason, words: str, error_id: str) -> Document:
    led = f"{reason.exception} - {words}" if reason.exception else words
    return {"ErrorCode": reason.code, "DeveloperErrorMessage": led, "ErrorId": error_id}


def to_json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
