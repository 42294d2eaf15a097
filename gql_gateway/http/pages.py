"""The files and pages for people: GraphiQL, the support matrix, the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

STATIC = Path(__file__).parent.parent / "static"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_HEADERS = {"content-security-policy": CONTENT_POLICY, "cache-control": "no-cache"}


class Text:
    """A text that is made once and known by its ETag."""

    def __init__(self, text: str, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._text = text.encode()
        self._kind = kind
        self._headers = dict(headers or {"cache-control": "no-cache"})

    async def __call__(self, request: Request) -> Response:
        return Response(self._text, media_type=self._kind, headers=self._headers)


async def graphiql_page(scope: Any, receive: Any, send: Any) -> None:
    response = FileResponse(STATIC / "graphiql" / "index.html", headers={**PAGE_HEADERS, "vary": "Accept"})
    await response(scope, receive, send)


async def graphiql_file(request: Request) -> Response:
    """One of the bundle's files, by its plain name."""
    name = request.path_params["name"]
    file = STATIC / "graphiql" / name
    if "/" in name or name.startswith(".") or not file.is_file():
        return PlainTextResponse("There is no such file.", 404)
    return FileResponse(file, headers={"cache-control": "no-cache", **_worker_headers(name)})


async def support_style(request: Request) -> Response:
    return FileResponse(STATIC / "support.css", headers={"cache-control": "no-cache"})


def graphiql_settings(tabs: list[dict[str, str]]) -> Text:
    """What the bundle asks for when it starts: the endpoint and the first tabs."""
    settings = {"endpoint": "/graphql", "title": "gql_gateway", "tabs": tabs}
    return Text(json.dumps(settings), "application/json")


def _worker_headers(name: str) -> dict[str, str]:
    """A worker has the policy of its own answer."""
    return {"content-security-policy": CONTENT_POLICY} if name.endswith(".js") else {}
