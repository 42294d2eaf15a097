"""The BuchhaltungsButler simulator over real HTTP, rule by rule."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from multidict import CIMultiDict

from gql_gateway.sandbox.buchhaltungsbutler import BuchhaltungsbutlerSimulator
from gql_gateway.sandbox.buchhaltungsbutler.seeds import (
    EVERYTHING,
    EXAMPLE,
    FOREIGN_API_KEY,
    INACTIVE_API_KEY,
    LONG_NAME,
    STALE,
    iban,
)
from gql_gateway.sandbox.server import Sandbox, find_simulators
from gql_gateway.sandbox.simulator import Document

LIST = "/settings/get/debtors"
UPDATE = "/settings/update/debtor"
ADD = "/settings/add/debtor"
ADD_BATCH = "/settings/add-batch/debtors"
POSTING_ACCOUNTS = "/settings/get/postingaccounts"
ACCOUNTS = "/accounts/get"
PATHS = (LIST, UPDATE, ADD, ADD_BATCH, POSTING_ACCOUNTS, ACCOUNTS)

# Restated from the vendor's description file 1.9.1: request name → answer name, code, words.
FIELDS = {
    "name": ("name", 8, "invalid name specified"),
    "contact_person_name": ("contact_person_name", 9, "invalid contact_person_name specified"),
    "street": ("street", 10, "invalid street specified"),
    "additional_address_line": ("additional_addressline", 12, "invalid additional_addressline specified"),
    "zip": ("zip", 13, "invalid zip specified"),
    "city": ("city", 14, "invalid street specified"),
    "country": ("country", 16, "invalid country specified"),
    "sales_tax_id": ("sales_tax_id_eu", 17, "invalid sales_tax_id specified"),
    "iban": ("iban", 18, "invalid iban specified"),
    "bic": ("bic", 19, "invalid bic specified"),
    "email": ("email", 20, "invalid email specified"),
    "customer_number": ("customer_number", 21, "invalid customer_number specified"),
}
FORMED = ("country", "sales_tax_id", "iban", "bic", "email")
FREE = tuple(name for name in FIELDS if name not in (*FORMED, "name"))

NEW: Document = {
    "name": "Fjordblick Moebel GmbH",
    "contact_person_name": "Tarek Olsen",
    "street": "Hafenallee 12",
    "additional_address_line": "Speicher B",
    "zip": "18055",
    "city": "Rostock",
    "country": "DE",
    "customer_number": "K-2207",
    "sales_tax_id": "DE987654321",
    "email": "buchhaltung@fjordblick.example",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
}
"""The whole update of the dossier's example."""

ROW = {
    *(
        "type",
        "name",
        "postingaccount_number",
        "contact_person_name",
        "street",
        "additional_addressline",
        "zip",
        "city",
    ),
    *("country", "customer_number", "sales_tax_id_eu", "email", "uid_ch", "iban", "bic", "import_pending"),
}
UNHEARD_OF = {"leitweg_id", "dunning", "labels", "peppol_id"}


@dataclass
class Answer:
    status: int
    content_type: str
    headers: CIMultiDict[str]
    text: str

    @property
    def json(self) -> Any:
        assert self.content_type == "application/json", self.text
        return json.loads(self.text)

    def good(self) -> Any:
        """The document of a success."""
        assert self.status == 200, self.text
        assert self.json["success"] is True
        assert self.json.get("message", "") == ""
        return self.json

    @property
    def error(self) -> tuple[int, int, str]:
        """Status, code and words of an error in the envelope."""
        document = self.json
        assert set(document) == {"success", "error_code", "message"}
        assert document["success"] is False
        return self.status, document["error_code"], document["message"]

    @property
    def code(self) -> tuple[int, int]:
        return self.error[:2]


def basic(client: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}"


@dataclass
class Provider:
    """Calls the simulator with the sandbox connection's credentials, unless told otherwise."""

    simulator: BuchhaltungsbutlerSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def call(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        form: bool = False,
        raw: bytes | None = None,
        method: str = "POST",
        key: str | None = None,
        **headers: str | None,
    ) -> Answer:
        """POST a body with the api_key in front, as JSON or as a form; `raw` replaces it. A header of None is left out.

        A form drops what is None, as encoders do.
        """
        given = self.simulator.credentials()
        if raw is None:
            document = {"api_key": given["api_key"] if key is None else key, **(body or {})}
            fields = {name: value for name, value in document.items() if value is not None}
            raw = urlencode(fields).encode() if form else json.dumps(document).encode()
        usual: dict[str, str | None] = {
            "Authorization": basic(given["api_client"], given["api_secret"]),
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.request(
            method,
            f"{self.sandbox.url('buchhaltungsbutler')}/api/v1{path}",
            data=raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers.copy(), await answer.text())

    async def update(self, number: Any = int(EXAMPLE), /, **fields: Any) -> Answer:
        return await self.call(UPDATE, {"postingaccount_number": number, **fields})

    async def update_by_form(self, number: Any = int(EXAMPLE), /, **fields: Any) -> Answer:
        return await self.call(UPDATE, {"postingaccount_number": number, **fields}, form=True)

    async def page(self, **window: Any) -> list[Document]:
        answer = (await self.call(LIST, window)).good()
        assert set(answer) == {"success", "message", "rows", "data"}
        assert answer["rows"] == len(answer["data"])
        found: list[Document] = answer["data"]
        return found

    async def walk(self) -> list[Document]:
        """Every debtor, page after page, until a page is short."""
        found: list[Document] = []
        while len(page := await self.page(offset=len(found))) == 25:
            found += page
        return found + page

    async def read(self, number: str = EXAMPLE) -> Document:
        [found] = [row for row in await self.walk() if row["postingaccount_number"] == number]
        return found

    def stored(self, number: str = EXAMPLE) -> Document:
        return self.simulator.records[number]


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = BuchhaltungsbutlerSimulator(clock)
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session)


def test_the_sandbox_finds_it() -> None:
    assert BuchhaltungsbutlerSimulator in find_simulators()


class TestSeeds:
    def test_they_are_many_varied_and_have_a_row_s_fields(self) -> None:
        records = BuchhaltungsbutlerSimulator().records
        assert len(records) > 30  # more than a page
        for number, record in records.items():
            assert record["postingaccount_number"] == number
            assert set(record) >= ROW
            assert record["name"]
            assert record["type"] == "debitor"
        countries = {record["country"] for record in records.values()}
        assert {"DE", "DK", "AT", "CH", "FR", "PL", "GB", ""} <= countries
        assert {"ä", "ß", "Ø", "é", "ł", "ı", "⚓"} <= set("".join(str(record) for record in records.values()))
        assert sum(record["uid_ch"] is not None for record in records.values()) == 1
        assert sum(record["import_pending"] == 1 for record in records.values()) == 1

    def test_they_are_the_same_every_time_and_fresh(self) -> None:
        first, second = BuchhaltungsbutlerSimulator(), BuchhaltungsbutlerSimulator()
        assert first.records == second.records
        first.records["10034"]["labels"].append("x")
        first.ignored.append(("x", "y"))
        first.partial, first.rate_limit = False, None
        first.reset()
        assert first.records == second.records
        assert first.ignored == second.ignored == []
        assert first.partial
        assert first.rate_limit == second.rate_limit == (100, 60.0)

    def test_one_has_everything_and_one_nothing(self) -> None:
        records = BuchhaltungsbutlerSimulator().records
        assert all(records[EVERYTHING][read] for read, _, _ in FIELDS.values())
        bare = records["10037"]
        assert [bare[read] for read, _, _ in FIELDS.values() if read != "name"] == [""] * 11

    def test_three_have_native_fields_nobody_knows(self) -> None:
        holders = [record for record in BuchhaltungsbutlerSimulator().records.values() if set(record) - ROW]
        assert len(holders) >= 3
        assert set().union(*holders) - ROW == UNHEARD_OF

    def test_two_share_a_name(self) -> None:
        names = [record["name"] for record in BuchhaltungsbutlerSimulator().records.values()]
        assert len(names) - len(set(names)) == 1

    async def test_what_one_holds_today_s_rules_refuse(self, provider: Provider) -> None:
        provider.simulator.longest = 255
        old = provider.stored(STALE)
        for name, code in (("sales_tax_id", 17), ("iban", 18), ("bic", 19), ("email", 20)):
            value = old[FIELDS[name][0]]
            assert value
            assert (await provider.update(int(STALE), **{name: value})).code == (400, code)
        assert (await provider.update(int(LONG_NAME), name=provider.stored(LONG_NAME)["name"])).code == (400, 8)
        (await provider.update(int(STALE), city="Glücksburg")).good()  # a partial update does not mind

    async def test_what_the_others_hold_can_be_written(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        for number, record in before.items():
            values = {name: record[read] for name, (read, _, _) in FIELDS.items() if record[read]}
            if number != STALE:
                (await provider.update(int(number), **values)).good()
        assert provider.simulator.records == before


class TestAccess:
    @pytest.mark.parametrize("path", PATHS)
    async def test_both_layers_open_it(self, provider: Provider, path: str) -> None:
        assert (await provider.call(path, {"debtors": []})).status in {200, 400}

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer sandbox0key0f52c1d9a77b64e30",
            "Basic",
            "Basic %%%",
            basic("sandbox-client-31f0", "wrong"),
            basic("wrong", "sandbox-only-4e7c90d25ab84f13"),
            basic("sandbox-only-4e7c90d25ab84f13", "sandbox-client-31f0"),
            f"Basic {base64.b64encode(b'sandbox-client-31f0').decode()}",
        ],
    )
    async def test_client_and_secret_must_be_right(self, provider: Provider, path: str, header: str | None) -> None:
        answer = await provider.call(path, Authorization=header)
        assert answer.error == (401, 3, "API credentials unknown or invalid")

    @pytest.mark.parametrize("path", PATHS)
    async def test_the_key_must_be_the_client_s(self, provider: Provider, path: str) -> None:
        words = {
            ADD_BATCH: "customer not found or invalid api client for customer or insufficient privileges",
        }.get(path, "customer not found or insufficient privileges")
        for key in ("unknown", FOREIGN_API_KEY):
            assert (await provider.call(path, key=key)).error == (401, 4, words)
        assert (await provider.call(path, raw=b'{"postingaccount_number":10017}')).error == (401, 4, words)
        assert (await provider.call(path, raw=b'{"api_key":["x"]}')).error == (401, 4, words)

    async def test_the_key_is_looked_for_in_the_body_only(self, provider: Provider) -> None:
        key = provider.simulator.credentials()["api_key"]
        body = b'{"limit": 1}'
        assert (await provider.call(f"{LIST}?api_key={key}", raw=body)).code == (401, 4)
        assert (await provider.call(LIST, raw=body, api_key=key)).code == (401, 4)
        assert (await provider.call(LIST, raw=json.dumps({"api_key": key, "limit": 1}).encode())).status == 200

    async def test_an_inactive_customer_is_forbidden(self, provider: Provider) -> None:
        assert (await provider.call(LIST, key=INACTIVE_API_KEY)).error == (403, 11, "customer has no active status")
        provider.simulator.customers[provider.simulator.credentials()["api_key"]] = False
        assert (await provider.call(ACCOUNTS)).code == (403, 11)

    async def test_missing_rights_look_like_an_unknown_customer(self, provider: Provider) -> None:
        provider.simulator.may_write = False
        before = copy.deepcopy(provider.simulator.records)
        assert (await provider.update(city="Kiel")).error == (401, 4, "customer not found or insufficient privileges")
        assert (await provider.call(ADD, {"name": "x"})).code == (401, 4)
        assert (await provider.call(ADD_BATCH, {"debtors": [{"name": "x"}]})).code == (401, 4)
        assert provider.simulator.records == before
        (await provider.call(LIST)).good()

    async def test_a_secret_made_anew_ends_the_access(self, provider: Provider) -> None:
        provider.sandbox.fault("buchhaltungsbutler", "expired_token")
        assert (await provider.call(LIST)).code == (401, 3)
        assert (await provider.call(LIST)).code == (401, 3)
        provider.simulator.reset()
        (await provider.call(LIST)).good()

    async def test_the_client_is_checked_before_the_body_and_the_customer(self, provider: Provider) -> None:
        assert (await provider.call(UPDATE, raw=b"{", Authorization=basic("x", "y"))).code == (401, 3)
        assert (await provider.call(UPDATE, key=INACTIVE_API_KEY, Authorization=basic("x", "y"))).code == (401, 3)

    async def test_it_names_no_company(self, provider: Provider) -> None:
        assert provider.simulator.company_id() is None
        assert set(provider.simulator.credentials()) == {"api_client", "api_secret", "api_key"}


class TestRequests:
    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("path", [LIST, UPDATE])
    async def test_only_post_is_taken(self, provider: Provider, method: str, path: str) -> None:
        answer = await provider.call(path, {"postingaccount_number": int(EXAMPLE), "city": "Kiel"}, method=method)
        assert answer.error == (400, 2, "Api method calls require POST requests")
        assert provider.stored()["city"] == "Rostock"

    @pytest.mark.parametrize(
        "path", ["/settings/get/debtor", "/settings/update/debtors", "/settings/get/debtors/10017", f"{LIST}/", "/", ""]
    )
    async def test_an_unknown_path_is_an_html_page(self, provider: Provider, path: str) -> None:
        answer = await provider.call(path)
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "<html>" in answer.text

    @pytest.mark.parametrize(
        "raw", [b"", b"{}", b"[]", b'"x"', b"{", b'{"api_key":NaN}', b'{"name":"\\ud800"}', b"\xff", b"[" * 9999]
    )
    async def test_a_body_nobody_can_read_is_refused(self, provider: Provider, raw: bytes) -> None:
        answer = await provider.call(UPDATE, raw=raw)
        assert answer.error == (400, 23, "no post and files content received or declined")

    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", "multipart/form-data"])
    async def test_other_content_types_are_refused(self, provider: Provider, content_type: str | None) -> None:
        assert (await provider.call(LIST, Content_Type=content_type)).code == (400, 23)

    async def test_a_json_body_sent_as_a_form_has_no_key(self, provider: Provider) -> None:
        answer = await provider.call(LIST, Content_Type="application/x-www-form-urlencoded")
        assert answer.code == (401, 4)

    async def test_a_form_in_bad_encoding_is_refused(self, provider: Provider) -> None:
        assert (await provider.call(LIST, raw=b"api_key=%ff", form=True)).code == (400, 23)

    async def test_answers_carry_cookies_and_no_word_about_limits(self, provider: Provider) -> None:
        answer = await provider.call(LIST)
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        names = {cookie.partition("=")[0] for cookie in answer.headers.getall("Set-Cookie")}
        assert {"bbutler", "AWSALB"} <= names
        assert not [name for name in answer.headers if "rate" in name.lower() or name.lower() == "retry-after"]
        assert "Set-Cookie" in (await provider.call("/nowhere")).headers

    async def test_cookies_that_come_back_are_noted(self, provider: Provider) -> None:
        await provider.call(LIST)
        assert provider.simulator.cookies_sent_back == []
        await provider.call(LIST, Cookie="AWSALB=x; other=y; bbutler=z")
        assert sorted(provider.simulator.cookies_sent_back) == ["AWSALB", "bbutler"]


class TestList:
    async def test_a_row_is_whole(self, provider: Provider) -> None:
        row = await provider.read()
        assert set(row) == ROW
        assert row["postingaccount_number"] == "10017"
        assert row["uid_ch"] is None
        assert row["import_pending"] == 0
        assert row["sales_tax_id_eu"] == ""

    async def test_the_first_25_come_without_a_hint_of_more(self, provider: Provider) -> None:
        page = await provider.page()
        assert len(page) == 25 < len(provider.simulator.records)
        assert EXAMPLE in {row["postingaccount_number"] for row in await provider.walk()}

    async def test_pages_make_up_the_whole(self, provider: Provider) -> None:
        rows = await provider.walk()
        found = {row["postingaccount_number"]: row for row in rows}
        assert len(rows) == len(found)
        assert found == provider.simulator.records

    async def test_limit_and_offset_cut_a_page(self, provider: Provider) -> None:
        rows = await provider.walk()
        assert await provider.page(limit=3) == rows[:3]
        assert await provider.page(limit=3, offset=2) == rows[2:5]
        assert await provider.page(offset=len(rows)) == []
        assert await provider.page(offset=999_999) == []
        answer = (await provider.call(LIST, {"limit": 2, "offset": 1}, form=True)).good()
        assert (answer["rows"], answer["data"]) == (2, rows[1:3])

    @pytest.mark.parametrize("limit", [0, -1, 26, 500, "25", 2.0, True, None, []])
    async def test_a_wrong_limit_is_refused_and_not_lowered(self, provider: Provider, limit: Any) -> None:
        assert (await provider.call(LIST, {"limit": limit})).error == (400, 6, "invalid limit specified")

    @pytest.mark.parametrize("offset", [-1, "0", 1.5, False, {}])
    async def test_a_wrong_offset_is_refused(self, provider: Provider, offset: Any) -> None:
        assert (await provider.call(LIST, {"offset": offset})).error == (400, 7, "invalid offset specified")

    @pytest.mark.parametrize("limit", ["", "x", "2.0", "-1", "0", "26", "²", "9" * 5000])
    async def test_a_wrong_limit_of_a_form_is_refused(self, provider: Provider, limit: str) -> None:
        assert (await provider.call(LIST, {"limit": limit}, form=True)).code == (400, 6)

    async def test_switch_a_larger_page(self, provider: Provider) -> None:
        provider.simulator.largest_limit = 500
        assert len(await provider.page(limit=500)) == len(provider.simulator.records)
        assert (await provider.call(LIST, {"limit": 501})).code == (400, 6)
        provider.simulator.largest_limit = None
        assert len(await provider.page(limit=100_000)) == len(provider.simulator.records)

    async def test_there_is_no_filter(self, provider: Provider) -> None:
        plain = await provider.page()
        assert await provider.page(postingaccount_number=int(EXAMPLE), email="x@y.example") == plain
        assert provider.simulator.ignored == [
            ("/api/v1/settings/get/debtors", "email"),
            ("/api/v1/settings/get/debtors", "postingaccount_number"),
        ]

    async def test_the_order_is_not_that_of_the_numbers(self, provider: Provider) -> None:
        numbers = [int(row["postingaccount_number"]) for row in await provider.walk()]
        assert numbers != sorted(numbers)
        provider.simulator.list_order = "postingaccount_number"
        numbers = [int(row["postingaccount_number"]) for row in await provider.walk()]
        assert numbers == sorted(numbers)

    async def test_the_collective_account_is_no_customer(self, provider: Provider) -> None:
        assert "10000" not in {row["postingaccount_number"] for row in await provider.walk()}
        provider.simulator.lists_collective_account = True
        row = await provider.read("10000")
        assert set(row) == ROW
        assert "10000" not in provider.simulator.records
        assert (await provider.update(10000, city="Kiel")).code == (400, 1)


class TestUpdate:
    async def test_the_whole_example(self, provider: Provider) -> None:
        answer = (await provider.update(**NEW)).good()
        assert set(answer) == {"success", "data", "message"}
        read_names = {FIELDS[name][0]: value for name, value in NEW.items()}
        customer_number = read_names.pop("customer_number")
        assert answer["data"] == {
            **read_names,
            "type": "debitor",
            "uid_ch": None,
            "postingaccount_number": "10017",
        }
        assert await provider.read() == {**answer["data"], "customer_number": customer_number, "import_pending": 0}
        assert provider.simulator.ignored == []

    @pytest.mark.parametrize("name", FIELDS)
    @pytest.mark.parametrize("number", [int(EVERYTHING), 10033])
    async def test_one_value_alone_changes_nothing_else(self, provider: Provider, name: str, number: int) -> None:
        before = copy.deepcopy(provider.simulator.records)
        value = {**NEW, "name": "Neu GmbH", "country": "SE", "customer_number": "Z-9"}[name]
        (await provider.update(number, **{name: value})).good()
        read_name = FIELDS[name][0]
        assert before[str(number)][read_name] != value
        before[str(number)][read_name] = value
        assert provider.simulator.records == before

    async def test_nothing_to_change_is_fine(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        (await provider.update()).good()
        assert provider.simulator.records == before

    async def test_names_of_answers_mean_nothing_in_a_request(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.stored(EVERYTHING))
        echo = {**before, "additional_addressline": "Neu", "sales_tax_id_eu": "DE111111111", "uid_ch": "CHE-1"}
        echo |= {"postingaccount_number": int(EVERYTHING), "import_pending": 1, "phone": "0431 1"}
        (await provider.call(UPDATE, echo)).good()
        assert provider.stored(EVERYTHING) == before
        path = "/api/v1/settings/update/debtor"
        assert provider.simulator.ignored == [
            (path, name)
            for name in ("additional_addressline", "import_pending", "phone", "sales_tax_id_eu", "type", "uid_ch")
        ]

    @pytest.mark.parametrize("number", ["10017", "10017 ", 10017.0, True, None, [10017], 1, 9999, 10000, 70150, 100170])
    async def test_a_number_that_is_no_debtor_s_is_refused(self, provider: Provider, number: Any) -> None:
        answer = await provider.update(number, city="Kiel")
        assert answer.error == (400, 1, "wrong debtor account postingaccount_number specified")
        assert provider.stored()["city"] == "Rostock"

    async def test_a_missing_number_is_refused(self, provider: Provider) -> None:
        assert (await provider.call(UPDATE, {"city": "Kiel"})).code == (400, 1)

    async def test_not_found_is_a_400(self, provider: Provider) -> None:
        answer = await provider.update(55555, city="Kiel")
        assert answer.error == (400, 24, "no debtor found for specified postingaccount_number")
        assert "55555" not in provider.simulator.records
        assert (await provider.update(55555, country="Atlantis")).code == (400, 24)  # before the values are looked at

    async def test_switch_a_number_as_text(self, provider: Provider) -> None:
        provider.simulator.takes_number_as_text = True
        (await provider.update("10017", city="Kiel")).good()
        assert provider.stored()["city"] == "Kiel"
        assert (await provider.update("010017", city="Kiel")).code == (400, 1)

    async def test_switch_the_customer_number_in_the_answer(self, provider: Provider) -> None:
        assert "customer_number" not in (await provider.update(customer_number="K-1")).good()["data"]
        provider.simulator.update_answers_customer_number = True
        assert (await provider.update(customer_number="K-2")).good()["data"]["customer_number"] == "K-2"

    async def test_switch_a_full_replace(self, provider: Provider) -> None:
        provider.simulator.partial = False
        before = {**copy.deepcopy(provider.stored("10033")), "uid_ch": "CHE-1"}
        provider.simulator.records["10033"] = dict(before)
        (await provider.update(10033, city="Kiel")).good()
        emptied = {read: "" for read, _, _ in FIELDS.values() if read != "name"}
        assert provider.stored("10033") == {**before, **emptied, "city": "Kiel"}

    async def test_codes_belong_to_a_path(self, provider: Provider) -> None:
        assert (await provider.call(ADD, {"name": "x", "postingaccount_number": 1})).error[1:] == (
            7,
            "invalid postingaccount_number specified",
        )
        assert (await provider.call(LIST, {"offset": -1})).error[1:] == (7, "invalid offset specified")


class TestValues:
    @pytest.mark.parametrize("name", FIELDS)
    @pytest.mark.parametrize("value", [5, 1.5, True, ["x"], {"a": "b"}, "   "])
    async def test_a_value_must_be_a_text(self, provider: Provider, name: str, value: Any) -> None:
        before = copy.deepcopy(provider.stored())
        _, code, words = FIELDS[name]
        assert (await provider.update(**{name: value})).error == (400, code, words)
        assert provider.stored() == before

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("country", "Germany"),
            ("country", "de"),
            ("country", "deutschland"),
            ("country", "DEU"),
            ("country", "XX"),
            ("country", "ES_CN"),
            ("sales_tax_id", "812345678"),
            ("sales_tax_id", "DE 812345678"),
            ("sales_tax_id", "de812345678"),
            ("sales_tax_id", "DE12345678"),
            ("sales_tax_id", "CHE116281710"),
            ("sales_tax_id", "XX123"),
            ("iban", "DE89370400440532013001"),
            ("iban", "DE89 3704 0044 0532 0130 00"),
            ("iban", "de89370400440532013000"),
            ("iban", iban("DE", "99950000002100210")),
            ("iban", "DE"),
            ("bic", "COBADEF"),
            ("bic", "COBADEFFXX"),
            ("bic", "cobadeffxxx"),
            ("bic", "COBAXXFFXXX"),
            ("email", "nobody"),
            ("email", "a@b"),
            ("email", "a b@c.example"),
            ("email", "ä@c.example"),
            ("email", "a@c.example, b@c.example"),
        ],
    )
    async def test_a_value_of_wrong_form_is_refused(self, provider: Provider, name: str, value: str) -> None:
        before = copy.deepcopy(provider.stored())
        _, code, words = FIELDS[name]
        assert (await provider.update(**{name: value, "street": "Neu 1"})).error == (400, code, words)
        assert provider.stored() == before

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Dänemark", "DK"),
            ("DK", "DK"),
            ("Deutschland", "DE"),
            ("Österreich", "AT"),
            ("Schweiz", "CH"),
            ("GR", "GR"),
        ],
    )
    async def test_a_country_comes_back_as_its_code(self, provider: Provider, sent: str, kept: str) -> None:
        assert (await provider.update(country=sent)).good()["data"]["country"] == kept
        assert (await provider.read())["country"] == kept

    async def test_other_values_are_stored_as_they_are_sent(self, provider: Provider) -> None:
        values = {"name": " Ümläut & Söhne ⚓ ", "zip": "PO31 7QN", "street": "A\nB", "bic": "MARKDEF1", "city": "0"}
        (await provider.update(**values)).good()
        assert {name: provider.stored()[name] for name in values} == values

    async def test_the_first_wrong_one_is_told_and_nothing_is_written(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.stored())
        answer = await provider.update(customer_number=1, email="x", iban="x", street="Gut 1")
        assert answer.code == (400, 18)
        assert provider.stored() == before

    async def test_the_words_of_a_wrong_city_speak_of_the_street(self, provider: Provider) -> None:
        assert (await provider.update(city=1)).error == (400, 14, "invalid street specified")
        assert (await provider.update(street=1)).error == (400, 10, "invalid street specified")

    @pytest.mark.parametrize("name", ["name", *FREE])
    async def test_switch_a_text_that_is_too_long_is_refused(self, provider: Provider, name: str) -> None:
        (await provider.update(**{name: "ä" * 5000})).good()
        provider.simulator.longest = 255
        (await provider.update(**{name: "ä" * 255})).good()
        before = copy.deepcopy(provider.stored())
        assert (await provider.update(**{name: "ä" * 256})).code == (400, FIELDS[name][1])
        assert provider.stored() == before

    async def test_switch_long_texts_are_cut_without_a_word(self, provider: Provider) -> None:
        provider.simulator.longest, provider.simulator.cuts_long_values = 255, True
        assert (await provider.update(street="x" * 300)).good()["data"]["street"] == "x" * 255
        provider.simulator.longest = None
        assert (await provider.update(street="x" * 300)).good()["data"]["street"] == "x" * 300


class TestClearing:
    @pytest.mark.parametrize("name", FIELDS)
    async def test_an_empty_text_is_refused(self, provider: Provider, name: str) -> None:
        before = copy.deepcopy(provider.stored(EVERYTHING))
        _, code, words = FIELDS[name]
        assert (await provider.update(int(EVERYTHING), **{name: ""})).error == (400, code, words)
        assert (await provider.update_by_form(int(EVERYTHING), **{name: ""})).error == (400, code, words)
        assert provider.stored(EVERYTHING) == before

    @pytest.mark.parametrize("name", FIELDS)
    async def test_null_is_refused_in_json_and_lost_in_a_form(self, provider: Provider, name: str) -> None:
        before = copy.deepcopy(provider.stored(EVERYTHING))
        assert (await provider.update(int(EVERYTHING), **{name: None})).code == (400, FIELDS[name][1])
        (await provider.update_by_form(int(EVERYTHING), **{name: None})).good()
        assert provider.stored(EVERYTHING) == before
        assert provider.simulator.ignored == []  # it never came

    @pytest.mark.parametrize("empty", ["", None])
    async def test_switch_stored(self, provider: Provider, empty: str | None) -> None:
        provider.simulator.empty_values = provider.simulator.null_values = "stored"
        for name, (read, _, _) in FIELDS.items():
            if name != "name":
                (await provider.update(int(EVERYTHING), **{name: empty})).good()
                assert provider.stored(EVERYTHING)[read] == ""
        assert (await provider.update(int(EVERYTHING), name=empty)).code == (400, 8)

    @pytest.mark.parametrize("empty", ["", None])
    async def test_switch_refused_where_formed(self, provider: Provider, empty: str | None) -> None:
        provider.simulator.empty_values = provider.simulator.null_values = "refused_where_formed"
        for name in (*FORMED, "name"):
            assert (await provider.update(int(EVERYTHING), **{name: empty})).code == (400, FIELDS[name][1])
        for name in FREE:
            (await provider.update(int(EVERYTHING), **{name: empty})).good()
            assert provider.stored(EVERYTHING)[FIELDS[name][0]] == ""

    @pytest.mark.parametrize("empty", ["", None])
    async def test_switch_ignored(self, provider: Provider, empty: str | None) -> None:
        provider.simulator.empty_values = provider.simulator.null_values = "ignored"
        before = copy.deepcopy(provider.stored(EVERYTHING))
        (await provider.update(int(EVERYTHING), **dict.fromkeys(FIELDS, empty))).good()
        assert provider.stored(EVERYTHING) == before
        assert {name for _, name in provider.simulator.ignored} == set(FIELDS)

    async def test_the_two_switches_are_two(self, provider: Provider) -> None:
        provider.simulator.null_values = "stored"
        assert (await provider.update(street="")).code == (400, 10)
        provider.simulator.null_values, provider.simulator.empty_values = "refused", "stored"
        assert (await provider.update(street=None)).code == (400, 10)


class TestForms:
    async def test_an_update_as_a_form(self, provider: Provider) -> None:
        (await provider.update_by_form(**{**NEW, "name": "Höfer & Söhne + Co = 1", "country": "Schweden"})).good()
        assert provider.stored()["name"] == "Höfer & Söhne + Co = 1"
        assert provider.stored()["country"] == "SE"
        assert provider.stored()["additional_addressline"] == "Speicher B"

    @pytest.mark.parametrize("number", ["x", "", "010017", "0", "10000", "10017.0", "٣٣٣٣٣", "9" * 5000])
    async def test_digits_must_make_a_debtor_s_number(self, provider: Provider, number: str) -> None:
        assert (await provider.update_by_form(number, city="Kiel")).code == (400, 1)

    async def test_unknown_properties_are_noted(self, provider: Provider) -> None:
        (await provider.update_by_form(telefon="1")).good()
        assert provider.simulator.ignored == [("/api/v1/settings/update/debtor", "telefon")]

    async def test_a_batch_in_brackets(self, provider: Provider) -> None:
        body = {"debtors[0][name]": "Eins", "debtors[0][city]": "Kiel", "debtors[1][name]": "Zwei"}
        answer = (await provider.call(ADD_BATCH, body, form=True)).good()
        numbers = [debtor["postingaccount_number"] for debtor in answer["debtors"]]
        assert [provider.stored(number)["name"] for number in numbers] == ["Eins", "Zwei"]
        assert provider.stored(numbers[0])["city"] == "Kiel"


class TestAdd:
    async def test_the_next_free_number_is_given_as_text(self, provider: Provider) -> None:
        answer = (await provider.call(ADD, NEW)).good()
        assert answer == {"success": True, "postingaccount_number": "10001", "message": ""}
        assert provider.stored("10001") == {
            **{FIELDS[name][0]: value for name, value in NEW.items()},
            "type": "debitor",
            "postingaccount_number": "10001",
            "uid_ch": None,
            "import_pending": 0,
        }
        assert (await provider.call(ADD, {"name": "x"})).good()["postingaccount_number"] == "10042"

    async def test_a_number_is_a_text_here(self, provider: Provider) -> None:
        (await provider.call(ADD, {"name": "x", "postingaccount_number": "20000"})).good()
        assert provider.stored("20000")["name"] == "x"
        for wrong in (20001, "20000", "10000", "70000", "x", "020001", ""):
            answer = await provider.call(ADD, {"name": "x", "postingaccount_number": wrong})
            assert answer.error == (400, 7, "invalid postingaccount_number specified")

    async def test_a_name_is_needed_and_values_are_checked(self, provider: Provider) -> None:
        count = len(provider.simulator.records)
        assert (await provider.call(ADD, {"city": "Kiel"})).code == (400, 8)
        assert (await provider.call(ADD, {"name": ""})).code == (400, 8)
        assert (await provider.call(ADD, {"name": "x", "country": "Narnia"})).code == (400, 16)
        assert len(provider.simulator.records) == count

    async def test_a_batch_reports_errors_inside_a_200(self, provider: Provider) -> None:
        members = [{"name": "Eins"}, {"name": "Zwei", "iban": "x"}, {"name": "Drei"}]
        answer = (await provider.call(ADD_BATCH, {"debtors": members})).good()
        assert set(answer) == {"success", "debtors", "errors"}
        assert [debtor["postingaccount_number"] for debtor in answer["debtors"]] == ["10001", "10042"]
        assert answer["errors"] == [
            {"success": False, "error_code": 18, "message": "invalid iban specified", "request_data": [members[1]]}
        ]

    @pytest.mark.parametrize("debtors", [None, {}, "x", ["x"]])
    async def test_a_batch_must_be_a_list_of_objects(self, provider: Provider, debtors: Any) -> None:
        assert (await provider.call(ADD_BATCH, {"debtors": debtors})).code == (400, 23)


class TestPostingAccounts:
    async def rows(self, provider: Provider, **wanted: Any) -> list[Document]:
        answer = (await provider.call(POSTING_ACCOUNTS, wanted)).good()
        assert answer["rows"] == len(answer["data"])
        found: list[Document] = answer["data"]
        return found

    async def test_debtors_alone_with_their_collective_account(self, provider: Provider) -> None:
        others = dict.fromkeys(["exclude_postingaccounts", "exclude_accounts", "exclude_creditors"], True)
        rows = await self.rows(provider, **others)
        kinds = {row["postingaccount_number"]: row["type"] for row in rows}
        assert kinds.pop("10000") == "debtor collective"
        assert set(kinds.values()) == {"debtor"}
        assert set(kinds) == set(provider.simulator.records)
        names = {"postingaccount_number", "name", "type", "subtype", "parent_postingaccount_number", "parent_name"}
        assert set(rows[0]) == names

    async def test_all_kinds_come_together(self, provider: Provider) -> None:
        rows = await self.rows(provider)
        kinds = {"account", "postingaccount", "debtor", "debtor collective", "creditor", "creditor collective"}
        assert {row["type"] for row in rows} == kinds
        left = {row["type"] for row in await self.rows(provider, exclude_debtors=True)}
        assert left == {kind for kind in kinds if not kind.startswith("debtor")}
        assert "27" in {row["postingaccount_number"] for row in rows}  # 0027, without its zeros

    async def test_order_is_numerical(self, provider: Provider) -> None:
        rows = await self.rows(provider, order="postingaccount_number DESC", limit=2, offset=1)
        assert [row["postingaccount_number"] for row in rows] == ["70151", "70150"]
        rows = await self.rows(provider, order="postingaccount_number ASC", limit=2)
        assert [row["postingaccount_number"] for row in rows] == ["27", "1000"]

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"limit": 1001}, 6),
            ({"limit": 0}, 6),
            ({"offset": -1}, 7),
            ({"order": "name asc"}, 8),
            ({"order": ["name ASC"]}, 8),
            ({"exclude_accounts": "true"}, 9),
            ({"exclude_postingaccounts": 1}, 10),
            ({"exclude_creditors": None}, 12),
            ({"exclude_debtors": "yes"}, 13),
        ],
    )
    async def test_what_is_wrong_has_a_code(self, provider: Provider, wrong: Document, code: int) -> None:
        assert (await provider.call(POSTING_ACCOUNTS, wrong)).code == (400, code)

    async def test_flags_of_a_form(self, provider: Provider) -> None:
        answer = await provider.call(POSTING_ACCOUNTS, {"exclude_debtors": "1", "exclude_accounts": "0"}, form=True)
        kinds = {row["type"] for row in answer.good()["data"]}
        assert "account" in kinds
        assert "debtor" not in kinds
        assert (await provider.call(POSTING_ACCOUNTS, {"exclude_debtors": "ja"}, form=True)).code == (400, 13)


async def test_payment_accounts_tell_that_a_credential_is_good(provider: Provider) -> None:
    answer = (await provider.call(ACCOUNTS)).good()
    assert answer["rows"] == len(answer["data"]) == 4
    assert answer["data"][0] == {"name": "Kasse", "postingaccount_number": "1000"}


class TestLimit:
    async def test_the_101st_call_of_a_minute_is_refused(self, provider: Provider, clock: Any) -> None:
        for call in range(100):
            assert (await provider.call(ACCOUNTS)).status == 200, call
        refused = await provider.update(city="Kiel")
        assert (refused.status, refused.content_type) == (429, "text/html")
        assert "Retry-After" not in refused.headers
        assert provider.stored()["city"] == "Rostock"
        clock.now += 59
        assert (await provider.call(LIST)).status == 429
        clock.now += 1
        assert (await provider.call(LIST)).status == 200

    async def test_it_counts_by_customer(self, provider: Provider) -> None:
        provider.simulator.rate_limit = (1, 60.0)
        provider.simulator.customers["another key"] = True
        assert (await provider.call(LIST)).status == 200
        assert (await provider.call(LIST)).status == 429
        assert (await provider.call(LIST, key="another key")).status == 200

    async def test_a_wrong_key_uses_up_nothing(self, provider: Provider) -> None:
        provider.simulator.rate_limit = (1, 60.0)
        await provider.call(LIST, key="unknown")
        await provider.call(LIST, Authorization=None)
        assert (await provider.call(LIST)).status == 200

    async def test_switch_the_other_answer(self, provider: Provider) -> None:
        provider.simulator.rate_limit, provider.simulator.limit_status = (0, 60.0), 403
        assert (await provider.call(LIST)).error == (403, 15, "adding temporarily restricted")

    async def test_switch_off(self, provider: Provider) -> None:
        provider.simulator.rate_limit = None
        assert {(await provider.call(ACCOUNTS)).status for _ in range(102)} == {200}


class TestFaults:
    def test_reading_is_a_post_too(self) -> None:
        simulator = BuchhaltungsbutlerSimulator()
        assert {path for path in PATHS if simulator.writes("POST", f"/api/v1{path}", {})} == {UPDATE, ADD, ADD_BATCH}
        assert not simulator.writes("GET", f"/api/v1{UPDATE}", {})

    async def test_a_field_is_ignored_by_its_read_name(self, provider: Provider) -> None:
        provider.sandbox.fault("buchhaltungsbutler", "ignore_field:sales_tax_id_eu")
        provider.sandbox.fault("buchhaltungsbutler", "truncate_field:street:4")
        await provider.page()  # no write: the faults wait
        data = (await provider.update(sales_tax_id="DE987654321", street="Neue Gasse 1")).good()["data"]
        assert (data["sales_tax_id_eu"], data["street"]) == ("", "Neue")
        assert provider.stored()["sales_tax_id_eu"] == ""

    @pytest.mark.parametrize("form", [False, True])
    async def test_somebody_edits_the_record_before_the_write(self, provider: Provider, form: bool) -> None:
        before = copy.deepcopy(provider.simulator.records)
        provider.sandbox.fault("buchhaltungsbutler", "stale_version")
        (
            await provider.call(UPDATE, {"postingaccount_number": int(EXAMPLE), "city": "Kiel"}, form=form)
        ).good()  # there is no version that could refuse it
        after = provider.simulator.records
        assert {number for number in before if before[number] != after[number]} == {EXAMPLE}
        assert after[EXAMPLE]["city"] == "Kiel"
        assert after[EXAMPLE]["contact_person_name"] != before[EXAMPLE]["contact_person_name"]

    async def test_a_touch_always_shows(self, provider: Provider) -> None:
        for _ in range(3):
            before = (await provider.read())["contact_person_name"]
            provider.simulator.touch(EXAMPLE)
            assert (await provider.read())["contact_person_name"] != before
        provider.simulator.touch("55555")
        assert "55555" not in provider.simulator.records

    @pytest.mark.parametrize(
        ("status", "code"), [(400, 5), (401, 3), (403, 11), (404, None), (429, None), (500, 0), (503, None), (504, 30)]
    )
    async def test_errors_in_the_provider_s_shape(self, provider: Provider, status: int, code: int | None) -> None:
        provider.sandbox.fault("buchhaltungsbutler", f"status:{status}")
        answer = await provider.update(city="Kiel")
        if code is None:
            assert (answer.status, answer.content_type) == (status, "text/html")
        else:
            assert answer.code == (status, code)
        assert provider.stored()["city"] == "Rostock"

    async def test_a_lost_answer_leaves_the_write_done(self, provider: Provider) -> None:
        provider.sandbox.fault("buchhaltungsbutler", "status_after:504", on="POST /api/v1/settings/update")
        await provider.page()
        answer = await provider.update(city="Kiel")
        assert answer.error == (504, 30, "a timeout occurred while processing the request")
        assert provider.stored()["city"] == "Kiel"


class TestLog:
    """The key stands in the body: no form of it may show."""

    async def test_no_secret_is_shown(self, provider: Provider) -> None:
        given = provider.simulator.credentials()
        key, secret = given["api_key"], given["api_secret"]
        spelt_out = "".join(f"%{ord(sign):02X}" for sign in key)
        multipart = f'--x\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{key}\r\n--x--\r\n'
        await provider.update(city="Kiel")
        await provider.update_by_form(city="Kiel")
        await provider.call(LIST, raw=f"limit=1&api_key={spelt_out}".encode(), form=True)
        await provider.call(LIST, raw=f'{{"api_key": "{key}", "limit": '.encode())
        await provider.call(LIST, raw=multipart.encode(), Content_Type="multipart/form-data; boundary=x")
        await provider.call(f"{LIST}?api_key={key}")
        await provider.call(LIST, key=INACTIVE_API_KEY)
        await provider.call(LIST, key=FOREIGN_API_KEY, form=True)
        shown = json.dumps(provider.sandbox.requests("buchhaltungsbutler"))
        for hidden in (key, spelt_out, secret, basic(given["api_client"], secret), INACTIVE_API_KEY, FOREIGN_API_KEY):
            assert hidden not in shown

    async def test_the_rest_of_the_body_is(self, provider: Provider) -> None:
        await provider.update(city="Kiel")
        [entry] = provider.sandbox.requests("buchhaltungsbutler")
        assert entry["body"] == {"api_key": "…", "postingaccount_number": 10017, "city": "Kiel"}
        assert entry["headers"]["Authorization"] == "…"

    async def test_no_answer_repeats_it(self, provider: Provider) -> None:
        key = provider.simulator.credentials()["api_key"]
        for answer in [await provider.call(path, {"debtors": [{"name": ""}]}) for path in PATHS]:
            assert key not in answer.text
