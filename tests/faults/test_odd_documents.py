"""Records as odd as JSON allows neither break an update in the middle nor are changed by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gql_gateway.connectors.base import read_json
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import ProviderProtocolError
from gql_gateway.fields.change import Assignment, Change
from gql_gateway.fields.document import Select
from gql_gateway.fields.native import Native
from gql_gateway.fields.table import Kind, Leaf
from gql_gateway.idempotent import fingerprint, pack, unpack
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter
from gql_gateway.outbound.message import Answer, Call
from tests.faults.stub import REF, STUB, TWO_NAMES, Script, change_of, runner

ODD: dict[str, Any] = {
    "half of a surrogate pair": "\ud800",
    "beyond 64 bits": 2**70,
    "a tiny number": 5e-324,
    "a long number": 0.1234567890123456,
    "minus nothing": -0.0,
    "nothing inside nothing": [[[], {}], {"": None}],
    "zero byte": "a\x00b",
    "emoji": "👩‍🌾",
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_value_survives_keeping_and_showing(name: str) -> None:
    script = Script()
    script.record["odd"] = ODD[name]
    outcome = await runner(script).update(REF, change_of(**TWO_NAMES))
    assert outcome.errors == []
    kept = unpack(pack(outcome), STUB, REF)
    assert isinstance(kept, Outcome)
    assert kept.customer == outcome.customer
    assert kept.changes == outcome.changes
    assert kept.customer is not None
    assert repr((kept.customer.native or {})["odd"]) == repr(ODD[name])


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_value_goes_back_as_it_came(name: str) -> None:
    received: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        received.append(await request.read())
        return web.json_response({})

    app = web.Application()
    app.router.add_put("/", receive)
    document = {"odd": ODD[name]}
    async with TestServer(app) as server, Outbound(Limiter()) as outbound:
        call = Call("record", "PUT", "/", body=document, writes=True)
        answer = await outbound.send(str(server.make_url("")), call, key="books")
    assert answer.ok
    assert repr(json.loads(received[0])) == repr(document)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_json_is_not_read(constant: bytes) -> None:
    """Read and written back it would have become null."""
    with pytest.raises(ProviderProtocolError):
        read_json(Answer(200, b'{"odd": ' + constant + b"}"))


def test_any_text_of_a_caller_can_be_part_of_a_call_under_a_key() -> None:
    change = change_of(companyName="New")
    prints = {
        fingerprint(Ref("books", native_id), change, version)
        for native_id in ("1", "\ud800", "😀")
        for version in (None, "", "\ud800", "v1")
    }
    assert len(prints) == 12


def test_entries_of_a_list_are_told_apart_by_their_id() -> None:
    leaf = Leaf("people[*].name", Kind.TEXT, Native("name"), ("people", Select(), "name"))

    def of(entry: str) -> str:
        bound = leaf.bound(Select((("id", entry),)), "0")
        return fingerprint(REF, Change(assignments=(Assignment(bound, "New", ()),)), None)

    assert of("7") == of("7") != of("8")
