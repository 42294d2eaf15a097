"""`customer { history }` and `eraseCustomerHistory` as callers with keys of their own see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from gql_gateway.model.caller import Scope

from .tenants import ALPHA, BETA, Building, open_building

pytestmark = pytest.mark.asyncio(loop_scope="module")
FIRST, SECOND = "1001", "1002"
UPDATE = (
    "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) "
    "{ customer { id } changes { path before after } errors { code } } }"
)
HISTORY = (
    "query ($by: CustomerBy!, $first: Int! = 25, $after: String) { customer(by: $by) { history(first: $first, "
    "after: $after) { nodes { id at caller keyId result confirmed correlationId changes { path before after } } "
    "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"
)
ERASE = "mutation ($i: EraseHistoryInput!) { eraseCustomerHistory(input: $i) { erased errors { code path } } }"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def building(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Building]:
    async with open_building(tmp_path_factory.mktemp("history")) as opened:
        yield opened


def by(native_id: str, connection: str = "books") -> dict[str, Any]:
    return {"native": {"connectionId": connection, "nativeId": native_id}}


async def update(building: Building, native_id: str, change: Mapping[str, Any], key: str | None = None) -> Any:
    given = {"customer": by(native_id), "change": {"fortnox": change}}
    reply = await building.send(key or building.keys[ALPHA], UPDATE, {"input": given})
    return reply, reply.json()["data"]["updateCustomer"]


async def history(building: Building, native_id: str, tenant: str = ALPHA, **page: Any) -> Any:
    reply = await building.post(tenant, HISTORY, {"by": by(native_id), **page})
    return reply.json()["data"]["customer"]["history"]


async def erase(building: Building, native_id: str, tenant: str = ALPHA) -> Any:
    reply = await building.post(tenant, ERASE, {"i": {"customer": by(native_id)}})
    return reply.json()["data"]["eraseCustomerHistory"]


async def test_it_tells_who_changed_what_and_when(building: Building) -> None:
    text, key = await building.make_key(ALPHA)
    reply, payload = await update(building, FIRST, {"notes": "Call first.", "currency": "EUR"}, text)
    assert payload["errors"] == []
    (node,) = (await history(building, FIRST))["nodes"]
    assert node["changes"] == payload["changes"]
    assert {item["path"] for item in node["changes"]} == {"notes", "currency"}
    assert (node["caller"], node["keyId"]) == (key.name, key.id)
    assert (node["result"], node["confirmed"]) == ("MADE", True)
    assert node["correlationId"] == reply.headers["x-request-id"]


async def test_pages_follow_one_another(building: Building) -> None:
    for number in range(5):
        await update(building, SECOND, {"notes": f"number {number}"})
    seen, after, sizes = [], None, []
    while True:
        page = await history(building, SECOND, first=2, after=after)
        seen += [node["changes"][0]["after"] for node in page["nodes"]]
        sizes.append(len(page["nodes"]))
        info = page["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        assert (info["startCursor"], info["endCursor"]) == (page["edges"][0]["cursor"], page["edges"][-1]["cursor"])
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
    assert seen == [f"number {number}" for number in reversed(range(5))]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ({"first": 0}, ["first"]),
        ({"first": 101}, ["first"]),
        ({"after": ""}, ["after"]),
        ({"after": "b2Zmc2V0OjI"}, ["after"]),
        ({"after": "ZW50cnk6MjAyNi0wMS0wMVQwMDowMDowMDph"}, ["after"]),
        ({"after": "ä"}, ["after"]),
    ],
    ids=["none", "too_many", "empty", "of_another_list", "without_a_zone", "no_cursor"],
)
async def test_a_page_that_cannot_be_is_refused_with_its_path(
    building: Building, page: dict[str, Any], path: list[str]
) -> None:
    reply = await building.post(ALPHA, HISTORY, {"by": by(FIRST), **page})
    (error,) = reply.json()["errors"]
    assert error["extensions"]["argumentPath"] == path
    assert error["path"] == ["customer", "history"]


async def test_lists_and_entities_have_it_too(building: Building) -> None:
    await update(building, FIRST, {"notes": "Once more."})
    before = building.calls()
    listed = await building.post(
        ALPHA,
        '{ customers(connectionId: "books", first: 3) { nodes { nativeId history(first: 1) { nodes { id } } } } }',
    )
    nodes = {item["nativeId"]: item["history"]["nodes"] for item in listed.json()["data"]["customers"]["nodes"]}
    assert len(nodes) == 3 and len(nodes[FIRST]) == 1
    assert building.calls() == before + 1  # the log is ours: no record is read for it
    entity = await building.post(
        ALPHA,
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { history { nodes { id } } } } }",
        {"r": [{"__typename": "Customer", "connectionId": "books", "nativeId": FIRST}]},
    )
    assert entity.json()["data"]["_entities"][0]["history"]["nodes"][0] == nodes[FIRST][0]


async def test_another_tenants_updates_are_not_seen_nor_erased(building: Building) -> None:
    await update(building, FIRST, {"notes": "Of alpha."})
    assert (await erase(building, FIRST, BETA)) == {"erased": 0, "errors": []}
    assert (await history(building, FIRST))["nodes"] != []


async def test_erased_is_gone_and_nobody_elses_is(building: Building) -> None:
    await update(building, FIRST, {"notes": "To be forgotten."})
    await update(building, SECOND, {"notes": "To be kept."})
    count = len((await history(building, FIRST, first=100))["nodes"])
    assert await erase(building, FIRST) == {"erased": count, "errors": []}
    assert (await history(building, FIRST))["nodes"] == []
    assert (await history(building, SECOND))["nodes"] != []
    assert await erase(building, FIRST) == {"erased": 0, "errors": []}


async def test_an_id_that_is_none_is_told_with_its_path(building: Building) -> None:
    reply = await building.post(ALPHA, ERASE, {"i": {"customer": {"id": "nonsense"}}})
    (error,) = reply.json()["data"]["eraseCustomerHistory"]["errors"]
    assert (error["code"], error["path"]) == ("BAD_FORMAT", ["customer", "id"])


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.ADMIN], ids=lambda scope: scope.name)
async def test_erasing_is_for_whoever_manages_connections(building: Building, scope: Scope) -> None:
    key, _ = await building.make_key(ALPHA, [scope])
    reply = await building.send(key, ERASE, {"i": {"customer": by(FIRST)}})
    assert reply.status == 403


async def test_with_no_days_nothing_is_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with open_building(tmp_path_factory.mktemp("none"), audit_days=0) as building:
        _, payload = await update(building, FIRST, {"notes": "Nobody will know."})
        assert payload["errors"] == []
        assert (await history(building, FIRST))["nodes"] == []
        assert building.app.parts is not None
        assert await building.app.parts.audit.count() == 0
