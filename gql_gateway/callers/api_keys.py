"""API keys: what one looks like, and what is kept of it.

    gqlgw_<12 letters: public id>_<43 letters: 256 random bits><6 letters: CRC-32 of everything before>

Letters are `0-9A-Za-z`, so a key is one word to every editor and shell. Prefix and checksum let secret scanners find
a key that leaked without asking anybody (`gqlgw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}`), and let the gateway turn away what
is no key without asking the database.

A key is kept as its SHA-256. A slow password hash would be the wrong tool: it makes guessing a *chosen* password
expensive, and nobody guesses 256 random bits, however fast the hash is. It would cost every caller the time of an
update, and hand whoever sends rubbish a way to keep the gateway busy.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from datetime import datetime

from ..model.api_key import ApiKey
from ..model.caller import Scope

PREFIX = "gqlgw_"

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH, _SECRET_LENGTH, _SUM_LENGTH = 12, 43, 6
_SECRET_BITS = 256
_FORM = re.compile(rf"{PREFIX}(?P<id>[0-9A-Za-z]{{12}})_[0-9A-Za-z]{{49}}")

_NOBODYS = hashlib.sha256(secrets.token_bytes(32)).hexdigest()


def create(
    tenant: str, scopes: frozenset[Scope], name: str, now: datetime, expires_at: datetime | None = None
) -> tuple[str, ApiKey]:
    """A new key, to be shown once, and what is to be stored of it."""
    id = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))
    secret = _in_letters(secrets.randbits(_SECRET_BITS), _SECRET_LENGTH)
    text = f"{PREFIX}{id}_{secret}"
    text += _checksum(text)
    return text, ApiKey(id, _hash(text), tenant, name, scopes, now, expires_at)


def id_in(text: str) -> str | None:
    """The public id in a key, or `None` when the text is no key: another form, a letter lost or changed."""
    found = _FORM.fullmatch(text)
    if found is None or _checksum(text[:-_SUM_LENGTH]) != text[-_SUM_LENGTH:]:
        return None
    return found["id"]


def is_key(text: str, stored: ApiKey | None) -> bool:
    """Whether this is the key. Without a stored one the same work is done, so time tells nothing."""
    expected = _NOBODYS if stored is None else stored.hash
    return hmac.compare_digest(_hash(text), expected) and stored is not None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(text: str) -> str:
    return _in_letters(zlib.crc32(text.encode()), _SUM_LENGTH)


def _in_letters(number: int, length: int) -> str:
    """A number to the base 62, filled up with zeros."""
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(reversed(letters))
