"""A document ends when its time is over or its client leaves: reads are cancelled, a running write is finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gql_gateway.connectors.run import Outcome
from gql_gateway.ending import Ended, Ending, Reason
from gql_gateway.gateway import Gateway, UpdateRequest
from gql_gateway.http import endpoint
from gql_gateway.sandbox import server as simulators

from .conftest import GRAPHQL, JSON, Reply, Site, open_site
from .test_audits import listening

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 30.0
READ = '{ a: customers(connectionId: "c") { totalCount } b: customers(connectionId: "c") { totalCount } }'
CUSTOMER = '{ native: { connectionId: "c", nativeId: "1" } }'
INPUT = f"{{ customer: {CUSTOMER}, change: {{ fortnox: {{}} }} }}"
ONE = f"updateCustomer(input: {INPUT}) {{ dryRun errors {{ code retryable }} }}"
WRITE = f"mutation {{ a: {ONE} b: {ONE} }}"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hurried() -> AsyncIterator[Site]:
    async with open_site(request_deadline=0.2) as opened:
        yield opened


@dataclass
class Held:
    """Gateway calls that last until `may_end` is set. `endings` are those of the documents that came meanwhile."""

    begun: int = 0
    cancelled: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    endings: list[Ending] = field(default_factory=list)

    async def hold(self) -> None:
        self.begun += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    found = Held()

    class Kept(Ending):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            found.endings.append(self)

    async def customers(*_: object) -> None:
        await found.hold()
        raise AssertionError("a read that was given up went on")

    async def update(_gateway: Gateway, request: UpdateRequest, _wants: object) -> Outcome:
        await found.hold()
        return Outcome(dry_run=request.dry_run)

    monkeypatch.setattr(endpoint, "Ending", Kept)
    monkeypatch.setattr(Gateway, "customers", customers)
    monkeypatch.setattr(Gateway, "update", update)
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 – nothing tells when
            await asyncio.sleep(0.002)


def send(site: Site, query: str, leaves: asyncio.Event | None = None, accept: str = GRAPHQL) -> asyncio.Task[Reply]:
    headers = {"accept": accept, "content-type": JSON}
    return asyncio.create_task(
        site.ask("POST", headers=headers, body=orjson.dumps({"query": query}), leaves=leaves), name="the request"
    )


class TestReads:
    async def test_of_a_client_that_left_are_cancelled(self, site: Site, held: Held) -> None:
        leaves = asyncio.Event()
        request = send(site, READ, leaves)
        await until(lambda: held.begun == 2)
        assert not request.done()
        leaves.set()
        reply = await request

        assert held.cancelled == 2
        assert reply.status == 499
        assert "data" not in reply.json()

    @pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 504), (JSON, 200)])
    async def test_whose_time_is_over_are_cancelled(self, hurried: Site, held: Held, accept: str, status: int) -> None:
        reply = await send(hurried, READ, accept=accept)
        (error,) = reply.json()["errors"]

        assert (held.begun, held.cancelled) == (2, 2)
        assert (reply.status, list(reply.json())) == (status, ["errors"])
        assert error["extensions"] == {"code": "DEADLINE"}
        assert "given up" in error["message"]

    async def test_of_a_client_that_hangs_up_are_cancelled(self, held: Held) -> None:
        """Against a server that really listens."""
        async with listening() as address:
            host, _, port = address.removeprefix("http://").partition(":")
            _, writer = await asyncio.open_connection(host, int(port))
            body = orjson.dumps({"query": READ})
            head = (
                f"POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: {JSON}\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await until(lambda: held.begun == 2)
            assert held.cancelled == 0
            writer.close()
            await until(lambda: held.cancelled == 2)


async def test_body_that_takes_too_long_to_arrive_is_not_waited_for(hurried: Site) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if sent:
            await asyncio.Event().wait()
        sent.append({})
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"accept", GRAPHQL.encode()), (b"content-type", JSON.encode())]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    async with asyncio.timeout(PATIENCE):
        await hurried.app({**scope, "root_path": "", "http_version": "1.1", "scheme": "http"}, receive, send)

    assert sent[1]["status"] == 408
    assert "did not arrive" in orjson.loads(sent[2]["body"])["errors"][0]["message"]


class TestWrites:
    async def test_that_run_are_finished_and_no_more_begun_when_the_client_left(self, site: Site, held: Held) -> None:
        leaves = asyncio.Event()
        request = send(site, WRITE, leaves)
        await until(lambda: held.begun == 1)
        leaves.set()
        await until(lambda: held.endings[-1].reason is Reason.GONE)
        await self.check(held, request)

    async def test_that_run_are_finished_and_no_more_begun_when_time_is_over(self, hurried: Site, held: Held) -> None:
        request = send(hurried, WRITE)
        await until(lambda: bool(held.endings) and held.endings[-1].reason is Reason.DEADLINE)
        await self.check(held, request)

    async def check(self, held: Held, request: asyncio.Task[Reply]) -> None:
        assert not request.done()
        held.may_end.set()
        reply = await request
        not_begun = {"dryRun": False, "errors": [{"code": "NOT_BEGUN", "retryable": True}]}

        assert (held.begun, held.cancelled) == (1, 0)
        assert (reply.status, reply.json()) == (200, {"data": {"a": {"dryRun": False, "errors": []}, "b": not_begun}})

    async def test_of_links_are_not_begun_either(self, site: Site, held: Held) -> None:
        leaves = asyncio.Event()
        link = 'createConnectLink(input: { connectionId: "never" }) { link { url } errors { code } }'
        request = send(site, f"mutation {{ a: {ONE} b: {link} }}", leaves)
        await until(lambda: held.begun == 1)
        leaves.set()
        await until(lambda: held.endings[-1].reason is not None)
        held.may_end.set()

        assert (await request).json()["data"]["b"] == {"link": None, "errors": [{"code": "NOT_BEGUN"}]}

    async def test_at_a_provider_are_finished_and_read_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The client leaves while the provider is busy with the write."""
        leaves, writing, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        usual = simulators._Front._do

        async def hold(front: Any, request: Any, handler: Any, taken: Any, path: str, body: object) -> Any:
            if front._simulator.writes(request.method, path, body):
                writing.set()
                await may_end.wait()
            return await usual(front, request, handler, taken, path, body)

        monkeypatch.setattr(simulators._Front, "_do", hold)
        async with open_site() as own_site, asyncio.timeout(PATIENCE):
            name, operation = next(iter(own_site.prepared.operations.items()))
            request = send(own_site, operation, leaves)
            await writing.wait()
            leaves.set()
            for _ in range(20):
                await asyncio.sleep(0)
            may_end.set()
            payload = (await request).json()["data"]["updateCustomer"]

            assert payload["errors"] == []
            assert len(payload["changes"]) == 1
            assert own_site.prepared.sandbox.requests(name)


class TestWatching:
    async def test_leaves_nothing_behind(self, site: Site, held: Held) -> None:
        held.may_end.set()
        before = asyncio.all_tasks()
        reply = await site.post(WRITE)
        await until(lambda: asyncio.all_tasks() <= before)

        assert held.endings[-1].reason is None
        assert reply.json()["data"]["b"]["errors"] == []

    async def test_does_not_take_somebody_elses_timeout_for_its_own(self) -> None:
        async def fail() -> None:
            raise TimeoutError("theirs")

        with pytest.raises(TimeoutError, match="theirs"):
            await Ending(PATIENCE).read(fail())

    async def test_tells_why_it_ended(self) -> None:
        with pytest.raises(Ended) as ended:
            await Ending(0.01).read(asyncio.Event().wait())

        assert ended.value.reason is Reason.DEADLINE

    async def test_hands_on_a_cancellation_from_outside(self) -> None:
        work = asyncio.create_task(Ending(PATIENCE).read(asyncio.Event().wait()))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
