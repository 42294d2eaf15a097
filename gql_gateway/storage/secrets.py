"""Encryption at rest: AES-256-GCM under named keys, bound to the place where the ciphertext stands.

Sealed bytes: version (1 byte) · key name (16 bytes, padded with NUL) · nonce (12) · ciphertext and tag.
Version, key name and context are authenticated with the ciphertext, so bytes moved to another row or column, or back
to an older generation of the same row, do not open.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE = 32
HEADER_SIZE = 17

_VERSION = b"\x01"
_NAME_SIZE = HEADER_SIZE - len(_VERSION)
_NONCE_SIZE = 12
_TAG_SIZE = 16
_NAME = re.compile(rf"[A-Za-z0-9_.-]{{1,{_NAME_SIZE}}}")
# 32 random bytes hold about 30 distinct values; fewer than 8 never happens by chance.
_FEWEST_DISTINCT_BYTES = 8


class SecretProblem(Exception):
    """Keys or sealed bytes that cannot be used. The message names keys, never their bytes nor any plaintext."""


class InvalidKeys(SecretProblem):
    """The configured keys are refused."""


class UnknownKey(SecretProblem):
    """Sealed under a key that is not configured."""


class Tampered(SecretProblem):
    """The sealed bytes were changed, cut, or belong to another place."""


class SecretBox:
    """Seals with the first key, opens with all of them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """`keys`: 32 bytes by name, the current key first."""
        if not keys:
            raise InvalidKeys("no encryption key is configured")
        for position, (name, key) in enumerate(keys.items(), start=1):
            _check_name(name, position)
            _check_key(name, key)
        if len(set(keys.values())) < len(keys):
            raise InvalidKeys("two encryption keys are the same bytes under different names")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current_key = next(iter(keys))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Keys written as `k2:<base64 of 32 bytes>,k1:<base64>`, the current one first."""
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            name, colon, encoded = map(str.strip, entry.partition(":"))
            if not colon:
                raise InvalidKeys(f"encryption key number {position} has no name: write name:base64")
            _check_name(name, position)
            if name in keys:
                raise InvalidKeys(f"encryption key {name} is given twice")
            keys[name] = _decode(name, encoded)
        return cls(keys)

    @property
    def key_names(self) -> tuple[str, ...]:
        return tuple(self._ciphers)

    @property
    def header(self) -> bytes:
        """What everything sealed under the current key starts with."""
        return _header(self.current_key)

    def seal(self, plain: bytes, *context: str) -> bytes:
        """Encrypt; `context` says where the result will stand and must be given again to open it."""
        header = self.header
        nonce = os.urandom(_NONCE_SIZE)
        return header + nonce + self._ciphers[self.current_key].encrypt(nonce, plain, _bind(header, context))

    def open(self, sealed: bytes, *context: str) -> bytes:
        name = name_in_header(sealed)
        if len(sealed) < HEADER_SIZE + _NONCE_SIZE + _TAG_SIZE:
            raise Tampered("a stored secret is cut short")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnknownKey(f"a stored secret needs the encryption key {name}, which is not configured")
        header, body = sealed[:HEADER_SIZE], sealed[HEADER_SIZE:]
        try:
            return cipher.decrypt(body[:_NONCE_SIZE], body[_NONCE_SIZE:], _bind(header, context))
        except InvalidTag:
            raise Tampered(
                f"a stored secret does not open with encryption key {name}: it was changed or moved, "
                "or other bytes are configured under that name"
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it. Says nothing about whether it opens."""
        return sealed.startswith(self.header)

    def reseal(self, sealed: bytes, *context: str) -> bytes:
        """The same secret under the first key; unchanged when it already is."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, *context), *context)

    def __repr__(self) -> str:
        return f"SecretBox({', '.join(self._ciphers)})"


def name_in_header(sealed: bytes) -> str:
    """The name of the key the bytes claim to be sealed under."""
    header = sealed[:HEADER_SIZE]
    name = header[len(_VERSION) :].rstrip(b"\0").decode("latin-1")
    if len(header) < HEADER_SIZE or not header.startswith(_VERSION) or not _NAME.fullmatch(name):
        raise Tampered("a stored secret was changed, or is not one that this version wrote")
    return name


def generate_key(name: str = "k1") -> str:
    """A fresh key, written as `SecretBox.from_text` reads it."""
    _check_name(name, 1)
    return f"{name}:{base64.b64encode(os.urandom(KEY_SIZE)).decode()}"


def _header(name: str) -> bytes:
    return _VERSION + name.encode().ljust(_NAME_SIZE, b"\0")


def _bind(header: bytes, context: tuple[str, ...]) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    parts = [part.encode() for part in context]
    return header + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _check_name(name: str, position: int) -> None:
    # A refused name is not repeated in the message: it may be a key in the wrong place.
    if not _NAME.fullmatch(name):
        raise InvalidKeys(
            f"encryption key number {position} has a bad name: 1 to {_NAME_SIZE} letters, digits, '.', '_' or '-'"
        )


def _check_key(name: str, key: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise InvalidKeys(f"encryption key {name} has {len(key)} bytes instead of {KEY_SIZE}")
    if len(set(key)) < _FEWEST_DISTINCT_BYTES:
        raise InvalidKeys(f"encryption key {name} is not random: it repeats the same few bytes")


def _decode(name: str, encoded: str) -> bytes:
    standard = encoded.translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKeys(f"encryption key {name} is not base64") from None
