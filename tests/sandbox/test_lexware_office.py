"""The Lexware Office simulator over HTTP: what it refuses, what a PUT does, what the list finds."""

import copy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from gql_gateway.sandbox.lexware_office import LexwareOfficeSimulator
from gql_gateway.sandbox.lexware_office.contact import SINGLE_LISTS
from gql_gateway.sandbox.lexware_office.seeds import ORGANIZATION_ID, contact_id
from gql_gateway.sandbox.server import Sandbox, find_simulators

Document = dict[str, Any]
Edit = Callable[[Document], object]

EVERYTHING = contact_id("everything")
INGE = contact_id("inge")


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any

    def issues(self) -> list[tuple[str, str | None]]:
        return [(issue["i18nKey"], issue["source"]) for issue in self.body["IssueList"]]


@dataclass
class Provider:
    """The running simulator and a client that holds its key."""

    simulator: LexwareOfficeSimulator
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.simulator.credentials()['api_key']}", "Accept": "application/json"}
        headers |= options.pop("headers", {})
        url = self.sandbox.url("lexware_office") + path
        async with self.session.request(method, url, headers=headers, **options) as answer:
            return Answer(answer.status, await answer.json(), answer.headers)

    async def read(self, native_id: str) -> Document:
        answer = await self.call("GET", f"/v1/contacts/{native_id}")
        assert answer.status == 200
        body: Document = answer.body
        return body

    async def put(self, native_id: str, body: Any) -> Answer:
        return await self.call("PUT", f"/v1/contacts/{native_id}", json=body)

    async def edit(self, native_id: str, edit: Edit) -> Answer:
        """Read, change in memory, write everything back: how the vendor wants it."""
        body = await self.read(native_id)
        edit(body)
        return await self.put(native_id, body)

    async def names(self, **query: str) -> list[str]:
        answer = await self.call("GET", "/v1/contacts", params=query)
        assert answer.status == 200, answer.body
        return [
            row["company"]["name"] if "company" in row else row["person"]["lastName"] for row in answer.body["content"]
        ]


class SteppedClock:
    def __init__(self) -> None:
        self.now = 1_770_106_542.377

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def provider(clock: SteppedClock) -> AsyncIterator[Provider]:
    simulator = LexwareOfficeSimulator(clock)
    simulator.rate_limit = None
    async with Sandbox([simulator]) as sandbox, aiohttp.ClientSession() as session:
        yield Provider(simulator, sandbox, session)


def with_entry(path: tuple[str, ...], value: Any) -> Edit:
    def edit(body: Document) -> None:
        for name in path[:-1]:
            body = body.setdefault(name, {})
        body[path[-1]] = value

    return edit


def without(*path: str) -> Edit:
    def edit(body: Document) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return edit


def test_the_sandbox_finds_it() -> None:
    assert LexwareOfficeSimulator in find_simulators()


class TestAccess:
    @pytest.mark.parametrize("authorization", ["", "Bearer wrong", "sandbox-lexware-office-api-key", "Basic Og=="])
    async def test_without_the_key(self, provider: Provider, authorization: str) -> None:
        answer = await provider.call("GET", "/v1/profile", headers={"Authorization": authorization})
        assert (answer.status, answer.body) == (401, {"message": "Unauthorized"})
        assert answer.headers["x-amzn-ErrorType"] == "UnauthorizedException"

    async def test_an_expired_key_comes_back_with_reset_only(self, provider: Provider) -> None:
        provider.simulator.expire_tokens()
        assert (await provider.call("GET", "/v1/contacts")).status == 401
        provider.simulator.reset()
        assert (await provider.call("GET", "/v1/contacts")).status == 200

    @pytest.mark.parametrize(
        ("scope", "method", "path"),
        [
            ("contacts.read", "GET", "/v1/contacts"),
            ("contacts.read", "GET", f"/v1/contacts/{INGE}"),
            ("contacts.write", "PUT", f"/v1/contacts/{INGE}"),
            ("profile.read", "GET", "/v1/profile"),
        ],
    )
    async def test_a_missing_scope_is_told_with_the_key_in_the_message(
        self, provider: Provider, scope: str, method: str, path: str
    ) -> None:
        provider.simulator.scopes.remove(scope)
        answer = await provider.call(method, path, json={})
        key = provider.simulator.credentials()["api_key"]
        assert answer.status == 403
        assert set(answer.body) == {"message"}
        assert f"'Bearer {key}'" in answer.body["message"]

    async def test_an_unknown_url_is_a_403_too(self, provider: Provider) -> None:
        assert (await provider.call("GET", "/v1/kontakte")).status == 403

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("PATCH", f"/v1/contacts/{INGE}", 405),
            ("DELETE", f"/v1/contacts/{INGE}", 405),
            ("PUT", "/v1/contacts", 405),
            ("POST", "/v1/profile", 405),
            ("DELETE", "/v1/countries", 405),
            ("POST", "/v1/contacts", 501),
        ],
    )
    async def test_a_wrong_method(self, provider: Provider, method: str, path: str, status: int) -> None:
        assert (await provider.call(method, path, json={})).status == status

    async def test_head_is_a_wrong_method(self, provider: Provider) -> None:
        headers = {"Authorization": f"Bearer {provider.simulator.credentials()['api_key']}"}
        for path in ("/v1/contacts", f"/v1/contacts/{INGE}", "/v1/profile", "/v1/countries"):
            async with provider.session.head(provider.sandbox.url("lexware_office") + path, headers=headers) as answer:
                assert answer.status == 405

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
    async def test_a_put_that_is_not_json_by_its_header(self, provider: Provider, content_type: str) -> None:
        answer = await provider.call("PUT", f"/v1/contacts/{INGE}", data=b"{}", headers={"Content-Type": content_type})
        assert answer.status == 415

    async def test_a_put_without_content_type(self, provider: Provider) -> None:
        answer = await provider.call("PUT", f"/v1/contacts/{INGE}", data=b"{}", skip_auto_headers={"Content-Type"})
        assert answer.status == 415

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    async def test_an_unknown_contact(self, provider: Provider, method: str) -> None:
        path = "/v1/contacts/00000000-0000-0000-0000-000000000000"
        answer = await provider.call(method, path, json={"version": 0})
        assert answer.status == 404
        assert "IssueList" in answer.body


class TestRate:
    async def test_two_a_second_over_all_endpoints(self, provider: Provider, clock: SteppedClock) -> None:
        provider.simulator.rate_limit = LexwareOfficeSimulator.rate_limit
        provider.simulator.reset()
        before = copy.deepcopy(provider.simulator.records[INGE])
        assert (await provider.call("GET", "/v1/profile")).status == 200
        assert (await provider.call("GET", "/v1/countries")).status == 200
        refused = await provider.put(INGE, {**before, "note": "zu schnell"})
        assert refused.status == 429
        assert "Retry-After" not in refused.headers
        assert provider.simulator.records[INGE] == before
        clock.now += 0.5
        assert (await provider.put(INGE, {**before, "note": "in Ruhe"})).status == 200
        assert (await provider.call("GET", "/v1/profile")).status == 429

    async def test_the_bucket_holds_one_second(self, provider: Provider, clock: SteppedClock) -> None:
        provider.simulator.rate_limit = 2.0
        clock.now += 3600
        statuses = [(await provider.call("GET", "/v1/profile")).status for _ in range(3)]
        assert statuses == [200, 200, 429]

    async def test_a_bad_key_costs_nothing(self, provider: Provider) -> None:
        provider.simulator.rate_limit = 2.0
        provider.simulator.reset()
        for _ in range(3):
            assert (await provider.call("GET", "/v1/profile", headers={"Authorization": "Bearer no"})).status == 401
        assert (await provider.call("GET", "/v1/profile")).status == 200

    def test_it_is_on_by_default(self) -> None:
        assert LexwareOfficeSimulator().rate_limit == 2.0


class TestReplace:
    async def test_the_answer_is_an_action_result(self, provider: Provider) -> None:
        answer = await provider.edit(EVERYTHING, lambda body: body.update(note="Neu"))
        assert answer.status == 200
        assert answer.body == {
            "id": EVERYTHING,
            "resourceUri": f"{provider.sandbox.url('lexware_office')}/v1/contacts/{EVERYTHING}",
            "createdDate": "2025-03-11T08:02:51.204+01:00",
            "updatedDate": "2026-02-03T09:15:42.377+01:00",
            "version": 12,
        }

    async def test_one_change_changes_one_field(self, provider: Provider) -> None:
        before = await provider.read(EVERYTHING)
        assert (await provider.edit(EVERYTHING, lambda body: body.update(note="Neu"))).status == 200
        assert await provider.read(EVERYTHING) == {**before, "note": "Neu", "version": before["version"] + 1}

    async def test_what_is_left_out_is_gone(self, provider: Provider) -> None:
        body = {"version": 11, "roles": {"customer": {}, "vendor": {}}, "company": {"name": "Müller"}}
        assert (await provider.put(EVERYTHING, body)).status == 200
        assert await provider.read(EVERYTHING) == {
            "id": EVERYTHING,
            "organizationId": ORGANIZATION_ID,
            "version": 12,
            "roles": {"customer": {"number": 10413}, "vendor": {"number": 70189}},
            "company": {"name": "Müller"},
            "archived": False,
        }

    async def test_archived_stays_when_it_is_left_out(self, provider: Provider) -> None:
        archived = contact_id("archived")
        assert (await provider.edit(archived, without("archived"))).status == 200
        assert (await provider.read(archived))["archived"] is True

    async def test_every_seed_that_can_be_updated_takes_itself_back(self, provider: Provider) -> None:
        updated = 0
        for native_id, contact in copy.deepcopy(provider.simulator.records).items():
            answer = await provider.put(native_id, contact)
            if answer.status == 200:
                updated += 1
                assert await provider.read(native_id) == {**contact, "version": contact["version"] + 1}
            else:
                assert answer.status == 406
                assert [source for _, source in answer.issues() if source and not source.endswith(".size")] == []
        assert updated == 23

    async def test_the_vat_id_is_stored_upper_case(self, provider: Provider) -> None:
        answer = await provider.edit(EVERYTHING, with_entry(("company", "vatRegistrationId"), "nl123456789b01"))
        assert answer.status == 200
        assert (await provider.read(EVERYTHING))["company"]["vatRegistrationId"] == "NL123456789B01"

    async def test_primary_is_false_when_it_is_left_out(self, provider: Provider) -> None:
        assert (await provider.read(EVERYTHING))["company"]["contactPersons"][0]["primary"] is True
        entry = [{"lastName": "Ohnesorg"}]
        assert (await provider.edit(EVERYTHING, with_entry(("company", "contactPersons"), entry))).status == 200
        assert (await provider.read(EVERYTHING))["company"]["contactPersons"] == [
            {"lastName": "Ohnesorg", "primary": False}
        ]

    async def test_a_block_without_content_is_not_shown(self, provider: Provider) -> None:
        assert (await provider.edit(EVERYTHING, lambda body: body.update(phoneNumbers={}))).status == 200
        assert "phoneNumbers" not in await provider.read(EVERYTHING)

    async def test_the_vendors_sample_is_taken(self, provider: Provider) -> None:
        """Body of "API Contact PUT" in the vendor's collection; id, version and role numbers are this contact's."""
        sample = {
            "id": EVERYTHING,
            "version": 11,
            "roles": {"customer": {"number": 10413}, "vendor": {"number": 70189}},
            "company": {
                "name": "Testfirma",
                "taxNumber": "12345/12345",
                "vatRegistrationId": "DE123456789",
                "allowTaxFreeInvoices": True,
                "contactPersons": [
                    {
                        "salutation": "Frau",
                        "firstName": "Miriam",
                        "lastName": "Musterfrau",
                        "primary": False,
                        "emailAddress": "contactpersonmail@lexoffice.de",
                        "phoneNumber": "08000/11111",
                    }
                ],
            },
            "addresses": {
                "billing": [
                    {
                        "supplement": "Rechnungsadressenzusatz",
                        "street": "Hauptstr. 5",
                        "zip": "12345",
                        "city": "Musterort",
                        "countryCode": "DE",
                    }
                ],
                "shipping": [
                    {
                        "supplement": "Lieferadressenzusatz",
                        "street": "Schulstr. 13",
                        "zip": "76543",
                        "city": "MUsterstadt",
                        "countryCode": "DE",
                    }
                ],
            },
            "emailAddresses": {
                "business": ["business@lexoffice.de"],
                "office": ["office@lexoffice.de"],
                "private": ["private@lexoffice.de"],
                "other": ["other@lexoffice.de"],
            },
            "phoneNumbers": {
                "business": ["08000/1231"],
                "office": ["08000/1232"],
                "mobile": ["08000/1233"],
                "private": ["08000/1234"],
                "fax": ["08000/1235"],
                "other": ["08000/1236"],
            },
            "note": "Notizen",
            "archived": False,
        }
        assert (await provider.put(EVERYTHING, sample)).status == 200
        assert await provider.read(EVERYTHING) == {**sample, "version": 12, "organizationId": ORGANIZATION_ID}


class TestVersion:
    @pytest.mark.parametrize("off", [-1, 1])
    async def test_another_version_is_refused(self, provider: Provider, off: int) -> None:
        before = await provider.read(EVERYTHING)
        answer = await provider.put(EVERYTHING, {**before, "note": "Neu", "version": before["version"] + off})
        assert answer.status == 409
        assert answer.issues() == [("invalid_value", "version")]
        assert await provider.read(EVERYTHING) == before

    async def test_the_status_that_was_seen_live_can_be_had(self, provider: Provider) -> None:
        provider.simulator.stale_status = 406
        answer = await provider.edit(EVERYTHING, lambda body: body.update(version=10))
        assert (answer.status, answer.issues()) == (406, [("invalid_value", "version")])

    async def test_somebody_else_edits_in_between(self, provider: Provider) -> None:
        for native_id in (EVERYTHING, contact_id("minimal-person"), contact_id("long-note")):
            before = await provider.read(native_id)
            provider.simulator.touch(native_id)
            after = await provider.read(native_id)
            assert after == {**before, "version": before["version"] + 1, "note": after["note"]}
            assert after["note"] != before.get("note")
            assert (await provider.put(native_id, before)).status == 409
            assert (await provider.put(native_id, after)).status == 200

    async def test_the_fault_edits_the_contact_that_is_written_and_no_other(self, provider: Provider) -> None:
        before = copy.deepcopy(provider.simulator.records)
        provider.sandbox.fault("lexware_office", "stale_version")
        assert (await provider.edit(EVERYTHING, lambda body: body.update(note="Neu"))).status == 409
        changed = {key for key, contact in provider.simulator.records.items() if contact != before[key]}
        assert changed == {EVERYTHING}

    async def test_reads_lag_behind_as_often_as_told(self, provider: Provider) -> None:
        provider.simulator.read_lag = 2
        before = await provider.read(EVERYTHING)
        assert (await provider.edit(EVERYTHING, lambda body: body.update(note="Neu"))).status == 200
        assert await provider.read(EVERYTHING) == before
        listed = await provider.call("GET", "/v1/contacts", params={"number": "10413"})
        assert listed.body["content"] == [before]
        assert await provider.read(EVERYTHING) == before
        assert (await provider.read(EVERYTHING))["note"] == "Neu"

    async def test_writes_do_not_lag(self, provider: Provider) -> None:
        provider.simulator.read_lag = 1
        before = await provider.read(EVERYTHING)
        assert (await provider.put(EVERYTHING, {**before, "note": "Erst"})).status == 200
        assert (await provider.put(EVERYTHING, {**before, "note": "Dann"})).status == 409


REFUSED: list[tuple[str, Edit, tuple[str, str | None]]] = [
    ("no version", without("version"), ("missing_entity", "version")),
    ("no roles", without("roles"), ("missing_entity", "roles.customer or roles.vendor")),
    ("no role", lambda b: b.update(roles={}), ("missing_entity", "roles.customer or roles.vendor")),
    ("neither", without("company"), ("missing_entity", "company or person")),
    ("both", lambda b: b.update(person={"lastName": "Müller"}), ("invalid_value", "company and person")),
    (
        "company to person",
        lambda b: (b.pop("company"), b.update(person={"lastName": "Müller"})),
        ("invalid_value", "person"),
    ),
    ("no name", without("company", "name"), ("missing_entity", "company.name")),
    ("empty name", with_entry(("company", "name"), " "), ("missing_entity", "company.name")),
    (
        "no last name",
        with_entry(("company", "contactPersons"), [{"firstName": "Jörg"}]),
        ("missing_entity", "company.contactPersons[0].lastName"),
    ),
    (
        "empty last name",
        with_entry(("company", "contactPersons"), [{"lastName": ""}]),
        ("missing_entity", "company.contactPersons[0].lastName"),
    ),
    (
        "long salutation",
        with_entry(("company", "contactPersons"), [{"lastName": "Müller", "salutation": "x" * 26}]),
        ("invalid_value", "company.contactPersons[0].salutation"),
    ),
    (
        "e-mail of the contact person",
        with_entry(("company", "contactPersons"), [{"lastName": "Müller", "emailAddress": "joerg"}]),
        ("invalid_value", "company.contactPersons[0].emailAddress"),
    ),
    ("VAT id", with_entry(("company", "vatRegistrationId"), "DE12345"), ("invalid_value", "company.vatRegistrationId")),
    (
        "no billing country",
        with_entry(("addresses", "billing"), [{"city": "Hamburg"}]),
        ("missing_entity", "addresses.billing[0].countryCode"),
    ),
    (
        "no shipping country",
        with_entry(("addresses", "shipping"), [{"city": "Hamburg"}]),
        ("missing_entity", "addresses.shipping[0].countryCode"),
    ),
    (
        "unknown country",
        with_entry(("addresses", "billing"), [{"countryCode": "ZZ"}]),
        ("countrycode_is_not_valid", "countryCode"),
    ),
    (
        "country in lower case",
        with_entry(("addresses", "shipping"), [{"countryCode": "de"}]),
        ("countrycode_is_not_valid", "countryCode"),
    ),
    (
        "empty country",
        with_entry(("addresses", "shipping"), [{"countryCode": ""}]),
        ("countrycode_is_not_valid", "countryCode"),
    ),
    (
        "buyer reference alone",
        lambda b: b.update(xRechnung={"buyerReference": "04011000"}),
        ("missing_entity", "xRechnung.vendorNumberAtCustomer"),
    ),
    (
        "buyer reference with an empty vendor number",
        with_entry(("xRechnung", "vendorNumberAtCustomer"), ""),
        ("missing_entity", "xRechnung.vendorNumberAtCustomer"),
    ),
    (
        "empty e-mail",
        with_entry(("emailAddresses", "office"), [""]),
        ("invalid_value", "emailAddresses[0].emailAddress"),
    ),
    (
        "ill-formed e-mail",
        with_entry(("emailAddresses", "private"), ["anna@nirgends"]),
        ("invalid_value", "emailAddresses[0].emailAddress"),
    ),
    ("empty phone", with_entry(("phoneNumbers", "fax"), [""]), ("invalid_value", "phoneNumbers.fax[0]")),
    ("long note", lambda b: b.update(note="x" * 1001), ("invalid_value", "note")),
    ("null", lambda b: b.update(note=None), ("missing_entity", "note")),
    ("null block", lambda b: b.update(addresses=None), ("missing_entity", "addresses")),
    ("null version", lambda b: b.update(version=None), ("missing_entity", "version")),
    ("null entry", with_entry(("emailAddresses", "other"), [None]), ("missing_entity", "emailAddresses.other[0]")),
    ("another id", lambda b: b.update(id=INGE), ("invalid_value", "id")),
    ("another organization", lambda b: b.update(organizationId=INGE), ("invalid_value", "organizationId")),
    ("archiving", lambda b: b.update(archived=True), ("invalid_value", "archived")),
    (
        "another customer number",
        with_entry(("roles", "customer", "number"), 10999),
        ("invalid_value", "roles.customer.number"),
    ),
    (
        "another vendor number",
        with_entry(("roles", "vendor", "number"), 70999),
        ("invalid_value", "roles.vendor.number"),
    ),
    ("unknown property", lambda b: b.update(currency="EUR"), ("invalid_value", "currency")),
    ("unknown role", with_entry(("roles", "employee"), {}), ("invalid_value", "roles.employee")),
    ("unknown list", with_entry(("emailAddresses", "work"), ["a@b.example"]), ("invalid_value", "emailAddresses.work")),
    (
        "unknown property of an entry",
        with_entry(("addresses", "billing"), [{"countryCode": "DE", "region": "Hamburg"}]),
        ("invalid_value", "addresses.billing[0].region"),
    ),
]


class TestRefusals:
    @pytest.mark.parametrize(("edit", "issue"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
    async def test_a_body_that_breaks_one_rule(
        self, provider: Provider, edit: Edit, issue: tuple[str, str | None]
    ) -> None:
        before = await provider.read(EVERYTHING)
        answer = await provider.edit(EVERYTHING, edit)
        assert (answer.status, answer.issues()) == (406, [issue])
        assert all(found["type"] == "validation_failure" for found in answer.body["IssueList"])
        assert await provider.read(EVERYTHING) == before

    @pytest.mark.parametrize(
        ("edit", "issue"),
        [
            (without("person", "lastName"), ("missing_entity", "person.lastName")),
            (with_entry(("person", "lastName"), ""), ("missing_entity", "person.lastName")),
            (with_entry(("person", "salutation"), "x" * 26), ("invalid_value", "person.salutation")),
            (with_entry(("person", "nickname"), "Inge"), ("invalid_value", "person.nickname")),
            (
                lambda b: (b.pop("person"), b.update(company={"name": "Bärwald"})),
                ("invalid_value", "company"),
            ),
            (with_entry(("roles", "vendor"), {"number": 70199}), ("invalid_value", "roles.vendor.number")),
        ],
    )
    async def test_a_person(self, provider: Provider, edit: Edit, issue: tuple[str, str]) -> None:
        answer = await provider.edit(INGE, edit)
        assert (answer.status, answer.issues()) == (406, [issue])

    async def test_all_issues_come_at_once(self, provider: Provider) -> None:
        def edit(body: Document) -> None:
            body["note"] = "x" * 1001
            body["company"]["name"] = ""
            del body["roles"]

        answer = await provider.edit(EVERYTHING, edit)
        assert set(answer.issues()) == {
            ("invalid_value", "note"),
            ("missing_entity", "company.name"),
            ("missing_entity", "roles.customer or roles.vendor"),
        }

    @pytest.mark.parametrize(
        "edit",
        [
            with_entry(("company", "name"), "x" * 2000),
            with_entry(("company", "contactPersons"), [{"lastName": "Müller", "salutation": "x" * 25}]),
            lambda b: b.update(note="ß" * 1000),
            with_entry(("phoneNumbers", "mobile"), ["+49 171 3920001 (nur werktags ab 8 Uhr)"]),
            with_entry(("addresses", "billing"), [{"countryCode": "GR_69"}]),
            with_entry(("addresses", "shipping"), [{"countryCode": "ES_CN", "street": ""}]),
            lambda b: b.update(xRechnung={"vendorNumberAtCustomer": "70123456"}),
            lambda b: b.update(roles={"customer": {}}),
            lambda b: (b.pop("id"), b.pop("organizationId")),
        ],
    )
    async def test_what_is_just_within_the_rules(self, provider: Provider, edit: Edit) -> None:
        answer = await provider.edit(EVERYTHING, edit)
        assert answer.status == 200, answer.body

    @pytest.mark.parametrize(
        "vat_id",
        [
            "DE123456789 ATU12345678 BE0123456789 DK12345678 ESB12345678 FRXX123456789 IT12345678901 NL123456789B01",
            "PL1234567890 SE123456789001 GB123456789 XI123456789 IE1234567FA FI12345678 CZ12345678 EL123456789",
        ],
    )
    async def test_vat_ids_of_many_countries(self, provider: Provider, vat_id: str) -> None:
        for one in vat_id.split():
            answer = await provider.edit(EVERYTHING, with_entry(("company", "vatRegistrationId"), one))
            assert answer.status == 200, one

    @pytest.mark.parametrize(
        "vat_id",
        [
            *("", "123456789", "DE 123456789", "DE1234567890", "AT12345678", "NL123456789", "FROI123456789"),
            *("ES123456789", "IT123", "PL123456789", "SE1234567890", "DK123456789", "BE2123456789", "US123456789"),
            *("CHE123456789", "DE12345678\u0661"),
        ],
    )
    async def test_ill_formed_vat_ids(self, provider: Provider, vat_id: str) -> None:
        answer = await provider.edit(EVERYTHING, with_entry(("company", "vatRegistrationId"), vat_id))
        assert (answer.status, answer.issues()) == (406, [("invalid_value", "company.vatRegistrationId")])


class TestUnreadable:
    @pytest.mark.parametrize(
        "content", [b"", b"{", b'{"version": NaN}', b'{"note": "\xff"}', b"[]", b'"text"', b"null"]
    )
    async def test_not_a_json_object(self, provider: Provider, content: bytes) -> None:
        answer = await provider.call(
            "PUT", f"/v1/contacts/{INGE}", data=content, headers={"Content-Type": "application/json"}
        )
        assert (answer.status, answer.issues()) == (400, [("bad_request_error", None)])

    @pytest.mark.parametrize(
        "edit",
        [
            lambda b: b.update(version="11"),
            lambda b: b.update(version=11.0),
            lambda b: b.update(version=True),
            lambda b: b.update(note=5),
            lambda b: b.update(roles=["customer"]),
            with_entry(("roles", "customer"), True),
            lambda b: b.update(company="Müller"),
            with_entry(("company", "allowTaxFreeInvoices"), "true"),
            with_entry(("company", "allowTaxFreeInvoices"), 1),
            with_entry(("company", "contactPersons"), {"lastName": "Müller"}),
            with_entry(("company", "contactPersons"), ["Müller"]),
            with_entry(("addresses", "billing"), "Hamburg"),
            with_entry(("emailAddresses", "business"), "a@b.example"),
            with_entry(("phoneNumbers", "fax"), [4012345]),
            lambda b: b.update(xRechnung=[]),
        ],
    )
    async def test_a_value_of_another_type(self, provider: Provider, edit: Edit) -> None:
        before = await provider.read(EVERYTHING)
        answer = await provider.edit(EVERYTHING, edit)
        assert (answer.status, answer.issues()) == (400, [("bad_request_error", None)])
        assert await provider.read(EVERYTHING) == before


def entries_of(document: Document, path: tuple[str, ...]) -> list[Any]:
    value: Any = document
    for name in path:
        value = value[name]
    assert isinstance(value, list)
    return value


class TestSingleLists:
    def test_there_are_thirteen(self) -> None:
        assert len(SINGLE_LISTS) == 13

    @pytest.mark.parametrize("path", SINGLE_LISTS, ids=".".join)
    async def test_two_entries_cannot_be_sent(self, provider: Provider, path: tuple[str, ...]) -> None:
        answer = await provider.edit(EVERYTHING, lambda body: entries_of(body, path).extend(entries_of(body, path)[:1]))
        assert (answer.status, answer.issues()) == (406, [("invalid_value", ".".join((*path, "size")))])

    @pytest.mark.parametrize("path", SINGLE_LISTS, ids=".".join)
    async def test_no_entry_means_leaving_the_list_out(self, provider: Provider, path: tuple[str, ...]) -> None:
        answer = await provider.edit(EVERYTHING, lambda body: entries_of(body, path).clear())
        assert (answer.status, answer.issues()) == (406, [("missing_entity", ".".join(path))])
        assert (await provider.edit(EVERYTHING, without(*path))).status == 200

    @pytest.mark.parametrize("path", SINGLE_LISTS, ids=".".join)
    @pytest.mark.parametrize("cut", [False, True])
    async def test_a_stored_contact_with_two_entries_is_not_updated(
        self, provider: Provider, path: tuple[str, ...], cut: bool
    ) -> None:
        stored = entries_of(provider.simulator.records[EVERYTHING], path)
        stored.append(copy.deepcopy(stored[0]))

        def edit(body: Document) -> None:
            body["note"] = "Neu"
            if cut:
                entries_of(body, path).pop()

        answer = await provider.edit(EVERYTHING, edit)
        assert (answer.status, answer.issues()) == (406, [("invalid_value", ".".join((*path, "size")))])
        assert len(entries_of(await provider.read(EVERYTHING), path)) == 2

    @pytest.mark.parametrize(
        ("key", "path"),
        [
            ("two-contact-persons", ("company", "contactPersons")),
            ("two-business-emails", ("emailAddresses", "business")),
            ("two-shipping-addresses", ("addresses", "shipping")),
            ("two-billing-addresses", ("addresses", "billing")),
            ("two-mobiles", ("phoneNumbers", "mobile")),
            ("two-faxes", ("phoneNumbers", "fax")),
        ],
    )
    async def test_seeded_contacts_with_two(self, provider: Provider, key: str, path: tuple[str, ...]) -> None:
        assert len(entries_of(await provider.read(contact_id(key)), path)) == 2


# Seeded contacts with properties that no documentation has, and a path to one of them each.
STRANGE: list[tuple[str, tuple[str | int, ...]]] = [
    ("papeterie", ("paymentConditionRef",)),
    ("papeterie", ("company", "commercialRegister", "number")),
    ("papeterie", ("company", "contactPersons", 0, "department")),
    ("papeterie", ("addresses", "billing", 0, "addressQuality")),
    ("stadtwerke", ("customFields",)),
    ("stadtwerke", ("xRechnung", "deliveryChannel", "kind")),
    ("matthias", ("person", "dateOfBirth")),
    ("matthias", ("emailAddresses", "invoice")),
    ("matthias", ("roles", "customer", "dunningBlocked")),
]


def parent_of(document: Document, path: tuple[str | int, ...]) -> Any:
    value: Any = document
    for step in path[:-1]:
        value = value[step]
    return value


@pytest.mark.parametrize(("key", "path"), STRANGE, ids=[f"{key}-{path[-1]}" for key, path in STRANGE])
class TestPropertiesNobodyDocumented:
    async def test_they_survive_when_sent_back(self, provider: Provider, key: str, path: tuple[str | int, ...]) -> None:
        before = await provider.read(contact_id(key))
        assert path[-1] in parent_of(before, path)
        assert (await provider.edit(contact_id(key), lambda body: body.update(note="Neu"))).status == 200
        after = await provider.read(contact_id(key))
        assert after == {**before, "note": "Neu", "version": before["version"] + 1}

    async def test_they_are_lost_when_left_out(self, provider: Provider, key: str, path: tuple[str | int, ...]) -> None:
        # The whole property the provider does not document goes, not a part of what is in it.
        outer = path[:2] if path[1:2] in {("commercialRegister",), ("deliveryChannel",)} else path
        answer = await provider.edit(contact_id(key), lambda body: parent_of(body, outer).pop(outer[-1]))
        assert answer.status == 200
        assert outer[-1] not in parent_of(await provider.read(contact_id(key)), outer)

    async def test_they_cannot_be_changed(self, provider: Provider, key: str, path: tuple[str | int, ...]) -> None:
        answer = await provider.edit(
            contact_id(key), lambda body: parent_of(body, path).__setitem__(path[-1], "anders")
        )
        assert answer.status == 406
        assert [found for found, _ in answer.issues()] == ["invalid_value"]


async def test_a_strange_property_is_refused_on_a_contact_that_lacks_it(provider: Provider) -> None:
    strange = (await provider.read(contact_id("papeterie")))["paymentConditionRef"]
    answer = await provider.edit(EVERYTHING, lambda body: body.update(paymentConditionRef=strange))
    assert (answer.status, answer.issues()) == (406, [("invalid_value", "paymentConditionRef")])


async def test_true_is_not_one(provider: Provider) -> None:
    answer = await provider.edit(contact_id("matthias"), with_entry(("roles", "customer", "dunningBlocked"), 1))
    assert answer.status == 406


class TestRoles:
    async def test_dropping_vendor_takes_the_role(self, provider: Provider) -> None:
        assert (await provider.edit(EVERYTHING, without("roles", "vendor"))).status == 200
        assert (await provider.read(EVERYTHING))["roles"] == {"customer": {"number": 10413}}
        assert "Bäckerei Müller & Söhne OHG" not in await provider.names(vendor="true", size="250")

    async def test_dropping_customer_takes_the_contact_off_the_customer_list(self, provider: Provider) -> None:
        name = "Bäckerei Müller & Söhne OHG"
        assert name in await provider.names(customer="true", size="250")
        assert (await provider.edit(EVERYTHING, without("roles", "customer"))).status == 200
        assert name not in await provider.names(customer="true", size="250")
        assert name in await provider.names(customer="false", size="250")

    async def test_a_new_role_gets_the_next_number(self, provider: Provider) -> None:
        for key, number in (("inge", 70194), ("aylin", 70195)):
            assert (await provider.edit(contact_id(key), with_entry(("roles", "vendor"), {}))).status == 200
            assert (await provider.read(contact_id(key)))["roles"]["vendor"] == {"number": number}

    async def test_an_empty_object_keeps_the_number(self, provider: Provider) -> None:
        assert (await provider.edit(EVERYTHING, lambda body: body.update(roles={"customer": {}}))).status == 200
        assert (await provider.read(EVERYTHING))["roles"] == {"customer": {"number": 10413}}


class TestList:
    async def test_the_page_object(self, provider: Provider) -> None:
        total = len(provider.simulator.records)
        first = (await provider.call("GET", "/v1/contacts")).body
        assert {name: value for name, value in first.items() if name != "content"} == {
            "first": True,
            "last": False,
            "totalPages": 2,
            "totalElements": total,
            "numberOfElements": 25,
            "size": 25,
            "number": 0,
            "sort": [
                {
                    "direction": "ASC",
                    "property": "name",
                    "ignoreCase": False,
                    "nullHandling": "NATIVE",
                    "ascending": True,
                }
            ],
        }
        last = (await provider.call("GET", "/v1/contacts", params={"page": "1"})).body
        assert (last["first"], last["last"], last["numberOfElements"]) == (False, True, total - 25)
        ids = [row["id"] for row in first["content"] + last["content"]]
        assert sorted(ids) == sorted(provider.simulator.records)
        beyond = (await provider.call("GET", "/v1/contacts", params={"page": "7"})).body
        assert (beyond["content"], beyond["last"]) == ([], True)

    async def test_rows_are_whole_contacts_in_order_of_name(self, provider: Provider) -> None:
        rows = (await provider.call("GET", "/v1/contacts", params={"size": "250"})).body["content"]
        assert all(row == provider.simulator.records[row["id"]] for row in rows)
        companies = [row["company"]["name"] for row in rows if "company" in row]
        assert companies == sorted(companies)

    async def test_archived_contacts_are_listed(self, provider: Provider) -> None:
        assert await provider.names(number="10424") == ["Altonaer Fischräucherei KG i. L."]

    @pytest.mark.parametrize(
        ("query", "source"),
        [
            ("page=-1", "page"),
            ("page=x", "page"),
            ("size=0", "size must be between 1 and 250"),
            ("size=251", "size must be between 1 and 250"),
            ("size=250&page=40", "Maximum search window size exceeded"),
            ("name=ab", "size must be between 3 and 100"),
            ("email=ab", "size must be between 3 and 100"),
            ("name=" + "a" * 101, "size must be between 3 and 100"),
            ("number=abc", "number"),
            ("customer=yes", "customer"),
            ("vendor=1", "vendor"),
            ("name=abc&name=def", "name"),
            ("customer=true&customer=true", "customer"),
        ],
    )
    async def test_a_query_that_is_refused(self, provider: Provider, query: str, source: str) -> None:
        answer = await provider.call("GET", f"/v1/contacts?{query}")
        assert answer.status == 400
        assert [found for _, found in answer.issues()] == [source]
        assert answer.body["IssueList"][0]["type"] == "bad_request_error"

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"name": "kaffee"}, ["Nordlicht Kaffee GmbH"]),
            ({"name": "M_ller"}, ["Bäckerei Müller & Söhne OHG"]),
            ({"name": "nord%gmbh"}, ["Nordlicht Kaffee GmbH"]),
            ({"name": r"M\_ller"}, []),
            ({"name": "Müller &amp; Söhne"}, ["Bäckerei Müller & Söhne OHG"]),
            ({"name": "Müller & Söhne"}, []),
            ({"name": "&lt;Werbung&gt;"}, ["Schmidt & Partner <Werbung> GbR"]),
            ({"name": "<Werbung>"}, []),
            ({"name": "inge bär"}, ["Bärwald"]),
            ({"name": "Kaffee."}, []),
            ({"email": "JULE.harms@"}, ["Nordlicht Kaffee GmbH"]),
            ({"email": "backstube"}, ["Bäckerei Müller & Söhne OHG"]),
            ({"email": r"post\_eingang"}, ["Schmidt & Partner <Werbung> GbR"]),
            ({"email": r"jule\_harms"}, []),
            ({"number": "70188"}, ["Nordlicht Kaffee GmbH"]),
            ({"number": "10412"}, ["Nordlicht Kaffee GmbH"]),
            ({"number": "7018"}, []),
            ({"vendor": "true", "customer": "false"}, ["Kartonagen Brömmel GmbH"]),
            ({"name": "Nordlicht", "email": "baeckerei"}, []),
            ({"number": "10412", "vendor": "false"}, []),
            ({"number": "10412", "unknown": "ignored"}, ["Nordlicht Kaffee GmbH"]),
        ],
    )
    async def test_filters(self, provider: Provider, query: dict[str, str], names: list[str]) -> None:
        assert await provider.names(**query) == names


class TestProfileAndCountries:
    async def test_the_profile(self, provider: Provider) -> None:
        profile = (await provider.call("GET", "/v1/profile")).body
        assert profile["organizationId"] == ORGANIZATION_ID
        assert profile["subscriptionStatus"] == "active"
        assert set(profile["created"]) == {"userId", "userName", "userEmail", "date"}

    async def test_the_countries(self, provider: Provider) -> None:
        countries = {one["countryCode"]: one for one in (await provider.call("GET", "/v1/countries")).body}
        assert len(countries) == 251
        assert countries["DE"] == {
            "countryCode": "DE",
            "countryNameEN": "Germany",
            "countryNameDE": "Deutschland",
            "taxClassification": "de",
        }
        classes = [countries[code]["taxClassification"] for code in ("FR", "US", "ES_CN", "GR_69", "GB")]
        assert classes == ["intraCommunity", *["thirdPartyCountry"] * 4]


class TestSeeds:
    def test_there_are_enough_and_of_every_kind(self) -> None:
        contacts = LexwareOfficeSimulator().records
        assert all(native_id == contact["id"] for native_id, contact in contacts.items())
        assert sum("customer" in contact["roles"] for contact in contacts.values()) >= 25
        assert sum("person" in contact for contact in contacts.values()) >= 5
        assert sum("xRechnung" in contact for contact in contacts.values()) >= 3
        assert sum(contact["archived"] for contact in contacts.values()) == 1
        numbers = [role["number"] for contact in contacts.values() for role in contact["roles"].values()]
        assert len(numbers) == len(set(numbers))

    def test_they_are_the_same_every_time_and_shared_with_nobody(self) -> None:
        one, other = LexwareOfficeSimulator(), LexwareOfficeSimulator()
        assert one.records == other.records
        one.records[EVERYTHING]["company"]["name"] = "verändert"
        one.scopes.clear()
        assert other.records[EVERYTHING]["company"]["name"] == "Bäckerei Müller & Söhne OHG"
        one.reset()
        assert (one.records, one.scopes) == (other.records, other.scopes)


class TestHooks:
    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (401, {"message": "Unauthorized"}),
            (429, {"message": "Too Many Requests"}),
            (500, {"message": None}),
            (504, {"message": "Endpoint request timed out"}),
        ],
    )
    async def test_scripted_statuses_wear_the_gateways_shape(self, provider: Provider, status: int, body: Any) -> None:
        provider.sandbox.fault("lexware_office", f"status:{status}")
        answer = await provider.call("GET", "/v1/profile")
        assert (answer.status, answer.body) == (status, body)

    @pytest.mark.parametrize("status", [400, 404, 406, 409])
    async def test_and_the_legacy_shape(self, provider: Provider, status: int) -> None:
        provider.sandbox.fault("lexware_office", f"status:{status}")
        answer = await provider.call("GET", "/v1/contacts")
        assert answer.status == status
        assert set(answer.body["IssueList"][0]) == {"i18nKey", "source", "type", "additionalData", "args"}

    async def test_field_faults_reach_the_store(self, provider: Provider) -> None:
        before = await provider.read(EVERYTHING)
        provider.sandbox.fault("lexware_office", "ignore_field:note")
        provider.sandbox.fault("lexware_office", "truncate_field:company.name:5")

        def edit(body: Document) -> None:
            body["note"] = "Neu"
            body["company"]["name"] = "Nordwind"

        assert (await provider.edit(EVERYTHING, edit)).status == 200
        after = await provider.read(EVERYTHING)
        assert (after["note"], after["company"]["name"]) == (before["note"], "Nordw")

    async def test_the_key_stays_out_of_the_request_log(self, provider: Provider) -> None:
        await provider.call("GET", "/v1/profile")
        assert provider.simulator.credentials()["api_key"] not in str(provider.sandbox.requests("lexware_office"))

    def test_the_contact_a_request_writes(self) -> None:
        simulator = LexwareOfficeSimulator()
        assert simulator.written_id("PUT", f"/v1/contacts/{INGE}", None) == INGE
        assert simulator.written_id("GET", f"/v1/contacts/{INGE}", None) is None
        assert simulator.written_id("PUT", "/v1/profile", None) is None
