"""Overlay, partial body and what the record must have: nothing is touched that nobody asked for."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_gateway.fields.change import Assignment, Change
from gql_gateway.fields.document import MISSING, NativePath, differences, get
from gql_gateway.fields.native import Clear
from gql_gateway.fields.readback import stored_value
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.fields.wire import check_record, full_record, partial_body, path_of, predicted
from gql_gateway.model.enums import ContactType

from .thing import AT, BLANK, LEAVES, TABLE, assigned, branch, calm, change, dropped, leaf

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
UNKNOWN = st.dictionaries(
    st.sampled_from(["zz", "Score", "yy"]),
    st.one_of(
        st.none(), TEXTS, st.integers(), st.lists(TEXTS, max_size=2), st.dictionaries(TEXTS, st.none(), max_size=2)
    ),
    max_size=2,
)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record as the provider may hold it: any part absent or nothing, unknown values everywhere."""

    def some(**values: st.SearchStrategy[Any]) -> dict[str, Any]:
        here = {name: draw(value) for name, value in values.items() if draw(st.booleans())}
        return {**draw(UNKNOWN), **here}

    text = st.one_of(TEXTS, st.just(""), st.none())

    def entries(make: Any) -> list[Any]:
        return [make() for _ in range(draw(st.integers(0, 2)))]

    def place() -> dict[str, Any]:
        return some(street=text, town=text, country=st.sampled_from(["SE", "DE"]))

    def person() -> dict[str, Any]:
        return some(first=text, last=TEXTS, cell=text, desk=text)

    record = some(
        kind=st.sampled_from(["C", "P", "?"]), name=text, vat=text, note=text, active=st.booleans(), mail=text
    )
    if draw(st.booleans()):
        record["places"] = {**draw(UNKNOWN), "bill": entries(place), "ship": entries(place)}
    if draw(st.booleans()):
        record["people"] = entries(person)
    if draw(st.booleans()):
        record["Sending"] = draw(st.one_of(st.none(), st.just({"Way": "POST", "Other": 1})))
    if draw(st.booleans()):
        record["mails"] = {"other": [draw(TEXTS)], **draw(UNKNOWN)}
    if draw(st.booleans()):
        record["firm"] = draw(UNKNOWN)
    return record


def value_of(item: Leaf) -> st.SearchStrategy[Any]:
    if item.fact.values is not None:
        return st.sampled_from([ContactType.COMPANY, ContactType.CONTACT_PERSON])
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: TEXTS,
        Kind.BOOLEAN: st.booleans(),
        Kind.INTEGER: st.integers(0, 9),
        Kind.NUMBER: st.floats(0, 9),
    }
    return kinds[item.kind]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Any values set or cleared, as far as the facts allow; entries are not cleared in part."""
    found = []
    for path in draw(st.lists(st.sampled_from(sorted(LEAVES)), unique=True, max_size=6)):
        item = LEAVES[path]
        clearable = item.fact.clear not in (Clear.NEVER, Clear.WITH_ENTRY)
        value = None if clearable and draw(st.booleans()) else draw(value_of(item))
        found.append(Assignment(item, value, (*AT, path)))
    return Change(AT, tuple(found))


def related(one: NativePath, other: NativePath) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


@calm
@given(records(), changes())
def test_overlay_touches_no_other_path(current: dict[str, Any], wanted: Change) -> None:
    before = deepcopy(current)
    for after in (full_record(wanted, current), predicted(wanted, current)):
        places = [item.leaf.native for item in wanted.assignments if item.leaf.fact.derived is None]
        for place, _, _ in differences(current, after):
            # A value cleared in the first entry of a list may let the entry go and the next one move up.
            lists = [known[: known.index(0)] for known in places if 0 in known]
            assert any(related(place, known) for known in [*places, *lists])
    assert current == before


@calm
@given(records(), changes())
def test_overlay_holds_what_was_asked_for(current: dict[str, Any], wanted: Change) -> None:
    if any(item.clears and 0 in item.leaf.native for item in wanted.assignments):
        return
    after = predicted(wanted, current)
    for item in wanted.assignments:
        if item.leaf.fact.derived is None:
            sent = item.value if item.value is None else item.leaf.fact.normal(item.value)
            assert stored_value(item.leaf, after) == sent


@calm
@given(records(), changes())
def test_full_record_says_nothing_in_the_providers_word(current: dict[str, Any], wanted: Change) -> None:
    """The record sent and the record foreseen differ where the provider has a word for nothing, or rewrites."""
    sent, foreseen = full_record(wanted, current), predicted(wanted, current)
    for place, there, then in differences(sent, foreseen):
        assert there == BLANK or (place == ("vat",) and then == there.upper()) or BLANK in str(there)
    for item in wanted.assignments:
        if item.clears and item.leaf.fact.clear == BLANK:
            assert get(sent, item.leaf.native) == BLANK
            assert stored_value(item.leaf, foreseen) is None


@calm
@given(changes())
def test_partial_body_is_what_was_asked_for(wanted: Change) -> None:
    body = partial_body(wanted)
    sent = {item.leaf.native: item for item in wanted.assignments if item.leaf.fact.derived is None}
    for place, item in sent.items():
        value = get(body, place)
        if item.clears:
            assert value == (BLANK if item.leaf.fact.clear == BLANK else None)
        else:
            assert value == item.leaf.to_native(item.value)
    for place, old, _ in differences({}, body):
        assert old is MISSING
        assert any(known[: len(place)] == place for known in sent)


def test_empty_change_changes_nothing() -> None:
    current: dict[str, Any] = {"name": "", "places": {}, "people": [], "x": {"y": []}}
    assert full_record(Change(AT), current) == predicted(Change(AT), current) == current
    assert partial_body(Change(AT)) == {}


def test_ways_to_clear() -> None:
    current: dict[str, Any] = {
        "vat": "A",
        "note": "B",
        "money": {"currency": "SEK"},
        "people": [{"first": "C", "last": "D"}],
    }
    wanted = change(vatId=None, notes=None, currency=None, contactPersons=[{"firstName": None}])
    assert full_record(wanted, current) == {"note": BLANK, "money": {"currency": None}, "people": [{"last": "D"}]}
    assert predicted(wanted, current) == {"money": {"currency": None}, "people": [{"last": "D"}]}
    assert partial_body(wanted) == {
        "vat": None,
        "note": BLANK,
        "money": {"currency": None},
        "people": [{"first": None}],
    }


def test_null_for_a_list_takes_its_containers_and_leaves_their_neighbours() -> None:
    current: dict[str, Any] = {
        "places": {"bill": [{"town": "A"}], "ship": [{"town": "B"}], "else": 1},
        "people": [{"last": "A"}, {}],
    }
    assert full_record(dropped("addresses", "contactPersons"), current) == {"places": {"else": 1}}
    assert full_record(dropped("addresses"), {"places": {"bill": [{}]}}) == {}


def test_value_set_and_value_cleared_in_one_entry() -> None:
    """The entry is not let go in between, whichever stands first."""
    current: dict[str, Any] = {"places": {"bill": [{"street": "A", "country": "SE", "x": 1}]}}
    for entry in ({"addressLine1": None, "city": "B"}, {"city": "B", "addressLine1": None}):
        after = full_record(change(addresses=[{"type": "BILLING", **entry}]), current)
        assert after == {"places": {"bill": [{"country": "SE", "x": 1, "town": "B"}]}}


def test_next_entry_does_not_move_up_in_between() -> None:
    current: dict[str, Any] = {"places": {"bill": [{"street": "A"}, {"street": "Z"}]}}
    after = full_record(change(addresses=[{"type": "BILLING", "addressLine1": None, "city": "B"}]), current)
    assert after == {"places": {"bill": [{"town": "B"}, {"street": "Z"}]}}


def test_last_value_takes_its_entry_along() -> None:
    current: dict[str, Any] = {"places": {"bill": [{"street": "A"}], "ship": [{"street": "B"}]}}
    assert full_record(change(addresses=[{"type": "BILLING", "addressLine1": None}]), current) == {
        "places": {"ship": [{"street": "B"}]}
    }


def test_derived_value_is_never_sent() -> None:
    assert partial_body(assigned(language="firm", vatId="x")) == {"vat": "x"}
    assert full_record(assigned(language="person"), {"firm": {}}) == {"firm": {}}


def test_written_and_normal_values() -> None:
    wanted = assigned(vatId="se1", discount=2.5, contactType=ContactType.CONTACT_PERSON)
    assert full_record(wanted, {}) == {"vat": "se1", "discount": "2.5", "kind": "P"}
    assert predicted(wanted, {}) == {"vat": "SE1", "discount": "2.5", "kind": "P"}


def test_record_that_keeps_values_elsewhere() -> None:
    def locate(item: Leaf, document: Any) -> NativePath | None:
        return None if item.path == "vatId" else ("here", *item.native)

    wanted = assigned(vatId="A", companyName="Bo")
    assert full_record(wanted, {"name": "x"}, locate) == {"name": "x", "here": {"name": "Bo"}}
    [problem] = [item for item in check_record(TABLE, wanted, {"name": "x"}, locate) if item.code.name == "UNSUPPORTED"]
    assert problem.path == (*AT, "vatId")


FULL = {"name": "Bo", "note": "x"}


def lacking(current: dict[str, Any], **values: Any) -> list[tuple[str, str]]:
    found = check_record(TABLE, change(**values), current)
    return [(item.code.name, ".".join(item.path[len(AT) :])) for item in found]


@pytest.mark.parametrize(
    ("current", "values", "found"),
    [
        (FULL, {}, []),
        ({"note": "x"}, {}, [("REQUIRED", "companyName")]),
        ({"name": "", "note": "x"}, {"vatId": "x"}, [("REQUIRED", "companyName")]),
        ({"note": "x"}, {"companyName": "Bo"}, []),
        # What has a word for nothing lacks nothing.
        ({"name": "Bo"}, {}, []),
        ({"name": "Bo"}, {"notes": None}, []),
    ],
)
def test_values_that_every_update_carries(current: Any, values: Any, found: Any) -> None:
    assert lacking(current, **values) == found


SWEDEN = {**FULL, "places": {"bill": [{"street": "A", "country": "SE"}]}}


@pytest.mark.parametrize(
    ("current", "entry", "found"),
    [
        (FULL, {"city": "A"}, [("REQUIRED", "addresses.0.countryCode")]),
        (FULL, {"city": "A", "countryCode": "SE"}, []),
        (SWEDEN, {"city": "A"}, []),
        (SWEDEN, {"countryCode": None}, [("CANNOT_CLEAR", "addresses.0.countryCode")]),
        (SWEDEN, {"countryCode": None, "addressLine1": None}, []),
        (
            SWEDEN,
            {"countryCode": None, "addressLine1": None, "city": "B"},
            [("CANNOT_CLEAR", "addresses.0.countryCode")],
        ),
        (FULL, {"city": None}, []),
    ],
)
def test_values_that_every_entry_has(current: Any, entry: Any, found: Any) -> None:
    assert lacking(current, addresses=[{"type": "BILLING", **entry}]) == found


def test_entry_that_lacks_a_value_already_is_told_where_it_would_stand() -> None:
    current: dict[str, Any] = {**FULL, "places": {"ship": [{"street": "A"}]}}
    assert lacking(current, vatId="x") == [("REQUIRED", "addresses.countryCode")]


def test_derived_value_can_be_given_as_it_is_only() -> None:
    assert lacking({**FULL, "firm": {}}, language="firm") == []
    assert lacking({**FULL, "firm": {}}, language="person") == [("UNSUPPORTED", "language")]


def test_path_of_a_value_that_nobody_gave() -> None:
    wanted = change(addresses=[{"type": "DELIVERY", "city": "A"}, {"type": "BILLING", "city": "B"}])
    assert path_of(leaf("addresses[BILLING].countryCode"), wanted) == (*AT, "addresses", "1", "countryCode")
    assert path_of(leaf("companyName"), wanted) == (*AT, "companyName")
    person = change(contactPersons=[{"firstName": "A"}])
    assert path_of(leaf("contactPersons[0].lastName"), person) == (*AT, "contactPersons", "0", "lastName")


def test_branch_of_a_list_knows_its_leaves() -> None:
    assert {item.path for item in branch("contactPersons").leaves()} == {
        path for path in LEAVES if path.startswith("contactPersons")
    }
