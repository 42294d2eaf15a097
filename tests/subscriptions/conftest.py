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
    origins = {"public_url": "https://books.example/", "cors_origins": "https://app.example"}
    async with open_building(folder, schema=ticking(), **origins) as opened:
        yield opened
