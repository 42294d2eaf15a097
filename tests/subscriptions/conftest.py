from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ..http.tenants import Building, open_building
from .ticking import ticking


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Building]:
    """A gateway that authenticates its callers and has subscriptions."""
    folder = tmp_path_factory.mktemp("building")
    async with open_building(folder, schema=ticking(), public_url="https://books.example/") as opened:
        yield opened
