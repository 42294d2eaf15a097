"""Strategies for input values, made from the schema: `@oneOf` inputs with exactly one member, and wrong ones.

A value is JSON; `Word` marks a text that is an enum value where it stands as a literal. What a field says about itself
in `@native` (pattern, options, length) is used, so that a good share of the changes gets as far as a provider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphql import (
    BooleanValueNode,
    ConstListValueNode,
    ConstObjectFieldNode,
    ConstObjectValueNode,
    ConstValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    IntValueNode,
    NameNode,
    NullValueNode,
    StringValueNode,
    get_named_type,
    is_required_input_field,
    value_from_ast_untyped,
)
from hypothesis import strategies as st

from .known import Books, all_books, client_schema


class Word(str):
    """An enum value: bare as a literal, a text as the value of a variable."""

    __slots__ = ()


PLAIN = ("Åsa", "Ny text", "Café Zoë – l'été", "12345", "SE", "EUR", "name@example.test", "+46 90 10 20 30", "903 30")
ODD = (
    *("", " ", "\u0000", "\r\n", "\t", "null", "0", "-1", "🙂", "\u202e", "e\u0301", '"', "\\", "'", "]]>", "&amp;"),
    *("<a>", "../..", "%2e%2e%2f", "a/b?c=d#e", "{{7*7}}", "${x}", "API_BLANK", "x" * 300, "å" * 5_000, "\ufeff"),
    *("١٢٣", "NaN", "1e400", "True", "\uffff", "a\u0000b", "💥" * 60, "WyJDdXN0b21lciIsIm5vYm9keSIsIjEiXQ", "…"),
)
texts = st.one_of(st.sampled_from(PLAIN), st.sampled_from(ODD), st.text(max_size=12))
moments = st.sampled_from(
    (
        "2026-05-04T08:15:30Z",
        "2026-05-04T08:15:30",
        "yesterday",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-12:00",
    )
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(-1e9, 1e9), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(("a", "type", "id")), inner)),
    max_leaves=5,
)
books = st.sampled_from(sorted(all_books().values(), key=lambda one: one.member))
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Int": st.one_of(st.integers(1, 40), st.integers(-1, 101), st.sampled_from((2**31 - 1, -(2**31), 2**31, 10**30))),
    "Float": st.one_of(st.integers(-5, 500), st.floats(-1e12, 1e12), st.sampled_from((0.1, 1e300, 10**400))),
    "String": texts,
    "Boolean": st.booleans(),
    "JSON": anything,
    "DateTime": moments,
}


Draw = Callable[[st.SearchStrategy[Any]], Any]


@cache
def one_in(count: int) -> st.SearchStrategy[bool]:
    """True once in so many draws, and never in the simplest one, which Hypothesis likes to repeat."""
    return st.integers(1, count).map(lambda number: number == count)


@cache
def _native_ids(one: Books) -> st.SearchStrategy[str]:
    return st.sampled_from(one.native_ids)


@st.composite
def connection_ids(draw: Draw) -> str:
    return str(draw(texts) if draw(one_in(6)) else draw(books).connection_id)


@st.composite
def customer_ids(draw: Draw) -> str:
    """Global ids, of customers that are there and of others."""
    if draw(one_in(4)):
        return str(draw(texts))
    one: Books = draw(books)
    return one.global_id(draw(texts) if draw(one_in(4)) else draw(_native_ids(one)))


@st.composite
def refs(draw: Draw) -> Any:
    """A `CustomerBy`, mostly of a customer who is there."""
    return _ref(draw, draw(books))


def _ref(draw: Draw, one: Books) -> Any:
    native_id = draw(texts) if draw(one_in(6)) else draw(_native_ids(one))
    if draw(one_in(3)):
        return _one_of(draw, {"id": st.just(one.global_id(native_id)), "native": st.just({})}, "id")
    native: dict[str, Any] = {"connectionId": one.connection_id, "nativeId": native_id}
    if draw(one_in(8)):
        native["companyId"] = draw(texts)
    return _one_of(draw, {"native": st.just(native), "id": texts}, "native")


def _one_of(draw: Draw, members: Mapping[str, st.SearchStrategy[Any]], name: str) -> Any:
    """Exactly this member; now and then none, two, one that is null, or one that does not exist."""
    if not draw(one_in(8)):
        return {name: draw(members[name])}
    other = draw(st.sampled_from(sorted(members)))
    return draw(
        st.one_of(
            st.just({}),
            st.just({name: None}),
            st.just({other: None, name: {}}),
            st.fixed_dictionaries({other: members[other], name: members[name]}),
            st.just({name.upper(): {}}),
            st.just({"__proto__": {}}),
        )
    )


@cache
def _members_of_change() -> dict[str, st.SearchStrategy[Any]]:
    change = client_schema().type_map["CustomerChange"]
    assert isinstance(change, GraphQLInputObjectType)
    return {name: _objects(get_named_type(field.type).name) for name, field in change.fields.items()}


@st.composite
def updates(draw: Draw) -> dict[str, Any]:
    """An `UpdateCustomerInput`; the change is mostly that of the connection's own integration."""
    one: Books = draw(books)
    member = draw(books).member if draw(one_in(12)) else one.member
    given = {"customer": _ref(draw, one), "change": _one_of(draw, _members_of_change(), member)}
    given["dryRun"] = not draw(one_in(6))
    if draw(one_in(6)):
        given["expectedVersion"] = draw(texts)
    if draw(one_in(6)):
        given["idempotencyKey"] = draw(KEYS)
    return given


IDS = st.one_of(connection_ids(), customer_ids())
KEYS = st.one_of(st.sampled_from(("k1", "k2", "k3")), texts)


def values(kind: GraphQLInputType, field: GraphQLInputField | None = None) -> st.SearchStrategy[Any]:
    """Values of a type; null where it allows null, and one in forty of another type altogether."""
    usual = _values(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, field)
    other = st.none() if not isinstance(kind, GraphQLNonNull) else anything
    how_often = 40 if isinstance(kind, GraphQLNonNull) else 8
    return one_in(how_often).flatmap(lambda another: other if another else usual)


def _values(kind: Any, field: GraphQLInputField | None) -> st.SearchStrategy[Any]:
    if isinstance(kind, GraphQLList):
        return st.lists(values(kind.of_type, field), max_size=2)
    if isinstance(kind, GraphQLInputObjectType):
        return _objects(kind.name)
    if isinstance(kind, GraphQLEnumType):
        words = st.sampled_from([Word(name) for name in kind.values])
        return one_in(40).flatmap(lambda wrong: st.just(Word("NOBODY")) if wrong else words)
    assert isinstance(kind, GraphQLScalarType)
    if kind.name == "ID":
        return IDS
    return _stated(field) if kind.name == "String" and field else SCALARS[kind.name]


@cache
def _objects(name: str) -> st.SearchStrategy[Any]:
    if name == "CustomerBy":
        return refs()
    if name == "UpdateCustomerInput":
        return updates()
    kind = client_schema().type_map[name]
    assert isinstance(kind, GraphQLInputObjectType)
    return st.deferred(lambda: _members(kind))


def _members(kind: GraphQLInputObjectType) -> st.SearchStrategy[Any]:
    required = sorted(name for name, field in kind.fields.items() if is_required_input_field(field))
    optional = sorted(set(kind.fields) - set(required))
    each = {name: values(field.type, field) for name, field in kind.fields.items()}

    some_of = st.lists(st.sampled_from(optional), max_size=4, unique=True) if optional else st.just([])

    @st.composite
    def some(draw: Draw) -> dict[str, Any]:
        left_out = 1 if draw(one_in(40)) else 0
        return {name: draw(each[name]) for name in (*required[left_out:], *draw(some_of))}

    return some()


@cache
def _facts(node: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for directive in node.directives or ():
        if directive.name.value == "native":
            found = {item.name.value: value_from_ast_untyped(item.value) for item in directive.arguments}
    return found


def _stated(field: GraphQLInputField) -> st.SearchStrategy[Any]:
    """Texts as the field's `@native` wants them, at the edge of its length, and others."""
    facts = _facts(field.ast_node)
    fitting: list[st.SearchStrategy[str]] = []
    if options := facts.get("options"):
        fitting.append(st.sampled_from(options))
    if (pattern := facts.get("pattern")) and "(?" not in pattern:
        fitting.append(st.from_regex(pattern, fullmatch=True))
    if length := facts.get("maxLength"):
        fitting.append(st.sampled_from(("x" * length, "å" * length, "x" * (length + 1))))
    return st.one_of(*fitting, *fitting, st.sampled_from(PLAIN), texts)


def node_of(value: Any) -> ConstValueNode:
    """The value as a literal of GraphQL."""
    match value:
        case None:
            return NullValueNode()
        case bool():
            return BooleanValueNode(value=value)
        case Word():
            return EnumValueNode(value=str(value))
        case int():
            return IntValueNode(value=str(value))
        case float():
            return FloatValueNode(value=repr(value))
        case str():
            return StringValueNode(value=value)
        case list():
            return ConstListValueNode(values=tuple(node_of(item) for item in value))
    fields = [ConstObjectFieldNode(name=NameNode(value=name), value=node_of(item)) for name, item in value.items()]
    return ConstObjectValueNode(fields=tuple(fields))
