"""What each fault of the simulators' control API leads to, stated once: the tests and the page in docs/ follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from gql_gateway.connectors.base import Connector, UpdateSemantics, Versioning

PAGE = Path(__file__).parent.parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- fault table: begin -->", "<!-- fault table: end -->"
ALWAYS = 1_000


class On(Enum):
    """Which calls the fault hits."""

    READ = "the read before the write"
    WRITE = "the write"
    READ_BACK = "every read after the write"
    WRITE_AND_READS = "the write and every read after it"


@dataclass(frozen=True)
class Kind:
    """A kind of connector: with another kind the same fault can end otherwise."""

    words: str
    holds: Callable[[Connector], bool]


def replaces_whole(connector: Connector) -> bool:
    return connector.manifest.semantics is UpdateSemantics.FULL_REPLACE


def has_version(connector: Connector) -> bool:
    return connector.manifest.versioning is Versioning.NATIVE


EVERY = Kind("", lambda _connector: True)
RENEWING = Kind("tokens can be renewed", lambda connector: connector.manifest.token is not None)
KEYED = Kind("nobody can renew the key", lambda connector: connector.manifest.token is None)
VERSIONED = Kind("the provider has a version of its own", has_version)
PARTIAL = Kind("it has none and updates in part", lambda c: not has_version(c) and not replaces_whole(c))
REPLACING = Kind("it has none and replaces the whole record", lambda c: not has_version(c) and replaces_whole(c))
READ_FIRST = Kind("the record is read before every write", lambda connector: connector.needs_current)
UNREAD = Kind("nothing is read before the write", lambda connector: not connector.needs_current)


@dataclass(frozen=True)
class Ending:
    """What the caller gets and what is then stored. `error` is the type of the one error, none when it is empty.

    `writes` counts the writes the provider received, apart from those it answered with 401 or 429.
    """

    error: str | None = None
    code: str | None = None
    retryable: bool = False
    made: bool = True
    writes: int = 1
    warning: str | None = None
    words: str = ""
    of: Kind = EVERY


@dataclass(frozen=True)
class Row:
    """Some faults that end alike. `times`: how often each hits. `everything`: more than `errors` is selected."""

    faults: tuple[str, ...]
    on: On
    endings: tuple[Ending, ...]
    times: int = 1
    everything: bool = True
    waits: float = 0.0

    def ending(self, connector: Connector) -> Ending:
        [ending] = [item for item in self.endings if item.of.holds(connector)]
        return ending

    @property
    def name(self) -> str:
        selected = "" if self.everything else "-errors_only"
        return f"{self.on.name.lower()}{'-always' if self.times == ALWAYS else ''}{selected}"


NOT_DONE = (
    *("timeout_before", "reset_before", "html_instead"),
    *("status:408", "status:500", "status:502", "status:503", "status:504"),
)
"""Faults without a clear answer in which nothing was done."""
DONE = (
    *("timeout_after", "reset_after", "html_after", "slow_body"),
    *("status_after:500", "status_after:502", "status_after:503", "status_after:504"),
)
"""Faults without a clear answer in which everything was done."""
PASSING = (
    *("timeout_before", "timeout_after", "reset_before", "reset_after", "slow_body"),
    *("status:502", "status:503", "status:504", "status_after:502", "status_after:503", "status_after:504"),
)
"""Faults of a read that are gone when it is made again."""

MADE = Ending(words="The change is made.")
SETTLED = Ending(words="The change is made: the record, read back, shows it.")
REPEATED = Ending(words="The change is made: the read is repeated.")
NO_RIGHT = Ending("ConnectionProblem", "MISSING_SCOPE", made=False, words="Nothing is changed.")
NOT_THERE = Ending("ProviderRejected", "NOT_FOUND", made=False, words="Nothing is changed.")
NOT_MADE = Ending(
    "ProviderUnavailable", "DOWN", True, made=False, words="Nothing is changed, as the record, read back, shows."
)
NOT_BEGUN = Ending("ProviderUnavailable", "DOWN", True, made=False, writes=0, words="Nothing is written.")
UNREADABLE = Ending("ProviderProtocolError", "PROTOCOL", made=False, writes=0, words="Nothing is written.")
LIMITED = Ending(
    "RateLimited",
    "RATE_LIMITED",
    True,
    made=False,
    writes=0,
    words="Nothing is written; `retryAfter` tells how long to wait.",
)
DISCONNECTED = Ending("ConnectionProblem", "REAUTHORIZE", made=False, writes=0, words="Nothing is written.", of=KEYED)
RENEWED = Ending(words="The change is made, after one new token was fetched and stored.", of=RENEWING)
UNTOLD = "Nobody can tell; read the customer before trying again."
UNKNOWN = Ending("OutcomeUnknown", "OUTCOME_UNKNOWN", made=False, words=UNTOLD)
UNKNOWN_BUT_MADE = Ending("OutcomeUnknown", "OUTCOME_UNKNOWN", made=True, words=UNTOLD)


FAULTS = (
    Row(DONE, On.WRITE, (SETTLED,)),
    Row(NOT_DONE, On.WRITE, (NOT_MADE,)),
    Row(DONE, On.WRITE_AND_READS, (UNKNOWN_BUT_MADE,), times=ALWAYS),
    Row(NOT_DONE, On.WRITE_AND_READS, (UNKNOWN,), times=ALWAYS),
    Row(DONE, On.WRITE, (SETTLED,), everything=False),
    Row(
        NOT_DONE,
        On.WRITE,
        (
            Ending("ProviderUnavailable", "DOWN", True, made=False, words=NOT_MADE.words, of=READ_FIRST),
            Ending(
                "OutcomeUnknown",
                "OUTCOME_UNKNOWN",
                made=False,
                words="Without the record as it was, a value that is not there may yet come.",
                of=UNREAD,
            ),
        ),
        everything=False,
    ),
    Row(("rate_limited",), On.WRITE, (Ending(words="The change is made, after the wait asked for."),), waits=1.0),
    Row(("rate_limited",), On.WRITE, (LIMITED,), times=ALWAYS),
    Row(("expired_token",), On.WRITE, (RENEWED, DISCONNECTED)),
    Row(("status:400",), On.WRITE, (Ending("ProviderRejected", made=False, words="With the provider's words."),)),
    Row(("status:404",), On.WRITE, (NOT_THERE,)),
    Row(("status:403",), On.WRITE, (NO_RIGHT,)),
    Row(
        ("stale_version",),
        On.WRITE,
        (
            Ending(
                "VersionConflict", "STALE_VERSION", made=False, words="`current` is the record as it is.", of=VERSIONED
            ),
            Ending(
                warning="SIDE_EFFECT",
                words="The change is made, the other edit stays, and a warning names what it changed.",
                of=PARTIAL,
            ),
            Ending(
                warning="RISK",
                words="The change is made. An edit of what the update carries, made between the read and the write, is "
                "lost; a warning says that this can be.",
                of=REPLACING,
            ),
        ),
    ),
    Row(
        ("ignore_field:{field}",),
        On.WRITE,
        (Ending(made=False, warning="IGNORED", words="No error; the warning names the value by its path."),),
    ),
    Row(
        ("truncate_field:{field}:5",),
        On.WRITE,
        (Ending(made=False, warning="CUT", words="No error; the warning names the value by its path."),),
    ),
    Row(PASSING, On.READ, (REPEATED,)),
    Row(PASSING, On.READ, (NOT_BEGUN,), times=ALWAYS),
    Row(("status:408", "status:500", "status_after:500"), On.READ, (NOT_BEGUN,)),
    Row(("html_instead", "html_after"), On.READ, (UNREADABLE,)),
    Row(("rate_limited",), On.READ, (Ending(words="The change is made, after the wait asked for."),), waits=1.0),
    Row(("rate_limited",), On.READ, (LIMITED,), times=ALWAYS),
    Row(("expired_token",), On.READ, (RENEWED, DISCONNECTED)),
    Row(("status:403",), On.READ, (replace(NO_RIGHT, writes=0),)),
    Row(("status:404",), On.READ, (replace(NOT_THERE, writes=0),)),
    Row(
        ("timeout_before", "reset_before", "html_instead", "slow_body", "status:500", "status:503", "rate_limited"),
        On.READ_BACK,
        (
            Ending(
                warning="NOT_VERIFIED",
                words="The change is made. Where the answer to the write is not the record itself, a warning says that "
                "it could not be compared.",
            ),
        ),
        times=ALWAYS,
    ),
)


def cases() -> Iterator[tuple[Row, str]]:
    for row in FAULTS:
        for fault in row.faults:
            yield row, fault


def kind_of(fault: str) -> str:
    return fault.partition(":")[0]


def to_markdown() -> str:
    """The table of docs/reliability.md."""
    lines = ["| fault | hits | selected | `errors` | and | writes |", "|---|---|---|---|---|---|"]
    for row in FAULTS:
        faults = ", ".join(f"`{fault.format(field='<name>')}`" for fault in row.faults)
        often = ", each time" if row.times == ALWAYS else ", once"
        hits = row.on.value + (often if row.on in (On.READ, On.WRITE) else "")
        selected = "everything" if row.everything else "`errors` only"
        for ending in row.endings:
            error = "empty" if ending.error is None else f"`{ending.error}`"
            error += f" {ending.code}" if ending.code else ""
            error += ", retryable" if ending.retryable else ""
            warning = f" Warning {ending.warning}." if ending.warning else ""
            words = ending.words
            if ending.of.words:
                words = f"Where {ending.of.words}: {words[0].lower()}{words[1:]}"
            cells = (faults, hits, selected, error, words + warning, str(ending.writes))
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{to_markdown()}{END}{after}"
