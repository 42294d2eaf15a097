"""What only Sage does, end to end against the strict simulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    PartlyApplied,
    ProviderProtocolError,
    ProviderRejected,
    ProviderUnavailable,
)
from gql_gateway.fields.change import Change
from gql_gateway.outbound.message import Answer, Call
from gql_gateway.sandbox.faults import parse_fault

from .conftest import SAGE, Books, Document

BRASS = "0327e145457152b3a8724db672b45fd6"
"""Has everything: a delivery address, a further address, two further contact persons."""
REDCLIFF = "6f1e2d3c4b5a69788796a5b4c3d2e1f0"
NO_PARTS, NO_PERSON = "57bbfbcfd8d25ea4b58b1a445244df42", "78467ffce2af50229d75ac31f82bc4c4"
NO_MAIN_PERSON = "292a0d7f87f25cb7866331e7273a7da7"
OBFUSCATED, INACTIVE, SUPPLIER = (
    "3f4518db6ce2508396baa12ae54d6bb3",
    "9658b07541385560b792697d432426d0",
    "8c26c1b83224527fb8ef6e06ac7f5ea8",
)
HOME, LEAD = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f"
START_IE, STANDARD_IE = "2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a", "3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b"
PLUS_CA, START_CA = "4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c", "5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d"
STANDARD_CA, PLUS_ES = "6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e", "7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f"
ENDED = "8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a"
AT = ("customer", "native", "companyId")
ERRORS_ONLY = Wants(customer=False, changes=False, warnings=False)

EVERYWHERE: Document = {
    "companyName": "Birmingham Brass Ltd",
    "paymentTerms": "45",
    "currency": "GBP",
    "addresses": [
        {"type": "BILLING", "city": "Solihull"},
        {"type": "DELIVERY", "postalCode": "B91 1AA"},
        {"type": "OTHER", "name": "Foundry", "addressLine1": "Canal Side 4"},
    ],
    "emailAddresses": [{"type": "BUSINESS", "email": "office@brass.example"}],
    "phoneNumbers": [{"type": "MOBILE", "number": "+44 7700 900077"}, {"type": "FAX", "number": None}],
    "contactPersons": [
        {"isPrimary": True, "jobTitle": "Owner"},
        {"name": "Bethan Rowe", "jobTitle": "Goods in"},
        {"name": "Mira Lenz", "emailAddresses": [{"type": "BUSINESS", "email": "mira@brass.example"}]},
    ],
}
"""A change of every resource: values changed, one cleared, a contact person made."""


def told(outcome: Outcome) -> list[tuple[str, tuple[str, ...]]]:
    return [(error.code.name, error.path) for error in outcome.errors]


def beside_risk(outcome: Outcome) -> list[tuple[WarningCode, tuple[str, ...]]]:
    return [(item.code, item.path) for item in outcome.warnings if item.code is not WarningCode.RISK]


def calls_of(books: Books) -> list[str]:
    """The writes of `EVERYWHERE`."""
    record = books.stored(BRASS)
    [address], [bethan, _] = record["addresses"], record["contact_persons"]
    return [
        f"PUT /contacts/{BRASS}",
        f"PUT /addresses/{address['id']}",
        f"PUT /contact_persons/{bethan['id']}",
        "POST /contact_persons",
    ]


def shape(value: Any) -> Any:
    """A record without what differs from run to run: ids of new parts and times."""
    if isinstance(value, dict):
        hidden = ("id", "$path", "created_at", "updated_at")
        return {name: shape(item) for name, item in value.items() if name not in hidden}
    return [shape(item) for item in value] if isinstance(value, list) else value


@contextmanager
def fault_at(books: Books, number: int, fault: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the call is, the write of this number (from 0) meets the fault."""
    faults = books.sandbox.mounts["sage_accounting"].faults
    take, seen = faults.take, 0

    def counted(method: str, path: str, *, token: bool, write: bool) -> Any:
        nonlocal seen
        if write:
            if seen == number:
                faults.add(parse_fault({"fault": fault, "times": 1}))
            seen += 1
        return take(method, path, token=token, write=write)

    with patch.context() as within:
        within.setattr(faults, "take", counted)
        yield
    faults.clear()


class TestBusiness:
    """The header that decides into whose books a call goes."""

    async def test_every_call_about_customers_names_it(self, books: Books) -> None:
        assert (await books.update(BRASS, EVERYWHERE)).errors == []
        await books.update(NO_PARTS, {"addresses": [{"type": "BILLING", "name": "Main", "city": "Bath"}]})
        await books.customers(name="brass")
        await books.customers()
        assert len(books.seen()) > 15
        assert books.simulator.without_header == []

    async def test_a_fixed_business_is_not_the_lead_business(self, books: Books) -> None:
        assert books.simulator.lead == LEAD != HOME
        outcome = await books.update(REDCLIFF, {"notes": "Ours"})
        assert outcome.errors == []
        assert books.stored(REDCLIFF)["notes"] == "Ours"
        others = books.simulator.elsewhere[LEAD].values()
        assert [record["notes"] for record in others if record["notes"] == "Ours"] == []

    async def test_it_has_to_be_named(self, books: Books) -> None:
        assert books.gateway.connectors["sage_accounting"].manifest.company_required  # seen in `integrations`
        outcome = await books.update(REDCLIFF, {"notes": "x"}, company="")
        assert told(outcome) == [("COMPANY_REQUIRED", AT)]
        problem: Any = outcome.errors[0]
        assert LEAD in [company.id for company in problem.companies]
        assert books.writes() == []

    async def test_one_that_the_user_does_not_have_is_not_reached(self, books: Books) -> None:
        outcome = await books.update(REDCLIFF, {"notes": "x"}, company="f" * 32)
        assert told(outcome) == [("COMPANY_UNAVAILABLE", AT)]
        assert books.writes() == []

    async def test_a_contact_of_another_business_is_not_found(self, books: Books) -> None:
        outcome = await books.update(REDCLIFF, {"notes": "x"}, company=LEAD)
        assert told(outcome) == [("NOT_FOUND", ("customer",))]
        assert books.writes() == []

    async def test_an_answer_for_another_business_stops_everything(self, books: Books) -> None:
        books.simulator.ignores_header = True
        theirs = next(iter(books.simulator.elsewhere[LEAD]))
        for native_id in (REDCLIFF, theirs):
            outcome = await books.update(native_id, {"notes": "x"})
            assert outcome.errors
            assert outcome.customer is None
        assert books.writes() == []
        with pytest.raises(ProviderProtocolError):
            await books.customers()
        with pytest.raises(ProviderProtocolError):
            await books.customer(theirs)

    @pytest.mark.parametrize("done", [True, False])
    async def test_a_write_answered_for_another_business_is_settled_by_reading(
        self, books: Books, monkeypatch: pytest.MonkeyPatch, done: bool
    ) -> None:
        send = books.gateway.shared.outbound.send

        async def misled(base_url: str, call: Call, **how: Any) -> Answer:
            answer = await send(base_url, call, **how) if done or not call.writes else Answer(200, b'{"id": "x"}')
            return replace(answer, headers={**answer.headers, "x-business": LEAD}) if call.writes else answer

        monkeypatch.setattr(books.gateway.shared.outbound, "send", misled)
        outcome = await books.update(REDCLIFF, {"notes": "x"}, wants=ERRORS_ONLY)
        assert [error.code for error in outcome.errors] == ([] if done else [ErrorCode.DOWN])


class TestCompanies:
    """The table of countries and tiers, and `active`."""

    async def test_they_show_country_tier_and_whether_the_subscription_is_active(self, books: Books) -> None:
        companies = {item.id: item for item in await books.gateway.companies("free")}
        shown = {id: (item.country_code, item.subscription, item.active) for id, item in companies.items()}
        assert shown == {
            LEAD: ("GB", "Standard", True),
            HOME: ("GB", "Plus", True),
            START_IE: ("IE", "Start", True),
            STANDARD_IE: ("IE", "Standard", True),
            PLUS_CA: ("CA", "Plus", True),
            START_CA: ("CA", "Start", True),
            STANDARD_CA: ("CA", "Standard, not supported in CA", True),
            PLUS_ES: ("ES", "Plus, not supported in ES", True),
            ENDED: ("GB", "Plus", False),
            "9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b": ("GB", "Plus", True),
        }
        assert companies[HOME].name == "Severn Bank Trading Ltd"

    @pytest.mark.parametrize("company", [LEAD, START_IE, STANDARD_IE, PLUS_CA])
    async def test_customers_of_supported_ones_are_updated(self, books: Books, company: str) -> None:
        native_id = next(iter(books.simulator.elsewhere[company]))
        outcome = await books.update(native_id, {"notes": "Ours"}, company=company)
        assert outcome.errors == []
        assert outcome.customer is not None and outcome.customer.company_id == company
        assert books.simulator.elsewhere[company][native_id]["notes"] == "Ours"

    async def test_a_role_that_may_only_read_is_told(self, books: Books) -> None:
        native_id = next(iter(books.simulator.elsewhere[START_CA]))
        outcome = await books.update(native_id, {"notes": "x"}, company=START_CA)
        [error] = outcome.errors
        assert (error.code, error.provider_code) == (ErrorCode.MISSING_SCOPE, "MultiUserAccessDenied")
        assert "role" in error.message
        assert books.refreshes() == []

    @pytest.mark.parametrize(("company", "words"), [(STANDARD_CA, "GB, IE"), (PLUS_ES, "CA, GB, IE")])
    @pytest.mark.parametrize("dry_run", [False, True])
    async def test_customers_of_others_are_read_and_not_updated(
        self, books: Books, company: str, words: str, dry_run: bool
    ) -> None:
        native_id = next(iter(books.simulator.elsewhere[company]))
        outcome = await books.update(native_id, {"notes": "x"}, company=company, dry_run=dry_run)
        [error] = outcome.errors
        assert isinstance(error, ConnectionProblem)
        assert (error.code, error.path) == (ErrorCode.COMPANY_UNAVAILABLE, AT)
        assert f"is supported in {words}, and this business is in" in error.message
        assert books.writes() == []

    async def test_an_ended_subscription_refuses_by_itself(self, books: Books) -> None:
        native_id = next(iter(books.simulator.elsewhere[ENDED]))
        outcome = await books.update(native_id, {"notes": "x"}, company=ENDED)
        [error] = outcome.errors
        assert isinstance(error, ConnectionProblem)
        assert (error.code, error.path) == (ErrorCode.COMPANY_UNAVAILABLE, AT)
        assert error.provider_message == "No active subscription. (MSE)"
        assert books.refreshes() == []

    async def test_one_that_is_said_to_be_inactive_is_refused_before_the_write(self, books: Books) -> None:
        """Also where Sage itself would still let it pass."""
        current: Any = (await books.customer(REDCLIFF)).native
        [*_, plus] = current["business"]["subscriptions"]
        plus["active"] = False
        with pytest.raises(ConnectionProblem, match="not active"):
            list(SAGE.check(Change(), current))


class TestTokens:
    """Five minutes, a refresh token for one use, and a 401 that is about something else."""

    async def test_an_ended_subscription_costs_no_refresh_however_often(self, books: Books) -> None:
        native_id = next(iter(books.simulator.elsewhere[ENDED]))
        before = dict((await books.connection()).credentials)
        for _ in range(3):
            outcome = await books.update(native_id, {"notes": "x"}, company=ENDED)
            assert told(outcome) == [("COMPANY_UNAVAILABLE", AT)]
        assert books.refreshes() == []
        assert (await books.connection()).status == "ready"
        assert dict((await books.connection()).credentials) == before

    async def test_a_bad_token_is_replaced_once(self, books: Books) -> None:
        books.simulator.expire_tokens()
        before = (await books.connection()).credentials
        outcome = await books.update(REDCLIFF, {"notes": "x"})
        assert outcome.errors == []
        assert books.refreshes() == [200]
        after = (await books.connection()).credentials
        for name in ("access_token", "refresh_token"):
            assert after[name] == books.simulator.credentials()[name] != before[name]

    async def test_a_token_of_five_minutes_is_not_replaced_at_every_call(self, books: Books) -> None:
        await books.expires_in(10)
        for number in range(4):
            assert (await books.update(REDCLIFF, {"notes": f"x {number}"})).errors == []
        assert books.refreshes() == [200]
        left = float((await books.connection()).credentials["expires_at"]) - time.time()
        assert 290 < left <= 300

    @pytest.mark.parametrize(("left", "refreshes"), [(239, []), (61.9, []), (58, [200]), (-5, [200])])
    async def test_it_is_replaced_ahead_of_its_end(self, books: Books, left: float, refreshes: list[int]) -> None:
        await books.expires_in(left)
        assert (await books.update(REDCLIFF, {"notes": "x"})).errors == []
        assert books.refreshes() == refreshes
        assert [entry for entry in books.seen() if entry["status"] == 401] == []

    async def test_many_at_once_replace_it_once(self, books: Books) -> None:
        await books.expires_in(5)
        ids = [id for id in books.simulator.records if id != OBFUSCATED][:10]
        outcomes = await asyncio.gather(*(books.update(id, {"notes": "x"}, wants=ERRORS_ONLY) for id in ids))
        assert [outcome.errors for outcome in outcomes] == [[]] * len(ids)
        assert books.refreshes() == [200]

    async def test_a_refresh_token_is_for_one_use(self, books: Books) -> None:
        """A spent one ends the connection, unless another process is about to store what it got for it."""
        known = await books.connection()
        assert SAGE.manifest.token is not None and SAGE.manifest.token.rotates
        books.simulator.expire_tokens()
        assert (await books.update(REDCLIFF, {"notes": "x"})).errors == []
        newer = await books.connection()
        spent = newer.credentials.replaced(refresh_token=known.credentials["refresh_token"], access_token="")
        assert await books.store.store_credentials(newer.key, spent, generation=newer.generation)
        for _ in range(2):
            outcome = await books.update(REDCLIFF, {"notes": "y"})
            assert [error.code for error in outcome.errors] == [ErrorCode.REAUTHORIZE]
        assert books.refreshes() == [200, 400]
        assert (await books.connection()).status == "reauthorize"

    async def test_a_scope_for_reading_only_is_no_bad_token(self, books: Books) -> None:
        books.simulator.scope = "readonly"
        books.simulator.expire_tokens()
        outcome = await books.update(REDCLIFF, {"notes": "x"})
        [error] = outcome.errors
        assert (error.code, error.provider_code) == (ErrorCode.MISSING_SCOPE, "MultiUserAccessDenied")
        assert "full_access" in error.message
        assert books.refreshes() == [200]
        assert (await books.connection()).status == "ready"


class TestPlan:
    """One update, several records."""

    async def test_one_update_is_a_plan_over_three_resources(self, books: Books) -> None:
        before, calls = books.stored(BRASS), calls_of(books)
        outcome = await books.update(BRASS, EVERYWHERE)
        assert outcome.errors == []
        assert beside_risk(outcome) == []
        assert books.writes() == calls
        after = books.stored(BRASS)
        assert (after["name"], after["credit_days"]) == ("Birmingham Brass Ltd", 45)
        assert (after["main_address"]["city"], after["delivery_address"]["postal_code"]) == ("Solihull", "B91 1AA")
        [address] = after["addresses"]
        assert (address["name"], address["address_line_1"]) == ("Foundry", "Canal Side 4")
        person = after["main_contact_person"]
        assert [person[name] for name in ("email", "mobile", "fax", "job_title")] == [
            "office@brass.example",
            "+44 7700 900077",
            None,
            "Owner",
        ]
        names = [(item["name"], item["job_title"], item["email"]) for item in after["contact_persons"]]
        old = {item["name"]: item for item in before["contact_persons"]}
        assert sorted(names) == [
            ("Bethan Rowe", "Goods in", old["Bethan Rowe"]["email"]),
            ("Mira Lenz", None, "mira@brass.example"),
            ("Olu Bankole", old["Olu Bankole"]["job_title"], old["Olu Bankole"]["email"]),
        ]
        asked = {"name", "credit_days", "main_address", "delivery_address", "addresses", "main_contact_person"}
        asked |= {"contact_persons", "updated_at", "displayed_as", "email"}
        assert {name for name in before if before[name] != after[name]} <= asked
        assert books.simulator.ignored.members == []
        assert books.simulator.written_against_advice == []

    async def test_the_dry_run_shows_the_same_calls(self, books: Books) -> None:
        dry = await books.update(BRASS, EVERYWHERE, dry_run=True)
        assert books.writes() == []
        real = await books.update(BRASS, EVERYWHERE)
        foretold = [(call.step, call.method, call.path, call.body) for call in dry.requests if call.writes]
        made = [(call.step, call.method, call.path, call.body) for call in real.requests if call.writes]
        assert foretold == made
        provided = {"contactPersons[3].id", "details.displayedAs", "details.mainEmail"}
        seen = {(item.path, item.before, item.after) for item in real.changes if item.path not in provided}
        assert {(item.path, item.before, item.after) for item in dry.changes} == seen

    async def test_the_same_call_again_writes_nothing(self, books: Books) -> None:
        await books.update(BRASS, EVERYWHERE)
        made = len(books.writes())
        outcome = await books.update(BRASS, EVERYWHERE)
        assert outcome.errors == outcome.changes == []
        assert books.writes()[made:] == []

    @pytest.mark.parametrize("number", range(4))
    @pytest.mark.parametrize("fault", ["status:422", "reset_before"])
    async def test_a_second_identical_call_finishes_the_rest(
        self, books: Books, number: int, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await books.update(BRASS, EVERYWHERE)
        whole = shape(books.stored(BRASS))
        await self.again(books)
        calls, seen = calls_of(books), len(books.writes())

        with fault_at(books, number, fault, monkeypatch):
            outcome = await books.update(BRASS, EVERYWHERE)

        [error] = outcome.errors
        names = [call.step for call in outcome.requests if call.writes]
        kind = ProviderRejected if fault == "status:422" else ProviderUnavailable
        if number == 0:
            assert isinstance(error, kind)
        else:
            assert isinstance(error, PartlyApplied)
            assert (list(error.applied), error.failed) == (names[:number], names[number])
            assert len(error.not_tried) == 3 - number
            assert isinstance(error.cause, kind)
        assert books.writes()[seen:] == calls[: number + 1]

        seen = len(books.writes())
        outcome = await books.update(BRASS, EVERYWHERE)
        assert outcome.errors == []
        assert books.writes()[seen:] == calls[number:]
        assert shape(books.stored(BRASS)) == whole

    @pytest.mark.parametrize("number", range(4))
    @pytest.mark.parametrize("fault", ["reset_after", "html_after", "status_after:500"])
    async def test_a_step_without_a_clear_answer_is_settled_and_not_made_twice(
        self, books: Books, number: int, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await books.update(BRASS, EVERYWHERE)
        whole = shape(books.stored(BRASS))
        await self.again(books)
        calls, seen = calls_of(books), len(books.writes())
        with fault_at(books, number, fault, monkeypatch):
            outcome = await books.update(BRASS, EVERYWHERE)
        assert outcome.errors == []
        assert books.writes()[seen:] == calls
        assert shape(books.stored(BRASS)) == whole

    async def again(self, books: Books) -> None:
        """The simulator as at its start, and the connection with the tokens of that."""
        books.simulator.reset()
        known = await books.connection()
        credentials = known.credentials.replaced(**books.simulator.credentials())
        assert await books.store.store_credentials(known.key, credentials, generation=known.generation)


class TestParts:
    """Addresses and contact persons, the main ones nested and the others on their own."""

    async def test_a_contact_without_any_part_gets_them(self, books: Books) -> None:
        change = {
            "addresses": [
                {"type": "BILLING", "name": "Main Address", "city": "Bath", "countryCode": "GB"},
                {"type": "DELIVERY", "name": "Gate", "city": "Frome"},
                {"type": "OTHER", "name": "Store", "city": "Wells"},
            ],
            "contactPersons": [{"isPrimary": True, "name": "Ines Carr"}, {"name": "Tom Ash", "jobTitle": "Buyer"}],
            "emailAddresses": [{"type": "BUSINESS", "email": "ines@nameplate.example"}],
        }
        outcome = await books.update(NO_PARTS, change)
        assert outcome.errors == []
        assert beside_risk(outcome) == []
        assert books.writes() == ["POST /addresses"] * 3 + ["POST /contact_persons"] * 2
        record = books.stored(NO_PARTS)
        assert record["main_address"]["city"] == "Bath"
        assert record["delivery_address"]["city"] == "Frome"
        assert [item["city"] for item in record["addresses"]] == ["Wells"]
        assert record["main_contact_person"]["email"] == record["email"] == "ines@nameplate.example"
        assert [item["name"] for item in record["contact_persons"]] == ["Tom Ash"]
        home = record["main_address"]["id"]
        persons = [record["main_contact_person"], *record["contact_persons"]]
        assert [item["address"]["id"] for item in persons] == [home, home]
        made = len(books.writes())
        assert (await books.update(NO_PARTS, change)).errors == []
        assert books.writes()[made:] == []

    async def test_an_e_mail_needs_a_person_to_be_kept_on(self, books: Books) -> None:
        change: Document = {"emailAddresses": [{"type": "BUSINESS", "email": "a@arcade.example"}]}
        outcome = await books.update(NO_PERSON, change)
        assert told(outcome) == [("REQUIRED", ("change", "sageAccounting", "emailAddresses", "0", "email"))]
        assert "isPrimary" in outcome.errors[0].message
        assert books.writes() == []
        outcome = await books.update(NO_PERSON, change | {"contactPersons": [{"isPrimary": True, "name": "Desk"}]})
        assert outcome.errors == []
        assert books.writes() == ["POST /contact_persons"]
        assert books.stored(NO_PERSON)["email"] == "a@arcade.example"

    async def test_the_e_mail_is_written_on_the_main_contact_person(self, books: Books) -> None:
        """The contact has one, too, which is a copy: writing that one would change nothing."""
        change = {"emailAddresses": [{"type": "BUSINESS", "email": "new@redcliff-joinery.example"}]}
        outcome = await books.update(REDCLIFF, change)
        assert outcome.errors == []
        [body] = books.bodies()
        assert "email" not in body["contact"]
        assert body["contact"]["main_contact_person"]["email"] == "new@redcliff-joinery.example"
        assert outcome.customer is not None
        assert outcome.customer.details.main_email == "new@redcliff-joinery.example"
        assert [(item.path, item.after) for item in outcome.changes] == [
            ("emailAddresses[BUSINESS].email", "new@redcliff-joinery.example"),
            ("details.mainEmail", "new@redcliff-joinery.example"),
        ]

    async def test_a_further_person_is_none_of_the_main_one(self, books: Books) -> None:
        customer = await books.customer(NO_MAIN_PERSON)
        assert [(person.name, person.is_primary) for person in customer.contact_persons] == [("Femi Adeyemi", None)]
        assert customer.email_addresses == ()

    async def test_somebody_elses_parts_survive(self, books: Books) -> None:
        before = books.stored(BRASS)
        outcome = await books.update(BRASS, {"contactPersons": [{"name": "Olu Bankole", "jobTitle": "Driver"}]})
        assert outcome.errors == []
        after = books.stored(BRASS)
        assert shape(after["addresses"]) == shape(before["addresses"])
        changed = [
            (old["name"], name)
            for old, new in zip(before["contact_persons"], after["contact_persons"], strict=True)
            for name in old
            if old[name] != new[name] and name not in ("updated_at",)
        ]
        assert changed == [("Olu Bankole", "job_title")]

    async def test_a_new_country_asks_for_its_group(self, books: Books) -> None:
        change: Document = {"addresses": [{"type": "BILLING", "countryCode": "FR"}]}
        outcome = await books.update(REDCLIFF, change, dry_run=True)
        risks = [item.message for item in outcome.warnings if "mainAddress.countryGroupId" in item.message]
        assert len(risks) == 1
        outcome = await books.update(REDCLIFF, change | {"mainAddress": {"countryGroupId": "EU"}})
        assert outcome.errors == []
        assert [item.message for item in outcome.warnings if "countryGroupId" in item.message] == []
        [body] = books.bodies()
        address = body["contact"]["main_address"]
        assert (address["country_id"], address["country_group_id"]) == ("FR", "EU")

    async def test_in_start_there_is_one_address(self, books: Books) -> None:
        native_id = next(iter(books.simulator.elsewhere[START_IE]))
        change = {"addresses": [{"type": "OTHER", "name": "Yard", "city": "Cork"}], "creditLimit": 10, "notes": "x"}
        outcome = await books.update(native_id, change, company=START_IE)
        at = ("change", "sageAccounting")
        assert sorted(told(outcome)) == sorted(
            [
                ("UNSUPPORTED", (*at, "addresses", "0", "name")),
                ("UNSUPPORTED", (*at, "addresses", "0", "city")),
                ("UNSUPPORTED", (*at, "creditLimit")),
            ]
        )
        assert books.writes() == []


class TestReadings:
    """What is unverified, in either reading of the documents: nothing is lost, and what went otherwise is told."""

    @pytest.mark.parametrize(
        "reading",
        [
            {"merges_nested": True},
            {"merges_nested": False},
            {"requires_name": False},
            {"creates_nested": True},
            {"refuses_unknown": True},
            {"refuses_lacking": True},
            {"keeps_empty_strings": False},
        ],
        ids=str,
    )
    async def test_the_outcome_is_the_same(self, books: Books, reading: dict[str, bool]) -> None:
        await books.update(BRASS, EVERYWHERE)
        whole = shape(books.stored(BRASS))
        await TestPlan().again(books)
        books.simulator.readings = replace(books.simulator.readings, **reading)
        outcome = await books.update(BRASS, EVERYWHERE)
        assert outcome.errors == []
        assert beside_risk(outcome) == []
        if "keeps_empty_strings" not in reading:
            assert shape(books.stored(BRASS)) == whole

    async def test_null_that_does_not_clear_is_told(self, books: Books) -> None:
        books.simulator.readings = replace(books.simulator.readings, null_clears=False)
        outcome = await books.update(REDCLIFF, {"language": None})
        assert outcome.errors == []
        assert beside_risk(outcome) == [(WarningCode.IGNORED, ("change", "sageAccounting", "language"))]
        assert books.stored(REDCLIFF)["locale"] == "en-GB"

    async def test_what_an_update_takes_away_besides_is_told(self, books: Books) -> None:
        """Should an update replace the contact after all, the loss does not go unseen."""
        books.simulator.readings = replace(books.simulator.readings, clears_omitted=True)
        outcome = await books.update(REDCLIFF, {"notes": "x"})
        assert outcome.errors == []
        lost = [path for code, path in beside_risk(outcome) if code is WarningCode.SIDE_EFFECT]
        assert ("native", "reference") in lost
        assert ("native", "tax_number") in lost

    async def test_a_currency_that_the_business_lacks_is_told(self, books: Books) -> None:
        native_id, record = next(iter(books.simulator.elsewhere[LEAD].items()))
        assert not books.simulator.businesses[LEAD].multi_currency
        outcome = await books.update(native_id, {"currency": "EUR"}, company=LEAD)
        assert outcome.errors == []
        assert beside_risk(outcome) == [(WarningCode.IGNORED, ("change", "sageAccounting", "currency"))]
        assert record["currency"]["id"] == "GBP"

    @pytest.mark.parametrize("as_text", [True, False])
    async def test_numbers_are_numbers_or_texts(self, books: Books, as_text: bool) -> None:
        books.simulator.numbers_as_text = as_text
        outcome = await books.update(REDCLIFF, {"creditLimit": 1250.5})
        assert outcome.errors == []
        assert beside_risk(outcome) == []
        assert outcome.customer is not None and outcome.customer.details.credit_limit == 1250.5
        [body] = books.bodies()
        assert body["contact"]["credit_limit"] == 1250.5


class TestRefusals:
    async def test_every_complaint_is_told_and_the_first_leads_to_its_value(self, books: Books) -> None:
        outcome = await books.update(REDCLIFF, {"vatId": "x", "notes": "y"})
        [error] = outcome.errors
        assert isinstance(error, ProviderRejected)
        assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "sageAccounting", "vatId"))
        assert (error.provider_code, error.provider_message) == (
            "RecordInvalid",
            "tax_number: The VAT number is not valid.",
        )
        assert books.stored(REDCLIFF)["notes"] is None

    async def test_a_number_that_a_deleted_contact_has_is_taken(self, books: Books) -> None:
        [deleted] = [record["reference"] for record in books.simulator.deleted[HOME].values()]
        for number in (deleted, books.stored(BRASS)["reference"]):
            outcome = await books.update(REDCLIFF, {"number": number})
            assert told(outcome) == [("DUPLICATE", ("change", "sageAccounting", "number"))]

    async def test_a_number_of_eleven_characters_is_refused_before_any_call(self, books: Books) -> None:
        outcome = await books.update(REDCLIFF, {"number": "RJ104200001"})
        assert told(outcome) == [("TOO_LONG", ("change", "sageAccounting", "number"))]
        assert books.seen() == []

    @pytest.mark.parametrize("native_id", [OBFUSCATED, "844d9c195f855ab3bd0db7739664a8a4"])
    async def test_obfuscated_and_system_contacts_are_left_alone(self, books: Books, native_id: str) -> None:
        outcome = await books.update(native_id, {"notes": "x"})
        assert told(outcome) == [("UNSUPPORTED", ("customer",))]
        assert books.writes() == []

    async def test_a_supplier_is_no_customer(self, books: Books) -> None:
        assert told(await books.update(SUPPLIER, {"notes": "x"})) == [("NOT_FOUND", ("customer",))]

    async def test_a_deleted_contact_is_not_updated(self, books: Books) -> None:
        [native_id] = books.simulator.deleted[HOME]
        outcome = await books.update(native_id, {"notes": "x"})
        assert told(outcome) == [("UNSUPPORTED", ("customer",))]
        assert books.writes() == []

    async def test_active_is_read_and_not_written(self, books: Books) -> None:
        assert [(await books.customer(id)).active for id in (REDCLIFF, INACTIVE)] == [True, False]
        assert "active" in SAGE.table.missing


class TestLists:
    async def test_customers_are_listed_and_others_are_not(self, books: Books) -> None:
        page = await books.customers(limit=100)
        assert {customer.native_id for customer in page.customers} == set(books.simulator.records)
        assert len(books.seen()) == 1

    async def test_pages_of_any_size_are_the_same_list(self, books: Books) -> None:
        whole = [customer.native_id for customer in (await books.customers(limit=100)).customers]
        for size in (7, 25):
            found: list[str] = []
            while True:
                page = await books.customers(offset=len(found), limit=size)
                found += [customer.native_id for customer in page.customers]
                if not page.more:
                    break
            assert found == whole

    async def test_a_number_is_found_whole(self, books: Books) -> None:
        page = await books.customers(number="RJ1042")
        assert [customer.native_id for customer in page.customers] == [REDCLIFF]
        assert (await books.customers(number="RJ10")).customers == []

    async def test_filters(self, books: Books) -> None:
        page = await books.customers(name="redcliff")
        assert [customer.company_name for customer in page.customers] == ["Redcliff Joinery Ltd"]
        page = await books.customers(email="dana@redcliff-joinery.example")
        assert [customer.native_id for customer in page.customers] == [REDCLIFF]
        assert (await books.customers(updated_since="2030-01-01T00:00:00Z")).customers == []
        assert len((await books.customers(updated_since="2020-01-01T00:00:00Z", limit=100)).customers) == 29

    async def test_short_entries_show_what_a_read_shows(self, books: Books) -> None:
        listed = {customer.native_id: customer for customer in (await books.customers(limit=100)).customers}
        for native_id in (REDCLIFF, BRASS):
            read, short = await books.customer(native_id), listed[native_id]
            for name in ("company_name", "number", "vat_id", "email_addresses", "phone_numbers", "bank_accounts"):
                assert getattr(short, name) == getattr(read, name)
            for name in ("currency", "language", "payment_terms", "notes", "active", "created_at", "updated_at"):
                assert getattr(short, name) == getattr(read, name)

    async def test_what_they_lack_is_read(self, books: Books) -> None:
        page = await books.customers(limit=100, needed=frozenset({"contactPersons"}))
        persons = {customer.native_id: len(customer.contact_persons) for customer in page.customers}
        assert persons[BRASS] == 3
