"""Lexware Office's requests against the vendor's own samples: there is no OpenAPI document.

The samples are requests only. They show a company with everything filled in; what they never show is named here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from typing import Any

import pytest

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.document import MISSING, get, print_path
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Call

from .folder import load
from .wire import Document, Line, line, simulator_of, steps_of, update_of, values_of

OFFICE = connectors()["lexware_office"]
SENT = [pytest.param(leaf, id=leaf.path) for leaf in OFFICE.table.leaves if leaf.fact.derived is None]
ORGANIZATION = "aa93e8a8-2aa3-470b-b914-caad8a255dd8"

# Read with each contact and sent back as it was read; the samples leave it out.
SENT_BACK = {"organizationId"}
# Documented in words only.
NOT_IN_THE_SAMPLES = {
    *("xRechnung", "xRechnung.buyerReference", "xRechnung.vendorNumberAtCustomer"),
    *("person", "person.salutation", "person.firstName", "person.lastName"),
}
# What seeded contacts have besides, to see that it is sent back: no document knows these.
UNKNOWN_TO_ALL = (
    *("addresses.billing.addressQuality", "company.commercialRegister", "company.contactPersons.department"),
    *("customFields", "emailAddresses.invoice", "paymentConditionRef", "person.dateOfBirth"),
    *("roles.customer.dunningBlocked", "xRechnung.deliveryChannel"),
)
# Assigned by the provider, so that they cannot be written.
ASSIGNED = {"id", "version", "roles", "roles.customer", "roles.customer.number", "roles.vendor", "archived"}


@pytest.fixture(scope="module")
def samples() -> Document:
    """The collection's requests by name."""
    collection = load("lexware_office/lexware-api-samples-customer.postman_collection.json")
    return {item["name"]: item["request"] for item in requests_in(collection["item"])}


def requests_in(items: list[Any]) -> Iterator[Document]:
    for item in items:
        if "request" in item:
            yield item
        else:
            yield from requests_in(item["item"])


@pytest.fixture(scope="module")
def sample(samples: Document) -> Document:
    """The contact of the vendor's PUT."""
    body: Document = json.loads(samples["API Contact PUT"]["body"]["raw"])
    return body


@pytest.fixture
async def office(sample: Document) -> AsyncIterator[Line]:
    """The simulator with the vendor's contact in it."""
    async with line(OFFICE) as opened:
        opened.simulator.records[sample["id"]] = record_of(sample)
        yield opened


def record_of(sample: Document) -> Document:
    """The contact as a read gives it: with its organization, which the samples do not show."""
    return {**deepcopy(sample), "organizationId": ORGANIZATION}


def shape(value: Any, at: str = "") -> dict[str, str]:
    """The names at every level with the type of their values; entries of a list go by the list's name."""
    if isinstance(value, dict):
        found = {at: "object"} if at else {}
        for name, inner in value.items():
            found |= shape(inner, f"{at}.{name}" if at else name)
        return found
    if isinstance(value, list):
        found = {at: "list"}
        for inner in value:
            found |= {place: kind for place, kind in shape(inner, at).items() if place != at}
            found[f"{at}[]"] = type(inner).__name__
        return found
    return {at: type(value).__name__}


def body_of(step: Any) -> Document:
    assert isinstance(step, Step) and isinstance(step.body, dict)
    return step.body


def path_of(request: Document) -> str:
    return "/" + "/".join(request["url"]["path"])


async def test_simulator_takes_the_vendors_update(office: Line, samples: Document, sample: Document) -> None:
    request = samples["API Contact PUT"]
    call = Call("contact", request["method"], path_of(request), body=sample, writes=True)
    before = deepcopy(office.simulator.records[sample["id"]])
    answer = await office.send(call)
    assert answer.status == 200, answer.body
    stored = office.simulator.records[sample["id"]]
    assert stored == {**before, "version": 2}


async def test_connectors_update_of_the_vendors_contact_is_the_vendors(
    office: Line, samples: Document, sample: Document
) -> None:
    """Read, note changed, sent: the same names at every level, the same types, the same values."""
    [(call, answer)] = await office.hold(OFFICE.read(Ref("c", sample["id"])))
    assert (call.method, call.path) == ("GET", path_of(samples["API Contact GET"]))
    [step] = steps_of(OFFICE, json.loads(answer.body), {"notes": "Andere Notizen"})
    assert isinstance(step, Step)
    assert (step.method, step.path) == ("PUT", path_of(samples["API Contact PUT"]))
    body = body_of(step)
    assert {name: value for name, value in shape(body).items() if name not in SENT_BACK} == shape(sample)
    assert {name: value for name, value in body.items() if name not in SENT_BACK} == {
        **sample,
        "note": "Andere Notizen",
    }
    taken = await office.send(step)
    assert taken.status == 200, taken.body


def records_of(sample: Document) -> list[Document]:
    """The vendor's contact, and what it has to be for a value to be new: an update of nothing is not sent."""
    turned = record_of(sample)
    turned["company"] |= {"allowTaxFreeInvoices": False}
    turned["company"]["contactPersons"][0] |= {"primary": True}
    billed = {**record_of(sample), "xRechnung": {"buyerReference": "04011000-12345-34", "vendorNumberAtCustomer": "7"}}
    numbered = {**record_of(sample), "xRechnung": {"vendorNumberAtCustomer": "7"}}
    return [record_of(sample), turned, billed, numbered]


@pytest.mark.parametrize("leaf", SENT)
def test_each_value_is_sent_where_the_samples_have_it(sample: Document, leaf: Leaf) -> None:
    for value in values_of(OFFICE, leaf):
        records = [item for item in records_of(sample) if value is not None or get(item, leaf.native) is not MISSING]
        record, [step] = update_of(OFFICE, records, leaf, value)
        body, known = body_of(step), shape(record)
        found = shape(body)
        assert {place for place, kind in found.items() if known.get(place) != kind} <= NOT_IN_THE_SAMPLES
        missing = set(known) - set(found)
        if value is not None:
            assert missing == set()
            assert get(body, leaf.native) == value
        else:
            # What is emptied is left out, and with it the list or object that it leaves empty.
            place = print_path(leaf.native).replace("[0]", "")
            assert place in missing
            assert missing <= {place, f"{place}[]", place.rpartition(".")[0]}


def test_every_record_is_sent_with_known_names_and_types(samples: Document, sample: Document) -> None:
    """Besides what is planted to be unknown to all; a record that cannot be sent whole is refused instead."""
    known = {**shape(sample), **shape(json.loads(samples["API Contact POST"]["body"]["raw"]))}
    sent, unheard = 0, set()
    for record in simulator_of(OFFICE).records.values():
        for step in steps_of(OFFICE, record, {"notes": "Geprüft"}):
            if isinstance(step, Step):
                sent += 1
                unheard |= {place for place, kind in shape(body_of(step)).items() if known.get(place) != kind}
                assert body_of(step)["version"] == record["version"]
    assert sent >= 20
    unheard -= NOT_IN_THE_SAMPLES | SENT_BACK
    assert {place for place in unheard if not place.startswith(UNKNOWN_TO_ALL)} == set()
    assert {name for name in UNKNOWN_TO_ALL if name not in unheard} == set()


def test_every_place_of_the_samples_can_be_written(samples: Document, sample: Document) -> None:
    written = {print_path(leaf.native).replace("[0]", "") for leaf in OFFICE.table.leaves if leaf.fact.derived is None}
    for request in ("API Contact PUT", "API Contact POST"):
        places = shape(json.loads(samples[request]["body"]["raw"]))
        values = {
            place for place, kind in places.items() if kind not in {"object", "list"} and not place.endswith("[]")
        }
        lists = {place.removesuffix("[]") for place, kind in places.items() if place.endswith("[]") and kind == "str"}
        assert {place for place in values | lists if place not in written} <= ASSIGNED | {"roles.vendor.number"}
    assert written - set(shape(sample)) <= NOT_IN_THE_SAMPLES


async def test_calls_are_those_of_the_samples(office: Line, samples: Document, sample: Document) -> None:
    known = {(request["method"], path_of(request)) for request in samples.values()}
    told = await office.hold(OFFICE.list(None, ListFilter(), 0, 5))
    told += await office.hold(OFFICE.companies(office.connection))
    assert all(answer.status == 200 for _, answer in told)
    assert {(call.method, call.path) for call, _ in told} == {("GET", "/v1/contacts"), ("GET", "/v1/profile")}
    assert {(call.method, call.path) for call, _ in told} <= known
    parameters = {item["key"] for request in samples.values() for item in request["url"].get("query", ())}
    asked = {name for call, _ in told for name, _ in call.query}
    assert asked & parameters == {"page", "customer"}


async def test_headers_are_those_of_the_samples(office: Line, samples: Document) -> None:
    headers = {item["key"]: item["value"] for item in samples["API Contact PUT"]["header"]}
    assert headers == {
        "Authorization": "Bearer {{accessToken}}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    sent = OFFICE.authorize(office.connection)
    assert sent["Authorization"] == f"Bearer {office.connection.credentials['api_key']}"
