"""`gql-gateway serve` as an operator runs it: its logs, its end, its loop."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from gql_gateway.connectors.registry import connectors
from gql_gateway.examples import update_operation
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.sandbox import server as simulators_module
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.storage.connections import ConnectionStore
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, generate_key

from .processes import PATIENCE, Process, ask, command, post

CANARIES = {name: f"c4nary-{name}-0f3a" for name in ("variable", "literal", "header", "key", "url", "alias", "text")}


@dataclass
class Held:
    """`writes`: the integrations whose write is being held, until `may_end` is set."""

    writes: list[str] = field(default_factory=list)
    may_end: threading.Event = field(default_factory=threading.Event)


@dataclass
class Served:
    """A gateway that serves, and the simulators behind it (in this process)."""

    process: Process
    origin: str
    sandbox: Sandbox
    secrets: list[str]
    settings: dict[str, str]

    def operation(self, name: str) -> str:
        return update_operation(connectors()[name], f"c-{name}", self.sandbox.simulators[name].example_id())


@contextmanager
def simulators() -> Iterator[Sandbox]:
    sandbox, loop = Sandbox(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(sandbox.start(port=0), loop).result(PATIENCE)
    try:
        yield sandbox
    finally:
        asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


async def fill(url: str, keys: str, sandbox: Sandbox) -> None:
    database = Database(url)
    try:
        await database.migrate()
        store = ConnectionStore(database, SecretBox.from_text(keys))
        for name, simulator in sandbox.simulators.items():
            base = sandbox.url(name)
            await store.add(
                Connection(
                    f"c-{name}",
                    name,
                    Credentials(simulator.credentials()),
                    simulator.company_id(),
                    base,
                    simulator.token_url(base),
                    tenant="default",
                )
            )
    finally:
        await database.close()


@contextmanager
def serving(folder: Path, **env: str) -> Iterator[Served]:
    keys, url = generate_key(), f"sqlite:///{folder / 'serve.sqlite3'}"
    with simulators() as sandbox:
        asyncio.run(fill(url, keys, sandbox))
        settings = {"GATEWAY_SECRET_KEYS": keys, "GATEWAY_DATABASE_URL": url, "GATEWAY_PORT": "0"}
        settings |= {"GATEWAY_AUTHENTICATION": "off", **env}
        with command(folder, "serve", env=settings) as process:
            process.wait_for("Application startup complete", where="err")
            (port,) = {event["port"] for event in process.log() if event["event"] == "listening"}
            secrets = [keys.partition(":")[2]]
            secrets += [value for item in sandbox.simulators.values() for value in item.credentials().values()]
            yield Served(process, f"http://127.0.0.1:{port}", sandbox, secrets, settings)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for the tests that leave it as it is."""
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


class TestLog:
    @pytest.mark.parametrize("level", ["info", "debug"])
    def test_one_line_of_json_for_each_request_and_nothing_of_it(self, tmp_path: Path, level: str) -> None:
        with serving(tmp_path, GATEWAY_LOG_LEVEL=level) as served:
            self.check(served)

    @staticmethod
    def check(served: Served) -> None:
        change = "mutation ($value: UpdateCustomerInput!) { ALIAS: updateCustomer(input: $value) { errors { code } } }"
        name = next(iter(connectors()))
        input = {
            "customer": {"native": {"connectionId": CANARIES["variable"], "nativeId": CANARIES["variable"]}},
            "change": {name: {"companyName": CANARIES["text"]}},
            "idempotencyKey": CANARIES["key"],
        }
        secret: dict[str, Any] = {
            "authorization": f"Bearer {CANARIES['header']}",
            "cookie": f"session={CANARIES['header']}",
        }
        replies = [
            post(served.origin, change.replace("ALIAS", "a"), {"value": input}, **secret),
            post(served.origin, f'{{ customer(by: {{ id: "{CANARIES["literal"]}" }}) {{ id }} }}', **secret),
            post(served.origin, "{ nothing_" + CANARIES["alias"].replace("-", "_") + " }"),
            ask(f"{served.origin}/graphql?query=%7B__typename%7D&x={CANARIES['url']}"),
            ask(f"{served.origin}/{CANARIES['url']}"),
            ask(f"{served.origin}/graphql", "POST", CANARIES["text"].encode(), {"content-type": "application/json"}),
            *(post(served.origin, served.operation(item)) for item in connectors()),
        ]
        served.process.terminate()

        events = served.process.log()
        requests = [event for event in events if event["event"] == "request"]
        assert [event["status"] for event in requests] == [reply.status for reply in replies]
        assert [event["correlation_id"] for event in requests] == [reply.headers["x-request-id"] for reply in replies]
        assert all(isinstance(event["ms"], float) and event["timestamp"].endswith("Z") for event in requests)
        assert {event["path"] for event in requests} == {"/graphql", "other"}
        said = served.process.err + served.process.out
        assert not [value for value in CANARIES.values() if value in said or value.replace("-", "_") in said]
        assert not [value for value in served.secrets if len(value) > 5 and value in said]

    def test_nothing_of_an_exception(self, tmp_path: Path) -> None:
        """A line that a library logs with its traceback is reduced to the place."""
        script = (
            "import logging\n"
            "from gql_gateway import logs\n"
            "logs.set_up('info', '{form}')\n"
            "def fail(secret):\n"
            "    raise ValueError(f'words with {secret}')\n"
            "try:\n"
            "    fail('c4nary-exc')\n"
            "except ValueError:\n"
            "    logging.getLogger('asyncio').exception('Task exception was never retrieved')\n"
            "    import structlog\n"
            "    structlog.get_logger('x').exception('own')\n"
        )
        import subprocess
        import sys

        from .processes import ROOT

        for form in ("json", "console"):
            done = subprocess.run(
                [sys.executable, "-c", script.replace("{form}", form)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
                timeout=PATIENCE,
            )
            assert "c4nary" not in done.stderr
            assert done.stderr.count("ValueError") == 2
            assert len(done.stderr.splitlines()) == 2
            if form == "json":
                assert all("fail" in str(json.loads(line)["where"]) for line in done.stderr.splitlines())


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Simulators that carry out a write, and answer when they are told to."""
    found = Held()
    usual = simulators_module._Front._do

    async def hold(front: Any, request: Any, handler: Any, taken: Any, path: str, body: object) -> Any:
        answer = await usual(front, request, handler, taken, path, body)
        if front._simulator.writes(request.method, path, body):
            found.writes.append(front._simulator.integration)
            await asyncio.to_thread(found.may_end.wait, PATIENCE)
        return answer

    monkeypatch.setattr(simulators_module._Front, "_do", hold)
    return found


class TestEnd:
    def test_running_writes_finish_and_their_answers_arrive(self, tmp_path: Path, held: Held) -> None:
        names = list(connectors())
        with serving(tmp_path) as served, ThreadPoolExecutor(len(names)) as pool:
            answers = [pool.submit(post, served.origin, served.operation(name)) for name in names]
            self.wait_until(lambda: sorted(held.writes) == names, "every write is running")
            served.process.running.send_signal(signal.SIGTERM)
            self.wait_until(lambda: not self.ready(served.origin), "new requests are turned away")
            assert served.process.running.poll() is None
            assert not any(answer.done() for answer in answers)
            held.may_end.set()

            for answer in answers:
                payload = answer.result(PATIENCE).json()["data"]["updateCustomer"]
                assert payload["errors"] == []
                assert len(payload["changes"]) == 1
            assert served.process.running.wait(PATIENCE) == 0
            assert sorted(held.writes) == names
        assert [event for event in served.process.log() if event["level"] != "info"] == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_exit_code_is_zero(self, tmp_path: Path, number: int) -> None:
        with serving(tmp_path) as served:
            assert ask(f"{served.origin}/readyz").status == 200

            assert served.process.terminate(number) == 0
            assert "Traceback" not in served.process.err

    def test_grace_has_an_end(self, tmp_path: Path) -> None:
        name = next(iter(connectors()))
        with (
            serving(tmp_path, GATEWAY_SHUTDOWN_GRACE="2", GATEWAY_DEADLINE="2") as served,
            ThreadPoolExecutor(1) as pool,
        ):
            served.sandbox.fault(name, "timeout_before", times=20)
            answer = pool.submit(post, served.origin, served.operation(name))
            self.wait_until(lambda: served.sandbox.requests(name), "the simulator is asked")
            begun = time.monotonic()
            assert served.process.terminate() == 0
            assert time.monotonic() - begun < 10
            # The update ends by its own deadline, about when the grace does: it is answered, or the connection closed.
            assert answer.exception(PATIENCE) is not None or answer.result().status in (200, 500)

    @staticmethod
    def ready(origin: str) -> bool:
        try:
            return ask(f"{origin}/readyz").status == 200
        except OSError:
            return False

    @staticmethod
    def wait_until(condition: Any, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"never came true: {words}"
            time.sleep(0.01)


class TestSockets:
    """A WebSocket as `serve` runs it."""

    @staticmethod
    def connect(served: Served, query: str = "", **headers: str) -> ClientConnection:
        address = f"{served.origin.replace('http', 'ws')}/graphql{query}"
        protocols = [Subprotocol("graphql-transport-ws")]
        return connect(address, subprotocols=protocols, additional_headers=headers, proxy=None, open_timeout=PATIENCE)

    @staticmethod
    def say(socket: ClientConnection, **message: Any) -> None:
        socket.send(json.dumps(message))

    @staticmethod
    def hear(socket: ClientConnection) -> Any:
        return json.loads(socket.recv(PATIENCE))

    @pytest.mark.parametrize("level", ["info", "debug"])
    def test_one_line_of_json_for_each_and_nothing_of_it(self, tmp_path: Path, level: str) -> None:
        with serving(tmp_path, GATEWAY_LOG_LEVEL=level) as served:
            secret = {"cookie": CANARIES["header"]}
            with self.connect(served, f"?token={CANARIES['url']}", **secret) as socket:
                self.say(socket, type="connection_init", payload={"x": CANARIES["key"]})
                assert self.hear(socket) == {"type": "connection_ack"}
                query = f'{{ customer(by: {{ id: "{CANARIES["literal"]}" }}) {{ id }} }}'
                self.say(socket, id=CANARIES["alias"], type="subscribe", payload={"query": query})
                assert self.hear(socket)["type"] == "next"
                assert self.hear(socket)["type"] == "complete"
                self.say(socket, type=CANARIES["text"])
                with pytest.raises(ConnectionClosed):
                    socket.recv(PATIENCE)
                answer = socket.response
            with (
                pytest.raises(InvalidStatus),
                self.connect(served, f"?{CANARIES['url']}", origin="https://evil.example"),
            ):
                pass
            assert served.process.terminate() == 0

            ends = [event for event in served.process.log() if event["event"] == "socket"]
            assert [(event["path"], event["code"]) for event in ends] == [("/graphql", 4400), ("/graphql", 403)]
            assert answer is not None and ends[0]["correlation_id"] == answer.headers["x-request-id"]
            said = served.process.err + served.process.out
            assert not [value for value in CANARIES.values() if value in said]

    def test_running_write_finishes_though_the_server_stops(self, tmp_path: Path, held: Held) -> None:
        name = "lexware_office"
        with serving(tmp_path) as served, self.connect(served) as socket:
            self.say(socket, type="connection_init")
            self.hear(socket)
            self.say(socket, id="w", type="subscribe", payload={"query": served.operation(name)})
            TestEnd.wait_until(lambda: held.writes == [name], "the write is running")
            served.process.running.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                socket.recv(PATIENCE)
            assert socket.protocol.close_code == 1012
            assert served.process.running.poll() is None
            held.may_end.set()
            assert served.process.running.wait(PATIENCE) == 0
            # After the write the record is read back, which an update that was cut would not do.
            assert [request["method"] for request in served.sandbox.requests(name)] == ["GET", "PUT", "GET"]
        assert [event for event in served.process.log() if event["level"] != "info"] == []

    def test_other_names_of_the_host_are_refused(self, served: Served) -> None:
        head = (
            "GET /graphql HTTP/1.1\r\nhost: gateway.example\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n"
        )
        with create_connection(("127.0.0.1", int(served.origin.rpartition(":")[2])), PATIENCE) as line:
            line.sendall(head.encode())
            assert line.recv(100).startswith(b"HTTP/1.1 421 ")


class TestServer:
    def test_runs_on_uvloop_and_httptools(self, served: Served) -> None:
        maps = Path(f"/proc/{served.process.running.pid}/maps")
        if not maps.is_file():
            pytest.skip("capability: this system does not show what a process has loaded")
        assert ask(f"{served.origin}/healthz").status == 200
        loaded = maps.read_text()

        assert re.search(r"uvloop/loop\.\S*so", loaded)
        assert re.search(r"httptools/parser/parser\.\S*so", loaded)
        assert not re.search(r"/h11/", loaded)

    def test_head_has_no_body(self, served: Served) -> None:
        for path in ("/healthz", "/graphql?query=%7B__typename%7D", "/schema.graphql"):
            reply = ask(f"{served.origin}{path}", "HEAD")
            assert (reply.status, reply.body) == (200, b"")
            assert int(reply.headers["content-length"]) > 0

    def test_says_nothing_of_what_it_is(self, served: Served) -> None:
        assert "server" not in ask(f"{served.origin}/healthz").headers

    def test_second_one_on_the_same_port_is_refused(self, served: Served, tmp_path: Path) -> None:
        port = served.origin.rpartition(":")[2]
        env = {"GATEWAY_SECRET_KEYS": generate_key(), "GATEWAY_PORT": port}
        env["GATEWAY_DATABASE_URL"] = f"sqlite:///{tmp_path / 'second.sqlite3'}"
        with command(tmp_path / "second", "serve", env=env) as second:
            assert second.running.wait(PATIENCE) == 1
            assert second.err == f"error: GATEWAY_PORT: something listens on 127.0.0.1:{port} already.\n"
        assert ask(f"{served.origin}/healthz").status == 200

    def test_answers_on_a_connection_that_stays_open(self, served: Served) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", int(served.origin.rpartition(":")[2]), timeout=PATIENCE)
        for _ in range(5):
            body = json.dumps({"query": "{ __typename }"})
            connection.request("POST", "/graphql", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            assert json.loads(answer.read()) == {"data": {"__typename": "Query"}}
        connection.close()


class TestCallers:
    """With authentication on, as `serve` runs when nobody says otherwise."""

    def test_whole_life_of_a_key(self, tmp_path: Path) -> None:
        name = next(iter(connectors()))
        with serving(tmp_path, GATEWAY_AUTHENTICATION="required") as served:
            stranger = post(served.origin, "{ connections { id } }")
            assert (stranger.status, stranger.headers["www-authenticate"]) == (401, 'Bearer realm="gql_gateway"')

            scopes = [part for item in ("read", "write", "native") for part in ("--scope", f"customers:{item}")]
            key = run_command(served, "keys", "create", *scopes, "--name", "e2e").strip()
            answer = post(served.origin, served.operation(name), authorization=f"Bearer {key}")
            assert answer.json()["data"]["updateCustomer"]["errors"] == []

            other = run_command(served, "keys", "create", "--tenant", "other", *scopes).strip()
            answer = post(served.origin, "{ connections { id } }", authorization=f"Bearer {other}")
            assert answer.json() == {"data": {"connections": []}}
            answer = post(served.origin, served.operation(name), authorization=f"Bearer {other}")
            (error,) = answer.json()["data"]["updateCustomer"]["errors"]
            assert error["code"] == "NOT_CONNECTED"

            id = key.split("_")[1]
            run_command(served, "keys", "revoke", id)
            deadline = time.monotonic() + 6
            while post(served.origin, "{ __typename }", authorization=f"Bearer {key}").status != 401:
                assert time.monotonic() < deadline, "docs/callers.md says five seconds"
                time.sleep(0.1)
            assert served.process.terminate() == 0
            used = {
                item["id"]: item["lastUsedAt"] for item in json.loads(run_command(served, "keys", "list", "--json"))
            }
            assert used[id] and used[other.split("_")[1]]
            log = served.process.err
            assert f'"key": "{id}"' in log and '"tenant": "other"' in log
            assert not any(secret.split("_")[2] in log for secret in (key, other))

    def test_other_names_of_the_host_need_a_key_or_are_refused(self, tmp_path: Path, served: Served) -> None:
        assert post(served.origin, "{ __typename }", host="gateway.example").status == 421
        with serving(tmp_path, GATEWAY_AUTHENTICATION="required", GATEWAY_HOST="0.0.0.0") as guarded:
            assert post(guarded.origin, "{ __typename }", host="gateway.example").status == 401


def run_command(served: Served, *arguments: str) -> str:
    """What a command says on standard output, run with the settings of the served gateway."""
    with command(served.process.folder / "-".join(arguments[:2]), *arguments, env=served.settings) as process:
        assert process.running.wait(PATIENCE) == 0, process.err
        return process.out
