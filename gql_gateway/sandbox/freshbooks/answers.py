"""Refusals in FreshBooks' words: two dialects of the accounting family, one of sign-in, and plain text.

Messages about a client that is missing, an e-mail address, missing rights and a collision are those of the dossier. The
others are this simulator's, and so are the statuses of numbers for which none was recorded and the body of a 429.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from ..simulator import Document

REQUIRED = 1001
ACCESS_DENIED = 1003
INVALID = 1004
UNPARSEABLE = 1005
DELETED = 1011
NOT_FOUND = 1012
BAD_PER_PAGE = 1013
BAD_PAGE = 1014
TOO_LONG = 1017
INACTIVE_ACCOUNT = 1042
CONFLICT = 409
UNEXPECTED = 500

STATUSES: Mapping[int, int] = {
    REQUIRED: 422,
    ACCESS_DENIED: 403,
    INVALID: 422,
    UNPARSEABLE: 400,
    DELETED: 422,
    NOT_FOUND: 404,
    BAD_PER_PAGE: 400,
    BAD_PAGE: 400,
    TOO_LONG: 422,
    INACTIVE_ACCOUNT: 403,
    CONFLICT: 409,
    UNEXPECTED: 500,
}
"""HTTP status by number. Only those of 1003, 1005, 1012, 1013, 1014, 409 and 500 are stated without an alternative."""

JSON = "application/json"
DENIED = "The server could not verify that you are authorized."
BUSY = "The resource being modified is being modified by another request."
BAD_EMAIL = "Please enter a valid email address."

Dialect = Literal["classic", "newer"]
_GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 422: 3, 429: 8, 500: 13}


@dataclass(frozen=True, slots=True)
class Problem:
    errno: int
    message: str
    field: str | None = None
    value: Any = None
    object: str | None = "client"

    def shown(self) -> Document:
        """As the classic dialect lists it; the value is always a text."""
        if self.errno == ACCESS_DENIED:
            return {"errno": self.errno, "message": self.message}
        value = self.value
        if value is not None and not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        return {
            "errno": self.errno,
            "field": self.field,
            "message": self.message,
            "object": self.object,
            "value": value,
        }


class Refusal(Exception):
    """An error of the accounting family; the simulator decides on dialect and status."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


class SignInRefusal(Exception):
    """An error of identity and token endpoints, and what a bad token gets everywhere."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body: Document = {"error": error, "error_description": description}


def unauthenticated() -> SignInRefusal:
    return SignInRefusal(401, "unauthenticated", "This action requires authentication to continue.")


def client_not_found(native_id: str) -> Refusal:
    return Refusal(Problem(NOT_FOUND, "Client not found.", "userid", native_id))


def access_denied() -> Refusal:
    return Refusal(Problem(ACCESS_DENIED, DENIED))


def accounting_error(problems: Sequence[Problem], status: int, dialect: Dialect) -> Document:
    """The body of a refusal. In the classic dialect a lack of rights is one object, everything else a list."""
    if dialect == "classic":
        shown = [problem.shown() for problem in problems]
        return {"response": {"errors": shown[0] if problems[0].errno == ACCESS_DENIED else shown}}
    return {
        "code": _GRPC.get(status, 2),
        "message": f"Request failed with status_code: {status}",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": str(problem.errno),
                "domain": "accounting.api.freshbooks.com",
                # The metadata of an ErrorInfo are texts, so what has no value is left out.
                "metadata": {n: v for n, v in problem.shown().items() if n != "errno" and v is not None},
            }
            for problem in problems
        ],
    }


def answer(document: Document, status: int = 200) -> web.Response:
    return web.Response(status=status, body=to_json(document), content_type=JSON)


def result(name: str, document: Any, **paging: int) -> web.Response:
    """A success of the accounting family."""
    return answer({"response": {"result": {name: document, **paging}}})


def to_json(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def typical_error(status: int, dialect: Dialect) -> tuple[str, bytes]:
    """Content type and body of an answer with this status. 200 is an error as well: they do come inside a success."""
    invalid = Problem(INVALID, BAD_EMAIL, "email", "not-an-address")
    problems = {
        200: invalid,
        400: invalid,
        403: Problem(ACCESS_DENIED, DENIED),
        404: Problem(NOT_FOUND, "Client not found.", "userid", "0"),
        409: Problem(CONFLICT, BUSY),
        422: invalid,
        500: Problem(UNEXPECTED, "The ORM encountered an unexpected error."),
    }
    if status == 401:
        return JSON, to_json(unauthenticated().body)
    if status == 429:
        return "text/plain", b"Too Many Requests"
    if status in problems:
        # Inside a 200 the newer dialect speaks of the status that it would have had.
        return JSON, to_json(accounting_error([problems[status]], 422 if status == 200 else status, dialect))
    return "text/plain", b"stuff that is not JSON"
