"""Who asks what: the operations of a campaign, shared out over processes."""

from __future__ import annotations

import multiprocessing
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from .campaign import Campaign, Tally, campaign
from .documents import documents, mutations
from .schemathesis_cases import cases, root_fields

WORKERS = 2
OFTEN = {"updateCustomer": 6, "customers": 3, "customer": 3, "node": 2, "createConnectLink": 2}
"""How often schemathesis is asked for a root field; for the others once."""
CAN_BE_WRONG = ("node", "customers", "companies", "integration")
"""Root fields whose arguments schemathesis can violate by itself; the others take ours, which do so too."""


@dataclass(frozen=True)
class Share:
    """What one process does."""

    operations: int
    seed: int


@dataclass(frozen=True)
class Done:
    """`fault` is what was found, told whole; empty when nothing was."""

    tally: Tally
    fault: str = ""


def run(operations: int, seed: int, workers: int = WORKERS) -> list[Done]:
    """Ask so many operations. The same numbers give the same operations."""
    shares = [Share(-(-operations // workers), seed * 1_000 + number) for number in range(workers)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(work, shares))


def work(share: Share) -> Done:
    with campaign() as running:
        fault = ""
        try:
            _ask(running, share)
        except BaseException as problem:  # also a group of several faults; exceptions do not all travel well
            fault = "".join(traceback.format_exception(problem, chain=False))
    return Done(running.tally, fault)


def _ask(running: Campaign, share: Share) -> None:
    """All of schemathesis, and half as many of our own besides: what it cannot make, at half the cost."""
    seed = share.seed * 100_000
    weight = sum(OFTEN.get(field, 1) for _, field in root_fields()) + len(CAN_BE_WRONG)
    for root, field in root_fields():
        running.run(cases(root, field), share.operations * OFTEN.get(field, 1) // weight, seed)
        if field in CAN_BE_WRONG:
            running.run(cases(root, field, wrong=True), share.operations // weight, seed)
    # A field without arguments has not as many different operations.
    running.run(cases("Mutation", "updateCustomer"), share.operations - running.tally.operations, seed + 50_000)
    running.run(mutations(), share.operations // 4, seed)
    running.run(documents(), share.operations // 4, seed)
