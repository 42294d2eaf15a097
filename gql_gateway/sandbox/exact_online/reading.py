"""One row of an answer: found by the key in the URL, shown as it goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiohttp import web

from gql_gateway.sandbox.exact_online.answers import Refusal, bad_query
from gql_gateway.sandbox.exact_online.entities import ME, Entity
from gql_gateway.sandbox.exact_online.values import is_guid
from gql_gateway.sandbox.simulator import Document

_KEYS = {"Guid": re.compile(r"guid'([^']*)'"), "Int32": re.compile(r"([0-9]+)"), "String": re.compile(r"'([^']*)'")}


def shown(request: web.Request, entity: Entity, row: Document, names: Iterable[str] | None) -> Document:
    """A row as it goes out: its own address, the wanted properties, collections only as a place to look."""
    host, _, rest = address(request).partition("/api/v1/")
    company = "" if entity is ME else f"{rest.partition('/')[0]}/"
    at = f"{host}/api/v1/{company}{entity.path}({_literal(entity, row)})"
    hidden = {name for name, known in entity.properties.items() if not known.readable}
    whole = {name: value for name, value in row.items() if name not in hidden}
    for name, known in entity.properties.items():
        if known.type == "Collection":
            whole[name] = {"__deferred": {"uri": f"{at}/{name}"}}
        elif known.readable:
            whole.setdefault(name, None)
    wanted = whole if names is None else {name: whole.get(name) for name in names}
    return {"__metadata": {"uri": at, "type": f"Exact.Web.Api.Models.{entity.model}"}, **wanted}


def address(request: web.Request) -> str:
    """The URL without its query, as the caller knows it."""
    return str(request.url.with_query(None))


def key_of(entity: Entity, key: str) -> str:
    kind = entity.properties[entity.key].type
    found = _KEYS[kind].fullmatch(key) if kind in _KEYS else None
    if found is None or (kind == "Guid" and not is_guid(found[1])):
        raise bad_query("Bad Request - The key is not valid.")
    return found[1].lower() if kind == "Guid" else found[1]


def find(entity: Entity, rows: list[Document], key: str) -> Document:
    wanted = key_of(entity, key)
    for row in rows:
        if str(row[entity.key]) == wanted:
            return row
    raise Refusal(404)


def _literal(entity: Entity, row: Document) -> str:
    kind, value = entity.properties[entity.key].type, row.get(entity.key)
    return f"guid'{value}'" if kind == "Guid" else f"'{value}'" if kind == "String" else f"{value}"
