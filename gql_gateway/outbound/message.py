"""What goes to a provider and what comes back, and the ways in which nothing comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..model.json import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to a provider.

    `path` is relative to the connection's base URL, starts with "/" and is percent-encoded.
    `body` is a JSON document; `content` is any other body (form, XML) with its own content type in `headers`.
    `writes` says that the call changes something: such a call is sent a second time only when the first was
    certainly not taken.
    `cost` is how much of the provider's rate limit it takes, where calls weigh differently.
    """

    step: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Json = None
    content: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    writes: bool = False
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer, read whole. Header names are lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class TransportError(Exception):
    """No answer could be had. The message is safe to show: it names no secret and no host."""


class NotTaken(TransportError):
    """The provider certainly did not take the call: it may be repeated.

    `reason`: `unreachable` (connection refused, name not resolved, TLS failed), `rate_limited` (429, or our own
    limiter would not let it out before the deadline), `refused_often` (the endpoint has refused so much lately that
    the provider would lock the key), `deadline` (no time was left to send it).
    `retry_after`: seconds after which another try makes sense, when known.
    """

    def __init__(
        self,
        reason: Literal["unreachable", "rate_limited", "refused_often", "deadline"],
        message: str,
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class Unclear(TransportError):
    """The call was sent and no whole answer came: the provider may or may not have taken it.

    `reason`: `timeout`, `connection_lost`, `too_large` (the answer exceeds the limit), `unreadable`.
    """

    def __init__(self, reason: Literal["timeout", "connection_lost", "too_large", "unreadable"], message: str) -> None:
        super().__init__(message)
        self.reason = reason
