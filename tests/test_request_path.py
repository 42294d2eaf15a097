"""What the path of a request leaves out because nobody asked for it, and what it settles once."""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner

from gql_gateway import cli
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.run import Runner, Wants
from gql_gateway.fields.change import Change, read_change
from gql_gateway.model.json import Json
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.storage.secrets import generate_key

from .support.changes import typed_change

REF = Ref("acme", "1001")
NOTHING = Wants(customer=False, changes=False, warnings=False, requests=False)


@dataclass
class Transport:
    """Answers every call with one record, and counts what it was asked to clean."""

    calls: list[Call] = field(default_factory=list)
    cleaned: int = 0

    async def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return Answer(200, json.dumps({"Customer": {"CustomerNumber": "1001", "Comments": "Ring twice"}}).encode())

    def clean(self, text: str) -> str:
        self.cleaned += 1
        return text

    def clean_json(self, document: Json) -> Json:
        self.cleaned += 1
        return document


def _change() -> Change:
    fortnox = connectors()["fortnox"]
    return read_change(fortnox.table, typed_change(fortnox, {"notes": "Ring twice"}), ("change", "fortnox"))


@pytest.mark.parametrize("dry_run", [False, True])
async def test_calls_that_nobody_asked_to_see_are_not_taken_down(dry_run: bool) -> None:
    transport = Transport()
    outcome = await Runner(connectors()["fortnox"], transport).update(REF, _change(), wants=NOTHING, dry_run=dry_run)
    assert outcome.errors == []
    assert [call.method for call in transport.calls] == (["GET"] if dry_run else ["PUT"])
    assert (outcome.requests, transport.cleaned) == ([], 0)


async def test_calls_that_somebody_asked_to_see_are() -> None:
    transport = Transport()
    wants = Wants(customer=False, changes=False, warnings=False)
    outcome = await Runner(connectors()["fortnox"], transport).update(REF, _change(), wants=wants)
    assert [(item.method, item.status) for item in outcome.requests] == [("PUT", 200)]
    assert transport.cleaned > 0


def test_serve_leaves_what_exists_out_of_garbage_collections(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[int] = []

    class Server:
        started = True

        def run(self, sockets: Any) -> None:
            frozen.append(gc.get_freeze_count())

    monkeypatch.setattr(cli, "server_of", lambda *_: Server())
    monkeypatch.setattr("gql_gateway.logs.set_up", lambda *_: None)
    values = {
        "GATEWAY_PORT": "0",
        "GATEWAY_SECRET_KEYS": generate_key(),
        "GATEWAY_DATABASE_URL": f"sqlite:///{tmp_path / 'gateway.sqlite3'}",
    }
    try:
        result = CliRunner().invoke(cli.app, ["serve"], env=values)
        assert result.exit_code == 0, result.output
        assert frozen[0] > 50_000
    finally:
        gc.unfreeze()
