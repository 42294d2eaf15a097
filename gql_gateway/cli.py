"""The commands: `gql-gateway serve | sandbox | schema | support | connections | connect | keys | …`."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from socket import socket
from typing import Annotated, Any

import structlog
import typer
import uvloop
from rich.table import Table
from rich.text import Text

from . import __version__, logs, support
from .app import build_app, unsafe
from .commands import artifacts, audit, connect, connections, doctor, keys, operations, releases, report, sandbox
from .commands.terminal import (
    TYPER,
    AsJson,
    Tenant,
    database_settings,
    err,
    out,
    refuse,
    run,
    safe_settings,
    settings_of_environment,
)
from .connectors.registry import connectors
from .model.api_key import ApiKey
from .model.caller import DEFAULT_TENANT
from .model.connection import Connection, ConnectionKey
from .serving import CannotListen, ending_well, free_port, is_taken, listeners, server_of, settle
from .settings import Settings
from .storage.connections import ConnectionExists
from .storage.database import Database
from .storage.secrets import SecretBox, SecretProblem, generate_key

log = structlog.get_logger(__name__)

app = typer.Typer(help="Safe customer updates in many accounting systems through one GraphQL mutation.", **TYPER)
connections_app = typer.Typer(help="Stored credentials, one connection per tenant and provider.", **TYPER)
keys_app = typer.Typer(help="API keys of callers, and the keys that seal credentials at rest.", **TYPER)
app.add_typer(connections_app, name="connections")
app.add_typer(keys_app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(operations.app, name="operations")
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is not current.")]


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def main() -> None:
    app()


@app.command()
def serve() -> None:
    """Run the gateway with the settings of the environment (GATEWAY_*)."""
    settings = settings_of_environment()
    problems = unsafe(settings)
    sockets: list[socket] = []
    try:
        sockets = listeners(settings.host, settings.port)
    except CannotListen as problem:
        problems.append(str(problem))
    try:
        if problems:
            refuse(*problems)
        run(_refuse_unsafe_database(settings))
        logs.set_up(settings.log_level, settings.log_format)
        box = SecretBox.from_text(settings.secret_keys.get_secret_value())
        gateway = build_app(settings, box)
        server = server_of(gateway, settings, gateway.leave)
        settle()
        log.info("listening", host=settings.host, port=sockets[0].getsockname()[1])
        with ending_well():
            server.run(sockets=sockets)
    finally:
        for item in sockets:
            item.close()
    if not server.started:
        raise typer.Exit(1)


@app.command("sandbox")
def run_sandbox(
    port: Annotated[int, typer.Option(help="Port of the gateway.")] = 8000,
    simulators_port: Annotated[int, typer.Option(help="Port of the simulators.")] = 8900,
) -> None:
    """Run the gateway with simulated providers: nothing to configure, nothing outside this machine."""
    host = "127.0.0.1"
    for number, who in ((port, "--port"), (simulators_port, "--simulators-port")):
        if is_taken(host, number):
            refuse(f"Something listens on {host}:{number} already; choose another one with {who}.")
    logs.set_up("warning", "console")
    uvloop.run(_sandbox(host, port, simulators_port))


async def _sandbox(host: str, port: int, simulators_port: int) -> None:
    # Whoever connects books comes back to this very address: it has to be known before anything is served.
    port = port or free_port(host)
    async with sandbox.prepared(host, port, simulators_port) as ready:
        with ending_well():
            await _serve_sandbox(ready)


async def _serve_sandbox(ready: sandbox.Prepared) -> None:
    server = server_of(ready.app, ready.app.settings, ready.app.leave)
    serving = asyncio.ensure_future(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 – uvicorn offers no event for it
        await asyncio.sleep(0.02)
    if server.started:
        address = f"http://{ready.sandbox.host}:{server.servers[0].sockets[0].getsockname()[1]}"
        out.print(f"\nGraphiQL      {address}/graphql")
        out.print(f"Field support {address}/support")
        out.print(f"Simulators    {_simulators(ready)}")
        out.print("Connections   " + ", ".join(sandbox.connection_id(name) for name in ready.operations))
        out.print("\nPaste this into GraphiQL, or try it from here:\n")
        first = next(iter(ready.operations.values()))
        out.print(first, markup=False)
        out.print(
            f"curl -s {address}/graphql -H 'content-type: application/json' -d "
            f"'{json.dumps({'query': ' '.join(first.split())})}'\n",
            markup=False,
        )
        out.print("Stop with Ctrl-C. Everything is forgotten then.")
    await serving


def _simulators(ready: sandbox.Prepared) -> str:
    return f"http://{ready.sandbox.host}:{ready.sandbox.port}/<integration>/, control API at /_control/<integration>/"


@app.command()
def schema(
    check: Check = False,
    diff: Annotated[bool, typer.Option("--diff", help="Tell what changed for callers since the last release.")] = False,
    against: Annotated[Path | None, typer.Option(help="Compare with another folder, e.g. releases/0.1.0.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Record what callers rely on in this version.")] = False,
    folder: Annotated[Path, typer.Option(help="The project's folder.")] = Path(),
    auth_directives: Annotated[
        bool,
        typer.Option("--auth-directives", help="Print the subgraph with @authenticated and @requiresScopes instead."),
    ] = False,
) -> None:
    """Write schema.graphql (for clients) and docs/subgraph.graphql (for federation), or compare them with a release."""
    try:
        if auth_directives:
            sys.stdout.write(artifacts.subgraph_with_auth())
        elif diff or against:
            told, untold = releases.tell(folder, against)
            sys.stdout.write(told)
            if untold:
                refuse(*untold)
        elif release:
            out.print(f"written: {', '.join(str(path) for path in releases.record(folder))}")
        else:
            _generate(artifacts.schema_files(), folder, check, "gql-gateway schema")
    except releases.Refused as problem:
        refuse(str(problem))


@app.command("support")
def show_support(
    check: Check = False,
    format: Annotated[Format | None, typer.Option(help="Print the matrix instead of writing the docs.")] = None,
    folder: Annotated[Path, typer.Option(help="The project's folder.")] = Path(),
) -> None:
    """Write docs/support-matrix.md, or print the matrix."""
    printed = {Format.JSON: support.to_json, Format.CSV: support.to_csv, Format.MARKDOWN: support.to_markdown}
    if format in printed:
        sys.stdout.write(printed[format](connectors()))
    elif format is Format.TABLE:
        out.print(_matrix_table())
    else:
        _generate(artifacts.support_files(folder), folder, check, "gql-gateway support")


@connections_app.command("add")
def add_connection(
    integration: Annotated[str, typer.Argument(help="Which system, e.g. fortnox or lexware-office.")],
    id: Annotated[str, typer.Option(help="Name of the connection, of your own choice.")],
    credential: Annotated[list[str], typer.Option(help="name=value; repeat it. `-` reads such lines from stdin.")],
    company: Annotated[str | None, typer.Option(help="Fix the company that calls act upon.")] = None,
    tenant: Tenant = DEFAULT_TENANT,
    base_url: Annotated[str | None, typer.Option(help="Another base URL than the provider's own.")] = None,
    token_url: Annotated[str | None, typer.Option(help="Another token URL than the provider's own.")] = None,
) -> None:
    """Store credentials for one provider, encrypted."""
    given = [line.strip() for line in sys.stdin if line.strip()] if credential == ["-"] else credential
    try:
        added = run(connections.add(safe_settings(), tenant, integration, id, given, company, base_url, token_url))
    except (connections.BadArguments, ConnectionExists) as error:
        refuse(*str(error).splitlines())
    out.print(f"Stored {added.id} ({added.integration}).")


@connections_app.command("list")
def list_connections(tenant: Tenant = DEFAULT_TENANT, as_json: AsJson = False) -> None:
    """A tenant's connections, without their secrets."""
    found = run(_all_connections(tenant))
    if as_json:
        sys.stdout.write(json.dumps([connections.shown(item) for item in found], indent=2) + "\n")
        return
    table = Table("id", "integration", "company", "status", "last used")
    for item in found:
        shown = connections.shown(item)
        table.add_row(*(str(shown[key] or "–") for key in ("id", "integration", "companyId", "status", "lastUsedAt")))
    out.print(table)


@connections_app.command("show")
def show_connection(id: str, tenant: Tenant = DEFAULT_TENANT) -> None:
    """One connection: everything but the values of its credentials."""
    found = next((item for item in run(_all_connections(tenant)) if item.id == id), None)
    if found is None:
        refuse(f"There is no connection {id}.")
    sys.stdout.write(json.dumps(connections.shown(found), indent=2) + "\n")


@connections_app.command("test")
def try_connection(id: str, tenant: Tenant = DEFAULT_TENANT) -> None:
    """Ask the provider whether the credentials work."""
    tried = run(connections.try_connection(safe_settings(), ConnectionKey(tenant, id)))
    if not tried.ok:
        refuse(f"{id}: {tried.words}")
    out.print(f"{id}: {tried.words}")


@connections_app.command("remove")
def remove_connection(id: str, tenant: Tenant = DEFAULT_TENANT) -> None:
    """Forget a connection and its credentials."""
    if not run(_remove(ConnectionKey(tenant, id))):
        refuse(f"There is no connection {id}.")
    out.print(f"Removed {id}.")


@app.command("connect", help=connect.HELP)
def connect_books(
    id: Annotated[str, typer.Option(help="Name of the connection, of your own choice.")],
    integration: Annotated[
        str | None, typer.Argument(help="Which system, e.g. fortnox; otherwise it is chosen in the browser.")
    ] = None,
    tenant: Tenant = DEFAULT_TENANT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open nothing.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Port on {connect.HOST}, {connect.PORT} otherwise; 0 finds a free one."),
    ] = None,
    requested_by: Annotated[str | None, typer.Option(help="On whose behalf the pages ask: a name.")] = None,
) -> None:
    def tell(invitation: connect.Invitation) -> None:
        for label, address in invitation.redirects.items() if integration else ():
            out.print(f"Redirect address registered at {label}: {address}", markup=False)
        out.print(f"Open {invitation.address}", markup=False)
        if not no_browser:
            connect.show_in_browser(invitation.address)

    try:
        key = ConnectionKey(tenant, id)
        result, link = run(connect.connect(safe_settings(), key, integration, port, tell, requested_by))
    except connections.BadArguments as error:
        refuse(*str(error).splitlines())
    if result is not connect.Result.CONNECTED:
        refuse(f"{id} was not connected: {'the link has expired' if result is connect.Result.EXPIRED else 'stopped'}.")
    out.print(f"Connected {id} ({link.integration}).")


@keys_app.command("create")
def create_key(
    scope: Annotated[list[str], typer.Option(help="What the caller may do, e.g. customers:read; repeat it.")],
    tenant: Annotated[str, typer.Option(help="Whose connections the caller reaches.")] = DEFAULT_TENANT,
    name: Annotated[str, typer.Option(help="What it is for, for people.")] = "",
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d, 12h, 30m. Otherwise never.")] = None,
) -> None:
    """Make an API key for a caller and print it, this one time."""
    try:
        text, made = run(keys.create(database_settings(), tenant, scope, name, expires))
    except connections.BadArguments as error:
        refuse(*str(error).splitlines())
    sys.stdout.write(text + "\n")
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "until it is revoked"
    err.print(f"Key {made.id} of tenant {made.tenant} works {until}. It is not kept and not shown again.", markup=False)


@keys_app.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option(help="This tenant's only.")] = None, as_json: AsJson = False
) -> None:
    """The API keys of callers; what is kept of a key does not let anybody in."""
    shown = [_shown_key(item) for item in run(keys.everything(database_settings(), tenant))]
    if as_json:
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    columns = ("id", "tenant", "name", "scopes", "status", "expiresAt", "lastUsedAt")
    table = Table("id", "tenant", "name", "scopes", "status", "expires", "last used")
    for item in shown:
        table.add_row(*(Text(_words(item[column])) for column in columns))
    out.print(table)


@keys_app.command("revoke")
def revoke_key(id: str) -> None:
    """Let a key in no more; running gateways follow within five seconds."""
    revoked = run(keys.revoke(database_settings(), id))
    if revoked is None:
        refuse("There is no key of this id; `gql-gateway keys list` shows them.")
    out.print(f"Revoked {revoked.id}.")


@keys_app.command("generate-secret")
def generate_secret(
    name: Annotated[str, typer.Option(help="Name of the key; stored with what it seals.")] = "k1",
) -> None:
    """Print a new key for GATEWAY_SECRET_KEYS."""
    try:
        sys.stdout.write(generate_key(name) + "\n")
    except SecretProblem as problem:
        refuse(str(problem))


@keys_app.command("rotate-secrets")
def rotate_secrets() -> None:
    """Seal everything again under the first key of GATEWAY_SECRET_KEYS; afterwards the others can go."""
    count = run(_rotate())
    out.print(f"Sealed {count} records again under the first key.")


@app.command("doctor", help=doctor.HELP)
def examine(
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no provider; everything else is looked at.")] = False,
) -> None:
    logs.set_up("error", "console")
    told = report.JsonReport(sys.stdout) if as_json else report.TableReport(out)
    if not asyncio.run(doctor.examine(told, offline=offline)):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


async def _all_connections(tenant: str) -> list[Connection]:
    async with connections.store_of(safe_settings()) as (store, _):
        return await store.all(tenant)


async def _remove(key: ConnectionKey) -> bool:
    async with connections.store_of(safe_settings()) as (store, _):
        return await store.remove(key)


async def _rotate() -> int:
    async with connections.store_of(safe_settings()) as (store, parts):
        stores = (store, parts.keys, parts.audit, parts.connect.links)
        return sum([await one.reseal_all() for one in stores])


async def _refuse_unsafe_database(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        await database.ping()
        problems = await database.unsafe_settings()
    finally:
        await database.close()
    if problems:
        refuse(*problems)


def _generate(files: dict[Path, str], folder: Path, check: bool, command: str) -> None:
    if check:
        if old := artifacts.stale(files, folder):
            refuse(*(f"{path} is not current: run `{command}`." for path in old))
        out.print(f"current: {', '.join(str(path) for path in files)}")
        return
    written = artifacts.write(files, folder)
    out.print(f"written: {', '.join(str(path) for path in written)}" if written else "nothing to write: all current")


def _shown_key(item: ApiKey) -> dict[str, Any]:
    times = {"createdAt": item.created_at, "expiresAt": item.expires_at}
    times |= {"revokedAt": item.revoked_at, "lastUsedAt": item.last_used_at}
    return {
        "id": item.id,
        "tenant": item.tenant,
        "name": item.name,
        "scopes": sorted(scope.value for scope in item.scopes),
        "status": item.status(datetime.now(UTC)),
        **{name: moment.isoformat() if moment else None for name, moment in times.items()},
    }


def _words(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value or "–")


def _matrix_table() -> Table:
    matrix = support.build_matrix(connectors())
    table = Table("field", *(connectors()[name].manifest.label for name in matrix.integrations))
    for path in matrix.paths:
        table.add_row(path, *(support.short(matrix.cell(path, name)) for name in matrix.integrations))
    return table
