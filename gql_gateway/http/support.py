"""The support page, its style and script, and the matrix as CSV and JSON: whole, or the part a query asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .. import support
from ..connectors.registry import connectors
from ..support.choice import BadChoice, choice_of, choose
from ..support.matrix import Matrix
from .pages import STATIC, Text, static_file

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}


def support_routes() -> list[Route]:
    texts = _texts()
    return [
        Route("/support", texts.page.answer),
        Route("/support.csv", texts.csv.answer),
        Route("/support.json", texts.json.answer),
        Route("/static/support.css", static_file(STATIC / "support.css")),
        Route("/static/support.js", static_file(STATIC / "support.js", HEADERS)),
    ]


class Export:
    """The matrix in one form. Only a part that somebody asks for is made anew."""

    def __init__(self, matrix: Matrix, kind: str, form: Callable[[Matrix], str]) -> None:
        self._matrix = matrix
        self._kind = kind
        self._form = form
        self._whole = Text(form(matrix), kind)

    async def answer(self, request: Request) -> Response:
        query = request.query_params.multi_items()
        if not query:
            return await self._whole.answer(request)
        try:
            part = choose(self._matrix, choice_of(query, self._matrix.integrations))
        except BadChoice as problem:
            return PlainTextResponse(f"{problem}\n", 400)
        return await Text(self._form(part), self._kind).answer(request)


@dataclass(frozen=True, slots=True)
class _Texts:
    page: Text
    csv: Export
    json: Export


@cache
def _texts() -> _Texts:
    """Made once a process: the connectors never change while it runs."""
    matrix = support.build_matrix(connectors())
    return _Texts(
        Text(support.to_page(connectors()), "text/html", HEADERS),
        Export(matrix, "text/csv", lambda part: support.to_csv(connectors(), part)),
        Export(matrix, "application/json", lambda part: support.to_json(connectors(), part)),
    )
