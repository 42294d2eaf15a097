"""Lists of customers: stretches laid over pages, filters spelled as the provider wants them; the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gql_gateway.connectors.base import ListFilter, Listing
from gql_gateway.connectors.lexware_office import CONNECTOR
from gql_gateway.errors import ErrorCode, InvalidChange
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer
from gql_gateway.sandbox.lexware_office.seeds import ORGANIZATION_ID, contact_id

if TYPE_CHECKING:
    from .conftest import Office

ALL = ListFilter()


async def find(office: Office, wanted: ListFilter = ALL, offset: int = 0, limit: int = 25) -> Listing:
    return await office.runner().converse(office.connector.list(None, wanted, offset, limit))


async def names(office: Office, **wanted: str) -> list[str]:
    listing = await find(office, ListFilter(**wanted))  # type: ignore[arg-type]
    customers = [office.connector.parse(item, Ref("office", str(item["id"]))) for item in listing.documents]
    return [str(customer.company_name) for customer in customers]


@pytest.mark.parametrize("limit", [1, 7, 25, 100])
async def test_stretch_after_stretch_shows_every_customer_once(office: Office, limit: int) -> None:
    found: list[str] = []
    more = True
    while more:
        listing = await find(office, offset=len(found), limit=limit)
        found += [str(item["id"]) for item in listing.documents]
        more = listing.more
        assert listing.total == 28
    customers = {key for key, contact in office.simulator.records.items() if "customer" in contact["roles"]}
    assert (len(found), set(found)) == (28, customers)


@pytest.mark.parametrize(("offset", "limit"), [(3, 10), (13, 7), (1, 27), (24, 25), (27, 1), (5, 3)])
async def test_a_stretch_need_not_begin_with_a_page(office: Office, offset: int, limit: int) -> None:
    every = (await find(office, limit=100)).documents
    listing = await find(office, offset=offset, limit=limit)
    assert list(listing.documents) == list(every[offset : offset + limit])
    assert listing.more is (offset + limit < 28)
    assert len(office.methods()) == 2


async def test_a_stretch_that_no_page_holds_takes_two(office: Office) -> None:
    every = (await find(office, limit=100)).documents
    listing = await find(office, offset=10, limit=250)
    assert list(listing.documents) == list(every[10:])
    assert len(office.methods()) == 3


async def test_a_stretch_behind_the_end_is_empty(office: Office) -> None:
    listing = await find(office, offset=400, limit=25)
    assert (list(listing.documents), listing.more) == ([], False)


@pytest.mark.parametrize(
    ("offset", "limit", "size", "page"), [(0, 25, 25, 0), (9_990, 25, 10, 999), (9_800, 100, 100, 98)]
)
def test_no_page_reaches_behind_the_search_window(offset: int, limit: int, size: int, page: int) -> None:
    call = next(CONNECTOR().list(None, ALL, offset, limit))
    assert dict(call.query) == {"page": str(page), "size": str(size), "customer": "true"}


def test_what_lies_behind_the_search_window_is_not_asked_for() -> None:
    with pytest.raises(InvalidChange) as caught:
        next(CONNECTOR().list(None, ALL, 10_000, 25))
    assert caught.value.code is ErrorCode.UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("müller & söhne", ["Bäckerei Müller & Söhne OHG"]),
        ("<Werbung>", ["Schmidt & Partner <Werbung> GbR"]),
        ("ller_&", []),
        ("%%%", []),
        ("M%hne", []),
    ],
)
async def test_names_are_searched_as_they_are(office: Office, text: str, found: list[str]) -> None:
    assert await names(office, name=text) == found


async def test_an_underscore_is_one(office: Office) -> None:
    assert await names(office, email="post_eingang") == ["Schmidt & Partner <Werbung> GbR"]
    assert await names(office, email="post_ein_ang") == []


def test_a_backslash_is_escaped_too() -> None:
    call = next(CONNECTOR().list(None, ListFilter(name="a\\b_c"), 0, 25))
    assert ("name", "a\\\\b\\_c") in call.query


@pytest.mark.parametrize("name", ["name", "email"])
@pytest.mark.parametrize(("text", "code"), [("ab", "BAD_FORMAT"), ("", "BAD_FORMAT"), ("&" * 21, "TOO_LONG")])
async def test_a_search_of_the_wrong_length(office: Office, name: str, text: str, code: str) -> None:
    with pytest.raises(InvalidChange) as caught:
        await names(office, **{name: text})
    assert (caught.value.code.name, caught.value.path) == (code, ("filter", name))
    assert office.methods() == []


async def test_a_number_is_the_customers(office: Office) -> None:
    listing = await find(office, ListFilter(number="10412"))
    assert [item["id"] for item in listing.documents] == [contact_id("nordlicht")]


@pytest.mark.parametrize("number", ["70188", "010412", "1041"])
async def test_a_number_that_is_another(office: Office, number: str) -> None:
    assert list((await find(office, ListFilter(number=number))).documents) == []


@pytest.mark.parametrize("number", ["", "K-1", "١٢"])
async def test_what_cannot_be_a_number_is_not_asked_for(office: Office, number: str) -> None:
    assert list((await find(office, ListFilter(number=number))).documents) == []
    assert office.methods() == []


async def test_the_organization(office: Office) -> None:
    (company,) = await office.runner().converse(office.connector.companies(None))  # type: ignore[arg-type]
    assert (company.id, company.name) == (ORGANIZATION_ID, "Hafenkante Großhandel GmbH")
    assert (company.country_code, company.active) == ("DE", True)
    assert company.subscription == "INVOICING, INVOICING_PRO, BOOKKEEPING"


@pytest.mark.parametrize(("status", "active"), [('"active"', True), ('"expired"', False), ("null", None)])
def test_what_the_profile_says_of_the_subscription(status: str, active: bool | None) -> None:
    conversation = CONNECTOR().companies(None)  # type: ignore[arg-type]
    next(conversation)
    body = f'{{"organizationId": "x", "companyName": "Y", "subscriptionStatus": {status}}}'
    with pytest.raises(StopIteration) as end:
        conversation.send(Answer(200, body.encode()))
    (company,) = end.value.value
    assert company.active is active
