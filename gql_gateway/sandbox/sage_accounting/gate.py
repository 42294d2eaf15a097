"""Who may call: the token, the app's limit, the business with its subscription, the user's role."""

from __future__ import annotations

import re
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING

from aiohttp import web

from ..simulator import Document
from .answers import BAD_TOKEN, JSON, NO_ACCESS, NO_SUBSCRIPTION, Refusal, error_body, not_found, to_json
from .businesses import Business, Role

if TYPE_CHECKING:
    from .service import SageAccountingSimulator

RANK: Mapping[Role, int] = {"none": 0, "read_only": 1, "restricted": 2, "full": 3}
NEEDED: Mapping[str, Role] = {"GET": "read_only", "POST": "restricted", "PUT": "restricted", "DELETE": "full"}

Handle = Callable[[web.Request], Awaitable[web.Response]]
Act = Callable[[web.Request, Business], Awaitable[web.Response]]


class Gate:
    """Stands before every call but those for tokens."""

    def __init__(self, simulator: SageAccountingSimulator) -> None:
        self._simulator = simulator
        self.reset()

    def reset(self) -> None:
        self._calls: deque[float] = deque()
        self._answers = 0

    def for_user(self, act: Callable[[web.Request], Awaitable[Document]]) -> Handle:
        """Serve what belongs to the user: no business, no subscription and no role is asked for."""

        async def handle(request: web.Request) -> web.Response:
            try:
                self._admit(request)
                result = answer(await act(request))
            except Refusal as refusal:
                result = self._refuse(refusal)
            result.headers["x_request_id"] = self.request_id()
            return result

        return handle

    def for_business(self, act: Act, *, of_contacts: bool = True) -> Handle:
        """Serve what belongs to a business; the answer says which one it was. Look-ups need no right to contacts."""

        async def handle(request: web.Request) -> web.Response:
            business: Business | None = None
            try:
                scope = self._admit(request)
                business = self._enter(request)
                if of_contacts:
                    _check_rights(request, business, scope)
                result = await act(request, business)
            except Refusal as refusal:
                result = self._refuse(refusal)
            result.headers["x_request_id"] = self.request_id()
            if business is not None:
                result.headers["X-Business"] = business.id
            return result

        return handle

    async def unrouted(self, request: web.Request) -> web.Response:
        """A known path with another verb, or no path at all."""
        path = "/" + request.match_info["path"].rstrip("/")
        known = any(_fits(route.path, path) for route in self._simulator.routes())
        result = self._refuse(Refusal(405 if known else 404))
        result.headers["x_request_id"] = self.request_id()
        return result

    def request_id(self) -> str:
        self._answers += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"sage request {self._answers}"))

    def _admit(self, request: web.Request) -> str:
        """The scope of the token of a call that is let through."""
        scope = self._simulator.identity.scope_of(request.headers.get("Authorization"))
        if scope is None:
            raise Refusal(401, BAD_TOKEN)
        if self._simulator.rate_limit is not None:
            calls, seconds = self._simulator.rate_limit
            now = self._simulator.clock()
            while self._calls and self._calls[0] <= now - seconds:
                self._calls.popleft()
            if len(self._calls) >= calls:
                raise Refusal(429)
            self._calls.append(now)
        return scope

    def _enter(self, request: web.Request) -> Business:
        """The business of a call. How one that is not the user's is refused is unverified: as a missing record."""
        given = request.headers.get("X-Business")
        if not given:
            self._simulator.without_header.append(f"{request.method} {request.path}")
        if not given or self._simulator.ignores_header:
            given = self._simulator.lead
        business = self._simulator.businesses.get(given)
        if business is None:
            raise not_found()
        if not business.active:
            raise Refusal(401, NO_SUBSCRIPTION)
        return business

    def _refuse(self, refusal: Refusal) -> web.Response:
        content_type, body = error_body(refusal.status, refusal.problems, self._simulator.error_shape)
        headers = self._wait() if refusal.status == 429 and self._simulator.sends_retry_after else {}
        return web.Response(status=refusal.status, body=body, content_type=content_type, headers=headers)

    def _wait(self) -> dict[str, str]:
        """How long until a call of the window is forgotten."""
        _, seconds = self._simulator.rate_limit or (0, 0)
        oldest = min(self._calls, default=self._simulator.clock())
        return {"Retry-After": str(max(1, ceil(oldest + seconds - self._simulator.clock())))}


def _check_rights(request: web.Request, business: Business, scope: str) -> None:
    """How a token that may only read is refused is unverified: as a user who may."""
    writes = request.method != "GET"
    if RANK[business.role] < RANK[NEEDED[request.method]] or (writes and scope != "full_access"):
        raise Refusal(403, NO_ACCESS)


def _fits(route: str, path: str) -> bool:
    """`{name}` in a route is anything without a slash; the route of last resort is none."""
    if "{path:" in route:
        return False
    return re.fullmatch("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", route))), path) is not None


def answer(document: Document, status: int = 200) -> web.Response:
    return web.Response(status=status, body=to_json(document), content_type=JSON)
