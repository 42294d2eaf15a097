"""The XML element `<dimension>` as a JSON object, and back. Nothing that it holds is lost on the way.

    <dimension status="active">                    {"@status": "active",
      <country name="Nederland">NL</country>        "country": "NL", "country@name": "Nederland",
      <financials><duedays>14</duedays>             "financials": {"duedays": "14"},
      </financials><remittanceadvice/>              "remittanceadvice": {},
      <banks><bank id="1"><iban/></bank></banks>    "banks": {"bank": [{"@id": "1", "iban": ""}]}}
    </dimension>

An element with a text only is that text under its name; its attributes stand beside it as `name@attribute`. A group is
an object with its own attributes as `@attribute`. Rows are a list, also when there is one or none. What comes again
where one is expected goes as `name#2`, `name#3`. A known group that comes again is one group, if its parts agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from ...errors import ProviderProtocolError
from ...model.json import JsonObject
from .markup import attributes_of, make

ROWS: Mapping[str, str] = {
    **{"addresses": "address", "banks": "bank", "paymentconditions": "paymentcondition"},
    **{"postingrules": "postingrule", "lines": "line", "groups": "group", "childvalidations": "childvalidation"},
}
"""The row of each group that has rows. Those of `groups` and `childvalidations` are texts; the others are objects."""
TEXT_ROWS = frozenset({"group", "childvalidation"})
GROUPS = frozenset({"financials", "collectmandate", "creditmanagement", "remittanceadvice", "invoicing"} | ROWS.keys())
"""What is a group also when it is empty, and comes once."""
TEXT = "#text"
SAID = frozenset({"result", "msg", "msgtype"})

_NAME = re.compile(r"(?P<tag>\{[^}]*\}[^@#{}]+|[^@#{}]+)(?:#(?P<number>\d+))?(?:@(?P<attribute>.+))?")


def read_document(root: etree._Element) -> JsonObject:
    """The JSON object of an answer's root, without what the answer says of itself: its result and its messages."""
    for element in root.iter():
        for name in SAID & attributes_of(element).keys():
            del element.attrib[name]
    return to_document(root)


def to_document(element: etree._Element) -> JsonObject:
    """The JSON object of an element with others inside."""
    found: JsonObject = {f"@{name}": value for name, value in attributes_of(element).items()}
    loose = [element.text, *(child.tail for child in element)]
    if text := "".join(part for part in loose if part and part.strip()):
        found[TEXT] = text
    holder = str(element.tag)
    found |= {row: [] for group, row in ROWS.items() if group == holder}
    for child in element:
        if isinstance(child.tag, str):
            _add(found, holder, child.tag, child)
        else:  # a reference to an entity, which the parser leaves alone
            raise _misshapen("an entity")
    return found


def _add(found: JsonObject, holder: str, tag: str, child: etree._Element) -> None:
    if ROWS.get(holder) == tag:
        rows: Any = found.setdefault(tag, [])
        rows.append(_text_row(child) if tag in TEXT_ROWS else to_document(child))
    elif len(child) or tag in GROUPS:
        group = to_document(child)
        if tag in GROUPS and _merge(found.setdefault(tag, {}), group):
            return
        found[_free(found, tag)] = group
    else:
        name = _free(found, tag)
        found[name] = child.text or ""
        found.update({f"{name}@{attribute}": value for attribute, value in attributes_of(child).items()})


def _text_row(child: etree._Element) -> str | JsonObject:
    return to_document(child) if len(child) or child.attrib else child.text or ""


def _free(found: JsonObject, tag: str) -> str:
    number, name = 1, tag
    while name in found:
        number += 1
        name = f"{tag}#{number}"
    return name


def _merge(known: Any, group: JsonObject) -> bool:
    """Put what a repeated group tells into the first one, unless the two contradict each other."""
    told = {name: value for name, value in group.items() if value != []}
    if not isinstance(known, dict) or any(known.get(name, []) not in ([], value) for name, value in told.items()):
        return False
    known.update({name: value for name, value in group.items() if name not in known} | told)
    return True


def to_element(document: JsonObject, tag: str = "dimension") -> etree._Element:
    """The element of a JSON object. Raises `ProviderProtocolError` for a shape that no element gives."""
    element = make(tag)
    for key, value in document.items():
        if key == TEXT:
            element.text = _text(value, tag)
        elif key.startswith("@"):
            if value is not None:
                element.set(key[1:], _text(value, tag))
        else:
            _put(element, document, key, value)
    return element


def _put(element: etree._Element, document: JsonObject, key: str, value: Any) -> None:
    match = _NAME.fullmatch(key)
    if match is None:
        raise _misshapen(key)
    tag, attribute = match["tag"], match["attribute"]
    if attribute is not None or value is None:
        return  # an attribute is written with its element, and nothing is no element
    if isinstance(value, list):
        if ROWS.get(str(element.tag)) != tag:
            raise _misshapen(tag)
        for row in value:
            element.append(to_element(row, tag) if isinstance(row, dict) else make(tag, text=_text(row, tag) or None))
    elif isinstance(value, dict):
        element.append(to_element(value, tag))
    else:
        child = make(tag, text=_text(value, tag) or None)
        for name, inner in document.items():
            if name.startswith(f"{key}@") and inner is not None:
                child.set(name[len(key) + 1 :], _text(inner, tag))
        element.append(child)


def _text(value: Any, tag: str) -> str:
    if not isinstance(value, str):
        raise _misshapen(tag)
    return value


def _misshapen(name: str) -> ProviderProtocolError:
    return ProviderProtocolError(f"Twinfield's record is of another shape than expected at {name}.")


def is_repeated(document: Any) -> bool:
    """Whether one of the known groups came twice and the two contradict each other."""
    if isinstance(document, list):
        return any(map(is_repeated, document))
    if not isinstance(document, dict):
        return False
    return any(name.partition("#")[0] in GROUPS and "#" in name for name in document) or any(
        map(is_repeated, document.values())
    )
