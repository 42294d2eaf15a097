"""What a page of another site can do: nothing without a preflight, and after one what the settings allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio

from gql_gateway.http.cross_site import may_be_unasked

from .conftest import GRAPHQL, JSON, Reply, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUERY = "/graphql?query=" + quote("{ __typename }")
PAGE = "https://app.example"
LOCAL_PAGE = "http://localhost:5173"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[Site]:
    """Two origins may call."""
    async with open_site(cors_origins=f"{PAGE} {LOCAL_PAGE}") as opened:
        yield opened


async def preflight(site: Site, origin: str, headers: str = "content-type", method: str = "POST") -> Reply:
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    return await site.ask("OPTIONS", headers={"origin": origin, **asked})


def told(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name.startswith("access-control-")}


class TestGet:
    @pytest.mark.parametrize(
        ("headers", "runs"),
        [
            pytest.param({}, True, id="program"),
            pytest.param({"sec-fetch-mode": "cors"}, True, id="node"),
            pytest.param({"sec-fetch-site": "none"}, True, id="address bar"),
            pytest.param({"sec-fetch-site": "same-origin"}, True, id="own page"),
            pytest.param({"sec-fetch-site": "cross-site"}, False, id="image in a foreign page"),
            pytest.param({"sec-fetch-site": "same-site"}, False, id="another port of this machine"),
            pytest.param({"origin": PAGE}, False, id="foreign page, old browser"),
            pytest.param({"origin": "null"}, False, id="sandboxed frame, old browser"),
            pytest.param({"origin": "http://127.0.0.1:8000"}, True, id="own page, old browser"),
            pytest.param({"sec-fetch-site": "cross-site", "content-type": "text/plain"}, False, id="plain text"),
            pytest.param(
                {"sec-fetch-site": "cross-site", "content-type": "Text/Plain; a=b"}, False, id="spelt otherwise"
            ),
            pytest.param({"sec-fetch-site": "cross-site", "content-type": JSON}, True, id="asked: JSON"),
            pytest.param({"sec-fetch-site": "cross-site", "graphql-require-preflight": "1"}, True, id="asked: ours"),
            pytest.param({"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"}, True, id="asked: Apollo"),
            pytest.param({"sec-fetch-site": "cross-site", "authorization": "Bearer x"}, True, id="asked: caller"),
            pytest.param(
                {"sec-fetch-site": "cross-site", "accept-language": "sv"}, False, id="a header nobody asks for"
            ),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_of_a_foreign_page_runs_after_a_preflight_only(
        self, site: Site, headers: dict[str, str], runs: bool, method: str
    ) -> None:
        reply = await site.ask(method, QUERY, headers={"accept": GRAPHQL, **headers})

        if runs:
            assert reply.json() == {"data": {"__typename": "Query"}}
        else:
            assert reply.status == 403
            assert "graphql-require-preflight" in reply.problem()

    @pytest.mark.parametrize(
        ("headers", "unasked"),
        [({}, True), ({"sec-fetch-site": "same-origin"}, False), ({"graphql-require-preflight": "1"}, False)],
    )
    async def test_has_to_show_where_it_comes_from_beyond_this_machine(
        self, headers: dict[str, str], unasked: bool
    ) -> None:
        """Over plain HTTP to another machine browsers do not say it."""
        assert may_be_unasked(headers, strict=True) is unasked

    async def test_is_strict_for_callers_that_nobody_knows_in_a_trusted_network(self) -> None:
        async with open_site(trust_network=True) as trusted:
            assert (await trusted.ask("GET", QUERY, headers={"accept": GRAPHQL})).status == 403
            assert (await trusted.post("{ __typename }")).status == 200

    async def test_can_be_turned_off(self) -> None:
        async with open_site(get_queries=False) as without:
            reply = await without.ask("GET", QUERY, headers={"accept": GRAPHQL})
            page = await without.ask("GET", headers={"accept": "text/html"})
            options = await without.ask("OPTIONS")

            assert (reply.status, reply.headers["allow"]) == (405, "POST, OPTIONS")
            assert "GET" not in reply.problem()
            assert (page.status, page.kind) == (200, "text/html; charset=utf-8")
            assert options.headers["allow"] == "POST, OPTIONS"


class TestOrigins:
    async def test_that_nobody_named_may_nothing(self, site: Site, shared: Site) -> None:
        for asked in (site, shared):
            reply = await preflight(asked, "https://elsewhere.example")
            assert "access-control-allow-origin" not in told(reply)

    @pytest.mark.parametrize("origin", [PAGE, LOCAL_PAGE])
    async def test_that_were_named_may_ask(self, shared: Site, origin: str) -> None:
        reply = await preflight(shared, origin, "authorization, content-type, graphql-cost")

        assert reply.status == 200
        assert told(reply)["access-control-allow-origin"] == origin
        assert "POST" in told(reply)["access-control-allow-methods"]
        assert "access-control-allow-credentials" not in told(reply)

    @pytest.mark.parametrize("origin", ["https://app.example.evil.example", "https://APP.example", "null", ""])
    async def test_are_compared_exactly(self, shared: Site, origin: str) -> None:
        assert "access-control-allow-origin" not in told(await preflight(shared, origin))

    async def test_may_read_the_answer_and_what_belongs_to_it(self, shared: Site) -> None:
        headers = {"origin": PAGE, "accept": GRAPHQL, "content-type": JSON}
        reply = await shared.ask("POST", headers=headers, body=b'{"query": "{ __typename }"}')

        assert reply.json() == {"data": {"__typename": "Query"}}
        assert told(reply)["access-control-allow-origin"] == PAGE
        assert "x-request-id" in told(reply)["access-control-expose-headers"]
        assert reply.headers["vary"] == "Origin"

    async def test_may_read_a_refusal(self, shared: Site) -> None:
        headers = {"origin": PAGE, "accept": GRAPHQL, "content-type": JSON}
        reply = await shared.ask("POST", headers=headers, body=b"{")

        assert reply.status == 400
        assert told(reply)["access-control-allow-origin"] == PAGE

    @pytest.mark.parametrize("path", ["/metrics", "/readyz", "/connect/step"])
    async def test_may_read_nothing_else(self, shared: Site, path: str) -> None:
        assert told(await shared.ask("GET", path, headers={"origin": PAGE})) == {}
