from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import socket
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import structlog
from aioresponses import aioresponses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gql_gateway import __version__
from gql_gateway.outbound.client import Deadlines, Outbound
from gql_gateway.outbound.limits import Limiter, Rate
from gql_gateway.outbound.message import Answer, Call, NotTaken, TransportError, Unclear
from gql_gateway.outbound.retry import repeat

from .conftest import OK, Received, Respond, Wire

Serve = Callable[[Respond], Awaitable[Wire]]
TOKEN = "canary-0123456789-token"
READ = Call("read", "GET", "/x")
WRITE = Call("write", "PUT", "/x", body={"a": 1}, writes=True)


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(Limiter(), deadlines=Deadlines(connect=1, read=1, total=2)) as outbound:
        yield outbound


async def answer_ok(_request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


def answering(*raw: bytes, close: bool = False) -> Respond:
    """Answer each request with the next of the given bytes, the last one again and again."""
    left = list(raw)

    async def respond(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        if close:
            writer.close()

    return respond


async def send(outbound: Outbound, url: str, call: Call = READ, **more: float) -> Answer:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return await outbound.send(url, call, key="c", headers=headers, deadline=more.get("deadline"))


async def failure(outbound: Outbound, url: str, call: Call = READ, **more: float) -> TransportError:
    with pytest.raises(TransportError) as raised:
        await send(outbound, url, call, **more)
    return raised.value


# Sent once


async def cut_when_reused(request: Received, writer: asyncio.StreamWriter) -> None:
    """Answer the first request of a connection; read the second one whole and hang up."""
    if request.line.startswith("HEAD") or "warm-up" in request.line:
        writer.write(OK)
    else:
        writer.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH", "GET"])
async def test_a_call_is_sent_exactly_once_when_the_reused_connection_is_cut(
    serve: Serve, outbound: Outbound, method: str
) -> None:
    wire = await serve(cut_when_reused)
    await send(outbound, wire.url, Call("warm-up", "GET", "/warm-up"))
    problem = await failure(outbound, wire.url, Call("write", method, "/x", body={"a": 1}, writes=method != "GET"))
    await asyncio.sleep(0.05)
    assert isinstance(problem, Unclear)
    assert problem.reason == "connection_lost"
    assert [request.line.split()[0] for request in wire.received] == ["GET", method]
    assert wire.received[1].connection == wire.received[0].connection, "the connection was reused"


async def test_aiohttp_left_alone_would_send_it_twice(serve: Serve) -> None:
    """The reason for the private switch. When this fails, aiohttp has changed and the switch may be dropped."""
    wire = await serve(cut_when_reused)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{wire.url}/warm-up"):
            pass
        with pytest.raises(aiohttp.ClientError):
            async with session.put(f"{wire.url}/x", data=b"{}"):
                pass
    assert sum(request.line.startswith("PUT") for request in wire.received) == 2


async def test_without_the_private_switch_the_client_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def __init__(self, **options: object) -> None:
            self.connector = options["connector"]

    monkeypatch.setattr(aiohttp, "ClientSession", Session)
    outbound = Outbound(Limiter())
    with pytest.raises(RuntimeError, match="only once"):
        await outbound.start()


async def test_a_write_after_the_server_hung_up_goes_out_on_a_fresh_connection(
    serve: Serve, outbound: Outbound
) -> None:
    wire = await serve(answering(OK, close=True))
    for _ in range(3):
        assert (await send(outbound, wire.url, WRITE)).ok
        await asyncio.sleep(0.02)
    assert [request.connection for request in wire.received] == [1, 2, 3]


async def test_a_connection_that_was_idle_for_long_is_not_used_again(serve: Serve) -> None:
    wire = await serve(answer_ok)
    async with Outbound(Limiter(), idle=0.05) as outbound:
        await send(outbound, wire.url)
        await send(outbound, wire.url, WRITE)
        await asyncio.sleep(0.1)
        await send(outbound, wire.url, WRITE)
    assert [request.connection for request in wire.received] == [1, 1, 2]


async def test_a_read_is_repeated_over_a_lost_connection_and_a_write_is_not(serve: Serve, outbound: Outbound) -> None:
    async def recover(request: Received, writer: asyncio.StreamWriter) -> None:
        if len(wire.received) == 1:
            writer.close()
        else:
            writer.write(OK)

    wire = await serve(recover)
    assert (await repeat(lambda: send(outbound, wire.url), READ)).ok
    assert len(wire.received) == 2
    wire.received.clear()
    with pytest.raises(Unclear):
        await repeat(lambda: send(outbound, wire.url, WRITE), WRITE)
    assert len(wire.received) == 1


# Nothing was sent


async def test_a_refused_connection_was_not_taken(outbound: Outbound) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        problem = await failure(outbound, f"http://127.0.0.1:{taken.getsockname()[1]}", WRITE)
    assert isinstance(problem, NotTaken)
    assert problem.reason == "unreachable"


async def test_a_name_that_is_not_resolved_was_not_taken(outbound: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    problem = await failure(outbound, "http://provider.test", WRITE)
    assert isinstance(problem, NotTaken)
    assert "provider.test" not in str(problem)


async def test_a_connection_that_is_never_made_was_not_taken(serve: Serve) -> None:
    """A TLS handshake that nobody answers: accepted by the kernel, but not a byte of the call was sent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with Outbound(Limiter(), deadlines=Deadlines(connect=0.1, read=1, total=2)) as outbound:
            started = time.monotonic()
            problem = await failure(outbound, f"https://127.0.0.1:{silent.getsockname()[1]}", WRITE)
            late = await failure(
                outbound, f"https://127.0.0.1:{silent.getsockname()[1]}", WRITE, deadline=time.monotonic() + 0.05
            )
    assert time.monotonic() - started < 1
    assert isinstance(problem, NotTaken)
    assert isinstance(late, NotTaken)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_a_certificate_that_is_not_trusted_ends_it_before_anything_is_sent(
    certificate: Path, outbound: Outbound
) -> None:
    seen: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(100))
        writer.write(OK)
        writer.close()

    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate)
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=server_side)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    problem = await failure(outbound, url, WRITE)
    assert isinstance(problem, NotTaken)
    assert not any(seen)

    trusting = ssl.create_default_context(cafile=str(certificate))
    async with Outbound(Limiter(), ssl_context=trusting) as trusted:
        assert (await send(trusted, url, WRITE)).ok
    server.close()


async def test_plain_http_where_tls_is_expected_was_not_taken(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answer_ok)
    problem = await failure(outbound, wire.url.replace("http:", "https:"), WRITE)
    assert isinstance(problem, NotTaken)
    assert wire.received == []


async def test_nothing_is_sent_after_the_deadline(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answer_ok)
    problem = await failure(outbound, wire.url, WRITE, deadline=time.monotonic() - 1)
    assert isinstance(problem, NotTaken)
    assert problem.reason == "deadline"
    assert wire.connections == 0


async def test_a_full_pool_is_not_taken(serve: Serve) -> None:
    async def hold(_request: Received, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    wire = await serve(hold)
    deadlines = Deadlines(connect=0.1, read=1, total=0.5)
    async with Outbound(Limiter(), deadlines=deadlines, limit_per_host=1) as outbound:
        first = asyncio.create_task(failure(outbound, wire.url, WRITE))
        await asyncio.sleep(0.02)
        second = await failure(outbound, wire.url, WRITE)
        assert isinstance(await first, Unclear)
    assert isinstance(second, NotTaken)
    assert len(wire.received) == 1


@pytest.mark.parametrize(
    "base_url",
    ["ftp://127.0.0.1", "127.0.0.1:80", "http://", "http://user:pass@127.0.0.1", "http://127.0.0.1:x", "file:///etc"],
)
async def test_a_base_url_that_is_no_plain_address_is_refused(outbound: Outbound, base_url: str) -> None:
    problem = await failure(outbound, base_url, WRITE)
    assert isinstance(problem, NotTaken)


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\0b"])
async def test_a_header_cannot_carry_a_second_one(serve: Serve, outbound: Outbound, value: str) -> None:
    wire = await serve(answer_ok)
    with pytest.raises(NotTaken) as raised:
        await outbound.send(wire.url, WRITE, key="c", headers={"x-api-key": value})
    assert value not in str(raised.value)
    assert wire.connections == 0


@pytest.mark.parametrize("path", ["x", "", "/a b", "/a?b=1", "/a#b", "/ä", "/a\r\nb"])
async def test_a_path_that_is_not_encoded_is_our_own_fault(outbound: Outbound, path: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded"):
        await send(outbound, "http://127.0.0.1:9", Call("s", "GET", path))


# Sent, and no whole answer came


async def test_no_answer_in_time_is_unclear(serve: Serve) -> None:
    async def hold(_request: Received, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    wire = await serve(hold)
    async with Outbound(Limiter(), deadlines=Deadlines(connect=1, read=0.1, total=2)) as outbound:
        started = time.monotonic()
        problem = await failure(outbound, wire.url, WRITE)
        assert time.monotonic() - started < 1
    assert isinstance(problem, Unclear)
    assert problem.reason == "timeout"
    assert len(wire.received) == 1


async def test_a_body_that_trickles_ends_at_the_deadline(serve: Serve, outbound: Outbound) -> None:
    async def trickle(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    wire = await serve(trickle)
    started = time.monotonic()
    problem = await failure(outbound, wire.url, WRITE, deadline=started + 0.3)
    assert 0.25 < time.monotonic() - started < 0.5
    assert isinstance(problem, Unclear)
    assert problem.reason == "timeout"


async def test_long_timeouts_are_not_rounded_up(serve: Serve) -> None:
    """aiohttp rounds a timeout above its threshold (5 s) up to a whole second of the loop's clock."""

    async def hold(_request: Received, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)

    wire = await serve(hold)
    loop = asyncio.get_running_loop()
    at: list[float] = []
    call_at = loop.call_at
    loop.call_at = lambda when, *rest, **more: (at.append(when), call_at(when, *rest, **more))[1]  # type: ignore[method-assign,func-returns-value]
    async with Outbound(Limiter()) as outbound:
        ends = time.monotonic() + 7.3
        task = asyncio.create_task(failure(outbound, wire.url, WRITE, deadline=ends))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert any(abs(when - ends) < 0.05 for when in at)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Enc", "connection_lost"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", "unreadable"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 5_000 + b"\r\n", "unreadable"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "unreadable"),
    ],
)
async def test_an_answer_that_breaks_off_or_is_no_http_is_unclear(
    serve: Serve, outbound: Outbound, raw: bytes, reason: str
) -> None:
    wire = await serve(answering(raw, close=True))
    problem = await failure(outbound, wire.url, WRITE)
    assert isinstance(problem, Unclear)
    assert problem.reason == reason
    assert len(wire.received) == 1


async def test_a_reset_connection_is_unclear(serve: Serve, outbound: Outbound) -> None:
    async def reset(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    wire = await serve(reset)
    problem = await failure(outbound, wire.url, WRITE)
    assert isinstance(problem, Unclear)
    assert problem.reason == "connection_lost"


async def test_an_answer_beyond_the_limit_is_not_read_on(serve: Serve) -> None:
    written = 0

    async def flood(_request: Received, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"a" * 65_536)
            await writer.drain()
            written += 65_536

    wire = await serve(flood)
    async with Outbound(Limiter(), largest_answer=100_000) as outbound:
        problem = await failure(outbound, wire.url)
    assert isinstance(problem, Unclear)
    assert problem.reason == "too_large"
    assert written < 20_000_000


@pytest.mark.parametrize("size", [99_999, 100_000, 100_001])
async def test_the_limit_counts_decompressed_bytes_exactly(serve: Serve, size: int) -> None:
    body = gzip.compress(b"a" * size)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    wire = await serve(answering(head + body))
    async with Outbound(Limiter(), largest_answer=100_000) as outbound:
        if size <= 100_000:
            assert (await send(outbound, wire.url)).body == b"a" * size
        else:
            assert (await failure(outbound, wire.url)).args == ("The provider's answer is too large.",)


async def test_a_decompression_bomb_takes_little_memory(serve: Serve, outbound: Outbound) -> None:
    body = gzip.compress(b"\0" * 64 * 1024 * 1024, 9)
    assert len(body) < 100_000
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    wire = await serve(answering(head + body))
    tracemalloc.start()
    try:
        problem = await failure(outbound, wire.url)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(problem, Unclear)
    assert problem.reason == "too_large"
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ServerDisconnectedError(), ConnectionResetError()])
async def test_in_doubt_a_failure_is_unclear(outbound: Outbound, error: Exception) -> None:
    """Without news from aiohttp about the sending (here it is replaced whole) nothing is taken for unsent."""
    with aioresponses() as answers:
        answers.put("http://provider.test/x", exception=error)
        assert isinstance(await failure(outbound, "http://provider.test", WRITE), Unclear)


async def test_a_caller_that_leaves_does_not_leave_its_answer_to_the_next(serve: Serve, outbound: Outbound) -> None:
    async def late(request: Received, writer: asyncio.StreamWriter) -> None:
        if "slow" in request.line:
            await asyncio.sleep(0.1)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
        else:
            writer.write(OK)

    wire = await serve(late)
    slow = asyncio.create_task(send(outbound, wire.url, Call("s", "GET", "/slow")))
    await asyncio.sleep(0.03)
    slow.cancel()
    assert (await send(outbound, wire.url)).body == b"{}"
    await asyncio.sleep(0.1)
    assert (await send(outbound, wire.url)).body == b"{}"
    assert slow.cancelled()


# What is sent, what comes back


async def test_a_redirect_is_an_answer_and_not_followed(serve: Serve, outbound: Outbound) -> None:
    elsewhere = await serve(answer_ok)
    raw = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n".encode()
    wire = await serve(answering(raw))
    answer = await send(outbound, wire.url, WRITE)
    assert answer.status == 307
    assert answer.headers["location"] == f"{elsewhere.url}/x"
    assert elsewhere.connections == 0


async def test_cookies_are_not_kept(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answering(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: s=1; Path=/\r\n\r\n")))
    for _ in range(2):  # by name, because aiohttp keeps no cookies of bare addresses anyway
        await send(outbound, wire.url.replace("127.0.0.1", "localhost"))
    assert "cookie" not in wire.received[1].headers


async def test_the_environment_names_no_proxy(
    serve: Serve, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, proxy = await serve(answer_ok), await serve(answer_ok)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    await send(outbound, wire.url)
    assert (len(wire.received), proxy.connections) == (1, 0)


async def test_what_goes_out(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answer_ok)
    call = Call(
        "write",
        "PUT",
        "/3/customers/A%2F1%20b",
        query=(("$filter", "Email eq 'a+b@c.test'"), ("name", "Å&=#")),
        body={"Name": "Åsa", "n": [1, None]},
        headers=(("Accept", "application/json"), ("authorization", "Bearer other")),
        writes=True,
    )
    await outbound.send(f"{wire.url}/base/", call, key="c", headers={"Authorization": "Bearer a", "X-Extra": "1"})
    (request,) = wire.received
    assert request.line == (
        "PUT /base/3/customers/A%2F1%20b?$filter=Email%20eq%20'a%2Bb@c.test'&name=%C3%85%26%3D%23 HTTP/1.1"
    )
    assert request.body == '{"Name":"Åsa","n":[1,null]}'.encode()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["authorization"] == "Bearer other"
    assert request.headers["x-extra"] == "1"
    assert request.headers["user-agent"] == f"gql-gateway/{__version__}"


async def test_a_body_that_is_no_json_goes_out_as_it_is(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answer_ok)
    await send(outbound, wire.url, Call("s", "POST", "/", content=b"<a/>", headers=(("Content-Type", "text/xml"),)))
    await send(outbound, wire.url, Call("s", "POST", "/"))
    xml, empty = wire.received
    assert (xml.body, xml.headers["content-type"]) == (b"<a/>", "text/xml")
    assert empty.body == b""
    assert "content-type" not in empty.headers


async def test_an_answer_has_lower_case_header_names_and_joins_repeated_ones(serve: Serve, outbound: Outbound) -> None:
    raw = b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nX-Thing: a\r\nRETRY-AFTER: 1\r\nContent-Length: 3\r\n\r\n\xff\x00a"
    wire = await serve(answering(raw))
    answer = await send(outbound, wire.url)
    assert answer == Answer(429, b"\xff\x00a", {"retry-after": "0, 1", "x-thing": "a", "content-length": "3"})


async def test_the_pool_is_bounded(serve: Serve) -> None:
    open_now = most = 0

    async def busy(_request: Received, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)
        open_now -= 1
        writer.write(OK)

    wire = await serve(busy)
    async with Outbound(Limiter(), limit_per_host=3) as outbound:
        await asyncio.gather(*(send(outbound, wire.url) for _ in range(12)))
    assert (most, wire.connections) == (3, 3)
    async with Outbound(Limiter(), limit=2, limit_per_host=0) as outbound:
        most = 0
        await asyncio.gather(*(send(outbound, wire.url) for _ in range(6)))
    assert most == 2


async def test_after_429_nothing_goes_out_for_this_connection_before_it_is_told(
    serve: Serve, outbound: Outbound
) -> None:
    slow_down = b"HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    wire = await serve(answering(slow_down, OK))
    assert (await send(outbound, wire.url)).status == 429
    problem = await failure(outbound, wire.url, deadline=time.monotonic() + 0.5)
    assert isinstance(problem, NotTaken)
    assert (problem.reason, len(wire.received)) == ("rate_limited", 1)
    assert problem.retry_after == pytest.approx(1, abs=0.1)
    assert (await outbound.send(wire.url, READ, key="another")).ok


async def test_calls_keep_to_the_rates_of_their_key(serve: Serve, outbound: Outbound) -> None:
    wire = await serve(answer_ok)
    started = time.monotonic()
    for _ in range(4):
        await outbound.send(wire.url, READ, key="c", rates=[Rate(1, 0.1)])
    assert 0.3 <= time.monotonic() - started < 1


async def test_a_call_that_weighs_more_takes_more_of_the_rate(serve: Serve, outbound: Outbound) -> None:
    wire, rates = await serve(answer_ok), [Rate(4, 60.0)]
    heavy = Call("write", "PUT", "/x", body={}, writes=True, cost=3)
    assert (await outbound.send(wire.url, heavy, key="c", rates=rates)).ok
    with pytest.raises(NotTaken) as raised:
        await outbound.send(wire.url, heavy, key="c", rates=rates, deadline=time.monotonic() + 0.5)
    assert raised.value.reason == "rate_limited"
    assert len(wire.received) == 1


@pytest.mark.parametrize("raw", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"])
async def test_no_failure_carries_the_secret_or_the_host_along(serve: Serve, outbound: Outbound, raw: bytes) -> None:
    wire = await serve(answering(raw, close=True))
    with structlog.testing.capture_logs() as logs:
        problem: BaseException | None = await failure(outbound, wire.url, WRITE)
    assert logs
    told = repr(logs)
    while problem is not None:
        told += repr(problem) + str(problem) + repr(vars(problem))
        problem = problem.__cause__ or problem.__context__
    assert TOKEN not in told
    assert "127.0.0.1" not in told


async def test_start_and_close_can_be_repeated_and_sending_needs_a_start(serve: Serve) -> None:
    wire = await serve(answer_ok)
    outbound = Outbound(Limiter())
    with pytest.raises(RuntimeError, match="not started"):
        await send(outbound, wire.url)
    for _ in range(2):
        await outbound.start()
        await outbound.start()
        assert (await send(outbound, wire.url)).ok
        await outbound.close()
        await outbound.close()
