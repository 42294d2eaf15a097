"""The simulators have enough to be tried on."""

from __future__ import annotations

import pytest

from tests.conformance.cases import each_connector, is_updatable, unknown_places
from tests.support.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="session")


@each_connector()
async def test_there_are_customers_enough_to_try(trial: Trial) -> None:
    assert len(trial.ids) >= 25
    able = [native_id for native_id in trial.ids if is_updatable(trial.connector, trial.record(native_id))]
    assert len(able) >= 20
    assert trial.simulator.example_id() in able
    customers = [await trial.customer(native_id) for native_id in trial.ids]
    assert len({customer.id for customer in customers}) == len(customers)
    assert all(customer.company_name or customer.contact_persons for customer in customers)


@each_connector()
async def test_several_records_hold_what_the_gateway_has_never_heard_of(trial: Trial) -> None:
    strangers = unknown_places(trial.connector, trial.simulator)
    able = [native_id for native_id in strangers if is_updatable(trial.connector, trial.record(native_id))]
    assert len(able) >= 2
    nested = [place for native_id in able for place in strangers[native_id] if len(place) > 1]
    assert nested, "one of them is an object or a list"
