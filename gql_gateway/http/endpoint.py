"""GraphQL over HTTP: `/graphql` as plain ASGI. Bytes in, bytes out, every refusal a JSON GraphQL error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import structlog

from ..callers.door import CannotTell, Door, Refused
from ..connect.flow import ConnectFlow
from ..ending import Ending, Reason
from ..execute import Admitted, Answer, Executor, Request
from ..gateway import Gateways
from ..model.caller import Caller
from ..operations.trusted import NotTrusted, TrustedDocuments
from ..schema.context import Context
from ..storage.database import DatabaseProblem
from .cross_site import MARKS, may_be_unasked
from .negotiate import EVENTS, GRAPHQL, HTML, JSON, choose
from .request import BadRequest, asks, read_query_string, to_request

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

Events = Callable[[Scope, Receive, Send, Admitted | Answer, Context], Awaitable[None]]

METHODS = b"GET, HEAD, POST, OPTIONS"
CLIENT_LEFT = 499
"""Nobody sees it but the log and the metrics; other servers write the same number."""
WITHOUT_GET = b"POST, OPTIONS"


@dataclass(frozen=True, slots=True)
class Behind:
    """What exists while the server runs: the door that callers come through, and what is behind it."""

    door: Door
    gateways: Gateways
    connect: ConnectFlow | None = None


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    """Answers POST, and GET for queries; `page` is shown to a browser that comes without a query.

    `strict`: see `cross_site.may_be_unasked`. `events` answers with an event stream.
    """

    executor: Executor
    running: Callable[[], Behind]
    page: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None
    max_body: int = 1_000_000
    deadline: float = 60.0
    takes_get: bool = True
    strict: bool = False
    events: Events | None = None
    documents: TrustedDocuments = field(default_factory=TrustedDocuments)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        accept, method = headers.get("accept", ""), scope["method"]
        reads = method in ("GET", "HEAD")
        if method == "OPTIONS":
            await _send(send, 204, None, b"", [(b"allow", self._methods)])
            return
        if reads and self._wants_page(scope, accept) and self.page is not None:
            await self.page(scope, receive, send)
            return
        kind = choose(accept, (JSON, GRAPHQL))
        # A client that names both likes the newer one as well as the older: then it gets the newer.
        if kind == JSON and GRAPHQL in accept and choose(accept, (GRAPHQL, JSON)) == GRAPHQL:
            kind = GRAPHQL
        streams = self.events is not None and method in ("GET", "POST") and _takes_events(accept)
        behind = self.running()
        caller = await _let_in(behind.door, scope, send, kind or JSON)
        if caller is None:
            return
        scope["caller"] = caller
        try:
            if kind is None and not streams:
                raise BadRequest(406, f"Answers are {GRAPHQL} or {JSON}.")
            if method == "POST":
                request = await self._read_post(headers, receive)
            elif reads and self.takes_get:
                if may_be_unasked(headers, strict=self.strict):
                    raise BadRequest(403, f"A web page may have sent this: a GET has to carry the header {MARKS[1]}.")
                request = read_query_string(scope["query_string"], self.documents)
            else:
                raise BadRequest(405, f"GraphQL takes POST{', and GET for queries' if self.takes_get else ''}.")
            request = replace(request, tell_cost=headers.get("graphql-cost", "").strip().lower() == "report")
        except BadRequest as problem:
            refusal = orjson.dumps({"errors": [{"message": str(problem)}]})
            more = [(b"allow", self._methods)] if problem.status == 405 else []
            await _send(send, problem.status, kind or JSON, refusal, more)
            return
        except NotTrusted as refused:
            log.info("document_refused", code=refused.code)
            status = 400 if kind == GRAPHQL else 200
            await _send(send, status, kind or JSON, _problem(str(refused), refused.code), [])
            return
        gateway = behind.gateways.of(caller.tenant)
        context = Context(gateway, caller, scope.get("correlation_id", ""), behind.connect, Ending(self.deadline))
        # A stream watches its client itself.
        if streams and self.events is not None:
            admitted = self.executor.admit(request, context)
            if _is_for_stream(admitted, kind):
                await self.events(scope, receive, send, admitted, context)
                return
        kind = kind or JSON
        context = replace(context, ending=Ending(self.deadline, lambda: _left(receive)))
        answer = await self.executor.run(request, context)
        more = [(b"allow", b"POST")] if answer.not_allowed else []
        if answer.lacking and kind == GRAPHQL:
            more.append((b"www-authenticate", _challenge("insufficient_scope", " ".join(answer.lacking))))
        await _send(send, _status(answer, kind), kind, encode(answer.body), more)

    @property
    def _methods(self) -> bytes:
        return METHODS if self.takes_get else WITHOUT_GET

    def _wants_page(self, scope: Scope, accept: str) -> bool:
        return not asks(scope["query_string"]) and choose(accept, (JSON, GRAPHQL, HTML)) == HTML

    async def _read_post(self, headers: dict[str, str], receive: Receive) -> Request:
        kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
        if kind != JSON:
            raise BadRequest(415, f"The body has to be {JSON}.")
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
                raise BadRequest(415, "The body has to be in UTF-8.")
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise BadRequest(415, "The body has to come without a content encoding.")
        try:
            async with asyncio.timeout(self.deadline):
                body = await self._read_body(headers, receive)
        except TimeoutError:
            raise BadRequest(408, f"The body did not arrive within {self.deadline:g} s.") from None
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadRequest(400, "The body is not valid JSON in UTF-8.") from None
        return to_request(value, self.documents)

    async def _read_body(self, headers: dict[str, str], receive: Receive) -> bytes:
        too_large = BadRequest(413, f"The body is larger than {self.max_body} bytes.")
        if headers.get("content-length", "0").isdecimal() and int(headers.get("content-length", "0")) > self.max_body:
            raise too_large
        pieces, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BadRequest(400, "The body did not arrive whole.")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self.max_body:
                raise too_large
            if not message.get("more_body"):
                return b"".join(pieces)


def _takes_events(accept: str) -> bool:
    """Only who names them: to most clients that take anything a stream would be a surprise."""
    return EVENTS in accept.lower() and choose(accept, (EVENTS,)) is not None


def _is_for_stream(admitted: Admitted | Answer, kind: str | None) -> bool:
    """A subscription always, where events are taken; anything else where nothing but events is."""
    if isinstance(admitted, Answer):
        return kind is None and not admitted.not_allowed
    return kind is None or admitted.is_subscription


async def _let_in(door: Door, scope: Scope, send: Send, kind: str) -> Caller | None:
    """The caller; or `None`, after the refusal was sent.

    Unknown, expired and revoked credentials get one and the same answer: what they were once is nobody's business.
    """
    try:
        return await door.authenticate(scope["headers"])
    except Refused as refused:
        log.info("not_authenticated", reason=refused.reason)
        if refused.given:
            words, header = "The credentials are not valid (any more).", _challenge("invalid_token")
        else:
            words, header = "Send an API key or a token: Authorization: Bearer …", _challenge()
        await _send(send, 401, kind, _problem(words, "UNAUTHENTICATED"), [(b"www-authenticate", header)])
    except (CannotTell, DatabaseProblem) as problem:
        if isinstance(problem, DatabaseProblem):
            log.error("not_authenticated", reason=str(problem))
        words = "The credentials cannot be checked at the moment."
        wait = b"5" if isinstance(problem, DatabaseProblem) else b"60"
        await _send(send, 503, kind, _problem(words, "UNAVAILABLE"), [(b"retry-after", wait)])
    return None


def _challenge(error: str = "", scope: str = "") -> bytes:
    """RFC 6750, section 3: `error` only where credentials came."""
    parts = [f'{name}="{value}"' for name, value in (("error", error), ("scope", scope)) if value]
    return ", ".join(['Bearer realm="gql_gateway"', *parts]).encode()


def _problem(words: str, code: str) -> bytes:
    return orjson.dumps({"errors": [{"message": words, "extensions": {"code": code}}]})


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by name in lower case; one that comes several times is one list."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


async def _left(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _status(answer: Answer, kind: str) -> int:
    if answer.ended is Reason.GONE:
        return CLIENT_LEFT
    if answer.ended is Reason.DEADLINE:
        return 504 if kind == GRAPHQL else 200
    if answer.not_allowed:
        return 405
    if answer.ambiguous:
        return 400
    if answer.lacking:
        return 403 if kind == GRAPHQL else 200
    return 400 if answer.refused and kind == GRAPHQL else 200


def encode(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        # A provider's document may hold what orjson refuses: halves of surrogate pairs, integers beyond 64 bits.
        return json.dumps(body, separators=(",", ":")).encode()


async def _send(send: Send, status: int, kind: str | None, content: bytes, more: list[tuple[bytes, bytes]]) -> None:
    """The server leaves the content of an answer to HEAD away."""
    headers = [(b"cache-control", b"no-store"), *more]
    if kind is not None:
        headers.append((b"content-type", f"{kind}; charset=utf-8".encode()))
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
