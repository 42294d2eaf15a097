"""Each file in `wire/`: a change and the bodies that it is sent as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.change import read_change
from gql_gateway.fields.check import check_change
from gql_gateway.model.ref import Ref
from tests.support.changes import typed_change
from tests.support.wire import read_fixtures

FIXTURES = read_fixtures(Path(__file__).parent / "wire")


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
def test_change_makes_exactly_these_calls(fixture: dict[str, Any]) -> None:
    tinybooks = connectors()["tinybooks"]
    change = read_change(tinybooks.table, typed_change(tinybooks, fixture["change"]), ("change", "tinybooks"))
    assert check_change(change) == []
    steps = list(tinybooks.plan(Ref("c", "7"), change, None))
    assert [step.body for step in steps] == fixture["steps"]
