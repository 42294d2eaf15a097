"""`GET /3/customers`: which parameters may be asked, and the page that answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import ceil

from multidict import MultiMapping

from ..simulator import Document
from .answers import BAD_FILTER, BAD_VALUE, Refusal

CONTAINS = {
    "customernumber": "CustomerNumber",
    "name": "Name",
    "zipcode": "ZipCode",
    "city": "City",
    "email": "Email",
    "phone": "Phone1",
    "organisationnumber": "OrganisationNumber",
    "gln": "GLN",
    "glndelivery": "GLNDelivery",
}
FILTERS = {*CONTAINS, "filter"}
PARAMETERS = {*FILTERS, "lastmodified", "page", "limit", "offset", "sortby", "sortorder"}
LIST_ITEM = {
    "@url": "@url",
    "Address1": "Address1",
    "Address2": "Address2",
    "City": "City",
    "CustomerNumber": "CustomerNumber",
    "Email": "Email",
    "Name": "Name",
    "OrganisationNumber": "OrganisationNumber",
    "Phone": "Phone1",
    "ZipCode": "ZipCode",
}


def list_page(customers: Iterable[Document], modified: Mapping[str, float], query: MultiMapping[str]) -> Document:
    """The body of an answer; `modified` has the POSIX time of each customer's last change."""
    for name in query:
        if name not in PARAMETERS or len(query.getall(name)) > 1:
            raise Refusal(BAD_VALUE, name)
    if len(FILTERS.intersection(query)) > 1:
        raise Refusal(BAD_FILTER)
    page, limit, offset = _whole(query, "page", 1), _whole(query, "limit", 100, most=500), _whole(query, "offset", 0)
    since, state = _since(query), _choice(query, "filter", ("active", "inactive"), code=BAD_FILTER)
    by = _choice(query, "sortby", ("customernumber", "name")) or "customernumber"
    order = _choice(query, "sortorder", ("ascending", "descending"))
    found = [c for c in customers if _wanted(c, query, state) and modified.get(c["CustomerNumber"], 0.0) >= since]
    found.sort(key=_by_name if by == "name" else _by_number, reverse=order == "descending")
    # `page` and `offset` together are not described; the offset is counted from the start of the page here.
    start = (page - 1) * limit + offset
    return {
        "MetaInformation": {
            "@TotalResources": len(found),
            "@TotalPages": ceil(len(found) / limit),
            "@CurrentPage": page,
        },
        "Customers": [
            {name: c.get(native) for name, native in LIST_ITEM.items()} for c in found[start : start + limit]
        ],
    }


def _wanted(customer: Document, query: MultiMapping[str], state: str | None) -> bool:
    for name, native in CONTAINS.items():
        if name in query and query[name].lower() not in (customer.get(native) or "").lower():
            return False
    return state is None or bool(customer.get("Active")) == (state == "active")


def _since(query: MultiMapping[str]) -> float:
    if "lastmodified" not in query:
        return 0.0
    # Which time zone is meant is not described; UTC here.
    try:
        return datetime.strptime(query["lastmodified"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refusal(BAD_FILTER) from None


def _whole(query: MultiMapping[str], name: str, default: int, *, most: int = 10**9) -> int:
    if name not in query:
        return default
    least = 0 if name == "offset" else 1
    if not re.fullmatch(r"[0-9]{1,10}", query[name]) or not least <= int(query[name]) <= most:
        raise Refusal(BAD_VALUE, name)
    return int(query[name])


def _choice(query: MultiMapping[str], name: str, words: Iterable[str], *, code: int = BAD_VALUE) -> str | None:
    word = query.get(name)
    if word is not None and word not in words:
        raise Refusal(code, "" if code == BAD_FILTER else name)
    return word


def _by_number(customer: Document) -> tuple[int, int, str]:
    """Numbers by value, before anything with letters in it."""
    number = customer["CustomerNumber"]
    return (0, int(number), "") if re.fullmatch("[0-9]{1,20}", number) else (1, 0, number)


def _by_name(customer: Document) -> tuple[int, int, str]:
    return 0, 0, customer["Name"].casefold()
