"""A gateway set up before the strict simulators: what the conformance suite and the fault table drive."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import structlog

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.run import Outcome, Patience, Wants
from gql_gateway.connectors.session import Session
from gql_gateway.gateway import Gateway, Gateways, UpdateRequest
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.oauth.tokens import TokenKeeper
from gql_gateway.outbound.client import Deadlines, Outbound
from gql_gateway.outbound.limits import Limiter, Rate, RefusalBudget
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.outbound.redact import secrets_of
from gql_gateway.outbound.refusals import Count, Refusals
from gql_gateway.outbound.retry import RepeatBudget
from gql_gateway.sandbox.control import HIDDEN, Mount
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Simulator
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.idempotency import IdempotencyStore
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.changes import typed_change
from tests.support.values import record_of, with_ids

Document = dict[str, Any]
EVERYTHING = Wants()
SHORT = Patience(settle=(0.0, 0.01), fresh=(0.0, 0.01))
ERRORS_ONLY = Wants(customer=False, changes=False, warnings=False)

_numbers = count(1)


class Unlimited(Limiter):
    """Lets everything out at once, except what a provider asked to hold back."""

    async def acquire(self, key: str, rates: Sequence[Rate] = (), deadline: float | None = None) -> None:
        await super().acquire(key, (), deadline)


class Forgiving(Refusals):
    """Lets everything out, however much was refused."""

    @asynccontextmanager
    async def counted(
        self, key: str, endpoint: str, budget: RefusalBudget, deadline: float | None = None
    ) -> AsyncIterator[Count]:
        yield lambda _answer: None


@dataclass(frozen=True)
class Stage:
    """What all trials of a session share: the simulators, their own rate limits off, and a database in memory."""

    sandbox: Sandbox
    database: Database
    box: SecretBox


@dataclass
class Trial:
    """One connector, its simulator, and a gateway with one connection between them."""

    connector: Connector
    mount: Mount
    store: ConnectionStore
    gateway: Gateway
    connection_id: str
    secrets: set[str] = field(default_factory=set)

    @property
    def simulator(self) -> Simulator:
        return self.mount.simulator

    @property
    def ids(self) -> list[str]:
        return self.simulator.ids()

    def record(self, native_id: str) -> Document:
        """The stored document whole, as it is now."""
        return record_of(self.connector, self.simulator, native_id)

    def ref(self, native_id: str) -> Ref:
        return Ref(self.connection_id, native_id, self.simulator.company_id())

    def requests(self) -> list[Document]:
        """What the simulator received, in order, without credentials that the session put into bodies.

        Where the calls go, and that the session asks for it, is no part of what it is asked to send.
        """
        added = self.connector.authorized(Call("any", "POST", "/", body={}), self._unstored).body
        place = f"/{getattr(self.simulator, 'cluster', '')}/".removesuffix("//")
        entries = [entry for entry in self.mount.log.shown() if entry["path"] != self.question]
        entries = [{**entry, "path": "/" + entry["path"].removeprefix(place).removeprefix("/")} for entry in entries]
        return [_without(entry, added if isinstance(added, dict) else {}) for entry in entries]

    @property
    def question(self) -> str | None:
        """The path at which the session asks where the calls go."""
        home = self.connector.home(self._unstored)
        return None if home is None else next(home).path

    @property
    def _unstored(self) -> Connection:
        credentials = Credentials(self.simulator.credentials())
        return Connection("c", self.connector.manifest.name, credentials, tenant="default")

    def writes(self) -> list[Document]:
        return [entry for entry in self.requests() if self._writes(entry)]

    def reads(self) -> list[Document]:
        """Everything else that was received, without the exchange of tokens."""
        tokens = self.token_requests()
        return [entry for entry in self.requests() if not self._writes(entry) and entry not in tokens]

    def token_requests(self) -> list[Document]:
        return [entry for entry in self.requests() if self.simulator.serves_tokens(entry["path"])]

    def forget(self) -> None:
        self.mount.log.clear()

    def fault(self, fault: str, *, times: int = 1, on: str | None = None) -> None:
        from gql_gateway.sandbox.faults import parse_fault

        self.mount.faults.add(parse_fault({"fault": fault, "times": times, "on": on}))

    async def update(self, native_id: str, change: Mapping[str, Any], wants: Wants = EVERYTHING, **how: Any) -> Outcome:
        """`change` is the `@oneOf` member as JSON. Nothing secret may be in what comes of it."""
        name = self.connector.manifest.name
        if native_id in self.ids:
            change = with_ids(self.connector, change, self.record(native_id))
        request = UpdateRequest(self.ref(native_id), name, typed_change(self.connector, change), **how)
        self.watch_secrets()
        outcome = await self.gateway.update(request, wants)
        self.check_secrets([repr(outcome), *(repr(vars(error)) for error in outcome.errors)])
        return outcome

    async def customer(self, native_id: str) -> Customer:
        customer = await self.gateway.customer(self.ref(native_id))
        self.check_secrets([repr(customer)])
        return customer

    async def send(self, call: Call) -> Answer:
        """A call as the connector would make it, without a runner around it."""
        connection = await self.store.get(ConnectionKey("default", self.connection_id))
        assert connection is not None
        deadline = time.monotonic() + self.gateway.shared.deadline
        outbound, keeper = self.gateway.shared.outbound, self.gateway.shared.keeper
        return await Session(connection, self.connector, outbound, keeper, deadline, RepeatBudget()).send(call)

    async def reconnect(self) -> None:
        """Store the simulator's newest credentials, as after `reset`."""
        connection = await self.store.get(ConnectionKey("default", self.connection_id))
        assert connection is not None
        newest = Credentials(self.simulator.credentials())
        assert await self.store.store_credentials(connection.key, newest, generation=connection.generation)

    def watch_secrets(self) -> None:
        """Remember what must never be seen: tokens are replaced while a test runs."""
        self.secrets.update(secret for secret in secrets_of(self.simulator.credentials()) if len(secret) >= 6)

    def check_secrets(self, texts: Collection[str]) -> None:
        self.watch_secrets()
        for secret in self.secrets:
            assert not any(secret in text for text in texts), f"{self.connector.manifest.name}: a secret was shown"

    def _writes(self, entry: Document) -> bool:
        return self.simulator.writes(entry["method"], entry["path"], entry["body"])


def _without(entry: Document, added: Collection[str]) -> Document:
    body = entry["body"]
    if isinstance(body, str):  # XML, in which the log shows a sign for what is hidden
        return {**entry, "body": body.replace(f">{HIDDEN}<", "><")}
    if not isinstance(body, dict) or not added:
        return entry
    return {**entry, "body": {name: value for name, value in body.items() if name not in added}}


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    sandbox, database = Sandbox(), Database("sqlite://")
    for simulator in sandbox.simulators.values():
        for limit in ("rate_limit", "error_limit"):
            if hasattr(simulator, limit):
                setattr(simulator, limit, None)
        if hasattr(simulator, "by_key"):
            # Tokens end and are renewed: of the two ways in they are the one that more can go wrong with.
            simulator.by_key = False
    try:
        await database.migrate()
        async with sandbox:
            yield Stage(sandbox, database, SecretBox.from_text(generate_key()))
    finally:
        await database.close()


@asynccontextmanager
async def open_trial(
    stage: Stage,
    connector: Connector,
    *,
    deadline: float = 30.0,
    deadlines: Deadlines | None = None,
    patience: Patience = SHORT,
    base_url: str | None = None,
) -> AsyncIterator[Trial]:
    """A fresh connection to a simulator as it was at its start, or to whatever is at another address."""
    name = connector.manifest.name
    mount = stage.sandbox.mounts[name]
    mount.simulator.reset()
    mount.faults.clear()
    mount.log.clear()
    store = ConnectionStore(stage.database, stage.box)
    url = stage.sandbox.url(name)
    connection = Connection(
        id=f"books-{next(_numbers)}",
        integration=name,
        credentials=Credentials(mount.simulator.credentials()),
        company_id=mount.simulator.company_id(),
        base_url=base_url or url,
        token_url=mount.simulator.token_url(url),
        tenant="default",
    )
    await store.add(connection)
    async with Outbound(Unlimited(), refusals=Forgiving(), deadlines=deadlines) as outbound:
        keeper = TokenKeeper(store, outbound)
        keys = IdempotencyStore(stage.database, stage.box)
        gateway = Gateways(connectors(), store, keys, outbound, keeper, deadline, patience).of("default")
        trial = Trial(connector, mount, store, gateway, connection.id)
        trial.watch_secrets()
        try:
            with captured_logs() as logs:
                yield trial
            trial.check_secrets(logs)
        finally:
            await keeper.close()
            mount.faults.clear()


@contextmanager
def captured_logs() -> Iterator[list[str]]:
    """Every log line of the process as it was before redaction, whichever way it goes."""
    lines: list[str] = []

    def keep(_logger: Any, _method: str, event: Any) -> Any:
        lines.append(repr(event))
        raise structlog.DropEvent

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.exc_info}")

    before = structlog.get_config()
    root, handler = logging.getLogger(), Keeper(logging.DEBUG)
    # The driver tells of every statement: worth looking through, not worth printing below each failed test.
    chatty = logging.getLogger("aiosqlite")
    level = root.level
    structlog.configure(processors=[keep], wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    root.setLevel(logging.DEBUG)
    chatty.propagate = False
    for logger in (root, chatty):
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        root.setLevel(level)
        chatty.propagate = True
        for logger in (root, chatty):
            logger.removeHandler(handler)
        structlog.configure(**before)
