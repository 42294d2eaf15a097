"""What every resolver is given."""

from __future__ import annotations

from dataclasses import dataclass

from ..gateway import Gateway


@dataclass(frozen=True, slots=True)
class Context:
    """`correlation_id` ties an answer to the log lines of its request."""

    gateway: Gateway
    correlation_id: str
