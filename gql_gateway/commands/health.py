"""One connection looked at: what is stored of it, and whether the provider lets it in."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ..app import Running
from ..connectors.registry import connectors
from ..errors import ErrorCode, GatewayError
from ..model.caller import DEFAULT_TENANT
from ..model.connection import Connection
from ..model.customer import Company
from ..model.lifetime import number
from ..oauth.exchange import grants
from ..storage.connections import UNREADABLE, ConnectionStore
from ..storage.database import DatabaseProblem
from .report import Finding, Level

AT_ONCE = 4
LONGEST_CALL = 15.0
_GRACE = 10.0
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of an access token. `renewable`: the gateway can get the next one by itself."""

    ends_at: datetime | None
    renewable: bool


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call. `code` is that of an error."""

    level: Level
    words: str
    advice: str = ""
    code: ErrorCode | None = None


@dataclass(slots=True)
class Health:
    """Without `parts` no provider is asked."""

    store: ConnectionStore
    parts: Running | None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def of(self, connection: Connection) -> Finding:
        called: Called | None = None
        if self.parts is not None and connection.status == "ready" and connection.integration in connectors():
            async with self.turns:
                called = await self._call(self.parts, connection)
            # The call may have renewed the token, or learnt that it cannot be.
            connection = await self.store.get(connection.key) or connection
        token = token_of(connection)
        level, words, advice = _stored(connection, token)
        if called and (level is Level.OK or called.level is not Level.OK):
            level, words, advice = called.level, called.words, called.advice
        facts = {
            "tenant": connection.tenant,
            "id": connection.id,
            "integration": connection.integration,
            "companyId": connection.company_id,
            "status": connection.status,
            "statusReason": connection.status_reason,
            "lastUsedAt": connection.last_used_at.isoformat() if connection.last_used_at else None,
            "tokenEndsAt": token.ends_at.isoformat() if token.ends_at else None,
            "tokenRenewable": token.renewable,
            "needsReauthorization": needs_reauthorization(connection, token),
            "called": called is not None,
            "callError": called.code.name if called and called.code else None,
        }
        used = f"{connection.last_used_at:%Y-%m-%d}" if connection.last_used_at else "never"
        ends = f"; its token ends {token.ends_at:%Y-%m-%d %H:%M} UTC" if token.ends_at and not token.renewable else ""
        name = f"{connection.tenant}/{connection.id}"
        return Finding(
            "connection",
            name,
            level,
            f"{connection.integration}: {words.rstrip('.')}; last used: {used}{ends}",
            advice,
            facts,
        )

    async def _call(self, parts: Running, connection: Connection) -> Called:
        # A look is no use, and would hide that nobody else has come for months.
        parts.gateways.note_use = None
        try:
            # The call keeps its own time; this is for whatever does not.
            async with asyncio.timeout(LONGEST_CALL + _GRACE):
                companies = await parts.gateways.of(connection.tenant).companies(connection.id)
        except TimeoutError:
            return Called(Level.PROBLEM, "no answer in time", "Try again.", ErrorCode.UNREACHABLE)
        except GatewayError as error:
            level = Level.WARNING if error.code is ErrorCode.RATE_LIMITED else Level.PROBLEM
            again = error.code in (ErrorCode.REAUTHORIZE, ErrorCode.MISSING_SCOPE)
            shown = f"{connection.id}{_in_tenant(connection)}"
            advice = anew(connection) if again else f"Try again; its addresses: `gql-gateway connections show {shown}`."
            return Called(level, f"{error.code.name}: {error.message}", advice, error.code)
        except DatabaseProblem:
            raise
        except Exception as error:
            # One connection's trouble hides nothing of the others; the words of an exception may quote anything.
            words = f"the gateway failed: {type(error).__name__}"
            return Called(Level.PROBLEM, words, "Please report it: this is a fault of the gateway.")
        return judged(connection, companies)


def judged(connection: Connection, companies: Sequence[Company]) -> Called:
    """What an answer says of a connection: whoever has fixed a company wants that one."""
    fixed = connection.company_id
    if fixed is None:
        return Called(Level.OK, f"works; companies: {len(companies)}")
    found = next((company for company in companies if company.id == fixed), None)
    but = f"works, but its company {fixed}"
    if found is None:
        return Called(Level.WARNING, f"{but} is not among those it reaches", anew(connection))
    if found.unfit is not None:
        return Called(Level.WARNING, f"{but} cannot be used: {found.unfit}")
    if found.active is False:
        return Called(Level.WARNING, f"{but} is not active", "See to its subscription at the provider.")
    return Called(Level.OK, f"works; companies: {len(companies)}")


def token_of(connection: Connection) -> Token:
    connector = connectors().get(connection.integration)
    endpoint = connector.manifest.token_of(connection) if connector else None
    stamp = number(connection.credentials.get("expires_at"))
    try:
        ends_at = None if stamp is None else datetime.fromtimestamp(stamp, UTC)
    except (ValueError, OverflowError, OSError):
        ends_at = None
    return Token(ends_at, endpoint is not None and next(grants(connection.credentials, endpoint), None) is not None)


def needs_reauthorization(connection: Connection, token: Token) -> bool:
    ended = token.ends_at is not None and token.ends_at <= datetime.now(UTC)
    return connection.status != "ready" or (ended and not token.renewable)


def anew(connection: Connection) -> str:
    """How it is connected anew."""
    where = f"--id {connection.id}{_in_tenant(connection)}"
    return f"Connect it anew: `gql-gateway connect {connection.integration} {where}`."


def _in_tenant(connection: Connection) -> str:
    return "" if connection.tenant == DEFAULT_TENANT else f" --tenant {shlex.quote(connection.tenant)}"


def _stored(connection: Connection, token: Token) -> tuple[Level, str, str]:
    """What follows from what is stored."""
    reason = f": {connection.status_reason}" if connection.status_reason else ""
    if connection.status == UNREADABLE:
        advice = "Put the key back into GATEWAY_SECRET_KEYS; without it, remove the connection and connect anew."
        return Level.PROBLEM, f"unreadable{reason}", advice
    if connection.integration not in connectors():
        return Level.PROBLEM, "this gateway has no such connector", "Install the version that has it, or remove it."
    if connection.status != "ready":
        return Level.PROBLEM, f"{connection.status}{reason}", anew(connection)
    if token.ends_at is None or token.renewable:
        return Level.OK, "ready", ""
    if token.ends_at <= datetime.now(UTC):
        return Level.PROBLEM, "its token has ended, and what renews it is not stored", anew(connection)
    if token.ends_at <= datetime.now(UTC) + SOON:
        return Level.WARNING, "ready, but what renews its token is not stored", anew(connection)
    return Level.OK, "ready", ""
