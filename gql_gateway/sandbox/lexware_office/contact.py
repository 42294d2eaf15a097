"""What a contact sent with PUT may look like, and the issues the provider finds in one that does not.

Documented: `missing_entity` and the shape of an issue (developers.lexware.io/docs). Seen in answers of the live API,
by other people's clients: `invalid_value` and the sources `roles.customer or roles.vendor`, `company or person`,
`company and person`, `addresses.billing.size`, `countryCode` with `countrycode_is_not_valid`, and
`emailAddresses[0].emailAddress`. Every other key and source here follows these by analogy and is a choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from ..simulator import Document
from .countries import CODES
from .vat import is_vat_id

MISSING = "missing_entity"
INVALID = "invalid_value"


@dataclass(frozen=True, slots=True)
class Issue:
    """One entry of `IssueList`. `source` is mostly the native path, as in `company.contactPersons[0].lastName`."""

    key: str
    source: str | None


class Unreadable(Exception):
    """The JSON cannot be read into a contact, because a value is of another type. The message says where."""


@dataclass(frozen=True, slots=True)
class Text:
    required: bool = False
    max_length: int | None = None
    accepts: Callable[[str], bool] = lambda _text: True
    refusal: Issue | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    pass


@dataclass(frozen=True, slots=True)
class Whole:
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A read-only value: it may be left out or sent back as it was read.

    One client's author reports that the live API takes any value for `archived`, `organizationId` and the role
    numbers and ignores it (2026-08-20). Refusing a changed one instead shows up a client that means to change it.
    """


@dataclass(frozen=True, slots=True)
class Block:
    fields: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Single:
    """A list that takes one entry at most."""

    entry: Kind


Kind: TypeAlias = "Text | Flag | Whole | Kept | Block | Single"


def is_email(text: str) -> bool:
    return re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+", text) is not None


_ADDRESS = Block(
    {
        "supplement": Text(),
        "street": Text(),
        "zip": Text(),
        "city": Text(),
        "countryCode": Text(
            required=True, accepts=CODES.__contains__, refusal=Issue("countrycode_is_not_valid", "countryCode")
        ),
    }
)
# An empty e-mail is known to be refused, with this source; that an ill-formed one is refused like it is a choice.
_EMAIL = Text(accepts=is_email, refusal=Issue(INVALID, "emailAddresses[0].emailAddress"))
# The length limit of phone numbers is unverified (clients drop those beyond 30 characters), so there is none here.
# An empty number is refused by analogy with the empty e-mail.
_PHONE = Text(accepts=lambda text: text.strip() != "")
_SALUTATION = Text(max_length=25)

CONTACT = Block(
    {
        "id": Kept(),
        "organizationId": Kept(),
        "version": Whole(required=True),
        "roles": Block({"customer": Block({"number": Kept()}), "vendor": Block({"number": Kept()})}),
        "company": Block(
            {
                "name": Text(required=True),
                "taxNumber": Text(),
                "vatRegistrationId": Text(accepts=is_vat_id),
                "allowTaxFreeInvoices": Flag(),
                "contactPersons": Single(
                    Block(
                        {
                            "salutation": _SALUTATION,
                            "firstName": Text(),
                            "lastName": Text(required=True),
                            "primary": Flag(),
                            "emailAddress": Text(accepts=is_email),
                            "phoneNumber": Text(),
                        }
                    )
                ),
            }
        ),
        "person": Block({"salutation": _SALUTATION, "firstName": Text(), "lastName": Text(required=True)}),
        "addresses": Block({"billing": Single(_ADDRESS), "shipping": Single(_ADDRESS)}),
        "xRechnung": Block({"buyerReference": Text(), "vendorNumberAtCustomer": Text()}),
        "emailAddresses": Block(dict.fromkeys(("business", "office", "private", "other"), Single(_EMAIL))),
        "phoneNumbers": Block(
            dict.fromkeys(("business", "office", "mobile", "private", "fax", "other"), Single(_PHONE))
        ),
        "note": Text(max_length=1000),
        "archived": Kept(),
    }
)


def _list_paths(block: Block, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, kind in block.fields.items():
        if isinstance(kind, Single):
            yield (*path, name)
        elif isinstance(kind, Block):
            yield from _list_paths(kind, (*path, name))


# The 13 lists of "Update a Contact" in the vendor's documentation.
SINGLE_LISTS = tuple(_list_paths(CONTACT))


def find_issues(body: Document, stored: Document) -> list[Issue]:
    """Everything that makes the provider refuse the body as the new state of the stored contact (406).

    Raises `Unreadable` where a value has the wrong JSON type (400).
    """
    found = [
        *_walk(CONTACT, body, stored, ""),
        *_check_roles(body),
        *_check_type(body, stored),
        *_check_x_rechnung(body),
        *_check_stored_lists(stored),
    ]
    return list(dict.fromkeys(found))


def _walk(kind: Kind, value: Any, stored: Any, path: str) -> Iterator[Issue]:
    # Whether null is taken anywhere is unverified. It is refused, so that clearing means leaving out.
    if value is None:
        yield Issue(MISSING, path)
        return
    match kind:
        case Text():
            yield from _check_text(kind, _typed(value, str, path), path)
        case Flag():
            _typed(value, bool, path)
        case Whole():
            _typed(value, int, path)
        case Kept():
            if not _same(value, stored):
                yield Issue(INVALID, path)
        case Block():
            yield from _walk_block(kind, _typed(value, dict, path), stored, path)
        case Single():
            yield from _walk_list(kind, _typed(value, list, path), stored, path)


def _check_text(kind: Text, text: str, path: str) -> Iterator[Issue]:
    if kind.required and not kind.refusal and not text.strip():
        yield Issue(MISSING, path)
    elif not kind.accepts(text) or (kind.max_length is not None and len(text) > kind.max_length):
        yield kind.refusal or Issue(INVALID, path)


def _walk_block(kind: Block, value: Document, stored: Any, path: str) -> Iterator[Issue]:
    known_before = stored if isinstance(stored, dict) else {}
    for name, inner in value.items():
        at = f"{path}.{name}" if path else name
        if name in kind.fields:
            yield from _walk(kind.fields[name], inner, known_before.get(name), at)
        elif name not in known_before or not _same(inner, known_before[name]):
            # What the provider does with a property it does not know is undocumented. A property that the stored
            # contact has is one that the documentation has not caught up with: it comes back as it was read.
            yield Issue(INVALID, at)
    for name, field in kind.fields.items():
        if isinstance(field, Text | Whole) and field.required and name not in value:
            yield Issue(MISSING, f"{path}.{name}" if path else name)


def _walk_list(kind: Single, entries: list[Any], stored: Any, path: str) -> Iterator[Issue]:
    # Whether [] is taken is unverified. It is refused, so that clearing means leaving out.
    if not entries:
        yield Issue(MISSING, path)
    if len(entries) > 1:
        yield Issue(INVALID, f"{path}.size")
    known_before = stored if isinstance(stored, list) else []
    for index, entry in enumerate(entries):
        before = known_before[index] if index < len(known_before) else None
        yield from _walk(kind.entry, entry, before, f"{path}[{index}]")


def _check_roles(body: Document) -> Iterator[Issue]:
    roles = body.get("roles")
    if not isinstance(roles, dict) or not roles.keys() & {"customer", "vendor"}:
        yield Issue(MISSING, "roles.customer or roles.vendor")


def _check_type(body: Document, stored: Document) -> Iterator[Issue]:
    sent = [name for name in ("company", "person") if name in body]
    if not sent:
        yield Issue(MISSING, "company or person")
    elif len(sent) > 1:
        yield Issue(INVALID, "company and person")
    elif sent[0] not in stored:
        # Turning a company into a person or back is undocumented; it is refused.
        yield Issue(INVALID, sent[0])


def _check_x_rechnung(body: Document) -> Iterator[Issue]:
    block = body.get("xRechnung")
    if isinstance(block, dict) and block.get("buyerReference") and not block.get("vendorNumberAtCustomer"):
        yield Issue(MISSING, "xRechnung.vendorNumberAtCustomer")


def _check_stored_lists(stored: Document) -> Iterator[Issue]:
    """A contact with two entries in a list cannot be updated at all, whatever the body says."""
    for path in SINGLE_LISTS:
        entries: Any = stored
        for name in path:
            entries = entries.get(name) if isinstance(entries, dict) else None
        if isinstance(entries, list) and len(entries) > 1:
            yield Issue(INVALID, ".".join((*path, "size")))


_JSON_NAMES = {str: "string", bool: "boolean", int: "whole number", dict: "object", list: "list"}


def _typed(value: Any, wanted: type, path: str) -> Any:
    # bool is an int to isinstance
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise Unreadable(f"{path}: {_JSON_NAMES[wanted]} expected")
    return value


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: the order of keys is nothing, the difference between 1 and true is something."""
    return _canonical(one) == _canonical(other)


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def issue_list(issues: Iterable[Issue], kind: str, detail: str | None = None) -> Document:
    """The legacy error object. `detail` goes to `additionalData`, which the documentation calls detail information."""
    return {
        "IssueList": [
            {"i18nKey": issue.key, "source": issue.source, "type": kind, "additionalData": detail, "args": None}
            for issue in issues
        ]
    }
