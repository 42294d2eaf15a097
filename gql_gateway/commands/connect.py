"""`gql-gateway connect`: the connect pages on this machine, for the operator who sits at it."""

from __future__ import annotations

import asyncio
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from ..app import apps_of, only_connect_pages, running
from ..connect.apps import App, lacking
from ..connect.flow import BadLink, redirect_uri
from ..connectors.registry import connectors
from ..model.connection import ConnectionKey
from ..model.link import Link, Stage
from ..serving import CannotListen, ending_well, is_taken, listeners, server_of
from ..settings import Settings, public_url
from ..storage.links import LinkStore
from ..storage.secrets import SecretBox
from .connections import BadArguments, check_id, check_tenant, unknown_integration

HOST, PORT = "127.0.0.1", 8765
"""The port is a fixed one: providers compare redirect addresses to the letter."""
LIFE = timedelta(hours=1)
HELP = (
    "Connect books in a browser on this machine: consent or a key, and the company.\n\n"
    f"Register http://{HOST}:{PORT}/connect/callback/<integration> (with --port: that port) as a redirect address "
    "of the app at the provider, to the letter. Where GATEWAY_PUBLIC_URL is an http:// address of this machine, "
    "such as http://localhost:8000, and no --port is given, the pages are served there, and the redirect address is "
    "below it.\n\n"
    "The address that is printed works once, in one browser, for an hour at most, and no longer than this command "
    "runs. The exit code is 0 only when the books were connected."
)
_LOOK_EVERY = 0.3
_QUIET, _LONGEST_GOODBYE = 1.0, 10.0


class Result(Enum):
    CONNECTED = "connected"
    EXPIRED = "expired"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the operator is told. `redirects` are the addresses to register, by provider's label."""

    address: str
    redirects: dict[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are served. A `port` of 0 is found when it is listened on."""

    host: str
    port: int
    url: str | None = None

    def url_at(self, port: int) -> str:
        return self.url or f"http://{self.host}:{port}"


def place_of(settings: Settings, port: int | None) -> Place:
    """--port, else where GATEWAY_PUBLIC_URL says if that is this machine, else the usual port. Raises `ValueError`."""
    parts = urlsplit(settings.public_url)
    # An address without TLS is this machine's: the settings refuse any other. One with TLS this command cannot serve.
    if port is None and parts.scheme == "http" and parts.hostname:
        return Place(parts.hostname, parts.port or 80, public_url(settings))
    return Place(HOST, PORT if port is None else port)


async def connect(
    settings: Settings,
    key: ConnectionKey,
    integration: str | None,
    port: int | None,
    tell: Callable[[Invitation], None],
    requested_by: str | None = None,
) -> tuple[Result, Link]:
    """Serve the pages until the link has come to its end, and say to which. Raises `BadArguments` before that."""
    name = None if integration is None else integration.lower().replace("-", "_")
    problems = [*check_id(key.id), *check_tenant(key.tenant), *_not_ready(settings, name, integration)]
    with _listening(settings, port, problems) as (sockets, url):
        reachable = settings.model_copy(update={"public_url": url})
        async with running(reachable, SecretBox.from_text(settings.secret_keys.get_secret_value())) as parts:
            flow = parts.connect
            try:
                token, link = await flow.create(key.tenant, key.id, name, life=LIFE, requested_by=requested_by)
            except BadLink as bad:
                raise BadArguments("\n".join(bad.problems.values())) from None
            names = [link.integration] if link.integration else flow.open_to_people()
            manifests = [flow.shared.connectors[item].manifest for item in names]
            redirects = {item.label: redirect_uri(url, item.name) for item in manifests if item.consent}
            pages = Watched(only_connect_pages(flow, url))
            server = server_of(pages, reachable)
            with ending_well():
                serving = asyncio.ensure_future(server.serve(sockets=sockets))
                try:
                    while not server.started and not serving.done():  # noqa: ASYNC110 – uvicorn offers no event for it
                        await asyncio.sleep(0.02)
                    tell(Invitation(flow.address(token), redirects))
                    await _come_to_an_end(flow.links, link, serving)
                    await pages.quiet(serving)
                finally:
                    server.should_exit = True
                    # What is being answered is answered; the link is looked at once nobody can use it any more.
                    await asyncio.wait([serving])
                    last = await flow.links.take_back(link.id) or link
            serving.result()
    if last.stage is Stage.DONE:
        return Result.CONNECTED, last
    return (Result.EXPIRED if last.expires_at <= datetime.now(UTC) else Result.STOPPED), last


def show_in_browser(address: str) -> None:
    """In a thread that nothing waits for: some browsers return only when they are closed."""
    threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()


class Watched:
    """An application that knows whether it is being asked, so that the last page still reaches the browser."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._running = 0
        self._last = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            self._last = time.monotonic()

    async def quiet(self, serving: asyncio.Future[None]) -> None:
        """Until nobody has asked for a while, or the server ends."""
        give_up = time.monotonic() + _LONGEST_GOODBYE
        while not serving.done() and time.monotonic() < give_up:
            if not self._running and time.monotonic() - self._last >= _QUIET:
                return
            await asyncio.wait([serving], timeout=0.1)


async def _come_to_an_end(links: LinkStore, link: Link, serving: asyncio.Future[None]) -> None:
    while not serving.done():
        now = await links.find(link.id)
        # A link that is done and still keeps something is being stored this very moment.
        if now is None or (now.stage is Stage.DONE and not now.kept) or now.expires_at <= datetime.now(UTC):
            return
        await asyncio.wait([serving], timeout=_LOOK_EVERY)


def _not_ready(settings: Settings, name: str | None, given: str | None) -> list[str]:
    if name is None:
        return []
    connector = connectors().get(name)
    if connector is None:
        return [unknown_integration(str(given))]
    wanted = lacking(connector.manifest, apps_of(settings).get(name, App()))
    variables = ", ".join(f"GATEWAY_APPS__{name.upper()}__{item.upper()}" for item in wanted)
    return [f"{variables}: the app at {connector.manifest.label} is not set up."] if wanted else []


@contextmanager
def _listening(settings: Settings, port: int | None, problems: list[str]) -> Iterator[tuple[list[socket], str]]:
    """Sockets, and the address of what is served there. Raises `BadArguments` with these problems and its own."""
    sockets: list[socket] = []
    place = None
    try:
        place = place_of(settings, port)
        if is_taken(place.host, place.port):
            raise CannotListen(
                f"GATEWAY_PORT: Something listens on {place.host}:{place.port} already; choose another one with --port."
            )
        sockets = [] if problems else listeners(place.host, place.port)
    except CannotListen as problem:
        # It names the settings of `serve`, which are not those meant here.
        problems.append(str(problem).partition(": ")[2])
    except ValueError:
        problems.append("GATEWAY_PUBLIC_URL: its port is none.")
    try:
        if problems or place is None:
            raise BadArguments("\n".join(problems))
        yield sockets, place.url_at(sockets[0].getsockname()[1])
    finally:
        for item in sockets:
            item.close()
