"""The wire of a connector: what it would send for a change, and what its simulator answers to a call."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from gql_gateway.connectors.base import Connector, Conversation, Step
from gql_gateway.errors import InvalidChange
from gql_gateway.fields.change import read_change
from gql_gateway.fields.check import check_change
from gql_gateway.fields.native import Clear
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Simulator
from tests.support.changes import typed_change
from tests.support.values import candidates, change_of, is_coded, member, needed, of_length, with_ids

Document = dict[str, Any]


def simulator_of(connector: Connector) -> Simulator:
    """A simulator of its own, never too busy."""
    module = importlib.import_module(f"gql_gateway.sandbox.{connector.manifest.name}")
    [simulator] = [
        kind()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Simulator) and kind is not Simulator
    ]
    if hasattr(simulator, "rate_limit"):
        simulator.rate_limit = None
    return simulator


@cache
def _company_of(connector: Connector) -> str | None:
    """The company that a sandbox connection fixes."""
    return simulator_of(connector).company_id()


def values_of(connector: Connector, leaf: Leaf) -> Iterator[Any]:
    """What a caller may give: every choice or two samples, the longest text, and null where it clears."""
    choices = leaf.fact.choices()
    yield from choices or islice(candidates(connector, leaf), 2)
    if leaf.kind is Kind.TEXT and leaf.fact.max_length and not choices and not is_coded(connector, leaf):
        yield of_length(connector, leaf, leaf.fact.max_length)
    if leaf.fact.clear not in (Clear.NEVER, Clear.WITH_ENTRY):
        yield None


def steps_of(connector: Connector, current: Document, wanted: Mapping[str, Any]) -> list[Step] | list[InvalidChange]:
    """The calls of an update that gives these values by unified path, or what forbids it for this record."""
    value = typed_change(connector, with_ids(connector, change_of(connector, wanted), current))
    change = read_change(connector.table, value, ("change", member(connector)))
    problems = check_change(change) or list(connector.check(change, current))
    company_id = _company_of(connector) if connector.manifest.company_required else None
    ref = Ref("c", connector.native_id(current), company_id)
    return problems or list(connector.plan(ref, change, current))


def update_of(connector: Connector, records: Iterable[Document], leaf: Leaf, value: Any) -> tuple[Document, list[Step]]:
    """The first record whose update with this value alone is allowed and makes a call, and the calls."""
    for record in records:
        place = connector.locate(leaf, record)
        if place is None:
            continue
        steps = steps_of(connector, record, {**needed(connector, leaf.path, place, record), leaf.path: value})
        if steps and all(isinstance(step, Step) for step in steps):
            return record, [step for step in steps if isinstance(step, Step)]
    raise AssertionError(f"{connector.manifest.name}: no seeded record takes {value!r} for {leaf.path}")


@dataclass(frozen=True)
class Line:
    """A connector and its simulator, call by call: nothing explains, repeats or reads back."""

    connector: Connector
    simulator: Simulator
    outbound: Outbound
    base_url: str

    @property
    def connection(self) -> Connection:
        credentials, company_id = Credentials(self.simulator.credentials()), self.simulator.company_id()
        return Connection("c", self.connector.manifest.name, credentials, company_id, tenant="default")

    async def send(self, call: Call) -> Answer:
        headers = {"Accept": "application/json", **self.connector.authorize(self.connection)}
        sent = self.connector.authorized(call, self.connection)
        return await self.outbound.send(self.base_url, sent, key="c", headers=headers)

    async def hold(self, conversation: Conversation[Any]) -> list[tuple[Call, Answer]]:
        """The calls of a conversation and their answers."""
        told: list[tuple[Call, Answer]] = []
        try:
            call = next(conversation)
            while True:
                answer = await self.send(call)
                told.append((call, answer))
                call = conversation.send(answer)
        except StopIteration:
            return told


@asynccontextmanager
async def line(connector: Connector) -> AsyncIterator[Line]:
    simulator = simulator_of(connector)
    async with Sandbox([simulator]) as sandbox, Outbound(Limiter()) as outbound:
        yield Line(connector, simulator, outbound, sandbox.url(connector.manifest.name))
