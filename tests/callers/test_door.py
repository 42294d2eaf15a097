"""The door: who gets in, who does not, and what it costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gql_gateway.callers import api_keys, door
from gql_gateway.callers.door import CannotTell, GuardedDoor, OpenDoor, Refused
from gql_gateway.callers.key_set import KeySet
from gql_gateway.callers.tokens import LEEWAY, TokenRules, TokenVerifier
from gql_gateway.model.api_key import ApiKey
from gql_gateway.model.caller import ALL_SCOPES, LOCAL, Caller, Scope

from .identity import AUDIENCE, ISSUER, NOW, Clock, key_set, token

START = datetime.fromtimestamp(NOW, UTC)


class Keys:
    """Stored keys, and which ids were looked up."""

    def __init__(self) -> None:
        self.stored: dict[str, ApiKey] = {}
        self.looked_up: list[str] = []

    async def find(self, id: str, /) -> ApiKey | None:
        self.looked_up.append(id)
        await asyncio.sleep(0)
        return self.stored.get(id)

    def make(self, **other: Any) -> str:
        text, key = api_keys.create("acme", frozenset({Scope.READ}), "frontend", START)
        self.stored[key.id] = replace(key, **other)
        return text

    def id_of(self, text: str) -> str:
        return text.split("_")[1]


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(keys: Keys, clock: Clock) -> GuardedDoor:
    return GuardedDoor(keys, clock=clock, now=clock)


def bearer(text: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"x"), (b"authorization", f"Bearer {text}".encode())]


async def refusal(guarded: GuardedDoor, headers: list[tuple[bytes, bytes]]) -> Refused:
    with pytest.raises(Refused) as refused:
        await guarded.authenticate(headers)
    return refused.value


async def test_key_opens(guarded: GuardedDoor, keys: Keys) -> None:
    text = keys.make()
    caller = await guarded.authenticate(bearer(text))
    assert caller == Caller("acme", frozenset({Scope.READ}), "frontend", keys.id_of(text))
    assert text not in repr(guarded)


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER   "])
async def test_scheme_has_no_case(guarded: GuardedDoor, keys: Keys, scheme: bytes) -> None:
    assert (await guarded.authenticate([(b"authorization", scheme + keys.make().encode())])).tenant == "acme"


@pytest.mark.parametrize(
    ("headers", "given"),
    [
        ([], False),
        ([(b"authorization", b"")], False),
        ([(b"authorization", b"Basic dTpw")], False),
        ([(b"authorization", b"Bearer")], True),
        ([(b"authorization", b"Bearer ")], True),
        ([(b"authorization", b"Bearer a b")], True),
        ([(b"authorization", b"Bearer \xc3\xa9")], True),
        ([(b"authorization", b"Bearer " + b"x" * 9_000)], True),
        ([(b"authorization", b"Bearer x")], True),
        ([(b"x-api-key", b"x"), (b"cookie", b"authorization=x")], False),
    ],
)
async def test_what_is_no_credential(
    guarded: GuardedDoor, keys: Keys, headers: list[tuple[bytes, bytes]], given: bool
) -> None:
    assert (await refusal(guarded, headers)).given is given
    assert keys.looked_up == []


async def test_two_headers_are_refused_though_both_are_good(guarded: GuardedDoor, keys: Keys) -> None:
    header = bearer(keys.make())[1]
    assert (await refusal(guarded, [header, header])).given


@pytest.mark.parametrize(
    "state",
    [{"revoked_at": START}, {"expires_at": START}, {"expires_at": START - timedelta(days=1)}, {"hash": "0" * 64}],
)
async def test_keys_that_are_no_good(guarded: GuardedDoor, keys: Keys, state: dict[str, Any]) -> None:
    text = keys.make(**state)
    assert (await refusal(guarded, bearer(text))).given
    assert text.split("_")[2] not in str((await refusal(guarded, bearer(text))).reason)


async def test_unknown_key_is_looked_up_once_as_a_known_one_is(guarded: GuardedDoor, keys: Keys) -> None:
    known = keys.make()
    unknown = keys.make()
    del keys.stored[keys.id_of(unknown)]
    await refusal(guarded, bearer(unknown))
    await guarded.authenticate(bearer(known))
    assert keys.looked_up == [keys.id_of(unknown), keys.id_of(known)]


async def test_rubbish_costs_no_look_up(guarded: GuardedDoor, keys: Keys) -> None:
    text = keys.make()
    for number in range(1_000):
        await refusal(guarded, bearer(f"{text[:-6]}{number:06}"))
    assert keys.looked_up == []


async def test_good_key_is_believed_for_five_seconds(guarded: GuardedDoor, keys: Keys, clock: Clock) -> None:
    assert door.BELIEVED_FOR == 5.0  # docs/callers.md says so
    text = keys.make()
    for _ in range(100):
        await guarded.authenticate(bearer(text))
    assert len(keys.looked_up) == 1

    id = keys.id_of(text)
    keys.stored[id] = replace(keys.stored[id], revoked_at=START)
    clock.now += 4.99
    await guarded.authenticate(bearer(text))
    clock.now += 0.01
    await refusal(guarded, bearer(text))
    assert len(keys.looked_up) == 2


async def test_believing_is_not_prolonged_by_use(guarded: GuardedDoor, keys: Keys, clock: Clock) -> None:
    text = keys.make()
    for _ in range(12):
        await guarded.authenticate(bearer(text))
        clock.now += 1
    assert len(keys.looked_up) == 3


async def test_key_ends_at_its_time_believed_or_not(guarded: GuardedDoor, keys: Keys, clock: Clock) -> None:
    text = keys.make(expires_at=START + timedelta(seconds=2))
    await guarded.authenticate(bearer(text))
    clock.now += 1.9
    await guarded.authenticate(bearer(text))
    clock.now += 0.1
    await refusal(guarded, bearer(text))


async def test_refusals_are_not_remembered(guarded: GuardedDoor, keys: Keys) -> None:
    text = keys.make()
    stored = keys.stored.pop(keys.id_of(text))
    await refusal(guarded, bearer(text))
    keys.stored[stored.id] = stored
    assert (await guarded.authenticate(bearer(text))).key_id == stored.id
    assert len(guarded._believed) == 1


async def test_memory_is_bounded_and_holds_no_key(
    guarded: GuardedDoor, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_BELIEVED", 10)
    texts = [keys.make() for _ in range(30)]
    for text in texts:
        await guarded.authenticate(bearer(text))
    assert len(guarded._believed) == 10
    assert not any(text.encode() in digest for text in texts for digest in guarded._believed)


async def test_uses_are_told(keys: Keys) -> None:
    used: list[str] = []
    guarded = GuardedDoor(keys, note_use=used.append)
    text = keys.make()
    await guarded.authenticate(bearer(text))
    await guarded.authenticate(bearer(text))
    assert used == [keys.id_of(text)] * 2


async def test_open_door() -> None:
    assert await OpenDoor().authenticate([]) == LOCAL
    assert await OpenDoor().authenticate(bearer("anything")) == LOCAL
    assert (LOCAL.tenant, LOCAL.scopes) == ("default", ALL_SCOPES)


class TestTokens:
    @pytest.fixture
    def loads(self) -> list[bytes]:
        return [key_set()]

    @pytest.fixture
    def guarded(self, keys: Keys, clock: Clock, loads: list[bytes]) -> GuardedDoor:
        async def load() -> bytes:
            return loads[-1]

        verifier = TokenVerifier(TokenRules(ISSUER, AUDIENCE), KeySet(load, clock), clock)
        return GuardedDoor(keys, verifier, clock=clock, now=clock)

    async def test_token_opens_beside_keys(self, guarded: GuardedDoor, keys: Keys) -> None:
        caller = await guarded.authenticate(bearer(token()))
        assert caller == Caller("acme", frozenset({Scope.READ, Scope.WRITE}), "someone", None)
        assert (await guarded.authenticate(bearer(keys.make()))).key_id

    async def test_token_ends_at_its_time_believed_or_not(self, guarded: GuardedDoor, clock: Clock) -> None:
        text = token(exp=NOW + 2)
        await guarded.authenticate(bearer(text))
        clock.now += LEEWAY + 1
        await guarded.authenticate(bearer(text))
        clock.now += 1
        await refusal(guarded, bearer(text))

    async def test_without_keys_nobody_can_tell(self, guarded: GuardedDoor, loads: list[bytes]) -> None:
        loads.append(b"nothing")
        with pytest.raises(CannotTell):
            await guarded.authenticate(bearer(token()))

    async def test_without_a_verifier_tokens_are_nothing(self, keys: Keys) -> None:
        await refusal(GuardedDoor(keys), bearer(token()))
