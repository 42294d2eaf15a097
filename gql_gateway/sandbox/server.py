"""All simulators on one loopback port, each below `/<integration with hyphens>/`."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from contextvars import ContextVar
from types import ModuleType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from . import simulator as simulator_module
from .control import Control, Mount, read_body
from .faults import PAGE, Fault, Taken, alter_document, cut, drip, hold, parse_fault
from .simulator import Document, Simulator

LARGEST_BODY = 8 * 1024 * 1024
_field_faults: ContextVar[tuple[Fault, ...]] = ContextVar("field_faults", default=())


def find_simulators(package: ModuleType | None = None) -> list[type[Simulator]]:
    """Every concrete `Simulator` that a module or package of the given package defines, by integration."""
    package = package or importlib.import_module(simulator_module.__name__.rpartition(".")[0])
    found: dict[str, type[Simulator]] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            if not (inspect.isclass(value) and issubclass(value, Simulator)) or inspect.isabstract(value):
                continue
            if f"{value.__module__}.".startswith(f"{info.name}."):
                other = found.setdefault(value.integration, value)
                if other is not value:
                    raise RuntimeError(f"two simulators for {value.integration}: {other!r} and {value!r}")
    return [found[name] for name in sorted(found)]


def build_sandbox(simulators: Iterable[Simulator] | None = None) -> web.Application:
    """The application with the given simulators, or with all there are, and their control API."""
    return _build(_mount(simulators))


class Sandbox:
    """The simulators on a port of their own. As a context manager it picks a free port."""

    def __init__(self, simulators: Iterable[Simulator] | None = None) -> None:
        self.mounts = _mount(simulators)
        self.simulators = {name: mount.simulator for name, mount in self.mounts.items()}
        self.host = "127.0.0.1"
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 8900) -> None:
        if self._runner is not None:
            raise RuntimeError("the sandbox is running already")
        runner = web.AppRunner(_build(self.mounts), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self.host, self.port = runner, host, runner.addresses[0][1]

    async def stop(self) -> None:
        """Let go of requests that are held, and close the port."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start(port=0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def url(self, integration: str) -> str:
        """Base of a provider's own URLs, e.g. `http://127.0.0.1:8900/lexware-office`."""
        return f"http://{self.host}:{self.port}{_prefix(self.mounts[_name(integration)].simulator.integration)}"

    def requests(self, integration: str) -> list[Document]:
        """The requests received, as the control API shows them."""
        return self.mounts[_name(integration)].log.shown()

    def fault(self, integration: str, fault: str, *, times: int = 1, on: str | None = None) -> None:
        """Script a fault, as the control API does."""
        self.mounts[_name(integration)].faults.add(parse_fault({"fault": fault, "times": times, "on": on}))


def _mount(simulators: Iterable[Simulator] | None) -> dict[str, Mount]:
    mounts: dict[str, Mount] = {}
    for simulator in [kind() for kind in find_simulators()] if simulators is None else simulators:
        if simulator.integration in mounts:
            raise ValueError(f"two simulators for {simulator.integration}")
        simulator.alter = _alter
        mounts[simulator.integration] = Mount(simulator)
    return mounts


def _alter(before: Document, after: Document) -> Document:
    """Apply the field faults of the request being handled; two requests at once do not see each other's."""
    fields = _field_faults.get()
    return alter_document(fields, before, after) if fields else after


def _name(integration: str) -> str:
    return integration.replace("-", "_")


def _prefix(integration: str) -> str:
    return "/" + integration.replace("_", "-")


def _build(mounts: dict[str, Mount]) -> web.Application:
    closing = asyncio.Event()

    async def let_go(_: web.Application) -> None:
        closing.set()

    app = web.Application(client_max_size=LARGEST_BODY)
    app.on_shutdown.append(let_go)
    app.add_routes(Control(mounts).routes())
    for name, mount in mounts.items():
        part = web.Application(middlewares=[_Front(mount, closing).middleware()])
        part.add_routes(mount.simulator.routes())
        app.add_subapp(_prefix(name), part)
    return app


class _Front:
    """What stands between the network and one simulator: the request log and the faults."""

    def __init__(self, mount: Mount, closing: asyncio.Event) -> None:
        self._mount = mount
        self._simulator = mount.simulator
        self._closing = closing
        self._working: set[asyncio.Task[web.StreamResponse]] = set()

    def middleware(self) -> Middleware:
        @web.middleware
        async def receive(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.receive(request, handler)

        return receive

    async def receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(_prefix(self._simulator.integration)) or "/"
        entry = self._mount.log.open(request, path)
        try:
            body = read_body(await request.read(), request.content_type)
        except web.HTTPException as refused:
            entry["status"] = refused.status
            raise
        entry["body"] = self._mount.log.hide(body, request.content_type)
        write = self._simulator.writes(request.method, path, body)
        token = self._simulator.serves_tokens(path)
        taken = self._mount.faults.take(request.method, path, token=token, write=write)
        answer: web.StreamResponse | None = None
        if taken.done:
            try:
                answer = await self._do(request, handler, taken, path, body)
            except Exception:
                entry["status"] = 500
                raise
        sent, whole = await self._misbehave(request, taken.answer, answer)
        entry["status"] = sent.status if whole else None
        return sent

    async def _do(
        self, request: web.Request, handler: Handler, taken: Taken, path: str, body: object
    ) -> web.StreamResponse:
        """Let the simulator handle the request to its end, also when the client has left."""
        if taken.expired_token:
            self._simulator.expire_tokens()
        if taken.stale_version:
            written = self._simulator.written_id(request.method, path, body)
            for native_id in list(self._simulator.records) if written is None else [written]:
                if native_id in self._simulator.records:
                    self._simulator.touch(native_id)

        async def handle() -> web.StreamResponse:
            _field_faults.set(taken.fields)
            try:
                return await handler(request)
            except web.HTTPException as answer:
                return web.Response(
                    status=answer.status, reason=answer.reason, body=answer.body, headers=answer.headers
                )

        task = asyncio.create_task(handle())
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return await asyncio.shield(task)

    async def _misbehave(
        self, request: web.Request, fault: Fault | None, answer: web.StreamResponse | None
    ) -> tuple[web.StreamResponse, bool]:
        """What the client gets, and whether it gets all of it."""
        match fault.kind if fault else None:
            case None:
                return answer or web.Response(status=500), True
            case "timeout_before" | "timeout_after":
                await hold(request, self._mount.faults.hold, self._closing)
                return cut(request), False
            case "reset_before" | "reset_after":
                return cut(request), False
            case "slow_body":
                if isinstance(answer, web.Response):
                    return await drip(request, answer, self._mount.faults, self._closing)
                return answer or web.Response(status=500), True
            case "html_instead" | "html_after":
                return web.Response(body=PAGE, content_type="text/html", charset="utf-8"), True
            case "rate_limited":
                return self._error(429, {"Retry-After": "1"}), True
            case _:
                return self._error(fault.number if fault else 500), True

    def _error(self, status: int, headers: dict[str, str] | None = None) -> web.Response:
        headers = {**self._simulator.error_headers(), **(headers or {})}
        if status in {204, 304}:
            return web.Response(status=status, headers=headers)
        content_type, body = self._simulator.error(status)
        return web.Response(status=status, body=body, headers={"Content-Type": content_type, **headers})
