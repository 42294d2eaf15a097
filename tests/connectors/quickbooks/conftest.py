"""A whole gateway before the strict simulator, its own rate limit off."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gql_gateway.connectors.quickbooks import CONNECTOR
from gql_gateway.sandbox.quickbooks import QuickbooksSimulator
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key
from tests.support.trial import Stage, Trial, open_trial


@pytest.fixture
def intuit() -> QuickbooksSimulator:
    """The simulator, with switches for what is unverified."""
    simulator = QuickbooksSimulator()
    simulator.rate_limit = None
    return simulator


@pytest.fixture
async def books(intuit: QuickbooksSimulator) -> AsyncIterator[Trial]:
    database = Database("sqlite://")
    try:
        await database.migrate()
        async with Sandbox([intuit]) as sandbox:
            stage = Stage(sandbox, database, SecretBox.from_text(generate_key()))
            async with open_trial(stage, CONNECTOR()) as trial:
                yield trial
    finally:
        await database.close()
