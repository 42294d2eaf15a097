"""graphql-transport-ws, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from gql_gateway.callers.door import GuardedDoor
from gql_gateway.execute import Executor
from gql_gateway.http import socket as socket_module
from gql_gateway.http.socket import MOST_OPERATIONS
from gql_gateway.model.caller import Caller, Scope

from ..http.tenants import ALPHA, BETA, Building
from .ticking import SECRET, seen
from .wire import PROTOCOL, Socket, connected, dialled, handshake, refused, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

INIT = {"type": "connection_init"}
NO_MESSAGE = "This is no message of graphql-transport-ws."


@asynccontextmanager
async def ready(building: Building, tenant: str = ALPHA) -> AsyncIterator[Socket]:
    """A socket of a caller of this tenant, who may do everything."""
    async with connected(building.app) as socket:
        await socket.initiate(authorization=f"Bearer {building.keys[tenant]}")
        yield socket


class TestHandshake:
    async def test_protocol_is_the_one_that_is_spoken(self, building: Building) -> None:
        async with connected(building.app, protocols=("other", PROTOCOL)) as socket:
            assert socket.protocol == PROTOCOL

    @pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("Graphql-Transport-WS",)])
    async def test_other_protocols_are_refused(self, building: Building, protocols: tuple[str, ...]) -> None:
        async with connected(building.app, protocols=protocols) as socket:
            assert socket.protocol is None
            assert await socket.closed() == (4406, "Subprotocol not acceptable")

    async def test_other_paths_have_no_sockets(self, building: Building) -> None:
        async with dialled(building.app, handshake(path="/support", raw_path=b"/support")) as line:
            assert (await line.next())["type"] == "websocket.close"

    async def test_answer_names_the_request(self, building: Building) -> None:
        async with dialled(building.app, handshake({"x-request-id": "mine"})) as line:
            assert (b"x-request-id", b"mine") in (await line.next())["headers"]


class TestOrigin:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"origin": "http://127.0.0.1:8000"},
            {"host": "Gateway.example", "origin": "https://gateway.example"},
            {"host": "inside:80", "origin": "https://books.example"},
            {"origin": "https://app.example"},
        ],
    )
    async def test_own_pages_and_programs_get_a_socket(self, building: Building, headers: dict[str, str]) -> None:
        async with connected(building.app, headers) as socket:
            assert socket.protocol == PROTOCOL

    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "null", "", "http://127.0.0.1:8001", "http://127.0.0.1", "file://127.0.0.1:8000"],
    )
    async def test_other_pages_get_none(self, building: Building, origin: str) -> None:
        status, words = await refused(building.app, handshake({"origin": origin}))
        assert (status, words) == (403, "Pages of this origin may not open streams here.")

    async def test_server_without_answers_to_handshakes_refuses_too(self, building: Building) -> None:
        async with dialled(building.app, handshake({"origin": "https://evil.example"}, extensions={})) as line:
            assert (await line.next())["type"] == "websocket.close"


class TestInitialisation:
    async def test_is_acknowledged_before_anything_else(self, building: Building) -> None:
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {building.keys[ALPHA]}")

    async def test_comes_once(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.say("connection_init")
            assert await socket.closed() == (4429, "Too many initialisation requests")

    async def test_comes_in_time(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket_module, "INIT_WITHIN", 0.05)
        async with connected(building.app) as socket:
            assert await socket.closed() == (4408, "Connection initialisation timeout")

    async def test_is_waited_for_no_longer_once_it_came(
        self, building: Building, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket_module, "INIT_WITHIN", 0.3)
        async with ready(building) as socket:
            await asyncio.sleep(0.5)
            await socket.quiet()

    async def test_comes_before_operations(self, building: Building) -> None:
        headers = {"authorization": f"Bearer {building.keys[ALPHA]}"}
        async with connected(building.app, headers) as socket:
            await socket.subscribe("1", "{ __typename }")
            assert await socket.closed() == (4401, "Unauthorized")


class TestMessages:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "A message is not valid JSON."),
            ("{", "A message is not valid JSON."),
            ("[" * 100_000, "A message is not valid JSON."),
            ("[]", "A message is a JSON object."),
            ("1", "A message is a JSON object."),
            ("{}", NO_MESSAGE),
            ('{"type":"start"}', NO_MESSAGE),
            ('{"type":["ping"]}', NO_MESSAGE),
            ('{"type":"complete"}', NO_MESSAGE),
            ('{"type":"connection_ack"}', NO_MESSAGE),
            ('{"type":"ping","payload":1}', "The payload of this message is no object."),
            ('{"type":"pong","payload":[]}', "The payload of this message is no object."),
            ('{"type":"subscribe","payload":{"query":"{ __typename }"}}', NO_MESSAGE),
            ('{"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}', NO_MESSAGE),
            ('{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}', NO_MESSAGE),
            ('{"type":"subscribe","id":"1"}', NO_MESSAGE),
            ('{"type":"subscribe","id":"1","payload":"{ __typename }"}', NO_MESSAGE),
            ('{"type":"subscribe","id":"1","payload":{}}', "The member query is missing or no text."),
            (
                '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":[]}}',
                "The member variables is no object.",
            ),
        ],
    )
    async def test_what_is_none_ends_the_socket(self, building: Building, text: str, reason: str) -> None:
        async with ready(building) as socket:
            await socket.say_raw(text)
            assert await socket.closed() == (4400, reason)

    @pytest.mark.parametrize("payload", ["1", '"x"', "[]"])
    async def test_odd_payload_of_the_first_one(self, building: Building, payload: str) -> None:
        async with connected(building.app) as socket:
            await socket.say_raw(f'{{"type":"connection_init","payload":{payload}}}')
            assert (await socket.closed())[0] == 4400

    async def test_bytes_are_none(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.say_bytes(b'{"type":"ping"}')
            assert await socket.closed() == (4400, "Messages are text frames.")

    async def test_ping_is_answered_at_any_time_and_pong_is_heard(self, building: Building) -> None:
        async with connected(building.app) as socket:
            await socket.say("pong", payload={"a": 1})
            await socket.say("ping")
            assert await socket.hear() == {"type": "pong"}
            await socket.say("ping", payload={"sent": 1})
            assert await socket.hear() == {"type": "pong", "payload": {"sent": 1}}


class TestOperations:
    async def test_every_event_and_the_end(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription ($from: Int!) { countdown(start: $from) }", variables={"from": 2})
            assert [await socket.hear() for _ in range(3)] == [
                {"id": "a", "type": "next", "payload": {"data": {"countdown": 2}}},
                {"id": "a", "type": "next", "payload": {"data": {"countdown": 1}}},
                {"id": "a", "type": "complete"},
            ]

    async def test_id_is_free_again_at_the_end(self, building: Building) -> None:
        async with ready(building) as socket:
            for _ in range(3):
                await socket.subscribe("a", "subscription { countdown(start: 0) }")
                assert await socket.hear() == {"id": "a", "type": "complete"}

    async def test_id_is_taken_until_then(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription { forever }")
            assert (await socket.hear())["type"] == "next"
            await socket.subscribe("a", "{ __typename }")
            assert await socket.closed() == (4409, "Subscriber for a already exists")

    async def test_reason_of_a_close_has_an_end(self, building: Building) -> None:
        async with ready(building) as socket:
            long = "ü" * 500
            await socket.subscribe(long, "subscription { forever }")
            assert (await socket.hear())["type"] == "next"
            await socket.subscribe(long, "{ __typename }")
            code, reason = await socket.closed()
            assert code == 4409
            assert len(reason.encode()) <= 123

    async def test_several_at_a_time(self, building: Building) -> None:
        async with ready(building) as socket:
            for name in "abc":
                await socket.subscribe(name, f'subscription {{ forever(name: "{name}") }}')
            await socket.subscribe("d", "{ __typename }")
            heard = [await socket.hear() for _ in range(5)]
            assert {item["id"]: item["payload"] for item in heard if item["type"] == "next"} == {
                **{name: {"data": {"forever": name}} for name in "abc"},
                "d": {"data": {"__typename": "Query"}},
            }
            assert [item for item in heard if item["type"] == "complete"] == [{"id": "d", "type": "complete"}]

    async def test_client_ends_one(self, building: Building) -> None:
        seen.ended.clear()
        async with ready(building) as socket:
            await socket.subscribe("a", 'subscription { forever(name: "left") }')
            assert (await socket.hear())["type"] == "next"
            await socket.say("complete", "a")
            await until(lambda: seen.ended == ["left"])
            await socket.subscribe("a", "{ __typename }")
            assert (await socket.hear())["payload"] == {"data": {"__typename": "Query"}}

    async def test_client_ends_what_has_ended(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.say("complete", "never")
            await socket.quiet()

    async def test_most_at_a_time(self, building: Building) -> None:
        async with ready(building) as socket:
            for number in range(MOST_OPERATIONS):
                await socket.subscribe(str(number), "subscription { forever }")
            for _ in range(MOST_OPERATIONS):
                assert (await socket.hear())["type"] == "next"
            await socket.subscribe("more", "subscription { forever }")
            message = await socket.hear()
            assert (message["id"], message["type"]) == ("more", "error")
            assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
            await socket.say("complete", "0")
            await until(lambda: building.app.live.count("operations") == MOST_OPERATIONS - 1)
            await socket.subscribe("more", "subscription { forever }")
            assert (await socket.hear())["type"] == "next"
        assert building.app.live.count("operations") == 0


class TestErrors:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("{", "Syntax Error"),
            ("{ nothing }", "Cannot query field 'nothing'"),
            ("query a { __typename } query b { __typename }", "operationName"),
            ("subscription { countdown(start: 1) failing }", "must select only one top level field"),
            ("subscription ($from: Int!) { countdown(start: $from) }", "Variable '$from'"),
        ],
    )
    async def test_refusals_come_as_error(self, building: Building, query: str, words: str) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", query)
            message = await socket.hear()
            assert (message["id"], message["type"]) == ("a", "error")
            assert words in message["payload"][0]["message"]
            await socket.subscribe("a", "{ __typename }")
            assert (await socket.hear())["type"] == "next"

    async def test_of_one_event_leave_the_next_ones(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription { shares(among: [0, 2]) { size } }")
            bad, good, end = [await socket.hear() for _ in range(3)]
            assert bad["type"] == "next"
            assert bad["payload"]["data"] == {"shares": {"size": None}}
            (error,) = bad["payload"]["errors"]
            assert (error["message"], error["extensions"]["code"]) == ("Something went wrong on our side.", "INTERNAL")
            assert good["payload"] == {"data": {"shares": {"size": 0.5}}}
            assert end["type"] == "complete"

    async def test_of_the_source_are_masked_and_end_it(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription { failing }")
            assert (await socket.hear())["payload"] == {"data": {"failing": 1}}
            message = await socket.hear()
            assert message["type"] == "error"
            assert message["payload"][0]["message"] == "Something went wrong on our side."
            assert message["payload"][0]["extensions"]["correlationId"]
            assert SECRET not in repr(message)

    async def test_of_the_source_that_callers_may_see(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription { failing(known: true) }")
            await socket.hear()
            (error,) = (await socket.hear())["payload"]
            assert (error["message"], error["extensions"]["code"]) == (
                "There is no connection of this id.",
                "NOT_CONNECTED",
            )


class TestCallers:
    @staticmethod
    async def closing(building: Building, *told: str, header: str = "") -> tuple[int, str]:
        headers = {"authorization": header} if header else {}
        async with connected(building.app, headers) as socket:
            names = ("authorization", "Authorization")
            payload: Any = dict(zip(names, told, strict=False)) or ...
            await socket.say("connection_init", payload=payload)
            return await socket.closed()

    async def test_by_header_or_by_payload(self, building: Building) -> None:
        key = f"Bearer {building.keys[ALPHA]}"
        async with connected(building.app, {"authorization": key}) as socket:
            await socket.initiate()
        async with connected(building.app) as socket:
            await socket.initiate(Authorization=key, other=1)

    async def test_nobody(self, building: Building) -> None:
        assert await self.closing(building) == (4401, "Unauthorized")

    async def test_bad_credentials_are_all_alike(self, building: Building) -> None:
        good = building.keys[ALPHA]
        for bad in (f"Bearer {good[:-1]}", "Bearer x", f"Bearer {good} {good}", "Bearer ü"):
            assert await self.closing(building, bad) == (4403, "Forbidden")
        assert await self.closing(building, header="Bearer x") == (4403, "Forbidden")

    async def test_in_two_places_are_refused(self, building: Building) -> None:
        key = f"Bearer {building.keys[ALPHA]}"
        assert await self.closing(building, key, key) == (4403, "Forbidden")
        assert await self.closing(building, key, header=key) == (4403, "Forbidden")

    async def test_that_are_no_text(self, building: Building) -> None:
        async with connected(building.app) as socket:
            await socket.say("connection_init", payload={"authorization": {"Bearer": building.keys[ALPHA]}})
            assert (await socket.closed())[0] == 4401

    @pytest.mark.parametrize("tenant", [ALPHA, BETA])
    async def test_sees_the_own_tenant_only(self, building: Building, tenant: str) -> None:
        async with ready(building, tenant) as socket:
            await socket.subscribe("a", "subscription { books }")
            expected = {ALPHA: ["books", "secret"], BETA: ["books"]}[tenant]
            assert (await socket.hear())["payload"] == {"data": {"books": expected}}

    async def test_scopes_hold(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, {Scope.READ})
        async with connected(building.app) as socket:
            await socket.initiate(authorization=f"Bearer {key}")
            for query, scope in (
                ("subscription { secrets }", "connections:admin"),
                ('{ customer(by: {id: "x"}) { native } }', "customers:native"),
            ):
                await socket.subscribe("a", query)
                message = await socket.hear()
                assert message["type"] == "error"
                assert message["payload"][0]["extensions"] == {"code": "MISSING_SCOPE", "scopes": [scope]}


class TestOwnFaults:
    async def test_are_masked_and_end_the_socket(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: Any) -> Caller:
            raise ValueError(SECRET)

        monkeypatch.setattr(GuardedDoor, "authenticate", fail)
        with capture_logs() as logs:
            async with connected(building.app) as socket:
                await socket.say("connection_init")
                assert await socket.closed() == (1011, "Something went wrong on our side.")
        assert [line["error"] for line in logs if line["event"] == "socket_failed"] == ["ValueError"]
        assert SECRET not in repr(logs)

    async def test_of_one_operation_leave_the_socket(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(*_: Any) -> Any:
            raise ValueError(SECRET)

        async with ready(building) as socket:
            with monkeypatch.context() as broken:
                broken.setattr(Executor, "_execute", fail)
                await socket.subscribe("a", "{ __typename }")
                message = await socket.hear()
            assert (message["id"], message["type"]) == ("a", "error")
            assert message["payload"][0]["extensions"]["code"] == "INTERNAL"
            assert SECRET not in repr(message)
            await socket.subscribe("a", "{ __typename }")
            assert (await socket.hear())["type"] == "next"


class TestPlaces:
    async def test_are_given_back(self, building: Building) -> None:
        live = building.app.live
        assert live.count("sockets") == 0
        async with ready(building):
            assert live.count("sockets") == 1
        assert live.count("sockets") == 0

    async def test_have_an_end(self, building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(building.app.live, "most", 2)
        async with ready(building), ready(building):
            assert await refused(building.app, handshake()) == (503, "No more streams can be opened now.")
        async with ready(building):
            pass

    async def test_metrics_tell(self, building: Building) -> None:
        async with ready(building) as socket:
            await socket.subscribe("a", "subscription { forever }")
            await socket.hear()
            text = (await building.site.ask("GET", "/metrics")).body.decode()
            assert "gateway_sockets_open 1.0" in text
            assert "gateway_sockets_operations_running 1.0" in text
            await socket.say_raw("x")
            await socket.closed()
        text = (await building.site.ask("GET", "/metrics")).body.decode()
        assert "gateway_sockets_open 0.0" in text
        assert 'gateway_sockets_closed_total{code="4400",path="/graphql"}' in text
