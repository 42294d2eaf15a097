"""What is refused in a dimension that was sent: each problem with the element it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.form import ROWS, Element, children, name_of
from gql_gateway.sandbox.twinfield.messages import Language, words
from gql_gateway.sandbox.twinfield.offices import REFERENCES
from gql_gateway.sandbox.twinfield.vocabulary import ADDRESS_TYPES, NUMBERED, PARTS, STATUSES, Part

_CONTAINERS = ("group", "rows", "row")
_ATTRIBUTES = {
    ("addresses/address", "type"): ADDRESS_TYPES,
    ("addresses/address", "default"): ("true", "false"),
    ("banks/bank", "default"): ("true", "false"),
    ("postingrules/postingrule", "status"): STATUSES,
    ("financials/vatcode", "fixed"): ("true", "false"),
    ("", "status"): STATUSES,
}
_NEEDED = {"addresses/address": ("type", "default"), "banks/bank": ("default",)}


@dataclass
class Problems:
    """Messages by element, in the user's language."""

    language: Language
    found: list[tuple[Element, str, str]] = field(default_factory=list)

    def add(self, element: Element, key: str, *, warning: bool = False, **values: str) -> None:
        self.found.append((element, "warning" if warning else "error", words(key, self.language, **values)))

    @property
    def fatal(self) -> bool:
        return any(kind == "error" for _, kind, _ in self.found)

    def attach(self, root: Element) -> None:
        """Write the messages into the document they are about; the result of the whole is on its root."""
        texts: dict[Element, list[str]] = {}
        for element, kind, text in self.found:
            if element.get("msgtype") != "error":
                element.set("msgtype", kind)
            texts.setdefault(element, []).append(text)
            element.set("msg", "//".join(texts[element]))
            if kind == "error":
                element.set("result", "0")
        root.set("result", "0" if self.fatal else "1")


def check_parts(
    dimension: Element, before: Document | None, problems: Problems, newer: Collection[str], *, strict: bool
) -> list[str]:
    """Look at every element and attribute. `strict` refuses what only answers have; the names of those are returned.

    `newer`: paths of elements that are younger than the description of a dimension.
    """
    answers_only: list[str] = []
    _check_attributes(dimension, "", problems, answers_only, strict=strict)
    for child in children(dimension):
        _check(child, name_of(child), problems, newer, answers_only, strict=strict)
    _check_repeated(dimension, problems)
    for rows in children(dimension):
        if name_of(rows) in ("addresses", "banks", "postingrules"):
            _check_rows(rows, before, problems)
    blocked = dimension.find("creditmanagement/blocked")
    held = (before or {}).get("creditmanagement", {})
    if blocked is not None and held.get("blocked@locked") == "true" and blocked.text != held.get("blocked"):
        problems.add(blocked, "locked")
    return answers_only


def check_whole(dimension: Element, after: Document, problems: Problems) -> None:
    """Values that have to fit each other, in the record as it would be stored."""
    financials, credit = after["financials"], after["creditmanagement"]
    means, available = financials["meansofpayment"], financials["payavailable"]
    if (means == "paymentfile") != (available == "true"):
        problems.add(_at(dimension, "financials/meansofpayment"), "means", means=means, available=available)
    if credit["sendreminder"] == "email" and not credit["reminderemail"]:
        problems.add(_at(dimension, "creditmanagement/reminderemail"), "reminder")


def _at(dimension: Element, path: str) -> Element:
    """The element at a path, or the nearest that was sent around it."""
    group, _, _ = path.partition("/")
    for place in (path, group):
        found = dimension.find(place)
        if found is not None:
            return found
    return dimension


def _check(
    element: Element,
    path: str,
    problems: Problems,
    newer: Collection[str],
    answers_only: list[str],
    *,
    strict: bool,
) -> None:
    part = PARTS.get(path)
    if part is None:
        if path not in newer:
            problems.add(element, "element", name=name_of(element))
            return
        for child in children(element):
            _check(child, f"{path}/{name_of(child)}", problems, newer, answers_only, strict=strict)
        return
    if part.kind == "read_only":
        answers_only.append(path)
        if strict or path == "inuse":
            problems.add(element, "element", name=name_of(element))
        return
    _check_attributes(element, path, problems, answers_only, strict=strict)
    if part.kind in _CONTAINERS:
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            problems.add(element, "content", name=name_of(element))
        for child in children(element):
            _check(child, f"{path}/{name_of(child)}", problems, newer, answers_only, strict=strict)
        if part.kind != "rows":
            _check_repeated(element, problems)
    elif children(element):
        problems.add(element, "children", name=name_of(element))
    else:
        _check_value(element, path, part, problems)


def _check_attributes(
    element: Element, path: str, problems: Problems, answers_only: list[str], *, strict: bool
) -> None:
    allowed = PARTS[path].attributes if path else ("status",)
    for given, value in element.attrib.items():
        name = str(given)
        if name not in allowed:
            answers_only.append(f"{path}@{name}")
            if strict:
                problems.add(element, "attribute", name=name)
        elif (choice := _ATTRIBUTES.get((path, name))) and value not in choice:
            problems.add(element, "word", value=str(value), words=", ".join(choice))
    for name in _NEEDED.get(path, ()):
        if element.get(name) is None:
            problems.add(element, "attribute_missing", name=name)


def _check_repeated(parent: Element, problems: Problems) -> None:
    """That an element sent twice is refused is an assumption; answers do have some twice."""
    times = Counter(name_of(child) for child in children(parent))
    for child in children(parent):
        if times[name_of(child)] > 1:
            problems.add(child, "repeated", name=name_of(child))
            times[name_of(child)] = 0


def _check_value(element: Element, path: str, part: Part, problems: Problems) -> None:
    value = element.text or ""
    match part.kind:
        case "boolean":
            if value not in ("true", "false"):
                problems.add(element, "boolean", value=value)
        case "integer":
            if value and not re.fullmatch("[0-9]{1,9}", value):
                problems.add(element, "integer", value=value)
        case "decimal":
            if value and not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", value):
                problems.add(element, "decimal", value=value)
        case "date":
            if value and not is_moment(value, "%Y%m%d", 8):
                problems.add(element, "date", value=value)
        case "word":
            if value not in part.words and (value or not part.empty):
                problems.add(element, "word", value=value, words=", ".join(part.words))
        case "dead":
            if value:
                problems.add(element, "obsolete", warning=True, name=path)
        case _:
            if value and path in REFERENCES and value not in REFERENCES[path]:
                problems.add(element, "reference", value=value)


def is_moment(text: str, form: str, length: int) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  only whether it is one
    except ValueError:
        return False
    return len(text) == length and text.isascii() and text.isdigit()


def _check_rows(rows: Element, before: Document | None, problems: Problems) -> None:
    """Numbers that the record has, one default, and nothing new about what is locked."""
    name = ROWS[name_of(rows)]
    held = list(held_rows(before, name_of(rows)))
    sent = [row for row in children(rows) if name_of(row) == name]
    taken: Counter[str] = Counter()
    for row in sent:
        number = row.get("id")
        if number is None or f"{name_of(rows)}/{name}" not in NUMBERED:
            continue
        old = [other for other in held if other.get("@id") == number][taken[number] :]
        taken[number] += 1
        if not old:
            problems.add(row, "row", id=number)
            continue
        country = row.find("ictcountrycode")
        if country is not None and old[0].get("ictcountrycode@locked") == "true":
            problems.add(country, "locked")
    if name != "postingrule" and sent and [row.get("default") for row in sent].count("true") != 1:
        problems.add(rows, "default")


def held_rows(before: Document | None, collection: str) -> Iterator[Document]:
    """The stored rows of a collection."""
    found = (before or {}).get(collection)
    if isinstance(found, dict):
        yield from found.get(ROWS[collection], [])
