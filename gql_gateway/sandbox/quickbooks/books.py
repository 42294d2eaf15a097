"""One company: its customers, whose names must not meet those of vendors and employees, and its registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..simulator import Document
from .answers import moment

DELETED = " (deleted)"
DEEPEST = 4
"""Levels below the top one: five in all."""


@dataclass
class Books:
    """`registers` holds the rows of each other entity by id; `ended` says that the subscription is over."""

    info: Document
    realm_id: str
    home_currency: str
    customers: dict[str, Document]
    registers: Mapping[str, dict[str, Document]]
    ended: bool = False
    rows: int = 900
    last_id: int = 900
    requests: dict[str, tuple[bytes, int, Document]] = field(default_factory=dict)
    """Answers already given, by `requestid`."""

    def row_id(self) -> str:
        """The id of a new address row."""
        self.rows += 1
        return str(self.rows)

    def new_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def who_holds(self, name: str, but: str | None) -> str | None:
        """Which kind of record has the name. That case and outer blanks do not count is a choice."""
        wanted = name.strip().casefold()
        for entity, rows in {"Customer": self.customers, **self.registers}.items():
            if entity not in {"Customer", "Vendor", "Employee"}:
                continue
            for id, row in rows.items():
                taken = str(row.get("DisplayName", "")).strip().casefold() == wanted
                if taken and not (entity == "Customer" and id == but):
                    return entity
        return None

    def find(self, entity: str, id: str) -> Document | None:
        return self.customers.get(id) if entity == "Customer" else self.registers[entity].get(id)

    def ancestors(self, document: Document) -> Iterator[Document]:
        """From the parent to the top; ends where a record put there unchecked leads in a circle."""
        seen: set[str] = set()
        while document.get("Job") and (parent := (document.get("ParentRef") or {}).get("value")):
            found = self.customers.get(parent)
            if found is None or parent in seen:
                return
            seen.add(parent)
            document = found
            yield found

    def below(self, id: str) -> list[str]:
        """Sub-customers of all levels."""
        return [
            other
            for other, document in self.customers.items()
            if other != id and any(parent.get("Id") == id for parent in self.ancestors(document))
        ]

    def derive(self, document: Document) -> Document:
        """What QuickBooks works out by itself."""
        derived = {"Taxable": False, "Job": False, "BillWithParent": False, "Active": True, **document}
        derived |= {"domain": "QBO", "sparse": False}
        if derived["Active"] is False and not str(derived.get("DisplayName", "")).endswith(DELETED):
            derived["DisplayName"] = f"{derived.get('DisplayName', '')}{DELETED}"
        derived.setdefault("PrintOnCheckName", derived.get("DisplayName"))
        line = list(self.ancestors(derived))
        for name in ("Level", "RootCustomerRef"):
            derived.pop(name, None)
        if line:
            derived["Level"] = len(line)
            derived["RootCustomerRef"] = {"value": line[-1].get("Id")}
        names = [str(row.get("DisplayName", "")) for row in (derived, *line)]
        derived["FullyQualifiedName"] = ":".join(reversed(names))
        for name, entity in _NAMED.items():
            if isinstance(reference := derived.get(name), dict):
                derived[name] = self._named(entity, str(reference.get("value", "")))
        return derived

    def stamp(self, document: Document, now: float) -> Document:
        """The next version."""
        token = str(document.get("SyncToken", ""))
        changed = moment(now)
        times = {"CreateTime": changed, **(document.get("MetaData") or {}), "LastUpdatedTime": changed}
        return {**document, "SyncToken": str(int(token) + 1) if token.isdigit() else "0", "MetaData": times}

    def refresh_below(self, id: str) -> None:
        """Qualified names of sub-customers follow; their versions stay."""
        for other in self.below(id):
            self.customers[other] = self.derive(self.customers[other])

    def _named(self, entity: str, id: str) -> Document:
        row = self.find(entity, id) or {}
        name = row.get("Name", row.get("DisplayName"))
        return {"value": id} if name is None else {"value": id, "name": name}


_NAMED = {
    "SalesTermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "CustomerTypeRef": "CustomerType",
    "DefaultTaxCodeRef": "TaxCode",
    "ARAccountRef": "Account",
    "ParentRef": "Customer",
    "CurrencyRef": "CompanyCurrency",
}
