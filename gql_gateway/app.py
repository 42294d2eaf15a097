"""Puts the parts together: routes, what lives as long as the server, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from . import support
from .connectors.registry import connectors
from .execute import Executor
from .gateway import Gateway
from .http.endpoint import GraphQLEndpoint
from .http.local import LocalOnly
from .http.observe import Metrics, Observed
from .http.pages import PAGE_HEADERS, Text, graphiql_file, graphiql_page, graphiql_settings, support_style
from .oauth.tokens import TokenKeeper
from .outbound.client import Outbound
from .outbound.limits import Limiter
from .schema.build import GatewaySchema, build_schema
from .settings import Settings
from .storage.connections import ConnectionStore
from .storage.database import Database, DatabaseProblem
from .storage.idempotency import IdempotencyStore
from .storage.secrets import SecretBox

log = structlog.get_logger(__name__)

REAP_EVERY = 3600.0
"""Seconds between two looks for idempotency records that are old enough to go."""
NOTE_EVERY = 60.0
"""Seconds between two notes of when connections were used."""


@dataclass(slots=True)
class Running:
    """What exists while the server runs."""

    settings: Settings
    box: SecretBox
    database: Database
    keys: IdempotencyStore
    gateway: Gateway
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
        keeper = TokenKeeper(store, outbound)
        stack.push_async_callback(keeper.close)
        # A holder is given up long after its update had to end: a key taken over too early could write twice.
        keys = IdempotencyStore(database, box, stale_after=timedelta(seconds=max(90.0, 3 * settings.deadline)))
        note = await stack.enter_async_context(noting(store))
        gateway = Gateway(connectors(), store, keys, outbound, keeper, deadline=settings.deadline, note_use=note)
        yield Running(settings, box, database, keys, gateway)


@asynccontextmanager
async def noting(store: ConnectionStore) -> AsyncIterator[Callable[[str], None]]:
    """Notes when connections are used, once a minute for all of them and at the end.

    It is for people to look at: no request waits for it. A write of its own for each use would cost more than the rest
    of an update, and most tenants come less often than once a minute.
    """
    seen: dict[str, datetime] = {}

    async def write() -> None:
        uses = dict(seen)
        try:
            await store.touch(uses)
        except DatabaseProblem as problem:
            log.warning("uses_not_noted", count=len(uses), problem=str(problem))
            return
        for connection_id, at in uses.items():
            if seen[connection_id] is at:
                del seen[connection_id]

    async def keep_writing() -> None:
        while True:
            await asyncio.sleep(NOTE_EVERY)
            await write()

    def note(connection_id: str) -> None:
        seen[connection_id] = datetime.now(UTC)

    task = asyncio.create_task(keep_writing())
    try:
        yield note
    finally:
        task.cancel()
        await asyncio.wait([task])
        await write()


@asynccontextmanager
async def reaping(keys: IdempotencyStore) -> AsyncIterator[None]:
    """Meanwhile old idempotency records are deleted, at once and then every hour."""

    async def reap() -> None:
        while True:
            try:
                await keys.reap()
            except DatabaseProblem as problem:
                log.warning("not_reaped", problem=str(problem))
            await asyncio.sleep(REAP_EVERY)

    task = asyncio.create_task(reap())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


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
        self.schema = schema or build_schema()
        self.executor = Executor(self.schema, settings.introspection, settings.max_tokens)
        self.metrics = Metrics()
        self.metrics.count("gateway_documents_known", "Documents run from the cache.", lambda: self.executor.hits)
        self.metrics.count("gateway_documents_new", "Documents parsed and validated.", lambda: self.executor.misses)
        self.parts: Running | None = None
        endpoint = GraphQLEndpoint(
            self.executor, self._gateway, graphiql_page if settings.graphiql else None, settings.max_body
        )
        page = Text(support.to_page(connectors()), "text/html", PAGE_HEADERS)
        routes = [
            Route("/graphql", endpoint, methods=None),
            Route("/schema.graphql", Text(self.schema.client_sdl, "text/plain").answer),
            Route("/support", page.answer),
            Route("/support.json", Text(support.to_json(connectors()), "application/json").answer),
            Route("/static/support.css", support_style),
            Route("/healthz", self._healthy),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]
        if settings.graphiql:
            routes.append(Route("/graphiql/settings.json", graphiql_settings(tabs or []).answer))
            routes.append(Route("/graphiql/{name}", graphiql_file))
        known = frozenset(route.path for route in routes)
        # Only the router: Starlette's own error page would stand before the masked one of `Observed`.
        app: Any = Router(routes, lifespan=self._lifespan)
        self._asgi = Observed(app if settings.trust_network else LocalOnly(app), self.metrics, known)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._asgi(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        async with running(self.settings, self.box) as parts, reaping(parts.keys):
            parts.ready = True
            self.parts = parts
            log.info("started", integrations=len(connectors()))
            try:
                yield
            finally:
                parts.ready = False

    def _gateway(self) -> Gateway:
        if self.parts is None:
            raise RuntimeError("The application was not started.")
        return self.parts.gateway

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
