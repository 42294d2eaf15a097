"""Federation's `_entities`, safe: one bad representation is one error, and nothing of it comes back as data."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from strawberry.types import Info

from ..errors import ErrorCode, GatewayError

LARGEST_BATCH = 250


class EntityType(Protocol):
    """A type with a key."""

    async def resolve_references(
        self, info: Info[Any, Any], representations: Sequence[Mapping[str, Any]], /
    ) -> Sequence[Any]:
        """One value for each representation, in order: what it stands for, an exception, or `None` for nothing."""


async def resolve_entities(
    info: Info[Any, Any], representations: Sequence[Any], entities: Mapping[str, EntityType]
) -> list[Any]:
    """One value or error for each representation, in order. The caller's variables stay as they are.

    Those of one type are looked up together. Only `entities` are looked up, by name of type.
    """
    if len(representations) > LARGEST_BATCH:
        raise GatewayError(ErrorCode.BAD_FORMAT, f"At most {LARGEST_BATCH} representations are taken at a time.")
    found: list[Any] = [_refusal(item, entities) for item in representations]
    places: dict[str, list[int]] = {}
    for place, item in enumerate(representations):
        if found[place] is None:
            places.setdefault(item["__typename"], []).append(place)

    async def look_up(name: str) -> None:
        keys = [_without_typename(representations[place]) for place in places[name]]
        values = await entities[name].resolve_references(info, keys)
        for place, value in zip(places[name], values, strict=True):
            found[place] = value

    await asyncio.gather(*map(look_up, places))
    return found


def _refusal(representation: Any, entities: Mapping[str, EntityType]) -> GatewayError | None:
    if not isinstance(representation, dict):
        return GatewayError(ErrorCode.BAD_FORMAT, "A representation is an object.")
    name = representation.get("__typename")
    if not isinstance(name, str) or name not in entities:
        return GatewayError(ErrorCode.NOT_A_CHOICE, f"The entities here are {', '.join(entities)}.")
    return None


def _without_typename(representation: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in representation.items() if name != "__typename"}
