"""The list of contacts: filters, paging, the order of rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from multidict import MultiMapping

from ..simulator import Document
from .contact import INVALID, Issue

BAD_REQUEST = "bad_request_error"
MAX_SIZE = 250
WINDOW = 10_000

_SORT = [{"direction": "ASC", "property": "name", "ignoreCase": False, "nullHandling": "NATIVE", "ascending": True}]


class BadQuery(Exception):
    """A query the provider answers with 400."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.source)
        self.issue = issue


def list_contacts(contacts: Iterable[Document], query: MultiMapping[str]) -> Document:
    """The page object. Parameters it does not know are ignored, as the live API does (seen on articles)."""
    for name in set(query):
        if len(query.getall(name)) > 1:
            # Documented only as "should not be present more than once"; refusing is a choice.
            raise BadQuery(Issue(BAD_REQUEST, name))
    page = _whole(query, "page") or 0
    size = 25 if (given := _whole(query, "size")) is None else given
    # One client's author saw the live API put the default in place of a value out of range, and take a size of 500.
    # The documented maximum is held here.
    if page < 0 or not 1 <= size <= MAX_SIZE:
        raise BadQuery(Issue(BAD_REQUEST, "page" if page < 0 else f"size must be between 1 and {MAX_SIZE}"))
    if (page + 1) * size > WINDOW:
        raise BadQuery(Issue(BAD_REQUEST, "Maximum search window size exceeded"))
    found = sorted(_filter(contacts, query), key=lambda contact: (name_of(contact), contact["id"]))
    rows = found[page * size : (page + 1) * size]
    pages = -(-len(found) // size)
    return {
        "content": rows,
        "first": page == 0,
        "last": page >= pages - 1,
        "totalPages": pages,
        "totalElements": len(found),
        "numberOfElements": len(rows),
        "size": size,
        "number": page,
        "sort": _SORT,
    }


def name_of(contact: Mapping[str, Any]) -> str:
    """What the list is sorted and searched by; for persons first and last name (a choice)."""
    if "company" in contact:
        return str(contact["company"].get("name", ""))
    person = contact.get("person", {})
    return " ".join(part for part in (person.get("firstName"), person.get("lastName")) if part)


def _emails_of(contact: Mapping[str, Any]) -> Iterator[str]:
    for emails in contact.get("emailAddresses", {}).values():
        yield from emails
    for person in contact.get("company", {}).get("contactPersons", []):
        if "emailAddress" in person:
            yield person["emailAddress"]


def _filter(contacts: Iterable[Document], query: MultiMapping[str]) -> Iterator[Document]:
    name, email = _pattern(query, "name"), _pattern(query, "email")
    number = _whole(query, "number")
    customer, vendor = _flag(query, "customer"), _flag(query, "vendor")
    for contact in contacts:
        roles = contact["roles"]
        if (
            (name is None or name.search(_stored(name_of(contact))))
            and (email is None or any(email.search(_stored(one)) for one in _emails_of(contact)))
            and (number is None or any(role.get("number") == number for role in roles.values()))
            and (customer is None or customer == ("customer" in roles))
            and (vendor is None or vendor == ("vendor" in roles))
        ):
            yield contact


def _stored(text: str) -> str:
    """The text as it stands in the provider's index: `&`, `<` and `>` as HTML entities."""
    return html.escape(text, quote=False)


def _pattern(query: MultiMapping[str], name: str) -> re.Pattern[str] | None:
    """A substring to look for, in any case; `_` stands for one character, `%` for any number, `\\` takes the magic."""
    if name not in query:
        return None
    text = query[name]
    if not 3 <= len(text) <= 100:
        raise BadQuery(Issue(BAD_REQUEST, "size must be between 3 and 100"))
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    magic = {"_": ".", "%": ".*"}
    return re.compile("".join(magic.get(part) or re.escape(part[-1]) for part in parts), re.IGNORECASE | re.DOTALL)


def _whole(query: MultiMapping[str], name: str) -> int | None:
    if name not in query:
        return None
    if not re.fullmatch(r"-?\d{1,9}", query[name], re.ASCII):
        raise BadQuery(Issue(INVALID, name))
    return int(query[name])


def _flag(query: MultiMapping[str], name: str) -> bool | None:
    if name not in query:
        return None
    if query[name] not in {"true", "false"}:
        raise BadQuery(Issue(INVALID, name))
    return query[name] == "true"
