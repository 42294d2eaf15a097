"""What `gql-gateway doctor` found, as a table for people or as JSON for programs. Neither grows with the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

MOST_ROWS = 200


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `facts` are what the words say, for programs; no part of it holds a secret."""

    about: str
    name: str
    level: Level
    words: str
    advice: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


class Report(Protocol):
    """Takes findings as they are made."""

    def add(self, finding: Finding) -> None: ...

    def end(self) -> bool:
        """Show what is still to be shown; whether there was no problem."""
        ...


class TableReport:
    """Of too many rows, those that are well are left out first."""

    def __init__(self, console: Console, most: int = MOST_ROWS) -> None:
        self._console = console
        self._most = most
        self._counts: Counter[Level] = Counter()
        self._rows: list[Finding] = []

    def add(self, finding: Finding) -> None:
        self._counts[finding.level] += 1
        self._rows.append(finding)
        if len(self._rows) > self._most:
            least = min(range(len(self._rows)), key=lambda at: (list(Level).index(self._rows[at].level), -at))
            del self._rows[least]

    def end(self) -> bool:
        table = Table("", "about", "which", "found", "what to do")
        for item in self._rows:
            mark = Text(item.level, _STYLES[item.level])
            table.add_row(mark, *(Text(part) for part in (item.about, item.name, item.words, item.advice)))
        self._console.print(table)
        if hidden := self._counts.total() - len(self._rows):
            self._console.print(f"{hidden} more are not shown here; --json shows all.")
        self._console.print(", ".join(f"{self._counts[level]} {level}" for level in Level))
        return not self._counts[Level.PROBLEM]


class JsonReport:
    """One document, written as the findings come."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self._counts: Counter[Level] = Counter()

    def add(self, finding: Finding) -> None:
        self._to.write(",\n  " if self._counts else '{"findings": [\n  ')
        self._counts[finding.level] += 1
        shown = {"about": finding.about, "name": finding.name, "level": finding.level, "words": finding.words}
        self._to.write(json.dumps({**shown, "advice": finding.advice, "facts": dict(finding.facts)}))

    def end(self) -> bool:
        opened = "" if self._counts else '{"findings": ['
        self._to.write(f'{opened}\n], "counts": {json.dumps({level: self._counts[level] for level in Level})}}}\n')
        return not self._counts[Level.PROBLEM]
