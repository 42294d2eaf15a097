"""A pure ASGI wrapper: correlation id, one log line and the metrics of each request, and safe headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..logs import places
from ..model.caller import Caller
from .endpoint import Receive, Scope, Send

log = structlog.get_logger(__name__)

_CODES = frozenset(
    (*(403, 421, 503), *(1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013), *(4400, 4401, 4403, 4406, 4408, 4409, 4429))
)
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Metrics:
    """What `/metrics` shows of the requests."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gateway_http_requests_total", "Requests by path and status.", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gateway_http_request_seconds", "Time to answer, by path.", ["path"], registry=self.registry
        )
        self.closings = Counter(
            "gateway_sockets_closed_total", "WebSockets by path and code.", ["path", "code"], registry=self.registry
        )
        self.running = Gauge("gateway_http_requests_running", "Requests being answered.", registry=self.registry)

    def count(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Show a number that only grows and is counted elsewhere."""
        self.registry.register(_Counted(lambda: CounterMetricFamily(name, words, value=read())))

    def gauge(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Show a number that is counted elsewhere."""
        self.registry.register(_Counted(lambda: GaugeMetricFamily(name, words, value=read())))


class _Counted(Collector):
    def __init__(self, read: Callable[[], Metric]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        yield self._read()


class Observed:
    """Wraps the whole app. Knows nothing of bodies, so nothing of them can be logged."""

    def __init__(self, app: Any, metrics: Metrics, known_paths: frozenset[str]) -> None:
        self.app = app
        self.metrics = metrics
        self.known_paths = known_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._observe_socket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation_id = _correlate(scope)
        status = 500
        begun = False

        async def sending(message: dict[str, Any]) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", correlation_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        path = self._path(scope)
        start = time.perf_counter()
        self.metrics.running.inc()
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self.app(scope, receive, sending)
            except Exception as error:
                # Nothing may leave as the server's own page, and nothing of the exception may be told.
                log.error("request_failed", error=type(error).__name__, where=places(error.__traceback__))
                if not begun:
                    await _fail(sending, correlation_id)
            finally:
                seconds = time.perf_counter() - start
                self.metrics.running.dec()
                self.metrics.requests.labels(path, str(status)).inc()
                if "streams" not in scope:
                    self.metrics.seconds.labels(path).observe(seconds)
                who = _who(scope)
                log.info(
                    "request", method=scope["method"], path=path, status=status, ms=round(seconds * 1000, 1), **who
                )

    async def _observe_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same for a WebSocket: one log line at its end, with the code it was closed with or the status it got."""
        correlation_id = _correlate(scope)
        end = _End()

        async def receiving() -> dict[str, Any]:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                end.note(message.get("code") or 1005)
            return message

        async def sending(message: dict[str, Any]) -> None:
            kind = message["type"]
            if kind in ("websocket.accept", "websocket.http.response.start"):
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", correlation_id.encode())]
            if kind == "websocket.accept":
                end.accepted = True
            elif kind == "websocket.http.response.start":
                end.note(message["status"])
            elif kind == "websocket.close":
                end.note(message.get("code", 1000) if end.accepted else 403)
            await send(message)

        path = self._path(scope)
        start = time.perf_counter()
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self.app(scope, receiving, sending)
            except Exception as error:
                log.error("socket_failed", error=type(error).__name__, where=places(error.__traceback__))
                if end.code is None:
                    words = "Something went wrong on our side."
                    await sending({"type": "websocket.close", "code": 1011, "reason": words})
            finally:
                milliseconds = round((time.perf_counter() - start) * 1000, 1)
                self.metrics.closings.labels(path, end.label).inc()
                log.info("socket", path=path, code=end.code, ms=milliseconds, **_who(scope))

    def _path(self, scope: Scope) -> str:
        return scope["path"] if scope["path"] in self.known_paths else "other"


@dataclass(slots=True)
class _End:
    """How a WebSocket ended: what was said first, by either side, counts."""

    accepted: bool = False
    code: int | None = None

    def note(self, code: int) -> None:
        if self.code is None:
            self.code = code

    @property
    def label(self) -> str:
        """For metrics: a client may close with any of thousands of codes."""
        return str(self.code) if self.code in _CODES else "other"


def _correlate(scope: Scope) -> str:
    """The id that the client gave, when it may stand in a log; otherwise a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    correlation_id = given.decode() if _SANE.fullmatch(given) else token_hex(8)
    scope["correlation_id"] = correlation_id
    return correlation_id


def _who(scope: Scope) -> dict[str, str]:
    """The caller as a log may name it. The id of a key is public; a name may be a person's."""
    caller: Caller | None = scope.get("caller")
    if caller is None:
        return {}
    return {"tenant": caller.tenant, **({"key": caller.key_id} if caller.key_id else {})}


async def _fail(send: Send, correlation_id: str) -> None:
    text = '{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL",'
    body = f'{text}"correlationId":"{correlation_id}"}}}}]}}'.encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
