"""A record as it may be written: without what only Twinfield writes, for which it refuses the rest."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from ...fields.document import drop, get, parse_path
from ...model.json import JsonObject

READ_ONLY = tuple(
    map(
        parse_path,
        (
            *("uid", "inuse", "inactive", "behaviour", "touched", "modified", "editdimensionname"),
            *("financials.childvalidations", "financials.level"),
        ),
    )
)
WITHOUT_IDS = ("paymentconditions", "groups", "postingrules")
"""Groups of rows that have no id, or hold such: whether rows that are sent take the place of the stored ones is
unverified. What is left out stays, as all clients have it; these are sent only when they change."""
TOLD = frozenset({"name", "shortname", "dimensiontype", "destination", "locked", "modified", "level"})
"""Attributes that answers have and requests do not."""
TOLD_OF_TEXTS = TOLD | {"id", "type"}
"""An element with a text only is a reference: its id is that of what it refers to."""
COUNTRY = "ictcountrycode"
DEFAULT = "@default"

_XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def is_xml_text(text: str) -> bool:
    """Whether XML has a way to say this text."""
    return _XML.fullmatch(text) is not None


def fit_for_writing(record: JsonObject, current: JsonObject) -> JsonObject:
    """A copy of the record as it may be sent."""
    sent = deepcopy(record)
    for name in WITHOUT_IDS:
        if name in sent and sent[name] == current.get(name):
            del sent[name]
    for place in READ_ONLY:
        # An object that this leaves empty is one that had nothing else.
        holder = get(sent, place[:-1])
        if isinstance(holder, dict):
            drop(holder, place[-1:])
    _strip(sent)
    for rows in (get(sent, ("addresses", "address")), get(sent, ("banks", "bank"))):
        _mark(rows)
    return sent


def _strip(part: Any) -> None:
    if isinstance(part, list):
        for item in part:
            _strip(item)
    elif isinstance(part, dict):
        if part.get(f"{COUNTRY}@locked") == "true":
            part.pop(COUNTRY, None)
        for key in list(part):
            name, _, attribute = key.rpartition("@")
            if attribute != key and attribute in (TOLD_OF_TEXTS if name else TOLD):
                del part[key]
            else:
                _strip(part[key])


def _mark(rows: Any) -> None:
    """Exactly one row is the default one: a new row is not, unless there are only such and none says so."""
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    told = any(DEFAULT in row for row in listed)
    for number, row in enumerate(listed):
        row.setdefault(DEFAULT, "false" if told or number else "true")
