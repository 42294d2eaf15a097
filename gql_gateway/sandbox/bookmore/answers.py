"""What a ServiceStack host answers: the `ResponseStatus` error shape and content negotiation."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from gql_gateway.sandbox.simulator import Document

JSON = "application/json"

# Words of the dossier's section 7, invented there for want of recorded answers; the shape is the documented part.
WORDS = {
    400: ("ArgumentException", "The request is not valid."),
    401: ("Unauthorized", "Not Authenticated"),
    403: ("Forbidden", "Invalid Role"),
    404: ("NotFound", "Customer not found in e-accounting"),
    405: ("NotSupportedException", "The operation does not support this verb."),
    409: ("OptimisticConcurrencyException", "The record was changed"),
    415: ("NotSupportedException", "The content type of the request is not supported."),
    429: ("TooManyRequests", "Too many requests"),
    500: ("Exception", "E-accounting request failed"),
}


@dataclass(frozen=True)
class FieldError:
    """One entry of `ResponseStatus.Errors`."""

    code: str
    field: str
    message: str


class Refusal(Exception):
    """Ends the handling of a request with an error answer."""

    def __init__(self, status: int, payload: Document) -> None:
        super().__init__(status)
        self.status = status
        self.payload = payload


def refuse(status: int, code: str | None = None, message: str | None = None) -> Refusal:
    """A refusal with the usual words of the status, unless others are given."""
    usual_code, usual_message = WORDS.get(status) or ("Exception", phrase(status))
    return Refusal(status, {"ResponseStatus": {"ErrorCode": code or usual_code, "Message": message or usual_message}})


def invalid(errors: Sequence[FieldError]) -> Refusal:
    """400 that names every field at fault; the first one is also the headline, as ServiceStack words it."""
    first = errors[0]
    named = [{"ErrorCode": error.code, "FieldName": error.field, "Message": error.message} for error in errors]
    return Refusal(400, {"ResponseStatus": {"ErrorCode": first.code, "Message": first.message, "Errors": named}})


def unbindable(request_type: str) -> Refusal:
    """400 for a request that does not fit the request type."""
    return refuse(400, "SerializationException", f"Unable to bind to request '{request_type}'")


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def wants_json(request: web.Request) -> bool:
    """Whether the caller asked for JSON by name: ServiceStack gives a browser-like call HTML, `*/*` included."""
    if wanted := request.query.get("format"):
        return wanted == "json"
    ranges = ",".join(request.headers.getall("Accept", [])).split(",")
    return any(media.partition(";")[0].strip().lower() == JSON for media in ranges)


def to_json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def respond(request: web.Request, payload: object, status: int = 200) -> web.Response:
    """The payload as JSON where asked for, else inside an HTML page with the same status."""
    if wants_json(request):
        return web.Response(status=status, body=to_json(payload), content_type=JSON, charset="utf-8")
    page = f"<!doctype html><html><body><pre>{html.escape(to_json(payload).decode())}</pre></body></html>"
    return web.Response(status=status, text=page, content_type="text/html")
