"""A whole gateway before the strict simulator: what locks keys is on, on both sides, the rates of calls are off."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gql_gateway.connectors.exact_online import CONNECTOR
from gql_gateway.outbound.refusals import Refusals
from gql_gateway.sandbox.exact_online import ExactOnlineSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.trial import Stage, Trial, open_trial


@pytest.fixture
def exact() -> ExactOnlineSimulator:
    """The simulator, with switches for what is unverified."""
    simulator = ExactOnlineSimulator()
    simulator.rate_limit = None
    return simulator


@pytest.fixture
async def books(exact: ExactOnlineSimulator) -> AsyncIterator[Trial]:
    database = Database("sqlite://")
    try:
        await database.migrate()
        async with Sandbox([exact]) as sandbox:
            stage = Stage(sandbox, database, SecretBox.from_text(generate_key()))
            async with open_trial(stage, CONNECTOR()) as trial:
                trial.gateway.shared.outbound.refusals = Refusals()
                yield trial
    finally:
        await database.close()
