"""The one HTTP client all calls to providers go through.

A call is sent once. Whether it is sent again is decided in `retry.py`, from what is known of the first time.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
import orjson
import structlog
from aiohttp.http_exceptions import ContentEncodingError
from multidict import CIMultiDict
from yarl import URL

from .. import __version__
from ..model.json import Json
from .limits import Limiter, Rate
from .message import Answer, Call, NotTaken, TransportError, Unclear
from .refusals import Refusals
from .retry import retry_after

log = structlog.get_logger(__name__)

LARGEST_ANSWER = 4 * 1024 * 1024

# Most servers drop a connection after five idle seconds or more. One that was idle for less is very likely alive, so
# that a write seldom meets the moment in which its server hangs up.
_IDLE = 4.0

# aiohttp rounds longer timeouts up to whole seconds, which would carry a call beyond its deadline.
_NO_ROUNDING = 86_400.0

_PATH = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long one call may take, in seconds: to connect, between two pieces of the answer, and in all."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 30.0


class Outbound:
    """One connection pool for all providers; use it as a context manager, or `start` and `close` it.

    `limit` and `limit_per_host` bound the open connections (0: no bound). `clock` is the one deadlines are told in,
    `now` gives POSIX time. `ssl_context` replaces the system's certificates. `refusals` counts what was refused; the
    one who sends asks it for room, where a provider locks keys.
    """

    def __init__(
        self,
        limiter: Limiter,
        *,
        refusals: Refusals | None = None,
        deadlines: Deadlines | None = None,
        limit: int = 300,
        limit_per_host: int = 60,
        largest_answer: int = LARGEST_ANSWER,
        idle: float = _IDLE,
        dns_cache: int = 60,
        ssl_context: Any = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._limiter = limiter
        self.refusals = refusals or Refusals()
        self._deadlines = deadlines or Deadlines()
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._largest_answer = largest_answer
        self._idle = idle
        self._dns_cache = dns_cache
        self._ssl_context = ssl_context
        self._clock = clock
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        if self._session is not None:
            return
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._limit,
                limit_per_host=self._limit_per_host,
                keepalive_timeout=self._idle,
                ttl_dns_cache=self._dns_cache,
                timeout_ceil_threshold=_NO_ROUNDING,
                ssl=True if self._ssl_context is None else self._ssl_context,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"gql-gateway/{__version__}"},
            skip_auto_headers=("Content-Type",),
            trust_env=False,
            trace_configs=[_watch_sending()],
        )
        _send_once(self._session)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(
        self,
        base_url: str,
        call: Call,
        *,
        key: str,
        rates: Sequence[Rate] = (),
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Send a call once, as soon as the rates of its key allow, and read the answer whole.

        `key` stands for the connection. Headers of the call win over `headers`. Without a deadline the total of
        `Deadlines` holds, waiting for the rates included. Any status is an answer, redirects too. Raises `NotTaken`
        when nothing was sent, `Unclear` when no whole answer came.
        """
        url = _address(base_url, call)
        fields = _fields(headers or {}, call)
        if deadline is None:
            deadline = self._clock() + self._deadlines.total
        for _ in range(call.cost):
            await self._limiter.acquire(key, rates, deadline)
        left = min(self._deadlines.total, deadline - self._clock())
        if left <= 0:
            raise NotTaken("deadline", "No time was left to send the call.")
        answer = await self._send_once(url, call, fields, left)
        if answer.status == 429:
            self._limiter.penalise(key, retry_after(answer, self._now()) or 0.0)
        return answer

    def hold(self, key: str, seconds: float) -> None:
        """Send nothing for this key for some time: the provider asked for it in a way of its own."""
        self._limiter.penalise(key, seconds)

    async def _send_once(self, url: URL, call: Call, fields: CIMultiDict[str], left: float) -> Answer:
        if self._session is None:
            raise RuntimeError("The outbound client was not started.")
        sending = _Sending()
        problem: TransportError
        try:
            async with self._session.request(
                call.method,
                url,
                data=_json(call.body) if call.content is None and call.body is not None else call.content,
                headers=fields,
                allow_redirects=False,
                trace_request_ctx=sending,
                timeout=aiohttp.ClientTimeout(
                    total=left,
                    connect=min(self._deadlines.connect, left),
                    sock_read=self._deadlines.read,
                    ceil_threshold=_NO_ROUNDING,
                ),
            ) as response:
                body = await self._read(response)
                return Answer(response.status, body, _names_lowered(response.headers))
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            log.info("call_failed", step=call.step, error=type(error).__name__, sent=sending.begun)
            problem = _explain(error, sending.begun)
        # Raised out here, because aiohttp's exceptions hold the request's headers and would travel along.
        raise problem

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The decompressed body. Counting while reading bounds the memory that a hostile answer can take."""
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._largest_answer:
                response.close()
                raise _TooLarge
            pieces.append(piece)
        return b"".join(pieces)


class _TooLarge(aiohttp.ClientError):
    pass


@dataclass(slots=True)
class _Sending:
    """Whether the provider may have seen any of a call. Without news from aiohttp it may."""

    begun: bool = True


def _watch_sending() -> aiohttp.TraceConfig:
    async def started(_session: object, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.begun = False

    async def writing(_session: object, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.begun = True

    watch = aiohttp.TraceConfig()
    watch.on_request_start.append(started)
    watch.on_request_headers_sent.append(writing)
    return watch


def _send_once(session: aiohttp.ClientSession) -> None:
    """Switch off that aiohttp sends GET, PUT, DELETE and the like again when a reused connection breaks.

    It does so silently and also when the provider had already taken the call, so a write could happen twice. There is
    no public switch (aiohttp 3.14, `ClientSession._request`): the minor version is pinned for it, and
    tests/outbound/test_client.py proves that it works.
    """
    if not hasattr(session, "_retry_connection"):
        raise RuntimeError("This version of aiohttp cannot be told to send a call only once.")
    session._retry_connection = False


def _explain(error: Exception, begun: bool) -> TransportError:
    connecting = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    if connecting or not begun:
        return NotTaken("unreachable", "The provider could not be reached.")
    if isinstance(error, _TooLarge):
        return Unclear("too_large", "The provider's answer is too large.")
    if isinstance(error, TimeoutError):
        return Unclear("timeout", "The provider did not answer in time.")
    if isinstance(error, aiohttp.ClientResponseError) or _badly_encoded(error):
        return Unclear("unreadable", "The provider's answer is not valid HTTP.")
    return Unclear("connection_lost", "The connection to the provider was lost.")


def _badly_encoded(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ContentEncodingError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _json(document: Json) -> bytes:
    try:
        return orjson.dumps(document)
    except TypeError:
        # Halves of surrogate pairs and numbers beyond 64 bits go back to the provider as they came from it.
        return json.dumps(document, separators=(",", ":")).encode()


def _address(base_url: str, call: Call) -> URL:
    if not _PATH.fullmatch(call.path):
        raise ValueError(f"The path of step {call.step} is not percent-encoded.")
    query = urlencode(call.query, quote_via=quote, safe="$'(),:@/*!") if call.query else ""
    try:
        url = URL(base_url.rstrip("/") + call.path + (f"?{query}" if query else ""), encoded=True)
        usable = url.scheme in ("http", "https") and bool(url.raw_host) and url.user is None and url.password is None
    except ValueError:
        usable = False
    if not usable:
        raise NotTaken("unreachable", "The connection's base URL is not a plain http or https address.")
    return url


def _fields(headers: Mapping[str, str], call: Call) -> CIMultiDict[str]:
    fields: CIMultiDict[str] = CIMultiDict()
    if call.content is None and call.body is not None:
        fields["Content-Type"] = "application/json"
    for name, value in (*headers.items(), *call.headers):
        if _CONTROL.search(name) or _CONTROL.search(value):
            raise NotTaken("unreachable", "A header value holds a line break or another control character.")
        fields[name] = value
    return fields


def _names_lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Repeated headers become one, as RFC 9110 section 5.3 has it."""
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        known = name.lower()
        lowered[known] = f"{lowered[known]}, {value}" if known in lowered else value
    return lowered
