"""The sandbox's server and control API, over a simulator small enough to see through."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from gql_gateway.sandbox.server import Sandbox, build_sandbox, find_simulators
from gql_gateway.sandbox.simulator import Simulator

KEY = "key-of-the-shelf"


class ShelfSimulator(Simulator):
    """A shelf of books: `GET`, `PUT /books/{id}`, `POST /token`; `broken` makes it fail."""

    integration = "old_shelf"
    broken = False

    def reset(self) -> None:
        self.records = {"1": {"title": "Röda rummet"}, "a/b": {"title": "Gösta"}, "é": {"title": "Émile"}}

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/books/{id}", self.show),
            web.put("/books/{id}", self.update),
            web.post("/token", self.token),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_key": KEY, "client_id": "shelf"}

    def expire_tokens(self) -> None: ...

    def touch(self, native_id: str) -> None: ...

    async def show(self, request: web.Request) -> web.Response:
        if self.broken:
            raise RuntimeError("broken on purpose")
        if request.match_info["id"] not in self.records:
            raise web.HTTPNotFound(text="no such book")
        return web.json_response(self.records[request.match_info["id"]])

    async def update(self, request: web.Request) -> web.Response:
        return web.json_response(self.commit(request.match_info["id"], await request.json()))

    async def token(self, request: web.Request) -> web.Response:
        return web.json_response({"access_token": "new"})


@pytest.fixture
async def sandbox(clock: Any) -> AsyncIterator[Sandbox]:
    async with Sandbox([ShelfSimulator(clock)]) as started:
        yield started


@pytest.fixture
def shelf(sandbox: Sandbox) -> str:
    return sandbox.url("old_shelf")


@pytest.fixture
def control(sandbox: Sandbox) -> str:
    return f"http://127.0.0.1:{sandbox.port}/_control/old-shelf"


async def test_finds_every_simulator_by_itself() -> None:
    found = {kind.integration: kind for kind in find_simulators()}
    assert found["fortnox"].__name__ == "FortnoxSimulator"
    assert list(found) == sorted(found)


def _write_package(folder: Path, name: str, modules: Mapping[str, str]) -> ModuleType:
    package = folder / name
    package.mkdir()
    for module, text in {"__init__": "", **modules}.items():
        path = package / f"{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return __import__(name)


SIMULATOR = """
from test_shelf_base import ShelfSimulator
from gql_gateway.sandbox.simulator import Simulator
class Abstract(Simulator): ...
class Book(ShelfSimulator):
    integration = "{}"
"""


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    base = ModuleType("test_shelf_base")
    base.ShelfSimulator = ShelfSimulator  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "test_shelf_base", base)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_finds_modules_and_packages_but_no_abstract_or_imported_classes(importable: Path) -> None:
    package = _write_package(
        importable,
        "found_package",
        {
            "zebra": SIMULATOR.format("zebra"),
            "lone": SIMULATOR.format("antelope"),
            "deep/__init__": "from .inner import Book",
            "deep/inner": SIMULATOR.format("lion"),
        },
    )
    assert [kind.integration for kind in find_simulators(package)] == ["antelope", "lion", "zebra"]


def test_two_simulators_of_one_integration_are_refused(importable: Path) -> None:
    twins = _write_package(importable, "twins", {"one": SIMULATOR.format("zebra"), "two": SIMULATOR.format("zebra")})
    with pytest.raises(RuntimeError, match="zebra"):
        find_simulators(twins)
    with pytest.raises(ValueError, match="old_shelf"):
        Sandbox([ShelfSimulator(), ShelfSimulator()])


async def test_addresses_and_simulators_are_known_by_integration(sandbox: Sandbox) -> None:
    assert sandbox.url("old_shelf") == sandbox.url("old-shelf") == f"http://127.0.0.1:{sandbox.port}/old-shelf"
    assert isinstance(sandbox.simulators["old_shelf"], ShelfSimulator)
    with pytest.raises(KeyError):
        sandbox.url("new_shelf")


async def test_stops_and_starts_again(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox([ShelfSimulator()])
    await sandbox.start(port=0)
    first = sandbox.url("old_shelf")
    with pytest.raises(RuntimeError):
        await sandbox.start(port=0)
    await sandbox.stop()
    await sandbox.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await session.get(f"{first}/books/1")
    await sandbox.start(port=0)
    async with session.get(f"{sandbox.url('old_shelf')}/books/1") as answer:
        assert answer.status == 200
    await sandbox.stop()


async def test_port_in_use_is_an_error_and_leaves_nothing_behind(sandbox: Sandbox) -> None:
    other = Sandbox([ShelfSimulator()])
    with pytest.raises(OSError):
        await other.start(port=sandbox.port)
    await other.start(port=0)
    await other.stop()


async def test_the_application_can_be_served_by_others() -> None:
    async with TestClient(TestServer(build_sandbox([ShelfSimulator()]))) as client:
        answer = await client.get("/old-shelf/books/1")
        assert await answer.json() == {"title": "Röda rummet"}
        assert (await client.get("/_control")).status == 200


async def test_log_has_every_request_in_order(
    sandbox: Sandbox, shelf: str, control: str, session: aiohttp.ClientSession
) -> None:
    await session.get(f"{shelf}/books/1?page=2&tag=x&tag=y", headers={"X-Trace": "17"})
    await session.put(URL(f"{shelf}/books/a%2Fb", encoded=True), json={"title": "Ny"})
    await session.put(f"{shelf}/nowhere", data="<a/>")
    await session.patch(f"{shelf}/books/1")
    async with session.get(f"{control}/requests") as answer:
        shown = await answer.json()
    assert [(r["method"], r["path"], r["status"], r["body"]) for r in shown] == [
        ("GET", "/books/1", 200, None),
        ("PUT", "/books/a%2Fb", 200, {"title": "Ny"}),
        ("PUT", "/nowhere", 404, "<a/>"),
        ("PATCH", "/books/1", 405, None),
    ]
    assert set(shown[0]) == {"method", "path", "query", "headers", "body", "status", "at"}
    assert shown[0]["query"] == {"page": "2", "tag": ["x", "y"]}
    assert shown[0]["headers"]["X-Trace"] == "17"
    assert shown[0]["at"] == "2025-06-15T15:06:40.000+00:00"
    assert sandbox.requests("old_shelf") == shown
    async with session.delete(f"{control}/requests") as answer:
        assert answer.status == 204
    assert sandbox.requests("old_shelf") == []


async def test_log_shows_names_of_secrets_only(sandbox: Sandbox, shelf: str, session: aiohttp.ClientSession) -> None:
    secret = "s3cret-canary"
    headers = {"Authorization": f"Bearer {secret}", "X-Api-Key": secret, "key": secret, "Cookie": f"a={secret}"}
    form = {"grant_type": "refresh_token", "refresh_token": secret, "client_secret": secret, "code": secret}
    await session.post(f"{shelf}/token?api_key={secret}", headers=headers, data=form)
    document = {"api_key": secret, "title": "T", "SyncToken": "4", "deep": [{"clientSecret": secret}], "password": None}
    await session.put(f"{shelf}/books/1", json=document)
    await session.post(f"{shelf}/token", data=f"<h><AccessToken>{secret}</AccessToken><note>{KEY}</note></h>")
    await session.get(f"{shelf}/books/{KEY}?q={KEY}")
    token, put, xml, path = sandbox.requests("old_shelf")
    assert secret not in str([token, put, xml, path])
    assert KEY not in str([token, put, xml, path])
    assert token["headers"] | {"Authorization": "…", "X-Api-Key": "…", "key": "…", "Cookie": "…"} == token["headers"]
    assert token["query"] == {"api_key": "…"}
    assert token["body"] == "grant_type=refresh_token&refresh_token=…&client_secret=…&code=…"
    expected = {"api_key": "…", "title": "T", "SyncToken": "4", "deep": [{"clientSecret": "…"}], "password": None}
    assert put["body"] == expected
    assert xml["body"] == "<h><AccessToken>…</AccessToken><note>…</note></h>"
    assert path["path"] == "/books/…"


async def test_log_takes_any_body(sandbox: Sandbox, shelf: str, control: str, session: aiohttp.ClientSession) -> None:
    await session.post(f"{shelf}/token", data=b"\xff\x00{")
    await session.post(f"{shelf}/token", data=b'{"a": NaN}')
    await session.post(f"{shelf}/token", data=b"[" * 100_000)
    await session.post(f"{shelf}/token", data=b'["\\ud800"]')
    async with session.post(f"{shelf}/token", data=BytesIO(b"x" * (8 * 1024 * 1024 + 1))) as answer:
        assert answer.status == 413
    bodies = [entry["body"] for entry in sandbox.requests("old_shelf")]
    assert bodies == ["\ufffd\x00{", '{"a": NaN}', "[" * 100_000, ["\ud800"], None]
    assert sandbox.requests("old_shelf")[-1]["status"] == 413
    async with session.get(f"{control}/requests") as answer:
        assert (await answer.json())[3]["body"] == ["?"]


async def test_log_tells_a_simulator_that_fails(
    sandbox: Sandbox, shelf: str, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.simulators["old_shelf"].broken = True  # type: ignore[attr-defined]
    async with session.get(f"{shelf}/books/1") as answer:
        assert answer.status == 500
    assert sandbox.requests("old_shelf")[0]["status"] == 500
    assert "broken on purpose" in caplog.text


async def test_unknown_paths_are_not_found(sandbox: Sandbox, shelf: str, session: aiohttp.ClientSession) -> None:
    for path in (f"{shelf}/nowhere", shelf, f"http://127.0.0.1:{sandbox.port}/nothing", f"{shelf}/books/9"):
        async with session.get(path) as answer:
            assert answer.status == 404
    assert [entry["path"] for entry in sandbox.requests("old_shelf")] == ["/nowhere", "/", "/books/9"]


async def test_control_shows_and_replaces_records(
    sandbox: Sandbox, shelf: str, control: str, session: aiohttp.ClientSession
) -> None:
    sandbox.fault("old_shelf", "ignore_field:title")
    async with session.get(f"{control}/records") as answer:
        assert await answer.json() == ["1", "a/b", "é"]
    for path, title in (("1", "Röda rummet"), ("a%2Fb", "Gösta"), ("a%2fb", "Gösta"), ("a/b", "Gösta"), ("é", "Émile")):
        async with session.get(URL(f"{control}/records/{path}", encoded=path != "é")) as answer:
            assert await answer.json() == {"title": title}, path
    async with session.put(URL(f"{control}/records/a%2Fb", encoded=True), json={"new": [1]}) as answer:
        assert (answer.status, await answer.json()) == (200, {"new": [1]})
    async with session.put(f"{control}/records/7", json={}) as answer:
        assert answer.status == 201
    assert sandbox.simulators["old_shelf"].records["a/b"] == {"new": [1]}
    async with session.get(URL(f"{shelf}/books/a%2Fb", encoded=True)) as answer:
        assert await answer.json() == {"new": [1]}
    assert len(sandbox.requests("old_shelf")) == 1, "control calls are not requests to the provider"


async def test_control_takes_both_spellings_and_lists_integrations(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    at = f"http://127.0.0.1:{sandbox.port}/_control"
    for name in ("old-shelf", "old_shelf"):
        async with session.get(f"{at}/{name}/records") as answer:
            assert answer.status == 200
    async with session.get(at) as answer:
        assert await answer.json() == ["old_shelf"]


async def test_reset_puts_everything_back(
    sandbox: Sandbox, shelf: str, control: str, session: aiohttp.ClientSession
) -> None:
    await session.put(f"{shelf}/books/1", json={"title": "changed"})
    sandbox.fault("old_shelf", "status:500")
    async with session.post(f"{control}/reset") as answer:
        assert answer.status == 204
    assert sandbox.requests("old_shelf") == []
    async with session.get(f"{control}/faults") as answer:
        assert await answer.json() == []
    async with session.get(f"{shelf}/books/1") as answer:
        assert await answer.json() == {"title": "Röda rummet"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "nobody/requests", None, 404, "no simulator 'nobody'"),
        ("GET", "old-shelf/records/9", None, 404, "no record '9'"),
        ("GET", "old-shelf/nonsense", None, 404, "control API"),
        ("PUT", "old-shelf/records/1", "[]", 400, "JSON object"),
        ("PUT", "old-shelf/records/1", "{", 400, "no JSON"),
        ("PUT", "old-shelf/records/1", '{"a": Infinity}', 400, "no JSON"),
        ("POST", "old-shelf/faults", "", 400, "no JSON"),
        ("POST", "old-shelf/faults", "3", 400, "JSON object"),
        ("POST", "old-shelf/faults", '{"fault": "earthquake"}', 400, "unknown fault"),
    ],
)
async def test_control_explains_what_is_wrong(
    sandbox: Sandbox, session: aiohttp.ClientSession, method: str, path: str, body: str, status: int, words: str
) -> None:
    url = f"http://127.0.0.1:{sandbox.port}/_control/{path}"
    async with session.request(method, url, data=body) as answer:
        assert answer.status == status
        assert words in (await answer.json())["error"]
    assert sandbox.simulators["old_shelf"].records["1"] == {"title": "Röda rummet"}


async def test_stopping_lets_go_of_held_requests(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox([ShelfSimulator()])
    await sandbox.start(port=0)
    sandbox.fault("old_shelf", "timeout_before")
    waiting = asyncio.ensure_future(session.get(f"{sandbox.url('old_shelf')}/books/1"))
    for _ in range(300):
        await asyncio.sleep(0.01)
        if sandbox.requests("old_shelf"):
            break
    await asyncio.wait_for(sandbox.stop(), 3)
    with pytest.raises(aiohttp.ClientError):
        await waiting
