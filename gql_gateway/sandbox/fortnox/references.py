"""Customer references: the names of contact persons, a resource of its own beside the customer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..simulator import Document
from .answers import (
    BAD_IDENTIFIER,
    BAD_VALUE,
    ILLEGAL_CHARACTERS,
    NOT_TEXT,
    UNKNOWN_PROPERTY,
    WRONG_BODY,
    Refusal,
)
from .customer import ILLEGAL

MEMBERS = {"Id", "CustomerNumber", "Reference"}


class References:
    """The rows by id. No length is documented for a reference; only an empty one is refused."""

    def __init__(self, rows: Mapping[str, list[str]]) -> None:
        self.rows: dict[int, Document] = {}
        for number, names in rows.items():
            for name in names:
                self._append(number, name)

    def of(self, number: str | None = None) -> Document:
        """The answer with all rows, or those of one customer."""
        return _wrap([row for row in self.rows.values() if number in {None, row["CustomerNumber"]}])

    def one(self, row_id: str) -> Document:
        return _wrap([self.rows[self._find(row_id)]])

    def add(self, sent: Mapping[str, Any]) -> Document:
        _check_members(sent, required={"CustomerNumber", "Reference"})
        number = sent["CustomerNumber"]
        self._append(number, _check_reference(sent["Reference"]))
        return self.of(number)

    def change(self, row_id: str, sent: Mapping[str, Any]) -> Document:
        row = self.rows[self._find(row_id)]
        _check_members(sent, required=set())
        if sent.get("CustomerNumber", row["CustomerNumber"]) != row["CustomerNumber"]:
            raise Refusal(BAD_VALUE, "CustomerNumber")
        if "Reference" in sent:
            row["Reference"] = _check_reference(sent["Reference"])
        return _wrap([row])

    def remove(self, row_id: str) -> None:
        del self.rows[self._find(row_id)]

    def rename(self, old: str, new: str) -> None:
        """Let the rows follow a customer whose number has changed."""
        for row in self.rows.values():
            if row["CustomerNumber"] == old:
                row["CustomerNumber"] = new

    def _append(self, number: str, name: str) -> None:
        row_id = max(self.rows, default=0) + 1
        self.rows[row_id] = {"Id": row_id, "CustomerNumber": number, "Reference": name}

    def _find(self, row_id: str) -> int:
        """The codes of an unknown row are not documented; the one for a bad identifier is used."""
        if not re.fullmatch("[0-9]{1,10}", row_id):
            raise Refusal(BAD_IDENTIFIER)
        if int(row_id) not in self.rows:
            raise Refusal(BAD_IDENTIFIER, status=404)
        return int(row_id)


def _wrap(rows: list[Document]) -> Document:
    return {"CustomerReference": {"CustomerReferenceRows": rows}}


def _check_members(sent: Mapping[str, Any], required: set[str]) -> None:
    for name in sent:
        if name not in MEMBERS or name == "Id":
            raise Refusal(UNKNOWN_PROPERTY, name)
    if not required <= set(sent):
        raise Refusal(WRONG_BODY)


def _check_reference(value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal(NOT_TEXT, "Reference")
    if ILLEGAL.search(value):
        raise Refusal(ILLEGAL_CHARACTERS, "Reference")
    if not value.strip():
        raise Refusal(BAD_VALUE, "Reference")
    return value
