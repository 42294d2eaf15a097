"""Refusals in Sage's shape: an array of `$severity`, `$dataCode`, `$message`, `$source`.

Codes, statuses and the messages of too long, VAT number, subscription, role, missing record and server fault are those
of the dossier; the other messages are this simulator's. What has no data code is answered in plain text: no body is
known of 405, 415, 429 and 503 to 525, nor of a path that leads nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import responses
from typing import Literal

from ..simulator import Document

JSON = "application/json"
TEXT = "text/plain"

ErrorShape = Literal["array", "object", "diagnoses"]
"""`object`: the first problem alone; `diagnoses`: the array inside an object, as v1 had it."""

BASE = "base"
"""`$source` of what is wrong with the record as a whole."""


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    message: str
    source: str = ""

    def shown(self) -> Document:
        return {"$severity": "error", "$dataCode": self.code, "$message": self.message, "$source": self.source}


class Refusal(Exception):
    """Ends the handling of a request. Without problems the body is plain text."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__(problems[0].message if problems else responses.get(status, "Error"))
        self.status = status
        self.problems = problems


BAD_TOKEN = Problem("AuthorizationFailure", "The access token is missing, not valid or has expired.")
NO_SUBSCRIPTION = Problem("AuthorizationFailure", "No active subscription. (MSE)")
NO_ACCESS = Problem(
    "MultiUserAccessDenied", "The current user is not allowed to access that resource with that method."
)
NO_RECORD = Problem("RecordNotFound", "Couldn't find record.")
UNEXPECTED = Problem("UnexpectedError", "An unexpected error occurred.")

_TYPICAL = {
    401: BAD_TOKEN,
    403: NO_ACCESS,
    404: NO_RECORD,
    422: Problem("RecordInvalid", "This field is too long (maximum is 10 characters).", "reference"),
    500: UNEXPECTED,
}


def wrong(source: str, message: str) -> Problem:
    return Problem("RecordInvalid", message, source)


def too_long(source: str, most: int) -> Problem:
    return wrong(source, f"This field is too long (maximum is {most} characters).")


def invalid(problems: Sequence[Problem]) -> Refusal:
    """All that is wrong with a body, at once."""
    return Refusal(422, *problems)


def not_found() -> Refusal:
    return Refusal(404, NO_RECORD)


def error_body(status: int, problems: Sequence[Problem], shape: ErrorShape) -> tuple[str, bytes]:
    """Content type and body."""
    if not problems:
        return TEXT, responses.get(status, "Error").encode()
    shown = [problem.shown() for problem in problems]
    match shape:
        case "object":
            return JSON, to_json(shown[0])
        case "diagnoses":
            return JSON, to_json({"$diagnoses": shown})
        case _:
            return JSON, to_json(shown)


def typical_error(status: int, shape: ErrorShape) -> tuple[str, bytes]:
    """An answer with this status when nothing else is known."""
    known = _TYPICAL.get(status)
    return error_body(status, [known] if known else [], shape)


def to_json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
