"""The statement of a field fact: what a connector's `fields.py` says of each writable field, once.

    company_name: Maybe[str | None] = native("Name", max_length=1024, clear=Clear.NEVER)
    billing: Maybe[...]             = inline("Billing")             a nested object
    addresses: Maybe[list[...] | None] = slots()                    a list with at most one entry of each type
    contact_persons: Maybe[list[...] | None] = at_most_one("company.contactPersons[0]")
    bank_accounts: Maybe[list[...] | None] = many("banks", key="id", match=("iban",))    a list of any length

Strawberry keeps the fact in the field's metadata and prints it as `@native`; `fields/table.py` reads it back. Every
keyword is spelled out, so that a misspelt fact is a type error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from ..model.enums import AddressType, ContactType, EmailType, PhoneType
from ..model.json import JsonObject
from ..model.vocabulary import Vocabulary
from .formats import Format
from .vocabulary import publish

publish(ContactType, AddressType, EmailType, PhoneType)


class Clear(Enum):
    """How a field is emptied at the provider. A provider's own word for it is written as plain text instead."""

    NULL = "NULL"
    OMIT = "OMIT"
    NEVER = "NEVER"
    WITH_ENTRY = "WITH_ENTRY"
    ENTRY = "ENTRY"


class Required(Enum):
    """When the provider insists on a value: in every update, or in every entry of its list."""

    NO = "NO"
    ON_UPDATE = "ON_UPDATE"
    IN_ENTRY = "IN_ENTRY"


class ListSemantics(Vocabulary):
    """What giving a list does to the entries that it does not mention."""

    MERGE_BY_TYPE = "MERGE_BY_TYPE", "Entries of other types stay as they are; of each type there is at most one."
    AT_MOST_ONE = "AT_MOST_ONE", "The provider takes one entry; values that it leaves out stay as they are."
    MERGE_BY_ID = (
        "MERGE_BY_ID",
        "Entries with an id are changed, others added unless known again; those not mentioned stay.",
    )


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Native:
    """Facts about one native value.

    `name`: path into the provider's document (`DefaultTemplates.Invoice`, `company.contactPersons[0].lastName`).
    `values`: our word to the provider's, for enums; words outside it are refused. `options`: allowed plain texts.
    `clear`: what empties it: `NULL`, `OMIT` (left out of the full record), `NEVER`, `WITH_ENTRY` (only together with
    the rest of its list entry), `ENTRY` (the list entry goes with it, and every other that is selected alike), or the
    provider's own word such as `API_BLANK`.
    `normal`: what the provider makes of a value (upper case …): predicted in a dry run, forgiven when read back.
    `write`: our value as the provider spells it; `read` the other way, where the kind of the value does not say it
    (it has to understand what `write` makes as well). `note`: one sentence for the caller.
    `masked`: what the provider shows in the value's place. A caller who gives that is refused, and that it is read back
    proves nothing about the value behind it; `normal` makes the mask of a value.
    `derived`: the native value read from the whole record, where no one place holds it (a company is what has a block
    `company`). Such a value is never sent: a caller may give the one that the record has, and no other.
    """

    name: str = ""
    max_length: int | None = None
    min_length: int | None = None
    pattern: Format | None = None
    values: Mapping[Any, Any] | None = None
    options: tuple[str, ...] | None = None
    required: Required = Required.NO
    clear: Clear | str = Clear.NULL
    normal: Callable[[Any], Any] = _same
    write: Callable[[Any], Any] = _same
    note: str | None = None
    derived: Callable[[JsonObject], Any] | None = None
    read: Callable[[Any], Any] | None = None
    masked: Format | None = None

    def choices(self) -> tuple[str, ...] | None:
        """The words a caller may use, when they are limited."""
        if self.values is not None:
            return tuple(word.name if isinstance(word, Enum) else str(word) for word in self.values)
        return self.options


@dataclass(frozen=True, slots=True)
class Group:
    """A nested input: an object, a list keyed by type, or a list of at most one entry.

    `prefix` is where its object or list lies in the provider's document; `slots` the same for each type of a keyed
    list. `id_name` is the native id of a list's entries, `match` the native values that make an entry without an id
    known again. `head` is where the provider keeps the first entry, when that is another place than the list.
    `only` is set where a group inside the entries of such a list belongs to its HEAD, or to the OTHER entries, alone.
    """

    semantics: ListSemantics | None
    prefix: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    note: str | None = None
    id_name: str = ""
    match: tuple[str, ...] = ()
    head: str | None = None
    only: str | None = None


@dataclass(frozen=True, slots=True)
class ByType:
    """One unified field of a keyed list that lies in another native place for each type."""

    facts: Mapping[str, Native]


@dataclass(frozen=True, slots=True)
class TypeKey:
    """The `type` field of a keyed list's entries."""


@dataclass(frozen=True, slots=True)
class EntryId:
    """The `id` field of an entry of a list of any length."""


@dataclass(frozen=True, slots=True)
class HeadKey:
    """The flag that tells the first entry, kept in a place of its own, from the others."""


HEAD, OTHER = "HEAD", "OTHER"
"""For `by_type` in a list with a head: where the value of the first entry lies, and where that of the others."""


@strawberry.federation.schema_directive(
    name="native",
    repeatable=True,
    compose=True,
    import_url="https://specs.gql-gateway.example/fields/v1.0",
    locations=[Location.INPUT_FIELD_DEFINITION],
    description="Where and how the provider keeps this value. Repeated with `slot` where each type has its own place.",
)
class NativeDirective:
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Path into the provider's own document, e.g. `DefaultTemplates.Invoice`."
    )
    slot: str | None = strawberry.field(
        default=strawberry.UNSET, description="The `type` of the list entry that these facts are about."
    )
    max_length: int | None = strawberry.field(default=strawberry.UNSET, description="Longest text in characters.")
    min_length: int | None = strawberry.field(default=strawberry.UNSET, description="Shortest text in characters.")
    pattern: str | None = strawberry.field(
        default=strawberry.UNSET, description="Regular expression that the whole text matches."
    )
    options: list[str] | None = strawberry.field(default=strawberry.UNSET, description="The only words allowed.")
    required: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="`ON_UPDATE`: every update carries it, from the current record when the change does not. "
        "`IN_ENTRY`: every entry of its list has it.",
    )
    clear: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What null makes of it at the provider: `NULL`, `OMIT` (left out of the full record), `NEVER` "
        "(null is refused), `WITH_ENTRY` (only with the rest of its entry), `ENTRY` (its entry is removed), or the "
        "word the provider wants.",
    )
    list: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="`MERGE_BY_TYPE`: entries not mentioned stay. `AT_MOST_ONE`: the provider takes one entry. "
        "`MERGE_BY_ID`: entries with an id are changed, others added unless known again, those not mentioned stay.",
    )
    note: str | None = strawberry.field(default=strawberry.UNSET, description="What else a caller should know.")


def native(
    name: str,
    *,
    description: str | None = None,
    max_length: int | None = None,
    min_length: int | None = None,
    pattern: Format | None = None,
    values: Mapping[Any, Any] | None = None,
    options: tuple[str, ...] | None = None,
    required: Required = Required.NO,
    clear: Clear | str = Clear.NULL,
    normal: Callable[[Any], Any] = _same,
    write: Callable[[Any], Any] = _same,
    note: str | None = None,
    derived: Callable[[JsonObject], Any] | None = None,
    read: Callable[[Any], Any] | None = None,
    masked: Format | None = None,
) -> Any:
    """A value with one native place. See `Native` for the facts."""
    fact = Native(
        *(name, max_length, min_length, pattern, values, options, required, clear, normal, write, note, derived, read),
        masked=masked,
    )
    return strawberry.field(description=description, directives=[_directive(fact)], metadata={"fact": fact})


def by_type(common: Native | None = None, /, *, description: str | None = None, **places: str | Native) -> Any:
    """A value of a keyed list with a native place for each type, e.g. `by_type(Native(max_length=50), MOBILE="Cell")`.

    A plain text is the native name with the `common` facts.
    """
    base = common or Native()
    facts = {slot: replace(base, name=place) if isinstance(place, str) else place for slot, place in places.items()}
    return strawberry.field(
        description=description,
        directives=[_directive(fact, slot) for slot, fact in facts.items()],
        metadata={"fact": ByType(facts)},
    )


def inline(
    prefix: str = "", *, description: str | None = None, drop: str | tuple[str, ...] = (), note: str | None = None
) -> Any:
    """A nested object; the native names inside it are relative to `prefix`.

    `drop` names the native containers that null removes whole; without it null empties every value.
    """
    return _group(Group(None, prefix, drop=_texts(drop), note=note), description)


def slots(
    *,
    description: str | None = None,
    drop: str | tuple[str, ...] = (),
    note: str | None = None,
    only: str | None = None,
    **prefixes: str,
) -> Any:
    """A list with at most one entry of each type; entries not mentioned stay as they are.

    `prefixes` name the object of each type (`BILLING="addresses.billing[0]"`) where the entries are objects.
    `drop` names the native containers that null removes whole; without it null empties every value.
    `only` says HEAD or OTHER where just these entries of a list with a head have it.
    """
    group = Group(ListSemantics.MERGE_BY_TYPE, slots=prefixes, drop=_texts(drop), note=note, only=only)
    return _group(group, description)


def at_most_one(
    prefix: str = "", *, description: str | None = None, drop: str | tuple[str, ...] = (), note: str | None = None
) -> Any:
    """A list of which the provider keeps one entry at most, at `prefix`; values left out of the entry stay."""
    return _group(Group(ListSemantics.AT_MOST_ONE, prefix, drop=_texts(drop), note=note), description)


def many(
    prefix: str,
    *,
    key: str,
    match: tuple[str, ...],
    head: str | None = None,
    drop: str | tuple[str, ...] = (),
    description: str | None = None,
    note: str | None = None,
) -> Any:
    """A list of any length at `prefix`; the native names inside are relative to an entry.

    An entry with an `id` (native `key`) is changed; one without is known again by the native values `match`, or added.
    Entries not mentioned stay; null empties the list. With `head` the entry whose flag says so lies there instead.
    `drop` names native places that null empties as well, such as those that refer to an entry.
    """
    drops = (prefix, *_texts(drop))
    return _group(Group(ListSemantics.MERGE_BY_ID, prefix, {}, drops, note, key, match, head), description)


def entry_id(description: str = "Which entry; left out for a new one.") -> Any:
    """The `id` of an entry of a list of any length."""
    return strawberry.field(default=None, description=description, metadata={"fact": EntryId()})


def head_key(description: str) -> Any:
    """The flag of the first entry of a list with a head."""
    return strawberry.field(default=None, description=description, metadata={"fact": HeadKey()})


def type_key(description: str | None = None) -> Any:
    """The `type` of an entry of a keyed list."""
    return strawberry.field(description=description, metadata={"fact": TypeKey()})


def _texts(one_or_more: str | tuple[str, ...]) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else one_or_more


def _group(group: Group, description: str | None) -> Any:
    directives = [_directive(group)] if group.semantics or group.prefix or group.note else []
    directives += [NativeDirective(name=place, slot=slot) for slot, place in group.slots.items()]
    return strawberry.field(description=description, directives=directives, metadata={"fact": group})


def _directive(fact: Native | Group, slot: str | None = None) -> NativeDirective:
    known: dict[str, Any] = {"slot": slot, "note": fact.note}
    if isinstance(fact, Native):
        known |= {
            "name": fact.name,
            "max_length": fact.max_length,
            "min_length": fact.min_length,
            "pattern": fact.pattern.pattern if fact.pattern else None,
            "options": list(fact.choices() or ()) or None,
            "required": fact.required.name if fact.required is not Required.NO else None,
            "clear": clear_word(fact.clear),
        }
    else:
        known |= {"name": fact.prefix or None, "list": fact.semantics.name if fact.semantics else None}
    return NativeDirective(**{name: value for name, value in known.items() if value is not None})


def clear_word(clear: Clear | str) -> str:
    """The clear policy as callers see it."""
    return clear.name if isinstance(clear, Clear) else clear
