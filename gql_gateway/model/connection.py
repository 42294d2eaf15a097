"""A connection: one tenant's stored credentials at one provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class Connection:
    """What the gateway knows of one connection.

    `integration` is the connector's name in lower case ("lexware_office").
    `company_id` is the company fixed at connect time, `None` when each call must name one.
    `base_url` and `token_url` override the provider's own (partner sandboxes, proxies, tests).
    `generation` counts the changes of the credentials; it makes storing them a compare-and-swap.
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
    status: str = "ready"
    status_reason: str | None = None
