"""The Holded simulator over real HTTP: each strictness rule and each oddity, with a test that can fail."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from openapi_schema_validator import OAS30Validator
from yarl import URL

from gql_gateway.sandbox.holded import HoldedSimulator
from gql_gateway.sandbox.holded.answers import typical_error
from gql_gateway.sandbox.holded.contact import Readings
from gql_gateway.sandbox.holded.parts import cif, iban, nif
from gql_gateway.sandbox.holded.seeds import API_KEY, EVERYTHING, LONG_NAME, V2_TOKEN
from gql_gateway.sandbox.server import Sandbox, find_simulators
from gql_gateway.sandbox.simulator import Document
from tests.contracts.folder import load

PLAIN = "64b7f0c2a91d3e5f70a1b2c3"
MIXED = f"{int(PLAIN, 16) + 45:x}"
BARE = f"{int(PLAIN, 16) + 40:x}"
NOBODY = "000000000000000000000000"
V1, V2 = "/api/invoicing/v1", "/api/v2"

TRANSFER, DEBIT = "5c1a20b4e6f7a80012ab0001", "5c1a20b4e6f7a80012ab0002"
GROUP = "5c1a20b4e6f7a80012af0002"
CHANNEL = "5c1a20b4e6f7a80012ae0002"

# Restated from section 10 of the dossier.
EXAMPLE_PUT: Document = {
    "name": "Talleres Ribera S.L.",
    "code": "B12345674",
    "isperson": False,
    "email": "hola@ribera.example",
    "phone": "+34 93 555 01 44",
    "mobile": "+34 600 555 014",
    "iban": "ES9121000418450200051332",
    "swift": "CAIXESBB",
    "sepaRef": "RIB-2026-01",
    "sepaDate": 1767225600,
    "billAddress": {
        "address": "Carrer de la Llum 5",
        "city": "Barcelona",
        "postalCode": "08001",
        "province": "Barcelona",
        "country": "Spain",
        "countryCode": "ES",
    },
    "defaults": {"dueDays": 30, "currency": "eur", "language": "es"},
}
EXAMPLE_GET: Document = {
    "id": PLAIN,
    "customId": None,
    "name": "Talleres Ribera S.L.",
    "code": "B12345674",
    "vatnumber": "",
    "tradeName": "",
    "email": "hola@ribera.example",
    "mobile": "+34 600 555 014",
    "phone": "+34 93 555 01 44",
    "type": "client",
    "iban": "ES9121000418450200051332",
    "swift": "CAIXESBB",
    "groupId": "",
    "clientRecord": 43000012,
    "supplierRecord": 0,
    "billAddress": {**EXAMPLE_PUT["billAddress"], "info": ""},
    "defaults": {
        "salesChannel": 0,
        "expensesAccount": 0,
        "dueDays": 30,
        "paymentMethod": "0",
        "discount": 0,
        "language": "es",
        "currency": "eur",
        "salesTax": ["s_iva_21"],
        "accumulateInForm347": "yes",
    },
    "socialNetworks": [],
    "tags": [],
    "notes": [],
    "contactPersons": [],
    "shippingAddresses": [],
    "customFields": [],
    "isperson": 0,
}

# Every member of the PUT in the contract, with a value and what a GET shows of it then.
PLAIN_VALUES: dict[str, tuple[Any, Any]] = {
    "name": ("Bicis Nuevas S.L.", "Bicis Nuevas S.L."),
    "code": ("B00000000", "B00000000"),
    "tradeName": ("Bicis", "Bicis"),
    "email": ("nueva@bicis.example", "nueva@bicis.example"),
    "mobile": ("#31#600", "#31#600"),
    "phone": ("+34 1-2", "+34 1-2"),
    "type": ("lead", "lead"),
    "isperson": (True, 1),
    "iban": ("ES00", "ES00"),
    "swift": ("BBVAESMM", "BBVAESMM"),
    "sepaRef": ("M-1", "M-1"),
    "sepaDate": (1767225601, 1767225601),
    "clientRecord": (43000099, 43000099),
    "supplierRecord": (40000099, 40000099),
    "groupId": (GROUP, GROUP),
    "taxOperation": ("intra", "intra"),
}
ADDRESS = {
    "address": "Rúa Nova 1",
    "city": "Lugo",
    "postalCode": "00012",
    "province": "Lugo",
    "country": "Portugal",
    "countryCode": "PT",
}
DEFAULTS: dict[str, tuple[Any, str, Any]] = {
    "expensesAccountRecord": (60000001, "expensesAccount", 60000001),
    "expensesAccountName": ("Compras", "expensesAccount", {"num": 0, "name": "Compras"}),
    "salesAccountRecord": (70000009, "salesAccountRecord", 70000009),
    "salesAccountName": ("Ventas", "salesAccountName", "Ventas"),
    "dueDays": (7, "dueDays", 7),
    "salesTax": (10, "salesTax", ["s_iva_10"]),
    "purchasesTax": (4, "purchasesTax", ["p_iva_4"]),
    "accumulateInForm347": ("Yes", "accumulateInForm347", "yes"),
    "paymentMethod": (DEBIT, "paymentMethod", DEBIT),
    "discount": (12, "discount", 12),
    "currency": ("usd", "currency", "usd"),
    "language": ("eu", "language", "eu"),
    "showTradeNameOnDocs": (True, "showTradeNameOnDocs", True),
    "showCountryOnDocs": (True, "showCountryOnDocs", True),
}
BLANK_DEFAULTS = {
    "salesChannel": 0,
    "expensesAccount": 0,
    "dueDays": 0,
    "paymentMethod": "0",
    "discount": 0,
    "language": "",
    "currency": "",
    "salesTax": [],
    "accumulateInForm347": "no",
}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        assert self.content_type in {"application/json", "application/problem+json"}, self.text
        return json.loads(self.text)

    @property
    def refusal(self) -> tuple[int, str]:
        """HTTP status and words of a refusal."""
        assert self.body["status"] == 0, self.text
        assert set(self.body) == {"status", "info"}
        return self.status, self.body["info"]

    @property
    def problem(self) -> int:
        """HTTP status of a problem of v2."""
        assert self.content_type == "application/problem+json", self.text
        assert set(self.body) == {"type", "title", "status", "detail"}
        assert self.body["status"] == self.status
        return self.status


@dataclass
class Provider:
    simulator: HoldedSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession
    clock: Any

    async def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str | None
    ) -> Answer:
        """A call as the dossier says; headers are written with underscores, `None` leaves one out."""
        own: dict[str, str] = {"Authorization": f"Bearer {V2_TOKEN}"} if path.startswith(V2) else {"key": API_KEY}
        usual: dict[str, str | None] = {
            **own,
            "Content-Type": "application/json" if body is not None or raw is not None else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.request(
            method,
            URL(self.sandbox.url("holded") + path, encoded=True),
            data=json.dumps(body).encode() if raw is None and body is not None else raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers, await answer.text())

    async def put(self, native_id: str = PLAIN, /, **members: Any) -> Answer:
        return await self.call("PUT", f"{V1}/contacts/{native_id}", members)

    async def updated(self, native_id: str = PLAIN, /, **members: Any) -> Document:
        """What a GET shows after a PUT that was taken."""
        answer = await self.put(native_id, **members)
        assert answer.status == 200
        assert answer.body == {"status": 1, "info": "Updated", "id": native_id}
        return await self.get(native_id)

    async def refuses(self, **members: Any) -> str:
        """The words of the refusal; nothing of the body was stored."""
        before = await self.get()
        words = (await self.put(PLAIN, **{"tradeName": "never stored", **members})).refusal[1]
        assert await self.get() == before
        return words

    async def created(self, **members: Any) -> Document:
        answer = await self.call("POST", f"{V1}/contacts", members)
        assert answer.status == 201, answer.text
        assert {**answer.body, "id": ""} == {"status": 1, "info": "Created", "id": ""}
        assert re.fullmatch("[0-9a-f]{24}", answer.body["id"])
        return await self.get(answer.body["id"])

    async def get(self, native_id: str = PLAIN) -> Document:
        answer = await self.call("GET", f"{V1}/contacts/{native_id}")
        assert answer.status == 200
        assert answer.body["id"] == native_id
        found: Document = answer.body
        return found

    async def list(self, query: str = "") -> list[Document]:
        answer = await self.call("GET", f"{V1}/contacts{query}")
        assert answer.status == 200
        assert isinstance(answer.body, list)
        return answer.body

    async def show(self, native_id: str = EVERYTHING) -> Document:
        """By v2."""
        answer = await self.call("GET", f"{V2}/contacts/{native_id}")
        assert answer.status == 200, answer.text
        found: Document = answer.body
        return found

    async def replace(self, native_id: str = EVERYTHING, /, **members: Any) -> Answer:
        """By v2."""
        return await self.call("PUT", f"{V2}/contacts/{native_id}", members)

    def read(self, **readings: Any) -> None:
        self.simulator.readings = Readings(**readings)


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = HoldedSimulator(clock)
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session, clock)


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("holded/invoice-api.openapi.json")
    return loaded


def without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


def same_but(after: Document, before: Document, *names: str) -> bool:
    """Whether two contacts differ in these members and in the marks of a change at most."""
    marks = ("updatedAt", "updatedHash")
    return without(after, *names, *marks) == without(before, *names, *marks)


# The door.


def test_the_sandbox_finds_it() -> None:
    assert "holded" in {simulator.integration for simulator in find_simulators()}


@pytest.mark.parametrize(
    "headers",
    [{"key": None}, {"key": API_KEY.upper()}, {"key": V2_TOKEN}, {"key": f"Bearer {API_KEY}"}, {"key": ""}],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/contacts"), ("PUT", f"/contacts/{PLAIN}"), ("GET", "/taxes"), ("POST", "/contacts")]
)
async def test_a_bad_key_is_told(provider: Provider, method: str, path: str, headers: dict[str, Any]) -> None:
    body = {"name": "x"} if method != "GET" else None
    answer = await provider.call(method, V1 + path, body, **headers)
    assert answer.refusal == (401, "Invalid key")
    provider.simulator.invalid_key = "plain"
    answer = await provider.call(method, V1 + path, body, **headers)
    assert (answer.status, answer.content_type, answer.text) == (401, "text/plain", "Invalid key")


async def test_a_key_in_the_authorization_header_is_none(provider: Provider) -> None:
    answer = await provider.call("GET", f"{V1}/contacts", key=None, Authorization=f"Bearer {API_KEY}")
    assert answer.refusal == (401, "Invalid key")


async def test_a_removed_key_stays_removed_until_reset(provider: Provider) -> None:
    provider.simulator.expire_tokens()
    assert (await provider.call("GET", f"{V1}/contacts")).status == 401
    assert (await provider.call("GET", f"{V2}/contacts")).problem == 401
    provider.simulator.reset()
    assert (await provider.call("GET", f"{V1}/contacts")).status == 200
    assert (await provider.call("GET", f"{V2}/contacts")).status == 200


@pytest.mark.parametrize("status", [402, 403])
async def test_a_plan_without_api(provider: Provider, status: Any) -> None:
    provider.simulator.plan_status = status
    assert (await provider.call("GET", f"{V1}/contacts")).refusal[0] == status


async def test_no_limit_of_calls_unless_a_test_sets_one(provider: Provider) -> None:
    for _ in range(30):
        await provider.get()
    provider.simulator.rate_limit = (2, 1.0)
    assert [(await provider.call("GET", f"{V1}/taxes")).status for _ in range(3)] == [200, 200, 429]
    provider.clock.now += 1.0
    assert (await provider.call("GET", f"{V1}/taxes")).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/contact"),
        ("GET", "/customers"),
        ("PATCH", f"/contacts/{PLAIN}"),
        ("PUT", f"/contacts/{PLAIN}/x"),
        ("GET", "/Contacts"),
        ("GET", f"/contacts/{PLAIN}/"),
        ("HEAD", "/contacts"),
    ],
)
async def test_an_unknown_path_is_a_page_and_200(provider: Provider, method: str, path: str) -> None:
    before = deepcopy(provider.simulator.records)
    for root in (V1, "", "/api/invoicing/v2"):
        answer = await provider.call(method, root + path)
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert method == "HEAD" or answer.text.startswith("<!DOCTYPE html>")
    assert provider.simulator.records == before


async def test_what_is_not_there(provider: Provider) -> None:
    for method in ("GET", "PUT", "DELETE"):
        for native_id in (NOBODY, "1", PLAIN.upper()):
            answer = await provider.call(method, f"{V1}/contacts/{native_id}", {} if method == "PUT" else None)
            assert answer.refusal == (200, "Not found")
    provider.simulator.missing_status = 404
    assert (await provider.call("GET", f"{V1}/contacts/{NOBODY}")).refusal == (404, "Not found")
    assert (await provider.put(type="friend")).refusal[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"raw": b""},
        {"raw": b"{"},
        {"raw": b"[]"},
        {"raw": b'"x"'},
        {"raw": b'{"name": NaN}'},
        {"raw": b'{"name": "\\ud800"}'},
        {"raw": b'{"name": "\xff"}'},
        {"raw": b"name=x", "Content_Type": "application/x-www-form-urlencoded"},
        {"body": {"name": "x"}, "Content_Type": "text/plain"},
        {"body": {"name": "x"}, "Content_Type": None},
    ],
)
async def test_a_body_that_is_no_json_object(provider: Provider, sent: dict[str, Any]) -> None:
    before = deepcopy(provider.simulator.records)
    assert (await provider.call("PUT", f"{V1}/contacts/{PLAIN}", **sent)).refusal == (200, "Wrong body")
    assert (await provider.call("POST", f"{V1}/contacts", **sent)).refusal == (200, "Wrong body")
    assert (await provider.call("PUT", f"{V2}/contacts/{PLAIN}", **sent)).problem == 400
    assert provider.simulator.records == before


# Reading.


async def test_the_example_of_the_dossier(provider: Provider) -> None:
    found = await provider.get()
    assert found.items() >= EXAMPLE_GET.items()
    assert set(found) - set(EXAMPLE_GET) == {"sepaRef", "sepaDate", "createdAt", "updatedAt", "updatedHash"}
    after = await provider.updated(**EXAMPLE_PUT)
    assert same_but(after, found, "defaults")
    # The taxes were not sent along.
    assert after["defaults"] == {**found["defaults"], "salesTax": [], "accumulateInForm347": "no"}


async def test_the_list_is_an_array_of_whole_contacts(provider: Provider) -> None:
    found = await provider.list()
    assert found == list(provider.simulator.records.values())
    assert found == [await provider.get(contact["id"]) for contact in found]


async def test_pages_go_on_until_an_empty_one(provider: Provider) -> None:
    provider.simulator.page_size = 15
    whole = list(provider.simulator.records)
    pages = [[contact["id"] for contact in await provider.list(f"?page={number}")] for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [15, 15, len(whole) - 30, 0]
    assert [native_id for page in pages for native_id in page] == whole
    assert len(await provider.list()) == 15
    for odd in ("0", "-1", "x", ""):
        assert [contact["id"] for contact in await provider.list(f"?page={odd}")] == pages[0]


async def test_a_page_holds_500(provider: Provider) -> None:
    for number in range(500):
        provider.simulator.records[f"{number:024x}"] = {**provider.simulator.records[PLAIN], "id": f"{number:024x}"}
    assert len(await provider.list()) == 500
    assert len(await provider.list("?page=2")) == len(provider.simulator.records) - 500


async def test_a_short_page_need_not_be_the_last(provider: Provider) -> None:
    provider.simulator.page_size = 10
    provider.simulator.unseen = set(list(provider.simulator.records)[3:6])
    assert [len(await provider.list(f"?page={number}")) for number in (1, 2)] == [7, 10]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?phone=972%2055%2001%2047", ["Gemelos A", "Gemelos B"]),
        ("?phone=972550147", []),
        ("?phone=%2B34%2093%20555%2001%2044", ["Talleres Ribera S.L."]),
        ("?phone=+34+93+555+01+44", []),
        ("?phone=%2331%23600555104", ["Ana Belén Torres"]),
        ("?mobile=%2B34%20600%20555%20014", ["Talleres Ribera S.L."]),
        ("?mobile=%2B34%2093%20555%2001%2044", []),
        ("?customId=00046", ["Bicis 🚲 Málaga"]),
        ("?customId=46", []),
        ("?customId=GEM,00046", ["Bicis 🚲 Málaga", "Gemelos A", "Gemelos B"]),
        ("?customId=GEM&phone=1", []),
    ],
)
async def test_filters_match_exactly(provider: Provider, query: str, names: list[str]) -> None:
    assert [contact["name"] for contact in await provider.list(query)] == names


async def test_other_filters_are_none(provider: Provider) -> None:
    assert len(await provider.list("?email=hola@ribera.example&name=Talleres&code=B12345674&limit=1")) > 30


async def test_hidden_members_are_stored_and_not_shown(provider: Provider) -> None:
    provider.simulator.hides = {"sepaRef", "numberingSeries"}
    after = await provider.updated(sepaRef="M-2")
    assert "sepaRef" not in after
    assert not any("numberingSeries" in contact for contact in await provider.list())
    assert provider.simulator.records[PLAIN]["sepaRef"] == "M-2"


async def test_reference_lists(provider: Provider, contract: Document) -> None:
    for path, template in (
        ("/taxes", "/taxes"),
        ("/contacts/groups", "/contacts/groups"),
        ("/numberingseries/invoice", "/numberingseries/{type}"),
        ("/saleschannels", "/saleschannels"),
    ):
        answer = await provider.call("GET", V1 + path)
        assert answer.status == 200
        # A channel without an account is null in the contract's own example.
        expected = ["accNum"] if path == "/saleschannels" else []
        assert problems(contract, answer_schema(contract, template, "get"), answer.body) == expected
        assert len(answer.body) >= 2
    for path in ("/paymentmethods", "/expensesaccounts"):  # the contract shows one object where the dossier has a list
        answer = await provider.call("GET", V1 + path)
        assert isinstance(answer.body, list)
        for row in answer.body:
            assert problems(contract, answer_schema(contract, path, "get"), row) == []
    taxes = (await provider.call("GET", f"{V1}/taxes")).body
    assert taxes[0] == {
        **{"name": "IVA 21%", "amount": "21", "scope": "sales"},
        **{"key": "s_iva_21", "group": "iva", "type": "percentage"},
    }
    assert len({tax["key"] for tax in taxes}) == len(taxes)
    kinds = ("invoice", "receipt", "salesOrder", "purchasesOrder", "proform", "waybill")
    series = [row for kind in kinds for row in (await provider.call("GET", f"{V1}/numberingseries/{kind}")).body]
    assert len({row["id"] for row in series}) == len(series) == 12
    assert [row["type"] for row in series[::2]] == list(kinds)
    assert (await provider.call("GET", f"{V1}/numberingseries/nothing")).refusal == (200, "Not found")
    assert (await provider.call("GET", f"{V1}/contacts/groups/{GROUP}")).body["name"] == "Particulares"
    assert (await provider.call("GET", f"{V1}/contacts/groups/{NOBODY}")).refusal == (200, "Not found")


# Writing: what is taken.


@pytest.mark.parametrize("name", PLAIN_VALUES)
async def test_a_plain_value_changes_alone(provider: Provider, name: str) -> None:
    for native_id in (PLAIN, EVERYTHING, BARE):
        sent, shown = PLAIN_VALUES[name]
        before = await provider.get(native_id)
        after = await provider.updated(native_id, **{name: sent})
        assert same_but(after, before, name)
        assert after[name] == shown
        assert type(after[name]) is type(shown)


async def test_every_word_of_the_closed_lists(provider: Provider) -> None:
    for word in ("supplier", "debtor", "creditor", "client", "lead"):
        assert (await provider.updated(type=word))["type"] == word
    for word in ("general", "intra", "impexp", "nosujeto", "receq", "exento"):
        assert (await provider.updated(taxOperation=word))["taxOperation"] == word
    for word in ("es", "en", "fr", "de", "it", "ca", "eu"):
        assert (await provider.updated(defaults={"language": word}))["defaults"]["language"] == word
    for word in ("Yes", "No"):
        after = await provider.updated(defaults={"accumulateInForm347": word})
        assert after["defaults"]["accumulateInForm347"] == word.lower()


@pytest.mark.parametrize("name", sorted(set(PLAIN_VALUES) - {"name", "type", "isperson"}))
async def test_an_empty_text_or_a_zero_clears(provider: Provider, name: str) -> None:
    nothing = 0 if isinstance(PLAIN_VALUES[name][0], int) else ""
    assert (await provider.updated(EVERYTHING, **{name: nothing}))[name] == nothing


async def test_an_empty_body_changes_nothing(provider: Provider) -> None:
    before = await provider.get(EVERYTHING)
    assert same_but(await provider.updated(EVERYTHING), before)


async def test_marks_of_a_change(provider: Provider) -> None:
    before = await provider.get()
    after = await provider.updated(tradeName="Otro")
    assert after["updatedAt"] == int(provider.clock.now)
    assert after["updatedHash"] != before["updatedHash"]
    assert after["createdAt"] == before["createdAt"]
    again = await provider.updated(tradeName="Uno más")
    assert again["updatedHash"] != after["updatedHash"]


async def test_somebody_else_edits(provider: Provider) -> None:
    before = await provider.get()
    provider.simulator.touch(PLAIN)
    after = await provider.get()
    assert same_but(after, before, "notes")
    [note] = after["notes"]
    assert set(note) == {"noteId", "name", "description", "color", "updatedAt", "userId"}
    assert after["updatedHash"] != before["updatedHash"]
    provider.simulator.touch(PLAIN)
    assert len((await provider.get())["notes"]) == 2
    provider.simulator.touch(NOBODY)


@pytest.mark.parametrize("native_id", [PLAIN, EVERYTHING, BARE])
async def test_an_address_takes_the_place_of_the_one_held(provider: Provider, native_id: str) -> None:
    before = await provider.get(native_id)
    after = await provider.updated(native_id, billAddress=ADDRESS)
    info = (before["billAddress"] or {}).get("info", "")
    assert after["billAddress"] == {**ADDRESS, "info": info}
    after = await provider.updated(native_id, billAddress={"city": "Vigo"})
    blank = dict.fromkeys(ADDRESS, "")
    assert after["billAddress"] == {**blank, "city": "Vigo", "countryCode": None, "info": info}
    after = await provider.updated(native_id, billAddress={})
    assert after["billAddress"] == ({**blank, "countryCode": None, "info": info} if info else [])
    assert same_but(after, before, "billAddress")


async def test_an_address_may_be_merged_instead(provider: Provider) -> None:
    provider.read(objects="merged")
    before = await provider.get()
    after = await provider.updated(billAddress={"city": "Vigo"}, defaults={"discount": 1})
    assert after["billAddress"] == {**before["billAddress"], "city": "Vigo"}
    assert after["defaults"] == {**before["defaults"], "discount": 1}
    before = await provider.get(EVERYTHING)
    after = await provider.updated(EVERYTHING, numberingSeries={"invoice": ""}, defaults={"expensesAccountName": "Luz"})
    assert after["numberingSeries"] == {**before["numberingSeries"], "invoice": ""}
    assert after["defaults"]["expensesAccount"] == {"num": 62800001, "name": "Luz"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"country": "France"}, "FR"),
        ({"country": "España"}, "ES"),
        ({"country": "Atlantis"}, None),
        ({"country": ""}, None),
        ({"country": "France", "countryCode": "BE"}, "BE"),
        ({"countryCode": "BE"}, "BE"),
        ({"country": "France", "countryCode": ""}, None),
    ],
)
async def test_the_code_of_a_country(provider: Provider, sent: Document, code: str | None) -> None:
    assert (await provider.updated(billAddress=sent))["billAddress"]["countryCode"] == code


async def test_a_postal_code_is_a_text(provider: Provider) -> None:
    after = await provider.updated(billAddress={"postalCode": "01001"})
    assert after["billAddress"]["postalCode"] == "01001"
    assert await provider.refuses(billAddress={"postalCode": 1001}) == "Wrong postalCode"


@pytest.mark.parametrize("name", DEFAULTS)
async def test_defaults_take_the_place_of_those_held(provider: Provider, name: str) -> None:
    sent, place, shown = DEFAULTS[name]
    for native_id, kept in (
        (PLAIN, {}),
        (EVERYTHING, {"tax": "default", "retention": "default"}),
        (MIXED, {"documentTemplate": {"id": "5c1a20b4e6f7a80012b10001"}}),
    ):
        before = await provider.get(native_id)
        after = await provider.updated(native_id, defaults={name: sent})
        assert same_but(after, before, "defaults")
        assert after["defaults"] == {**BLANK_DEFAULTS, **kept, place: shown}


async def test_members_of_defaults_outside_the_contract(provider: Provider) -> None:
    after = await provider.updated(
        defaults={
            "salesChannel": CHANNEL,
            "paymentDay": 25,
            "salesTaxes": ["s_iva_4", "s_rec_05"],
            "purchasesTaxes": [],
        }
    )
    assert after["defaults"] == {
        **BLANK_DEFAULTS,
        **{"salesChannel": CHANNEL, "paymentDay": 25, "salesTax": ["s_iva_4", "s_rec_05"], "purchasesTax": []},
    }
    after = await provider.updated(defaults={"salesChannel": "", "paymentMethod": "", "accumulateInForm347": ""})
    assert after["defaults"] == BLANK_DEFAULTS
    after = await provider.updated(defaults={"paymentMethod": TRANSFER})
    after = await provider.updated(defaults={"paymentMethod": "0"})
    assert after["defaults"]["paymentMethod"] == "0"


async def test_an_account_keeps_its_form_while_it_is_the_same(provider: Provider) -> None:
    before = await provider.get(MIXED)
    channel, account = before["defaults"]["salesChannel"]["id"], before["defaults"]["expensesAccount"]
    assert isinstance(before["clientRecord"], dict)
    after = await provider.updated(
        MIXED,
        clientRecord=before["clientRecord"]["num"],
        defaults={"salesChannel": channel, "expensesAccountRecord": account},
    )
    assert after["clientRecord"] == before["clientRecord"]
    assert after["defaults"]["salesChannel"] == before["defaults"]["salesChannel"]
    assert after["defaults"]["expensesAccount"] == account
    after = await provider.updated(MIXED, clientRecord=5, defaults={"salesChannel": CHANNEL})
    assert (after["clientRecord"], after["defaults"]["salesChannel"]) == (5, CHANNEL)
    both = {"expensesAccountRecord": 62800001, "expensesAccountName": "Suministros"}
    for sent in (both, {"expensesAccountRecord": 62800001}):
        after = await provider.updated(EVERYTHING, defaults=sent)
        assert after["defaults"]["expensesAccount"] == {"num": 62800001, "name": "Suministros"}
    after = await provider.updated(EVERYTHING, defaults={"expensesAccountRecord": 1, "expensesAccountName": "Luz"})
    assert after["defaults"]["expensesAccount"] == {"num": 1, "name": "Luz"}
    account = "5c1a20b4e6f7a80012ad0001"
    by_id = next(found["id"] for found in await provider.list() if found["defaults"]["expensesAccount"] == account)
    after = await provider.updated(by_id, defaults={"expensesAccountRecord": 60000001})
    assert after["defaults"]["expensesAccount"] == account
    for record in (0, 1, 0):
        after = await provider.updated(by_id, defaults={"expensesAccountRecord": record})
        assert after["defaults"]["expensesAccount"] == record


async def test_numbering_series_take_the_place_of_those_held(provider: Provider) -> None:
    held = (await provider.get(EVERYTHING))["numberingSeries"]
    assert len(held) == 6
    after = await provider.updated(EVERYTHING, numberingSeries={"waybill": held["waybill"]})
    assert after["numberingSeries"] == {"waybill": held["waybill"]}
    assert (await provider.updated(EVERYTHING, numberingSeries={}))["numberingSeries"] == []
    assert (await provider.updated(PLAIN, numberingSeries=held))["numberingSeries"] == held
    assert await provider.refuses(numberingSeries={"invoice": held["waybill"]}) == "Wrong invoice"


SHIPPING_BLANK = {"address": "", "city": "", "postalCode": "", "province": "", "country": "", "countryCode": None}


async def test_shipping_addresses_take_the_place_of_those_held(provider: Provider) -> None:
    before = await provider.get(EVERYTHING)
    assert len(before["shippingAddresses"]) == 2
    sent = {"name": "Puerto", **without(ADDRESS, "countryCode"), "notes": "Rápido", "privateNote": "Secreto"}
    after = await provider.updated(EVERYTHING, shippingAddresses=[sent])
    assert same_but(after, before, "shippingAddresses")
    [entry] = after["shippingAddresses"]
    assert re.fullmatch("[0-9a-f]{24}", entry["shippingId"])
    assert entry["shippingId"] not in {old["shippingId"] for old in before["shippingAddresses"]}
    assert without(entry, "shippingId") == {
        "name": "Puerto",
        **ADDRESS,
        "notes": "Rápido",
        "privateNotes": "Secreto",
    }
    assert (await provider.updated(EVERYTHING, shippingAddresses=[]))["shippingAddresses"] == []


async def test_names_of_the_read_side_are_lost_in_an_entry(provider: Provider) -> None:
    [first, second] = (await provider.get(EVERYTHING))["shippingAddresses"]
    after = await provider.updated(EVERYTHING, shippingAddresses=[{**first, "countryCode": "BE", "note": "x"}, second])
    # Its id came back, so it is the same entry, but its private note went by a name that is not written.
    assert after["shippingAddresses"] == [{**first, "privateNotes": ""}, second]
    assert provider.simulator.ignored == [
        "shippingAddresses.countryCode",
        "shippingAddresses.privateNotes",
        "shippingAddresses.note",
        "shippingAddresses.countryCode",
        "shippingAddresses.privateNotes",
    ]


async def test_an_entry_with_its_id_keeps_what_nobody_can_write(provider: Provider) -> None:
    simulator = provider.simulator
    entry = simulator.records[EVERYTHING]["shippingAddresses"][0]
    entry.update(geo={"lat": 38.4}, country="Reino de España")
    sent = {"shippingId": entry["shippingId"], "name": "Otro", "country": "Reino de España"}
    [after] = (await provider.updated(EVERYTHING, shippingAddresses=[sent]))["shippingAddresses"]
    assert (after["geo"], after["countryCode"], after["city"]) == ({"lat": 38.4}, "ES", "")
    [after] = (await provider.updated(EVERYTHING, shippingAddresses=[{**sent, "country": "Italy"}]))[
        "shippingAddresses"
    ]
    assert after["countryCode"] == "IT"
    for foreign in ("no id", NOBODY, 5):
        [other] = (await provider.updated(PLAIN, shippingAddresses=[{"shippingId": foreign}]))["shippingAddresses"]
        assert other["shippingId"] != foreign
        assert without(other, "shippingId") == {"name": "", **SHIPPING_BLANK, "notes": "", "privateNotes": ""}
    twice = (await provider.updated(EVERYTHING, shippingAddresses=[sent, sent]))["shippingAddresses"]
    assert twice[0]["shippingId"] != twice[1]["shippingId"]


async def test_contact_persons_take_the_place_of_those_held(provider: Provider) -> None:
    before = await provider.get(EVERYTHING)
    first = before["contactPersons"][0]
    sent = {"name": "Ana", "phone": "1", "email": "a@ibanez.example"}
    after = await provider.updated(EVERYTHING, contactPersons=[sent])
    [entry] = after["contactPersons"]
    assert same_but(after, before, "contactPersons")
    assert without(entry, "personId") == {
        **sent,
        **{"job": "", "sendDocumentsByDefault": False, "linkedin": ""},
    }
    assert (await provider.updated(EVERYTHING, contactPersons=[]))["contactPersons"] == []
    provider.simulator.reset()
    after = await provider.updated(EVERYTHING, contactPersons=[first])
    assert after["contactPersons"] == [first]
    after = await provider.updated(EVERYTHING, contactPersons=[{"personId": first["personId"], "name": "B"}])
    assert after["contactPersons"][0]["job"] == ""
    assert await provider.refuses(contactPersons=[{"phone": "1"}]) == "name needed"


async def test_tags_take_the_place_of_those_held(provider: Provider) -> None:
    assert (await provider.updated(EVERYTHING, tags=["uno"]))["tags"] == ["uno"]
    assert (await provider.updated(EVERYTHING, tags=[]))["tags"] == []


async def test_a_note_is_one_more(provider: Provider) -> None:
    before = await provider.get(EVERYTHING)
    for count in (1, 2):
        after = await provider.updated(EVERYTHING, note="Llamar")
        assert same_but(after, before, "notes")
        assert after["notes"][:2] == before["notes"]
        assert [note["description"] for note in after["notes"][2:]] == ["Llamar"] * count
        assert set(after["notes"][2]) == set(before["notes"][0])
    assert len({note["noteId"] for note in after["notes"]}) == 4
    assert len((await provider.updated(EVERYTHING, note=""))["notes"]) == 4


async def test_a_custom_id_is_written_with_a_capital(provider: Provider) -> None:
    assert (await provider.updated(CustomId="A-1"))["customId"] == "A-1"
    assert (await provider.updated(customId="B-2"))["customId"] == "A-1"


async def test_custom_fields_sent_as_they_are_read_fall_apart(provider: Provider) -> None:
    after = await provider.updated(EVERYTHING, customFields=[{"Region": "North"}, {"A": "1", "B": ""}])
    good = [{"field": "Region", "value": "North"}, {"field": "A", "value": "1"}, {"field": "B", "value": ""}]
    assert after["customFields"] == good
    after = await provider.updated(EVERYTHING, customFields=good[:1])
    assert after["customFields"] == [{"field": "field", "value": "Region"}, {"field": "value", "value": "North"}]


# Writing: what is taken and not stored.


@pytest.mark.parametrize("native_id", [PLAIN, EVERYTHING, BARE])
async def test_what_is_accepted_and_lost(provider: Provider, native_id: str) -> None:
    before = await provider.get(native_id)
    lost: Document = {
        **{"vatnumber": "ESB12345674", "website": "https://x.example", "customId": "X", "Name": "X", "id": NOBODY},
        "socialNetworks": {"website": "https://x.example", "facebook": "x"},
        **{"createdAt": 1, "updatedAt": 1, "updatedHash": "x", "notes": [], "active": False, "rate": None},
    }
    assert same_but(await provider.updated(native_id, **lost), before)
    assert provider.simulator.ignored == list(lost)
    inside = {
        "billAddress": {**without(before["billAddress"] or ADDRESS, "info", "countryCode"), "info": "x", "street": "x"},
        "defaults": {"tax": "x", "retention": "x", "expensesAccount": 5, "dueDate": 9},
    }
    provider.simulator.ignored.clear()
    after = await provider.updated(native_id, **inside)
    assert (after["billAddress"] or {}).get("info", "") == (before["billAddress"] or {}).get("info", "")
    assert {name: after["defaults"].get(name) for name in ("tax", "retention", "expensesAccount", "dueDate")} == {
        **{name: before["defaults"].get(name) for name in ("tax", "retention")},
        **{"expensesAccount": 0, "dueDate": None},
    }
    assert provider.simulator.ignored == [
        *("billAddress.info", "billAddress.street", "defaults.tax", "defaults.retention"),
        *("defaults.expensesAccount", "defaults.dueDate"),
    ]


async def test_a_null_says_nothing(provider: Provider) -> None:
    before = await provider.get(EVERYTHING)
    after = await provider.updated(EVERYTHING, **dict.fromkeys([*PLAIN_VALUES, "billAddress", "tags", "defaults"]))
    assert same_but(after, before)
    after = await provider.updated(EVERYTHING, billAddress={**ADDRESS, "city": None})
    assert after["billAddress"]["city"] == ""
    provider.read(nulls="refused")
    assert await provider.refuses(code=None) == "Wrong code"
    assert await provider.refuses(billAddress={"city": None}) == "Wrong city"


async def test_what_only_a_post_knows_may_be_ignored(provider: Provider) -> None:
    provider.read(takes_post_fields=False)
    before = await provider.get(EVERYTHING)
    sent: Document = {"CustomId": "X", "tags": [], "note": "x", "contactPersons": []}
    assert same_but(await provider.updated(EVERYTHING, **sent), before)
    assert provider.simulator.ignored == list(sent)
    after = await provider.updated(
        EVERYTHING, defaults={"salesTaxes": ["s_iva_4"], "purchasesTaxes": [], "discount": 1}
    )
    assert after["defaults"]["salesTax"] == []
    assert "purchasesTax" not in after["defaults"]
    assert (await provider.created(name="X", tags=["a"]))["tags"] == ["a"]


# Writing: what is refused.


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "name needed"),
        ({"type": "customer"}, "Wrong type"),
        ({"type": ""}, "Wrong type"),
        ({"isperson": 1}, "Wrong isperson"),
        ({"isperson": "true"}, "Wrong isperson"),
        ({"clientRecord": "43000012"}, "Wrong clientRecord"),
        ({"clientRecord": {"num": 43000012}}, "Wrong clientRecord"),
        ({"clientRecord": True}, "Wrong clientRecord"),
        ({"sepaDate": "2026-01-01"}, "Wrong sepaDate"),
        ({"groupId": NOBODY}, "Wrong groupId"),
        ({"taxOperation": "General"}, "Wrong taxOperation"),
        ({"defaults": {"currency": "EUR"}}, "Wrong currency"),
        ({"defaults": {"currency": "xyz"}}, "Wrong currency"),
        ({"defaults": {"language": "pt"}}, "Wrong language"),
        ({"defaults": {"language": "ES"}}, "Wrong language"),
        ({"defaults": {"salesTax": ["s_iva_21"]}}, "Wrong salesTax"),
        ({"defaults": {"salesTax": 20}}, "Wrong salesTax"),
        ({"defaults": {"purchasesTax": 3}}, "Wrong purchasesTax"),
        ({"defaults": {"salesTaxes": ["p_iva_21"]}}, "Wrong salesTaxes"),
        ({"defaults": {"purchasesTaxes": ["s_iva_21"]}}, "Wrong purchasesTaxes"),
        ({"defaults": {"salesChannel": NOBODY}}, "Wrong salesChannel"),
        ({"defaults": {"salesChannel": 0}}, "Wrong salesChannel"),
        ({"defaults": {"paymentMethod": NOBODY}}, "Wrong paymentMethod"),
        ({"defaults": {"paymentMethod": 0}}, "Wrong paymentMethod"),
        ({"defaults": {"accumulateInForm347": "yes"}}, "Wrong accumulateInForm347"),
        ({"defaults": {"accumulateInForm347": True}}, "Wrong accumulateInForm347"),
        ({"defaults": {"showCountryOnDocs": 1}}, "Wrong showCountryOnDocs"),
        ({"defaults": {"dueDays": "30"}}, "Wrong dueDays"),
        ({"defaults": {"dueDays": 30.5}}, "Wrong dueDays"),
        ({"billAddress": {"countryCode": "es"}}, "Wrong countryCode"),
        ({"billAddress": {"countryCode": "ESP"}}, "Wrong countryCode"),
        ({"billAddress": "Calle"}, "Wrong billAddress"),
        ({"billAddress": [{"city": "x"}]}, "Wrong billAddress"),
        ({"shippingAddresses": {"name": "x"}}, "Wrong shippingAddresses"),
        ({"shippingAddresses": [{"postalCode": 8001}]}, "Wrong postalCode"),
        ({"contactPersons": [{"name": ""}]}, "name needed"),
        ({"contactPersons": ["Ana"]}, "Wrong contactPersons"),
        ({"tags": "uno"}, "Wrong tags"),
        ({"tags": [1]}, "Wrong tags"),
        ({"note": ["x"]}, "Wrong note"),
        ({"customFields": {"Region": "North"}}, "Wrong customFields"),
        ({"customFields": [{"Region": 5}]}, "Wrong customFields"),
        ({"CustomId": 5}, "Wrong CustomId"),
    ],
)
async def test_a_value_that_is_refused(provider: Provider, sent: Document, words: str) -> None:
    assert await provider.refuses(**sent) == words
    assert (await provider.put(PLAIN, **sent)).status == 200
    provider.simulator.refusal_status = 400
    assert (await provider.put(PLAIN, **sent)).refusal == (400, words)


async def test_long_texts_are_taken_whole(provider: Provider) -> None:
    text = "ñ" * 20_000
    after = await provider.updated(name=text, billAddress={"address": text})
    assert (after["name"], after["billAddress"]["address"]) == (text, text)


# Creating and deleting.

SOCIAL_NETWORKS = {
    **{"website": "https://nuevo.example", "facebook": "f", "twitter": "t"},
    **{"instagram": "i", "linkedin": "l"},
}


async def test_a_new_contact(provider: Provider) -> None:
    found = await provider.created(
        name="Nuevo",
        CustomId="N-1",
        billAddress={"city": "Soria", "country": "Spain", "countryCode": "FR"},
        shippingAddresses=[{"name": "a", "note": "público", "notes": "perdido", "privateNote": "p"}],
        defaults={"dueDays": 5},
        socialNetworks={**SOCIAL_NETWORKS, "google": "x"},
        vatnumber="lost",
        note="hola",
        isperson=True,
    )
    assert (found["name"], found["customId"], found["isperson"], found["type"]) == ("Nuevo", "N-1", 1, "client")
    assert found["socialNetworks"] == SOCIAL_NETWORKS
    assert found["billAddress"]["countryCode"] == "ES"
    assert found["defaults"] == {**BLANK_DEFAULTS, "dueDays": 5}
    assert [note["description"] for note in found["notes"]] == ["hola"]
    assert (found["shippingAddresses"][0]["notes"], found["shippingAddresses"][0]["privateNotes"]) == ("público", "p")
    assert (found["vatnumber"], found["createdAt"]) == ("", int(provider.clock.now))
    assert (await provider.created(name="Otro"))["id"] != found["id"]
    count = len(provider.simulator.records)
    assert (await provider.call("POST", f"{V1}/contacts", {"code": "x"})).refusal == (200, "name needed")
    assert len(provider.simulator.records) == count


async def test_a_deleted_contact(provider: Provider) -> None:
    answer = await provider.call("DELETE", f"{V1}/contacts/{PLAIN}")
    assert answer.body == {"status": 1, "info": "Successfully deleted", "id": PLAIN}
    assert (await provider.call("GET", f"{V1}/contacts/{PLAIN}")).refusal == (200, "Not found")


# The contract.


def answer_schema(contract: Document, path: str, method: str) -> Document:
    [good] = [answer for status, answer in contract["paths"][path][method]["responses"].items() if status[0] == "2"]
    schema: Document = good["content"]["application/json"]["schema"]
    return schema


def put_schema(contract: Document, method: str = "put") -> Document:
    path = "/contacts/{contactId}" if method == "put" else "/contacts"
    schema: Document = contract["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def problems(contract: Document, schema: Document, document: object) -> list[str]:
    """Where the contract disagrees, without the numbers of list entries."""
    validator = OAS30Validator({**schema, "components": contract["components"]})
    return sorted(
        {"/".join(str(part) for part in e.path if isinstance(part, str)) for e in validator.iter_errors(document)}
    )


# Section 11 of the dossier and `source.json`: what the live API is known to do otherwise than its own contract.
KNOWN_TO_DIFFER = {
    *("customId", "billAddress", "billAddress/postalCode", "billAddress/countryCode", "socialNetworks"),
    *("clientRecord", "supplierRecord", "shippingAddresses/postalCode"),
    *("defaults/salesChannel", "defaults/expensesAccount", "defaults/paymentMethod"),
}


async def test_answers_keep_to_the_contract(provider: Provider, contract: Document) -> None:
    schema = answer_schema(contract, "/contacts/{contactId}", "get")
    seen: set[str] = set()
    for native_id in provider.simulator.records:
        seen |= set(problems(contract, schema, await provider.get(native_id)))
    assert seen == KNOWN_TO_DIFFER
    assert (
        set(problems(contract, answer_schema(contract, "/contacts", "get"), await provider.list())) == KNOWN_TO_DIFFER
    )
    put = (await provider.put(**EXAMPLE_PUT)).body
    assert problems(contract, answer_schema(contract, "/contacts/{contactId}", "put"), put) == []
    assert set(put) == set(answer_schema(contract, "/contacts/{contactId}", "put")["properties"])
    error = contract["components"]["responses"]["Standard_Error"]["content"]["application/json"]["schema"]
    assert problems(contract, error, (await provider.put(type="x")).body) == []
    assert problems(contract, error, {"status": "x"}) == ["status"]


def test_the_tests_write_all_that_the_contract_has(contract: Document) -> None:
    stated = put_schema(contract)["properties"]
    objects = {"billAddress", "shippingAddresses", "defaults", "socialNetworks", "numberingSeries"}
    assert set(stated) == {*PLAIN_VALUES, *objects}
    assert set(stated["defaults"]["properties"]) == set(DEFAULTS)
    assert set(stated["billAddress"]["properties"]) == set(ADDRESS)
    sent: Document = {name: value for name, (value, _) in PLAIN_VALUES.items()}
    sent |= {"billAddress": ADDRESS, "defaults": {name: value for name, (value, _, _) in DEFAULTS.items()}}
    assert problems(contract, put_schema(contract), sent) == []
    assert problems(contract, put_schema(contract), EXAMPLE_PUT) == []
    assert problems(contract, put_schema(contract), {"name": 5}) == ["name"]


OTHER_TYPE = {"string": 5, "integer": "5", "number": "5", "boolean": "true", "object": "x", "array": "x"}


@pytest.mark.parametrize("method", ["put", "post"])
async def test_a_value_of_another_type_than_the_contracts_is_refused(
    provider: Provider, contract: Document, method: str
) -> None:
    tried = 0
    for name, stated in put_schema(contract, method)["properties"].items():
        if name == "socialNetworks" and method == "put":
            continue
        bodies = [{name: OTHER_TYPE[stated["type"]]}]
        entry = stated.get("items", {})
        bodies += [{name: {member: OTHER_TYPE[rule["type"]]}} for member, rule in stated.get("properties", {}).items()]
        bodies += [{name: [{member: OTHER_TYPE[rule["type"]]}]} for member, rule in entry.get("properties", {}).items()]
        for body in bodies:
            whole = {"name": "x", **body}
            path = f"/contacts/{EVERYTHING}" if method == "put" else "/contacts"
            answer = await provider.call(method.upper(), V1 + path, whole)
            assert answer.body["status"] == 0, body
            assert answer.body["info"].startswith(("Wrong ", "name needed")), body
            tried += 1
    assert tried > 45


# Faults, secrets, seeds.


async def test_field_faults_go_by_the_names_of_the_read_side(provider: Provider) -> None:
    provider.sandbox.fault("holded", "ignore_field:customId")
    assert (await provider.updated(CustomId="X", tradeName="T"))["customId"] is None
    provider.sandbox.fault("holded", "truncate_field:billAddress.city:3")
    assert (await provider.updated(billAddress=ADDRESS))["billAddress"]["city"] == "Lug"


async def test_a_stale_version_touches_the_contact_that_is_written(provider: Provider) -> None:
    provider.sandbox.fault("holded", "stale_version")
    after = await provider.updated(tradeName="T")
    assert (after["tradeName"], len(after["notes"])) == ("T", 1)
    assert (await provider.get(EVERYTHING))["notes"] == provider.simulator.records[EVERYTHING]["notes"]
    assert provider.simulator.written_id("PUT", f"{V1}/contacts/{PLAIN}", None) == PLAIN
    assert provider.simulator.written_id("PUT", f"{V2}/contacts/{PLAIN}", None) == PLAIN
    assert provider.simulator.written_id("GET", f"{V1}/contacts/{PLAIN}", None) is None
    assert provider.simulator.written_id("POST", f"{V1}/contacts", None) is None


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503, 504, 599])
def test_typical_errors(status: int) -> None:
    content_type, body = typical_error(status)
    if content_type == "application/json":
        document = json.loads(body)
        assert document.get("status", 0) == 0
        assert ("info" in document) == (status < 409 or status == 422)
    else:
        assert (status == 429) == (content_type == "text/plain")


async def test_the_key_does_not_stand_in_the_log(provider: Provider) -> None:
    await provider.put(tradeName="x")
    await provider.show()
    shown = json.dumps(provider.sandbox.requests("holded"))
    assert API_KEY not in shown
    assert V2_TOKEN not in shown
    assert dict(provider.simulator.credentials()) == {"api_key": API_KEY}


def test_the_seeds_are_believable_and_odd(clock: Any) -> None:
    simulator = HoldedSimulator(clock)
    contacts = list(simulator.records.values())
    customers = [contact for contact in contacts if contact["type"] == "client"]
    assert len(customers) >= 25
    assert {contact["type"] for contact in contacts} == {"client", "supplier", "creditor", "debtor", "lead"}
    assert simulator.example_id() == PLAIN
    assert [native_id for native_id, contact in simulator.records.items() if contact["id"] != native_id] == []
    assert {contact.get("isperson") for contact in customers} == {0, 1, None}
    assert {type(contact["clientRecord"]) for contact in customers} == {int, dict}
    assert {type(contact["defaults"]["expensesAccount"]) for contact in customers} == {int, str, dict}
    assert {type(contact["defaults"]["salesChannel"]) for contact in customers} == {int, str, dict}
    addresses = [contact["billAddress"] for contact in customers]
    assert [] in addresses
    assert any(address["countryCode"] is None for address in addresses if address)
    assert any(address["postalCode"].startswith("0") for address in addresses if address)
    assert max(len(contact["name"]) for contact in customers) == len(LONG_NAME) > 300
    mails = re.findall(r"[\w.]+@[\w.-]+", json.dumps(contacts))
    assert mails
    assert all(mail.endswith(".example") for mail in mails)
    everything = simulator.records[EVERYTHING]
    assert [name for name, value in everything.items() if value in ("", [], {}, None)] == []
    dates = [contact["createdAt"] for contact in contacts]
    assert dates == sorted(set(dates))
    assert len({contact["updatedHash"] for contact in contacts}) == len(contacts)


def test_numbers_have_right_check_digits() -> None:
    # The dossier's example, and numbers that are published as examples.
    assert cif(1234567) == "B12345674"
    assert cif(5881850, "A") == "A58818501"
    assert nif(12345678) == "12345678Z"
    assert iban(200051332) == "ES9121000418450200051332"


def test_reset_puts_everything_back(clock: Any) -> None:
    simulator, fresh = HoldedSimulator(clock), HoldedSimulator(clock)
    simulator.records[EVERYTHING]["defaults"]["dueDays"] = 1
    simulator.records[BARE]["tags"].append("x")
    simulator.missing_status, simulator.hides, simulator.unseen = 404, {"x"}, {"x"}
    simulator.readings = Readings(objects="merged")
    simulator.ignored.append("x")
    simulator.v2.scopes.clear()
    simulator.reset()
    for name in ("records", "missing_status", "hides", "unseen", "readings", "ignored"):
        assert getattr(simulator, name) == getattr(fresh, name)
    assert simulator.v2.scopes == fresh.v2.scopes
    tags = [id(contact["tags"]) for contact in fresh.records.values()]
    assert len(set(tags)) == len(tags)


# v2, all of it unverified.


async def test_v2_wants_a_bearer_token(provider: Provider) -> None:
    for header in (None, f"Bearer {API_KEY}", V2_TOKEN, f"bearer {V2_TOKEN}"):
        assert (await provider.call("GET", f"{V2}/contacts", Authorization=header)).problem == 401
    assert (await provider.call("GET", f"{V2}/contacts", Authorization=None, key=V2_TOKEN)).problem == 401


async def test_v2_wants_scopes(provider: Provider) -> None:
    provider.simulator.v2.scopes = {"contacts:contacts.read"}
    assert (await provider.replace(name="x")).problem == 403
    assert (await provider.show())["name"] != "x"
    provider.simulator.v2.scopes = {"contacts:contacts.write"}
    assert (await provider.call("GET", f"{V2}/contacts")).problem == 403
    assert (await provider.call("GET", f"{V2}/contacts/search?name=a")).problem == 403
    assert (await provider.call("GET", f"{V2}/usage")).status == 200


async def test_v2_shows_a_contact_in_snake_case(provider: Provider) -> None:
    found = await provider.show()
    names = json.dumps([list(found), *[list(part) for part in found.values() if isinstance(part, dict)]])
    assert not re.search("[A-Z]", names)
    assert (found["vat_number"], found["is_person"], found["website"]) == (
        f"ES{cif(2345601)}",
        False,
        "https://www.ibanez.example",
    )
    assert found["bill_address"]["postal_code"] == "03001"
    assert found["client_record"] == {"num": 43000013, "name": ""}
    assert found["defaults"] == {
        **{"sales_channel": "5c1a20b4e6f7a80012ae0001", "expenses_account": {"num": 62800001, "name": "Suministros"}},
        **{"due_days": 45, "payment_day": 15, "payment_method": TRANSFER, "discount": 5},
        **{"language": "ca", "currency": "eur"},
    }
    assert set(found["bill_address"]) == {
        *("address", "city", "postal_code", "province", "country", "country_code", "info"),
    }
    held = await provider.get(EVERYTHING)
    assert [list(entry.values()) for entry in found["contact_persons"]] == [
        [entry[name] for name in ("personId", "name", "job", "phone", "email", "sendDocumentsByDefault")]
        for entry in held["contactPersons"]
    ]
    assert [note["description"] for note in found["notes"]] == [note["description"] for note in held["notes"]]
    assert found["created_at"].startswith("2023-")
    assert found["shipping_addresses"][0]["private_notes"] == "Pedir siempre albarán firmado"
    bare = await provider.show(BARE)
    assert (bare["bill_address"], bare["client_record"], bare["website"], bare["rate"]) == (None, None, None, None)
    assert (await provider.call("GET", f"{V2}/contacts/{NOBODY}")).problem == 404
    for native_id in provider.simulator.records:
        assert (await provider.show(native_id))["id"] == native_id
        provider.simulator.v2.rate_limit = None


async def test_a_full_put_of_v2_loses_nothing(provider: Provider) -> None:
    for native_id in (EVERYTHING, PLAIN, BARE, MIXED):
        before, held = await provider.show(native_id), await provider.get(native_id)
        answer = await provider.replace(native_id, **before)
        assert (answer.status, answer.body) == (200, {"status": 1})
        after = await provider.show(native_id)
        assert without(after, "updated_at") == without(before, "updated_at")
        assert same_but(await provider.get(native_id), held)


async def test_a_put_of_v2_wipes_what_is_left_out(provider: Provider) -> None:
    held = await provider.get(EVERYTHING)
    assert (await provider.replace(name="Solo un nombre")).status == 200
    after = await provider.get(EVERYTHING)
    kept = {"id", "isperson", "type", "notes", "createdAt", "sepaRef", "sepaDate", "taxOperation", "numberingSeries"}
    for name in set(held) - kept - {"updatedAt", "updatedHash", "name", "defaults"}:
        assert after.get(name) in ("", [], 0, None), name
    assert {name: after[name] for name in kept} == {name: held[name] for name in kept}
    # What v2 has no name for stays.
    named = {*BLANK_DEFAULTS, "paymentDay"} - {"salesTax", "accumulateInForm347"}
    nothing = {name: BLANK_DEFAULTS[name] for name in named if name in BLANK_DEFAULTS}
    assert after["defaults"] == {**without(held["defaults"], *named), **nothing}


async def test_what_a_put_of_v2_cannot_change(provider: Provider) -> None:
    whole = await provider.show()
    changed = {**whole, "iban": "ES00", "tags": ["x"], "custom_id": "x", "client_record": {"num": 1, "name": "x"}}
    assert (await provider.replace(**changed, nothing="x")).status == 200
    assert without(await provider.show(), "updated_at") == without(whole, "updated_at")
    persons = [{"person_id": whole["contact_persons"][1]["person_id"]}]
    assert (await provider.replace(**{**whole, "contact_persons": persons})).status == 200
    assert (await provider.show())["contact_persons"] == whole["contact_persons"][1:]


async def test_what_a_put_of_v2_changes(provider: Provider) -> None:
    whole = await provider.show()
    change: Document = {
        **{"name": "N", "code": "C", "vat_number": "V", "trade_name": "T", "email": "e@x.example", "phone": "1"},
        **{"mobile": "2", "website": "https://n.example", "type": "debtor", "is_person": True},
        "custom_fields": [{"field": "A", "value": "B"}],
        "bill_address": {**whole["bill_address"], "city": "Elche", "info": "I"},
        "defaults": {**whole["defaults"], "currency": "USD", "due_days": 3},
    }
    assert (await provider.replace(**{**whole, **change})).status == 200
    after = await provider.show()
    change["defaults"]["currency"] = "usd"
    assert without(after, "updated_at", "social_networks") == without(
        {**whole, **change}, "updated_at", "social_networks"
    )
    assert after["social_networks"] == {**whole["social_networks"], "website": "https://n.example"}
    held = await provider.get(EVERYTHING)
    assert held["customFields"] == [{"field": "A", "value": "B"}]
    assert held["vatnumber"] == "V"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"type": "x"},
        {"is_person": 1},
        {"bill_address": []},
        {"bill_address": {"country_code": "ESP"}},
        {"bill_address": {"postal_code": 8001}},
        {"defaults": {"due_days": "3"}},
        {"defaults": {"currency": "x"}},
        {"custom_fields": [{"field": "a", "value": 5}]},
        {"custom_fields": {"a": "b"}},
        {"contact_persons": ["x"]},
        {"phone": 5},
    ],
)
async def test_v2_refuses(provider: Provider, change: Document) -> None:
    whole = await provider.show()
    assert (await provider.replace(**{**whole, **change})).problem == 422
    assert await provider.show() == whole


async def test_v2_lists_by_cursor(provider: Provider) -> None:
    found: list[str] = []
    query, sizes = "?limit=16", []
    while True:
        page = (await provider.call("GET", f"{V2}/contacts{query}")).body
        assert set(page) == {"items", "cursor", "has_more"}
        found += [contact["id"] for contact in page["items"]]
        sizes.append(len(page["items"]))
        assert page["cursor"]
        if not page["has_more"]:
            break
        query = f"?limit=16&cursor={page['cursor']}"
    assert found == list(provider.simulator.records)
    assert sizes == [16, 16, len(found) - 32]
    assert len((await provider.call("GET", f"{V2}/contacts")).body["items"]) == 25
    for number in range(100):
        provider.simulator.records[f"{number:024x}"] = {**provider.simulator.records[PLAIN], "id": f"{number:024x}"}
    for odd in ("500", "100"):
        assert len((await provider.call("GET", f"{V2}/contacts?limit={odd}")).body["items"]) == 100
    assert len((await provider.call("GET", f"{V2}/contacts?limit=0&cursor=x")).body["items"]) == 25


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?custom_id=GEM", ["Gemelos A", "Gemelos B"]),
        ("?code=B12345674", ["Talleres Ribera S.L."]),
        ("?email=hola@ribera.example", ["Talleres Ribera S.L."]),
        ("/search?name=gemelos%20b", ["Gemelos B"]),
        ("/search?name=nunez", ["María del Carmen Núñez Peña"]),
        ("/search?name=unez", []),
    ],
)
async def test_v2_finds(provider: Provider, query: str, names: list[str]) -> None:
    page = (await provider.call("GET", f"{V2}/contacts{query}")).body
    assert [contact["name"] for contact in page["items"]] == names
    assert page["has_more"] is False


async def test_v2_says_how_long_to_wait(provider: Provider) -> None:
    assert (await provider.call("GET", f"{V2}/contacts/search")).problem == 422
    provider.simulator.v2.rate_limit = (2, 60.0)
    await provider.show()
    answer = await provider.call("GET", f"{V2}/contacts")
    assert answer.problem == 429
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    provider.clock.now += 60
    assert (await provider.call("GET", f"{V2}/usage")).body["usage"] == 1


async def test_v2_has_no_page_for_unknown_paths(provider: Provider) -> None:
    for method, path in (("GET", "/customers"), ("PATCH", f"/contacts/{PLAIN}"), ("DELETE", f"/contacts/{PLAIN}")):
        assert (await provider.call(method, V2 + path)).problem == 404
