"""The matrix of the real connectors as JSON, CSV and page: nothing stated is lost on the way."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gql_gateway import support
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.support import missing_rows, support_rows
from gql_gateway.support.choice import Choice, choose
from gql_gateway.support.matrix import is_unified

NAMES = list(connectors())


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(support.to_csv(connectors()))))


@pytest.fixture(scope="module")
def page() -> str:
    return support.to_page(connectors())


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_every_value_with_its_facts(lines: list[dict[str, str]], name: str) -> None:
    here = {line["path"]: line for line in lines if line["integration"] == name.upper()}
    for row in support_rows(connectors()[name].table):
        line = here[row.path]
        assert line["update"] == ("true" if row.update else "false")
        assert line["nativeName"] == row.native_name
        assert line["maxLength"] == ("" if row.max_length is None else str(row.max_length))
        assert line["pattern"] == (row.pattern or "")
        assert tuple(line["options"].split()) == (row.options or ())
        assert line["clear"] == {"": '""', None: ""}.get(row.clear, row.clear)
        assert line["note"] == (row.note or "")


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_every_reason(lines: list[dict[str, str]], name: str) -> None:
    reasons = {line["missingBecause"] for line in lines if line["integration"] == name.upper()} - {""}

    assert reasons == {gap.reason for gap in missing_rows(connectors()[name].table)}


def test_csv_is_one_line_for_each_pair(lines: list[dict[str, str]]) -> None:
    pairs = [(line["integration"], line["path"]) for line in lines]

    assert len(pairs) == len(set(pairs)) == len(support.build_matrix(connectors()).cells)


@pytest.mark.parametrize("name", NAMES)
def test_json_has_every_reason_in_order(name: str) -> None:
    shown = json.loads(support.to_json(connectors()))[name.upper()]

    assert [item["path"] for item in shown["missing"]] == [gap.path for gap in missing_rows(connectors()[name].table)]


def test_json_keeps_one_value_on_one_line() -> None:
    """So that a diff of two exports names the values that differ."""
    text = support.to_json(connectors())
    values = [line.strip().rstrip(",") for line in text.splitlines() if '"path"' in line]

    assert [json.loads(value)["path"] for value in values]
    assert len(values) == text.count('{"path"')


def test_part_holds_what_is_chosen_and_no_more() -> None:
    matrix = support.build_matrix(connectors())
    part = choose(matrix, Choice(("vatid",), ("fortnox", "bookmore")))
    shown: dict[str, Any] = json.loads(support.to_json(connectors(), part))
    lines = list(csv.DictReader(io.StringIO(support.to_csv(connectors(), part))))

    assert list(shown) == ["BOOKMORE", "FORTNOX"]
    assert {item["path"] for one in shown.values() for item in one["fields"]} == {"vatId"}
    assert [item["path"] for item in shown["BOOKMORE"]["missing"]] == ["vatId"]
    assert [(line["integration"], line["path"]) for line in lines] == [("BOOKMORE", "vatId"), ("FORTNOX", "vatId")]


class Anchors(HTMLParser):
    """The ids of a page, and the places within it that its links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, given in attributes:
            if name == "id":
                self.ids.append(str(given))
            if name == "href" and str(given).startswith("#"):
                self.targets.add(str(given)[1:])


def test_page_leads_from_every_cell_to_its_details(page: str) -> None:
    anchors = Anchors()
    anchors.feed(page)
    matrix = support.build_matrix(connectors())

    assert len(anchors.ids) == len(set(anchors.ids))
    assert anchors.targets <= set(anchors.ids)
    assert set(matrix.paths) <= set(anchors.ids)
    for name, connector in connectors().items():
        rows = {f"{name}:{row.path}" for row in support_rows(connector.table)}
        gaps = {f"{name}:{gap.path}" for gap in missing_rows(connector.table)}
        assert rows | gaps <= set(anchors.ids)
        assert rows <= anchors.targets


def test_page_shows_every_reason_and_escapes_patterns(page: str) -> None:
    for connector in connectors().values():
        for gap in missing_rows(connector.table):
            assert gap.reason.replace("'", "&#39;") in page
    assert "[^@\\s,;&lt;&gt;]+" in page
    assert "<>" not in page


def test_page_runs_nothing_of_its_own(page: str) -> None:
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)

    assert scripts == [""]
    assert not re.search(r"\son\w+=|style=|javascript:", page)


def test_unified_values_come_first() -> None:
    unified = [is_unified(path) for path in support.build_matrix(connectors()).paths]

    assert unified == sorted(unified, reverse=True)
    assert any(unified) and not all(unified)
