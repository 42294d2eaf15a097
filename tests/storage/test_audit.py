from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from gql_gateway.model.audit import Changed, Entry, Place, Subject, UpdateResult
from gql_gateway.model.caller import ALL_SCOPES, Caller
from gql_gateway.storage.audit import AuditLog
from gql_gateway.storage.database import Database
from gql_gateway.storage.secrets import SecretBox, Tampered, generate_key
from gql_gateway.storage.tables import audit_log

from .conftest import FakeClock

ACME = Subject("default", "books", "FORTNOX", "1001")
SHOP = Caller("default", ALL_SCOPES, "web shop of Ünal", "4fT0a9XkQ2Lm")
CITY = Changed("addresses[BILLING].city", "Malmö", "Lund")
CLEARED = Changed("vatId", "SE556036079301", None)
# Halves of surrogate pairs and numbers of any size: documents of providers hold them.
ODD = Changed("details.x", {"a": [1, "\ud800", None]}, 2**70)


@pytest.fixture
def audit(database: Database, box: SecretBox, clock: FakeClock) -> AuditLog:
    return AuditLog(database, box, timedelta(days=30), clock=clock)


async def noted(audit: AuditLog, subject: Subject = ACME, *changes: Changed) -> str:
    id = await audit.begin(subject, SHOP, "c-1", changes or (CITY,))
    await audit.finish(subject, id, UpdateResult.MADE, changes or (CITY,))
    return id


async def rows(database: Database) -> list[dict[str, Any]]:
    async with database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(audit_log))).mappings()]


async def test_an_entry_is_there_before_its_end_is_known(audit: AuditLog, clock: FakeClock) -> None:
    id = await audit.begin(ACME, SHOP, "c-1", [CITY, CLEARED])
    begun = Entry(id, ACME, clock(), UpdateResult.STARTED, False, "c-1", SHOP.name, SHOP.key_id, (CITY, CLEARED))
    assert await audit.of(ACME, 10) == [begun]


@pytest.mark.parametrize("result", UpdateResult)
async def test_what_was_read_back_takes_the_place_of_what_was_foreseen(audit: AuditLog, result: UpdateResult) -> None:
    id = await audit.begin(ACME, SHOP, "c-1", [CITY])
    await audit.finish(ACME, id, result, [CLEARED, ODD])
    (entry,) = await audit.of(ACME, 10)
    assert (entry.result, entry.confirmed, entry.changes) == (result, True, (CLEARED, ODD))
    assert (entry.caller, entry.key_id) == (SHOP.name, SHOP.key_id)


async def test_what_was_not_read_back_stays_as_foreseen(audit: AuditLog) -> None:
    id = await audit.begin(ACME, SHOP, "c-1", [CITY])
    await audit.finish(ACME, id, UpdateResult.UNKNOWN)
    (entry,) = await audit.of(ACME, 10)
    assert (entry.result, entry.confirmed, entry.changes) == (UpdateResult.UNKNOWN, False, (CITY,))


async def test_that_nothing_differs_was_read_back_too(audit: AuditLog) -> None:
    id = await audit.begin(ACME, SHOP, "c-1", [CITY])
    await audit.finish(ACME, id, UpdateResult.MADE, [])
    (entry,) = await audit.of(ACME, 10)
    assert (entry.confirmed, entry.changes) == (True, ())


@pytest.mark.parametrize(
    "other",
    [
        ACME._replace(tenant="other"),
        ACME._replace(connection_id="other"),
        ACME._replace(integration="SEVDESK"),
        ACME._replace(native_id="1002"),
    ],
    ids=["tenant", "connection", "integration", "customer"],
)
async def test_entries_are_of_one_customer(audit: AuditLog, other: Subject) -> None:
    id = await noted(audit)
    assert await audit.of(other, 10) == []
    assert await audit.erase(other) == 0
    await audit.finish(other._replace(tenant="other"), id, UpdateResult.NOT_MADE, [])
    assert [entry.result for entry in await audit.of(ACME, 10)] == [UpdateResult.MADE]


async def test_one_id_in_two_companies_is_two_customers(audit: AuditLog) -> None:
    one, two = ACME._replace(company_id="1"), ACME._replace(company_id="2")
    first, second, unnamed = await noted(audit, one), await noted(audit, two), await noted(audit)
    assert {entry.id for entry in await audit.of(one, 10)} == {first, unnamed}
    assert {entry.id for entry in await audit.of(two, 10)} == {second, unnamed}
    assert len(await audit.of(ACME, 10)) == 3


async def test_pages_are_newest_first_and_miss_nothing_of_one_moment(audit: AuditLog, clock: FakeClock) -> None:
    made = []
    for number in range(12):
        made.append(await noted(audit, ACME, Changed("notes", None, str(number))))
        if number % 4 == 3:
            clock.pass_time(timedelta(microseconds=1))
    seen: list[Entry] = []
    place: Place | None = None
    while page := await audit.of(ACME, 5, place):
        seen += page
        place = Place(page[-1].at, page[-1].id)
    assert sorted(entry.id for entry in seen) == sorted(made)
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)


async def test_entries_move_along_with_a_customer_that_gets_another_id(audit: AuditLog) -> None:
    await noted(audit)
    id = await audit.begin(ACME, SHOP, "c-2", [CITY])
    await audit.finish(ACME, id, UpdateResult.MADE, [CITY], "2002")
    assert await audit.of(ACME, 10) == []
    assert len(await audit.of(ACME._replace(native_id="2002"), 10)) == 2


async def test_erased_is_gone_whatever_the_connection_is_of_now(audit: AuditLog, database: Database) -> None:
    await noted(audit)
    await noted(audit, ACME._replace(integration="SEVDESK"))
    kept = await noted(audit, ACME._replace(native_id="1002"))
    running = await audit.begin(ACME, SHOP, "c-2", [CITY])
    assert await audit.erase(ACME._replace(integration=None)) == 3
    await audit.finish(ACME, running, UpdateResult.MADE, [CITY])
    assert [row["id"] for row in await rows(database)] == [kept]


async def test_entries_go_when_their_time_is_up(audit: AuditLog, clock: FakeClock) -> None:
    await noted(audit)
    clock.pass_time(timedelta(days=30))
    young = await noted(audit)
    assert await audit.reap() == 0
    clock.pass_time(timedelta(seconds=1))
    assert await audit.reap() == 1
    assert [entry.id for entry in await audit.of(ACME, 10)] == [young]


async def test_updates_whose_end_nobody_noted_are_counted(audit: AuditLog, clock: FakeClock) -> None:
    await noted(audit)
    await audit.begin(ACME, SHOP, "c-2", [CITY])
    assert await audit.count_unfinished(timedelta(hours=1)) == 0
    clock.pass_time(timedelta(hours=1))
    assert await audit.count_unfinished(timedelta(hours=1)) == 1
    assert await audit.count() == 2


async def test_neither_who_nor_what_can_be_read_in_the_table(audit: AuditLog, database: Database) -> None:
    await noted(audit, ACME, CITY, CLEARED)
    told = repr(await rows(database))
    for word in ("Lund", "Malm", "SE556036079301", "city", "web shop", "4fT0a9XkQ2Lm"):
        assert word not in told


async def test_details_open_in_their_own_row_only(audit: AuditLog, database: Database) -> None:
    await noted(audit, ACME, CITY)
    await noted(audit, ACME._replace(tenant="other"), CLEARED)
    sealed = {row["tenant"]: row["details"] for row in await rows(database)}
    async with database.write() as connection:
        await connection.execute(
            update(audit_log).where(audit_log.c.tenant == "other").values(details=sealed["default"])
        )
    (entry,) = await audit.of(ACME._replace(tenant="other"), 10)
    assert (entry.changes, entry.caller, entry.result) == (None, None, UpdateResult.MADE)
    begun = await audit.begin(ACME, SHOP, "c", [CITY])
    async with database.write() as connection:
        await connection.execute(update(audit_log).where(audit_log.c.id == begun).values(details=sealed["default"]))
    with pytest.raises(Tampered):
        await audit.finish(ACME, begun, UpdateResult.MADE, [CITY])


async def test_rotation_takes_entries_along(database: Database, clock: FakeClock) -> None:
    old, new = generate_key("k1"), generate_key("k2")
    before = AuditLog(database, SecretBox.from_text(old), timedelta(days=1), clock=clock)
    for number in range(5):
        await noted(before, ACME._replace(native_id=str(number)))
    both = AuditLog(database, SecretBox.from_text(f"{new},{old}"), timedelta(days=1), clock=clock)
    assert await both.count_by_key() == {"k1": 5}
    assert await both.reseal_all(batch=2) == 5
    after = AuditLog(database, SecretBox.from_text(new), timedelta(days=1), clock=clock)
    assert await after.count_by_key() == {"k2": 5}
    assert [entry.changes for entry in await after.of(ACME._replace(native_id="3"), 10)] == [(CITY,)]


async def test_without_its_key_an_entry_still_says_when_and_how(audit: AuditLog, database: Database) -> None:
    id = await noted(audit)
    blind = AuditLog(database, SecretBox.from_text(generate_key("k9")), timedelta(days=1))
    (entry,) = await blind.of(ACME, 10)
    assert (entry.id, entry.result, entry.caller, entry.changes) == (id, UpdateResult.MADE, None, None)
