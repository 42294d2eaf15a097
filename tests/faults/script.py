"""A fault set where it is to hit, and an update that it cannot be confused with."""

from __future__ import annotations

import pytest

from gql_gateway.connectors.run import Patience
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.outbound.client import Deadlines
from gql_gateway.sandbox.faults import Taken
from tests.faults.table import On, Row
from tests.support.trial import Trial
from tests.support.values import is_coded, stored

SHORT = Deadlines(connect=1.0, read=0.35, total=0.5)
ONE_LOOK = Patience(settle=(0.0,), fresh=(0.0,))


def steady_leaf(trial: Trial, native_id: str) -> Leaf:
    """A text that `stale_version`, somebody else's edit, leaves alone."""
    before = trial.record(native_id)
    trial.simulator.touch(native_id)
    after = trial.record(native_id)
    trial.simulator.reset()
    connector = trial.connector
    return next(
        leaf
        for leaf in connector.table.leaves
        if leaf.kind is Kind.TEXT
        and not (leaf.fact.choices() or leaf.fact.pattern or is_coded(connector, leaf))
        and stored(connector, leaf, before) is not None
        and stored(connector, leaf, before) == stored(connector, leaf, after)
    )


def script(trial: Trial, row: Row, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the fault right before the first request that it is meant for: only then is its method known."""
    take = trial.mount.faults.take
    seen: set[bool] = set()
    set_for: set[bool] = set()

    def take_in_time(method: str, path: str, *, token: bool, write: bool) -> Taken:
        meant = {
            On.READ: not write and True not in seen,
            On.WRITE: write,
            On.READ_BACK: not write and True in seen,
            On.WRITE_AND_READS: write or True in seen,
        }
        if meant[row.on] and not token and write not in set_for and path != trial.question:
            set_for.add(write)
            trial.fault(fault, times=row.times, on=f"{method} /")
        if not token and path != trial.question:
            seen.add(write)
        return take(method, path, token=token, write=write)

    monkeypatch.setattr(trial.mount.faults, "take", take_in_time)
