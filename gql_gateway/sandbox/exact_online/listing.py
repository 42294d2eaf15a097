"""The query options of a read: what is selected, in which order, and which page of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from gql_gateway.sandbox.exact_online.answers import bad_query
from gql_gateway.sandbox.exact_online.entities import Entity
from gql_gateway.sandbox.exact_online.filters import check_fields, matching, parse_filter
from gql_gateway.sandbox.exact_online.values import is_guid, milliseconds
from gql_gateway.sandbox.simulator import Document

# `$skip`, `$expand` and `$inlinecount` stand in no document the stand-in was written from: refused.
_LIST_OPTIONS = frozenset({"$select", "$filter", "$orderby", "$top", "$skiptoken"})
_ONE_OPTIONS = frozenset({"$select"})
_TOKENS = (re.compile(r"guid'(?P<guid>[^']*)'"), re.compile(r"(?P<number>-?\d+)L?"), re.compile(r"'(?P<text>[^']*)'"))

Place = Callable[[Document], Any]


@dataclass(frozen=True)
class Page:
    rows: list[Document]
    following: dict[str, str] | None
    """The query of the next page, while there is one."""


def check_options(request: web.Request, *, one: bool, ignored: list[str]) -> Mapping[str, str]:
    """The `$` options. Others are none of OData's business and passed by; `ignored` notes them."""
    options: dict[str, str] = {}
    for name, value in request.query.items():
        if not name.startswith("$"):
            ignored.append(name)
        elif name not in (_ONE_OPTIONS if one else _LIST_OPTIONS) or name in options:
            raise bad_query(f"Bad Request - The query parameter '{name}' is not supported.")
        else:
            options[name] = value
    return options


def find_page(
    entity: Entity, rows: list[Document], options: Mapping[str, str], *, needs_filter: bool, page_size: int
) -> Page:
    """One page of the rows that the filter lets through."""
    names: frozenset[str] = frozenset()
    if "$filter" in options:
        found = parse_filter(entity, options["$filter"])
        rows, names = matching(rows, found), found.names
    if needs_filter:
        check_fields(entity, names)
    ordered = _in_order(entity, rows, options.get("$orderby"))
    if "$skiptoken" in options:
        ordered = _after(entity, ordered, options["$skiptoken"], by_key="$orderby" not in options)
    top = _whole(options["$top"]) if "$top" in options else None
    size = page_size if top is None else min(top, page_size)
    page = ordered[:size]
    left = None if top is None else top - len(page)
    if len(ordered) <= len(page) or left == 0 or not page:
        return Page(page, None)
    following = dict(options) | {"$skiptoken": _token(entity, page[-1])}
    if left is not None:
        following["$top"] = str(left)
    return Page(page, following)


def selected(entity: Entity, options: Mapping[str, str], more: Collection[str]) -> Sequence[str] | None:
    """The names asked for, `None` for all. `more` are those that this service has beyond the reference.

    One unknown name fails the whole call, and so does a withdrawn one.
    """
    if "$select" not in options:
        return None
    names = [name.strip() for name in options["$select"].split(",")]
    for name in names:
        known = entity.properties.get(name)
        if (known is None or not known.readable) and name not in more:
            raise bad_query(f"Bad Request - No property '{name}' exists in type '{entity.model}'.")
    return names


def to_query(options: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())


def _in_order(entity: Entity, rows: list[Document], order: str | None) -> list[Document]:
    ordered = sorted(rows, key=_by(entity, entity.key))
    for part in reversed(order.split(",") if order is not None else []):
        name, _, direction = part.strip().partition(" ")
        known = entity.properties.get(name)
        if known is None or not known.readable or direction.strip() not in {"", "asc", "desc"}:
            raise bad_query()
        ordered.sort(key=_by(entity, name), reverse=direction.strip() == "desc")
    return ordered


def _by(entity: Entity, name: str) -> Place:
    """Nulls first, numbers and dates by value, text as it stands."""
    kind = entity.properties[name].type

    def place(row: Document) -> Any:
        value = row.get(name)
        if value is None:
            return (0, 0)
        if kind == "DateTime":
            return (1, milliseconds(value) or 0)
        return (1, float(value)) if kind == "Int64" else (1, value)

    return place


def _token(entity: Entity, row: Document) -> str:
    kind, value = entity.properties[entity.key].type, row[entity.key]
    if kind == "Guid":
        return f"guid'{value}'"
    return f"'{value}'" if kind == "String" else f"{value}L" if kind == "Int64" else str(value)


def _after(entity: Entity, ordered: list[Document], token: str, *, by_key: bool) -> list[Document]:
    """What comes after the row a token names. In another order than the key's, the row must still be there."""
    kind = entity.properties[entity.key].type
    found = next((match for pattern in _TOKENS if (match := pattern.fullmatch(token))), None)
    wanted = {"Guid": "guid", "String": "text"}.get(kind, "number")
    if found is None or found.lastgroup != wanted or (wanted == "guid" and not is_guid(found[wanted])):
        raise bad_query("Bad Request - The skip token is not valid.")
    last = found[wanted].lower() if wanted == "guid" else found[wanted]
    for place, row in enumerate(ordered):
        if str(row[entity.key]) == last:
            return ordered[place + 1 :]
    if not by_key:
        raise bad_query("Bad Request - The skip token is not valid.")
    if wanted == "number":
        return [row for row in ordered if int(row[entity.key]) > int(last)]
    return [row for row in ordered if row[entity.key] > last]


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise bad_query()
    return int(text)
