"""One set of simulators for the whole suite, and a fresh gateway before the connector under test for each case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gql_gateway.connectors.base import Connector
from tests.support.trial import Stage, Trial, open_stage, open_trial


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


@pytest.fixture
def connector(request: pytest.FixtureRequest) -> Connector:
    """The connector of the case, for tests that are parametrised over connectors alone."""
    found: Connector = request.param
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def trial(stage: Stage, connector: Connector) -> AsyncIterator[Trial]:
    async with open_trial(stage, connector) as opened:
        yield opened
