"""What sevdesk alone does, through the runner and the strict simulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Listing
from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import Outcome
from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    PartlyApplied,
    ProviderRejected,
    ProviderUnavailable,
    VersionConflict,
)
from gql_gateway.fields.readback import flatten
from gql_gateway.model.connection import Credentials
from gql_gateway.model.ref import Ref
from gql_gateway.sandbox.faults import parse_fault
from gql_gateway.sandbox.sevdesk.registers import country_id

from .conftest import Account, Document

AHORN, JONAS = "88120417", "88120418"
BAKERY = "88120421"
PERSON = "88120431"
HOSTELS, BRANCH, HOSTEL_PERSON = "88120440", "88120441", "88120442"
NOBODY = "88120463"
TURNED = "88120467"
MANY_MAILS, MANY_ADDRESSES = "88120468", "88120469"

EVERYWHERE: Document = {
    "companyName": "Ahorn Werkstatt GmbH",
    "paymentTerms": "21",
    "addresses": [
        {"type": "BILLING", "city": "Freiburg", "postalCode": "79098"},
        {"type": "DELIVERY", "addressLine1": "Hof 1", "city": "Colmar", "countryCode": "FR"},
    ],
    "emailAddresses": [
        {"type": "BUSINESS", "email": "buero@ahorn.example"},
        {"type": "INVOICE", "email": "rechnung@ahorn.example"},
    ],
    "phoneNumbers": [{"type": "BUSINESS", "number": None}, {"type": "MOBILE", "number": "+49 171 3920099"}],
    "website": "https://ahorn.example",
    "debtorAccountNumber": 10042,
    "contactPersons": [
        {"id": JONAS, "lastName": "Ahorn-Weber", "phoneNumbers": [{"type": "MOBILE", "number": "+49 171 3920012"}]},
        {
            "firstName": "Mira",
            "lastName": "Lenz",
            "salutation": "Ms",
            "emailAddresses": [{"type": "BUSINESS", "email": "mira@ahorn.example"}],
        },
    ],
}
"""A change of every resource: values changed, entries made, one removed."""

CALLS = [
    "PUT /Contact/88120417",
    "PUT /ContactAddress/51200933",
    "POST /ContactAddress",
    "PUT /CommunicationWay/60011225",
    "POST /CommunicationWay",
    "POST /CommunicationWay",
    "POST /CommunicationWay",
    "DELETE /CommunicationWay/62041701",
    "POST /AccountingContact",
    "PUT /Contact/88120418",
    "PUT /CommunicationWay/62041801",
    "POST /Contact",
    "POST /CommunicationWay",
]


def told(outcome: Outcome) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    return [(error.code, error.path) for error in outcome.errors]


def stored_shape(account: Account, native_id: str = AHORN) -> Any:
    """The stored record without what differs from run to run: ids of new objects and times."""
    return _shape(account.stored(native_id))


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items() if name not in ("id", "create", "update")}
    return [_shape(item) for item in value] if isinstance(value, list) else value


@contextmanager
def fault_at(account: Account, number: int, fault: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the call is, the write of this number (from 0) meets the fault."""
    faults = account.sandbox.mounts["sevdesk"].faults
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


class TestPlan:
    async def test_one_update_is_a_plan_over_five_resources(self, account: Account) -> None:
        account.simulator.copies_parent_number = False
        before = account.stored(AHORN)
        outcome = await account.update(AHORN, EVERYWHERE)
        assert outcome.errors == []
        assert outcome.warnings == []
        assert account.calls() == CALLS
        after = account.stored(AHORN)
        assert after["contact"]["name"] == "Ahorn Werkstatt GmbH"
        assert after["contact"]["defaultTimeToPay"] == "21"
        assert [(item["city"], item["country"]["id"]) for item in after["addresses"]] == [
            ("Freiburg", "1"),
            ("Colmar", country_id("FR")),
        ]
        assert [(way["type"], way["key"]["id"], way["value"], way["main"]) for way in after["communicationWays"]] == [
            ("EMAIL", "2", "buero@ahorn.example", "1"),
            ("EMAIL", "8", "rechnung@ahorn.example", "0"),
            ("MOBILE", "4", "+49 171 3920099", "1"),
            ("WEB", "2", "https://ahorn.example", "1"),
        ]
        assert [part["debitorNumber"] for part in after["accountingContacts"]] == ["10042"]
        names = [(person["contact"]["surename"], person["contact"]["familyname"]) for person in after["persons"]]
        assert names == [("Jonas", "Ahorn-Weber"), ("Mira", "Lenz")]
        for name in ("customFields", "tags", "tabsItemCount"):
            assert after[name] == before[name]
        asked = {"name", "defaultTimeToPay", "update"}
        assert {name for name, value in before["contact"].items() if after["contact"][name] != value} <= asked
        simulator = account.simulator
        assert [*simulator.ignored, *simulator.turned, *simulator.duplicated] == []

    async def test_the_dry_run_shows_the_same_calls_and_the_same_customer(self, account: Account) -> None:
        account.simulator.copies_parent_number = False
        dry = await account.update(AHORN, EVERYWHERE, dry_run=True)
        assert account.calls() == []
        real = await account.update(AHORN, EVERYWHERE)
        foretold = [(call.step, call.method, call.path) for call in dry.requests if call.writes]
        made = [(call.step, call.method, call.path) for call in real.requests if call.writes]
        assert foretold == made
        bodies = [call.body for call in dry.requests if call.writes]
        assert bodies[:-1] == account.bodies()[:-1]
        last: Any = bodies[-1]
        assert last["contact"]["id"] == "<new>"
        provided = {"contactPersons[1].id", "emailAddresses[INVOICE].isMain", "phoneNumbers[MOBILE].isMain"}
        seen = {(item.path, item.before, item.after) for item in real.changes if item.path not in provided}
        assert {(item.path, item.before, item.after) for item in dry.changes} == seen

    async def test_the_same_call_again_writes_nothing(self, account: Account) -> None:
        await account.update(AHORN, EVERYWHERE)
        first = len(account.calls())
        outcome = await account.update(AHORN, EVERYWHERE)
        assert outcome.errors == []
        assert outcome.changes == []
        assert account.calls()[first:] == []

    async def test_an_id_that_is_none_is_not_asked_for(self, account: Account) -> None:
        for native_id in ("", "..", "Factory/getNextCustomerNumber", "0", "8812x"):
            assert told(await account.update(native_id, {"notes": "x"})) == [(ErrorCode.NOT_FOUND, ("customer",))]
        assert account.sandbox.requests("sevdesk") == []


class TestStoppedInTheMiddle:
    @pytest.mark.parametrize("number", range(len(CALLS)))
    @pytest.mark.parametrize("fault", ["status:422", "reset_before"])
    async def test_a_second_identical_call_finishes_the_rest(
        self, account: Account, number: int, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account.simulator.copies_parent_number = False
        await account.update(AHORN, EVERYWHERE)
        whole = stored_shape(account)
        account.simulator.reset()
        made = len(account.calls())

        with fault_at(account, number, fault, monkeypatch):
            outcome = await account.update(AHORN, EVERYWHERE)

        [error] = outcome.errors
        names = [call.step for call in outcome.requests if call.writes]
        kind = ProviderRejected if fault == "status:422" else ProviderUnavailable
        if number == 0:
            assert isinstance(error, kind)
        else:
            assert isinstance(error, PartlyApplied)
            assert (list(error.applied), error.failed) == (names[:number], names[number])
            assert len(error.not_tried) == len(CALLS) - number - 1
            assert isinstance(error.cause, kind)
        assert account.calls()[made:] == CALLS[: number + 1]

        made = len(account.calls())
        outcome = await account.update(AHORN, EVERYWHERE)
        assert outcome.errors == []
        assert [call.partition(" ")[0] for call in account.calls()[made:]] == [
            call.partition(" ")[0] for call in CALLS[number:]
        ]
        assert stored_shape(account) == whole

    @pytest.mark.parametrize("number", range(len(CALLS)))
    @pytest.mark.parametrize("fault", ["reset_after", "html_after", "status_after:500"])
    async def test_a_step_without_a_clear_answer_is_settled_and_not_made_twice(
        self, account: Account, number: int, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account.simulator.copies_parent_number = False
        await account.update(AHORN, EVERYWHERE)
        whole = stored_shape(account)
        account.simulator.reset()
        made = len(account.calls())
        with fault_at(account, number, fault, monkeypatch):
            outcome = await account.update(AHORN, EVERYWHERE)
        assert outcome.errors == []
        assert [call.partition(" ")[0] for call in account.calls()[made:]] == [call.partition(" ")[0] for call in CALLS]
        assert stored_shape(account) == whole


class TestOrganisationOrPerson:
    async def test_a_name_does_not_turn_a_person_into_an_organisation(self, account: Account) -> None:
        for native_id in (PERSON, NOBODY):
            before = account.stored(native_id)
            outcome = await account.update(native_id, {"companyName": "Gößmann GmbH"})
            assert told(outcome) == [(ErrorCode.UNSUPPORTED, ("change", "sevdesk", "companyName"))]
            assert account.stored(native_id) == before
        assert account.calls() == []
        assert account.simulator.turned == []

    async def test_no_step_of_a_persons_update_has_a_name(self, account: Account) -> None:
        person = {"firstName": "Ælfrun", "lastName": "Gößmann-Lenz", "jobTitle": "Dekanin"}
        change = {"contactPersons": [person], "vatId": "DE222333455", "notes": "neu"}
        outcome = await account.update(PERSON, change)
        assert outcome.errors == []
        [body] = account.bodies()
        assert body == {
            "familyname": "Gößmann-Lenz",
            "titel": "Dekanin",
            "vatNumber": "DE222333455",
            "description": "neu",
        }
        assert account.simulator.turned == []
        assert outcome.customer is not None
        assert [(item.id, item.last_name) for item in outcome.customer.contact_persons] == [(PERSON, "Gößmann-Lenz")]

    async def test_the_type_reads_as_one_of_three(self, account: Account) -> None:
        kinds = {native_id: (await account.customer(native_id)).contact_type for native_id in (AHORN, PERSON, NOBODY)}
        assert [kind.name for kind in kinds.values() if kind] == ["COMPANY", "CONTACT_PERSON", "UNDEFINED"]

    async def test_an_organisation_that_was_a_person_shows_nobody(self, account: Account) -> None:
        """Its names of a person are still there, and neither shown nor written."""
        customer = await account.customer(TURNED)
        assert customer.contact_type is not None and customer.contact_type.name == "COMPANY"
        assert customer.contact_persons == ()

    async def test_branches_are_no_contact_persons(self, account: Account) -> None:
        customer = await account.customer(HOSTELS)
        assert [person.id for person in customer.contact_persons] == []
        outcome = await account.update(HOSTELS, {"contactPersons": None})
        assert outcome.errors == []
        assert account.calls() == []
        branch = await account.customer(BRANCH)
        assert [person.id for person in branch.contact_persons] == [HOSTEL_PERSON]


class TestContactPersons:
    async def test_a_new_one_does_not_keep_its_parents_number(self, account: Account) -> None:
        account.simulator.copies_parent_number = True
        outcome = await account.update(AHORN, {"contactPersons": [{"firstName": "Mira", "lastName": "Lenz"}]})
        assert outcome.errors == []
        [_, mira] = account.stored(AHORN)["persons"]
        assert mira["contact"]["customerNumber"] is None
        assert mira["contact"]["parent"]["id"] == AHORN
        assert mira["contact"]["category"]["id"] == "3"
        assert [call.partition(" ")[0] for call in account.calls()] == ["POST", "PUT"]

    async def test_one_is_known_again_by_its_name(self, account: Account) -> None:
        outcome = await account.update(
            AHORN, {"contactPersons": [{"firstName": "Jonas", "lastName": "Ahorn", "jobTitle": "Meister"}]}
        )
        assert outcome.errors == []
        assert account.calls() == [f"PUT /Contact/{JONAS}"]
        assert account.bodies() == [{"titel": "Meister"}]

    async def test_null_removes_them_and_nobody_elses(self, account: Account) -> None:
        before = account.stored(AHORN)
        outcome = await account.update(AHORN, {"contactPersons": None})
        assert outcome.errors == []
        assert outcome.warnings == []
        assert account.calls() == [f"DELETE /Contact/{JONAS}"]
        assert account.stored(AHORN) == {**before, "persons": []}

    async def test_one_that_is_in_use_stays(self, account: Account) -> None:
        account.simulator.records[AHORN]["persons"][0]["tabsItemCount"]["invoices"] = 1
        outcome = await account.update(AHORN, {"contactPersons": None})
        assert [error.code for error in outcome.errors] == [ErrorCode.CONFLICT]
        assert len(account.stored(AHORN)["persons"]) == 1


class TestMatching:
    async def test_of_several_mails_the_main_one_with_the_lowest_id(self, account: Account) -> None:
        customer = await account.customer(MANY_MAILS)
        mails = [(mail.type.name, mail.email) for mail in customer.email_addresses]
        assert mails == [
            ("BUSINESS", "laden@speiche.example"),
            ("BUSINESS", "buchhaltung@speiche.example"),
            ("OTHER", "laden@speiche.example"),
        ]
        outcome = await account.update(MANY_MAILS, {"emailAddresses": [{"type": "BUSINESS", "email": "a@b.example"}]})
        assert outcome.errors == outcome.warnings == []
        values = [way["value"] for way in account.stored(MANY_MAILS)["communicationWays"]]
        assert values[:3] == ["a@b.example", "buchhaltung@speiche.example", "laden@speiche.example"]

    async def test_the_main_one_is_meant_whatever_its_id(self, account: Account) -> None:
        account.simulator.records[MANY_MAILS]["communicationWays"][0]["main"] = "0"
        customer = await account.customer(MANY_MAILS)
        assert customer.email_addresses[0].email == "buchhaltung@speiche.example"
        outcome = await account.update(MANY_MAILS, {"emailAddresses": [{"type": "BUSINESS", "email": "a@b.example"}]})
        assert outcome.errors == outcome.warnings == []
        values = [way["value"] for way in account.stored(MANY_MAILS)["communicationWays"]]
        assert values[:2] == ["laden@speiche.example", "a@b.example"]

    async def test_null_removes_every_mail_of_the_label_and_no_other(self, account: Account) -> None:
        outcome = await account.update(MANY_MAILS, {"emailAddresses": [{"type": "BUSINESS", "email": None}]})
        assert outcome.errors == outcome.warnings == []
        left = [(way["type"], way["key"]["id"]) for way in account.stored(MANY_MAILS)["communicationWays"]]
        assert left == [("EMAIL", "5"), ("PHONE", "2")]

    async def test_of_several_addresses_of_a_category_the_first(self, account: Account) -> None:
        before = account.stored(MANY_ADDRESSES)["addresses"]
        outcome = await account.update(MANY_ADDRESSES, {"addresses": [{"type": "BILLING", "city": "Kiel"}]})
        assert outcome.errors == outcome.warnings == []
        after = account.stored(MANY_ADDRESSES)["addresses"]
        assert [item["city"] for item in after] == ["Kiel", "Norderstedt", "Norderstedt"]
        assert after[1:] == before[1:]
        assert outcome.customer is not None
        assert [item.city for item in outcome.customer.addresses] == ["Kiel", "Norderstedt"]

    async def test_a_mark_that_sevdesk_takes_away_by_itself_is_told(self, account: Account) -> None:
        account.simulator.clears_old_main = True
        outcome = await account.update(BAKERY, {"emailAddresses": [{"type": "BUSINESS", "isMain": True}]})
        assert outcome.errors == []
        [warning] = outcome.warnings
        assert warning.code is WarningCode.SIDE_EFFECT
        assert warning.path[1].endswith(".main")
        assert (warning.sent, warning.stored) == ("1", "0")

    async def test_a_mark_that_stays_is_left_to_the_caller(self, account: Account) -> None:
        both = [{"type": "BUSINESS", "isMain": True}, {"type": "INVOICE", "isMain": False}]
        outcome = await account.update(BAKERY, {"emailAddresses": both})
        assert outcome.errors == outcome.warnings == []
        mails = [way for way in account.stored(BAKERY)["communicationWays"] if way["type"] == "EMAIL"]
        assert {way["key"]["id"]: way["main"] for way in mails} == {"8": "0", "2": "1"}


class TestSpelling:
    async def test_texts_are_read_and_numbers_written(self, account: Account) -> None:
        assert account.simulator.strict_types
        change = {
            "status": "PENDING",
            "exemptVat": False,
            "governmentAgency": False,
            "defaultDiscountIsPercentage": False,
            "paymentTerms": "45",
            "defaultCashbackTime": 5,
            "defaultCashbackPercent": 3.5,
            "defaultDiscountAmount": 12.0,
            "category": "28",
            "debtorAccountNumber": 10051,
            "emailAddresses": [{"type": "BUSINESS", "isMain": True}],
        }
        outcome = await account.update(BAKERY, change)
        assert outcome.errors == []
        assert [warning.code for warning in outcome.warnings] == [WarningCode.RISK]
        contact, way, accounts = account.bodies()
        assert contact == {
            "status": 500,
            "category": {"id": 28, "objectName": "Category"},
            "defaultCashbackTime": 5,
            "defaultCashbackPercent": 3.5,
            "defaultTimeToPay": 45,
            "exemptVat": False,
            "defaultDiscountAmount": 12,
            "defaultDiscountPercentage": False,
            "governmentAgency": False,
        }
        assert (way, accounts) == ({"main": True}, {"debitorNumber": 10051})
        stored = account.stored(BAKERY)["contact"]
        assert (stored["status"], stored["exemptVat"], stored["defaultCashbackPercent"]) == ("500", "0", "3.5")
        assert outcome.customer is not None
        shown = dict(flatten(outcome.customer))
        assert (shown["details.status"], shown["active"], shown["paymentTerms"]) == ("PENDING", False, "45")
        assert (shown["details.exemptVat"], shown["details.defaultCashbackTime"]) == (False, 5)

    async def test_html_in_the_description_stays_when_something_else_changes(self, account: Account) -> None:
        before = account.stored(BAKERY)["contact"]["description"]
        assert "&nbsp;" in before
        await account.update(BAKERY, {"vatId": "DE123456780"})
        assert account.stored(BAKERY)["contact"]["description"] == before
        assert account.bodies() == [{"vatNumber": "DE123456780"}]

    async def test_names_of_the_wire(self, account: Account) -> None:
        """`surename` is the first name, `titel` the job."""
        person: Document = {"id": JONAS, "firstName": "Jon", "jobTitle": "Meister", "academicTitle": "Dr."}
        await account.update(AHORN, {"contactPersons": [person]})
        stored = account.stored(AHORN)["persons"][0]["contact"]
        assert (stored["surename"], stored["titel"], stored["academicTitle"]) == ("Jon", "Meister", "Dr.")


class TestCountries:
    async def test_every_code_of_the_list_is_a_number(self, account: Account) -> None:
        for code, name in (("ZW", None), ("GB", "United Kingdom")):
            change = {"addresses": [{"type": "BILLING", "countryCode": code}]}
            outcome = await account.update(AHORN, change)
            assert outcome.errors == outcome.warnings == []
            assert account.stored(AHORN)["addresses"][0]["country"]["id"] == country_id(code, name)
            assert outcome.customer is not None
            assert outcome.customer.addresses[0].country_code == code

    async def test_england_stays_england(self, account: Account) -> None:
        england = country_id("GB", "England")
        account.simulator.records[AHORN]["addresses"][0]["country"]["id"] = england
        outcome = await account.update(AHORN, {"addresses": [{"type": "BILLING", "countryCode": "GB", "city": "York"}]})
        assert outcome.errors == []
        assert account.bodies() == [{"city": "York"}]
        assert account.stored(AHORN)["addresses"][0]["country"]["id"] == england

    async def test_a_code_of_no_country_is_refused_before_any_write(self, account: Account) -> None:
        outcome = await account.update(AHORN, {"vatId": "x", "addresses": [{"type": "BILLING", "countryCode": "XX"}]})
        assert told(outcome) == [(ErrorCode.NOT_A_CHOICE, ("change", "sevdesk", "addresses", "0", "countryCode"))]
        assert account.calls() == []

    async def test_the_list_is_asked_for_whole_and_not_shown(self, account: Account) -> None:
        customer = await account.customer(AHORN)
        [asked] = [item for item in account.sandbox.requests("sevdesk") if item["path"].endswith("/StaticCountry")]
        assert dict(asked["query"])["limit"] == "1000"
        assert customer.native is not None
        assert set(customer.native) == {"contact", "addresses", "communicationWays", "accountingContacts", "persons"}


class TestNumber:
    async def test_a_number_that_is_taken_is_a_duplicate_before_any_write(self, account: Account) -> None:
        account.simulator.unique_numbers = False
        outcome = await account.update(AHORN, {"number": "1050", "vatId": "DE1"})
        assert told(outcome) == [(ErrorCode.DUPLICATE, ("change", "sevdesk", "number"))]
        assert account.calls() == []
        assert account.simulator.duplicated == []

    async def test_a_number_that_is_free_is_given(self, account: Account) -> None:
        outcome = await account.update(AHORN, {"number": "A-1"})
        assert outcome.errors == outcome.warnings == []
        assert account.stored(AHORN)["contact"]["customerNumber"] == "A-1"

    async def test_the_own_number_is_not_asked_for(self, account: Account) -> None:
        outcome = await account.update(AHORN, {"number": "1042", "vatId": "DE1"})
        assert outcome.errors == []
        assert not any("checkCustomerNumber" in item["path"] for item in account.sandbox.requests("sevdesk"))

    async def test_a_question_that_is_not_answered_stops_the_plan_unwritten(self, account: Account) -> None:
        account.fault("status:500", on="GET /api/v1/Contact/Mapper")
        outcome = await account.update(AHORN, {"number": "A-1"})
        assert [error.code for error in outcome.errors] == [ErrorCode.DOWN]
        assert account.calls() == []

    async def test_a_dry_run_shows_the_question(self, account: Account) -> None:
        outcome = await account.update(AHORN, {"number": "A-1"}, dry_run=True)
        shown = [(call.step, call.method, call.writes) for call in outcome.requests if call.status is None]
        assert shown == [("number is free", "GET", False), ("contact", "PUT", True)]


class TestVersion:
    @pytest.mark.parametrize("touches_contact", [True, False])
    async def test_somebody_elses_change_of_a_part_is_a_conflict(self, account: Account, touches_contact: bool) -> None:
        """Whether it shows in the contact's own time is unverified, so all of it counts."""
        account.simulator.touches_contact = touches_contact
        version = (await account.customer(AHORN)).version
        account.simulator.records[AHORN]["addresses"][0]["city"] = "Denzlingen"
        outcome = await account.update(AHORN, {"vatId": "DE1"}, expected_version=version)
        [error] = outcome.errors
        assert isinstance(error, VersionConflict)
        assert error.current.addresses[0].city == "Denzlingen"
        assert account.calls() == []

    async def test_times_and_the_order_of_parts_make_no_version(self, account: Account) -> None:
        version = (await account.customer(AHORN)).version
        record = account.simulator.records[AHORN]
        record["communicationWays"].reverse()
        for part in (
            record["contact"],
            *record["addresses"],
            *record["communicationWays"],
            record["persons"][0]["contact"],
        ):
            part["update"] = "2026-11-20T12:00:00+01:00"
        assert (await account.customer(AHORN)).version == version


class TestAccess:
    def test_the_token_is_sent_bare(self, account: Account) -> None:
        assert account.connector.authorize(account.connection) == {
            "Authorization": account.connection.credentials["api_token"]
        }

    async def test_a_dead_token_wants_a_new_connection(self, account: Account) -> None:
        account.simulator.expire_tokens()
        [error] = (await account.update(AHORN, {"vatId": "DE1"})).errors
        assert isinstance(error, ConnectionProblem)
        assert error.code is ErrorCode.REAUTHORIZE

    async def test_a_user_who_may_only_read(self, account: Account) -> None:
        account.simulator.rights = frozenset({"read"})
        [error] = (await account.update(AHORN, {"vatId": "DE1"})).errors
        assert error.code is ErrorCode.MISSING_SCOPE
        assert (await account.customer(AHORN)).company_name == "Ahorn Werkstatt"

    async def test_no_token_is_in_an_error(self, account: Account) -> None:
        wrong = "f" * 32
        runner = account.runner(replace(account.connection, credentials=Credentials({"api_token": wrong})))
        outcome = await runner.update(Ref("account", AHORN), account.change({"vatId": "DE1"}))
        assert [error.code for error in outcome.errors] == [ErrorCode.REAUTHORIZE]
        assert wrong not in repr([vars(error) for error in outcome.errors]) + repr(outcome)

    @pytest.mark.parametrize("status", [400, 404])
    async def test_a_contact_that_is_not_there(self, account: Account, status: int) -> None:
        account.simulator.missing_status = status
        assert told(await account.update("99999999", {"vatId": "x"})) == [(ErrorCode.NOT_FOUND, ("customer",))]

    @pytest.mark.parametrize(("status", "code"), [(422, ErrorCode.INVALID_VALUE), (400, ErrorCode.INVALID_VALUE)])
    async def test_a_refused_value_is_pointed_at(self, account: Account, status: int, code: ErrorCode) -> None:
        account.simulator.invalid_status = status
        outcome = await account.update(AHORN, {"vatId": "DE1", "category": "99"})
        assert [error.code for error in outcome.errors] == [code]
        assert account.stored(AHORN)["contact"]["vatNumber"] == "DE987654320"

    async def test_a_refusal_that_comes_as_500_is_no_change(self, account: Account) -> None:
        account.simulator.invalid_status = 500
        [error] = (await account.update(AHORN, {"category": "99"})).errors
        assert error.code is ErrorCode.DOWN
        assert "not found" in (error.provider_message or "")


class TestLists:
    async def list(self, account: Account, offset: int = 0, limit: int = 100, **wanted: Any) -> Listing:
        return await account.runner().converse(account.connector.list(None, ListFilter(**wanted), offset, limit))

    async def test_persons_are_listed_and_suppliers_are_not(self, account: Account) -> None:
        found = [account.connector.native_id(document) for document in (await self.list(account)).documents]
        assert {AHORN, PERSON, NOBODY} <= set(found)
        assert not {"88120436", "88120437", "88120439"} & set(found)

    async def test_pages_make_up_the_list(self, account: Account) -> None:
        whole = await self.list(account)
        assert whole.total == len(whole.documents) and not whole.more
        found: list[str] = []
        more = True
        while more:
            page = await self.list(account, len(found), 7)
            found += [account.connector.native_id(document) for document in page.documents]
            more = page.more
        assert found == [account.connector.native_id(document) for document in whole.documents]

    async def test_filters(self, account: Account) -> None:
        def ids(listing: Listing) -> list[str]:
            return [account.connector.native_id(document) for document in listing.documents]

        assert ids(await self.list(account, number="1042")) == [AHORN]
        assert ids(await self.list(account, name="gößmann")) == [PERSON]
        account.simulator.records[AHORN]["contact"]["update"] = "2030-01-01T10:00:00+01:00"
        assert ids(await self.list(account, updated_since="2030-01-01T09:00:00Z")) == [AHORN]
        assert ids(await self.list(account, updated_since="2030-01-01T09:00:01Z")) == []
        assert account.simulator.ignored == []

    async def test_what_a_list_shows_is_what_a_read_shows(self, account: Account) -> None:
        listing = await self.list(account, number="1050")
        short = dict(flatten(account.connector.parse(listing.documents[0], Ref("account", BAKERY), whole=False)))
        whole = dict(flatten(await account.customer(BAKERY)))
        tops = account.connector.listed or frozenset()
        for path in {*short, *whole}:
            if path.partition(".")[0].partition("[")[0] in tops:
                assert short.get(path) == whole.get(path), path

    async def test_the_company_is_the_account_of_the_objects(self, account: Account) -> None:
        [company] = await account.runner().converse(account.connector.companies(account.connection))
        assert (company.id, company.active) == ("701234", True)
        assert (await account.customer(AHORN)).company_id == "701234"
        account.simulator.records.clear()
        [company] = await account.runner().converse(account.connector.companies(account.connection))
        assert (company.id, company.active) == ("account", True)


class TestReading:
    async def test_the_calls_of_a_read(self, account: Account) -> None:
        await account.customer(PERSON)
        paths = [item["path"].removeprefix("/api/v1") for item in account.sandbox.requests("sevdesk")]
        parts = ["/ContactAddress", "/CommunicationWay", "/AccountingContact"]
        assert paths == [f"/Contact/{PERSON}", *parts, "/StaticCountry"]
        await account.customer(AHORN)
        paths = [item["path"].removeprefix("/api/v1") for item in account.sandbox.requests("sevdesk")][5:]
        assert paths == [f"/Contact/{AHORN}", *parts, "/Contact", "/CommunicationWay", "/StaticCountry"]
        assert account.simulator.ignored == []

    async def test_somebody_elses_parts_are_left_out(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        """The filter of addresses is in no document: should it mean nothing, everybody's would come."""
        from gql_gateway.sandbox.sevdesk import search

        monkeypatch.setattr(search, "_reference", lambda query, name, model: None)
        customer = await account.customer(AHORN)
        assert [item.city for item in customer.addresses] == ["Emmendingen"]
        assert [mail.email for mail in customer.email_addresses] == ["info@ahorn.example"]
        assert [person.id for person in customer.contact_persons] == [JONAS]
        assert [mail.email for mail in customer.contact_persons[0].email_addresses] == ["jonas@ahorn.example"]
