"""Every way to weaken a support fact is seen, asks for a changelog entry, and is content with it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gql_gateway import support
from gql_gateway.connectors.registry import connectors
from gql_gateway.release.change import Change, Weight
from gql_gateway.release.changelog import unexplained
from gql_gateway.release.fact_changes import fact_changes

Told = dict[str, Any]
STATED: Told = json.loads(support.to_json(connectors()))


def row(told: Told, name: str, path: str) -> Told:
    (found,) = [item for item in told[name]["fields"] if item["path"] == path]
    return found  # type: ignore[no-any-return]


def drop(told: Told, name: str, path: str) -> None:
    told[name]["fields"].remove(row(told, name, path))


def put(name: str, path: str, **facts: Any) -> Callable[[Told], None]:
    """Facts of one value; `None` takes one away."""

    def change(told: Told) -> None:
        here = row(told, name, path)
        here.update(facts)
        for key in [key for key, value in here.items() if value is None]:
            del here[key]

    return change


@dataclass(frozen=True)
class Weakened:
    """`said` is the line of the report; `entry` what the changelog says of it."""

    how: Callable[[Told], None]
    said: str
    entry: str


WEAKENED = {
    "dropped": Weakened(
        lambda told: drop(told, "FORTNOX", "vatId"),
        "Fortnox `vatId`: dropped, was read and update",
        "**Fortnox**: `vatId` is gone.",
    ),
    "not updated any more": Weakened(
        put("FORTNOX", "vatId", update=False),
        "Fortnox `vatId`: read and update → read",
        "Fortnox: `vatId` is only read now.",
    ),
    "not read any more": Weakened(
        put("BOOKMORE", "number", read=False),
        "BookMore (e-accounting) `number`: read → nothing",
        "**BookMore**: `number` is not read any more.",
    ),
    "length cut": Weakened(
        put("BOOKMORE", "companyName", maxLength=30),
        "BookMore (e-accounting) `companyName`: maxLength 50 → 30",
        "BookMore: `companyName`: maxLength 50 → 30.",
    ),
    "length set": Weakened(
        put("FORTNOX", "vatId", maxLength=30),
        "Fortnox `vatId`: maxLength none → 30",
        "FORTNOX `vatId`",
    ),
    "shortest length raised": Weakened(
        put("FORTNOX", "vatId", minLength=2), "Fortnox `vatId`: minLength none → 2", "Fortnox `vatId`"
    ),
    "pattern changed": Weakened(
        put("FORTNOX", "number", pattern="[0-9]+"),
        "Fortnox `number`: pattern [A-Za-z0-9+/_-]+ → [0-9]+",
        "Fortnox `number`",
    ),
    "pattern set": Weakened(
        put("FORTNOX", "vatId", pattern="[A-Z].*"), "Fortnox `vatId`: pattern none → [A-Z].*", "Fortnox `vatId`"
    ),
    "option removed": Weakened(
        put("FORTNOX", "contactType", options=["COMPANY"]),
        "Fortnox `contactType`: options COMPANY CONTACT_PERSON → COMPANY",
        "Fortnox `contactType`",
    ),
    "options set": Weakened(
        put("FORTNOX", "vatId", options=["A"]), "Fortnox `vatId`: options none → A", "fortnox `vatId`"
    ),
    "not cleared any more": Weakened(
        put("FORTNOX", "vatId", clear="NEVER"), "Fortnox `vatId`: clear API_BLANK → NEVER", "Fortnox `vatId`"
    ),
    "cleared with its entry": Weakened(
        put("FORTNOX", "emailAddresses[INVOICE].email", clear="ENTRY"),
        "Fortnox `emailAddresses[INVOICE].email`: clear API_BLANK → ENTRY",
        "Fortnox: `emailAddresses[INVOICE].email`",
    ),
    "newly required": Weakened(
        put("FORTNOX", "vatId", required="ON_UPDATE"), "Fortnox `vatId`: required NO → ON_UPDATE", "Fortnox `vatId`"
    ),
    "list semantics": Weakened(
        put("FORTNOX", "addresses", listSemantics="AT_MOST_ONE"),
        "Fortnox `addresses`: listSemantics MERGE_BY_TYPE → AT_MOST_ONE",
        "Fortnox `addresses`",
    ),
    "type": Weakened(put("FORTNOX", "vatId", type="Int"), "Fortnox `vatId`: type String → Int", "Fortnox `vatId`"),
    "company needed": Weakened(
        lambda told: told["FORTNOX"].update(companyRequired=True),
        "Fortnox `companyRequired`: companyRequired false → true",
        "Fortnox `companyRequired`",
    ),
    "version lost": Weakened(
        lambda told: told["LEXWARE_OFFICE"].update(versioning="CONTENT"),
        "Lexware Office `versioning`: versioning NATIVE → CONTENT",
        "**Lexware Office**: `versioning`",
    ),
    "replaced whole": Weakened(
        lambda told: told["QUICKBOOKS"].update(updateSemantics="FULL_REPLACE"),
        "QuickBooks Online `updateSemantics`: updateSemantics PARTIAL → FULL_REPLACE",
        "**QuickBooks**: `updateSemantics`",
    ),
    "integration dropped": Weakened(
        lambda told: told.pop("FORTNOX"), "`Integration.FORTNOX`: Fortnox is no longer there", "`Integration.FORTNOX`"
    ),
}

STRENGTHENED: dict[str, Callable[[Told], None]] = {
    "length raised": put("BOOKMORE", "companyName", maxLength=60),
    "length lifted": put("BOOKMORE", "companyName", maxLength=None),
    "pattern lifted": put("FORTNOX", "number", pattern=None),
    "option added": put("FORTNOX", "contactType", options=["COMPANY", "CONTACT_PERSON", "UNDEFINED"]),
    "options lifted": put("FORTNOX", "vatType", options=None),
    "cleared now": put("FORTNOX", "vatType", clear="NULL"),
    "cleared by another word": put("FORTNOX", "vatId", clear=""),
    "not required any more": put("BOOKMORE", "companyName", required="NO"),
    "updated now": put("BOOKMORE", "number", update=True, maxLength=50, clear="NEVER"),
    "integration added": lambda told: told.update(TINYBOOKS=copy.deepcopy(told["FORTNOX"])),
    "field added": lambda told: told["FORTNOX"]["fields"].append(row(told, "FORTNOX", "vatId") | {"path": "vatIdToo"}),
}


def changed(how: Callable[[Told], None]) -> list[Change]:
    after = copy.deepcopy(STATED)
    how(after)
    return list(fact_changes(STATED, after))


@pytest.mark.parametrize("case", WEAKENED.values(), ids=WEAKENED.keys())
class TestWeakened:
    def test_is_told_in_one_line(self, case: Weakened) -> None:
        (change,) = changed(case.how)

        assert (str(change), change.weight) == (case.said, Weight.BREAKS)

    def test_asks_for_an_entry_and_is_content_with_it(self, case: Weakened) -> None:
        found = changed(case.how)

        assert unexplained(found, []) == found
        assert unexplained(found, [case.entry]) == []

    def test_entry_about_another_integration_or_value_is_not_enough(self, case: Weakened) -> None:
        found = changed(case.how)
        key = found[0].key

        assert unexplained(found, [f"Sevdesk: `{key}X`", f"Fortnox and BookMore: {key}"]) == found
        if found[0].integration:
            assert unexplained(found, [f"Sevdesk: `{key}`"]) == found


@pytest.mark.parametrize("how", STRENGTHENED.values(), ids=STRENGTHENED.keys())
def test_strengthened_is_told_and_passes(how: Callable[[Told], None]) -> None:
    found = changed(how)

    assert found
    assert {change.weight for change in found} == {Weight.SAFE}
    assert unexplained(found, []) == []


def test_another_native_name_is_told_and_passes() -> None:
    (change,) = changed(put("FORTNOX", "vatId", nativeName="VAT"))

    assert (str(change), change.weight) == ("Fortnox `vatId`: nativeName VATNumber → VAT", Weight.CAREFUL)


def test_nothing_changed() -> None:
    assert list(fact_changes(STATED, copy.deepcopy(STATED))) == []
