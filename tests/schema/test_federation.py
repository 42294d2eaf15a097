"""`_entities` and `_service`: one bad representation is one error, and nothing a caller sent comes back as data."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence, Set
from typing import Any

import pytest

from gql_gateway.errors import ErrorCode, ProviderRejected
from gql_gateway.gateway import Entity
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref
from gql_gateway.schema import build
from gql_gateway.schema.build import GatewaySchema
from gql_gateway.schema.entities import LARGEST_BATCH

from .conftest import NOWHERE, Run

QUERY = """query ($list: [_Any!]!) { _entities(representations: $list) {
  __typename ... on Customer { id connectionId nativeId companyId companyName } } }"""
PLANTED = "attacker-controlled"


class Records:
    """A gateway that knows the customers 1 to 9 of every connection."""

    def __init__(self) -> None:
        self.asked: list[Ref] = []
        self.needed: set[str] = set()

    async def entities(self, refs: Sequence[Ref], needed: Set[str]) -> list[Entity]:
        self.asked += refs
        self.needed = set(needed)
        return [self._found(ref) for ref in refs]

    def _found(self, ref: Ref) -> Entity:
        if ref.native_id == "boom":
            return RuntimeError("secret words of an exception")
        if not ref.native_id.isdecimal():
            return ProviderRejected(ErrorCode.FORBIDDEN, "Not allowed.")
        if int(ref.native_id) > 9:
            return None if int(ref.native_id) > 10 else ProviderRejected(ErrorCode.NOT_FOUND, "Not there.")
        return Customer(
            id=ref.global_id(),
            connection_id=ref.connection_id,
            native_id=ref.native_id,
            integration="FORTNOX",
            company_id=ref.company_id,
            company_name=f"Customer {ref.native_id}",
        )


@pytest.fixture
def records() -> Records:
    return Records()


def native(native_id: str, **more: Any) -> dict[str, Any]:
    return {"__typename": "Customer", "connectionId": "c", "nativeId": native_id, **more}


async def entities(run: Run, records: Records, *items: Any) -> dict[str, Any]:
    return (await run(QUERY, {"list": list(items)}, records)).body


class TestEntities:
    async def test_by_either_key(self, run: Run, records: Records) -> None:
        by_id = {"__typename": "Customer", "id": Ref("c", "2").global_id()}
        body = await entities(run, records, native("1"), by_id)

        assert "errors" not in body
        assert [item["companyName"] for item in body["data"]["_entities"]] == ["Customer 1", "Customer 2"]
        assert records.asked == [Ref("c", "1"), Ref("c", "2")]
        assert records.needed == {"__typename", "id", "connectionId", "nativeId", "companyId", "companyName"}

    async def test_company_is_taken_when_it_is_a_text(self, run: Run, records: Records) -> None:
        await entities(run, records, native("1", companyId="b"), native("2", companyId={"x": 1}))

        assert [ref.company_id for ref in records.asked] == ["b", None]

    @pytest.mark.parametrize(
        ("representation", "code"),
        [
            ({"__typename": "Customer"}, "BAD_FORMAT"),
            ({"__typename": "Customer", "connectionId": "c"}, "BAD_FORMAT"),
            ({"__typename": "Customer", "connectionId": "c", "nativeId": ""}, "BAD_FORMAT"),
            ({"__typename": "Customer", "connectionId": 1, "nativeId": 2}, "BAD_FORMAT"),
            ({"__typename": "Customer", "id": PLANTED}, "BAD_FORMAT"),
            ({"__typename": "Customer", "id": 5}, "BAD_FORMAT"),
            ({"__typename": PLANTED, "id": "x"}, "NOT_A_CHOICE"),
            ({"__typename": ["Customer"], "id": "x"}, "NOT_A_CHOICE"),
            ({"id": "x"}, "NOT_A_CHOICE"),
            ({"__typename": "Company", "id": "x"}, "NOT_A_CHOICE"),
            (PLANTED, "BAD_FORMAT"),
            (5, "BAD_FORMAT"),
            ([], "BAD_FORMAT"),
            (native("forbidden"), "FORBIDDEN"),
        ],
        ids=str,
    )
    async def test_a_bad_one_leaves_the_others_alone(
        self, run: Run, records: Records, representation: Any, code: str
    ) -> None:
        body = await entities(run, records, native("1"), representation, native("3"))

        first, second, third = body["data"]["_entities"]
        assert (first["nativeId"], second, third["nativeId"]) == ("1", None, "3")
        (error,) = body["errors"]
        assert error["path"] == ["_entities", 1]
        assert error["extensions"]["code"] == code
        assert PLANTED not in json.dumps(body)

    async def test_one_that_is_not_there_is_null(self, run: Run, records: Records) -> None:
        body = await entities(run, records, native("10"), native("1"), native("11"))

        assert "errors" not in body
        assert [item and item["nativeId"] for item in body["data"]["_entities"]] == [None, "1", None]

    async def test_our_own_fault_is_masked(self, run: Run, records: Records) -> None:
        body = await entities(run, records, native("boom"), native("1"))

        (error,) = body["errors"]
        assert error["message"] == "Something went wrong on our side."
        assert error["extensions"] == {"code": "INTERNAL", "correlationId": "correlation"}
        assert body["data"]["_entities"][1]["nativeId"] == "1"

    @pytest.mark.parametrize("name", ["info", "self", "cls", "kind", "representation", "native", "__class__"])
    async def test_more_names_than_the_keys_are_ignored(self, run: Run, records: Records, name: str) -> None:
        """The router adds fields for `@requires`; whatever they are called, nothing is made of them."""
        body = await entities(run, records, native("1", companyName=PLANTED, **{name: PLANTED}))

        assert "errors" not in body
        assert body["data"]["_entities"][0]["companyName"] == "Customer 1"
        assert PLANTED not in json.dumps(body)

    async def test_variables_stay_as_they_are(self, run: Run, records: Records) -> None:
        variables = {"list": [native("1", more={"deep": [1]}), native("nobody")]}
        kept = copy.deepcopy(variables)
        await run(QUERY, variables, records)

        assert variables == kept

    async def test_literals_work_too(self, run: Run, records: Records) -> None:
        query = QUERY.replace("query ($list: [_Any!]!) ", "").replace(
            "$list", '[{ __typename: "Customer", connectionId: "c", nativeId: "4" }]'
        )
        answer = await run(query, None, records)

        assert answer.body["data"]["_entities"][0]["nativeId"] == "4"

    async def test_batch_has_an_end(self, run: Run, records: Records) -> None:
        body = await entities(run, records, *(native("1") for _ in range(LARGEST_BATCH + 1)))

        assert records.asked == []
        assert body["errors"][0]["extensions"]["code"] == "BAD_FORMAT"

    async def test_order_is_kept(self, run: Run, records: Records) -> None:
        wanted = [str(number % 10) for number in range(30)]
        body = await entities(run, records, *(native(number) for number in wanted))

        assert [item["nativeId"] for item in body["data"]["_entities"]] == wanted


class TestService:
    async def test_answers_the_subgraph_sdl(self, schema: GatewaySchema, run: Run) -> None:
        answer = await run("{ _service { sdl } }")

        assert answer.body == {"data": {"_service": {"sdl": schema.subgraph_sdl}}}

    async def test_is_printed_once(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        printed: list[object] = []
        usual = build.GatewaySchema.as_str

        def counted(self: GatewaySchema) -> str:
            printed.append(self)
            return usual(self)

        monkeypatch.setattr(build.GatewaySchema, "as_str", counted)
        from gql_gateway.execute import Executor, Request

        executor = Executor(build.build_schema())
        for _ in range(3):
            answer = await executor.run(Request("{ _service { sdl } }"), NOWHERE)
            assert "errors" not in answer.body
        assert len(printed) == 1
