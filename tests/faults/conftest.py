"""The simulators, and the gateway with little patience, so that the whole table takes about a minute."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gql_gateway.execute import Executor
from gql_gateway.schema.build import build_schema
from tests.support.trial import Stage, open_stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def executor() -> Executor:
    return Executor(build_schema())
