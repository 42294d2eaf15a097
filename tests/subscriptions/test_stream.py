"""Event streams, byte by byte: one operation a connection."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from gql_gateway.http import stream as stream_module
from gql_gateway.model.caller import Scope

from ..http.tenants import ALPHA, BETA, Building
from .ticking import SECRET, seen
from .wire import PATIENCE, Stream, streaming

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = "text/event-stream; charset=utf-8"
JSON = "application/json; charset=utf-8"
COUNT = "subscription ($from: Int!) { countdown(start: $from) }"


def of(building: Building, tenant: str = ALPHA, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {building.keys[tenant]}", **more}


def events(body: bytes) -> list[tuple[str, Any]]:
    """The events of a stream as a client reads them; comments are left out."""
    found = []
    for block in body.decode().split("\n\n")[:-1]:
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            assert [line.split(":")[0] for line in lines] == ["event", "data"]
            data = lines[1].removeprefix("data:").strip()
            found.append((lines[0].removeprefix("event: "), orjson.loads(data) if data else None))
    return found


async def problem(stream: Stream) -> tuple[int, str]:
    assert stream.headers["content-type"] == JSON
    (error,) = orjson.loads(await stream.whole())["errors"]
    return stream.status, error["message"]


class TestOperations:
    async def test_every_byte(self, building: Building) -> None:
        async with streaming(building.app, COUNT, of(building), variables={"from": 2}) as stream:
            assert stream.status == 200
            names = ("content-type", "cache-control", "x-accel-buffering", "content-length")
            assert [stream.headers.get(name) for name in names] == [EVENTS, "no-store", "no", None]
            assert await stream.whole() == (
                b":\n\n"
                b'event: next\ndata: {"data":{"countdown":2}}\n\n'
                b'event: next\ndata: {"data":{"countdown":1}}\n\n'
                b"event: complete\ndata:\n\n"
            )

    async def test_by_get_as_an_event_source_asks(self, building: Building) -> None:
        query = b"query=subscription(%24from:Int!)%7Bcountdown(start:%24from)%7D&variables=%7B%22from%22:1%7D"
        async with streaming(building.app, None, of(building), method="GET", query_string=query) as stream:
            assert events(await stream.whole()) == [("next", {"data": {"countdown": 1}}), ("complete", None)]

    async def test_query_where_nothing_else_is_taken(self, building: Building) -> None:
        async with streaming(building.app, "{ __typename }", of(building)) as stream:
            assert events(await stream.whole()) == [("next", {"data": {"__typename": "Query"}}), ("complete", None)]

    @pytest.mark.parametrize(
        ("accept", "query", "kind"),
        [
            ("application/json, text/event-stream", COUNT, EVENTS),
            ("application/json, text/event-stream", "{ __typename }", JSON),
            ("application/json, text/event-stream", "{", JSON),
            ("application/json, text/event-stream;q=0", COUNT, JSON),
            ("text/event-stream;q=0.1, application/json", COUNT, EVENTS),
            ("Text/Event-Stream", COUNT, EVENTS),
            ("*/*", COUNT, JSON),
            ("", COUNT, JSON),
        ],
    )
    async def test_what_the_client_takes(self, building: Building, accept: str, query: str, kind: str) -> None:
        async with streaming(building.app, query, of(building, accept=accept), variables={"from": 1}) as stream:
            assert stream.headers["content-type"] == kind

    async def test_subscription_is_no_plain_answer(self, building: Building) -> None:
        accept = "application/graphql-response+json"
        async with streaming(building.app, COUNT, of(building, accept=accept), variables={"from": 1}) as stream:
            assert stream.status == 400
            words = orjson.loads(await stream.whole())["errors"][0]["message"]
            assert words == "A subscription is answered over a WebSocket, or as text/event-stream."

    async def test_comments_keep_it_awake(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream_module, "KEEP_ALIVE", 0.01)
        async with streaming(building.app, "subscription { forever }", of(building)) as stream:
            await stream.read_until(b"\n\n:\n\n:\n\n")

    async def test_client_that_leaves_ends_it(self, building: Building) -> None:
        seen.ended.clear()
        async with streaming(building.app, 'subscription { forever(name: "sse") }', of(building)) as stream:
            await stream.read_until(b'{"forever":"sse"}}\n\n')
            assert building.app.live.count("streams") == 1
        assert seen.ended == ["sse"]
        assert building.app.live.count("streams") == 0


class TestErrors:
    @pytest.mark.parametrize(
        ("query", "words"), [("{", "Syntax Error"), ("{ nothing }", "Cannot query"), (COUNT, "Variable '$from'")]
    )
    async def test_of_the_document_come_as_the_protocol_has_it(
        self, building: Building, query: str, words: str
    ) -> None:
        async with streaming(building.app, query, of(building)) as stream:
            assert (stream.status, stream.headers["content-type"]) == (200, EVENTS)
            (kind, body), end = events(await stream.whole())
            assert (kind, end) == ("next", ("complete", None))
            assert "data" not in body
            assert words in body["errors"][0]["message"]

    async def test_of_the_source_are_masked(self, building: Building) -> None:
        async with streaming(building.app, "subscription { failing }", of(building)) as stream:
            first, bad, end = events(await stream.whole())
            assert first == ("next", {"data": {"failing": 1}})
            assert bad[1]["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert SECRET not in repr(bad)
            assert end == ("complete", None)

    async def test_mutation_by_get(self, building: Building) -> None:
        query = b"query=mutation%7B__typename%7D"
        async with streaming(building.app, None, of(building), method="GET", query_string=query) as stream:
            assert await problem(stream) == (405, "A GET request runs queries only; send this operation with POST.")

    async def test_before_the_stream_are_answers(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        async with streaming(building.app, COUNT) as stream:
            assert (await problem(stream))[0] == 401
        async with streaming(building.app, COUNT, of(building, **{"content-type": "text/plain"})) as stream:
            assert (await problem(stream))[0] == 415
        async with streaming(building.app, "", of(building)) as stream:
            assert (await problem(stream))[0] == 400
        for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            async with streaming(building.app, COUNT, of(building, **foreign)) as stream:
                assert await problem(stream) == (403, "Pages of this origin may not open streams here.")
        async with streaming(
            building.app, "{ __typename }", of(building, **{"sec-fetch-site": "same-origin"})
        ) as stream:
            assert stream.status == 200
        monkeypatch.setattr(building.app.live, "most", 0)
        async with streaming(building.app, COUNT, of(building)) as stream:
            assert stream.headers["retry-after"] == "10"
            assert await problem(stream) == (503, "No more streams can be opened now.")

    async def test_head_opens_none(self, building: Building) -> None:
        async with streaming(building.app, None, of(building), method="HEAD", query_string=b"query=x") as stream:
            assert stream.status == 406


class TestCallers:
    @pytest.mark.parametrize(("tenant", "books"), [(ALPHA, ["books", "secret"]), (BETA, ["books"])])
    async def test_sees_the_own_tenant_only(self, building: Building, tenant: str, books: list[str]) -> None:
        async with streaming(building.app, "subscription { books }", of(building, tenant)) as stream:
            assert events(await stream.whole())[0] == ("next", {"data": {"books": books}})

    async def test_scopes_hold(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, {Scope.READ})
        given = {"authorization": f"Bearer {key}"}
        async with streaming(building.app, "subscription { secrets }", given) as stream:
            (_, body), _ = events(await stream.whole())
            assert body["errors"][0]["extensions"] == {"code": "MISSING_SCOPE", "scopes": ["connections:admin"]}


async def test_metrics_keep_streams_apart(building: Building) -> None:
    async def count() -> float:
        text = (await building.site.ask("GET", "/metrics")).body.decode()
        (line,) = [
            item
            for item in text.splitlines()
            if item.startswith("gateway_http_request_seconds_count") and "graphql" in item
        ]
        return float(line.split()[-1])

    await building.post(ALPHA, "{ __typename }")
    before = await count()
    async with streaming(building.app, COUNT, of(building), variables={"from": 1}) as stream:
        text = (await building.site.ask("GET", "/metrics")).body.decode()
        assert "gateway_streams_open 1.0" in text
        await stream.whole()
    async with asyncio.timeout(PATIENCE):
        await stream.line.end()
    assert await count() == before
