"""Federation's `_entities`, safe: one bad representation is one error, and nothing of it comes back as data."""

from __future__ import annotations

from typing import Any

from strawberry.types import Info

from ..errors import ErrorCode, GatewayError
from .context import Context
from .customer import Customer

LARGEST_BATCH = 250
ENTITIES = {"Customer": Customer}


def resolve_entities(info: Info[Context, None], representations: list[Any]) -> list[Any]:
    """One coroutine or error for each representation, in order. The caller's variables stay as they are."""
    if len(representations) > LARGEST_BATCH:
        raise GatewayError(ErrorCode.BAD_FORMAT, f"At most {LARGEST_BATCH} representations are taken at a time.")
    return [_resolve(info, item) for item in representations]


def _resolve(info: Info[Context, None], representation: Any) -> Any:
    if not isinstance(representation, dict):
        return GatewayError(ErrorCode.BAD_FORMAT, "A representation is an object.")
    kind = ENTITIES.get(str(representation.get("__typename")))
    if kind is None:
        return GatewayError(ErrorCode.NOT_A_CHOICE, f"The entities here are {', '.join(ENTITIES)}.")
    keys = {name: value for name, value in representation.items() if name != "__typename"}
    return kind.resolve_reference(info, **keys)
