"""The pages on which people connect their books: `/connect/…`.

A link is opened with GET as often as anybody likes, also by whatever looks at links in mails; only the button takes
it, with a cookie that no other site can have sent along (`SameSite=Lax`) and no script can read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ..connect.flow import ConnectFlow, LinkProblem, asked_for
from ..connect.pages import render
from ..connect.returns import with_result
from ..connectors.base import Connector
from ..errors import GatewayError
from ..model.link import Link, Stage
from .pages import STATIC, static_file

COOKIE = "gqlgw_connect"
COOKIE_LIFE = 7 * 86_400
LONGEST_FORM = 64_000
FORM = "application/x-www-form-urlencoded"
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'none'"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}
_STATUS = {"UNKNOWN": 404, "EXPIRED": 410, "USED": 410, "DENIED": 403, "REFUSED": 400, "OUT_OF_TURN": 409}
_TITLES = {
    "UNKNOWN": "Link not found",
    "EXPIRED": "Link expired",
    "USED": "Link already used",
    "DENIED": "Access was not allowed",
    "REFUSED": "That did not work",
    "OUT_OF_TURN": "That step is not due",
}

Act = Callable[[Request], Awaitable[Response]]


class ConnectPages:
    """`flow` gives the running flow; `public_url` is how browsers reach the gateway, without a slash at its end."""

    def __init__(self, flow: Callable[[], ConnectFlow], public_url: str) -> None:
        self._flow = flow
        self._public_url = public_url
        self._secure = public_url.startswith("https:")

    def routes(self) -> list[Route]:
        return [
            Route("/connect/step", self._told(self.step)),
            Route("/connect/region", self._told(self.region), methods=["POST"]),
            Route("/connect/key", self._told(self.key), methods=["POST"]),
            Route("/connect/company", self._told(self.company), methods=["POST"]),
            Route("/connect/callback/{integration}", self._told(self.callback)),
            Route("/connect/link/{token}", self._told(self.start)),
            Route("/connect/link/{token}", self._told(self.begin), methods=["POST"]),
            Route("/static/connect.css", static_file(STATIC / "connect.css")),
        ]

    async def start(self, request: Request) -> Response:
        flow = self._flow()
        link = await flow.find(request.path_params["token"])
        return self._start_page(flow, link)

    async def begin(self, request: Request) -> Response:
        flow, token = self._flow(), request.path_params["token"]
        form = await self._form(request)
        integration = form.get("integration", "")
        if integration not in flow.open_to_people():
            return self._start_page(flow, await flow.find(token), problem="Choose the system that you use.", status=400)
        cookie, _ = await flow.begin(token, integration)
        answer = _see_other("/connect/step")
        answer.set_cookie(
            COOKIE, cookie, COOKIE_LIFE, path="/connect", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    async def step(self, request: Request) -> Response:
        """Whatever is due next."""
        flow = self._flow()
        link, connector = await flow.of_browser(request.cookies.get(COOKIE))
        manifest = connector.manifest
        if link.stage is Stage.DONE:
            return _page("done", step=3, manifest=manifest, onward=self._onward(link, "connected"))
        if link.stage is Stage.COMPANY:
            return await self._company_page(flow, link, connector)
        if manifest.regions and ("region" not in link.kept or "region" in request.query_params):
            return await self._region_page(flow, link, connector)
        by_key = manifest.takes_keys and "key" in request.query_params
        address = None if by_key else await flow.consent_address(link, connector)
        if address is not None:
            region = next((item for item in manifest.regions if item.name == link.kept["region"]), None)
            more = len(await flow.regions(link, connector)) > 1
            values: dict[str, Any] = {"address": address, "asker": flow.asker(link), "region": region, "more": more}
            return _page("consent", step=1, manifest=manifest, **values)
        return self._key_page(flow, link, connector)

    async def region(self, request: Request) -> Response:
        flow = self._flow()
        link, connector = await flow.of_browser(request.cookies.get(COOKIE))
        form = await self._form(request)
        try:
            await flow.choose_region(link, connector, form.get("region", ""))
        except LinkProblem as problem:
            if problem.code != "REFUSED":
                raise
            return await self._region_page(flow, link, connector, problem=problem.words, status=400)
        return _see_other("/connect/step")

    async def key(self, request: Request) -> Response:
        flow = self._flow()
        link, connector = await flow.of_browser(request.cookies.get(COOKIE))
        form = await self._form(request)
        try:
            absent = await flow.type_in(link, connector, form)
        except GatewayError as error:
            return self._key_page(flow, link, connector, problem=_words(error), status=400)
        return (
            self._key_page(flow, link, connector, absent=absent, status=400) if absent else _see_other("/connect/step")
        )

    async def callback(self, request: Request) -> Response:
        """The registered redirect URI: the browser is back from the provider."""
        flow = self._flow()
        link, connector = await flow.of_browser(request.cookies.get(COOKIE))
        query = request.query_params
        if connector.manifest.name != request.path_params["integration"].replace("-", "_") or len(
            query.multi_items()
        ) != len(query):
            raise LinkProblem("REFUSED", "This answer belongs to another sign-in.")
        try:
            await flow.come_back(link, connector, dict(query))
        except GatewayError as error:
            return self._problem_page("REFUSED", _words(error), again=True, onward=self._onward(link, "failed"))
        except LinkProblem as problem:
            onward = self._onward(link, "denied" if problem.code == "DENIED" else "failed")
            again = problem.code in ("DENIED", "REFUSED")
            return self._problem_page(problem.code, problem.words, again=again, onward=onward)
        return _see_other("/connect/step")

    async def company(self, request: Request) -> Response:
        flow = self._flow()
        link, connector = await flow.of_browser(request.cookies.get(COOKIE))
        form = await self._form(request)
        try:
            await flow.choose(link, connector, form.get("company", ""))
        except LinkProblem as problem:
            if problem.code != "REFUSED":
                raise
            return await self._company_page(flow, link, connector, problem=problem.words, status=400)
        return _see_other("/connect/step")

    def _start_page(self, flow: ConnectFlow, link: Link, **more: Any) -> Response:
        open_to_people = flow.open_to_people()
        only = None if link.integration is None else open_to_people[link.integration].manifest
        choices = [connector.manifest for connector in open_to_people.values()]
        until = f"{link.expires_at:%Y-%m-%d %H:%M} UTC"
        return _page("start", only=only, choices=choices, until=until, asker=flow.asker(link), **more)

    async def _region_page(self, flow: ConnectFlow, link: Link, connector: Connector, **more: Any) -> Response:
        values = {"choices": await flow.regions(link, connector), "chosen": link.kept.get("region"), **more}
        return _page("region", step=1, manifest=connector.manifest, **values)

    def _key_page(self, flow: ConnectFlow, link: Link, connector: Connector, **more: Any) -> Response:
        values = {"absent": [], "asked": asked_for(connector), "asker": flow.asker(link), **more}
        return _page("key", step=1, manifest=connector.manifest, **values)

    async def _company_page(self, flow: ConnectFlow, link: Link, connector: Connector, **more: Any) -> Response:
        offers = flow.offers(link, await flow.fixed_company(link))
        fit = sum(offer.unfit is None for offer in offers)
        return _page("company", step=2, manifest=connector.manifest, offers=offers, fit=fit, **more)

    def _problem_page(self, code: str, words: str, *, again: bool = False, onward: str | None = None) -> Response:
        title = _TITLES[code]
        return _page("problem", status=_STATUS[code], title=title, problem=words, again=again, onward=onward)

    def _onward(self, link: Link, result: str) -> str | None:
        if link.return_url is None:
            return None
        return with_result(link.return_url, status=result, connectionId=link.connection_id)

    def _told(self, act: Act) -> Act:
        async def answer(request: Request) -> Response:
            try:
                return await act(request)
            except LinkProblem as problem:
                return self._problem_page(problem.code, problem.words)

        return answer

    async def _form(self, request: Request) -> Mapping[str, str]:
        """A form of this site's own pages: whatever another site makes a browser send is refused."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        # A page that tells no referrer sends `null` for its origin, even to itself; then the other header has to tell.
        own = (_origin(self._public_url), None, "null") if site else (_origin(self._public_url), None)
        if origin not in own or site not in ("same-origin", "none", None):
            raise LinkProblem("REFUSED", "This form was sent from another site.")
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            raise LinkProblem("REFUSED", "This is not a form.")
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST_FORM:
                raise LinkProblem("REFUSED", "This form is too long.")
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _words(error: GatewayError) -> str:
    told = f" The provider said: {error.provider_message}" if error.provider_message else ""
    return f"{error.message}{told}"


def _page(name: str, *, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(render(name, **values), status, HEADERS)


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, HEADERS)
