"""The files and pages for people: GraphiQL, the support matrix, the schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse

STATIC = Path(__file__).parent.parent / "static"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_HEADERS = {"content-security-policy": CONTENT_POLICY, "cache-control": "no-cache"}

_BUNDLE = {path.name: path for path in (STATIC / "graphiql").iterdir() if path.is_file()}


class Text:
    """A text that is made once and known by its ETag."""

    def __init__(self, text: str, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._text = text.encode()
        self._kind = kind
        etag = f'"{hashlib.sha256(self._text).hexdigest()[:32]}"'
        self._headers = {"etag": etag, **(headers or {"cache-control": "no-cache"})}

    async def answer(self, request: Request) -> Response:
        return _unless_known(request, Response(self._text, media_type=self._kind, headers=self._headers))


async def graphiql_page(scope: Any, receive: Any, send: Any) -> None:
    response = _file(Request(scope), _BUNDLE["index.html"], {**PAGE_HEADERS, "vary": "Accept"})
    await response(scope, receive, send)


async def graphiql_file(request: Request) -> Response:
    """One of the bundle's files, by its plain name."""
    path = _BUNDLE.get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("There is no such file.", 404)
    # A worker has the policy of its own answer, and the page may be asked for by its own name.
    runs = path.suffix in {".js", ".html"}
    return _file(request, path, PAGE_HEADERS if runs else {"cache-control": "no-cache"})


def style(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return _file(request, path, {"cache-control": "no-cache"})

    return answer


def graphiql_settings(tabs: list[dict[str, str]]) -> Text:
    """What the bundle asks for when it starts: the endpoint and the first tabs."""
    settings = {"endpoint": "/graphql", "title": "gql_gateway", "tabs": tabs}
    return Text(json.dumps(settings), "application/json")


def _file(request: Request, path: Path, headers: Mapping[str, str]) -> Response:
    return _unless_known(request, FileResponse(path, headers=headers, stat_result=path.stat()))


def _unless_known(request: Request, response: Response) -> Response:
    """Nothing but "not modified" for a client that has this very content."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return NotModifiedResponse(response.headers) if response.headers["etag"] in known else response
