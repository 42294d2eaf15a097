"""Updates against the strict simulator: what must survive a full replace, and what stops one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.run import FRESH_DELAYS
from gql_gateway.errors import (
    ErrorCode,
    InvalidChange,
    ProviderRejected,
    ProviderUnavailable,
    VersionConflict,
)
from gql_gateway.model.enums import ContactType, EmailType
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.limits import Limiter

if TYPE_CHECKING:
    from .conftest import Office

Document = dict[str, Any]
Refer = Callable[[str], Ref]

WITH_UNKNOWN_VALUES = ("everything", "papeterie", "stadtwerke", "matthias", "henning", "archived", "minimal-person")
WITH_TWO = {
    "two-contact-persons": "company.contactPersons",
    "two-business-emails": "emailAddresses.business",
    "two-shipping-addresses": "addresses.shipping",
    "two-mobiles": "phoneNumbers.mobile",
    "two-billing-addresses": "addresses.billing",
    "two-faxes": "phoneNumbers.fax",
}


class TestFullReplace:
    @pytest.mark.parametrize("key", WITH_UNKNOWN_VALUES)
    async def test_one_change_changes_one_value(self, office: Office, key: str) -> None:
        before = office.stored(key)
        outcome = await office.update(key, {"notes": "Neu"})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert office.stored(key) == {**before, "note": "Neu", "version": before["version"] + 1}
        assert office.methods() == ["GET", "PUT", "GET"]
        assert [change.path for change in outcome.changes] == ["notes"]
        assert outcome.customer is not None
        assert outcome.customer.version == str(before["version"] + 1)

    async def test_what_was_read_goes_back(self, office: Office) -> None:
        before = office.stored("papeterie")
        outcome = await office.update("papeterie", {"notes": "Neu"})
        assert outcome.requests[1].body == {**before, "note": "Neu"}

    async def test_both_roles_stay(self, office: Office) -> None:
        await office.update("nordlicht", {"companyName": "Nordlicht Tee GmbH"})
        assert office.stored("nordlicht")["roles"] == {"customer": {"number": 10412}, "vendor": {"number": 70188}}

    async def test_primary_and_the_like_are_not_lost(self, office: Office) -> None:
        before = office.stored("everything")
        change = {"contactPersons": [{"firstName": "Georg"}], "buyerReference": "04011000-9"}
        outcome = await office.update("everything", change)
        assert (outcome.errors, outcome.warnings) == ([], [])
        after = office.stored("everything")
        before["company"]["contactPersons"][0]["firstName"] = "Georg"
        before["xRechnung"]["buyerReference"] = "04011000-9"
        assert after == {**before, "version": before["version"] + 1}
        assert after["company"]["contactPersons"][0]["primary"] is True
        assert after["company"]["allowTaxFreeInvoices"] is True

    async def test_a_change_that_brings_nothing_new_is_not_written(self, office: Office) -> None:
        before = office.stored("nordlicht")
        outcome = await office.update("nordlicht", {"contactType": "COMPANY", "notes": before["note"]})
        assert outcome.errors == []
        assert office.methods() == ["GET"]
        assert office.stored("nordlicht") == before

    async def test_an_archived_contact_stays_archived(self, office: Office) -> None:
        outcome = await office.update("archived", {"notes": "Neu"})
        assert outcome.customer is not None
        assert outcome.customer.active is False
        assert office.stored("archived")["archived"] is True

    async def test_a_country_of_more_than_two_letters(self, office: Office) -> None:
        change = {"addresses": [{"type": "DELIVERY", "addressLine1": "Calle 1", "countryCode": "ES_CN"}]}
        outcome = await office.update("nordlicht", change)
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert office.stored("nordlicht")["addresses"]["shipping"][0]["countryCode"] == "ES_CN"

    async def test_the_vat_id_is_stored_in_capitals_without_a_warning(self, office: Office) -> None:
        foreseen = await office.update("nordlicht", {"vatId": "nl123456789b01"}, dry_run=True)
        assert foreseen.customer is not None
        assert foreseen.customer.vat_id == "NL123456789B01"
        assert office.methods() == ["GET"]
        outcome = await office.update("nordlicht", {"vatId": "nl123456789b01"})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert outcome.customer is not None
        assert outcome.customer.vat_id == "NL123456789B01"


class TestClearing:
    @pytest.mark.parametrize(
        ("change", "gone"),
        [
            ({"notes": None}, "note"),
            ({"emailAddresses": None}, "emailAddresses"),
            ({"phoneNumbers": None}, "phoneNumbers"),
            ({"addresses": None}, "addresses"),
            ({"buyerReference": None, "vendorNumberAtCustomer": None}, "xRechnung"),
        ],
    )
    async def test_a_block_without_content_is_left_out(self, office: Office, change: Document, gone: str) -> None:
        before = office.stored("everything")
        outcome = await office.update("everything", change)
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert gone in before
        del before[gone]
        assert office.stored("everything") == {**before, "version": before["version"] + 1}

    async def test_the_contact_person_goes_whole(self, office: Office) -> None:
        before = office.stored("papeterie")
        outcome = await office.update("papeterie", {"contactPersons": None})
        assert (outcome.errors, outcome.warnings) == ([], [])
        del before["company"]["contactPersons"]
        assert office.stored("papeterie") == {**before, "version": before["version"] + 1}
        assert outcome.customer is not None
        assert outcome.customer.contact_persons == ()

    async def test_an_unknown_list_survives_the_clearing_of_all(self, office: Office) -> None:
        outcome = await office.update("matthias", {"emailAddresses": None})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert office.stored("matthias")["emailAddresses"] == {"invoice": ["rechnung.weiss@post.example"]}

    async def test_a_clear_that_the_provider_ignores_is_told(self, office: Office) -> None:
        office.fault("ignore_field:company.contactPersons")
        outcome = await office.update("nordlicht", {"contactPersons": None})
        (warning,) = outcome.warnings
        assert (warning.code, warning.path) == (WarningCode.IGNORED, ("change", "lexwareOffice", "contactPersons"))


class TestPerson:
    async def test_its_names_lie_in_the_person(self, office: Office) -> None:
        before = office.stored("matthias")
        change = {"contactType": "CONTACT_PERSON", "contactPersons": [{"lastName": "Weiss"}]}
        outcome = await office.update("matthias", change)
        assert (outcome.errors, outcome.warnings) == ([], [])
        before["person"]["lastName"] = "Weiss"
        assert office.stored("matthias") == {**before, "version": before["version"] + 1}
        assert outcome.customer is not None
        assert outcome.customer.contact_type is ContactType.CONTACT_PERSON
        assert [person.last_name for person in outcome.customer.contact_persons] == ["Weiss"]

    @pytest.mark.parametrize(
        ("key", "change", "name"),
        [
            ("inge", {"companyName": "Bärwald GmbH"}, "companyName"),
            ("inge", {"contactType": "COMPANY"}, "contactType"),
            ("nordlicht", {"contactType": "CONTACT_PERSON"}, "contactType"),
        ],
    )
    async def test_it_never_becomes_a_company_nor_the_other_way_round(
        self, office: Office, key: str, change: Document, name: str
    ) -> None:
        outcome = await office.update(key, change)
        assert [(type(error), error.code, error.path) for error in outcome.errors] == [
            (InvalidChange, ErrorCode.UNSUPPORTED, ("change", "lexwareOffice", name))
        ]
        assert office.methods() == ["GET"]


class TestTwoEntries:
    @pytest.mark.parametrize("key", WITH_TWO)
    @pytest.mark.parametrize("change", [{"notes": "Neu"}, {"contactPersons": None, "emailAddresses": None}])
    async def test_the_contact_is_refused_and_never_cut_down(
        self, office: Office, refer: Refer, key: str, change: Document
    ) -> None:
        before = office.stored(key)
        outcome = await office.update(key, change)
        problems = [error for error in outcome.errors if WITH_TWO[key] in error.message]
        assert [(type(error), error.code, error.path) for error in problems] == [
            (InvalidChange, ErrorCode.UNSUPPORTED, ("customer",))
        ]
        assert f"https://app.lexware.de/permalink/contacts/view/{refer(key).native_id}" in problems[0].message
        assert office.methods() == ["GET"]
        assert office.stored(key) == before

    async def test_a_dry_run_says_so_too(self, office: Office) -> None:
        outcome = await office.update("two-mobiles", {"notes": "Neu"}, dry_run=True)
        assert [error.path for error in outcome.errors] == [("customer",)]

    async def test_all_entries_are_readable(self, office: Office, refer: Refer) -> None:
        async def read(key: str) -> Any:
            return office.connector.parse(await office.runner().read(refer(key)), refer(key))

        persons = (await read("two-contact-persons")).contact_persons
        assert [(person.last_name, person.is_primary) for person in persons] == [("Krögers", True), ("Lüders", False)]
        assert [person.email_addresses[0].email for person in persons] == [
            "uwe@kroegers.example",
            "britta@kroegers.example",
        ]
        mails = (await read("two-business-emails")).email_addresses
        assert [(mail.type, mail.email) for mail in mails] == [
            (EmailType.BUSINESS, "laden@speiche.example"),
            (EmailType.BUSINESS, "buchhaltung@speiche.example"),
        ]
        addresses = (await read("two-billing-addresses")).addresses
        assert [address.address_line1 for address in addresses] == ["Gutenbergring 52", "Postfach 12 34"]
        assert [phone.number[-3:] for phone in (await read("two-faxes")).phone_numbers] == ["401", "402"]


class TestVersion:
    @pytest.mark.parametrize("status", [409, 406])
    async def test_somebody_else_is_not_overwritten(self, office: Office, status: int) -> None:
        office.simulator.stale_status = status
        office.fault("stale_version")
        outcome = await office.update("nordlicht", {"companyName": "Meins"})
        (error,) = outcome.errors
        assert isinstance(error, VersionConflict)
        stored = office.stored("nordlicht")
        assert stored["company"]["name"] == "Nordlicht Kaffee GmbH"
        assert (error.current.version, error.current.notes) == (str(stored["version"]), stored["note"])
        assert office.methods() == ["GET", "PUT", "GET"]

    async def test_an_expected_version_that_no_longer_holds(self, office: Office) -> None:
        outcome = await office.update("nordlicht", {"notes": "Neu"}, expected_version="3")
        assert [type(error) for error in outcome.errors] == [VersionConflict]
        assert office.methods() == ["GET"]
        assert (await office.update("nordlicht", {"notes": "Neu"}, expected_version="4")).errors == []

    async def test_a_read_that_lags_behind_is_read_again(self, office: Office) -> None:
        office.simulator.read_lag = 2
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert outcome.customer is not None
        assert (outcome.customer.notes, outcome.customer.version) == ("Neu", "5")
        assert office.methods() == ["GET", "PUT", "GET", "GET", "GET"]
        assert office.naps == list(FRESH_DELAYS[1:])

    async def test_a_read_that_never_catches_up_is_told(self, office: Office) -> None:
        office.simulator.read_lag = 9
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert outcome.errors == []
        assert [warning.code for warning in outcome.warnings] == [WarningCode.NOT_VERIFIED]
        assert outcome.customer is None
        assert office.stored("nordlicht")["note"] == "Neu"


class TestUnclear:
    @pytest.mark.parametrize("fault", ["status_after:504", "reset_after", "html_after"])
    async def test_a_write_that_landed_is_found(self, office: Office, fault: str) -> None:
        office.fault(fault)
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert office.stored("nordlicht")["note"] == "Neu"
        assert office.methods().count("PUT") == 1

    @pytest.mark.parametrize("fault", ["status:504", "status:500", "html_instead"])
    async def test_a_write_that_did_not_land_is_told_and_not_repeated(self, office: Office, fault: str) -> None:
        before = office.stored("nordlicht")
        office.fault(fault)
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert [(type(error), error.code) for error in outcome.errors] == [(ProviderUnavailable, ErrorCode.DOWN)]
        assert office.stored("nordlicht") == before
        assert office.methods().count("PUT") == 1

    async def test_a_429_was_not_executed_and_is_repeated(self, office: Office) -> None:
        office.fault("status:429")
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert outcome.errors == []
        assert office.methods() == ["GET", "PUT", "PUT", "GET"]

    async def test_a_value_that_the_provider_ignores_is_told(self, office: Office) -> None:
        office.fault("ignore_field:note")
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        (warning,) = outcome.warnings
        assert (warning.code, warning.path) == (WarningCode.IGNORED, ("change", "lexwareOffice", "notes"))


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "path", "code"),
        [
            ({"notes": "x", "vatId": "DE12"}, ("vatId",), "invalid_value"),
            (
                {"addresses": [{"type": "DELIVERY", "city": "X"}, {"type": "BILLING", "countryCode": "de"}]},
                ("addresses", "1", "countryCode"),
                "countrycode_is_not_valid",
            ),
            (
                {"emailAddresses": [{"type": "OTHER", "email": "a@b..de"}]},
                ("emailAddresses", "0"),
                "invalid_value",
            ),
            ({"contactPersons": [{"lastName": " "}]}, ("contactPersons", "0", "lastName"), "missing_entity"),
        ],
    )
    async def test_a_406_leads_to_the_value(
        self, office: Office, change: Document, path: tuple[str, ...], code: str
    ) -> None:
        before = office.stored("nordlicht")
        outcome = await office.update("nordlicht", change)
        (error,) = outcome.errors
        assert isinstance(error, ProviderRejected)
        assert (error.code, error.provider_code) == (ErrorCode.INVALID_VALUE, code)
        assert error.path == ("change", "lexwareOffice", *path)
        assert office.stored("nordlicht") == before

    async def test_a_contact_that_is_not_there(self, office: Office) -> None:
        nobody = Ref("office", "00000000-0000-0000-0000-000000000000")
        outcome = await office.runner().update(nobody, office.change({"notes": "x"}))
        assert [(error.code, error.path) for error in outcome.errors] == [(ErrorCode.NOT_FOUND, ("customer",))]
        assert office.methods() == ["GET"]

    async def test_a_contact_that_goes_between_read_and_write(self, office: Office) -> None:
        office.fault("status:404")
        outcome = await office.update("nordlicht", {"notes": "x"})
        assert [(type(error), error.code) for error in outcome.errors] == [(ProviderRejected, ErrorCode.NOT_FOUND)]

    async def test_half_an_electronic_invoice(self, office: Office) -> None:
        outcome = await office.update("nordlicht", {"buyerReference": "04011000-1"})
        assert [(error.code, error.path[-1]) for error in outcome.errors] == [
            (ErrorCode.REQUIRED, "vendorNumberAtCustomer")
        ]
        change = {"buyerReference": "04011000-1", "vendorNumberAtCustomer": "L-1"}
        assert (await office.update("nordlicht", change)).errors == []


class TestPace:
    @pytest.fixture
    def limiter(self) -> Limiter:
        return Limiter()

    async def test_an_update_stays_below_the_providers_rate(self, office: Office) -> None:
        assert office.simulator.rate_limit == 2.0
        outcome = await office.update("nordlicht", {"notes": "Neu"})
        assert (outcome.errors, outcome.warnings) == ([], [])
        assert office.methods() == ["GET", "PUT", "GET"]
