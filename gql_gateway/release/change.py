"""One difference between two states, and how heavily it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """What a change means to a caller who was content before."""

    BREAKS = "Breaks or weakens what callers rely on"
    CAREFUL = "Can surprise callers"
    SAFE = "Safe"


@dataclass(frozen=True, slots=True)
class Change:
    """`integration` has the names that it goes by in the changelog; a change of the schema belongs to none.

    `key` is what the changelog has to name as code: the coordinate in the schema, or the unified path.
    """

    weight: Weight
    key: str
    words: str
    integration: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.integration[0]} `{self.key}`: {self.words}" if self.integration else f"`{self.key}`: {self.words}"
        )
