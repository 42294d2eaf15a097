"""Where the changelog is looked into, and what counts as a name."""

from __future__ import annotations

import pytest

from gql_gateway.release.change import Change, Weight
from gql_gateway.release.changelog import unexplained, unreleased

LOG = """# Changelog

## Unreleased

- **Fortnox**: `vatId` is
  shorter, and so is
  `notes`.
- **Schema**: `Customer.oldName` is gone.

## 0.1.0

- **Fortnox**: `website` is gone.
"""


def test_entries_are_whole_and_of_the_unreleased_section_alone() -> None:
    assert unreleased(LOG) == [
        "**Fortnox**: `vatId` is shorter, and so is `notes`.",
        "**Schema**: `Customer.oldName` is gone.",
    ]


@pytest.mark.parametrize("text", ["", "# Changelog\n\n## 0.1.0\n\n- **Fortnox**: `website`\n", "## Unreleased\n"])
def test_nothing_to_be_found(text: str) -> None:
    assert unreleased(text) == []


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("Fortnox: `addresses` now …", True),
        ("`addresses: listSemantics A → B` of Fortnox", True),
        ("`fortnox` and `addresses`", True),
        ("Fortnox: `addresses[BILLING].city`", False),
        ("Fortnox: `addresses.city`", False),
        ("Fortnox: `Customer.addresses`", False),
        ("Fortnox: addresses", False),
        ("Fortnoxes: `addresses`", False),
        ("sevdesk: `addresses`", False),
    ],
)
def test_whole_names_count(entry: str, told: bool) -> None:
    change = Change(Weight.BREAKS, "addresses", "dropped", ("Fortnox", "FORTNOX"))

    assert (unexplained([change], [entry]) == []) is told


def test_two_entries_do_not_add_up() -> None:
    change = Change(Weight.BREAKS, "vatId", "dropped", ("Fortnox",))

    assert unexplained([change], ["Fortnox: `notes`", "sevdesk: `vatId`"]) == [change]
