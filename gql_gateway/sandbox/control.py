"""What a test sees and sets at a simulator: the requests received, the stored records, the faults.

Below `/_control/<integration>/`, with hyphens or underscores:

| call | answer |
|---|---|
| `GET requests`, `DELETE requests` | what was received below the mount, in order; forget it |
| `GET records` | the native ids |
| `GET records/<nativeId>`, `PUT records/<nativeId>` | the stored document; put another in its place, unchecked |
| `POST faults`, `GET faults`, `DELETE faults` | see `faults.py`; 201 with the fault, the faults still waiting |
| `POST reset` | seeds and tokens as at the start, no faults, no requests |

A request that makes no sense is a 400 or 404 with `{"error": "…"}`.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from aiohttp import web
from multidict import MultiMapping

from .faults import Faults, parse_fault
from .simulator import Document, Simulator

HIDDEN = "…"
SECRET_NAMES = frozenset(
    {
        *("accesstoken", "refreshtoken", "idtoken", "token", "xauthtoken", "assertion", "clientassertion"),
        *("apikey", "apitoken", "xapikey", "authorization", "proxyauthorization", "cookie"),
        *("clientsecret", "secret", "password", "codeverifier"),
    }
)
SECRET_HEADERS = SECRET_NAMES | {"key"}  # Holded's header for the API key is named `key`
SECRET_FORM_FIELDS = SECRET_NAMES | {"code"}
XML_SECRET = re.compile(
    r"(<(?:\w+:)?(?:access_?token|refresh_?token|password|client_?secret|api_?key)(?:\s[^>]*)?>)[^<]*", re.IGNORECASE
)
REMEMBERED = 100_000


def read_body(raw: bytes, content_type: str = "") -> Any:
    """A request's body as a JSON document, else as text, or `None` when there is none."""
    if not raw:
        return None
    text = raw.decode(errors="replace")
    if "x-www-form-urlencoded" in content_type:
        return text
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


class RequestLog:
    """The requests received below one mount, in order, without secrets; the newest 100 000 are kept."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._entries: deque[Document] = deque(maxlen=REMEMBERED)

    def open(self, request: web.BaseRequest, path: str) -> Document:
        """Note a request on arrival; its body and the status of its answer are filled in later."""
        known = self._known_secrets()
        entry: Document = {
            "method": request.method,
            "path": _hide_known(path, known),
            "query": _show(request.query, SECRET_FORM_FIELDS, known),
            "headers": _show(request.headers, SECRET_HEADERS, known),
            "body": None,
            "status": None,
            "at": datetime.fromtimestamp(self._simulator.clock(), UTC).isoformat(timespec="milliseconds"),
        }
        self._entries.append(entry)
        return entry

    def shown(self) -> list[Document]:
        return list(self._entries)

    def clear(self) -> None:
        self._entries.clear()

    def hide(self, body: Any, content_type: str = "") -> Any:
        """The body as it may be shown."""
        if isinstance(body, str) and "x-www-form-urlencoded" in content_type:
            body = "&".join(_hide_pair(pair) for pair in body.split("&"))
        return _hide(body, self._known_secrets())

    def _known_secrets(self) -> list[str]:
        """Values to hide also where no name gives them away."""
        credentials = self._simulator.credentials()
        return [value for name, value in credentials.items() if _plain(name) in SECRET_NAMES and len(value) >= 6]


def _hide(part: Any, known: list[str]) -> Any:
    if isinstance(part, str):
        return _hide_known(XML_SECRET.sub(rf"\1{HIDDEN}", part), known)
    if isinstance(part, list):
        return [_hide(member, known) for member in part]
    if isinstance(part, dict):
        return {
            name: HIDDEN if _plain(name) in SECRET_NAMES and value is not None else _hide(value, known)
            for name, value in part.items()
        }
    return part


def _show(pairs: MultiMapping[str], secret: frozenset[str], known: list[str]) -> dict[str, str | list[str]]:
    """Values by name; a name given more than once has a list."""
    shown: dict[str, str | list[str]] = {}
    for name in pairs:
        values = [HIDDEN if _plain(name) in secret else _hide_known(value, known) for value in pairs.getall(name)]
        shown[str(name)] = values[0] if len(values) == 1 else values
    return shown


def _hide_known(text: str, known: list[str]) -> str:
    for value in known:
        text = text.replace(value, HIDDEN)
    return text


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _hide_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}={HIDDEN}" if equals and value and _plain(name) in SECRET_FORM_FIELDS else pair


@dataclass(frozen=True, slots=True)
class Mount:
    """A simulator in its place, with what tests know about it."""

    simulator: Simulator
    faults: Faults = field(init=False, default_factory=Faults)
    log: RequestLog = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", RequestLog(self.simulator))


class Control:
    """The routes of the control API over some mounts, by integration."""

    def __init__(self, mounts: Mapping[str, Mount]) -> None:
        self._mounts = mounts

    def routes(self) -> Iterable[web.RouteDef]:
        at = "/_control/{integration}"
        return [
            web.get("/_control", self.list_integrations),
            web.get(f"{at}/requests", self.show_requests),
            web.delete(f"{at}/requests", self.forget_requests),
            web.get(f"{at}/records", self.list_records),
            web.get(at + "/records/{native_id:.+}", self.show_record),
            web.put(at + "/records/{native_id:.+}", self.replace_record),
            web.post(f"{at}/faults", self.add_fault),
            web.get(f"{at}/faults", self.show_faults),
            web.delete(f"{at}/faults", self.clear_faults),
            web.post(f"{at}/reset", self.reset),
            web.route("*", "/_control/{tail:.*}", self.refuse_path),
        ]

    async def list_integrations(self, request: web.Request) -> web.Response:
        return _answer(sorted(self._mounts))

    async def show_requests(self, request: web.Request) -> web.Response:
        return _answer(self._mount(request).log.shown())

    async def forget_requests(self, request: web.Request) -> web.Response:
        self._mount(request).log.clear()
        return web.Response(status=204)

    async def list_records(self, request: web.Request) -> web.Response:
        return _answer(list(self._mount(request).simulator.records))

    async def show_record(self, request: web.Request) -> web.Response:
        records, native_id = self._mount(request).simulator.records, request.match_info["native_id"]
        if native_id not in records:
            raise _refused(web.HTTPNotFound, f"no record {native_id!r}")
        return _answer(records[native_id])

    async def replace_record(self, request: web.Request) -> web.Response:
        records, native_id = self._mount(request).simulator.records, request.match_info["native_id"]
        document = await _read_object(request)
        status = 200 if native_id in records else 201
        records[native_id] = document
        return _answer(document, status=status)

    async def add_fault(self, request: web.Request) -> web.Response:
        mount = self._mount(request)
        try:
            fault = parse_fault(await _read_object(request))
        except ValueError as wrong:
            raise _refused(web.HTTPBadRequest, str(wrong)) from None
        mount.faults.add(fault)
        return _answer(fault.shown(), status=201)

    async def show_faults(self, request: web.Request) -> web.Response:
        return _answer(self._mount(request).faults.shown())

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._mount(request).faults.clear()
        return web.Response(status=204)

    async def reset(self, request: web.Request) -> web.Response:
        mount = self._mount(request)
        mount.simulator.reset()
        mount.faults.clear()
        mount.log.clear()
        return web.Response(status=204)

    async def refuse_path(self, request: web.Request) -> web.Response:
        raise _refused(web.HTTPNotFound, "the control API has requests, records, faults and reset; see control.py")

    def _mount(self, request: web.Request) -> Mount:
        name = request.match_info["integration"].replace("-", "_")
        if name not in self._mounts:
            raise _refused(web.HTTPNotFound, f"no simulator {name!r}; there are {', '.join(sorted(self._mounts))}")
        return self._mounts[name]


async def _read_object(request: web.Request) -> Document:
    try:
        document = json.loads(await request.read(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _refused(web.HTTPBadRequest, "the body is no JSON") from None
    if not isinstance(document, dict):
        raise _refused(web.HTTPBadRequest, "the body must be a JSON object")
    return document


def _answer(document: Any, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=_to_json(document), content_type="application/json")


def _to_json(document: Any) -> bytes:
    """Readable JSON; half a surrogate pair, which a client may have sent, becomes a question mark."""
    return json.dumps(document, ensure_ascii=False).encode(errors="replace")


def _refused(kind: type[web.HTTPClientError], words: str) -> web.HTTPClientError:
    return kind(text=_to_json({"error": words}).decode(), content_type="application/json")
