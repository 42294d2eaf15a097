"""Breaking changes of a schema, those included that graphql-core does not look at."""

from __future__ import annotations

import pytest

from gql_gateway.release.change import Weight
from gql_gateway.release.changelog import unexplained
from gql_gateway.release.schema_changes import schema_changes

SDL = '''
directive @needsScope(anyOf: [String!]!) on FIELD_DEFINITION | OBJECT
directive @native(name: String) repeatable on INPUT_FIELD_DEFINITION
directive @spare(name: String) on FIELD_DEFINITION
type Query { thing(by: By!, first: Int = 25): Thing @needsScope(anyOf: ["read", "admin"])  other: Any }
type Thing { id: ID!  "Old words." name: String  kind: Kind }
type Part { id: ID! }
union Any = Thing | Part
enum Kind { ONE TWO }
input By @oneOf { id: ID @native(name: "Id")  name: String }
input Range { low: Int @native(name: "Low")  high: Int }
type Mutation { cut(range: Range): Thing @needsScope(anyOf: ["write"]) }
'''  # fmt: skip

BREAKS = {
    "field removed": ("name: String  kind", "kind", "Thing.name"),
    "field's type": ("kind: Kind }", "kind: String }", "Thing.kind"),
    "enum value removed": ("{ ONE TWO }", "{ ONE }", "Kind.TWO"),
    "argument removed": (", first: Int = 25", "", "Query.thing(first:)"),
    "argument needed": ("first: Int = 25", "first: Int!", "Query.thing(first:)"),
    "input field needed": ("high: Int }", "high: Int! }", "Range.high"),
    "input field new and needed": ("high: Int }", "high: Int step: Int! }", "Range.step"),
    "input field removed": ("  high: Int }", " }", "Range.high"),
    "member of a union removed": ("Thing | Part", "Thing", "Part"),
    "one of added": ("input Range {", "input Range @oneOf {", "Range"),
    "scope newly needed": ("other: Any", 'other: Any @needsScope(anyOf: ["read"])', "Query.other"),
    "other scope needed": ('anyOf: ["write"]', 'anyOf: ["admin"]', "Mutation.cut"),
    "one scope less": ('anyOf: ["read", "admin"]', 'anyOf: ["admin"]', "Query.thing"),
    "scope for a whole type": ("type Part {", 'type Part @needsScope(anyOf: ["admin"]) {', "Part"),
    "directive removed": ("directive @spare(name: String) on FIELD_DEFINITION", "", "@spare"),
    "directive's argument removed": ("@spare(name: String)", "@spare", "@spare(name:)"),
}
PASSES = {
    "field added": ("kind: Kind }", "kind: Kind size: Int }", Weight.SAFE),
    "one of removed": ("input By @oneOf {", "input By {", Weight.CAREFUL),
    "enum value added": ("ONE TWO", "ONE TWO THREE", Weight.CAREFUL),
    "default changed": ("= 25", "= 50", Weight.CAREFUL),
    "one scope more": ('anyOf: ["write"]', 'anyOf: ["write", "admin"]', Weight.SAFE),
    "scope lifted": (' @needsScope(anyOf: ["write"])', "", Weight.SAFE),
    "deprecated": ("kind: Kind }", 'kind: Kind @deprecated(reason: "Old.") }', Weight.SAFE),
}


def mutated(old: str, new: str) -> str:
    assert old in SDL
    return SDL.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "coordinate"), BREAKS.values(), ids=BREAKS.keys())
def test_breaking_change_asks_for_its_coordinate(old: str, new: str, coordinate: str) -> None:
    found = list(schema_changes(SDL, mutated(old, new)))
    broken = unexplained(found, [f"No code: {coordinate}", f"`{coordinate}X`", f"`X{coordinate}`"])

    assert [change.key for change in broken] == [coordinate]
    assert broken[0].weight is Weight.BREAKS
    assert unexplained(found, [f"Something with `{coordinate}`."]) == []


@pytest.mark.parametrize(("old", "new", "weight"), PASSES.values(), ids=PASSES.keys())
def test_other_change_is_told_and_passes(old: str, new: str, weight: Weight) -> None:
    found = list(schema_changes(SDL, mutated(old, new)))

    assert [change.weight for change in found] == [weight]
    assert unexplained(found, []) == []


@pytest.mark.parametrize(("old", "new"), [("Old words.", "New words."), ('name: "Id"', 'name: "Key"')])
def test_words_and_facts_are_told_elsewhere(old: str, new: str) -> None:
    assert list(schema_changes(SDL, mutated(old, new))) == []
