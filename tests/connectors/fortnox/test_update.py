"""Updates at the strict simulator: what is peculiar to Fortnox. See `connectors/fortnox/QUIRKS.md`."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.connectors.compare import WarningCode
from gql_gateway.connectors.fortnox import CONNECTOR
from gql_gateway.connectors.run import Wants
from gql_gateway.errors import ErrorCode, ProviderRejected, VersionConflict
from gql_gateway.model.ref import Ref

FORTNOX = CONNECTOR()


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: after.get(name) for name in {*before, *after} if before.get(name) != after.get(name)}


async def test_update_with_errors_only_is_one_call(company: Any, errors_only: Wants) -> None:
    before = company.stored("1030")
    outcome = await company.update("1030", {"notes": "Ring först"}, wants=errors_only)
    assert outcome.errors == []
    assert company.calls() == ["PUT /3/customers/1030 200"]
    assert differing(before, company.stored("1030")) == {"Comments": "Ring först"}


async def test_answer_of_the_write_saves_the_reading_back(company: Any) -> None:
    outcome = await company.update("1001", {"notes": "Ring först"})
    assert outcome.errors == outcome.warnings == []
    assert company.calls() == ["GET /3/customers/1001 200", "PUT /3/customers/1001 200"]
    assert [(item.path, item.after) for item in outcome.changes] == [("notes", "Ring först")]
    assert outcome.customer is not None and outcome.customer.notes == "Ring först"


async def test_record_that_the_provider_would_refuse_whole_can_be_updated(company: Any) -> None:
    """The stored price list of 1020 no longer exists: sent back, it fails every call (quirk 1)."""
    outcome = await company.update("1020", {"notes": "Ring först"})
    assert outcome.errors == []
    stored = company.stored("1020")
    assert (stored["PriceList"], stored["Comments"]) == ("1998", "Ring först")


async def test_change_by_somebody_else_stays(company: Any) -> None:
    """What was edited between reading and writing is not written back (quirk 1)."""
    company.sandbox.fault("fortnox", "stale_version")
    outcome = await company.update("1001", {"website": "https://neu.example"})
    stored = company.stored("1001")
    assert stored["Comments"].startswith("Ändrad av en kollega")
    assert stored["WWW"] == "https://neu.example"
    assert [(warning.code, warning.path) for warning in outcome.warnings] == [
        (WarningCode.SIDE_EFFECT, ("native", "Comments"))
    ]


async def test_refusal_for_a_stored_value_blames_no_input(company: Any) -> None:
    """A value that nobody sent can fail an update: the words are passed on, no path is (quirk 2)."""
    company.simulator.revalidates = True
    before = company.stored("1020")
    outcome = await company.update("1020", {"notes": "Ring först"})
    [error] = outcome.errors
    assert isinstance(error, ProviderRejected)
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ())
    assert error.provider_message is not None and "PriceList" in error.provider_message
    assert company.stored("1020") == before


async def test_null_empties_and_left_out_stays(company: Any) -> None:
    """`API_BLANK` empties; null and "" would have been passed over (quirk 3)."""
    before = company.stored("1001")
    values = {"website": None, "addresses": [{"type": "BILLING", "addressLine2": None}], "salesAccount": None}
    outcome = await company.update("1001", values)
    assert outcome.errors == outcome.warnings == []
    assert differing(before, company.stored("1001")) == {"WWW": "", "Address2": None, "SalesAccount": None}
    assert outcome.customer is not None and outcome.customer.website is None
    assert outcome.customer.addresses[0].address_line2 is None


async def test_both_kinds_of_nothing_read_as_absent(company: Any) -> None:
    """`null` for some, "" for others (quirk 5)."""
    native = company.stored("1007")
    assert (native["Phone1"], native["Email"], native["WWW"], native["YourReference"]) == (None, "", "", "")
    customer = await company.customer("1007")
    assert customer.phone_numbers == customer.email_addresses == customer.contact_persons == ()
    assert customer.website is None and customer.notes is None and customer.project_id is None
    assert customer.details.our_reference is None and customer.details.terms_of_delivery is None
    assert customer.native == native


async def test_kind_of_nothing_makes_no_other_version(company: Any) -> None:
    version = (await company.customer("1007")).version
    company.simulator.records["1007"] |= {"Phone1": "", "Email": None}
    outcome = await company.update("1007", {"notes": "Ring först"}, expected_version=version)
    assert outcome.errors == []
    del company.simulator.records["1007"]["WWW"]
    seen = (await company.customer("1007")).version
    company.simulator.records["1007"]["WWW"] = ""
    assert (await company.customer("1007")).version == seen


async def test_stale_version_is_a_conflict_with_the_current_record(company: Any) -> None:
    """Fortnox keeps no version: the content is compared right before the write."""
    version = (await company.customer("1001")).version
    company.simulator.touch("1001")
    outcome = await company.update("1001", {"website": "https://neu.example"}, expected_version=version)
    [error] = outcome.errors
    assert isinstance(error, VersionConflict)
    assert error.current.notes.startswith("Ändrad av en kollega")
    assert error.current.version != version
    assert not any(call.startswith("PUT") for call in company.calls())


@pytest.mark.parametrize(("number", "path"), [("2024/17", "2024%2F17"), ("A+B_1", "A%2BB_1"), ("K-1042", "K-1042")])
async def test_signs_in_a_number_are_encoded(company: Any, number: str, path: str) -> None:
    outcome = await company.update(number, {"notes": "Ring först"})
    assert outcome.errors == []
    assert company.calls() == [f"GET /3/customers/{path} 200", f"PUT /3/customers/{path} 200"]
    assert company.stored(number)["Comments"] == "Ring först"
    assert outcome.customer is not None and outcome.customer.native_id == number


@pytest.mark.parametrize("number", [".", "..", "nobody", "1001/../1002", "%2e%2e", "10 01", "å", "\ud800"])
async def test_number_that_nobody_has_is_not_found(company: Any, number: str, errors_only: Wants) -> None:
    before = {key: company.stored(key) for key in company.simulator.records}
    for wants in (Wants(), errors_only):
        [error] = (await company.update(number, {"notes": "Ring först"}, wants=wants)).errors
        assert isinstance(error, ProviderRejected)
        assert (error.code, error.path) == (ErrorCode.NOT_FOUND, ("customer",))
    assert {key: company.stored(key) for key in company.simulator.records} == before


async def test_customer_with_a_new_number_goes_by_it(company: Any) -> None:
    """The number is the key: the id answered has to find the customer again."""
    outcome = await company.update("2024/17", {"number": "2024-17"})
    assert outcome.errors == []
    customer = outcome.customer
    assert customer is not None
    assert (customer.number, customer.native_id) == ("2024-17", "2024-17")
    assert customer.id == Ref("acme", "2024-17").global_id()
    assert (await company.customer("2024-17")).company_name == customer.company_name


async def test_new_number_is_foreseen(company: Any) -> None:
    foreseen = await company.update("2001", {"number": "2001-B"}, dry_run=True)
    made = await company.update("2001", {"number": "2001-B"})
    assert foreseen.changes == made.changes
    assert foreseen.customer is not None and made.customer is not None
    assert foreseen.customer.native_id == made.customer.native_id == "2001-B"


@pytest.mark.parametrize("taken", ["1002", "1099"])
async def test_number_in_use_or_once_used_is_refused(company: Any, taken: str) -> None:
    [error] = (await company.update("1001", {"number": taken, "notes": "x"})).errors
    assert isinstance(error, ProviderRejected)
    assert (error.code, error.path) == (ErrorCode.DUPLICATE, ("change", "fortnox", "number"))


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"notes": "ok", "companyName": "a <b>"}, ("companyName",)),
        (
            {"addresses": [{"type": "BILLING", "city": "Umeå"}, {"type": "DELIVERY", "city": "a|b"}]},
            ("addresses", "1", "city"),
        ),
        ({"currency": "XXX"}, ("currency",)),
        ({"salesAccount": "9999"}, ("salesAccount",)),
        ({"defaultTemplates": {"order": "Svensk", "offer": "Borta"}}, ("defaultTemplates", "offer")),
        ({"invoiceDiscount": 1e15}, ("invoiceDiscount",)),
        ({"contactPersons": [{"name": "a\tb"}]}, ("contactPersons", "0", "name")),
    ],
)
async def test_refusal_is_told_at_the_value(company: Any, values: dict[str, Any], path: tuple[str, ...]) -> None:
    """Fortnox names the property in its words: the path of the input is found again (quirks 4 and 8)."""
    before = company.stored("1001")
    [error] = (await company.update("1001", values)).errors
    assert isinstance(error, ProviderRejected)
    assert (error.code, error.path) == (ErrorCode.INVALID_VALUE, ("change", "fortnox", *path))
    assert error.provider_code is not None and error.provider_code.isdigit()
    assert company.stored("1001") == before


async def test_country_names_are_derived(company: Any) -> None:
    """Only the code is sent; the name that follows is no surprise (quirk 9)."""
    outcome = await company.update("1001", {"addresses": [{"type": "BILLING", "countryCode": "NO"}]})
    assert outcome.errors == outcome.warnings == []
    assert company.sandbox.requests("fortnox")[-1]["body"] == {"Customer": {"CountryCode": "NO"}}
    assert outcome.customer is not None and outcome.customer.details.country == "Norge"


async def test_contact_type_of_an_old_record_is_read_and_may_be_set(company: Any) -> None:
    assert (await company.customer("87")).contact_type.name == "UNDEFINED"
    outcome = await company.update("87", {"contactType": "COMPANY"})
    assert outcome.errors == outcome.warnings == []
    assert company.stored("87")["Type"] == "COMPANY"


@pytest.mark.parametrize("name", ["notes", "companyName", "number"])
async def test_word_for_nothing_is_no_value(company: Any, name: str) -> None:
    """Least of all where null is refused: it would empty what has to stay."""
    [error] = (await company.update("1001", {name: "API_BLANK"})).errors
    assert (error.code, error.path) == (ErrorCode.BAD_FORMAT, ("change", "fortnox", name))
    assert company.calls() == []


async def test_customer_references_are_left_alone(company: Any) -> None:
    """A resource of its own that an update of the customer does not reach (quirk 13)."""
    rows = [dict(row) for row in company.simulator.references.rows.values()]
    assert (await company.update("1001", {"contactPersons": [{"name": "Göran Ek"}]})).errors == []
    assert [dict(row) for row in company.simulator.references.rows.values()] == rows
    assert not any("customerreferences" in call for call in company.calls())


async def test_properties_unknown_to_the_gateway_stay(company: Any) -> None:
    for number in ("1030", "1031", "2030"):
        before = company.stored(number)
        outcome = await company.update(number, {"ourReference": "Per Björk"})
        assert outcome.errors == outcome.warnings == []
        assert differing(before, company.stored(number)) == {"OurReference": "Per Björk"}
        assert outcome.customer is not None and outcome.customer.native == company.stored(number)
