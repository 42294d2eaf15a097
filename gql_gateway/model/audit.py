"""The audit log: who changed what in which customer, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from .vocabulary import Vocabulary


class UpdateResult(Vocabulary):
    """How an update ended that came as far as writing."""

    STARTED = "STARTED", "It was begun; nothing is known of its end, or it is still running."
    MADE = "MADE", "The change was made."
    PARTLY_MADE = "PARTLY_MADE", "Some of its calls were carried out, others were not."
    NOT_MADE = "NOT_MADE", "The provider refused it or could not be reached; nothing was changed."
    UNKNOWN = "UNKNOWN", "No clear answer came, and the record does not tell whether the change was made."


class Changed(NamedTuple):
    """A unified field and its plain values before and after."""

    path: str
    before: Any
    after: Any


class Subject(NamedTuple):
    """The customer that entries are about. `company_id` is `None` where none is needed, or none is meant.

    Whoever asks may leave out the integration: a connection may have been removed, or be one of another system by now.
    """

    tenant: str
    connection_id: str
    integration: str | None
    native_id: str
    company_id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One update of one customer.

    `caller` is the name of an API key or the subject of a JWT, `key_id` an API key's public id. `changes` are what was
    read back when `confirmed`, otherwise what was asked for; `None` when they cannot be opened any more.
    """

    id: str
    subject: Subject
    at: datetime
    result: UpdateResult
    confirmed: bool
    correlation_id: str
    caller: str | None = None
    key_id: str | None = None
    changes: tuple[Changed, ...] | None = None


class Place(NamedTuple):
    """Where a page of the log begins: after this entry, newest first."""

    at: datetime
    id: str
