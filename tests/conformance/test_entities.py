"""Several customers at once, as a supergraph asks for them: the same as one by one, in fewer calls or few at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.errors import ConnectionProblem, ErrorCode, ProviderUnavailable
from gql_gateway.fields.readback import flatten, unified_names
from gql_gateway.gateway import ALWAYS_LISTED, AT_A_TIME, Entity
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.message import Answer
from tests.conformance.cases import each_connector
from tests.support.trial import Stage, Trial, open_trial

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEVERAL = 20
EVERYTHING = unified_names()
TOGETHER = {"bookmore": 1, "buchhaltungsbutler": 2, "freshbooks": 2, "quickbooks": 1}
"""The calls for all `SEVERAL` of them, where the provider has a way.

BuchhaltungsButler's list has suppliers too: two pages. One of FreshBooks' clients is deleted, which no list shows.
"""


def shown(connector: Connector) -> frozenset[str]:
    """The fields that a list shows as well as a single read does."""
    return EVERYTHING if connector.listed is None else connector.listed | ALWAYS_LISTED


async def entities(trial: Trial, native_ids: list[str], needed: frozenset[str]) -> list[Entity]:
    return await trial.gateway.entities([trial.ref(native_id) for native_id in native_ids], needed)


def cut(customer: Entity, fields: frozenset[str]) -> dict[str, Any]:
    """What of a customer is among the fields, by name."""
    assert isinstance(customer, Customer), customer
    return {path: value for path, value in flatten(customer) if path.split(".")[0] in fields}


def watch_outbound(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From now on: how many calls were under way, at the beginning of each."""
    usual, running, seen = Outbound.send, 0, list[int]()

    async def counted(*given: Any, **how: Any) -> Answer:
        nonlocal running
        running += 1
        seen.append(running)
        try:
            await asyncio.sleep(0.02)
            return await usual(*given, **how)
        finally:
            running -= 1

    monkeypatch.setattr(Outbound, "send", counted)
    return seen


@each_connector()
async def test_together_they_are_what_each_is_alone(trial: Trial) -> None:
    connector, native_ids, fields = trial.connector, trial.ids[:SEVERAL], shown(trial.connector)
    alone = [await trial.customer(native_id) for native_id in native_ids]
    trial.forget()

    together = await entities(trial, native_ids, fields)

    calls = len(trial.reads())
    assert [cut(item, fields) for item in together] == [cut(item, fields) for item in alone]
    if connector.manifest.name in TOGETHER:
        assert calls == TOGETHER[connector.manifest.name]
    else:
        assert calls >= SEVERAL


@each_connector()
async def test_what_a_list_does_not_show_is_read(trial: Trial) -> None:
    """Nobody is cut to what a list happens to show."""
    native_ids = trial.ids[:3]
    alone = [await trial.customer(native_id) for native_id in native_ids]
    assert await entities(trial, native_ids, EVERYTHING) == alone


@each_connector()
async def test_one_that_is_not_there_leaves_the_others_alone(trial: Trial) -> None:
    first, second = trial.ids[:2]
    nobody = next(id for sign in "0123456789abcdef" if (id := first[:-1] + sign) not in trial.ids)
    found = await entities(trial, [first, nobody, second, first], shown(trial.connector))

    assert [item.native_id if isinstance(item, Customer) else None for item in found] == [first, None, second, first]
    assert found[1] is None or getattr(found[1], "code", None) is ErrorCode.NOT_FOUND
    assert found[0] == found[3]


@each_connector()
async def test_few_are_read_at_the_same_time(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    most = watch_outbound(monkeypatch)
    found = await entities(trial, trial.ids[:SEVERAL], EVERYTHING)
    assert all(isinstance(item, Customer) for item in found)
    assert 1 <= max(most) <= AT_A_TIME


async def test_all_have_the_time_of_one_operation(stage: Stage) -> None:
    """Those that wait for their turn do not begin anew: the first five use up the time, and nobody else is asked."""
    async with open_trial(stage, connectors()["fortnox"], deadline=1.0) as trial:
        trial.fault("timeout_before", times=1000)
        found = await entities(trial, trial.ids[:SEVERAL], EVERYTHING)

        assert [type(item) for item in found] == [ProviderUnavailable] * SEVERAL
        assert len(trial.reads()) <= AT_A_TIME


@each_connector()
async def test_companies_that_are_none_are_asked_for_few_at_a_time(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = watch_outbound(monkeypatch)
    refs = [Ref(trial.connection_id, trial.ids[0], f"no-company-{number}") for number in range(SEVERAL)]
    found = await trial.gateway.entities(refs, EVERYTHING)

    assert all(isinstance(item, ConnectionProblem) for item in found)
    assert max(most, default=0) <= AT_A_TIME


@each_connector()
async def test_without_a_connection_each_is_told(trial: Trial) -> None:
    stray = Ref("nowhere", trial.ids[0])
    known = trial.ref(trial.ids[0])
    found = await trial.gateway.entities([stray, known, Ref("nowhere", "2")], shown(trial.connector))

    assert isinstance(found[1], Customer)
    for item in (found[0], found[2]):
        assert isinstance(item, ConnectionProblem)
        assert item.code is ErrorCode.NOT_CONNECTED


def named(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("connector", [connectors()[name] for name in names], ids=names, indirect=True)


@named(*TOGETHER)
async def test_a_list_that_cannot_be_read_is_no_reason_not_to_read_each(trial: Trial) -> None:
    native_ids = trial.ids[:3]
    for native_id in native_ids:
        await trial.customer(native_id)
    one_by_one = len(trial.reads())
    trial.forget()
    trial.fault("html_instead", times=1)
    found = await entities(trial, native_ids, shown(trial.connector))

    assert [item.native_id for item in found if isinstance(item, Customer)] == native_ids
    assert len(trial.reads()) == 1 + one_by_one


@named(*TOGETHER)
async def test_a_provider_that_is_down_is_asked_no_more_for_each(trial: Trial) -> None:
    trial.fault("status:503", times=1000)
    found = await entities(trial, trial.ids[:SEVERAL], shown(trial.connector))

    assert [type(item) for item in found] == [ProviderUnavailable] * SEVERAL
    assert len(trial.reads()) < SEVERAL
