"""The sign-in pages of all simulators that have one, driven as a browser would, and their codes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import aiohttp
import pytest

from gql_gateway.sandbox.server import Sandbox, find_simulators
from gql_gateway.sandbox.signin import SignIn
from gql_gateway.sandbox.simulator import Simulator
from tests.sandbox.conftest import Clock

BACK = "http://127.0.0.1:8000/connect/callback"
KINDS = [kind for kind in find_simulators() if kind.consent_path]
VERIFIER = "v" * 43
REALM, BRITISH_REALM = "9341450000000001", "9341450000000002"
PLACES = {
    "sage_accounting": "/v3.1/businesses",
    "twinfield": "/auth/authentication/connect/userinfo",
    "exact_online": "/api/v1/current/Me",
    "freshbooks": "/auth/api/v1/users/me",
    "visma_eaccounting": "/v2/companysettings",
    "quickbooks": f"/v3/company/{REALM}/companyinfo/{REALM}",
    "fortnox": "/3/companyinformation",
    "lexware_office": "/v1/profile",
}
"""What a good token may always read."""
LONG_ENOUGH = 570  # seconds; Exact Online gives no new token sooner
PROOF = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


Went = tuple[int, str, dict[str, str]]
"""Status, text, and what goes back to the app with the browser."""


class Visit:
    """A browser at one simulator's sign-in, and the app behind it."""

    def __init__(self, sandbox: Sandbox, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.session, self.simulator = session, simulator
        self.base = sandbox.url(simulator.integration)
        self.consent_url, self.token_url = simulator.consent_url(self.base), simulator.token_url(self.base)
        self.sign_in: SignIn = simulator.identity.sign_in  # type: ignore[attr-defined]
        self.query = {
            **dict.fromkeys(self.sign_in.insists, "x"),
            "client_id": self.sign_in.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "state": "s-1",
            "scope": " ".join(sorted(self.sign_in.scopes or ())),
        }

    async def page(self, **changed: str | None) -> Went:
        return await self._send("GET", None, changed)

    async def say(self, decision: str, choice: str | None = None, **changed: str | None) -> Went:
        query = {name: value for name, value in {**self.query, **changed}.items() if value is not None}
        if choice is None and (choices := self.sign_in.choices(query)):
            choice = choices[0][0]
        return await self._send("POST", {"decision": decision, **({"choice": choice} if choice else {})}, changed)

    async def _send(self, method: str, form: Any, changed: dict[str, str | None]) -> Went:
        query = {name: value for name, value in {**self.query, **changed}.items() if value is not None}
        assert self.consent_url
        async with self.session.request(
            method, self.consent_url, params=query, data=form, allow_redirects=False
        ) as answer:
            back = answer.headers.get("Location", "")
            assert not back or back.startswith(f"{query['redirect_uri']}?")
            return answer.status, await answer.text(), dict(parse_qsl(urlsplit(back).query))

    async def tokens(self, choice: str | None = None, **changed: str | None) -> dict[str, Any]:
        """What a yes leads to."""
        _, _, back = await self.say("allow", choice, **changed)
        status, tokens = await self.exchange(back["code"])
        assert status == 200, tokens
        return tokens

    async def exchange(self, code: str, **changed: str) -> tuple[int, dict[str, Any]]:
        return await self.post({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **changed})

    async def refresh(self, token: str, **changed: str) -> tuple[int, dict[str, Any]]:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        if "redirect_uri" in self.simulator.credentials():
            form["redirect_uri"] = BACK
        return await self.post({**form, **changed})

    async def post(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        known, headers = self.simulator.credentials(), {}
        if self.simulator.client_in_body:
            form |= {"client_id": known["client_id"], "client_secret": known["client_secret"]}
        else:
            headers["Authorization"] = aiohttp.encode_basic_auth(known["client_id"], known["client_secret"])
        assert self.token_url
        async with self.session.post(self.token_url, data=form, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def call(self, path: str, token: str, *, put: Any = None, **headers: str) -> tuple[int, Any]:
        """A call to the provider below its mount: a GET, or a PUT of what is to be put."""
        headers |= {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        method = "GET" if put is None else "PUT"
        async with self.session.request(method, self.base + path, json=put, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)


def only(integration: str) -> pytest.MarkDecorator:
    kinds = [kind for kind in KINDS if kind.integration == integration]
    return pytest.mark.parametrize("visit", kinds, indirect=True, ids=[integration])


@pytest.fixture(params=KINDS, ids=lambda kind: kind.integration)
async def visit(request: pytest.FixtureRequest, clock: Clock, session: aiohttp.ClientSession) -> Any:
    """All of them in turn, or the one that `only` names."""
    simulator = request.param(clock)
    simulator.redirect_uris.add(BACK)
    if hasattr(simulator, "by_key"):
        simulator.by_key, simulator.rate_limit = False, None
    async with Sandbox([simulator]) as sandbox:
        yield Visit(sandbox, simulator, session)


async def test_the_page_asks_and_a_yes_brings_a_code_that_is_good_once(visit: Visit) -> None:
    status, text, _ = await visit.page()
    assert status == 200
    assert re.search(r"<button[^>]*>Allow</button>", text)
    status, _, back = await visit.say("allow")
    assert (status, back["state"]) == (302, "s-1")
    status, tokens = await visit.exchange(back["code"])
    assert status == 200
    assert tokens["access_token"]
    assert tokens["refresh_token"]
    assert (await visit.exchange(back["code"]))[0] in (400, 401)


async def test_a_no_brings_no_code(visit: Visit) -> None:
    status, _, back = await visit.say("deny")
    assert status == 302
    assert back["error"] == "access_denied"
    assert back["state"] == "s-1"
    assert "code" not in back


@pytest.mark.parametrize("changed", [{"client_id": "other"}, {"redirect_uri": f"{BACK}/x"}, {"redirect_uri": None}])
async def test_a_strange_app_or_address_is_sent_nowhere(visit: Visit, changed: Any) -> None:
    for status, _, back in (await visit.page(**changed), await visit.say("allow", **changed)):
        assert status == 400
        assert not back


async def test_what_is_missing_or_too_much_is_told_to_the_app(visit: Visit) -> None:
    assert (await visit.page(response_type="token"))[2]["error"] == "unsupported_response_type"
    if visit.sign_in.scopes is not None:
        assert (await visit.page(scope="everything"))[2]["error"] == "invalid_scope"
    for scope in visit.sign_in.needs:
        rest = " ".join(visit.sign_in.scopes - {scope} if visit.sign_in.scopes else ())
        assert (await visit.page(scope=rest))[2]["error"] == "invalid_scope"
    for name in visit.sign_in.insists:
        assert (await visit.page(**{name: None}))[2]["error"] == "invalid_request"


async def test_what_a_code_holds_is_encoded_on_its_way_back(visit: Visit) -> None:
    visit.sign_in.spelled = lambda code: f"GB/+%2F {code}"
    form = {"decision": "allow", "choice": (visit.sign_in.choices(visit.query) or [("", "")])[0][0]}
    assert visit.consent_url
    async with visit.session.post(visit.consent_url, params=visit.query, data=form, allow_redirects=False) as answer:
        assert "code=GB%2F%2B%252F+" in answer.headers["Location"]
    _, _, back = await visit.say("allow")
    assert back["code"].startswith("GB/+%2F ")
    assert (await visit.exchange(back["code"]))[0] == 200


async def test_only_a_company_that_is_offered_can_be_chosen(visit: Visit) -> None:
    if visit.sign_in.choices(visit.query):
        assert (await visit.say("allow", choice="none of them"))[0] == 400


async def test_a_code_ends_and_fits_its_address_only(visit: Visit, clock: Clock) -> None:
    _, _, back = await visit.say("allow")
    assert (await visit.exchange(back["code"], redirect_uri=f"{BACK}/x"))[0] in (400, 401)
    _, _, back = await visit.say("allow")
    clock.now += visit.sign_in.life
    assert (await visit.exchange(back["code"]))[0] in (400, 401)


async def test_a_challenge_is_held_against_its_verifier_where_the_provider_looks(visit: Visit) -> None:
    asked = {"code_challenge": PROOF, "code_challenge_method": "S256"}
    _, _, back = await visit.say("allow", **asked)
    right = await visit.exchange(back["code"], code_verifier=VERIFIER)
    assert right[0] == 200
    _, _, back = await visit.say("allow", **asked)
    wrong = await visit.exchange(back["code"], code_verifier="w" * 43)
    assert (wrong[0] == 200) is (not visit.sign_in.proves)


@pytest.mark.parametrize("methods", [{"S256"}, {"S256", "plain"}])
async def test_a_challenge_is_made_by_a_method_that_the_provider_knows(visit: Visit, methods: set[str]) -> None:
    visit.sign_in.proves = frozenset(methods)
    for asked in ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, {"code_challenge": VERIFIER}):
        _, _, back = await visit.say("allow", **asked)
        if "plain" in methods:
            assert (await visit.exchange(back["code"], code_verifier=VERIFIER))[0] == 200
            _, _, back = await visit.say("allow", **asked)
            assert (await visit.exchange(back["code"], code_verifier=PROOF))[0] in (400, 401)
        else:
            assert back["error"] == "invalid_request"
    _, _, back = await visit.say("allow", code_challenge=PROOF, code_challenge_method="S256")
    assert (await visit.exchange(back["code"], code_verifier=PROOF))[0] in (400, 401)
    _, _, back = await visit.say("allow", code_challenge=PROOF, code_challenge_method="S256")
    assert (await visit.exchange(back["code"]))[0] in (400, 401)


async def test_new_tokens_work_and_those_handed_out_before_still_do(visit: Visit, clock: Clock) -> None:
    known = dict(visit.simulator.credentials())
    first = await visit.tokens()
    second = await visit.tokens()
    for name in ("access_token", "refresh_token"):
        assert len({known[name], first[name], second[name]}) == 3
    for tokens in (known, first, second):
        assert (await visit.call(PLACES[visit.simulator.integration], tokens["access_token"]))[0] == 200
    clock.now += LONG_ENOUGH
    addresses = {"redirect_uri": known["redirect_uri"]} if "redirect_uri" in known else {}
    assert (await visit.refresh(known["refresh_token"], **addresses))[0] == 200
    for tokens in (first, second):
        status, renewed = await visit.refresh(tokens["refresh_token"])
        assert status == 200
        assert (await visit.call(PLACES[visit.simulator.integration], renewed["access_token"]))[0] == 200


async def test_the_page_is_out_of_reach_of_faults_that_are_not_meant_for_it(visit: Visit) -> None:
    assert visit.simulator.consent_path
    assert visit.simulator.serves_tokens(visit.simulator.consent_path)
    assert not visit.simulator.writes("POST", visit.simulator.consent_path, "decision=allow")


# Exact Online


@only("exact_online")
async def test_exact_codes_are_long_and_decoded_once(visit: Visit) -> None:
    _, _, back = await visit.say("allow")
    assert len(back["code"]) > 600
    assert (await visit.exchange(unquote_plus(back["code"])))[1]["error"] == "invalid_grant"
    assert (await visit.exchange(back["code"]))[0] == 200


@only("exact_online")
async def test_exact_tells_the_lifetime_as_text_and_refuses_to_refresh_early(visit: Visit, clock: Clock) -> None:
    tokens = await visit.tokens()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert tokens["expires_in"] == "600"
    clock.now += 569
    assert (await visit.refresh(tokens["refresh_token"]))[1]["error"] == "access_denied"
    clock.now += 1
    status, renewed = await visit.refresh(tokens["refresh_token"])
    assert status == 200
    assert (await visit.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_grant"
    clock.now += 570
    assert (await visit.refresh(renewed["refresh_token"]))[0] == 200


@only("exact_online")
async def test_exact_lets_a_code_count_towards_the_token_calls_of_the_day(visit: Visit) -> None:
    visit.simulator.token_limit = 1  # type: ignore[attr-defined]
    await visit.tokens()
    _, _, back = await visit.say("allow")
    assert (await visit.exchange(back["code"]))[0] == 429


@only("exact_online")
async def test_an_app_of_exact_belongs_to_one_country(visit: Visit) -> None:
    home = visit.consent_url
    visit.consent_url = f"{visit.base}/be{visit.simulator.consent_path}"
    assert (await visit.page())[0] == 400
    belgian = visit.simulator.credentials_at("be")["client_id"]  # type: ignore[attr-defined]
    _, _, back = await visit.say("allow", client_id=belgian)
    assert back["code"].startswith("stampBE001.")
    assert (await visit.exchange(back["code"]))[1]["error"] == "invalid_grant"
    visit.consent_url = home
    assert (await visit.page(client_id=belgian))[0] == 400


# FreshBooks


CLIENT = "/accounting/account/q7Rt2X/users/clients/{}"


@only("freshbooks")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://gateway.example/connect/callback", 200),
        ("http://localhost:8000/connect/callback", 200),
        ("http://gateway.example/connect/callback", 400),
        ("https://gateway.example/connect/callback?to=freshbooks", 400),
    ],
)
async def test_freshbooks_goes_back_over_https_only_but_for_loopback(visit: Visit, address: str, status: int) -> None:
    visit.simulator.redirect_uris.add(address)
    assert (await visit.page(redirect_uri=address))[0] == status


@only("freshbooks")
async def test_freshbooks_answers_what_was_granted(visit: Visit, clock: Clock) -> None:
    tokens = await visit.tokens(scope="user:profile:read user:clients:read")
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in", "created_at", "scope"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 43_200)
    assert tokens["created_at"] == int(clock.now)
    assert tokens["scope"] == "user:clients:read user:profile:read"
    assert (await visit.tokens(scope=None))["scope"] == "user:clients:read user:clients:write user:profile:read"


@only("freshbooks")
async def test_freshbooks_refuses_a_write_to_who_may_only_read(visit: Visit) -> None:
    path = CLIENT.format(visit.simulator.example_id())
    tokens = await visit.tokens(scope="user:profile:read user:clients:read")
    for _ in range(2):
        assert (await visit.call(path, tokens["access_token"]))[0] == 200
        status, body = await visit.call(path, tokens["access_token"], put={"client": {"note": "New"}})
        assert (status, body["response"]["errors"]["errno"]) == (403, 1003)
        _, tokens = await visit.refresh(tokens["refresh_token"])
    tokens = await visit.tokens()
    assert (await visit.call(path, tokens["access_token"], put={"client": {"note": "New"}}))[0] == 200
    tokens = await visit.tokens(scope="user:clients:write")
    assert (await visit.call(path, tokens["access_token"]))[0] == 403
    assert (await visit.call(PLACES["freshbooks"], tokens["access_token"]))[0] == 403


@only("freshbooks")
async def test_freshbooks_takes_a_code_as_json_and_wants_its_address_again_for_a_refresh(visit: Visit) -> None:
    known = visit.simulator.credentials()
    _, _, back = await visit.say("allow")
    form = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": BACK,
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
    }
    assert visit.token_url
    for changed, status in (
        ({"client_secret": "x"}, 401),
        ({"redirect_uri": ""}, 400),
        ({"code": [1]}, 400),
        ({}, 200),
    ):
        async with visit.session.post(visit.token_url, json={**form, **changed}) as answer:
            assert answer.status == status
            tokens = await answer.json()
    assert (await visit.refresh(tokens["refresh_token"], redirect_uri=known["redirect_uri"]))[0] == 400
    assert (await visit.refresh(tokens["refresh_token"]))[0] == 200


@only("freshbooks")
async def test_a_spent_refresh_token_of_freshbooks_ends_its_own_consent_only(visit: Visit) -> None:
    first, second = await visit.tokens(), await visit.tokens()
    _, renewed = await visit.refresh(first["refresh_token"])
    assert (await visit.refresh(first["refresh_token"]))[1]["error"] == "invalid_grant"
    assert (await visit.call(PLACES["freshbooks"], renewed["access_token"]))[0] == 401
    assert (await visit.refresh(renewed["refresh_token"]))[0] == 400
    assert (await visit.call(PLACES["freshbooks"], second["access_token"]))[0] == 200


# QuickBooks


@only("quickbooks")
async def test_quickbooks_names_the_company_beside_the_code_and_nowhere_else(visit: Visit) -> None:
    _, text, _ = await visit.page()
    assert "Casco Bay Supply UK" in text
    _, _, back = await visit.say("allow", BRITISH_REALM)
    assert set(back) == {"code", "state", "realmId"}
    assert back["realmId"] == BRITISH_REALM
    _, tokens = await visit.exchange(back["code"])
    assert set(tokens) == {
        *("access_token", "refresh_token", "token_type", "expires_in", "x_refresh_token_expires_in"),
    }
    assert (tokens["expires_in"], tokens["x_refresh_token_expires_in"]) == (3600, 8_726_400)
    assert BRITISH_REALM not in str(tokens)
    assert "realmId" not in (await visit.say("deny", BRITISH_REALM))[2]


@only("quickbooks")
async def test_tokens_of_quickbooks_act_on_the_company_that_was_chosen(visit: Visit) -> None:
    tokens = await visit.tokens(BRITISH_REALM)
    _, renewed = await visit.refresh(tokens["refresh_token"])
    for token in (tokens["access_token"], renewed["access_token"]):
        path = f"/v3/company/{BRITISH_REALM}/companyinfo/{BRITISH_REALM}"
        status, body = await visit.call(path, token)
        assert (status, body["CompanyInfo"]["CompanyName"]) == (200, "Casco Bay Supply UK")
        assert (await visit.call(PLACES["quickbooks"], token))[0] == 403


@only("quickbooks")
async def test_quickbooks_revokes_one_consent(visit: Visit) -> None:
    first, second = await visit.tokens(), await visit.tokens()
    known = visit.simulator.credentials()
    basic = aiohttp.encode_basic_auth(known["client_id"], known["client_secret"])
    url, form = f"{visit.base}/v2/oauth2/tokens/revoke", {"token": first["refresh_token"]}
    async with visit.session.post(url, data=form, headers={"Authorization": basic}) as answer:
        assert answer.status == 200
    assert (await visit.call(PLACES["quickbooks"], first["access_token"]))[0] == 401
    assert (await visit.call(PLACES["quickbooks"], second["access_token"]))[0] == 200


@only("quickbooks")
async def test_a_refresh_token_of_quickbooks_that_was_replaced_is_dead(visit: Visit) -> None:
    tokens = await visit.tokens()
    assert (await visit.refresh(tokens["refresh_token"]))[0] == 200
    assert await visit.refresh(tokens["refresh_token"]) == (
        400,
        {"error": "invalid_grant", "error_description": "Token invalid"},
    )


# Visma eAccounting


CHOOSER = {"prompt": "select_account", "acr_values": "service:44643EB1-3F76-4C1C-A672-402AE8085934"}
HOME, SISTER, FOUNDATION = (
    *("0d6f3c52-8b1e-4f7a-9c24-7e5a1b2d3c4e", "5b2a9d14-3f6e-4c80-8d17-2e9f4a6b7c81"),
    "c8e4f7a2-9d35-4b16-a0f8-6d1c2b3e4f50",
)


@only("visma_eaccounting")
@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        (CHOOSER, [HOME, SISTER]),
        ({**CHOOSER, "prompt": "login select_account"}, [HOME, SISTER]),
        ({"prompt": "select_account"}, [HOME, SISTER, FOUNDATION]),
        ({"acr_values": f"{CHOOSER['acr_values']} forceselectcompany:true"}, [HOME, SISTER]),
        ({"acr_values": CHOOSER["acr_values"]}, []),
        ({"prompt": "login"}, []),
    ],
)
async def test_visma_offers_companies_to_who_asks_for_them(visit: Visit, asked: Any, offered: list[str]) -> None:
    _, text, _ = await visit.page(**asked)
    assert re.findall(r'name="choice" value="([^"]+)"', text) == offered


async def company_of(visit: Visit, token: str) -> str:
    status, settings = await visit.call(PLACES["visma_eaccounting"], token)
    assert status == 200
    return str(settings["CompanyIdentifier"])


@only("visma_eaccounting")
async def test_tokens_of_visma_act_on_the_company_that_was_chosen(visit: Visit) -> None:
    first, name = visit.simulator.example_id(), "Café Spets & Stig AB"
    for company, mine, others in ((HOME, 200, 404), (SISTER, 404, 200)):
        tokens = await visit.tokens(company, **CHOOSER)
        _, renewed = await visit.refresh(tokens["refresh_token"])
        for token in (tokens["access_token"], renewed["access_token"]):
            claims = token.split(".")[1]
            assert json.loads(base64.urlsafe_b64decode(claims + "=="))["customer_id"] == company
            assert await company_of(visit, token) == company
            assert (await visit.call(f"/v2/customers/{first}", token))[0] == mine
            _, listed = await visit.call("/v2/customers", token)
            found = [customer for customer in listed["Data"] if customer["Name"] == name]
            assert len(found) == (others == 200)
    (customer,) = found
    status, _ = await visit.call(f"/v2/customers/{customer['Id']}", token, put={**customer, "Note": "Ny"})
    assert status == 200
    assert (await visit.call(f"/v2/customers/{customer['Id']}", token))[1]["Note"] == "Ny"
    assert customer["Id"] not in visit.simulator.records


@only("visma_eaccounting")
async def test_who_leaves_vismas_chooser_out_lands_at_the_default_company(visit: Visit) -> None:
    tokens = await visit.tokens()
    assert await company_of(visit, tokens["access_token"]) == SISTER != visit.simulator.company_id()


@only("visma_eaccounting")
async def test_a_company_without_eaccounting_has_no_api(visit: Visit) -> None:
    tokens = await visit.tokens(FOUNDATION, prompt="select_account")
    status, body = await visit.call(PLACES["visma_eaccounting"], tokens["access_token"])
    assert (status, body["ErrorCode"]) == (403, 4002)


@only("visma_eaccounting")
async def test_visma_refuses_a_write_to_who_may_only_read(visit: Visit) -> None:
    path = f"/v2/customers/{visit.simulator.example_id()}"
    tokens = await visit.tokens(HOME, **CHOOSER, scope="ea:api ea:sales_readonly offline_access")
    for _ in range(2):
        status, customer = await visit.call(path, tokens["access_token"])
        assert status == 200
        status, body = await visit.call(path, tokens["access_token"], put=customer)
        assert (status, body["ErrorCode"]) == (403, 4006)
        _, tokens = await visit.refresh(tokens["refresh_token"])
    tokens = await visit.tokens(HOME, **CHOOSER, scope="ea:api ea:sales offline_access")
    assert (await visit.call(path, tokens["access_token"], put=customer))[0] == 200


@only("visma_eaccounting")
async def test_visma_gives_a_refresh_token_to_who_asks_for_offline_access(visit: Visit) -> None:
    tokens = await visit.tokens(HOME, **CHOOSER, scope="ea:api ea:sales")
    assert set(tokens) == {"access_token", "token_type", "expires_in"}
    tokens = await visit.tokens(HOME, **CHOOSER)
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3600)


@only("visma_eaccounting")
@pytest.mark.parametrize("rotates", [True, False])
async def test_refresh_tokens_of_visma_rotate_for_older_clients(visit: Visit, rotates: bool) -> None:
    visit.simulator.rotates_refresh_tokens = rotates  # type: ignore[attr-defined]
    tokens = await visit.tokens()
    _, renewed = await visit.refresh(tokens["refresh_token"])
    assert (renewed["refresh_token"] != tokens["refresh_token"]) is rotates
    assert ((await visit.refresh(tokens["refresh_token"]))[0] == 400) is rotates


@only("visma_eaccounting")
async def test_visma_revokes_a_refresh_token_that_came_of_a_code(visit: Visit) -> None:
    tokens = await visit.tokens()
    known = visit.simulator.credentials()
    basic = aiohttp.encode_basic_auth(known["client_id"], known["client_secret"])
    form = {"token": tokens["refresh_token"], "token_type_hint": "refresh_token"}
    url = f"{visit.base}/connect/revocation"
    async with visit.session.post(url, data=form, headers={"Authorization": basic}) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    assert (await visit.refresh(tokens["refresh_token"]))[1] == {"error": "invalid_grant"}


# Sage Accounting


@only("sage_accounting")
async def test_sages_codes_hold_a_slash_and_live_a_minute(visit: Visit, clock: Clock) -> None:
    assert visit.consent_url and visit.consent_url.endswith("/oauth2/auth/central?filter=apiv3.1")
    query, form = visit.query, {"decision": "allow", "choice": "gb"}
    async with visit.session.post(visit.consent_url, params=query, data=form, allow_redirects=False) as answer:
        assert "code=GB%2F" in answer.headers["Location"]
    _, _, back = await visit.say("allow")
    assert back["code"].startswith("GB/")
    clock.now += 59
    assert (await visit.exchange(back["code"]))[0] == 200
    _, _, back = await visit.say("allow")
    assert (await visit.exchange(back["code"].replace("/", "%2F")))[1]["error"] == "invalid_grant"
    clock.now += 60
    assert (await visit.exchange(back["code"]))[1]["error"] == "invalid_grant"


@only("sage_accounting")
async def test_the_address_of_sages_page_names_the_api(visit: Visit) -> None:
    assert visit.consent_url
    visit.consent_url = visit.consent_url.partition("?")[0]
    for version in (None, "apiv3"):
        assert (await visit.page(filter=version))[0] == 400
    assert (await visit.page(filter="apiv3.1"))[0] == 200


@only("sage_accounting")
async def test_sage_knows_the_user_in_one_country(visit: Visit) -> None:
    _, text, _ = await visit.page()
    assert re.findall(r'name="choice" value="([^"]+)"', text) == ["gb", "ie", "ca"]
    wrong = {"error": "Invalid request", "reason": "Email already in use", "state": "s-1"}
    assert (await visit.say("allow", "ie"))[2] == wrong
    assert (await visit.say("allow", country="ca"))[2] == wrong
    assert 'name="choice"' not in (await visit.page(country="gb"))[1]
    assert "code" in (await visit.say("allow", country="gb", locale="en-GB"))[2]
    assert (await visit.say("allow", country="es"))[2]["error"] == "invalid_request"


@only("sage_accounting")
async def test_sage_answers_what_was_granted_and_holds_who_may_only_read_to_it(visit: Visit) -> None:
    path, business = f"/v3.1/contacts/{visit.simulator.example_id()}", str(visit.simulator.company_id())
    change = {"contact": {"name": "Fernhill Joinery", "notes": "New"}}
    tokens = await visit.tokens(scope="readonly")
    for _ in range(2):
        assert set(tokens) == {
            *("access_token", "scope", "token_type", "expires_in"),
            *("refresh_token", "refresh_token_expires_in", "requested_by_id"),
        }
        assert (tokens["scope"], tokens["expires_in"]) == ("readonly", 300)
        assert (await visit.call(path, tokens["access_token"], **{"X-Business": business}))[0] == 200
        status, problems = await visit.call(path, tokens["access_token"], put=change, **{"X-Business": business})
        assert status == 403
        assert problems[0]["$message"]
        _, tokens = await visit.refresh(tokens["refresh_token"])
    tokens = await visit.tokens(scope="full_access")
    assert tokens["scope"] == "full_access"
    assert (await visit.call(path, tokens["access_token"], put=change, **{"X-Business": business}))[0] == 200


@only("sage_accounting")
async def test_sage_takes_both_methods_of_pkce(visit: Visit) -> None:
    for asked in ({"code_challenge": VERIFIER}, {"code_challenge": PROOF, "code_challenge_method": "S256"}):
        _, _, back = await visit.say("allow", **asked)
        assert (await visit.exchange(back["code"], code_verifier=VERIFIER))[0] == 200
        _, _, back = await visit.say("allow", **asked)
        assert (await visit.exchange(back["code"]))[1]["error"] == "invalid_grant"


@only("sage_accounting")
async def test_sages_refresh_tokens_are_for_one_use_and_can_be_revoked(visit: Visit) -> None:
    tokens = await visit.tokens()
    _, renewed = await visit.refresh(tokens["refresh_token"])
    assert (await visit.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_grant"
    known = visit.simulator.credentials()
    form = {"client_id": known["client_id"], "client_secret": known["client_secret"], "token": renewed["refresh_token"]}
    async with visit.session.post(f"{visit.base}/revoke", data=form) as answer:
        assert (answer.status, await answer.json()) == (200, {"success": "ok"})
    assert (await visit.refresh(renewed["refresh_token"]))[1]["error"] == "invalid_grant"
    assert (await visit.call(PLACES["sage_accounting"], renewed["access_token"]))[0] == 200


# Twinfield


VALIDATION = "/auth/authentication/connect/accesstokenvalidation?token={}"
MANDATORY = "twf.organisation twf.organisationUser twf.user"


@only("twinfield")
async def test_twinfield_wants_a_nonce_and_three_scopes(visit: Visit) -> None:
    assert (visit.sign_in.insists, visit.sign_in.needs) == (("nonce",), frozenset(MANDATORY.split()))
    assert (await visit.say("allow", nonce=None))[2]["error"] == "invalid_request"
    assert (await visit.say("allow", scope="openid offline_access"))[2]["error"] == "invalid_scope"


@only("twinfield")
async def test_twinfield_names_the_granted_scopes_and_the_cluster_at_the_validation(visit: Visit) -> None:
    tokens = await visit.tokens(scope=f"openid {MANDATORY}")
    assert set(tokens) == {"access_token", "expires_in", "token_type"}
    status, told = await visit.call(VALIDATION.format(tokens["access_token"]), tokens["access_token"])
    assert status == 400  # the Bearer header is no Basic one
    async with visit.session.get(visit.base + VALIDATION.format(tokens["access_token"])) as answer:
        assert answer.status == 200
        told = await answer.json()
    assert told["scope"] == ["openid", *MANDATORY.split()]
    assert told["twf.clusterUrl"].startswith(visit.base)


@only("twinfield")
async def test_refresh_tokens_of_twinfield_stay_as_they_are(visit: Visit) -> None:
    tokens = await visit.tokens(scope=f"{MANDATORY} offline_access")
    for _ in range(3):
        status, renewed = await visit.refresh(tokens["refresh_token"])
        assert status == 200
        assert set(renewed) == {"access_token", "expires_in", "token_type", "refresh_token"}
        assert renewed["refresh_token"] == tokens["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid"}
    assert await visit.post(form) == (400, {"error": "invalid_scope"})
    visit.simulator.identity.revoke()  # type: ignore[attr-defined]
    assert (await visit.refresh(tokens["refresh_token"]))[1]["error"] == "invalid_grant"


@only("twinfield")
async def test_a_code_of_twinfield_is_for_the_app_in_the_header(visit: Visit) -> None:
    _, _, back = await visit.say("allow")
    known = visit.simulator.credentials()
    app = {name: known[name] for name in ("client_id", "client_secret")}
    assert (await visit.exchange(back["code"], **app))[1]["error"] == "invalid_client"
    assert (await visit.exchange(back["code"]))[0] == 200


@only("fortnox")
async def test_fortnox_binds_scopes_to_the_tokens_of_a_consent(visit: Visit) -> None:
    narrow = await visit.tokens(scope="companyinformation")
    assert narrow["scope"] == "companyinformation"
    _, renewed = await visit.refresh(narrow["refresh_token"])
    wide = await visit.tokens()
    for tokens, seen in ((narrow, 403), (renewed, 403), (wide, 200)):
        assert (await visit.call("/3/companyinformation", tokens["access_token"]))[0] == 200
        assert (await visit.call("/3/customers/1001", tokens["access_token"]))[0] == seen
    assert renewed["scope"] == "companyinformation"
