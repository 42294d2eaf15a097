"""JWTs of an identity provider: signature, issuer, audience, times, and what they say of the caller.

Which key a token is checked with comes from the configured key set alone. Whatever its header says of keys (`jwk`,
`jku`, `x5u`, `x5c`) is not looked at, and the algorithms are asymmetric ones: a public key taken for a shared secret,
or no signature at all, is refused before a key is looked for.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from ..model.caller import Caller, is_tenant, known_scopes
from .key_set import KeySet

ALGORITHMS: Final = tuple("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 Ed25519".split())
LEEWAY = 30
"""Seconds that two clocks may differ by."""
LONGEST = 8_192
"""Characters of a token; a longer one is not looked at."""
LONGEST_NAME = 200
_NEVER = 253_402_300_799  # the last second of the year 9999

_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


class InvalidToken(Exception):
    """The token is refused. The message is for the log: it quotes nothing of the token."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token has to say. `tenant_claim` and `scope_claim` are names of claims, taken as they are."""

    issuer: str
    audience: str
    tenant_claim: str = "tenant"
    scope_claim: str = "scope"


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """`now` gives POSIX time."""

    rules: TokenRules
    keys: KeySet
    now: Callable[[], float] = time.time

    async def caller(self, token: str) -> tuple[Caller, float]:
        """The caller, and the POSIX time at which the token ends. Raises `InvalidToken` or `KeysUnavailable`."""
        if len(token) > LONGEST:
            raise InvalidToken("it is too long")
        header = _header_of(token)
        key = await self.keys.find(_kid(header))
        if key is None:
            raise InvalidToken("no key of the key set fits")
        try:
            # The library holds the algorithm against the kind of key, and against the key's own `alg`.
            content = jws.deserialize_compact(token, key, registry=_Registry(algorithms=ALGORITHMS)).payload
        except (JoseError, ValueError, TypeError, KeyError):
            raise InvalidToken("the signature does not fit") from None
        claims = _strict_object(content, "its claims are no JSON object")
        self._check(claims)
        tenant = claims.get(self.rules.tenant_claim)
        if not isinstance(tenant, str) or not is_tenant(tenant):
            raise InvalidToken("it names no tenant")
        subject = claims.get("sub")
        name = subject[:LONGEST_NAME] if isinstance(subject, str) else ""
        ends_at = min(claims["exp"], _NEVER)  # a number of any size may stand there
        return Caller(tenant, known_scopes(self._scopes(claims)), name), float(ends_at)

    def _check(self, claims: dict[str, Any]) -> None:
        registry = JWTClaimsRegistry(
            now=int(self.now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.rules.issuer},
            aud={"essential": True, "value": self.rules.audience},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as problem:
            # `claim` and `error` are names, never values.
            raise InvalidToken(f"{problem.error}: {getattr(problem, 'claim', '')}".rstrip(": ")) from None

    def _scopes(self, claims: dict[str, Any]) -> list[object]:
        given = claims.get(self.rules.scope_claim)
        if isinstance(given, str):
            return [*given.split()]
        return given if isinstance(given, list) else []


class _Registry(jws.JWSRegistry):
    # The whole token is bounded already; a chain of certificates, which is ignored, makes headers long.
    max_header_length = LONGEST

    def __init__(self, algorithms: tuple[str, ...]) -> None:
        # Identity providers put members of their own into headers; they mean nothing here.
        super().__init__(algorithms=algorithms, strict_check_header=False)


def _header_of(token: str) -> dict[str, Any]:
    """The header of a token that may be looked at further."""
    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidToken("it does not have three parts")
    try:
        content = urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4))
    except ValueError:
        raise InvalidToken("its header is not Base64") from None
    header = _strict_object(content, "its header is no JSON object")
    if header.get("alg") not in ALGORITHMS:
        raise InvalidToken("its algorithm is none of those allowed")
    if "crit" in header or "b64" in header or "zip" in header:
        raise InvalidToken("its header asks for more than is understood")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise InvalidToken("it is a token for something else")
    return header


def _kid(header: dict[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise InvalidToken("the id of its key is no text")
    return kid


def _strict_object(content: bytes, words: str) -> dict[str, Any]:
    """A JSON object in which no name comes twice: two readers could understand two different things."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError
        return found

    try:
        value = json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise InvalidToken(words) from None
    if not isinstance(value, dict):
        raise InvalidToken(words)
    return value
