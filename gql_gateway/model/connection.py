"""A connection: one tenant's stored credentials at one provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

READY = "ready"
"""The status of a connection that may be used."""


class Credentials(Mapping[str, str]):
    """Named secrets of one connection; printing them shows the names only."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{name}=…' for name in self._values)})"

    def replaced(self, **values: str) -> Credentials:
        """The same credentials with some values exchanged."""
        return Credentials({**self._values, **values})


class ConnectionKey(NamedTuple):
    """What names one connection. Ids are unique inside a tenant only, so nothing is looked up by an id alone."""

    tenant: str
    id: str

    def text(self) -> str:
        """One text for each key: neither part can hold a line break."""
        return f"{self.tenant}\n{self.id}"


class Due(NamedTuple):
    """A connection that is due for renewal, or (`renew_by` is `None`) of which nobody knows whether it is."""

    key: ConnectionKey
    integration: str
    generation: int
    renew_by: datetime | None


@dataclass(frozen=True, slots=True)
class Connection:
    """What the gateway knows of one connection.

    `tenant` has no default: a connection that is stored for nobody in particular would be shown to somebody.
    `integration` is the connector's name in lower case ("lexware_office").
    `company_id` is the company fixed at connect time, `None` when each call must name one.
    `base_url` and `token_url` override the provider's own (partner sandboxes, proxies, tests).
    `generation` counts the changes of the credentials; it makes storing them a compare-and-swap.
    `renew_by` is when it is due for renewal while nobody uses it; the store works it out (`lifetime.py`).
    `status` is "ready", or what stands in the way of using it; `status_reason` says why, in words without secrets.
    """

    id: str
    integration: str
    credentials: Credentials
    company_id: str | None = None
    base_url: str | None = None
    token_url: str | None = None
    generation: int = 0
    created_at: datetime | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    last_used_at: datetime | None = None
    status: str = READY
    status_reason: str | None = None
    renew_by: datetime | None = None
    tenant: str = field(kw_only=True)

    @property
    def key(self) -> ConnectionKey:
        return ConnectionKey(self.tenant, self.id)
