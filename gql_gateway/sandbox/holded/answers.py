"""What v1 answers: JSON without an envelope, `status` 0 for a refusal, a page of HTML for a path it does not know.

Seen by other clients: the words "Not found", "Invalid key", "name needed" and "Wrong date", and the page. All other
words follow these, and the bodies of 402, 403, 409, 429 and 5xx are this simulator's.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, NoReturn

from aiohttp import web

from ..simulator import Document

JSON = "application/json"
INVALID_KEY = "Invalid key"
NOT_FOUND = "Not found"
NAME_NEEDED = "name needed"
UNREADABLE = "Wrong body"

_PAGE = b'<!DOCTYPE html>\n<html lang="es"><head><title>Holded</title></head><body><div id="app"></div></body></html>\n'


class Refusal(Exception):
    """`{"status": 0, "info": words}`."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def wrong(name: str) -> Refusal:
    return Refusal(f"Wrong {name}")


def refused(words: str) -> Document:
    return {"status": 0, "info": words}


def done(words: str, native_id: str) -> Document:
    return {"status": 1, "info": words, "id": native_id}


def answer(document: Any, status: int = 200, content_type: str = JSON) -> web.Response:
    return web.Response(status=status, body=to_json(document), content_type=content_type)


def page() -> web.Response:
    """An unknown path is no error to Holded: it serves its application."""
    return web.Response(body=_PAGE, content_type="text/html", charset="utf-8")


def to_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def typical_error(status: int) -> tuple[str, bytes]:
    """Content type and body of an answer with this status. 200 is an error as well: refusals come with it."""
    words = {
        200: NOT_FOUND,
        400: "Wrong name",
        401: INVALID_KEY,
        402: "Plan upgrade needed",
        403: "Not allowed",
        404: NOT_FOUND,
        422: "Wrong name",
    }
    if status in words:
        return JSON, to_json(refused(words[status]))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "text/plain", b"Too Many Requests"
    if status in {502, 503, 504}:
        return "text/html", _PAGE
    return JSON, to_json({"message": HTTPStatus(status).phrase if status in list(HTTPStatus) else "Error"})


async def read_object(request: web.Request) -> Document:
    """The JSON object that is sent. What Holded says to something else is not known."""
    try:
        if request.content_type != JSON:
            raise ValueError(request.content_type)
        body = json.loads((await request.read()).decode(), parse_constant=_refuse_constant)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
    except (ValueError, RecursionError):
        raise Refusal(UNREADABLE) from None
    if not isinstance(body, dict):
        raise Refusal(UNREADABLE)
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
