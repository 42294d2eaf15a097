"""What a connector is: the provider's facts, and its protocol as plain functions without I/O or clock.

A conversation with the provider is a generator: it yields a `Call` and is sent the `Answer`; its return value is the
result. So reading a record in one call, in three, or by paging through a list all look alike to the one runner.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NoReturn, TypeAlias, TypeVar

from ..errors import GatewayError, InvalidChange, ProviderProtocolError
from ..fields.change import Change
from ..fields.details import read_details
from ..fields.document import NativePath, drop, parse_path
from ..fields.readback import read_customer
from ..fields.table import FieldTable, Leaf
from ..fields.wire import check_record, stated_place
from ..model.connection import Connection
from ..model.customer import Company, Customer
from ..model.json import JsonObject
from ..model.ref import Ref
from ..model.vocabulary import Vocabulary
from ..oauth.endpoint import ConsentEndpoint, TokenEndpoint
from ..outbound.limits import Rate, RefusalBudget
from ..outbound.message import Answer, Call

Result = TypeVar("Result")
Conversation = Generator[Call, Answer, Result]
Found: TypeAlias = "Mapping[str, JsonObject | None]"
"""Records by native id; `None` for what the provider does not know."""


class UpdateSemantics(Vocabulary):
    """What the provider's update call does with values that are not sent."""

    PARTIAL = "PARTIAL", "They stay as they are."
    FULL_REPLACE = "FULL_REPLACE", "They are lost, so the gateway sends the whole record."


class Versioning(Vocabulary):
    """How a change by somebody else is noticed."""

    NATIVE = "NATIVE", "The provider's own version, which it checks itself."
    TIMESTAMP = "TIMESTAMP", "The time of the last change, compared right before the write."
    CONTENT = "CONTENT", "A digest of the record, compared right before the write."


class Trust(Vocabulary):
    """What the statements about the provider rest on."""

    LIVE_TESTED = "LIVE_TESTED", "Tried against the provider itself."
    SIMULATED = "SIMULATED", "Tried against a strict simulator made from the provider's documents."
    FROM_DOCS = "FROM_DOCS", "Read in the provider's documents."


@dataclass(frozen=True, slots=True)
class Credential:
    """One value that a connection needs. A secret is never shown again.

    `unless` names the credential in whose place this one is a key that people have: with either of them it works.
    """

    name: str
    words: str
    secret: bool = True
    optional: bool = False
    unless: str | None = None

    def is_needed(self, given: Collection[str]) -> bool:
        """Whether it has to be there beside those that are given."""
        return not self.optional and self.unless not in given


@dataclass(frozen=True, slots=True)
class Region:
    """A country's own host of a provider: apps, tokens and companies of one are unknown at the others.

    `name` is what settings call it; `label` is for people.
    """

    name: str
    label: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a provider that is not a field: stated once, in the connector's `manifest.py`.

    `name` is the Python package's name; `NAME` is the enum value, `nameInCamelCase` the `@oneOf` member.
    `volatile`: native paths that change by themselves (balances, links) and do not count as somebody's change.
    `refusals`: how much an endpoint may refuse before nothing is sent to it, where the provider locks keys for that.
    `regions`: the hosts, where there are several; `base_url` is that of one of them.
    `filters`: which of `number`, `name`, `email`, `active`, `updatedSince` the provider's list takes.
    """

    name: str
    label: str
    docs_url: str
    base_url: str
    authentication: str
    credentials: tuple[Credential, ...]
    semantics: UpdateSemantics
    versioning: Versioning
    trust: Trust
    checked_on: date
    rates: tuple[Rate, ...] = ()
    refusals: RefusalBudget | None = None
    token: TokenEndpoint | None = None
    consent: ConsentEndpoint | None = None
    regions: tuple[Region, ...] = ()
    company_required: bool = False
    filters: frozenset[str] = frozenset()
    volatile: tuple[str, ...] = ()
    notes: str = ""
    web_url: str | None = None

    @property
    def integration(self) -> str:
        return self.name.upper()

    @property
    def takes_keys(self) -> bool:
        """People can be asked for consent, and can type in a key as well."""
        return any(item.unless for item in self.credentials)

    def token_of(self, connection: Connection) -> TokenEndpoint | None:
        """Where the connection's tokens are renewed; `None` where it holds a key."""
        keys = [item for item in self.credentials if item.unless and item.name in connection.credentials]
        return None if any(item.unless not in connection.credentials for item in keys) else self.token


@dataclass(frozen=True, slots=True)
class Step(Call):
    """One write of a plan. Steps are tried in order; the first that fails ends the plan.

    A step with `writes=False` is a question whose answer the plan needs; the plan may end in an error on seeing it.
    `paths` are the unified paths that it writes; `None` means the whole change.
    """

    writes: bool = True
    paths: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a list is narrowed by; `None` asks for nothing. `updated_since` is an ISO 8601 time."""

    number: str | None = None
    name: str | None = None
    email: str | None = None
    active: bool | None = None
    updated_since: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A stretch of the provider's list: the documents, and whether more follow."""

    documents: Sequence[JsonObject]
    more: bool
    total: int | None = None


class Connector(ABC):
    """A provider's protocol. Everything here is pure: calls are described, never made."""

    manifest: ClassVar[Manifest]
    table: ClassVar[FieldTable]
    input_type: ClassVar[type]
    details: ClassVar[type]
    needs_current: ClassVar[bool]
    """A plan cannot be made without the record as it is."""
    listed: ClassVar[frozenset[str] | None] = None
    """The unified fields that the list's short documents show; `None` when they are as whole as a single read's."""

    @abstractmethod
    def authorize(self, connection: Connection) -> Mapping[str, str]:
        """The headers that carry the credentials."""

    def authorized(self, call: Call, connection: Connection) -> Call:
        """The call as it is sent, where credentials have a place in its body: no plan and no payload shows them."""
        return call

    def home(self, connection: Connection) -> Conversation[str] | None:
        """The base URL that the connection's token belongs to, asked for at the manifest's or the connection's own.

        `None` where all calls go there. What is found is kept with the access token; see `misplaced`. A problem
        REAUTHORIZE says that the token is no longer good.
        """
        return None

    def misplaced(self, answer: Answer) -> bool:
        """The call went to the wrong place and was not executed: `home` is asked again, and the call repeated once."""
        return False

    @abstractmethod
    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        """The record whole, or `None` when the provider does not know it."""

    def read_many(self, company_id: str | None, native_ids: Sequence[str]) -> Conversation[Found] | None:
        """Several records of one company in fewer calls than one each; `None` where the provider has no such way.

        They are as whole as those of `list`, see `listed`. An id that is not in the answer is read by itself: only what
        is `None` there is certainly unknown to the provider.
        """
        return None

    @abstractmethod
    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterable[Step]:
        """The calls of an update, in order. `current` is there when `needs_current`, and whenever it was read.

        A generator is sent the answer to each step (`None` in a dry run). A plan of several steps is made from the
        difference between the current record and the wanted one, so that making it again yields what is missing only.
        """

    @abstractmethod
    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """Customers from `offset` on, in the provider's own stable order."""

    @abstractmethod
    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The companies that the credentials can act upon."""

    @abstractmethod
    def explain(self, answer: Answer) -> GatewayError:
        """What a refusal means to the caller. The provider's words are redacted by the runner."""

    @abstractmethod
    def native_id(self, document: JsonObject) -> str:
        """The provider's id of a document."""

    def locate(self, leaf: Leaf, document: JsonObject) -> NativePath | None:
        """Where a value lies in this record; `None` when a record of its kind has no such place."""
        return stated_place(leaf, document)

    def bound(self, change: Change, current: JsonObject) -> Change:
        """The change as it concerns this record; called once, after `check`.

        Overridden where the ids of list entries do not outlive a write, and their places do.
        """
        return change

    def check(self, change: Change, current: JsonObject) -> Iterable[InvalidChange]:
        """What the current record forbids, beyond the declared facts."""
        return check_record(self.table, change, current, self.locate)

    def blamed(self, answer: Answer) -> Iterable[str]:
        """The native places that a refusal names, as the provider writes them; the runner finds the input's path."""
        return ()

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The whole record, when the answer to a write carries it.

        Raises `ProviderProtocolError` when the answer is not one that a success has (a page of HTML, say).
        """
        return None

    def succeeded(self, answer: Answer) -> bool:
        """The answer to a write says that it was done. Overridden where an error comes with HTTP 200."""
        return answer.ok

    def refused(self, answer: Answer) -> bool:
        """The provider certainly did not do what it was asked. Everything else that is no success is unclear."""
        return 400 <= answer.status < 500 and answer.status != 408

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        """What the provider cannot promise of this change, in words for the caller."""
        return ()

    def is_fresh(self, document: JsonObject, answers: Sequence[Answer]) -> bool:
        """Whether a record read after the write is at least as new as the write."""
        return True

    def remarks(self, answer: Answer) -> Iterable[str]:
        """What the provider adds, in its own words, to a write that it made."""
        return ()

    def unauthorized(self, answer: Answer) -> bool:
        """The access token is no longer good (and not, say, a right is missing)."""
        return answer.status == 401

    def not_taken(self, answer: Answer) -> bool:
        """The provider says that it did not execute the call, beyond 429."""
        return False

    def wait_asked(self, answer: Answer) -> float | None:
        """The seconds that a 429 asks to wait, where the provider tells them elsewhere than in `Retry-After`."""
        return None

    def pause_told(self, answer: Answer) -> float | None:
        """The seconds for which nothing more may be sent, as any answer tells of a limit that it used up."""
        return None

    def share(self, call: Call) -> str:
        """What a call's limits are counted for besides the connection: a company, say, that is part of its path."""
        return ""

    def endpoint(self, call: Call) -> str:
        """Where a refusal of the call counts, when the manifest states how many are allowed."""
        return call.path

    def version(self, document: JsonObject) -> str | None:
        """The version of a record: the provider's own, or made from its content."""
        return content_version(document, self.manifest.volatile)

    def parse(self, document: JsonObject, ref: Ref, *, whole: bool = True) -> Customer:
        """The customer in a native document. Its company is the ref's, or the one that the document names."""
        url = self.manifest.web_url
        company = {} if ref.company_id is None else {"company_id": ref.company_id}
        return read_customer(
            self.table,
            document,
            self.locate,
            id=ref.global_id(),
            connection_id=ref.connection_id,
            native_id=ref.native_id,
            integration=self.manifest.integration,
            **company,
            version=self.version(document) if whole else None,
            web_url=url.format(id=ref.native_id) if url else None,
            details=read_details(self.details, document),
            native=document,
        )


def content_version(document: JsonObject, volatile: Iterable[str] = ()) -> str:
    """A version made from the content: equal documents have equal versions, whatever the order of their names."""
    steady = json.loads(json.dumps(document))
    for path in volatile:
        drop(steady, parse_path(path))
    text = json.dumps(steady, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "c-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_json(answer: Answer) -> Any:
    """The JSON of an answer."""
    try:
        return json.loads(answer.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ProviderProtocolError(
            f"The provider answered {answer.status} with a body that is not JSON.", provider_code=str(answer.status)
        ) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON: sent back it would become null")


def read_object(answer: Answer, *names: str) -> JsonObject:
    """The JSON object of an answer, or the one inside its wrappers `names`."""
    value = read_json(answer)
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise ProviderProtocolError(
            f"The provider's answer holds no object at {'.'.join(names) or 'its root'}.",
            provider_code=str(answer.status),
        )
    return value
