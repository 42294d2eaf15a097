"""A provider's sign-in: the page that asks a person, and the codes that go back with the browser.

RFC 6749 section 4.1 as strict as it can be read: the redirect address has to be one that is registered, to the letter;
a code is good once, for a short time, for this client, this address and this PKCE challenge. What differs between
providers is given to `SignIn`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from .simulator import Clock

Choices = Sequence[tuple[str, str]]
"""Ids and names of what a person chooses from while signing in."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code stands for. `choice` is the id that was chosen on the page, where there was a choice."""

    scopes: frozenset[str]
    choice: str | None


@dataclass(frozen=True, slots=True)
class _Code:
    granted: Granted
    redirect_uri: str
    challenge: str | None
    method: str
    until: float


@dataclass(slots=True)
class SignIn:
    """The sign-in of one app at one provider.

    `redirect_uris`: those that the app has registered. `registers`: whether the provider lets an app register such an
    address. `life`: seconds that a code is good for. `scopes`: those that the app may ask for, `None` where scopes are
    no parameter; `needs`: those it has to ask for; `unasked`: what it gets when it names none, which is refused where
    nothing is said. `insists`: parameters besides the usual ones without which the provider refuses. `proves`: the
    methods of PKCE challenges that the provider looks at; where there is none, it ignores them. `choices`: the
    companies that the page offers to who came with this query. `refuses`: what goes back in place of a code for a query
    and a choice. `brings`: what goes back beside the code for a choice. `spelled`: how a code looks.
    """

    clock: Clock
    provider: str
    client_id: str
    redirect_uris: Collection[str]
    life: float
    registers: Callable[[str], bool] = lambda _redirect_uri: True
    scopes: frozenset[str] | None = None
    needs: frozenset[str] = frozenset()
    unasked: frozenset[str] = frozenset()
    insists: tuple[str, ...] = ()
    proves: frozenset[str] = frozenset()
    choices: Callable[[Mapping[str, str]], Choices] = lambda _query: ()
    refuses: Callable[[Mapping[str, str], str | None], Mapping[str, str]] = lambda _query, _choice: {}
    brings: Callable[[str | None], Mapping[str, str]] = lambda _choice: {}
    spelled: Callable[[str], str] = lambda code: code
    _codes: dict[str, _Code] = field(default_factory=dict)
    _issued: int = 0

    async def serve(self, request: web.Request) -> web.Response:
        """`GET` shows the page, `POST` is what the person said on it."""
        return await (self.answer(request) if request.method == "POST" else self.ask(request))

    async def ask(self, request: web.Request) -> web.Response:
        """The page. Whoever comes with a wrong client or address is told so here and sent nowhere."""
        return self._look_at(request) or _page(f"{self.provider}: allow access?", self._form(request))

    async def answer(self, request: web.Request) -> web.Response:
        """What the person said: `decision` is `allow` or `deny`, `choice` one of the choices."""
        if (refusal := self._look_at(request)) is not None:
            return refusal
        form = await request.post()
        choices = [id for id, _ in self.choices(request.query)]
        choice = form.get("choice")
        if form.get("decision") != "allow":
            return _back(request, error="access_denied", error_description="The user denied access")
        if choices and choice not in choices:
            return _page("Choose one of the companies.", self._form(request), status=400)
        chosen = str(choice) if choices else None
        if refused := self.refuses(request.query, chosen):
            return _back(request, **refused)
        code = self._issue(request, chosen)
        return _back(request, code=code, **self.brings(chosen))

    def redeem(self, form: Mapping[str, str]) -> Granted | None:
        """What the code in a token request stands for; a code is spent by the first who shows it."""
        known = self._codes.pop(form.get("code", ""), None)
        if known is None or known.until <= self.clock() or form.get("redirect_uri") != known.redirect_uri:
            return None
        if known.challenge is not None:
            verifier = form.get("code_verifier", "")
            if known.challenge != (_challenge(verifier) if known.method == "S256" else verifier):
                return None
        return known.granted

    def _look_at(self, request: web.Request) -> web.Response | None:
        query = request.query
        if len(query) != len(set(query)):
            return _page("A parameter is given twice.", status=400)
        if query.get("client_id") != self.client_id:
            return _page("This app is not known.", status=400)
        redirect_uri = query.get("redirect_uri", "")
        if redirect_uri not in self.redirect_uris or not self.registers(redirect_uri):
            return _page("This redirect address is not registered.", status=400)
        if query.get("response_type") != "code":
            return _back(request, error="unsupported_response_type")
        for name in self.insists:
            if not query.get(name):
                return _back(request, error="invalid_request", error_description=f"{name} is missing")
        asked = self._asked(query)
        if self.scopes is not None and not (asked and self.scopes >= asked >= self.needs):
            return _back(request, error="invalid_scope")
        if self.proves and "code_challenge" in query and _method(query) not in self.proves:
            return _back(request, error="invalid_request", error_description="The challenge's method is not known")
        return None

    def _asked(self, query: Mapping[str, str]) -> frozenset[str]:
        return frozenset(query.get("scope", "").split()) or self.unasked

    def _issue(self, request: web.Request, choice: str | None) -> str:
        self._issued += 1
        code = self.spelled(hashlib.sha256(f"{self.provider} code {self._issued}".encode()).hexdigest())
        query = request.query
        granted = Granted(self._asked(query), choice)
        challenge = query.get("code_challenge") if self.proves else None
        until = self.clock() + self.life
        self._codes[code] = _Code(granted, query["redirect_uri"], challenge, _method(query), until)
        return code

    def _form(self, request: web.Request) -> str:
        scopes = "".join(f"<li>{escape(scope)}</li>" for scope in sorted(self._asked(request.query)))
        choices = "".join(
            f'<label><input type="radio" name="choice" value="{escape(id)}" required> {escape(name)}</label><br>'
            for id, name in self.choices(request.query)
        )
        return (
            f"<ul>{scopes}</ul><form method='post'>{choices}"
            "<button name='decision' value='allow'>Allow</button> "
            "<button name='decision' value='deny' formnovalidate>Deny</button></form>"
        )


def _method(query: Mapping[str, str]) -> str:
    """RFC 7636, section 4.3: who does not name one means `plain`."""
    return query.get("code_challenge_method", "plain")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _back(request: web.Request, **parameters: str) -> web.Response:
    """The browser goes back to the app, with the `state` as it came. Every character that can be is encoded: a redirect
    made by aiohttp would bring slashes as they are.
    """
    if "state" in request.query:
        parameters["state"] = request.query["state"]
    location = f"{request.query['redirect_uri']}?{urlencode(parameters)}"
    return web.Response(status=302, headers={"Location": location})


def _page(title: str, body: str = "", *, status: int = 200) -> web.Response:
    text = (
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>{body}"
    )
    # What a form leads to is a redirect to the app, which a policy for forms would have to name.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
