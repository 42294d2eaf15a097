"""Key sets: fetched seldom, in bounded time and size, from the configured place alone."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from joserfc.jwk import ECKey, OctKey

from gql_gateway.callers import key_set as module
from gql_gateway.callers.key_set import InvalidKeySet, KeySet, KeysUnavailable, from_address, from_file, read_key_set
from gql_gateway.outbound.client import Outbound
from gql_gateway.outbound.limits import Limiter

from .identity import EC, ED, RSA, Address, Clock, key_set, listening


@pytest.fixture
async def address() -> AsyncIterator[Address]:
    async with listening() as found:
        yield found


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(Limiter()) as client:
        yield client


def fetched(address: Address, outbound: Outbound, clock: Clock | None = None) -> KeySet:
    return KeySet(from_address(address.url, outbound), clock or Clock())


async def test_keys_are_fetched_when_first_needed(address: Address, outbound: Outbound) -> None:
    keys = fetched(address, outbound)
    assert address.asked == []
    found = await asyncio.gather(*(keys.find("rsa-1") for _ in range(50)))
    assert {key and key.kid for key in found} == {"rsa-1"}
    assert address.asked == ["/keys?x=1"]


async def test_new_key_works_within_a_minute(address: Address, outbound: Outbound) -> None:
    clock = Clock()
    keys = fetched(address, outbound, clock)
    address.answer = lambda: web.Response(body=key_set(RSA))
    assert await keys.find("rsa-1") and not await keys.find("ec-1")
    address.answer = lambda: web.Response(body=key_set(EC))
    clock.now += 59.9
    assert await keys.find("ec-1") is None
    clock.now += 0.1
    assert await keys.find("ec-1")
    assert await keys.find("rsa-1") is None
    assert len(address.asked) == 2


async def test_flood_of_unknown_keys_asks_once_a_minute(address: Address, outbound: Outbound) -> None:
    clock = Clock()
    keys = fetched(address, outbound, clock)
    for second in range(180):
        found = await asyncio.gather(
            *(keys.find(f"unknown-{second}-{number}") for number in range(20)), keys.find("rsa-1")
        )
        assert [key is not None for key in found] == [False] * 20 + [True]
        clock.now += 1
    assert len(address.asked) == 3


async def test_withdrawn_key_goes_in_the_background(address: Address, outbound: Outbound) -> None:
    clock = Clock()
    keys = fetched(address, outbound, clock)
    assert await keys.find("rsa-1")
    address.answer = lambda: web.Response(body=key_set(EC))
    clock.now += 300.1
    assert await keys.find("rsa-1")  # no request waits for the fetch
    assert keys._loading is not None
    await keys._loading
    assert await keys.find("rsa-1") is None


async def test_dead_address_keeps_known_keys_for_a_day(address: Address, outbound: Outbound) -> None:
    clock = Clock()
    keys = fetched(address, outbound, clock)
    assert await keys.find("rsa-1")
    address.answer = lambda: web.Response(status=500)
    for _ in range(24):
        clock.now += 3_599
        assert await keys.find("rsa-1")
        if keys._loading:
            await keys._loading
    clock.now += 60
    with pytest.raises(KeysUnavailable):
        await keys.find("rsa-1")


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
async def test_other_answers_give_no_keys(address: Address, outbound: Outbound, status: int) -> None:
    address.answer = lambda: web.Response(status=status, body=key_set(), headers={"location": address.url})
    with pytest.raises(KeysUnavailable):
        await fetched(address, outbound).find("rsa-1")
    assert len(address.asked) == 1


async def test_slow_address_is_given_up(address: Address, outbound: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_FETCH", 0.2)
    address.wait = 5
    begun = time.monotonic()
    with pytest.raises(KeysUnavailable):
        await fetched(address, outbound).find("rsa-1")
    assert time.monotonic() - begun < 3


async def test_nobody_there(outbound: Outbound) -> None:
    with pytest.raises(KeysUnavailable):
        await KeySet(from_address("http://127.0.0.1:9/keys", outbound)).find("rsa-1")


async def test_caller_that_leaves_does_not_end_the_fetch(address: Address, outbound: Outbound) -> None:
    keys = fetched(address, outbound)
    address.wait = 0.2
    leaving = asyncio.create_task(keys.find("rsa-1"))
    staying = asyncio.create_task(keys.find("ec-1"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    assert await staying
    assert len(address.asked) == 1


async def test_close_while_fetching(address: Address, outbound: Outbound) -> None:
    keys = fetched(address, outbound)
    address.wait = 60
    asking = asyncio.create_task(keys.find("rsa-1"))
    await asyncio.sleep(0.05)
    await keys.close()
    await asyncio.wait([asking])


async def test_file(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "keys.json"
    file.write_bytes(key_set(RSA))
    keys = KeySet(from_file(file), clock)
    assert await keys.find("rsa-1")
    file.write_bytes(key_set(EC))
    clock.now += 61
    assert await keys.find("ec-1")


async def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeysUnavailable):
        await KeySet(from_file(tmp_path / "nothing")).find("rsa-1")


def of(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def test_every_usable_key_is_read() -> None:
    assert set(read_key_set(key_set())) == {"rsa-1", "ec-1", "ed-1", "rsa-2"}


SECRET = OctKey.generate_key(256, {"kid": "s"})
_NUMBER = urlsafe_b64encode(((1 << 1023) + 1).to_bytes(128, "big")).decode().rstrip("=")
WEAK = {"kty": "RSA", "kid": "weak", "n": _NUMBER, "e": "AQAB"}


@pytest.mark.parametrize(
    "entry",
    [
        SECRET.as_dict(private=True),
        RSA.as_dict(private=True),
        WEAK,
        {**RSA.as_dict(private=False), "use": "enc"},
        {**RSA.as_dict(private=False), "n": "!"},
        {**EC.as_dict(private=False), "crv": "P-1"},
        {**EC.as_dict(private=False), "y": "AAAA"},
        {"kty": "PQC", "kid": "x"},
        {"kid": "x"},
        "text",
        None,
        [],
    ],
    ids=range(12),
)
def test_keys_of_no_use_are_left_out(entry: object) -> None:
    with pytest.raises(InvalidKeySet):
        read_key_set(of(entry))
    assert set(read_key_set(of(entry, ED.as_dict(private=False)))) == {"ed-1"}


def test_first_of_two_keys_of_one_name_counts() -> None:
    other = ECKey.generate_key("P-256", {"kid": "ec-1"})
    found = read_key_set(of(EC.as_dict(private=False), other.as_dict(private=False)))
    assert found["ec-1"].as_dict(private=False)["x"] == EC.as_dict(private=False)["x"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"keys": 1}', b'{"keys": []}', b"\xff", b"[" * 100_000, b" " * (256 * 1024 + 1)],
    ids=range(9),
)
def test_what_is_no_key_set(content: bytes) -> None:
    with pytest.raises(InvalidKeySet) as refused:
        read_key_set(content)
    assert "\n" not in str(refused.value)
