"""Lists: which contacts a query asks for, and pages of anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from aiohttp import web

from ..simulator import Document
from .answers import Problem, invalid, wrong
from .contact import is_of_type, persons_of
from .reading import flag

PAGING = ("page", "items_per_page")
SHOWING = ("attributes", "nested_attributes")
OF_CONTACTS = frozenset(
    {
        *("updated_or_created_since", "deleted_since", "contact_type_id", "exclude_system", "show_balance"),
        *("context_date", "search", "email", "show_unfinished_recurring_invoices_status"),
        *("filter_inactive_contacts", *PAGING, *SHOWING),
    }
)
OF_ONE_CONTACT = frozenset({"show_balance", "context_date", "show_unfinished_recurring_invoices_status", *SHOWING})
DEFAULT_PAGE = 20
LARGEST_PAGE = 200
ALL_ON_ONE_PAGE = 2_147_483_647

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)?(Z|[+-]\d\d:\d\d)")


def parse_moment(text: str, name: str) -> datetime:
    """`YYYY-MM-DDThh:mm:ss+hh:mm`, the time or the offset's digits left out where Sage allows it; else 422."""
    if match := _MOMENT.fullmatch(text):
        whole = text if match[1] else text.replace("T", "T00:00:00", 1)
        try:
            return datetime.fromisoformat(whole)
        except ValueError:
            pass
    raise invalid([wrong(name, "This is not a date-time.")])


def moment_of(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def find_contacts(living: Iterable[Document], deleted: Iterable[Document], query: Mapping[str, str]) -> list[Document]:
    """Deleted contacts are found by `deleted_since` and by nothing else."""
    found = list(living)
    if "deleted_since" in query:
        after = parse_moment(query["deleted_since"], "deleted_since")
        found = [each for each in deleted if moment_of(each["deleted_at"]) > after]
    if "updated_or_created_since" in query:
        since = parse_moment(query["updated_or_created_since"], "updated_or_created_since")
        found = [each for each in found if moment_of(each["updated_at"]) >= since]
    return [each for each in found if all(fits(each) for fits in _tests(query))]


def _tests(query: Mapping[str, str]) -> list[Callable[[Document], bool]]:
    """That search and e-mail look for a part of the text in any case is unverified."""
    tests: list[Callable[[Document], bool]] = []
    if type_id := query.get("contact_type_id"):
        tests.append(lambda each: is_of_type(each, type_id))
    if text := query.get("search", "").casefold():
        tests.append(lambda each: text in each["name"].casefold() or text in (each["reference"] or "").casefold())
    if email := query.get("email", "").casefold():
        tests.append(lambda each: any(email in (one["email"] or "").casefold() for one in persons_of(each)))
    if flag(query, "exclude_system"):
        tests.append(lambda each: not each["system"])
    if flag(query, "filter_inactive_contacts"):
        tests.append(lambda each: bool(each["is_active"]))
    return tests


def known_query(request: web.Request, known: Collection[str], ignored: list[str]) -> dict[str, str]:
    """The parameters that mean something here; the others are noted and passed by."""
    ignored += [name for name in request.query if name not in known]
    return {name: request.query[name] for name in request.query if name in known}


def list_page(
    rows: Sequence[Document],
    query: Mapping[str, str],
    path: str,
    show: Callable[[Document], Document],
    *,
    fills_next: bool,
) -> Document:
    """One page in its envelope. A page beyond the last is empty."""
    problems: list[Problem] = []
    number = _whole(query, "page", 1, None, problems)
    size = _whole(query, "items_per_page", DEFAULT_PAGE, LARGEST_PAGE, problems)
    if problems:
        raise invalid(problems)

    def at(other: int) -> str | None:
        inside = 1 <= other <= -(-len(rows) // size)
        asked = {**query, "page": other, "items_per_page": size}
        return f"{path}?{urlencode(asked)}" if inside and fills_next else None

    return {
        "$total": len(rows),
        "$page": number,
        "$next": at(number + 1),
        "$back": at(number - 1),
        "$items_per_page": size,
        "$items": [show(row) for row in rows[(number - 1) * size :][:size]],
    }


def one_page(rows: Sequence[Document]) -> Document:
    """The list of businesses, which is not cut into pages."""
    return {
        "$total": len(rows),
        "$page": 1,
        "$next": None,
        "$back": None,
        "$items_per_page": ALL_ON_ONE_PAGE,
        "$items": list(rows),
    }


def _whole(query: Mapping[str, str], name: str, default: int, most: int | None, problems: list[Problem]) -> int:
    given = query.get(name)
    if given is None:
        return default
    if given.isascii() and given.isdigit() and 1 <= int(given) <= (most or int(given)):
        return int(given)
    problems.append(wrong(name, "This is not in the range of allowed values."))
    return default
