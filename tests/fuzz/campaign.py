"""Runs generated operations against the whole application in this process, and judges every answer."""

from __future__ import annotations

import asyncio
import faulthandler
import itertools
import json
import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import structlog
import uvloop
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from gql_gateway import logs
from gql_gateway.outbound.redact import secrets_of
from gql_gateway.sandbox.simulator import Simulator
from tests.http.conftest import GRAPHQL, Reply, Site, open_site
from tests.support.trial import SHORT, Forgiving, Unlimited

from .operation import Operation
from .verdict import faults

DEADLINE = 10.0
"""What the gateway may take for an operation."""
HANGS_AFTER = 60.0
"""Seconds after which an operation is given up, so generous that a busy machine does not matter."""
AT_A_TIME = 500
"""Examples of one run of Hypothesis: what it remembers of earlier ones makes later ones slow."""


class Fault(AssertionError):
    """An answer that must not be, with the operation that got it."""


@dataclass
class Tally:
    """What came of the operations. `reached` are the requests that got as far as a simulator, by integration."""

    operations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    generating: float = 0.0  # seconds of the processor, like the next one: a busy machine does not change them
    answering: float = 0.0
    slowest: float = 0.0
    slowest_query: str = ""

    def told(self) -> str:
        times = f"{self.generating:.0f} s of CPU to generate, {self.answering:.0f} s to answer"
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        reached = ", ".join(f"{name} {count}" for name, count in sorted(self.reached.items()))
        slowest = f"the slowest took {self.slowest:.2f} s: {' '.join(self.slowest_query.split())[:300]}"
        return f"{self.operations} operations ({times}): {outcomes}\nreached {reached}\n{slowest}"

    def __add__(self, other: Tally) -> Tally:
        slower = self if self.slowest >= other.slowest else other
        return Tally(
            self.operations + other.operations,
            self.outcomes + other.outcomes,
            self.reached + other.reached,
            self.generating + other.generating,
            self.answering + other.answering,
            slower.slowest,
            slower.slowest_query,
        )


@dataclass
class Campaign:
    runner: asyncio.Runner
    site: Site
    secrets: frozenset[str]
    tally: Tally = field(default_factory=Tally)

    def run(self, strategy: st.SearchStrategy[list[Operation]], count: int, seed_of: int) -> None:
        """Ask about so many operations; fewer where there are not as many different ones."""
        began, answering, before = time.process_time(), self.tally.answering, self.tally.operations
        for number in itertools.count():
            lacking = before + count - self.tally.operations
            if lacking <= 0 or not self._run(strategy, min(lacking, AT_A_TIME), seed_of + number):
                break
        self.tally.generating += time.process_time() - began - (self.tally.answering - answering)

    def _run(self, strategy: st.SearchStrategy[list[Operation]], examples: int, seed_of: int) -> int:
        before = self.tally.operations

        @seed(seed_of)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def ask(operations: list[Operation]) -> None:
            for operation in operations:
                self.ask(operation)

        ask()
        return self.tally.operations - before

    def ask(self, operation: Operation) -> Reply:
        """The answer to one operation, judged."""
        began, used = time.perf_counter(), time.process_time()
        # A loop that never awaits is seen by nobody but another thread: it ends the process with all stacks told.
        faulthandler.dump_traceback_later(2 * HANGS_AFTER, exit=True)
        try:
            reply = self.runner.run(asyncio.wait_for(_send(self.site, operation), HANGS_AFTER))
        except TimeoutError:
            raise Fault(f"no answer within {HANGS_AFTER} seconds\n{_shown(operation)}") from None
        finally:
            faulthandler.cancel_dump_traceback_later()
        took = time.perf_counter() - began
        self.tally.answering += time.process_time() - used
        self._note(operation, reply, took)
        if found := faults(reply.status, reply.kind, reply.body, self.secrets):
            raise Fault(
                "\n".join([*dict.fromkeys(found), _shown(operation), reply.body.decode("utf-8", "replace")[:2000]])
            )
        return reply

    def _note(self, operation: Operation, reply: Reply, took: float) -> None:
        tally = self.tally
        tally.operations += 1
        if took > tally.slowest:
            tally.slowest, tally.slowest_query = took, operation.query
        refused = not reply.body.startswith(b'{"data"')
        tally.outcomes[
            "refused" if refused else "in part" if b'"errors":[{"message"' in reply.body else "answered"
        ] += 1


async def _send(site: Site, operation: Operation) -> Reply:
    given: dict[str, Any] = {"query": operation.query}
    if operation.name is not None:
        given["operationName"] = operation.name
    if not operation.get:
        return await site.post(body=json.dumps({**given, "variables": dict(operation.variables)}).encode())
    given["variables"] = json.dumps(dict(operation.variables))
    return await site.ask("GET", f"/graphql?{urlencode(given)}", headers={"accept": GRAPHQL})


def _shown(operation: Operation) -> str:
    return f"{operation.query}\n{dict(operation.variables)!r}\noperationName: {operation.name!r}, GET: {operation.get}"


def _secrets(simulators: Collection[Simulator]) -> frozenset[str]:
    """What no answer may hold. Holded's made-up key happens to be Sage's made-up company, which answers show."""
    shown = {one.company_id() for one in simulators}
    known = {secret for one in simulators for secret in secrets_of(one.credentials())}
    return frozenset(secret for secret in known - shown if len(secret) >= 6)


@contextmanager
def _few_logs() -> Iterator[None]:
    """Errors only, as long as it lasts: whoever comes after in this process wants the others too."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up("error", "json")
    try:
        yield
    finally:
        structlog.configure(**before)
        root.handlers = handlers
        root.setLevel(level)


@contextmanager
def campaign() -> Iterator[Campaign]:
    """An application before the simulators, without the rates of the providers: they are no part of what is tried."""
    with _few_logs(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        opened = open_site()
        site = runner.run(opened.__aenter__())
        try:
            sandbox = site.prepared.sandbox
            for simulator in sandbox.simulators.values():
                for limit in ("rate_limit", "error_limit"):
                    if hasattr(simulator, limit):
                        setattr(simulator, limit, None)
            assert site.app.parts is not None
            gateways = site.app.parts.gateways
            gateways.deadline, gateways.patience = DEADLINE, SHORT
            gateways.outbound._limiter, gateways.outbound.refusals = Unlimited(), Forgiving()
            running = Campaign(runner, site, _secrets(sandbox.simulators.values()))
            yield running
            for name in sandbox.simulators:
                running.tally.reached[name] += len(sandbox.requests(name))
        finally:
            runner.run(opened.__aexit__(None, None, None))
