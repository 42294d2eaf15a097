"""The login host and the clusters: who may call, where, how often, and for which office."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import hdrs, web
from lxml import etree

from gql_gateway.sandbox.simulator import Document, Simulator
from gql_gateway.sandbox.twinfield.credits import QUERY, Credits
from gql_gateway.sandbox.twinfield.finder import read_query, search
from gql_gateway.sandbox.twinfield.form import Element, children, name_of, parse
from gql_gateway.sandbox.twinfield.identity import CONNECT, Identity
from gql_gateway.sandbox.twinfield.messages import Language
from gql_gateway.sandbox.twinfield.offices import HOME, OFFICES, Office
from gql_gateway.sandbox.twinfield.process import COMPANY_MISSING, WRITES, Desk, cost_of, read_request
from gql_gateway.sandbox.twinfield.seeds import EXAMPLE_CODE, seed_customers
from gql_gateway.sandbox.twinfield.soap import (
    SOAP_11,
    BadEnvelope,
    Envelope,
    Fault,
    add,
    answer,
    answer_fault,
    fault_body,
    operation_of,
    read_envelope,
    response,
    text_of,
)
from gql_gateway.sandbox.twinfield.vocabulary import PARTS
from gql_gateway.sandbox.twinfield.writing import Readings, named

PROCESS, FINDER = "/webservices/processxml.asmx", "/webservices/finder.asmx"
CLUSTER = "accounting2"
# ProcessXmlCompressed was switched off; ProcessXmlDocument is not played.
_OPERATIONS = {PROCESS: "ProcessXmlString", FINDER: "Search"}
_TYPICAL = {401: 354, 403: 102, 500: 100}
_PAGE = b"<!DOCTYPE html>\n<html><head><title>Twinfield</title></head><body>Service Unavailable</body></html>\n"


class TwinfieldSimulator(Simulator):
    """The customers of the sandbox connection's office are `records`, those of the other offices `elsewhere`.

    Login is at the mount itself, each cluster below it under its name. Only `cluster` is the right one: all others,
    the mount itself among them, answer with the fault 108.

    Switches a test may set; `reset` leaves them as they are:
    `rate_limit`: credits a minute, `None` for no limit; 25 for an app that is not certified. `concurrency`: calls at
    once, each of which takes `delay` seconds. `language` of the user. `fault`: number of the SOAP fault that every
    call gets. `needs_company_id`: whether a header without `CompanyId` is malformed. `warnings`: messages that a
    write is stored with, by path of the element. `readings`: see `Readings`.
    `ignored` records what was sent in vain.
    """

    integration: ClassVar[str] = "twinfield"
    token_path: ClassVar[str | None] = f"{CONNECT}/token"
    consent_path: ClassVar[str | None] = f"{CONNECT}/authorize"

    rate_limit: int | None = 500
    concurrency: int = 10
    delay: float = 0.0
    language: Language = "nl"
    fault: int | None = None
    needs_company_id: bool = True
    warnings: Mapping[str, str] = {}
    readings: Readings = Readings()

    def reset(self) -> None:
        self.identity = Identity(self.clock, self.redirect_uris)
        self.cluster = CLUSTER
        self.ignored: list[str] = []
        self._credits = Credits()
        self._edits = 0
        self.elsewhere = {
            office: {code: named(customer) for code, customer in customers.items()}
            for office, customers in seed_customers().items()
        }
        self.records = self.elsewhere.pop(HOME)
        self._newer = frozenset(
            path
            for customers in (self.records, *self.elsewhere.values())
            for customer in customers.values()
            for path in _paths(customer)
            if path not in PARTS
        )

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get(f"{CONNECT}/authorize", self._consent),
            web.post(f"{CONNECT}/authorize", self._consent),
            web.post(f"{CONNECT}/token", self._token),
            web.get(f"{CONNECT}/accesstokenvalidation", self._validate),
            web.get(f"{CONNECT}/userinfo", self._user),
            *(web.post(at + path, self._serve) for at in ("", "/{cluster}") for path in _OPERATIONS),
            web.route(hdrs.METH_ANY, "/{rest:.*}", self._unrouted),
        ]

    def credentials(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def company_id(self) -> str:
        return HOME

    def example_id(self) -> str:
        return EXAMPLE_CODE

    def expire_tokens(self) -> None:
        self.identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        """A colleague writes a remark. Not through `commit`: a fault that alters the gateway's write leaves this."""
        record = self.records.get(native_id)
        if record is None:
            return
        self._edits += 1
        after = deepcopy(record)
        after["creditmanagement"] = {**after.get("creditmanagement", {}), "comment": f"Teruggebeld ({self._edits})"}
        after |= {"touched": str(int(record.get("touched", "0")) + 1), "modified": self._moment()}
        self.records[native_id] = after

    def error(self, status: int) -> tuple[str, bytes]:
        """The body of a 429 and of what is no SOAP fault is not documented: none, and a page."""
        if status in _TYPICAL:
            return fault_body(SOAP_11, Fault(_TYPICAL[status]))
        return ("text/html", _PAGE) if status >= 500 else ("text/plain", b"")

    def writes(self, method: str, path: str, body: Any) -> bool:
        return method == "POST" and path.endswith(PROCESS) and _document_of(body) is not None

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        """The code in the one dimension of a write, when it is of the sandbox connection's office."""
        document = _document_of(body) if self.writes(method, path, body) else None
        if document is not None and name_of(document) == "dimensions" and len(children(document)) == 1:
            document = children(document)[0]
        if document is None or document.findtext("office") != HOME:
            return None
        return document.findtext("code")

    def settle(self, document: Document) -> Document:
        return named(document)

    def customers(self, office: str) -> Mapping[str, Document]:
        return self.records if office == HOME else self.elsewhere.setdefault(office, {})

    def store(self, office: str, document: Document) -> Document:
        code = document["code"]
        if office == HOME:
            return self.commit(code, document)
        stored = self.elsewhere[office][code] = self.settle(document)
        return stored

    async def _consent(self, request: web.Request) -> web.Response:
        return await self.identity.sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.Response:
        return await self.identity.exchange(request)

    async def _validate(self, request: web.Request) -> web.Response:
        mount = request.path.removesuffix(f"{CONNECT}/accesstokenvalidation")
        return self.identity.validate(request, f"{request.url.origin()}{mount}/{self.cluster}")

    async def _user(self, request: web.Request) -> web.Response:
        return self.identity.show_user(request)

    async def _unrouted(self, request: web.Request) -> web.Response:
        known = request.path.endswith((*_OPERATIONS, f"{CONNECT}/token", f"{CONNECT}/authorize"))
        return web.Response(status=405 if known else 404)

    async def _serve(self, request: web.Request) -> web.Response:
        path = next(path for path in _OPERATIONS if request.path.endswith(path))
        raw = await request.read()
        try:
            envelope = read_envelope(request, raw, _OPERATIONS[path], needs_company_id=self.needs_company_id)
            return await self._call(request, path, envelope)
        except BadEnvelope:
            return web.Response(status=400)

    async def _call(self, request: web.Request, path: str, envelope: Envelope) -> web.Response:
        headers: dict[str, str] = {}
        credits = self._credits
        credits.open += 1
        try:
            office = self._admit(request, envelope)
            document = read_request(text_of(envelope.operation, "xmlRequest")) if path == PROCESS else None
            query = read_query(envelope.operation) if document is None else None
            cost = QUERY if document is None else cost_of(document)
            if credits.open > self.concurrency:
                return web.Response(status=429, headers={"Retry-After": "1"})
            if self.rate_limit is not None:
                wait, headers = credits.take(cost, self.clock(), self.rate_limit)
                if wait is not None:
                    return web.Response(status=429, headers={**headers, "Retry-After": str(wait)})
            if self.delay:
                await asyncio.sleep(self.delay)
            if document is not None:
                found = self._process(document, office)
            else:
                assert query is not None
                books = {code: self.customers(code) for code in OFFICES}
                found = search(query, self._needed(office), books, self.language)
            sent = answer(envelope.soap, found)
        except Fault as fault:
            sent = answer_fault(envelope.soap, fault)
        finally:
            credits.open -= 1
        sent.headers.update(headers)
        return sent

    def _admit(self, request: web.Request, envelope: Envelope) -> Office | None:
        """The office of the header. In which order these are looked at is unverified."""
        if self.fault is not None:
            raise Fault(self.fault)
        if not envelope.token:
            raise Fault(103 if envelope.company else 101)
        if not self.identity.accepts(envelope.token):
            raise Fault(354 if self.identity.knows(envelope.token) else 103)
        if request.match_info.get("cluster") != self.cluster:
            raise Fault(108)
        if not envelope.company:
            return None
        office = OFFICES.get(envelope.company)
        if office is None or not office.allowed:
            raise Fault(102)
        if envelope.company_id and envelope.company_id.lower() != office.id:
            raise Fault(359)
        return office

    def _needed(self, office: Office | None) -> Office:
        if office is None:
            raise Fault(COMPANY_MISSING)
        return office

    def _process(self, document: Element, office: Office | None) -> Element:
        desk = Desk(
            *(self, office, self.language, self.readings, self._newer, self.warnings, self._moment(), self.ignored)
        )
        text = etree.tostring(desk.handle(document), encoding="unicode")
        result = response("ProcessXmlStringResponse")
        add(result, "ProcessXmlStringResult", text)
        return result

    def _moment(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y%m%d%H%M%S")


def _document_of(body: Any) -> Element | None:
    """The document of a request that writes."""
    operation = operation_of(body.encode(errors="replace")) if isinstance(body, str) else None
    if operation is None:
        return None
    try:
        document = parse((text_of(operation, "xmlRequest") or "").encode())
    except ValueError:
        return None
    return document if name_of(document) in WRITES else None


def _paths(value: Any, at: str = "") -> Iterator[str]:
    """Every path in a document. Those of attributes are no paths of elements: no element has such a name."""
    if isinstance(value, list):
        for row in value:
            yield from _paths(row, at)
    elif isinstance(value, dict):
        for name, inner in value.items():
            path = f"{at}/{name}".removeprefix("/")
            yield path
            yield from _paths(inner, path)
