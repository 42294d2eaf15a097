"""The way from a link to a connection, without HTTP: who may take which step, and what is kept in between.

A link is good for one browser and one connection. Whatever a person does out of turn is a `LinkProblem`, in words for
people; a problem with the provider is a `GatewayError`, as everywhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from ..connectors.base import Connector, Credential, Region
from ..errors import ConnectionProblem, ErrorCode, ProviderUnavailable
from ..gateway import Gateways
from ..model.connection import Connection, ConnectionKey, Credentials
from ..model.customer import Company
from ..model.link import LONGEST_NAME, Link, Stage, is_name
from ..oauth import consent
from ..oauth.consent import Consent, ConsentProblem
from ..oauth.exchange import RefreshProblem, request, understand
from ..outbound.message import TransportError
from ..storage.connections import ConnectionExists, ConnectionStore
from ..storage.links import LinkStore
from .apps import App, Apps, asks, by_region, lacking, place
from .returns import is_allowed
from .trial import reachable_companies

log = structlog.get_logger(__name__)

LONGEST_LIFE = timedelta(days=7)
USUAL_LIFE = timedelta(hours=24)
HANDED_OUT = frozenset({"access_token", "refresh_token", "expires_at", "scope"})
"""Credentials that a token endpoint gives, and nobody types in."""
OF_THE_APP = frozenset({"client_id", "client_secret", "redirect_uri"})
_CARRIED = frozenset({"requested_by", "region"})
"""What a link keeps from its first page to its last choice."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")


class LinkProblem(Exception):
    """The link, or the step, is not good. `code`: UNKNOWN, EXPIRED, USED, OUT_OF_TURN, DENIED, REFUSED."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class BadLink(Exception):
    """What is wrong with the wish for a link, by argument."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Offer:
    """A company to choose. `unfit` says why it cannot be chosen."""

    company: Company
    unfit: str | None


@dataclass(slots=True)
class ConnectFlow:
    """`public_url` is how browsers reach the gateway, `allowed_returns` where people may be sent afterwards.

    `operator` is the name of whoever runs the gateway, told where a link does not say who asks.
    """

    shared: Gateways
    links: LinkStore
    connections: ConnectionStore
    apps: Apps
    public_url: str
    allowed_returns: Sequence[str] = ()
    operator: str = ""

    async def create(
        self,
        tenant: str,
        connection_id: str,
        integration: str | None = None,
        return_url: str | None = None,
        life: timedelta = USUAL_LIFE,
        requested_by: str | None = None,
    ) -> tuple[str, Link]:
        """A new link and the secret in its address, which is shown this once. Raises `BadLink`."""
        problems: dict[str, str] = {}
        if not _ID.fullmatch(connection_id):
            problems["connectionId"] = "It takes up to 100 letters, digits and . _ @ -, a letter or digit first."
        if integration is not None and integration not in self.open_to_people():
            problems["integration"] = f"The gateway's app at {integration} is not set up."
        if return_url is not None and not is_allowed(return_url, self.allowed_returns):
            problems["returnUrl"] = "This address is none that GATEWAY_RETURN_URLS allows."
        if not timedelta(minutes=1) <= life <= LONGEST_LIFE:
            problems["expiresIn"] = "A link lives between a minute and seven days."
        if requested_by is not None and not is_name(requested_by):
            problems["requestedBy"] = f"It takes a name of up to {LONGEST_NAME} characters in one line, and no address."
        existing = None if problems else await self.connections.get(ConnectionKey(tenant, connection_id))
        if existing is not None and integration not in (None, existing.integration):
            problems["integration"] = f"{connection_id} is a connection of {existing.integration}."
        elif existing is not None and existing.integration not in self.open_to_people():
            problems["integration"] = f"The gateway's app at {existing.integration} is not set up."
        elif existing is not None and self._has_no_app(existing):
            problems["integration"] = f"The gateway has no app at the host of {connection_id}."
        if problems:
            raise BadLink(problems)
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        only = existing.integration if existing else integration
        told = {} if requested_by is None else {"requested_by": requested_by.strip()}
        link = Link(hash_of(token), tenant, connection_id, only, return_url, now, now + life, kept=told)
        await self.links.add(link)
        log.info("connect_link_created", tenant=tenant, connection=connection_id)
        return token, link

    def asker(self, link: Link) -> str:
        """On whose behalf the person is asked; empty where nobody has said so."""
        return str(link.kept.get("requested_by", self.operator))

    def address(self, token: str) -> str:
        """What is sent to the person."""
        return f"{self.public_url}/connect/link/{token}"

    def redirect_uri(self, integration: str) -> str:
        """What has to be registered at the provider, to the letter."""
        return redirect_uri(self.public_url, integration)

    def open_to_people(self) -> dict[str, Connector]:
        """The integrations that a person can connect: no app is needed, or it is set up."""
        return {
            name: connector
            for name, connector in self.shared.connectors.items()
            if not lacking(connector.manifest, self.app(name))
        }

    def app(self, integration: str) -> App:
        return self.apps.get(integration, App())

    async def find(self, token: str) -> Link:
        """The link as it is before anybody has begun."""
        link = await self.links.find(hash_of(token))
        if link is None:
            raise LinkProblem("UNKNOWN", "This link is not known. Was it copied whole?")
        return _unused(link)

    async def begin(self, token: str, integration: str) -> tuple[str, Link]:
        """Give the link to a browser; answers the secret for its cookie."""
        link = await self.find(token)
        if link.integration not in (None, integration) or integration not in self.open_to_people():
            raise LinkProblem("OUT_OF_TURN", "This link is for another system.")
        connector = self.shared.connectors[integration]
        regions = await self.regions(link, connector)
        if connector.manifest.regions and not regions:
            raise LinkProblem("OUT_OF_TURN", "This connection is at another host.")
        cookie = secrets.token_urlsafe(32)
        begun = await self.links.begin(link.id, hash_of(cookie), integration)
        if begun is None:
            raise _used()
        if len(regions) == 1:
            await self.choose_region(begun, connector, regions[0].name)
        return cookie, begun

    async def of_browser(self, cookie: str | None) -> tuple[Link, Connector]:
        link = await self.links.of_browser(hash_of(cookie)) if cookie else None
        if link is None:
            raise LinkProblem("UNKNOWN", "This browser holds no link. Open the link that you were sent once more.")
        if link.stage is not Stage.DONE and link.expires_at <= datetime.now(UTC):
            raise _expired()
        return link, self.shared.connectors[str(link.integration)]

    async def regions(self, link: Link, connector: Connector) -> list[Region]:
        """Where the books can be: where the gateway has an app. A connection that is made anew stays where it is."""
        return self._regions(connector, await self.connections.get(ConnectionKey(link.tenant, link.connection_id)))

    async def choose_region(self, link: Link, connector: Connector, name: str) -> None:
        """Whoever has chosen may choose again until the browser is back from the provider."""
        if link.stage is not Stage.BEGUN:
            raise _out_of_turn()
        if name not in [region.name for region in await self.regions(link, connector)]:
            raise LinkProblem("REFUSED", "Choose where your books are.")
        if not await self.links.keep(link, Stage.BEGUN, {**_carried(link), "region": name}):
            raise _out_of_turn()

    async def consent_address(self, link: Link, connector: Connector) -> str | None:
        """Where the browser goes to be asked; `None` where a key is typed in instead."""
        endpoint, app = connector.manifest.consent, self._app_of(link, connector)
        if endpoint is None or connector.manifest.token is None or not asks(connector.manifest, app):
            return None
        visit = consent.begin(endpoint, self.redirect_uri(connector.manifest.name))
        if not await self.links.keep(link, Stage.BEGUN, {**_carried(link), "consent": asdict(visit)}):
            raise _out_of_turn()
        client_id = app.client_id or connector.manifest.token.client_id or ""
        return consent.address(endpoint, visit, client_id, url=app.consent_page(endpoint))

    async def come_back(self, link: Link, connector: Connector, query: Mapping[str, str]) -> None:
        """The browser is back from the provider: exchange its code, and look for companies."""
        endpoint, kept = connector.manifest.consent, link.kept.get("consent")
        if endpoint is None or link.stage is not Stage.BEGUN or kept is None:
            raise _out_of_turn()
        visit = Consent(**kept)
        try:
            code = consent.code_of(visit, query)
        except ConsentProblem as problem:
            told = ": ".join(part for part in (problem.provider_code, problem.provider_message) if part)
            words = f"{problem} {connector.manifest.label} said: {told}." if told else str(problem)
            raise LinkProblem("DENIED" if problem.denied else "REFUSED", words) from None
        # Whatever comes of it, nobody comes back with this state again.
        if not await self.links.keep(link, Stage.BEGUN, _carried(link)):
            raise _out_of_turn()
        company_id = query.get(endpoint.company_parameter) if endpoint.company_parameter else None
        connection = self._connection(link, connector, self._app_of(link, connector).credentials(), company_id)
        credentials = await self._exchange(connector, connection, visit, code)
        await self._look_for_companies(link, connector, replace(connection, credentials=credentials))

    async def type_in(self, link: Link, connector: Connector, given: Mapping[str, str]) -> list[str]:
        """Credentials that a person typed; answers what is missing. Raises `GatewayError` when they do not work."""
        if link.stage is not Stage.BEGUN:
            raise _out_of_turn()
        asked = asked_for(connector)
        values = {item.name: given.get(item.name, "").strip() for item in asked}
        absent = [item.words for item in asked if not item.optional and not values[item.name]]
        if absent:
            return absent
        typed = {name: value for name, value in values.items() if value}
        # A key that stands in the place of a consent needs no app.
        app = {} if connector.manifest.takes_keys else self._app_of(link, connector).credentials()
        await self._look_for_companies(link, connector, self._connection(link, connector, {**app, **typed}, None))
        return []

    def offers(self, link: Link, fixed: str | None = None) -> list[Offer]:
        """The companies to choose from. A connection that is made anew keeps its company: `fixed`."""
        companies = [Company(**item) for item in link.kept.get("companies", [])]
        return [Offer(company, _unfit(company, fixed)) for company in companies]

    async def fixed_company(self, link: Link) -> str | None:
        existing = await self.connections.get(ConnectionKey(link.tenant, link.connection_id))
        return None if existing is None else existing.company_id

    async def choose(self, link: Link, connector: Connector, company_id: str) -> None:
        """Store the connection with this company."""
        if link.stage is not Stage.COMPANY:
            raise _out_of_turn()
        offered = {offer.company.id: offer for offer in self.offers(link, await self.fixed_company(link))}
        offer = offered.get(company_id)
        if offer is None or offer.unfit:
            raise LinkProblem("REFUSED", offer.unfit if offer and offer.unfit else "This company is not among them.")
        credentials: dict[str, str] = link.kept["credentials"]
        # Only one of two that choose at the same time gets on: the other would put older tokens back one day.
        if not await self.links.keep(link, Stage.DONE, link.kept):
            raise _out_of_turn()
        done = replace(link, stage=Stage.DONE)
        try:
            await self._store(self._connection(link, connector, credentials, company_id))
        except BaseException:
            await self.links.keep(done, Stage.COMPANY, link.kept)
            raise
        await self.links.keep(done, Stage.DONE, {})
        log.info("connected", tenant=link.tenant, connection=link.connection_id, integration=link.integration)

    async def _store(self, connection: Connection) -> None:
        try:
            await self.connections.add(connection)
            return
        except ConnectionExists:
            pass
        # Connected anew: the credentials are replaced, whatever the provider refused before is forgotten.
        while (existing := await self.connections.get(connection.key)) is not None:
            manifest = self.shared.connectors[connection.integration].manifest
            moved = manifest.regions and place(manifest, existing.base_url) != place(manifest, connection.base_url)
            if existing.integration != connection.integration or moved:
                raise LinkProblem("REFUSED", "Meanwhile other books were connected here. Ask for a new link.")
            credentials = connection.credentials
            if await self.connections.store_credentials(connection.key, credentials, generation=existing.generation):
                return
        await self.connections.add(connection)

    async def _exchange(self, connector: Connector, connection: Connection, visit: Consent, code: str) -> Credentials:
        endpoint = connector.manifest.token
        assert endpoint is not None
        grant = consent.code_grant(code, visit, connection.credentials, endpoint)
        base_url, call, headers = request(connection, endpoint, grant)
        asked_at = datetime.now(UTC).timestamp()
        label = connector.manifest.label
        try:
            answer = await self.shared.outbound.send(
                base_url, call, key=f"{connection.key.text()}/token", headers=headers
            )
            pair = understand(answer, connection.credentials, asked_at, None, refresh_life=endpoint.refresh_life)
        except TransportError:
            raise ProviderUnavailable(ErrorCode.UNREACHABLE, f"{label} could not be reached. Start again.") from None
        except RefreshProblem as problem:
            raise ConnectionProblem(
                ErrorCode.REAUTHORIZE,
                f"{label} did not accept the consent. Start again.",
                provider_code=problem.provider_code,
                provider_message=problem.provider_message,
            ) from None
        credentials = pair.merged_into(connection.credentials)
        return credentials.replaced(redirect_uri=visit.redirect_uri) if endpoint.sends_redirect_uri else credentials

    async def _look_for_companies(self, link: Link, connector: Connector, connection: Connection) -> None:
        credentials, companies = await reachable_companies(self.shared, connector, connection)
        kept = {
            **_carried(link),
            "credentials": dict(credentials),
            "companies": [asdict(company) for company in companies],
        }
        current = await self.links.find(link.id)
        if current is None or not await self.links.keep(current, Stage.COMPANY, kept):
            raise _out_of_turn()

    def _regions(self, connector: Connector, existing: Connection | None) -> list[Region]:
        manifest = connector.manifest
        apps = by_region(manifest, self.app(manifest.name))
        places = {name: place(manifest, app.base_url) for name, app in apps.items()}
        fixed = None if existing is None else place(manifest, existing.base_url)
        return [item for item in manifest.regions if item.name in places and fixed in (None, places[item.name])]

    def _has_no_app(self, existing: Connection) -> bool:
        connector = self.shared.connectors[existing.integration]
        return bool(connector.manifest.regions) and not self._regions(connector, existing)

    def _app_of(self, link: Link, connector: Connector) -> App:
        manifest = connector.manifest
        if not manifest.regions:
            return self.app(manifest.name)
        app = by_region(manifest, self.app(manifest.name)).get(link.kept.get("region", ""))
        if app is None:
            raise _out_of_turn()
        return app

    def _connection(
        self, link: Link, connector: Connector, credentials: Mapping[str, str], company_id: str | None
    ) -> Connection:
        app = self._app_of(link, connector)
        return Connection(
            link.connection_id,
            connector.manifest.name,
            Credentials(credentials),
            company_id,
            app.base_url,
            app.token_url,
            tenant=link.tenant,
        )


def asked_for(connector: Connector) -> Sequence[Credential]:
    """What a person types in: neither what the app brings nor what a token endpoint hands out."""
    return [item for item in connector.manifest.credentials if item.name not in HANDED_OUT | OF_THE_APP]


def redirect_uri(public_url: str, integration: str) -> str:
    return f"{public_url}/connect/callback/{integration.replace('_', '-')}"


def hash_of(secret: str) -> str:
    """A link or cookie as it is kept. They are random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _carried(link: Link) -> dict[str, Any]:
    return {name: value for name, value in link.kept.items() if name in _CARRIED}


def _unfit(company: Company, fixed: str | None) -> str | None:
    if fixed is not None and company.id != fixed:
        return "This connection is for another company."
    if company.unfit is not None:
        return company.unfit
    if company.active is False:
        return "This company is not active: its subscription has ended or was never begun."
    return None


def _unused(link: Link) -> Link:
    if link.stage is not Stage.SENT:
        raise _used()
    if link.expires_at <= datetime.now(UTC):
        raise _expired()
    return link


def _used() -> LinkProblem:
    return LinkProblem("USED", "This link was used already. Ask for a new one.")


def _expired() -> LinkProblem:
    return LinkProblem("EXPIRED", "This link has expired. Ask for a new one.")


def _out_of_turn() -> LinkProblem:
    return LinkProblem("OUT_OF_TURN", "This step is not due: it was taken already, or another has to come first.")
