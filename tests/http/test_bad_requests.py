"""Whatever arrives at `/graphql`: a 4xx with a GraphQL error in JSON, never a 500, and nothing executed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest
import pytest_asyncio

from .conftest import GRAPHQL, JSON, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
HEADERS = {"accept": GRAPHQL, "content-type": JSON}
DEEP = 100_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.mark.parametrize("accept", [GRAPHQL, JSON, "*/*", ""], ids=["new", "old", "any", "none"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "JSON", id="nothing"),
        pytest.param(b"{", "JSON", id="malformed"),
        pytest.param(b'{"query": "{ __typename }"} {}', "JSON", id="two documents"),
        pytest.param(b'{"query": "{ __typename }\xff"}', "UTF-8", id="invalid UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"query": "{ __typename }"}', "JSON", id="byte order mark"),
        pytest.param('{"query": "{ __typename }"}'.encode("utf-16"), "JSON", id="UTF-16"),
        pytest.param(b'{"query": "\\ud800"}', "JSON", id="half a surrogate pair"),
        pytest.param(b'{"query": "{ __typename }", "variables": {"x": NaN}}', "JSON", id="NaN"),
        pytest.param(b"[" * DEEP + b"]" * DEEP, "JSON", id="deep arrays"),
        pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, "JSON", id="deep objects"),
        pytest.param(
            b'{"query": "{ __typename }", "variables": ' + b"[" * DEEP + b"]" * DEEP + b"}", "JSON", id="deep"
        ),
        pytest.param(b"[]", "Batches", id="empty array"),
        pytest.param(b'[{"query": "{ __typename }"}]', "Batches", id="array"),
        pytest.param(b"null", "object", id="null"),
        pytest.param(b"true", "object", id="true"),
        pytest.param(b"5", "object", id="number"),
        pytest.param(b'"{ __typename }"', "object", id="text"),
        pytest.param(b"{}", "query", id="no query"),
        pytest.param(b'{"query": null}', "query", id="query null"),
        pytest.param(b'{"query": ""}', "query", id="query empty"),
        pytest.param(b'{"query": 5}', "query", id="query a number"),
        pytest.param(b'{"query": ["{ __typename }"]}', "query", id="query a list"),
        pytest.param(b'{"id": "abc"}', "query", id="persisted"),
        pytest.param(b'{"query": "{ __typename }", "variables": []}', "variables", id="variables a list"),
        pytest.param(b'{"query": "{ __typename }", "variables": "{}"}', "variables", id="variables a text"),
        pytest.param(b'{"query": "{ __typename }", "variables": 0}', "variables", id="variables a number"),
        pytest.param(b'{"query": "{ __typename }", "operationName": 5}', "operationName", id="name a number"),
        pytest.param(b'{"query": "{ __typename }", "operationName": {}}', "operationName", id="name an object"),
        pytest.param(b'{"query": "{ __typename }", "extensions": []}', "extensions", id="extensions a list"),
        pytest.param(b'{"query": "{ __typename }", "extensions": 1}', "extensions", id="extensions a number"),
        pytest.param(
            b'{"query": "query A { __typename } query B { __typename }"}', "operationName", id="two operations"
        ),
        pytest.param(
            b'{"query": "query A { __typename } query B { __typename }", "operationName": ""}',
            "operationName",
            id="two operations and an empty name",
        ),
        pytest.param(b'{"query": "query A { __typename }", "operationName": "B"}', "named B", id="unknown name"),
        pytest.param(b'{"query": "{ __typename }", "operationName": "B"}', "named B", id="name of a nameless one"),
        pytest.param(b'{"query": "fragment F on Query { __typename }"}', "", id="no operation"),
    ],
)
async def test_bad_body(site: Site, body: bytes, words: str, accept: str) -> None:
    reply = await site.ask("POST", headers={**HEADERS, "accept": accept}, body=body)

    if words or accept == GRAPHQL:
        assert reply.status == 400
    assert words in reply.problem()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("{", "Syntax Error", id="malformed"),
        pytest.param("{ a(", "Syntax Error", id="cut"),
        pytest.param("\u0000", "Syntax Error", id="control character"),
        pytest.param("{ nothing }", "nothing", id="unknown field"),
        pytest.param("subscription { a }", "subscription", id="subscription"),
        pytest.param("{ __typename @nowhere }", "nowhere", id="unknown directive"),
        pytest.param("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "itself", id="circular"),
        pytest.param("{" + "a" * 10_000 + "}", "aaaa", id="long name"),
        pytest.param("{a" * 5_000, "Syntax Error", id="deep selection"),
        pytest.param("query ($x: " + "[" * 5_000 + "Int" + "]" * 5_000 + ") { __typename }", "Syntax", id="deep type"),
        pytest.param(
            "{ customers(connectionId: " + "[" * 5_000 + "]" * 5_000 + ") { nodes { id } } }", "", id="deep list"
        ),
        pytest.param("{ " + "a " * 20_000 + "}", "token", id="too many tokens"),
    ],
)
async def test_bad_document(site: Site, query: str, words: str) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        reply = await site.post(query, accept=accept)
        assert reply.status == status
        assert list(reply.json()) == ["errors"]
        assert words in str(reply.json()["errors"][0]["message"])


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($id: ID!) { node(id: $id) { id } }", {}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": None}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": {}}),
        ("query ($first: Int) { customers(connectionId: 1, first: $first) { nodes { id } } }", {"first": "many"}),
        ("query ($first: Int) { customers(connectionId: 1, first: $first) { nodes { id } } }", {"first": 2**40}),
        ("query ($name: Integration!) { integration(name: $name) { name } }", {"name": "NOBODY"}),
        (
            "query ($f: CustomerFilter) { customers(connectionId: 1, filter: $f) { nodes { id } } }",
            {"f": {"updatedSince": "yesterday"}},
        ),
        (
            "query ($f: CustomerFilter) { customers(connectionId: 1, filter: $f) { nodes { id } } }",
            {"f": {"updatedSince": 5}},
        ),
        (
            "query ($f: CustomerFilter) { customers(connectionId: 1, filter: $f) { nodes { id } } }",
            {"f": {"updatedSince": "2026-05-04T08:15:30"}},
        ),
        ("query ($f: CustomerFilter) { customers(connectionId: 1, filter: $f) { nodes { id } } }", {"f": {"x": 1}}),
    ],
)
async def test_variables_that_do_not_fit(site: Site, query: str, variables: dict[str, Any]) -> None:
    reply = await site.post(query, variables)
    assert reply.status == 400
    assert "Variable" in reply.problem() or "variable" in reply.problem()

    older = await site.post(query, variables, accept=JSON)
    assert older.status == 200
    assert "data" not in older.json()


class TestContentType:
    @pytest.mark.parametrize(
        "kind",
        [
            "",
            "text/plain",
            "application/graphql",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ],
    )
    async def test_another_one_is_refused(self, site: Site, kind: str) -> None:
        """A form or plain text could come from any page in a browser, without asking first."""
        headers = {"accept": GRAPHQL} | ({"content-type": kind} if kind else {})
        reply = await site.ask("POST", headers=headers, body=b'{"query": "{ __typename }"}')

        assert reply.status == 415
        assert JSON in reply.problem()

    @pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity", "x"])
    async def test_encoded_body_is_refused(self, site: Site, coding: str) -> None:
        headers = {"accept": GRAPHQL, "content-type": JSON, "content-encoding": coding}
        reply = await site.ask("POST", headers=headers, body=b'{"query": "{ __typename }"}')

        assert reply.status == 415
        assert "content encoding" in reply.problem()

    @pytest.mark.parametrize("charset", ["latin-1", "utf-16", "x"])
    async def test_another_charset_is_refused(self, site: Site, charset: str) -> None:
        headers = {"accept": GRAPHQL, "content-type": f"application/json; charset={charset}"}
        reply = await site.ask("POST", headers=headers, body=b'{"query": "{ __typename }"}')

        assert reply.status == 415
        assert "UTF-8" in reply.problem()

    @pytest.mark.parametrize(
        "kind",
        [
            "application/json;charset=utf-8",
            'application/json; charset="UTF-8"',
            "Application/JSON",
            "application/json; Charset=UTF-8",
            "application/json; charset=utf-8; profile=x",
        ],
    )
    async def test_spellings_of_the_right_one(self, site: Site, kind: str) -> None:
        reply = await site.ask(
            "POST", headers={"accept": GRAPHQL, "content-type": kind}, body=b'{"query": "{ __typename }"}'
        )

        assert (reply.status, reply.json()) == (200, {"data": {"__typename": "Query"}})


class TestAccept:
    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            ("", JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            (JSON, JSON),
            (GRAPHQL, GRAPHQL),
            (f"{JSON}, {GRAPHQL}", GRAPHQL),
            (f"{GRAPHQL}, {JSON}", GRAPHQL),
            (f"{GRAPHQL};q=0.5, {JSON}", JSON),
            (f"{GRAPHQL}, {JSON};q=0.5", GRAPHQL),
            (f"{JSON};q=0.2, */*;q=0.1", JSON),
            (f"{JSON};q=0, */*", GRAPHQL),
            (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
            (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
            (GRAPHQL.upper(), GRAPHQL),
            (f" {GRAPHQL} ;  q=1 ", GRAPHQL),
        ],
    )
    async def test_decides_the_media_type(self, site: Site, accept: str, kind: str) -> None:
        reply = await site.post("{ __typename }", accept=accept)

        assert (reply.status, reply.kind) == (200, f"{kind}; charset=utf-8")

    async def test_may_come_in_several_headers(self, site: Site) -> None:
        headers = [("accept", GRAPHQL), ("accept", "text/html;q=0.1"), ("content-type", JSON)]
        reply = await site.ask("POST", headers=headers, body=b'{"query": "{ __typename }"}')

        assert (reply.status, reply.kind) == (200, f"{GRAPHQL}; charset=utf-8")

    @pytest.mark.parametrize("accept", ["text/html", "image/*", f"{JSON};q=0", "*/*;q=0", "nonsense", "text/plain"])
    async def test_of_something_else_is_refused(self, site: Site, accept: str) -> None:
        reply = await site.post("mutation { nothing }", accept=accept)

        assert reply.status == 406
        assert GRAPHQL in reply.problem()


class TestSize:
    async def test_announced_too_large(self, site: Site) -> None:
        headers = {**HEADERS, "content-length": str(site.app.settings.max_body + 1)}
        reply = await site.ask("POST", headers=headers, body=b"{}")

        assert reply.status == 413
        assert str(site.app.settings.max_body) in reply.problem()

    async def test_arrives_too_large(self, site: Site) -> None:
        pieces = [b"x" * 100_000] * (site.app.settings.max_body // 100_000 + 1)
        reply = await site.ask("POST", headers=HEADERS, body=pieces)

        assert reply.status == 413
        assert reply.problem()

    async def test_largest_allowed(self, site: Site) -> None:
        body = orjson.dumps({"query": "{ __typename }", "extensions": {"pad": ""}})
        body = body.replace(b'""', b'"' + b"x" * (site.app.settings.max_body - len(body)) + b'"')
        assert len(body) == site.app.settings.max_body
        reply = await site.ask("POST", headers=HEADERS, body=[body[:10], body[10:]])

        assert reply.status == 200

    @pytest.mark.parametrize("length", ["-1", "many", "1e3", ""])
    async def test_odd_length_header_does_no_harm(self, site: Site, length: str) -> None:
        reply = await site.ask(
            "POST", headers={**HEADERS, "content-length": length}, body=b'{"query": "{ __typename }"}'
        )

        assert reply.status in {200, 400}


class TestMethods:
    @pytest.mark.parametrize(
        "query", ["mutation { updateCustomer }", "mutation A { __typename } query B { __typename }"]
    )
    async def test_get_runs_no_mutation(self, site: Site, query: str) -> None:
        target = f"/graphql?query={quote(query)}&operationName=A" if "B" in query else f"/graphql?query={quote(query)}"
        reply = await site.ask("GET", target, headers={"accept": GRAPHQL})

        assert 400 <= reply.status < 500
        assert reply.json()["errors"]

    async def test_get_refuses_a_good_mutation(self, site: Site) -> None:
        operation = next(iter(site.prepared.operations.values()))
        reply = await site.ask("GET", f"/graphql?query={quote(operation)}", headers={"accept": GRAPHQL})

        assert (reply.status, reply.headers["allow"]) == (405, "POST")
        assert "POST" in reply.problem()
        assert not any(site.prepared.sandbox.requests(name) for name in site.prepared.operations)

    async def test_get_runs_a_query(self, site: Site) -> None:
        query = quote("query A($name: Integration!) { integration(name: $name) { name } } query B { __typename }")
        name = next(iter(site.prepared.operations)).upper()
        variables = quote(f'{{"name": "{name}"}}')
        reply = await site.ask(
            "GET", f"/graphql?query={query}&operationName=A&variables={variables}", headers={"accept": GRAPHQL}
        )

        assert reply.json() == {"data": {"integration": {"name": name}}}

    @pytest.mark.parametrize(
        "query_string",
        [
            "variables=%7B%7D",
            "query=",
            "query=%FF",
            "query=%7B__typename%7D&variables=%7B",
            "query=%7B__typename%7D&variables=5",
            "query=%7B__typename%7D&extensions=%5B%5D",
            "query=%7B__typename%7D&variables=" + quote("[" * 5_000),
            "query=query+A%7B__typename%7Dquery+B%7B__typename%7D",
        ],
    )
    async def test_get_with_a_bad_query_string(self, site: Site, query_string: str) -> None:
        reply = await site.ask("GET", f"/graphql?{query_string}", headers={"accept": GRAPHQL})

        assert reply.status == 400
        assert reply.problem()

    async def test_get_without_a_query(self, site: Site) -> None:
        reply = await site.ask("GET", headers={"accept": JSON})

        assert reply.status == 400
        assert "query" in reply.problem()

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
    async def test_another_method(self, site: Site, method: str) -> None:
        reply = await site.ask(method, headers=HEADERS, body=b'{"query": "{ __typename }"}')

        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
        assert reply.problem()

    async def test_options_tells_the_methods(self, site: Site) -> None:
        reply = await site.ask("OPTIONS", headers={"origin": "http://elsewhere.example"})

        assert (reply.status, reply.headers["allow"], reply.body) == (204, "GET, HEAD, POST, OPTIONS", b"")
        assert not [name for name in reply.headers if name.startswith("access-control-")]

    @pytest.mark.parametrize(("query", "status"), [("{ __typename }", 200), ("{", 400)])
    async def test_head_has_the_headers_of_get(self, site: Site, query: str, status: int) -> None:
        """That the body stays away is the server's part: see tests/e2e."""
        target = f"/graphql?query={quote(query)}"
        shown = await site.ask("GET", target, headers={"accept": GRAPHQL})
        reply = await site.ask("HEAD", target, headers={"accept": GRAPHQL})

        assert reply.status == shown.status == status
        assert reply.headers["content-length"] == str(len(shown.body))
        assert reply.kind == shown.kind

    async def test_client_that_leaves_before_its_body_is_there(self, site: Site) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in HEADERS.items())]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await site.app({**scope, "root_path": "", "http_version": "1.1", "scheme": "http"}, receive, send)

        assert sent[0]["status"] == 400


class TestRootFields:
    async def test_twenty_are_taken(self, site: Site) -> None:
        reply = await site.post("{" + " ".join(f"a{number}: __typename" for number in range(20)) + "}")
        assert reply.status == 200

    @pytest.mark.parametrize(
        "query",
        [
            "{" + " ".join(f"a{number}: __typename" for number in range(21)) + "}",
            "{ ...F ... on Query {" + " ".join(f"a{number}: __typename" for number in range(11)) + "} }"
            "fragment F on Query {" + " ".join(f"b{number}: __typename" for number in range(10)) + "}",
        ],
    )
    async def test_one_more_is_not(self, site: Site, query: str) -> None:
        reply = await site.post(query)
        assert reply.status == 400
        assert reply.problem() == "An operation asks for 20 root fields at most; this one asks for 21."
