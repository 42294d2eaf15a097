"""The one door: request headers in, a caller or a refusal out.

What was found good is believed for `BELIEVED_FOR` seconds without asking anybody again, so that no request waits for
the database; a key that is revoked therefore stops working within that time, in every process. A refusal is never
remembered.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from ..model.api_key import ApiKey
from ..model.caller import LOCAL, Caller
from . import api_keys
from .key_set import KeysUnavailable
from .tokens import LEEWAY, InvalidToken, TokenVerifier

BELIEVED_FOR = 5.0
"""Seconds within which a revoked key stops working."""
MOST_BELIEVED = 10_000
"""Keys and tokens that are remembered at a time, about 0.5 kB each."""
LONGEST_HEADER = 8_300


class Refused(Exception):
    """Nobody was let in. `reason` is for the log and holds nothing of what was sent.

    `given`: credentials came, and they are no good.
    """

    def __init__(self, reason: str, *, given: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.given = given


class CannotTell(Exception):
    """Credentials came that cannot be judged now: the keys of the identity provider were never seen."""


class Keys(Protocol):
    """What is needed of `storage.api_keys.ApiKeyStore`."""

    async def find(self, id: str, /) -> ApiKey | None: ...


class Door(Protocol):
    async def authenticate(self, headers: Iterable[tuple[bytes, bytes]], /) -> Caller:
        """Whoever sent these headers (names in lower case). Raises `Refused` or `CannotTell`."""


class OpenDoor:
    """Lets everybody in, as the local caller."""

    async def authenticate(self, _headers: Iterable[tuple[bytes, bytes]], /) -> Caller:
        return LOCAL


@dataclass(frozen=True, slots=True)
class _Believed:
    caller: Caller
    until: float
    ends_at: float
    """POSIX time after which it is no good any more, whatever is believed."""


@dataclass(slots=True)
class GuardedDoor:
    """API keys and, with a verifier, JWTs; both come as `Authorization: Bearer …`.

    `clock` is monotonic, `now` POSIX time. `note_use` is told the id of each API key that is used.
    """

    keys: Keys
    tokens: TokenVerifier | None = None
    note_use: Callable[[str], None] | None = None
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _believed: OrderedDict[bytes, _Believed] = field(default_factory=OrderedDict)

    async def authenticate(self, headers: Iterable[tuple[bytes, bytes]], /) -> Caller:
        credentials = _credentials_in(headers)
        # Only a digest is remembered: the memory of the process holds no key for longer than its request.
        digest = hashlib.sha256(credentials.encode()).digest()
        caller = self._remembered(digest)
        if caller is None:
            caller, ends_at = await self._judge(credentials)
            self._remember(digest, _Believed(caller, self.clock() + BELIEVED_FOR, ends_at))
        if caller.key_id is not None and self.note_use is not None:
            self.note_use(caller.key_id)
        return caller

    async def _judge(self, credentials: str) -> tuple[Caller, float]:
        """The caller, and when its credentials end."""
        if credentials.startswith(api_keys.PREFIX):
            return await self._judge_key(credentials)
        if self.tokens is None:
            raise Refused("not an API key")
        try:
            caller, exp = await self.tokens.caller(credentials)
        except InvalidToken as problem:
            raise Refused(f"token refused: {problem}") from None
        except KeysUnavailable:
            raise CannotTell from None
        return caller, exp + LEEWAY

    async def _judge_key(self, credentials: str) -> tuple[Caller, float]:
        id = api_keys.id_in(credentials)
        if id is None:
            raise Refused("malformed API key")
        stored = await self.keys.find(id)
        if not api_keys.is_key(credentials, stored) or stored is None:
            raise Refused("unknown API key")
        if not stored.works(datetime.fromtimestamp(self.now(), UTC)):
            raise Refused("expired or revoked API key")
        return stored.caller(), stored.expires_at.timestamp() if stored.expires_at else float("inf")

    def _remembered(self, digest: bytes) -> Caller | None:
        known = self._believed.get(digest)
        if known is None:
            return None
        if self.clock() >= known.until or self.now() >= known.ends_at:
            del self._believed[digest]
            return None
        return known.caller

    def _remember(self, digest: bytes, believed: _Believed) -> None:
        self._believed[digest] = believed
        self._believed.move_to_end(digest)
        while len(self._believed) > MOST_BELIEVED:
            self._believed.popitem(last=False)


def _credentials_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    given = [value for name, value in headers if name == b"authorization"]
    if not given:
        raise Refused("no credentials", given=False)
    # Of two, somebody in front may have looked at the other one.
    if len(given) > 1 or len(given[0]) > LONGEST_HEADER:
        raise Refused("several or overlong Authorization headers")
    scheme, _, rest = given[0].partition(b" ")
    credentials = rest.strip(b" ")
    if scheme.lower() != b"bearer":
        raise Refused("no Bearer credentials", given=False)
    if not credentials or not credentials.isascii() or len(credentials.split()) != 1:
        raise Refused("malformed Bearer credentials")
    return credentials.decode("ascii")
