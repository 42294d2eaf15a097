"""The command line in this process, and simulators in a thread that it can call."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from gql_gateway.cli import app
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.secrets import generate_key


class Cli:
    """`cli("connections", "list")`. Each has keys and a database of its own; `env` is what the process would have."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "cli.sqlite3"
        self.env = {
            "GATEWAY_SECRET_KEYS": generate_key("k1"),
            "GATEWAY_DATABASE_URL": f"sqlite:///{self.database}",
            "COLUMNS": "300",
        }
        self.said = ""

    def __call__(self, *arguments: str, stdin: str | None = None, code: int = 0, **env: str) -> Result:
        result = CliRunner().invoke(app, list(arguments), input=stdin, env={**self.env, **env}, catch_exceptions=False)
        self.said += result.output
        assert result.exit_code == code, result.output
        return result

    def refuses(self, *arguments: str, stdin: str | None = None, **env: str) -> list[str]:
        """The reasons: nothing on standard output, one line for each problem, exit code 1."""
        result = self(*arguments, stdin=stdin, code=1, **env)
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert lines and all(line.startswith("error: ") for line in lines), result.stderr
        return [line.removeprefix("error: ") for line in lines]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    for name in ("GATEWAY_SECRET_KEYS", "GATEWAY_DATABASE_URL", "GATEWAY_HOST", "GATEWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield Cli(tmp_path)
    # A command sets up the logs of its process, which here is everybody's.
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def simulators() -> Iterator[Sandbox]:
    """All simulators, listening."""
    sandbox = Sandbox()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.start(port=0), loop).result(10)
    yield sandbox
    asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
