"""`gql-gateway doctor`: what an operator would look at, looked at in one go. It changes nothing of its own accord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from ..app import Running, key_set_of, running, unsafe
from ..callers.key_set import InvalidKeySet, read_key_set
from ..outbound.client import Outbound
from ..outbound.limits import Limiter
from ..serving import CannotListen, is_taken, listeners
from ..settings import Settings, wrong_values
from ..storage.api_keys import ApiKeyStore
from ..storage.audit import AuditLog
from ..storage.connections import UNREADABLE, ConnectionStore, EverybodysConnections
from ..storage.database import Database, DatabaseProblem
from ..storage.idempotency import IdempotencyStore
from ..storage.links import LinkStore
from ..storage.migrate import SchemaState
from ..storage.secrets import SecretBox, SecretProblem
from .health import LONGEST_CALL, SOON, Health
from .report import Finding, Level, Report

HELP = (
    "Look at settings, database, keys, clock, connections, API keys, links and audit log, and say what to do.\n\n"
    "Each connection is tried with one cheap call, unless --offline is given; an access token that has ended is "
    "renewed by that, as by any other call. The exit code is 0 only without problems; warnings do not count."
)
UNUSED_FOR = timedelta(days=7)
REAPED_WITHIN = timedelta(hours=2)
UNFINISHED_AFTER = timedelta(hours=1)
_ODD_CLOCK, _WRONG_CLOCK = 2.0, 30.0

_SCHEMAS = {
    SchemaState.CURRENT: (Level.OK, "its schema is this version's", ""),
    SchemaState.MISSING: (Level.PROBLEM, "it holds nothing yet", "`gql-gateway serve` sets it up when it starts."),
    SchemaState.OLDER: (
        Level.PROBLEM,
        "its schema is older than this version",
        "`gql-gateway serve` brings it up to date when it starts.",
    ),
    SchemaState.FOREIGN: (
        Level.PROBLEM,
        "its schema was made by another version of the gateway",
        "Run the version that made it, or a newer one.",
    ),
}


async def examine(report: Report, *, offline: bool) -> bool:
    """Whether there was no problem."""
    try:
        async for finding in _findings(offline):
            report.add(finding)
    except (DatabaseProblem, SecretProblem) as problem:
        report.add(Finding("database", "answers", Level.PROBLEM, str(problem), "The rest was not looked at."))
    return report.end()


async def _findings(offline: bool) -> AsyncIterator[Finding]:
    try:
        settings = Settings()
    except ValidationError as error:
        for line in wrong_values(error):
            yield _setting(line)
        return
    for finding in _of_settings(settings):
        yield finding
    async for finding in _of_key_set(settings, offline=offline):
        yield finding
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        # SQLite would make the file.
        if database.path is not None and not database.path.exists():
            words = f"the file {database.path} does not exist"
            yield Finding("database", "answers", Level.PROBLEM, words, _SCHEMAS[SchemaState.MISSING][2])
            return
        await database.ping()
        yield Finding("database", "answers", Level.OK, "it does", facts={"postgresql": database.is_postgresql})
        state = await database.schema_state()
        level, words, advice = _SCHEMAS[state]
        yield Finding("database", "schema", level, words, advice, {"state": state.value})
        for problem in await database.unsafe_settings():
            words, advice = f"{problem}: a power cut could lose what was acknowledged", "Change it at the server."
            yield Finding("database", "safety", Level.PROBLEM, words, advice)
        yield _clock(await database.clock_ahead())
        if level is not Level.OK:
            return
        try:
            box = SecretBox.from_text(settings.secret_keys.get_secret_value())
        except SecretProblem:
            # Said among the settings. Nothing sealed can be looked at.
            box = None
        if box is not None:
            audit = AuditLog(database, box, timedelta(days=settings.audit_days))
            async for finding in _of_keys(database, box, audit):
                yield finding
            # Nobody calls in here, and what is wrong with tokens of callers was said.
            alone = settings.model_copy(update={"jwt_keys": "", "deadline": min(settings.deadline, LONGEST_CALL)})
            parts = None if offline else await stack.enter_async_context(running(alone, box))
            async for finding in _of_connections(EverybodysConnections(database, box), parts):
                yield finding
            async for finding in _of_links(LinkStore(database, box)):
                yield finding
            yield await _of_audit(settings, audit)
        async for finding in _of_callers(settings, ApiKeyStore(database)):
            yield finding


def _setting(line: str) -> Finding:
    name, _, words = line.partition(": ")
    return Finding("settings", name, Level.PROBLEM, words, "`gql-gateway serve` refuses it: docs/connecting.md.")


def _of_settings(settings: Settings) -> Iterator[Finding]:
    wrong = unsafe(settings)
    yield from map(_setting, wrong)
    host, port = settings.host, settings.port
    try:
        if is_taken(host, port):
            words = f"something listens on {host}:{port}"
            advice = "As it should be while the gateway runs; otherwise choose another port."
            yield Finding("settings", "GATEWAY_PORT", Level.WARNING, words, advice)
        else:
            for item in listeners(host, port):
                item.close()
    except CannotListen as problem:
        wrong.append(str(problem))
        yield _setting(str(problem))
    if not wrong:
        yield Finding("settings", "all", Level.OK, "`gql-gateway serve` takes them")


async def _of_key_set(settings: Settings, *, offline: bool) -> AsyncIterator[Finding]:
    """Whether JWTs could be checked. What the settings themselves forbid was said, and is not tried."""
    name = "GATEWAY_JWT_KEYS"
    is_address = settings.jwt_keys.startswith(("http://", "https://"))
    if not settings.jwt_keys or (offline and is_address) or any(name in line for line in unsafe(settings)):
        return
    async with Outbound(Limiter()) as outbound:
        try:
            keys = read_key_set(await key_set_of(settings, outbound)())
        except InvalidKeySet as problem:
            advice = "No JWT is taken until it does: try the address from this machine." if is_address else ""
            yield Finding("key set", name, Level.PROBLEM, str(problem), advice or "No JWT is taken without it.")
            return
    words = "1 key that can check JWTs" if len(keys) == 1 else f"{len(keys)} keys that can check JWTs"
    facts = {"keys": len(keys), "ids": sorted(kid for kid in keys if kid is not None)}
    if None in keys and len(keys) > 1:
        advice = "The one without kid checks nothing: a token that names none is refused where there are several keys."
        yield Finding("key set", name, Level.WARNING, words, advice, facts)
        return
    yield Finding("key set", name, Level.OK, words, facts=facts)


def _clock(ahead: float | None) -> Finding:
    if ahead is None:
        return Finding("clock", "database", Level.OK, "the database has none of its own")
    facts = {"secondsAhead": round(ahead, 3)}
    off = abs(ahead)
    if off < _ODD_CLOCK:
        return Finding("clock", "database", Level.OK, "it agrees with this machine's", facts=facts)
    words = f"it is {off:.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    level = Level.PROBLEM if off >= _WRONG_CLOCK else Level.WARNING
    return Finding("clock", "database", level, words, "Set both machines by the same time servers (NTP).", facts)


async def _of_keys(database: Database, box: SecretBox, audit: AuditLog) -> AsyncIterator[Finding]:
    try:
        credentials = await ConnectionStore(database, box).count_by_key()
        answers = await IdempotencyStore(database, box).count_by_key()
        links = await LinkStore(database, box).count_by_key()
        entries = await audit.count_by_key()
    except SecretProblem as problem:
        advice = "Restore the database, or connect what is named below anew."
        yield Finding("keys", "counts", Level.PROBLEM, str(problem), advice)
        return
    for name in dict.fromkeys((*box.key_names, *sorted({*credentials, *answers, *links, *entries}))):
        counts = tuple(found.get(name, 0) for found in (credentials, answers, links, entries))
        level, advice = _judged(name, box, *counts)
        words = "seals {} connections, {} kept answers, {} links, {} entries of the audit log".format(*counts)
        yield Finding(
            "keys",
            name,
            level,
            words if name in box.key_names else f"is not configured, and {words}",
            advice,
            {
                "configured": name in box.key_names,
                "current": name == box.current_key,
                "removable": name != box.current_key and not any(counts),
                **dict(zip(("connections", "idempotencyRecords", "connectLinks", "auditEntries"), counts, strict=True)),
            },
        )


def _judged(name: str, box: SecretBox, credentials: int, answers: int, links: int, entries: int) -> tuple[Level, str]:
    if name == box.current_key:
        return Level.OK, ""
    if name not in box.key_names:
        back = "Put it back into GATEWAY_SECRET_KEYS, behind the first one"
        if credentials:
            return Level.PROBLEM, f"{back}, or connect what it seals anew."
        if entries:
            return Level.WARNING, f"{back}: without it nobody can see what these updates changed."
        return Level.WARNING, f"{back}, or wait: kept answers go after three days, links after a week at most."
    if credentials or answers or links or entries:
        return Level.WARNING, "Run `gql-gateway keys rotate-secrets`; then it can be taken away."
    return Level.WARNING, "It is of no use any more: take it out of GATEWAY_SECRET_KEYS."


async def _of_connections(store: EverybodysConnections, parts: Running | None) -> AsyncIterator[Finding]:
    health = Health(store, parts)
    count = closed = 0
    async for some in store.everybodys():
        count += len(some)
        closed += sum(item.status == UNREADABLE for item in some)
        for finding in await asyncio.gather(*map(health.of, some)):
            yield finding
    words = f"{count - closed} of {count} stored connections open"
    level = Level.PROBLEM if closed else Level.OK
    yield Finding("keys", "all", level, words, "See these connections." if closed else "", {"unreadable": closed})


async def _of_callers(settings: Settings, store: ApiKeyStore) -> AsyncIterator[Finding]:
    now, working = datetime.now(UTC), 0
    async for key in store.unrevoked():
        working += key.works(now)
        level, words, advice = Level.OK, "works", ""
        remake = "make its caller another one (`gql-gateway keys create`)"
        if not key.works(now):
            level, words = Level.WARNING, f"expired on {key.expires_at:%Y-%m-%d %H:%M} UTC"
            advice = f"If it is missed, {remake}; `gql-gateway keys revoke {key.id}` takes it off this list."
        elif key.expires_at is not None and key.expires_at <= now + SOON:
            level, words = Level.WARNING, f"ends on {key.expires_at:%Y-%m-%d %H:%M} UTC"
            advice = f"In time, {remake}."
        elif key.last_used_at is None:
            words = f"was never used since {key.created_at:%Y-%m-%d}"
            if key.created_at <= now - UNUSED_FOR:
                level, advice = Level.WARNING, f"If nobody needs it: `gql-gateway keys revoke {key.id}`."
        facts = {"id": key.id, "tenant": key.tenant, "status": key.status(now)}
        times = {"createdAt": key.created_at, "expiresAt": key.expires_at, "lastUsedAt": key.last_used_at}
        shown = {name: moment.isoformat() if moment else None for name, moment in times.items()}
        name = f"{key.tenant}/{key.id}" + (f" ({key.name})" if key.name else "")
        yield Finding("caller", name, level, words, advice, {**facts, "name": key.name, **shown})
    if not working and not settings.jwt_keys and settings.authentication == "required":
        advice = "`gql-gateway keys create --scope …` makes one."
        yield Finding("caller", "all", Level.WARNING, "nobody has an API key that works", advice)


async def _of_links(store: LinkStore) -> AsyncIterator[Finding]:
    everything, expired = await store.count(), await store.count_expired()
    overdue = await store.count_expired(REAPED_WITHIN)
    words = f"{everything - expired} open, {expired} expired"
    advice = "A gateway that runs deletes them within the hour: does one run on this database?" if overdue else ""
    level = Level.WARNING if overdue else Level.OK
    yield Finding("links", "all", level, words, advice, {"open": everything - expired, "expired": expired})


async def _of_audit(settings: Settings, audit: AuditLog) -> Finding:
    count, unfinished = await audit.count(), await audit.count_unfinished(UNFINISHED_AFTER)
    days = settings.audit_days
    words = f"{count} entries, kept for {days} days" if days else "none is kept"
    facts = {"entries": count, "unfinished": unfinished, "days": days}
    if unfinished:
        words += f"; {unfinished} updates were begun and not seen to end"
        return Finding("audit", "all", Level.WARNING, words, "Their result is STARTED: read these customers.", facts)
    return Finding("audit", "all", Level.OK, words, "", facts)
