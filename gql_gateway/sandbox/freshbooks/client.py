"""The client document: its members, what a write may say about each, and what an answer shows of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..simulator import Document
from .answers import BAD_EMAIL, INVALID, TOO_LONG, Problem, Refusal
from .vocabulary import COUNTRIES, CURRENCIES

COUNTRY_MEMBERS = ("p_country", "s_country")
EMPTY_TEXTS = (
    *("organization", "fname", "lname", "email", "username", "bus_phone", "mob_phone", "fax"),
    *("p_street", "p_street2", "p_city", "p_province", "p_code", "p_country"),
    *("s_street", "s_street2", "s_city", "s_province", "s_code", "s_country"),
    *("currency_code", "language"),
)
"""Texts that are `""` when there is nothing."""
NEVER_EMPTY = ("currency_code", "language", "username")
"""No answer shows these empty; that an update cannot empty them is unverified."""
NULL_TEXTS = ("home_phone", "note", "vat_name", "vat_number", "company_industry", "company_size")
"""Texts that are null when there never was anything; sent as `""` they stay `""`, as a documented answer shows."""
FLAGS = ("pref_email", "pref_gmail", "allow_late_fees", "allow_late_notifications", "allow_email_include_pdf")
STATES = (0, 1, 2)
"""`vis_state`: active, deleted, archived."""

CONTACT_TEXTS = ("email", "fname", "lname")
CONTACT_PHONES = ("phone1", "phone2")

INCLUDES: Document = {
    "contacts": [],
    "outstanding_balance": [],
    "credit_balance": [],
    "draft_balance": [],
    "overdue_balance": [],
    "grand_total_balance": [],
    "last_activity": None,
    "late_reminders": [],
    "late_fee": None,
}
"""What an answer has only when asked for with `include[]=`; `last_activity` is always there, as null."""

EMPTY: Document = {
    "accounting_systemid": "",
    "allow_email_include_pdf": False,
    "allow_late_fees": True,
    "allow_late_notifications": True,
    **dict.fromkeys(EMPTY_TEXTS, ""),
    **dict.fromkeys(NULL_TEXTS),
    "currency_code": "CAD",
    "direct_link_token": None,
    "exceeds_client_limit": 0,
    "has_retainer": None,
    "id": 0,
    "language": "en",
    "last_login": None,
    "level": 0,
    "notified": False,
    "num_logins": 0,
    "pref_email": True,
    "pref_gmail": False,
    "retainer_id": None,
    "role": "client",
    "signup_date": "",
    "statement_token": None,
    "subdomain": None,
    "updated": "",
    "userid": 0,
    "uuid": "",
    "vis_state": 0,
    **INCLUDES,
}

# Lengths are not published; these are the simulator's own, so that there is something to be too long.
LONGEST = 255
LONGEST_NOTE = 65_535

EMAIL = re.compile(r"[^@\s,;:()\\<>]+@[^@\s,;:()\\<>.]+(\.[^@\s,;:()\\<>.]+)+")
LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
EASTERN = ZoneInfo("America/New_York")

NullMeaning = Literal["refused", "emptied", "ignored"]


@dataclass(frozen=True, slots=True)
class Readings:
    """How is read what the documents leave open. The defaults are the stricter reading where nothing was seen.

    `null_on_text`: null sent in an update for a text that is `""` when empty. In the documented create it empties.
    `unknown_members`: also the read-only ones. "ignored" is what the documented create does with several of them.
    `updates_in_phases`: an update with `vis_state` takes that and silently throws the rest away, as
    freshbooks.com/api/active_deleted says of all resources; the dossier does not mention it.
    `refills_organization`: also an update fills an empty organization in; documented for create only.
    `known_countries`, `known_currencies`: refuse others.
    `keeps_contact_ids`: a contact sent with the e-mail of a stored one is still the same contact.
    `stores_contact_phones`, `stores_pdf_choice`: whether these are writable; `False` ignores them.
    `unique_emails`: as the older documents have it; the newer ones say that only the id identifies.
    `fixes_currency`: a client with money outstanding or paid keeps its currency. Nobody reports it.
    `shows_deleted`: a deleted client can be read by its id.
    """

    null_on_text: NullMeaning = "refused"
    unknown_members: Literal["ignored", "refused"] = "ignored"
    updates_in_phases: bool = True
    refills_organization: bool = False
    known_countries: bool = True
    known_currencies: bool = True
    keeps_contact_ids: bool = False
    stores_contact_phones: bool = True
    stores_pdf_choice: bool = True
    unique_emails: bool = False
    fixes_currency: bool = False
    shows_deleted: bool = True


@dataclass(slots=True)
class Change:
    """What a write comes to. `contacts` are the entries to put in place of the stored ones, still without ids."""

    values: Document = field(default_factory=dict)
    contacts: list[Document] | None = None
    ignored: list[str] = field(default_factory=list)
    thrown_away: list[str] = field(default_factory=list)


def read_change(sent: Document, readings: Readings, *, creating: bool) -> Change:
    """The change a write asks for, or a refusal with every problem."""
    change = Change()
    if not creating and readings.updates_in_phases:
        sent = _first_phase(sent, change)
    problems = list(_fill(change, sent, readings, creating=creating))
    if problems:
        raise Refusal(*problems)
    return change


def _first_phase(sent: Document, change: Change) -> Document:
    """Only the first phase that is named takes place, whatever value it is given."""
    for phase in ("ext_vis_state", "vis_state"):
        if phase in sent:
            change.thrown_away = [name for name in sent if name != phase]
            return {phase: sent[phase]}
    return sent


def _fill(change: Change, sent: Document, readings: Readings, *, creating: bool) -> Iterator[Problem]:
    for name, value in sent.items():
        if name in EMPTY_TEXTS or name in NULL_TEXTS:
            if value is None and name in EMPTY_TEXTS:
                meaning = "emptied" if creating else readings.null_on_text
                yield from _null(change, name, meaning, may_be_empty=creating or name not in NEVER_EMPTY)
            elif problem := _text_problem(name, value, readings):
                yield problem
            else:
                change.values[name] = value
        elif name in FLAGS and (name != "allow_email_include_pdf" or readings.stores_pdf_choice):
            if not isinstance(value, bool):
                yield Problem(INVALID, "The value must be a boolean.", name, value)
            change.values[name] = value
        elif name == "vis_state" and not creating:
            if isinstance(value, bool) or value not in STATES:
                yield Problem(INVALID, "The value must be 0, 1 or 2.", name, value)
            change.values[name] = value
        elif name == "contacts":
            yield from _fill_contacts(change, value, readings)
        elif readings.unknown_members == "refused":
            yield Problem(INVALID, "The member cannot be written.", name, value)
        else:
            change.ignored.append(name)


def _null(change: Change, name: str, meaning: NullMeaning, *, may_be_empty: bool) -> Iterator[Problem]:
    if meaning == "ignored":
        change.ignored.append(name)
    elif meaning == "emptied" and may_be_empty:
        change.values[name] = EMPTY[name]
    else:
        yield Problem(INVALID, "The value must be a string.", name)


def _text_problem(name: str, value: Any, readings: Readings, kind: str = "client") -> Problem | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return Problem(INVALID, "The value must be a string.", name, value, kind)
    if len(value) > (LONGEST_NOTE if name == "note" else LONGEST):
        return Problem(TOO_LONG, "The value is too long.", name, value, kind)
    if name == "email" and value and not EMAIL.fullmatch(value):
        return Problem(INVALID, BAD_EMAIL, name, value, kind)
    if name in COUNTRY_MEMBERS and value and readings.known_countries and value not in COUNTRIES:
        return Problem(INVALID, "The value must be the name of a country.", name, value)
    if name == "currency_code" and (
        not re.fullmatch("[A-Z]{3}", value) or (readings.known_currencies and value not in CURRENCIES)
    ):
        return Problem(INVALID, "The value must be the code of a currency.", name, value)
    if (name == "language" and not LANGUAGE.fullmatch(value)) or (name == "username" and not value):
        return Problem(INVALID, "The value is not valid.", name, value)
    return None


def _fill_contacts(change: Change, entries: Any, readings: Readings) -> Iterator[Problem]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield Problem(INVALID, "The value must be a list of contacts.", "contacts", entries)
        return
    writable = {*CONTACT_TEXTS, *(CONTACT_PHONES if readings.stores_contact_phones else ())}
    change.contacts = []
    for entry in entries:
        contact: Document = {**dict.fromkeys(CONTACT_TEXTS, ""), **dict.fromkeys(CONTACT_PHONES)}
        for name, value in entry.items():
            if name not in writable:
                change.ignored.append(f"contacts[].{name}")
            elif problem := _text_problem(name, value, readings, "contact"):
                yield problem
            else:
                contact[name] = "" if value is None and name in CONTACT_TEXTS else value
        change.contacts.append(contact)


def with_ids(
    entries: list[Document], before: list[Document], next_id: int, userid: int, *, keep: bool
) -> list[Document]:
    """The entries as they are stored. Their ids are new ones, unless `keep` finds the old one by the e-mail."""
    old = {contact["email"]: contact["contactid"] for contact in before} if keep else {}
    return [
        {"contactid": old.get(entry["email"], next_id + place), "userid": userid, **entry}
        for place, entry in enumerate(entries)
    ]


def organization_of(document: Document) -> str:
    """What fills an organization left empty: the person's name, or else the e-mail address."""
    name = " ".join(part for part in (document["fname"], document["lname"]) if part)
    return str(document["organization"] or name or document["email"])


def shown(document: Document, includes: Collection[str]) -> Document:
    """The client as an answer has it."""
    plain = {name: value for name, value in document.items() if name not in INCLUDES}
    asked = {name: document.get(name, INCLUDES[name]) for name in INCLUDES if name in includes}
    return dict(sorted({**plain, "last_activity": None, **asked}.items()))


def eastern(moment: float) -> str:
    """`updated`: the time on the US East coast, with its daylight saving, not saying so."""
    return f"{datetime.fromtimestamp(moment, EASTERN):%Y-%m-%d %H:%M:%S}"


def utc(moment: float) -> str:
    """`signup_date`: UTC, not saying so either."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"
