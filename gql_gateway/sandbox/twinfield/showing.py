"""A stored dimension as the answers have it: a read one way, the echo of a write another."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from lxml import etree

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.form import Element, to_element

_FIRST = ("office", "type", "code", "uid", "name", "shortname")
_LAST = ("inuse", "behaviour", "touched", "vatnumber", "cocnumber", "editdimensionname", "modified")
_LATE = ("code", "uid", "inuse", "behaviour", "touched", "editdimensionname", "creditmanagement")
_REPEATED = "creditmanagement"


def to_read(document: Document, *, repeats: bool) -> Element:
    """The answer to a read. Some have the code behind the addresses, some a group twice."""
    late = str(document.get("code", "")).endswith(("1", "4", "7"))
    element = to_element("dimension", document, _code_late if late else iter)
    return _odd(element, repeats=repeats)


def to_written(document: Document, *, repeats: bool, loses_zeros: bool) -> Element:
    """The echo of a write: another order, and some attributes are not the same as in a read."""
    document = deepcopy(document)
    financials = document.get("financials")
    if isinstance(financials, dict):
        for name in ("paycode@name", "paycode@shortname", "vatcode@fixed", "substitutewith@dimensiontype"):
            financials.pop(name, None)
        financials["substitutewith@id"] = str(financials.get("substitutewith@id", "")).lower()
        if loses_zeros:
            financials["substitutewith"] = str(financials.get("substitutewith", "")).lstrip("0")
    credit = document.get("creditmanagement")
    if isinstance(credit, dict):
        for name in ("responsibleuser@name", "responsibleuser@shortname"):
            credit.pop(name, None)
    addresses = document.get("addresses")
    for row in addresses.get("address", []) if isinstance(addresses, dict) else []:
        if isinstance(row, dict):
            row.pop("ictcountrycode@locked", None)
    return _odd(to_element("dimension", document, _written), repeats=repeats)


def _odd(element: Element, *, repeats: bool) -> Element:
    """An empty comment before the remarks, and the group that holds them once more at the end."""
    group = element.find(_REPEATED)
    comment = None if group is None else group.find("comment")
    if group is not None and comment is not None:
        comment.addprevious(etree.Comment(""))
    if group is not None and repeats:
        element.append(deepcopy(group))
    return element


def _code_late(names: Iterable[str]) -> Iterable[str]:
    return sorted(names, key=lambda name: 1 + _LATE.index(name) if name in _LATE else 0)


def _written(names: Iterable[str]) -> Iterable[str]:
    def place(name: str) -> int:
        if name in _FIRST:
            return _FIRST.index(name)
        return 100 + _LAST.index(name) if name in _LAST else 50

    return sorted(names, key=place)
