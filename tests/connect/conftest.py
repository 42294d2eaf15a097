"""A person with a browser, the gateway in this process, and the simulators on loopback."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest_asyncio

from gql_gateway.commands.sandbox import prepared
from gql_gateway.connect.flow import ConnectFlow
from gql_gateway.model.connection import Connection, ConnectionKey
from gql_gateway.sandbox.simulator import Simulator
from tests.http.conftest import Reply, Site, started

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"
FORM = "application/x-www-form-urlencoded"
RETURN = "https://partner.example/books/"


@dataclass
class Browser:
    """One browser at the gateway. It keeps its cookies and shows what a person would see."""

    site: Site
    session: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)
    reply: Reply = field(default_factory=lambda: Reply(0, {}, b""))
    at: str = ""

    @property
    def text(self) -> str:
        return html.unescape(re.sub(r"<[^>]+>", " ", self.reply.body.decode()))

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.reply.body.decode(), re.DOTALL)
        assert found, self.reply.body.decode()
        return html.unescape(found[1])

    def links(self) -> list[str]:
        return [html.unescape(url) for url in re.findall(r'<a[^>]* href="([^"]*)"', self.reply.body.decode())]

    def choices(self) -> dict[str, bool]:
        """The companies on the page, and whether each can be chosen."""
        found = re.findall(r'<input type="radio" name="company" value="([^"]*)"([^>]*)>', self.reply.body.decode())
        return {html.unescape(value): "disabled" not in rest for value, rest in found}

    async def get(self, target: str) -> Reply:
        return await self._ask("GET", target, {}, b"")

    async def post(self, target: str, form: dict[str, str], **headers: str) -> Reply:
        # What Chromium sends from a page that tells no referrer.
        sent = {"content-type": FORM, "origin": "null", "sec-fetch-site": "same-origin", **headers}
        sent = {name: value for name, value in sent.items() if value}
        return await self._ask("POST", target, sent, urlencode(form).encode())

    async def open(self, url: str, integration: str, region: str = "NL") -> None:
        """Open a link, press its button, and say which country's host it is where there are several."""
        await self.get(url.removeprefix(ORIGIN))
        assert self.reply.status == 200, self.text
        await self.post(url.removeprefix(ORIGIN), {"integration": integration})
        if self.title == "Choose your country":
            await self.post("/connect/region", {"region": region})

    async def sign_in(self, *, decision: str = "allow", choice: str | None = None, **changed: str) -> str:
        """Go to the provider, say yes or no there, and come back; answers the address that one comes back to."""
        (address,) = [url for url in self.links() if "response_type=code" in url]
        async with self.session.get(address) as page:
            text = await page.text()
            assert page.status == 200, text
        offered = re.findall(r'name="choice" value="([^"]*)"', text)
        form = {"decision": decision, **({"choice": choice or html.unescape(offered[0])} if offered else {})}
        async with self.session.post(address, data=form, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            back = answer.headers["Location"]
        assert back.startswith(f"{ORIGIN}/connect/callback/")
        return back.removeprefix(ORIGIN)

    async def _ask(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """As a browser does: cookies go along, redirects to the gateway itself are followed."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"host": HOST, **headers, **({"cookie": cookie} if cookie else {})}
        self.reply, self.at = await self.site.ask(method, target, headers=given, body=body), target
        if found := re.match(r"([^=]+)=([^;]*); HttpOnly; Max-Age=\d+; Path=/connect; SameSite=lax", self._cookie()):
            self.cookies[found[1]] = found[2]
        if self.reply.status == 303:
            return await self._ask("GET", self.reply.headers["location"], {}, b"")
        return self.reply

    def _cookie(self) -> str:
        return self.reply.headers.get("set-cookie", "")


@dataclass
class World:
    site: Site
    session: aiohttp.ClientSession

    def browser(self) -> Browser:
        return Browser(self.site, self.session)

    def simulator(self, integration: str) -> Simulator:
        return self.site.prepared.sandbox.simulators[integration]

    @property
    def flow(self) -> ConnectFlow:
        parts = self.site.app.parts
        assert parts is not None
        return parts.connect

    async def link(self, connection_id: str, integration: str | None = None, **more: Any) -> str:
        """The address of a new link."""
        given = {"connectionId": connection_id, **more}
        if integration is not None:
            given["integration"] = integration.upper()
        answer = await self.create(given)
        assert answer["errors"] == []
        url: str = answer["link"]["url"]
        assert url.startswith(f"{ORIGIN}/connect/link/")
        return url

    async def create(self, given: dict[str, Any]) -> Any:
        query = (
            "mutation($input: CreateConnectLinkInput!) { createConnectLink(input: $input) "
            "{ link { url expiresAt } errors { code message path } } }"
        )
        return (await self.ask(query, input=given))["createConnectLink"]

    async def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        reply = await self.site.ask(
            "POST", headers={"host": HOST, "content-type": "application/json", "accept": "application/json"}, body=body
        )
        answer = reply.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def stored(self, connection_id: str) -> Connection | None:
        return await self.flow.connections.get(ConnectionKey("default", connection_id))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world() -> AsyncIterator[World]:
    async with (
        prepared("127.0.0.1", 8000, 0, return_urls=RETURN) as ready,
        started(ready.app),
        aiohttp.ClientSession() as session,
    ):
        yield World(Site(ready.app, ready), session)
