"""What a web page of another site may do: nothing that its browser does not ask about first, with a preflight.

POST takes JSON alone, which no form and no plain `fetch` sends. A GET can be sent by any page without being asked, as
`<img src=…>` does. The page cannot read the answer, but the query would run. Callers that show an `Authorization`
header are safe, because no browser adds it by itself; where callers need none, it is enough to reach the gateway, and
the browser can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware

MARKS: Final = ("authorization", "graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""Headers that a browser sends for a page of another site only after a preflight. Apollo's clients send theirs."""
PLAIN: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""Content types that need no preflight."""
EXPOSED: Final = ("x-request-id", "retry-after", "www-authenticate")
REMEMBERED: Final = 600
"""Seconds for which a browser need not ask again."""


def may_be_unasked(headers: Mapping[str, str], *, strict: bool) -> bool:
    """Whether a page of another site may have sent this without its browser asking first.

    Browsers say where a request comes from, to addresses of this machine and over https. Elsewhere they do not: then
    `strict` takes nothing that does not show that it could not be such a page's.
    """
    if any(name in headers for name in MARKS):
        return False
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in PLAIN:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return strict if origin is None else urlsplit(origin).netloc != headers.get("host")


def with_cors(app: Any, origins: Sequence[str]) -> Any:
    """Lets pages of these origins call the app. Never with cookies: a page shows who it is with `Authorization`."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=("graphql-cost", "x-request-id", *MARKS),
        expose_headers=EXPOSED,
        max_age=REMEMBERED,
    )
