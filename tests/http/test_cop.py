"""The twelve checks of graphql-cop 1.15, stated anew: that program is in no package registry.

Each sends what the program sends and judges as it does. It flags nothing but what a setting turns on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import orjson
import pytest
import pytest_asyncio

from gql_gateway.app import build_app

from .conftest import Reply, Site, open_site, started

pytestmark = pytest.mark.asyncio(loop_scope="module")
Check = Callable[[Site], Awaitable[bool]]
CIRCLE = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"

ON: dict[str, dict[str, Any]] = {
    "field suggestions": {"suggestions": True},
    "introspection": {"introspection": True},
    "IDE": {"graphiql": True},
    "GET queries": {"get_queries": True},
    "aliases": {"max_aliases": 101, "max_root_fields": 101},
}
"""What each finding takes to be found: settings other than those of `STRICT`."""
STRICT: dict[str, Any] = {"suggestions": False, "introspection": False, "graphiql": False, "get_queries": False}


async def ask(site: Site, query: str, **more: Any) -> Any:
    body = {"query": f"query cop {query}", "operationName": "cop", **more}
    return (await site.post(accept="*/*", body=body)).json()


async def get(site: Site, query: str = "", accept: str = "*/*") -> Reply:
    return await site.ask("GET", f"/graphql?query={quote(query)}" if query else "/graphql", headers={"accept": accept})


def has_data(reply: Reply) -> bool:
    return reply.status == 200 and "data" in reply.json()


async def aliases(site: Site) -> bool:
    answer = await ask(site, "{ " + " ".join(f"alias{number}: __typename" for number in range(101)) + " }")
    return "alias100" in (answer.get("data") or {})


async def batches(site: Site) -> bool:
    reply = await site.post(accept="*/*", body=[{"query": "query cop { __typename }"}] * 10)
    return len(reply.json()) >= 10


async def directives(site: Site) -> bool:
    return len((await ask(site, "{ __typename " + "@aa" * 10 + " }")).get("errors", ())) == 10


async def circle(site: Site) -> bool:
    return "data" in await ask(site, CIRCLE)


async def introspection(site: Site) -> bool:
    answer = await ask(site, "{ __schema { types { name fields { name } } } }")
    return bool(answer.get("data"))


async def suggestions(site: Site) -> bool:
    answer = await ask(site, "{ __schema { directive } }")
    return any("Did you mean" in error["message"] for error in answer["errors"])


async def ide(site: Site) -> bool:
    return b"GraphiQL" in (await get(site, accept="text/html")).body


async def get_queries(site: Site) -> bool:
    return has_data(await get(site, "query cop {__typename}"))


async def get_mutations(site: Site) -> bool:
    return has_data(await get(site, "mutation cop {__typename}"))


async def forms(site: Site) -> bool:
    headers = {"accept": "*/*", "content-type": "application/x-www-form-urlencoded"}
    return has_data(await site.ask("POST", headers=headers, body=b"query=query+cop+%7B+__typename+%7D"))


async def traces(site: Site) -> bool:
    return b"tracing" in orjson.dumps(await ask(site, "{ __typename }"))


async def stacks(site: Site) -> bool:
    reply = await site.post(accept="*/*", body={"query": "qwerty cop { abc }", "operationName": "cop"})
    return any(word in reply.body for word in (b"exception", b"Traceback", b"stack"))


CHECKS: dict[str, Check] = {
    "aliases": aliases,
    "array batches": batches,
    "directives": directives,
    "circular introspection": circle,
    "introspection": introspection,
    "field suggestions": suggestions,
    "IDE": ide,
    "GET queries": get_queries,
    "GET mutations": get_mutations,
    "forms": forms,
    "traces": traces,
    "stacks": stacks,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sites() -> AsyncIterator[Callable[..., Awaitable[Site]]]:
    """Gateways with other settings, over the connections of one sandbox."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(open_site())

        async def with_settings(**other: Any) -> Site:
            usual = sandbox.app
            app = build_app(usual.settings.model_copy(update=other), usual.box, schema=usual.schema)
            await stack.enter_async_context(started(app))
            return Site(app, sandbox.prepared)

        yield with_settings


async def flagged(site: Site) -> set[str]:
    return {name for name, check in CHECKS.items() if await check(site)}


async def test_nothing_is_flagged_where_nothing_is_turned_on(sites: Callable[..., Awaitable[Site]]) -> None:
    assert await flagged(await sites(**STRICT)) == set()


@pytest.mark.parametrize("finding", ON)
async def test_a_setting_turns_on_what_is_flagged(sites: Callable[..., Awaitable[Site]], finding: str) -> None:
    assert await flagged(await sites(**STRICT | ON[finding])) == {finding}


async def test_the_sandbox_shows_what_helps_to_learn(sites: Callable[..., Awaitable[Site]]) -> None:
    assert await flagged(await sites()) == {"field suggestions", "introspection", "IDE", "GET queries"}
