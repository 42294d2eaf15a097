"""What an operation costs: a sum whose sizes may be variables, made once for a document, totalled for each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    FieldNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
)

from .prices import Price

MOST: Final = 10**9
"""Where counting ends: fragments that spread each other twice double with every step."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A size that a variable says; `otherwise`, when it says none."""

    name: str
    otherwise: int


Size = int | Variable
Product = tuple[Variable, ...]


@dataclass(slots=True)
class Sum:
    """How often each product of variables counts. What hangs on no variable is the empty product."""

    products: dict[Product, int] = field(default_factory=dict)

    def add(self, other: Sum, size: Size = 1) -> None:
        """Add another sum, `size` times."""
        times, more = (1, (size,)) if isinstance(size, Variable) else (size, ())
        for product, count in other.products.items():
            self.add_number(count * times, product + more)

    def add_number(self, number: int, product: Product = ()) -> None:
        if number:
            self.products[product] = min(MOST, self.products.get(product, 0) + number)

    def least(self) -> int:
        """What it comes to whatever the variables say."""
        return self.products.get((), 0)

    def total(self, operation: OperationDefinitionNode, given: Mapping[str, Any] | None) -> int:
        """What it comes to with these variables as they were sent: one that is no size counts as left out."""
        if self.products.keys() <= {()}:
            return self.least()
        sizes = {item.variable.name.value: _literal_size(item.default_value) for item in _with_default(operation)}
        sizes |= {name: _size(value) for name, value in (given or {}).items()}
        total = 0
        for product, count in self.products.items():
            times = count
            for variable in product:
                said = sizes.get(variable.name)
                times *= variable.otherwise if said is None else said
            total = min(MOST, total + times)
        return total


def size_of(price: Price, node: FieldNode) -> Size:
    """How many entries a field has, where its slicing argument says it, or else its price."""
    said = next((item.value for item in node.arguments or () if item.name.value == price.slicing), None)
    if isinstance(said, VariableNode):
        return Variable(said.name.value, price.size)
    size = _literal_size(said)
    return price.size if size is None else size


def _with_default(operation: OperationDefinitionNode) -> list[Any]:
    return [item for item in operation.variable_definitions or () if item.default_value is not None]


def _literal_size(node: ValueNode | None) -> int | None:
    if node is None or isinstance(node, NullValueNode):
        return None
    if isinstance(node, IntValueNode):
        # Python refuses to read a number of thousands of digits.
        return _size(int(node.value)) if len(node.value) <= len(str(GRAPHQL_MIN_INT)) else None
    return len(node.values) if isinstance(node, ListValueNode) else 1


def _size(value: Any) -> int | None:
    """A number says a size and a list has one; an object may stand for a list of one. Else it says none."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, dict):
        return 1
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value <= GRAPHQL_MAX_INT:
        return int(max(0, value))
    return None
