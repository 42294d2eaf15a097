"""What each field costs: `@cost` and `@listSize` where it is defined, and how they are read.

A cost is a weight of work. `CALL` is that of a call to a provider; an object that is at hand already counts 1, a plain
value nothing. The directives are federation's, which are those of the IBM specification with an `Int` for the weight: a
router that limits costs reads them too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
)
from strawberry.federation.schema_directives import Cost, ListSize
from strawberry.types.unset import UNSET

CALL: Final = 10
"""The weight of one call to a provider."""
USUAL_SIZE: Final = 5
"""Entries of a list that says nothing of its size: addresses, contact persons, errors."""


def costs(weight: int) -> Cost:
    """For `directives=[…]` of a field, which counts once, or of a type, which counts for each object."""
    return Cost(weight=weight)


def lists(size: int, *, by: str | None = None, of: tuple[str, ...] = ()) -> ListSize:
    """For `directives=[…]` of a field: how many entries its list has, or each list `of` these fields of its answer.

    `by` is the argument that says another size.
    """
    return ListSize(
        assumed_size=size,
        slicing_arguments=[by] if by else UNSET,
        sized_fields=list(of) or UNSET,
        require_one_slicing_argument=False,
    )


WHOLE: Final = {"__schema": 5_000, "__type": 50, "_service": 100}
"""Root fields that answer with (parts of) the schema: one weight for all that is selected below them."""
ADDED: Final = {"_entities": lists(1, by="representations")}
"""What federation adds to the root, and what cannot be stated where it is defined."""


@dataclass(frozen=True, slots=True)
class Price:
    """`weight` counts once for a field; `entry`, and what is selected below it, once for each of `size` entries.

    `slicing` is the argument that says another size. `sized` are the lists of the answer that have the size in the
    field's stead, as `nodes` of a connection. `is_open`: a list whose size the field around it may say. `is_whole`:
    what is selected below it counts nothing.
    """

    weight: int = 0
    entry: int = 0
    size: int = 1
    slicing: str | None = None
    sized: frozenset[str] = frozenset()
    is_open: bool = False
    is_whole: bool = False
    kind: GraphQLNamedType | None = None


UNKNOWN: Final = Price()
"""Of a field that is not there: validation refuses it."""


@dataclass(slots=True)
class Prices:
    """The prices of a schema, each worked out once."""

    schema: GraphQLSchema
    _known: dict[tuple[str, str], Price] = field(default_factory=dict)

    def of(self, parent: GraphQLNamedType | None, name: str) -> Price:
        if parent is None or not is_composite_type(parent):
            return UNKNOWN
        known = self._known.get((parent.name, name))
        if known is None:
            defined = self.schema.get_field(parent, name)
            if defined is None:
                return UNKNOWN
            known = self._known[parent.name, name] = self._price(name, defined)
        return known

    def _price(self, name: str, defined: GraphQLField) -> Price:
        kind = get_named_type(defined.type)
        if name in WHOLE:
            return Price(weight=WHOLE[name], is_whole=True, kind=kind)
        weight = next((item.weight for item in _stated(defined) if isinstance(item, Cost)), 0)
        size = next((item for item in _stated(defined) if isinstance(item, ListSize)), ADDED.get(name))
        if size is None:
            is_list = is_list_type(get_nullable_type(defined.type))
            return Price(weight, self._entry(kind), USUAL_SIZE if is_list else 1, is_open=is_list, kind=kind)
        return Price(
            weight,
            self._entry(kind),
            size.assumed_size or USUAL_SIZE,
            slicing=next(iter(size.slicing_arguments or ()), None),
            sized=frozenset(size.sized_fields or ()),
            kind=kind,
        )

    def _entry(self, kind: GraphQLNamedType) -> int:
        """What an object of the type costs: one that may be of several types as much as the dearest of them."""
        if is_abstract_type(kind):
            return max(map(self._entry, self.schema.get_possible_types(kind)), default=1)
        stated = (item.weight for item in _stated(kind) if isinstance(item, Cost))
        return next(stated, 1 if is_composite_type(kind) else 0)


def _stated(element: Any) -> tuple[Any, ...]:
    return tuple(getattr(element.extensions.get("strawberry-definition"), "directives", None) or ())
