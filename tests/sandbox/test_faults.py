"""Every fault over real HTTP: what the client sees, and whether the request was done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gql_gateway.sandbox.faults import alter_document, parse_fault
from gql_gateway.sandbox.server import Sandbox, build_sandbox
from gql_gateway.sandbox.simulator import Document, Simulator


class VersionedSimulator(Simulator):
    """Records with a version that every write must carry; `POST /connect/token` gives a new token."""

    integration = "versioned"
    work = 0.0

    def reset(self) -> None:
        fields = {"version": 1, "name": "Åsa", "city": "Umeå", "bank": {"iban": "SE1234", "bic": "X"}}
        self.records = {"1": dict(fields), "2": dict(fields)}
        self.token = 1
        self.live = {"token-1"}

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/records/{id}", self.show),
            web.put("/records/{id}", self.update),
            web.post("/connect/token", self.renew),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"access_token": f"token-{self.token}"}

    def expire_tokens(self) -> None:
        self.live.clear()

    def touch(self, native_id: str) -> None:
        stored = self.records[native_id]
        self.records[native_id] = {**stored, "version": stored["version"] + 1, "city": "Luleå"}

    def settle(self, document: Document) -> Document:
        return {**document, "settled": document.get("name")}

    async def show(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response(self.records[request.match_info["id"]])

    async def update(self, request: web.Request) -> web.Response:
        self._admit(request)
        native_id, sent = request.match_info["id"], await request.json()
        if sent["version"] != self.records[native_id]["version"]:
            raise web.HTTPConflict(text="stale")
        await asyncio.sleep(self.work)
        stored = self.commit(native_id, {**self.records[native_id], **sent, "version": sent["version"] + 1})
        return web.json_response(stored)

    async def renew(self, request: web.Request) -> web.Response:
        self.token += 1
        self.live.add(f"token-{self.token}")
        return web.json_response({"access_token": f"token-{self.token}"})

    def _admit(self, request: web.Request) -> None:
        if request.headers.get("Authorization") not in {f"Bearer {token}" for token in self.live}:
            raise web.HTTPUnauthorized(text="who are you?")


class PreciseSimulator(VersionedSimulator):
    """Says which record is written, and has words of its own for errors."""

    integration = "precise"

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        return path.rpartition("/")[2]

    def error(self, status: int) -> tuple[str, bytes]:
        return "text/plain; charset=utf-8", f"fel {status}".encode()


@dataclass
class Caller:
    sandbox: Sandbox
    session: aiohttp.ClientSession
    integration: str = "versioned"

    @property
    def simulator(self) -> VersionedSimulator:
        found = self.sandbox.simulators[self.integration]
        assert isinstance(found, VersionedSimulator)
        return found

    @property
    def record(self) -> Document:
        return self.simulator.records["1"]

    @property
    def statuses(self) -> list[int | None]:
        return [entry["status"] for entry in self.sandbox.requests(self.integration)]

    async def script(self, fault: str, **more: Any) -> None:
        url = f"http://127.0.0.1:{self.sandbox.port}/_control/{self.integration}/faults"
        async with self.session.post(url, json={"fault": fault, **more}) as answer:
            assert answer.status == 201, await answer.text()

    async def call(self, method: str, path: str, body: object = None, *, patience: float = 5) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self.simulator.credentials()['access_token']}"}
        async with self.session.request(
            method,
            self.sandbox.url(self.integration) + path,
            json=body,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=patience),
        ) as answer:
            return answer.status, await answer.text()

    async def write(self, name: str = "Ny", *, patience: float = 5, **more: Any) -> tuple[int, str]:
        version = self.record["version"]
        return await self.call("PUT", "/records/1", {"version": version, "name": name, **more}, patience=patience)

    async def read(self) -> tuple[int, str]:
        return await self.call("GET", "/records/1")


async def becomes_new(simulator: VersionedSimulator) -> bool:
    """Whether the write that is under way gets done within a few seconds."""
    for _ in range(60):
        if simulator.records["1"]["name"] == "Ny":
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.fixture
async def caller(session: aiohttp.ClientSession) -> AsyncIterator[Caller]:
    async with Sandbox([VersionedSimulator(), PreciseSimulator()]) as sandbox:
        yield Caller(sandbox, session)


@pytest.fixture
def precise(caller: Caller) -> Caller:
    return Caller(caller.sandbox, caller.session, "precise")


async def test_status_is_answered_and_nothing_done(caller: Caller, precise: Caller) -> None:
    await caller.script("status:503")
    assert await caller.write() == (503, '{"message": "Service Unavailable"}')
    assert caller.record["name"] == "Åsa"
    assert (await caller.write())[0] == 200
    await precise.script("status:418")
    assert await precise.write() == (418, "fel 418")
    assert caller.statuses == [503, 200]


async def test_status_after_is_answered_and_the_write_done(caller: Caller) -> None:
    await caller.script("status_after:500")
    assert (await caller.write())[0] == 500
    assert caller.record["name"] == "Ny"
    assert caller.statuses == [500]


async def test_status_without_a_body(caller: Caller) -> None:
    await caller.script("status:204")
    assert await caller.write() == (204, "")
    assert caller.record["name"] == "Åsa"


async def test_rate_limited_names_the_time_to_wait(caller: Caller) -> None:
    await caller.script("rate_limited", times=2)
    for _ in range(2):
        headers = {"Authorization": "Bearer token-1"}
        async with caller.session.get(f"{caller.sandbox.url('versioned')}/records/1", headers=headers) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert (await caller.read())[0] == 200


@pytest.mark.parametrize(("fault", "stored"), [("timeout_before", "Åsa"), ("timeout_after", "Ny")])
async def test_timeouts_hold_the_answer_until_the_client_leaves(caller: Caller, fault: str, stored: str) -> None:
    await caller.script(fault)
    with pytest.raises(TimeoutError):
        await caller.write(patience=0.6)
    assert caller.record["name"] == stored
    assert caller.statuses == [None]
    assert (await caller.write("later"))[0] == 200


async def test_a_held_request_is_cut_in_the_end(caller: Caller) -> None:
    caller.sandbox.mounts["versioned"].faults.hold = 0.2
    await caller.script("timeout_before")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.write()
    assert caller.statuses == [None]


@pytest.mark.parametrize("fault", ["timeout_after", None])
async def test_a_write_is_done_to_its_end_when_the_client_has_left(caller: Caller, fault: str | None) -> None:
    caller.simulator.work = 0.8
    if fault:
        await caller.script(fault)
    with pytest.raises(TimeoutError):
        await caller.write(patience=0.4)
    assert caller.record["name"] == "Åsa"
    assert await becomes_new(caller.simulator)


async def test_a_write_outlives_the_cancelling_of_its_handler() -> None:
    simulator = VersionedSimulator()
    simulator.work = 0.8
    async with TestClient(TestServer(build_sandbox([simulator]))) as client:  # cancels handlers of lost clients
        headers, patience = {"Authorization": "Bearer token-1"}, aiohttp.ClientTimeout(total=0.4)
        with pytest.raises(TimeoutError):
            await client.put(
                "/versioned/records/1", json={"version": 1, "name": "Ny"}, headers=headers, timeout=patience
            )
        assert simulator.records["1"]["name"] == "Åsa"
        assert await becomes_new(simulator)


@pytest.mark.parametrize(("fault", "stored"), [("reset_before", "Åsa"), ("reset_after", "Ny")])
async def test_resets_cut_the_connection_with_rst(caller: Caller, fault: str, stored: str) -> None:
    await caller.script(fault)
    reader, writer = await asyncio.open_connection("127.0.0.1", caller.sandbox.port)
    body = b'{"version": 1, "name": "Ny"}'
    head = (
        f"PUT /versioned/records/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-1\r\nContent-Length: {len(body)}"
    )
    writer.write(head.encode() + b"\r\n\r\n" + body)
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 3)
    writer.close()
    assert caller.record["name"] == stored
    assert caller.statuses == [None]


@pytest.mark.parametrize(("fault", "stored"), [("html_instead", "Åsa"), ("html_after", "Ny")])
async def test_html_comes_with_success(caller: Caller, fault: str, stored: str) -> None:
    await caller.script(fault)
    status, page = await caller.write()
    assert status == 200
    assert page.startswith("<!DOCTYPE html>")
    assert caller.record["name"] == stored
    assert caller.statuses == [200]


async def test_html_is_called_html(caller: Caller) -> None:
    await caller.script("html_instead")
    async with caller.session.get(f"{caller.sandbox.url('versioned')}/records/1") as answer:
        assert answer.content_type == "text/html"


async def test_slow_body_drips_after_the_headers(caller: Caller) -> None:
    await caller.script("slow_body", times=2)
    with pytest.raises(TimeoutError):
        await caller.write(patience=0.8)
    assert caller.record["name"] == "Ny"
    assert caller.statuses == [None]
    headers = {"Authorization": "Bearer token-1"}
    async with caller.session.get(f"{caller.sandbox.url('versioned')}/records/1", headers=headers) as answer:
        assert answer.content_type == "application/json"
        assert int(answer.headers["Content-Length"]) > 20
        chunk = await answer.content.readany()
        assert 0 < len(chunk) < 5
        caller.sandbox.mounts["versioned"].faults.drip = 0
        assert json.loads(chunk + await answer.read())["name"] == "Ny"
    assert caller.statuses == [None, 200]


async def test_slow_body_is_cut_in_the_end(caller: Caller) -> None:
    caller.sandbox.mounts["versioned"].faults.hold = 0.2
    await caller.script("slow_body")
    with pytest.raises(aiohttp.ClientError):
        await caller.read()
    assert caller.statuses == [None]


async def test_expired_token_needs_a_new_one(caller: Caller) -> None:
    await caller.script("expired_token")
    assert (await caller.read())[0] == 401
    assert (await caller.read())[0] == 401
    assert (await caller.call("POST", "/connect/token"))[0] == 200
    assert (await caller.read())[0] == 200


async def test_stale_version_is_an_edit_just_before_the_write(caller: Caller, precise: Caller) -> None:
    for each in (caller, precise):
        await each.script("stale_version")
        assert (await each.read())[0] == 200
        assert each.record["version"] == 1, "reading leaves the fault for the write"
        assert await each.write() == (409, "stale")
        assert (each.record["city"], each.record["name"]) == ("Luleå", "Åsa")
        assert (await each.write())[0] == 200
    assert caller.simulator.records["2"]["version"] == 2, "no record named: somebody edits all of them"
    assert precise.simulator.records["2"]["version"] == 1


async def test_ignored_field_keeps_its_old_value(caller: Caller) -> None:
    await caller.script("ignore_field:name")
    await caller.script("ignore_field:bank.iban")
    await caller.script("ignore_field:fresh")
    await caller.read()
    assert (await caller.write(city="Piteå", bank={"iban": "NO9", "bic": "Y"}, fresh=1))[0] == 200
    assert caller.record["name"] == "Åsa"
    assert caller.record["settled"] == "Åsa", "what the provider derives follows what it stored"
    assert caller.record["city"] == "Piteå"
    assert caller.record["bank"] == {"iban": "SE1234", "bic": "Y"}
    assert "fresh" not in caller.record
    await caller.write()
    assert caller.record["name"] == "Ny"


async def test_truncated_field_is_cut(caller: Caller) -> None:
    await caller.script("truncate_field:bank.iban:3")
    await caller.script("truncate_field:name:200")
    await caller.write("Anna", bank={"iban": "NO9876", "bic": "Y"})
    assert caller.record["bank"] == {"iban": "NO9", "bic": "Y"}
    assert caller.record["name"] == "Anna"


async def test_field_faults_of_one_request_do_not_reach_another(caller: Caller) -> None:
    caller.simulator.work = 0.1
    await caller.script("ignore_field:name", on="PUT /records/1")
    body = {"version": 1, "name": "Ny"}
    await asyncio.gather(caller.call("PUT", "/records/1", body), caller.call("PUT", "/records/2", body))
    assert [record["name"] for record in caller.simulator.records.values()] == ["Åsa", "Ny"]


def test_altering_lists_and_paths_that_lead_nowhere() -> None:
    before: Document = {"rows": [{"a": "old", "b": 1}], "n": 4}
    after: Document = {"rows": [{"a": "new", "b": 2}], "n": 5}
    fields = ["ignore_field:rows.0.a", "ignore_field:rows.7.a", "ignore_field:n.m", "truncate_field:n:1"]
    altered = alter_document([parse_fault({"fault": field}) for field in fields], before, after)
    assert altered == {"rows": [{"a": "old", "b": 2}], "n": 5}
    assert after["rows"][0]["a"] == "new", "the document handed in stays as it was"
    gone = [parse_fault({"fault": "ignore_field:rows.1"})]
    assert alter_document(gone, {"rows": []}, {"rows": ["x", "y"]}) == {"rows": ["x"]}


async def test_a_done_request_bears_field_faults_and_an_answer_fault_at_once(caller: Caller) -> None:
    await caller.script("ignore_field:name")
    await caller.script("reset_after")
    with pytest.raises(aiohttp.ClientError):
        await caller.write(city="Piteå")
    assert (caller.record["name"], caller.record["city"]) == ("Åsa", "Piteå")


async def test_a_request_not_done_leaves_the_other_faults_waiting(caller: Caller) -> None:
    await caller.script("ignore_field:name")
    await caller.script("status:500")
    assert (await caller.write())[0] == 500
    assert [f["fault"] for f in caller.sandbox.mounts["versioned"].faults.shown()] == ["ignore_field:name"]


async def test_faults_are_counted_down_in_order(caller: Caller) -> None:
    await caller.script("status:500", times=2)
    await caller.script("status:502")
    url = f"http://127.0.0.1:{caller.sandbox.port}/_control/versioned/faults"
    await caller.read()
    async with caller.session.get(url) as answer:
        assert await answer.json() == [
            {"fault": "status:500", "times": 1, "on": None},
            {"fault": "status:502", "times": 1, "on": None},
        ]
    assert [(await caller.read())[0] for _ in range(3)] == [500, 502, 200]
    await caller.script("status:500")
    async with caller.session.delete(url) as answer:
        assert answer.status == 204
    assert (await caller.read())[0] == 200


async def test_on_picks_method_and_path(caller: Caller) -> None:
    await caller.script("status:500", on="PUT /records/1")
    await caller.script("status:502", on="* /records/2")
    assert (await caller.read())[0] == 200
    assert (await caller.call("GET", "/records/2"))[0] == 502
    assert (await caller.call("PUT", "/records/2", {"version": 1}))[0] == 200
    assert (await caller.write())[0] == 500
    assert (await caller.write())[0] == 200


@pytest.mark.parametrize("on", [None, "POST /", "* /connect"])
async def test_token_requests_are_spared_unless_named(caller: Caller, on: str | None) -> None:
    await caller.script("status:500", **({"on": on} if on else {}))
    assert (await caller.call("POST", "/connect/token"))[0] == 200
    await caller.script("status:503", on="POST /connect/token")
    assert (await caller.call("POST", "/connect/token"))[0] == 503


async def test_faults_stay_at_their_simulator(caller: Caller, precise: Caller) -> None:
    await caller.script("status:500")
    assert (await precise.read())[0] == 200


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "JSON object"),
        ({}, "fault must be a string"),
        ({"fault": 5}, "fault must be a string"),
        ({"fault": "nonsense"}, "known are"),
        ({"fault": "status"}, "200 to 599"),
        ({"fault": "status:"}, "200 to 599"),
        ({"fault": "status:99"}, "200 to 599"),
        ({"fault": "status:600"}, "200 to 599"),
        ({"fault": "status_after:5xx"}, "200 to 599"),
        ({"fault": "rate_limited:3"}, "should read rate_limited"),
        ({"fault": "ignore_field"}, "should read ignore_field:<name>"),
        ({"fault": "ignore_field:a..b"}, "should read ignore_field:<name>"),
        ({"fault": "truncate_field:name"}, "should read truncate_field:<name>:<n>"),
        ({"fault": "truncate_field:name:x"}, "should read truncate_field:<name>:<n>"),
        ({"fault": "truncate_field::3"}, "should read truncate_field:<name>:<n>"),
        ({"fault": "slow_body", "times": 0}, "times"),
        ({"fault": "slow_body", "times": "2"}, "times"),
        ({"fault": "slow_body", "times": True}, "times"),
        ({"fault": "slow_body", "on": "PUT"}, "METHOD /path-prefix"),
        ({"fault": "slow_body", "on": "/records"}, "METHOD /path-prefix"),
        ({"fault": "slow_body", "on": "PUT records"}, "METHOD /path-prefix"),
        ({"fault": "slow_body", "on": "PUT /a b"}, "METHOD /path-prefix"),
        ({"fault": "slow_body", "on": 3}, "METHOD /path-prefix"),
        ({"fault": "slow_body", "count": 3}, "unknown member 'count'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_explained(document: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_fault(document)


def test_field_names_may_hold_colons_and_methods_any_case() -> None:
    fault = parse_fault({"fault": "truncate_field:ns:name:12", "on": "put /x"})
    assert (fault.field, fault.number, fault.on) == ("ns:name", 12, "PUT /x")
