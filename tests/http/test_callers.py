"""Who is let in over HTTP, what others are told, and what stays open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from gql_gateway.callers import door
from gql_gateway.model.caller import Scope
from gql_gateway.storage.api_keys import ApiKeyStore
from gql_gateway.storage.database import DatabaseProblem

from ..callers.identity import AUDIENCE, ISSUER, RSA, key_set, token
from .conftest import GRAPHQL, JSON, Reply
from .tenants import ALPHA, Building, open_building

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASK = "{ connections { id } }"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Building]:
    async with open_building(tmp_path_factory.mktemp("building")) as opened:
        yield opened


async def ask(building: Building, *authorization: str, accept: str = GRAPHQL, body: bytes = b"") -> Reply:
    headers = [("accept", accept), ("content-type", JSON), *(("authorization", item) for item in authorization)]
    return await building.site.ask("POST", headers=headers, body=body or json.dumps({"query": ASK}).encode())


def essence(reply: Reply) -> tuple[Any, ...]:
    """Everything of an answer but the id of the request."""
    return reply.status, reply.body, {name: value for name, value in reply.headers.items() if name != "x-request-id"}


async def test_no_credentials(building: Building) -> None:
    reply = await ask(building)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="gql_gateway"'
    assert reply.kind == f"{GRAPHQL}; charset=utf-8"
    (error,) = reply.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "data" not in reply.json()


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, "text/plain", "*/*", ""])
async def test_answer_is_json_whatever_is_asked_for(building: Building, accept: str) -> None:
    reply = await ask(building, accept=accept)
    assert (reply.status, reply.problem()) == (401, "Send an API key or a token: Authorization: Bearer …")


async def test_bad_credentials_are_all_alike(building: Building) -> None:
    revoked, kept = await building.make_key(ALPHA)
    await building.store.revoke(kept.id)
    expired, _ = await building.make_key(ALPHA, life=timedelta(seconds=-1))
    good, _ = await building.make_key(ALPHA)
    unknown = good[:18] + revoked[18:]
    bad = [revoked, expired, unknown, good[:-1], "gqlgw_", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 9_000]
    replies = [essence(await ask(building, f"Bearer {item}")) for item in bad]

    status, body, headers = replies[0]
    assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="gql_gateway", error="invalid_token"')
    assert json.loads(body)["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert replies == replies[:1] * len(bad)
    assert (await ask(building, f"Bearer {good}")).status == 200


async def test_nothing_is_read_of_a_strangers_body(building: Building) -> None:
    for body in (b"{", b"[" * 100_000, b"x" * 2_000_000):
        assert (await ask(building, body=body)).status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
async def test_every_method_needs_a_caller(building: Building, method: str) -> None:
    reply = await building.site.ask(method, "/graphql?query=%7B__typename%7D", headers={"accept": JSON})
    assert reply.status == 401


async def test_preflight_needs_none(building: Building) -> None:
    assert (await building.site.ask("OPTIONS")).status == 204


async def test_key_in_the_address_is_no_key(building: Building) -> None:
    key = building.keys[ALPHA]
    reply = await building.site.ask("GET", f"/graphql?query=%7B__typename%7D&access_token={key}&authorization={key}")
    assert reply.status == 401


@pytest.mark.parametrize(
    "target",
    [
        *("/schema.graphql", "/support", "/support.json", "/support.csv?q=vat", "/static/support.js"),
        *("/healthz", "/readyz", "/metrics", "/graphiql/index.html"),
    ],
)
async def test_what_stays_open(building: Building, target: str) -> None:
    assert (await building.site.ask("GET", target)).status == 200


async def test_page_of_graphiql_is_served_and_its_fetches_are_not(building: Building) -> None:
    page = await building.site.ask("GET", headers={"accept": "text/html"})
    assert (page.status, page.kind) == (200, "text/html; charset=utf-8")
    assert (await ask(building, accept="application/graphql-response+json, application/json")).status == 401


async def test_metrics_tell_nothing_of_anybody(building: Building) -> None:
    await building.post(ALPHA, ASK)
    text = (await building.site.ask("GET", "/metrics")).body.decode()
    for word in (ALPHA, "books", building.keys[ALPHA].split("_")[1]):
        assert word not in text


async def test_other_names_of_the_host_are_fine(building: Building) -> None:
    headers = {"host": "gateway.example", "accept": JSON, "content-type": JSON}
    headers["authorization"] = f"Bearer {building.keys[ALPHA]}"
    reply = await building.site.ask("POST", headers=headers, body=json.dumps({"query": ASK}).encode())
    assert reply.status == 200


async def test_log_names_tenant_and_key_and_never_what_was_sent(building: Building) -> None:
    good, kept = await building.make_key(ALPHA)
    bad = good[:-1] + ("x" if good[-1] != "x" else "y")
    with capture_logs() as logs:
        await ask(building, f"Bearer {good}")
        await ask(building, f"Bearer {bad}")
        await ask(building, f"Bearer {token()}")
    (served, *refused) = [line for line in logs if line["event"] in ("request", "not_authenticated")]
    assert (served["tenant"], served["key"]) == (ALPHA, kept.id)
    assert [line.get("reason") for line in refused if line["event"] == "not_authenticated"] == [
        "malformed API key",
        "not an API key",
    ]
    for secret in (good, bad, good.split("_")[2], token().split(".")[2]):
        assert secret not in repr(logs)


async def test_uses_of_keys_are_noted_at_the_end(tmp_path: Path) -> None:
    async with open_building(tmp_path) as building:
        key, kept = await building.make_key(ALPHA)
        await building.send(key, ASK)
        found = await building.store.find(kept.id)
        assert found is not None and found.last_used_at is None
        database = building.app.settings.database_url
    from gql_gateway.storage.api_keys import ApiKeyStore
    from gql_gateway.storage.database import Database

    reopened = Database(database)
    noted = {item.id: item.last_used_at for item in await ApiKeyStore(reopened).all()}
    await reopened.close()
    assert noted[kept.id] is not None


async def test_known_key_costs_no_look_up_of_its_own(building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    from gql_gateway.storage.api_keys import ApiKeyStore

    looked_up: list[str] = []
    find = ApiKeyStore.find

    async def counted(self: ApiKeyStore, id: str) -> Any:
        looked_up.append(id)
        return await find(self, id)

    monkeypatch.setattr(ApiKeyStore, "find", counted)
    key, kept = await building.make_key(ALPHA)
    for _ in range(20):
        assert (await building.send(key, "{ __typename }")).status == 200
    assert looked_up == [kept.id]


async def test_revoked_key_stops_within_the_time_that_is_said(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, kept = await building.make_key(ALPHA)
    assert (await building.send(key, ASK)).status == 200
    await building.store.revoke(kept.id)
    parts = building.app.parts
    assert parts is not None and isinstance(parts.door, door.GuardedDoor)
    later = parts.door.clock() + door.BELIEVED_FOR
    monkeypatch.setattr(parts.door, "clock", lambda: later)
    assert (await building.send(key, ASK)).status == 401


class TestScopes:
    async def test_lacking_scope_is_named(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, {Scope.READ})
        query = (
            'mutation { updateCustomer(input: {customer: {native: {connectionId: "books", nativeId: "1001"}}, '
            'change: {fortnox: {notes: "x"}}}) { errors { code } requests { body } } }'
        )
        before = building.calls()
        reply = await building.send(key, query)
        assert reply.status == 403
        assert reply.headers["www-authenticate"] == (
            'Bearer realm="gql_gateway", error="insufficient_scope", scope="customers:write customers:native"'
        )
        errors = reply.json()["errors"]
        assert [error["extensions"] for error in errors] == [
            {"code": "MISSING_SCOPE", "scopes": ["customers:write"]},
            {"code": "MISSING_SCOPE", "scopes": ["customers:native"]},
        ]
        assert "customers:write" in errors[0]["message"] and "Mutation.updateCustomer" in errors[0]["message"]
        assert "data" not in reply.json()
        assert building.calls() == before

    async def test_older_clients_get_200_as_for_every_refusal(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, {Scope.NATIVE})
        reply = await building.send(key, ASK, accept=JSON)
        assert reply.status == 200
        assert reply.json()["errors"][0]["extensions"]["scopes"] == ["connections:admin", "customers:read"]

    async def test_no_scope_is_enough_to_look_around(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, set())
        reply = await building.send(key, "{ __typename integrations { name } __schema { queryType { name } } }")
        assert "errors" not in reply.json()

    async def test_one_of_several_is_enough(self, building: Building) -> None:
        key, _ = await building.make_key(ALPHA, {Scope.ADMIN})
        assert "errors" not in (await building.send(key, "{ connections { id statusReason } }")).json()
        assert (await building.send(key, '{ customers(connectionId: "books") { totalCount } }')).status == 403


async def test_keys_are_not_called_bad_while_the_database_is_down(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = await building.make_key(ALPHA, {Scope.READ})

    async def down(_store: ApiKeyStore, _id: str) -> None:
        raise DatabaseProblem("the database does not answer: TimeoutError")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(ApiKeyStore, "find", down)
        reply = await building.send(key, ASK)
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert reply.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert "TimeoutError" not in reply.body.decode()
    assert [entry["reason"] for entry in logs if entry["event"] == "not_authenticated"] == [
        "the database does not answer: TimeoutError"
    ]
    assert key not in repr(logs)
    assert (await building.send(key, ASK)).status == 200


class TestTokens:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "keys.json").write_bytes(key_set(RSA))
        return tmp_path / "keys.json"

    async def test_of_the_identity_provider_are_taken(self, tmp_path: Path, file: Path) -> None:
        import time

        settings: dict[str, Any] = {"jwt_keys": str(file), "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}
        now = int(time.time())
        async with open_building(tmp_path, **settings) as building:
            good = token(tenant=ALPHA, exp=now + 60, nbf=now, iat=now)
            found = (await building.send(good, ASK)).json()["data"]["connections"]
            assert [item["id"] for item in found] == ["books", "secret"]
            assert (await building.send(good, '{ customer(by: {id: "x"}) { native } }')).status == 403
            assert (await building.send(token(tenant=ALPHA, exp=now - 60), ASK)).status == 401
            assert (await building.post(ALPHA, ASK)).status == 200

    async def test_that_cannot_be_judged_are_not_called_bad(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {
            "jwt_keys": "http://127.0.0.1:9/keys",
            "jwt_issuer": ISSUER,
            "jwt_audience": AUDIENCE,
        }
        async with open_building(tmp_path, **settings) as building:
            reply = await building.send(token(), ASK)
            assert (reply.status, reply.headers["retry-after"]) == (503, "60")
            assert reply.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
            assert (await building.post(ALPHA, ASK)).status == 200
