"""Typed inputs built in one pass, from what is worked out once for each class.

Strawberry finds out the name and type of every field anew for every value: a third of a millisecond for a change of
fifteen values. Its hook `StrawberryObjectDefinition.from_input` lets an input build itself instead. That the result is
the same is held against Strawberry's own in tests/schema/test_arguments.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeVar

from strawberry import Some
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryContainer,
    StrawberryList,
    StrawberryMaybe,
    StrawberryOptional,
    get_object_definition,
)

Input = TypeVar("Input", bound=type)
Convert = Callable[[Any], Any]


def built_once(input_type: Input) -> Input:
    """Class decorator for an input type: values of it, and of all inputs below it, are built in one pass."""
    known: tuple[StrawberryConfig, Convert] | None = None

    def build(_cls: type, value: Mapping[str, Any], context: InputContext) -> Any:
        nonlocal known
        # Names are the configuration's affair, and all types below are complete only by now.
        if known is None or known[0] is not context.config:
            known = context.config, _object(input_type, context.config)
        return known[1](value)

    get_object_definition(input_type, strict=True).from_input = build
    return input_type


def _converter(kind: Any, config: StrawberryConfig) -> Convert:
    if isinstance(kind, StrawberryMaybe):
        inner = _converter(kind.of_type, config)
        if not isinstance(kind.of_type, StrawberryOptional):
            raise TypeError("an input states Maybe[T | None]: what null means is said by the field's facts")
        return lambda value: Some(inner(value))
    if isinstance(kind, StrawberryOptional):
        inner = _converter(kind.of_type, config)
        return lambda value: None if value is None else inner(value)
    if isinstance(kind, StrawberryList):
        inner = _converter(kind.of_type, config)
        return lambda values: [inner(value) for value in values]
    if isinstance(kind, StrawberryContainer):
        raise TypeError(f"an input of kind {type(kind).__name__} cannot be built")
    if get_object_definition(kind) is not None:
        return _object(kind, config)
    return lambda value: value  # graphql-core has made scalars and enum members of it already


def _object(input_type: Any, config: StrawberryConfig) -> Convert:
    definition = get_object_definition(input_type, strict=True)
    fields = {
        config.name_converter.from_field(item): (item.python_name, _converter(item.type, config))
        for item in definition.fields
    }
    # Fields that are left out and state no default are None.
    left_out = dict.fromkeys(
        item.python_name
        for item in definition.fields
        if item.default_value is MISSING and item.default_factory is MISSING
    )

    def build(value: Mapping[str, Any]) -> Any:
        values: dict[str, Any] = {**left_out}
        for name, given in value.items():
            attribute, convert = fields[name]
            values[attribute] = convert(given)
        return input_type(**values)

    return build
