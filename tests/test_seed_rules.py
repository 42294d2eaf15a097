"""What the two documents everything started from demand (`product.md`, section 1): one test a rule, through a gateway.

What each provider does beyond that is in `tests/connectors/<provider>/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from strawberry.types.base import StrawberryContainer, get_object_definition

from gql_gateway.connectors.base import ListFilter
from gql_gateway.connectors.registry import connectors
from gql_gateway.connectors.run import Outcome, Wants
from gql_gateway.errors import ConnectionProblem, ErrorCode
from gql_gateway.fields.native import Required
from gql_gateway.gateway import UpdateRequest
from gql_gateway.model.enums import ContactType
from gql_gateway.model.ref import Ref
from tests.support.changes import typed_change
from tests.support.trial import Stage, Trial, open_stage, open_trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTE = "Rings twice."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


@asynccontextmanager
async def trial_of(stage: Stage, name: str) -> AsyncIterator[Trial]:
    async with open_trial(stage, connectors()[name]) as opened:
        yield opened


async def free(trial: Trial) -> str:
    """The id of a second connection with the same credentials that fixes no company."""
    fixed, _ = await trial.gateway.connection(trial.connection_id)
    await trial.store.add(replace(fixed, id=f"{fixed.id}-free", company_id=None))
    return f"{fixed.id}-free"


async def update(
    trial: Trial, connection_id: str, company_id: str | None, change: dict[str, Any], native_id: str | None = None
) -> Outcome:
    native_id = native_id or trial.simulator.example_id()
    typed = typed_change(trial.connector, change)
    return await trial.gateway.update(
        UpdateRequest(Ref(connection_id, native_id, company_id), trial.connector.manifest.name, typed), Wants()
    )


def told(outcome: Outcome) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    return [(error.code, error.path) for error in outcome.errors]


COMPANY = ("customer", "native", "companyId")


@pytest.mark.parametrize("name", ["exact_online", "twinfield"])
async def test_1_and_2_a_company_is_needed_unless_the_connection_fixed_one(stage: Stage, name: str) -> None:
    async with trial_of(stage, name) as trial:
        assert trial.connector.manifest.company_required, "callers see it in `integrations`"
        open_connection, fixed = await free(trial), trial.simulator.company_id()
        change = {"website": "https://provbolaget.example"}
        outcome = await update(trial, open_connection, None, change)
        assert told(outcome) == [(ErrorCode.COMPANY_REQUIRED, COMPANY)]
        assert trial.writes() == []
        (problem,) = outcome.errors
        assert isinstance(problem, ConnectionProblem)
        assert fixed in [company.id for company in problem.companies]
        assert list(problem.companies) == list(await trial.gateway.companies(open_connection))
        assert told(await update(trial, open_connection, fixed, change)) == []
        assert told(await update(trial, trial.connection_id, None, change)) == []


@pytest.mark.parametrize("name", ["twinfield", "buchhaltungsbutler"])
async def test_3_and_4_companies_only(stage: Stage, name: str) -> None:
    async with trial_of(stage, name) as trial:
        assert [leaf.fact.choices() for leaf in trial.connector.table.leaves if leaf.path == "contactType"] == [
            ("COMPANY",)
        ]
        native_id = trial.simulator.example_id()
        member = "".join(word.title() if at else word for at, word in enumerate(name.split("_")))
        for other in ("CONTACT_PERSON", "UNDEFINED"):
            outcome = await trial.update(native_id, {"contactType": other})
            assert told(outcome) == [(ErrorCode.NOT_A_CHOICE, ("change", member, "contactType"))]
        assert trial.requests() == []
        assert (await trial.update(native_id, {"contactType": "COMPANY"})).errors == []


async def test_5_freshbooks_the_company_is_the_contacts_account(stage: Stage) -> None:
    async with trial_of(stage, "freshbooks") as trial:
        open_connection, own = await free(trial), trial.simulator.company_id()
        others = [company.id for company in await trial.gateway.companies(open_connection) if company.id != own]
        assert others
        assert trial.connector.manifest.company_required, "callers see it in `integrations`"
        assert told(await update(trial, open_connection, None, {"notes": NOTE})) == [
            (ErrorCode.COMPANY_REQUIRED, COMPANY)
        ]
        assert told(await update(trial, open_connection, others[0], {"notes": NOTE})) == [
            (ErrorCode.NOT_FOUND, ("customer",))
        ]
        business = "439001"  # whose account it is
        assert told(await update(trial, open_connection, business, {"notes": NOTE})) == [
            (ErrorCode.COMPANY_UNAVAILABLE, COMPANY)
        ]
        assert trial.writes() == []
        assert (await update(trial, open_connection, own, {"notes": NOTE})).errors == []


async def test_6_freshbooks_the_contact_type_never_changes(stage: Stage) -> None:
    async with trial_of(stage, "freshbooks") as trial:
        kinds = {(await trial.customer(native_id)).contact_type: native_id for native_id in trial.ids}
        swap = {ContactType.COMPANY: "CONTACT_PERSON", ContactType.CONTACT_PERSON: "COMPANY"}
        assert set(swap) <= set(kinds)
        for kind, other in swap.items():
            outcome = await trial.update(kinds[kind], {"contactType": other})
            assert told(outcome) == [(ErrorCode.UNSUPPORTED, ("change", "freshbooks", "contactType"))]
        assert trial.writes() == []


async def test_7_lexware_office_one_contact_person_and_records_with_more_are_read_only(stage: Stage) -> None:
    async with trial_of(stage, "lexware_office") as trial:
        two = {"contactPersons": [{"lastName": "Eins"}, {"lastName": "Zwei"}]}
        outcome = await trial.update(trial.simulator.example_id(), two)
        assert [error.path[:3] for error in outcome.errors] == [("change", "lexwareOffice", "contactPersons")]
        assert trial.requests() == []

        crowded = [
            native_id
            for native_id in trial.ids
            if len(trial.record(native_id).get("company", {}).get("contactPersons", [])) > 1
        ]
        assert crowded
        for native_id in crowded:
            before = trial.record(native_id)
            assert len((await trial.customer(native_id)).contact_persons) == len(before["company"]["contactPersons"])
            outcome = await trial.update(native_id, {"notes": NOTE})
            assert [error.code for error in outcome.errors] == [ErrorCode.UNSUPPORTED]
            assert trial.record(native_id) == before
        assert trial.writes() == []


SAGE = {"Start": {"CA", "GB", "IE"}, "Standard": {"GB", "IE"}, "Plus": {"CA", "GB", "IE"}}
"""The countries of each tier."""


async def test_8_sage_only_the_tiers_of_the_countries(stage: Stage) -> None:
    async with trial_of(stage, "sage_accounting") as trial:
        open_connection = await free(trial)
        active = [company for company in await trial.gateway.companies(open_connection) if company.active]
        places = {(str(company.subscription).partition(",")[0], company.country_code): company for company in active}
        allowed = {(tier, country) for tier, countries in SAGE.items() for country in countries}
        assert set(places) & allowed
        assert set(places) - allowed
        written = 0
        for place, company in places.items():
            assert (company.unfit is None) is (place in allowed), place
            listed = await trial.gateway.customers(open_connection, company.id, ListFilter(), 0, 1, frozenset())
            for customer in listed.customers:
                outcome = await update(trial, open_connection, company.id, {"notes": NOTE}, customer.native_id)
                codes = [error.code for error in outcome.errors]
                # In one of them the user may only read, which has nothing to do with the place.
                fine: tuple[list[ErrorCode], ...] = ([], [ErrorCode.MISSING_SCOPE])
                assert codes in fine if place in allowed else codes == [ErrorCode.COMPANY_UNAVAILABLE], place
                written += not codes
        assert written


async def test_9_sage_the_business_is_active_and_companies_show_it(stage: Stage) -> None:
    async with trial_of(stage, "sage_accounting") as trial:
        open_connection = await free(trial)
        companies = await trial.gateway.companies(open_connection)
        assert all(company.country_code and company.subscription for company in companies)
        assert {company.active for company in companies} == {True, False}
        for company in companies:
            if not company.active:
                assert company.unfit
                assert "not active" in company.unfit or "no subscription" in company.unfit
                outcome = await update(trial, open_connection, company.id, {"notes": NOTE})
                assert [error.code for error in outcome.errors] == [ErrorCode.COMPANY_UNAVAILABLE]
        assert trial.writes() == []


async def test_10_bookmore_request_roles_and_every_property(stage: Stage) -> None:
    """The 61 properties one by one, flags and lengths against the page: `tests/connectors/bookmore/test_facts.py`."""
    async with trial_of(stage, "bookmore") as trial:
        table = trial.connector.table
        required = {str(leaf.native[0]) for leaf in table.leaves if leaf.fact.required is Required.ON_UPDATE}
        assert required == {
            *("InvoiceCity", "InvoicePostalCode", "Name", "TermsOfPaymentId"),
            *("Telephone", "EmailAddress", "MobilePhone"),
        }
        lengths = {str(leaf.native[0]): leaf.fact.max_length for leaf in table.leaves}
        assert (lengths["Name"], lengths["InvoicePostalCode"]) == (50, 10)

        read = {"Id", *lengths, *(str(item.native[0]) for item in table.reads), *_places(trial.connector.details)}
        assert len(read) == 61
        native_id = trial.simulator.example_id()
        assert read <= set(trial.record(native_id))

        simulator: Any = trial.simulator
        simulator.roles = frozenset({"bookingsupplier-administrator-read"})
        (error,) = (await trial.update(native_id, {"companyName": "Norrsken Bygg AB"})).errors
        assert isinstance(error, ConnectionProblem)
        assert error.code is ErrorCode.MISSING_SCOPE
        assert "bookingsupplier-administrator-write" in error.message
        assert "superadmin" in error.message
        simulator.expire_tokens()
        simulator.roles = frozenset({"superadmin"})
        assert (await trial.update(native_id, {"companyName": "Norrsken Bygg AB"})).errors == [], (
            "a bad token is renewed"
        )


@pytest.mark.parametrize("name", connectors())
async def test_11_contact_type_reads_as_one_of_three_words(stage: Stage, name: str) -> None:
    async with trial_of(stage, name) as trial:
        kinds = {(await trial.customer(native_id)).contact_type for native_id in trial.ids}
        assert kinds <= set(ContactType)
        assert ContactType.COMPANY in kinds
        choices = [leaf.fact.choices() for leaf in trial.connector.table.leaves if leaf.path == "contactType"]
        assert not any(word == "UNDEFINED" for words in choices for word in words or ())
    assert [word.name for word in ContactType] == ["COMPANY", "CONTACT_PERSON", "UNDEFINED"]


def _places(cls: Any) -> Iterator[str]:
    """The native names that a typed object reads, without what lies inside them."""
    for item in get_object_definition(cls, strict=True).fields:
        native, inner = item.metadata.get("native"), item.type
        while isinstance(inner, StrawberryContainer):
            inner = inner.of_type
        if native:
            yield str(native[0])
        elif get_object_definition(inner) is not None:
            yield from _places(inner)
