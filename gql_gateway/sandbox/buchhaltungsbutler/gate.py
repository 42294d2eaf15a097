"""What may come in: bodies that can be read, the calling client, the customer its key selects, the limit per minute."""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

from aiohttp import hdrs, web

from ..simulator import Clock, Document
from . import seeds
from .answers import INACTIVE_CUSTOMER, JSON, NO_CONTENT, UNKNOWN_CLIENT, Error, Refusal

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """The properties of a request. `form`: every value came as text, and a null could not be sent."""

    given: Document
    form: bool


def read_body(raw: bytes, content_type: str) -> Body:
    """JSON or form; PHP's brackets for arrays and objects are understood no deeper than a batch needs.

    What no description says: any other content type, no body and one that cannot be read are refused alike.
    """
    try:
        text = raw.decode()
        if content_type == FORM and text:
            return Body(_nest(parse_qsl(text, keep_blank_values=True, errors="strict")), form=True)
        if content_type == JSON:
            given = json.loads(text, parse_constant=_refuse_constant)
            json.dumps(given, ensure_ascii=False).encode()  # half a surrogate pair could not be answered later
            if isinstance(given, dict) and given:
                return Body(given, form=False)
    except (ValueError, RecursionError):
        pass
    raise Refusal(NO_CONTENT)


def _nest(pairs: list[tuple[str, str]]) -> Document:
    """`debtors[0][name]=x` becomes `{"debtors": {"0": {"name": "x"}}}`; of a name given twice the last one counts."""
    found: Document = {}
    for name, value in pairs:
        *steps, last = name.replace("]", "").split("[")
        place = found
        for step in steps:
            inner = place.get(step)
            if not isinstance(inner, dict):
                inner = place[step] = {}
            place = inner
        place[last] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class Gate:
    """`close` makes the secret stop working, as when somebody makes a new one in the web application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._open = True

    def close(self) -> None:
        self._open = False

    def client(self, request: web.Request) -> None:
        """Refuse a caller who is not the sandbox's API client."""
        scheme, _, encoded = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        try:
            client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise Refusal(UNKNOWN_CLIENT) from None
        if scheme.lower() != "basic" or not self._open or (client, secret) != (seeds.API_CLIENT, seeds.API_SECRET):
            raise Refusal(UNKNOWN_CLIENT)

    def customer(self, body: Body, customers: Mapping[str, bool], unknown: Error) -> str:
        """The key of the customer account to work on, which only the body can name. `customers`: which are active."""
        key = body.given.get("api_key")
        # A key that belongs to another client looks the same as one that nobody has.
        if not isinstance(key, str) or key not in customers:
            raise Refusal(unknown)
        if not customers[key]:
            raise Refusal(INACTIVE_CUSTOMER)
        return key

    def count(self, key: str, limit: tuple[int, float] | None) -> bool:
        """Count a call of a customer; whether it is within so many calls in so many seconds."""
        if limit is None:
            return True
        most, seconds = limit
        calls, now = self._calls.setdefault(key, deque()), self._clock()
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= most:
            return False
        calls.append(now)
        return True
