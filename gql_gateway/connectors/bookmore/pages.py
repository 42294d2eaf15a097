"""BookMore's list of customers, page by page, whichever of its two builds answers.

The newer build counts pages (`PageNumber`, `PageSize`), the older one skips and takes and keeps the billing address in
an object of its own. Each passes by the parameters of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import ProviderProtocolError
from ...model.json import Json, JsonObject
from ...outbound.message import Answer, Call
from ..base import Conversation, read_json
from . import errors

SIZE = 75
"""Customers on a page: about BookMore's default. Whether it takes more is unverified."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, each customer with an id. `older`: from the build that skips and takes."""

    documents: Sequence[JsonObject]
    total: int | None
    older: bool


def turn(company_id: str | None, number: int, skip: int, older: bool) -> Conversation[Page]:
    """The page of a number, or, where the older build answers, the one after `skip` customers."""
    page = _read_page((yield _call(company_id, number, skip, older)))
    if page.older and not older and skip:
        # It passed by the page's number and began at the first customer.
        page = _read_page((yield _call(company_id, number, skip, True)))
    return page


def flat(document: JsonObject) -> JsonObject:
    """A customer as the newer build writes it: the older nests the billing address and leaves out a discount of 0."""
    address = document.get("InvoiceAddress")
    if not isinstance(address, dict):
        return document
    rest = {name: value for name, value in document.items() if name != "InvoiceAddress"}
    return {"DiscountPercentage": 0, **address, **rest}


def _call(company_id: str | None, number: int, skip: int, older: bool) -> Call:
    query: tuple[tuple[str, str], ...] = (("CompanyId", company_id),) if company_id is not None else ()
    if older:
        query += (("Skip", str(skip)),)
    else:
        query += (("PageNumber", str(number)), ("PageSize", str(SIZE)))
    # Sent to both: the older build answers with everything at once unless told how much to take.
    return Call("customers", "GET", "/eaccounting/customers", (*query, ("Take", str(SIZE))))


def _read_page(answer: Answer) -> Page:
    if not answer.ok:
        raise errors.explain(answer)
    body: Json = read_json(answer)
    total: Json = None
    if isinstance(body, dict):
        total = body.get("Total")
        # An absent list beside a total of 0: null properties are left out, and an empty list may be one.
        body = body.get("Results", [] if total == 0 else None)
    if not isinstance(body, list):
        raise ProviderProtocolError("BookMore's list of customers holds no list.", provider_code=str(answer.status))
    return Page(
        [flat(_customer(entry)) for entry in body],
        total if isinstance(total, int) and not isinstance(total, bool) else None,
        any(isinstance(_customer(entry).get("InvoiceAddress"), dict) for entry in body),
    )


def _customer(entry: Json) -> JsonObject:
    if isinstance(entry, dict) and isinstance(entry.get("Id"), str) and entry["Id"]:
        return entry
    raise ProviderProtocolError("BookMore's list of customers holds an entry without an id.")
