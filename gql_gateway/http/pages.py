"""The files and pages for people: texts and static files with an ETag, GraphiQL."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse

from .negotiate import choose

STATIC = Path(__file__).parent.parent / "static"
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_HEADERS = {"content-security-policy": CONTENT_POLICY, "cache-control": "no-cache"}

_BUNDLE = {path.name: path for path in (STATIC / "graphiql").iterdir() if path.is_file()}


class Text:
    """A text that is made once and known by its ETag, compressed for those who take it so."""

    def __init__(self, text: str, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._text = text.encode()
        self._kind = kind
        self._digest = hashlib.sha256(self._text).hexdigest()[:32]
        self._headers = {"vary": "Accept-Encoding", **(headers or {"cache-control": "no-cache"})}

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self._text, mtime=0)

    async def answer(self, request: Request) -> Response:
        headers = {**self._headers, "etag": f'"{self._digest}"'}
        body = self._text
        if choose(request.headers.get("accept-encoding", "identity"), ("identity", "gzip")) == "gzip":
            # Another representation has an ETag of its own: a cache must not mix them up.
            headers |= {"etag": f'"{self._digest}-gzip"', "content-encoding": "gzip"}
            body = self._compressed
        return _unless_known(request, Response(body, media_type=self._kind, headers=headers))


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


def static_file(path: Path, headers: Mapping[str, str] | None = None) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return _file(request, path, headers or {"cache-control": "no-cache"})

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
