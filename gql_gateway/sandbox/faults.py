"""Scripted misbehaviour of a simulator.

| fault | the request is done | what the client sees |
|---|---|---|
| `status:<code>` | no | that status with the provider's own error body |
| `rate_limited` | no | 429 with `Retry-After: 1` |
| `timeout_before`, `timeout_after` | no, yes | nothing, until it leaves or `Faults.hold` seconds have passed |
| `reset_before`, `reset_after` | no, yes | the TCP connection reset |
| `html_instead`, `html_after` | no, yes | 200 with a page of HTML |
| `status_after:<code>` | yes | that status with the provider's own error body |
| `slow_body` | yes | the answer, one byte every `Faults.drip` seconds (none at all if empty), cut after `Faults.hold` |
| `expired_token` | yes | what the provider says about an access token that has expired |
| `stale_version` | yes | somebody else has edited the record just before the write |
| `ignore_field:<name>` | yes, except this field | the usual answer; native names, dotted: `DefaultTemplates.Invoice` |
| `truncate_field:<name>:<n>` | yes, this text cut to n characters | the usual answer |

Each matching request uses up one of a fault's `times`. One request takes the oldest matching fault that decides its
answer; when the request is done, it takes one `expired_token`, one `stale_version` and every field fault as well. The
last three kinds wait for a write.

`on` is `METHOD path-prefix` with the path as it stands on the wire, below the mount and percent-encoded. The token
endpoint is met only by a fault whose `on` names its whole path.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from .simulator import Document

NOT_DONE = frozenset({"status", "rate_limited", "timeout_before", "reset_before", "html_instead"})
DONE = frozenset({"status_after", "timeout_after", "reset_after", "html_after", "slow_body"})
FIELD_FAULTS = frozenset({"ignore_field", "truncate_field"})
WRITES_ONLY = FIELD_FAULTS | {"stale_version"}
KINDS = NOT_DONE | DONE | WRITES_ONLY | {"expired_token"}
SHAPES = {
    "status": "status:<code>",
    "status_after": "status_after:<code>",
    "ignore_field": "ignore_field:<name>",
    "truncate_field": "truncate_field:<name>:<n>",
}
PAGE = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault. `number` is a status or a length, `field` a dotted native name; unused ones are empty."""

    text: str
    kind: str
    number: int = 0
    field: str = ""
    times: int = 1
    on: str | None = None

    def matches(self, method: str, path: str, *, token: bool, write: bool) -> bool:
        """Whether the fault wants this request; `path` is percent-encoded and relative to the mount."""
        if self.kind in WRITES_ONLY and not write:
            return False
        if self.on is None:
            return not token
        wanted, prefix = self.on.split(" ")
        if wanted not in {"*", method} or not path.startswith(prefix):
            return False
        return path == prefix or not token

    def shown(self) -> Document:
        return {"fault": self.text, "times": self.times, "on": self.on}


def parse_fault(document: object) -> Fault:
    """The fault that `{"fault": …, "times": …, "on": …}` asks for; `ValueError` says what is wrong with it."""
    if not isinstance(document, dict):
        raise ValueError('a fault is a JSON object such as {"fault": "timeout_after", "times": 1, "on": "PUT /"}')
    if unknown := sorted(set(document) - {"fault", "times", "on"}):
        raise ValueError(f"unknown member {unknown[0]!r}; a fault has fault, times and on")
    text = document.get("fault")
    if not isinstance(text, str):
        raise ValueError("fault must be a string")
    times = document.get("times", 1)
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise ValueError("times must be a whole number of at least 1")
    fault = _parse_kind(text)
    return replace(fault, times=times, on=_parse_on(document.get("on")))


def _parse_kind(text: str) -> Fault:
    kind, _, rest = text.partition(":")
    if kind not in KINDS:
        raise ValueError(f"unknown fault {text!r}; known are {', '.join(sorted(SHAPES.get(k, k) for k in KINDS))}")
    wrong = ValueError(f"{text!r} should read {SHAPES.get(kind, kind)}")
    if kind not in SHAPES:
        if text != kind:
            raise wrong
        return Fault(text, kind)
    field, colon, count = rest.rpartition(":") if kind == "truncate_field" else (rest, ":", "")
    if kind in {"status", "status_after"}:
        field, count = "", rest
        if not (rest.isascii() and rest.isdigit() and 200 <= int(rest) <= 599):
            raise ValueError(f"{text!r} needs a status from 200 to 599")
    elif not field or not colon or not all(field.split(".")):
        raise wrong
    if kind == "truncate_field" and not (count.isascii() and count.isdigit()):
        raise wrong
    return Fault(text, kind, number=int(count or 0), field=field)


def _parse_on(on: object) -> str | None:
    if on is None:
        return None
    method, _, prefix = on.partition(" ") if isinstance(on, str) else ("", "", "")
    good_method = method == "*" or (method.isascii() and method.isalpha())
    if not good_method or not prefix.startswith("/") or " " in prefix:
        raise ValueError('on must read "METHOD /path-prefix", for example "PUT /3/customers"; METHOD may be *')
    return f"{method.upper()} {prefix}"


@dataclass(frozen=True, slots=True)
class Taken:
    """The faults one request has to bear. `answer` decides what is answered; the rest applies when it is done."""

    answer: Fault | None = None
    expired_token: bool = False
    stale_version: bool = False
    fields: tuple[Fault, ...] = ()

    @property
    def done(self) -> bool:
        return self.answer is None or self.answer.kind in DONE


class Faults:
    """The faults waiting at one simulator, oldest first.

    `hold` is the longest time in seconds a request is kept waiting, `drip` the time between two bytes of a slow body.
    """

    def __init__(self) -> None:
        self.hold = 60.0
        self.drip = 0.1
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def shown(self) -> list[Document]:
        return [fault.shown() for fault in self._waiting]

    def take(self, method: str, path: str, *, token: bool, write: bool) -> Taken:
        """The faults for a request just received, each counted down."""
        matching = [f for f in self._waiting if f.matches(method, path, token=token, write=write)]
        answer = next((f for f in matching if f.kind in NOT_DONE | DONE), None)
        used = [answer] if answer else []
        expired = stale = None
        fields: list[Fault] = []
        if answer is None or answer.kind in DONE:
            expired = next((f for f in matching if f.kind == "expired_token"), None)
            stale = next((f for f in matching if f.kind == "stale_version"), None)
            fields = [f for f in matching if f.kind in FIELD_FAULTS]
            used += [f for f in (expired, stale, *fields) if f]
        self._count_down(used)
        return Taken(answer, expired is not None, stale is not None, tuple(fields))

    def _count_down(self, used: list[Fault]) -> None:
        left = []
        for fault in self._waiting:
            taken = any(fault is other for other in used)
            if not taken:
                left.append(fault)
            elif fault.times > 1:
                left.append(replace(fault, times=fault.times - 1))
        self._waiting = left


def alter_document(fields: Iterable[Fault], before: Mapping[str, Any], after: Document) -> Document:
    """What is stored in place of `after` when some fields are ignored or cut."""
    before, altered = deepcopy(before), deepcopy(after)
    for fault in fields:
        path = fault.field.split(".")
        if fault.kind == "truncate_field":
            value = _look_up(altered, path)
            if isinstance(value, str):
                _put(altered, path, value[: fault.number])
        else:
            _put(altered, path, _look_up(before, path))
    return altered


_ABSENT = object()


def _look_up(document: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(document, Mapping) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return _ABSENT
    return document


def _put(document: Any, path: list[str], value: Any) -> None:
    """Put a value where the path leads, or take what is there away; a path that leads nowhere changes nothing."""
    parent, name = _look_up(document, path[:-1]), path[-1]
    if isinstance(parent, list) and name.isdigit() and int(name) < len(parent):
        if value is _ABSENT:
            del parent[int(name)]
        else:
            parent[int(name)] = value
    elif isinstance(parent, dict):
        if value is _ABSENT:
            parent.pop(name, None)
        else:
            parent[name] = value


async def hold(request: web.BaseRequest, seconds: float, closing: asyncio.Event) -> None:
    """Keep the client waiting until it leaves, the server closes or the time is over."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while request.transport is not None and not closing.is_set() and clock() < end:
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), min(0.05, seconds))


def cut(request: web.BaseRequest) -> web.Response:
    """Reset the TCP connection; the answer given back never reaches anybody."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def drip(
    request: web.BaseRequest, answer: web.Response, faults: Faults, closing: asyncio.Event
) -> tuple[web.StreamResponse, bool]:
    """Send an answer byte by byte; tells whether all of it went out. One without a body is kept back and then cut."""
    body = answer.body if isinstance(answer.body, bytes | bytearray) else b""
    if not body:
        await hold(request, faults.hold, closing)
        return cut(request), False
    slow = web.StreamResponse(status=answer.status, reason=answer.reason, headers=answer.headers)
    slow.content_length = len(body)
    clock = asyncio.get_running_loop().time
    end = clock() + faults.hold
    try:
        await slow.prepare(request)
        for position in range(len(body)):
            if clock() > end or closing.is_set():
                return cut(request), False
            await slow.write(body[position : position + 1])
            await asyncio.sleep(faults.drip)
        await slow.write_eof()
    except ConnectionError:
        return cut(request), False
    return slow, True
