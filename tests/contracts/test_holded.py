"""Holded's requests and answers against the vendor's OpenAPI document of the Invoicing API, version 1.4.

It describes one shape of answer per call and forgets much of what real ones have. Each place where the connector goes
beyond it, on the word of other clients, is named here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from gql_gateway.connectors.base import ListFilter, Step
from gql_gateway.connectors.holded.body import update_of
from gql_gateway.connectors.holded.fields import LANGUAGES, TAX_OPERATIONS, TYPES
from gql_gateway.connectors.registry import connectors
from gql_gateway.fields.document import put
from gql_gateway.fields.table import Leaf
from gql_gateway.model.ref import Ref
from gql_gateway.outbound.message import Answer, Call

from .folder import load
from .wire import Document, Line, line, steps_of, values_of
from .wire import update_of as update_with

HOLDED = connectors()["holded"]
LEAVES = [pytest.param(leaf, id=leaf.path) for leaf in HOLDED.table.leaves]
API = "/api/invoicing/v1"
ONE = "/contacts/{contactId}"
EVERYTHING = "64b7f0c2a91d3e5f70a1b2c4"

# In the POST of a contact and not in its PUT.
OF_POST = {"CustomId", "tags", "contactPersons", "defaults.salesTaxes", "defaults.purchasesTaxes"}
# In neither: other clients write them.
OF_CLIENTS = {"customFields", "defaults.paymentDay", "defaults.salesChannel", "contactPersons[].job"}
# Read, and sent back inside an object or an entry that goes whole.
ALONG = {
    *("billAddress.info", "defaults.tax", "defaults.retention", "defaults.documentTemplate"),
    *("shippingAddresses[].shippingId", "shippingAddresses[].countryCode"),
    *("contactPersons[].personId", "contactPersons[].sendDocumentsByDefault", "contactPersons[].linkedin"),
}
# In the PUT and not written: `QUIRKS.md` says why.
LEFT_OUT = {
    *("socialNetworks.website", "defaults.salesTax", "defaults.purchasesTax", "defaults.expensesAccountName"),
}
# Real answers have them, the document does not; most of them the connector writes.
UNDESCRIBED = {
    *("isperson", "groupId", "sepaRef", "sepaDate", "taxOperation", "vatnumber", "numberingSeries"),
    *("createdAt", "updatedAt", "updatedHash"),
}
# Declared a number or an object, and really something else.
VARYING = {
    *("postalCode", "salesChannel", "expensesAccount", "paymentMethod", "clientRecord", "supplierRecord"),
    *("socialNetworks", "billAddress", "customId", "countryCode"),
}


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("holded/invoice-api.openapi.json")
    return loaded


@pytest.fixture
async def holded() -> AsyncIterator[Line]:
    async with line(HOLDED) as opened:
        yield opened


def request_of(contract: Document, path: str, method: str) -> Document:
    found: Document = contract["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return found


def answer_of(contract: Document, path: str, method: str) -> Document:
    found: Document = contract["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    return found


def complaints(schema: Document, document: object) -> list[str]:
    errors = OAS30Validator(schema).iter_errors(document)
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in errors]


def places(schema: Document, at: str = "") -> Iterator[str]:
    """Every value of a schema: `defaults.dueDays`, `shippingAddresses[].city`."""
    if schema.get("type") == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from places(inner, f"{at}.{name}" if at else name)
    elif schema.get("type") == "array" and schema["items"].get("type") == "object":
        yield from places(schema["items"], f"{at}[]")
    else:
        yield at


def named(document: Any, at: str = "") -> Iterator[str]:
    """Every place of a document, written alike; lists of texts and custom fields are one."""
    if isinstance(document, dict) and at != "customFields[]":
        for name, inner in document.items():
            yield from named(inner, f"{at}.{name}" if at else name)
    elif isinstance(document, list) and any(isinstance(entry, dict) for entry in document):
        for entry in document:
            yield from named(entry, f"{at}[]")
    else:
        yield at.removesuffix("[]")


def both(contract: Document) -> Document:
    """The PUT with what only the POST has: the values of both have to be of the types that the document says."""
    merged = deepcopy(request_of(contract, ONE, "put"))
    post = request_of(contract, "/contacts", "post")["properties"]
    for name in ("CustomId", "tags", "contactPersons"):
        merged["properties"][name] = without_required(post[name])
    for name in ("salesTaxes", "purchasesTaxes"):
        merged["properties"]["defaults"]["properties"][name] = post["defaults"]["properties"][name]
    return merged


def without_required(schema: Document) -> Document:
    """`required` stands beside the entries of contact persons, where it means nothing."""
    return {name: value for name, value in schema.items() if name != "required"}


def beyond(contract: Document, body: Any) -> set[str]:
    """The places of a body that the PUT does not have."""
    known = set(places(request_of(contract, ONE, "put")))
    return {place for place in named(body) if place not in known and not any(k.startswith(f"{place}.") for k in known)}


@pytest.mark.parametrize("leaf", LEAVES)
async def test_each_value_is_sent_and_answered_as_the_contract_wants_it(
    contract: Document, holded: Line, leaf: Leaf
) -> None:
    for value in values_of(HOLDED, leaf):
        _, [step] = update_with(HOLDED, holded.simulator.records.values(), leaf, value)
        assert complaints(both(contract), step.body) == []
        strange = {place for place in beyond(contract, step.body) if not place.startswith("defaults.documentTemplate")}
        assert strange <= OF_POST | OF_CLIENTS | ALONG | {f"contactPersons[].{n}" for n in ("name", "phone", "email")}
        answer = await holded.send(step)
        assert (answer.status, complaints(answer_of(contract, ONE, "put"), json.loads(answer.body))) == (200, [])
        assert json.loads(answer.body)["status"] == 1, answer.body


def test_every_value_of_the_update_is_a_field_or_left_out(contract: Document) -> None:
    record: Document = {}
    for leaf in HOLDED.table.leaves:
        put(record, tuple(0 if not isinstance(part, str | int) else part for part in leaf.native), _example(leaf))
    written = set(named(update_of(record)))
    assert set(places(request_of(contract, ONE, "put"))) - written == LEFT_OUT
    persons = {"contactPersons[].name", "contactPersons[].phone", "contactPersons[].email"}
    assert written - set(places(request_of(contract, ONE, "put"))) == (OF_POST | OF_CLIENTS | persons) - {
        "contactPersons"
    }
    post = set(places(request_of(contract, "/contacts", "post")))
    assert OF_POST - {"contactPersons"} <= post
    assert persons <= post
    assert not OF_CLIENTS & post


def _example(leaf: Leaf) -> Any:
    """A value as a read shows it."""
    name = leaf.native[-1]
    if name in ("isperson", "showTradeNameOnDocs", "showCountryOnDocs"):
        return 1
    if name in ("tags", "salesTax", "purchasesTax"):
        return ["a"]
    return "yes" if name == "accumulateInForm347" else "7"


def test_names_and_words_are_those_of_the_contract(contract: Document) -> None:
    properties = request_of(contract, ONE, "put")["properties"]
    assert set(_words(properties["type"]["description"])) == set(TYPES)
    assert set(re.findall(r"\w+", properties["taxOperation"]["description"].partition("(")[2])) == set(TAX_OPERATIONS)
    language = properties["defaults"]["properties"]["language"]["description"]
    assert set(re.findall(r"(\w+) =", language)) == set(LANGUAGES)
    assert properties["defaults"]["properties"]["accumulateInForm347"]["description"] == "Yes or No"


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.partition(":")[2])


def test_key_and_address_are_those_of_the_contract(contract: Document, holded: Line) -> None:
    assert contract["security"] == [{"Auth": []}]
    scheme = contract["components"]["securitySchemes"]["Auth"]
    assert (scheme["type"], scheme["in"]) == ("apiKey", "header")
    assert set(HOLDED.authorize(holded.connection)) == {scheme["name"]}
    assert [server["url"] for server in contract["servers"]] == [f"{HOLDED.manifest.base_url}{API}"]


def test_the_contract_says_that_an_update_is_partial(contract: Document) -> None:
    """What `UpdateSemantics.PARTIAL` rests on."""
    words = contract["paths"][ONE]["put"]["description"]
    assert "Only the params included in the operation will update the contact." in words


def template_of(contract: Document, call: Call) -> str:
    path = call.path.removeprefix(API)
    fitting = (known for known in contract["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path))
    return str(next(fitting))


async def test_reading_and_listing_are_as_the_contract_wants_them(contract: Document, holded: Line) -> None:
    told = await holded.hold(HOLDED.read(Ref("c", EVERYTHING)))
    told += await holded.hold(HOLDED.list(None, ListFilter(), 0, 1))
    told += await holded.hold(HOLDED.companies(holded.connection))
    assert [template_of(contract, call) for call, _ in told] == [ONE, "/contacts", "/taxes"]
    for call, answer in told:
        assert (call.method, answer.status, call.body) == ("GET", 200, None)
    described = contract["paths"]["/contacts"]["get"]["parameters"]
    # Other clients page; the document knows filters only, none of which the gateway has.
    assert {item["name"] for item in described} == {"phone", "mobile", "customId"}
    assert told[1][0].query == (("page", "1"),)
    assert HOLDED.manifest.filters == frozenset()


async def test_contacts_are_as_the_contract_describes_them(contract: Document, holded: Line) -> None:
    [(_, answer)] = await holded.hold(HOLDED.list(None, ListFilter(), 0, 1))
    schema = answer_of(contract, "/contacts", "get")
    found = {
        re.sub(r"^\d+\.|\.\d+", "", complaint).partition(":")[0].rpartition(".")[2]
        for complaint in complaints(schema, json.loads(answer.body))
    }
    assert found <= VARYING
    assert {"postalCode", "salesChannel"} <= found
    names = {name for contact in json.loads(answer.body) for name in contact}
    assert names - set(schema["items"]["properties"]) >= UNDESCRIBED


def test_every_value_is_read_where_the_answers_have_it(contract: Document) -> None:
    """Or other clients have seen it there."""
    known = set(places(answer_of(contract, ONE, "get")))
    read = {_read_place(leaf) for leaf in HOLDED.table.leaves}
    unseen = {
        *(name for name in UNDESCRIBED if name not in ("vatnumber", "createdAt", "updatedAt", "updatedHash")),
        *("defaults.paymentDay", "defaults.salesAccountRecord", "defaults.salesAccountName", "defaults.salesTax"),
        *("defaults.purchasesTax", "defaults.accumulateInForm347", "defaults.showTradeNameOnDocs"),
        *("defaults.showCountryOnDocs",),
        *(f"numberingSeries.{name}" for name in ("invoice", "receipt", "salesOrder")),
        *(f"numberingSeries.{name}" for name in ("purchasesOrder", "proform", "waybill")),
    } - {"numberingSeries"}
    assert read - known == unseen


def _read_place(leaf: Leaf) -> str:
    text = ""
    for part in leaf.native:
        text += f".{part}" if isinstance(part, str) else "[]"
    return text.removeprefix(".")


async def test_refusals_have_the_one_shape_of_the_contract(contract: Document, holded: Line) -> None:
    call = Step("contact", "PUT", f"{API}/contacts/{EVERYTHING}", body={"groupId": "nope"})
    answer: Answer = await holded.send(call)
    assert complaints(answer_of(contract, ONE, "put"), json.loads(answer.body)) == []
    assert HOLDED.refused(answer)
    assert not HOLDED.succeeded(answer)


def test_a_record_whose_values_cannot_be_told_makes_no_call(holded: Line) -> None:
    record = {**holded.simulator.records[EVERYTHING], "defaults": {"expensesAccount": {"code": 1}}}
    problems: Any = steps_of(HOLDED, record, {"defaultDiscount": 3})
    assert [item.code.name for item in problems] == ["UNSUPPORTED"]
