"""`gql-gateway audit …`: the audit log at the operator's machine, where no provider has to answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from gql_gateway.model.audit import Changed, Subject, UpdateResult
from gql_gateway.model.caller import ALL_SCOPES, Caller
from gql_gateway.storage.audit import AuditLog
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox

from .conftest import Cli
from .test_doctor import change, look, of

BOOKS = Subject("default", "books", "FORTNOX", "1001")
SHOP = Caller("default", ALL_SCOPES, "[red]web shop[/red]", "4fT0a9XkQ2Lm")
CITY, NOTES = Changed("addresses[BILLING].city", "Malmö", "Lund"), Changed("notes", None, "[bold]x")


def with_log(cli: Cli, work: Callable[[AuditLog], Awaitable[Any]]) -> Any:
    """Do something with the log of the command line's database."""

    async def do() -> Any:
        database = Database(cli.env["GATEWAY_DATABASE_URL"])
        try:
            await database.migrate()
            box = SecretBox.from_text(cli.env["GATEWAY_SECRET_KEYS"])
            return await work(AuditLog(database, box, timedelta(days=1)))
        finally:
            await database.close()

    return asyncio.run(do())


def note(cli: Cli, subject: Subject = BOOKS, *changes: Changed, finished: bool = True) -> None:
    async def work(log: AuditLog) -> None:
        id = await log.begin(subject, SHOP, "c-1", changes or (CITY, NOTES))
        if finished:
            await log.finish(subject, id, UpdateResult.MADE, changes or (CITY, NOTES))

    with_log(cli, work)


def test_entries_are_shown_as_they_are(cli: Cli) -> None:
    note(cli)
    note(cli, BOOKS._replace(integration="SEVDESK"))
    note(cli, BOOKS._replace(tenant="other"))
    shown = json.loads(cli("audit", "show", "books", "1001", "--json").stdout)
    assert [item["integration"] for item in shown] == ["SEVDESK", "FORTNOX"]
    assert shown[1]["changes"] == [item._asdict() for item in (CITY, NOTES)]
    assert (shown[1]["caller"], shown[1]["keyId"], shown[1]["result"]) == (SHOP.name, SHOP.key_id, "MADE")
    table = cli("audit", "show", "books", "1001", "--last", "1").stdout
    for words in (SHOP.name, CITY.path, "Malmö", "Lund", NOTES.after, "MADE"):
        assert words in table
    assert json.loads(cli("audit", "show", "books", "1001", "--tenant", "nobody", "--json").stdout) == []


def test_erased_is_gone_in_one_company_or_all(cli: Cli) -> None:
    for company in ("1", "2"):
        note(cli, BOOKS._replace(company_id=company))
    assert cli("audit", "erase", "books", "1001", "--company", "1").stdout == "Erased 1 entry.\n"
    (left,) = json.loads(cli("audit", "show", "books", "1001", "--json").stdout)
    assert left["companyId"] == "2"
    note(cli)
    assert cli("audit", "erase", "books", "1001").stdout == "Erased 2 entries.\n"
    assert json.loads(cli("audit", "show", "books", "1001", "--json").stdout) == []


def test_rotation_takes_entries_along(cli: Cli) -> None:
    note(cli)
    old = cli.env["GATEWAY_SECRET_KEYS"]
    new = cli("keys", "generate-secret", "--name", "k2").stdout.strip()
    assert "Sealed 1 " in cli("keys", "rotate-secrets", GATEWAY_SECRET_KEYS=f"{new},{old}").stdout
    (entry,) = json.loads(cli("audit", "show", "books", "1001", "--json", GATEWAY_SECRET_KEYS=new).stdout)
    assert entry["changes"] == [item._asdict() for item in (CITY, NOTES)]
    (blind,) = json.loads(cli("audit", "show", "books", "1001", "--json").stdout)
    assert (blind["changes"], blind["caller"], blind["result"]) == (None, None, "MADE")


def test_doctor_counts_entries_and_those_without_an_end(cli: Cli) -> None:
    note(cli)
    note(cli, BOOKS, NOTES, finished=False)
    item = of(look(cli), "audit", "all")
    assert (item["level"], item["facts"]) == ("ok", {"entries": 2, "unfinished": 0, "days": 365})
    assert of(look(cli), "keys", "k1")["facts"]["auditEntries"] == 2
    change(cli, "UPDATE audit_log SET at = '2026-01-01 00:00:00.000000'")
    item = of(look(cli), "audit", "all")
    assert (item["level"], item["facts"]["unfinished"]) == ("warning", 1)
