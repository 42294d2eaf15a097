"""What ends a socket or a stream besides its client: a caller that is let in no more, a server that stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gql_gateway.callers import door as door_module
from gql_gateway.callers.door import CannotTell, Refused
from gql_gateway.gateway import Gateway
from gql_gateway.http import live as live_module
from gql_gateway.http.live import LOOK_EVERY, UNSURE_FOR, Live, until_refused
from gql_gateway.model.caller import LOCAL, Caller
from gql_gateway.storage.database import DatabaseProblem

from ..callers.identity import AUDIENCE, ISSUER, RSA, key_set, token
from ..http.tenants import ALPHA, Building, open_building
from .ticking import seen, ticking
from .wire import PATIENCE, Socket, connected, handshake, refused, streaming, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREVER = "subscription { forever }"
NOTE = (
    'mutation ($note: String) { updateCustomer(input: {customer: {native: {connectionId: "books", nativeId: "1001"}}, '
    "change: {fortnox: {notes: $note}}}) { errors { code } } }"
)
READ = '{ customer(by: {native: {connectionId: "books", nativeId: "1001"}}) { notes } }'


@asynccontextmanager
async def subscribed(building: Building, credentials: str) -> AsyncIterator[Socket]:
    async with connected(building.app) as socket:
        await socket.initiate(authorization=f"Bearer {credentials}")
        await socket.subscribe("a", FOREVER)
        assert (await socket.hear())["type"] == "next"
        yield socket


class TestRevokedCallers:
    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_module, "LOOK_EVERY", 0.02)
        monkeypatch.setattr(door_module, "BELIEVED_FOR", 0.02)

    async def test_socket_is_closed(self, building: Building) -> None:
        key, kept = await building.make_key(ALPHA)
        seen.ended.clear()
        async with subscribed(building, key) as socket:
            await building.store.revoke(kept.id)
            assert await socket.closed() == (4403, "Forbidden")
        assert seen.ended == [""]

    async def test_stream_says_so_and_ends(self, building: Building) -> None:
        key, kept = await building.make_key(ALPHA)
        async with streaming(building.app, FOREVER, {"authorization": f"Bearer {key}"}) as stream:
            await stream.read_until(b'"forever":""}}\n\n')
            await building.store.revoke(kept.id)
            assert (await stream.whole()).endswith(
                b'event: next\ndata: {"errors":[{"message":"The credentials are not valid any more.",'
                b'"extensions":{"code":"UNAUTHENTICATED"}}]}\n\nevent: complete\ndata:\n\n'
            )

    async def test_others_stay(self, building: Building) -> None:
        key, kept = await building.make_key(ALPHA)
        async with subscribed(building, key) as socket, subscribed(building, building.keys[ALPHA]) as other:
            await building.store.revoke(kept.id)
            await socket.closed()
            await asyncio.sleep(0.1)
            await other.quiet()

    async def test_token_ends_it_when_it_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "keys.json").write_bytes(key_set(RSA))
        settings: dict[str, Any] = {
            "jwt_keys": str(tmp_path / "keys.json"),
            "jwt_issuer": ISSUER,
            "jwt_audience": AUDIENCE,
        }
        async with open_building(tmp_path, schema=ticking(), **settings) as building:
            now = int(time.time())
            good = token(tenant=ALPHA, exp=now + 600, nbf=now, iat=now)
            async with subscribed(building, good) as socket:
                parts = building.app.parts
                assert parts is not None and isinstance(parts.door, door_module.GuardedDoor)
                assert parts.door.tokens is not None
                await asyncio.sleep(0.1)
                await socket.quiet()
                later = now + 600 + 31
                monkeypatch.setattr(parts.door, "now", lambda: later)
                object.__setattr__(parts.door.tokens, "now", lambda: later)
                assert await socket.closed() == (4403, "Forbidden")


class TestLook:
    """When the door is asked again, and what its answers mean."""

    @dataclass
    class FakeDoor:
        answers: Iterator[Caller | Exception]

        async def authenticate(self, _headers: Any, /) -> Caller:
            answer = next(self.answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_module, "LOOK_EVERY", 0.0)

    async def look(self, *answers: Caller | Exception) -> list[Caller | Exception]:
        """The answers that were not asked for any more."""
        left = iter(answers)
        async with asyncio.timeout(PATIENCE):
            await until_refused(self.FakeDoor(left), [], LOCAL)
        return list(left)

    async def test_refusal_and_another_caller_end_it(self) -> None:
        assert await self.look(LOCAL, Refused("x"), LOCAL) == [LOCAL]
        assert await self.look(LOCAL, Caller("other", LOCAL.scopes, LOCAL.name), LOCAL) == [LOCAL]
        assert await self.look(Caller(LOCAL.tenant, frozenset(), LOCAL.name), LOCAL) == [LOCAL]

    async def test_who_cannot_be_asked_about_is_believed_for_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        end = Refused("end")
        assert await self.look(CannotTell(), DatabaseProblem("gone"), LOCAL, end) == []
        monkeypatch.setattr(live_module, "UNSURE_FOR", 0.0)
        assert await self.look(LOCAL, DatabaseProblem("gone"), LOCAL, end) == [LOCAL, end]

    async def test_a_revoked_key_ends_within_a_minute(self) -> None:
        assert LOOK_EVERY + door_module.BELIEVED_FOR < 60
        assert UNSURE_FOR + LOOK_EVERY < 120


@dataclass
class Held:
    """Calls of the gateway that wait to be let go."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Updates and reads that wait before they begin, and tell when they were cut."""
    found = Held()

    def hold(name: str) -> None:
        usual = getattr(Gateway, name)

        async def waiting(*given: Any, **named: Any) -> Any:
            found.begun.append(name)
            try:
                await found.go.wait()
                answer = await usual(*given, **named)
            except asyncio.CancelledError:
                found.ended.append(f"{name} was cut")
                raise
            found.ended.append(f"{name} was finished")
            return answer

        monkeypatch.setattr(Gateway, name, waiting)

    hold("update")
    hold("customer")
    return found


class TestClientsThatLeave:
    async def notes(self, building: Building) -> Any:
        return (await building.post(ALPHA, READ)).json()["data"]["customer"]["notes"]

    @pytest.mark.parametrize("way", ["leaves", "completes", "errs"])
    async def test_write_on_a_socket_is_finished(self, building: Building, held: Held, way: str) -> None:
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            await socket.subscribe("w", NOTE, variables={"note": f"socket {way}"})
            await until(lambda: held.begun == ["update"])
            if way == "leaves":
                await socket.leave()
            elif way == "completes":
                await socket.say("complete", "w")
                await socket.subscribe("w", "{ __typename }")
                assert (await socket.hear())["payload"] == {"data": {"__typename": "Query"}}
                assert await socket.hear() == {"id": "w", "type": "complete"}
            else:
                await socket.say_raw("no json")
                assert (await socket.line.next())["type"] == "websocket.close"
            await asyncio.sleep(0.05)
            assert building.app.live.count("operations") == 1
            assert not socket.line.running.done()
            held.go.set()
            await until(lambda: held.ended)
            await until(lambda: building.app.live.count("operations") == 0)
            assert socket.line.outbox.empty()
        assert held.ended == ["update was finished"]
        assert await self.notes(building) == f"socket {way}"

    async def test_answer_of_a_write_arrives(self, building: Building, held: Held) -> None:
        held.go.set()
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            await socket.subscribe("w", NOTE, variables={"note": "arrives"})
            assert await socket.hear() == {
                "id": "w",
                "type": "next",
                "payload": {"data": {"updateCustomer": {"errors": []}}},
            }
            assert await socket.hear() == {"id": "w", "type": "complete"}

    @pytest.mark.parametrize("way", ["leaves", "completes"])
    async def test_read_on_a_socket_is_cut(self, building: Building, held: Held, way: str) -> None:
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            await socket.subscribe("r", READ)
            await until(lambda: held.begun == ["customer"])
            await (socket.leave() if way == "leaves" else socket.say("complete", "r"))
            await until(lambda: held.ended)
        assert held.ended == ["customer was cut"]

    async def test_write_behind_the_running_one_is_not_begun(self, building: Building, held: Held) -> None:
        update = NOTE.partition("{ ")[2].removesuffix(" }")
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            query = f"mutation ($note: String) {{ a: {update} b: {update} }}"
            await socket.subscribe("w", query, variables={"note": "first"})
            await until(lambda: held.begun == ["update"])
            await socket.leave()
            await asyncio.sleep(0.05)
            held.go.set()
        assert (held.begun, held.ended) == (["update"], ["update was finished"])

    async def test_read_has_a_deadline(self, held: Held, tmp_path: Path) -> None:
        async with open_building(tmp_path, schema=ticking(), request_deadline=0.1) as building:
            async with connected(building.app) as socket:
                await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
                await socket.subscribe("r", READ)
                assert (await socket.hear())["payload"]["errors"][0]["extensions"] == {"code": "DEADLINE"}
                assert await socket.hear() == {"id": "r", "type": "complete"}
            headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
            async with streaming(building.app, READ, headers) as stream:
                assert b'"code":"DEADLINE"' in await stream.whole()
        assert held.ended == ["customer was cut"] * 2

    async def test_write_on_a_stream_is_finished(self, building: Building, held: Held) -> None:
        headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
        async with streaming(building.app, NOTE, headers, variables={"note": "stream"}) as stream:
            await until(lambda: held.begun == ["update"])
            await stream.line.inbox.put({"type": "http.disconnect"})
            await asyncio.sleep(0.05)
            assert not stream.line.running.done()
            held.go.set()
            await stream.line.end()
        assert held.ended == ["update was finished"]
        assert await self.notes(building) == "stream"

    async def test_read_on_a_stream_is_cut(self, building: Building, held: Held) -> None:
        headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
        async with streaming(building.app, READ, headers) as stream:
            await until(lambda: held.begun == ["customer"])
            await stream.line.inbox.put({"type": "http.disconnect"})
            await stream.line.end()
        assert held.ended == ["customer was cut"]

    async def test_most_operations_count_writes_that_nobody_waits_for(
        self, building: Building, held: Held, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gql_gateway.http.socket.MOST_OPERATIONS", 2)
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            for number in range(2):
                await socket.subscribe("w", NOTE, variables={"note": str(number)})
                await until(lambda expected=number + 1: len(held.begun) == expected)  # type: ignore[misc]
                await socket.say("complete", "w")
            await socket.subscribe("w", NOTE, variables={"note": "third"})
            assert (await socket.hear())["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
            held.go.set()


class TestServerThatStops:
    @pytest.fixture
    def leaving(self, building: Building) -> Iterator[Live]:
        yield building.app.live
        building.app.live.start()

    async def test_sockets_are_sent_away(self, building: Building, leaving: Live) -> None:
        async with subscribed(building, building.keys[ALPHA]) as socket:
            leaving.leave()
            assert await socket.closed() == (1012, "Service restart")

    async def test_streams_end_without_a_word_so_that_clients_come_again(
        self, building: Building, leaving: Live
    ) -> None:
        headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
        async with streaming(building.app, FOREVER, headers) as stream:
            await stream.read_until(b'"forever":""}}\n\n')
            leaving.leave()
            assert (await stream.whole()).endswith(b'"forever":""}}\n\n')

    async def test_answer_of_a_write_on_a_stream_arrives(self, building: Building, leaving: Live, held: Held) -> None:
        headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
        async with streaming(building.app, NOTE, headers, variables={"note": "late"}) as stream:
            await until(lambda: held.begun)
            leaving.leave()
            await asyncio.sleep(0.05)
            held.go.set()
            assert (await stream.whole()).endswith(b'"errors":[]}}}\n\nevent: complete\ndata:\n\n')

    async def test_new_ones_are_turned_away(self, building: Building, leaving: Live) -> None:
        leaving.leave()
        assert (await refused(building.app, handshake()))[0] == 503

    async def test_grace_that_is_over_ends_writes_too(self, building: Building, held: Held) -> None:
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")
            await socket.subscribe("w", NOTE, variables={"note": "cut"})
            await until(lambda: held.begun)
            socket.line.running.cancel()
            await until(socket.line.running.done)
            assert held.ended == ["update was cut"]
            with pytest.raises(asyncio.CancelledError):
                await socket.line.end()
            socket.line.running = asyncio.create_task(asyncio.sleep(0))
