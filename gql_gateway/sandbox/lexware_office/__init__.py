"""Lexware Office on loopback: contacts, profile and countries of one organization, and the sign-in of a partner's app.

Sources: developers.lexware.io/docs (state of August 2025) and, where a comment says so, what authors of other clients
saw the live API answer. Where neither knows, the choice is the stricter one and is marked as a choice.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from aiohttp import web

from ..simulator import Document, Simulator
from .contact import INVALID, Issue, Unreadable, find_issues, issue_list
from .countries import COUNTRIES
from .identity import Identity
from .search import BAD_REQUEST, BadQuery, list_contacts
from .seeds import PROFILE, seed_contacts

API_KEY = "sandbox-lexware-office-api-key"
_SEEDED = "2025-03-11T08:02:51.204+01:00"
_CENTRAL_EUROPE = timezone(timedelta(hours=1))
_RESOURCES = re.compile(r"v1/(contacts|contacts/[^/]+|profile|countries)")


class LexwareOfficeSimulator(Simulator):
    """Everything of the provider that the gateway may touch; contacts are not created or deleted.

    Tests may change at any time: `rate_limit` (requests a second, `None` for none), `scopes` of the API key and of
    tokens, `by_key` (whether `credentials` are the API key, or a partner's app with tokens; both are good always),
    `read_lag` (how many reads of a contact still give the old state after a PUT) and `stale_status`.
    """

    integration: ClassVar[str] = "lexware_office"
    token_path: ClassVar[str | None] = "/oauth2/token"
    consent_path: ClassVar[str | None] = "/oauth2/authorize"

    by_key: bool = True
    rate_limit: float | None = 2.0
    # The documentation says 409. One client's author saw contacts answer 406 with the issue `version: invalid_value`
    # (2026-08-20); a test can have that answer with 406.
    stale_status: int = 409
    read_lag: int = 0

    def reset(self) -> None:
        self.records = seed_contacts()
        self.read_lag = type(self).read_lag
        self.stale_status = type(self).stale_status
        self.scopes = {"contacts.read", "contacts.write", "profile.read"}
        self.identity = Identity(self.clock, self.redirect_uris)
        self._key_valid = True
        self._lagging: dict[str, tuple[int, Document]] = {}
        self._bucket = self.rate_limit or 0.0
        self._filled_at = self.clock()
        self._last_number = {role: self._highest_number(role) for role in ("customer", "vendor")}

    def _highest_number(self, role: str) -> int:
        held: list[Document] = [contact["roles"] for contact in self.records.values()]
        return max(int(roles[role]["number"]) for roles in held if role in roles)

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/v1/contacts", self._list_contacts, allow_head=False),
            web.get("/v1/contacts/{id}", self._read_contact, allow_head=False),
            web.put("/v1/contacts/{id}", self._update_contact),
            web.get("/v1/profile", self._read_profile, allow_head=False),
            web.get("/v1/countries", self._list_countries, allow_head=False),
            web.get(str(self.consent_path), self._consent, allow_head=False),
            web.post(str(self.consent_path), self._consent),
            web.post(str(self.token_path), self._token),
            web.route("*", "/{rest:.*}", self._refuse),
        ]

    def credentials(self) -> Mapping[str, str]:
        return {"api_key": API_KEY} if self.by_key else self.identity.credentials()

    def client(self) -> Mapping[str, str]:
        return self.identity.credentials()

    def expire_tokens(self) -> None:
        """The API key is renewed by nobody: it stays invalid until `reset`."""
        self._key_valid = False
        self.identity.expire_tokens()

    def touch(self, native_id: str) -> None:
        before = self.records.get(native_id)
        if before is None:
            return
        version = before["version"] + 1
        note = f"{before.get('note', '')}\nRückruf vereinbart (Stand {version})".strip()
        self.records[native_id] = {**before, "version": version, "note": note[-1000:]}

    def error(self, status: int) -> tuple[str, bytes]:
        if status in (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE):
            body: Document = {"message": None}
        elif status == HTTPStatus.GATEWAY_TIMEOUT:
            body = {"message": "Endpoint request timed out"}
        elif status == HTTPStatus.UNAUTHORIZED:
            body = {"message": "Unauthorized"}
        elif status == HTTPStatus.FORBIDDEN:
            body = {"message": _leak(f"Bearer {API_KEY}")}
        elif status == HTTPStatus.BAD_REQUEST:
            body = issue_list([Issue(BAD_REQUEST, None)], BAD_REQUEST)
        elif status == HTTPStatus.NOT_ACCEPTABLE:
            body = issue_list([Issue(INVALID, None)], "validation_failure")
        elif status == HTTPStatus.NOT_FOUND:
            body = _NOT_FOUND
        elif status == HTTPStatus.CONFLICT:
            body = _STALE
        else:
            return super().error(status)
        return "application/json", orjson.dumps(body)

    def written_id(self, method: str, path: str, body: Any) -> str | None:
        found = re.fullmatch(r"/v1/contacts/([^/]+)", path)
        return found[1] if method == "PUT" and found else None

    def settle(self, document: Document) -> Document:
        """Upper-case VAT id, `primary` always present on a contact person, blocks without content gone."""
        stored = {name: value for name, value in copy.deepcopy(document).items() if value != {}}
        company = stored.get("company", {})
        if isinstance(company.get("vatRegistrationId"), str):
            company["vatRegistrationId"] = company["vatRegistrationId"].upper()
        for person in company.get("contactPersons", []):
            person.setdefault("primary", False)
        return stored

    async def _consent(self, request: web.Request) -> web.StreamResponse:
        return await self.identity.sign_in.serve(request)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        return await self.identity.exchange(request)

    async def _list_contacts(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._admit(request, "contacts.read"):
            return refusal
        try:
            page = list_contacts((self._shown(native_id) for native_id in self.records), request.query)
        except BadQuery as bad:
            return _answer(400, issue_list([bad.issue], BAD_REQUEST))
        return _answer(200, page)

    async def _read_contact(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._admit(request, "contacts.read"):
            return refusal
        native_id = request.match_info["id"]
        if native_id not in self.records:
            return _answer(404, _NOT_FOUND)
        shown = self._shown(native_id)
        left, old = self._lagging.pop(native_id, (0, {}))
        if left > 1:
            self._lagging[native_id] = (left - 1, old)
        return _answer(200, shown)

    async def _update_contact(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._admit(request, "contacts.write"):
            return refusal
        if request.content_type != "application/json":
            return _answer(415, {"message": "Unsupported Media Type"})
        content = await request.read()
        native_id = request.match_info["id"]
        if native_id not in self.records:
            return _answer(404, _NOT_FOUND)
        before = self.records[native_id]
        try:
            body = orjson.loads(content)
            if not isinstance(body, dict):
                raise Unreadable("body: object expected")
            issues = find_issues(body, before)
        except orjson.JSONDecodeError:
            return _answer(400, issue_list([Issue(BAD_REQUEST, None)], BAD_REQUEST))
        except Unreadable as unreadable:
            return _answer(400, issue_list([Issue(BAD_REQUEST, None)], BAD_REQUEST, str(unreadable)))
        if issues:
            return _answer(406, issue_list(issues, "validation_failure"))
        if body["version"] != before["version"]:
            return _answer(self.stale_status, _STALE)
        if self.read_lag:
            self._lagging[native_id] = (self.read_lag, before)
        # Whether an archived contact can be updated is unverified; it can be here.
        stored = self.commit(native_id, self._replace(before, body))
        now = datetime.fromtimestamp(self.clock(), _CENTRAL_EUROPE).isoformat(timespec="milliseconds")
        result = {
            "id": native_id,
            "resourceUri": str(request.url.with_query(None)),
            "createdDate": _SEEDED,
            "updatedDate": now,
            "version": stored["version"],
        }
        return _answer(200, result)

    async def _read_profile(self, request: web.Request) -> web.StreamResponse:
        return self._admit(request, "profile.read") or _answer(200, PROFILE)

    async def _list_countries(self, request: web.Request) -> web.StreamResponse:
        # Which scope this takes is not public; none is asked for.
        return self._admit(request, None) or _answer(200, COUNTRIES)

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        """Whatever has no route of its own. The bodies of 405 and 501 are undocumented."""
        if refusal := self._admit(request, None):
            return refusal
        if not _RESOURCES.fullmatch(request.match_info["rest"]):
            return _answer(403, {"message": _leak(request.headers["Authorization"])})
        if request.method == "POST" and request.match_info["rest"] == "v1/contacts":
            return _answer(501, {"message": "Not Implemented"})
        return _answer(405, {"message": "Method Not Allowed"})

    def _admit(self, request: web.Request, scope: str | None) -> web.StreamResponse | None:
        """What the gateway before the API refuses: key, rate, scope, in this order (a choice)."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        good = (shown == API_KEY and self._key_valid) or self.identity.accepts(shown)
        if scheme != "Bearer" or not good:
            return _answer(401, {"message": "Unauthorized"}, {"x-amzn-ErrorType": "UnauthorizedException"})
        if not self._within_rate():
            # Body undocumented, Retry-After not promised: there is none.
            return _answer(429, {"message": "Too Many Requests"})
        if scope is not None and scope not in self.scopes:
            return _answer(403, {"message": _leak(request.headers["Authorization"])})
        return None

    def _within_rate(self) -> bool:
        """Token bucket over all endpoints together; it holds one second's worth."""
        if self.rate_limit is None:
            return True
        now = self.clock()
        refilled = self._bucket + max(0.0, now - self._filled_at) * self.rate_limit
        self._bucket, self._filled_at = min(max(1.0, self.rate_limit), refilled), now
        if self._bucket < 1.0:
            return False
        self._bucket -= 1.0
        return True

    def _shown(self, native_id: str) -> Document:
        """The contact as reads see it, which may be behind what is stored."""
        return self._lagging[native_id][1] if native_id in self._lagging else self.records[native_id]

    def _replace(self, before: Document, body: Document) -> Document:
        """The new state: what the body has, and the read-only values. Whatever the body omits is gone."""
        read_only = {"id", "organizationId", "version", "roles", "archived"}
        return {
            "id": before["id"],
            "organizationId": before["organizationId"],
            "version": before["version"] + 1,
            "roles": {
                name: self._numbered(name, role, before["roles"].get(name)) for name, role in body["roles"].items()
            },
            **{name: value for name, value in body.items() if name not in read_only},
            "archived": before.get("archived", False),
        }

    def _numbered(self, name: str, role: Any, before: Document | None) -> Any:
        """A role with its number: the one it had, or the next one for a contact that is new to it."""
        if name not in self._last_number:
            return role
        if before is not None:
            return {"number": before["number"], **role}
        self._last_number[name] += 1
        return {**role, "number": self._last_number[name]}


# The shapes of 404 and 409 are undocumented for contacts. These are choices, after the legacy error object.
_NOT_FOUND = issue_list([Issue("not_found", "id")], "not_found")
_STALE = issue_list([Issue(INVALID, "version")], "validation_failure")


def _answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, body=orjson.dumps(body), content_type="application/json", charset="utf-8", headers=headers
    )


def _leak(authorization: str) -> str:
    """The documented words of a 403, which quote the key."""
    token = authorization.removeprefix("Bearer ")
    return f"'{token}' not a valid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."
