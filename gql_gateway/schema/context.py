"""What every resolver is given."""

from __future__ import annotations

from dataclasses import dataclass

from ..connect.flow import ConnectFlow
from ..gateway import Gateway
from ..model.caller import Caller


@dataclass(frozen=True, slots=True)
class Context:
    """`gateway` is that of the caller's tenant. `correlation_id` ties an answer to the log lines of its request.

    `connect` makes connect links.
    """

    gateway: Gateway
    caller: Caller
    correlation_id: str
    connect: ConnectFlow | None = None
