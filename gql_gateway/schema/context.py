"""What every resolver is given."""

from __future__ import annotations

from dataclasses import dataclass

from ..connect.flow import ConnectFlow
from ..ending import Ending
from ..gateway import Gateway
from ..model.caller import Caller


@dataclass(frozen=True, slots=True)
class Context:
    """`gateway` is that of the caller's tenant. `correlation_id` ties an answer to the log lines of its request.

    `connect` makes connect links. `ending` says whether anything may begin still.
    """

    gateway: Gateway
    caller: Caller
    correlation_id: str
    connect: ConnectFlow | None = None
    ending: Ending | None = None

    def check_time(self) -> None:
        """Raises before a write that may not begin any more."""
        if self.ending is not None:
            self.ending.check()
