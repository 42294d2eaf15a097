"""The plan: fresh subjects in every round, their windows interleaved in rotating order, ratios within a round."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from . import contract, rig
from .contract import Work
from .measure import Load, Window, check, measure
from .rig import Rig


@dataclass(frozen=True, slots=True)
class Process:
    """How a subject is started. `settings` are those that are not the product's default."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of the table: what a process does with one kind of work. `limit` is the subject it is held against."""

    name: str
    process: Process
    work: Work
    limit: str
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. A noisy window is measured again while less than `budget` seconds have passed."""

    rounds: int
    tenants: int
    loads: tuple[Load, ...]
    peer: bool
    again: int
    budget: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The window of one subject under one load in one round."""

    round: int
    subject: str
    load: str
    window: Window


SATURATION = Load("saturation", delay_ms=0, connections=32, warm=1.0, seconds=3.0)
HALF = Load("half load", delay_ms=0, connections=64, warm=0.5, seconds=3.0, rate=0.5)
"""Its rate is a share of what the subject did in the same round at saturation."""
DELAYED = Load("50 ms upstream", delay_ms=50, connections=256, warm=1.0, seconds=3.0)

FULL = Plan(rounds=3, tenants=2000, loads=(SATURATION, HALF, DELAYED), peer=True, again=2, budget=200.0)
QUICK = Plan(
    rounds=1,
    tenants=200,
    loads=(replace(SATURATION, connections=8, warm=0.2, seconds=0.6),),
    peer=False,
    again=0,
    budget=0.0,
)

LIMIT_A = Process("limit-A", "bench.limits.limit_a", ("{port}", "{upstream}"))
# The log is two transactions that wait for the disk, which the forwarder beside it never does: a line of its own.
GATEWAY = Process("gateway", "gql_gateway", ("serve",), (("GATEWAY_AUDIT_DAYS", "0"),))
AUDITED = Process("gateway with audit log", "gql_gateway", ("serve",))
VIEW = Process("Strawberry's view", "bench.peers.strawberry_view", (), GATEWAY.settings)


def subjects(peer: bool) -> list[Subject]:
    one, two = contract.forwarded(0), contract.forwarded(1)
    short, whole = contract.mutation("errors_only", 0), contract.mutation("whole", 1)
    found = [
        Subject("limit-A, 1 call", LIMIT_A, one, "limit-A, 1 call", "forwards the provider's body as it is"),
        Subject("limit-A, 2 calls", LIMIT_A, two, "limit-A, 2 calls", "the same after a GET"),
        Subject("gateway, 1 call", GATEWAY, short, "limit-A, 1 call", "updateCustomer, only errors selected"),
        Subject("gateway, 2 calls", GATEWAY, whole, "limit-A, 2 calls", "customer, changes, warnings selected too"),
        Subject("gateway, audit log, 2 calls", AUDITED, whole, "limit-A, 2 calls", "the same, and the update noted"),
    ]
    if peer:
        words = "our schema and resolvers behind Strawberry's own ASGI view"
        found.append(Subject("Strawberry's view, 2 calls", VIEW, whole, "limit-A, 2 calls", words))
    return found


def run(plan: Plan) -> list[Measured]:
    """Every window of the plan."""
    start = time.monotonic()
    found: list[Measured] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gql-gateway-bench-")))
        parts = stack.enter_context(rig.prepared(folder, plan.tenants))
        for number in range(plan.rounds):
            found += _round(parts, plan, number, start)
    return found


def _round(parts: Rig, plan: Plan, number: int, start: float) -> list[Measured]:
    found: list[Measured] = []
    lines = subjects(plan.peer)
    with ExitStack() as stack:
        running = {
            process.name: stack.enter_context(
                rig.subject(parts, process.module, *process.arguments, **dict(process.settings))
            )
            for process in dict.fromkeys(item.process for item in lines)
        }
        parts.set_delay(0)
        for item in lines:
            check(parts, running[item.process.name][1], item.work)
        turn = number % len(lines)
        reached: dict[str, float] = {}
        for load in plan.loads:
            for item in lines[turn:] + lines[:turn]:
                again = plan.again if time.monotonic() - start < plan.budget else 0
                asked = replace(load, rate=load.rate * reached.get(item.name, 0.0))
                window = measure(parts, *running[item.process.name], item.work, asked, again)
                reached.setdefault(item.name, window.rps)
                found.append(Measured(number, item.name, load.name, window))
                _tell(
                    f"round {number + 1}, {load.name}: {item.name} {window.rps:,.0f} rps, {window.cpu_us:,.0f} µs CPU"
                )
    return found


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
