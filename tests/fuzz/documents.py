"""Documents of our own making, for what schemathesis does not write.

Fragments named and nested, aliases, directives, several operations, variables beside literals, `_entities` with odd
representations, introspection of applied directives, and texts damaged afterwards. Hypothesis draws the arguments and
one seed; selections come from that seed, because a draw for each field would cost more than the gateway's answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    print_ast,
)
from hypothesis import strategies as st

from .known import Books, client_schema, gateway_schema
from .operation import Operation
from .values import Draw, anything, books, customer_ids, node_of, texts, updates, values

DEEPEST = 5
SEEDS = st.integers(0, 2**64)
TENS = st.integers(0, 9)
UPDATES = updates()
PARTS = {
    "customer": "CustomerBy!",
    "change": "CustomerChange!",
    "expectedVersion": "String",
    "idempotencyKey": "String",
    "dryRun": "Boolean!",
}
INTROSPECTION = (
    "__schema { appliedDirectives { name args { name value } } queryType { name } directives { name isRepeatable } }",
    "__schema { types { name kind isOneOf specifiedByURL appliedDirectives { name } } }",
    "__type(name: %s) { name isOneOf inputFields { name type { name ofType { name } } appliedDirectives { name args "
    "{ name value } } } fields(includeDeprecated: true) { name args { name appliedDirectives { name } } } "
    "enumValues { name appliedDirectives { name } } possibleTypes { name } interfaces { name } }",
    "_service { __typename }",
    "_service { sdl }",
)
DAMAGE = ("", "{", "}", "(", ")", "$", "@", "...", '"', '"""', "\u0000", "\ufeff", "🙂", "#", "on", "null", "-", "\\u{")


@st.composite
def documents(draw: Draw) -> list[Operation]:
    """A document of one to three operations; each of them is run, and now and then none of them."""
    return _Writer(draw, Random(draw(SEEDS))).document()


@st.composite
def mutations(draw: Draw) -> list[Operation]:
    """An update with any part of the answer; the input as a variable, a literal, or a literal with variables in it."""
    return _Writer(draw, Random(draw(SEEDS))).mutation()


@st.composite
def representations(draw: Draw) -> Any:
    """What a router sends for an entity, and what it should not."""
    one: Books = draw(books)
    whole: dict[str, Any] = {"__typename": "Customer", "id": draw(customer_ids())}
    match draw(TENS):
        case 0 | 1 | 2 | 3:
            return whole
        case 4 | 5:
            return {
                "__typename": "Customer",
                "connectionId": one.connection_id,
                "nativeId": draw(st.one_of(st.sampled_from(one.native_ids), texts, anything)),
            }
        case 6:
            return {**whole, "__typename": draw(st.one_of(st.sampled_from(("Company", "Query", "_Any")), anything))}
        case 7:
            return {**whole, draw(st.sampled_from(("info", "self", "cls", "companyId", "kind", "__class__"))): 1}
        case 8:
            return {key: draw(anything) for key in ("__typename", "id", "connectionId", "nativeId")}
    return draw(anything)


@cache
def _of_argument(name: str, key: str) -> st.SearchStrategy[Any]:
    query = client_schema().query_type
    assert query is not None
    return values(query.fields[name].args[key].type)


ENTITIES = st.lists(representations(), max_size=4)


@dataclass
class _Writer:
    """Writes one document. The texts of its fragments are in `written`, their names by type in `fragments`."""

    draw: Draw
    random: Random
    fragments: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def document(self) -> list[Operation]:
        names = ["A", "B", "C"][: self.random.choice((1, 1, 1, 2, 3))]
        operations = [self.operation(name) for name in names]
        chosen: list[str | None] = [*names]
        if len(names) == 1 and self.chance(3):
            operations[0], chosen = operations[0].replace("query A", "query", 1), [None]
        elif self.chance(8):
            chosen = [None, "D"]
        text = "\n".join([*operations, *self.written])
        if self.chance(8):
            text, chosen = self.damaged(text), chosen[:1]
        get = self.chance(12)
        return [Operation(text, self.variables, name, get=get) for name in chosen]

    def operation(self, name: str) -> str:
        self.declared = []
        count = self.random.choice((*(1, 1, 1, 1, 2, 2, 3) * 4, 25))
        fields = " ".join(self.root_field() for _ in range(count))
        variables = f"({', '.join(self.declared)})" if self.declared else ""
        return f"query {name}{variables} {{ {fields} }}"

    def mutation(self) -> list[Operation]:
        mutation = gateway_schema()._schema.mutation_type
        assert mutation is not None
        payload = self.selection(get_named_type(mutation.fields["updateCustomer"].type), 0)
        given = self.draw(UPDATES)
        match self.random.randrange(4):
            case 0:
                argument = print_ast(node_of(given))
            case 1:
                parts = [f"{name}: {self.argument(f'{name}_', PARTS[name], value)}" for name, value in given.items()]
                argument = f"{{ {', '.join(parts)} }}"
            case _:
                argument = self.as_variable("input", "UpdateCustomerInput!", given)
        variables = f"({', '.join(self.declared)})" if self.declared else ""
        text = f"mutation Update{variables} {{ updateCustomer(input: {argument}) {payload} }}"
        first = Operation("\n".join([text, *self.written]), self.variables, self.random.choice((None, "Update")))
        others = [{"input0": self.draw(UPDATES)} for _ in range(3)] if "input0" in self.variables else []
        return [first, *(replace(first, variables=other) for other in others)]

    def root_field(self) -> str:
        query = gateway_schema()._schema.query_type
        assert query is not None
        if self.chance(5):
            kind = self.random.choice(sorted(gateway_schema()._schema.type_map))
            text = self.random.choice(INTROSPECTION)
            return f"{self.alias()}{text % print_ast(node_of(kind)) if '%s' in text else text}"
        name = self.random.choice([name for name in query.fields if name != "_service"])
        root = query.fields[name]
        arguments = [f"{key}: {self.root_argument(name, key, root)}" for key in self.wanted(root)]
        called = f"{name}({', '.join(arguments)})" if arguments else name
        # Without an alias two of the same root field with different arguments contradict each other.
        alias = f"r{len(self.variables)}_{self.random.randrange(10**6)}: " if arguments else self.alias()
        return f"{alias}{called}{self.directive()} {self.selection(get_named_type(root.type), 0)}"

    def wanted(self, root: GraphQLField) -> list[str]:
        return [key for key, item in root.args.items() if is_required_argument(item) or self.chance(3)]

    def root_argument(self, name: str, key: str, root: GraphQLField) -> str:
        if name == "_entities":
            value = self.draw(ENTITIES)
            return self.argument(key, "[_Any!]!", value)
        return self.argument(key, str(root.args[key].type), self.draw(_of_argument(name, key)))

    def argument(self, name: str, kind: str, value: Any) -> str:
        return print_ast(node_of(value)) if self.chance(2) else self.as_variable(name, kind, value)

    def as_variable(self, name: str, kind: str, value: Any) -> str:
        variable = f"{name}{len(self.variables)}"
        self.declared.append(f"${variable}: {kind}")
        self.variables[variable] = value
        return f"${variable}"

    def alias(self) -> str:
        return f"{self.random.choice('abc')}{self.random.randrange(10**6)}: " if self.chance(3) else ""

    def directive(self) -> str:
        return (
            self.random.choice((" @include(if: true)", " @skip(if: true)", " @skip(if: false)"))
            if self.chance(12)
            else ""
        )

    def selection(self, kind: Any, depth: int) -> str:
        if is_abstract_type(kind):
            possible = sorted(gateway_schema()._schema.get_possible_types(kind), key=lambda one: one.name)
            some = self.random.sample(possible, min(len(possible), self.random.choice((0, 1, 2))))
            parts = [f"... on {one.name} {self.selection(one, depth + 1)}" for one in some]
            return f"{{ __typename {' '.join(parts)} }}"
        return f"{{ {self.pieces(kind, depth)} }}"

    def pieces(self, kind: GraphQLObjectType, depth: int) -> str:
        """The fields of a selection, some of them in fragments."""
        fields = " ".join(self.fields(kind, depth))
        match self.random.randrange(10):
            case 0:
                return f"...{self.random.choice((f' on {kind.name}', ' @include(if: true)', ''))} {{ {fields} }}"
            case 1 | 2:
                known = self.fragments.setdefault(kind.name, [])
                if not known or self.chance(2):
                    known.append(f"F{len(self.written)}_{kind.name}")
                    self.written.append(f"fragment {known[-1]} on {kind.name} {{ {fields} }}")
                return f"...{self.random.choice(known)} __typename"
        return fields

    def fields(self, kind: GraphQLObjectType, depth: int) -> list[str]:
        leaves = [name for name, one in kind.fields.items() if is_leaf_type(get_named_type(one.type))]
        deeper = [name for name in kind.fields if name not in leaves]
        chosen = self.random.sample(leaves, min(len(leaves), self.random.randrange(1, 5)))
        if depth < DEEPEST and deeper:
            chosen += self.random.sample(deeper, min(len(deeper), self.random.randrange(0, 3)))
        written = []
        for name in chosen:
            inner = get_named_type(kind.fields[name].type)
            below = "" if is_leaf_type(inner) else f" {self.selection(inner, depth + 1)}"
            written.append(f"{self.alias()}{name}{self.directive()}{below}")
        return written or ["__typename"]

    def damaged(self, text: str) -> str:
        start = self.random.randrange(len(text))
        end = min(len(text), start + self.random.choice((0, 1, 5, 40)))
        return text[:start] + self.random.choice((*DAMAGE, text[start:end] * 2)) + text[end:]
