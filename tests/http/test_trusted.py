"""Documents that a request names instead of sending them, and a gateway that runs no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import pytest_asyncio

from gql_gateway.app import build_app
from gql_gateway.operations.manifest import Document, Form, hash_of, write

from ..subscriptions.wire import connected
from .conftest import GRAPHQL, JSON, Reply, Site, open_site, started

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = "query Name($name: Integration!) {\n  integration(name: $name) {\n    name\n  }\n}"
MUTATION = "mutation Put($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors { code } } }"
SEVERAL = "query One { __typename } query Two { integrations { name } }"
STALE = "query Stale { wasThereBefore }"
ID = f"sha256:{hash_of(QUERY)}"
MD5 = "3be4abb81fa595e25eb725b2c6a87508"
VARIABLES = {"name": "FORTNOX"}
ANSWER = {"data": {"integration": {"name": "FORTNOX"}}}
FREE = "{ integration(name: SEVDESK) { name } }"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def plain() -> AsyncIterator[Site]:
    """A site without a manifest."""
    async with open_site() as opened:
        yield opened


async def with_documents(plain: Site, folder: Path, *, only: bool) -> AsyncIterator[Site]:
    documents = [Document(hash_of(text), text) for text in (QUERY, MUTATION, SEVERAL, STALE)]
    path = folder / "operations.json"
    path.write_text(write([*documents, Document(MD5, FREE)] if not only else documents, Form.RELAY), "utf-8")
    settings = plain.app.settings.model_copy(update={"trusted_documents": str(path), "trusted_only": only})
    app = build_app(settings, plain.app.box, schema=plain.app.schema)
    async with started(app):
        yield Site(app, plain.prepared)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(plain: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site that knows trusted documents and runs others too."""
    async for opened in with_documents(plain, tmp_path_factory.mktemp("trusted"), only=False):
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def strict(plain: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site that runs trusted documents only."""
    async for opened in with_documents(plain, tmp_path_factory.mktemp("strict"), only=True):
        yield opened


def apollo(hash: Any, version: Any = 1) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": version, "sha256Hash": hash}}}


def refusal(reply: Reply) -> tuple[int, str]:
    """Status and code of a refusal, which is one error without data."""
    reply.problem()
    return reply.status, reply.json()["errors"][0]["extensions"]["code"]


WAYS = [
    pytest.param({"documentId": ID}, id="GraphQL over HTTP"),
    pytest.param({"documentId": hash_of(QUERY)}, id="a custom id"),
    pytest.param({"doc_id": hash_of(QUERY), "query": None}, id="Relay"),
    pytest.param({"documentId": ID, "query": ""}, id="an empty query"),
    pytest.param(apollo(hash_of(QUERY)), id="Apollo"),
    pytest.param({**apollo(hash_of(QUERY)), "query": QUERY}, id="Apollo with the text"),
    pytest.param({**apollo(hash_of(QUERY)), "documentId": ID}, id="two names for one"),
]


class TestNamed:
    @pytest.mark.parametrize("named", WAYS)
    async def test_is_run(self, site: Site, strict: Site, named: dict[str, Any]) -> None:
        for one in (site, strict):
            reply = await one.post(body={**named, "variables": VARIABLES})
            assert (reply.status, reply.json()) == (200, ANSWER)

    @pytest.mark.parametrize(
        "named",
        [
            {"documentId": ID},
            {"doc_id": hash_of(QUERY)},
            {"extensions": orjson.dumps(apollo(hash_of(QUERY))["extensions"]).decode()},
        ],
    )
    async def test_is_run_by_get(self, strict: Site, named: dict[str, str]) -> None:
        """Also for a browser: who names a document wants its answer, not a page."""
        asked = urlencode({**named, "variables": orjson.dumps(VARIABLES).decode()})
        for accept in (GRAPHQL, "text/html,*/*;q=0.8"):
            reply = await strict.ask("GET", f"/graphql?{asked}", headers={"accept": accept})
            assert (reply.status, reply.json()) == (200, ANSWER)

    async def test_ids_of_another_kind(self, site: Site) -> None:
        reply = await site.post(body={"doc_id": MD5})

        assert reply.json() == {"data": {"integration": {"name": "SEVDESK"}}}

    async def test_one_of_several_operations(self, strict: Site) -> None:
        asked = {"documentId": f"sha256:{hash_of(SEVERAL)}"}

        assert (await strict.post(body={**asked, "operationName": "One"})).json() == {"data": {"__typename": "Query"}}
        assert "operationName" in (await strict.post(body=asked)).problem()

    async def test_no_mutation_by_get(self, strict: Site) -> None:
        reply = await strict.ask("GET", f"/graphql?documentId=sha256:{hash_of(MUTATION)}", headers={"accept": GRAPHQL})

        assert (reply.status, reply.headers["allow"]) == (405, "POST")

    async def test_is_validated_like_any_other(self, strict: Site) -> None:
        """A manifest older than the schema: what fits is run, what does not is refused."""
        reply = await strict.post(body={"documentId": f"sha256:{hash_of(STALE)}"})

        assert reply.status == 400
        assert "wasThereBefore" in reply.problem()

    async def test_is_parsed_once(self, strict: Site) -> None:
        await strict.post(body={"documentId": ID, "variables": VARIABLES})
        parsed = strict.app.executor.misses
        await strict.post(body={**apollo(hash_of(QUERY)), "variables": VARIABLES})

        assert strict.app.executor.misses == parsed


class TestRefused:
    @pytest.mark.parametrize(
        "named", [{"documentId": "sha256:" + "0" * 64}, {"doc_id": "x"}, apollo("0" * 64), apollo(ID.upper())]
    )
    async def test_unknown(self, plain: Site, site: Site, strict: Site, named: dict[str, Any]) -> None:
        """Apollo's clients send the text after the one answer, and no hash any more after the other."""
        for one, code, words in (
            (plain, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"),
            (site, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
            (strict, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
        ):
            reply = await one.post(body=named)
            assert refusal(reply) == (400, code)
            assert reply.problem() == words
            assert reply.headers["cache-control"] == "no-store"
            assert refusal(await one.post(body=named, accept=JSON)) == (200, code)

    async def test_nothing_is_registered(self, plain: Site, site: Site) -> None:
        for one in (plain, site):
            known = apollo(hash_of(FREE))
            sent = await one.post(body={**known, "query": FREE})
            assert sent.json() == {"data": {"integration": {"name": "SEVDESK"}}}
            assert refusal(await one.post(body=known))[0] == 400

    @pytest.mark.parametrize(
        "named", [{"documentId": ID}, apollo(hash_of(QUERY)), {"documentId": "sha256:" + "0" * 64}]
    )
    async def test_text_that_is_not_the_named_one(
        self, plain: Site, site: Site, strict: Site, named: dict[str, Any]
    ) -> None:
        for one in (plain, site, strict):
            assert refusal(await one.post(body={**named, "query": FREE})) == (400, "PERSISTED_QUERY_MISMATCH")

    @pytest.mark.parametrize(
        ("named", "words"),
        [
            ({"documentId": 5}, "a text"),
            ({"documentId": ""}, "a text"),
            ({"doc_id": ["x"]}, "a text"),
            (apollo(None), "a text"),
            (apollo(hash_of(QUERY), version=2), "version 1"),
            ({"extensions": {"persistedQuery": "x"}}, "version 1"),
            ({"documentId": ID, "doc_id": "x"}, "two documents"),
            ({"documentId": ID, "variables": 5}, "variables"),
            ({"documentId": ID, "extensions": []}, "extensions"),
            ({"id": hash_of(QUERY)}, "query"),
        ],
    )
    async def test_a_name_that_is_none(self, site: Site, named: dict[str, Any], words: str) -> None:
        reply = await site.post(body=named)

        assert reply.status == 400
        assert words in reply.problem()


class TestOnly:
    @pytest.mark.parametrize(
        "asked",
        [
            {"query": FREE},
            {"query": QUERY + "\n"},
            {"query": "{ __schema { types { name } } }"},
            {"query": "{ _service { sdl } }"},
            {"query": "{"},
            {},
            {**apollo(hash_of(FREE)), "query": FREE},
        ],
    )
    async def test_nothing_else_is_run(self, strict: Site, asked: dict[str, Any]) -> None:
        assert refusal(await strict.post(body=asked)) == (400, "DOCUMENT_NOT_TRUSTED")

    async def test_a_trusted_document_may_be_sent_in_full(self, strict: Site) -> None:
        reply = await strict.post(QUERY, VARIABLES)

        assert (reply.status, reply.json()) == (200, ANSWER)

    async def test_there_is_no_page(self, site: Site, strict: Site) -> None:
        """It could not even ask for the schema."""
        browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

        assert (await site.ask("GET", headers=browser)).kind.startswith("text/html")
        assert refusal(await strict.ask("GET", headers=browser))[1] == "DOCUMENT_NOT_TRUSTED"
        assert (await strict.ask("GET", "/graphiql/settings.json")).status == 404
        assert (await strict.ask("GET", "/schema.graphql")).status == 200

    @pytest.mark.parametrize("query", [5, ["{ __typename }"], True])
    async def test_a_query_that_is_no_text(self, strict: Site, query: Any) -> None:
        assert "query" in (await strict.post(body={"query": query})).problem()


class TestOtherDoors:
    """A switch that holds for plain requests only would be none."""

    async def test_socket(self, strict: Site) -> None:
        async with connected(strict.app) as socket:
            await socket.initiate()
            await socket.say("subscribe", "1", {"documentId": ID, "variables": VARIABLES})
            assert await socket.hear() == {"id": "1", "type": "next", "payload": ANSWER}
            assert await socket.hear() == {"id": "1", "type": "complete"}
            await socket.say("subscribe", "2", {"query": FREE})
            told = await socket.hear()
            assert (told["id"], told["type"]) == ("2", "error")
            assert [error["extensions"]["code"] for error in told["payload"]] == ["DOCUMENT_NOT_TRUSTED"]
            # The socket is as good as before.
            await socket.say("subscribe", "3", {"query": QUERY, "variables": VARIABLES})
            assert (await socket.hear())["payload"] == ANSWER

    async def test_event_stream(self, strict: Site) -> None:
        reply = await strict.post(accept="text/event-stream", body={"query": FREE})
        assert b"DOCUMENT_NOT_TRUSTED" in reply.body and b"SEVDESK" not in reply.body
        trusted = await strict.post(accept="text/event-stream", body={"documentId": ID, "variables": VARIABLES})
        assert b'"FORTNOX"' in trusted.body
