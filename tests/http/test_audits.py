"""The audits of the GraphQL-over-HTTP specification, as the package graphql-http has them, against a real server."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.commands.sandbox import prepared
from gql_gateway.serving import server_of

HERE = Path(__file__).parent
KNOWN = 61
"""Audits of graphql-http 1.23.1: fewer would mean that some were lost."""

CONFLICTS: dict[str, str] = {}
"""Audit ids that contradict what the gateway promises, and the promise. There are none."""


@asynccontextmanager
async def listening() -> AsyncIterator[str]:
    """The address of a gateway that really listens."""
    async with prepared("127.0.0.1", 0, 0) as ready:
        server = server_of(ready.app, ready.app.settings)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


async def audit(url: str) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "graphql-http").is_dir():
        pytest.skip("needs node and `npm ci` in tests/http")
    running = await asyncio.create_subprocess_exec(
        node, HERE / "audit.mjs", url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, err = await running.communicate()
    assert running.returncode == 0, err.decode()
    found: list[dict[str, Any]] = json.loads(out)
    return found


async def test_all_audits_pass() -> None:
    async with listening() as address:
        found = await audit(f"{address}/graphql")

    assert len(found) == KNOWN
    failed = {item["id"]: f"{item['name']}: {item['reason']}" for item in found if item["status"] != "ok"}
    assert failed == CONFLICTS
