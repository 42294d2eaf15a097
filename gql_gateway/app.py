"""Puts the parts together: routes, what lives as long as the server, and nothing else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router, WebSocketRoute

from .callers.door import Door, GuardedDoor, OpenDoor
from .callers.key_set import KeySet, Load, from_address, from_file
from .callers.tokens import TokenRules, TokenVerifier
from .connect.apps import App as RegisteredApp
from .connect.apps import unknown
from .connect.flow import ConnectFlow
from .connectors.registry import connectors
from .execute import Executor
from .gateway import Gateways
from .http.connect import ConnectPages
from .http.cross_site import with_cors
from .http.endpoint import Behind, GraphQLEndpoint
from .http.live import OPERATIONS, SOCKETS, STREAMS, Live
from .http.local import LocalOnly
from .http.observe import Metrics, Observed
from .http.pages import Text, graphiql_file, graphiql_page, graphiql_settings
from .http.socket import GraphQLSocket
from .http.stream import EventStream
from .http.support import support_routes
from .oauth.idle import LOOK_EVERY, IdleConnections
from .oauth.tokens import TokenKeeper
from .operations.trusted import load
from .outbound.client import Outbound
from .outbound.limits import Limiter
from .schema.build import GatewaySchema, build_schema
from .schema.limits import Limits
from .settings import RegionSettings, Settings, public_url
from .settings import unsafe as unsafe_settings
from .storage.alone import alone_in
from .storage.api_keys import ApiKeyStore
from .storage.audit import AuditLog
from .storage.connections import ConnectionStore
from .storage.database import Database, DatabaseProblem
from .storage.idempotency import IdempotencyStore
from .storage.links import LinkStore
from .storage.secrets import SecretBox

log = structlog.get_logger(__name__)

REAP_EVERY = 3600.0
"""Seconds between two looks for idempotency records that are old enough to go."""
NOTE_EVERY = 60.0
"""Seconds between two notes of when connections and API keys were used."""
FIRST_LOOK = (60.0, 300.0)
"""Seconds after its start in which a process first looks for idle connections: processes that start together part."""
NEXT_FEW = 60.0
"""Seconds between two looks for idle connections while there are more of them than one look renews."""


@dataclass(slots=True)
class Running:
    """What exists while the server runs."""

    settings: Settings
    box: SecretBox
    database: Database
    keys: IdempotencyStore
    audit: AuditLog
    gateways: Gateways
    idle: IdleConnections
    door: Door
    connect: ConnectFlow
    ready: bool = field(default=False)


@asynccontextmanager
async def running(settings: Settings, box: SecretBox) -> AsyncIterator[Running]:
    """Everything behind the schema, started and stopped in order."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await database.migrate()
        store = ConnectionStore(database, box)
        outbound = Outbound(Limiter(), limit=settings.pool_limit, limit_per_host=settings.pool_limit_per_host)
        await stack.enter_async_context(outbound)
        keeper = TokenKeeper(store, outbound, lease=alone_in(database))
        stack.push_async_callback(keeper.close)
        # A holder is given up long after its update had to end: a key taken over too early could write twice.
        keys = IdempotencyStore(database, box, stale_after=timedelta(seconds=max(90.0, 3 * settings.deadline)))
        audit = AuditLog(database, box, timedelta(days=settings.audit_days))
        note = await stack.enter_async_context(noting(store.touch))
        gateways = Gateways(
            connectors(),
            store,
            keys,
            outbound,
            keeper,
            deadline=settings.deadline,
            note_use=note,
            audit=audit if settings.audit_days else None,
        )
        door = await stack.enter_async_context(guarded(settings, database, outbound))
        connect = ConnectFlow(
            gateways,
            LinkStore(database, box),
            store,
            apps_of(settings),
            public_url(settings),
            settings.return_urls.split(),
            settings.operator_name.strip(),
        )
        endpoints = {
            name: connector.manifest.token for name, connector in connectors().items() if connector.manifest.token
        }
        idle = IdleConnections(store, keeper, endpoints)
        yield Running(settings, box, database, keys, audit, gateways, idle, door, connect)


def limits_of(settings: Settings) -> Limits:
    """How much a document may ask for."""
    return Limits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        directives=settings.max_directives,
        fragments=settings.max_fragments,
        cost=settings.max_cost,
    )


def apps_of(settings: Settings) -> dict[str, RegisteredApp]:
    """What the settings say of providers, by connector's name."""
    return {
        name.lower().replace("-", "_"): replace(
            _registered(app), regions={region.upper(): _registered(own) for region, own in app.regions.items()}
        )
        for name, app in settings.apps.items()
    }


def unsafe(settings: Settings) -> list[str]:
    """One clear line for each setting that `serve` refuses, also of providers that there are not."""
    manifests = {name: connector.manifest for name, connector in connectors().items()}
    return [*unsafe_settings(settings), *unknown(apps_of(settings), manifests)]


def _registered(app: RegionSettings) -> RegisteredApp:
    return RegisteredApp(
        app.client_id or None,
        app.client_secret.get_secret_value() or None,
        app.consent_url or None,
        app.token_url or None,
        app.base_url or None,
    )


@asynccontextmanager
async def guarded(settings: Settings, database: Database, outbound: Outbound) -> AsyncIterator[Door]:
    """The door that the settings ask for."""
    if settings.authentication == "off":
        yield OpenDoor()
        return
    async with AsyncExitStack() as stack:
        store = ApiKeyStore(database)
        tokens = None
        if settings.jwt_keys:
            key_set = KeySet(key_set_of(settings, outbound))
            stack.push_async_callback(key_set.close)
            rules = TokenRules(
                settings.jwt_issuer, settings.jwt_audience, settings.jwt_tenant_claim, settings.jwt_scope_claim
            )
            tokens = TokenVerifier(rules, key_set)
        yield GuardedDoor(store, tokens, await stack.enter_async_context(noting(store.touch)))


def key_set_of(settings: Settings, outbound: Outbound) -> Load:
    """How the keys of JWTs are had, from where the settings say."""
    is_address = settings.jwt_keys.startswith(("http://", "https://"))
    return from_address(settings.jwt_keys, outbound) if is_address else from_file(Path(settings.jwt_keys))


class Reaps(Protocol):
    """A store whose records do not stay for ever."""

    async def reap(self) -> int: ...


Used = TypeVar("Used")


@asynccontextmanager
async def noting(
    touch: Callable[[Mapping[Used, datetime]], Awaitable[None]],
) -> AsyncIterator[Callable[[Used], None]]:
    """Notes when things are used, once a minute for all of them and at the end.

    It is for people to look at: no request waits for it. A write of its own for each use would cost more than the rest
    of an update, and most tenants come less often than once a minute.
    """
    seen: dict[Used, datetime] = {}

    async def write() -> None:
        uses = dict(seen)
        try:
            await touch(uses)
        except DatabaseProblem as problem:
            log.warning("uses_not_noted", count=len(uses), problem=str(problem))
            return
        for used, at in uses.items():
            if seen[used] is at:
                del seen[used]

    async def keep_writing() -> None:
        while True:
            await asyncio.sleep(NOTE_EVERY)
            await write()

    def note(used: Used) -> None:
        seen[used] = datetime.now(UTC)

    task = asyncio.create_task(keep_writing())
    try:
        yield note
    finally:
        task.cancel()
        await asyncio.wait([task])
        await write()


@asynccontextmanager
async def reaping(*stores: Reaps) -> AsyncIterator[None]:
    """Meanwhile what is old enough is deleted, at once and then every hour."""

    async def reap() -> None:
        while True:
            for store in stores:
                try:
                    await store.reap()
                except DatabaseProblem as problem:
                    log.warning("not_reaped", store=type(store).__name__, problem=str(problem))
            await asyncio.sleep(REAP_EVERY)

    task = asyncio.create_task(reap())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def renewing(idle: IdleConnections) -> AsyncIterator[None]:
    """Meanwhile idle connections are renewed before their refresh tokens end: a look about every hour."""

    async def keep_looking() -> None:
        await asyncio.sleep(random.uniform(*FIRST_LOOK))  # noqa: S311 (chance, not secrecy)
        while True:
            more = False
            try:
                more = await idle.look()
            except Exception as problem:  # without another look connections would die one by one, and nobody see why
                log.error("idle_not_looked_for", error=type(problem).__name__)
            await asyncio.sleep((NEXT_FEW if more else LOOK_EVERY) * random.uniform(0.9, 1.1))  # noqa: S311

    task = asyncio.create_task(keep_looking())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def only_connect_pages(flow: ConnectFlow, public_url: str) -> Observed:
    """An application that serves the connect pages and nothing else, under names of this machine."""
    routes = ConnectPages(lambda: flow, public_url).routes()
    return Observed(LocalOnly(Router(routes)), Metrics(), frozenset(route.path for route in routes))


class App:
    """The ASGI application. `tabs` are GraphiQL's first operations."""

    def __init__(
        self,
        settings: Settings,
        box: SecretBox,
        *,
        tabs: list[dict[str, str]] | None = None,
        schema: GatewaySchema | None = None,
    ) -> None:
        self.settings = settings
        self.box = box
        self.schema = schema or build_schema(router_auth=settings.federation_auth_directives)
        self.executor = Executor(self.schema, settings.introspection, limits_of(settings), settings.suggestions)
        self.metrics = Metrics()
        self.metrics.count("gateway_documents_known", "Documents run from the cache.", lambda: self.executor.hits)
        self.metrics.count("gateway_documents_new", "Documents parsed and validated.", lambda: self.executor.misses)
        self.live = Live(settings.max_sockets)
        self.metrics.gauge("gateway_sockets_open", "WebSockets.", lambda: self.live.count(SOCKETS))
        self.metrics.gauge("gateway_streams_open", "Event streams.", lambda: self.live.count(STREAMS))
        self.metrics.gauge(
            "gateway_sockets_operations_running", "Operations on WebSockets.", lambda: self.live.count(OPERATIONS)
        )
        self.parts: Running | None = None
        origins = frozenset({public_url(settings), *settings.cors_origins.split()})
        # Where only trusted documents are run, the page could ask for nothing, not even for the schema.
        has_page = settings.graphiql and not settings.trusted_only
        documents = load(settings.trusted_documents, only=settings.trusted_only)
        endpoint = GraphQLEndpoint(
            self.executor,
            self._behind,
            graphiql_page if has_page else None,
            settings.max_body,
            settings.request_deadline,
            takes_get=settings.get_queries,
            strict=settings.authentication == "off" and settings.trust_network,
            events=EventStream(self.executor, self._behind, self.live, origins),
            documents=documents,
        )
        socket = GraphQLSocket(self.executor, self._behind, self.live, origins, documents, settings.request_deadline)
        routes: list[Route | WebSocketRoute] = [
            Route("/graphql", with_cors(endpoint, settings.cors_origins.split()), methods=None),
            WebSocketRoute("/graphql", socket),
            Route("/schema.graphql", Text(self.schema.client_sdl, "text/plain").answer),
            *support_routes(),
            *ConnectPages(self._connect, public_url(settings)).routes(),
            Route("/healthz", self._healthy),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]
        if has_page:
            routes.append(Route("/graphiql/settings.json", graphiql_settings(tabs or []).answer))
            routes.append(Route("/graphiql/{name}", graphiql_file))
        known = frozenset(route.path for route in routes)
        # Only the router: Starlette's own error page would stand before the masked one of `Observed`.
        app: Any = Router(routes, lifespan=self._lifespan)
        # Where nobody has to show who they are, a web page must not get in under a name of its own.
        is_open = settings.authentication == "off" and not settings.trust_network
        self._asgi = Observed(LocalOnly(app) if is_open else app, self.metrics, known)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._asgi(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        async with (
            running(self.settings, self.box) as parts,
            reaping(parts.keys, parts.audit, parts.connect.links),
            renewing(parts.idle),
        ):
            parts.ready = True
            self.parts = parts
            self.live.start()
            log.info("started", integrations=len(connectors()))
            try:
                yield
            finally:
                parts.ready = False
                self.live.leave()

    def leave(self) -> None:
        """The server is about to stop: whatever is open for long ends."""
        self.live.leave()

    def _running(self) -> Running:
        if self.parts is None:
            raise RuntimeError("The application was not started.")
        return self.parts

    def _behind(self) -> Behind:
        parts = self._running()
        return Behind(parts.door, parts.gateways, parts.connect)

    def _connect(self) -> ConnectFlow:
        return self._running().connect

    async def _healthy(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _request: Request) -> Response:
        parts = self.parts
        if parts is None or not parts.ready:
            return JSONResponse({"ready": False, "reason": "starting or stopping"}, 503)
        try:
            await parts.database.ping()
        except DatabaseProblem:
            return JSONResponse({"ready": False, "reason": "the database does not answer"}, 503)
        return JSONResponse({"ready": True})

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def build_app(settings: Settings, box: SecretBox | None = None, **more: Any) -> App:
    """The app for these settings. Without a box its keys come from the settings."""
    return App(settings, box or SecretBox.from_text(settings.secret_keys.get_secret_value()), **more)
