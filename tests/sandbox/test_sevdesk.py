"""The sevdesk simulator over real HTTP: each rule and quirk, and answers against the vendor's OpenAPI file."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openapi_schema_validator import OAS30Validator
from yarl import URL

from gql_gateway.sandbox.server import Sandbox, find_simulators
from gql_gateway.sandbox.sevdesk import SevdeskSimulator
from gql_gateway.sandbox.sevdesk.family import find_contact, members
from gql_gateway.sandbox.sevdesk.models import (
    ACCOUNTING_CONTACT,
    ADDRESS,
    COMMUNICATION_WAY,
    CONTACT,
    CUSTOM_FIELD,
    PARTS,
    Resource,
)
from gql_gateway.sandbox.sevdesk.registers import country_id
from gql_gateway.sandbox.sevdesk.seeds import (
    BRANCH,
    BRANCH_PERSON,
    BRANCHES,
    EVERYTHING,
    EVERYTHING_PERSON,
    EXAMPLE,
    EXAMPLE_ADDRESS,
    EXAMPLE_MAIL,
    EXAMPLE_PERSON,
    iban,
)
from gql_gateway.sandbox.simulator import Document

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contracts" / "sevdesk" / "sevdesk-openapi-customer.json"
NOW = "2025-06-15T17:06:40+02:00"
UNKNOWN_TO_ALL = {"dunningBlocked", "commercialRegister", "geo", "optOut", "labels", "portalAccess"}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def objects(self) -> Any:
        assert self.status in {200, 201}, self.text
        return self.body["objects"]

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.body["error"]["message"]


@dataclass
class Provider:
    simulator: SevdeskSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str | None
    ) -> Answer:
        """A call as the dossier says; headers are written with underscores, `None` leaves one out."""
        usual: dict[str, str | None] = {
            "Authorization": self.simulator.credentials()["api_token"],
            "Accept": "application/json",
            "Content-Type": "application/json" if body is not None or raw is not None else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self.session.request(
            method,
            URL(f"{self.sandbox.url('sevdesk')}/api/v1{path}", encoded=True),
            data=json.dumps(body).encode() if raw is None and body is not None else raw,
            headers={name: value for name, value in usual.items() if value is not None},
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Answer(answer.status, answer.content_type, answer.headers, await answer.text())

    async def put(self, contact_id: str = EXAMPLE, /, **fields: Any) -> Answer:
        return await self.call("PUT", f"/Contact/{contact_id}", fields)

    async def get(self, contact_id: str = EXAMPLE) -> Document:
        return await self.one(f"/Contact/{contact_id}")

    async def one(self, path: str) -> Document:
        found = (await self.call("GET", path)).objects
        assert isinstance(found, list)
        assert len(found) == 1
        document = found[0]
        assert isinstance(document, dict)
        return document

    async def ids(self, path: str) -> list[str]:
        return [row["id"] for row in (await self.call("GET", path)).objects]

    def member(self, contact_id: str) -> Document:
        place = find_contact(self.simulator.records, contact_id)
        assert place is not None
        return place.member


@pytest.fixture
async def provider(clock: Any, session: aiohttp.ClientSession) -> AsyncIterator[Provider]:
    simulator = SevdeskSimulator(clock)
    simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox:
        yield Provider(simulator, sandbox, session)


def ref(model: str, id: str | int) -> Document:
    return {"id": int(id), "objectName": model}


def of(contact_id: str) -> str:
    return f"contact[id]={contact_id}&contact[objectName]=Contact"


def address(contact_id: str = EXAMPLE, **fields: Any) -> Document:
    given = {"contact": ref("Contact", contact_id), "country": ref("StaticCountry", 1), "category": ref("Category", 48)}
    return {**given, "street": "Lagerweg 3", **fields}


def way(contact_id: str = EXAMPLE, **fields: Any) -> Document:
    given = {"type": "EMAIL", "value": "neu@ahorn.example", "key": ref("CommunicationWayKey", 2)}
    return {"contact": ref("Contact", contact_id), **given, **fields}


def custom(contact_id: str = EXAMPLE, **fields: Any) -> Document:
    setting = ref("ContactCustomFieldSetting", 5102)
    given = {"contactCustomFieldSetting": setting, "value": "R-9", "objectName": "ContactCustomField"}
    return {"contact": ref("Contact", contact_id), **given, **fields}


def without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


def changes(before: Document, after: Document) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def touched(before: Mapping[str, Document], after: Mapping[str, Document]) -> set[str]:
    """Native ids of records that differ."""
    return {native_id for native_id in {*before, *after} if before.get(native_id) != after.get(native_id)}


def test_the_sandbox_finds_it() -> None:
    assert SevdeskSimulator in find_simulators()


class TestSeeds:
    def test_they_are_many_and_varied(self) -> None:
        records = SevdeskSimulator().records
        assert len(records) >= 25
        contacts = [record["contact"] for record in records.values()]
        assert sum(bool(contact["name"]) for contact in contacts) >= 12
        assert sum(bool(contact["familyname"]) and not contact["name"] for contact in contacts) >= 6
        assert {contact["status"] for contact in contacts} == {"100", "500", "1000"}
        assert sum(len(record["persons"]) for record in records.values()) >= 4
        assert {"ä", "ß", "Ø", "ó", "ö", "á", "Δ"} <= set(
            "".join(str(c["name"]) + str(c["familyname"]) for c in contacts)
        )
        assert all(record["contact"]["id"] == native_id for native_id, record in records.items())

    def test_they_are_the_same_every_time_and_fresh(self) -> None:
        first, second = SevdeskSimulator(), SevdeskSimulator()
        assert first.records == second.records
        first.records[EVERYTHING]["persons"][0]["contact"]["sevClient"]["id"] = "1"
        first.ignored.append(("PUT", "x"))
        first.reset()
        assert first.records == second.records
        assert first.ignored == []

    def test_no_id_is_given_twice(self) -> None:
        ids = [
            document["id"]
            for _, member in members(SevdeskSimulator().records)
            for document in [member["contact"], *(part for resource in PARTS for part in member[resource.member])]
        ]
        assert len(ids) == len(set(ids)) > 80

    def test_parts_name_the_contact_they_hang_on(self) -> None:
        for _, member in members(SevdeskSimulator().records):
            for resource in PARTS:
                assert {part["contact"]["id"] for part in member[resource.member]} <= {member["contact"]["id"]}
            for person in member["persons"]:
                assert person["contact"]["parent"] == {"id": member["contact"]["id"], "objectName": "Contact"}

    def test_a_company_and_a_person_have_everything(self) -> None:
        records = SevdeskSimulator().records
        person_only = {"surename", "familyname", "titel", "academicTitle", "gender", "birthday", "parent"}
        company = {name for name, value in records[EVERYTHING]["contact"].items() if value is not None}
        assert set(CONTACT.fields) - company == person_only
        person = {name for name, value in records[EVERYTHING_PERSON]["contact"].items() if value is not None}
        assert set(CONTACT.fields) - person == {"name", "parent", "taxOffice"}
        whole = records[EVERYTHING]
        assert all(whole[resource.member] for resource in PARTS)
        assert {one["category"]["id"] for one in whole["addresses"]} == {"43", "44", "45", "47", "48"}
        assert {one["type"] for one in whole["communicationWays"]} == {"EMAIL", "PHONE", "MOBILE", "WEB"}

    def test_some_have_native_fields_nobody_knows(self) -> None:
        holders = [
            native_id
            for native_id, record in SevdeskSimulator().records.items()
            if UNKNOWN_TO_ALL & set(_names(record))
        ]
        assert len(holders) >= 3

    def test_numbers_of_accounts_are_right_in_form(self) -> None:
        assert iban("DE", "370400440532013000") == "DE89370400440532013000"
        bank = SevdeskSimulator().records[EVERYTHING]["contact"]["bankAccount"]
        assert int("".join(str(int(sign, 36)) for sign in bank[4:] + bank[:4])) % 97 == 1


def _names(document: object) -> list[str]:
    if isinstance(document, dict):
        return [*document, *(name for value in document.values() for name in _names(value))]
    return [name for value in document for name in _names(value)] if isinstance(document, list) else []


class TestAccess:
    @pytest.mark.parametrize(
        "header", [None, "", "wrong", "Bearer {token}", "Token {token}", "{token}0", "Basic {token}"]
    )
    @pytest.mark.parametrize(
        "path", ["/Contact", f"/Contact/{EXAMPLE}", "/StaticCountry", "/ContactAddress", "/nowhere"]
    )
    async def test_the_bare_token_is_needed(self, provider: Provider, header: str | None, path: str) -> None:
        shown = header.format(token=provider.simulator.credentials()["api_token"]) if header is not None else None
        answer = await provider.call("GET", path, Authorization=shown)
        assert (answer.status, answer.body) == (401, {"error": {"message": "Authentication required", "code": 401}})

    async def test_a_token_in_the_address_is_none(self, provider: Provider) -> None:
        token = provider.simulator.credentials()["api_token"]
        assert (await provider.call("GET", f"/Contact?token={token}", Authorization=None)).status == 401

    def test_the_token_looks_like_one(self) -> None:
        token = SevdeskSimulator().credentials()["api_token"]
        assert len(token) == 32
        assert int(token, 16)

    async def test_a_dead_token_lives_again_after_reset_only(self, provider: Provider, clock: Any) -> None:
        provider.simulator.expire_tokens()
        clock.now += 10**6
        assert (await provider.call("GET", "/Contact")).status == 401
        provider.simulator.reset()
        assert (await provider.call("GET", "/Contact")).status == 200

    async def test_the_token_does_not_age(self, provider: Provider, clock: Any) -> None:
        clock.now += 10**9
        assert (await provider.call("GET", "/Contact")).status == 200

    async def test_a_user_without_the_right_to_write(self, provider: Provider) -> None:
        provider.simulator.rights = frozenset({"read"})
        before = copy.deepcopy(provider.simulator.records)
        for method, path in [
            ("PUT", f"/Contact/{EXAMPLE}"),
            ("POST", "/Contact"),
            ("DELETE", f"/Contact/{EXAMPLE_PERSON}"),
            ("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}"),
            ("POST", "/CommunicationWay"),
            ("DELETE", f"/CommunicationWay/{EXAMPLE_MAIL}"),
        ]:
            assert (await provider.call(method, path, {"name": "x"})).status == 403, (method, path)
        assert provider.simulator.records == before
        assert (await provider.call("GET", "/Contact")).status == 200

    async def test_a_user_without_the_right_to_read(self, provider: Provider) -> None:
        provider.simulator.rights = frozenset({"write"})
        for path in ("/Contact", f"/Contact/{EXAMPLE}", "/ContactAddress", "/StaticCountry"):
            assert (await provider.call("GET", path)).status == 403

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/nowhere"),
            ("GET", "/contact"),
            ("GET", "/Contact/abc"),
            ("PATCH", f"/Contact/{EXAMPLE}"),
            ("PUT", "/Contact"),
            ("POST", f"/Contact/{EXAMPLE}"),
            ("POST", "/StaticCountry"),
            ("POST", "/ContactCustomFieldSetting"),
            ("HEAD", "/Contact"),
        ],
    )
    async def test_an_unknown_path_is_a_page_of_html(self, provider: Provider, method: str, path: str) -> None:
        answer = await provider.call(method, path, {} if method in {"PUT", "POST", "PATCH"} else None)
        assert (answer.status, answer.content_type) == (404, "text/html")

    async def test_the_address_without_its_version_is_unknown(self, provider: Provider) -> None:
        url = f"{provider.sandbox.url('sevdesk')}/Contact"
        headers = {"Authorization": provider.simulator.credentials()["api_token"]}
        async with provider.session.get(url, headers=headers) as answer:
            assert answer.status == 404

    async def test_a_version_of_the_resource_is_noted(self, provider: Provider) -> None:
        await provider.call("GET", f"/Contact/{EXAMPLE}", X_Version="1.3")
        assert provider.simulator.ignored == [(f"GET /Contact/{EXAMPLE}", "X-Version")]

    async def test_the_token_does_not_stand_in_the_log(self, provider: Provider) -> None:
        token = provider.simulator.credentials()["api_token"]
        await provider.call("GET", f"/Contact?token={token}&name={token}")
        await provider.put(description=f"mein Schlüssel: {token}")
        assert token not in str(provider.sandbox.requests("sevdesk"))
        assert len(provider.sandbox.requests("sevdesk")) == 2


class TestLimits:
    async def test_a_window_of_calls_slides(self, provider: Provider, clock: Any) -> None:
        provider.simulator.rate_limit = (3, 10.0)

        async def statuses(calls: int) -> list[int]:
            return [(await provider.call("GET", "/Tools/bookkeepingSystemVersion")).status for _ in range(calls)]

        assert await statuses(2) == [200, 200]
        clock.now += 6
        assert await statuses(2) == [200, 429]
        answer = await provider.put(name="Zu schnell")
        assert (answer.status, answer.body["error"]["code"]) == (429, 429)
        assert "Retry-After" not in answer.headers
        assert provider.member(EXAMPLE)["contact"]["name"] == "Ahorn Werkstatt"
        clock.now += 4
        assert await statuses(3) == [200, 200, 429]

    def test_it_is_on_by_default_and_no_tighter_than_clients_pace_themselves(self) -> None:
        limit = SevdeskSimulator().rate_limit
        assert limit is not None
        assert limit[0] / limit[1] == 4

    async def test_a_wrong_token_costs_nothing(self, provider: Provider) -> None:
        provider.simulator.rate_limit = (1, 10.0)
        for _ in range(3):
            assert (await provider.call("GET", "/Contact", Authorization="wrong")).status == 401
        assert (await provider.call("GET", "/Contact")).status == 200

    async def test_a_token_that_only_fails_is_locked(self, provider: Provider) -> None:
        provider.simulator.lock_after = 3
        for _ in range(2):
            assert (await provider.call("GET", "/Contact/1")).status == 400
        assert (await provider.get())["id"] == EXAMPLE, "a success starts the count again"
        statuses = [(await provider.call("GET", "/Contact/1")).status for _ in range(4)]
        assert statuses == [400, 400, 400, 401]
        assert (await provider.call("GET", f"/Contact/{EXAMPLE}")).status == 401

    async def test_being_throttled_locks_nothing(self, provider: Provider) -> None:
        provider.simulator.lock_after, provider.simulator.rate_limit = 3, (1, 10.0)
        statuses = [(await provider.call("GET", "/Contact")).status for _ in range(6)]
        assert statuses == [200, *[429] * 5]

    def test_the_lock_is_there_by_default(self) -> None:
        assert SevdeskSimulator.lock_after == 100


class TestAnswers:
    async def test_one_object_is_read_as_an_array(self, provider: Provider) -> None:
        for path in (f"/Contact/{EXAMPLE}", f"/ContactAddress/{EXAMPLE_ADDRESS}", f"/CommunicationWay/{EXAMPLE_MAIL}"):
            body = (await provider.call("GET", path)).body
            assert set(body) == {"objects"}
            assert [one["id"] for one in body["objects"]] == [path.rpartition("/")[2]]

    async def test_what_was_written_is_a_single_object(self, provider: Provider) -> None:
        answer = await provider.put(vatNumber="DE111111111")
        assert (answer.status, answer.objects["vatNumber"]) == (200, "DE111111111")
        created = await provider.call("POST", "/CommunicationWay", way())
        assert (created.status, created.objects["value"]) == (201, "neu@ahorn.example")

    async def test_what_is_read_is_text(self, provider: Provider) -> None:
        contact = await provider.get(EVERYTHING)
        assert contact["status"] == "1000"
        assert (contact["exemptVat"], contact["defaultCashbackPercent"], contact["defaultTimeToPay"]) == (
            "1",
            "2.5",
            "30",
        )
        assert contact["category"] == {"id": "3", "objectName": "Category"}
        assert contact["sevClient"] == {"id": "701234", "objectName": "SevClient"}
        for _, member in members(provider.simulator.records):
            for document in [member["contact"], *(part for resource in PARTS for part in member[resource.member])]:
                known = {name: value for name, value in document.items() if name not in UNKNOWN_TO_ALL}
                assert all(value is None or isinstance(value, str | dict) for value in known.values())

    async def test_what_nobody_gave_is_null_or_not_there(self, provider: Provider) -> None:
        contact = await provider.get("88120461")
        empty = {name for name, value in contact.items() if value is None}
        assert {"customerNumber", "vatNumber", "defaultTimeToPay", "birthday", "taxType"} <= empty
        assert (contact["exemptVat"], contact["defaultDiscountPercentage"], contact["governmentAgency"]) == (
            "0",
            "1",
            "0",
        )
        assert "parent" not in contact
        assert "category" not in await provider.get("88120464")

    @pytest.mark.parametrize(
        ("path", "word"),
        [
            ("/Contact/1", "Contact"),
            ("/Contact/51200933", "Contact"),
            ("/ContactAddress/1", "ContactAddress"),
            ("/CommunicationWay/88120417", "CommunicationWay"),
            ("/AccountingContact/1", "AccountingContact"),
            ("/ContactCustomField/1", "ContactCustomField"),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    async def test_what_is_not_there(self, provider: Provider, method: str, path: str, word: str) -> None:
        body: Document | None = {} if method == "PUT" else None
        expected = {"error": {"message": f"{word} not found", "code": "NOT_FOUND"}}
        answer = await provider.call(method, path, body)
        assert (answer.status, answer.body) == (400, expected)
        provider.simulator.missing_status = 404
        answer = await provider.call(method, path, body)
        assert (answer.status, answer.body) == (404, expected)

    @pytest.mark.parametrize(
        ("status", "code"), [(400, 400), (401, 401), (403, 403), (404, "NOT_FOUND"), (409, 409), (422, 422), (429, 429)]
    )
    async def test_faults_speak_like_sevdesk(self, provider: Provider, status: int, code: object) -> None:
        provider.sandbox.fault("sevdesk", f"status:{status}")
        answer = await provider.put(name="Neu")
        assert (answer.status, answer.body["error"]["code"]) == (status, code)
        assert answer.body["error"]["message"]
        assert provider.member(EXAMPLE)["contact"]["name"] == "Ahorn Werkstatt"

    async def test_where_the_number_of_the_problem_stands(self, provider: Provider) -> None:
        refused = (await provider.put(status=5)).body
        assert set(refused) == {"error"}
        assert set(refused["error"]) == {"message", "code", "exceptionUUID"}
        provider.sandbox.fault("sevdesk", "status:500")
        broken = (await provider.put(status=100)).body
        assert set(broken) == {"error", "exceptionUUID"}
        assert broken["error"]["code"] is None


class TestBodies:
    @pytest.mark.parametrize(
        "content_type", [None, "text/plain", "application/xml", "application/x-www-form-urlencoded"]
    )
    async def test_a_body_has_to_be_called_json(self, provider: Provider, content_type: str | None) -> None:
        answer = await provider.call("PUT", f"/Contact/{EXAMPLE}", {"name": "Neu"}, Content_Type=content_type)
        assert answer.status == 400
        assert provider.member(EXAMPLE)["contact"]["name"] == "Ahorn Werkstatt"

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"[]", b'"x"', b"null", b'{"name": NaN}', b'{"name": "\\ud800"}', b"\xff"]
    )
    async def test_a_body_has_to_be_an_object(self, provider: Provider, raw: bytes) -> None:
        for method, path in (("PUT", f"/Contact/{EXAMPLE}"), ("POST", "/ContactAddress")):
            assert (await provider.call(method, path, raw=raw)).refusal == (400, "Bad request")

    async def test_charset_may_be_named(self, provider: Provider) -> None:
        answer = await provider.call("PUT", f"/Contact/{EXAMPLE}", {}, Content_Type="application/json; charset=utf-8")
        assert answer.status == 200


ACCEPTED: Document = {
    "name": "Neuer Name KG",
    "status": 500,
    "customerNumber": "9001",
    "category": ref("Category", 28),
    "description": "<b>wichtig</b>",
    "name2": "Zweite Zeile",
    "vatNumber": "ATU87654321",
    "bankAccount": "AT611904300234573201",
    "bankNumber": "TESTAT00",
    "defaultCashbackTime": 0,
    "defaultCashbackPercent": 1.25,
    "defaultTimeToPay": 45,
    "taxNumber": "11/222/33333",
    "taxOffice": "ΔΟΥ",
    "exemptVat": True,
    "defaultDiscountAmount": 10,
    "defaultDiscountPercentage": False,
    "buyerReference": "04011000",
    "governmentAgency": True,
}
ACCEPTED_OF_PERSONS: Document = {
    "surename": "Änne",
    "familyname": "Öhm",
    "titel": "Leiterin",
    "academicTitle": "Dr.",
    "gender": "w",
    "birthday": "1999-12-31",
}
READ = {
    "status": "500",
    "category": {"id": "28", "objectName": "Category"},
    "defaultCashbackTime": "0",
    "defaultCashbackPercent": "1.25",
    "defaultTimeToPay": "45",
    "exemptVat": "1",
    "defaultDiscountAmount": "10",
    "defaultDiscountPercentage": "0",
    "governmentAgency": "1",
}


class TestContact:
    def test_every_field_is_tried(self) -> None:
        assert {*ACCEPTED, *ACCEPTED_OF_PERSONS, "parent"} == set(CONTACT.fields)

    @pytest.mark.parametrize("name", ACCEPTED)
    async def test_a_field_alone_changes_alone(self, provider: Provider, name: str) -> None:
        before = copy.deepcopy(provider.simulator.records)
        answer = await provider.put("88120471", **{name: ACCEPTED[name]})
        assert answer.status == 200, answer.text
        after = provider.simulator.records
        assert touched(before, after) == {"88120471"}
        assert changes(before["88120471"], after["88120471"]) == {"contact"}
        assert changes(before["88120471"]["contact"], answer.objects) == {name, "update"}
        assert answer.objects[name] == READ.get(name, ACCEPTED[name])
        assert (await provider.get("88120471")) == answer.objects == after["88120471"]["contact"]
        assert answer.objects["update"] == NOW

    @pytest.mark.parametrize("name", ACCEPTED_OF_PERSONS)
    async def test_a_field_of_a_person(self, provider: Provider, name: str) -> None:
        before = copy.deepcopy(provider.member("88120453")["contact"])
        answer = await provider.put("88120453", **{name: ACCEPTED_OF_PERSONS[name]})
        assert changes(before, answer.objects) == {name, "update"}
        assert answer.objects[name] == ACCEPTED_OF_PERSONS[name]

    @pytest.mark.parametrize("name", [name for name in CONTACT.fields if name not in {"parent", "category", "status"}])
    async def test_null_empties(self, provider: Provider, name: str) -> None:
        contact_id = EVERYTHING if (await provider.get(EVERYTHING))[name] is not None else EVERYTHING_PERSON
        before = await provider.get(contact_id)
        after = (await provider.put(contact_id, **{name: None})).objects
        assert changes(without(before, "update"), without(after, "update")) <= {name}
        flags = {"exemptVat": "0", "governmentAgency": "0", "defaultDiscountPercentage": "1"}
        assert after[name] == flags.get(name)

    async def test_null_where_something_stands_instead(self, provider: Provider) -> None:
        after = (await provider.put(EVERYTHING, status=None, category=None)).objects
        assert after["status"] == "100", "a contact without a status is a lead"
        assert "category" not in after

    async def test_an_empty_text_empties(self, provider: Provider) -> None:
        after = (await provider.put(EVERYTHING, vatNumber="", description="", bankAccount="")).objects
        assert (after["vatNumber"], after["description"], after["bankAccount"]) == (None, None, None)

    async def test_nothing_sent_changes_nothing(self, provider: Provider) -> None:
        before = await provider.get(EVERYTHING)
        assert changes(before, (await provider.put(EVERYTHING)).objects) == {"update"}

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("name", 5, "The field name must be of type string."),
            ("customerNumber", 1042, "The field customerNumber must be of type string."),
            ("description", ["x"], "The field description must be of type string."),
            ("status", "1000", "The field status must be of type integer."),
            ("status", 1000.0, "The field status must be of type integer."),
            ("status", True, "The field status must be of type integer."),
            ("status", 200, "The field status has an invalid value."),
            ("defaultTimeToPay", "21", "The field defaultTimeToPay must be of type integer."),
            ("defaultTimeToPay", 1.5, "The field defaultTimeToPay must be of type integer."),
            ("defaultTimeToPay", -1, "The field defaultTimeToPay has an invalid value."),
            ("defaultCashbackTime", "10", "The field defaultCashbackTime must be of type integer."),
            ("defaultCashbackPercent", "2.5", "The field defaultCashbackPercent must be of type number."),
            ("defaultDiscountAmount", False, "The field defaultDiscountAmount must be of type number."),
            ("exemptVat", "0", "The field exemptVat must be of type boolean."),
            ("exemptVat", 0, "The field exemptVat must be of type boolean."),
            ("governmentAgency", "true", "The field governmentAgency must be of type boolean."),
            ("defaultDiscountPercentage", 1, "The field defaultDiscountPercentage must be of type boolean."),
            ("category", 3, "category expected array with 'id' and 'objectName'. integer given"),
            ("category", "3", "category expected array with 'id' and 'objectName'. string given"),
            ("category", {"id": 3}, "category expected array with 'id' and 'objectName'. array given"),
            ("category", {"objectName": "Category"}, "category expected array with 'id' and 'objectName'. array given"),
            ("category", ref("Contact", 3), "category expected array with 'id' and 'objectName'. array given"),
            (
                "category",
                {"id": "3", "objectName": "Category"},
                "category expected array with 'id' and 'objectName'. array given",
            ),
            (
                "category",
                {"id": True, "objectName": "Category"},
                "category expected array with 'id' and 'objectName'. array given",
            ),
            ("category", ref("Category", 999), "Category not found"),
            ("category", ref("Category", 47), "Category not found"),
            ("parent", ref("Contact", 1), "Contact not found"),
        ],
    )
    async def test_a_wrong_value_is_refused(self, provider: Provider, name: str, value: object, message: str) -> None:
        before = copy.deepcopy(provider.simulator.records)
        answer = await provider.put(vatNumber="DE1", **{name: value})
        assert answer.refusal == (422, message)
        assert answer.body["error"]["code"] == 422
        assert provider.simulator.records == before

    @pytest.mark.parametrize("day", ["31.12.1999", "1999-02-30", "19991231", "946598400", "1999-12-31T00:00:00"])
    async def test_a_birthday_is_a_day(self, provider: Provider, day: str) -> None:
        answer = await provider.put("88120452", birthday=day)
        assert answer.refusal == (422, "The field birthday must be of type date.")

    async def test_a_number_has_an_end(self, provider: Provider) -> None:
        answer = await provider.call("PUT", f"/Contact/{EXAMPLE}", raw=b'{"defaultCashbackPercent": 1e999}')
        assert answer.refusal == (422, "The field defaultCashbackPercent must be of type number.")

    async def test_the_status_of_a_refusal_can_be_another(self, provider: Provider) -> None:
        provider.simulator.invalid_status = 500
        answer = await provider.put(status=5)
        assert (answer.status, set(answer.body)) == (500, {"error", "exceptionUUID"})

    async def test_a_contact_read_cannot_be_sent_back(self, provider: Provider) -> None:
        assert (await provider.put(EVERYTHING, **(await provider.get(EVERYTHING)))).status == 422

    async def test_text_is_taken_for_numbers_when_told_so(self, provider: Provider) -> None:
        provider.simulator.strict_types = False
        provider.simulator.takes_person_fields = True
        before = await provider.get(EVERYTHING)
        answer = await provider.put(EVERYTHING, **before)
        assert answer.status == 200, answer.text
        assert changes(before, answer.objects) == {"update"}
        assert (await provider.put(EVERYTHING, status="many")).status == 422

    async def test_what_means_nothing_is_ignored_and_noted(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records[EXAMPLE])
        sent = {"id": 5, "create": "x", "email": "a@b.example", "addresses": [], "surname": "x", "sevClient": {"id": 1}}
        answer = await provider.put(**sent, additionalInformation="x", currency="EUR")
        assert answer.status == 200
        assert changes(before["contact"], answer.objects) == {"update"}
        assert changes(before, provider.simulator.records[EXAMPLE]) == {"contact"}
        noted = [*sent, "additionalInformation", "currency"]
        assert provider.simulator.ignored == [(f"PUT /Contact/{EXAMPLE}", name) for name in noted]

    async def test_native_fields_nobody_knows_stay(self, provider: Provider) -> None:
        assert (await provider.put("88120471", vatNumber="DE1")).objects["dunningBlocked"] == "1"
        await provider.put("88120473", description="neu")
        assert provider.simulator.records["88120473"]["contact"]["labels"] == ["forschung", "rahmenvertrag"]

    async def test_another_category_takes_it_from_the_list_of_customers(self, provider: Provider) -> None:
        customers = "/Contact?category[id]=3&category[objectName]=Category"
        assert EXAMPLE in await provider.ids(customers)
        await provider.put(category=ref("Category", 4))
        assert EXAMPLE not in await provider.ids(customers)
        assert EXAMPLE in await provider.ids("/Contact?category[id]=4&category[objectName]=Category")

    async def test_the_example_of_the_dossier(self, provider: Provider) -> None:
        body = {"name": "Werkstatt Ahorn GmbH", "vatNumber": "DE987654321", "defaultTimeToPay": 21, "description": None}
        answer = await provider.put(**body)
        read = {"name": "Werkstatt Ahorn GmbH", "vatNumber": "DE987654321", "defaultTimeToPay": "21"}
        assert answer.objects.items() >= {**read, "description": None, "customerNumber": "1042"}.items()
        place = {"street": "Ahornweg 9", "zip": "79098", "city": "Freiburg"}
        sent = {**place, "country": ref("StaticCountry", 1), "category": ref("Category", 47)}
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", sent)
        assert answer.objects.items() >= place.items()
        mail = {"type": "EMAIL", "value": "buero@ahorn.example", "key": ref("CommunicationWayKey", 2), "main": True}
        answer = await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", mail)
        assert answer.objects.items() >= {"value": "buero@ahorn.example", "main": "1"}.items()
        person = {"surename": "Mira", "familyname": "Lenz", "gender": "w", "category": ref("Category", 3)}
        answer = await provider.call("POST", "/Contact", {**person, "parent": ref("Contact", EXAMPLE)})
        assert (answer.status, answer.objects["customerNumber"]) == (201, "1042")
        assert [one["contact"]["surename"] for one in provider.simulator.records[EXAMPLE]["persons"]] == [
            "Jonas",
            "Mira",
        ]
        assert provider.simulator.ignored == []
        assert provider.simulator.turned == []


class TestKind:
    async def test_a_name_turns_a_person_into_an_organisation(self, provider: Provider) -> None:
        assert "88120451" not in await provider.ids("/Contact?limit=1000")
        answer = await provider.put("88120451", name="Inge Bärwald")
        assert (answer.objects["name"], answer.objects["familyname"]) == ("Inge Bärwald", "Bärwald")
        assert "88120451" in await provider.ids("/Contact?limit=1000")
        assert provider.simulator.turned == ["88120451"]

    async def test_a_contact_person_too(self, provider: Provider) -> None:
        await provider.put(EXAMPLE_PERSON, name="Jonas Ahorn")
        assert provider.simulator.turned == [EXAMPLE_PERSON]
        assert EXAMPLE_PERSON in await provider.ids("/Contact?limit=1000")

    async def test_an_organisation_without_its_name_is_a_person(self, provider: Provider) -> None:
        assert (await provider.put(name=None)).status == 200
        assert EXAMPLE not in await provider.ids("/Contact?limit=1000")
        assert provider.simulator.turned == [EXAMPLE]

    async def test_another_name_turns_nobody(self, provider: Provider) -> None:
        await provider.put(name="Werkstatt Ahorn GmbH")
        await provider.put("88120451", surename="Ingeborg", name=None)
        assert provider.simulator.turned == []

    @pytest.mark.parametrize("name", ACCEPTED_OF_PERSONS)
    async def test_an_organisation_takes_no_field_of_persons(self, provider: Provider, name: str) -> None:
        value = ACCEPTED_OF_PERSONS[name]
        answer = await provider.put(**{name: value})
        assert answer.refusal == (422, f"The field {name} is not to be used for organizations.")
        assert (await provider.put("88120451", **{name: value, "name": "Bärwald GmbH"})).status == 422
        assert (await provider.put(**{name: None})).status == 200
        provider.simulator.takes_person_fields = True
        assert (await provider.put(**{name: value})).objects[name] == value

    async def test_what_an_organisation_kept_from_a_person_hinders_nothing(self, provider: Provider) -> None:
        assert (await provider.put("88120467", vatNumber="DE1")).objects["surename"] == "Udo"
        assert (await provider.put("88120467", name2="zweite Zeile")).status == 200


class TestContactPersons:
    async def test_they_are_contacts_of_their_own(self, provider: Provider) -> None:
        rows = "/Contact?depth=1&parent[id]={}&parent[objectName]=Contact"
        assert await provider.ids(rows.format(EVERYTHING)) == ["88120422", "88120423"]
        assert await provider.ids(rows.format(EVERYTHING).replace("depth=1&", "")) == [], "they are no organisations"
        assert await provider.ids(rows.format(BRANCHES).replace("depth=1&", "")) == [BRANCH]
        person = await provider.get(EXAMPLE_PERSON)
        assert (person["surename"], person["familyname"]) == ("Jonas", "Ahorn")
        assert person["parent"] == {"id": EXAMPLE, "objectName": "Contact"}

    async def test_a_change_stands_in_the_record_of_the_parent(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        await provider.put("88120423", titel="Prokuristin")
        await provider.put(BRANCH_PERSON, titel="Hausleitung")
        after = provider.simulator.records
        assert touched(before, after) == {EVERYTHING, BRANCHES}
        assert changes(before[EVERYTHING], after[EVERYTHING]) == {"persons"}
        assert after[EVERYTHING]["persons"][0] == before[EVERYTHING]["persons"][0]
        assert changes(before[EVERYTHING]["persons"][1], after[EVERYTHING]["persons"][1]) == {"contact"}
        assert after[BRANCHES]["persons"][0]["persons"][0]["contact"]["titel"] == "Hausleitung"

    async def test_a_new_one_gets_the_number_of_its_parent(self, provider: Provider) -> None:
        body = {"familyname": "Neu", "category": ref("Category", 3), "parent": ref("Contact", EXAMPLE)}
        created = (await provider.call("POST", "/Contact", {**body, "customerNumber": "1999"})).objects
        assert created["customerNumber"] == "1042"
        assert provider.simulator.duplicated == [], "it was not the client that gave the number twice"
        assert (await provider.put(created["id"], customerNumber="1999")).objects["customerNumber"] == "1999"
        assert provider.simulator.records[EXAMPLE]["contact"]["customerNumber"] == "1042"
        provider.simulator.copies_parent_number = False
        created = (await provider.call("POST", "/Contact", {**body, "customerNumber": "2999"})).objects
        assert created["customerNumber"] == "2999"

    async def test_a_parent_without_a_number_gives_none(self, provider: Provider) -> None:
        body = {"familyname": "Neu", "category": ref("Category", 3), "parent": ref("Contact", "88120461")}
        created = (await provider.call("POST", "/Contact", {**body, "customerNumber": "1999"})).objects
        assert created["customerNumber"] == "1999"

    async def test_a_parent_is_an_organisation(self, provider: Provider) -> None:
        message = "The parent must be an organization."
        answer = await provider.put("88120452", parent=ref("Contact", "88120451"))
        assert answer.refusal == (422, message)
        body = {"familyname": "Neu", "category": ref("Category", 3), "parent": ref("Contact", EXAMPLE_PERSON)}
        assert (await provider.call("POST", "/Contact", body)).refusal == (422, message)

    @pytest.mark.parametrize("parent", [BRANCHES, BRANCH])
    async def test_a_parent_is_somebody_else(self, provider: Provider, parent: str) -> None:
        answer = await provider.put(BRANCHES, parent=ref("Contact", parent))
        assert answer.refusal == (422, "The parent must be another contact.")

    async def test_they_move_with_all_they_have(self, provider: Provider) -> None:
        person = copy.deepcopy(provider.member(EXAMPLE_PERSON))
        await provider.put(EXAMPLE_PERSON, parent=ref("Contact", EVERYTHING))
        assert provider.simulator.records[EXAMPLE]["persons"] == []
        moved = provider.simulator.records[EVERYTHING]["persons"][-1]
        assert changes(person, moved) == {"contact"}
        assert changes(person["contact"], moved["contact"]) == {"parent", "update"}
        await provider.put(EXAMPLE_PERSON, parent=None)
        alone = provider.simulator.records[EXAMPLE_PERSON]
        assert "parent" not in alone["contact"]
        assert alone["communicationWays"] == person["communicationWays"]
        assert len(provider.simulator.records[EVERYTHING]["persons"]) == 2
        await provider.put(EXAMPLE_PERSON, parent=ref("Contact", BRANCH))
        assert EXAMPLE_PERSON not in provider.simulator.records
        assert len(provider.member(BRANCH)["persons"]) == 2

    async def test_a_person_is_deleted_alone(self, provider: Provider) -> None:
        answer = await provider.call("DELETE", "/Contact/88120422")
        assert (answer.status, answer.body) == (200, {"objects": [None]})
        assert [one["contact"]["id"] for one in provider.simulator.records[EVERYTHING]["persons"]] == ["88120423"]
        assert (await provider.call("GET", "/Contact/88120422")).status == 400

    @pytest.mark.parametrize("contact_id", [EXAMPLE, "88120435", BRANCH])
    async def test_who_is_in_use_is_not_deleted(self, provider: Provider, contact_id: str) -> None:
        before = copy.deepcopy(provider.simulator.records)
        answer = await provider.call("DELETE", f"/Contact/{contact_id}")
        assert answer.refusal == (409, "Contact is in use")
        assert provider.simulator.records == before

    async def test_who_is_not_in_use_is_deleted(self, provider: Provider) -> None:
        assert (await provider.call("DELETE", "/Contact/88120461")).objects == [None]
        assert "88120461" not in provider.simulator.records


class TestNumbers:
    async def test_a_number_can_be_given_twice(self, provider: Provider) -> None:
        assert (await provider.put(customerNumber="1050")).status == 200
        assert provider.simulator.duplicated == ["1050"]
        assert set(await provider.ids("/Contact?customerNumber=1050")) == {EXAMPLE, EVERYTHING}

    async def test_keeping_a_number_is_no_duplicate(self, provider: Provider) -> None:
        await provider.put("88120465", customerNumber="1081")
        await provider.put(customerNumber="1042")
        assert provider.simulator.duplicated == []

    async def test_twice_is_refused_when_told_so(self, provider: Provider) -> None:
        provider.simulator.unique_numbers = True
        answer = await provider.put(customerNumber="1050")
        assert (answer.status, answer.body["error"]["code"]) == (422, 151)
        assert provider.simulator.records[EXAMPLE]["contact"]["customerNumber"] == "1042"
        body = {"name": "Neu", "customerNumber": "1050", "category": ref("Category", 3)}
        assert (await provider.call("POST", "/Contact", body)).status == 422

    async def test_whether_a_number_is_free(self, provider: Provider) -> None:
        path = "/Contact/Mapper/checkCustomerNumberAvailability"
        assert (await provider.call("GET", f"{path}?customerNumber=9999")).body == {"objects": True}
        assert (await provider.call("GET", f"{path}?customerNumber=1042")).body == {"objects": False}
        assert (await provider.call("GET", f"{path}?customerNumber=1043")).body == {"objects": False}, "a person's"
        answer = await provider.call("GET", path)
        assert (answer.status, set(answer.body)) == (500, {"error", "exceptionUUID"})

    async def test_the_next_number(self, provider: Provider) -> None:
        path = "/Contact/Factory/getNextCustomerNumber"
        assert (await provider.call("GET", path)).body == {"objects": "2007"}
        await provider.put(customerNumber="2007")
        assert (await provider.call("GET", path)).body == {"objects": "2008"}


class TestCreating:
    async def test_a_contact(self, provider: Provider) -> None:
        answer = await provider.call("POST", "/Contact", {"name": "Neu GmbH", "category": ref("Category", 3)})
        assert answer.status == 201
        created = answer.objects
        assert (created["status"], created["exemptVat"], created["create"]) == ("100", "0", NOW)
        assert provider.simulator.records[created["id"]]["contact"] == created == await provider.get(created["id"])

    @pytest.mark.parametrize("body", [{"name": "Neu"}, {"name": "Neu", "category": None}])
    async def test_a_contact_needs_a_category(self, provider: Provider, body: Document) -> None:
        before = copy.deepcopy(provider.simulator.records)
        answer = await provider.call("POST", "/Contact", body)
        assert answer.refusal == (422, "The field category is required.")
        assert provider.simulator.records == before

    @pytest.mark.parametrize(
        ("path", "body", "required"),
        [
            ("/ContactAddress", address(), ["contact", "country", "category"]),
            ("/CommunicationWay", way(), ["contact", "type", "value", "key"]),
            ("/AccountingContact", {"contact": ref("Contact", EXAMPLE)}, ["contact"]),
            ("/ContactCustomField", custom(), ["contact", "contactCustomFieldSetting", "value", "objectName"]),
        ],
    )
    async def test_what_a_part_needs(self, provider: Provider, path: str, body: Document, required: list[str]) -> None:
        before = copy.deepcopy(provider.simulator.records)
        for name in required:
            for sent in (without(body, name), {**body, name: None}):
                answer = await provider.call("POST", path, sent)
                assert answer.refusal == (422, f"The field {name} is required.")
        assert provider.simulator.records == before
        assert (await provider.call("POST", path, body)).status in {200, 201}
        assert touched(before, provider.simulator.records) == {EXAMPLE}

    async def test_a_part_of_nobody(self, provider: Provider) -> None:
        assert (await provider.call("POST", "/ContactAddress", address("1"))).refusal == (422, "Contact not found")

    async def test_a_lost_answer_leaves_a_part_that_a_second_try_doubles(self, provider: Provider) -> None:
        provider.sandbox.fault("sevdesk", "reset_after", on="POST /api/v1/CommunicationWay")
        with pytest.raises(aiohttp.ClientError):
            await provider.call("POST", "/CommunicationWay", way())
        assert (await provider.call("POST", "/CommunicationWay", way())).status == 201
        rows = (await provider.call("GET", f"/CommunicationWay?{of(EXAMPLE)}&type=EMAIL")).objects
        assert [row["value"] for row in rows].count("neu@ahorn.example") == 2


class TestAddresses:
    async def test_a_change_is_partial(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        place = before[EVERYTHING]["addresses"][0]
        answer = await provider.call("PUT", f"/ContactAddress/{place['id']}", {"city": "Altona", "name3": "Hof"})
        assert answer.status == 201
        assert changes(place, answer.objects) == {"city", "name3", "update"}
        after = provider.simulator.records
        assert touched(before, after) == {EVERYTHING}
        assert changes(before[EVERYTHING], after[EVERYTHING]) == {"addresses"}
        assert after[EVERYTHING]["addresses"][1:] == before[EVERYTHING]["addresses"][1:]
        assert await provider.one(f"/ContactAddress/{place['id']}") == answer.objects

    async def test_the_contact_shows_no_change_unless_told_so(self, provider: Provider) -> None:
        before = await provider.get()
        await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {"city": "Freiburg"})
        await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"main": False})
        assert (await provider.get())["update"] == before["update"]
        provider.simulator.touches_contact = True
        await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {"city": "Emmendingen"})
        assert (await provider.get())["update"] == NOW

    @pytest.mark.parametrize("name", ["street", "zip", "city", "name", "name3", "name4"])
    async def test_null_empties(self, provider: Provider, name: str) -> None:
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {name: None})
        assert answer.objects[name] is None

    async def test_null_takes_the_category_away(self, provider: Provider) -> None:
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {"category": None})
        assert "category" not in answer.objects

    @pytest.mark.parametrize("name", ["country", "contact", "name2"])
    async def test_null_is_refused(self, provider: Provider, name: str) -> None:
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {name: None})
        assert answer.refusal == (422, f"The field {name} is required.")

    async def test_a_second_name_is_emptied_by_an_empty_text(self, provider: Provider) -> None:
        place = provider.simulator.records[EVERYTHING]["addresses"][0]
        answer = await provider.call("PUT", f"/ContactAddress/{place['id']}", {"name2": ""})
        assert answer.objects["name2"] == ""

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("country", "DE", "country expected array with 'id' and 'objectName'. string given"),
            ("country", ref("StaticCountry", 9999), "StaticCountry not found"),
            ("country", ref("Country", 1), "country expected array with 'id' and 'objectName'. array given"),
            ("category", ref("Category", 3), "Category not found"),
            ("zip", 79098, "The field zip must be of type string."),
            ("contact", ref("Contact", EVERYTHING), "The field contact can not be changed."),
        ],
    )
    async def test_a_wrong_value_is_refused(self, provider: Provider, field: str, value: object, message: str) -> None:
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {field: value})
        assert answer.refusal == (422, message)

    async def test_its_own_contact_may_be_sent(self, provider: Provider) -> None:
        sent = {"contact": ref("Contact", EXAMPLE), "city": "Freiburg"}
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", sent)
        assert answer.objects["city"] == "Freiburg"

    async def test_a_region_means_nothing(self, provider: Provider) -> None:
        await provider.call("POST", "/ContactAddress", address(region="Baden", id=7))
        noted = [("POST /ContactAddress", "region"), ("POST /ContactAddress", "id")]
        assert provider.simulator.ignored == noted

    async def test_one_more_and_one_less(self, provider: Provider) -> None:
        created = (await provider.call("POST", "/ContactAddress", address(EVERYTHING))).objects
        assert len(provider.simulator.records[EVERYTHING]["addresses"]) == 6
        assert (created["category"]["id"], created["street"], created["zip"]) == ("48", "Lagerweg 3", None)
        answer = await provider.call("DELETE", f"/ContactAddress/{created['id']}")
        assert (answer.status, answer.body) == (200, {"objects": [None]})
        assert len(provider.simulator.records[EVERYTHING]["addresses"]) == 5

    async def test_those_of_one_contact(self, provider: Provider) -> None:
        assert await provider.ids(f"/ContactAddress?{of(EXAMPLE)}") == [EXAMPLE_ADDRESS]
        assert await provider.ids(f"/ContactAddress?{of(EXAMPLE_PERSON)}") == []
        everybody = await provider.ids("/ContactAddress?limit=1000")
        assert len(everybody) == sum(len(m["addresses"]) for _, m in members(provider.simulator.records)) > 15

    async def test_half_a_filter_is_refused(self, provider: Provider) -> None:
        for half in (f"contact[id]={EXAMPLE}", "contact[objectName]=Contact", of("x"), of(EXAMPLE)[:-1]):
            assert (await provider.call("GET", f"/ContactAddress?{half}")).status == 400, half

    async def test_native_fields_nobody_knows_stay(self, provider: Provider) -> None:
        place = provider.simulator.records["88120472"]["addresses"][0]
        answer = await provider.call("PUT", f"/ContactAddress/{place['id']}", {"street": "Calle Triana 14"})
        assert answer.objects["geo"] == {"lat": "28.1", "lng": "-15.4"}


class TestCommunicationWays:
    async def test_a_change_is_partial(self, provider: Provider) -> None:
        before = await provider.one(f"/CommunicationWay/{EXAMPLE_MAIL}")
        answer = await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"value": "post@ahorn.example"})
        assert answer.status == 200
        assert changes(before, answer.objects) == {"value", "update"}

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("type", "FAX", "The field type has an invalid value."),
            ("type", "email", "The field type has an invalid value."),
            ("type", None, "The field type is required."),
            ("value", None, "The field value is required."),
            ("value", " ", "The field value is required."),
            ("value", 49, "The field value must be of type string."),
            ("value", "kein Postfach", "The field value has an invalid value."),
            ("main", "1", "The field main must be of type boolean."),
            ("main", 2, "The field main must be of type boolean."),
            ("key", ref("CommunicationWayKey", 9), "CommunicationWayKey not found"),
            ("key", "Arbeit", "key expected array with 'id' and 'objectName'. string given"),
            ("contact", ref("Contact", EVERYTHING), "The field contact can not be changed."),
        ],
    )
    async def test_a_wrong_value_is_refused(self, provider: Provider, field: str, value: object, message: str) -> None:
        before = copy.deepcopy(provider.simulator.records)
        answer = await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {field: value})
        assert answer.refusal == (422, message)
        assert provider.simulator.records == before

    async def test_a_number_is_no_address_of_mail(self, provider: Provider) -> None:
        answer = await provider.call("POST", "/CommunicationWay", way(value="+49 69 90009 1"))
        assert answer.refusal == (422, "The field value has an invalid value.")
        answer = await provider.call("POST", "/CommunicationWay", way(type="PHONE", value="+49 69 90009 1"))
        assert answer.status == 201
        answer = await provider.call("PUT", f"/CommunicationWay/{answer.objects['id']}", {"type": "EMAIL"})
        assert answer.status == 422

    @pytest.mark.parametrize(("sent", "read"), [(True, "1"), (False, "0"), (1, "1"), (0, "0"), (None, "0")])
    async def test_main_is_a_flag_or_a_digit(self, provider: Provider, sent: object, read: str) -> None:
        answer = await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"main": sent})
        assert answer.objects["main"] == read

    async def test_a_label_can_be_taken_away(self, provider: Provider) -> None:
        answer = await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"key": None})
        assert "key" not in answer.objects

    async def test_a_new_main_one_leaves_the_old_one(self, provider: Provider) -> None:
        await provider.call("POST", "/CommunicationWay", way(main=True))
        ways = provider.simulator.records[EXAMPLE]["communicationWays"]
        assert [(one["type"], one["main"]) for one in ways] == [("EMAIL", "1"), ("PHONE", "1"), ("EMAIL", "1")]

    async def test_a_new_main_one_takes_the_mark_when_told_so(self, provider: Provider) -> None:
        provider.simulator.clears_old_main = True
        created = (await provider.call("POST", "/CommunicationWay", way(main=True))).objects
        ways = provider.simulator.records[EXAMPLE]["communicationWays"]
        assert [(one["type"], one["main"]) for one in ways] == [("EMAIL", "0"), ("PHONE", "1"), ("EMAIL", "1")]
        assert created["main"] == "1"
        await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"main": True})
        ways = provider.simulator.records[EXAMPLE]["communicationWays"]
        assert [one["main"] for one in ways] == ["1", "1", "0"]

    async def test_those_of_one_contact_and_kind(self, provider: Provider) -> None:
        ways = provider.simulator.records[EVERYTHING]["communicationWays"]
        assert await provider.ids(f"/CommunicationWay?{of(EVERYTHING)}") == [one["id"] for one in ways]
        mails = [one["id"] for one in ways if one["type"] == "EMAIL"]
        assert await provider.ids(f"/CommunicationWay?{of(EVERYTHING)}&type=EMAIL") == mails
        assert await provider.ids(f"/CommunicationWay?{of(EVERYTHING)}&type=EMAIL&main=1") == mails[:1]
        assert await provider.ids(f"/CommunicationWay?{of(EVERYTHING)}&type=EMAIL&main=0") == mails[1:]
        person = provider.member("88120422")["communicationWays"]
        assert await provider.ids(f"/CommunicationWay?{of('88120422')}") == [one["id"] for one in person]

    @pytest.mark.parametrize("query", ["type=FAX", "type=email", "main=true", f"contact[id]={EXAMPLE}"])
    async def test_a_wrong_filter_is_refused(self, provider: Provider, query: str) -> None:
        assert (await provider.call("GET", f"/CommunicationWay?{query}")).status == 400

    async def test_one_is_deleted(self, provider: Provider) -> None:
        assert (await provider.call("DELETE", f"/CommunicationWay/{EXAMPLE_MAIL}")).objects == [None]
        assert [one["type"] for one in provider.simulator.records[EXAMPLE]["communicationWays"]] == ["PHONE"]

    async def test_a_persons_own(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        created = (await provider.call("POST", "/CommunicationWay", way(EXAMPLE_PERSON))).objects
        assert touched(before, provider.simulator.records) == {EXAMPLE}
        assert changes(before[EXAMPLE], provider.simulator.records[EXAMPLE]) == {"persons"}
        assert provider.member(EXAMPLE_PERSON)["communicationWays"][-1] == created


class TestAccountingContacts:
    async def test_it_is_read_and_changed(self, provider: Provider) -> None:
        found = (await provider.call("GET", f"/AccountingContact?{of(EVERYTHING)}")).objects
        assert [(one["debitorNumber"], one["creditorNumber"]) for one in found] == [("10050", "70050")]
        path = f"/AccountingContact/{found[0]['id']}"
        answer = await provider.call("PUT", path, {"debitorNumber": 10051})
        assert answer.status == 200
        assert changes(found[0], answer.objects) == {"debitorNumber", "update"}
        assert answer.objects["debitorNumber"] == "10051"
        assert (await provider.call("PUT", path, {"creditorNumber": None})).objects["creditorNumber"] is None
        assert (await provider.call("PUT", path, {"debitorNumber": "10051"})).status == 422

    async def test_it_is_created_and_deleted(self, provider: Provider) -> None:
        assert await provider.ids(f"/AccountingContact?{of(EXAMPLE)}") == []
        body = {"contact": ref("Contact", EXAMPLE), "debitorNumber": 10042}
        answer = await provider.call("POST", "/AccountingContact", body)
        assert (answer.status, answer.objects["debitorNumber"], answer.objects["creditorNumber"]) == (
            201,
            "10042",
            None,
        )
        assert provider.simulator.records[EXAMPLE]["accountingContacts"] == [answer.objects]
        assert (await provider.call("DELETE", f"/AccountingContact/{answer.objects['id']}")).status == 200
        assert provider.simulator.records[EXAMPLE]["accountingContacts"] == []


class TestCustomFields:
    async def test_a_setting_is_shown_whole(self, provider: Provider) -> None:
        stored = provider.simulator.records[EVERYTHING]["customFields"][0]
        shown = await provider.one(f"/ContactCustomField/{stored['id']}")
        assert (shown["value"], shown["contactCustomFieldSetting"]["name"]) == ("Frau Voß", "Kundenbetreuung")

    async def test_the_list_has_no_filter(self, provider: Provider) -> None:
        owners = [
            row["contact"]["id"] for row in (await provider.call("GET", f"/ContactCustomField?{of(EXAMPLE)}")).objects
        ]
        assert set(owners) == {EVERYTHING, EVERYTHING_PERSON}
        names = ["contact[id]", "contact[objectName]"]
        assert provider.simulator.ignored == [("GET /ContactCustomField", name) for name in names]

    async def test_it_is_created_changed_and_deleted(self, provider: Provider) -> None:
        answer = await provider.call("POST", "/ContactCustomField", custom())
        assert (answer.status, answer.objects["contactCustomFieldSetting"]["name"]) == (200, "Rahmenvertrag")
        path = f"/ContactCustomField/{answer.objects['id']}"
        assert (await provider.call("PUT", path, {"value": "R-10"})).objects["value"] == "R-10"
        assert provider.simulator.records[EXAMPLE]["customFields"][0]["value"] == "R-10"
        assert (await provider.call("DELETE", path)).status == 200
        assert provider.simulator.records[EXAMPLE]["customFields"] == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"value": 5},
            {"objectName": "CustomField"},
            {"contactCustomFieldSetting": ref("ContactCustomFieldSetting", 1)},
            {"contactCustomFieldSetting": ref("Setting", 5102)},
        ],
    )
    async def test_a_wrong_value_is_refused(self, provider: Provider, wrong: Document) -> None:
        assert (await provider.call("POST", "/ContactCustomField", custom(**wrong))).status == 422

    async def test_the_setting_stays(self, provider: Provider) -> None:
        path = f"/ContactCustomField/{provider.simulator.records[EVERYTHING]['customFields'][0]['id']}"
        other, same = ref("contactCustomFieldSetting", 5102), ref("contactCustomFieldSetting", 5101)
        assert (await provider.call("PUT", path, {"contactCustomFieldSetting": other})).status == 422
        assert (await provider.call("PUT", path, {"contactCustomFieldSetting": same})).status == 200


class TestLists:
    async def test_persons_are_missing_without_depth(self, provider: Provider) -> None:
        everybody = [
            (member["contact"]["id"], member["contact"]["name"]) for _, member in members(provider.simulator.records)
        ]
        organisations = [contact_id for contact_id, name in everybody if name]
        assert await provider.ids("/Contact?limit=1000&depth=1") == [contact_id for contact_id, _ in everybody]
        for query in ("limit=1000", "limit=1000&depth=0"):
            assert await provider.ids(f"/Contact?{query}") == organisations
        assert (await provider.call("GET", "/Contact?depth=2")).status == 400

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("customerNumber=1042", [EXAMPLE]),
            ("customerNumber=104", []),
            ("customerNumber=1081", ["88120465", "88120466"]),
            ("customerNumber=1043", []),
            ("customerNumber=1043&depth=1", [EXAMPLE_PERSON]),
            ("name=werkstatt", [EXAMPLE]),
            ("name=Ahorn&depth=1", [EXAMPLE, EXAMPLE_PERSON]),
            ("name=Jonas&depth=1", [EXAMPLE_PERSON]),
            ("name=Jonas", []),
            ("name=Jonas%20Ahorn&depth=1", []),
            ("city=hamburg&depth=1", [EVERYTHING, "88120451"]),
            ("city=Hamb", []),
            ("zip=79104", [EXAMPLE, BRANCHES]),
            ("zip=79104&city=Freiburg", [BRANCHES]),
            ("category[id]=2&category[objectName]=Category", ["88120436"]),
            ("tags[0][id]=7&tags[0][objectName]=Tag", [EVERYTHING]),
            ("tags[0][id]=7&tags[0][objectName]=Tag&tags[1][id]=8&tags[1][objectName]=Tag", []),
            (f"country[id]={country_id('AT')}&country[objectName]=StaticCountry", ["88120432"]),
            (f"country[id]={country_id('GB', 'England')}&country[objectName]=StaticCountry", []),
            (f"country[id]={country_id('GB', 'United Kingdom')}&country[objectName]=StaticCountry", ["88120443"]),
            (f"parent[id]={BRANCH}&parent[objectName]=Contact&depth=1", [BRANCH_PERSON]),
        ],
    )
    async def test_filters(self, provider: Provider, query: str, found: list[str]) -> None:
        assert await provider.ids(f"/Contact?{query}") == found
        assert provider.simulator.ignored == []

    @pytest.mark.parametrize(
        "query",
        [
            "category[id]=3",
            "category[id]=3&category[objectName]=Contact",
            "parent[id]=x&parent[objectName]=Contact",
            "country[objectName]=StaticCountry",
            "orderByCustomerNumber=asc",
            "updateAfter=2025-01-01",
            "countAll=yes",
        ],
    )
    async def test_a_wrong_filter_is_refused(self, provider: Provider, query: str) -> None:
        assert (await provider.call("GET", f"/Contact?{query}")).status == 400

    async def test_a_parameter_without_a_meaning_finds_everything(self, provider: Provider) -> None:
        everything = await provider.ids("/Contact")
        assert await provider.ids("/Contact?email=info@ahorn.example&vatNumber=DE1") == everything
        assert provider.simulator.ignored == [("GET /Contact", "email"), ("GET /Contact", "vatNumber")]

    async def test_changes_since_a_moment(self, provider: Provider, clock: Any) -> None:
        await provider.put("88120443", vatNumber="GB1")
        now = int(clock.now)
        assert await provider.ids(f"/Contact?updateAfter={now - 1}") == ["88120443"]
        assert await provider.ids(f"/Contact?updateAfter={now}") == []
        assert "88120443" not in await provider.ids(f"/Contact?updateBefore={now}&limit=1000")
        assert await provider.ids(f"/Contact?createAfter={now - 1}") == []
        assert "88120443" in await provider.ids(f"/Contact?createBefore={now}&limit=1000")

    async def test_order_by_number(self, provider: Provider) -> None:
        def numbers(answer: Answer) -> list[str | None]:
            return [row["customerNumber"] for row in answer.objects]

        up = numbers(await provider.call("GET", "/Contact?orderByCustomerNumber=ASC&depth=1&limit=1000"))
        down = numbers(await provider.call("GET", "/Contact?orderByCustomerNumber=DESC&depth=1&limit=1000"))
        whole = [int(number) for number in up if number and number.isdigit()]
        assert whole == sorted(whole)
        assert up[-1] == "L-77" == down[0]

    async def test_pages(self, provider: Provider) -> None:
        rows = await provider.ids("/Contact?limit=1000&depth=1")
        assert len(rows) > 35
        parts = [await provider.ids(f"/Contact?depth=1&limit=10&offset={offset}") for offset in range(0, 60, 10)]
        assert [len(part) for part in parts] == [10, 10, 10, len(rows) - 30, 0, 0]
        assert [row for part in parts for row in part] == rows
        page = (await provider.call("GET", "/Contact?depth=1&limit=10&countAll=true")).body
        assert (page["total"], len(page["objects"])) == (str(len(rows)), 10)
        assert "total" not in (await provider.call("GET", "/Contact?depth=1&countAll=false")).body

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=", "offset=-1", "offset=x"]
    )
    @pytest.mark.parametrize("path", ["/Contact", "/ContactAddress", "/CommunicationWay", "/StaticCountry", "/SevUser"])
    async def test_a_page_has_bounds(self, provider: Provider, path: str, query: str) -> None:
        assert (await provider.call("GET", f"{path}?{query}")).status == 400

    async def test_a_page_has_a_hundred_rows_by_default(self, provider: Provider) -> None:
        for _ in range(80):
            await provider.call("POST", "/CommunicationWay", way())
        assert len(await provider.ids("/CommunicationWay")) == 100
        assert len(await provider.ids("/CommunicationWay?limit=1000")) > 100

    async def test_references_can_be_shown_whole(self, provider: Provider) -> None:
        person = await provider.one(f"/Contact/{EXAMPLE_PERSON}?embed=category,parent,parent.category,nothing")
        assert person["category"]["name"] == "Kunde"
        assert person["parent"]["name"] == "Ahorn Werkstatt"
        assert person["parent"]["category"]["name"] == "Kunde"
        assert (await provider.get(EXAMPLE_PERSON))["parent"] == {"id": EXAMPLE, "objectName": "Contact"}
        row = (await provider.call("GET", f"/ContactAddress?{of(EXAMPLE)}&embed=country,contact")).objects[0]
        assert (row["country"]["code"], row["contact"]["customerNumber"]) == ("de", "1042")
        assert set(row["category"]) == {"id", "objectName"}


class TestRegisters:
    async def test_the_default_page_hides_countries(self, provider: Provider) -> None:
        few = (await provider.call("GET", "/StaticCountry")).objects
        every = (await provider.call("GET", "/StaticCountry?limit=1000")).objects
        assert len(few) == 100
        assert len(every) > 240
        assert [row["code"] for row in every[:3]] == ["de", "ch", "at"]
        assert [row["id"] for row in every[:3]] == ["1", "2", "3"]
        assert "gb" not in [row["code"] for row in few[:60]]
        assert "us" not in [row["code"] for row in few]

    async def test_codes_are_in_lower_case(self, provider: Provider) -> None:
        assert [row["name"] for row in (await provider.call("GET", "/StaticCountry?code=at")).objects] == ["Österreich"]
        assert (await provider.call("GET", "/StaticCountry?code=AT")).objects == []

    async def test_great_britain_stands_there_three_times(self, provider: Provider) -> None:
        rows = (await provider.call("GET", "/StaticCountry?code=gb")).objects
        assert [row["name"] for row in rows] == ["England", "Great Britain", "United Kingdom"]
        assert len({row["id"] for row in rows}) == 3

    async def test_categories(self, provider: Provider) -> None:
        assert await provider.ids("/Category?objectType=ContactAddress") == ["43", "44", "45", "47", "48"]
        assert await provider.ids("/Category?objectType=Contact") == ["2", "3", "4", "28", "31847"]
        assert len(await provider.ids("/Category")) == 10

    async def test_labels_of_communication_ways(self, provider: Provider) -> None:
        rows = (await provider.call("GET", "/CommunicationWayKey")).objects
        words = ["Privat", "Arbeit", "Fax", "Mobil", " ", "Autobox", "Newsletter", "Rechnungsadresse"]
        assert [(row["id"], row["name"]) for row in rows] == [(str(id), word) for id, word in enumerate(words, 1)]
        assert rows[1]["translationCode"] == "COMM_WAY_KEY_WORK"

    async def test_the_rest(self, provider: Provider) -> None:
        assert (await provider.call("GET", "/Tools/bookkeepingSystemVersion")).body == {"objects": {"version": "2.0"}}
        assert [row["fullname"] for row in (await provider.call("GET", "/SevUser?limit=1")).objects] == ["Henrike Voß"]
        settings = (await provider.call("GET", "/ContactCustomFieldSetting")).objects
        assert [row["name"] for row in settings] == ["Kundenbetreuung", "Rahmenvertrag"]
        tabs = (await provider.call("GET", f"/Contact/{EVERYTHING}/getTabsItemCount")).objects
        assert (tabs["invoices"], tabs["persons"], tabs["parts"]) == (12, 2, "0")


class TestFaults:
    async def test_somebody_else_edits_the_record_that_is_written(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        provider.sandbox.fault("sevdesk", "stale_version")
        answer = await provider.put(vatNumber="DE1")
        assert answer.status == 200, "nothing but the content tells"
        assert answer.objects["description"] == "Rückruf vereinbart (1)"
        assert touched(before, provider.simulator.records) == {EXAMPLE}

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PUT", "/Contact/88120422", {"titel": "x"}),
            ("POST", "/Contact", {"parent": ref("Contact", EVERYTHING), "category": ref("Category", 3)}),
            ("POST", "/ContactAddress", address(EVERYTHING)),
            ("POST", "/CommunicationWay", way("88120422")),
            ("PUT", "/AccountingContact/72042100", {"debitorNumber": 1}),
            ("DELETE", "/ContactCustomField/82042100", None),
        ],
    )
    async def test_whatever_part_of_it_is_written(
        self, provider: Provider, method: str, path: str, body: Document | None
    ) -> None:
        before = copy.deepcopy(provider.simulator.records)
        provider.sandbox.fault("sevdesk", "stale_version")
        assert (await provider.call(method, path, body)).status in {200, 201}
        assert touched(before, provider.simulator.records) == {EVERYTHING}
        assert provider.simulator.records[EVERYTHING]["contact"]["description"] == "Rückruf vereinbart (1)"

    def test_the_record_of_a_write_is_known(self) -> None:
        simulator = SevdeskSimulator()
        assert simulator.written_id("PUT", "/api/v1/Contact/88120417", {}) == EXAMPLE
        assert simulator.written_id("PUT", f"/api/v1/Contact/{BRANCH_PERSON}", {}) == BRANCHES
        assert simulator.written_id("PUT", f"/api/v1/ContactAddress/{EXAMPLE_ADDRESS}", None) == EXAMPLE
        bodies: list[Any] = [None, "text", [], {}, {"contact": 5}, {"contact": {"id": "no"}}]
        for body in bodies:
            assert simulator.written_id("POST", "/api/v1/ContactAddress", body) is None
        for path in ("/api/v1/Contact/1", "/api/v1/Invoice/88120417", "/api/v1/StaticCountry", "/x"):
            assert simulator.written_id("PUT", path, {}) is None

    async def test_a_touch_shows_also_when_the_clock_stands(self, provider: Provider) -> None:
        for contact_id in (EXAMPLE, EXAMPLE_PERSON, "88120463"):
            await provider.put(contact_id, description="eben")
            before = await provider.get(contact_id)
            provider.simulator.touch(contact_id)
            after = await provider.get(contact_id)
            assert changes(before, after) == {"description", "update"}
        provider.simulator.touch("1")

    async def test_fields_can_be_ignored_and_cut(self, provider: Provider) -> None:
        provider.sandbox.fault("sevdesk", "ignore_field:contact.vatNumber", on="PUT /api/v1/Contact")
        provider.sandbox.fault("sevdesk", "truncate_field:contact.name:4", on="PUT /api/v1/Contact")
        after = (await provider.put(vatNumber="DE1", name="Werkstatt", taxNumber="7")).objects
        assert (after["vatNumber"], after["name"], after["taxNumber"]) == ("DE987654320", "Werk", "7")
        assert after == await provider.get()

    async def test_fields_of_parts_can_be_ignored_and_cut(self, provider: Provider) -> None:
        provider.sandbox.fault("sevdesk", "truncate_field:addresses.0.city:3")
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {"city": "Freiburg", "zip": "79098"})
        assert (answer.objects["city"], answer.objects["zip"]) == ("Fre", "79098")
        provider.sandbox.fault("sevdesk", "ignore_field:persons.0.contact.titel")
        assert (await provider.put(EXAMPLE_PERSON, titel="Chef", gender="w")).objects["titel"] is None
        provider.sandbox.fault("sevdesk", "ignore_field:communicationWays.2")
        answer = await provider.call("POST", "/CommunicationWay", way())
        assert answer.status == 201, "said to be created, and not there"
        assert len(provider.simulator.records[EXAMPLE]["communicationWays"]) == 2

    async def test_a_dead_token_in_the_middle(self, provider: Provider) -> None:
        provider.sandbox.fault("sevdesk", "expired_token", on="PUT /api/v1/ContactAddress")
        assert (await provider.put(vatNumber="DE1")).status == 200
        answer = await provider.call("PUT", f"/ContactAddress/{EXAMPLE_ADDRESS}", {"city": "Freiburg"})
        assert answer.status == 401
        assert provider.simulator.records[EXAMPLE]["addresses"][0]["city"] == "Emmendingen"

    async def test_a_record_put_in_by_a_test_is_served(self, provider: Provider) -> None:
        record = copy.deepcopy(provider.simulator.records[EXAMPLE])
        record["contact"]["name"] = "Von Hand"
        url = f"http://{provider.sandbox.host}:{provider.sandbox.port}/_control/sevdesk/records/{EXAMPLE}"
        async with provider.session.put(url, json=record) as answer:
            assert answer.status == 200
        assert (await provider.get())["name"] == "Von Hand"
        assert (await provider.call("PUT", f"/CommunicationWay/{EXAMPLE_MAIL}", {"main": False})).status == 200


@pytest.fixture(scope="module")
def contract() -> Document:
    """The vendor's file, with the three ids that it calls numbers and that were recorded as text set right."""
    if not CONTRACT.exists():
        pytest.skip("the OpenAPI document of sevdesk is not in ../shared/contracts")
    loaded: Document = json.loads(CONTRACT.read_text())
    schemas = loaded["components"]["schemas"]
    place = schemas["Model_ContactAddressResponse"]["properties"]
    place["id"]["type"] = "string"
    for name in ("contact", "country", "category", "sevClient"):
        place[name]["properties"]["id"]["type"] = "string"
    schemas["Model_ContactResponse"]["properties"]["sevClient"]["properties"]["id"]["type"] = "string"
    return loaded


def _problems(contract: Document, schema: str, document: object) -> list[str]:
    """What the contract says against a document; it knows no null in what is read, though recordings are full of it."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
    validator = OAS30Validator(whole)
    return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(document)]


def _without_null(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}


async def test_answers_keep_to_the_contract(provider: Provider, contract: Document) -> None:
    seen = 0
    for path, schema in [
        ("/Contact?depth=1&limit=1000", "Model_ContactResponse"),
        ("/ContactAddress?limit=1000", "Model_ContactAddressResponse"),
        ("/CommunicationWay?limit=1000", "Model_CommunicationWayResponse"),
        ("/AccountingContact", "Model_AccountingContactResponse"),
        ("/ContactCustomField", "Model_ContactCustomFieldResponse"),
        ("/ContactCustomFieldSetting", "Model_ContactCustomFieldSettingResponse"),
    ]:
        for row in (await provider.call("GET", path)).objects:
            assert _problems(contract, schema, _without_null(row)) == [], row
            assert set(contract["components"]["schemas"][schema]["properties"]) - set(row) <= {
                "parent",
                "category",
                "key",
            }
            seen += 1
    assert seen > 80
    written = (await provider.put(**ACCEPTED)).objects
    assert _problems(contract, "Model_ContactResponse", _without_null(written)) == []
    assert _problems(contract, "validationError", (await provider.put(status=5)).body) == []


def test_the_contract_is_able_to_find_fault(contract: Document) -> None:
    assert _problems(contract, "Model_ContactResponse", {"name": 5})
    assert _problems(contract, "Model_ContactUpdate", {"status": "1000"})


def test_what_the_tests_send_keeps_to_the_contract(contract: Document) -> None:
    assert _problems(contract, "Model_ContactUpdate", {**ACCEPTED, **ACCEPTED_OF_PERSONS}) == []
    assert _problems(contract, "Model_ContactAddress", address()) == []
    assert _problems(contract, "Model_CommunicationWay", way(main=True)) == []
    assert _problems(contract, "Model_ContactCustomField", custom()) == []


TYPES = {"text": "string", "date": "string", "whole": "integer", "number": "number", "flag": "boolean"}


@pytest.mark.parametrize("resource", [CONTACT, *PARTS], ids=lambda resource: resource.model)
def test_fields_and_types_are_those_of_the_contract(contract: Document, resource: Resource) -> None:
    stated = contract["components"]["schemas"][f"Model_{resource.model}Update"]["properties"]
    assert set(resource.fields) == set(stated)
    for name, rule in resource.fields.items():
        assert TYPES.get(rule.kind, "object") == stated[name]["type"], name
        if rule.models:
            assert set(stated[name]["required"]) == {"id", "objectName"}
        # What is stricter than the contract: nobody is moved, and no address is without a country.
        elif resource is not CUSTOM_FIELD:
            assert rule.null == stated[name].get("nullable", False), name
    needed = set(contract["components"]["schemas"][f"Model_{resource.model}"].get("required", []))
    more = {"contact"} if resource is COMMUNICATION_WAY else set()
    assert {name for name, rule in resource.fields.items() if rule.required} == needed | more


@pytest.mark.parametrize("resource", [CONTACT, *PARTS], ids=lambda resource: resource.model)
def test_statuses_are_those_of_the_contract(contract: Document, resource: Resource) -> None:
    create, change = contract["paths"][f"/{resource.model}"]["post"], None
    for path, operations in contract["paths"].items():
        if path.startswith(f"/{resource.model}/{{") and path.endswith("}"):
            change = operations["put"]
    assert change is not None
    assert [int(s) for s in create["responses"] if s.startswith("2")] == [resource.created]
    assert [int(s) for s in change["responses"] if s.startswith("2")] == [resource.updated]
    assert ADDRESS.updated == 201
    assert ACCOUNTING_CONTACT.filters == {"contact"}
