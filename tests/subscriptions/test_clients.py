"""The reference clients graphql-ws and graphql-sse against a gateway that listens."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ..http.tenants import ALPHA, Building
from .serving import listening
from .ticking import seen
from .wire import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Path(__file__).parent
COUNTED = {"results": [{"data": {"countdown": number}} for number in (3, 2, 1)]}
BOTH = pytest.mark.parametrize("transport", ["socket", "stream"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def told(building: Building) -> AsyncIterator[Any]:
    """What the clients saw, by transport and scenario."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "graphql-ws").is_dir():
        pytest.skip("needs node and `npm ci` in tests/subscriptions")
    seen.ended.clear()
    async with listening(building) as gateway:
        running = await asyncio.create_subprocess_exec(
            *(node, HERE / "clients.mjs", gateway.origin, building.keys[ALPHA]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await running.communicate()
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        assert running.returncode == 0, err.decode()
        yield json.loads(out)


@BOTH
class TestBoth:
    async def test_subscription(self, told: Any, transport: str) -> None:
        assert told[transport]["subscription"] == COUNTED

    async def test_query(self, told: Any, transport: str) -> None:
        assert told[transport]["query"] == {"results": [{"data": {"connections": [{"id": "books"}, {"id": "secret"}]}}]}

    async def test_mutation(self, told: Any, transport: str) -> None:
        payload = {"customer": {"notes": f"by {transport}"}, "errors": []}
        assert told[transport]["mutation"] == {"results": [{"data": {"updateCustomer": payload}}]}

    async def test_several_at_a_time(self, told: Any, transport: str) -> None:
        assert [len(item["results"]) for item in told[transport]["several"]] == [3, 2, 1]
        assert not any("error" in item for item in told[transport]["several"])

    async def test_one_that_the_client_ends(self, told: Any, transport: str) -> None:
        assert told[transport]["left"] == {"data": {"forever": transport}}
        await until(lambda: transport in seen.ended)


class TestErrors:
    async def test_of_the_document(self, told: Any) -> None:
        (error,) = told["socket"]["refused"]["error"]["errors"]
        (result,) = told["stream"]["refused"]["results"]
        assert error["message"] == result["errors"][0]["message"] == "Cannot query field 'nothing' on type 'Query'."
        assert "error" not in told["stream"]["refused"]

    async def test_of_the_source(self, told: Any) -> None:
        socket, stream = told["socket"]["failing"], told["stream"]["failing"]
        assert socket["results"] == stream["results"][:1] == [{"data": {"failing": 1}}]
        assert socket["error"]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert stream["results"][1]["errors"][0]["extensions"]["code"] == "INTERNAL"


class TestCallers:
    async def test_by_header_of_the_handshake(self, told: Any) -> None:
        assert told["socket"]["header"] == COUNTED

    async def test_strangers(self, told: Any) -> None:
        assert told["socket"]["nobody"] == {"results": [], "error": {"code": 4401, "reason": "Unauthorized"}}
        assert told["socket"]["stranger"] == {"results": [], "error": {"code": 4403, "reason": "Forbidden"}}
        assert told["stream"]["stranger"] == {"results": [], "error": {"status": 401}}


async def test_client_that_pings_is_answered(told: Any) -> None:
    assert told["socket"]["kept"] == "pong"
