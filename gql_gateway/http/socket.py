"""GraphQL over a WebSocket: the protocol graphql-transport-ws, as the package graphql-ws speaks it.

<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md> has its messages and close codes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import structlog

from ..callers.door import CannotTell, Refused
from ..ending import Ending
from ..execute import Admitted, Answer, Executor
from ..logs import places
from ..model.caller import Caller
from ..operations.trusted import NotTrusted, TrustedDocuments
from ..schema.context import Context
from .endpoint import Behind, Receive, Scope, Send, encode
from .handshake import LATER, REFUSED_FULL, REFUSED_ORIGIN, deny, is_own_origin
from .live import OPERATIONS, SOCKETS, Live, until_refused
from .request import BadRequest, to_request

log = structlog.get_logger(__name__)

PROTOCOL: Final = "graphql-transport-ws"
INIT_WITHIN = 10.0
"""Seconds that a client has to say `connection_init`."""
MOST_OPERATIONS = 100
"""Operations that may run on one socket at a time."""
LONGEST_REASON = 123
"""Bytes of a close frame's reason."""
FAULT = "Something went wrong on our side."


class Closing(Exception):
    """The socket ends with this close code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class GraphQLSocket:
    """Answers WebSocket handshakes. `allowed_origins` may open sockets besides the gateway's own pages."""

    executor: Executor
    running: Callable[[], Behind]
    live: Live
    allowed_origins: frozenset[str] = frozenset()
    documents: TrustedDocuments = field(default_factory=TrustedDocuments)
    deadline: float = 60.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if not is_own_origin(scope, self.allowed_origins):
            await deny(scope, send, 403, REFUSED_ORIGIN)
            return
        with self.live.place(SOCKETS) as free:
            if not free:
                await deny(scope, send, 503, REFUSED_FULL, LATER)
                return
            if PROTOCOL not in scope["subprotocols"]:
                # As the reference server does it: a browser fails the connection, other clients see the code.
                await send({"type": "websocket.accept"})
                await send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
                return
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
            await Conversation(self, self.running(), scope, receive, send).hold()


class Conversation:
    """One socket, from its acceptance to its end."""

    def __init__(self, at: GraphQLSocket, behind: Behind, scope: Scope, receive: Receive, send: Send) -> None:
        self._executor = at.executor
        self._live = at.live
        self._documents = at.documents
        self._deadline = at.deadline
        self._behind = behind
        self._left = asyncio.Event()
        self._scope = scope
        self._receive = receive
        self._send = send
        self._open = True
        self._asked = False
        self._caller: asyncio.Future[Caller] = asyncio.get_running_loop().create_future()
        self._credentials: list[tuple[bytes, bytes]] = []
        self._listening: dict[str, asyncio.Task[None]] = {}
        """Operations that the client still wants to hear of, by their ids."""
        self._reads: set[asyncio.Task[None]] = set()
        self._writes: set[asyncio.Task[None]] = set()

    async def hold(self) -> None:
        """Until the client goes, or is sent away. Reads and subscriptions end with the socket, writes by themselves."""
        parts = [asyncio.create_task(part) for part in (self._listen(), self._stay_known(), self._leave())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            self._open = False
            self._left.set()
            problem = next(filter(None, [part.exception() for part in done]), None)
            if problem is not None:
                await self._close(problem)
            await _cancel({*parts, *self._reads})
            if self._writes:
                await asyncio.wait(self._writes)
        except asyncio.CancelledError:
            # The server's grace is over.
            await _cancel({*parts, *self._reads, *self._writes})
            raise
        if problem is not None and not isinstance(problem, Closing):
            raise problem

    async def _close(self, problem: BaseException) -> None:
        code, words = (problem.code, str(problem)) if isinstance(problem, Closing) else (1011, FAULT)
        reason = words.encode()[:LONGEST_REASON].decode(errors="ignore")
        with suppress(OSError):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _listen(self) -> None:
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return
            await self._hear(_read(event.get("text")))

    async def _stay_known(self) -> None:
        try:
            async with asyncio.timeout(INIT_WITHIN):
                caller = await asyncio.shield(self._caller)
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        await until_refused(self._behind.door, self._credentials, caller)
        raise Closing(4403, "Forbidden")

    async def _leave(self) -> None:
        await self._live.leaving.wait()
        raise Closing(1012, "Service restart")

    async def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "connection_init"}:
                await self._let_in(_payload(message))
                await self._say({"type": "connection_ack"})
            case {"type": "ping"}:
                given = _payload(message)
                await self._say({"type": "pong", **({"payload": given} if given else {})})
            case {"type": "pong"}:
                _payload(message)
            case {"type": "subscribe", "id": str(id), "payload": dict(payload)} if id:
                await self._subscribe(id, payload)
            case {"type": "complete", "id": str(id)}:
                self._forget(id)
            case _:
                raise Closing(4400, "This is no message of graphql-transport-ws.")

    async def _let_in(self, payload: Mapping[str, Any]) -> None:
        if self._asked:
            raise Closing(4429, "Too many initialisation requests")
        self._asked = True
        # Browsers cannot set the headers of a handshake. Credentials in both places are refused as two headers are.
        told = [str(value).encode() for name, value in payload.items() if name.lower() == "authorization"]
        self._credentials = [*self._scope["headers"], *((b"authorization", value) for value in told)]
        try:
            caller = await self._behind.door.authenticate(self._credentials)
        except Refused as refused:
            log.info("not_authenticated", reason=refused.reason)
            raise (Closing(4403, "Forbidden") if refused.given else Closing(4401, "Unauthorized")) from None
        except CannotTell:
            raise Closing(1013, "The credentials cannot be checked at the moment.") from None
        self._scope["caller"] = caller
        self._caller.set_result(caller)

    async def _subscribe(self, id: str, payload: dict[str, Any]) -> None:
        if not self._caller.done():
            raise Closing(4401, "Unauthorized")
        if id in self._listening:
            raise Closing(4409, f"Subscriber for {id} already exists")
        try:
            request = to_request(payload, self._documents)
        except BadRequest as problem:
            raise Closing(4400, str(problem)) from None
        except NotTrusted as refused:
            told = {"message": str(refused), "extensions": {"code": refused.code}}
            await self._say({"id": id, "type": "error", "payload": [told]})
            return
        if len(self._reads) + len(self._writes) >= MOST_OPERATIONS:
            words = f"At most {MOST_OPERATIONS} operations run on a socket at a time."
            told = {"message": words, "extensions": {"code": "TOO_MANY_OPERATIONS"}}
            await self._say({"id": id, "type": "error", "payload": [told]})
            return
        context = self._new_context(self._caller.result())
        admitted = self._executor.admit(request, context)
        if isinstance(admitted, Answer):
            await self._say({"id": id, "type": "error", "payload": admitted.body["errors"]})
            return
        running = self._writes if admitted.is_write else self._reads
        task = asyncio.create_task(self._carry_out_masked(id, admitted, context))
        self._listening[id] = task
        running.add(task)
        task.add_done_callback(running.discard)

    def _new_context(self, caller: Caller) -> Context:
        """One for each operation."""
        gateway = self._behind.gateways.of(caller.tenant)
        ending = Ending(self._deadline, self._until_left)
        return Context(gateway, caller, self._scope.get("correlation_id", ""), self._behind.connect, ending)

    async def _until_left(self) -> None:
        await self._left.wait()

    async def _carry_out_masked(self, id: str, admitted: Admitted, context: Context) -> None:
        try:
            await self._carry_out(id, admitted, context)
        except Exception as error:  # nobody awaits this task: the client would wait for ever
            log.error("operation_failed", error=type(error).__name__, where=places(error.__traceback__))
            told = {"code": "INTERNAL", "correlationId": context.correlation_id}
            await self._finish(id, {"id": id, "type": "error", "payload": [{"message": FAULT, "extensions": told}]})

    async def _carry_out(self, id: str, admitted: Admitted, context: Context) -> None:
        with self._live.counted(OPERATIONS):
            async with aclosing(self._executor.subscribe(admitted, context)) as answers:
                async for answer in answers:
                    if answer.refused:
                        await self._finish(id, {"id": id, "type": "error", "payload": answer.body["errors"]})
                        return
                    if self._hears(id):
                        await self._say({"id": id, "type": "next", "payload": answer.body})
            await self._finish(id, {"id": id, "type": "complete"})

    def _hears(self, id: str) -> bool:
        """Whether the client waits for this task's answers; the id may be another operation's by now."""
        return self._listening.get(id) is asyncio.current_task()

    async def _finish(self, id: str, message: dict[str, Any]) -> None:
        if self._hears(id):
            # The id is free before the client is told so.
            del self._listening[id]
            await self._say(message)

    def _forget(self, id: str) -> None:
        """The client wants to hear no more; what is unknown has ended a moment ago."""
        task = self._listening.pop(id, None)
        if task in self._reads:
            task.cancel()

    async def _say(self, message: dict[str, Any]) -> None:
        if self._open:
            # A client that is gone: `_listen` is about to be told.
            with suppress(OSError):
                await self._send({"type": "websocket.send", "text": encode(message).decode()})


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


def _read(text: str | None) -> dict[str, Any]:
    if text is None:
        raise Closing(4400, "Messages are text frames.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closing(4400, "A message is not valid JSON.") from None
    if not isinstance(message, dict):
        raise Closing(4400, "A message is a JSON object.")
    return message


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The optional payload of a message about the connection."""
    payload = message.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise Closing(4400, "The payload of this message is no object.")
    return payload
