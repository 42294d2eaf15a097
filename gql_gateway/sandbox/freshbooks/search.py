"""The list of clients: paging, `search[…]`, `sort`. A name that is not known is passed by in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import ceil

from multidict import MultiMapping

from ..simulator import Document
from .answers import BAD_PAGE, BAD_PER_PAGE, INVALID, Problem, Refusal

PER_PAGE = 15
MOST_PER_PAGE = 100
_PHONES = ("mob_phone", "home_phone", "bus_phone", "fax")
_ADDRESS = tuple(
    f"{kind}_{part}" for kind in "ps" for part in ("street", "street2", "city", "province", "code", "country")
)
_LIKE: Mapping[str, tuple[str, ...]] = {
    "fname_like": ("fname",),
    "lname_like": ("lname",),
    "organization_like": ("organization",),
    "note_like": ("note",),
    "address_like": _ADDRESS,
    "phone_like": _PHONES,
    "user_like": ("fname", "lname", "organization", "email"),
}
_HAS: Mapping[str, str] = {
    "has_credit": "credit_balance",
    "has_draft": "draft_balance",
    "has_outstanding": "outstanding_balance",
    "has_overdue": "overdue_balance",
}
_SORT: Mapping[str, Callable[[Document], str]] = {
    "organization_name": lambda client: str(client["organization"]).casefold(),
    "fullname": lambda client: f"{client['fname']} {client['lname']}".casefold(),
    "email": lambda client: str(client["email"]).casefold(),
    "updated": lambda client: str(client["updated"]),
}
_SEARCH = re.compile(r"search\[(\w+)\](\[\])?")

Wanted = Callable[[Document], bool]


def find(clients: Iterable[Document], query: MultiMapping[str], ignored: list[str]) -> list[Document]:
    """The clients that fit, in the order asked for; parameters that mean nothing are added to `ignored`."""
    tests = [test for name in dict.fromkeys(query) if (test := _test(name, query.getall(name), ignored))]
    if not query.getall("search[vis_state]", []):
        tests.append(lambda client: client["vis_state"] != 1)
    found = [client for client in clients if all(test(client) for test in tests)]
    if "sort" in query:
        key, _, order = query["sort"].rpartition("_")
        if key in _SORT and order in {"asc", "desc"}:
            found.sort(key=_SORT[key], reverse=order == "desc")
        else:
            ignored.append(f"sort={query['sort']}")
    return found


def read_page(query: MultiMapping[str]) -> tuple[int, int]:
    """Number and size of the page asked for. Page 0 is page 1; a size beyond the maximum is cut in silence."""
    page = _whole(query.get("page", "1"), 0, BAD_PAGE, "page")
    per_page = _whole(query.get("per_page", str(PER_PAGE)), 1, BAD_PER_PAGE, "per_page")
    return max(page, 1), min(per_page, MOST_PER_PAGE)


def paging(page: int, per_page: int, total: int) -> dict[str, int]:
    return {"page": page, "pages": ceil(total / per_page), "per_page": per_page, "total": total}


def _test(name: str, values: list[str], ignored: list[str]) -> Wanted | None:
    """What a parameter demands of a client; nothing, when it is none of the search's."""
    match = _SEARCH.fullmatch(name)
    if match is None:
        if name not in {"page", "per_page", "sort", "include[]"}:
            ignored.append(name)
        return None
    key, listed, value = match[1], bool(match[2]), values[-1]
    if key == "userids" and listed:
        return lambda client: str(client["userid"]) in values
    if key in _LIKE and not listed:
        return lambda client: any(value.casefold() in str(client[member] or "").casefold() for member in _LIKE[key])
    if key in _HAS and not listed:
        return lambda client: bool(client[_HAS[key]])
    if key in {"updated_min", "updated_max"} and not listed:
        return _between(key, value)
    if key in {"email", "userid", "vis_state"} and not listed:
        return lambda client: str(client[key]) == value
    ignored.append(name)
    return None


def _between(key: str, day: str) -> Wanted:
    """By the day only, in the zone of `updated`; the maximum is exclusive."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise Refusal(Problem(INVALID, "The value must be a date such as 2026-01-31.", key, day))
    if key == "updated_min":
        return lambda client: client["updated"][:10] >= day
    return lambda client: client["updated"][:10] < day


def _whole(text: str, least: int, errno: int, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise Refusal(Problem(errno, f"The '{name}' argument must be a positive integer.", name, text, None))
    return int(text)
