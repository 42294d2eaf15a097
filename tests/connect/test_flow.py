"""From a link to a connection that works, for every integration, and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gql_gateway.connect.flow import asked_for, hash_of
from gql_gateway.connectors.base import Connector
from gql_gateway.connectors.registry import connectors
from gql_gateway.examples import update_operation
from gql_gateway.model.connection import Connection, Credentials
from tests.connect.conftest import RETURN, Browser, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = connectors()
ASKING = [name for name, connector in ALL.items() if connector.manifest.consent]
KEYED = [name for name, one in ALL.items() if one.manifest.takes_keys or not one.manifest.consent]


async def until_company(world: World, browser: Browser, integration: str, url: str) -> None:
    """Consent, or the key typed in."""
    await browser.open(url, integration)
    if integration in ASKING:
        await browser.get(await browser.sign_in())
    else:
        await browser.post("/connect/key", right_key(world, ALL[integration]))
    assert browser.title == "Choose the company", browser.text


def right_key(world: World, connector: Connector) -> dict[str, str]:
    known = world.simulator(connector.manifest.name).credentials()
    return {item.name: known[item.name] for item in asked_for(connector) if item.name in known}


def good_company(world: World, browser: Browser, integration: str) -> str:
    fit = [id for id, is_fit in browser.choices().items() if is_fit]
    wanted = world.simulator(integration).company_id()
    return wanted if wanted in fit else fit[0]


@pytest.mark.parametrize("integration", ALL)
async def test_a_link_becomes_a_connection_that_works(world: World, integration: str) -> None:
    name, browser = f"walked-{integration}", world.browser()
    await until_company(world, browser, integration, await world.link(name, integration))
    assert await world.stored(name) is None
    company = good_company(world, browser, integration)
    await browser.post("/connect/company", {"company": company})
    assert browser.title == "Connected", browser.text
    stored = await world.stored(name)
    assert stored is not None
    assert (stored.integration, stored.company_id, stored.status) == (integration, company, "ready")
    native_id = world.simulator(integration).example_id()
    answer = await world.ask(update_operation(ALL[integration], name, native_id))
    assert answer["updateCustomer"]["errors"] == []
    assert answer["updateCustomer"]["changes"]


@pytest.mark.parametrize("integration", ASKING)
async def test_tokens_of_a_walk_can_be_renewed(world: World, integration: str) -> None:
    name, browser = f"renewed-{integration}", world.browser()
    await until_company(world, browser, integration, await world.link(name, integration))
    await browser.post("/connect/company", {"company": good_company(world, browser, integration)})
    before = await world.stored(name)
    simulator = world.simulator(integration)
    simulator.expire_tokens()
    answer = await world.ask(update_operation(ALL[integration], name, simulator.example_id()))
    after = await world.stored(name)
    assert before is not None
    assert after is not None
    token = ALL[integration].manifest.token
    if any(error["code"] == "DOWN" for error in answer["updateCustomer"]["errors"]):
        pytest.skip("capability: the provider renews no token that is this young")
    assert answer["updateCustomer"]["errors"] == []
    assert after.credentials["access_token"] != before.credentials["access_token"]
    assert token is not None
    assert (after.credentials["refresh_token"] != before.credentials["refresh_token"]) is token.rotates


@pytest.mark.parametrize("integration", ASKING)
async def test_a_no_at_the_provider_is_told_and_can_be_thought_over(world: World, integration: str) -> None:
    name, browser = f"denied-{integration}", world.browser()
    await browser.open(await world.link(name, integration, returnUrl=f"{RETURN}done"), integration)
    await browser.get(await browser.sign_in(decision="deny"))
    assert browser.reply.status == 403
    assert browser.title == "Access was not allowed"
    assert "access_denied" in browser.text
    assert f"{RETURN}done?status=denied&connectionId={name}" in browser.links()
    assert await world.stored(name) is None
    assert "/connect/step" in browser.links()
    await browser.get("/connect/step")
    await browser.get(await browser.sign_in())
    assert browser.title == "Choose the company"


@pytest.mark.parametrize("integration", ASKING)
async def test_an_answer_to_another_sign_in_is_refused(world: World, integration: str) -> None:
    """The state of somebody else's visit, of an earlier one, none, twice, or of another browser."""
    name, browser, other = f"forged-{integration}", world.browser(), world.browser()
    await browser.open(await world.link(name, integration), integration)
    first = await browser.sign_in()
    await other.open(await world.link(f"{name}-2", integration), integration)
    foreign = await other.sign_in()
    await browser.get("/connect/step")
    own = await browser.sign_in()
    state = own.partition("state=")[2].partition("&")[0]
    for forged in (first, foreign, own.replace(state, ""), own.replace(f"state={state}", ""), f"{own}&state={state}"):
        await browser.get(forged)
        assert (browser.reply.status, browser.title) == (400, "That did not work"), forged
        # The same parameter twice is nothing to go on from; for the rest the person may sign in once more.
        assert ("/connect/step" in browser.links()) is (forged.count("state=") < 2)
    await world.browser().get(own)
    stranger = world.browser()
    await stranger.get(own)
    assert stranger.reply.status == 404
    assert await world.stored(name) is None


async def test_a_code_is_exchanged_once(world: World) -> None:
    browser = world.browser()
    await browser.open(await world.link("twice", "fortnox"), "fortnox")
    back = await browser.sign_in()
    await browser.get(back)
    assert browser.title == "Choose the company"
    await browser.get(back)
    assert (browser.reply.status, browser.title) == (409, "That step is not due")
    await browser.get("/connect/step")
    assert browser.title == "Choose the company"


@pytest.mark.parametrize("integration", KEYED)
async def test_a_wrong_key_is_told_and_the_right_one_still_works(world: World, integration: str) -> None:
    name, browser = f"keyed-{integration}", world.browser()
    world.simulator(integration).reset()  # a key that another test has ended is good again
    await browser.open(await world.link(name, integration), integration)
    right = right_key(world, ALL[integration])
    required = [item for item in asked_for(ALL[integration]) if not item.optional]
    await browser.post("/connect/key", {})
    assert browser.reply.status == 400
    assert all(item.words in browser.text for item in required)
    secret = next(item.name for item in required if item.secret)
    await browser.post("/connect/key", {**right, secret: "00000000-0000-4000-8000-000000000000"})
    assert browser.reply.status == 400
    assert browser.title == f"Connect {ALL[integration].manifest.label}"
    assert 'role="alert"' in browser.reply.body.decode()
    assert await world.stored(name) is None
    assert not any(value in browser.reply.body.decode() for value in right.values() if len(value) > 12)
    await browser.post("/connect/key", {name: f" {value} " for name, value in right.items()})
    assert browser.title == "Choose the company", browser.text


async def test_a_link_is_good_for_one_browser(world: World) -> None:
    url = await world.link("once", "fortnox")
    first, second = world.browser(), world.browser()
    await second.get(url[21:])  # looking takes nothing
    await first.open(url, "fortnox")
    assert first.title == "Allow access at Fortnox"
    for look in (
        second.get(url.removeprefix("http://127.0.0.1:8000")),
        second.post(url[21:], {"integration": "fortnox"}),
    ):
        await look
        assert (second.reply.status, second.title) == (410, "Link already used")
        assert second.cookies == {}


async def test_a_link_ends(world: World) -> None:
    token, link = await world.flow.create("default", "late", "fortnox")
    early = await world.flow.create("default", "begun-late", "fortnox")
    browser = world.browser()
    await browser.open(world.flow.address(early[0]), "fortnox")
    await _end(world, link.id)
    await _end(world, early[1].id)
    for target in (f"/connect/link/{token}", "/connect/step"):
        await browser.get(target)
        assert (browser.reply.status, browser.title) == (410, "Link expired")
    assert await world.flow.links.reap() >= 2
    await browser.get("/connect/step")
    assert browser.reply.status == 404


async def _end(world: World, id: str) -> None:
    from sqlalchemy import update

    from gql_gateway.storage.tables import connect_links

    async with world.flow.links._database.write() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(update(connect_links).where(connect_links.c.id == id).values(expires_at=past))


async def test_a_link_that_is_none_is_not_found(world: World) -> None:
    browser = world.browser()
    for target in ("/connect/link/x", f"/connect/link/{'a' * 5000}", "/connect/step", "/connect/callback/fortnox"):
        await browser.get(target)
        assert (browser.reply.status, browser.title) == (404, "Link not found")


async def test_whoever_has_no_system_given_chooses_one(world: World) -> None:
    url, browser = await world.link("chosen"), world.browser()
    await browser.get(url[21:])
    offered = browser.reply.body.decode()
    assert all(f'value="{name}"' in offered for name in ALL)
    await browser.post(url[21:], {"integration": "nothing"})
    assert browser.reply.status == 400
    await browser.post(url[21:], {"integration": "sevdesk"})
    assert browser.title == "Connect sevdesk"


async def test_a_company_that_is_not_offered_is_refused(world: World) -> None:
    browser = world.browser()
    await until_company(world, browser, "freshbooks", await world.link("companies", "freshbooks"))
    unfit = [id for id, is_fit in browser.choices().items() if not is_fit]
    assert unfit, "one of the accounts has no subscription any more"
    assert "not active" in browser.text
    for wrong in (unfit[0], "none of them", ""):
        await browser.post("/connect/company", {"company": wrong})
        assert browser.reply.status == 400
        assert browser.title == "Choose the company"
    assert await world.stored("companies") is None


async def test_two_that_choose_at_once_store_once(world: World) -> None:
    browser = world.browser()
    await until_company(world, browser, "fortnox", await world.link("raced", "fortnox"))
    company = good_company(world, browser, "fortnox")
    link, connector = await world.flow.of_browser(browser.cookies["gqlgw_connect"])
    await world.flow.choose(link, connector, company)
    with pytest.raises(Exception, match="not due"):
        await world.flow.choose(link, connector, company)


async def test_a_failed_store_loses_no_credentials(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    await until_company(world, browser, "fortnox", await world.link("unlucky", "fortnox"))
    company = good_company(world, browser, "fortnox")
    store = world.flow.connections

    async def fail(_connection: Connection) -> Connection:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "add", fail)
        await browser.post("/connect/company", {"company": company})
        assert browser.reply.status == 500
    await browser.post("/connect/company", {"company": company})
    assert browser.title == "Connected"
    assert await world.stored("unlucky") is not None


async def test_a_connection_made_anew_keeps_its_company_and_gets_ready(world: World) -> None:
    browser = world.browser()
    await until_company(world, browser, "freshbooks", await world.link("again", "freshbooks"))
    companies = [id for id, is_fit in browser.choices().items() if is_fit]
    await browser.post("/connect/company", {"company": companies[0]})
    before = await world.stored("again")
    assert before is not None
    await world.flow.connections.mark(before.key, "reauthorize", "The grant is dead.")

    wrong = await world.create({"connectionId": "again", "integration": "FORTNOX"})
    assert [error["path"] for error in wrong["errors"]] == [["integration"]]
    anew = world.browser()
    await until_company(world, anew, "freshbooks", await world.link("again"))
    assert [id for id, is_fit in anew.choices().items() if is_fit] == [companies[0]]
    await anew.post("/connect/company", {"company": companies[1]})
    assert anew.reply.status == 400
    await anew.post("/connect/company", {"company": companies[0]})
    after = await world.stored("again")
    assert after is not None
    assert (after.status, after.company_id) == ("ready", companies[0])
    assert after.credentials["refresh_token"] != before.credentials["refresh_token"]


async def test_where_one_may_be_sent_back_to(world: World) -> None:
    for bad in (
        *("https://evil.example/books/", "https://partner.example.evil.example/books/", "javascript:alert(1)"),
        *(
            "https://partner.example/books/../admin",
            "https://partner.example/books/%2e%2e/x",
            "//partner.example/books/",
        ),
        *("https://user@partner.example/books/", "https://partner.example/books/\\x", "http://partner.example/books/"),
        *("https://partner.example/booksy", "https://partner.example/books/#x", "https://partner.example/books/\n"),
        *("https://partner.example:8443/books/", "https://PARTNER.example/books/", "https://partner.example/books/é"),
    ):
        answer = await world.create({"connectionId": "x", "returnUrl": bad})
        assert [error["path"] for error in answer["errors"]] == [["returnUrl"]], bad
    browser = world.browser()
    url = await world.link(
        "sent-back", "fortnox", returnUrl=f"{RETURN}done?a=1&b=<2>".replace("<", "%3C").replace(">", "%3E")
    )
    await until_company(world, browser, "fortnox", url)
    await browser.post("/connect/company", {"company": good_company(world, browser, "fortnox")})
    assert browser.links() == [f"{RETURN}done?a=1&b=%3C2%3E&status=connected&connectionId=sent-back"]
    assert 'http-equiv="refresh"' in browser.reply.body.decode()


async def test_a_wish_for_a_link_is_told_everything_at_once(world: World) -> None:
    answer = await world.create({"connectionId": "no spaces", "returnUrl": "https://evil.example/", "expiresIn": 5})
    assert answer["link"] is None
    assert sorted(error["path"][0] for error in answer["errors"]) == ["connectionId", "expiresIn", "returnUrl"]
    assert (await world.create({"connectionId": "x", "expiresIn": 2**31 - 1}))["errors"]


async def test_an_integration_without_an_app_is_not_offered(world: World) -> None:
    flow = world.flow
    apps = dict(flow.apps)
    try:
        flow.apps = {name: replace(app, client_secret=None, regions={}) for name, app in apps.items()}
        assert not set(flow.open_to_people()) & (set(ASKING) - set(KEYED))
        answer = await world.create({"connectionId": "x", "integration": "FORTNOX"})
        assert [error["path"] for error in answer["errors"]] == [["integration"]]
        # The integration of a connection that exists need not be named; its app is needed all the same.
        answer = await world.create({"connectionId": "sandbox-fortnox"})
        assert [error["path"] for error in answer["errors"]] == [["integration"]]
    finally:
        flow.apps = apps


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": ""},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"content-type": "text/plain"},
    ],
)
async def test_a_form_of_another_site_is_refused(world: World, headers: dict[str, str]) -> None:
    url, browser = await world.link("crossed", "fortnox"), world.browser()
    await browser.post(url[21:], {"integration": "fortnox"}, **headers)
    assert browser.reply.status == 400
    assert browser.cookies == {}
    await until_company(world, browser, "fortnox", url)
    await browser.post("/connect/company", {"company": good_company(world, browser, "fortnox")}, **headers)
    assert browser.reply.status == 400
    assert await world.stored("crossed") is None


async def test_a_form_without_end_is_cut_off(world: World) -> None:
    browser = world.browser()
    await browser.open(await world.link("long", "sevdesk"), "sevdesk")
    await browser.post("/connect/key", {"api_token": "x" * 100_000})
    assert (browser.reply.status, "too long" in browser.text) == (400, True)


async def test_pages_are_for_nobodys_frame_cache_or_script(world: World) -> None:
    browser = world.browser()
    await browser.open(await world.link("headers", "fortnox"), "fortnox")
    headers: Any = browser.reply.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "<script" not in browser.reply.body.decode()


async def test_what_a_provider_names_its_companies_is_no_markup(world: World) -> None:
    browser = world.browser()
    await browser.open(await world.link("markup", "sevdesk"), "sevdesk")
    link, _ = await world.flow.of_browser(browser.cookies["gqlgw_connect"])
    from gql_gateway.model.link import Stage

    companies = [{"id": '"><script>x', "name": "<b>&", "country_code": None, "subscription": None, "active": True}]
    await world.flow.links.keep(link, Stage.COMPANY, {"credentials": {}, "companies": companies})
    await browser.get("/connect/step")
    page = browser.reply.body.decode()
    assert "<script" not in page
    assert "&lt;b&gt;&amp;" in page


async def test_nothing_of_a_link_can_be_read_from_the_database(world: World) -> None:
    browser = world.browser()
    url = await world.link("hidden", "fortnox")
    await until_company(world, browser, "fortnox", url)
    link = await world.flow.links.find(hash_of(url.rpartition("/")[2]))
    assert link is not None
    secrets = [url.rpartition("/")[2], *browser.cookies.values(), *link.kept["credentials"].values()]
    dump = await _dump(world)
    assert "hidden" in dump
    assert [secret for secret in secrets if len(secret) > 12 and secret in dump] == []
    assert not any(secret in repr(link) for secret in secrets if len(secret) > 12)
    await browser.post("/connect/company", {"company": good_company(world, browser, "fortnox")})
    done = await world.flow.links.find(link.id)
    assert done is not None
    assert done.kept == {}


async def _dump(world: World) -> str:
    from sqlalchemy import text

    async with world.flow.links._database.read() as connection:
        tables = [f"SELECT * FROM {table}" for table in ("connect_links", "connections")]
        rows = [row for table in tables for row in (await connection.execute(text(table))).all()]
    return "\n".join(repr(tuple(row)) for row in rows)


async def test_a_link_makes_a_connection_of_its_own_tenant(world: World) -> None:
    token, _ = await world.flow.create("another", "theirs", "sevdesk")
    browser = world.browser()
    await until_company(world, browser, "sevdesk", world.flow.address(token))
    await browser.post("/connect/company", {"company": good_company(world, browser, "sevdesk")})
    assert await world.stored("theirs") is None
    found = [item.id for item in await world.flow.connections.all("another")]
    assert found == ["theirs"]
    shown = await world.ask("{ connections { id } }")
    assert "theirs" not in [item["id"] for item in shown["connections"]]


async def test_credentials_print_no_value() -> None:
    assert "hush" not in repr(Connection("a", "fortnox", Credentials({"access_token": "hush"}), tenant="t"))
