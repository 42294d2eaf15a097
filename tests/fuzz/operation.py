"""One request as it was generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Operation:
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    get: bool = False
