"""A connection's whole life at two servers on one database; then every log, payload and the database is searched.

What was planted: tokens, keys and secrets of the providers' apps, codes, links, cookies, API keys and the keys that
seal. Half a minute on each database, for servers and commands that start.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp
import pytest

from gql_gateway.connect.flow import asked_for, redirect_uri
from gql_gateway.connectors.registry import connectors
from gql_gateway.examples import update_operation
from gql_gateway.outbound.redact import secrets_of
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.serving import free_port
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import generate_key
from tests.e2e.processes import PATIENCE, Process, command

CONSENTED, KEYED = ("fortnox", "freshbooks"), ("lexware_office",)
NAMES = (*CONSENTED, *KEYED)
SHORTEST = 8
LINK = (
    "mutation($input: CreateConnectLinkInput!) { createConnectLink(input: $input) { link { url } errors { message } } }"
)
HISTORY = (
    "query ($by: CustomerBy!) { customer(by: $by) { history(first: 100) "
    "{ nodes { caller keyId result changes { path before after } } } } }"
)
ABOUT = "{ connections { id status statusReason needsReauthorization } integrations { credentials { name } } }"


def spellings(secret: str) -> set[str]:
    """As it is, as a column of bytes shows it, and as headers and addresses carry it."""
    raw = secret.encode()
    encoded = {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return {secret, quote(secret, safe=""), raw.hex(), raw.hex().upper(), *encoded}


def found_in(text: str, secrets: Mapping[str, str]) -> list[str]:
    """What the secrets are that the text shows; the secrets themselves are told to nobody."""
    return sorted({what for secret, what in secrets.items() if any(one in text for one in spellings(secret))})


@dataclass
class Life:
    """What was planted, and everything that was said. `shown` to a person this once: no find in that one payload."""

    sandbox: Sandbox
    env: dict[str, str]
    folder: Path
    session: aiohttp.ClientSession
    origins: Sequence[str] = ()
    key: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    """What may be shown, and must not be readable in the database."""

    def plant(self, secret: str, what: str) -> None:
        if len(secret) >= SHORTEST:
            self.secrets[secret] = what

    def look_at_providers(self) -> None:
        """Tokens are replaced meanwhile."""
        for name in NAMES:
            simulator = self.sandbox.simulators[name]
            for secret in secrets_of({**simulator.credentials(), **simulator.client()}):
                self.plant(secret, f"a credential of {name}")

    def hear(self, where: str, text: str, shown: Iterable[str] = ()) -> None:
        for secret in shown:
            text = text.replace(secret, "")
        self.said[f"{len(self.said)}: {where}"] = text

    async def run(self, *arguments: str, shown: bool = False, **env: str) -> str:
        """A command to its end; what it says is heard, unless it is there to show a secret."""

        def wait() -> Process:
            with command(self.folder / f"command-{len(self.said)}", *arguments, env={**self.env, **env}) as process:
                process.running.wait(PATIENCE)
                return process

        process = await asyncio.to_thread(wait)
        self.hear(" ".join(arguments), process.err + ("" if shown else process.out))
        return process.out

    async def ask(self, query: str, at: int = 0, shown: str | None = None, **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        body = {"query": query, "variables": variables}
        async with self.session.post(f"{self.origins[at]}/graphql", json=body, headers=headers) as answer:
            text = await answer.text()
        found = re.search(shown, text) if shown else None
        if found:
            self.plant(found[1], "a link")
        self.hear(query, f"{answer.headers} {text}", found.groups() if found else ())
        self.look_at_providers()
        return json.loads(text)

    async def browse(self, method: str, path: str, at: int, form: Mapping[str, str] | None = None) -> str:
        """A page, with the cookie; a redirect inside the gateway is followed at the other server."""
        headers = {"Origin": self.origins[0], "Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        url, body = self.origins[at] + path, urlencode(form or {})
        async with self.session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            given = {name: morsel.value for name, morsel in answer.cookies.items()}
        for value in given.values():
            self.plant(value, "a cookie")
        self.cookies |= given
        # The address of the provider's page, with its state, is meant for this browser.
        shown = [*given.values(), *re.findall(r"state=([\w-]+)", text)]
        self.hear(f"{method} {path[:14]}", f"{answer.headers} {text}", shown)
        return await self.browse("GET", answer.headers["Location"], 1 - at) if answer.status == 303 else text

    async def connect(self, name: str) -> None:
        wish = {"connectionId": name, "integration": name.upper(), "requestedBy": "Kanzlei Müller"}
        made = (await self.ask(LINK, shown=r"/connect/link/([\w-]+)", input=wish))["data"]["createConnectLink"]
        path = urlsplit(made["link"]["url"]).path
        page = await self.browse("POST", path, 0, {"integration": name})
        if name in KEYED:
            known = self.sandbox.simulators[name].credentials()
            form = {item.name: known[item.name] for item in asked_for(connectors()[name]) if item.name in known}
            await self.browse("POST", "/connect/key", 1, dict.fromkeys(form, "a-wrong-one"))
            page = await self.browse("POST", "/connect/key", 1, form)
        else:
            page = await self.browse("GET", await self._sign_in(page), 1)
        self.look_at_providers()
        fit = re.findall(r'name="company" value="([^"]*)" required(?! disabled)', page)
        assert fit, page
        page = await self.browse("POST", "/connect/company", 0, {"company": html.unescape(fit[0])})
        assert "Connected" in page, page

    async def _sign_in(self, page: str) -> str:
        """Say no, and then yes, at the provider; answers the way back with the code."""
        (address,) = [html.unescape(url) for url in re.findall(r'href="([^"]*)"', page) if "response_type=code" in url]
        choice = re.findall(r'name="choice" value="([^"]*)"', await (await self.session.get(address)).text())
        form = {"decision": "allow", **({"choice": html.unescape(choice[0])} if choice else {})}
        async with self.session.post(address, data=form, allow_redirects=False) as answer:
            back = urlsplit(answer.headers["Location"])
        query = parse_qs(back.query)
        self.plant(query["code"][0], "a code")
        self.plant(query["state"][0], "a state")
        return f"{back.path}?{back.query}"

    async def update(self, name: str, at: int) -> Any:
        operation = update_operation(connectors()[name], name, self.sandbox.simulators[name].example_id())
        return (await self.ask(operation, at))["data"]["updateCustomer"]


@pytest.fixture
async def life(shared_database_url: str, tmp_path: Path) -> AsyncIterator[Life]:
    if shared_database_url.startswith("postgresql") and _pg_dump() is None:
        pytest.skip("needs pg_dump")
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        ports = [free_port("127.0.0.1") for _ in range(2)]
        origins = [f"http://127.0.0.1:{port}" for port in ports]
        env = {
            "GATEWAY_SECRET_KEYS": generate_key("k1"),
            "GATEWAY_DATABASE_URL": shared_database_url,
            "GATEWAY_PUBLIC_URL": origins[0],
            "GATEWAY_LOG_LEVEL": "debug",
            "COLUMNS": "300",
        }
        for name in NAMES:
            simulator, url = sandbox.simulators[name], sandbox.url(name)
            simulator.redirect_uris.add(redirect_uri(origins[0], name))
            known = simulator.client() if name in CONSENTED else {}
            app = {"CLIENT_ID": known.get("client_id"), "CLIENT_SECRET": known.get("client_secret"), "BASE_URL": url}
            app |= {"CONSENT_URL": simulator.consent_url(url), "TOKEN_URL": simulator.token_url(url)}
            env |= {f"GATEWAY_APPS__{name.upper()}__{setting}": value for setting, value in app.items() if value}
        life = Life(sandbox, env, tmp_path, session, origins)
        life.plant(env["GATEWAY_SECRET_KEYS"].partition(":")[2], "a key that seals")
        life.look_at_providers()
        scopes = [word for name in ("read", "write", "native") for word in ("--scope", f"customers:{name}")]
        life.key = (await life.run("keys", "create", *scopes, "--scope", "connections:admin", shown=True)).strip()
        life.plant(life.key, "an API key")
        servers = [
            stack.enter_context(command(tmp_path / f"server-{port}", "serve", env={**env, "GATEWAY_PORT": str(port)}))
            for port in ports
        ]
        for server in servers:
            await asyncio.to_thread(server.wait_for, "Application startup complete", where="err")
        yield life
        for server in servers:
            assert await asyncio.to_thread(server.terminate) == 0
            life.hear("a server", server.out + server.err)
        life.hear("the database", dump := await _dump(shared_database_url))
        assert found_in(dump, life.sealed) == []
        assert "Kanzlei" not in life.said[list(life.said)[-1]], "links that are used keep nothing"
        finds = {where: found for where, text in life.said.items() if (found := found_in(text, life.secrets))}
        assert finds == {}


async def _dump(url: str) -> str:
    """Everything in the database, as its own tool writes it."""
    database = Database(url)
    path = database.path
    await database.close()
    if path is not None:
        with sqlite3.connect(path) as connection:
            return "\n".join(connection.iterdump())
    tool = _pg_dump()
    assert tool is not None
    done = await asyncio.to_thread(subprocess.run, [tool, url], capture_output=True, text=True, check=True, timeout=60)
    return str(done.stdout)


def _pg_dump() -> str | None:
    """The newest: one that is older than the server refuses."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    return str(installed[-1]) if installed else shutil.which("pg_dump")


async def test_a_whole_life_shows_no_secret(life: Life) -> None:
    for name in NAMES:
        await life.connect(name)
    for name in NAMES:
        for at in (0, 1):
            answer = await life.update(name, at)
            assert answer["errors"] == []
    for name in CONSENTED:
        life.sandbox.simulators[name].expire_tokens()
        assert (await life.update(name, 1))["errors"] == []
    await life.ask(ABOUT)

    # Failures: an answer that makes no sense, one that quotes the key, a grant that is dead, a stranger.
    for fault in ("status:500", "html_instead", "reset_after"):
        for method in ("GET", "PUT"):
            life.sandbox.fault("fortnox", fault, on=f"{method} /3/customers")
            fortnox = life.sandbox.simulators["fortnox"]
            fortnox.records[fortnox.example_id()]["Comments"] = f"not yet {fault}"
            await life.update("fortnox", 0)
            assert life.sandbox.mounts["fortnox"].faults.shown() == [], "it came to that"
    office: Any = life.sandbox.simulators["lexware_office"]
    office.scopes -= {"contacts.read"}
    refused = await life.update("lexware_office", 0)
    assert [error["code"] for error in refused["errors"]] == ["MISSING_SCOPE"]
    freshbooks = life.sandbox.simulators["freshbooks"]
    freshbooks.reset()
    dead = await life.update("freshbooks", 1)
    assert [error["code"] for error in dead["errors"]] == ["REAUTHORIZE"]
    await life.ask(ABOUT, at=1)
    for path in ("/metrics", "/readyz", f"/connect/link/{'x' * 43}", "/connect/step"):
        await life.browse("GET", path, 1)

    fortnox = life.sandbox.simulators["fortnox"]
    history = await life.ask(HISTORY, by={"native": {"connectionId": "fortnox", "nativeId": fortnox.example_id()}})
    nodes = history["data"]["customer"]["history"]["nodes"]
    assert {"MADE", "NOT_MADE", "UNKNOWN"} & {node["result"] for node in nodes}
    # What was changed stands in the log, and is no more to be read in the database than a secret.
    values = [change[side] for node in nodes for change in node["changes"] for side in ("before", "after")]
    life.sealed = {value: "what was changed" for value in values if isinstance(value, str) and len(value) >= SHORTEST}
    assert life.sealed

    assert json.loads(await life.run("doctor", "--json"))
    for arguments in (
        ("audit", "show", "fortnox", fortnox.example_id(), "--json"),
        ("connections", "show", "fortnox"),
        ("connections", "list", "--json"),
        ("keys", "list", "--json"),
    ):
        assert json.loads(await life.run(*arguments)), arguments
    await life.run("connections", "test", "freshbooks")
    newer = generate_key("k2")
    life.plant(newer.partition(":")[2], "a key that seals")
    keys = f"{newer},{life.env['GATEWAY_SECRET_KEYS']}"
    assert "Sealed" in await life.run("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=keys)
    life.look_at_providers()
    kinds = {what.partition(" of ")[0] for what in life.secrets.values()}
    assert kinds == {"a credential", "a link", "a cookie", "a code", "a state", "an API key", "a key that seals"}


@pytest.mark.parametrize("spelled", sorted(spellings("c4nary+of/a token")))
def test_a_secret_is_found_however_it_is_spelled(spelled: str) -> None:
    assert found_in(f"before{spelled}after", {"c4nary+of/a token": "a token", "another": "none"}) == ["a token"]
