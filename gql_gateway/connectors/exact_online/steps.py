"""The calls of an update: what differs between the document as it is and as it is wanted, resource by resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...fields.change import Change
from ...fields.document import NativePath, get
from ...fields.wire import Locate
from ...model.json import Json, JsonObject
from ..base import Step
from ..entries import EntryChange, changed_values, entry_changes, paths_of
from .answers import resource, row
from .fields import ACTIVE, DAY, TABLE
from .spelling import PADDED, sent_day

RESOURCES = (
    ("Addresses", "crm/Addresses", "address"),
    ("Contacts", "crm/Contacts", "contact"),
    ("BankAccounts", "crm/BankAccounts", "bank account"),
)
MIRRORED = {"Email": "BusinessEmail", "Phone": "BusinessPhone"}
"""Of a contact: the first was seen to be written into the second, which nobody asked for."""
DAYS = frozenset(str(leaf.native[-1]) for leaf in TABLE.leaves if leaf.fact.pattern is DAY)


@dataclass(frozen=True, slots=True)
class Update:
    """A change, the document as it is and as it is wanted: what every part of the plan is made from."""

    company_id: str
    change: Change
    current: JsonObject
    wanted: JsonObject
    locate: Locate

    def plan(self) -> Iterator[Step]:
        """The account first, then what hangs on it: should it stop, the most telling part is done."""
        id = str(get(self.current, ("Account", "ID")))
        yield from self._account(id)
        for place, name, words in RESOURCES:
            for entry in entry_changes((place,), self.current, self.wanted, "ID"):
                yield self._part(entry, name, words, id)

    def _account(self, id: str) -> Iterator[Step]:
        """One PUT, whose answer is empty; what it leaves out stays as it is."""
        before, after = (get(document, ("Account",)) for document in (self.current, self.wanted))
        if body := _sent(changed_values(before, after)):
            paths = self._paths(EntryChange(("Account",), before, after))
            if "EndDate" in body:
                paths |= {item.leaf.path for item in self.change.assignments if item.leaf.native == (ACTIVE,)}
            path = row(self.company_id, "crm/Accounts", id)
            yield Step("account", "PUT", path, body=body, writes=True, paths=paths)

    def _part(self, entry: EntryChange, name: str, words: str, owner: str) -> Step:
        """The call for one row. Rows inside the body of the account would be passed by without a word."""
        paths = self._paths(entry)
        if entry.before is None:
            body = {"Account": owner, **_sent(self._completed(entry))}
            return Step(f"new {words}", "POST", resource(self.company_id, name), body=body, writes=True, paths=paths)
        id = str(entry.before["ID"])
        path = row(self.company_id, name, id)
        if entry.after is None:
            return Step(f"{words} {id}", "DELETE", path, writes=True, paths=paths)
        return Step(f"{words} {id}", "PUT", path, body=_sent(self._changed(entry)), writes=True, paths=paths)

    def _changed(self, entry: EntryChange) -> JsonObject:
        """The values of a row that differ; with the general address of a contact goes the business one, as it is."""
        changed, after = entry.changed(), entry.after or {}
        if entry.place[0] != "Contacts":
            return changed
        along = [name for general, name in MIRRORED.items() if general in changed]
        return {**{name: after.get(name) for name in along}, **changed}

    def _completed(self, entry: EntryChange) -> JsonObject:
        """A new row; the first address of its type, and the first bank account, is the main one."""
        part: JsonObject = dict(entry.after or {})
        holder: NativePath = entry.place[:-1]
        if holder == ("Contacts",):
            return part
        others = [item for item in get(self.wanted, holder) if str(item.get("Type")) == str(part.get("Type"))]
        alone = holder == ("BankAccounts",) and len(get(self.wanted, holder)) == 1
        first = holder == ("Addresses",) and len(others) == 1
        return {"Main": True, **part} if alone or first else part

    def _paths(self, entry: EntryChange) -> frozenset[str]:
        return paths_of(entry, self.change, self.current, self.wanted, self.locate)


def _sent(values: JsonObject) -> JsonObject:
    """Values of the document as Exact takes them."""
    return {name: _spelled(name, value) for name, value in values.items()}


def _spelled(name: str, value: Json) -> Json:
    if not isinstance(value, str):
        return value
    if name in DAYS:
        return sent_day(value)
    if name in PADDED:
        return value.strip()
    return int(value) if name == "Type" and value.isdecimal() else value
