"""The posting accounts: ledger accounts, payment accounts, debtors and creditors in one list."""

from __future__ import annotations

from collections.abc import Iterable

from ..simulator import Document
from .answers import WRONG_LIMIT, WRONG_OFFSET, Error, Refusal
from .debtor import COLLECTIVE
from .gate import Body

LARGEST_PAGE = 1000
"""The default of the posting accounts; that more is refused was measured at other lists."""

# type → the property that leaves its accounts out, and the code of a wrong value
_EXCLUDE = {
    "account": ("exclude_accounts", 9),
    "postingaccount": ("exclude_postingaccounts", 10),
    "creditor": ("exclude_creditors", 12),
    "debtor": ("exclude_debtors", 13),
}
EXCLUDE_FLAGS = frozenset(name for name, _ in _EXCLUDE.values())
_WRONG_ORDER = (400, 8, "invalid order specified")
_ORDERS = [f"{name} {way}" for name in ("postingaccount_number", "name", "type") for way in ("ASC", "DESC")]

PAYMENT_ACCOUNTS = (
    (1000, "Kasse", "cash"),
    (1200, "Geschäftskonto Förde Sparkasse", "bank/institution"),
    (1201, "Tagesgeld", "bank/institution"),
    (1730, "Kreditkarte", "other"),
)
_POSTING_ACCOUNTS = (
    (27, "EDV-Software (Anlagevermögen)"),
    (1576, "Abziehbare Vorsteuer 19%"),
    (1590, "Interimskonto / Kontierung nicht bekannt"),
    (1776, "Umsatzsteuer 19%"),
    (3300, "Wareneingang - 7/5% Vorsteuer"),
    (4830, "Abschreibungen auf Sachanlagen"),
    (8400, "Erlöse 19% USt"),
)
_CREDITORS = ((70150, "Tauwerk Kühl KG"), (70151, "Werftbedarf Søndergaard ApS"), (70152, "Stadtwerke Kiel"))


def payment_accounts() -> list[Document]:
    """As `/accounts/get` was seen to answer: two fields, all rows."""
    return [{"name": name, "postingaccount_number": str(number)} for number, name, _ in PAYMENT_ACCOUNTS]


def posting_accounts(body: Body, debtors: Iterable[Document]) -> list[Document]:
    """The page that the request asks for."""
    wanted = [kind for kind, (name, code) in _EXCLUDE.items() if not _flag(body, name, code)]
    found = [account for account in _all(debtors) if account["type"].split()[0] in wanted]
    order = body.given.get("order")
    if order is not None:
        if order not in _ORDERS:
            raise Refusal(_WRONG_ORDER)
        name, _, way = order.partition(" ")
        found.sort(
            key=lambda row: int(row[name]) if name == "postingaccount_number" else row[name], reverse=way == "DESC"
        )
    return window(body, found, default=LARGEST_PAGE, largest=LARGEST_PAGE)


def window(body: Body, found: list[Document], *, default: int, largest: int | None) -> list[Document]:
    """The part of a list that `limit` and `offset` ask for. A limit beyond the largest is refused, not lowered."""
    limit = _whole_number(body, "limit", default, WRONG_LIMIT)
    offset = _whole_number(body, "offset", 0, WRONG_OFFSET)
    if limit < 1 or (largest is not None and limit > largest):
        raise Refusal(WRONG_LIMIT)
    return found[offset : offset + limit]


def _whole_number(body: Body, name: str, default: int, wrong: Error) -> int:
    given = body.given.get(name, default)
    if body.form and isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 10:
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise Refusal(wrong)
    return given


def _flag(body: Body, name: str, code: int) -> bool:
    given = body.given.get(name, False)
    if body.form and isinstance(given, str):
        given = {"true": True, "1": True, "false": False, "0": False}.get(given)
    if not isinstance(given, bool):
        raise Refusal((400, code, f"invalid {name} specified"))
    return given


def _all(debtors: Iterable[Document]) -> list[Document]:
    own = [(row["postingaccount_number"], row["name"], "debtor", None) for row in debtors]
    return [
        *(_account(number, name, "account", subtype) for number, name, subtype in PAYMENT_ACCOUNTS),
        *(_account(number, name, "postingaccount", "default chart") for number, name in _POSTING_ACCOUNTS),
        _account(COLLECTIVE, "Sammelkonto Debitoren", "debtor collective", None),
        *(_account(*row) for row in own),
        _account(70_000, "Sammelkonto Kreditoren", "creditor collective", None),
        *(_account(number, name, "creditor", None) for number, name in _CREDITORS),
    ]


def _account(number: int | str, name: str, kind: str, subtype: str | None) -> Document:
    return {
        "postingaccount_number": str(number),
        "name": name,
        "type": kind,
        "subtype": subtype,
        "parent_postingaccount_number": None,
        "parent_name": None,
    }
