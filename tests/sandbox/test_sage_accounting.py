"""The Sage Accounting simulator over real HTTP, rule by rule."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession
from jsonschema import Draft4Validator

from gql_gateway.sandbox.sage_accounting import SageAccountingSimulator, members
from gql_gateway.sandbox.sage_accounting.businesses import (
    CANADIAN_MICRO,
    CANADIAN_PLUS,
    CANADIAN_STANDARD,
    DEMO,
    ENDED,
    HOME,
    IRISH_STANDARD,
    IRISH_START,
    LEAD,
    SPANISH,
    TIERS,
)
from gql_gateway.sandbox.sage_accounting.contact import addresses_of, persons_of
from gql_gateway.sandbox.sage_accounting.members import ADDRESS, CONTACT, NESTED, PERSON, Member
from gql_gateway.sandbox.sage_accounting.parts import NEEDED_ADDRESS, NEEDED_PERSON
from gql_gateway.sandbox.sage_accounting.writing import Readings
from gql_gateway.sandbox.server import Sandbox
from gql_gateway.sandbox.simulator import Document
from tests.contracts.folder import load
from tests.sandbox.conftest import Clock

FIRST = "6f1e2d3c4b5a69788796a5b4c3d2e1f0"
NOBODY = "ffffffffffffffffffffffffffffffff"
STUB = {"id", "displayed_as", "$path"}


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        assert self.content_type == "application/json", (self.status, self.body)
        return json.loads(self.body)

    @property
    def one(self) -> Document:
        assert self.status in {200, 201}, self.body
        found: Document = self.json
        return found

    @property
    def items(self) -> list[Document]:
        found: list[Document] = self.one["$items"]
        return found

    @property
    def names(self) -> list[str]:
        return [item["displayed_as"] for item in self.items]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Code and source of each problem; the shape of an error is fixed."""
        found = self.json
        assert isinstance(found, list)
        assert all(set(each) == {"$severity", "$dataCode", "$message", "$source"} for each in found)
        assert {each["$severity"] for each in found} == {"error"}
        return [(each["$dataCode"], each["$source"]) for each in found]

    @property
    def sources(self) -> list[str]:
        """Where a body is wrong."""
        assert self.status == 422, self.body
        assert {code for code, _ in self.problems} == {"RecordInvalid"}
        return [source for _, source in self.problems]

    @property
    def words(self) -> list[str]:
        return [each["$message"] for each in self.json]


@dataclass
class Caller:
    """Calls the simulator as the sandbox connection does, unless told otherwise."""

    simulator: SageAccountingSimulator
    sandbox: Sandbox
    session: ClientSession
    business: str | None = HOME
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """`headers` stand beside those of the caller, `_` standing for `-`."""
        token = self.simulator.credentials()["access_token"]
        sent = {"Authorization": f"Bearer {token}", "Accept": "application/json", **self.headers}
        if self.business is not None:
            sent["X-Business"] = self.business
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        url = self.sandbox.url("sage_accounting") + "/v3.1" + path
        async with self.session.request(method, url, data=data, headers=sent) as response:
            return Answer(response.status, response.headers, response.content_type, await response.read())

    def at(self, business: str | None) -> Caller:
        return replace(self, business=business)

    async def get(self, path: str, **query: str) -> Answer:
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return await self.call("GET", f"{path}?{asked}" if asked else path)

    async def contact(self, native_id: str = FIRST, **query: str) -> Document:
        return (await self.get(f"/contacts/{native_id}", **{"nested_attributes": "all", **query})).one

    async def put(self, native_id: str = FIRST, **values: Any) -> Answer:
        return await self.call("PUT", f"/contacts/{native_id}", {"contact": values})

    async def change(self, native_id: str = FIRST, **values: Any) -> Answer:
        """A PUT with the name as it is."""
        name = self.simulator.contacts_of(self.business or LEAD)[native_id]["name"]
        return await self.put(native_id, **{"name": name, **values})

    async def token(self, path: str = "/token", **form: str) -> Answer:
        async with self.session.post(self.sandbox.url("sage_accounting") + path, data=form) as response:
            return Answer(response.status, response.headers, response.content_type, await response.read())

    async def refresh(self, **changes: str) -> Answer:
        known = self.simulator.credentials()
        names = ("refresh_token", "client_id", "client_secret")
        form = {"grant_type": "refresh_token", **{name: known[name] for name in names}, **changes}
        return await self.token(**form)

    def named(self, name: str, business: str = HOME) -> str:
        """The id of the contact whose name starts so."""
        contacts = self.simulator.contacts_of(business)
        return next(native_id for native_id, record in contacts.items() if record["name"].startswith(name))

    def record(self, native_id: str = FIRST, business: str = HOME) -> Document:
        return deepcopy(self.simulator.contacts_of(business)[native_id])


@pytest.fixture
async def sage(clock: Clock, session: ClientSession) -> AsyncIterator[Caller]:
    simulator = SageAccountingSimulator(clock)
    async with Sandbox([simulator]) as sandbox:
        yield Caller(simulator, sandbox, session)


def read(caller: Caller, **readings: bool) -> None:
    """Take the other side of what is unverified."""
    caller.simulator.readings = Readings(**readings)


RICH = "Tyne Valley Dairy"
"""Everything is set here."""


class TestTokens:
    async def test_an_answer_has_the_members_of_the_documents(self, sage: Caller) -> None:
        old = dict(sage.simulator.credentials())
        answer = await sage.refresh()
        newest = sage.simulator.credentials()
        assert answer.one == {
            "access_token": newest["access_token"],
            "refresh_token": newest["refresh_token"],
            "scope": "full_access",
            "token_type": "bearer",
            "expires_in": 300,
            "refresh_token_expires_in": 2_678_400,
            "requested_by_id": answer.one["requested_by_id"],
        }
        assert newest["access_token"] != old["access_token"]
        assert len(newest["access_token"]) <= 2048
        assert re.fullmatch("[0-9a-f]{32}", answer.one["requested_by_id"])

    async def test_a_refresh_token_works_once(self, sage: Caller) -> None:
        old = sage.simulator.credentials()["refresh_token"]
        assert (await sage.refresh()).status == 200
        again = await sage.refresh(refresh_token=old)
        assert (again.status, again.json["error"]) == (400, "invalid_grant")
        assert (await sage.refresh()).status == 200, "the newer one lives on"

    async def test_a_refresh_token_lives_31_days(self, sage: Caller, clock: Clock) -> None:
        clock.now += 31 * 24 * 3600 - 1
        assert (await sage.refresh()).status == 200
        clock.now += 31 * 24 * 3600
        assert (await sage.refresh()).json["error"] == "invalid_grant"

    async def test_an_access_token_lives_five_minutes(self, sage: Caller, clock: Clock) -> None:
        clock.now += 299
        assert (await sage.get("/businesses")).status == 200
        clock.now += 1
        answer = await sage.get("/businesses")
        assert (answer.status, answer.problems) == (401, [("AuthorizationFailure", "")])
        assert "subscription" not in answer.words[0]
        await sage.refresh()
        assert (await sage.get("/businesses")).status == 200

    async def test_an_older_access_token_lives_on_after_a_refresh(self, sage: Caller) -> None:
        old = sage.simulator.credentials()["access_token"]
        await sage.refresh()
        assert (await sage.call("GET", "/businesses", Authorization=f"Bearer {old}")).status == 200

    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nobody", "Basic {}", "{}"])
    async def test_no_good_token_is_401(self, sage: Caller, authorization: str) -> None:
        token = sage.simulator.credentials()["access_token"]
        for path in ("/businesses", "/contacts", f"/contacts/{FIRST}", "/countries"):
            answer = await sage.call("GET", path, Authorization=authorization.format(token))
            assert (answer.status, answer.problems) == (401, [("AuthorizationFailure", "")])
            assert "X-Business" not in answer.headers

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"client_secret": "wrong"}, "invalid_client"),
            ({"client_id": "wrong"}, "invalid_client"),
            ({"grant_type": ""}, "invalid_request"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": "authorization_code", "code": "GB/x"}, "invalid_grant"),
            ({"refresh_token": "wrong"}, "invalid_grant"),
        ],
    )
    async def test_refusals_of_the_token_endpoint(self, sage: Caller, changes: dict[str, str], code: str) -> None:
        answer = await sage.refresh(**changes)
        assert (answer.status, answer.json["error"]) == (400, code)
        assert set(answer.json) == {"error", "error_description"}
        assert (await sage.refresh()).status == 200, "a refused call uses nothing up"

    async def test_credentials_stand_in_the_body_as_a_form(self, sage: Caller) -> None:
        known = sage.simulator.credentials()
        url = sage.sandbox.url("sage_accounting") + "/token"
        body = {name: known[name] for name in ("refresh_token", "client_id", "client_secret")}
        async with sage.session.post(url, json={"grant_type": "refresh_token", **body}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")
        twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token"), *body.items()]
        async with sage.session.post(url, data=twice) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")

    async def test_revoking_ends_the_refresh_token_alone(self, sage: Caller) -> None:
        known = sage.simulator.credentials()
        form = {name: known[name] for name in ("client_id", "client_secret")}
        assert (await sage.token("/revoke", **form)).json["error"] == "invalid_request"
        assert (await sage.token("/revoke", token="x")).json["error"] == "invalid_client"
        answer = await sage.token("/revoke", token=known["refresh_token"], **form)
        assert (answer.status, answer.json) == (200, {"success": "ok"})
        assert (await sage.refresh()).json["error"] == "invalid_grant"
        assert (await sage.get("/businesses")).status == 200

    async def test_expire_tokens_leaves_the_refresh_token(self, sage: Caller) -> None:
        sage.simulator.expire_tokens()
        assert (await sage.get("/businesses")).status == 401
        assert (await sage.refresh()).status == 200

    async def test_a_token_that_may_only_read(self, sage: Caller) -> None:
        sage.simulator.scope = "readonly"
        assert (await sage.refresh()).one["scope"] == "readonly"
        assert (await sage.get(f"/contacts/{FIRST}")).status == 200
        answer = await sage.change(notes="x")
        assert (answer.status, answer.problems) == (403, [("MultiUserAccessDenied", "")])
        assert sage.record()["notes"] is None

    async def test_the_consent_withdrawn(self, sage: Caller) -> None:
        sage.simulator.identity.end()
        assert (await sage.refresh()).json["error"] == "invalid_grant"

    def test_tokens_are_the_same_at_every_start(self) -> None:
        assert SageAccountingSimulator().credentials() == SageAccountingSimulator().credentials()


class TestBusinesses:
    async def test_a_list_of_stubs_on_one_page(self, sage: Caller) -> None:
        answer = await sage.at(None).get("/businesses")
        page = answer.one
        assert {name: page[name] for name in page if name != "$items"} == {
            "$total": 10,
            "$page": 1,
            "$next": None,
            "$back": None,
            "$items_per_page": 2_147_483_647,
        }
        assert all(set(item) == STUB for item in page["$items"])
        assert len({item["id"] for item in page["$items"]}) == 10
        assert all(re.fullmatch("[0-9a-f]{32}", item["id"]) for item in page["$items"])

    async def test_no_answer_names_a_business(self, sage: Caller) -> None:
        for path in ("/businesses", "/businesses/lead", f"/businesses/{HOME}"):
            answer = await sage.get(path)
            assert answer.status == 200
            assert "X-Business" not in answer.headers
            assert answer.headers["x_request_id"]
        assert sage.simulator.without_header == []

    async def test_a_whole_business(self, sage: Caller) -> None:
        business = (await sage.at(None).get(f"/businesses/{HOME}")).one
        assert business["name"] == business["displayed_as"] == "Severn Bank Trading Ltd"
        assert business["country"] == {"id": "GB", "displayed_as": "United Kingdom (GB)", "$path": "/countries/GB"}
        assert (business["is_demo"], business["ni_based"]) == (False, False)
        assert [(s["id"], s["active"], s["status"]) for s in business["subscriptions"]] == [
            ("START", False, "cancelled"),
            ("ACCOUNTING", True, "paying"),
        ]
        assert {"address_line_1", "address_line_2", "city", "region", "postal_code", "telephone", "mobile"} < set(
            business
        )
        assert (await sage.get(f"/businesses/{NOBODY}")).status == 404

    async def test_the_lead_business_is_another_one_and_may_change(self, sage: Caller) -> None:
        assert sage.simulator.company_id() == HOME != LEAD
        assert (await sage.get("/businesses/lead")).one["id"] == LEAD
        sage.simulator.lead = CANADIAN_PLUS
        assert (await sage.get("/businesses/lead")).one["id"] == CANADIAN_PLUS
        assert (await sage.at(None).get("/contacts")).headers["X-Business"] == CANADIAN_PLUS
        sage.simulator.reset()
        assert (await sage.get("/businesses/lead")).one["id"] == LEAD

    @pytest.mark.parametrize(
        ("business", "country", "tier"),
        [
            (LEAD, "GB", "ACCOUNTING_10"),
            (HOME, "GB", "ACCOUNTING"),
            (IRISH_START, "IE", "START"),
            (IRISH_STANDARD, "IE", "ACCOUNTS"),
            (CANADIAN_PLUS, "CA", "ACCOUNTING"),
            (CANADIAN_MICRO, "CA", "MICRO"),
            (CANADIAN_STANDARD, "CA", "ACCOUNTS"),
            (SPANISH, "ES", "ACCOUNTING"),
            (ENDED, "GB", None),
            (DEMO, "GB", "ACCOUNTING"),
        ],
    )
    async def test_countries_and_tiers(self, sage: Caller, business: str, country: str, tier: str | None) -> None:
        found = (await sage.get(f"/businesses/{business}")).one
        running = [each["id"] for each in found["subscriptions"] if each["active"] and each["id"] in TIERS]
        assert (found["country"]["id"], running) == (country, [tier] if tier else [])
        assert found["is_demo"] == (business == DEMO)
        assert (await sage.at(business).get("/contacts")).status == (200 if tier else 401)

    async def test_an_ended_subscription_is_401_with_words_of_its_own(self, sage: Caller) -> None:
        business = (await sage.get(f"/businesses/{ENDED}")).one
        assert any(each["active"] for each in business["subscriptions"]), "to something else"
        for path in ("/contacts", "/countries", "/addresses"):
            answer = await sage.at(ENDED).get(path)
            assert (answer.status, answer.problems) == (401, [("AuthorizationFailure", "")])
            assert answer.words == ["No active subscription. (MSE)"]
        assert (await sage.get("/contacts")).status == 200


class TestTheHeader:
    async def test_each_answer_says_which_business_it_was(self, sage: Caller) -> None:
        for business in (HOME, IRISH_START, CANADIAN_PLUS):
            for path in ("/contacts", "/countries", f"/contacts/{NOBODY}"):
                assert (await sage.at(business).get(path)).headers["X-Business"] == business

    async def test_each_answer_has_its_own_request_id(self, sage: Caller) -> None:
        paths = ("/contacts", "/contacts", "/nowhere", f"/contacts/{NOBODY}", "/businesses")
        seen = [(await sage.get(path)).headers["x_request_id"] for path in paths]
        assert len(set(seen)) == len(paths)

    async def test_without_it_the_lead_business_is_read_and_written_in_silence(self, sage: Caller) -> None:
        nowhere = sage.at(None)
        answer = await nowhere.get("/contacts", search="PSW-77")
        assert answer.names == ["Penhallow Slate Works (PSW-77)"], "the same name and number as at home"
        [twin] = answer.items
        assert twin["id"] != sage.named("Penhallow Slate Works")
        assert answer.headers["X-Business"] == LEAD
        answer = await nowhere.change(twin["id"], notes="Wrong books")
        assert (answer.status, answer.headers["X-Business"]) == (200, LEAD)
        assert sage.record(twin["id"], LEAD)["notes"] == "Wrong books"
        assert sage.record(sage.named("Penhallow Slate Works"))["notes"] is None
        assert [each.partition(" ")[0] for each in sage.simulator.without_header] == ["GET", "PUT"]

    async def test_contacts_of_one_business_are_unknown_in_another(self, sage: Caller) -> None:
        for business in (None, LEAD, CANADIAN_PLUS):
            answer = await sage.at(business).get(f"/contacts/{FIRST}")
            assert (answer.status, answer.problems) == (404, [("RecordNotFound", "")])
            assert answer.words == ["Couldn't find record."]

    async def test_a_business_that_is_not_the_users_is_not_the_lead_one(self, sage: Caller) -> None:
        answer = await sage.at(NOBODY).get("/contacts")
        assert (answer.status, answer.problems) == (404, [("RecordNotFound", "")])
        assert "X-Business" not in answer.headers

    async def test_a_header_that_got_lost_shows_in_the_answer(self, sage: Caller) -> None:
        sage.simulator.ignores_header = True
        assert (await sage.get("/contacts")).headers["X-Business"] == LEAD


class TestRights:
    """Roles are the user's, business by business."""

    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            ("none", set()),
            ("read_only", {"GET"}),
            ("restricted", {"GET", "POST", "PUT"}),
            ("full", {"GET", "POST", "PUT", "DELETE"}),
        ],
    )
    async def test_roles(self, sage: Caller, role: Any, allowed: set[str]) -> None:
        home = sage.simulator.businesses[HOME]
        sage.simulator.businesses[HOME] = replace(home, role=role)
        address = sage.record(sage.named(RICH))["delivery_address"]["id"]
        person = sage.record(sage.named(RICH))["contact_persons"][0]["id"]
        calls = [
            ("GET", f"/contacts/{FIRST}", None),
            ("PUT", f"/contacts/{FIRST}", {"contact": {"name": "New"}}),
            ("POST", "/contacts", {"contact": {"name": "New", "contact_type_ids": ["CUSTOMER"]}}),
            ("PUT", f"/addresses/{address}", {"address": {"city": "New"}}),
            ("PUT", f"/contact_persons/{person}", {"contact_person": {"name": "New"}}),
            ("DELETE", f"/contact_persons/{person}", None),
            ("DELETE", f"/addresses/{address}", None),
            ("DELETE", f"/contacts/{FIRST}", None),
        ]
        for method, path, body in calls:
            answer = await sage.call(method, path, body)
            if method in allowed:
                assert answer.status in {200, 201, 204}, (method, path, answer.body)
            else:
                assert (answer.status, answer.problems) == (403, [("MultiUserAccessDenied", "")])
                assert answer.words == ["The current user is not allowed to access that resource with that method."]
        assert (await sage.get("/countries")).status == 200

    async def test_seeded_roles(self, sage: Caller) -> None:
        micro = sage.at(CANADIAN_MICRO)
        gallery = sage.named("Peggy's Point", CANADIAN_MICRO)
        assert (await micro.get(f"/contacts/{gallery}")).status == 200
        assert (await micro.change(gallery, notes="x")).status == 403
        irish = sage.at(IRISH_STANDARD)
        ferries = sage.named("Aran Islands", IRISH_STANDARD)
        assert (await irish.change(ferries, notes="x")).status == 200
        assert (await irish.call("DELETE", f"/contacts/{ferries}")).status == 403


class TestLimits:
    async def test_calls_of_the_app_beyond_the_limit_are_429(self, sage: Caller, clock: Clock) -> None:
        sage.simulator.rate_limit = (2, 10.0)
        assert (await sage.at(IRISH_START).get("/contacts")).status == 200
        clock.now += 4
        assert (await sage.get("/businesses")).status == 200
        answer = await sage.get("/contacts")
        assert (answer.status, answer.headers["Retry-After"]) == (429, "6")
        clock.now += 5.5
        assert (await sage.get("/contacts")).headers["Retry-After"] == "1"
        sage.simulator.sends_retry_after = False
        assert "Retry-After" not in (await sage.get("/contacts")).headers
        clock.now += 0.5
        assert (await sage.get("/contacts")).status == 200
        assert (await sage.get("/contacts")).status == 429
        sage.simulator.reset()
        assert (await sage.get("/contacts")).status == 200

    def test_the_documented_limit(self) -> None:
        assert SageAccountingSimulator().rate_limit == (1_296_000, 86_400)

    async def test_no_limit(self, sage: Caller) -> None:
        sage.simulator.rate_limit = None
        assert {(await sage.get("/businesses")).status for _ in range(5)} == {200}


class TestReading:
    async def test_a_list_shows_stubs(self, sage: Caller) -> None:
        answer = await sage.get("/contacts", contact_type_id="CUSTOMER")
        assert all(set(item) == STUB for item in answer.items)
        assert answer.items[0] == {
            "id": FIRST,
            "displayed_as": "Redcliff Joinery Ltd (RJ1042)",
            "$path": f"/contacts/{FIRST}",
        }

    async def test_a_list_shows_the_attributes_asked_for(self, sage: Caller) -> None:
        [item] = (await sage.get("/contacts", search="RJ1042", attributes="tax_number, main_address")).items
        assert set(item) == STUB | {"tax_number", "main_address"}
        assert set(item["main_address"]) == STUB
        [item] = (await sage.get("/contacts", search="RJ1042", attributes="all")).items
        assert item["name"] == "Redcliff Joinery Ltd"
        assert set(item["main_contact_person"]) == STUB
        [item] = (await sage.get("/contacts", search="RJ1042", attributes="all", nested_attributes="email,city")).items
        assert set(item["main_contact_person"]) == STUB | {"email"}
        assert set(item["main_address"]) == STUB | {"city"}
        [item] = (await sage.get("/contacts", search="RJ1042", nested_attributes="all")).items
        assert set(item) == STUB

    async def test_one_contact_is_whole_but_its_parts_are_stubs(self, sage: Caller) -> None:
        record = sage.record()
        for query in ({}, {"attributes": "all"}, {"attributes": "name"}):
            shown = (await sage.get(f"/contacts/{FIRST}", **query)).one
            assert set(shown["main_address"]) == set(shown["main_contact_person"]) == STUB
            assert shown["name"] == record["name"]
            assert set(shown["tax_treatment"]) == set(members.TAX_TREATMENT)
            assert set(shown["bank_account_details"]) == set(members.BANK_DETAILS)

    async def test_one_contact_with_all_there_is_inside(self, sage: Caller) -> None:
        shown = await sage.contact()
        assert shown["contact_types"] == [
            {"id": "CUSTOMER", "displayed_as": "Customer", "$path": "/contact_types/CUSTOMER"}
        ]
        assert shown["main_address"]["country"] == {
            "id": "GB",
            "displayed_as": "United Kingdom (GB)",
            "$path": "/countries/GB",
        }
        assert (shown["main_address"]["city"], shown["main_address"]["address_line_2"]) == ("Bristol", "")
        assert shown["main_address"]["is_main_address"] is shown["main_contact_person"]["is_main_contact"] is True
        person = shown["main_contact_person"]
        assert person["address"] == {
            "id": shown["main_address"]["id"],
            "displayed_as": "Main Address",
            "$path": f"/addresses/{shown['main_address']['id']}",
        }
        assert shown["email"] == person["email"] == "dana@redcliff-joinery.example"
        assert shown["delivery_address"] is None
        assert set(shown["main_address"]) == {*STUB, *(member.read for member in ADDRESS.values()), "is_main_address"}
        assert set(person) == {*STUB, *(member.read for member in PERSON.values()), "is_main_contact", "address"}
        assert not {"addresses", "contact_persons"} & set(shown), "further parts are elsewhere"

    async def test_what_is_shown_on_request_only(self, sage: Caller) -> None:
        kept = sage.named("Ó Briain")
        flag = "has_unfinished_recurring_invoices"
        assert "balance" not in await sage.contact(kept)
        assert (await sage.contact(kept, show_balance="true"))["balance"] == "1480.5"
        assert flag in await sage.contact(kept)
        assert flag not in await sage.contact(kept, show_unfinished_recurring_invoices_status="false")
        [item] = (await sage.get("/contacts", search="OBRIAIN", attributes="all")).items
        assert flag not in item
        assert "balance" not in item

    async def test_numbers_are_text_or_not(self, sage: Caller) -> None:
        assert (await sage.contact())["credit_limit"] == "1000.0"
        sage.simulator.numbers_as_text = False
        assert (await sage.contact(show_balance="true"))["credit_limit"] == 1000.0
        assert (await sage.contact(show_balance="true"))["balance"] == 0.0
        assert (await sage.change(credit_limit=12.5)).one["credit_limit"] == 12.5
        assert sage.record()["credit_limit"] == "12.5"

    async def test_unknown_parameters_are_passed_by(self, sage: Caller) -> None:
        assert (await sage.get("/contacts", reference="RJ1042")).one["$total"] > 20
        await sage.get(f"/contacts/{FIRST}", page="2")
        await sage.get("/addresses", country_id="GB")
        await sage.get("/countries", search="GB")
        assert sage.simulator.ignored.parameters == ["reference", "page", "country_id", "search"]

    @pytest.mark.parametrize("path", ["/contact", "/contacts/1/2", "/nowhere", ""])
    async def test_a_path_that_leads_nowhere(self, sage: Caller, path: str) -> None:
        answer = await sage.get(path)
        assert (answer.status, answer.content_type) == (404, "text/plain")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("PATCH", f"/contacts/{FIRST}"),
            ("POST", f"/contacts/{FIRST}"),
            ("PUT", "/contacts"),
            ("DELETE", "/contacts"),
            ("POST", "/countries"),
            ("PUT", "/invoice_settings"),
            ("DELETE", "/businesses/lead"),
            ("PUT", "/addresses"),
        ],
    )
    async def test_a_wrong_verb(self, sage: Caller, method: str, path: str) -> None:
        answer = await sage.call(method, path, {})
        assert answer.status == 405


class TestLists:
    async def test_pages(self, sage: Caller) -> None:
        first = (await sage.get("/contacts", items_per_page="30")).one
        rest = (await sage.get("/contacts", items_per_page="30", page="2")).one
        assert (first["$total"], first["$page"], first["$items_per_page"]) == (32, 1, 30)
        assert (len(first["$items"]), len(rest["$items"])) == (30, 2)
        ids = {item["id"] for item in (*first["$items"], *rest["$items"])}
        assert ids == set(sage.simulator.contacts_of(HOME))
        assert (await sage.get("/contacts", page="9")).items == []

    async def test_a_page_has_20_unless_told_otherwise(self, sage: Caller) -> None:
        assert len((await sage.get("/contacts")).items) == 20
        assert len((await sage.get("/countries")).items) == 20

    @pytest.mark.parametrize("size", ["0", "201", "-1", "many", "1.5", ""])
    async def test_sizes_out_of_range(self, sage: Caller, size: str) -> None:
        assert (await sage.get("/contacts", items_per_page=size)).sources == ["items_per_page"]
        assert (await sage.get("/contacts", items_per_page="200")).status == 200
        assert (await sage.get("/contacts", page="0")).sources == ["page"]

    async def test_next_is_not_always_filled(self, sage: Caller) -> None:
        assert (await sage.get("/contacts")).one["$next"] is None
        sage.simulator.fills_next = True
        page = (await sage.get("/contacts", items_per_page="10", page="2", search="e")).one
        assert page["$next"] == "/contacts?items_per_page=10&page=3&search=e"
        assert page["$back"] == "/contacts?items_per_page=10&page=1&search=e"
        last = (await sage.get("/contacts", page="2")).one
        assert (last["$next"], last["$back"]) == (None, "/contacts?page=1&items_per_page=20")

    async def test_types(self, sage: Caller) -> None:
        customers = await sage.get("/contacts", contact_type_id="CUSTOMER", items_per_page="200")
        vendors = await sage.get("/contacts", contact_type_id="VENDOR")
        assert customers.one["$total"] == 30
        assert vendors.names == [
            "Mendip Timber Supplies (MTS)",
            "Avon Steel Stockholders (AVSTEEL)",
            "Severn Estuary Haulage (HAUL)",
        ]
        assert (await sage.get("/contacts", contact_type_id="EMPLOYEE")).items == []

    async def test_search_is_no_exact_filter(self, sage: Caller) -> None:
        assert (await sage.get("/contacts", search="smith")).names == ["J Smith (SMITH1)", "J Smith (SMITH2)"]
        assert (await sage.get("/contacts", search="SMITH1")).names == ["J Smith (SMITH1)"]
        assert (await sage.get("/contacts", search="old")).names == [
            "Old Ledger Antiques (OLD1)",
            "Avon Steel Stockholders (AVSTEEL)",
        ]
        assert len((await sage.get("/contacts", search="a")).items) > 10

    async def test_email_is_that_of_a_contact_person(self, sage: Caller) -> None:
        assert (await sage.get("/contacts", email="DANA@redcliff-joinery.example")).names == [
            "Redcliff Joinery Ltd (RJ1042)"
        ]
        assert (await sage.get("/contacts", email="femi@")).names == ["Lantern Street Print Club (LSPC)"]
        assert len((await sage.get("/contacts", email="@further.example")).items) == 4

    async def test_system_and_inactive_contacts(self, sage: Caller) -> None:
        everybody = set((await sage.get("/contacts", items_per_page="200")).names)
        without = set((await sage.get("/contacts", items_per_page="200", exclude_system="true")).names)
        assert everybody - without == {"HMRC Reclaimed"}
        active = set((await sage.get("/contacts", items_per_page="200", filter_inactive_contacts="true")).names)
        assert everybody - active == {"Closed Shop Ceramics (CSC)"}
        same = set((await sage.get("/contacts", items_per_page="200", exclude_system="false")).names)
        assert same == everybody

    async def test_changed_since_takes_the_moment_itself(self, sage: Caller, clock: Clock) -> None:
        await sage.change(notes="x")
        since = "2025-06-15T15:06:40Z"
        assert sage.record()["updated_at"] == since
        for moment in (since, "2025-06-15T16:06:40+01:00", "2025-06-15T+00:00"):
            found = await sage.get("/contacts", updated_or_created_since=moment)
            assert found.names == ["Redcliff Joinery Ltd (RJ1042)"]
        assert (await sage.get("/contacts", updated_or_created_since="2025-06-15T15:06:41Z")).items == []

    @pytest.mark.parametrize("moment", ["2025-06-15", "yesterday", "2025-06-15T15:06:40", "2025-13-15T15:06:40Z", ""])
    async def test_what_is_no_moment(self, sage: Caller, moment: str) -> None:
        for name in ("updated_or_created_since", "deleted_since"):
            assert (await sage.get("/contacts", **{name: moment})).sources == [name]

    async def test_a_plus_that_is_not_escaped_is_a_space(self, sage: Caller) -> None:
        answer = await sage.call("GET", "/contacts?updated_or_created_since=2025-06-15T16:06:40+01:00")
        assert answer.sources == ["updated_or_created_since"]

    async def test_deleted_contacts_have_a_list_of_their_own(self, sage: Caller) -> None:
        found = await sage.get("/contacts", deleted_since="2025-02-11T09:59:59Z", attributes="all")
        assert [(item["reference"], item["deleted_at"]) for item in found.items] == [("RJ0999", "2025-02-11T10:00:00Z")]
        assert (await sage.get("/contacts", deleted_since="2025-02-11T10:00:00Z")).items == []
        assert (await sage.get("/contacts", search="RJ0999")).items == []


ACCEPTED: Document = {
    "name": "Redcliff & Łódź Joinery Ltd",
    "contact_type_ids": ["CUSTOMER"],
    "reference": "RJ-1042-10",
    "default_sales_tax_rate_id": "GB_ZERO",
    "tax_number": "GB987654321",
    "notes": "Gate code\nis 4",
    "locale": "en-IE",
    "credit_limit": 2500,
    "credit_days": 365,
    "credit_terms": "month_end_invoice",
    "credit_terms_and_conditions": "Net.",
    "source_guid": "crm-17",
    "currency_id": "EUR",
    "aux_reference": "A12",
    "registered_number": "12345678",
    "tax_calculation": "domestic_reverse_charge",
    "auxiliary_account": "411",
    "destination_vat_blocking": True,
    "main_address": {
        "address_line_1": "6 Canal Row",
        "address_line_2": "",
        "city": "Bath",
        "postal_code": "BA1 4XX",
        "country_id": "IE",
        "address_type_id": "SALES",
        "name": "Works",
        "region": "Somerset",
        "country_group_id": "EU",
    },
    "main_contact_person": {
        "contact_person_type_ids": ["SALES", "ACCOUNTS"],
        "name": "Dana O'Sample",
        "job_title": "Owner",
        "telephone": "+44 117 496 0100",
        "mobile": "+44 7700 900100",
        "email": "owner@redcliff-joinery.example",
        "fax": "+44 117 496 0101",
        "is_preferred_contact": True,
    },
    "bank_account_details": {
        "account_name": "Redcliff",
        "account_number": "12345678",
        "sort_code": "00-11-22",
        "bic": "TESTGB2L",
        "iban": "GB00TEST00112212345678",
    },
    "tax_treatment": {
        "home_tax": False,
        "eu_tax_registered": True,
        "eu_not_tax_registered": False,
        "rest_of_world_tax": False,
        "is_importer": False,
    },
}
"""Every member a contact of the home business can be given, but the ids that its own registers have."""


def expected(values: Document, shown: Document, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """What was sent and what is read, place by place."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from expected(value, shown[name], f"{at}{name}.")
        elif name.endswith("_ids"):
            yield at + name, value, [each["id"] for each in shown[f"{name.removesuffix('_ids')}s"]]
        elif name.endswith("_id"):
            yield at + name, value, shown[name.removesuffix("_id")]["id"]
        elif name == "credit_limit":
            yield at + name, str(float(value)), shown[name]
        else:
            yield at + name, value, shown[name]


class TestUpdate:
    async def test_every_member_is_written(self, sage: Caller) -> None:
        before = await sage.contact()
        own = {
            "default_sales_ledger_account_id": sage.record(sage.named(RICH))["default_sales_ledger_account"]["id"],
            "default_purchase_ledger_account_id": before["default_sales_ledger_account"]["id"],
            "product_sales_price_type_id": (await sage.get("/product_sales_price_types")).items[1]["id"],
        }
        values = {**ACCEPTED, **own}
        answer = await sage.put(**values)
        shown = answer.one
        for place, sent, found in expected(values, shown):
            assert found == sent, place
        after = await sage.contact()
        assert {name: value for name, value in shown.items() if name != "balance"} == after
        assert shown["email"] == "owner@redcliff-joinery.example"
        assert shown["displayed_as"] == "Redcliff & Łódź Joinery Ltd (RJ-1042-10)"
        assert shown["updated_at"] == "2025-06-15T15:06:40Z"
        assert after["main_contact_person"]["address"]["displayed_as"] == "Works"
        shown_as = {name: after[name]["displayed_as"] for name in ("main_address", "main_contact_person")}
        assert shown_as == {"main_address": "Works", "main_contact_person": "Dana O'Sample"}
        assert [after[name]["id"] for name in ("main_address", "main_contact_person")] == [
            before[name]["id"] for name in ("main_address", "main_contact_person")
        ]
        assert sage.simulator.ignored.members == []

    async def test_members_left_out_stay(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        answer = await sage.change(native_id, notes="Only this")
        assert answer.status == 200
        after = sage.record(native_id)
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"notes", "updated_at"}
        assert after["e_invoicing"] == before["e_invoicing"] != {}

    async def test_members_left_out_may_be_lost(self, sage: Caller) -> None:
        read(sage, clears_omitted=True)
        native_id = sage.named(RICH)
        after = (await sage.change(native_id, notes="Only this")).one
        assert (after["notes"], after["tax_number"], after["currency"], after["destination_vat_blocking"]) == (
            "Only this",
            None,
            None,
            False,
        )
        assert after["contact_types"] and after["main_address"]

    async def test_the_name_is_needed(self, sage: Caller) -> None:
        answer = await sage.put(notes="x")
        assert (answer.sources, answer.words) == (["name"], ["This field is required."])
        read(sage, requires_name=False)
        assert (await sage.put(notes="x")).one["notes"] == "x"

    async def test_all_problems_come_at_once(self, sage: Caller) -> None:
        answer = await sage.change(
            reference="12345678901",
            tax_number="nonsense",
            credit_days=366,
            main_address={"postal_code": "12345678901", "country_id": "QQ"},
        )
        assert answer.sources == [
            "reference",
            "credit_days",
            "main_address.postal_code",
            "main_address.country_id",
            "tax_number",
        ]
        assert answer.words[0] == "This field is too long (maximum is 10 characters)."
        assert answer.words[-1] == "The VAT number is not valid."
        assert (await sage.contact())["credit_days"] == 30

    @pytest.mark.parametrize("name", [name for name, member in CONTACT.items() if member.longest])
    async def test_lengths(self, sage: Caller, name: str) -> None:
        longest = CONTACT[name].longest or 0
        native_id = sage.named("Pacific Letterpress")
        assert (await sage.change(native_id, **{name: "ł" * longest})).status == 200
        answer = await sage.change(native_id, **{name: "ł" * (longest + 1)})
        assert answer.sources == [name]
        assert answer.words == [f"This field is too long (maximum is {longest} characters)."]

    @pytest.mark.parametrize(
        ("part", "name"), [(part, name) for part in NESTED for name, member in NESTED[part].items() if member.longest]
    )
    async def test_lengths_inside(self, sage: Caller, part: str, name: str) -> None:
        longest = NESTED[part][name].longest or 0
        native_id = sage.named(RICH)
        assert (await sage.change(native_id, **{part: {name: "x" * longest}})).status == 200
        assert (await sage.change(native_id, **{part: {name: "x" * (longest + 1)}})).sources == [f"{part}.{name}"]

    WRONG: Mapping[str, tuple[Any, ...]] = {
        "text": (5, True, [], {}),
        "whole": ("30", 1.5, True, [], -1, 366),
        "number": ("12.5", True, [], {}),
        "flag": ("true", 1, []),
        "id": (5, "NOBODY", []),
        "ids": ("CUSTOMER", ["NOBODY"], [5], {}),
    }

    @pytest.mark.parametrize("name", CONTACT)
    async def test_wrong_types_and_values(self, sage: Caller, name: str) -> None:
        before = sage.record()
        for value in self.WRONG[CONTACT[name].kind]:
            assert (await sage.change(**{name: value})).sources == [name], value
        assert sage.record() == before

    @pytest.mark.parametrize(("part", "name"), [(part, name) for part in NESTED for name in NESTED[part]])
    async def test_wrong_types_and_values_inside(self, sage: Caller, part: str, name: str) -> None:
        native_id = sage.named(RICH)
        for value in self.WRONG[NESTED[part][name].kind]:
            assert (await sage.change(native_id, **{part: {name: value}})).sources == [f"{part}.{name}"], value
        assert (await sage.change(native_id, **{part: "text"})).sources == [part]

    @pytest.mark.parametrize("value", [None, "", "  "])
    async def test_a_name_is_never_empty(self, sage: Caller, value: Any) -> None:
        assert (await sage.put(name=value)).sources == ["name"]
        assert (await sage.change(main_address={"name": value})).sources == ["main_address.name"]
        assert (await sage.change(main_contact_person={"name": value})).sources == ["main_contact_person.name"]
        assert (await sage.change(contact_type_ids=[])).sources == ["contact_type_ids"]

    async def test_clearing(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        texts = [name for name, member in CONTACT.items() if member.kind == "text" and not member.required]
        others = ["credit_limit", "credit_days", "default_sales_tax_rate_id", "currency_id"]
        shown = (await sage.change(native_id, **dict.fromkeys([*texts, *others]))).one
        assert {shown[CONTACT[name].read] for name in (*texts, *others)} == {None}
        await sage.change(native_id, credit_terms="immediate_invoice")
        shown = (await sage.change(native_id, **dict.fromkeys(texts, ""), default_sales_tax_rate_id="")).one
        assert {shown[name] for name in texts if name != "credit_terms"} == {""}
        assert (shown["credit_terms"], shown["default_sales_tax_rate"]) == (None, None)
        read(sage, keeps_empty_strings=False)
        assert (await sage.change(native_id, notes="")).one["notes"] is None

    async def test_null_may_be_passed_by(self, sage: Caller) -> None:
        read(sage, null_clears=False)
        native_id = sage.named(RICH)
        before = sage.record(native_id)["notes"]
        assert (await sage.change(native_id, notes=None)).one["notes"] == before
        assert sage.simulator.ignored.members == ["notes"]
        assert (await sage.change(native_id, notes="")).one["notes"] == ""

    async def test_read_names_and_read_only_members_are_passed_by(self, sage: Caller) -> None:
        before = sage.record()
        for name in ("email", "is_active", "balance", "deletable", "system", "gdpr_obfuscated", "displayed_as", "id"):
            assert (await sage.change(**{name: "other@example.example"})).status == 200
        await sage.change(currency={"id": "EUR"}, contact_types=[{"id": "VENDOR"}], e_invoicing={"scheme": "x"})
        await sage.change(main_contact_person={"name": "Dana Sample", "is_main_contact": False, "id": "x"})
        after = sage.record()
        kept = {name: value for name, value in before.items() if name not in {"updated_at", "main_contact_person"}}
        assert {name: after[name] for name in kept if name != "email"} == {
            name: value for name, value in kept.items() if name != "email"
        }
        assert sage.simulator.ignored.members == [
            *("email", "is_active", "balance", "deletable", "system", "gdpr_obfuscated", "displayed_as", "id"),
            *("currency", "contact_types", "e_invoicing"),
            *("main_contact_person.is_main_contact", "main_contact_person.id"),
        ]
        assert after["main_contact_person"]["is_main_contact"] is True

    async def test_a_record_sent_back_as_it_was_read_loses_its_parts_inside(self, sage: Caller) -> None:
        shown = await sage.contact()
        assert (await sage.put(**shown)).sources == ["credit_limit"], "read as text, written as a number"
        assert (await sage.put(**{**shown, "credit_limit": 1000})).status == 200
        address = (await sage.contact())["main_address"]
        assert (address["city"], address["country"], address["country_group"]) == ("Bristol", None, None)
        assert address["address_type"]["id"] == "ACCOUNTS"

    async def test_unknown_members_may_be_refused(self, sage: Caller) -> None:
        read(sage, refuses_unknown=True)
        answer = await sage.change(email="x@y.example", main_address={"nope": 1, "city": "Bath"})
        assert answer.sources == ["email", "main_address.nope"]

    async def test_objects_inside_are_replaced(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        shown = (await sage.change(native_id, main_address={"city": "Hexham"})).one
        address = shown["main_address"]
        assert (address["city"], address["address_line_1"], address["postal_code"], address["country"]) == (
            "Hexham",
            None,
            None,
            None,
        )
        assert (address["name"], address["address_type"]["id"]) == ("Main Address", "ACCOUNTS")
        assert (address["id"], address["is_main_address"]) == (before["main_address"]["id"], True)
        shown = (await sage.change(native_id, main_contact_person={"mobile": "+44 7700 900999"})).one
        person = shown["main_contact_person"]
        assert (person["name"], person["mobile"], person["email"], shown["email"]) == (
            "Graham Oliver",
            "+44 7700 900999",
            None,
            None,
        )
        assert person["contact_person_types"] and person["is_preferred_contact"] is False
        shown = (await sage.change(native_id, bank_account_details={"iban": "GB00TEST1"})).one
        assert shown["bank_account_details"] == {
            "account_name": None,
            "account_number": None,
            "sort_code": None,
            "bic": None,
            "iban": "GB00TEST1",
        }
        assert (await sage.change(native_id, tax_treatment={"is_importer": True})).one["tax_treatment"] == {
            "home_tax": False,
            "eu_tax_registered": False,
            "eu_not_tax_registered": False,
            "rest_of_world_tax": False,
            "is_importer": True,
        }

    async def test_objects_inside_may_be_merged(self, sage: Caller) -> None:
        read(sage, merges_nested=True)
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        shown = (await sage.change(native_id, delivery_address={"city": "Hexham"})).one
        assert shown["delivery_address"]["city"] == "Hexham"
        assert shown["delivery_address"]["postal_code"] == before["delivery_address"]["postal_code"]
        assert shown["main_contact_person"]["email"] == before["main_contact_person"]["email"]

    async def test_parts_that_are_not_there_are_not_made(self, sage: Caller) -> None:
        native_id = sage.named("Nameplate Only")
        address, person = {"city": "Bath"}, {"name": "Ann", "email": "ann@nameplate.example"}
        sent = {"main_address": address, "delivery_address": address, "main_contact_person": person}
        shown = (await sage.change(native_id, **sent)).one
        assert {shown[name] for name in sent} == {None}
        assert shown["email"] is None
        assert sage.simulator.ignored.members == list(sent)

    async def test_parts_that_are_not_there_may_be_made(self, sage: Caller) -> None:
        read(sage, creates_nested=True)
        native_id = sage.named("Nameplate Only")
        address, person = {"city": "Bath"}, {"name": "Ann", "email": "ann@nameplate.example"}
        sent = {"main_address": address, "delivery_address": address, "main_contact_person": person}
        shown = (await sage.change(native_id, **sent)).one
        assert (shown["main_address"]["city"], shown["delivery_address"]["city"]) == ("Bath", "Bath")
        assert shown["delivery_address"]["address_type"]["id"] == "DELIVERY"
        assert shown["main_contact_person"]["address"]["id"] == shown["main_address"]["id"]
        assert shown["email"] == "ann@nameplate.example"
        assert (await sage.change(sage.named("GDPR"), main_contact_person={"email": "x"})).sources == [
            "main_contact_person.name"
        ]

    async def test_null_removes_no_part(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        assert (await sage.change(native_id, **dict.fromkeys(NESTED))).status == 200
        after = sage.record(native_id)
        assert {name: after[name] for name in NESTED} == {name: before[name] for name in NESTED}
        assert sage.simulator.ignored.members == list(NESTED)

    async def test_references_are_unique_for_good(self, sage: Caller) -> None:
        assert (await sage.change(reference="MTS")).sources == ["reference"]
        assert (await sage.change(reference="AVSTEEL")).sources == ["reference"], "a supplier's"
        assert (await sage.change(reference="RJ0999")).sources == ["reference"], "a deleted contact's"
        assert (await sage.change(reference="RJ1042")).status == 200, "its own"
        assert (await sage.change(reference="KING")).status == 200, "another business's"
        assert (await sage.change(sage.named("J Smith"), reference="")).status == 200
        assert (await sage.change(sage.named("Nameplate"), reference="")).status == 200

    @pytest.mark.parametrize(
        ("name", "number", "valid"),
        [
            ("Redcliff", "GB123456789", True),
            ("Redcliff", "GB 123 4567 89", True),
            ("Redcliff", "123456789", True),
            ("Redcliff", "GB123456789012", True),
            ("Redcliff", "GBGD001", True),
            ("Redcliff", "XI123456789", True),
            ("Redcliff", "IE1234567WA", True),
            ("Redcliff", "DE123456789", True),
            ("Redcliff", "GB12345678", False),
            ("Redcliff", "gb123456789", False),
            ("Redcliff", "12345678", False),
            ("Redcliff", "QQ123456789", False),
            ("Redcliff", "IE12", False),
            ("Ó Briain", "1234567WA", True),
            ("Ó Briain", "8Z49289F", True),
            ("Ó Briain", "123456789", False),
            ("Nameplate", "GB123456789", True),
            ("Nameplate", "whatever", False),
            ("Pacific", "whatever", True),
        ],
    )
    async def test_the_form_of_vat_numbers(self, sage: Caller, name: str, number: str, valid: bool) -> None:
        answer = await sage.change(sage.named(name), tax_number=number)
        if valid:
            assert answer.one["tax_number"] == number
        else:
            assert (answer.sources, answer.words) == (["tax_number"], ["The VAT number is not valid."])

    async def test_the_form_of_canadian_numbers(self, sage: Caller) -> None:
        canada, native_id = sage.at(CANADIAN_PLUS), sage.named("Prairie", CANADIAN_PLUS)
        for number, status in (("123456789", 200), ("123456789RT0001", 200), ("GB123456789", 422), ("12", 422)):
            assert (await canada.change(native_id, tax_number=number)).status == status

    async def test_the_greek_letters_are_not_those_of_the_country(self, sage: Caller) -> None:
        for number, status in (("EL123456789", 200), ("123456789", 200), ("GR12", 422), ("12", 422)):
            answer = await sage.change(main_address={"country_id": "GR"}, tax_number=number)
            assert answer.status == status, number

    async def test_an_old_number_is_refused_only_when_it_is_sent(self, sage: Caller) -> None:
        native_id = sage.named("Old Ledger")
        assert (await sage.change(native_id, notes="x")).status == 200
        assert (await sage.change(native_id, tax_number="VAT REG 88")).sources == ["tax_number"]
        assert (await sage.change(native_id, tax_number="")).status == 200

    async def test_terms_of_suppliers_are_not_for_customers(self, sage: Caller) -> None:
        for terms in members.CREDIT_TERMS_OF_VENDORS:
            assert (await sage.change(credit_terms=terms)).sources == ["credit_terms"]
        for terms in members.CREDIT_TERMS_OF_CUSTOMERS:
            assert (await sage.change(credit_terms=terms)).status == 200
            assert (await sage.change(sage.named("Avon Steel"), credit_terms=terms)).sources == ["credit_terms"]
        both = sage.named("Mendip")
        for terms in (*members.CREDIT_TERMS_OF_VENDORS, *members.CREDIT_TERMS_OF_CUSTOMERS):
            assert (await sage.change(both, credit_terms=terms)).status == 200
        assert (await sage.change(credit_terms="net_30")).sources == ["credit_terms"]

    async def test_an_id_given_twice_counts_once(self, sage: Caller) -> None:
        shown = (await sage.change(contact_type_ids=["VENDOR", "CUSTOMER", "VENDOR"])).one
        assert [each["id"] for each in shown["contact_types"]] == ["VENDOR", "CUSTOMER"]

    async def test_one_tax_treatment_applies(self, sage: Caller) -> None:
        answer = await sage.change(tax_treatment={"home_tax": True, "rest_of_world_tax": True})
        assert answer.sources == ["tax_treatment"]
        answer = await sage.change(tax_treatment={"home_tax": True, "is_importer": True})
        assert answer.status == 200

    async def test_the_currency_of_a_contact_with_transactions_stays(self, sage: Caller) -> None:
        native_id = sage.named("Ó Briain")
        assert (await sage.change(native_id, currency_id="GBP")).sources == ["currency_id"]
        assert (await sage.change(native_id, currency_id=None)).sources == ["currency_id"]
        assert (await sage.change(native_id, currency_id="EUR", notes="x")).status == 200
        read(sage, locks_currency=False)
        assert (await sage.change(native_id, currency_id="GBP")).one["currency"]["id"] == "GBP"

    async def test_a_customer_made_a_supplier_vanishes_from_the_lists(self, sage: Caller) -> None:
        assert (await sage.change(contact_type_ids=["VENDOR"])).status == 200
        found = await sage.get("/contacts", contact_type_id="CUSTOMER", search="RJ1042")
        assert found.items == []
        assert (await sage.get(f"/contacts/{FIRST}")).status == 200

    async def test_writes_against_advice_go_through_and_are_remembered(self, sage: Caller) -> None:
        gone, system = sage.named("GDPR"), sage.named("HMRC")
        for native_id in (gone, system, FIRST):
            assert (await sage.change(native_id, notes="x")).status == 200
        assert sage.simulator.written_against_advice == [gone, system]

    async def test_deleted_contacts_can_be_read_and_not_written(self, sage: Caller) -> None:
        [native_id] = sage.simulator.deleted[HOME]
        assert (await sage.contact(native_id))["deleted_at"] == "2025-02-11T10:00:00Z"
        answer = await sage.put(native_id, name="Back again")
        assert (answer.status, answer.problems) == (404, [("RecordNotFound", "")])
        assert (await sage.call("DELETE", f"/contacts/{native_id}")).status == 404
        sage.simulator.shows_deleted = False
        assert (await sage.get(f"/contacts/{native_id}")).status == 404

    @pytest.mark.parametrize(
        ("body", "source"),
        [
            (b"", "base"),
            (b"{", "base"),
            (b'{"contact": {"credit_limit": NaN}}', "base"),
            (b"[]", "contact"),
            (b'{"name": "X"}', "contact"),
            (b'{"contact": []}', "contact"),
            (b'{"Contact": {"name": "X"}}', "contact"),
        ],
    )
    async def test_bodies_that_are_no_contact(self, sage: Caller, body: bytes, source: str) -> None:
        answer = await sage.call("PUT", f"/contacts/{FIRST}", body, Content_Type="application/json")
        assert answer.sources == [source]

    async def test_another_media_type(self, sage: Caller) -> None:
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            answer = await sage.call("PUT", f"/contacts/{FIRST}", b'{"contact":{"name":"X"}}', Content_Type=kind)
            assert answer.status == 415
        assert sage.record()["name"] == "Redcliff Joinery Ltd"

    async def test_an_unknown_contact(self, sage: Caller) -> None:
        assert (await sage.put(NOBODY, name="X")).status == 404
        assert (await sage.get(f"/contacts/{FIRST.upper()}")).status == 404


class TestStart:
    """One address, no currency, no credit limit, no price type."""

    NOT_THERE: Mapping[str, Any] = {"currency_id": "USD", "credit_limit": 5, "product_sales_price_type_id": "x"}

    @pytest.mark.parametrize("business", [IRISH_START, CANADIAN_MICRO])
    async def test_what_start_does_not_have_is_passed_by(self, sage: Caller, business: str) -> None:
        sage.simulator.businesses[business] = replace(sage.simulator.businesses[business], role="full")
        native_id = next(iter(sage.simulator.contacts_of(business)))
        start = sage.at(business)
        sent = {**self.NOT_THERE, "delivery_address": {"city": "Cork"}, "notes": "kept"}
        shown = (await start.change(native_id, **sent)).one
        assert (shown["currency"], shown["credit_limit"], shown["product_sales_price_type"]) == (None, None, None)
        assert (shown["delivery_address"], shown["notes"]) == (None, "kept")
        assert sage.simulator.ignored.members == [*self.NOT_THERE, "delivery_address"]
        assert (await start.get("/product_sales_price_types")).items == []
        own = sage.simulator.businesses[business].currency
        assert (await start.change(native_id, currency_id=own)).one["currency"] is None

    async def test_it_may_be_refused(self, sage: Caller) -> None:
        read(sage, refuses_lacking=True)
        native_id = sage.named("Howth", IRISH_START)
        answer = await sage.at(IRISH_START).change(native_id, **self.NOT_THERE, delivery_address={"city": "Cork"})
        assert answer.sources == [*self.NOT_THERE, "delivery_address"]

    async def test_a_contact_has_one_address(self, sage: Caller) -> None:
        start, native_id = sage.at(IRISH_START), sage.named("Howth", IRISH_START)
        assert sage.record(native_id, IRISH_START)["main_address"]["address_type"]["id"] == "SALES"
        more = {"contact_id": native_id, "name": "More", "address_type_id": "SALES", "is_main_address": False}
        assert (await start.call("POST", "/addresses", {"address": more})).sources == ["base"]
        only = addresses_of(sage.record(native_id, IRISH_START))[0]["id"]
        assert (await start.call("DELETE", f"/addresses/{only}")).status == 204
        made = (await start.call("POST", "/addresses", {"address": more})).one
        assert made["is_main_address"] is True

    async def test_a_new_contact_has_no_currency(self, sage: Caller) -> None:
        body = {"contact": {"name": "New", "contact_type_ids": ["CUSTOMER"]}}
        assert (await sage.at(IRISH_START).call("POST", "/contacts", body)).one["currency"] is None
        assert (await sage.call("POST", "/contacts", body)).one["currency"]["id"] == "GBP"


class TestOneCurrency:
    """Standard has currencies, but a business has to want more than one."""

    async def test_another_currency_is_passed_by(self, sage: Caller) -> None:
        lead, native_id = sage.at(LEAD), sage.named("Kingswood", LEAD)
        assert (await lead.get("/financial_settings")).one["multi_currency_enabled"] is False
        for currency in ("EUR", None, "QQQ"):
            assert (await lead.change(native_id, currency_id=currency)).one["currency"]["id"] == "GBP"
        assert sage.simulator.ignored.members == ["currency_id"] * 3
        assert (await lead.change(native_id, currency_id="GBP")).status == 200
        assert sage.simulator.ignored.members == ["currency_id"] * 3
        read(sage, refuses_lacking=True)
        assert (await lead.change(native_id, currency_id="EUR")).sources == ["currency_id"]
        assert (await lead.change(native_id, credit_limit=5)).one["credit_limit"] == "5.0"


class TestCreateAndDelete:
    async def test_a_new_contact(self, sage: Caller) -> None:
        answer = await sage.call("POST", "/contacts", {"contact": ACCEPTED})
        assert answer.status == 201
        shown = answer.one
        for place, sent, found in expected(ACCEPTED, shown):
            assert found == sent, place
        assert shown["main_contact_person"]["address"]["id"] == shown["main_address"]["id"]
        assert (await sage.get(f"/contacts/{shown['id']}")).status == 200
        assert shown["id"] in sage.simulator.records
        assert set(shown) - {"balance"} == set(await sage.contact()) - {"cis_registered", "ni_based", "gb_based"}

    async def test_what_a_new_contact_needs(self, sage: Caller) -> None:
        answer = await sage.call("POST", "/contacts", {"contact": {"reference": "RJ1042"}})
        assert answer.sources == ["name", "contact_type_ids", "reference"]

    async def test_into_the_business_of_the_header(self, sage: Caller) -> None:
        body = {"contact": {"name": "Baddeck Boats", "contact_type_ids": ["CUSTOMER"]}}
        made = (await sage.at(CANADIAN_PLUS).call("POST", "/contacts", body)).one
        assert made["id"] in sage.simulator.contacts_of(CANADIAN_PLUS)
        assert made["id"] not in sage.simulator.records
        assert made["currency"]["id"] == "CAD"

    async def test_deleting(self, sage: Caller) -> None:
        answer = await sage.call("DELETE", f"/contacts/{FIRST}")
        assert (answer.status, answer.body) == (204, b"")
        assert FIRST not in sage.simulator.records
        assert (await sage.contact())["deleted_at"] == "2025-06-15T15:06:40Z"
        assert (await sage.change(sage.named(RICH), reference="RJ1042")).sources == ["reference"]
        assert (await sage.call("DELETE", f"/contacts/{sage.named('Ó Briain')}")).sources == ["base"]


def new_address(contact_id: str = FIRST, **values: Any) -> Document:
    need = {"contact_id": contact_id, "name": "Store", "address_type_id": "OTHER", "is_main_address": False}
    return {"address": {**need, **values}}


def new_person(address_id: str, **values: Any) -> Document:
    need = {"address_id": address_id, "name": "Ann Other", "contact_person_type_ids": ["SALES"]}
    return {"contact_person": {**need, **values}}


class TestAddresses:
    async def test_those_of_a_contact(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        answer = await sage.get("/addresses", contact_id=native_id)
        assert answer.names == ["Main Address", "Goods in", "Depot"]
        assert all(set(item) == STUB for item in answer.items)
        [main, *_] = (await sage.get("/addresses", contact_id=native_id, attributes="all")).items
        assert main["contact"]["id"] == native_id
        assert (main["bank_account"], main["is_main_address"]) == (None, True)
        assert (await sage.get(f"/addresses/{main['id']}")).one == main
        assert (await sage.get("/addresses", contact_id=NOBODY)).items == []
        assert (await sage.get("/addresses", bank_account_id="x")).items == []
        assert (await sage.get("/addresses")).one["$total"] > 30
        assert (await sage.get("/addresses", updated_or_created_since="2025-06-01T00:00:00Z")).items == []
        assert (await sage.get(f"/addresses/{NOBODY}")).status == 404
        assert (await sage.at(LEAD).get(f"/addresses/{main['id']}")).status == 404

    async def test_a_new_one(self, sage: Caller) -> None:
        values = {"city": "Bath", "country_id": "IE", "region": "x", "postal_code": "1", "address_line_1": "1"}
        answer = await sage.call("POST", "/addresses", new_address(**values))
        assert answer.status == 201
        shown = answer.one
        for place, sent, found in expected(new_address(**values)["address"], shown):
            assert found == sent, place
        assert (await sage.get("/addresses", contact_id=FIRST)).one["$total"] == 2
        contact = await sage.contact()
        assert contact["delivery_address"] is None
        assert sage.record()["addresses"][0]["id"] == shown["id"]

    async def test_a_delivery_address_is_one_by_its_type(self, sage: Caller) -> None:
        made = (await sage.call("POST", "/addresses", new_address(address_type_id="DELIVERY"))).one
        assert (await sage.contact())["delivery_address"]["id"] == made["id"]
        await sage.call("PUT", f"/addresses/{made['id']}", {"address": {"address_type_id": "OTHER"}})
        assert (await sage.contact())["delivery_address"] is None

    async def test_what_a_new_one_needs(self, sage: Caller) -> None:
        answer = await sage.call("POST", "/addresses", {"address": {"contact_id": FIRST}})
        assert answer.sources == ["address_type_id", "name", "is_main_address"]
        for owner in ({}, {"contact_id": NOBODY}, {"contact_id": sage.named("Howth", IRISH_START)}):
            answer = await sage.call("POST", "/addresses", {"address": {**new_address()["address"], **owner}})
            assert answer.status == (201 if owner == {} else 422)
        answer = await sage.call("POST", "/addresses", {"address": {"name": "x"}})
        assert (answer.sources, answer.words) == (["contact_id"], ["This field is required."])

    async def test_a_change_is_partial(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        depot = before["addresses"][0]
        shown = (await sage.call("PUT", f"/addresses/{depot['id']}", {"address": {"city": "Hexham"}})).one
        after = sage.record(native_id)["addresses"][0]
        assert {name for name in after if after[name] != depot[name]} == {"city", "updated_at"}
        assert shown["city"] == "Hexham"
        assert sage.record(native_id)["updated_at"] == before["updated_at"], "the contact's own time stays"
        for moment, names in (("2025-06-15T15:06:40Z", ["Depot"]), ("2025-06-15T15:06:41Z", [])):
            assert (await sage.get("/addresses", updated_or_created_since=moment)).names == names

    async def test_a_write_inside_the_contact_is_a_change_of_the_part(self, sage: Caller) -> None:
        await sage.change(main_address={"city": "Bath"}, main_contact_person={"mobile": "1"})
        for path, name in (("/addresses", "Main Address"), ("/contact_persons", "Dana Sample")):
            assert (await sage.get(path, updated_or_created_since="2025-06-15T15:06:40Z")).names == [name]

    async def test_another_main_address(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        depot = before["addresses"][0]["id"]
        await sage.call("PUT", f"/addresses/{depot}", {"address": {"is_main_address": True}})
        after = sage.record(native_id)
        assert after["main_address"]["id"] == depot
        assert [part["is_main_address"] for part in addresses_of(after)] == [True, False, False]
        assert before["main_address"]["id"] in {part["id"] for part in after["addresses"]}
        answer = await sage.call("PUT", f"/addresses/{depot}", {"address": {"is_main_address": False}})
        assert answer.one["is_main_address"] is True
        made = (await sage.call("POST", "/addresses", new_address(native_id, is_main_address=True))).one
        assert sage.record(native_id)["main_address"]["id"] == made["id"]
        assert sage.simulator.ignored.members == ["is_main_address"]

    async def test_an_address_stays_with_its_contact(self, sage: Caller) -> None:
        main = sage.record()["main_address"]["id"]
        answer = await sage.call("PUT", f"/addresses/{main}", {"address": {"contact_id": sage.named(RICH)}})
        assert answer.one["contact"]["id"] == FIRST
        assert sage.simulator.ignored.members == ["contact_id"]

    async def test_deleting_takes_the_persons_along(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        delivery = before["delivery_address"]["id"]
        answer = await sage.call("DELETE", f"/addresses/{delivery}")
        assert (answer.status, answer.body) == (204, b"")
        after = sage.record(native_id)
        assert after["delivery_address"] is None
        assert [p["name"] for p in persons_of(before)] == ["Graham Oliver", "Bethan Rowe", "Olu Bankole"]
        assert [p["name"] for p in persons_of(after)] == ["Graham Oliver", "Olu Bankole"]
        await sage.call("DELETE", f"/addresses/{before['main_address']['id']}")
        after = sage.record(native_id)
        assert (after["main_address"], after["main_contact_person"], after["email"]) == (None, None, None)
        assert len(after["addresses"]) == 1
        assert (await sage.call("DELETE", f"/addresses/{delivery}")).status == 404

    @pytest.mark.parametrize("name", ADDRESS)
    async def test_wrong_values(self, sage: Caller, name: str) -> None:
        main = sage.record()["main_address"]["id"]
        before = sage.record()
        for value in (5, "x" * 51):
            assert (await sage.call("PUT", f"/addresses/{main}", {"address": {name: value}})).sources == [name]
        answer = await sage.call("PUT", f"/addresses/{main}", {"address": {"is_main_address": "yes"}})
        assert answer.sources == ["is_main_address"]
        assert (await sage.call("PUT", f"/addresses/{main}", {"contact": {}})).sources == ["address"]
        assert sage.record() == before


class TestContactPersons:
    async def test_those_of_a_contact_and_of_an_address(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        record = sage.record(native_id)
        answer = await sage.get("/contact_persons", contact_id=native_id, attributes="all")
        assert answer.names == ["Graham Oliver", "Bethan Rowe", "Olu Bankole"]
        assert [item["is_main_contact"] for item in answer.items] == [True, False, False]
        at = await sage.get("/contact_persons", address_id=record["delivery_address"]["id"])
        assert at.names == ["Bethan Rowe"]
        assert set(at.items[0]) == STUB
        one = (await sage.get(f"/contact_persons/{at.items[0]['id']}")).one
        assert one == answer.items[1]
        assert one["address"]["displayed_as"] == "Goods in"
        assert "contact" not in one

    async def test_a_new_one_is_not_the_main_one_by_itself(self, sage: Caller) -> None:
        native_id = sage.named("Shuttered Arcade")
        address = sage.record(native_id)["main_address"]["id"]
        made = await sage.call("POST", "/contact_persons", new_person(address, email="ann@arcade.example"))
        assert made.status == 201
        assert made.one["is_main_contact"] is False
        contact = await sage.contact(native_id)
        assert (contact["main_contact_person"], contact["email"]) == (None, None)
        made = await sage.call(
            "POST", "/contact_persons", new_person(address, email="b@arcade.example", is_main_contact=True)
        )
        contact = await sage.contact(native_id)
        assert (contact["main_contact_person"]["id"], contact["email"]) == (made.one["id"], "b@arcade.example")
        assert contact["updated_at"] != "2025-06-15T15:06:40Z"

    async def test_what_a_new_one_needs(self, sage: Caller) -> None:
        address = sage.record()["main_address"]["id"]
        answer = await sage.call("POST", "/contact_persons", {"contact_person": {"address_id": address}})
        assert answer.sources == ["name", "contact_person_type_ids"]
        answer = await sage.call("POST", "/contact_persons", {"contact_person": {"name": "x"}})
        assert (answer.sources, answer.words) == (["address_id"], ["This field is required."])
        assert (await sage.call("POST", "/contact_persons", new_person(NOBODY))).sources == ["address_id"]
        answer = await sage.call("POST", "/contact_persons", new_person(address, contact_person_type_ids=["BOSS"]))
        assert answer.sources == ["contact_person_type_ids"]
        assert (await sage.at(LEAD).call("POST", "/contact_persons", new_person(address))).sources == ["address_id"]

    async def test_there_is_one_main_person(self, sage: Caller) -> None:
        native_id = sage.named(RICH)
        before = sage.record(native_id)
        other = before["contact_persons"][1]["id"]
        body = {"contact_person": {"is_main_contact": True}}
        assert (await sage.call("PUT", f"/contact_persons/{other}", body)).one["is_main_contact"] is True
        after = sage.record(native_id)
        assert [p["is_main_contact"] for p in persons_of(after)] == [True, False, False]
        assert (after["main_contact_person"]["id"], after["email"]) == (other, after["main_contact_person"]["email"])
        await sage.call("PUT", f"/contact_persons/{other}", {"contact_person": {"is_main_contact": False}})
        assert sage.record(native_id)["main_contact_person"] is None

    async def test_a_change_is_partial_and_shows_in_the_contact(self, sage: Caller) -> None:
        before = sage.record()
        person = before["main_contact_person"]
        body = {"contact_person": {"email": "new@redcliff-joinery.example", "is_preferred_contact": True}}
        assert (await sage.call("PUT", f"/contact_persons/{person['id']}", body)).status == 200
        after = sage.record()
        changed = {name for name in person if after["main_contact_person"][name] != person[name]}
        assert changed == {"email", "is_preferred_contact", "updated_at"}
        assert after["email"] == "new@redcliff-joinery.example"
        assert after["updated_at"] == before["updated_at"]

    async def test_moving_to_another_address_of_the_contact(self, sage: Caller) -> None:
        record = sage.record(sage.named(RICH))
        person = record["main_contact_person"]["id"]
        near, far = record["delivery_address"]["id"], sage.record()["main_address"]["id"]
        answer = await sage.call("PUT", f"/contact_persons/{person}", {"contact_person": {"address_id": near}})
        assert answer.one["address"]["displayed_as"] == "Goods in"
        answer = await sage.call("PUT", f"/contact_persons/{person}", {"contact_person": {"address_id": far}})
        assert answer.sources == ["address_id"]

    async def test_deleting(self, sage: Caller) -> None:
        person = sage.record()["main_contact_person"]["id"]
        assert (await sage.call("DELETE", f"/contact_persons/{person}")).status == 204
        contact = await sage.contact()
        assert (contact["main_contact_person"], contact["email"]) == (None, None)
        assert (await sage.get(f"/contact_persons/{person}")).status == 404

    @pytest.mark.parametrize("name", PERSON)
    async def test_wrong_values(self, sage: Caller, name: str) -> None:
        before = sage.record()
        person = before["main_contact_person"]["id"]
        for value in (5, "x" * 101):
            answer = await sage.call("PUT", f"/contact_persons/{person}", {"contact_person": {name: value}})
            assert answer.sources == [name]
        assert sage.record() == before


class TestLookUps:
    async def test_each_is_listed_and_read(self, sage: Caller) -> None:
        for name in (
            *("contact_types", "address_types", "contact_person_types", "countries", "country_groups", "currencies"),
            *("address_regions", "product_sales_price_types"),
        ):
            answer = await sage.get(f"/{name}")
            assert all(set(item) == STUB for item in answer.items)
            first = answer.items[0]
            one = (await sage.get(f"/{name}/{first['id']}")).one
            assert {key: one[key] for key in STUB} == first
            assert one["$path"] == f"/{name}/{first['id']}"
            assert (await sage.get(f"/{name}/nobody")).status == 404

    async def test_types_that_are_documented(self, sage: Caller) -> None:
        types = (await sage.get("/contact_types")).items
        assert [item["id"] for item in types] == ["CUSTOMER", "VENDOR"]

    async def test_regions_of_a_country(self, sage: Caller) -> None:
        regions = (await sage.get("/address_regions", country_id="CA", attributes="all")).items
        assert {"ON", "QC"} < {region["code"] for region in regions}
        assert all(region["id"].startswith("CA-") for region in regions)
        assert (await sage.get("/address_regions", country_id="GB")).items == []

    async def test_price_types(self, sage: Caller) -> None:
        assert len((await sage.get("/product_sales_price_types")).items) == 4
        assert len((await sage.get("/product_sales_price_types", active="true")).items) == 3
        [old] = (await sage.get("/product_sales_price_types", active="false", attributes="all")).items
        assert (old["name"], old["active"]) == ("Old list 2019", False)

    async def test_settings(self, sage: Caller) -> None:
        settings = (await sage.get("/invoice_settings")).one
        assert (settings["customer_credit_days"], settings["customer_credit_terms"]) == (30, "date_from_invoice")
        assert (await sage.at(IRISH_START).get("/invoice_settings")).one["customer_credit_days"] == 14
        money = (await sage.at(CANADIAN_PLUS).get("/financial_settings")).one
        assert (money["base_currency"]["id"], money["multi_currency_enabled"]) == ("CAD", True)


class TestErrors:
    async def test_other_shapes(self, sage: Caller) -> None:
        sage.simulator.error_shape = "object"
        assert (await sage.put(NOBODY, name="x")).json["$dataCode"] == "RecordNotFound"
        sage.simulator.error_shape = "diagnoses"
        [problem] = (await sage.put(NOBODY, name="x")).json["$diagnoses"]
        assert problem["$dataCode"] == "RecordNotFound"

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (401, "AuthorizationFailure"),
            (403, "MultiUserAccessDenied"),
            (404, "RecordNotFound"),
            (422, "RecordInvalid"),
            (500, "UnexpectedError"),
            (429, None),
            (503, None),
        ],
    )
    async def test_faults_answer_like_sage(self, sage: Caller, status: int, code: str | None) -> None:
        sage.sandbox.fault("sage_accounting", f"status:{status}")
        answer = await sage.get("/contacts")
        assert answer.status == status
        assert answer.headers["x_request_id"]
        if code:
            assert [each for each, _ in answer.problems] == [code]
        else:
            assert answer.content_type == "text/plain"

    async def test_a_field_can_be_ignored_or_cut(self, sage: Caller) -> None:
        sage.sandbox.fault("sage_accounting", "ignore_field:name")
        assert (await sage.put(name="Somebody Else")).one["name"] == "Redcliff Joinery Ltd"
        sage.sandbox.fault("sage_accounting", "truncate_field:main_address.city:3")
        assert (await sage.change(main_address={"city": "Bristol"})).one["main_address"]["city"] == "Bri"

    async def test_a_fault_reaches_other_businesses_too(self, sage: Caller) -> None:
        sage.sandbox.fault("sage_accounting", "ignore_field:notes")
        native_id = sage.named("Prairie", CANADIAN_PLUS)
        assert (await sage.at(CANADIAN_PLUS).change(native_id, notes="x")).one["notes"] is None

    async def test_somebody_else_edits(self, sage: Caller, clock: Clock) -> None:
        before = sage.record()
        sage.simulator.touch(FIRST)
        first = sage.record()
        assert {name for name in first if first[name] != before[name]} == {"notes", "updated_at"}
        sage.simulator.touch(FIRST)
        assert sage.record()["notes"] not in {first["notes"], before["notes"]}
        assert sage.record()["updated_at"] == first["updated_at"], "whole seconds tell too little"
        sage.simulator.touch(NOBODY)
        assert NOBODY not in sage.simulator.records

    def test_which_contact_a_write_is_about(self) -> None:
        simulator = SageAccountingSimulator()
        address = simulator.records[FIRST]["main_address"]["id"]
        person = simulator.records[FIRST]["main_contact_person"]["id"]
        for method, path, body in (
            ("PUT", f"/v3.1/contacts/{FIRST}", {}),
            ("PUT", f"/v3.1/addresses/{address}", {}),
            ("DELETE", f"/v3.1/contact_persons/{person}", None),
            ("POST", "/v3.1/addresses", new_address()),
            ("POST", "/v3.1/contact_persons", new_person(address)),
        ):
            assert simulator.written_id(method, path, body) == FIRST, path
            assert simulator.writes(method, path, body)
        of_nobody: list[tuple[str, str, Any]] = [
            ("GET", f"/v3.1/contacts/{FIRST}", None),
            ("POST", "/v3.1/contacts", {}),
            ("POST", "/v3.1/addresses", []),
            ("POST", "/v3.1/contact_persons", {"contact_person": {}}),
            ("PUT", f"/v3.1/addresses/{NOBODY}", {}),
            ("POST", "/token", "x"),
        ]
        for method, path, body in of_nobody:
            assert simulator.written_id(method, path, body) is None
        assert simulator.serves_tokens("/token") and simulator.serves_tokens("/revoke")
        assert not simulator.serves_tokens("/v3.1/contacts/token")


class TestSeeds:
    def test_customers_enough(self) -> None:
        simulator = SageAccountingSimulator()
        assert len(simulator.records) >= 25
        assert all(any(t["id"] == "CUSTOMER" for t in r["contact_types"]) for r in simulator.records.values())
        assert all(simulator.contacts_of(business) for business in simulator.businesses)
        assert all(re.fullmatch("[0-9a-f]{32}", native_id) for native_id in simulator.records)
        assert simulator.example_id() == FIRST

    def test_nothing_is_longer_than_it_may_be(self) -> None:
        simulator = SageAccountingSimulator()
        full = set()
        for business in simulator.businesses:
            for record in simulator.contacts_of(business).values():
                places = [(CONTACT, record), *((NESTED[n], record[n]) for n in NESTED if record[n])]
                places += [(ADDRESS, part) for part in record["addresses"]]
                places += [(PERSON, part) for part in record["contact_persons"]]
                for known, part in places:
                    for member in known.values():
                        if member.longest and part[member.read] is not None:
                            assert len(part[member.read]) <= member.longest, part[member.read]
                            if len(part[member.read]) == member.longest:
                                full.add(member.read)
        assert {"name", "reference", "postal_code"} <= full, "some are as long as they may be"

    def test_numbers_addresses_and_parts_are_each_ones_own(self) -> None:
        simulator = SageAccountingSimulator()
        everybody = [r for b in simulator.businesses for r in simulator.contacts_of(b).values()]
        parts = [part["id"] for r in everybody for part in (*addresses_of(r), *persons_of(r))]
        assert len(parts) == len(set(parts))
        for business in simulator.businesses:
            references = [r["reference"] for r in simulator.contacts_of(business).values() if r["reference"]]
            assert len(references) == len(set(references))

    def test_mail_is_sent_to_nobody(self) -> None:
        text = json.dumps([SageAccountingSimulator().records, SageAccountingSimulator().elsewhere])
        assert all(found.endswith(".example") for found in re.findall(r"@([\w.-]+)", text))

    def test_reset_puts_everything_back(self) -> None:
        simulator = SageAccountingSimulator()
        before = json.dumps([simulator.records, simulator.elsewhere, simulator.deleted])
        simulator.records[FIRST]["contact_types"][0]["id"] = "NOBODY"
        simulator.records[FIRST]["main_address"]["country"]["id"] = "QQ"
        simulator.elsewhere[LEAD].clear()
        simulator.reset()
        assert json.dumps([simulator.records, simulator.elsewhere, simulator.deleted]) == before

    async def test_a_record_put_in_by_a_test_is_served(self, sage: Caller) -> None:
        record = {**sage.record(), "name": "By hand"}
        url = f"http://{sage.sandbox.host}:{sage.sandbox.port}/_control/sage_accounting/records/{FIRST}"
        async with sage.session.put(url, json=record) as answer:
            assert answer.status == 200
        assert (await sage.contact())["name"] == "By hand"
        assert (await sage.change(notes="x")).one["displayed_as"] == "By hand (RJ1042)"


@pytest.fixture(scope="module")
def contract() -> Document:
    loaded: Document = load("sage_accounting/sage-accounting-v3.1.customer.swagger.json")
    return loaded


def _problems(contract: Document, schema: str, document: object) -> list[str]:
    whole = {"$ref": f"#/definitions/{schema}", "definitions": contract["definitions"]}
    found = Draft4Validator(whole).iter_errors(document)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in found]


def _as_promised(document: Any) -> Any:
    """Without null, which the contract does not know, and with numbers that came as text as numbers."""
    if isinstance(document, dict):
        shown = {name: _as_promised(value) for name, value in document.items() if value is not None}
        return shown | {n: float(shown[n]) for n in ("balance", "credit_limit") if n in shown}
    return [_as_promised(each) for each in document] if isinstance(document, list) else document


def _unknown(contract: Document, schema: str, document: Document) -> set[str]:
    return set(document) - set(contract["definitions"][schema]["properties"])


INVENTED = {"e_invoicing", "payment_reminders", "credit_insurance", "delivery_window", "pronouns"}


@pytest.mark.parametrize(
    ("path", "schema", "least"),
    [
        ("/contacts", "Contact", 30),
        ("/addresses", "Address", 30),
        ("/contact_persons", "ContactPerson", 30),
        ("/contact_types", "Base", 2),
        ("/address_types", "Base", 3),
        ("/contact_person_types", "ContactPersonType", 3),
        ("/countries", "Base", 40),
        ("/country_groups", "Base", 3),
        ("/currencies", "Base", 10),
        ("/address_regions", "AddressRegion", 10),
        ("/product_sales_price_types", "ProductSalesPriceType", 4),
    ],
)
async def test_lists_keep_to_the_contract(sage: Caller, contract: Document, path: str, schema: str, least: int) -> None:
    assert contract["paths"][path]["get"]["responses"]["200"]["schema"]["items"] == {"$ref": f"#/definitions/{schema}"}
    query = {"items_per_page": "200", "attributes": "all", "nested_attributes": "all", "show_balance": "true"}
    known = {parameter["name"] for parameter in contract["paths"][path]["get"]["parameters"]}
    rows = (await sage.get(path, **{name: value for name, value in query.items() if name in known})).items
    assert len(rows) >= least
    for row in rows:
        assert _problems(contract, schema, _as_promised(row)) == [], row
        assert _unknown(contract, schema, row) <= INVENTED
        one = (await sage.get(f"{path}/{row['id']}")).one
        assert _problems(contract, schema, _as_promised(one)) == []


async def test_settings_keep_to_the_contract(sage: Caller, contract: Document) -> None:
    for path, schema in (("/invoice_settings", "InvoiceSettings"), ("/financial_settings", "FinancialSettings")):
        document = (await sage.get(path)).one
        assert _problems(contract, schema, document) == []
        assert _unknown(contract, schema, document) == set()


def test_the_contract_is_able_to_find_fault(contract: Document) -> None:
    assert _problems(contract, "Contact", {"name": 5})
    assert _problems(contract, "putContacts", {"contact": {"credit_days": 366}})
    assert _problems(contract, "putContacts", {"name": "x"})
    assert _problems(contract, "postAddresses", {"address": {}})


async def test_writes_keep_to_the_contract(sage: Caller, contract: Document) -> None:
    """What the tests send, and what comes of it."""
    assert _problems(contract, "putContacts", {"contact": ACCEPTED}) == []
    assert _problems(contract, "postContacts", {"contact": ACCEPTED}) == []
    assert _problems(contract, "Contact", _as_promised((await sage.put(**ACCEPTED)).one)) == []
    address = new_address(is_main_address=True)
    assert _problems(contract, "postAddresses", address) == []
    made = (await sage.call("POST", "/addresses", address)).one
    assert _problems(contract, "Address", _as_promised(made)) == []
    person = new_person(made["id"], is_main_contact=True)
    assert _problems(contract, "postContactPersons", person) == []
    made = (await sage.call("POST", "/contact_persons", person)).one
    assert _problems(contract, "ContactPerson", _as_promised(made)) == []


TYPES = {"text": "string", "id": "string", "whole": "integer", "number": "number", "flag": "boolean", "ids": "array"}
STRUCTURE = {
    "main_address": members.STRUCTURE_OF_ADDRESS,
    "delivery_address": members.STRUCTURE_OF_ADDRESS,
    "main_contact_person": members.STRUCTURE_OF_PERSON,
}


def _check_members(stated: Document, known: Mapping[str, Member], more: tuple[str, ...], read: Document) -> None:
    assert {name for name, rule in stated.items() if rule["type"] != "object"} == {*known, *more}
    for name, member in known.items():
        assert TYPES[member.kind] == stated[name]["type"], name
        assert list(member.choices) == stated[name].get("enum", []), name
        assert member.most == stated[name].get("maximum"), name
        assert member.longest == read[member.read].get("maxLength"), name


def test_members_are_those_of_the_contract(contract: Document) -> None:
    known = contract["definitions"]

    def stated(name: str, wrapper: str) -> Document:
        found: Document = known[name]["properties"][wrapper]["properties"]
        return found

    contact = known["Contact"]["properties"]
    for name in ("putContacts", "postContacts"):
        body = stated(name, "contact")
        _check_members(body, CONTACT, (), contact)
        assert {each for each, rule in body.items() if rule["type"] == "object"} == set(NESTED)
        for part, inside in NESTED.items():
            read = known[contact[part]["$ref"].rpartition("/")[2]]["properties"]
            _check_members(body[part]["properties"], inside, STRUCTURE.get(part, ()), read)
    for name in ("putAddresses", "postAddresses"):
        _check_members(stated(name, "address"), ADDRESS, members.STRUCTURE_OF_ADDRESS, known["Address"]["properties"])
    for name in ("putContactPersons", "postContactPersons"):
        read = known["ContactPerson"]["properties"]
        _check_members(stated(name, "contact_person"), PERSON, members.STRUCTURE_OF_PERSON, read)


def test_what_is_needed_is_what_the_contract_needs(contract: Document) -> None:
    needed = {
        "postAddresses": ("address", NEEDED_ADDRESS),
        "postContactPersons": ("contact_person", NEEDED_PERSON),
        "postContacts": ("contact", ("name", "contact_type_ids")),
    }
    for name, (wrapper, names) in needed.items():
        assert set(contract["definitions"][name]["properties"][wrapper]["required"]) == set(names)


async def test_statuses_and_verbs_are_those_of_the_contract(sage: Caller, contract: Document) -> None:
    """Every verb of the contract is served, but for settings and price types, which are read only here."""
    not_played = {("put", "/business_settings"), ("get", "/business_settings"), ("put", "/invoice_settings")}
    not_played |= {("put", "/financial_settings"), ("post", "/product_sales_price_types")}
    not_played |= {(verb, "/product_sales_price_types/{key}") for verb in ("put", "delete")}
    served = {(route.method.lower(), route.path.removeprefix("/v3.1")) for route in sage.simulator.routes()
              if hasattr(route, "method")}  # fmt: skip
    stated = {
        (verb, path)
        for path, verbs in contract["paths"].items()
        for verb in verbs
        if verb in {"get", "post", "put", "delete"}
    }
    assert stated - served == not_played
    assert {path for _, path in served - stated} == {
        "/token", "/revoke", "/oauth2/auth/central",
        "/businesses", "/businesses/lead", "/businesses/{key}", "/{path:.*}",
    }  # fmt: skip


async def test_parameters_are_those_of_the_contract(sage: Caller, contract: Document) -> None:
    for path in ("/contacts", "/contacts/{key}", "/addresses", "/addresses/{key}", "/contact_persons", "/countries"):
        parameters = contract["paths"][path]["get"]["parameters"]
        names = [each["name"] for each in parameters if each["in"] == "query"]
        key = {"contacts": FIRST, "addresses": sage.record()["main_address"]["id"]}.get(path.split("/")[1], "")
        moment = dict.fromkeys(("updated_or_created_since", "deleted_since"), "2025-01-01T00:00:00Z")
        query = {name: moment.get(name, "1" if "page" in name else "true") for name in names}
        assert (await sage.get(path.replace("{key}", key), **query)).status == 200
    assert sage.simulator.ignored.parameters == []
