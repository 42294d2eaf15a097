"""The lists that a contact refers to. Only the words of the first two taxes come from the contract's examples."""

from __future__ import annotations

from ..simulator import Document

SALES, PURCHASES = "s", "p"


def _tax(scope: str, group: str, amount: str, name: str) -> Document:
    return {
        "name": name,
        "amount": amount,
        "scope": "sales" if scope == SALES else "purchases",
        "key": f"{scope}_{group}_{amount.replace('.', '')}",
        "group": group,
        "type": "percentage",
    }


TAXES: list[Document] = [
    _tax(scope, group, amount, f"{label} {amount}%")
    for scope in (SALES, PURCHASES)
    for group, label, amounts in (
        ("iva", "IVA", "21 10 4 0"),
        ("rec", "Rec. Eq.", "5.2 1.4 0.5"),
        ("igic", "IGIC", "7"),
    )
    for amount in amounts.split()
]

PAYMENT_METHODS: list[Document] = [
    {"id": "5c1a20b4e6f7a80012ab0001", "name": "Transferencia", "dueDays": "30", "bankId": "5c1a20b4e6f7a80012ab0f01"},
    {"id": "5c1a20b4e6f7a80012ab0002", "name": "Recibo domiciliado", "dueDays": "0", "bankId": ""},
    {"id": "5c1a20b4e6f7a80012ab0003", "name": "Tarjeta", "dueDays": "0", "bankId": ""},
]

NUMBERING_SERIES: dict[str, list[Document]] = {
    kind: [
        {
            "id": f"5c1a20b4e6f7a80012ac{place:02d}01",
            "name": "Default",
            "format": f"{short}[YY]%%%%",
            "last": 6,
            "type": kind,
        },
        {
            "id": f"5c1a20b4e6f7a80012ac{place:02d}02",
            "name": "Tienda",
            "format": f"T{short}%%%%",
            "last": 0,
            "type": kind,
        },
    ]
    for place, (kind, short) in enumerate(
        {
            "invoice": "F",
            "receipt": "R",
            "salesOrder": "SO",
            "purchasesOrder": "PO",
            "proform": "PF",
            "waybill": "W",
        }.items()
    )
}

EXPENSES_ACCOUNTS: list[Document] = [
    {"id": "5c1a20b4e6f7a80012ad0001", "name": "Compras", "desc": "", "color": "#2C0934", "accNum": 60000001},
    {
        "id": "5c1a20b4e6f7a80012ad0002",
        "name": "Suministros",
        "desc": "Luz y agua",
        "color": "#507C6C",
        "accNum": 62800001,
    },
]

SALES_CHANNELS: list[Document] = [
    {
        "id": "5c1a20b4e6f7a80012ae0001",
        "name": "Taller",
        "desc": "Reparaciones",
        "color": "#507C6C",
        "accNum": 70500001,
    },
    {"id": "5c1a20b4e6f7a80012ae0002", "name": "Tienda en línea", "desc": "", "color": "#507C6C", "accNum": None},
]

GROUPS: list[Document] = [
    {"id": "5c1a20b4e6f7a80012af0001", "name": "Mayoristas", "desc": "Tarifa 2", "color": "#ee575d"},
    {"id": "5c1a20b4e6f7a80012af0002", "name": "Particulares", "desc": "", "color": "primary"},
]


def ids(rows: list[Document]) -> frozenset[str]:
    return frozenset(row["id"] for row in rows)


def tax_keys(scope: str) -> frozenset[str]:
    return frozenset(tax["key"] for tax in TAXES if tax["key"].startswith(f"{scope}_"))


def vat_key(scope: str, percent: int) -> str | None:
    """The key of the usual value-added tax of this percentage."""
    key = f"{scope}_iva_{percent}"
    return key if key in tax_keys(scope) else None


def expenses_account(native_id: object) -> Document | None:
    return next((row for row in EXPENSES_ACCOUNTS if row["id"] == native_id), None)
