"""What the resolvers call: finds the connection, holds the locks, runs the connector, keeps idempotent answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Protocol
from weakref import WeakValueDictionary

from .audited import Audit, Recording
from .connectors.base import Connector, Found, ListFilter, Listing
from .connectors.homes import Homes
from .connectors.run import Outcome, Patience, Runner, Wants
from .connectors.session import Session
from .errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    IdempotencyProblem,
    InvalidChange,
    Path,
    ProviderProtocolError,
    ProviderRejected,
)
from .fields.change import Change, read_change
from .fields.check import check_change
from .idempotent import fingerprint, is_final, pack, unpack
from .model.audit import Entry, Place, Subject
from .model.caller import LOCAL, Caller
from .model.connection import Connection, ConnectionKey
from .model.customer import Company, Customer
from .model.ref import Ref
from .oauth.tokens import TokenKeeper
from .outbound.client import Outbound
from .outbound.retry import RepeatBudget
from .storage.idempotency import Begun, Done, Reused, Running
from .storage.secrets import SecretProblem

LONGEST_KEY = 255
AT_A_TIME = 5
"""Customers of one connection that an operation reads at the same time."""
ALWAYS_LISTED = frozenset(
    {"__typename", "id", "connectionId", "nativeId", "integration", "companyId", "webUrl", "history"}
)

Entity = Customer | Exception | None
"""A customer, what stood in the way of it, or `None` when it is not there."""


class Connections(Protocol):
    """What is needed of `storage.connections.ConnectionStore`."""

    async def get(self, key: ConnectionKey, /) -> Connection | None: ...

    async def all(self, tenant: str, /) -> list[Connection]: ...


class IdempotencyKeys(Protocol):
    """What is needed of `storage.idempotency.IdempotencyStore`."""

    async def begin(self, connection: ConnectionKey, key: str, fingerprint: str, /) -> Begun: ...

    async def finish(self, connection: ConnectionKey, key: str, owner: str, result: bytes, /) -> bool: ...

    async def forget(self, connection: ConnectionKey, key: str, owner: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """An `updateCustomer` as the schema hands it over. `member` is the `@oneOf` member, `value` its typed input.

    `at` is the path of the ref in the input. `caller` and `correlation_id` are for the audit log.
    """

    ref: Ref
    member: str
    value: object
    expected_version: str | None = None
    idempotency_key: str | None = None
    dry_run: bool = False
    at: Path = ("customer", "native")
    caller: Caller = LOCAL
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a connection's customers, from `offset` on."""

    customers: Sequence[Customer]
    offset: int
    more: bool
    total: int | None = None


@dataclass(slots=True)
class Gateways:
    """What the gateways of all tenants share. Nothing can be asked of it before `of` said for whom.

    `deadline` is the longest an operation may take, seconds. Without `audit` nothing is noted of updates.
    """

    connectors: Mapping[str, Connector]
    connections: Connections
    keys: IdempotencyKeys
    outbound: Outbound
    keeper: TokenKeeper
    deadline: float = 30.0
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
    note_use: Callable[[ConnectionKey], None] | None = None
    audit: Audit | None = None
    locks: WeakValueDictionary[tuple[ConnectionKey, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    budgets: dict[ConnectionKey, RepeatBudget] = field(default_factory=dict)
    homes: Homes = field(default_factory=Homes)
    companies: dict[tuple[ConnectionKey, int], frozenset[str]] = field(default_factory=dict)

    def of(self, tenant: str) -> Gateway:
        """The gateway as this tenant sees it: other tenants' connections do not exist."""
        return Gateway(self, tenant)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The application for one tenant, without GraphQL and without HTTP.

    A caller's ids reach the storage, the locks and the limits through `_key` alone, which adds the tenant.
    """

    shared: Gateways
    tenant: str

    @property
    def connectors(self) -> Mapping[str, Connector]:
        return self.shared.connectors

    def _key(self, connection_id: str) -> ConnectionKey:
        return ConnectionKey(self.tenant, connection_id)

    async def connections(self) -> Sequence[Connection]:
        """The tenant's connections, ordered by id."""
        return await self.shared.connections.all(self.tenant)

    async def connection(self, connection_id: str, path: Path = ("connectionId",)) -> tuple[Connection, Connector]:
        """A stored connection and its connector, or ConnectionProblem NOT_CONNECTED at `path`."""
        try:
            connection = await self.shared.connections.get(self._key(connection_id))
        except SecretProblem:
            words = "The stored credentials of this connection cannot be opened with the gateway's keys."
            raise ConnectionProblem(ErrorCode.REAUTHORIZE, words, path=path) from None
        if connection is None:
            raise ConnectionProblem(ErrorCode.NOT_CONNECTED, "There is no connection of this id.", path=path)
        connector = self.connectors.get(connection.integration)
        if connector is None:
            words = f"This gateway has no connector for {connection.integration} (any more)."
            raise ConnectionProblem(ErrorCode.NOT_CONNECTED, words, path=path)
        if self.shared.note_use is not None:
            self.shared.note_use(connection.key)
        return connection, connector

    async def customer(self, ref: Ref, at: Path = ()) -> Customer:
        """The customer as the provider holds it. `at` is the path of the ref among the caller's arguments."""
        connection, connector = await self.connection(ref.connection_id, _inside(at, "connectionId"))
        runner = self._runner(connection, connector)
        ref = await self._placed(ref, connection, connector, runner, _inside(at, "companyId"))
        return connector.parse(await runner.read(ref), ref)

    async def entities(self, refs: Sequence[Ref], needed: Set[str]) -> list[Entity]:
        """What is behind each ref, in order: one that goes wrong leaves the others alone.

        The refs of one connection and company share a call where the connector knows one that shows every field
        `needed`; else few of them are read at a time. All have the time of one operation.
        """
        groups: dict[tuple[str, str | None], list[Ref]] = {}
        for ref in dict.fromkeys(refs):
            groups.setdefault((ref.connection_id, ref.company_id), []).append(ref)
        deadline = self.shared.clock() + self.shared.deadline
        few = {connection_id: asyncio.Semaphore(AT_A_TIME) for connection_id, _ in groups}
        parts = (self._together(group, needed, deadline, few[group[0].connection_id]) for group in groups.values())
        found: dict[Ref, Entity] = {}
        for part in await asyncio.gather(*parts):
            found |= part
        return [found[ref] for ref in refs]

    async def _together(
        self, refs: Sequence[Ref], needed: Set[str], deadline: float, few: asyncio.Semaphore
    ) -> Mapping[Ref, Entity]:
        """Refs of one connection and company. What goes wrong before they part goes wrong for each of them."""
        try:
            async with few:
                connection, connector = await self.connection(refs[0].connection_id)
                runner = self._runner(connection, connector, deadline)
                place = await self._placed(refs[0], connection, connector, runner, ("companyId",))
                documents = await self._read_many(runner, place.company_id, [ref.native_id for ref in refs], needed)
        except Exception as problem:
            return dict.fromkeys(refs, problem)

        async def read(ref: Ref) -> Entity:
            placed = replace(place, native_id=ref.native_id)
            try:
                if ref.native_id in documents:
                    document, whole = documents[ref.native_id], connector.listed is None
                else:
                    async with few:
                        alone = self._runner(connection, connector, deadline)
                        document, whole = await alone.converse(connector.read(placed)), True
                return None if document is None else connector.parse(document, placed, whole=whole)
            except Exception as problem:
                return problem

        return dict(zip(refs, await asyncio.gather(*map(read, refs)), strict=True))

    async def _read_many(
        self, runner: Runner, company_id: str | None, native_ids: Sequence[str], needed: Set[str]
    ) -> Found:
        """What the connector reads at once; nothing where that is no use, or not understood by the provider."""
        connector = runner.connector
        if len(native_ids) < 2 or not (connector.listed is None or needed <= connector.listed | ALWAYS_LISTED):
            return {}
        conversation = connector.read_many(company_id, native_ids)
        if conversation is None:
            return {}
        try:
            return await runner.converse(conversation)
        except (ProviderRejected, ProviderProtocolError):
            return {}

    async def companies(self, connection_id: str) -> Sequence[Company]:
        connection, connector = await self.connection(connection_id)
        return await self._runner(connection, connector).converse(connector.companies(connection))

    async def customers(
        self,
        connection_id: str,
        company_id: str | None,
        wanted: ListFilter,
        offset: int,
        limit: int,
        needed: Set[str],
    ) -> Page:
        """A stretch of the list. Where the provider's list does not show every field `needed`, each record is read."""
        connection, connector = await self.connection(connection_id)
        _check_filter(connector, wanted)
        runner = self._runner(connection, connector)
        place = await self._placed(Ref(connection_id, "", company_id), connection, connector, runner, ("companyId",))
        listing: Listing = await runner.converse(connector.list(place.company_id, wanted, offset, limit))
        refs = [replace(place, native_id=connector.native_id(document)) for document in listing.documents]
        whole = connector.listed is None
        if connector.listed is not None and not needed <= connector.listed | ALWAYS_LISTED:
            runners = [self._runner(connection, connector) for _ in refs]
            read = await asyncio.gather(
                *(runner.converse(connector.read(ref)) for runner, ref in zip(runners, refs, strict=True))
            )
            # A record may vanish between the list and its read: then it is no longer on the list.
            customers = [
                connector.parse(document, ref) for document, ref in zip(read, refs, strict=True) if document is not None
            ]
        else:
            customers = [
                connector.parse(document, ref, whole=whole)
                for document, ref in zip(listing.documents, refs, strict=True)
            ]
        return Page(customers, offset, listing.more, listing.total)

    async def update(self, request: UpdateRequest, wants: Wants) -> Outcome:
        """Carry out an update; every business problem is in the outcome's errors."""
        at = request.at
        try:
            connection, connector = await self.connection(request.ref.connection_id, _inside(at, "connectionId"))
            change = _change_of(request, connector)
            if problems := [*check_change(change), *_check_key(request.idempotency_key)]:
                return Outcome(errors=list(problems), dry_run=request.dry_run)
            runner = self._runner(connection, connector)
            ref = await self._placed(request.ref, connection, connector, runner, _inside(at, "companyId"))
            request = replace(request, ref=ref)
            async with self._lock(request.ref):
                if request.idempotency_key is None or request.dry_run:
                    return await self._update(runner, request, change, wants)
                return await self._update_once(runner, request, request.idempotency_key)
        except GatewayError as error:
            return Outcome(errors=[error], dry_run=request.dry_run)

    async def _update_once(self, runner: Runner, request: UpdateRequest, key: str) -> Outcome:
        """An update under an idempotency key: the first call writes, later ones get its answer."""
        ref, connector = request.ref, runner.connector
        change = _change_of(request, connector)
        keys, owned_by = self.shared.keys, self._key(ref.connection_id)
        begun = await keys.begin(owned_by, key, fingerprint(ref, change, request.expected_version))
        if isinstance(begun, Done):
            return unpack(begun.result, connector, ref)
        if isinstance(begun, Reused):
            words = "This idempotency key was used for another change."
            raise IdempotencyProblem(ErrorCode.KEY_REUSED, words, path=("idempotencyKey",))
        if isinstance(begun, Running):
            words = "A call with this idempotency key is still running; ask again in a moment."
            raise IdempotencyProblem(ErrorCode.KEY_IN_PROGRESS, words, path=("idempotencyKey",))
        kept = False
        try:
            outcome = await self._update(runner, request, change, Wants(), careful=True)
            if is_final(outcome):
                kept = await keys.finish(owned_by, key, begun.owner, pack(outcome))
            return outcome
        finally:
            if not kept:
                await keys.forget(owned_by, key, begun.owner)

    async def _update(
        self, runner: Runner, request: UpdateRequest, change: Change, wants: Wants, *, careful: bool = False
    ) -> Outcome:
        """The runner's update, with an entry in the audit log as soon as anything is written."""
        ref, audit = request.ref, None if request.dry_run else self.shared.audit
        integration = runner.connector.manifest.integration
        subject = Subject(self.tenant, ref.connection_id, integration, ref.native_id, ref.company_id)
        recording = audit and Recording(audit, subject, request.caller, request.correlation_id)
        outcome = await runner.update(
            ref,
            change,
            wants=wants,
            expected_version=request.expected_version,
            dry_run=request.dry_run,
            careful=careful,
            begins=recording.begin if recording else None,
        )
        if recording:
            await recording.finish(outcome)
        return outcome

    async def history(self, customer: Customer, first: int, after: Place | None = None) -> Sequence[Entry]:
        """What the audit log knows of a customer of this tenant, newest first."""
        audit, one = self.shared.audit, customer
        subject = Subject(self.tenant, one.connection_id, one.integration, one.native_id, one.company_id)
        return [] if audit is None else await audit.of(subject, first, after)

    async def erase_history(self, ref: Ref) -> int:
        """Forget what the audit log knows of a customer, also when its connection is gone; answers how many entries."""
        audit = self.shared.audit
        subject = Subject(self.tenant, ref.connection_id, None, ref.native_id, ref.company_id)
        return 0 if audit is None else await audit.erase(subject)

    async def _placed(self, ref: Ref, connection: Connection, connector: Connector, runner: Runner, at: Path) -> Ref:
        """The ref with the company it acts upon: the connection's, or one that the credentials may use."""
        fixed = connection.company_id
        if fixed is not None:
            if ref.company_id not in (None, fixed):
                words = "This connection is fixed to another company."
                raise ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=at)
            return replace(ref, company_id=fixed, company_fixed=True)
        if ref.company_id is None and not connector.manifest.company_required:
            return ref
        known = self.shared.companies.get((connection.key, connection.generation), frozenset())
        if ref.company_id in known:
            return ref
        # Or not yet: companies are added while the gateway runs.
        found = await runner.converse(connector.companies(connection))
        known = frozenset(company.id for company in found)
        self.shared.companies[connection.key, connection.generation] = known
        if ref.company_id in known:
            return ref
        if ref.company_id is None:
            words = f"{connector.manifest.label} needs a companyId: one of {_listed(found)}."
            raise ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=at, companies=found)
        words = f"The connection's credentials do not reach this company, but {_listed(found)}."
        raise ConnectionProblem(ErrorCode.COMPANY_UNAVAILABLE, words, path=at, companies=found)

    def _runner(self, connection: Connection, connector: Connector, deadline: float | None = None) -> Runner:
        """`deadline` is that of an operation that began earlier."""
        shared = self.shared
        budget = shared.budgets.setdefault(connection.key, RepeatBudget())
        deadline = shared.clock() + shared.deadline if deadline is None else deadline
        reserve = shared.deadline * shared.patience.reserve
        session = Session(
            connection, connector, shared.outbound, shared.keeper, deadline, budget, reserve, homes=shared.homes
        )
        return Runner(connector, session, patience=shared.patience)

    def _lock(self, ref: Ref) -> asyncio.Lock:
        """One update of a record at a time, so that two callers of this process do not overwrite each other."""
        return self.shared.locks.setdefault((self._key(ref.connection_id), ref.native_id), asyncio.Lock())


def _listed(companies: Sequence[Company]) -> str:
    """The first few companies, for people; a caller finds all of them beside the words."""
    named = [f"{company.id} ({company.name})" if company.name else company.id for company in companies[:5]]
    return ", ".join(named) + (" …" if companies[5:] else "") if named else "none that could be found"


def _change_of(request: UpdateRequest, connector: Connector) -> Change:
    name = connector.manifest.name
    if request.member != name:
        words = f"This connection is one of {connector.manifest.label}: the change has to be its member."
        raise InvalidChange(ErrorCode.UNSUPPORTED, words, path=("change", camel(request.member)))
    return read_change(connector.table, request.value, ("change", camel(name)))


def camel(name: str) -> str:
    """`lexware_office` as the `@oneOf` member `lexwareOffice`."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _check_key(key: str | None) -> list[InvalidChange]:
    if key is None or (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        return []
    words = f"An idempotency key has 1 to {LONGEST_KEY} printable characters."
    return [InvalidChange(ErrorCode.BAD_FORMAT, words, path=("idempotencyKey",))]


def _check_filter(connector: Connector, wanted: ListFilter) -> None:
    named = {
        "number": wanted.number,
        "name": wanted.name,
        "email": wanted.email,
        "active": wanted.active,
        "updatedSince": wanted.updated_since,
    }
    given = [name for name, value in named.items() if value is not None]
    label, known = connector.manifest.label, connector.manifest.filters
    for name in given:
        if name not in known:
            words = f"{label} cannot filter by {name}; it filters by {', '.join(sorted(known)) or 'nothing'}."
            raise InvalidChange(ErrorCode.UNSUPPORTED, words, path=("filter", name))


def _inside(at: Path, name: str) -> Path:
    """Where a part of the ref stands: an opaque id has no parts that a caller could point at."""
    return at if at[-1:] == ("id",) else (*at, name)
