"""The JSON value as the type checker should see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | None | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = "dict[str, Json]"
ReadOnlyJsonObject: TypeAlias = Mapping[str, Json]
