"""Answers in sevdesk's envelope, and refusals in its words.

The envelope of errors, the message "The field … is required." and "… expected array with 'id' and 'objectName'" were
seen in other people's clients. Other messages, and the bodies of 401, 403, 404 and 429, are this simulator's.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from ..simulator import Document

NOT_FOUND = "NOT_FOUND"
ALREADY_EXISTS = 151
PAGE_NOT_FOUND = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Page not found</h1></body></html>\n"

_TYPICAL: Mapping[int, tuple[str, int | str | None]] = {
    400: ("Bad request", 400),
    401: ("Authentication required", 401),
    403: ("You do not have the right to do this", 403),
    404: ("Contact not found", NOT_FOUND),
    409: ("Contact is in use", 409),
    422: ("The field category is required.", 422),
    429: ("Too many requests", 429),
}
_PHP_TYPES = {bool: "boolean", int: "integer", float: "double", str: "string", list: "array", dict: "array"}


class Refusal(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, code: int | str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = error_body(status, message, status if code is None else code)

    def answer(self) -> web.Response:
        return web.Response(status=self.status, body=self.body, content_type="application/json")


class Missing(Refusal):
    """An object that is not there. The vendor's file says 400 for it, clients look at 404 and at the code."""

    def __init__(self, model: str, status: int) -> None:
        super().__init__(status, f"{model} not found", NOT_FOUND)


class Invalid(Exception):
    """A value that is refused; the simulator decides with which status."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


def required(field: str) -> Invalid:
    return Invalid(f"The field {field} is required.")


def wrong_type(field: str, wanted: str) -> Invalid:
    return Invalid(f"The field {field} must be of type {wanted}.")


def wrong_reference(field: str, given: Any) -> Invalid:
    """What comes when a reference is not `{"id": <number>, "objectName": "<Model>"}`; it speaks of PHP's types."""
    return Invalid(f"{field} expected array with 'id' and 'objectName'. {_PHP_TYPES.get(type(given), 'NULL')} given")


def error_body(status: int, message: str, code: int | str | None) -> bytes:
    """`exceptionUUID` stands inside the error, and at the top level of a server's error; `code` may be null."""
    problem = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{status} {message}"))
    if status >= 500:
        body: Document = {"error": {"message": message, "code": None}, "exceptionUUID": problem}
    elif status == 422:
        body = {"error": {"message": message, "code": code, "exceptionUUID": problem}}
    else:
        body = {"error": {"message": message, "code": code}}
    return json.dumps(body, ensure_ascii=False).encode()


def typical_error(status: int) -> tuple[str, bytes]:
    """Content type and body of an answer with this status."""
    message, code = _TYPICAL.get(status, ("Internal error", None))
    return "application/json", error_body(status, message, code)


def objects(content: Any, *, status: int = 200, total: int | None = None) -> web.Response:
    """Whatever succeeds: an array for what was read, also for one object, and a single object for what was written."""
    body: Document = {"objects": content} if total is None else {"total": str(total), "objects": content}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type="application/json")
