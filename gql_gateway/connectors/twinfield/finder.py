"""Finder's answers: rows of texts below columns, of which a customer's are code and name."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from ...errors import ProviderProtocolError
from ...model.json import JsonObject
from ...outbound.message import Answer
from .fields import DEBTOR
from .markup import find, name_of, text_of
from .soap import body_of

CODE_OR_NAME, CODE, NAME = 0, 1, 2
"""What a pattern is held against."""


@dataclass(frozen=True, slots=True)
class Found:
    """The customers of a page, how many rows it had with what is no customer, and how many there are in all."""

    customers: list[JsonObject]
    rows: int
    total: int


def read_found(answer: Answer) -> Found:
    data = find(body_of(answer), "data")
    total = text_of(find(data, "TotalRows")).strip()
    if data is None or not (total.isascii() and total.isdecimal()):
        raise ProviderProtocolError("Twinfield's search answers no rows.", provider_code=str(answer.status))
    items = find(data, "Items")
    rows = [_texts(item) for item in items] if items is not None else []
    if any(len(row) < 2 or not row[0] for row in rows):
        raise ProviderProtocolError(
            "Twinfield's search answers a row without a code.", provider_code=str(answer.status)
        )
    customers: list[JsonObject] = [{"code": row[0], "name": row[1]} for row in rows if not _is_marker(row)]
    return Found(customers, len(rows), int(total))


def _texts(row: etree._Element) -> list[str]:
    return [text_of(item) for item in row if name_of(item) == "string"]


def _is_marker(row: list[str]) -> bool:
    """The type itself, which lists end with: no customer."""
    return row[:2] == [DEBTOR, ""]
