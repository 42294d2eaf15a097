"""How much a document may ask for, measured before it is validated: some of graphql-core's rules take long over what
is refused here at once.

Everything is counted as if each fragment were written out where it is spread, and measured once for each fragment: in
time linear in the length of the document. Fragments that spread each other in a circle end where it closes, and are
refused by validation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

from .cost import MOST, Sum, size_of
from .prices import Prices

CODE = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each that is taken. The defaults are well above what the clients in tests/ and GraphiQL need."""

    tokens: int = 15_000
    depth: int = 20
    aliases: int = 100
    root_fields: int = 20
    directives: int = 50
    fragments: int = 100
    cost: int = 20_000


@dataclass(slots=True)
class Measure:
    """What a selection set comes to.

    `fields` are those of the set itself. `aliases` are fields under another name, and fields that are selected again:
    both make more work of one field. `open` are costs of an entry of the lists whose size the field around the set
    may say, by name.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: Sum = field(default_factory=Sum)
    open: dict[str, tuple[int, Sum]] = field(default_factory=dict)

    def add(self, other: Measure) -> None:
        """Add a selection set that stands in this one."""
        self.depth = max(self.depth, other.depth)
        self.fields = min(MOST, self.fields + other.fields)
        self.aliases = min(MOST, self.aliases + other.aliases)
        self.cost.add(other.cost)
        for name, (size, entry) in other.open.items():
            self.add_open(name, size, entry)

    def add_open(self, name: str, size: int, entry: Sum) -> None:
        self.open.setdefault(name, (size, Sum()))[1].add(entry)

    def closed(self) -> Sum:
        """The cost where nothing around the set says sizes."""
        total = Sum()
        total.add(self.cost)
        for size, entry in self.open.values():
            total.add(entry, size)
        return total


def token_error(limits: Limits) -> GraphQLError:
    return _exceeded("tokens", limits.tokens, f"A document has {limits.tokens} tokens at most; this one has more.")


def cost_error(limits: Limits, cost: int, operation: OperationDefinitionNode) -> GraphQLError:
    words = f"An operation costs {limits.cost} at most; this one costs {cost}."
    return _exceeded("cost", limits.cost, words, cost, operation)


@dataclass(frozen=True, slots=True)
class Ruler:
    """Measures documents for one schema."""

    prices: Prices
    limits: Limits

    def measure(self, document: DocumentNode) -> tuple[dict[str | None, Sum], list[GraphQLError]]:
        """The cost of each operation by its name, and one error for each limit that is exceeded."""
        written = _Written.of(document)
        if problems := [*self._too_much_written(written)]:
            return {}, problems
        measuring = _Measuring(self.prices, written)
        costs: dict[str | None, Sum] = {}
        worst: dict[str, tuple[int, Node]] = {}
        for definition in document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                # One that nobody spreads is validated too.
                found = measuring.fragments[definition.name.value]
                counted = {"depth": found.depth, "aliases": found.aliases}
            elif isinstance(definition, OperationDefinitionNode):
                found = measuring.selections(measuring.root(definition), definition.selection_set)
                cost = costs[definition.name.value if definition.name else None] = found.closed()
                counted = {"depth": found.depth, "aliases": found.aliases, "root_fields": found.fields}
                counted["cost"] = cost.least()
            else:
                continue
            for name, count in counted.items():
                if count > worst.get(name, (-1,))[0]:
                    worst[name] = count, definition
        return costs, [*self._too_much_asked(worst)]

    def _too_much_written(self, written: _Written) -> Iterator[GraphQLError]:
        limits = self.limits
        for name, most, count in (
            ("directives", limits.directives, written.directives),
            ("fragments", limits.fragments, written.fragments),
        ):
            if count > most:
                yield _exceeded(name, most, f"A document has {most} {name} at most; this one has {count}.", count)

    def _too_much_asked(self, worst: Mapping[str, tuple[int, Node]]) -> Iterator[GraphQLError]:
        limits = self.limits
        words = {
            "depth": "An operation is {most} fields deep at most; this one is {count} deep.",
            "aliases": "An operation gives fields another name, or selects them again, {most} times at most; "
            "this one does so {count} times.",
            "root_fields": "An operation asks for {most} root fields at most; this one asks for {count}.",
        }
        for name, (count, node) in worst.items():
            most = getattr(limits, name)
            if count <= most:
                continue
            if name == "cost":
                yield cost_error(limits, count, node)  # type: ignore[arg-type]
            else:
                yield _exceeded(name, most, words[name].format(most=most, count=count), count, node)


@dataclass(slots=True)
class _Written:
    """What stands in a document, wherever it is used."""

    directives: int = 0
    fragments: int = 0
    definitions: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    spreads: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode) -> _Written:
        found = cls()
        for definition in document.definitions:
            found._read(definition)
        return found

    def _read(self, definition: Any) -> None:
        spreads: list[str] = []
        if isinstance(definition, FragmentDefinitionNode):
            self.fragments += 1
            # Of two with one name, which is refused later, the last counts.
            self.definitions[definition.name.value] = definition
            self.spreads[definition.name.value] = spreads
        for variable in getattr(definition, "variable_definitions", None) or ():
            self.directives += len(variable.directives or ())
        waiting: list[Any] = [definition]
        while waiting:
            node = waiting.pop()
            self.directives += len(getattr(node, "directives", None) or ())
            self.fragments += isinstance(node, InlineFragmentNode)
            if isinstance(node, FragmentSpreadNode):
                spreads.append(node.name.value)
            elif inside := getattr(node, "selection_set", None):
                waiting += inside.selections

    def inner_first(self) -> Iterator[str]:
        """Names of the fragments, each after those that it spreads, as far as these make no circle."""
        begun: set[str] = set()
        for name in self.definitions:
            path = [(name, iter(self.spreads[name]))] if name not in begun else []
            begun.add(name)
            while path:
                inside = next((item for item in path[-1][1] if item not in begun and item in self.definitions), None)
                if inside is None:
                    yield path.pop()[0]
                else:
                    begun.add(inside)
                    path.append((inside, iter(self.spreads[inside])))


class _Measuring:
    """Measures the selection sets of one document: its fragments first, each once."""

    def __init__(self, prices: Prices, written: _Written) -> None:
        self.prices = prices
        self.fragments: dict[str, Measure] = {}
        for name in written.inner_first():
            definition = written.definitions[name]
            kind = prices.schema.get_type(definition.type_condition.name.value)
            self.fragments[name] = self.selections(kind, definition.selection_set)

    def root(self, operation: OperationDefinitionNode) -> GraphQLNamedType | None:
        return self.prices.schema.get_root_type(operation.operation)

    def selections(
        self, kind: GraphQLNamedType | None, selection_set: SelectionSetNode, seen: set[tuple[str, str]] | None = None
    ) -> Measure:
        """Recurses as deep as one definition is nested, which the parser limits. `seen` are the fields beside it."""
        seen = set() if seen is None else seen
        measure = Measure()
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                shown = node.alias.value if node.alias else node.name.value
                place = kind.name if kind else "", shown
                measure.aliases += node.alias is not None or place in seen
                seen.add(place)
                self._field(kind, node, measure)
            elif isinstance(node, FragmentSpreadNode):
                # One that is not there yet closes a circle, or is nowhere.
                if inside := self.fragments.get(node.name.value):
                    measure.add(inside)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self.prices.schema.get_type(condition.name.value) if condition else kind
                measure.add(self.selections(inner, node.selection_set, seen))
        return measure

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode, measure: Measure) -> None:
        price = self.prices.of(parent, node.name.value)
        measure.fields += 1
        measure.cost.add_number(price.weight)
        entry = Sum()
        entry.add_number(price.entry)
        size = size_of(price, node)
        depth = 0
        if node.selection_set:
            below = self.selections(price.kind, node.selection_set)
            depth = below.depth
            measure.aliases = min(MOST, measure.aliases + below.aliases)
            entry.add(below.cost)
            for name, (usual, inner) in below.open.items():
                entry.add(inner, size if name in price.sized else usual)
        measure.depth = max(measure.depth, depth + 1)
        if price.is_whole:
            return
        if price.is_open:
            measure.add_open(node.name.value, price.size, entry)
        else:
            measure.cost.add(entry, 1 if price.sized else size)


def _exceeded(name: str, most: int, words: str, count: int | None = None, node: Node | None = None) -> GraphQLError:
    told: dict[str, Any] = {"code": CODE, "limit": name, "most": most}
    if count is not None:
        told["found"] = count
    return GraphQLError(words, node, extensions=told)
