"""Which field an integration supports, as plain rows: for `integrations { fields }`, the matrix and the directives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, get_args, get_type_hints

from .document import print_path
from .native import ListSemantics, Required, clear_word
from .table import Branch, FieldTable, Kind, Leaf, Node, Read, leaves_of

WRITABLE_UNIFIED = (
    "contactType companyName number documentId projectId vatId taxNumber addresses emailAddresses phoneNumbers "
    "contactPersons bankAccounts currency language paymentTerms website notes active"
).split()
"""What a caller of any integration may look for; a connector that cannot write one says why in `MISSING`."""

_TYPES: dict[Any, str] = {str: "String", bool: "Boolean", int: "Int", float: "Float", datetime: "DateTime"}
_SELECTOR = re.compile(r"\[[\w*]+\]")


@dataclass(frozen=True, slots=True)
class FieldSupport:
    """One unified value at one integration. `type` is its GraphQL type; lengths are in characters."""

    path: str
    native_name: str
    type: str
    read: bool
    update: bool
    required: Required
    max_length: int | None = None
    min_length: int | None = None
    pattern: str | None = None
    options: tuple[str, ...] | None = None
    clear: str | None = None
    list_semantics: ListSemantics | None = None
    note: str | None = None

    @property
    def required_on_update(self) -> bool:
        return self.required is Required.ON_UPDATE

    @property
    def required_in_entry(self) -> bool:
        return self.required is Required.IN_ENTRY


@dataclass(frozen=True, slots=True)
class MissingField:
    """A unified field that the integration cannot write, and why."""

    path: str
    reason: str


def support_rows(table: FieldTable) -> list[FieldSupport]:
    """Every value the integration writes or reads, in the order of the statement."""
    rows = list(_rows(table.nodes, None))
    rows += [
        FieldSupport(item.path, print_path(item.native), _type_read(item), True, False, Required.NO)
        for item in table.reads
    ]
    return rows


def missing_rows(table: FieldTable) -> list[MissingField]:
    return [MissingField(path, reason) for path, reason in table.missing.items()]


def covered(table: FieldTable) -> tuple[frozenset[str], frozenset[str]]:
    """The unified paths that can be read and those that can be updated, without the types of list entries.

    `addresses[BILLING].city` counts for `addresses` and `addresses.city`.
    """
    writable = [leaf.path for leaf in leaves_of(table.nodes)]
    readable = [*writable, *(item.path for item in table.reads)]
    return _with_parents(readable), _with_parents(writable)


def _with_parents(paths: list[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        parts = _SELECTOR.sub("", path).split(".")
        found.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    return frozenset(found)


def _rows(nodes: tuple[Node, ...], semantics: ListSemantics | None) -> Iterator[FieldSupport]:
    for node in nodes:
        if isinstance(node, Branch):
            if node.group.semantics is not None:
                yield _list_row(node)
            for inner in node.entries.values():
                yield from _rows(inner, node.group.semantics or semantics)
        elif node.leaf is not None:
            yield _row(node.leaf, semantics)


def _list_row(branch: Branch) -> FieldSupport:
    return FieldSupport(
        branch.path,
        branch.group.prefix or ", ".join(branch.group.drop),
        f"[{branch.input_type.__name__}!]",
        True,
        True,
        Required.NO,
        options=tuple(branch.entries) if branch.key else None,
        clear="OMIT" if branch.drops else None,
        list_semantics=branch.group.semantics,
        note=branch.group.note,
    )


def _row(leaf: Leaf, semantics: ListSemantics | None) -> FieldSupport:
    fact = leaf.fact
    return FieldSupport(
        leaf.path,
        print_path(leaf.native),
        _type_written(leaf),
        True,
        True,
        fact.required,
        fact.max_length,
        fact.min_length,
        fact.pattern.pattern if fact.pattern else None,
        fact.choices(),
        clear_word(fact.clear),
        semantics,
        fact.note,
    )


def _type_written(leaf: Leaf) -> str:
    """The GraphQL type of a value: of an enum, the one whose words the fact translates."""
    if leaf.kind is Kind.ENUM and leaf.fact.values:
        return type(next(iter(leaf.fact.values))).__name__
    return leaf.kind.value


def _type_read(item: Read) -> str:
    """The GraphQL type of what the conversion gives."""
    given = get_type_hints(item.convert).get("return")
    (kind, *_) = [part for part in get_args(given) or (given,) if part is not type(None)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind.__name__
    return _TYPES.get(kind, "String")
