"""`gql-gateway audit show|erase`: what the audit log knows of a customer, from the command line."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from ..model.audit import Entry, Subject
from ..model.caller import DEFAULT_TENANT
from ..settings import Settings
from .connections import store_of
from .terminal import TYPER, AsJson, Tenant, out, run, safe_settings

app = typer.Typer(help="The audit log: who changed what in which customer.", **TYPER)

ConnectionId = Annotated[str, typer.Argument(help="The connection.")]
NativeId = Annotated[str, typer.Argument(help="The provider's own id of the customer.")]
Company = Annotated[str | None, typer.Option("--company", help="The company, where the id is of one company only.")]


@app.command("show")
def show(
    connection: ConnectionId,
    customer: NativeId,
    company: Company = None,
    tenant: Tenant = DEFAULT_TENANT,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Who changed what in a customer, newest first. The provider is not asked."""
    entries = run(_entries(safe_settings(), tenant, connection, customer, company, last))
    if as_json:
        sys.stdout.write(json.dumps([_shown(item) for item in entries], indent=2) + "\n")
        return
    table = Table("at", "caller", "key", "result", "path", "before", "after")
    for entry in entries:
        start = [f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.caller or "–", entry.key_id or "–", entry.result.value]
        changes: list[tuple[str, Any, Any]] = list(entry.changes or ()) or [("–", None, None)]
        for path, before, after in changes:
            table.add_row(*map(Text, (*start, path, _words(before), _words(after))))
            start = [""] * 4
    out.print(table)


@app.command("erase")
def erase(
    connection: ConnectionId, customer: NativeId, company: Company = None, tenant: Tenant = DEFAULT_TENANT
) -> None:
    """Forget a customer's entries, for a person who has the right to be forgotten."""
    count = run(_erase(safe_settings(), tenant, connection, customer, company))
    out.print(f"Erased {count} {'entry' if count == 1 else 'entries'}.")


async def _entries(
    settings: Settings, tenant: str, connection: str, customer: str, company: str | None, last: int
) -> list[Entry]:
    async with store_of(settings) as (_, parts):
        return await parts.audit.of(Subject(tenant, connection, None, customer, company), last)


async def _erase(settings: Settings, tenant: str, connection: str, customer: str, company: str | None) -> int:
    async with store_of(settings) as (_, parts):
        return await parts.audit.erase(Subject(tenant, connection, None, customer, company))


def _shown(entry: Entry) -> dict[str, Any]:
    changes = None if entry.changes is None else [item._asdict() for item in entry.changes]
    return {
        "id": entry.id,
        "integration": entry.subject.integration,
        "companyId": entry.subject.company_id,
        "at": entry.at.isoformat(),
        "caller": entry.caller,
        "keyId": entry.key_id,
        "result": entry.result.value,
        "confirmed": entry.confirmed,
        "changes": changes,
        "correlationId": entry.correlation_id,
    }


def _words(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
