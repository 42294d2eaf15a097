"""What a write leaves of a customer: full or sparse, with address rows of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..simulator import Document
from .answers import BAD_REFERENCE, RULE, refuse
from .customer import ALPHA_2, PROPERTIES, WRITABLE, Sent

ADDRESSES = ("BillAddr", "ShipAddr")
AROUND = ("Id", "Lat", "Long")
NOWHERE = {"Lat": "INVALID", "Long": "INVALID"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the documents' open questions are read; the simulator's switches of the same names explain them."""

    merges_nested: bool
    clears_by: frozenset[str | None]
    clears_references: bool
    shared_rows_move_together: bool
    refuses_alpha2_countries: bool


@dataclass
class Writing:
    """One write. `after` is what will be stored; `ignored` what was sent in vain."""

    before: Document
    sent: Sent
    reading: Reading
    new_row: Callable[[], str]

    def __post_init__(self) -> None:
        self.ignored = list(self.sent.ignored)
        self.sparse = self.sent.sparse and bool(self.before)
        self.after = dict(self.before) if self.sparse else self._emptied()

    def apply(self) -> Document:
        for name in WRITABLE:  # in its order: the billing address before the shipping address
            if name not in self.sent.values:
                continue
            value = self.sent.values[name]
            if PROPERTIES[name].kind == "group":
                self._put_group(name, value)
            elif value in ("", None) and not isinstance(value, bool):
                self._clear(name, value)
            else:
                self.after[name] = {"value": value} if PROPERTIES[name].kind == "reference" else value
        return self.after

    def _emptied(self) -> Document:
        """A full update: what is writable is gone unless sent, as is what this version has never heard of.

        Whether properties of a later release go too is a guess on the side of harm.
        """
        return {
            name: value
            for name, value in self.before.items()
            if name in {"Id", "SyncToken"} or (name in PROPERTIES and name not in WRITABLE)
        }

    def _clear(self, name: str, value: str | None) -> None:
        rule = PROPERTIES[name]
        if not self.sparse:
            self.after.pop(name, None)
        elif rule.kind == "reference" and value == "" and not self.reading.clears_references:
            raise refuse(BAD_REFERENCE, f"Invalid Reference Id : {name} is empty", name)
        elif rule.sticky or value not in self.reading.clears_by:
            self.ignored.append(name)
        else:
            self.after.pop(name, None)

    def _put_group(self, name: str, given: Document | None) -> None:
        if given is None:
            self._clear(name, None)
            return
        held = self.before.get(name) or {}
        content = _content(held)
        merged = dict(content) if self.sparse and self.reading.merges_nested else {}
        for member, value in given.items():
            if member == "Id" or (value is None and None not in self.reading.clears_by):
                continue
            if value:
                merged[member] = value
            elif value in self.reading.clears_by or not self.sparse:
                merged.pop(member, None)
            else:
                self.ignored.append(f"{name}.{member}")
                if member in content:
                    merged[member] = content[member]
        if name in ADDRESSES:
            self._put_address(name, given.get("Id"), held, content, merged)
        elif merged:
            self.after[name] = merged
        else:
            self.after.pop(name, None)

    def _put_address(self, name: str, row: str | None, held: Document, old: Document, new: Document) -> None:
        self._check_country(name, old, new)
        if row and row not in [(self.before.get(side) or {}).get("Id") for side in ADDRESSES]:
            raise refuse(BAD_REFERENCE, f"Invalid Reference Id : {name}.Id {row}", f"{name}.Id")
        if not new:
            self.after.pop(name, None)
            return
        if not row and self.sparse and self.reading.merges_nested:
            row = held.get("Id")
        place = {part: held[part] for part in ("Lat", "Long") if part in held} if new == old else NOWHERE
        self.after[name] = {"Id": row or self.new_row(), **new, **place}
        if row:
            self._share(name, ADDRESSES[1 - ADDRESSES.index(name)], row, new, own=held.get("Id") == row)

    def _share(self, name: str, other: str, row: str, new: Document, *, own: bool) -> None:
        """One row may stand for both addresses "until they differ".

        A change of the billing address leaves the shipping address as it is, with a row of its own from then on.
        Whoever names the billing row inside the shipping address writes into it: a guess on the side of harm.
        """
        beside = self.after.get(other)
        if beside is None or beside.get("Id") != row or _content(beside) == new:
            return
        if name == "BillAddr" and own and not self.reading.shared_rows_move_together:
            self.after[other] = {**beside, "Id": self.new_row()}
        else:
            self.after[other] = dict(self.after[name])

    def _check_country(self, name: str, old: Document, new: Document) -> None:
        """Alpha-3 or a name is asked for. That alpha-2 is refused is a choice; what is stored may stay as it is."""
        country = new.get("Country", "")
        if self.reading.refuses_alpha2_countries and country != old.get("Country") and ALPHA_2.fullmatch(country):
            raise refuse(RULE, f"{name}.Country wants an ISO alpha-3 code or a name", f"{name}.Country")


def _content(address: Document) -> Document:
    return {member: value for member, value in address.items() if member not in AROUND}
