"""The public keys that JWTs are checked with, from a file or an address, and nowhere else."""

from __future__ import annotations

import asyncio
import json
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from ..outbound.limits import Rate
from ..outbound.message import Answer, Call, TransportError

log = structlog.get_logger(__name__)

REFRESH_AT_MOST_EVERY = 60.0
"""Seconds between two fetches, whatever tokens ask for and however the last one ended."""
FRESH_FOR = 300.0
"""Seconds after which a key set is fetched anew in the background, so that a withdrawn key goes."""
KEPT_FOR = 24 * 3600.0
"""Seconds that keys are trusted for while their address does not answer."""
LONGEST_FETCH = 5.0
LARGEST_SET = 256 * 1024
MOST_KEYS = 100
WEAKEST_RSA = 2048
"""Bits; anything below does not count as a signature any more (NIST SP 800-131A)."""

_LIMITED_AS = "\njwks"  # the key of no connection: those start with a tenant


class KeysUnavailable(Exception):
    """No keys could be had yet, so no token can be judged."""


class InvalidKeySet(Exception):
    """The file or answer holds no usable keys. The message is one line and quotes nothing of it."""


class Sender(Protocol):
    """What is needed of `outbound.client.Outbound`."""

    async def send(
        self,
        base_url: str,
        call: Call,
        *,
        key: str,
        rates: Sequence[Rate] = (),
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer: ...


Load = Callable[[], Awaitable[bytes]]


def from_file(path: Path) -> Load:
    """Reads the key set from a file, each time anew."""

    async def load() -> bytes:
        def read() -> bytes:
            with path.open("rb") as file:
                return file.read(LARGEST_SET + 1)

        try:
            return await asyncio.to_thread(read)
        except OSError as error:
            raise InvalidKeySet(f"the file cannot be read: {error.strerror}") from None

    return load


def from_address(url: str, outbound: Sender, clock: Callable[[], float] = time.monotonic) -> Load:
    """Fetches the key set; redirects are not followed. `clock` is the one of the outbound client's deadlines."""
    parts = urlsplit(url)
    call = Call("jwks", "GET", parts.path or "/", tuple(parse_qsl(parts.query, keep_blank_values=True)))
    headers = {"Accept": "application/jwk-set+json, application/json"}

    async def load() -> bytes:
        base = f"{parts.scheme}://{parts.netloc}"
        try:
            answer = await outbound.send(base, call, key=_LIMITED_AS, headers=headers, deadline=clock() + LONGEST_FETCH)
        except TransportError as error:
            raise InvalidKeySet(f"the address does not answer: {error}") from None
        if answer.status != 200:
            raise InvalidKeySet(f"the address answers {answer.status}")
        return answer.body

    return load


class KeySet:
    """Keys by their `kid`, loaded when they are first needed and renewed at most once a minute."""

    def __init__(self, load: Load, clock: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._clock = clock
        self._keys: dict[str | None, Key] = {}
        self._loaded_at = float("-inf")
        self._tried_at = float("-inf")
        self._loading: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> Key | None:
        """The key of this id; `None` when there is none, also not after another look if one is due.

        A token without `kid` is checked with the only key there is. Raises `KeysUnavailable`.
        """
        if self._age() > FRESH_FOR:
            self._renew_if_due()
        key = self._known(kid)
        if key is None:
            self._renew_if_due()
            if self._loading is not None:
                # The fetch belongs to no caller: one that leaves does not end it for the others.
                await asyncio.shield(self._loading)
            key = self._known(kid)
        if key is None and not self._usable():
            raise KeysUnavailable
        return key

    async def close(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])

    def _known(self, kid: str | None) -> Key | None:
        if not self._usable():
            return None
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _usable(self) -> bool:
        return bool(self._keys) and self._age() <= KEPT_FOR

    def _age(self) -> float:
        return self._clock() - self._loaded_at

    def _renew_if_due(self) -> None:
        now = self._clock()
        if self._loading is None and now - self._tried_at >= REFRESH_AT_MOST_EVERY:
            self._tried_at = now
            self._loading = asyncio.create_task(self._renew(), name="key set")

    async def _renew(self) -> None:
        try:
            keys = read_key_set(await self._load())
            self._keys, self._loaded_at = keys, self._clock()
            log.info("key_set_loaded", keys=len(keys))
        except InvalidKeySet as problem:
            log.warning("key_set_not_loaded", problem=str(problem), kept=len(self._keys))
        except Exception as error:  # nobody may be waiting for this task to tell
            log.error("key_set_not_loaded", error=type(error).__name__, kept=len(self._keys))
        finally:
            self._loading = None


def read_key_set(content: bytes) -> dict[str | None, Key]:
    """The usable public keys by `kid`; what is of no use (secret, weak, for encryption) is left out.

    Raises `InvalidKeySet` when none is left.
    """
    if len(content) > LARGEST_SET:
        raise InvalidKeySet(f"it is larger than {LARGEST_SET} bytes")
    try:
        entries = json.loads(content)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidKeySet("it is no JSON Web Key Set") from None
    if not isinstance(entries, list):
        raise InvalidKeySet("it is no JSON Web Key Set")
    found: dict[str | None, Key] = {}
    for entry in entries[:MOST_KEYS]:
        key = _read_key(entry)
        if key is not None:
            found.setdefault(key.kid, key)
    if not found:
        raise InvalidKeySet("it holds no public key for signatures")
    return found


def _read_key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of weak keys, which are refused below
            key = JWKRegistry.import_key(entry)
        if not isinstance(key, RSAKey | ECKey | OKPKey) or key.is_private:
            return None  # a set that publishes a private key is not one to trust with this key
        public = key.public_key
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if isinstance(public, RSAPublicKey) and public.key_size < WEAKEST_RSA else key
