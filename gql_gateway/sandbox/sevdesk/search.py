"""Lists: which parameters mean something, which rows they find, and the page of them that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from multidict import MultiMapping

from ..simulator import Document
from .answers import Refusal
from .family import is_organisation
from .models import Resource

PAGING = frozenset({"limit", "offset", "countAll", "embed"})
LARGEST_PAGE, USUAL_PAGE = 1000, 100
NAMES = ("name", "surename", "familyname")
CONTACT_REFERENCES = {"category": "Category", "parent": "Contact", "country": "StaticCountry"}
CONTACT_FILTERS = frozenset(
    {"depth", "customerNumber", "name", "city", "zip", "orderByCustomerNumber"}
    | {"createAfter", "createBefore", "updateAfter", "updateBefore"}
)
WORDS = {
    "depth": ("0", "1"),
    "main": ("0", "1"),
    "type": ("PHONE", "EMAIL", "WEB", "MOBILE"),
    "orderByCustomerNumber": ("ASC", "DESC"),
    "countAll": ("true", "false", "1", "0"),
}
_TAG = re.compile(r"tags\[\d+\]\[(id|objectName)\]", re.ASCII)


class Page(NamedTuple):
    """`total` only when it was asked for."""

    rows: list[Document]
    total: int | None


def contact_parameters(query: MultiMapping[str]) -> set[str]:
    """The names in the query that `GET /Contact` knows."""
    known = PAGING | CONTACT_FILTERS | _pairs(CONTACT_REFERENCES)
    return {name for name in query if name in known or _TAG.fullmatch(name)}


def part_parameters(resource: Resource) -> set[str]:
    """The names that the list of a part knows."""
    plain = resource.filters - {"contact"}
    return {*PAGING, *plain, *(_pairs({"contact": "Contact"}) if "contact" in resource.filters else ())}


def find_contacts(everybody: Iterable[Document], query: MultiMapping[str]) -> list[Document]:
    """The contacts asked for, by the members of records; only organisations unless `depth` is 1."""
    depth, order = _word(query, "depth"), _word(query, "orderByCustomerNumber")
    wanted = {name: _reference(query, name, model) for name, model in CONTACT_REFERENCES.items()}
    tags = {query[name] for name in query if (match := _TAG.fullmatch(name)) and match[1] == "id"}
    times = {name: _seconds(query, name) for name in ("createAfter", "createBefore", "updateAfter", "updateBefore")}
    found = [
        member["contact"]
        for member in everybody
        if (depth == "1" or is_organisation(member["contact"]))
        and _has_texts(member, query)
        and _has_references(member, wanted)
        and tags <= {tag["id"] for tag in member.get("tags", [])}
        and _in_time(member["contact"], times)
    ]
    if order:
        found.sort(key=_by_number, reverse=order == "DESC")
    return found


def find_parts(rows: Iterable[Document], resource: Resource, query: MultiMapping[str]) -> list[Document]:
    """Parts of one contact, or of all. Filters that the resource does not have find everything."""
    owner = _reference(query, "contact", "Contact") if "contact" in resource.filters else None
    words = {name: _word(query, name) for name in resource.filters - {"contact"}}
    return [
        row
        for row in rows
        if (owner is None or row["contact"]["id"] == owner)
        and all(word is None or row[name] == word for name, word in words.items())
    ]


def cut_page(rows: list[Document], query: MultiMapping[str]) -> Page:
    limit = _whole(query, "limit", USUAL_PAGE)
    offset = _whole(query, "offset", 0)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Refusal(400, f"limit must be between 1 and {LARGEST_PAGE}")
    counted = _word(query, "countAll") in {"true", "1"}
    return Page(rows[offset : offset + limit], len(rows) if counted else None)


def _pairs(references: Mapping[str, str]) -> set[str]:
    return {f"{name}[{key}]" for name in references for key in ("id", "objectName")}


def _word(query: MultiMapping[str], name: str) -> str | None:
    """One of the few words a parameter takes; that another one is refused is a choice."""
    if name in query and query[name] not in WORDS[name]:
        raise Refusal(400, f"{name} must be one of {', '.join(WORDS[name])}")
    return query.get(name)


def _whole(query: MultiMapping[str], name: str, default: int) -> int:
    if name not in query:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", query[name]):
        raise Refusal(400, f"{name} must be an integer")
    return int(query[name])


def _seconds(query: MultiMapping[str], name: str) -> int | None:
    """A moment in Unix seconds, as one client sends it; other forms are refused."""
    return _whole(query, name, 0) if name in query else None


def _reference(query: MultiMapping[str], name: str, model: str) -> str | None:
    """The id that both parameters of a reference ask for."""
    id_name, model_name = f"{name}[id]", f"{name}[objectName]"
    if id_name not in query and model_name not in query:
        return None
    if not query.get(id_name, "").isdigit() or query.get(model_name) != model:
        raise Refusal(400, f"{name} expected array with 'id' and 'objectName'. array given")
    return query[id_name]


def _has_texts(member: Document, query: MultiMapping[str]) -> bool:
    """Names by a part of them, the rest whole; how the original compares is unverified."""
    contact = member["contact"]
    if "customerNumber" in query and contact["customerNumber"] != query["customerNumber"]:
        return False
    if "name" in query and not any(query["name"].casefold() in (contact[n] or "").casefold() for n in NAMES):
        return False
    asked = {name: query[name].casefold() for name in ("city", "zip") if name in query}
    return not asked or any(
        all((address[name] or "").casefold() == text for name, text in asked.items()) for address in member["addresses"]
    )


def _has_references(member: Document, wanted: Mapping[str, str | None]) -> bool:
    contact = member["contact"]
    for name in ("category", "parent"):
        if wanted[name] is not None and contact.get(name, {}).get("id") != wanted[name]:
            return False
    country = wanted["country"]
    return country is None or any(address["country"]["id"] == country for address in member["addresses"])


def _in_time(contact: Document, times: Mapping[str, int | None]) -> bool:
    """Strictly after and strictly before."""

    def gaps() -> Iterator[float]:
        for name, moment in times.items():
            if moment is not None:
                stamp = datetime.fromisoformat(contact[name[:6]]).timestamp()
                yield stamp - moment if name.endswith("After") else moment - stamp

    return all(gap > 0 for gap in gaps())


def _by_number(contact: Document) -> tuple[int, int, str]:
    """Numbers by value, before anything with letters in it, those without a number first."""
    number = contact["customerNumber"] or ""
    if re.fullmatch("[0-9]{1,20}", number):
        return 1, int(number), ""
    return (2 if number else 0), 0, number
