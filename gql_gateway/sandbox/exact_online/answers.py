"""What the service answers: OData's envelopes and errors, Atom for those who do not ask for JSON, empty bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from gql_gateway.sandbox.exact_online.entities import Entity
from gql_gateway.sandbox.simulator import Document

JSON = "application/json"
HTML = "text/html"

# 401 was seen as the page that IIS shows on a redirect.
MOVED = (
    b'<html><head><title>Object moved</title></head><body>\r\n<h2>Object moved to <a href="/docs/Login.aspx">here</a>.'
    b"</h2>\r\n</body></html>\r\n"
)
# The bodies of 500 without a business reason and of 503 are unverified; pages without anything to parse are played.
FAULT = b"<!DOCTYPE html>\n<html><head><title>Runtime Error</title></head><body><h1>Server Error</h1></body></html>\n"
MAINTENANCE = b"<!DOCTYPE html>\n<html><head><title>Exact Online</title></head><body>Maintenance</body></html>\n"

_METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"


class Refusal(Exception):
    """Ends the handling of a request: without words the body is empty."""

    def __init__(self, status: int, words: str | None = None, *, reason: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.words = words
        self.reason = reason

    def answer(self, request: web.Request) -> web.Response:
        headers = {"Reason": self.reason} if self.reason else {}
        if self.words is None:
            return web.Response(status=self.status, headers=headers)
        if wants_json(request):
            body = to_json(error(self.words))
            return web.Response(status=self.status, body=body, content_type=JSON, charset="utf-8", headers=headers)
        text = f'<error xmlns="{_METADATA}"><code/><message xml:lang="">{escape(self.words)}</message></error>'
        return web.Response(status=self.status, text=text, content_type="application/xml", headers=headers)


def bad_query(words: str = "Bad Request - Error in query syntax.") -> Refusal:
    return Refusal(400, words)


def invalid(name: str) -> Refusal:
    """A value of the wrong type, or none of the words allowed."""
    return Refusal(400, f"Invalid: {name}")


def rejected(words: str) -> Refusal:
    """A business rule: HTTP 500, as the original has it."""
    return Refusal(500, words)


def error(words: str) -> Document:
    """`code` is nearly always empty; the words are in the language of the user, English here."""
    return {"error": {"code": "", "message": {"lang": "", "value": words}}}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of a status that a fault asks for. A 500 stands for a real fault of the server."""
    match status:
        case 400:
            return JSON, to_json(error("Bad Request - Error in query syntax."))
        case 403:
            return JSON, to_json(error("Forbidden"))
        case 503:
            return HTML, MAINTENANCE
        case _ if status >= 500:
            return HTML, FAULT
        case _:
            return HTML, b""


def wants_json(request: web.Request) -> bool:
    """Only who asks for JSON by name gets it; the default is Atom."""
    ranges = ",".join(request.headers.getall("Accept", [])).split(",")
    return any(media.partition(";")[0].strip().lower() == JSON for media in ranges)


def to_json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def respond_one(request: web.Request, entity: Entity, row: Document, *, status: int = 200) -> web.Response:
    """One entity: `d` is the object itself."""
    if wants_json(request):
        return web.Response(status=status, body=to_json({"d": row}), content_type=JSON, charset="utf-8")
    text = f'<?xml version="1.0" encoding="utf-8"?>{_entry(entity, row, namespaces=True)}'
    return web.Response(status=status, text=text, content_type="application/atom+xml")


def respond_list(
    request: web.Request, entity: Entity, rows: Iterable[Document], following: str | None, *, bare: bool = False
) -> web.Response:
    """A page: `d.results`, also for one entry, and `d.__next` while there is more. `bare` leaves the results out."""
    if wants_json(request):
        page: Any = {"results": list(rows)}
        if following:
            page["__next"] = following
        elif bare:
            page = page["results"]
        return web.Response(body=to_json({"d": page}), content_type=JSON, charset="utf-8")
    link = f'<link rel="next" href={quoteattr(following)}/>' if following else ""
    entries = "".join(_entry(entity, row) for row in rows)
    text = f'<?xml version="1.0" encoding="utf-8"?><feed {_NAMESPACES}>{entries}{link}</feed>'
    return web.Response(text=text, content_type="application/atom+xml")


_NAMESPACES = f'xmlns="http://www.w3.org/2005/Atom" xmlns:d="{_DATA}" xmlns:m="{_METADATA}"'


def _entry(entity: Entity, row: Mapping[str, Any], *, namespaces: bool = False) -> str:
    properties = "".join(
        f"<d:{name}>{escape(_plain(value))}</d:{name}>" if value is not None else f'<d:{name} m:null="true"/>'
        for name, value in row.items()
        if name != "__metadata" and not isinstance(value, dict)
    )
    opening = f"<entry {_NAMESPACES}>" if namespaces else "<entry>"
    return (
        f"{opening}<title>{entity.model}</title>"
        f'<content type="application/xml"><m:properties>{properties}</m:properties></content></entry>'
    )


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
