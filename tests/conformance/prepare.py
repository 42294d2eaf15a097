"""A stored record brought into the state that a case needs, through the gateway itself."""

from __future__ import annotations

from typing import Any

from gql_gateway.fields.table import Leaf
from tests.support.trial import Document, Trial
from tests.support.values import change_of, is_in_new_entry, needed, sample, stored


async def prepared(trial: Trial, native_id: str, leaf: Leaf, *, filled: bool = False) -> Document:
    """The stored record, fit for this one value to be set, or already holding one."""
    await give(trial, native_id, needed(trial.connector, leaf.path, leaf.native, trial.record(native_id)))
    record = trial.record(native_id)
    filled = filled or is_in_new_entry(trial.connector, record, leaf.native)
    if filled and stored(trial.connector, leaf, record) is None:
        await give(trial, native_id, {leaf.path: sample(trial.connector, leaf, None, record)})
    trial.forget()
    return trial.record(native_id)


async def give(trial: Trial, native_id: str, values: dict[str, Any]) -> None:
    if values:
        outcome = await trial.update(native_id, change_of(trial.connector, values))
        assert outcome.errors == []
