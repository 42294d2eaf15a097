"""JWTs: what an honest one says, and the ways in which a forged one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from gql_gateway.callers.key_set import KeySet
from gql_gateway.callers.tokens import ALGORITHMS, LEEWAY, LONGEST, InvalidToken, TokenRules, TokenVerifier
from gql_gateway.model.caller import Caller, Scope

from .identity import (
    AUDIENCE,
    EC,
    ED,
    ISSUER,
    NOW,
    PINNED,
    RSA,
    STRANGER,
    Clock,
    claims,
    key_set,
    listening,
    part,
    signed,
    signed_with_the_public_key,
    token,
)


def verifier(keys: bytes | None = None, **rules: str) -> TokenVerifier:
    async def load() -> bytes:
        return keys or key_set()

    clock = Clock()
    return TokenVerifier(TokenRules(**{"issuer": ISSUER, "audience": AUDIENCE, **rules}), KeySet(load, clock), clock)


async def caller(text: str, keys: bytes | None = None, **rules: str) -> Caller:
    found, _ = await verifier(keys, **rules).caller(text)
    return found


def test_algorithms_have_no_shared_secret() -> None:
    assert not [name for name in ALGORITHMS if name.startswith("HS") or name == "none"]


@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (RSA, "PS384"), (RSA, "RS512"), (EC, "ES256"), (ED, "Ed25519")], ids=str
)
async def test_honest_token(key: Any, alg: str) -> None:
    found, ends = await verifier().caller(token(key, alg))
    assert found == Caller("acme", frozenset({Scope.READ, Scope.WRITE}), "someone")
    assert ends == NOW + 600


@pytest.mark.parametrize(
    "other",
    [
        {"aud": ["other", AUDIENCE]},
        {"nbf": ...},
        {"iat": ...},
        {"exp": NOW - LEEWAY + 1},
        {"nbf": NOW + LEEWAY},
        {"exp": NOW + 0.5},
        {"exp": 10**400},
        {"sub": ...},
        {"more": {"a": [1]}},
    ],
    ids=str,
)
async def test_other_honest_tokens(other: dict[str, Any]) -> None:
    assert (await caller(token(**other))).tenant == "acme"


@pytest.mark.parametrize(
    "header", [{"typ": ...}, {"typ": "at+jwt"}, {"typ": "application/at+JWT"}, {"nonce": "x"}], ids=str
)
async def test_other_honest_headers(header: dict[str, Any]) -> None:
    assert (await caller(token(header=header))).tenant == "acme"


async def test_token_without_kid_is_checked_with_the_only_key() -> None:
    text = token(header={"kid": ...})
    assert (await caller(text, key_set(RSA))).tenant == "acme"
    with pytest.raises(InvalidToken):
        await caller(text, key_set())


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ("customers:read", {Scope.READ}),
        ("openid  customers:native connections:admin", {Scope.NATIVE, Scope.ADMIN}),
        (["customers:write", "x", 5, None], {Scope.WRITE}),
        ("", set()),
        ("customers:READ customers:", set()),
        (..., set()),
        (None, set()),
        ({"customers:read": True}, set()),
        (7, set()),
    ],
    ids=str,
)
async def test_scopes(given: Any, scopes: set[Scope]) -> None:
    assert (await caller(token(scope=given))).scopes == scopes


async def test_claims_may_have_other_names() -> None:
    more: dict[str, Any] = {"https://x.example/t": "other", "scp": ["customers:read"]}
    text = token(**more)
    found = await caller(text, tenant_claim="https://x.example/t", scope_claim="scp")
    assert (found.tenant, found.scopes) == ("other", frozenset({Scope.READ}))


def forged(change: Callable[[list[str]], list[str]]) -> str:
    return ".".join(change(token().split(".")))


ATTACKS: dict[str, str] = {
    "no algorithm": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}.",
    "no algorithm, other case": f"{part({'alg': 'nOnE', 'kid': 'rsa-1'})}.{part(claims())}.",
    "no algorithm, signature kept": forged(lambda parts: [part({"alg": "none", "kid": "rsa-1"}), *parts[1:]]),
    "the public key as a secret": signed_with_the_public_key(),
    "algorithm missing": forged(lambda parts: [part({"kid": "rsa-1"}), *parts[1:]]),
    "algorithm a list": forged(lambda parts: [part({"alg": ["RS256"], "kid": "rsa-1"}), *parts[1:]]),
    "algorithm of another kind of key": forged(lambda parts: [part({"alg": "ES256", "kid": "rsa-1"}), *parts[1:]]),
    "algorithm the key is not for": signed(json.dumps(claims()).encode(), RSA, "RS256", {"kid": "ec-1"}),
    "algorithm that the key set says another of": token(PINNED, "PS256"),
    "somebody else's key under our name": token(STRANGER),
    "key in the header": token(STRANGER, header={"jwk": STRANGER.as_dict(private=False)}),
    "unknown kid": token(header={"kid": "nobody"}),
    "kid a path": token(header={"kid": "../../dev/null"}),
    "kid a number": token(header={"kid": 1}),
    "kid an address": token(header={"kid": "https://evil.example/keys"}),
    "crit unknown": token(header={"crit": ["exp"], "exp": NOW}),
    "crit empty": token(header={"crit": []}),
    "payload not encoded": token(header={"b64": False, "crit": ["b64"]}),
    "packed": token(header={"zip": "DEF"}),
    "other type": token(header={"typ": "logout+jwt"}),
    "type no text": token(header={"typ": ["JWT"]}),
    "issuer missing": token(iss=...),
    "issuer with more behind": token(iss=f"{ISSUER}.evil.example"),
    "issuer with a slash": token(iss=f"{ISSUER}/"),
    "issuer in other case": token(iss=ISSUER.upper()),
    "issuer a list": token(iss=[ISSUER]),
    "audience missing": token(aud=...),
    "audience another": token(aud="other"),
    "audience with more behind": token(aud=f"{AUDIENCE}-admin"),
    "audiences without ours": token(aud=["a", "b"]),
    "audience list of lists": token(aud=[[AUDIENCE]]),
    "audience an object": token(aud={AUDIENCE: True}),
    "no end": token(exp=...),
    "end null": token(exp=None),
    "end true": token(exp=True),
    "end a text": token(exp=str(NOW + 600)),
    "ended": token(exp=NOW - LEEWAY),
    "ended long ago": token(exp=1),
    "not yet": token(nbf=NOW + LEEWAY + 1),
    "made in the future": token(iat=NOW + LEEWAY + 1),
    "no end of time": signed(json.dumps(claims(exp=float("nan"))).encode()),
    "infinite": signed(json.dumps(claims(exp=float("inf"))).encode()),
    "claim twice": signed(json.dumps(claims())[:-1].encode() + b', "tenant": "victim"}'),
    "header member twice": forged(lambda parts: [part(b'{"alg":"RS256","alg":"none","kid":"rsa-1"}'), *parts[1:]]),
    "tenant missing": token(tenant=...),
    "tenant null": token(tenant=None),
    "tenant empty": token(tenant=""),
    "tenant a list": token(tenant=["acme"]),
    "tenant with a line break": token(tenant="acme\nother"),
    "tenant too long": token(tenant="x" * 101),
    "claims a list": signed(b"[]"),
    "claims a text": signed(b'"x"'),
    "claims no JSON": signed(b"{"),
    "claims not UTF-8": signed(b'{"a": "\xff"}'),
    "claims very deep": signed(b'{"a":' + b"[" * 2_000 + b"]" * 2_000 + b"}"),
    "claims changed": forged(lambda parts: [parts[0], part(claims(tenant="victim")), parts[2]]),
    "signature of another token": forged(lambda parts: [*parts[:2], token(tenant="other").split(".")[2]]),
    "signature cut": forged(lambda parts: [*parts[:2], parts[2][:-4]]),
    "signature gone": forged(lambda parts: [*parts[:2], ""]),
    "two parts": forged(lambda parts: parts[:2]),
    "five parts": forged(lambda parts: [*parts, "x", "y"]),
    "empty": "",
    "dots": "..",
    "header no Base64": forged(lambda parts: ["!!!!", *parts[1:]]),
    "huge": token(more="x" * LONGEST),
    "huge rubbish": "a" * 1_000_000 + ".b.c",
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_forged_token(attack: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        await caller(ATTACKS[attack])
    # What the log is told quotes nothing: a forger could write lines of his own.
    assert len(str(refused.value)) < 80
    assert not any(word in str(refused.value) for word in ("evil", "victim", "acme", "nobody", AUDIENCE))


@pytest.mark.parametrize("member", ["jku", "x5u"])
async def test_addresses_in_a_header_are_not_followed(member: str) -> None:
    async with listening() as evil:
        evil_key = RSAKey.generate_key(2048, {"kid": "evil"})
        text = token(evil_key, header={member: evil.url})
        with pytest.raises(InvalidToken):
            await caller(text)
        assert evil.asked == []


@pytest.mark.parametrize("member", ["jku", "x5u", "x5c", "jwk"])
async def test_keys_in_a_header_do_no_harm_to_an_honest_token(member: str) -> None:
    value = ["MIIB"] if member == "x5c" else STRANGER.as_dict(private=False) if member == "jwk" else "https://x.example"
    assert (await caller(token(header={member: value}))).tenant == "acme"


async def test_long_name_is_cut() -> None:
    assert len((await caller(token(sub="x" * 5_000))).name) == 200
