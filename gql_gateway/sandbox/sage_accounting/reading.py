"""What an answer shows of a record: stubs, more of it, or all, as the query asks."""

from __future__ import annotations

from collections.abc import Mapping

from ..simulator import Document
from .contact import BESIDE, OF_ADDRESS_ALONE, OF_PERSON_ALONE
from .registers import stub

BASE = ("id", "displayed_as", "$path")
ALL = "all"


def flag(query: Mapping[str, str], name: str, default: bool = False) -> bool:
    given = query.get(name)
    return default if given is None else given.lower() == "true"


def show_contact(record: Document, query: Mapping[str, str], *, listed: bool, numbers_as_text: bool) -> Document:
    """A contact of a list is a stub unless attributes are asked for; one by itself has them all anyway."""
    shown = {name: value for name, value in record.items() if name not in BESIDE}
    if not flag(query, "show_balance"):
        shown.pop("balance", None)
    if not flag(query, "show_unfinished_recurring_invoices_status", not listed):
        shown.pop("has_unfinished_recurring_invoices", None)
    return _narrow(_nest(_as_numbers(shown, numbers_as_text), query), query, listed=listed)


def show_whole(record: Document, *, numbers_as_text: bool) -> Document:
    """A contact as a write answers it: the whole of it."""
    shown = {name: value for name, value in record.items() if name not in BESIDE}
    return _nest(_as_numbers(shown, numbers_as_text), {"nested_attributes": ALL})


def show_part(record: Document, part: Document, query: Mapping[str, str], *, listed: bool) -> Document:
    """An address or a contact person at its own endpoint. Its references are stubs whatever is asked for."""
    whole = dict(part)
    if "is_main_address" in part:
        whole["contact"] = stub("contacts", record["id"], record["displayed_as"])
    return _narrow(whole, query, listed=listed)


def show_row(row: Document, query: Mapping[str, str], *, listed: bool) -> Document:
    return _narrow(row, query, listed=listed)


def _narrow(shown: Document, query: Mapping[str, str], *, listed: bool) -> Document:
    asked = _asked(query, "attributes")
    if not listed or ALL in asked:
        return shown
    return {name: value for name, value in shown.items() if name in BASE or name in asked}


def _nest(shown: Document, query: Mapping[str, str]) -> Document:
    """The parts inside a contact: stubs, or with the attributes asked for."""
    asked = _asked(query, "nested_attributes")
    nested: Document = {}
    for name, hidden in (
        ("main_address", OF_ADDRESS_ALONE),
        ("delivery_address", OF_ADDRESS_ALONE),
        ("main_contact_person", OF_PERSON_ALONE),
    ):
        part = shown.get(name)
        if isinstance(part, dict):
            known = {key: value for key, value in part.items() if key not in hidden}
            nested[name] = {key: v for key, v in known.items() if key in BASE or ALL in asked or key in asked}
    return {**shown, **nested}


def _as_numbers(shown: Document, as_text: bool) -> Document:
    if as_text:
        return shown
    given = {name: shown[name] for name in ("balance", "credit_limit") if shown.get(name) is not None}
    return {**shown, **{name: float(value) for name, value in given.items()}}


def _asked(query: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(part.strip() for part in query.get(name, "").split(",")) - {""}
