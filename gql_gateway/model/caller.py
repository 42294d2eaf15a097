"""A caller: who asks, for which tenant, and what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .vocabulary import Vocabulary

DEFAULT_TENANT = "default"
"""The tenant of everything that was stored before there were tenants, and of a gateway that has just one."""

LONGEST_TENANT = 100


class Scope(Vocabulary):
    """What a caller may be allowed to do."""

    READ = "customers:read", "Read customers, companies and the list of connections."
    WRITE = "customers:write", "Update customers; what an update shows of a record needs customers:read as well."
    NATIVE = "customers:native", "See the provider's own document of a customer, and the bodies sent to the provider."
    ADMIN = "connections:admin", "Manage connections, and see what stands in the way of using one."


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Everything the gateway knows of who sent a request; it holds no secret.

    `name` is for people: the name of an API key, the subject of a JWT. `key_id` is the public id of an API key.
    """

    tenant: str
    scopes: frozenset[Scope]
    name: str = ""
    key_id: str | None = None


LOCAL = Caller(DEFAULT_TENANT, ALL_SCOPES, "local")
"""Whoever asks where callers are not authenticated: the sandbox, or a gateway that something else protects."""


def is_tenant(text: str) -> bool:
    """Whether this can be the name of a tenant: 1 to 100 printable characters, no blank at either end."""
    return 0 < len(text) <= LONGEST_TENANT and text.isprintable() and text == text.strip()


def known_scopes(words: Iterable[object]) -> frozenset[Scope]:
    """The scopes among the words; a token carries others that mean nothing here."""
    return frozenset(scope for scope in Scope if scope.value in frozenset(map(str, words)))
