"""Everything beside `/graphql`: health, metrics, the schema, the matrix, GraphiQL's files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gql_gateway import support
from gql_gateway.connectors.registry import connectors
from gql_gateway.http.pages import STATIC
from gql_gateway.storage.database import DatabaseProblem

from .conftest import GRAPHQL, JSON, Site, open_site, started

pytestmark = pytest.mark.asyncio(loop_scope="module")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FILES = sorted(path.name for path in (STATIC / "graphiql").iterdir() if path.is_file())
PLACES = ["/schema.graphql", "/support", "/support.json", "/support.csv", "/static/support.css", "/static/support.js"]
PLACES += ["/graphiql/settings.json"]
TEXTS = ["/schema.graphql", "/support", "/support.json", "/support.csv", "/support.json?q=vat"]
PLACES += [f"/graphiql/{name}" for name in FILES]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


class TestHealth:
    async def test_alive(self, site: Site) -> None:
        reply = await site.ask("GET", "/healthz")

        assert (reply.status, reply.body) == (200, b"ok\n")

    async def test_ready(self, site: Site) -> None:
        reply = await site.ask("GET", "/readyz")

        assert (reply.status, reply.json()) == (200, {"ready": True})

    async def test_not_ready_while_the_database_is_gone(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        assert site.app.parts is not None

        async def ping() -> None:
            raise DatabaseProblem("no connection to the database: secret details")

        monkeypatch.setattr(site.app.parts.database, "ping", ping)
        reply = await site.ask("GET", "/readyz")

        assert (reply.status, reply.json()) == (503, {"ready": False, "reason": "the database does not answer"})
        assert (await site.ask("GET", "/healthz")).status == 200

    async def test_not_ready_before_the_start_and_after_the_end(self) -> None:
        async with open_site() as site:
            app = site.app
            assert (await site.ask("GET", "/readyz")).status == 200
        reply = await site.ask("GET", "/readyz")
        assert (reply.status, reply.json()["ready"]) == (503, False)

        app.parts = None
        assert (await site.ask("GET", "/readyz")).status == 503

    async def test_a_request_before_the_start_is_our_fault_and_masked(self, site: Site) -> None:
        from gql_gateway.app import App

        reply = await Site(App(site.app.settings, site.app.box), site.prepared).post("{ __typename }")
        assert reply.status == 500
        (error,) = reply.json()["errors"]
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["extensions"]["correlationId"] == reply.headers["x-request-id"]


class TestMetrics:
    async def test_count_requests_by_path_and_status(self, site: Site) -> None:
        def number(text: str, line: str) -> float:
            found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
            return float(found[1]) if found else 0.0

        refused = 'gateway_http_requests_total{path="/graphql",status="400"}'
        other = 'gateway_http_requests_total{path="other",status="404"}'
        before = (await site.ask("GET", "/metrics")).body.decode()
        await site.post("{")
        await site.ask("GET", "/nobody-knows-this-path")
        reply = await site.ask("GET", "/metrics")
        after = reply.body.decode()

        assert reply.kind.startswith("text/plain; version=")
        assert number(after, refused) == number(before, refused) + 1
        assert number(after, other) == number(before, other) + 1
        assert "nobody-knows-this-path" not in after
        assert "# HELP gateway_http_request_seconds" in after

    async def test_say_how_often_documents_were_known(self, site: Site) -> None:
        await site.post("{ __typename }")
        await site.post("{ __typename }")
        text = (await site.ask("GET", "/metrics")).body.decode()

        assert f"gateway_documents_known_total {float(site.app.executor.hits)}" in text
        assert f"gateway_documents_new_total {float(site.app.executor.misses)}" in text
        assert site.app.executor.hits > 0


class TestTexts:
    async def test_schema(self, site: Site) -> None:
        reply = await site.ask("GET", "/schema.graphql")

        assert reply.kind == "text/plain; charset=utf-8"
        assert reply.body.decode() == site.app.schema.client_sdl

    async def test_support_as_json(self, site: Site) -> None:
        reply = await site.ask("GET", "/support.json")

        assert reply.kind == "application/json"
        assert reply.json() == json.loads(support.to_json(connectors()))

    async def test_support_page_needs_nothing_from_elsewhere(self, site: Site) -> None:
        reply = await site.ask("GET", "/support")
        page = reply.body.decode()

        assert reply.kind == "text/html; charset=utf-8"
        assert page.startswith("<!doctype html>")
        assert set(re.findall(r'<link[^>]*href="([^"]*)"', page)) == {"/static/support.css"}
        assert set(re.findall(r'<script[^>]*src="([^"]*)"', page)) == {"/static/support.js"}
        for connector in connectors().values():
            assert connector.manifest.label in page

    async def test_support_as_csv(self, site: Site) -> None:
        reply = await site.ask("GET", "/support.csv")

        assert reply.kind == "text/csv; charset=utf-8"
        assert reply.body.decode() == support.to_csv(connectors())

    async def test_part_of_the_matrix(self, site: Site) -> None:
        query = "?q=vatid&integration=fortnox&integration=lexware-office"
        rows = csv.DictReader(io.StringIO((await site.ask("GET", f"/support.csv{query}")).body.decode()))
        shown = (await site.ask("GET", f"/support.json{query}")).json()

        assert [(row["integration"], row["path"]) for row in rows] == [
            ("FORTNOX", "vatId"),
            ("LEXWARE_OFFICE", "vatId"),
        ]
        assert {name: [row["path"] for row in one["fields"]] for name, one in shown.items()} == {
            "FORTNOX": ["vatId"],
            "LEXWARE_OFFICE": ["vatId"],
        }

    @pytest.mark.parametrize("query", ["integration=nobody", "only=some", "nonsense=1", f"q={'x' * 201}"])
    async def test_part_that_makes_no_sense(self, site: Site, query: str) -> None:
        for target in ("/support.csv", "/support.json"):
            reply = await site.ask("GET", f"{target}?{query}")
            assert (reply.status, reply.kind) == (400, "text/plain; charset=utf-8")

    @pytest.mark.parametrize("target", TEXTS)
    async def test_compressed_for_those_who_take_it(self, site: Site, target: str) -> None:
        plain = await site.ask("GET", target)
        small = await site.ask("GET", target, headers={"accept-encoding": "br, gzip;q=0.8"})
        refused = await site.ask("GET", target, headers={"accept-encoding": "gzip;q=0, br"})

        assert small.headers["content-encoding"] == "gzip"
        assert gzip.decompress(small.body) == plain.body == refused.body
        assert len(small.body) == int(small.headers["content-length"]) < len(plain.body) / 2
        assert {plain.headers["vary"], small.headers["vary"]} == {"Accept-Encoding"}
        assert small.headers["etag"] != plain.headers["etag"] == refused.headers["etag"]
        again = {"accept-encoding": "gzip", "if-none-match": small.headers["etag"]}
        assert (await site.ask("GET", target, headers=again)).status == 304

    @pytest.mark.parametrize("target", PLACES)
    async def test_unchanged_text_is_not_sent_again(self, site: Site, target: str) -> None:
        first = await site.ask("GET", target)
        assert first.status == 200
        assert len(first.body) == int(first.headers["content-length"])
        assert first.headers["cache-control"] == "no-cache"

        again = await site.ask("GET", target, headers={"if-none-match": first.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        other = await site.ask("GET", target, headers={"if-none-match": '"other"'})
        assert (other.status, other.body) == (200, first.body)

    @pytest.mark.parametrize("target", ["/schema.graphql", "/support", "/healthz", "/readyz", "/metrics"])
    async def test_are_only_read(self, site: Site, target: str) -> None:
        for method in ("POST", "PUT", "DELETE"):
            reply = await site.ask(method, target)
            assert reply.status == 405
        assert (await site.ask("HEAD", target)).status == 200


class TestGraphiql:
    async def test_browser_gets_the_page(self, site: Site) -> None:
        for method in ("GET", "HEAD"):
            reply = await site.ask(method, headers={"accept": BROWSER})
            assert (reply.status, reply.kind) == (200, "text/html; charset=utf-8")
            assert reply.headers["vary"] == "Accept"

    @pytest.mark.parametrize("accept", [JSON, GRAPHQL, "*/*", ""])
    async def test_program_gets_an_answer(self, site: Site, accept: str) -> None:
        reply = await site.ask("GET", "/graphql?query=%7B__typename%7D", headers={"accept": accept})

        assert reply.json() == {"data": {"__typename": "Query"}}

    async def test_browser_with_a_query_gets_its_answer(self, site: Site) -> None:
        reply = await site.ask("GET", "/graphql?query=%7B__typename%7D", headers={"accept": BROWSER})

        assert reply.json() == {"data": {"__typename": "Query"}}

    async def test_settings_offer_an_operation_for_each_integration(self, site: Site) -> None:
        tabs = (await site.ask("GET", "/graphiql/settings.json")).json()["tabs"]

        assert [tab["name"] for tab in tabs] == list(connectors())
        assert [tab["query"] for tab in tabs] == list(site.prepared.operations.values())

    @pytest.mark.parametrize(
        "name",
        [
            "nothing.js",
            "..%2f..%2fapp.py",
            "../../app.py",
            ".hidden",
            "",
            "../support.css",
            "%2e%2e",
            "\x00",
            "a" * 300,
        ],
    )
    async def test_no_other_file(self, site: Site, name: str) -> None:
        reply = await site.ask("GET", f"/graphiql/{name}")

        assert reply.status == 404

    async def test_can_be_switched_off(self, tmp_path: Path, site: Site) -> None:
        from gql_gateway.app import App

        database = f"sqlite:///{tmp_path / 'off.sqlite3'}"
        settings = site.app.settings.model_copy(update={"graphiql": False, "database_url": database})
        app = App(settings, site.app.box)
        async with started(app):
            plain = Site(app, site.prepared)
            assert (await plain.ask("GET", headers={"accept": "text/html"})).status == 406
            assert (await plain.ask("GET", "/graphiql/index.html")).status == 404
            assert (await plain.ask("GET", "/graphiql/settings.json")).status == 404
            assert (await plain.post("{ __typename }")).status == 200


class TestHeaders:
    @pytest.mark.parametrize("target", ["/healthz", "/graphql?query=%7B", "/support", "/nowhere", *PLACES[:3]])
    async def test_of_every_answer(self, site: Site, target: str) -> None:
        reply = await site.ask("GET", target)

        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert re.fullmatch(r"[0-9a-f]{16}", reply.headers["x-request-id"])
        assert "server" not in reply.headers

    @pytest.mark.parametrize("target", ["/graphql", "/support", *[p for p in PLACES if p.endswith((".html", ".js"))]])
    async def test_of_pages_and_scripts(self, site: Site, target: str) -> None:
        reply = await site.ask("GET", target, headers={"accept": BROWSER})
        policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))

        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy.get("connect-src", "'none'") == ("'none'" if "support" in target else "'self'")
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"

    @pytest.mark.parametrize("target", ["/support", "/static/support.js"])
    async def test_of_the_support_page_allow_nothing_more(self, site: Site, target: str) -> None:
        policy = (await site.ask("GET", target)).headers["content-security-policy"]

        assert "unsafe" not in policy
        assert set(re.findall(r"(\w+)-src 'self'", policy)) == {"script", "style"}

    async def test_answers_are_not_kept(self, site: Site) -> None:
        assert (await site.post("{ __typename }")).headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("given", ["abc-DEF_1.2", "x" * 64])
    async def test_correlation_id_of_the_caller_is_taken(self, site: Site, given: str) -> None:
        reply = await site.ask("GET", "/healthz", headers={"x-request-id": given})

        assert reply.headers["x-request-id"] == given

    @pytest.mark.parametrize("given", ["", "x" * 65, 'a"b', "a b", "a\tb", "é", "a\n"])
    async def test_unless_it_is_odd(self, site: Site, given: str) -> None:
        reply = await site.ask("GET", "/healthz", headers={"x-request-id": given})

        assert reply.headers["x-request-id"] != given


async def test_unknown_path(site: Site) -> None:
    reply = await site.ask("GET", "/nowhere")

    assert reply.status == 404
